use super::*;
use tempfile::tempdir;

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).unwrap();
    file.commit()
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_when_it_is_committed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.npz");
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    assert!(!path.exists());
    let temp = &listing(folder.path())[0];
    assert!(temp.strip_prefix(".run.npz.").is_some_and(|rest| rest.len() == 6 + 4), "{temp}");
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(listing(folder.path()), ["run.npz"]);
}

#[test]
fn a_dropped_file_leaves_the_old_one_and_nothing_else() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.npz");
    save(&path, b"old").unwrap();
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"half of the n").unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(listing(folder.path()), ["run.npz"]);
}

#[test]
fn a_rename_that_fails_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.npz");
    let file = AtomicFile::create(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = file.commit().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.file(), Some(&*path));
    assert!(error.to_string().contains("can't rename"), "{error}");
    assert_eq!(listing(folder.path()), ["run.npz"]);
}

#[cfg(unix)]
#[test]
fn the_mode_of_the_old_file_is_kept_and_a_new_one_has_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let path = folder.path().join("run.npz");
    for kept in [0o600, 0o640, 0o666, 0o444] {
        fs::write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
        let file = AtomicFile::create(&path).unwrap();
        assert_eq!(mode(file.temp.path()) & !kept, 0);
        file.commit().unwrap();
        assert_eq!(mode(&path), kept);
        fs::remove_file(&path).unwrap();
    }
    let plain = folder.path().join("plain");
    File::create(&plain).unwrap();
    save(&path, b"new").unwrap();
    assert_eq!(mode(&path), mode(&plain));
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed_and_stay() {
    use std::os::unix::fs::symlink;
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let (first, second) = (folder.path().join("latest"), folder.path().join("alias"));
    symlink("data/run.npz", &first).unwrap();
    symlink(&first, &second).unwrap();
    // Dangling at first, then not.
    for bytes in [b"one", b"two"] {
        save(&second, bytes).unwrap();
        assert_eq!(fs::read(data.join("run.npz")).unwrap(), bytes);
        assert_eq!(listing(&data), ["run.npz"]);
        assert_eq!(fs::read_link(&first).unwrap(), Path::new("data/run.npz"));
        assert!(fs::symlink_metadata(&second).unwrap().is_symlink());
    }
    let knot = folder.path().join("knot");
    symlink("knot", &knot).unwrap();
    assert_eq!(save(&knot, b"").unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn what_is_not_a_file_is_refused() {
    let folder = tempdir().unwrap();
    let error = save(folder.path(), b"").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("found a folder"), "{error}");
    #[cfg(unix)]
    {
        let (_reader, pipe) = io::pipe().unwrap();
        let pipe = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&pipe));
        for device in ["/dev/null", &pipe] {
            let error = save(Path::new(device), b"").unwrap_err();
            assert!(error.to_string().contains("`write_to`"), "{error}");
        }
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
    for path in ["", "/", "..", "run.npz/"] {
        assert_eq!(save(Path::new(path), b"").unwrap_err().kind(), ErrorKind::Invalid, "{path:?}");
    }
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("missing").join("run.npz");
    let error = save(&path, b"").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.file(), Some(&*path));
    assert!(error.to_string().contains("create it first"), "{error}");
}

#[test]
fn a_path_without_a_folder_means_the_current_one() {
    let name = format!("npz-core-test-{}.npz", std::process::id());
    save(Path::new(&name), b"here").unwrap();
    assert_eq!(fs::read(&name).unwrap(), b"here");
    fs::remove_file(&name).unwrap();
}

#[test]
fn the_longest_names_work() {
    let folder = tempdir().unwrap();
    for name in ["x".repeat(255), "ä".repeat(127)] {
        let path = folder.path().join(&name);
        save(&path, b"new").unwrap();
        assert_eq!(listing(folder.path()), [name]);
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(shorten("aää", 4), "aä");
}

#[test]
fn the_last_of_many_writers_wins_whole() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.npz");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || (0..10).for_each(|_| save(path, &[writer; 10_000]).unwrap()));
        }
    });
    let found = fs::read(&path).unwrap();
    assert_eq!(found, [found[0]; 10_000]);
    assert_eq!(listing(folder.path()), ["run.npz"]);
}

#[test]
fn the_disk_begins_before_the_sync() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.npz");
    let bytes: Vec<u8> = (0..STEP * 5 / 2).map(|at| at as u8).collect();
    let mut file = AtomicFile::create(&path).unwrap();
    let mut begun = Vec::new();
    for part in bytes.chunks(STEP as usize * 3 / 4) {
        file.write_all(part).unwrap();
        begun.push(file.begun / STEP);
    }
    assert_eq!(begun, [0, 1, 2, 2]);
    // What is written over, such as a header, goes with the sync.
    file.rewind().unwrap();
    file.write_all(&bytes[..9]).unwrap();
    assert_eq!((file.at, file.begun), (9, 2 * STEP));
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(&bytes[..STEP as usize]).unwrap();
    assert_eq!(file.begun, 3 * STEP);
    file.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), [&bytes[..], &bytes[..STEP as usize]].concat());

    let mut file = AtomicFile::create_by(&path, Choices { sync: false, create_new: false }).unwrap();
    file.write_all(&bytes).unwrap();
    assert_eq!(file.begun, 0);
}
