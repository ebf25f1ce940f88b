//! A sparse matrix whose format the file decides.

use std::ops::Add;

use ndarray::ArrayD;

use super::compressed::Packed;
use super::parts::{FORMAT, FORMATS, is_present, plan_format};
use super::{Bsr, Coo, Csc, Csr, Dia};
use crate::element::Element;
use crate::error::Result;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// A sparse matrix of any format: what [`scipy.sparse.load_npz`][load] gives.
///
/// A `csr_array` of 1 axis is loaded as a [`Coo`], which has any number of them.
///
/// ```
/// use npz_core::Npz;
/// use npz_core::sparse::{Csc, Sparse};
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
        match self {
            Self::Csr(_) => "csr",
            Self::Csc(_) => "csc",
            Self::Coo(_) => "coo",
            Self::Bsr(_) => "bsr",
            Self::Dia(_) => "dia",
        }
    }

    /// Gives the length of each axis; 2 of them, unless the format is coo.
    pub fn shape(&self) -> Vec<usize> {
        let of = |(rows, columns)| vec![rows, columns];
        match self {
            Self::Csr(matrix) => of(matrix.shape),
            Self::Csc(matrix) => of(matrix.shape),
            Self::Coo(array) => array.shape.clone(),
            Self::Bsr(matrix) => of(matrix.shape),
            Self::Dia(matrix) => of(matrix.shape),
        }
    }

    /// Counts the values that are stored, zeros included: `matrix.nnz`.
    pub fn nnz(&self) -> usize {
        each!(self, matrix => matrix.nnz())
    }

    /// Checks that all lies inside of the shape and that lengths agree. A save and a load do the same.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), which names the part that is wrong, and its cell.
    pub fn check(&self) -> Result<()> {
        each!(self, matrix => matrix.check())
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
    pub fn to_dense(&self) -> Result<ArrayD<A>>
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
    /// use npz_core::sparse::{Csr, Sparse};
    ///
    /// let matrix = Sparse::Csr(Csr::new((1, 2), vec![100i8, 100], vec![1, 1], vec![0, 2])?); // 100 twice at (0, 1)
    /// assert_eq!(matrix.to_dense_with(i8::wrapping_add)?, ndarray::array![[0, -56]].into_dyn());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_dense_with(&self, add: impl FnMut(A, A) -> A) -> Result<ArrayD<A>>
    where
        A: Clone + Default,
    {
        Ok(match self {
            Self::Csr(matrix) => matrix.to_dense_with(add)?.into_dyn(),
            Self::Csc(matrix) => matrix.to_dense_with(add)?.into_dyn(),
            Self::Coo(array) => array.to_dense_with(add)?,
            Self::Bsr(matrix) => matrix.to_dense_with(add)?.into_dyn(),
            Self::Dia(matrix) => matrix.to_dense()?.into_dyn(),
        })
    }
}

impl<A: Element> Sparse<A> {
    /// Plans the members of one format, but not its name.
    fn plan_format<'s>(loader: &mut Loader<'s>, place: &Name, format: &str) -> Plan<'s, Self>
    where
        A: 's,
    {
        let here = place.clone();
        match format {
            "csr" => Packed::<A>::plan(loader, place).and_then(move |packed| {
                if packed.shape.len() == 1 {
                    return Coo::from_packed(packed, &here).map(Self::Coo);
                }
                Csr::from_packed(packed, &here).map(Self::Csr)
            }),
            "csc" => Packed::plan(loader, place)
                .and_then(move |packed| Csc::from_packed(packed, &here))
                .map(Self::Csc),
            "coo" => Coo::plan_parts(loader, place).map(Self::Coo),
            "bsr" => Bsr::plan_parts(loader, place).map(Self::Bsr),
            _ => Dia::plan_parts(loader, place).map(Self::Dia),
        }
    }
}

impl<A: Element> ToMembers for Sparse<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        each!(self, matrix => matrix.to_members(members, name))
    }
}

impl<A: Element> Sparse<A> {
    /// Plans a matrix of one of these formats.
    fn plan_one_of<'s>(loader: &mut Loader<'s>, name: &Name, formats: &[&str]) -> Plan<'s, Self>
    where
        A: 's,
    {
        let found = plan_format(loader, name, formats);
        if loader.is_recording() {
            for &format in formats {
                let condition = format!("{} = {format:?}", name.join(FORMAT));
                loader.record_variant(condition, |loader| drop(Self::plan_format(loader, name, format)));
            }
        }
        match found {
            Some(format) => Self::plan_format(loader, name, &format),
            None => Plan::refused(),
        }
    }

    /// Plans a matrix of packed rows or columns.
    #[cfg(feature = "sprs")]
    pub(super) fn plan_packed<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        A: 's,
    {
        Self::plan_one_of(loader, name, &["csr", "csc"])
    }
}

impl<A: Element> FromMembers for Sparse<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        Self::plan_one_of(loader, name, &FORMATS.map(|(format, _)| format))
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        is_present(loader, name)
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        each!(self, matrix => matrix.give_memory::<Used>(spares));
    }
}

impl<A: Element> crate::npz::Npz for Sparse<A> {}
