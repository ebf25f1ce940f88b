//! The one error type: what was expected, what was found, where, and what to do.
//!
//! The message is one or more sentences in lower case without a final full stop. Where it happened is
//! kept apart from it (file, member, byte offset), so that a program can act on it and a reader sees it
//! in the same place every time.

mod kind;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use self::kind::ErrorKind;
use crate::report::{Report, without_advice};

/// A `Result` whose error is this crate's [`Error`], if no other is named.
///
/// ```
/// fn double(path: &str) -> npz_core::Result<ndarray::Array1<f64>> {
///     Ok(npz_core::npy::load::<ndarray::Array1<f64>>(path)? * 2.0)
/// }
/// assert!(double("no/such/file.npy").is_err());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Tells what went wrong, where, and what to do about it.
///
/// One pointer wide, so `Result<(), Error>` stays small. [`kind`](Self::kind) says who has to act;
/// [`file`](Self::file), [`member`](Self::member) and [`offset`](Self::offset) say where it happened, as far
/// as that is known; [`report`](Self::report) lists every mismatch between a file and the type that it was
/// loaded into.
///
/// ```
/// use npz_core::{ErrorKind, NpzReader, NpzWriter, npy};
///
/// let error = npy::from_bytes::<ndarray::Array1<f64>>(b"\0\0\0\0").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Damaged);
/// assert_eq!(error.offset(), Some(0));
///
/// let path = std::env::temp_dir().join("npz-core-doc-error.npz");
/// let mut writer = NpzWriter::create(&path)?;
/// writer.add("rate", &0.1f64)?;
/// writer.finish()?;
/// let npz = NpzReader::open(&path)?;
/// let missing = npz.get::<f64>("step").unwrap_err();
/// assert_eq!(missing.kind(), ErrorKind::NotFound);
/// assert_eq!((missing.file(), missing.member()), (Some(&*path), Some("step")));
/// let narrow = npz.get::<f32>("rate").unwrap_err();
/// let report = narrow.report().expect("a mismatch has one");
/// assert_eq!(report.problems()[0].member, "rate");
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// `{:#}` prints what is wrong without the file's path and without advice, for messages to strangers.
///
/// ```
/// # use npz_core::npy;
/// let error = npy::from_bytes::<ndarray::Array2<f64>>(&npy::to_bytes(&[1.5])?).unwrap_err();
/// let text = "what the file holds does not fit the type\n  \
///             - the array has another shape: expected <f8 (f64), 2 axes, found <f8 (f64), shape (1,)";
/// assert_eq!(format!("{error:#}"), text);
/// assert!(error.to_string().starts_with(text) && error.to_string().contains("; make it an array"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    file: Option<PathBuf>,
    member: Option<String>,
    offset: Option<u64>,
    report: Option<Report>,
    source: Option<Source>,
    is_foreign_dtype: bool,
}

