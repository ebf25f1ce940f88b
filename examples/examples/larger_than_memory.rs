//! The mean and the quantiles of a `.npy` file that is larger than the memory which this program allows itself.
//!
//! The file is made through a map and read through one, a page at a time. Quantiles are exact without sorting: floats have
//! the order of the integers that their bits can be turned into, so two passes that count, one by the high half of the bits
//! and one by the low half, tell which cell would stand at a place. NumPy does the same (slower) with
//!
//! ```python
//! import numpy as np
//! a = np.load("samples.npy", mmap_mode="r")
//! a.mean(dtype="f8"), np.quantile(a, [0.01, 0.5, 0.99], method="inverted_cdf")
//! ```

use examples::rng::Rng;
use ndarray::{ArrayRef, Ix1};
use npz_core::npy::{self, Advice, MapOptions};
use npz_core::{Order, Result};

const MIB: usize = 1 << 20;
/// What the program may take of memory, and what the file takes.
const MEMORY: usize = 48 * MIB;
const FILE: usize = 256 * MIB;
const CELLS: usize = FILE / size_of::<f32>();

/// Lets the system refuse memory beyond a size. Maps of files don't count: they can be read again.
#[cfg(target_os = "linux")]
fn allow(bytes: usize) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Some(bytes as u64);
    setrlimit(Resource::Data, Rlimit { current: limit, maximum: limit })
        .map_err(|error| npz_core::Error::from(std::io::Error::from(error)))
}

/// An integer that is as large as a float among all floats but NaN.
fn rank(x: f32) -> u32 {
    let bits = x.to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

fn unrank(rank: u32) -> f32 {
    f32::from_bits(if rank >> 31 == 0 { !rank } else { rank & !(1 << 31) })
}

/// How often each half of the ranks occurs: the high halves of all cells, or the low halves of those with a given high one.
fn count(cells: &ArrayRef<f32, Ix1>, high: Option<u32>) -> Vec<usize> {
    let mut counts = vec![0; 1 << 16];
    for &cell in cells {
        let rank = rank(cell);
        match high {
            None => counts[(rank >> 16) as usize] += 1,
            Some(high) if rank >> 16 == high => counts[(rank & 0xFFFF) as usize] += 1,
            Some(_) => {}
        }
    }
    counts
}

/// In which of the counted places the cell of a number falls, and which it is there.
fn place(counts: &[usize], mut number: usize) -> (u32, usize) {
    for (half, &count) in counts.iter().enumerate() {
        if number < count {
            return (half as u32, number);
        }
        number -= count;
    }
    (0xFFFF, 0)
}

/// The cell that would stand at a place if all were sorted: `np.quantile(.., method="inverted_cdf")`.
fn quantile(cells: &ArrayRef<f32, Ix1>, counts: &[usize], q: f64) -> f32 {
    let number = ((q * cells.len() as f64).ceil() as usize).clamp(1, cells.len()) - 1;
    let (high, number) = place(counts, number);
    let (low, _) = place(&count(cells, Some(high)), number);
    unrank(high << 16 | low)
}

fn main() -> Result<()> {
    #[cfg(target_os = "linux")]
    allow(MEMORY)?;
    println!("{} MiB of memory, a file of {} MiB", MEMORY / MIB, FILE / MIB);
    let path = std::env::temp_dir().join("npz-core-example-samples.npy");

    // Zeros at first, which take no room on the disk.
    let mut samples = npy::create::<f32>(&path, CELLS, Order::C)?;
    let mut rng = Rng::new(1);
    for cell in &mut *samples {
        // About a bell: the sum of three.
        *cell = rng.uniform(1.0) + rng.uniform(1.0) + rng.uniform(1.0);
    }
    samples.flush()?;
    drop(samples);

    // In memory it has no room, and that is an error.
    #[cfg(target_os = "linux")]
    {
        let loaded = npy::load::<Vec<f32>>(&path);
        println!("loading it: {}", loaded.as_ref().err().map(ToString::to_string).unwrap_or_default());
        assert!(loaded.is_err());
    }
    let samples = MapOptions::new().advice(Advice::Sequential).map::<f32, Ix1>(&path)?;
    let sum: f64 = samples.iter().map(|&cell| f64::from(cell)).sum();
    let mean = sum / samples.len() as f64;
    println!("mean {mean:.6}");
    assert!(mean.abs() < 1e-3);

    let counts = count(&samples, None);
    for (q, expected) in [(0.01, -2.217), (0.25, -0.703), (0.5, 0.0), (0.75, 0.703), (0.99, 2.217)] {
        let found = quantile(&samples, &counts, q);
        println!("quantile {q:4}: {found:9.6}");
        assert!((found - expected).abs() < 0.01);
        // What makes it one: so many cells are below it, and with its equals it is reached.
        let (below, equal) = samples.iter().fold((0, 0), |(below, equal), &cell| {
            (below + usize::from(cell < found), equal + usize::from(cell == found))
        });
        let wanted = (q * CELLS as f64).ceil() as usize;
        assert!(below < wanted && wanted <= below + equal);
    }
    drop(samples);
    std::fs::remove_file(&path)?;
    Ok(())
}
