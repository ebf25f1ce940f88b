//! Deflate, as arrays need it: what [`npz-core`](https://docs.rs/npz-core) compresses members with, and inflates them.
//!
//! **Use that crate**: what is public here serves it alone, and changes with any version. It stands for itself so that it compiles
//! beside others.
//!
//! [`choose`](choose()) makes a plan for a whole member of samples, and by that [`Encoder`] turns one block into bits. `bits`, `huffman`
//! and `header` are what RFC 1951 asks for, `literals` and `sequences` what is written by them, `search` finds the
//! matches, `parts` tells which of them share a code, and `zlib` stands in where nothing of ours is made for the data.
//! [`inflate`] is the way back: several blocks at a time, and streams of any writer.

mod bits;
mod choose;
mod encode;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod header;
mod huffman;
pub mod inflate;
mod literals;
mod parts;
mod plan;
mod samples;
mod search;
mod sequences;
mod trial;
mod zlib;

pub use self::choose::{Choice, choose, choose_small};
pub use self::encode::{Block, Encoder};
pub use self::error::Error;
pub use self::samples::Samples;
pub use self::search::Cells;
