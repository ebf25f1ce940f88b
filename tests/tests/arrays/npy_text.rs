//! Text cells, compared with what NumPy makes of the same bytes: NULs, all of Unicode, what is not Unicode.

use ndarray::{Array0, Array1, Array2, ShapeBuilder, array};
use npz_core::{ErrorKind, FixedBytes, FixedStr, Npz, npy};
use tests::{python, temp_dir};

/// A `.npy` file of any bytes.
fn file(descr: &str, shape: &str, fortran: bool, data: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let dict = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{dict:<117}\n").bytes());
    bytes.extend(data);
    bytes
}

fn units(codes: &[u32], is_big: bool) -> Vec<u8> {
    codes.iter().flat_map(|code| if is_big { code.to_be_bytes() } else { code.to_le_bytes() }).collect()
}

#[test]
fn nuls_are_kept_within_and_dropped_at_the_end_as_numpy_does() {
    let dir = temp_dir();
    let script = r"
texts = ['', '\0', 'a', 'a\0', 'a\0b', '\0a', '\0\0b\0', 'abcd']
for name, dtype in [('u', '<U4'), ('big', '>U4'), ('s', 'S4')]:
    a = np.array([t.encode() for t in texts] if name == 's' else texts, dtype)
    np.save(name + '.npy', a)
    found = [t.decode() if name == 's' else t for t in a.tolist()]
    print(json.dumps(found))
np.save('u0.npy', np.zeros(2, 'U0'))
np.save('s0.npy', np.zeros(2, 'S0'))
";
    let said = python(dir.path(), script);
    let saved = |name: &str| std::fs::read(dir.path().join(format!("{name}.npy"))).unwrap();
    let expected = ["", "", "a", "a", "a\0b", "\0a", "\0\0b", "abcd"];
    let json = r#"["", "", "a", "a", "a\u0000b", "\u0000a", "\u0000\u0000b", "abcd"]"#;
    assert_eq!(said.lines().collect::<Vec<_>>(), [json; 3]);
    for name in ["u", "big", "s"] {
        assert_eq!(npy::from_bytes::<Array1<String>>(&saved(name)).unwrap().to_vec(), expected, "{name}");
        let fixed: Array1<FixedStr<4>> = npy::from_bytes(&saved(name)).unwrap();
        assert_eq!(fixed.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{name}");
    }
    let fixed: Array1<FixedBytes<4>> = npy::from_bytes(&saved("s")).unwrap();
    assert!(fixed.iter().zip(expected).all(|(cell, text)| cell.as_bytes() == text.as_bytes()));
    // What NumPy holds is written as NumPy writes it.
    assert_eq!(npy::to_bytes(&Array1::from(expected.map(str::to_owned).to_vec())).unwrap(), saved("u"));
    let cells = Array1::from(expected.map(|text| FixedStr::<4>::new(text).unwrap()).to_vec());
    assert_eq!(npy::to_bytes(&cells).unwrap(), saved("u"));
    assert_eq!(npy::to_bytes(&fixed).unwrap(), saved("s"));
    // Text of no width.
    let empty = ["", ""];
    for name in ["u0", "s0"] {
        assert_eq!(npy::from_bytes::<Array1<String>>(&saved(name)).unwrap().to_vec(), empty);
    }
    let none = file("<U0", "(2,)", false, &[]);
    assert_eq!(npy::from_bytes::<Array1<String>>(&none).unwrap().to_vec(), empty);
    assert_eq!(npy::from_bytes::<Array1<FixedStr<0>>>(&none).unwrap().len(), 2);
    assert_eq!(npy::from_bytes::<Array1<FixedBytes<0>>>(&file("|S0", "(2,)", false, &[])).unwrap().len(), 2);
}

#[test]
fn a_text_that_would_lose_its_end_is_not_saved() {
    let texts = array![["a".to_owned(), "b\0c".to_owned()], ["d\0".to_owned(), String::new()]];
    for (error, place) in [
        (npy::to_bytes(&texts).unwrap_err(), "text (1, 0) can't be saved"),
        (npy::to_bytes(&texts.t()).unwrap_err(), "text (0, 1) can't be saved"),
        (npy::to_bytes(&texts.row(1)).unwrap_err(), "text 0 can't be saved"),
        (npy::to_bytes(&Array0::from_elem((), "\0".to_owned())).unwrap_err(), "the text ends with a NUL"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(place), "{error}");
        assert!(error.to_string().contains("remove it first"), "{error}");
    }
    assert!(FixedStr::<3>::new("a\0").is_err() && FixedBytes::<3>::new(b"a\0").is_err());
    assert_eq!(FixedBytes::<3>::new(b"a\0b").unwrap().as_bytes(), b"a\0b");
}

#[test]
fn every_character_is_the_same_to_python() {
    let dir = temp_dir();
    let script = "
edges = [1, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffe, 0xffff, 0x10000, 0x1f600, 0x10ffff]
texts = [chr(code) for code in edges] + ['e\\u0301', '\\U0001f468\\u200d\\U0001f469', '\\ufeffa', '\\u202eb']
np.save('little.npy', np.array(texts))
np.save('big.npy', np.array(texts).astype('>U3'))
# One text of every character that there is.
every = ''.join(chr(code) for code in range(1, 0x110000) if not 0xd800 <= code < 0xe000)
np.save('every.npy', np.array(every))
";
    python(dir.path(), script);
    let saved = |name: &str| std::fs::read(dir.path().join(format!("{name}.npy"))).unwrap();
    let read: Array1<String> = npy::from_bytes(&saved("little")).unwrap();
    assert_eq!((read[7].as_str(), read[13].as_str()), ("\u{d7ff}", "\u{10ffff}"));
    assert_eq!(npy::to_bytes(&read).unwrap(), saved("little"));
    assert_eq!(npy::from_bytes::<Array1<String>>(&saved("big")).unwrap(), read);
    let fixed: Array1<FixedStr<3>> = npy::from_bytes(&saved("big")).unwrap();
    assert_eq!(npy::to_bytes(&fixed).unwrap(), saved("little"));
    let every: String = ('\u{1}'..=char::MAX).collect();
    let read: Array0<String> = npy::from_bytes(&saved("every")).unwrap();
    assert!(read[()] == every);
    assert!(npy::to_bytes(&read).unwrap() == saved("every"));
}

#[test]
fn what_is_no_character_is_an_error_that_names_the_cell() {
    let string = |bytes: &[u8]| npy::from_bytes::<Array2<String>>(bytes).map(drop).unwrap_err();
    let fixed = |bytes: &[u8]| npy::from_bytes::<Array2<FixedStr<2>>>(bytes).map(drop).unwrap_err();
    // Six cells of two characters, the fifth in the file bad in its second: surrogates, and beyond Unicode.
    for code in [0xd800, 0xdbff, 0xdc00, 0xdfff, 0x11_0000, 0x7fff_ffff, u32::MAX] {
        for (descr, is_big) in [("<U2", false), (">U2", true)] {
            let mut codes = [0x61; 12];
            codes[9] = code;
            let data = units(&codes, is_big);
            let c = file(descr, "(2, 3)", false, &data);
            let fortran = file(descr, "(2, 3)", true, &data);
            for (bytes, place) in [(c, "cell (1, 1)"), (fortran, "cell (0, 2)")] {
                for error in [string(&bytes), fixed(&bytes)] {
                    let told = format!("{place} holds U+{code:04X}, which is not a Unicode character");
                    assert!(error.to_string().contains(&told), "{error}");
                    assert_eq!(error.kind(), ErrorKind::Invalid);
                }
            }
        }
    }
    let one = file("<U1", "(3,)", false, &units(&[0x61, 0, 0xd800], false));
    let error = npy::from_bytes::<Array1<String>>(&one).unwrap_err();
    assert!(error.to_string().contains("cell 2 holds U+D800"), "{error}");
    let single = file("<U1", "()", false, &units(&[0xd800], false));
    let error = npy::from_bytes::<Array0<String>>(&single).unwrap_err();
    assert!(error.to_string().contains("it holds U+D800"), "{error}");
    // A pair of surrogates is UTF-16, not a character of `<U`; NumPy gives two halves.
    let pair = file("<U2", "(1, 1)", false, &units(&[0xd83d, 0xde00], false));
    assert!(string(&pair).to_string().contains("cell (0, 0) holds U+D83D"));
    // Bytes that are not UTF-8.
    let bytes = file("|S2", "(2, 3)", true, b"abcdefghi\xffkl");
    let error = npy::from_bytes::<Array2<String>>(&bytes).unwrap_err();
    assert!(error.to_string().contains("cell (0, 2) holds bytes that are not UTF-8"), "{error}");
    let raw: Array2<FixedBytes<2>> = npy::from_bytes(&bytes).unwrap();
    assert_eq!(raw[[0, 2]].as_bytes(), b"i\xff");
}

#[test]
fn a_cell_far_into_a_large_file_is_named_by_its_index() {
    // Beyond the first of the pieces that are read together.
    let mut codes = vec![0x62; 300_000];
    codes[299_998] = 0xdead;
    let bytes = file("<U1", "(100, 3000)", false, &units(&codes, false));
    let error = npy::from_bytes::<Array2<String>>(&bytes).unwrap_err();
    assert!(error.to_string().contains("cell (99, 2998) holds U+DEAD"), "{error}");
    let wide = Array2::<u64>::from_elem((100, 3000).f(), u64::MAX);
    let error = npy::from_bytes::<Array2<usize>>(&npy::to_bytes(&wide.mapv(|_| -1i64)).unwrap()).unwrap_err();
    assert!(error.to_string().contains("cell (0, 0) holds -1"), "{error}");
}

#[derive(Npz, Debug, PartialEq)]
struct Labels {
    names: Array2<String>,
    codes: Vec<FixedBytes<3>>,
    title: String,
}

#[test]
fn members_that_hold_no_characters_are_named_with_the_cell() {
    let dir = temp_dir();
    let script = "
names = np.array([['a', 'b'], ['c', 'd']]).view('u4')
names[1, 0] = 0xd800
np.savez('bad.npz', names=names.view('<U1'), codes=np.array([b'x', b'yz\\0']), title='t')
";
    python(dir.path(), script);
    let error = Labels::load(dir.path().join("bad.npz")).unwrap_err();
    assert!(error.to_string().contains("names"), "{error}");
    assert!(error.to_string().contains("cell (1, 0) holds U+D800"), "{error}");
}

#[test]
fn a_fixed_text_is_made_of_and_compared_with_other_text() {
    let word: FixedStr<4> = "a\0Ω".parse().unwrap();
    assert_eq!(word, "a\0Ω");
    assert_eq!(word, *"a\0Ω");
    assert_ne!(word, "a\0Ωx");
    assert_ne!(word, "a\0");
    assert_ne!(FixedStr::<4>::new("a").unwrap(), "a\0");
    assert_eq!(word, FixedStr::try_from("a\0Ω").unwrap());
    assert_eq!(word.chars().rev().collect::<String>(), "Ω\0a");
    assert_eq!(FixedStr::<4>::default().chars().len(), 0);
    assert_eq!("abcde".parse::<FixedStr<4>>().unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(FixedStr::<4>::try_from("a\0").unwrap_err().kind(), ErrorKind::Invalid);
}
