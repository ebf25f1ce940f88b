#![cfg_attr(docsrs, feature(doc_cfg))]
// Before the page, where its links lead in rustdoc: in Markdown the first definition of a link counts.
#![doc = "[clean_numbers]: crate::guide::clean_numbers"]
#![doc = "[messy_tables]: crate::guide::messy_tables"]
#![doc = "[fixed_widths]: crate::guide::fixed_widths"]
#![doc = "[writing]: crate::guide::writing"]
#![doc = ""]
#![doc = include_str!("../README.md")]

mod cells;
mod collect;
mod common;
mod convert;
mod digits;
mod encoding;
mod fill;
mod float;
mod format;
mod general;
mod genfromtxt;
pub mod guide;
mod head;
mod infer;
mod input;
mod layout;
mod lines;
mod load;
mod loadtxt;
mod long_double;
mod names;
mod number;
mod open;
mod options;
mod piece;
mod pieces;
mod plain;
mod plan;
mod powers;
mod prepare;
mod printf;
mod progress;
mod reader;
mod savetxt;
mod scalar;
mod settings;
mod sink;
mod split;
mod table;
mod team;
mod time;
mod twice;
mod unpack;

use std::path::Path;

use npz_core::Result;

pub use crate::cells::ToText;
pub use crate::encoding::Encoding;
pub use crate::genfromtxt::GenFromTxt;
pub use crate::input::Input;
pub use crate::loadtxt::LoadTxt;
pub use crate::options::{CellType, Column, Delimiter, Infer, Limits, NameCase, Names};
pub use crate::pieces::Pieces;
pub use crate::savetxt::{Formats, SaveTxt};
pub use crate::table::FromText;

/// Loads a table without gaps: white space between fields, comments from `#` on; `np.loadtxt(path)`.
///
/// ```
/// use ndarray::{Array2, array};
///
/// let path = std::env::temp_dir().join("npz-text-doc-loadtxt.txt");
/// std::fs::write(&path, "# x y\n1 2\n3 4\n")?;
/// let a: Array2<f64> = npz_text::loadtxt(&path)?;
/// assert_eq!(a, array![[1.0, 2.0], [3.0, 4.0]]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// # Errors
/// As [`LoadTxt::load`].
pub fn loadtxt<T: FromText>(path: impl AsRef<Path>) -> Result<T> {
    LoadTxt::new().load(path)
}

/// Loads a table with gaps, which become NaN; `np.genfromtxt(path)`.
///
/// ```
/// use ndarray::Array2;
///
/// let path = std::env::temp_dir().join("npz-text-doc-genfromtxt.txt");
/// std::fs::write(&path, "1 n/a\n3 4\n")?;
/// let a: Array2<f64> = npz_text::genfromtxt(&path)?;
/// assert!(a[[0, 1]].is_nan());
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// # Errors
/// As [`GenFromTxt::load`].
pub fn genfromtxt<T: FromText>(path: impl AsRef<Path>) -> Result<T> {
    GenFromTxt::new().load(path)
}

/// Saves an array as text, exactly: each cell as `%.18e`, a blank between columns; `np.savetxt(path, array)`.
///
/// ```
/// use ndarray::array;
///
/// let path = std::env::temp_dir().join("npz-text-doc-savetxt.txt");
/// npz_text::savetxt(&path, &array![1.5, -0.1])?;
/// assert_eq!(std::fs::read_to_string(&path)?, "1.500000000000000000e+00\n-1.000000000000000056e-01\n");
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// # Errors
/// As [`SaveTxt::save`].
pub fn savetxt(path: impl AsRef<Path>, array: &(impl ToText + ?Sized)) -> Result<()> {
    SaveTxt::new().save(path, array)
}
