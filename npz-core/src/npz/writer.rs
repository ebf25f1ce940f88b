//! [`NpzWriter`]: members one after another, for archives that are not one struct.

mod publish;
mod stream;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::publish::Published;
pub use self::stream::MemberStream;
use super::NpzReader;
use super::names::{UsedNames, file_name_of};
use super::options::SaveOptions;
use crate::archive::content::Content;
use crate::archive::emit::{Addition, Emitter, Source};
use crate::archive::layout::{Layout, Part};
use crate::archive::{Compression, SeekTo, seek_to};
use crate::atomic::AtomicFile;
use crate::dtype::ByteOrder;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::members::{Member, Members, NO_NAME, Name, ToMembers};
use crate::memory::{self, MEMBERS};
use crate::options::LoadOptions;
use crate::stored::Packed;

/// Writes an archive member by member: [`np.savez`](https://numpy.org/doc/stable/reference/generated/numpy.savez.html), a piece at a time.
///
/// Each [`add`](Self::add) collects the members of a value, checks their names, and writes them; memory stays flat.
/// Nothing is visible under the path of [`create`](Self::create) before [`finish`](Self::finish): dropping the
/// writer earlier leaves the old file as it was. [`SaveOptions::create_with`] finishes by itself.
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
#[must_use = "without `finish` there is no archive; `SaveOptions::create_with` calls it"]
pub struct NpzWriter<W: Write> {
    emitter: Emitter<W>,
    names: UsedNames,
    compression: Compression,
    byte_order: Option<ByteOrder>,
    positional: usize,
    output: Output<W>,
    published: Published<W>,
    path: Option<PathBuf>,
}

/// So many members are put together at once: what is kept of each is some hundred bytes.
const AT_ONCE: usize = 1000;

/// What can be done with an output beside writing to it.
struct Output<W> {
    /// Goes back to fill in headers, where it can.
    seek: Option<SeekTo<W>>,
    /// Takes room for so many bytes from a position on, so that a full disk is known of before they are written.
    reserve: fn(&mut W, u64, u64) -> Result<()>,
    /// Makes the written archive of so many members visible: nothing, or the renaming of a temporary file.
    commit: fn(W, u64) -> Result<()>,
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
        Self::create_by(path.as_ref(), &SaveOptions::default())
    }

    pub(super) fn create_by(path: &Path, options: &SaveOptions) -> Result<Self> {
        let output = Output {
            seek: Some(seek_to),
            reserve: AtomicFile::reserve,
            commit: if options.verify { commit_verified } else { |file, _| file.commit() },
        };
        let begin = || Self::begin(AtomicFile::create_by(path, options.file)?, options, output);
        let mut writer = begin().map_err(|error| error.in_file(path))?;
        writer.path = Some(path.to_path_buf());
        writer.published.publish = Self::publish;
        Ok(writer)
    }
}

/// Reads a file back, and puts it in its place.
fn commit_verified(file: AtomicFile, members: u64) -> Result<()> {
    const STANDS: &str = "; this is the new file, the old one stands";
    let options = LoadOptions::new().limits(Limits::trusted());
    let npz = NpzReader::by(file.to_read()?, &options).map_err(|error| error.with_note(STANDS))?;
    if npz.names().len() as u64 != members {
        let message =
            format!("expected the {members} members that were written, found {}", npz.names().len());
        return Err(Error::damaged(message + STANDS));
    }
    npz.verify()?.into_result().map_err(|error| error.with_note(STANDS))?;
    file.commit()
}

/// An archive in memory: grows with what is written, and says so where memory is short.
pub(crate) struct InMemory<'b> {
    bytes: &'b mut Vec<u8>,
    at: usize,
}

