//! Headers of arrays that grow: as long as before, whatever the number of rows.

use super::{Header, print};
use crate::error::{Error, Result};
use crate::shape::{self, Order};

impl Header {
    /// How many rows there are: the length of the axis that grows, the first, or the last in Fortran order. `None` where there
    /// are no axes.
    pub(crate) fn rows(&self) -> Option<usize> {
        match self.order {
            Order::C => self.shape.first().copied(),
            Order::Fortran => self.shape.last().copied(),
        }
    }

    /// The shape of one row.
    pub(crate) fn row_shape(&self) -> &[usize] {
        match (self.order, &self.shape[..]) {
            (_, []) => &[],
            (Order::C, [_, row @ ..]) | (Order::Fortran, [row @ .., _]) => row,
        }
    }

    /// The header of the same array with another number of rows.
    pub(crate) fn with_rows(&self, rows: usize) -> Result<Self> {
        let mut header = self.clone();
        let axis = match self.order {
            Order::C => header.shape.first_mut(),
            Order::Fortran => header.shape.last_mut(),
        };
        *axis.ok_or_else(|| Error::invalid("an array without axes has no rows"))? = rows;
        header.data_len = shape::byte_count(&header.shape, header.dtype.item_size())?;
        Ok(header)
    }

    /// The bytes of the header, in the version and as long as it was read. `None` where they need more room.
    pub(crate) fn to_bytes_in_place(&self) -> Option<Vec<u8>> {
        let text = self.version.encode(self.text().trim_end());
        (self.version.prefix_len() + text.len() < self.len).then(|| print(self.version, text, self.len))
    }
}
