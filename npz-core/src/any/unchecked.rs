//! Casts that keep no value: `a.astype(dtype, casting="unsafe")`. By way of the widest number of each kind.

use ndarray::{ArrayD, IxDyn};

use super::AnyArray;
use super::convert::{no_cells, text_of, to_dtype, unfit};
use super::text::{self, Long};
use crate::dtype::{DType, Kind, Scalar};
#[cfg(feature = "half")]
use crate::element::FromWide;
#[cfg(feature = "num-complex")]
use crate::element::LongDouble;
use crate::element::tiny::Float8E5M2;
use crate::element::{Cast, Element};
use crate::error::{Error, Result};

/// Numbers, widened: each kind holds every number of its kind exactly.
enum Numbers {
    Int(Vec<i64>),
    Uint(Vec<u64>),
    Float(Vec<f64>),
}

pub(super) fn to_dtype_unchecked(any: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    let source = any.dtype();
    if source == *dtype {
        return Ok(any.clone());
    }
    if let Some(text) = text_of(dtype) {
        return text::to_text(any, dtype, text, Long::Cut);
    }
    let kind = |dtype: &DType| dtype.as_scalar().map(Scalar::kind);
    let numbers = match (any, kind(&source)) {
        // A unit counts between times of one kind only.
        (AnyArray::DateTime64 { .. } | AnyArray::TimeDelta64 { .. }, from) if from == kind(dtype) => {
            return to_dtype(any, dtype, Cast::SameKind);
        }
        (AnyArray::DateTime64 { ticks, .. } | AnyArray::TimeDelta64 { ticks, .. }, _) => {
            Numbers::Int(ticks.iter().copied().collect())
        }
        (AnyArray::Float8E5M2(cells), _) => Numbers::Float(cells.iter().map(|&x| x.into()).collect()),
        // All digits are kept.
        (AnyArray::LongDouble(_), _) if dtype.item_size()? == 32 && kind(dtype) == Some(Kind::Complex) => {
            return to_dtype(any, dtype, Cast::Safe);
        }
        // An `f64` has not all digits that an integer of this size may need.
        (AnyArray::LongDouble(cells), _)
            if matches!(kind(dtype), Some(Kind::Bool | Kind::Float | Kind::Complex)) =>
        {
            Numbers::Float(cells.iter().map(|x| x.to_f64()).collect())
        }
        (AnyArray::Str(_) | AnyArray::Bytes(_), _) => match kind(dtype) {
            Some(Kind::Bool) => {
                Numbers::Uint(any.iter().map(|cell| u64::from(!cell.is_empty_text())).collect())
            }
            Some(kind @ (Kind::Int | Kind::Uint)) => {
                let bits = 8 * dtype.item_size()? as u32;
                let ends = match kind {
                    Kind::Int => -(1 << (bits - 1))..1 << (bits - 1),
                    _ => 0..1 << bits,
                };
                // What is in range has its own bits in either.
                let numbers: Vec<i128> = text::numbers(any, |number| ends.contains(number))?;
                Numbers::Int(numbers.into_iter().map(|number| number as i64).collect())
            }
            Some(Kind::Float | Kind::Complex) => Numbers::Float(text::numbers(any, |_| true)?),
            _ => {
                let message = format!(
                    "text can't become {dtype} here: parse it, or save `a.astype({:?})` in Python",
                    dtype.to_string()
                );
                return Err(Error::unsupported(message));
            }
        },
        (_, Some(Kind::Int)) => Numbers::Int(flat(any)?),
        (_, Some(Kind::Bool | Kind::Uint)) => Numbers::Uint(flat(any)?),
        (_, Some(Kind::Float)) if source.item_size()? <= 8 => Numbers::Float(flat(any)?),
        #[cfg(feature = "num-complex")]
        (_, Some(Kind::Complex)) if source.item_size()? <= 16 => {
            return from_complex(any, dtype);
        }
        _ => return Err(no_numbers(&source)),
    };
    from_numbers(any.shape(), &numbers, dtype)
}

fn no_numbers(dtype: &DType) -> Error {
    Error::unsupported(format!(
        "expected numbers, times or text, found {dtype}; `to_array` tells what it may be"
    ))
}

fn flat<A: Element>(any: &AnyArray) -> Result<Vec<A>> {
    Ok(any.to_array::<A>(Cast::Safe)?.into_iter().collect())
}

#[cfg(feature = "num-complex")]
fn from_complex(any: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    use num_complex::Complex;
    let cells: Vec<Complex<f64>> = flat(any)?;
    let shape = IxDyn(any.shape());
    let scalar = dtype.as_scalar().map(|scalar| (scalar.kind(), scalar.size()));
    match scalar {
        Some((Kind::Complex, 8)) => {
            let cells = cells.iter().map(|z| Complex::new(z.re as f32, z.im as f32)).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex64).map_err(unfit)
        }
        Some((Kind::Complex, 16)) => {
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex128).map_err(unfit)
        }
        Some((Kind::Complex, 32)) => to_dtype(any, dtype, Cast::Safe),
        // A complex number is true where either part is.
        Some((Kind::Bool, _)) => {
            let cells = cells.iter().map(|z| z.re != 0.0 || z.im != 0.0).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Bool).map_err(unfit)
        }
        _ => from_numbers(any.shape(), &Numbers::Float(cells.iter().map(|z| z.re).collect()), dtype),
    }
}

