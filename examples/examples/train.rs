//! Trains a network on handwritten digits, stops midway, resumes from the checkpoint, and arrives at the very bits of
//! a run that never stopped.
//!
//! `cargo run --release --example train`, less than a second. The checkpoint stays in `target/train/checkpoint.npz` of
//! this workspace.

use std::path::Path;

use examples::adam::Adam;
use examples::digits::Digits;
use examples::mlp::Model;
use examples::rng::Rng;
use npz_core::{Npz, NpzReader};

const EPOCHS: usize = 40;
/// The first run ends here, three epochs after its last checkpoint: what a power cut does.
const STOPPED_AT: usize = 18;
const EPOCHS_PER_CHECKPOINT: usize = 5;
const BATCH: usize = 32;
const SEED: u64 = 20_260_101;

/// Everything that the rest of the run depends on. Nested structs become dotted names: `model.layers.0.bias`.
#[derive(Npz, Debug, PartialEq)]
struct Checkpoint {
    epoch: usize,
    model: Model,
    optimizer: Adam,
    rng: Rng,
    loss_history: Vec<f64>,
    accuracy_history: Vec<f64>,
}

impl Checkpoint {
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

    /// Trains up to an epoch, and saves every few epochs if there is a path.
    fn train_to(
        &mut self,
        last: usize,
        data: &(Digits, Digits),
        path: Option<&Path>,
    ) -> npz_core::Result<()> {
        let (training, held_out) = data;
        while self.epoch < last {
            let (loss, accuracy) = self.train_epoch(training, held_out);
            let is_due = self.epoch.is_multiple_of(EPOCHS_PER_CHECKPOINT);
            if is_due || self.epoch == last {
                let percent = 100.0 * accuracy;
                println!("  epoch {:2} of {EPOCHS}: loss {loss:.4}, held out {percent:.1} %", self.epoch);
            }
            if let Some(path) = path.filter(|_| is_due) {
                // Atomic: whatever happens during the save, the last checkpoint stays whole.
                self.save_compressed(path)?;
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
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("checkpoint.npz");

    println!("\nA run that never stops:");
    let mut uninterrupted = Checkpoint::new(SEED);
    uninterrupted.train_to(EPOCHS, &data, None)?;

    println!(
        "\nThe same run, saved every {EPOCHS_PER_CHECKPOINT} epochs and stopped after epoch {STOPPED_AT}:"
    );
    Checkpoint::new(SEED).train_to(STOPPED_AT, &data, Some(&path))?;

    // Nothing of that run is left but its file.
    let mut resumed = Checkpoint::load(&path)?;
    println!("\nResumed from epoch {}:", resumed.epoch);
    resumed.train_to(EPOCHS, &data, Some(&path))?;

    // Equal numbers, and equal bits (`==` takes 0.0 for -0.0): the same state gives the same archive, byte for byte.
    assert!(resumed == uninterrupted, "the resumed run went another way");
    assert!(resumed.to_bytes()? == uninterrupted.to_bytes()?, "the resumed run has other bits");
    assert!(Checkpoint::load(&path)? == resumed, "the last checkpoint is not the final state");
    let accuracy = resumed.model.accuracy(&data.1);
    assert!(accuracy > 0.95, "only {accuracy} of the held-out images are recognised");
    println!("\nBoth runs ended in the same bits: weights, moments, losses, random generator.");

    println!("\nThe checkpoint holds");
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
