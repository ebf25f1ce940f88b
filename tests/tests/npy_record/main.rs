//! Rows of structured arrays, against files that real NumPy writes and reads.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod fields;
mod layouts;
mod members;
mod mismatch;
mod pod;
