//! Arrays in a stream, one or several: as repeated `np.save` to one open file leaves them.

use std::fmt;
use std::io::{self, Read};
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::any::RawArray;
use crate::cells::{cut_off, read_bytes};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::members::{FromMembers, OneArray};
use crate::memory;
use crate::options::LoadOptions;
use crate::run::{Team, Threads};
use crate::stored::{PIECE_BYTES, Put, Stored, cells_a_piece};

/// The array that comes next in a stream. Its cells can be read once, and nothing proves that they will come.
pub(super) struct StreamArray<'r> {
    reader: Mutex<&'r mut (dyn Read + Send)>,
    header: Header,
}

impl<'r> StreamArray<'r> {
    pub(super) fn new(mut reader: &'r mut (dyn Read + Send), options: &LoadOptions) -> Result<Self> {
        let header = Header::read(&mut reader, &options.limits)?;
        Ok(Self { reader: Mutex::new(reader), header })
    }
}

impl Stored for StreamArray<'_> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn read_range(&self, _: Range<usize>, _: &mut [u8]) -> Result<()> {
        Err(Error::unsupported("a stream can't be read by range; read it whole"))
    }

    fn stream(&self, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let item_size = self.item_size();
        let len = if item_size == 0 { 0 } else { self.header.data_len() };
        let most = (cells_a_piece(item_size) * item_size) as u64;
        let (mut piece, mut done) = (Vec::new(), 0);
        while done < len {
            let want = most.min(len - done) as usize;
            piece.clear();
            while piece.len() < want {
                // A single cell may be huge (`|S1000000000`): memory grows with what arrives.
                let start = piece.len();
                memory::resize(&mut piece, want.min(PIECE_BYTES.max(2 * start)), "array")?;
                let count = fill(&mut *reader, &mut piece[start..])?;
                if start + count < piece.len() {
                    return Err(cut_off(&self.header, done + (start + count) as u64));
                }
            }
            put(&piece)?;
            team.meter().done(want as u64)?;
            done += want as u64;
        }
        Ok(())
    }

    fn available(&self) -> Option<u64> {
        None
    }

    fn keep_cost(&self) -> u64 {
        self.header.data_len()
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let bytes = read_bytes(self, Vec::new(), &Team::new(Threads::ONE))?;
        Ok(RawArray::from_file(&self.header, bytes).into_stored())
    }
}

/// Fills a buffer as far as the stream goes, and tells how far that is.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled = (filled + count).min(buffer.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("can't read the array's data", error)),
        }
    }
    Ok(filled)
}

/// The arrays of a stream, one after another.
pub(crate) struct Iter<R, T> {
    reader: R,
    options: LoadOptions,
    index: usize,
    offset: u64,
    /// What the arrays so far take in memory: the limit of all bounds the whole stream.
    spent: u64,
    has_ended: bool,
    array: PhantomData<fn() -> T>,
}

impl<R: Read + Send, T: FromMembers> Iter<R, T> {
    pub(crate) fn new(reader: R, options: &LoadOptions) -> Self {
        let (options, array) = (options.clone(), PhantomData);
        Self { reader, options, index: 0, offset: 0, spent: 0, has_ended: false, array }
    }

    fn read_next(&mut self) -> Result<Option<T>> {
        // The stream may end before an array and nowhere else: whether it does shows the first byte.
        let mut first = [0];
        if fill(&mut self.reader, &mut first)? == 0 {
            return Ok(None);
        }
        let mut counted = Counted { reader: &mut self.reader, count: 0 };
        let mut reader = first.chain(&mut counted);
        let array = Arc::new(StreamArray::new(&mut reader, &self.options)?);
        let one = OneArray { name: "", array, options: &self.options, path: None };
        let (value, spent) = one.load(self.spent)?;
        drop(one);
        self.offset += 1 + counted.count;
        self.spent = spent;
        Ok(Some(value))
    }
}

impl<R: Read + Send, T: FromMembers> Iterator for Iter<R, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let (start, index) = (self.offset, self.index);
        let next = self.read_next().map_err(|error| error.in_array(index, start)).transpose();
        self.index += 1;
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<R: Read + Send, T: FromMembers> FusedIterator for Iter<R, T> {}

impl<R, T> fmt::Debug for Iter<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("index", &self.index)
            .field("offset", &self.offset)
            .field("has_ended", &self.has_ended)
            .finish_non_exhaustive()
    }
}

/// Counts what is read.
struct Counted<'r, R> {
    reader: &'r mut R,
    count: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}
