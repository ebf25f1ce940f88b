//! Values with a place each.

use ndarray::{Array1, Array2, ArrayD, ArrayView1, Axis};
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, FromMembers, Npz, Result};

use crate::check::Check;
use crate::compressed::{Packed, into_vec};
use crate::format::{Format, Indices, Plain, format_methods, push_matrix};
use crate::memory::{INDICES, with_room};

/// The most axes that NumPy has.
const MAX_AXES: usize = 64;
/// The members that hold the coordinates of a matrix.
const OF_A_MATRIX: [&str; 2] = ["row", "col"];
/// The member that holds those of any other number of axes, and may hold those of a matrix.
const COORDS: &str = "coords";

/// A sparse array of any number of axes whose values have their places beside them: `scipy.sparse.coo_array`,
/// `coo_matrix`.
///
/// ```
/// use npz_core::Npz;
/// use npz_sparse::Coo;
///
/// let rows = vec![0, 1, 1];
/// let columns = vec![2, 0, 0]; // twice at (1, 0): the sum counts
/// let matrix = Coo::new(vec![2, 3], vec![0.5, 1.0, 3.0], vec![rows, columns])?;
/// let loaded = Coo::<f64>::from_bytes(&matrix.to_bytes()?)?;
/// let dense = loaded.to_dense(|a, b| a + b)?;
/// assert_eq!(dense, ndarray::array![[0.0, 0.0, 0.5], [4.0, 0.0, 0.0]].into_dyn());
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

impl<A> Coo<A> {
    /// Makes an array of its parts; Python gets a sparse array. Copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if a coordinate lies outside of the shape, or lengths do not
    /// agree; the error names the part that is wrong, and its cell.
    pub fn new(shape: Vec<usize>, data: Vec<A>, coords: Vec<Vec<usize>>) -> Result<Self> {
        let array = Self { data, coords, shape, is_array: true };
        array.check(&Check::of_value(&Name::root()))?;
        Ok(array)
    }

    /// Counts the values that are stored, zeros included.
    pub fn nnz(&self) -> usize {
        self.data.len()
    }
}

/// What a file holds beside the format, unchecked.
#[derive(Npz)]
#[npz(load_only)]
struct Triplets<A: Element, C> {
    data: Array1<A>,
    #[npz(flatten)]
    coords: C,
    shape: Plain<Vec<usize>>,
    #[npz(rename = "_is_array")]
    is_array: Option<Plain<bool>>,
}

/// The coordinates of any number of axes.
#[derive(Npz)]
#[npz(load_only)]
struct Together {
    coords: Plain<Array2<usize>>,
}

/// The coordinates of a matrix.
#[derive(Npz)]
#[npz(load_only)]
struct Apart {
    row: Plain<Vec<usize>>,
    col: Plain<Vec<usize>>,
}

impl<A: Element, C> Triplets<A, C> {
    /// Makes an array, if it is consistent.
    fn into_coo(
        self,
        place: &Name,
        coords: impl FnOnce(C, usize, &Check<'_>) -> Result<Vec<Vec<usize>>>,
    ) -> Result<Coo<A>> {
        let (check, shape) = (Check::of_file(place), self.shape.0);
        let coords = coords(self.coords, shape.len(), &check)?;
        let is_array = self.is_array.is_some_and(|mark| mark.0);
        let array = Coo { data: into_vec(self.data), coords, shape, is_array };
        array.check(&check)?;
        Ok(array)
    }
}

impl<A> Format<A> for Coo<A> {
    const NAME: &'static str = "coo";
    const MARKS: &'static [&'static str] = &[OF_A_MATRIX[0], COORDS];

    fn axes(&self) -> Vec<usize> {
        self.shape.clone()
    }

