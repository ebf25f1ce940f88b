//! What text takes in memory beside the result, measured as a whole process: alone in its file.
#![cfg(target_os = "linux")]
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use ndarray::{Array1, Array2};
use npz_core::{AnyArray, DType, NpyRecord};
use npz_text::{GenFromTxt, Infer, LoadTxt, SaveTxt};
use tests::memory::{forget_peak, peak};
use tests::temp_dir;

const MIB: usize = 1 << 20;

/// Asserts that work takes at most 64 MiB beside its result, of so many bytes.
fn bounded<T>(what: &str, result: usize, work: impl FnOnce() -> T) -> T {
    let before = forget_peak();
    let done = work();
    let taken = peak().saturating_sub(before + result);
    println!("{what}: {} MiB beside a result of {}", taken >> 20, result >> 20);
    assert!(taken < 64 * MIB, "{what} took {} MiB beside the result", taken >> 20);
    done
}

/// A file of so many lines.
fn write(path: &Path, lines: usize, line: impl Fn(usize) -> String) {
    let mut file = BufWriter::new(fs::File::create(path).unwrap());
    for number in 0..lines {
        file.write_all(line(number).as_bytes()).unwrap();
    }
    file.flush().unwrap();
}

#[derive(NpyRecord, Clone, PartialEq, Debug)]
struct Pair {
    a: f64,
    b: i64,
}

fn by_commas<'a>() -> LoadTxt<'a> {
    LoadTxt::new().delimiter(',')
}

