//! Rows or columns packed one behind another.

use std::ops::Add;

use ndarray::Array2;

use super::check::{Checked, Fault, add_to, dense, packed, prune};
use super::parts::{
    Width, is_present, matrix_shape, plan_data, plan_format, plan_is_array, plan_plain, plan_shape,
    push_data, push_format, push_is_array,
};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// A sparse matrix whose rows are packed: `scipy.sparse.csr_array`, `csr_matrix`.
///
/// Row `i` has the values `data[indptr[i]..indptr[i + 1]]`, in the columns `indices[indptr[i]..indptr[i + 1]]`.
///
/// ```
/// use npz_core::Npz;
/// use npz_core::sparse::Csr;
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
/// use npz_core::sparse::Csc;
///
/// let matrix = Csc::new((3, 2), vec![0.5, 4.0], vec![2, 0], vec![0, 1, 2])?;
/// let loaded = Csc::<f64>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense()?, ndarray::array![[0.0, 4.0], [0.0, 0.0], [0.5, 0.0]]);
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

/// Pushes a packed matrix, from wherever its parts lie.
pub(super) fn push_packed<'a, A: Element>(
    members: &mut Members<'a>,
    place: &Name,
    format: &str,
    shape: (usize, usize),
    (data, indices, indptr): (&'a [A], &[usize], &[usize]),
    is_array: bool,
) -> Result<()> {
    let shape = [shape.0, shape.1];
    let width = Width::of(&shape, data.len());
    width.push(members, &place.join("indices"), indices.iter().copied())?;
    width.push(members, &place.join("indptr"), indptr.iter().copied())?;
    push_format(members, place, format, &shape)?;
    push_data(members, place, data)?;
    push_is_array(members, place, is_array)
}

/// What a file of either format holds, unchecked.
pub(super) struct Packed<A> {
    pub(super) data: Vec<A>,
    pub(super) indices: Vec<usize>,
    pub(super) indptr: Vec<usize>,
    pub(super) shape: Vec<usize>,
    pub(super) is_array: bool,
}

impl<A: Element> Packed<A> {
    /// Plans all members but the format.
    pub(super) fn plan<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Self> {
        let indices = plan_plain::<Vec<usize>>(loader, &place.join("indices"));
        let indptr = plan_plain::<Vec<usize>>(loader, &place.join("indptr"));
        let shape = plan_shape(loader, place);
        let data = plan_data(loader, place);
        let is_array = plan_is_array(loader, place);
        Plan::new(move || {
            let (mut data, mut indices, indptr) = (data.finish()?, indices.finish()?, indptr.finish()?);
            prune(&indptr, &mut indices, &mut data);
            Ok(Self { data, indices, indptr, shape: shape.finish()?, is_array: is_array.finish()? })
        })
    }
}

macro_rules! packed {
    ($name:ident, $format:literal, outer: $outer:tt, inner: $inner:tt, |$at_outer:ident, $at_inner:ident| $place:expr) => {
        impl<A> $name<A> {
            /// Makes a matrix of its parts; Python gets a sparse array. Copies nothing.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check).
            pub fn new(
                shape: (usize, usize),
                data: Vec<A>,
                indices: Vec<usize>,
                indptr: Vec<usize>,
            ) -> Result<Self> {
                let matrix = Self { data, indices, indptr, shape, is_array: true };
                matrix.check()?;
                Ok(matrix)
            }

            /// Counts the values that are stored, zeros included.
            pub fn nnz(&self) -> usize {
                self.data.len()
            }

            /// Checks that indices lie inside of the shape and that lengths agree. A save and a load do the same.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), which names the part that is wrong, and its cell.
            pub fn check(&self) -> Result<()> {
                self.checked().map_err(|fault| fault.in_value(&Name::root()))
            }

            pub(super) fn checked(&self) -> Checked {
                packed(&self.indptr, &self.indices, self.shape.$outer, self.shape.$inner, self.data.len())
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
            pub fn to_dense_with(&self, mut add: impl FnMut(A, A) -> A) -> Result<Array2<A>>
            where
                A: Clone + Default,
            {
                self.check()?;
                let mut dense = dense::<A>(&[self.shape.0, self.shape.1])?;
                for ($at_outer, pair) in self.indptr.windows(2).enumerate() {
                    for at in pair[0]..pair[1] {
                        let $at_inner = self.indices[at];
                        add_to(dense.get_mut($place.as_slice()), &self.data[at], &mut add);
                    }
                }
                dense.into_dimensionality().map_err(Error::custom)
            }

            /// Takes over what a file holds, if it is consistent.
            pub(super) fn from_packed(packed: Packed<A>, place: &Name) -> Result<Self> {
                let Packed { data, indices, indptr, shape, is_array } = packed;
                let Some(shape) = matrix_shape(&shape) else {
                    let shape = crate::shape::python_tuple(&shape);
                    let text = format!("expected 2 axes, found {shape}; `sparse::Sparse` takes 1 axis too");
                    return Err(Fault::new("shape", text).in_file(place));
                };
                let matrix = Self { data, indices, indptr, shape, is_array };
                matrix.checked().map_err(|fault| fault.in_file(place))?;
                Ok(matrix)
            }
        }

        impl<A: Element> ToMembers for $name<A> {
            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                self.checked().map_err(|fault| fault.in_value(name))?;
                let parts = (&*self.data, &*self.indices, &*self.indptr);
                push_packed(members, name, $format, self.shape, parts, self.is_array)
            }
        }

        impl<A: Element> FromMembers for $name<A> {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                if plan_format(loader, name, &[$format]).is_none() && !loader.is_recording() {
                    return Plan::refused();
                }
                let place = name.clone();
                Packed::plan(loader, name).and_then(move |packed| Self::from_packed(packed, &place))
            }

            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                is_present(loader, name)
            }

            fn give_memory<Used>(&mut self, spares: &mut Spares) {
                spares.give(std::mem::take(&mut self.data));
                self.indices.give_memory::<Used>(spares);
                self.indptr.give_memory::<Used>(spares);
            }
        }

        impl<A: Element> crate::npz::Npz for $name<A> {}
    };
}

packed!(Csr, "csr", outer: 0, inner: 1, |row, column| [row, column]);
packed!(Csc, "csc", outer: 1, inner: 0, |column, row| [row, column]);
