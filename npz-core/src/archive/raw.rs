//! A member on its way from one archive to another, as it lies there.

use super::decode::{Seen, with_data};
use super::records::{DESCRIPTOR, DESCRIPTOR_MARK};
use crate::bytes::{take, take_u16, take_u32};
use crate::error::{Error, Result};
use crate::memory::zeros;
use crate::stored::{PIECE_BYTES, Packed, Put};

/// Makes sure that the data still are what the directory spoke of, as far as that can be told without decompressing them.
pub(super) fn check(member: &Packed<'_>) -> Result<()> {
    let Packed { input, extent, .. } = member;
    // Of stored data the checksum is taken while they are copied.
    if extent.is_stored() || own_crc32(member)? == Some(extent.crc32) {
        return Ok(());
    }
    // No checksum, or another one: only the data themselves can tell.
    with_data(input, extent, Seen::default(), |_| Ok(())).map_err(|error| locate(member, error))
}

/// The checksum in the member's own header, or in the record behind its data.
fn own_crc32(member: &Packed<'_>) -> Result<Option<u32>> {
    let mut header = [0; 18];
    let read = member.input.read_exact(&mut header, member.extent.header_start, "the member's header");
    read.map_err(|error| locate(member, error))?;
    let rest = &mut header.as_slice();
    let signature = take::<4>(rest);
    take::<2>(rest);
    let flags = take_u16(rest).unwrap_or_default();
    take::<6>(rest);
    if signature != Some(*b"PK\x03\x04") {
        return Ok(None);
    }
    if flags & DESCRIPTOR == 0 {
        return Ok(take_u32(rest));
    }
    let mut record = [0; 8];
    let read = member.input.read_exact(&mut record, member.extent.range().end, "the record behind the data");
    let rest = &mut record.as_slice();
    // It need not have a signature; what is not there can't be compared.
    let is_marked = read.is_ok() && take::<4>(rest) == Some(DESCRIPTOR_MARK);
    Ok(take_u32(rest).filter(|_| is_marked))
}

/// Hands the data out piece by piece, compressed as they are. A stored member's checksum is verified.
pub(super) fn copy(member: &Packed<'_>, put: &mut Put<'_>) -> Result<()> {
    let expected = member.extent.crc32;
    let range = member.extent.range();
    let mut hasher = member.extent.is_stored().then(crc32fast::Hasher::new);
    let mut buffer = zeros((PIECE_BYTES as u64).min(range.end - range.start) as usize, "member")?;
    let mut at = range.start;
    while at < range.end {
        let piece = &mut buffer[..(PIECE_BYTES as u64).min(range.end - at) as usize];
        let read = member.input.read_exact(piece, at, "the member's data");
        read.map_err(|error| locate(member, error))?;
        if let Some(hasher) = &mut hasher {
            hasher.update(piece);
        }
        put(piece)?;
        at += piece.len() as u64;
    }
    match hasher.map(crc32fast::Hasher::finalize) {
        Some(found) if found != expected => Err(locate(
            member,
            Error::damaged(format!(
                "bad CRC-32: expected {expected:08x}, found {found:08x}; the file was changed after it was loaded"
            )),
        )),
        _ => Ok(()),
    }
}

/// Says where the bytes were read, as that is not where they are written.
fn locate(member: &Packed<'_>, error: Error) -> Error {
    member.input.locate(error.in_member(member.name))
}
