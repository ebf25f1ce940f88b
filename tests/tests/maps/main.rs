//! Files that are mapped: as fields, single arrays, members in place; exchanged with NumPy, cut off, killed.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod fields;
#[cfg(target_os = "linux")]
mod processes;
mod single;
mod update;
mod views;

use std::path::Path;

use ndarray::{Array1, Array2};
use npz_core::{Mapped, Npz};

/// Larger than what is read whole.
const CELLS: usize = 300_000;

#[derive(Npz, Debug, PartialEq)]
struct Model {
    step: u64,
    weights: Mapped<Array2<f32>>,
    bias: Mapped<Array1<f64>>,
}

fn numbers(len: usize) -> Array1<f64> {
    Array1::from_iter((0..len).map(|i| i as f64))
}

fn model(cells: usize) -> Model {
    let weights = Array2::from_shape_fn((cells / 3, 3), |(i, j)| (i * 3 + j) as f32);
    Model { step: 7, weights: weights.into(), bias: numbers(5).into() }
}

fn saved(dir: &Path, cells: usize) -> std::path::PathBuf {
    let path = dir.join(format!("model{cells}.npz"));
    model(cells).save(&path).unwrap();
    path
}
