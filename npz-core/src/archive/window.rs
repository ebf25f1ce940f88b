//! The archive as the zip crate reads its directory: buffered, and bounded in work.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, Result};
use crate::source::{ReadAt, read_some_at};

/// A power of two, and more than the 64 KiB + 22 bytes at the end of a file that hold the end record.
const BLOCK_BYTES: u64 = 128 << 10;

/// A `Read + Seek` over a whole source that keeps one block of it. The blocks lie on multiples of their
/// length, so the search from the end backwards stays in one or two of them, where a `BufReader` would fetch
/// a new buffer at each step.
pub(super) struct Window<'a> {
    source: &'a dyn ReadAt,
    size: u64,
    position: u64,
    block: Vec<u8>,
    block_start: u64,
    /// What may still be spent on reading, in bytes handed out and a flat fee for each call. An honest
    /// directory is read once, and the file perhaps searched three times. A dishonest one of 10 MB of end
    /// signatures would be searched for each of them.
    budget: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(source: &'a dyn ReadAt, size: u64) -> Self {
        let budget = size.saturating_mul(16).saturating_add(1 << 20);
        Self { source, size, position: 0, block: Vec::new(), block_start: 0, budget }
    }

    /// The bytes of the block from the current position on, empty at the end of the source.
    fn fill(&mut self) -> Result<&[u8]> {
        if self.position >= self.size {
            return Ok(&[]);
        }
        let start = self.position & !(BLOCK_BYTES - 1);
        if self.block.is_empty() || start != self.block_start {
            let length = BLOCK_BYTES.min(self.size - start) as usize;
            self.block.resize(length, 0);
            let mut filled = 0;
            while filled < length {
                match read_some_at(self.source, &mut self.block[filled..], start + filled as u64)? {
                    0 => break,
                    count => filled += count,
                }
            }
            self.block.truncate(filled);
            self.block_start = start;
            self.spend(filled)?;
        }
        Ok(self.block.get((self.position - start) as usize..).unwrap_or_default())
    }

    fn spend(&mut self, bytes: usize) -> Result<()> {
        match self.budget.checked_sub(16 + bytes as u64) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(Error::damaged(
                "the directory of the archive can't be found in reasonable time: it names too many places",
            )),
        }
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill()?;
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.position += count as u64;
        self.spend(count)?;
        Ok(count)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek to before the start"))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_is_there() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
        let mut window = Window::new(&bytes, bytes.len() as u64);
        for at in [299_000_u64, 131_000, 0, 262_000, 299_999] {
            window.seek(SeekFrom::Start(at)).unwrap();
            let mut found = Vec::new();
            (&mut window).take(1000).read_to_end(&mut found).unwrap();
            assert!(found == bytes[at as usize..][..found.len()]);
            assert_eq!(found.len() as u64, (300_000 - at).min(1000));
        }
    }

    #[test]
    fn work_is_bounded_by_the_size() {
        let bytes = vec![0; 1000];
        let mut window = Window::new(&bytes, 1000);
        let error = (0..1_000_000).find_map(|_| {
            window.seek(SeekFrom::Start(0)).unwrap();
            window.read(&mut [0; 4]).err()
        });
        assert!(error.unwrap().to_string().contains("in reasonable time"));
    }
}
