//! Cells that came before, as labels, prices, small numbers and characters do: whole cells are looked up, and what they share with the cell
//! before them.
//!
//! A cell is written as a match with cells that came before, or by itself: its lower bytes, and the upper ones by a match at the
//! distance of one cell, or as the beginning of the match behind it. The cheapest path through a tile of cells is found as in `rows`;
//! a search at every byte takes five times as long and finds little more.

use std::ops::Range;

use super::Search;
use super::compare::{Reach, agreement, load8};
use super::tariff::{Step, Tariff, Walk, step, step_len};
use super::window::{Window, boxed};
use super::words::{equal_high, first_cell, hash};
use crate::sequences::{MAX_MATCH, MIN_MATCH, Prices, Seq};

/// Cells a pass looks at before the next pass does.
const TILE: usize = 1024;
/// The costs of a tile and of the longest match's landing behind it.
const COSTS: usize = 2 * TILE;
const KEY_BITS: u32 = 14;
const ROW_BITS: u32 = 13;
/// A match that long is taken at once.
const LONG: usize = 128;
/// Of a very long match, the bytes at its end whose cells enter the tables, and of how many cells before them one does.
const ENTERED: usize = 2048;
const SPARSELY: usize = 8;

/// How a cell by itself is written; in the place of a step.
const LITERALS: u32 = 0;
/// The upper bytes by a match with the cell before.
const LIKE_BEFORE: u32 = 1;
/// The upper bytes as the beginning of the match that follows.
const LIKE_NEXT: u32 = 2;

/// Finds places by their first cell, their first two and their first three.
pub(super) struct Repeated<const WIDTH: usize> {
    /// The newest position, modulo 64 Ki, with the same cell, and with the same two.
    ones: Box<[u16; 1 << KEY_BITS]>,
    twos: Box<[u16; 1 << KEY_BITS]>,
    /// The newest eight with the same three, the newest lowest.
    threes: Box<[u128; 1 << ROW_BITS]>,
    window: Window,
    /// The match of the newest cell, of the newest two, and the longest one.
    found: Box<[[Step; 3]; TILE]>,
    /// Cost from each cell to the end.
    costs: Box<[u32; COSTS]>,
    /// What is best from each cell on, and the best match there.
    best: Box<[u32; TILE]>,
    matches: Box<[u32; TILE]>,
    /// The match that reaches furthest so far: its rest is a match of every cell inside.
    reach: Reach,
    /// Where the first cell begins, and how many of its bytes are left to what comes before.
    phase: usize,
    shift: usize,
}

/// Places that may begin as this one does.
struct Candidates {
    one: u16,
    two: u16,
    threes: u128,
}

impl<const WIDTH: usize> Repeated<WIDTH> {
    /// For cells that begin so many bytes behind those of the array.
    pub(super) fn new(shift: usize) -> Self {
        Self {
            ones: boxed(0),
            twos: boxed(0),
            threes: boxed(0),
            window: Window::default(),
            found: boxed([0; 3]),
            costs: boxed(0),
            best: boxed(0),
            matches: boxed(0),
            reach: Reach::default(),
            phase: 0,
            shift,
        }
    }

    /// Puts a position into the tables and gives what they held.
    #[inline]
    fn exchange(&mut self, place: u16) -> Candidates {
        let unused = 64 - 8 * WIDTH as u32;
        let cell = |number: u16| self.window.word(place.wrapping_add(number * WIDTH as u16)) << unused;
        let one = cell(0);
        let two = one.wrapping_add(cell(1).wrapping_mul(0xC2B2_AE3D_27D4_EB4F));
        let three = two.wrapping_add(cell(2).wrapping_mul(0x1656_67B1_9E37_79F9));
        let row = &mut self.threes[hash(three, ROW_BITS)];
        let threes = std::mem::replace(row, *row << 16 | u128::from(place));
        Candidates {
            one: std::mem::replace(&mut self.ones[hash(one, KEY_BITS)], place),
            two: std::mem::replace(&mut self.twos[hash(two, KEY_BITS)], place),
            threes,
        }
    }

    /// How many of eight bytes, `skip` bytes on, are the same at another place; none if that is too far.
    #[inline]
    fn equal(&self, place: u16, other: u16, skip: u16) -> usize {
        let differing =
            self.window.word(place.wrapping_add(skip)) ^ self.window.word(other.wrapping_add(skip));
        let is_near = place.wrapping_sub(other).wrapping_sub(1) >> 15 == 0;
        (differing.trailing_zeros() / 8) as usize * usize::from(is_near)
    }

