//! Literals and matches as a search found them: counted, priced and written.

mod counts;

use super::bits::BitWriter;
use super::header::{self, DISTANCES, END, LITLEN};
use super::huffman;
use super::literals;

pub(super) use self::counts::Counts;

/// Codes have at most so many bits beside matches: a length and a distance fit a word with what follows them.
const LIMIT: u8 = 12;
/// Matches are no shorter and no longer than that, and reach back no farther.
pub(super) const MIN_MATCH: usize = 3;
pub(super) const MAX_MATCH: usize = 258;
pub(super) const WINDOW: usize = 32 << 10;

/// A run of literals and the match behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seq {
    pub(super) literals: u32,
    pub(super) len: u16,
    pub(super) distance: u16,
}

/// What symbols cost, in eighths of a bit, with the bits that follow them.
#[derive(Clone)]
pub(super) struct Prices {
    pub(super) literal: [u16; 256],
    /// By the length of the match.
    pub(super) length: [u16; MAX_MATCH + 1],
    /// By the number of the distance's symbol.
    pub(super) distance: [u16; DISTANCES],
}

impl Default for Prices {
    /// Where nothing is known: literals that do not shrink, and near matches that are cheap.
    fn default() -> Self {
        let mut prices = Self { literal: [60; 256], length: [0; MAX_MATCH + 1], distance: [0; DISTANCES] };
        for (len, price) in prices.length.iter_mut().enumerate().skip(MIN_MATCH) {
            let (symbol, extra) = LENGTHS[len];
            *price = 8 * (3 + u16::from(extra)) + 2 * (symbol - 257);
        }
        for (symbol, price) in prices.distance.iter_mut().enumerate() {
            *price = 8 * (4 + distance_extra(symbol) as u16);
        }
        prices
    }
}

/// The symbol of each length, and how many bits follow it: RFC 1951, 3.2.5.
const LENGTHS: [(u16, u8); MAX_MATCH + 1] = {
    let mut table = [(0, 0); MAX_MATCH + 1];
    let (mut len, mut symbol) = (MIN_MATCH, 257);
    while len < MAX_MATCH {
        // Eight symbols without extra bits, then four with each number of them.
        let extra = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        let mut more = 0;
        while more < 1 << extra && len < MAX_MATCH {
            table[len] = (symbol, extra as u8);
            len += 1;
            more += 1;
        }
        symbol += 1;
    }
    table[MAX_MATCH] = (285, 0);
    table
};

/// The first length of each symbol from 257 on.
const LENGTH_BASES: [u16; LITLEN - END] = {
    let mut bases = [0; LITLEN - END];
    let mut len = MAX_MATCH;
    while len >= MIN_MATCH {
        bases[LENGTHS[len].0 as usize - END] = len as u16;
        len -= 1;
    }
    bases
};

/// The symbol of a distance.
#[inline]
pub(super) fn distance_symbol(distance: usize) -> usize {
    let below = distance.wrapping_sub(1);
    // No branch: the first four have no extra bits, as those of twos and threes.
    let extra = (below | 2).ilog2() - 1;
    2 * extra as usize + (below >> extra)
}

/// How many bits follow the symbol of a distance.
#[inline]
pub(super) fn distance_extra(symbol: usize) -> u32 {
    (symbol as u32 / 2).saturating_sub(1)
}

/// So small a part of the size is given for literals whose codes are short, as those are written faster.
const MOST_OVER_SMALLEST: u64 = 2000;

/// The codes of one block.
pub(super) struct Codes {
    counts: Counts,
    pub(super) litlen_lengths: [u8; LITLEN],
    distance_lengths: [u8; DISTANCES],
    pub(super) litlen: [u16; LITLEN],
    distances: [u16; DISTANCES],
}

impl Codes {
    pub(super) fn new() -> Self {
        Self {
            counts: Counts::new(),
            litlen_lengths: [0; LITLEN],
            distance_lengths: [0; DISTANCES],
            litlen: [0; LITLEN],
            distances: [0; DISTANCES],
        }
    }

