//! What a row costs that is appended to a `.npy` file: one row a call, beside a plain `write` of the same bytes through a buffer; and what
//! a flush costs with and without waiting for the disk.
//!
//! `rows [ROWS] [ROUNDS]`; 1,000,000 rows and 9 rounds unless given. Prints medians.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use benchmarks::Outcome;
use ndarray::Array1;
use npz_core::{NpyAppender, NpyRecord, SaveOptions};

#[derive(NpyRecord, Clone)]
struct Reading {
    time: u64,
    value: f32,
    flag: bool,
}

fn main() -> ExitCode {
    benchmarks::exit(run())
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let rows = arguments.next().transpose()?.unwrap_or(1_000_000);
    let rounds = arguments.next().transpose()?.unwrap_or(9);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("rows.npy");

    let row = Array1::from_elem(16, 0.5f32);
    let bytes = [0u8; 64];
    let reading = Reading { time: 7, value: 0.5, flag: true };
    let (mut plain, mut cell, mut array, mut record) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        plain.push(seconds(rows, || {
            let mut file = BufWriter::with_capacity(256 << 10, File::create(&path)?);
            (0..rows).try_for_each(|_| file.write_all(&bytes))?;
            Ok(file.flush()?)
        })?);
        cell.push(push_each::<f64>(&path, &[], rows, &0.5f64)?);
        array.push(push_each::<f32>(&path, &[16], rows, &row)?);
        record.push(push_each::<Reading>(&path, &[], rows, &reading)?);
    }
    println!("one row a call, µs a row, median of {rounds} rounds of {rows} rows:");
    println!("  64 bytes by a plain buffered write  {:.3}", 1e6 * median(plain));
    println!("  a cell, f64                         {:.3}", 1e6 * median(cell));
    println!("  an array of 16 f32                  {:.3}", 1e6 * median(array));
    println!("  a record of three fields            {:.3}", 1e6 * median(record));

    let flushes = 200.min(rows);
    for sync in [false, true] {
        let mut times = vec![];
        for _ in 0..rounds {
            std::fs::remove_file(&path).ok();
            let mut appender = SaveOptions::new().sync(sync).append::<f32>(&path, &[16])?;
            times.push(seconds(flushes, || {
                (0..flushes).try_for_each(|_| {
                    appender.push(&row)?;
                    appender.flush()
                })
            })?);
        }
        let waits = if sync { "waits for the disk" } else { "does not wait" };
        println!("a flush after each row that {waits}: {:.1} µs", 1e6 * median(times));
    }
    Ok(())
}

fn push_each<A: npz_core::Element>(
    path: &Path,
    row_shape: &[usize],
    rows: usize,
    row: &impl npz_core::ToMembers,
) -> Outcome<f64> {
    std::fs::remove_file(path).ok();
    let mut appender = NpyAppender::open::<A>(path, row_shape)?;
    Ok(seconds(rows, || (0..rows).try_for_each(|_| appender.push(row)))?)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What each of so many things takes.
fn seconds(count: usize, work: impl FnOnce() -> npz_core::Result<()>) -> npz_core::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() / count as f64)
}
