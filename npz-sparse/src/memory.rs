//! Memory that grows with the matrix: where it is short, that is an error and no abort.

use std::io;

use ndarray::{ArrayD, IxDyn};
use npz_core::{Error, Result};

/// What is short of memory, for messages.
pub(crate) const INDICES: &str = "indices of a sparse matrix";

pub(crate) fn with_room<T>(len: usize, what: &str) -> Result<Vec<T>> {
    let mut items = Vec::new();
    if items.try_reserve_exact(len).is_err() {
        let message = format!("can't allocate {} bytes for the {what}", len.saturating_mul(size_of::<T>()));
        return Err(io::Error::new(io::ErrorKind::OutOfMemory, message).into());
    }
    Ok(items)
}

/// Cells of a dense array that starts with the default value everywhere.
pub(crate) fn dense<A: Clone + Default>(shape: &[usize]) -> Result<ArrayD<A>> {
    let short = || {
        Error::custom(format!(
            "a dense array of shape {shape:?} does not fit into memory: keep the matrix sparse"
        ))
    };
    let len = shape.iter().try_fold(1_usize, |len, &axis| len.checked_mul(axis)).ok_or_else(short)?;
    let mut cells = with_room(len, "dense array").map_err(|_| short())?;
    cells.resize(len, A::default());
    ArrayD::from_shape_vec(IxDyn(shape), cells).map_err(|_| short())
}
