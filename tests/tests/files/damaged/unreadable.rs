//! Members that can't be looked into are an error of a map, also where unknown members are allowed.

use std::collections::{BTreeMap, HashMap};

use ndarray::{Array1, ArrayD};
use npz_core::{AnyArray, ErrorKind, FromMembers, Lazy, LoadOptions, Npz, RemarkKind};
use tests::{python, temp_dir};

/// An archive of `a` and `b`, of which `b` is encrypted or compressed by this method, as its headers say.
fn with_unreadable(flags: u8, method: u8) -> Vec<u8> {
    let arrays = BTreeMap::from([("a".to_owned(), vec![1.0, 2.0]), ("b".to_owned(), vec![3.0, 4.0])]);
    let mut bytes = arrays.to_bytes().unwrap();
    for (signature, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<_> = bytes.windows(4).enumerate().filter(|(_, four)| four == signature).collect();
        let second = places[1].0;
        bytes[second + at] |= flags;
        bytes[second + at + 2] = method;
    }
    bytes
}

#[derive(Npz)]
struct Rest {
    a: Array1<f64>,
    #[npz(flatten)]
    rest: HashMap<String, AnyArray>,
}

fn is_refused<T: FromMembers>(options: &LoadOptions, bytes: &[u8], reason: &str) {
    let Err(error) = options.from_bytes::<T>(bytes) else {
        panic!("{} is loaded, and something is lost: {reason}", std::any::type_name::<T>())
    };
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{text}");
    assert!(text.contains("\"b\"") && text.contains(reason) && !text.contains("\"a\""), "{text}");
}

#[test]
fn what_can_not_be_looked_into_is_an_error_in_every_map() {
    let kinds = [(1, 0, "encrypted"), (0, 9, "deflate64"), (0, 98, "PPMd"), (0, 95, "xz"), (0, 99, "AES")];
    for (flags, method, reason) in kinds {
        let bytes = with_unreadable(flags, method);
        for options in [LoadOptions::new(), LoadOptions::new().allow_unknown(true)] {
            is_refused::<BTreeMap<String, AnyArray>>(&options, &bytes, reason);
            is_refused::<BTreeMap<String, Vec<f64>>>(&options, &bytes, reason);
            is_refused::<HashMap<String, ArrayD<f64>>>(&options, &bytes, reason);
            is_refused::<BTreeMap<String, Lazy<AnyArray>>>(&options, &bytes, reason);
            is_refused::<Lazy<BTreeMap<String, AnyArray>>>(&options, &bytes, reason);
            is_refused::<Rest>(&options, &bytes, reason);
        }
    }
}

/// A struct says which members it wants: of the others nothing is lost.
#[test]
fn a_struct_that_does_not_want_it_loads_and_is_told() {
    #[derive(Npz)]
    struct Only {
        a: Vec<f64>,
    }
    let dir = temp_dir();
    let path = dir.path().join("encrypted.npz");
    std::fs::write(&path, with_unreadable(1, 0)).unwrap();
    let (only, report) =
        LoadOptions::new().allow_unknown(true).open(&path).unwrap().load_with_report::<Only>().unwrap();
    assert_eq!(only.a, [1.0, 2.0]);
    assert_eq!(report.remarks()[0].to_string(), "member \"b\": it can't be read, and no field wants it");
}

#[test]
fn what_the_option_names_is_passed_over_and_told() {
    let dir = temp_dir();
    python(
        dir.path(),
        "import ml_dtypes
np.savez('all.npz', a=np.arange(3), o=np.array([None]))
with zipfile.ZipFile('all.npz', 'a') as z:
    z.writestr('readme.txt', 'hello')
    z.writestr('f.npy', b'\\x93NUMPY\\x01\\x00\\x3b\\x00' + b\"{'descr': 'myown', 'fortran_order': False, 'shape': (2,), }\".ljust(58) + b'\\n' + b'ab')
",
    );
    let path = dir.path().join("all.npz");
    assert!(BTreeMap::<String, AnyArray>::load(&path).is_err());
    let options = LoadOptions::new().allow_unknown(true);
    let (all, report) =
        options.open(&path).unwrap().load_with_report::<BTreeMap<String, AnyArray>>().unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["a"]);
    let told: Vec<_> = report.remarks().iter().map(|remark| (&*remark.member, remark.kind)).collect();
    assert_eq!(told, ["o", "readme.txt", "f"].map(|member| (member, RemarkKind::Ignored)));
    assert!(report.to_string().contains("its dtype is none of NumPy's"), "{report}");
}
