//! From files to Rust types and back: structs, columns, pieces, compressed files, encodings.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array0, Array1, Array2, Array3, ArrayD, array};
use npz_core::time::{Day, Second};
use npz_core::{AnyArray, Cast, DType, DateTime64, ErrorKind, FixedStr, NpyRecord, npy};
use npz_text::{Encoding, GenFromTxt, Infer, LoadTxt, SaveTxt, loadtxt, savetxt};
use num_complex::Complex;
use tests::{python, temp_dir};

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Station {
    name: FixedStr<8>,
    height: f32,
    since: DateTime64<Day>,
}

#[test]
fn rows_of_a_struct_by_place_and_by_name() {
    let text = "Bern, 540.5 ,1970-01-02\nSankt M,12,NaT\n";
    let rows: Array1<Station> = LoadTxt::new().delimiter(',').read(text.as_bytes()).unwrap();
    assert_eq!(rows[0].name.to_string(), "Bern");
    assert_eq!((rows[0].height, rows[0].since.ticks(), rows[1].since.is_nat()), (540.5, 1, true));
    // The order of the columns is the file's own, and it may have more.
    let text = "height,note,since,name\n540.5,x,1970-01-02,Bern\n,y,,Thun\n";
    let rows: Array1<Station> = GenFromTxt::new().delimiter(',').names(true).read(text.as_bytes()).unwrap();
    assert_eq!((rows[0].name.to_string().as_str(), rows[0].height), ("Bern", 540.5));
    assert!(rows[1].height.is_nan() && rows[1].since.is_nat());
    // Options find a column by its name too, where the file has no other columns.
    let load =
        GenFromTxt::new().delimiter(',').names(true).filling_values("height", 7).converter("since", |text| {
            Ok::<_, String>(if text.is_empty() { "1970-01-03".to_owned() } else { text.to_owned() })
        });
    let rows: Array1<Station> = load.read(&b"since,height,name\n,,Bern\n"[..]).unwrap();
    assert_eq!((rows[0].name.to_string().as_str(), rows[0].height, rows[0].since.ticks()), ("Bern", 7.0, 2));
    let error = GenFromTxt::new()
        .delimiter(',')
        .names("height,x,y,z")
        .read::<Array1<Station>>(text.as_bytes())
        .unwrap_err();
    assert!(error.to_string().contains("there is no column \"name\": found height, x, y, z"), "{error}");
}

#[test]
fn the_axes_are_those_of_the_type() {
    let load = LoadTxt::new();
    let square = &b"1 2\n3 4"[..];
    assert_eq!(load.read::<Array2<i32>>(square).unwrap(), array![[1, 2], [3, 4]]);
    assert_eq!(load.read::<Array2<i32>>(&b"1 2"[..]).unwrap(), array![[1, 2]]);
    assert_eq!(load.read::<Array2<i32>>(&b"1\n2"[..]).unwrap(), array![[1], [2]]);
    assert_eq!(load.read::<Array1<i32>>(&b"1 2"[..]).unwrap(), array![1, 2]);
    assert_eq!(load.read::<Array1<i32>>(&b"7"[..]).unwrap(), array![7]);
    assert_eq!(load.read::<Array0<i32>>(&b"7"[..]).unwrap().into_scalar(), 7);
    assert_eq!(load.read::<ArrayD<i32>>(&b"7"[..]).unwrap().ndim(), 0);
    assert_eq!(LoadTxt::new().ndmin(2).read::<ArrayD<i32>>(&b"1\n2"[..]).unwrap().shape(), [2, 1]);
    for error in [
        load.read::<Array1<i32>>(square).unwrap_err(),
        load.read::<Array0<i32>>(square).unwrap_err(),
        load.read::<Array3<i32>>(square).unwrap_err(),
    ] {
        assert!(error.to_string().contains("found 2 rows of 2 columns"), "{error}");
    }
    let columns: Vec<Array1<f64>> = load.read(square).unwrap();
    assert_eq!(columns, [array![1.0, 3.0], array![2.0, 4.0]]);
}

