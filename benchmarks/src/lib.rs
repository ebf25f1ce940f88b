//! What the benchmarks share. `bin/compare.rs` measures npz-core beside NumPy, other crates and the machine's limits;
//! `bin/compile_time.rs` measures what the derive adds to a build.

pub mod arguments;
pub mod arrays;
pub mod chart;
pub mod compare;
pub mod held_out;
pub mod kinds;
pub mod libraries;
pub mod limits;
mod machine;
pub mod memory;
pub mod numpy;
pub mod peer;
mod random;
pub mod report;
mod rounds;
mod text;
pub mod threads;

use std::error::Error;
use std::process::ExitCode;

pub use machine::{is_smoke, machine, versions};
pub use rounds::{Rounds, Samples, Side, Spread, take_turns};
pub use text::{rate, size, time};

/// What went wrong in a benchmark, with its own words.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// How a program of these ends: what went wrong is printed.
pub fn exit(outcome: Outcome<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
