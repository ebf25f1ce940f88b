//! The list of differences between a file and the type that it is loaded into.

mod remark;

use std::fmt;

use crate::error::ErrorKind;
use crate::json::json_string;

pub use remark::{Remark, RemarkKind};

/// How many problems a message shows: a file of another program may differ in thousands of members, and the
/// first ones tell the story.
pub(crate) const SHOWN: usize = 40;

/// How many problems a report keeps. A short name in a file can claim thousands of elements that all lack something, so
/// the rest is only counted.
const MOST_PROBLEMS: usize = 100;

/// How many remarks a report keeps of what the file does not have. The others stand for a member each.
const MOST_FREE_REMARKS: usize = 500;

/// Lists every difference between the members of an archive and what a type expects, and what a load that goes well
/// ignores, casts, defaults and migrates.
///
/// Keeps the first hundred problems and counts the rest ([`problem_count`](Self::problem_count)).
///
/// Made by [`Npz::check`](crate::Npz::check) from the headers alone; by [`LoadOptions::verify`](crate::LoadOptions::verify)
/// from all data, of a file without any type; and carried by the error of a failed load
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
/// let kinds: Vec<_> = report.problems().iter().map(|p| (&*p.member, p.kind)).collect();
/// assert_eq!(kinds, [("weights", ProblemKind::Shape), ("bias", ProblemKind::Missing)]);
/// assert!(!report.is_ok());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a report may list problems: look at `is_ok()` or call `into_result()`"]
pub struct Report {
    problems: Vec<Problem>,
    more_problems: MoreProblems,
    remarks: Vec<Remark>,
    /// How many of the remarks no member stands for.
    free_remarks: usize,
    more_remarks: usize,
    /// It is about a file alone, and no type.
    is_of_file: bool,
}

/// The problems that are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct MoreProblems {
    count: usize,
    /// The gravest cause among them.
    gravest: Option<ErrorKind>,
}

/// How far a report was written, to take back what was noted after that.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    kept: usize,
    more: MoreProblems,
}

/// One difference between a member and what the type expects of it.
///
/// Prints as one line.
///
/// ```
/// use npz_core::{ErrorKind, ProblemKind, npy};
///
/// let bytes = npy::to_bytes(&ndarray::arr1(&[1.5f64]))?;
/// let error = npy::from_bytes::<ndarray::Array1<f32>>(&bytes).unwrap_err();
/// let problem = &error.report().expect("a mismatch has one").problems()[0];
/// assert_eq!((problem.kind, &*problem.member), (ProblemKind::DType, ""));
/// assert_eq!((&*problem.expected, &*problem.found), ("<f4 (f32), 1 axis", "<f8 (f64), shape (1,)"));
/// assert!(problem.hint.contains("Cast::SameKind"));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The member's name, as `np.load` would say it; empty for a `.npy` file, and for an archive as a whole.
    pub member: String,
    /// The field of the records, where the member holds such: `pos.x` for a record inside of another. Empty where
    /// the whole member is meant.
    pub field: String,
    /// What the type expects, for example `"<f4, 2 axes"`; empty for an unexpected member, and where no type is asked.
    pub expected: String,
    /// What the archive holds; empty for a missing member.
    pub found: String,
    /// What to do, for example which attribute would allow it; may be empty.
    pub hint: String,
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
/// let report = NpzReader::new(&bytes)?.check::<State>()?;
/// let kinds: Vec<_> = report.problems().iter().map(|problem| problem.kind).collect();
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
    /// The bytes are not those that were written: a wrong checksum, data that are cut off, records that contradict each other.
    /// Found by [`verify`](crate::LoadOptions::verify) and [`salvage`](crate::LoadOptions::salvage).
    Damaged,
    /// Programs may read other things out of the file: a name is there twice, bytes belong to nothing. Found by
    /// [`verify`](crate::LoadOptions::verify).
    Ambiguous,
    /// The member can't be mapped, and the options ask for it: [`require_mapped`](crate::LoadOptions::require_mapped).
    #[cfg(feature = "mmap")]
    NotMapped,
    /// The members of an older version of a struct could not be turned into those of the newest.
    Migration,
}

impl Report {
    pub(crate) fn of_file() -> Self {
        Self { is_of_file: true, ..Self::default() }
    }

    /// Tells whether the file fits the type; of one that [`verify`](crate::LoadOptions::verify) has made, whether the file is sound.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }

