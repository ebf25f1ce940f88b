//! Parts of large arrays beside NumPy's maps, in one run: random rows for a batch of training, a slice, pieces.
//!
//! `parts [MIB] [BATCH] [ROUNDS]`; an array of 512 MiB, batches of 256 rows and 15 rounds unless given. Prints the median of the
//! rounds in rows a second, and how many times NumPy's that is.
#![expect(clippy::unnecessary_debug_formatting, reason = "a path as Python writes it")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::ExitCode;

use benchmarks::Outcome;
use benchmarks::numpy::venv;
use benchmarks::peer::{Job, Peer, compare, timed};
use ndarray::{Array2, Axis, s};
use npz_core::{NpyFile, NpzReader, SaveOptions, npy};

/// Floats a row: 2 KiB.
const COLUMNS: usize = 512;

fn main() -> ExitCode {
    benchmarks::exit(run())
}

/// Floats of a trained model, about.
fn table(rows: usize) -> Array2<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    Array2::from_shape_simple_fn((rows, COLUMNS), || (next() + next() + next()) * 0.05)
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mib: usize = arguments.next().map_or(Ok(512), |text| text.parse())?;
    let batch: usize = arguments.next().map_or(Ok(256), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(15), |text| text.parse())?;
    let rows = (mib << 20) / (4 * COLUMNS);
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let array = table(rows);
    npy::save(path("a.npy"), &array)?;
    let map = BTreeMap::from([("a".to_owned(), array)]);
    SaveOptions::new().save(&map, path("stored.npz"))?;
    SaveOptions::compressed().save(&map, path("ours.npz"))?;
    drop(map);
    let peer = RefCell::new(Peer::start(&venv::interpreter()?, "import numpy as np", &[])?);
    let python = |line: &str| peer.borrow_mut().seconds(line);
    let opened = format!("m = np.load({:?}, mmap_mode='r')", path("a.npy"));
    python(&opened)?;
    python(&format!("rng = np.random.default_rng(1); idx = lambda: rng.integers(0, {rows}, {batch})"))?;
    let state = RefCell::new(1usize);
    let indices = || {
        let next = |state: &mut usize| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*state >> 20) % rows
        };
        (0..batch).map(|_| next(&mut state.borrow_mut())).collect::<Vec<_>>()
    };
    let npz = NpzReader::open(path("stored.npz"))?;
    let ours = NpzReader::open(path("ours.npz"))?;
    let file = NpyFile::open(path("a.npy"))?;
    let select = |member: NpyFile<'_>| timed(|| member.select::<Array2<f32>>(Axis(0), &indices()));

    let open_again = format!("b = np.load({:?}, mmap_mode='r')[idx()]", path("a.npy"));
    let jobs: Vec<Job<'_>> = vec![
        ("np.load(.., mmap_mode='r')[idx]".to_owned(), Box::new(|| python(&open_again))),
        ("a map that is open, [idx]".to_owned(), Box::new(|| python("b = m[idx()]"))),
        (
            "npz-core, opened each time".to_owned(),
            Box::new(|| timed(|| NpyFile::open(path("a.npy"))?.select::<Array2<f32>>(Axis(0), &indices()))),
        ),
        ("npz-core, .npy".to_owned(), Box::new(|| timed(|| file.select::<Array2<f32>>(Axis(0), &indices())))),
        ("npz-core, stored member".to_owned(), Box::new(|| select(npz.member("a")?))),
    ];
    compare("random rows, stored", batch as f64, "rows", rounds, jobs)?;

    let whole = format!("b = np.load({:?}, mmap_mode='r')['a'][idx()]", path("ours.npz"));
    let jobs: Vec<Job<'_>> = vec![
        ("np.load(.., mmap_mode='r')['a'][idx]".to_owned(), Box::new(|| python(&whole))),
        ("npz-core".to_owned(), Box::new(|| select(ours.member("a")?))),
        (
            "npz-core, opened each time".to_owned(),
            Box::new(|| select(NpzReader::open(path("ours.npz"))?.member("a")?)),
        ),
    ];
    compare("random rows, compressed", batch as f64, "rows", rounds.min(5), jobs)?;

    let last = rows - rows / 100;
    let count = (rows - last) as f64;
    let slice = format!("b = np.load({:?})['a'][{last}:]", path("ours.npz"));
    let jobs: Vec<Job<'_>> = vec![
        ("np.load(..)['a'][last:]".to_owned(), Box::new(|| python(&slice))),
        ("npz-core".to_owned(), Box::new(|| timed(|| ours.slice::<Array2<f32>>("a", s![last.., ..])))),
    ];
    compare("the last 1 % of rows, compressed", count, "rows", rounds.min(5), jobs)?;

    let pieces = format!("b = [m[i:i + 32768].mean() for i in range(0, {rows}, 32768)]");
    let mean = |member: &NpyFile<'_>| {
        timed(|| {
            let pieces = member.chunks::<Array2<f32>>(64 << 20)?;
            pieces.map(|rows| rows.map(|rows| rows.sum())).sum::<npz_core::Result<f32>>()
        })
    };
    let compressed = ours.member("a")?;
    let jobs: Vec<Job<'_>> = vec![
        ("the mean of a map, 64 MiB at a time".to_owned(), Box::new(|| python(&pieces))),
        ("npz-core, .npy".to_owned(), Box::new(|| mean(&file))),
        ("npz-core, compressed".to_owned(), Box::new(|| mean(&compressed))),
    ];
    compare("the mean of all rows", rows as f64, "rows", rounds.min(5), jobs)
}
