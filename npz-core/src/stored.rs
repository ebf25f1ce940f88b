//! [`Stored`]: an array in its stored form, a header and the bytes of its cells. What is read and what is written is one.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::header::Header;
#[cfg(feature = "mmap")]
use crate::input::KeptInput;
use crate::input::{AnyInput, Wanted};
use crate::memory::{self, zeros};
use crate::run::{Team, Threads};

/// Cells are handed on in pieces of about this size, which stay in the processor's cache from one step to the next.
pub(crate) const PIECE_BYTES: usize = 256 << 10;

/// A deflate stream without blocks that is shorter is read by one thread.
const LEAST_SHARED: u64 = 1 << 20;

/// Deflated members of these lengths are decoded in turn: of shorter ones the tables take most of the time, longer ones have blocks enough.
const LEAST_IN_TURN: u64 = 16 << 10;
const MOST_IN_TURN: u64 = 5 << 18;

/// Takes bytes, piece by piece.
pub(crate) type Put<'p> = dyn FnMut(&[u8]) -> Result<()> + 'p;

/// What is done to each piece (whole cells) of a buffer that is filled, while it is in the cache; by any thread.
pub(crate) type Then<'t> = dyn Fn(&mut [u8]) + Sync + 't;

/// An array in its stored form, wherever it is: in an archive, or in memory in the form of its cells.
///
/// Cells are counted in the order of the file. `Send + Sync`, so that ranges of them can be worked on by several threads.
pub(crate) trait Stored: Send + Sync {
    fn header(&self) -> &Header;

    /// Fills `buffer` with the bytes of some cells. A checksum covers all of them together, and is not compared here.
    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()>;

    /// Whether a range of cells costs about what its own bytes do, wherever it lies; else all before it are read too.
    fn has_ranges(&self) -> bool {
        true
    }

    /// Whether a range is read without all that comes before it at least where something near it was read before.
    fn has_points(&self) -> bool {
        self.has_ranges()
    }

    /// So many bytes that lie between two ranges are better read than left out.
    fn gap(&self) -> usize {
        0
    }

    /// Fills `buffer` with ranges of cells, one behind the other. They ascend and don't overlap. No checksum is compared.
    fn read_ranges(&self, ranges: &[Range<usize>], buffer: &mut [u8], _: &Team) -> Result<()> {
        let places = places(ranges, buffer, self.item_size(), |_| 0)?;
        places
            .into_iter()
            .zip(ranges)
            .try_for_each(|((_, bytes), cells)| self.read_range(cells.clone(), bytes))
    }

    /// Hands out the bytes of the cells before one, and perhaps of some behind it, in pieces of whole cells. No checksum is
    /// compared.
    fn stream_to(&self, _end: usize, team: &Team, put: &mut Put<'_>) -> Result<()> {
        self.stream(team, put)
    }

    /// The bytes of all cells, where they lie in memory in their stored form.
    fn region(&self) -> Option<&[u8]> {
        None
    }

    /// Fills `buffer` with the bytes of all cells; `then` has each piece once. What a checksum covers is verified. Whatever
    /// the number of threads in the team, the error is the same.
    fn fill(&self, buffer: &mut [u8], team: &Team, then: &Then<'_>) -> Result<()> {
        let item_size = self.item_size();
        if item_size == 0 {
            return Ok(());
        }
        let each = cells_a_piece(item_size);
        for (i, piece) in buffer.chunks_mut(each * item_size).enumerate() {
            let start = i * each;
            self.read_range(start..start + piece.len() / item_size, piece)?;
            then(piece);
            team.meter().done(piece.len() as u64)?;
        }
        Ok(())
    }

    /// Hands out the bytes of all cells, in pieces of whole cells, and verifies what a checksum covers. Whatever the number of threads in the
    /// team, what is handed out and the error are the same.
    fn stream(&self, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let item_size = self.item_size();
        let len = usize::try_from(self.header().data_len()).unwrap_or(usize::MAX);
        if item_size == 0 || len == 0 {
            return Ok(());
        }
        let piece_len = cells_a_piece(item_size) * item_size;
        if let Some(bytes) = self.region() {
            return bytes.chunks(piece_len).try_for_each(|piece| {
                put(piece)?;
                team.meter().done(piece.len() as u64)
            });
        }
        let mut piece = zeros(len.min(piece_len), "array")?;
        for start in (0..len).step_by(piece_len) {
            let end = len.min(start + piece_len);
            let bytes = &mut piece[..end - start];
            self.read_range(start / item_size..end / item_size, bytes)?;
            put(bytes)?;
            team.meter().done(bytes.len() as u64)?;
        }
        Ok(())
    }

    /// How many bytes of cells are known to be there, so that memory may be taken for them at once; `None` where nothing
    /// is known.
    fn available(&self) -> Option<u64> {
        Some(self.header().data_len())
    }

    /// What reading the array costs in bytes: what stands behind the cells is read too.
    fn size(&self) -> u64 {
        self.header().data_len()
    }

    /// Where it lies, if in an archive.
    fn extent(&self) -> Option<Extent> {
        None
    }

    /// The member of an archive that this is, to be copied as it lies there.
    fn packed(&self) -> Option<Packed<'_>> {
        None
    }

    /// The deflated member that this is, if it is to be decoded in turn with others.
    fn in_blocks(&self) -> Option<InBlocks<'_>> {
        None
    }

    /// The same array for what outlives this; copies it where it can't be shared.
    fn keep(&self) -> Result<Arc<dyn Stored>>;

    /// The memory in which all cells lie in their stored form, for what outlives this, and where in there; mapped, where they
    /// lie in a file. Else why that can't be.
    #[cfg(feature = "mmap")]
    fn lend(&self) -> Result<(Arc<KeptInput>, Range<usize>), String> {
        Err("it does not lie in a file".to_owned())
    }

    /// How many bytes [`keep`](Self::keep) would copy.
    fn keep_cost(&self) -> u64 {
        0
    }

    fn item_size(&self) -> usize {
        self.header().dtype().item_size()
    }
}

