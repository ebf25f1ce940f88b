//! Deflate, as arrays need it: an encoder that knows what cells are.
//!
//! [`encode`] turns one block into bits by a plan that `choose` made for the whole member. `bits`, `huffman` and `header`
//! are what RFC 1951 asks for, `literals` and `sequences` what is written by them, `search` finds the
//! matches, and `zlib` stands in where nothing of ours is made for the data.
//! [`inflate`] is the way back, several blocks at a time.

mod bits;
mod choose;
mod encode;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod header;
mod huffman;
pub(super) mod inflate;
mod literals;
mod plan;
mod search;
mod sequences;
mod zlib;

pub(super) use self::choose::{Choice, Samples, choose, choose_small};
pub(super) use self::encode::{Block, Encoder};
pub(super) use self::error::Error;
pub(super) use self::search::Cells;
