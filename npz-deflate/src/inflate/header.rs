//! Reads the header of a sub-block: its kind and, where it has codes of its own, the length of each symbol's code.

use super::Unfit;
use super::bits::peek;
use crate::header::{END, FIXED, ORDER, fixed_lengths};

/// Symbols of literals, the end and match lengths; the last two never occur but have codes in the fixed code.
pub(super) const LITERAL_SYMBOLS: usize = FIXED;
/// Symbols of distances; again the last two never occur.
pub(super) const DISTANCE_SYMBOLS: usize = 32;
/// The longest code that deflate knows.
pub(super) const MAX_BITS: usize = 15;

/// The length of each symbol's code, 0 for a symbol without one.
#[derive(Clone, PartialEq)]
pub(super) struct Lengths {
    pub(super) literals: [u8; LITERAL_SYMBOLS],
    pub(super) distances: [u8; DISTANCE_SYMBOLS],
}

impl Lengths {
    pub(super) const NONE: Self = Self { literals: [0; LITERAL_SYMBOLS], distances: [0; DISTANCE_SYMBOLS] };

    /// The code that deflate itself fixes.
    pub(super) fn fixed() -> Self {
        Self { literals: fixed_lengths(), distances: [5; DISTANCE_SYMBOLS] }
    }
}

impl Default for Lengths {
    fn default() -> Self {
        Self::NONE
    }
}

/// How a sub-block holds its bytes.
pub(super) enum Kind {
    Stored,
    Fixed,
    Dynamic,
}

/// The first three bits of a sub-block: whether it is a member's last one, and its kind.
pub(super) fn read_kind(input: &[u8], at: &mut usize) -> Result<(bool, Kind), Unfit> {
    let bits = peek(input, *at);
    *at += 3;
    let kind = match (bits >> 1) & 3 {
        0 => Kind::Stored,
        1 => Kind::Fixed,
        2 => Kind::Dynamic,
        _ => return Err(Unfit),
    };
    Ok((bits & 1 == 1, kind))
}

/// The codes' lengths of a dynamic sub-block. Refuses what zlib refuses.
pub(super) fn read_lengths(input: &[u8], at: &mut usize) -> Result<Lengths, Unfit> {
    let bits = peek(input, *at);
    let literals = (bits & 31) as usize + 257;
    let distances = ((bits >> 5) & 31) as usize + 1;
    let sent = ((bits >> 10) & 15) as usize + 4;
    *at += 14;
    // The 287th and 288th symbol and the last two distances must not have codes.
    if literals > 286 || distances > 30 {
        return Err(Unfit);
    }
    let meta = MetaTable::read(input, at, sent)?;
    let mut all = [0; LITERAL_SYMBOLS + DISTANCE_SYMBOLS];
    read_runs(input, at, &meta, all.get_mut(..literals + distances).ok_or(Unfit)?)?;
    let mut lengths = Lengths::NONE;
    let (first, rest) = all.split_at(literals);
    lengths.literals[..literals].copy_from_slice(first);
    lengths.distances[..distances].copy_from_slice(&rest[..distances]);
    // zlib refuses a code without an end; so does `is_code` for codes that say too much or too little.
    if lengths.literals[END] == 0 || !is_code(&lengths.literals) || !is_code(&lengths.distances) {
        return Err(Unfit);
    }
    Ok(lengths)
}

/// Fills `all` with the lengths that are sent as single ones and as runs.
fn read_runs(input: &[u8], at: &mut usize, meta: &MetaTable, all: &mut [u8]) -> Result<(), Unfit> {
    let mut done = 0;
    while done < all.len() {
        let bits = peek(input, *at);
        let (symbol, length) = meta.look_up(bits);
        let extra = bits >> length;
        let (run, value, extra_bits) = match symbol {
            0..16 => (1, symbol, 0),
            16 => {
                let last = done.checked_sub(1).ok_or(Unfit)?;
                (3 + (extra & 3) as usize, all[last], 2)
            }
            17 => (3 + (extra & 7) as usize, 0, 3),
            _ => (11 + (extra & 127) as usize, 0, 7),
        };
        *at += length + extra_bits;
        all.get_mut(done..done + run).ok_or(Unfit)?.fill(value);
        done += run;
    }
    Ok(())
}

/// The code of the code lengths: at most 7 bits, so one table of all of them, each (symbol, length).
struct MetaTable([(u8, u8); 128]);

impl MetaTable {
    fn read(input: &[u8], at: &mut usize, sent: usize) -> Result<Self, Unfit> {
        let mut lengths = [0_u8; ORDER.len()];
        // At most 19 times three bits: one more than a look gives.
        for &symbol in &ORDER[..sent] {
            lengths[symbol] = (peek(input, *at) & 7) as u8;
            *at += 3;
        }
        // Unlike the others, this code must be complete even if it has one symbol.
        if kraft(&lengths) != 1 << MAX_BITS {
            return Err(Unfit);
        }
        let mut table = [(0, 0); 128];
        let mut code = 0_usize;
        for length in 1..=7_u8 {
            for symbol in (0..19).filter(|&symbol| lengths[symbol as usize] == length) {
                // `code` counts in units of the table's finest step, highest bit first; the stream has the highest bit first too, at the bottom.
                let step = 128_usize >> length;
                let reversed = (code as u8).reverse_bits() as usize >> 1;
                for entry in table.iter_mut().skip(reversed).step_by(1 << length) {
                    *entry = (symbol, length);
                }
                code += step;
            }
        }
        Ok(Self(table))
    }

    fn look_up(&self, bits: u64) -> (u8, usize) {
        let (symbol, length) = self.0[(bits & 127) as usize];
        (symbol, length as usize)
    }
}

/// Whether a decoder can go by these lengths: the code is complete, or has no symbol, or one of one bit (as zlib allows).
fn is_code(lengths: &[u8]) -> bool {
    let sum = kraft(lengths);
    sum == 1 << MAX_BITS
        || sum == 0
        || (sum == 1 << (MAX_BITS - 1) && lengths.iter().filter(|&&length| length > 0).count() == 1)
}

/// The part of all codes that the symbols take, as a sum of 2^-length in units of 2^-15.
fn kraft(lengths: &[u8]) -> u32 {
    lengths.iter().filter(|&&length| length > 0).map(|&length| 1 << (MAX_BITS - length as usize)).sum()
}
