//! The list of differences between a file and the type that it is loaded into.

use std::fmt;

use crate::error::ErrorKind;

/// How many problems a message shows: a file of another program may differ in thousands of members, and the
/// first ones tell the story.
const SHOWN: usize = 40;

/// Lists every difference between the members of an archive and what a type expects, and what a load that goes well
/// ignores, casts, defaults and migrates.
///
/// Made by [`Npz::check`](crate::Npz::check) from the headers alone, and carried by the error of a failed load
/// ([`Error::report`](crate::Error::report)).
///
/// ```
/// use ndarray::array;
/// use npz_core::{Npz, ProblemKind};
///
/// #[derive(Npz)]
/// struct Old { weights: ndarray::Array1<f32> }
/// #[derive(Npz, Debug)]
/// struct New { weights: ndarray::Array2<f32>, bias: f32 }
///
/// let bytes = Old { weights: array![1.0, 2.0] }.to_bytes()?;
/// let error = New::from_bytes(&bytes).unwrap_err();
/// let report = error.report().expect("a mismatch carries its report");
/// let kinds: Vec<_> = report.problems().iter().map(|p| (p.member(), p.kind())).collect();
/// assert_eq!(kinds, [("weights", ProblemKind::Shape), ("bias", ProblemKind::Missing)]);
/// assert!(!report.is_ok());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a report may list problems: look at `is_ok()` or call `into_result()`"]
pub struct Report {
    problems: Vec<Problem>,
    remarks: Vec<Remark>,
}

/// What was done to a member that a caller may want to know of, in a load that goes well.
///
/// Prints as one line.
///
/// ```
/// use npz_core::{LoadOptions, Npz, RemarkKind};
///
/// #[derive(Npz)]
/// struct Old { rate: f32, beta: f32 }
/// #[derive(Npz)]
/// struct New { rate: f64, #[npz(default)] step: u64 }
///
/// let path = std::env::temp_dir().join("npz-core-doc-remark.npz");
/// Old { rate: 0.5, beta: 0.9 }.save(&path)?;
/// let options = LoadOptions::new().allow_unknown(true);
/// let (state, report) = New::load_with_report(&path, &options)?;
/// assert_eq!((state.rate, state.step), (0.5, 0));
/// let remarks: Vec<_> = report.remarks().iter().map(|r| (r.member(), r.kind())).collect();
/// let expected = [("rate", RemarkKind::Cast), ("step", RemarkKind::Defaulted), ("beta", RemarkKind::Ignored)];
/// assert_eq!(remarks, expected);
/// assert_eq!(report.remarks()[0].to_string(), r#"member "rate": <f4 was cast to <f8 (f64)"#);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub(crate) kind: RemarkKind,
    pub(crate) member: String,
    pub(crate) text: String,
}

/// What was done to a member; [`Remark`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemarkKind {
    /// The archive has it, but nobody wants it: `allow_unknown`, or `skip_load`.
    Ignored,
    /// Its cells were converted to those of the field. A change of the byte order is none.
    Cast,
    /// The archive does not have it, and the field's default was taken.
    Defaulted,
    /// The member was found under this name, which is an `alias` of its field's.
    Aliased,
    /// A struct of an older version was migrated; the member is that of the version.
    Migrated,
    /// A struct of an older version was loaded as it is, since it has no `migrate`.
    Outdated,
}

/// One difference between a member and what the type expects of it.
///
/// Prints as one line.
///
/// ```
/// use npz_core::{ErrorKind, ProblemKind, npy};
///
/// let bytes = npy::to_bytes(&ndarray::arr1(&[1.5f64]))?;
/// let error = npy::from_bytes::<f32, ndarray::Ix1>(&bytes).unwrap_err();
/// let problem = &error.report().expect("a mismatch has one").problems()[0];
/// assert_eq!((problem.kind(), problem.member()), (ProblemKind::DType, ""));
/// assert_eq!((problem.expected(), problem.found()), ("<f4 (f32)", "<f8 (f64), shape (1,)"));
/// assert!(problem.hint().contains("Cast::SameKind"));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) member: String,
    /// Of a member that holds records; empty where the whole member is meant.
    pub(crate) field: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) hint: String,
    /// The kind of error that this alone would be.
    pub(crate) cause: ErrorKind,
}

/// What is wrong with one member.
///
/// ```
/// use npz_core::{Npz, NpzReader, ProblemKind};
///
/// #[derive(Npz)]
/// struct State { step: u64 }
///
/// let bytes = std::collections::BTreeMap::from([("steps".to_owned(), 1u64)]).to_bytes()?;
/// let report = NpzReader::from_bytes(&bytes)?.check::<State>()?;
/// let kinds: Vec<_> = report.problems().iter().map(|problem| problem.kind()).collect();
/// assert_eq!(kinds, [ProblemKind::Missing, ProblemKind::Unexpected]); // `step` and `steps`
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The type wants a member that the archive does not have.
    Missing,
    /// The archive has a member that the type does not want.
    Unexpected,
    /// The member's dtype can't become the field's cell type under the casting rule in force.
    DType,
    /// The member has another number of axes or another shape.
    Shape,
    /// The member's value is none of those that the type knows: the name of an enum's variant.
    Value,
    /// The member can't be read at all: a pickle, not an array, a broken header.
    Unreadable,
    /// The members of an older version of a struct could not be turned into those of the newest.
    Migration,
}

