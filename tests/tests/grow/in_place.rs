//! Small members appended to a large archive in place: whatever was written of them, every reader finds an archive.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use npz_core::{LoadOptions, Npz, NpzEditor, NpzReader, SaveOptions};
use tests::{python, temp_dir};

fn large(path: &Path) {
    BTreeMap::from([("big".to_owned(), vec![7u64; 300_000]), ("b".to_owned(), vec![1u64])])
        .save(path)
        .unwrap();
}

/// Adds values, and tells whether the file is the same one with more behind it.
fn add(path: &Path, options: &SaveOptions, values: &[(&str, &[u64])]) -> bool {
    let (before, inode) = (fs::read(path).unwrap(), fs::metadata(path).unwrap().ino());
    let mut editor = options.edit(path).unwrap();
    for (name, value) in values {
        editor.add(name, *value).unwrap();
    }
    editor.save().unwrap();
    let npz = NpzReader::open(path).unwrap();
    for (name, value) in values {
        assert_eq!(npz.get::<Vec<u64>>(name).unwrap(), *value);
    }
    let report = npz.verify().unwrap();
    assert!(report.is_ok(), "{report}");
    let is_same = fs::metadata(path).unwrap().ino() == inode;
    assert!(!is_same || fs::read(path).unwrap().starts_with(&before), "what was there stays");
    is_same
}

#[test]
fn small_members_are_appended_to_large_archives_and_all_else_is_rewritten() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    large(&path);
    let plain = SaveOptions::new().sync(false);
    let mut in_place = 0;
    for step in 0..100u64 {
        in_place += u32::from(add(&path, &plain, &[(&format!("m{step}"), &[step; 10])]));
    }
    // Where the end record would lie across two pages, it is rewritten.
    assert!((90..=100).contains(&in_place), "{in_place} of 100");
    assert!(add(&path, &SaveOptions::compressed(), &[("packed", &vec![5; 7000]), ("more", &[])]));
    // Too much of it, or what an end record begins with.
    assert!(!add(&path, &plain, &[("large", &vec![5; 9000])]));
    assert!(!add(&path, &plain, &[("mark", &[u64::from_le_bytes(*b"..PK\x05\x06..")])]));
    assert!(!add(&path, &plain.clone().verify(true), &[("verified", &[1])]));
    python(
        dir.path(),
        r"
f = np.load('a.npz')
assert len(f.files) == 107 and f.zip.testzip() is None
assert all((f[f'm{i}'] == [i] * 10).all() for i in range(100)) and (f['packed'] == 5).all()
",
    );
    let unzip = std::process::Command::new("unzip").arg("-tqq").arg(&path).output().unwrap();
    assert!(unzip.status.success(), "{unzip:?}");
    // A small archive is rewritten: nothing old stays in it.
    let small = dir.path().join("small.npz");
    BTreeMap::from([("a".to_owned(), 1.0)]).save(&small).unwrap();
    assert!(!add(&small, &plain, &[("b", &[1])]));
    let empty = dir.path().join("empty.npz");
    BTreeMap::<String, f64>::new().save(&empty).unwrap();
    assert!(!add(&empty, &plain, &[("b", &[1])]));
}

#[test]
fn so_is_what_is_no_array() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    large(&path);
    let inode = || fs::metadata(&path).unwrap().ino();
    let before = inode();
    for (name, bytes, in_place) in
        [("small.txt", vec![b'a'; 9], true), ("large.txt", vec![b'b'; 70_000], false)]
    {
        let mut editor = SaveOptions::compressed().edit(&path).unwrap();
        editor.add_bytes(name, &bytes).unwrap();
        editor.save().unwrap();
        assert_eq!(inode() == before, in_place, "{name}");
    }
    python(
        dir.path(),
        r"
f = np.load('a.npz')
assert f['small.txt'] == b'a' * 9 and f['large.txt'] == b'b' * 70000 and f.zip.testzip() is None
assert f.zip.getinfo('large.txt').compress_type == zipfile.ZIP_DEFLATED
",
    );
}

