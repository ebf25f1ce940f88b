//! The parts of NumPy's own arrays, of whatever dtype, order and compression: NumPy compares them.

use ndarray::{Axis, SliceInfoElem, s};
use npz_core::{AnyArray, NpyFile, NpzReader, SaveOptions, npy};
use std::collections::BTreeMap;
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

#[test]
fn parts_of_any_array_are_those_of_numpy() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
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
"#,
    );
    let mut script = String::from("stored = np.load('stored.npz')\n");
    let mut out = BTreeMap::<String, AnyArray>::new();
    let stored = NpzReader::open(dir.path().join("stored.npz")).unwrap();
    let deflated = NpzReader::open(dir.path().join("deflated.npz")).unwrap();
    let names: Vec<String> = stored.names().map(str::to_owned).collect();
    assert!(names.len() > 35);
    for name in &names {
        let single = NpyFile::open(dir.path().join(format!("{name}.npy"))).unwrap();
        for (i, (part, expression)) in parts().into_iter().enumerate() {
            let from_file: AnyArray = single.slice(&part).unwrap();
            let is_same =
                |other: AnyArray| npy::to_bytes(&other).unwrap() == npy::to_bytes(&from_file).unwrap();
            assert!(is_same(stored.slice(name, &part).unwrap()), "{name} {expression}");
            assert!(is_same(deflated.slice(name, &part).unwrap()), "{name} {expression}");
            out.insert(format!("{name}/{i}"), from_file);
            script += &format!("a = stored[{name:?}]\ncheck({name:?}, {i}, {expression})\n");
        }
        let indices = [7, 0, 7, 10, 3];
        for axis in 0..3 {
            let indices: Vec<usize> = indices.iter().map(|i| i % [11, 3, 4][axis]).collect();
            let selected: AnyArray = single.select(Axis(axis), &indices).unwrap();
            let same: AnyArray = deflated.member(name).unwrap().select(Axis(axis), &indices).unwrap();
            assert!(npy::to_bytes(&selected).unwrap() == npy::to_bytes(&same).unwrap());
            let i = 100 + axis;
            out.insert(format!("{name}/{i}"), selected);
            script +=
                &format!("a = stored[{name:?}]\ncheck({name:?}, {i}, np.take(a, {indices:?}, {axis}))\n");
        }
    }
    SaveOptions::new().save(&out, dir.path().join("parts.npz")).unwrap();
    let check = r#"
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
    let printed = python(dir.path(), &format!("{check}{script}print(count)"));
    assert_eq!(printed.trim(), (names.len() * (parts().len() + 3)).to_string());
}
