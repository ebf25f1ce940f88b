//! What the options of a save do: the verbs of `Npz` and of `npy`, and more, with a choice.

use std::io::Write;
use std::path::Path;

use super::{NpzWriter, SaveOptions};
use crate::archive::Compression;
use crate::atomic::AtomicFile;
use crate::dtype::ByteOrder;
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::{Members, Name, ToMembers};
use crate::npy::{self, NpyAppender};

/// What saves; [`Npz::save`](crate::Npz::save) and [`Npz::to_bytes`](crate::Npz::to_bytes) are these by the defaults.
impl SaveOptions {
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
        let save = || self.save_members(&self.collect(value)?, path);
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
    pub fn write_to<T: ToMembers + ?Sized>(&self, value: &T, mut writer: impl Write) -> Result<()> {
        self.write_members(&self.collect(value)?, &mut writer)
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
        self.members_to_bytes(&self.collect(value)?)
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
    /// assert_eq!(NpzReader::open(&path)?.entries()?[0].compression, "deflate");
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create(&self, path: impl AsRef<Path>) -> Result<NpzWriter<AtomicFile>> {
        NpzWriter::create_by(path.as_ref(), self)
    }

    /// Saves what a function adds to an archive: [`create`](Self::create), and a [`finish`](NpzWriter::finish) that can't be
    /// forgotten. `with zipfile.ZipFile(path, "w") as z: ...`.
    ///
    /// # Errors
    /// As [`create`](Self::create), and what the function returns: then there is no new file, and the old one stands.
    ///
    /// ```
    /// use npz_core::{NpzReader, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-options-create-with.npz");
    /// SaveOptions::new().create_with(&path, |npz| {
    ///     for layer in 0..3 {
    ///         npz.add(&format!("layer{layer}"), &vec![0.5; 10])?;
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(NpzReader::open(&path)?.names().len(), 3);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create_with(
        &self,
        path: impl AsRef<Path>,
        add: impl FnOnce(&mut NpzWriter<AtomicFile>) -> Result<()>,
    ) -> Result<()> {
        let mut writer = self.create(path)?;
        add(&mut writer)?;
        writer.finish()
    }

    /// Opens a `.npy` file to append rows to it, or makes one: [`NpyAppender::open`](crate::NpyAppender::open) with a choice of
    /// [`sync`](Self::sync), of [`create_new`](Self::create_new), and of the byte order of a new file.
    ///
    /// # Errors
    /// As [`NpyAppender::open`](crate::NpyAppender::open), and [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for rows that are to be
    /// compressed.
    ///
    /// ```
    /// use npz_core::{SaveOptions, npy};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-options-append.npy");
    /// # std::fs::remove_file(&path).ok();
    /// let mut losses = SaveOptions::new().sync(false).append::<f32>(&path, &[])?; // a flush takes microseconds
    /// losses.push(&0.5f32)?;
    /// losses.finish()?;
    /// assert_eq!(npy::load::<Vec<f32>>(&path)?, [0.5]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn append<A: Element>(&self, path: impl AsRef<Path>, row_shape: &[usize]) -> Result<NpyAppender> {
        let path = path.as_ref();
        self.refuse_compressed().map_err(|error| error.in_file(path))?;
        NpyAppender::open_by::<A>(path, row_shape, self.byte_order.unwrap_or(ByteOrder::Little), self.file)
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

    // The members of a value, whatever its type: so these are not compiled anew for each type that is saved.

    fn save_members(&self, members: &Members<'_>, path: &Path) -> Result<()> {
        if self.is_npy(members)? {
            return npy::save_members(path, members, self.file, self.verify, &self.team());
        }
        let mut writer = self.create(path)?;
        writer.add_members(members)?;
        writer.finish()
    }

    fn write_members(&self, members: &Members<'_>, writer: &mut dyn Write) -> Result<()> {
        if self.is_npy(members)? {
            return npy::write_members(writer, members, &self.team());
        }
        let mut writer = self.writer(writer)?;
        writer.add_members(members)?;
        writer.finish()
    }

    fn members_to_bytes(&self, members: &Members<'_>) -> Result<Vec<u8>> {
        if self.is_npy(members)? {
            return npy::members_to_bytes(members, &self.team());
        }
        let mut bytes = Vec::new();
        let mut writer = NpzWriter::in_memory(&mut bytes, self)?;
        writer.add_members(members)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Whether a value is one array, which makes a file of its own, and may be one under these options.
    fn is_npy(&self, members: &Members<'_>) -> Result<bool> {
        let is_npy = members.one_array().is_some();
        if is_npy {
            self.refuse_compressed()?;
        }
        Ok(is_npy)
    }

    fn refuse_compressed(&self) -> Result<()> {
        if self.compression == Compression::Stored {
            return Ok(());
        }
        Err(Error::invalid(
            "a single array makes a .npy file, which can't be compressed; make it a field of a struct, or add it to an \
             archive under a name",
        ))
    }

    pub(super) fn collect<'v, T: ToMembers + ?Sized>(&self, value: &'v T) -> Result<Members<'v>> {
        let mut members = Members::in_byte_order(self.byte_order);
        value.to_members(&mut members, &Name::root())?;
        Ok(members)
    }
}
