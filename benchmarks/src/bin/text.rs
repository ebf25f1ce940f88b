//! npz-text beside NumPy, pandas and polars, in one run: each round measures all of them, one after the other.
//!
//! `text [CELLS] [ROUNDS]`; 2,000,000 cells and 5 rounds unless given. The files are generated. Prints the median of the
//! rounds in MB/s of text, and how many times NumPy's that is.
#![expect(clippy::unnecessary_debug_formatting, reason = "a path as Python writes it")]

use std::path::Path;
use std::process::ExitCode;

use benchmarks::Outcome;
use benchmarks::numpy::venv;
use benchmarks::peer::{Peer, compare, timed};
use benchmarks::threads::gain;
use ndarray::{Array2, ArrayD};
use npz_core::AnyArray;
use npz_text::{GenFromTxt, Infer, LoadTxt, SaveTxt};

const PACKAGES: [&str; 3] = ["numpy==2.4.6", "pandas==2.3.3", "polars==1.35.2"];
const COLUMNS: usize = 10;
/// What several threads gain is told by so many pairs a round.
const PAIRS: usize = 5;

const IMPORTS: &str = "import numpy as np, pandas as pd, polars as pl";

fn main() -> ExitCode {
    benchmarks::exit(run())
}

/// Numbers that look like measurements.
fn numbers(cells: usize) -> Array2<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    Array2::from_shape_simple_fn((cells / COLUMNS, COLUMNS), || {
        (next() - 0.5) * 10f64.powf(next() * 6.0 - 3.0)
    })
}