impl Write for InMemory<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let over = bytes.len().min(self.bytes.len() - self.at);
        let (patch, more) = bytes.split_at(over);
        self.bytes.try_reserve(more.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.bytes[self.at..self.at + over].copy_from_slice(patch);
        self.bytes.extend_from_slice(more);
        self.at += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'b> NpzWriter<InMemory<'b>> {
    /// Begins an archive in an empty vector.
    pub(crate) fn in_memory(bytes: &'b mut Vec<u8>, options: &SaveOptions) -> Result<Self> {
        let seek = |memory: &mut InMemory<'b>, to: u64| {
            let before = std::mem::replace(&mut memory.at, (to as usize).min(memory.bytes.len()));
            Ok(before as u64)
        };
        let reserve = |memory: &mut InMemory<'b>, _, end: u64| {
            let more = usize::try_from(end).unwrap_or(usize::MAX).saturating_sub(memory.bytes.len());
            memory.bytes.try_reserve_exact(more).map_err(|_| Error::no_memory(end, "archive"))
        };
        let output = Output { seek: Some(seek), reserve, commit: |_, _| Ok(()) };
        Self::begin(InMemory { bytes, at: 0 }, options, output)
    }
}

impl<W: Write> NpzWriter<W> {
    /// Begins an archive where the writer stands; `&mut W` works as well.
    ///
    /// A pipe or a socket will do: only [`stream`](Self::stream) goes back. Offsets in the archive count from here; NumPy and unzip
    /// also read one that stands behind other bytes.
    ///
    /// Output is buffered here; a writer that is not finished may leave half an archive in it.
    ///
    /// # Errors
    /// None today; [`ErrorKind::Io`](crate::ErrorKind::Io) of the writer comes from what is added.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let mut memory = std::io::Cursor::new(Vec::new());
    /// let mut writer = NpzWriter::new(&mut memory)?;
    /// writer.add("x", &vec![1u8, 2])?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::new(memory.get_ref())?.get::<Vec<u8>>("x")?, [1, 2]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(writer: W) -> Result<Self> {
        Self::by(writer, &SaveOptions::default())
    }

    pub(super) fn by(writer: W, options: &SaveOptions) -> Result<Self> {
        Self::begin(writer, options, Output { seek: None, reserve: |_, _, _| Ok(()), commit: |_, _| Ok(()) })
    }

    fn begin(writer: W, options: &SaveOptions, output: Output<W>) -> Result<Self> {
        let emitter = Emitter::new(writer, output.seek, options.alignment)?.with_team(options.team());
        let names = UsedNames::default();
        let (compression, byte_order) = (options.compression, options.byte_order);
        let published = Published::new(options.publish_every);
        Ok(Self { emitter, names, compression, byte_order, positional: 0, output, published, path: None })
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
    /// assert_eq!(NpzReader::new(memory.get_ref())?.header("grid")?.shape(), [2, 3]);
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
            writer.write(&members, compression)?;
            writer.publish_if_due()
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
    /// assert_eq!(NpzReader::new(memory.get_ref())?.get::<Vec<f64>>("arr_1")?, [2.0]);
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
    /// assert_eq!(NpzReader::new(memory.get_ref())?.bytes("config.json")?, b"{}");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.in_file(|writer| {
            writer.names.add(name)?;
            writer.add_new_bytes(name, bytes).map_err(|error| {
                writer.names.remove_all(&[name.to_owned()]);
                error.in_member(name)
            })?;
            writer.publish_if_due()
        })
    }

    /// Adds all members of a list: their names are checked and their places known before the first byte is written.
    pub(crate) fn add_members(&mut self, members: &Members<'_>) -> Result<()> {
        self.in_file(|writer| writer.write(members, writer.compression))
    }

    /// Adds a member of another archive as it lies there. That no other has its name is the caller's business, as in `add_new`.
    pub(super) fn add_packed(&mut self, file_name: &str, member: &Packed<'_>) -> Result<()> {
        self.emitter.announce(member.extent.compressed_size);
        self.emitter.add_packed(file_name, member)
    }

    /// Adds a member under the name of a file.
    pub(super) fn add_new(&mut self, file_name: &str, member: &Member<'_>) -> Result<()> {
        self.emitter.announce(member.array.header().data_len());
        self.write_list(std::slice::from_ref(member), &[file_name], self.compression)
    }

    /// Adds bytes under the name of a file.
    pub(super) fn add_new_bytes(&mut self, file_name: &str, bytes: &[u8]) -> Result<()> {
        self.emitter.announce(bytes.len() as u64);
        self.emitter.add(file_name, self.compression, Content::bytes(bytes))
    }

    /// Sets the comment of the archive, of at most 65535 bytes.
    pub(super) fn set_comment(&mut self, comment: Vec<u8>) {
        self.emitter.set_comment(comment);
    }

    fn write(&mut self, members: &Members<'_>, compression: Compression) -> Result<()> {
        let members = members.as_slice();
        if members.iter().any(|member| member.is_root) {
            return Err(Error::invalid(NO_NAME));
        }
        let file_names = members.iter().map(|member| file_name_of(&member.name));
        let file_names = memory::collect(file_names, MEMBERS)?;
        self.names.add_all(&file_names)?;
        let before = self.emitter.members();
        let result = self.reserve(members, &file_names, compression).and_then(|()| {
            let lists = members.chunks(AT_ONCE).zip(file_names.chunks(AT_ONCE));
            for (members, file_names) in lists {
                let before = self.emitter.members();
                self.write_list(members, file_names, compression).map_err(|error| {
                    match members.get((self.emitter.members() - before) as usize) {
                        Some(member) => error.in_member(&member.name),
                        None => error,
                    }
                })?;
            }
            Ok(())
        });
        if result.is_err() {
            let written = (self.emitter.members() - before) as usize;
            self.names.remove_all(&file_names[written..]);
        }
        result
    }

    /// Lays the members out, and takes room for them. What would be refused is refused before the first is written.
    fn reserve(
        &mut self,
        members: &[Member<'_>],
        file_names: &[String],
        compression: Compression,
    ) -> Result<()> {
        let start = self.emitter.position();
        let mut layout = Layout::new(start, self.emitter.alignment());
        let mut bytes: u64 = 0;
        for (member, name) in members.iter().zip(file_names) {
            let header = member.array.header();
            let (prefix, size) = (header.len() as u64, header.data_len());
            let part = if let Some(packed) = member.array.packed() {
                // What was read before this save may be older than what lies there now.
                packed.input.forget();
                Part::packed(name, &packed)
            } else {
                let compression = member.compression.unwrap_or(compression);
                compression.check().map_err(|error| error.in_member(&member.name))?;
                Part::new(name, compression, prefix, prefix + size)
            };
            bytes = bytes.saturating_add(part.packed.unwrap_or(part.size));
            layout.add(&part);
        }
        self.emitter.announce(bytes);
        (self.output.reserve)(self.emitter.output(), start, layout.end())
    }

    /// Writes members up to the first error.
    fn write_list(
        &mut self,
        members: &[Member<'_>],
        file_names: &[impl AsRef<str>],
        compression: Compression,
    ) -> Result<()> {
        let headers =
            memory::collect(members.iter().map(|member| member.array.header().to_bytes()), MEMBERS)?;
        let mut additions = memory::with_room(members.len(), MEMBERS)?;
        additions.extend(members.iter().zip(file_names).zip(&headers).map(|((member, name), header)| {
            let content = || Content::array(header, &*member.array);
            let source = member.array.packed().map_or_else(
                || Source::Content(member.compression.unwrap_or(compression), content()),
                Source::Packed,
            );
            Addition { name: name.as_ref(), source }
        }));
        self.emitter.add_all(&additions)
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
        let members = self.emitter.members();
        let finish = || (self.output.commit)(self.emitter.finish()?, members);
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

impl<W: Write> std::fmt::Debug for NpzWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, compression, .. } = self;
        f.debug_struct("NpzWriter")
            .field("path", path)
            .field("compression", compression)
            .finish_non_exhaustive()
    }
}