    /// Makes codes for literals alone.
    pub(super) fn make_for_literals(&mut self, counts: &[u32; 256]) {
        self.counts = Counts::new();
        self.counts.litlen[..256].copy_from_slice(counts);
        self.make(literals::LIMIT);
        if self.litlen_lengths[..256].iter().any(|length| *length > literals::SHORT) {
            let smallest = self.cost();
            self.make(literals::SHORT);
            if self.cost() > smallest + smallest / MOST_OVER_SMALLEST {
                self.make(literals::LIMIT);
            }
        }
    }

    /// Makes codes for sequences, which cover the first of the bytes; the rest are literals.
    pub(super) fn make_for_sequences(&mut self, bytes: &[u8], sequences: &[Seq]) {
        self.make_for(Counts::of(bytes, sequences));
    }

    /// Makes codes for sequences that were counted.
    pub(super) fn make_for(&mut self, counts: Counts) {
        self.counts = counts;
        self.make(LIMIT);
    }

    /// Makes the codes that need no head: RFC 1951, 3.2.6.
    fn make_fixed(&mut self) {
        // Two symbols that never occur have codes too.
        let (lengths, mut codes) = (header::fixed_lengths(), [0; header::FIXED]);
        huffman::codes(&lengths, &mut codes);
        self.litlen_lengths.copy_from_slice(&lengths[..LITLEN]);
        self.litlen.copy_from_slice(&codes[..LITLEN]);
        self.distance_lengths = [5; DISTANCES];
        huffman::codes(&self.distance_lengths, &mut self.distances);
    }

    fn make(&mut self, limit: u8) {
        self.counts.litlen[END] = 1;
        huffman::lengths(&self.counts.litlen, limit, &mut self.litlen_lengths);
        huffman::codes(&self.litlen_lengths, &mut self.litlen);
        huffman::lengths(&self.counts.distances, LIMIT, &mut self.distance_lengths);
        huffman::codes(&self.distance_lengths, &mut self.distances);
    }

    /// How many bits a block with these codes takes, about: its head is guessed.
    pub(super) fn cost(&self) -> u64 {
        const HEAD: u64 = 80 * 8;
        HEAD + self.cost_by(&self.litlen_lengths, &self.distance_lengths)
    }

    /// How many bits the same block takes with the fixed codes.
    pub(super) fn fixed_cost(&self) -> u64 {
        3 + self.cost_by(&header::fixed_lengths(), &[5; DISTANCES])
    }

    fn cost_by(&self, litlen_lengths: &[u8], distance_lengths: &[u8]) -> u64 {
        let of = |counts: &[u32], lengths: &[u8]| -> u64 {
            counts.iter().zip(lengths).map(|(count, length)| u64::from(*count) * u64::from(*length)).sum()
        };
        let mut extra = 0;
        for (symbol, count) in self.counts.litlen.iter().enumerate().skip(265) {
            let len = usize::from(LENGTH_BASES[symbol - END]);
            extra += u64::from(*count) * u64::from(LENGTHS[len].1);
        }
        for (symbol, count) in self.counts.distances.iter().enumerate().skip(4) {
            extra += u64::from(*count) * u64::from(distance_extra(symbol));
        }
        extra + of(&self.counts.litlen, litlen_lengths) + of(&self.counts.distances, distance_lengths)
    }

    /// What the symbols of these codes cost. What does not occur costs as much as what is rare.
    pub(super) fn prices(&self, prices: &mut Prices) {
        let price = |length: u8, rare: u8| 8 * u16::from(if length == 0 { rare } else { length });
        for (slot, length) in prices.literal.iter_mut().zip(&self.litlen_lengths) {
            *slot = price(*length, LIMIT);
        }
        for (len, slot) in prices.length.iter_mut().enumerate().skip(MIN_MATCH) {
            let (symbol, extra) = LENGTHS[len];
            *slot = price(self.litlen_lengths[usize::from(symbol)], LIMIT) + 8 * u16::from(extra);
        }
        let rare = self.distance_lengths.iter().copied().max().unwrap_or(0).max(6);
        for (symbol, slot) in prices.distance.iter_mut().enumerate() {
            *slot = price(self.distance_lengths[symbol], rare) + 8 * distance_extra(symbol) as u16;
        }
    }

