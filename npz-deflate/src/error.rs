//! What may fail: memory, and the library that stands in.

use flate2::CompressError;

/// Why nothing was encoded.
#[derive(Debug)]
pub enum Error {
    /// There is no memory for so many bytes.
    NoMemory(u64),
    /// The library says so; there are no bytes that would lead there.
    Library(CompressError),
}

/// Makes room for so many more bytes, and some to come, as `Vec` does.
pub(super) fn reserve(bytes: &mut Vec<u8>, more: usize) -> Result<(), Error> {
    bytes.try_reserve(more).map_err(|_| Error::NoMemory(bytes.len().saturating_add(more) as u64))
}
