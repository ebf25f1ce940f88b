//! `Lazy<T>`: what a load reads, what `get` finds, and what a save copies.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod loading;
mod places;
mod saving;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use ndarray::{Array1, Array2, ArrayD};
use npz_core::{Lazy, Npz};

#[derive(Npz, Debug, Clone, PartialEq)]
struct Layer {
    weights: Array2<f32>,
    bias: Vec<f64>,
    name: Option<String>,
}

#[derive(Npz, Debug)]
struct Model {
    step: u64,
    layers: Lazy<Vec<Layer>>,
    table: Lazy<Array1<f64>>,
}

fn layers() -> Vec<Layer> {
    let layer = |i: usize| Layer {
        weights: Array2::from_shape_fn((30, 40), |(r, c)| (r * c + i) as f32),
        bias: vec![i as f64; 7],
        name: (i == 1).then(|| "output".to_owned()),
    };
    (0..2).map(layer).collect()
}

/// Large enough to tell its data from its header.
fn table() -> Array1<f64> {
    Array1::from_iter((0..200_000).map(|i| f64::from(i).sqrt()))
}

fn model() -> Model {
    Model { step: 7, layers: layers().into(), table: table().into() }
}

type Arrays = BTreeMap<String, Lazy<ArrayD<f64>>>;

/// A member as it lies in an archive, found by the `zip` crate.
#[derive(Debug, PartialEq)]
struct Raw {
    method: u16,
    crc32: u32,
    size: u64,
    bytes: Vec<u8>,
}

fn raw_members(archive: &[u8]) -> BTreeMap<String, Raw> {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let count = zip.len();
    let raw = |i| {
        let mut file = zip.by_index_raw(i).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        #[expect(deprecated, reason = "the named methods of `zip` depend on which of its features are on")]
        let method = file.compression().to_u16();
        (file.name().unwrap().into_owned(), Raw { method, crc32: file.crc32(), size: file.size(), bytes })
    };
    (0..count).map(raw).collect()
}

fn raw_members_of(path: &Path) -> BTreeMap<String, Raw> {
    raw_members(&std::fs::read(path).unwrap())
}
