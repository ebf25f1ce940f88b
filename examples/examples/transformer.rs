//! Trains a small transformer to sort digits, resumes it bit for bit, goes back to the best checkpoint in the
//! memory that is there, and asks of files beforehand whether they fit.
//!
//! `cargo run --release --example transformer`, less than a second. The files stay in `target/transformer` of this
//! workspace.

use std::path::Path;

use examples::pcg::Pcg64;
use examples::transformer::{Activation, Batch, Config, Model, Optimizer};
use ndarray::{Array2, ArrayViewMutD};
use npz_core::{LoadOptions, Npz, NpzReader, NpzWriter};

const STEPS: usize = 300;
const STEPS_PER_CHECKPOINT: usize = 50;
const SEED: u64 = 20_260_101;

/// The whole state: a model, two more of the same type inside the optimizer, the generator that draws the next batch.
#[derive(Npz, Clone, Debug, PartialEq)]
#[npz(validate = "Training::validate")]
struct Training {
    /// One text, JSON: any serde type.
    #[npz(json)]
    config: Config,
    model: Model,
    optimizer: Optimizer,
    rng: Pcg64,
    step: usize,
    loss_history: Vec<f64>,
    /// The highest share of right digits so far: a resumed run must not take a worse state for its best.
    best: Option<f64>,
}

impl Training {
    fn new(config: Config) -> Self {
        let mut rng = Pcg64::new(SEED, 0);
        let model = Model::new(&config, &mut rng);
        let optimizer = Optimizer::adam(8e-3, &model);
        Self { config, model, optimizer, rng, step: 0, loss_history: Vec::new(), best: None }
    }

    /// What no header can tell: whether the parts fit each other. Asked before saving and after loading.
    fn validate(&self) -> Result<(), String> {
        let Config { length, width, ref activations, .. } = self.config;
        let expected = (activations.len(), (length, width));
        let found = (self.model.blocks.len(), self.model.embedding.positions.dim());
        if found == expected {
            return Ok(());
        }
        Err(format!("the config asks for (blocks, (length, width)) = {expected:?}, the model has {found:?}"))
    }

    /// Where the arrays lie, those of the moments too.
    fn memory(&mut self) -> Vec<*const f32> {
        let mut all = self.model.parameters();
        if let Optimizer::Adam { m, v, .. } = &mut self.optimizer {
            all.extend(m.parameters().into_iter().chain(v.parameters()));
        }
        all.iter().map(ArrayViewMutD::as_ptr).collect()
    }

    fn train_step(&mut self) {
        let batch = Batch::draw(self.config.batch, self.config.length, &mut self.rng);
        let (loss, gradient) = self.model.loss_and_gradient(&batch);
        self.optimizer.update(&mut self.model, gradient);
        self.loss_history.push(loss);
        self.step += 1;
    }

