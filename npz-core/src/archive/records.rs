//! The records of a zip archive as they are written: local header, central header, the end.

use crate::bytes::Record;

/// Where a 32-bit field says "see the zip64 field".
pub(super) const MAX_32: u64 = 0xFFFF_FFFF;
pub(super) const MAX_16: u64 = 0xFFFF;
/// `DataStreamAlignment`, made by Apache Commons Compress: the alignment (u16) and zeros.
const ALIGNMENT_FIELD: u16 = 0xa11e;
/// 1980-01-01, the first day of a zip archive, as NumPy writes it.
const DATE: u16 = 0x21;
const UNIX: u16 = 3 << 8;
/// What a reader must be able to: deflate, zip64, and the methods of APPNOTE 4.4.3.2.
const VERSION: u16 = 20;
const ZIP64_VERSION: u16 = 45;
const BZIP2_VERSION: u16 = 46;
const LZMA_VERSION: u16 = 63;
const UTF_8: u16 = 1 << 11;
/// Checksum and sizes stand behind the data: APPNOTE 4.4.4.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
/// What the high byte of the internal attributes (APPNOTE 4.4.14), which nobody uses, says of a member whose data are being
/// changed in place: its checksum is wrong until that is done. Just this value, so that other writers' mean nothing.
pub(super) const IN_UPDATE: u16 = 0x80 << 8;
/// The low byte, which others use.
pub(super) const OF_OTHERS: u16 = 0xFF;
/// What it begins with: APPNOTE 4.3.9.3.
pub(super) const DESCRIPTOR_MARK: [u8; 4] = *b"PK\x07\x08";
/// Numbers of methods: APPNOTE 4.4.5.
pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
pub(super) const ZSTD: u16 = 93;

/// What the headers say of one member.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) method: u16,
    /// The flags that belong to the method: APPNOTE 4.4.4, bits 1 and 2.
    pub(super) method_flags: u16,
    /// Whether checksum and sizes stand behind the data.
    pub(super) has_descriptor: bool,
    pub(super) crc32: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// Whether the local header has a zip64 field. Its sizes are there then.
    pub(super) zip64: bool,
    /// The whole length of the alignment field, 0 for none.
    pub(super) padding: u64,
    pub(super) alignment: u64,
    /// A further field for the directory.
    pub(super) extra: Record,
}

impl Head<'_> {
    fn version(&self) -> u16 {
        // Python's zipfile asks the same for Zstandard as for LZMA.
        let of_method = match self.method {
            12 => BZIP2_VERSION,
            14 | ZSTD => LZMA_VERSION,
            _ => VERSION,
        };
        if self.zip64 || self.offset >= MAX_32 { of_method.max(ZIP64_VERSION) } else { of_method }
    }

    /// The fields that both headers have in common.
    fn common(&self, record: &mut Record, crc32: u32, compressed: u64, size: u64) {
        record.u16(self.version());
        let descriptor = if self.has_descriptor { DESCRIPTOR } else { 0 };
        record.u16(self.method_flags | descriptor | if self.name.is_ascii() { 0 } else { UTF_8 });
        record.u16(self.method).u16(0).u16(DATE).u32(crc32);
        record.u32(compressed.min(MAX_32) as u32).u32(size.min(MAX_32) as u32);
        record.u16(self.name.len() as u16);
    }

    /// APPNOTE 4.3.7. Its length does not depend on checksum and compressed size.
    pub(super) fn local(&self) -> Record {
        let mut record = Record::new();
        record.bytes(b"PK\x03\x04");
        // What stands behind the data is not told before them.
        let told = if self.has_descriptor { (0, 0, 0) } else { (self.crc32, self.compressed, self.size) };
        let (crc32, compressed, size) = told;
        let shown = if self.zip64 { (MAX_32, MAX_32) } else { (compressed, size) };
        self.common(&mut record, crc32, shown.0, shown.1);
        record.u16(self.padding as u16 + if self.zip64 { ZIP64_BYTES as u16 } else { 0 });
        record.bytes(self.name.as_bytes());
        if self.zip64 {
            record.u16(1).u16(16).u64(size).u64(compressed);
        }
        if self.padding > 0 {
            record.u16(ALIGNMENT_FIELD).u16(self.padding as u16 - 4).u16(self.alignment as u16);
            record.bytes(&vec![0; self.padding as usize - 6]);
        }
        record
    }

    /// APPNOTE 4.3.9, with the signature that everybody writes.
    pub(super) fn descriptor(&self) -> Record {
        let mut record = Record::new();
        record.bytes(&DESCRIPTOR_MARK).u32(self.crc32);
        if self.zip64 {
            record.u64(self.compressed).u64(self.size);
        } else {
            record.u32(self.compressed as u32).u32(self.size as u32);
        }
        record
    }

    /// APPNOTE 4.3.12, with a zip64 field (4.5.3) of just those values that need it.
    pub(super) fn central(&self) -> Record {
        let mut record = Record::new();
        record.bytes(b"PK\x01\x02").u16(UNIX | self.version());
        self.common(&mut record, self.crc32, self.compressed, self.size);
        let large = [self.size, self.compressed, self.offset].into_iter().filter(|&value| value >= MAX_32);
        let extra = 8 * large.clone().count() as u16;
        let further = self.extra.as_slice();
        record.u16(further.len() as u16 + if extra > 0 { extra + 4 } else { 0 });
        // No comment, disk 0, no internal attributes, a file that its owner reads and writes.
        record.u16(0).u16(0).u16(0).u32(0o600 << 16).u32(self.offset.min(MAX_32) as u32);
        record.bytes(self.name.as_bytes());
        if extra > 0 {
            record.u16(1).u16(extra);
            large.for_each(|value| {
                record.u64(value);
            });
        }
        record.bytes(further);
        record
    }
}

