//! The small numbers of [`ml_dtypes`](https://github.com/jax-ml/ml_dtypes): floats of 4, 6 and 8 bits, integers of 1, 2
//! and 4 bits. One byte a cell, as `np.save` writes them.
//!
//! | here | in `ml_dtypes` | written as | largest | has |
//! | --- | --- | --- | --- | --- |
//! | [`Float8E3M4`] | `float8_e3m4` | `<V1` | 15.5 | infinities, NaN |
//! | [`Float8E4M3`] | `float8_e4m3` | `<V1` | 240 | infinities, NaN |
//! | [`Float8E4M3Fn`] | `float8_e4m3fn` | `<V1` | 448 | NaN |
//! | [`Float8E4M3Fnuz`] | `float8_e4m3fnuz` | `<V1` | 240 | NaN, no -0 |
//! | [`Float8E4M3B11Fnuz`] | `float8_e4m3b11fnuz` | `<V1` | 30 | NaN, no -0 |
//! | [`Float8E5M2`] | `float8_e5m2` | `<f1` | 57344 | infinities, NaN |
//! | [`Float8E5M2Fnuz`] | `float8_e5m2fnuz` | `<V1` | 57344 | NaN, no -0 |
//! | [`Float8E8M0Fnu`] | `float8_e8m0fnu` | `<V1` | 2^127 | powers of two only: no sign, no 0; NaN |
//! | [`Float6E2M3Fn`] | `float6_e2m3fn` | `<V1` | 7.5 | |
//! | [`Float6E3M2Fn`] | `float6_e3m2fn` | `<V1` | 28 | |
//! | [`Float4E2M1Fn`] | `float4_e2m1fn` | `<V1` | 6 | |
//! | [`Int1`], [`Int2`], [`Int4`] | `int1`, `int2`, `int4` | `<V1` | 0, 1, 7 | |
//! | [`UInt1`], [`UInt2`], [`UInt4`] | `uint1`, `uint2`, `uint4` | `<V1` | 1, 3, 15 | |
//!
//! `bfloat16` is [`half::bf16`](https://docs.rs/half), behind the feature `half`.
//!
//! The file does not say which of them `<V1` is: the cell type says it. NumPy forgets it too, so Python gets it back
//! by one line:
//!
//! ```python
//! codes = np.load("scale.npy").view(ml_dtypes.float8_e4m3fn)  # or an entry of np.load("model.npz")
//! brain = np.load("brain.npy").view(ml_dtypes.bfloat16)       # <V2
//! ```
//!
//! `<f1`, which is `float8_e5m2`, is refused by `np.load`. Cut the header off:
//!
//! ```python
//! with open("wide.npy", "rb") as f:  # or zipfile.ZipFile("model.npz").open("wide.npy")
//!     version = np.lib.format.read_magic(f)
//!     length = int.from_bytes(f.read(2), "little")
//!     header = ast.literal_eval(f.read(length).decode("latin1"))
//!     order = "F" if header["fortran_order"] else "C"
//!     wide = np.frombuffer(f.read(), ml_dtypes.float8_e5m2).reshape(header["shape"], order=order)
//! ```
//!
//! In Rust any of them become other numbers by `mapv`:
//!
//! ```
//! use ndarray::{Array1, array};
//! use npz_core::npy;
//! use npz_core::tiny::Float8E4M3Fn;
//!
//! let scales = array![0.1f32, -3.0, 448.0];
//! let bytes = npy::to_bytes(&scales.mapv(Float8E4M3Fn::from_f32))?;
//! let read: Array1<Float8E4M3Fn> = npy::from_bytes(&bytes)?;
//! assert_eq!(read.mapv(f32::from), array![0.1015625, -3.0, 448.0]);
//! # Ok::<(), npz_core::Error>(())
//! ```

mod float;
mod int;

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::{CELLS, Decoder, Element, Refusal, Rule, Sealed, Step, Wanted, first_failing};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::Result;
use crate::memory;

