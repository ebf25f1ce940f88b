//! A file that is visible under its target's name before all of it is written: two that take turns.
//!
//! Whatever is visible is whole and stays as it is. While one file is, the other one is written; it has all that the first has.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};

use tempfile::Builder;

use super::{AtomicFile, Choices, cant_rename, sync_name};
use crate::error::{Error, Result};

impl AtomicFile {
    /// Makes what was written so far visible under the target's name. The file keeps its own name too.
    pub(crate) fn publish(&mut self) -> Result<()> {
        self.settle()?;
        let Self { choices, temp, target, .. } = self;
        let folder = target.parent().ok_or_else(|| Error::invalid("the path does not name a file"))?;
        // A second name, as a rename takes the first. It is called as the first is, but for the six letters.
        let name = temp.path().file_name().unwrap_or_default().to_string_lossy();
        let prefix =
            name.len().checked_sub("a1B2c3.tmp".len()).and_then(|end| name.get(..end)).unwrap_or(".");
        let named =
            Builder::new().prefix(prefix).suffix(".tmp").make_in(folder, |path| fs::hard_link(&temp, path));
        let named = named.map_err(|error| {
            Error::io(
                "can't give the file a second name, a hard link, which its file system may not allow",
                error,
            )
        })?;
        let named = named.into_temp_path();
        let renamed =
            if choices.create_new { named.persist_noclobber(&*target) } else { named.persist(&*target) };
        renamed.map_err(|error| cant_rename(error.error))?;
        choices.create_new = false;
        Ok(())
    }

    /// Makes the name durable.
    pub(crate) fn sync_name(&self) -> Result<()> {
        sync_name(&self.target, self.choices)
    }

    /// Another file for the same target.
    pub(crate) fn second(&self) -> Result<Self> {
        Self::create_by(&self.target, Choices { create_new: false, ..self.choices })
    }

    /// Takes over the bytes between two positions of another file, and stands behind them. In the kernel, where it can.
    pub(crate) fn copy_from(&mut self, other: &mut Self, start: u64, end: u64) -> Result<()> {
        let mut copy = || {
            other.seek(SeekFrom::Start(start))?;
            self.seek(SeekFrom::Start(start))?;
            io::copy(&mut other.temp.as_file().take(end - start), self.temp.as_file_mut())
        };
        let copied = copy().map_err(|error| Error::io("can't copy what was written so far", error))?;
        if copied < end - start {
            return Err(Error::damaged(format!("expected to copy {} bytes, found {copied}", end - start)));
        }
        self.at = end;
        // The name may be taken now: by the other.
        self.choices = other.choices;
        self.cut_at(end)
    }

    /// Cuts the file off behind a position.
    pub(crate) fn cut_at(&mut self, end: u64) -> Result<()> {
        self.temp.as_file().set_len(end).map_err(|error| Error::io("can't set the file's length", error))
    }
}
