//! Arrays whose dtype is known only when the program runs, against real NumPy.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayD, Ix2, arr0, arr1, array};
use npz_core::time::{Nanosecond, Second};
use npz_core::{
    AnyArray, AnyValue, ByteOrder, Cast, DType, DTypeKind, DateTime64, ErrorKind, Npz, NpzReader, Order,
    RawArray, SaveOptions, npy,
};
use tests::{python, temp_dir};

/// Arrays of every dtype, in both byte orders and both axis orders.
const ARRAYS: &str = r"
rng = np.random.default_rng(7)
arrays = {}
for code in ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16', 'S5', 'U3', 'V3',
             'M8[ns]', 'm8[25s]', 'f16', 'c32']:
    for byteorder in '<>':
        dtype = np.dtype(code).newbyteorder(byteorder)
        raw = rng.integers(0, 50, (2, 3, 4)).astype('i8')
        if code[0] in 'SU':
            cells = np.vectorize(lambda n: 'x' * (n % 6) + str(n))(raw).astype(dtype)
        elif code[0] == 'V':
            cells = np.frombuffer(rng.bytes(24 * 3), 'V3').reshape(2, 3, 4)
        else:
            cells = raw.astype(dtype)
        arrays[f'{code}{byteorder}C'] = cells
        arrays[f'{code}{byteorder}F'] = np.asfortranarray(cells)
        arrays[f'{code}{byteorder}0'] = cells[0, 0, 0].astype(dtype) if code[0] != 'V' else cells[0, 0, 0]
        arrays[f'{code}{byteorder}E'] = cells[:0]
rec = np.dtype([('a', '>i2'), ('', 'V3'), ('b', [('c', '<f8', (2, 2)), ('d', '>U2')])])
arrays['rec'] = np.zeros((3, 2), rec)
arrays['rec']['b']['c'] = rng.random((3, 2, 2, 2))
arrays['rec']['b']['d'] = 'é'
arrays['recF'] = np.asfortranarray(arrays['rec'])
def le(a):
    return np.ascontiguousarray(a).astype(a.dtype.newbyteorder('<')).tobytes()
";

/// What few arrays have, and NumPy writes.
const ODD: &str = r"
def bits(code, *words):
    dtype = np.dtype(code)
    return np.frombuffer(np.array(words, np.dtype('u4').newbyteorder(dtype.byteorder)).tobytes(), dtype)
def nested(dtype):
    return np.zeros(3, [('a', dtype), ('b', 'i1')])['a']
arrays |= {
    'no width S': nested('S0'), 'no width U': nested('U0'), 'no width V': nested('V0'),
    'no width and no cells': nested('U0')[:0], 'no width, big': nested('>U0'),
    'wider than its longest': np.array(['a', ''], 'U8'), 'all empty': np.zeros((2, 2), 'U5'),
    'wide, big, fortran': np.asfortranarray(np.array([['a', 'bc', ''], ['d', '', 'é']], '>U7')),
    'wide bytes': np.array([b'a', b''], 'S300'), 'one wide': np.array('x', 'U9'), 'no cells': np.zeros((0, 3), 'U4'),
    'NUL inside': np.array(['a\0b'], 'U4'), 'NUL inside bytes': np.array([b'\0b'], 'S4'),
    'surrogate': bits('<U2', 0x61, 0xd800, 0x62, 0), 'surrogate, big': bits('>U2', 0x61, 0xd800, 0x62, 0),
    'beyond unicode': bits('<U1', 0x110000, 0xffffffff), 'surrogates, fortran': bits('<U1', *range(0xdc00, 0xdc06)).reshape(2, 3, order='F'),
    'odd bools': np.frombuffer(b'\0\1\2\xff', '?'), 'odd bools, fortran': np.frombuffer(b'\0\1\2\xff\1\0', '?').reshape(2, 3, order='F'),
    'padded': np.frombuffer(rng.bytes(64), 'u1').copy(), 'nans': np.frombuffer(rng.bytes(64) + b'\1\0\xa0\x7f', '>f4'),
    'no unit': np.array([1, 'NaT'], '>m8'), 'big points in time': np.array(['2024-01-01', 'NaT'], '>M8[25s]'),
    'tiny': np.frombuffer(rng.bytes(8), 'V1'), 'no fields': np.zeros(2, []),
    'titles': np.zeros(2, [(('a title', 'a'), '>i2'), ('', 'V3'), ('s', 'S0'), ('u', 'U0')]),
    'aligned': np.zeros((2, 2), np.dtype([('a', 'i1'), ('b', '>f8', (2, 0)), ('c', 'M8[s]', (2,))], align=True)),
}
long = arrays['padded'].reshape(4, 16)
long[:, 7] |= 0x80  # the digit before the point
long[:, 8:10] = [0xff, 0x3f]
arrays['padded'] = long.reshape(64).view('g')
arrays['padded, big'] = np.frombuffer(long[:, ::-1].tobytes(), '>f16')
arrays['padded, complex'] = long.reshape(64).view('G')
";

