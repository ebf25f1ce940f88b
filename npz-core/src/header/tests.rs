use super::*;
use crate::dtype::Field;
use crate::error::ErrorKind;
use std::io::{self, Cursor};

/// A file of version `major` with this header, without the data.
fn file(major: u8, text: &[u8]) -> Vec<u8> {
    let mut bytes = [MAGIC, &[major, 0][..]].concat();
    if major == 1 {
        bytes.extend((text.len() as u16).to_le_bytes());
    } else {
        bytes.extend((text.len() as u32).to_le_bytes());
    }
    bytes.extend(text);
    bytes
}

fn parse(bytes: &[u8]) -> Result<Header> {
    Header::parse(bytes, &Limits::default())
}

fn header(descr: &str, shape: &[usize], order: Order) -> Header {
    Header::new(DType::parse(descr).expect(descr), shape, order).expect(descr)
}

#[test]
fn the_bytes_are_numpys() {
    // np.save of NumPy 2.4.6, the runs of spaces counted.
    let cases: &[(Header, &str, usize, usize)] = &[
        (
            header("i4", &[2, 3], Order::C),
            "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }",
            58,
            128,
        ),
        (
            header("i4", &[2, 3], Order::Fortran),
            "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }",
            59,
            128,
        ),
        (header("?", &[], Order::C), "{'descr': '|b1', 'fortran_order': False, 'shape': (), }", 62, 128),
        (
            header("i4", &[5, 1], Order::Fortran),
            "{'descr': '<i4', 'fortran_order': False, 'shape': (5, 1), }",
            58,
            128,
        ),
        (
            header("i4", &[1; 16], Order::C),
            "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), }",
            80,
            192,
        ),
        (
            header("[('it\\'s', 'u1'), ('b', '<f8', (2, 3))]", &[2], Order::C),
            "{'descr': [(\"it's\", '|u1'), ('b', '<f8', (2, 3))], 'fortran_order': False, 'shape': (2,), }",
            26,
            128,
        ),
    ];
    for (header, text, spaces, length) in cases {
        let expected = file(1, format!("{text}{:spaces$}\n", "").as_bytes());
        let bytes = header.to_bytes();
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&expected));
        assert_eq!((bytes.len(), header.len()), (*length, *length));
        assert_eq!(parse(&bytes).expect("our own header"), *header);
    }
}

#[test]
fn an_aligned_header_gets_64_more_spaces() {
    let lengths: Vec<usize> = (40..110)
        .map(|length| {
            let name = "n".repeat(length);
            let bytes = header(&format!("[('{name}', 'u1')]"), &[], Order::C).to_bytes();
            let spaces = bytes.iter().rev().skip(1).take_while(|&&byte| byte == b' ').count();
            assert_eq!(bytes.len() % 64, 0);
            assert!((1..=64).contains(&spaces), "{spaces}");
            spaces
        })
        .collect();
    assert!(lengths.contains(&64) && lengths.contains(&1));
}

#[test]
fn the_version_is_the_lowest_that_holds_the_names() {
    let named = |name: &str| header(&format!("[('{name}', 'u1')]"), &[2], Order::C);
    let latin = named("é");
    assert_eq!(latin.version(), (1, 0));
    assert!(latin.to_bytes().windows(3).any(|bytes| bytes == b"'\xe9'"));
    let wide = named("整");
    assert_eq!(wide.version(), (3, 0));
    assert!(wide.to_bytes().windows(5).any(|bytes| bytes == "'整'".as_bytes()));
    let long = named(&"é".repeat(65_500));
    assert_eq!(long.version(), (2, 0));
    for header in [latin, wide, long] {
        assert_eq!(Header::parse(&header.to_bytes(), &Limits::trusted()).expect("our own header"), header);
    }
    // The longest header of 1.0 fills its 65535 bytes up to 65526: the data start at 65536.
    let versions: Vec<_> = (65_300..65_500).map(|n| named(&"n".repeat(n))).collect();
    let last = versions.iter().rfind(|header| header.version() == (1, 0)).expect("some fit into 1.0");
    assert_eq!(last.len(), 65_536);
    assert!(versions.iter().any(|header| header.version() == (2, 0)));
}

