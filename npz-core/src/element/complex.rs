//! `num_complex::Complex` of `f32` and `f64`.
#![cfg(feature = "num-complex")]

use std::borrow::Cow;

use ndarray::ArrayViewD;
use num_complex::Complex;

use super::cast::{FromWide, converter};
use super::rule::{Target, Verdict, judge, no_cast};
use super::{BadCell, CELLS, Decoder, InPlace, Refusal, Rule, Step, encode_pod, view_pod};
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