impl Report {
    /// Tells whether the file fits the type.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    /// Lists the problems in the order of the type's fields, unexpected members last.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Lists what was, or would be, ignored, cast, defaulted and migrated: in the order of the type's fields, ignored
    /// members last.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    fn write_remarks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, remark) in self.remarks.iter().take(SHOWN).enumerate() {
            let line = if i > 0 { "\n" } else { "" };
            write!(f, "{line}  - {remark}")?;
        }
        match self.remarks.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  - and {more} more"),
        }
    }

    pub(crate) fn remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }

    /// Tells that all this is about one field of a member's records.
    pub(crate) fn in_field(&mut self, path: &str) {
        for problem in &mut self.problems {
            problem.field =
                if problem.field.is_empty() { path.to_owned() } else { format!("{path}.{}", problem.field) };
        }
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The problems of missing members whose hint is not made yet; at most as many as a message shows.
    pub(crate) fn missing(&mut self) -> impl Iterator<Item = &mut Problem> {
        let missing =
            self.problems.iter_mut().filter(|p| p.kind == ProblemKind::Missing && p.hint.is_empty());
        missing.take(SHOWN)
    }

    /// The kind of the error that carries this report: that of the gravest problem.
    pub(crate) fn error_kind(&self) -> ErrorKind {
        let gravest_first = [ErrorKind::Io, ErrorKind::Damaged, ErrorKind::Unsupported, ErrorKind::Limit];
        let is_there = |kind: &ErrorKind| self.problems.iter().any(|problem| problem.cause == *kind);
        gravest_first.into_iter().find(is_there).unwrap_or(ErrorKind::Mismatch)
    }

    /// The headline of the error that carries this report.
    pub(crate) fn summary(&self) -> String {
        match self.problems.len() {
            1 => "what the file holds does not fit the type".to_owned(),
            n => format!("what the file holds does not fit the type, in {n} places"),
        }
    }
}

impl Remark {
    /// Tells what was done.
    pub fn kind(&self) -> RemarkKind {
        self.kind
    }

    /// Names the member, as `np.load` would.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Tells the same in words.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "member {:?}: {}", self.member, self.text)
    }
}

impl Problem {
    /// Tells what is wrong.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Names the member, as `np.load` would; empty for a `.npy` file.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Names the field of the records, where the member holds such: `pos.x` for a record inside of another. Empty where
    /// the whole member is meant.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Tells what the type expects, for example `"<f4, 2 axes"`; empty for an unexpected member.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Tells what the archive holds; empty for a missing member.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Tells what to do, for example which attribute would allow it; may be empty.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

/// Prints the problems (and which versions were migrated), or the remarks where there are none, one a line; the first
/// forty.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_ok() {
            return self.write_remarks(f);
        }
        for (i, problem) in self.problems.iter().take(SHOWN).enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            // What differs in dtype and shape is shown once.
            if self.problems[..i].last().is_some_and(|before| problem.is_shape_after(before)) {
                write!(f, "  - its shape differs too; {}", problem.hint)?;
                continue;
            }
            // A file of another program may need the same advice in every line: once is enough.
            let is_repeated = self.problems[..i].iter().any(|earlier| earlier.hint == problem.hint);
            f.write_str("  - ")?;
            problem.write(f, !is_repeated)?;
        }
        match self.problems.len().saturating_sub(SHOWN) {
            0 => {}
            more => write!(f, "\n  - and {more} more")?,
        }
        // Names and dtypes may be those after a migration, and an old version explains what is missing.
        let explaining = [RemarkKind::Migrated, RemarkKind::Outdated];
        let notes = self.remarks.iter().filter(|remark| explaining.contains(&remark.kind));
        notes.take(SHOWN).try_for_each(|remark| write!(f, "\n  (note: {remark})"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl Problem {
    /// Whether this adds a shape to the dtype of one that shows both.
    fn is_shape_after(&self, before: &Self) -> bool {
        (before.kind, self.kind) == (ProblemKind::DType, ProblemKind::Shape)
            && (&before.member, &before.field) == (&self.member, &self.field)
            && (&before.expected, &before.found) == (&self.expected, &self.found)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, with_hint: bool) -> fmt::Result {
        let Self { kind, member, field, expected, found, hint, cause: _ } = self;
        match member.as_str() {
            "" => f.write_str("the array")?,
            member => write!(f, "member {member:?}")?,
        }
        if !field.is_empty() {
            write!(f, ", field {field:?},")?;
        }
        match kind {
            ProblemKind::Missing => write!(f, " is missing: expected {expected}")?,
            ProblemKind::Unexpected => write!(f, " is unexpected: found {found}")?,
            ProblemKind::DType => write!(f, " has another dtype: expected {expected}, found {found}")?,
            ProblemKind::Shape => write!(f, " has another shape: expected {expected}, found {found}")?,
            ProblemKind::Value => write!(f, " has another value: expected {expected}, found {found}")?,
            ProblemKind::Unreadable => write!(f, " can't be read: {found}")?,
            ProblemKind::Migration => write!(f, " can't be migrated: {found}")?,
        }
        match (hint.as_str(), with_hint) {
            ("", _) => Ok(()),
            (hint, true) => write!(f, "; {hint}"),
            (_, false) => f.write_str("; as above"),
        }
    }
}
