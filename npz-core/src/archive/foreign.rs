//! Members compressed with bzip2, LZMA or Zstandard, by the decoders of the `zip` crate: the one file that names
//! it, and only where one of the features `bzip2`, `lzma` and `zstd` is on.
//!
//! The stable door to a decoder without the crate's own directory is that for streams. So the member's data are
//! put behind a local header that is made up here.

use std::cell::Cell;
use std::io::{Cursor, Read};

use zip::ZipReadOptions;
use zip::read::read_zipfile_from_stream_with_options;
use zip::result::ZipError;

use crate::archive::Method;
use crate::archive::records::{Head, MAX_32};
use crate::bytes::Record;
use crate::error::{Error, Result};
use crate::input::Chunks;
use crate::stored::Extent;

/// Tells whether this build has a decoder for the method.
pub(super) fn reads(method: Method) -> bool {
    let built_in = [
        (Method::Bzip2, cfg!(feature = "bzip2")),
        (Method::Lzma, cfg!(feature = "lzma")),
        (Method::Zstd, cfg!(feature = "zstd")),
    ];
    built_in.contains(&(method, true))
}

/// Lets `read` have the decompressed data, at most as many bytes as the extent says.
pub(super) fn with_decoder<T>(
    data: Chunks<'_>,
    extent: &Extent,
    read: impl FnOnce(&mut dyn Read) -> Result<T>,
) -> Result<T> {
    let head = Head {
        name: "",
        method: extent.method,
        method_flags: extent.method_flags,
        has_descriptor: false,
        crc32: extent.crc32,
        compressed: extent.compressed_size,
        size: extent.size,
        offset: 0,
        zip64: extent.compressed_size.max(extent.size) >= MAX_32,
        padding: 0,
        alignment: 1,
        extra: Record::new(),
    };
    let head = head.local();
    let open = Cell::new(true);
    let mut stream = Cursor::new(head.as_slice()).chain(Tap { data, open: &open });
    // The checksum is ours to check, so that the error says what was expected and found.
    let options = ZipReadOptions::new().ignore_crc32(true);
    let mut file = match read_zipfile_from_stream_with_options(&mut stream, options) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(Error::damaged("the member can't be read: no header")),
        Err(ZipError::Io(error)) => return Err(Error::io("can't read the member", error)),
        Err(error) => return Err(Error::damaged(format!("the member can't be read: {error}"))),
    };
    let result = read(&mut file);
    open.set(false);
    result
}

/// Dropping the crate's reader reads the rest of the data, gigabytes where the first bytes were wanted. Closed,
/// this says that there is no rest.
struct Tap<'a> {
    data: Chunks<'a>,
    open: &'a Cell<bool>,
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.open.get() {
            return Ok(0);
        }
        let there = self.data.peek()?;
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.data.take(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::decode;
    use crate::archive::decode::{Data, Seen};
    use crate::archive::index::{Entry, Index};
    use crate::archive::local::place_of_data;
    use crate::error::ErrorKind;
    use crate::input::Input;
    use crate::limits::Limits;
    use crate::source::ReadAt;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    const BYTES: usize = 3_000_000;

    /// Does not compress well.
    fn noise() -> Vec<u8> {
        let mut state = 1_u32;
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..BYTES).map(step).collect()
    }

    /// One archive for each method of this build.
    fn archives() -> Vec<Vec<u8>> {
        #[expect(deprecated, reason = "the named methods of `zip` depend on which of its features are on")]
        let methods = [12, 14, 93].map(|number| (number, CompressionMethod::from_u16(number)));
        let known = methods.into_iter().filter(|(number, _)| reads(Method::from_number(*number)));
        let archive = |(_, method)| {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            let options = SimpleFileOptions::default().compression_method(method);
            // The crate does not write LZMA.
            writer.start_file("a.npy", options).ok()?;
            std::io::Write::write_all(&mut writer, &noise()).unwrap();
            Some(writer.finish().unwrap().into_inner())
        };
        known.filter_map(archive).collect()
    }

    fn with_data<T>(
        source: impl ReadAt,
        entry: &Entry,
        read: impl FnOnce(&mut Data<'_>) -> Result<T>,
    ) -> Result<T> {
        let input = Input::new(source, None)?;
        decode::with_data(&input, &place_of_data(&input, entry)?, Seen::default(), read)
    }

    fn with_prefix<T>(
        source: impl ReadAt,
        entry: &Entry,
        read: impl FnOnce(&mut Data<'_>) -> Result<T>,
    ) -> Result<T> {
        let input = Input::new(source, None)?;
        decode::with_prefix(&input, &place_of_data(&input, entry)?, read)
    }

    fn only(archive: &[u8]) -> Entry {
        Index::read(&Input::new(archive, None).unwrap(), &Limits::default()).unwrap().entries.remove(0)
    }

    fn bytes(data: &mut Data<'_>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        data.read_to_end(&mut bytes).map_err(|error| Error::io("can't read", error))?;
        Ok(bytes)
    }

    struct Counted(Vec<u8>, AtomicUsize);

    impl ReadAt for Counted {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
            let count = self.0.read_at(buffer, offset)?;
            self.1.fetch_add(count, Ordering::Relaxed);
            Ok(count)
        }

        fn size(&self) -> std::io::Result<u64> {
            self.0.size()
        }
    }

    #[test]
    fn the_first_bytes_do_not_cost_the_rest() {
        for archive in archives() {
            let entry = only(&archive);
            assert!(entry.compressed_size > 2_000_000, "{}", entry.compressed_size);
            let source = Counted(archive, AtomicUsize::new(0));
            let first = |data: &mut Data<'_>| {
                let mut first = [0; 100];
                data.read_exact(&mut first).map_err(|error| Error::io("can't read", error))?;
                Ok(first)
            };
            assert_eq!(with_prefix(&source, &entry, first).unwrap(), noise()[..100]);
            let read = source.1.load(Ordering::Relaxed);
            assert!(read < 1_100_000, "{read} of {} bytes", entry.compressed_size);
            assert!(with_data(&source, &entry, bytes).unwrap() == noise());
        }
    }

    #[test]
    fn a_directory_that_lies_about_the_size_is_found_out() {
        for archive in archives() {
            let mut entry = only(&archive);
            for size in [0, BYTES as u64 - 1, BYTES as u64 + 1, 1 << 60] {
                entry.size = size;
                let error = with_data(&archive[..], &entry, |data| {
                    let mut scratch = [0; 1000];
                    while data.read(&mut scratch).map_err(|error| Error::io("can't read", error))? > 0 {}
                    Ok(())
                });
                assert_eq!(error.unwrap_err().kind(), ErrorKind::Damaged);
            }
        }
    }
}
