//! The directory of an archive: every member, in order, duplicates too.
//!
//! The one file that names the `zip` crate. Its `ZipIterable` parses the directory, its decoders read the
//! methods that we have no decoder of our own for. What it leaves to the caller is here: names as Python
//! decodes them, members that share bytes, and what kind of file it is that has no directory.

use std::io::Read;

use zip::read::{Config, OwnedZipFileEntry, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use crate::archive::window::Window;
use crate::archive::{Method, sniff};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::source::{ReadAt, Section, is_ours};

/// The fixed part of a local header: APPNOTE 4.3.7.
pub(super) const LOCAL_BYTES: u64 = 30;
/// Flags of APPNOTE 4.4.4: encrypted, strongly encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6;
/// The flag of a name in UTF-8.
pub(super) const UTF_8: u16 = 1 << 11;

/// Every member of an archive, in the order of its directory.
pub(crate) struct Index {
    pub(crate) entries: Vec<Entry>,
}

/// What the directory says of one member. Sizes and offsets are those that it claims, and lie in the file.
pub(crate) struct Entry {
    /// As Python's zipfile decodes it, except that it is not cut off at a NUL.
    pub(crate) name: String,
    pub(crate) method: Method,
    /// The length of the data as they lie in the file.
    pub(crate) compressed_size: u64,
    /// The length of the data when they are decompressed.
    pub(crate) size: u64,
    pub(crate) crc32: u32,
    pub(crate) header_offset: u64,
    pub(crate) encrypted: bool,
    /// The name's bytes, where they are not those of `name`.
    pub(super) raw_name: Option<Box<[u8]>>,
    /// Where the next member or the directory begins.
    pub(super) end: u64,
    pub(super) directory_offset: u64,
    /// What the zip crate needs to decompress it, where that is the one who does.
    foreign: Option<Box<OwnedZipFileEntry>>,
}

impl Index {
    /// Reads the directory. Takes time and memory in proportion to the file's size, whatever it claims.
    pub(crate) fn read(source: &dyn ReadAt, limits: &Limits) -> Result<Self> {
        let size = source.size().map_err(|error| Error::io("can't tell the size", error))?;
        sniff::refuse_npy(source)?;
        let explain = |error| explain(source, size, error);
        let mut archive =
            ZipIterable::try_new(Window::new(source, size), Config::default()).map_err(explain)?;
        limits.check_members(archive.len() as u64)?;
        let files = archive.files().map_err(explain)?;
        // Not reserved: the count is a claim.
        let mut entries = Vec::new();
        for file in files.by_ref() {
            entries.push(Entry::new(file.map_err(explain)?)?);
        }
        // The reader stands behind the last header. Python reads on as long as the directory is, so members
        // that a too small count hides would be there for NumPy and not for us.
        let mut next = Vec::new();
        files.reader_mut().take(4).read_to_end(&mut next).map_err(|error| Error::io("can't read", error))?;
        if !entries.is_empty() && next == b"PK\x01\x02" {
            let found = entries.len();
            return Err(Error::damaged(format!(
                "the archive's directory holds more members than the {found} that its end record tells of; \
                 the file was damaged after it was written, restore a copy"
            )));
        }
        set_ends(&mut entries)?;
        Ok(Self { entries })
    }
}

impl Entry {
    fn new(file: ZipFileEntry<'static>) -> Result<Self> {
        let flags = file.flags().as_u16();
        let raw = file.name_raw();
        let name = decode_name(raw, flags & UTF_8 != 0)?;
        let raw_name = (name.as_bytes() != raw).then(|| raw.into());
        #[expect(deprecated, reason = "the named methods of `zip` depend on which of its features are on")]
        let method = Method::from_number(file.compression().to_u16());
        Ok(Self {
            name,
            method,
            compressed_size: file.compressed_size(),
            size: file.size(),
            crc32: file.crc32(),
            header_offset: file.header_start(),
            encrypted: flags & ENCRYPTED != 0,
            raw_name,
            end: 0,
            directory_offset: file.central_header_start(),
            foreign: is_foreign(method).then(|| Box::new(file.into())),
        })
    }

    /// The uncompressed size, where the bytes that are there prove that it can be true: a stored member is as
    /// long as its data, and deflate does not expand more than 1032 times. `None` for other methods: what is
    /// read from them has to be grown step by step.
    ///
    /// An error says that the directory lies; it comes before anything is allocated.
    pub(crate) fn proven_size(&self) -> Result<Option<u64>> {
        let (size, compressed) = (self.size, self.compressed_size);
        let (possible, rule) = match self.method {
            Method::Stored => (size == compressed, "a stored member has both the same"),
            Method::Deflate => (
                size <= compressed.saturating_mul(1032).saturating_add(64),
                "deflate makes at most 1032 of one",
            ),
            _ => return Ok(None),
        };
        if self.encrypted {
            return Ok(None);
        }
        if possible {
            return Ok(Some(size));
        }
        Err(Error::damaged(format!(
            "the directory claims {size} bytes of data out of {compressed} stored ones, but {rule}; \
             the file was damaged after it was written, restore a copy"
        )))
    }

    /// A reader of the decompressed data by the zip crate's decoders, which makes at most `size` bytes.
    /// `None` where this build has none for the method.
    pub(super) fn foreign_reader<'a>(
        &'a self,
        archive: &'a mut Section<'_, dyn ReadAt + '_>,
    ) -> Result<Option<impl Read + 'a>> {
        let Some(foreign) = &self.foreign else { return Ok(None) };
        // The checksum is ours to check, so that the error says what was expected and found.
        let options = zip::ZipReadOptions::new().ignore_crc32(true);
        match foreign.as_ref().as_ref().with_reader(archive, options) {
            Ok(reader) => Ok(Some(reader)),
            Err(ZipError::Io(error)) => Err(Error::io("can't read the member", error)),
            Err(error) => Err(Error::damaged(format!("the member can't be read: {error}"))),
        }
    }
}

