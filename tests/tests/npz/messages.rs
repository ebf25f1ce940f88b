//! A new user's mistakes, and what the messages tell to do about them. Those of the compiler are in `ui`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Deref;

use ndarray::{Array1, Array2, array};
use npz_core::{
    AnyArray, Cast, DType, DateTime64, LoadOptions, Npz, NpzReader, NpzWriter, SaveOptions, npy, time,
};
use tests::temp_dir;

type Map = BTreeMap<String, f64>;

#[derive(Npz)]
#[allow(dead_code, reason = "it is not loaded")]
struct State {
    w: Array2<f32>,
}

#[track_caller]
fn says<T>(result: npz_core::Result<T>, parts: &[&str], never: &[&str]) {
    let text = result.err().expect("an error").to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    for part in never {
        assert!(!text.contains(part), "{part:?} is in: {text}");
    }
}

#[test]
fn a_folder_that_takes_no_files_is_named_once() {
    let state = BTreeMap::from([("x".to_owned(), 1.0)]);
    if cfg!(target_os = "linux") {
        let advice = ["/proc/x.npz: can't create a temporary file beside it", "choose another"];
        says(state.save("/proc/x.npz"), &advice, &["create it first", ".tmp"]);
    }
    let dir = temp_dir();
    let missing = dir.path().join("missing").join("x.npz");
    says(state.save(missing), &["there is no folder", "create it first"], &[]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = dir.path().join("read_only");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        // Root may write there all the same.
        if let Err(error) = state.save(folder.join("x.npz")) {
            let text = error.to_string();
            assert_eq!(text.matches("read_only").count(), 1, "{text}");
            assert!(text.contains("Permission denied") && text.contains("choose another one"), "{text}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_can_not_be_replaced() {
    use std::process::Command;
    let dir = temp_dir();
    for file in ["run.npz", "other"] {
        fs::write(dir.path().join(file), b"old").unwrap();
    }
    let saver = env!("CARGO_BIN_EXE_saver");
    let script = format!("mount --bind other run.npz && {saver} once run.npz 10; true");
    let run = |flags| {
        Command::new("unshare").args([flags, "sh", "-c", &script]).current_dir(dir.path()).output().unwrap()
    };
    match [run("-m"), run("-rm")].into_iter().find(|output| !output.stdout.is_empty()) {
        None => eprintln!("NOT CHECKED: nothing can be mounted here, not even in a namespace"),
        Some(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                text.contains("it is a mount point") && text.contains("mount its folder instead"),
                "{text}"
            );
        }
    }
    assert_eq!(fs::read(dir.path().join("run.npz")).unwrap(), b"old");
}

#[test]
fn a_value_that_is_asked_for_by_name_has_no_field() {
    let bytes = BTreeMap::from([("w".to_owned(), Array2::<f64>::zeros((2, 2)))]).to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    let option = "`LoadOptions::new().cast(Cast::SameKind)` accepts it";
    says(npz.get::<Array2<f32>>("w"), &[option], &["field", "#[npz"]);
    // The advice works.
    let npz = LoadOptions::new().cast(Cast::SameKind).reader(&bytes).unwrap();
    npz.get::<Array2<f32>>("w").unwrap();
    // Where there are fields, an attribute can be set.
    says(State::from_bytes(&bytes), &["`#[npz(cast = \"same_kind\")]` on the field"], &[]);
    let nested = BTreeMap::from([("s.w".to_owned(), Array2::<f64>::zeros((2, 2)))]).to_bytes().unwrap();
    says(NpzReader::new(&nested).unwrap().get::<State>("s"), &["on the field"], &[]);
}

#[test]
fn a_single_array_has_no_field_either() {
    let bytes = npy::to_bytes(&vec![1.0, 2.5]).unwrap();
    let integers = ["expected <i8 (i64)", "found <f8 (f64)", "`a.astype(\"int64\")`", "change the type"];
    says(npy::from_bytes::<Vec<i64>>(&bytes), &integers, &["field"]);
    let both = [
        "- the array has another dtype: expected <f4 (f32), 2 axes, found <f8 (f64), shape (2,)",
        "- the array has another shape too; make it an array of 1 axis",
    ];
    says(npy::from_bytes::<Array2<f32>>(&bytes), &both, &["field"]);
}

#[test]
fn dtype_and_shape_are_told_of_the_member_each() {
    let bytes = BTreeMap::from([("w".to_owned(), Array1::<f64>::zeros(2))]).to_bytes().unwrap();
    let both = ["- member \"w\" has another dtype", "- member \"w\" has another shape too"];
    says(NpzReader::new(&bytes).unwrap().get::<Array2<f32>>("w"), &both, &[]);
}

#[test]
fn what_is_no_array_can_be_passed_over() {
    let mut bytes = Vec::new();
    let mut writer = NpzWriter::new(&mut bytes).unwrap();
    writer.add("x", &1.0).unwrap();
    writer.add_bytes("notes.txt", b"hi").unwrap();
    writer.finish().unwrap();
    says(
        Map::from_bytes(&bytes),
        &["notes.txt", "`NpzReader::bytes`", "`LoadOptions::allow_unknown(true)`"],
        &[],
    );
    let map: Map = LoadOptions::new().allow_unknown(true).from_bytes(&bytes).unwrap();
    assert_eq!(map, BTreeMap::from([("x".to_owned(), 1.0)]));
}

#[test]
fn times_become_text_where_they_are_asked_to() {
    let bytes = npy::to_bytes(&vec![DateTime64::<time::Day>::new(3)]).unwrap();
    says(npy::from_bytes::<Vec<String>>(&bytes), &["<M8[D] (DateTime64<Day>)", "`a.astype(\"U\")`"], &[]);
    let any: AnyArray = npy::from_bytes(&bytes).unwrap();
    let text = DType::parse("U10").unwrap();
    says(any.cast(&text, Cast::SameKind), &["`cast_unsafe` does what `astype` does"], &[]);
    assert_eq!(
        any.cast_unsafe(&text).unwrap().into_array::<String, ndarray::Ix1>().unwrap(),
        array!["1970-01-04"]
    );
}

#[test]
fn keys_may_be_borrowed_to_be_saved() {
    let by_name: HashMap<&str, Vec<f64>> = HashMap::from([("b", vec![2.0]), ("a", vec![1.0])]);
    let owned: BTreeMap<String, Vec<f64>> =
        BTreeMap::from([("a".into(), vec![1.0]), ("b".into(), vec![2.0])]);
    assert_eq!(by_name.to_bytes().unwrap(), owned.to_bytes().unwrap());
    let key = 7u8;
    let by_number: BTreeMap<&u8, f64> = BTreeMap::from([(&key, 0.5)]);
    assert_eq!(BTreeMap::<u8, f64>::from_bytes(&by_number.to_bytes().unwrap()).unwrap()[&7], 0.5);
}

#[test]
fn whatever_holds_bytes_is_loaded_from() {
    /// As a memory map does.
    struct Mapped(Vec<u8>);
    impl Deref for Mapped {
        type Target = [u8];
        fn deref(&self) -> &[u8] {
            &self.0
        }
    }
    let state = BTreeMap::from([("x".to_owned(), 1.0)]);
    let map = Mapped(state.to_bytes().unwrap());
    assert_eq!(BTreeMap::<String, f64>::from_bytes(&map).unwrap(), state);
    assert_eq!(BTreeMap::<String, f64>::from_bytes(&std::sync::Arc::<[u8]>::from(&*map)).unwrap(), state);
    assert_eq!(NpzReader::new(&*map).unwrap().get::<f64>("x").unwrap(), 1.0);
    assert_eq!(npy::from_bytes::<f64>(&Mapped(npy::to_bytes(&1.5).unwrap())).unwrap(), 1.5);
}

#[test]
fn a_finish_that_can_not_be_forgotten() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    SaveOptions::compressed()
        .create_with(&path, |npz| {
            npz.add("a", &vec![0.5; 1000])?;
            npz.add_bytes("notes.txt", b"hi")
        })
        .unwrap();
    assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["a", "notes.txt"]);
    // What goes wrong inside leaves the old file.
    let before = fs::read(&path).unwrap();
    let failed = SaveOptions::new().create_with(&path, |npz| {
        npz.add("b", &1.0)?;
        npz.add("b", &2.0)
    });
    says(failed, &["another member has this name"], &[]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
