//! The tables of a sub-block with matches: what the next bits mean, in one look for short codes and in two for long ones.

use super::canonical::{Counts, count, next_reversed, sort};
use super::header::{Lengths, MAX_BITS};
use crate::header::END;

/// What some bits mean. From the bottom: 8 bits, how many the code and its extra bits are; 4 bits, how many the first code alone;
/// 4 flags of what is neither a literal nor a length or distance; 15 bits, the literal, the base of a length or distance, or where the
/// second looks begin; and the flag of a literal.
#[derive(Clone, Copy)]
pub(super) struct Entry(u32);

impl Entry {
    const LITERAL: u32 = 1 << 31;
    const OTHER: u32 = 1 << 15;
    const BOTH: u32 = 1 << 14;
    const SECOND: u32 = 1 << 13;
    const END: u32 = 1 << 12;
    /// No symbol: takes no bits.
    const NONE: Self = Self(Self::OTHER);
    /// The longest length that stands in one entry with a literal.
    const LONGEST: usize = 3 + 127;

    fn new(flags: u32, value: usize, extra: usize) -> Self {
        Self(flags | (value as u32) << 16 | extra as u32)
    }

    /// Tells where the second looks begin, and of how many bits they are.
    fn second(start: usize, bits: usize) -> Self {
        Self::new(Self::OTHER | Self::SECOND, start, bits)
    }

    fn with_length(self, length: usize) -> Self {
        if self.0 == Self::NONE.0 { self } else { Self(self.0 + (length as u32 * 0x101)) }
    }

    fn literal_or_length(symbol: usize) -> Self {
        match symbol {
            0..END => Self::new(Self::LITERAL, symbol, 0),
            END => Self::new(Self::OTHER | Self::END, 0, 0),
            257..265 => Self::new(0, symbol - 254, 0),
            265..285 => {
                let extra = (symbol - 261) / 4;
                Self::new(0, ((4 + (symbol - 261) % 4) << extra) + 3, extra)
            }
            285 => Self::new(0, 258, 0),
            _ => Self::NONE,
        }
    }

    fn distance(symbol: usize) -> Self {
        match symbol {
            0..4 => Self::new(0, symbol + 1, 0),
            4..30 => {
                let extra = symbol / 2 - 1;
                Self::new(0, ((2 + symbol % 2) << extra) + 1, extra)
            }
            _ => Self::NONE,
        }
    }

    /// This literal and the length behind it as one, if a first look at `index` tells all of both.
    fn and(self, length: Self, index: usize) -> Option<Self> {
        let bits = self.bits() + length.bits();
        if !self.is_literal() || length.is_literal() || length.is_other() || bits > LITERAL_BITS {
            return None;
        }
        let length = length.value(index as u64 >> self.bits());
        let value = length.checked_sub(3)? << 8 | usize::from(self.literal());
        let both = Self::new(Self::OTHER | Self::BOTH, value, bits as usize);
        (length <= Self::LONGEST).then_some(Self(both.0 | self.bits() << 8))
    }

    /// Without the length that stands behind a literal.
    fn alone(self) -> Self {
        if self.both().is_none() {
            return self;
        }
        Self::new(Self::LITERAL, self.literal().into(), 0).with_length((self.0 >> 8 & 15) as usize)
    }

    #[inline]
    pub(super) fn is_literal(self) -> bool {
        self.0 & Self::LITERAL != 0
    }
    #[inline]
    pub(super) fn literal(self) -> u8 {
        (self.0 >> 16) as u8
    }
    /// A literal and the length behind it, where they are one entry.
    #[inline]
    pub(super) fn both(self) -> Option<(u8, usize)> {
        let is_both = self.0 & (Self::OTHER | Self::BOTH) == Self::OTHER | Self::BOTH;
        is_both.then_some((self.literal(), 3 + (self.0 >> 24) as usize))
    }
    /// Neither a literal nor a length or distance.
    #[inline]
    pub(super) fn is_other(self) -> bool {
        self.0 & Self::OTHER != 0
    }
    pub(super) fn is_end(self) -> bool {
        self.0 & Self::END != 0
    }
    /// The bits of the code and its extra ones.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        self.0 & 63
    }
    /// As [`bits`](Self::bits), where only the lowest eight count: a shift looks at no more, and what is not done takes no time.
    #[inline]
    pub(super) fn bits_and_more(self) -> u32 {
        self.0
    }
    /// The length or distance, if `bits` begin with its code.
    ///
    /// The mask is not made of [`bits`](Self::bits): a compiler makes that once, and then what consumes an entry waits for it.
    #[inline]
    pub(super) fn value(self, bits: u64) -> usize {
        let with_extra = bits & u64::MAX.wrapping_shr(self.0.wrapping_neg());
        (self.0 >> 16) as usize + with_extra.wrapping_shr(self.0 >> 8) as usize
    }
}

/// A table of first looks, and one of second looks for codes that are longer.
pub(super) struct Table<const FIRST: usize, const SECOND: usize> {
    first: [Entry; FIRST],
    second: [Entry; SECOND],
}

/// A first look of a literal or length has so many bits: more were slower.
pub(super) const LITERAL_BITS: u32 = 11;
/// Each second look has at least two symbols, so of 288 there are at most 144, of 4 bits.
pub(super) type LiteralTable = Table<{ 1 << LITERAL_BITS }, { 144 * 16 }>;
/// A first look of a distance has so many bits.
pub(super) const DISTANCE_BITS: u32 = 8;
/// At most 16 second looks, of 7 bits.
pub(super) type DistanceTable = Table<{ 1 << DISTANCE_BITS }, { 16 * 128 }>;
/// A distance has at most so many extra bits.
pub(super) const MOST_EXTRA_BITS: u32 = 13;

