//! Deflate, one way: pieces of a member in, compressed bytes out. `flate2` is named here and in `inflate`.

use std::io::{self, Write};

use flate2::{Compress, FlushCompress, Status};

use crate::error::{Error, Result};
use crate::memory;

/// The compressed bytes are handed on in pieces of this size.
const OUTPUT_BYTES: usize = 64 << 10;

/// A compressor that serves one member after another: its tables of some 300 KiB are made once, which is
/// what counts when an archive has 65,537 members.
pub(super) struct Deflater {
    stream: Compress,
    level: u32,
    output: Vec<u8>,
}

impl Deflater {
    /// The level is 0 to 9.
    pub(super) fn new(level: u32) -> Result<Self> {
        if level > 9 {
            return Err(Error::invalid(format!("expected a deflate level from 0 to 9, found {level}")));
        }
        let stream = Compress::new(flate2::Compression::new(level), false);
        Ok(Self { stream, level, output: memory::with_room(OUTPUT_BYTES, "compressed data")? })
    }

    pub(super) fn level(&self) -> u32 {
        self.level
    }

    /// Starts a new member, whatever became of the last one.
    pub(super) fn start(&mut self) {
        self.stream.reset();
        self.output.clear();
    }

    pub(super) fn write(&mut self, mut bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        while !bytes.is_empty() {
            let (consumed, _) = self.step(bytes, FlushCompress::None, out)?;
            bytes = &bytes[consumed..];
        }
        Ok(())
    }

    /// Writes what is held back and the end of the stream.
    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        while self.step(&[], FlushCompress::Finish, out)?.1 != Status::StreamEnd {}
        out.write_all(&self.output)?;
        self.output.clear();
        Ok(())
    }

    fn step(
        &mut self,
        bytes: &[u8],
        flush: FlushCompress,
        out: &mut impl Write,
    ) -> io::Result<(usize, Status)> {
        // There is always room, so each step gets on.
        if self.output.len() == self.output.capacity() {
            out.write_all(&self.output)?;
            self.output.clear();
        }
        let before = self.stream.total_in();
        let status = self.stream.compress_vec(bytes, &mut self.output, flush).map_err(io::Error::other)?;
        Ok(((self.stream.total_in() - before) as usize, status))
    }
}

/// Deflate makes at most so many bytes of one.
pub(super) const MOST_RATIO: u64 = 1032;

/// No smaller than what deflate can make of `size` bytes: stored blocks cost 5 bytes for each 16 KiB and
/// the bound that zlib gives for its worst setting is a 32nd.
pub(super) fn bound(size: u64) -> u64 {
    size.saturating_add(size / 16).saturating_add(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn inflate(bytes: &[u8]) -> Vec<u8> {
        let mut found = Vec::new();
        flate2::bufread::DeflateDecoder::new(bytes).read_to_end(&mut found).unwrap();
        found
    }

    /// Noise, which deflate can't shrink.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 1u64;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            })
            .collect()
    }

    #[test]
    fn one_compressor_serves_many_members() {
        for level in 0..=9 {
            let mut deflater = Deflater::new(level).unwrap();
            for data in [vec![], vec![7; 1], noise(300_000), vec![0; 1_000_000], noise(10)] {
                let mut out = Vec::new();
                deflater.start();
                data.chunks(70_001).for_each(|piece| deflater.write(piece, &mut out).unwrap());
                deflater.finish(&mut out).unwrap();
                assert!(inflate(&out) == data, "level {level}, {} bytes", data.len());
                assert!(out.len() as u64 <= bound(data.len() as u64));
            }
        }
    }

    #[test]
    fn a_member_that_was_broken_off_leaves_no_trace() {
        let mut deflater = Deflater::new(6).unwrap();
        deflater.start();
        deflater.write(&noise(100_000), &mut io::sink()).unwrap();
        let mut out = Vec::new();
        deflater.start();
        deflater.write(b"whole", &mut out).unwrap();
        deflater.finish(&mut out).unwrap();
        assert_eq!(inflate(&out), b"whole");
    }

    #[test]
    fn a_level_that_is_not_there_is_refused() {
        let error = Deflater::new(10).err().unwrap();
        assert_eq!(error.to_string(), "expected a deflate level from 0 to 9, found 10");
    }
}
