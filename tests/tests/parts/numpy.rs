//! The parts of NumPy's own arrays, of whatever dtype, order and compression: NumPy compares them.

use ndarray::{Axis, SliceInfoElem, s};
use npz_core::{AnyArray, NpyFile, NpzReader, SaveOptions, npy};
use std::collections::BTreeMap;
use std::fmt::Write;
use tests::{python, temp_dir};

/// Each part with how Python says it, of an array of 3 axes. From its end ndarray goes through a range, Python through the
/// array: so these are told in two steps.
fn parts() -> Vec<(Vec<SliceInfoElem>, &'static str)> {
    fn of(part: &impl AsRef<[SliceInfoElem]>) -> Vec<SliceInfoElem> {
        part.as_ref().to_vec()
    }
    vec![
        (of(&s![3..9, .., ..]), "a[3:9]"),
        (of(&s![0]), "a[0]"),
        (of(&s![.., 1, ..]), "a[:, 1]"),
        (of(&s![.., .., 2]), "a[:, :, 2]"),
        (of(&s![-2.., 1.., ..;2]), "a[-2:, 1:, ::2]"),
        (of(&s![..;3, -1, 1..3]), "a[::3, -1, 1:3]"),
        (of(&s![..;-1, .., ..]), "a[::-1]"),
        (of(&s![2..9;-2, ..;-1, ..]), "a[2:9][::-2, ::-1]"),
        (of(&s![.., ndarray::NewAxis, 0, ..;-1]), "a[:, None, 0, ::-1]"),
        (of(&s![5..5, .., ..]), "a[5:5]"),
        (of(&s![4, 2, 1]), "a[4:5, 2:3, 1:2].reshape(())"),
    ]
}

/// Arrays of 3 axes, of every kind of dtype and in both orders: as single files, and in two archives.
const ARRAYS: &str = r#"
rng = np.random.default_rng(7)
shape = (11, 3, 4)
n = int(np.prod(shape))
numbers = rng.integers(0, 100, n)
arrays = {}
for dtype in ["?", "i1", "<i2", ">i4", "u8", "<f2", ">f4", "f8", "<c8", "<c16", "M8[s]", "m8[D]", "g", "S5", "<U3", ">U3"]:
    arrays[dtype.replace("<", "l").replace(">", "b")] = numbers.astype(dtype).reshape(shape)
record = np.dtype([("id", "<u4"), ("pos", ">f4", (2, 2)), ("in", [("tag", "S3")])])
rows = np.zeros(n, record)
rows["id"], rows["pos"], rows["in"]["tag"] = numbers, numbers[:, None, None], numbers.astype("S3")
arrays["record"] = rows.reshape(shape)
arrays["void"] = np.frombuffer(rng.bytes(n * 5), "V5").reshape(shape)
arrays["float"] = rng.normal(size=shape)
for name in list(arrays):
    arrays[name + "_F"] = np.asfortranarray(arrays[name])
for name, a in arrays.items():
    np.save(name + ".npy", a)
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
"#;

/// Compares what Rust has made with what NumPy makes.
const CHECK: &str = r#"
parts = np.load("parts.npz")
count = 0
def check(name, i, expected):
    global count
    found = parts[f"{name}/{i}"]
    # A void of no axes is a scalar in NumPy, with its own byte order of none.
    assert found.dtype == expected.dtype, (name, i, found.dtype, expected.dtype)
    assert found.shape == expected.shape, (name, i, found.shape, expected.shape)
    assert np.asarray(found, order="C").tobytes() == np.asarray(expected, order="C").tobytes(), (name, i)
    count += 1
"#;

