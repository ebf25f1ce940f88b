//! What a decoder writes: bytes, or symbols of 16 bits that may stand for bytes which are not known yet.

use super::copy;

/// One place of the output.
pub trait Cell: Copy + From<u8> {
    /// Copies a match fast: see [`copy::fast`].
    fn copy(output: &mut [Self], to: usize, distance: usize, length: usize);
}

impl Cell for u8 {
    #[expect(clippy::inline_always, reason = "see there")]
    #[inline(always)]
    fn copy(output: &mut [Self], to: usize, distance: usize, length: usize) {
        copy::fast(output, to, distance, length);
    }
}

/// A byte, or from 256 on the place in the window before the piece where the byte stands.
impl Cell for u16 {
    #[inline]
    fn copy(output: &mut [Self], to: usize, distance: usize, length: usize) {
        copy::wide(output, to, distance, length);
    }
}
