//! From one cell type to another, by way of stored bytes: the same code that loads a file of another dtype.

use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};

use super::{AnyArray, RawArray, Visit, visit, with_cells};
use crate::dtype::{DType, Kind, Scalar, TimeUnit};
#[cfg(feature = "half")]
use crate::element::FromWide;
#[cfg(feature = "num-complex")]
use crate::element::LongDouble;
use crate::element::time::decode::decoder;
use crate::element::time::text::NAT;
use crate::element::time::{Generic, TimeDelta64};
use crate::element::tiny::Float8E5M2;
use crate::element::{Cast, Decoder, Element, Refusal, Rule, Step, swap_bytes};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::Order;

/// The cells in C order, little-endian.
pub(super) fn le_bytes<A: Element>(cells: &ArrayViewD<'_, A>) -> Result<Vec<u8>> {
    let dtype = A::dtype_of(cells)?;
    let cells = cells.as_standard_layout();
    Ok(cells.as_slice().map(|cells| A::encode(cells, &dtype).into_owned()).unwrap_or_default())
}

/// Cells of another type, with values checked.
pub(super) fn checked<A: Element>(any: &AnyArray, cast: Cast) -> Result<ArrayD<A>> {
    let cells = by(any, cast, A::decoder, A::expected)?;
    ArrayD::from_shape_vec(IxDyn(any.shape()), cells).map_err(unfit)
}

fn by<A>(
    any: &AnyArray,
    cast: Cast,
    decoder: impl FnOnce(&DType, Rule) -> Result<Decoder<A>, Refusal>,
    expected: impl FnOnce() -> String,
) -> Result<Vec<A>> {
    // Cells of raw arrays keep the order of their bytes, which the decoder knows.
    let (dtype, bytes) = with_cells!(any,
        array => (super::dtype_of(&array.view())?, le_bytes(&array.view())?),
        (kind, unit, ticks) => (DType::time(kind, *unit), le_bytes(&ticks.view())?),
        raw => (raw.dtype().clone(), raw.in_c_order().into_owned())
    );
    let decoder = decoder(&dtype, Rule::array(cast)).map_err(|_| {
        let message =
            format!("expected cells that `Cast::{cast:?}` lets become {}, found {dtype}", expected());
        Error::new(ErrorKind::Mismatch, message)
    })?;
    decode(&bytes, decoder, any.shape(), Order::C)
}

/// Long doubles of x87, if that is what the cells are; other machines' stay the bytes that they are.
pub(super) fn long_doubles<A: Element>(raw: &RawArray) -> Option<ArrayD<A>> {
    let decoder = A::decoder(raw.dtype(), Rule::array(Cast::Exact)).ok()?;
    let cells = decode(raw.as_bytes(), decoder, raw.shape(), raw.order()).ok()?;
    ArrayD::from_shape_vec(IxDyn(raw.shape()).set_f(raw.order() == Order::Fortran), cells).ok()
}

fn unfit(error: ndarray::ShapeError) -> Error {
    Error::damaged("the cells do not fit the shape").with_source(error)
}

fn decode<A>(bytes: &[u8], decoder: Decoder<A>, shape: &[usize], order: Order) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    match decoder.step {
        Step::InPlace(plan) => {
            let has_memory = (plan.grow)(&mut cells, shape.iter().product());
            let memory = (plan.as_bytes)(&mut cells);
            if !has_memory || memory.len() != bytes.len() {
                return Err(Error::io("can't allocate the array", std::io::ErrorKind::OutOfMemory.into()));
            }
            memory.copy_from_slice(bytes);
            swap_bytes(memory, plan.swap_width);
        }
        Step::Convert(mut convert) => {
            convert(bytes, &mut cells).map_err(|bad| bad.into_error(0, shape, order))?;
        }
    }
    Ok(cells)
}

pub(super) fn to_dtype(any: &AnyArray, dtype: &DType, cast: Cast) -> Result<AnyArray> {
    visit(dtype, ToDType { any, dtype, cast })
}

struct ToDType<'a> {
    any: &'a AnyArray,
    dtype: &'a DType,
    cast: Cast,
}

impl Visit for ToDType<'_> {
    type Out = Result<AnyArray>;

    fn typed<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        self.any.to_array::<A>(self.cast).map(wrap)
    }

    fn times(self, kind: Kind, unit: TimeUnit) -> Result<AnyArray> {
        let decoder = |stored: &DType, rule| decoder::<TimeDelta64<Generic>>(kind, unit, stored, rule);
        let cells = by(self.any, self.cast, decoder, || self.dtype.to_string())?;
        let shape = IxDyn(self.any.shape());
        let ticks = ArrayD::from_shape_vec(shape, super::from_cells(cells)).map_err(unfit)?;
        Ok(AnyArray::times(kind, unit, ticks))
    }

    fn long_doubles<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        self.typed(wrap)
    }

    fn other(self) -> Result<AnyArray> {
        match self.any {
            AnyArray::Other(raw) if raw.dtype() == self.dtype => Ok(self.any.clone()),
            _ => Err(no_cells(self.dtype)),
        }
    }
}

fn no_cells(dtype: &DType) -> Error {
    Error::unsupported(format!("expected a dtype that Rust has cells for, found {dtype}"))
}

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
        (_, Some(Kind::Int)) => Numbers::Int(flat(any)?),
        (_, Some(Kind::Bool | Kind::Uint)) => Numbers::Uint(flat(any)?),
        (_, Some(Kind::Float)) if source.item_size()? <= 8 => Numbers::Float(flat(any)?),
        #[cfg(feature = "num-complex")]
        (_, Some(Kind::Complex)) if source.item_size()? <= 16 => {
            return from_complex(any, dtype);
        }
        _ => return Err(no_cells(&source)),
    };
    from_numbers(any.shape(), &numbers, dtype)
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
                        Numbers::Float(numbers) => numbers.iter().map(|&x| to_ticks(x)).collect(),
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
        Int 1 => Int8 |n| n as i8, |x| x as i64 as i8;
        Int 2 => Int16 |n| n as i16, |x| x as i64 as i16;
        Int 4 => Int32 |n| n as i32, |x| x as i64 as i32;
        Int 8 => Int64 |n| n as i64, |x| x as i64;
        Uint 1 => UInt8 |n| n as u8, |x| x as i64 as u8;
        Uint 2 => UInt16 |n| n as u16, |x| x as i64 as u16;
        Uint 4 => UInt32 |n| n as u32, |x| x as i64 as u32;
        Uint 8 => UInt64 |n| n as u64, |x| if x < 0.0 { x as i64 as u64 } else { x as u64 };
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

/// What is no number of ticks is NaT, as NumPy has it on x86.
fn to_ticks(x: f64) -> i64 {
    if x >= -(2_f64.powi(63)) && x < 2_f64.powi(63) { x as i64 } else { NAT }
}
