//! `salvage`: of an archive that is cut off anywhere, exactly the members that are whole come back.

use std::collections::BTreeMap;
use std::path::Path;

use npz_core::{
    AnyArray, Compression, ErrorKind, Lazy, LoadOptions, Npz, NpzReader, ProblemKind, SaveOptions,
};
use tests::{python, temp_dir};

/// The members of a sound archive, in the order of the file: each with the byte behind it.
fn ends(dir: &Path, file: &str) -> Vec<(String, usize)> {
    let script = format!(
        "z = zipfile.ZipFile({file:?})
infos = sorted(z.infolist(), key=lambda i: i.header_offset)
for info, end in zip(infos, [i.header_offset for i in infos[1:]] + [z.start_dir]): print(info.filename.removesuffix('.npy'), end)"
    );
    let lines = python(dir, &script);
    let pair = |line: &str| {
        let (name, end) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), end.parse().unwrap())
    };
    lines.lines().map(pair).collect()
}

/// Cuts a file off at every byte, and compares what is salvaged with what lies before the cut.
fn every_truncation(dir: &Path, file: &str) {
    let whole = std::fs::read(dir.join(file)).unwrap();
    let members = ends(dir, file);
    let sound = NpzReader::new(&whole).unwrap();
    let contents: Vec<_> = members.iter().map(|(name, _)| sound.bytes(name).unwrap()).collect();
    let path = dir.join("cut.npz");
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let expected: Vec<_> = members.iter().filter(|(_, end)| *end <= length).collect();
        let salvaged = LoadOptions::new().salvage(&path);
        let (npz, report) = match salvaged {
            Ok(salvaged) => salvaged,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Damaged, "{file} {length}: {error}");
                assert!(expected.is_empty(), "{file} {length}: {error}");
                continue;
            }
        };
        let mut names: Vec<_> = npz.names().collect();
        names.sort_by_key(|name| members.iter().position(|(member, _)| member == name));
        assert_eq!(names, expected.iter().map(|(name, _)| name).collect::<Vec<_>>(), "{file} {length}");
        for ((name, _), content) in members.iter().zip(&contents).take(expected.len()) {
            assert!(npz.bytes(name).unwrap() == *content, "{file} {length}: {name}");
        }
        // At most the one that was cut off is told of, or the bytes that are left of it.
        let is_between =
            expected.last().is_none_or(|(_, end)| *end < length) && expected.len() < members.len();
        let is_told = report.problem_count() == usize::from(is_between);
        // Of three bytes nobody knows what they begin.
        let is_short =
            expected.last().is_some_and(|(_, end)| length - end < 4) && report.problem_count() == 1;
        assert!(is_told || is_short, "{file} {length}: {report}");
        if let [problem] = report.problems() {
            let next = members.get(expected.len()).map_or("", |(name, _)| name);
            assert!([next, ""].contains(&&*problem.member), "{file} {length}: {report}");
            assert_eq!(problem.kind, ProblemKind::Damaged);
        }
    }
}

#[test]
fn numpys_archives_at_every_byte() {
    let dir = temp_dir();
    python(
        dir.path(),
        "a = dict(a=np.arange(10), b=np.float32(3), c=np.array(['x', 'yy']))
np.savez('s.npz', **a); np.savez_compressed('c.npz', **a)
np.savez(Pipe('ps.npz'), **a); np.savez_compressed(Pipe('pc.npz'), **a)
for m in 'BZIP2', 'LZMA':
    with zipfile.ZipFile(m + '.npz', 'w', getattr(zipfile, 'ZIP_' + m)) as z:
        for k in a:
            b = io.BytesIO(); np.save(b, a[k]); z.writestr(k + '.npy', b.getvalue())
# Descriptors without a signature, which are allowed.
raw = open('pc.npz', 'rb').read(); z = zipfile.ZipFile('pc.npz')
for i in z.infolist():
    print(i.filename, i.flag_bits & 8, raw[i.header_offset:i.header_offset + 4])",
    );
    for file in ["s.npz", "c.npz", "ps.npz", "pc.npz", "BZIP2.npz", "LZMA.npz"] {
        every_truncation(dir.path(), file);
    }
}

#[test]
fn our_archives_at_every_byte() {
    let dir = temp_dir();
    let arrays = BTreeMap::from([
        ("a".to_owned(), (0..20).collect::<Vec<u16>>()),
        ("größe".to_owned(), vec![7]),
        ("z".to_owned(), vec![]),
    ]);
    for compression in [Compression::Stored, Compression::Deflate(6), Compression::Zstd(3)] {
        let options = SaveOptions::new().compression(compression);
        options.save(&arrays, dir.path().join("f.npz")).unwrap();
        every_truncation(dir.path(), "f.npz");
        let file = std::fs::File::create(dir.path().join("forward.npz")).unwrap();
        options.write_to(&arrays, file).unwrap();
        every_truncation(dir.path(), "forward.npz");
    }
}

