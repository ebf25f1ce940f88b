//! The small numbers of `ml_dtypes`, compared with it code by code, and their files with those of `np.save`.

use std::fmt::Debug;
use std::path::Path;

use ndarray::{Array0, Array1, Array2, array};
use npz_core::tiny::{
    Float4E2M1Fn, Float6E2M3Fn, Float6E3M2Fn, Float8E3M4, Float8E4M3, Float8E4M3B11Fnuz, Float8E4M3Fn,
    Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz, Float8E8M0Fnu, Int1, Int2, Int4, TinyFloat, TinyFormat,
    TinyInt, UInt1, UInt2, UInt4,
};
use npz_core::{Cast, Element, ErrorKind, LoadOptions, Npz, NpzReader, npy};
use tests::{python, temp_dir};

const FLOATS: &str = "floats = ['float8_e3m4', 'float8_e4m3', 'float8_e4m3b11fnuz', 'float8_e4m3fn', \
    'float8_e4m3fnuz', 'float8_e5m2', 'float8_e5m2fnuz', 'float8_e8m0fnu', 'float6_e2m3fn', 'float6_e3m2fn', \
    'float4_e2m1fn']\nints = ['int1', 'int2', 'int4', 'uint1', 'uint2', 'uint4']\n";

/// Does the same with each float format.
macro_rules! each_float {
    ($do:ident ( $($argument:expr),* )) => {
        $do::<_>("float8_e3m4", Float8E3M4::from_bits, $($argument),*);
        $do::<_>("float8_e4m3", Float8E4M3::from_bits, $($argument),*);
        $do::<_>("float8_e4m3b11fnuz", Float8E4M3B11Fnuz::from_bits, $($argument),*);
        $do::<_>("float8_e4m3fn", Float8E4M3Fn::from_bits, $($argument),*);
        $do::<_>("float8_e4m3fnuz", Float8E4M3Fnuz::from_bits, $($argument),*);
        $do::<_>("float8_e5m2", Float8E5M2::from_bits, $($argument),*);
        $do::<_>("float8_e5m2fnuz", Float8E5M2Fnuz::from_bits, $($argument),*);
        $do::<_>("float8_e8m0fnu", Float8E8M0Fnu::from_bits, $($argument),*);
        $do::<_>("float6_e2m3fn", Float6E2M3Fn::from_bits, $($argument),*);
        $do::<_>("float6_e3m2fn", Float6E3M2Fn::from_bits, $($argument),*);
        $do::<_>("float4_e2m1fn", Float4E2M1Fn::from_bits, $($argument),*);
    };
}

fn ml_dtypes(dir: &Path, script: &str) -> String {
    python(dir, &format!("import ml_dtypes, ast\n{FLOATS}np.seterr(all='ignore')\n{script}"))
}

#[test]
fn every_code_has_the_value_that_ml_dtypes_gives_it() {
    fn check<F: TinyFormat>(name: &str, cell: impl Fn(u8) -> TinyFloat<F>, numpys: &NpzReader<&[u8]>) {
        let values: Array1<f32> = numpys.get(name).unwrap();
        for (code, value) in (0..=255).zip(values) {
            let ours = cell(code);
            assert_eq!(ours.to_bits(), code);
            assert_eq!(f32::from(ours).is_nan(), value.is_nan(), "{name} {code:#x}");
            let is_same = f32::from(ours).to_bits() == value.to_bits() || value.is_nan();
            assert!(is_same, "{name} {code:#x}: {ours:?} {value:?}");
            assert_eq!(f64::from(ours).to_bits(), f64::from(f32::from(ours)).to_bits());
            let formatted = (ours.to_string(), format!("{ours:?}"));
            assert_eq!(formatted, (f32::from(ours).to_string(), format!("{:?}", f32::from(ours))));
        }
    }
    let dir = temp_dir();
    let script = "
codes = np.arange(256, dtype='u1')
np.savez('values.npz', **{name: codes.view(getattr(ml_dtypes, name)).astype('f4') for name in floats + ints})
";
    ml_dtypes(dir.path(), script);
    let bytes = std::fs::read(dir.path().join("values.npz")).unwrap();
    let numpys = NpzReader::new(bytes.as_slice()).unwrap();
    each_float!(check(&numpys));

    macro_rules! check_ints {
        ($($int:ident $name:literal),*) => {$(
            let values: Array1<f32> = numpys.get($name).unwrap();
            for (code, value) in (0..=255).zip(values) {
                let ours = $int::from_bits(code);
                assert_eq!(f32::from(ours), value, "{} {code:#x}", $name);
                assert_eq!(i64::from(ours), value as i64);
                assert_eq!($int::try_from(i8::from(ours)).unwrap(), ours);
                assert_eq!(ours.to_string(), value.to_string());
            }
        )*};
    }
    check_ints!(Int1 "int1", Int2 "int2", Int4 "int4", UInt1 "uint1", UInt2 "uint2", UInt4 "uint4");
}

