//! Where the directory of an archive is: the records behind it, searched from the end of the file.
//!
//! As Python does, but no member is lost to a comment that looks like an end record.

use crate::archive::refusal::{self, broken_directory};
use crate::bytes::{take, take_u16, take_u32, take_u64};
use crate::error::{Error, Result};
use crate::input::AnyInput;
use crate::memory;

/// The records behind the directory: APPNOTE 4.3.16, 4.3.15 and 4.3.14.
const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const ZIP64_BYTES: usize = 56;
/// How far from the end of the file Python looks for the end record.
const TAIL_BYTES: u64 = (1 << 16) + END_BYTES as u64;
/// How much of that is read first, where reads are cheap: most directories are in it, and most archives end with an end record.
const NEAR_BYTES: u64 = 4 << 10;
/// The longest directory that is fetched at once, to be looked at in memory.
const MOST_AT_ONCE: u64 = 64 << 20;
/// How many places outside of those bytes may be looked at, so that a flood of signatures costs little.
const MOST_PROBES: u32 = 64;

/// Where the directory lies.
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) end: u64,
    /// What has to be added to the offsets in it: the length of what was put before the archive.
    pub(super) shift: i128,
    /// How many bytes stand behind the end record and its comment.
    pub(super) after: u64,
    /// Its bytes, where they came with the end record.
    pub(super) bytes: Option<Vec<u8>>,
    /// What the end record is followed by, as long as it says.
    comment: Vec<u8>,
}

/// What is wrong with an end record.
enum Complaint {
    /// It belongs to an archive of several parts.
    Parts,
    Other(String),
}

/// What an end record, plain or zip64, says of the directory.
struct End {
    disks: [u32; 2],
    /// How many members it counts, on this disk or on all. Python goes by the size alone, and so do we where there is one.
    members: u64,
    size: u64,
    offset: u64,
}

/// Looks for the last end record that has a directory before it.
pub(super) fn find(input: &AnyInput<'_>) -> Result<Place> {
    if input.likes_small_reads() {
        let mut tail = Tail::new(input, NEAR_BYTES)?;
        // The last of all, which is Python's too.
        let last = tail.signatures().next().filter(|&last| tail.ends_the_file(last));
        if let Some(last) = last
            && let Ok(directory) = tail.directory(last)?
        {
            return Ok(directory);
        }
    }
    let mut tail = Tail::new(input, TAIL_BYTES)?;
    let pythons = tail.signatures().next();
    let mut complaint = None;
    for at in tail.candidates() {
        match tail.directory(at)? {
            Ok(directory) => {
                if let Some(pythons) = pythons.filter(|&pythons| pythons != at) {
                    refuse_two(input, pythons, &directory)?;
                }
                return Ok(directory);
            }
            // That of the record which Python goes by.
            Err(wrong) => complaint = complaint.or(Some(wrong)),
        }
    }
    match complaint {
        Some(Complaint::Parts) => Err(one_of_several()),
        Some(Complaint::Other(text)) => Err(refusal::explain(input, Some(&text))?),
        None => Err(refusal::explain(input, None)?),
    }
}

/// The comment of an archive; empty for most.
pub(crate) fn comment(input: &AnyInput<'_>) -> Result<Vec<u8>> {
    Ok(find(input)?.comment)
}

/// Refuses a file in which Python would see other members: it takes the last end record, also one in a comment.
fn refuse_two(input: &AnyInput<'_>, pythons: usize, ours: &Place) -> Result<()> {
    match Tail::new(input, TAIL_BYTES)?.directory(pythons)? {
        Ok(other) if other.end > other.start && (other.start, other.end) != (ours.start, ours.end) => {
            Err(broken_directory(
                "the comment of the archive holds another archive, and programs differ in which of them they read",
            ))
        }
        _ => Ok(()),
    }
}

fn one_of_several() -> Error {
    Error::unsupported(
        "the archive is one part of several: join them first, for example by `zip -s 0 --out one.npz`",
    )
}

/// The last bytes of the file, and a limited number of looks at those before them.
struct Tail<'a> {
    input: &'a AnyInput<'a>,
    start: u64,
    bytes: Vec<u8>,
    /// The bytes before those, from where the first directory that was looked for begins.
    directory: Option<(u64, Vec<u8>)>,
    probes: u32,
}

