//! A member as one Zstandard frame, by the `zstd` crate: the one file that names it, behind the feature `zstd`.
//!
//! One frame, as Python's zipfile takes the end of the first for that of the member. Made by the calling thread: the library's
//! own threads would give other bytes than one does.

use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode::ZSTD_error_memory_allocation;
use zstd::zstd_safe::{CCtx, CParameter, ErrorCode, InBuffer, OutBuffer, SafeResult, get_error_name};

use super::content::Content;
use crate::error::{Error, Result};
use crate::memory;
use crate::run::Team;
use crate::stored::Put;

/// What became of a member.
pub(super) struct Frame {
    pub(super) crc32: u32,
    pub(super) len: u64,
}

/// Hands out the frame of a member. It tells the length of what is in it, and has no checksum beside that of the archive.
pub(super) fn compress(content: &Content<'_>, level: u32, team: &Team, put: &mut Put<'_>) -> Result<Frame> {
    // A new one for each member: the library hashes by what it compressed before.
    let mut compressor = CCtx::try_create().ok_or_else(no_memory)?;
    for parameter in parameters(level) {
        compressor.set_parameter(parameter).map_err(refused)?;
    }
    compressor.set_pledged_src_size(Some(content.size())).map_err(refused)?;

    let mut output = Output { buffer: memory::with_room(CCtx::out_size(), "compressed data")?, len: 0, put };
    let crc32 = content.each_hashed_piece(&mut |piece| {
        let mut input = InBuffer::around(piece);
        while input.pos() < piece.len() {
            output.step(|buffer| compressor.compress_stream(buffer, &mut input))?;
        }
        team.meter().done(piece.len() as u64)
    })?;
    // The end is told apart from the last piece, so that the bytes don't depend on how the cells were cut.
    while output.step(|buffer| compressor.end_stream(buffer))? > 0 {}
    Ok(Frame { crc32, len: output.len })
}

/// The frame of a member whose length is known at its end. The header of the array, which tells the length, lies in a block
/// of its own that is not compressed, behind the header of the frame: it is written over in the end.
pub(super) struct GrowingFrame {
    compressor: CCtx<'static>,
    buffer: Vec<u8>,
    /// The array's header, until it is out.
    prefix: Option<Vec<u8>>,
    len: u64,
}

/// What stands before the array's header: magic number, descriptor and window of the frame, and the head of the block (RFC 8878, 3.1.1).
pub(super) const FRAME_HEAD: u64 = 6 + 3;
/// A block has at most so many bytes.
const MOST_BLOCK: usize = 128 << 10;

impl GrowingFrame {
    pub(super) fn begin(level: u32, prefix: &[u8]) -> Result<Self> {
        if prefix.len() > MOST_BLOCK {
            let found = prefix.len();
            return Err(Error::invalid(format!(
                "expected rows whose header has at most {MOST_BLOCK} bytes, found {found}: give the fields shorter names"
            )));
        }
        let mut compressor = CCtx::try_create().ok_or_else(no_memory)?;
        // The length is not known, and must not be guessed from what comes first.
        for parameter in parameters(level).chain([CParameter::ContentSizeFlag(false)]) {
            compressor.set_parameter(parameter).map_err(refused)?;
        }
        let buffer = memory::with_room(CCtx::out_size(), "compressed data")?;
        let mut frame = Self { compressor, buffer, prefix: Some(memory::copy(prefix, "header")?), len: 0 };
        frame.write(&[], &mut |_| Ok(()))?;
        Ok(frame)
    }

    pub(super) fn write(&mut self, bytes: &[u8], put: &mut Put<'_>) -> Result<()> {
        let mut input = InBuffer::around(bytes);
        loop {
            self.step(put, |compressor, buffer| compressor.compress_stream(buffer, &mut input))?;
            if input.pos() == bytes.len() {
                return Ok(());
            }
        }
    }

    /// Ends the frame, and tells its length.
    pub(super) fn end(mut self, put: &mut Put<'_>) -> Result<u64> {
        while self.step(put, CCtx::end_stream)? > 0 {}
        Ok(self.len)
    }

