//! Options of columns: missing texts, filling values and converters, by place and by name.

use std::sync::Mutex;

use ndarray::{Array1, Array2, array};
use npz_core::{AnyArray, DType};
use npz_text::{GenFromTxt, Infer, LoadTxt};
use num_complex::Complex;

use crate::compare;

fn comma() -> GenFromTxt<'static> {
    GenFromTxt::new().delimiter(',')
}

/// What was read, or why not, in one line.
fn shown(load: &GenFromTxt<'_>, text: &str) -> String {
    let any = load.read::<AnyArray>(text.as_bytes());
    any.map_or_else(|error| error.to_string(), |any| any.to_string().replace('\n', ""))
}

#[test]
fn more_names_than_columns_are_no_panic() {
    let found = "an option names the column \"c\", found 2 columns";
    let names = || comma().names("a,b,c");
    for load in [
        names().filling_values("c", 0),
        names().missing_values("c", ["NA"]),
        names().converter("c", |text| Ok::<_, String>(text.to_owned())),
    ] {
        assert_eq!(load.read::<Array2<f64>>(&b"1,2"[..]).unwrap_err().to_string(), found);
        assert_eq!(shown(&load.dtype(Infer), "1,2"), found);
    }
    let load = names().filling_values("b", 7);
    assert_eq!(load.read::<Array2<f64>>(&b"1,\n2,3"[..]).unwrap(), array![[1.0, 7.0], [2.0, 3.0]]);
    // A file without rows has no columns at all.
    let load = names().filling_values("a", 0).missing_values("c", ["NA"]);
    assert_eq!(load.read::<Array2<f64>>(&b""[..]).unwrap().len(), 0);
    assert_eq!(shown(&load.dtype(Infer), ""), "[]");
}

#[test]
fn the_name_of_a_field_stands_for_all_of_its_columns() {
    let dtype = DType::parse("[('p', [('x', 'i4'), ('y', 'i4')]), ('q', 'i4', (2,)), ('r', 'i4')]").unwrap();
    let load = || comma().dtype(dtype.clone());
    let text = "1,,,,";
    assert_eq!(shown(&load().filling_values("p", 7), text), "((1, 7), [-1, -1], -1)");
    assert_eq!(shown(&load().filling_values("q", 7), text), "((1, -1), [7, 7], -1)");
    assert_eq!(shown(&load().filling_values("r", 7), text), "((1, -1), [-1, -1], 7)");
    assert_eq!(
        shown(&load().names("a,b,c").missing_values("b", ["?"]).filling_values("b", 7), "1,2,?,,5"),
        "((1, 2), [7, 7], 5)"
    );
    let ten = |text: &str| text.parse::<i32>().map(|value| value * 10);
    assert_eq!(shown(&load().converter("q", ten), "1,2,3,4,5"), "((1, 2), [30, 40], 5)");
    let clean = LoadTxt::new().dtype(dtype.clone()).converter("r", ten);
    assert_eq!(clean.read::<AnyArray>(&b"1 2 3 4 5"[..]).unwrap().to_string(), "((1, 2), [3, 4], 50)");
    // What names columns names one each.
    let load = comma().dtype(DType::parse("[('q', 'i4', (3,))]").unwrap()).names("a,b,c");
    assert_eq!(shown(&load.filling_values("b", 7), ",,"), "([-1,  7, -1],)");
}

#[test]
fn a_name_that_no_column_has_is_told() {
    let found = "an option names the column \"hight\", found station, height";
    let text = "station,height\nBern,540";
    let load = || comma().names(true).dtype(Infer);
    assert_eq!(shown(&load().filling_values("hight", 0), text), found);
    assert_eq!(shown(&load().missing_values("hight", ["NA"]), text), found);
    assert_eq!(shown(&load().usecols(["height"]).converter("hight", |_| Ok::<_, String>(0)), text), found);
    // One that is there and not wanted is passed over.
    assert_eq!(shown(&load().usecols(["height"]).filling_values("station", 0), text), "(540,)");
}

