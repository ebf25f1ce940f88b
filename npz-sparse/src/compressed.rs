//! Rows or columns packed one behind another.

use ndarray::{Array1, Array2, ArrayView1};
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, FromMembers, Npz, Result};

use crate::check::Check;
use crate::format::{Format, Indices, Plain, format_methods, matrix_shape, push_matrix};

/// A sparse matrix whose rows are packed: `scipy.sparse.csr_array`, `csr_matrix`.
///
/// Row `i` has the values `data[indptr[i]..indptr[i + 1]]`, in the columns `indices[indptr[i]..indptr[i + 1]]`.
///
/// ```
/// use npz_core::Npz;
/// use npz_sparse::Csr;
///
/// #[derive(Npz)]
/// struct Corpus {
///     counts: Csr<f32>, // counts.data, counts.indices, counts.indptr, counts.shape, counts.format
///     words: Vec<String>,
/// }
///
/// let counts = Csr::new((2, 3), vec![1.0, 2.0, 3.0], vec![0, 2, 1], vec![0, 2, 3])?;
/// let corpus = Corpus { counts, words: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()] };
/// let loaded = Corpus::from_bytes(&corpus.to_bytes()?)?;
/// let row = loaded.counts.indptr[0]..loaded.counts.indptr[1];
/// assert_eq!(loaded.counts.indices[row.clone()], [0, 2]);
/// assert_eq!(loaded.counts.data[row], [1.0, 2.0]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Csr<A> {
    /// The values.
    pub data: Vec<A>,
    /// The column of each value.
    pub indices: Vec<usize>,
    /// Where each row begins, and where the last one ends: one more than there are rows.
    pub indptr: Vec<usize>,
    /// The numbers of rows and columns.
    pub shape: (usize, usize),
    /// Whether Python gets a `csr_array`, or else a `csr_matrix`.
    pub is_array: bool,
}

/// A sparse matrix whose columns are packed: `scipy.sparse.csc_array`, `csc_matrix`.
///
/// Column `j` has the values `data[indptr[j]..indptr[j + 1]]`, in the rows `indices[indptr[j]..indptr[j + 1]]`.
///
/// ```
/// use npz_core::Npz;
/// use npz_sparse::Csc;
///
/// let matrix = Csc::new((3, 2), vec![0.5, 4.0], vec![2, 0], vec![0, 1, 2])?;
/// let loaded = Csc::<f64>::from_bytes(&matrix.to_bytes()?)?;
/// let dense = loaded.to_dense(|a, b| a + b)?;
/// assert_eq!(dense, ndarray::array![[0.0, 4.0], [0.0, 0.0], [0.5, 0.0]]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Csc<A> {
    /// The values.
    pub data: Vec<A>,
    /// The row of each value.
    pub indices: Vec<usize>,
    /// Where each column begins, and where the last one ends: one more than there are columns.
    pub indptr: Vec<usize>,
    /// The numbers of rows and columns.
    pub shape: (usize, usize),
    /// Whether Python gets a `csc_array`, or else a `csc_matrix`.
    pub is_array: bool,
}

/// What a file of either format holds beside the format, unchecked.
#[derive(Npz)]
#[npz(load_only)]
pub(crate) struct Packed<A: Element> {
    pub(crate) data: Array1<A>,
    pub(crate) indices: Plain<Vec<usize>>,
    pub(crate) indptr: Plain<Vec<usize>>,
    pub(crate) shape: Plain<Vec<usize>>,
    #[npz(rename = "_is_array")]
    pub(crate) is_array: Option<Plain<bool>>,
}

impl<A: Element> Packed<A> {
    /// The values, and the indices. Each row may have room behind it: as scipy does, what no row has is left out.
    pub(crate) fn into_parts(self) -> (Vec<A>, Vec<usize>, Vec<usize>) {
        let (mut data, mut indices, indptr) = (into_vec(self.data), self.indices.0, self.indptr.0);
        if let Some(&last) = indptr.last()
            && indices.len() == data.len()
        {
            indices.truncate(last);
            data.truncate(last);
        }
        (data, indices, indptr)
    }
}

/// The cells of an array as it was read: it begins at the first value, and each lies behind the other.
pub(crate) fn into_vec<A>(array: Array1<A>) -> Vec<A> {
    array.into_raw_vec_and_offset().0
}

macro_rules! packed {
    ($name:ident, $format:literal, outer: $outer:tt, inner: $inner:tt, |$at_outer:ident, $at_inner:ident| $place:expr) => {
        impl<A> $name<A> {
            /// Makes a matrix of its parts; Python gets a sparse array. Copies nothing.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if an index lies outside of the shape, or lengths do not
            /// agree; the error names the part that is wrong, and its cell.
            pub fn new(
                shape: (usize, usize),
                data: Vec<A>,
                indices: Vec<usize>,
                indptr: Vec<usize>,
            ) -> Result<Self> {
                let matrix = Self { data, indices, indptr, shape, is_array: true };
                matrix.check(&Check::of_value(&Name::root()))?;
                Ok(matrix)
            }

            /// Counts the values that are stored, zeros included.
            pub fn nnz(&self) -> usize {
                self.data.len()
            }
        }

        impl<A> Format<A> for $name<A> {
            const NAME: &'static str = $format;
            const MARKS: &'static [&'static str] = &["indptr"];

            fn axes(&self) -> Vec<usize> {
                vec![self.shape.0, self.shape.1]
            }

            fn check(&self, check: &Check<'_>) -> Result<()> {
                let lens = (self.shape.$outer, self.shape.$inner);
                check.packed((&self.indptr, &self.indices), lens, self.data.len())
            }

            fn each(&self, mut visit: impl FnMut(&[usize], &A)) {
                for ($at_outer, pair) in self.indptr.windows(2).enumerate() {
                    for at in pair[0]..pair[1] {
                        let $at_inner = self.indices[at];
                        visit(&$place, &self.data[at]);
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
                let data = ArrayView1::from(&self.data);
                push_matrix(members, name, Self::NAME, &shape, indices, data, self.is_array)
            }

            fn plan_parts<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                A: Element,
            {
                let place = name.clone();
                Packed::<A>::plan(loader, name).and_then(move |packed| Self::from_packed(packed, &place))
            }
        }

        impl<A: Element> $name<A> {
            /// Takes over what a file holds, if it is consistent.
            pub(crate) fn from_packed(packed: Packed<A>, place: &Name) -> Result<Self> {
                let check = Check::of_file(place);
                let shape = matrix_shape(&packed.shape.0, &check, "; `Sparse` takes 1 axis too")?;
                let is_array = packed.is_array.as_ref().is_some_and(|mark| mark.0);
                let (data, indices, indptr) = packed.into_parts();
                let matrix = Self { data, indices, indptr, shape, is_array };
                matrix.check(&check)?;
                Ok(matrix)
            }
        }

        format_methods!($name, Array2<A>);
    };
}

packed!(Csr, "csr", outer: 0, inner: 1, |row, column| [row, column]);
packed!(Csc, "csc", outer: 1, inner: 0, |column, row| [row, column]);
