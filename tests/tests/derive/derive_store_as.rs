//! `store_as`: numbers that are stored narrower, or wider, than they are in memory.

use std::collections::BTreeMap;
use std::fs;

use half::{bf16, f16};
use ndarray::{ArcArray1, Array1, Array2, Array3, Axis, array, s};
use npz_core::{ErrorKind, Npz, NpzReader, ProblemKind};
use num_complex::Complex;
use tests::{python, temp_dir};

/// The dtype that a member has in the file.
fn dtype(bytes: &[u8], name: &str) -> String {
    NpzReader::new(bytes).unwrap().header(name).unwrap().dtype().to_string()
}

#[derive(Npz, Debug)]
struct Floats {
    #[npz(store_as = "f2")]
    f64_f2: Array1<f64>,
    #[npz(store_as = "bf16")]
    f64_bf16: Array1<f64>,
    #[npz(store_as = "f4")]
    f64_f4: Array1<f64>,
    #[npz(store_as = "f2")]
    f32_f2: Array1<f32>,
    #[npz(store_as = "bf16")]
    f32_bf16: Array1<f32>,
    #[npz(store_as = "f8")]
    f32_f8: Array1<f32>,
    #[npz(store_as = "f8")]
    f16_f8: Array1<f16>,
    #[npz(store_as = "c8")]
    c16_c8: Array1<Complex<f64>>,
}

#[derive(Npz, Debug)]
struct PlainFloats {
    f64_f2: Array1<f64>,
    f64_bf16: Array1<f64>,
    f64_f4: Array1<f64>,
    f32_f2: Array1<f32>,
    f32_bf16: Array1<f32>,
    f32_f8: Array1<f32>,
    f16_f8: Array1<f16>,
    c16_c8: Array1<Complex<f64>>,
}

/// Every half and the ends of the steps between them, ties and their neighbours, and random bits; without what
/// would overflow, which NumPy makes infinite and we refuse.
const SOURCES: &str = r#"
import ml_dtypes
warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
def source(to, dtype, bits):
    every = np.arange(65536, dtype="u2").view(to) if np.dtype(to).itemsize == 2 else rng.integers(0, 2**32, 65536, "u4").view(to)
    wide = every.astype(dtype)
    up = np.nextafter(every, np.array(np.inf, to)).astype(dtype)
    ties = (wide / 2 + up / 2).astype(dtype)
    inf = np.array(np.inf, dtype)
    random = rng.integers(0, 2**bits - 1, 20000, f"u{bits // 8}", endpoint=True).view(dtype)
    special = np.array([0.0, -0.0, np.nan, np.inf, -np.inf], dtype)
    cells = np.concatenate([special, wide, ties, np.nextafter(ties, inf), np.nextafter(ties, -inf), random])
    return cells[np.isfinite(cells.astype(to).astype("f8")) | ~np.isfinite(cells)]
sources = dict(
    f64_f2=source("f2", "f8", 64), f64_bf16=source(ml_dtypes.bfloat16, "f8", 64), f64_f4=source("f4", "f8", 64),
    f32_f2=source("f2", "f4", 32), f32_bf16=source(ml_dtypes.bfloat16, "f4", 32),
    f32_f8=rng.integers(0, 2**32, 20000, "u4").view("f4"), f16_f8=np.arange(65536, dtype="u2").view("f2"))
c = sources["f64_f4"]
sources["c16_c8"] = c + 1j * c[::-1]
sources["c16_c8"].real, sources["c16_c8"].imag = c, c[::-1]
"#;

