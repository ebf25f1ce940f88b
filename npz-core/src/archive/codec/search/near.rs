//! Matches at every position for bytes that drift without repeating, as images do: the newest place with the same three bytes, and the
//! cheapest path through what is found. A second table, of four bytes, made files 2 % smaller and took a fifth more time.
//!
//! Such data give matches of three to five bytes and few literals. A loop that looks, decides and writes position by position
//! mispredicts a branch nearly every time; here the same work is done in separate passes over a tile of 2 KiB that stays in the first
//! level cache, none of which branches on the data: exchange the entries of the hash table, compare, price backwards, walk.

use std::ops::Range;

use super::Search;
use super::compare::Run;
use super::tariff::{LITERAL, Step, Tariff, Walk, step, step_len};
use super::window::{Window, boxed};
use crate::archive::codec::sequences::{MAX_MATCH, Prices, Seq};

/// Positions a pass looks at before the next pass does.
const TILE: usize = 2048;
/// The costs of a tile and of the longest match's landing behind it, a power of two so that an index is masked, not checked.
const COSTS: usize = 2 * TILE;
const TABLE_BITS: u32 = 15;

/// The newest position, modulo 64 Ki, of each hash. Sixteen bits hold the whole window; an entry that is older gives a wrong distance, which the
/// comparison refutes or, where the bytes are the same, makes right.
type Table = Box<[u16; 1 << TABLE_BITS]>;

/// The matcher. It keeps its tables from sub-block to sub-block, until [`reset`](Self::reset).
pub(super) struct Near {
    newest: Table,
    window: Window,
    /// Entries that the positions of the tile found in the table.
    found: Box<[u16; TILE]>,
    /// The matches there, with the price of their distance.
    candidates: Box<[Step; TILE]>,
    /// The positions where the match reaches over the word compared.
    long: Box<[u16; TILE]>,
    costs: Box<[u32; COSTS]>,
    /// The step to be made at each position, without its price.
    steps: Box<[u32; TILE]>,
    /// The sequences of a tile.
    seqs: Box<[Seq; TILE]>,
}

impl Default for Near {
    fn default() -> Self {
        Self {
            // Position 0 stands in every entry: a candidate like any other.
            newest: boxed(0),
            window: Window::default(),
            found: boxed(0),
            long: boxed(0),
            candidates: boxed(0),
            costs: boxed(0),
            steps: boxed(0),
            seqs: boxed(Seq { literals: 0, len: 0, distance: 0 }),
        }
    }
}

impl Near {
    /// Puts the tile's positions into the table, keeping what they find there.
    fn exchange(&mut self, start: usize, end: usize) {
        for (at, found) in (start..end).zip(self.found.iter_mut()) {
            let at = at as u16;
            let key = hash(self.window.word(at) as u32);
            *found = std::mem::replace(&mut self.newest[key], at);
        }
    }

    /// Measures the matches at the places found.
    fn compare(&mut self, block: &[u8], start: usize, end: usize, to: usize, tariff: &Tariff) {
        let mut long = 0;
        for ((at, &found), candidate) in (start..end).zip(self.found.iter()).zip(self.candidates.iter_mut()) {
            let differing = self.window.word(at as u16) ^ self.window.word(found);
            let from_min = (at as u16).wrapping_sub(found).wrapping_sub(1);
            // None where the distance is over 32 KiB, its top bit set; a mask, as a branch would be mispredicted.
            let len = (differing.trailing_zeros() / 8) & u32::from(from_min >> 15).wrapping_sub(1);
            *candidate = step(tariff.distance(from_min), len as usize, from_min);
            self.long[long % TILE] = (at - start) as u16;
            long += (len / 8) as usize;
        }
        let mut run = Run::default();
        for &offset in &self.long[..long.min(TILE)] {
            let at = start + usize::from(offset);
            let candidate = &mut self.candidates[usize::from(offset) % TILE];
            let len = run.extend(block, at, (*candidate as usize & 0xFFFF) + 1, to - at);
            *candidate = *candidate & !(0xFFFF << 16) | (len as u64) << 16;
        }
        // Near the end the zeros that stand for bytes behind it must not count.
        for at in end.saturating_sub(8).max(start)..end {
            let candidate = &mut self.candidates[(at - start) % TILE];
            let excess = step_len(*candidate).saturating_sub(to - at);
            *candidate -= (excess as u64) << 16;
        }
    }

