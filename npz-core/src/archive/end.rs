//! Where the directory of an archive is: the records behind it, searched from the end of the file.
//!
//! As Python does, but no member is lost to a comment that looks like an end record.

use crate::archive::sniff::{self, broken_directory};
use crate::bytes::{take, take_u16, take_u32, take_u64};
use crate::error::{Error, Result};
use crate::input::AnyInput;

/// The records behind the directory: APPNOTE 4.3.16, 4.3.15 and 4.3.14.
const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const ZIP64_BYTES: usize = 56;
/// How far from the end of the file Python looks for the end record.
const TAIL_BYTES: u64 = (1 << 16) + END_BYTES as u64;
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
    /// Its bytes, where they came with the end record.
    pub(super) bytes: Option<Vec<u8>>,
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
    size: u64,
    offset: u64,
}

/// Looks for the last end record that has a directory before it.
pub(super) fn find(input: &AnyInput<'_>) -> Result<Place> {
    let mut tail = Tail::new(input)?;
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
        Some(Complaint::Other(text)) => Err(sniff::explain(input, Some(&text))?),
        None => Err(sniff::explain(input, None)?),
    }
}

/// Refuses a file in which Python would see other members: it takes the last end record, also one in a comment.
fn refuse_two(input: &AnyInput<'_>, pythons: usize, ours: &Place) -> Result<()> {
    match Tail::new(input)?.directory(pythons)? {
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
    fn new(input: &'a AnyInput<'a>) -> Result<Self> {
        let start = input.size().saturating_sub(TAIL_BYTES);
        let bytes = sniff::part(input, start, (input.size() - start) as usize)?;
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
        let places = (0..self.bytes.len()).rev();
        places.filter(|&i| self.bytes[i..].starts_with(b"PK\x05\x06"))
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
            let bytes = sniff::part(self.input, offset, before as usize)?;
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
        let Some((plain, _)) = End::parse(&self.bytes[place..]) else {
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
                bytes.extend_from_slice(self.bytes.get(..rest).unwrap_or_default());
                Some(bytes)
            }
            _ => None,
        };
        let shift = i128::from(start) - i128::from(record.offset);
        Ok(Ok(Place { start, end, shift, bytes }))
    }

    /// Checks that a directory lies before `end`. That of no members is found anywhere, so with bytes on both sides it
    /// is no proof of an archive.
    fn check(&mut self, record: &End, end: u64, ends_the_file: bool) -> Result<Result<(), String>> {
        let size = record.size;
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

impl End {
    /// An end record and the length of its comment.
    fn parse(mut record: &[u8]) -> Option<(Self, u16)> {
        let rest = &mut record;
        take::<4>(rest)?;
        let disks = [take_u16(rest)?, take_u16(rest)?].map(u32::from);
        take::<4>(rest)?; // the counts
        let (size, offset) = (take_u32(rest)?.into(), take_u32(rest)?.into());
        Some((Self { disks, size, offset }, take_u16(rest)?))
    }

    /// A zip64 record and the length that it gives itself.
    fn parse_zip64(mut record: &[u8]) -> Option<(Self, u64)> {
        let rest = &mut record;
        take::<4>(rest).filter(|signature| signature == b"PK\x06\x06")?;
        let length = take_u64(rest)?.saturating_add(12);
        take::<4>(rest)?; // versions
        let disks = [take_u32(rest)?, take_u32(rest)?];
        take::<16>(rest)?; // the counts
        Some((Self { disks, size: take_u64(rest)?, offset: take_u64(rest)? }, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::records;
    use crate::bytes::Record;
    use crate::error::ErrorKind;
    use crate::input::Input;
    use crate::source::ReadAt;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    /// Stands for a directory: 60 bytes at the start of the file.
    fn directory() -> Vec<u8> {
        [b"PK\x01\x02".as_slice(), &[7; 56]].concat()
    }

    fn plain(comment: &[u8]) -> Vec<u8> {
        let mut end = records::end(0, 60, 1).as_slice().to_vec();
        end[20..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
        [&directory(), end.as_slice(), comment].concat()
    }

    /// The same with a zip64 record that has `more` bytes, where the plain record tells nothing.
    fn zip64(more: &[u8]) -> Vec<u8> {
        let mut end = Record::new();
        end.bytes(&directory()).bytes(b"PK\x06\x06").u64(44 + more.len() as u64).bytes(&[0; 12]);
        end.u64(1).u64(1).u64(60).u64(0).bytes(more);
        end.bytes(b"PK\x06\x07").u32(0).u64(60).u32(1);
        end.bytes(b"PK\x05\x06").u32(0).bytes(&[0xFF; 12]).u16(0);
        end.as_slice().to_vec()
    }

    /// Start and end of the directory, and what is added to offsets.
    fn place(archive: &[u8]) -> Result<(u64, u64, i128)> {
        find(&Input::new(archive, None)?).map(|place| {
            let inside = &archive[place.start as usize..place.end as usize];
            assert!(place.bytes.is_none_or(|bytes| bytes == inside));
            (place.start, place.end, place.shift)
        })
    }

    fn kind(archive: &[u8]) -> ErrorKind {
        place(archive).unwrap_err().kind()
    }

    #[test]
    fn the_directory_is_found_behind_anything_and_before_anything() {
        for archive in [plain(b""), plain(b"hello"), zip64(b"")] {
            for prefix in [0, 1, 100, 100_000] {
                let prefixed = [vec![b'P'; prefix], archive.clone()].concat();
                let found = (prefix as u64, prefix as u64 + 60, prefix as i128);
                assert_eq!(place(&prefixed).unwrap(), found);
                // Behind it is what Python takes for a longer comment.
                for suffix in [1, 22, 60_000] {
                    assert_eq!(place(&[prefixed.clone(), vec![0; suffix]].concat()).unwrap(), found);
                }
                assert_eq!(kind(&[prefixed, vec![0; 70_000]].concat()), ErrorKind::Damaged);
            }
        }
        // Longer than usual: its offset leads to it, so nothing may be before the archive.
        assert_eq!(place(&zip64(b"more data")).unwrap(), (0, 60, 0));
        assert_eq!(kind(&[b"#".as_slice(), &zip64(b"more data")].concat()), ErrorKind::Damaged);
        assert_eq!(place(records::end(0, 0, 0).as_slice()).unwrap(), (0, 0, 0));
    }

    #[test]
    fn a_signature_in_the_comment_does_not_hide_the_archive() {
        for comment in [
            b"PK\x05\x06".as_slice(),
            b"PK\x05\x06 a comment with a signature",
            &b"PK\x05\x06 and twenty bytes more ".repeat(2000),
            &[b"PK\x06\x07".as_slice(), &[0; 16], b"PK\x05\x06", &[0xFF; 18]].concat(),
        ] {
            assert_eq!(place(&plain(comment)).unwrap(), (0, 60, 0));
        }
        // Nothing that a comment says of itself makes the archive an empty one.
        let empty = records::end(0, 0, 0);
        for behind in [b"PK\x05\x06".as_slice(), b"x", b""] {
            let comment = [empty.as_slice(), behind, &[0; 3]].concat();
            assert_eq!(place(&plain(&comment)).unwrap(), (0, 60, 0), "{}", behind.escape_ascii());
        }
        // Nor does it where the file was cut off behind such bytes.
        let data =
            [[b"PK\x03\x04".as_slice(), &[7; 56]].concat().as_slice(), empty.as_slice(), b"data"].concat();
        assert_eq!(kind(&data), ErrorKind::Damaged);
        assert_eq!(place(&[empty.as_slice(), b"data"].concat()).unwrap(), (0, 0, 0));
        // Python takes the one in the comment here: neither is right.
        let inside = [plain(b"").as_slice(), b"x"].concat();
        assert_eq!(kind(&plain(&inside)), ErrorKind::Damaged);
        // Of two archives in a row the last one counts; where it is damaged, the first is not all there is.
        let mut second = plain(b"");
        second[60 + 12] = 61;
        assert_eq!(kind(&[plain(b""), second, b"x".to_vec()].concat()), ErrorKind::Damaged);
        // A whole archive in the comment is the archive, for Python too.
        assert_eq!(place(&plain(&plain(b""))).unwrap(), (82, 142, 82));
        // So is the record at the very end, though a signature stands in it.
        let inner = [b"PK\x05\x06\0\0\0\0PK\x05\x06".as_slice(), &[0; 10]].concat();
        assert_eq!(place(&inner).unwrap(), (0, 0, 0));
    }

    #[test]
    fn parts_are_refused() {
        for at in [4, 6] {
            let mut part = plain(b"comment");
            part[60 + at] = 2;
            assert_eq!(kind(&part), ErrorKind::Unsupported);
            // The directory began in an earlier part.
            assert_eq!(kind(&part[30..]), ErrorKind::Unsupported);
        }
        for at in [60 + 16, 60 + 20, 116 + 4, 116 + 16] {
            let mut part = zip64(b"");
            part[at] = 2;
            assert_eq!(kind(&part), ErrorKind::Unsupported);
        }
    }

    #[test]
    fn every_truncation_says_what_is_wrong() {
        for archive in [plain(b""), zip64(b""), zip64(b"abc")] {
            for length in 0..archive.len() {
                assert_eq!(kind(&archive[..length]), ErrorKind::Damaged);
            }
            // Without its first bytes the directory is not what the record promises.
            assert_eq!(kind(&archive[1..]), ErrorKind::Damaged);
        }
        let cut = place(&plain(b"")[..70]).unwrap_err().to_string();
        assert!(cut.contains("the end record is cut off"), "{cut}");
        let lost = place(&plain(b"")[10..]).unwrap_err().to_string();
        assert!(lost.contains("claims 60 bytes for it, found 50 before it"), "{lost}");
    }

    struct Counted<'a>(&'a [u8], &'a AtomicUsize, &'a AtomicUsize);

    impl ReadAt for Counted<'_> {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.2.fetch_add(buffer.len(), Ordering::Relaxed);
            self.0.read_at(buffer, offset)
        }

        fn size(&self) -> std::io::Result<u64> {
            self.0.size()
        }
    }

    #[test]
    fn a_flood_of_signatures_takes_few_reads() {
        let far = [b"PK\x05\x06".as_slice(), &[0; 8], &9_000_000_u32.to_le_bytes(), &[0; 6]].concat();
        let locators = [b"PK\x06\x07\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0".as_slice(), &far].concat();
        for record in [b"PK\x05\x06", b"PK\x06\x06", far.as_slice(), &locators] {
            let mut flood = record.repeat(10_000_000 / record.len());
            flood.extend(b"PK\x06\x07".iter().chain(&[0; 16]));
            flood.extend(b"PK\x05\x06".iter().chain(&[0xFF; 16]).chain(&[0; 2]));
            let (reads, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let source = Counted(&flood, &reads, &bytes);
            let start = Instant::now();
            let input = Input::new(source, None).unwrap();
            assert!(find(&input).is_err());
            assert!(start.elapsed().as_secs() < 1, "{:?}", start.elapsed());
            let (reads, bytes) = (reads.into_inner(), bytes.into_inner());
            // Once where a directory might begin, and little at each further place.
            assert!(reads < 70 && bytes < flood.len() + 400_000, "{reads} reads of {bytes} bytes");
        }
    }

    #[test]
    fn a_directory_takes_one_read_more_than_its_end() {
        let (reads, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let archive = plain(b"");
        let input = Input::new(Counted(&archive, &reads, &bytes), None).unwrap();
        assert_eq!(find(&input).unwrap().bytes, Some(directory()));
        assert_eq!(reads.swap(0, Ordering::Relaxed), 1);
        // One that ends before the last bytes, in them, and one that fits.
        for (size, comment, most) in [(3_000_000, 65_500, 2), (3_000_000, 0, 2), (60, 9, 1)] {
            let directory = [b"PK\x01\x02".as_slice(), &vec![7; size - 4]].concat();
            let mut end = records::end(0, size as u64, 1).as_slice().to_vec();
            end[20..].copy_from_slice(&(comment as u16).to_le_bytes());
            let before = vec![1; 2 << 20];
            let archive = [&before[..], &directory, &end, &vec![0; comment]].concat();
            let input = Input::new(Counted(&archive, &reads, &bytes), None).unwrap();
            assert!(find(&input).unwrap().bytes == Some(directory), "{size} {comment}");
            assert_eq!(reads.swap(0, Ordering::Relaxed), most);
        }
    }
}