#[test]
fn floats_are_rounded_as_numpy_and_ml_dtypes_do_it() {
    let dir = temp_dir();
    let path = |name: &str| dir.path().join(name);
    python(dir.path(), &format!("{SOURCES}\nnp.savez('source.npz', **sources)"));
    // A file of before the attribute.
    let floats = Floats::load(path("source.npz")).unwrap();
    assert!(floats.f64_f2.len() > 200_000 && floats.f32_bf16.len() > 200_000);
    floats.save(path("out.npz")).unwrap();
    let back = Floats::load(path("out.npz")).unwrap();
    back.save(path("again.npz")).unwrap();
    assert!(
        fs::read(path("again.npz")).unwrap() == fs::read(path("out.npz")).unwrap(),
        "loading keeps every value"
    );
    let Floats { f64_f2, f64_bf16, f64_f4, f32_f2, f32_bf16, f32_f8, f16_f8, c16_c8 } = back;
    let plain = PlainFloats { f64_f2, f64_bf16, f64_f4, f32_f2, f32_bf16, f32_f8, f16_f8, c16_c8 };
    plain.save(path("plain.npz")).unwrap();
    let checks = r#"
out, plain = np.load("out.npz"), np.load("plain.npz")
def same(a, b):
    if a.dtype.kind == "c":
        return same(a.real, b.real) and same(a.imag, b.imag)
    nan = np.isnan(a.astype("f8"))
    bits = f"u{a.dtype.itemsize}"
    a, b, c = np.ascontiguousarray(a), np.ascontiguousarray(b), np.isnan(b.astype("f8"))
    return a.dtype == b.dtype and np.array_equal(nan, c) and np.array_equal(a.view(bits)[~nan], b.view(bits)[~nan])
for name, cells in sources.items():
    to = name.split("_")[1]
    found = out[name]
    if to == "bf16":
        assert found.dtype == "V2", (name, found.dtype)
        found, to = found.view(ml_dtypes.bfloat16), ml_dtypes.bfloat16
    to = {"c8": "c8"}.get(to, to)
    assert found.dtype == np.dtype(to), (name, found.dtype)
    assert same(found, cells.astype(to)), name
    assert same(plain[name], found.astype(cells.dtype)), name
print(len(sources))
"#;
    assert_eq!(python(dir.path(), &format!("{SOURCES}{checks}")).trim(), "8");
}

#[test]
fn every_half_comes_back_from_a_wider_field() {
    #[derive(Npz)]
    struct Halves {
        #[npz(store_as = "f2")]
        f2: Vec<f64>,
        #[npz(store_as = "bf16")]
        bf16: Vec<f32>,
    }
    let every = 0..=u16::MAX;
    let value = Halves {
        f2: every.clone().map(|bits| f16::from_bits(bits).to_f64()).collect(),
        bf16: every.clone().map(|bits| bf16::from_bits(bits).to_f32()).collect(),
    };
    let bytes = value.to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    let (f2, brain) = (npz.get::<Vec<f16>>("f2").unwrap(), npz.get::<Vec<bf16>>("bf16").unwrap());
    let loaded = Halves::from_bytes(&bytes).unwrap();
    for bits in every {
        let i = usize::from(bits);
        let half = f16::from_bits(bits);
        assert!(half.is_nan() && f2[i].is_nan() && loaded.f2[i].is_nan() || f2[i].to_bits() == bits);
        assert!(half.is_nan() || loaded.f2[i].to_bits() == value.f2[i].to_bits());
        let half = bf16::from_bits(bits);
        assert!(half.is_nan() && brain[i].is_nan() && loaded.bf16[i].is_nan() || brain[i].to_bits() == bits);
        assert!(half.is_nan() || loaded.bf16[i].to_bits() == value.bf16[i].to_bits());
    }
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Integers {
    #[npz(store_as = "u1")]
    u64_u1: Array1<u64>,
    #[npz(store_as = "i2")]
    i64_i2: Vec<i64>,
    #[npz(store_as = "int8")]
    u16_i1: Array2<u16>,
    #[npz(store_as = "i8")]
    i8_i8: Vec<i8>,
    #[npz(store_as = "u4")]
    usize_u4: usize,
    #[npz(store_as = "u2")]
    epochs: Option<u64>,
}

fn integers() -> Integers {
    Integers {
        u64_u1: array![0, 7, 255],
        i64_i2: vec![-32768, 0, 32767],
        u16_i1: array![[0, 127]],
        i8_i8: vec![-128, -1, 127],
        usize_u4: 4_294_967_295,
        epochs: Some(65535),
    }
}

#[test]
fn integers_are_stored_as_asked_where_each_fits() {
    let dir = temp_dir();
    integers().save(dir.path().join("i.npz")).unwrap();
    let script = "f = np.load('i.npz')\nprint([(k, f[k].dtype.str, f[k].tolist()) for k in f.files])";
    assert_eq!(
        python(dir.path(), script).trim(),
        "[('u64_u1', '|u1', [0, 7, 255]), ('i64_i2', '<i2', [-32768, 0, 32767]), ('u16_i1', '|i1', [[0, 127]]), \
         ('i8_i8', '<i8', [-128, -1, 127]), ('usize_u4', '<u4', 4294967295), ('epochs', '<u2', 65535)]"
    );
    assert_eq!(Integers::load(dir.path().join("i.npz")).unwrap(), integers());
    // What NumPy made of the same numbers, big-endian, loads too.
    python(
        dir.path(),
        "f = dict(np.load('i.npz'))\nnp.savez('b.npz', **{k: a.astype(a.dtype.newbyteorder('>')) for k, a in f.items()})",
    );
    assert_eq!(Integers::load(dir.path().join("b.npz")).unwrap(), integers());
}

#[test]
fn a_stored_integer_that_does_not_fit_the_field_is_refused_with_its_value() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('i.npz', u64_u1=np.uint8([1]), i64_i2=[1], u16_i1=np.int8([[3, -4]]), i8_i8=[5, 6, 300], \
         usize_u4=1)",
    );
    let error = Integers::load(dir.path().join("i.npz")).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("u16_i1")));
    assert!(error.to_string().contains("cell (0, 1) holds -4, which u16 can't hold"), "{error}");
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Layer {
    weights: Array2<f32>,
    #[npz(store_as = "f4")]
    exact: Vec<f64>,
    steps: u64,
    name: String,
    mask: Vec<bool>,
}

