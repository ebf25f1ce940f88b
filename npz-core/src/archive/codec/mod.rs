//! Deflate, as arrays need it: an encoder that knows what cells are.
//!
//! [`encode`] turns one block into bits by a plan that `choose` made for the whole member. `bits`, `huffman` and `header`
//! are what RFC 1951 asks for, `literals` and `sequences` what is written by them, and `zlib` stands in where nothing of
//! ours is made for the data.

mod bits;
mod choose;
mod encode;
mod header;
mod huffman;
mod literals;
mod sequences;
mod zlib;

pub(super) use self::choose::choose;
pub(super) use self::encode::{Encoder, Plan};