#[test]
fn all_kinds_of_cells() {
    let load = LoadTxt::new();
    assert_eq!(load.read::<Array1<bool>>(&b"1 0"[..]).unwrap(), array![true, false]);
    assert_eq!(load.read::<Array1<usize>>(&b"1 0"[..]).unwrap(), array![1, 0]);
    assert_eq!(load.read::<Array1<half::f16>>(&b"0.5"[..]).unwrap()[0].to_f32(), 0.5);
    assert_eq!(load.read::<Array1<Complex<f64>>>(&b"1+2j"[..]).unwrap()[0], Complex::new(1.0, 2.0));
    assert_eq!(load.read::<Array1<String>>("ä bc".as_bytes()).unwrap(), array!["ä", "bc"]);
    assert_eq!(load.read::<Array1<Vec<u8>>>("ä".as_bytes()).unwrap()[0], [0xe4]);
    assert_eq!(load.read::<Array1<DateTime64<Second>>>(&b"1970-01-01T00:01"[..]).unwrap()[0].ticks(), 60);
    let dtype = DType::parse("[('a', '<U'), ('b', '>i2', (2,)), ('c', [('d', 'f4'), ('e', 'S2')])]");
    let dtype = dtype.unwrap_or_else(|_| {
        DType::parse("[('a', '<U3'), ('b', '>i2', (2,)), ('c', [('d', 'f4'), ('e', 'S2')])]").unwrap()
    });
    let nested = DType::parse(&dtype.to_string().replace("<U0", "<U3")).unwrap();
    let any: AnyArray = LoadTxt::new().dtype(nested).read(&b"abc 1 2 0.5 xy"[..]).unwrap();
    assert_eq!(any.item().unwrap().to_string(), "('abc', [1, 2], (0.5, b'xy'))");
}

#[test]
fn texts_and_times_anywhere_in_a_row_are_as_wide_and_fine_as_they_have_to_be() {
    let dtype = DType::parse(
        "[('a', [('b', 'U'), ('c', 'i4')]), ('d', 'U', (2,)), ('e', [('f', 'S'), ('g', 'M8')])]",
    )
    .unwrap();
    let load = LoadTxt::new().dtype(dtype).delimiter(',');
    let text = "x,1,longer,y,ab,2012-01-02\nwide,2,z,longest,c,2012-01-02T03\n";
    let any: AnyArray = load.read(text.as_bytes()).unwrap();
    assert_eq!(
        any.dtype().to_string(),
        "[('a', [('b', '<U4'), ('c', '<i4')]), ('d', '<U7', (2,)), ('e', [('f', '|S2'), ('g', '<M8[h]')])]"
    );
    assert_eq!(any.get(&[1]).unwrap().to_string(), "(('wide', 2), ['z', 'longest'], (b'c', 2012-01-02T03))");
    // Of no rows there is a dtype too.
    let none: AnyArray = load.read(&b"# nothing\n"[..]).unwrap();
    assert_eq!((none.shape(), none.dtype().fields().unwrap().len()), (&[0][..], 3));
}

