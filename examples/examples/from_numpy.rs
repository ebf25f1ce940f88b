//! Loads an archive that Python wrote with NumPy's defaults, `float64` and `int64`.
//!
//! `cargo run --example from_numpy [PATH]`: `data/make_from_numpy.py` made the file that is loaded without an argument,
//! and `python make_from_numpy.py PATH` makes another.

use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2, array};
use npz_core::{Npz, NpzReader};

#[derive(Npz)]
struct Study {
    /// `float64` in the file: halving the precision may round, so it has to be allowed.
    #[npz(cast = "same_kind")]
    weights: Array2<f32>,
    mask: Array1<bool>,
    species: Vec<String>,
    title: String,
    loss_history: Vec<f64>,
    #[npz(cast = "same_kind")]
    learning_rate: f32,
    /// `int64` in the file: a single number is converted if it fits, without being asked.
    epoch: usize,
    /// Not in the file.
    comment: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join("from_numpy.npz");
    let path = std::env::args_os().nth(1).map_or_else(shipped, PathBuf::from);

    println!("{} holds", path.display());
    for entry in NpzReader::open(&path)?.entries()? {
        println!("  {entry}");
    }

    let study = Study::load(&path)?;
    println!("\n{:?} after {} epochs:\n{}", study.title, study.epoch, study.weights);

    let twelve = Array1::linspace(-1.0, 1.0, 12).mapv(|weight: f64| weight as f32);
    assert_eq!(study.weights, twelve.into_shape_with_order((3, 4))?);
    assert_eq!(study.mask, array![true, false, true, true]);
    assert_eq!(study.species, ["cat", "dog", "snow leopard"]);
    assert_eq!(study.title, "three species, four features");
    assert_eq!(study.loss_history, [2.5, 1.25, 0.625]);
    assert_eq!((study.learning_rate, study.epoch), (1e-3, 3));
    assert_eq!(study.comment, None);
    Ok(())
}
