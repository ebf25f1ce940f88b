//! Members that were let go by their medium: to be read, or saved as they are, later.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::collect::MemberArray;
use super::loader::ReadMember;
use crate::archive::raw::RawMember;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::Limits;

/// Cells are handed on in pieces of this size, as those of an array are.
const PIECE_BYTES: u64 = 256 << 10;

/// One member that outlives the medium that it was found in.
pub(crate) trait Detached: Send + Sync {
    /// As [`Medium::read`](super::Medium::read).
    fn read(&self, read: &mut ReadMember<'_>) -> Result<()>;
    /// As [`Medium::limits`](super::Medium::limits).
    fn limits(&self) -> Limits;
    /// The file that it lies in, for messages.
    fn path(&self) -> Option<&Path>;
    /// The member as it lies in an archive, where it does.
    fn raw(&self) -> Option<&RawMember>;
}

/// The `.npy` bytes of a member that was in no archive.
pub(crate) struct InMemory(Vec<u8>);

impl InMemory {
    /// Copies what `read` hands out.
    pub(crate) fn read_from(
        read: impl FnOnce(&mut ReadMember<'_>) -> Result<()>,
    ) -> Result<Arc<dyn Detached>> {
        let mut bytes = Vec::new();
        read(&mut |reader, _| {
            let copied = reader.read_to_end(&mut bytes);
            copied.map(drop).map_err(|error| Error::io("can't read the member", error))
        })?;
        Ok(Arc::new(Self(bytes)))
    }
}

impl Detached for InMemory {
    fn read(&self, read: &mut ReadMember<'_>) -> Result<()> {
        let mut reader: &[u8] = &self.0;
        read(&mut reader, Some(self.0.len() as u64))
    }

    fn limits(&self) -> Limits {
        Limits::trusted()
    }

    fn path(&self) -> Option<&Path> {
        None
    }

    fn raw(&self) -> Option<&RawMember> {
        None
    }
}

/// A detached member that is about to be saved.
pub(super) struct Untouched {
    header: Header,
    detached: Arc<dyn Detached>,
}

impl Untouched {
    pub(super) fn new(header: Header, detached: Arc<dyn Detached>) -> Self {
        Self { header, detached }
    }
}

impl MemberArray for Untouched {
    fn header(&self) -> &Header {
        &self.header
    }

    /// For where it can't be copied as it is.
    fn write_cells(&self, out: &mut dyn Write) -> Result<()> {
        self.detached.read(&mut |mut reader, _| {
            let found = Header::read(&mut reader, &Limits::trusted())?;
            if found != self.header {
                return Err(Error::damaged("the file was changed after its headers were read"));
            }
            // What stands behind the cells is not part of the array.
            let mut cells = reader.take(self.header.data_len());
            let mut piece = Vec::new();
            while cells.limit() > 0 {
                piece.clear();
                let read = cells.by_ref().take(PIECE_BYTES).read_to_end(&mut piece);
                read.map_err(|error| Error::io("can't read the array's data", error))?;
                if piece.is_empty() {
                    return Err(Error::damaged("the array's data are cut off"));
                }
                out.write_all(&piece).map_err(|error| Error::io("can't write the array's data", error))?;
            }
            Ok(())
        })
    }

    fn detached(&self) -> Option<&Arc<dyn Detached>> {
        Some(&self.detached)
    }
}
