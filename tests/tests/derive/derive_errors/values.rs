//! Conversions by value: what fits is taken, what does not is shown.

use ndarray::{Array1, Array2, array};
use npz_core::{Cast, ErrorKind, FromMembers, LoadOptions, Npz, ProblemKind, ToMembers};

use crate::derive_errors::{assert_has, field, problem};

#[derive(Npz, Debug, PartialEq)]
struct One<T> {
    field: T,
}

#[track_caller]
fn loaded<T: FromMembers + ToMembers>(value: &impl ToMembers) -> T {
    One::<T>::from_bytes(&field(value)).unwrap_or_else(|error| panic!("{error}")).field
}

/// The error of a load that reads a value which its type can't hold.
#[track_caller]
fn refused<T: FromMembers + ToMembers>(value: &impl ToMembers, options: &LoadOptions, parts: &[&str]) {
    let error = options.from_bytes::<One<T>>(&field(value)).err().expect("the value does not fit");
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("field")), "{error}");
    assert_has(&error.to_string(), parts);
}

#[test]
fn integer_scalars_convert_by_value() {
    assert_eq!(loaded::<usize>(&7i64), 7);
    assert_eq!(loaded::<isize>(&-7i64), -7);
    assert_eq!(loaded::<u8>(&255i64), 255);
    assert_eq!(loaded::<i8>(&-128i64), -128);
    assert_eq!(loaded::<u64>(&i64::MAX), i64::MAX as u64);
    assert_eq!(loaded::<i64>(&(i64::MAX as u64)), i64::MAX);
    assert_eq!(loaded::<i16>(&300u64), 300);
    assert_eq!(loaded::<Option<u32>>(&7i64), Some(7));
    assert_eq!(loaded::<u8>(&true), 1);
}

#[test]
fn an_integer_scalar_out_of_range_is_shown() {
    let plain = LoadOptions::new();
    refused::<u8>(&256i64, &plain, &["256", "u8"]);
    refused::<i8>(&-129i64, &plain, &["-129", "i8"]);
    refused::<usize>(&-1i64, &plain, &["-1", "usize"]);
    refused::<u64>(&-1i8, &plain, &["-1", "u64"]);
    refused::<i64>(&u64::MAX, &plain, &["18446744073709551615", "i64"]);
}

#[test]
fn arrays_widen_by_the_safe_rule() {
    assert_eq!(loaded::<Array1<f64>>(&array![0.1f32]), array![f64::from(0.1f32)]);
    assert_eq!(loaded::<Array1<i64>>(&array![-1i16, 2]), array![-1, 2]);
    assert_eq!(loaded::<Vec<i32>>(&vec![255u8]), [255]);
    assert_eq!(loaded::<Vec<f32>>(&vec![true, false]), [1.0, 0.0]);
    assert_eq!(loaded::<Array2<f64>>(&array![[i64::from(i32::MIN)]]), array![[f64::from(i32::MIN)]]);
    assert_eq!(loaded::<Vec<usize>>(&array![0i64, 5]), [0, 5]);
}

#[test]
fn what_could_lose_values_is_refused_by_the_header() {
    assert_eq!(problem::<f32>(&field(&1.0f64)).kind, ProblemKind::DType);
    assert_eq!(problem::<Vec<f32>>(&field(&vec![1.0f64])).kind, ProblemKind::DType);
    assert_eq!(problem::<Array1<i32>>(&field(&array![1i64])).kind, ProblemKind::DType);
    assert_eq!(problem::<Array1<u8>>(&field(&array![1i8])).kind, ProblemKind::DType);
    assert_eq!(problem::<Array1<i64>>(&field(&array![1.0f32])).kind, ProblemKind::DType);
    assert_eq!(problem::<i64>(&field(&1.0f64)).kind, ProblemKind::DType);
    assert_eq!(problem::<bool>(&field(&1u8)).kind, ProblemKind::DType);
    assert_eq!(problem::<String>(&field(&1u8)).kind, ProblemKind::DType);
}