/// Cells that are archives: their members are none of the archive around them, however it is cut.
#[test]
fn archives_inside_of_stored_members_are_not_confused() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez(Pipe('inner_pipe.npz'), inside=np.arange(4)); np.savez('inner.npz', inside=np.arange(4))
def blob(n): return np.frombuffer(open(n, 'rb').read(), 'u1')
a = dict(p=blob('inner_pipe.npz'), q=blob('inner.npz'), marks=np.frombuffer(b'PK\\3\\4PK\\7\\x08' * 20, 'u1'), z=np.arange(3))
np.savez('outer.npz', **a); np.savez(Pipe('outer_pipe.npz'), **a)
with zipfile.ZipFile('twice.npz', 'w') as z: z.write('outer_pipe.npz'); z.write('outer.npz'); z.writestr('n.npy', b'')",
    );
    for file in ["outer.npz", "outer_pipe.npz", "twice.npz"] {
        every_truncation(dir.path(), file);
    }
}

/// A descriptor whose signature was left away, as the specification allows.
#[test]
fn descriptors_without_signature() {
    let dir = temp_dir();
    let arrays = BTreeMap::from([("a".to_owned(), vec![1_u32; 9]), ("b".to_owned(), vec![2; 5])]);
    let mut bytes = Vec::new();
    SaveOptions::compressed().write_to(&arrays, &mut bytes).unwrap();
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let mut cut = bytes[..directory].to_vec();
    while let Some(at) = cut.windows(4).position(|four| four == b"PK\x07\x08") {
        cut.drain(at..at + 4);
    }
    let path = dir.path().join("cut.npz");
    for end in [&b""[..], b"PK\x01\x02 and so on"] {
        std::fs::write(&path, [&cut[..], end].concat()).unwrap();
        let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
        assert_eq!(npz.load::<BTreeMap<String, Vec<u32>>>().unwrap(), arrays);
        assert!(report.is_ok(), "{report}");
    }
}

/// One member more than 4 GiB as its header says: the sizes stand in the zip64 field.
#[test]
fn sizes_of_64_bits_are_read() {
    let dir = temp_dir();
    // NumPy writes the field always; here the plain ones say nothing.
    python(dir.path(), "np.savez('f.npz', a=np.arange(10), b=np.arange(3))");
    let bytes = std::fs::read(dir.path().join("f.npz")).unwrap();
    assert_eq!(bytes[18..26], [0xff; 8]);
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let path = dir.path().join("cut.npz");
    std::fs::write(&path, &bytes[..directory]).unwrap();
    let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
    assert!(report.is_ok());
    assert_eq!(npz.get::<Vec<i64>>("a").unwrap(), (0..10).collect::<Vec<_>>());
}

#[test]
fn every_flipped_byte_loses_one_member_at_most() {
    let dir = temp_dir();
    let path = dir.path().join("bad.npz");
    let arrays: BTreeMap<String, Vec<u16>> = ["a", "b", "c"].map(|k| (k.to_owned(), vec![9; 20])).into();
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let good = options.to_bytes(&arrays).unwrap();
        let directory = good.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        for (end, most) in [(good.len(), 1), (directory, 1)] {
            for at in 0..end {
                let mut bad = good[..end].to_vec();
                bad[at] ^= 0x41;
                std::fs::write(&path, &bad).unwrap();
                let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
                let mut whole = 0;
                for name in npz.names() {
                    // A name may be what was flipped.
                    let found = npz.get::<Vec<u16>>(name);
                    whole += usize::from(found.is_ok_and(|found| found == arrays["a"]));
                }
                assert!(whole >= 3 - most, "byte {at} of {end}: {whole}, {report}");
                assert!(whole == 3 || !report.is_ok(), "byte {at} of {end}");
            }
        }
    }
}

#[test]
fn what_is_whole_is_loaded_as_usual_and_saved_again() {
    #[derive(Npz, Debug, PartialEq)]
    struct State {
        weights: Vec<f32>,
        #[npz(default)]
        moments: Vec<f32>,
    }
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let state = State { weights: vec![0.5; 1000], moments: vec![0.25; 1000] };
    let bytes = SaveOptions::compressed().to_bytes(&state).unwrap();
    let cut = bytes.windows(11).position(|name| name == b"moments.npy").unwrap() + 40;
    std::fs::write(&path, &bytes[..cut]).unwrap();
    let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
    assert_eq!(npz.load::<State>().unwrap(), State { weights: vec![0.5; 1000], moments: vec![] });
    assert_eq!(report.problems()[0].member, "moments");
    assert_eq!(npz.entries().unwrap()[0].compression, "deflate");
    assert!(npz.verify().unwrap().is_ok());
    let other = dir.path().join("other.npz");
    std::fs::write(&other, [b"lost", &bytes[4..cut]].concat()).unwrap();
    assert!(LoadOptions::new().salvage(&other).unwrap().0.verify().unwrap().is_ok());
    npz.load::<BTreeMap<String, Lazy<AnyArray>>>().unwrap().save(&path).unwrap();
    assert_eq!(
        python(dir.path(), "z = np.load('run.npz'); print(z.files, z['weights'].sum())").trim(),
        "['weights'] 500.0"
    );
}

