//! Files as bytes: opened, decompressed, compressed.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
#[cfg(not(all(feature = "bzip2", feature = "xz")))]
use npz_core::Error;
use npz_core::{AtomicFile, Result};

use crate::progress::Counted;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packed {
    No,
    Gzip,
    Bzip2,
    Xz,
    Lzma,
}

impl Packed {
    /// What the ending of a name says, as in NumPy.
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => Self::Gzip,
            Some("bz2") => Self::Bzip2,
            Some("xz") => Self::Xz,
            Some("lzma") => Self::Lzma,
            _ => Self::No,
        }
    }

    /// What the first bytes say. Lzma has no mark of its own: only a name tells.
    fn sniff(bytes: &[u8]) -> Self {
        match bytes {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::No,
        }
    }
}

/// Opens a file for reading, decompressed; says whether it is compressed.
/// `count` has the bytes of the file that are read.
pub(crate) fn open(path: &Path, count: &Arc<AtomicU64>) -> Result<(Box<dyn Read + Send>, bool)> {
    let file = Counted { reader: File::open(path)?, count: Arc::clone(count) };
    let (start, rest) = peek(file)?;
    let found = match Packed::sniff(&start) {
        // A file may be called `.gz` and be plain, as NumPy's tests have it; but of lzma there is only the name.
        Packed::No if Packed::of(path) == Packed::Lzma => Packed::Lzma,
        found => found,
    };
    Ok((unpack(found, Cursor::new(start).chain(rest))?, found != Packed::No))
}

/// The same of bytes that come from elsewhere.
pub(crate) fn read<'a>(reader: impl Read + Send + 'a) -> Result<Box<dyn Read + Send + 'a>> {
    let (start, rest) = peek(reader)?;
    unpack(Packed::sniff(&start), Cursor::new(start).chain(rest))
}

/// The first bytes, as many as tell what a file is.
fn peek<R: Read>(mut reader: R) -> Result<(Vec<u8>, R)> {
    let mut start = Vec::with_capacity(6);
    reader.by_ref().take(6).read_to_end(&mut start)?;
    Ok((start, reader))
}

/// The memory that a decoder may take, in KiB: a dictionary of 64 MiB, as xz's highest level has it, and what stands beside it. A file
/// may ask for 4 GiB.
#[cfg(feature = "xz")]
const XZ_MEMORY: u32 = 65 << 10;

fn unpack<'a>(packed: Packed, reader: impl Read + Send + 'a) -> Result<Box<dyn Read + Send + 'a>> {
    match packed {
        Packed::No => Ok(Box::new(reader)),
        Packed::Gzip => Ok(Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, reader)))),
        #[cfg(feature = "bzip2")]
        Packed::Bzip2 => Ok(Box::new(bzip2::read::MultiBzDecoder::new(reader))),
        #[cfg(feature = "xz")]
        Packed::Xz => {
            Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(BufReader::new(reader), true, XZ_MEMORY)))
        }
        #[cfg(feature = "xz")]
        Packed::Lzma => {
            Ok(Box::new(lzma_rust2::LzmaReader::new_mem_limit(BufReader::new(reader), XZ_MEMORY, None)?))
        }
        #[cfg(not(all(feature = "bzip2", feature = "xz")))]
        other => Err(missing(other)),
    }
}

#[cfg(not(all(feature = "bzip2", feature = "xz")))]
fn missing(packed: Packed) -> Error {
    let feature = if packed == Packed::Bzip2 { "bzip2" } else { "xz" };
    Error::custom(format!(
        "the file is compressed, and this build can't do that: enable the feature `{feature}` of npz-text"
    ))
}

/// A file that is written, compressed as its name says, and seen under that name when it is finished.
#[expect(clippy::large_enum_variant, reason = "one for each file that is written")]
pub(crate) enum Sink {
    Plain(AtomicFile),
    Gzip(Box<GzEncoder<AtomicFile>>),
    #[cfg(feature = "bzip2")]
    Bzip2(Box<bzip2::write::BzEncoder<AtomicFile>>),
    #[cfg(feature = "xz")]
    Xz(Box<lzma_rust2::XzWriter<AtomicFile>>),
    #[cfg(feature = "xz")]
    Lzma(Box<lzma_rust2::LzmaWriter<AtomicFile>>),
}

impl Sink {
    /// Creates a file.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = AtomicFile::create(path)?;
        match Packed::of(path) {
            Packed::No => Ok(Self::Plain(file)),
            Packed::Gzip => Ok(Self::Gzip(Box::new(GzEncoder::new(file, flate2::Compression::new(9))))),
            #[cfg(feature = "bzip2")]
            Packed::Bzip2 => {
                Ok(Self::Bzip2(Box::new(bzip2::write::BzEncoder::new(file, bzip2::Compression::best()))))
            }
            #[cfg(feature = "xz")]
            Packed::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(6);
                Ok(Self::Xz(Box::new(lzma_rust2::XzWriter::new(file, options)?)))
            }
            #[cfg(feature = "xz")]
            Packed::Lzma => {
                let options = lzma_rust2::LzmaOptions::with_preset(6);
                Ok(Self::Lzma(Box::new(lzma_rust2::LzmaWriter::new_use_header(file, &options, None)?)))
            }
            #[cfg(not(all(feature = "bzip2", feature = "xz")))]
            other => Err(missing(other)),
        }
    }

    /// Ends the file and puts it in its place.
    pub(crate) fn commit(self) -> Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Gzip(writer) => writer.finish()?,
            #[cfg(feature = "bzip2")]
            Self::Bzip2(writer) => writer.finish()?,
            #[cfg(feature = "xz")]
            Self::Xz(writer) => writer.finish()?,
            #[cfg(feature = "xz")]
            Self::Lzma(writer) => writer.finish()?,
        };
        file.commit()
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(file) => file,
            Self::Gzip(writer) => writer,
            #[cfg(feature = "bzip2")]
            Self::Bzip2(writer) => writer,
            #[cfg(feature = "xz")]
            Self::Xz(writer) => writer,
            #[cfg(feature = "xz")]
            Self::Lzma(writer) => writer,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}
