//! scipy.sparse: what `save_npz` writes is read, and what we write `load_npz` reads, member by member the same bytes.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod hostile;
mod values;
mod with_sprs;

use ndarray::{Array2, ArrayD, array};
use npz_core::{Cast, ErrorKind, LoadOptions, Npz, ProblemKind, npy};
use npz_sparse::{Bsr, Coo, Csc, Csr, Dia, Sparse};
use tests::{python, temp_dir};

/// Matrices of every format; of each the file of `save_npz`, and what it is as a dense array.
const SCIPY_SAVES: &str = r"
import scipy.sparse as sp
dense = np.array([[0, 1.5, 0, 0, 2], [0, 0, 0, 0, 0], [3, 0, 0, -4, 0], [0, 0, 5, 0, 0]])
cases = {}
for format in ('csr', 'csc', 'coo', 'bsr', 'dia'):
    array, matrix = getattr(sp, format + '_array'), getattr(sp, format + '_matrix')
    cases[format + '_array'] = array(dense)
    cases[format + '_matrix'] = matrix(dense)
    cases[format + '_empty'] = array((4, 6))
    cases[format + '_none'] = array((0, 6)) if format != 'bsr' else array((0, 6), blocksize=(2, 3))
    cases[format + '_f4'] = array(dense.astype('f4'))
    wide = array(dense)
    for name in ('indices', 'indptr', 'offsets'):
        if hasattr(wide, name): setattr(wide, name, getattr(wide, name).astype('i8'))
    if format == 'coo': wide.coords = tuple(c.astype('i8') for c in wide.coords)
    cases[format + '_wide'] = wide
cases['bsr_blocks'] = sp.bsr_array(np.kron(np.array([[0, 1, 0], [2, 0, 3]]), np.arange(1., 7).reshape(2, 3)), blocksize=(2, 3))
cases['bsr_twice'] = sp.bsr_array((np.arange(8.).reshape(2, 2, 2), [1, 1], [0, 2]), shape=(2, 4))
cases['csr_unsorted'] = sp.csr_array((np.array([1., 2, 3]), [3, 0, 1], [0, 2, 3]), shape=(2, 4))
cases['csr_twice'] = sp.csr_array((np.array([1., 2, 3]), [3, 3, 1], [0, 2, 3]), shape=(2, 4))
cases['csc_twice'] = sp.csc_array((np.array([1., 2, 3]), [3, 3, 1], [0, 2, 3]), shape=(4, 2))
cases['coo_twice'] = sp.coo_array((np.array([1., 2, 3]), np.array([[1, 1, 0], [2, 2, 0]], 'i4')), shape=(2, 3))
cases['coo_zeros'] = sp.coo_array((np.array([0., 2, 0]), np.array([[1, 1, 0], [2, 1, 0]], 'i4')), shape=(2, 3))
cases['coo_1d'] = sp.coo_array(np.array([0, 1., 0, 2]))
cases['coo_3d'] = sp.coo_array(np.arange(24.).reshape(2, 3, 4) % 5)
cases['coo_large'] = sp.coo_array((np.array([1., 2]), ([0, 5], [0, 2**40])), shape=(6, 2**41))
cases['csr_large'] = sp.csr_array((np.array([1., 2]), [5, 2**40], [0, 1, 2]), shape=(2, 2**41))
cases['dia_beyond'] = sp.dia_array((np.arange(1., 16).reshape(3, 5), [0, -2, 7]), shape=(4, 3))
cases['dia_short'] = sp.dia_array((np.arange(1., 7).reshape(3, 2), [0, -1, 1]), shape=(4, 5))
cases['csr_1d'] = sp.csr_array(np.array([0, 1., 0, 2]))
for name, matrix in cases.items():
    if 'unsorted' in name or 'twice' in name and 'coo' not in name:
        # Made of lists, they have int64; what scipy computes has int32 here.
        matrix.indices, matrix.indptr = matrix.indices.astype('i4'), matrix.indptr.astype('i4')
    if name in ('coo_1d', 'coo_3d'): matrix.coords = tuple(c.astype('i4') for c in matrix.coords)
    sp.save_npz(name + '.npz', matrix, compressed=name.endswith('array'))
    if 'large' not in name: np.save(name + '.npy', matrix.toarray().astype('f8'))
