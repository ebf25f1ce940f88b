//! Defects that other libraries of this kind have or had: each is a test for us.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use ndarray::{Array1, Array2, ArrayD, array};
use npz_core::{ErrorKind, Limits, Npz, NpzReader, NpzWriter, ProblemKind, SaveOptions, npy};
use num_complex::Complex;
use tests::{python, temp_dir};

/// A `.npy` file of version 1.0 with this header text.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

// 1: members over 4 GiB fail after 4 GiB have been written. See `large.rs`.

/// 2: memory is allocated for what the header claims, before a byte of data is read.
#[test]
fn claims_of_a_header_allocate_nothing() {
    let mut v2 = b"\x93NUMPY\x02\x00".to_vec();
    v2.extend(0xFFFF_FFF0u32.to_le_bytes());
    v2.extend(b"{'descr'");
    let error = npy::from_bytes::<Array1<f64>>(&v2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");

    let lie = file("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n", &[0; 16]);
    for error in
        [npy::from_bytes::<Array1<f64>>(&lie).unwrap_err(), npy::read::<Array1<f64>>(&lie[..]).unwrap_err()]
    {
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        assert!(error.to_string().contains("expected 8000000000000 bytes"), "{error}");
        assert!(error.to_string().contains("found 16"), "{error}");
    }
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add_bytes("lie.npy", &lie).unwrap();
    writer.finish().unwrap();
    let error = NpzReader::new(memory.get_ref()).unwrap().get::<Array1<f64>>("lie").unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("lie")), "{error}");
}

/// 3: the error for a missing 'shape' named another key.
#[test]
fn a_missing_key_of_the_header_is_named() {
    for (key, header) in [
        ("shape", "{'descr': '<f8', 'fortran_order': False}"),
        ("descr", "{'fortran_order': False, 'shape': ()}"),
        ("fortran_order", "{'descr': '<f8', 'shape': ()}"),
    ] {
        let text = npy::from_bytes::<ArrayD<f64>>(&file(header, &[])).unwrap_err().to_string();
        assert!(text.contains(key) && text.contains("missing"), "{text}");
    }
}

/// 4: a flipped bit in a checkpoint loads silently, because the checksum is never compared.
#[test]
fn every_flipped_bit_of_a_member_is_found() {
    for (options, every_bit_counts) in [(SaveOptions::new(), true), (SaveOptions::compressed(), false)] {
        let map = BTreeMap::from([("w".to_owned(), Array1::from_iter((0..40).map(f64::from)))]);
        let good = options.to_bytes(&map).unwrap();
        let npz = NpzReader::new(&good).unwrap();
        let size = npz.entries().unwrap()[0].compressed_size as usize;
        // The data end where the directory begins.
        let directory = good.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        for byte in directory - size..directory {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[byte] ^= 1 << bit;
                let loaded = BTreeMap::<String, Array1<f64>>::from_bytes(&bad);
                // Some bits of a deflate stream say nothing: they fill its last byte, or name a code nobody uses.
                let is_harmless = !every_bit_counts && loaded.as_ref().is_ok_and(|m| *m == map);
                assert!(loaded.is_err() || is_harmless, "bit {bit} of byte {byte} was changed silently");
            }
        }
    }
}

/// 5: headers over 65,535 bytes, overflowing shapes, Latin-1 names.
#[test]
fn long_headers_and_overflowing_shapes_and_latin_1_are_no_trouble() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
warnings.simplefilter('ignore')
np.savez('x.npz', long=np.zeros(1, [(f'field_number_{i:05}', '<f8') for i in range(3000)]), latin=np.zeros(1, [('é', '<i4')]))
",
    );
    let trusting = npz_core::LoadOptions::new().limits(Limits::trusted());
    let npz = trusting.open(dir.path().join("x.npz")).unwrap();
    assert_eq!(npz.header("long").unwrap().version(), (2, 0));
    assert_eq!(npz.header("long").unwrap().dtype().fields().unwrap().len(), 3000);
    assert_eq!(npz.header("latin").unwrap().version(), (1, 0));
    assert_eq!(npz.header("latin").unwrap().dtype().fields().unwrap()[0].name, "é");
    let strict = npz_core::LoadOptions::new().limits(Limits::strict());
    let cautious = strict.open(dir.path().join("x.npz")).unwrap();
    assert_eq!(cautious.header("long").unwrap_err().kind(), ErrorKind::Limit);

    for shape in
        ["(4294967296, 4294967296, 4294967296)", "(0, 9223372036854775807, 4)", "(18446744073709551616,)"]
    {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
        let error = npy::from_bytes::<ArrayD<f64>>(&file(&header, &[])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
    }
}

