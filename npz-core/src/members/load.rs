//! Loading: headers are compared with what the type wants, and only when all agree are data read.
//!
//! A type *plans*: it looks its members up, notes every mismatch in the loader's report, leaves a job for each
//! array that has to be read, and returns a [`Plan`] that puts the value together when the jobs are done. Names,
//! aliases and defaults are thus decided once, and the jobs are independent of each other.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use super::Name;
use super::claims::Claims;
use crate::element::{Cast, Decoder, Element, Refusal, Rule, object_hint};
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::npy::{Cells, axes, read_cells};
use crate::report::{Problem, ProblemKind, Report};

/// Loads itself from members, after checking their headers.
///
/// Implemented for the owned ones of the types that [`ToMembers`](crate::ToMembers) is implemented for; see there
/// for an implementation by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be loaded from members of an archive: the trait `FromMembers` is missing",
    label = "not a type that npz-core can load",
    note = "borrowed types (`&T`, `ArrayView`) can be saved but not loaded: load into the owned type",
    note = "for a struct of your own, add `#[derive(npz_core::Npz)]`",
    note = "for a type of another crate, use `#[npz(with = \"module\")]` on the field, or `#[npz(skip)]`"
)]
pub trait FromMembers: Sized {
    /// Looks the value's members up and compares their headers; reads no data.
    ///
    /// Whatever does not fit is noted in the loader; the plan of a value with problems is never finished.
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's;

    /// Tells whether any member of the value is there: decides `Option`, `default` and `alias`.
    fn is_present(loader: &Loader<'_>, name: &Name) -> bool;

    /// Plans many values of this type arranged by `dims` (`None`: as many as there are), in C order.
    #[doc(hidden)]
    fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
        super::sequence::plan_indexed(loader, name, dims)
    }

    /// Tells whether many values of this type are there.
    #[doc(hidden)]
    fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
        super::sequence::are_indexed_present(loader, name)
    }

    /// Tells whether the value is one member with exactly the value's name.
    #[doc(hidden)]
    fn is_single() -> bool {
        false
    }
}

/// How a value is put together once its members' data are read.
///
/// ```
/// use npz_core::{FromMembers, Loader, Name, Plan};
///
/// fn degrees<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, f64> {
///     f64::plan(loader, name).map(f64::to_degrees)
/// }
/// ```
#[must_use = "a plan does nothing until it is part of the plan that is returned"]
pub struct Plan<'s, T> {
    finish: Box<dyn FnOnce() -> Result<T> + 's>,
}

impl<'s, T> Plan<'s, T> {
    /// Makes a plan of the function that finishes it.
    pub fn new(finish: impl FnOnce() -> Result<T> + 's) -> Self {
        Self { finish: Box::new(finish) }
    }

    /// Puts the value together; called when all data are read.
    ///
    /// # Errors
    /// Those of the functions that the plan is made of.
    pub fn finish(self) -> Result<T> {
        (self.finish)()
    }

    /// Changes the value that comes out.
    pub fn map<U>(self, change: impl FnOnce(T) -> U + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().map(change))
    }

    /// Changes the value that comes out, by a function that can fail.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Result<U> + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().and_then(change))
    }

    /// The plan of a value whose problems stand in the report: the loader never lets it run.
    pub(crate) fn refused() -> Self {
        Self::new(|| {
            Err(Error::new(ErrorKind::Mismatch, "the value was finished although its members do not fit"))
        })
    }
}

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

/// The state of a load: what is there, what is taken, what does not fit, what is to be read.
pub struct Loader<'s> {
    medium: &'s dyn Medium,
    claims: Claims,
    cast: Cast,
    report: Report,
    jobs: Vec<Job<'s>>,
    total: u64,
}

impl<'s> Loader<'s> {
    pub(crate) fn new(medium: &'s dyn Medium, cast: Cast) -> Self {
        let claims = Claims::default();
        Self { medium, claims, cast, report: Report::default(), jobs: Vec::new(), total: 0 }
    }

