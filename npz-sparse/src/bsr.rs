//! Rows of small dense blocks packed one behind another.

use ndarray::{Array2, Array3, Axis, Slice};
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, FromMembers, Npz, Result};

use crate::check::Check;
use crate::format::{Format, Indices, Plain, format_methods, matrix_shape, push_matrix};

/// A sparse matrix of dense blocks, the rows of which are packed: `scipy.sparse.bsr_array`, `bsr_matrix`.
///
/// Row `i` of blocks has the blocks `data[indptr[i]..indptr[i + 1]]`, in the columns of blocks
/// `indices[indptr[i]..indptr[i + 1]]`.
///
/// ```
/// use ndarray::array;
/// use npz_core::Npz;
/// use npz_sparse::Bsr;
///
/// let blocks = array![[[1, 2], [3, 4]]]; // one block of 2 by 2
/// let matrix = Bsr::new((2, 4), blocks, vec![1], vec![0, 1])?;
/// let loaded = Bsr::<i32>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense(i32::wrapping_add)?, array![[0, 0, 1, 2], [0, 0, 3, 4]]);
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
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if a block lies outside of the shape, or lengths do not agree;
    /// the error names the part that is wrong, and its cell.
    pub fn new(
        shape: (usize, usize),
        data: Array3<A>,
        indices: Vec<usize>,
        indptr: Vec<usize>,
    ) -> Result<Self> {
        let matrix = Self { data, indices, indptr, shape, is_array: true };
        matrix.check(&Check::of_value(&Name::root()))?;
        Ok(matrix)
    }

    /// Counts the values that are stored: all of each block.
    pub fn nnz(&self) -> usize {
        self.data.len()
    }
}

/// What a file holds beside the format, unchecked.
#[derive(Npz)]
#[npz(load_only)]
struct Blocks<A: Element> {
    data: Array3<A>,
    indices: Plain<Vec<usize>>,
    indptr: Plain<Vec<usize>>,
    shape: Plain<Vec<usize>>,
    #[npz(rename = "_is_array")]
    is_array: Option<Plain<bool>>,
}

impl<A> Format<A> for Bsr<A> {
    const NAME: &'static str = "bsr";
    const MARKS: &'static [&'static str] = &["indptr"];

    fn axes(&self) -> Vec<usize> {
        vec![self.shape.0, self.shape.1]
    }

    fn check(&self, check: &Check<'_>) -> Result<()> {
        let ((rows, columns), (stored, block_rows, block_columns)) = (self.shape, self.data.dim());
        check.ensure(block_rows > 0 && block_columns > 0, "data", || {
            format!("expected blocks of at least 1 row and 1 column, found {block_rows} by {block_columns}")
        })?;
        check.ensure(rows % block_rows == 0 && columns % block_columns == 0, "shape", || {
            format!(
                "expected multiples of {block_rows} rows and {block_columns} columns, as its blocks have, found ({rows}, {columns})"
            )
        })?;
        let lens = (rows / block_rows, columns / block_columns);
        check.packed((&self.indptr, &self.indices), lens, stored)
    }

    fn each(&self, mut visit: impl FnMut(&[usize], &A)) {
        let (_, block_rows, block_columns) = self.data.dim();
        for (block_row, pair) in self.indptr.windows(2).enumerate() {
            for at in pair[0]..pair[1] {
                let (top, left) = (block_row * block_rows, self.indices[at] * block_columns);
                for ((row, column), value) in self.data.index_axis(Axis(0), at).indexed_iter() {
                    visit(&[top + row, left + column], value);
                }
            }
        }
    }

    fn push<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()>
    where
        A: Element,
    {
        let (shape, stored) = (self.axes(), self.data.len());
        let indices = |all: &[usize]| Indices::new(all.iter().copied(), all.len(), (&shape, stored));
        let indices = [("indices", indices(&self.indices)), ("indptr", indices(&self.indptr))];
        push_matrix(members, name, Self::NAME, &shape, indices, self.data.view(), self.is_array)
    }

    fn plan_parts<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        A: Element,
    {
        let place = name.clone();
        Blocks::<A>::plan(loader, name).and_then(move |file| {
            let (mut data, mut indices, indptr) = (file.data, file.indices.0, file.indptr.0);
            // As scipy does, what no row has is left out.
            let last = indptr.last().copied().unwrap_or_default();
            if last < indices.len() && indices.len() == data.len_of(Axis(0)) {
                data.slice_axis_inplace(Axis(0), Slice::from(..last));
                indices.truncate(last);
            }
            let check = Check::of_file(&place);
            let shape = matrix_shape(&file.shape.0, &check, "")?;
            let is_array = file.is_array.is_some_and(|mark| mark.0);
            let matrix = Self { data, indices, indptr, shape, is_array };
            matrix.check(&check)?;
            Ok(matrix)
        })
    }
}

format_methods!(Bsr, Array2<A>);