# Not by today's save_npz: a file of Python 2, one of `coords` for a matrix, one with room behind its rows.
m = cases['csr_array']
np.savez('csr_text.npz', format='csr', shape=m.shape, data=m.data, indices=m.indices, indptr=m.indptr)
np.save('csr_text.npy', dense)
c = cases['coo_array']
np.savez('coo_coords.npz', format=b'coo', shape=c.shape, data=c.data, coords=c.coords, _is_array=True)
np.save('coo_coords.npy', dense)
np.savez('csr_room.npz', format=b'csr', shape=m.shape, data=np.append(m.data, [7, 7]), indices=np.append(m.indices, [0, 0]), indptr=m.indptr)
np.save('csr_room.npy', dense)
np.savez('csr_unsigned.npz', format=b'csr', shape=np.array(m.shape, 'u2'), data=m.data, indices=m.indices.astype('u2'), indptr=m.indptr.astype('>i8'))
np.save('csr_unsigned.npy', dense)
for name in ('csr_text', 'coo_coords', 'csr_room', 'csr_unsigned'): cases[name] = sp.load_npz(name + '.npz')
print(json.dumps([[name, m.format, list(m.shape), int(m.nnz)] for name, m in cases.items()]))
";

/// One line of what `SCIPY_SAVES` prints: `["name", "format", [shape], nnz]`.
fn cases(printed: &str) -> Vec<(String, String, Vec<usize>, usize)> {
    let inner = printed.trim().strip_prefix("[[").unwrap().strip_suffix("]]").unwrap();
    let case = |text: &str| {
        let (name, rest) = text.strip_prefix('"').unwrap().split_once("\", \"").unwrap();
        let (format, rest) = rest.split_once("\", [").unwrap();
        let (shape, nnz) = rest.split_once("], ").unwrap();
        let shape = shape.split(", ").map(|len| len.parse().unwrap()).collect();
        (name.to_owned(), format.to_owned(), shape, nnz.parse().unwrap())
    };
    inner.split("], [\"").map(|text| case(&format!("\"{}", text.trim_start_matches('"')))).collect()
}

