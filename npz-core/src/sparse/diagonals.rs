//! Diagonals, each as a row.

use std::collections::HashSet;

use ndarray::Array2;

use super::check::{Checked, Fault, add_to, dense, ensure};
use super::parts::{
    Width, is_present, matrix_shape, plan_format, plan_is_array, plan_plain, plan_shape, push_format,
    push_is_array,
};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// A sparse matrix of diagonals: `scipy.sparse.dia_array`, `dia_matrix`.
///
/// `data[[k, j]]` stands in column `j` and row `j - offsets[k]`; what that puts outside of the shape does not count.
///
/// ```
/// use ndarray::array;
/// use npz_core::Npz;
/// use npz_core::sparse::Dia;
///
/// let matrix = Dia::new((3, 3), array![[1, 2, 3], [9, 4, 5]], vec![0, 1])?;
/// let loaded = Dia::<i32>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense()?, array![[1, 4, 0], [0, 2, 5], [0, 0, 3]]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dia<A> {
    /// The values: a row for each diagonal, by the column that they stand in.
    pub data: Array2<A>,
    /// Which diagonal each row is: 0 is the main one, above it are the positive ones. None may be there twice.
    pub offsets: Vec<isize>,
    /// The numbers of rows and columns.
    pub shape: (usize, usize),
    /// Whether Python gets a `dia_array`, or else a `dia_matrix`.
    pub is_array: bool,
}

impl<A> Dia<A> {
    /// Makes a matrix of its parts; Python gets a sparse array. Copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check).
    pub fn new(shape: (usize, usize), data: Array2<A>, offsets: Vec<isize>) -> Result<Self> {
        let matrix = Self { data, offsets, shape, is_array: true };
        matrix.check()?;
        Ok(matrix)
    }

    /// Counts the values that are stored inside of the shape, zeros included.
    pub fn nnz(&self) -> usize {
        let stored = self.offsets.iter().map(|&offset| self.columns(offset).len());
        stored.fold(0, usize::saturating_add)
    }

    /// The columns of a diagonal that are both stored and inside of the shape.
    fn columns(&self, offset: isize) -> std::ops::Range<usize> {
        let (rows, columns) = self.shape;
        let start = usize::try_from(offset).unwrap_or(0);
        let end = rows.saturating_add_signed(offset).min(columns).min(self.data.ncols());
        start..end.max(start)
    }

    /// Checks that each diagonal has its offset, and no two have the same. A save and a load do the same.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), which names the part that is wrong, and its cell.
    pub fn check(&self) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(&Name::root()))
    }

    pub(super) fn checked(&self) -> Checked {
        ensure(self.offsets.len() == self.data.nrows(), "offsets", || {
            format!(
                "expected one for each of the {} diagonals, found {}",
                self.data.nrows(),
                self.offsets.len()
            )
        })?;
        let mut seen = HashSet::new();
        if seen.try_reserve(self.offsets.len()).is_err() {
            let bytes = size_of_val(&*self.offsets) as u64;
            return Err(Fault::no_memory("offsets", Error::no_memory(bytes, "offsets of the diagonals")));
        }
        match self.offsets.iter().position(|offset| !seen.insert(offset)) {
            Some(i) => {
                let text = format!("cell {i} holds {}, which is there before: add the two", self.offsets[i]);
                Err(Fault::new("offsets", text))
            }
            None => Ok(()),
        }
    }

    /// Makes a dense array: `matrix.toarray()`.
    ///
    /// Allocates a cell for each place of the shape: look at it first, if the file is a stranger's.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check), or if there is no memory for it.
    pub fn to_dense(&self) -> Result<Array2<A>>
    where
        A: Clone + Default,
    {
        self.check()?;
        let mut dense = dense::<A>(&[self.shape.0, self.shape.1])?;
        for (&offset, diagonal) in self.offsets.iter().zip(self.data.rows()) {
            for column in self.columns(offset) {
                // Not negative: `columns` begins where the rows do.
                let row = column.wrapping_add_signed(offset.wrapping_neg());
                add_to(dense.get_mut([row, column].as_slice()), &diagonal[column], &mut |_, value| value);
            }
        }
        dense.into_dimensionality().map_err(Error::custom)
    }
}

impl<A: Element> Dia<A> {
    /// Plans all members but the format.
    pub(super) fn plan_parts<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Self>
    where
        A: 's,
    {
        let offsets = plan_plain::<Vec<isize>>(loader, &place.join("offsets"));
        let shape = plan_shape(loader, place);
        let data = Array2::<A>::plan(loader, &place.join("data"));
        let is_array = plan_is_array(loader, place);
        let place = place.clone();
        Plan::new(move || {
            let shape = shape.finish()?;
            let shape = matrix_shape(&shape).ok_or_else(|| {
                let shape = crate::shape::python_tuple(&shape);
                Fault::new("shape", format!("expected 2 axes, found {shape}")).in_file(&place)
            })?;
            let (data, offsets) = (data.finish()?, offsets.finish()?);
            let matrix = Self { data, offsets, shape, is_array: is_array.finish()? };
            matrix.checked().map_err(|fault| fault.in_file(&place))?;
            Ok(matrix)
        })
    }
}

impl<A: Element> ToMembers for Dia<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(name))?;
        let shape = [self.shape.0, self.shape.1];
        let width = Width::of(&shape, 0);
        width.push(members, &name.join("offsets"), self.offsets.iter().copied())?;
        push_format(members, name, "dia", &shape)?;
        self.data.to_members(members, &name.join("data"))?;
        push_is_array(members, name, self.is_array)
    }
}

impl<A: Element> FromMembers for Dia<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        if plan_format(loader, name, &["dia"]).is_none() && !loader.is_recording() {
            return Plan::refused();
        }
        Self::plan_parts(loader, name)
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        is_present(loader, name)
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        self.data.give_memory::<Used>(spares);
        self.offsets.give_memory::<Used>(spares);
    }
}

impl<A: Element> crate::npz::Npz for Dia<A> {}