#[test]
fn an_empty_file_is_an_empty_array_of_any_dtype_whatever_the_options() {
    let said = compare(
        r##"
for dtype in ["f8", "U3", [("a", "f8", (2,)), ("b", "i4")], [("a", [("x", "i2"), ("y", "f4", (2, 2))])], "i4,f8"]:
    for text in ["", "# a comment\n\n"]:
        want = np.genfromtxt(io.StringIO(text), dtype=dtype, delimiter=",")
        descr = str(np.lib.format.dtype_to_descr(np.dtype(dtype)))
        for options in [{}, {"filling_values": [[0, 0], [None, 1]], "missing_values": [[1, ["NA"]]]}]:
            answer = ask("genfromtxt", text, dtype=descr, delimiter=",", **options)
            found, = arrays(answer)
            assert found.shape == want.shape == (0,) and found.dtype == want.dtype, (dtype, found.dtype)
            assert answer["warnings"] == ["the text holds no data"], answer
print("all are empty")
"##,
    );
    assert_eq!(said, "all are empty\n");
    let told = Mutex::new(0);
    let load = comma().converter(5, |_| Ok::<_, String>(0)).on_warning(|_| *told.lock().unwrap() += 1);
    assert_eq!(load.read::<Array1<f64>>(&b""[..]).unwrap().len(), 0);
    assert_eq!(*told.lock().unwrap(), 1);
    let load = comma().dtype(DType::parse("[('p', [('x', 'i4')], (2,)), ('q', 'f8')]").unwrap());
    let columns: Vec<AnyArray> = load.read(&b""[..]).unwrap();
    assert_eq!(columns.iter().map(AnyArray::shape).collect::<Vec<_>>(), [&[0, 2][..], &[0]]);
    let (values, mask): (AnyArray, AnyArray) = load.read(&b""[..]).unwrap();
    assert_eq!((values.shape(), mask.shape()), (&[0][..], &[0][..]));
}

#[test]
fn filling_values_are_put_where_numpy_puts_them() {
    let said = compare(
        r#"
kinds = [("f8", "1.5", 7), ("i4", "2", 7), ("?", "True", True), ("c16", "1j", 7), ("u2", "3", 7), ("m8[s]", "4", 7),
         ("M8[D]", "2012-03-04", "2000-01-01"), ("M8[D]", "2012-03-04", 7), ("U3", "abc", "xy"), ("S3", "abc", "much too long")]
for dtype, text, fill in kinds:
    for rows in [f"{text},{text}\n{text},", f",{text}\n{text},{text}", ",\n,"]:
        asked = str(fill) if isinstance(fill, bool) else fill
        of_all, of_fields = [[None, asked]], [["a", asked]]
        want = np.genfromtxt(io.StringIO(rows), dtype=dtype, delimiter=",", filling_values=fill)
        found, = arrays(ask("genfromtxt", rows, dtype=np.dtype(dtype).str, delimiter=",", filling_values=of_all))
        assert (found == want).all() or dtype[0] == "M" and (found.view("i8") == want.view("i8")).all(), (dtype, rows, found, want)
        record = [("a", dtype), ("b", dtype)]
        if dtype != "u2":  # which has nothing for a gap
            want = np.genfromtxt(io.StringIO(rows), dtype=record, delimiter=",", names="a,b", filling_values={"a": fill})
            found, = arrays(ask("genfromtxt", rows, dtype=str(np.dtype(record).descr), delimiter=",", names="a,b", filling_values=of_fields))
            if dtype[0] == "m": want["b"][want["b"] == np.timedelta64(-1, "s")] = "NaT"
            assert found.dtype == want.dtype and found.tobytes() == want.tobytes() or dtype in ("f8", "c16") and same(found, want), (dtype, rows, found, want)
print("all are filled")
"#,
    );
    assert_eq!(said, "all are filled\n");
    // What takes no filling value does not refuse one either, and goes on to refuse what it can't read.
    let dates = DType::parse("[('day', 'M8[D]'), ('height', 'f8')]").unwrap();
    let load = comma().dtype(dates).filling_values(.., "none").missing_values(0, ["NA"]);
    assert!(shown(&load, "NA,1").contains("the filling value \"none\" does not fit column 2"));
    let load = comma().dtype(DType::parse("M8[D]").unwrap()).filling_values(.., -1).missing_values(0, ["NA"]);
    assert_eq!(shown(&load, "NA,,2012-01-01"), "[       'NaT'        'NaT' '2012-01-01']");
    assert!(shown(&load, "monday,").contains("expected datetime64[D]"));
}

