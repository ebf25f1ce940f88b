//! One cell to print: decoded from its bytes, whatever their order.

use std::borrow::Cow;
use std::fmt::Write;

use super::float;
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::element::time::text::NAT;
use crate::element::{LongDouble, f16_to_f64};
use crate::literal;

/// A cell without fields.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
    Long(LongDouble),
    LongComplex(LongDouble, LongDouble),
    Str(Cow<'a, str>),
    Bytes(&'a [u8]),
    Void(&'a [u8]),
    /// A count of ticks.
    Time(i64),
}

impl<'a> Cell<'a> {
    /// A long double that is not of x87 stays the bytes that it is.
    pub(crate) fn decode(scalar: &DType, bytes: &'a [u8]) -> Self {
        let order = scalar.byte_order();
        match scalar.kind() {
            DTypeKind::Bool => Self::Bool(bytes.iter().any(|&byte| byte != 0)),
            DTypeKind::Int => Self::Int(signed(bytes, order)),
            DTypeKind::Uint => Self::Int(i128::from(word(bytes, order))),
            DTypeKind::Float if bytes.len() > 8 => long(bytes, order).map_or(Self::Void(bytes), Self::Long),
            DTypeKind::Float => Self::Float(real(bytes, order)),
            DTypeKind::Complex => {
                let (re, im) = bytes.split_at(bytes.len() / 2);
                match (long(re, order), long(im, order)) {
                    (Some(re), Some(im)) => Self::LongComplex(re, im),
                    _ if re.len() > 8 => Self::Void(bytes),
                    _ => Self::Complex(real(re, order), real(im, order)),
                }
            }
            DTypeKind::Bytes => Self::Bytes(trim(bytes)),
            DTypeKind::Unicode => {
                let text: String = bytes
                    .chunks_exact(4)
                    .map(|unit| {
                        char::from_u32(word(unit, order) as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
                    })
                    .collect();
                Self::Str(Cow::Owned(text.trim_end_matches('\0').to_owned()))
            }
            DTypeKind::DateTime | DTypeKind::TimeDelta => Self::Time(signed(bytes, order) as i64),
            DTypeKind::Void | DTypeKind::Object => Self::Void(bytes),
        }
    }

    /// A float, or the two of a complex number, with the digits that an `f64` has; `None` for what it has no room for.
    pub(super) fn parts(&self) -> Option<(f64, f64)> {
        let near = |long: LongDouble| {
            let x = long.to_f64();
            (x.is_finite() == long.is_finite() && (x == 0.0) == (long == LongDouble::default())).then_some(x)
        };
        match *self {
            Self::Float(x) => Some((x, 0.0)),
            Self::Complex(re, im) => Some((re, im)),
            Self::Long(x) => near(x).map(|x| (x, 0.0)),
            Self::LongComplex(re, im) => near(re).zip(near(im)),
            _ => None,
        }
    }

    /// As Python prints the value alone: `str`, or with quotes `repr`. Floats of `size` bytes have their own digits.
    pub(crate) fn python(&self, size: usize, quoted: bool) -> String {
        match self {
            Self::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => float::scalar(*value, size),
            Self::Complex(re, im) => float::complex_scalar(*re, *im, size / 2),
            Self::Long(value) => value.to_string(),
            Self::LongComplex(re, im) => {
                let is_imaginary = *re == LongDouble::default() && !re.is_sign_negative();
                let [re, im] = [re, im].map(|part| part.to_string().trim_end_matches(".0").to_owned());
                float::complex_text(&re, &im, is_imaginary)
            }
            Self::Str(text) if quoted => literal::repr(text),
            Self::Str(text) => text.to_string(),
            Self::Bytes(bytes) => repr_bytes(bytes),
            Self::Void(bytes) => hex(bytes),
            Self::Time(NAT) => "NaT".to_owned(),
            Self::Time(ticks) => ticks.to_string(),
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

/// A float of up to 8 bytes.
fn real(bytes: &[u8], order: ByteOrder) -> f64 {
    match bytes.len() {
        // float8_e5m2: the upper half of an f16.
        1 => f16_to_f64((word(bytes, order) as u16) << 8),
        2 => f16_to_f64(word(bytes, order) as u16),
        4 => f64::from(f32::from_bits(word(bytes, order) as u32)),
        _ => f64::from_bits(word(bytes, order)),
    }
}

/// Ten bytes of an x87 number, then padding.
fn long(bytes: &[u8], order: ByteOrder) -> Option<LongDouble> {
    let mut number = *bytes.first_chunk::<10>()?;
    if order == ByteOrder::Big {
        number = *bytes.last_chunk::<10>()?;
        number.reverse();
    }
    LongDouble::from_le_bytes(number).ok()
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