#[test]
fn columns_are_those_that_numpy_unpacks() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    for (dtype, text) in [
        ("f8", "1 2\n3 4\n5 6\n"),
        (">i2", "1 2\n3 4\n5 6\n"),
        ("f2", "1 2\n3 4\n5 6\n"),
        ("g", "1 2\n3 4\n5 6\n"),
        ("?", "1 0\n0 1\n1 1\n"),
        ("c8", "1 2j\n3 4\n5 6\n"),
        ("U", "a bc\nd e\nf ghi\n"),
        ("U7", "a bc\nd e\nf ghi\n"),
        (">U3", "a bc\nd e\nf ghi\n"),
        ("S4", "a bc\nd e\nf ghi\n"),
        ("M8[D]", "2012-01-01 NaT\n2012-01-02 2013-01-01\n"),
        ("m8[s]", "1 NaT\n-3 4\n"),
        ("[('a', 'i4'), ('b', 'f8')]", "1 2\n3 4\n5 6\n"),
        (
            "[('a', '>i4'), ('b', 'f4', (2,)), ('c', [('d', 'U2'), ('e', 'u1')]), ('f', 'S1')]",
            "1 2 3 a 5 b\n3 4 5 bc 6 c\n",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let given = if dtype.starts_with('[') { dtype.to_owned() } else { format!("'{dtype}'") };
        let script = format!(
            "a = np.loadtxt('a.txt', dtype={given}, unpack=True)\n\
             for n, column in enumerate(a): np.save(f'{{n}}.npy', column)\n\
             print(len(a))"
        );
        let count: usize = python(dir.path(), &script).trim().parse().unwrap();
        let columns: Vec<AnyArray> = LoadTxt::new().dtype(DType::parse(dtype).unwrap()).load(&path).unwrap();
        assert_eq!(columns.len(), count, "{dtype}");
        for (number, column) in columns.iter().enumerate() {
            let numpys: AnyArray = npy::load(dir.path().join(format!("{number}.npy"))).unwrap();
            assert!(
                *column == numpys && (column.dtype() == numpys.dtype() || dtype == "U"),
                "{dtype}: {column:?} {numpys:?}"
            );
        }
    }
}

#[test]
fn threads_and_pieces_give_what_one_thread_gives() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    let array = Array2::from_shape_fn((60_000, 3), |(row, column)| {
        (row as f64 + 0.25) * 10f64.powi(column as i32 - 1)
    });
    SaveTxt::new().threads(2).save(&path, &array).unwrap();
    let one = std::fs::read(&path).unwrap();
    SaveTxt::new().threads(1).save(&path, &array).unwrap();
    assert!(one == std::fs::read(&path).unwrap());
    for threads in [1, 2] {
        assert!(LoadTxt::new().threads(threads).load::<Array2<f64>>(&path).unwrap() == array);
        assert!(GenFromTxt::new().threads(threads).load::<Array2<f64>>(&path).unwrap() == array);
    }
    let mut rows = 0;
    let load = LoadTxt::new();
    for piece in load.pieces::<Array2<f64>>(&path, 7001).unwrap() {
        let piece = piece.unwrap();
        assert!(piece == array.slice(ndarray::s![rows..rows + piece.nrows(), ..]));
        rows += piece.nrows();
    }
    assert_eq!(rows, 60_000);
    let footer: Array2<f64> = GenFromTxt::new().skip_footer(50_001).load(&path).unwrap();
    assert!(footer == array.slice(ndarray::s![..9999, ..]));
    // An error is told with its line, whichever thread met it.
    let mut text = String::from_utf8(one).unwrap();
    let at = text.match_indices('\n').nth(54_320).unwrap().0;
    text.insert(at, 'x');
    std::fs::write(&path, text).unwrap();
    let error = loadtxt::<Array2<f64>>(&path).unwrap_err();
    assert!(error.to_string().contains("line 54321, column 3: expected float64"), "{error}");
    assert_eq!(error.file(), Some(&*path));
    let error = load.pieces::<Array2<f64>>(&path, 7001).unwrap().find_map(Result::err).unwrap();
    assert!(error.to_string().contains("line 54321, column 3"), "{error}");
}