    fn step(
        &mut self,
        put: &mut Put<'_>,
        call: impl FnOnce(&mut CCtx<'static>, &mut OutBuffer<'_, Vec<u8>>) -> SafeResult,
    ) -> Result<usize> {
        self.buffer.clear();
        let rest = call(&mut self.compressor, &mut OutBuffer::around(&mut self.buffer)).map_err(refused)?;
        let mut bytes = &self.buffer[..];
        if !bytes.is_empty()
            && let Some(prefix) = self.prefix.take()
        {
            let frame_head = bytes.split_off(..6);
            put(frame_head
                .ok_or_else(|| Error::invalid("the zstd library begins a frame with less than its head"))?)?;
            let block_head = (prefix.len() as u32) << 3;
            put(&block_head.to_le_bytes()[..3])?;
            put(&prefix)?;
            self.len += FRAME_HEAD + prefix.len() as u64;
        }
        self.len += bytes.len() as u64;
        if !bytes.is_empty() {
            put(bytes)?;
        }
        Ok(rest)
    }
}

/// What a level stands for. Of the highest, which would take hundreds of MiB here and 128 in each reader, window and tables are cut
/// so that less than 64 MiB are used: frames grew by 0.6 % at most where it was measured. The library cuts them further for small members.
fn parameters(level: u32) -> impl Iterator<Item = CParameter> {
    use CParameter::{ChainLog, CompressionLevel, HashLog, WindowLog};
    let cut: &[CParameter] = match level {
        15 => &[HashLog(22)],
        17.. => &[WindowLog(22), ChainLog(23), HashLog(22)],
        _ => &[],
    };
    std::iter::once(CompressionLevel(level as i32)).chain(cut.iter().copied())
}

/// Where the compressed bytes go.
struct Output<'p, 'q> {
    buffer: Vec<u8>,
    len: u64,
    put: &'p mut Put<'q>,
}

impl Output<'_, '_> {
    /// Hands on what one call of the library gives, and tells how much is still to come.
    fn step(&mut self, call: impl FnOnce(&mut OutBuffer<'_, Vec<u8>>) -> SafeResult) -> Result<usize> {
        self.buffer.clear();
        let rest = call(&mut OutBuffer::around(&mut self.buffer)).map_err(refused)?;
        self.len += self.buffer.len() as u64;
        if !self.buffer.is_empty() {
            (self.put)(&self.buffer)?;
        }
        Ok(rest)
    }
}

fn refused(code: ErrorCode) -> Error {
    if code == (ZSTD_error_memory_allocation as usize).wrapping_neg() {
        return no_memory();
    }
    Error::invalid(format!("the data can't be compressed with zstd: {}", get_error_name(code)))
}

fn no_memory() -> Error {
    Error::io("can't allocate memory for the zstd compressor", std::io::ErrorKind::OutOfMemory.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::RawArray;
    use crate::archive::Compression;
    use crate::archive::layout::Part;
    use crate::dtype::DType;
    use crate::header::Header;
    use crate::run::Threads;
    use crate::shape::Order;
    use std::borrow::Cow;

    fn frame(content: &Content<'_>, level: u32) -> (Vec<u8>, u32) {
        let mut bytes = Vec::new();
        let put = &mut |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        let frame = compress(content, level, &Team::new(Threads::ONE), put).unwrap();
        assert_eq!(frame.len, bytes.len() as u64);
        (bytes, frame.crc32)
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(step).collect()
    }

    #[test]
    fn every_level_gives_a_frame_within_what_the_layout_counts_with() {
        let zeros = vec![0; 700_000];
        let noise = noise(700_000);
        for level in 1..=22 {
            for bytes in [&[][..], b"a", &noise[..1000], &noise, &zeros[..131_072], &zeros] {
                let (packed, crc32) = frame(&Content::bytes(bytes), level);
                assert_eq!(crc32, crc32fast::hash(bytes));
                assert_eq!(zstd::decode_all(&packed[..]).unwrap(), bytes);
                let (least, most) = Part::new("", Compression::Zstd(level), 0, bytes.len() as u64).bounds();
                assert!((least..most).contains(&(packed.len() as u64)), "level {level}: {}", packed.len());
                let told = zstd::zstd_safe::get_frame_content_size(&packed);
                assert_eq!(told.unwrap(), Some(bytes.len() as u64));
            }
        }
    }

    #[test]
    fn the_bytes_do_not_depend_on_how_the_cells_are_cut() {
        let cells = noise(1_000_000);
        let header = Header::new(DType::parse("S100").unwrap(), &[10_000], Order::C).unwrap();
        let array: Cow<'_, RawArray> = Cow::Owned(RawArray::from_file(&header, cells.clone()));
        for level in [1, 3, 9, 15, 19] {
            let expected = frame(&Content::bytes(&[b"head", &cells[..]].concat()), level);
            assert!(frame(&Content::array(b"head", &array), level) == expected);
        }
    }
}
