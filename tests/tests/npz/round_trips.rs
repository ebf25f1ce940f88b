//! Values that are awkward to keep: what is saved comes back the same, or is refused when it is saved.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::io::Cursor;
use std::num::{NonZero, Wrapping};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ndarray::{Array1, ArrayD, array};
use npz_core::{
    Compression, ErrorKind, FromMembers, Limits, LoadOptions, Npz, NpzReader, NpzWriter, ToMembers,
};

/// Keeps a value in a field, and gives the archive.
#[derive(Npz, Debug, PartialEq)]
struct Field<T> {
    x: T,
}

#[track_caller]
fn comes_back<T: ToMembers + FromMembers + PartialEq + Debug>(x: T) {
    let field = Field { x };
    let bytes = field.to_bytes().unwrap();
    assert_eq!(Field::<T>::from_bytes(&bytes).unwrap(), field);
}

#[track_caller]
fn is_refused<T: ToMembers>(x: T) -> String {
    let error = Field { x }.to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.to_string()
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(separator = "/")]
struct Slashed {
    w: f64,
    b: Option<f64>,
}

#[test]
fn an_element_may_have_its_own_separator() {
    let slashed = Slashed { w: 1.0, b: Some(2.0) };
    comes_back(vec![slashed.clone(), Slashed { w: 3.0, b: None }]);
    comes_back(BTreeMap::from([("k".to_owned(), slashed.clone()), ("a.b".to_owned(), slashed.clone())]));
    comes_back(Some(slashed.clone()));
    comes_back([Some(slashed.clone()), None]);
    let root = BTreeMap::from([("k".to_owned(), slashed.clone())]);
    assert_eq!(BTreeMap::<String, Slashed>::from_bytes(&root.to_bytes().unwrap()).unwrap(), root);
    assert!(is_refused(BTreeMap::from([("a/b".to_owned(), slashed)])).contains("separator"));
}

#[test]
fn keys_may_hold_the_separator_where_each_value_is_one_member() {
    comes_back(BTreeMap::from([("a.b".to_owned(), vec![1.0f64]), ("a".to_owned(), vec![])]));
    comes_back(BTreeMap::from([("a.b.c".to_owned(), [[1u8, 2], [3, 4]])]));
    comes_back(HashMap::from([("layers.0.weight".to_owned(), array![1.0f32])]));
    comes_back(BTreeMap::from([
        ("dir/".to_owned(), 1.0f64),
        (String::new(), 2.0),
        ("x.npy".to_owned(), 3.0),
    ]));
    assert!(is_refused(BTreeMap::from([("a.b".to_owned(), vec![vec![1u8]])])).contains("separator"));
    assert!(is_refused(BTreeMap::from([("(none)".to_owned(), true)])).contains("choose another key"));
}

#[test]
fn nothing_comes_back_as_nothing_and_something_as_something() {
    comes_back(Some(BTreeMap::<String, f64>::new()));
    comes_back(None::<BTreeMap<String, f64>>);
    comes_back(Some(Vec::<Slashed>::new()));
    comes_back(vec![None::<u8>, Some(1), None]);
    comes_back(vec![None::<Slashed>; 1000]);
    comes_back(Some(None::<f64>).flatten());
    assert!(is_refused(Some(None::<f64>)).contains("Some(None)"));
    assert!(is_refused(Some(Box::new(None::<bool>))).contains("Some(None)"));
    assert!(is_refused(vec![None::<u8>; 100_000]).contains("65536"));
}

#[derive(Npz, Debug, PartialEq)]
struct Own {
    #[npz(default = "init")]
    map: BTreeMap<String, f64>,
    #[npz(default = "some")]
    number: Option<f64>,
}

fn init() -> BTreeMap<String, f64> {
    BTreeMap::from([("d".to_owned(), 1.0)])
}

#[expect(clippy::unnecessary_wraps, reason = "the field is an `Option`")]
fn some() -> Option<f64> {
    Some(5.0)
}

