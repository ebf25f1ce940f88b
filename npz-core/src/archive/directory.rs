//! The directory of an archive: its entries as they stand there, duplicates too. `end` says where it is.
//!
//! Ours, and not the zip crate's. `ZipArchive` drops duplicate names. `ZipIterable`, which keeps them, is in an
//! `unstable` module that demands an exact version. Both fail a whole archive on optional extra fields that
//! Python ignores, can take quadratic time to find the end of a forged file, and go by the count of entries
//! where Python goes by the directory's length, so that a member could be there for only one of the two.
//!
//! The rules are those of `zipfile` in Python 3.11, which is what NumPy reads with. Further, a zip64 record
//! longer than usual is read, and an end signature inside of the comment does not hide the archive. Refused, and
//! read there: one part of several, an entry that runs past the directory, and a value that points to a missing
//! zip64 field.

use std::io::{self, BufReader, Read};

use crate::archive::block_index;
use crate::archive::end::Place;
use crate::archive::records::MAX_32;
use crate::archive::refusal::broken_directory;
use crate::bytes::{take, take_u16, take_u32, take_u64};
use crate::error::{Error, Result};
use crate::input::{AnyInput, Section};
use crate::memory;

/// The fixed part of an entry: APPNOTE 4.3.12.
const ENTRY_BYTES: usize = 46;
/// How much of a directory too large to be fetched whole is fetched at once.
const MOST_AT_ONCE: u64 = 1 << 20;

/// What an entry says of its member. `header_offset` counts from the start of the file.
pub(super) struct Raw<'a> {
    /// Of the format, which a reader needs: 20 for 2.0.
    pub(super) version: u8,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    pub(super) compressed_size: u64,
    pub(super) size: u64,
    pub(super) header_offset: u64,
    pub(super) name: &'a [u8],
    /// Where the entry itself begins.
    pub(super) at: u64,
    pub(super) internal_attributes: u16,
    /// The field of [`block_index`].
    pub(super) blocks: Option<&'a [u8]>,
}

/// Gives every entry to `each`. Of a directory that was not fetched already it holds one entry at a time, whatever length is
/// claimed.
pub(super) fn read(
    place: &Place,
    bytes: &AnyInput<'_>,
    mut each: impl FnMut(Raw<'_>) -> Result<()>,
) -> Result<()> {
    let mut input: Box<dyn Read + '_> = if let Some(bytes) = &place.bytes {
        Box::new(bytes.as_slice())
    } else {
        let capacity = bytes.chunk((place.end - place.start).min(MOST_AT_ONCE)).max(1);
        Box::new(BufReader::with_capacity(capacity, Section::new(bytes, place.start..place.end)))
    };
    let mut at = place.start;
    let mut head = [0; ENTRY_BYTES];
    let mut tail = Vec::new();
    while at < place.end {
        let wrong = |complaint: &str| broken_directory(complaint).at(at);
        let mut fill = |buffer: &mut [u8], before: usize| {
            if place.end - at < (before + buffer.len()) as u64 {
                return Err(wrong("an entry is cut off by the end of the directory"));
            }
            input.read_exact(buffer).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => wrong("the file became shorter while it was read"),
                _ => Error::io("can't read the archive's directory", error),
            })
        };
        fill(&mut head, 0)?;
        let entry = Fixed::parse(&head).ok_or_else(|| {
            let found = head[..4].escape_ascii();
            wrong(&format!("expected an entry, which begins with \"PK\\x01\\x02\", found \"{found}\""))
        })?;
        memory::resize(&mut tail, entry.tail_bytes(), "archive's directory")?;
        fill(&mut tail, ENTRY_BYTES)?;
        each(entry.complete(&tail, at, place.shift).map_err(|complaint| wrong(&complaint))?)?;
        at += (ENTRY_BYTES + tail.len()) as u64;
    }
    Ok(())
}

