//! What is written: the fields of a row type one behind the other, with padding where they are aligned or have a place.

use super::RecordField;
use crate::dtype::{DType, Field};
use crate::element::Element;
use crate::error::{Error, Result};

/// The fields of a row type as they are written.
pub struct Layout {
    is_aligned: bool,
    fields: Vec<Field>,
    size: usize,
    alignment: usize,
    /// The first field that has no dtype.
    fault: Option<Error>,
}

impl Layout {
    /// A row without fields, packed or as a C compiler would lay it out: NumPy's `align=True`.
    pub fn new(is_aligned: bool) -> Self {
        Self { is_aligned, fields: Vec::new(), size: 0, alignment: 1, fault: None }
    }

    /// Adds a field.
    pub(in crate::element::record) fn field<T: RecordField>(
        mut self,
        name: &str,
        title: Option<&str>,
    ) -> Self {
        let dtype = dtype_of::<T>();
        match dtype.and_then(DType::checked) {
            Ok(dtype) => {
                if self.is_aligned {
                    let alignment = T::Cell::alignment().max(1);
                    self.alignment = self.alignment.max(alignment);
                    self.pad_to(alignment);
                }
                self.size = self.size.saturating_add(dtype.item_size());
                self.fields.push(Field::new(name, title, dtype));
            }
            Err(error) => self.fault = self.fault.or(Some(error)),
        }
        self
    }

    /// Sets the offset of the field that is added next.
    pub fn at(self, offset: usize) -> Self {
        self.pad_up_to(offset, "the next field is to begin")
    }

    /// Sets the size of a whole row, once all fields are there.
    pub fn sized(self, itemsize: usize) -> Self {
        self.pad_up_to(itemsize, "the row is to end")
    }

    fn pad_up_to(mut self, end: usize, what: &str) -> Self {
        if let Some(padding) = end.checked_sub(self.size) {
            self.pad(padding);
        } else {
            let size = self.size;
            let message = format!(
                "{what} at byte {end}, but the fields before take {size}; give it a place behind them"
            );
            self.fault = self.fault.or(Some(Error::invalid(message)));
        }
        self
    }

    fn pad_to(&mut self, alignment: usize) {
        self.pad(self.size.next_multiple_of(alignment) - self.size);
    }

    fn pad(&mut self, padding: usize) {
        if padding > 0 {
            self.fields.push(Field::padding(padding));
            self.size += padding;
        }
    }

    /// What a row is aligned to inside of another one that is aligned.
    pub fn alignment(&self) -> usize {
        self.alignment
    }

    /// The dtype of a row.
    pub(in crate::element::record) fn dtype(mut self) -> Result<DType> {
        self.fault.take().map_or(Ok(()), Err)?;
        self.pad_to(self.alignment);
        DType::of_fields(self.fields).map_err(Error::invalid)
    }
}

/// The dtype of a field: that of its cells, which do not have to be looked at.
fn dtype_of<T: RecordField>() -> Result<DType> {
    let item = DType::of::<T::Cell>()?;
    let mut shape = Vec::new();
    T::push_axes(&mut shape);
    DType::subarray(item, shape)
}