#[test]
fn compressed_files_go_both_ways() {
    let dir = temp_dir();
    let array = array![[1.5, -2.0], [0.1, 1e300]];
    for name in ["a.txt", "a.gz", "a.bz2", "a.xz", "a.lzma"] {
        let path = dir.path().join(name);
        savetxt(&path, &array).unwrap();
        assert_eq!(loadtxt::<Array2<f64>>(&path).unwrap(), array, "{name}");
        let script = format!(
            "a = np.loadtxt('{name}'); assert a.tolist() == [[1.5, -2.0], [0.1, 1e300]]; np.savetxt('{name}', a)"
        );
        python(dir.path(), &script);
        assert_eq!(npz_text::genfromtxt::<Array2<f64>>(&path).unwrap(), array, "{name}");
    }
    // By its bytes, whatever it is called.
    std::fs::rename(dir.path().join("a.gz"), dir.path().join("b.csv")).unwrap();
    assert_eq!(loadtxt::<Array2<f64>>(dir.path().join("b.csv")).unwrap(), array);
}

#[test]
fn conversion_to_npy_is_that_of_numpy() {
    let dir = temp_dir();
    let (text, out) = (dir.path().join("a.csv"), dir.path().join("a.npy"));
    std::fs::write(&text, "id,name,x\n1,ab,0.5\n2,ö,\n").unwrap();
    GenFromTxt::new().delimiter(',').names(true).dtype(Infer).convert(&text, &out).unwrap();
    let said = python(dir.path(), "a = np.load('a.npy'); print(a.dtype, a.tolist())");
    assert_eq!(said, "[('id', '<i8'), ('name', '<U2'), ('x', '<f8')] [(1, 'ab', 0.5), (2, 'ö', nan)]\n");
    let many = (0..5000).map(|row| format!("{row},{}\n", row * 2)).collect::<Vec<_>>().concat();
    std::fs::write(&text, many).unwrap();
    LoadTxt::new().delimiter(',').dtype(DType::parse("i4").unwrap()).convert(&text, &out).unwrap();
    let array: Array2<i32> = npy::load(&out).unwrap();
    assert_eq!((array.dim(), array[[4999, 1]]), ((5000, 2), 9998));
    assert!(LoadTxt::new().convert(&text, &out).unwrap_err().to_string().contains("line 1, column 1"));
    assert_eq!(npy::load::<Array2<i32>>(&out).unwrap(), array, "the file that was there stays");
}

#[test]
fn a_cell_that_is_an_array_gives_its_axes() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    for (text, item, axes) in [
        ("1 2\n3 4\n", "<f8", &[2][..]),
        ("1 2 3 4\n5 6 7 8\n", ">f4", &[2, 2]),
        ("1 2 3 4\n", "<i4", &[2, 2]),
        ("1\n2\n", "<f8", &[1]),
        ("a bc\nd e\n", "<U2", &[2]),
    ] {
        std::fs::write(&path, text).unwrap();
        let dtype = DType::subarray(DType::parse(item).unwrap(), axes).unwrap();
        let load = GenFromTxt::new().dtype(dtype);
        let any: AnyArray = load.load(&path).unwrap();
        let shape = format!("{axes:?}").replace(['[', ']'], "");
        python(
            dir.path(),
            &format!("np.save('a.npy', np.genfromtxt('a.txt', dtype=np.dtype(('{item}', ({shape},)))))"),
        );
        let numpys: AnyArray = npy::load(dir.path().join("a.npy")).unwrap();
        assert!(any == numpys && any.dtype() == numpys.dtype(), "{text:?}: {any:?} {numpys:?}");
        // What is converted keeps axes of one cell.
        load.convert(&path, dir.path().join("b.npy")).unwrap();
        let converted: AnyArray = npy::load(dir.path().join("b.npy")).unwrap();
        let rows = text.lines().count();
        assert_eq!(converted.shape(), [&[rows], axes].concat());
        assert!(converted.into_shape(numpys.shape()).unwrap() == numpys, "{text:?}");
    }
    // NumPy takes the first two of them and says nothing.
    let pairs = DType::subarray(DType::parse("f8").unwrap(), [2]).unwrap();
    let error = GenFromTxt::new().dtype(pairs).read::<AnyArray>(&b"1 2 3"[..]).unwrap_err();
    assert!(error.to_string().contains("takes 2 columns, found 3: choose as many by `usecols`"), "{error}");
}

