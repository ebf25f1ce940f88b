//! A member whose place is impossible is its own trouble: the others are read by name, the whole is refused.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use npz_core::{AnyArray, ErrorKind, Limits, LoadOptions, NpzReader};
use tests::{python, temp_dir};

/// Where the field for the offset of the member's header stands, for each entry of the directory.
fn offset_fields(bytes: &[u8]) -> Vec<usize> {
    let entries = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02");
    entries.map(|(at, _)| at + 42).collect()
}

#[test]
fn the_others_are_read_as_python_reads_them() {
    #[derive(npz_core::Npz, Debug)]
    struct Nothing {}
    let dir = temp_dir();
    let write = "np.savez('good.npz', **{k: np.arange(40) + i for i, k in enumerate('abc')})";
    python(dir.path(), write);
    let good = std::fs::read(dir.path().join("good.npz")).unwrap();
    let fields = offset_fields(&good);
    let offset =
        |entry: usize| u32::from_le_bytes(good[fields[entry]..fields[entry] + 4].try_into().unwrap());
    let (second, third) = (offset(1), offset(2));
    let cases = [
        ("behind the file", 1, 0x7fff_ffff),
        ("in the directory", 1, fields[0] as u32 - 42),
        ("at the first member", 1, 0),
        ("in the data of the third", 1, third + 100),
        ("in the data of the first", 2, 60),
        ("in its own data", 0, 70),
        ("at the second member", 0, second),
    ];
    for (what, entry, to) in cases {
        let mut bytes = good.clone();
        bytes[fields[entry]..fields[entry] + 4].copy_from_slice(&to.to_le_bytes());
        let path = dir.path().join("bad.npz");
        std::fs::write(&path, &bytes).unwrap();
        let by_python = python(
            dir.path(),
            "z = zipfile.ZipFile('bad.npz')
for name in 'abc':
    try: z.read(name + '.npy'); print(name, end='')
    except Exception: pass",
        );
        let npz = NpzReader::open(&path).unwrap();
        let bad = ["a", "b", "c"][entry];
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            let read = npz.get::<Vec<i64>>(name);
            if name == bad {
                let error = read.unwrap_err();
                assert_eq!(
                    (error.kind(), error.member()),
                    (ErrorKind::Damaged, Some(bad)),
                    "{what}: {error}"
                );
                assert!(!by_python.contains(name), "{what}: Python reads {name}");
            } else {
                assert_eq!(
                    read.unwrap(),
                    (0..40).map(|n| n + i as i64).collect::<Vec<_>>(),
                    "{what}: {name}"
                );
            }
        }
        let listed = npz.entries().unwrap();
        let problems: Vec<_> =
            listed.iter().filter(|entry| entry.problem.is_some()).map(|e| &*e.name).collect();
        assert_eq!(problems, [bad], "{what}");
        // Also where what is unknown is allowed, and where the type does not want it.
        for options in [LoadOptions::new(), LoadOptions::new().allow_unknown(true)] {
            let error = options.load::<BTreeMap<String, AnyArray>>(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{what}: {error}");
            let problems = error.report().unwrap().problems();
            assert_eq!(problems.iter().map(|p| &*p.member).collect::<Vec<_>>(), [bad], "{what}: {error}");
            assert_eq!(options.load::<Nothing>(&path).unwrap_err().kind(), ErrorKind::Damaged, "{what}");
        }
    }
}

/// A hundred thousand members that are one: no more than that one is ever inflated.
#[test]
fn members_that_share_bytes_cost_nothing() {
    let count = 100_000_u32;
    let mut one = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    one.start_file("a.npy", deflated).unwrap();
    one.write_all(&vec![0; 10 << 20]).unwrap();
    let one = one.finish().unwrap().into_inner();
    let directory = one.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let entry = &one[directory..one.len() - 22];
    let mut bomb = one[..directory].to_vec();
    (0..count).for_each(|_| bomb.extend_from_slice(entry));
    let (start, size) = (directory as u64, entry.len() as u64 * u64::from(count));
    bomb.extend_from_slice(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for value in [u64::from(count), u64::from(count), size, start] {
        bomb.extend_from_slice(&value.to_le_bytes());
    }
    bomb.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    bomb.extend_from_slice(&(start + size).to_le_bytes());
    bomb.extend_from_slice(
        b"\x01\0\0\0PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0",
    );
    let begin = std::time::Instant::now();
    let npz = NpzReader::new(&bomb).unwrap();
    let readable = npz.entries().unwrap().iter().filter(|entry| entry.problem.is_none()).count();
    assert_eq!((npz.names().len(), readable), (count as usize, 1));
    assert_eq!(npz.load::<BTreeMap<String, AnyArray>>().unwrap_err().kind(), ErrorKind::Damaged);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    let strict = LoadOptions::new().limits(Limits::strict());
    assert_eq!(strict.reader(&bomb).unwrap_err().kind(), ErrorKind::Limit);
}