#[test]
fn values_of_converters_and_fills_are_those_that_numpy_has() {
    let is_long = |text: &str| Ok::<_, String>(text.len() > 1);
    let tenth = |_: &str| Ok::<_, String>(0.1f32);
    // float(np.float32(0.1))
    let exact = 0.10000000149011612;
    let narrow = |_: &str| Ok::<_, String>(half::f16::from_f32(0.1));
    let twice = |text: &str| text.parse().map(|value: f64| Complex::new(value, -2.0 * value));
    macro_rules! loads {
        ($load:expr) => {
            assert_eq!(
                $load.converter(.., is_long).read::<Array1<bool>>(&b"a bc"[..]).unwrap(),
                array![false, true]
            );
            assert_eq!(
                $load.converter(.., is_long).read::<Array1<f64>>(&b"a bc"[..]).unwrap(),
                array![0.0, 1.0]
            );
            assert_eq!(
                $load.converter(.., is_long).read::<Array1<String>>(&b"a bc"[..]).unwrap(),
                array!["False", "True"]
            );
            assert_eq!($load.converter(.., tenth).read::<Array1<f64>>(&b"x"[..]).unwrap(), array![exact]);
            // float(np.float16(0.1))
            let narrow = $load.converter(.., narrow).read::<Array1<f64>>(&b"x"[..]).unwrap();
            assert_eq!(narrow, array![0.0999755859375]);
            assert_eq!($load.converter(.., tenth).read::<Array1<String>>(&b"x"[..]).unwrap(), array!["0.1"]);
            assert_eq!(
                $load.converter(.., twice).read::<Array1<Complex<f64>>>(&b"0.5 -2"[..]).unwrap(),
                array![Complex::new(0.5, -1.0), Complex::new(-2.0, 4.0)]
            );
            let odd = |_: &str| Ok::<_, String>(Complex::new(f32::NAN, f32::NEG_INFINITY));
            let odd = $load.converter(.., odd).read::<Array1<Complex<f64>>>(&b"x"[..]).unwrap()[0];
            assert!(odd.re.is_nan() && odd.im == f64::NEG_INFINITY);
        };
    }
    loads!(LoadTxt::new());
    loads!(GenFromTxt::new());
    let found: AnyArray =
        comma().dtype(Infer).converter(0, is_long).converter(1, twice).read(&b"a,1"[..]).unwrap();
    assert_eq!(found.dtype().to_string(), "[('f0', '|b1'), ('f1', '<c16')]");
    assert_eq!(
        comma().filling_values(.., 0.1f32).read::<Array1<f64>>(&b",1"[..]).unwrap(),
        array![exact, 1.0]
    );
    assert_eq!(comma().filling_values(.., true).read::<Array1<f64>>(&b",2"[..]).unwrap(), array![1.0, 2.0]);
    let fill = Complex::new(1.0, 2.0);
    assert_eq!(
        comma().filling_values(.., fill).read::<Array1<Complex<f64>>>(&b",j"[..]).unwrap(),
        array![fill, Complex::I]
    );
}

#[test]
fn a_whole_number_for_a_time_counts_its_unit() {
    // As in NumPy; its text would be a year.
    for unit in ["Y", "M", "D", "h", "s", "25s", "ms", "ns", "as"] {
        for ticks in [0, 18_000, -7, 123_456_789, i64::MAX / 2_000_000, i64::MIN] {
            let load = LoadTxt::new().dtype(DType::parse(&format!("M8[{unit}]")).unwrap());
            let load = load.converter(.., |text: &str| text.parse::<i64>());
            let any: AnyArray = load.read(ticks.to_string().as_bytes()).unwrap();
            assert!(
                npz_core::npy::to_bytes(&any).unwrap().ends_with(&ticks.to_le_bytes()),
                "{unit} {ticks} {any}"
            );
        }
    }
    let load = || LoadTxt::new().dtype(DType::parse("M8[s]").unwrap());
    let error =
        load().converter(0, |text: &str| text.parse::<f64>()).read::<AnyArray>(&b"2020"[..]).unwrap_err();
    assert!(
        error.to_string().contains("expected a whole number or a text for a time, found 2020"),
        "{error}"
    );
    let error =
        load().converter(0, |text: &str| text.parse::<u64>()).read::<AnyArray>(&b"9223372036854775808"[..]);
    assert!(error.unwrap_err().to_string().contains("9223372036854775808 is out of range"));
    let load =
        LoadTxt::new().dtype(DType::parse("M8").unwrap()).converter(0, |text: &str| text.parse::<u16>());
    let error = load.read::<AnyArray>(&b"2020"[..]).unwrap_err().to_string();
    assert!(
        error
            .contains("line 1, column 1: the converter refused \"2020\": a number is no time without a unit"),
        "{error}"
    );
    // A text is a text.
    let any: AnyArray = LoadTxt::new()
        .dtype(DType::parse("M8[Y]").unwrap())
        .converter(0, |text: &str| Ok::<_, String>(text.to_owned()))
        .read(&b"2020"[..])
        .unwrap();
    assert_eq!(any.to_string(), "2020");
}
