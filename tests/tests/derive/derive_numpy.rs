//! One struct with everything, as Python sees it, and as Python writes it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::sync::Arc;

use half::{bf16, f16};
use ndarray::{ArcArray1, Array2, Array3, ArrayD, IxDyn, ShapeBuilder, arr0, array};
use npz_core::{FixedBytes, Npz, SaveOptions};
use num_complex::Complex;
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq, Clone)]
struct Layer {
    weights: Array2<f32>,
    bias: Option<Vec<f32>>,
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(separator = "/")]
struct Optimizer(f64, Vec<Layer>);

#[derive(Npz, Debug, PartialEq, Clone)]
struct Extra {
    mean: f64,
    rest: (i8, bool),
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(rename_all = "camelCase")]
struct Everything {
    plain_array: Array3<i16>,
    fortran: Array2<f64>,
    shared: ArcArray1<u32>,
    any_axes: ArrayD<Complex<f32>>,
    empty: Array2<u8>,
    zero_d: ndarray::Array0<bool>,
    texts: Vec<String>,
    codes: Vec<FixedBytes<3>>,
    #[npz(rename = "π")]
    pi: f64,
    index: usize,
    offset: isize,
    flag: bool,
    title: Cow<'static, str>,
    half: f16,
    brain: Vec<bf16>,
    complex: Complex<f64>,
    points: Vec<[f32; 3]>,
    table: [[u8; 2]; 2],
    layers: Vec<Layer>,
    no_layers: Vec<Layer>,
    sparse: Vec<Option<i64>>,
    absent: Option<f32>,
    optimizer: Box<Optimizer>,
    by_name: HashMap<String, Arc<Vec<u64>>>,
    pair: (u16, String),
    #[npz(flatten)]
    extra: Extra,
    marker: PhantomData<f32>,
    #[npz(skip)]
    scratch: Vec<u8>,
}

