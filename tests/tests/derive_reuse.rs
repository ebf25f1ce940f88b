//! `load_into`: a load into the memory that a value has.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::alloc::System;
use std::collections::{BTreeMap, HashMap, VecDeque};

use ndarray::{ArcArray1, Array1, Array2, Array3, array};
use npz_core::{ErrorKind, LoadOptions, Npz, NpzReader};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tests::{python, temp_dir};

/// Counts what the whole program allocates: the tests here run in one, so each measures in a process of its own.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const IS_CHILD: &str = "NPZ_TEST_REUSE_CHILD";

#[derive(Npz, Debug, PartialEq, Clone)]
struct State {
    weights: Array2<f32>,
    layers: Vec<Layer>,
    best: Option<Box<Layer>>,
    history: Vec<f64>,
    swapped: Array1<i64>,
    mask: Vec<bool>,
    #[npz(skip)]
    scratch: Vec<u8>,
    #[npz(skip_load)]
    saved_by: u64,
    optimizer: Optimizer,
    pair: (Array1<f32>, [Vec<u16>; 2]),
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Layer {
    w: Array3<f64>,
    #[npz(skip)]
    cache: String,
}

#[derive(Npz, Debug, PartialEq, Clone)]
enum Optimizer {
    Sgd {
        momentum: Vec<f32>,
    },
    Adam {
        m: Vec<Array1<f32>>,
        #[npz(skip)]
        scratch: u8,
    },
}

fn layer(value: f64, cache: &str) -> Layer {
    Layer { w: Array3::from_elem((16, 16, 64), value), cache: cache.to_owned() }
}

fn state(value: f32) -> State {
    let wide = f64::from(value);
    State {
        weights: Array2::from_elem((256, 512), value),
        layers: vec![layer(wide, "a"), layer(-wide, "b")],
        best: Some(Box::new(layer(2.0 * wide, "c"))),
        history: vec![wide; 20_000],
        swapped: Array1::from_elem(30_000, 7),
        mask: vec![value > 1.0; 40_000],
        scratch: vec![1, 2, 3],
        saved_by: 77,
        optimizer: Optimizer::Adam { m: vec![Array1::from_elem(9_000, value)], scratch: 5 },
        pair: (Array1::from_elem(11_000, value), [vec![1; 5_000], vec![2; 6_000]]),
    }
}

fn addresses(state: &State) -> Vec<usize> {
    let Optimizer::Adam { m, .. } = &state.optimizer else { panic!("it is Adam") };
    vec![
        state.weights.as_ptr().addr(),
        state.layers[0].w.as_ptr().addr(),
        state.layers[1].w.as_ptr().addr(),
        state.best.as_ref().unwrap().w.as_ptr().addr(),
        state.history.as_ptr().addr(),
        state.swapped.as_ptr().addr(),
        state.mask.as_ptr().addr(),
        m[0].as_ptr().addr(),
        state.pair.0.as_ptr().addr(),
        state.pair.1[1].as_ptr().addr(),
    ]
}

#[test]
fn every_array_is_filled_where_it_is_and_skipped_fields_stay() {
    let dir = temp_dir();
    for (name, compressed) in [("stored.npz", false), ("deflated.npz", true)] {
        let path = dir.path().join(name);
        let saved = state(2.0);
        let done = if compressed { saved.save_compressed(&path) } else { saved.save(&path) };
        done.unwrap();
        let mut reused = state(1.0);
        reused.scratch = vec![9];
        reused.saved_by = 1;
        reused.layers[1].cache = "mine".to_owned();
        let before = addresses(&reused);
        LoadOptions::new().load_into(&mut reused, &path).unwrap();
        assert_eq!(addresses(&reused), before);
        let mut expected = saved;
        expected.scratch = vec![9];
        expected.saved_by = 1;
        expected.layers[1].cache = "mine".to_owned();
        assert_eq!(reused, expected);
    }
}

#[test]
fn files_of_python_in_the_other_byte_order_are_read_in_place_too() {
    #[derive(Npz)]
    struct Two {
        big: Array2<f64>,
        cast: Array1<f64>,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('f.npz', big=np.arange(12.).reshape(3, 4).astype('>f8'), cast=np.arange(5, dtype='i2'))",
    );
    let mut two = Two { big: Array2::zeros((3, 4)), cast: Array1::zeros(5) };
    let before = (two.big.as_ptr(), two.cast.as_ptr());
    LoadOptions::new().load_into(&mut two, dir.path().join("f.npz")).unwrap();
    assert_eq!((two.big.as_ptr(), two.cast.as_ptr()), before);
    assert_eq!(two.big, Array2::from_shape_fn((3, 4), |(i, j)| (4 * i + j) as f64));
    assert_eq!(two.cast, array![0.0, 1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_load_into_allocates_far_less_than_the_arrays_hold() {
    if std::env::var_os(IS_CHILD).is_some() {
        let path = temp_dir().path().join("state.npz");
        let dir = path.parent().unwrap();
        std::fs::create_dir_all(dir).unwrap();
        state(2.0).save(&path).unwrap();
        let mut reused = state(1.0);
        let region = Region::new(ALLOCATOR);
        LoadOptions::new().load_into(&mut reused, &path).unwrap();
        let reuse = region.change().bytes_allocated;
        let region = Region::new(ALLOCATOR);
        let loaded = State::load(&path).unwrap();
        let anew = region.change().bytes_allocated;
        assert_eq!(loaded.weights, reused.weights);
        std::fs::remove_dir_all(dir).unwrap();
        println!("reuse {reuse} anew {anew}");
        // The arrays hold 1.6 MB; what is left is the directory, names, and pieces that are read together.
        assert!(anew > 1_500_000, "a load allocates its arrays: {anew}");
        assert!(reuse < 400_000 && anew - reuse > 1_200_000, "reuse {reuse}, anew {anew}");
        return;
    }
    let name = "a_load_into_allocates_far_less_than_the_arrays_hold";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(IS_CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("reuse "),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn other_shapes_variants_and_counts_are_replaced() {
    let mut other = state(1.0);
    other.weights = Array2::zeros((2, 3));
    other.layers = vec![layer(0.0, "kept"), layer(0.0, "x"), layer(0.0, "y")];
    other.best = None;
    other.optimizer = Optimizer::Sgd { momentum: vec![1.0] };
    let saved = state(2.0);
    let bytes = saved.to_bytes().unwrap();
    let reader = LoadOptions::new().allow_resize(true).reader(&bytes).unwrap();
    reader.load_into(&mut other).unwrap();
    let mut expected = saved;
    expected.layers[0].cache = "kept".to_owned();
    expected.layers[1].cache = "x".to_owned();
    expected.best.as_mut().unwrap().cache = String::new();
    expected.optimizer = Optimizer::Adam { m: vec![Array1::from_elem(9_000, 2.0)], scratch: 0 };
    assert_eq!(other, expected);
    let mut fewer = state(1.0);
    fewer.layers.clear();
    reader.load_into(&mut fewer).unwrap();
    assert_eq!(fewer.layers.len(), 2);
}

#[test]
fn a_value_is_unchanged_where_the_members_do_not_fit() {
    #[derive(Npz)]
    struct Other {
        weights: Array2<f32>,
    }
    let bytes = Other { weights: Array2::ones((256, 512)) }.to_bytes().unwrap();
    let before = state(1.0);
    let mut value = before.clone();
    let addresses_before = addresses(&value);
    let error = NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert_eq!(value, before);
    assert_eq!(addresses(&value), addresses_before);
}

#[test]
fn after_damage_in_the_data_no_array_holds_a_mixture() {
    #[derive(Npz)]
    struct One {
        a: Vec<f64>,
        b: Array1<f64>,
    }
    let mut bytes = One { a: vec![1.5; 1000], b: Array1::from_elem(1000, 2.5) }.to_bytes().unwrap();
    let data = bytes.windows(8).position(|window| window == 2.5f64.to_le_bytes()).unwrap();
    bytes[data + 16] ^= 1;
    let mut one = One { a: vec![0.0; 1000], b: Array1::zeros(1000) };
    let error = NpzReader::new(&bytes).unwrap().load_into(&mut one).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("b")));
    assert!(
        error.to_string().contains("are empty now: load it again, by `LoadOptions::allow_resize(true)`"),
        "{error}"
    );
    assert!(one.a.is_empty() && one.b.is_empty());
}

#[test]
fn shared_arrays_are_left_to_their_other_owners() {
    #[derive(Npz)]
    struct Shared {
        a: ArcArray1<f32>,
        map: HashMap<String, Array1<f32>>,
    }
    let bytes = Shared { a: ArcArray1::from_elem(10, 2.0), map: HashMap::new() }.to_bytes().unwrap();
    let mut value = Shared { a: ArcArray1::zeros(10), map: HashMap::new() };
    let other = value.a.clone();
    NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap();
    assert_eq!((other[0], value.a[0]), (0.0, 2.0));
}

#[test]
fn a_type_with_drop_can_be_loaded_into() {
    #[derive(Npz)]
    struct Loud {
        a: Vec<f32>,
        #[npz(with = "half")]
        b: f32,
    }
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        reason = "the signature of `with`"
    )]
    mod half {
        pub(crate) fn to_npz(value: &f32) -> f32 {
            value / 2.0
        }
        pub(crate) fn from_npz(stored: f32) -> Result<f32, String> {
            Ok(stored * 2.0)
        }
    }
    impl Drop for Loud {
        fn drop(&mut self) {
            self.a.clear();
        }
    }
    let bytes = Loud { a: vec![1.0, 2.0], b: 3.0 }.to_bytes().unwrap();
    let mut loud = Loud { a: vec![0.0; 2], b: 0.0 };
    let memory = loud.a.as_ptr();
    NpzReader::new(&bytes).unwrap().load_into(&mut loud).unwrap();
    assert_eq!((loud.a.as_slice(), loud.b, loud.a.as_ptr()), (&[1.0, 2.0][..], 3.0, memory));
}

#[test]
fn skipped_fields_in_maps_and_lists_stay_and_memory_stays_with_its_key() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct Part {
        w: Vec<f64>,
        #[npz(skip)]
        cache: u32,
    }
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct All {
        map: BTreeMap<String, Part>,
        hash: HashMap<u8, Part>,
        deque: VecDeque<Part>,
        boxed: Box<[Part]>,
        own: Part,
    }
    let part = |w: f64, cache| Part { w: vec![w; 4], cache };
    let all = |w: f64, cache| All {
        map: [("a".to_owned(), part(w, cache)), ("b".to_owned(), part(w + 1.0, cache))].into(),
        hash: [(1, part(w, cache))].into(),
        deque: [part(w, cache)].into(),
        boxed: [part(w, cache)].into(),
        own: part(w, cache),
    };
    let mut saved = all(5.0, 0);
    saved.map.insert("c".to_owned(), part(9.0, 0));
    let bytes = saved.to_bytes().unwrap();
    let mut value = all(1.0, 7);
    value.map.insert("gone".to_owned(), part(1.0, 7));
    NpzReader::new(&bytes).unwrap().load_into(&mut value).unwrap();
    let mut expected = all(5.0, 7);
    expected.map.insert("c".to_owned(), part(9.0, 0));
    assert_eq!(value, expected);
}

#[test]
fn the_traits_hide_no_method_of_ndarray() {
    #[allow(unused_imports, reason = "that they are in scope is the point")]
    use npz_core::{FromMembers, Npz, ToMembers};
    let mut a = Array1::<f64>::zeros(3);
    a.assign(&Array1::ones(3));
    assert_eq!(a.sum(), 3.0);
}
