//! What a caller may choose when saving, and what saves by it.

use std::io::Write;
use std::path::Path;

use super::NpzWriter;
use crate::archive::Compression;
use crate::atomic::AtomicFile;
use crate::dtype::ByteOrder;
use crate::error::{Error, Result};
use crate::members::{Members, Name, ToMembers};
use crate::npy;
use crate::run::Threads;

/// How an archive is written. The default is that of `np.savez`: no compression.
///
/// ```
/// use npz_core::{Compression, Npz, SaveOptions};
///
/// #[derive(Npz)]
/// struct Trace { samples: Vec<u32> }
///
/// let trace = Trace { samples: (0..10_000).collect() };
/// let stored = trace.to_bytes()?;
/// let small = SaveOptions::new().compression(Compression::Deflate(9)).to_bytes(&trace)?;
/// assert!(small.len() < stored.len());
/// assert_eq!(Trace::from_bytes(&small)?.samples, trace.samples);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SaveOptions {
    pub(crate) compression: Compression,
    pub(crate) alignment: u16,
    /// `None` is little-endian, and as they are for bytes that keep their form.
    pub(crate) byte_order: Option<ByteOrder>,
    pub(crate) threads: Threads,
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self {
            compression: Compression::Stored,
            alignment: 64,
            byte_order: None,
            threads: Threads::default(),
        }
    }
}

