//! Values with a place each.

use std::ops::Add;

use ndarray::{Array2, ArrayD, Axis};

use super::check::{Checked, add_to, below, dense, ensure};
use super::compressed::Packed;
use super::parts::{
    Width, is_present, plan_data, plan_format, plan_is_array, plan_plain, plan_shape, push_data, push_format,
    push_is_array,
};
use crate::element::Element;
use crate::error::Result;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory::copy_cells;
use crate::shape::MAX_AXES;

/// A sparse array of any number of axes whose values have their places beside them: `scipy.sparse.coo_array`,
/// `coo_matrix`.
///
/// ```
/// use npz_core::Npz;
/// use npz_core::sparse::Coo;
///
/// let rows = vec![0, 1, 1];
/// let columns = vec![2, 0, 0]; // twice at (1, 0): the sum counts
/// let matrix = Coo::new(vec![2, 3], vec![0.5, 1.0, 3.0], vec![rows, columns])?;
/// let loaded = Coo::<f64>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense()?, ndarray::array![[0.0, 0.0, 0.5], [4.0, 0.0, 0.0]].into_dyn());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Coo<A> {
    /// The values.
    pub data: Vec<A>,
    /// For each axis, where on it each value stands: of a matrix, first the rows, then the columns.
    pub coords: Vec<Vec<usize>>,
    /// The length of each axis.
    pub shape: Vec<usize>,
    /// Whether Python gets a `coo_array`, or else a `coo_matrix`. Only arrays may have other than 2 axes.
    pub is_array: bool,
}

/// The members that hold the coordinates of a matrix.
const OF_A_MATRIX: [&str; 2] = ["row", "col"];
/// The member that holds those of any other number of axes, and may hold those of a matrix.
const COORDS: &str = "coords";

impl<A> Coo<A> {
    /// Makes an array of its parts; Python gets a sparse array. Copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as [`check`](Self::check).
    pub fn new(shape: Vec<usize>, data: Vec<A>, coords: Vec<Vec<usize>>) -> Result<Self> {
        let matrix = Self { data, coords, shape, is_array: true };
        matrix.check()?;
        Ok(matrix)
    }

    /// Counts the values that are stored, zeros included.
    pub fn nnz(&self) -> usize {
        self.data.len()
    }

    /// Checks that coordinates lie inside of the shape and that lengths agree. A save and a load do the same.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), which names the part that is wrong, and its cell.
    pub fn check(&self) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(&Name::root()))
    }

    pub(super) fn checked(&self) -> Checked {
        let axes = self.shape.len();
        ensure((1..=MAX_AXES).contains(&axes), "shape", || {
            format!("expected 1 to {MAX_AXES} axes, found {axes}")
        })?;
        ensure(axes == 2 || self.is_array, "shape", || {
            format!("expected 2 axes, found {axes}: only a sparse array has another number of them")
        })?;
        ensure(self.coords.len() == axes, COORDS, || {
            format!("expected coordinates for {axes} axes, as the shape says, found {}", self.coords.len())
        })?;
        for (axis, (coords, &len)) in self.coords.iter().zip(&self.shape).enumerate() {
            let member = if axes == 2 { OF_A_MATRIX[axis.min(1)] } else { COORDS };
            ensure(coords.len() == self.data.len(), member, || {
                format!("expected one for each of the {} values, found {}", self.data.len(), coords.len())
            })?;
            below(coords, len, member)?;
        }
        Ok(())
    }

    /// Makes a dense array: `array.toarray()`. Values at the same place are added.
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
    /// use npz_core::sparse::Coo;
    ///
    /// let matrix = Coo::new(vec![1, 2], vec![100i8, 100], vec![vec![0, 0], vec![1, 1]])?; // 100 twice at (0, 1)
    /// assert_eq!(matrix.to_dense_with(i8::wrapping_add)?, ndarray::array![[0, -56]].into_dyn());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_dense_with(&self, mut add: impl FnMut(A, A) -> A) -> Result<ArrayD<A>>
    where
        A: Clone + Default,
    {
        self.check()?;
        let mut dense = dense::<A>(&self.shape)?;
        for (at, value) in self.data.iter().enumerate() {
            let place: Vec<usize> = self.coords.iter().map(|coords| coords[at]).collect();
            add_to(dense.get_mut(place.as_slice()), value, &mut add);
        }
        Ok(dense)
    }
}

