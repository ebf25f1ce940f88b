//! The matrices of `sprs` as members, and converted to and from ours.

use npz_core::sparse::{Coo, Csc, Csr, Sparse};
use npz_core::{ErrorKind, Npz};
use sprs::{CsMat, TriMat};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq)]
struct Graph {
    adjacency: CsMat<f64>,
    transposed: CsMat<f64>,
    edges: TriMat<f64>,
}

fn graph() -> Graph {
    let adjacency = CsMat::new((2, 3), vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 3.0]);
    let mut edges = TriMat::new((2, 3));
    edges.add_triplet(1, 2, 4.0);
    edges.add_triplet(1, 2, 5.0);
    Graph { transposed: adjacency.transpose_view().to_owned(), adjacency, edges }
}

#[test]
fn sprs_matrices_are_saved_and_loaded_in_place() {
    let dir = temp_dir();
    graph().save(dir.path().join("graph.npz")).unwrap();
    assert_eq!(Graph::load(dir.path().join("graph.npz")).unwrap(), graph());
    graph().adjacency.save_compressed(dir.path().join("one.npz")).unwrap();
    graph().edges.save(dir.path().join("edges.npz")).unwrap();
    python(
        dir.path(),
        r"
import scipy.sparse as sp
m = sp.load_npz('one.npz')
assert isinstance(m, sp.csr_array) and m.toarray().tolist() == [[1, 0, 2], [0, 3, 0]]
e = sp.load_npz('edges.npz')
assert isinstance(e, sp.coo_array) and e.toarray().tolist() == [[0, 0, 0], [0, 0, 9]]
f = np.load('graph.npz')
assert f['transposed.format'].item() == b'csc'
sp.save_npz('csc.npz', sp.csc_matrix(m)); sp.save_npz('csr.npz', m)
sp.save_npz('coo.npz', e)
sp.save_npz('dia.npz', sp.dia_array(m)); sp.save_npz('cube.npz', sp.coo_array(np.ones((2, 2, 2))))
sp.save_npz('unsorted.npz', sp.csr_array((np.array([2., 1, 3]), [2, 0, 1], [0, 2, 3]), shape=(2, 3)))
sp.save_npz('twice.npz', sp.csr_array((np.array([2., 1, 3]), [2, 2, 1], [0, 2, 3]), shape=(2, 3)))
",
    );
    let load = |name: &str| CsMat::<f64>::load(dir.path().join(name));
    assert_eq!(load("csr.npz").unwrap(), graph().adjacency);
    assert_eq!(load("unsorted.npz").unwrap(), graph().adjacency);
    assert_eq!(load("csc.npz").unwrap().to_csr(), graph().adjacency);
    assert_eq!(TriMat::<f64>::load(dir.path().join("coo.npz")).unwrap(), graph().edges);
    let error = load("twice.npz").unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("indices")));
    assert!(error.to_string().contains("sum_duplicates"), "{error}");
    let error = load("dia.npz").unwrap_err();
    assert!(error.to_string().contains("expected one of \"csr\", \"csc\", found \"dia\""), "{error}");
    let error = TriMat::<f64>::load(dir.path().join("cube.npz")).unwrap_err();
    assert!(error.to_string().contains("has 2 axes, the array has 3"), "{error}");
}

#[test]
fn conversions_keep_the_matrix() {
    let matrix = graph().adjacency;
    let Sparse::Csr(ours) = Sparse::from(matrix.clone()) else { panic!("rows are packed") };
    assert_eq!(ours, Csr::new((2, 3), vec![1.0, 2.0, 3.0], vec![0, 2, 1], vec![0, 2, 3]).unwrap());
    assert_eq!(CsMat::try_from(ours).unwrap(), matrix);
    let Sparse::Csc(ours) = Sparse::from(matrix.to_csc()) else { panic!("columns are packed") };
    assert_eq!(ours, Csc::new((2, 3), vec![1.0, 3.0, 2.0], vec![0, 1, 0], vec![0, 1, 2, 3]).unwrap());
    assert_eq!(CsMat::try_from(Sparse::Csc(ours)).unwrap().to_csr(), matrix);
    let edges = graph().edges;
    assert_eq!(TriMat::try_from(Coo::from(&edges)).unwrap(), edges);
    let coo = Sparse::Coo(Coo::from(&edges));
    assert!(CsMat::try_from(coo).unwrap_err().to_string().contains("the matrix is coo"));

    // A part of another matrix counts from where it was.
    let part = matrix.slice_outer(1..2).to_owned();
    let Sparse::Csr(ours) = Sparse::from(part.clone()) else { panic!("rows are packed") };
    assert_eq!((&ours.indptr[..], &ours.data[..]), (&[0, 1][..], &[3.0][..]));
    assert_eq!(CsMat::<f64>::from_bytes(&part.to_bytes().unwrap()).unwrap().to_dense(), part.to_dense());
}

#[test]
fn what_sprs_would_not_check_is_checked() {
    let inconsistent =
        Csr { data: vec![1.0], indices: vec![7], indptr: vec![0, 5], shape: (1, 3), is_array: true };
    assert_eq!(CsMat::try_from(inconsistent).unwrap_err().kind(), ErrorKind::Invalid);
    let outside = TriMat::from_triplets((2, 2), vec![0], vec![1], vec![1.0]);
    assert!(outside.to_bytes().is_ok());
}
