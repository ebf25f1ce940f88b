//! Archives: joins the members of a value with the zip container.

mod entry;
mod field;
mod medium;
mod names;
mod options;
mod reader;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::io::{Read, Write};
use std::path::Path;

pub use self::entry::NpzEntry;
pub use self::options::SaveOptions;
pub use self::reader::NpzReader;
pub use self::writer::NpzWriter;
use crate::error::{Error, Result};
use crate::members::{FromMembers, Lazy, MapKey, Members, Name, ToMembers, schema_of};
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
pub trait Npz: ToMembers {
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
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with(path, &SaveOptions::stored())
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
    fn save_compressed(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_with(path, &SaveOptions::compressed())
    }

    /// Saves to a file, atomically, with a compression, an alignment and a byte order of your own.
    ///
    /// Costs what [`save`](Self::save) or [`save_compressed`](Self::save_compressed) does.
    ///
    /// # Errors
    /// As [`save`](Self::save), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a level above 9 or an
    /// alignment that is not a power of two.
    ///
    /// ```
    /// use npz_core::{Compression, Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-save-with.npz");
    /// let fast = SaveOptions::new().compression(Compression::Deflate(1));
    /// State { step: 7 }.save_with(&path, &fast)?;
    /// assert_eq!(State::load(&path)?.step, 7);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn save_with(&self, path: impl AsRef<Path>, options: &SaveOptions) -> Result<()> {
        let path = path.as_ref();
        let save = || {
            let members = collect(self, options)?;
            let mut writer = NpzWriter::create_with(path, options)?;
            writer.add_members(&members)?;
            writer.finish()
        };
        save().map_err(|error| error.in_file(path))
    }

    /// Writes the archive to any writer, forward only: a file, a pipe, a socket, standard output. `np.savez(file, ...)`.
    /// `&mut W` works as well.
    ///
    /// Arrays are not copied. Since nothing is filled in afterwards, stored members are gone through twice (their checksum
    /// comes first), and the sizes of compressed ones stand behind them, as every reader of archives knows it. Not atomic:
    /// nothing is synced or renamed. What a file holds behind the archive stays there and may hide it: give a file that is
    /// empty, as [`File::create`](std::fs::File::create) makes it, or use [`save_with`](Self::save_with).
    ///
    /// # Errors
    /// As [`save_with`](Self::save_with). After an error the writer holds half an archive.
    ///
    /// ```
    /// use npz_core::{Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let mut body = Vec::new(); // any `Write`
    /// State { step: 7 }.write_to(&mut body, &SaveOptions::stored())?;
    /// assert_eq!(State::from_bytes(&body)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn write_to(&self, writer: impl Write, options: &SaveOptions) -> Result<()> {
        let members = collect(self, options)?;
        let mut writer = NpzWriter::with_options(writer, options)?;
        writer.add_members(&members)?;
        writer.finish()
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
    fn to_bytes(&self) -> Result<Vec<u8>> {
        self.to_bytes_with(&SaveOptions::stored())
    }

    /// Turns the value into the bytes of an archive, with a compression, an alignment and a byte order of your own.
    ///
    /// Holds the archive, as it is compressed, in a buffer that grows with it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) and [`ErrorKind::Limit`](crate::ErrorKind::Limit) as in
    /// [`save_with`](Self::save_with).
    ///
    /// ```
    /// use npz_core::{Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes_with(&SaveOptions::compressed())?;
    /// assert_eq!(State::from_bytes(&bytes)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn to_bytes_with(&self, options: &SaveOptions) -> Result<Vec<u8>> {
        let members = collect(self, options)?;
        let mut bytes = Vec::new();
        let mut writer = NpzWriter::in_memory(&mut bytes, options)?;
        writer.add_members(&members)?;
        writer.finish()?;
        Ok(bytes)
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
        Self::load_with(path, &LoadOptions::default())
    }

    /// Loads from a file with a casting rule, unknown members allowed, or limits.
    ///
    /// A field with a `cast` attribute keeps its own rule, whatever the options say, for all that is inside of it.
    /// Costs what [`load`](Self::load) does.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::{Cast, LoadOptions, Npz};
    /// #[derive(Npz)] struct Half { step: f32 }
    /// let path = std::env::temp_dir().join("npz-core-doc-load-with.npz");
    /// std::collections::BTreeMap::from([("step".to_owned(), 7.5f64)]).save(&path)?;
    /// let options = LoadOptions::new().cast(Cast::SameKind); // float64 into f32
    /// assert_eq!(Half::load_with(&path, &options)?.step, 7.5);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn load_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.load()
    }

    /// Loads from a file, and tells what was ignored, cast, defaulted or migrated.
    ///
    /// Costs what [`load`](Self::load) does. [`check`](Self::check) gives the same report without reading data.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::{LoadOptions, Npz, RemarkKind};
    /// #[derive(Npz)] struct Old { step: u64 }
    /// #[derive(Npz)] struct New { step: u64, #[npz(default)] rate: f64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-load-with-report.npz");
    /// Old { step: 7 }.save(&path)?;
    /// let (new, report) = New::load_with_report(&path, &LoadOptions::new())?;
    /// assert_eq!((new.step, new.rate), (7, 0.0));
    /// assert_eq!((report.remarks()[0].member(), report.remarks()[0].kind()), ("rate", RemarkKind::Defaulted));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn load_with_report(path: impl AsRef<Path>, options: &LoadOptions) -> Result<(Self, Report)>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.load_with_report()
    }

    /// Loads a file over this value, whose memory is used again: for a training loop that goes back to its best
    /// checkpoint.
    ///
    /// Arrays and `Vec`s of cells are read into the memory that arrays of as many cells of that type have now; nothing
    /// of their size is allocated then. Fields that are never loaded (`skip`, `skip_load`) keep their values. Otherwise
    /// the value becomes what [`load`](Self::load) gives.
    ///
    /// # Errors
    /// As [`load`](Self::load). If the members do not fit the type, the value is as it was. If the fault shows only while
    /// data are read (damage, a full disk's unread sector, a refusing `validate`), the arrays that have given their
    /// memory are empty. `validate` is asked of the loaded value, in which fields that are never loaded have their defaults.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use npz_core::Npz;
    /// #[derive(Npz)]
    /// struct State { weights: Array2<f32>, #[npz(skip)] scratch: Vec<f32> }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-load-into.npz");
    /// State { weights: Array2::ones((100, 100)), scratch: vec![] }.save(&path)?;
    /// let mut state = State { weights: Array2::zeros((100, 100)), scratch: vec![7.0] };
    /// let memory = state.weights.as_ptr();
    /// state.load_into(&path)?;
    /// assert_eq!(state.weights.as_ptr(), memory); // np.copyto(state.weights, npz["weights"])
    /// assert_eq!((state.weights[[0, 0]], state.scratch), (1.0, vec![7.0]));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn load_into(&mut self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: FromMembers,
    {
        self.load_into_with(path, &LoadOptions::default())
    }

    /// Loads a file over this value with options.
    ///
    /// # Errors
    /// As [`load_into`](Self::load_into).
    ///
    /// ```
    /// use npz_core::{Cast, LoadOptions, Npz};
    /// #[derive(Npz)] struct Wide { samples: Vec<f64> }
    /// #[derive(Npz)] struct State { samples: Vec<f32> }
    /// let path = std::env::temp_dir().join("npz-core-doc-load-into-with.npz");
    /// Wide { samples: vec![0.1, 0.2] }.save(&path)?;
    /// let mut state = State { samples: vec![0.0; 2] };
    /// state.load_into_with(&path, &LoadOptions::new().cast(Cast::SameKind))?;
    /// assert_eq!(state.samples, [0.1, 0.2]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn load_into_with(&mut self, path: impl AsRef<Path>, options: &LoadOptions) -> Result<()>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.load_into(self)
    }

    /// Loads from a stream, which is read to its end into memory first: `np.load(io.BytesIO(file.read()))`.
    ///
    /// Memory holds the whole archive beside the arrays until the load is done.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// let stream = &bytes[..]; // any `Read`
    /// assert_eq!(State::read_from(stream)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn read_from(reader: impl Read) -> Result<Self>
    where
        Self: FromMembers,
    {
        Self::read_from_with(reader, &LoadOptions::default())
    }

    /// Loads from a stream with options; at most [`Limits::total_bytes`](crate::Limits::total_bytes) and 256 MiB (of names,
    /// headers and padding) are read from it.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::{ErrorKind, Limits, LoadOptions, Npz};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// let options = LoadOptions::new().limits(Limits::strict().total_bytes(7));
    /// let error = State::read_from_with(&bytes[..], &options).err().map(|error| error.kind());
    /// assert_eq!(error, Some(ErrorKind::Limit));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn read_from_with(reader: impl Read, options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        let mut bytes = Vec::new();
        // One byte more tells a stream that is too long from one that just fits.
        let most = options.limits.stream_bytes();
        reader
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io("can't read the stream", error))?;
        options.limits.check_stream(bytes.len() as u64)?;
        Self::from_bytes_with(&bytes, options)
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
        Self::from_bytes_with(bytes, &LoadOptions::default())
    }

    /// Loads from the bytes of an archive with options; costs what [`from_bytes`](Self::from_bytes) does.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz)] struct State { step: u64 }
    /// #[derive(Npz)] struct Newer { step: u64, rate: f64 }
    /// let bytes = Newer { step: 7, rate: 0.5 }.to_bytes()?;
    /// let options = LoadOptions::new().allow_unknown(true); // `State` has no field `rate`
    /// assert_eq!(State::from_bytes_with(&bytes, &options)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn from_bytes_with(bytes: &[u8], options: &LoadOptions) -> Result<Self>
    where
        Self: FromMembers,
    {
        NpzReader::with_options(bytes, options)?.load()
    }

    /// Compares a file's headers with the type; reads no array data, but what decides the rest: counts of lists, tags of
    /// enums, and what a `migrate` function asks for. NumPy has no such call.
    ///
    /// Reads the directory and the start of each member. [`Report::into_result`] makes an error of the report.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) or [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if the archive can't be
    /// opened; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the file is none: a `.npy` file, a pickle,
    /// gzip; [`ErrorKind::Limit`](crate::ErrorKind::Limit) if it has more members than allowed;
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
        Self::check_with(path, &LoadOptions::default())
    }

    /// Tells which members the type reads and writes, without any file: see [`Schema`]. NumPy has no such call.
    ///
    /// Costs a walk through the type; nothing is cached.
    ///
    /// ```
    /// use npz_core::Npz;
    /// #[derive(Npz)] struct State { step: u64, weights: ndarray::Array2<f32> }
    /// let schema = State::schema();
    /// let rows: Vec<_> = schema.members().iter().map(|member| (member.name(), member.dtype())).collect();
    /// assert_eq!(rows, [("step", "<u8"), ("weights", "<f4")]);
    /// println!("{schema}\n{}\n{}", schema.to_json(), schema.to_python("State"));
    /// ```
    fn schema() -> Schema
    where
        Self: FromMembers,
    {
        schema_of::<Self>()
    }

    /// Compares a file's headers with the type under the options of a load; reads no array data.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    ///
    /// ```
    /// use npz_core::{Cast, LoadOptions, Npz};
    /// #[derive(Npz)] struct Half { step: f32 }
    /// let path = std::env::temp_dir().join("npz-core-doc-check-with.npz");
    /// std::collections::BTreeMap::from([("step".to_owned(), 0.1f64)]).save(&path)?;
    /// assert!(!Half::check(&path)?.is_ok());
    /// assert!(Half::check_with(&path, &LoadOptions::new().cast(Cast::SameKind))?.is_ok());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    fn check_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Report>
    where
        Self: FromMembers,
    {
        NpzReader::open_with(path, options)?.check::<Self>()
    }
}

impl<K: MapKey, T: ToMembers, S: BuildHasher> Npz for HashMap<K, T, S> {}
impl<K: MapKey, T: ToMembers> Npz for BTreeMap<K, T> {}
impl<T: Npz> Npz for Lazy<T> {}

fn collect<'v, T: ToMembers + ?Sized>(value: &'v T, options: &SaveOptions) -> Result<Members<'v>> {
    let mut members = Members::in_byte_order(options.byte_order);
    value.to_members(&mut members, &Name::root())?;
    Ok(members)
}
