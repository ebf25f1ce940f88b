//! The page for NumPy users, `npz_core::guide::numpy`: each row of its tables is tried, with a file of real NumPy.

mod cells;
mod dtypes;
mod others;

use std::collections::BTreeSet;

use half::bf16;
use ndarray::{Array1, Array2, array};
use npz_core::time::Second;
use npz_core::{DateTime64, NpyRecord, Npz, NpzReader, time::Day};
use tests::docs::{blocks, code, source, table};
use tests::{python, temp_dir};

fn page() -> String {
    source("npz-core/src/guide/numpy.md")
}

#[derive(NpyRecord, Clone)]
struct Particle {
    id: u32,
    pos: [f64; 2],
}

#[derive(Npz)]
struct Run {
    #[npz(cast = "same_kind")]
    weights: Array2<f32>,
    names: Vec<String>,
    epoch: usize,
    rate: f64,
    started: DateTime64<Second>,
    #[npz(cast = "same_kind")]
    particles: Array1<Particle>,
}

#[derive(Npz)]
struct Layer {
    weights: Array2<bf16>,
    bias: Option<Vec<f32>>,
}

#[derive(Npz)]
struct Model {
    layers: Vec<Layer>,
    classes: Vec<String>,
    step: u64,
    day: DateTime64<Day>,
}

#[test]
fn the_python_of_the_examples_runs_and_exchanges_the_files() {
    let dir = temp_dir();
    let blocks = blocks(&page(), "python");
    let [writes, reads] = &blocks[..] else { panic!("two blocks of Python, found {}", blocks.len()) };
    python(dir.path(), writes);
    let listing = NpzReader::open(dir.path().join("run.npz")).unwrap().entries().unwrap();
    for entry in listing {
        assert!(page().contains(&format!("    \"{entry}\",\n")), "NumPy's file has another entry: {entry}");
    }
    let run = Run::load(dir.path().join("run.npz")).unwrap();
    assert_eq!(
        (run.weights, run.names, run.epoch, run.rate),
        (array![[0.5, -1.5]], vec!["a".into(), "bc".into()], 7, 0.1)
    );
    assert_eq!(run.started.to_string(), "2024-10-04T12:00:00");
    assert_eq!((run.particles[1].id, run.particles[1].pos), (2, [1.5, 0.0]));

    let weights = array![[0.5f32, -1.5]].mapv(bf16::from_f32);
    let model = Model {
        layers: vec![Layer { weights, bias: None }],
        classes: vec!["cat".to_owned(), "größer".to_owned()],
        step: 7,
        day: DateTime64::new(20_000),
    };
    model.save(dir.path().join("model.npz")).unwrap();
    python(dir.path(), &format!("import ml_dtypes\n{reads}"));
}

/// The calls in a piece of Rust: what stands before a bracket, with the type parameters before it.
fn calls(rust: &str) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for (at, _) in rust.match_indices('(') {
        let before = &rust[..at];
        let name_end = match before.strip_suffix('>') {
            None => before,
            Some(_) => before.split("::<").next().unwrap(),
        };
        let name = name_end.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
        if !name.is_empty() {
            calls.insert(name.to_owned());
        }
    }
    calls
}

#[test]
fn every_call_of_the_idioms_stands_in_an_example_that_is_run() {
    let page = page();
    let (_, idioms) = page.split_once("# Idioms").unwrap();
    let examples = blocks(&page, "").concat();
    let mut checked = 0;
    for section in idioms.split("\n### ").skip(1) {
        for row in table(section, "| NumPy | here |") {
            for rust in code(&row[1]) {
                for call in calls(&rust).iter().filter(|call| *call != "npz") {
                    let is_called =
                        [format!("{call}("), format!("{call}::<")].iter().any(|c| examples.contains(c));
                    assert!(is_called, "`{call}` of the row {row:?} is in no example of the page");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 70, "{checked}");
}

#[test]
fn the_python_of_the_idioms_runs() {
    let dir = temp_dir();
    let page = page();
    let (_, idioms) = page.split_once("# Idioms").unwrap();
    let rows = idioms.split("\n### ").skip(1).flat_map(|section| table(section, "| NumPy | here |"));
    let idioms: Vec<String> = rows.flat_map(|row| code(&row[0])).collect();
    assert!(idioms.len() > 70, "{}", idioms.len());
    python(
        dir.path(),
        &format!(
            r#"
import ml_dtypes
from numpy.lib.format import read_magic, read_array_header_1_0, write_array, read_array
a = b = w = np.array([[0.5]])
t, n, i, j = np.array(["2024-10-04"], "M8[D]"), 10_000, 0, 0
arrays, values, descr = {{'w': w, 'n': np.array(3)}}, [1, 2], [('x', '<f4')]
rows = np.array([(1, 0.5)], dtype=[('id', 'u1'), ('mass', 'f4')])
arr_0, arr_1 = a, b
np.save('a.npy', a)
np.save('rows.npy', rows)
with open('a.npy', 'rb') as file:
    data = file.read()
for idiom in {idioms:?}:
    np.savez('f.npz', w=w, n=3, particles=rows)
    with zipfile.ZipFile('f.npz', 'a') as z:
        z.writestr('notes.txt', 'first run') if 'notes' in idiom else None
    np.savez('x.npz', w=w)
    with open('two.npy', 'wb') as file:
        file.write(data + data)
    with np.load('f.npz') as f, open('two.npy', 'r+b') as file:
        try:
            exec(idiom, globals() | {{'f': f, 'file': file}})
        except Exception as error:
            raise SystemExit(f'{{idiom}}: {{error!r}}')
"#
        ),
    );
}