    /// Trains up to a step; saves every few steps if there is a folder, and the best state beside the last.
    fn train_to(&mut self, last: usize, held_out: &Batch, folder: Option<&Path>) -> npz_core::Result<()> {
        while self.step < last {
            self.train_step();
            if !self.step.is_multiple_of(STEPS_PER_CHECKPOINT) {
                continue;
            }
            let accuracy = self.model.accuracy(held_out);
            let is_best = self.best.is_none_or(|best| accuracy > best);
            self.best = if is_best { Some(accuracy) } else { self.best };
            let loss = self.loss_history[self.step - 1];
            println!("  step {:3} of {STEPS}: loss {loss:.4}, {:.1} % right", self.step, 100.0 * accuracy);
            if let Some(folder) = folder {
                self.save(folder.join("last.npz"))?;
                if is_best {
                    self.save(folder.join("best.npz"))?;
                }
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("transformer");
    std::fs::create_dir_all(&folder)?;
    let (last, best) = (folder.join("last.npz"), folder.join("best.npz"));

    let config = Config {
        task: "sort five digits".to_owned(),
        length: 5,
        width: 16,
        heads: 2,
        hidden: 32,
        activations: vec![Activation::Gelu, Activation::LeakyRelu { slope: 0.01 }],
        batch: 32,
    };
    let held_out = Batch::draw(200, config.length, &mut Pcg64::new(SEED, 1));

    println!("A run that never stops:");
    let mut uninterrupted = Training::new(config.clone());
    uninterrupted.train_to(STEPS, &held_out, None)?;

    println!("\nThe same run, stopped twenty steps after its third checkpoint:");
    let stop = 3 * STEPS_PER_CHECKPOINT + 20;
    Training::new(config).train_to(stop, &held_out, Some(&folder))?;

    // Nothing of that run is left but its file.
    let mut resumed = Training::load(&last)?;
    println!("\nResumed from step {}:", resumed.step);
    resumed.train_to(STEPS, &held_out, Some(&folder))?;
    assert!(resumed == uninterrupted, "the resumed run went another way");
    assert!(resumed.to_bytes()? == uninterrupted.to_bytes()?, "the resumed run has other bits");
    println!("Both runs ended in the same bits.");

    // A step that is much too long spoils the model. `load_into` reads the best one into the memory that is there.
    let Optimizer::Adam { rate, .. } = &mut resumed.optimizer else { return Err("Adam was loaded".into()) };
    *rate = 0.5;
    for _ in 0..5 {
        resumed.train_step();
    }
    println!("\nAfter a bold change: {:.1} % right", 100.0 * resumed.model.accuracy(&held_out));
    let memory = resumed.memory();
    // The list of losses is shorter there.
    LoadOptions::new().allow_resize(true).load_into(&mut resumed, &best)?;
    let accuracy = resumed.model.accuracy(&held_out);
    println!("Back to the best checkpoint, step {}: {:.1} % right", resumed.step, 100.0 * accuracy);
    assert!(accuracy > 0.95 && resumed.best == Some(accuracy));
    assert_eq!(resumed.memory(), memory, "arrays were allocated anew");

    // Another variant of the optimizer has other members: without the moments, the file is a third as long.
    resumed.optimizer = Optimizer::Sgd { rate: 0.01 };
    resumed.train_step();
    let tuned = folder.join("tuned.npz");
    resumed.save(&tuned)?;
    assert!(Training::load(&tuned)? == resumed);
    let size = |path| std::fs::metadata(path).map(|file| file.len());
    println!("With moments {} bytes, without {}", size(&last)?, size(&tuned)?);

    // The schema is what the struct asks of any file.
    let table = Training::schema().to_string();
    println!("\nFirst rows of the schema, which has {}:", table.lines().count() - 1);
    for line in table.lines().take(15) {
        println!("  {line}");
    }

    refused(&folder, resumed)?;

    println!("\nIn Python:\n");
    println!("import json, numpy as np");
    println!(
        r#"with np.load(r"{}") as f: print(json.loads(str(f["config"])), f["model.head.weights"].shape)"#,
        last.display()
    );
    Ok(())
}

/// Two files that do not fit: one is told by its headers, one by its values.
fn refused(folder: &Path, mut training: Training) -> Result<(), Box<dyn std::error::Error>> {
    // A program that sorted letters: its embedding has 26 rows, and nothing else differs in the headers.
    let letters = folder.join("letters.npz");
    let good = NpzReader::open(folder.join("tuned.npz"))?;
    let mut writer = NpzWriter::create(&letters)?;
    for name in good.names() {
        match name {
            "config" => writer.add(name, &good.get::<String>(name)?.replace("digits", "letters"))?,
            "model.embedding.tokens" => writer.add(name, &Array2::<f32>::zeros((26, 16)))?,
            _ => writer.add_bytes(&format!("{name}.npy"), &good.bytes(name)?)?,
        }
    }
    writer.finish()?;
    let report = Training::check(&letters)?;
    println!("\nThe check of a file for another alphabet, from the headers alone:\n{report}");
    assert_eq!(report.problems().len(), 1);

    // A config that the arrays contradict is not saved, so it can't replace a good file.
    training.config.width = 32;
    let Err(error) = training.save(folder.join("last.npz")) else {
        return Err("a model that contradicts its config was saved".into());
    };
    println!("\nA save that is refused:\n{error}");
    assert!(Training::check(folder.join("last.npz"))?.is_ok());
    Ok(())
}
