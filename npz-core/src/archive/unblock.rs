//! The cells of a member whose blocks are known: each block for itself, several in turn on each core.
//!
//! The index of blocks is a hint. Where it does not lead to the bytes that it promises, the caller reads the member as
//! one stream, which knows what to say.

use std::borrow::Cow;
use std::ops::Range;

use crc32fast::Hasher;

use crate::archive::block_index::BlockIndex;
use crate::archive::codec::inflate::{Block, LANES, inflate_blocks};
use crate::archive::decode::MOST_CHUNK;
use crate::error::Result;
use crate::input::AnyInput;
use crate::memory::{self, zeros};
use crate::run::Team;
use crate::stored::Extent;

/// Compressed bytes of so many blocks are there at a time, at most.
const MOST_IN_FLIGHT: usize = 48 << 20;

/// A member in blocks.
pub(crate) struct Blocks<'a> {
    pub(crate) input: &'a AnyInput<'a>,
    pub(crate) extent: &'a Extent,
    pub(crate) index: &'a BlockIndex,
    pub(crate) team: &'a Team,
}

/// A block, or what is wanted of one.
struct Part<'b> {
    /// Where it lies in the stream.
    packed: Range<u64>,
    /// How long it is in all.
    len: usize,
    /// How much of it comes before what is wanted.
    skip: usize,
    output: &'b mut [u8],
    is_last: bool,
}

impl Blocks<'_> {
    /// Fills `buffer` with the member's bytes from `start` on. Gives the checksum of all bytes of the blocks that were read;
    /// `None` where the index is wrong.
    pub(crate) fn read(&self, start: u64, buffer: &mut [u8]) -> Result<Option<u32>> {
        // Behind the last block there is nothing.
        if start.saturating_add(buffer.len() as u64) > self.extent.size {
            return Ok(None);
        }
        let mut parts = self.parts(start, buffer)?.into_iter().peekable();
        // Of a source that likes large reads, one for all threads; else each reads for itself.
        let most =
            if self.input.likes_small_reads() { u64::MAX } else { self.input.chunk(MOST_CHUNK) as u64 };
        let mut crc = Hasher::new();
        while let Some(first) = parts.peek() {
            let end = first.packed.start.saturating_add(most).max(first.packed.end);
            let mut chunk = Vec::new();
            memory::reserve(&mut chunk, parts.len(), BLOCKS)?;
            while let Some(part) = parts.next_if(|part| part.packed.end <= end) {
                chunk.push(part);
            }
            match self.read_chunk(chunk)? {
                Some(hasher) => crc.combine(&hasher),
                None => return Ok(None),
            }
        }
        Ok(Some(crc.finalize()))
    }

    /// The blocks that hold some of the bytes.
    fn parts<'b>(&self, start: u64, buffer: &'b mut [u8]) -> Result<Vec<Part<'b>>> {
        let end = start.saturating_add(buffer.len() as u64);
        let mut parts = Vec::new();
        let mut rest = buffer;
        let size = self.extent.size;
        for (packed, plain) in self.index.ranges(size) {
            let wanted = plain.start.max(start)..plain.end.min(end);
            if wanted.is_empty() {
                continue;
            }
            let (output, after) = rest.split_at_mut((wanted.end - wanted.start) as usize);
            rest = after;
            memory::reserve(&mut parts, 1, BLOCKS)?;
            parts.push(Part {
                packed,
                len: (plain.end - plain.start) as usize,
                skip: (wanted.start - plain.start) as usize,
                output,
                is_last: plain.end == size,
            });
        }
        Ok(parts)
    }

    fn read_chunk(&self, parts: Vec<Part<'_>>) -> Result<Option<Hasher>> {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(None) };
        let range = first.packed.start..last.packed.end;
        let is_far = !self.input.likes_small_reads();
        let chunk = if is_far { Some(self.packed(range.clone())?) } else { None };
        let packed = |wanted: Range<u64>| match &chunk {
            Some(bytes) => {
                let (from, to) = (wanted.start - range.start, wanted.end - range.start);
                Ok(Cow::Borrowed(bytes.get(from as usize..to as usize).unwrap_or_default()))
            }
            None => self.packed(wanted),
        };
        // No thread is left without work while others have several blocks, and all together hold no more than they should.
        let most = MOST_IN_FLIGHT / first.len.saturating_mul(self.team.size()).max(1);
        let each = parts.len().div_ceil(self.team.size()).clamp(1, most.clamp(1, LANES));
        let mut groups = Vec::new();
        memory::reserve(&mut groups, parts.len().div_ceil(each), BLOCKS)?;
        let mut parts = parts.into_iter();
        while parts.len() > 0 {
            let mut group = memory::with_room(each, BLOCKS)?;
            group.extend(parts.by_ref().take(each));
            groups.push((groups.len(), group));
        }
        let hashers = self.team.in_parallel(groups, |group: Vec<Part<'_>>| {
            let bytes: usize = group.iter().map(|part| part.output.len()).sum();
            let hasher = inflate_group(group, &packed)?;
            self.team.meter().done(bytes as u64)?;
            Ok(hasher)
        })?;
        let mut crc = Hasher::new();
        for hasher in hashers {
            let Some(hasher) = hasher else { return Ok(None) };
            crc.combine(&hasher);
        }
        Ok(Some(crc))
    }

    /// Some bytes of the stream.
    fn packed(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
        let range = self.extent.start + range.start..self.extent.start + range.end;
        if let Some(bytes) = self.input.memory() {
            return Ok(Cow::Borrowed(
                bytes.get(range.start as usize..range.end as usize).unwrap_or_default(),
            ));
        }
        self.input.copy(range).map(Cow::Owned)
    }
}

/// Decodes blocks that follow one another.
fn inflate_group<'p>(
    mut parts: Vec<Part<'_>>,
    packed: &impl Fn(Range<u64>) -> Result<Cow<'p, [u8]>>,
) -> Result<Option<Hasher>> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(None) };
    let start = first.packed.start;
    let bytes = packed(start..last.packed.end)?;
    let mut scratch = Vec::new();
    for part in &parts {
        let is_whole = part.output.len() == part.len;
        scratch.push(if is_whole { Vec::new() } else { zeros(part.len, "array")? });
    }
    let mut blocks = memory::with_room(parts.len(), BLOCKS)?;
    for (part, scratch) in parts.iter_mut().zip(&mut scratch) {
        let (from, to) = (part.packed.start - start, part.packed.end - start);
        let Some(compressed) = bytes.get(from as usize..to as usize) else { return Ok(None) };
        let output = if scratch.is_empty() { &mut *part.output } else { scratch.as_mut_slice() };
        blocks.push(Block { compressed, output, ends_member: part.is_last });
    }
    if inflate_blocks(&mut blocks).is_err() {
        return Ok(None);
    }
    let mut crc = Hasher::new();
    for block in &blocks {
        crc.update(block.output);
    }
    drop(blocks);
    for (part, scratch) in parts.iter_mut().zip(&scratch).filter(|(_, scratch)| !scratch.is_empty()) {
        part.output.copy_from_slice(&scratch[part.skip..part.skip + part.output.len()]);
    }
    Ok(Some(crc))
}

/// What is short of memory here.
const BLOCKS: &str = "list of blocks";
