//! Loads checkpoints of two older structs, and one by Python, into the struct of today; refuses what it can't take.
//!
//! `cargo run --example evolve`. The files are made in `target/evolve` of this workspace, and brought up to date there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ndarray::{Array1, Array2, Axis, array, concatenate};
use npz_core::{ErrorKind, LoadOptions, Npz, NpzWriter, OldMembers, ProblemKind, RemarkKind};

/// The struct of last year, written in a hurry. Files without a version are of version 0.
mod v0 {
    use ndarray::{Array1, Array2};
    use npz_core::Npz;

    #[derive(Npz)]
    pub(super) struct Checkpoint {
        /// Two layers, one row an output, in `float64`.
        pub(super) w1: Array2<f64>,
        pub(super) b1: Array1<f64>,
        pub(super) w2: Array2<f64>,
        pub(super) b2: Array1<f64>,
        pub(super) lr: f64,
        pub(super) use_relu: bool,
        /// Seconds.
        pub(super) elapsed: f64,
        /// The means of the inputs, and their widths.
        pub(super) mean: Array1<f64>,
        pub(super) std: Array1<f64>,
        /// Both moments of the optimizer, one a row.
        pub(super) moments: Array2<f32>,
        pub(super) losses: Vec<f64>,
        /// Nobody knows any more what this was for.
        pub(super) scratch: Array2<f64>,
    }
}

/// The struct of this spring: the layers are a list, in `float32`.
mod v1 {
    use ndarray::{Array1, Array2};
    use npz_core::Npz;

    #[derive(Npz)]
    #[npz(version = 1)]
    pub(super) struct Checkpoint {
        pub(super) layers: Vec<Layer>,
        pub(super) learning_rate: f64,
        pub(super) use_relu: bool,
        pub(super) elapsed: f64,
        pub(super) mean: Array1<f64>,
        pub(super) std: Array1<f64>,
        pub(super) moments: Array2<f32>,
        pub(super) losses: Vec<f64>,
    }

    #[derive(Npz)]
    pub(super) struct Layer {
        pub(super) w: Array2<f32>,
        pub(super) b: Array1<f32>,
    }
}

/// The struct of today.
#[derive(Npz, Debug, PartialEq)]
#[npz(version = 2, migrate = "Checkpoint::migrate")]
struct Checkpoint {
    /// They may come from `float64`, which rounds: that has to be allowed.
    #[npz(cast = "same_kind")]
    layers: Vec<Layer>,
    #[npz(cast = "same_kind")]
    learning_rate: f32,
    activation: Activation,
    elapsed: Duration,
    /// The means and widths of the inputs, one a row.
    #[npz(shape = "(2, _)")]
    scaling: Array2<f64>,
    optimizer: Optimizer,
    /// What only has another name needs no migration.
    #[npz(alias = "losses")]
    loss_history: Vec<f64>,
    /// New, so older files are without.
    #[npz(default = "usual_batch")]
    batch: usize,
    #[npz(default)]
    notes: Vec<String>,
}

/// A part may have versions of its own, wherever it stands.
#[derive(Npz, Debug, PartialEq)]
#[npz(version = 1, migrate = "Layer::migrate")]
struct Layer {
    /// One row an input. Version 0 had one row an output.
    weights: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Npz, Debug, PartialEq)]
enum Activation {
    Identity,
    Relu,
    LeakyRelu { slope: f32 },
}

#[derive(Npz, Debug, PartialEq)]
struct Optimizer {
    first: Array1<f32>,
    second: Array1<f32>,
}

fn usual_batch() -> usize {
    32
}

impl Checkpoint {
    /// Turns the members of older versions into those of today, one version after the other.
    /// The error may be any that can be printed.
    fn migrate(old: &mut OldMembers<'_>, version: u32) -> Result<(), Box<dyn std::error::Error>> {
        if version < 1 {
            // Fixed fields become a list. Renaming reads nothing; the layers migrate themselves later.
            for (layer, index) in [("1", 0), ("2", 1)] {
                old.rename(&format!("w{layer}"), &format!("layers.{index}.w"))?;
                old.rename(&format!("b{layer}"), &format!("layers.{index}.b"))?;
            }
            old.rename("lr", "learning_rate")?;
            old.remove("scratch");
        }
        if version < 2 {
            // A flag becomes an enum, seconds become a duration.
            let relu: bool = old.take("use_relu")?;
            old.insert("activation", if relu { &Activation::Relu } else { &Activation::Identity })?;
            let seconds: f64 = old.take("elapsed")?;
            old.insert("elapsed", &Duration::try_from_secs_f64(seconds)?)?;
            // Two arrays become one, and one becomes two.
            let rows: [Array1<f64>; 2] = [old.take("mean")?, old.take("std")?];
            let rows = rows.each_ref().map(|row| row.view().insert_axis(Axis(0)));
            old.insert("scaling", &concatenate![Axis(0), rows[0], rows[1]])?;
            let moments: Array2<f32> = old.take("moments")?;
            old.insert("optimizer.first", &moments.row(0))?;
            old.insert("optimizer.second", &moments.row(1))?;
        }
        Ok(())
    }
}

