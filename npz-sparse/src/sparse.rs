//! A sparse matrix whose format the file decides.

use ndarray::ArrayD;
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, FromMembers, Npz, Result, ToMembers};

use crate::compressed::Packed;
use crate::format::{FORMATS, Format, is_present, plan_format};
use crate::{Bsr, Coo, Csc, Csr, Dia};

/// A sparse matrix of any format: what [`scipy.sparse.load_npz`][load] gives.
///
/// A `csr_array` of 1 axis is loaded as a [`Coo`], which has any number of them.
///
/// ```
/// use npz_core::Npz;
/// use npz_sparse::{Csc, Sparse};
///
/// let bytes = Csc::new((2, 2), vec![0.5], vec![1], vec![0, 0, 1])?.to_bytes()?;
/// match Sparse::<f64>::from_bytes(&bytes)? {
///     Sparse::Csc(matrix) => assert_eq!(matrix.indices, [1]),
///     other => panic!("{}", other.format()),
/// }
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [load]: https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.load_npz.html
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sparse<A> {
    /// Packed rows.
    Csr(Csr<A>),
    /// Packed columns.
    Csc(Csc<A>),
    /// Values with their places.
    Coo(Coo<A>),
    /// Packed rows of dense blocks.
    Bsr(Bsr<A>),
    /// Diagonals.
    Dia(Dia<A>),
}

/// The same for each format.
macro_rules! each {
    ($value:expr, $matrix:ident => $result:expr) => {
        match $value {
            Sparse::Csr($matrix) => $result,
            Sparse::Csc($matrix) => $result,
            Sparse::Coo($matrix) => $result,
            Sparse::Bsr($matrix) => $result,
            Sparse::Dia($matrix) => $result,
        }
    };
}

impl<A> Sparse<A> {
    /// Names the format as scipy does: `"csr"`, `"csc"`, `"coo"`, `"bsr"`, `"dia"`.
    pub fn format(&self) -> &'static str {
        fn name<A, F: Format<A>>(_: &F) -> &'static str {
            F::NAME
        }
        each!(self, matrix => name(matrix))
    }

    /// Gives the length of each axis; 2 of them, unless the format is coo.
    pub fn shape(&self) -> Vec<usize> {
        each!(self, matrix => matrix.axes())
    }

    /// Counts the values that are stored, zeros included: `matrix.nnz`.
    pub fn nnz(&self) -> usize {
        each!(self, matrix => matrix.nnz())
    }

    /// Makes a dense array: `matrix.toarray()`. Values that stand at the same place become one by `add`.
    ///
    /// [`Csr::to_dense`] says more.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if the matrix is inconsistent, or if there is no memory for it.
    ///
    /// ```
    /// use npz_sparse::{Csr, Sparse};
    ///
    /// let matrix = Sparse::Csr(Csr::new((1, 2), vec![true], vec![1], vec![0, 1])?);
    /// assert_eq!(matrix.to_dense(|a, b| a | b)?, ndarray::array![[false, true]].into_dyn());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_dense(&self, add: impl FnMut(A, A) -> A) -> Result<ArrayD<A>>
    where
        A: Clone + Default,
    {
        each!(self, matrix => matrix.densify(add))
    }
}

impl<A: Element> ToMembers for Sparse<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        each!(self, matrix => matrix.to_members(members, name))
    }
}

impl<A: Element> FromMembers for Sparse<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let formats = FORMATS.map(|(format, _)| format);
        plan_format(loader, name, &formats, |loader, format| match format {
            "csr" => {
                let place = name.clone();
                Packed::<A>::plan(loader, name).and_then(move |packed| match packed.shape.0.len() {
                    1 => Coo::from_packed(packed, &place).map(Self::Coo),
                    _ => Csr::from_packed(packed, &place).map(Self::Csr),
                })
            }
            "csc" => Csc::plan_parts(loader, name).map(Self::Csc),
            "coo" => Coo::plan_parts(loader, name).map(Self::Coo),
            "bsr" => Bsr::plan_parts(loader, name).map(Self::Bsr),
            _ => Dia::plan_parts(loader, name).map(Self::Dia),
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        is_present(loader, name)
    }
}

impl<A: Element> Npz for Sparse<A> {}
