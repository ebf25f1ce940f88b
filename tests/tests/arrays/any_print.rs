//! Arrays printed as NumPy prints them, byte for byte.

use std::collections::BTreeMap;

use ndarray::{Array, arr0, arr1, array};
use npz_core::{AnyArray, AnyValue, DType, ErrorKind, Npz, RawArray, npy};
use tests::{python, temp_dir};

/// Saves `arrays`, a dict, and how NumPy prints each; all are printed here and compared. Gives how many there were.
fn prints_as_numpy(script: &str) -> usize {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            "warnings.simplefilter('ignore')\nrng = np.random.default_rng(11)\narrays = {{}}\n{script}\n\
             np.savez('all.npz', **arrays)\n\
             arrays = {{name: np.asarray(a) for name, a in arrays.items()}}\n\
             json.dump({{name: (str(a), repr(a)) for name, a in arrays.items()}}, open('printed.json', 'w'))\n"
        ),
    );
    let printed: BTreeMap<String, (String, String)> =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("printed.json")).unwrap()).unwrap();
    let all = BTreeMap::<String, AnyArray>::load(dir.path().join("all.npz")).unwrap();
    assert_eq!(all.len(), printed.len());
    let mut wrong = Vec::new();
    for (name, (str, repr)) in &printed {
        let any = &all[name];
        for (ours, numpy) in [(format!("{any}"), str), (format!("{any:#}"), repr)] {
            if &ours != numpy {
                wrong.push(format!("{name}\n--- NumPy\n{numpy}\n--- here\n{ours}\n"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        all.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    all.len()
}

const SHAPES: &str = "SHAPES = [(), (1,), (2,), (7,), (40,), (1001,), (0,), (3, 0), (0, 2, 1), (3, 4), (1, 30), (30, 40), (7, 200),\n\
    (2, 3, 4), (1, 1, 1), (10, 11, 12), (2, 2, 2, 3), (8, 1, 20, 9)]\n";

#[test]
fn integers_and_bools_stand_in_columns() {
    let count = prints_as_numpy(&format!(
        "{SHAPES}\
         for code in ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8']:\n\
         \x20   for shape in SHAPES:\n\
         \x20       for bits in (3, 6, 63):\n\
         \x20           raw = rng.integers(-2**bits, 2**bits, shape, 'i8')\n\
         \x20           arrays[f'{{code}} {{shape}} {{bits}}'] = np.asarray(raw > 0 if code == '?' else raw).astype(code)\n\
         \x20       arrays[f'{{code}} {{shape}} F'] = np.asfortranarray(np.asarray(raw).astype(code))\n"
    ));
    assert!(count > 500, "{count}");
}

#[test]
fn floats_and_complex_numbers_have_the_digits_that_numpy_gives_them() {
    let count = prints_as_numpy(&format!(
        "{SHAPES}\
         def cells(shape, how):\n\
         \x20   size = int(np.prod(shape))\n\
         \x20   x = rng.standard_normal(size)\n\
         \x20   if how == 'short': x = np.round(x * 10, 1)\n\
         \x20   if how == 'whole': x = np.round(x * 100)\n\
         \x20   if how == 'small': x = x * 1e-6\n\
         \x20   if how == 'large': x = x * 3e7\n\
         \x20   if how == 'wide': x = x * 10.0 ** rng.integers(-12, 12, size)\n\
         \x20   if how == 'mid': x = np.round(x * 10.0 ** rng.integers(-1, 2, size), 3)\n\
         \x20   if how == 'bits': x = rng.integers(0, 2**63, size).view('f8') * rng.choice([-1, 1], size)\n\
         \x20   if how == 'odd': x = np.where(rng.random(size) < 0.5, rng.choice([np.nan, np.inf, -np.inf, -0.0, 0.0], size), x)\n\
         \x20   if how == 'nan': x = rng.choice([np.nan, np.inf], size)\n\
         \x20   if how == 'inf': x = np.full(size, -np.inf)\n\
         \x20   return x.reshape(shape)\n\
         HOWS = ['plain', 'short', 'whole', 'small', 'large', 'wide', 'mid', 'bits', 'odd', 'nan', 'inf']\n\
         for code in ['f2', 'f4', 'f8', 'c8', 'c16']:\n\
         \x20   for shape in SHAPES:\n\
         \x20       for how in HOWS:\n\
         \x20           x = np.asarray(cells(shape, how))\n\
         \x20           if code[0] == 'c':\n\
         \x20               z = np.zeros(shape, 'c16'); z.real = x; z.imag = cells(shape, rng.choice(HOWS)); x = z\n\
         \x20           arrays[f'{{code}} {{shape}} {{how}}'] = np.asarray(x.astype(code))\n"
    ));
    assert!(count > 900, "{count}");
}

#[test]
fn single_floats_at_the_edges_of_each_width_have_the_digits_that_numpy_gives_them() {
    prints_as_numpy(
        "for code, bits in [('f2', 'u2'), ('f4', 'u4'), ('f8', 'u8')]:\n\
         \x20   info = np.finfo(code)\n\
         \x20   x = [0.0, -0.0, 1, 0.1, 1e-4, 9.99e-5, 1e-5, 123.456, 999, 999.5, 1e3, 1001, 1e6, 999999, 1234567, 1e7, 1e8,\n\
         \x20        123456789, 1e10, 1e15, 1e16, 1.5e16, 9007199254740993, 2.0**-14, 2.0**-24, 2.0**-24 * 3, 1/3, 2/3,\n\
         \x20        0.30000000000000004, 5e-324, 1e22, 1e23, 1e100, np.nan, np.inf, -np.inf]\n\
         \x20   x = list(np.array(x).astype(code)) + [info.max, info.tiny, info.smallest_subnormal, info.eps]\n\
         \x20   x += list(rng.integers(0, np.iinfo(bits).max, 300, dtype=bits).view(code))\n\
         \x20   x += [np.dtype(code).type(2.0) ** k for k in range(-40, 40)]\n\
         \x20   for i, cell in enumerate(x):\n\
         \x20       arrays[f'{code} {i} alone'] = np.array(cell, code)\n\
         \x20       arrays[f'{code} {i} row'] = np.array([cell, -cell], code)\n\
         for i, (re, im) in enumerate([(1, 2), (0, 2), (-0.0, 2), (1, -0.0), (np.nan, 1), (1, np.nan), (0, np.inf), (-np.inf, -0.0),\n\
         \x20                      (1e20, 1e8), (0.1, -1e-5), (1e15, 1e16), (1e6, 999999)]):\n\
         \x20   for code in ['c8', 'c16']:\n\
         \x20       z = np.zeros((), 'c16'); z.real = re; z.imag = im\n\
         \x20       arrays[f'{code} {i}'] = z.astype(code)\n",
    );
}

#[test]
fn every_half_has_the_digits_that_numpy_gives_it() {
    // In rows of 600 neighbours, so that none is left out.
    prints_as_numpy(
        "every = np.arange(2**16, dtype='u2').view('f2')\n\
         for i in range(0, 2**16, 600):\n\
         \x20   arrays[f'row {i}'] = every[i:i + 600]\n\
         \x20   arrays[f'each {i}'] = every[i]\n\
         # alone, all digits\n\
         for i in range(0, 2**15, 17):\n\
         \x20   arrays[f'alone {i}'] = every[i]\n",
    );
}

#[test]
fn texts_and_byte_strings_are_quoted_as_in_python() {
    prints_as_numpy(
        r#"
texts = ['', 'a', "it's", '"', '\'"', 'tab\t', 'line\nfeed\r', 'back\\slash', '\x00 nul', '\x7f\x80\xa0\xad', 'é', '\u0301x',
         '\u200b\u2028', '\u3042\u3044', '\U0001F600', '\ue000', 'x' * 80, ' ends ']
raws = [b'', b'a', b"it's", b'"', b'\'"', b'\t\n\r\\', b'\x00\xff nul', bytes(range(1, 256)), b'y' * 80]
for kind, cells in ('U', texts), ('S', raws):
    for i, cell in enumerate(cells):
        arrays[f'{kind} {i} alone'] = np.array(cell or 'x' if kind == 'U' else cell or b'x')
    for i in range(40):
        for shape in [(1,), (3,), (9,), (2, 3), (2, 2, 2), (40, 30)]:
            picked = np.array([cells[j] for j in rng.integers(1, len(cells), int(np.prod(shape)))])
            arrays[f'{kind} {i} {shape}'] = picked.reshape(shape)
    arrays[f'{kind} all'] = np.array(cells)
"#,
    );
}

#[test]
fn times_are_dates_and_counts() {
    prints_as_numpy(
        r"
for unit in ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as', '25s', '3M', '7D', '10ns']:
    for code in ['m8', 'M8']:
        for i, most in enumerate([10, 1000, 10**5, 10**9]):
            for shape in [(), (3,), (2, 5), (50, 50)]:
                most = min(most, 10**5) if unit in ('Y', 'M', '3M', 'W') else most
                ticks = np.asarray(rng.integers(-most, most, shape, 'i8'))
                a = ticks.view(f'{code}[{unit}]')
                arrays[f'{code} {unit} {i} {shape}'] = a
                if a.ndim:
                    a = a.copy()
                    a[0] = 'NaT'
                    arrays[f'{code} {unit} {i} {shape} nat'] = a
        arrays[f'{code} {unit} nat'] = np.array('NaT', f'{code}[{unit}]')
        arrays[f'{code} {unit} none'] = np.zeros((2, 0), f'{code}[{unit}]')
arrays['leap'] = np.arange('1896-02-25', '1904-03-05', dtype='M8[D]')[:900]
arrays['era'] = np.arange('2000-02-25', '2000-03-05', dtype='M8[D]')
arrays['days'] = np.arange(-800000, 800000, 4001).astype('M8[D]')
",
    );
}

#[test]
fn records_are_tuples_in_columns() {
    prints_as_numpy(
        r"
types = {
    'plain': [('a', '<i4'), ('b', '<f8'), ('c', 'S2')],
    'one': [('x', '?')],
    'order': [('a', '>i2'), ('b', '>f4'), ('c', '>U3'), ('d', '>c16'), ('e', '>f2'), ('f', '>u8'), ('g', '>M8[s]')],
    'sub': [('m', '<f4', (2, 3)), ('n', 'i1', (2,)), ('t', '?', (3,))],
    'nest': [('p', [('x', '<f8'), ('y', [('z', '<i2'), ('w', '<U2')])]), ('v', 'V3')],
    'subnest': [('p', [('x', '<f8'), ('y', '?')], (2,)), ('t', '<m8[D]'), ('z', '<c8')],
    'title': [(('a title', 'a'), '<i4'), ('q\'b', '<U3')],
    'long': [('m', '<i8', (1200,)), ('n', '<f4', (40, 30))],
    'padded': {'names': ['a', 'b', 'c'], 'formats': ['<i2', ('<f4', (2,)), [('k', '?')]], 'offsets': [2, 8, 20], 'itemsize': 40},
    'padtitle': {'names': ['a', 'b'], 'formats': ['<i4', '<U3'], 'titles': ['t', None], 'offsets': [0, 8]},
    'void': 'V5', 'empty': [('a', 'S0'), ('b', 'V0'), ('c', 'U0'), ('d', 'i1')],
}
def fill(a):
    if a.dtype.names:
        for name in a.dtype.names:
            fill(a[name])
    elif a.dtype.kind in 'US':
        if a.dtype.itemsize:
            a[...] = np.vectorize(lambda n: 'x' * n, otypes=['U3'])(rng.integers(0, 4, a.shape))
    elif a.dtype.kind == '?' or a.dtype.kind == 'b':
        a[...] = rng.random(a.shape) < 0.5
    elif a.dtype.kind == 'V':
        if a.dtype.itemsize:
            a[...] = np.frombuffer(rng.bytes(max(a.size, 1) * a.dtype.itemsize), a.dtype)[:a.size].reshape(a.shape)
    elif a.dtype.kind in 'mM':
        a[...] = rng.integers(0, 10**5, a.shape).astype(a.dtype.newbyteorder('=').str.replace('<', ''))
    elif a.dtype.kind in 'fc':
        a[...] = np.round(rng.standard_normal(a.shape) * 10, 2)
    else:
        a[...] = rng.integers(0, 120, a.shape)
for name, dtype in types.items():
    for shape in [(), (1,), (3,), (2, 2), (1001,), (0,), (2, 0), (20, 60)]:
        if name == 'long' and len(shape) and shape[0] > 3: continue
        dtype = np.dtype(dtype)
        a = np.zeros((1,) + shape, dtype)
        fill(a)
        a = a.reshape(shape)
        arrays[f'{name} {shape}'] = a
        if len(shape) == 2: arrays[f'{name} {shape} F'] = np.asfortranarray(a)
",
    );
}

#[test]
fn long_doubles_show_the_digits_of_a_double() {
    prints_as_numpy(
        r"
for code in ['f16', 'c32']:
    for shape in [(1,), (5,), (3, 4), (40, 30)]:
        for scale in (1, 1e-7, 1e9, 1e300):
            x = rng.standard_normal(shape) * scale
            arrays[f'{code} {shape} {scale}'] = x.astype(code)
    arrays[f'{code} odd'] = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1.5]).astype(code)
    arrays[f'{code} alone'] = np.array(1.5).astype(code)
",
    );
}

#[test]
fn cells_are_given_one_by_one_in_logical_order() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
rows = np.zeros((2, 3), [('a', '>i2'), ('', 'V3'), ('b', 'S3'), ('c', '<f4'), ('d', '<U3'), ('e', [('x', '?')])])
rows['a'] = np.arange(6).reshape(2, 3); rows['b'] = b'k'; rows['c'] = 0.5; rows['d'] = 'é'
arrays = {
    'b': np.array([[True, False]]), 'i': np.arange(-3, 3).reshape(2, 3), 'u': np.array([2**64 - 1], 'u8'),
    'f': np.asfortranarray(np.arange(6).reshape(2, 3) / 4), 'g': np.array([0.1, 1e20], 'f4'), 'h': np.array([0.1], 'f2'),
    'c': np.array([1+2j, 1e16j, complex(-0.0, 1)]), 's': np.array(['a', 'it\'s']), 'z': np.array([b'a', b'\xff']),
    'r': np.asfortranarray(rows), 'v': np.array([b'ab'], 'V2')}
np.savez('all.npz', **arrays)
def lists(a): return [(str(x), repr(x)) for x in (c.item() for c in a.flat)]
json.dump({n: lists(a) for n, a in arrays.items()}, open('cells.json', 'w'))
",
    );
    let cells: BTreeMap<String, Vec<(String, String)>> =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("cells.json")).unwrap()).unwrap();
    for (name, any) in BTreeMap::<String, AnyArray>::load(dir.path().join("all.npz")).unwrap() {
        let ours: Vec<_> = any.iter().map(|cell| (format!("{cell}"), format!("{cell:#}"))).collect();
        assert_eq!(ours, cells[&name], "{name}");
        assert_eq!(any.iter().len(), any.len(), "{name}");
    }
}

