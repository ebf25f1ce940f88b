//! What comes while a text is gone through: how far it is, pieces, conversion, warnings and errors at their place; of files and readers.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use ndarray::{Array1, Array2};
use npz_core::{AnyArray, DType, ErrorKind, npy};
use npz_text::{Encoding, GenFromTxt, Infer, Limits, LoadTxt, SaveTxt};
use tests::temp_dir;

const ROWS: usize = 300_000;

/// What was told of a load; asserts that it only went forward and came to the end once.
fn told(
    all: Option<u64>,
    end: u64,
    load: impl FnOnce(&(dyn Fn(u64, Option<u64>) -> ControlFlow<()> + Sync)),
) {
    let told = Mutex::new(Vec::new());
    load(&|done, of| {
        assert_eq!(of, all);
        told.lock().unwrap().push(done);
        ControlFlow::Continue(())
    });
    let told = told.into_inner().unwrap();
    assert!(told.is_sorted() && told.last() == Some(&end), "{all:?} {end}: {told:?}");
    assert!(told.iter().filter(|done| **done == end).count() == 1 || all.is_none(), "{told:?}");
}

#[test]
fn progress_counts_the_bytes_of_the_file_once() {
    let dir = temp_dir();
    let text = "12345 678.5\n".repeat(ROWS);
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("a.txt"), &text).unwrap();
    let array = Array2::from_shape_fn((ROWS, 2), |(row, column)| row as f64 + column as f64 / 2.0);
    SaveTxt::new().format(["%d", "%.1f"]).save(path("a.gz"), &array).unwrap();
    std::fs::write(path("b.txt"), text.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<_>>()).unwrap();
    for threads in [1, 2] {
        for (name, encoding) in
            [("a.txt", Encoding::Utf8), ("a.gz", Encoding::Utf8), ("b.txt", Encoding::Utf16)]
        {
            let path = path(name);
            let len = std::fs::metadata(&path).unwrap().len();
            let options = || GenFromTxt::new().encoding(encoding).threads(threads);
            told(Some(len), len, |tell| {
                options().progress(tell).load::<Array2<f64>>(&path).map(drop).unwrap();
            });
            told(Some(len), len, |tell| {
                options().progress(tell).dtype(Infer).load::<AnyArray>(&path).map(drop).unwrap();
            });
            told(Some(len), len, |tell| {
                options().progress(tell).max_rows(10).load::<Array2<f64>>(&path).map(drop).unwrap();
            });
            told(Some(len), len, |tell| {
                let options = options().progress(tell);
                assert_eq!(options.pieces::<Array2<f64>>(&path, 1000).unwrap().count(), ROWS / 1000);
            });
            told(Some(len), len, |tell| {
                options().progress(tell).dtype(Infer).convert(&path, dir.path().join("a.npy")).unwrap();
            });
        }
        // Of a reader nobody knows how much there is; what is found in it takes no more bytes of it.
        let (options, len) = (|| GenFromTxt::new().threads(threads), text.len() as u64);
        told(None, len, |tell| {
            options().progress(tell).read::<Array2<f64>>(text.as_bytes()).map(drop).unwrap();
        });
        told(None, len, |tell| {
            options().progress(tell).dtype(Infer).read::<AnyArray>(text.as_bytes()).map(drop).unwrap();
        });
    }
    told(Some(0), 0, |tell| {
        std::fs::write(path("a.txt"), "").unwrap();
        LoadTxt::new().progress(tell).load::<Array2<f64>>(path("a.txt")).map(drop).unwrap();
    });
}

#[test]
fn work_is_cancelled_in_each_pass() {
    let dir = temp_dir();
    let (path, out) = (dir.path().join("a.txt"), dir.path().join("a.npy"));
    let text = "1 2.5\n".repeat(1_000_000);
    std::fs::write(&path, &text).unwrap();
    // How often it is told, up to the one that ends it.
    let ended = |load: &dyn Fn(GenFromTxt<'_>) -> npz_core::Result<()>| {
        for calls in 0.. {
            let left = Mutex::new(calls);
            let tell = |_, _| {
                let mut left = left.lock().unwrap();
                if *left == 0 {
                    return ControlFlow::Break(());
                }
                *left -= 1;
                ControlFlow::Continue(())
            };
            match load(GenFromTxt::new().dtype(Infer).progress(tell)) {
                Ok(()) => return calls,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}"),
            }
        }
        unreachable!()
    };
    // 6 MB: about 5 times and at the end in each pass, and in the one that reads what can't be read again.
    let calls = ended(&|load| load.load::<AnyArray>(&path).map(drop));
    assert!((10..15).contains(&calls), "{calls}");
    let calls = ended(&|load| load.read::<AnyArray>(text.as_bytes()).map(drop));
    assert!((15..22).contains(&calls), "{calls}");
    let calls = ended(&|load| load.convert(&path, &out));
    assert!((10..15).contains(&calls), "{calls}");
    std::fs::remove_file(&out).unwrap();
    let told = Mutex::new(Vec::new());
    let array = Array2::<f64>::zeros((100_000, 3));
    let save = SaveTxt::new().progress(|done, all| {
        told.lock().unwrap().push(done);
        assert_eq!(all, 100_000);
        ControlFlow::Continue(())
    });
    save.save(&path, &array).unwrap();
    let told = told.lock().unwrap();
    assert!(told.len() > 5 && told.is_sorted() && told.last() == Some(&100_000), "{told:?}");
}