#[test]
fn floats_are_rounded_as_ml_dtypes_rounds_them() {
    fn check<F: TinyFormat>(name: &str, _: fn(u8) -> TinyFloat<F>, numpys: &NpzReader<&[u8]>) {
        let singles: Array1<u32> = numpys.get(&format!("{name}.f4")).unwrap();
        let codes: Array1<u8> = numpys.get(&format!("{name}.f4.codes")).unwrap();
        assert!(singles.len() > 100_000);
        for (&bits, &code) in singles.iter().zip(&codes) {
            let ours = TinyFloat::<F>::from_f32(f32::from_bits(bits)).to_bits();
            assert_eq!(ours, code, "{name} of {bits:#x} ({:e})", f32::from_bits(bits));
        }
        let doubles: Array1<u64> = numpys.get(&format!("{name}.f8")).unwrap();
        let codes: Array1<u8> = numpys.get(&format!("{name}.f8.codes")).unwrap();
        for (&bits, &code) in doubles.iter().zip(&codes) {
            let ours = TinyFloat::<F>::from_f32(f64::from_bits(bits) as f32).to_bits();
            assert_eq!(ours, code, "{name} of {bits:#x} ({:e})", f64::from_bits(bits));
        }
    }
    let dir = temp_dir();
    // Any bits; every value, every tie and the numbers beside it, in both signs; the edges.
    let script = "
rng = np.random.default_rng(4)
members = {}
for name in floats:
    t = getattr(ml_dtypes, name)
    values = np.unique(np.arange(256, dtype='u1').view(t).astype('f8'))
    values = values[np.isfinite(values)]
    step = values[-1] - values[-2]
    values = np.concatenate([-values, values, [values[-1] + step, -values[-1] - step]])
    values = np.unique(values)
    ties = (values[1:] + values[:-1]) / 2
    for dtype, bits in [('f4', 'u4'), ('f8', 'u8')]:
        any_bits = rng.integers(0, 2**(32 if bits == 'u4' else 64), 100000, dtype=bits).view(dtype)
        info = np.finfo(dtype)
        edges = [0, -0.0, np.nan, -np.nan, np.inf, -np.inf, info.max, info.min, info.tiny, info.smallest_subnormal]
        hard = [np.asarray(a).astype(dtype) for a in (values, ties, edges, rng.uniform(-1, 1, 9999) * values[-1] * 1.2)]
        hard = np.concatenate(hard)
        x = np.concatenate([any_bits, hard, np.nextafter(hard, np.array(np.inf, dtype)),
                            np.nextafter(hard, np.array(-np.inf, dtype)), np.array([np.nan], dtype) * -1])
        members[name + '.' + dtype] = x.view(bits)
        members[name + '.' + dtype + '.codes'] = x.astype(t).view('u1')
np.savez('rounded.npz', **members)
";
    ml_dtypes(dir.path(), script);
    let bytes = std::fs::read(dir.path().join("rounded.npz")).unwrap();
    let numpys = NpzReader::new(bytes.as_slice()).unwrap();
    each_float!(check(&numpys));
}

