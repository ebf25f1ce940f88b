//! Memory that grows with the data: where it is short that is an error, and no abort.
//!
//! `Vec::extend`, `collect`, `clone` and their like end the process where there is no memory. What holds an array, or a
//! piece of one whose cells may be huge, is made here: room is made once, then it is filled.

mod huge;

use std::borrow::Cow;
#[cfg(feature = "serde")]
use std::io;

use ndarray::{ArrayD, ArrayRef, Dimension, IxDyn, ShapeBuilder};

use crate::error::{Error, Result};

/// What is mostly short of memory where members are many.
pub(crate) const MEMBERS: &str = "list of members";

fn short<T>(len: usize, what: &str) -> Error {
    Error::no_memory((len as u64).saturating_mul(size_of::<T>() as u64), what)
}

/// Makes room for so many more items, and some to come, as `Vec` does.
pub(crate) fn reserve<T>(items: &mut Vec<T>, more: usize, what: &str) -> Result<()> {
    items.try_reserve(more).map_err(|_| short::<T>(items.len().saturating_add(more), what))
}

/// An empty vector with room for so many items.
pub(crate) fn with_room<T>(len: usize, what: &str) -> Result<Vec<T>> {
    let mut items = Vec::new();
    items.try_reserve_exact(len).map_err(|_| short::<T>(len, what))?;
    Ok(items)
}

/// Bytes that are zero.
pub(crate) fn zeros(len: usize, what: &str) -> Result<Vec<u8>> {
    zeroed(len).ok_or_else(|| short::<u8>(len, what))
}

/// Cells that are zero; `None` where memory is short. Their pages come from the system untouched: memory is written once,
/// by what fills it.
pub(crate) fn zeroed<A: bytemuck::Zeroable>(len: usize) -> Option<Vec<A>> {
    let mut cells = bytemuck::allocation::try_zeroed_vec(len).ok()?;
    huge::hint(&mut cells);
    Some(cells)
}

/// An empty vector with room for the cells of an array; `None` where memory is short.
pub(crate) fn room_for_cells<A>(mut cells: Vec<A>, len: usize) -> Option<Vec<A>> {
    let is_fresh = cells.capacity() < len;
    cells.try_reserve_exact(len).ok()?;
    if is_fresh {
        huge::hint(&mut cells);
    }
    Some(cells)
}

/// Makes a vector so long, what is new in it zero.
pub(crate) fn resize(bytes: &mut Vec<u8>, len: usize, what: &str) -> Result<()> {
    reserve(bytes, len.saturating_sub(bytes.len()), what)?;
    bytes.resize(len, 0);
    Ok(())
}

/// A vector that is written to.
#[cfg(feature = "serde")]
pub(crate) struct Growing(pub(crate) Vec<u8>);

#[cfg(feature = "serde")]
impl io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A slice of one's own, without the room that a vector may have left.
pub(crate) fn boxed<T>(items: Vec<T>, what: &str) -> Result<Box<[T]>> {
    // Memory of another length would be allocated anew.
    if items.len() == items.capacity() {
        return Ok(items.into_boxed_slice());
    }
    collect(items.into_iter(), what).map(Vec::into_boxed_slice)
}

/// Appends bytes.
pub(crate) fn append(bytes: &mut Vec<u8>, more: &[u8], what: &str) -> Result<()> {
    reserve(bytes, more.len(), what)?;
    bytes.extend_from_slice(more);
    Ok(())
}

/// As `to_vec`.
pub(crate) fn copy<T: Clone>(items: &[T], what: &str) -> Result<Vec<T>> {
    let mut copied = with_room(items.len(), what)?;
    copied.extend_from_slice(items);
    Ok(copied)
}

/// As `Cow::into_owned`.
pub(crate) fn into_owned(bytes: Cow<'_, [u8]>, what: &str) -> Result<Vec<u8>> {
    match bytes {
        Cow::Borrowed(bytes) => copy(bytes, what),
        Cow::Owned(bytes) => Ok(bytes),
    }
}

/// As `to_owned` of a text.
pub(crate) fn copy_text(text: &str, what: &str) -> Result<String> {
    let mut copied = String::new();
    copied.try_reserve_exact(text.len()).map_err(|_| short::<u8>(text.len(), what))?;
    copied.push_str(text);
    Ok(copied)
}

/// As `collect`.
pub(crate) fn collect<T>(items: impl ExactSizeIterator<Item = T>, what: &str) -> Result<Vec<T>> {
    let mut collected = with_room(items.len(), what)?;
    collected.extend(items);
    Ok(collected)
}

/// As `collect` of what may fail.
pub(crate) fn try_collect<T>(items: impl ExactSizeIterator<Item = Result<T>>, what: &str) -> Result<Vec<T>> {
    let mut collected = with_room(items.len(), what)?;
    for item in items {
        collected.push(item?);
    }
    Ok(collected)
}

/// What a function makes of the cells of an array, in logical order.
pub(crate) fn map_cells<A, B, D: Dimension>(
    cells: &ArrayRef<A, D>,
    what: &str,
    map: impl Fn(&A) -> B,
) -> Result<Vec<B>> {
    let mut mapped = with_room(cells.len(), what)?;
    match cells.as_slice() {
        Some(cells) => mapped.extend(cells.iter().map(map)),
        // Not `extend`, which asks ndarray for one cell after another: it is faster at going through them by itself.
        None => cells.iter().for_each(|cell| mapped.push(map(cell))),
    }
    Ok(mapped)
}

/// As `to_owned`: in C or Fortran order, as the array is.
pub(crate) fn copy_array<A: Clone>(array: &ArrayRef<A, IxDyn>, what: &str) -> Result<ArrayD<A>> {
    let turned = array.t();
    let is_fortran = !array.is_standard_layout() && turned.is_standard_layout();
    let cells = if is_fortran { copy_cells(&turned, what)? } else { copy_cells(array, what)? };
    ArrayD::from_shape_vec(IxDyn(array.shape()).set_f(is_fortran), cells).map_err(Error::custom)
}

/// A copy of the cells of an array, in logical order.
pub(crate) fn copy_cells<A: Clone, D: Dimension>(cells: &ArrayRef<A, D>, what: &str) -> Result<Vec<A>> {
    map_cells(cells, what, A::clone)
}