#[test]
fn parts_of_any_array_are_those_of_numpy() {
    let dir = temp_dir();
    python(dir.path(), ARRAYS);
    let mut script = String::from("stored = np.load('stored.npz')\n");
    let mut out = BTreeMap::<String, AnyArray>::new();
    let stored = NpzReader::open(dir.path().join("stored.npz")).unwrap();
    let deflated = NpzReader::open(dir.path().join("deflated.npz")).unwrap();
    let names: Vec<String> = stored.names().map(str::to_owned).collect();
    assert!(names.len() > 35);
    for name in &names {
        let single = NpyFile::open(dir.path().join(format!("{name}.npy"))).unwrap();
        let any: AnyArray = single.read().unwrap();
        for (i, (part, expression)) in parts().into_iter().enumerate() {
            let from_file: AnyArray = single.slice(&part).unwrap();
            let is_same =
                |other: AnyArray| npy::to_bytes(&other).unwrap() == npy::to_bytes(&from_file).unwrap();
            assert!(is_same(stored.slice(name, &part).unwrap()), "{name} {expression}");
            assert!(is_same(deflated.slice(name, &part).unwrap()), "{name} {expression}");
            assert!(is_same(any.slice(&part).unwrap()), "{name} {expression}");
            out.insert(format!("{name}/{i}"), from_file);
            writeln!(script, "a = stored[{name:?}]\ncheck({name:?}, {i}, {expression})").unwrap();
        }
        let indices = [7, 0, 7, 10, 3];
        for axis in 0..3 {
            let indices: Vec<usize> = indices.iter().map(|i| i % [11, 3, 4][axis]).collect();
            let selected: AnyArray = single.select(Axis(axis), &indices).unwrap();
            let same: AnyArray = deflated.member(name).unwrap().select(Axis(axis), &indices).unwrap();
            assert!(npy::to_bytes(&selected).unwrap() == npy::to_bytes(&same).unwrap());
            let same = any.select(Axis(axis), &indices).unwrap();
            assert!(npy::to_bytes(&selected).unwrap() == npy::to_bytes(&same).unwrap());
            let i = 100 + axis;
            out.insert(format!("{name}/{i}"), selected);
            writeln!(script, "a = stored[{name:?}]\ncheck({name:?}, {i}, np.take(a, {indices:?}, {axis}))")
                .unwrap();
        }
    }
    SaveOptions::new().save(&out, dir.path().join("parts.npz")).unwrap();
    let printed = python(dir.path(), &format!("{CHECK}{script}print(count)"));
    assert_eq!(printed.trim(), (names.len() * (parts().len() + 3)).to_string());
}

#[test]
fn arrays_are_joined_and_shaped_as_numpy_does() {
    let dir = temp_dir();
    python(dir.path(), ARRAYS);
    let npz = NpzReader::open(dir.path().join("stored.npz")).unwrap();
    let mut script = String::from("stored = np.load('stored.npz')\n");
    let mut out = BTreeMap::<String, AnyArray>::new();
    for name in npz.names() {
        let a: AnyArray = npz.get(name).unwrap();
        let mut add = |i: usize, found: npz_core::Result<AnyArray>, expression: &str| {
            out.insert(format!("{name}/{i}"), found.unwrap());
            writeln!(script, "a = stored[{name:?}]\ncheck({name:?}, {i}, {expression})").unwrap();
        };
        let part = |rows: std::ops::Range<isize>| a.slice(s![rows, .., ..]).unwrap();
        for axis in 0..3 {
            let same = [a.clone(), part(0..11), a.clone()];
            let expression = format!("np.concatenate([a, a, a], {axis}).astype(a.dtype)");
            add(axis, AnyArray::concatenate(Axis(axis), &same), &expression);
            let index = [8, 2, 3][axis];
            add(10 + axis, a.index_axis(Axis(axis), index), &format!("np.take(a, {index}, {axis})"));
        }
        for axis in 0..4 {
            let same = [a.clone(), a.slice(s![..;-1, .., ..]).unwrap()];
            let expression = format!("np.stack([a, a[::-1]], {axis}).astype(a.dtype)");
            add(20 + axis, AnyArray::stack(Axis(axis), &same), &expression);
        }
        let parts = [part(0..4), part(4..4), part(4..11)];
        add(30, AnyArray::concatenate(Axis(0), &parts), "a");
        add(31, a.clone().into_shape(&[4, 33]), "a.reshape(4, 33)");
        add(32, a.slice(s![2..4, 1, ..]).unwrap().into_shape(&[8]), "a[2:4, 1].reshape(8)");
    }
    SaveOptions::new().save(&out, dir.path().join("parts.npz")).unwrap();
    let printed = python(dir.path(), &format!("{CHECK}{script}print(count)"));
    assert_eq!(printed.trim(), (npz.names().len() * 13).to_string());
}