    /// Lists the first hundred problems in the order of the type's fields, unexpected members last.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Counts all problems, also those after the first hundred.
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// #[derive(Npz)]
    /// struct Empty {}
    ///
    /// let bytes = (0..250u8).map(|i| (i.to_string(), i)).collect::<std::collections::BTreeMap<_, _>>().to_bytes()?;
    /// let report = NpzReader::new(&bytes)?.check::<Empty>()?;
    /// assert_eq!((report.problem_count(), report.problems().len()), (250, 100));
    /// assert!(report.to_string().ends_with("and 210 more")); // forty are shown
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn problem_count(&self) -> usize {
        self.problems.len() + self.more_problems.count
    }

    /// Lists what was, or would be, ignored, cast, defaulted and migrated: in the order of the type's fields, ignored
    /// members last. Of what the file does not have (defaulted fields, versions) the first five hundred are listed.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Turns the report into JSON, for a log or another program: one object with the lists `problems` and `remarks`, and
    /// `problem_count`. NumPy has no such call.
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct Old { step: u32 }
    /// #[derive(Npz)] struct New { step: String }
    /// let path = std::env::temp_dir().join("npz-core-doc-report-json.npz");
    /// Old { step: 7 }.save(&path)?;
    /// let json = New::check(&path)?.to_json();
    /// assert!(json.contains(r#"{"kind": "DType", "member": "step", "field": "", "expected": "<U"#), "{json}");
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let object = |entries: &[(&str, &str)]| {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("\"{key}\": {}", json_string(value))).collect();
            format!("    {{{}}}", entries.join(", "))
        };
        let list = |objects: Vec<String>| {
            if objects.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", objects.join(",\n")) }
        };
        let problems = self.problems.iter().map(|problem| {
            object(&[
                ("kind", &format!("{:?}", problem.kind)),
                ("member", &problem.member),
                ("field", &problem.field),
                ("expected", &problem.expected),
                ("found", &problem.found),
                ("hint", &problem.hint),
            ])
        });
        let remarks = self.remarks.iter().map(|remark| {
            let kind = format!("{:?}", remark.kind);
            object(&[("kind", &kind), ("member", &remark.member), ("text", &remark.text)])
        });
        let (problems, remarks) = (list(problems.collect()), list(remarks.collect()));
        let count = self.problem_count();
        format!(
            "{{\n  \"problems\": {problems},\n  \"problem_count\": {count},\n  \"remarks\": {remarks}\n}}\n"
        )
    }

    fn write_remarks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, remark) in self.remarks.iter().take(SHOWN).enumerate() {
            let line = if i > 0 { "\n" } else { "" };
            write!(f, "{line}  - {remark}")?;
        }
        match self.remarks.len().saturating_sub(SHOWN) + self.more_remarks {
            0 => Ok(()),
            more => write!(f, "\n  - and {more} more"),
        }
    }

    pub(crate) fn remark(&mut self, remark: Remark) {
        if !remark.kind.is_of_a_member() {
            if self.free_remarks == MOST_FREE_REMARKS {
                self.more_remarks += 1;
                return;
            }
            self.free_remarks += 1;
        }
        self.remarks.push(remark);
    }

    /// Tells that all this is about one field of a member's records.
    pub(crate) fn in_field(&mut self, path: &str) {
        for problem in &mut self.problems {
            problem.field =
                if problem.field.is_empty() { path.to_owned() } else { format!("{path}.{}", problem.field) };
        }
    }

    /// Adds what was found wrong with a member, or with the file where it has no name.
    pub(crate) fn push_found(&mut self, kind: ProblemKind, member: &str, found: &str, cause: ErrorKind) {
        let (member, found) = (member.to_owned(), found.to_owned());
        let (field, expected, hint) = Default::default();
        self.push(Problem { kind, member, field, expected, found, hint, cause });
    }

    /// Adds a problem; gives its index if it is kept.
    pub(crate) fn push(&mut self, problem: Problem) -> Option<usize> {
        if self.is_full() {
            self.count_more(problem.cause);
            return None;
        }
        self.problems.push(problem);
        Some(self.problems.len() - 1)
    }

    /// Whether more problems are only counted: then it would be in vain to describe them.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    /// Counts a problem that is not kept.
    pub(crate) fn count_more(&mut self, cause: ErrorKind) {
        let MoreProblems { count, gravest } = &mut self.more_problems;
        *count += 1;
        *gravest = Some(gravest.map_or(cause, |before| gravest_of([before, cause])));
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { kept: self.problems.len(), more: self.more_problems }
    }

    /// The gravest cause among the problems that were noted since, if there are any.
    pub(crate) fn cause_since(&self, mark: Mark) -> Option<ErrorKind> {
        let is_more = self.more_problems.count > mark.more.count;
        let later = self.problems.get(mark.kept..).unwrap_or_default().iter().map(|problem| problem.cause);
        let mut causes = later.chain(self.more_problems.gravest.filter(|_| is_more)).peekable();
        causes.peek().is_some().then(|| gravest_of(causes))
    }

    /// Forgets the problems that were noted since.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        self.problems.truncate(mark.kept);
        self.more_problems = mark.more;
    }

    pub(crate) fn problem_mut(&mut self, index: usize) -> Option<&mut Problem> {
        self.problems.get_mut(index)
    }

    /// The kind of the error that carries this report: that of the gravest problem.
    pub(crate) fn error_kind(&self) -> ErrorKind {
        gravest_of(self.problems.iter().map(|problem| problem.cause).chain(self.more_problems.gravest))
    }

    /// The headline of the error that carries this report.
    pub(crate) fn summary(&self) -> String {
        let what = if self.is_of_file {
            "the file is not sound"
        } else {
            "what the file holds does not fit the type"
        };
        match self.problem_count() {
            1 => what.to_owned(),
            n => format!("{what}, in {n} places"),
        }
    }
}

