//! Deflate's canonical codes: the lengths of all codes tell the codes, shorter ones first, equal ones in the symbols' order.

use super::header::MAX_BITS;

/// How many symbols have a code of each length.
pub(super) type Counts = [u16; MAX_BITS + 1];

pub(super) fn count(lengths: &[u8]) -> Counts {
    let mut counts = [0; MAX_BITS + 1];
    for &length in lengths {
        counts[usize::from(length) & MAX_BITS] += 1;
    }
    counts
}

/// The symbols by the length of their codes, those without a code first.
pub(super) fn sort<const N: usize>(lengths: &[u8; N], counts: &Counts) -> [u16; N] {
    let mut next = [0_u16; MAX_BITS + 1];
    for length in 1..=MAX_BITS {
        next[length] = next[length - 1] + counts[length - 1];
    }
    let mut sorted = [0; N];
    for (symbol, &length) in (0..).zip(lengths) {
        let to = &mut next[usize::from(length) & MAX_BITS];
        sorted[usize::from(*to) % N] = symbol;
        *to += 1;
    }
    sorted
}

/// The code behind `code`, both with the highest bit at the bottom, as the stream has them; behind the last one comes 0.
pub(super) fn next_reversed(code: usize, length: usize) -> usize {
    // Counting up from the top: ones become zeros, down to the first zero.
    let mut bit = 1 << (length - 1);
    while code & bit != 0 {
        bit >>= 1;
    }
    if bit == 0 { 0 } else { (code & (bit - 1)) | bit }
}
