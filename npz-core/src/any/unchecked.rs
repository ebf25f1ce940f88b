//! Casts that keep no value: `a.astype(dtype, casting="unsafe")`. By way of the widest number of each kind.

use ndarray::{ArrayD, IxDyn};
#[cfg(feature = "num-complex")]
use num_complex::Complex;

use super::AnyArray;
use super::array::{ARRAY, unfit};
use super::convert::{is_text, laid_out, no_cells, to_dtype};
use super::text::{self, Long};
use crate::dtype::{DType, DTypeKind, TimeUnit};
#[cfg(feature = "half")]
use crate::element::FromWide;
use crate::element::LongDouble;
use crate::element::tiny::Float8E5M2;
use crate::element::{Cast, Element};
use crate::error::{Error, Result};
use crate::memory;

/// Numbers, widened: each kind holds every number of its kind exactly.
enum Numbers {
    Int(Vec<i64>),
    Uint(Vec<u64>),
    Float(Vec<f64>),
}

#[inline]
pub(super) fn to_dtype_unchecked(any: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    if any.dtype() == *dtype {
        return any.copied();
    }
    let cast = if is_text(dtype) { text::to_text(any, dtype, Long::Cut)? } else { numbers(any, dtype)? };
    laid_out(cast, any, dtype)
}

/// In C order.
#[inline]
fn numbers(any: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    let source = any.dtype();
    let size = dtype.item_size();
    let numbers = match (any, source.kind()) {
        (AnyArray::DateTime64 { unit, ticks } | AnyArray::TimeDelta64 { unit, ticks }, from) => {
            match (dtype.kind(), dtype.time_unit()) {
                // No unit is any.
                (kind, Some(TimeUnit::GENERIC)) => {
                    let ticks: ArrayD<i64> = shaped(any.shape(), memory::copy_cells(ticks, ARRAY)?)?;
                    return Ok(AnyArray::times(kind, *unit, ticks));
                }
                // A unit counts between times of one kind only.
                (to, Some(_)) if from == to => return to_dtype(any, dtype, Cast::SameKind),
                _ => Numbers::Int(memory::copy_cells(ticks, ARRAY)?),
            }
        }
        (AnyArray::Float8E5M2(cells), _) => Numbers::Float(memory::map_cells(cells, ARRAY, |&x| x.into())?),
        (AnyArray::LongDouble(cells), _) => match dtype.kind() {
            DTypeKind::Bool => Numbers::Uint(memory::map_cells(cells, ARRAY, is_true)?),
            DTypeKind::Float => Numbers::Float(memory::map_cells(cells, ARRAY, |x| near(x, size))?),
            // All digits are kept.
            DTypeKind::Complex if size == 32 => return to_dtype(any, dtype, Cast::Safe),
            DTypeKind::Complex => Numbers::Float(memory::map_cells(cells, ARRAY, |x| near(x, size / 2))?),
            _ => return Err(no_numbers(&source, dtype)),
        },
        #[cfg(feature = "num-complex")]
        (AnyArray::ComplexLongDouble(cells), _) => match dtype.kind() {
            DTypeKind::Bool => {
                Numbers::Uint(memory::map_cells(cells, ARRAY, |z| is_true(&z.re) | is_true(&z.im))?)
            }
            DTypeKind::Float if size == 16 => {
                let reals = memory::map_cells(cells, ARRAY, |z| z.re)?;
                return shaped(any.shape(), reals);
            }
            DTypeKind::Float => Numbers::Float(memory::map_cells(cells, ARRAY, |z| near(&z.re, size))?),
            DTypeKind::Complex => {
                let part = |x: &LongDouble| near(x, size / 2);
                let complex = |z: &Complex<_>| Complex::new(part(&z.re), part(&z.im));
                return from_complex(any.shape(), memory::map_cells(cells, ARRAY, complex)?, dtype);
            }
            _ => return Err(no_numbers(&source, dtype)),
        },
        (AnyArray::Str(_) | AnyArray::Bytes(_), _) => match dtype.kind() {
            DTypeKind::Bool => {
                Numbers::Uint(memory::collect(any.iter().map(|cell| u64::from(cell.text_len() > 0)), ARRAY)?)
            }
            kind @ (DTypeKind::Int | DTypeKind::Uint) => {
                let bits = 8 * size as u32;
                let ends = match kind {
                    DTypeKind::Int => -(1 << (bits - 1))..1 << (bits - 1),
                    _ => 0..1 << bits,
                };
                // What is in range has its own bits in either.
                let numbers: Vec<i128> = text::numbers(any, |number| ends.contains(number))?;
                Numbers::Int(memory::collect(numbers.into_iter().map(|number| number as i64), ARRAY)?)
            }
            DTypeKind::Float if size <= 8 => Numbers::Float(text::numbers(any, |_| true)?),
            DTypeKind::Complex if size <= 16 => Numbers::Float(text::numbers(any, |_| true)?),
            _ => return Err(no_numbers(&source, dtype)),
        },
        (_, DTypeKind::Int) => Numbers::Int(flat(any)?),
        (_, DTypeKind::Bool | DTypeKind::Uint) => Numbers::Uint(flat(any)?),
        (_, DTypeKind::Float) if source.item_size() <= 8 => Numbers::Float(flat(any)?),
        #[cfg(feature = "num-complex")]
        (_, DTypeKind::Complex) if source.item_size() <= 16 => {
            return from_complex(any.shape(), flat(any)?, dtype);
        }
        // Long doubles of 12 bytes.
        (AnyArray::Other(_), kind @ (DTypeKind::Float | DTypeKind::Complex)) => {
            let size = if kind == DTypeKind::Float { 16 } else { 32 };
            let wide = to_dtype(any, &DType::number(kind, size), Cast::Safe)?;
            let is_typed = !matches!(wide, AnyArray::Other(_));
            return if is_typed { to_dtype_unchecked(&wide, dtype) } else { Err(no_numbers(&source, dtype)) };
        }
        _ => return Err(no_numbers(&source, dtype)),
    };
    from_numbers(any.shape(), &numbers, dtype)
}

