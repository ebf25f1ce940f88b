//! Casts that keep no value: `a.astype(dtype, casting="unsafe")`. By way of the widest number of each kind.

use ndarray::{ArrayD, IxDyn};

use super::AnyArray;
use super::convert::{no_cells, text_of, to_dtype, unfit};
use super::text::{self, Long};
use crate::dtype::{DType, Kind, Scalar, TimeUnit};
#[cfg(feature = "half")]
use crate::element::FromWide;
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
    if any.dtype() == *dtype {
        return Ok(any.clone());
    }
    let cast = match text_of(dtype) {
        Some(text) => text::to_text(any, dtype, text, Long::Cut)?,
        None => numbers(any, dtype)?,
    };
    Ok(if any.is_fortran() { cast.into_fortran() } else { cast })
}

/// In C order.
fn numbers(any: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    let source = any.dtype();
    let kind = |dtype: &DType| dtype.as_scalar().map(Scalar::kind);
    let size = dtype.item_size()?;
    let numbers = match (any, kind(&source)) {
        (AnyArray::DateTime64 { unit, ticks } | AnyArray::TimeDelta64 { unit, ticks }, from) => {
            match (kind(dtype), dtype.as_scalar().and_then(Scalar::unit)) {
                // No unit is any.
                (Some(kind), Some(TimeUnit::GENERIC)) => {
                    return Ok(AnyArray::times(kind, *unit, ticks.as_standard_layout().into_owned()));
                }
                // A unit counts between times of one kind only.
                (to, Some(_)) if from == to => return to_dtype(any, dtype, Cast::SameKind),
                _ => Numbers::Int(ticks.iter().copied().collect()),
            }
        }
        (AnyArray::Float8E5M2(cells), _) => Numbers::Float(cells.iter().map(|&x| x.into()).collect()),
        (AnyArray::LongDouble(cells), _) => match kind(dtype) {
            Some(Kind::Bool) => Numbers::Uint(cells.iter().map(is_true).collect()),
            Some(Kind::Float) => Numbers::Float(cells.iter().map(|x| near(x, size)).collect()),
            // All digits are kept.
            Some(Kind::Complex) if size == 32 => return to_dtype(any, dtype, Cast::Safe),
            Some(Kind::Complex) => Numbers::Float(cells.iter().map(|x| near(x, size / 2)).collect()),
            _ => return Err(no_numbers(&source, dtype)),
        },
        #[cfg(feature = "num-complex")]
        (AnyArray::ComplexLongDouble(cells), _) => match kind(dtype) {
            Some(Kind::Bool) => {
                Numbers::Uint(cells.iter().map(|z| is_true(&z.re) | is_true(&z.im)).collect())
            }
            Some(Kind::Float) if size == 16 => {
                return Ok(AnyArray::LongDouble(cells.mapv(|z| z.re).as_standard_layout().into_owned()));
            }
            Some(Kind::Float) => Numbers::Float(cells.iter().map(|z| near(&z.re, size)).collect()),
            Some(Kind::Complex) => {
                let part = |x| near(x, size / 2);
                let cells = cells.iter().map(|z| num_complex::Complex::new(part(&z.re), part(&z.im)));
                return from_complex(any.shape(), cells.collect(), dtype);
            }
            _ => return Err(no_numbers(&source, dtype)),
        },
        (AnyArray::Str(_) | AnyArray::Bytes(_), _) => match kind(dtype) {
            Some(Kind::Bool) => {
                Numbers::Uint(any.iter().map(|cell| u64::from(!cell.is_empty_text())).collect())
            }
            Some(kind @ (Kind::Int | Kind::Uint)) => {
                let bits = 8 * size as u32;
                let ends = match kind {
                    Kind::Int => -(1 << (bits - 1))..1 << (bits - 1),
                    _ => 0..1 << bits,
                };
                // What is in range has its own bits in either.
                let numbers: Vec<i128> = text::numbers(any, |number| ends.contains(number))?;
                Numbers::Int(numbers.into_iter().map(|number| number as i64).collect())
            }
            Some(Kind::Float) if size <= 8 => Numbers::Float(text::numbers(any, |_| true)?),
            Some(Kind::Complex) if size <= 16 => Numbers::Float(text::numbers(any, |_| true)?),
            _ => return Err(no_numbers(&source, dtype)),
        },
        (_, Some(Kind::Int)) => Numbers::Int(flat(any)?),
        (_, Some(Kind::Bool | Kind::Uint)) => Numbers::Uint(flat(any)?),
        (_, Some(Kind::Float)) if source.item_size()? <= 8 => Numbers::Float(flat(any)?),
        #[cfg(feature = "num-complex")]
        (_, Some(Kind::Complex)) if source.item_size()? <= 16 => {
            return from_complex(any.shape(), flat(any)?, dtype);
        }
        // Long doubles of 12 bytes.
        (AnyArray::Other(_), Some(kind @ (Kind::Float | Kind::Complex))) => {
            let size = if kind == Kind::Float { 16 } else { 32 };
            let wide = to_dtype(any, &DType::number(kind, size), Cast::Safe)?;
            let is_typed = !matches!(wide, AnyArray::Other(_));
            return if is_typed { to_dtype_unchecked(&wide, dtype) } else { Err(no_numbers(&source, dtype)) };
        }
        _ => return Err(no_numbers(&source, dtype)),
    };
    from_numbers(any.shape(), &numbers, dtype)
}

fn no_numbers(source: &DType, dtype: &DType) -> Error {
    let what = match source.as_scalar().map(Scalar::kind) {
        Some(Kind::Unicode | Kind::Bytes) => {
            format!("parse it, or save `a.astype({:?})` in Python", dtype.to_string())
        }
        Some(Kind::Float | Kind::Complex) => {
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
    Ok(any.to_array::<A>(Cast::Safe)?.into_iter().collect())
}

#[cfg(feature = "num-complex")]
fn from_complex(axes: &[usize], cells: Vec<num_complex::Complex<f64>>, dtype: &DType) -> Result<AnyArray> {
    use num_complex::Complex;
    let shape = IxDyn(axes);
    let scalar = dtype.as_scalar().map(|scalar| (scalar.kind(), scalar.size()));
    match scalar {
        Some((Kind::Complex, 8)) => {
            let cells = cells.iter().map(|z| Complex::new(z.re as f32, z.im as f32)).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex64).map_err(unfit)
        }
        Some((Kind::Complex, 16)) => {
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex128).map_err(unfit)
        }
        Some((Kind::Complex, 32)) => {
            let cells = cells.iter().map(|z| Complex::new(z.re.into(), z.im.into())).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::ComplexLongDouble).map_err(unfit)
        }
        // A complex number is true where either part is.
        Some((Kind::Bool, _)) => {
            let cells = cells.iter().map(|z| z.re != 0.0 || z.im != 0.0).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Bool).map_err(unfit)
        }
        _ => from_numbers(axes, &Numbers::Float(cells.iter().map(|z| z.re).collect()), dtype),
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
