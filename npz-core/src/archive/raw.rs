//! A member that is kept beyond the reader of its archive: to be read later, or copied into another archive as it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Method;
use super::decode::{Data, Place, place_of_data, with_data};
use super::index::Entry;
use crate::error::{Error, Result};
use crate::source::{ReadAt, read_exact_at};

/// Copied in pieces of this size.
const PIECE_BYTES: u64 = 256 << 10;

/// The bytes of an archive, held together with its members.
pub(crate) struct Home {
    pub(crate) source: Arc<dyn ReadAt>,
    /// For messages.
    pub(crate) path: Option<PathBuf>,
}

/// A member where it lies, and what the directory said of it.
pub(crate) struct RawMember {
    home: Arc<Home>,
    entry: Entry,
}

impl RawMember {
    pub(crate) fn new(home: Arc<Home>, entry: Entry) -> Self {
        Self { home, entry }
    }

    /// Copies a member, compressed as it is, out of a source that can't be shared.
    pub(crate) fn copied(source: &dyn ReadAt, entry: &Entry) -> Result<Self> {
        let offset = entry.header_offset;
        let end = place_of_data(source, entry)?.end;
        let len = end - offset;
        let mut bytes = Vec::new();
        if !usize::try_from(len).is_ok_and(|len| bytes.try_reserve_exact(len).is_ok()) {
            let short = std::io::ErrorKind::OutOfMemory.into();
            return Err(Error::io(format!("can't allocate {len} bytes for the compressed member"), short));
        }
        while (bytes.len() as u64) < len {
            // Grown with what is really there.
            let (start, step) = (bytes.len(), PIECE_BYTES.min(len - bytes.len() as u64));
            bytes.resize(start + step as usize, 0);
            read_exact_at(source, &mut bytes[start..], offset + start as u64, "the member")?;
        }
        let entry = Entry { header_offset: 0, end: len, ..entry.clone() };
        Ok(Self { home: Arc::new(Home { source: Arc::new(bytes), path: None }), entry })
    }

    pub(crate) fn entry(&self) -> &Entry {
        &self.entry
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.home.path.as_deref()
    }

    /// Lets `read` have the member's bytes, decompressed and verified as by [`with_data`].
    pub(crate) fn with_data<T>(&self, read: impl FnOnce(&mut Data<'_>) -> Result<T>) -> Result<T> {
        with_data(&*self.home.source, &self.entry, read)
    }

    /// Finds the data, and makes sure that they still are what the directory spoke of, as far as that can be told
    /// without decompressing them.
    pub(crate) fn open(&self) -> Result<RawData<'_>> {
        let open = || {
            self.entry.proven_size()?;
            let place = place_of_data(&*self.home.source, &self.entry)?;
            // Of stored data the checksum is taken while they are copied.
            let is_told = place.crc32 == Some(self.entry.crc32) || self.entry.method == Method::Stored;
            if !is_told {
                // Checksum behind the data, or another one: only the data themselves can tell.
                self.with_data(|_| Ok(()))?;
            }
            Ok(RawData { member: self, place })
        };
        open().map_err(|error| self.locate(error))
    }

    /// Says where the bytes were read, as that is not where they are written.
    fn locate(&self, error: Error) -> Error {
        let name = &self.entry.name;
        let error = error.in_member(name.strip_suffix(".npy").unwrap_or(name));
        match self.path() {
            Some(path) => error.in_file(path),
            None => error,
        }
    }
}

/// The data of a member that is about to be copied.
pub(crate) struct RawData<'m> {
    member: &'m RawMember,
    place: Place,
}

impl RawData<'_> {
    /// Hands the data out piece by piece, compressed as they are. A stored member's checksum is verified.
    pub(crate) fn copy(self, put: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let Self { member, place: Place { start, end, .. } } = self;
        let mut hasher = (member.entry.method == Method::Stored).then(crc32fast::Hasher::new);
        let mut buffer = vec![0; PIECE_BYTES.min(end - start) as usize];
        let mut at = start;
        while at < end {
            let piece = &mut buffer[..PIECE_BYTES.min(end - at) as usize];
            let read = read_exact_at(&*member.home.source, piece, at, "the member's data");
            read.map_err(|error| member.locate(error))?;
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
            put(piece)?;
            at += piece.len() as u64;
        }
        let expected = member.entry.crc32;
        match hasher.map(crc32fast::Hasher::finalize) {
            Some(found) if found != expected => Err(member.locate(Error::damaged(format!(
                "bad CRC-32: expected {expected:08x}, found {found:08x}; the file was changed after it was loaded"
            )))),
            _ => Ok(()),
        }
    }
}
