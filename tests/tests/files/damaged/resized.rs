//! A load over a value keeps the shapes that it has, unless told otherwise.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use ndarray::{Array1, Array2, ArrayD, array};
use npz_core::{AnyArray, Lazy, LoadOptions, Npz, NpzReader, ProblemKind};
use tests::{python, temp_dir};

#[derive(Npz, Clone, Debug, PartialEq)]
struct Model {
    #[npz(alias = "w")]
    weights: Array2<f32>,
    any: AnyArray,
    dynamic: ArrayD<f64>,
    layers: Vec<Layer>,
    history: Vec<f64>,
    points: Vec<[f32; 2]>,
    names: Box<[String]>,
    queue: VecDeque<Layer>,
    shared: Arc<Array1<f64>>,
    counted: Rc<[u8]>,
    pair: ([Array1<u8>; 2], u8),
    maybe: Option<Box<Layer>>,
    by_name: BTreeMap<String, Array1<f32>>,
    kind: Kind,
    wrapped: Wrapped,
    #[npz(flatten)]
    flat: Layer,
    own: Own,
    #[npz(skip)]
    scratch: Vec<u8>,
    epoch: u64,
}

#[derive(Npz, Clone, Debug, PartialEq)]
struct Layer {
    bias: Array1<f32>,
}

#[derive(Npz, Clone, Debug, PartialEq)]
enum Kind {
    Sgd { momentum: Array1<f32> },
    Plain,
}

#[derive(Npz, Clone, Debug, PartialEq)]
#[npz(transparent)]
struct Wrapped(Array1<f32>);

#[derive(Npz, Clone, Debug, PartialEq)]
#[npz(separator = "/")]
struct Own {
    inner: Layer,
}

/// Of every array and list `n` elements.
fn model(n: usize) -> Model {
    let line = || Array1::<f32>::ones(n);
    let layer = || Layer { bias: line() };
    Model {
        weights: Array2::ones((n, 4)),
        any: AnyArray::from(Array1::<i16>::ones(n)),
        dynamic: ArrayD::ones(vec![n; 3]),
        layers: vec![layer(); n],
        history: vec![0.5; n],
        points: vec![[1.0, 2.0]; n],
        names: vec!["x".to_owned(); n].into(),
        queue: vec![layer(); 1].into(),
        shared: Arc::new(Array1::ones(n)),
        counted: vec![1; n].into(),
        pair: ([Array1::ones(1), Array1::ones(n)], 3),
        maybe: Some(Box::new(layer())),
        by_name: [("k".to_owned(), line())].into(),
        kind: Kind::Sgd { momentum: line() },
        wrapped: Wrapped(line()),
        flat: layer(),
        own: Own { inner: layer() },
        scratch: vec![7; n],
        epoch: n as u64,
    }
}

#[test]
fn every_difference_in_shape_is_in_one_report_and_nothing_was_changed() {
    let bytes = model(3).to_bytes().unwrap();
    let mut value = model(2);
    let memory = value.weights.as_ptr();
    let error = NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Shape), "{error}");
    let members: Vec<_> = problems.iter().map(|problem| problem.member.as_str()).collect();
    let expected = [
        "weights",
        "any",
        "dynamic",
        "layers",
        "layers.0.bias",
        "layers.1.bias",
        "history",
        "points",
        "names",
        "queue.0.bias",
        "shared",
        "counted",
        "pair.0.1",
        "maybe.bias",
        "by_name.k",
        "kind.momentum",
        "wrapped",
        "own/inner/bias",
        "bias",
    ];
    // What is flattened looks last, as in any load.
    assert_eq!(members, expected, "{error}");
    let text = error.to_string();
    assert!(
        text.contains(
            "expected shape (2, 4), as in the value that is loaded over, found <f4 (f32), shape (3, 4)"
        ),
        "{text}"
    );
    assert!(
        text.contains("expected 2 elements, as in the value that is loaded over, found 3 elements"),
        "{text}"
    );
    assert!(text.contains("`LoadOptions::allow_resize(true)`"), "{text}");
    assert_eq!((&value, value.weights.as_ptr()), (&model(2), memory));

    LoadOptions::new().allow_resize(true).reader(&bytes).unwrap().load_into(&mut value).unwrap();
    assert_eq!(value, Model { scratch: vec![7; 2], ..model(3) });
}

