//! Rounding to halves, as NumPy and `ml_dtypes` do it.
#![cfg(feature = "half")]

use half::slice::HalfFloatSliceExt as _;
use half::{bf16, f16};

/// Rounds to the nearest `f16`s, and writes them down as they are stored.
pub(super) fn put_f16(values: &[f64], bytes: &mut [u8]) {
    // Some at a time, as memory of bytes is not aligned for halves.
    for (values, bytes) in values.chunks(512).zip(bytes.chunks_mut(1024)) {
        let (mut odd, mut halves) = ([0.0; 512], [f16::ZERO; 512]);
        let (odd, halves) = (&mut odd[..values.len()], &mut halves[..values.len()]);
        for (odd, &value) in odd.iter_mut().zip(values) {
            *odd = to_odd_f32(value);
        }
        halves.convert_from_f32_slice(odd);
        for (slot, half) in bytes.as_chunks_mut().0.iter_mut().zip(halves) {
            *slot = half.to_le_bytes();
        }
    }
}

/// Rounds to the nearest `f32` and from there to the nearest `bf16`, as `ml_dtypes` does, and gives the stored bytes.
pub(super) fn to_bf16(value: f64) -> [u8; 2] {
    bf16::from_f32(value as f32).to_le_bytes()
}

/// The value as `f32`; where that is not exact, one of its two neighbours, that with the last bit set.
///
/// Rounding this once more gives the half that is nearest to the `f64`. `half::from_f64` drops bits before it rounds,
/// or rounds twice, and so goes the wrong way next to a tie.
pub(super) fn to_odd_f32(value: f64) -> f32 {
    let nearest = value as f32;
    if f64::from(nearest) == value || value.is_nan() {
        return nearest;
    }
    let is_beyond = f64::from(nearest).abs() > value.abs();
    f32::from_bits((nearest.to_bits() - u32::from(is_beyond)) | 1)
}
