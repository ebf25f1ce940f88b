//! Single arrays: cells of every type, to and from bytes, streams and files.

use std::fs::{self, File};
use std::io;

use half::{bf16, f16};
use ndarray::{Array, Array1, Array2, ArrayD, ArrayView, Dimension, ShapeBuilder, s};
use npz_core::time::{Day, Nanosecond, Second};
use npz_core::tiny::{Float8E4M3Fn, UInt4};
use npz_core::{
    AnyArray, ByteOrder, Cast, DateTime64, Element, FixedBytes, FixedStr, LoadOptions, LongDouble, NpyFile,
    NpyRecord, RawBytes, SaveOptions, TimeDelta64, npy,
};
use num_complex::Complex;
use tests::temp_dir;

use crate::allocator::{LARGE, exhaust_after};
use crate::{Operation, exhaust_all, operation};

/// So many cells that each array takes several pieces of 256 KiB.
pub(crate) const MANY: usize = 70_000;

#[derive(NpyRecord, Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: u32,
    pub(crate) place: [f64; 3],
    pub(crate) name: FixedStr<4>,
}

pub(crate) fn rows() -> Array1<Row> {
    let row = |i: usize| Row { id: i as u32, place: [i as f64; 3], name: FixedStr::new("ab").unwrap() };
    (0..MANY / 4).map(row).collect()
}

fn cells<A>(make: impl Fn(usize) -> A) -> Array1<A> {
    (0..MANY).map(make).collect()
}

/// All that can be done with an array of such cells.
fn round_trip<A: Element, D: Dimension + 'static>(
    name: &str,
    array: &ndarray::ArrayRef<A, D>,
) -> Vec<Operation<'static>> {
    let array = array.to_owned();
    let bytes = npy::to_bytes(&array).unwrap();
    let big = {
        let mut bytes = Vec::new();
        SaveOptions::new().byte_order(ByteOrder::Big).write_to(&array, &mut bytes).unwrap();
        bytes
    };
    let (view, other) = (array.clone(), array);
    let (again, streamed, any) = (bytes.clone(), bytes.clone(), bytes.clone());
    vec![
        operation(format!("to_bytes of {name}"), move || npy::to_bytes(&view).map(drop)),
        operation(format!("write_in of {name}"), move || {
            SaveOptions::new().byte_order(ByteOrder::Big).write_to(&other, io::sink())
        }),
        operation(format!("from_bytes of {name}"), move || npy::from_bytes::<Array<A, D>>(&again).map(drop)),
        operation(format!("read of {name}"), move || npy::read::<Array<A, D>>(&streamed[..]).map(drop)),
        operation(format!("read of {name} in the other byte order"), move || {
            npy::read::<Array<A, D>>(&big[..]).map(drop)
        }),
        operation(format!("read_any of {name}"), move || npy::read::<AnyArray>(&any[..]).map(drop)),
    ]
}

fn texts() -> Array1<String> {
    cells(|i| format!("text {i} Ω"))
}

#[test]
fn cells_of_every_type() {
    let mut all = Vec::new();
    all.extend(round_trip("f64", &cells(|i| i as f64)));
    all.extend(round_trip("bool", &cells(|i| i % 3 == 0)));
    all.extend(round_trip("usize", &cells(|i| i)));
    all.extend(round_trip("f16", &cells(|_| f16::ONE)));
    all.extend(round_trip("bf16", &cells(|_| bf16::ONE)));
    all.extend(round_trip("complex", &cells(|i| Complex::new(i as f32, 1.0))));
    all.extend(round_trip("long doubles", &cells(|i| LongDouble::from(i as f64))));
    let complex = cells(|i| Complex::new(LongDouble::from(i as f64), LongDouble::from(1.0)));
    all.extend(round_trip("complex long doubles", &complex));
    all.extend(round_trip("texts", &texts()));
    all.extend(round_trip("byte strings", &cells(|i| vec![1; i % 7 + 1])));
    all.extend(round_trip("fixed texts", &cells(|_| FixedStr::<6>::new("aΩ").unwrap())));
    all.extend(round_trip("fixed bytes", &cells(|_| FixedBytes::<6>::new(b"ab").unwrap())));
    all.extend(round_trip("points in time", &cells(|i| DateTime64::<Day>::new(i as i64))));
    all.extend(round_trip("lengths of time", &cells(|i| TimeDelta64::<Second>::new(i as i64))));
    all.extend(round_trip("tiny floats", &cells(|_| Float8E4M3Fn::from_f32(1.5))));
    all.extend(round_trip("tiny integers", &cells(|i| UInt4::from_bits(i as u8))));
    all.extend(round_trip("raw bytes", &cells(|i| RawBytes([i as u8; 5]))));
    all.extend(round_trip("rows", &rows()));
    exhaust_all(all, 250);
}

