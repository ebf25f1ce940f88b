//! What the reader of `.npy` files takes and what it refuses, compared with NumPy's way with the same bytes.
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod claims;
mod mutation;
mod streams;
mod verdict;

use ndarray::{Array1, Array2};
use std::fs;

use npz_core::{AnyArray, ErrorKind, Header, Limits, npy};
use tests::{python, temp_dir};

use verdict::{PYTHON, file, header, ours};

/// Lets NumPy judge files.
fn numpys(files: &[Vec<u8>]) -> Vec<String> {
    let dir = temp_dir();
    let lengths: Vec<usize> = files.iter().map(Vec::len).collect();
    fs::write(dir.path().join("files"), files.concat()).unwrap();
    let script = format!(
        "{PYTHON}
with open('files', 'rb') as files:
    for length in {lengths:?}:
        print(verdict(files.read(length)))
"
    );
    let verdicts: Vec<String> = python(dir.path(), &script).lines().map(str::to_owned).collect();
    assert_eq!(verdicts.len(), files.len());
    verdicts
}

enum Expect {
    /// Both read it, and read the same.
    Read,
    /// Both refuse it; our message holds this.
    Refused(&'static str),
    /// NumPy reads it; we refuse it with a message that holds this.
    WeRefuse(&'static str),
    /// NumPy refuses it, we read it.
    WeRead,
}

#[test]
fn headers_are_taken_and_refused_as_by_numpy_but_for_the_listed_ones() {
    use Expect::{Read, Refused, WeRead, WeRefuse};
    let usual = |shape| header("'<f4'", shape);
    let cases: &[(u8, &str, Expect)] = &[
        (1, &usual("(2,)"), Read),
        (2, &usual("(2,)"), Read),
        (3, &usual("(2,)"), Read),
        // Keys.
        (1, "{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}", Read),
        (1, "{'fortran_order': True, 'shape': (2, 2), 'descr': '<f4'}", Read),
        (1, "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}", Read),
        (1, "{u'descr': u'<f4', u'fortran_order': False, u'shape': (2,)}", Read),
        (1, "{'des' 'cr': '<' 'f4', 'fortran_order': False, 'shape': (2,)}", Read),
        (1, "{'descr': '<f4', 'fortran_order': False}", Refused("'shape' is missing")),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", Refused("'x' is unexpected")),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), b'x': 1}", Refused("the name 'b'")),
        (
            1,
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}",
            WeRefuse("there twice"),
        ),
        // Space and padding.
        (1, "{'descr':'<f4','fortran_order':False,'shape':(2,)}", Read),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}          ", Read),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n\n", Read),
        (1, "{ 'descr' :\t'<f4' ,\n 'fortran_order':False,'shape' : ( 2 , ) , }\r\n", Read),
        (1, "  {'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", Read),
        (1, "({'descr': '<f4', 'fortran_order': False, 'shape': (2,)})", Read),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} # a note", Read),
        (1, "{'descr': '<f4', # a note\n'fortran_order': False,#'x'\n # more\n'shape': (2,)}#\n", Read),
        (1, "# a note\r{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", Read),
        (1, "{'descr': '<f4', 'fortran_order': False # , 'shape': (2,)}", Refused("',' or '}'")),
        (1, "# {'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", Refused("end of the text")),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\0", Refused("found '\\x00'")),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", Refused("the end of the text")),
        (1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", Refused("',' or '}'")),
        // Spellings of a dtype; all that there are stand below.
        (1, &header("'=f4'", "(2,)"), Read),
        (1, &header("'|f4'", "(2,)"), Read),
        (1, &header("'f4'", "(2,)"), Read),
        (2, &header("'d'", "(2,)"), Read),
        (3, &header("'?'", "(4,)"), Read),
        (1, &header("'float32'", "(2,)"), Read),
        (1, &header("'=U2'", "(1,)"), WeRefuse("which is not a Unicode character")),
        // Shapes.
        (1, &usual("()"), Read),
        (1, &usual("(2, 3)"), Read),
        (1, &usual("(0, 3)"), Read),
        (1, &usual("(0x2, 0b1, 0o3)"), Read),
        (1, &usual("(0X_2, 1_0)"), Read),
        (1, &usual("(+2,)"), Read),
        (1, &usual("((2), (3),)"), Read),
        (1, &usual("(2L, 3L)"), Read),
        (2, &usual("(2L,)"), Read),
        (3, &usual("(2L,)"), Refused("expected a whole number")),
        (1, &usual("[2]"), Refused("must be a tuple of whole numbers")),
        (1, &usual("2"), Refused("must be a tuple of whole numbers")),
        (1, &usual("(2)"), Refused("must be a tuple of whole numbers")),
        (1, &usual("None"), Refused("found None")),
        (1, &usual("(-1,)"), Refused("from 0 to")),
        (1, &usual("(-2, -2)"), Refused("from 0 to")),
        (1, &usual("(2.0,)"), Refused("expected a whole number")),
        (1, &usual("('2',)"), Refused("found the string '2'")),
        (1, &usual("(010,)"), Refused("expected a whole number")),
        (1, &usual("(True,)"), Refused("found True")),
        (1, &usual("(1+1,)"), Refused("expected")),
        (1, &usual("(np.int64(2),)"), Refused("a call of 'np.int64'")),
        (1, &usual(&format!("({})", "1,".repeat(64))), Read),
        (1, &usual(&format!("({})", "1,".repeat(65))), Refused("65 axes")),
        // Order.
        (1, "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", Refused("True or False, found 0")),
        (1, "{'descr': '<f4', 'fortran_order': 'False', 'shape': (2,)}", Refused("True or False")),
        (1, "{'descr': '<f4', 'fortran_order': None, 'shape': (2,)}", Refused("found None")),
        (1, "{'descr': '<f4', 'fortran_order': false, 'shape': (2,)}", Refused("the name 'false'")),
        // No dict, no literal, no dtype.
        (1, "", Refused("end of the text")),
        (1, "[1, 2]", Refused("must be a dict")),
        (1, "'descr'", Refused("must be a dict")),
        (1, "dict(descr='<f4')", Refused("a call of 'dict'")),
        (1, "__import__('os').getcwd()", Refused("a call of '__import__'")),
        (1, &header("('<f4', (2,))", "(1,)"), Refused("records only")),
        (1, &header("None", "(2,)"), Refused("expected a dtype as a string")),
        (1, &header("4", "(2,)"), Refused("expected a dtype as a string")),
        (1, &header("'f4,i4'", "(2,)"), WeRefuse("list of fields")),
        (1, &header("'<1i2'", "(2,)"), WeRefuse("the dtype '<1i2', which is none")),
        (1, &header("[('a', '2i2')]", "(2,)"), WeRefuse("the dtype '2i2', which is none")),
        (1, &header("'M8[s/1000]'", "(2,)"), WeRefuse("[500us] for [ms/2]")),
        (1, &header("[('a', '<f4', None)]", "(2,)"), Refused("expected the shape of a field")),
        (1, &header("[('a', '<f4'), ('b', '<i4')]", "(2,)"), Read),
        (1, &header("[('a', '<i2'), ('', '>f4', (2,)), ('z', '|i1')]", "(2,)"), Read),
        (1, &header("[('a', '<i2'), ('', '|V3', (2,)), ('', [('x', '|i1')], 3)]", "(2,)"), Read),
        (1, &header("[('a', '<i2'), ('', '|O', (2,)), ('z', '|i1')]", "(2,)"), Read),
        (1, &header("[('a', '<i2'), ('', [('x', '|i1')])]", "(2,)"), Read),
        (1, &header("'<W4'", "(2,)"), Refused("`a.astype(..)`")),
        (1, &header("[('a', '<W4')]", "(2,)"), Refused("the dtype '<W4', which is none")),
        (1, &header("[('é', '<f4')]", "(2,)"), Read),
        (2, &header("[('é', '<f4')]", "(2,)"), Read),
        (1, &header("'|O'", "(2,)"), Refused("never read")),
        (1, &header("'|b1'", "(4,)"), Read),           // bytes from 0 to 3
        (3, &header("[('Ã©', '<f4')]", "(2,)"), Read), // UTF-8 of é, a byte each
        (3, &header("[('é', '<f4')]", "(2,)"), Refused("not UTF-8")),
        (1, &header("'bfloat16'", "(2,)"), WeRead),
    ];
    let data: Vec<u8> = (0..=255).collect();
    let files: Vec<_> = cases.iter().map(|(major, header, _)| file(*major, header, &data)).collect();
    for ((case, bytes), numpys) in cases.iter().zip(&files).zip(numpys(&files)) {
        let (major, header, expect) = case;
        let told = format!("version {major}: {header}\nNumPy: {numpys}");
        let (numpy_reads, message) = match expect {
            Read => (true, None),
            WeRead => (false, None),
            Refused(message) => (false, Some(message)),
            WeRefuse(message) => (true, Some(message)),
        };
        assert_eq!(!numpys.starts_with("no "), numpy_reads, "{told}");
        match (ours(bytes), message) {
            (Ok(ours), None) => assert!(!numpy_reads || same(&ours, &numpys), "{told}\n ours: {ours}"),
            (Err(error), Some(message)) => assert!(error.to_string().contains(message), "{told}\n{error}"),
            (Ok(ours), Some(_)) => panic!("{told}\nwe read {ours}"),
            (Err(error), None) => panic!("{told}\n{error}"),
        }
    }
}

