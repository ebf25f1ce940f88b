//! Archives: joins the members of a value with the zip container.

mod checkpoints;
mod edit;
mod entry;
mod load;
mod loaded;
mod member;
mod names;
mod options;
mod part;
#[cfg(test)]
mod portable;
mod reader;
mod salvage;
mod save;
#[cfg(feature = "mmap")]
mod update;
mod verify;
mod view;
mod whole_cells;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::path::Path;

use ndarray::{ArrayBase, RawData};

pub use self::checkpoints::{Better, Checkpoints};
pub use self::edit::NpzEditor;
pub use self::entry::NpzEntry;
pub use self::loaded::{Loaded, load};
pub use self::options::{PublishEvery, SaveOptions};
pub use self::reader::NpzReader;
#[cfg(feature = "mmap")]
pub use self::update::map_member_mut;
pub use self::writer::{MemberStream, NpzWriter};
use crate::error::Result;
use crate::members::{FromMembers, Lazy, MapKey, ToMembers, schema_of};
use crate::options::LoadOptions;
use crate::report::Report;
use crate::schema::Schema;

/// Saves a value as an archive, and loads it: what `#[derive(Npz)]` gives to a struct.
///
/// Implemented for derived structs and for string-keyed maps, the untyped counterpart of `np.savez(file, **map)`
/// and `dict(np.load(file))`. Saving needs every field to be [`ToMembers`], loading every field to be
/// [`FromMembers`]: a struct of views can be saved without a copy and is loaded into its owned twin.
///
/// A load compares all headers with the type before it reads any data, and lists all differences in one error.
/// A save collects and checks all members before it writes the first byte.
///
/// ```
/// use ndarray::{Array2, array};
/// use npz_core::Npz;
///
/// #[derive(Npz)]
/// struct Checkpoint {
///     weights: Array2<f32>,
///     epoch: u64,
/// }
///
/// let path = std::env::temp_dir().join("npz-core-doc-npz.npz");
/// Checkpoint { weights: array![[0.5, -0.5]], epoch: 3 }.save(&path)?;
/// let state = Checkpoint::load(&path)?;
/// assert_eq!((state.weights, state.epoch), (array![[0.5, -0.5]], 3));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the root of an archive: the trait `Npz` is missing",
    note = "add `#[derive(npz_core::Npz)]` to the struct; a single array is saved by `npz_core::npy::save`"
)]
pub trait Npz {
    /// Saves to a file, atomically and uncompressed: [`np.savez(path, ...)`][savez].
    ///
    /// Array data start on a multiple of 64 bytes in the file. The path is taken as it is, no `.npz` is appended.
    /// The new archive is written to a temporary file in the same folder, synced, and renamed over the old one,
    /// whose permissions it keeps; symbolic links are followed. Arrays are not copied.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if two
    /// members would have one name, a value can't be kept, or the path is not a regular file;
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if values are nested deeper than 128 levels. The old file is
    /// untouched by any error, but one: the message says so where the new file is in place and only its folder could
    /// not be synced. A folder that may be written but not read can't be synced at all, which is no error.
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-save.npz");
    /// State { step: 7 }.save(&path)?; // np.savez("run.npz", step=7)
    /// assert_eq!(State::load(&path)?.step, 7);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// [savez]: https://numpy.org/doc/stable/reference/generated/numpy.savez.html
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: ToMembers,
    {
        SaveOptions::new().save(self, path)
    }