    fn check(&self, check: &Check<'_>) -> Result<()> {
        let axes = self.shape.len();
        check.ensure((1..=MAX_AXES).contains(&axes), "shape", || {
            format!("expected 1 to {MAX_AXES} axes, found {axes}")
        })?;
        check.ensure(axes == 2 || self.is_array, "shape", || {
            format!("expected 2 axes, found {axes}: only a sparse array has another number of them")
        })?;
        check_axes(self.coords.len(), axes, check)?;
        for (axis, (coords, &len)) in self.coords.iter().zip(&self.shape).enumerate() {
            let member = if axes == 2 { OF_A_MATRIX[axis.min(1)] } else { COORDS };
            check.ensure(coords.len() == self.data.len(), member, || {
                format!("expected one for each of the {} values, found {}", self.data.len(), coords.len())
            })?;
            check.below(coords, len, member)?;
        }
        Ok(())
    }

    fn each(&self, mut visit: impl FnMut(&[usize], &A)) {
        let mut place = vec![0; self.coords.len()];
        for (at, value) in self.data.iter().enumerate() {
            for (index, coords) in place.iter_mut().zip(&self.coords) {
                *index = coords[at];
            }
            visit(&place, value);
        }
    }

    fn push<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()>
    where
        A: Element,
    {
        let (axes, stored) = (self.coords.len(), self.data.len());
        let (fits, data) = ((&*self.shape, stored), ArrayView1::from(&self.data));
        if let [row, column] = &*self.coords {
            let indices = |all: &[usize]| Indices::new(all.iter().copied(), stored, fits);
            let [row_name, column_name] = OF_A_MATRIX;
            let indices = [(row_name, indices(row)), (column_name, indices(column))];
            return push_matrix(members, name, Self::NAME, &self.shape, indices, data, self.is_array);
        }
        let flat = self.coords.iter().flatten().copied();
        let indices = [(COORDS, Indices::new(flat, (axes, stored), fits))];
        push_matrix(members, name, Self::NAME, &self.shape, indices, data, self.is_array)
    }

    fn plan_parts<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        A: Element,
    {
        let place = name.clone();
        if Array2::<usize>::is_present(loader, &name.join(COORDS)) {
            Triplets::<A, Together>::plan(loader, name).and_then(move |file| {
                file.into_coo(&place, |all, axes, check| split(&all.coords.0, axes, check))
            })
        } else {
            Triplets::<A, Apart>::plan(loader, name)
                .and_then(move |file| file.into_coo(&place, |each, _, _| Ok(vec![each.row.0, each.col.0])))
        }
    }
}

/// Checks that there are coordinates for each axis.
fn check_axes(found: usize, axes: usize, check: &Check<'_>) -> Result<()> {
    check.ensure(found == axes, COORDS, || {
        format!("expected coordinates for {axes} axes, as the shape says, found {found}")
    })
}

/// The coordinates of each axis. A file may claim any number of empty rows: they are counted first.
fn split(all: &Array2<usize>, axes: usize, check: &Check<'_>) -> Result<Vec<Vec<usize>>> {
    check_axes(all.nrows(), axes, check)?;
    let copied = all.axis_iter(Axis(0)).map(|coords| {
        let mut copy = with_room(coords.len(), INDICES).map_err(|error| check.in_member(error, COORDS))?;
        copy.extend(coords);
        Ok(copy)
    });
    copied.collect()
}

impl<A: Element> Coo<A> {
    /// What a file of one packed row is: `scipy.sparse.csr_array` of 1 axis.
    pub(crate) fn from_packed(packed: Packed<A>, place: &Name) -> Result<Self> {
        let check = Check::of_file(place);
        let shape = packed.shape.0.clone();
        let is_array = packed.is_array.as_ref().is_some_and(|mark| mark.0);
        let (data, indices, indptr) = packed.into_parts();
        check.packed((&indptr, &indices), (1, shape.first().copied().unwrap_or_default()), data.len())?;
        let array = Self { data, coords: vec![indices], shape, is_array };
        array.check(&check)?;
        Ok(array)
    }
}

format_methods!(Coo, ArrayD<A>);
