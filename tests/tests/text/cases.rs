//! What is easily got wrong, and where this is not as NumPy: each line of the table of differences.

use ndarray::{Array1, Array2, ArrayD, array};
use npz_core::{AnyArray, DType};
use npz_text::{Delimiter, GenFromTxt, Infer, LoadTxt, SaveTxt};

fn infer(text: &str) -> AnyArray {
    GenFromTxt::new().delimiter(',').dtype(Infer).read(text.as_bytes()).unwrap()
}

#[test]
fn integers_that_go_on_as_text_are_text() {
    // NumPy since 2.3.0 raises TypeError.
    assert_eq!(infer("1\n007\nx").dtype().to_string(), "<U3");
    assert_eq!(infer("1,a\nx,b").to_string(), "[['1' 'a']\n ['x' 'b']]");
}

#[test]
fn what_is_found_for_each_column() {
    let any = infer("1,1.5,1j,True,ab,\n2,3,2,false,,\n");
    let expected =
        "[('f0', '<i8'), ('f1', '<f8'), ('f2', '<c16'), ('f3', '|b1'), ('f4', '<U2'), ('f5', '|b1')]";
    assert_eq!(any.dtype().to_string(), expected);
    // A column without anything is False, as in NumPy: 0 in a table of integers.
    assert_eq!(infer("1,\n2,\n"), AnyArray::from(array![[1i64, 0], [2, 0]]));
    assert_eq!(infer("0x10\n").dtype().to_string(), "<U4");
}

#[test]
fn a_row_that_is_skipped_says_nothing_of_its_columns() {
    let text = "10,20\n".repeat(50) + "1.5,2,3\n0.25\n" + &"30,40\n".repeat(50);
    let load = GenFromTxt::new().delimiter(',').dtype(Infer).invalid_raise(false);
    let any: AnyArray = load.read(text.as_bytes()).unwrap();
    assert_eq!((any.dtype().to_string().as_str(), any.shape()), ("<i8", &[100, 2][..]));
    // Integers of 19 digits, and what looks like one but for its last sign.
    let found = |cell: &str| infer(&format!("{cell}\n").repeat(9)).dtype().to_string();
    for (cell, dtype) in [
        ("1234567890123456789", "<i8"),
        ("9223372036854775808", "<f8"),
        ("123456789.0123456789", "<f8"),
        ("12e3", "<f8"),
        ("-0", "<i8"),
        ("12.", "<f8"),
        ("12j", "<c16"),
        ("1.5x", "<U4"),
        ("2020-01-02", "<U10"),
    ] {
        assert_eq!(found(cell), dtype, "{cell}");
    }
}

#[test]
fn rows_behind_max_rows_say_nothing_of_the_dtype() {
    let text = "1 2\n# x\n3 4\n".to_owned() + &"1.5 2.5\n".repeat(9);
    let any: AnyArray = GenFromTxt::new().dtype(Infer).max_rows(2).read(text.as_bytes()).unwrap();
    assert_eq!(any, AnyArray::from(array![[1i64, 2], [3, 4]]));
    let any: AnyArray = GenFromTxt::new().dtype(Infer).max_rows(3).read(text.as_bytes()).unwrap();
    assert_eq!(any, AnyArray::from(array![[1.0, 2.0], [3.0, 4.0], [1.5, 2.5]]));
}

