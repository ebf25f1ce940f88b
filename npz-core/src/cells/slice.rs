//! A part of an array as an array of its own: only the bytes that it needs are read.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

use super::cut_off;
use crate::error::Result;
use crate::header::Header;
use crate::memory::{self, zeros};
use crate::part::{Part, Run, Runs};
use crate::run::{Team, Threads};
use crate::shape::Order;
use crate::stored::{Put, Stored, Then, cells_a_piece, copy_range, no_such_cells};

/// So many bytes are read at once: straight into their places, or by way of other memory.
const MOST_DIRECT: usize = 64 << 20;
const MOST_SCRATCH: usize = 8 << 20;
/// So many runs are known at a time.
const MOST_RUNS: usize = 64 << 10;

/// A part of an array: an array like any other.
pub(crate) struct SliceOf<'s> {
    array: Arc<dyn Stored + 's>,
    part: Part,
    header: Header,
}

impl<'s> SliceOf<'s> {
    pub(crate) fn new(array: Arc<dyn Stored + 's>, part: Part) -> Result<Self> {
        let whole = array.header();
        let order = whole.order().as_saved(whole.shape());
        // Memory is taken for what is there only.
        let end = (part.end(order) as u64).saturating_mul(array.item_size() as u64);
        if let Some(there) = array.available().filter(|&there| there < end) {
            return Err(cut_off(whole, there));
        }
        let header = Header::of(whole.dtype().clone(), part.shape(), order)?;
        Ok(Self { array, part, header })
    }

    /// The order in which the cells of the array lie; those of the part come in the same.
    fn order(&self) -> Order {
        let whole = self.array.header();
        whole.order().as_saved(whole.shape())
    }

    /// Reads the part.
    fn read(&self, buffer: &mut [u8], team: &Team) -> Result<()> {
        let size = self.item_size();
        let order = self.order();
        if let Some(bytes) = self.array.region() {
            for run in self.part.runs(order, usize::MAX) {
                copy_run(bytes, 0, buffer, 0, run, size)?;
            }
        } else if self.array.has_points() {
            let mut batches = Batches::new(self, MOST_DIRECT);
            while batches.next()? {
                batches.read(buffer, 0, team)?;
            }
        } else {
            self.pass(team, |from, piece, run| copy_run(piece, from, buffer, 0, run, size))?;
        }
        self.part.repeat(order, &mut |from, to, len| {
            buffer.copy_within(from * size..(from + len) * size, to * size);
        });
        Ok(())
    }

    /// Goes through an array that has no ranges, once, up to the last cell that is wanted. `take` has each piece, with the number
    /// of its first cell, and what is wanted of it.
    fn pass(&self, team: &Team, mut take: impl FnMut(usize, &[u8], Run) -> Result<()>) -> Result<()> {
        let size = self.item_size();
        let mut runs = self.part.runs(self.order(), usize::MAX).peekable();
        let mut at = 0;
        self.array.stream_to(self.part.end(self.order()), team, &mut |piece| {
            let end = at + piece.len() / size;
            while let Some(run) = runs.peek().copied().filter(|run| run.from < end) {
                let (start, stop) = (run.from.max(at), run.end().min(end));
                take(at, piece, Run { from: start, to: run.to + (start - run.from), len: stop - start })?;
                if run.end() > end {
                    break;
                }
                runs.next();
            }
            at = end;
            Ok(())
        })
    }
}

/// Copies a run between the bytes of cells, each from some cell on.
fn copy_run(
    from: &[u8],
    first: usize,
    to: &mut [u8],
    start: usize,
    Run { from: source, to: target, len }: Run,
    size: usize,
) -> Result<()> {
    let (source, target, len) = ((source - first) * size, (target - start) * size, len * size);
    let source = from.get(source..source + len).ok_or_else(no_such_cells)?;
    let target = to.get_mut(target..target + len).ok_or_else(no_such_cells)?;
    // Lengths that are known are moved without a call.
    match len {
        4 => target[..4].copy_from_slice(&source[..4]),
        8 => target[..8].copy_from_slice(&source[..8]),
        _ => target.copy_from_slice(source),
    }
    Ok(())
}

/// Runs that are read together.
struct Batches<'p> {
    array: &'p dyn Stored,
    rest: Peekable<Runs<'p>>,
    most: usize,
    runs: Vec<Run>,
    /// What is read for them: runs with what lies between them.
    ranges: Vec<Range<usize>>,
    /// How many cells are read.
    cells: usize,
    is_direct: bool,
    scratch: Vec<u8>,
}

impl<'p> Batches<'p> {
    /// Batches of at most so many bytes.
    fn new(slice: &'p SliceOf<'_>, most: usize) -> Self {
        let rest = slice.part.runs(slice.order(), (most / slice.item_size().max(1)).max(1)).peekable();
        let (runs, ranges, scratch) = Default::default();
        Self { array: &*slice.array, rest, most, runs, ranges, cells: 0, is_direct: true, scratch }
    }

