//! A save replaces the file whole or leaves it as it was, whatever happens on the way.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use npz_core::{AnyArray, Compression, ErrorKind, Lazy, Npz, NpzReader, NpzWriter, SaveOptions};
use tests::temp_dir;

/// Whole if every cell is the number; `saver` knows it too.
#[derive(Npz, Debug, PartialEq)]
struct Generation {
    number: u64,
    cells: Vec<u64>,
}

fn generation(number: u64) -> Generation {
    // Of different lengths, so that one can't lie over the other unnoticed.
    Generation { number, cells: vec![number; 1000 + (number as usize % 7) * 3000] }
}

/// Loads a generation and checks that it is of one piece.
#[track_caller]
fn load_whole(path: &Path) -> u64 {
    let Generation { number, cells } = Generation::load(path).unwrap_or_else(|error| panic!("{error}"));
    assert!(!cells.is_empty() && cells.iter().all(|&cell| cell == number), "generation {number} is mixed");
    number
}

/// The names in a folder, sorted.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const SAVER: &str = env!("CARGO_BIN_EXE_saver");

#[test]
fn every_way_to_save_replaces_the_file_and_leaves_nothing_else() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let by_writer = |new: &Generation| {
        let mut writer = NpzWriter::create(&path)?;
        writer.add("number", &new.number)?;
        writer.add("cells", &new.cells)?;
        writer.finish()
    };
    for number in 0..12 {
        let new = generation(number);
        match number % 4 {
            0 => new.save(&path),
            1 => new.save_compressed(&path),
            2 => SaveOptions::new().alignment(4096).save(&new, &path),
            _ => by_writer(&new),
        }
        .unwrap();
        assert_eq!(Generation::load(&path).unwrap(), new);
        assert_eq!(listing(dir.path()), ["run.npz"]);
    }
}

#[test]
fn a_writer_that_is_not_finished_leaves_nothing() {
    let dir = temp_dir();
    let (old, new) = (dir.path().join("old.npz"), dir.path().join("new.npz"));
    generation(1).save(&old).unwrap();
    for path in [&old, &new] {
        let mut writer = NpzWriter::create(path).unwrap();
        writer.add("cells", &vec![0u8; 1 << 20]).unwrap();
        assert_eq!(listing(dir.path()).len(), 2, "the new file is beside the old one, under another name");
        drop(writer);

        let mut writer = NpzWriter::create(path).unwrap();
        writer.add("cells", &vec![0u8; 1 << 20]).unwrap();
        assert_eq!(writer.add("cells", &1u8).unwrap_err().file(), Some(&**path));
        drop(writer);

        let unwound = catch_unwind(AssertUnwindSafe(|| {
            let mut writer = NpzWriter::create(path).unwrap();
            writer.add("cells", &vec![0u8; 1 << 20]).unwrap();
            panic!("in the middle of a save");
        }));
        assert!(unwound.is_err());
        assert_eq!(listing(dir.path()), ["old.npz"]);
        assert_eq!(load_whole(&old), 1);
    }
}

#[test]
fn an_error_of_finish_is_told_and_leaves_nothing() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add("number", &1u64).unwrap();
    // Something that can't be renamed over comes into being meanwhile.
    fs::create_dir(&path).unwrap();
    let error = writer.finish().unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Io, Some(&*path)), "{error}");
    assert_eq!(listing(dir.path()), ["run.npz"]);
    assert!(path.is_dir());
}

#[test]
fn a_folder_is_refused_and_a_missing_one_named() {
    let dir = temp_dir();
    fs::write(dir.path().join("inside"), b"x").unwrap();
    for path in [dir.path().to_path_buf(), dir.path().join("")] {
        let error = generation(1).save(&path).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&*path)), "{error}");
        assert_eq!(NpzWriter::create(&path).err().unwrap().kind(), ErrorKind::Invalid);
    }
    let path = dir.path().join("missing").join("run.npz");
    let error = generation(1).save(&path).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Io, Some(&*path)), "{error}");
    assert_eq!(listing(dir.path()), ["inside"]);
}