impl Error {
    /// Makes an error of a conversion or check of your own, for example in a `with` module.
    ///
    /// Its kind is [`ErrorKind::Invalid`].
    ///
    /// ```
    /// let error = npz_core::Error::custom("the angle must be finite");
    /// assert_eq!(error.to_string(), "the angle must be finite");
    /// ```
    pub fn custom(message: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Invalid, message.to_string())
    }

    /// Makes the error of work that its caller ended, of which your own code told it.
    ///
    /// Its kind is [`ErrorKind::Cancelled`].
    ///
    /// ```
    /// use npz_core::{Error, ErrorKind};
    /// assert_eq!(Error::cancelled().kind(), ErrorKind::Cancelled);
    /// ```
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled by the function that is told of the progress")
    }

    /// Makes an error of a file that contradicts itself, in a load of your own; [`custom`](Self::custom) is for values.
    ///
    /// Its kind is [`ErrorKind::Damaged`].
    ///
    /// ```
    /// let error = npz_core::Error::damaged("expected 3 names, one for each row, found 2").in_member("names");
    /// assert_eq!((error.kind(), error.member()), (npz_core::ErrorKind::Damaged, Some("names")));
    /// ```
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Damaged, message)
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            file: None,
            member: None,
            offset: None,
            report: None,
            source: None,
            is_foreign_dtype: false,
        }))
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// An array of a dtype that another library has registered with NumPy.
    pub(crate) fn foreign_dtype(message: impl Into<String>) -> Self {
        let mut error = Self::unsupported(message);
        error.0.is_foreign_dtype = true;
        error
    }

    /// Whether nothing is wrong but that the dtype is another library's.
    pub(crate) fn is_foreign_dtype(&self) -> bool {
        self.0.is_foreign_dtype
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn mismatch(report: Report) -> Self {
        let mut error = Self::new(report.error_kind(), report.summary());
        error.0.report = Some(report);
        error
    }

    /// An I/O error with the sentence that says what was being done.
    pub(crate) fn io(doing: impl fmt::Display, source: io::Error) -> Self {
        // A `Read` of ours passes our own errors through `io::Error`; unwrap them on the way back.
        match source.downcast::<Self>() {
            Ok(own) => own,
            Err(source) => Self::new(ErrorKind::Io, format!("{doing}: {source}")).with_source(source),
        }
    }

    /// An allocation that the data need failed.
    pub(crate) fn no_memory(bytes: u64, what: &str) -> Self {
        Self::io(format!("can't allocate {bytes} bytes for the {what}"), io::ErrorKind::OutOfMemory.into())
    }

    /// Whether there was no memory.
    pub(crate) fn is_no_memory(&self) -> bool {
        let source = self.0.source.as_ref().and_then(|source| source.downcast_ref::<io::Error>());
        source.is_some_and(|source| source.kind() == io::ErrorKind::OutOfMemory)
    }

    /// Adds to the end of the message.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.0.message.push_str(note);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Names the file that an error is about, unless a deeper layer already did.
    ///
    /// ```
    /// let error = npz_core::Error::custom("line 3 is empty").in_file("a.csv");
    /// assert_eq!(error.file(), Some(std::path::Path::new("a.csv")));
    /// ```
    pub fn in_file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        self.0.file.get_or_insert_with(|| path.to_path_buf());
        self
    }

    /// Names the member that is concerned, unless one is named; [`damaged`](Self::damaged) has an example.
    pub fn in_member(mut self, name: &str) -> Self {
        // The one array of a file has no name.
        if !name.is_empty() {
            self.0.member.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// Names the field of a member's records that all this is about, unless a deeper layer already did.
    pub(crate) fn in_field(mut self, path: &str) -> Self {
        let place = format!("field {path:?}: ");
        if let Some(report) = &mut self.0.report {
            report.in_field(path);
        } else if !self.0.message.starts_with(&place) {
            self.0.message.insert_str(0, &place);
        }
        self
    }

    /// Names the cell of a member's array that all this is about.
    pub(crate) fn in_cell(mut self, place: &str) -> Self {
        self.0.message = format!("cell {place}: {}", self.0.message);
        self
    }

    pub(crate) fn at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// Names the array of several in one stream; the offset then counts from the start of the stream.
    pub(crate) fn in_array(mut self, index: usize, start: u64) -> Self {
        let inner = &mut *self.0;
        inner.message = format!("array {index} of the stream, from byte {start}: {}", inner.message);
        inner.offset = Some(start.saturating_add(inner.offset.unwrap_or(0)));
        self
    }

    /// Tells who has to act.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Names the file, if the error came from a call with a path.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// Names the member of the archive, if one is concerned. A [`report`](Self::report) names its members itself.
    pub fn member(&self) -> Option<&str> {
        self.0.member.as_deref()
    }

    /// Tells the byte offset, counted from the start of the member (or of the `.npy` file, or of the
    /// archive where no member is named).
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Lists every difference between the file and the type, where that is why a load failed.
    pub fn report(&self) -> Option<&Report> {
        self.0.report.as_ref()
    }
}

impl Report {
    /// Turns a report with problems into an error.
    ///
    /// # Errors
    /// Carries this report, unless it is empty. [`ErrorKind::Mismatch`]; where a member can't be read at all,
    /// the kind of that problem: [`ErrorKind::Damaged`], [`ErrorKind::Unsupported`] or [`ErrorKind::Limit`].
    ///
    /// ```
    /// use npz_core::{ErrorKind, Npz, NpzReader};
    ///
    /// let bytes = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]).to_bytes()?;
    /// #[derive(Npz)]
    /// struct Other { y: f64 }
    /// let report = NpzReader::new(&bytes)?.check::<Other>()?;
    /// assert_eq!(report.into_result().unwrap_err().kind(), ErrorKind::Mismatch);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn into_result(self) -> Result<()> {
        if self.is_ok() { Ok(()) } else { Err(Error::mismatch(self)) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, file, member, offset, report, .. } = &*self.0;
        let message = if f.alternate() { without_advice(message) } else { message };
        if let Some(file) = file.as_ref().filter(|_| !f.alternate()) {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(member) = member {
            write!(f, "member {member:?}: ")?;
        }
        f.write_str(message)?;
        if let Some(offset) = offset {
            write!(f, " (at byte {offset})")?;
        }
        if let Some(report) = report {
            f.write_str("\n")?;
            report.fmt(f)?;
        }
        Ok(())
    }
}

/// The same text as `Display`: `main() -> Result<(), Error>` prints errors through `Debug`, and the user of
/// that program should read the message, not the fields.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Lets `?` pass on the errors of files where [`Result`] is given: as an [`ErrorKind::Io`] with the system's words. One of
/// ours that went through a [`Read`](io::Read) comes back as it was.
///
/// ```
/// fn size(path: &str) -> npz_core::Result<u64> {
///     Ok(std::fs::metadata(path)?.len())
/// }
/// assert_eq!(size("/no/such/file").unwrap_err().kind(), npz_core::ErrorKind::Io);
/// ```
impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(own) => own,
            Err(source) => Self::new(ErrorKind::Io, source.to_string()).with_source(source),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Io => {
                let source = error.0.source.as_ref();
                source
                    .and_then(|s| s.downcast_ref::<io::Error>())
                    .map_or(io::ErrorKind::Other, io::Error::kind)
            }
            ErrorKind::NotFound => io::ErrorKind::NotFound,
            ErrorKind::Unsupported => io::ErrorKind::Unsupported,
            ErrorKind::Invalid => io::ErrorKind::InvalidInput,
            // Not `Interrupted`, after which readers try again.
            ErrorKind::Cancelled => io::ErrorKind::Other,
            ErrorKind::Damaged | ErrorKind::Mismatch | ErrorKind::Limit => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn where_it_happened_is_said_once_and_in_order() {
        let error = Error::damaged("the header is cut off")
            .at(12)
            .in_member("w")
            .in_member("outer")
            .in_file(Path::new("run.npz"))
            .in_file(Path::new("other.npz"));
        assert_eq!(error.to_string(), "run.npz: member \"w\": the header is cut off (at byte 12)");
        assert_eq!(error.offset(), Some(12));
    }

    #[test]
    fn the_source_chain_reaches_the_io_error() {
        let error = Error::io("can't open the file", io::Error::from(io::ErrorKind::PermissionDenied));
        let source = error.source().expect("an I/O error has a source");
        let source = source.downcast_ref::<io::Error>().expect("it is an io::Error");
        assert_eq!(source.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn our_errors_survive_a_trip_through_io_error() {
        let inner = Error::damaged("bad CRC-32").in_member("w");
        let outer = Error::io("can't read", io::Error::from(inner));
        assert_eq!(outer.kind(), ErrorKind::Damaged);
        assert_eq!(outer.member(), Some("w"));
    }
}
