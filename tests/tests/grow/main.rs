//! Files that grow: rows appended to a `.npy` file, members that are streamed, archives that are edited and published.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod appender;
mod editor;
mod in_place;
mod kills;
mod published;
mod refused;
mod stream;

use std::fs;
use std::path::Path;

const SAVER: &str = env!("CARGO_BIN_EXE_saver");

/// The names in a folder, sorted.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
