//! What the examples compute, in plain ndarray: networks, their optimizers, the data, random generators, a simulation.
//!
//! Everything that has to outlive the program derives [`Npz`](npz_core::Npz); nothing here opens a checkpoint.

pub mod adam;
pub mod digits;
pub mod gas;
pub mod mlp;
pub mod pcg;
pub mod rng;
pub mod transformer;