#[test]
fn a_cell_is_found_by_its_index_and_the_only_one_without() {
    let any = AnyArray::from(array![[1.5f32, 2.5], [3.5, 4.5]].reversed_axes());
    assert_eq!(any.get(&[0, 1]), Some(AnyValue::Float(3.5)));
    assert_eq!((any.get(&[2, 0]), any.get(&[0]), any.get(&[0, 0, 0])), (None, None, None));
    assert_eq!(AnyArray::from(array![[[7u8]]]).item().unwrap(), AnyValue::UInt(7));
    for many in [AnyArray::from(arr1(&[1, 2])), AnyArray::from(arr1(&[0u8; 0]))] {
        let error = many.item().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains("expected an array of one cell, found shape ("), "{error}");
    }
    let dtype = DType::parse("<M8[D]").unwrap();
    let times = AnyArray::from(RawArray::new(dtype, &[1], vec![2, 0, 0, 0, 0, 0, 0, 0]).unwrap());
    assert_eq!(times.item().unwrap().to_string(), "1970-01-03");
    let dtype = DType::parse("|V8").unwrap();
    let raw = AnyArray::from(RawArray::new(dtype.clone(), &[2, 1], [[1; 8], [2; 8]].concat()).unwrap());
    assert_eq!(raw.get(&[1, 0]), Some(AnyValue::Other { dtype: &dtype, bytes: &[2; 8] }));
    assert_eq!((raw.get(&[0, 1]), raw.get(&[2, 0]), raw.get(&[0])), (None, None, None));
}