#[test]
fn a_dtype_that_is_given_is_that_of_the_array() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    std::fs::write(&path, "1 0\n0 1\n1 1\n").unwrap();
    let times = ["M8[Y]", ">M8[D]", "m8[s]"];
    for dtype in
        [">i2", "<i2", "U20", "S7", ">U3", ">f8", ">c16", "?", ">f2", "U", "g", "G"].iter().chain(&times)
    {
        let load = LoadTxt::new().dtype(DType::parse(dtype).unwrap());
        let any: AnyArray = load.load(&path).unwrap();
        let said = python(
            dir.path(),
            &format!("a = np.loadtxt('a.txt', dtype='{dtype}'); np.save('a.npy', a); print(a.dtype.str)"),
        );
        let numpys: AnyArray = npy::load(dir.path().join("a.npy")).unwrap();
        assert!(any == numpys && any.dtype() == numpys.dtype(), "{dtype}: {} {said}", any.dtype());
        load.convert(&path, dir.path().join("b.npy")).unwrap();
        let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
        // Of a long double, 6 of 16 bytes mean nothing.
        assert!(["g", "G"].contains(dtype) || read("b.npy") == read("a.npy"), "{dtype}");
        let pieces = load.pieces::<AnyArray>(&path, 2).unwrap().map(|piece| piece.unwrap().dtype());
        assert!(*dtype == "U" || pieces.collect::<Vec<_>>() == vec![numpys.dtype(); 2], "{dtype}");
    }
}

#[test]
fn conversion_to_npy_is_what_numpy_saves() {
    let dir = temp_dir();
    let (text, out) = (dir.path().join("a.csv"), dir.path().join("a.npy"));
    let load = || GenFromTxt::new().delimiter(',').dtype(Infer);
    // More rows than the first piece has, so that the header is written twice.
    let rows = |row: &str| row.repeat(100_000);
    let wide = |cell: &str| vec![cell; 5000].join(",") + "\n";
    let cases = [
        (
            "fields in letters of Latin-1, which version 1 has",
            load().names(true),
            "größe,x\n".to_owned() + &rows("1,2.5\n"),
        ),
        ("fields in other letters", load().names(true), "длина,x\n".to_owned() + &rows("1,2.5\n")),
        ("more fields than version 1 has room for", load(), wide("1,2.5") + &wide("3,4.5").repeat(30)),
        ("numbers", load(), rows("1,2,3\n")),
        ("one row", load(), "1,2,3\n".to_owned()),
    ];
    for (what, load, source) in cases {
        std::fs::write(&text, source).unwrap();
        load.convert(&text, &out).unwrap();
        let script = "a = np.load('a.npy', mmap_mode='r', max_header_size=1 << 20); np.save('b.npy', a); print(a.dtype.names and a.dtype.names[0], a.shape)";
        let said = python(dir.path(), script);
        let (own, numpys) = (std::fs::read(&out).unwrap(), std::fs::read(dir.path().join("b.npy")).unwrap());
        let differs = own.iter().zip(&numpys).position(|(a, b)| a != b);
        assert!(own == numpys, "{what}: {said} {} {} {differs:?}", own.len(), numpys.len());
    }
}