#[test]
fn what_numpy_writes_is_saved_again_byte_for_byte() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            "{ARRAYS}{ODD}np.savez('all.npz', **arrays)\n\
             os.makedirs('files')\n\
             for i, (name, a) in enumerate(arrays.items()):\n\
             \x20   np.save(f'files/{{i}}.npy', a)\n\
             \x20   if not a.dtype.kind == 'V': open(f'files/{{i}}.le', 'wb').write(le(a))\n\
             json.dump(list(arrays), open('names.json', 'w'))\n"
        ),
    );
    let names: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("names.json")).unwrap()).unwrap();
    assert_eq!(names.len(), 21 * 2 * 4 + 2 + 29);
    let all = BTreeMap::<String, AnyArray>::load(dir.path().join("all.npz")).unwrap();
    all.save(dir.path().join("again.npz")).unwrap();
    all.save_compressed(dir.path().join("again compressed.npz")).unwrap();
    let archives = ["all.npz", "again.npz", "again compressed.npz"]
        .map(|file| NpzReader::open(dir.path().join(file)).unwrap());
    for (i, name) in names.iter().enumerate() {
        let file = dir.path().join(format!("files/{i}.npy"));
        let bytes = std::fs::read(&file).unwrap();
        let loaded = npy::load::<AnyArray>(&file).unwrap();
        for any in [&loaded, &all[name], &loaded.clone(), &npy::read::<AnyArray>(&bytes[..]).unwrap()] {
            let mut again = Vec::new();
            npy::write(&mut again, any).unwrap();
            assert_eq!(again.escape_ascii().to_string(), bytes.escape_ascii().to_string(), "{name}");
            assert_eq!(any.dtype(), *npy::from_bytes::<RawArray>(&bytes).unwrap().dtype(), "{name}");
        }
        npy::save(dir.path().join("again.npy"), &loaded).unwrap();
        assert!(std::fs::read(dir.path().join("again.npy")).unwrap() == bytes, "{name}");
        for archive in &archives {
            assert!(archive.bytes(&format!("{name}.npy")).unwrap() == bytes, "{name}");
        }
        // NumPy forgets the padding of long doubles here, and gives cells of no width one.
        let is_other = ["f16", "c32", "padded", "no width"].iter().any(|start| name.starts_with(start));
        if let Ok(le) = std::fs::read(file.with_extension("le"))
            && !is_other
        {
            assert_eq!(loaded.to_le_bytes().unwrap(), le, "{name}");
        }
    }
}

#[test]
fn text_that_rust_can_not_hold_is_bytes_and_bools_are_true_or_false() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!("{ARRAYS}{ODD}np.savez('all.npz', **arrays)\nprint(repr(arrays['surrogate']).isascii())"),
    );
    let reader = NpzReader::open(dir.path().join("all.npz")).unwrap();
    let any = |name: &str| reader.get::<AnyArray>(name).unwrap();
    for name in ["surrogate", "surrogate, big", "beyond unicode", "surrogates, fortran"] {
        let AnyArray::Other(raw) = any(name) else { panic!("{name} is no text of Rust") };
        assert_eq!(raw.dtype().kind(), DTypeKind::Unicode, "{name}");
        // A typed text still refuses it.
        let error = reader.get::<ArrayD<String>>(name).unwrap_err();
        assert!(error.to_string().contains("is not a Unicode character"), "{error}");
        assert!(any(name).to_array::<String>(Cast::Safe).is_err());
    }
    assert!(matches!(any("wide, big, fortran"), AnyArray::Str(_)));
    assert!(matches!(any("padded"), AnyArray::LongDouble(_)));
    assert!(matches!(any("odd bools"), AnyArray::Other(_)));
    let truths = [false, true, true, true];
    assert_eq!(any("odd bools").to_array::<bool>(Cast::Exact).unwrap(), arr1(&truths).into_dyn());
    assert!(any("odd bools").iter().eq(truths.map(AnyValue::Bool)));
    assert_eq!(any("odd bools").to_string(), "[False  True  True  True]");
}

#[test]
fn how_cells_are_stored_is_kept_until_the_caller_changes_it() {
    #[derive(Npz)]
    struct Forms {
        #[npz(string = "S")]
        text: AnyArray,
        #[npz(store_as = "i2")]
        n: AnyArray,
        s: AnyArray,
    }

    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('a.npz', text=np.array(['a', 'bc'], '>U8'), n=np.array([1, 2], '>i4'), s=np.array([b'a'], 'S5'))",
    );
    let reader = NpzReader::open(dir.path().join("a.npz")).unwrap();
    let any = |name: &str| reader.get::<AnyArray>(name).unwrap();
    let saved = |any: &AnyArray| {
        let mut bytes = Vec::new();
        npy::write(&mut bytes, any).unwrap();
        npy::from_bytes::<RawArray>(&bytes).unwrap().dtype().to_string()
    };
    // In place: a longer text makes the cells wider, a shorter one leaves them.
    let mut text = any("text");
    let AnyArray::Str(cells) = &mut text else { panic!("it is text") };
    cells[[0]] = "x".to_owned();
    assert_eq!(saved(&text), ">U8");
    let AnyArray::Str(cells) = &mut text else { panic!("it is text") };
    cells[[0]] = "123456789".to_owned();
    assert_eq!((saved(&text).as_str(), text.dtype().to_string().as_str()), (">U9", ">U9"));
    // A cast says how it is stored.
    let cast =
        |name: &str, dtype: &str| saved(&any(name).cast(&DType::parse(dtype).unwrap(), Cast::Safe).unwrap());
    assert_eq!(
        [cast("n", "<i4"), cast("n", ">f8"), cast("n", "U7"), cast("n", "U")],
        ["<i4", ">f8", "<U7", "<U1"]
    );
    assert_eq!([cast("text", "U8"), cast("text", "U"), cast("text", ">U3")], ["<U8", "<U2", ">U3"]);
    assert_eq!(saved(&any("n").cast_unsafe(&DType::parse(">u2").unwrap()).unwrap()), ">u2");
    // The array alone is saved as any other.
    let AnyArray::Int32(cells) = any("n") else { panic!("they are int32") };
    assert_eq!(saved(&AnyArray::from(ArrayD::from(cells))), "<i4");
    // A field may ask for a form; a save for a byte order.
    let forms = || Forms { text: any("text"), n: any("n"), s: any("s") };
    let dtypes = |options: &SaveOptions| {
        let reader = NpzReader::new(options.to_bytes(&forms()).unwrap()).unwrap();
        ["text", "n", "s"].map(|name| reader.header(name).unwrap().dtype().to_string())
    };
    assert_eq!(dtypes(&SaveOptions::new()), ["|S2", ">i2", "|S5"]);
    assert_eq!(dtypes(&SaveOptions::new().byte_order(ByteOrder::Little)), ["|S2", "<i2", "|S5"]);
    let back = Forms::from_bytes(&forms().to_bytes().unwrap()).unwrap();
    assert_eq!((back.text, back.n, back.s), (any("text"), AnyArray::from(arr1(&[1i16, 2])), any("s")));
}

