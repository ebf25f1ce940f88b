//! `verify`: a sound file has a clean report; whatever Python's zipfile finds, it finds too, and all at once.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use npz_core::{
    Compression, ErrorKind, Limits, LoadOptions, Npz, NpzReader, ProblemKind, Report, SaveOptions, npy,
};
use tests::{python, temp_dir};

fn verify(path: &Path) -> Report {
    LoadOptions::new().verify(path).unwrap()
}

fn verify_bytes(bytes: &[u8]) -> Report {
    let dir = temp_dir();
    let path = dir.path().join("f.npz");
    std::fs::write(&path, bytes).unwrap();
    verify(&path)
}

/// What a report says, without advice.
fn told(report: &Report) -> Vec<(ProblemKind, String, String)> {
    let problems = report.problems().iter();
    problems.map(|problem| (problem.kind, problem.member.clone(), problem.found.clone())).collect()
}

const WRITE_ALL: &str = "
a = {'f': np.arange(3000.), 'u': np.array(['x', 'yy']), 's': np.float32(3), 'e': np.zeros((0, 3)),
     'r': np.zeros(2, dtype=[('x', 'i4'), ('y', 'f8')]), 'o': np.array([None, {}]), 'F': np.ones((3, 4), order='F')}
np.savez('savez.npz', **a)
np.savez_compressed('compressed.npz', **a)
np.savez(Pipe('pipe.npz'), **a)
np.savez_compressed(Pipe('pipe_compressed.npz'), **a)
np.savez('empty.npz')
for name in 'fuseroF': np.save(f'{name}.npy', a[name])
with open('two.npy', 'wb') as f: np.save(f, a['f']); np.save(f, a['F'])
for method in 'STORED', 'DEFLATED', 'BZIP2', 'LZMA':
    with zipfile.ZipFile(f'{method}.npz', 'w', getattr(zipfile, 'ZIP_' + method)) as z:
        z.comment = b'a comment'
        for name in 'fusF': z.writestr(f'd/{name}.npy', open(f'{name}.npy', 'rb').read())
        z.writestr('d/', b''); z.writestr('readme.txt', b'text'); z.writestr('größe.npy', open('f.npy', 'rb').read())
    with zipfile.ZipFile(f'{method}.npz', 'a') as z: z.writestr('later.txt', b'more')
";

#[test]
fn what_numpy_and_zipfile_write_is_sound() {
    let dir = temp_dir();
    python(dir.path(), WRITE_ALL);
    let mut count = 0;
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        let report = verify(&path);
        assert!(report.is_ok(), "{}:\n{report}", path.display());
        assert_eq!(report.to_string(), "");
        report.into_result().unwrap();
        count += 1;
    }
    assert_eq!(count, 17);
}

#[test]
fn what_we_write_is_sound_in_every_compression() {
    let arrays: BTreeMap<String, Vec<u32>> = (0..5_u32)
        .map(|i| (format!("m{i}"), (0..i * 300_000).map(|n| n.wrapping_mul(n) >> i).collect()))
        .collect();
    let kinds = [
        Compression::Stored,
        Compression::Deflate(0),
        Compression::Deflate(1),
        Compression::Deflate(9),
        Compression::Zstd(3),
    ];
    let dir = temp_dir();
    for (i, compression) in kinds.into_iter().enumerate() {
        let options = SaveOptions::new().compression(compression).alignment([64, 4096][i % 2]);
        let (seekable, forward) = (dir.path().join("a.npz"), dir.path().join("b.npz"));
        options.save(&arrays, &seekable).unwrap();
        let mut bytes = Vec::new();
        options.write_to(&arrays, &mut bytes).unwrap();
        std::fs::write(&forward, &bytes).unwrap();
        for path in [&seekable, &forward] {
            assert!(verify(path).is_ok(), "{compression:?}: {}", verify(path));
            let one = LoadOptions::new().threads(1).verify(path).unwrap();
            assert!(one.is_ok());
        }
    }
}

/// For every byte of an archive, with one of its bits flipped, whether Python reads the same names and data.
const FLIP: &str = "
good = open('good.npz', 'rb').read()
def read(b):
    z = zipfile.ZipFile(io.BytesIO(b))
    return z.testzip() is None and [(n, z.read(n)) for n in z.namelist()]
