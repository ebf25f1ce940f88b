//! Runs of zero cells among cells that look random (what a rectifier leaves).
//!
//! Such a run is cheap with distance one; but a match that also takes the bytes at its edges, which look
//! random only in part, is cheaper still. So each run is looked up by its length and: the byte before it; the
//! two bytes before it; the bytes before and behind it.

use std::ops::Range;

use super::Search;
use super::window::boxed;
use super::words::{extend, first_cell, hash, word_at};
use crate::sequences::{MAX_MATCH, Prices, Seq, WINDOW, distance_symbol};

/// Longer runs are not worth a look at their edges.
const LONG: usize = 200;
/// Keys of two bytes before a run.
const BEFORE_BITS: u32 = 11;
/// Keys of both edges and the run's length.
const EDGES_BITS: u32 = 12;

/// Bytes that are looked at, from 8 before a run on.
const AROUND: usize = 24;

/// Where runs of at least one, two, three and four cells were, 16 bits each: one word, so that a run is noted
/// for all of them at once.
type Levels = u64;

/// The matcher, with its tables.
pub(super) struct Zeros {
    width: usize,
    phase: usize,
    zero: Vec<u64>,
    byte_before: Box<[Levels; 256]>,
    two_before: Box<[Levels; 1 << BEFORE_BITS]>,
    edges: Box<[u16; 1 << EDGES_BITS]>,
}

/// A match, with what it and the literals around it cost.
#[derive(Clone, Copy)]
struct Choice {
    start: usize,
    len: usize,
    distance: usize,
    cost: i32,
}

/// A run of zero cells from `start` to `end`, bytes of the block.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    cells: usize,
}

impl Zeros {
    /// Tables for cells of 2, 4 or 8 bytes.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            phase: 0,
            zero: Vec::new(),
            byte_before: boxed(0),
            two_before: boxed(0),
            edges: boxed(0),
        }
    }

    /// The cheapest way to code the run and its edges: two bytes before and one behind.
    #[inline]
    fn choose(
        &mut self,
        block: &[u8],
        around: &[u8; AROUND],
        run: Run,
        at: usize,
        prices: &Prices,
    ) -> Choice {
        let before = word_at(around, 0) >> 48;
        let (second, first) = (before & 255, before >> 8);
        let behind = block[run.end] as u64;
        let literal = |byte: u64| prices.literal[byte as usize & 255] as i32;
        let level = run.cells.min(4);

        let byte_before = note(&mut self.byte_before[first as usize], level, run.start - 1);
        let two_before = note(&mut self.two_before[hash(before, BEFORE_BITS)], level, run.start - 2);
        let edges = &mut self.edges[hash(first << 16 | behind << 8 | run.cells as u64, EDGES_BITS)];
        let edges = std::mem::replace(edges, (run.start - 1) as u16);

        let plain = run.end - run.start - 1;
        let inside = if plain < 3 {
            plain as i32 * literal(0)
        } else {
            prices.length[plain] as i32 + prices.distance[0] as i32
        };
        let cost = inside + literal(0) + literal(first) + literal(second) + literal(behind);
        let mut best = Choice { start: run.start + 1, len: plain, distance: 1, cost };
        let (one, two) = (long_word_at(around, 7), long_word_at(around, 6));
        let outside = literal(second);
        let find = Find { block, run, at, prices, behind: literal(behind) };
        for found in [
            find.match_with(byte_before, run.start - 1, one, outside),
            find.match_with(two_before, run.start - 2, two, 0),
            find.match_with(edges, run.start - 1, one, outside),
        ] {
            if found.cost < best.cost {
                best = found;
            }
        }
        best
    }
}

/// What the matches of a run have in common.
struct Find<'a> {
    block: &'a [u8],
    run: Run,
    /// Where what is not coded yet begins.
    at: usize,
    prices: &'a Prices,
    /// The cost of the byte behind the run.
    behind: i32,
}

impl Find<'_> {
    /// The match with a place, modulo 64 Ki, that begins at `start` with these bytes; what is outside costs so much. It costs `i32::MAX` where there is
    /// none.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "as a call, or as a loop that is not unrolled, it takes 8 % longer"
    )]
    fn match_with(&self, place: u16, start: usize, here: u128, outside: i32) -> Choice {
        let distance = (start as u16).wrapping_sub(place) as usize;
        let distance = if distance.wrapping_sub(1) < WINDOW && distance <= start { distance } else { 0 };
        let differ = here ^ long_word_at(self.block, start - distance);
        let mut len = differ.trailing_zeros() as usize / 8;
        if differ == 0 && distance > 0 {
            len = extend(self.block, start, distance, 16);
        }
        let end = start + len;
        let cost = outside
            + if end > self.run.end { 0 } else { self.behind }
            + self.prices.length[len] as i32
            + self.prices.distance[distance_symbol(distance.max(1))] as i32;
        let is_there = distance > 0 && end >= self.run.end && start >= self.at;
        Choice { start, len, distance, cost: if is_there { cost } else { i32::MAX } }
    }
}

