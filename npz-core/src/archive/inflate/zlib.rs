//! The same by a library: where the feature `inflate` is off.

use std::cell::Cell;
use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

use crate::input::Chunks;

thread_local! {
    /// The decoder that was used last: its tables of some 50 KiB are made once, which is what counts when an archive has
    /// 100,000 members.
    static SPARE: Cell<Option<Decompress>> = const { Cell::new(None) };
}

/// The decompressed bytes of a deflate stream.
pub(in crate::archive) struct Inflate<'a> {
    input: Chunks<'a>,
    /// `None` only while it is given back.
    stream: Option<Decompress>,
}

impl<'a> Inflate<'a> {
    pub(in crate::archive) fn new(input: Chunks<'a>) -> Self {
        let stream = SPARE.take().unwrap_or_else(|| Decompress::new(false));
        Self { input, stream: Some(stream) }
    }
}

impl Drop for Inflate<'_> {
    fn drop(&mut self) {
        if let Some(mut stream) = self.stream.take() {
            stream.reset(false);
            SPARE.set(Some(stream));
        }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(stream) = &mut self.stream else { return Ok(0) };
        loop {
            let bytes = self.input.peek()?;
            let is_last = bytes.is_empty();
            let before = (stream.total_in(), stream.total_out());
            let flush = if is_last { FlushDecompress::Finish } else { FlushDecompress::None };
            let status = stream.decompress(bytes, buffer, flush);
            self.input.take((stream.total_in() - before.0) as usize);
            let count = (stream.total_out() - before.1) as usize;
            match status {
                Ok(Status::Ok | Status::BufError) if count == 0 && !is_last && !buffer.is_empty() => {}
                Ok(_) => return Ok(count),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
            }
        }
    }
}
