//! Numbers that are stored as others of their kind: narrower ones, to save room, or wider ones.
//!
//! What NumPy's `astype` does, but for what it would spoil: an integer that does not fit, and a finite float that
//! would become infinite, are refused. Floats are rounded to nearest, ties to even, in one step (`f64` to `bf16` in
//! two, through `f32`, as `ml_dtypes` does it); infinity and NaN stay what they are.

use std::fmt::Debug;

use bytemuck::Pod;
use ndarray::ArrayViewD;

use super::cast::{Wide, Widener};
use super::form::StoreAs;
use super::{CELLS, place};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::Order;

/// So many cells are widened at a time, which stay in the cache.
const AT_A_TIME: usize = 4096;

/// Gives the dtype, if every cell can be stored so. `own` is the dtype of the cells.
pub(super) fn dtype_as<A: Pod + Debug>(cells: &ArrayViewD<'_, A>, own: &DType, to: StoreAs) -> Result<DType> {
    let dtype = to.dtype();
    let mut numbers = Numbers::of(own, size_of::<A>())?;
    if let Some(cells) = cells.as_slice_memory_order()
        && numbers.first_unfit(bytemuck::cast_slice(cells), &dtype)?.is_none()
    {
        return Ok(dtype);
    }
    // In logical order, which an error counts in.
    let copied = memory::copy_cells(cells, CELLS)?;
    match numbers.first_unfit(bytemuck::cast_slice(&copied), &dtype)? {
        Some(index) => Err(misfit(index, &format!("{:?}", copied[index]), cells.shape(), to)),
        None => Ok(dtype),
    }
}

/// The stored bytes of cells that fit.
pub(super) fn encode_as<A: Pod>(cells: &[A], own: &DType, to: &DType) -> Result<Vec<u8>> {
    Numbers::of(own, size_of::<A>())?.encode(bytemuck::cast_slice(cells), to)
}

fn misfit(index: usize, value: &str, shape: &[usize], to: StoreAs) -> Error {
    let what = place(index, shape, Order::C).map_or("it".to_owned(), |place| format!("cell {place}"));
    let (usage, range) = (to.usage(), range_text(&to.dtype()));
    Error::invalid(format!("{what} is {value}, which {usage} can't hold ({range}); use a wider one"))
}

/// The numbers that cells in memory are made of.
struct Numbers {
    widener: Widener,
    size: usize,
    /// How many a cell has: two where it is complex.
    parts: usize,
}

impl Numbers {
    /// Of cells of so many bytes in memory, which differs from their dtype's for `usize`.
    fn of(own: &DType, cell_size: usize) -> Result<Self> {
        let (kind, parts) = match own.kind() {
            DTypeKind::Complex => (DTypeKind::Float, 2),
            kind => (kind, 1),
        };
        let order = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
        let number = DType::scalar(kind, cell_size / parts, order);
        let widener = Widener::new(&number);
        let widener = widener.ok_or_else(|| Error::invalid(format!("{own} is no dtype of numbers")))?;
        Ok(Self { widener, size: number.item_size(), parts })
    }

    /// The dtype of one part of a cell.
    fn part(&self, to: &DType) -> DType {
        if self.parts == 2 { to.real_part() } else { to.clone() }
    }

    /// The first cell that a dtype of this kind can't hold.
    fn first_unfit(&mut self, bytes: &[u8], to: &DType) -> Result<Option<usize>> {
        let to = self.part(to);
        let (float_fits, (least, most)) = (float_fits(&to), range(&to));
        for (piece, bytes) in bytes.chunks(AT_A_TIME * self.size).enumerate() {
            let unfit = match self.widener.read(bytes)? {
                Wide::Int(values) => {
                    let least = i64::try_from(least).unwrap_or(i64::MIN);
                    let most = i64::try_from(most).unwrap_or(i64::MAX);
                    first_failing(values, |value| value >= least && value <= most)
                }
                Wide::Uint(values) => {
                    let most = u64::try_from(most).unwrap_or(u64::MAX);
                    first_failing(values, |value| value <= most)
                }
                Wide::Float(values) => first_failing(values, &float_fits),
            };
            if let Some(index) = unfit {
                return Ok(Some((piece * AT_A_TIME + index) / self.parts));
            }
        }
        Ok(None)
    }

