//! Matches at every byte for data that repeat, as text and records do: the nearest place with the same first bytes, the longest match among
//! several places, and the cheapest path through both.
//!
//! A row of the hash table holds the newest `4 * WORDS` positions of one hash, four in a word of 64 bits: one load gets them all and a shift puts
//! a new one in, where a chain waits for one load after the other. All are compared without a branch; only matches of eight bytes and more take
//! one. The path is found by prices over a tile, so no rule of thumb is needed on when to wait for a better match: with four places
//! it is already shorter than that of a chain of 128 with lazy matching.

use std::ops::Range;

use super::Search;
use super::compare::{Reach, agreement};
use super::tariff::{LITERAL, Step, Tariff, Walk, step, step_len};
use super::window::{Window, boxed};
use super::words::hash;
use crate::sequences::{MAX_MATCH, Prices, Seq};

/// Positions a pass looks at before the next pass does.
const TILE: usize = 1024;
/// The costs of a tile and of the longest match's landing behind it.
const COSTS: usize = 2 * TILE;
/// The bytes at the end of such a match whose positions enter the tables, and of how many before them one does: what follows may
/// repeat all of it.
const ENTERED: usize = 512;
const SPARSELY: usize = 16;
const NEAR_BITS: u32 = 12;
const ROW_BITS: u32 = 14;

/// The matcher. It keeps its tables from
/// sub-block to sub-block, until [`reset`](Self::reset).
pub(super) struct Rows<const WORDS: usize> {
    /// The newest position, modulo 64 Ki, with the same first bytes.
    near: Box<[u16; 1 << NEAR_BITS]>,
    /// The newest positions with more bytes the same, the newest lowest.
    newest: Box<[[u64; WORDS]; 1 << ROW_BITS]>,
    window: Window,
    /// The nearest and the longest match of each position of the tile.
    matches: Box<[[Step; 2]; TILE]>,
    /// Cost from each position to the end.
    costs: Box<[u32; COSTS]>,
    steps: Box<[u32; TILE]>,
    /// The match that reaches furthest so far: its rest is a match of every position inside.
    reach: Reach,
}

impl<const WORDS: usize> Rows<WORDS> {
    /// A match that long is taken at once, without a search or prices inside: what repeats much is fast.
    const LONG: usize = 64;

    pub(super) fn new() -> Self {
        Self {
            near: boxed(0),
            newest: boxed([0; WORDS]),
            window: Window::default(),
            matches: boxed([0; 2]),
            costs: boxed(0),
            steps: boxed(0),
            reach: Reach::default(),
        }
    }

    /// Looks for matches from `start` on, until the tile is full or a long one is found, which then is `self.reach`.
    fn find(&mut self, block: &[u8], start: usize, to: usize, tariff: &Tariff) -> usize {
        let mut at = start;
        for index in 0..TILE {
            if at >= to {
                return to;
            }
            let place = at as u16;
            let (near, row) = self.exchange(place);
            let nearest = self.measure(place, near, 0);
            // Inside a match only a longer one is of use: compared are the last eight bytes that it must have.
            let rest = self.reach.end.saturating_sub(at).min(MAX_MATCH);
            let last = rest.saturating_sub(7) as u16;
            let mut best = 0;
            for entries in row {
                for shift in [0, 16, 32, 48] {
                    best = best.max(self.measure(place, (entries >> shift) as u16, last));
                }
            }
            let known = (rest as u32) << 16 | u32::from(!self.reach.from_min);
            let mut longest = if last == 0 { known.max(best) } else { known };
            if best >> 16 == 8 {
                longest = self.longest(block, at, (to - at).min(MAX_MATCH), row, longest);
            }
            let limit = to - at;
            let (near_len, len, from_min) =
                ((nearest as usize >> 16).min(limit), (longest as usize >> 16).min(limit), !(longest as u16));
            if at + len > self.reach.end {
                self.reach = Reach { from_min, end: at + len };
            }
            if len >= Self::LONG {
                return at;
            }
            let near_from_min = place.wrapping_sub(near).wrapping_sub(1);
            self.matches[index] = [
                step(tariff.distance(near_from_min), near_len, near_from_min),
                step(tariff.distance(from_min), len, from_min),
            ];
            at += 1;
        }
        at.min(to)
    }

    /// The longest match of at least eight bytes among a row's entries, if longer than `longest`.
    #[inline(never)]
    fn longest(&self, block: &[u8], at: usize, limit: usize, row: [u64; WORDS], longest: u32) -> u32 {
        let mut longest = longest;
        for entries in row {
            for shift in [0, 16, 32, 48] {
                let last = (longest >> 16).saturating_sub(7) as u16;
                let place = (entries >> shift) as u16;
                let measured = self.measure(at as u16, place, last);
                if measured >> 16 == 8 {
                    let len = agreement(block, at, usize::from(!(measured as u16)) + 1, 0, limit) as u32;
                    longest = longest.max(len << 16 | measured & 0xFFFF);
                }
            }
        }
        longest
    }

    /// How many of eight bytes, `skip` bytes on, are the same at another place: the number, then the distance - 1 inverted, so that of equal ones the
    /// nearer is the greater.
    #[inline]
    fn measure(&self, place: u16, other: u16, skip: u16) -> u32 {
        let differing =
            self.window.word(place.wrapping_add(skip)) ^ self.window.word(other.wrapping_add(skip));
        let from_min = place.wrapping_sub(other).wrapping_sub(1);
        // None where the distance is over 32 KiB, its top bit set.
        let len = (differing.trailing_zeros() / 8) & u32::from(from_min >> 15).wrapping_sub(1);
        len << 16 | u32::from(!from_min)
    }

