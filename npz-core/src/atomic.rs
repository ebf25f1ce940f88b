//! A file that appears whole or not at all: written beside its target, synced, renamed over it.
//!
//! The order is what a power cut asks for: data and mode are on the disk before the name points at them, and
//! the name is on the disk before `commit` returns. Whatever fails before the rename leaves the old file as
//! it was, and the temporary file is removed when [`AtomicFile`] is dropped.

mod publish;
mod stray;
mod system;
mod target;

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

pub(crate) use self::stray::sweep;
#[cfg(unix)]
use self::system::sync_folder;
#[cfg(feature = "mmap")]
pub(crate) use self::system::try_lock;
use self::system::{begin_to_sync, forget_pages, keep_owner_and_mode, reserve};
pub(crate) use self::system::{mark_as_used, unlock};
use self::target::resolve;

use crate::error::{Error, ErrorKind, Result};

/// The part of the target's name that its temporary file carries. With the rest of that name (`.`, `.`, six
/// letters, `.tmp`) it stays below the 143 bytes of an encrypted home folder and the 255 of others.
const MOST_NAME_BYTES: usize = 128;

/// Less is not worth a system call of its own.
const LEAST_RESERVED: u64 = 1 << 20;

/// How many bytes are written before the disk begins with them. What is left for the sync at the end is about as much.
const STEP: u64 = 1 << 20;

/// A new file that is not yet visible under its name: where a writer made from a path writes to.
///
/// It replaces the file at that path when the writer is finished, and is removed when the writer is dropped
/// before. See [`NpzWriter::create`](crate::NpzWriter::create).
///
/// The temporary file lies in the same folder. Writes are not buffered here: each is one system call. From time
/// to time there is one more, by which the disk begins with what was written.
///
/// ```
/// use npz_core::{AtomicFile, NpzWriter};
///
/// let path = std::env::temp_dir().join("npz-core-doc-atomic.npz");
/// let mut writer: NpzWriter<AtomicFile> = NpzWriter::create(&path)?;
/// writer.add("x", &1.5)?;
/// drop(writer); // without `finish`
/// assert!(!path.exists());
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct AtomicFile {
    choices: Choices,
    temp: NamedTempFile,
    /// What the caller wrote, for messages.
    path: PathBuf,
    /// Where it goes: `path` with symbolic links followed, absolute, so that a change of the current folder
    /// between `create` and `commit` does no harm.
    target: PathBuf,
    /// The file that will be replaced.
    old: Option<Metadata>,
    /// Where the room ends that was taken.
    reserved: u64,
    /// Where the next byte goes.
    at: u64,
    /// Where the bytes end that the disk has begun with.
    begun: u64,
}

/// How a file takes its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choices {
    /// Whether the disk has the file before the name leads to it.
    pub(crate) sync: bool,
    /// Whether a file that is there is an error.
    pub(crate) create_new: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { sync: true, create_new: false }
    }
}