/// The fixed part of an entry, in its order and without what nobody needs.
struct Fixed {
    version: u8,
    flags: u16,
    method: u16,
    crc32: u32,
    compressed_size: u32,
    size: u32,
    name_bytes: u16,
    extra_bytes: u16,
    comment_bytes: u16,
    internal_attributes: u16,
    header_offset: u32,
}

impl Fixed {
    fn parse(mut head: &[u8]) -> Option<Self> {
        let rest = &mut head;
        take::<4>(rest).filter(|signature| signature == b"PK\x01\x02")?;
        take::<2>(rest)?; // of the writer
        let [version, _] = take(rest)?;
        let (flags, method) = (take_u16(rest)?, take_u16(rest)?);
        take::<4>(rest)?; // time and date
        Some(Self {
            version,
            flags,
            method,
            crc32: take_u32(rest)?,
            compressed_size: take_u32(rest)?,
            size: take_u32(rest)?,
            name_bytes: take_u16(rest)?,
            extra_bytes: take_u16(rest)?,
            comment_bytes: take_u16(rest)?,
            internal_attributes: {
                take::<2>(rest)?; // disk
                take_u16(rest)?
            },
            header_offset: {
                take::<4>(rest)?; // external attributes
                take_u32(rest)?
            },
        })
    }

    fn tail_bytes(&self) -> usize {
        [self.name_bytes, self.extra_bytes, self.comment_bytes].map(usize::from).iter().sum()
    }

    /// The entry with what follows the fixed part. An error is what is wrong with it.
    fn complete<'a>(&self, tail: &'a [u8], at: u64, shift: i128) -> Result<Raw<'a>, String> {
        let (name, rest) = tail.split_at(usize::from(self.name_bytes));
        let mut values = [self.size, self.compressed_size, self.header_offset].map(u64::from);
        let blocks = widen(&mut values, &rest[..usize::from(self.extra_bytes)])
            .map_err(|complaint| format!("{complaint} of the member \"{}\"", name.escape_ascii()))?;
        let [size, compressed_size, offset] = values;
        // Where there is nothing: `places` says so.
        let header_offset = u64::try_from(i128::from(offset) + shift).unwrap_or(u64::MAX);
        let Self { version, flags, method, crc32, internal_attributes, .. } = *self;
        Ok(Raw {
            version,
            flags,
            method,
            crc32,
            compressed_size,
            size,
            header_offset,
            name,
            at,
            internal_attributes,
            blocks,
        })
    }
}

