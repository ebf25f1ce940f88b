//! npz-core beside NumPy, other crates and the machine's limits. `--help` tells the arguments, the README the rest.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use benchmarks::arguments::Arguments;
use benchmarks::{Outcome, chart, compare, memory};

fn main() -> ExitCode {
    benchmarks::exit(run())
}

fn run() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == memory::FLAG) {
        return memory::run(&words[1..]);
    }
    let arguments = Arguments::parse(words.iter().cloned())?;
    let write = arguments.write;
    let report = compare::run(arguments)?;
    let markdown = report.markdown();
    // Drawn in any case, so that a short run shows that it can be.
    let picture = chart::draw(&report)?;
    println!("{markdown}");
    if write {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::write(folder.join("RESULTS.md"), markdown)?;
        fs::write(folder.join("results.svg"), picture)?;
    }
    Ok(())
}
