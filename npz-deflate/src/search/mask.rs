//! Matches for masks: bytes that are 0 or 1, as arrays of `bool` are.
//!
//! The cells are packed to bits, so that one comparison of words covers 57 of them. Only the places where a run of the rarer value starts enter the
//! hash table and are looked up: a match of any use holds such a place, and it is then compared to the left as well, down to where the last
//! match ended. That is one cell in ten of a sparse mask, and next to none where the runs are long. Each match is the best by price of those
//! that the row of the next such place offers, and of the run that the cell continues (distance 1).

use std::ops::Range;

use super::Search;
use super::tariff::Tariff;
use super::window::boxed;
use super::words::hash;
use crate::sequences::{MAX_MATCH, MIN_MATCH, Prices, Seq};

/// Cells that a word loaded at any bit holds at least.
const SEEN: usize = 57;
const ROW_BITS: u32 = 12;

/// The matcher. It keeps its tables from sub-block to sub-block, until [`reset`](Self::reset).
pub(super) struct Mask {
    /// The block's cells, the first lowest, and zeros behind them.
    bits: Vec<u8>,
    /// How many of the block's bytes they stand for.
    packed: usize,
    /// Whether one of these was neither 0 nor 1: no bits can stand for it.
    is_other: bool,
    /// The two newest positions, modulo 64 Ki, where a run starts with the same cells, the newest lowest.
    rows: Box<[u32; 1 << ROW_BITS]>,
    /// What a cell has cost of late, in 1/256 of a bit.
    cell_price: u32,
}

impl Default for Mask {
    fn default() -> Self {
        Self { bits: Vec::new(), packed: 0, is_other: false, rows: boxed(0), cell_price: START_PRICE }
    }
}

/// Runs of the rarer value are few if there is less than one in so many cells.
const FEW: usize = 16;
/// Where nothing is known yet.
const START_PRICE: u32 = 190;

/// Whether the bytes are all 0 or 1.
pub(super) fn is_mask(bytes: &[u8]) -> bool {
    // Some at a time: what is none shows it at once.
    bytes.chunks(256).all(|some| some.iter().fold(0, |all, byte| all | byte) <= 1)
}

/// Cells that are passed over as literals where no match was found up to the next start.
const WORTHLESS: usize = 8;

/// Which cells count as the start of a run: those after a cell of the other value, if they are of the rarer value.
#[derive(Clone, Copy)]
struct Edges {
    /// All ones where zeros are the rarer cells.
    flip: u64,
    /// All ones where the starts of both values count, as they do where runs are long: there are few.
    both: u64,
    /// 64 less the cells from a start on that the table tells apart: 24, or all it can see where runs are long.
    unseen: u32,
}

/// A match and what it is worth.
#[derive(Clone, Copy)]
struct Choice {
    len: usize,
    distance: usize,
    price: u32,
    worth: i32,
}

impl Mask {
    /// Where runs start that are worth looking up in these cells, of which some are ones.
    fn edges(&self, from: usize, to: usize, ones: usize) -> Edges {
        let flip = if 2 * ones > to - from { u64::MAX } else { 0 };
        let single = Edges { flip, both: 0, unseen: 0 };
        let starts: u32 =
            (from..to).step_by(56).map(|at| (self.starts(at, single) & (u64::MAX >> 8)).count_ones()).sum();
        if starts as usize * FEW < to - from {
            Edges { flip, both: u64::MAX, unseen: 64 - 56 }
        } else {
            Edges { flip, both: 0, unseen: 64 - 24 }
        }
    }