impl SaveOptions {
    /// Gives the defaults: stored, array data aligned to 64 bytes.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]);
    /// assert_eq!(SaveOptions::new().to_bytes(&map)?, map.to_bytes()?);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the options of [`Npz::save_compressed`](crate::Npz::save_compressed): deflate at level 6, as
    /// `np.savez_compressed`.
    ///
    /// ```
    /// # use npz_core::{Npz, NpzReader, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.0; 1000])]);
    /// let bytes = SaveOptions::compressed().to_bytes(&map)?;
    /// assert_eq!(NpzReader::new(&bytes)?.entries()?[0].compression(), "deflate");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn compressed() -> Self {
        Self::default().compression(Compression::Deflate(6))
    }

    /// Sets how members are stored: [`Compression::Stored`] by default.
    ///
    /// ```
    /// # use npz_core::{Compression, Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.0; 1000])]);
    /// let smallest = SaveOptions::new().compression(Compression::Deflate(9));
    /// assert!(smallest.to_bytes(&map)?.len() < 1000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the multiple of bytes that the first cell of a stored array lies at in the file: 64 by default, a power of two
    /// up to 16384. At a multiple of the system's pages (mostly 4096) anyone can map the cells. Another number is an
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when the archive is begun.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), 1.5f64)]);
    /// let bytes = SaveOptions::new().alignment(4096).to_bytes(&map)?;
    /// assert_eq!(bytes[4096..4104], 1.5f64.to_le_bytes());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn alignment(mut self, bytes: u16) -> Self {
        self.alignment = bytes;
        self
    }

    /// Sets the byte order of all numbers and texts: little-endian by default, on every machine. For a reader that wants
    /// the other one: `np.savez(file, a=a.astype(a.dtype.newbyteorder(">")))`.
    ///
    /// A [`RawArray`](crate::RawArray) keeps its own byte order unless one is asked for; an untouched
    /// [`Lazy`](crate::Lazy) is copied as it is in any case.
    ///
    /// ```
    /// use npz_core::{ByteOrder, Npz, NpzReader, SaveOptions};
    ///
    /// let map = std::collections::BTreeMap::from([("x".to_owned(), 1.5)]);
    /// let bytes = SaveOptions::new().byte_order(ByteOrder::Big).to_bytes(&map)?;
    /// assert_eq!(NpzReader::new(&bytes)?.header("x")?.dtype().to_string(), ">f8");
    /// assert_eq!(std::collections::BTreeMap::<String, f64>::from_bytes(&bytes)?, map);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn byte_order(mut self, order: ByteOrder) -> Self {
        self.byte_order = Some(order).filter(|&order| order != ByteOrder::NotApplicable);
        self
    }

    /// Sets how many threads may work on one save at once, the calling one among them: 0, which is the default, for all that
    /// the pool has. The bytes are the same for every number.
    ///
    /// The pool is the one of `rayon` that the save is called in, else the global one. Small saves use no other thread than
    /// the calling one; nor does any, where the feature `parallel` is off. Choose 1 where you call from a pool while you hold
    /// a lock: the calling thread may do other work of the pool while it waits.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.5; 100_000])]);
    /// let options = SaveOptions::compressed();
    /// assert_eq!(options.clone().threads(1).to_bytes(&map)?, options.to_bytes(&map)?);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Threads::at_most(count);
        self
    }

    /// Saves a value to a file, atomically: a value with members as an archive, one that is a single array (an `Array`, a
    /// `Vec`, a number, `AnyArray`) as a `.npy` file, as [`npy::save`](crate::npy::save) does. The extension does not matter.
    ///
    /// Of the options, only the byte order means something for a single array; one that is to be compressed is refused.
    /// Costs what [`Npz::save`](crate::Npz::save) or [`Npz::save_compressed`](crate::Npz::save_compressed) does.
    ///
    /// # Errors
    /// As [`Npz::save`](crate::Npz::save), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a level above the highest or an
    /// alignment that is not a power of two.
    ///
    /// ```
    /// use npz_core::{Compression, Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let path = std::env::temp_dir().join("npz-core-doc-options-save.npz");
    /// let fast = SaveOptions::new().compression(Compression::Deflate(1));
    /// fast.save(&State { step: 7 }, &path)?;
    /// assert_eq!(State::load(&path)?.step, 7);
    ///
    /// let big = SaveOptions::new().byte_order(npz_core::ByteOrder::Big);
    /// big.save(&[1u16, 2], &path)?; // np.save(path, np.array([1, 2], ">u2"))
    /// assert!(std::fs::read(&path)?.ends_with(&[0, 1, 0, 2]));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn save<T: ToMembers + ?Sized>(&self, value: &T, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let save = || {
            let members = self.collect(value)?;
            if self.is_npy(&members)? {
                return npy::save_members(path, &members);
            }
            let mut writer = self.create(path)?;
            writer.add_members(&members)?;
            writer.finish()
        };
        save().map_err(|error| error.in_file(path))
    }

    /// Writes a value as an archive to any writer, forward only: a file, a pipe, a socket, standard output.
    /// `np.savez(file, ...)`. `&mut W` works as well.
    ///
    /// Arrays are not copied. Since nothing is filled in afterwards, stored members are gone through twice (their checksum
    /// comes first), and the sizes of compressed ones stand behind them, as every reader of archives knows it. Not atomic:
    /// nothing is synced or renamed. What a file holds behind the archive stays there and may hide it: give a file that is
    /// empty, as [`File::create`](std::fs::File::create) makes it, or use [`save`](Self::save).
    ///
    /// # Errors
    /// As [`save`](Self::save). After an error the writer holds half an archive.
    ///
    /// ```
    /// use npz_core::{Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let mut body = Vec::new(); // any `Write`
    /// SaveOptions::new().write_to(&State { step: 7 }, &mut body)?;
    /// assert_eq!(State::from_bytes(&body)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn write_to<T: ToMembers + ?Sized>(&self, value: &T, writer: impl Write) -> Result<()> {
        let members = self.collect(value)?;
        if self.is_npy(&members)? {
            return npy::write_members(writer, &members);
        }
        let mut writer = self.writer(writer)?;
        writer.add_members(&members)?;
        writer.finish()
    }

    /// Turns a value into the bytes of an archive.
    ///
    /// Holds the archive, as it is compressed, in a buffer that grows with it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) and [`ErrorKind::Limit`](crate::ErrorKind::Limit) as in
    /// [`save`](Self::save).
    ///
    /// ```
    /// use npz_core::{Npz, SaveOptions};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = SaveOptions::compressed().to_bytes(&State { step: 7 })?;
    /// assert_eq!(State::from_bytes(&bytes)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_bytes<T: ToMembers + ?Sized>(&self, value: &T) -> Result<Vec<u8>> {
        let members = self.collect(value)?;
        if self.is_npy(&members)? {
            return npy::members_to_bytes(&members);
        }
        let mut bytes = Vec::new();
        let mut writer = NpzWriter::in_memory(&mut bytes, self)?;
        writer.add_members(&members)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Begins an archive that will replace the file at a path when it is finished, with options that hold for all members.
    ///
    /// # Errors
    /// As [`NpzWriter::create`], and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an alignment that is not
    /// a power of two up to 16384.
    ///
    /// ```
    /// use npz_core::{NpzReader, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-options-create.npz");
    /// let mut writer = SaveOptions::compressed().create(&path)?; // np.savez_compressed
    /// writer.add("zeros", &vec![0.0; 10_000])?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.entries()?[0].compression(), "deflate");
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create(&self, path: impl AsRef<Path>) -> Result<NpzWriter<AtomicFile>> {
        NpzWriter::create_by(path.as_ref(), self)
    }

    /// Begins an archive where a writer stands, as [`NpzWriter::new`] does, with options that hold for all members.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    ///
    /// ```
    /// let mut bytes = Vec::new();
    /// let mut writer = npz_core::SaveOptions::compressed().writer(&mut bytes)?;
    /// writer.add("zeros", &vec![0.0; 10_000])?;
    /// writer.finish()?;
    /// assert!(bytes.len() < 1_000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn writer<W: Write>(&self, writer: W) -> Result<NpzWriter<W>> {
        NpzWriter::by(writer, self)
    }

    /// Whether a value is one array, which makes a file of its own, and may be one under these options.
    fn is_npy(&self, members: &Members<'_>) -> Result<bool> {
        let is_npy = members.one_array().is_some();
        if is_npy && self.compression != Compression::Stored {
            return Err(Error::invalid(
                "a single array makes a .npy file, which can't be compressed: make it a field of a struct, or add it to an \
                 archive under a name",
            ));
        }
        Ok(is_npy)
    }

    fn collect<'v, T: ToMembers + ?Sized>(&self, value: &'v T) -> Result<Members<'v>> {
        let mut members = Members::in_byte_order(self.byte_order);
        value.to_members(&mut members, &Name::root())?;
        Ok(members)
    }
}