impl<'a> Tail<'a> {
    fn new(input: &'a AnyInput<'a>, len: u64) -> Result<Self> {
        let start = input.size().saturating_sub(len);
        let bytes = input.read_up_to(start, (input.size() - start) as usize)?;
        Ok(Self { input, start, bytes, directory: None, probes: MOST_PROBES })
    }

    /// Where end records might be: those whose comment ends with the file, from the last, then the one that Python goes
    /// by. It takes the last signature, whatever follows; in a comment that may be an archive which holds nothing.
    fn candidates(&self) -> Vec<usize> {
        let last = self.signatures().next().filter(|&last| !self.ends_the_file(last));
        self.signatures().filter(|&place| self.ends_the_file(place)).chain(last).collect()
    }

    /// Where the signature of an end record stands, from the last.
    fn signatures(&self) -> impl Iterator<Item = usize> {
        // By its first byte, which is rare: 64 KiB are searched by every open.
        let places = self.bytes.iter().enumerate().rev().filter(|&(_, &byte)| byte == b'P');
        places.map(|(i, _)| i).filter(|&i| self.bytes[i..].starts_with(b"PK\x05\x06"))
    }

    /// Whether the file ends with the comment of the end record at this place.
    fn ends_the_file(&self, place: usize) -> bool {
        let record = self.bytes.get(place..).unwrap_or_default();
        End::parse(record).is_some_and(|(_, comment)| record.len() == END_BYTES + usize::from(comment))
    }

    fn get<const N: usize>(&mut self, offset: u64) -> Result<[u8; N]> {
        let here = offset.checked_sub(self.start).and_then(|i| self.bytes.get(i as usize..));
        if let Some((bytes, _)) = here.and_then(|bytes| bytes.split_first_chunk()) {
            return Ok(*bytes);
        }
        // Most likely the directory, which is wanted whole: then its first bytes need no read of their own.
        let before = self.start.saturating_sub(offset);
        if self.directory.is_none() && (N as u64..=MOST_AT_ONCE).contains(&before) {
            let bytes = self.input.read_up_to(offset, before as usize)?;
            let first = bytes.first_chunk().copied();
            self.directory = Some((offset, bytes));
            if let Some(bytes) = first {
                return Ok(bytes);
            }
        }
        self.probes = self
            .probes
            .checked_sub(1)
            .ok_or_else(|| broken_directory("there are too many end records that lead to no directory"))?;
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes, offset, "the directory of the archive")?;
        Ok(bytes)
    }

    /// The directory that the end record at this place tells of, or what is wrong.
    fn directory(&mut self, place: usize) -> Result<Result<Place, Complaint>> {
        let at = self.start + place as u64;
        let Some((plain, comment_len)) = End::parse(&self.bytes[place..]) else {
            return Ok(Err(Complaint::Other("the end record is cut off".to_owned())));
        };
        let (record, end) = match self.zip64(at)? {
            Ok(zip64) => zip64.unwrap_or((plain, at)),
            Err(complaint) => return Ok(Err(complaint)),
        };
        let several = record.disks != [0; 2];
        let fits = self.ends_the_file(place);
        if let Err(complaint) = self.check(&record, end, fits)? {
            let parts = several && fits;
            return Ok(Err(if parts { Complaint::Parts } else { Complaint::Other(complaint) }));
        }
        if several {
            return Err(one_of_several());
        }
        let start = end - record.size;
        let behind = self.bytes.get(place + END_BYTES..).unwrap_or_default();
        let after = (behind.len() as u64).saturating_sub(u64::from(comment_len));
        let comment = behind.get(..usize::from(comment_len)).unwrap_or(behind).to_vec();
        let bytes = match (self.directory.take_if(|(at, _)| *at == start), start.checked_sub(self.start)) {
            (_, Some(skipped)) => {
                let mut bytes = std::mem::take(&mut self.bytes);
                bytes.truncate((end - self.start) as usize);
                bytes.drain(..skipped as usize);
                Some(bytes)
            }
            (Some((_, mut bytes)), None) => {
                // It may end before the tail begins, or in it.
                bytes.truncate(record.size as usize);
                let rest = end.saturating_sub(self.start) as usize;
                let rest = self.bytes.get(..rest).unwrap_or_default();
                memory::append(&mut bytes, rest, "archive's directory")?;
                Some(bytes)
            }
            _ => None,
        };
        let shift = i128::from(start) - i128::from(record.offset);
        Ok(Ok(Place { start, end, shift, after, bytes, comment }))
    }

    /// Checks that a directory lies before `end`. That of no members is found anywhere, so with bytes on both sides it
    /// is no proof of an archive.
    fn check(&mut self, record: &End, end: u64, ends_the_file: bool) -> Result<Result<(), String>> {
        let End { size, members, .. } = *record;
        // Nothing there would be told to be missing.
        if size == 0 && members > 0 {
            return Ok(Err(format!("its end record counts {members} members, and claims 0 bytes for them")));
        }
        if size == 0 && end > 0 && !ends_the_file {
            return Ok(Err(format!("its end record, at byte {end} and not at the end, claims no members")));
        }
        let Some(start) = end.checked_sub(size) else {
            return Ok(Err(format!("its end record claims {size} bytes for it, found {end} before it")));
        };
        if size > 0 {
            let found = self.get::<4>(start)?;
            if &found != b"PK\x01\x02" {
                return Ok(Err(format!(
                    "expected it at byte {start}, where it begins with \"PK\\x01\\x02\", found \"{}\"",
                    found.escape_ascii()
                )));
            }
        }
        Ok(Ok(()))
    }

    /// The zip64 record and where it lies, if the end record at `at` has one.
    fn zip64(&mut self, at: u64) -> Result<Result<Option<(End, u64)>, Complaint>> {
        let Some(locator_at) = at.checked_sub(LOCATOR_BYTES as u64) else { return Ok(Ok(None)) };
        let locator = self.get::<LOCATOR_BYTES>(locator_at)?;
        let Some((disk, offset, disks)) = parse_locator(&locator) else { return Ok(Ok(None)) };
        if disk != 0 || disks > 1 {
            return Ok(Err(Complaint::Parts));
        }
        // Right before it, wherever the archive begins. The offset is right where the record is longer and
        // nothing was put before the archive.
        for start in [locator_at.checked_sub(ZIP64_BYTES as u64), Some(offset)].into_iter().flatten() {
            if start.checked_add(ZIP64_BYTES as u64).is_none_or(|end| end > locator_at) {
                continue;
            }
            let record = self.get::<ZIP64_BYTES>(start)?;
            let room = locator_at - start;
            match End::parse_zip64(&record) {
                Some((end, length)) if room == ZIP64_BYTES as u64 || room == length => {
                    return Ok(Ok(Some((end, start))));
                }
                _ => {}
            }
        }
        Ok(Ok(None))
    }
}