#[test]
fn what_rust_has_cells_for_is_typed_and_the_rest_is_bytes() {
    let dir = temp_dir();
    python(dir.path(), &format!("{ARRAYS}np.savez('all.npz', **arrays)"));
    let reader = NpzReader::open(dir.path().join("all.npz")).unwrap();
    let any = |name: &str| reader.get::<AnyArray>(name).unwrap();
    assert!(matches!(any("?<C"), AnyArray::Bool(_)));
    assert!(matches!(any("i8>F"), AnyArray::Int64(_)));
    assert!(matches!(any("f2<C"), AnyArray::Float16(_)));
    assert!(matches!(any("c16>C"), AnyArray::Complex128(_)));
    assert!(matches!(any("U3>C"), AnyArray::Str(_)));
    assert!(matches!(any("S5<C"), AnyArray::Bytes(_)));
    let AnyArray::DateTime64 { unit, ticks } = any("M8[ns]>F") else { panic!("times are ticks") };
    assert_eq!((unit.to_string().as_str(), ticks.shape()), ("ns", &[2, 3, 4][..]));
    let times: ArrayD<DateTime64<Nanosecond>> = reader.get("M8[ns]>F").unwrap();
    assert_eq!(any("M8[ns]>F").view::<DateTime64<Nanosecond>>().unwrap(), times);
    assert_eq!(
        any("M8[ns]>F").into_array::<DateTime64<Nanosecond>, ndarray::Ix3>().unwrap().into_dyn(),
        times
    );
    assert_eq!(AnyArray::from(times), any("M8[ns]>C"));
    assert_eq!(any("M8[ns]>F").view::<DateTime64<Second>>(), None);
    assert_eq!(any("M8[ns]>F").view::<i64>(), None);
    assert!(any("M8[ns]>F").into_array::<i64, ndarray::Ix3>().is_err());
    assert!(matches!(any("m8[25s]>0"), AnyArray::TimeDelta64 { .. }));
    assert!(matches!(any("f16<F"), AnyArray::LongDouble(_)));
    assert!(matches!(any("c32>C"), AnyArray::ComplexLongDouble(_)));
    assert!(matches!(any("V3<C"), AnyArray::Other(_)));
    let cells: Vec<String> = any("m8[25s]<C").iter().take(2).map(|cell| cell.to_string()).collect();
    assert!(cells.iter().all(|cell| cell.ends_with(" seconds")), "{cells:?}");
    let AnyArray::Other(raw) = any("recF") else { panic!("records are bytes") };
    assert_eq!((raw.shape(), raw.order()), (&[3, 2][..], Order::Fortran));
    assert_eq!(raw.dtype().fields().unwrap()[0].name, "a");
    assert_eq!(raw.as_bytes().len(), 6 * (2 + 3 + 32 + 8));
    // The same array in typed form.
    assert_eq!(any("i4>C").view::<i32>().unwrap(), reader.get::<ArrayD<i32>>("i4>F").unwrap());
    assert_eq!(any("i4>C").view::<i64>(), None);
    let plane: Array2<f64> = AnyArray::from(array![[1.0, 2.0]]).into_array::<f64, Ix2>().unwrap();
    assert_eq!(plane, array![[1.0, 2.0]]);
    let error = any("i4<C").into_array::<i32, Ix2>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("expected <i4 (i32), 2 axes, found <i4, shape (2, 3, 4)"), "{error}");
}