#[test]
fn whatever_was_written_the_old_or_the_new_archive_is_found() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    for (round, comment) in [&b""[..], b"{\"loss\": 0.5}"].into_iter().enumerate() {
        large(&path);
        python(
            dir.path(),
            &format!(
                "with zipfile.ZipFile('a.npz', 'a') as z: z.comment = {:?}.encode()",
                String::from_utf8_lossy(comment)
            ),
        );
        let old = fs::read(&path).unwrap().len();
        let big = vec![3u64; 5000];
        let values: [(&str, &[u64]); 2] = [("c", &big), ("d", &[4])];
        assert!(add(&path, &SaveOptions::new(), &values), "round {round}");
        let new = fs::read(&path).unwrap();
        let end = new.len() - 22 - comment.len();
        for len in (old..new.len()).step_by(97).chain([end - 1, end]).chain(end + 22..=new.len()) {
            fs::write(&path, &new[..len]).unwrap();
            let names: Vec<String> = NpzReader::open(&path).unwrap().names().map(str::to_owned).collect();
            let expected: &[&str] = if len < end + 22 { &["b", "big"] } else { &["b", "big", "c", "d"] };
            // Inside of the end record no write is cut.
            assert!(
                names == expected || (end + 1..end + 22).contains(&len),
                "{len} of {old} to {}",
                new.len()
            );
        }
        fs::write(&path, &new).unwrap();
        python(
            dir.path(),
            &format!(
                r"
new = open('a.npz', 'rb').read()
end = {end}
for n in [*range({old}, end, 331), end - 1, end, *range(end + 22, len(new) + 1)]:
    f = np.load(io.BytesIO(new[:n]))
    assert f.files == ['b', 'big'] + (['c', 'd'] if n >= end + 22 else []), (n, f.files)
    assert f['b'] == 1
"
            ),
        );
        // What a kill left is cut off by the next edit, in place or not.
        fs::write(&path, &new[..end - 100]).unwrap();
        let mut editor = NpzEditor::open(&path).unwrap();
        editor.add("c", &big).unwrap();
        editor.save().unwrap();
        assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["b", "big", "c"]);
        assert!(NpzReader::open(&path).unwrap().verify().unwrap().is_ok());
    }
}

#[test]
fn a_salvage_finds_members_behind_old_directories() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    large(&path);
    for step in 0..5u64 {
        add(&path, &SaveOptions::new().sync(false), &[(&format!("m{step}"), &[step; 10])]);
    }
    let whole = fs::read(&path).unwrap();
    // The last directory is lost.
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    assert!(NpzReader::open(&path).is_err() || NpzReader::open(&path).unwrap().names().len() < 7);
    fs::write(&path, &whole[..whole.len() - 22 - 300]).unwrap();
    let (npz, report) = LoadOptions::new().salvage(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["b", "big", "m0", "m1", "m2", "m3", "m4"], "{report}");
    // Other bytes between members are told as before.
    let at = whole.windows(4).position(|four| four == b"PK\x05\x06").unwrap();
    let mut bad = whole.clone();
    bad[at + 2] = 0;
    fs::write(&path, &bad).unwrap();
    let report = NpzReader::open(&path).unwrap().verify().unwrap();
    assert!(report.to_string().contains("belong to nothing"), "{report}");
}

#[test]
fn a_full_disk_leaves_the_old_archive() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    large(&path);
    let old = fs::read(&path).unwrap();
    let blocks = old.len() / 512 + 1;
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" add \"$1\"");
    let output =
        std::process::Command::new("sh").args(["-c", &script, crate::SAVER]).arg(&path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("Io: ") && text.contains("the old one stands"), "{text}");
    assert!(fs::read(&path).unwrap() == old);
    assert_eq!(crate::listing(dir.path()), ["a.npz"]);
}
