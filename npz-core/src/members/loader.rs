//! The state of a load: what is there, what is taken, what does not fit, what is to be read.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use super::claims::Claims;
use super::settings::LoadSettings;
use super::want::Want;
use super::{Name, Plan};
use crate::dtype::Kind;
use crate::element::{Cast, Decoder, Element, Place, Refusal, Rule, object_hint};
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::npy::{Cells, MAX_FREE, read_cells};
use crate::report::{Problem, ProblemKind, Report};

const UNEXPECTED_HINT: &str =
    "`#[npz(allow_unknown)]` on the struct, or `LoadOptions::allow_unknown(true)`, ignores it";

/// A place that members are loaded from: an archive, or a list in memory.
pub(crate) trait Medium: Send + Sync {
    /// Finds a member by the rules of `NpzFile`: the exact name of the file first, then without `.npy`.
    fn find(&self, key: &str) -> Option<usize>;
    /// The keys that begin with `prefix`, sorted by their bytes, each with its member.
    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm>;
    /// Every member that a key leads to, in the order of the archive, by the name that a message should show.
    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_>;
    /// The header, or `None` where the member is not an array.
    fn header(&self, member: usize) -> Result<Option<Header>>;
    /// Hands the array's bytes to `read`, header first, with the number of bytes that are proved to be there, and
    /// verifies the member afterwards.
    fn read(&self, member: usize, read: &mut ReadMember<'_>) -> Result<()>;
    /// Refuses data beyond the caller's limits.
    fn check_total(&self, bytes: u64) -> Result<()>;
}

pub(crate) type ReadMember<'r> = dyn FnMut(&mut dyn Read, Option<u64>) -> Result<()> + 'r;

type Job<'s> = Box<dyn FnOnce(&dyn Medium) -> Result<()> + Send + 's>;

/// The state of a load, which [`FromMembers`](crate::FromMembers) plans with.
///
/// Opaque: an implementation by hand hands it on to the parts that its value is made of.
///
/// ```
/// use npz_core::{Cast, FromMembers, Loader, Name, Npz, NpzReader, Plan};
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
///     fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
///         f32::is_present(loader, name)
///     }
/// }
///
/// let bytes = std::collections::BTreeMap::from([("x".to_owned(), 0.1f64)]).to_bytes()?;
/// assert_eq!(NpzReader::from_bytes(&bytes)?.get::<Rounded>("x")?.0, 0.1f32);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct Loader<'s> {
    medium: &'s dyn Medium,
    claims: Claims,
    cast: Cast,
    /// Whether members that nobody wants are ignored in the whole archive.
    is_lenient: bool,
    report: Report,
    /// For each missing member, how much of its name is that of its parent.
    parents: Vec<usize>,
    /// The source failed: then nothing that was noted can be believed.
    fault: Option<Error>,
    settings: LoadSettings,
    jobs: Vec<Job<'s>>,
    /// Bytes of data that the jobs will read.
    total: u64,
    free: usize,
}

impl<'s> Loader<'s> {
    pub(crate) fn new(medium: &'s dyn Medium, cast: Cast, is_lenient: bool) -> Self {
        Self {
            medium,
            claims: Claims::default(),
            cast,
            is_lenient,
            report: Report::default(),
            parents: Vec::new(),
            fault: None,
            settings: LoadSettings::default(),
            jobs: Vec::new(),
            total: 0,
            free: 0,
        }
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
        let outer = std::mem::replace(&mut self.cast, cast);
        let planned = plan(self);
        self.cast = outer;
        planned
    }

    /// Lets members under this name be there without being wanted, as `#[npz(allow_unknown)]` does.
    pub fn allow_unknown(&mut self, name: &Name) {
        self.claims.allow(name.prefix());
    }

    /// Notes a difference between a member and what is wanted of it.
    pub(crate) fn note(
        &mut self,
        kind: ProblemKind,
        name: &Name,
        expected: String,
        found: String,
        hint: String,
    ) {
        let cause = ErrorKind::Mismatch;
        if kind == ProblemKind::Missing {
            self.parents.push(name.parent_len());
        }
        self.report.push(Problem { kind, member: name.as_str().to_owned(), expected, found, hint, cause });
    }