impl AtomicFile {
    /// Makes the temporary file. The target is not touched.
    ///
    /// ```
    /// use npz_core::AtomicFile;
    /// use std::io::Write;
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-atomic-create.txt");
    /// let mut file = AtomicFile::create(&path)?;
    /// file.write_all(b"whole, or not at all")?;
    /// file.commit()?;
    /// assert_eq!(std::fs::read(&path)?, b"whole, or not at all");
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no such folder, or no file may be made in it.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::create_by(path, Choices::default()).map_err(|error| error.in_file(path))
    }

    pub(crate) fn create_by(path: &Path, choices: Choices) -> Result<Self> {
        if choices.create_new && fs::symlink_metadata(path).is_ok() {
            return Err(exists(io::ErrorKind::AlreadyExists.into()));
        }
        let (target, old) = resolve(path)?;
        let Some((folder, name)) = target.parent().zip(target.file_name()) else {
            return Err(Error::invalid("the path does not name a file"));
        };
        let mut prefix = OsString::from(".");
        prefix.push(shorten(&name.to_string_lossy(), MOST_NAME_BYTES));
        prefix.push(".");
        let mut builder = Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Never wider than the old file, not even while it is written. The umask narrows this further.
            let mode = old.as_ref().map_or(0o666, |old| old.permissions().mode() & 0o7777);
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        let temp = loop {
            let temp = builder.tempfile_in(folder).map_err(|error| cant_create(folder, &error))?;
            // Else it was taken for a stray one, between these two calls.
            if mark_as_used(temp.as_file()) {
                break temp;
            }
        };
        Ok(Self { choices, temp, path: path.to_path_buf(), target, old, reserved: 0, at: 0, begun: 0 })
    }

    /// Another handle, to read what was written: from the disk, if it is synced there.
    pub(crate) fn to_read(&self) -> Result<File> {
        let read = || {
            let file = self.temp.reopen()?;
            if self.choices.sync {
                file.sync_all()?;
                forget_pages(&file);
            }
            Ok(file)
        };
        read().map_err(|error| Error::io("can't read the new file back; the old one stands", error))
    }

    /// Takes room on the disk for the bytes between two positions, so that a full one is known of before they are written.
    /// Where a file system can't, nothing is done.
    pub(crate) fn reserve(&mut self, start: u64, end: u64) -> Result<()> {
        let bytes = end.saturating_sub(start);
        if bytes < LEAST_RESERVED {
            return Ok(());
        }
        self.reserved = self.reserved.max(end);
        reserve(self.temp.as_file(), start, bytes).map_err(|error| {
            Error::io(
                format_args!(
                    "can't take room for {bytes} bytes on the disk; nothing of this value is written"
                ),
                error,
            )
        })
    }

    /// Puts the file in the target's place, durably.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the disk does not take it.
    pub fn commit(self) -> Result<()> {
        let path = self.path.clone();
        self.put_in_place().map_err(|error| error.in_file(&path))
    }

    fn put_in_place(self) -> Result<()> {
        self.settle()?;
        let Self { choices, temp, target, .. } = self;
        let renamed =
            if choices.create_new { temp.persist_noclobber(&target) } else { temp.persist(&target) };
        unlock(&renamed.map_err(|error| cant_rename(error.error))?);
        sync_name(&target, choices)
    }

    /// Makes the file as it has to be before a name leads to it.
    fn settle(&self) -> Result<()> {
        let Self { choices, temp, old, reserved, .. } = self;
        let mut file = temp.as_file();
        file.flush().map_err(|error| Error::io("can't write the new file; the old one stands", error))?;
        give_back(file, *reserved).map_err(|error| {
            Error::io("can't give back the room that the new file does not need; the old one stands", error)
        })?;
        if let Some(old) = old {
            keep_owner_and_mode(file, old).map_err(|error| {
                Error::io("can't give the new file the permissions of the old one, which stands", error)
            })?;
        }
        // Once only: after a failed sync the kernel may call pages clean that never reached the disk, and a
        // second sync would then succeed.
        if choices.sync {
            file.sync_all().map_err(|error| {
                Error::io("can't sync the new file to the disk; the old one stands", error)
            })?;
        }
        Ok(())
    }
}

fn cant_rename(error: io::Error) -> Error {
    match error {
        error if error.kind() == io::ErrorKind::AlreadyExists => exists(error),
        error if error.kind() == io::ErrorKind::ResourceBusy => {
            Error::io("can't rename the new file over the old one, which stands", error).with_note(
                "; it is a mount point, such as a single file that a container shares: mount its folder instead, or open \
                 the file and use `write_to`",
            )
        }
        error => Error::io("can't rename the new file to this name; what was there stands", error),
    }
}

/// Makes a new name durable.
fn sync_name(target: &Path, choices: Choices) -> Result<()> {
    #[cfg(unix)]
    if let Some(folder) = target.parent().filter(|_| choices.sync) {
        sync_folder(folder).map_err(|error| {
            Error::io(
                "the new file is in place, but its folder can't be synced: it may not survive a power cut",
                error,
            )
        })?;
    }
    let _ = (target, choices);
    Ok(())
}

fn cant_create(folder: &Path, error: &io::Error) -> Error {
    // The library adds the path of the temporary file, which says nothing to anybody.
    let text = error.to_string();
    let error = io::Error::new(error.kind(), text.split(" at path ").next().unwrap_or_default());
    if error.kind() == io::ErrorKind::NotFound && !folder.is_dir() {
        let message = format!("there is no folder {}: create it first", folder.display());
        return Error::new(ErrorKind::Io, message).with_source(error);
    }
    Error::io("can't create a temporary file beside it", error)
        .with_note("; a save needs a folder that takes new files: choose another one")
}

fn exists(error: io::Error) -> Error {
    Error::io("there is a file already", error)
        .with_note("; `create_new` was asked for: choose another name, or remove it")
}

/// Gives back what was reserved past the end of a file, such as for a value that could not be written then.
fn give_back(file: &File, reserved: u64) -> io::Result<()> {
    let len = file.metadata()?.len();
    if reserved > len { file.set_len(len) } else { Ok(()) }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.temp.as_file_mut().write(bytes)?;
        self.at += written as u64;
        // Whole steps alone: the page at the end is written to next.
        let end = self.at / STEP * STEP;
        if self.choices.sync && end > self.begun {
            begin_to_sync(self.temp.as_file(), self.begun, end - self.begun);
            self.begun = end;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temp.as_file_mut().flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.temp.as_file_mut().seek(to)?;
        Ok(self.at)
    }
}

/// Cuts a name to at most `most` bytes.
fn shorten(name: &str, most: usize) -> &str {
    let mut end = name.len().min(most);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

#[cfg(test)]
mod tests;
