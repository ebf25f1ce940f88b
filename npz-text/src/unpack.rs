//! Tables taken apart: the cells of columns out of rows, and cells out of bytes. Some at a time, so that both together take little more
//! memory than one.

use std::io;

use half::f16;
use ndarray::{ArrayD, IxDyn};
use npz_core::{AnyArray, Cast, DType, Element, Error, LongDouble, RawArray, Result};
use num_complex::Complex;

use crate::layout::{Kind, Layout};

/// Cells as an array.
pub(crate) fn array<T>(cells: Vec<T>, shape: &[usize]) -> Result<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), cells)
        .map_err(|error| Error::custom(format!("the cells do not fill the shape: {error}")))
}

/// An array of cells from their bytes, in the memory of one: [`RawArray`] copies them all.
pub(crate) fn any_of(dtype: DType, shape: &[usize], bytes: Vec<u8>) -> Result<AnyArray> {
    let cell = if dtype.fields().is_some() { None } else { Layout::of(&dtype, 1)?.cells.first().copied() };
    macro_rules! any {
        ($($kind:pat => $type:ty,)*) => {
            match cell.map(|cell| cell.kind) {
                $(Some($kind) => array(typed::<$type>(&dtype, bytes)?, shape)?.into(),)*
                Some(Kind::DateTime(_) | Kind::TimeDelta(_)) => {
                    let ticks = DType::parse("i8")?.with_byte_order(dtype.byte_order());
                    array(typed::<i64>(&ticks, bytes)?, shape)?.into()
                }
                _ => return Ok(RawArray::new(dtype, shape, bytes)?.into()),
            }
        };
    }
    let any: AnyArray = any! {
        Kind::Bool => bool,
        Kind::Text(1..) => String,
        Kind::Bytes(1..) => Vec<u8>,
        Kind::Int16 => i16,
        Kind::Int32 => i32,
        Kind::Int64 => i64,
        Kind::UInt16 => u16,
        Kind::UInt32 => u32,
        Kind::UInt64 => u64,
        Kind::Float16 => f16,
        Kind::Float32 => f32,
        Kind::Float64 => f64,
        Kind::LongDouble => LongDouble,
        Kind::Complex64 => Complex<f32>,
        Kind::Complex128 => Complex<f64>,
        Kind::ComplexLongDouble => Complex<LongDouble>,
    };
    stored_as(any, &dtype)
}

/// The same cells, saved in the byte order of a dtype, as texts of its width, or as times of its unit.
pub(crate) fn stored_as(any: AnyArray, dtype: &DType) -> Result<AnyArray> {
    if dtype.item_size() == 0 {
        return Ok(any);
    }
    // What an array is saved as stays with it when others are put into it.
    let mut stored = AnyArray::from(RawArray::new(dtype.clone(), &[0], Vec::new())?);
    macro_rules! put {
        ($($variant:ident)*) => {
            match (&mut stored, any) {
                $((AnyArray::$variant(place), AnyArray::$variant(cells)) => **place = cells.into(),)*
                (
                    AnyArray::DateTime64 { ticks, .. } | AnyArray::TimeDelta64 { ticks, .. },
                    AnyArray::Int64(cells),
                ) => **ticks = cells.into(),
                (_, any) => return any.cast(dtype, Cast::Safe),
            }
        };
    }
    put!(
        Bool Int16 Int32 Int64 UInt16 UInt32 UInt64 Float16 Float32 Float64 LongDouble Complex64 Complex128 ComplexLongDouble Str
        Bytes
    );
    Ok(stored)
}

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
