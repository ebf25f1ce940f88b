//! `DType` against `numpy.dtype`: text, sizes, alignment, fields.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use npz_core::{AnyArray, ByteOrder, DType, ErrorKind, Header, Limits, RawArray, TimeBase, TimeUnit, npy};
use tests::{python, temp_dir};

/// Everything that a header can say, in Python.
const DTYPES: &str = r"
codes = ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'longdouble', 'c8', 'c16', 'clongdouble',
         'S1', 'S5', 'U1', 'U7', 'V1', 'V9', 'm8', 'M8', 'O']
codes += [f'{k}8[{n}{u}]' for k in 'mM' for n in ('', 25) for u in
          ('Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as')]
dtypes = [np.dtype(c).newbyteorder(o) for c in codes for o in '<>']
inner = np.dtype([('p', '>f4'), ('q', '<U2', (3,))])
dtypes += [
    np.dtype([('a', '<i4')]),
    np.dtype([('a', 'i1'), ('b', '>f8'), ('c', 'S3')]),
    np.dtype([('a', 'i1'), ('b', '>f8'), ('c', 'i2')], align=True),
    np.dtype([(('a title', 'a'), '<i4'), (('another', 'b'), inner, (2, 3))]),
    np.dtype([('x', inner), ('y', [('z', [('w', 'M8[us]')])]), ('v', 'V4'), ('e', '<f4', (0,))]),
    np.dtype({'names': ['a', 'b'], 'formats': ['<u2', '<f8'], 'offsets': [3, 11], 'itemsize': 32}),
    np.dtype([('it\'s', '<i4'), ('a \'\'b\'\' \\', '<i4'), ('é', '<i2'), ('整', '<i2')]),
    np.dtype([('a.b', '<i4'), (' ', '<i4'), ('f', '?', (1,))]),
]
";

/// What NumPy says of each, as it comes back from a file.
const MODELS: &str = r"
def text(d):
    return str(d.subdtype[1]) if d.subdtype else d.str
def model(d):
    descr = np.lib.format.dtype_to_descr(d)
    big = np.lib.format.dtype_to_descr(d.newbyteorder('>'))
    d = np.lib.format.descr_to_dtype(descr)
    fields = [[n, text(d.fields[n][0]), d.fields[n][1]] for n in d.names or ()]
    titles = [[d.fields[n][2], n] for n in d.names or () if len(d.fields[n]) > 2]
    return [repr(descr), repr(big), d.itemsize, d.alignment, fields, titles]
print(json.dumps([model(d) for d in dtypes]))
";

type Model = (String, String, usize, usize, Vec<(String, String, usize)>, Vec<(String, String)>);

fn text(dtype: &DType) -> String {
    match dtype {
        DType::Subarray(subarray) => {
            let lens: Vec<String> = subarray.shape().iter().map(usize::to_string).collect();
            format!("({}{})", lens.join(", "), if lens.len() == 1 { "," } else { "" })
        }
        DType::Record(_) => format!("|V{}", dtype.item_size().unwrap()),
        scalar => scalar.to_string(),
    }
}

