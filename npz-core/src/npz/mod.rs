//! Archives: joins the members of a value with the zip container.

mod entry;
mod names;
mod options;
mod reader;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

pub use self::entry::NpzEntry;
pub use self::options::SaveOptions;
pub use self::reader::NpzReader;
pub use self::writer::NpzWriter;
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};
use crate::members::{FromMembers, MapKey, Members, Name, ToMembers};
use crate::options::LoadOptions;
use crate::report::Report;

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
pub trait Npz: ToMembers {
    /// Saves to a file, atomically and uncompressed: `np.savez(path, ...)`.
    ///
    /// Array data start on a multiple of 64 bytes in the file. The path is taken as it is. The new archive is
    /// written to a temporary file in the same folder, synced, and renamed over the old one, whose permissions
    /// it keeps; symbolic links are followed. Arrays are not copied.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if two
    /// members would have one name, a value can't be kept, or the path is not a regular file. The old file is
    /// untouched by any error.
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with(path, &SaveOptions::stored())
    }

    /// Saves to a file, atomically, with deflate at level 6: `np.savez_compressed(path, ...)`.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    fn save_compressed(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with(path, &SaveOptions::compressed())
    }

    /// Saves to a file, atomically, with options.
    ///
    /// # Errors
    /// As [`save`](Self::save), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a level above 9 or an
    /// alignment that is not a power of two.
    fn save_with(&self, path: impl AsRef<Path>, options: &SaveOptions) -> Result<()> {
        let path = path.as_ref();
        let save = || {
            let members = collect(self)?;
            let mut file = AtomicFile::create(path)?;
            write_members(&members, &mut file, options)?;
            file.commit()
        };
        save().map_err(|error| error.in_file(path))
    }

    /// Writes the archive to a writer, at its position; `&mut W` works as well.
    ///
    /// # Errors
    /// As [`save_with`](Self::save_with). After an error the writer holds half an archive.
    fn write_to(&self, writer: impl Write + Seek, options: &SaveOptions) -> Result<()> {
        write_members(&collect(self)?, writer, options)
    }

    /// Turns the value into the bytes of an uncompressed archive.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as in [`save`](Self::save).
    fn to_bytes(&self) -> Result<Vec<u8>> {
        self.to_bytes_with(&SaveOptions::stored())
    }

    /// Turns the value into the bytes of an archive, with options.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) as in [`save_with`](Self::save_with).
    fn to_bytes_with(&self, options: &SaveOptions) -> Result<Vec<u8>> {
        let mut cursor = Cursor::new(Vec::new());
        self.write_to(&mut cursor, options)?;
        Ok(cursor.into_inner())
    }

    /// Loads from a file that this crate, NumPy or another program wrote.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) with a report of all missing, unexpected, mistyped and misshapen
    /// members; [`ErrorKind::Io`](crate::ErrorKind::Io), [`ErrorKind::Damaged`](crate::ErrorKind::Damaged),
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), [`ErrorKind::Limit`](crate::ErrorKind::Limit) about the
    /// file; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a value that its field can't hold.
    fn load(path: impl AsRef<Path>) -> Result<Self>
    where
        Self: FromMembers,
    {
        Self::load_with(path, &LoadOptions::default())
    }

    /// Loads from a file with options.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn load_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.load()
    }

    /// Loads from a stream, which is read to its end into memory first.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn read_from(reader: impl Read) -> Result<Self>
    where
        Self: FromMembers,
    {
        Self::read_from_with(reader, &LoadOptions::default())
    }

    /// Loads from a stream with options; at most [`Limits::total_bytes`](crate::Limits::total_bytes) are read from it.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn read_from_with(reader: impl Read, options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        let mut bytes = Vec::new();
        // One byte more tells a stream that is too long from one that just fits.
        let most = options.limits.total_bytes.saturating_add(1);
        reader
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io("can't read the stream", error))?;
        options.limits.check_total(bytes.len() as u64)?;
        Self::from_bytes_with(&bytes, options)
    }

    /// Loads from the bytes of an archive.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn from_bytes(bytes: &[u8]) -> Result<Self>
    where
        Self: FromMembers,
    {
        Self::from_bytes_with(bytes, &LoadOptions::default())
    }

    /// Loads from the bytes of an archive with options.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn from_bytes_with(bytes: &[u8], options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        NpzReader::with_options(bytes, options)?.load()
    }

    /// Compares a file's headers with the type; reads no array data.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) or [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if the archive can't be
    /// opened. Mismatches are not an error here but the report.
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
        Self::check_with(path, &LoadOptions::default())
    }

    /// Compares a file's headers with the type under the options of a load; reads no array data.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    fn check_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Report>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.check::<Self>()
    }
}

impl<K: MapKey, T: ToMembers, S: BuildHasher> Npz for HashMap<K, T, S> {}
impl<K: MapKey, T: ToMembers> Npz for BTreeMap<K, T> {}

fn collect<T: ToMembers + ?Sized>(value: &T) -> Result<Members<'_>> {
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root())?;
    Ok(members)
}

fn write_members(members: &Members<'_>, writer: impl Write + Seek, options: &SaveOptions) -> Result<()> {
    let mut writer = NpzWriter::with_options(writer, options)?;
    writer.add_members(members)?;
    writer.finish()
}