#[test]
fn casts_are_those_of_numpy() {
    let dir = temp_dir();
    let codes = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"];
    // Small values, which every number type holds: the rules are compared, and the cells where a cast is allowed.
    python(
        dir.path(),
        &format!(
            "codes = {codes:?}\n\
             cells = {{c: np.array([0, 1, 7, 100], 'i8').astype(c) for c in codes}}\n\
             np.savez('from.npz', **cells)\n\
             wide = {{c: np.array([0, 1, 300, -5, 70000, 2**40 + 3], 'i8').astype(c) for c in codes if c[0] in 'iu'}}\n\
             wide |= {{c: np.array([0, 1.75, 300.5, -5.25, -0.0], 'f8').astype(c) for c in codes if c[0] in 'fc'}}\n\
             np.savez('wide.npz', **wide)\n\
             for target in codes:\n\
             \x20   np.savez(f'to-{{codes.index(target)}}.npz', **{{c: a.astype(target) for c, a in cells.items()}})\n\
             \x20   warnings.simplefilter('ignore')\n\
             \x20   np.savez(f'unsafe-{{codes.index(target)}}.npz', **{{c: a.astype(target) for c, a in wide.items()}})\n\
             rules = {{f'{{r}} {{a}} {{b}}': bool(np.can_cast(a, b, r)) for r in ('safe', 'same_kind') for a in codes for b in codes}}\n\
             json.dump(rules, open('rules.json', 'w'))\n"
        ),
    );
    let rules: BTreeMap<String, bool> =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("rules.json")).unwrap()).unwrap();
    let from = BTreeMap::<String, AnyArray>::load(dir.path().join("from.npz")).unwrap();
    let wide = BTreeMap::<String, AnyArray>::load(dir.path().join("wide.npz")).unwrap();
    for (i, target) in codes.iter().enumerate() {
        let dtype = DType::parse(target).unwrap();
        let to = BTreeMap::<String, AnyArray>::load(dir.path().join(format!("to-{i}.npz"))).unwrap();
        for (source, any) in &from {
            for (rule, cast) in [("safe", Cast::Safe), ("same_kind", Cast::SameKind)] {
                let result = any.cast(&dtype, cast);
                let allowed = rules[&format!("{rule} {source} {target}")];
                // Ours also takes signed into unsigned integers under "same kind", with values checked.
                let is_extra = source.starts_with('i') && target.starts_with('u') && cast == Cast::SameKind;
                assert_eq!(result.is_ok(), allowed || is_extra, "{source} to {target}, {rule}: {result:?}");
                if let Ok(result) = result {
                    assert_eq!(&result, &to[source], "{source} to {target}");
                }
            }
            assert_eq!(&any.cast_unsafe(&dtype).unwrap(), &to[source], "{source} to {target}, unsafe");
        }
        let to = BTreeMap::<String, AnyArray>::load(dir.path().join(format!("unsafe-{i}.npz"))).unwrap();
        for (source, any) in wide.iter().filter(|(source, _)| source.starts_with(['i', 'u'])) {
            assert_eq!(&any.cast_unsafe(&dtype).unwrap(), &to[source], "{source} to {target}, unsafe");
        }
    }
}

#[test]
fn times_and_long_doubles_are_cast_as_in_numpy() {
    let dir = temp_dir();
    let codes = ["M8[D]", "M8[s]", "m8[s]", "m8[2ms]", "i8", "f8", "?", "u4", "f16", "c32"];
    python(
        dir.path(),
        &format!(
            "codes = {codes:?}\n\
             warnings.simplefilter('ignore')\n\
             cells = {{c: np.array([0, 1, 7, -300], 'i8').astype(c) for c in codes}}\n\
             for c in codes:\n\
             \x20   if c[0] in 'mM': cells[c][1] = 'NaT'\n\
             np.savez('from.npz', **cells)\n\
             for i, target in enumerate(codes):\n\
             \x20   np.savez(f'to-{{i}}.npz', **{{c: a.astype(target) for c, a in cells.items()}})\n\
             rules = {{f'{{r}} {{a}} {{b}}': bool(np.can_cast(a, b, r)) for r in ('safe', 'same_kind') for a in codes for b in codes}}\n\
             json.dump(rules, open('rules.json', 'w'))\n"
        ),
    );
    let rules: BTreeMap<String, bool> =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("rules.json")).unwrap()).unwrap();
    let from = BTreeMap::<String, AnyArray>::load(dir.path().join("from.npz")).unwrap();
    let (mut checked, mut unchecked) = (0, 0);
    for (i, target) in codes.iter().enumerate() {
        let dtype = DType::parse(target).unwrap();
        let to = BTreeMap::<String, AnyArray>::load(dir.path().join(format!("to-{i}.npz"))).unwrap();
        for (source, any) in &from {
            for (rule, cast) in [("safe", Cast::Safe), ("same_kind", Cast::SameKind)] {
                let result = any.cast(&dtype, cast);
                let allowed = rules[&format!("{rule} {source} {target}")];
                match result {
                    Ok(result) => {
                        assert!(allowed, "{source} to {target}, {rule}");
                        assert_eq!(result, to[source], "{source} to {target}, {rule}");
                        checked += 1;
                    }
                    // Allowed by NumPy, and refused by the value: a negative one as unsigned, a part of a tick.
                    // Allowed by NumPy, and refused by the value; and ours takes signed into unsigned integers under "same
                    // kind", as far as the values fit.
                    Err(error) => {
                        let is_value =
                            allowed || (source == "i8" && target == &"u4" && cast == Cast::SameKind);
                        let kind = if is_value { ErrorKind::Invalid } else { ErrorKind::Mismatch };
                        assert_eq!(error.kind(), kind, "{source} to {target}: {error}");
                    }
                }
            }
            // Long doubles have more digits than what they would go through; complex ones become nothing real.
            let is_long = ["f16", "c32"].contains(&source.as_str()) && source != target;
            match any.cast_unsafe(&dtype) {
                Ok(result) => {
                    assert_eq!(result, to[source], "{source} to {target}, unsafe");
                    unchecked += 1;
                }
                Err(error) => assert!(is_long, "{source} to {target}, unsafe: {error}"),
            }
        }
    }
    assert!(checked > 40 && unchecked > 80, "{checked}, {unchecked}");
}