#[test]
fn files_are_those_of_np_save_in_both_directions() {
    fn check_cells<A: Element + Debug>(name: &str, cells: &Array1<A>, bits: impl Fn(&A) -> u8, dir: &Path) {
        let saved = |file: &str| std::fs::read(dir.join(format!("{name}.{file}.npy"))).unwrap();
        assert_eq!(npy::to_bytes(cells).unwrap(), saved("flat"), "{name}");
        let square = cells.clone().into_shape_with_order((16, cells.len() / 16)).unwrap();
        assert_eq!(npy::to_bytes(&square.t()).unwrap(), saved("fortran"), "{name}");
        let single = Array0::from_elem((), cells[3].clone());
        assert_eq!(npy::to_bytes(&single).unwrap(), saved("single"), "{name}");

        let codes = |cells: &Array1<A>| cells.mapv(|cell| bits(&cell));
        let read: Array1<A> = npy::from_bytes(&saved("flat")).unwrap();
        assert_eq!(codes(&read), codes(cells), "{name}");
        let read: Array2<A> = npy::from_bytes(&saved("fortran")).unwrap();
        assert_eq!(read.mapv(|cell| bits(&cell)), square.t().mapv(|cell| bits(&cell)), "{name}");
        let exact = LoadOptions::new().cast(Cast::Exact);
        let read: Array0<A> = exact.from_bytes(&saved("single")).unwrap();
        assert_eq!(bits(&read[()]), bits(&cells[3]));
    }
    fn check<F: TinyFormat>(name: &str, cell: fn(u8) -> TinyFloat<F>, dir: &Path) {
        let count = if name.starts_with("float8") { 256 } else { 16 };
        let cells = (0..count).map(|code| cell(code as u8)).collect();
        check_cells(name, &cells, |cell| cell.to_bits(), dir);
    }
    fn check_int<const BITS: u32, const SIGNED: bool>(name: &str, dir: &Path) {
        let cells = (0..16).map(TinyInt::<BITS, SIGNED>::from_bits).collect();
        check_cells(name, &cells, |cell| cell.to_bits(), dir);
    }
    let dir = temp_dir();
    let script = "
for name in floats + ints:
    size = 256 if '8' in name else 16
    codes = np.arange(size, dtype='u1')
    cells = codes.view(getattr(ml_dtypes, name))
    if 'int' in name:
        # As arithmetic makes them: the sign is not in the unused bits.
        cells = cells.astype('i1').astype(cells.dtype)
    np.save(name + '.flat.npy', cells)
    np.save(name + '.fortran.npy', cells.reshape(16, -1).T)
    np.save(name + '.single.npy', cells[3])
";
    ml_dtypes(dir.path(), script);
    each_float!(check(dir.path()));
    check_int::<1, true>("int1", dir.path());
    check_int::<2, true>("int2", dir.path());
    check_int::<4, true>("int4", dir.path());
    check_int::<1, false>("uint1", dir.path());
    check_int::<2, false>("uint2", dir.path());
    check_int::<4, false>("uint4", dir.path());
}

#[derive(Npz, Debug, PartialEq)]
struct Quantized {
    weights: Array2<Float8E4M3Fn>,
    wide: Array2<Float8E5M2>,
    scale: Float8E8M0Fnu,
    nibbles: Vec<Int4>,
    flags: [UInt1; 3],
}

fn quantized() -> Quantized {
    Quantized {
        weights: array![[0.1, -2.0, 448.0], [0.0, 1e-3, 3.3]].mapv(|x: f64| Float8E4M3Fn::from_f32(x as f32)),
        wide: array![[1.0, f32::INFINITY, -1e-5]].mapv(Float8E5M2::from_f32),
        scale: Float8E8M0Fnu::from_f32(0.25),
        nibbles: (-8..8).map(|value| Int4::try_from(value).unwrap()).collect(),
        flags: [UInt1::MAX, UInt1::MIN, UInt1::MAX],
    }
}

#[test]
fn a_struct_of_them_is_seen_by_python_through_one_line_each() {
    let dir = temp_dir();
    quantized().save(dir.path().join("q.npz")).unwrap();
    // The lines of the module's docs.
    let script = "
f = np.load('q.npz')
weights = f['weights'].view(ml_dtypes.float8_e4m3fn)
assert (weights == np.array([[0.1, -2, 448], [0, 1e-3, 3.3]]).astype(ml_dtypes.float8_e4m3fn)).all()
assert weights.shape == (2, 3) and weights.astype('f4')[0, 2] == 448
assert f['scale'].view(ml_dtypes.float8_e8m0fnu) == 0.25
assert f['nibbles'].view(ml_dtypes.int4).astype(int).tolist() == list(range(-8, 8))
assert f['flags'].view(ml_dtypes.uint1).astype(int).tolist() == [1, 0, 1]
try:
    f['wide']
    print('np.load reads <f1 now: shorten the docs')
except ValueError:
    pass
def read(f):
    version = np.lib.format.read_magic(f)
    length = int.from_bytes(f.read(2), 'little')
    header = ast.literal_eval(f.read(length).decode('latin1'))
    order = 'F' if header['fortran_order'] else 'C'
    return np.frombuffer(f.read(), ml_dtypes.float8_e5m2).reshape(header['shape'], order=order)
wide = read(zipfile.ZipFile('q.npz').open('wide.npy'))
assert (wide == np.array([[1, np.inf, -1e-5]]).astype(ml_dtypes.float8_e5m2)).all()
tall = np.asfortranarray(np.arange(6).reshape(2, 3).astype(ml_dtypes.float8_e5m2))
np.save('tall.npy', tall)
assert (read(open('tall.npy', 'rb')) == tall).all()
# The way back.
np.savez('back.npz', weights=weights, wide=wide, scale=f['scale'].view(ml_dtypes.float8_e8m0fnu),
         nibbles=f['nibbles'].view(ml_dtypes.int4), flags=f['flags'])
";
    assert_eq!(ml_dtypes(dir.path(), script), "");
    assert_eq!(Quantized::load(dir.path().join("q.npz")).unwrap(), quantized());
    assert_eq!(Quantized::load(dir.path().join("back.npz")).unwrap(), quantized());
}

