//! From rows to bytes: of some rows each field in turn.

use std::borrow::Cow;

use super::RecordField;
use crate::dtype::{DType, Field};
use crate::element::record::{CHUNK, NpyRecord};
use crate::element::{CELLS, Element};
use crate::error::Result;
use crate::memory;

/// Sees the values of each field of some rows, in the order in which they are written.
pub trait EachField {
    /// One field.
    fn field<R, T: RecordField>(&mut self, rows: &[R], get: impl Fn(&R) -> &T);
}

/// The stored bytes of rows.
pub fn encode<R: NpyRecord>(rows: &[R], dtype: &DType) -> Result<Cow<'static, [u8]>> {
    let (fields, item_size) = (dtype.fields().unwrap_or_default(), dtype.item_size());
    // Padding stays zero, as in `np.zeros`.
    let mut bytes = memory::zeros(rows.len().saturating_mul(item_size), CELLS)?;
    if let Some(rows_a_chunk) = CHUNK.checked_div(item_size) {
        let rows_a_chunk = rows_a_chunk.max(1);
        for (rows, bytes) in rows.chunks(rows_a_chunk).zip(bytes.chunks_mut(rows_a_chunk * item_size)) {
            let mut scatter = Scatter { bytes, item_size, fields: fields.iter(), offset: 0, done: Ok(()) };
            R::each_field(rows, &mut scatter);
            scatter.done?;
        }
    }
    Ok(Cow::Owned(bytes))
}

/// The cells of one field of some rows.
fn cells_of<R, T: RecordField>(rows: &[R], get: impl Fn(&R) -> &T) -> Result<Vec<T::Cell>> {
    let mut cells = memory::with_room(rows.len().saturating_mul(T::COUNT), CELLS)?;
    for row in rows {
        get(row).push_cells(&mut cells);
    }
    Ok(cells)
}

/// Puts the bytes of each field at their places in the rows.
struct Scatter<'w> {
    bytes: &'w mut [u8],
    item_size: usize,
    fields: std::slice::Iter<'w, Field>,
    offset: usize,
    /// The first error.
    done: Result<()>,
}

impl EachField for Scatter<'_> {
    fn field<R, T: RecordField>(&mut self, rows: &[R], get: impl Fn(&R) -> &T) {
        // Padding before the field is passed over.
        for field in self.fields.by_ref() {
            let (offset, width) = (self.offset, field.dtype.item_size());
            self.offset += width;
            if !field.is_padding() {
                let dtype = field.dtype.subdtype().map_or(&field.dtype, |(item, _)| item);
                let put = || -> Result<()> {
                    let cells = cells_of(rows, get)?;
                    let encoded = T::Cell::encode(&cells, dtype)?;
                    scatter(&encoded, width, self.bytes, self.item_size, offset);
                    Ok(())
                };
                let done = put();
                if self.done.is_ok() {
                    self.done = done;
                }
                return;
            }
        }
    }
}

/// Copies cells that lie side by side into the rows.
fn scatter(cells: &[u8], width: usize, rows: &mut [u8], item_size: usize, offset: usize) {
    fn each<const W: usize>(cells: &[u8], rows: &mut [u8], item_size: usize, offset: usize) {
        for (row, cell) in rows.chunks_exact_mut(item_size).zip(cells.as_chunks::<W>().0) {
            if let Some(slot) = row.get_mut(offset..offset + W) {
                slot.copy_from_slice(cell);
            }
        }
    }
    match width {
        0 => {}
        1 => each::<1>(cells, rows, item_size, offset),
        2 => each::<2>(cells, rows, item_size, offset),
        4 => each::<4>(cells, rows, item_size, offset),
        8 => each::<8>(cells, rows, item_size, offset),
        _ => {
            for (row, cell) in rows.chunks_exact_mut(item_size).zip(cells.chunks_exact(width)) {
                if let Some(slot) = row.get_mut(offset..offset + width) {
                    slot.copy_from_slice(cell);
                }
            }
        }
    }
}
