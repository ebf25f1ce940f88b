//! Every cell type in every layout, against files that real NumPy writes while the test runs.
//!
//! Here both sides are made from the tables in `tables`: a script for NumPy, and arrays of Rust to compare its files
//! with. In `every` all comes from NumPy, for each dtype that it can save (`dtypes`), in fewer layouts.
#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

mod dtypes;
mod every;
mod rows;
mod tables;

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;

use ndarray::{Array, Array0, Array1, Array2, Array3, Array4, Array5, Array6, ArrayD, ArrayViewD};
use ndarray::{Axis, Dimension, IxDyn, ShapeBuilder, s};
use npz_core::npy;
use tests::{python, temp_dir};

use tables::{Bits, Cell, Role, SIXTEEN, Visit, each_cell, each_layout, filled};

/// Writes each row of the tables as a line of Python.
#[derive(Default)]
struct Script {
    cells: Vec<String>,
}

impl Visit for Script {
    fn cell<A: Cell>(&mut self, key: &str, role: Role, python: &str, _: &[A]) {
        let orders = role.orders().iter().collect::<String>();
        let fit = if role == Role::Fitted { "True" } else { "False" };
        self.cells.push(format!("    ('{key}', {python}, '{orders}', {fit}),\n"));
    }
}

/// Lets NumPy write all files into a folder; the answer tells for each whether it loads it in Fortran order.
fn numpy_writes(dir: &Path) -> HashMap<String, bool> {
    let mut script = Script::default();
    each_cell(&mut script);
    let mut layouts = Vec::new();
    each_layout(&[0u8], |key, python, _| layouts.push(format!("    ('{key}', lambda b, f: {python}),\n")));
    let script = format!(
        "import ml_dtypes
true, false = True, False
SIXTEEN = {SIXTEEN:?}
cells = [\n{}]
layouts = [\n{}]
def make(values, layout):
    def b(*shape):
        count = int(np.prod(shape))
        return values[np.arange(count) % len(values)].reshape(shape)
    return layout(b, lambda *shape: np.asfortranarray(b(*shape)))
def save(name, write, array):
    with open(name, 'wb') as file:
        write(file, array)
    print(name, int(np.load(name).flags.fnc))
for key, values, orders, fit in cells:
    for layout_key, layout in layouts:
        array = make(values, layout)
        assert array.dtype == values.dtype, (key, layout_key)
        if fit:
            width = max([1, *(len(text) for text in array.ravel().tolist())])
            values_here = values.astype(f'U{{width}}')
        else:
            values_here = values
        for order in orders:
            dtype = values.dtype if order == '<' else values_here.dtype.newbyteorder('>')
            ordered = values_here if order == '<' else values_here.astype(dtype)
            suffix = 'le' if order == '<' else 'be'
            save(f'{{key}}.{{layout_key}}.{{suffix}}', np.save, make(ordered, layout))
        for version in [(1, 0), (2, 0), (3, 0)] if layout_key in ('c2', 'f2', 'scalar', 'empty') else []:
            def write(file, array):
                np.lib.format.write_array(file, array, version=version)
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                save(f'{{key}}.{{layout_key}}.v{{version[0]}}', write, array)
",
        script.cells.concat(),
        layouts.concat(),
    );
    let manifest = python(dir, &script);
    manifest
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(file, f)| (file.to_owned(), f == "1"))
        .collect()
}

fn bits<A: Cell>(array: &ArrayViewD<'_, A>) -> Vec<Vec<u8>> {
    array.iter().map(Bits::bits).collect()
}

/// Compares a file with the array that it was made from.
fn assert_reads<A: Cell>(path: &Path, is_fortran: bool, expected: &ArrayViewD<'_, A>) {
    let bytes = fs::read(path).unwrap();
    let name = path.file_name().unwrap().display();
    let reads: [(&str, npz_core::Result<ArrayD<A>>); 3] = [
        ("load", npy::load(path)),
        ("read", npy::read(File::open(path).unwrap())),
        ("from_bytes", npy::from_bytes(&bytes)),
    ];
    for (call, read) in reads {
        let array = read.unwrap_or_else(|error| panic!("{name}: {call}: {error}"));
        assert_eq!(array.shape(), expected.shape(), "{name}: {call}");
        assert_eq!(bits(&array.view()), bits(expected), "{name}: {call}");
        let lies_as_stored =
            if is_fortran { array.t().is_standard_layout() } else { array.is_standard_layout() };
        assert!(lies_as_stored, "{name}: {call}: strides {:?}, fortran_order {is_fortran}", array.strides());
    }
}

