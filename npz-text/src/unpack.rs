//! Tables taken apart: the cells of columns out of rows, and cells out of bytes. Some at a time, so that both together take little more
//! memory than one.

use std::io;

use npz_core::{AnyArray, Cast, DType, Element, RawArray, Result};

use crate::layout::places;

/// Cells of a Rust type from their bytes. From the end, some at a time, so that the memory of what is done is given back: both
/// together take little more than one.
pub(crate) fn typed<A: Element>(dtype: &DType, mut bytes: Vec<u8>) -> Result<Vec<A>> {
    let size = dtype.item_size();
    let mut cells = Vec::new();
    let count = bytes.len() / size;
    cells.try_reserve_exact(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    while cells.len() < count {
        let left = count - cells.len();
        let some = left.min(STEP / size + 1);
        let last = bytes.split_off((left - some) * size);
        bytes.shrink_to_fit();
        let some = AnyArray::from(RawArray::new(dtype.clone(), &[some], last)?).to_array::<A>(Cast::Safe)?;
        let some: Vec<A> = some.into_iter().collect();
        cells.extend(some.into_iter().rev());
    }
    cells.reverse();
    Ok(cells)
}

/// The bytes of which cells are made at a time.
const STEP: usize = 4 << 20;

/// Columns out of rows of so many cells. From the end, as in `typed`.
pub(crate) fn unpacked<T>(mut cells: Vec<T>, width: usize) -> Result<Vec<Vec<T>>> {
    let mut columns = Vec::new();
    for _ in 0..width {
        let mut column = Vec::new();
        let rows = cells.len() / width;
        column.try_reserve_exact(rows).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        columns.push(column);
    }
    let most = (STEP / (size_of::<T>() * width).max(1)).max(1);
    while !cells.is_empty() {
        let some = most.min(cells.len() / width) * width;
        let last = cells.split_off(cells.len() - some);
        cells.shrink_to_fit();
        for (index, cell) in last.into_iter().enumerate().rev() {
            columns[index % width].push(cell);
        }
    }
    for column in &mut columns {
        column.reverse();
    }
    Ok(columns)
}

/// The fields of rows, or so many cells of each, each as bytes of its own. From the end too.
pub(crate) fn fields_of(dtype: &DType, mut bytes: Vec<u8>, columns: usize) -> Result<Vec<(DType, Vec<u8>)>> {
    let item = dtype.item_size();
    let is_record = dtype.fields().is_some();
    let all = if is_record {
        places(dtype)
    } else {
        (0..columns).map(|column| (column * item, dtype.clone())).collect()
    };
    let size = if is_record { item } else { item * columns }.max(1);
    let mut row = bytes.len() / size;
    let zeroed = |(_, dtype): &(usize, DType)| bytemuck::allocation::try_zeroed_vec(row * dtype.item_size());
    let fields: Result<Vec<Vec<u8>>, ()> = all.iter().map(zeroed).collect();
    let mut fields = fields.map_err(|()| io::Error::from(io::ErrorKind::OutOfMemory))?;
    while row > 0 {
        let some = row.min(STEP / size + 1);
        row -= some;
        let last = bytes.split_off(row * size);
        bytes.shrink_to_fit();
        for ((offset, dtype), field) in all.iter().zip(&mut fields) {
            let size_of_field = dtype.item_size();
            let cells = field[row * size_of_field..].chunks_exact_mut(size_of_field.max(1));
            for (cell, row) in cells.zip(last.chunks_exact(size)) {
                cell.copy_from_slice(&row[*offset..][..size_of_field]);
            }
        }
    }
    Ok(all.into_iter().zip(fields).map(|((_, dtype), bytes)| (dtype, bytes)).collect())
}
