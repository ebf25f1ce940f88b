//! Trains on a compressed archive that stays on the disk: rows are drawn at random, a batch at a time, and read into one array that is
//! used again; the mean of all is found piece by piece.
//!
//! `cargo run --release --example data_loader`, a few seconds. The archive stays in `target/data_loader` of this workspace.

use std::path::Path;
use std::time::Instant;

use examples::rng::Rng;
use ndarray::{Array1, Array2, Axis, s};
use npz_core::{Lazy, Npz};

const ROWS: usize = 100_000;
const COLUMNS: usize = 64;
const BATCH: usize = 128;
const STEPS: usize = 120;

/// As a colleague would write it: `np.savez_compressed("samples.npz", x=x, y=y)`. Neither is loaded before it is asked for.
#[derive(Npz)]
struct Samples {
    x: Lazy<Array2<f32>>,
    y: Lazy<Array1<f32>>,
}

/// Draws samples of a linear law with some noise; gives the law too.
fn measure(rng: &mut Rng) -> (Samples, Array1<f32>) {
    let law = Array1::from_shape_simple_fn(COLUMNS, || rng.uniform(1.0));
    let x = Array2::from_shape_simple_fn((ROWS, COLUMNS), || rng.uniform(1.0));
    let y = x.dot(&law) + Array1::from_shape_simple_fn(ROWS, || rng.uniform(0.01));
    (Samples { x: x.into(), y: y.into() }, law)
}

fn main() -> npz_core::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/data_loader");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("samples.npz");
    let mut rng = Rng::new(20_260_101);
    let (samples, law) = measure(&mut rng);
    samples.save_compressed(&path)?;

    let samples = Samples::load(&path)?; // two headers
    let (x, y) = (samples.x.member()?, samples.y.member()?);

    // Where the columns lie: one pass, in pieces of 4 MiB, the next of which is read meanwhile.
    let mut mean = Array1::<f32>::zeros(COLUMNS);
    for rows in x.chunks::<Array2<f32>>(4 << 20)? {
        mean += &rows?.sum_axis(Axis(0));
    }
    mean /= ROWS as f32;
    println!("the largest mean of a column is {:.4}", mean.fold(0.0f32, |most, x| most.max(x.abs())));
    assert!(mean.iter().all(|x| x.abs() < 0.02));

    // Least squares by stochastic gradient descent, on rows drawn at random.
    let mut weights = Array1::<f32>::zeros(COLUMNS);
    let start = Instant::now();
    for step in 0..STEPS {
        let drawn: Vec<usize> = (0..BATCH).map(|_| (rng.next_u64() % ROWS as u64) as usize).collect();
        let inputs: Array2<f32> = x.select(Axis(0), &drawn)?;
        let wanted: Array1<f32> = y.select(Axis(0), &drawn)?;
        let off = inputs.dot(&weights) - wanted;
        weights = weights - inputs.t().dot(&off) * (0.5 / BATCH as f32);
        if step % 40 == 0 {
            println!("step {step:3}: off by {:.4}", off.fold(0.0f32, |most, x| most.max(x.abs())));
        }
    }
    let rows = (STEPS * BATCH) as f64 / start.elapsed().as_secs_f64();
    println!("{rows:.0} rows a second, drawn from a compressed archive");
    let off = (&weights - &law).fold(0.0f32, |most, x| most.max(x.abs()));
    println!("the law was found to within {off:.4}");
    assert!(off < 0.05);

    // The last rows are held out: read into an array that is there.
    let mut held_out = Array2::<f32>::zeros((1000, COLUMNS));
    x.slice_into(s![-1000.., ..], &mut held_out)?;
    let wanted: Array1<f32> = y.slice(s![-1000..])?;
    let error = (held_out.dot(&weights) - wanted).mapv(f32::abs).mean().unwrap_or(f32::NAN);
    println!("held out: off by {error:.4} on average");
    assert!(error < 0.05);
    assert!(!samples.x.is_loaded() && !samples.y.is_loaded());
    Ok(())
}
