//! `bool`, integers and floats that Rust has itself.

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::cast::converter;
use super::narrow::{self, Narrow};
use super::rule::{Target, Verdict, judge, no_cast};
use super::{
    Decoder, Element, Form, InPlace, Refusal, Rule, Sealed, Step, Wanted, encode_pod, first_failing, is_own,
    view_pod,
};
use crate::dtype::{DType, DTypeKind};
use crate::error::Result;

/// Shared by every number whose memory is its stored form.
macro_rules! numbers {
    ($($number:ty => $kind:ident $is_index:literal $($finite:expr)?),* $(,)?) => {$(
        impl Sealed for $number {}
        impl Element for $number {
            const KIND: DTypeKind = DTypeKind::$kind;
            fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
                Ok(DType::number(DTypeKind::$kind, size_of::<Self>()))
            }
            fn dtype_as(cells: &ArrayViewD<'_, Self>, form: Form) -> Result<DType> {
                match form.store_as(Self::KIND) {
                    Some(to) => narrow::dtype_as(cells, to),
                    None => Self::dtype_of(cells),
                }
            }
            fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
                if is_own(dtype, DTypeKind::$kind, size_of::<Self>()) {
                        encode_pod(cells, size_of::<Self>())
                    } else {
                        Self::encode_as(cells, dtype).map(Cow::Owned)
                    }
            }
            fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
                let size = size_of::<Self>();
                let target = Target { kind: DTypeKind::$kind, size, is_index: $is_index };
                let (scalar, verdict) = judge(stored, target, rule)?;
                let step = match verdict {
                    Verdict::Same => Step::InPlace(InPlace::new(scalar.byte_order(), size)),
                    Verdict::Convert { exact } => match converter(scalar, exact) {
                        Some(convert) => Step::Convert(convert),
                        None => return Err(Refusal::new(no_cast(scalar, DTypeKind::Float, "f8"))),
                    },
                };
                Ok(Decoder { item_size: scalar.item_size(), step })
            }
            fn wanted() -> Wanted {
                Wanted::Cells(DType::number(DTypeKind::$kind, size_of::<Self>()))
            }
            fn rust_name() -> Cow<'static, str> {
                stringify!($number).into()
            }
            $(
                fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
                    first_failing(cells, $finite)
                }
            )?
            fn view<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [Self], &'static str> {
                view_pod(bytes, stored)
            }
        }
    )*};
}

numbers! {
    i8 => Int false, i16 => Int false, i32 => Int false, i64 => Int false,
    u8 => Uint false, u16 => Uint false, u32 => Uint false, u64 => Uint false,
    f32 => Float false |cell| cell.is_finite(), f64 => Float false |cell| cell.is_finite(),
}

/// `usize` and `isize`.
trait Index: Sized {
    /// Eight bytes a cell.
    fn encode_own(cells: &[Self]) -> Result<Cow<'_, [u8]>>;
}

/// `usize` and `isize` are eight bytes in every file, whatever the machine that writes it.
macro_rules! indices {
    ($($index:ty as $wide:ty => $kind:ident),*) => {$(
        impl Sealed for $index {}
        impl Index for $index {
            #[cfg(target_pointer_width = "64")]
            fn encode_own(cells: &[Self]) -> Result<Cow<'_, [u8]>> {
                encode_pod(cells, 8)
            }
            #[cfg(not(target_pointer_width = "64"))]
            fn encode_own(cells: &[Self]) -> Result<Cow<'_, [u8]>> {
                let bytes = cells.iter().map(|&cell| (cell as $wide).to_le_bytes());
                Ok(Cow::Owned(crate::memory::collect(bytes, super::CELLS)?.into_flattened()))
            }
        }
        impl Element for $index {
            const KIND: DTypeKind = DTypeKind::$kind;
            fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
                Ok(DType::number(DTypeKind::$kind, 8))
            }
            fn dtype_as(cells: &ArrayViewD<'_, Self>, form: Form) -> Result<DType> {
                match form.store_as(Self::KIND) {
                    Some(to) => narrow::dtype_as(cells, to),
                    None => Self::dtype_of(cells),
                }
            }
            fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
                if is_own(dtype, DTypeKind::$kind, 8) {
                        Self::encode_own(cells)
                    } else {
                        Self::encode_as(cells, dtype).map(Cow::Owned)
                    }
            }
            fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
                let target = Target { kind: DTypeKind::$kind, size: 8, is_index: true };
                let (scalar, verdict) = judge(stored, target, rule)?;
                if matches!(verdict, Verdict::Same) && cfg!(target_pointer_width = "64") {
                    return Ok(Decoder { item_size: 8, step: Step::InPlace(InPlace::new(scalar.byte_order(), 8)) });
                }
                match converter(scalar, true) {
                    Some(convert) => Ok(Decoder { item_size: scalar.item_size(), step: Step::Convert(convert) }),
                    None => Err(Refusal::new(no_cast(scalar, DTypeKind::Int, "i8"))),
                }
            }
            fn wanted() -> Wanted {
                Wanted::Cells(DType::number(DTypeKind::$kind, 8))
            }
            fn rust_name() -> Cow<'static, str> {
                stringify!($index).into()
            }
            #[cfg(target_pointer_width = "64")]
            fn view<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [Self], &'static str> {
                view_pod(bytes, stored)
            }
        }
    )*};
}
indices!(usize as u64 => Uint, isize as i64 => Int);

impl Sealed for bool {}
impl Element for bool {
    const KIND: DTypeKind = DTypeKind::Bool;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(DType::number(DTypeKind::Bool, 1))
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        Ok(Cow::Borrowed(bytemuck::cast_slice(cells)))
    }

    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        judge(stored, Target { kind: DTypeKind::Bool, size: 1, is_index: false }, rule)?;
        // Only 0 and 1 are valid in memory; NumPy takes any other byte for true, and so do we.
        let step = Step::Convert(Box::new(|bytes, cells| {
            cells.extend(bytes.iter().map(|&byte| byte != 0));
            Ok(())
        }));
        Ok(Decoder { item_size: 1, step })
    }

    fn wanted() -> Wanted {
        Wanted::Cells(DType::number(DTypeKind::Bool, 1))
    }

    fn rust_name() -> Cow<'static, str> {
        "bool".into()
    }

    fn view<'c>(bytes: &'c [u8], _: &DType) -> Result<&'c [Self], &'static str> {
        bytemuck::checked::try_cast_slice(bytes)
            .map_err(|_| "a bool of it is stored as another byte than 0 or 1")
    }
}
