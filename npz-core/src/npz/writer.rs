//! [`NpzWriter`]: members one after another, for archives that are not one struct.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use super::names::{UsedNames, file_name_of};
use super::options::SaveOptions;
use crate::archive::Compression;
use crate::archive::emit::Emitter;
use crate::atomic::AtomicFile;
use crate::dtype::ByteOrder;
use crate::error::{Error, Result};
use crate::members::{Member, Members, Name, ToMembers};

/// Writes an archive member by member: [`np.savez`](https://numpy.org/doc/stable/reference/generated/numpy.savez.html), a piece at a time.
///
/// Each [`add`](Self::add) collects the members of a value, checks their names, and writes them; memory stays flat.
/// Nothing is visible under the path of [`create`](Self::create) before [`finish`](Self::finish): dropping the
/// writer earlier leaves the old file as it was.
///
/// ```
/// use ndarray::{Array2, array};
/// use npz_core::{NpzReader, NpzWriter};
///
/// let path = std::env::temp_dir().join("npz-core-doc-writer.npz");
/// let mut writer = NpzWriter::create(&path)?;
/// writer.add("weights", &array![[1.0f32, 2.0]])?;
/// writer.add("epoch", &7u64)?;
/// writer.add_bytes("notes.txt", b"first run")?;
/// writer.finish()?;
///
/// let npz = NpzReader::open(&path)?;
/// assert_eq!(npz.get::<Array2<f32>>("weights")?, array![[1.0, 2.0]]);
/// assert_eq!(npz.names().collect::<Vec<_>>(), ["weights", "epoch", "notes.txt"]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct NpzWriter<W: Write + Seek> {
    emitter: Emitter<W>,
    names: UsedNames,
    compression: Compression,
    byte_order: Option<ByteOrder>,
    positional: usize,
    /// What makes the written archive visible: nothing, or the renaming of a temporary file.
    commit: fn(W) -> Result<()>,
    path: Option<PathBuf>,
}

impl NpzWriter<AtomicFile> {
    /// Begins an archive that will replace the file at a path when it is finished.
    ///
    /// The path is taken as it is; unlike in `np.savez`, no `.npz` is appended. Members are stored, their data aligned
    /// to 64 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the folder can't be written to;
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the path is there but not a regular file.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-create.npz");
    /// let mut writer = NpzWriter::create(&path)?;
    /// writer.add("x", &1.5)?;
    /// assert!(!path.exists()); // not before `finish`
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.get::<f64>("x")?, 1.5);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::create_with(path, &SaveOptions::default())
    }

    /// Begins an archive with options that hold for all members.
    ///
    /// # Errors
    /// As [`create`](Self::create), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an alignment that is not
    /// a power of two up to 16384.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-create-with.npz");
    /// let mut writer = NpzWriter::create_with(&path, &SaveOptions::compressed())?; // np.savez_compressed
    /// writer.add("zeros", &vec![0.0; 10_000])?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.entries()?[0].compression(), "deflate");
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create_with(path: impl AsRef<Path>, options: &SaveOptions) -> Result<Self> {
        let path = path.as_ref();
        let begin = || Self::begin(AtomicFile::create(path)?, options, AtomicFile::commit);
        let mut writer = begin().map_err(|error| error.in_file(path))?;
        writer.path = Some(path.to_path_buf());
        Ok(writer)
    }
}