fn no_numbers(source: &DType, dtype: &DType) -> Error {
    let what = match source.kind() {
        DTypeKind::Unicode | DTypeKind::Bytes => {
            format!("parse it, or save `a.astype({:?})` in Python", dtype.to_string())
        }
        DTypeKind::Float | DTypeKind::Complex => {
            "cast it to <f8 or <c16 first, if their digits will do".to_owned()
        }
        _ => "`to_array` reads it as the cells that it holds".to_owned(),
    };
    Error::unsupported(format!("{source} can't become {dtype} here: {what}"))
}

fn is_true(x: &LongDouble) -> u64 {
    u64::from(*x != LongDouble::default())
}

/// What is rounded to a float of a size becomes what NumPy makes of the long double: the nearest; smaller ones than `f32` by way
/// of an `f64`.
fn near(x: &LongDouble, size: usize) -> f64 {
    if size == 4 { x.to_f64_for_narrower() } else { x.to_f64() }
}

fn flat<A: Element>(any: &AnyArray) -> Result<Vec<A>> {
    let cells = any.to_array::<A>(Cast::Safe)?;
    if cells.is_standard_layout() {
        return Ok(cells.into_raw_vec_and_offset().0);
    }
    memory::copy_cells(&cells, ARRAY)
}

#[cfg(feature = "num-complex")]
#[inline]
fn from_complex(axes: &[usize], cells: Vec<Complex<f64>>, dtype: &DType) -> Result<AnyArray> {
    match (dtype.kind(), dtype.item_size()) {
        (DTypeKind::Complex, 8) => {
            let cells = cells.iter().map(|z| Complex::new(z.re as f32, z.im as f32));
            shaped(axes, memory::collect(cells, ARRAY)?)
        }
        (DTypeKind::Complex, 16) => shaped(axes, cells),
        (DTypeKind::Complex, 32) => {
            let cells = cells.iter().map(|z| Complex::<LongDouble>::new(z.re.into(), z.im.into()));
            shaped(axes, memory::collect(cells, ARRAY)?)
        }
        // A complex number is true where either part is.
        (DTypeKind::Bool, _) => {
            let cells = cells.iter().map(|z| z.re != 0.0 || z.im != 0.0);
            shaped(axes, memory::collect(cells, ARRAY)?)
        }
        _ => {
            let reals = memory::collect(cells.iter().map(|z| z.re), ARRAY)?;
            from_numbers(axes, &Numbers::Float(reals), dtype)
        }
    }
}