pub use float::{
    Float4E2M1Fn, Float6E2M3Fn, Float6E3M2Fn, Float8E3M4, Float8E4M3, Float8E4M3B11Fnuz, Float8E4M3Fn,
    Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz, Float8E8M0Fnu, TinyFloat,
};
#[doc(hidden)]
pub use float::{TinyFormat, format};
pub use int::{Int1, Int2, Int4, TinyInt, UInt1, UInt2, UInt4};

/// What NumPy stores almost all of them as.
const ONE_BYTE: DType = DType::scalar(DTypeKind::Void, 1, ByteOrder::Little);
/// What it stores `float8_e5m2` as, the only one whose dtype says what it is.
const FLOAT: DType = DType::scalar(DTypeKind::Float, 1, ByteOrder::Little);

/// Reads codes, where the file holds bytes that may be some. `own` is the dtype that is written.
fn decoder<A: Send + 'static>(
    stored: &DType,
    own: &DType,
    numpy: &str,
    decode: impl Fn(u8) -> A + Send + 'static,
) -> Result<Decoder<A>, Refusal> {
    let Some(scalar) = stored.as_scalar() else {
        return Err(Refusal::new("it is a record; read one of its fields in Python and save that"));
    };
    match (scalar.kind(), scalar.item_size()) {
        (DTypeKind::Void, 1) => {}
        (DTypeKind::Float, 1) if *own == FLOAT => {}
        (DTypeKind::Float, 1) => {
            return Err(Refusal::new("it is `float8_e5m2` of ml_dtypes; make the cells `tiny::Float8E5M2`"));
        }
        (DTypeKind::Uint | DTypeKind::Int, 1) => {
            return Err(Refusal::new(format!(
                "if these bytes are the codes of {numpy}, make the cells `u8` and use `from_bits`; if they are numbers, \
                 save `a.astype(ml_dtypes.{numpy})` in Python"
            )));
        }
        (DTypeKind::Object, _) => {
            return Err(Refusal::new(super::rule::no_cast(scalar, own.kind(), numpy)));
        }
        _ => {
            return Err(Refusal::new(format!(
                "no casting rule allows that: change the type, or save `a.astype(ml_dtypes.{numpy})` in Python"
            )));
        }
    }
    let step = Step::Convert(Box::new(move |bytes, cells| {
        cells.extend(bytes.iter().map(|&byte| decode(byte)));
        Ok(())
    }));
    Ok(Decoder { item_size: 1, step })
}

impl<F: TinyFormat> Sealed for TinyFloat<F> {}
impl<F: TinyFormat> Element for TinyFloat<F> {
    /// No attribute speaks of these.
    const KIND: DTypeKind = DTypeKind::Void;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(F::LAYOUT.dtype())
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        memory::collect(cells.iter().map(|cell| cell.to_bits()), CELLS).map(Cow::Owned)
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        decoder(stored, &F::LAYOUT.dtype(), F::LAYOUT.numpy, Self::from_bits)
    }

    fn wanted() -> Wanted {
        Wanted::Cells(F::LAYOUT.dtype())
    }

    fn rust_name() -> Cow<'static, str> {
        F::LAYOUT.name.into()
    }

    fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
        first_failing(cells, |cell| cell.value().is_finite())
    }
}

impl<const BITS: u32, const SIGNED: bool> Sealed for TinyInt<BITS, SIGNED> {}
impl<const BITS: u32, const SIGNED: bool> Element for TinyInt<BITS, SIGNED> {
    const KIND: DTypeKind = DTypeKind::Void;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(ONE_BYTE)
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        memory::collect(cells.iter().map(|cell| cell.to_bits()), CELLS).map(Cow::Owned)
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        decoder(stored, &ONE_BYTE, &Self::numpy(), Self::from_bits)
    }

    fn wanted() -> Wanted {
        Wanted::Cells(ONE_BYTE)
    }

    fn rust_name() -> Cow<'static, str> {
        Self::name().into()
    }
}