#[test]
fn all_pieces_have_as_many_axes() {
    let shapes = |load: LoadTxt<'_>, text: &str| {
        let pieces = load.pieces::<AnyArray>(text.as_bytes(), 2).unwrap();
        pieces.map(|piece| piece.unwrap().shape().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(shapes(LoadTxt::new(), "1 2\n3 4\n5 6\n"), [[2, 2], [1, 2]]);
    assert_eq!(shapes(LoadTxt::new().ndmin(1), "1\n2\n3\n"), [[2, 1], [1, 1]]);
    let fields = || LoadTxt::new().dtype(DType::parse("[('a', 'f8'), ('b', 'i4')]").unwrap());
    assert_eq!(shapes(fields(), "1 2\n3 4\n5 6\n"), [[2], [1]]);
    assert_eq!(shapes(fields().ndmin(2), "1 2\n3 4\n5 6\n"), [[2, 1], [1, 1]]);
    let text = &b"1 2\n3 4\n5 6\n"[..];
    let load = GenFromTxt::new();
    let pieces = load.pieces::<(ArrayD<f64>, ArrayD<bool>)>(text, 2).unwrap();
    let shapes: Vec<_> =
        pieces.map(Result::unwrap).map(|(a, mask)| (a.shape().to_vec(), mask.shape().to_vec())).collect();
    assert_eq!(shapes, [(vec![2, 2], vec![2, 2]), (vec![1, 2], vec![1, 2])]);
}

#[test]
fn a_quote_is_no_part_of_a_number() {
    let read = |delimiter: Option<char>, quote: char, text: &str| -> Array2<f64> {
        let load = LoadTxt::new().quotechar(quote);
        let load = if let Some(delimiter) = delimiter { load.delimiter(delimiter) } else { load };
        load.read(text.as_bytes()).unwrap()
    };
    // As NumPy reads them.
    assert_eq!(read(None, '-', "-5- 6\n"), array![[5.0, 6.0]]);
    assert_eq!(read(None, '1', "121 13\n"), array![[2.0, 3.0]]);
    assert_eq!(read(Some(','), ' ', " 1 ,2\n3, 4 \n"), array![[1.0, 2.0], [3.0, 4.0]]);
}

#[test]
fn a_delimiter_that_is_none_stands_for_blanks() {
    for delimiter in [Delimiter::Text(String::new()), Delimiter::Width(0), "".into(), 0.into()] {
        let a: Array2<f64> = GenFromTxt::new().delimiter(delimiter).read(&b"1  2\n 3 4\n"[..]).unwrap();
        assert_eq!(a, array![[1.0, 2.0], [3.0, 4.0]]);
    }
    let a: Array2<String> = GenFromTxt::new().delimiter([0, 1]).read(&b"ab\nc\n"[..]).unwrap();
    assert_eq!(a, array![["", "a"], ["", "c"]]);
}

#[test]
fn rows_of_numbers_in_both_byte_orders() {
    let dtype = DType::parse("[('a', '>i2'), ('b', '<f8'), ('c', '>f4'), ('d', 'u1', (2,))]").unwrap();
    let row = |row: i32| format!("{},{}.25, {}e-1,{},7\n", row - 500, row * 1000, row, row % 256);
    // One row in the middle, and the last, go the long way.
    let text = (0..1000).map(|at| row(at).replace("500.25", "+500.25")).collect::<Vec<_>>().concat();
    let any: AnyArray = LoadTxt::new().delimiter(',').dtype(dtype.clone()).read(text.as_bytes()).unwrap();
    assert_eq!((any.dtype(), any.shape()), (dtype, &[1000][..]));
    let column = |name: &str| any.field(name).unwrap();
    assert_eq!(
        column("a"),
        AnyArray::from_array(&Array1::from_iter((0..1000).map(|at| at as i16 - 500))).unwrap()
    );
    let floats: Array1<f64> = column("b").into_array().unwrap();
    assert!(floats.iter().enumerate().all(|(at, value)| *value == at as f64 * 1000.0 + 0.25));
    let floats: Array1<f32> = column("c").into_array().unwrap();
    assert!(floats.iter().enumerate().all(|(at, value)| *value == (at as f64 / 10.0) as f32));
    let bytes: Array2<u8> = column("d").into_array().unwrap();
    assert!(bytes.rows().into_iter().enumerate().all(|(at, row)| row[0] == (at % 256) as u8 && row[1] == 7));
    let wide = text.replace("499,999000.25", "40000,1");
    let error =
        LoadTxt::new().delimiter(',').dtype(any.dtype()).read::<AnyArray>(wide.as_bytes()).unwrap_err();
    assert!(
        error.to_string().starts_with("line 1000, column 1: expected int16 (-32768 to 32767)"),
        "{error}"
    );
}

#[test]
fn what_can_not_be_read_is_nan_only_in_floats() {
    let load = || GenFromTxt::new().delimiter(',');
    let a: Array1<f64> = load().read(&b"x,,3"[..]).unwrap();
    assert!(a[0].is_nan() && a[1].is_nan() && a[2] == 3.0);
    assert!(load().read::<Array1<i32>>(&b"x,1"[..]).is_err());
    assert!(load().read::<Array1<i32>>(&b"1.5,1"[..]).is_err());
    assert_eq!(load().read::<Array1<i32>>(&b"1.0,,1e2"[..]).unwrap(), array![1, -1, 100]);
    assert_eq!(load().filling_values(0, 7).read::<Array1<i32>>(&b"x,1"[..]).unwrap(), array![7, 1]);
    // NumPy makes all of these False.
    assert_eq!(load().read::<Array1<bool>>(&b"1,0,TRUE"[..]).unwrap(), array![true, false, true]);
    // A missing value that can be read is read.
    let a: Array1<f64> = load().missing_values(.., ["-999"]).read(&b"-999,1"[..]).unwrap();
    assert_eq!(a, array![-999.0, 1.0]);
}

#[test]
fn comments_blank_lines_and_blanks() {
    let a: Array2<f64> = LoadTxt::new().read(&b"1.#INF 2\n\n  # x\n3\n"[..]).unwrap();
    assert_eq!(a, array![[1.0], [3.0]]);
    assert!(LoadTxt::new().delimiter(',').read::<Array1<f64>>(&b"1\n  \n2"[..]).is_err());
    assert_eq!(
        GenFromTxt::new().delimiter(',').read::<Array1<f64>>(&b"1\n  \n2"[..]).unwrap(),
        array![1.0, 2.0]
    );
    // A blank behind a quoted field is no field of its own.
    let a: Array1<f64> = LoadTxt::new().quotechar('"').read(&b"\"1\" 2 \n"[..]).unwrap();
    assert_eq!(a, array![1.0, 2.0]);
    let a: Array1<String> =
        LoadTxt::new().quotechar('"').delimiter(',').read(&b"\"a\r\nb\",\"\"\"\",\"c"[..]).unwrap();
    assert_eq!(a, array!["a\nb", "\"", "c"]);
}

#[test]
fn fixed_widths() {
    let load = || GenFromTxt::new().delimiter([2, 3]);
    // An empty line counts; the end of a line is no part of a field.
    let a: Array2<f64> = load().read(&b"1\n\n12345\n"[..]).unwrap();
    assert_eq!(a.dim(), (3, 2));
    assert!(a[[0, 1]].is_nan() && a[[1, 0]].is_nan() && a[[2, 1]] == 345.0);
    let a: Array2<String> = load().read(&b"ab\nabc\n"[..]).unwrap();
    assert_eq!(a, array![["ab", ""], ["ab", "c"]]);
}

#[test]
fn names_are_cleaned() {
    let names = |load: GenFromTxt<'_>, text: &str| {
        let any: AnyArray = load.delimiter(',').names(true).read(text.as_bytes()).unwrap();
        any.dtype().fields().unwrap().iter().map(|field| field.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(GenFromTxt::new(), "a, b c,a,,file,x(1)\n1,2,3,4,5,6"),
        ["a", "b_c", "a_1", "f0", "file_", "x1"]
    );
    assert_eq!(names(GenFromTxt::new().case_sensitive(false), "# a,B\n1,2"), ["A", "B"]);
    assert_eq!(
        names(GenFromTxt::new().excludelist(["a"]).replace_space("-").deletechars(""), "a,b c\n1,2"),
        ["a_", "b-c"]
    );
    // NumPy drops the first name if it is empty, and then refuses all rows.
    assert_eq!(names(GenFromTxt::new(), ",b\n1,2"), ["f0", "b"]);
}

#[test]
fn fields_of_several_columns_keep_their_names() {
    let dtype = DType::parse("[('id', '<i4'), ('place', '<f8', (2,))]").unwrap();
    let load = GenFromTxt::new().delimiter(',').names(true).dtype(dtype.clone()).filling_values("y", 7);
    let any: AnyArray = load.read(&b"n,x,y\n1,2,\n"[..]).unwrap();
    assert_eq!((any.dtype(), any.to_string().as_str()), (dtype, "(1, [2.0, 7.0])"));
}

#[test]
fn a_delimiter_is_no_format() {
    let mut text = Vec::new();
    SaveTxt::new().format("%d").delimiter("%%").write(&mut text, &array![[1, 2]]).unwrap();
    assert_eq!(text, b"1%%2\n");
}

#[test]
fn columns_with_names_have_room_for_their_texts() {
    // NumPy has none for them, and gives empty texts.
    let text = "a b\nxx y\nzzz \u{e4}\n";
    for (dtype, fields, expected) in [
        ("U", "[('a', '<U3'), ('b', '<U1')]", "[('xx', 'y') ('zzz', '\u{e4}')]"),
        (">U", "[('a', '>U3'), ('b', '>U1')]", "[('xx', 'y') ('zzz', '\u{e4}')]"),
        ("S", "[('a', '|S3'), ('b', '|S1')]", "[(b'xx', b'y') (b'zzz', b'\\xe4')]"),
    ] {
        let load = GenFromTxt::new().names(true).dtype(DType::parse(dtype).unwrap());
        let any: AnyArray = load.read(text.as_bytes()).unwrap();
        assert_eq!(
            (any.dtype().to_string().as_str(), any.to_string().replace('\n', "").as_str()),
            (fields, expected)
        );
        for piece in load.pieces::<AnyArray>(text.as_bytes(), 1).unwrap() {
            assert_eq!(piece.unwrap().dtype().to_string(), fields);
        }
        let (_, mask): (AnyArray, AnyArray) = GenFromTxt::new()
            .names(true)
            .dtype(any.dtype())
            .missing_values("a", ["zzz"])
            .read(text.as_bytes())
            .unwrap();
        assert_eq!(mask.to_string().replace('\n', ""), "[(False, False) ( True, False)]");
    }
    // Without names too, texts of the other byte order.
    let any: AnyArray = LoadTxt::new().dtype(DType::parse(">U").unwrap()).read(&b"xx y"[..]).unwrap();
    assert_eq!((any.dtype().to_string().as_str(), any.to_string().as_str()), (">U2", "['xx' 'y']"));
}

#[test]
fn names_are_different_whatever_the_numbers_make_of_them() {
    // As NumPy's, but that with `dtype=None` it refuses such names.
    for (names, expected) in [
        ("a,a_1,a", ["a", "a_1", "a_1_1"]),
        ("a,a,a_1", ["a", "a_1", "a_1_1"]),
        ("a,a,a", ["a", "a_1", "a_2"]),
    ] {
        for load in [GenFromTxt::new(), GenFromTxt::new().dtype(Infer)] {
            let any: AnyArray = load.delimiter(',').names(names).read(&b"1,2,3"[..]).unwrap();
            let found: Vec<_> =
                any.dtype().fields().unwrap().iter().map(|field| field.name.clone()).collect();
            assert_eq!(found, expected);
        }
    }
    // A line of strangers' without names takes no longer than its length.
    let text = ",".repeat(200_000) + "\n" + &"1,".repeat(200_000) + "1\n";
    let any: AnyArray = GenFromTxt::new().delimiter(',').names(true).read(text.as_bytes()).unwrap();
    assert_eq!(any.dtype().fields().unwrap()[200_000].name, "f200000");
}

#[test]
fn a_complex_field_is_printed_whole_or_not_at_all() {
    let dtype = DType::parse("[('a', 'c8'), ('b', 'i4')]").unwrap();
    let any: AnyArray = LoadTxt::new().dtype(dtype).read(&b"1.1+2j 5"[..]).unwrap();
    let any = any.into_shape(&[1]).unwrap();
    let save = |format| {
        let mut text = Vec::new();
        SaveTxt::new().format(format).write(&mut text, &any).map(|()| String::from_utf8(text).unwrap())
    };
    assert_eq!(save("%s").unwrap(), "(1.1+2j) 5\n");
    let error = save("%g").unwrap_err().to_string();
    assert!(error.starts_with("row 1, column 1: %g takes a number, found (1.1"), "{error}");
}

#[test]
fn names_stay_with_their_columns_in_whatever_order_these_are_wanted() {
    let comma = || GenFromTxt::new().delimiter(',');
    let shown = |load: GenFromTxt<'_>, text: &str| {
        let any: AnyArray = load.read(text.as_bytes()).unwrap();
        format!("{} {any}", any.dtype()).replace(['\n', '\''], "")
    };
    // NumPy gives the values of `b` the name `a` here.
    let expected = "[(b, <f8), (a, <f8)] [(2., 1.) (4., 3.)]";
    assert_eq!(shown(comma().names(true).usecols(["b", "a"]), "a,b\n1,2\n3,4"), expected);
    assert_eq!(shown(comma().names(true).usecols([1, 0]), "a,b\n1,2\n3,4"), expected);
    assert_eq!(shown(comma().names("a,b").usecols(["b", "a"]), "1,2\n3,4"), expected);
    let inferred = "[(b, <f8), (a, <i8)] [(0.5, 1) (4. , 3)]";
    assert_eq!(shown(comma().names(true).dtype(Infer).usecols([1, 0]), "a,b\n1,.5\n3,4"), inferred);
    let dtype = DType::parse("[('a', '<i8'), ('b', '<f8')]").unwrap();
    assert_eq!(shown(comma().dtype(dtype.clone()).usecols(["b", "a"]), "1,.5\n3,4"), inferred);
    // As many names as columns that are wanted by their places: those of these columns, as in NumPy.
    assert_eq!(shown(comma().names("b,a").usecols([1, 0]), "1,2\n3,4"), expected);
    assert_eq!(
        shown(comma().names("b,a").dtype(dtype).usecols([1, 0]), "1,2"),
        "[(b, <i8), (a, <f8)] (2, 1.0)"
    );
    // Options that name a column find it.
    let filled =
        comma().names(true).usecols(["b", "a"]).filling_values("a", 7).converter("b", |_| Ok::<_, String>(9));
    assert_eq!(shown(filled, "a,b\n,2\n3,4"), "[(b, <f8), (a, <f8)] [(9., 7.) (9., 3.)]");
}