impl<A: Element> Coo<A> {
    /// What a file of one packed row is: `scipy.sparse.csr_array` of 1 axis.
    pub(super) fn from_packed(packed: Packed<A>, place: &Name) -> Result<Self> {
        let Packed { data, indices, indptr, shape, is_array } = packed;
        let len = shape.first().copied().unwrap_or_default();
        super::check::packed(&indptr, &indices, 1, len, data.len()).map_err(|fault| fault.in_file(place))?;
        let array = Self { data, coords: vec![indices], shape, is_array };
        array.checked().map_err(|fault| fault.in_file(place))?;
        Ok(array)
    }

    /// Plans all members but the format.
    pub(super) fn plan_parts<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Self>
    where
        A: 's,
    {
        let together = place.join(COORDS);
        let is_together = loader.contains(&together);
        let (all, each) = if is_together {
            (Some(plan_plain::<Array2<usize>>(loader, &together)), Vec::new())
        } else {
            (None, OF_A_MATRIX.map(|name| plan_plain::<Vec<usize>>(loader, &place.join(name))).into())
        };
        let shape = plan_shape(loader, place);
        let data = plan_data(loader, place);
        let is_array = plan_is_array(loader, place);
        let place = place.clone();
        Plan::new(move || {
            let shape = shape.finish()?;
            let coords = match all {
                Some(all) => split(&all.finish()?, shape.len(), &place)?,
                None => each.into_iter().map(Plan::finish).collect::<Result<_>>()?,
            };
            let array = Self { data: data.finish()?, coords, shape, is_array: is_array.finish()? };
            array.checked().map_err(|fault| fault.in_file(&place))?;
            Ok(array)
        })
    }
}

/// The coordinates of each axis. A file may claim any number of empty rows: they are counted first.
fn split(all: &Array2<usize>, axes: usize, place: &Name) -> Result<Vec<Vec<usize>>> {
    let are_as_many = ensure(all.nrows() == axes, COORDS, || {
        format!("expected coordinates for {axes} axes, as the shape says, found {}", all.nrows())
    });
    are_as_many.map_err(|fault| fault.in_file(place))?;
    let coords = all.axis_iter(Axis(0)).map(|coords| copy_cells(&coords, "coordinates"));
    coords.collect::<Result<_>>().map_err(|error| error.in_member(place.join(COORDS).as_str()))
}

impl<A: Element> ToMembers for Coo<A> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        self.checked().map_err(|fault| fault.in_value(name))?;
        let width = Width::of(&self.shape, self.data.len());
        if let [row, column] = &*self.coords {
            push_matrix_coords(members, name, &width, row, column)?;
        } else {
            let (axes, stored) = (self.coords.len(), self.data.len());
            let flat = self.coords.iter().flatten();
            width.push_shaped(members, &name.join(COORDS), (axes, stored), flat.copied())?;
        }
        push_format(members, name, "coo", &self.shape)?;
        push_data(members, name, &self.data)?;
        push_is_array(members, name, self.is_array)
    }
}

/// Pushes the coordinates of a matrix.
pub(super) fn push_matrix_coords(
    members: &mut Members<'_>,
    place: &Name,
    width: &Width,
    row: &[usize],
    column: &[usize],
) -> Result<()> {
    let [row_name, column_name] = OF_A_MATRIX;
    width.push(members, &place.join(row_name), row.iter().copied())?;
    width.push(members, &place.join(column_name), column.iter().copied())
}

impl<A: Element> FromMembers for Coo<A> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        if plan_format(loader, name, &["coo"]).is_none() && !loader.is_recording() {
            return Plan::refused();
        }
        Self::plan_parts(loader, name)
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        is_present(loader, name)
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        spares.give(std::mem::take(&mut self.data));
        self.coords.iter_mut().for_each(|coords| coords.give_memory::<Used>(spares));
    }
}

impl<A: Element> crate::npz::Npz for Coo<A> {}
