//! Each message that a user's mistake can raise: what was expected, what was found, where, what to do.

use std::sync::Mutex;

use ndarray::{Array1, Array2, Array3, array};
use npz_core::{AnyArray, DType, NpyRecord};
use npz_text::{Encoding, FromText, GenFromTxt, Infer, Limits, LoadTxt, SaveTxt};
use num_complex::Complex;

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
        "line 2: there is no column -2, which `usecols` asks for: the row has 1 column"
    );
    assert_eq!(
        load(&LoadTxt::new().converter(0, |_| Err::<u8, _>("not today")), "1"),
        "line 1, column 1: the converter refused \"1\": not today"
    );
    assert!(
        load(&LoadTxt::new().converter(5, |_| Ok::<_, String>(1)), "1").contains("column 5, found 1 column")
    );
    assert!(load(&LoadTxt::new().usecols(["a"]), "1").contains("`loadtxt` knows no names"));
    assert_eq!(
        load(&LoadTxt::new().converter("a", |text| Ok::<_, String>(text.to_owned())), "1"),
        "an option names the column \"a\", and there are no names: give its place, or a dtype with fields"
    );
    let cells =
        |dtype: &str| LoadTxt::new().dtype(DType::parse(dtype).unwrap()).read::<AnyArray>(&b"1 2"[..]);
    assert_eq!(
        cells("('<i4', (2,))").unwrap_err().to_string(),
        "`loadtxt` reads no array as a cell: ('<i4', (2,)) has to be a field of a dtype, or its items one cell each"
    );
    assert!(cells("[('a', '<i4', (2,))]").is_ok());
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
    assert_eq!(
        gen_from(&comma().defaultfmt("%.0s").names(["", "a"]), "1,2"),
        "`defaultfmt` \"%.0s\" gives several columns the name \"\""
    );
}

#[test]
fn of_savetxt() {
    let save = |save: SaveTxt<'_>| save.write(Vec::new(), &array![[1.0, f64::NAN]]).unwrap_err().to_string();
    assert_eq!(
        save(SaveTxt::new().format("%d")),
        "row 1, column 2: %d takes a finite number, found nan: `%.0f` prints it"
    );
    assert_eq!(save(SaveTxt::new().format("%x")), "row 1, column 1: %x takes an integer, found 1.0");
    assert!(save(SaveTxt::new().format(["%g"])).contains("a format for each of 2 columns, found 1"));
    assert!(save(SaveTxt::new().format("%g %g %g")).contains("have 3 conversions, and a row has 2 numbers"));
    let text = SaveTxt::new().write(Vec::new(), &array!["a".to_owned()]).unwrap_err().to_string();
    assert!(text.contains("%e takes a number, found 'a'"), "{text}");
    let deep = SaveTxt::new().write(Vec::new(), &Array3::<f64>::zeros((1, 1, 1))).unwrap_err().to_string();
    assert!(deep.contains("one or two axes") && deep.contains("found 3"), "{deep}");
}

#[derive(NpyRecord, Clone)]
struct Point {
    x: f64,
    y: f64,
}

/// What `genfromtxt` says of a text, for any result.
fn refused<T: FromText>(load: &GenFromTxt<'_>, text: &str) -> String {
    load.read::<T>(text.as_bytes()).err().unwrap().to_string()
}

#[test]
fn of_columns_and_names() {
    let comma = || GenFromTxt::new().delimiter(',');
    let dtype = |dtype: &str| comma().dtype(DType::parse(dtype).unwrap());
    for (load, text, message) in [
        (
            GenFromTxt::new().limits(Limits::new().columns(2)).delimiter([1, 1, 1]),
            "123",
            "expected at most 2 widths, found 3",
        ),
        (
            comma().names("a,b").usecols([2]),
            "1,2,3",
            "`usecols` asks for column 2, found 2 names: give a name to each column",
        ),
        (comma().usecols([..]), "1", "`usecols` takes places and names: leave it out for all columns"),
        (
            comma().missing_values("a", ["NA"]),
            "1",
            "an option names the column \"a\", and there are no names: set `names`",
        ),
        (dtype("('f8', (0,))"), "1,2", "a row of ('<f8', (0,)) has no cells that text could fill"),
        (
            dtype("[('a', 'f8', (0,))]"),
            "1",
            "the dtype [('a', '<f8', (0,))] takes 0 columns, found 1: `usecols` chooses columns",
        ),
    ] {
        assert_eq!(gen_from(&load, text), message);
    }
    assert_eq!(
        refused::<(Array1<Point>, Array1<bool>)>(&comma(), "1,2"),
        "the mask of rows with fields has fields too: load `(AnyArray, AnyArray)`"
    );
    let pieces = LoadTxt::new().pieces::<Array2<f64>>("no/such/file", 0).err().unwrap();
    assert_eq!(pieces.to_string(), "expected at least 1 row in a piece, found 0");
}

#[test]
fn of_many_rows_with_another_number_of_columns() {
    let text = ["1,2\n", &"3\n".repeat(22)].concat();
    let listed: Vec<String> = (2..22).map(|line| format!("\n    line {line} has 1")).collect();
    let listed = ["expected 2 columns in each row", &listed.concat(), "\n    and 2 more lines"].concat();
    assert_eq!(
        gen_from(&GenFromTxt::new().delimiter(','), &text),
        [&listed, "\n`invalid_raise(false)` skips such lines; `usecols` takes the columns that all have"]
            .concat()
    );
    let warned = Mutex::new(Vec::new());
    let load = GenFromTxt::new()
        .delimiter(',')
        .invalid_raise(false)
        .on_warning(|message| warned.lock().unwrap().push(message.to_owned()));
    assert_eq!(load.read::<Array2<f64>>(text.as_bytes()).unwrap(), array![[1.0, 2.0]]);
    assert_eq!(*warned.lock().unwrap(), [["lines were skipped: ", &listed].concat()]);
}

