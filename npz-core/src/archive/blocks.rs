//! A deflated member in blocks, each independent of the others: cut, encoded, and put together in order.
//!
//! A block starts with a fresh window and ends on a byte boundary, so that any thread can encode it, and any decode it.
//! Their lengths go to the directory, where `index` finds them again; everybody else sees one deflate stream.

mod grow;
mod members;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use npz_deflate::{Cells, Choice, Encoder, Samples, choose, choose_small};

pub(super) use self::grow::{GrowingBlocks, STORED_HEAD};
pub(super) use self::members::{Member, Out, deflate};
use super::content::Content;
use crate::error::{Error, Result};
use crate::memory;

/// The uncompressed length of a block, of members below and above a size. Larger ones compress better by up to a hundredth, of
/// smaller ones there are enough for all threads.
const SMALL_BLOCK: u64 = 256 << 10;
const LARGE_BLOCK: u64 = 1 << 20;
/// The longest: where next to nothing is left, what is lost at the start of a block is much.
pub(super) const LARGEST_BLOCK: u64 = 8 << 20;
const LARGE_MEMBER: u64 = 8 << 20;
/// The lengths of so many blocks fit the directory's extra field; a larger member has larger blocks.
pub(super) const MOST_BLOCKS: u64 = 16_000;
/// Encoded blocks wait for their turn in at most so much memory; each has room for twice its length.
const MOST_IN_FLIGHT: u64 = 48 << 20;
/// Of small members there is nothing to be learnt; the library makes one code of header and cells.
const MOST_SMALL: u64 = 4 << 10;
/// What is looked at before a plan is made: a window, and half as much behind it; at two places of what is more than one block.
const SAMPLE: u64 = 48 << 10;
/// Up to this size less: to look at all of that would take longer than to encode it.
const MOST_FOR_SMALL_SAMPLE: u64 = 64 << 10;
const SMALL_SAMPLE: u64 = 24 << 10;

/// What became of a member.
pub(super) struct Deflated {
    pub(super) crc32: u32,
    /// The length of the stream.
    pub(super) len: u64,
    pub(super) block_len: u64,
    /// The compressed lengths of the blocks.
    pub(super) blocks: Vec<u32>,
}

/// Encoders that are not in use: they are made once for all members of an archive.
#[derive(Default)]
pub(super) struct Encoders(Mutex<Vec<Encoder>>);

impl Encoders {
    fn take(&self) -> Encoder {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_default()
    }

    fn give_back(&self, encoder: Encoder) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(encoder);
    }
}

/// One block that is ready.
struct Block {
    encoder: Encoder,
    /// Its uncompressed length.
    len: u64,
    crc: crc32fast::Hasher,
}

/// The uncompressed length of the blocks of a member.
fn block_len(prefix: u64, size: u64, choice: &Choice) -> u64 {
    let mut len = if size < LARGE_MEMBER { SMALL_BLOCK } else { LARGE_BLOCK };
    while len < choice.least_block().min(LARGEST_BLOCK) {
        len *= 2;
    }
    while size / len >= MOST_BLOCKS || len < 2 * prefix {
        len *= 2;
    }
    // Arrays are often as long as a block: no second one for what the header takes.
    if size.saturating_sub(prefix) <= len { size.next_power_of_two().max(len) } else { len }
}

/// A member that is cut into blocks.
struct Cut<'c> {
    content: &'c Content<'c>,
    choice: Choice,
    level: u32,
    block_len: u64,
}

impl<'c> Cut<'c> {
    fn of(member: &'c Member<'_>) -> Result<Self> {
        let Member { content, level } = member;
        let choice = choose_for(content, *level)?;
        let block_len = block_len(content.prefix().len() as u64, content.size(), &choice);
        Ok(Self { content, choice, level: *level, block_len })
    }

    /// How many blocks there are.
    fn count(&self) -> usize {
        self.content.size().div_ceil(self.block_len).max(1) as usize
    }

    /// Encodes one of them.
    fn block(&self, number: usize, encoder: Encoder) -> Result<Block> {
        let cells = self.content.body_range(self.body_range(number as u64))?;
        self.encode(number as u64, &cells, encoder)
    }

