//! A stored member that is read in parts, by several threads.

use crc32fast::Hasher;

use super::decode::Seen;
use crate::error::Result;
use crate::input::AnyInput;
use crate::memory;
use crate::run::Team;
use crate::stored::{Extent, PIECE_BYTES, Then};

/// A part is as long as a huge page and lies as one does in memory: no two threads ask for the same page.
const PART_BYTES: usize = 2 << 20;

/// Fills `buffer` with all of a stored member behind the bytes that were seen, in parts that several threads read, and
/// compares the checksum. `cell` is how many bytes belong together.
///
/// `false` is no verdict: this member is not for reading in parts, or something is wrong with it. Who reads it in order is
/// told what; so the error is that of one thread.
pub(crate) fn fill_in_parts(
    input: &AnyInput<'_>,
    extent: &Extent,
    seen: Seen,
    buffer: &mut [u8],
    cell: usize,
    team: &Team,
    then: &Then<'_>,
) -> bool {
    let is_whole = extent.size.checked_sub(seen.len) == Some(buffer.len() as u64);
    if !extent.is_stored() || !is_whole || buffer.len() < 2 * PART_BYTES || !input.likes_small_reads() {
        return false;
    }
    if team.size() == 1 {
        return false;
    }
    let cell = cell.max(1);
    // A source that likes them smaller is asked for less at once.
    let piece_bytes = (input.chunk(PIECE_BYTES as u64) / cell).max(1) * cell;
    let Ok(parts) = split(buffer, cell, extent.start + seen.len) else { return false };
    let checksums = team.in_parallel(parts, |Part { start, bytes }| {
        let (mut checksum, mut at) = (Hasher::new(), start);
        for piece in bytes.chunks_mut(piece_bytes) {
            input.read_exact(piece, at, "the member")?;
            checksum.update(piece);
            then(piece);
            team.meter().done(piece.len() as u64)?;
            at += piece.len() as u64;
        }
        Ok(checksum)
    });
    let mut all = Hasher::new_with_initial_len(seen.crc32, seen.len);
    for checksum in checksums.iter().flatten() {
        all.combine(checksum);
    }
    checksums.is_ok() && all.finalize() == extent.crc32
}

struct Part<'b> {
    /// Where it begins in the file.
    start: u64,
    bytes: &'b mut [u8],
}

/// Cuts a buffer into parts of whole cells, each with its number.
fn split(buffer: &mut [u8], cell: usize, mut start: u64) -> Result<Vec<(usize, Part<'_>)>> {
    let mut parts = memory::with_room(buffer.len() / PART_BYTES + 2, "list of parts")?;
    let mut rest = buffer;
    while !rest.is_empty() {
        let to_next_page = PART_BYTES - rest.as_ptr().addr() % PART_BYTES;
        let len = to_next_page.next_multiple_of(cell).min(rest.len());
        let (bytes, after) = rest.split_at_mut(len);
        parts.push((parts.len(), Part { start, bytes }));
        start += len as u64;
        rest = after;
    }
    Ok(parts)
}