#[test]
fn what_does_not_fit_together_is_refused() {
    use ndarray::{Array1, Array2};
    use npz_core::{DType, ErrorKind, RawArray};

    let of = |a: &[f64]| AnyArray::from(Array1::from(a.to_vec()));
    let kind =
        |arrays: &[AnyArray]| AnyArray::concatenate(Axis(0), arrays).map(drop).map_err(|error| error.kind());
    assert_eq!(kind(&[]), Err(ErrorKind::Invalid));
    let single = AnyArray::from(Array1::from(vec![1.0f32]));
    let error = AnyArray::concatenate(Axis(0), &[of(&[1.0]), single]).unwrap_err();
    let text = error.to_string();
    assert!(error.kind() == ErrorKind::Mismatch && text.contains("<f8") && text.contains("<f4"), "{text}");
    let times = |dtype: &str| of(&[1.0]).cast_unsafe(&DType::parse(dtype).unwrap()).unwrap();
    for other in ["M8[ms]", "m8[s]", "i8"] {
        assert_eq!(kind(&[times("M8[s]"), times(other)]), Err(ErrorKind::Mismatch), "{other}");
        assert_eq!(kind(&[times(other), times("M8[s]")]), Err(ErrorKind::Mismatch), "{other}");
    }
    let table = |rows, columns| AnyArray::from(Array2::<f64>::zeros((rows, columns)));
    let error = AnyArray::concatenate(Axis(0), &[table(2, 3), table(2, 4)]).unwrap_err().to_string();
    assert!(
        error.contains("but for axis 0") && error.contains("(2, 3)") && error.contains("(2, 4)"),
        "{error}"
    );
    assert_eq!(AnyArray::concatenate(Axis(1), &[table(2, 3), table(2, 4)]).unwrap().shape(), [2, 7]);
    assert!(AnyArray::concatenate(Axis(2), &[table(2, 3)]).is_err());
    assert!(AnyArray::stack(Axis(3), &[table(2, 3)]).is_err());
    assert!(AnyArray::stack(Axis(0), &[table(2, 3), table(3, 2)]).is_err());
    let error = table(2, 3).into_shape(&[4]).unwrap_err().to_string();
    assert!(error.contains("expected a shape of 6 cells") && error.contains("(4,)"), "{error}");
    assert!(table(2, 3).index_axis(Axis(0), 2).is_err());
    // Records of other byte orders are the same records; of other fields they are not.
    let rows = |dtype: &str, bytes: &[u8]| {
        AnyArray::from(RawArray::new(DType::parse(dtype).unwrap(), &[1], bytes.to_vec()).unwrap())
    };
    let little = rows("[('a', '<u2'), ('b', 'S1')]", b"\x01\0x");
    let big = rows("[('a', '>u2'), ('b', 'S1')]", b"\0\x02y");
    let both = AnyArray::concatenate(Axis(0), &[little.clone(), big]).unwrap();
    assert_eq!(both.to_le_bytes().unwrap(), b"\x01\0x\x02\0y");
    assert_eq!(both.get(&[1]).unwrap().to_string(), "(2, b'y')");
    assert_eq!(kind(&[little, rows("[('a', '<u2'), ('c', 'S1')]", b"\0\0y")]), Err(ErrorKind::Mismatch));
}