#[derive(Npz, Debug, PartialEq, Clone)]
enum Optimizer {
    Sgd,
    Adam { m: Vec<f32>, t: u64 },
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Model {
    #[npz(store_as = "f2")]
    layers: Vec<Layer>,
    #[npz(store_as = "bf16")]
    optimizer: Optimizer,
    #[npz(store_as = "f2")]
    shared: ArcArray1<f64>,
    #[npz(store_as = "f2")]
    named: BTreeMap<String, Vec<f32>>,
    #[npz(store_as = "i1")]
    lists: Vec<Vec<i64>>,
    #[npz(store_as = "f2")]
    absent: Option<BTreeMap<String, Vec<f32>>>,
}

fn model(optimizer: Optimizer, layers: usize) -> Model {
    let layer = Layer {
        weights: array![[0.5, 0.25]],
        exact: vec![1.0 / 1024.0 + 1.0],
        steps: 70000,
        name: "dense".to_owned(),
        mask: vec![true],
    };
    Model {
        layers: vec![layer; layers],
        optimizer,
        shared: ArcArray1::from_elem(3, 0.125),
        named: BTreeMap::from([("a".to_owned(), vec![2.0])]),
        lists: vec![vec![1, 2], vec![]],
        absent: Some(BTreeMap::new()),
    }
}

#[test]
fn a_form_holds_below_the_field_for_cells_of_its_kind() {
    let adam = Optimizer::Adam { m: vec![1.5], t: 9 };
    let model = |optimizer, layers| model(optimizer, layers);
    let value = model(adam, 2);
    let bytes = value.to_bytes().unwrap();
    let dtypes = [
        ("layers.1.weights", "<f2"),
        ("layers.1.exact", "<f4"),
        ("layers.1.steps", "<u8"),
        ("layers.1.name", "<U5"),
        ("layers.1.mask", "|b1"),
        ("optimizer.tag", "<U4"),
        ("optimizer.m", "<V2"),
        ("optimizer.t", "<u8"),
        ("shared", "<f2"),
        ("named.a", "<f2"),
        ("lists.1", "|i1"),
        ("absent", "|b1"),
    ];
    for (name, expected) in dtypes {
        assert_eq!(dtype(&bytes, name), expected, "{name}");
    }
    assert_eq!(Model::from_bytes(&bytes).unwrap(), value);
    // No values of the kind are no mistake, and the count of a list is not one of its cells.
    let empty = Model { lists: vec![], ..model(Optimizer::Sgd, 0) };
    let bytes = empty.to_bytes().unwrap();
    assert_eq!(dtype(&bytes, "layers.len"), "<u8");
    assert_eq!(dtype(&bytes, "lists.len"), "<u8");
    assert_eq!(Model::from_bytes(&bytes).unwrap(), empty);
}

#[test]
fn large_and_scattered_arrays_are_converted_in_pieces() {
    #[derive(Npz)]
    struct Large {
        #[npz(store_as = "f2")]
        turned: Array3<f64>,
        #[npz(store_as = "u2", order = "F")]
        fortran: Array2<u32>,
    }
    let mut cube = Array3::from_shape_fn((40, 70, 50), |(i, j, k)| (i * 7 + j * 3 + k) as f64 / 4.0);
    cube.invert_axis(Axis(1));
    let turned = cube.permuted_axes([2, 0, 1]).slice_move(s![..;2, .., 1..]);
    let fortran = Array2::from_shape_fn((300, 500), |(i, j)| (i * 100 + j) as u32);
    let value = Large { turned: turned.clone(), fortran: fortran.clone() };
    let loaded = Large::from_bytes(&npz_core::SaveOptions::compressed().to_bytes(&value).unwrap()).unwrap();
    assert_eq!((loaded.turned, loaded.fortran), (turned, fortran));
}

/// What is done to a value, and parts of the message.
type Spoilt<T> = (fn(&mut T), &'static str, &'static str, &'static str);

#[derive(Npz, Debug, Clone)]
struct Ranges {
    #[npz(store_as = "f2")]
    f2: Array2<f32>,
    #[npz(store_as = "bf16")]
    bf16: Vec<f64>,
    #[npz(store_as = "f4")]
    f4: f64,
    #[npz(store_as = "f2")]
    brains: Vec<bf16>,
    #[npz(store_as = "c8")]
    c8: Vec<Complex<f64>>,
    #[npz(store_as = "u1")]
    u1: Vec<i32>,
    #[npz(store_as = "i8")]
    i8: Vec<u64>,
}

#[test]
fn a_value_that_does_not_fit_is_refused_and_the_last_good_file_stands() {
    let good = Ranges {
        f2: array![[65504.0, f32::INFINITY], [f32::NAN, -65519.996]],
        bf16: vec![f64::from(f32::MAX) * 0.998, f64::NEG_INFINITY],
        f4: f64::from(f32::MAX),
        brains: vec![bf16::ONE],
        c8: vec![Complex::new(1.0, 2.0)],
        u1: vec![0, 255],
        i8: vec![i64::MAX as u64],
    };
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    good.save(&path).unwrap();
    let file = fs::read(&path).unwrap();
    let spoilt: [Spoilt<Ranges>; 9] = [
        (
            |r| r.f2[[1, 0]] = 65520.0,
            "f2",
            "cell (1, 0) is 65520.0, which `store_as = \"f2\"` can't hold",
            "at most 65504",
        ),
        (|r| r.f2[[0, 1]] = -1e9, "f2", "cell (0, 1) is -1", "use a wider one"),
        (|r| r.bf16[1] = f64::from(f32::MAX), "bf16", "cell 1 is 3.4", "at most 3.39e38"),
        (|r| r.f4 = -1e39, "f4", "it is -1e39", "at most 3.40e38"),
        (|r| r.brains[0] = bf16::MAX, "brains", "cell 0 is", "`store_as = \"f2\"`"),
        (|r| r.c8[0].im = 1e300, "c8", "cell 0 is", "at most 3.40e38"),
        (|r| r.u1[1] = 256, "u1", "cell 1 is 256, which `store_as = \"u1\"` can't hold", "0 to 255"),
        (|r| r.u1[0] = -1, "u1", "cell 0 is -1", "nothing is written"),
        (
            |r| r.i8[0] += 1,
            "i8",
            "cell 0 is 9223372036854775808",
            "-9223372036854775808 to 9223372036854775807",
        ),
    ];
    for (spoil, member, what, why) in spoilt {
        let mut bad = good.clone();
        spoil(&mut bad);
        let error = bad.save(&path).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(member)), "{error}");
        assert!(error.to_string().contains(what) && error.to_string().contains(why), "{error}");
        assert_eq!(fs::read(&path).unwrap(), file);
    }
}

