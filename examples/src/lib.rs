//! What the `train` example trains, in plain ndarray: the data, a network, its optimizer and a random generator.
//!
//! Everything that has to outlive the program derives [`Npz`](npz_core::Npz); nothing here opens a checkpoint.

pub mod adam;
pub mod digits;
pub mod mlp;
pub mod rng;
