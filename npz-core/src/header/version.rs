//! The versions of the format: how long a header may be, and how its text is encoded.

use super::MAGIC;
use std::borrow::Cow;

use super::input::Input;
use crate::error::{Error, Result};

/// The data start at a multiple of this, for maps.
pub(super) const ALIGN: usize = 64;

/// The versions of the format that there are; NumPy writes the first that can hold the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Latin-1, up to 65535 bytes.
    V1,
    /// Latin-1, up to 4 GiB.
    V2,
    /// UTF-8, up to 4 GiB.
    V3,
}

impl Version {
    pub(super) fn read(input: &mut Input<'_>) -> Result<Self> {
        let [major, minor] = input.array("version")?;
        match (major, minor) {
            (1, 0) => Ok(Self::V1),
            (2, 0) => Ok(Self::V2),
            (3, 0) => Ok(Self::V3),
            _ => {
                let message = format!(
                    "format version {major}.{minor} is unknown: expected 1.0, 2.0 or 3.0; load the file with the \
                     program that wrote it and save it with np.save"
                );
                Err(Error::unsupported(message).at(MAGIC.len() as u64))
            }
        }
    }

    /// The lowest version that can hold this text.
    pub(super) fn first_for(text: &str) -> Self {
        if !text.is_ascii() && text.chars().any(|c| u32::from(c) > 0xff) {
            return Self::V3;
        }
        let length = text.chars().count() + 1;
        let padded = length + padding(Self::V1.prefix_len() + length);
        if u16::try_from(padded).is_ok() { Self::V1 } else { Self::V2 }
    }

    pub(super) fn number(self) -> (u8, u8) {
        match self {
            Self::V1 => (1, 0),
            Self::V2 => (2, 0),
            Self::V3 => (3, 0),
        }
    }

    /// The bytes of a header with this text, magic string, padding and all.
    pub(super) fn file_len(self, text: &str) -> usize {
        let unpadded = self.prefix_len() + self.length_of(text) + 1;
        unpadded + padding(unpadded)
    }

    /// Magic string, version and length.
    pub(super) fn prefix_len(self) -> usize {
        if self == Self::V1 { 10 } else { 12 }
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::V1 | Self::V2 => text.chars().map(|c| c as u8).collect(),
            Self::V3 => text.as_bytes().to_vec(),
        }
    }

    /// An error is the place of the first byte that is no text.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, usize> {
        match self {
            // ASCII is UTF-8 as it is.
            Self::V1 | Self::V2 if !bytes.is_ascii() => Ok(bytes.iter().copied().map(char::from).collect()),
            _ => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| error.valid_up_to()),
        }
    }

    /// The bytes that this decoded text has in the file.
    pub(super) fn length_of(self, text: &str) -> usize {
        match self {
            Self::V1 | Self::V2 => text.chars().count(),
            Self::V3 => text.len(),
        }
    }
}

/// From 1 to 64 spaces: NumPy adds a full 64 where the header would be aligned without.
pub(super) fn padding(length: usize) -> usize {
    ALIGN - length % ALIGN
}
