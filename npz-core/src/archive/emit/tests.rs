use super::*;
use crate::any::RawArray;
use crate::archive::decode::{Seen, with_data};
use crate::archive::index::{Entry, Index};
use crate::archive::layout::Layout;
use crate::archive::local::place_of_data;
use crate::archive::seek_to;
use crate::dtype::DType;
use crate::error::ErrorKind;
use crate::header::Header;
use crate::input::Input;
use crate::limits::Limits;
use crate::shape::Order;
use crate::stored::{Put, Stored};
use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

/// An array of one cell.
fn bytes_of(text: &str) -> Cow<'static, RawArray> {
    let dtype = DType::parse(&format!("S{}", text.len())).unwrap();
    Cow::Owned(RawArray::from_file(&Header::new(dtype, &[], Order::C).unwrap(), text.into()))
}

impl<W: Write> Emitter<W> {
    fn put(&mut self, name: &str, compression: Compression, bytes: &[u8]) -> Result<()> {
        self.add(name, compression, Content::bytes(bytes))
    }
}

fn emitter(alignment: u16) -> Emitter<Cursor<Vec<u8>>> {
    Emitter::new(Cursor::new(Vec::new()), Some(seek_to), alignment).unwrap()
}

fn entries(archive: &[u8]) -> Vec<Entry> {
    Index::read(&Input::new(archive, None).unwrap(), &Limits::default()).unwrap().entries
}

#[test]
fn the_bytes_of_a_small_archive() {
    let mut emitter = emitter(64);
    emitter.put("a", Compression::Stored, b"123456789").unwrap();
    let local = b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x01\0\x21\0a\
        \x1e\xa1\x1d\0\x40\0";
    let central = b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x01\0\
        \0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a";
    let end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x49\0\0\0\0\0";
    let expected = [local.as_slice(), &[0; 27], b"123456789", central, end].concat();
    assert_eq!(emitter.finish().unwrap().into_inner(), expected);
}

#[test]
fn stored_data_are_aligned_in_the_file() {
    for alignment in [1, 2, 16, 64, 4096, MAX_ALIGNMENT] {
        let mut emitter = emitter(alignment);
        for length in 0..70 {
            // What comes before the cells is not aligned, whatever its length.
            let prefix = vec![0; 3 * length];
            let body = bytes_of("MAGIC");
            let content = Content::array(&prefix, &body);
            emitter.add(&"n".repeat(length), Compression::Stored, content).unwrap();
        }
        let bytes = emitter.finish().unwrap().into_inner();
        let starts = bytes.windows(5).enumerate().filter(|(_, w)| w == b"MAGIC");
        assert_eq!(starts.inspect(|(at, _)| assert_eq!(at % usize::from(alignment), 0)).count(), 70);
        assert_eq!(entries(&bytes).len(), 70);
    }
    for alignment in [0, 3, MAX_ALIGNMENT * 2] {
        assert!(Emitter::new(Cursor::new(Vec::new()), Some(seek_to), alignment).is_err());
    }
}

#[test]
fn what_is_written_is_read_back_whether_the_output_goes_back_or_not() {
    let long: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 253) as u8).collect();
    let sizes = [0, 1, 1000, 300_000, 3_000_000];
    let methods = [
        Compression::Stored,
        Compression::Deflate(1),
        Compression::Deflate(9),
        #[cfg(feature = "zstd")]
        Compression::Zstd(3),
    ];
    for seek in [Some(seek_to as SeekTo<Cursor<Vec<u8>>>), None] {
        let mut emitter = Emitter::new(Cursor::new(Vec::new()), seek, 64).unwrap();
        for size in sizes {
            for compression in methods {
                emitter.put("x", compression, &long[..size]).unwrap();
            }
        }
        let bytes = emitter.finish().unwrap().into_inner();
        let input = Input::new(&bytes[..], None).unwrap();
        for (i, entry) in entries(&bytes).iter().enumerate() {
            let place = place_of_data(&input, entry).unwrap();
            // A checksum behind the data only where it has to be.
            let flags = bytes[entry.header_offset as usize + 6];
            let is_behind = u16::from(flags) & crate::archive::records::DESCRIPTOR != 0;
            assert_eq!(is_behind, seek.is_none() && !place.is_stored());
            let rest = |data: &mut crate::archive::decode::Data<'_>| data.rest(true);
            let found = with_data(&input, &place, Seen::default(), rest).unwrap();
            assert!(found == long[..sizes[i / methods.len()]], "member {i}");
        }
    }
}