/// The bytes of a file that a conversion makes.
fn converted(convert: impl FnOnce(&Path) -> npz_core::Result<()>) -> Vec<u8> {
    let dir = temp_dir();
    convert(&dir.path().join("a.npy")).unwrap();
    std::fs::read(dir.path().join("a.npy")).unwrap()
}

#[test]
fn readers_go_in_pieces_and_are_converted_as_files_are() {
    let dir = temp_dir();
    let path = dir.path().join("a.gz");
    let array = Array2::from_shape_fn((50_000, 3), |(row, column)| (row * 3 + column) as f64 / 8.0);
    SaveTxt::new().format("%.17g").save(&path, &array).unwrap();
    let load = LoadTxt::new();
    let of_file: Vec<Array2<f64>> = load.pieces(&path, 7000).unwrap().map(Result::unwrap).collect();
    assert_eq!((of_file.len(), of_file[7].nrows()), (8, 1000));
    let bytes = std::fs::read(&path).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    let mut slow = std::io::BufReader::with_capacity(10, &bytes[..]);
    let boxed: Box<dyn std::io::Read + Send> = Box::new(std::io::Cursor::new(bytes.clone()));
    for pieces in [
        load.pieces::<Array2<f64>>(&bytes[..], 7000),
        load.pieces(file, 7000),
        load.pieces(&mut slow, 7000),
        load.pieces(boxed, 7000),
        load.pieces(path.to_str().unwrap(), 7000),
    ] {
        assert!(pieces.unwrap().map(Result::unwrap).eq(of_file.iter().cloned()));
    }
    let expected = converted(|out| load.convert(&path, out));
    assert!(expected == npy::to_bytes(&array).unwrap());
    assert!(converted(|out| load.convert(&bytes[..], out)) == expected);
    assert!(converted(|out| load.convert(&mut std::io::Cursor::new(&bytes), out)) == expected);
    // What has to be found takes a pass before, for which the text of a reader is kept: more of it in a file.
    let mut long = String::new();
    for row in 0..2_000_000 {
        writeln!(long, "{row},a{}", row % 7).unwrap();
    }
    assert!(long.len() > 16 << 20);
    std::fs::write(&path, &long).unwrap();
    let infer = GenFromTxt::new().delimiter(',').dtype(Infer);
    let of_file: Vec<AnyArray> = infer.pieces(&path, 700_000).unwrap().map(Result::unwrap).collect();
    assert_eq!((of_file.len(), of_file[2].len()), (3, 600_000));
    assert_eq!(of_file[0].dtype().to_string(), "[('f0', '<i8'), ('f1', '<U2')]");
    assert!(infer.pieces::<AnyArray>(long.as_bytes(), 700_000).unwrap().map(Result::unwrap).eq(of_file));
    let expected = converted(|out| infer.convert(&path, out));
    assert!(converted(|out| infer.convert(&mut std::io::Cursor::new(&long), out)) == expected);
    let texts = LoadTxt::new().delimiter(',').dtype(DType::parse("[('a', 'i8'), ('b', 'U')]").unwrap());
    let one = |input: &str| texts.pieces(input.as_bytes(), 9).unwrap().collect::<Result<Vec<AnyArray>, _>>();
    assert_eq!(one("1,a\n2,bcd\n").unwrap()[0].dtype().to_string(), "[('a', '<i8'), ('b', '<U3')]");
    // A fault in the first pass has its line.
    let error = infer.read::<AnyArray>([long.as_bytes(), b"1,\xff\n"].concat().as_slice()).unwrap_err();
    assert!(error.to_string().starts_with("line 2000001, character 3: byte 0xff"), "{error}");
    // Texts alone take what they need.
    let texts: Vec<Array1<String>> = load.pieces(&b"a\nbcd\n"[..], 1).unwrap().map(Result::unwrap).collect();
    assert_eq!(texts[1][0], "bcd");
}

