//! From arrays to stored bytes, in the order that NumPy would choose.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use ndarray::{ArrayViewD, Axis, CowArray, IxDyn, Slice};

use crate::any::{RawArray, swap_to};
use crate::dtype::{ByteOrder, DType};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::memory::copy_cells;
use crate::shape::Order;
use crate::stored::Stored;

/// An array that is about to be written: its header is made, nothing is copied.
pub(crate) struct Body<'a, A: Element> {
    header: Header,
    /// What the cells are encoded as, where the file has the other byte order.
    little: Option<DType>,
    /// The cells in the order of the file: for Fortran order, the axes are reversed.
    cells: CowArray<'a, A, IxDyn>,
}

impl<'a, A: Element> Body<'a, A> {
    /// Plans the writing of an array, as the dtype that its cells were found to fit, in the order that NumPy would
    /// choose, or in another.
    pub(crate) fn new(cells: CowArray<'a, A, IxDyn>, dtype: DType, order: Option<Order>) -> Result<Self> {
        // NumPy asks for C order first; only a purely Fortran-ordered array is written as one.
        let is_fortran = match order {
            None => !cells.is_standard_layout() && cells.t().is_standard_layout(),
            Some(order) => order.as_saved(cells.shape()) == Order::Fortran,
        };
        let order = if is_fortran { Order::Fortran } else { Order::C };
        let header = Header::new(dtype, cells.shape(), order)?;
        let cells = if is_fortran { cells.reversed_axes() } else { cells };
        Ok(Self { header, little: None, cells })
    }

    /// Sets the byte order of the file; little-endian otherwise.
    pub(crate) fn in_byte_order(mut self, order: ByteOrder) -> Result<Self> {
        if order == ByteOrder::Big {
            self.little = make_big(&mut self.header)?;
        }
        Ok(self)
    }

    /// Sets what the cells are in the file, where that says more than their type.
    pub(crate) fn of_dtype(mut self, dtype: DType) -> Result<Self> {
        self.header = with_dtype(&self.header, dtype)?;
        Ok(self)
    }

    /// What the cells are in the file, but for the byte order.
    fn encoded(&self) -> &DType {
        self.little.as_ref().unwrap_or(self.header.dtype())
    }
}

/// Turns the cells of a header big-endian, and tells what they were if that means something to them.
fn make_big(header: &mut Header) -> Result<Option<DType>> {
    let (little, big) = (header.dtype().clone(), header.dtype().with_byte_order(ByteOrder::Big));
    if little == big {
        return Ok(None);
    }
    *header = with_dtype(header, big)?;
    Ok(Some(little))
}

fn with_dtype(header: &Header, dtype: DType) -> Result<Header> {
    Header::new(dtype, header.shape(), header.order())
}