/// Where a member lies in an archive, and what its directory says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Where the member's own header begins, and where its data do.
    pub(crate) header_start: u64,
    pub(crate) start: u64,
    /// The length of the data as they lie in the file, and decompressed.
    pub(crate) compressed_size: u64,
    pub(crate) size: u64,
    pub(crate) crc32: u32,
    /// The number of the compression method, and the flags that belong to it.
    pub(crate) method: u16,
    pub(crate) method_flags: u16,
    /// Whether the directory tells of blocks, which several threads can decode.
    pub(crate) in_blocks: bool,
}

impl Extent {
    pub(crate) fn is_stored(&self) -> bool {
        self.method == 0
    }

    /// Whether several threads can read it together: in parts, in blocks, or cut into pieces where it is large enough for that.
    pub(crate) fn can_be_shared(&self) -> bool {
        let is_stream = cfg!(feature = "inflate") && self.method == 8 && self.compressed_size >= LEAST_SHARED;
        self.is_stored() || self.in_blocks || is_stream
    }

    /// Whether it is decoded in turn with others like it: by itself it has too few blocks for that. What shrinks to less than a quarter is
    /// full of matches, which are not.
    pub(crate) fn is_for_turns(&self) -> bool {
        let has_literals = self.compressed_size >= self.size / 4;
        self.method == 8 && has_literals && (LEAST_IN_TURN..=MOST_IN_TURN).contains(&self.size)
    }

    /// Whether the compressed bytes that are there prove the uncompressed size: for deflate, by how much it can expand.
    pub(crate) fn is_proven(&self) -> bool {
        matches!(self.method, 0 | 8)
    }

    /// Where the data lie.
    pub(crate) fn range(&self) -> Range<u64> {
        self.start..self.start + self.compressed_size
    }
}

/// A deflated member, of which each block can be decoded by itself.
pub(crate) struct InBlocks<'a> {
    pub(crate) input: &'a AnyInput<'a>,
    /// Where it lies.
    pub(crate) range: Range<u64>,
    /// How much of it comes before the cells; less than the first block.
    pub(crate) prefix: usize,
    pub(crate) crc32: u32,
    /// The lengths of the blocks, as they lie there and decompressed.
    pub(crate) blocks: Vec<(usize, usize)>,
}

impl InBlocks<'_> {
    pub(crate) fn packed_len(&self) -> usize {
        self.blocks.iter().map(|(packed, _)| packed).sum()
    }
}

/// A member of an archive as it lies there.
pub(crate) struct Packed<'a> {
    pub(crate) input: &'a AnyInput<'a>,
    pub(crate) extent: Extent,
    /// How much of the data comes before the cells.
    pub(crate) prefix: u64,
    /// What its directory says beside, in a field of our own.
    pub(crate) extra: Vec<u8>,
    /// The name of the member, for messages.
    pub(crate) name: &'a str,
}

/// Copies the bytes of an array that is in memory.
pub(crate) fn copied(array: &dyn Stored) -> Result<Vec<u8>> {
    let mut bytes = zeros(usize::try_from(array.header().data_len()).unwrap_or(usize::MAX), "array")?;
    array.fill(&mut bytes, &Team::new(Threads::ONE), &|_| {})?;
    Ok(bytes)
}

/// The parts of a buffer that ranges of cells are to fill, each with the place of its first byte.
pub(crate) fn places<'b>(
    ranges: &[Range<usize>],
    buffer: &'b mut [u8],
    item_size: usize,
    place_of: impl Fn(usize) -> u64,
) -> Result<Vec<Wanted<'b>>> {
    let mut places = memory::with_room(ranges.len(), "list of ranges")?;
    let mut rest = buffer;
    for cells in ranges {
        let len = cells.len().saturating_mul(item_size);
        let (bytes, after) = rest.split_at_mut_checked(len).ok_or_else(no_such_cells)?;
        places.push((place_of(cells.start), bytes));
        rest = after;
    }
    Ok(places)
}

/// How many cells make a piece.
pub(crate) fn cells_a_piece(item_size: usize) -> usize {
    (PIECE_BYTES / item_size.max(1)).max(1)
}

/// Copies some cells out of all of them.
pub(crate) fn copy_range(
    bytes: &[u8],
    item_size: usize,
    cells: Range<usize>,
    buffer: &mut [u8],
) -> Result<()> {
    let start = cells.start.saturating_mul(item_size);
    let found = bytes.get(start..).and_then(|rest| rest.get(..buffer.len()));
    buffer.copy_from_slice(found.ok_or_else(no_such_cells)?);
    Ok(())
}

pub(crate) fn no_such_cells() -> Error {
    Error::invalid("there are no such cells")
}

/// Fills a buffer with what an array hands out.
pub(crate) fn fill_by_stream(
    array: &dyn Stored,
    buffer: &mut [u8],
    team: &Team,
    then: &Then<'_>,
) -> Result<()> {
    let mut rest = buffer;
    array.stream(team, &mut |bytes| {
        let slot = std::mem::take(&mut rest).split_at_mut_checked(bytes.len());
        let (slot, after) = slot.ok_or_else(|| Error::damaged("the array has more cells than its shape"))?;
        slot.copy_from_slice(bytes);
        then(slot);
        rest = after;
        Ok(())
    })?;
    match rest.len() {
        0 => Ok(()),
        missing => Err(Error::damaged(format!("the array is cut off: {missing} bytes are missing"))),
    }
}
