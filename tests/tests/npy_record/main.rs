//! Rows of structured arrays, against files that real NumPy writes and reads.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use ndarray::{Array1, array};
use npz_core::{NpyRecord, Npz, npy};

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct P {
    id: u32,
    pos: [f64; 3],
}

#[test]
fn t() {
    let rows = array![P { id: 1, pos: [1., 2., 3.] }, P { id: 2, pos: [4., 5., 6.] }];
    let bytes = npy::to_bytes(&rows).unwrap();
    let back: Array1<P> = npy::from_bytes(&bytes).unwrap();
    assert_eq!(rows, back);
    #[derive(Npz)]
    struct S {
        a: Vec<P>,
        b: P,
        c: [P; 1],
        d: Array1<P>,
    }
    let s = S { a: rows.to_vec(), b: rows[0].clone(), c: [rows[0].clone()], d: rows };
    let s2 = S::from_bytes(&s.to_bytes().unwrap()).unwrap();
    assert_eq!(s2.a, s.a);
    println!("{}", S::schema());
}