#[test]
fn headers_that_numpy_reads() {
    let cases: &[(u8, &str, &str, &[usize])] = &[
        (1, "{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}", "<f4", &[2]),
        (1, "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}", "<f4", &[2]),
        (1, "{'descr':u'f4','fortran_order':False,'shape':(0x2,3)}", "<f4", &[2, 3]),
        (1, "{'descr': '=f4', 'fortran_order': False, 'shape': (2L, 1_0)}  \n", "<f4", &[2, 10]),
        (2, "{'descr': 'd', 'fortran_order': False, 'shape': (), }\n", "<f8", &[]),
        (3, "{'descr': '|O', 'fortran_order': False, 'shape': (0, 3), }\n", "|O", &[0, 3]),
        (1, "{'descr': 'bfloat16', 'fortran_order': False, 'shape': (1,), }", "<V2", &[1]),
        (1, " ({'descr': [], 'fortran_order': False,\n 'shape': (1,), })", "[]", &[1]),
    ];
    for (major, text, dtype, shape) in cases {
        let bytes = file(*major, text.as_bytes());
        let header = parse(&[&bytes[..], b"data"].concat()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((header.dtype().to_string().as_str(), header.shape()), (*dtype, *shape), "{text}");
        assert_eq!((header.version(), header.len()), ((*major, 0), bytes.len()));
    }
    let fortran =
        parse(&file(1, b"{'descr': '<i4', 'fortran_order': True, 'shape': (5, 1), }")).expect("sound");
    assert_eq!((fortran.order(), fortran.data_len()), (Order::Fortran, 20));
}

#[test]
fn headers_that_numpy_refuses() {
    let cases = [
        ("", "the header is not a Python literal: expected a value, found the end of the text (at byte 10)"),
        (
            "{'descr': é}",
            "the header is not a Python literal: expected a literal, found the name 'é' (at byte 20)",
        ),
        ("[1]", "the header must be a dict, found a list of length 1 (at byte 10)"),
        ("{'descr': '<f4', 'shape': (2,)}", "'fortran_order' is missing"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", "the string 'x' is unexpected"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (), 1: 1}", "1 is unexpected"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'shape': ()}", "'shape' is there twice"),
        ("{}", "'descr' is missing, 'fortran_order' is missing, 'shape' is missing"),
        (
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
            "'fortran_order' must be True or False, found 0",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}",
            "(2, 3) or (3,), found a list of length 1",
        ),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': 2}", "(2, 3) or (3,), found 2"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "whole numbers from 0 to"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': ('2', '3')}", "found the string '2'"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}", "found True"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,)}", "expected a whole number"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (np.int64(2),)}", "found a call of 'np.int64'"),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,)}",
            "whole numbers from 0 to",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}",
            "larger than this machine",
        ),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9)}",
            "larger than this machine",
        ),
        (
            "{'descr': '<f 4', 'fortran_order': False, 'shape': ()}",
            "'descr' is no dtype: '<f 4' is no known dtype",
        ),
        (
            "{'descr': None, 'fortran_order': False, 'shape': ()}",
            "'descr' is no dtype: expected a dtype as a string",
        ),
        ("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': ()}", "for the fields of records only"),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': ()}\0",
            "expected the end of the text, found '\\x00'",
        ),
    ];
    for (text, message) in cases {
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let error = parse(&file(1, &latin)).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Damaged, "{text}");
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(error.offset().is_some());
    }
    let too_many = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({})}}", "1,".repeat(65));
    let error = parse(&file(1, too_many.as_bytes())).expect_err("65 axes");
    assert!(error.to_string().contains("has 65 axes, NumPy allows 64"), "{error}");
    // The long integers of Python 2 are older than format 3.0.
    let long = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2L,)}";
    assert!(parse(&file(2, long)).is_ok());
    assert!(parse(&file(3, long)).is_err());
    let error = parse(&file(3, b"{'descr': '\xff'}")).expect_err("not UTF-8");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Damaged, Some(12 + 11)));
}

