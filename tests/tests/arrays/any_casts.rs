//! What `astype` makes of cells that a test of single rules does not show: text, and floats out of range.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::arr1;
use npz_core::{AnyArray, Cast, DType, ErrorKind, Npz};
use tests::{python, temp_dir};

fn load(path: impl AsRef<Path>) -> BTreeMap<String, AnyArray> {
    Npz::load(path).unwrap()
}

fn texts<const N: usize>(texts: [&str; N]) -> AnyArray {
    AnyArray::from(arr1(&texts.map(str::to_owned)))
}

/// Each array of `from.npz` by each dtype, as NumPy casts it, where it does; the error it gives otherwise is no array.
fn numpy_casts(dir: &Path, arrays: &str, targets: &[&str]) -> BTreeMap<String, AnyArray> {
    python(
        dir,
        &format!(
            "warnings.simplefilter('ignore')
arrays = {{}}
{arrays}
np.savez('from.npz', **arrays)
casts = {{}}
for name, a in arrays.items():
    for target in {targets:?}:
        try:
            casts[f'{{name}} {{target}}'] = a.astype(target)
        # A time has no part that could be cut off.
        except (ValueError, OverflowError, UnicodeError, TypeError, RuntimeError) as error:
            pass
np.savez('casts.npz', **casts)
"
        ),
    );
    load(dir.join("casts.npz"))
}

#[test]
fn numbers_and_times_become_the_text_that_numpy_writes() {
    let dir = temp_dir();
    let targets = ["U", "U4", "S", "S4"];
    let expected = numpy_casts(
        dir.path(),
        "for c in ['?', 'i1', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16', 'f16', 'M8[D]', 'm8[ms]', 'S9', 'U9']:
    arrays[c] = np.array([0, 1, 7, -3 if c not in ('u8', '?') else 3], 'i8').astype(c)
arrays['wide'] = np.array([0.1, -1e300, 1e16, np.nan, np.inf, -0.0, 1/3])
arrays['fine'] = np.array([0.1, 1/3, 1e20, 65504], 'f4')
arrays['pairs'] = np.array([[1+2j, complex(0.1, -1/3)], [1e300, complex(np.nan, np.inf)]])
arrays['days'] = np.array(['2024-02-29', 'NaT', '1969-12-31'], 'M8[D]')
arrays['texts'] = np.asfortranarray(np.array([['a', 'bcdefg'], ['', 'xyz']]))
",
        &targets,
    );
    let from = load(dir.path().join("from.npz"));
    let mut compared = 0;
    for (name, any) in &from {
        for target in targets {
            let dtype = DType::parse(target).unwrap();
            let case = format!("{name} to {target}");
            let Some(numpys) = expected.get(&format!("{name} {target}")) else {
                assert!(name.starts_with(['M', 'm', 'd']) && target.ends_with('4'), "{case}");
                continue;
            };
            compared += 1;
            assert_eq!(&any.cast_unsafe(&dtype).unwrap(), numpys, "{case}");
            // Under a rule nothing is cut off.
            let is_cut = any.cast_unsafe(&DType::parse(&target[..1]).unwrap()).unwrap() != *numpys;
            let kind = any.dtype().kind();
            let is_time = matches!(kind, npz_core::DTypeKind::DateTime | npz_core::DTypeKind::TimeDelta);
            let is_refused = is_time || (target.starts_with('S') && matches!(any, AnyArray::Str(_)));
            for cast in [Cast::Safe, Cast::SameKind] {
                match any.cast(&dtype, cast) {
                    Ok(found) => {
                        assert!(!is_cut && !is_refused, "{case}");
                        assert_eq!(&found, numpys, "{case}");
                    }
                    Err(error) if is_refused => {
                        assert_eq!(error.kind(), ErrorKind::Mismatch, "{case}: {error}");
                    }
                    Err(error) => {
                        assert!(is_cut && error.kind() == ErrorKind::Invalid, "{case}: {error}");
                        assert!(
                            error.to_string().contains("has room for 4: `cast_unsafe` cuts it off"),
                            "{error}"
                        );
                    }
                }
            }
        }
    }
    assert!(compared >= 70, "{compared}");
}

