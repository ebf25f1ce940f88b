//! Whole members decoded in turn on one core, as the blocks of a large one are: most arrays of a model are one block or two.
//!
//! What does not fit is not judged here: who reads that member by itself says what is wrong.

use std::ops::DerefMut;
use std::sync::{Mutex, PoisonError};

use npz_deflate::inflate::{Block, inflate_blocks};

use crate::error::{Error, Result};
use crate::memory;
use crate::stored::InBlocks;

/// What is short of memory here.
const BLOCKS: &str = "list of blocks";

/// A sub-block with fixed codes that is not the last: RFC 1951, 3.2.3.
const FIXED: u8 = 0b010;

/// Whether the header of the array seems to have a sub-block of its own, as in all that we encode ourselves. Without that the cells could not
/// be decoded to their own place.
pub(crate) fn has_own_header(member: &InBlocks<'_>) -> bool {
    let mut first = Vec::new();
    let first = member.input.bytes(member.range.start, 1, &mut first, "compressed member");
    first.is_ok_and(|bytes| bytes.first().is_some_and(|byte| byte & 7 == FIXED))
}

/// Decodes members in turn, with memory that is used again: the system clears what it gives.
#[derive(Default)]
pub(crate) struct InTurn {
    spare: Mutex<Vec<Vec<u8>>>,
}

impl InTurn {
    /// Fills buffers with the cells of members; tells whether all are right by their checksums.
    pub(crate) fn inflate(&self, mut members: Vec<(InBlocks<'_>, &mut [u8])>) -> Result<bool> {
        let mut headers = memory::with_room(members.len(), BLOCKS)?;
        let mut len = 0;
        for (member, _) in &members {
            headers.push(memory::zeros(member.prefix, "header")?);
            len += room_for(member);
        }
        let mut packed = self.lock().pop().unwrap_or_default();
        memory::resize(&mut packed, len, "compressed members")?;
        let (mut blocks, mut room) = (Vec::new(), packed.as_mut_slice());
        for ((member, cells), header) in members.iter_mut().zip(&mut headers) {
            let place = room.split_off_mut(..room_for(member)).ok_or_else(unlike)?;
            let bytes = compressed(member, place)?;
            push_blocks(&member.blocks, bytes, header, cells, &mut blocks)?;
        }
        if inflate_blocks(&mut blocks).is_err() {
            return Ok(false);
        }
        self.lock().push(packed);
        Ok(members.iter().zip(headers).all(|((member, cells), header)| {
            let mut crc = crc32fast::Hasher::new();
            crc.update(&header);
            crc.update(cells);
            crc.finalize() == member.crc32
        }))
    }

    fn lock(&self) -> impl DerefMut<Target = Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has to be read of a member: nothing if it lies in memory.
fn room_for(member: &InBlocks<'_>) -> usize {
    if member.input.memory().is_some() { 0 } else { member.packed_len() }
}

/// The compressed bytes of a member, as they lie in memory, or read into a place.
fn compressed<'b>(member: &InBlocks<'b>, place: &'b mut [u8]) -> Result<&'b [u8]> {
    let start = member.range.start;
    if let Some(memory) = member.input.memory() {
        let bytes =
            usize::try_from(start).ok().and_then(|start| memory.get(start..)?.get(..member.packed_len()));
        return bytes.ok_or_else(unlike);
    }
    member.input.read_exact(place, start, "compressed member")?;
    Ok(place)
}

/// Appends the blocks of a member. Ours has its header in sub-blocks of its own.
fn push_blocks<'b>(
    lens: &[(usize, usize)],
    mut bytes: &'b [u8],
    header: &'b mut [u8],
    mut cells: &'b mut [u8],
    blocks: &mut Vec<Block<'b>>,
) -> Result<()> {
    memory::reserve(blocks, lens.len(), BLOCKS)?;
    let mut header = Some(header);
    for &(packed, len) in lens {
        let header = header.take().unwrap_or_default();
        let (compressed, behind) = bytes.split_at_checked(packed).ok_or_else(unlike)?;
        let wanted = len.checked_sub(header.len()).ok_or_else(unlike)?;
        let output = cells.split_off_mut(..wanted).ok_or_else(unlike)?;
        bytes = behind;
        blocks.push(Block { compressed, header, output, wanted, ends_member: bytes.is_empty() });
    }
    if cells.is_empty() && bytes.is_empty() { Ok(()) } else { Err(unlike()) }
}

/// The caller reads the members one by one, and is told more.
fn unlike() -> Error {
    Error::damaged("the blocks of a member are not as long as it is")
}