impl Layer {
    fn migrate(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        // The cast of the field holds here too: `float64` becomes `f32`.
        let rows_are_outputs: Array2<f32> = old.take("w")?;
        old.insert("weights", &rows_are_outputs.t())?;
        old.rename("b", "bias")
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("evolve");
    std::fs::create_dir_all(&folder)?;
    let files = write_old_files(&folder)?;
    println!("Into version 2 of the struct:\n");

    let mut loaded = Vec::new();
    for path in &files {
        println!("{}", path.file_name().unwrap_or_default().display());
        // Whether a file fits is known beforehand; only what a migration asks for is read.
        let options = LoadOptions::new().allow_unknown(true);
        let npz = options.open(path)?;
        let checked = npz.check::<Checkpoint>()?;
        assert!(checked.is_ok(), "does not fit: {checked}");
        // The same report, with the value.
        let (checkpoint, report) = npz.load_with_report::<Checkpoint>()?;
        println!("{report}\n");
        assert_eq!(report, checked);
        assert!(report.remarks().iter().any(|remark| remark.kind == RemarkKind::Migrated));

        checkpoint.save(path)?;
        let again = Checkpoint::check(path)?;
        assert!(again.is_ok() && again.remarks().is_empty(), "not up to date: {again}");
        assert_eq!(Checkpoint::load(path)?, checkpoint);
        loaded.push(checkpoint);
    }

    // All were the same network.
    let weights = [array![[0.5f32, 1.0], [-0.5, 2.0], [0.0, 3.0]], array![[0.1f32], [0.2]]];
    let bias = [array![0.25f32, -0.25], array![0.75f32]];
    for checkpoint in &loaded {
        let layers = weights.iter().zip(&bias);
        let layers = layers.map(|(weights, bias)| Layer { weights: weights.clone(), bias: bias.clone() });
        let expected = Checkpoint {
            layers: layers.collect(),
            learning_rate: 0.001,
            activation: Activation::Relu,
            elapsed: Duration::from_millis(90_500),
            scaling: array![[1.0, 2.0, 3.0], [0.5, 0.25, 0.125]],
            optimizer: Optimizer { first: array![0.5, -0.5], second: array![0.25, 0.125] },
            loss_history: vec![2.3, 0.7],
            batch: 32,
            notes: Vec::new(),
        };
        assert_eq!(*checkpoint, expected);
    }

    refused(&folder)
}

/// What no program of today can understand is refused before any data are read, and says why.
fn refused(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    // A file of tomorrow. What else is different in it would be no news.
    #[derive(Npz)]
    #[npz(version = 3)]
    struct Tomorrow {
        network: Vec<f32>,
    }
    let path = folder.join("tomorrow.npz");
    Tomorrow { network: vec![0.5] }.save(&path)?;
    let Err(error) = Checkpoint::load(&path) else { return Err("a file of tomorrow was loaded".into()) };
    println!("A newer file:\n{error}");
    assert_eq!(error.kind(), ErrorKind::Mismatch);

    // An old file that was cut down by hand: the migration does not find what it needs.
    let path = folder.join("cut.npz");
    let mut writer = NpzWriter::create(&path)?;
    writer.add("__version__", &1u32)?;
    writer.add("learning_rate", &0.001)?;
    writer.add("use_relu", &true)?;
    writer.finish()?;
    let report = Checkpoint::check(&path)?;
    println!("\nAn old file that is not whole:\n{report}");
    assert_eq!(report.problems()[0].kind, ProblemKind::Migration);
    Ok(())
}

/// Writes what the programs of their time wrote.
fn write_old_files(folder: &Path) -> npz_core::Result<[PathBuf; 3]> {
    let files = ["version-0.npz", "version-1.npz", "python.npz"].map(|name| folder.join(name));
    let oldest = v0::Checkpoint {
        w1: array![[0.5, -0.5, 0.0], [1.0, 2.0, 3.0]],
        b1: array![0.25, -0.25],
        w2: array![[0.1, 0.2]],
        b2: array![0.75],
        lr: 0.001,
        use_relu: true,
        elapsed: 90.5,
        mean: array![1.0, 2.0, 3.0],
        std: array![0.5, 0.25, 0.125],
        moments: array![[0.5, -0.5], [0.25, 0.125]],
        losses: vec![2.3, 0.7],
        scratch: Array2::zeros((50, 50)),
    };
    oldest.save(&files[0])?;

    let narrow = |wide: &Array2<f64>| wide.mapv(|weight| weight as f32);
    let layers = [(&oldest.w1, &oldest.b1), (&oldest.w2, &oldest.b2)];
    let layers = layers.map(|(w, b)| v1::Layer { w: narrow(w), b: b.mapv(|bias| bias as f32) });
    let of_spring = v1::Checkpoint {
        layers: layers.into(),
        learning_rate: oldest.lr,
        use_relu: oldest.use_relu,
        elapsed: oldest.elapsed,
        mean: oldest.mean.clone(),
        std: oldest.std.clone(),
        moments: oldest.moments.clone(),
        losses: oldest.losses.clone(),
    };
    of_spring.save(&files[1])?;

    // A colleague's script, `np.savez("python.npz", __version__=1, ...)`: its numbers are int64 and float64.
    let mut writer = NpzWriter::create(&files[2])?;
    writer.add("__version__", &1i64)?;
    for (index, layer) in of_spring.layers.iter().enumerate() {
        writer.add(&format!("layers.{index}"), layer)?;
    }
    writer.add("learning_rate", &0.001)?;
    writer.add("use_relu", &true)?;
    writer.add("elapsed", &90.5)?;
    writer.add("mean", &array![1i64, 2, 3])?;
    writer.add("std", &oldest.std)?;
    writer.add("moments", &oldest.moments)?;
    writer.add("losses", &array![2.3, 0.7])?;
    writer.add("git_hash", "c0ffee")?;
    writer.finish()?;
    Ok(files)
}
