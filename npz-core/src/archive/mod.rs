//! The zip container: which members there are, their bytes out of it and into it.
//!
//! Knows nothing of arrays, but that [`salvage`], which finds members without a directory, asks a stored one for its length.
//! [`end`] finds the directory, [`directory`] parses it ([`earlier`] ones stay where members were appended), and [`index`] is the list of members that comes out; it knows which of
//! them can't lie where the directory says. [`own_header`] is what stands in front of a member, and [`audit`] whether all
//! records say the same. [`local`] finds the data of members and [`decode`] reads them, with `foreign` for the methods behind a
//! feature; [`parts`], [`unblock`] and `divide` read large ones by several threads, [`shared`] goes through one. [`emit`] writes members and directory where
//! [`layout`] places them, deflated ones in [`blocks`] that [`npz_deflate`] makes, others by `zstd_frame` behind its feature.
//! `update` changes the data of a member in place, behind the feature `mmap`. [`raw`] is a member on its way from one archive to another, as it is. The rules are PKWARE's APPNOTE 6.3 as Python's
//! `zipfile` reads it.

pub(crate) mod audit;
pub(crate) mod block_index;
mod blocks;
pub(crate) mod content;
pub(crate) mod decode;
mod directory;
#[cfg(feature = "inflate")]
pub(crate) mod divide;
pub(crate) mod earlier;
pub(crate) mod emit;
pub(crate) mod end;
#[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
mod foreign;
pub(crate) mod in_turn;
pub(crate) mod index;
mod inflate;
pub(crate) mod layout;
pub(crate) mod local;
mod marks;
mod names;
mod own_header;
pub(crate) mod parts;
mod patch;
mod raw;
mod records;
mod refusal;
pub(crate) mod salvage;
pub(crate) mod shared;
pub(crate) mod unblock;
#[cfg(feature = "mmap")]
pub(crate) mod update;
#[cfg(feature = "zstd")]
mod zstd_frame;

use std::fmt;

pub(crate) use self::patch::{SeekTo, seek_to};
use crate::error::{Error, Result};

/// How a member of an archive is stored. The default is [`Stored`](Self::Stored); `np.savez_compressed` uses `Deflate(6)`.
///
/// ```
/// use npz_core::Compression;
///
/// assert_eq!(Compression::default(), Compression::Stored);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// As it is, its cells aligned in the file, so that they can be mapped (`np.savez`).
    #[default]
    Stored,
    /// With deflate at a level from 0 (no compression) and 1 (fastest) to 9 (smallest). A higher level is refused
    /// with [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it is used.
    ///
    /// Large members are cut into independent blocks, which all cores encode and decode; every other reader sees one ordinary
    /// stream. Floats of trained models and such are encoded at disk speed at levels up to 6, which never look for matches
    /// where a sample shows none.
    Deflate(u32),
    /// With Zstandard at a level from 1 (fastest) to 22 (smallest); the library's own default is 3. Another level, 0
    /// among them, is refused with [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it is used.
    ///
    /// **Who reads it:** this crate with the feature `zstd`, and NumPy under Python 3.14 and newer. No NumPy under an older
    /// Python does (`NotImplementedError`), nor this crate without the feature. Deflate is read by everybody.
    ///
    /// A member is compressed by one thread, in less than 64 MiB of memory: the window is at most 4 MiB at every level, a little
    /// less than the library has at those from 17 on. Bytes are the same for the same version of the library.
    ///
    /// ```
    /// use npz_core::{Compression, Npz, NpzReader, SaveOptions};
    ///
    /// let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.0; 1000])]);
    /// let bytes = SaveOptions::new().compression(Compression::Zstd(3)).to_bytes(&map)?;
    /// assert_eq!(NpzReader::new(&bytes)?.entries()?[0].compression, "zstd");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[cfg(feature = "zstd")]
    Zstd(u32),
}

impl Compression {
    /// The number of the method in an archive.
    pub(crate) fn method(self) -> u16 {
        match self {
            Self::Stored => records::STORED,
            Self::Deflate(_) => records::DEFLATED,
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => records::ZSTD,
        }
    }

    /// Refuses a level that there is not.
    pub(crate) fn check(self) -> Result<()> {
        let (name, levels, level) = match self {
            Self::Stored => return Ok(()),
            Self::Deflate(level) => ("deflate", 0..=9, level),
            #[cfg(feature = "zstd")]
            Self::Zstd(level) => ("zstd", 1..=22, level),
        };
        if levels.contains(&level) {
            return Ok(());
        }
        let (least, most) = levels.into_inner();
        Err(Error::invalid(format!("expected a {name} level from {least} to {most}, found {level}")))
    }
}

/// The compression method of a member that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored,
    Deflate,
    Bzip2,
    Lzma,
    Zstd,
    /// One that Python's zipfile does not write, by its number in the APPNOTE, 4.4.5.
    Other(u16),
}

impl Method {
    pub(crate) fn from_number(number: u16) -> Self {
        match number {
            0 => Self::Stored,
            8 => Self::Deflate,
            12 => Self::Bzip2,
            14 => Self::Lzma,
            93 => Self::Zstd,
            other => Self::Other(other),
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
            Self::Bzip2 => 12,
            Self::Lzma => 14,
            Self::Zstd => 93,
            Self::Other(number) => number,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("stored"),
            Self::Deflate => f.write_str("deflate"),
            Self::Bzip2 => f.write_str("bzip2"),
            Self::Lzma => f.write_str("lzma"),
            Self::Zstd => f.write_str("zstd"),
            Self::Other(9) => f.write_str("method 9 (deflate64)"),
            Self::Other(95) => f.write_str("method 95 (xz)"),
            Self::Other(98) => f.write_str("method 98 (PPMd)"),
            Self::Other(99) => f.write_str("method 99 (AES encryption)"),
            Self::Other(number) => write!(f, "method {number}"),
        }
    }
}
