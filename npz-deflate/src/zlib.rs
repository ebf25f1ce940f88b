//! Blocks by a library, for what nothing of ours is made for. `flate2` is named here and in `inflate`.

use flate2::{Compress, FlushCompress, Status};

use super::bits::BitWriter;
use super::error::{Error, reserve};

/// A compressor: its tables of some 300 KiB are made once.
pub(super) struct Zlib {
    stream: Compress,
    level: u32,
    output: Vec<u8>,
}

impl Zlib {
    pub(super) fn new(level: u32) -> Self {
        let stream = Compress::new(flate2::Compression::new(level.min(9)), false);
        Self { stream, level, output: Vec::new() }
    }

    pub(super) fn level(&self) -> u32 {
        self.level
    }

    /// Encodes one block, whose bytes come in parts.
    pub(super) fn encode(
        &mut self,
        parts: &[&[u8]],
        is_last: bool,
        out: &mut BitWriter,
    ) -> Result<(), Error> {
        self.stream.reset();
        self.output.clear();
        let len: usize = parts.iter().map(|part| part.len()).sum();
        // What zlib bounds its worst case with, and room for what ends the block.
        reserve(&mut self.output, len + len / 16 + 1024)?;
        for part in parts {
            self.step(part, FlushCompress::None)?;
        }
        self.step(&[], if is_last { FlushCompress::Finish } else { FlushCompress::Sync })?;
        out.bytes(&self.output);
        Ok(())
    }

    /// How many bits the second part takes behind the first.
    pub(super) fn bits_behind(&mut self, first: &[u8], second: &[u8]) -> Result<u64, Error> {
        self.stream.reset();
        self.output.clear();
        reserve(&mut self.output, (first.len() + second.len()) * 17 / 16 + 1024)?;
        self.step(first, if first.is_empty() { FlushCompress::None } else { FlushCompress::Sync })?;
        let before = self.output.len();
        self.step(second, FlushCompress::Finish)?;
        Ok(8 * (self.output.len() - before) as u64)
    }

    fn step(&mut self, mut bytes: &[u8], flush: FlushCompress) -> Result<(), Error> {
        loop {
            let before = self.stream.total_in();
            let status = self.stream.compress_vec(bytes, &mut self.output, flush);
            let taken = (self.stream.total_in() - before) as usize;
            bytes = bytes.get(taken..).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => return Ok(()),
                // All was taken, and there was room for what was to be said.
                Ok(_) if bytes.is_empty() && self.output.len() < self.output.capacity() => {
                    if !matches!(flush, FlushCompress::Finish) {
                        return Ok(());
                    }
                }
                Ok(_) => reserve(&mut self.output, 1 << 16)?,
                Err(error) => return Err(Error::Library(error)),
            }
        }
    }
}
