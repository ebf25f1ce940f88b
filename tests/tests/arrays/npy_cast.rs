//! Casting while loading, compared with `np.can_cast` and `astype` for every pair of number types.
//!
//! `Cast::Exact` is NumPy's `equiv`, `Safe` its `safe`, `SameKind` its `same_kind`, but for what the docs of
//! `Cast` name: values are checked, signed integers may become unsigned ones, and any integer may become `usize`.

use std::collections::HashMap;

use half::{bf16, f16};
use ndarray::{Array0, Array1, Array2, array};
use npz_core::{Cast, Element, ErrorKind, FromMembers, LoadOptions, NpzReader, npy};
use num_complex::{Complex32, Complex64};
use tests::{python, temp_dir};

const DTYPES: [&str; 14] =
    ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"];

const CASTS: [(Cast, &str); 3] =
    [(Cast::Exact, "equiv"), (Cast::Safe, "safe"), (Cast::SameKind, "same_kind")];

/// What NumPy makes of every pair: `can` says which are allowed, and for each pair of `archive`, `from>to` holds
/// values and `from>to.cast` the same after `astype`. Values that `to` can't hold are left out of `round`; what
/// `to` would round is left out of `keep`.
struct Numpys {
    archive: Vec<u8>,
    can: HashMap<String, bool>,
}

fn numpys() -> Numpys {
    let dir = temp_dir();
    let script = format!(
        "
np.seterr(all='ignore')
warnings.simplefilter('ignore')
dtypes = {DTYPES:?}
def values(dtype):
    kind = np.dtype(dtype).kind
    if kind == 'b':
        return np.array([False, True])
    if kind in 'iu':
        info = np.iinfo(dtype)
        edges = [0, 1, 2, 3, 127, 128, 255, 256, 2048, 2049, 65504, 65519, 65520]
        edges += [2**24, 2**24 + 1, 2**31, 2**53, 2**53 + 1]
        edges += [-edge for edge in edges] + [info.min, info.min + 1, info.max - 1, info.max]
        return np.array([edge for edge in edges if info.min <= edge <= info.max], dtype)
    info = np.finfo(dtype)
    real = [0.0, -0.0, 1.0, 1.5, 0.1, -2.25, np.pi, 2048.0, 2049.0, 65504.0, 65519.0, 2.0**24, 5e-324]
    real += [2.0**-24, 2.0**-25, 1e-40, np.nan, np.inf, -np.inf]
    real += [info.max, info.min, info.tiny, info.smallest_subnormal]
    # Halfway between two halves, and as near to that as this type gets: rounding twice would show.
    near = [0, info.eps * 2**11, -info.eps * 2**10]
    real += [sign * (x + 2**-11 * (1 + d)) for sign in (1, -1) for x in (1, 1 + 2**-10) for d in near]
    if kind == 'f':
        return np.array(real, dtype)
    return np.array([complex(re, im) for re, im in zip(real, real[3:] + real[:3])], dtype)
members = {{}}
for a in dtypes:
    for b in dtypes:
        for rule in ['equiv', 'safe', 'same_kind']:
            print(f'{{a}}>{{b}} {{rule}}', int(np.can_cast(a, b, rule)))
        x = values(a)
        y = x.astype(b)
        back = y.astype(a)
        if a[0] in 'iu' and b[0] in 'iu':
            held = np.array([int(p) == int(q) for p, q in zip(x, y)])
        else:
            parts = lambda z: np.stack([z.real, z.imag]).astype('f8')
            held = np.all(np.isfinite(parts(y)) | ~np.isfinite(parts(x)), axis=0)
        if a[0] in 'iu' and b[0] not in '?iu':
            same = np.array([np.isfinite(q.real) and int(p) == int(q.real) for p, q in zip(x, y)])
        else:
            same = (back == x) | (np.isnan(x) & np.isnan(back))
        for name, chosen in [('keep', held & same), ('round', held)]:
            members[f'{{a}}>{{b}}.{{name}}'] = x[chosen]
            members[f'{{a}}>{{b}}.{{name}}.cast'] = y[chosen]
np.savez('casts.npz', **members)
"
    );
    let said = python(dir.path(), &script);
    let can = said
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(pair, can)| (pair.to_owned(), can == "1"));
    Numpys { archive: std::fs::read(dir.path().join("casts.npz")).unwrap(), can: can.collect() }
}