impl<W: Write + Seek> NpzWriter<W> {
    /// Begins an archive at the writer's position; `&mut W` works as well.
    ///
    /// Output is buffered here; a writer that is not finished may leave half an archive in it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer can't tell its position.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.add("x", &vec![1u8, 2])?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::from_bytes(memory.get_ref())?.get::<Vec<u8>>("x")?, [1, 2]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(writer: W) -> Result<Self> {
        Self::with_options(writer, &SaveOptions::default())
    }

    /// Begins an archive with options that hold for all members.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an alignment that is not a
    /// power of two up to 16384.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter, SaveOptions};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::with_options(&mut memory, &SaveOptions::compressed())?;
    /// writer.add("zeros", &vec![0.0; 10_000])?;
    /// writer.finish()?;
    /// assert!(memory.get_ref().len() < 1_000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn with_options(writer: W, options: &SaveOptions) -> Result<Self> {
        Self::begin(writer, options, |_| Ok(()))
    }

    fn begin(writer: W, options: &SaveOptions, commit: fn(W) -> Result<()>) -> Result<Self> {
        let emitter = Emitter::new(writer, options.alignment)?;
        let names = UsedNames::default();
        let (compression, byte_order) = (options.compression, options.byte_order);
        Ok(Self { emitter, names, compression, byte_order, positional: 0, commit, path: None })
    }

    /// Adds a value under a name: an array, a scalar, a `Vec`, a derived struct (`name.field`), ....
    /// `np.savez(file, name=value)`.
    ///
    /// An array is written from where it lies; nothing is copied.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if a member of that name is there already or the value can't
    /// be kept; [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails. After an error in writing, the archive
    /// can't be finished in a useful way: drop the writer. [`ErrorKind::Limit`](crate::ErrorKind::Limit) if values are
    /// nested deeper than 128 levels.
    ///
    /// ```
    /// use npz_core::{ErrorKind, NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.add("grid", &ndarray::Array2::<f32>::zeros((2, 3)))?;
    /// assert_eq!(writer.add("grid", &1.0).unwrap_err().kind(), ErrorKind::Invalid); // the name is taken
    /// writer.finish()?;
    /// assert_eq!(NpzReader::from_bytes(memory.get_ref())?.header("grid")?.shape(), [2, 3]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn add<T: ToMembers + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.add_with(name, value, self.compression)
    }

    /// Adds a value with a compression of its own.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// ```
    /// use npz_core::{Compression, NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.add_with("mask", &vec![false; 100_000], Compression::Deflate(1))?;
    /// writer.finish()?;
    /// assert!(memory.get_ref().len() < 2_000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn add_with<T: ToMembers + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
        compression: Compression,
    ) -> Result<()> {
        self.in_file(|writer| {
            let mut members = Members::in_byte_order(writer.byte_order);
            value.to_members(&mut members, &Name::root().join(name))?;
            writer.write(&members, compression)
        })
    }

    /// Adds a value under the next positional name, `arr_0`, `arr_1`, ..., as `np.savez(file, a, b)` does.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.push(&vec![1.0])?;
    /// writer.push(&vec![2.0])?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::from_bytes(memory.get_ref())?.get::<Vec<f64>>("arr_1")?, [2.0]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn push<T: ToMembers + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.add(&format!("arr_{}", self.positional), value)?;
        self.positional += 1;
        Ok(())
    }

    /// Adds a member that is not an array, under exactly this file name; `np.load` gives its `bytes`.
    ///
    /// The bytes are written from where they lie, compressed if the writer's options say so.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.add_bytes("config.json", b"{}")?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::from_bytes(memory.get_ref())?.bytes("config.json")?, b"{}");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.in_file(|writer| {
            writer.names.add(name)?;
            let size = bytes.len() as u64;
            let added = writer.emitter.add(name, writer.compression, size, |out| {
                out.write_all(bytes).map_err(|error| Error::io("can't write the member", error))
            });
            added.map_err(|error| error.in_member(name))
        })
    }

    /// Adds all members of a list: their names are checked before the first byte is written.
    pub(crate) fn add_members(&mut self, members: &Members<'_>) -> Result<()> {
        self.in_file(|writer| writer.write(members, writer.compression))
    }

    fn write(&mut self, members: &Members<'_>, compression: Compression) -> Result<()> {
        let members = members.as_slice();
        let file_names: Vec<_> = members.iter().map(|member| file_name_of(&member.name)).collect();
        self.names.add_all(&file_names)?;
        for (i, (member, file_name)) in members.iter().zip(&file_names).enumerate() {
            let added = match member.array.detached().and_then(|detached| detached.raw()) {
                Some(raw) => self.emitter.add_raw(file_name, raw),
                None => self.write_array(file_name, member, compression),
            };
            if let Err(error) = added {
                self.names.remove_all(&file_names[i..]);
                return Err(error.in_member(&member.name));
            }
        }
        Ok(())
    }

    fn write_array(&mut self, file_name: &str, member: &Member<'_>, compression: Compression) -> Result<()> {
        let header = member.array.header().to_bytes();
        let size = header.len() as u64 + member.array.header().data_len();
        self.emitter.add(file_name, member.compression.unwrap_or(compression), size, |out| {
            out.write_all(&header).map_err(|error| Error::io("can't write the array's header", error))?;
            member.array.write_cells(out)
        })
    }

    /// Writes the directory; for [`create`](Self::create), also syncs the file and puts it in its place.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io); the file at the path is then the old one, unless the message says that
    /// only its folder could not be synced (which is no error where the folder may not be read).
    ///
    /// ```
    /// # let path = std::env::temp_dir().join("npz-core-doc-finish.npz");
    /// let mut writer = npz_core::NpzWriter::create(&path)?;
    /// writer.add("x", &1.5)?;
    /// writer.finish()?; // without it, there is no file
    /// assert!(path.exists());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn finish(mut self) -> Result<()> {
        let path = self.path.take();
        let finish = || (self.commit)(self.emitter.finish()?);
        finish().map_err(|error| match &path {
            Some(path) => error.in_file(path),
            None => error,
        })
    }

    fn in_file<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        write(self).map_err(|error| match &self.path {
            Some(path) => error.in_file(path),
            None => error,
        })
    }
}

impl<W: Write + Seek> std::fmt::Debug for NpzWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, compression, .. } = self;
        f.debug_struct("NpzWriter")
            .field("path", path)
            .field("compression", compression)
            .finish_non_exhaustive()
    }
}
