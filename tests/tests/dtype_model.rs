//! `DType` against `numpy.dtype`: text, sizes, alignment, fields.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use npz_core::{ByteOrder, DType};
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
        DType::Subarray { shape, .. } => {
            let lens: Vec<String> = shape.iter().map(usize::to_string).collect();
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