#[test]
fn bytes_become_cells_where_rust_has_them() {
    #[derive(npz_core::NpyRecord, Clone, Debug, PartialEq)]
    struct Row {
        a: i16,
        b: f32,
    }
    #[derive(npz_core::NpyRecord, Clone, Debug)]
    struct Other {
        a: i8,
        c: f32,
    }
    let dtype = |text: &str| DType::parse(text).unwrap();
    let raw = |text: &str, shape: &[usize], bytes: Vec<u8>| RawArray::new(dtype(text), shape, bytes).unwrap();
    assert_eq!(AnyArray::from(raw(">i2", &[2], vec![0, 1, 1, 0])), AnyArray::from(arr1(&[1i16, 256])));
    assert!(matches!(AnyArray::from(raw(">M8[25s]", &[1], vec![0; 8])), AnyArray::DateTime64 { .. }));
    assert!(matches!(AnyArray::from(raw("|V3", &[1], vec![0; 3])), AnyArray::Other(_)));
    // No text, no long double of x87: the bytes are kept.
    assert!(matches!(AnyArray::from(raw("<U1", &[1], vec![0, 0xd8, 0, 0])), AnyArray::Other(_)));
    assert!(matches!(AnyArray::from(raw("<f16", &[1], vec![0x7f; 16])), AnyArray::Other(_)));

    let rows = AnyArray::from(raw("[('b', '>f4'), ('a', '<i2')]", &[1], vec![0x3f, 0, 0, 0, 7, 0]));
    assert_eq!(rows.clone().into_array::<Row, ndarray::Ix1>().unwrap()[0], Row { a: 7, b: 0.5 });
    assert_eq!(rows.field("a").unwrap(), AnyArray::from(arr1(&[7i16])));
    assert_eq!(rows.field("c").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(AnyArray::from(arr1(&[7i16])).field("a").unwrap_err().kind(), ErrorKind::Mismatch);

    let error = rows.to_array::<Other>(Cast::Safe).unwrap_err();
    let told: Vec<_> = error.report().unwrap().problems().iter().map(|one| &*one.field).collect();
    assert_eq!(told, ["a", "c", "b"]);
    let error = AnyArray::from(arr1(&[0.5f64])).to_array::<f32>(Cast::Safe).unwrap_err().to_string();
    assert!(error.contains("`Cast::SameKind` accepts it and may round values"), "{error}");
}

#[test]
fn an_array_of_any_cells_becomes_what_a_file_would_hold() {
    let halves = array![[0.5f32, -2.0, 3.0], [4.0, 5.0, 6.0]].mapv(half::bf16::from_f32);
    for view in [halves.view(), halves.slice(ndarray::s![.., ..;-2]), halves.t()] {
        let any = AnyArray::from_array(&view).unwrap();
        assert_eq!((any.dtype().to_string().as_str(), any.shape()), ("<V2", view.shape()));
        assert_eq!(any.to_array::<half::bf16>(Cast::Exact).unwrap(), view.into_dyn());
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &any).unwrap();
        assert_eq!(bytes, npy::to_bytes(&view).unwrap());
    }
    let times = arr1(&[DateTime64::<Second>::new(7)]);
    assert_eq!(AnyArray::from_array(&times).unwrap(), AnyArray::from(times));
    assert_eq!(AnyArray::from_array(&arr1(&[-1isize])).unwrap(), AnyArray::from(arr1(&[-1isize])));
    assert_eq!(
        AnyArray::from(arr1(&[-1isize])).into_array::<isize, ndarray::Ix1>().unwrap(),
        arr1(&[-1isize])
    );
    assert_eq!(AnyArray::from_array(&arr1(&["a\0".to_owned()])).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_cast_that_no_rule_allows_says_what_can_be_done() {
    let dtype = |text: &str| DType::parse(text).unwrap();
    let refused =
        |any: &AnyArray, target: &str| any.cast(&dtype(target), Cast::SameKind).unwrap_err().to_string();
    let floats = AnyArray::from(arr1(&[0.5]));
    let hint = "no casting rule allows that; `cast_unsafe` does what `astype` does";
    let told = format!("the array can't be cast: expected <i4 (i32), found <f8; {hint}");
    assert_eq!(refused(&floats, "i4"), told);
    let half = AnyArray::from_array(&arr1(&[half::bf16::ONE])).unwrap();
    assert!(
        refused(&half, "f4")
            .contains("found <V2; `to_array` reads it as the cells that it holds, such as `half::bf16`")
    );
    let rows = AnyArray::from(RawArray::new(dtype("[('a', '<i2')]"), &[1], vec![1, 0]).unwrap());
    assert!(refused(&rows, "f4").contains("`field` gives one field of it"));
    assert!(refused(&floats, "O").ends_with("found |O: no objects are made"));
    // Only the byte order differs.
    let big = rows.cast(&dtype("[('a', '>i2')]"), Cast::Exact).unwrap();
    assert_eq!((big.dtype().to_string().as_str(), &big), ("[('a', '>i2')]", &rows));
    let error = AnyArray::from(arr0("2024".to_owned())).cast_unsafe(&dtype("M8[D]")).unwrap_err().to_string();
    assert_eq!(error, "<U4 can't become <M8[D] here: parse it, or save `a.astype(\"<M8[D]\")` in Python");
}

#[test]
fn many_cells_of_no_bytes_come_and_go_as_bytes() {
    let raw = RawArray::new(DType::parse("S0").unwrap(), &[100_000], vec![]).unwrap();
    let any = AnyArray::from(raw);
    let map = BTreeMap::from([("a".to_owned(), any.clone())]);
    assert_eq!(BTreeMap::<String, AnyArray>::from_bytes(&map.to_bytes().unwrap()).unwrap(), map);
    let mut bytes = Vec::new();
    npy::write(&mut bytes, &any).unwrap();
    assert_eq!(npy::read::<AnyArray>(&bytes[..]).unwrap(), any);
    let dtype = DType::parse("[('a', '|i1'), ('s', '|S0')]").unwrap();
    let rows = AnyArray::from(RawArray::new(dtype, &[100_000], vec![7; 100_000]).unwrap());
    assert_eq!(rows.field("s").unwrap().shape(), [100_000]);
}

#[test]
fn arrays_of_bytes_are_equal_by_their_cells() {
    let dir = temp_dir();
    python(
        dir.path(),
        "a = np.array([[(1, 2.0), (3, 4.0)], [(5, 6.0), (7, 8.0)]], '<i2,<f4')
def save(name, a, version=None):
    with open(name + '.npy', 'wb') as f: np.lib.format.write_array(f, a, version)
save('one', a); save('two', a, (2, 0)); save('three', a, (3, 0)); save('fortran', np.asfortranarray(a))
save('big', a.astype(a.dtype.newbyteorder('>'))); save('flat', a.ravel())
b = a.copy(); b['f1'][1, 1] = 9; save('other', b); save('named', a.view('<i2,<i4'))",
    );
    let load = |name: &str| npy::load::<AnyArray>(dir.path().join(format!("{name}.npy"))).unwrap();
    for name in ["one", "two", "three", "fortran", "big"] {
        assert_eq!(load(name), load("one"), "{name}");
        assert_eq!(load(name).to_le_bytes().unwrap(), load("one").to_le_bytes().unwrap());
    }
    for name in ["flat", "other", "named"] {
        assert_ne!(load(name), load("one"), "{name}");
    }
}

#[test]
fn a_header_beyond_the_limit_is_read_with_another_one() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.save('wide.npy', np.zeros(2, [(f'a_field_with_a_long_name_{i}', '<f4') for i in range(3000)]))",
    );
    let path = dir.path().join("wide.npy");
    let limited =
        |bytes| npz_core::LoadOptions::new().limits(npz_core::Limits::default().header_bytes(bytes));
    assert_eq!(limited(64 << 10).load::<AnyArray>(&path).unwrap_err().kind(), ErrorKind::Limit);
    let options = limited(1 << 20);
    let any = options.load::<AnyArray>(&path).unwrap();
    assert_eq!(any.field("a_field_with_a_long_name_2999").unwrap().shape(), [2]);
    npy::save(dir.path().join("again.npy"), &any).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), std::fs::read(dir.path().join("again.npy")).unwrap());
}

