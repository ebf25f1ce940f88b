//! Archives as other people make them.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, array};
use npz_core::{AnyArray, ErrorKind, LoadOptions, Npz, NpzReader, RemarkKind, RemarkKind::Defaulted};
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
        let (found, report) = LoadOptions::new()
            .open(&path)
            .unwrap()
            .load_with_report::<Maybe>()
            .unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(found, expected, "{file}");
        let defaulted: Vec<_> = report.remarks().iter().filter(|remark| remark.kind == Defaulted).collect();
        assert_eq!(defaulted.len(), 2, "{file}: {report}");
        assert!(defaulted[0].text.starts_with("Python's `None`"), "{}", defaulted[0].text);
        assert!(!report.remarks().iter().any(|remark| remark.kind == RemarkKind::Ignored));
    }
}

#[derive(Npz, Debug)]
struct Bias {
    bias: Option<Array1<f64>>,
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

#[derive(Npz, Debug, PartialEq)]
struct Strict {
    step: u64,
    name: String,
    rate: f32,
    flag: Option<bool>,
    label: Kind,
}

#[derive(Npz, Debug, PartialEq)]
struct Marked {
    #[npz(one_element)]
    step: u64,
    #[npz(one_element)]
    name: String,
    #[npz(one_element, cast = "same_kind")]
    rate: f32,
    #[npz(one_element)]
    flag: Option<bool>,
    #[npz(one_element)]
    label: Kind,
}

#[derive(Npz, Debug, PartialEq)]
enum Kind {
    Run,
    Walk,
}

#[test]
fn a_single_value_may_be_an_array_of_one_element() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
np.savez("one.npz", step=np.array([5]), name=np.array([["run"]]), rate=np.array([[[0.5]]]), flag=np.array([True]), label=np.array(["Walk"]))
np.savez("two.npz", step=np.array([5, 6]), name=np.array([["run"]]), rate=np.array([], "f4"), flag=np.array([True]), label=np.array(["Walk"]))
np.save("one.npy", np.array([[120.0]]))
"#,
    );
    let path = dir.path().join("one.npz");
    let (step, name, rate, flag) = (5, "run".to_owned(), 0.5, Some(true));
    assert_eq!(
        Marked::load(&path).unwrap(),
        Marked { step, name: name.clone(), rate, flag, label: Kind::Walk }
    );
    let options = LoadOptions::new().one_element(true).cast(npz_core::Cast::SameKind);
    assert_eq!(options.load::<Strict>(&path).unwrap(), Strict { step, name, rate, flag, label: Kind::Walk });
    assert_eq!(options.open(&path).unwrap().get::<f32>("rate").unwrap(), 0.5);
    // Arrays keep their axes.
    assert_eq!(options.open(&path).unwrap().get::<Array1<u64>>("step").unwrap(), array![5]);
    assert!(options.open(&path).unwrap().get::<Array1<f64>>("rate").is_err());
    // What refuses it names both.
    let error = Strict::load(&path).unwrap_err().to_string();
    let advice =
        "`#[npz(one_element)]` on the field, or `LoadOptions::one_element(true)`, takes the one element";
    assert!(error.contains(advice) && error.contains("in 6 places"), "{error}");
    // One element and no other number.
    let error = options.load::<Strict>(dir.path().join("two.npz")).unwrap_err();
    let wrong: Vec<_> =
        error.report().unwrap().problems().iter().map(|problem| problem.member.as_str()).collect();
    assert_eq!(wrong, ["step", "rate"]);
    // A file of its own has no field.
    let path = dir.path().join("one.npy");
    let error = npz_core::npy::load::<f64>(&path).unwrap_err().to_string();
    assert!(error.contains("; `LoadOptions::one_element(true)` takes the one element"), "{error}");
    assert_eq!(options.load::<f64>(&path).unwrap(), 120.0);
    // It is saved as ever.
    let saved =
        Marked { step: 5, name: String::new(), rate: 0.5, flag: None, label: Kind::Run }.to_bytes().unwrap();
    assert!(NpzReader::new(&saved).unwrap().header("step").unwrap().shape().is_empty());
}

#[test]
fn members_in_a_folder_are_found_and_the_advice_works() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            r#"{WRITE}
write("slash.npz", [("run/", b""), ("run/w.npy", w), ("run/b.npy", b), ("__MACOSX/run/._w.npy", b"\0\5\x16\7")])
write("dot.npz", [("./w.npy", w), ("./b.npy", b)])
write("backslash.npz", [("run\\w.npy", w), ("run\\b.npy", b)])
write("deep.npz", [("tmp/me/run/w.npy", w), ("tmp/me/run/b.npy", b), ("tmp/me/other.npy", b), ("top.npy", b)])
"#
        ),
    );
    for (file, prefix) in [("slash", "run/"), ("dot", "./"), ("backslash", "run\\"), ("deep", "tmp/me/run/")]
    {
        let path = dir.path().join(format!("{file}.npz"));
        let error = Layer::load(&path).unwrap_err().to_string();
        let member = format!("{prefix}w");
        let advice = format!(
            "; {member:?} is there: `LoadOptions::prefix({prefix:?})` leaves the name of the folder away"
        );
        assert!(error.contains(&advice), "expected {advice}: {error}");
        let error = NpzReader::open(&path).unwrap().get::<Array2<f32>>("w").unwrap_err().to_string();
        assert!(error.contains(&advice), "expected {advice}: {error}");

        let options = LoadOptions::new().prefix(prefix);
        assert_eq!(options.load::<Layer>(&path).unwrap(), layer());
        assert_eq!(options.from_bytes::<Layer>(&std::fs::read(&path).unwrap()).unwrap(), layer());
        assert!(options.open(&path).unwrap().check::<Layer>().unwrap().is_ok());
        let npz = options.open(&path).unwrap();
        assert_eq!(npz.names().collect::<Vec<_>>(), ["w", "b"]);
        assert_eq!(npz.get::<Array1<f32>>("b").unwrap(), layer().b);
        assert_eq!(npz.bytes("b.npy").unwrap().len(), 136);
        assert!(!npz.contains("top"));
    }
    let error = LoadOptions::new().prefix("walk/").open(dir.path().join("dot.npz")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("no member's name begins with \"walk/\""), "{error}");
    assert!(error.to_string().contains("the first are \"./w.npy\", \"./b.npy\""), "{error}");
}