#[test]
fn a_cell_alone_prints_as_the_item_that_python_gives() {
    let dir = temp_dir();
    let printed = python(
        dir.path(),
        r"
arrays = [np.array(x, t) for t in ('c8', 'c16', 'f4', 'f8', 'f2') for x in (0.1, 1/3, 1e30 if t != 'f2' else 1e4, -0.0, np.inf)]
arrays += [np.array(complex(a, b)) for a in (0.1, 1e300, -0.0, 1e-320) for b in (1/3, -1e308, np.nan)]
arrays += [np.array([0.1 + 2j], 'c8'), np.array(['it' + chr(39) + 's']), np.array([bytes([255, 65])]), np.array([-5], 'i1'), np.array([True])]
for i, a in enumerate(arrays):
    np.save(f'{i}.npy', a)
    print(str(a.item()))
",
    );
    for (i, expected) in printed.lines().enumerate() {
        let any = npy::load::<AnyArray>(dir.path().join(format!("{i}.npy"))).unwrap();
        assert_eq!(any.item().unwrap().to_string(), expected, "{i}");
        assert_eq!(any.iter().map(|cell| cell.to_string()).collect::<String>(), expected, "{i}");
    }
    assert_eq!(printed.lines().count(), 42);
}

#[test]
fn only_the_shown_cells_of_a_large_array_are_looked_at() {
    // The cell in the middle would need more room, and an exponent.
    let mut cells = vec![0.5; 2000];
    cells[1000] = -1e300;
    assert_eq!(AnyArray::from(arr1(&cells)).to_string(), "[0.5 0.5 0.5 ... 0.5 0.5 0.5]");
    // Cells of no bytes: a header of a few bytes may ask for any number of them.
    for dtype in ["|V0", "[('a', '|S0')]", "[('a', '|V0', (1000000000,))]"] {
        let dtype = DType::parse(dtype).unwrap();
        let raw = AnyArray::from(RawArray::new(dtype, &[6; 20], Vec::new()).unwrap());
        assert_eq!(raw.to_string(), "[...]");
        assert!(format!("{raw:#}").starts_with("array([...],"), "{raw:#}");
    }
    let nested = (0..9).fold("'|V0'".to_owned(), |item, _| format!("[('a', {item}, (1000,))]"));
    for (dtype, shown) in [
        (nested.as_str(), "[([...],)]"),
        ("[('a', '<f8', (1000000000, 0))]", "[([...],)]"),
        ("[('a', '<f8', (2, 0)), ('b', '|V0', (2,))]", "[([[], []], [b'', b''])]"),
    ] {
        let raw = RawArray::new(DType::parse(dtype).unwrap(), &[1], Vec::new()).unwrap();
        assert_eq!(AnyArray::from(raw).to_string(), shown);
    }
}