#[test]
fn a_cast_never_wraps_an_integer_nor_makes_a_number_infinite() {
    let cast = LoadOptions::new().cast(Cast::SameKind);
    let narrow = cast.from_bytes::<One<Array1<u8>>>(&field(&array![0i64, 255])).unwrap();
    assert_eq!(narrow.field, array![0, 255]);
    refused::<Array1<u8>>(&array![0i64, 256], &cast, &["cell 1", "256", "u8"]);
    refused::<Array1<u32>>(&array![0i64, 1, -5], &cast, &["cell 2", "-5"]);
    let rounded = cast.from_bytes::<One<Array1<f32>>>(&field(&array![0.1f64, f64::INFINITY])).unwrap();
    assert_eq!(rounded.field, array![0.1, f32::INFINITY]);
    refused::<Vec<f32>>(&vec![1.0f64, 1e300], &cast, &["cell 1", "f32"]);
}

#[test]
fn a_safe_rule_that_would_round_shows_the_value() {
    // NumPy calls int64 to float64 safe; here every value is really kept.
    let plain = LoadOptions::new();
    assert_eq!(loaded::<f64>(&(1i64 << 53)), 9_007_199_254_740_992.0);
    refused::<f64>(&((1i64 << 53) + 1), &plain, &["9007199254740993"]);
    refused::<Vec<f64>>(&vec![0i64, (1 << 53) + 1], &plain, &["cell 1", "9007199254740993"]);
    refused::<Vec<usize>>(&vec![1i64, -1], &plain, &["cell 1", "-1"]);
}

#[test]
fn a_bool_of_another_byte_is_true() {
    #[derive(Npz, Debug, PartialEq)]
    struct Flags {
        one: bool,
        none: bool,
        many: Vec<bool>,
        table: Array2<bool>,
    }
    let dir = tests::temp_dir();
    tests::python(
        dir.path(),
        r"
many = np.frombuffer(b'\x02\x00\x01\xff', dtype=bool)
np.savez_compressed('flags.npz', one=many[:1].reshape(()), none=many[1], many=many, table=many.reshape(2, 2))
assert zipfile.ZipFile('flags.npz').read('one.npy')[-1:] == b'\x02'
assert many.tolist() == [True, False, True, True]
",
    );
    let many = vec![true, false, true, true];
    let table = array![[true, false], [true, true]];
    let flags = Flags { one: true, none: false, many, table };
    let loaded = Flags::load(dir.path().join("flags.npz")).unwrap();
    assert_eq!(loaded, flags);
    // The true ones are as true as any other: the same bytes when they are saved again.
    assert_eq!(loaded.to_bytes().unwrap(), flags.to_bytes().unwrap());
}

#[test]
fn text_that_is_not_text_is_refused_by_its_cell() {
    let dir = tests::temp_dir();
    tests::python(
        dir.path(),
        r"
np.savez('latin.npz', field=np.array([b'ok', b'\xe9t\xe9']))
np.savez('surrogate.npz', field=np.array(['ok', '\ud800']))
",
    );
    for (file, parts) in [("latin.npz", ["cell 1", "UTF-8"]), ("surrogate.npz", ["cell 1", "D800"])] {
        let error = One::<Vec<String>>::load(dir.path().join(file)).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("field")), "{error}");
        assert_has(&error.to_string(), &parts);
    }
}

mod even {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that `with` asks for")]
    pub(super) fn to_npz(value: &u8) -> u8 {
        *value
    }
    pub(super) fn from_npz(value: u8) -> Result<u8, String> {
        if value.is_multiple_of(2) { Ok(value) } else { Err(format!("{value} is odd")) }
    }
}

/// Absent fields keep their default; a value that is refused is no absent one.
#[derive(Npz, Debug, Default)]
#[npz(default)]
struct OverDefault {
    #[npz(with = "even")]
    a: u8,
    #[npz(with = "even")]
    b: u8,
    c: u8,
}

#[derive(Npz, Debug)]
struct Anew {
    #[npz(with = "even")]
    a: u8,
    #[npz(with = "even", default)]
    b: u8,
    c: u8,
}

#[test]
fn of_several_values_that_are_refused_the_first_field_is_told() {
    for (a, b, told) in [(1, 3, Some("a")), (2, 3, Some("b")), (1, 4, Some("a")), (2, 4, None)] {
        let bytes = Anew { a, b, c: 7 }.to_bytes().unwrap();
        let anew = Anew::from_bytes(&bytes).map(|state| (state.a, state.b, state.c));
        let over = OverDefault::from_bytes(&bytes).map(|state| (state.a, state.b, state.c));
        for loaded in [anew, over] {
            match told {
                Some(told) => assert_eq!(loaded.unwrap_err().member(), Some(told)),
                None => assert_eq!(loaded.unwrap(), (a, b, 7)),
            }
        }
    }
}