#[test]
fn attributes_hold_for_fields_of_any_dtype() {
    #[derive(Npz, Debug, PartialEq)]
    struct Words {
        #[npz(string = "utf8")]
        cells: AnyArray,
    }
    #[derive(Npz, Debug)]
    struct Shaped {
        #[npz(shape = "(_, 2)")]
        cells: AnyArray,
    }
    #[derive(Npz, Debug)]
    struct Narrow {
        #[npz(store_as = "f4")]
        cells: AnyArray,
    }
    #[derive(Npz, Debug)]
    struct Clean {
        #[npz(finite)]
        cells: AnyArray,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Arranged {
        #[npz(order = "F", shape = "(_, 2)")]
        cells: RawArray,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "rows = np.array([[(1, 2.0), (2, 3.0)], [(3, np.nan), (4, 5.0)], [(5, 6.0), (7, 8.0)]], '>i2,>f4')\n\
         times = np.array(['2024-01-01', 'NaT'], 'M8[D]')\n\
         np.savez('rows.npz', cells=rows)\n\
         np.savez('times.npz', cells=times)\n\
         np.savez('spans.npz', cells=times - times)\n\
         np.savez('long.npz', cells=np.array([1, np.inf], 'longdouble'))\n\
         np.savez('flat.npz', cells=rows[0])\n",
    );
    // A float8 in a record is no float of another size.
    python(
        dir.path(),
        "import ml_dtypes
tiny = np.zeros(2, [('a', ml_dtypes.float8_e5m2), ('b', 'i1')]); tiny['a'] = [1.5, np.inf]
np.savez('tiny.npz', cells=tiny)",
    );
    let tiny: AnyArray = NpzReader::open(dir.path().join("tiny.npz")).unwrap().get("cells").unwrap();
    assert_eq!(tiny.to_string(), "[(1.5, 0) (inf, 0)]");
    assert!(Clean { cells: tiny }.to_bytes().unwrap_err().to_string().contains("cell 1 is NaN, infinite"));
    for (file, place) in [
        ("tiny", "cell 1 is NaN, infinite"),
        ("rows", "cell (1, 0) is NaN"),
        ("times", "cell 1 is NaT"),
        ("spans", "cell 1 is NaT"),
        ("long", "cell 1 is NaN, infinite"),
    ] {
        let path = dir.path().join(format!("{file}.npz"));
        let error = Clean::load(&path).unwrap_err().to_string();
        assert!(error.contains(place) && error.contains("member \"cells\""), "{error}");
        let cells = NpzReader::open(&path).unwrap().get("cells").unwrap();
        let error = Clean { cells }.to_bytes().unwrap_err().to_string();
        assert!(error.contains("the last file stands"), "{error}");
    }
    // Text that is stored as bytes is text again.
    let words = Words { cells: AnyArray::from(arr1(&["aé".to_owned(), String::new()])) };
    let bytes = words.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().header("cells").unwrap().dtype().to_string(), "|S3");
    assert_eq!(Words::from_bytes(&bytes).unwrap(), words);
    // A shape is asked of arrays without axes too.
    let cells = RawArray::new(DType::parse("V1").unwrap(), &[], vec![0]).unwrap();
    assert!(
        Arranged { cells }.to_bytes().unwrap_err().to_string().contains("asks for shape (_, 2), found ()")
    );
    let shaped = Shaped { cells: AnyArray::from(arr0(1.0)) };
    assert!(shaped.to_bytes().unwrap_err().to_string().contains("asks for shape (_, 2), found ()"));
    // What is asked of numbers says nothing of bytes.
    let floats = Narrow { cells: AnyArray::from(arr1(&[0.5f64])) }.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&floats).unwrap().header("cells").unwrap().dtype().to_string(), "<f4");
    assert_eq!(Narrow::from_bytes(&floats).unwrap().cells, AnyArray::from(arr1(&[0.5f32])));
    let error = Narrow::load(dir.path().join("rows.npz")).unwrap_err().to_string();
    assert!(
        error.contains("`store_as = \"f4\"` can't keep bytes whose dtype is given; remove it"),
        "{error}"
    );
    let cells = NpzReader::open(dir.path().join("rows.npz")).unwrap().get("cells").unwrap();
    let error = Narrow { cells }.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("cells")));

    let rows = Arranged::load(dir.path().join("rows.npz")).unwrap();
    assert_eq!(rows.cells.order(), Order::Fortran);
    let in_c: RawArray = NpzReader::open(dir.path().join("rows.npz")).unwrap().get("cells").unwrap();
    assert_eq!((in_c.order(), in_c.to_le_bytes()), (Order::C, rows.cells.to_le_bytes()));
    Arranged { cells: in_c }.save(dir.path().join("again.npz")).unwrap();
    let printed = python(
        dir.path(),
        "a, b = np.load('rows.npz')['cells'], np.load('again.npz')['cells']\n\
         print(b.flags.f_contiguous, a.dtype == b.dtype, a.tobytes() == b.tobytes())\n",
    );
    assert_eq!(printed, "True True True\n");
    let error = Arranged::load(dir.path().join("flat.npz")).unwrap_err().to_string();
    assert!(error.contains("expected any (AnyArray), shape (_, 2), found"), "{error}");
    let cells: RawArray = NpzReader::open(dir.path().join("flat.npz")).unwrap().get("cells").unwrap();
    assert!(Arranged { cells }.to_bytes().is_err());
}