#[test]
fn what_has_the_same_shapes_is_loaded() {
    let saved = model(3);
    let bytes = saved.to_bytes().unwrap();
    let mut value = model(3);
    value.weights.fill(9.0);
    NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap();
    assert_eq!(value, saved);
    // What has no shape may come and go.
    value.maybe = None;
    value.kind = Kind::Plain;
    value.by_name.clear();
    NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap();
    assert_eq!(value, saved);
}

#[test]
fn an_alias_is_compared_too() {
    #[derive(Npz)]
    struct Old {
        w: Array2<f32>,
    }
    #[derive(Npz, Debug)]
    struct New {
        #[npz(alias = "w")]
        weights: Array2<f32>,
    }
    let bytes = Old { w: Array2::ones((2, 2)) }.to_bytes().unwrap();
    let mut value = New { weights: Array2::zeros((4, 1)) };
    let error = NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap_err();
    assert!(error.to_string().contains("member \"w\" has another shape: expected shape (4, 1)"), "{error}");
    let mut value = New { weights: Array2::zeros((2, 2)) };
    NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap();
    assert_eq!(value.weights, Array2::<f32>::ones((2, 2)));
}

#[test]
fn lazy_arrays_keep_their_shapes_read_or_not() {
    #[derive(Npz)]
    struct State {
        a: Lazy<Array1<f64>>,
    }
    let of = |n| State { a: Lazy::new(Array1::ones(n)) };
    let (two, three) = (of(2).to_bytes().unwrap(), of(3).to_bytes().unwrap());
    let mut unread = State::from_bytes(&two).unwrap();
    for value in [&mut unread, &mut of(2)] {
        assert!(NpzReader::new(&three).unwrap().load_into(value).is_err());
        NpzReader::new(&two).unwrap().load_into(value).unwrap();
        assert_eq!(value.a.get().unwrap(), array![1.0, 1.0]);
    }
}

/// NumPy broadcasts; a shape that is the same is the only one that is taken here.
#[test]
fn what_copyto_refuses_is_refused() {
    #[derive(Npz)]
    struct One {
        a: Array2<f64>,
    }
    let dir = temp_dir();
    let said = python(
        dir.path(),
        "np.savez('f.npz', a=np.ones((2, 3)))
try: np.copyto(np.zeros((2, 4)), np.load('f.npz')['a'])
except ValueError as e: print(e)",
    );
    assert!(said.contains("could not broadcast"), "{said}");
    let path = dir.path().join("f.npz");
    assert!(LoadOptions::new().load_into(&mut One { a: Array2::zeros((2, 4)) }, &path).is_err());
    let mut one = One { a: Array2::zeros((2, 3)) };
    LoadOptions::new().load_into(&mut one, &path).unwrap();
    assert_eq!(one.a, Array2::<f64>::ones((2, 3)));
}

#[test]
fn what_is_behind_a_lock_is_compared_too() {
    #[derive(Npz)]
    struct Locked {
        mutex: Mutex<Array1<f64>>,
        lock: RwLock<Vec<f32>>,
        cell: RefCell<Vec<Array1<u8>>>,
    }
    let of = |n| Locked {
        mutex: Mutex::new(Array1::ones(n)),
        lock: RwLock::new(vec![1.0; n]),
        cell: RefCell::new(vec![Array1::ones(n)]),
    };
    let bytes = of(3).to_bytes().unwrap();
    let error = NpzReader::new(&bytes).unwrap().load_into(&mut of(2)).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!(
        problems.iter().map(|p| &*p.member).collect::<Vec<_>>(),
        ["mutex", "lock", "cell.0"],
        "{error}"
    );
    NpzReader::new(&bytes).unwrap().load_into(&mut of(3)).unwrap();
}