/// Takes what is too large for 32 bits from the zip64 field: APPNOTE 4.5.3. Gives the field of blocks; of other extra fields
/// just the lengths matter.
fn widen<'a>(values: &mut [u64; 3], mut extra: &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
    let mut blocks = None;
    let mut missing = values.contains(&MAX_32);
    loop {
        let mut rest = extra;
        let (Some(id), Some(length)) = (take_u16(&mut rest), take_u16(&mut rest)) else { break };
        let field = rest.split_at_checked(usize::from(length));
        let (mut field, after) = field.ok_or("an extra field is longer than all of them")?;
        if id == 1 {
            missing = false;
            for value in values.iter_mut().filter(|value| **value == MAX_32) {
                *value = take_u64(&mut field).ok_or("a value is missing in the zip64 field")?;
            }
        }
        if id == block_index::FIELD {
            blocks = Some(field);
        }
        extra = after;
    }
    if missing { Err("the zip64 field is missing") } else { Ok(blocks) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::end;
    use crate::bytes::Record;
    use crate::error::ErrorKind;
    use crate::input::Input;

    /// An archive of one entry that points to byte 0, with this name, these sizes and extra field.
    fn one(sizes: [u32; 2], extra: &[u8]) -> Vec<u8> {
        let mut entry = Record::new();
        entry.bytes(b"PK\x01\x02").bytes(&[0; 12]).u32(7).u32(sizes[0]).u32(sizes[1]);
        entry.u16(1).u16(extra.len() as u16).u16(2).bytes(&[0; 8]).u32(0);
        entry.bytes(b"a").bytes(extra).bytes(b"c!");
        let length = entry.as_slice().len() as u32;
        entry.bytes(b"PK\x05\x06").bytes(&[0; 8]).u32(length).u32(0).u16(0);
        entry.as_slice().to_vec()
    }

    /// Name, compressed size, size and header offset.
    type Listed = (Vec<u8>, u64, u64, u64);

    fn list(archive: &[u8]) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        let input = Input::new(archive, None)?;
        read(&end::find(&input)?, &input, |raw| {
            assert_eq!(raw.crc32, 7);
            found.push((raw.name.to_vec(), raw.compressed_size, raw.size, raw.header_offset));
            Ok(())
        })?;
        Ok(found)
    }

    fn complaint(archive: &[u8]) -> String {
        let error = list(archive).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        error.to_string()
    }

    #[test]
    fn large_values_stand_in_the_zip64_field_in_their_order() {
        let field = |values: &[u64]| {
            let mut field = Record::new();
            // An unknown field before it, and less than a field behind it.
            field.u16(0x5455).u16(1).bytes(b"?").u16(1).u16(8 * values.len() as u16);
            for &value in values {
                field.u64(value);
            }
            field.bytes(b"PK").as_slice().to_vec()
        };
        let name = b"a".to_vec();
        for (sizes, values, compressed, size) in [
            ([5, 6], vec![1, 2], 5, 6),
            ([u32::MAX, 6], vec![1 << 40], 1 << 40, 6),
            ([5, u32::MAX], vec![1 << 40, 9], 5, 1 << 40),
            ([u32::MAX; 2], vec![1 << 41, 1 << 40], 1 << 40, 1 << 41),
        ] {
            assert_eq!(list(&one(sizes, &field(&values))).unwrap(), [(name.clone(), compressed, size, 0)]);
        }
        let short = complaint(&one([u32::MAX; 2], &field(&[1])));
        assert!(short.contains("a value is missing in the zip64 field of the member \"a\""), "{short}");
        assert!(complaint(&one([u32::MAX, 1], b"")).contains("the zip64 field is missing"));
    }

    #[test]
    fn of_other_extra_fields_the_lengths_matter() {
        // A timestamp field that is too short for a timestamp, an AES field that is none.
        for extra in [b"UT\x01\0\x03".as_slice(), b"\x01\x99\0\0", b"up\x02\0no", b"abc"] {
            assert_eq!(list(&one([5, 6], extra)).unwrap().len(), 1);
        }
        assert!(complaint(&one([5, 6], b"UT\x05\0\x03")).contains("longer than all of them"));
    }

    #[test]
    fn entries_end_with_the_directory() {
        let good = one([5, 6], b"");
        for at in [28, 30, 32] {
            let mut bad = good.clone();
            bad[at] += 1;
            assert!(complaint(&bad).contains("cut off by the end of the directory"), "{}", complaint(&bad));
        }
        // One byte more and the second entry is not one.
        let mut bad = good.clone();
        bad.insert(49, b'P');
        bad[50 + 12] += 1;
        assert!(complaint(&bad).contains("an entry is cut off"), "{}", complaint(&bad));
        let twice = [&good[..49], &good[..49], &good[49..61], &[98], &good[62..]].concat();
        assert_eq!(list(&twice).unwrap().len(), 2);
        let mut bad = twice;
        bad[50] = b'Q';
        assert!(complaint(&bad).contains("found \"PQ\\x01\\x02\""), "{}", complaint(&bad));
    }

    #[test]
    fn an_offset_before_the_file_leads_nowhere() {
        let mut bad = one([5, 6], b"");
        // The directory is said to be at byte 9, so everything is 9 bytes before where it is said to be.
        bad[49 + 16] = 9;
        assert_eq!(list(&bad).unwrap()[0].3, u64::MAX);
        bad[42] = 30;
        assert_eq!(list(&bad).unwrap()[0].3, 21);
    }
}
