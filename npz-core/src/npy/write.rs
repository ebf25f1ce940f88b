//! From arrays to stored bytes, in the order that NumPy would choose.

use std::io::Write;

use ndarray::{ArrayRef, ArrayViewD, Axis, CowArray, Dimension, IxDyn};

use crate::any::swap_to;
use crate::dtype::{ByteOrder, DType};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::shape::Order;

/// Bytes that are gathered or encoded together.
const PIECE: usize = 256 << 10;

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
        let dtype = self.header.dtype().with_byte_order(order);
        if order == ByteOrder::Big && dtype != *self.header.dtype() {
            self.little = Some(self.header.dtype().clone());
            self.header = Header::new(dtype, self.header.shape(), self.header.order())?;
        }
        Ok(self)
    }

    /// Sets what the cells are in the file, where that says more than their type.
    pub(crate) fn of_dtype(mut self, dtype: DType) -> Result<Self> {
        self.header = Header::new(dtype, self.header.shape(), self.header.order())?;
        Ok(self)
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Writes the cells, without the header.
    pub(crate) fn write_cells(&self, out: &mut dyn Write) -> Result<()> {
        let mut put = |cells: &[A]| {
            let written = match &self.little {
                None => out.write_all(&A::encode(cells, self.header.dtype())),
                Some(little) => {
                    let mut bytes = A::encode(cells, little).into_owned();
                    swap_to(ByteOrder::Big, little, &mut bytes);
                    out.write_all(&bytes)
                }
            };
            written.map_err(|error| Error::io("can't write the array's data", error))
        };
        let item_size = self.header.dtype().item_size()?.max(size_of::<A>()).max(1);
        gather(&self.cells.view(), (PIECE / item_size).max(1), &mut put)
    }
}

/// Hands out the cells in logical order, in slices of about `piece` cells.
///
/// Contiguous memory is handed out as it lies. What is not is copied in blocks by ndarray, whose loops follow
/// the strides; an array larger than a piece is first split along its outermost axis.
fn gather<A: Element>(
    view: &ArrayViewD<'_, A>,
    piece: usize,
    put: &mut impl FnMut(&[A]) -> Result<()>,
) -> Result<()> {
    if let Some(cells) = view.as_slice() {
        return cells.chunks(piece).try_for_each(put);
    }
    if view.len() <= piece {
        return match view.as_standard_layout().as_slice() {
            Some(cells) => put(cells),
            None => Ok(()),
        };
    }
    let row_len = view.len() / view.len_of(Axis(0));
    let rows = (piece / row_len).max(1);
    for block in view.axis_chunks_iter(Axis(0), rows) {
        if rows > 1 {
            gather(&block, piece, put)?;
        } else {
            gather(&block.index_axis(Axis(0), 0), piece, put)?;
        }
    }
    Ok(())
}

/// The plan for an array of any dimension type.
pub(crate) fn body<A: Element, D: Dimension>(array: &ArrayRef<A, D>) -> Result<Body<'_, A>> {
    let view = array.view().into_dyn();
    let dtype = A::dtype_of(&view)?;
    Body::new(view.into(), dtype, None)
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
        fn gathering_equals_cell_by_cell((array, order, steps, _) in any_view(), piece in 1..20usize) {
            let mut view = array.view();
            for (axis, &step) in steps.iter().enumerate() {
                view.slice_axis_inplace(Axis(axis), Slice::new(0, None, step));
            }
            let view = view.permuted_axes(order);
            let plain: Vec<u32> = view.iter().copied().collect();
            let mut gathered = Vec::new();
            let mut longest = 0;
            let put = &mut |cells: &[u32]| {
                longest = longest.max(cells.len());
                gathered.extend_from_slice(cells);
                Ok(())
            };
            gather(&view, piece, put).unwrap();
            prop_assert!(longest <= piece);
            prop_assert_eq!(gathered, plain);
        }
    }
}