/// A single cell may be as large as a whole array.
#[test]
fn huge_cells() {
    let text = |i: usize| char::from(b'a' + i as u8).to_string().repeat(100_000);
    let mut all = Vec::new();
    all.extend(round_trip("huge texts", &(0..3).map(text).collect::<Array1<_>>()));
    all.extend(round_trip("huge byte strings", &(0..3).map(|i| vec![i + 1; 400_000]).collect::<Array1<_>>()));
    exhaust_all(all, 50);
}

/// Both ways out.
fn views<'a, A: Element, D: Dimension + 'a>(name: &str, view: ArrayView<'a, A, D>) -> [Operation<'a>; 2] {
    let again = view.clone();
    [
        operation(format!("to_bytes of {name}"), move || npy::to_bytes(&view).map(drop)),
        operation(format!("write of {name}"), move || npy::write(io::sink(), &again)),
    ]
}

/// Arrays whose cells don't lie one behind another.
#[test]
fn strided_views() {
    let wide = Array2::from_shape_fn((1000, 300), |(i, j)| (i * j) as f64);
    let long = Array2::from_shape_fn((4, 100_000), |(i, j)| (i * j) as f32);
    let rows = rows();
    let texts = texts();
    let fortran = Array2::<f64>::zeros((1000, 100).f());
    let fortran_bytes = npy::to_bytes(&fortran).unwrap();
    let mut all = vec![
        operation("load_any of Fortran order", || npy::read::<AnyArray>(&fortran_bytes[..]).map(drop)),
        operation("to_bytes of Fortran order", || npy::to_bytes(&fortran).map(drop)),
    ];
    all.extend(round_trip("every other column", &wide.slice(s![.., ..;2])));
    all.extend(views("a view of columns", wide.slice(s![.., ..;2])));
    all.extend(views("a view backwards", wide.slice(s![..;-1, ..;-1])));
    all.extend(views("long rows backwards", long.slice(s![.., ..;-1])));
    all.extend(views("every other row of records", rows.slice(s![..;2])));
    all.extend(views("every other text", texts.slice(s![..;2])));
    exhaust_all(all, 40);
}

/// Loads cells of one type as another, from bytes and from a stream.
fn cast<A: Element, B: Element>(name: &str, from: &Array1<A>) -> [Operation<'static>; 3] {
    let bytes = npy::to_bytes(from).unwrap();
    let (streamed, big) = (bytes.clone(), {
        let mut bytes = Vec::new();
        SaveOptions::new().byte_order(ByteOrder::Big).write_to(from, &mut bytes).unwrap();
        bytes
    });
    let options = LoadOptions::new().cast(Cast::SameKind);
    let others = [options.clone(), options.clone()];
    let [first, second] = others;
    [
        operation(format!("from_bytes of {name}"), move || options.from_bytes::<Array1<B>>(&bytes).map(drop)),
        operation(format!("read of {name}"), move || first.read::<Array1<B>>(&streamed[..]).map(drop)),
        operation(format!("read of big-endian {name}"), move || second.read::<Array1<B>>(&big[..]).map(drop)),
    ]
}

#[test]
fn cells_that_are_cast() {
    let singles = cells(|i| i as f32);
    let long = cells(|i| LongDouble::from(i as f64));
    let mut all = Vec::new();
    all.extend(cast::<_, f64>("f64 from f32", &singles));
    all.extend(cast::<_, f16>("f16 from f32", &cells(|_| 1f32)));
    all.extend(cast::<_, bf16>("bf16 from f32", &singles));
    all.extend(cast::<_, i64>("i64 from u8", &cells(|i| i as u8)));
    all.extend(cast::<_, u32>("u32 from i64", &cells(|i| i as i64)));
    all.extend(cast::<_, f64>("f64 from bool", &cells(|i| i % 2 == 0)));
    all.extend(cast::<_, Complex<f64>>("complex from f32", &singles));
    all.extend(cast::<_, Complex<f64>>("complex from complex", &cells(|i| Complex::new(i as f32, 0.0))));
    all.extend(cast::<_, f64>("f64 from long doubles", &long));
    all.extend(cast::<_, LongDouble>("long doubles from f32", &singles));
    all.extend(cast::<_, Complex<LongDouble>>("complex long doubles from long doubles", &long));
    all.extend(cast::<_, Complex<LongDouble>>(
        "complex long doubles from complex",
        &cells(|i| Complex::new(i as f32, 0.0)),
    ));
    all.extend(cast::<_, DateTime64<Nanosecond>>(
        "ns from s",
        &cells(|i| DateTime64::<Second>::new(i as i64)),
    ));
    all.extend(cast::<_, TimeDelta64<Second>>("lengths of time from i32", &cells(|i| i as i32)));
    all.extend(cast::<_, String>("texts from byte strings", &cells(|i| vec![b'a'; i % 7 + 1])));
    all.extend(cast::<_, FixedStr<8>>("fixed texts from byte strings", &cells(|_| b"ab".to_vec())));
    exhaust_all(all, 120);
}