/// The length of the zip64 field in a local header.
pub(super) const ZIP64_BYTES: u64 = 20;

/// The length of a local header without its alignment field.
pub(super) fn local_len(name: &str, zip64: bool) -> u64 {
    30 + name.len() as u64 + if zip64 { ZIP64_BYTES } else { 0 }
}

/// The length of a central header with these values in its zip64 field, where they need it.
pub(super) fn central_len(name: &str, values: [u64; 3]) -> u64 {
    let large = values.iter().filter(|&&value| value >= MAX_32).count() as u64;
    46 + name.len() as u64 + if large > 0 { 4 + 8 * large } else { 0 }
}

/// The records behind the directory: APPNOTE 4.3.16, before it 4.3.14 and 4.3.15 where they are needed.
pub(super) fn end(offset: u64, size: u64, entries: u64, comment: &[u8]) -> Record {
    let mut record = Record::new();
    if entries >= MAX_16 || offset >= MAX_32 || size >= MAX_32 {
        record.bytes(b"PK\x06\x06").u64(44).u16(UNIX | ZIP64_VERSION).u16(ZIP64_VERSION).u32(0).u32(0);
        record.u64(entries).u64(entries).u64(size).u64(offset);
        record.bytes(b"PK\x06\x07").u32(0).u64(offset + size).u32(1);
    }
    let entries = entries.min(MAX_16) as u16;
    record.bytes(b"PK\x05\x06").u16(0).u16(0).u16(entries).u16(entries);
    record.u32(size.min(MAX_32) as u32).u32(offset.min(MAX_32) as u32);
    record.u16(comment.len().min(MAX_16 as usize) as u16).bytes(comment);
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip64_comes_where_it_is_needed() {
        let head = |size, offset| Head {
            name: "a",
            method: 0,
            method_flags: 0,
            has_descriptor: false,
            crc32: 0,
            compressed: size,
            size,
            offset,
            zip64: size >= MAX_32,
            padding: 0,
            alignment: 64,
            extra: Record::new(),
        };
        let length = |record: Record| record.as_slice().len();
        for (size, offset, local, central) in [
            (MAX_32 - 1, MAX_32 - 1, 31, 47),
            (MAX_32, 0, 31 + 20, 47 + 20),
            (0, MAX_32, 31, 47 + 12),
            (1 << 40, 1 << 40, 31 + 20, 47 + 28),
        ] {
            let head = head(size, offset);
            assert_eq!((length(head.local()), length(head.central())), (local, central));
            let told =
                (local_len("a", head.zip64), central_len("a", [head.size, head.compressed, head.offset]));
            assert_eq!(told, (local as u64, central as u64));
        }
        assert_eq!(length(end(0, 0, 65_534, b"")), 22);
        assert_eq!(length(end(0, 0, 65_535, b"")), 22 + 76);
        assert_eq!(length(end(MAX_32, 0, 0, b"")), 22 + 76);
    }
}