#[test]
fn a_path_without_a_folder_is_in_the_current_one() {
    let dir = temp_dir();
    let output =
        Command::new(SAVER).args(["once", "run.npz", "10"]).current_dir(dir.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(listing(dir.path()), ["run.npz"]);
    assert_eq!(load_whole(&dir.path().join("run.npz")), 1);
}

#[test]
fn an_open_reader_keeps_the_old_file() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let old = generation(6);
    old.save(&path).unwrap();
    let reader = NpzReader::open(&path).unwrap();
    for number in [1, 2] {
        generation(number).save_compressed(&path).unwrap();
        assert_eq!(reader.header("cells").unwrap().shape(), [old.cells.len()]);
        assert_eq!(reader.get::<Vec<u64>>("cells").unwrap(), old.cells);
        assert_eq!(load_whole(&path), number);
    }
}

#[test]
fn two_savers_and_a_loader_share_a_path() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    generation(0).save(&path).unwrap();
    let done = AtomicBool::new(false);
    let end = Instant::now() + Duration::from_secs(1);
    let seen = thread::scope(|scope| {
        let loader = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                seen.push(load_whole(&path));
            }
            seen
        });
        // One saves the odd generations, the other the even ones.
        let savers = [1, 2].map(|first| {
            let path = &path;
            scope.spawn(move || {
                let mut number = first;
                while Instant::now() < end {
                    number += 2;
                    let new = generation(number);
                    if number % 3 == 0 { new.save_compressed(path) } else { new.save(path) }.unwrap();
                }
                number
            })
        });
        let last = savers.map(|saver| saver.join().unwrap());
        done.store(true, Ordering::Relaxed);
        assert!(last.contains(&load_whole(&path)), "the last save of one of them stands");
        loader.join().unwrap()
    });
    assert_eq!(listing(dir.path()), ["run.npz"]);
    for parity in [0, 1] {
        let own: Vec<_> = seen.iter().filter(|&&number| number > 0 && number % 2 == parity).collect();
        assert!(own.len() >= 3, "{} loads of saves of one thread", own.len());
        assert!(own.is_sorted(), "an older save came after a newer one: {own:?}");
    }
}

#[test]
fn a_killed_save_leaves_an_old_or_a_new_file_and_the_next_one_works() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let mut last = 0;
    for round in 0..40u64 {
        let mut saver = Command::new(SAVER);
        let mut saver = saver.arg("loop").arg(&path).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(saver.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), format!("saved {}", last + 1), "the save after a kill works");
        // Anywhere within the next few saves.
        thread::sleep(Duration::from_micros(round * 7919 % 9973));
        saver.kill().unwrap();
        saver.wait().unwrap();
        let found = load_whole(&path);
        assert!(found > last, "generation {found} after {last}");
        last = found;
    }
    // Only a process that was killed can't remove its temporary file: that there are some shows that the kills hit.
    let names = listing(dir.path());
    let (left, target): (Vec<_>, Vec<_>) = names.iter().partition(|name| *name != "run.npz");
    assert_eq!(target, ["run.npz"]);
    assert!(!left.is_empty(), "no kill hit a save");
    for name in left {
        assert!(name.starts_with(".run.npz."), "{name}");
        assert_eq!(Path::new(name).extension().unwrap(), "tmp", "{name}");
    }
    generation(3).save(&path).unwrap();
    assert_eq!(load_whole(&path), 3);
    assert_eq!(listing(dir.path()).len(), names.len());
}