expected = read(good)
for i in range(len(good)):
    bad = bytearray(good); bad[i] ^= 1 << i % 8
    try: same = read(bytes(bad)) == expected
    except Exception: same = False
    print(int(same), end='')
";

#[test]
fn every_flipped_bit_that_python_finds_is_found() {
    let writers = [
        "np.savez('good.npz', a=np.arange(5), b=np.float32(2))",
        "np.savez_compressed('good.npz', a=np.arange(5), b=np.float32(2))",
        "np.savez_compressed(Pipe('good.npz'), a=np.arange(5), b=np.float32(2))",
        "np.savez(Pipe('good.npz'), a=np.arange(5), b=np.float32(2))",
    ];
    for write in writers {
        let dir = temp_dir();
        let path = dir.path().join("good.npz");
        let by_python = python(dir.path(), &format!("{write}\nimport sys\nsys.stdout.flush()\n{FLIP}"));
        let good = std::fs::read(&path).unwrap();
        assert_eq!(by_python.trim().len(), good.len());
        let mut only_ours = 0;
        for (i, same) in by_python.trim().bytes().enumerate() {
            let mut bad = good.clone();
            bad[i] ^= 1 << (i % 8);
            std::fs::write(&path, &bad).unwrap();
            let is_clean = LoadOptions::new().verify(&path).is_ok_and(|report| report.is_ok());
            assert!(!is_clean || same == b'1', "{write}: byte {i}");
            only_ours += usize::from(!is_clean && same == b'1');
        }
        // Of what Python does not look at, such as what a header repeats, much is found too.
        assert!(only_ours > 30, "{write}: {only_ours}");
    }
}