    /// Looks for matches from `start` on, until the tile is full or a long one is found, which then is `self.reach`.
    fn find(&mut self, block: &[u8], start: usize, to: usize, tariff: &Tariff) -> usize {
        let mut at = start;
        for index in 0..TILE {
            if at >= to {
                return to;
            }
            let place = at as u16;
            let candidates = self.exchange(place);
            let limit = (to - at).min(MAX_MATCH);
            let step_to = |other: u16, len: usize| {
                let from_min = place.wrapping_sub(other).wrapping_sub(1);
                step(tariff.distance(from_min), len.min(limit), from_min)
            };
            let one = self.equal(place, candidates.one, 0);
            let two = self.equal(place, candidates.two, 0);
            let more = if two == 8 { self.equal(place, candidates.two, 8) } else { 0 };
            let longest = self.longest(block, at, limit, candidates.threes);
            self.found[index] = [
                step_to(candidates.one, one),
                step_to(candidates.two, two + more),
                step(tariff.distance(longest.from_min), longest.end - at, longest.from_min),
            ];
            if longest.end > self.reach.end {
                self.reach = longest;
            }
            if longest.end - at >= LONG {
                return at;
            }
            at += WIDTH;
        }
        at.min(to)
    }

    /// The longest match with one of these places, or what is left of the one that reaches furthest.
    #[inline]
    fn longest(&self, block: &[u8], at: usize, limit: usize, places: u128) -> Reach {
        let rest = self.reach.end.saturating_sub(at).min(limit);
        let known = Reach { from_min: self.reach.from_min, end: at + rest };
        // Three cells are most probably the same. Of what follows the words behind tell who is longest; inside a match, those that it must
        // have to be longer.
        let skip = rest.saturating_sub(7).max(3 * WIDTH) as u16;
        let place = at as u16;
        let mut best = 0;
        for shift in (0..128).step_by(16) {
            let other = (places >> shift) as u16;
            let from_min = place.wrapping_sub(other).wrapping_sub(1);
            best = best.max(self.equal(place, other, skip) << 16 | usize::from(!from_min));
        }
        let from_min = !(best as u16);
        if from_min >> 15 != 0 || (rest > 3 * WIDTH && best >> 16 == 0) {
            return known;
        }
        let len = agreement(block, at, usize::from(from_min) + 1, 0, limit);
        if len > rest { Reach { from_min, end: at + len } } else { known }
    }

    /// Enters the cells of a long match into the tables.
    fn enter(&mut self, block: &[u8], start: usize, end: usize) {
        self.window.load(block, end + MAX_MATCH);
        let passed = (end - start).saturating_sub(ENTERED) / WIDTH * WIDTH;
        let sparse = (start..start + passed).step_by(SPARSELY * WIDTH);
        for at in sparse.chain((start + passed..end).step_by(WIDTH)) {
            self.exchange(at as u16);
        }
    }

    /// Finds the cheapest way to the end of the tile from each of its cells.
    fn price(&mut self, block: &[u8], tile: Range<usize>, is_closed: bool, tariff: &Tariff) {
        let cells = tile.len().div_ceil(WIDTH);
        // What bytes behind the tile are worth that a match covers: what cheap bytes cost. Nothing, if they are covered anyway.
        let spared = if is_closed { 0 } else { 16 * WIDTH as u32 };
        let landing = MAX_MATCH / WIDTH;
        for beyond in 0..=landing {
            self.costs[(cells + beyond) % COSTS] = (landing - beyond) as u32 * spared;
        }
        let mut next = self.costs[cells % COSTS];
        // A match at the next cell: what it costs from there on, and its distance.
        let (mut next_match, mut next_distance) = (u32::MAX >> 2, 0);
        for index in (0..cells).rev() {
            let place = tile.start + index * WIDTH;
            let alone = Alone::<WIDTH>::new(block, place..tile.end, tariff);
            let like_next = alone.low(alone.equal_top(block, next_distance));
            let (before, tail) = alone.like_before(block, tariff);
            let best = u64::from(next + alone.low(0)) << 32 | u64::from(LITERALS);
            let best = best.min(u64::from(next + before + tail) << 32 | u64::from(LIKE_BEFORE));
            let best = best.min(u64::from(next_match + like_next) << 32 | u64::from(LIKE_NEXT));
            let mut best_match = u64::from(u32::MAX >> 2) << 32;
            let [one, two, far] = self.found[index % TILE];
            // The far match one cell less often ends where a better one begins.
            for (candidate, less) in [(one, 0), (two, 0), (far, 0), (far, 1)] {
                let cells = (step_len(candidate) / WIDTH).saturating_sub(less);
                let len = cells * WIDTH;
                let behind = self.costs[(index + cells) % COSTS] + tariff.length[len % 512];
                best_match = best_match
                    .min((candidate & !(0xFFFF << 16) | (len as u64) << 16) + (u64::from(behind) << 32));
            }
            self.matches[index % TILE] = best_match as u32;
            (next_match, next_distance) = ((best_match >> 32) as u32, usize::from(best_match as u16) + 1);
            let best = best.min(best_match);
            self.best[index % TILE] = best as u32;
            next = (best >> 32) as u32;
            self.costs[index % COSTS] = next;
        }
    }

