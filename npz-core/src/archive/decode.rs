//! The data of one member, decompressed and checked.

use std::io::{self, Read};

use crc32fast::Hasher;

use crate::archive::Method;
#[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
use crate::archive::foreign;
use crate::archive::inflate::Inflate;
use crate::archive::local;
use crate::error::{Error, Result};
use crate::input::{AnyInput, Chunks, Section};
use crate::memory::zeros;
use crate::source::is_ours;
use crate::stored::{Extent, PIECE_BYTES};

/// Compressed bytes are fetched in chunks of this size at most, for a whole member and for its first bytes.
pub(crate) const MOST_CHUNK: u64 = 24 << 20;
const PREFIX_CHUNK: u64 = 4 << 10;
/// What is left of a member is read in pieces of this size.
const REST_BYTES: u64 = 64 << 10;

/// The uncompressed bytes of a member. Reading all of them and no more is checked by [`with_data`].
///
/// There are as many as the directory says: an earlier end of the data is an error, not an end. The errors
/// are [`Error`]s inside of [`io::Error`]s.
pub(crate) struct Data<'a> {
    inner: Inner<'a>,
    size: u64,
    left: u64,
    /// The most that is read at once: it is checksummed while it is in the cache, unless the source likes larger reads.
    most: usize,
    crc: Hasher,
}

enum Inner<'a> {
    Stored(Section<'a>),
    Deflate(Inflate<'a>),
    #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
    Foreign(&'a mut dyn Read),
}

/// The first bytes of a member that were read before, and need not be read again where the member is stored.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) len: u64,
    pub(crate) crc32: u32,
}

/// Lets `read` have the first bytes of a member, without checking them: for headers, when nothing else is
/// wanted.
pub(crate) fn with_prefix<T>(
    input: &AnyInput<'_>,
    extent: &Extent,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    with(input, extent, Seen::default(), PREFIX_CHUNK, read)
}

/// Lets `read` have bytes from anywhere in a member, without checking them.
pub(crate) fn with_part<T>(
    input: &AnyInput<'_>,
    extent: &Extent,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    with(input, extent, Seen::default(), MOST_CHUNK, read)
}

/// Lets `read` have the bytes of a member behind those that were seen. What it leaves is read too, and then length and
/// checksum are compared with the directory: only if they are right, the result of `read` is given out.
pub(crate) fn with_data<T>(
    input: &AnyInput<'_>,
    extent: &Extent,
    seen: Seen,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    let verified = with(input, extent, seen, MOST_CHUNK, |data| {
        let value = read(data)?;
        data.verify(extent.crc32)?;
        Ok(value)
    });
    // Whoever tries again reads anew.
    verified.inspect_err(|_| input.forget())
}

fn with<T>(
    input: &AnyInput<'_>,
    extent: &Extent,
    seen: Seen,
    chunk: u64,
    read: impl FnOnce(&mut Data<'_>) -> Result<T>,
) -> Result<T> {
    let chunks = || Chunks::new(Section::new(input, extent.range()), chunk);
    match Method::from_number(extent.method) {
        Method::Stored => {
            let section = Section::new(input, extent.start + seen.len..extent.range().end);
            read(&mut Data::new(Inner::Stored(section), extent, seen, input.chunk(u64::MAX)))
        }
        Method::Deflate => {
            let inner = Inner::Deflate(Inflate::new(chunks()));
            read(&mut Data::new(inner, extent, Seen::default(), PIECE_BYTES))
        }
        #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
        method if foreign::reads(method) => foreign::with_decoder(chunks(), extent, |inner| {
            read(&mut Data::new(Inner::Foreign(inner), extent, Seen::default(), PIECE_BYTES))
        }),
        method => Err(local::refuse(method)),
    }
}

impl<'a> Data<'a> {
    fn new(inner: Inner<'a>, extent: &Extent, seen: Seen, most: usize) -> Self {
        let crc = Hasher::new_with_initial_len(seen.crc32, seen.len);
        Self { inner, size: extent.size, left: extent.size - seen.len, most, crc }
    }

    /// The checksum of what was read.
    pub(crate) fn seen(&self) -> Seen {
        Seen { len: self.size - self.left, crc32: self.crc.clone().finalize() }
    }

    /// Fills `buffer`.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.read_exact(buffer).map_err(|error| Error::io("can't read the member", error))
    }

    /// Passes over the first bytes of the member, up to a place that may lie behind it already.
    pub(crate) fn skip(&mut self, to: u64) -> Result<()> {
        let mut left = to.saturating_sub(self.size - self.left);
        let mut scratch = zeros(left.min(REST_BYTES) as usize, "member")?;
        while left > 0 {
            let step = left.min(REST_BYTES);
            self.fill(&mut scratch[..step as usize])?;
            left -= step;
        }
        Ok(())
    }

    /// Reads what is left; memory for all of it is taken at once where it is proved to be there.
    pub(crate) fn rest(&mut self, is_proven: bool) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while self.left > 0 {
            let start = bytes.len();
            let step = if is_proven { self.left } else { self.left.min((PIECE_BYTES.max(start)) as u64) };
            let step = usize::try_from(step).unwrap_or(usize::MAX);
            if bytes.try_reserve_exact(step).is_err() {
                return Err(Error::no_memory(self.left, "member"));
            }
            bytes.resize(start + step, 0);
            self.fill(&mut bytes[start..])?;
        }
        Ok(bytes)
    }

    fn verify(&mut self, expected: u32) -> Result<()> {
        self.skip(self.size)?;
        // Besides, this makes a decoder look at what stands behind the last byte.
        if self.inner.read(&mut [0]).map_err(broken)? > 0 {
            return Err(Error::damaged(format!(
                "the member holds more than the {} bytes that the directory tells of; {RESTORE}",
                self.size
            )));
        }
        let found = std::mem::take(&mut self.crc).finalize();
        if found != expected {
            return Err(Error::damaged(format!(
                "bad CRC-32: expected {expected:08x}, found {found:08x}; {RESTORE}"
            )));
        }
        Ok(())
    }
}

