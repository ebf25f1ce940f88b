//! Files of strangers: an error with the line, no panic, no more memory than is allowed.

use ndarray::{Array2, array};
use npz_core::{AnyArray, DType};
use npz_text::{GenFromTxt, Infer, Limits, LoadTxt, SaveTxt};

#[test]
fn limits_are_kept() {
    let limits = Limits::new().line_bytes(1000).columns(5).total_bytes(10_000);
    let load = || LoadTxt::new().delimiter(',').limits(limits);
    for (text, message) in [
        ("1".repeat(2000), "more than 1000 bytes"),
        (format!("1\n{}\n", "1".repeat(1001)), "line 2: a line has more than 1000 bytes"),
        ("1,2,3,4,5,6".to_owned(), "has more than the 5 fields allowed"),
        ("1\n".repeat(6000), "more than 10000 bytes"),
    ] {
        let error = load().read::<Array2<f64>>(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        let error =
            GenFromTxt::new().delimiter(',').limits(limits).dtype(Infer).read::<AnyArray>(text.as_bytes());
        assert!(error.unwrap_err().to_string().contains(message));
    }
    // A quote that is never closed makes a line of all that follows.
    let text = format!("1\n\"{}", "1\n".repeat(2000));
    let error = load().quotechar('"').read::<Array2<f64>>(text.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("more than 1000 bytes"), "{error}");
}

#[test]
fn long_lines_and_many_lines_take_no_longer_than_they_are_long() {
    let start = std::time::Instant::now();
    // Each of a million fields was looked for in all that follows.
    let line = "1".repeat(1_000_000);
    let a: Array2<i8> = GenFromTxt::new().delimiter(1).read(line.as_bytes()).unwrap();
    assert_eq!(a.dim(), (1, 1_000_000));
    let error =
        GenFromTxt::new().delimiter(1).read::<Array2<i8>>("1".repeat(8_000_000).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("more than the 1048576 fields allowed"), "{error}");
    // So was the first row behind each comment.
    let text = "#\n\n".repeat(500_000) + "1 2\n";
    assert_eq!(LoadTxt::new().read::<Array2<f64>>(text.as_bytes()).unwrap(), array![[1.0, 2.0]]);
    let error = LoadTxt::new().read::<Array2<f64>>((text.clone() + "x y").as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("line 1000002, column 1: "), "{error}");
    let error = LoadTxt::new().read::<Array2<f64>>(text.replace("1 2", "x y").as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("line 1000001, column 1: "), "{error}");
    // Seconds where nothing is optimized; it took minutes.
    assert!(start.elapsed().as_secs() < 25, "{:?}", start.elapsed());
}

#[test]
fn a_line_may_be_as_long_as_its_limit() {
    let line = "1".repeat(40);
    let load = || LoadTxt::new().limits(Limits::new().line_bytes(40));
    for end in ["\n", "\r\n", ""] {
        let text = ["2\n", &line, end].concat();
        assert_eq!(load().read::<Array2<f64>>(text.as_bytes()).unwrap().nrows(), 2);
        assert!(load().quotechar('"').read::<Array2<f64>>(text.as_bytes()).is_ok());
        assert!(load().read::<Array2<f64>>(["2\n1", &line, end].concat().as_bytes()).is_err());
        // The first line.
        assert!(load().read::<Array2<f64>>([&line, end].concat().as_bytes()).is_ok());
        assert!(load().read::<Array2<f64>>(["1", &line, end].concat().as_bytes()).is_err());
    }
}

#[test]
fn an_array_is_no_larger_than_its_limit() {
    let dir = tests::temp_dir();
    let (path, out) = (dir.path().join("a.txt"), dir.path().join("a.npy"));
    let text = "1 2\n".repeat(1000);
    std::fs::write(&path, &text).unwrap();
    let limits = |bytes| Limits::new().array_bytes(bytes);
    let message =
        |bytes: u64| format!("the array takes more than {bytes} bytes: raise `Limits::array_bytes`");
    let check = |size: u64, load: &dyn Fn(Limits) -> npz_core::Result<()>| {
        load(limits(size)).unwrap();
        let error = load(limits(size - 1)).unwrap_err().to_string();
        assert!(error.contains(&message(size - 1)), "{error}");
    };
    let records = DType::parse("[('a', 'i4'), ('b', 'U3')]").unwrap();
    for threads in [1, 3] {
        let load = |limits| LoadTxt::new().threads(threads).limits(limits);
        check(16_000, &|limits| load(limits).load::<Array2<f64>>(&path).map(drop));
        check(16_000, &|limits| load(limits).read::<Array2<f64>>(text.as_bytes()).map(drop));
        check(16_000, &|limits| load(limits).quotechar('"').load::<Array2<f64>>(&path).map(drop));
        check(16_000, &|limits| load(limits).convert(&path, &out));
        check(16_000, &|limits| {
            load(limits).pieces::<Array2<f64>>(&path, 7)?.try_for_each(|piece| piece.map(drop))
        });
        check(160, &|limits| load(limits).max_rows(10).load::<Array2<f64>>(&path).map(drop));
        check(16_000, &|limits| load(limits).dtype(records.clone()).load::<AnyArray>(&path).map(drop));
        // Each text has one byte, 24 of its own and 32 of its allocation.
        check(114_000, &|limits| load(limits).load::<Array2<String>>(&path).map(drop));
        let gen_from = |limits| GenFromTxt::new().threads(threads).limits(limits);
        check(18_000, &|limits| gen_from(limits).load::<(Array2<f64>, Array2<bool>)>(&path).map(drop));
        check(16_000, &|limits| gen_from(limits).dtype(Infer).load::<AnyArray>(&path).map(drop));
    }
    // One long text makes all rows as wide: it is refused before there is any.
    let text = ["1,a\n".repeat(99).as_str(), "1,", &"b".repeat(1000), "\n"].concat();
    let infer = |limits| GenFromTxt::new().delimiter(',').dtype(Infer).limits(limits);
    check(400_800, &|limits| infer(limits).read::<AnyArray>(text.as_bytes()).map(drop));
}

/// The same bytes in `.xz` with another size of the dictionary.
fn with_dictionary(xz: &[u8], size: u8) -> Vec<u8> {
    let mut xz = xz.to_vec();
    // Behind the 12 bytes of the stream: the length of the block's header in 4 bytes, its flags, the filter, and that one byte follows.
    let (start, end) = (12, 12 + usize::from(xz[12]) * 4);
    assert_eq!((xz[13], &xz[14..16]), (0, &[0x21, 1][..]));
    xz[16] = size;
    let crc = !xz[start..end].iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    xz[end..end + 4].copy_from_slice(&crc.to_le_bytes());
    xz
}

#[test]
fn a_dictionary_is_no_larger_than_those_of_xz() {
    let dir = tests::temp_dir();
    let (xz, lzma) = (dir.path().join("a.xz"), dir.path().join("a.lzma"));
    for path in [&xz, &lzma] {
        SaveTxt::new().save(path, &array![[1.0, 2.0]]).unwrap();
    }
    let (packed, alone) = (std::fs::read(&xz).unwrap(), std::fs::read(&lzma).unwrap());
    let load = |path| LoadTxt::new().load::<Array2<f64>>(path);
    // 64 MiB, 96 MiB and 4 GiB.
    for (size, is_sound) in [(28, true), (29, false), (40, false)] {
        let bytes = with_dictionary(&packed, size);
        std::fs::write(&xz, &bytes).unwrap();
        assert_eq!(
            load(&xz).map_err(|error| error.kind()),
            if is_sound { Ok(array![[1.0, 2.0]]) } else { Err(npz_core::ErrorKind::Io) }
        );
        assert_eq!(LoadTxt::new().read::<Array2<f64>>(&bytes[..]).is_ok(), is_sound);
    }
    for (size, is_sound) in [(64u32 << 20, true), (96 << 20, false), (u32::MAX - 15, false)] {
        let mut bytes = alone.clone();
        bytes[1..5].copy_from_slice(&size.to_le_bytes());
        std::fs::write(&lzma, &bytes).unwrap();
        assert_eq!(load(&lzma).is_ok(), is_sound, "{size}");
    }
}

#[test]
fn a_bomb_is_stopped_by_its_limit() {
    let path = tests::temp_dir();
    let path = path.path().join("bomb.gz");
    SaveTxt::new().format("%d").save(&path, &Array2::<u8>::zeros((2_000_000, 1))).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 100_000);
    let error =
        LoadTxt::new().limits(Limits::new().total_bytes(1 << 20)).load::<Array2<u8>>(&path).unwrap_err();
    assert!(error.to_string().contains("more than 1048576 bytes"), "{error}");
}

