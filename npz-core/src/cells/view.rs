//! Cells that are looked at where they lie.

use ndarray::{ArrayView, Dimension, IxDyn, ShapeBuilder, StrideShape};

use crate::error::{Error, Result};
use crate::header::Header;
use crate::shape::Order;

/// The shape of an array whose cells lie in the order of its file.
pub(crate) fn shape_of<D: Dimension>(header: &Header) -> Result<StrideShape<D>> {
    let unfit = || Error::damaged("the shape does not fit the number of axes");
    let dim = D::from_dimension(&IxDyn(header.shape())).ok_or_else(unfit)?;
    Ok(dim.set_f(header.order() == Order::Fortran).into())
}

/// An array whose cells lie in the order of its file.
pub(crate) fn view_of<'c, A, D: Dimension>(header: &Header, cells: &'c [A]) -> Result<ArrayView<'c, A, D>> {
    ArrayView::from_shape(shape_of::<D>(header)?, cells)
        .map_err(|error| Error::damaged("the shape can't be laid out in memory").with_source(error))
}