#[test]
fn texts_become_the_numbers_that_python_reads() {
    let dir = temp_dir();
    let targets = ["i4", "u1", "u2", "i8", "u8", "f8", "f4", "c16", "?"];
    let words = [
        "12", "300", "-1", "70000", " 12 ", "1.5", "1_000", "_1", "1__0", "", "nan", "-inf", "0x10", "-0",
        "1e3", "+7", "True", "é", "1e", ".",
    ];
    let expected = numpy_casts(
        dir.path(),
        &format!(
            "for i, word in enumerate({words:?}):
    arrays[f'U{{i}}'] = np.array([word])
    if word.isascii():
        arrays[f'S{{i}}'] = np.array([word.encode()])
"
        ),
        &targets,
    );
    let mut read = 0;
    for (name, any) in load(dir.path().join("from.npz")) {
        for target in targets {
            let found = any.cast_unsafe(&DType::parse(target).unwrap());
            let Some(numpys) = expected.get(&format!("{name} {target}")) else {
                let error = found.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Invalid, "{any:?} to {target}: {error}");
                continue;
            };
            let found = found.unwrap_or_else(|error| panic!("{any:?} to {target}: {error}"));
            // NaN is not equal to itself.
            let (ours, numpys) = (found.to_le_bytes().unwrap(), numpys.to_le_bytes().unwrap());
            assert_eq!(ours, numpys, "{any:?} to {target}");
            read += 1;
        }
    }
    assert!(read > 120, "{read}");
    let error = texts(["1", "x"]).cast_unsafe(&DType::parse("f8").unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "cell 1 holds 'x', which is no number of that dtype");
}

/// What a processor makes of such numbers is not the same everywhere; NumPy's own arrays and scalars differ for `u4`.
#[cfg(target_arch = "x86_64")]
#[test]
fn floats_out_of_range_become_what_numpy_makes_of_them() {
    let dir = temp_dir();
    let targets = ["i1", "u1", "i2", "u2", "i4", "i8", "u8"];
    let expected = numpy_casts(
        dir.path(),
        "x = np.array([300, -1, -129.5, 5e9, 1e10, 1e19, -1e19, 1.8e19, 1e300, np.inf, -np.inf, np.nan, 2147483648,
    -2147483648.5, -2147483649, 65536.5])
arrays = {'f2': x.astype('f2'), 'f4': x.astype('f4'), 'f8': x}
",
        &targets,
    );
    for (name, any) in load(dir.path().join("from.npz")) {
        for target in targets {
            let found = any.cast_unsafe(&DType::parse(target).unwrap()).unwrap();
            assert_eq!(found, expected[&format!("{name} {target}")], "{name} to {target}");
        }
    }
}

