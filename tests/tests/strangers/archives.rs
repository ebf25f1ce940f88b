//! Archives as other people make them.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, array};
use npz_core::{AnyArray, LoadOptions, Npz, NpzReader, RemarkKind, RemarkKind::Defaulted};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq)]
struct Layer {
    w: Array2<f32>,
    b: Array1<f32>,
}

fn layer() -> Layer {
    Layer { w: array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], b: array![1.0, 2.0] }
}

/// `members` as bytes of `.npy` files by name, and `write(file, [(name, bytes)])`.
const WRITE: &str = r#"
def npy(a):
    f = io.BytesIO()
    np.save(f, a)
    return f.getvalue()
w, b = npy(np.arange(6, dtype="f4").reshape(2, 3)), npy(np.array([1, 2], "f4"))
def write(file, members):
    with zipfile.ZipFile(file, "w") as z:
        for name, data in members:
            info = zipfile.ZipInfo("x")
            info.filename = name # as it is: Python makes "/" of "\"
            z.writestr(info, data)
"#;

#[test]
fn what_macos_adds_is_passed_over() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            r#"{WRITE}
double = b"\0\5\x16\7" + b"\0" * 78
write("mac.npz", [("w.npy", w), ("b.npy", b), ("__MACOSX/", b""), ("__MACOSX/._w.npy", double), ("._b.npy", double),
                  (".DS_Store", b"\0\0\0\1Bud1"), ("sub/.DS_Store", b"\0\0\0\1Bud1")])
write("dotted.npz", [("w.npy", w), ("b.npy", b), ("._b.npy", b)])
"#
        ),
    );
    let path = dir.path().join("mac.npz");
    assert_eq!(Layer::load(&path).unwrap(), layer());
    let all = BTreeMap::<String, AnyArray>::load(&path).unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["b", "w"]);
    // They are still listed, as Python lists them.
    assert_eq!(NpzReader::open(&path).unwrap().names().len(), 7);
    // An array of such a name is an array.
    let path = dir.path().join("dotted.npz");
    assert!(Layer::load(&path).unwrap_err().to_string().contains("member \"._b\" is unexpected"));
    assert_eq!(BTreeMap::<String, AnyArray>::load(&path).unwrap().len(), 3);
}

#[derive(Npz, Debug, PartialEq)]
struct Maybe {
    weights: Array1<f64>,
    bias: Option<Array1<f64>>,
    #[npz(default)]
    epoch: u64,
    layer: Option<Layer>,
    #[npz(default)]
    names: Vec<String>,
    layers: Vec<Option<Layer>>,
}

#[test]
fn a_pickled_none_is_absent() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
import pickle
none = dict(bias=None, epoch=None, layer=None, names=None, **{"layers.0": None})
np.savez("savez.npz", weights=np.arange(3.0), **none)
np.savez_compressed("compressed.npz", weights=np.arange(3.0), **none)
header = io.BytesIO()
np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": ()})
def write(file, pickled):
    np.savez(file, weights=np.arange(3.0))
    with zipfile.ZipFile(file, "a") as z:
        for name in none: z.writestr(name + ".npy", header.getvalue() + pickled)
new, old = b"numpy._core", b"numpy.core"
for protocol in range(6):
    write(f"bare_{protocol}.npz", pickle.dumps(None, protocol))
    array = pickle.dumps(np.array(None), protocol)
    write(f"array_{protocol}_new.npz", array)
    write(f"array_{protocol}_old.npz", array.replace(new, old).replace(b"\x16" + old, b"\x15" + old))
    write(f"array_{protocol}_older.npz", array.replace(new, old).replace(b"\x16" + old, b"\x15" + old).replace(b"\x89\x88\x87", b"K\0K\1\x87"))
# What NumPy itself ships as written by Python 2, with one object in place of its list.
data = os.path.join(os.path.dirname(np.__file__), "lib", "tests", "data", "py2-objarr.npy")
written = open(data, "rb").read()
pickled = written[written.index(b"\n") + 1:]
start = pickled.index(b"(Nc__builtin__")
pickled = (pickled[:start] + b"Natb.").replace(b"(K\1K\4\x85c", b"(K\1)c")
assert pickle.loads(pickled, encoding="latin1").shape == () and pickle.loads(pickled, encoding="latin1").item() is None
write("array_python2.npz", pickled)
"#,
    );
    let expected = Maybe {
        weights: array![0.0, 1.0, 2.0],
        bias: None,
        epoch: 0,
        layer: None,
        names: vec![],
        layers: vec![None],
    };
    let mut files = vec!["savez".to_owned(), "compressed".to_owned(), "array_python2".to_owned()];
    for protocol in 0..6 {
        files.push(format!("bare_{protocol}"));
        files.extend(["new", "old", "older"].map(|age| format!("array_{protocol}_{age}")));
    }
    for file in files {
        let path = dir.path().join(format!("{file}.npz"));
        let (found, report) =
            LoadOptions::new().load_with_report::<Maybe>(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(found, expected, "{file}");
        let defaulted: Vec<_> = report.remarks().iter().filter(|remark| remark.kind == Defaulted).collect();
        assert_eq!(defaulted.len(), 2, "{file}: {report}");
        assert!(defaulted[0].text.starts_with("Python's `None`"), "{}", defaulted[0].text);
        assert!(!report.remarks().iter().any(|remark| remark.kind == RemarkKind::Ignored));
    }
}

/// What holds something else is a pickle, however much it looks like `None`.
#[test]
fn any_other_pickle_is_refused() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
def zero_d(value):
    a = np.empty((), object)
    a[()] = value
    return a
others = [zero_d([None]), zero_d((None,)), zero_d("N"), zero_d({}), zero_d(0x4E945D00), np.array([None]), np.array([[None]])]
for i, other in enumerate(others): np.savez(f"{i}.npz", bias=other)
np.savez("plain.npz", bias=None)
"#,
    );
    #[derive(Npz, Debug)]
    struct Bias {
        bias: Option<Array1<f64>>,
    }
    for i in 0..7 {
        let error = Bias::load(dir.path().join(format!("{i}.npz"))).unwrap_err();
        assert!(error.to_string().contains("dtype object is a Python pickle"), "{i}: {error}");
    }
    let path = dir.path().join("plain.npz");
    assert_eq!(Bias::load(&path).unwrap().bias, None);
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.get::<Option<f64>>("bias").unwrap(), None);
    // Where it may not be absent, the error says how it may.
    let error = npz.get::<f64>("bias").unwrap_err();
    assert!(error.to_string().contains("it is Python's `None`: an `Option`"), "{error}");
}