    /// Saves to a file, atomically, with deflate at level 6: [`np.savez_compressed(path, ...)`][savez].
    ///
    /// Data are compressed piece by piece as they are written; no compressed copy is held in memory.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-save-compressed.npz");
    /// State { step: 7 }.save_compressed(&path)?;
    /// assert_eq!(State::load(&path)?.step, 7); // a load finds out by itself
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// [savez]: https://numpy.org/doc/stable/reference/generated/numpy.savez_compressed.html
    fn save_compressed(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: ToMembers,
    {
        SaveOptions::compressed().save(self, path)
    }

    /// Turns the value into the bytes of an uncompressed archive: `np.savez(io.BytesIO(), ...)`.
    ///
    /// Copies all data once, into a buffer that grows with them.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) and [`ErrorKind::Limit`](crate::ErrorKind::Limit) as in
    /// [`save`](Self::save).
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// assert!(bytes.starts_with(b"PK")); // a zip archive
    /// assert_eq!(State::from_bytes(&bytes)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn to_bytes(&self) -> Result<Vec<u8>>
    where
        Self: ToMembers,
    {
        SaveOptions::new().to_bytes(self)
    }

    /// Loads from a file that this crate, NumPy or another program wrote: [`np.load(path)`][load], without pickles.
    ///
    /// The directory and the headers are read first and compared with the type. Then each array is read once,
    /// straight into its own buffer; a compressed one is inflated on the way. Checksums are verified.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) with a report of all missing, unexpected, mistyped and misshapen
    /// members; [`ErrorKind::Io`](crate::ErrorKind::Io), [`ErrorKind::Damaged`](crate::ErrorKind::Damaged),
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), [`ErrorKind::Limit`](crate::ErrorKind::Limit) about the
    /// file; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a value that its field can't hold, or a folder.
    ///
    /// ```
    /// use npz_core::{ErrorKind, Npz};
    /// #[derive(Npz)] struct State { step: u64 }
    /// #[derive(Npz, Debug)] struct Other { step: u64, rate: f64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-load.npz");
    /// State { step: 7 }.save(&path)?;
    /// assert_eq!(State::load(&path)?.step, 7);
    /// let error = Other::load(&path).unwrap_err(); // it has a field `rate` as well
    /// assert_eq!(error.kind(), ErrorKind::Mismatch);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// [load]: https://numpy.org/doc/stable/reference/generated/numpy.load.html
    fn load(path: impl AsRef<Path>) -> Result<Self>
    where
        Self: FromMembers,
    {
        LoadOptions::default().load(path)
    }

    /// Loads from the bytes of an archive: `np.load(io.BytesIO(bytes))`.
    ///
    /// Each array is copied or inflated once, straight into its own buffer.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// assert_eq!(State::from_bytes(&bytes)?.step, 7);
    /// assert!(State::from_bytes(&bytes[..50]).is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn from_bytes(bytes: &[u8]) -> Result<Self>
    where
        Self: FromMembers,
    {
        LoadOptions::default().from_bytes(bytes)
    }

    /// Compares a file's headers with the type; reads no array data, but what decides the rest: counts of lists, tags of
    /// enums, and what a `migrate` function asks for. NumPy has no such call.
    ///
    /// Reads the directory and the start of each member. [`Report::into_result`] makes an error of the report. That the data are
    /// sound says [`LoadOptions::verify`], which reads them.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) or [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if the archive can't be
    /// opened; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the file is of another kind;
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if it has more members than allowed;
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a folder. Mismatches, and members that can't be read, are
    /// not an error here but the report.
    ///
    /// ```
    /// use npz_core::Npz;
    ///
    /// #[derive(Npz)]
    /// struct State { step: u64 }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-check.npz");
    /// State { step: 1 }.save(&path)?;
    /// assert!(State::check(&path)?.is_ok());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn check(path: impl AsRef<Path>) -> Result<Report>
    where
        Self: FromMembers,
    {
        LoadOptions::default().open(path)?.check::<Self>()
    }

    /// Tells which members the type reads and writes, without any file: see [`Schema`]. NumPy has no such call.
    ///
    /// Costs a walk through the type; nothing is cached.
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64, weights: ndarray::Array2<f32> }
    /// let schema = State::schema();
    /// let rows: Vec<_> = schema.members.iter().map(|member| (&*member.name, &*member.dtype)).collect();
    /// assert_eq!(rows, [("step", "<u8"), ("weights", "<f4")]);
    /// println!("{schema}\n{}\n{}", schema.to_json(), schema.to_python("State"));
    /// ```
    fn schema() -> Schema
    where
        Self: FromMembers,
    {
        schema_of::<Self>()
    }
}

/// Nothing implements it: who calls `save` on an array is told what to call instead. By its name too, which is all that rustc shows
/// where the array stands in the call itself.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is one array, which would have no name in an archive",
    label = "one array makes a .npy file",
    note = "save it by `npz_core::npy::save(path, &array)` and load it by `npz_core::npy::load(path)`",
    note = "or make it a field of a struct with `#[derive(npz_core::Npz)]`, or the value of a map from names to arrays"
)]
pub trait ForOneArrayCallNpySave {}

impl<S: RawData<Elem = A>, D, A> Npz for ArrayBase<S, D, A> where Self: ForOneArrayCallNpySave {}
impl<T> Npz for Vec<T> where Self: ForOneArrayCallNpySave {}

impl<K: MapKey, T, S: BuildHasher> Npz for HashMap<K, T, S> {}
impl<K: MapKey, T> Npz for BTreeMap<K, T> {}
impl<T: Npz> Npz for Lazy<T> {}
impl<T: Npz + ?Sized> Npz for &T {}