impl Search for Zeros {
    fn reset(&mut self, phase: usize) {
        self.phase = phase;
        self.byte_before.fill(0);
        self.two_before.fill(0);
        self.edges.fill(0);
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        let (from, to, phase) = (part.start, part.end, self.phase);
        let Some(block) = block.get(..to) else { return };
        let width = self.width;
        let first = first_cell(from, phase, width);
        let mut zero = std::mem::take(&mut self.zero);
        let cells = block.get(first..).unwrap_or(&[]);
        zero.clear();
        match width {
            2 => mark_zeros::<2>(cells, &mut zero),
            4 => mark_zeros::<4>(cells, &mut zero),
            _ => mark_zeros::<8>(cells, &mut zero),
        }
        let last = cells.len() / width;
        let mut at = from;
        let mut cell = next_bit(&zero, 0, 0);
        while cell < last {
            let end = next_bit(&zero, cell, !0).min(last);
            let run = Run { start: first + cell * width, end: first + end * width, cells: end - cell };
            let long = run.end - run.start > LONG;
            // What is compared, and the byte behind the run, has to be in the block.
            let around = block.get(run.start.wrapping_sub(8)..).and_then(<[u8]>::first_chunk);
            if let Some(around) = around.filter(|_| !long && run.start >= at && run.end < to) {
                let choice = self.choose(block, around, run, at, prices);
                if choice.len >= 3 {
                    out.push(Seq {
                        literals: (choice.start - at) as u32,
                        len: choice.len as u16,
                        distance: choice.distance as u16,
                    });
                    at = choice.start + choice.len;
                }
            } else {
                at = plain_run(run, at, out);
            }
            cell = next_bit(&zero, end, 0);
        }
        self.zero = zero;
    }
}

/// The last place of a run of this level; notes `place` for it and all lower levels.
#[inline]
fn note(levels: &mut Levels, level: usize, place: usize) -> u16 {
    let last = (*levels >> (16 * (level - 1))) as u16;
    let mask = u64::MAX >> (64 - 16 * level);
    *levels = *levels & !mask | (place as u16 as u64).wrapping_mul(0x0001_0001_0001_0001) & mask;
    last
}

/// Codes a run by itself: a literal zero where none stands before it, then distance one. Gives the first byte
/// not coded.
fn plain_run(run: Run, mut at: usize, out: &mut Vec<Seq>) -> usize {
    let mut start = if at > run.start { at } else { run.start + 1 };
    while start + 3 <= run.end {
        let len = (run.end - start).min(MAX_MATCH);
        out.push(Seq { literals: (start - at) as u32, len: len as u16, distance: 1 });
        start += len;
        at = start;
    }
    at
}

#[inline]
fn long_word_at(block: &[u8], at: usize) -> u128 {
    block.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

/// One bit a cell, set where it is zero.
fn mark_zeros<const W: usize>(bytes: &[u8], zero: &mut Vec<u64>) {
    for tile in bytes.chunks(64 * W) {
        // Bytes first, then bits: this way the compiler compares many cells at once.
        let mut flags = [0u8; 64];
        for (flag, cell) in flags.iter_mut().zip(tile.as_chunks::<W>().0) {
            *flag = (*cell == [0; W]) as u8;
        }
        let mut bits = 0;
        for (place, eight) in flags.as_chunks().0.iter().enumerate() {
            // Moves the lowest bit of byte i to bit 56 + i.
            bits |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
        }
        zero.push(bits);
    }
}

/// The first set bit from `at` on, all words flipped by `flip`.
#[inline]
fn next_bit(words: &[u64], at: usize, flip: u64) -> usize {
    let mut place = at / 64;
    let Some(&word) = words.get(place) else { return usize::MAX };
    let mut bits = (word ^ flip) >> (at % 64) << (at % 64);
    while bits == 0 {
        place += 1;
        match words.get(place) {
            Some(&word) => bits = word ^ flip,
            None => return usize::MAX,
        }
    }
    place * 64 + bits.trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks<const W: usize>(bytes: &[u8]) {
        let mut zero = Vec::new();
        mark_zeros::<W>(bytes, &mut zero);
        let plain: Vec<bool> = bytes.chunks_exact(W).map(|cell| cell.iter().all(|&byte| byte == 0)).collect();
        for (cell, &is_zero) in plain.iter().enumerate() {
            assert_eq!(zero[cell / 64] >> (cell % 64) & 1 == 1, is_zero, "{cell}");
            let next = (cell..plain.len()).find(|&later| plain[later]).unwrap_or(usize::MAX);
            assert_eq!(next_bit(&zero, cell, 0), next);
            let next = (cell..plain.len()).find(|&later| !plain[later]).unwrap_or(plain.len());
            assert_eq!(next_bit(&zero, cell, !0).min(plain.len()), next);
        }
    }

    #[test]
    fn zero_cells_are_marked() {
        let bytes: Vec<u8> = (0..5003u32)
            .map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8 % 9 / 7 * (place / 1000 % 2) as u8)
            .collect();
        for len in [0, 1, 63, 64, 65, 512, 513, 5003] {
            marks::<2>(&bytes[..len]);
            marks::<4>(&bytes[..len]);
            marks::<8>(&bytes[..len]);
        }
    }

    #[test]
    fn a_run_is_noted_at_its_level_and_below() {
        let (mut levels, mut plain) = (0, [0u16; 4]);
        for place in 1..500 {
            let level = place * place % 4 + 1;
            assert_eq!(note(&mut levels, level, place * 977), plain[level - 1]);
            plain[..level].fill((place * 977) as u16);
        }
    }
}
