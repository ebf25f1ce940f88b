//! The table of a sub-block of literals: which byte the next bits mean.

use super::Unfit;
use super::canonical::{count, next_reversed, sort};
use super::header::LITERAL_SYMBOLS;
use crate::header::END;
use crate::literals::{LIMIT, SHORT};

/// Codes of literals have at most so many bits: a table of 12 bits was slower and the files no smaller.
pub(super) const TABLE_BITS: usize = LIMIT as usize;
/// Those of floats mostly have at most so many, as the encoder sees to it.
pub(super) const SHORT_BITS: usize = SHORT as usize;
/// One look at the input has at least so many bits.
pub(super) const LOOK: usize = 56;
const SIZE: usize = 1 << TABLE_BITS;

/// For each value of the next 11 bits the literal (high byte) and its code's length (low byte).
///
/// What is no literal is 0: it consumes no bits, so the next look finds it again, and one test after several looks suffices.
pub(super) struct Literals {
    entries: [u16; SIZE],
    end: u16,
    end_length: u8,
    /// The length of the longest code.
    longest: usize,
}

impl Literals {
    pub(super) const fn new() -> Self {
        Self { entries: [0; SIZE], end: 0, end_length: 0, longest: 0 }
    }

    /// Makes the table, or says that the code has matches or is too long, so that the table does not tell all.
    pub(super) fn fill(&mut self, lengths: &[u8; LITERAL_SYMBOLS]) -> bool {
        let counts = count(lengths);
        let too_long = counts[TABLE_BITS + 1..].iter().any(|&count| count > 0);
        if too_long || lengths[END + 1..].iter().any(|&length| length > 0) {
            return false;
        }
        self.longest = counts.iter().rposition(|&count| count > 0).unwrap_or(0);
        let sorted = sort(lengths, &counts);
        let mut code = 0_usize;
        let mut next = usize::from(counts[0]);
        let mut filled = 1;
        self.entries[0] = 0;
        for (length, &count) in counts.iter().enumerate().take(TABLE_BITS + 1).skip(1) {
            // The table of one bit more is twice the table: shorter codes do not look at that bit.
            self.entries.copy_within(..filled, filled);
            filled *= 2;
            for &symbol in &sorted[next..next + usize::from(count)] {
                self.entries[code % SIZE] = if usize::from(symbol) == END {
                    (self.end, self.end_length) = (code as u16, length as u8);
                    0
                } else {
                    symbol << 8 | length as u16
                };
                code = next_reversed(code, length);
            }
            next += usize::from(count);
        }
        true
    }

    /// Whether no code has more than `SHORT_BITS`.
    pub(super) fn are_short(&self) -> bool {
        self.longest <= SHORT_BITS
    }

    /// The entry for the next bits, of which a code has at most `BITS`.
    #[inline]
    pub(super) fn look_up<const BITS: usize>(&self, bits: u64) -> u16 {
        self.entries[bits as usize % (1 << BITS) % SIZE]
    }

    /// The bits that the end takes if it is next.
    pub(super) fn end(&self, bits: u64) -> Result<usize, Unfit> {
        let length = self.end_length;
        let mask = (1_u64 << length) - 1;
        if bits & mask == u64::from(self.end) { Ok(length.into()) } else { Err(Unfit) }
    }
}
