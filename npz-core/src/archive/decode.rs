//! The data of one member, decompressed and checked.

use std::io::{self, BufReader, Read};

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use crate::archive::Method;
#[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
use crate::archive::foreign;
use crate::archive::index::{Entry, LOCAL_BYTES};
use crate::archive::names::is_name;
use crate::bytes::{take, take_u16, take_u32};
use crate::error::{Error, Result};
use crate::source::{ReadAt, Section, is_ours, read_exact_at};

/// Checksummed in pieces of this size, which are still in the cache then.
const PIECE_BYTES: usize = 256 << 10;
/// How much compressed data is fetched at once, for a whole member and for its first bytes.
const INPUT_BYTES: usize = 64 << 10;
const PREFIX_INPUT_BYTES: usize = 4 << 10;
/// The flag of a checksum and sizes behind the data: APPNOTE 4.4.4.
const DESCRIPTOR: u16 = 1 << 3;

/// The uncompressed bytes of a member. Reading all of them and no more is checked by [`with_data`].
///
/// There are as many as the directory says: an earlier end of the data is an error, not an end. The errors
/// are [`Error`]s inside of [`io::Error`]s.
pub(crate) struct Data<'a> {
    inner: Box<dyn Read + 'a>,
    size: u64,
    left: u64,
    /// `None` where the first bytes alone are wanted.
    crc: Option<Hasher>,
}

/// Lets `read` have the first bytes of a member, without checking them: for headers, when nothing else is
/// wanted.
pub(crate) fn with_prefix<T>(
    source: &dyn ReadAt,
    entry: &Entry,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    with(source, entry, false, read)
}

/// Lets `read` have the bytes of a member. What it leaves is read too, and then length and checksum are
/// compared with the directory: only if they are right, the result of `read` is given out.
pub(crate) fn with_data<T>(
    source: &dyn ReadAt,
    entry: &Entry,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    with(source, entry, true, |data| {
        let value = read(data)?;
        data.verify(entry.crc32)?;
        Ok(value)
    })
}

fn with<T>(
    source: &dyn ReadAt,
    entry: &Entry,
    whole: bool,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    if entry.encrypted {
        return Err(Error::unsupported(
            "the member is encrypted, which neither NumPy nor this crate reads; \
             extract the archive with its password, for example by `7z x`, and zip it again without one",
        ));
    }
    entry.proven_size()?;
    let Place { start, end, .. } = place_of_data(source, entry)?;
    let section = Section::new(source, start, end);
    match entry.method {
        // No buffer: large reads go straight into the caller's.
        Method::Stored => read(&mut Data::new(Box::new(section), entry, whole)),
        Method::Deflate => {
            let most = if whole { INPUT_BYTES } else { PREFIX_INPUT_BYTES };
            let capacity = entry.compressed_size.clamp(1, most as u64) as usize;
            let input = BufReader::with_capacity(capacity, section);
            read(&mut Data::new(Box::new(DeflateDecoder::new(input)), entry, whole))
        }
        #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
        method if foreign::reads(method) => {
            foreign::with_decoder(section, entry, |inner| read(&mut Data::new(Box::new(inner), entry, whole)))
        }
        method => Err(refuse(method)),
    }
}

fn refuse(method: Method) -> Error {
    let advice = match method {
        Method::Bzip2 | Method::Lzma | Method::Zstd => {
            format!("which this build does not read: enable the feature `{method}` of npz-core")
        }
        _ => "which is not read: extract the archive and zip it again with deflate".to_owned(),
    };
    Error::unsupported(format!("the member is compressed with {method}, {advice}"))
}

/// Where the data of a member lie, by its own header.
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) end: u64,
    /// The checksum that stands there, unless it stands behind the data.
    pub(super) crc32: Option<u32>,
}