#[derive(Npz, Debug, PartialEq)]
#[npz(default)]
struct Whole {
    number: Option<f64>,
}

impl Default for Whole {
    fn default() -> Self {
        Self { number: Some(5.0) }
    }
}

#[test]
fn a_default_does_not_take_the_place_of_what_was_saved() {
    let cleared = Own { map: BTreeMap::new(), number: None };
    assert_eq!(Own::from_bytes(&cleared.to_bytes().unwrap()).unwrap(), cleared);
    let empty = BTreeMap::<String, f64>::new().to_bytes().unwrap();
    assert_eq!(Own::from_bytes(&empty).unwrap(), Own { map: init(), number: some() });

    let cleared = Whole { number: None };
    assert_eq!(Whole::from_bytes(&cleared.to_bytes().unwrap()).unwrap(), cleared);
}

#[test]
fn a_flattened_map_may_not_push_what_a_sibling_would_load() {
    #[derive(Npz, Debug)]
    struct Flat {
        opt: Option<f64>,
        #[npz(alias = "old")]
        list: Vec<Vec<u8>>,
        #[npz(flatten)]
        rest: BTreeMap<String, f64>,
    }
    let flat =
        |key: &str| Flat { opt: None, list: vec![vec![1]], rest: BTreeMap::from([(key.to_owned(), 3.0)]) };
    for key in ["opt", "list.len", "list.5", "old"] {
        let error = flat(key).to_bytes().unwrap_err();
        assert!(error.to_string().contains("flattened"), "{key}: {error}");
    }
    let loaded = Flat::from_bytes(&flat("other").to_bytes().unwrap()).unwrap();
    assert_eq!((loaded.opt, loaded.list.len(), loaded.rest.len()), (None, 1, 1));
}

#[test]
fn the_kind_of_a_failed_load_says_who_has_to_act() {
    let load = |bytes: &[u8]| Field::<Array1<f64>>::from_bytes(bytes).unwrap_err();
    let with_member = |content: &[u8]| {
        let mut memory = Cursor::new(Vec::new());
        let mut writer = NpzWriter::new(&mut memory).unwrap();
        writer.add_bytes("x.npy", content).unwrap();
        writer.finish().unwrap();
        memory.into_inner()
    };
    let damaged = with_member(b"\x93NUMPY\x01\x00\x02\x00{}");
    assert_eq!(load(&damaged).kind(), ErrorKind::Damaged, "{}", load(&damaged));
    let mut pickle = b"\x93NUMPY\x01\x00\x3a\x00".to_vec();
    pickle.extend(b"{'descr': '|O', 'fortran_order': False, 'shape': (2,)    }");
    assert_eq!(load(&with_member(&pickle)).kind(), ErrorKind::Unsupported);
    assert!(load(&with_member(&pickle)).to_string().contains("f[\"x\"]"), "the advice names the member");
    let long = with_member(&[b"\x93NUMPY\x02\x00\x00\x00\x20\x00".as_slice(), &vec![b' '; 2 << 20]].concat());
    assert_eq!(load(&long).kind(), ErrorKind::Limit);
    assert_eq!(
        load(&BTreeMap::from([("x".to_owned(), 1u8)]).to_bytes().unwrap()).kind(),
        ErrorKind::Mismatch
    );
}

#[test]
fn elements_without_bytes_are_bounded_over_the_whole_file() {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    for i in 0..20 {
        writer.add(&format!("k{i}.len"), &60_000u64).unwrap();
    }
    writer.finish().unwrap();
    let options = LoadOptions::new().limits(Limits::strict());
    let loaded = options.from_bytes::<BTreeMap<String, Vec<Array1<f64>>>>(memory.get_ref());
    assert_eq!(loaded.unwrap_err().kind(), ErrorKind::Limit);
    let loaded = options.from_bytes::<BTreeMap<String, Vec<Option<f64>>>>(memory.get_ref());
    assert_eq!(loaded.unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_refused_member_leaves_its_name_free() {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add("s.b", &1.0).unwrap();
    let pair = BTreeMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 2.0)]);
    assert!(writer.add("s", &pair).is_err());
    writer.add("s.a", &3.0).unwrap();
    assert!(writer.add_with("q", &1.0, Compression::Deflate(10)).is_err());
    writer.add("q", &4.0).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::new(memory.get_ref()).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["s.b", "s.a", "q"]);
}