    /// Packs the cells, and says how many are ones.
    fn pack(&mut self, block: &[u8]) -> usize {
        self.bits.resize(block.len().div_ceil(8) + 8, 0);
        let mut ones = 0;
        for (cells, bits) in block.chunks(8).zip(&mut self.bits).skip(self.packed / 8) {
            let word = match cells.first_chunk() {
                Some(cells) => u64::from_le_bytes(*cells),
                None => cells.iter().rev().fold(0, |word, &cell| word << 8 | u64::from(cell)),
            };
            // The product brings the lowest bit of the k-th byte to bit 56 + k.
            *bits = (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
            ones += bits.count_ones() as usize;
        }
        self.packed = block.len();
        ones
    }

    /// The cells from `at` on, at least 57.
    #[inline]
    fn cells(&self, at: usize) -> u64 {
        super::compare::load8(&self.bits, at / 8) >> (at % 8)
    }

    /// Cells from `at` on where a run of the rarer value starts, as bits: 56 of them are sure.
    #[inline]
    fn starts(&self, at: usize, edges: Edges) -> u64 {
        let cells = if at == 0 { self.cells(0) << 1 } else { self.cells(at - 1) } ^ edges.flip;
        let next = cells >> 1;
        (next & !cells) | (cells & !next & edges.both)
    }

    /// The first start of a run from `at` on, up to `to`, and the places where runs have started like that.
    #[inline]
    fn next_start(&self, at: usize, to: usize, edges: Edges) -> (usize, u32) {
        let mut start = at;
        // A match reaches no further.
        let end = to.min(at + MAX_MATCH);
        while start < end {
            let starts = self.starts(start, edges) & (u64::MAX >> 8);
            if starts != 0 {
                start += starts.trailing_zeros() as usize;
                return (start.min(end), self.rows[edges.hash(self.cells(start))]);
            }
            start += 56;
        }
        (end, 0)
    }

    /// Enters the starts of runs before `end`, from where the last call came to.
    #[inline]
    fn enter(&mut self, from: usize, end: usize, edges: Edges) -> usize {
        let mut at = from;
        while at < end {
            let count = (end - at).min(56);
            let mut starts = self.starts(at, edges) & ((1 << count) - 1);
            while starts != 0 {
                let start = at + starts.trailing_zeros() as usize;
                let row = &mut self.rows[edges.hash(self.cells(start))];
                *row = *row << 16 | u32::from(start as u16);
                starts &= starts - 1;
            }
            at += count;
        }
        end
    }

    /// How many cells from `at` on are those `distance` before.
    #[inline]
    fn agreement(&self, at: usize, distance: usize, limit: usize) -> usize {
        let mut len = 0;
        loop {
            let differing = (self.cells(at + len) ^ self.cells(at + len - distance)) << 7;
            if differing != 0 {
                return (len + differing.trailing_zeros() as usize - 7).min(limit);
            }
            len += SEEN;
            if len >= limit {
                return limit;
            }
        }
    }

    /// The best match at `at`, if it is cheaper than literals.
    #[inline]
    fn choose(&self, at: usize, start: usize, to: usize, row: u32, tariff: &Tariff) -> Option<Choice> {
        let limit = (to - at).min(MAX_MATCH);
        let mut best = Choice { len: 0, distance: 0, price: 0, worth: i32::MIN };
        let mut look = |distance: usize| {
            let len = self.agreement(at, distance, limit);
            let price = tariff.length[len % 512] + u32::from(tariff.distance((distance - 1) as u16));
            let worth = (len as i32 * self.cell_price as i32) - 32 * price.min(1 << 20) as i32;
            if worth > best.worth {
                best = Choice { len, distance, price, worth };
            }
        };
        if at > 0 {
            look(1);
        }
        for place in [row as u16, (row >> 16) as u16] {
            let distance = usize::from((start as u16).wrapping_sub(place));
            if (1..=32768.min(at)).contains(&distance) {
                look(distance);
            }
        }
        if best.len < MIN_MATCH {
            return None;
        }
        let seen = best.len.min(SEEN);
        let ones = (self.cells(at) & (u64::MAX >> (64 - seen))).count_ones();
        let literals = ones * tariff.literal[1] + (seen as u32 - ones) * tariff.literal[0];
        (best.price < literals).then_some(best)
    }
}

impl Edges {
    #[inline]
    fn hash(self, cells: u64) -> usize {
        hash(cells << self.unseen, ROW_BITS)
    }
}

impl Search for Mask {
    fn reset(&mut self, _phase: usize) {
        self.rows.fill(0);
        self.bits.clear();
        (self.packed, self.is_other) = (0, false);
        self.cell_price = START_PRICE;
    }

    /// No sequences from where a byte is neither 0 nor 1.
    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        let (from, to) = (part.start, part.end.min(block.len()));
        self.is_other |= !is_mask(block.get(self.packed..to).unwrap_or(&[]));
        if self.is_other {
            return;
        }
        let ones = self.pack(&block[..to]);
        let tariff = Tariff::new(prices);
        let edges = self.edges(from, to, ones);
        let (mut at, mut literals, mut entered) = (from, 0u32, from);
        let (mut spent, mut covered) = (0u64, 0u64);
        while at < to {
            let (start, row) = self.next_start(at, to, edges);
            if let Some(choice) = self.choose(at, start, to, row, &tariff) {
                out.push(Seq { literals, len: choice.len as u16, distance: choice.distance as u16 });
                literals = 0;
                at += choice.len;
                spent += u64::from(choice.price);
                covered += choice.len as u64;
                if covered > 4096 {
                    self.cell_price = ((spent * 32) / covered) as u32;
                    (spent, covered) = (spent / 2, covered / 2);
                }
            } else {
                // A run that starts here is a match from its second cell on.
                let next = if start > at + WORTHLESS { at + 1 } else { to.min(start + 1) };
                literals += (next - at) as u32;
                at = next;
            }
            entered = self.enter(entered, at, edges);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{blocks, check};
    use super::*;

    fn masks() -> impl Iterator<Item = Vec<u8>> {
        blocks().into_iter().map(|block| block.iter().map(|&byte| u8::from(byte > 150)).collect())
    }

    #[test]
    fn sequences_give_the_data() {
        check(Mask::default(), &blocks(), 0..1);
    }

    #[test]
    fn bits_answer_as_the_bytes_do() {
        for block in masks() {
            let mut matcher = Mask::default();
            let ones = matcher.pack(&block);
            assert_eq!(ones, block.iter().map(|&cell| usize::from(cell)).sum::<usize>());
            for edges in [
                Edges { flip: 0, both: 0, unseen: 8 },
                Edges { flip: u64::MAX, both: 0, unseen: 8 },
                Edges { flip: 0, both: u64::MAX, unseen: 8 },
            ] {
                for at in (0..block.len().saturating_sub(60)).step_by(31) {
                    let starts = matcher.starts(at, edges);
                    for (bit, place) in (at..at + 56).enumerate() {
                        let before = if place == 0 { 0 } else { block[place - 1] };
                        let rarer = u8::from(edges.flip == 0);
                        let expected = block[place] != before && (edges.both != 0 || block[place] == rarer);
                        // Nothing is before the first cell; what counts there is of no consequence.
                        assert!(place == 0 || (starts >> bit & 1 == 1) == expected, "{place}");
                    }
                }
            }
            for distance in [1, 7, 300] {
                for at in (distance..block.len()).step_by(13) {
                    let limit = (block.len() - at).min(MAX_MATCH);
                    let plain = (0..limit).take_while(|k| block[at + k] == block[at + k - distance]).count();
                    assert_eq!(matcher.agreement(at, distance, limit), plain);
                }
            }
        }
    }
}
