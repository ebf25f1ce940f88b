//! Blocks of a member whose length is known at its end.
//!
//! The header of the array, which tells the length, lies alone in a stored block at the beginning of the first one: it is written
//! over in the end.

use npz_deflate::{Cells, Choice, Samples, choose};

use super::{
    Block, Deflated, Encoders, LARGE_MEMBER, MOST_BLOCKS, MOST_SMALL, SMALL_BLOCK, block_len, encode,
    phase_at, sample_places, told,
};
use crate::error::{Error, Result};
use crate::memory;
use crate::run::Team;
use crate::stored::Put;

/// What a stored block of deflate has before its bytes: RFC 1951, 3.2.4, where the block begins with a byte.
pub(in crate::archive) const STORED_HEAD: u64 = 5;
/// So many bytes come before a plan is made.
const LOOKED_AT: u64 = 2 << 20;
/// So many bytes wait to be encoded at most, beside one block: enough for some threads.
const MOST_WAITING: u64 = 8 << 20;

/// Blocks of a member that grows.
pub(in crate::archive) struct GrowingBlocks {
    level: u32,
    kind: Cells,
    /// The length of the array's header.
    prefix: u64,
    /// Made once there are cells to look at.
    choice: Option<Choice>,
    /// Bytes of the body that wait, and how many came before them.
    waiting: Vec<u8>,
    before: u64,
    crc: crc32fast::Hasher,
    deflated: Deflated,
}

impl GrowingBlocks {
    /// Begins with the header of the array, in the form in which it can be written over.
    pub(in crate::archive) fn begin(
        level: u32,
        kind: Cells,
        prefix: &[u8],
        put: &mut Put<'_>,
    ) -> Result<Self> {
        let Ok(len) = u16::try_from(prefix.len()) else {
            return Err(Error::invalid(format!(
                "expected rows whose header has at most {} bytes, found {}: give the fields shorter names, or do not compress \
                 the member",
                u16::MAX,
                prefix.len()
            )));
        };
        let ([low, high], [not_low, not_high]) = (len.to_le_bytes(), (!len).to_le_bytes());
        put(&[0, low, high, not_low, not_high])?;
        put(prefix)?;
        Ok(Self {
            level,
            kind,
            prefix: u64::from(len),
            choice: None,
            waiting: Vec::new(),
            before: 0,
            crc: crc32fast::Hasher::new(),
            deflated: Deflated {
                crc32: 0,
                len: STORED_HEAD + u64::from(len),
                block_len: 0,
                blocks: Vec::new(),
            },
        })
    }

    /// Takes bytes of cells, and hands out the blocks that are full.
    pub(in crate::archive) fn write(
        &mut self,
        bytes: &[u8],
        encoders: &Encoders,
        team: &Team,
        put: &mut Put<'_>,
    ) -> Result<()> {
        for piece in bytes.chunks(LOOKED_AT as usize) {
            memory::append(&mut self.waiting, piece, "rows")?;
            if self.choice.is_none() && self.waiting.len() as u64 > LOOKED_AT {
                self.choose(LARGE_MEMBER)?;
            }
            // The last one, which ends the stream, is not among those: more bytes have come than they hold.
            let most = MOST_WAITING.min(self.deflated.block_len * 2 * team.size() as u64);
            if self.choice.is_some() && self.waiting.len() as u64 > most.max(self.deflated.block_len) {
                let count = (self.waiting.len() as u64 - 1 + self.skipped()) / self.deflated.block_len;
                self.encode(count, false, encoders, team, put)?;
            }
        }
        Ok(())
    }

    /// Hands out the rest, and tells what became of the body: its checksum, and all blocks.
    pub(in crate::archive) fn end(
        mut self,
        encoders: &Encoders,
        team: &Team,
        put: &mut Put<'_>,
    ) -> Result<Deflated> {
        if self.choice.is_none() {
            self.choose(self.prefix + self.waiting.len() as u64)?;
        }
        let count = (self.waiting.len() as u64 + self.skipped()).div_ceil(self.deflated.block_len);
        self.encode(count.max(1), true, encoders, team, put)?;
        self.deflated.crc32 = self.crc.finalize();
        // Neighbours are told as one where the directory would have no room for all of them.
        while self.deflated.blocks.len() as u64 > MOST_BLOCKS {
            let together = |pair: &[u32]| pair.iter().fold(0, |sum: u32, len| sum.saturating_add(*len));
            self.deflated.blocks = self.deflated.blocks.chunks(2).map(together).collect();
            self.deflated.block_len *= 2;
        }
        Ok(self.deflated)
    }

    /// How many bytes of the block that comes next are no cells.
    fn skipped(&self) -> u64 {
        if self.before == 0 { self.prefix } else { 0 }
    }

    /// Looks at the cells that are there, of a member of about this size.
    fn choose(&mut self, size: u64) -> Result<()> {
        let choice = if size <= MOST_SMALL {
            Choice::by_zlib(self.level)
        } else {
            // However much more has come by now, so that the bytes do not depend on it.
            let there = (self.waiting.len() as u64).min(LOOKED_AT);
            let places = sample_places(there, self.kind.width as u64);
            let pieces: Vec<&[u8]> =
                places.map(|place| &self.waiting[place.start as usize..place.end as usize]).collect();
            let one_block = (there <= SMALL_BLOCK && size < LARGE_MEMBER).then_some(there as usize);
            choose(Samples { pieces: &pieces, one_block, kind: self.kind }, self.level).map_err(told)?
        };
        self.deflated.block_len = block_len(self.prefix, size, &choice);
        self.choice = Some(choice);
        Ok(())
    }

    /// Hands out so many blocks of what waits.
    fn encode(
        &mut self,
        count: u64,
        is_end: bool,
        encoders: &Encoders,
        team: &Team,
        put: &mut Put<'_>,
    ) -> Result<()> {
        let skipped = self.skipped();
        let Self { level, kind, choice, waiting, before, crc, deflated, .. } = self;
        let Some(choice) = choice.as_ref() else { return Ok(()) };
        let block_len = deflated.block_len;
        let there = waiting.len() as u64;
        let end_of = |number: u64| (number * block_len).saturating_sub(skipped).min(there);
        let make = |number: usize| {
            let number = number as u64;
            let (start, end) = (end_of(number), end_of(number + 1));
            let block = npz_deflate::Block {
                prefix: &[],
                cells: &waiting[start as usize..end as usize],
                kind: *kind,
                phase: phase_at(*before + start, *kind),
                is_last: is_end && number + 1 == count,
            };
            encode(block, choice, *level, encoders.take())
        };
        let mut first = if deflated.blocks.is_empty() { deflated.len } else { 0 };
        let take = |block: Block| {
            let bytes = block.encoder.as_slice();
            put(bytes)?;
            crc.combine(&block.crc);
            memory::reserve(&mut deflated.blocks, 1, "archive's directory")?;
            deflated.blocks.push((std::mem::take(&mut first) + bytes.len() as u64) as u32);
            deflated.len += bytes.len() as u64;
            encoders.give_back(block.encoder);
            team.meter().done(block.len)
        };
        team.in_order(count as usize, 2 * team.size(), make, take)?;
        let done = end_of(count);
        waiting.drain(..done as usize);
        *before += done;
        Ok(())
    }
}
