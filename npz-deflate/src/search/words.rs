//! Reading words and comparing what stands at a distance.

use super::compare::agreement;
use crate::sequences::MAX_MATCH;

/// Odd, with its bits well spread: the high bits of a product with it depend on every bit of a key.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// `bits` bits that depend on all of `key`.
#[inline]
pub(super) fn hash(key: u64, bits: u32) -> usize {
    (key.wrapping_mul(SPREAD) >> (64 - bits)) as usize
}

/// Eight bytes from `at` on, the first lowest; zero where the block ends before.
#[inline]
pub(super) fn word_at(block: &[u8], at: usize) -> u64 {
    block.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Bytes from the first on that are equal, of a difference of two words.
#[inline]
pub(super) fn equal_low(differ: u64) -> usize {
    differ.trailing_zeros() as usize / 8
}

/// Bytes from the last backwards that are equal, of a difference of two words.
#[inline]
pub(super) fn equal_high(differ: u64) -> usize {
    differ.leading_zeros() as usize / 8
}

/// Where the first cell at or behind `from` begins, cells beginning at `phase`.
pub(super) fn first_cell(from: usize, phase: usize, width: usize) -> usize {
    from + (phase % width + width - from % width) % width
}

/// How far the bytes from `start` on equal those `distance` before, where the first `known` are known to.
#[inline(never)]
pub(super) fn extend(block: &[u8], start: usize, distance: usize, known: usize) -> usize {
    agreement(block, start, distance, known, MAX_MATCH.min(block.len() - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_cells() {
        for (width, from, phase) in (0..2000).map(|n| ([2, 4, 8, 12][n % 4], n / 4 % 20, n / 80)) {
            let plain = (from..from + width).find(|place| (place + 24 * width - phase).is_multiple_of(width));
            assert_eq!(Some(first_cell(from, phase, width)), plain);
        }
    }

    #[test]
    fn extends_as_one_byte_after_the_other() {
        let block: Vec<u8> = (0..2000usize).map(|place| ((place % 30) * (place / 700)) as u8).collect();
        for distance in [1, 2, 7, 8, 30, 60, 300] {
            for start in (distance..block.len()).step_by(3) {
                let equal = (start..block.len())
                    .take(MAX_MATCH)
                    .take_while(|&place| block[place] == block[place - distance])
                    .count();
                for known in [0, equal / 2, equal] {
                    assert_eq!(extend(&block, start, distance, known), equal, "{start} {distance} {known}");
                }
            }
        }
    }
}