    /// Writes the sequences of the cheapest way.
    fn walk(&self, walk: &mut Walk, block: &[u8], tile: Range<usize>, out: &mut Vec<Seq>) {
        let mut joins = false;
        while walk.at() < tile.end {
            let (at, index) = (walk.at(), (walk.at() - tile.start) / WIDTH % TILE);
            let step = if joins { self.matches[index] } else { self.best[index] };
            joins = step == LIKE_NEXT;
            match step {
                LITERALS | LIKE_NEXT => walk.pass((at + WIDTH).min(tile.end)),
                LIKE_BEFORE => {
                    let top = equal_top::<WIDTH>(block, at, WIDTH);
                    walk.pass(at + WIDTH - top);
                    walk.take(top, WIDTH, out);
                }
                _ => {
                    let distance = usize::from(step as u16) + 1;
                    walk.back(block, distance, WIDTH - 1);
                    let len = (at - walk.at() + (step >> 16) as usize).min(MAX_MATCH);
                    walk.take(len, distance, out);
                    walk.pass(at + (step >> 16) as usize);
                }
            }
        }
    }
}

/// What a cell costs by itself.
struct Alone<const WIDTH: usize> {
    place: usize,
    is_whole: bool,
    /// The cost of the first bytes, by their number.
    costs: [u32; 9],
}

impl<const WIDTH: usize> Alone<WIDTH> {
    #[inline]
    fn new(block: &[u8], cell: Range<usize>, tariff: &Tariff) -> Self {
        let word = load8(block, cell.start);
        let len = cell.len().min(WIDTH);
        let mut costs = [0; 9];
        for byte in 0..WIDTH {
            let cost = tariff.literal[usize::from((word >> (8 * byte)) as u8)];
            costs[byte + 1] = costs[byte] + if byte < len { cost } else { 0 };
        }
        Self { place: cell.start, is_whole: len == WIDTH, costs }
    }

    /// The cost of all bytes but these upper ones.
    #[inline]
    fn low(&self, top: usize) -> u32 {
        self.costs[(WIDTH - top) % 9]
    }

    /// Upper bytes that are the same at a distance.
    #[inline]
    fn equal_top(&self, block: &[u8], distance: usize) -> usize {
        let is_there = self.is_whole && (1..=self.place).contains(&distance);
        if is_there { equal_top::<WIDTH>(block, self.place, distance) } else { 0 }
    }

    /// The cost of the lower bytes, and that of the upper ones that the cell before has too.
    #[inline]
    fn like_before(&self, block: &[u8], tariff: &Tariff) -> (u32, u32) {
        let top = self.equal_top(block, WIDTH);
        if top < MIN_MATCH {
            return (u32::MAX >> 2, 0);
        }
        (self.low(top), tariff.length[top] + u32::from(tariff.distance(WIDTH as u16 - 1)))
    }
}

/// Upper bytes of a cell that are those of the cell `distance` before, but not all.
#[inline]
fn equal_top<const WIDTH: usize>(block: &[u8], place: usize, distance: usize) -> usize {
    let differing = load8(block, place) ^ load8(block, place - distance);
    equal_high(differing << (64 - 8 * WIDTH)).min(WIDTH - 1)
}

impl<const WIDTH: usize> Search for Repeated<WIDTH> {
    fn reset(&mut self, phase: usize) {
        self.phase = phase + self.shift;
        self.ones.fill(0);
        self.twos.fill(0);
        self.threes.fill(0);
        self.window.reset();
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        let (from, to) = (part.start, part.end.min(block.len()));
        let tariff = Tariff::new(prices);
        self.reach = Reach::default();
        let mut walk = Walk::new(from);
        let mut start = first_cell(from, self.phase, WIDTH).min(to);
        walk.pass(start);
        while start < to {
            self.window.load(block, start + TILE * WIDTH + MAX_MATCH);
            let end = self.find(block, start, to, &tariff);
            let long = self.reach.end.saturating_sub(end) >= LONG;
            self.price(block, start..end, end == to || long, &tariff);
            self.walk(&mut walk, block, start..end, out);
            start = end;
            if long {
                let rest = self.reach.rest(block, end, to);
                start = walk.long(end + rest / WIDTH * WIDTH, self.reach.from_min, out);
                self.enter(block, end, start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{blocks, check, numeric};
    use super::*;

    #[test]
    fn sequences_give_the_data() {
        for shift in [0, 2] {
            check(Repeated::<4>::new(shift), &blocks(), 0..4);
            check(Repeated::<4>::new(shift), &numeric(4, 68_003), 0..4);
        }
        for shift in [0, 6] {
            check(Repeated::<8>::new(shift), &blocks(), 0..8);
            check(Repeated::<8>::new(shift), &numeric(8, 68_003), 0..8);
        }
    }
}
