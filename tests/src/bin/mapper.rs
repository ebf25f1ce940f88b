//! A process that maps, for the tests of `maps` that measure it, or take its file away.
//!
//! `mapper open PATH` opens a checkpoint some times and prints the least microseconds, the most KiB of memory, and the least
//! bytes read. `mapper touch PATH` maps an array, waits for a line, and prints what `verify` says; then it sums the array
//! up. `mapper update PATH NAME` changes a cell of a member, and waits to be killed.

use std::io::{self, BufRead};
use std::time::Instant;

use ndarray::{Array2, Ix1};
use npz_core::{Mapped, Npz, Result, map_member_mut, npy};

/// The tests know it too.
#[derive(Npz)]
struct Checkpoint {
    step: u64,
    weights: Mapped<Array2<f32>>,
}

/// A number that the system tells of this process.
fn told(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

fn open(path: &str) -> Result<()> {
    let mut best = u128::MAX;
    let (mut kib, mut read) = (0, u64::MAX);
    // The first one has the system bring the program's own code into memory.
    drop(Checkpoint::load(path)?);
    for _ in 0..10 {
        // Forgets the most memory so far.
        std::fs::write("/proc/self/clear_refs", "5")?;
        let before = (told("/proc/self/status", "VmRSS:"), told("/proc/self/io", "rchar:"));
        let start = Instant::now();
        let checkpoint = Checkpoint::load(path)?;
        best = best.min(start.elapsed().as_micros());
        // What was read of these files counts too: a few KiB.
        read = read.min(told("/proc/self/io", "rchar:") - before.1);
        kib = kib.max(told("/proc/self/status", "VmHWM:").saturating_sub(before.0));
        assert!(checkpoint.weights.is_mapped() && checkpoint.step == 7);
    }
    println!("{best} {kib} {read}");
    Ok(())
}

fn wait() -> io::Result<()> {
    println!("ready");
    io::stdin().lock().read_line(&mut String::new()).map(drop)
}

fn touch(path: &str) -> Result<()> {
    let array = npy::map::<f64, Ix1>(path)?;
    wait()?;
    match array.verify() {
        Ok(()) => println!("whole"),
        Err(error) => println!("{error}"),
    }
    println!("{}", array.sum());
    Ok(())
}

fn update(path: &str, name: &str) -> Result<()> {
    let mut array = map_member_mut::<f64, Ix1>(path, name)?;
    array[0] = 7.0;
    wait()?;
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["open", path] => open(path),
        ["touch", path] => touch(path),
        ["update", path, name] => update(path, name),
        _ => Err(npz_core::Error::custom("expected `open`, `touch` or `update`, and a path")),
    }
}
