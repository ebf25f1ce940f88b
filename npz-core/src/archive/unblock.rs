//! The cells of a member whose blocks are known: each block for itself, several in turn on each core.
//!
//! The index of blocks is a hint. Where it does not lead to the bytes that it promises, the caller reads the member as
//! one stream, which knows what to say.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crc32fast::Hasher;
use npz_deflate::inflate::{Block, LANES, inflate_blocks};

use crate::archive::block_index::BlockIndex;
use crate::archive::decode::MOST_CHUNK;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{AnyInput, Wanted};
use crate::memory::{self, zeros};
use crate::run::Team;
use crate::stored::{Extent, Put};

/// Compressed bytes of so many blocks are there at a time, at most.
const MOST_IN_FLIGHT: usize = 48 << 20;
/// Who goes through members holds so many of their bytes at a time, those who go through others at the same time among them.
const MOST_PLAIN: usize = 18 << 20;

/// A member in blocks.
pub(crate) struct Blocks<'a> {
    input: &'a AnyInput<'a>,
    extent: &'a Extent,
    index: &'a BlockIndex,
    team: &'a Team,
    /// Memory for compressed bytes, used again and again: for each block anew it took a tenth of the time of loading floats, as
    /// the system clears what it gives.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// Compressed bytes, and where in the stream they begin.
#[derive(Clone, Copy)]
struct Chunk<'b> {
    start: u64,
    bytes: &'b [u8],
}

