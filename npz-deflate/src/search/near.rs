//! Matches at every position for bytes that drift without repeating, as images do: the newest place with the same three bytes and, of two
//! tables, the newest with the same four, and the cheapest path through them. The second table makes noisy images 2 % smaller and takes a
//! third more time.
//!
//! Such data give matches of three to five bytes and few literals. A loop that looks, decides and writes position by position
//! mispredicts a branch nearly every time; here the same work is done in separate passes over a tile of 2 KiB that stays in the first
//! level cache, none of which branches on the data: exchange the entries of the hash tables, compare, price backwards, walk.

use std::ops::Range;

use super::Search;
use super::compare::Run;
use super::tariff::{LITERAL, Step, Tariff, Walk, step, step_len};
use super::window::{Window, boxed};
use crate::sequences::{MAX_MATCH, Prices, Seq};

/// Positions a pass looks at before the next pass does.
const TILE: usize = 2048;
/// The costs of a tile and of the longest match's landing behind it, a power of two so that an index is masked, not checked.
const COSTS: usize = 2 * TILE;
const TABLE_BITS: u32 = 15;

/// The newest position, modulo 64 Ki, of each hash. Sixteen bits hold the whole window; an entry that is older gives a wrong distance, which the
/// comparison refutes or, where the bytes are the same, makes right.
type Table = Box<[u16; 1 << TABLE_BITS]>;

/// The matcher. It keeps its tables from sub-block to sub-block, until [`reset`](Self::reset).
pub(super) struct Near<const TABLES: usize> {
    tables: [Table; TABLES],
    window: Window,
    /// Entries that the positions of the tile found in the tables.
    found: Box<[[u16; TABLES]; TILE]>,
    /// The matches there, with the price of their distance.
    candidates: Box<[[Step; TABLES]; TILE]>,
    /// The positions where one of them reaches over the word compared.
    long: Box<[u16; TILE]>,
    costs: Box<[u32; COSTS]>,
    /// The step to be made at each position, without its price.
    steps: Box<[u32; TILE]>,
    /// The sequences of a tile.
    seqs: Box<[Seq; TILE]>,
}

/// An empty table. Position 0 stands in every entry: a candidate like any other.
fn table() -> Table {
    boxed(0)
}

impl<const TABLES: usize> Default for Near<TABLES> {
    fn default() -> Self {
        Self {
            tables: std::array::from_fn(|_| table()),
            window: Window::default(),
            found: boxed([0; TABLES]),
            long: boxed(0),
            candidates: boxed([0; TABLES]),
            costs: boxed(0),
            steps: boxed(0),
            seqs: boxed(Seq { literals: 0, len: 0, distance: 0 }),
        }
    }
}

impl<const TABLES: usize> Near<TABLES> {
    /// Puts the tile's positions into the tables, keeping what they find there.
    fn exchange(&mut self, start: usize, end: usize) {
        for (at, found) in (start..end).zip(self.found.iter_mut()) {
            let at = at as u16;
            let word = self.window.word(at) as u32;
            for (table, (entries, found)) in self.tables.iter_mut().zip(found).enumerate() {
                *found = std::mem::replace(&mut entries[hash(key(word, table))], at);
            }
        }
    }

