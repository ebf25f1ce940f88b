//! A tiny archive with each byte of its directory and its end changed: an error, or what was saved.

use std::io::Cursor;
use std::panic::catch_unwind;
use std::time::Instant;

use npz_core::{Compression, Limits, LoadOptions, Npz, NpzWriter};
use tests::{python, temp_dir};

/// Whatever is lost would be `None`.
#[derive(Npz, Debug, PartialEq, Clone)]
struct Pair {
    a: Option<Vec<u16>>,
    b: Option<Vec<f64>>,
}

fn pair() -> Pair {
    Pair { a: Some(vec![1, 2, 3]), b: Some(vec![0.5; 40]) }
}

fn archive() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut file).unwrap();
    writer.add("a", &pair().a).unwrap();
    writer.add_with("b", &pair().b, Compression::Deflate(6)).unwrap();
    writer.finish().unwrap();
    file.into_inner()
}

/// The same with a zip64 end record.
fn zip64() -> Vec<u8> {
    let mut bytes = archive();
    let end = bytes.len() - 22;
    let field = |at: usize| u32::from_le_bytes(bytes[end + at..end + at + 4].try_into().unwrap());
    let (size, offset) = (u64::from(field(12)), u64::from(field(16)));
    bytes.truncate(end);
    bytes.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for number in [2, 2, size, offset] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend((end as u64).to_le_bytes());
    bytes.extend(b"\x01\0\0\0PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    bytes
}

/// Whether a byte is part of a checksum or size, which NumPy does not verify, as it never reads up to the end of a
/// member, the length of a name or what follows it, which may lead past the end of the directory there, or the number
/// of a disk, which it ignores.
fn is_checked_here_alone(sound: &[u8], place: usize) -> bool {
    let fields = [(b"PK\x01\x02", 16..34), (b"PK\x05\x06", 4..8), (b"PK\x06\x06", 16..24)];
    fields.into_iter().any(|(signature, field)| {
        let starts = (0..sound.len()).filter(|&start| sound[start..].starts_with(signature));
        starts.filter_map(|start| place.checked_sub(start)).any(|at| field.contains(&at))
    })
}

/// One archive: the place that was changed, and what it holds now.
struct Mutant {
    place: usize,
    value: u8,
    bytes: Vec<u8>,
}

fn mutants(sound: &[u8]) -> Vec<Mutant> {
    let directory = sound.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut mutants = Vec::new();
    for place in directory..sound.len() {
        let old = sound[place];
        for value in [0, 0xFF, old.wrapping_add(1)] {
            if value != old {
                let mut bytes = sound.to_vec();
                bytes[place] = value;
                mutants.push(Mutant { place, value, bytes });
            }
        }
    }
    mutants
}

#[test]
fn one_changed_byte_gives_an_error_or_what_was_saved() {
    for sound in [archive(), zip64()] {
        assert_eq!(Pair::from_bytes(&sound).unwrap(), pair());
        let mutants = mutants(&sound);
        assert!(mutants.len() > 300, "{}", mutants.len());
        let dir = temp_dir();
        let mut ours = Vec::new();
        for (i, Mutant { place, value, bytes }) in mutants.iter().enumerate() {
            let what = format!("byte {place} of {} set to {value}", sound.len());
            let start = Instant::now();
            let loaded = catch_unwind(|| {
                let options = LoadOptions::new().limits(Limits::strict());
                let one_by_one = options.reader(bytes).ok().map(|npz| {
                    let _ = npz.entries();
                    // Of two members of one name NumPy reads the last.
                    if npz.names().collect::<Vec<_>>() == ["b", "b"] {
                        return (None, npz.get::<Vec<f64>>("b").ok());
                    }
                    (npz.get::<Vec<u16>>("a").ok(), npz.get::<Vec<f64>>("b").ok())
                });
                (options.from_bytes::<Pair>(bytes), one_by_one)
            });
            let (whole, one_by_one) = loaded.unwrap_or_else(|_| panic!("{what}: a panic"));
            assert!(start.elapsed().as_secs() < 2, "{what}: {:?}", start.elapsed());
            let (a, b) = one_by_one.unwrap_or_default();
            let is_hidden = bytes.windows(5).filter(|name| name == b"b.npy").count() > 2;
            if let Ok(whole) = &whole {
                let expected = if is_hidden { Pair { a: None, ..pair() } } else { pair() };
                assert_eq!(*whole, expected, "{what}");
            }
            assert!(a.is_none() || a == pair().a, "{what}");
            assert!(b.is_none() || b == pair().b, "{what}");
            ours.push(whole.is_ok());
            std::fs::write(dir.path().join(format!("{i}.npz")), bytes).unwrap();
        }
        // What NumPy reads as it was saved is read here too, unless a check that Python does not have refuses it.
        let script = format!(
                "
for i in range({}):
    try:
        with np.load(f'{{i}}.npz') as npz:
            ok = sorted(npz) == ['a', 'b'] and npz['a'].tolist() == [1, 2, 3] and npz['b'].tolist() == [0.5] * 40
    except Exception:
        ok = False
    print(int(ok))
",
                mutants.len()
            );
        let numpys = python(dir.path(), &script);
        assert!(ours.iter().filter(|is_ok| **is_ok).count() > 90, "most of what tells nothing may change");
        for ((numpys, ours), mutant) in numpys.lines().zip(&ours).zip(&mutants) {
            let is_stricter = numpys == "1" && !*ours;
            assert!(!is_stricter || is_checked_here_alone(&sound, mutant.place), "byte {}", mutant.place);
        }
    }
}
