//! Files that can't grow are refused before anything is written, and rows that don't fit leave the others.

use std::fs;
use std::path::Path;

use ndarray::array;
use npz_core::{Element, ErrorKind, NpyAppender, SaveOptions, npy};
use tests::{python, temp_dir};

/// Opens a file that must be refused, and be the same afterwards.
#[track_caller]
fn refused<A: Element>(path: &Path, row_shape: &[usize]) -> (ErrorKind, String) {
    let before = fs::read(path).ok();
    let error = NpyAppender::open::<A>(path, row_shape).expect_err("it is refused");
    assert_eq!(error.file(), Some(path));
    assert_eq!(fs::read(path).ok(), before);
    (error.kind(), error.to_string())
}

#[test]
fn other_cells_and_rows_are_told_in_the_words_of_a_load() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    npy::save(&path, &array![[1.0f32, 2.0], [3.0, 4.0]]).unwrap();
    for (kind, text) in [
        refused::<f64>(&path, &[2]),
        refused::<f32>(&path, &[3]),
        refused::<f32>(&path, &[]),
        refused::<f32>(&path, &[2, 2]),
    ] {
        assert_eq!(kind, ErrorKind::Mismatch);
        assert!(
            text.contains("expected rows of <f") && text.contains("found rows of <f4 (f32), shape (2,)"),
            "{text}"
        );
    }
    npy::save(&path, &5.0f32).unwrap();
    let (kind, text) = refused::<f32>(&path, &[]);
    assert!(
        kind == ErrorKind::Mismatch && text.contains("found <f4 (f32), shape (), which has no rows"),
        "{text}"
    );
}

#[test]
fn cells_without_a_width_and_rows_without_bytes_are_refused() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    for (kind, text) in [refused::<String>(&path, &[]), refused::<Vec<u8>>(&path, &[3])] {
        assert!(kind == ErrorKind::Invalid && text.contains("FixedStr<16>"), "{text}");
    }
    for row_shape in [&[0][..], &[3, 0], &[usize::MAX, 2], &[1; 64]] {
        let (kind, text) = refused::<f32>(&path, row_shape);
        assert!(kind == ErrorKind::Invalid, "{text}");
    }
    assert!(!path.exists());
}

#[test]
fn a_header_without_room_is_refused_with_advice() {
    let dir = temp_dir();
    let path = dir.path().join("tight.npy");
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    let file = |padding: usize| {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend(((text.len() + padding + 1) as u16).to_le_bytes());
        file.extend(format!("{text}{:padding$}\n", "").bytes());
        file.extend([0; 24]);
        file
    };
    for padding in [0, 5, 16] {
        fs::write(&path, file(padding)).unwrap();
        let (kind, text) = refused::<f64>(&path, &[]);
        assert!(kind == ErrorKind::Unsupported && text.contains("no room for more rows"), "{text}");
        assert!(text.contains("save it again"), "{text}");
    }
    // With the digits of the most rows that there can be, it has.
    fs::write(&path, file(18)).unwrap();
    let mut appender = NpyAppender::open::<f64>(&path, &[]).unwrap();
    appender.push(&1.0).unwrap();
    appender.finish().unwrap();
    assert_eq!(npy::load::<Vec<f64>>(&path).unwrap(), [0.0, 0.0, 0.0, 1.0]);
    // As the advice says.
    fs::write(&path, file(0)).unwrap();
    npy::save(&path, &npy::load::<Vec<f64>>(&path).unwrap()).unwrap();
    assert_eq!(NpyAppender::open::<f64>(&path, &[]).unwrap().rows(), 3);
}

#[test]
fn what_stands_behind_the_array_is_an_unfinished_append_or_another_array() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let one = npy::to_bytes(&[1.0, 2.0]).unwrap();
    // As a kill between rows and header leaves it.
    for surplus in [&[7u8][..], &[7; 8], &[7; 1000], b"\x93NUMP"] {
        fs::write(&path, [&one, surplus].concat()).unwrap();
        assert_eq!(npy::load::<Vec<f64>>(&path).unwrap(), [1.0, 2.0]);
        let mut appender = NpyAppender::open::<f64>(&path, &[]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), one);
        appender.push(&3.0).unwrap();
        appender.finish().unwrap();
        assert_eq!(npy::load::<Vec<f64>>(&path).unwrap(), [1.0, 2.0, 3.0]);
    }
    fs::write(&path, [&one[..], &one].concat()).unwrap();
    let (kind, text) = refused::<f64>(&path, &[]);
    assert!(
        kind == ErrorKind::Unsupported && text.contains("another array") && text.contains("(at byte 144)"),
        "{text}"
    );
    for missing in [1, 8, 16, 17, 100, 143] {
        fs::write(&path, &one[..one.len() - missing]).unwrap();
        assert_eq!(refused::<f64>(&path, &[]).0, ErrorKind::Damaged);
    }
}

