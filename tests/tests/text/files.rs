//! Files whose length tells how much room the result needs: what is read straight into it is what is read without knowing.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use ndarray::{Array1, Array2};
use npz_core::Error;
use npz_text::{Encoding, GenFromTxt, LoadTxt};
use num_complex::Complex;
use tests::temp_dir;

/// Many pieces.
const ROWS: usize = 40_000;

/// A text of so many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        writeln!(text, "{}", line(number)).unwrap();
        text
    })
}

fn row(number: usize) -> String {
    format!("{number} {}.25 -1e-{}", number * 7, number % 300)
}

/// A row, but for every so many lines.
fn mixed(every: usize, other: &str) -> String {
    lines(ROWS, |number| if number % every == every - 1 { other.to_owned() } else { row(number) })
}

/// The same as ROWS rows with one other line, far in.
fn one(other: &str) -> String {
    lines(ROWS, |number| if number == ROWS - 1000 { other.to_owned() } else { row(number) })
}

/// Texts of every sort, with a name.
fn texts() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let texts = [
        ("plain rows", lines(ROWS, row)),
        ("no end of the last line", lines(ROWS, row).trim_end().to_owned()),
        ("CRLF", lines(ROWS, row).replace('\n', "\r\n")),
        ("comments", mixed(1000, "# a comment")),
        ("comments in each piece and at the end", mixed(100, "  # a comment") + "\n\n# the end"),
        ("blank lines", mixed(7, "")),
        ("one blank line", one("")),
        ("what is not finite", mixed(3, "nan -inf +Infinity")),
        ("comments behind rows", mixed(11, "1 2 3 # 4")),
        ("rows that get shorter", lines(2000, row) + &"1 2 3\n".repeat(100_000)),
        ("rows that get shorter, and comments", lines(2000, row) + &"1 2 3\n#\n".repeat(50_000)),
        ("rows that get longer", "1 2 3\n".repeat(20_000) + &lines(ROWS, row)),
        ("many comments at first", lines(1, row) + &"#\n".repeat(100_000) + &lines(ROWS, row)),
        ("one row", row(1) + &"\n".repeat(300_000)),
        ("a short row", one("1 2")),
        ("a long row", one("1 2 3 4")),
        ("a bad cell", one("1 2 x")),
        ("a comment, then a bad cell", mixed(100, "#") + "1 2 x\n1 2\n"),
        ("no UTF-8", one("1 2 \u{1}")),
        ("ragged rows", mixed(100, "1 2")),
    ];
    let bytes = |text: String| text.bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    texts.into_iter().map(move |(name, text)| (name, bytes(text)))
}

/// What the text holds, line by line, in the plainest way; `None` if it is no table of three columns.
fn naive(text: &str) -> Option<Vec<[f64; 3]>> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells: Option<Vec<f64>> =
            line.split('#').next()?.split_whitespace().map(|cell| cell.parse().ok()).collect();
        let cells = cells?;
        if !cells.is_empty() {
            rows.push(cells.try_into().ok()?);
        }
    }
    Some(rows)
}

/// The bits of an array, or the message without the name of the file.
fn outcome(loaded: Result<Array2<f64>, Error>, path: &Path) -> Result<(usize, Vec<u64>), String> {
    let bits = |array: Array2<f64>| (array.ncols(), array.iter().map(|cell| cell.to_bits()).collect());
    loaded.map(bits).map_err(|error| error.to_string().replace(&format!("{}: ", path.display()), ""))
}

#[test]
fn a_file_gives_what_its_lines_hold() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    for (name, text) in texts() {
        fs::write(&path, &text).unwrap();
        // Of a reader no length is known.
        let read = outcome(LoadTxt::new().threads(1).read(&text[..]), &path);
        let expected = std::str::from_utf8(&text).ok().and_then(naive);
        assert_eq!(expected.is_some(), read.is_ok(), "{name}");
        for threads in [1, 2, 3, 8] {
            let loaded = outcome(LoadTxt::new().threads(threads).load(&path), &path);
            assert!(loaded == read, "{name} by {threads} threads: {:?}", loaded.err());
            if let (Some(rows), Ok((_, bits))) = (&expected, loaded) {
                assert!(rows.iter().flatten().map(|cell| cell.to_bits()).eq(bits), "{name} by {threads}");
            }
        }
    }
}

#[test]
fn ragged_rows_of_a_file_are_skipped_and_told() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    for (name, text) in texts() {
        fs::write(&path, &text).unwrap();
        for raise in [false, true] {
            let told = Mutex::new(Vec::new());
            let load = |threads| {
                let warn = |message: &str| told.lock().unwrap().push(message.to_owned());
                GenFromTxt::new().invalid_raise(raise).on_warning(warn).threads(threads)
            };
            let read = outcome(load(1).read(&text[..]), &path);
            let warnings = std::mem::take(&mut *told.lock().unwrap());
            for threads in [1, 2] {
                let loaded = outcome(load(threads).load(&path), &path);
                assert!(loaded == read, "{name} by {threads} threads: {:?}", loaded.err());
                assert_eq!(std::mem::take(&mut *told.lock().unwrap()), warnings, "{name}");
            }
        }
    }
}

