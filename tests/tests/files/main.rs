//! Files: crashes while they are written, damage, strangers' files, what peers write.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod atomic;
mod checkpoints;
mod damaged;
mod hostile;
mod mutations;
mod peers;
mod strangers;
