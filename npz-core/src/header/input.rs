//! The bytes of a header as they come, and what they are where they are none.

use std::io::{self, ErrorKind, Read};

use super::MAGIC;
use crate::error::{Error, Result};
use crate::literal::shortened;

/// A reader that counts, and that takes nobody's word for how much will come.
pub(super) struct Input<'r, R> {
    pub(super) reader: &'r mut R,
    pub(super) offset: usize,
}

impl<R: Read> Input<'_, R> {
    /// As many bytes, or those up to the end.
    fn up_to<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8]> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(unread(error)),
            }
        }
        self.offset += filled;
        Ok(&buffer[..filled])
    }

    /// The first bytes of a file, if they are these; otherwise what is there instead.
    pub(super) fn is_there<const N: usize>(&mut self, wanted: &[u8; N]) -> Result<Result<(), Vec<u8>>> {
        let mut buffer = [0; N];
        let found = self.up_to(&mut buffer)?;
        Ok(if found == wanted { Ok(()) } else { Err(found.to_vec()) })
    }

    /// So many bytes; the buffer grows with what really arrives.
    pub(super) fn exactly(&mut self, length: usize, what: &str) -> Result<Vec<u8>> {
        /// What most headers take at most.
        const AT_ONCE: usize = 16 << 10;
        let mut bytes = Vec::with_capacity(length.min(AT_ONCE));
        self.reader.by_ref().take(length as u64).read_to_end(&mut bytes).map_err(unread)?;
        self.offset += bytes.len();
        if bytes.len() == length { Ok(bytes) } else { Err(self.cut_off(length, what, bytes.len())) }
    }

    /// Appends as many bytes, or those up to the end; memory grows with what really arrives.
    pub(super) fn append(&mut self, bytes: &mut Vec<u8>, length: usize) -> Result<()> {
        let read = self.reader.by_ref().take(length as u64).read_to_end(bytes);
        self.offset += read.map_err(unread)?;
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut buffer = [0; N];
        let found = self.up_to(&mut buffer)?.len();
        if found == N { Ok(buffer) } else { Err(self.cut_off(N, what, found)) }
    }

    fn cut_off(&self, expected: usize, what: &str, found: usize) -> Error {
        cut_off(expected, what, found).at(self.offset as u64)
    }
}

fn unread(error: io::Error) -> Error {
    Error::io("can't read the .npy header", error)
}

fn cut_off(expected: usize, what: &str, found: usize) -> Error {
    Error::damaged(format!(
        "the file ends inside its header: expected {expected} bytes of {what}, found {found}"
    ))
}

/// Why the first bytes are not `MAGIC`: what else they are, as far as that shows.
pub(super) fn wrong_magic(found: &[u8]) -> Error {
    if found.is_empty() {
        return Error::damaged("there are no data left: expected a .npy header, found the end of the file")
            .at(0);
    }
    if MAGIC.starts_with(found) {
        return cut_off(MAGIC.len(), "magic string", found.len()).at(found.len() as u64);
    }
    // Protocols 2 and up start with 0x80, the older ones with the first thing that was pickled.
    if found.starts_with(b"\x80") || found.starts_with(b"(") || found.starts_with(b"cnumpy") {
        let message = "the file is a pickle, which can run any code when it is loaded and is never read here; if \
                       you trust it, load it in Python with np.load(..., allow_pickle=True) and save plain arrays \
                       with np.save(..., allow_pickle=False)";
        return Error::unsupported(message).at(0);
    }
    let archive = found.starts_with(b"PK\x03\x04") || found.starts_with(b"PK\x05\x06");
    let hint = if archive { "; this is a zip archive, load it as .npz" } else { "" };
    let found = shortened(&found.iter().copied().map(char::from).collect::<String>());
    Error::damaged(format!(
        "this is not a .npy file: expected it to start with '\\x93NUMPY', found {found}{hint}"
    ))
    .at(0)
}