struct Reading<'a> {
    dir: &'a Path,
    files: HashMap<String, bool>,
}

impl Visit for Reading<'_> {
    fn cell<A: Cell>(&mut self, key: &str, _: Role, _: &str, values: &[A]) {
        each_layout(values, |layout, _, array| {
            for kind in ["le", "be", "v1", "v2", "v3"] {
                let file = format!("{key}.{layout}.{kind}");
                if let Some(is_fortran) = self.files.remove(&file) {
                    assert_reads(&self.dir.join(file), is_fortran, array);
                }
            }
        });
    }
}

struct Writing<'a> {
    dir: &'a Path,
    compared: usize,
}

impl Visit for Writing<'_> {
    fn cell<A: Cell>(&mut self, key: &str, role: Role, _: &str, values: &[A]) {
        if !role.writes() {
            return;
        }
        each_layout(values, |layout, _, array| {
            let numpys = fs::read(self.dir.join(format!("{key}.{layout}.le"))).unwrap();
            let mut streamed = Vec::new();
            npy::write(&mut streamed, array).unwrap();
            let ours = [("to_bytes", npy::to_bytes(array).unwrap()), ("write", streamed)];
            for (call, bytes) in ours {
                let (shown, expected) = (bytes.escape_ascii(), numpys.escape_ascii());
                assert!(bytes == numpys, "{key} {layout}: {call}\n ours {shown}\nnumpy {expected}");
            }
            self.compared += 1;
        });
        let path = self.dir.join("ours.npy");
        npy::save(&path, &filled(&[3, 5], values, true)).unwrap();
        let numpys = fs::read(self.dir.join(format!("{key}.f2.le"))).unwrap();
        assert!(fs::read(&path).unwrap() == numpys, "{key}: a saved file is not that of np.save");
    }
}

#[test]
fn each_layout_is_read_bit_for_bit_as_it_lies_and_written_as_np_save_writes_it() {
    let dir = temp_dir();
    let files = numpy_writes(dir.path());
    assert!(files.len() > 2_000, "{} files", files.len());
    let mut reading = Reading { dir: dir.path(), files };
    each_cell(&mut reading);
    assert!(reading.files.is_empty(), "nobody read {:?}", reading.files);
    let mut writing = Writing { dir: dir.path(), compared: 0 };
    each_cell(&mut writing);
    assert!(writing.compared > 700, "{} arrays", writing.compared);
}