fn reader(archive: &[u8], cast: Cast) -> NpzReader<&[u8]> {
    LoadOptions::new().cast(cast).reader(archive).unwrap()
}

impl Numpys {
    /// Whether arrays of `from` may become `to`, which is NumPy's word but for integers.
    fn allows(&self, cast: Cast, from: &str, to: &str) -> bool {
        let are_integers = [from, to].iter().all(|dtype| dtype.starts_with(['i', 'u']));
        let (_, rule) = CASTS.iter().find(|row| row.0 == cast).unwrap();
        self.can[&format!("{from}>{to} {rule}")] || cast == Cast::SameKind && are_integers
    }

    fn len(&self, name: &str) -> usize {
        reader(&self.archive, Cast::Exact).header(name).unwrap().shape()[0]
    }
}

/// Checks that `A` (to NumPy `to`) is not read from `from`, and that the message names the rule that allows it.
fn check_refused<A: Element>(from: &str, to: &str, cast: Cast, numpys: &Numpys) {
    let told = format!("{from} to {to} under {cast:?}");
    let read = reader(&numpys.archive, cast).get::<Array1<A>>(&format!("{from}>{to}.keep"));
    let error = read.map(drop).expect_err(&told);
    assert_eq!(error.kind(), ErrorKind::Mismatch, "{told}: {error}");
    let way_out = [Cast::Safe, Cast::SameKind].into_iter().find(|cast| numpys.allows(*cast, from, to));
    let way_out = way_out.map_or("no casting rule allows that".to_owned(), |cast| format!("Cast::{cast:?}"));
    let hint = &*error.report().unwrap().problems()[0].hint;
    assert!(hint.contains(&way_out), "{told}: {hint}");
}

/// Reads every source dtype as `A`; gives the number of arrays that were read.
fn check_target<A: Element>(to: &str, numpys: &Numpys) -> usize {
    let mut read = 0;
    for ((cast, _), from) in CASTS.iter().flat_map(|cast| DTYPES.map(|from| (*cast, from))) {
        if !numpys.allows(cast, from, to) {
            check_refused::<A>(from, to, cast, numpys);
            continue;
        }
        let npz = reader(&numpys.archive, cast);
        let (keep, round) = (format!("{from}>{to}.keep"), format!("{from}>{to}.round"));
        let mut names = vec![&keep];
        if cast == Cast::Safe && numpys.len(&round) > numpys.len(&keep) {
            // NumPy calls `i8` and `u8` to `f8` safe, and rounds.
            let error = npz.get::<Array1<A>>(&round).map(drop).expect_err(&round);
            assert_eq!(error.kind(), ErrorKind::Invalid, "{round}: {error}");
        } else {
            names.push(&round);
        }
        for name in names {
            let array: Array1<A> = npz.get(name).unwrap_or_else(|error| panic!("{cast:?}: {error}"));
            let (ours, numpys) =
                (npy::to_bytes(&array).unwrap(), npz.bytes(&format!("{name}.cast")).unwrap());
            let (shown, expected) = (ours.escape_ascii(), numpys.escape_ascii());
            assert!(ours == numpys, "{name} under {cast:?}\n ours {shown}\nNumPy {expected}");
            read += 1;
        }
    }
    read
}

#[test]
fn what_numpy_casts_is_cast_to_the_same_values_and_what_it_refuses_is_refused() {
    let numpys = numpys();
    let read = check_target::<bool>("?", &numpys)
        + check_target::<i8>("i1", &numpys)
        + check_target::<i16>("i2", &numpys)
        + check_target::<i32>("i4", &numpys)
        + check_target::<i64>("i8", &numpys)
        + check_target::<u8>("u1", &numpys)
        + check_target::<u16>("u2", &numpys)
        + check_target::<u32>("u4", &numpys)
        + check_target::<u64>("u8", &numpys)
        + check_target::<f16>("f2", &numpys)
        + check_target::<f32>("f4", &numpys)
        + check_target::<f64>("f8", &numpys)
        + check_target::<Complex32>("c8", &numpys)
        + check_target::<Complex64>("c16", &numpys);
    let allowed = numpys.can.values().filter(|&&can| can).count();
    assert!(read > allowed, "{read} arrays were read, NumPy allows {allowed} casts");
}

