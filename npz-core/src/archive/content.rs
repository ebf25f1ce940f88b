//! What a member holds before it is written: a prefix, and the cells behind it, by range.

use std::borrow::Cow;
use std::ops::Range;

use npz_deflate::Cells;

use crate::dtype::{DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory::zeros;
use crate::run::{Team, Threads};
use crate::stored::{PIECE_BYTES, Put, Stored};

/// What cells are, for what encodes them.
pub(super) fn cells_of(dtype: &DType) -> Cells {
    let item_size = dtype.item_size().max(1);
    match dtype.kind() {
        DTypeKind::Unicode => Cells { width: 4, is_text: true },
        DTypeKind::Complex => Cells { width: item_size / 2, is_text: false },
        _ => Cells { width: item_size, is_text: false },
    }
}

/// What a member holds.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    /// What comes before that which is aligned: the header of an array.
    prefix: &'a [u8],
    body: Body<'a>,
}

#[derive(Clone, Copy)]
enum Body<'a> {
    Bytes(&'a [u8]),
    Array(&'a dyn Stored),
}

impl<'a> Content<'a> {
    pub(crate) fn bytes(bytes: &'a [u8]) -> Self {
        Self { prefix: b"", body: Body::Bytes(bytes) }
    }

    /// An array with its header.
    pub(crate) fn array(header: &'a [u8], array: &'a dyn Stored) -> Self {
        Self { prefix: header, body: Body::Array(array) }
    }

    pub(super) fn prefix(&self) -> &'a [u8] {
        self.prefix
    }

    /// The length of the whole.
    pub(super) fn size(&self) -> u64 {
        self.prefix.len() as u64 + self.body_size()
    }

    /// The length of what comes behind the prefix.
    pub(super) fn body_size(&self) -> u64 {
        match self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Array(array) => array.header().data_len(),
        }
    }

    /// The length of a cell.
    pub(super) fn item_size(&self) -> usize {
        match self.body {
            Body::Bytes(_) => 1,
            Body::Array(array) => array.item_size().max(1),
        }
    }

    /// What the cells are, for what encodes them.
    pub(super) fn cells(&self) -> Cells {
        match self.body {
            Body::Bytes(_) => Cells { width: 1, is_text: false },
            Body::Array(array) => cells_of(array.header().dtype()),
        }
    }

    /// Whether cells are longer than that, and have to be made for each range that is asked for.
    pub(super) fn has_wide_cells(&self, most: u64) -> bool {
        matches!(self.body, Body::Array(array) if array.item_size() as u64 > most && array.region().is_none())
            && self.body_size() > 0
    }

    /// Hands out all of it, in pieces that are still in the cache for whatever is done with them next.
    fn each_piece(&self, put: &mut Put<'_>) -> Result<()> {
        self.prefix.chunks(PIECE_BYTES).try_for_each(&mut *put)?;
        self.each_body_piece(put)
    }

    /// The same of what comes behind the prefix.
    pub(super) fn each_body_piece(&self, put: &mut Put<'_>) -> Result<()> {
        match self.body {
            Body::Bytes(bytes) => bytes.chunks(PIECE_BYTES).try_for_each(put),
            Body::Array(array) => array.stream(&Team::new(Threads::ONE), put),
        }
    }

    /// The same, checksummed piece by piece: gives the checksum once there were just as many bytes as announced.
    pub(super) fn each_hashed_piece(&self, put: &mut Put<'_>) -> Result<u32> {
        let size = self.size();
        let mut left = size;
        let mut crc = crc32fast::Hasher::new();
        self.each_piece(&mut |piece| {
            left = left.checked_sub(piece.len() as u64).ok_or_else(|| {
                Error::invalid(format!("the member was announced with {size} bytes and has more"))
            })?;
            crc.update(piece);
            put(piece)
        })?;
        if left > 0 {
            let found = size - left;
            return Err(Error::invalid(format!("the member was announced with {size} bytes, found {found}")));
        }
        Ok(crc.finalize())
    }

    pub(super) fn crc32(&self) -> Result<u32> {
        self.each_hashed_piece(&mut |_| Ok(()))
    }

    /// Some bytes of the body: lent where they lie in memory as they will lie in the file.
    pub(super) fn body_range(&self, range: Range<u64>) -> Result<Cow<'a, [u8]>> {
        let too_large = |_| Error::invalid("the member is larger than what this machine can count");
        let (start, end) = (
            usize::try_from(range.start).map_err(too_large)?,
            usize::try_from(range.end).map_err(too_large)?,
        );
        let array = match self.body {
            Body::Bytes(bytes) => return Ok(Cow::Borrowed(&bytes[start..end])),
            Body::Array(array) => array,
        };
        if let Some(bytes) = array.region().and_then(|bytes| bytes.get(start..end)) {
            return Ok(Cow::Borrowed(bytes));
        }
        // Whole cells around it.
        let item_size = self.item_size();
        let cells = start / item_size..end.div_ceil(item_size);
        let mut bytes = zeros(cells.len().saturating_mul(item_size), "cells")?;
        array.read_range(cells.clone(), &mut bytes)?;
        let before = start - cells.start * item_size;
        bytes.truncate(before + (end - start));
        bytes.drain(..before);
        Ok(Cow::Owned(bytes))
    }
}