#[test]
fn an_empty_file_is_an_empty_array() {
    assert_eq!(LoadTxt::new().read::<ArrayD<f64>>(&b""[..]).unwrap().shape(), [0]);
    assert_eq!(LoadTxt::new().read::<Array2<f64>>(&b"# x\n"[..]).unwrap().dim(), (0, 1));
    assert_eq!(GenFromTxt::new().read::<Array1<f64>>(&b""[..]).unwrap().len(), 0);
    let rows = DType::parse("[('a', 'f8'), ('b', 'i4')]").unwrap();
    assert_eq!(LoadTxt::new().dtype(rows.clone()).read::<AnyArray>(&b""[..]).unwrap().dtype(), rows);
}

#[test]
fn saved_shapes() {
    let text = |array: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        array(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(text(&|out| SaveTxt::new().write(out, &Array2::<f64>::zeros((3, 0))).unwrap()), "\n\n\n");
    let turned = array![[1, 2], [3, 4]].reversed_axes();
    assert_eq!(text(&|out| SaveTxt::new().format("%d").write(out, &turned).unwrap()), "1 3\n2 4\n");
    assert_eq!(text(&|out| SaveTxt::new().format("%d%%").write(out, &turned).unwrap()), "1% 3%\n2% 4%\n");
}

#[derive(npz_core::NpyRecord, Clone)]
struct Particle {
    position: [f64; 3],
    charges: [i8; 0],
    id: u16,
}

#[test]
fn a_field_that_is_an_array_is_printed_whole_or_not_at_all() {
    let particles = array![
        Particle { position: [1.0, 2.0, 3.5], charges: [], id: 7 },
        Particle { position: [-1.0, 0.0, 1e10], charges: [], id: 8 },
    ];
    let save = |format: [&str; 3]| {
        let mut text = Vec::new();
        SaveTxt::new().format(format).delimiter("; ").write(&mut text, &particles).map(|()| text)
    };
    assert_eq!(
        save(["%s", "%5s", "%d"]).unwrap(),
        b"[1.  2.  3.5];    []; 7\n[-1.e+00  0.e+00  1.e+10];    []; 8\n"
    );
    let error = save(["%.3f", "%s", "%d"]).unwrap_err().to_string();
    assert_eq!(error, "row 1, column 1: %f takes one value, found an array: `%s` prints it");
    let error = SaveTxt::new().write(Vec::new(), &particles).unwrap_err().to_string();
    assert!(error.ends_with("%e takes one value, found an array: `%s` prints it"), "{error}");
}

#[test]
fn a_writer_is_flushed_and_its_error_told() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    assert_eq!(SaveTxt::new().write(Full, &array![1.0]).unwrap_err().kind(), npz_core::ErrorKind::Io);
}