    /// Notes that a member can't be read.
    pub(crate) fn refuse(&mut self, name: &Name, expected: String, error: Error) {
        let (kind, member, cause) = (ProblemKind::Unreadable, name.as_str().to_owned(), error.kind());
        self.report.push(Problem {
            kind,
            member,
            expected,
            found: error.to_string(),
            hint: String::new(),
            cause,
        });
        if cause == ErrorKind::Io {
            self.fault.get_or_insert(error.in_member(name.as_str()));
        }
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

    pub(crate) fn contains(&self, name: &Name) -> bool {
        !name.is_root() && self.medium.find(name.as_str()).is_some()
    }

    /// Whether there are members below a place that no field has taken.
    pub(crate) fn contains_under(&self, name: &Name) -> bool {
        self.free_keys_under(name).next().is_some()
    }

    /// Whether there are any members below a place, taken or not.
    pub(crate) fn leads_on(&self, name: &Name) -> bool {
        self.medium.keys_under(&name.prefix()).next().is_some()
    }

    /// Whether a member that a map finds is left to nobody: not an array, in a load that ignores the unknown.
    pub(crate) fn is_ignored(&self, name: &Name) -> bool {
        let is_other =
            || self.medium.find(name.as_str()).is_some_and(|m| matches!(self.medium.header(m), Ok(None)));
        self.is_lenient && is_other()
    }

    /// Takes the mark of a value without members: a `true` of no axes. `None` if there is none.
    pub(crate) fn take_mark(&mut self, name: &Name) -> Option<()> {
        let member = self.medium.find(name.as_str()).filter(|_| !name.is_root())?;
        let header = self.medium.header(member).ok().flatten()?;
        let is_mark =
            header.shape().is_empty() && header.dtype().as_scalar().is_some_and(|s| s.kind() == Kind::Bool);
        is_mark.then(|| self.claims.take(member))
    }

    /// The keys below a place that no field has taken, without the prefix.
    pub(crate) fn free_keys_under<'l>(&'l self, name: &Name) -> impl Iterator<Item = &'s str> + use<'l, 's> {
        let prefix_len = name.prefix().len();
        let keys = self.medium.keys_under(&name.prefix());
        let free = keys.filter(|&(_, member)| !self.claims.is_taken(member));
        free.filter_map(move |(key, _)| key.get(prefix_len..))
    }

    /// Plans the reading of one member's cells: checks its header, leaves a job.
    pub(crate) fn plan_cells<A: Element>(&mut self, name: &Name, want: Want<'_>) -> Plan<'s, Cells<A>> {
        let Some((member, header, decoder)) = self.check::<A>(name, want) else {
            return Plan::refused();
        };
        self.total = self.total.saturating_add(header.data_len());
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        let member_name = name.as_str().to_owned();
        let settings = self.settings;
        self.jobs.push(Box::new(move |medium| {
            let read = || settings.apply(read_member(medium, member, &header, decoder)?);
            let cells = read().map_err(|error| error.in_member(&member_name))?;
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(cells);
            Ok(())
        }));
        Plan::new(move || {
            let cells = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            cells.ok_or_else(|| {
                Error::new(ErrorKind::Invalid, "a plan was finished before its data were read")
            })
        })
    }

    /// Reads one value at once: for what decides the plan of others, such as a count. `None` if it does not fit.
    pub(crate) fn read_now<A: Element>(&mut self, name: &Name) -> Option<A> {
        let (member, header, decoder) = self.check::<A>(name, Want::Shape(&[]))?;
        match read_member(self.medium, member, &header, decoder) {
            Ok(cells) => cells.flat.into_iter().next(),
            Err(error) => {
                self.refuse(name, A::expected(), error);
                None
            }
        }
    }

    /// Looks a member up, takes it, and compares its header with what is wanted; `None` if a problem was noted.
    fn check<A: Element>(&mut self, name: &Name, want: Want<'_>) -> Option<(usize, Header, Decoder<A>)> {
        // A shape that the field asks for is narrower than what its type wants. It speaks of arrays: single values
        // below the field, such as the count of a list or the tag of an enum, have none.
        let want = match self.settings.shape.filter(|_| !want.is_scalar()) {
            None => want,
            Some(shape) if want.has_axes(shape.len()) => Want::Shape(shape),
            Some(shape) => {
                let hint = "change the attribute `shape`, or the field's type".to_owned();
                let found = format!("the attribute asks for {}", Want::Shape(shape));
                self.note(ProblemKind::Shape, name, format!("{}, {want}", A::expected()), found, hint);
                return None;
            }
        };
        let expected = format!("{}, {want}", A::expected());
        let found = if name.is_root() { None } else { self.medium.find(name.as_str()) };
        let Some(member) = found else {
            // The hint is added by `settle`, when it is known which members nobody else wants.
            self.note(ProblemKind::Missing, name, expected, String::new(), String::new());
            return None;
        };
        self.claims.take(member);
        let header = match self.medium.header(member) {
            Ok(Some(header)) => header,
            Ok(None) => {
                let hint = "it is not an .npy array; read it with `NpzReader::bytes`".to_owned();
                self.note(ProblemKind::Unreadable, name, expected, "other bytes".to_owned(), hint);
                return None;
            }
            Err(error) => {
                self.refuse(name, expected, error);
                return None;
            }
        };
        if header.dtype().has_object() {
            self.report.push(Problem {
                kind: ProblemKind::Unreadable,
                member: name.as_str().to_owned(),
                expected,
                found: header.to_string(),
                hint: object_hint(name.as_str(), &A::expected()),
                cause: ErrorKind::Unsupported,
            });
            return None;
        }
        let forms = self.settings.forms;
        let rule = Rule { cast: self.cast, scalar: want.is_scalar(), form: forms.form() };
        let decoder = match forms.misfit::<A>(name) {
            Some(misfit) => Err(Refusal::new(misfit)),
            None => A::decoder(header.dtype(), rule),
        };
        let has_shape = want.allows(header.shape());
        if let Err(refusal) = &decoder {
            let hint = refusal.hint(Place::Member);
            self.note(ProblemKind::DType, name, expected.clone(), header.to_string(), hint);
        }
        if !has_shape {
            let hint = want.hint(header.shape());
            self.note(ProblemKind::Shape, name, expected, header.to_string(), hint);
        }
        let decoder = decoder.ok().filter(|_| has_shape)?;
        if header.data_len() == 0 && !self.spend_free(name, header.shape().iter().product()) {
            return None;
        }
        Some((member, header, decoder))
    }

    /// Takes a member that stands where others were wanted, and describes it.
    pub(crate) fn take_misplaced(&mut self, name: &Name) -> Option<String> {
        let member = self.medium.find(name.as_str()).filter(|_| !name.is_root())?;
        self.claims.take(member);
        Some(self.describe(member))
    }

    /// Takes whatever stands at a place and below it, unread.
    pub(crate) fn take_all(&mut self, name: &Name) {
        let below: Vec<_> = self.medium.keys_under(&name.prefix()).map(|(_, member)| member).collect();
        let own = self.medium.find(name.as_str()).filter(|_| !name.is_root());
        own.into_iter().chain(below).for_each(|member| self.claims.take(member));
    }

    fn describe(&self, member: usize) -> String {
        match self.medium.header(member) {
            Ok(Some(header)) => header.to_string(),
            Ok(None) => "other bytes".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Adds to each missing member the name that was probably meant.
    pub(crate) fn settle(&mut self) {
        for (problem, parent) in self.report.missing().zip(&self.parents) {
            problem.hint = self.claims.nearest(self.medium, &problem.member, *parent);
        }
    }

    /// Notes the members that nobody took.
    pub(crate) fn note_unexpected(&mut self) {
        if self.is_lenient {
            return;
        }
        for (member, name) in self.medium.members() {
            if self.claims.is_taken(member) || self.claims.is_allowed(name) {
                continue;
            }
            let found = self.describe(member);
            self.report.push(Problem {
                kind: ProblemKind::Unexpected,
                member: name.to_owned(),
                expected: String::new(),
                found,
                hint: UNEXPECTED_HINT.to_owned(),
                cause: ErrorKind::Mismatch,
            });
        }
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// Gives the report, unless the source failed.
    pub(crate) fn into_report(self) -> Result<Report> {
        self.fault.map_or(Ok(self.report), Err)
    }

    /// Reads the data, unless a problem was noted.
    pub(crate) fn run(self) -> Result<()> {
        self.fault.map_or(Ok(()), Err)?;
        self.report.into_result()?;
        self.medium.check_total(self.total)?;
        self.jobs.into_iter().try_for_each(|job| job(self.medium))
    }
}

fn read_member<A: Element>(
    medium: &dyn Medium,
    member: usize,
    planned: &Header,
    decoder: Decoder<A>,
) -> Result<Cells<A>> {
    let mut decoder = Some(decoder);
    let mut cells = None;
    medium.read(member, &mut |mut reader, available| {
        let header = Header::read(&mut reader, &crate::limits::Limits::trusted())?;
        let Some(decoder) = decoder.take().filter(|_| header == *planned) else {
            return Err(Error::damaged("the file was changed while it was being loaded"));
        };
        let available = available.map(|bytes| bytes.saturating_sub(header.len() as u64));
        cells = Some(read_cells(reader, &header, decoder, available)?);
        Ok(())
    })?;
    cells.ok_or_else(|| Error::damaged("the member has no data"))
}
