//! [`Update`]: a stored member whose data are changed in place.
//!
//! While they are, the checksum in both headers is wrong and a byte in the directory says why: so our readers refuse the
//! member with a message, and all others by its checksum. Both are written through maps, so that a mark can't fail, and is
//! there for every reader at once.

use std::fs::File;

use crc32fast::Hasher;

use crate::archive::index::Entry;
use crate::archive::own_header::{LOCAL_BYTES, OwnHeader};
use crate::archive::records::{IN_UPDATE, OF_OTHERS};
use crate::atomic::unlock;
use crate::error::{Error, Result};
use crate::map::{MapMut, Writes};
use crate::memory::zeros;
use crate::source::read_some_at;
use crate::stored::{Extent, PIECE_BYTES};

/// The fixed part of an entry of the directory, APPNOTE 4.3.12, and where it has the checksum and the internal attributes.
const ENTRY_BYTES: u64 = 46;
const ENTRY_CRC: usize = 16;
const ENTRY_ATTRIBUTES: usize = 36;
/// Where a member's own header has the checksum: APPNOTE 4.3.7.
const OWN_CRC: usize = 14;

/// A member whose data may not be those of its checksum.
pub(crate) struct Update {
    /// To read the data, for their checksum. Locked.
    file: File,
    extent: Extent,
    entry: MapMut,
    own: MapMut,
    is_marked: bool,
}

impl Drop for Update {
    fn drop(&mut self) {
        unlock(&self.file);
    }
}

impl Update {
    /// Marks a stored member of an archive that is open for writing.
    pub(crate) fn begin(file: File, entry: &Entry, extent: Extent) -> Result<Self> {
        let map = |start: u64, len: u64| {
            MapMut::of(&file, start..start.saturating_add(len), Writes::Through)
                .map_err(|error| Error::io("can't map the headers of the member", error))
        };
        let mut own = map(extent.header_start, LOCAL_BYTES)?;
        if OwnHeader::parse(own.bytes_mut()).is_none_or(|own| own.has_descriptor()) {
            return Err(Error::unsupported(
                "the member was written by a program that could not go back, so its checksum stands behind the data; save \
                 the archive anew",
            ));
        }
        let entry = map(entry.at, ENTRY_BYTES)?;
        let mut update = Self { file, extent, entry, own, is_marked: false };
        update.mark()?;
        Ok(update)
    }

    pub(crate) fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// Tells all readers that the data are being changed. An error says that a power cut may take the mark away.
    pub(crate) fn mark(&mut self) -> Result<()> {
        if self.is_marked {
            return Ok(());
        }
        self.is_marked = true;
        let attributes = self.attributes();
        // What a crash has left is wrong already.
        if attributes & !OF_OTHERS != IN_UPDATE {
            let wrong = !u32::from_le_bytes(field(&mut self.entry, ENTRY_CRC));
            self.set_attributes(attributes & OF_OTHERS | IN_UPDATE);
            set(&mut self.entry, ENTRY_CRC, wrong.to_le_bytes());
            set(&mut self.own, OWN_CRC, wrong.to_le_bytes());
        }
        let flushed = self.entry.flush().and_then(|()| self.own.flush());
        flushed.map_err(|error| Error::io("can't mark the member as being updated", error))
    }

    /// Reads the data and writes their checksum; the member can be read again. The data have to be on the disk.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let crc32 = self.checksum()?.to_le_bytes();
        let cant = |error| Error::io("can't write the checksum; the member is still marked", error);
        // What readers go by comes last.
        set(&mut self.own, OWN_CRC, crc32);
        self.own.flush().map_err(cant)?;
        set(&mut self.entry, ENTRY_CRC, crc32);
        let attributes = self.attributes();
        self.set_attributes(attributes & OF_OTHERS);
        self.is_marked = false;
        self.entry.flush().map_err(cant)
    }

    /// Of the data in the file: read, not looked at, so that a file that was cut off is an error.
    fn checksum(&self) -> Result<u32> {
        let (mut hasher, mut at, end) = (Hasher::new(), self.extent.start, self.extent.range().end);
        let mut piece = zeros((end - at).min(PIECE_BYTES as u64) as usize, "member")?;
        while at < end {
            let len = (end - at).min(piece.len() as u64) as usize;
            match read_some_at(&self.file, &mut piece[..len], at)? {
                0 => {
                    let message = "the file was cut off while its member was mapped; restore a copy";
                    return Err(Error::damaged(message).at(at));
                }
                count => {
                    hasher.update(&piece[..count]);
                    at += count as u64;
                }
            }
        }
        Ok(hasher.finalize())
    }

    fn attributes(&mut self) -> u16 {
        u16::from_le_bytes(field(&mut self.entry, ENTRY_ATTRIBUTES))
    }

    fn set_attributes(&mut self, attributes: u16) {
        set(&mut self.entry, ENTRY_ATTRIBUTES, attributes.to_le_bytes());
    }
}

/// Some bytes of a mapped header, which is longer.
fn field<const N: usize>(header: &mut MapMut, at: usize) -> [u8; N] {
    header.bytes_mut().get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

fn set<const N: usize>(header: &mut MapMut, at: usize, value: [u8; N]) {
    if let Some(field) = header.bytes_mut().get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *field = value;
    }
}
