//! `DType` against `numpy.dtype`: text, sizes, alignment, fields.

mod made;

use npz_core::{ByteOrder, DType, ErrorKind, Header, Limits, TimeBase, TimeUnit, npy};
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
    match (dtype.subdtype(), dtype.fields()) {
        (Some((_, shape)), _) => {
            let lens: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("({}{})", lens.join(", "), if lens.len() == 1 { "," } else { "" })
        }
        (_, Some(_)) => format!("|V{}", dtype.item_size()),
        _ => dtype.to_string(),
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
        let quoted = if dtype.fields().is_none() && dtype.subdtype().is_none() {
            format!("'{shown}'")
        } else {
            shown.clone()
        };
        assert_eq!(quoted, descr);
        assert_eq!(DType::parse(&shown).unwrap(), dtype);
        assert_eq!((dtype.item_size(), dtype.alignment()), (size, alignment), "{descr}");
        assert_eq!(
            dtype.with_byte_order(ByteOrder::Big),
            DType::parse(big.trim_matches('\'')).unwrap(),
            "{descr}"
        );

        assert_eq!(dtype.with_byte_order(ByteOrder::NotApplicable), dtype, "{descr}");
        assert_eq!(shown.parse::<DType>().unwrap(), dtype);
        if let Some(fields) = dtype.fields().filter(|_| titles.is_empty()) {
            let pairs = fields.iter().map(|field| (field.name.clone(), field.dtype.clone()));
            assert_eq!(DType::record(pairs).unwrap(), dtype);
        }

        let named = dtype.fields().unwrap_or_default().iter().filter(|field| !field.is_padding());
        let found: Vec<_> = named
            .map(|field| {
                let (dtype, offset) = dtype.field(&field.name).unwrap();
                (field.name.clone(), text(dtype), offset)
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
        assert_eq!((made.to_string(), made.item_size()), (descr, size));
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
        assert_eq!(spelling.parse::<DType>().unwrap().time_unit(), Some(unit));
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
    let written = |bytes: Vec<u8>| Header::read(&bytes[..], &Limits::default()).unwrap().dtype().clone();
    let bytes = npy::to_bytes(&ndarray::ArrayView1::from(&row)).unwrap();
    assert_eq!(DType::of::<Row>().unwrap(), written(bytes));
    assert_eq!(DType::of::<i16>().unwrap(), written(npy::to_bytes(&ndarray::arr1(&[1i16])).unwrap()));
    let text = ndarray::arr1(&["a".to_owned()]);
    assert_eq!(DType::of::<String>().unwrap(), written(npy::to_bytes(&text).unwrap()));
    assert_eq!(DType::of::<Twice>().unwrap_err().kind(), ErrorKind::Invalid);
}

/// The text, the size and the alignment of a cell.
type Cell = (String, usize, usize);

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
    let codes: Vec<(String, Option<Cell>)> =
        serde_json::from_str(&python(temp_dir().path(), script)).unwrap();
    assert_eq!(codes.len(), 5 * 52 * 13 * 2);
    // What other platforms and ml_dtypes write, which this NumPy has no dtype for.
    let is_beyond_numpy = |code: &str| code.ends_with("f1") || code.ends_with("f12");
    for (code, numpys) in codes.into_iter().filter(|(code, _)| !is_beyond_numpy(code)) {
        let ours = DType::parse(&code).ok();
        // A void's byte order is the mark of ml_dtypes, which NumPy forgets.
        let text = |dtype: &DType| if code.contains('V') { code_of_void(dtype) } else { dtype.to_string() };
        let ours = ours.map(|dtype| (text(&dtype), dtype.item_size(), dtype.alignment()));
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

/// Whether a name is escaped is decided by a table of our own, so that no compiler changes the bytes. Pythons differ in it: each
/// Unicode adds characters, and an older Python escapes them.
#[test]
fn names_are_escaped_as_python_does_with_the_table_of_unicode_14() {
    let printed = python(
        temp_dir().path(),
        "import unicodedata\n\
         print(unicodedata.unidata_version)\n\
         print(''.join(str(int(chr(c).isprintable())) for c in range(0x110000) if not 0xd800 <= c < 0xe000))\n",
    );
    let (version, printables) = printed.trim_end().split_once('\n').unwrap();
    let byte = DType::parse("u1").unwrap();
    let mut newer = Vec::new();
    for (c, is_printable) in ('\0'..=char::MAX).zip(printables.chars()) {
        let is_plain = !['\'', '"', '\\'].contains(&c);
        let name = c.to_string();
        let text = DType::record([(name.clone(), byte.clone())]).unwrap().to_string();
        match (text == format!("[('{name}', '|u1')]"), is_printable == '1') {
            (ours, numpys) if ours == numpys || !is_plain => {}
            (false, true) => newer.push(c),
            (_, numpys) => panic!("{c:?} in Unicode {version}: NumPy prints it is {numpys}, ours is {text}"),
        }
        assert_eq!(DType::parse(&text).unwrap().fields().unwrap()[0].name, name);
    }
    let major: u32 = version.split('.').next().unwrap().parse().unwrap();
    assert!(major >= 14, "NumPy 2 needs a newer Python");
    let is_same = version == "14.0.0";
    assert_eq!(newer.is_empty(), is_same, "Unicode {version}: {newer:?}");
    // Unicode 14 has them, and a table that forgets many would not pass for an older one.
    assert!(newer.len() < 20_000 && newer.iter().all(|c| !('\0'..'\u{800}').contains(c)), "{newer:?}");
}