#[test]
fn what_does_not_fit_is_told_with_its_cell() {
    let dtype = |text: &str| DType::parse(text).unwrap();
    let error = texts(["abc", "abcdef"]).cast(&dtype("U3"), Cast::Safe).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cell 1 has 6 characters, and <U3 has room for 3: `cast_unsafe` cuts it off"
    );
    let cut = texts(["a\0b", "\0c"]).cast_unsafe(&dtype("U2")).unwrap();
    assert_eq!(cut, texts(["a", "\0c"]));
    let error = texts(["a", "é"]).cast_unsafe(&dtype("S")).unwrap_err();
    assert!(error.to_string().contains("cell 1 holds a text that is no ASCII"), "{error}");
    let bytes = AnyArray::from(arr1(&[b"a".to_vec(), vec![0xc3]]));
    let error = bytes.cast(&dtype("U"), Cast::Safe).unwrap_err();
    assert!(error.to_string().contains("cell 1 holds bytes that are no UTF-8"), "{error}");
    let rows = npz_core::RawArray::new(dtype("[('a', '<i2')]"), &[1], vec![1, 0]).unwrap();
    for target in ["U3", "f8", "M8[s]"] {
        let error = AnyArray::from(rows.clone()).cast_unsafe(&dtype(target)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert_eq!(texts(["2024"]).cast_unsafe(&dtype("M8[Y]")).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn long_doubles_are_rounded_once() {
    let dir = temp_dir();
    let targets = ["?", "f2", "f4", "f8", "f16", "c8", "c16", "c32"];
    let expected = numpy_casts(
        dir.path(),
        "one = np.longdouble(1)
x = np.array([0, 1, -2.5, np.nan, np.inf, one / 3, one * 2**-60, np.ldexp(one, -16000), np.ldexp(one, 9000),
    one + 2**-24 * one + one * 2**-60, one - one * 2**-25 - one * 2**-62, np.ldexp(one + one * 2**-60, -150),
    one + one * 2**-11 + one * 2**-62])
arrays = {'x': x, 'z': x + 1j * x[::-1], 'f': np.asfortranarray(np.array([x, x]))}
",
        &targets,
    );
    for (name, any) in load(dir.path().join("from.npz")) {
        for target in targets {
            let found = any.cast_unsafe(&DType::parse(target).unwrap()).unwrap();
            let numpys = &expected[&format!("{name} {target}")];
            // NaN is not equal to itself.
            let bits = |any: &AnyArray| any.to_string();
            assert_eq!(bits(&found), bits(numpys), "{name} to {target}");
            if !["x", "z"].contains(&name.as_str()) {
                assert!(found.view::<f32>().is_none_or(|cells| !cells.is_standard_layout()));
            }
        }
        for target in ["i4", "M8[s]"] {
            assert_eq!(
                any.cast_unsafe(&DType::parse(target).unwrap()).unwrap_err().kind(),
                ErrorKind::Unsupported
            );
        }
    }
}

#[test]
fn times_without_a_unit_are_those_of_any() {
    let dir = temp_dir();
    let targets = ["M8", "m8", "M8[s]", "m8[s]", "i8"];
    let expected = numpy_casts(
        dir.path(),
        "for c in ('M8[D]', 'm8[D]', 'm8', 'M8[25s]'): arrays[c] = np.array([0, 5, -7], 'i8').view(c)
",
        &targets,
    );
    for (name, any) in load(dir.path().join("from.npz")) {
        for target in targets {
            let found = any.cast_unsafe(&DType::parse(target).unwrap()).unwrap();
            assert_eq!(found, expected[&format!("{name} {target}")], "{name} to {target}");
        }
    }
}

#[test]
fn casts_keep_the_order_of_the_axes() {
    let dir = temp_dir();
    python(
        dir.path(),
        "a = np.arange(6, dtype='i4').reshape(2, 3)
rows = np.zeros((2, 3), [('x', 'i2')]); rows['x'] = a
np.savez('from.npz', c=a, f=np.asfortranarray(a), rc=rows, rf=np.asfortranarray(rows))",
    );
    let from = load(dir.path().join("from.npz"));
    let expected = ndarray::array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]].into_dyn();
    for (name, any) in &from {
        let is_fortran = name.ends_with('f');
        if name.len() == 1 {
            let cast: ndarray::ArrayD<f64> = any.to_array(Cast::Safe).unwrap();
            assert_eq!((cast.is_standard_layout(), &cast), (!is_fortran, &expected), "{name}");
            let unchecked = any.cast_unsafe(&DType::parse("f8").unwrap()).unwrap();
            assert_eq!(unchecked.view::<f64>().unwrap().is_standard_layout(), !is_fortran, "{name}");
            assert_eq!(unchecked.view::<f64>().unwrap(), expected, "{name}");
            let text = any.cast(&DType::parse("U").unwrap(), Cast::Safe).unwrap();
            assert_eq!(text.view::<String>().unwrap().is_standard_layout(), !is_fortran, "{name}");
        } else {
            let rows: ndarray::ArrayD<Row> = any.to_array(Cast::Safe).unwrap();
            assert_eq!(
                (rows.is_standard_layout(), rows.map(|row| row.x)),
                (!is_fortran, expected.clone()),
                "{name}"
            );
        }
    }
}

#[derive(npz_core::NpyRecord, Clone)]
struct Row {
    x: f64,
}

#[test]
fn cells_of_no_bytes_are_bounded() {
    let void = |len: usize| {
        AnyArray::from(npz_core::RawArray::new(DType::parse("|V0").unwrap(), &[len], vec![]).unwrap())
    };
    assert_eq!(void(3).to_array::<npz_core::RawBytes<0>>(Cast::Exact).unwrap().len(), 3);
    let error = void(1 << 40).to_array::<npz_core::RawBytes<0>>(Cast::Exact).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}
