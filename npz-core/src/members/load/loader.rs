//! The state of a load: what is there, what is taken, what does not fit, what is to be read.

pub(crate) mod hole;
#[cfg(feature = "mmap")]
mod lent;
pub(crate) mod problems;
pub(crate) mod recording;
pub(crate) mod tag;
pub(crate) mod take;

use std::sync::Arc;

use self::recording::Recording;
use crate::cells::{Cells, cost, read_cells};
use crate::dtype::DType;
use crate::element::{Cast, CellType, Decoder, Element, Place, Refusal, Rule, Wanted, asked_dtype};
use crate::error::{Error, Result};
use crate::limits::{Cost, MAX_FREE};
use crate::members::Name;
use crate::members::load::claims::Claims;
use crate::members::load::medium::Medium;
use crate::members::load::plan::Plan;
use crate::members::load::task::{ReadCells, Slot, Task};
use crate::members::load::view::{Changes, View};
use crate::members::load::work::run_all;
use crate::members::settings::LoadSettings;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::wanted_shape::WantedShape;
use crate::memory::{self, MEMBERS};
use crate::options::LoadOptions;
use crate::report::{ProblemKind, RemarkKind, Report};
use crate::run::{Team, Threads};
use crate::stored::Stored;

/// The state of a load, which [`FromMembers`](crate::FromMembers) plans with.
///
/// Opaque: an implementation by hand hands it on to the parts that its value is made of.
///
/// ```
/// use npz_core::extend::{Loader, Name, Plan};
/// use npz_core::{Cast, FromMembers, Npz, NpzReader};
///
/// /// Takes a float64 as well, and ignores what stands below it.
/// struct Rounded(f32);
///
/// impl FromMembers for Rounded {
///     fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
///     where
///         Self: 's,
///     {
///         loader.allow_unknown(name); // `name.*`
///         loader.with_cast(Cast::SameKind, |loader| f32::plan(loader, name)).map(Rounded)
///     }
/// }
///
/// let bytes = std::collections::BTreeMap::from([("x".to_owned(), 0.1f64)]).to_bytes()?;
/// assert_eq!(NpzReader::new(&bytes)?.get::<Rounded>("x")?.0, 0.1f32);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct Loader<'s> {
    pub(crate) medium: &'s dyn Medium,
    /// What migrations of old structs have changed of the medium.
    pub(crate) changes: Changes,
    /// How many structs were migrated.
    pub(crate) migrations: usize,
    pub(crate) age: Age,
    pub(crate) claims: Claims<'s>,
    pub(crate) cast: Cast,
    /// The rule is that of a field, not of the options.
    pub(crate) is_own_cast: bool,
    /// Whether members that nobody wants are ignored in the whole archive.
    pub(crate) is_lenient: bool,
    /// One value is asked for by its name: there is no field whose attributes could be advised.
    pub(crate) is_asked_by_name: bool,
    pub(crate) report: Report,
    /// For each problem that wants a hint, how much of the missing member's name is that of its parent.
    pub(crate) parents: Vec<(usize, usize)>,
    /// The element that is planned although no member stands for it.
    pub(crate) hole: Option<String>,
    /// The source failed: then nothing that was noted can be believed.
    pub(crate) fault: Option<Error>,
    pub(crate) settings: LoadSettings,
    /// What the value has that is loaded over.
    pub(crate) shapes: Shapes,
    /// What a type asks for is written down, and nothing is loaded.
    pub(crate) recording: Option<Box<Recording>>,
    pub(crate) tasks: Vec<Box<dyn Task + 's>>,
    /// What was read while it was planned took so many bytes.
    pub(crate) spent: u64,
    pub(crate) free: usize,
}

/// Of which version the members are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Of the one that stands beside them.
    AsFound,
    /// Of today's: they were planned before.
    Current,
    /// The same, and something was changed then.
    Migrated,
}

impl<'s> Loader<'s> {
    pub(crate) fn new(medium: &'s dyn Medium, cast: Cast, is_lenient: bool) -> Self {
        Self {
            medium,
            changes: Changes::default(),
            migrations: 0,
            age: Age::AsFound,
            claims: Claims::default(),
            cast,
            is_own_cast: false,
            is_lenient,
            is_asked_by_name: false,
            report: Report::default(),
            parents: Vec::new(),
            hole: None,
            fault: None,
            settings: LoadSettings::default(),
            shapes: Shapes::default(),
            recording: None,
            tasks: Vec::new(),
            spent: 0,
            free: 0,
        }
    }

