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

    /// How many brackets stand inside each other in that text.
    pub(crate) fn brackets(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::Subarray { item, .. } => 1 + item.brackets().max(1),
            Self::Record(fields) => 1 + fields.iter().map(Field::brackets).max().unwrap_or(0),
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(scalar) => scalar.fmt(f),
            Self::Subarray { item, shape } => write!(f, "({}, {})", item.descr(), python_tuple(shape)),
            Self::Record(fields) => {
                f.write_str("[")?;
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{field}")?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Field {
    fn brackets(&self) -> usize {
        let in_name = usize::from(self.title.is_some());
        let in_dtype = match &self.dtype {
            // Its shape stands beside it, not around.
            DType::Subarray { item, .. } => item.brackets().max(1),
            other => other.brackets(),
        };
        1 + in_dtype.max(in_name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.title {
            None => write!(f, "({}, ", repr(&self.name))?,
            Some(title) => write!(f, "(({}, {}), ", repr(title), repr(&self.name))?,
        }
        match &self.dtype {
            DType::Subarray { item, shape } => write!(f, "{}, {})", item.descr(), python_tuple(shape)),
            other => write!(f, "{})", other.descr()),
        }
    }
}
