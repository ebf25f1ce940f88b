//! Values of many types: saved to a path, to bytes, to a sink; loaded from a path, bytes, a stream; into an old value.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::num::Wrapping;
use std::sync::Arc;
use std::time::Duration;

use half::f16;
use ndarray::{Array1, Array2, ArrayD, ShapeBuilder};
use npz_core::extend::{Members, Name};
use npz_core::{ByteOrder, FromMembers, Lazy, LoadOptions, Npz, NpzReader, RawBytes, SaveOptions, ToMembers};
use num_complex::Complex;
use tests::temp_dir;

use crate::allocator::{LARGE, exhaust_after};
use crate::cells::{MANY, Row, rows};
use crate::{Operation, exhaust_all, operation};

/// All ways in and out of an archive.
fn round_trip<'o, T: Npz + ToMembers + FromMembers>(
    name: &str,
    value: &'o T,
    bytes: &'o [u8],
) -> Vec<Operation<'o>> {
    let big = SaveOptions::new().byte_order(ByteOrder::Big);
    let mut old = T::from_bytes(bytes).unwrap();
    vec![
        operation(format!("to_bytes of {name}"), move || value.to_bytes().map(drop)),
        operation(format!("to_bytes of {name} in the other byte order"), move || {
            big.to_bytes(&value).map(drop)
        }),
        operation(format!("write_to of {name}"), move || SaveOptions::new().write_to(&value, io::sink())),
        operation(format!("from_bytes of {name}"), move || T::from_bytes(bytes).map(drop)),
        operation(format!("read_from of {name}"), move || LoadOptions::new().read::<T>(bytes).map(drop)),
        operation(format!("load_into of {name}"), move || {
            // What failed before has left it empty.
            LoadOptions::new().allow_resize(true).reader(bytes)?.load_into(&mut old)
        }),
        operation(format!("load_into of {name}, of the same shapes"), move || {
            NpzReader::new(bytes)?.load_into(&mut T::from_bytes(bytes)?)
        }),
        operation(format!("load of {name} from a list of members"), move || {
            let mut members = Members::new();
            value.to_members(&mut members, &Name::root())?;
            members.load::<T>().map(drop)
        }),
    ]
}

#[derive(Npz)]
struct Arrays {
    plain: Array2<f64>,
    fortran: Array2<f32>,
    #[npz(order = "C")]
    in_c_order: Array2<f32>,
    #[npz(order = "F")]
    in_fortran_order: Array2<u16>,
    #[npz(store_as = "f2")]
    halves: Array1<f64>,
    #[npz(store_as = "bf16")]
    brain_floats: Array1<f32>,
    #[npz(store_as = "c8")]
    complex: Array1<Complex<f64>>,
    #[npz(store_as = "u1")]
    narrow: Array1<i64>,
    #[npz(string = "utf8")]
    utf8: Array1<String>,
    rows: Array1<Row>,
    #[npz(finite)]
    finite: Array1<f16>,
}

#[test]
fn a_struct_of_arrays() {
    let value = Arrays {
        plain: Array2::ones((300, 400)),
        fortran: Array2::ones((300, 400).f()),
        in_c_order: Array2::ones((300, 400).f()),
        in_fortran_order: Array2::ones((300, 400)),
        halves: Array1::ones(MANY),
        brain_floats: Array1::ones(MANY),
        complex: Array1::ones(MANY),
        narrow: Array1::ones(MANY),
        utf8: (0..MANY).map(|i| format!("Ω{i}")).collect(),
        rows: rows(),
        finite: Array1::from_elem(MANY, f16::ONE),
    };
    let bytes = value.to_bytes().unwrap();
    let ordered = NpzReader::new(&bytes[..]).unwrap();
    let fortran = Array2::<f32>::ones((300, 400).f());
    let mut all = round_trip("a struct of arrays", &value, &bytes);
    all.push(operation("get of an array", || ordered.get::<Array2<f32>>("fortran").map(drop)));
    all.push(operation("get of lists, which are in C order", || {
        ordered.get::<Vec<[f32; 400]>>("fortran").map(drop)
    }));
    all.push(operation("get of one that is cast", || ordered.get::<ArrayD<f64>>("fortran").map(drop)));
    all.push(operation("a field of a member", || {
        ordered.member("rows").and_then(|rows| rows.field::<Vec<u32>>("id")).map(drop)
    }));
    all.push(operation("a field of a member with axes", || {
        ordered.member("rows").and_then(|rows| rows.field::<ArrayD<f64>>("place")).map(drop)
    }));
    all.push(operation("bytes", || ordered.bytes("plain").map(drop)));
    all.push(operation("to_members", || {
        let mut members = Members::new();
        members.push_owned(&Name::root().join("x"), &fortran)
    }));
    exhaust_all(all, 80);
}

