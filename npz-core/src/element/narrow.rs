//! Numbers that are stored as others of their kind: narrower ones, to save room, or wider ones.
//!
//! What NumPy's `astype` does, but for what it would spoil: an integer that does not fit, and a finite float that
//! would become infinite, are refused. Floats are rounded to nearest, ties to even, in one step (`f64` to `bf16` in
//! two, through `f32`, as `ml_dtypes` does it); infinity and NaN stay what they are.

use std::fmt::Debug;

use ndarray::ArrayViewD;

use super::form::StoreAs;
use super::{CELLS, first_failing, place};
use crate::dtype::{DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::Order;

/// A number that can be stored as another of its kind.
pub(super) trait Narrow: Copy + Debug {
    /// The first cell, in logical order, that a dtype of this kind can't hold.
    fn first_unfit(cells: &ArrayViewD<'_, Self>, to: &DType) -> Option<usize>;
    /// The stored bytes of cells that fit.
    fn encode_as(cells: &[Self], to: &DType) -> Result<Vec<u8>>;
}

/// Gives the dtype, if every cell can be stored so.
pub(super) fn dtype_as<A: Narrow>(cells: &ArrayViewD<'_, A>, to: StoreAs) -> Result<DType> {
    let dtype = to.dtype();
    let Some(index) = A::first_unfit(cells, &dtype) else { return Ok(dtype) };
    let value = cells.iter().nth(index).map(|value| format!("{value:?}")).unwrap_or_default();
    let what = place(index, cells.shape(), Order::C).map_or("it".to_owned(), |place| format!("cell {place}"));
    let (usage, range) = (to.usage(), range_text(&dtype));
    Err(Error::invalid(format!("{what} is {value}, which {usage} can't hold ({range}); use a wider one")))
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

fn encode_floats<A: Copy>(cells: &[A], to: &DType, wide: impl Fn(A) -> f64) -> Result<Vec<u8>> {
    match (to.kind(), to.item_size()) {
        (DTypeKind::Float, 8) => bytes(cells, |cell| wide(cell).to_le_bytes()),
        (DTypeKind::Float, 4) => bytes(cells, |cell| (wide(cell) as f32).to_le_bytes()),
        #[cfg(feature = "half")]
        (DTypeKind::Void, _) => super::halves::encode_bf16(cells.iter().map(|&cell| wide(cell))),
        #[cfg(feature = "half")]
        _ => super::halves::encode_f16(cells.iter().map(|&cell| wide(cell))),
        // Without the feature no attribute can ask for it.
        #[cfg(not(feature = "half"))]
        _ => Ok(Vec::new()),
    }
}

fn bytes<A: Copy, const N: usize>(cells: &[A], encode: impl Fn(A) -> [u8; N]) -> Result<Vec<u8>> {
    memory::collect(cells.iter().map(|&cell| encode(cell)), CELLS).map(Vec::into_flattened)
}

macro_rules! floats {
    ($($float:ty),*) => {$(
        impl Narrow for $float {
            #[inline]
            fn first_unfit(cells: &ArrayViewD<'_, Self>, to: &DType) -> Option<usize> {
                let fits = float_fits(to);
                first_failing(cells, |&cell| fits(f64::from(cell)))
            }
            #[inline]
            fn encode_as(cells: &[Self], to: &DType) -> Result<Vec<u8>> {
                encode_floats(cells, to, f64::from)
            }
        }
    )*};
}
floats!(f32, f64);
#[cfg(feature = "half")]
floats!(half::f16, half::bf16);

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl Narrow for $int {
            #[inline]
            fn first_unfit(cells: &ArrayViewD<'_, Self>, to: &DType) -> Option<usize> {
                let (least, most) = range(to);
                let least = Self::try_from(least).unwrap_or(Self::MIN);
                let most = Self::try_from(most).unwrap_or(Self::MAX);
                first_failing(cells, |&cell| cell >= least && cell <= most)
            }
            // Of a value that fits, the low bytes are the whole value, in either sign.
            #[inline]
            fn encode_as(cells: &[Self], to: &DType) -> Result<Vec<u8>> {
                match to.item_size() {
                    1 => bytes(cells, |cell| (cell as u8).to_le_bytes()),
                    2 => bytes(cells, |cell| (cell as u16).to_le_bytes()),
                    4 => bytes(cells, |cell| (cell as u32).to_le_bytes()),
                    _ => bytes(cells, |cell| (cell as u64).to_le_bytes()),
                }
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

#[cfg(feature = "num-complex")]
impl<P: Narrow + Into<f64> + bytemuck::Pod> Narrow for num_complex::Complex<P>
where
    Self: bytemuck::Pod,
{
    fn first_unfit(cells: &ArrayViewD<'_, Self>, to: &DType) -> Option<usize> {
        let fits = float_fits(&to.real_part());
        first_failing(cells, |cell| fits(cell.re.into()) & fits(cell.im.into()))
    }
    fn encode_as(cells: &[Self], to: &DType) -> Result<Vec<u8>> {
        P::encode_as(bytemuck::cast_slice(cells), &to.real_part())
    }
}

#[cfg(all(test, feature = "half"))]
mod tests {
    use super::*;

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
        let scalar = DType::scalar(DTypeKind::Float, 2, crate::dtype::ByteOrder::Little);
        let fits = float_fits(&scalar);
        for number in hard_cases(&values) {
            let expected = nearest(&values, number);
            assert_eq!(fits(number), expected < 0x7c00, "{number:e}");
            for (sign, bit) in [(1.0, 0), (-1.0, 0x8000)] {
                let found = f64::encode_as(&[sign * number], &scalar).unwrap();
                assert_eq!(found, (expected as u16 | bit).to_le_bytes(), "{number:e}");
            }
        }
    }

    #[test]
    fn brain_floats_are_rounded_and_refused_as_the_definition_says() {
        let values = halves(|bits| half::bf16::from_bits(bits).to_f64(), 0x7f80);
        let scalar = DType::scalar(DTypeKind::Void, 2, crate::dtype::ByteOrder::Little);
        let fits = float_fits(&scalar);
        for number in hard_cases(&values) {
            // The first of its two steps is rustc's own.
            let expected = nearest(&values, f64::from(number as f32));
            assert_eq!(fits(number), expected < 0x7f80, "{number:e}");
            assert_eq!(
                f64::encode_as(&[number], &scalar).unwrap(),
                (expected as u16).to_le_bytes(),
                "{number:e}"
            );
        }
    }

    #[test]
    fn singles_are_refused_where_they_would_become_infinite() {
        let scalar = DType::scalar(DTypeKind::Float, 4, crate::dtype::ByteOrder::Little);
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
            let scalar = DType::scalar(kind, size, crate::dtype::ByteOrder::Little);
            i64::first_unfit(&ndarray::arr1(&[0, cell]).view().into_dyn(), &scalar)
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
