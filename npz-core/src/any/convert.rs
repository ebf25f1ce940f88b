//! From one cell type to another, by way of stored bytes: the same code that loads a file of another dtype.

use ndarray::{ArrayD, ArrayViewD, IxDyn};

use super::{AnyArray, Visit, visit, with_cells};
use crate::dtype::{DType, Kind, Scalar};
#[cfg(feature = "half")]
use crate::element::FromWide;
use crate::element::{Cast, Decoder, Element, Rule, Step, swap_bytes};
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
    // Cells of raw arrays keep the order of their bytes, which the decoder knows.
    let (dtype, bytes) = with_cells!(any,
        array => (super::dtype_of(&array.view())?, le_bytes(&array.view())?),
        raw => (raw.dtype().clone(), raw.in_c_order().into_owned())
    );
    let decoder = A::decoder(&dtype, Rule::array(cast)).map_err(|_| {
        let message =
            format!("expected cells that `Cast::{cast:?}` lets become {}, found {dtype}", A::expected());
        Error::new(ErrorKind::Mismatch, message)
    })?;
    let cells = decode(&bytes, decoder, any)?;
    ArrayD::from_shape_vec(IxDyn(any.shape()), cells)
        .map_err(|error| Error::damaged("the cells do not fit the shape").with_source(error))
}

fn decode<A: Element>(bytes: &[u8], decoder: Decoder<A>, any: &AnyArray) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    match decoder.step {
        Step::InPlace(plan) => {
            let has_memory = (plan.grow)(&mut cells, any.len());
            let memory = (plan.as_bytes)(&mut cells);
            if !has_memory || memory.len() != bytes.len() {
                return Err(Error::io("can't allocate the array", std::io::ErrorKind::OutOfMemory.into()));
            }
            memory.copy_from_slice(bytes);
            swap_bytes(memory, plan.swap_width);
        }
        Step::Convert(mut convert) => {
            convert(bytes, &mut cells).map_err(|bad| bad.into_error(0, any.shape(), Order::C))?;
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
    if any.dtype() == *dtype {
        return Ok(any.clone());
    }
    let source = any.dtype();
    let kind = source.as_scalar().map(Scalar::kind);
    let numbers = match kind {
        Some(Kind::Int) => Numbers::Int(flat(any)?),
        Some(Kind::Bool | Kind::Uint) => Numbers::Uint(flat(any)?),
        Some(Kind::Float) if source.item_size()? <= 8 => Numbers::Float(flat(any)?),
        #[cfg(feature = "num-complex")]
        Some(Kind::Complex) if source.item_size()? <= 16 => {
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
    let unfit = |error| Error::damaged("the cells do not fit the shape").with_source(error);
    let scalar = dtype.as_scalar().map(|scalar| (scalar.kind(), scalar.size()));
    match scalar {
        Some((Kind::Complex, 8)) => {
            let cells = cells.iter().map(|z| Complex::new(z.re as f32, z.im as f32)).collect();
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex64).map_err(unfit)
        }
        Some((Kind::Complex, 16)) => {
            ArrayD::from_shape_vec(shape, cells).map(AnyArray::Complex128).map_err(unfit)
        }
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
        Float 4 => Float32 |n| n as f32, |x| x as f32;
        Float 8 => Float64 |n| n as f64, |x| x;
    };
    array.map_err(|error| Error::damaged("the cells do not fit the shape").with_source(error))
}
