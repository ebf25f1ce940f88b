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
    let mut end = records::end(0, 60, 1, b"").as_slice().to_vec();
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
            assert!(place(&[prefixed, vec![0; 70_000]].concat()).is_err());
        }
    }
    // Longer than usual: its offset leads to it, so nothing may be before the archive.
    assert_eq!(place(&zip64(b"more data")).unwrap(), (0, 60, 0));
    assert_eq!(kind(&[b"#".as_slice(), &zip64(b"more data")].concat()), ErrorKind::Damaged);
    assert_eq!(place(records::end(0, 0, 0, b"").as_slice()).unwrap(), (0, 0, 0));
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
    let empty = records::end(0, 0, 0, b"");
    for behind in [b"PK\x05\x06".as_slice(), b"x", b""] {
        let comment = [empty.as_slice(), behind, &[0; 3]].concat();
        assert_eq!(place(&plain(&comment)).unwrap(), (0, 60, 0), "{}", behind.escape_ascii());
    }
    // Nor does it where the file was cut off behind such bytes.
    let data = [[b"PK\x03\x04".as_slice(), &[7; 56]].concat().as_slice(), empty.as_slice(), b"data"].concat();
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
    let inner = [b"PK\x05\x06".as_slice(), &[0; 12], b"PK\x05\x06\0\0"].concat();
    assert_eq!(place(&inner).unwrap(), (0, 0, -0x0605_4b50));
}

#[test]
fn members_without_a_directory_are_damage() {
    let empty = records::end(0, 0, 0, b"").as_slice().to_vec();
    for count in [8, 10] {
        let mut end = empty.clone();
        end[count] = 1;
        let error = place(&end).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.to_string().contains("counts 1 members, and claims 0 bytes"), "{error}");
    }
    // The zip64 record is the one that counts: its own members, size and all.
    let mut end = zip64(b"").split_off(60);
    end[40..48].fill(0);
    assert_eq!(kind(&end), ErrorKind::Damaged);
    end[24..40].fill(0);
    assert_eq!(place(&end).unwrap().0, 0);
    // Where there is a directory, it tells how many there are, whatever the count.
    for wrong in [0, 7] {
        let mut archive = plain(b"");
        archive[60 + 10] = wrong;
        assert_eq!(place(&archive).unwrap(), (0, 60, 0));
    }
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
        let mut end = records::end(0, size as u64, 1, b"").as_slice().to_vec();
        end[20..].copy_from_slice(&(comment as u16).to_le_bytes());
        let before = vec![1; 2 << 20];
        let archive = [&before[..], &directory, &end, &vec![0; comment]].concat();
        let input = Input::new(Counted(&archive, &reads, &bytes), None).unwrap();
        assert!(find(&input).unwrap().bytes == Some(directory), "{size} {comment}");
        assert_eq!(reads.swap(0, Ordering::Relaxed), most);
    }
}

/// Bytes of a file: reads of it need not be large.
struct Near<'a>(Counted<'a>);

impl ReadAt for Near<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        self.0.read_at(buffer, offset)
    }

    fn size(&self) -> std::io::Result<u64> {
        self.0.size()
    }

    fn read_size(&self) -> usize {
        1 << 16
    }
}

#[test]
fn of_a_file_little_is_read() {
    for comment in [0, 300] {
        let (reads, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let archive = [vec![1; 2 << 20], plain(&vec![b'c'; comment])].concat();
        let input = Input::new(Near(Counted(&archive, &reads, &bytes)), None).unwrap();
        let found = find(&input).unwrap();
        assert_eq!((found.start, found.comment.len()), (2 << 20, comment));
        assert!(bytes.into_inner() < 8192, "{comment}");
    }
}
