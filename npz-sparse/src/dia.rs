//! Diagonals, each as a row.

use ndarray::Array2;
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, FromMembers, Npz, Result};

use crate::check::Check;
use crate::format::{Format, Indices, Plain, format_methods, matrix_shape, push_matrix};
use crate::memory::{INDICES, with_room};

/// A sparse matrix of diagonals: `scipy.sparse.dia_array`, `dia_matrix`.
///
/// `data[[k, j]]` stands in column `j` and row `j - offsets[k]`; what that puts outside of the shape does not count.
///
/// ```
/// use ndarray::array;
/// use npz_core::Npz;
/// use npz_sparse::Dia;
///
/// let matrix = Dia::new((3, 3), array![[1, 2, 3], [9, 4, 5]], vec![0, 1])?;
/// let loaded = Dia::<i32>::from_bytes(&matrix.to_bytes()?)?;
/// assert_eq!(loaded.to_dense(i32::wrapping_add)?, array![[1, 4, 0], [0, 2, 5], [0, 0, 3]]);
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
    /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) if a diagonal has no offset, or the one of another.
    pub fn new(shape: (usize, usize), data: Array2<A>, offsets: Vec<isize>) -> Result<Self> {
        let matrix = Self { data, offsets, shape, is_array: true };
        matrix.check(&Check::of_value(&Name::root()))?;
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
}

/// What a file holds beside the format, unchecked.
#[derive(Npz)]
#[npz(load_only)]
struct Diagonals<A: Element> {
    data: Array2<A>,
    offsets: Plain<Vec<isize>>,
    shape: Plain<Vec<usize>>,
    #[npz(rename = "_is_array")]
    is_array: Option<Plain<bool>>,
}

impl<A> Format<A> for Dia<A> {
    const NAME: &'static str = "dia";
    const MARKS: &'static [&'static str] = &["offsets"];

    fn axes(&self) -> Vec<usize> {
        vec![self.shape.0, self.shape.1]
    }

    fn check(&self, check: &Check<'_>) -> Result<()> {
        let (found, diagonals) = (self.offsets.len(), self.data.nrows());
        check.ensure(found == diagonals, "offsets", || {
            format!("expected one for each of the {diagonals} diagonals, found {found}")
        })?;
        // By the offset, then by the cell: of two with the same offset the later one is at fault.
        let mut sorted = with_room(found, INDICES).map_err(|error| check.in_member(error, "offsets"))?;
        sorted.extend(self.offsets.iter().enumerate().map(|(cell, &offset)| (offset, cell)));
        sorted.sort_unstable();
        let twice = sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        match twice.map(|pair| pair[1]).min_by_key(|&(_, cell)| cell) {
            Some((offset, cell)) => {
                let what = format!("cell {cell} holds {offset}, which is there before: add the two");
                Err(check.wrong("offsets", what))
            }
            None => Ok(()),
        }
    }

    fn each(&self, mut visit: impl FnMut(&[usize], &A)) {
        for (&offset, diagonal) in self.offsets.iter().zip(self.data.rows()) {
            for column in self.columns(offset) {
                // Not negative: `columns` begins where the rows do.
                let row = column.wrapping_add_signed(offset.wrapping_neg());
                visit(&[row, column], &diagonal[column]);
            }
        }
    }

    fn push<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()>
    where
        A: Element,
    {
        let (shape, offsets) = (self.axes(), &self.offsets);
        let indices = [("offsets", Indices::new(offsets.iter().copied(), offsets.len(), (&shape, 0)))];
        push_matrix(members, name, Self::NAME, &shape, indices, self.data.view(), self.is_array)
    }

    fn plan_parts<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        A: Element,
    {
        let place = name.clone();
        Diagonals::<A>::plan(loader, name).and_then(move |file| {
            let check = Check::of_file(&place);
            let shape = matrix_shape(&file.shape.0, &check, "")?;
            let is_array = file.is_array.is_some_and(|mark| mark.0);
            let matrix = Self { data: file.data, offsets: file.offsets.0, shape, is_array };
            matrix.check(&check)?;
            Ok(matrix)
        })
    }
}

format_methods!(Dia, Array2<A>);