/// Of several causes the one that a caller has to act on first.
fn gravest_of(causes: impl IntoIterator<Item = ErrorKind>) -> ErrorKind {
    const GRAVEST_FIRST: [ErrorKind; 4] =
        [ErrorKind::Io, ErrorKind::Damaged, ErrorKind::Unsupported, ErrorKind::Limit];
    let places = causes.into_iter().filter_map(|cause| GRAVEST_FIRST.iter().position(|kind| *kind == cause));
    places.min().map_or(ErrorKind::Mismatch, |first| GRAVEST_FIRST[first])
}

/// Prints the problems (and which versions were migrated), or the remarks where there are none, one a line; the first
/// forty. `{:#}` leaves the hints out.
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
                f.write_str("  - ")?;
                problem.write_subject(f)?;
                f.write_str(" has another shape too")?;
                problem.write_hint(f, true)?;
                continue;
            }
            // A file of another program may need the same advice in every line: once is enough.
            let is_repeated = self.problems[..i].iter().any(|earlier| earlier.hint == problem.hint);
            f.write_str("  - ")?;
            problem.write(f)?;
            problem.write_hint(f, !is_repeated)?;
        }
        match self.problem_count().saturating_sub(SHOWN) {
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
        self.write(f)?;
        self.write_hint(f, true)
    }
}

impl Problem {
    /// Whether this adds a shape to the dtype of one that shows both.
    fn is_shape_after(&self, before: &Self) -> bool {
        (before.kind, self.kind) == (ProblemKind::DType, ProblemKind::Shape)
            && (&before.member, &before.field) == (&self.member, &self.field)
            && (&before.expected, &before.found) == (&self.expected, &self.found)
    }

    fn write_hint(&self, f: &mut fmt::Formatter<'_>, is_new: bool) -> fmt::Result {
        match self.hint.as_str() {
            "" => Ok(()),
            _ if f.alternate() => Ok(()),
            hint if is_new => write!(f, "; {hint}"),
            _ => f.write_str("; as above"),
        }
    }

    fn write_subject(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_of_file = matches!(self.kind, ProblemKind::Damaged | ProblemKind::Ambiguous);
        match self.member.as_str() {
            "" if is_of_file => f.write_str("the file")?,
            "" => f.write_str("the array")?,
            member => write!(f, "member {member:?}")?,
        }
        match self.field.as_str() {
            "" => Ok(()),
            field => write!(f, ", field {field:?},"),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, expected, found, .. } = self;
        // It may be the text of another error.
        let found = if f.alternate() { without_advice(found) } else { found };
        self.write_subject(f)?;
        match kind {
            ProblemKind::Missing => write!(f, " is missing: expected {expected}")?,
            ProblemKind::Unexpected => write!(f, " is unexpected: found {found}")?,
            ProblemKind::DType => write!(f, " has another dtype: expected {expected}, found {found}")?,
            ProblemKind::Shape => write!(f, " has another shape: expected {expected}, found {found}")?,
            ProblemKind::Value => write!(f, " has another value: expected {expected}, found {found}")?,
            ProblemKind::Unreadable => write!(f, " can't be read: {found}")?,
            ProblemKind::Damaged => write!(f, " is damaged: {found}")?,
            ProblemKind::Ambiguous => write!(f, " is ambiguous: {found}")?,
            #[cfg(feature = "mmap")]
            ProblemKind::NotMapped => write!(f, " can't be mapped: {found}")?,
            ProblemKind::Migration => write!(f, " can't be migrated: {found}")?,
        }
        Ok(())
    }
}

/// A message up to its advice, which stands behind the first semicolon.
pub(crate) fn without_advice(message: &str) -> &str {
    message.split("; ").next().unwrap_or(message)
}