#[test]
fn a_struct_may_have_fields_of_any_dtype() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct Record {
        payload: AnyArray,
        maybe: Option<AnyArray>,
        list: Vec<AnyArray>,
    }
    let raw =
        RawArray::new(DType::parse("[('x', '<f8'), ('y', '|S2')]").unwrap(), &[1], vec![7; 10]).unwrap();
    let record = Record {
        payload: AnyArray::from(raw),
        maybe: None,
        list: vec![arr1(&[1u8]).into(), arr0("text".to_owned()).into()],
    };
    let bytes = record.to_bytes().unwrap();
    assert_eq!(Record::from_bytes(&bytes).unwrap(), record);
    let schema = Record::schema();
    assert_eq!((&*schema.members[0].dtype, &schema.members[0].shape), ("any", &None));
    let error = Record::from_bytes(&BTreeMap::<String, f64>::new().to_bytes().unwrap()).unwrap_err();
    assert!(error.to_string().contains("member \"payload\" is missing: expected any (AnyArray)"), "{error}");
    let error = RawArray::new(DType::parse("<f4").unwrap(), &[3], vec![0; 11]).unwrap_err();
    assert!(error.to_string().contains("expected 12 bytes"), "{error}");
}

#[test]
fn pickles_are_refused_and_damage_is_told() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('o.npz', o=np.array([None, 1], dtype=object), a=np.arange(3))\nnp.save('o.npy', np.array([None]))",
    );
    let error = BTreeMap::<String, AnyArray>::load(dir.path().join("o.npz")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("`LoadOptions::allow_unknown(true)` passes over it"), "{error}");
    let advice = "`f[\"o\"] = np.array(f[\"o\"].tolist())` (of a dict: `f[\"o\"] = np.array(json.dumps(f[\"o\"].item()))`), `np.savez";
    assert!(error.to_string().contains(advice), "{error}");
    assert_eq!(npy::load::<AnyArray>(dir.path().join("o.npy")).unwrap_err().kind(), ErrorKind::Unsupported);
    // What can be read, and what could not is told.
    let options = npz_core::LoadOptions::new().allow_unknown(true);
    let (all, report) = options
        .open(dir.path().join("o.npz"))
        .unwrap()
        .load_with_report::<BTreeMap<String, AnyArray>>()
        .unwrap();
    assert_eq!(all, BTreeMap::from([("a".to_owned(), AnyArray::from(arr1(&[0i64, 1, 2])))]));
    let ignored: Vec<_> = report.remarks().iter().map(ToString::to_string).collect();
    assert_eq!(ignored, ["member \"o\": it is a Python pickle, which is never read"]);
    let lazy = options.load::<BTreeMap<String, npz_core::Lazy<AnyArray>>>(dir.path().join("o.npz")).unwrap();
    assert_eq!(lazy["a"].get().unwrap(), &all["a"]);
    let mut bytes = npy::to_bytes(&arr1(&[1.0f64, 2.0])).unwrap();
    bytes.truncate(bytes.len() - 1);
    assert_eq!(npy::read::<AnyArray>(&bytes[..]).unwrap_err().kind(), ErrorKind::Damaged);
}

#[test]
fn arrays_of_all_dtypes_in_one_stream_come_one_after_another() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            "{ARRAYS}file = open('all.npy', 'wb')\nfor a in arrays.values(): np.save(file, a)\nfile.close()\n\
             np.savez('all.npz', **arrays)"
        ),
    );
    let reader = NpzReader::open(dir.path().join("all.npz")).unwrap();
    let file = std::fs::File::open(dir.path().join("all.npy")).unwrap();
    let streamed: Vec<AnyArray> = npy::iter::<AnyArray>(file).collect::<Result<_, _>>().unwrap();
    let members: Vec<AnyArray> = reader.names().map(|name| reader.get(name).unwrap()).collect();
    assert_eq!(streamed, members);
    let bytes = std::fs::read(dir.path().join("all.npy")).unwrap();
    let mut cut = npy::iter::<AnyArray>(&bytes[..bytes.len() - 1]);
    let errors: Vec<_> = cut.by_ref().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].to_string().contains("array 169 of the stream"), "{}", errors[0]);
    assert!(cut.next().is_none());
}