#[test]
fn conversion_to_npz_is_that_of_numpy() {
    let dir = temp_dir();
    let path = dir.path().join("a.csv");
    // More rows than a piece has; the widest texts come last, and one row alone says that `x` has gaps.
    let row = |row: usize| format!("{row},{},{}\n", ["a", "bc"][row % 2], row as f64 / 8.0);
    let mut text = "id,name,x\n".to_owned() + &(0..300_000).map(row).collect::<Vec<_>>().concat();
    text.push_str("300000,wider,\n");
    std::fs::write(&path, text).unwrap();
    let load = GenFromTxt::new().delimiter(',').names(true).dtype(Infer);
    let same = "b = np.genfromtxt('a.csv', delimiter=',', names=True, dtype='i8,U5,f8', encoding='utf-8'); \
                assert a.shape == b.shape == (300001,) and a.dtype == b.dtype, a.dtype; \
                assert all(np.array_equal(a[n], b[n], equal_nan=n == 'x') for n in a.dtype.names); print(a[-1])";
    for (name, fetch) in [("a.npz", "a = np.load('a.npz')['arr_0']; "), ("a.npy", "a = np.load('a.npy'); ")] {
        load.convert(&path, dir.path().join(name)).unwrap();
        assert_eq!(python(dir.path(), &format!("{fetch}{same}")), "(300000, 'wider', nan)\n");
    }
    // Texts alone are as wide in each piece; so are those of a width that was given.
    std::fs::write(&path, "a b\n".repeat(2000) + "abc d\n").unwrap();
    for (dtype, width) in [("U", 3), ("U7", 7), ("S4", 4), (">i2", 0), (">M8[s]", 0)] {
        if width == 0 {
            std::fs::write(&path, "1 2\n".repeat(2000) + "3 -4\n").unwrap();
        }
        let dtype = DType::parse(dtype).unwrap();
        for name in ["b.npz", "b.npy"] {
            if dtype.to_string() == ">M8[s]" {
                std::fs::write(&path, "1970-01-01 NaT\n".repeat(2000)).unwrap();
            }
            let out = dir.path().join(name);
            LoadTxt::new().dtype(dtype.clone()).convert(&path, &out).unwrap();
            let script = format!(
                "a = np.load('{name}'); a = a if '{name}' == 'b.npy' else a['arr_0']; \
                 b = np.loadtxt('a.csv', dtype='{dtype}', encoding='utf-8'); \
                 assert a.shape == b.shape and a.dtype.newbyteorder('=') == (b.dtype if {width} == 0 else np.dtype('{}{width}')).newbyteorder('='), (a.dtype, b.dtype); \
                 assert (a.astype(str) == b.astype(str)).all()",
                if dtype.to_string().contains('S') { "S" } else { "U" },
            );
            python(dir.path(), &script);
        }
    }
    // A text without rows, and one with a mistake.
    std::fs::write(&path, "# nothing\n").unwrap();
    let out = dir.path().join("c.npz");
    LoadTxt::new().convert(&path, &out).unwrap();
    assert_eq!(python(dir.path(), "print(np.load('c.npz')['arr_0'].shape)"), "(0, 1)\n");
    std::fs::write(&path, "1\n".repeat(5000) + "x\n").unwrap();
    let error = LoadTxt::new().convert(&path, &out).unwrap_err();
    assert!(error.to_string().contains("line 5001, column 1"), "{error}");
    assert_eq!(
        python(dir.path(), "print(np.load('c.npz')['arr_0'].shape)"),
        "(0, 1)\n",
        "the old file stays"
    );
    let other = LoadTxt::new().convert(&path, dir.path().join("c.csv")).unwrap_err();
    assert!(other.to_string().contains("ends in .npy or .npz"), "{other}");
}

#[test]
fn encodings_are_read_and_written() {
    let dir = temp_dir();
    let names = array!["Zürich".to_owned(), "Genève".to_owned()];
    for (encoding, name) in [
        (Encoding::Utf8, "utf-8"),
        (Encoding::Utf8Sig, "utf-8-sig"),
        (Encoding::Latin1, "latin1"),
        (Encoding::Utf16, "utf-16"),
        (Encoding::Utf16Be, "utf-16-be"),
        (Encoding::Utf32Le, "utf-32-le"),
    ] {
        let path = dir.path().join("a.txt");
        SaveTxt::new().format("%s").encoding(encoding).save(&path, &names).unwrap();
        let script = format!("print(np.loadtxt('a.txt', dtype=str, encoding='{name}').tolist())");
        assert_eq!(python(dir.path(), &script), "['Zürich', 'Genève']\n");
        assert_eq!(LoadTxt::new().encoding(encoding).load::<Array1<String>>(&path).unwrap(), names);
    }
    let marked: Array1<i32> = LoadTxt::new().read(&b"\xef\xbb\xbf1 2"[..]).unwrap();
    assert_eq!(marked, array![1, 2]);
    let error = SaveTxt::new().format("%s").encoding(Encoding::Ascii).write(Vec::new(), &names).unwrap_err();
    assert!(error.to_string().contains("'ü'"), "{error}");
}

