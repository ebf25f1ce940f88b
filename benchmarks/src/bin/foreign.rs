//! Archives that NumPy has deflated, read by NumPy and by npz-core in turn, in one run.
//!
//! `foreign [MIB] [ROUNDS] [LARGE]`: each of the 14 kinds of data with 36 MiB, 7 rounds, and slices of a member of 1,024 MiB unless given;
//! weights are also cast and verified.
//! Prints the median of the rounds in MB/s, and how many times NumPy's that is.
#![expect(clippy::unnecessary_debug_formatting, reason = "a path as Python writes it")]

use std::cell::RefCell;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use benchmarks::Outcome;
use benchmarks::arrays::{ArrayState, Arrays, ONLY};
use benchmarks::kinds::{KINDS, Kind};
use benchmarks::numpy::venv;
use benchmarks::peer::{Job, Peer, compare, timed};
use half::f16;
use ndarray::{Array1, s};
use npz_core::{Cast, LoadOptions, NpzReader, SaveOptions};

fn main() -> ExitCode {
    benchmarks::exit(run())
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mib: usize = arguments.next().map_or(Ok(36), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(7), |text| text.parse())?;
    let large: usize = arguments.next().map_or(Ok(1024), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let peer = RefCell::new(Peer::start(&venv::interpreter()?, "import numpy as np", &[])?);
    let python = |line: &str| peer.borrow_mut().seconds(line);
    // NumPy deflates what it loads from ours.
    let write = |kind: &Kind, bytes: usize, path: &Path| {
        let stored = folder.path().join("stored.npz");
        save(&kind.make(bytes), &stored)?;
        python(&format!("np.savez_compressed({path:?}, **np.load({stored:?}))"))
    };

    for kind in KINDS {
        let path = folder.path().join("foreign.npz");
        write(&kind, mib << 20, &path)?;
        let one = kind.make(64);
        let load = |threads| timed(|| load(&one, threads, &path));
        let numpy = format!("a = np.load({path:?})[{ONLY:?}]");
        let jobs: Vec<Job<'_>> = vec![
            ("np.load".to_owned(), Box::new(|| python(&numpy))),
            ("npz-core, 1 thread".to_owned(), Box::new(|| load(1))),
            ("npz-core, 2 threads".to_owned(), Box::new(|| load(2))),
        ];
        compare(kind.name, (mib << 20) as f64 / 1e6, "MB", rounds, jobs)?;
    }

    let path = folder.path().join("foreign.npz");
    write(&KINDS[0], mib << 20, &path)?;
    let options = |threads| LoadOptions::new().threads(threads);
    let cast = |threads| timed(|| options(threads).cast(Cast::Safe).load::<ArrayState<f64>>(&path));
    let numpy = format!("a = np.load({path:?})[{ONLY:?}].astype('f8')");
    let jobs: Vec<Job<'_>> = vec![
        ("np.load(..).astype('f8')".to_owned(), Box::new(|| python(&numpy))),
        ("npz-core, 1 thread".to_owned(), Box::new(|| cast(1))),
        ("npz-core, 2 threads".to_owned(), Box::new(|| cast(2))),
    ];
    compare("weights_f4 into f8", (mib << 20) as f64 / 1e6, "MB", rounds, jobs)?;
    let verify = |threads| timed(|| options(threads).open(&path)?.verify());
    let numpy = format!("assert __import__('zipfile').ZipFile({path:?}).testzip() is None");
    let jobs: Vec<Job<'_>> = vec![
        ("zipfile's testzip".to_owned(), Box::new(|| python(&numpy))),
        ("npz-core, 1 thread".to_owned(), Box::new(|| verify(1))),
        ("npz-core, 2 threads".to_owned(), Box::new(|| verify(2))),
    ];
    compare("weights_f4, verified", (mib << 20) as f64 / 1e6, "MB", rounds, jobs)?;

    let path = folder.path().join("large.npz");
    write(&KINDS[0], large << 20, &path)?;
    let last = (large << 20) / 4 - 1000;
    let slice = |reader: &NpzReader<File>| timed(|| reader.slice::<Array1<f32>>(ONLY, s![last..]));
    let again = NpzReader::open(&path)?;
    slice(&again)?;
    let numpy = format!("a = np.load({path:?})[{ONLY:?}][{last}:]");
    let jobs: Vec<Job<'_>> = vec![
        ("np.load(..)[last:]".to_owned(), Box::new(|| python(&numpy))),
        ("npz-core, for the first time".to_owned(), Box::new(|| slice(&NpzReader::open(&path)?))),
        ("npz-core, again".to_owned(), Box::new(|| slice(&again))),
    ];
    compare("the last 1,000 cells of a large member", 1.0, "slice", rounds.min(3), jobs)
}

fn save(arrays: &Arrays, path: &Path) -> Outcome<()> {
    let options = SaveOptions::new();
    match arrays {
        Arrays::F2(state) => options.save(state, path)?,
        Arrays::F4(state) => options.save(state, path)?,
        Arrays::F8(state) => options.save(state, path)?,
        Arrays::I4(state) => options.save(state, path)?,
        Arrays::I8(state) => options.save(state, path)?,
        Arrays::U1(state) => options.save(state, path)?,
        Arrays::B1(state) => options.save(state, path)?,
    }
    Ok(())
}

/// Loads what has the cells of `like`.
fn load(like: &Arrays, threads: usize, path: &Path) -> npz_core::Result<()> {
    let options = LoadOptions::new().threads(threads);
    match like {
        Arrays::F2(_) => options.load::<ArrayState<f16>>(path).map(drop),
        Arrays::F4(_) => options.load::<ArrayState<f32>>(path).map(drop),
        Arrays::F8(_) => options.load::<ArrayState<f64>>(path).map(drop),
        Arrays::I4(_) => options.load::<ArrayState<i32>>(path).map(drop),
        Arrays::I8(_) => options.load::<ArrayState<i64>>(path).map(drop),
        Arrays::U1(_) => options.load::<ArrayState<u8>>(path).map(drop),
        Arrays::B1(_) => options.load::<ArrayState<bool>>(path).map(drop),
    }
}
