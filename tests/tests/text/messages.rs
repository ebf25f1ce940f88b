//! Each message that a user's mistake can raise: what was expected, what was found, where, what to do.

use ndarray::{Array1, Array2, Array3, array};
use npz_core::{AnyArray, DType};
use npz_text::{GenFromTxt, Infer, LoadTxt, SaveTxt};

fn load(load: &LoadTxt<'_>, text: &str) -> String {
    load.read::<Array2<i8>>(text.as_bytes()).unwrap_err().to_string()
}

fn gen_from(load: &GenFromTxt<'_>, text: &str) -> String {
    load.read::<AnyArray>(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn of_loadtxt() {
    let comma = || LoadTxt::new().delimiter(',');
    assert_eq!(
        load(&comma(), "1,2\n3,x"),
        "line 2, column 2: expected int8, found \"x\"; `skip_rows`, `usecols` and `comments` leave out what is no data, \
         `delimiter` and `quotechar` say where fields end"
    );
    assert_eq!(
        load(&comma(), "1,"),
        "line 1, column 2: expected int8, found \"\"; `GenFromTxt` reads tables with gaps"
    );
    assert!(
        load(&comma(), "\n\n1\n300")
            .starts_with("line 4, column 1: expected int8 (-128 to 127), found \"300\"")
    );
    assert_eq!(
        load(&comma(), "1,2\n1"),
        "line 2: the number of columns changed from 2 to 1: `usecols` takes the columns that all rows have, `GenFromTxt` lists \
         all such rows, or skips them"
    );
    assert_eq!(
        load(&comma().usecols([0, -2]), "1,2\n1"),
        "line 2: there is no column -2, which `usecols` asks for: the row has 1 columns"
    );
    assert_eq!(
        load(&LoadTxt::new().converter(0, |_| Err::<u8, _>("not today")), "1"),
        "line 1, column 1: the converter refused the text: not today"
    );
    assert!(
        load(&LoadTxt::new().converter(5, |_| Ok::<_, String>(1)), "1")
            .contains("column 5, and there are 1 columns")
    );
    assert!(load(&LoadTxt::new().usecols(["a"]), "1").contains("`loadtxt` knows no names"));
    assert!(load(&LoadTxt::new().comments([""]), "1").contains("a comment sign can't be empty"));
    assert!(load(&comma().quotechar(','), "1").contains("have to differ"));
    assert!(load(&LoadTxt::new().quotechar(' '), "1").contains("can't be white space"));
    assert!(load(&LoadTxt::new().delimiter('\n'), "1").contains("can't be the end of a line"));
    assert!(load(&LoadTxt::new().comments(["#", "%"]).quotechar('"'), "1").contains("`quotechar`"));
    assert!(load(&LoadTxt::new().ndmin(3), "1").contains("expected 0, 1 or 2 for `ndmin`, found 3"));
    let void = LoadTxt::new().dtype(DType::parse("V3").unwrap()).read::<AnyArray>(&b"1"[..]).unwrap_err();
    assert!(void.to_string().contains("text can't be read as |V3"), "{void}");
    let short = LoadTxt::new().dtype(DType::parse("U2").unwrap()).read::<AnyArray>(&b"abc"[..]).unwrap_err();
    assert!(
        short.to_string().contains("text of at most 2 characters (it has 3: widen the dtype)"),
        "{short}"
    );
    let lines = LoadTxt::new().read_lines::<Array1<f64>, _>(["1\n", "2\n3"]).unwrap_err();
    assert!(lines.to_string().contains("line 2 has the end of a line inside"), "{lines}");
    let missing = LoadTxt::new().load::<Array1<f64>>("no/such/file").unwrap_err();
    assert_eq!(missing.kind(), npz_core::ErrorKind::Io);
    assert!(missing.to_string().contains("no/such/file"), "{missing}");
}

#[test]
fn of_genfromtxt() {
    let comma = || GenFromTxt::new().delimiter(',');
    assert_eq!(
        gen_from(&comma(), "1,2\n3\n4,5,6\n"),
        "expected 2 columns in each row\n    line 2 has 1\n    line 3 has 3\n`invalid_raise(false)` skips such lines; `usecols` \
         takes the columns that all have"
    );
    let whole = || comma().dtype(DType::parse("i4").unwrap());
    assert!(
        gen_from(&whole(), "1\nx")
            .starts_with("line 2, column 1: expected int32, found \"x\"; `missing_values`")
    );
    assert!(
        gen_from(&comma().dtype(DType::parse("u1").unwrap()), "1,2\n,3").contains("`filling_values` says")
    );
    assert!(
        gen_from(&whole().filling_values(.., 1.5), "1")
            .contains("filling value \"1.5\" does not fit column 1")
    );
    assert!(gen_from(&comma().usecols(["a"]), "1").contains("there are no names: set `names`"));
    assert!(gen_from(&comma().names("a").usecols(["b"]), "1").contains("there is no column \"b\": found a"));
    assert!(gen_from(&comma().usecols([3]), "1,2").contains("column 3, and the first row has 2 columns"));
    assert!(gen_from(&comma().names(true), "").contains("expected a line with names"));
    assert!(
        gen_from(&comma().names("a,b,c").dtype(Infer), "1,2")
            .contains("a name for each of 2 columns, found 3")
    );
    assert!(gen_from(&comma().names("a,b,c"), "1,2").contains("takes 3 columns, found 2"));
    assert!(gen_from(&comma().max_rows(0), "1").contains("at least 1 for `max_rows`"));
    assert!(gen_from(&comma().max_rows(1).skip_footer(1), "1").contains("can't be set together"));
    assert!(
        gen_from(&comma().loose(false), "1,x").starts_with("line 1, column 2: expected float64, found \"x\"")
    );
    assert!(gen_from(&comma().defaultfmt("f").dtype(Infer), "1,x").contains("`defaultfmt`"));
}

#[test]
fn of_savetxt() {
    let save = |save: SaveTxt<'_>| save.write(Vec::new(), &array![[1.0, f64::NAN]]).unwrap_err().to_string();
    assert_eq!(save(SaveTxt::new().format("%d")), "row 1, column 2: %d takes a finite number, found nan");
    assert_eq!(save(SaveTxt::new().format("%x")), "row 1, column 1: %x takes an integer, found 1.0");
    assert!(save(SaveTxt::new().format(["%g"])).contains("a format for each of 2 columns, found 1"));
    assert!(save(SaveTxt::new().format("%g %g %g")).contains("have 3 conversions, and a row has 2 numbers"));
    let text = SaveTxt::new().write(Vec::new(), &array!["a".to_owned()]).unwrap_err().to_string();
    assert!(text.contains("%e takes a number, found 'a'"), "{text}");
    let deep = SaveTxt::new().write(Vec::new(), &Array3::<f64>::zeros((1, 1, 1))).unwrap_err().to_string();
    assert!(deep.contains("one or two axes") && deep.contains("found 3"), "{deep}");
}
