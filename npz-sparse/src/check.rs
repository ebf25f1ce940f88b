//! What must hold between the arrays of a sparse matrix, so that nobody who trusts it reads out of bounds.

use npz_core::extend::Name;
use npz_core::{Error, Result};

/// Checks the matrix at one place, and makes the errors of what is wrong with it.
pub(crate) struct Check<'n> {
    place: &'n Name,
    make_error: fn(String) -> Error,
}

impl<'n> Check<'n> {
    /// Of a matrix that was read.
    pub(crate) fn of_file(place: &'n Name) -> Self {
        Self { place, make_error: |message| Error::damaged(message) }
    }

    /// Of a matrix that is to be saved or used.
    pub(crate) fn of_value(place: &'n Name) -> Self {
        Self { place, make_error: |message| Error::custom(message) }
    }

    /// The error of a matrix one of whose members is wrong.
    pub(crate) fn wrong(&self, member: &str, what: impl std::fmt::Display) -> Error {
        let error = (self.make_error)(format!("the sparse matrix is inconsistent: {what}"));
        self.in_member(error, member)
    }

    /// An error that concerns one of the matrix's members.
    pub(crate) fn in_member(&self, error: Error, member: &str) -> Error {
        error.in_member(self.place.join(member).as_str())
    }

    pub(crate) fn ensure(&self, holds: bool, member: &str, what: impl FnOnce() -> String) -> Result<()> {
        if holds { Ok(()) } else { Err(self.wrong(member, what())) }
    }

    /// Checks that each index is below a length.
    pub(crate) fn below(&self, indices: &[usize], len: usize, member: &str) -> Result<()> {
        match indices.iter().position(|&index| index >= len) {
            Some(i) => {
                let found = indices[i];
                let what =
                    format!("cell {i} holds {found}, expected an index below {len}, as the shape says");
                Err(self.wrong(member, what))
            }
            None => Ok(()),
        }
    }

    /// Checks rows (or columns, or rows of blocks) that are packed one behind another: `outer` of them, with indices
    /// below `inner`, for `stored` values.
    pub(crate) fn packed(
        &self,
        (indptr, indices): (&[usize], &[usize]),
        (outer, inner): (usize, usize),
        stored: usize,
    ) -> Result<()> {
        self.ensure(outer.checked_add(1) == Some(indptr.len()), "indptr", || {
            let expected = outer as u128 + 1;
            format!("expected {expected} values, one more than the shape has rows, found {}", indptr.len())
        })?;
        let first = indptr.first().copied().unwrap_or_default();
        self.ensure(first == 0, "indptr", || format!("expected 0 as its first value, found {first}"))?;
        if let Some(i) = indptr.windows(2).position(|pair| pair[0] > pair[1]) {
            let (before, found) = (indptr[i], indptr[i + 1]);
            let what =
                format!("expected values that never fall, found {found} after {before} in cell {}", i + 1);
            return Err(self.wrong("indptr", what));
        }
        let last = indptr.last().copied().unwrap_or_default();
        self.ensure(last == indices.len(), "indptr", || {
            format!("expected {}, the number of indices, as its last value, found {last}", indices.len())
        })?;
        self.ensure(stored == indices.len(), "data", || {
            format!("expected as many values as there are indices, {}, found {stored}", indices.len())
        })?;
        self.below(indices, inner, "indices")
    }
}