#[test]
fn a_layout_tells_where_an_archive_of_stored_members_ends() {
    let mut emitter = emitter(4096);
    let mut layout = Layout::new(0, 4096);
    for length in [0, 7, 300, 70_000] {
        let name = "n".repeat(length % 71);
        layout.add(&Part::new(&name, Compression::Stored, 0, length as u64));
        emitter.put(&name, Compression::Stored, &vec![1; length]).unwrap();
    }
    let end = layout.end();
    assert_eq!(end, emitter.finish().unwrap().into_inner().len() as u64);
}

#[test]
fn a_member_that_breaks_off_spoils_the_archive() {
    /// Tells of one cell more than it has.
    struct Liar(Header);
    impl Stored for Liar {
        fn header(&self) -> &Header {
            &self.0
        }
        fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
            let noise =
                cells.clone().map(|cell| (cell as u32).wrapping_mul(0x9E37_79B1).wrapping_pow(3) >> 24);
            buffer.iter_mut().zip(noise).for_each(|(byte, noise)| *byte = noise as u8);
            let is_there = cells.end < self.0.shape()[0];
            if is_there { Ok(()) } else { Err(Error::invalid("there are no such cells")) }
        }
        fn stream(&self, _: &Team, put: &mut Put<'_>) -> Result<()> {
            put(b"1234")
        }
        fn keep(&self) -> Result<Arc<dyn Stored>> {
            Err(Error::invalid("it can't be kept"))
        }
    }
    // What is looked at before a member begins is of no matter to the others; it is refused like a bad name.
    for (length, compression, is_spoilt) in [
        (5, Compression::Stored, true),
        (5, Compression::Deflate(6), false),
        (600_000, Compression::Deflate(6), true),
        #[cfg(feature = "zstd")]
        (5, Compression::Zstd(3), true),
    ] {
        let liar = Liar(Header::new(DType::parse("S1").unwrap(), &[length], Order::C).unwrap());
        let mut emitter = emitter(64);
        emitter.put("good", compression, b"abc").unwrap();
        let good = Addition { name: "too", source: Source::Content(compression, Content::bytes(b"123")) };
        let bad = Addition { name: "bad", source: Source::Content(compression, Content::array(b"", &liar)) };
        let error = emitter.add_all(&[good, bad]).unwrap_err();
        assert_eq!((error.kind(), emitter.members()), (ErrorKind::Invalid, 2));
        match emitter.finish() {
            Ok(bytes) => assert!(!is_spoilt && entries(&bytes.into_inner()).len() == 2),
            Err(error) => assert!(is_spoilt && error.kind() == ErrorKind::Invalid),
        }
    }
}

#[test]
fn bad_names_and_levels_are_refused_before_anything_is_written() {
    let mut emitter = emitter(64);
    let long = "x".repeat(65_536);
    for (name, level) in [("a\0b", 6), (long.as_str(), 6), ("a", 10)] {
        let error = emitter.put(name, Compression::Deflate(level), b"").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    emitter.put(&long[1..], Compression::Stored, b"a").unwrap();
    let bytes = emitter.finish().unwrap().into_inner();
    assert_eq!(entries(&bytes)[0].name.len(), 65_535);
}

#[test]
fn an_error_of_the_stream_is_told_as_one() {
    let mut small = [0; 100];
    let mut emitter = Emitter::new(Cursor::new(small.as_mut_slice()), None, 64).unwrap();
    emitter.put("a", Compression::Stored, b"0123456789").unwrap();
    let error = emitter.finish().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().starts_with("can't write the archive"), "{error}");
}