fn everything() -> Everything {
    let layer = |bias| Layer { weights: array![[1.0, -2.5]], bias };
    Everything {
        plain_array: Array3::from_shape_fn((2, 1, 3), |(i, _, k)| (i * 3 + k) as i16 - 2),
        fortran: Array2::from_shape_vec((2, 3).f(), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap(),
        shared: array![1, u32::MAX].into(),
        any_axes: ArrayD::from_elem(IxDyn(&[1, 1, 1, 2]), Complex::new(1.0, -1.0)),
        empty: Array2::zeros((0, 4)),
        zero_d: arr0(true),
        texts: vec!["α".to_owned(), String::new(), "wide 🦀".to_owned()],
        codes: vec![FixedBytes::new(b"ab").unwrap(), FixedBytes::new(b"xyz").unwrap()],
        pi: 3.25,
        index: 7,
        offset: -7,
        flag: true,
        title: "run Ω".into(),
        half: f16::from_f32(0.5),
        brain: vec![bf16::from_f32(1.5), bf16::from_f32(-2.0)],
        complex: Complex::new(0.5, 2.0),
        points: vec![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        table: [[1, 2], [3, 4]],
        layers: vec![layer(None), layer(Some(vec![0.5]))],
        no_layers: vec![],
        sparse: vec![None, Some(5), None],
        absent: None,
        optimizer: Box::new(Optimizer(1e-3, vec![layer(None)])),
        by_name: HashMap::from(["b", "a"].map(|key| (key.to_owned(), Arc::new(vec![u64::MAX])))),
        pair: (9, "nine".to_owned()),
        extra: Extra { mean: -0.5, rest: (-1, false) },
        marker: PhantomData,
        scratch: vec![],
    }
}

/// What `np.load` must show: (name, dtype, shape, values), in order.
const LISTING: &str = r"
expected = [
    ('plainArray', '<i2', (2, 1, 3), [[[-2, -1, 0]], [[1, 2, 3]]]),
    ('fortran', '<f8', (2, 3), [[1, 3, 5], [2, 4, 6]]),
    ('shared', '<u4', (2,), [1, 2**32 - 1]),
    ('anyAxes', '<c8', (1, 1, 1, 2), [[[[1-1j, 1-1j]]]]),
    ('empty', '|u1', (0, 4), []),
    ('zeroD', '|b1', (), True),
    ('texts', '<U6', (3,), ['α', '', 'wide 🦀']),
    ('codes', '|S3', (2,), [b'ab', b'xyz']),
    ('π', '<f8', (), 3.25),
    ('index', '<u8', (), 7),
    ('offset', '<i8', (), -7),
    ('flag', '|b1', (), True),
    ('title', '<U5', (), 'run Ω'),
    ('half', '<f2', (), 0.5),
    ('brain', '|V2', (2,), [b'\xc0\x3f', b'\x00\xc0']),
    ('complex', '<c16', (), 0.5+2j),
    ('points', '<f4', (2, 3), [[1, 2, 3], [4, 5, 6]]),
    ('table', '|u1', (2, 2), [[1, 2], [3, 4]]),
    ('layers.0.weights', '<f4', (1, 2), [[1, -2.5]]),
    ('layers.1.weights', '<f4', (1, 2), [[1, -2.5]]),
    ('layers.1.bias', '<f4', (1,), [0.5]),
    ('noLayers.len', '<u8', (), 0),
    ('sparse.1', '<i8', (), 5),
    ('sparse.len', '<u8', (), 3),
    ('optimizer/0', '<f8', (), 1e-3),
    ('optimizer/1/0/weights', '<f4', (1, 2), [[1, -2.5]]),
    ('byName.a', '<u8', (1,), [2**64 - 1]),
    ('byName.b', '<u8', (1,), [2**64 - 1]),
    ('pair.0', '<u2', (), 9),
    ('pair.1', '<U4', (), 'nine'),
    ('mean', '<f8', (), -0.5),
    ('rest.0', '|i1', (), -1),
    ('rest.1', '|b1', (), False),
]
";

#[test]
fn python_sees_every_field_under_its_name() {
    let dir = temp_dir();
    everything().save(dir.path().join("stored.npz")).unwrap();
    everything().save_compressed(dir.path().join("small.npz")).unwrap();
    python(
        dir.path(),
        &format!(
            r"{LISTING}
for file in ('stored.npz', 'small.npz'):
    with np.load(file) as f:
        assert f.files == [name for name, *_ in expected], f.files
        for name, dtype, shape, values in expected:
            a = f[name]
            assert (a.dtype.str, a.shape) == (dtype, shape), (name, a.dtype.str, a.shape)
            assert a.tolist() == values, (name, a.tolist())
        assert f['fortran'].flags.f_contiguous and not f['fortran'].flags.c_contiguous
        import ml_dtypes
        assert f['brain'].view(ml_dtypes.bfloat16).tolist() == [1.5, -2.0]
"
        ),
    );
}

#[test]
fn what_python_writes_under_those_names_is_the_same_struct() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            r"{LISTING}
import ml_dtypes
members = {{name: np.array(values, dtype).reshape(shape) for name, dtype, shape, values in expected if name != 'brain'}}
members['brain'] = np.array([1.5, -2.0], ml_dtypes.bfloat16)
members['fortran'] = np.asfortranarray(members['fortran'])
np.savez('exact.npz', **members)
np.savez_compressed('small.npz', **members)
# Another order of the members, the other byte order, and the other order of the cells.
flipped = {{name: a if a.dtype.kind == 'V' else a.astype(a.dtype.newbyteorder('>'), order='F')
           for name, a in reversed(members.items())}}
np.savez('flipped.npz', **flipped)
# What Python makes of bare numbers and lists.
bare = dict(members, index=7, offset=-7, flag=True, complex=0.5+2j, title='run Ω', mean=-0.5, codes=[b'ab', b'xyz'])
bare.update({{'π': 3.25, 'pair.0': 9, 'pair.1': 'nine', 'rest.0': -1, 'rest.1': False, 'noLayers.len': 0,
             'sparse.len': 3, 'sparse.1': 5, 'optimizer/0': 1e-3, 'texts': ['α', '', 'wide 🦀']}})
np.savez('bare.npz', **bare)
"
        ),
    );
    for file in ["exact.npz", "small.npz", "flipped.npz", "bare.npz"] {
        let loaded = Everything::load(dir.path().join(file)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(loaded, everything(), "{file}");
    }
}

#[test]
fn our_members_are_the_bytes_of_np_save() {
    let dir = temp_dir();
    std::fs::write(dir.path().join("ours.npz"), SaveOptions::new().to_bytes(&everything()).unwrap()).unwrap();
    python(
        dir.path(),
        r"
with zipfile.ZipFile('ours.npz') as z:
    for name in z.namelist():
        if name != 'brain.npy':
            again = io.BytesIO()
            np.save(again, np.load(io.BytesIO(z.read(name))))
            assert again.getvalue() == z.read(name), name
",
    );
}

#[test]
fn maps_at_the_root_are_the_dict_of_np_load() {
    let dir = temp_dir();
    python(dir.path(), "np.savez('dict.npz', **{'b': np.ones((2, 2)), 'a.x': np.arange(3), 'c/d': 1.5})");
    let loaded: BTreeMap<String, ArrayD<f64>> = Npz::load(dir.path().join("dict.npz")).unwrap();
    assert_eq!(loaded.keys().collect::<Vec<_>>(), ["a.x", "b", "c/d"]);
    assert_eq!(loaded["a.x"], array![0.0, 1.0, 2.0].into_dyn());
    loaded.save(dir.path().join("back.npz")).unwrap();
    let listed = python(
        dir.path(),
        r"
a, b = np.load('dict.npz'), np.load('back.npz')
assert set(a.files) == set(b.files)
assert all((a[k] == b[k]).all() and a[k].shape == b[k].shape for k in a.files)
print(b.files)
",
    );
    assert_eq!(listed.trim(), "['a.x', 'b', 'c/d']");
}