/// Compares two lines; one with `?` for the cells stands for any.
fn same(ours: &str, numpys: &str) -> bool {
    match ours.strip_suffix('?') {
        Some(start) => numpys.starts_with(start),
        None => ours == numpys,
    }
}

#[test]
fn every_spelling_of_a_dtype_means_what_it_means_to_numpy() {
    let dir = temp_dir();
    // What we read although NumPy can't: dtypes of other platforms, ml_dtypes' own, old names.
    let beyond = ["f1", "f12", "c24", "a", "bfloat16"];
    // What NumPy reads by the way its parser is built, and nobody writes: `f+4`, `f 4`, `<datetime64`.
    let accident = |spelling: &str| {
        spelling.contains(['+', ' ', '\t'])
            || spelling.ends_with("datetime64")
            || spelling.ends_with("timedelta64")
    };
    let script = "
import string
names = [*np.sctypeDict, 'bytes', 'str', 'unicode', 'a', 'a3', 'string', 'float_', 'Bool', 'Int8', 'float96']
names += string.ascii_letters + '?'
sizes = [*range(18), 24, 32, '04', '4 ', '-4', '+4', ' 4', '\\t4', '4_0', '4x']
names += [f'{c}{n}' for c in string.ascii_letters + '?' for n in sizes]
names = dict.fromkeys(name for name in names if isinstance(name, str))
print('\\n'.join(f'{order}{name}' for name in names for order in ['', '<', '>', '=', '|', '!']))
";
    let spellings = python(dir.path(), script);
    // Text in both byte orders, and no bool but 0 and 1.
    let data = [0, 1, 2, 0].repeat(100);
    let spellings: Vec<&str> = spellings.lines().collect();
    let spelled = |name: &&str| file(1, &header(&format!("'{name}'"), "(1,)"), &data);
    let files: Vec<_> = spellings.iter().map(spelled).collect();
    let mut differing = Vec::new();
    let mut read = 0;
    for ((spelling, bytes), numpys) in spellings.iter().zip(&files).zip(numpys(&files)) {
        let ours = ours(bytes);
        let agreed = match &ours {
            Ok(ours) => {
                same(ours, &numpys) || beyond.contains(&spelling.trim_start_matches(['<', '>', '=', '|']))
            }
            Err(_) => numpys.starts_with("no ") || accident(spelling),
        };
        if !agreed {
            differing.push(format!("{spelling}: ours {ours:?}\n  NumPy {numpys}"));
        }
        read += usize::from(ours.is_ok_and(|line| !line.ends_with('?')));
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(read > 250, "{read} of {} were read", spellings.len());
}

#[test]
fn a_dtype_of_another_library_is_no_damage() {
    let dir = temp_dir();
    python(
        dir.path(),
        "import ml_dtypes
a = np.zeros(2, ml_dtypes.complex32)
np.save('a.npy', a); np.savez('a.npz', half=a, row=np.zeros(2, [('x', ml_dtypes.complex32)]), plain=np.arange(2))
np.save('advice.npy', a.astype('complex64'))",
    );
    let advice = "cells of the dtype '<W4', which is none of NumPy's own, can't be read: in Python, save `a.astype(..)`";
    let npz = npz_core::NpzReader::open(dir.path().join("a.npz")).unwrap();
    let errors = [
        npy::load::<AnyArray>(dir.path().join("a.npy")).unwrap_err(),
        npy::load::<Array1<f32>>(dir.path().join("a.npy")).unwrap_err(),
        npz.header("half").unwrap_err(),
        npz.get::<AnyArray>("half").unwrap_err(),
        npz.get::<Vec<f32>>("row").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
    }
    assert!(npy::load::<AnyArray>(dir.path().join("advice.npy")).is_ok());
    let listing: Vec<_> = npz.entries().unwrap().iter().map(ToString::to_string).collect();
    assert!(listing[0].starts_with(&format!("half: not readable ({advice}")), "{listing:?}");
    assert!(listing[1].starts_with(&format!("row: not readable ({advice}")), "{listing:?}");
    assert!(listing[2].starts_with("plain: <i8 (i64), shape (2,)"), "{listing:?}");
    let problems: Vec<_> = npz.entries().unwrap().iter().map(|entry| entry.problem.is_some()).collect();
    assert_eq!(problems, [true, true, false]);
    assert!(npz.bytes("half").unwrap().starts_with(b"\x93NUMPY"), "the bytes are there");

    // What no program means by a dtype is damage.
    for descr in [
        "''",
        "'<'",
        "'<f 4'",
        "'f4\\x00'",
        "'\u{e9}4'",
        "4",
        "[('a', 'f4'), ('a', 'f4')]",
        "'M8[0s]'",
        "'<U536870912'",
        "'!i4'",
    ] {
        let error =
            Header::read(&file(1, &header(descr, "(2,)"), &[0; 99])[..], &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{descr}: {error}");
    }
}

#[test]
fn bytes_after_the_array_are_ignored_as_by_numpy() {
    for extra in [1, 7, 1000] {
        let bytes =
            file(1, &header("'<u2'", "(3,)"), &[&[1, 0, 2, 0, 3, 0][..], &vec![0xff; extra]].concat());
        let expected = ndarray::array![1u16, 2, 3];
        assert_eq!(npy::from_bytes::<Array1<u16>>(&bytes).unwrap(), expected);
        assert_eq!(npy::read::<Array1<u16>>(&bytes[..]).unwrap(), expected);
        let dir = temp_dir();
        fs::write(dir.path().join("a.npy"), &bytes).unwrap();
        assert_eq!(npy::load::<Array1<u16>>(dir.path().join("a.npy")).unwrap(), expected);
        assert_eq!(python(dir.path(), "print(np.load('a.npy').tolist())").trim(), "[1, 2, 3]");
    }
}

#[test]
fn pickles_are_refused_with_the_way_out_and_their_headers_are_listed() {
    let dir = temp_dir();
    let script = "
import pickle
np.save('object.npy', np.array([None, 1], dtype=object))
np.save('record.npy', np.zeros(2, dtype=[('a', 'i4'), ('b', 'O')]))
np.save('empty.npy', np.zeros(0, dtype=object))
np.save('strings.npy', np.array(['a', 'bc'], dtype=np.dtypes.StringDType()))
for protocol in range(6):
    with open(f'pickle{protocol}', 'wb') as file:
        pickle.dump(np.arange(3), file, protocol)
";
    python(dir.path(), script);
    for name in ["object.npy", "record.npy", "empty.npy", "strings.npy"] {
        let path = dir.path().join(name);
        let bytes = fs::read(&path).unwrap();
        let errors = [
            npy::load::<Array1<f64>>(&path).unwrap_err(),
            npy::read::<Array1<String>>(&bytes[..]).unwrap_err(),
            npy::from_bytes::<Array2<i64>>(&bytes).unwrap_err(),
            npy::view::<u8, ndarray::IxDyn>(&bytes).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
            assert!(error.to_string().contains("pickle"), "{name}: {error}");
            assert!(error.to_string().contains("allow_pickle=True"), "{name}: {error}");
        }
        assert!(Header::read(&bytes[..], &Limits::default()).unwrap().dtype().has_object(), "{name}");
    }
    for protocol in 0..6 {
        let error = npy::load::<Array1<i64>>(dir.path().join(format!("pickle{protocol}"))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "protocol {protocol}: {error}");
        assert!(error.to_string().contains("pickle"), "protocol {protocol}: {error}");
        assert!(error.to_string().contains(&format!("pickle{protocol}")), "the file is named: {error}");
    }
}

#[test]
fn the_cap_of_a_header_is_numpys_when_strict_and_1_mib_by_default() {
    let padded = |len: usize| {
        let dict = header("'<u1'", "(1,)");
        file(2, &(" ".repeat(len - dict.len()) + &dict), &[7])
    };
    let verdicts = numpys(&[padded(10_000), padded(10_001)]);
    assert!(verdicts[0].starts_with("|u1 [1]"), "{verdicts:?}");
    assert!(verdicts[1].contains("is large and may not be safe"), "{verdicts:?}");
    let refused = |limits: &Limits, len| {
        let error = Header::read(&padded(len)[..], limits).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Limit, Some(8)), "{error}");
        assert!(error.to_string().contains(&format!("is {len}, the limit is")), "{error}");
        assert!(error.to_string().contains("Limits::header_bytes"), "{error}");
    };
    assert_eq!(Header::read(&padded(10_000)[..], &Limits::strict()).unwrap().shape(), [1]);
    refused(&Limits::strict(), 10_001);
    assert_eq!(npy::from_bytes::<Array1<u8>>(&padded(1 << 20)).unwrap()[0], 7);
    refused(&Limits::default(), (1 << 20) + 1);
    assert_eq!(npy::read::<Array1<u8>>(&padded((1 << 20) + 1)[..]).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(Header::read(&padded((1 << 20) + 1)[..], &Limits::trusted()).unwrap().shape(), [1]);

    // A record of 600 fields is beyond NumPy's cap, and not beyond ours.
    let fields: Vec<_> = (0..600).map(|i| format!("('field{i}', '<f4')")).collect();
    let record = file(1, &header(&format!("[{}]", fields.join(", ")), "(0,)"), b"");
    assert!(numpys(std::slice::from_ref(&record))[0].contains("is large and may not be safe"));
    assert_eq!(Header::read(&record[..], &Limits::strict()).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(npy::read::<AnyArray>(&record[..]).unwrap().dtype().fields().unwrap().len(), 600);
}