#[derive(NpyRecord, Clone)]
struct WideRow {
    id: u64,
    place: [f64; 3],
    #[npy(default)]
    #[allow(dead_code, reason = "only loaded")]
    more: f32,
    name: FixedStr<4>,
}

#[test]
fn files_and_fields() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let (array, rows) = (cells(|i| i as f64), rows());
    let (values, records) = (dir.path().join("values.npy"), dir.path().join("records.npy"));
    npy::save(&values, &array).unwrap();
    npy::save(&records, &rows).unwrap();
    let mut many = npy::to_bytes(&array).unwrap();
    npy::write(&mut many, &array).unwrap();
    let all_path = dir.path().join("all.npy");
    fs::write(&all_path, &many).unwrap();
    let fortran = Array2::from_shape_fn((100, 200).f(), |(i, _)| Row { id: i as u32, ..rows[0].clone() });
    let fortran_path = dir.path().join("fortran.npy");
    npy::save(&fortran_path, &fortran).unwrap();
    let all = vec![
        operation("load", || npy::load::<Array1<f64>>(&values).map(drop)),
        operation("load_any", || npy::load::<AnyArray>(&values).map(drop)),
        operation("load_all", || {
            npy::iter::<Array1<f64>>(File::open(&all_path)?).collect::<npz_core::Result<Vec<_>>>().map(drop)
        }),
        operation("iter", || npy::iter::<Array1<f64>>(&many[..]).try_for_each(|array| array.map(drop))),
        operation("iter_any", || npy::iter::<AnyArray>(&many[..]).try_for_each(|array| array.map(drop))),
        operation("load of rows", || npy::load::<Array1<Row>>(&records).map(drop)),
        operation("load of rows that are cast", || npy::load::<Array1<WideRow>>(&records).map(drop)),
        operation("load_any of rows", || npy::load::<AnyArray>(&records).map(drop)),
        operation("a field of a file", || {
            NpyFile::open(&records).and_then(|file| file.field::<Array1<u32>>("id")).map(drop)
        }),
        operation("a field of a file that is cast", || {
            NpyFile::open(&records).and_then(|file| file.field::<Array1<u64>>("id")).map(drop)
        }),
        operation("a field of a file with axes", || {
            NpyFile::open(&records).and_then(|file| file.field::<ArrayD<f64>>("place")).map(drop)
        }),
        operation("a field of a file of text", || {
            NpyFile::open(&records).and_then(|file| file.field::<Array1<String>>("name")).map(drop)
        }),
        operation("a field of a file with axes of Fortran order", || {
            NpyFile::open(&fortran_path).and_then(|file| file.field::<ArrayD<f64>>("place")).map(drop)
        }),
    ];
    exhaust_all(all, 30);

    npy::save(&path, &Array1::<u8>::zeros(3)).unwrap();
    let before = fs::read(&path).unwrap();
    let stands = || assert!(fs::read(&path).unwrap() == before, "the file of before does not stand");
    // What succeeds at last replaces the file: so the old one is put back.
    let restore = || fs::write(&path, &before).unwrap();
    let big: ArrayD<f64> = array.clone().into_dyn();
    let texts = texts();
    let mut points = exhaust_after("save of rows", LARGE, || npy::save(&path, &rows), stands);
    restore();
    points += exhaust_after(
        "save_in",
        LARGE,
        || SaveOptions::new().byte_order(ByteOrder::Big).save(&big, &path),
        stands,
    );
    restore();
    points += exhaust_after("save of texts", LARGE, || npy::save(&path, &texts), stands);
    assert!(points >= 5, "only {points} allocations failed");
}