#[test]
fn everything_is_written_in_the_byte_order_that_is_asked_for() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            "{ARRAYS}np.savez('all.npz', **arrays)\nfor i, a in enumerate(arrays.values()): np.save(f'{{i}}.npy', a)\n"
        ),
    );
    let all = BTreeMap::<String, AnyArray>::load(dir.path().join("all.npz")).unwrap();
    let big = SaveOptions::new().byte_order(ByteOrder::Big);
    big.save(&all, dir.path().join("big.npz")).unwrap();
    let mut writer = big.create(dir.path().join("written.npz")).unwrap();
    for (name, any) in &all {
        writer.add(name, any).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(
        std::fs::read(dir.path().join("big.npz")).unwrap(),
        std::fs::read(dir.path().join("written.npz")).unwrap()
    );
    let reader = NpzReader::open(dir.path().join("big.npz")).unwrap();
    for (name, any) in &all {
        let big = reader.get::<AnyArray>(name).unwrap();
        if matches!(any, AnyArray::Other(_)) {
            assert_eq!(big.to_le_bytes().unwrap(), any.to_le_bytes().unwrap(), "{name}");
        } else {
            assert_eq!(&big, any, "{name}");
        }
    }
    let printed = python(
        dir.path(),
        &format!(
            "{ARRAYS}big = np.load('big.npz')\n\
             same = 0\n\
             for name in big.files:\n\
             \x20   a, b = arrays[name], big[name]\n\
             \x20   assert b.dtype.newbyteorder('>') == b.dtype, (name, b.dtype)\n\
             \x20   # The bytes of the member are those of np.save, but for the padding of long doubles, which NumPy forgets here.\n\
             \x20   a = np.asarray(a, order='K').astype(a.dtype.newbyteorder('>'), order='K')\n\
             \x20   assert a.shape == b.shape and str(a.tolist()) == str(b.tolist()), name\n\
             \x20   assert a.dtype == b.dtype, name\n\
             \x20   if a.dtype.str[1:] not in ('f16', 'c32'):\n\
             \x20       out = io.BytesIO(); np.save(out, a)\n\
             \x20       assert out.getvalue() == big.zip.read(name + '.npy'), name\n\
             \x20       same += 1\n\
             print(len(big.files), same)\n"
        ),
    );
    assert_eq!(printed, "170 154\n");
}

#[test]
fn rows_and_single_arrays_are_written_in_a_chosen_byte_order() {
    #[derive(npz_core::NpyRecord, Clone, Debug, PartialEq)]
    struct Row {
        id: u16,
        at: [f32; 2],
        name: npz_core::FixedStr<2>,
    }
    let dir = temp_dir();
    let rows = arr1(&[
        Row { id: 1, at: [0.5, -1.0], name: npz_core::FixedStr::new("é").unwrap() },
        Row { id: 300, at: [2.0, 3.0], name: npz_core::FixedStr::new("ab").unwrap() },
    ]);
    let mut bytes = Vec::new();
    SaveOptions::new().byte_order(ByteOrder::Big).write_to(&rows, &mut bytes).unwrap();
    std::fs::write(dir.path().join("rows.npy"), &bytes).unwrap();
    let printed = python(
        dir.path(),
        "a = np.load('rows.npy')\nprint(a.dtype.descr, a.tolist())\n\
         out = io.BytesIO(); np.save(out, a); assert out.getvalue() == open('rows.npy', 'rb').read()\n",
    );
    let expected = "[('id', '>u2'), ('at', '>f4', (2,)), ('name', '>U2')] [(1, [0.5, -1.0], 'é'), (300, [2.0, 3.0], 'ab')]\n";
    assert_eq!(
        printed,
        expected
            .replace("[0.5, -1.0]", "array([ 0.5, -1. ], dtype='>f4')")
            .replace("[2.0, 3.0]", "array([2., 3.], dtype='>f4')")
    );
    assert_eq!(npy::from_bytes::<Array1<Row>>(&bytes).unwrap(), rows);
    let any = npy::read::<AnyArray>(&bytes[..]).unwrap();
    SaveOptions::new().byte_order(ByteOrder::Little).save(&any, dir.path().join("little.npy")).unwrap();
    assert_eq!(std::fs::read(dir.path().join("little.npy")).unwrap(), npy::to_bytes(&rows).unwrap());
    SaveOptions::new()
        .byte_order(ByteOrder::Big)
        .save(&npy::load::<AnyArray>(dir.path().join("little.npy")).unwrap(), dir.path().join("big.npy"))
        .unwrap();
    assert_eq!(std::fs::read(dir.path().join("big.npy")).unwrap(), bytes);
    SaveOptions::new().byte_order(ByteOrder::Big).save(&rows, dir.path().join("again.npy")).unwrap();
    assert_eq!(std::fs::read(dir.path().join("again.npy")).unwrap(), bytes);
    let mut kept = Vec::new();
    npy::write(&mut kept, &any).unwrap();
    assert_eq!(kept, bytes);
    let mut little = Vec::new();
    SaveOptions::new().byte_order(ByteOrder::Little).write_to(&arr1(&[1i32, 2]), &mut little).unwrap();
    assert_eq!(little, npy::to_bytes(&arr1(&[1i32, 2])).unwrap());
}