/// Makes cells of each number as `as` does.
fn from_numbers(shape: &[usize], numbers: &Numbers, dtype: &DType) -> Result<AnyArray> {
    macro_rules! to {
        ($( $kind:ident $size:literal => $variant:ident |$int:ident| $from_int:expr, |$float:ident| $from_float:expr; )*) => {{
            let scalar = dtype.as_scalar().ok_or_else(|| no_cells(dtype))?;
            match (scalar.kind(), scalar.size()) {
                $( (Kind::$kind, $size) => {
                    let cells = match numbers {
                        Numbers::Int(numbers) => numbers.iter().map(|&$int| $from_int).collect(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&$int| $from_int).collect(),
                        Numbers::Float(numbers) => numbers.iter().map(|&$float| $from_float).collect(),
                    };
                    ArrayD::from_shape_vec(IxDyn(shape), cells).map(AnyArray::$variant)
                } )*
                (kind @ (Kind::DateTime | Kind::TimeDelta), _) => {
                    let ticks = match numbers {
                        Numbers::Int(numbers) => numbers.clone(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&n| n as i64).collect(),
                        // The least is NaT.
                        Numbers::Float(numbers) => numbers.iter().map(|&x| cut_to_i64(x)).collect(),
                    };
                    let unit = scalar.unit().ok_or_else(|| no_cells(dtype))?;
                    ArrayD::from_shape_vec(IxDyn(shape), ticks).map(|ticks| AnyArray::times(kind, unit, ticks))
                }
                #[cfg(feature = "half")]
                (Kind::Float, 2) => {
                    let cells = match numbers {
                        Numbers::Int(numbers) => numbers.iter().map(|&n| <half::f16 as FromWide>::from_i64(n, false).0).collect(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&n| <half::f16 as FromWide>::from_u64(n, false).0).collect(),
                        Numbers::Float(numbers) => numbers.iter().map(|&n| <half::f16 as FromWide>::from_f64(n, false).0).collect(),
                    };
                    ArrayD::from_shape_vec(IxDyn(shape), cells).map(AnyArray::Float16)
                }
                #[cfg(feature = "num-complex")]
                (Kind::Complex, 8) => {
                    let real = |numbers: &Numbers| match numbers {
                        Numbers::Int(numbers) => numbers.iter().map(|&n| (n as f32).into()).collect(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&n| (n as f32).into()).collect(),
                        Numbers::Float(numbers) => numbers.iter().map(|&n| (n as f32).into()).collect(),
                    };
                    ArrayD::from_shape_vec(IxDyn(shape), real(numbers)).map(AnyArray::Complex64)
                }
                #[cfg(feature = "num-complex")]
                (Kind::Complex, 16) => {
                    let real = |numbers: &Numbers| match numbers {
                        Numbers::Int(numbers) => numbers.iter().map(|&n| (n as f64).into()).collect(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&n| (n as f64).into()).collect(),
                        Numbers::Float(numbers) => numbers.iter().map(|&n| n.into()).collect(),
                    };
                    ArrayD::from_shape_vec(IxDyn(shape), real(numbers)).map(AnyArray::Complex128)
                }
                #[cfg(feature = "num-complex")]
                (Kind::Complex, 32) => {
                    let real: Vec<num_complex::Complex<LongDouble>> = match numbers {
                        Numbers::Int(numbers) => numbers.iter().map(|&n| long(n.into())).collect(),
                        Numbers::Uint(numbers) => numbers.iter().map(|&n| long(n.into())).collect(),
                        Numbers::Float(numbers) => numbers.iter().map(|&n| long(n.into())).collect(),
                    };
                    ArrayD::from_shape_vec(IxDyn(shape), real).map(AnyArray::ComplexLongDouble)
                }
                _ => return Err(no_cells(dtype)),
            }
        }};
    }
    let array = to! {
        Bool 1 => Bool |n| n != 0, |x| x != 0.0;
        Int 1 => Int8 |n| n as i8, |x| cut_to_i32(x) as i8;
        Int 2 => Int16 |n| n as i16, |x| cut_to_i32(x) as i16;
        Int 4 => Int32 |n| n as i32, |x| cut_to_i32(x);
        Int 8 => Int64 |n| n as i64, |x| cut_to_i64(x);
        Uint 1 => UInt8 |n| n as u8, |x| cut_to_i32(x) as u8;
        Uint 2 => UInt16 |n| n as u16, |x| cut_to_i32(x) as u16;
        Uint 4 => UInt32 |n| n as u32, |x| cut_to_i64(x) as u32;
        Uint 8 => UInt64 |n| n as u64, |x| cut_to_u64(x);
        Float 1 => Float8E5M2 |n| Float8E5M2::from_f64(n as f64), |x| Float8E5M2::from_f64(x);
        Float 16 => LongDouble |n| n.into(), |x| x.into();
        Float 4 => Float32 |n| n as f32, |x| x as f32;
        Float 8 => Float64 |n| n as f64, |x| x;
    };
    array.map_err(unfit)
}

#[cfg(feature = "num-complex")]
fn long(re: LongDouble) -> num_complex::Complex<LongDouble> {
    num_complex::Complex { re, im: LongDouble::default() }
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
