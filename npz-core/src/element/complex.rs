//! `num_complex::Complex` of `f32` and `f64`.
#![cfg(feature = "num-complex")]

use std::borrow::Cow;

use ndarray::ArrayViewD;
use num_complex::Complex;

use super::cast::{FromWide, converter};
use super::narrow::{self, Narrow};
use super::rule::{Target, Verdict, judge, no_cast};
use super::{
    BadCell, CELLS, Decoder, Element, Form, InPlace, Refusal, Rule, Sealed, Step, Wanted, encode_pod,
    first_failing, is_own, view_pod,
};
use crate::dtype::{DType, DTypeKind};
use crate::error::Result;
use crate::memory;

/// A part of a complex number.
trait Part: FromWide + Default + bytemuck::Pod {}
impl Part for f32 {}
impl Part for f64 {}

fn decode<P: Part>(stored: &DType, rule: Rule) -> Result<Decoder<Complex<P>>, Refusal>
where
    Complex<P>: bytemuck::Pod,
{
    let target = Target { kind: DTypeKind::Complex, size: 2 * size_of::<P>(), is_index: false };
    let (scalar, verdict) = judge(stored, target, rule)?;
    let exact = match verdict {
        Verdict::Same => {
            let step = Step::InPlace(InPlace::new(scalar.byte_order(), size_of::<P>()));
            return Ok(Decoder { item_size: scalar.item_size(), step });
        }
        Verdict::Convert { exact } => exact,
    };
    let is_complex = scalar.kind() == DTypeKind::Complex;
    let part = if is_complex { scalar.real_part() } else { scalar.clone() };
    let Some(mut convert) = converter::<P>(&part, exact) else {
        return Err(Refusal::new(no_cast(scalar, DTypeKind::Complex, "c16")));
    };
    let mut parts = Vec::new();
    let step = Step::Convert(Box::new(move |bytes, cells: &mut Vec<Complex<P>>| {
        parts.clear();
        let parts_a_cell = if is_complex { 2 } else { 1 };
        memory::reserve(&mut parts, bytes.len() / part.item_size(), CELLS)?;
        convert(bytes, &mut parts).map_err(|bad| BadCell { index: bad.index / parts_a_cell, ..bad })?;
        if is_complex {
            cells.extend(parts.as_chunks::<2>().0.iter().map(|&[re, im]| Complex { re, im }));
        } else {
            cells.extend(parts.iter().map(|&re| Complex { re, im: P::default() }));
        }
        Ok(())
    }));
    Ok(Decoder { item_size: scalar.item_size(), step })
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Sealed for Complex<$part> {}
        impl Element for Complex<$part> {
            const KIND: DTypeKind = DTypeKind::Complex;
            fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
                Ok(DType::number(DTypeKind::Complex, size_of::<Self>()))
            }
            fn dtype_as(cells: &ArrayViewD<'_, Self>, form: Form) -> Result<DType> {
                match form.store_as(Self::KIND) {
                    Some(to) => narrow::dtype_as(cells, to),
                    None => Self::dtype_of(cells),
                }
            }
            fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
                if is_own(dtype, DTypeKind::Complex, size_of::<Self>()) {
                        encode_pod(cells, size_of::<$part>())
                    } else {
                        Self::encode_as(cells, dtype).map(Cow::Owned)
                    }
            }
            fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
                decode::<$part>(stored, rule)
            }
            fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
                first_failing(cells, |cell| cell.re.is_finite() && cell.im.is_finite())
            }
            fn wanted() -> Wanted {
                Wanted::Cells(DType::number(DTypeKind::Complex, size_of::<Self>()))
            }
            fn rust_name() -> Cow<'static, str> {
                concat!("Complex<", stringify!($part), ">").into()
            }
            fn view<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [Self], &'static str> {
                view_pod(bytes, stored)
            }
        }
    )*};
}
complex!(f32, f64);