#[test]
fn memory_is_that_of_the_result() {
    let dir = temp_dir();
    let (path, out) = (dir.path().join("a.txt"), dir.path().join("out"));
    // The text is three times its array, and more than that and what is allowed.
    let (rows, columns) = (500_000, 10);
    let line = "-1.234567890123456789e+00 ".repeat(columns - 1);
    write(&path, rows, |number| format!("{line}{number:022}.5\n"));
    assert!(fs::metadata(&path).unwrap().len() as usize > 110 * MIB);
    let result = rows * columns * 8;
    for threads in [1, 0] {
        let load = LoadTxt::new().threads(threads);
        let array: Array2<f64> = bounded("loadtxt", result, || load.load(&path).unwrap());
        assert_eq!((array.nrows(), array[[rows - 1, columns - 1]]), (rows, rows as f64 - 0.5));
        let source = || fs::File::open(&path).unwrap();
        bounded("loadtxt of a reader", result, || load.read::<Array2<f64>>(source()).unwrap());
        let saved = SaveTxt::new().threads(threads);
        bounded("savetxt", 0, || saved.save(&out, &array).unwrap());
    }
    let quoted = LoadTxt::new().quotechar('"');
    bounded("with quotes", result, || quoted.load::<Array2<f64>>(&path).unwrap());
    let footer = GenFromTxt::new().skip_footer(3);
    bounded("with a footer", result, || footer.load::<Array2<f64>>(&path).unwrap());
    let found: AnyArray =
        bounded("with a dtype that is found", result, || GenFromTxt::new().dtype(Infer).load(&path).unwrap());
    assert_eq!(found.shape(), [rows, columns]);
    drop(found);
    // The text is kept in a file until the dtype is found.
    let reader = || fs::File::open(&path).unwrap();
    let found: AnyArray = bounded("with a dtype that is found, of a reader", result, || {
        GenFromTxt::new().dtype(Infer).read(reader()).unwrap()
    });
    assert_eq!(found.shape(), [rows, columns]);
    drop(found);
    let count = bounded("in pieces", 0, || {
        LoadTxt::new()
            .pieces::<Array2<f64>>(&path, 10_000)
            .unwrap()
            .map(|piece| piece.unwrap().nrows())
            .sum::<usize>()
    });
    assert_eq!(count, rows);
    for name in ["a.npy", "a.npz"] {
        bounded("to a file", 0, || GenFromTxt::new().convert(&path, dir.path().join(name)).unwrap());
    }
    // A field takes up to 24 times its text.
    let commas = ",".repeat(8 << 20);
    let refused = |text: &str| by_commas().read::<Array2<f64>>(text.as_bytes()).unwrap_err().to_string();
    let error = bounded("a line of commas", 0, || refused(&commas));
    assert!(error.contains("more than the 1048576 fields allowed"), "{error}");
    drop(commas);
    // The room for rows that are expected to be as short as the first is not touched.
    let long =
        |number| if number < 100_000 { "1 2\n".to_owned() } else { format!("{number:020}.5 {number:021}\n") };
    write(&path, 1_600_000, long);
    let rows = 1_600_000;
    let array: Array2<f64> =
        bounded("rows that get longer", rows * 16, || LoadTxt::new().load(&path).unwrap());
    assert_eq!(array[[rows - 1, 0]], rows as f64 - 0.5);
    drop(array);
    // Rows of several types, which are bytes before they are what the program asked for.
    let (path, rows) = (dir.path().join("b.txt"), 5_000_000);
    write(&path, rows, |number| format!("1,{number}\n"));
    let load = by_commas;
    let pairs: Array1<Pair> = bounded("rows of a struct", rows * 16, || load().load(&path).unwrap());
    assert_eq!(pairs[rows - 1], Pair { a: 1.0, b: rows as i64 - 1 });
    drop(pairs);
    // Cells that are bytes before they are what Rust has.
    for dtype in [">f8", "<M8[s]"] {
        let load = by_commas().dtype(DType::parse(dtype).unwrap());
        let any: AnyArray = bounded("cells of a dtype", rows * 16, || load.load(&path).unwrap());
        assert_eq!((any.dtype().to_string().as_str(), any.shape()), (dtype, &[rows, 2][..]));
    }
    let dtype = DType::parse("[('a', 'f8'), ('b', 'i8')]").unwrap();
    let columns: Vec<Array1<f64>> = bounded("column by column", rows * 16, || load().load(&path).unwrap());
    assert_eq!((columns.len(), columns[1][rows - 1]), (2, rows as f64 - 1.0));
    drop(columns);
    let columns: Vec<AnyArray> = bounded("any columns", rows * 16, || load().load(&path).unwrap());
    let column = columns[1].view::<f64>().unwrap();
    assert!(column.len() == rows && column.iter().enumerate().all(|(row, cell)| *cell == row as f64));
    drop(columns);
    let fields = || load().dtype(dtype.clone());
    let columns: Vec<AnyArray> = bounded("field by field", rows * 16, || fields().load(&path).unwrap());
    let column = columns[1].view::<i64>().unwrap();
    assert!(column.len() == rows && column.iter().enumerate().all(|(row, cell)| *cell == row as i64));
    drop(columns);
    let records: AnyArray = bounded("rows of a dtype", rows * 16, || fields().load(&path).unwrap());
    bounded("savetxt of records", 0, || SaveTxt::new().format("%g").save(&out, &records).unwrap());
    drop(records);
    // Texts and bytes of a width take what a `String` does, and 32 bytes for what it has allocated.
    write(&path, rows, |number| format!("{number:07},x{}\n", number % 100));
    for (dtype, stored) in [("U7", "<U7"), ("S7", "|S7")] {
        let load = by_commas().dtype(DType::parse(dtype).unwrap());
        let any: AnyArray = bounded("texts of a width", 2 * rows * (24 + 32), || load.load(&path).unwrap());
        assert_eq!((any.dtype().to_string().as_str(), any.shape()), (stored, &[rows, 2][..]));
    }
    // Rows that are skipped are counted, and a few of them listed.
    write(&path, 6_000_000, |number| if number == 0 { "1 2\n".to_owned() } else { "7\n".to_owned() });
    let skip = GenFromTxt::new().invalid_raise(false);
    let one: Array2<f64> = bounded("ragged rows", 0, || skip.load(&path).unwrap());
    assert_eq!(one.nrows(), 1);
    let pieces = || skip.pieces::<Array2<f64>>(&path, 100).unwrap();
    bounded("ragged rows in pieces", 0, || assert_eq!(pieces().count(), 1));
    // Rows that take much more than their text, in pieces.
    write(&path, 400_000, |number| format!("a,{number}\n"));
    let wide = DType::parse("[('a', 'U500'), ('b', 'i8')]").unwrap();
    for load in [load().dtype(wide.clone()), load().dtype(wide).quotechar('"')] {
        let pieces = || load.pieces::<AnyArray>(&path, 1000).unwrap();
        let count =
            bounded("wide rows in pieces", 0, || pieces().map(|piece| piece.unwrap().len()).sum::<usize>());
        assert_eq!(count, 400_000);
    }
    // Few rows that are long.
    let line = "1.5 ".repeat(100_000) + "\n";
    write(&path, 150, |_| line.clone());
    bounded("long rows to a file", 0, || LoadTxt::new().convert(&path, dir.path().join("a.npy")).unwrap());
}
