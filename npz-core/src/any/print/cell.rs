//! One cell to print: decoded from its bytes, whatever their order.

use std::borrow::Cow;
use std::fmt::Write;

use super::float;
use crate::any::value::AnyValue;
use crate::dtype::{ByteOrder, Kind, Scalar};
use crate::literal;

/// A cell without fields.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
    Str(Cow<'a, str>),
    Bytes(&'a [u8]),
    Void(&'a [u8]),
    /// `None` is `NaT`.
    Time(Option<i64>),
}

impl<'a> Cell<'a> {
    pub(crate) fn of(value: &AnyValue<'a>) -> Self {
        match *value {
            AnyValue::Bool(value) => Self::Bool(value),
            AnyValue::Int(value) => Self::Int(i128::from(value)),
            AnyValue::UInt(value) => Self::Int(i128::from(value)),
            AnyValue::Float(value) => Self::Float(value),
            AnyValue::Complex { re, im } => Self::Complex(re, im),
            AnyValue::Str(text) => Self::Str(Cow::Borrowed(text)),
            AnyValue::Bytes(bytes) => Self::Bytes(bytes),
            AnyValue::Other { dtype, bytes } => match dtype.as_scalar() {
                Some(scalar) => Self::decode(scalar, bytes),
                None => Self::Void(bytes),
            },
        }
    }

    /// A float that `f64` has no room for stays the bytes that it is.
    pub(super) fn decode(scalar: &Scalar, bytes: &'a [u8]) -> Self {
        let order = scalar.order();
        match scalar.kind() {
            Kind::Bool => Self::Bool(bytes.iter().any(|&byte| byte != 0)),
            Kind::Int => Self::Int(signed(bytes, order)),
            Kind::Uint => Self::Int(i128::from(word(bytes, order))),
            Kind::Float => real(bytes, order).map_or(Self::Void(bytes), Self::Float),
            Kind::Complex => {
                let (re, im) = bytes.split_at(bytes.len() / 2);
                match (real(re, order), real(im, order)) {
                    (Some(re), Some(im)) => Self::Complex(re, im),
                    _ => Self::Void(bytes),
                }
            }
            Kind::Bytes => Self::Bytes(trim(bytes)),
            Kind::Unicode => {
                let text: String = bytes
                    .chunks_exact(4)
                    .map(|unit| {
                        char::from_u32(word(unit, order) as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
                    })
                    .collect();
                Self::Str(Cow::Owned(text.trim_end_matches('\0').to_owned()))
            }
            Kind::DateTime | Kind::TimeDelta => {
                let ticks = signed(bytes, order) as i64;
                Self::Time((ticks != i64::MIN).then_some(ticks))
            }
            Kind::Void | Kind::Object => Self::Void(bytes),
        }
    }

    /// As Python prints the value alone: `str`, or with quotes `repr`. Floats of `size` bytes have their own digits.
    pub(crate) fn python(&self, size: usize, quoted: bool) -> String {
        match self {
            Self::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => float::scalar(*value, size),
            Self::Complex(re, im) => float::complex_scalar(*re, *im, size / 2),
            Self::Str(text) if quoted => literal::repr(text),
            Self::Str(text) => text.to_string(),
            Self::Bytes(bytes) => repr_bytes(bytes),
            Self::Void(bytes) => hex(bytes),
            Self::Time(ticks) => ticks.map_or_else(|| "NaT".to_owned(), |ticks| ticks.to_string()),
        }
    }
}

fn trim(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    bytes.get(..len).unwrap_or_default()
}

/// Up to eight bytes as a number.
fn word(bytes: &[u8], order: ByteOrder) -> u64 {
    let push = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    match order {
        ByteOrder::Big => bytes.iter().fold(0, push),
        _ => bytes.iter().rev().fold(0, push),
    }
}

fn signed(bytes: &[u8], order: ByteOrder) -> i128 {
    let unused = 64_u32.saturating_sub(8 * bytes.len() as u32);
    match unused {
        64.. => 0,
        unused => i128::from(((word(bytes, order) << unused) as i64) >> unused),
    }
}

/// A float of 2, 4, 8, 12 or 16 bytes; of the last two the digits that `f64` has.
fn real(bytes: &[u8], order: ByteOrder) -> Option<f64> {
    match bytes.len() {
        2 => Some(half(word(bytes, order) as u16)),
        4 => Some(f64::from(f32::from_bits(word(bytes, order) as u32))),
        8 => Some(f64::from_bits(word(bytes, order))),
        _ => {
            // Ten bytes of an x87 number, then padding.
            let mut number: Vec<u8> = bytes.to_vec();
            if order == ByteOrder::Big {
                number.reverse();
            }
            let mantissa = word(number.get(..8)?, ByteOrder::Little);
            let head = word(number.get(8..10)?, ByteOrder::Little);
            let sign = if head >> 15 == 1 { -1.0 } else { 1.0 };
            let exponent = (head & 0x7fff) as i32;
            let size = match (exponent, mantissa) {
                (0x7fff, mantissa) if mantissa << 1 == 0 => f64::INFINITY,
                (0x7fff, _) => f64::NAN,
                (_, 0) => 0.0,
                _ => {
                    let power = exponent - 16383 - 63;
                    // In two steps: the power alone may be out of range where the number is not.
                    let size = mantissa as f64 * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2);
                    (size.is_normal()).then_some(size)?
                }
            };
            Some(sign * size)
        }
    }
}

fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3ff);
    let size = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    };
    sign * size
}

/// Python's `repr` of `bytes`.
pub(super) fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = format!("b{}", char::from(quote));
    for &byte in bytes {
        match byte {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\\' => out.push_str("\\\\"),
            _ if byte == quote => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            // Writing to a string can't fail.
            _ => _ = write!(out, "\\x{byte:02x}"),
        }
    }
    out.push(char::from(quote));
    out
}

/// NumPy's `str` of a void: every byte escaped.
fn hex(bytes: &[u8]) -> String {
    let mut out = String::from("b'");
    for byte in bytes {
        _ = write!(out, "\\x{byte:02X}");
    }
    out.push('\'');
    out
}