#[test]
fn a_dtype_has_the_text_size_alignment_and_fields_that_numpy_says() {
    let printed = python(temp_dir().path(), &format!("{DTYPES}{MODELS}"));
    let models: Vec<Model> = serde_json::from_str(&printed).unwrap();
    assert_eq!(models.len(), 2 * (25 + 52) + 8);
    for (descr, big, size, alignment, fields, titles) in models {
        let dtype = DType::parse(descr.trim_matches('\'')).unwrap_or_else(|error| panic!("{descr}: {error}"));
        let shown = dtype.to_string();
        let quoted = if dtype.as_scalar().is_some() { format!("'{shown}'") } else { shown.clone() };
        assert_eq!(quoted, descr);
        assert_eq!(DType::parse(&shown).unwrap(), dtype);
        assert_eq!((dtype.item_size().unwrap(), dtype.alignment()), (size, alignment), "{descr}");
        assert_eq!(
            dtype.with_byte_order(ByteOrder::Big),
            DType::parse(big.trim_matches('\'')).unwrap(),
            "{descr}"
        );

        assert_eq!(dtype.with_byte_order(ByteOrder::NotApplicable), dtype, "{descr}");
        assert_eq!(shown.parse::<DType>().unwrap(), dtype);
        if let Some(fields) = dtype.fields().filter(|_| titles.is_empty()) {
            let pairs = fields.iter().map(|field| (field.name(), field.dtype().clone()));
            assert_eq!(DType::record(pairs).unwrap(), dtype);
        }

        let named = dtype.fields().unwrap_or_default().iter().filter(|field| !field.is_padding());
        let found: Vec<_> = named
            .map(|field| {
                let (dtype, offset) = dtype.field(field.name()).unwrap();
                (field.name().to_owned(), text(dtype), offset)
            })
            .collect();
        assert_eq!(found, fields, "{descr}");
        for (title, name) in titles {
            assert_eq!(dtype.field(&title), dtype.field(&name), "{descr}");
        }
    }
}