/// What only Unix has: limits, permissions, links, pipes.
#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    use super::*;

    /// Runs `saver` under a shell that sets something up first.
    fn saver_after(setup: &str, mode: &str, path: &Path, cells: usize) -> Output {
        let script = format!("{setup}; exec \"$0\" {mode} \"$1\" {cells}");
        Command::new("sh").args(["-c", &script, SAVER]).arg(path).output().unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_write_that_fails_in_the_middle_leaves_the_old_file_and_nothing_else() {
        let dir = temp_dir();
        let (old, new) = (dir.path().join("old.npz"), dir.path().join("new.npz"));
        generation(1).save(&old).unwrap();
        let before = fs::read(&old).unwrap();
        // As on a full disk: after 64 KiB (or 32) each write fails.
        let limit = "trap '' XFSZ; ulimit -f 64";
        for (path, mode) in [(&old, "once"), (&new, "once"), (&old, "writer"), (&new, "writer")] {
            let output = saver_after(limit, mode, path, 100_000);
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(!output.status.success(), "the limit holds");
            assert!(text.starts_with("Io: "), "{text}{}", String::from_utf8_lossy(&output.stderr));
            assert!(text.contains(path.to_str().unwrap()) && text.contains("cells"), "{text}");
            assert_eq!(listing(dir.path()), ["old.npz"], "{mode}");
            assert_eq!(fs::read(&old).unwrap(), before);
            // What fits is saved under the same limit.
            let output = saver_after(limit, mode, path, 100);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            assert_eq!(load_whole(path), 1);
            fs::remove_file(&new).ok();
            fs::write(&old, &before).unwrap();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_without_room_is_told_of_before_anything_is_written() {
        let dir = temp_dir();
        // A disk of 4 MiB: the limit of a shell says nothing of room that is taken beforehand.
        let disk = dir.path().join("disk");
        fs::create_dir(&disk).unwrap();
        let script = "mount -t tmpfs -o size=4m none \"$1\" && \"$0\" once \"$1/run.npz\" 100 && for mode in once writer; do \
                      \"$0\" $mode \"$1/run.npz\" 1000000; done; ls -A \"$1\"; wc -c < \"$1/run.npz\"";
        let mounted = |flags| {
            let mut unshare = Command::new("unshare");
            unshare.args([flags, "sh", "-c", script, SAVER]).arg(&disk).output().unwrap()
        };
        let output = [mounted("-m"), mounted("-rm")].into_iter().find(|output| !output.stdout.is_empty());
        match output {
            None => eprintln!("NOT CHECKED: no disk of 4 MiB can be mounted here, not even in a namespace"),
            Some(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
                let told = "can't take room for 8000";
                assert!(lines.len() == 4 && lines[..2].iter().all(|line| line.contains(told)), "{text}");
                assert!(
                    lines[..2].iter().all(|line| line.starts_with("Io: ") && line.contains("No space")),
                    "{text}"
                );
                // Nothing was written, nothing is left behind, and the old file stands.
                assert_eq!(lines[2], "run.npz");
                assert!(lines[3].trim().parse::<u64>().unwrap() < 2000, "{text}");
            }
        }
    }

    /// Whatever room the headers had in another file, or a value that was not written.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_room_that_is_taken_is_the_room_that_is_used() {
        let dir = temp_dir();
        let path = dir.path().join("run.npz");
        let on_disk = |path: &Path| {
            let file = fs::metadata(path).unwrap();
            (std::os::unix::fs::MetadataExt::blocks(&file) * 512).saturating_sub(file.len())
        };
        let large = Generation { number: 3, cells: vec![3; 1_000_000] };
        let text = b"{'descr': [('a', '<u4')], 'fortran_order': False, 'shape': (1,), }";
        let mut padded = [&b"\x93NUMPY\x01\0"[..], &65_526u16.to_le_bytes(), text].concat();
        padded.resize(10 + 65_525, b' ');
        padded.extend(b"\n\x07\0\0\0");
        let mut bytes = Vec::new();
        let mut writer = NpzWriter::new(&mut bytes).unwrap();
        (0..200).for_each(|i| writer.add_bytes(&format!("m{i}.npy"), &padded).unwrap());
        writer.finish().unwrap();
        let arrays = BTreeMap::<String, AnyArray>::from_bytes(&bytes).unwrap();
        arrays.save(&path).unwrap();
        assert!(on_disk(&path) < 64 << 10, "{}", on_disk(&path));
        let other = dir.path().join("other.npz");
        let options = SaveOptions::new().compression(Compression::Deflate(0));
        options.save(&large, &other).unwrap();
        let lazy: Lazy<Vec<u64>> = NpzReader::open(&other).unwrap().get("cells").unwrap();
        let mut changed = fs::OpenOptions::new().write(true).open(&other).unwrap();
        changed.write_all(&[9; 4000]).unwrap();
        let mut writer = NpzWriter::create(&path).unwrap();
        writer.add("x", &lazy).unwrap_err();
        writer.add("y", &1.5).unwrap();
        writer.finish().unwrap();
        assert!(on_disk(&path) < 64 << 10, "{}", on_disk(&path));
        // To the byte.
        generation(2).save(&path).unwrap();
        large.save(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), large.to_bytes().unwrap());
    }

    #[test]
    fn the_permissions_of_the_old_file_are_kept() {
        let dir = temp_dir();
        let path = dir.path().join("run.npz");
        generation(1).save(&path).unwrap();
        for kept in [0o640, 0o600, 0o444, 0o664, 0o755, 0o606] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            generation(2).save(&path).unwrap();
            assert_eq!(mode(&path), kept, "{kept:o}");
            let output = saver_after("umask 077", "writer", &path, 10);
            assert!(output.status.success());
            assert_eq!(mode(&path), kept, "{kept:o}, whatever the umask");
        }
    }

    #[test]
    fn a_new_file_has_the_permissions_of_the_umask() {
        let dir = temp_dir();
        for (umask, expected) in [("022", 0o644), ("027", 0o640), ("077", 0o600), ("000", 0o666)] {
            let path = dir.path().join(umask);
            let output = saver_after(&format!("umask {umask}"), "once", &path, 10);
            assert!(output.status.success());
            assert_eq!(mode(&path), expected, "umask {umask}");
        }
    }

    #[test]
    fn a_symbolic_link_is_followed_and_stays() {
        let dir = temp_dir();
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        let (latest, alias) = (dir.path().join("latest.npz"), dir.path().join("alias.npz"));
        symlink("data/run.npz", &latest).unwrap();
        symlink(&latest, &alias).unwrap();
        // Dangling at first, then leading to a file.
        for number in 1..4 {
            generation(number).save(&alias).unwrap();
            assert_eq!(load_whole(&data.join("run.npz")), number);
            assert_eq!(load_whole(&alias), number);
            assert_eq!(fs::read_link(&latest).unwrap(), Path::new("data/run.npz"));
            assert_eq!(fs::read_link(&alias).unwrap(), latest);
            assert_eq!(listing(&data), ["run.npz"]);
            assert_eq!(listing(dir.path()), ["alias.npz", "data", "latest.npz"]);
        }
        let knot = dir.path().join("knot.npz");
        symlink("knot.npz", &knot).unwrap();
        assert!(matches!(generation(1).save(&knot).unwrap_err().kind(), ErrorKind::Invalid | ErrorKind::Io));
        assert!(fs::symlink_metadata(&knot).unwrap().is_symlink());
        let lost = dir.path().join("lost.npz");
        symlink("missing/run.npz", &lost).unwrap();
        assert_eq!(generation(1).save(&lost).unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn a_pipe_is_refused_and_stays_one() {
        let dir = temp_dir();
        let (pipe, link) = (dir.path().join("pipe.npz"), dir.path().join("link.npz"));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        symlink("pipe.npz", &link).unwrap();
        for path in [&pipe, &link] {
            let error = generation(1).save(path).unwrap_err();
            assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&**path)), "{error}");
            assert!(error.to_string().contains("`write_to`"), "{error}");
        }
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(listing(dir.path()), ["link.npz", "pipe.npz"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_utf8_is_a_name() {
        use std::os::unix::ffi::OsStrExt;
        let dir = temp_dir();
        let path = dir.path().join(std::ffi::OsStr::from_bytes(b"run-\xff.npz"));
        generation(1).save(&path).unwrap();
        generation(2).save(&path).unwrap();
        assert_eq!(load_whole(&path), 2);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
