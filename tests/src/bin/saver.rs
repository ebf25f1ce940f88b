//! A process that saves, for the tests of `atomic.rs` and `grow` that end it, or limit what it may do.
//!
//! `saver loop PATH` saves one generation after the other until it is killed, and prints a line after the first.
//! `saver checkpoints FOLDER` does the same with checkpoints.
//! `saver rows PATH`, `saver edit PATH`, `saver add PATH` and `saver publish PATH` append rows, edit an archive, append to one, publish one; they print the
//! number of each step. `saver memory FOLDER` prints the MiB that a stream takes by each method.
//! `saver once PATH CELLS` and `saver writer PATH CELLS` save once and print the error, if there is one.

use std::process::ExitCode;

use npz_core::{
    Better, Checkpoints, Compression, NpyAppender, Npz, NpzEditor, NpzReader, NpzWriter, Result, SaveOptions,
};

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

fn append_rows(path: &str) -> Result<()> {
    let mut rows = NpyAppender::open::<u64>(path, &[1000])?;
    loop {
        // One, or as many as do not fit into what is buffered.
        let count = if rows.rows() % 5 == 0 { 40 } else { 1 };
        for _ in 0..count {
            rows.push(&vec![rows.rows() as u64; 1000])?;
        }
        rows.flush()?;
        println!("{}", rows.rows());
    }
}

fn edit_for_ever(path: &str) -> Result<()> {
    loop {
        let names = NpzReader::open(path)?;
        let step = if names.contains("step") { names.get::<u64>("step")? + 1 } else { 1 };
        let log = vec![step; 1000];
        let mut editor = NpzEditor::open(path)?;
        if step == 1 {
            editor.add("step", &step)?;
            editor.add("log", &log)?;
        } else {
            editor.replace("log", &log)?;
            editor.replace("step", &step)?;
        }
        editor.save()?;
        println!("{step}");
    }
}

fn add_for_ever(path: &str) -> Result<()> {
    loop {
        let step = NpzReader::open(path)?.names().len() as u64;
        let log = vec![step; 100];
        let mut editor = NpzEditor::open(path)?;
        let name = format!("m{step}");
        editor.add(&name, &log)?;
        editor.save()?;
        println!("{step}");
    }
}

fn publish_for_ever(path: &str) -> Result<()> {
    let mut writer = NpzWriter::create(path)?;
    for number in 1u64.. {
        writer.add(&format!("m{number}"), &vec![number; 1000 + number as usize % 5 * 40_000])?;
        if number % 2 == 0 {
            writer.publish()?;
            println!("{number}");
        }
    }
    Ok(())
}

/// The most memory that a stream takes, in MiB: of the system's own count, so only on Linux.
fn stream_memory(folder: &str) -> Result<()> {
    let kib = |name: &str| -> Option<usize> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    let row: Vec<f32> = (0..25_000).map(|i| (i as f32 / 300.0).sin()).collect();
    for method in [Compression::Stored, Compression::Deflate(6), Compression::Zstd(3)] {
        std::fs::write("/proc/self/clear_refs", "5")?;
        let before = kib("VmRSS:").unwrap_or(0);
        let path = std::path::Path::new(folder).join("a.npz");
        let mut writer = SaveOptions::new().compression(method).create(path)?;
        let mut stream = writer.stream::<f32>("rows", &[25_000])?;
        for _ in 0..2000 {
            stream.push(&row)?;
        }
        stream.finish()?;
        writer.finish()?;
        println!("{}", (kib("VmHWM:").unwrap_or(usize::MAX) - before) >> 10);
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let cells = || arguments.get(2).and_then(|cells| cells.parse().ok()).unwrap_or(1);
    let saved = match arguments.as_slice() {
        ["loop", path] => save_for_ever(path),
        ["checkpoints", folder] => save_checkpoints(folder),
        ["rows", path] => append_rows(path),
        ["edit", path] => edit_for_ever(path),
        ["add", path] => add_for_ever(path),
        ["publish", path] => publish_for_ever(path),
        ["memory", folder] => stream_memory(folder),
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
