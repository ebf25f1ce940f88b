//! The matrices of the `sprs` crate, converted to and from ours.

use ::sprs::{CsMatI, TriMatI};
use npz_core::extend::Name;
use npz_core::{Error, Result};

use crate::check::Check;
use crate::format::Format;
use crate::{Coo, Csc, Csr, Sparse};

/// `sprs::CsMat`.
type CsMat<A> = CsMatI<A, usize>;
/// `sprs::TriMat`.
type TriMat<A> = TriMatI<A, usize>;

/// Lets a field be a `sprs::CsMat`: `#[npz(with = "npz_sparse::cs_mat")]`.
///
/// The file has a csr or csc matrix, as the field is packed; Python gets a sparse array. A save copies the matrix, and then
/// once more into the list of members: where it is too large for that, let the field be a [`Csr`].
///
/// ```
/// use npz_core::Npz;
/// use sprs::CsMat;
///
/// #[derive(Npz)]
/// struct Graph {
///     #[npz(with = "npz_sparse::cs_mat")]
///     adjacency: CsMat<f64>,
/// }
///
/// let adjacency = CsMat::new((2, 3), vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 3.0]);
/// let bytes = Graph { adjacency: adjacency.clone() }.to_bytes()?;
/// assert_eq!(Graph::from_bytes(&bytes)?.adjacency, adjacency);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub mod cs_mat {
    use super::{CsMat, Result, Sparse};

    /// Copies the matrix.
    pub fn to_npz<A: Clone>(matrix: &CsMat<A>) -> Sparse<A> {
        matrix.clone().into()
    }

    /// Takes a csr or csc matrix over; copies nothing, sorts indices where they are not.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if the format is another, or two values stand at one place.
    pub fn from_npz<A: Clone>(matrix: Sparse<A>) -> Result<CsMat<A>> {
        matrix.try_into()
    }
}

/// Lets a field be a `sprs::TriMat`: `#[npz(with = "npz_sparse::tri_mat")]`.
///
/// The file has a coo matrix; Python gets a sparse array. A save copies the matrix, as with [`cs_mat`].
///
/// ```
/// use npz_core::Npz;
/// use sprs::TriMat;
///
/// #[derive(Npz)]
/// struct Graph {
///     #[npz(with = "npz_sparse::tri_mat")]
///     edges: TriMat<f64>,
/// }
///
/// let mut edges = TriMat::new((2, 3));
/// edges.add_triplet(1, 2, 4.0);
/// let graph = Graph { edges };
/// assert_eq!(Graph::from_bytes(&graph.to_bytes()?)?.edges, graph.edges);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub mod tri_mat {
    use super::{Coo, Result, TriMat};

    /// Copies the matrix.
    pub fn to_npz<A: Clone>(matrix: &TriMat<A>) -> Coo<A> {
        matrix.into()
    }

    /// Takes an array over; copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if it has not 2 axes.
    pub fn from_npz<A>(array: Coo<A>) -> Result<TriMat<A>> {
        array.try_into()
    }
}

/// What `sprs` does not take: it wants each place once.
fn refused(error: impl std::fmt::Display) -> Error {
    Error::custom(format!(
        "`sprs` does not take the matrix: {error}; if two values stand at one place, add them: in Python by \
         `matrix.sum_duplicates()` before it is saved, or here through `sprs::TriMat`"
    ))
}

macro_rules! to_packed {
    ($ours:ident, $make:ident) => {
        /// Sorts the indices where they are not; copies nothing. `is_array` is left out.
        ///
        /// # Errors
        /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if the matrix is inconsistent or two values stand at one
        /// place.
        impl<A: Clone> TryFrom<$ours<A>> for CsMat<A> {
            type Error = Error;

            fn try_from(matrix: $ours<A>) -> Result<Self> {
                matrix.check(&Check::of_value(&Name::root()))?;
                let $ours { data, indices, indptr, shape, .. } = matrix;
                CsMatI::$make(shape, indptr, indices, data).map_err(|(.., error)| refused(error))
            }
        }
    };
}
to_packed!(Csr, new_from_unsorted);
to_packed!(Csc, new_from_unsorted_csc);

/// Takes packed rows as [`Csr`], packed columns as [`Csc`]; copies nothing. Python gets a sparse array.
impl<A> From<CsMat<A>> for Sparse<A> {
    fn from(matrix: CsMat<A>) -> Self {
        let (shape, is_csr, is_array) = (matrix.shape(), matrix.is_csr(), true);
        let (mut indptr, indices, data) = matrix.into_raw_storage();
        // What was sliced out of another matrix counts from where it was.
        let first = indptr.first().copied().unwrap_or_default();
        for at in &mut indptr {
            *at = at.saturating_sub(first);
        }
        if is_csr {
            Self::Csr(Csr { data, indices, indptr, shape, is_array })
        } else {
            Self::Csc(Csc { data, indices, indptr, shape, is_array })
        }
    }
}

/// Takes packed rows or columns; copies nothing, sorts indices where they are not. `is_array` is left out.
///
/// # Errors
/// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) for another format, and as for [`Csr`].
impl<A: Clone> TryFrom<Sparse<A>> for CsMat<A> {
    type Error = Error;

    fn try_from(matrix: Sparse<A>) -> Result<Self> {
        match matrix {
            Sparse::Csr(matrix) => matrix.try_into(),
            Sparse::Csc(matrix) => matrix.try_into(),
            other => Err(Error::custom(format!(
                "`sprs::CsMat` is csr or csc, the matrix is {}: save it in Python as `matrix.tocsr()`, or go from \
                 `Coo` through `sprs::TriMat`",
                other.format()
            ))),
        }
    }
}

/// Copies nothing. `is_array` is left out.
///
/// # Errors
/// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if the array is inconsistent or has not 2 axes.
impl<A> TryFrom<Coo<A>> for TriMat<A> {
    type Error = Error;

    fn try_from(array: Coo<A>) -> Result<Self> {
        array.check(&Check::of_value(&Name::root()))?;
        let Coo { data, coords, shape, .. } = array;
        let ([rows, columns], Ok([row, column])) = (&*shape, <[_; 2]>::try_from(coords)) else {
            return Err(Error::custom(format!("`sprs::TriMat` has 2 axes, the array has {}", shape.len())));
        };
        Ok(TriMatI::from_triplets((*rows, *columns), row, column, data))
    }
}

/// Copies the parts, which `sprs` does not give away. Python gets a sparse array.
impl<A: Clone> From<&TriMat<A>> for Coo<A> {
    fn from(matrix: &TriMat<A>) -> Self {
        let (rows, columns) = matrix.shape();
        Self {
            data: matrix.data().to_vec(),
            coords: vec![matrix.row_inds().to_vec(), matrix.col_inds().to_vec()],
            shape: vec![rows, columns],
            is_array: true,
        }
    }
}
