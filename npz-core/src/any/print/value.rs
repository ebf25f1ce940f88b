//! Values as NumPy prints them.

use std::borrow::Cow;
use std::fmt;

use super::{Cell, python_item};
use crate::any::value::AnyValue;
use crate::dtype::DTypeKind;
use crate::element::time::text::time_text;

impl<'a> Cell<'a> {
    pub(crate) fn of(value: &AnyValue<'a>) -> Self {
        match *value {
            AnyValue::Bool(value) => Self::Bool(value),
            AnyValue::Int(value) => Self::Int(i128::from(value)),
            AnyValue::UInt(value) => Self::Int(i128::from(value)),
            AnyValue::Float(value) => Self::Float(value),
            AnyValue::Complex { re, im } => Self::Complex(re, im),
            AnyValue::LongDouble(value) => Self::Long(value),
            AnyValue::ComplexLongDouble { re, im } => Self::LongComplex(re, im),
            AnyValue::DateTime64 { ticks, .. } | AnyValue::TimeDelta64 { ticks, .. } => Self::Time(ticks),
            AnyValue::Str(text) => Self::Str(Cow::Borrowed(text)),
            AnyValue::Bytes(bytes) => Self::Bytes(bytes),
            AnyValue::Other { dtype, bytes } => match dtype.as_scalar() {
                Some(scalar) => Self::decode(scalar, bytes),
                None => Self::Void(bytes),
            },
        }
    }
}

impl fmt::Display for AnyValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { dtype, bytes } => f.write_str(&python_item(dtype, bytes, f.alternate())),
            Self::DateTime64 { unit, ticks } => f.write_str(&time_text(DTypeKind::DateTime, *ticks, *unit)),
            Self::TimeDelta64 { unit, ticks } => f.write_str(&time_text(DTypeKind::TimeDelta, *ticks, *unit)),
            // Widened, a number has the digits of 8 bytes, or twice 8.
            Self::Complex { .. } => f.write_str(&Cell::of(self).python(16, f.alternate())),
            other => f.write_str(&Cell::of(other).python(8, f.alternate())),
        }
    }
}
