//! What a field asks of its members: `compression`, `order`, `finite`, `shape`.

use std::fs;

use ndarray::{Array1, Array2, Array3, ArrayD, ShapeBuilder, array};
use npz_core::{ErrorKind, Npz, NpzReader, Order, ProblemKind, SaveOptions};
use num_complex::Complex;
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq, Clone)]
struct Layer {
    weights: Array2<f32>,
    #[npz(compression = "stored")]
    mask: Array1<bool>,
}

#[derive(Npz, Debug, PartialEq)]
struct Compressed {
    #[npz(compression = "deflate")]
    small: Vec<u8>,
    #[npz(compression = 9)]
    layers: Vec<Layer>,
    #[npz(compression = "stored")]
    stored: Vec<u8>,
    plain: Vec<u8>,
}

#[test]
fn compression_holds_below_the_field_until_another_is_asked_for() {
    let layer = Layer { weights: Array2::zeros((40, 40)), mask: array![true] };
    let zeros = vec![0u8; 5000];
    let value = Compressed { small: zeros.clone(), layers: vec![layer], stored: zeros.clone(), plain: zeros };
    let methods = |options: &SaveOptions| -> Vec<(String, String)> {
        let bytes = options.to_bytes(&value).unwrap();
        assert_eq!(Compressed::from_bytes(&bytes).unwrap(), value);
        let entries = NpzReader::new(&bytes).unwrap().entries().unwrap();
        entries.iter().map(|e| (e.name.clone(), e.compression.clone())).collect()
    };
    let expected = |plain: &str| {
        let pairs = [
            ("small", "deflate"),
            ("layers.0.weights", "deflate"),
            ("layers.0.mask", "stored"),
            ("stored", "stored"),
            ("plain", plain),
        ];
        pairs.map(|(name, method)| (name.to_owned(), method.to_owned())).to_vec()
    };
    assert_eq!(methods(&SaveOptions::new()), expected("stored"));
    assert_eq!(methods(&SaveOptions::compressed()), expected("deflate"));
}

#[derive(Npz, Debug, PartialEq)]
struct Ordered {
    #[npz(order = "C")]
    c: Array2<i32>,
    #[npz(order = "F")]
    f: Array3<i32>,
    #[npz(order = "keep")]
    keep: Array2<i32>,
}

#[test]
fn an_order_is_written_and_given_back() {
    let c = Array2::from_shape_vec((2, 3), (0..6).collect()).unwrap();
    let f = Array2::from_shape_vec((2, 3).f(), (0..6).collect()).unwrap();
    let cube = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 100 + j * 10 + k) as i32);
    for (first, last) in [(&c, &f), (&f, &c)] {
        let value = Ordered { c: first.clone(), f: cube.clone(), keep: last.clone() };
        let bytes = value.to_bytes().unwrap();
        let npz = NpzReader::new(&bytes).unwrap();
        assert_eq!(npz.header("c").unwrap().order(), Order::C);
        assert_eq!(npz.header("f").unwrap().order(), Order::Fortran);
        let kept = if last.is_standard_layout() { Order::C } else { Order::Fortran };
        assert_eq!(npz.header("keep").unwrap().order(), kept);
        let loaded = Ordered::from_bytes(&bytes).unwrap();
        assert_eq!(loaded, value);
        assert!(loaded.c.is_standard_layout() && loaded.f.t().is_standard_layout());
    }
    // A file in the other order is brought into the one that is asked for.
    let dir = temp_dir();
    python(
        dir.path(),
        "a = np.arange(6, dtype='i4').reshape(2, 3)\nb = np.arange(24, dtype='i4').reshape(2, 3, 4)\n\
         np.savez('o.npz', c=np.asfortranarray(a), f=b, keep=np.asfortranarray(a))",
    );
    let loaded = Ordered::load(dir.path().join("o.npz")).unwrap();
    assert_eq!((loaded.c.clone(), loaded.f[[1, 2, 3]]), (c.clone(), 23));
    assert!(
        loaded.c.is_standard_layout()
            && loaded.f.t().is_standard_layout()
            && !loaded.keep.is_standard_layout()
    );
    assert_eq!(loaded.keep, c);
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Finite {
    #[npz(finite)]
    weights: Array2<f32>,
    #[npz(finite)]
    losses: Vec<f64>,
    #[npz(finite)]
    rate: f64,
    #[npz(finite)]
    waves: Array1<Complex<f32>>,
    #[npz(finite)]
    words: Vec<String>,
    free: f32,
}

/// A field, a part of the message, and what is done to the value.
type Spoilt = (&'static str, &'static str, fn(&mut Finite));

fn finite() -> Finite {
    Finite {
        weights: Array2::ones((100, 100)),
        losses: vec![0.5; 3],
        rate: 0.1,
        waves: array![Complex::new(1.0, 2.0)],
        words: vec!["inf".to_owned()],
        free: f32::NAN,
    }
}

#[test]
fn a_nan_is_refused_on_save_and_the_last_good_file_stands() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    finite().save(&path).unwrap();
    let good = fs::read(&path).unwrap();
    let spoilt: [Spoilt; 5] = [
        ("weights", "cell (99, 2)", |state| state.weights[[99, 2]] = f32::NAN),
        ("weights", "cell (0, 9)", |state| {
            state.weights = Array2::ones((200, 100)).slice_move(ndarray::s![..;2, ..]);
            state.weights[[0, 9]] = f32::INFINITY;
        }),
        ("losses", "cell 2", |state| state.losses[2] = f64::NEG_INFINITY),
        ("rate", "it is NaN", |state| state.rate = f64::NAN),
        ("waves", "cell 0", |state| state.waves[0].im = f32::NAN),
    ];
    for (member, text, spoil) in spoilt {
        let mut state = finite();
        spoil(&mut state);
        let error = state.save(&path).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(member)), "{error}");
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(fs::read(&path).unwrap(), good);
    }
    assert!(Finite::load(&path).unwrap().free.is_nan());
}

