//! Tables taken apart: the cells of columns out of rows, and cells out of bytes. Some at a time, so that both together take little more
//! memory than one.

use std::io;

use npz_core::{AnyArray, Cast, DType, Element, RawArray, Result};

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
        let mut last = cells.drain(cells.len() - some..).rev();
        while last.len() > 0 {
            for (column, cell) in columns.iter_mut().rev().zip(&mut last) {
                column.push(cell);
            }
        }
        drop(last);
        cells.shrink_to_fit();
    }
    for column in &mut columns {
        column.reverse();
    }
    Ok(columns)
}

/// Takes rows of so many bytes apart: of each a part that begins at a place, into memory of its own. From the end too.
pub(crate) fn take_apart(mut bytes: Vec<u8>, size: usize, parts: &mut [(usize, usize, &mut [u8])]) {
    let mut row = bytes.len() / size.max(1);
    while row > 0 {
        let some = row.min(STEP / size + 1);
        row -= some;
        let last = &bytes[row * size..];
        for (place, width, part) in &mut *parts {
            let cells = &mut part[row * *width..];
            // A length that is known takes a move, not a call.
            match width {
                4 => copy::<4>(last, size, *place, cells),
                8 => copy::<8>(last, size, *place, cells),
                width => {
                    for (cell, row) in cells.chunks_exact_mut((*width).max(1)).zip(last.chunks_exact(size)) {
                        cell.copy_from_slice(&row[*place..][..*width]);
                    }
                }
            }
        }
        bytes.truncate(row * size);
        bytes.shrink_to_fit();
    }
}

fn copy<const N: usize>(rows: &[u8], size: usize, place: usize, cells: &mut [u8]) {
    for (cell, row) in cells.chunks_exact_mut(N).zip(rows.chunks_exact(size)) {
        cell.copy_from_slice(&row[place..place + N]);
    }
}
