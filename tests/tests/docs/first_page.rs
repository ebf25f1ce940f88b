//! The first page is run from top to bottom: its Rust and its Python in turn, in one empty folder, with real NumPy.

use ndarray::Array2;
use npz_core::NpzReader;
use tests::docs::{blocks, source, table};
use tests::{python, temp_dir};

#[allow(dead_code, reason = "a page shows more fields than it reads")]
mod programs {
    include!(concat!(env!("OUT_DIR"), "/first_page.rs"));

    pub(crate) fn all() -> &'static [fn() -> npz_core::Result<()>] {
        PROGRAMS
    }
}

#[test]
fn the_first_page_runs_from_top_to_bottom() {
    let dir = temp_dir();
    // Tests of this file that need a folder of their own can't run beside this one.
    let before = std::env::current_dir().unwrap();
    std::env::set_current_dir(dir.path()).unwrap();
    let page = source("README.md");
    let mut programs = programs::all().iter();
    let mut runs = 0;
    for fence in page.split("\n```").filter(|part| !part.starts_with('\n')) {
        if fence.starts_with("rust,no_run\n") {
            programs.next().unwrap()().unwrap();
        } else if let Some(script) = fence.strip_prefix("python\n") {
            python(dir.path(), script);
        } else {
            assert!(!fence.starts_with("rust"), "a program that is not run: {fence}");
            continue;
        }
        runs += 1;
    }
    assert_eq!((programs.next(), runs), (None, 8));

    let npz = NpzReader::open("study.npz").unwrap();
    let mut printed: Vec<String> = npz.entries().unwrap().iter().map(ToString::to_string).collect();
    printed.push(npz.get::<npz_core::AnyArray>("weights").unwrap().to_string());
    let shown = blocks(&page, "text").into_iter().find(|block| block.contains("weights: ")).unwrap();
    assert_eq!(shown.trim_end(), printed.join("\n"));

    let weights: Array2<f32> = NpzReader::open("runs/step-00000010.npz").unwrap().get("weights").unwrap();
    assert!((weights[[63, 9]] - 1.0).abs() < 1e-6, "{weights}");
    std::env::set_current_dir(before).unwrap();
}

#[test]
fn its_speeds_are_those_of_the_results() {
    let (page, results) = (source("README.md"), source("benchmarks/RESULTS.md"));
    let ours = table(&page, "| | npz-core |");
    let who = ["npz-core", "ndarray-npy", "npyz", "safetensors"];
    let rows = [
        ("save 64 MiB of weights", "| save stored | 1 KiB"),
        ("load it from NumPy's file", "| load stored, NumPy's archive | 1 KiB"),
        ("save it compressed", "| save compressed | 1 KiB"),
        ("load that from NumPy's file", "| load compressed, NumPy's archive | 1 KiB"),
    ];
    let mut numpys = Vec::new();
    for (name, measured) in rows {
        let shown = ours.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no row {name}"));
        let measured = table(&results, measured);
        let speed = |who: &str| {
            let row = measured.iter().find(|row| row[0] == who)?;
            Some(row.last().unwrap().split(" MB/s").next().unwrap().to_owned())
        };
        for (column, who) in who.iter().enumerate() {
            let shown = shown[column + 1].split([',', ' ']).next().unwrap();
            let measured = speed(who).unwrap_or_else(|| "no".to_owned());
            assert_eq!(shown, measured, "{name}, {who}");
        }
        numpys.push(speed("NumPy").unwrap());
    }
    let numpys = format!("NumPy itself: {} MB/s", numpys.join(", "));
    assert!(page.contains(&numpys), "the page should say: {numpys}");
}

#[test]
fn it_has_no_more_words_than_an_hour_allows() {
    let words = source("README.md").split_whitespace().count();
    assert!(words <= 1200, "{words} words: what a first hour does not need belongs into the guide");
}