#[test]
fn a_nan_from_python_is_refused_on_load() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('n.npz', weights=np.float32([[1, 2], [np.nan, 4]]), losses=[1.0], rate=0.1, \
         waves=np.complex64([1]), words=['x'], free=np.float32('nan'))",
    );
    let error = Finite::load(dir.path().join("n.npz")).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("weights")));
    assert!(error.to_string().contains("cell (1, 0) is NaN or infinite"), "{error}");
}

#[derive(Npz, Debug)]
struct Shaped {
    #[npz(shape = "(_, 128)")]
    weights: Array2<f32>,
    #[npz(shape = "(3,)")]
    list: Vec<f64>,
    #[npz(shape = "(2, _)")]
    any: ArrayD<u8>,
}

#[test]
fn a_shape_is_compared_before_data_are_read() {
    #[derive(Npz)]
    struct Loose {
        weights: Array2<f32>,
        list: Vec<f64>,
        any: ArrayD<u8>,
    }
    let good =
        Shaped { weights: Array2::zeros((5, 128)), list: vec![0.0; 3], any: ArrayD::zeros(vec![2, 7]) };
    let bytes = good.to_bytes().unwrap();
    assert_eq!(Shaped::from_bytes(&bytes).unwrap().weights.dim(), (5, 128));

    let bad =
        Loose { weights: Array2::zeros((5, 127)), list: vec![0.0; 4], any: ArrayD::zeros(vec![2, 7, 1]) };
    let error = Shaped::from_bytes(&bad.to_bytes().unwrap()).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Shape), "{error}");
    let expected: Vec<_> = problems.iter().map(|one| &*one.expected).collect();
    assert_eq!(expected, ["<f4 (f32), shape (_, 128)", "<f8 (f64), shape (3,)", "|u1 (u8), shape (2, _)"]);
    let hints: Vec<_> =
        problems.iter().map(|problem| problem.hint.contains("the field's attribute")).collect();
    assert_eq!(hints, [true, true, false], "{error}"); // the last one has another number of axes
}

#[test]
fn a_shape_that_could_not_be_loaded_is_not_saved_and_the_last_good_file_stands() {
    let dir = temp_dir();
    let path = dir.path().join("shaped.npz");
    let good =
        || Shaped { weights: Array2::ones((5, 128)), list: vec![0.0; 3], any: ArrayD::zeros(vec![2, 7]) };
    good().save(&path).unwrap();
    let error = Shaped { weights: Array2::zeros((5, 127)), ..good() }.save(&path).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("weights")));
    let text = "the field's attribute `shape` asks for shape (_, 128), found (5, 127); nothing is written, the last file stands";
    assert!(error.to_string().contains(text), "{error}");
    assert!(Shaped { any: ArrayD::zeros(vec![2, 7, 1]), ..good() }.to_bytes().is_err());
    assert_eq!(Shaped::load(&path).unwrap().weights, good().weights);
}

#[test]
fn a_shape_that_the_type_can_not_have_is_named_as_the_mistake() {
    #[derive(Npz)]
    struct Plain {
        list: Vec<f64>,
    }
    #[derive(Npz, Debug)]
    struct Contradiction {
        #[npz(shape = "(_, _)")]
        list: Vec<f64>,
    }
    assert!(Contradiction { list: vec![] }.to_bytes().is_err());
    let error = Contradiction::from_bytes(&Plain { list: vec![] }.to_bytes().unwrap()).unwrap_err();
    assert!(error.to_string().contains("change the attribute `shape`"), "{error}");
    assert_eq!(error.report().unwrap().problems().len(), 1, "{error}");
}

#[derive(Npz, Debug, PartialEq)]
struct Counted {
    n: u64,
    w: Array2<f32>,
}

#[test]
fn a_shape_speaks_of_the_arrays_below_a_field_and_not_of_single_values() {
    #[derive(Npz)]
    struct Plain {
        arrays: Vec<Array2<f32>>,
        structs: Vec<Counted>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Lists {
        #[npz(shape = "(_, 2)")]
        arrays: Vec<Array2<f32>>,
        #[npz(shape = "(_, 2)")]
        structs: Vec<Counted>,
    }
    let counted = |columns| Counted { n: 7, w: Array2::zeros((3, columns)) };
    let empty = Lists { arrays: vec![], structs: vec![counted(2)] };
    assert_eq!(Lists::from_bytes(&empty.to_bytes().unwrap()).unwrap(), empty);
    let wide = Lists { arrays: vec![Array2::zeros((1, 2))], structs: vec![counted(3)] };
    assert_eq!(wide.to_bytes().unwrap_err().member(), Some("structs.0.w"));
    let wide = Plain { arrays: wide.arrays, structs: wide.structs };
    let error = Lists::from_bytes(&wide.to_bytes().unwrap()).unwrap_err();
    let members: Vec<_> = error.report().unwrap().problems().iter().map(|one| &*one.member).collect();
    assert_eq!(members, ["structs.0.w"]);
}