#[test]
fn ragged_rows_are_told_with_their_piece() {
    // Far apart, so that several threads read them before they are wanted.
    let row = |row: usize| {
        if [10, 11, 150_000, 299_999].contains(&row) { "7\n".to_owned() } else { format!("{row} 1\n") }
    };
    let text: String = (0..ROWS).map(row).collect();
    for threads in [1, 2] {
        let raise = GenFromTxt::new().threads(threads);
        let mut pieces = raise.pieces::<Array2<f64>>(text.as_bytes(), 50_000).unwrap();
        let error = pieces.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("\n    line 11 has 1\n    line 12 has 1\n`invalid_raise"), "{error}");
        assert!(pieces.next().is_none());
        let later = GenFromTxt::new().threads(threads).skip_header(12);
        let outcomes: Vec<Result<usize, String>> = later
            .pieces::<Array2<f64>>(text.as_bytes(), 50_000)
            .unwrap()
            .map(|piece| piece.map(|piece| piece.nrows()).map_err(|error| error.to_string()))
            .collect();
        assert_eq!((outcomes.len(), &outcomes[..2]), (3, &[Ok(50_000), Ok(50_000)][..]));
        assert!(outcomes[2].as_ref().unwrap_err().contains("line 150001 has 1\n`"), "{outcomes:?}");

        let told = Mutex::new(Vec::new());
        let warn = |message: &str| told.lock().unwrap().push(message.to_owned());
        let skip = GenFromTxt::new().threads(threads).invalid_raise(false).on_warning(warn);
        let mut heard = Vec::new();
        for piece in skip.pieces::<Array2<f64>>(text.as_bytes(), 50_000).unwrap() {
            assert!(piece.unwrap().column(1).iter().all(|cell| *cell == 1.0));
            heard.push(std::mem::take(&mut *told.lock().unwrap()));
        }
        assert_eq!(heard.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1, 0, 0, 1]);
        assert!(heard[0][0].ends_with("line 11 has 1\n    line 12 has 1"), "{heard:?}");
        assert!(heard[2][0].ends_with("row\n    line 150001 has 1"), "{heard:?}");
        assert!(heard[5][0].ends_with("row\n    line 300000 has 1"), "{heard:?}");
    }
    // In a table whose dtype is found they are told once.
    let told = Mutex::new(Vec::new());
    let warn = |message: &str| told.lock().unwrap().push(message.to_owned());
    let infer = GenFromTxt::new().dtype(Infer).invalid_raise(false).on_warning(warn);
    infer.read::<AnyArray>(text.as_bytes()).unwrap();
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[test]
fn a_text_without_data_is_told_of_whoever_reads_it() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    for (text, count) in [("", 1), ("# only a comment\n\n", 1), ("1\n2\n", 0)] {
        std::fs::write(&path, text).unwrap();
        let told = Mutex::new(Vec::new());
        let warn = |message: &str| told.lock().unwrap().push(message.to_owned());
        let load = LoadTxt::new().on_warning(warn);
        let infer = GenFromTxt::new().dtype(Infer).on_warning(warn);
        let asserted = || {
            let told = std::mem::take(&mut *told.lock().unwrap());
            assert_eq!(told, vec!["the text holds no data"; count], "{text:?}");
        };
        load.load::<Array1<f64>>(&path).unwrap();
        asserted();
        assert_eq!(load.pieces::<Array1<f64>>(&path, 2).unwrap().count(), 1 - count);
        asserted();
        load.convert(&path, dir.path().join("a.npy")).unwrap();
        asserted();
        load.convert(&path, dir.path().join("a.npz")).unwrap();
        asserted();
        infer.load::<AnyArray>(&path).unwrap();
        asserted();
    }
}

#[test]
fn what_is_no_text_and_lines_that_are_too_long_are_told_with_their_line_wherever_they_are() {
    let before = "1 2\n".repeat(ROWS);
    for threads in [1, 2] {
        let load = || GenFromTxt::new().threads(threads);
        let latin = [before.as_bytes(), b"3 \xe4\n1 2\n"].concat();
        let wide: Vec<u8> = before.bytes().flat_map(|byte| [byte, 0]).chain(*b"1\0 \0\0\xdc\n\0").collect();
        let long = before.clone() + &"1 ".repeat(150_000) + "\n1 2\n";
        let limits = Limits::new().line_bytes(200_000);
        for (load, text, start) in [
            (load().encoding(Encoding::Ascii), &latin[..], "line 300001, character 3: expected text"),
            (load().encoding(Encoding::Utf16Le), &wide, "line 300001, character 3: expected text"),
            (load(), &latin, "line 300001, character 3: byte 0xe4 is no UTF-8"),
            (load().limits(limits), long.as_bytes(), "line 300001: a line has more than 200000 bytes"),
            (load().limits(limits).skip_footer(5000), long.as_bytes(), "line 300001: a line has more"),
            (load().limits(limits).skip_header(299_999), long.as_bytes(), "line 300001: a line has more"),
            (load().limits(limits).dtype(Infer), long.as_bytes(), "line 300001: a line has more"),
            (load().encoding(Encoding::Ascii).dtype(Infer), &latin, "line 300001, character 3: "),
        ] {
            let error = load.read::<AnyArray>(text).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
            // What stands before is read, and may be all that is wanted.
            let rows = load.max_rows(10);
            if start.contains("text") || start.contains("no UTF-8") {
                assert_eq!(rows.read::<AnyArray>(text).unwrap().shape()[0], 10);
            }
        }
        // A quote that is never closed goes on over many lines.
        let quoted = LoadTxt::new().quotechar('"').encoding(Encoding::Ascii).threads(threads);
        let text = [before.as_bytes(), b"\"3\n4\n\xe4"].concat();
        let error = quoted.read::<Array2<f64>>(&text[..]).unwrap_err().to_string();
        assert!(error.starts_with("line 300003, character 1: expected text"), "{error}");
    }
}
