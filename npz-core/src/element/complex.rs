//! `num_complex::Complex` of `f32` and `f64`.
#![cfg(feature = "num-complex")]

use std::borrow::Cow;

use ndarray::ArrayViewD;
use num_complex::Complex;

use super::cast::{FromWide, converter};
use super::rule::{Target, Verdict, judge, no_cast};
use super::{BadCell, CELLS, Convert, Decoder, InPlace, Refusal, Rule, Step, encode_pod, view_pod};
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
    let Some(convert) = converter::<P>(&part, exact) else {
        return Err(Refusal::new(no_cast(scalar, DTypeKind::Complex, "c16")));
    };
    let item_size = scalar.item_size();
    Ok(Decoder { item_size, step: Step::Convert(from_parts(convert, item_size, is_complex)) })
}

/// Complex numbers of what reads their parts, or of what reads real numbers.
pub(super) fn from_parts<P>(
    mut convert: Convert<P>,
    item_size: usize,
    is_complex: bool,
) -> Convert<Complex<P>>
where
    P: Copy + Default + Send + 'static,
{
    let (mut parts, parts_a_cell) = (Vec::new(), if is_complex { 2 } else { 1 });
    Box::new(move |bytes, cells| {
        parts.clear();
        memory::reserve(&mut parts, parts_a_cell * bytes.len() / item_size, CELLS)?;
        convert(bytes, &mut parts).map_err(|bad| BadCell { index: bad.index / parts_a_cell, ..bad })?;
        if is_complex {
            cells.extend(parts.as_chunks::<2>().0.iter().map(|&[re, im]| Complex { re, im }));
        } else {
            cells.extend(parts.iter().map(|&re| Complex { re, im: P::default() }));
        }
        Ok(())
    })
}

macro_rules! complex {
    ($($part:ty),*) => {plain_cells! {$(
        Complex<$part> {
            name: concat!("Complex<", stringify!($part), ">"),
            kind: DTypeKind::Complex,
            dtype: DType::number(DTypeKind::Complex, size_of::<Self>()),
            encode: |cells| encode_pod(cells, size_of::<$part>()),
            decoder: decode::<$part>,
            view: view_pod,
            finite: |cell| cell.re.is_finite() && cell.im.is_finite(),
        }
    )*}};
}
complex!(f32, f64);
