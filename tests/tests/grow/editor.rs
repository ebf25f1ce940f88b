//! Archives that are edited: what stays is copied as it lies there, and nothing is written before all is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ndarray::{Array2, array};
use npz_core::{ErrorKind, Npz, NpzEditor, NpzReader, NpzWriter, SaveOptions};
use tests::{python, temp_dir};

/// An archive of NumPy, compressed, with a note and a comment.
fn numpys(dir: &Path) -> std::path::PathBuf {
    python(
        dir,
        r"
np.savez_compressed('a.npz', w=np.arange(300000.), b=np.arange(7), c=np.array(['x', 'yz']), f=np.asfortranarray(np.ones((3, 4))))
with zipfile.ZipFile('a.npz', 'a') as z:
    z.writestr('notes.txt', 'first run')
    z.writestr('lzma.npy', z.read('b.npy'), zipfile.ZIP_LZMA)
    z.comment = b'{\xff}'
",
    );
    dir.join("a.npz")
}

/// Each member's data as they lie in the file, by Python.
const RAW: &str = r"
def raw(path):
    with zipfile.ZipFile(path) as z, open(path, 'rb') as f:
        found = {}
        for info in z.infolist():
            f.seek(info.header_offset + 26)
            n, e = f.read(2), f.read(2)
            f.seek(info.header_offset + 30 + int.from_bytes(n, 'little') + int.from_bytes(e, 'little'))
            found[info.filename] = (info.compress_type, info.CRC, f.read(info.compress_size))
        assert z.testzip() is None
        return found, z.comment
";

#[test]
fn all_edits_at_once_leave_the_other_members_as_they_are() {
    let dir = temp_dir();
    let path = numpys(dir.path());
    fs::copy(&path, dir.path().join("before.npz")).unwrap();
    let (step, new) = (7u64, array![[1.0f32, 2.0]]);
    let both = BTreeMap::from([("u".to_owned(), 0.5), ("v".to_owned(), 1.5)]);
    let mut editor = SaveOptions::compressed().edit(&path).unwrap();
    editor.add("step", &step).unwrap();
    editor.add("both", &both).unwrap();
    editor.replace("b", &new).unwrap();
    editor.rename("c", "größe").unwrap();
    editor.rename("notes.txt", "readme.txt").unwrap();
    editor.add_bytes("notes.txt", b"second run").unwrap();
    editor.remove("f").unwrap();
    editor.reorder(["both.v", "w"]).unwrap();
    let names = ["both.v", "w", "b", "größe", "readme.txt", "lzma", "step", "both.u", "notes.txt"];
    assert_eq!(editor.names().collect::<Vec<_>>(), names);
    assert!(
        fs::read(&path).unwrap() == fs::read(dir.path().join("before.npz")).unwrap(),
        "not before `save`"
    );
    editor.save().unwrap();

    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), names);
    assert!(npz.verify().unwrap().is_ok());
    assert_eq!((npz.get::<u64>("step").unwrap(), npz.get::<Array2<f32>>("b").unwrap()), (7, new));
    python(
        dir.path(),
        &format!(
            "{RAW}{}",
            r"
(old, comment), (new, again) = raw('before.npz'), raw('a.npz')
assert comment == again == b'{\xff}'
for name, now in [('w.npy', 'w.npy'), ('c.npy', 'größe.npy'), ('notes.txt', 'readme.txt'), ('lzma.npy', 'lzma.npy')]:
    assert old[name] == new[now], name
f = np.load('a.npz')
assert f['größe'].tolist() == ['x', 'yz'] and (f['w'] == np.arange(300000)).all() and f['both.u'] == 0.5
assert (f['b'] == [[1, 2]]).all() and f['readme.txt'] == b'first run' and f['notes.txt'] == b'second run' and f['lzma'].tolist() == list(range(7))
"
        ),
    );
    assert_eq!(crate::listing(dir.path()), ["a.npz", "before.npz"]);
}

#[test]
fn stored_members_stay_aligned_and_blocks_stay_known() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add("plain", &vec![0x0123_4567_89ab_cdefu64; 4]).unwrap();
    writer.add_with("packed", &vec![0.5f32; 3_000_000], npz_core::Compression::Deflate(6)).unwrap();
    writer.finish().unwrap();
    let one = 1u8;
    let mut editor = NpzEditor::open(&path).unwrap();
    editor.add("a name that moves the others", &one).unwrap();
    editor.reorder(["a name that moves the others"]).unwrap();
    editor.save().unwrap();
    let bytes = fs::read(&path).unwrap();
    let row = 0x0123_4567_89ab_cdefu64.to_le_bytes().repeat(4);
    let start = (0..bytes.len()).find(|&at| bytes[at..].starts_with(&row)).unwrap();
    assert_eq!(start % 64, 0);
    let extra = python(dir.path(), "print(zipfile.ZipFile('a.npz').getinfo('packed.npy').extra[:2])");
    assert_eq!(extra.trim(), "b'np'");
    assert!(NpzReader::open(&path).unwrap().verify().unwrap().is_ok());
}