#[test]
fn they_compare_as_the_numbers_that_they_are() {
    let one = Float8E4M3::from_f32(1.0);
    assert!(one < Float8E4M3::from_f32(1.125) && one > Float8E4M3::from_f32(-5.0));
    let nan = Float8E4M3::from_f32(f32::NAN);
    assert!(nan != nan && nan.partial_cmp(&one).is_none());
    assert_eq!(Float8E4M3::from_f32(-0.0), Float8E4M3::default());
    assert_ne!(Float8E4M3::from_f32(-0.0).to_bits(), 0);
    assert!(Int4::try_from(-1).unwrap() < Int4::try_from(0).unwrap());
    assert_eq!(Int4::try_from(7).unwrap(), Int4::MAX);
    for (value, fits) in [(-9, false), (-8, true), (7, true), (8, false)] {
        assert_eq!(Int4::try_from(value).is_ok(), fits, "{value}");
        assert_eq!(UInt4::try_from(value).is_ok(), value >= 0);
    }
    let error = Int2::try_from(2).unwrap_err();
    assert_eq!(error.to_string(), "expected a number from -2 to 1, found 2; use a wider integer");
    assert_eq!((error.kind(), u8::from(UInt2::MAX)), (ErrorKind::Invalid, 3));
}

#[test]
fn what_may_be_something_else_is_refused_with_advice() {
    let hint = |error: npz_core::Error| error.report().unwrap().problems()[0].hint.clone();
    let bytes = npy::to_bytes(&array![1u8, 2]).unwrap();
    let told = hint(npy::from_bytes::<Array1<Float8E4M3Fn>>(&bytes).map(drop).unwrap_err());
    assert!(told.contains("make the cells `u8` and use `from_bits`"), "{told}");
    let bytes = npy::to_bytes(&array![1f32, 2.0]).unwrap();
    let told = hint(npy::from_bytes::<Array1<Int4>>(&bytes).map(drop).unwrap_err());
    assert!(told.contains("save `a.astype(ml_dtypes.int4)` in Python"), "{told}");
    let bytes = npy::to_bytes(&array![Float8E5M2::default()]).unwrap();
    let told = hint(npy::from_bytes::<Array1<Float8E4M3>>(&bytes).map(drop).unwrap_err());
    assert!(told.contains("make the cells `tiny::Float8E5M2`"), "{told}");
}

#[test]
fn the_one_that_says_what_it_is_becomes_any_wider_float() {
    let codes: Array1<u8> = (0..=255).collect();
    let cells = codes.mapv(Float8E5M2::from_bits);
    let bytes = npy::to_bytes(&cells).unwrap();
    let single: Array1<f32> = npy::from_bytes(&bytes).unwrap();
    let double: Array1<f64> = npy::from_bytes(&bytes).unwrap();
    let half: Array1<half::f16> = npy::from_bytes(&bytes).unwrap();
    for (index, cell) in cells.iter().enumerate() {
        let nan = f32::from(*cell).is_nan();
        assert!(single[index] == f32::from(*cell) || nan && single[index].is_nan());
        assert!(double[index] == f64::from(*cell) || nan && double[index].is_nan());
        assert!(half[index].to_f32() == f32::from(*cell) || nan && half[index].is_nan());
    }
    let bytes = npy::to_bytes(&array![Float8E4M3::default()]).unwrap();
    let error = npy::from_bytes::<Array1<f32>>(&bytes).unwrap_err();
    let hint = error.report().unwrap().problems()[0].hint.clone();
    assert!(hint.contains("make the cells one of `npz_core::tiny`"), "{hint}");
}

#[test]
fn words_for_other_cells_are_refused_by_the_names_of_these() {
    #[derive(Npz)]
    struct Wrong {
        #[npz(store_as = "f4")]
        weights: Array1<Float8E4M3Fn>,
    }
    #[derive(Npz)]
    struct Finite {
        #[npz(finite)]
        scales: Array1<Float8E8M0Fnu>,
    }
    let error = Wrong { weights: array![Float8E4M3Fn::default()] }.to_bytes().unwrap_err();
    assert!(error.to_string().contains("can't keep Float8E4M3Fn cells; remove it"), "{error}");
    let mut scales = array![1.0, 2.0].mapv(Float8E8M0Fnu::from_f32);
    assert!(Finite { scales: scales.clone() }.to_bytes().is_ok());
    scales[1] = Float8E8M0Fnu::from_f32(0.0);
    let error = Finite { scales }.to_bytes().unwrap_err();
    assert!(error.to_string().contains("cell 1 is NaN or infinite"), "{error}");
}