#[test]
fn a_form_of_another_kind_than_the_field_is_refused_on_save_and_on_load() {
    macro_rules! mistaken {
        ($form:literal, $ty:ty, $value:expr, $message:expr) => {{
            #[derive(Npz, Debug)]
            struct Mistaken {
                #[npz(store_as = $form)]
                field: $ty,
            }
            #[derive(Npz)]
            struct Plain {
                field: $ty,
            }
            let error = Mistaken { field: $value }.to_bytes().unwrap_err();
            assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("field")), "{error}");
            assert!(error.to_string().contains($message), "{error}");
            let error = Mistaken::from_bytes(&Plain { field: $value }.to_bytes().unwrap()).unwrap_err();
            let problem = &error.report().unwrap().problems()[0];
            assert_eq!(problem.kind, ProblemKind::DType, "{error}");
            assert!(error.to_string().contains($message), "{error}");
        }};
    }
    #[derive(Npz, Debug)]
    enum Unit {
        A,
    }
    mistaken!(
        "i4",
        Vec<f64>,
        vec![1.0],
        "`store_as = \"i4\"` can't keep f64 cells; use one of f2, bf16, f4, f8"
    );
    mistaken!(
        "f2",
        Array1<u64>,
        array![1],
        "can't keep u64 cells; use one of i1, i2, i4, i8, u1, u2, u4, u8"
    );
    mistaken!("c8", f32, 1.0, "can't keep f32 cells; use one of");
    mistaken!("f4", Vec<Complex<f64>>, vec![], "can't keep Complex<f64> cells; use one of c8, c16");
    mistaken!("u1", Vec<bool>, vec![], "can't keep bool cells; remove it");
    mistaken!("f2", Option<String>, Some(String::new()), "can't keep String cells; remove it; `string` says");
    mistaken!("bf16", Unit, Unit::A, "can't keep String cells");
}

