//! Saves a struct as an archive, loads it, and loads it again after the struct has changed.
//!
//! `cargo run --example quickstart`

use ndarray::{Array1, Array2, array};
use npz_core::{Npz, NpzReader};

/// Each field becomes one member of the archive.
#[derive(Npz, Debug, PartialEq)]
struct Checkpoint {
    weights: Array2<f32>,
    biases: Array1<f32>,
    loss_history: Vec<f64>,
    epoch: u64,
}

/// The same struct some weeks later: `biases` has become `bias`, the losses are `f32`, `momentum` is new.
#[derive(Npz)]
struct Careless {
    weights: Array2<f32>,
    bias: Array1<f32>,
    loss_history: Vec<f32>,
    epoch: u64,
    momentum: f32,
}

/// And with the attributes that keep the old files readable.
#[derive(Npz)]
struct Careful {
    weights: Array2<f32>,
    #[npz(alias = "biases")]
    bias: Array1<f32>,
    #[npz(cast = "same_kind")]
    loss_history: Vec<f32>,
    epoch: u64,
    #[npz(default)]
    momentum: f32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("npz-core-quickstart-{}.npz", std::process::id()));
    let saved = Checkpoint {
        weights: array![[0.5, -1.0, 2.0], [0.0, 1.5, -0.25]],
        biases: array![0.1, 0.2, 0.3],
        loss_history: vec![2.3, 0.7, 0.4],
        epoch: 3,
    };

    // What `np.savez_compressed` would write. The file is replaced as a whole or not at all.
    saved.save_compressed(&path)?;
    let loaded = Checkpoint::load(&path)?;
    assert_eq!(loaded, saved);

    println!("{} holds", path.display());
    for entry in NpzReader::open(&path)?.entries()? {
        println!("  {entry}");
    }

    // A file that does not fit is refused before any data are read. The error names all differences at once, each
    // with the way to allow it.
    let Err(error) = Careless::load(&path) else {
        return Err("a file of another shape was accepted".into());
    };
    println!("\nInto the changed struct:\n{error}");
    assert_eq!(error.report().map(|report| report.problems().len()), Some(4));

    let migrated = Careful::load(&path)?;
    println!("\nWith the attributes that it proposes: epoch {}, bias {}", migrated.epoch, migrated.bias);
    assert_eq!((&migrated.weights, &migrated.bias, migrated.epoch), (&saved.weights, &saved.biases, 3));
    assert_eq!((migrated.loss_history, migrated.momentum), (vec![2.3, 0.7, 0.4], 0.0));

    std::fs::remove_file(&path)?;
    Ok(())
}
