//! What must hold between the arrays of a sparse matrix, so that nobody who trusts it reads out of bounds.

use ndarray::{ArrayD, IxDyn};

use crate::error::{Error, Result};
use crate::members::Name;

/// What is wrong with a matrix, and the member that shows it.
pub(super) struct Fault {
    member: &'static str,
    text: String,
    /// Nothing is wrong, but there was no memory to find out.
    no_memory: Option<Error>,
}

pub(super) type Checked = Result<(), Fault>;

impl Fault {
    pub(super) fn new(member: &'static str, text: impl Into<String>) -> Self {
        Self { member, text: text.into(), no_memory: None }
    }

    pub(super) fn no_memory(member: &'static str, error: Error) -> Self {
        Self { no_memory: Some(error), ..Self::new(member, "") }
    }

    /// What is wrong, by an error of the kind that it is.
    fn error(self, of_kind: fn(String) -> Error, place: &Name) -> Error {
        let Self { member, text, no_memory } = self;
        let error =
            no_memory.unwrap_or_else(|| of_kind(format!("the sparse matrix is inconsistent: {text}")));
        error.in_member(place.join(member).as_str())
    }

    /// The error of a file.
    pub(super) fn in_file(self, place: &Name) -> Error {
        self.error(Error::damaged, place)
    }

    /// The error of a value.
    pub(super) fn in_value(self, place: &Name) -> Error {
        self.error(Error::invalid, place)
    }
}

pub(super) fn ensure(holds: bool, member: &'static str, text: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Fault::new(member, text())) }
}

/// Checks rows (or columns, or rows of blocks) that are packed one behind another: `outer` of them, with indices below
/// `inner`, for `stored` values.
pub(super) fn packed(
    indptr: &[usize],
    indices: &[usize],
    outer: usize,
    inner: usize,
    stored: usize,
) -> Checked {
    ensure(outer.checked_add(1) == Some(indptr.len()), "indptr", || {
        format!(
            "expected {} values, one more than the shape has rows, found {}",
            outer as u128 + 1,
            indptr.len()
        )
    })?;
    let first = indptr.first().copied().unwrap_or_default();
    ensure(first == 0, "indptr", || format!("expected 0 as its first value, found {first}"))?;
    if let Some(i) = indptr.windows(2).position(|pair| pair[0] > pair[1]) {
        let text = format!(
            "expected values that never fall, found {} after {} in cell {}",
            indptr[i + 1],
            indptr[i],
            i + 1
        );
        return Err(Fault::new("indptr", text));
    }
    let last = indptr.last().copied().unwrap_or_default();
    ensure(last == indices.len(), "indptr", || {
        format!("expected {}, the number of indices, as its last value, found {last}", indices.len())
    })?;
    ensure(stored == indices.len(), "data", || {
        format!("expected as many values as there are indices, {}, found {stored}", indices.len())
    })?;
    below(indices, inner, "indices")
}

/// Checks that each index is below a length.
pub(super) fn below(indices: &[usize], len: usize, member: &'static str) -> Checked {
    match indices.iter().position(|&index| index >= len) {
        Some(i) => {
            let text =
                format!("cell {i} holds {}, expected an index below {len}, as the shape says", indices[i]);
            Err(Fault::new(member, text))
        }
        None => Ok(()),
    }
}

/// Rows are packed into `indptr`, and each may have room behind it: scipy leaves out what no row has.
pub(super) fn prune<A>(indptr: &[usize], indices: &mut Vec<usize>, data: &mut Vec<A>) {
    if let Some(&last) = indptr.last()
        && indices.len() == data.len()
    {
        indices.truncate(last);
        data.truncate(last);
    }
}

/// Cells of a dense array that starts with the default value everywhere.
pub(super) fn dense<A: Clone + Default>(shape: &[usize]) -> Result<ArrayD<A>> {
    let short = || {
        let shape = crate::shape::python_tuple(shape);
        Error::invalid(format!(
            "a dense array of shape {shape} does not fit into memory: keep the matrix sparse"
        ))
    };
    let len = crate::shape::count(shape).map_err(|_| short())?;
    let mut cells = Vec::new();
    cells.try_reserve_exact(len).map_err(|_| short())?;
    cells.resize(len, A::default());
    ArrayD::from_shape_vec(IxDyn(shape), cells).map_err(|_| short())
}

/// Adds a value to a cell. What lies outside was refused before.
pub(super) fn add_to<A: Clone>(cell: Option<&mut A>, value: &A, add: &mut impl FnMut(A, A) -> A) {
    if let Some(cell) = cell {
        *cell = add(cell.clone(), value.clone());
    }
}