#[test]
fn any_integer_whose_values_fit_becomes_usize_and_isize() {
    let numpys = numpys();
    for cast in [Cast::Safe, Cast::SameKind] {
        let npz = reader(&numpys.archive, cast);
        for from in DTYPES {
            let unsigned = npz.get::<Array1<usize>>(&format!("{from}>u8.round"));
            let signed = npz.get::<Array1<isize>>(&format!("{from}>i8.round"));
            if from.starts_with(['f', 'c']) {
                assert_eq!(unsigned.unwrap_err().kind(), ErrorKind::Mismatch, "{from}");
                assert_eq!(signed.unwrap_err().kind(), ErrorKind::Mismatch, "{from}");
            } else {
                let unsigned = npy::to_bytes(&unsigned.expect(from)).unwrap();
                assert!(unsigned == npz.bytes(&format!("{from}>u8.round.cast")).unwrap(), "{from}");
                let signed = npy::to_bytes(&signed.expect(from)).unwrap();
                assert!(signed == npz.bytes(&format!("{from}>i8.round.cast")).unwrap(), "{from}");
            }
        }
    }
    let exact = reader(&numpys.archive, Cast::Exact);
    assert!(
        exact.get::<Array1<usize>>("u8>u8.round").is_ok()
            && exact.get::<Array1<isize>>("i8>i8.round").is_ok()
    );
    for other in ["?>u8.round", "i8>u8.round", "u4>u8.round"] {
        assert_eq!(exact.get::<Array1<usize>>(other).unwrap_err().kind(), ErrorKind::Mismatch, "{other}");
    }
}

/// An archive of what these Python expressions give, each under its own text.
fn archive(expressions: &[&str]) -> Vec<u8> {
    let dir = temp_dir();
    let members: Vec<_> = expressions.iter().map(|text| format!("{text:?}: np.array({text})")).collect();
    let script = format!("np.savez('a.npz', **{{{}}})", members.join(", "));
    python(dir.path(), &script);
    std::fs::read(dir.path().join("a.npz")).unwrap()
}

fn refused<T: FromMembers>(npz: &NpzReader<&[u8]>, name: &str, message: &str) {
    let error = npz.get::<T>(name).err().unwrap_or_else(|| panic!("{name} is read"));
    assert_eq!(error.kind(), ErrorKind::Invalid, "{name}: {error}");
    assert_eq!(error.member(), Some(name));
    assert!(error.to_string().contains(message), "{name}: {error}");
}

