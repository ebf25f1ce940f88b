//! The bytes of a header as they come, and what they are where they are none.

use super::MAGIC;
use crate::error::{Error, Result};
use crate::sniff::{self, Format};

/// Takes the parts of a header off its bytes, and counts.
pub(super) struct Input<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) offset: usize,
}

impl<'b> Input<'b> {
    /// As many bytes, or those up to the end.
    pub(super) fn up_to(&mut self, length: usize) -> &'b [u8] {
        let (found, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        self.offset += found.len();
        found
    }

    pub(super) fn exactly(&mut self, length: usize, what: &str) -> Result<&'b [u8]> {
        let found = self.up_to(length);
        if found.len() == length { Ok(found) } else { Err(self.cut_off(length, what, found.len())) }
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let found = self.up_to(N);
        <[u8; N]>::try_from(found).map_err(|_| self.cut_off(N, what, found.len()))
    }

    fn cut_off(&self, expected: usize, what: &str, found: usize) -> Error {
        cut_off(expected, what, found).at(self.offset as u64)
    }
}

fn cut_off(expected: usize, what: &str, found: usize) -> Error {
    Error::damaged(format!(
        "the file ends inside its header: expected {expected} bytes of {what}, found {found}"
    ))
}

/// Why a file does not begin with `MAGIC`: what else it is, as far as its first bytes show.
pub(super) fn wrong_magic(found: &[u8]) -> Error {
    if found.is_empty() {
        return Error::damaged("there are no data left: expected a .npy header, found the end of the file")
            .at(0);
    }
    if MAGIC.starts_with(found) {
        return cut_off(MAGIC.len(), "magic string", found.len()).at(found.len() as u64);
    }
    sniff::refuse(Format::Npy, found)
}
