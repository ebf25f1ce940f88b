//! Rounding to halves, as NumPy and `ml_dtypes` do it.
#![cfg(feature = "half")]

use half::slice::HalfFloatSliceExt as _;
use half::{bf16, f16};

use super::{CELLS, encode_pod};
use crate::error::Result;
use crate::memory;

/// Rounds to the nearest `f16`, and gives the stored bytes.
pub(super) fn encode_f16(values: impl ExactSizeIterator<Item = f64>) -> Result<Vec<u8>> {
    let odd: Vec<f32> = memory::collect(values.map(to_odd_f32), CELLS)?;
    let mut bytes = memory::zeros(2 * odd.len(), CELLS)?;
    // Some at a time, as memory of bytes is not aligned for halves.
    for (odd, bytes) in odd.chunks(512).zip(bytes.chunks_mut(1024)) {
        let mut halves = [f16::ZERO; 512];
        let halves = &mut halves[..odd.len()];
        halves.convert_from_f32_slice(odd);
        bytes.copy_from_slice(&encode_pod(halves, 2)?);
    }
    Ok(bytes)
}

/// Rounds to the nearest `f32` and from there to the nearest `bf16`, as `ml_dtypes` does, and gives the stored bytes.
pub(super) fn encode_bf16(values: impl ExactSizeIterator<Item = f64>) -> Result<Vec<u8>> {
    let halves = values.map(|value| bf16::from_f32(value as f32).to_le_bytes());
    memory::collect(halves, CELLS).map(Vec::into_flattened)
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
