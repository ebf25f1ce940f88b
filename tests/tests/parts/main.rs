//! Parts of arrays: what they hold, against NumPy and ndarray, and what they cost.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod any_source;
mod costs;
mod numpy;
mod refused;

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use npz_core::ReadAt;

/// A source that writes down which bytes are read, and likes reads of some size.
struct Counting {
    bytes: Vec<u8>,
    read_size: usize,
    reads: Mutex<Vec<Range<u64>>>,
}

impl Counting {
    fn new(bytes: Vec<u8>, read_size: usize) -> Arc<Self> {
        Arc::new(Self { bytes, read_size, reads: Mutex::default() })
    }

    /// How many reads there were since the last call, and of how many bytes.
    fn reads(&self) -> (usize, u64) {
        let reads = std::mem::take(&mut *self.reads.lock().unwrap());
        (reads.len(), reads.iter().map(|read| read.end - read.start).sum())
    }
}

impl ReadAt for Counting {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.bytes.read_at(buffer, offset)?;
        self.reads.lock().unwrap().push(offset..offset + count as u64);
        Ok(count)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }

    fn read_size(&self) -> usize {
        self.read_size
    }
}

/// What a file says.
const AS_A_FILE: usize = 256 << 10;
