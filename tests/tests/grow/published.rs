//! Archives that can be opened before they are finished.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use npz_core::{ErrorKind, NpzReader, NpzWriter, SaveOptions};
use tests::{python, temp_dir};

fn cells(number: usize) -> Vec<u64> {
    vec![number as u64; 1000 + number % 7 * 5000]
}

#[test]
fn the_end_is_the_same_as_without() {
    let dir = temp_dir();
    let path = |name: &str| dir.path().join(name);
    for options in [SaveOptions::new(), SaveOptions::compressed(), SaveOptions::new().verify(true)] {
        let options = options.sync(false);
        let mut plain = options.create(path("plain.npz")).unwrap();
        let mut published = options.create(path("published.npz")).unwrap();
        let mut clocked = options.clone().publish_every(Duration::ZERO).create(path("clocked.npz")).unwrap();
        for number in 0..30 {
            for writer in [&mut plain, &mut published, &mut clocked] {
                writer.add(&format!("m{number}"), &cells(number)).unwrap();
                writer.add_bytes(&format!("n{number}.txt"), b"note").unwrap();
            }
            let mut stream = clocked.stream::<u8>(&format!("s{number}"), &[]).unwrap();
            stream.extend(&[1u8, 2]).unwrap();
            stream.finish().unwrap();
            for writer in [&mut plain, &mut published] {
                let mut stream = writer.stream::<u8>(&format!("s{number}"), &[]).unwrap();
                stream.extend(&[1u8, 2]).unwrap();
                stream.finish().unwrap();
            }
            if number % 4 == 3 {
                published.publish().unwrap();
                let npz = NpzReader::open(path("published.npz")).unwrap();
                assert_eq!(npz.names().len(), 3 * (number + 1));
                assert!(npz.verify().unwrap().is_ok());
            }
            assert_eq!(NpzReader::open(path("clocked.npz")).unwrap().names().len(), 3 * (number + 1));
            assert!(!path("plain.npz").exists());
        }
        for writer in [plain, published, clocked] {
            writer.finish().unwrap();
        }
        let plain = fs::read(path("plain.npz")).unwrap();
        assert!(
            fs::read(path("published.npz")).unwrap() == plain
                && fs::read(path("clocked.npz")).unwrap() == plain
        );
        assert_eq!(crate::listing(dir.path()), ["clocked.npz", "plain.npz", "published.npz"]);
        for name in ["clocked.npz", "plain.npz", "published.npz"] {
            fs::remove_file(path(name)).unwrap();
        }
    }
}

#[test]
fn every_so_many_members() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let visible = || NpzReader::open(&path).map_or(0, |npz| npz.names().len());
    let mut writer = SaveOptions::new().sync(false).publish_every(3).create(&path).unwrap();
    for (number, expected) in [0, 0, 3, 3, 3, 6].into_iter().enumerate() {
        writer.add(&format!("m{number}"), &cells(number)).unwrap();
        assert_eq!(visible(), expected);
    }
    // A value with several members is visible as a whole.
    let several = BTreeMap::from(["a", "b", "c", "d"].map(|name| (name.to_owned(), 1.5)));
    writer.add_bytes("notes.txt", b"first run").unwrap();
    writer.add("several", &several).unwrap();
    assert_eq!(visible(), 11);
    // By hand: it counts from there.
    writer.push(&1.5).unwrap();
    writer.publish().unwrap();
    for (name, expected) in [("x", 12), ("y", 12), ("z", 15)] {
        writer.stream::<u8>(name, &[]).unwrap().finish().unwrap();
        assert_eq!(visible(), expected);
    }
    writer.push(&1.5).unwrap();
    writer.finish().unwrap();
    assert_eq!(visible(), 16);

    for every in [0, 1] {
        let mut writer = SaveOptions::new().sync(false).publish_every(every).create(&path).unwrap();
        for count in 1..4 {
            writer.push(&1.5).unwrap();
            assert_eq!(visible(), count);
        }
    }
}

#[test]
fn what_was_published_stands_when_the_writer_goes() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    fs::write(&path, b"old").unwrap();
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add("a", &1u8).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"old");
    writer.publish().unwrap();
    writer.publish().unwrap(); // nothing new
    writer.add("b", &vec![0u8; 1 << 20]).unwrap();
    assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["a"]);
    drop(writer);
    assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["a"]);
    assert_eq!(crate::listing(dir.path()), ["a.npz"]);

    // Who has it open goes on reading it.
    let npz = NpzReader::open(&path).unwrap();
    let mut writer = NpzWriter::create(&path).unwrap();
    for number in 0..5 {
        writer.add(&format!("m{number}"), &cells(number)).unwrap();
        writer.publish().unwrap();
    }
    assert_eq!(npz.get::<u8>("a").unwrap(), 1);
    let npz = NpzReader::open(&path).unwrap();
    for number in 5..8 {
        writer.add(&format!("m{number}"), &cells(number)).unwrap();
        writer.publish().unwrap();
    }
    writer.finish().unwrap();
    for number in 0..5 {
        assert_eq!(npz.get::<Vec<u64>>(&format!("m{number}")).unwrap(), cells(number));
    }
}

#[test]
fn a_new_name_is_asked_for_once() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let options = SaveOptions::new().create_new(true).sync(false);
    let mut writer = options.create(&path).unwrap();
    for number in 0..3 {
        writer.add(&format!("m{number}"), &1u8).unwrap();
        writer.publish().unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(NpzReader::open(&path).unwrap().names().len(), 3);
    fs::remove_file(&path).unwrap();
    // Somebody else was faster.
    let mut writer = options.create(&path).unwrap();
    writer.add("a", &1u8).unwrap();
    fs::write(&path, b"theirs").unwrap();
    let error = writer.publish().unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("the writer can go on"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    fs::remove_file(&path).unwrap();
    for name in ["b", "c", "d"] {
        writer.add(name, &cells(3)).unwrap();
        writer.publish().unwrap();
    }
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert!(npz.verify().unwrap().is_ok());
    assert_eq!(crate::listing(dir.path()), ["a.npz"]);
}

#[cfg(unix)]
#[test]
fn the_mode_of_the_old_file_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    fs::write(&path, b"old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let mut writer = NpzWriter::create(&path).unwrap();
    for number in 0..3 {
        writer.add(&format!("m{number}"), &1u8).unwrap();
        writer.publish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
    }
    writer.finish().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o640);
}

#[test]
fn python_reads_it_while_it_grows() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let mut writer = SaveOptions::new().sync(false).create(&path).unwrap();
    writer.add("m0", &cells(0)).unwrap();
    writer.publish().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let python = scope.spawn(|| {
            let text = python(
                dir.path(),
                r"
import time
last, seen, again = 0, 0, 0
while seen < 15:
    try:
        f = np.load('a.npz')
    except zipfile.BadZipFile:  # the moment of a publish
        again += 1
        assert again < 100
        continue
    assert len(f.files) >= last
    for name in f.files[-3:]:
        number = int(name[1:])
        assert f[name].shape == (1000 + number % 7 * 5000,) and (f[name] == number).all()
    seen += len(f.files) > last
    last = len(f.files)
",
            );
            done.store(true, Ordering::Relaxed);
            text
        });
        let mut number = 1;
        while !done.load(Ordering::Relaxed) && !python.is_finished() {
            writer.add(&format!("m{number}"), &cells(number)).unwrap();
            writer.publish().unwrap();
            number += 1;
            thread::sleep(Duration::from_millis(5));
        }
        python.join().unwrap();
    });
    writer.finish().unwrap();
}
