//! Archives: what is written and read, by which reads and threads, and how it is said.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod archives;
mod concurrent;
mod forward;
mod limits;
mod messages;
mod numpy_npz;
mod properties;
mod ranges;
mod round_trips;
mod save_options;
mod sizes;
mod zstd;