/// A view that is far larger than the pieces in which it is gathered.
fn large<A: Clone>(make: impl Fn(u32) -> A, visit: &mut impl FnMut(&str, &str, &ArrayViewD<'_, A>)) {
    let array = Array3::from_shape_fn((40, 130, 101), |(i, j, k)| make((i * 13130 + j * 101 + k) as u32));
    visit("c", "a", &array.view().into_dyn());
    visit("f", "a.T", &array.t().into_dyn());
    visit("reversed", "a[::-1, :, ::-1]", &array.slice(s![..;-1, .., ..;-1]).into_dyn());
    visit("sliced", "a[::3, 1:, ::2]", &array.slice(s![..;3, 1.., ..;2]).into_dyn());
    visit("permuted", "a.transpose(1, 0, 2)", &array.view().permuted_axes([1, 0, 2]).into_dyn());
    let row = array.view().into_shape_with_order(40 * 130 * 101).unwrap();
    let row = row.slice_move(s![..;-1]).insert_axis(Axis(0)).into_dyn();
    visit("one_long_row", "a.reshape(-1)[::-1][None]", &row);
}

#[test]
fn large_views_are_gathered_and_written_as_np_save_writes_them() {
    let dir = temp_dir();
    let mut script = vec!["a = np.arange(40 * 130 * 101, dtype='u4').reshape(40, 130, 101)\n".to_owned()];
    large(|i| i, &mut |key, python, _| script.push(format!("np.save('{key}.npy', {python})\n")));
    script.push("a = (a % 1000).astype('U3')\n".to_owned());
    large(|i| i, &mut |key, python, _| script.push(format!("np.save('text_{key}.npy', {python})\n")));
    python(dir.path(), &script.concat());
    let file = |name: &str| fs::read(dir.path().join(name)).unwrap();
    large(|i| i, &mut |key, _, array| {
        let numpys = file(&format!("{key}.npy"));
        assert!(npy::to_bytes(array).unwrap() == numpys, "u4 {key}");
        assert!(npy::read::<ArrayD<u32>>(&numpys[..]).unwrap() == *array, "u4 {key}");
    });
    large(|i| (i % 1000).to_string(), &mut |key, _, array| {
        let numpys = file(&format!("text_{key}.npy"));
        assert!(npy::to_bytes(array).unwrap() == numpys, "text {key}");
        assert!(
            npy::load::<ArrayD<String>>(dir.path().join(format!("text_{key}.npy"))).unwrap() == array,
            "text {key}"
        );
    });
}

#[test]
fn headers_of_every_length_have_the_room_and_padding_of_np_save() {
    let dir = temp_dir();
    let script = "
for ones in range(63):
    array = np.zeros((2, *[1] * ones, 3), 'u1')
    np.save(f'c{ones}.npy', array)
    np.save(f'f{ones}.npy', np.asfortranarray(array))
";
    python(dir.path(), script);
    let mut rests = std::collections::HashSet::new();
    for ones in 0..63 {
        let shape = [&[2][..], &vec![1; ones], &[3]].concat();
        for (order, is_fortran) in [("c", false), ("f", true)] {
            let ours = npy::to_bytes(&filled(&shape, &[0u8], is_fortran)).unwrap();
            let numpys = fs::read(dir.path().join(format!("{order}{ones}.npy"))).unwrap();
            assert!(ours == numpys, "{shape:?} {order}\n ours {}", ours.escape_ascii());
            rests.insert(numpys.iter().position(|&byte| byte == b'}').unwrap() % 64);
        }
    }
    assert_eq!(rests.len(), 64, "the lengths leave every rest");
}

#[test]
fn each_dimension_type_reads_its_own_number_of_axes_only() {
    fn axes<D: Dimension>(bytes: &[u8], ndim: usize) {
        let read = npy::from_bytes::<Array<i32, D>>(bytes);
        match D::NDIM {
            Some(wanted) if wanted != ndim => {
                let error = read.unwrap_err();
                assert_eq!(error.kind(), npz_core::ErrorKind::Mismatch);
                assert!(error.to_string().contains("has another shape: expected <i4 (i32), "), "{error}");
            }
            _ => assert_eq!(npy::to_bytes(&read.unwrap()).unwrap(), bytes),
        }
    }
    let files: [Vec<u8>; 7] = [
        npy::to_bytes(&Array0::<i32>::zeros(())).unwrap(),
        npy::to_bytes(&Array1::<i32>::zeros(2)).unwrap(),
        npy::to_bytes(&Array2::<i32>::zeros((2, 3).f())).unwrap(),
        npy::to_bytes(&Array3::<i32>::zeros((2, 1, 2))).unwrap(),
        npy::to_bytes(&Array4::<i32>::zeros((2, 1, 2, 1))).unwrap(),
        npy::to_bytes(&Array5::<i32>::zeros((2, 1, 2, 1, 2).f())).unwrap(),
        npy::to_bytes(&Array6::<i32>::zeros((2, 1, 2, 1, 0, 3))).unwrap(),
    ];
    for (ndim, bytes) in files.iter().enumerate() {
        axes::<ndarray::Ix0>(bytes, ndim);
        axes::<ndarray::Ix1>(bytes, ndim);
        axes::<ndarray::Ix2>(bytes, ndim);
        axes::<ndarray::Ix3>(bytes, ndim);
        axes::<ndarray::Ix4>(bytes, ndim);
        axes::<ndarray::Ix5>(bytes, ndim);
        axes::<ndarray::Ix6>(bytes, ndim);
        axes::<IxDyn>(bytes, ndim);
    }
}