#[test]
fn every_format_goes_from_scipy_to_us_and_back_by_the_same_bytes() {
    let dir = temp_dir();
    let cases = cases(&python(dir.path(), SCIPY_SAVES));
    assert!(cases.len() > 45, "{}", cases.len());
    for (name, format, shape, nnz) in &cases {
        let path = dir.path().join(format!("{name}.npz"));
        if name.ends_with("f4") {
            // A wider type takes narrower values, as everywhere.
            assert_eq!(Sparse::<f32>::load(&path).unwrap().nnz(), *nnz, "{name}");
        }
        let matrix = Sparse::<f64>::load(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_row = name == "csr_1d";
        assert_eq!(matrix.format(), if is_row { "coo" } else { format }, "{name}");
        assert_eq!((&matrix.shape(), matrix.nnz()), (shape, *nnz), "{name}");
        if !name.ends_with("large") {
            let expected: ArrayD<f64> = npy::load(dir.path().join(format!("{name}.npy"))).unwrap();
            assert_eq!(matrix.to_dense(|a, b| a + b).unwrap(), expected, "{name}");
        }
        matrix.save(dir.path().join(format!("{name}.ours.npz"))).unwrap();
        if name.ends_with("f4") {
            Sparse::<f32>::load(&path).unwrap().save(dir.path().join(format!("{name}.ours.npz"))).unwrap();
        }
    }
    python(
        dir.path(),
        r"
import scipy.sparse as sp, glob
compared = 0
for path in glob.glob('*.ours.npz'):
    name = path[:-len('.ours.npz')]
    ours, scipys = sp.load_npz(path), sp.load_npz(name + '.npz')
    if name == 'csr_1d': scipys = scipys.tocoo()
    assert type(ours) is type(scipys), (name, type(ours), type(scipys))
    assert ours.shape == scipys.shape and ours.dtype == scipys.dtype, name
    if 'large' in name: assert (ours.data == scipys.data).all()
    else: assert (ours.toarray() == scipys.toarray()).all(), name
    if name in ('csr_1d', 'csr_text', 'coo_coords', 'csr_room', 'csr_unsigned') or name.endswith('wide'): continue
    with zipfile.ZipFile(path) as a, zipfile.ZipFile(name + '.npz') as b:
        assert a.namelist() == b.namelist(), (name, a.namelist(), b.namelist())
        for member in a.namelist():
            assert a.read(member) == b.read(member), (name, member, a.read(member)[:90], b.read(member)[:90])
            compared += 1
assert compared > 150, compared
",
    );
}

#[derive(Npz, Debug, PartialEq)]
struct Model {
    #[npz(store_as = "f2", compression = 9)]
    features: Csr<f32>,
    counts: Csc<i64>,
    any: Sparse<f64>,
    more: Vec<Coo<u8>>,
    absent: Option<Dia<f64>>,
    blocks: Option<Bsr<bool>>,
}

fn model() -> Model {
    Model {
        features: Csr::new((2, 3), vec![0.5, 4.0], vec![2, 0], vec![0, 1, 2]).unwrap(),
        counts: Csc::new((2, 1), vec![-7], vec![1], vec![0, 1]).unwrap(),
        any: Sparse::Dia(Dia::new((2, 2), array![[1.0, 2.0]], vec![-1]).unwrap()),
        more: vec![
            Coo::new(vec![3], vec![5], vec![vec![2]]).unwrap(),
            Coo::new(vec![2, 2], vec![6, 7], vec![vec![0, 1], vec![1, 0]]).unwrap(),
        ],
        absent: None,
        blocks: Some(Bsr::new((1, 2), array![[[true, false]]], vec![0], vec![0, 1]).unwrap()),
    }
}

#[test]
fn sparse_matrices_are_fields_of_structs_and_of_each_others_names() {
    let dir = temp_dir();
    let path = dir.path().join("model.npz");
    model().save(&path).unwrap();
    assert_eq!(Model::load(&path).unwrap(), model());
    let mut other = model();
    other.features.data[0] = 7.0;
    LoadOptions::new().load_into(&mut other, &path).unwrap();
    assert_eq!(other, model());
    python(
        dir.path(),
        r"
import scipy.sparse as sp
f = np.load('model.npz')
assert f['features.data'].dtype == '<f2' and f['features.indices'].dtype == '<i4', f.files
m = sp.csr_array((f['features.data'].astype('f4'), f['features.indices'], f['features.indptr']), shape=f['features.shape'])
assert m.toarray().tolist() == [[0, 0, 0.5], [4, 0, 0]]
assert f['more.0.coords'].tolist() == [[2]] and f['more.1.row'].tolist() == [0, 1]
assert f['any.format'].item() == b'dia' and not any(k.startswith('absent') for k in f.files)
with zipfile.ZipFile('model.npz') as z:
    kinds = {i.filename: i.compress_type for i in z.infolist()}
    assert kinds['features.data.npy'] == kinds['features.indices.npy'] == 8 and kinds['counts.data.npy'] == 0
",
    );
    let schema = Model::schema().to_string();
    for part in ["features.indptr", "any.format = \"bsr\"", "features._is_array"] {
        assert!(schema.contains(part), "{part}\n{schema}");
    }
}

#[test]
fn options_speak_of_the_values_and_not_of_the_indices() {
    #[derive(Npz, Debug)]
    struct Exact {
        #[npz(cast = "exact", store_as = "u1")]
        m: Csr<i32>,
    }
    #[derive(Npz, Debug)]
    struct Wide {
        m: Csr<f64>,
    }
    #[derive(Npz, Debug)]
    struct Narrow {
        m: Csr<f32>,
    }
    let m = Csr::new((1, 1000), vec![3], vec![900], vec![0, 1]).unwrap();
    let bytes = Exact { m: m.clone() }.to_bytes().unwrap();
    assert_eq!(Exact::from_bytes(&bytes).unwrap().m, m, "the column 900 does not fit u1");
    let wide = Csr::new((1, 2), vec![0.1], vec![1], vec![0, 1]).unwrap();
    let bytes = Wide { m: wide }.to_bytes().unwrap();
    let error = Narrow::from_bytes(&bytes).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!((problems.len(), &*problems[0].member, problems[0].kind), (1, "m.data", ProblemKind::DType));
    let rounds = LoadOptions::new().cast(Cast::SameKind);
    assert_eq!(rounds.from_bytes::<Narrow>(&bytes).unwrap().m.data, [0.1f32]);
}

#[test]
fn another_format_is_one_mistake_with_the_way_out() {
    let bytes = Coo::new(vec![2, 2], vec![1.0], vec![vec![0], vec![1]]).unwrap().to_bytes().unwrap();
    let error = Csr::<f64>::from_bytes(&bytes).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!(problems.len(), 1, "{error}");
    assert_eq!((&*problems[0].member, problems[0].kind), ("format", ProblemKind::Value));
    assert!(
        error.to_string().contains("expected \"csr\", found \"coo\"; load it as `npz_sparse::Coo`"),
        "{error}"
    );

    let dense = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]).to_bytes().unwrap();
    let error = Sparse::<f64>::from_bytes(&dense).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert!(error.to_string().contains("\"format\" is missing: expected one of \"csr\", "), "{error}");
}