    /// The same by the options of a call.
    pub(crate) fn by(medium: &'s dyn Medium, options: &LoadOptions) -> Self {
        let mut loader = Self::new(medium, options.cast, options.allow_unknown);
        loader.settings.one_element = options.one_element;
        loader.settings.require_mapped = options.require_mapped;
        loader
    }

    /// The member that a value at this place would be.
    pub(crate) fn member_at(&self, name: &Name) -> Option<usize> {
        let view = self.view();
        if name.is_root() { view.root() } else { view.find(name.as_str()) }
    }

    /// The members as they are now.
    pub(crate) fn view(&self) -> View<'s, '_> {
        View { medium: self.medium, changes: &self.changes }
    }

    /// Plans something under settings of its own.
    pub(crate) fn with_settings<R>(
        &mut self,
        settings: LoadSettings,
        plan: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let outer = self.settings;
        self.settings = settings.within(outer);
        let planned = plan(self);
        self.settings = outer;
        planned
    }

    /// Plans what is not the user's value, such as a count or an index: no attribute of the field around it, and no casting
    /// rule, speaks of its cells. The other half of [`Members::with_plain`](crate::extend::Members::with_plain), which has an example.
    pub fn with_plain<R>(&mut self, plan: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::take(&mut self.settings);
        let planned = self.with_cast(Cast::Safe, plan);
        self.settings = outer;
        planned
    }

    /// Tells where the field stands whose settings were given last.
    pub(crate) fn note_place(&mut self, place: &Name) {
        self.settings.forms.note_place(place);
    }

    /// Plans a part of a value that may stand at the value's own place.
    pub(crate) fn with_part<R>(&mut self, plan: impl FnOnce(&mut Self) -> R) -> R {
        let forms = self.settings.forms.of_a_part();
        let outer = std::mem::replace(&mut self.settings.forms, forms);
        let planned = plan(self);
        self.settings.forms = outer;
        planned
    }

    /// Plans something under another casting rule, as `#[npz(cast = "..")]` does; [`Loader`] has an example.
    pub fn with_cast<R>(&mut self, cast: Cast, plan: impl FnOnce(&mut Self) -> R) -> R {
        let outer = (self.cast, self.is_own_cast);
        (self.cast, self.is_own_cast) = (cast, true);
        let planned = plan(self);
        (self.cast, self.is_own_cast) = outer;
        planned
    }

    /// Lets members under this name be there without being wanted, as `#[npz(allow_unknown)]` does.
    pub fn allow_unknown(&mut self, name: &Name) {
        self.claims.allow(name.prefix());
    }

    /// Accounts for elements or cells that no byte of the file stands for; notes a problem if there are too many.
    pub(crate) fn spend_free(&mut self, name: &Name, count: usize) -> bool {
        self.free = self.free.saturating_add(count);
        if self.free > MAX_FREE {
            let message = format!("one file may claim at most {MAX_FREE} elements that no bytes stand for");
            self.refuse(name, "elements".to_owned(), Error::limit(message));
        }
        self.free <= MAX_FREE
    }

    pub(crate) fn stores_text_as_bytes(&self) -> bool {
        self.settings.forms.form().takes_bytes()
    }

    pub(crate) fn contains(&self, name: &Name) -> bool {
        !self.is_void(name) && self.member_at(name).is_some()
    }

    /// Whether there are members below a place that no field has taken.
    pub(crate) fn contains_under(&self, name: &Name) -> bool {
        !self.is_void(name) && self.free_keys_under(name).next().is_some()
    }

    /// Whether there are any members below a place, taken or not.
    pub(crate) fn leads_on(&self, name: &Name) -> bool {
        !self.is_void(name) && self.view().keys(&name.prefix()).next().is_some()
    }

    /// Whether a member that a map finds is left to nobody, in a load that ignores the unknown: no array, a pickle, or a
    /// dtype of another library.
    pub(crate) fn is_ignored(&self, name: &Name) -> bool {
        let is_readable = |member| match self.view().array(member) {
            Ok(array) => array.is_some_and(|array| !array.header().dtype().has_object()),
            // Whatever else hides an array is told in any case: damage, encryption, a method whose feature is off.
            Err(error) => !error.is_foreign_dtype(),
        };
        self.is_lenient && self.view().find(name.as_str()).is_some_and(|member| !is_readable(member))
    }