/// Where the data lie. The member's own header tells, as its extra fields are not those of the directory (NumPy
/// writes 20 bytes here and none there).
pub(super) fn place_of_data(source: &dyn ReadAt, entry: &Entry) -> Result<Place> {
    const WHAT: &str = "the member's header";
    let offset = entry.header_offset;
    // Header and name in one read. No encoding of the name is longer than that in UTF-8.
    let there = entry.end.saturating_sub(offset);
    let mut block = vec![0; there.min(LOCAL_BYTES + entry.whole_name().len() as u64) as usize];
    read_exact_at(source, &mut block, offset, WHAT)?;
    let mut rest = block.as_slice();
    let cut_off = || Error::damaged(format!("{WHAT} is cut off")).at(offset);
    let signature = take::<4>(&mut rest).ok_or_else(cut_off)?;
    if &signature != b"PK\x03\x04" {
        return Err(Error::damaged(format!(
            "expected {WHAT}, which begins with \"PK\\x03\\x04\", found \"{}\"; \
             the file was damaged after it was written, restore a copy",
            signature.escape_ascii()
        ))
        .at(offset));
    }
    take::<2>(&mut rest).ok_or_else(cut_off)?;
    let flags = take_u16(&mut rest).ok_or_else(cut_off)?;
    // Method, time and date; behind the checksum both sizes.
    take::<6>(&mut rest).ok_or_else(cut_off)?;
    let crc32 = take_u32(&mut rest).ok_or_else(cut_off)?;
    take::<8>(&mut rest).ok_or_else(cut_off)?;
    let name_bytes = take_u16(&mut rest).ok_or_else(cut_off)?;
    let extra_bytes = take_u16(&mut rest).ok_or_else(cut_off)?;
    let start = offset + LOCAL_BYTES + u64::from(name_bytes) + u64::from(extra_bytes);
    let end = start.checked_add(entry.compressed_size).filter(|&end| end <= entry.end);
    let Some(end) = end else {
        return Err(Error::damaged(format!(
            "the member's data run into the next member or the directory: expected {} bytes, \
             found room for {}; the file was damaged or made to mislead",
            entry.compressed_size,
            entry.end.saturating_sub(start)
        ))
        .at(start));
    };
    let own = rest.get(..usize::from(name_bytes));
    if !own.is_some_and(|own| is_name(own, flags, entry.whole_name())) {
        return Err(Error::damaged(format!(
            "the directory and the member's own header give different names: \
             expected {:?}, found \"{}\"; the file was damaged or made to mislead",
            entry.whole_name(),
            own.unwrap_or(rest).escape_ascii()
        ))
        .at(offset));
    }
    Ok(Place { start, end, crc32: (flags & DESCRIPTOR == 0).then_some(crc32) })
}

impl<'a> Data<'a> {
    fn new(inner: Box<dyn Read + 'a>, entry: &Entry, whole: bool) -> Self {
        Self { inner, size: entry.size, left: entry.size, crc: whole.then(Hasher::new) }
    }

    fn verify(&mut self, expected: u32) -> Result<()> {
        let mut scratch = vec![0; self.left.clamp(1, INPUT_BYTES as u64) as usize];
        while self.left > 0 {
            self.read(&mut scratch).map_err(|error| Error::io("can't read the member", error))?;
        }
        // Besides, this makes a decoder look at what stands behind the last byte.
        if self.inner.read(&mut scratch[..1]).map_err(broken)? > 0 {
            return Err(Error::damaged(format!(
                "the member holds more than the {} bytes that the directory tells of; {RESTORE}",
                self.size
            )));
        }
        let found = self.crc.take().map_or(expected, Hasher::finalize);
        if found != expected {
            return Err(Error::damaged(format!(
                "bad CRC-32: expected {expected:08x}, found {found:08x}; {RESTORE}"
            )));
        }
        Ok(())
    }
}

const RESTORE: &str = "the file was damaged after it was written, restore a copy";