#[test]
fn a_value_that_the_target_can_not_hold_is_shown_with_its_place() {
    let big = "[0, 9007199254740993]";
    let halves = ["np.float32([1, 65504])", "np.float32([1, 65520])", "np.float64([1, 65519.99, -65520])"];
    let floats = ["[0.0, 1e300]", "[3.4028235677973362e38]", "[3.4028235677973366e38]", "[np.inf, -np.inf]"];
    let ints = ["[1, -1]", "[255, 256]", "[[1, 2], [3, 300]]", "[-128, -129]", "np.uint64([2**63])", "2**63"];
    let complex = ["[1e300j]", "[1+1j, 1e300]"];
    let bytes = archive(&[&[big][..], &halves, &floats, &ints, &complex].concat());

    let safe = reader(&bytes, Cast::Safe);
    refused::<Array1<f64>>(&safe, big, "cell 1 holds 9007199254740993, which f64 can't hold");
    refused::<Array1<usize>>(&safe, "[1, -1]", "cell 1 holds -1, which usize can't hold");
    refused::<Array1<isize>>(
        &safe,
        "np.uint64([2**63])",
        "cell 0 holds 9223372036854775808, which isize can't hold",
    );

    let npz = reader(&bytes, Cast::SameKind);
    assert_eq!(npz.get::<Array1<f64>>(big).unwrap(), array![0.0, 9007199254740992.0]);
    assert_eq!(npz.get::<Array1<f32>>(big).unwrap(), array![0.0, 9007199254740992.0]);
    refused::<Array1<f16>>(&npz, big, "cell 1 holds");
    assert_eq!(npz.get::<Array1<f16>>(halves[0]).unwrap()[1], f16::MAX);
    refused::<Array1<f16>>(&npz, halves[1], "cell 1 holds 65520");
    refused::<Array1<f16>>(&npz, halves[2], "cell 2 holds -65520");
    refused::<Array1<f32>>(&npz, floats[0], "cell 1 holds 1");
    assert_eq!(npz.get::<Array1<f32>>(floats[1]).unwrap(), array![f32::MAX]);
    refused::<Array1<f32>>(&npz, floats[2], "which f32 can't hold");
    assert_eq!(npz.get::<Array1<f32>>(floats[3]).unwrap(), array![f32::INFINITY, f32::NEG_INFINITY]);
    refused::<Array1<u8>>(&npz, ints[0], "cell 1 holds -1, which u8 can't hold; load it into a wider type");
    refused::<Array1<u64>>(&npz, ints[0], "cell 1 holds -1, which u64 can't hold");
    refused::<Array1<u8>>(&npz, ints[1], "cell 1 holds 256, which u8 can't hold");
    refused::<Array2<u8>>(&npz, ints[2], "cell (1, 1) holds 300, which u8 can't hold");
    refused::<Array1<i8>>(&npz, ints[3], "cell 1 holds -129, which i8 can't hold");
    refused::<Array1<i64>>(&npz, ints[4], "cell 0 holds 9223372036854775808, which i64 can't hold");
    refused::<Array1<Complex32>>(&npz, complex[0], "cell 0 holds");
    refused::<Array1<Complex32>>(&npz, complex[1], "cell 1 holds");
    // An array of one cell is no scalar; a scalar converts by value, and only by value.
    assert_eq!(safe.get::<u64>("2**63").unwrap(), 1 << 63);
    refused::<i64>(&safe, "2**63", "holds 9223372036854775808, which i64 can't hold");
    assert_eq!(safe.get::<Array0<i64>>("2**63").unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn the_payload_of_a_nan_is_kept_as_numpy_keeps_it() {
    let f2 = "np.array([0x7e00, 0xfe2a, 0x7fff], 'u2').view('f2')";
    let f4 = "np.array([0x7fc00000, 0xffc54321, 0x7fffffff], 'u4').view('f4')";
    let f8 = "np.array([0x7ff8000000000000, 0xfff8a00000000123, 0x7fffffffffffffff], 'u8').view('f8')";
    let pairs =
        [(f2, "f4"), (f2, "f8"), (f4, "f2"), (f4, "f8"), (f8, "f2"), (f8, "f4"), (f8, "c8"), (f2, "c16")];
    let casts: Vec<String> = pairs.iter().map(|(from, to)| format!("{from}.astype('{to}')")).collect();
    let names: Vec<&str> = [f2, f4, f8].into_iter().chain(casts.iter().map(String::as_str)).collect();
    let bytes = archive(&names);
    let npz = reader(&bytes, Cast::SameKind);
    for ((from, to), expected) in pairs.iter().zip(&casts) {
        let ours = match *to {
            "f2" => npy::to_bytes(&npz.get::<Array1<f16>>(from).unwrap()),
            "f4" => npy::to_bytes(&npz.get::<Array1<f32>>(from).unwrap()),
            "f8" => npy::to_bytes(&npz.get::<Array1<f64>>(from).unwrap()),
            "c8" => npy::to_bytes(&npz.get::<Array1<Complex32>>(from).unwrap()),
            _ => npy::to_bytes(&npz.get::<Array1<Complex64>>(from).unwrap()),
        };
        let (ours, numpys) = (ours.unwrap(), npz.bytes(expected).unwrap());
        assert!(
            ours == numpys,
            "{expected}\n ours {}\nNumPy {}",
            ours[128..].escape_ascii(),
            numpys[128..].escape_ascii()
        );
    }
}

#[test]
fn floats_become_bf16_under_same_kind_only_rounded_as_by_ml_dtypes() {
    let dir = temp_dir();
    let script = "
import ml_dtypes
np.seterr(all='ignore')
x = np.random.default_rng(1).integers(0, 2**32, 20000, 'u4').view('f4')
halfway = (np.arange(2000, dtype='u4') * 0x8000 + 0x3f800000).view('f4')
near = [np.nextafter(halfway, np.float32(end)) for end in (0, 9e9)]
x = np.concatenate([x[np.isfinite(x)], halfway, *near])
y = x.astype(ml_dtypes.bfloat16)
x, y = x[np.isfinite(y)], y[np.isfinite(y)]
other = dict(f2=np.float16([1.5, 65504]), ints=np.arange(3), bools=np.array([True]), max=np.float32([3.4e38]))
np.savez('a.npz', f4=x, f4_cast=y, **other)
";
    python(dir.path(), script);
    let npz = LoadOptions::new().cast(Cast::SameKind).open(dir.path().join("a.npz")).unwrap();
    let bits = |name| npz.get::<Array1<bf16>>(name).unwrap().mapv(bf16::to_bits);
    assert!(npz.get::<Array1<bf16>>("f4").unwrap().len() > 20_000);
    assert_eq!(bits("f4"), bits("f4_cast"));
    assert_eq!(bits("ints"), array![0, 0x3f80, 0x4000]);
    let error = npz.get::<Array1<bf16>>("max").unwrap_err();
    assert!(error.to_string().contains("which bf16 can't hold"), "{error}");
    let safe = NpzReader::open(dir.path().join("a.npz")).unwrap();
    for refused in ["f4", "f2", "ints"] {
        assert_eq!(safe.get::<Array1<bf16>>(refused).unwrap_err().kind(), ErrorKind::Mismatch, "{refused}");
    }
    assert_eq!(safe.get::<Array1<bf16>>("bools").unwrap(), array![bf16::ONE]);
    // The other way, a bfloat16 is no float to NumPy: two bytes without a meaning.
    assert_eq!(npz.get::<Array1<f32>>("f4_cast").unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn text_and_numbers_never_become_each_other_and_exact_keeps_the_kinds_of_text_apart() {
    let bytes = archive(&["['1', '2']", "[b'1', b'2']", "[1, 2]", "[True]"]);
    for (cast, _) in CASTS {
        let npz = reader(&bytes, cast);
        for text in ["['1', '2']", "[b'1', b'2']"] {
            assert_eq!(npz.get::<Array1<i64>>(text).unwrap_err().kind(), ErrorKind::Mismatch);
            assert_eq!(npz.get::<Array1<f64>>(text).unwrap_err().kind(), ErrorKind::Mismatch);
            assert_eq!(npz.get::<Array1<bool>>(text).unwrap_err().kind(), ErrorKind::Mismatch);
        }
        assert_eq!(npz.get::<Array1<String>>("[1, 2]").unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(npz.get::<Array1<bool>>("[1, 2]").unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(npz.get::<Array1<String>>("['1', '2']").unwrap(), array!["1", "2"]);
        assert_eq!(npz.get::<Array1<String>>("[b'1', b'2']").is_ok(), cast != Cast::Exact);
    }
}

#[test]
fn a_single_integer_is_read_by_its_value_into_plain_types_and_by_its_dtype_into_arrays() {
    let bytes = archive(&["7", "300"]);
    let npz = reader(&bytes, Cast::Safe);
    assert_eq!(
        (npz.get::<u8>("7").unwrap(), npz.get::<i16>("7").unwrap(), npz.get::<u64>("7").unwrap()),
        (7, 7, 7)
    );
    assert_eq!(npz.get::<u8>("300").unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(npz.get::<Array0<u8>>("7").unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(npz.get::<Array0<isize>>("7").unwrap().into_scalar(), 7);
    let file = npz.bytes("7").unwrap();
    assert_eq!(npy::from_bytes::<Array0<u8>>(&file).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(npy::from_bytes::<Array0<i64>>(&file).unwrap().into_scalar(), 7);
}

#[test]
fn a_single_npy_file_is_read_by_the_safe_rule() {
    let bytes = npy::to_bytes(&array![1i64, 2]).unwrap();
    assert_eq!(npy::from_bytes::<Array1<f64>>(&bytes).unwrap(), array![1.0, 2.0]);
    let error = npy::from_bytes::<Array1<i32>>(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("expected <i4 (i32), 1 axis, found <i8"), "{error}");
    // A view casts nothing.
    assert_eq!(npy::view::<f64, ndarray::Ix1>(&bytes).unwrap_err().kind(), ErrorKind::Mismatch);
}