    fn encode(&mut self, bytes: &[u8], to: &DType) -> Result<Vec<u8>> {
        let to = self.part(to);
        let mut encoded = memory::zeros(bytes.len() / self.size * to.item_size(), CELLS)?;
        let slots = encoded.chunks_mut(AT_A_TIME * to.item_size());
        for (bytes, slots) in bytes.chunks(AT_A_TIME * self.size).zip(slots) {
            match self.widener.read(bytes)? {
                // Of a value that fits, the low bytes are the whole value, in either sign.
                Wide::Int(values) => put_integers(bytemuck::cast_slice(values), &to, slots),
                Wide::Uint(values) => put_integers(values, &to, slots),
                Wide::Float(values) => put_floats(values, &to, slots),
            }
        }
        Ok(encoded)
    }
}

/// In a first look without an early end, which the compiler turns into vector code.
fn first_failing<W: Copy>(values: &[W], fits: impl Fn(W) -> bool) -> Option<usize> {
    if values.iter().fold(true, |all, &value| all & fits(value)) {
        return None;
    }
    values.iter().position(|&value| !fits(value))
}

fn put_integers(values: &[u64], to: &DType, slots: &mut [u8]) {
    match to.item_size() {
        1 => put(values, slots, |value| (value as u8).to_le_bytes()),
        2 => put(values, slots, |value| (value as u16).to_le_bytes()),
        4 => put(values, slots, |value| (value as u32).to_le_bytes()),
        _ => put(values, slots, u64::to_le_bytes),
    }
}

fn put_floats(values: &[f64], to: &DType, slots: &mut [u8]) {
    match (to.kind(), to.item_size()) {
        (DTypeKind::Float, 8) => put(values, slots, f64::to_le_bytes),
        (DTypeKind::Float, 4) => put(values, slots, |value| (value as f32).to_le_bytes()),
        #[cfg(feature = "half")]
        (DTypeKind::Void, _) => put(values, slots, super::halves::to_bf16),
        #[cfg(feature = "half")]
        _ => super::halves::put_f16(values, slots),
        // Without the feature no attribute can ask for it.
        #[cfg(not(feature = "half"))]
        _ => {}
    }
}

fn put<W: Copy, const N: usize>(values: &[W], slots: &mut [u8], encode: impl Fn(W) -> [u8; N]) {
    for (slot, &value) in slots.as_chunks_mut().0.iter_mut().zip(values) {
        *slot = encode(value);
    }
}

fn range_text(to: &DType) -> String {
    match (to.kind(), to.item_size()) {
        (DTypeKind::Float, 2) => "at most 65504".to_owned(),
        (DTypeKind::Void, _) => "at most 3.39e38".to_owned(),
        (DTypeKind::Int | DTypeKind::Uint, _) => {
            let (least, most) = range(to);
            format!("{least} to {most}")
        }
        _ => "at most 3.40e38".to_owned(),
    }
}

/// The least and the largest integer of a dtype.
fn range(to: &DType) -> (i128, i128) {
    let bits = 8 * to.item_size();
    match to.kind() {
        DTypeKind::Int => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        _ => (0, (1 << bits) - 1),
    }
}

/// Whether a float can be stored: what is finite must not become infinite.
fn float_fits(to: &DType) -> impl Fn(f64) -> bool + use<> {
    // The first number that is rounded up to infinity: half a step above the largest.
    let limit = match (to.kind(), to.item_size()) {
        (DTypeKind::Float, 2) => 65520.0,
        // It goes through `f32`, so it begins half a step of that earlier.
        (DTypeKind::Void, _) => f64::from_bits(0x47ef_efff_f000_0000),
        (DTypeKind::Float, 4) => f64::from_bits(0x47ef_ffff_f000_0000),
        _ => f64::INFINITY,
    };
    move |value| value.abs() < limit || !value.is_finite()
}

#[cfg(all(test, feature = "half"))]
mod tests {
    use super::*;

    const F8: DType = DType::number(DTypeKind::Float, 8);

    /// Rounding as it is defined: among the two values of a dtype around a number, the nearer; of two equally near ones
    /// that with an even last digit. Infinity counts as the number after the largest.
    fn nearest(values: &[f64], number: f64) -> usize {
        let above = values.partition_point(|&value| value < number).min(values.len() - 1);
        let below = above.saturating_sub(1);
        // Exact: both differences are of numbers with few digits, or of neighbours.
        let (down, up) = (number - values[below], values[above] - number);
        if down < up || down == up && below % 2 == 0 { below } else { above }
    }