fn is_foreign(method: Method) -> bool {
    let enabled = [
        (Method::Bzip2, cfg!(feature = "bzip2")),
        (Method::Lzma, cfg!(feature = "lzma")),
        (Method::Zstd, cfg!(feature = "zstd")),
    ];
    enabled.contains(&(method, true))
}

/// Finds where each member has to end, and refuses members that share bytes: a small file could claim
/// terabytes with them.
fn set_ends(entries: &mut [Entry]) -> Result<()> {
    let Some(mut end) = entries.first().map(|entry| entry.directory_offset) else { return Ok(()) };
    let mut order: Vec<usize> = (0..entries.len()).collect();
    // Stable, and archives are in this order already, so this is linear in practice.
    order.sort_by_key(|&i| entries[i].header_offset);
    for &i in order.iter().rev() {
        let entry = &mut entries[i];
        let need = entry.compressed_size.saturating_add(LOCAL_BYTES);
        if entry.header_offset.saturating_add(need) > end {
            return Err(Error::damaged(format!(
                "the member needs {need} bytes in the archive, but the next member or the directory begins \
                 {} bytes after it; the file was damaged or made to mislead",
                end.saturating_sub(entry.header_offset)
            ))
            .at(entry.header_offset)
            .in_member(&entry.name));
        }
        entry.end = end;
        end = entry.header_offset;
    }
    Ok(())
}

fn decode_name(raw: &[u8], utf_8: bool) -> Result<String> {
    if !utf_8 && !raw.is_ascii() {
        return Ok(raw.iter().map(|&byte| cp437(byte)).collect());
    }
    String::from_utf8(raw.to_vec()).map_err(|error| {
        Error::damaged(format!(
            "a member's name is not the UTF-8 that its entry promises: found \"{}\"",
            raw.escape_ascii()
        ))
        .with_source(error)
    })
}

/// IBM's code page 437, the encoding of names without the UTF-8 flag.
fn cp437(byte: u8) -> char {
    const UPPER: [char; 128] = [
        'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ', 'ô',
        'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º',
        '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗',
        '╝', '╜', '╛', '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧',
        '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π',
        'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈',
        '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
    ];
    if byte < 128 { char::from(byte) } else { UPPER[usize::from(byte - 128)] }
}

