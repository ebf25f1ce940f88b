//! Arrays of any dtype: casts, copies, orders.

use ndarray::{Array1, Array2, ArrayD, ShapeBuilder, arr1};
use npz_core::tiny::Float8E5M2;
use npz_core::{
    AnyArray, ByteOrder, Cast, DType, LongDouble, Npz, RawArray, SaveOptions, TimeBase, TimeUnit, npy,
};
use num_complex::Complex;

use crate::cells::{MANY, Row, rows};
use crate::{Operation, exhaust_all, operation};

fn any<A>(make: impl Fn(usize) -> A) -> AnyArray
where
    AnyArray: From<Array1<A>>,
{
    (0..MANY).map(make).collect::<Array1<A>>().into()
}

fn dtype(text: &str) -> DType {
    DType::parse(text).unwrap()
}

#[test]
fn casts() {
    let sources = [
        ("f64", any(|i| i as f64)),
        ("f32", any(|i| i as f32)),
        ("i64", any(|i| i as i64)),
        ("u8", any(|i| i as u8)),
        ("bool", any(|i| i % 2 == 0)),
        ("f8", any(|_| Float8E5M2::from_f32(1.0))),
        ("c8", any(|i| Complex::new(i as f32, 0.0))),
        ("long", any(|i| LongDouble::from(i as f64))),
        ("clong", any(|i| Complex::new(LongDouble::from(i as f64), LongDouble::from(0.0)))),
        ("str", AnyArray::from((0..10_000).map(|i| i.to_string()).collect::<Array1<_>>())),
        ("bytes", AnyArray::from((0..10_000).map(|i| i.to_string().into_bytes()).collect::<Array1<_>>())),
        ("times", any(|i| npz_core::DateTime64::<npz_core::time::Second>::new(i as i64))),
        ("fortran", Array2::<f64>::ones((200, 330).f()).into()),
        ("strided", ArrayD::<f64>::ones(vec![20, 33, 100]).permuted_axes(vec![1, 0, 2]).into()),
    ];
    let targets = [
        "|b1", "|i1", "<i4", "<i8", "<u2", "<u8", "|f1", "<f2", "<f4", "<f8", "<f16", "<c8", "<c16", "<c32",
        "<U8", "|S8", "<M8[ns]", "<M8[s]", "<m8", "<m8[s]",
    ]
    .map(|text| (text, if text == "|f1" { dtype("<f1") } else { dtype(text) }));
    let mut all: Vec<Operation<'_>> = Vec::new();
    for (name, any) in &sources {
        for (text, dtype) in &targets {
            // Only what is possible at all.
            if any.cast(dtype, Cast::SameKind).is_ok() {
                let cast = || any.cast(dtype, Cast::SameKind).map(drop);
                all.push(operation(format!("cast of {name} to {text}"), cast));
            }
            if any.cast_unsafe(dtype).is_ok() {
                all.push(operation(format!("cast_unsafe of {name} to {text}"), || {
                    any.cast_unsafe(dtype).map(drop)
                }));
            }
        }
    }
    assert!(all.len() > 200, "only {} casts are possible", all.len());
    exhaust_all(all, 500);
}

#[test]
fn copies_and_orders() {
    let values = any(|i| i as f64);
    let fortran: AnyArray = Array2::<f64>::ones((200, 400).f()).into();
    let strided: AnyArray = ArrayD::<f64>::ones(vec![20, 40, 100]).permuted_axes(vec![1, 0, 2]).into();
    let times: AnyArray = AnyArray::DateTime64 {
        unit: TimeUnit::new(1, TimeBase::Second).unwrap(),
        ticks: ArrayD::ones(vec![200, 400]).permuted_axes(vec![1, 0]).into(),
    };
    let strided_times = AnyArray::TimeDelta64 {
        unit: TimeUnit::new(1, TimeBase::Second).unwrap(),
        ticks: ArrayD::ones(vec![20, 40, 100]).permuted_axes(vec![1, 0, 2]).into(),
    };
    let table = rows();
    let records = AnyArray::from_array(&table).unwrap();
    let record = dtype("[('a', '>i2'), ('b', '<f8')]");
    let raw = AnyArray::Other(RawArray::new(record.clone(), &[10, 2000], vec![1; 200_000]).unwrap());
    let swapped = dtype("[('a', '<i2'), ('b', '<f8')]");
    let all = vec![
        operation("from_array", || AnyArray::from_array(&table).map(drop)),
        operation("field", || records.field("id").map(drop)),
        operation("field with axes", || records.field("place").map(drop)),
        operation("to_array of rows", || records.to_array::<Row>(Cast::Safe).map(drop)),
        operation("to_array of the same", || values.to_array::<f64>(Cast::Safe).map(drop)),
        operation("to_array of Fortran order", || fortran.to_array::<f64>(Cast::Safe).map(drop)),
        operation("to_array of a strided array", || strided.to_array::<f64>(Cast::Safe).map(drop)),
        operation("to_array of others", || strided.to_array::<Complex<f64>>(Cast::Safe).map(drop)),
        operation("to_le_bytes", || values.to_le_bytes().map(drop)),
        operation("to_le_bytes of Fortran order", || fortran.to_le_bytes().map(drop)),
        operation("to_le_bytes of records", || raw.to_le_bytes().map(drop)),
        operation("cast to itself", || values.cast_unsafe(&dtype("<f8")).map(drop)),
        operation("cast of records to themselves", || raw.cast(&record, Cast::Safe).map(drop)),
        operation("cast of records to another byte order", || raw.cast(&swapped, Cast::Safe).map(drop)),
        operation("write_any", || npy::write(std::io::sink(), &strided)),
        operation("write_any of times", || npy::write(std::io::sink(), &times)),
        operation("write_any of strided times", || npy::write(std::io::sink(), &strided_times)),
        operation("write_any_in of records", || {
            SaveOptions::new().byte_order(ByteOrder::Big).write_to(&raw, std::io::sink())
        }),
    ];
    exhaust_all(all, 18);
}

#[test]
fn members_of_any_dtype() {
    let strided_times = AnyArray::TimeDelta64 {
        unit: TimeUnit::new(1, TimeBase::Second).unwrap(),
        ticks: ArrayD::ones(vec![20, 40, 100]).permuted_axes(vec![1, 0, 2]).into(),
    };
    let arrays = std::collections::BTreeMap::from([
        ("values".to_owned(), any(|i| i as f32)),
        ("texts".to_owned(), any(|i| i.to_string())),
        ("long".to_owned(), any(|i| LongDouble::from(i as f64))),
        ("rows".to_owned(), AnyArray::from_array(&rows()).unwrap()),
        ("times".to_owned(), strided_times),
        ("small".to_owned(), arr1(&[1u8]).into()),
    ]);
    let bytes = arrays.to_bytes().unwrap();
    let big = SaveOptions::new().byte_order(ByteOrder::Big);
    let all = vec![
        operation("to_bytes of any arrays", || arrays.to_bytes().map(drop)),
        operation("to_bytes of any arrays in the other byte order", || big.to_bytes(&arrays).map(drop)),
        operation("from_bytes of any arrays", || {
            std::collections::BTreeMap::<String, AnyArray>::from_bytes(&bytes).map(drop)
        }),
        operation("from_bytes of raw arrays", || {
            std::collections::BTreeMap::<String, RawArray>::from_bytes(&bytes).map(drop)
        }),
    ];
    exhaust_all(all, 12);
}