    /// The finite values of a half dtype from zero up, and the one that would come next.
    fn halves(value: impl Fn(u16) -> f64, infinity: u16) -> Vec<f64> {
        let mut values: Vec<f64> = (0..infinity).map(value).collect();
        let [.., before, last] = values.as_slice() else { unreachable!("there are thousands") };
        values.push(2.0 * last - before);
        values
    }

    /// All values, the ties between them, and what lies beside the ties.
    fn hard_cases(values: &[f64]) -> Vec<f64> {
        let ties = values.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0);
        let beside = ties.flat_map(|tie| [tie.next_down(), tie, tie.next_up()]);
        values.iter().copied().chain(beside).filter(|&number| number >= 0.0).collect()
    }

    #[test]
    fn halves_are_rounded_and_refused_as_the_definition_says() {
        let values = halves(|bits| half::f16::from_bits(bits).to_f64(), 0x7c00);
        let scalar = DType::scalar(DTypeKind::Float, 2, ByteOrder::Little);
        let fits = float_fits(&scalar);
        for number in hard_cases(&values) {
            let expected = nearest(&values, number);
            assert_eq!(fits(number), expected < 0x7c00, "{number:e}");
            for (sign, bit) in [(1.0, 0), (-1.0, 0x8000)] {
                let found = encode_as(&[sign * number], &F8, &scalar).unwrap();
                assert_eq!(found, (expected as u16 | bit).to_le_bytes(), "{number:e}");
            }
        }
    }

    #[test]
    fn brain_floats_are_rounded_and_refused_as_the_definition_says() {
        let values = halves(|bits| half::bf16::from_bits(bits).to_f64(), 0x7f80);
        let scalar = DType::scalar(DTypeKind::Void, 2, ByteOrder::Little);
        let fits = float_fits(&scalar);
        for number in hard_cases(&values) {
            // The first of its two steps is rustc's own.
            let expected = nearest(&values, f64::from(number as f32));
            assert_eq!(fits(number), expected < 0x7f80, "{number:e}");
            assert_eq!(
                encode_as(&[number], &F8, &scalar).unwrap(),
                (expected as u16).to_le_bytes(),
                "{number:e}"
            );
        }
    }

    #[test]
    fn singles_are_refused_where_they_would_become_infinite() {
        let scalar = DType::scalar(DTypeKind::Float, 4, ByteOrder::Little);
        let fits = float_fits(&scalar);
        let mut number = f64::from(f32::MAX);
        let step = 2f64.powi(100);
        for _ in 0..20 {
            assert_eq!(fits(number), (number as f32).is_finite(), "{number:e}");
            for number in [number.next_down(), number.next_up(), -number] {
                assert_eq!(fits(number), (number as f32).is_finite(), "{number:e}");
            }
            number += step;
        }
        assert!(!fits(number) && fits(f64::INFINITY) && fits(f64::NAN) && !fits(f64::MAX));
    }

    #[test]
    fn integers_are_refused_where_a_try_from_would_fail() {
        let edges = [i64::MIN, -32769, -32768, -129, -128, -1, 0, 127, 128, 255, 256, 65535, 65536, i64::MAX];
        let first = |cell: i64, kind, size| {
            let scalar = DType::scalar(kind, size, ByteOrder::Little);
            let mut numbers = Numbers::of(&DType::number(DTypeKind::Int, 8), 8).unwrap();
            numbers.first_unfit(bytemuck::cast_slice(&[0, cell]), &scalar).unwrap()
        };
        for cell in edges {
            let unfit = |fails: bool| fails.then_some(1);
            assert_eq!(first(cell, DTypeKind::Int, 1), unfit(i8::try_from(cell).is_err()), "{cell}");
            assert_eq!(first(cell, DTypeKind::Uint, 1), unfit(u8::try_from(cell).is_err()), "{cell}");
            assert_eq!(first(cell, DTypeKind::Int, 2), unfit(i16::try_from(cell).is_err()), "{cell}");
            assert_eq!(first(cell, DTypeKind::Uint, 4), unfit(u32::try_from(cell).is_err()), "{cell}");
            assert_eq!(first(cell, DTypeKind::Int, 8), None, "{cell}");
            assert_eq!(first(cell, DTypeKind::Uint, 8), unfit(cell < 0), "{cell}");
        }
    }
}
