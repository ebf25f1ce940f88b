//! Finds where a sub-block begins in the middle of a stream.

use super::bits::peek;
use super::header::{MAX_BITS, read_lengths};

/// How many places are looked at in one word of at least 57 bits: three at each.
const PLACES: usize = 55;

/// So many heads are read in vain at most, twice as many as 128 KiB of noise have. One that is planted every 13 bits would have a search
/// take 250 ms instead of one.
const MOST_READ: usize = 500;

/// The first bit of `from..to` at which the head of a sub-block with codes of its own can stand, not the last one of its stream.
///
/// A head is hardly ever made by chance (none in 57 MB), but it may be: who begins there has to see that what stands before ends there.
pub fn find_head(input: &[u8], from: usize, to: usize) -> Option<usize> {
    let (mut at, mut read) = (from, 0);
    while at < to && read < MOST_READ {
        let bits = peek(input, at);
        // Not the last one, kind 2: bits 0, 0, 1.
        let mut heads = !bits & !(bits >> 1) & (bits >> 2) & ((1 << PLACES) - 1);
        while heads != 0 {
            let head = at + heads.trailing_zeros() as usize;
            if may_be_head(input, head) {
                if is_head(input, head) {
                    return (head < to).then_some(head);
                }
                read += 1;
            }
            heads &= heads - 1;
        }
        at += PLACES;
    }
    None
}

/// Looks at the numbers of codes, and whether the code for lengths is complete.
fn may_be_head(input: &[u8], head: usize) -> bool {
    let bits = peek(input, head + 3);
    if bits & 31 > 29 || bits >> 5 & 31 > 29 {
        return false;
    }
    let sent = (bits >> 10 & 15) as usize + 4;
    // 57 bits at most, and so many a look gives.
    let lengths = peek(input, head + 3 + 14) & ((1 << (3 * sent)) - 1);
    let sum: u16 = (0..5).map(|part| SHARES[(lengths >> (12 * part)) as usize % SHARES.len()]).sum();
    sum == 1 << 7
}

/// For each four lengths of three bits the part of all codes that they take, in units of 2^-7.
static SHARES: [u16; 4096] = {
    let mut shares = [0; 4096];
    let mut lengths = 0;
    while lengths < shares.len() {
        let mut part = 0;
        while part < 4 {
            let length = lengths >> (3 * part) & 7;
            if length > 0 {
                shares[lengths] += 1 << (7 - length);
            }
            part += 1;
        }
        lengths += 1;
    }
    shares
};

/// Reads the whole head. A code for literals that is not complete is refused here, though a decoder would not.
fn is_head(input: &[u8], head: usize) -> bool {
    let mut at = head + 3;
    let Ok(lengths) = read_lengths(input, &mut at) else { return false };
    let share = |length: u8| if length == 0 { 0 } else { 1_u32 << (MAX_BITS - usize::from(length)) };
    lengths.literals.iter().map(|&length| share(length)).sum::<u32>() == 1 << MAX_BITS && at < input.len() * 8
}