#[test]
fn all_that_is_wrong_is_in_one_report() {
    let dir = temp_dir();
    python(
        dir.path(),
        "b = {n: io.BytesIO() for n in 'abcdefg'}
for n in b: np.save(b[n], np.arange(20))
b['c'].seek(0, 2); b['c'].write(b'tail')
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    with zipfile.ZipFile('f.npz', 'w') as z:
        for n in b: z.writestr(n + '.npy', b[n].getvalue()[:-8] if n == 'd' else b[n].getvalue())
        z.writestr('a.npy', b['a'].getvalue())
",
    );
    let path = dir.path().join("f.npz");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = |mark: &[u8], n: usize| {
        let places = bytes.windows(4).enumerate().filter(|(_, four)| *four == mark).map(|(i, _)| i);
        places.collect::<Vec<_>>()[n]
    };
    let (data, own) = (at(b"PK\x03\x04", 1) + 200, at(b"PK\x03\x04", 4) + 14);
    let (offset, encrypted) = (at(b"PK\x01\x02", 5) + 44, at(b"PK\x01\x02", 6) + 8);
    bytes[data] ^= 4; // a cell of `b`
    bytes[own] ^= 1; // the checksum in the own header of `e`
    bytes[offset] = 0xff; // `f` lies behind the end
    bytes[encrypted] |= 1; // `g`
    bytes.extend_from_slice(b"trailing");
    std::fs::write(&path, &bytes).unwrap();
    let report = verify(&path);
    let told = told(&report);
    let expected = [
        (ProblemKind::Damaged, "b", "bad CRC-32: expected"),
        (ProblemKind::Damaged, "c", "the array's cells have another length: expected 160 bytes, found 164"),
        (ProblemKind::Damaged, "d", "the array's cells have another length: expected 160 bytes, found 152"),
        (ProblemKind::Damaged, "e", "the directory and the member's own header give another CRC-32"),
        (ProblemKind::Damaged, "f", "begins outside of the part of the file that holds members"),
        (ProblemKind::Unreadable, "g", "the member is encrypted"),
        (ProblemKind::Ambiguous, "a", "another member has this name"),
        (ProblemKind::Ambiguous, "", "8 bytes behind the end of the archive belong to nothing"),
    ];
    for (kind, member, text) in expected {
        let is_told =
            |(k, m, t): &(ProblemKind, String, String)| *k == kind && m == member && t.contains(text);
        assert!(told.iter().any(is_told), "{member}: {text} in\n{report}");
    }
    // What lay at the place of `f` belongs to nobody now.
    assert_eq!(told.len(), expected.len() + 1, "{report}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["problem_count"], 9);
    assert_eq!(
        (&json["problems"][0]["kind"], &json["problems"][0]["member"]),
        (&"Damaged".into(), &"b".into())
    );
    let error = report.into_result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(
        error
            .to_string()
            .starts_with("the file is not sound, in 9 places\n  - member \"b\" is damaged: bad CRC-32"),
        "{error}"
    );
}

#[test]
fn truncated_files_and_other_kinds() {
    let bytes = BTreeMap::from([("a".to_owned(), vec![1.0, 2.0])]).to_bytes().unwrap();
    for length in 0..bytes.len() {
        let report = verify_bytes(&bytes[..length]);
        let [problem] = report.problems() else { panic!("{length}: {report}") };
        assert_eq!((problem.kind, &*problem.member), (ProblemKind::Damaged, ""), "{length}");
        assert!(report.to_string().starts_with("  - the file is damaged: "), "{report}");
    }
    let report = verify_bytes(&[b"#!/bin/sh\n", &bytes[..]].concat());
    assert_eq!(report.problems()[0].kind, ProblemKind::Ambiguous, "{report}");
    assert!(report.to_string().contains("10 bytes stand before the first member"), "{report}");

    let array = npy::to_bytes(&[1.0, 2.0]).unwrap();
    assert!(verify_bytes(&array).is_ok());
    for length in 8..array.len() {
        let report = verify_bytes(&array[..length]);
        assert_eq!(report.problems()[0].kind, ProblemKind::Damaged, "{length}: {report}");
    }
    let longer = verify_bytes(&[&array[..], b"tail"].concat());
    assert_eq!(longer.to_string(), "  - the file is ambiguous: 4 bytes behind the array belong to nothing");

    let dir = temp_dir();
    let gzip = dir.path().join("f.npz");
    std::fs::write(&gzip, b"\x1f\x8b\x08 and more").unwrap();
    assert_eq!(LoadOptions::new().verify(&gzip).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(LoadOptions::new().verify(dir.path().join("none")).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn limits_hold_and_others_are_verified() {
    let arrays = BTreeMap::from([("big".to_owned(), vec![0_u8; 1 << 20]), ("small".to_owned(), vec![1])]);
    let mut bytes = SaveOptions::compressed().to_bytes(&arrays).unwrap();
    let at = bytes.windows(9).position(|nine| nine == b"small.npy").unwrap();
    bytes[at + 40] ^= 1;
    let strict = LoadOptions::new().limits(Limits::strict().member_bytes(1 << 16));
    let report = strict.reader(&bytes).unwrap().verify().unwrap();
    let told = told(&report);
    assert_eq!(
        told.iter().map(|(kind, member, _)| (*kind, &**member)).collect::<Vec<_>>()[0],
        (ProblemKind::Unreadable, "big")
    );
    assert!(
        told.iter().any(|(kind, member, _)| (*kind, &**member) == (ProblemKind::Damaged, "small")),
        "{report}"
    );
    assert!(NpzReader::new(&bytes).unwrap().get::<Vec<u8>>("big").is_ok());
}

#[test]
fn progress_is_told_and_may_cancel() {
    let dir = temp_dir();
    let path = dir.path().join("f.npz");
    let arrays = BTreeMap::from([("a".to_owned(), vec![7_u8; 3 << 20]), ("b".to_owned(), vec![8; 2 << 20])]);
    SaveOptions::compressed().save(&arrays, &path).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let options = LoadOptions::new().progress(move |done, all| {
        note.lock().unwrap().push((done, all));
        ControlFlow::Continue(())
    });
    assert!(options.verify(&path).unwrap().is_ok());
    let told = told.lock().unwrap();
    let all = (5 << 20) + 2 * 128;
    assert!(told.len() > 1 && told.is_sorted() && told.last() == Some(&(all, all)), "{told:?}");
    let cancels = LoadOptions::new()
        .progress(|done, _| if done > 1000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    assert_eq!(cancels.verify(&path).unwrap_err().kind(), ErrorKind::Cancelled);
}