impl<const FIRST: usize, const SECOND: usize> Table<FIRST, SECOND> {
    const FIRST_BITS: usize = FIRST.ilog2() as usize;

    const NONE: Self = Self { first: [Entry::NONE; FIRST], second: [Entry::NONE; SECOND] };

    /// The first look.
    #[inline]
    pub(super) fn look_up(&self, bits: u64) -> Entry {
        self.first[bits as usize % FIRST]
    }

    /// The second look, if the first one says so.
    #[inline]
    pub(super) fn look_further(&self, first: Entry, bits: u64) -> Entry {
        if first.0 & Entry::SECOND == 0 {
            return first;
        }
        let index = (bits >> Self::FIRST_BITS) as usize & ((1 << (first.0 & 15)) - 1);
        let start = (first.0 >> 16) as usize;
        self.second.get(start + index).copied().unwrap_or(Entry::NONE)
    }

    /// One symbol, by as many looks as it needs.
    #[inline]
    pub(super) fn find(&self, bits: u64) -> Entry {
        self.look_further(self.look_up(bits), bits).alone()
    }

    fn fill<const N: usize>(&mut self, lengths: &[u8; N], meaning: fn(usize) -> Entry) {
        let counts = count(lengths);
        let sorted = sort(lengths, &counts);
        let mut symbols = &sorted[usize::from(counts[0])..];
        let mut code = 0;
        let mut filled = 1;
        self.first[0] = Entry::NONE;
        for (length, &count) in counts.iter().enumerate().take(Self::FIRST_BITS + 1).skip(1) {
            // The table of one bit more is twice the table: shorter codes do not look at that bit.
            self.first.copy_within(..filled, filled);
            filled *= 2;
            let (now, later) = symbols.split_at(count.into());
            for &symbol in now {
                self.first[code % FIRST] = meaning(symbol.into()).with_length(length);
                code = next_reversed(code, length);
            }
            symbols = later;
        }
        self.fill_second(&counts, symbols, code, meaning);
    }

    /// Fills the second looks, all of as many bits as the longest code needs.
    fn fill_second(
        &mut self,
        counts: &Counts,
        mut symbols: &[u16],
        mut code: usize,
        meaning: fn(usize) -> Entry,
    ) {
        let longest = counts.iter().rposition(|&count| count > 0).unwrap_or(0);
        let second_bits = longest.saturating_sub(Self::FIRST_BITS);
        let (mut start, mut end) = (0, 0);
        let mut first = None;
        for (length, &count) in counts.iter().enumerate().skip(Self::FIRST_BITS + 1) {
            let (now, later) = symbols.split_at(count.into());
            for &symbol in now {
                let prefix = code % FIRST;
                if first != Some(prefix) {
                    (first, start, end) = (Some(prefix), end, end + (1 << second_bits));
                    self.first[prefix] = Entry::second(start, second_bits);
                }
                let entry = meaning(symbol.into()).with_length(length);
                let places = self.second.get_mut(start..end).unwrap_or_default();
                for place in
                    places.iter_mut().skip(code >> Self::FIRST_BITS).step_by(1 << (length - Self::FIRST_BITS))
                {
                    *place = entry;
                }
                code = next_reversed(code, length);
            }
            symbols = later;
        }
    }
}

impl LiteralTable {
    /// Makes one entry of each literal and the length behind it of which a first look tells all, if there are many. Whole numbers and
    /// images, where one follows the other, take a tenth less time.
    fn join(&mut self) {
        let joined = |first: &[Entry], index: usize| {
            let literal = first[index];
            // What has no bits stands below at the same place, and is no length.
            literal.and(first[index >> literal.bits()], index)
        };
        // An eighth of the entries tells whether it is worth to look at all.
        let seen = (0..self.first.len()).step_by(8).zip((0..8).cycle()).map(|(start, more)| start + more);
        if seen.filter(|&index| joined(&self.first, index).is_some()).count() < self.first.len() / 8 / 8 {
            return;
        }
        // From above, as what stands behind a literal is found below it, still alone.
        for index in (0..self.first.len()).rev() {
            if let Some(both) = joined(&self.first, index) {
                self.first[index] = both;
            }
        }
    }
}

/// Both tables of a sub-block.
pub(super) struct Symbols {
    pub(super) literals: LiteralTable,
    pub(super) distances: DistanceTable,
    /// Less than a quarter of the symbols are lengths, as far as the codes tell.
    pub(super) are_mostly_literals: bool,
}

impl Symbols {
    /// No bits mean anything.
    pub(super) const NONE: Self =
        Self { literals: Table::NONE, distances: Table::NONE, are_mostly_literals: false };

    pub(super) fn fill(&mut self, lengths: &Lengths) {
        self.literals.fill(&lengths.literals, Entry::literal_or_length);
        self.literals.join();
        self.distances.fill(&lengths.distances, Entry::distance);
        // A code of `n` bits is meant for one symbol in two to the `n`.
        let shares =
            lengths.literals[END + 1..].iter().filter(|&&bits| bits > 0).map(|bits| (1 << MAX_BITS) >> bits);
        self.are_mostly_literals = shares.sum::<u32>() < (1 << MAX_BITS) / 4;
    }
}