/// 6: short or damaged files panic.
#[test]
fn every_truncation_and_mutation_of_an_archive_is_an_error_or_a_load() {
    let map = BTreeMap::from([("a".to_owned(), vec![1u16, 2, 3]), ("b".to_owned(), vec![])]);
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let good = options.to_bytes(&map).unwrap();
        for length in 0..good.len() {
            assert!(
                BTreeMap::<String, Vec<u16>>::from_bytes(&good[..length]).is_err(),
                "cut to {length} bytes"
            );
        }
        for i in 0..good.len() {
            for change in [0, 0xFF, good[i].wrapping_add(1), good[i] ^ 0x80] {
                let mut bad = good.clone();
                bad[i] = change;
                let loaded = BTreeMap::<String, Vec<u16>>::from_bytes(&bad);
                let same_values = |loaded: BTreeMap<String, Vec<u16>>| {
                    loaded.values().all(|v| map.values().any(|m| m == v))
                };
                assert!(loaded.is_ok_and(same_values) || bad != good, "byte {i}");
            }
        }
    }
}

/// 7: one member that is not an array makes the whole archive unreadable; whole dtypes are missing.
#[test]
fn members_of_any_kind_stand_side_by_side() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
np.savez('mix.npz', a=np.int8([-1]), b=np.uint16([65535]), c=np.uint64([2**64 - 1]), d=np.array([1 + 2j]),
         e=np.array([True]), o=np.array([{}], dtype=object), v=np.zeros(1, 'V3'))
with zipfile.ZipFile('mix.npz', 'a') as z: z.writestr('readme.txt', 'hello')
",
    );
    let npz = NpzReader::open(dir.path().join("mix.npz")).unwrap();
    assert_eq!(npz.entries().unwrap().len(), 8);
    assert_eq!(npz.get::<Array1<i8>>("a").unwrap(), array![-1]);
    assert_eq!(npz.get::<Array1<u16>>("b").unwrap(), array![65535]);
    assert_eq!(npz.get::<Array1<u64>>("c").unwrap(), array![u64::MAX]);
    assert_eq!(npz.get::<Array1<Complex<f64>>>("d").unwrap(), array![Complex::new(1.0, 2.0)]);
    assert_eq!(npz.get::<Array1<bool>>("e").unwrap(), array![true]);
    assert_eq!(npz.bytes("readme.txt").unwrap(), b"hello");
    assert_eq!(npz.get::<ArrayD<u8>>("readme.txt").unwrap_err().kind(), ErrorKind::Mismatch);
}

/// 8: NumPy's local headers say 0xFFFFFFFF for both sizes; who trusts them can't read its archives.
#[test]
fn sizes_come_from_the_directory() {
    let dir = temp_dir();
    python(dir.path(), "np.savez_compressed('c.npz', x=np.arange(1000))");
    let bytes = fs::read(dir.path().join("c.npz")).unwrap();
    assert_eq!(bytes[18..26], [0xFF; 8], "NumPy no longer writes what this test is about");
    let x: Array1<i64> = NpzReader::new(&bytes).unwrap().get("x").unwrap();
    assert_eq!(x, Array1::from_iter(0..1000));
}

/// 9: members written without `.npy` can't be seen by readers that look for it, and the reverse.
#[test]
fn members_end_in_npy_and_are_found_without() {
    let bytes = BTreeMap::from([("x".to_owned(), 1.5f64)]).to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().entries().unwrap()[0].file_name, "x.npy");

    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add_bytes("bare", &npy::to_bytes(&array![[1u8, 2]]).unwrap()).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::new(memory.get_ref()).unwrap();
    assert_eq!(npz.get::<Array2<u8>>("bare").unwrap(), array![[1, 2]]);
}

/// 10: a field that is missing or of another type gives `None`, without which or why.
#[test]
fn the_error_says_which_field_and_why() {
    #[derive(Npz, Debug)]
    struct Model {
        weight: Array2<f32>,
        bias: Array1<f32>,
    }
    let bytes = BTreeMap::from([("weight".to_owned(), array![[1.0f64]])]).to_bytes().unwrap();
    let error = Model::from_bytes(&bytes).unwrap_err();
    let report = error.report().unwrap();
    let found: Vec<_> =
        report.problems().iter().map(|p| (&*p.member, p.kind, &*p.expected, &*p.found)).collect();
    assert_eq!(
        found,
        [
            ("weight", ProblemKind::DType, "<f4 (f32), 2 axes", "<f8 (f64), shape (1, 1)"),
            ("bias", ProblemKind::Missing, "<f4 (f32), 1 axis", ""),
        ]
    );
}
