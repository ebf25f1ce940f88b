//! The lengths of a deflated member's blocks, in an extra field of the directory.
//!
//! A hint: whoever does not know it sees one deflate stream. For a whole member a wrong one costs time but never gives wrong
//! data, as each block has to give exactly its bytes, and the checksum of the whole is compared. Of a part that is read by
//! itself there is no checksum, as there is none of a part of a stored member: who made the index to mislead could as well
//! have written other cells.

use std::ops::Range;

use crate::archive::blocks::{Deflated, LARGEST_BLOCK, MOST_BLOCKS};
use crate::bytes::{Record, take, take_u32};
use crate::memory;

/// `np`, of no one else in APPNOTE 4.5.2 and 4.6.1.
pub(super) const FIELD: u16 = u16::from_le_bytes(*b"np");
const VERSION: u8 = 1;

/// Where the blocks of a member begin and end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BlockIndex {
    /// The uncompressed length of all but the last one, a power of two.
    block_len: u64,
    compressed_lens: Vec<u32>,
}

/// No block of ours takes more, unless an array is unlike its samples.
const MOST_ENCODED: u64 = 4 << 20;

impl BlockIndex {
    /// The index of what was written; `None` for a single block.
    pub(super) fn of(deflated: Deflated) -> Option<Self> {
        let Deflated { block_len, blocks, .. } = deflated;
        (blocks.len() > 1).then_some(Self { block_len, compressed_lens: blocks })
    }

    /// The field: version, the block's length as a power of two, and the compressed length of each block.
    pub(crate) fn field(&self) -> Record {
        let mut record = Record::new();
        record.u16(FIELD).u16(2 + 4 * self.compressed_lens.len() as u16);
        record.bytes(&[VERSION, self.block_len.ilog2() as u8]);
        self.compressed_lens.iter().for_each(|len| {
            record.u32(*len);
        });
        record
    }

    /// Understands a field of a member of these sizes; `None` where it can't be true, or is of another version.
    pub(super) fn parse(mut field: &[u8], size: u64, compressed_size: u64) -> Option<Self> {
        let [version, log] = take::<2>(&mut field)?;
        let block_len = 1u64.checked_shl(u32::from(log)).filter(|_| version == VERSION && log >= 12)?;
        let count = size.div_ceil(block_len);
        // A block is read into memory beside the array: only that of a huge member is large.
        let may_be_large = count >= MOST_BLOCKS / 4;
        let is_large = block_len > LARGEST_BLOCK && !may_be_large;
        if field.len() as u64 != count.saturating_mul(4) || count < 2 || is_large {
            return None;
        }
        // Without the memory for a hint, there is none.
        let mut compressed_lens = memory::with_room(count as usize, "archive's directory").ok()?;
        while let Some(len) = take_u32(&mut field) {
            compressed_lens.push(len);
        }
        let sum: u64 = compressed_lens.iter().map(|len| u64::from(*len)).sum();
        let is_tiled = sum == compressed_size && !compressed_lens.contains(&0);
        let fits = may_be_large || compressed_lens.iter().all(|len| u64::from(*len) <= MOST_ENCODED);
        (is_tiled && fits).then_some(Self { block_len, compressed_lens })
    }

    /// The uncompressed length of all blocks but the last one.
    pub(crate) fn block_len(&self) -> u64 {
        self.block_len
    }

    /// Where the blocks lie in a member of so many bytes: in the stream, and in what comes out of it.
    pub(crate) fn ranges(&self, size: u64) -> impl ExactSizeIterator<Item = (Range<u64>, Range<u64>)> + '_ {
        let mut at = 0;
        self.compressed_lens.iter().enumerate().map(move |(i, len)| {
            let packed = at..at + u64::from(*len);
            at = packed.end;
            let start = i as u64 * self.block_len;
            (packed, start..size.min(start.saturating_add(self.block_len)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> BlockIndex {
        BlockIndex { block_len: 1 << 18, compressed_lens: vec![1000, 70_000, 3] }
    }

    #[test]
    fn an_index_is_read_as_it_was_written() {
        let field = index().field().as_slice()[4..].to_vec();
        let size = (2 << 18) + 5;
        let found = BlockIndex::parse(&field, size, 71_003).unwrap();
        assert_eq!(found, index());
        let ranges: Vec<_> = found.ranges(size).collect();
        assert_eq!(ranges[1], (1000..71_000, 1 << 18..2 << 18));
        assert_eq!(ranges[2], (71_000..71_003, 2 << 18..size));
    }

    #[test]
    fn large_blocks_are_those_of_huge_members() {
        let of = |log: u8, count: usize, encoded: u32| {
            let block_len = 1u64 << log;
            let index = BlockIndex { block_len, compressed_lens: vec![encoded; count] };
            let field = index.field().as_slice()[4..].to_vec();
            let compressed_size = u64::from(encoded) * count as u64;
            BlockIndex::parse(&field, block_len * count as u64, compressed_size).is_some()
        };
        assert!(of(21, 3, 5) && of(23, 3, 5) && !of(24, 3, 5) && !of(40, 3, 5) && of(24, 10_000, 5));
        assert!(of(23, 3, 4 << 20) && !of(23, 3, (4 << 20) + 1) && of(24, 10_000, (4 << 20) + 1));
    }

    #[test]
    fn what_does_not_tile_the_member_is_no_index() {
        let good = index().field().as_slice()[4..].to_vec();
        let size = (2 << 18) + 5;
        assert!(BlockIndex::parse(&good, size, 71_004).is_none());
        assert!(BlockIndex::parse(&good, size + (1 << 18), 71_003).is_none());
        assert!(BlockIndex::parse(&good, 2 << 18, 71_003).is_none());
        for (at, byte) in [(0, 2), (1, 17), (1, 64), (1, 255), (2, 0)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(BlockIndex::parse(&bad, size, 71_003).is_none(), "{at} {byte}");
        }
        for len in 0..good.len() {
            assert!(BlockIndex::parse(&good[..len], size, 71_003).is_none());
        }
    }
}
