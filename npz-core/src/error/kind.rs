//! What kinds of errors there are.

/// The classes of [`Error`](crate::Error), divided by who has to act.
///
/// ```
/// use npz_core::{ErrorKind, npy};
///
/// let advice = match npy::load::<ndarray::Array1<f64>>("no/such/file.npy").map_err(|error| error.kind()) {
///     Ok(_) => "go on",
///     Err(ErrorKind::Io) => "look at the path and the disk",
///     Err(ErrorKind::Damaged) => "restore a copy",
///     Err(_) => "read the message",
/// };
/// assert_eq!(advice, "look at the path and the disk");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The medium failed: no such file, no permission, no space. [`std::error::Error::source`] is the
    /// [`io::Error`](std::io::Error).
    Io,
    /// The bytes are not what the format promises: truncated, a wrong checksum, a bad header. Restore the
    /// file from a copy.
    Damaged,
    /// The file is sound, but holds what this build does not read: a pickle, an encrypted member, a
    /// compression method whose feature is off. The message says how to get at the data.
    Unsupported,
    /// The file is sound, but is not what the caller's type expects. [`Error::report`](crate::Error::report) lists each
    /// difference.
    Mismatch,
    /// The archive has no member of that name.
    NotFound,
    /// The caller asked for something that can't be: two members of one name, a value that the target
    /// can't hold, a bad option.
    Invalid,
    /// Reading on would pass a limit set in [`Limits`](crate::Limits).
    Limit,
    /// The caller's function that is told of the progress said so.
    Cancelled,
}
