//! One field of a structured array as an array of its own: the records are read once, and only the field is kept.

use std::ops::Range;
use std::sync::Arc;

use ndarray::ArrayViewD;

use crate::dtype::Spot;
use crate::element::record::{Rows, gather as gather_all};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::memory::{self, copy_cells};
use crate::run::{Team, Threads};
use crate::shape::Order;
use crate::stored::{Extent, Put, Stored, Then, copy_range, fill_by_stream};

/// One field of a structured array: where it lies in the records, and the array that it makes.
#[derive(Clone)]
pub(crate) struct Column {
    header: Header,
    spot: Spot,
    /// The shape of the records, and the bytes of one.
    records: Vec<usize>,
    record_size: usize,
    /// The records are in Fortran order and the axes of the field in C order, which no header can tell: the cells have
    /// to be moved.
    is_mixed: bool,
}

impl Column {
    pub(crate) fn new(header: &Header, field: &str) -> Result<Self> {
        let spot = header.dtype().locate(field)?;
        let record_size = header.dtype().item_size();
        let mut shape = header.shape().to_vec();
        shape.extend(spot.axes.iter().map(|(len, _)| *len));
        // The axes of the field are in C order, whatever those of the records are. Only one order can be told.
        let order = header.order().as_saved(header.shape());
        let is_mixed = order == Order::Fortran && !spot.axes.is_empty();
        let order = if is_mixed { Order::C } else { order };
        let own = Header::of(spot.dtype.clone(), &shape, order)?;
        Ok(Self { header: own, spot, records: header.shape().to_vec(), record_size, is_mixed })
    }

    /// The bytes of the field in one record.
    fn width(&self) -> usize {
        let axes = self.spot.axes.iter().map(|(len, _)| *len).product::<usize>();
        axes.saturating_mul(self.spot.dtype_size())
    }

    /// How many bytes of the field there are in so many bytes of records.
    pub(super) fn available(&self, bytes: u64) -> u64 {
        let there = bytes.checked_div(self.record_size as u64).unwrap_or(0);
        there.saturating_mul(self.width() as u64).min(self.header.data_len())
    }

    /// Hands out the bytes of the field of all records that `records` hands out.
    pub(super) fn stream(
        &self,
        records: impl FnOnce(&mut Put<'_>) -> Result<()>,
        put: &mut Put<'_>,
    ) -> Result<()> {
        let mut out = Vec::new();
        records(&mut |rows| {
            if !self.is_mixed {
                out.clear();
            }
            self.take(rows, &mut out)?;
            if self.is_mixed { Ok(()) } else { put(&out) }
        })?;
        if self.is_mixed && !out.is_empty() { put(&self.moved(&out)?) } else { Ok(()) }
    }

    /// Appends the bytes of the field of some records.
    fn take(&self, rows: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Spot { offset, axes, .. } = &self.spot;
        let more = (rows.len() / self.record_size.max(1)).saturating_mul(self.width());
        memory::reserve(out, more, "field")?;
        if let Some(width) = self.spot.contiguous_size() {
            let start = out.len();
            out.resize(start + more, 0);
            gather_all(Rows::new(rows, self.record_size), *offset, width, &mut out[start..]);
        } else {
            for row in rows.chunks_exact(self.record_size.max(1)) {
                gather(row, *offset, axes, self.spot.dtype_size(), out);
            }
        }
        Ok(())
    }

    /// Moves the cells of a field that has axes of its own, in records in Fortran order.
    fn moved(&self, cells: &[u8]) -> Result<Vec<u8>> {
        let each = cells.len() / self.records.iter().product::<usize>().max(1);
        // As they came: the first axis of the records varies fastest, and the bytes of a field lie side by side.
        let came: Vec<usize> = self.records.iter().rev().copied().chain([each]).collect();
        let axes: Vec<usize> = (0..self.records.len()).rev().chain([self.records.len()]).collect();
        let view = ArrayViewD::from_shape(came, cells);
        let view =
            view.map_err(|error| Error::damaged("the records don't fill their shape").with_source(error))?;
        copy_cells(&view.permuted_axes(axes), "field")
    }
}

/// A field of an array that is there already: an array like any other.
pub(crate) struct FieldOf<'s> {
    records: Arc<dyn Stored + 's>,
    column: Column,
    /// For messages.
    field: String,
}

impl<'s> FieldOf<'s> {
    pub(crate) fn new(records: Arc<dyn Stored + 's>, field: &str) -> Result<Self> {
        let column = Column::new(records.header(), field)?;
        Ok(Self { records, column, field: field.to_owned() })
    }
}

impl Stored for FieldOf<'_> {
    fn header(&self) -> &Header {
        &self.column.header
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let mut bytes = Vec::new();
        self.stream(&Team::new(Threads::ONE), &mut |piece| memory::append(&mut bytes, piece, "field"))?;
        copy_range(&bytes, self.item_size(), cells, buffer)
    }

    /// The records are gone through.
    fn has_ranges(&self) -> bool {
        false
    }

    fn fill(&self, buffer: &mut [u8], team: &Team, then: &Then<'_>) -> Result<()> {
        fill_by_stream(self, buffer, team, then)
    }

    fn stream(&self, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let streamed = self.column.stream(|put| self.records.stream(team, put), put);
        streamed.map_err(|error| error.in_field(&self.field))
    }

    fn available(&self) -> Option<u64> {
        self.records.available().map(|bytes| self.column.available(bytes))
    }

    fn size(&self) -> u64 {
        self.records.size()
    }

    fn extent(&self) -> Option<Extent> {
        self.records.extent()
    }

    fn keep_cost(&self) -> u64 {
        self.records.keep_cost()
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let (column, field) = (self.column.clone(), self.field.clone());
        Ok(Arc::new(FieldOf { records: self.records.keep()?, column, field }))
    }
}

impl Spot {
    /// How many bytes the field has, where they lie side by side in a record.
    fn contiguous_size(&self) -> Option<usize> {
        let mut size = self.dtype_size();
        for &(len, step) in self.axes.iter().rev() {
            if step != size {
                return None;
            }
            size = size.checked_mul(len)?;
        }
        Some(size)
    }

    fn dtype_size(&self) -> usize {
        self.dtype.item_size()
    }
}

/// Appends the cells of a field in C order.
fn gather(row: &[u8], offset: usize, axes: &[(usize, usize)], width: usize, out: &mut Vec<u8>) {
    match axes.split_first() {
        None => out.extend_from_slice(row.get(offset..offset + width).unwrap_or_default()),
        // Only what is a part of a record inside of a small array comes here; inside of it cells lie side by side.
        Some((&(len, step), [])) if step == width => {
            out.extend_from_slice(row.get(offset..offset + len * step).unwrap_or_default());
        }
        Some((&(len, step), inner)) => {
            (0..len).for_each(|i| gather(row, offset + i * step, inner, width, out));
        }
    }
}