    /// Measures the matches at the places found.
    fn compare(&mut self, block: &[u8], start: usize, end: usize, to: usize, tariff: &Tariff) {
        let mut long = 0;
        for ((at, found), candidates) in (start..end).zip(self.found.iter()).zip(self.candidates.iter_mut()) {
            let word = self.window.word(at as u16);
            let mut lens = 0;
            for (&found, candidate) in found.iter().zip(candidates) {
                let differing = word ^ self.window.word(found);
                let from_min = (at as u16).wrapping_sub(found).wrapping_sub(1);
                // None where the distance is over 32 KiB, its top bit set; a mask, as a branch would be mispredicted.
                let len = (differing.trailing_zeros() / 8) & u32::from(from_min >> 15).wrapping_sub(1);
                *candidate = step(tariff.distance(from_min), len as usize, from_min);
                lens |= len;
            }
            self.long[long % TILE] = (at - start) as u16;
            long += (lens / 8) as usize;
        }
        let mut runs = [Run::default(); TABLES];
        for &offset in &self.long[..long.min(TILE)] {
            let at = start + usize::from(offset);
            for (candidate, run) in self.candidates[usize::from(offset) % TILE].iter_mut().zip(&mut runs) {
                if step_len(*candidate) == 8 {
                    let len = run.extend(block, at, (*candidate as usize & 0xFFFF) + 1, to - at);
                    *candidate = *candidate & !(0xFFFF << 16) | (len as u64) << 16;
                }
            }
        }
        // Near the end the zeros that stand for bytes behind it must not count.
        for at in end.saturating_sub(8).max(start)..end {
            for candidate in &mut self.candidates[(at - start) % TILE] {
                let excess = step_len(*candidate).saturating_sub(to - at);
                *candidate -= (excess as u64) << 16;
            }
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
        for (at, ((&byte, candidates), chosen)) in positions.rev() {
            let mut best = u64::from(next + tariff.literal[usize::from(byte)]) << 32 | LITERAL;
            for &candidate in candidates {
                let len = step_len(candidate);
                let behind = self.costs[(at + len) % COSTS] + tariff.length[len];
                best = best.min(candidate + (u64::from(behind) << 32));
            }
            next = (best >> 32) as u32;
            self.costs[at % COSTS] = next;
            *chosen = best as u32;
        }
    }
}

/// What a table is looked up by: the first three bytes of a word, or all four.
#[inline]
fn key(word: u32, table: usize) -> u32 {
    if table == 0 { word << 8 } else { word }
}

#[inline]
fn hash(word: u32) -> usize {
    (word.wrapping_mul(0x9E37_79B1) >> (32 - TABLE_BITS)) as usize
}

impl<const TABLES: usize> Search for Near<TABLES> {
    fn reset(&mut self, _phase: usize) {
        self.tables.iter_mut().for_each(|table| table.fill(0));
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

    /// The candidates as they are defined: tables of the newest positions, bytes compared one by one.
    fn plain_candidates<const TABLES: usize>(block: &[u8], to: usize) -> Vec<[(usize, usize); TABLES]> {
        let mut tables = boxed::<_, { 1 << TABLE_BITS }>([0usize; TABLES]);
        let byte = |at: usize| u32::from(block.get(at).copied().unwrap_or(0));
        let mut all = Vec::new();
        for at in 0..to {
            let three = byte(at) << 8 | byte(at + 1) << 16 | byte(at + 2) << 24;
            let four = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
            let mut candidates = [(0, 0); TABLES];
            for (table, key) in [three, four].into_iter().take(TABLES).enumerate() {
                let entry = std::mem::replace(&mut tables[hash(key)][table], at);
                let distance = (at - entry) % 65536;
                if (1..=32768).contains(&distance) {
                    let len = (0..(to - at).min(MAX_MATCH))
                        .take_while(|k| block[at + k] == block[at + k - distance])
                        .count();
                    candidates[table] = (len, distance);
                }
            }
            all.push(candidates);
        }
        all
    }

    fn check_candidates<const TABLES: usize>() {
        for block in blocks() {
            let plain = plain_candidates::<TABLES>(&block, block.len());
            let (mut matcher, tariff) = (Near::<TABLES>::default(), Tariff::new(&Prices::default()));
            for start in (0..block.len()).step_by(TILE) {
                let end = block.len().min(start + TILE);
                matcher.window.load(&block, end);
                matcher.exchange(start, end);
                matcher.compare(&block, start, end, block.len(), &tariff);
                for (found, plain) in matcher.candidates.iter().zip(&plain[start..end]) {
                    for (&candidate, &(len, distance)) in found.iter().zip(plain) {
                        assert_eq!(step_len(candidate), len);
                        assert!(len == 0 || (candidate & 0xFFFF) as usize + 1 == distance);
                    }
                }
            }
        }
    }

    #[test]
    fn candidates_are_those_of_the_plain_twin() {
        check_candidates::<1>();
        check_candidates::<2>();
    }

    #[test]
    fn sequences_give_the_data() {
        check(Near::<1>::default(), &blocks(), 0..1);
        check(Near::<2>::default(), &blocks(), 0..1);
    }
}
