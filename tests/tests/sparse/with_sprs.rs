//! The matrices of `sprs`, converted to and from ours, and as fields.

use npz_core::{ErrorKind, Npz, NpzReader};
use npz_sparse::{Coo, Csc, Csr, Sparse};
use sprs::{CsMat, TriMat};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq)]
struct Graph {
    #[npz(with = "npz_sparse::cs_mat")]
    adjacency: CsMat<f64>,
    #[npz(with = "npz_sparse::cs_mat")]
    transposed: CsMat<f64>,
    #[npz(with = "npz_sparse::tri_mat")]
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
fn sprs_matrices_are_fields_and_come_from_scipy() {
    let dir = temp_dir();
    let path = |name: &str| dir.path().join(name);
    graph().save(path("graph.npz")).unwrap();
    assert_eq!(Graph::load(path("graph.npz")).unwrap(), graph());
    Sparse::from(graph().adjacency).save_compressed(path("one.npz")).unwrap();
    Coo::from(&graph().edges).save(path("edges.npz")).unwrap();
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
def field(name): return {part: f[f'{name}.{part}'] for part in ('indices', 'indptr', 'format', 'shape', 'data', '_is_array')}
np.savez('adjacency.npz', **field('adjacency'))
assert (sp.load_npz('adjacency.npz') != m).nnz == 0
sp.save_npz('csc.npz', sp.csc_matrix(m)); sp.save_npz('csr.npz', m)
sp.save_npz('coo.npz', e)
sp.save_npz('dia.npz', sp.dia_array(m)); sp.save_npz('cube.npz', sp.coo_array(np.ones((2, 2, 2))))
sp.save_npz('unsorted.npz', sp.csr_array((np.array([2., 1, 3]), [2, 0, 1], [0, 2, 3]), shape=(2, 3)))
sp.save_npz('twice.npz', sp.csr_array((np.array([2., 1, 3]), [2, 2, 1], [0, 2, 3]), shape=(2, 3)))
",
    );
    let load = |name: &str| CsMat::try_from(Sparse::<f64>::load(path(name)).unwrap());
    assert_eq!(load("csr.npz").unwrap(), graph().adjacency);
    assert_eq!(load("unsorted.npz").unwrap(), graph().adjacency);
    assert_eq!(load("csc.npz").unwrap().to_csr(), graph().adjacency);
    assert_eq!(TriMat::try_from(Coo::<f64>::load(path("coo.npz")).unwrap()).unwrap(), graph().edges);
    let error = load("twice.npz").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("sum_duplicates"), "{error}");
    let error = load("dia.npz").unwrap_err();
    assert!(
        error.to_string().contains("the matrix is dia: save it in Python as `matrix.tocsr()`"),
        "{error}"
    );
    let error = TriMat::try_from(Coo::<f64>::load(path("cube.npz")).unwrap()).unwrap_err();
    assert!(error.to_string().contains("has 2 axes, the array has 3"), "{error}");
}

#[test]
fn what_a_field_can_not_hold_is_an_error_that_names_it() {
    #[derive(Npz, Debug)]
    struct Ours {
        adjacency: Sparse<f64>,
        transposed: Csc<f64>,
        edges: Coo<f64>,
    }
    let twice = Csr::new((1, 2), vec![1.0, 2.0], vec![1, 1], vec![0, 2]).unwrap();
    let ours = Ours {
        adjacency: Sparse::Csr(twice),
        transposed: Csc::new((1, 1), vec![], vec![], vec![0, 0]).unwrap(),
        edges: Coo::new(vec![1], vec![], vec![vec![]]).unwrap(),
    };
    let bytes = ours.to_bytes().unwrap();
    let error = Graph::from_bytes(&bytes).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("adjacency")), "{error}");
    assert!(error.to_string().contains("sum_duplicates"), "{error}");
    // A triplet outside of the shape, which `sprs` lets be, is not saved.
    let mut outside = graph();
    let first = outside.edges.find_locations(1, 2).remove(0);
    outside.edges.set_triplet(first, 0, 7, 1.0);
    let error = outside.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("edges.col")), "{error}");
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
    let graph = Graph { adjacency: part.clone(), ..graph() };
    let loaded = Graph::from_bytes(&graph.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.adjacency.to_dense(), part.to_dense());
}

#[test]
fn what_sprs_would_not_check_is_checked() {
    let inconsistent =
        Csr { data: vec![1.0], indices: vec![7], indptr: vec![0, 5], shape: (1, 3), is_array: true };
    assert_eq!(CsMat::try_from(inconsistent).unwrap_err().kind(), ErrorKind::Invalid);
    let inside = TriMat::from_triplets((2, 2), vec![0], vec![1], vec![1.0]);
    let bytes = Coo::from(&inside).to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().get::<Vec<usize>>("col").unwrap(), [1]);
}