    /// The keys below a place that no field has taken, without the prefix.
    pub(crate) fn free_keys_under<'l>(&'l self, name: &Name) -> impl Iterator<Item = &'l str> + use<'l> {
        let prefix_len = name.prefix().len();
        let keys = self.view().keys(&name.prefix());
        let free = keys.filter(|&(_, member)| !self.claims.is_taken(member));
        free.filter_map(move |(key, _)| key.get(prefix_len..))
    }

    /// Plans the reading of one member's cells: checks its header, leaves a task; `finish` makes a value of the cells.
    pub(crate) fn plan_cells<A: Element, T>(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        finish: impl FnOnce(Cells<A>) -> Result<T> + 's,
    ) -> Plan<'s, T> {
        let Some((array, decoder)) = self.check::<A>(name, want, A::decoder) else {
            return Plan::refused();
        };
        self.note_cast(name, array.header().dtype(), CellType::of::<A>());
        let slot = self.plan_read(name, array, decoder);
        Plan::new(move || finish(slot.take()?))
    }

    /// Remarks on cells that are neither those of their type nor of the dtype that a field asks for.
    fn note_cast(&mut self, name: &Name, stored: &DType, cells: CellType) {
        let asked = || asked_dtype(self.settings.forms.form(), cells);
        let is_cast = |wanted: &Wanted| !wanted.is_met_by(stored);
        if is_cast(&cells.wanted()) && asked().as_ref().is_none_or(is_cast) {
            let text = format!("{stored} was cast to {}", cells.expected());
            self.remark(RemarkKind::Cast, name.as_str(), text);
        }
    }

    /// Plans the reading of one member's cells as those of a type that says less than the file.
    pub(crate) fn plan_cells_by<A: Element>(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        decoder: MakeDecoder<A>,
    ) -> Plan<'s, Cells<A>> {
        match self.check(name, want, decoder) {
            Some((array, decoder)) => {
                let slot = self.plan_read(name, array, decoder);
                Plan::new(move || slot.take())
            }
            None => Plan::refused(),
        }
    }

    /// Finds out how the cells of a member are read; `None` if a problem was noted.
    pub(crate) fn decoder<A: Element>(&mut self, name: &Name, ndim: usize) -> Option<Decoder<A>> {
        self.check::<A>(name, WantedShape::Axes(Some(ndim)), A::decoder).map(|(_, decoder)| decoder)
    }

    /// Leaves the task of reading one member's cells.
    fn plan_read<A: Element>(
        &mut self,
        name: &Name,
        array: Arc<dyn Stored + 's>,
        decoder: Decoder<A>,
    ) -> Slot<Cells<A>> {
        let slot = Slot::new();
        let (member, settings, filled) = (name.as_str().to_owned(), self.settings, slot.other());
        let cost = cost::<A>(array.header()).with_rest(array.size());
        let (memory, is_filled) = (Vec::new(), false);
        let task = ReadCells { member, array, decoder, settings, cost, memory, is_filled, slot: filled };
        self.leave(Box::new(task));
        slot
    }

    /// Leaves a task.
    pub(crate) fn leave(&mut self, task: Box<dyn Task + 's>) {
        match memory::reserve(&mut self.tasks, 1, MEMBERS) {
            Ok(()) => self.tasks.push(task),
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
    }

    /// Reads one value at once: for what decides the plan of others, such as a count. `None` if it does not fit.
    pub(crate) fn read_now<A: Element>(&mut self, name: &Name) -> Option<A> {
        let (array, decoder) = self.check::<A>(name, WantedShape::Shape(&[]), A::decoder)?;
        let cost = cost::<A>(array.header()).with_rest(array.size());
        let read = || {
            self.medium.limits().check_array(cost, self.spent)?;
            read_cells(&*array, decoder, Vec::new(), false, &Team::new(Threads::ONE))
        };
        match read() {
            Ok(cells) => {
                self.spent = self.spent.saturating_add(cost.bytes());
                cells.flat.into_iter().next()
            }
            Err(error) => {
                self.refuse(name, A::expected(), error);
                None
            }
        }
    }

    /// Looks a member up, takes it, and finds out how its cells are read; `None` if a problem was noted.
    fn check<A: Element>(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        decoder: MakeDecoder<A>,
    ) -> Option<(Arc<dyn Stored + 's>, Decoder<A>)> {
        let mut found = None;
        let array = self.check_header(name, want, CellType::of::<A>(), &mut |stored, rule| {
            found = Some(decoder(stored, rule)?);
            Ok(())
        })?;
        Some((array, found?))
    }

    /// Looks a member up, takes it, and compares its header with what is wanted; `None` if a problem was noted. `judge` says
    /// whether such cells can be read.
    fn check_header(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        cells: CellType,
        judge: &mut dyn FnMut(&DType, Rule) -> Result<(), Refusal>,
    ) -> Option<Arc<dyn Stored + 's>> {
        if self.is_recording() {
            let asked = self.settings.shape.filter(|shape| !want.is_scalar() && want.has_axes(shape.len()));
            self.record(name, asked.map_or(want, WantedShape::Shape), cells);
            return None;
        }
        // A shape that the field asks for is narrower than what its type wants. It speaks of arrays: single values
        // below the field, such as the count of a list or the tag of an enum, have none.
        let want = match self.settings.shape.filter(|_| !want.is_scalar()) {
            None => want,
            Some(shape) if want.has_axes(shape.len()) => WantedShape::Shape(shape),
            Some(shape) => {
                let hint = "change the attribute `shape`, or the field's type".to_owned();
                let found = format!("the attribute asks for {}", WantedShape::Shape(shape));
                // The mistake is the attribute: that nobody else wants the member is no news.
                if let Some(member) = self.member_at(name) {
                    self.claims.take(member, name.as_str());
                }
                self.note(ProblemKind::Shape, name, format!("{}, {want}", cells.expected()), found, hint);
                return None;
            }
        };
        let expected = || format!("{}, {want}", cells.expected());
        let array = self.take_array(name, &expected, &|| cells.wanted())?;
        let header = array.header();
        let forms = self.settings.forms;
        let rule = Rule { cast: self.cast, scalar: want.is_scalar(), form: forms.form() };
        let judged = match forms.misfit(name, cells) {
            Some(misfit) => Err(Refusal::new(misfit)),
            None => judge(header.dtype(), rule),
        };
        let is_one = want.is_scalar() && header.shape().iter().all(|&len| len == 1);
        let has_shape = want.allows(header.shape()) || is_one && self.settings.one_element;
        let has_no_field = name.is_root() || self.is_asked_by_name;
        let place = if has_no_field { Place::File } else { Place::Member };
        if let Err(refusal) = &judged {
            let problems = refusal.problems(place, name.as_str(), &expected(), &header.to_string());
            for problem in problems {
                self.report.push(problem);
            }
        }
        if !has_shape {
            let asked =
                self.settings.shape.filter(|shape| !want.is_scalar() && header.shape().len() == shape.len());
            let hint = match asked {
                Some(_) => {
                    "the field's attribute `shape` asks for it: `_` there accepts any length".to_owned()
                }
                None if is_one && place == Place::File => {
                    "`LoadOptions::one_element(true)` takes the one element".to_owned()
                }
                None => want.hint(header.shape()),
            };
            self.note(ProblemKind::Shape, name, expected(), header.to_string(), hint);
        }
        if judged.is_err() || !has_shape || !self.keeps_shape(name, header) {
            return None;
        }
        let is_free = header.data_len() == 0;
        (!is_free || self.spend_free(name, header.shape().iter().product())).then_some(array)
    }

    /// Reads the data, unless a problem was noted.
    pub(crate) fn run(self) -> Result<()> {
        self.run_with(&mut |_| {}).map(drop)
    }

    /// Reads the data, unless a problem was noted, into memory that is given then where it fits. Gives the remarks, and how
    /// many bytes were spent in all.
    // Not generic, as it would be compiled anew for each type that is loaded.
    pub(crate) fn run_with(mut self, give: &mut dyn FnMut(&mut Spares)) -> Result<(Report, u64)> {
        self.fault.map_or(Ok(()), Err)?;
        if !self.report.is_ok() {
            return Err(Error::mismatch(self.report));
        }
        let limits = self.medium.limits();
        // What lazy values copy is nobody's alone.
        limits.check_array(Cost::stored(0), self.spent)?;
        for task in &self.tasks {
            let cost = task.cost();
            limits.check_array(cost, self.spent).map_err(|error| error.in_member(task.member()))?;
            self.spent = self.spent.saturating_add(cost.bytes());
        }
        let mut spares = Spares::default();
        give(&mut spares);
        self.tasks.iter_mut().for_each(|task| task.take_memory(&mut spares));
        let mut extents = memory::with_room(self.tasks.len(), MEMBERS)?;
        extents.extend(self.tasks.iter().filter_map(|task| task.extent()));
        self.medium.will_need(extents);
        run_all(self.tasks, self.medium.reading(), self.medium.progress())?;
        Ok((self.report, self.spent))
    }
}

/// How cells of a dtype are read, or why they can't be.
type MakeDecoder<A> = fn(&DType, Rule) -> Result<Decoder<A>, Refusal>;
