//! Comparing what lies at two places of a block, eight bytes at a time.

use crate::sequences::MAX_MATCH;

/// The eight bytes at `at`, the first lowest; zeros stand for those behind the end.
#[inline]
pub(super) fn load8(block: &[u8], at: usize) -> u64 {
    match block.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => load_tail(block, at),
    }
}

#[cold]
fn load_tail(block: &[u8], at: usize) -> u64 {
    let tail = block.get(at..).unwrap_or(&[]);
    tail.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// How many bytes from `at`, up to `limit`, are those `distance` before; the first `known` are known to be.
#[inline]
pub(super) fn agreement(block: &[u8], at: usize, distance: usize, known: usize, limit: usize) -> usize {
    let mut len = known;
    while len < limit {
        let differing = load8(block, at + len) ^ load8(block, at + len - distance);
        if differing != 0 {
            return limit.min(len + (differing.trailing_zeros() / 8) as usize);
        }
        len += 8;
    }
    limit
}

/// A match by where it ends: the one that reaches furthest so far is a match of every position inside, too.
#[derive(Clone, Copy, Default)]
pub(super) struct Reach {
    /// The distance less 1.
    pub(super) from_min: u16,
    pub(super) end: usize,
}

impl Reach {
    /// How far it goes on from a position inside, over what a match can hold, up to `to`.
    pub(super) fn rest(self, block: &[u8], at: usize, to: usize) -> usize {
        agreement(block, at, usize::from(self.from_min) + 1, self.end - at, to - at)
    }
}

/// How far the last comparison at one distance saw agreement: in long runs the next position's answer follows from it,
/// so that a run costs one step a position and not a comparison of 258 bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    distance: usize,
    end: usize,
}

impl Run {
    /// The length of the match at `at`, which is at least eight.
    #[inline(never)]
    pub(super) fn extend(&mut self, block: &[u8], at: usize, distance: usize, limit: usize) -> usize {
        let longest = limit.min(MAX_MATCH);
        let known = if distance == self.distance { self.end.saturating_sub(at).max(8) } else { 8 };
        if known >= longest {
            return longest;
        }
        // Twice as far as a match reaches, so that in a long run most positions have nothing to compare.
        let len = agreement(block, at, distance, known, limit.min(2 * MAX_MATCH));
        *self = Self { distance, end: at + len };
        len.min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_padded_with_zeros() {
        let block = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(load8(&block, 1), 0x0908070605040302);
        assert_eq!(load8(&block, 7), 0x0908);
        assert_eq!(load8(&block, 9), 0);
        assert_eq!(load8(&block, 99), 0);
    }

    #[test]
    fn lengths_are_those_of_a_plain_comparison() {
        let mut block: Vec<u8> = (0..700u32).map(|i| ((i * i) >> 7) as u8 & 3).collect();
        block.extend_from_within(100..600);
        let mut run = Run::default();
        for distance in [600, 1, 7] {
            for at in 700..block.len() {
                let limit = (block.len() - at).min(MAX_MATCH);
                let plain = (0..limit).take_while(|&k| block[at + k] == block[at + k - distance]).count();
                assert_eq!(agreement(&block, at, distance, 0, limit), plain);
                if plain >= 8 {
                    assert_eq!(run.extend(&block, at, distance, block.len() - at), plain);
                }
            }
        }
    }
}