/// A block, and what is wanted of it.
struct Part<'b> {
    /// Where it lies in the stream.
    packed: Range<u64>,
    /// How long it is in all.
    len: usize,
    /// Some bytes of it, each with how much of the block comes before.
    wanted: Vec<(usize, &'b mut [u8])>,
    is_last: bool,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(
        input: &'a AnyInput<'a>,
        extent: &'a Extent,
        index: &'a BlockIndex,
        team: &'a Team,
    ) -> Self {
        Self { input, extent, index, team, spare: Mutex::default() }
    }

    /// Fills buffers with bytes of the member; they ascend and don't overlap. Where these are all of its bytes, gives their checksum;
    /// `None` where the index is wrong.
    pub(crate) fn read(&self, wanted: Vec<Wanted<'_>>) -> Result<Option<u32>> {
        let end = |(start, buffer): &Wanted<'_>| start.saturating_add(buffer.len() as u64);
        // Behind the last block there is nothing.
        if wanted.last().is_some_and(|last| end(last) > self.extent.size) {
            return Ok(None);
        }
        let ranges = self.index.ranges(self.extent.size);
        let mut parts = self.parts(ranges, wanted)?.into_iter().peekable();
        // Of a source that likes large reads, one for all threads; else each reads for itself.
        let most =
            if self.input.likes_small_reads() { u64::MAX } else { self.input.chunk(MOST_CHUNK) as u64 };
        let gap = if self.input.likes_small_reads() { u64::MAX } else { self.input.gap() as u64 };
        let mut crc = Hasher::new();
        while let Some(first) = parts.peek() {
            let end = first.packed.start.saturating_add(most).max(first.packed.end);
            let mut last = first.packed.start;
            let mut chunk = Vec::new();
            memory::reserve(&mut chunk, parts.len(), BLOCKS)?;
            while let Some(part) =
                parts.next_if(|Part { packed, .. }| packed.end <= end && packed.start - last <= gap)
            {
                last = part.packed.end;
                chunk.push(part);
            }
            match self.read_chunk(chunk)? {
                Some(hasher) => crc.combine(&hasher),
                None => return Ok(None),
            }
        }
        Ok(Some(crc.finalize()))
    }

    /// Hands out the bytes before a place, those of some blocks at a time, which one thread decodes in turn while another takes those before.
    /// Where these are all of the member, gives their checksum; `None` where the index is wrong.
    pub(crate) fn stream(&self, end: u64, put: &mut Put<'_>) -> Result<Option<u32>> {
        let block_len = self.index.block_len();
        let share = (MOST_PLAIN / self.team.busy()) as u64 / block_len;
        // What each thread makes, and what is taken.
        let each = (share / (self.team.free() as u64 + 1)).clamp(1, LANES as u64);
        let (len, most) = (each * block_len, (share / each).max(1) as usize);
        let plain = Mutex::new(Vec::<Vec<u8>>::new());
        let lock = || plain.lock().unwrap_or_else(PoisonError::into_inner);
        let ranges = memory::collect(self.index.ranges(self.extent.size), BLOCKS)?;
        let make = |number: usize| {
            let (first, start) = (number * each as usize, number as u64 * len);
            let mut bytes = lock().pop().unwrap_or_default();
            memory::resize(&mut bytes, len.min(end - start) as usize, "array")?;
            let blocks = ranges.iter().skip(first).take(each as usize).cloned();
            let crc = self.inflate_group(self.parts(blocks, vec![(start, &mut bytes)])?, None)?;
            self.team.meter().done(bytes.len() as u64)?;
            Ok((bytes, crc))
        };
        // Behind the last block there is nothing.
        let (mut whole, mut is_wrong) = (Hasher::new(), end > self.extent.size);
        let count = if is_wrong { 0 } else { end.div_ceil(len) as usize };
        let streamed = self.team.in_order(count, most, make, |(bytes, crc)| {
            let Some(crc) = crc else {
                is_wrong = true;
                return Err(Error::new(ErrorKind::Cancelled, "what comes behind is not wanted"));
            };
            whole.combine(&crc);
            put(&bytes)?;
            lock().push(bytes);
            Ok(())
        });
        if is_wrong { Ok(None) } else { streamed.map(|()| Some(whole.finalize())) }
    }

    /// Those of the blocks that hold some of the bytes.
    fn parts<'b>(
        &self,
        ranges: impl Iterator<Item = (Range<u64>, Range<u64>)>,
        wanted: Vec<Wanted<'b>>,
    ) -> Result<Vec<Part<'b>>> {
        let mut parts = Vec::new();
        let size = self.extent.size;
        let mut wanted = wanted.into_iter();
        let mut next = wanted.next();
        for (packed, plain) in ranges {
            let mut here = Vec::new();
            while let Some((start, buffer)) = next.take_if(|(start, _)| *start < plain.end) {
                let len = (buffer.len() as u64).min(plain.end - start) as usize;
                let (output, rest) = buffer.split_at_mut(len);
                memory::reserve(&mut here, 1, BLOCKS)?;
                here.push(((start - plain.start) as usize, output));
                next = if rest.is_empty() { wanted.next() } else { Some((plain.end, rest)) };
            }
            if !here.is_empty() {
                memory::reserve(&mut parts, 1, BLOCKS)?;
                let (len, is_last) = ((plain.end - plain.start) as usize, plain.end == size);
                parts.push(Part { packed, len, wanted: here, is_last });
            }
        }
        Ok(parts)
    }

    fn read_chunk(&self, parts: Vec<Part<'_>>) -> Result<Option<Hasher>> {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(None) };
        let range = first.packed.start..last.packed.end;
        let is_far = !self.input.likes_small_reads();
        let mut buffer = self.buffer();
        let chunk = if is_far {
            Some(Chunk { start: range.start, bytes: self.packed(range, None, &mut buffer)? })
        } else {
            None
        };
        // All together hold no more than they should.
        let most = MOST_IN_FLIGHT / first.len.saturating_mul(self.team.size()).max(1);
        // What is left over of a member, mostly the length of its header, is the last of a group and takes no time.
        let long = parts.iter().filter(|part| part.len > first.len / 16).count();
        let count = group_count(long, most.clamp(1, LANES), self.team.size());
        let mut groups = memory::with_room(count, BLOCKS)?;
        let mut parts = parts.into_iter();
        while parts.len() > 0 {
            let each = parts.len() / (count - groups.len());
            let mut group = memory::with_room(each, BLOCKS)?;
            group.extend(parts.by_ref().take(each));
            groups.push((groups.len(), group));
        }
        let hashers = self.team.in_parallel(groups, |group: Vec<Part<'_>>| {
            let bytes: usize =
                group.iter().flat_map(|part| &part.wanted).map(|(_, output)| output.len()).sum();
            let hasher = self.inflate_group(group, chunk)?;
            self.team.meter().done(bytes as u64)?;
            Ok(hasher)
        })?;
        self.give_back([buffer]);
        let mut crc = Hasher::new();
        for hasher in hashers {
            let Some(hasher) = hasher else { return Ok(None) };
            crc.combine(&hasher);
        }
        Ok(Some(crc))
    }

    fn buffer(&self) -> Vec<u8> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, buffers: impl IntoIterator<Item = Vec<u8>>) {
        let used = buffers.into_iter().filter(|buffer| buffer.capacity() > 0);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).extend(used);
    }

    /// Some bytes of the stream, out of a chunk that has them, or as they lie in memory, or read into a buffer.
    fn packed<'b>(
        &self,
        range: Range<u64>,
        chunk: Option<Chunk<'b>>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8]>
    where
        'a: 'b,
    {
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let Some(Chunk { start, bytes }) = chunk else {
            return self.input.bytes(self.extent.start + range.start, len, buffer, "compressed member");
        };
        // The chunk is in memory, so its length is no more than a `usize`.
        Ok(bytes.get((range.start - start) as usize..).and_then(|rest| rest.get(..len)).unwrap_or_default())
    }

    /// Decodes blocks that follow one another.
    fn inflate_group(&self, mut parts: Vec<Part<'_>>, chunk: Option<Chunk<'_>>) -> Result<Option<Hasher>> {
        // Into one piece of memory, if they lie side by side: with one for each, two threads took a seventh longer.
        let mut together = Vec::new();
        let chunk = match (chunk, range_of(&parts)) {
            (None, Some(range)) => {
                together = self.buffer();
                Some(Chunk { start: range.start, bytes: self.packed(range, None, &mut together)? })
            }
            (chunk, _) => chunk,
        };
        let mut scratch = memory::with_room(parts.len(), BLOCKS)?;
        let mut buffers = memory::with_room(parts.len(), BLOCKS)?;
        for part in &mut parts {
            buffers.push(if chunk.is_some() { Vec::new() } else { self.buffer() });
            scratch.push(if part.whole().is_some() { Vec::new() } else { zeros(part.len, "array")? });
        }
        let mut blocks = memory::with_room(parts.len(), BLOCKS)?;
        for ((part, scratch), buffer) in parts.iter_mut().zip(&mut scratch).zip(&mut buffers) {
            let compressed = self.packed(part.packed.clone(), chunk, buffer)?;
            let (ends_member, wanted) = (part.is_last, part.wanted_end());
            let output = part.whole().unwrap_or(scratch);
            blocks.push(Block { compressed, header: &mut [], output, wanted, ends_member });
        }
        if inflate_blocks(&mut blocks).is_err() {
            return Ok(None);
        }
        let mut crc = Hasher::new();
        for block in blocks.iter().filter(|block| block.wanted == block.output.len()) {
            crc.update(block.output);
        }
        drop(blocks);
        self.give_back(buffers);
        self.give_back([together]);
        for (part, scratch) in parts.iter_mut().zip(&scratch).filter(|(_, scratch)| !scratch.is_empty()) {
            for (skip, output) in &mut part.wanted {
                output.copy_from_slice(&scratch[*skip..*skip + output.len()]);
            }
        }
        Ok(Some(crc))
    }
}

/// Into how many groups blocks are divided of which at most so many are decoded in turn: as many for each thread, as large as can be, and
/// of one length, as one block that is left over takes as long as six that are decoded in turn.
fn group_count(blocks: usize, most: usize, threads: usize) -> usize {
    blocks.div_ceil(most).next_multiple_of(threads).min(blocks)
}

/// Where blocks lie that follow each other without a gap.
fn range_of(parts: &[Part<'_>]) -> Option<Range<u64>> {
    let (first, last) = (parts.first()?, parts.last()?);
    let are_side_by_side = parts.windows(2).all(|pair| pair[0].packed.end == pair[1].packed.start);
    are_side_by_side.then_some(first.packed.start..last.packed.end)
}

impl Part<'_> {
    /// How much of the block is wanted, from its beginning on.
    fn wanted_end(&self) -> usize {
        self.wanted.last().map_or(0, |(skip, output)| skip + output.len())
    }

    /// Where all of the block is wanted.
    fn whole(&mut self) -> Option<&mut [u8]> {
        match self.wanted.as_mut_slice() {
            [(_, output)] if output.len() == self.len => Some(output),
            _ => None,
        }
    }
}

/// What is short of memory here.
const BLOCKS: &str = "list of blocks";
