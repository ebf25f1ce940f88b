//! Reads bits at any position of a slice, as deflate orders them: the lowest bit of a byte first.
//!
//! A position is a number of bits from the start and the only state, so nothing has to be kept in step: what is to be read again is read again.

/// The bits from position `at` on: at least 57 of them. Zeros stand for what lies behind the end, so who consumes must compare with the length.
#[inline]
pub(super) fn peek(input: &[u8], at: usize) -> u64 {
    word(input, at / 8) >> (at % 8)
}

/// The 64 bits from a byte on.
#[inline]
pub(super) fn word(input: &[u8], from: usize) -> u64 {
    match input.get(from..from + 8) {
        Some(bytes) => bytes.try_into().map_or(0, u64::from_le_bytes),
        None => word_at_end(input, from),
    }
}

#[cold]
fn word_at_end(input: &[u8], from: usize) -> u64 {
    let mut word = [0; 8];
    for (to, byte) in word.iter_mut().zip(input.iter().skip(from)) {
        *to = *byte;
    }
    u64::from_le_bytes(word)
}
