//! Values of every dtype that scipy computes with, in every format.

use npz_core::{Element, LongDouble, Npz, NpzReader};
use npz_sparse::Sparse;
use num_complex::Complex;
use std::fmt::Debug;
use std::path::Path;
use tests::{python, temp_dir};

const FORMATS: [&str; 5] = ["csr", "csc", "coo", "bsr", "dia"];

/// Reads the files of one dtype, and writes each again: the same members. Gives how many there are.
fn same_members<A: Element + Debug + Default + PartialEq>(dir: &Path, dtype: &str) -> usize {
    let mut members = 0;
    for format in FORMATS {
        let file = std::fs::read(dir.join(format!("{dtype}.{format}.npz"))).unwrap();
        let matrix =
            Sparse::<A>::from_bytes(&file).unwrap_or_else(|error| panic!("{dtype} {format}: {error}"));
        assert_eq!((matrix.format(), matrix.shape()), (format, vec![3, 4]), "{dtype}");
        let ours = matrix.to_bytes().unwrap();
        let (ours, scipys) = (NpzReader::new(&ours).unwrap(), NpzReader::new(&file).unwrap());
        assert_eq!(ours.names().collect::<Vec<_>>(), scipys.names().collect::<Vec<_>>(), "{dtype} {format}");
        for name in scipys.names() {
            let member = format!("{name}.npy");
            let (ours, scipys) = (ours.bytes(&member).unwrap(), scipys.bytes(&member).unwrap());
            assert_eq!(
                ours.escape_ascii().to_string(),
                scipys.escape_ascii().to_string(),
                "{dtype} {format} {name}"
            );
            members += 1;
        }
        // Whatever the byte order of all members, it is the same matrix.
        let swapped = std::fs::read(dir.join(format!("{dtype}.{format}.swapped.npz"))).unwrap();
        assert_eq!(Sparse::<A>::from_bytes(&swapped).unwrap(), matrix, "{dtype} {format}, big-endian");
    }
    members
}

#[test]
fn values_of_every_dtype_are_read_and_written_as_scipy_does() {
    let dir = temp_dir();
    let script = format!(
        "import scipy.sparse as sp
dense = np.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 0, 1]])
for code in '?bhiqBHIQfdgFDG':
    for format in {FORMATS:?}:
        values = dense.astype(code) * np.array(1.5 if code in 'fdgFDG' else 1, code)
        values = values * np.array(1 - 2j, code) if code in 'FDG' else values
        matrix = getattr(sp, format + '_array')(values)
        if code in 'gG':
            # NumPy leaves in the unused bytes what was there.
            clean = matrix.data.copy()
            clean.view('u1').reshape(-1, 16)[:, 10:] = 0
            matrix.data = clean
        dtype = {{'g': 'longdouble', 'G': 'clongdouble'}}.get(code, np.dtype(code).name)
        name = f'{{dtype}}.{{format}}'
        sp.save_npz(name + '.npz', matrix, compressed=False)
        with np.load(name + '.npz') as file:
            np.savez(name + '.swapped.npz', **{{k: v.astype(v.dtype.newbyteorder('>')) for k, v in file.items()}})
"
    );
    python(dir.path(), &script);
    let dir = dir.path();
    let members = [
        same_members::<bool>(dir, "bool"),
        same_members::<i8>(dir, "int8"),
        same_members::<i16>(dir, "int16"),
        same_members::<i32>(dir, "int32"),
        same_members::<i64>(dir, "int64"),
        same_members::<u8>(dir, "uint8"),
        same_members::<u16>(dir, "uint16"),
        same_members::<u32>(dir, "uint32"),
        same_members::<u64>(dir, "uint64"),
        same_members::<f32>(dir, "float32"),
        same_members::<f64>(dir, "float64"),
        same_members::<LongDouble>(dir, "longdouble"),
        same_members::<Complex<f32>>(dir, "complex64"),
        same_members::<Complex<f64>>(dir, "complex128"),
        same_members::<Complex<LongDouble>>(dir, "clongdouble"),
    ];
    // Five or six a matrix.
    assert!(members.iter().all(|&members| members >= 5 * 5), "{members:?}");
}
