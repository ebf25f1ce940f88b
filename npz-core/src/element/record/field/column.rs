//! From bytes to the values of one field, of some rows at a time.

use super::RecordField;
use crate::element::{BadCell, CELLS, Decoder, Step, swap_bytes};
use crate::error::Error;
use crate::memory;

/// The bytes of some rows.
#[derive(Clone, Copy)]
pub struct Rows<'b> {
    bytes: &'b [u8],
    item_size: usize,
    len: usize,
}

impl<'b> Rows<'b> {
    /// A whole number of rows; rows of no bytes come one by one.
    pub(crate) fn new(bytes: &'b [u8], item_size: usize) -> Self {
        let len = bytes.len().checked_div(item_size).unwrap_or(1);
        Self { bytes, item_size, len }
    }

    /// How many rows there are.
    #[allow(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.len
    }
}

/// One field of the rows of a file, and the values of those rows that were read last.
pub struct Column<T: RecordField> {
    pub(in crate::element::record) name: String,
    /// Bytes between the start of a row and the field.
    pub(in crate::element::record) offset: usize,
    /// `None` where the file has no such field: then the plan has a problem, and nothing is read.
    pub(in crate::element::record) decoder: Option<Decoder<T::Cell>>,
    /// The field is not in the file, and does not have to be.
    pub(in crate::element::record) is_absent: bool,
    cells: Vec<T::Cell>,
    scratch: Vec<u8>,
}

impl<T: RecordField> Column<T> {
    pub(in crate::element::record) fn new(
        name: &str,
        offset: usize,
        decoder: Option<Decoder<T::Cell>>,
        is_absent: bool,
    ) -> Self {
        Self { name: name.to_owned(), offset, decoder, is_absent, cells: Vec::new(), scratch: Vec::new() }
    }

    /// Reads the field of all rows.
    pub(in crate::element::record) fn read(&mut self, rows: Rows<'_>) -> Result<(), BadCell> {
        if self.is_absent {
            return Ok(());
        }
        self.cells_of(rows).map_err(|BadCell { index, field, message, no_memory }| {
            let count = T::COUNT.max(1);
            let mut axes = Vec::new();
            T::push_axes(&mut axes);
            let inside = if axes.is_empty() { String::new() } else { place_in(&axes, index % count) };
            // A row inside of a row has the path from there.
            let below = field.map_or_else(String::new, |field| format!(".{field}"));
            let field = Some(format!("{}{inside}{below}", self.name));
            BadCell { index: index / count, field, message, no_memory }
        })
    }

    fn cells_of(&mut self, rows: Rows<'_>) -> Result<(), BadCell> {
        let Self { cells, scratch, offset, .. } = self;
        let Some(decoder) = &mut self.decoder else {
            return Err(BadCell::new(0, "is not in the file"));
        };
        let (count, width) = (rows.len * T::COUNT, T::COUNT * decoder.item_size);
        match &mut decoder.step {
            Step::InPlace(plan) => {
                // What is there from the rows before is overwritten.
                if cells.len() < count && !(plan.grow)(cells, count) {
                    let bytes = (count as u64).saturating_mul(size_of::<T::Cell>() as u64);
                    return Err(Error::no_memory(bytes, CELLS).into());
                }
                let bytes = (plan.as_bytes)(&mut cells[..count]);
                gather(rows, *offset, width, bytes);
                swap_bytes(bytes, plan.swap_width);
            }
            Step::Convert(convert) => {
                cells.clear();
                memory::reserve(cells, count, CELLS)?;
                if decoder.item_size == 0 {
                    // Cells of no bytes: each is what an empty cell becomes.
                    (0..count).try_for_each(|_| convert(&[0], cells))?;
                } else {
                    memory::resize(scratch, rows.len * width, CELLS)?;
                    gather(rows, *offset, width, scratch);
                    convert(scratch, cells)?;
                }
            }
        }
        if cells.len() < count {
            return Err(BadCell::new(cells.len(), "is not in the file"));
        }
        Ok(())
    }

    /// The value of one of the rows that were read last.
    #[inline]
    pub(in crate::element::record) fn get(&self, row: usize) -> T {
        T::from_cells(&self.cells[row * T::COUNT..])
    }
}

/// Copies one field of each row, so that they lie side by side.
pub(crate) fn gather(rows: Rows<'_>, offset: usize, width: usize, out: &mut [u8]) {
    fn each<const W: usize>(rows: Rows<'_>, offset: usize, out: &mut [u8]) {
        for (row, slot) in rows.bytes.chunks_exact(rows.item_size).zip(out.as_chunks_mut::<W>().0) {
            if let Some(cell) = row.get(offset..offset + W) {
                slot.copy_from_slice(cell);
            }
        }
    }
    if rows.item_size == 0 {
        return;
    }
    match width {
        0 => {}
        1 => each::<1>(rows, offset, out),
        2 => each::<2>(rows, offset, out),
        4 => each::<4>(rows, offset, out),
        8 => each::<8>(rows, offset, out),
        16 => each::<16>(rows, offset, out),
        24 => each::<24>(rows, offset, out),
        _ => {
            for (row, slot) in rows.bytes.chunks_exact(rows.item_size).zip(out.chunks_exact_mut(width)) {
                if let Some(cell) = row.get(offset..offset + width) {
                    slot.copy_from_slice(cell);
                }
            }
        }
    }
}

/// The place in a small array, as it is written in Python: `[1, 2]`.
fn place_in(axes: &[usize], mut index: usize) -> String {
    let mut places: Vec<String> = Vec::new();
    for &axis in axes.iter().rev() {
        places.push((index % axis.max(1)).to_string());
        index /= axis.max(1);
    }
    places.reverse();
    format!("[{}]", places.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_python() {
        assert_eq!(place_in(&[2, 3], 5), "[1, 2]");
    }
}