#[test]
fn large_numbers_of_parts_take_linear_time() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(allow_unknown)]
    struct Part {
        a: u8,
        b: u8,
    }
    #[derive(Npz, Debug)]
    struct Tree {
        l: Option<Box<Tree>>,
        r: Option<Box<Tree>>,
        v: Option<f64>,
    }
    let started = Instant::now();
    comes_back(vec![Part { a: 1, b: 2 }; 20_000]);
    let many = Field { x: vec![Part { a: 1, b: 2 }; 20_000] };
    let mut members = npz_core::extend::Members::new();
    many.to_members(&mut members, &npz_core::extend::Name::root()).unwrap();
    assert_eq!(members.load::<Field<Vec<Part>>>().unwrap(), many);

    let chains: BTreeMap<String, f64> = (0..512)
        .map(|i| (format!("{i}.{}v", if i % 2 == 0 { "l." } else { "r." }.repeat(100)), 1.0))
        .collect();
    let loaded = BTreeMap::<String, Tree>::from_bytes(&chains.to_bytes().unwrap()).unwrap();
    let (mut depth, mut tree) = (0, &loaded["0"]);
    while let Some(next) = tree.l.as_deref().or(tree.r.as_deref()) {
        (depth, tree) = (depth + 1, next);
    }
    assert_eq!((depth, tree.v), (100, Some(1.0)));
    // Quadratic, this takes minutes; the bound is generous for a busy machine.
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_lenient_map_of_arrays_passes_by_what_is_no_array() {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add("a", &array![1.0]).unwrap();
    writer.add_bytes("notes.txt", b"hello").unwrap();
    writer.finish().unwrap();
    assert!(HashMap::<String, ArrayD<f64>>::from_bytes(memory.get_ref()).is_err());
    let lenient = LoadOptions::new().allow_unknown(true);
    let map = lenient.from_bytes::<HashMap<String, ArrayD<f64>>>(memory.get_ref()).unwrap();
    assert_eq!(map.len(), 1);
}

#[test]
fn standard_types_are_stored_as_others_and_come_back() {
    comes_back('Ω');
    comes_back('\0');
    comes_back(vec!['a', '\0', '🦀']);
    comes_back(u128::MAX - 5);
    comes_back([i128::MIN, -1, i128::MAX]);
    comes_back(vec![NonZero::<u32>::MIN, NonZero::<u32>::MAX]);
    comes_back(NonZero::<i8>::new(-3));
    comes_back(Wrapping(7u64));
    comes_back(Duration::from_nanos(1_234_567_890_123));
    comes_back(SystemTime::UNIX_EPOCH + Duration::from_nanos(1_763_712_000_000_000_123));
    comes_back(SystemTime::UNIX_EPOCH - Duration::from_nanos(17));
    comes_back(VecDeque::from([1.5f32, 2.5]));
    comes_back(BTreeSet::from(["b".to_owned(), "a".to_owned()]));
    comes_back(HashSet::from([3i64, -1, 2]));
    comes_back(vec![1u8, 2].into_boxed_slice());
    comes_back(Rc::<[f64]>::from([1.0]));
    comes_back(Arc::<str>::from("shared"));
    comes_back(HashMap::from([(-3i32, vec![1u8]), (7, vec![])]));
    comes_back(BTreeMap::from([(10u64, Slashed { w: 0.0, b: None }), (9, Slashed { w: 1.0, b: None })]));
    comes_back(((), 1u8));
    assert!(is_refused(Duration::MAX).contains("292 years"));

    let zero = Field { x: 0u32 }.to_bytes().unwrap();
    let error = Field::<NonZero<u32>>::from_bytes(&zero).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("x")), "{error}");
}
