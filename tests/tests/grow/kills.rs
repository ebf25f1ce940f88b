//! Programs that are killed at any moment, and disks that are full: what was flushed, saved or published is there, to NumPy too.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use ndarray::Array2;
use npz_core::{NpyAppender, NpyFile, NpzEditor, NpzReader, npy};
use tests::{python, temp_dir};

use crate::SAVER;

/// Runs `saver` until it has told of the first step, and a while longer; then kills it. Gives the last step that it told of.
fn killed(mode: &str, path: &Path, round: u64) -> u64 {
    let mut saver = Command::new(SAVER).arg(mode).arg(path).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(saver.stdout.take().unwrap()).lines();
    let first = lines.next().expect("the step after a kill works").unwrap();
    thread::sleep(Duration::from_micros(round * 7919 % 19_937));
    saver.kill().unwrap();
    saver.wait().unwrap();
    let last = lines.map_while(Result::ok).last().unwrap_or(first);
    last.trim().parse().unwrap_or_else(|_| panic!("{mode}: {last}"))
}

#[test]
fn an_appender_that_is_killed_leaves_whole_rows() {
    let dir = temp_dir();
    let path = dir.path().join("rows.npy");
    let mut unfinished = 0;
    for round in 0..40 {
        let told = killed("rows", &path, round);
        let rows: Array2<u64> = npy::load(&path).unwrap();
        assert!(rows.nrows() as u64 >= told, "{told} rows were flushed, found {}", rows.nrows());
        assert!(rows.outer_iter().enumerate().all(|(i, row)| row.iter().all(|&cell| cell == i as u64)));
        unfinished += u32::from(fs::metadata(&path).unwrap().len() > 128 + rows.len() as u64 * 8);
        if round % 8 == 0 {
            python(
                dir.path(),
                "a = np.load('rows.npy'); assert (a == np.arange(len(a))[:, None]).all() and a.shape[1] == 1000",
            );
        }
    }
    assert!(unfinished > 0, "no kill hit an append");
    let before = NpyFile::open(&path).unwrap().header().shape()[0];
    assert_eq!(NpyAppender::open::<u64>(&path, &[1000]).unwrap().rows(), before);
}

#[test]
fn an_editor_that_is_killed_leaves_the_old_or_the_new_archive() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    npz_core::Npz::save(&std::collections::BTreeMap::from([("big".to_owned(), vec![7u64; 300_000])]), &path)
        .unwrap();
    let mut last = 0;
    for round in 0..25 {
        let told = killed("edit", &path, round);
        let npz = NpzReader::open(&path).unwrap();
        assert!(npz.verify().unwrap().is_ok());
        let step: u64 = npz.get("step").unwrap();
        assert!(step >= told && step > last, "{step} after {told} and {last}");
        assert_eq!(npz.get::<Vec<u64>>("log").unwrap(), vec![step; 1000]);
        last = step;
        if round % 8 == 0 {
            python(
                dir.path(),
                "f = np.load('a.npz'); assert (f['big'] == 7).all() and (f['log'] == f['step']).all()",
            );
        }
    }
}

#[test]
fn an_editor_that_is_killed_while_it_appends_leaves_whole_archives() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    npz_core::Npz::save(&std::collections::BTreeMap::from([("m0".to_owned(), vec![0u64; 300_000])]), &path)
        .unwrap();
    for round in 0..25 {
        let told = killed("add", &path, round);
        let npz = NpzReader::open(&path).unwrap();
        assert!(npz.names().len() as u64 > told, "{told} was added, found {}", npz.names().len());
        for (i, name) in npz.names().enumerate() {
            assert_eq!(name, format!("m{i}"));
        }
        assert_eq!(npz.get::<Vec<u64>>(&format!("m{told}")).unwrap(), vec![told; 100]);
        if round % 8 == 0 {
            python(
                dir.path(),
                "f = np.load('a.npz'); assert all((f[n] == int(n[1:])).all() for n in f.files)",
            );
        }
    }
    NpzEditor::open(&path).unwrap().save().unwrap();
    assert!(NpzReader::open(&path).unwrap().verify().unwrap().is_ok());
}

#[test]
fn a_writer_that_is_killed_leaves_what_was_published() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    for round in 0..25 {
        fs::remove_file(&path).ok();
        let told = killed("publish", &path, round);
        let npz = NpzReader::open(&path).unwrap();
        let count = npz.names().len() as u64;
        assert!(count >= told, "{told} members were published, found {count}");
        assert!(npz.verify().unwrap().is_ok());
        assert_eq!(npz.get::<Vec<u64>>(&format!("m{told}")).unwrap()[0], told);
        if round % 8 == 0 {
            python(
                dir.path(),
                "f = np.load('a.npz'); assert all((f[n] == int(n[1:])).all() for n in f.files)",
            );
        }
    }
}

/// As on a full disk: after 4 MiB (or 2) each write fails.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_rows_that_were_flushed() {
    let dir = temp_dir();
    let path = dir.path().join("rows.npy");
    let script = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" rows \"$1\"";
    let output = Command::new("sh").args(["-c", script, SAVER]).arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let (told, error) = text.trim().rsplit_once('\n').unwrap();
    assert!(error.starts_with("Io: ") && error.contains("those of the last flush stand"), "{error}");
    let told: usize = told.rsplit('\n').next().unwrap().parse().unwrap();
    let rows: Array2<u64> = npy::load(&path).unwrap();
    assert!(told > 3 && rows.nrows() == told, "{told} told, found {}", rows.nrows());
    // With room, it goes on from there.
    let mut appender = NpyAppender::open::<u64>(&path, &[1000]).unwrap();
    appender.push(&vec![told as u64; 1000]).unwrap();
    appender.finish().unwrap();
    assert_eq!(npy::load::<Array2<u64>>(&path).unwrap().nrows(), told + 1);
}