#[test]
fn of_cells_that_are_no_numbers() {
    let cell = |dtype: &str, text: &str| {
        let load = LoadTxt::new().dtype(DType::parse(dtype).unwrap()).delimiter(';');
        load.read::<AnyArray>(text.as_bytes()).unwrap_err().to_string()
    };
    let advice = "; `skip_rows`, `usecols` and `comments` leave out what is no data, `delimiter` and `quotechar` say where fields \
                  end";
    for (dtype, text, expected) in [
        ("S4", "\u{20ac}", "bytes, and '\u{20ac}' is none (a dtype of text, U, holds it)"),
        ("M8[D]", "monday", "datetime64[D] (such as 2012-03-04T05:06:07, without a zone)"),
        ("M8[D]", "2012-01-01T12", "datetime64[D], which can't hold all of it (`datetime64[h]` may)"),
        ("m8[s]", "1.5", "timedelta64[s] (a whole number)"),
        ("m8[s]", "-9223372036854775808", "timedelta64[s] (a whole number)"),
        ("m8[s]", &"9".repeat(50), "timedelta64[s] (a whole number)"),
        ("?", "maybe", "bool (1 or 0)"),
    ] {
        let message = format!("line 1, column 1: expected {expected}, found {text:?}{advice}");
        assert_eq!(cell(dtype, text), message);
    }
    assert_eq!(
        refused::<Array1<bool>>(&GenFromTxt::new(), "True\nmaybe"),
        "line 2, column 1: expected bool (True, False, 1 or 0), found \"maybe\"; `missing_values` and `filling_values` say what \
         stands for such a text"
    );
}

#[test]
fn of_bytes_in_another_encoding() {
    for (encoding, bytes, place, why) in [
        (Encoding::Ascii, &b"1 \x80"[..], (1, 3), "byte 0x80 is no ASCII"),
        (Encoding::Ascii, b"1\r\n2\r3\x80", (3, 2), "byte 0x80 is no ASCII"),
        (Encoding::Utf16Le, b"1\0\n", (1, 2), "the file ends inside of a character"),
        (Encoding::Utf16Le, b"1\0\n\0\0\xd81\0", (2, 1), "half of a pair stands alone"),
        (Encoding::Utf16Be, b"\xdc\x00\x001", (1, 1), "0xdc00 is no character"),
        (Encoding::Utf32Le, b"\0\0\x11\0", (1, 1), "0x110000 is no character"),
    ] {
        let error = LoadTxt::new().encoding(encoding).read::<Array1<f64>>(bytes).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "line {}, character {}: expected text in the encoding {encoding:?}, but {why}: set `encoding` to what the file has",
                place.0, place.1
            )
        );
    }
    for (encoding, last) in [(Encoding::Ascii, "U+007F"), (Encoding::Latin1, "U+00FF")] {
        let save = |save: SaveTxt<'_>, cells: &[&str]| {
            let cells = Array1::from_iter(cells.iter().map(|cell| (*cell).to_owned()));
            save.encoding(encoding).format("%s").write(Vec::new(), &cells).unwrap_err().to_string()
        };
        let message = |place| {
            format!(
                "{place}: expected characters up to {last}, found '\u{20ac}': set `encoding(Encoding::Utf8)`"
            )
        };
        let header = SaveTxt::new().header("5 \u{20ac}");
        assert_eq!(save(header, &["a"]), message("line 1, character 5"));
        // In a later piece, behind a header.
        let mut cells = vec!["ab"; 40_000];
        cells[39_998] = "abc\u{20ac}";
        assert_eq!(save(SaveTxt::new().header("a\nb"), &cells), message("line 40001, character 4"));
        assert_eq!(save(SaveTxt::new().footer("\u{20ac}"), &["a"; 3]), message("line 4, character 3"));
    }
}

#[test]
fn of_formats() {
    let save =
        |format: &str| SaveTxt::new().format(format).write(Vec::new(), &array![1.0]).unwrap_err().to_string();
    for (format, why) in [
        ("%10001d", "expected at most 10000 for the width, found more"),
        ("%.10001f", "expected at most 10000 for the precision, found more"),
        ("%(x)g", "names in parentheses are not for arrays: columns are taken in turn"),
        ("%*d", "a width of `*` is not for arrays: write the number"),
        ("a %y", "there is no conversion 'y' (at byte 3): d, e, f, g, s and such are"),
        ("%5", "it ends behind a `%`: a `%%` stands for the sign itself"),
    ] {
        assert_eq!(save(format), format!("the format {format:?} can't be read: {why}"));
    }
    let complex = array![[Complex::new(1.0, 2.0), Complex::new(3.0, 4.0)]];
    let found = SaveTxt::new().format(["%g", "%g"]).write(Vec::new(), &complex).unwrap_err().to_string();
    assert_eq!(
        found,
        "the formats have 2 conversions, and a row has 4 numbers: give one format, or one for each column, with one conversion for \
         each part of a complex number"
    );
    let character = SaveTxt::new().format("%c").write(Vec::new(), &array![-1]).unwrap_err().to_string();
    assert!(character.ends_with("%c takes a character, or the number of one, found -1"), "{character}");
}
