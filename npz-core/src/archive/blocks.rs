//! A deflated member in blocks, each independent of the others: cut, encoded, and put together in order.
//!
//! A block starts with a fresh window and ends on a byte boundary, so that any thread can encode it, and any decode it.
//! Their lengths go to the directory, where `index` finds them again; everybody else sees one deflate stream.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::codec::{self, Choice, Encoder, Plan, choose};
use super::content::Content;
use crate::error::{Error, Result};
use crate::memory;
use crate::run::Team;
use crate::stored::Put;

/// The uncompressed length of a block, of members below and above a size. Larger ones compress better by up to a hundredth, of
/// smaller ones there are enough for all threads.
const SMALL_BLOCK: u64 = 256 << 10;
pub(super) const LARGE_BLOCK: u64 = 1 << 20;
const LARGE_MEMBER: u64 = 8 << 20;
/// The lengths of so many blocks fit the directory's extra field; a larger member has larger blocks.
pub(super) const MOST_BLOCKS: u64 = 16_000;
/// Encoded blocks wait for their turn in at most so much memory; each has room for twice its length.
const MOST_IN_FLIGHT: u64 = 48 << 20;
/// Of small members there is nothing to be learnt; the library makes one code of header and cells.
const MOST_SMALL: u64 = 4 << 10;
/// What is looked at before a plan is made.
const LEAST_SAMPLE: u64 = 16 << 10;
const MOST_SAMPLE: u64 = 64 << 10;

/// What became of a member.
pub(super) struct Deflated {
    pub(super) crc32: u32,
    /// The length of the stream.
    pub(super) len: u64,
    pub(super) block_len: u64,
    /// The compressed lengths of the blocks.
    pub(super) blocks: Vec<u32>,
}

/// Encoders that are not in use: they are made once for all members of an archive.
#[derive(Default)]
pub(super) struct Encoders(Mutex<Vec<Encoder>>);

impl Encoders {
    fn take(&self) -> Encoder {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(Encoder::new)
    }

    fn give_back(&self, encoder: Encoder) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(encoder);
    }
}

/// One block that is ready.
struct Block {
    encoder: Encoder,
    crc: crc32fast::Hasher,
}

/// The uncompressed length of the blocks of a member.
pub(super) fn block_len(prefix: u64, size: u64) -> u64 {
    let mut len = if size < LARGE_MEMBER { SMALL_BLOCK } else { LARGE_BLOCK };
    while size / len >= MOST_BLOCKS || len < 2 * prefix {
        len *= 2;
    }
    len
}

/// Hands out the deflated form of a member.
pub(super) fn deflate(
    content: &Content<'_>,
    level: u32,
    encoders: &Encoders,
    team: &Team,
    put: &mut Put<'_>,
) -> Result<Deflated> {
    let prefix = content.prefix().len() as u64;
    let size = content.size();
    let block_len = block_len(prefix, size);
    let count = size.div_ceil(block_len).max(1);
    let plan = plan(content, level)?;
    let encode = |number: usize| -> Result<Block> {
        let start = number as u64 * block_len;
        let range = start..size.min(start + block_len);
        let mut encoder = encoders.take();
        let crc = encode_block(&mut encoder, content, range, &plan, level)?;
        Ok(Block { encoder, crc })
    };
    let mut deflated = Deflated { crc32: 0, len: 0, block_len, blocks: Vec::new() };
    let mut crc = crc32fast::Hasher::new();
    memory::reserve(&mut deflated.blocks, count as usize, "archive's directory")?;
    let take = |block: Block| -> Result<()> {
        let bytes = block.encoder.as_slice();
        put(bytes)?;
        crc.combine(&block.crc);
        deflated.len += bytes.len() as u64;
        deflated.blocks.push(bytes.len() as u32);
        encoders.give_back(block.encoder);
        Ok(())
    };
    // Two batches are there at a time, in whatever member.
    let most = (MOST_IN_FLIGHT / (2 * 2 * block_len)).max(1) as usize;
    team.in_order(count as usize, most.min(2 * team.size()), encode, take)?;
    deflated.crc32 = crc.finalize();
    Ok(deflated)
}

/// Looks at some pieces of a member: in the middle of equal parts, as the ends of arrays are often unlike the rest.
fn plan(content: &Content<'_>, level: u32) -> Result<Choice> {
    let size = content.body_size();
    if content.size() <= MOST_SMALL {
        return Ok(Choice::of(Plan::Zlib(level)));
    }
    let count = if size < LARGE_MEMBER { 1 } else { 2 };
    let len = (size / 32).clamp(LEAST_SAMPLE, MOST_SAMPLE).min(size);
    let width = content.width() as u64;
    let samples = (0..count)
        .map(|part| {
            let start = size / count * part + (size / count).saturating_sub(len) / 2;
            let start = start - start % width;
            content.body_range(start..size.min(start + len))
        })
        .collect::<Result<Vec<_>>>()?;
    let samples: Vec<&[u8]> = samples.iter().map(|sample| &**sample).collect();
    choose(&samples, content.cells(), level)
}

fn encode_block(
    encoder: &mut Encoder,
    content: &Content<'_>,
    range: Range<u64>,
    plan: &Choice,
    level: u32,
) -> Result<crc32fast::Hasher> {
    let prefix = content.prefix();
    let before = prefix.len() as u64;
    let is_last = range.end == content.size();
    // No block but the first begins in the prefix: it is larger than that.
    let prefix = if range.start == 0 { prefix } else { &[] };
    let start = range.start.max(before) - before;
    let cells = content.body_range(start..range.end - before)?;
    let kind = content.cells();
    let phase = start.wrapping_neg().rem_euclid(kind.width as u64) as usize;
    let mut crc = crc32fast::Hasher::new();
    crc.update(prefix);
    crc.update(&cells);
    encoder.encode(codec::Block { prefix, cells: &cells, kind, phase, is_last }, plan, level)?;
    if encoder.as_slice().len() as u64 > u64::from(u32::MAX) {
        return Err(Error::invalid("a block grew by compression past what its index can tell"));
    }
    Ok(crc)
}
