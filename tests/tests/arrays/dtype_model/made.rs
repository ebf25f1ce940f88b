//! Dtypes that are put together: what NumPy has not can't be made, and what is made is what a file gives back.

use npz_core::{AnyArray, ByteOrder, DType, ErrorKind, Header, Limits, RawArray, npy};
use tests::{python, temp_dir};

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
        let size = record.item_size();
        let array = AnyArray::Other(RawArray::new(record, &[3], vec![0; 3 * size]).unwrap());
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &array).unwrap();
        assert_eq!(npy::read::<AnyArray>(&bytes[..]).unwrap(), array, "{text}");
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
    assert!(!dtype.has_object() && dtype.alignment() >= 1 && dtype.item_size() == 4);
    assert_eq!(DType::parse(&dtype.to_string()).unwrap(), dtype);
    let big = dtype.with_byte_order(ByteOrder::Big);
    assert_ne!(format!("{big:?}"), format!("{dtype:?}"));
    let record = DType::record([("a", dtype.clone())]).unwrap_or(dtype);
    let array = AnyArray::Other(RawArray::new(record, &[2], vec![0; 8]).unwrap());
    assert!(array.to_string().contains("0.") && format!("{array:#}").contains("f4"));
    let mut bytes = Vec::new();
    npy::write(&mut bytes, &array).unwrap();
    assert_eq!(npy::read::<AnyArray>(&bytes[..]).unwrap(), array);
    // Of small arrays in each other, all axes become the array's own.
    assert!(array.field("a").map_or_else(|error| error.to_string().contains(" axes"), |_| true));
}

type Way<'w> = &'w dyn Fn(DType) -> npz_core::Result<DType>;

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
        let ways: [(usize, Way<'_>); 3] = [(99, &in_record), (99, &in_subarray), (49, &in_both)];
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
                let header = Header::read(&file[..], &Limits::trusted());
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
                let has_no_width = item.fields().is_none() && item.item_size() == 0;
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
        assert_eq!(dtype.item_size(), size, "{dtype}");
        if dtype.fields().is_some() {
            assert_eq!(dtype.to_string(), descr);
            let raw = RawArray::new(dtype.clone(), &[2], vec![0; 2 * size]).unwrap();
            let mut bytes = Vec::new();
            npy::write(&mut bytes, &AnyArray::Other(raw.clone())).unwrap();
            assert_eq!(npy::read::<AnyArray>(&bytes[..]).unwrap(), AnyArray::Other(raw));
            assert_eq!(Header::read(&bytes[..], &Limits::default()).unwrap().dtype(), dtype);
        }
    }
}
