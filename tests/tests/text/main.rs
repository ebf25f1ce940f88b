//! `npz-text` against real NumPy: its own tests, generated cases, hard floats, formats; and what strangers' files may do.
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod against_numpy;
mod cases;
mod files;
mod generated_tables;
mod hostile;
mod messages;
mod numpys_own;
mod options;
mod passes;
mod properties;
mod whole;

/// A Python script that asks the program `text`, and compares with NumPy.
fn compare(script: &str) -> String {
    let dir = tests::temp_dir();
    let program = env!("CARGO_BIN_EXE_text_server");
    tests::python(dir.path(), &format!("PROGRAM = r'{program}'\n{}\n{script}", include_str!("ask.py")))
}
