//! A map that is empty is told from one that is not there.

use std::collections::{BTreeMap, HashMap, VecDeque};

use npz_core::{AnyArray, ErrorKind, Lazy, Npz, NpzReader, ProblemKind};
use tests::{python, temp_dir};

type Map = BTreeMap<String, f64>;

#[derive(Npz, Debug, PartialEq, Clone)]
struct State {
    map: Map,
    hash: HashMap<u32, Vec<i64>>,
    of_maps: BTreeMap<String, Map>,
    of_states: BTreeMap<String, Inner>,
    maybe: Option<Map>,
    list: Vec<Map>,
    pair: (Map, u8),
    boxed: Box<Map>,
    #[npz(default)]
    with_default: Map,
    inner: Inner,
    own: Own,
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Inner {
    step: u64,
    #[npz(flatten)]
    rest: Map,
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(separator = "/")]
struct Own {
    map: Map,
}

fn map(keys: &[&str]) -> Map {
    keys.iter().map(|&key| (key.to_owned(), 0.5)).collect()
}

fn state(keys: &[&str]) -> State {
    let map = || map(keys);
    let inner = Inner { step: 3, rest: map() };
    State {
        map: map(),
        hash: keys.iter().enumerate().map(|(i, _)| (i as u32, vec![])).collect(),
        of_maps: [("x".to_owned(), map()), ("y".to_owned(), Map::new())].into(),
        of_states: [("z".to_owned(), inner.clone())].into(),
        maybe: Some(map()),
        list: vec![Map::new(), map(), Map::new()],
        pair: (map(), 1),
        boxed: Box::new(map()),
        with_default: map(),
        inner,
        own: Own { map: map() },
    }
}

#[test]
fn empty_maps_come_back_and_so_do_full_ones() {
    let mut none = state(&[]);
    none.maybe = None;
    none.of_maps.clear();
    none.of_states.clear();
    none.list.clear();
    for saved in [state(&[]), state(&["a", "b"]), none] {
        let bytes = saved.to_bytes().unwrap();
        assert_eq!(State::from_bytes(&bytes).unwrap(), saved);
        let lazy: Lazy<State> = NpzReader::new(&bytes).unwrap().load().unwrap();
        assert_eq!(lazy.get().unwrap(), &saved);
        // As they are.
        let copied = lazy.clone().to_bytes().unwrap();
        assert_eq!(State::from_bytes(&copied).unwrap(), saved);
    }
    let deque: VecDeque<Map> = [Map::new(), map(&["k"])].into();
    let held = BTreeMap::from([("d".to_owned(), deque)]);
    assert_eq!(BTreeMap::from_bytes(&held.to_bytes().unwrap()).unwrap(), held);
}

#[test]
fn an_empty_map_at_the_root_is_an_archive_of_nothing() {
    let dir = temp_dir();
    let path = dir.path().join("empty.npz");
    Map::new().save(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 22);
    assert_eq!(Map::load(&path).unwrap(), Map::new());
    assert_eq!(python(dir.path(), "print(np.load('empty.npz').files)").trim(), "[]");
}

/// What NumPy sees: one value more, which says that there is none.
#[test]
fn the_mark_is_an_ordinary_member() {
    #[derive(Npz)]
    struct One {
        map: Map,
        step: u64,
    }
    let dir = temp_dir();
    let path = dir.path().join("marked.npz");
    One { map: Map::new(), step: 1 }.save(&path).unwrap();
    let seen = python(dir.path(), "z = np.load('marked.npz')\nprint({k: z[k].item() for k in z.files})");
    assert_eq!(seen.trim(), "{'map': True, 'step': 1}");
    assert_eq!(BTreeMap::<String, AnyArray>::load(&path).unwrap().len(), 2);
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.get::<Map>("map").unwrap(), Map::new());
    assert_eq!(npz.get::<Option<Map>>("map").unwrap(), Some(Map::new()));
    assert_eq!(One::load(&path).unwrap().step, 1);
}

#[test]
fn a_map_that_is_not_there_is_missing() {
    #[derive(Npz, Debug)]
    struct Wrong {
        #[npz(rename = "scors")]
        map: Map,
        step: f64,
    }
    #[derive(Npz, Debug)]
    struct Defaulted {
        #[npz(default)]
        map: Map,
        other: Option<Map>,
        step: f64,
        #[npz(flatten)]
        rest: Map,
    }
    let saved = BTreeMap::from([("scores.a".to_owned(), 0.5), ("step".to_owned(), 3.0)]);
    let bytes = saved.to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!(npz.get::<Map>("scores").unwrap(), map(&["a"]));
    let error = npz.get::<Map>("scors").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_eq!(npz.get::<HashMap<String, AnyArray>>("typo").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(npz.get::<Option<Map>>("typo").unwrap(), None);
    // Names that are no integers are none of this map's.
    assert_eq!(npz.get::<BTreeMap<u32, f64>>("scores").unwrap_err().kind(), ErrorKind::NotFound);

    let report = npz.check::<Wrong>().unwrap();
    let problems: Vec<_> = report.problems().iter().map(|p| (p.kind, &*p.member)).collect();
    assert_eq!(problems, [(ProblemKind::Missing, "scors"), (ProblemKind::Unexpected, "scores.a")]);
    assert!(report.to_string().contains("expected members whose names begin with \"scors.\""), "{report}");

    let loaded = Defaulted::from_bytes(&bytes).unwrap();
    assert_eq!((loaded.map, loaded.other, loaded.step), (Map::new(), None, 3.0));
    assert_eq!(loaded.rest, BTreeMap::from([("scores.a".to_owned(), 0.5)]));
}

#[test]
fn an_array_in_the_place_of_a_map_is_told() {
    let bytes = BTreeMap::from([("map".to_owned(), vec![1.0, 2.0])]).to_bytes().unwrap();
    let error = NpzReader::new(&bytes).unwrap().get::<Map>("map").unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("expected members whose names begin with \"map.\", found <f8 (f64), shape (2,)"),
        "{text}"
    );
}

/// The key is of the map around, so its separator must not be in it.
#[test]
fn an_empty_map_under_a_key_with_the_separator_is_refused() {
    let saved = BTreeMap::from([("a.b".to_owned(), Map::new())]);
    assert_eq!(saved.to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
}
