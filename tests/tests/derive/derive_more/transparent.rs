//! Structs that are their one field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, array};
use npz_core::{Npz, NpzReader};

use crate::derive_more::{Inner, archive, comes_back, names};

#[derive(Npz, Debug, PartialEq, Clone, Copy)]
#[npz(transparent)]
pub(crate) struct Meters(pub(crate) f32);

#[derive(Npz, Debug, PartialEq, Clone, Default)]
#[npz(transparent)]
struct Wrapped<T> {
    #[npz(skip)]
    scratch: u8,
    value: T,
}

fn wrapped<T>(value: T) -> Wrapped<T> {
    Wrapped { scratch: 0, value }
}

#[test]
fn a_transparent_struct_is_its_field() {
    #[derive(Npz, Debug, PartialEq)]
    struct Track {
        one: Meters,
        many: Vec<Meters>,
        grid: [[Meters; 2]; 2],
        shared: Vec<Arc<Meters>>,
        nested: Vec<Wrapped<Wrapped<Meters>>>,
        option: Option<Meters>,
        sparse: Vec<Option<Meters>>,
        map: BTreeMap<String, Meters>,
        inner: Wrapped<Inner>,
        inners: Vec<Wrapped<Inner>>,
        absent: Wrapped<Option<Inner>>,
        #[npz(default)]
        list: Wrapped<Vec<f64>>,
    }
    let inner = || Inner { x: 1.0, list: vec![2.0] };
    let track = Track {
        one: Meters(1.0),
        many: vec![Meters(1.0), Meters(2.0)],
        grid: [[Meters(1.0), Meters(2.0)], [Meters(3.0), Meters(4.0)]],
        shared: vec![Arc::new(Meters(5.0))],
        nested: vec![wrapped(wrapped(Meters(6.0)))],
        option: Some(Meters(7.0)),
        sparse: vec![None, Some(Meters(8.0))],
        map: BTreeMap::from([("k".to_owned(), Meters(9.0))]),
        inner: wrapped(inner()),
        inners: vec![wrapped(inner())],
        absent: wrapped(None),
        list: wrapped(vec![]),
    };
    let names = [
        "one",
        "many",
        "grid",
        "shared",
        "nested",
        "option",
        "sparse.1",
        "map.k",
        "inner/x",
        "inner/list",
        "inners.0/x",
        "inners.0/list",
        "list",
    ];
    comes_back(&track, &names);
    let bytes = track.to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!(npz.header("grid").unwrap().shape(), [2, 2]);
    assert_eq!(npz.header("many").unwrap().dtype().to_string(), "<f4");
    // At the root it is what its field is there.
    comes_back(&wrapped(inner()), &["x", "list"]);
    assert_eq!(
        Meters(1.0).to_bytes().unwrap(),
        npz_core::npy::to_bytes(&1.0f32).unwrap(),
        "one array, no archive"
    );
    assert_eq!(Meters::from_bytes(&Meters(1.0).to_bytes().unwrap()).unwrap(), Meters(1.0));
}

#[test]
fn a_transparent_struct_may_borrow() {
    #[derive(Npz)]
    #[npz(transparent)]
    struct View<'a>(ndarray::ArrayView1<'a, f32>);
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(transparent)]
    struct Title<'a>(Cow<'a, str>);
    #[derive(Npz)]
    struct Saved<'a> {
        view: View<'a>,
        titles: Vec<Title<'a>>,
    }
    #[derive(Npz)]
    struct Loaded {
        view: Wrapped<Array1<f32>>,
        titles: Vec<Title<'static>>,
    }
    let cells = array![1.0f32, 2.0];
    let titles = vec![Title("a".into()), Title("b".into())];
    let saved = Saved { view: View(cells.view()), titles: titles.clone() };
    assert_eq!(names(&saved), ["view", "titles"]);
    let loaded = Loaded::from_bytes(&saved.to_bytes().unwrap()).unwrap();
    assert_eq!((loaded.view.value, loaded.titles), (cells, titles));
}

#[test]
fn a_transparent_tree_comes_back_and_has_a_bottom() {
    #[derive(Npz, Debug, PartialEq)]
    struct Root {
        children: Vec<Node>,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(transparent)]
    struct Node(Root);
    let leaf = || Node(Root { children: vec![] });
    let root = Root { children: vec![Node(Root { children: vec![leaf(), leaf()] }), leaf()] };
    assert_eq!(Root::from_bytes(&root.to_bytes().unwrap()).unwrap(), root);
}

#[test]
fn a_transparent_field_may_be_converted_or_cast() {
    mod degrees {
        pub(super) fn to_npz(radians: &f64) -> f64 {
            radians.to_degrees()
        }
        pub(super) fn from_npz(degrees: f64) -> Result<f64, String> {
            if degrees < 360.0 { Ok(degrees.to_radians()) } else { Err("too far".to_owned()) }
        }
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(transparent)]
    struct Angle(#[npz(with = "degrees")] f64);
    #[derive(Npz, Debug, PartialEq)]
    #[npz(transparent)]
    struct Rounded(#[npz(cast = "same_kind")] f32);
    #[derive(Npz, Debug, PartialEq)]
    struct All {
        angle: Angle,
        angles: Vec<Angle>,
        option: Option<Angle>,
        rounded: Rounded,
        many: Vec<Rounded>,
    }
    let all = All {
        angle: Angle(1.0),
        angles: vec![Angle(0.0)],
        option: Some(Angle(0.0)),
        rounded: Rounded(0.5),
        many: vec![Rounded(0.5)],
    };
    comes_back(&all, &["angle", "angles.0", "option", "rounded", "many"]);
    let bytes = archive(|npz| {
        npz.add("angle", &0.0).unwrap();
        npz.add("angles.0", &720.0).unwrap();
        npz.add("rounded", &0.5f64).unwrap();
        npz.add("many", &vec![0.5f64]).unwrap();
    });
    let error = All::from_bytes(&bytes).unwrap_err();
    assert_eq!((error.member(), error.to_string().contains("too far")), (Some("angles.0"), true));
}
