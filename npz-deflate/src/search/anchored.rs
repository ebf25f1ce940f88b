//! Matches at the phases of the cell: one or two keys a cell, the last place of each, no chains.
//!
//! In cells that look random in part (floats of a narrow range, tokens), what repeats are certain bytes of
//! the cell, perhaps with some of the next. A search at every byte costs four to eight times as much and
//! finds matches that are no cheaper than their literals.

use std::ops::Range;

use super::Search;
use super::words::{equal_high, equal_low, extend, first_cell, hash, word_at};
use crate::sequences::{MAX_MATCH, Prices, Seq, WINDOW, distance_symbol};

/// A key: bytes that a match has to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// Where the key begins, counted from the cell's first byte.
    pub(super) offset: u8,
    /// How many bytes it holds, 3 to 8; they may be of the next cell.
    pub(super) bytes: u8,
}

/// Keys of one anchor.
const KEY_BITS: u32 = 13;
/// Literals behind which a match is worth it anyhow: summing their prices stops here.
const SUMMED: usize = 16;

/// The matcher, with a table for each anchor.
pub(super) struct Anchored {
    width: usize,
    phase: usize,
    anchors: &'static [Anchor],
    backwards: bool,
    last: [Vec<u16>; 2],
}

#[derive(Clone, Copy, Default)]
struct Match {
    start: usize,
    len: usize,
    distance: usize,
    gain: i32,
}

impl Anchored {
    /// For cells of `width` bytes; `backwards` also compares what stands before the key.
    pub(super) fn new(width: usize, anchors: &'static [Anchor], backwards: bool) -> Self {
        Self { width, phase: 0, anchors, backwards, last: std::array::from_fn(|_| vec![0; 1 << KEY_BITS]) }
    }

    #[expect(clippy::needless_bitwise_bool, reason = "a branch more is what it costs")]
    fn search<const N: usize, const BACK: bool>(
        &mut self,
        anchors: [Anchor; N],
        block: &[u8],
        part: Range<usize>,
        prices: &Prices,
        out: &mut Vec<Seq>,
    ) {
        let (from, to) = (part.start, part.end);
        let (width, phase) = (self.width, self.phase);
        let unused = anchors.map(|anchor| 64 - 8 * anchor.bytes as u32);
        let reach = anchors.map(|anchor| (anchor.offset + 8) as usize).into_iter().max().unwrap_or(8);
        let Some(block) = block.get(..to) else { return };
        let mut at = from;
        let mut cell = first_cell(from, phase, width);
        while cell + reach <= to {
            let mut best = Match::default();
            for (anchor, (unused, last)) in anchors.iter().zip(unused.iter().zip(&mut self.last)) {
                let place = cell + anchor.offset as usize;
                let word = word_at(block, place);
                let last = &mut last[hash(word << unused, KEY_BITS)];
                let distance = (place as u16).wrapping_sub(*last) as usize;
                *last = place as u16;
                let distance = distance * (distance <= WINDOW.min(place)) as usize;
                let differ = word ^ word_at(block, place - distance);
                // One branch: whether the key was there cannot be foretold, the others would only add to
                // that.
                if (differ << unused == 0) & (distance > 0) & (place >= at) {
                    let found = judge::<BACK>(block, at, place, distance, differ, prices);
                    if found.gain > best.gain {
                        best = found;
                    }
                }
            }
            if best.gain > 0 {
                out.push(Seq {
                    literals: (best.start - at) as u32,
                    len: best.len as u16,
                    distance: best.distance as u16,
                });
                at = best.start + best.len;
            }
            cell += width;
        }
    }
}

impl Search for Anchored {
    fn reset(&mut self, phase: usize) {
        self.phase = phase;
        for last in &mut self.last {
            last.fill(0);
        }
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        match (self.anchors, self.backwards) {
            (&[one], false) => self.search::<1, false>([one], block, part, prices, out),
            (&[one], true) => self.search::<1, true>([one], block, part, prices, out),
            (&[one, two, ..], false) => {
                self.search::<2, false>([one, two], block, part, prices, out);
            }
            (&[one, two, ..], true) => {
                self.search::<2, true>([one, two], block, part, prices, out);
            }
            ([], _) => {}
        }
    }
}

/// How long the match at `place` is, and how much cheaper than its literals.
#[inline]
fn judge<const BACK: bool>(
    block: &[u8],
    at: usize,
    place: usize,
    distance: usize,
    differ: u64,
    prices: &Prices,
) -> Match {
    let mut len = if differ == 0 { extend(block, place, distance, 8) } else { equal_low(differ) };
    let mut start = place;
    if BACK && place - distance >= 8 {
        let differ = word_at(block, place - 8) ^ word_at(block, place - 8 - distance);
        let before = equal_high(differ).min(place - at).min(MAX_MATCH - len);
        start -= before;
        len += before;
    }
    let literals = block.iter().skip(start).take(len.min(SUMMED));
    let spared: i32 = literals.map(|&byte| prices.literal[byte as usize] as i32).sum();
    let gain = spared - prices.length[len] as i32 - prices.distance[distance_symbol(distance)] as i32;
    Match { start, len, distance, gain }
}