#[test]
fn hostile_headers_cost_nothing() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
def write(name, text, data=b''):
    text = text.ljust(117) + '\n'
    open(name, 'wb').write(b'\x93NUMPY\x01\x00' + len(text).to_bytes(2, 'little') + text.encode() + data)
write('huge.npy', "{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846975,), }")
write('beyond.npy', "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,), }")
write('negative.npy', "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }")
write('zeros.npy', "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 0), }")
open('pickle.npy', 'wb').write(b'')
np.save('pickle.npy', np.array([{}], object))
np.savez('archive.npy.npz', x=1)
open('empty.npy', 'wb')
open('text.npy', 'w').write('1 2 3')
"#,
    );
    let at = |name: &str| dir.path().join(name);
    for name in ["huge.npy", "beyond.npy", "negative.npy", "zeros.npy", "empty.npy"] {
        assert_eq!(refused::<f64>(&at(name), &[]).0, ErrorKind::Damaged, "{name}");
    }
    assert_eq!(refused::<f64>(&at("pickle.npy"), &[]).0, ErrorKind::Mismatch);
    assert_eq!(refused::<f64>(&at("archive.npy.npz"), &[]).0, ErrorKind::Unsupported);
    let (kind, text) = refused::<f64>(&at("text.npy"), &[]);
    assert!(matches!(kind, ErrorKind::Damaged | ErrorKind::Unsupported), "{text}");
    for folder in [dir.path(), &dir.path().join("missing/a.npy")] {
        let error = NpyAppender::open::<f64>(folder, &[]).err().unwrap();
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Io), "{error}");
    }
}

#[test]
fn rows_that_do_not_fit_leave_the_others() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let mut appender = NpyAppender::open::<f64>(&path, &[2]).unwrap();
    appender.push(&[1.0, 2.0]).unwrap();
    let text = |error: npz_core::Error| {
        assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&*path)));
        error.to_string()
    };
    let found = text(appender.push(&[1.0, 2.0, 3.0]).unwrap_err());
    assert!(
        found.contains("expected one row of the array, <f8 (f64), shape (2,), found <f8 (f64), shape (3,)"),
        "{found}"
    );
    text(appender.push(&[1.0f32, 2.0]).unwrap_err());
    text(appender.push(&1.0).unwrap_err());
    text(appender.extend(&array![[1.0], [2.0]]).unwrap_err());
    text(appender.extend(&[1.0, 2.0]).unwrap_err());
    let map = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]);
    assert!(text(appender.push(&map).unwrap_err()).contains("members of its own"));
    appender.extend(&array![[3.0, 4.0], [5.0, 6.0]]).unwrap();
    assert_eq!(appender.rows(), 3);
    appender.finish().unwrap();
    assert_eq!(npy::load::<ndarray::Array2<f64>>(&path).unwrap(), array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
}

#[test]
fn compressed_and_new_only_are_what_they_say() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let error = SaveOptions::compressed().append::<f64>(&path, &[]).err().unwrap();
    assert_eq!((error.kind(), path.exists()), (ErrorKind::Invalid, false));
    let new = SaveOptions::new().create_new(true);
    let mut appender = new.append::<f64>(&path, &[]).unwrap();
    appender.push(&1.0).unwrap();
    appender.finish().unwrap();
    assert_eq!(new.append::<f64>(&path, &[]).err().unwrap().kind(), ErrorKind::Io);
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_writer_gets_an_error_and_the_next_one_does_not() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let first = NpyAppender::open::<f64>(&path, &[]).unwrap();
    let (kind, text) = refused::<f64>(&path, &[]);
    assert!(kind == ErrorKind::Io && text.contains("one writer at a time"), "{text}");
    // Another process, too.
    let output = std::process::Command::new(crate::SAVER).arg("rows").arg(&path).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("one writer at a time"));
    drop(first);
    NpyAppender::open::<f64>(&path, &[]).unwrap().push(&1.0).unwrap();
    assert_eq!(npy::load::<Vec<f64>>(&path).unwrap(), [1.0]);
}
