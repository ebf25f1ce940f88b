//! Sparse matrices: the archives of [`scipy.sparse.save_npz`][save] and [`load_npz`][load].
//!
//! Each format is a struct of the arrays that scipy keeps, under scipy's names: [`Csr`], [`Csc`], [`Coo`], [`Bsr`] and
//! [`Dia`]. [`Sparse`] is any of them, for files whose format is not known beforehand. All can be saved and loaded as
//! an archive ([`Npz`](crate::Npz)), and stand as a field of a derived struct, as `field.data`, `field.indices`, ....
//!
//! ```
//! use npz_core::Npz;
//! use npz_core::sparse::Csr;
//!
//! let matrix = Csr::new((2, 3), vec![0.5, 4.0], vec![2, 0], vec![0, 1, 2])?;
//! let path = std::env::temp_dir().join("npz-core-doc-sparse.npz");
//! matrix.save_compressed(&path)?; // scipy.sparse.save_npz(path, matrix)
//! let loaded = Csr::<f64>::load(&path)?; // scipy.sparse.load_npz(path)
//! assert_eq!(loaded, matrix);
//! assert_eq!(loaded.to_dense()?, ndarray::array![[0.0, 0.0, 0.5], [4.0, 0.0, 0.0]]);
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), npz_core::Error>(())
//! ```
//!
//! Indices are `usize` in memory. In a file they are `int32` where all of them and the shape fit, else `int64`, as scipy
//! has them; saving makes that copy of them, the data are not copied. Both are read.
//!
//! What is loaded was checked: indices lie inside of the shape, lengths agree. So a file can't lead an algorithm out of
//! bounds. As in scipy, indices need not be sorted, and two values at one place mean their sum. A save makes the same
//! checks.
//!
//! With the feature `sprs`, `sprs::CsMat` and `sprs::TriMat` can be saved, loaded, be fields, and be converted to and
//! from these types.
//!
//! [save]: https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.save_npz.html
//! [load]: https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.load_npz.html

mod any;
mod blocks;
mod check;
mod compressed;
mod coordinates;
mod diagonals;
mod parts;
#[cfg(feature = "sprs")]
mod with_sprs;

pub use self::any::Sparse;
pub use self::blocks::Bsr;
pub use self::compressed::{Csc, Csr};
pub use self::coordinates::Coo;
pub use self::diagonals::Dia;