/// Turns an error of the zip crate into one that says what to do.
fn explain(source: &dyn ReadAt, size: u64, error: ZipError) -> Error {
    let complaint = match error {
        // Ours come through here, and those of the medium with them.
        ZipError::Io(error) if is_ours(&error) => {
            return Error::io("can't read the archive's directory", error);
        }
        ZipError::InvalidArchive(text) => text.into_owned(),
        ZipError::UnsupportedArchive(text) => text.to_owned(),
        error => error.to_string(),
    };
    if complaint.to_ascii_lowercase().contains("multi-disk") {
        return Error::unsupported(
            "the archive is one part of several: join them first, for example by `zip -s 0 --out one.npz`",
        );
    }
    sniff::explain(source, size, &complaint).unwrap_or_else(|error| error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Compression;
    use crate::archive::emit::Emitter;
    use crate::error::ErrorKind;
    use std::io::Cursor;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut emitter = Emitter::new(Cursor::new(Vec::new()), 64).unwrap();
        for name in names {
            emitter
                .add(name, Compression::Stored, 3, |out| {
                    out.write_all(b"abc").map_err(|error| Error::io("can't write", error))
                })
                .unwrap();
        }
        emitter.finish().unwrap().into_inner()
    }

    fn names(archive: &[u8]) -> Vec<String> {
        let index = Index::read(&archive, &Limits::default()).unwrap();
        index.entries.into_iter().map(|entry| entry.name).collect()
    }

    fn refused(archive: &[u8]) -> String {
        let error = Index::read(&archive, &Limits::default()).err().expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        error.to_string()
    }

    #[test]
    fn all_members_are_listed_in_order_with_duplicates() {
        let written = ["b.npy", "a.npy", "b.npy", "gewicht/größe.npy", "", "dir/"];
        assert_eq!(names(&archive(&written)), written);
        assert_eq!(names(&archive(&[])), [""; 0]);
        let prefixed = [b"#!/bin/sh\n".as_slice(), &archive(&written)].concat();
        assert_eq!(names(&prefixed), written);
    }

    #[test]
    fn names_without_the_flag_are_code_page_437() {
        assert_eq!(decode_name(b"gr\x94\xE1e", false).unwrap(), "größe");
        assert_eq!(decode_name("größe".as_bytes(), false).unwrap(), "gr├╢├ƒe");
        assert_eq!(decode_name("größe".as_bytes(), true).unwrap(), "größe");
        assert!(decode_name(b"gr\x94\xE1e", true).unwrap_err().to_string().contains("gr\\x94\\xe1e"));
        assert_eq!(cp437(255), '\u{a0}');
    }

    #[test]
    fn members_that_share_bytes_are_refused() {
        let good = archive(&["a.npy", "b.npy"]);
        let entry = good.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        // The second entry points at the first member: 42 is the offset field of APPNOTE 4.3.12.
        let mut bad = good.clone();
        bad[entry + 42..entry + 46].fill(0);
        assert!(refused(&bad).contains("needs 33 bytes"), "{}", refused(&bad));
        // The first member claims the second one too.
        let mut bad = good;
        let first = bad.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        bad[first + 21] = 1;
        assert!(refused(&bad).contains("needs 289 bytes"), "{}", refused(&bad));
    }

    #[test]
    fn every_truncation_is_refused() {
        let good = archive(&["a.npy", "b.npy"]);
        assert!(refused(&good[..good.len() - 30]).contains("cut off"));
        for length in 0..good.len() {
            refused(&good[..length]);
        }
    }

    #[test]
    fn members_that_the_count_hides_are_not_dropped() {
        let mut bad = archive(&["a.npy", "b.npy"]);
        let end = bad.len() - 22;
        bad[end + 8] = 1;
        bad[end + 10] = 1;
        assert!(refused(&bad).contains("more members than the 1"), "{}", refused(&bad));
        bad[end + 8] = 3;
        bad[end + 10] = 3;
        refused(&bad);
    }

    #[test]
    fn the_number_of_members_is_limited() {
        let archive = archive(&["a", "b", "c"]);
        assert!(Index::read(&archive, &Limits::default().members(3)).is_ok());
        let error = Index::read(&archive, &Limits::default().members(2)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Limit);
    }

    #[test]
    fn a_part_of_several_is_refused() {
        let mut bad = archive(&["a"]);
        let end = bad.len() - 22;
        bad[end + 4] = 1;
        let error = Index::read(&bad, &Limits::default()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("join them first"), "{error}");
    }

    #[test]
    fn a_flood_of_end_signatures_takes_linear_time() {
        for record in [b"PK\x05\x06".as_slice(), b"PK\x06\x06", b"PK\x06\x06PK\x06\x07PK\x05\x06\xFF\xFF"] {
            let mut flood = record.repeat((1 << 20) / record.len());
            flood.extend(b"PK\x06\x07".iter().chain(&[0; 16]));
            flood.extend(b"PK\x05\x06".iter().chain(&[0xFF; 16]).chain(&[0; 2]));
            assert!(Index::read(&flood, &Limits::default()).is_err());
        }
    }
}
