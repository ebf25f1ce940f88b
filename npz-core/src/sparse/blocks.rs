//! Rows of small dense blocks packed one behind another.

use std::ops::Add;

use ndarray::{Array2, Array3, Axis, Slice};

use super::check::{Checked, Fault, add_to, dense, ensure, packed};
use super::parts::{
    Width, is_present, matrix_shape, plan_format, plan_is_array, plan_plain, plan_shape, push_format,
    push_is_array,
};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// A sparse matrix of dense blocks, the rows of which are packed: `scipy.sparse.bsr_array`, `bsr_matrix`.
///
/// Row `i` of blocks has the blocks `data[indptr[i]..indptr[i + 1]]`, in the columns of blocks
/// `indices[indptr[i]..indptr[i + 1]]`.
///
/// ```
/// use ndarray::array;
/// use npz_core::Npz;
/// use npz_core::sparse::Bsr;
///
/// let blocks = array![[[1, 2], [3, 4]]]; // one block of 2 by 2
/// let matrix = Bsr::new((2, 4), blocks, vec![1], vec![0, 1])?;
/// let loaded = Bsr::<i32>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense()?, array![[0, 0, 1, 2], [0, 0, 3, 4]]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bsr<A> {
    /// The blocks: their number, their rows, their columns.
    pub data: Array3<A>,
    /// The column of blocks that each block is in.
    pub indices: Vec<usize>,
    /// Where each row of blocks begins, and where the last one ends.
    pub indptr: Vec<usize>,
    /// The numbers of rows and columns, multiples of those of a block.
    pub shape: (usize, usize),
    /// Whether Python gets a `bsr_array`, or else a `bsr_matrix`.
    pub is_array: bool,
}

impl<A> Bsr<A> {
    /// Makes a matrix of its parts; Python gets a sparse array. Copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check).
    pub fn new(
        shape: (usize, usize),
        data: Array3<A>,
        indices: Vec<usize>,
        indptr: Vec<usize>,
    ) -> Result<Self> {
        let matrix = Self { data, indices, indptr, shape, is_array: true };
        matrix.check()?;
        Ok(matrix)
    }

    /// Counts the values that are stored: all of each block.
    pub fn nnz(&self) -> usize {
        self.data.len()
    }

    /// Checks that blocks lie inside of the shape and that lengths agree. A save and a load do the same.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), which names the part that is wrong, and its cell.
    pub fn check(&self) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(&Name::root()))
    }

    pub(super) fn checked(&self) -> Checked {
        let ((rows, columns), (stored, block_rows, block_columns)) = (self.shape, self.data.dim());
        ensure(block_rows > 0 && block_columns > 0, "data", || {
            format!("expected blocks of at least 1 row and 1 column, found {block_rows} by {block_columns}")
        })?;
        ensure(rows % block_rows == 0 && columns % block_columns == 0, "shape", || {
            format!(
                "expected multiples of {block_rows} rows and {block_columns} columns, as its blocks have, found ({rows}, {columns})"
            )
        })?;
        packed(&self.indptr, &self.indices, rows / block_rows, columns / block_columns, stored)
    }

    /// Makes a dense array: `matrix.toarray()`. Values at the same place are added.
    ///
    /// Allocates a cell for each place of the shape: look at it first, if the file is a stranger's.
    ///
    /// Integer sums that overflow panic in debug builds, as `a + b` does: `to_dense_with(i64::wrapping_add)` wraps,
    /// as NumPy does. `bool` has no sum: `to_dense_with(|a, b| a | b)`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check), or if there is no memory for it.
    pub fn to_dense(&self) -> Result<Array2<A>>
    where
        A: Clone + Default + Add<Output = A>,
    {
        self.to_dense_with(|a, b| a + b)
    }

    /// Makes a dense array. Values at the same place are added by `add`.
    ///
    /// Costs what [`to_dense`](Self::to_dense) does.
    ///
    /// # Errors
    /// As [`to_dense`](Self::to_dense).
    ///
    /// ```
    /// use npz_core::sparse::Bsr;
    ///
    /// let blocks = ndarray::array![[[0i8, 100]], [[0, 100]]]; // 100 twice at (0, 1)
    /// let matrix = Bsr::new((1, 2), blocks, vec![0, 0], vec![0, 2])?;
    /// assert_eq!(matrix.to_dense_with(i8::wrapping_add)?, ndarray::array![[0, -56]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_dense_with(&self, mut add: impl FnMut(A, A) -> A) -> Result<Array2<A>>
    where
        A: Clone + Default,
    {
        self.check()?;
        let mut dense = dense::<A>(&[self.shape.0, self.shape.1])?;
        let (_, block_rows, block_columns) = self.data.dim();
        for (block_row, pair) in self.indptr.windows(2).enumerate() {
            for at in pair[0]..pair[1] {
                let (top, left) = (block_row * block_rows, self.indices[at] * block_columns);
                for ((row, column), value) in self.data.index_axis(Axis(0), at).indexed_iter() {
                    add_to(dense.get_mut([top + row, left + column].as_slice()), value, &mut add);
                }
            }
        }
        dense.into_dimensionality().map_err(Error::custom)
    }
}

impl<A: Element> Bsr<A> {
    /// Plans all members but the format.
    pub(super) fn plan_parts<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Self>
    where
        A: 's,
    {
        let indices = plan_plain::<Vec<usize>>(loader, &place.join("indices"));
        let indptr = plan_plain::<Vec<usize>>(loader, &place.join("indptr"));
        let shape = plan_shape(loader, place);
        let data = Array3::<A>::plan(loader, &place.join("data"));
        let is_array = plan_is_array(loader, place);
        let place = place.clone();
        Plan::new(move || {
            let (mut data, mut indices, indptr) = (data.finish()?, indices.finish()?, indptr.finish()?);
            // As scipy does, what no row has is left out.
            let last = indptr.last().copied().unwrap_or_default();
            if last < indices.len() && indices.len() == data.len_of(Axis(0)) {
                data.slice_axis_inplace(Axis(0), Slice::from(..last));
                indices.truncate(last);
            }
            let shape = shape.finish()?;
            let shape = matrix_shape(&shape).ok_or_else(|| {
                let shape = crate::shape::python_tuple(&shape);
                Fault::new("shape", format!("expected 2 axes, found {shape}")).in_file(&place)
            })?;
            let matrix = Self { data, indices, indptr, shape, is_array: is_array.finish()? };
            matrix.checked().map_err(|fault| fault.in_file(&place))?;
            Ok(matrix)
        })
    }
}

impl<A: Element> ToMembers for Bsr<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(name))?;
        let shape = [self.shape.0, self.shape.1];
        let width = Width::of(&shape, self.data.len());
        width.push(members, &name.join("indices"), self.indices.iter().copied())?;
        width.push(members, &name.join("indptr"), self.indptr.iter().copied())?;
        push_format(members, name, "bsr", &shape)?;
        self.data.to_members(members, &name.join("data"))?;
        push_is_array(members, name, self.is_array)
    }
}

impl<A: Element> FromMembers for Bsr<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        if plan_format(loader, name, &["bsr"]).is_none() && !loader.is_recording() {
            return Plan::refused();
        }
        Self::plan_parts(loader, name)
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        is_present(loader, name)
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        self.data.give_memory::<Used>(spares);
        self.indices.give_memory::<Used>(spares);
        self.indptr.give_memory::<Used>(spares);
    }
}

impl<A: Element> crate::npz::Npz for Bsr<A> {}