#[test]
fn what_is_no_npy_file_is_named() {
    use ErrorKind::{Damaged, Unsupported};
    let cases: &[(&[u8], ErrorKind, u64, &str)] = &[
        (b"", Damaged, 0, "there are no data left"),
        (b"\x93NUM", Damaged, 4, "expected 6 bytes of magic string, found 4"),
        (b"\x93NUMPY\x01", Damaged, 7, "expected 2 bytes of version, found 1"),
        (b"\x93NUMPY\x01\x00v", Damaged, 9, "expected 2 bytes of length of the header, found 1"),
        (b"\x93NUMPY\x01\x00v\x00{}", Damaged, 12, "expected 118 bytes of header, found 2"),
        (b"\x93NUMPY\x01\x01", Unsupported, 6, "version 1.1 is unknown: expected 1.0, 2.0 or 3.0"),
        (b"\x93NUMPY\x04\x00", Unsupported, 6, "version 4.0 is unknown"),
        (
            b"\x92NUMPY\x01\x00",
            Damaged,
            0,
            "which begins with \"\\x93NUMPY\", found \"\\x92NUMPY\\x01\\x00\"",
        ),
    ];
    for (bytes, kind, offset, message) in cases {
        let error = parse(bytes).expect_err(message);
        assert_eq!((error.kind(), error.offset()), (*kind, Some(*offset)), "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    assert!(is_magic(b"\x93NUMPY\x09") && !is_magic(b"\x93NUMP"));
}

#[test]
fn a_header_cut_off_anywhere_is_damaged() {
    let bytes = header("[('a', '<i4'), ('é', 'S3')]", &[2, 3], Order::Fortran).to_bytes();
    for length in 0..bytes.len() {
        let error = parse(&bytes[..length]).expect_err("cut off");
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Damaged, Some(length as u64)));
    }
}

#[test]
fn the_limit_stands_before_the_reading() {
    let claims = b"\x93NUMPY\x02\x00\xff\xff\xff\xff";
    let error = parse(claims).expect_err("4 GiB of header");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Limit, Some(8)));
    let generous = Limits::default().header_bytes(u64::MAX);
    let error = Header::parse(claims, &generous).expect_err("nothing follows");
    assert_eq!(error.kind(), ErrorKind::Damaged);
}

#[test]
fn reading_stops_where_the_data_start() {
    let mut bytes = header("<i4", &[2], Order::C).to_bytes();
    bytes.extend(b"data");
    let mut reader = Cursor::new(&bytes);
    let header = Header::read(&mut reader, &Limits::default()).expect("a sound header");
    assert_eq!(reader.position(), header.len() as u64);
}

#[test]
fn a_failing_medium_is_no_damaged_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let error = Header::read(&mut Broken, &Limits::default()).expect_err("it always fails");
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn what_numpy_would_not_read_is_not_written() {
    let dtype = |text| DType::parse(text).expect(text);
    let cases: &[(DType, &[usize])] = &[
        (dtype("('<i4', (2,))"), &[3]),
        (DType::unicode(usize::MAX), &[0]),
        (dtype("u1"), &[1; 65]),
        (dtype("f8"), &[usize::MAX / 8]),
    ];
    for (dtype, shape) in cases {
        let error = Header::new(dtype.clone(), shape, Order::C).expect_err("NumPy can't read this");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
}

#[test]
fn the_memory_of_a_header_is_that_of_its_parts() {
    let memory = |dtype: &str, shape: &[usize]| header(dtype, shape, Order::C).memory();
    let plain = memory("<f8", &[]);
    assert_eq!(plain, size_of::<Header>() as u64);
    assert_eq!(memory("<f8", &[2, 3]), plain + 16);
    let field = size_of::<Field>() as u64;
    assert_eq!(memory("[('name', '<f8')]", &[]), plain + field + 4);
    assert_eq!(memory("[(('title', 'name'), '<f8')]", &[]), plain + field + 9);
    // A field inside of a field, and a small array with its item.
    assert_eq!(memory("[('a', [('bc', '<f8')])]", &[]), plain + 2 * field + 3);
    let subarray = size_of::<DType>() as u64 + 4 * 8;
    assert_eq!(memory("[('a', '<f8', (2, 3, 4, 5))]", &[]), plain + field + 1 + subarray);
    // Many fields: no more than twice what they are.
    let fields: Vec<_> = (0..300).map(|i| format!("('field{i:03}', '<f4')")).collect();
    let many = memory(&format!("[{}]", fields.join(", ")), &[]);
    assert!((300 * (field + 8)..600 * (field + 8)).contains(&many), "{many}");
}