#[derive(Npz)]
struct Lists {
    flags: Vec<bool>,
    texts: Vec<String>,
    letters: Vec<char>,
    triples: Vec<[u32; 3]>,
    boxed: Box<[f32]>,
    ring: VecDeque<i32>,
    sorted: BTreeSet<u64>,
    hashed: HashSet<u16>,
    wide: Vec<u128>,
    wrapped: Vec<Wrapping<u32>>,
    durations: Vec<Duration>,
    pointers: Vec<Arc<f64>>,
    raw: Vec<RawBytes<3>>,
    rows: Vec<Row>,
    many: Vec<Vec<f64>>,
    #[npz(json)]
    settings: BTreeMap<u32, Vec<u32>>,
    map: HashMap<String, Vec<f32>>,
    text: String,
}

#[test]
fn a_struct_of_lists() {
    // Enough for 64 KiB of the smallest that take part.
    const SOME: usize = 20_000;
    let numbers = || 0..SOME;
    let mut ring: VecDeque<i32> = numbers().map(|i| i as i32).collect();
    // Cells at both ends of its memory are no slice.
    ring.rotate_left(100);
    ring.pop_front();
    ring.push_back(1);
    let value = Lists {
        flags: vec![true; MANY],
        texts: numbers().map(|i| i.to_string()).collect(),
        letters: vec!['Ω'; SOME],
        triples: vec![[1; 3]; SOME],
        boxed: vec![1.0; SOME].into(),
        ring,
        sorted: numbers().map(|i| i as u64).collect(),
        hashed: (0..40_000).collect(),
        wide: vec![1 << 80; 5000],
        wrapped: vec![Wrapping(1); SOME],
        durations: vec![Duration::from_secs(1); SOME],
        pointers: numbers().map(|i| Arc::new(i as f64)).collect(),
        raw: vec![RawBytes(*b"abc"); SOME],
        rows: rows().to_vec(),
        many: vec![vec![1.0; 20_000]; 3],
        settings: (0..2000).map(|i| (i, vec![i; 10])).collect(),
        map: HashMap::from([("a".to_owned(), vec![1.0; SOME]), ("b".to_owned(), vec![2.0; 3])]),
        text: "long ".repeat(30_000),
    };
    let bytes = value.to_bytes().unwrap();
    exhaust_all(round_trip("a struct of lists", &value, &bytes), 100);
}

#[derive(Npz)]
struct Many {
    pairs: Vec<(u8, u8)>,
    #[npz(flatten)]
    map: HashMap<String, u8>,
}

/// What is known of members grows with their number.
#[test]
fn many_members() {
    let map = (0..2000).map(|i| (format!("key {i}"), 1)).collect();
    let value = Many { pairs: vec![(1, 2); 500], map };
    let bytes = value.to_bytes().unwrap();
    exhaust_all(round_trip("many members", &value, &bytes), 30);
}

#[test]
fn the_file_of_before_stands() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let before = BTreeMap::from([("x".to_owned(), vec![1u8; 3])]).to_bytes().unwrap();
    fs::write(&path, &before).unwrap();
    let stands = || assert!(fs::read(&path).unwrap() == before, "the file of before does not stand");
    let values = BTreeMap::from([
        ("a".to_owned(), (0..MANY).map(|i| i.to_string()).collect::<Vec<_>>()),
        ("b".to_owned(), vec!["b".to_owned(); MANY]),
    ]);
    let mut points = exhaust_after("save", LARGE, || values.save(&path), stands);
    points += exhaust_after("load", LARGE, || BTreeMap::<String, Vec<String>>::load(&path).map(drop), || {});
    fs::write(&path, &before).unwrap();
    let options = SaveOptions::new().byte_order(ByteOrder::Big);
    points += exhaust_after("save with options", LARGE, || options.save(&values, &path), stands);
    assert!(points >= 6, "only {points} allocations failed");
}

type Maybe = BTreeMap<String, Lazy<Array1<f64>>>;

#[test]
fn lazy_values() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let plain =
        BTreeMap::from([("x".to_owned(), Array1::<f64>::ones(MANY)), ("y".to_owned(), Array1::ones(MANY))]);
    plain.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let kept = || Maybe::load(&path).unwrap();
    let (saved, sunk) = (kept(), kept());
    let all = vec![
        operation("load of lazy values", || Maybe::load(&path).map(drop)),
        operation("load of lazy values from bytes", || Maybe::from_bytes(&bytes).map(drop)),
        operation("read_from of lazy values", || LoadOptions::new().read::<Maybe>(&bytes[..]).map(drop)),
        // Each time from the file, as a value that came stays.
        operation("get of a lazy value", || Maybe::load(&path)?["x"].get().map(drop)),
        operation("get of a lazy value of bytes", || Maybe::from_bytes(&bytes)?["x"].get().map(drop)),
        operation("to_bytes of lazy values", || saved.to_bytes().map(drop)),
        operation("write_to of lazy values", || SaveOptions::new().write_to(&sunk, io::sink())),
    ];
    exhaust_all(all, 10);
}