impl Read for Data<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = buffer.len().min(PIECE_BYTES).min(left);
        if most == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..most]).map_err(broken)?;
        if count == 0 {
            let (size, found) = (self.size, self.size - self.left);
            return Err(Error::damaged(format!(
                "the member's data end too early: expected {size} bytes, found {found}; {RESTORE}"
            ))
            .into());
        }
        if let Some(crc) = &mut self.crc {
            crc.update(&buffer[..count]);
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// What a decoder says: an error of ours from below it, or that the compressed bytes make no sense.
fn broken(error: io::Error) -> Error {
    if is_ours(&error) || error.kind() == io::ErrorKind::OutOfMemory {
        return Error::io("can't decompress the member", error);
    }
    Error::damaged(format!("the compressed data make no sense: {error}; {RESTORE}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Compression;
    use crate::archive::emit::Emitter;
    use crate::archive::index::Index;
    use crate::error::ErrorKind;
    use crate::limits::Limits;
    use std::io::Cursor;

    fn archive(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut emitter = Emitter::new(Cursor::new(Vec::new()), 64).unwrap();
        emitter
            .add("a.npy", compression, bytes.len() as u64, |out| {
                out.write_all(bytes).map_err(|error| Error::io("can't write", error))
            })
            .unwrap();
        emitter.finish().unwrap().into_inner()
    }

    fn only(archive: &[u8]) -> Entry {
        Index::read(&archive, &Limits::default()).unwrap().entries.remove(0)
    }

    fn bytes(data: &mut Data<'_>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        data.read_to_end(&mut bytes).map_err(|error| Error::io("can't read", error))?;
        Ok(bytes)
    }

    fn sample() -> Vec<u8> {
        (0..700_000_u32).map(|i| (i / 100) as u8).collect()
    }

    #[test]
    fn a_member_is_read_whole_or_in_part() {
        for compression in [Compression::Stored, Compression::Deflate(1)] {
            let archive = archive(compression, &sample());
            let entry = only(&archive);
            assert_eq!(entry.proven_size().unwrap(), Some(700_000));
            assert!(with_data(&archive, &entry, bytes).unwrap() == sample());
            let first = |data: &mut Data<'_>| {
                let mut first = [9; 3];
                data.read_exact(&mut first).map_err(|error| Error::io("can't read", error))?;
                Ok((first, data.left))
            };
            assert_eq!(with_prefix(&archive, &entry, first).unwrap(), ([0; 3], 699_997));
            assert_eq!(with_data(&archive, &entry, first).unwrap(), ([0; 3], 699_997));
        }
    }

    #[test]
    fn every_flipped_byte_of_the_data_is_found() {
        let data: Vec<u8> = (0..200).collect();
        for compression in [Compression::Stored, Compression::Deflate(6)] {
            let good = archive(compression, &data);
            let entry = only(&good);
            let Place { start, end, .. } = place_of_data(&good, &entry).unwrap();
            for at in start..end {
                let mut bad = good.clone();
                bad[at as usize] ^= 0x10;
                // Some bits of a deflate stream are padding.
                match with_data(&bad, &entry, bytes) {
                    Ok(found) => assert!(compression != Compression::Stored && found == data),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Damaged, "{error}"),
                }
                // What the caller reads does not matter.
                let unread = with_data(&bad, &entry, |_| Ok(()));
                assert!(unread.is_err() || compression != Compression::Stored);
            }
        }
    }

    #[test]
    fn a_wrong_checksum_says_both() {
        let archive = archive(Compression::Stored, b"123456789");
        let mut entry = only(&archive);
        entry.crc32 = 1;
        let error = with_data(&archive, &entry, bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "bad CRC-32: expected 00000001, found cbf43926; the file was damaged after it was written, \
             restore a copy"
        );
    }

    #[test]
    fn a_directory_that_lies_about_the_size_is_found_out() {
        let archive = archive(Compression::Deflate(6), &sample());
        let mut entry = only(&archive);
        for (size, text) in [
            (700_001, "expected 700001 bytes, found 700000"),
            (699_999, "more than the 699999 bytes"),
            (1 << 60, "deflate makes at most 1032 of one"),
        ] {
            entry.size = size;
            let error = with_data(&archive, &entry, bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged);
            assert!(error.to_string().contains(text), "{error}");
        }
        entry.size = 1 << 40;
        assert!(entry.proven_size().is_err());
        entry.method = Method::Lzma;
        assert_eq!(entry.proven_size().unwrap(), None);
    }

    #[test]
    fn the_own_header_of_a_member_is_checked() {
        let good = archive(Compression::Stored, b"123456789");
        let entry = only(&good);
        for (at, byte, text) in [
            (0, b'Q', "found \"QK\\x03\\x04\""),
            (30, b'b', "expected \"a.npy\", found \"b.npy\""),
            (26, 99, "run into the next member"),
            (29, 99, "run into the next member"),
        ] {
            let mut bad = good.clone();
            bad[at] = byte;
            let error = with_prefix(&bad, &entry, |_| Ok(())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged);
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn what_is_not_read_is_refused_with_advice() {
        let archive = archive(Compression::Stored, b"123456789");
        let mut entry = only(&archive);
        for (method, text) in [
            (Method::Other(9), "method 9 (deflate64), which is not read"),
            (Method::Zstd, "enable the feature `zstd` of npz-core"),
        ] {
            if method == Method::Zstd && cfg!(feature = "zstd") {
                continue;
            }
            entry.method = method;
            let error = with_data(&archive, &entry, bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains(text), "{error}");
        }
        entry.encrypted = true;
        let error = with_data(&archive, &entry, bytes).unwrap_err();
        assert!(error.to_string().contains("encrypted"), "{error}");
    }

    #[test]
    fn a_file_that_shrank_is_no_panic() {
        for compression in [Compression::Stored, Compression::Deflate(6)] {
            let archive = archive(compression, &sample());
            let entry = only(&archive);
            for length in [0, 10, 40, 64, 70, 1000] {
                let cut = archive[..length].to_vec();
                assert_eq!(with_data(&cut, &entry, bytes).unwrap_err().kind(), ErrorKind::Damaged);
            }
        }
    }
}