/// A directory that is wrong of one member: its own header is right.
#[test]
fn a_wrong_entry_of_the_directory_is_made_up_for() {
    let dir = temp_dir();
    let path = dir.path().join("bad.npz");
    let arrays = BTreeMap::from([("a".to_owned(), vec![1_u32; 9]), ("b".to_owned(), vec![2; 5])]);
    let good = arrays.to_bytes().unwrap();
    let entry = good.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    // Checksum, both sizes, offset.
    for field in [16, 20, 24, 42] {
        let mut bad = good.clone();
        bad[entry + field] ^= 0x55;
        std::fs::write(&path, &bad).unwrap();
        let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
        assert_eq!(npz.load::<BTreeMap<String, Vec<u32>>>().unwrap(), arrays, "{field}: {report}");
        // Of the first one's offset nothing is asked: the file begins with it.
        let told = report.to_string().contains("by its own header it is whole");
        assert_eq!(told, field != 42, "{field}: {report}");
    }
}

#[test]
fn what_holds_no_member_is_an_error() {
    let dir = temp_dir();
    let path = dir.path().join("f.npz");
    for bytes in [&b""[..], b"PK", b"PK\x03\x04", &[0; 10_000]] {
        std::fs::write(&path, bytes).unwrap();
        let error = LoadOptions::new().salvage(&path).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Damaged, Some(&*path)), "{error}");
    }
    // An array whose cells are an archive is an array.
    let inner = BTreeMap::from([("a".to_owned(), 1.0)]).to_bytes().unwrap();
    npz_core::npy::save(&path, &inner).unwrap();
    assert_eq!(LoadOptions::new().salvage(&path).unwrap_err().kind(), ErrorKind::Unsupported);
    std::fs::write(&path, b"1 2 3\n").unwrap();
    assert_eq!(LoadOptions::new().salvage(&path).unwrap_err().kind(), ErrorKind::Unsupported);
}

/// Files that are nothing but headers, each of which claims what follows.
#[test]
fn hostile_files_take_time_in_proportion_to_their_size() {
    let dir = temp_dir();
    let path = dir.path().join("hostile.npz");
    let header = |flags: u16, method: u16, size: u32, name_len: u16, name: &[u8]| {
        let mut header = b"PK\x03\x04\x14\0".to_vec();
        header.extend_from_slice(&flags.to_le_bytes());
        header.extend_from_slice(&method.to_le_bytes());
        header.extend_from_slice(&[0; 8]);
        header.extend_from_slice(&size.to_le_bytes());
        header.extend_from_slice(&size.to_le_bytes());
        header.extend_from_slice(&name_len.to_le_bytes());
        header.extend_from_slice(&[0; 2]);
        header.extend_from_slice(name);
        // An array, whose header is as long as can be.
        header.extend_from_slice(b"\x93NUMPY\x01\0\xff\xff");
        header
    };
    for flags in [0, 8] {
        for method in [0, 8, 12, 14, 93] {
            for (size, name_len) in [(0, 5), (3 << 17, 5), (1 << 30, 5), (3 << 17, 60_000)] {
                for name in [&b"a.npy"[..], b"a.txt"] {
                    let header = header(flags, method, size, name_len, name);
                    // Decoders of other methods take their time to be made.
                    let big = if method > 8 { 1 << 16 } else { 1 << 19 };
                    let mut bytes = header.repeat(big / header.len());
                    if flags == 8 {
                        bytes.extend_from_slice(b"PK\x07\x08\0\0\0\0");
                    }
                    std::fs::write(&path, &bytes).unwrap();
                    let begin = std::time::Instant::now();
                    let _ = LoadOptions::new().salvage(&path);
                    let took = begin.elapsed().as_secs_f64();
                    assert!(took < 10.0, "{flags} {method} {size} {name_len}: {took} s");
                }
            }
        }
    }
}

#[test]
fn members_of_a_folder_are_salvaged_by_its_prefix() {
    let dir = temp_dir();
    let path = dir.path().join("cut.npz");
    let arrays = BTreeMap::from([("run/a".to_owned(), vec![1_u8, 2]), ("run/b".to_owned(), vec![3])]);
    let bytes = arrays.to_bytes().unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    let options = LoadOptions::new().prefix("run/");
    let (npz, _) = options.salvage(&path).unwrap();
    assert_eq!(npz.load::<BTreeMap<String, Vec<u8>>>().unwrap()["a"], [1, 2]);
    std::fs::write(&path, &bytes).unwrap();
    assert!(options.verify(&path).unwrap().is_ok());
    assert!(options.open(&path).unwrap().verify().unwrap().is_ok());
}
