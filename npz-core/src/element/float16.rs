//! `half::f16`, and `half::bf16` as `ml_dtypes` stores it.
#![cfg(feature = "half")]

use std::borrow::Cow;

use half::{bf16, f16};
use ndarray::ArrayViewD;

use super::cast::{FromWide, converter, fits};
use super::halves::to_odd_f32;
use super::rule::{Target, Verdict, judge, no_cast};
use super::{Cast, Decoder, InPlace, Refusal, Rule, Step, encode_pod, is_own, view_pod};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::Result;

macro_rules! from_wide {
    ($($float:ty),*) => {$(
        impl FromWide for $float {
            fn from_i64(value: i64, exact: bool) -> (Self, bool) {
                Self::from_f64_checked(f64::from_i64(value, exact), exact)
            }
            fn from_u64(value: u64, exact: bool) -> (Self, bool) {
                Self::from_f64_checked(f64::from_u64(value, exact), exact)
            }
            fn from_f64(value: f64, exact: bool) -> (Self, bool) {
                Self::from_f64_checked((value, true), exact)
            }
        }
        impl Narrow for $float {
            fn from_f64_checked((value, is_kept): (f64, bool), exact: bool) -> (Self, bool) {
                let nearest = <$float>::from_f32(to_odd_f32(value));
                (nearest, is_kept && fits(value, nearest.to_f64(), exact))
            }
        }
    )*};
}
from_wide!(f16, bf16);

trait Narrow: Sized {
    fn from_f64_checked(value: (f64, bool), exact: bool) -> (Self, bool);
}

fn convert<A: FromWide>(scalar: &DType, exact: bool) -> Result<Decoder<A>, Refusal> {
    match converter(scalar, exact) {
        Some(convert) => Ok(Decoder { item_size: scalar.item_size(), step: Step::Convert(convert) }),
        None => Err(Refusal::new(no_cast(scalar, DTypeKind::Float, "f4"))),
    }
}

plain_cells! {
    f16 {
        name: "f16",
        kind: DTypeKind::Float,
        dtype: DType::number(DTypeKind::Float, 2),
        encode: |cells| encode_pod(cells, 2),
        decoder: decode_f16,
        view: view_pod,
        finite: |cell| cell.is_finite(),
    }
    // NumPy has no bfloat16; `ml_dtypes` registers one, and `np.save` writes it as a two-byte void.
    bf16 {
        name: "bf16",
        kind: DTypeKind::Float,
        dtype: DType::bfloat16(),
        encode: |cells| encode_pod(cells, 2),
        decoder: decode_bf16,
        view: view_bf16,
        finite: |cell| cell.is_finite(),
    }
}

#[inline]
fn decode_f16(stored: &DType, rule: Rule) -> Result<Decoder<f16>, Refusal> {
    match judge(stored, Target { kind: DTypeKind::Float, size: 2, is_index: false }, rule)? {
        (scalar, Verdict::Same) => {
            Ok(Decoder { item_size: 2, step: Step::InPlace(InPlace::new(scalar.byte_order(), 2)) })
        }
        (scalar, Verdict::Convert { exact }) => convert(scalar, exact),
    }
}

#[inline]
fn decode_bf16(stored: &DType, rule: Rule) -> Result<Decoder<bf16>, Refusal> {
    if let Some(scalar) = stored.as_scalar().filter(|stored| is_own(stored, DTypeKind::Void, 2)) {
        let order = if scalar.byte_order() == ByteOrder::Big { ByteOrder::Big } else { ByteOrder::Little };
        return Ok(Decoder { item_size: 2, step: Step::InPlace(InPlace::new(order, 2)) });
    }
    // As a target it counts as a float narrower than f2: only "same kind" rounds into it, or the field's own word.
    let (scalar, verdict) = judge(stored, Target { kind: DTypeKind::Float, size: 1, is_index: false }, rule)?;
    // float8_e5m2, whose values are all kept.
    if matches!(verdict, Verdict::Same) && rule.cast == Cast::Exact {
        return Err(Refusal::allowed_by(Cast::Safe, ""));
    }
    convert(scalar, rule.cast != Cast::SameKind && !rule.is_asked_for(scalar, DTypeKind::Float))
}

fn view_bf16<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [bf16], &'static str> {
    if cfg!(target_endian = "big") {
        return Err("its cells are in the other byte order");
    }
    view_pod(bytes, stored)
}
