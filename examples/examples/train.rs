//! Trains a network on handwritten digits, stops midway, resumes from the checkpoint, and arrives at the very bits of
//! a run that never stopped.
//!
//! `cargo run --release --example train`, less than a second. The checkpoints stay in `target/train` of this workspace.

use std::path::Path;

use examples::adam::Adam;
use examples::digits::Digits;
use examples::mlp::Model;
use examples::rng::Rng;
use npz_core::{Better, Checkpoints, Npz, NpzReader, SaveOptions};

const EPOCHS: usize = 40;
/// The first run ends here, three epochs after its last checkpoint: what a power cut does.
const STOPPED_AT: usize = 18;
const EPOCHS_PER_CHECKPOINT: usize = 5;
const BATCH: usize = 32;
const SEED: u64 = 20_260_101;

/// Everything that the rest of the run depends on. Nested structs become dotted names: `model.layers.0.bias`.
#[derive(Npz, Debug, PartialEq)]
struct State {
    epoch: usize,
    model: Model,
    optimizer: Adam,
    rng: Rng,
    loss_history: Vec<f64>,
    accuracy_history: Vec<f64>,
}

impl State {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let model = Model::new(&[64, 64, 32, 10], &mut rng);
        let optimizer = Adam::new(2e-3, &model.layers);
        Self { epoch: 0, model, optimizer, rng, loss_history: Vec::new(), accuracy_history: Vec::new() }
    }

    /// Goes through the training images once, in a new random order. Gives the loss and the held-out accuracy.
    fn train_epoch(&mut self, training: &Digits, held_out: &Digits) -> (f64, f64) {
        let mut losses = Vec::new();
        for rows in self.rng.permutation(training.labels.len()).chunks(BATCH) {
            let (loss, gradient) = self.model.loss_and_gradient(&training.select(rows));
            self.optimizer.update(&mut self.model.layers, &gradient);
            losses.push(loss);
        }
        let loss = losses.iter().sum::<f64>() / losses.len() as f64;
        let accuracy = self.model.accuracy(held_out);
        self.epoch += 1;
        self.loss_history.push(loss);
        self.accuracy_history.push(accuracy);
        (loss, accuracy)
    }

    /// Trains up to an epoch, and saves every few epochs if there is a place for it.
    fn train_to(
        &mut self,
        last: usize,
        data: &(Digits, Digits),
        runs: Option<&Checkpoints>,
    ) -> npz_core::Result<()> {
        let (training, held_out) = data;
        while self.epoch < last {
            let (loss, accuracy) = self.train_epoch(training, held_out);
            let is_due = self.epoch.is_multiple_of(EPOCHS_PER_CHECKPOINT);
            if is_due || self.epoch == last {
                let percent = 100.0 * accuracy;
                println!("  epoch {:2} of {EPOCHS}: loss {loss:.4}, held out {percent:.1} %", self.epoch);
            }
            if let Some(runs) = runs.filter(|_| is_due) {
                // The next epoch does not wait for the disk, and no earlier checkpoint goes before this one is whole.
                runs.save_in_background_with(self.epoch as u64, &[("accuracy", accuracy)], self)?;
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = Digits::load()?.split();
    println!("{} images to learn from, {} held out", data.0.labels.len(), data.1.labels.len());

    // The workspace's `target`, beside this package.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("train");
    let _ = std::fs::remove_dir_all(&folder);
    let open = || -> npz_core::Result<Checkpoints> {
        let runs = Checkpoints::open(&folder)?.options(SaveOptions::compressed());
        Ok(runs.keep_last(2).keep_best("accuracy", Better::Higher))
    };

    println!("\nA run that never stops:");
    let mut uninterrupted = State::new(SEED);
    uninterrupted.train_to(EPOCHS, &data, None)?;

    println!(
        "\nThe same run, saved every {EPOCHS_PER_CHECKPOINT} epochs and stopped after epoch {STOPPED_AT}:"
    );
    State::new(SEED).train_to(STOPPED_AT, &data, Some(&open()?))?;

    // Nothing of that run is left but its files.
    let runs = open()?;
    let (step, mut resumed) = runs.load_latest::<State>()?;
    println!("\nResumed from epoch {step}:");
    resumed.train_to(EPOCHS, &data, Some(&runs))?;
    runs.wait()?;

    // Equal numbers, and equal bits (`==` takes 0.0 for -0.0): the same state gives the same archive, byte for byte.
    assert!(resumed == uninterrupted, "the resumed run went another way");
    assert!(resumed.to_bytes()? == uninterrupted.to_bytes()?, "the resumed run has other bits");
    assert!(runs.load_latest::<State>()?.1 == resumed, "the last checkpoint is not the final state");
    let accuracy = resumed.model.accuracy(&data.1);
    assert!(accuracy > 0.95, "only {accuracy} of the held-out images are recognised");
    println!("\nBoth runs ended in the same bits: weights, moments, losses, random generator.");

    println!("\nOf these epochs checkpoints are left: {:?}; the last holds", runs.steps()?);
    let path = runs.path(EPOCHS as u64);
    for entry in NpzReader::open(&path)?.entries()? {
        println!("  {entry}");
    }
    println!("\nIn Python:\n");
    println!("import numpy as np");
    println!(
        r#"with np.load(r"{}") as f: print(f["epoch"], f["loss_history"][-1], f.files)"#,
        path.display()
    );
    Ok(())
}
