//! [`Input`]: the bytes of an archive by range, fetched in few large reads.
//!
//! A small source is read whole, once. Of a larger one, large ranges go straight into the caller's memory; for small
//! ones a window of neighbouring bytes is kept, as wide as what was told to be wanted next. Of a source that likes small
//! reads, such as a file, each thread has a window of its own. Knows nothing of any format.

#[cfg(feature = "mmap")]
mod mapped;
mod ranges;

use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub(crate) use self::ranges::Wanted;
use crate::error::{Error, Result};
use crate::memory;
use crate::run;
use crate::source::{ReadAt, read_some_at};

/// Sources below this size are read whole.
const WHOLE_BYTES: u64 = 1 << 20;
/// From this length on a range is read into the caller's memory, past the window.
pub(crate) const DIRECT_BYTES: usize = 64 << 10;
/// The least that is read where nobody said what comes next, and the most that is held.
const LEAST_BYTES: u64 = 4 << 10;
const MOST_BYTES: u64 = 4 << 20;
/// The most that is worth reading in vain to save one read, of a source that likes large reads.
const MOST_GAP: u64 = 256 << 10;
/// A source that likes reads of no more than this does not mind many of them.
const SMALL_READ: usize = 1 << 20;
/// So many threads have windows of their own.
const WINDOWS: usize = 16;

/// The bytes of an archive.
pub(crate) struct Input<S: ?Sized> {
    /// For messages.
    path: Option<PathBuf>,
    size: u64,
    read_size: usize,
    whole: Option<Arc<Vec<u8>>>,
    windows: [Mutex<Window>; WINDOWS],
    /// What was told to be wanted: sorted, with gaps that are worth a read of their own.
    planned: Mutex<Vec<Range<u64>>>,
    /// The same bytes for what outlives this: made once for all.
    kept: OnceLock<Option<Arc<KeptInput>>>,
    /// The same bytes in memory, or why there are none: made once for all.
    #[cfg(feature = "mmap")]
    mapped: OnceLock<Result<Arc<KeptInput>, String>>,
    source: S,
}

/// An input over whatever source.
pub(crate) type AnyInput<'s> = Input<dyn ReadAt + 's>;
/// One that borrows nothing.
pub(crate) type KeptInput = AnyInput<'static>;

/// Bytes that were read last, and what to read next.
#[derive(Default)]
struct Window {
    start: u64,
    /// How many of the bytes are there; memory is kept for the next ones.
    len: usize,
    bytes: Vec<u8>,
    /// How much was read ahead where nothing was told: more each time that it was wanted.
    ahead: u64,
}

impl<S: ReadAt> Input<S> {
    /// Reads a small source whole; of a larger one only the size is asked for.
    pub(crate) fn new(source: S, path: Option<PathBuf>) -> Result<Self> {
        let size = source.size().map_err(|error| Error::io("can't tell the size", error))?;
        let size = source.memory().map_or(size, |bytes| bytes.len() as u64);
        let read_size = source.read_size().max(LEAST_BYTES as usize);
        let whole = if source.memory().is_none() && size < WHOLE_BYTES {
            let mut bytes = memory::zeros(size as usize, "archive")?;
            let len = fill(&source, &mut bytes, 0)?;
            bytes.truncate(len);
            Some(Arc::new(bytes))
        } else {
            None
        };
        let (windows, planned, kept) = Default::default();
        Ok(Self {
            path,
            size,
            read_size,
            whole,
            windows,
            planned,
            kept,
            #[cfg(feature = "mmap")]
            mapped: OnceLock::new(),
            source,
        })
    }
}

impl<S: ReadAt + ?Sized> Input<S> {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// How much one read should ask for, of so many bytes.
    pub(crate) fn chunk(&self, most: u64) -> usize {
        self.read_size.min(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// Says in which file something was wrong.
    pub(crate) fn locate(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.in_file(path),
            None => error,
        }
    }

    /// All bytes, where they are in memory.
    pub(crate) fn memory(&self) -> Option<&[u8]> {
        self.whole.as_ref().map(|whole| whole.as_slice()).or_else(|| self.source.memory())
    }

    /// Reads bytes from `offset` on and tells how many; 0 at the end only.
    pub(crate) fn read(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        if let Some(bytes) = self.memory() {
            let there = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
            return Ok(copy(there.unwrap_or_default(), buffer));
        }
        if buffer.len() >= DIRECT_BYTES {
            let most = buffer.len().min(self.read_size);
            return read_some_at(&self.source, &mut buffer[..most], offset);
        }
        let mut window = self.window();
        if let Some(there) = window.at(offset) {
            return Ok(copy(there, buffer));
        }
        let told = self.planned_at(offset);
        let length =
            window.plan(offset, buffer.len() as u64, told, self.size, self.read_size as u64) as usize;
        window.len = 0;
        let mut bytes = std::mem::take(&mut window.bytes);
        // Others go on meanwhile: a source may be far.
        drop(window);
        if bytes.len() < length {
            memory::resize(&mut bytes, length, "archive")?;
        }
        let len = fill(&self.source, &mut bytes[..length], offset)?;
        let count = copy(&bytes[..len], buffer);
        let mut window = self.window();
        (window.start, window.len, window.bytes) = (offset, len, bytes);
        Ok(count)
    }

    /// The window of this thread. Of a source that likes large reads all share one: what one thread fetches is there for
    /// the others.
    fn window(&self) -> MutexGuard<'_, Window> {
        let lane = if self.likes_small_reads() { run::lane() % WINDOWS } else { 0 };
        lock(&self.windows[lane])
    }