#[test]
fn members_that_are_missing_or_too_many_are_seen_in_the_headers() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
parts = dict(format=b'coo', shape=[2, 3], data=[1., 2.], row=[0, 1])
np.savez('no_col.npz', **parts)
np.savez('both.npz', **parts, col=[0, 1], coords=[[0, 1], [2, 0]])
np.savez('csr.npz', format=b'csr', shape=[2, 3], data=[1., 2.], indices=[0, 1])
",
    );
    let problems = |name: &str| {
        let report = Sparse::<f64>::check(dir.path().join(name)).unwrap();
        let problem = |problem: &npz_core::Problem| format!("{} {:?}", problem.member, problem.kind);
        report.problems().iter().map(problem).collect::<Vec<_>>()
    };
    assert_eq!(problems("no_col.npz"), ["col Missing"]);
    assert_eq!(problems("both.npz"), ["row Unexpected", "col Unexpected"]);
    assert_eq!(problems("csr.npz"), ["indptr Missing"]);
    assert!(Csr::<f64>::check(dir.path().join("csr.npz")).is_ok_and(|report| !report.is_ok()));
}

#[test]
fn an_archive_that_is_no_matrix_is_one_mistake_and_a_matrix_in_another_place_is_pointed_to() {
    let names = ["a", "b", "shape", "data"].map(|name| (name.to_owned(), array![1.0]));
    let error =
        Csr::<f64>::from_bytes(&std::collections::BTreeMap::from(names).to_bytes().unwrap()).unwrap_err();
    let text = error.to_string();
    let (_, problems) = text.split_once('\n').unwrap();
    let wanted = "  - member \"format\" is missing: expected \"csr\"; `scipy.sparse.save_npz` writes one";
    assert_eq!(problems, wanted);

    let dir = temp_dir();
    python(dir.path(), "import scipy.sparse as sp; sp.save_npz('a.npz', sp.csr_array(np.eye(2)))");
    let npz = npz_core::NpzReader::open(dir.path().join("a.npz")).unwrap();
    let error = npz.get::<Csr<f64>>("data").unwrap_err().to_string();
    assert!(error.contains("the matrix is the whole archive: `Csr::load(path)`"), "{error}");
    let error = npz.get::<Sparse<f64>>("matrix").unwrap_err().to_string();
    assert!(error.contains("the matrix is the whole archive: `Sparse::load(path)`"), "{error}");
    // As it says.
    let path = dir.path().join("a.npz");
    assert_eq!(Csr::<f64>::load(&path).unwrap().nnz(), 2);
    assert_eq!(Sparse::<f64>::load(&path).unwrap().nnz(), 2);
}

#[derive(Npz, Debug)]
struct Dotted {
    adj: Csr<f64>,
    labels: Vec<i64>,
}

#[derive(Npz, Debug)]
#[npz(separator = "_")]
struct Graph {
    adj: Csr<f64>,
    labels: Vec<i64>,
    weights: Option<Csr<f64>>,
}

