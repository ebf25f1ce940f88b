//! npz-core beside NumPy, other crates and the machine's limits. `--help` tells the arguments, the README the rest.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use benchmarks::arguments::Arguments;
use benchmarks::{Outcome, chart, compare, memory};

fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == memory::FLAG) {
        return memory::run(&words[1..]);
    }
    let arguments = Arguments::parse(words.iter().cloned())?;
    if let Some(code) = with_fresh_memory(&words)? {
        std::process::exit(code);
    }
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

/// What glibc's allocator is told, here and in Python: memory of 4 MiB and more is given back to the system at once, and
/// asked for anew. A loop that loads the same file again would else get the same pages again, and hide what a
/// first load costs: by default the allocator keeps up to 32 MiB. Smaller buffers are reused, as in any program.
const FRESH: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "4194304"), ("MALLOC_TRIM_THRESHOLD_", "67108864")];

/// Runs this program again with [`FRESH`], unless that has been done: gives its exit code.
fn with_fresh_memory(words: &[String]) -> Outcome<Option<i32>> {
    if !cfg!(target_os = "linux") || env::var_os(FRESH[0].0).is_some() {
        return Ok(None);
    }
    let status = Command::new(env::current_exe()?).args(words).envs(FRESH).status()?;
    Ok(Some(status.code().unwrap_or(1)))
}