    /// Finds the cheapest way to the end of the tile from each of its positions.
    fn price(&mut self, tile: &[u8], is_last: bool, tariff: &Tariff) {
        // Bytes behind the tile that a match covers are worth something: what the cheapest bytes cost, so that no match is refused or
        // stretched for the tile's sake.
        let spared = if is_last { 0 } else { 32 };
        for beyond in 0..=MAX_MATCH {
            self.costs[(tile.len() + beyond) % COSTS] = (MAX_MATCH - beyond) as u32 * spared;
        }
        let mut next = self.costs[tile.len() % COSTS];
        let positions = tile.iter().zip(self.candidates.iter()).zip(self.steps.iter_mut()).enumerate();
        for (at, ((&byte, &candidate), chosen)) in positions.rev() {
            let literal = u64::from(next + tariff.literal[usize::from(byte)]) << 32 | LITERAL;
            let len = step_len(candidate);
            let behind = self.costs[(at + len) % COSTS] + tariff.length[len];
            let best = literal.min(candidate + (u64::from(behind) << 32));
            next = (best >> 32) as u32;
            self.costs[at % COSTS] = next;
            *chosen = best as u32;
        }
    }
}

/// Hash of the first three bytes of a word.
#[inline]
fn hash(word: u32) -> usize {
    ((word << 8).wrapping_mul(0x9E37_79B1) >> (32 - TABLE_BITS)) as usize
}

impl Search for Near {
    fn reset(&mut self, _phase: usize) {
        self.newest.fill(0);
        self.window.reset();
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
        let (from, to) = (part.start, part.end.min(block.len()));
        let tariff = Tariff::new(prices);
        let mut walk = Walk::new(from);
        let mut start = from;
        while start < to {
            let end = to.min(start + TILE);
            self.window.load(block, end);
            self.exchange(start, end);
            self.compare(block, start, end, to, &tariff);
            self.price(&block[start..end], end == to, &tariff);
            let count = walk.bytes(&self.steps, &mut self.seqs, start, end);
            out.extend_from_slice(&self.seqs[..count]);
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{blocks, check};
    use super::*;

    /// The candidates as they are defined: a table of the newest positions, bytes compared one by one.
    fn plain_candidates(block: &[u8]) -> Vec<(usize, usize)> {
        let mut table = vec![0usize; 1 << TABLE_BITS];
        let byte = |at: usize| u32::from(block.get(at).copied().unwrap_or(0));
        let candidate = |at: usize| {
            let entry =
                std::mem::replace(&mut table[hash(byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16)], at);
            let distance = (at - entry) % 65536;
            if !(1..=32768).contains(&distance) {
                return (0, 0);
            }
            let most = (block.len() - at).min(MAX_MATCH);
            ((0..most).take_while(|k| block[at + k] == block[at + k - distance]).count(), distance)
        };
        (0..block.len()).map(candidate).collect()
    }

    #[test]
    fn candidates_are_those_of_the_plain_twin() {
        for block in blocks() {
            let plain = plain_candidates(&block);
            let (mut matcher, tariff) = (Near::default(), Tariff::new(&Prices::default()));
            for start in (0..block.len()).step_by(TILE) {
                let end = block.len().min(start + TILE);
                matcher.window.load(&block, end);
                matcher.exchange(start, end);
                matcher.compare(&block, start, end, block.len(), &tariff);
                for (candidate, &(len, distance)) in matcher.candidates.iter().zip(&plain[start..end]) {
                    assert_eq!(step_len(*candidate), len);
                    assert!(len == 0 || (candidate & 0xFFFF) as usize + 1 == distance);
                }
            }
        }
    }

    #[test]
    fn sequences_give_the_data() {
        check(Near::default(), &blocks(), 0..1);
    }
}