fn run() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let cells = arguments.next().map_or(Ok(2_000_000), |text| text.parse())?;
    let rounds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let array = numbers(cells);
    let integers = array.mapv(|value| (value * 1000.0) as i64);
    let any = AnyArray::from(integers.clone());
    let all = std::thread::available_parallelism()?.get();
    let venv = venv::of("text-venv", &PACKAGES, &[])?;
    // Polars takes its threads once.
    let peer = |threads: usize| {
        Peer::start(&venv, IMPORTS, &[("POLARS_MAX_THREADS", threads.to_string())])
            .map(std::cell::RefCell::new)
    };
    let (one, several) = (peer(1)?, peer(all)?);
    let python = |line: String| one.borrow_mut().seconds(&line);
    let pythons = |line: String| several.borrow_mut().seconds(&line);
    SaveTxt::new().save(path("long.txt"), &array)?;
    SaveTxt::new().format("%.6g").delimiter(",").save(path("short.csv"), &array)?;
    SaveTxt::new().format("%d").delimiter(",").save(path("whole.csv"), &any)?;
    let (pairs, mut gains) = (PAIRS * rounds, Vec::new());
    let data = format!(
        "a = np.loadtxt({:?}); i = (a * 1000).astype('i8'); pa, pi = pd.DataFrame(a), pd.DataFrame(i); la, li = pl.from_numpy(a), \
         pl.from_numpy(i)",
        path("long.txt")
    );
    python(data.clone())?;
    pythons(data)?;

    for (name, delimiter) in [("long.txt", None), ("short.csv", Some(',')), ("whole.csv", Some(','))] {
        let file = path(name);
        let bytes = std::fs::metadata(&file)?.len();
        let separator =
            delimiter.map_or("' '".to_owned(), |delimiter| format!("{delimiter:?}").replace('"', "'"));
        let load = |threads: usize| {
            let file = file.clone();
            move || {
                let mut load = LoadTxt::new().threads(threads);
                if let Some(delimiter) = delimiter {
                    load = load.delimiter(delimiter);
                }
                timed(|| load.load::<Array2<f64>>(&file))
            }
        };
        let numpy =
            format!("np.loadtxt({file:?}, delimiter={})", if delimiter.is_some() { "','" } else { "None" });
        let pandas = format!("pd.read_csv({file:?}, sep={separator}, header=None)");
        let exact =
            format!("pd.read_csv({file:?}, sep={separator}, header=None, float_precision='round_trip')");
        let polars = format!("pl.read_csv({file:?}, separator={separator}, has_header=False)");
        compare(
            &format!("loadtxt of {name}"),
            bytes as f64 / 1e6,
            "MB",
            rounds,
            vec![
                ("np.loadtxt".to_owned(), Box::new(|| python(numpy.clone()))),
                ("npz-text, 1 thread".to_owned(), Box::new(load(1))),
                (format!("npz-text, {all} threads"), Box::new(load(0))),
                ("pandas, C engine".to_owned(), Box::new(|| python(pandas.clone()))),
                ("pandas, exact".to_owned(), Box::new(|| python(exact.clone()))),
                ("polars, 1 thread".to_owned(), Box::new(|| python(polars.clone()))),
                (format!("polars, {all} threads"), Box::new(|| pythons(polars.clone()))),
            ],
        )?;
        gains.push((format!("loadtxt of {name}"), gain(pairs, (load(1), load(0)))?));
    }

    let file = path("short.csv");
    let bytes = std::fs::metadata(&file)?.len();
    let numpy = format!("np.genfromtxt({file:?}, delimiter=',')");
    let infer = format!("np.genfromtxt({file:?}, delimiter=',', dtype=None)");
    let pandas = format!("pd.read_csv({file:?}, header=None)");
    let polars = format!("pl.read_csv({file:?}, has_header=False, infer_schema_length=None)");
    let gaps = |threads: usize| GenFromTxt::new().delimiter(',').threads(threads);
    compare(
        "genfromtxt of short.csv",
        bytes as f64 / 1e6,
        "MB",
        rounds.min(3),
        vec![
            ("np.genfromtxt".to_owned(), Box::new(|| python(numpy.clone()))),
            ("npz-text, 1 thread".to_owned(), Box::new(|| timed(|| gaps(1).load::<Array2<f64>>(&file)))),
            (format!("npz-text, {all} threads"), Box::new(|| timed(|| gaps(0).load::<Array2<f64>>(&file)))),
            ("np.genfromtxt, dtype=None".to_owned(), Box::new(|| python(infer.clone()))),
            (
                "npz-text, Infer, 1 thread".to_owned(),
                Box::new(|| timed(|| gaps(1).dtype(Infer).load::<AnyArray>(&file))),
            ),
            (
                format!("npz-text, Infer, {all} threads"),
                Box::new(|| timed(|| gaps(0).dtype(Infer).load::<AnyArray>(&file))),
            ),
            ("pandas, C engine".to_owned(), Box::new(|| python(pandas.clone()))),
            // Types are found from all rows, as `Infer` does.
            ("polars, 1 thread".to_owned(), Box::new(|| python(polars.clone()))),
            (format!("polars, {all} threads"), Box::new(|| pythons(polars.clone()))),
        ],
    )?;

    for format in ["%.18e", "%.6g", "%d"] {
        let file = path("out.txt");
        let array: ArrayD<f64> = array.clone().into_dyn();
        let save = |threads: usize| {
            let (array, any, file) = (array.clone(), any.clone(), file.clone());
            move || {
                let save = SaveTxt::new().format(format).threads(threads);
                timed(|| if format == "%d" { save.save(&file, &any) } else { save.save(&file, &array) })
            }
        };
        let write = |threads: usize| {
            let (array, any, file) = (array.clone(), any.clone(), file.clone());
            move || {
                let save = SaveTxt::new().format(format).threads(threads);
                // The system waits for the disk to cut off what is on its way there: that is not measured.
                std::fs::remove_file(&file)?;
                timed(|| {
                    let out = std::fs::File::create(&file)?;
                    if format == "%d" { save.write(out, &any) } else { save.write(out, &array) }
                })
            }
        };
        save(1)()?;
        let bytes = std::fs::metadata(&file)?.len();
        let numpy =
            format!("np.savetxt({file:?}, {}, fmt='{format}')", if format == "%d" { "i" } else { "a" });
        let (frame, table) = if format == "%d" { ("pi", "li") } else { ("pa", "la") };
        let pandas = format!(
            "{frame}.to_csv({file:?}, sep=' ', header=False, index=False{})",
            if format == "%d" { String::new() } else { format!(", float_format='{format}'") }
        );
        // It has no `%g`: the shortest digits that are read as the same float stand for it. Whatever its file is long, what counts
        // is the time for the same cells.
        let digits = if format == "%.18e" { ", float_scientific=True, float_precision=18" } else { "" };
        let polars = format!("{table}.write_csv({file:?}, separator=' ', include_header=False{digits})");
        compare(
            &format!("savetxt with {format}"),
            bytes as f64 / 1e6,
            "MB",
            rounds,
            vec![
                ("np.savetxt".to_owned(), Box::new(|| python(numpy.clone()))),
                ("npz-text, 1 thread".to_owned(), Box::new(save(1))),
                (format!("npz-text, {all} threads"), Box::new(save(0))),
                // What NumPy does: no wait for the disk, and what stood there before is lost.
                ("npz-text, 1 thread, no sync".to_owned(), Box::new(write(1))),
                (format!("npz-text, {all} threads, no sync"), Box::new(write(0))),
                ("pandas".to_owned(), Box::new(|| python(pandas.clone()))),
                ("polars, 1 thread".to_owned(), Box::new(|| python(polars.clone()))),
                (format!("polars, {all} threads"), Box::new(|| pythons(polars.clone()))),
            ],
        )?;
        gains.push((format!("savetxt with {format}, no sync"), gain(pairs, (write(1), write(0)))?));
    }
    println!("\n{all} threads and one, in turn, {pairs} times");
    for (job, gain) in gains {
        let (of_job, of_computation) = (gain.of_job, gain.of_computation);
        println!("  {job:<31} {of_job:.2} times as fast; computation alone {of_computation:.2}");
    }
    check(&path("long.txt"), &array)
}

/// What is fast is right as well.
fn check(path: &Path, array: &Array2<f64>) -> Outcome<()> {
    let loaded: Array2<f64> = LoadTxt::new().load(path)?;
    if loaded.iter().zip(array).any(|(a, b)| a.to_bits() != b.to_bits()) {
        return Err("what was loaded is not what was saved".into());
    }
    Ok(())
}