impl<A: Element> Stored for Body<'_, A> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn region(&self) -> Option<&[u8]> {
        let cells = self.cells.as_slice().filter(|_| self.little.is_none())?;
        let dtype = self.encoded();
        // Whether memory holds the stored form does not depend on the cells: so none are encoded in vain.
        let Ok(Cow::Borrowed(_)) = A::encode(cells.get(..0)?, dtype) else { return None };
        match A::encode(cells, dtype) {
            Ok(Cow::Borrowed(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let mut rest = &mut *buffer;
        gather(&self.cells.view(), cells, &mut |cells: &[A]| {
            let bytes = A::encode(cells, self.encoded())?;
            let (slot, after) = std::mem::take(&mut rest)
                .split_at_mut_checked(bytes.len())
                .ok_or_else(|| Error::invalid("cells are wider than their dtype says"))?;
            slot.copy_from_slice(&bytes);
            rest = after;
            Ok(())
        })?;
        if let Some(little) = &self.little {
            swap_to(ByteOrder::Big, little, buffer);
        }
        Ok(())
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        RawArray::copy(self).map(RawArray::into_stored)
    }
}

/// Hands out some cells, counted in logical order.
///
/// Contiguous memory is handed out as it lies. What is not is copied, by ndarray's loops, which follow the strides: whole
/// rows of the outermost axis together, and the parts of rows at both ends by themselves.
fn gather<A: Element>(
    view: &ArrayViewD<'_, A>,
    cells: Range<usize>,
    put: &mut dyn FnMut(&[A]) -> Result<()>,
) -> Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    if let Some(slice) = view.as_slice() {
        return slice.get(cells).map_or(Ok(()), put);
    }
    let row_len = view.len() / view.len_of(Axis(0)).max(1);
    let part = |row: usize, from: usize, to: usize, put: &mut dyn FnMut(&[A]) -> Result<()>| {
        gather(&view.index_axis(Axis(0), row), from..to, put)
    };
    let (first, begin) = (cells.start / row_len, cells.start % row_len);
    let (last, end) = (cells.end / row_len, cells.end % row_len);
    if first == last {
        return part(first, begin, end, put);
    }
    let mut whole = first;
    if begin > 0 {
        part(first, begin, row_len, put)?;
        whole += 1;
    }
    if whole < last {
        let rows = view.slice_axis(Axis(0), Slice::from(whole..last));
        match rows.as_slice() {
            Some(cells) => put(cells)?,
            None => put(&copy_cells(&rows, "cells")?)?,
        }
    }
    if end > 0 { part(last, 0, end, put) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, ArrayD, ShapeBuilder, Slice};
    use proptest::prelude::*;

    /// An array of up to four axes, some reversed, sliced or permuted.
    fn any_view() -> impl Strategy<Value = (ArrayD<u32>, Vec<usize>, Vec<isize>, bool)> {
        proptest::collection::vec(0..6usize, 0..4).prop_flat_map(|shape| {
            let n = shape.len();
            let order = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
            let steps = proptest::collection::vec(prop_oneof![Just(1isize), Just(-1), Just(2), Just(-3)], n);
            (Just(shape), order, steps, any::<bool>()).prop_map(|(shape, order, steps, fortran)| {
                let len = shape.iter().product::<usize>() as u32;
                let array = Array::from_shape_vec(IxDyn(&shape).set_f(fortran), (0..len).collect()).unwrap();
                (array, order, steps, fortran)
            })
        })
    }

    proptest! {
        #[test]
        fn any_range_of_any_view_equals_cell_by_cell(
            (array, order, steps, _) in any_view(),
            (start, end) in (0..40usize, 0..40usize),
        ) {
            let mut view = array.view();
            for (axis, &step) in steps.iter().enumerate() {
                view.slice_axis_inplace(Axis(axis), Slice::new(0, None, step));
            }
            let view = view.permuted_axes(order);
            let plain: Vec<u32> = view.iter().copied().collect();
            for range in [0..plain.len(), start.min(plain.len())..end.min(plain.len()).max(start.min(plain.len()))] {
                let mut gathered = Vec::new();
                let put = &mut |cells: &[u32]| {
                    gathered.extend_from_slice(cells);
                    Ok(())
                };
                gather(&view, range.clone(), put).unwrap();
                prop_assert_eq!(&gathered[..], &plain[range.clone()]);
                // The same as stored bytes, in either byte order.
                let body = Body::new(view.clone().into(), DType::of::<u32>().unwrap(), Some(Order::C)).unwrap();
                let mut bytes = vec![0; gathered.len() * 4];
                body.read_range(range.clone(), &mut bytes).unwrap();
                let little: Vec<u8> = gathered.iter().flat_map(|cell| cell.to_le_bytes()).collect();
                prop_assert_eq!(&bytes, &little);
                body.in_byte_order(ByteOrder::Big).unwrap().read_range(range, &mut bytes).unwrap();
                let big: Vec<u8> = gathered.iter().flat_map(|cell| cell.to_be_bytes()).collect();
                prop_assert_eq!(bytes, big);
            }
        }
    }
}