#[test]
fn files_of_before_and_after_the_attribute_load() {
    #[derive(Npz, Debug)]
    struct Plain {
        w: Vec<f32>,
    }
    #[derive(Npz, Debug)]
    struct AsHalf {
        #[npz(store_as = "f2", cast = "exact")]
        w: Vec<f32>,
    }
    #[derive(Npz, Debug)]
    struct AsBrain {
        #[npz(store_as = "bf16")]
        w: Vec<f32>,
    }
    let w = vec![0.5f32, -2.0];
    let plain = Plain { w: w.clone() }.to_bytes().unwrap();
    let half = AsHalf { w: w.clone() }.to_bytes().unwrap();
    let brain = AsBrain { w: w.clone() }.to_bytes().unwrap();
    assert_eq!(dtype(&half, "w"), "<f2");
    assert_eq!(AsHalf::from_bytes(&plain).unwrap().w, w);
    assert_eq!(AsHalf::from_bytes(&half).unwrap().w, w, "whatever `cast` says");
    assert_eq!(AsBrain::from_bytes(&plain).unwrap().w, w);
    assert_eq!(AsBrain::from_bytes(&half).unwrap().w, w);
    assert_eq!(Plain::from_bytes(&half).unwrap().w, w);
    let error = Plain::from_bytes(&brain).unwrap_err();
    assert!(error.to_string().contains("`#[npz(store_as = \"bf16\")]` on the field"), "{error}");
    assert_eq!(AsHalf::from_bytes(&brain).unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn a_wider_file_is_rounded_into_the_field_and_never_becomes_infinite() {
    #[derive(Npz, Debug)]
    struct Wide {
        #[npz(store_as = "f8")]
        w: Vec<f32>,
        #[npz(store_as = "f4")]
        b: Vec<bf16>,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('w.npz', w=[0.1, np.inf], b=np.float32([1.00390625]))\nnp.savez('x.npz', w=[1.0, 1e39], b=np.float32([]))",
    );
    let wide = Wide::load(dir.path().join("w.npz")).unwrap();
    assert_eq!((wide.w, wide.b), (vec![0.1f32, f32::INFINITY], vec![bf16::ONE]));
    let error = Wide::load(dir.path().join("x.npz")).unwrap_err();
    assert!(error.to_string().contains("cell 1 holds 1e39, which f32 can't hold"), "{error}");
}

#[test]
fn a_form_goes_through_with_and_transparent_and_skip_load() {
    mod ends {
        use std::ops::Range;
        pub(super) fn to_npz(range: &Range<f64>) -> [f64; 2] {
            [range.start, range.end]
        }
        pub(super) fn from_npz([start, end]: [f64; 2]) -> Result<Range<f64>, String> {
            if start <= end { Ok(start..end) } else { Err(format!("{start} is above {end}")) }
        }
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(transparent)]
    struct Meters(f64);
    #[derive(Npz, Debug, PartialEq)]
    struct State {
        #[npz(with = "ends", store_as = "f4")]
        range: std::ops::Range<f64>,
        #[npz(store_as = "f4")]
        lengths: Vec<Meters>,
        #[npz(skip_load, store_as = "f4", default = "nine")]
        seen: f64,
        #[npz(store_as = "f2", rename = "new", alias = "old")]
        renamed: Vec<f32>,
    }
    fn nine() -> f64 {
        9.0
    }
    let state = State { range: 0.5..2.0, lengths: vec![Meters(2.0)], seen: 9.0, renamed: vec![1.0] };
    let bytes = state.to_bytes().unwrap();
    for (name, expected) in [("range", "<f4"), ("lengths", "<f4"), ("seen", "<f4"), ("new", "<f2")] {
        assert_eq!(dtype(&bytes, name), expected, "{name}");
    }
    assert_eq!(State::from_bytes(&bytes).unwrap(), state);
}
