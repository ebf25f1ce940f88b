//! Files that scipy would not write: each is an error that names the member, whatever the format.

use npz_core::{ErrorKind, Npz, NpzReader};
use npz_sparse::{Bsr, Coo, Csc, Csr, Dia, Sparse};
use tests::{python, temp_dir};

/// Each with the member that shows the fault, and a part of the message.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("short_indptr", "csr(indptr=[0, 1])", "indptr", "expected 3 values"),
    ("long_indptr", "csr(indptr=[0, 1, 2, 2])", "indptr", "expected 3 values"),
    ("no_indptr", "csr(indptr=np.zeros(0, 'i4'))", "indptr", "expected 3 values"),
    ("first", "csr(indptr=[1, 1, 2])", "indptr", "expected 0 as its first value, found 1"),
    ("falls", "csr(indptr=[0, 3, 2])", "indptr", "found 2 after 3 in cell 2"),
    (
        "last",
        "csr(indptr=[0, 1, 3])",
        "indptr",
        "expected 2, the number of indices, as its last value, found 3",
    ),
    ("negative", "csr(indices=[-1, 0])", "indices", "-1"),
    ("column", "csr(indices=[2, 3])", "indices", "cell 1 holds 3, expected an index below 3"),
    ("data", "csr(data=[1.])", "data", "expected as many values as there are indices, 2, found 1"),
    ("minus", "csr(shape=[-2, 3])", "shape", "-2"),
    ("three_axes", "csr(shape=[2, 3, 4])", "shape", "expected 2 axes, found 3"),
    ("many_rows", "csr(shape=[2**63 - 1, 3])", "indptr", "expected 9223372036854775808 values"),
    (
        "all_rows",
        "csr(shape=np.array([2**64 - 1, 3], 'u8'))",
        "indptr",
        "expected 18446744073709551616 values",
    ),
    ("row_of_1d", "csr(shape=[3])", "indptr", "expected 2 values"),
    ("csc_row", "csr(format=b'csc', shape=[2, 2], indices=[0, 2])", "indices", "cell 1 holds 2"),
    ("coo_row", "coo(row=[0, 2])", "row", "cell 1 holds 2, expected an index below 2"),
    ("coo_col", "coo(col=[0])", "col", "expected one for each of the 2 values, found 1"),
    (
        "coo_axes",
        "coords([[0, 1]], [2, 3])",
        "coords",
        "expected coordinates for 2 axes, as the shape says, found 1",
    ),
    ("coo_rows", "coords(np.zeros((2**40, 0), 'i8'), [2, 3])", "coords", "found 1099511627776"),
    ("coo_none", "coords(np.zeros((0, 2), 'i8'), [])", "shape", "expected 1 to 64 axes, found 0"),
    ("coo_65", "coords(np.zeros((65, 2), 'i8'), [1] * 65)", "shape", "expected 1 to 64 axes, found 65"),
    ("coo_3d", "coords([[0, 1], [0, 1], [0, 4]], [2, 2, 4])", "coords", "cell 1 holds 4"),
    ("bsr_zero", "bsr(data=np.zeros((1, 0, 2)))", "data", "found 0 by 2"),
    ("bsr_shape", "bsr(shape=[2, 5])", "shape", "expected multiples of 2 rows and 2 columns"),
    ("bsr_index", "bsr(indices=[2])", "indices", "cell 0 holds 2"),
    ("bsr_count", "bsr(data=np.zeros((2, 2, 2)))", "data", "found 2"),
    ("dia_count", "dia(offsets=[0])", "offsets", "expected one for each of the 2 diagonals, found 1"),
    ("dia_twice", "dia(offsets=[1, 1])", "offsets", "cell 1 holds 1, which is there before"),
];

const HELPERS: &str = r"
def save(default, **changed):
    np.savez(name + '.npz', **(default | changed))
def csr(**changed):
    save(dict(format=b'csr', shape=[2, 3], data=[1., 2.], indices=[2, 0], indptr=[0, 1, 2]), **changed)
def coo(**changed):
    save(dict(format=b'coo', shape=[2, 3], data=[1., 2.], row=[0, 1], col=[2, 0]), **changed)
def coords(coords, shape):
    save(dict(format=b'coo', shape=np.array(shape, 'i8'), data=[1., 2.], coords=coords, _is_array=True))
def bsr(**changed):
    save(dict(format=b'bsr', shape=[2, 4], data=np.ones((1, 2, 2)), indices=[1], indptr=[0, 1]), **changed)
def dia(**changed):
    save(dict(format=b'dia', shape=[2, 4], data=np.ones((2, 4)), offsets=[0, 1]), **changed)
name = 'good'; csr(); name = 'good_coo'; coo(); name = 'good_bsr'; bsr(); name = 'good_dia'; dia()
name = 'far_dia'; dia(shape=[2**62, 2**62], offsets=[-2**63, 2**63 - 1])
name = 'odd'; csr(format=b'lil')
";

#[test]
fn a_matrix_that_does_not_hold_together_is_an_error_that_names_the_member() {
    let dir = temp_dir();
    let script: Vec<_> = CASES.iter().map(|(name, call, ..)| format!("name = {name:?}; {call}\n")).collect();
    python(dir.path(), &format!("{HELPERS}{}", script.concat()));
    let path = |name: &str| dir.path().join(format!("{name}.npz"));
    for name in ["good", "good_coo", "good_bsr", "good_dia"] {
        Sparse::<f64>::load(path(name)).unwrap();
    }
    for (name, _, member, message) in CASES {
        let error = Sparse::<f64>::load(path(name)).map(|_| ()).expect_err(name);
        // A negative index is a value that no index can hold.
        let kind = if message.starts_with('-') { ErrorKind::Invalid } else { ErrorKind::Damaged };
        assert_eq!((error.kind(), error.member()), (kind, Some(*member)), "{name}: {error}");
        assert!(error.to_string().contains(message), "{name}: {error}");
        // By its own type too, and at any place.
        let npz = NpzReader::open(path(name)).unwrap();
        let own = match &npz.get::<String>("format").unwrap()[..] {
            "csr" => Csr::<f64>::load(path(name)).err(),
            "csc" => Csc::<f64>::load(path(name)).err(),
            "coo" => Coo::<f64>::load(path(name)).err(),
            "bsr" => Bsr::<f64>::load(path(name)).err(),
            _ => Dia::<f64>::load(path(name)).err(),
        };
        let own = own.expect(name);
        if *name != "row_of_1d" {
            assert_eq!(own.to_string(), error.to_string());
        }
    }
    let error = Sparse::<f64>::load(path("odd")).unwrap_err();
    assert!(
        error.to_string().contains("found \"lil\"; `scipy.sparse.save_npz` writes no such format"),
        "{error}"
    );
    // Diagonals that lie far outside hold nothing.
    let far = Dia::<f64>::load(path("far_dia")).unwrap();
    assert_eq!(far.nnz(), 0);
    assert!(far.to_dense(|a, b| a + b).is_err());
}
