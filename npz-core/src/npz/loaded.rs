//! Opening a file of either kind.

use std::fs::File;
use std::path::Path;

use super::NpzReader;
use crate::any::AnyArray;
use crate::error::{Error, ErrorKind, Result};
use crate::header::is_magic;
use crate::input::Input;
use crate::npy;
use crate::options::LoadOptions;
use crate::source::open_file;

/// What [`load`] found in a file.
#[derive(Debug)]
pub enum Loaded {
    /// The array of a `.npy` file.
    Array(AnyArray),
    /// An archive, of which only the directory was read.
    Archive(Box<NpzReader<File>>),
}

/// Opens a file, be it a `.npy` file or an archive: [`np.load(path)`](https://numpy.org/doc/stable/reference/generated/numpy.load.html).
///
/// What it is tell its first bytes, not its name. An array is read, whatever its dtype; the members of an archive are read
/// when they are asked for. Where you know what the file holds, [`Npz::load`](crate::Npz::load) and
/// [`npy::load`](crate::npy::load) give it as a type of yours.
///
/// # Errors
/// As [`npy::load`](crate::npy::load) and [`NpzReader::open`].
///
/// ```
/// use npz_core::{AnyArray, Loaded, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-either");
/// npy::save(&path, &[1i16, 2])?;
/// match npz_core::load(&path)? {
///     Loaded::Array(array) => assert_eq!(array, AnyArray::from(ndarray::arr1(&[1i16, 2]))),
///     Loaded::Archive(npz) => println!("{:?}", npz.names().collect::<Vec<_>>()),
/// }
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load(path: impl AsRef<Path>) -> Result<Loaded> {
    let path = path.as_ref();
    let is_array = || {
        let (file, size) = open_file(path, ".npz")?;
        if size.is_none() {
            let message = "expected a file, found a pipe; read it with `npy::read` or `LoadOptions::read`";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let mut start = [0; 8];
        let input = Input::new(file, None)?;
        let count = input.read(&mut start, 0)?;
        Ok(is_magic(start.get(..count).unwrap_or_default()))
    };
    if is_array().map_err(|error| error.in_file(path))? {
        npy::load_by(path, &LoadOptions::default()).map(Loaded::Array)
    } else {
        Ok(Loaded::Archive(Box::new(NpzReader::open(path)?)))
    }
}