#[test]
fn what_can_not_be_done_changes_nothing() {
    let dir = temp_dir();
    let path = numpys(dir.path());
    let before = fs::read(&path).unwrap();
    let nul = BTreeMap::from([("\0".to_owned(), 1.0)]);
    let (one, nested) = (1.0, BTreeMap::from([("npy".to_owned(), 1.0), ("x".to_owned(), 2.0)]));
    let mut editor = NpzEditor::open(&path).unwrap();
    let names: Vec<String> = editor.names().map(str::to_owned).collect();
    let kinds = [
        editor.add("w", &one).unwrap_err(),
        editor.add("w.npy", &one).unwrap_err(),
        editor.add("notes.txt", &one).unwrap_err(),
        editor.add_bytes("notes.txt", b"").unwrap_err(),
        editor.add_bytes("w", b"").unwrap_err(),
        editor.replace("b", &nul).unwrap_err(),
        editor.rename("b", "w").unwrap_err(),
        editor.rename("b", "notes.txt").unwrap_err(),
        editor.rename("b", "nul\0").unwrap_err(),
        editor.reorder(["w", "b", "w.npy"]).unwrap_err(),
    ];
    for error in kinds {
        assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&*path)), "{error}");
    }
    for error in [
        editor.replace("q", &one).unwrap_err(),
        editor.rename("q", "r").unwrap_err(),
        editor.remove("q").unwrap_err(),
        editor.reorder(["b", "q"]).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.member()), (ErrorKind::NotFound, Some("q")), "{error}");
        assert!(error.to_string().contains("\"w\", \"b\""), "{error}");
    }
    assert_eq!(editor.names().collect::<Vec<_>>(), names);
    // Names that were refused, or given up, are free again.
    editor.rename("w", "v").unwrap();
    editor.add("w", &nested).unwrap();
    editor.remove("w.x").unwrap();
    editor.replace("b", &one).unwrap();
    editor.rename("b", "b").unwrap();
    drop(editor);
    assert!(fs::read(&path).unwrap() == before);
    // Without edits the same members are there.
    NpzEditor::open(&path).unwrap().save().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), names);
}

#[test]
fn of_names_that_are_there_twice_the_last_is_edited() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
warnings.simplefilter('ignore')
def npy(a):
    out = io.BytesIO()
    np.save(out, a)
    return out.getvalue()
with zipfile.ZipFile('a.npz', 'w') as z:
    for name, value in [('a', 1), ('b', 2), ('a', 3), ('b', 4)]:
        z.writestr(name + '.npy', npy(value))
",
    );
    let path = dir.path().join("a.npz");
    let mut editor = NpzEditor::open(&path).unwrap();
    editor.rename("a", "c").unwrap();
    editor.save().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["b", "c", "b"]);
    assert_eq!((npz.get::<i64>("c").unwrap(), npz.get::<i64>("b").unwrap()), (3, 4));
    let five = 5i64;
    let mut editor = NpzEditor::open(&path).unwrap();
    editor.replace("b", &five).unwrap();
    editor.save().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["c", "b"]);
    assert_eq!(npz.get::<i64>("b").unwrap(), 5);
}

#[test]
fn damaged_members_and_other_files_are_refused() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let map = BTreeMap::from([("a".to_owned(), vec![1.0; 100]), ("b".to_owned(), vec![2.0; 100])]);
    map.save(&path).unwrap();
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[500] ^= 1; // a cell of `a`
    fs::write(&path, &bad).unwrap();
    let error = NpzEditor::open(&path).unwrap().save().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("a")), "{error}");
    assert!(fs::read(&path).unwrap() == bad);
    let mut editor = SaveOptions::new().publish_every(1).edit(&path).unwrap();
    editor.add_bytes("notes.txt", b"found whole").unwrap();
    editor.reorder(["notes.txt"]).unwrap();
    assert_eq!(editor.save().unwrap_err().member(), Some("a"));
    assert!(fs::read(&path).unwrap() == bad, "nothing is visible of an edit before its end");
    let mut editor = NpzEditor::open(&path).unwrap();
    editor.remove("a").unwrap();
    editor.save().unwrap();
    assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["b"]);

    fs::write(&path, [b"#!/bin/sh\n", &good[..]].concat()).unwrap();
    assert_eq!(NpzEditor::open(&path).unwrap_err().kind(), ErrorKind::Unsupported);
    // What a broken download of something else has left behind the archive is not kept.
    fs::write(&path, [&good[..], &[0; 1000]].concat()).unwrap();
    NpzEditor::open(&path).unwrap().save().unwrap();
    assert!(fs::read(&path).unwrap() == good);
    fs::write(&path, &good[..good.len() - 30]).unwrap();
    assert_eq!(NpzEditor::open(&path).unwrap_err().kind(), ErrorKind::Damaged);
    npz_core::npy::save(&path, &1.0).unwrap();
    assert_eq!(NpzEditor::open(&path).unwrap_err().kind(), ErrorKind::Unsupported);
    fs::remove_file(&path).unwrap();
    assert_eq!(NpzEditor::open(&path).unwrap_err().kind(), ErrorKind::Io);
}

#[cfg(target_os = "linux")]
#[test]
fn of_two_editors_one_gets_an_error() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    BTreeMap::from([("a".to_owned(), 1.0)]).save(&path).unwrap();
    let one = 1.0;
    let mut first = NpzEditor::open(&path).unwrap();
    let error = NpzEditor::open(&path).unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("one writer at a time"), "{error}");
    first.add("b", &one).unwrap();
    first.save().unwrap();
    assert_eq!(NpzEditor::open(&path).unwrap().names().len(), 2);
}