impl Read for Inner<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(section) => section.read(buffer),
            Self::Deflate(inflate) => inflate.read(buffer),
            #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
            Self::Foreign(decoder) => decoder.read(buffer),
        }
    }
}

const RESTORE: &str = "the file was damaged after it was written, restore a copy";

impl Read for Data<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = buffer.len().min(self.most).min(left);
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
        for piece in buffer[..count].chunks(PIECE_BYTES) {
            self.crc.update(piece);
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
    use crate::archive::content::Content;
    use crate::archive::emit::Emitter;
    use crate::archive::index::{Entry, Index};
    use crate::archive::local::place_of_data;
    use crate::error::ErrorKind;
    use crate::input::Input;
    use crate::limits::Limits;

    fn archive(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut emitter = Emitter::new(Vec::new(), None, 64).unwrap();
        emitter.add("a.npy", compression, Content::bytes(bytes)).unwrap();
        emitter.finish().unwrap()
    }

    fn with_data<T>(
        archive: &[u8],
        entry: &Entry,
        read: impl FnOnce(&mut Data<'_>) -> Result<T>,
    ) -> Result<T> {
        let input = Input::new(archive, None)?;
        super::with_data(&input, &place_of_data(&input, entry)?, Seen::default(), read)
    }

    fn with_prefix<T>(
        archive: &[u8],
        entry: &Entry,
        read: impl FnOnce(&mut Data<'_>) -> Result<T>,
    ) -> Result<T> {
        let input = Input::new(archive, None)?;
        super::with_prefix(&input, &place_of_data(&input, entry)?, read)
    }

    fn only(archive: &[u8]) -> Entry {
        Index::read(&Input::new(archive, None).unwrap(), &Limits::default()).unwrap().entries.remove(0)
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
            let place = place_of_data(&Input::new(&good[..], None).unwrap(), &entry).unwrap();
            for at in place.range() {
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
