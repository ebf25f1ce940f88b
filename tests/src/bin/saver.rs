//! A process that saves, for the tests of `atomic.rs` that end it, or limit what it may do.
//!
//! `saver loop PATH` saves one generation after the other until it is killed, and prints a line after the first.
//! `saver once PATH CELLS` and `saver writer PATH CELLS` save once and print the error, if there is one.

use std::process::ExitCode;

use npz_core::{Npz, NpzWriter, Result};

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
