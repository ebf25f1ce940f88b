//! Files from strangers: what is no archive at all, and archives as other people make them.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod archives;
mod each;
mod kinds;
