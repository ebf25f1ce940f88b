//! Where the parts of an archive lie, told before its first byte: exactly where all members are stored.

use crate::archive::Compression;
use crate::archive::records::{self, DEFLATED, MAX_32, STORED, ZSTD};
use crate::stored::{Extent, Packed};

/// Deflate makes at most so many bytes of one.
const MOST_RATIO: u64 = 1032;
/// A block of Zstandard has at most 128 KiB, and is at least its header and a byte: RFC 8878, 3.1.1.2.
const MOST_RATIO_OF_ZSTD: u64 = (128 << 10) / 4;

/// No smaller than what deflate can make of `size` bytes: stored blocks cost 5 bytes for each 16 KiB and
/// the bound that zlib gives for its worst setting is a 32nd. Zstandard's blocks cost 3 bytes, few of them are
/// below 8 KiB.
fn bound(size: u64) -> u64 {
    size.saturating_add(size / 16).saturating_add(1024)
}

/// What decides where a member lies.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) method: u16,
    /// How much of the data comes before that which is aligned: the header of an array.
    pub(crate) prefix: u64,
    /// The length of the data, uncompressed.
    pub(crate) size: u64,
    /// Their length as they will lie there, where it is known already.
    pub(crate) packed: Option<u64>,
}

impl<'a> Part<'a> {
    pub(crate) fn new(name: &'a str, compression: Compression, prefix: u64, size: u64) -> Self {
        Self { name, method: compression.method(), prefix, size, packed: None }
    }

    /// A member of another archive, to lie here as it does there.
    pub(crate) fn packed(name: &'a str, member: &Packed<'_>) -> Self {
        let Extent { method, size, compressed_size, .. } = member.extent;
        Self { name, method, prefix: member.prefix, size, packed: Some(compressed_size) }
    }

    /// The least and the most that the data can take in the archive.
    pub(super) fn bounds(&self) -> (u64, u64) {
        match (self.packed, self.method) {
            (Some(packed), _) => (packed, packed),
            (None, DEFLATED) => (self.size / MOST_RATIO, bound(self.size)),
            (None, ZSTD) => (self.size / MOST_RATIO_OF_ZSTD, bound(self.size)),
            (None, _) => (self.size, self.size),
        }
    }
}

/// How the header of a member has to be, so that the member lies as it should.
pub(super) struct Place {
    pub(super) zip64: bool,
    /// The length of the alignment field, 0 for none.
    pub(super) padding: u64,
}

/// Places a member whose header begins at `offset`.
pub(super) fn place(offset: u64, part: &Part<'_>, alignment: u64) -> Place {
    let zip64 = part.bounds().1.max(part.size) >= MAX_32;
    let mut padding = 0;
    if part.method == STORED {
        let aligned = offset.saturating_add(records::local_len(part.name, zip64) + part.prefix);
        padding = aligned.wrapping_neg() % alignment;
        // A field has 4 bytes of its own, this one 2 more for the alignment.
        while padding != 0 && padding < 6 {
            padding += alignment;
        }
    }
    Place { zip64, padding }
}

/// Members one after another.
pub(crate) struct Layout {
    alignment: u64,
    at: u64,
    directory: u64,
    entries: u64,
}

impl Layout {
    /// Of members that begin at a position.
    pub(crate) fn new(start: u64, alignment: u64) -> Self {
        Self { alignment, at: start, directory: 0, entries: 0 }
    }

    pub(crate) fn add(&mut self, part: &Part<'_>) {
        let Place { zip64, padding } = place(self.at, part, self.alignment);
        let (least, _) = part.bounds();
        let header = records::local_len(part.name, zip64) + padding;
        self.directory =
            self.directory.saturating_add(records::central_len(part.name, [part.size, least, self.at]));
        self.at = self.at.saturating_add(header).saturating_add(least);
        self.entries += 1;
    }

    /// Where the archive ends: exactly, or at the earliest where members are compressed.
    pub(crate) fn end(&self) -> u64 {
        let end = records::end(self.at, self.directory, self.entries, b"").as_slice().len() as u64;
        self.at.saturating_add(self.directory).saturating_add(end)
    }
}