/// The array of some axes that has these cells, in C order.
fn shaped<A, T: From<ArrayD<A>>>(axes: &[usize], cells: Vec<A>) -> Result<T> {
    ArrayD::from_shape_vec(IxDyn(axes), cells).map(T::from).map_err(unfit)
}

/// Makes cells of each number as `as` does.
#[inline]
fn from_numbers(shape: &[usize], numbers: &Numbers, dtype: &DType) -> Result<AnyArray> {
    macro_rules! cells {
        (|$int:ident| $from_int:expr, |$float:ident| $from_float:expr) => {
            match numbers {
                Numbers::Int(numbers) => memory::collect(numbers.iter().map(|&$int| $from_int), ARRAY)?,
                Numbers::Uint(numbers) => memory::collect(numbers.iter().map(|&$int| $from_int), ARRAY)?,
                Numbers::Float(numbers) => memory::collect(numbers.iter().map(|&$float| $from_float), ARRAY)?,
            }
        };
    }
    macro_rules! to {
        ($( $(#[$feature:meta])* $kind:ident $size:literal => |$int:ident| $from_int:expr, |$float:ident| $from_float:expr; )*) => {
            match (dtype.kind(), dtype.item_size(), dtype.time_unit()) {
                $(
                    $(#[$feature])*
                    (DTypeKind::$kind, $size, _) => shaped(shape, cells!(|$int| $from_int, |$float| $from_float)),
                )*
                (kind, _, Some(unit)) => {
                    // The least is NaT.
                    let ticks: ArrayD<i64> = shaped(shape, cells!(|n| n as i64, |x| cut_to_i64(x)))?;
                    Ok(AnyArray::times(kind, unit, ticks))
                }
                _ => Err(no_cells(dtype)),
            }
        };
    }
    to! {
        Bool 1 => |n| n != 0, |x| x != 0.0;
        Int 1 => |n| n as i8, |x| cut_to_i32(x) as i8;
        Int 2 => |n| n as i16, |x| cut_to_i32(x) as i16;
        Int 4 => |n| n as i32, |x| cut_to_i32(x);
        Int 8 => |n| n as i64, |x| cut_to_i64(x);
        Uint 1 => |n| n as u8, |x| cut_to_i32(x) as u8;
        Uint 2 => |n| n as u16, |x| cut_to_i32(x) as u16;
        Uint 4 => |n| n as u32, |x| cut_to_i64(x) as u32;
        Uint 8 => |n| n as u64, |x| cut_to_u64(x);
        Float 1 => |n| Float8E5M2::from_f32(n as f64 as f32), |x| Float8E5M2::from_f32(x as f32);
        #[cfg(feature = "half")]
        Float 2 => |n| <half::f16 as FromWide>::from_f64(n as f64, false).0, |x| <half::f16 as FromWide>::from_f64(x, false).0;
        Float 4 => |n| n as f32, |x| x as f32;
        Float 8 => |n| n as f64, |x| x;
        Float 16 => |n| LongDouble::from(n), |x| LongDouble::from(x);
        #[cfg(feature = "num-complex")]
        Complex 8 => |n| Complex::from(n as f32), |x| Complex::from(x as f32);
        #[cfg(feature = "num-complex")]
        Complex 16 => |n| Complex::from(n as f64), |x| Complex::from(x);
        #[cfg(feature = "num-complex")]
        Complex 32 => |n| long(n.into()), |x| long(x.into());
    }
}

#[cfg(feature = "num-complex")]
fn long(re: LongDouble) -> Complex<LongDouble> {
    Complex { re, im: LongDouble::default() }
}

// What x86-64 makes of floats: the least integer stands for whatever does not fit. Smaller ones are cut from these.

fn cut_to_i32(x: f64) -> i32 {
    if x > -2_147_483_649.0 && x < 2_147_483_648.0 { x as i32 } else { i32::MIN }
}

fn cut_to_i64(x: f64) -> i64 {
    if x >= -(2_f64.powi(63)) && x < 2_f64.powi(63) { x as i64 } else { i64::MIN }
}

fn cut_to_u64(x: f64) -> u64 {
    match x {
        x if x < 2_f64.powi(63) || x.is_nan() => cut_to_i64(x) as u64,
        x if x < 2_f64.powi(64) => x as u64,
        _ => 0,
    }
}