#[test]
fn a_file_is_loaded_by_all_options_as_a_reader_is() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    let text = mixed(100, "nan 0 0 # gap");
    let shorter = lines(2000, row) + &lines(100_000, |number| format!("1 2 {}", number % 10));
    let quoted = mixed(3, "\"\n4\" 5 6");
    for threads in [1, 2] {
        let load = || LoadTxt::new().threads(threads);
        let gaps = || GenFromTxt::new().threads(threads);
        macro_rules! same {
            ($type:ty, $load:expr, $text:expr) => {{
                fs::write(&path, &$text).unwrap();
                let (loaded, read): ($type, $type) =
                    ($load.load(&path).unwrap(), $load.read($text.as_bytes()).unwrap());
                assert!(format!("{loaded:?}") == format!("{read:?}"), "{}", stringify!($load));
                assert_eq!(loaded.len(), read.len());
                assert!(
                    loaded
                        .iter()
                        .map(|cell| format!("{cell:?}"))
                        .eq(read.iter().map(|cell| format!("{cell:?}")))
                );
            }};
        }
        same!(Array2<f32>, load(), text);
        same!(Array2<Complex<f64>>, load(), text);
        same!(Array2<f64>, load().max_rows(20_000), text);
        same!(Array2<f64>, load().skip_rows(1000), text);
        same!(Array2<f64>, load().usecols([2, 0]), text);
        same!(Array2<f64>, load().usecols([1; 30]), text);
        let whole = |text: &str| Ok::<_, String>(text.replace(".25", ""));
        same!(Array1<i64>, load().usecols([1]).converter(1, whole), text);
        same!(Array2<bool>, load().converter(.., |_| Ok::<_, String>("1".to_owned())), text);
        same!(Array2<f64>, load().quotechar('"'), quoted);
        same!(Array2<f64>, gaps().skip_footer(1003), text);
        same!(Array2<f64>, gaps().skip_footer(1003), shorter);
        fs::write(&path, &text).unwrap();
        let (cells, mask): (Array2<f64>, Array2<bool>) = gaps().missing_values(1, ["0"]).load(&path).unwrap();
        assert_eq!((cells.nrows(), mask.iter().filter(|gap| **gap).count()), (ROWS, ROWS / 100));
        // In other encodings a character takes more bytes, or fewer.
        for (encoding, width) in [(Encoding::Latin1, 1), (Encoding::Utf16Le, 2), (Encoding::Utf32Le, 4)] {
            let wide = text.bytes().flat_map(|byte| [byte, 0, 0, 0].into_iter().take(width));
            fs::write(dir.path().join("b.txt"), wide.collect::<Vec<_>>()).unwrap();
            let loaded: Array2<f64> = load().encoding(encoding).load(dir.path().join("b.txt")).unwrap();
            let bits = |array: &Array2<f64>| array.iter().map(|cell| cell.to_bits()).collect::<Vec<_>>();
            assert!(bits(&loaded) == bits(&load().load(&path).unwrap()), "{encoding:?}");
        }
    }
}

#[test]
fn a_footer_of_any_length_is_left_out() {
    let text = mixed(7, "# a comment") + "\n1 2 # not all of a row\n\n";
    let rows = naive(&text.replace("1 2 # not all of a row\n", "")).unwrap();
    for threads in [1, 2] {
        for skip in [1, 2, 1000, rows.len() / 2, rows.len(), rows.len() + 1, rows.len() + 9, usize::MAX] {
            let load = GenFromTxt::new().threads(threads).skip_footer(skip);
            let loaded: Array2<f64> = load.read(text.as_bytes()).unwrap();
            // The short row is the last.
            let left = &rows[..(rows.len() + 1).saturating_sub(skip)];
            assert!(loaded.iter().eq(left.iter().flatten()), "{skip} by {threads}: {}", loaded.nrows());
        }
    }
    // Whoever looks at all of it anew with each piece takes hundreds of times as long.
    let text = "1\n".repeat(2_000_000);
    let time = |skip| {
        let start = std::time::Instant::now();
        let load = GenFromTxt::new().threads(1).skip_footer(skip);
        assert_eq!(load.read::<Array1<f64>>(text.as_bytes()).unwrap().len(), 2_000_000 - skip);
        start.elapsed()
    };
    let (without, with) = (time(0), time(1_999_999));
    assert!(with < 60 * without, "{with:?} and {without:?}");
}

#[test]
fn a_file_longer_than_its_text_needs_no_memory_for_it() {
    let dir = temp_dir();
    let path = dir.path().join("a.txt");
    // 15 TiB of zeros behind the first rows, which no memory has room for as cells.
    fs::write(&path, lines(ROWS, row)).unwrap();
    let is_large = fs::File::options().write(true).open(&path).unwrap().set_len(15 << 40);
    if is_large.is_err() {
        return; // the disk has no files with holes
    }
    for threads in [1, 2] {
        let error = LoadTxt::new().threads(threads).load::<Array2<f64>>(&path).unwrap_err().to_string();
        assert!(error.contains("a line has more than 16777216 bytes"), "{error}");
    }
}