    /// Which bytes behind the prefix a block holds. The prefix is part of the first, which is larger than it.
    fn body_range(&self, number: u64) -> Range<u64> {
        let before = self.content.prefix().len() as u64;
        let start = number * self.block_len;
        let end = self.content.size().min(start + self.block_len);
        start.max(before) - before..end - before
    }

    /// Encodes a block whose cells are these.
    fn encode(&self, number: u64, cells: &[u8], encoder: Encoder) -> Result<Block> {
        let prefix = if number == 0 { self.content.prefix() } else { &[] };
        let Range { start, end } = self.body_range(number);
        let kind = self.content.cells();
        let (phase, is_last) = (phase_at(start, kind), end == self.content.body_size());
        let block = npz_deflate::Block { prefix, cells, kind, phase, is_last };
        encode(block, &self.choice, self.level, encoder)
    }

    /// Encodes all blocks one after another. For cells that are so wide that to make one anew for each block that holds a part
    /// of it would take a time that grows with its square: a text of a million characters is one cell.
    fn in_one_pass(&self, encoders: &Encoders, take: &mut dyn FnMut(Block) -> Result<()>) -> Result<()> {
        let (mut number, mut cells) = (0, Vec::new());
        self.content.each_body_piece(&mut |mut piece| {
            while !piece.is_empty() {
                let Range { start, end } = self.body_range(number);
                let missing = (end - start) as usize - cells.len();
                let (part, rest) = piece.split_at(piece.len().min(missing));
                memory::append(&mut cells, part, "cells")?;
                piece = rest;
                if part.len() == missing {
                    take(self.encode(number, &cells, encoders.take())?)?;
                    number += 1;
                    cells.clear();
                }
            }
            Ok(())
        })
    }
}

/// Where the first whole cell begins in what is behind a byte of the body.
fn phase_at(start: u64, kind: Cells) -> usize {
    start.wrapping_neg().rem_euclid(kind.width as u64) as usize
}

fn encode(block: npz_deflate::Block<'_>, choice: &Choice, level: u32, mut encoder: Encoder) -> Result<Block> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(block.prefix);
    crc.update(block.cells);
    encoder.encode(block, choice, level).map_err(told)?;
    if encoder.as_slice().len() as u64 > u64::from(u32::MAX) {
        return Err(Error::invalid("a block grew by compression past what its index can tell"));
    }
    Ok(Block { encoder, len: (block.prefix.len() + block.cells.len()) as u64, crc })
}

/// Looks at some pieces of a member: in the middle of equal parts, as the ends of arrays are often unlike the rest.
fn choose_for(content: &Content<'_>, level: u32) -> Result<Choice> {
    let size = content.body_size();
    if content.size() <= MOST_SMALL {
        return choose_small(|| content.body_range(0..size), content.cells(), level);
    }
    let places = sample_places(size, content.item_size() as u64);
    let samples = places.map(|place| content.body_range(place)).collect::<Result<Vec<_>>>()?;
    let pieces: Vec<&[u8]> = samples.iter().map(|sample| &**sample).collect();
    let one_block = (size <= SMALL_BLOCK).then_some(size as usize);
    choose(Samples { pieces: &pieces, one_block, kind: content.cells() }, level).map_err(told)
}

/// What the codec says, as an error of ours.
fn told(error: npz_deflate::Error) -> Error {
    match error {
        npz_deflate::Error::NoMemory(bytes) => Error::no_memory(bytes, "compressed data"),
        npz_deflate::Error::Library(source) => {
            Error::invalid("the data can't be compressed").with_source(source)
        }
    }
}