    pub(super) fn write_head(&self, out: &mut BitWriter) {
        header::write(out, &self.litlen_lengths, &self.distance_lengths);
    }

    /// Writes a block with the codes that were made for its sequences.
    pub(super) fn write_block(&self, bytes: &[u8], sequences: &[Seq], out: &mut BitWriter) {
        self.write_head(out);
        self.write_sequences(bytes, sequences, out);
    }

    /// Writes a block with the fixed codes, which need no head.
    pub(super) fn write_fixed_block(&mut self, bytes: &[u8], sequences: &[Seq], out: &mut BitWriter) {
        self.make_fixed();
        out.begin_block(1);
        out.flush();
        self.write_sequences(bytes, sequences, out);
    }

    /// Writes sequences, and the end of the block.
    fn write_sequences(&self, bytes: &[u8], sequences: &[Seq], out: &mut BitWriter) {
        let (literals, lengths) = (self.packed_literals(), self.packed_lengths());
        let distances = self.packed_distances();
        // A local one: its state stays in registers.
        let mut local = std::mem::take(out);
        let mut rest = bytes;
        for seq in sequences {
            let (run, after) = rest.split_at(seq.literals as usize);
            let (fours, few) = run.as_chunks::<4>();
            for four in fours {
                for byte in four {
                    local.add_packed(literals[usize::from(*byte)]);
                }
                local.flush();
            }
            for byte in few {
                local.add_packed(literals[usize::from(*byte)]);
            }
            // One literal and a match fit a word, with what a flush left; more do not.
            if few.len() > 1 {
                local.flush();
            }
            local.add_packed(lengths[usize::from(seq.len)]);
            let symbol = distance_symbol(usize::from(seq.distance));
            let [code, code_len, extra] = distances[symbol % distances.len()];
            let more = (u64::from(seq.distance) - 1) & ((1 << extra) - 1);
            local.add(u64::from(code) | more << code_len, u32::from(code_len + extra));
            local.flush();
            rest = &after[usize::from(seq.len)..];
        }
        *out = local;
        literals::write_singly(rest, out, &self.litlen, &self.litlen_lengths);
        self.write_end(out);
    }

    /// The codes of literals: at most 24 bits below, their number above.
    fn packed_literals(&self) -> [u32; 256] {
        std::array::from_fn(|byte| u32::from(self.litlen[byte]) | u32::from(self.litlen_lengths[byte]) << 24)
    }

    /// The codes of lengths with the bits that follow them.
    fn packed_lengths(&self) -> [u32; MAX_MATCH + 1] {
        std::array::from_fn(|len| {
            if len < MIN_MATCH {
                return 0;
            }
            let (symbol, extra) = LENGTHS[len];
            let symbol = usize::from(symbol);
            let more = len as u32 - u32::from(LENGTH_BASES[symbol - END]);
            let code_len = u32::from(self.litlen_lengths[symbol]);
            u32::from(self.litlen[symbol]) | more << code_len | (code_len + u32::from(extra)) << 24
        })
    }

    /// The codes of distances, their length, and how many bits follow. A power of two, so that no index needs a check.
    fn packed_distances(&self) -> [[u16; 3]; DISTANCES.next_power_of_two()] {
        let mut packed = [[0; 3]; DISTANCES.next_power_of_two()];
        for (symbol, (entry, code)) in packed.iter_mut().zip(&self.distances).enumerate() {
            *entry = [*code, self.distance_lengths[symbol].into(), distance_extra(symbol) as u16];
        }
        packed
    }

    pub(super) fn write_end(&self, out: &mut BitWriter) {
        literals::write_end(out, &self.litlen, &self.litlen_lengths);
    }
}
