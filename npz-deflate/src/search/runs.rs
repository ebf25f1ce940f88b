//! Cells whose upper bytes stay: small integers, counters.
//!
//! What equals the cell before is a match at the distance of one cell, which costs two or three bits in all.
//! Where the next two cells came before together, one match takes both and the upper bytes before them.

use std::ops::Range;

use super::Search;
use super::window::boxed;
use super::words::{equal_high, equal_low, extend, first_cell, hash};
use crate::sequences::{MAX_MATCH, Prices, Seq, WINDOW, distance_symbol};

/// Keys of pairs of cells.
const PAIR_BITS: u32 = 12;

/// The matcher, with its table.
pub(super) struct Runs {
    width: usize,
    phase: usize,
    pairs: bool,
    last: Box<[u16; 1 << PAIR_BITS]>,
}

impl Runs {
    /// For cells of 2, 4 or 8 bytes; `pairs` also looks for pairs of cells.
    pub(super) fn new(width: usize, pairs: bool) -> Self {
        Self { width, phase: 0, pairs, last: boxed(0) }
    }

    #[expect(clippy::needless_bitwise_bool, reason = "a branch more is what it costs")]
    fn search<const W: usize, const PAIRS: bool>(
        &mut self,
        block: &[u8],
        part: Range<usize>,
        prices: &Prices,
        out: &mut Vec<Seq>,
    ) {
        let (from, to, phase) = (part.start, part.end.min(block.len()), self.phase);
        let mut at = from;
        let mut cell = first_cell(from, phase, W);
        cell = cell.max(phase % W + W);
        let single = Single::<W>::new(prices);
        while cell + W <= to {
            // Words may be read beyond `to`, matches end there.
            let Some(window) = block.get(cell - W..).and_then(|bytes| bytes.first_chunk()) else { break };
            let [last, here, next, after, behind_pair] = cells_of::<W>(window);
            let top = equal_top::<W>(here, last);
            let ahead = low_bytes::<W>(here ^ next);
            if PAIRS {
                let pair = cell + W;
                let distance = self.note::<W>(next, after, pair);
                let behind = pair - distance;
                let other = block.get(behind.wrapping_sub(W * 2)..).and_then(|bytes| bytes.first_chunk());
                let [_, before_pair, other_next, other_after, other_behind] =
                    other.map_or([0; 5], cells_of::<W>);
                let differ = low_bytes::<W>(next ^ other_next) | low_bytes::<W>(after ^ other_after);
                let same = (differ == 0) & other.is_some();
                // Equal cells are left to the run. One branch: it cannot be foretold, several would miss more
                // often.
                if same & (distance > 0) & (at <= pair) & (ahead != 0) & (pair + 2 * W <= to) {
                    let known = equal_low(behind_pair ^ other_behind);
                    let len =
                        if known == 8 { extend(block, pair, distance, 2 * W + 8) } else { 2 * W + known };
                    let before = equal_top::<W>(here, before_pair);
                    let start = pair - before.min(pair - at);
                    let len = (pair + len).min(to).min(start + MAX_MATCH) - start;
                    let apart = single.tail[top.min(pair - at)] as u32
                        + single.cost(next, here)
                        + single.cost(after, next);
                    let together = prices.length[len] + prices.distance[distance_symbol(distance)];
                    if together as u32 <= apart {
                        out.push(Seq {
                            literals: (start - at) as u32,
                            len: len as u16,
                            distance: distance as u16,
                        });
                        at = start + len;
                        self.note::<W>(after, behind_pair, pair + W);
                        cell = pair + W;
                        continue;
                    }
                }
            }
            let start = (cell + W - top).max(at);
            let mut end = cell + W + equal_low(ahead);
            cell += W;
            if ahead == 0 {
                end = start + extend(block, start, W, 0);
                // On with the cell that holds the last byte: it is where the next match may begin.
                cell = cell.max((end - 1 - phase % W) / W * W + phase % W);
            }
            let end = end.min(to);
            if start + 3 <= end {
                out.push(Seq {
                    literals: (start - at) as u32,
                    len: (end - start) as u16,
                    distance: W as u16,
                });
                at = end;
            }
        }
    }

    /// How far back the pair of cells at `place` may have been before, 0 if nowhere; notes it.
    #[inline]
    fn note<const W: usize>(&mut self, one: u64, next: u64, place: usize) -> usize {
        let pair = match W {
            2 => (one & 0xFFFF_FFFF) as u128,
            4 => one as u128,
            _ => one as u128 | (next as u128) << 64,
        };
        let key = pair as u64 ^ (pair >> 44) as u64;
        let last = &mut self.last[hash(key, PAIR_BITS)];
        let distance = (place as u16).wrapping_sub(*last) as usize;
        *last = place as u16;
        distance * (distance <= WINDOW.min(place)) as usize
    }
}

impl Search for Runs {
    fn reset(&mut self, phase: usize) {
        self.phase = phase;
        self.last.fill(0);
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        match (self.width, self.pairs) {
            (2, false) => self.search::<2, false>(block, part, prices, out),
            (2, true) => self.search::<2, true>(block, part, prices, out),
            (4, false) => self.search::<4, false>(block, part, prices, out),
            (4, true) => self.search::<4, true>(block, part, prices, out),
            (_, false) => self.search::<8, false>(block, part, prices, out),
            (_, true) => self.search::<8, true>(block, part, prices, out),
        }
    }
}

/// What a cell costs by itself, with the distance of one cell.
struct Single<'a, const W: usize> {
    literal: &'a [u16; 256],
    /// By the number of upper bytes that equal those of the cell before.
    tail: [u16; 9],
}

impl<'a, const W: usize> Single<'a, W> {
    fn new(prices: &'a Prices) -> Self {
        let near = prices.distance[distance_symbol(W)];
        let tail = std::array::from_fn(|top| if top < 3 { 0 } else { prices.length[top] + near });
        Self { literal: &prices.literal, tail }
    }

    #[inline]
    fn cost(&self, cell: u64, before: u64) -> u32 {
        let top = equal_top::<W>(cell, before);
        let literal = |byte: usize| self.literal[(cell >> (8 * byte)) as usize & 255] as u32;
        let mut cost = self.tail[top] as u32;
        // Two bytes without a branch: that is what differs most often.
        cost += if top < W { literal(0) } else { 0 };
        cost += if top + 1 < W { literal(1) } else { 0 };
        for byte in 2..(W - top).max(2) {
            cost += literal(byte);
        }
        cost
    }
}

/// What the words of five cells, one behind the other, are.
#[inline]
fn cells_of<const W: usize>(window: &[u8; 40]) -> [u64; 5] {
    std::array::from_fn(|cell| {
        let mut word = [0; 8];
        word.copy_from_slice(&window[cell * W..][..8]);
        u64::from_le_bytes(word)
    })
}

/// The word's first `W` bytes, the others out of the way.
#[inline]
fn low_bytes<const W: usize>(word: u64) -> u64 {
    word & (u64::MAX >> (64 - 8 * W))
}

/// Upper bytes that two cells share.
#[inline]
fn equal_top<const W: usize>(one: u64, other: u64) -> usize {
    equal_high((one ^ other) << (64 - 8 * W)).min(W)
}