    /// How much follows an offset of what was told to be wanted.
    fn planned_at(&self, offset: u64) -> Option<u64> {
        let planned = lock(&self.planned);
        let next = planned.partition_point(|range| range.end <= offset);
        planned.get(next).filter(|range| range.start <= offset).map(|range| range.end - offset)
    }

    /// Whether small reads are as good as large ones: then several threads may each read their own.
    pub(crate) fn likes_small_reads(&self) -> bool {
        self.read_size <= SMALL_READ || self.memory().is_some()
    }

    /// Fills `buffer`, or says how many bytes of `what` are there.
    pub(crate) fn read_exact(&self, buffer: &mut [u8], offset: u64, what: &str) -> Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            let count = self.read(&mut buffer[filled..], offset.saturating_add(filled as u64))?;
            if count == 0 {
                return Err(too_short(what, buffer.len(), filled).at(offset));
            }
            filled += count;
        }
        Ok(())
    }

    /// Some of the bytes: as they lie in memory, or read into a buffer, whose memory serves again.
    pub(crate) fn bytes<'b>(
        &'b self,
        start: u64,
        len: usize,
        buffer: &'b mut Vec<u8>,
        what: &str,
    ) -> Result<&'b [u8]> {
        if let Some(all) = self.memory() {
            let there = usize::try_from(start).ok().and_then(|at| all.get(at..)?.get(..len));
            return Ok(there.unwrap_or_default());
        }
        if buffer.len() < len {
            // What was there need not move with it. The next part may be somewhat longer.
            *buffer = memory::zeros(len.saturating_add(len / 8), what)?;
        }
        let bytes = &mut buffer[..len];
        self.read_exact(bytes, start, "the member")?;
        Ok(bytes)
    }

    /// Copies some of the bytes.
    pub(crate) fn copy(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let length = range.end.saturating_sub(range.start);
        let mut bytes = memory::zeros(usize::try_from(length).unwrap_or(usize::MAX), "compressed member")?;
        self.read_exact(&mut bytes, range.start, "the member")?;
        Ok(bytes)
    }

    /// The bytes from an offset on, fewer at the end.
    pub(crate) fn read_up_to(&self, offset: u64, most: usize) -> Result<Vec<u8>> {
        let there = self.size().saturating_sub(offset).min(most as u64);
        let mut bytes = memory::zeros(there as usize, "part of the archive")?;
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read(&mut bytes[filled..], offset + filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Is told what will be wanted next, in any order: what lies close together is read together.
    pub(crate) fn will_need(&self, mut ranges: Vec<Range<u64>>) {
        if self.memory().is_some() {
            return;
        }
        let gap = (self.read_size as u64 / 256).min(MOST_GAP);
        ranges.sort_unstable_by_key(|range| range.start);
        let mut planned: Vec<Range<u64>> = Vec::new();
        // Only advice: without the memory for it, it is forgotten.
        if planned.try_reserve_exact(ranges.len()).is_err() {
            return;
        }
        for range in ranges.iter().filter(|range| !range.is_empty()) {
            merge(&mut planned, range, gap);
        }
        if planned.is_empty() {
            return;
        }
        self.source.will_need(&planned);
        // What is large is read past the window: it would be read twice where it is part of one.
        let mut gap_now = gap;
        planned.clear();
        for range in ranges.iter().filter(|range| !range.is_empty()) {
            if range.end - range.start < DIRECT_BYTES as u64 {
                merge(&mut planned, range, gap_now);
                gap_now = gap;
            } else {
                gap_now = 0;
            }
        }
        *lock(&self.planned) = planned;
    }

    /// Keeps nothing of what was read last.
    pub(crate) fn forget(&self) {
        self.windows.iter().for_each(|window| lock(window).len = 0);
    }

    /// The same bytes for what outlives this input; `None` where the source can't be shared.
    pub(crate) fn keep(&self) -> Result<Option<Arc<KeptInput>>> {
        if let Some(kept) = self.kept.get() {
            return Ok(kept.clone());
        }
        let source: Option<Arc<dyn ReadAt>> = if let Some(whole) = &self.whole {
            Some(Arc::new(Arc::clone(whole)))
        } else {
            let shared = self.source.share();
            shared.map_err(|error| Error::io("can't keep the file open for a `Lazy` value", error))?
        };
        let kept = source.map(|source| Input::new(source, self.path.clone())).transpose()?;
        let kept = kept.map(|input| Arc::new(input) as Arc<KeptInput>);
        Ok(self.kept.get_or_init(|| kept).clone())
    }
}

impl Window {
    /// The bytes from an offset on, if any of them are there.
    fn at(&self, offset: u64) -> Option<&[u8]> {
        let skipped = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.bytes.get(skipped..self.len).filter(|there| !there.is_empty())
    }

    /// How much to read from an offset on, where so many bytes are wanted now, and so many were told to be.
    fn plan(&mut self, offset: u64, wanted: u64, told: Option<u64>, size: u64, read_size: u64) -> u64 {
        let most = read_size.min(MOST_BYTES).max(wanted);
        let length = if let Some(told) = told {
            told
        } else {
            let end = self.start + self.len as u64;
            let goes_on = (end..=end.saturating_add(LEAST_BYTES)).contains(&offset);
            self.ahead = if goes_on { self.ahead.saturating_mul(2) } else { 0 }.clamp(LEAST_BYTES, most);
            self.ahead
        };
        // Not past the end, where nothing is; but what is asked for is tried in any case.
        length.max(wanted).min(most).min(size.saturating_sub(offset).max(wanted))
    }
}

/// Adds a range behind others; together with the last one, where no more than `gap` lies between them.
fn merge(ranges: &mut Vec<Range<u64>>, next: &Range<u64>, gap: u64) {
    match ranges.last_mut().filter(|last| next.start <= last.end.saturating_add(gap)) {
        Some(last) => last.end = last.end.max(next.end),
        None => ranges.push(next.clone()),
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads as many bytes as there are, and tells how many.
fn fill<S: ReadAt + ?Sized>(source: &S, bytes: &mut [u8], offset: u64) -> Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match read_some_at(source, &mut bytes[filled..], offset + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn too_short(what: &str, expected: usize, found: usize) -> Error {
    Error::damaged(format!("{what} is cut off: expected {expected} bytes, found {found}"))
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    to[..count].copy_from_slice(&from[..count]);
    count
}

/// A `Read` over some of the bytes of an input.
///
/// An error of the medium leaves it as an [`Error`] inside of the [`io::Error`]: a decoder that sits between
/// this and the caller passes it on, and what is not ours is then an error of that decoder.
pub(crate) struct Section<'a> {
    input: &'a AnyInput<'a>,
    at: u64,
    end: u64,
}

impl<'a> Section<'a> {
    pub(crate) fn new(input: &'a AnyInput<'a>, range: Range<u64>) -> Self {
        Self { input, at: range.start, end: range.end }
    }

    fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }
}

/// A section that is read by a decoder: a chunk at a time, or as it lies in memory.
pub(crate) struct Chunks<'a> {
    section: Section<'a>,
    most: u64,
    chunk: Vec<u8>,
    /// How much of the chunk was taken.
    taken: usize,
}

impl<'a> Chunks<'a> {
    /// The bytes come in chunks of at most so many.
    pub(crate) fn new(section: Section<'a>, most: u64) -> Self {
        Self { section, most, chunk: Vec::new(), taken: 0 }
    }

    /// The bytes that come next; none at the end only.
    #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd", not(feature = "inflate")))]
    pub(crate) fn peek(&mut self) -> Result<&[u8]> {
        Ok(self.peek_at_least(1)?.0)
    }

    /// The bytes that come next, so many at least, or all that are left; and whether they are all.
    pub(crate) fn peek_at_least(&mut self, least: usize) -> Result<(&[u8], bool)> {
        let Section { input, at, end } = self.section;
        if let Some(bytes) = input.memory() {
            let there = bytes.get(at as usize..).unwrap_or_default();
            return Ok((there.get(..end.saturating_sub(at) as usize).unwrap_or(there), true));
        }
        while self.chunk.len() - self.taken < least && self.section.left() > 0 {
            self.chunk.drain(..self.taken);
            let (kept, length) = (self.chunk.len(), input.chunk(self.section.left().min(self.most)));
            self.taken = 0;
            memory::resize(&mut self.chunk, kept + length, "compressed data")?;
            let count = input.read(&mut self.chunk[kept..], self.section.at);
            self.chunk.truncate(kept + *count.as_ref().unwrap_or(&0));
            match count? {
                // The file is shorter than it was.
                0 => self.section.at = self.section.end,
                count => self.section.at += count as u64,
            }
        }
        Ok((&self.chunk[self.taken..], self.section.left() == 0))
    }

    /// Takes so many of the bytes that `peek` gave.
    pub(crate) fn take(&mut self, count: usize) {
        if self.section.input.memory().is_some() {
            self.section.at += count as u64;
        } else {
            self.taken += count;
        }
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        if most == 0 {
            return Ok(0);
        }
        let count = self.input.read(&mut buffer[..most], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