#[test]
fn what_is_no_text_is_told_with_its_line() {
    let bad: [(&[u8], &str); 4] = [
        (b"1\n2 \xc3\xa4\xff\n", "line 2, character 4: byte 0xff is no UTF-8"),
        (b"1\n2\0\n", "line 2, column 1: expected float64, found \"2\\0\""),
        (b"\xff\xfe1\0", "line 1, character 1: byte 0xff is no UTF-8: set `encoding`"),
        (b"1\n\x1f\x8b", "line 2, character 2: byte 0x8b is no UTF-8"),
    ];
    for (bytes, message) in bad {
        let error = LoadTxt::new().read::<Array2<f64>>(bytes).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    assert!(LoadTxt::new().read::<Array2<f64>>(&b"\x1f\x8b\x08\0\0"[..]).is_err(), "gzip that ends");
    let long = format!("1\n{}x\n", "9".repeat(500));
    let error = LoadTxt::new().read::<Array2<f64>>(long.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("... (501 bytes)") && error.len() < 400, "{error}");
}

#[test]
fn formats_and_dtypes_ask_for_no_more_than_there_is_room_for() {
    let cell = array![[1.0]];
    for format in
        ["%999999999999999999999d", "%.99999999f", "%10001d", "%*d", "%(a)s", "%", "%y", "%5", "% -+#0"]
    {
        let error = SaveTxt::new().format(format).write(Vec::new(), &cell).unwrap_err();
        assert!(error.to_string().contains("can't be read"), "{format}: {error}");
    }
    let mut out = Vec::new();
    SaveTxt::new().format("%10000.300f").write(&mut out, &cell).unwrap();
    assert_eq!(out.len(), 10_001);
    let huge = DType::parse("[('a', '<f8', (1000, 1000, 100))]").unwrap();
    assert!(
        LoadTxt::new()
            .dtype(huge)
            .read::<AnyArray>(&b"1"[..])
            .unwrap_err()
            .to_string()
            .contains("1048576 fields")
    );
    assert!(GenFromTxt::new().defaultfmt("%d%d").dtype(Infer).read::<AnyArray>(&b"a 1"[..]).is_err());
}

#[test]
fn one_long_text_does_not_make_all_rows_as_wide() {
    let dir = tests::temp_dir();
    let (path, out) = (dir.path().join("a.csv"), dir.path().join("a.npy"));
    // 40 GB of records.
    let text = "1,a\n".repeat(10_000) + "2," + &"b".repeat(1_000_000);
    std::fs::write(&path, &text).unwrap();
    let infer = GenFromTxt::new().delimiter(',').dtype(Infer);
    let open = |dtype: &str| LoadTxt::new().delimiter(',').dtype(DType::parse(dtype).unwrap());
    let records = open("[('n', 'i4'), ('name', 'U')]");
    for error in [
        infer.load::<AnyArray>(&path).unwrap_err(),
        infer.convert(&path, &out).unwrap_err(),
        records.read::<AnyArray>(text.as_bytes()).unwrap_err(),
        records.pieces::<AnyArray>(&path, 5).err().unwrap(),
    ] {
        let error = error.to_string();
        assert!(
            error.contains("column 2 has a text that takes 4000000 bytes, so 10001 rows as wide"),
            "{error}"
        );
        assert!(error.contains("set the dtype, with the width of its texts"), "{error}");
    }
    let error = open("U").convert(&path, &out).unwrap_err().to_string();
    assert!(error.contains("there is a text that takes 4000000 bytes"), "{error}");
    assert!(!out.exists());
    // Texts that are no wider than they are, and widths that are given.
    let strings: Array2<String> = LoadTxt::new().delimiter(',').load(&path).unwrap();
    assert_eq!((strings.nrows(), strings[[10_000, 1]].len()), (10_001, 1_000_000));
    let error = open("[('n', 'i4'), ('name', 'U9')]").load::<AnyArray>(&path).unwrap_err().to_string();
    assert!(error.contains("line 10001, column 2: expected text of at most 9 characters"), "{error}");
}

#[test]
fn a_row_without_memory_is_an_error() {
    let dir = tests::temp_dir();
    let path = dir.path().join("a.txt");
    std::fs::write(&path, "a ".repeat(100_000)).unwrap();
    // More than any machine can address.
    let load = LoadTxt::new().dtype(DType::parse("U500000000").unwrap());
    let error = load.convert(&path, dir.path().join("a.npy")).unwrap_err().to_string();
    assert!(
        error.contains("line 1: there is no memory for one more row of 200000000000000 bytes"),
        "{error}"
    );
}