#[test]
fn the_byte_order_that_is_none_changes_nothing_as_in_numpy() {
    let script = format!("{DTYPES}
print(json.dumps([[repr(np.lib.format.dtype_to_descr(x)) for x in (d, d.newbyteorder('|'))] for d in dtypes]))");
    let printed = python(temp_dir().path(), &script);
    for (descr, same) in serde_json::from_str::<Vec<(String, String)>>(&printed).unwrap() {
        assert_eq!(descr, same);
        let dtype: DType = descr.trim_matches('\'').parse().unwrap();
        assert_eq!(dtype.with_byte_order(ByteOrder::NotApplicable), dtype);
    }
}

#[test]
fn a_record_is_made_of_names_and_dtypes_as_np_dtype_makes_it() {
    let dtype = |text: &str| text.parse::<DType>().unwrap();
    let inner = DType::record([("p", dtype(">f4")), ("q", dtype("('<U2', (3,))"))]).unwrap();
    let subarray = DType::subarray(inner.clone(), [2, 3]).unwrap();
    let made = [
        DType::record([("a", dtype("i1"))]),
        DType::record(vec![("a".to_owned(), dtype("f4")), ("é's".to_owned(), inner)]),
        DType::record([("a", dtype("M8[25s]")), ("b", subarray)]),
        DType::record([("a", dtype("i1")), ("", dtype("V3")), ("", dtype("V4")), ("b", dtype("f8"))]),
        DType::record::<&str>([]),
        DType::record([("v", dtype("V4")), ("o", dtype("O"))]),
    ];
    let printed = python(
        temp_dir().path(),
        r#"
inner = np.dtype([('p', '>f4'), ('q', '<U2', (3,))])
dtypes = [
    np.dtype([('a', 'i1')]), np.dtype([('a', 'f4'), ("é's", inner)]), np.dtype([('a', 'M8[25s]'), ('b', inner, (2, 3))]),
    np.dtype([('a', 'i1'), ('b', 'f8')], align=True), np.dtype([]), np.dtype([('v', 'V4'), ('o', 'O')]),
]
print(json.dumps([[repr(np.lib.format.dtype_to_descr(d)), d.itemsize] for d in dtypes]))
"#,
    );
    let numpys: Vec<(String, usize)> = serde_json::from_str(&printed).unwrap();
    assert_eq!(numpys.len(), made.len());
    for (made, (descr, size)) in made.into_iter().zip(numpys) {
        let made = made.unwrap();
        assert_eq!((made.to_string(), made.item_size().unwrap()), (descr, size));
    }

    let refused = [
        (DType::record([("a", dtype("i4")), ("a", dtype("f4"))]), "two fields or titles have the name 'a'"),
        (DType::record([("a", dtype("i4")), ("", dtype("f4"))]), "field 1 has no name"),
        (DType::record([("", dtype("('f4', (2,))"))]), "found ('<f4', (2,))"),
        (
            DType::record([("a", dtype("S2147483647")), ("b", dtype("S1"))]),
            "2147483648 bytes is larger than NumPy allows",
        ),
    ];
    for (made, message) in refused {
        let error = made.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!("float33".parse::<DType>().unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_unit_of_time_is_made_of_a_count_and_a_base() {
    let printed = python(
        temp_dir().path(),
        "print(json.dumps([[np.datetime_data(d)[1], d] for d in ('M8', 'M8[25s]', 'M8[2147483647as]', 'M8[Y]')]))",
    );
    let units = [
        (1, TimeBase::Generic),
        (25, TimeBase::Second),
        (2_147_483_647, TimeBase::Attosecond),
        (1, TimeBase::Year),
    ];
    let numpys: Vec<(u32, String)> = serde_json::from_str(&printed).unwrap();
    for ((count, base), (numpys, spelling)) in units.into_iter().zip(numpys) {
        let unit = TimeUnit::new(count, base).unwrap();
        assert_eq!((unit.count(), unit.base()), (numpys, base));
        assert_eq!(spelling.parse::<DType>().unwrap().as_scalar().unwrap().unit(), Some(unit));
    }
    for (count, base) in
        [(0, TimeBase::Day), (2_147_483_648, TimeBase::Day), (2, TimeBase::Generic), (0, TimeBase::Generic)]
    {
        let error = TimeUnit::new(count, base).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
}

#[test]
fn the_names_of_ml_dtypes_are_what_np_save_writes_of_them() {
    let script = "
import ml_dtypes
types = [t for t in vars(ml_dtypes).values() if isinstance(t, type) and not issubclass(t, (np.finfo, np.iinfo, ml_dtypes.iinfo))]
assert all(np.dtype(t.__name__) == np.dtype(t) for t in types)
print(json.dumps([[t.__name__, np.lib.format.dtype_to_descr(np.dtype(t))] for t in types]))";
    let names: Vec<(String, String)> = serde_json::from_str(&python(temp_dir().path(), script)).unwrap();
    assert!(names.len() >= 18, "{names:?}");
    for (name, descr) in names {
        match DType::parse(&name) {
            Ok(dtype) => assert_eq!(dtype.to_string(), descr, "{name}"),
            Err(error) => assert!(name.contains("complex"), "{error}"),
        }
    }
}

#[test]
fn the_dtype_of_a_cell_type_is_what_its_arrays_are_written_as() {
    #[derive(npz_core::NpyRecord, Clone)]
    struct Row {
        x: f32,
        tags: [u8; 2],
    }
    #[derive(npz_core::NpyRecord, Clone)]
    struct Twice {
        #[npy(rename = "x")]
        _a: f32,
        #[npy(offset = 2)]
        _b: f32,
    }
    let row = [Row { x: 0.5, tags: [1, 2] }];
    let written = |bytes: Vec<u8>| npy::read_header(&bytes[..]).unwrap().dtype().clone();
    let bytes = npy::to_bytes(&ndarray::ArrayView1::from(&row)).unwrap();
    assert_eq!(DType::of::<Row>().unwrap(), written(bytes));
    assert_eq!(DType::of::<i16>().unwrap(), written(npy::to_bytes(&ndarray::arr1(&[1i16])).unwrap()));
    let text = ndarray::arr1(&["a".to_owned()]);
    assert_eq!(DType::of::<String>().unwrap(), written(npy::to_bytes(&text).unwrap()));
    assert_eq!(DType::of::<Twice>().unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_code_of_one_cell_is_taken_or_refused_as_numpy_does() {
    let script = "
warnings.simplefilter('ignore')
codes = [o + c + n + u for o in ('', '<', '>', '|', '=') for c in '?abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSUVWXYZ'
         for n in ('', '0', '1', '2', '3', '4', '04', '5', '8', '08', '12', '16', '32') for u in ('', '[s]')]
def model(c):
    try:
        d = np.dtype(c)
    except TypeError:
        return None
    return [d.str, d.itemsize, d.alignment]
print(json.dumps([[c, model(c)] for c in codes]))";
    type Model = Option<(String, usize, usize)>;
    let codes: Vec<(String, Model)> = serde_json::from_str(&python(temp_dir().path(), script)).unwrap();
    assert_eq!(codes.len(), 5 * 52 * 13 * 2);
    // What other platforms and ml_dtypes write, which this NumPy has no dtype for.
    let is_beyond_numpy = |code: &str| code.ends_with("f1") || code.ends_with("f12");
    for (code, numpys) in codes.into_iter().filter(|(code, _)| !is_beyond_numpy(code)) {
        let ours = DType::parse(&code).ok();
        // A void's byte order is the mark of ml_dtypes, which NumPy forgets.
        let text = |dtype: &DType| if code.contains('V') { code_of_void(dtype) } else { dtype.to_string() };
        let ours = ours.map(|dtype| (text(&dtype), dtype.item_size().unwrap(), dtype.alignment()));
        let is_marked_void = code.contains('V') && code.starts_with(['<', '>']);
        match (ours, numpys) {
            (Some(ours), Some(numpys)) if is_marked_void => {
                assert_eq!((ours.0, ours.1), (numpys.0, numpys.1), "{code}");
            }
            (ours, numpys) => assert_eq!(ours, numpys, "{code}"),
        }
    }
}

fn code_of_void(dtype: &DType) -> String {
    format!("|{}", &dtype.to_string()[1..])
}

/// What is saved must load equal, so a dtype is made as it will be read.
#[test]
fn a_small_array_without_axes_is_its_item_as_in_numpy() {
    let sub = |item: DType, shape: &[usize]| DType::subarray(item, shape).unwrap();
    let float = || DType::parse("<f4").unwrap();
    let point = || DType::record([("x", float())]).unwrap();
    let made = [
        ("('<f4', ())", sub(float(), &[])),
        ("(('<f4', (2,)), ())", sub(sub(float(), &[2]), &[])),
        ("(('<f4', ()), (2,))", sub(sub(float(), &[]), &[2])),
        ("((('<f4', (2,)), ()), (3,))", sub(sub(sub(float(), &[2]), &[]), &[3])),
        ("([('x', '<f4')], ())", sub(point(), &[])),
        ("([('x', ('<f4', ()), ())], (1, 0))", sub(point(), &[1, 0])),
        ("('V3', (2,))", sub(DType::parse("V3").unwrap(), &[2])),
    ];
    let texts: Vec<&str> = made.iter().map(|(text, _)| *text).collect();
    let script = format!(
        "
dtypes = [np.dtype([('a', d), ('b', 'i1')]) for d in ({},)]
for i, d in enumerate(dtypes):
    np.save(f'{{i}}.npy', np.zeros(3, d))
print(json.dumps([repr(np.lib.format.dtype_to_descr(d)) for d in dtypes]))",
        texts.join(", ")
    );
    let dir = temp_dir();
    let numpys: Vec<String> = serde_json::from_str(&python(dir.path(), &script)).unwrap();
    for (i, ((text, dtype), numpys)) in made.into_iter().zip(numpys).enumerate() {
        assert_eq!(DType::parse(text).unwrap(), dtype, "{text}");
        let record = DType::record([("a", dtype), ("b", DType::parse("i1").unwrap())]).unwrap();
        assert_eq!(record.to_string(), numpys, "{text}");
        let size = record.item_size().unwrap();
        let array = AnyArray::Other(RawArray::new(record, &[3], vec![0; 3 * size]).unwrap());
        let mut bytes = Vec::new();
        npy::write_any(&mut bytes, &array).unwrap();
        assert_eq!(npy::read_any(&bytes[..]).unwrap(), array, "{text}");
        assert_eq!(bytes, std::fs::read(dir.path().join(format!("{i}.npy"))).unwrap(), "{text}");
    }
}

#[test]
fn axes_that_numpy_has_not_are_refused_for_small_arrays() {
    let shapes: [&[usize]; 6] =
        [&[1; 64], &[1; 65], &[0, 2_147_483_647], &[0, 2_147_483_648], &[0, 1 << 40], &[2_147_483_647]];
    let script = "
def is_made(shape):
    try:
        return np.dtype([('a', 'f4', shape)]).itemsize >= 0
    except ValueError:
        return False
print(json.dumps([is_made(tuple(s)) for s in ";
    let script = format!("{script}{shapes:?}]))");
    let numpys: Vec<bool> = serde_json::from_str(&python(temp_dir().path(), &script)).unwrap();
    assert_eq!(numpys, [true, false, true, false, false, false]);
    for (shape, numpys) in shapes.into_iter().zip(numpys) {
        let made = DType::subarray(DType::parse("f4").unwrap(), shape);
        assert_eq!(made.is_ok(), numpys, "{shape:?}");
        let axes: Vec<String> = shape.iter().map(usize::to_string).collect();
        let read = DType::parse(&format!("[('a', 'f4', [{}])]", axes.join(", ")));
        assert_eq!(read.is_ok(), numpys, "{shape:?}");
        if let Err(error) = made {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        }
    }
}

/// Everything that walks through a dtype, on a stack that is small and a build that is slow.
fn walk(dtype: &DType) {
    let dtype = dtype.clone();
    assert_eq!(dtype, dtype.clone());
    assert!(!dtype.has_object() && dtype.alignment() >= 1 && dtype.item_size().unwrap() == 4);
    assert_eq!(DType::parse(&dtype.to_string()).unwrap(), dtype);
    let big = dtype.with_byte_order(ByteOrder::Big);
    assert_ne!(format!("{big:?}"), format!("{dtype:?}"));
    let record = DType::record([("a", dtype.clone())]).unwrap_or(dtype);
    let array = AnyArray::Other(RawArray::new(record, &[2], vec![0; 8]).unwrap());
    assert!(array.to_string().contains("0.") && format!("{array:#}").contains("f4"));
    let mut bytes = Vec::new();
    npy::write_any(&mut bytes, &array).unwrap();
    assert_eq!(npy::read_any(&bytes[..]).unwrap(), array);
    // Of small arrays in each other, all axes become the array's own.
    assert!(array.field("a").map_or_else(|error| error.to_string().contains(" axes"), |_| true));
}

#[test]
fn a_dtype_is_as_deep_as_numpy_reads_and_no_deeper() {
    let script = "
def is_read(depth):
    d = 'f4'
    for _ in range(depth):
        d = [('a', d)]
    f = io.BytesIO()
    np.save(f, np.zeros(2, d))
    f.seek(0)
    try:
        return np.load(f).shape == (2,)
    except ValueError:
        return False
print(json.dumps([is_read(depth) for depth in (98, 99, 100)]))";
    assert_eq!(python(temp_dir().path(), script).trim(), "[true, true, false]");
    let walks = || {
        let in_record = |dtype: DType| DType::record([("a", dtype)]);
        let in_subarray = |dtype: DType| DType::subarray(dtype, [1]);
        let in_both = |dtype: DType| DType::record([("a", DType::subarray(dtype, [1])?)]);
        let ways: [(usize, &dyn Fn(DType) -> npz_core::Result<DType>); 3] =
            [(99, &in_record), (99, &in_subarray), (49, &in_both)];
        for (most, way) in ways {
            let mut dtype = DType::parse("f4").unwrap();
            for _ in 0..most {
                // An array's cells are no small arrays themselves: the deepest are those of a field.
                walk(&dtype);
                dtype = way(dtype).unwrap();
            }
            if dtype.fields().is_some() {
                walk(&dtype);
            }
            let error = way(dtype.clone()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().contains("100 deep"), "{error}");
        }
        for depth in [98, 99, 100, 100_000] {
            let record = format!("{}'f4'{}", "[('a', ".repeat(depth), ")]".repeat(depth));
            let subarray = format!("{}'f4'{}", "(".repeat(depth), ", (1,))".repeat(depth));
            for text in [record, subarray] {
                assert_eq!(DType::parse(&text).is_ok(), depth <= 99, "{depth}");
                let mut file = b"\x93NUMPY\x02\x00".to_vec();
                let text = format!("{{'descr': [('b', {text})], 'fortran_order': False, 'shape': (1,), }}\n");
                file.extend((text.len() as u32).to_le_bytes());
                file.extend(text.bytes());
                let header = Header::parse(&file, &Limits::trusted());
                assert_eq!(header.is_ok(), depth <= 98, "{depth}");
            }
        }
    };
    // Half of what a thread has otherwise.
    std::thread::Builder::new().stack_size(1 << 20).spawn(walks).unwrap().join().unwrap();
}

/// A generator of small numbers that is the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn dtype(&mut self, depth: u64) -> DType {
        let code = ["<f4", ">i8", "|b1", "<U3", ">U2", "|S4", "|V3", "|V0", "<M8[25s]", ">m8", "|S0", "<c16"];
        match self.below(if depth == 0 { 1 } else { 4 }) {
            0 => DType::parse(code[self.below(12) as usize]).unwrap(),
            1 => {
                let shape: Vec<usize> = (0..self.below(3)).map(|_| self.below(4) as usize).collect();
                let item = self.dtype(depth - 1);
                // Of text without a width, and of small arrays of nothing, NumPy makes no small arrays.
                let has_no_width = item.fields().is_none() && item.item_size().unwrap() == 0;
                DType::subarray(item, if has_no_width { vec![] } else { shape }).unwrap()
            }
            _ => {
                let count = self.below(5);
                let fields = (0..count).map(|i| match self.below(4) {
                    0 => (String::new(), DType::parse(&format!("V{}", self.below(3))).unwrap()),
                    _ => (format!("it's {i}>\"é"), self.dtype(depth - 1)),
                });
                DType::record(fields.collect::<Vec<_>>()).unwrap()
            }
        }
    }
}

/// Whatever is put together is what a file gives back, to us and to NumPy.
#[test]
fn what_is_made_is_what_is_read_again() {
    let mut dice = Dice(6);
    let made: Vec<DType> = (0..400).map(|_| dice.dtype(5)).collect();
    assert!(made.iter().filter(|dtype| dtype.to_string().len() > 100).count() > 50);
    let dir = temp_dir();
    let texts: Vec<String> = made.iter().map(ToString::to_string).collect();
    std::fs::write(dir.path().join("made.json"), serde_json::to_string(&texts).unwrap()).unwrap();
    let printed = python(
        dir.path(),
        "
import ast
def read(text):
    return np.lib.format.descr_to_dtype(ast.literal_eval(text) if text[0] in '[(' else text)
dtypes = [read(text) for text in json.load(open('made.json'))]
print(json.dumps([[d.itemsize, repr(np.lib.format.dtype_to_descr(d)) if d.names is not None else ''] for d in dtypes]))",
    );
    let numpys: Vec<(usize, String)> = serde_json::from_str(&printed).unwrap();
    for (dtype, (size, descr)) in made.iter().zip(numpys) {
        assert_eq!(&DType::parse(&dtype.to_string()).unwrap(), dtype);
        assert_eq!(dtype.item_size().unwrap(), size, "{dtype}");
        if dtype.fields().is_some() {
            assert_eq!(dtype.to_string(), descr);
            let raw = RawArray::new(dtype.clone(), &[2], vec![0; 2 * size]).unwrap();
            let mut bytes = Vec::new();
            npy::write_any(&mut bytes, &AnyArray::Other(raw.clone())).unwrap();
            assert_eq!(npy::read_any(&bytes[..]).unwrap(), AnyArray::Other(raw));
            assert_eq!(npy::read_header(&bytes[..]).unwrap().dtype(), dtype);
        }
    }
}
