//! Descriptors as NumPy prints them. Mirrors `repr(dtype_to_descr(dtype))`.

use std::fmt;

use super::{DType, Field};
use crate::literal::repr;
use crate::shape::python_tuple;

impl DType {
    /// The text of `'descr'` in a header: like `Display`, but a single cell's dtype stands in quotes.
    pub(crate) fn descr(&self) -> String {
        match self {
            Self::Scalar(scalar) => repr(&scalar.to_string()),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => scalar.fmt(f),
            Self::Subarray(inner) => write!(f, "({}, {})", inner.item().descr(), python_tuple(inner.shape())),
            Self::Record(record) => {
                f.write_str("[")?;
                for (i, field) in record.fields().iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{field}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.title {
            None => write!(f, "({}, ", repr(&self.name))?,
            Some(title) => write!(f, "(({}, {}), ", repr(title), repr(&self.name))?,
        }
        match &self.dtype {
            DType::Subarray(inner) => write!(f, "{}, {})", inner.item().descr(), python_tuple(inner.shape())),
            other => write!(f, "{})", other.descr()),
        }
    }
}
