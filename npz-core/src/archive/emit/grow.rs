//! A member whose length is known at its end: its headers are written over then.

use std::io::{Seek, Write};

use super::{Emitter, cant_write, refuse_name};
use crate::archive::Compression;
use crate::archive::block_index::BlockIndex;
use crate::archive::blocks::{GrowingBlocks, STORED_HEAD};
use crate::archive::content::cells_of;
use crate::archive::layout::{Part, place};
use crate::archive::records::{Head, MAX_32, STORED, ZIP64_BYTES};
#[cfg(feature = "zstd")]
use crate::archive::zstd_frame::{FRAME_HEAD, GrowingFrame};
use crate::bytes::Record;
use crate::dtype::DType;
use crate::error::{Error, Result};

/// A member that is being written, behind which nothing else can be.
pub(crate) struct Growing {
    name: String,
    /// Of a whole header without a zip64 field, which has room for one.
    padding: u64,
    method: u16,
    /// Where its own header begins, and where that of the array does.
    offset: u64,
    prefix_at: u64,
    prefix_len: u64,
    /// The length of the cells.
    size: u64,
    body: Body,
}

enum Body {
    Stored(crc32fast::Hasher),
    Deflated(Box<GrowingBlocks>),
    #[cfg(feature = "zstd")]
    Zstd(crc32fast::Hasher, Box<GrowingFrame>),
}

impl<W: Write + Seek> Emitter<W> {
    /// Begins a member with the header of an array without rows, of such cells. Until [`end`](Self::end) nothing else can be
    /// written.
    pub(crate) fn begin(
        &mut self,
        name: &str,
        compression: Compression,
        prefix: &[u8],
        dtype: &DType,
    ) -> Result<Growing> {
        self.refuse_broken()?;
        refuse_name(name)?;
        compression.check()?;
        self.out.make_go_back().map_err(|error| {
            Error::io("the output can't go back, to where the number of rows is filled in at the end", error)
        })?;
        let (offset, prefix_len) = (self.out.position(), prefix.len() as u64);
        let mut growing = Growing {
            name: name.to_owned(),
            padding: ZIP64_BYTES,
            method: compression.method(),
            offset,
            prefix_at: 0,
            prefix_len,
            size: 0,
            body: Body::Stored(crc32fast::Hasher::new()),
        };
        if growing.method == STORED {
            let part = Part::new(name, compression, prefix_len, prefix_len);
            growing.padding = place(offset, &part, self.alignment).padding;
            // A field of its own has at least 6 bytes, see `place`.
            while growing.padding < ZIP64_BYTES + 6 {
                growing.padding += self.alignment;
            }
        }
        self.broken = true;
        let head = growing.head(self.alignment, 0);
        self.out.write(head.local().as_slice()).map_err(cant_write)?;
        let start = self.out.position();
        let put = &mut |bytes: &[u8]| self.out.write(bytes).map_err(cant_write);
        growing.prefix_at = match compression {
            Compression::Stored => {
                put(prefix)?;
                start
            }
            Compression::Deflate(level) => {
                let blocks = GrowingBlocks::begin(level, cells_of(dtype), prefix, put)?;
                growing.body = Body::Deflated(Box::new(blocks));
                start + STORED_HEAD
            }
            #[cfg(feature = "zstd")]
            Compression::Zstd(level) => {
                let frame = GrowingFrame::begin(level, prefix)?;
                growing.body = Body::Zstd(crc32fast::Hasher::new(), Box::new(frame));
                start + FRAME_HEAD
            }
        };
        Ok(growing)
    }
}

impl<W: Write> Emitter<W> {
    /// Writes bytes of cells.
    pub(crate) fn grow(&mut self, growing: &mut Growing, bytes: &[u8]) -> Result<()> {
        let Self { out, encoders, team, .. } = self;
        let put = &mut |bytes: &[u8]| out.write(bytes).map_err(cant_write);
        team.meter().announce(bytes.len() as u64);
        growing.size += bytes.len() as u64;
        match &mut growing.body {
            Body::Stored(crc) => {
                crc.update(bytes);
                put(bytes)?;
            }
            // These are done when they are encoded.
            Body::Deflated(blocks) => return blocks.write(bytes, encoders, team, put),
            #[cfg(feature = "zstd")]
            Body::Zstd(crc, frame) => {
                crc.update(bytes);
                frame.write(bytes, put)?;
            }
        }
        team.meter().done(bytes.len() as u64)
    }

    /// Ends the member: its array has this header, which is as long as that of the beginning.
    pub(crate) fn end(&mut self, growing: Growing, prefix: &[u8]) -> Result<()> {
        let Self { out, encoders, team, .. } = self;
        let put = &mut |bytes: &[u8]| out.write(bytes).map_err(cant_write);
        let Growing { ref name, padding, method, offset, prefix_at, prefix_len, size, body } = growing;
        if prefix.len() as u64 != prefix_len {
            return Err(Error::invalid("the header of the array has grown"));
        }
        let mut extra = Record::new();
        let (body_crc32, compressed) = match body {
            Body::Stored(crc) => (crc.finalize(), prefix_len + size),
            Body::Deflated(blocks) => {
                let deflated = blocks.end(encoders, team, put)?;
                let ends = (deflated.crc32, deflated.len);
                extra = BlockIndex::of(deflated).map(|blocks| blocks.field()).unwrap_or_default();
                ends
            }
            #[cfg(feature = "zstd")]
            Body::Zstd(crc, frame) => (crc.finalize(), frame.end(put)?),
        };
        let mut crc32 = crc32fast::Hasher::new();
        crc32.update(prefix);
        crc32.combine(&crc32fast::Hasher::new_with_initial_len(body_crc32, size));
        let crc32 = crc32.finalize();
        let size = prefix_len + size;
        let zip64 = size.max(compressed) >= MAX_32;
        let padding = padding - if zip64 { ZIP64_BYTES } else { 0 };
        let alignment = if method == STORED { self.alignment } else { 1 };
        let head =
            Head { crc32, compressed, size, zip64, extra, ..empty(name, method, offset, padding, alignment) };
        self.out.patch(offset, head.local().as_slice()).map_err(cant_write)?;
        self.out.patch(prefix_at, prefix).map_err(cant_write)?;
        self.finish_member(&head)
    }
}

impl Growing {
    /// The header that stands there until the end.
    fn head(&self, alignment: u64, size: u64) -> Head<'_> {
        let alignment = if self.method == STORED { alignment } else { 1 };
        Head { size, ..empty(&self.name, self.method, self.offset, self.padding, alignment) }
    }
}

fn empty(name: &str, method: u16, offset: u64, padding: u64, alignment: u64) -> Head<'_> {
    Head {
        name,
        method,
        method_flags: 0,
        has_descriptor: false,
        crc32: 0,
        compressed: 0,
        size: 0,
        offset,
        zip64: false,
        padding,
        alignment,
        extra: Record::new(),
    }
}