/// What people save by hand, `np.savez(data=m.data, indices=m.indices, ..)`: each type knows its own format.
#[test]
fn parts_without_a_format_are_loaded_as_what_is_asked_for() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
import scipy.sparse as sp
m = sp.random(5, 7, 0.4, "csr", random_state=1, dtype="f8")
np.savez("dense.npz", dense=m.toarray())
c, o, b, d = m.tocsc(), m.tocoo(), sp.kron(m, np.ones((2, 3))).tobsr((2, 3)), sp.eye(4, k=1).todia()
np.savez("csr.npz", data=m.data, indices=m.indices, indptr=m.indptr, shape=m.shape)
np.savez("csc.npz", data=c.data, indices=c.indices, indptr=c.indptr, shape=c.shape)
np.savez("coo.npz", row=o.row, col=o.col, data=o.data, shape=o.shape)
np.savez("coords.npz", coords=np.array([o.row, o.col]), data=o.data, shape=o.shape)
np.savez("bsr.npz", data=b.data, indices=b.indices, indptr=b.indptr, shape=b.shape)
np.savez("dia.npz", data=d.data, offsets=d.offsets, shape=d.shape)
np.savez("prefix.npz", adj_data=m.data, adj_indices=m.indices, adj_indptr=m.indptr, adj_shape=m.shape, labels=np.arange(5))
"#,
    );
    let path = |name: &str| dir.path().join(format!("{name}.npz"));
    let dense: Array2<f64> = npz_core::NpzReader::open(path("dense")).unwrap().get("dense").unwrap();
    let add = |a: f64, b: f64| a + b;
    assert_eq!(Csr::load(path("csr")).unwrap().to_dense(add).unwrap(), dense);
    assert_eq!(Csc::load(path("csc")).unwrap().to_dense(add).unwrap(), dense);
    for name in ["coo", "coords"] {
        assert_eq!(Coo::load(path(name)).unwrap().to_dense(add).unwrap(), dense.clone().into_dyn());
    }
    let blocks = Bsr::load(path("bsr")).unwrap().to_dense(add).unwrap();
    assert_eq!((blocks.dim(), blocks[[0, 0]]), ((10, 21), dense[[0, 0]]));
    assert_eq!(Dia::load(path("dia")).unwrap().to_dense(add).unwrap()[[0, 1]], 1.0);

    // What the file does not say, `Sparse` can't know; its advice works.
    let error = Sparse::<f64>::load(path("csr")).unwrap_err().to_string();
    assert!(
        error.contains("\"format\" is missing") && error.contains("`npz_sparse::Csr` or `Csc` takes them"),
        "{error}"
    );
    let error = Sparse::<f64>::load(path("coo")).unwrap_err().to_string();
    assert!(
        error.contains("\"format\" is missing") && error.contains("`npz_sparse::Coo` takes them"),
        "{error}"
    );
    // Rows are no columns: what does not agree is refused.
    assert!(Csc::<f64>::load(path("csr")).is_err());

    let error = Dotted::load(path("prefix")).unwrap_err().to_string();
    assert!(
        error.contains("the parts are called as \"adj_data\" is: `#[npz(separator = \"_\")]` on the struct"),
        "{error}"
    );
    let graph = Graph::load(path("prefix")).unwrap();
    assert_eq!(graph.adj.to_dense(add).unwrap(), dense);
    assert!(graph.labels == [0, 1, 2, 3, 4] && graph.weights.is_none());
    // And back, with the format.
    assert_eq!(Graph::from_bytes(&graph.to_bytes().unwrap()).unwrap().adj, graph.adj);
    let npz = npz_core::NpzReader::open(path("prefix")).unwrap();
    let error = npz.get::<Csr<f64>>("adj").unwrap_err().to_string();
    assert!(error.contains("separator"), "{error}");
}

#[test]
fn a_matrix_that_does_not_hold_together_is_not_saved() {
    #[derive(Npz)]
    struct Outer {
        m: Csr<f64>,
    }
    let mut matrix = Csr::new((2, 3), vec![0.5, 4.0], vec![2, 0], vec![0, 1, 2]).unwrap();
    matrix.indices[1] = 3;
    let error = Outer { m: matrix.clone() }.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("m.indices")));
    assert!(error.to_string().contains("cell 1 holds 3, expected an index below 3"), "{error}");
    assert_eq!(matrix.to_dense(|a, b| a + b).unwrap_err().kind(), ErrorKind::Invalid);
    assert!(Bsr::new((2, 2), ndarray::Array3::<f64>::zeros((0, 0, 2)), vec![], vec![0]).is_err());
    assert!(Coo::<f64>::new(vec![], vec![], vec![]).is_err());
}

#[test]
fn a_dense_array_that_is_too_large_is_an_error() {
    let huge = Coo::new(vec![1 << 40, 1 << 40], vec![1.0], vec![vec![0], vec![1]]).unwrap();
    let error = huge.to_dense(|a, b| a + b).unwrap_err();
    assert!(error.to_string().contains("does not fit into memory"), "{error}");
    let twice = Csr::new((1, 1), vec![100i8, 100], vec![0, 0], vec![0, 2]).unwrap();
    let dense: Array2<i8> = twice.to_dense(i8::wrapping_add).unwrap();
    assert_eq!(dense, array![[-56]], "as NumPy adds");
}
