//! Rows as members of archives, in every place where a cell may stand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayD, ArrayView1, array};
use npz_core::{ErrorKind, Lazy, NpyRecord, Npz, NpzReader, RemarkKind};
use tests::{python, temp_dir};

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Particle {
    id: u32,
    pos: [f32; 2],
}

fn particle(id: u32) -> Particle {
    Particle { id, pos: [id as f32, 0.5] }
}

#[derive(Npz, Debug, PartialEq)]
struct State {
    array: Array1<Particle>,
    table: Array2<Particle>,
    list: Vec<Particle>,
    pairs: Vec<[Particle; 2]>,
    one: Particle,
    maybe: Option<Particle>,
    none: Option<Vec<Particle>>,
    shared: Vec<Arc<Particle>>,
    map: BTreeMap<String, Particle>,
}

fn state() -> State {
    State {
        array: array![particle(1), particle(2)],
        table: array![[particle(3)], [particle(4)]],
        list: vec![particle(5)],
        pairs: vec![[particle(6), particle(7)]],
        one: particle(8),
        maybe: Some(particle(9)),
        none: None,
        shared: vec![Arc::new(particle(10)), Arc::new(particle(11))],
        map: BTreeMap::from([("a".to_owned(), particle(13))]),
    }
}

#[test]
fn numpy_sees_structured_arrays_and_writes_them_back() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    state().save(&path).unwrap();
    let seen = python(
        dir.path(),
        "with np.load('a.npz') as f:
    for name in f.files:
        print(name, f[name].dtype, f[name].shape, f[name]['id'].ravel().tolist())
    np.savez('b.npz', **f)",
    );
    let dtype = "[('id', '<u4'), ('pos', '<f4', (2,))]";
    let expected = [
        ("array", "(2,)", "[1, 2]"),
        ("table", "(2, 1)", "[3, 4]"),
        ("list", "(1,)", "[5]"),
        ("pairs", "(1, 2)", "[6, 7]"),
        ("one", "()", "[8]"),
        ("maybe", "()", "[9]"),
        ("shared", "(2,)", "[10, 11]"),
        ("map.a", "()", "[13]"),
    ];
    let mut lines = String::new();
    for (name, shape, ids) in expected {
        writeln!(lines, "{name} {dtype} {shape} {ids}").unwrap();
    }
    assert_eq!(seen, lines);
    let (back, report) =
        State::load_with_report(dir.path().join("b.npz"), &npz_core::LoadOptions::new()).unwrap();
    assert_eq!(back, state());
    assert!(report.remarks().is_empty(), "{report}");
}

#[test]
fn views_are_saved_and_memory_is_used_again() {
    #[derive(Npz)]
    struct Borrowed<'a> {
        rows: ArrayView1<'a, Particle>,
        list: &'a [Particle],
    }
    #[derive(Npz)]
    struct Owned {
        rows: Array1<Particle>,
        list: Vec<Particle>,
    }
    let rows = array![particle(1), particle(2), particle(3)];
    let list = [particle(4)];
    let bytes = Borrowed { rows: rows.slice(ndarray::s![..;-2]), list: &list }.to_bytes().unwrap();
    let mut owned = Owned::from_bytes(&bytes).unwrap();
    assert_eq!(owned.rows, array![particle(3), particle(1)]);
    let place = owned.list.as_ptr();
    owned.list[0].id = 0;
    NpzReader::from_bytes(&bytes).unwrap().load_into(&mut owned).unwrap();
    assert_eq!((&owned.list[..], owned.list.as_ptr()), (&list[..], place));
}

#[test]
fn the_schema_the_remarks_and_the_settings_know_rows() {
    #[derive(NpyRecord, Clone)]
    struct Wide {
        #[npy(rename = "pos")]
        _pos: [f64; 2],
        #[npy(rename = "id")]
        _id: u64,
    }
    #[derive(Npz)]
    struct WideRows {
        rows: Vec<Wide>,
    }
    #[derive(Npz)]
    struct Rows {
        #[npz(finite, shape = "(_,)")]
        rows: Vec<Particle>,
    }
    let schema = Rows::schema();
    let member = &schema.members()[0];
    assert_eq!(member.dtype(), "[('id', '<u4'), ('pos', '<f4', (2,))]");
    assert_eq!(member.rust_type(), "Particle");
    assert!(
        schema.to_python("Rows").contains("\"rows\": npt.NDArray[np.void]"),
        "{}",
        schema.to_python("Rows")
    );

    let mut rows = Rows { rows: vec![particle(1), particle(2)] };
    rows.rows[1].pos[1] = f32::NAN;
    let error = rows.to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("cell 1") || error.to_string().contains("index 1"), "{error}");

    let bytes = Rows { rows: vec![particle(1)] }.to_bytes().unwrap();
    let (_, report) = NpzReader::from_bytes(&bytes).unwrap().load_with_report::<WideRows>().unwrap();
    let remarks: Vec<_> = report.remarks().iter().map(|remark| (remark.member(), remark.kind())).collect();
    assert_eq!(remarks, [("rows", RemarkKind::Cast)]);
}

#[test]
fn words_about_numbers_and_text_are_refused_on_rows() {
    #[derive(Npz)]
    struct Narrow {
        #[npz(store_as = "f2")]
        rows: Vec<Particle>,
    }
    let error = Narrow { rows: vec![particle(1)] }.to_bytes().unwrap_err().to_string();
    assert!(error.contains("`store_as = \"f2\"` can't keep Particle cells: remove it"), "{error}");
}

#[test]
fn rows_may_be_loaded_on_first_use() {
    #[derive(Npz)]
    struct Later {
        list: Lazy<Vec<Particle>>,
        #[npz(default)]
        absent: Vec<Particle>,
    }
    #[derive(Npz)]
    struct Early {
        list: Vec<Particle>,
    }
    let later = Later::from_bytes(&Early { list: vec![particle(5)] }.to_bytes().unwrap()).unwrap();
    assert_eq!(*later.list.get().unwrap(), [particle(5)]);
    assert!(later.absent.is_empty());
}

#[test]
fn rows_of_any_number_of_axes_are_read_by_name() {
    let bytes = state().to_bytes().unwrap();
    let npz = NpzReader::from_bytes(&bytes).unwrap();
    assert_eq!(npz.get::<ArrayD<Particle>>("table").unwrap().shape(), [2, 1]);
    assert_eq!(npz.get::<Particle>("one").unwrap(), particle(8));
    assert_eq!(npz.get::<[Particle; 2]>("array").unwrap(), [particle(1), particle(2)]);
}
