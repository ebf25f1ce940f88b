//! The matrices of the `sprs` crate: members themselves, and converted to and from ours.

use sprs::{CsMatI, TriMatI};

use super::check::Checked;
use super::compressed::push_packed;
use super::coordinates::push_matrix_coords;
use super::parts::{Width, push_data, push_format, push_is_array};
use super::{Coo, Csc, Csr, Sparse};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// `sprs::CsMat`.
type CsMat<A> = CsMatI<A, usize>;
/// `sprs::TriMat`.
type TriMat<A> = TriMatI<A, usize>;

/// What `sprs` does not take: it wants each place once.
fn refused(error: impl std::fmt::Display) -> Error {
    Error::invalid(format!(
        "`sprs` does not take the matrix: {error}; if two values stand at one place, add them: in Python by \
         `matrix.sum_duplicates()` before it is saved, or here through `sprs::TriMat`"
    ))
}

macro_rules! to_and_from_packed {
    ($ours:ident, $make:ident) => {
        /// Sorts the indices where they are not; copies nothing.
        ///
        /// # Errors
        /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the matrix is inconsistent or two values stand at one place.
        impl<A: Clone> TryFrom<$ours<A>> for CsMat<A> {
            type Error = Error;

            fn try_from(matrix: $ours<A>) -> Result<Self> {
                matrix.check()?;
                let $ours { data, indices, indptr, shape, .. } = matrix;
                CsMatI::$make(shape, indptr, indices, data).map_err(|(.., error)| refused(error))
            }
        }
    };
}
to_and_from_packed!(Csr, new_from_unsorted);
to_and_from_packed!(Csc, new_from_unsorted_csc);

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

/// Takes packed rows or columns; copies nothing, sorts indices where they are not.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for another format, and as for [`Csr`].
impl<A: Clone> TryFrom<Sparse<A>> for CsMat<A> {
    type Error = Error;

    fn try_from(matrix: Sparse<A>) -> Result<Self> {
        match matrix {
            Sparse::Csr(matrix) => matrix.try_into(),
            Sparse::Csc(matrix) => matrix.try_into(),
            other => Err(Error::invalid(format!(
                "`sprs::CsMat` is csr or csc, the matrix is {}: save it in Python as `matrix.tocsr()`, or go from \
                 `Coo` through `sprs::TriMat`",
                other.format()
            ))),
        }
    }
}

/// Copies nothing.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the array is inconsistent or has not 2 axes.
impl<A> TryFrom<Coo<A>> for TriMat<A> {
    type Error = Error;

    fn try_from(array: Coo<A>) -> Result<Self> {
        array.check()?;
        let Coo { data, coords, shape, .. } = array;
        let ([rows, columns], Ok([row, column])) = (&*shape, <[_; 2]>::try_from(coords)) else {
            return Err(Error::invalid(format!("`sprs::TriMat` has 2 axes, the array has {}", shape.len())));
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

/// Saved as [`Csr`] or [`Csc`], by how it is packed; Python gets a sparse array.
impl<A: Element> ToMembers for CsMat<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let format = if self.is_csr() { "csr" } else { "csc" };
        let indptr = self.indptr();
        let indptr = indptr.to_proper();
        push_packed(members, name, format, self.shape(), (self.data(), self.indices(), &indptr), true)
    }
}

/// Loaded from csr and csc; indices are sorted where they are not.
impl<A: Element> FromMembers for CsMat<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let place = name.clone();
        Sparse::plan_packed(loader, name).and_then(move |matrix| {
            Self::try_from(matrix).map_err(|error| error.in_member(place.join("indices").as_str()))
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        Csr::<A>::is_present(loader, name)
    }
}

impl<A: Element> crate::npz::Npz for CsMat<A> {}

/// Saved as [`Coo`]; Python gets a sparse array.
impl<A: Element> ToMembers for TriMat<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let shape = [self.rows(), self.cols()];
        let (row, column) = (self.row_inds(), self.col_inds());
        // `sprs` lets triplets lie outside.
        check_triplets(row, column, shape).map_err(|fault| fault.in_value(name))?;
        push_matrix_coords(members, name, &Width::of(&shape, self.nnz()), row, column)?;
        push_format(members, name, "coo", &shape)?;
        push_data(members, name, self.data())?;
        push_is_array(members, name, true)
    }
}

fn check_triplets(row: &[usize], column: &[usize], [rows, columns]: [usize; 2]) -> Checked {
    super::check::below(row, rows, "row")?;
    super::check::below(column, columns, "col")
}

/// Loaded from coo with 2 axes.
impl<A: Element> FromMembers for TriMat<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let place = name.clone();
        Coo::plan(loader, name).and_then(move |array| {
            Self::try_from(array).map_err(|error| error.in_member(place.join("shape").as_str()))
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        Coo::<A>::is_present(loader, name)
    }
}

impl<A: Element> crate::npz::Npz for TriMat<A> {}