fn parse_locator(mut record: &[u8]) -> Option<(u32, u64, u32)> {
    let rest = &mut record;
    take::<4>(rest).filter(|signature| signature == b"PK\x06\x07")?;
    Some((take_u32(rest)?, take_u64(rest)?, take_u32(rest)?))
}

/// The length of the comment that an end record tells of.
pub(super) fn comment_of(record: &[u8]) -> Option<u16> {
    End::parse(record).map(|(_, comment)| comment)
}

impl End {
    /// An end record and the length of its comment.
    fn parse(mut record: &[u8]) -> Option<(Self, u16)> {
        let rest = &mut record;
        take::<4>(rest)?;
        let disks = [take_u16(rest)?, take_u16(rest)?].map(u32::from);
        let members = take_u16(rest)?.max(take_u16(rest)?).into();
        let (size, offset) = (take_u32(rest)?.into(), take_u32(rest)?.into());
        Some((Self { disks, members, size, offset }, take_u16(rest)?))
    }

    /// A zip64 record and the length that it gives itself.
    fn parse_zip64(mut record: &[u8]) -> Option<(Self, u64)> {
        let rest = &mut record;
        take::<4>(rest).filter(|signature| signature == b"PK\x06\x06")?;
        let length = take_u64(rest)?.saturating_add(12);
        take::<4>(rest)?; // versions
        let disks = [take_u32(rest)?, take_u32(rest)?];
        let members = take_u64(rest)?.max(take_u64(rest)?);
        Some((Self { disks, members, size: take_u64(rest)?, offset: take_u64(rest)? }, length))
    }
}

#[cfg(test)]
mod tests;