    /// Finds the next runs; `false` at the end.
    fn next(&mut self) -> Result<bool> {
        let size = self.array.item_size().max(1);
        let gap = self.array.gap() / size;
        self.runs.clear();
        self.ranges.clear();
        (self.cells, self.is_direct) = (0, true);
        while let Some(&run) = self.rest.peek() {
            let last = self.ranges.last_mut().filter(|last| run.from <= last.end.saturating_add(gap));
            let more = last.as_ref().map_or(run.len, |last| run.end() - last.end);
            let follows = self.runs.last().is_none_or(|last| run.to == last.to + last.len);
            let is_direct = self.is_direct && follows && more == run.len;
            let most = if is_direct { self.most } else { self.most.min(MOST_SCRATCH) } / size;
            if !self.runs.is_empty() && (self.cells + more > most || self.runs.len() == MOST_RUNS) {
                break;
            }
            if let Some(last) = last {
                last.end = run.end();
            } else {
                memory::reserve(&mut self.ranges, 1, RUNS)?;
                self.ranges.push(run.from..run.end());
            }
            memory::reserve(&mut self.runs, 1, RUNS)?;
            self.runs.push(run);
            (self.cells, self.is_direct) = (self.cells + more, is_direct);
            self.rest.next();
        }
        Ok(!self.runs.is_empty())
    }

    /// Reads them into a buffer that begins with some cell of the part.
    fn read(&mut self, buffer: &mut [u8], start: usize, team: &Team) -> Result<()> {
        let size = self.array.item_size();
        let (Some(first), len) = (self.runs.first(), self.cells * size) else { return Ok(()) };
        if self.is_direct {
            let begin = (first.to - start) * size;
            let place = buffer.get_mut(begin..begin + len).ok_or_else(no_such_cells)?;
            return self.array.read_ranges(&self.ranges, place, team);
        }
        memory::resize(&mut self.scratch, len, "array")?;
        self.array.read_ranges(&self.ranges, &mut self.scratch, team)?;
        let (mut ranges, mut before) = (self.ranges.iter(), 0);
        let mut range = ranges.next().cloned().unwrap_or_default();
        for &run in &self.runs {
            while run.from >= range.end {
                before += range.len();
                range = ranges.next().cloned().ok_or_else(no_such_cells)?;
            }
            let in_scratch = Run { from: before + (run.from - range.start), ..run };
            copy_run(&self.scratch, 0, buffer, start, in_scratch, size)?;
        }
        Ok(())
    }

    /// Which cells of the part they are, where it is in order.
    fn place(&self) -> Range<usize> {
        match (self.runs.first(), self.runs.last()) {
            (Some(first), Some(last)) => first.to..last.to + last.len,
            _ => 0..0,
        }
    }
}

/// What is short of memory here.
const RUNS: &str = "list of what is to be read";

impl Stored for SliceOf<'_> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let mut bytes = zeros(usize::try_from(self.header.data_len()).unwrap_or(usize::MAX), "array")?;
        self.read(&mut bytes, &Team::new(Threads::ONE))?;
        copy_range(&bytes, self.item_size(), cells, buffer)
    }

    fn has_ranges(&self) -> bool {
        false
    }

    fn fill(&self, buffer: &mut [u8], team: &Team, then: &Then<'_>) -> Result<()> {
        if buffer.is_empty() {
            return Ok(());
        }
        self.read(buffer, team)?;
        let piece = cells_a_piece(self.item_size()) * self.item_size();
        buffer.chunks_mut(piece).for_each(then);
        Ok(())
    }

    fn stream(&self, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let size = self.item_size();
        if self.header.data_len() == 0 {
            return Ok(());
        }
        let each = cells_a_piece(size) * size;
        if !self.part.is_in_order() {
            let mut bytes = zeros(usize::try_from(self.header.data_len()).unwrap_or(usize::MAX), "array")?;
            self.read(&mut bytes, team)?;
            return bytes.chunks(each).try_for_each(put);
        }
        let mut bytes = Vec::new();
        // Of an array that is entered at points each batch would begin before the end of the last one.
        let is_small = self.header.data_len() <= MOST_SCRATCH as u64;
        if self.array.has_ranges() || is_small && self.array.has_points() {
            let mut batches = Batches::new(self, MOST_SCRATCH);
            while batches.next()? {
                let place = batches.place();
                memory::resize(&mut bytes, place.len() * size, "array")?;
                batches.read(&mut bytes, place.start, team)?;
                bytes.chunks(each).try_for_each(&mut *put)?;
            }
            return Ok(());
        }
        self.pass(team, |first, piece, run| {
            let start = (run.from - first) * size;
            memory::append(&mut bytes, &piece[start..start + run.len * size], "array")?;
            if bytes.len() >= each {
                bytes.chunks(each).try_for_each(&mut *put)?;
                bytes.clear();
            }
            Ok(())
        })?;
        if bytes.is_empty() { Ok(()) } else { put(&bytes) }
    }

    fn available(&self) -> Option<u64> {
        self.array.available().map(|_| self.header.data_len())
    }

    /// Of an array without ranges all that comes before is read too.
    fn size(&self) -> u64 {
        if self.array.has_ranges() {
            return self.header.data_len();
        }
        (self.part.end(self.order()) as u64)
            .saturating_mul(self.item_size() as u64)
            .max(self.header.data_len())
    }

    fn keep_cost(&self) -> u64 {
        self.array.keep_cost()
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let (part, header) = (self.part.clone(), self.header.clone());
        Ok(Arc::new(SliceOf { array: self.array.keep()?, part, header }))
    }
}