    /// Puts a position into the tables and gives what they held.
    #[inline]
    fn exchange(&mut self, place: u16) -> (u16, [u64; WORDS]) {
        let word = self.window.word(place);
        let near = &mut self.near[hash(word << 40, NEAR_BITS)];
        let row = &mut self.newest[hash(word << 24, ROW_BITS)];
        let held = (std::mem::replace(near, place), *row);
        for word in (1..WORDS).rev() {
            row[word] = row[word] << 16 | row[word - 1] >> 48;
        }
        row[0] = row[0] << 16 | u64::from(place);
        held
    }

    /// Enters the positions of a long match into the tables, of a very long one all of the last and some of the others.
    fn enter(&mut self, block: &[u8], start: usize, end: usize) {
        self.window.load(block, end + MAX_MATCH);
        let passed = (end - start).saturating_sub(ENTERED);
        let sparse = (start..start + passed).step_by(SPARSELY);
        for at in sparse.chain(start + passed..end) {
            self.exchange(at as u16);
        }
    }

    /// Finds the cheapest way to the end of the tile from each of its positions.
    fn price(&mut self, tile: &[u8], is_closed: bool, tariff: &Tariff) {
        // What bytes behind the tile are worth that a match covers: what cheap bytes cost. Nothing, if they are covered anyway.
        let spared = if is_closed { 0 } else { 16 };
        for beyond in 0..=MAX_MATCH {
            self.costs[(tile.len() + beyond) % COSTS] = (MAX_MATCH - beyond) as u32 * spared;
        }
        let mut next = self.costs[tile.len() % COSTS];
        let positions = tile.iter().zip(self.matches.iter()).zip(self.steps.iter_mut()).enumerate();
        for (at, ((&byte, matches), chosen)) in positions.rev() {
            let mut best = u64::from(next + tariff.literal[usize::from(byte)]) << 32 | LITERAL;
            let [near, far] = *matches;
            // The far match one byte less often ends where a better one begins.
            for (candidate, less) in [(near, 0), (far, 0), (far, 1)] {
                let len = step_len(candidate).saturating_sub(less);
                let behind = self.costs[(at + len) % COSTS] + tariff.length[len % 512];
                best =
                    best.min((candidate & !(0xFFFF << 16) | (len as u64) << 16) + (u64::from(behind) << 32));
            }
            next = (best >> 32) as u32;
            self.costs[at % COSTS] = next;
            *chosen = best as u32;
        }
    }
}

impl<const WORDS: usize> Search for Rows<WORDS> {
    fn reset(&mut self, _phase: usize) {
        self.near.fill(0);
        self.newest.fill([0; WORDS]);
        self.window.reset();
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        let (from, to) = (part.start, part.end.min(block.len()));
        let tariff = Tariff::new(prices);
        self.reach = Reach::default();
        let mut walk = Walk::new(from);
        let mut start = from;
        while start < to {
            self.window.load(block, start + TILE + MAX_MATCH);
            let end = self.find(block, start, to, &tariff);
            let long = self.reach.end.saturating_sub(end) >= Self::LONG;
            self.price(&block[start..end], end == to || long, &tariff);
            while walk.at() < end {
                let step = self.steps[(walk.at() - start) % TILE];
                match step as usize >> 16 {
                    0 | 1 => walk.pass(walk.at() + 1),
                    len => walk.take(len, usize::from(step as u16) + 1, out),
                }
            }
            start = end;
            if long {
                let rest = self.reach.rest(block, end, to);
                start = walk.long(end + rest, self.reach.from_min, out);
                self.enter(block, end, start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{blocks, check};
    use super::*;

    #[test]
    fn sequences_give_the_data() {
        check(Rows::<2>::new(), &blocks(), 0..1);
        check(Rows::<4>::new(), &blocks(), 0..1);
    }

    #[test]
    fn the_row_gives_the_longest_of_its_places() {
        for mut block in blocks() {
            // As much as the window holds.
            block.truncate(65_000);
            let mut matcher = Rows::<2>::new();
            matcher.window.load(&block, block.len());
            for at in (1..block.len().min(60_000)).step_by(97) {
                // Any places before, the newest lowest.
                let places: Vec<usize> = (0..8).map(|k| at - 1 - (at - 1) * k / 9).collect();
                let row = [0, 4].map(|k| (0..4).fold(0, |word, i| word | (places[k + i] as u64) << (16 * i)));
                let limit = (block.len() - at).min(MAX_MATCH);
                let plain =
                    |place: usize| (0..limit).take_while(|k| block[at + k] == block[place + k]).count();
                let expected = places
                    .iter()
                    .filter(|&&place| at - place <= 32768)
                    .map(|&place| plain(place))
                    .max()
                    .unwrap_or(0);
                let longest = matcher.longest(&block, at, limit, row, 0);
                if expected >= 8 {
                    assert_eq!((longest >> 16) as usize, expected);
                    assert_eq!(plain(at - 1 - usize::from(!(longest as u16))), expected);
                } else {
                    assert_eq!(longest, 0);
                }
            }
        }
    }
}