    /// Plans something under another casting rule.
    pub fn with_cast<R>(&mut self, cast: Cast, plan: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.cast, cast);
        let planned = plan(self);
        self.cast = outer;
        planned
    }

    /// Lets members under this name be there without being wanted.
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
        self.report.push(Problem { kind, member: name.as_str().to_owned(), expected, found, hint });
    }

    /// Notes that a member can't be read.
    pub(crate) fn refuse(&mut self, name: &Name, expected: String, error: &Error) {
        self.note(ProblemKind::Unreadable, name, expected, error.to_string(), String::new());
    }

    pub(crate) fn contains(&self, name: &Name) -> bool {
        !name.is_root() && self.medium.find(name.as_str()).is_some()
    }

    pub(crate) fn contains_under(&self, name: &Name) -> bool {
        self.free_keys_under(name).next().is_some()
    }

    /// Whether the name of any member begins as this place does.
    pub(crate) fn leads_on(&self, place: &Name) -> bool {
        self.medium.keys_under(place.as_str()).next().is_some()
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
        self.jobs.push(Box::new(move |medium| {
            let cells = read_member(medium, member, &header, decoder);
            let cells = cells.map_err(|error| error.in_member(&member_name))?;
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
                self.refuse(name, A::expected(), &error);
                None
            }
        }
    }

    /// Looks a member up, takes it, and compares its header with what is wanted; `None` if a problem was noted.
    fn check<A: Element>(&mut self, name: &Name, want: Want<'_>) -> Option<(usize, Header, Decoder<A>)> {
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
                self.refuse(name, expected, &error);
                return None;
            }
        };
        if header.dtype().has_object() {
            let wanted = A::expected();
            let hint = object_hint(wanted.split(' ').next().unwrap_or_default());
            self.note(ProblemKind::Unreadable, name, expected, header.to_string(), hint);
            return None;
        }
        let rule = Rule { cast: self.cast, scalar: want.is_scalar() };
        let decoder = A::decoder(header.dtype(), rule);
        let has_shape = want.allows(header.shape());
        if let Err(Refusal { hint }) = &decoder {
            self.note(ProblemKind::DType, name, expected.clone(), header.to_string(), hint.clone());
        }
        if !has_shape {
            let hint = want.hint(header.shape());
            self.note(ProblemKind::Shape, name, expected, header.to_string(), hint);
        }
        decoder.ok().filter(|_| has_shape).map(|decoder| (member, header, decoder))
    }

    /// Takes a member that stands where others were wanted, and describes it.
    pub(crate) fn take_misplaced(&mut self, name: &Name) -> Option<String> {
        let member = self.medium.find(name.as_str()).filter(|_| !name.is_root())?;
        self.claims.take(member);
        Some(self.describe(member))
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
        for problem in self.report.missing() {
            problem.hint = self.claims.nearest(self.medium, &problem.member);
        }
    }

    /// Notes the members that nobody took.
    pub(crate) fn note_unexpected(&mut self) {
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
                hint:
                    "`#[npz(allow_unknown)]` on the struct, or `LoadOptions::allow_unknown(true)`, ignores it"
                        .to_owned(),
            });
        }
    }

    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    /// Reads the data, unless a problem was noted.
    pub(crate) fn run(self) -> Result<()> {
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

/// The shape that a type wants of a member.
#[derive(Clone, Copy)]
pub(crate) enum Want<'d> {
    /// So many axes, or any number.
    Axes(Option<usize>),
    /// These lengths; `None` is any.
    Shape(&'d [Option<usize>]),
}

impl Want<'_> {
    fn is_scalar(self) -> bool {
        matches!(self, Self::Shape([]))
    }

    fn allows(self, shape: &[usize]) -> bool {
        match self {
            Self::Axes(ndim) => ndim.is_none_or(|ndim| ndim == shape.len()),
            Self::Shape(dims) => {
                dims.len() == shape.len()
                    && dims.iter().zip(shape).all(|(want, &len)| want.is_none_or(|want| want == len))
            }
        }
    }

    /// What to do about another shape.
    fn hint(self, shape: &[usize]) -> String {
        match (self, shape) {
            (Self::Shape([]), shape) if shape.iter().all(|&len| len == 1) => {
                "save the bare number in Python (`a.item()`), or make the field an array".to_owned()
            }
            (Self::Shape([_]) | Self::Axes(Some(1)), []) => {
                "save `np.atleast_1d(a)` in Python, or make the field a single value".to_owned()
            }
            (Self::Shape(dims), shape) if dims.len() == shape.len() => {
                "make the field a `Vec` or an array to accept any length".to_owned()
            }
            (_, []) => "make the field a single value".to_owned(),
            (_, shape) => {
                format!(
                    "make the field an array of {}, or `ArrayD` for any number of axes",
                    axes(shape.len())
                )
            }
        }
    }
}

impl std::fmt::Display for Want<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Axes(None) => f.write_str("any shape"),
            Self::Axes(Some(ndim)) => f.write_str(&axes(*ndim)),
            Self::Shape(dims) => {
                let lens: Vec<_> =
                    dims.iter().map(|dim| dim.map_or("_".to_owned(), |len| len.to_string())).collect();
                let comma = if lens.len() == 1 { "," } else { "" };
                write!(f, "shape ({}{comma})", lens.join(", "))
            }
        }
    }
}
