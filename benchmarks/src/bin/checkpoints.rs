//! What a checkpoint costs the training loop: how long a save in the background holds it up, beside a plain copy of the same
//! bytes, and what a small save takes with and without waiting for the disk.
//!
//! `checkpoints [MIB] [ROUNDS]`; 256 MiB and 9 rounds unless given. Prints medians and, round by round, ratios.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use benchmarks::Outcome;
use npz_core::{Checkpoints, Npz, SaveOptions};

#[derive(Npz)]
struct State {
    weights: Vec<f32>,
    moments: Vec<f64>,
    step: u64,
}

fn main() -> ExitCode {
    benchmarks::exit(run())
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let mib = arguments.next().transpose()?.unwrap_or(256);
    let rounds = arguments.next().transpose()?.unwrap_or(9);
    let folder = tempfile::tempdir()?;
    background(folder.path(), mib, rounds)?;
    small(folder.path(), rounds)
}

fn background(folder: &Path, mib: usize, rounds: usize) -> Outcome<()> {
    let half = mib << 19;
    let mut state = State { weights: vec![0.5; half / 4], moments: vec![0.25; half / 8], step: 0 };
    let (mut weights, mut moments) = (state.weights.clone(), state.moments.clone());
    let runs = Checkpoints::open(folder.join("runs"))?.keep_last(1).options(SaveOptions::new().sync(false));
    let mut ratios = Vec::new();
    // The first takes memory that was never touched.
    for round in 0..=rounds {
        state.step += 1;
        let copy = || {
            weights.copy_from_slice(&state.weights);
            moments.copy_from_slice(&state.moments);
            std::hint::black_box((&weights, &moments));
            Ok(())
        };
        let copied = seconds(copy)?;
        let held = seconds(|| runs.save_in_background(state.step, &state))?;
        runs.wait()?;
        if round > 0 {
            ratios.push(held / copied);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "{mib} MiB saved in the background hold the caller up {:.2} times as long as copying them does ({:.2} to {:.2})",
        ratios[ratios.len() / 2],
        ratios[0],
        ratios[ratios.len() - 1]
    );
    Ok(())
}

fn small(folder: &Path, rounds: usize) -> Outcome<()> {
    let state = State { weights: vec![0.5; 100], moments: vec![], step: 0 };
    let path = folder.join("small.npz");
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let fifty = |sync| {
            let options = SaveOptions::new().sync(sync);
            seconds(|| (0..50).try_for_each(|_| options.save(&state, &path)))
        };
        ratios.push(fifty(true)? / fifty(false)?);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "50 small saves that wait for the disk take {:.1} times as long as without",
        ratios[ratios.len() / 2]
    );
    Ok(())
}

fn seconds(work: impl FnOnce() -> npz_core::Result<()>) -> npz_core::Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}
