//! A process that saves, for the tests of `atomic.rs` that end it, or limit what it may do.
//!
//! `saver loop PATH` saves one generation after the other until it is killed, and prints a line after the first.
//! `saver checkpoints FOLDER` does the same with checkpoints.
//! `saver once PATH CELLS` and `saver writer PATH CELLS` save once and print the error, if there is one.

use std::process::ExitCode;

use npz_core::{Better, Checkpoints, Npz, NpzWriter, Result};

/// Whole if every cell is the number; the tests know it too.
#[derive(Npz)]
struct Generation {
    number: u64,
    cells: Vec<u64>,
}

fn generation(number: u64, cells: usize) -> Generation {
    Generation { number, cells: vec![number; cells] }
}

fn save_for_ever(path: &str) -> Result<()> {
    let mut number = Generation::load(path).map_or(0, |old| old.number);
    let first = number + 1;
    loop {
        number += 1;
        let new = generation(number, 100_000);
        if number % 2 == 0 { new.save(path) } else { new.save_compressed(path) }?;
        if number == first {
            println!("saved {number}");
        }
    }
}

fn save_checkpoints(folder: &str) -> Result<()> {
    let runs = Checkpoints::open(folder)?.keep_last(2).keep_every(100).keep_best("loss", Better::Higher);
    let first = runs.load_latest::<Generation>().map_or(1, |(step, _)| step + 1);
    for step in first.. {
        let new = generation(step, 50_000);
        if step % 2 == 0 {
            runs.save_in_background_with(step, &[("loss", (step % 7) as f64)], &new)
        } else {
            runs.save_with(step, &[("loss", (step % 7) as f64)], &new)
        }?;
        if step == first {
            runs.wait()?;
            println!("saved {step}");
        }
    }
    Ok(())
}

fn save_by_writer(path: &str, cells: usize) -> Result<()> {
    let Generation { number, cells } = generation(1, cells);
    let mut writer = NpzWriter::create(path)?;
    writer.add("number", &number)?;
    writer.add("cells", &cells)?;
    writer.finish()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let cells = || arguments.get(2).and_then(|cells| cells.parse().ok()).unwrap_or(1);
    let saved = match arguments.as_slice() {
        ["loop", path] => save_for_ever(path),
        ["checkpoints", folder] => save_checkpoints(folder),
        ["once", path, _] => generation(1, cells()).save(path),
        ["writer", path, _] => save_by_writer(path, cells()),
        _ => Err(npz_core::Error::custom("expected `loop PATH`, `once PATH CELLS` or `writer PATH CELLS`")),
    };
    match saved {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