#[test]
fn what_is_wrong_behind_the_last_row_is_not_told() {
    /// A text whose end can't be read.
    struct Broken(&'static [u8]);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                Err(std::io::Error::other("the disk is broken"))
            } else {
                self.0.read(buffer)
            }
        }
    }
    // Many pieces, so that several threads are at work when there are enough rows, and one of them reads further.
    let text = "1 2\n".repeat(1_000_000).leak().as_bytes();
    for threads in [1, 2] {
        let load = LoadTxt::new().threads(threads);
        let whole = load.read::<Array2<f64>>(Broken(text)).unwrap_err();
        assert!(whole.to_string().contains("broken"), "{whole}");
        let a: Array2<f64> = load.max_rows(960_000).read(Broken(text)).unwrap();
        assert_eq!(a.dim(), (960_000, 2));
    }
}

#[test]
fn converters_warnings_progress() {
    let warnings = Mutex::new(Vec::new());
    let warn = |message: &str| warnings.lock().unwrap().push(message.to_owned());
    let a: Array2<f64> = GenFromTxt::new()
        .delimiter(',')
        .converter("a", |text| u32::from_str_radix(text, 16))
        .names("a,b")
        .invalid_raise(false)
        .on_warning(warn)
        .dtype(DType::parse("f8").unwrap())
        .read::<Vec<AnyArray>>(&b"ff,1\n1,2,3\n10,3\n"[..])
        .map(|columns| {
            let columns: Vec<Array1<f64>> = columns
                .iter()
                .map(|c| c.to_array(Cast::Safe).unwrap().into_dimensionality().unwrap())
                .collect();
            ndarray::stack(ndarray::Axis(1), &[columns[0].view(), columns[1].view()]).unwrap()
        })
        .unwrap();
    assert_eq!(a, array![[255.0, 1.0], [16.0, 3.0]]);
    assert!(warnings.lock().unwrap()[0].contains("line 2 has 3"), "{warnings:?}");

    let text = "1 2\n".repeat(500_000);
    let seen = AtomicU64::new(0);
    let progress = |bytes, all| {
        assert_eq!(all, None);
        seen.store(bytes, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    let a: Array2<u8> = LoadTxt::new().progress(progress).read(text.as_bytes()).unwrap();
    assert_eq!((a.nrows(), seen.load(Ordering::Relaxed)), (500_000, 2_000_000));
    let stopped = LoadTxt::new().progress(|_, _| ControlFlow::Break(())).read::<Array2<u8>>(text.as_bytes());
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    let dir = temp_dir();
    let (text, out) = (dir.path().join("a.txt"), dir.path().join("a.npy"));
    savetxt(&text, &a).unwrap();
    npy::save(&out, &a).unwrap();
    let (before, file) = (std::fs::read(&text).unwrap(), std::fs::read(&out).unwrap());
    let saved = SaveTxt::new().progress(|_, _| ControlFlow::Break(())).save(&text, &a);
    assert_eq!(saved.unwrap_err().kind(), ErrorKind::Cancelled);
    let converted = LoadTxt::new().progress(|_, _| ControlFlow::Break(())).convert(&text, &out);
    assert_eq!(converted.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(std::fs::read(&text).unwrap() == before && std::fs::read(&out).unwrap() == file, "both stay");
}
