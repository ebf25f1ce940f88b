//! What is measured of a process of its own, or ends it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use ndarray::{ArrayView1, Ix1};
use npz_core::{ErrorKind, Mapped, Npz, NpzReader, NpzWriter, map_member_mut, npy};
use tests::{SparseFile, python, temp_dir};

use super::{CELLS, Model, numbers, saved};

const SIGBUS: i32 = 7;

/// Starts the program, and waits until it is ready.
fn start(arguments: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mapper"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    (child, output)
}

/// Of 10 GiB, nearly all of it a hole.
fn large_checkpoint(path: &Path) {
    let row = vec![0f32; 1 << 20];
    let mut writer = NpzWriter::new(SparseFile::create(path)).unwrap();
    writer.add("step", &7u64).unwrap();
    writer.add("weights", &ArrayView1::from(&row).broadcast((2560, 1 << 20)).unwrap()).unwrap();
    writer.finish().unwrap();
}

#[derive(Npz)]
struct Checkpoint {
    step: u64,
    weights: Mapped<ndarray::Array2<f32>>,
}

#[test]
fn a_checkpoint_of_10_gib_is_opened_at_once() {
    let dir = temp_dir();
    let path = dir.path().join("large.npz");
    large_checkpoint(&path);
    assert!(fs::metadata(&path).unwrap().len() > 10 << 30);
    let output = Command::new(env!("CARGO_BIN_EXE_mapper")).arg("open").arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let [micros, kib, read] =
        text.split_whitespace().map(|n| n.parse::<u64>().unwrap()).collect::<Vec<_>>()[..]
    else {
        panic!("three numbers, found {text}")
    };
    assert!(micros < 1000, "{micros} us");
    assert!(kib < 1024, "{kib} KiB");
    // The end of the file, where the directory is looked for, and the members' headers.
    assert!(read < 80 << 10, "{read} bytes");

    // It stays whole while a save replaces it.
    let old = Checkpoint::load(&path).unwrap();
    Checkpoint { step: 8, weights: ndarray::array![[1.0f32]].into() }.save(&path).unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 10);
    assert_eq!((old.step, old.weights.dim()), (7, (2560, 1 << 20)));
    assert!(old.weights.row(2559).iter().step_by(1024).all(|&cell| cell == 0.0));
    assert_eq!(Checkpoint::load(&path).unwrap().weights[[0, 0]], 1.0);
}

#[test]
fn a_file_that_is_cut_off_is_found_by_verify_and_ends_who_touches_it() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    for cut in [false, true] {
        npy::save(&path, &numbers(CELLS)).unwrap();
        let (mut child, mut output) = start(&["touch", path.to_str().unwrap()]);
        if cut {
            fs::File::options().write(true).open(&path).unwrap().set_len(4096).unwrap();
        }
        child.stdin.take().unwrap().write_all(b"\n").unwrap();
        let mut text = String::new();
        output.read_to_string(&mut text).unwrap();
        let status = child.wait().unwrap();
        if cut {
            assert!(
                text.contains("the file was cut off while it was mapped: expected 2400128 bytes, found 4096"),
                "{text}"
            );
            assert_eq!(status.signal(), Some(SIGBUS), "{text}");
        } else {
            assert_eq!(text, format!("whole\n{}\n", numbers(CELLS).sum()));
            assert!(status.success());
        }
    }
    // Of an archive, and of maps to write to.
    let archive = saved(dir.path(), CELLS);
    let model = Model::load(&archive).unwrap();
    let mut through = npy::create::<f64>(&path, CELLS, npz_core::Order::C).unwrap();
    let mut member = map_member_mut::<f32, ndarray::Ix2>(&archive, "weights").unwrap();
    for path in [&path, &archive] {
        fs::File::options().write(true).open(path).unwrap().set_len(4096).unwrap();
    }
    for error in
        [model.weights.verify().unwrap_err(), through.flush().unwrap_err(), member.flush().unwrap_err()]
    {
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.to_string().contains("cut off"), "{error}");
    }
    drop(member);
}

#[test]
fn an_update_that_was_killed_is_told_and_can_be_finished() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    for cells in [3, CELLS] {
        std::collections::BTreeMap::from([("x".to_owned(), numbers(cells))]).save(&path).unwrap();
        let (mut child, _) = start(&["update", path.to_str().unwrap(), "x"]);
        child.kill().unwrap();
        child.wait().unwrap();
        let error = NpzReader::open(&path).unwrap().get::<ndarray::Array1<f64>>("x").unwrap_err();
        assert!(error.to_string().contains("left so by a crash"), "{error}");
        // `NpzReader` does not change it; who finishes it does.
        let mut x = map_member_mut::<f64, Ix1>(&path, "x").unwrap();
        assert_eq!(x[0], 7.0);
        x.flush().unwrap();
        drop(x);
        let mut expected = numbers(cells);
        expected[0] = 7.0;
        assert_eq!(NpzReader::open(&path).unwrap().get::<ndarray::Array1<f64>>("x").unwrap(), expected);
        python(
            dir.path(),
            "assert zipfile.ZipFile('a.npz').testzip() is None and np.load('a.npz')['x'][0] == 7",
        );
    }
}
