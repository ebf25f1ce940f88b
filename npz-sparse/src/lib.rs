#![doc = include_str!("../README.md")]

mod bsr;
mod check;
mod compressed;
mod coo;
mod dia;
mod format;
mod memory;
mod sparse;
#[cfg(feature = "sprs")]
mod with_sprs;

pub use crate::bsr::Bsr;
pub use crate::compressed::{Csc, Csr};
pub use crate::coo::Coo;
pub use crate::dia::Dia;
pub use crate::sparse::Sparse;
#[cfg(feature = "sprs")]
pub use crate::with_sprs::{cs_mat, tri_mat};