#[test]
fn what_numpy_would_refuse_to_print_is_printed_without_a_panic() {
    // Half a surrogate, and a number past the last character.
    let dtype = DType::parse("[('t', '<U2')]").unwrap();
    let raw =
        RawArray::new(dtype, &[1], [0xd800_u32.to_le_bytes(), u32::MAX.to_le_bytes()].concat()).unwrap();
    assert_eq!(AnyArray::from(raw).to_string(), "[('\u{fffd}\u{fffd}',)]");
    // A long double that f64 has no room for has all its digits, whatever stands beside it.
    let dtype = DType::parse("<f16").unwrap();
    let raw = RawArray::new(dtype, &[1], [vec![0; 7], vec![0x80, 0xff, 0x7e], vec![0; 6]].concat()).unwrap();
    assert_eq!(AnyArray::from(raw).to_string(), "[1.0274721729209617207e+4855]");
    // What x87 has no number for is its bytes.
    let raw = RawArray::new(DType::parse("<f16").unwrap(), &[1], vec![0x7f; 16]).unwrap();
    assert!(AnyArray::from(raw).to_string().starts_with("[b'\\x7F"));
    assert_eq!(AnyArray::from(arr0("text".to_owned())).to_string(), "text");
    assert_eq!(AnyArray::from(Array::<u8, _>::zeros((0, 3))).to_string(), "[]");
}