/// Where these pieces lie in a body of this size.
fn sample_places(size: u64, width: u64) -> impl Iterator<Item = Range<u64>> {
    let (count, len) = if size > SMALL_BLOCK {
        (2, SAMPLE)
    } else if size > MOST_FOR_SMALL_SAMPLE {
        (1, SAMPLE)
    } else if width == 1 {
        // Bytes, as those of images, may come again far behind.
        (1, size)
    } else {
        (1, size.min(SMALL_SAMPLE))
    };
    (0..count).map(move |part| {
        let start = size / count * part + (size / count).saturating_sub(len) / 2;
        let start = start - start % width;
        start..size.min(start + len)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::RawArray;
    use crate::dtype::DType;
    use crate::header::Header;
    use crate::run::{Team, Threads};
    use crate::shape::Order;
    use crate::stored::{Stored, copy_range};
    use std::io::Read;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes its cells anew for each range that is asked for, and counts the bytes.
    struct Made {
        header: Header,
        bytes: Vec<u8>,
        asked: AtomicUsize,
    }

    impl Stored for Made {
        fn header(&self) -> &Header {
            &self.header
        }
        fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
            self.asked.fetch_add(buffer.len(), Ordering::Relaxed);
            copy_range(&self.bytes, self.item_size(), cells, buffer)
        }
        fn keep(&self) -> Result<Arc<dyn Stored>> {
            RawArray::copy(self).map(RawArray::into_stored)
        }
    }

    /// Keeps what it is given.
    #[derive(Default)]
    struct Kept(Vec<u8>, Vec<Deflated>);

    impl Out for Kept {
        fn begin(&mut self, _: usize) -> Result<()> {
            Ok(())
        }
        fn put(&mut self, bytes: &[u8]) -> Result<()> {
            self.0.extend_from_slice(bytes);
            Ok(())
        }
        fn end(&mut self, deflated: Deflated) -> Result<()> {
            self.1.push(deflated);
            Ok(())
        }
    }

    fn deflated(made: &Made) -> (Deflated, Vec<u8>) {
        let header = made.header.to_bytes();
        let member = Member { content: Content::array(&header, made), level: 6 };
        let (team, mut kept) = (Team::new(Threads::default()), Kept::default());
        deflate(&[member], &Encoders::default(), &team, &mut kept).unwrap();
        let (stream, deflated) = (kept.0, kept.1.pop().unwrap());
        let mut found = Vec::new();
        flate2::bufread::DeflateDecoder::new(&stream[..]).read_to_end(&mut found).unwrap();
        assert!(found == [header, made.bytes.clone()].concat());
        assert_eq!(deflated.crc32, crc32fast::hash(&found));
        assert_eq!(deflated.blocks.iter().map(|len| u64::from(*len)).sum::<u64>(), deflated.len);
        (deflated, stream)
    }

    #[test]
    fn cells_are_made_once_or_twice_however_wide_they_are() {
        for (width, count) in [(3, 1_000_000), (40_000, 90), (3_000_000, 3), (9_000_000, 1), (70_000, 0)] {
            let mut state = 1u32;
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8 % 50
            };
            let bytes: Vec<u8> = (0..width * count).map(|_| next()).collect();
            let dtype = DType::parse(&format!("S{width}")).unwrap();
            let header = Header::new(dtype, &[count], Order::C).unwrap();
            let made = Made { header, bytes, asked: AtomicUsize::new(0) };
            deflated(&made);
            // Once for the blocks, and again for what is looked at before.
            let most = made.bytes.len() + made.bytes.len() / 4 + 2 * width.max(1 << 18);
            let found = made.asked.into_inner();
            assert!(found <= most, "{width}: {found} bytes of {}", made.bytes.len());
        }
    }

    #[test]
    fn rows_that_come_again_are_found() {
        let mut state = 1u32;
        let row: Vec<u8> = (0..4000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        for width in [2, 4, 8, 16, 20] {
            let dtype = DType::parse(&format!("V{width}")).unwrap();
            for rows in [60, 3000] {
                let header = Header::new(dtype.clone(), &[rows * 4000 / width], Order::C).unwrap();
                let made = Made { header, bytes: row.repeat(rows), asked: AtomicUsize::new(0) };
                let (deflated, _) = deflated(&made);
                assert!(deflated.len < made.bytes.len() as u64 / 20, "{width}, {rows}: {}", deflated.len);
            }
        }
    }
}
