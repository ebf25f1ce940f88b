//! The arrays of NumPy's own `test_format.py`, taken from the installed NumPy itself.

use std::path::Path;

use ndarray::{Array1, ArrayD};
use npz_core::{
    AnyArray, ByteOrder, ErrorKind, FixedBytes, FixedStr, Header, Limits, NpyRecord, SaveOptions, npy,
};
use num_complex::Complex;
use tests::{python, temp_dir};

/// NumPy's module wants pytest for its marks only.
const CASES: &str = "
from unittest.mock import MagicMock
sys.modules['pytest'] = MagicMock()
from numpy.lib.tests import test_format
arrays = test_format.basic_arrays + test_format.record_arrays
";

fn cases(dir: &Path) -> usize {
    let script =
        format!("{CASES}for i, a in enumerate(arrays): np.save(f'{{i}}.npy', a)\nprint(len(arrays))");
    python(dir, &script).trim().parse().unwrap()
}

/// Gives some bytes a call, another number each time.
struct Pieces<'b> {
    bytes: &'b [u8],
    step: usize,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.step = self.step * 7 % 331 + 1;
        let len = self.step.min(buffer.len());
        self.bytes.read(&mut buffer[..len])
    }
}

#[test]
fn every_array_of_numpys_own_tests_is_read_and_written_again() {
    let dir = temp_dir();
    let count = cases(dir.path());
    assert_eq!(count, 161);
    let script = format!("{CASES}print([i for i, a in enumerate(arrays) if a.dtype.hasobject])");
    let printed = python(dir.path(), &script);
    let pickles: Vec<usize> =
        printed.trim().trim_matches(['[', ']']).split(", ").map(|i| i.parse().unwrap()).collect();
    assert!(!pickles.is_empty() && pickles.len() < 15, "{pickles:?}");
    for i in 0..count {
        let any = npy::load::<AnyArray>(dir.path().join(format!("{i}.npy")));
        let is_pickle = pickles.contains(&i);
        assert_eq!(
            any.as_ref().err().map(npz_core::Error::kind),
            is_pickle.then_some(ErrorKind::Unsupported),
            "{i}"
        );
        let Ok(any) = any else { continue };
        // `test_roundtrip_truncated`, `test_file_truncated`, `test_roundtrip_randsize`.
        let file = std::fs::read(dir.path().join(format!("{i}.npy"))).unwrap();
        let cut = dir.path().join(format!("cut-{i}.npy"));
        std::fs::write(&cut, &file[..file.len() - 1]).unwrap();
        for error in [
            npy::load::<AnyArray>(&cut).unwrap_err(),
            npy::read::<AnyArray>(&file[..file.len() - 1]).unwrap_err(),
        ] {
            assert_eq!(
                (error.kind(), error.offset()),
                (ErrorKind::Damaged, Some(file.len() as u64 - 1)),
                "{i}"
            );
        }
        let pieces = Pieces { bytes: &file, step: i };
        assert_eq!(npy::read::<AnyArray>(pieces).unwrap(), any, "{i}");
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &any).unwrap();
        std::fs::write(dir.path().join(format!("ours-{i}.npy")), bytes).unwrap();
    }
    let script = format!(
        "{CASES}identical = 0
for i, a in enumerate(arrays):
    if a.dtype.hasobject: continue
    ours = np.load(f'ours-{{i}}.npy')
    assert ours.shape == a.shape and ours.dtype == a.dtype.newbyteorder(ours.dtype.byteorder), (i, a.dtype, ours.dtype)
    assert a.tobytes() == ours.astype(a.dtype).tobytes() if a.dtype.names is None else a.tobytes() == ours.tobytes(), i
    identical += open(f'{{i}}.npy', 'rb').read() == open(f'ours-{{i}}.npy', 'rb').read()
print(identical)
"
    );
    // Numbers of the other byte order are written little-endian; all others are the same file.
    let identical: usize = python(dir.path(), &script).trim().parse().unwrap();
    assert!(identical >= 85, "{identical}");
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Plain {
    x: [i32; 2],
    y: [[f64; 2]; 2],
    z: u8,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Nested {
    x: [i32; 2],
    #[npy(rename = "Info")]
    info: Info,
    color: FixedBytes<2>,
    #[npy(rename = "info")]
    value: NamedValue,
    y: [[f64; 2]; 2],
    z: u8,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Info {
    value: Complex<f64>,
    y2: f64,
    #[npy(rename = "Info2")]
    info2: Info2,
    name: FixedBytes<2>,
    z2: bool,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Info2 {
    name: FixedBytes<2>,
    value: [Complex<f64>; 2],
    y3: [f64; 2],
    z3: [u32; 2],
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
#[npy(rename_all = "PascalCase")]
struct NamedValue {
    name: FixedStr<8>,
    value: Complex<f64>,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Grid {
    c: [[f64; 5]; 2],
}

/// Reads the rows and writes them in the byte order of the file: the same file again.
fn same_again<R: NpyRecord + npz_core::Element + PartialEq + std::fmt::Debug>(
    dir: &Path,
    i: usize,
) -> Array1<R> {
    let file = std::fs::read(dir.join(format!("{i}.npy"))).unwrap();
    let rows: Array1<R> = npy::from_bytes(&file).unwrap();
    let is_big = Header::read(&file[..], &Limits::default()).unwrap().dtype().to_string().contains('>');
    let order = if is_big { ByteOrder::Big } else { ByteOrder::Little };
    let mut bytes = Vec::new();
    SaveOptions::new().byte_order(order).write_to(&rows, &mut bytes).unwrap();
    assert_eq!(bytes, file, "record array {i}");
    rows
}

#[test]
fn the_record_arrays_of_numpys_own_tests_are_rows_of_rust() {
    let dir = temp_dir();
    let count = cases(dir.path());
    let first = count - 5;
    let plain = same_again::<Plain>(dir.path(), first);
    assert_eq!(plain, same_again::<Plain>(dir.path(), first + 2));
    assert_eq!(plain[0], Plain { x: [3, 2], y: [[6.0, 4.0], [6.0, 4.0]], z: 8 });
    let nested = same_again::<Nested>(dir.path(), first + 1);
    assert_eq!(nested, same_again::<Nested>(dir.path(), first + 3));
    assert_eq!(nested[0].info.info2.z3, [1, 2]);
    // A subarray of subarrays is one of more axes in Rust, and is written as one: `('<f8', (2, 5))`.
    let grid: Array1<Grid> = npy::load(dir.path().join(format!("{}.npy", first + 4))).unwrap();
    assert_eq!(grid, Array1::from_elem(1, Grid { c: [[0.0; 5]; 2] }));
    // Without a type they keep every byte.
    let AnyArray::Other(raw) = npy::load::<AnyArray>(dir.path().join(format!("{}.npy", first + 3))).unwrap()
    else {
        panic!("records are bytes")
    };
    assert_eq!(raw.shape(), nested.shape());
    let any: ArrayD<Nested> = AnyArray::Other(raw).to_array(npz_core::Cast::Safe).unwrap();
    assert_eq!(any.into_dimensionality().as_ref(), Ok(&nested));
}
