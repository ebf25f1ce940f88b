//! Rows as members of archives, in every place where a cell may stand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayD, ArrayView1, array};
use npz_core::time::Second;
use npz_core::{
    Cast, DateTime64, ErrorKind, FixedStr, Lazy, LoadOptions, NpyRecord, Npz, NpzReader, RawBytes, RemarkKind,
};
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
        LoadOptions::new().open(dir.path().join("b.npz")).unwrap().load_with_report::<State>().unwrap();
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
    NpzReader::new(&bytes).unwrap().load_into(&mut owned).unwrap();
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
    let member = &schema.members[0];
    assert_eq!(member.dtype, "[('id', '<u4'), ('pos', '<f4', (2,))]");
    assert_eq!(member.rust_type, "Particle");
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
    let (_, report) = NpzReader::new(&bytes).unwrap().load_with_report::<WideRows>().unwrap();
    let remarks: Vec<_> = report.remarks().iter().map(|remark| (&*remark.member, remark.kind)).collect();
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
    assert!(error.contains("`store_as = \"f2\"` can't keep Particle cells; remove it"), "{error}");
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
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!(npz.get::<ArrayD<Particle>>("table").unwrap().shape(), [2, 1]);
    assert_eq!(npz.get::<Particle>("one").unwrap(), particle(8));
    assert_eq!(npz.get::<[Particle; 2]>("array").unwrap(), [particle(1), particle(2)]);
}

/// Names are no part of what is compared as a byte order or a width, and rows of the other order are no others.
#[test]
fn only_what_is_cast_is_said_to_be() {
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Inner {
        #[npy(rename = "<i4 > f4")]
        arrow: i32,
        when: DateTime64<Second>,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Odd {
        #[npy(rename = "a>b")]
        more: f32,
        #[npy(rename = "a (U")]
        text: FixedStr<3>,
        #[npy(rename = "S>U")]
        inner: [Inner; 2],
    }
    #[derive(Npz, Debug, PartialEq)]
    struct State {
        rows: Vec<Odd>,
        raw: Vec<RawBytes<2>>,
        none: Vec<FixedStr<0>>,
        text: Vec<String>,
        bytes: Array1<Vec<u8>>,
    }
    let inner = Inner { arrow: 3, when: DateTime64::new(7) };
    let odd = Odd { more: 0.5, text: FixedStr::new("abc").unwrap(), inner: [inner.clone(), inner] };
    let state = State {
        rows: vec![odd],
        raw: vec![RawBytes([1, 0])],
        none: vec![FixedStr::new("").unwrap()],
        text: vec!["a".to_owned(), "bcd".to_owned()],
        bytes: array![b"ab".to_vec()],
    };
    let dir = temp_dir();
    let path = |name: &str| dir.path().join(name);
    state.save(path("own.npz")).unwrap();
    python(
        dir.path(),
        "
f = dict(np.load('own.npz'))
big = {name: a.astype(a.dtype.newbyteorder('>')) for name, a in f.items()}
assert big['rows'].dtype['S>U'].base['<i4 > f4'].str == '>i4'
np.savez('big.npz', **big)
f['rows'] = f['rows'].astype([('a>b', 'f4'), ('a (U', 'U2'), ('S>U', f['rows'].dtype['S>U'].base, 2)])
np.savez('narrow.npz', **f)",
    );
    let options = LoadOptions::new().cast(Cast::Exact);
    for name in ["own.npz", "big.npz"] {
        let (back, report) = options.open(path(name)).unwrap().load_with_report::<State>().unwrap();
        assert_eq!(back, state);
        assert!(report.remarks().is_empty(), "{name}: {report}");
    }
    let (_, report) = options.open(path("narrow.npz")).unwrap().load_with_report::<State>().unwrap();
    let remarks: Vec<_> = report.remarks().iter().map(|remark| (&*remark.member, remark.kind)).collect();
    assert_eq!(remarks, [("rows", RemarkKind::Cast)]);
}

/// Each part of the path is a name as it is, whatever it holds.
#[test]
fn a_fault_in_a_row_is_told_with_the_names_as_they_are() {
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Inner {
        #[npy(rename = "x.y\" that")]
        x: u8,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Outer {
        #[npy(rename = "has a field \"")]
        inner: Inner,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('a.npz', a=np.array([((300,),)], [('has a field \"', [('x.y\" that', 'i2')])]))",
    );
    let options = LoadOptions::new().cast(Cast::SameKind);
    let npz = options.open(dir.path().join("a.npz")).unwrap();
    let error = npz.get::<Vec<Outer>>("a").unwrap_err().to_string();
    let path = format!("{:?}", "has a field \".x.y\" that");
    assert!(error.contains(&format!("cell 0 has a field {path} that holds 300")), "{error}");
}
