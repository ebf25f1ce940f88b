//! Descriptors as NumPy prints them. Mirrors `repr(dtype_to_descr(dtype))`.

use std::fmt;

use super::{DType, Field, Parts};
use crate::literal::repr;
use crate::shape::python_tuple;

impl DType {
    /// The text of `'descr'` in a header: like `Display`, but a single cell's dtype stands in quotes.
    pub(crate) fn descr(&self) -> String {
        let text = self.to_string();
        if self.as_scalar().is_some() { repr(&text) } else { text }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parts {
            Parts::None => write!(f, "{}{}", self.byte_order.symbol(), self.code()),
            Parts::Items(item, shape) => write!(f, "({}, {})", item.descr(), python_tuple(shape)),
            Parts::Fields(fields) => {
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

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.title {
            None => write!(f, "({}, ", repr(&self.name))?,
            Some(title) => write!(f, "(({}, {}), ", repr(title), repr(&self.name))?,
        }
        match self.dtype.subdtype() {
            Some((item, shape)) => write!(f, "{}, {})", item.descr(), python_tuple(shape)),
            None => write!(f, "{})", self.dtype.descr()),
        }
    }
}
