//! Damaged files: whatever byte is changed to whatever value, nothing panics, and NumPy agrees.

use std::fs;

use ndarray::{Array1, ArrayD, IxDyn};
use npz_core::{FixedStr, npy};
use tests::{python, temp_dir};

use crate::same;
use crate::verdict::{PYTHON, file, header, ours};

/// All files that differ from this one in a single byte.
fn mutants(bytes: &[u8]) -> impl Iterator<Item = (usize, u8, Vec<u8>)> {
    (0..bytes.len()).flat_map(move |at| {
        (0..=u8::MAX).map(move |value| {
            let mut mutant = bytes.to_vec();
            mutant[at] = value;
            (at, value, mutant)
        })
    })
}

#[test]
fn a_file_with_one_wrong_byte_is_read_or_refused_as_by_numpy() {
    // Without padding: 66 bytes of header, 24 of data.
    let original = file(1, "{'descr':'<i4','fortran_order':True,'shape':(2,3)}\n", &[0, 1, 2, 0].repeat(6));
    let dir = temp_dir();
    fs::write(dir.path().join("original"), &original).unwrap();
    let script = format!(
        "{PYTHON}
original = open('original', 'rb').read()
for at in range(len(original)):
    for value in range(256):
        print(verdict(original[:at] + bytes([value]) + original[at + 1:]))
"
    );
    let verdicts = python(dir.path(), &script);
    assert_eq!(verdicts.lines().count(), original.len() * 256);
    // What NumPy reads beyond what anybody writes, and we refuse.
    let odd = [
        (20, b'1', "a count before the type: '1i4'"),
        (21, b'\\', "the number of a type of C, as a control character"),
        (22, b',', "a record as text: 'i,'"),
    ];
    let mut differing = Vec::new();
    let mut read = 0;
    for ((at, value, mutant), numpys) in mutants(&original).zip(verdicts.lines()) {
        let ours = ours(&mutant);
        let agreed = match &ours {
            Ok(ours) if ours.ends_with("cut off") => numpys.starts_with("no "),
            Ok(ours) => same(ours, numpys),
            Err(_) => numpys.starts_with("no ") != odd.iter().any(|row| (row.0, row.1) == (at, value)),
        };
        read += usize::from(ours.is_ok());
        if !agreed {
            differing.push(format!("byte {at} as {:?}: ours {ours:?}\n  NumPy {numpys}", char::from(value)));
        }
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(read > 24 * 256, "the data may hold anything, but only {read} were read");
}

#[test]
fn no_wrong_byte_makes_a_reader_panic() {
    let originals = [
        file(1, &header("'<U2'", "(2,)"), &[0x41, 0, 0, 0, 0, 0xf6, 1, 0].repeat(2)),
        file(2, &header("'|b1'", "(3,)"), &[0, 1, 1]),
        file(3, "{'descr':[('é','<f4',(2,))],'fortran_order':True,'shape':(1,)}", &[0; 8]),
        file(1, "{'descr':'|S2','fortran_order':False,'shape':()}", b"ab"),
    ];
    for original in &originals {
        for (_, _, mutant) in mutants(original) {
            // Only that each comes to an end matters here.
            let _ = npy::from_bytes::<ArrayD<String>>(&mutant);
            let _ = npy::read::<ArrayD<FixedStr<2>>>(&mutant[..]);
            let _ = npy::view::<bool, IxDyn>(&mutant);
            let _ = npy::read::<Array1<bool>>(&mutant[..]);
        }
    }
}
