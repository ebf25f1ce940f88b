//! Files that are not what their name says: each reader names the kind and the remedy.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ndarray::Ix1;
use npz_core::{Error, ErrorKind, Header, Limits, LoadOptions, NpyFile, Npz, NpzReader, npy};
use tests::{python, temp_dir};

type Map = BTreeMap<String, Vec<f64>>;

/// What each reader of single arrays says of a file.
fn as_npy(path: &Path) -> Vec<Error> {
    let bytes = &fs::read(path).unwrap()[..];
    let options = LoadOptions::new();
    vec![
        npy::load::<Vec<f64>>(path).unwrap_err(),
        npy::read::<Vec<f64>>(bytes).unwrap_err(),
        npy::from_bytes::<Vec<f64>>(bytes).unwrap_err(),
        npy::view::<f64, Ix1>(bytes).unwrap_err(),
        npy::iter::<Vec<f64>>(bytes).next().unwrap().unwrap_err(),
        NpyFile::open(path).unwrap_err(),
        Header::read(bytes, &Limits::default()).unwrap_err(),
        options.load::<Vec<f64>>(path).unwrap_err(),
        options.from_bytes::<Vec<f64>>(bytes).unwrap_err(),
    ]
}

/// What each reader of archives says of a file.
fn as_npz(path: &Path) -> Vec<Error> {
    let bytes = &fs::read(path).unwrap()[..];
    let options = LoadOptions::new();
    vec![
        NpzReader::open(path).unwrap_err(),
        NpzReader::new(bytes).unwrap_err(),
        Map::load(path).unwrap_err(),
        Map::from_bytes(bytes).unwrap_err(),
        Map::check(path).unwrap_err(),
        options.read::<Map>(bytes).unwrap_err(),
        options.load_into(&mut Map::new(), path).unwrap_err(),
    ]
}

/// All say the same, and it has these words; pickles alone are said to be some.
fn check(path: &Path, errors: &[Error], words: &[&str]) {
    let name = path.file_name().unwrap().to_str().unwrap();
    for error in errors {
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {text}");
        assert!(words.iter().all(|word| text.contains(word)), "{name}: expected {words:?}: {text}");
        assert_eq!(text.contains("allow_pickle"), name.contains("pickle"), "{name}: {text}");
    }
}

#[test]
fn every_reader_names_the_kind_and_the_remedy() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
import bz2, gzip, json, lzma, pickle, struct, tarfile
import scipy.io
from backports import zstd
a = np.arange(3.0)
buffer = io.BytesIO()
np.save(buffer, a)
npy = buffer.getvalue()
def put(name, data):
    with open(name, "wb") as f: f.write(data)
put("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 123456\n")
put("html", b"<!DOCTYPE html><html><head><title>Download</title></head></html>")
put("json", json.dumps({"a": [1, 2]}).encode())
put("json_list", json.dumps([[0.5, 1], [2, 3]], indent=2).encode())
put("gzip", gzip.compress(npy))
put("bzip2", bz2.compress(npy))
put("xz", lzma.compress(npy))
put("zstd", zstd.compress(npy))
put("7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 40)
put("hdf5", b"\x89HDF\r\n\x1a\n" + b"\0" * 64)
put("safetensors", struct.pack("<Q", 2) + b"{}")
put("rds", b"X\n\0\0\0\x03" + b"\0" * 40)
scipy.io.savemat("matlab", {"a": a}, appendmat=False)
np.savetxt("text", a)
with tarfile.open("tar", "w") as t:
    info = tarfile.TarInfo("w.npy")
    info.size = len(npy)
    t.addfile(info, io.BytesIO(npy))
with zipfile.ZipFile("torch", "w") as z:
    z.writestr("archive/data.pkl", pickle.dumps({}))
    z.writestr("archive/data/0", a.tobytes())
    z.writestr("archive/version", b"3\n")
for protocol in range(6):
    for i, value in enumerate([[1, 2], {"w": a}, a, list(range(1000))]):
        put(f"pickle_{protocol}_{i}", pickle.dumps(value, protocol))
put("npy", npy)
np.savez(open("npz", "wb"), a=a)
np.savez(open("empty_npz", "wb"))
"#,
    );
    let kinds: &[(&str, &[&str])] = &[
        ("lfs", &["a pointer of Git LFS", "`git lfs pull`"]),
        ("html", &["an HTML or XML page", "download the file from its direct link"]),
        ("json", &["JSON", "json.load"]),
        ("json_list", &["JSON", "json.load"]),
        ("gzip", &["a gzip file", "`gzip -dc < packed > unpacked`"]),
        ("bzip2", &["a bzip2 file", "`bzip2 -dc < packed > unpacked`"]),
        ("xz", &["an xz file", "`xz -dc < packed > unpacked`"]),
        ("zstd", &["a Zstandard file", "`zstd -dc < packed > unpacked`"]),
        ("7z", &["a 7z archive", "`7z x packed`"]),
        ("tar", &["a tar archive", "`tar -xf packed`"]),
        ("hdf5", &["an HDF5 file", "h5py"]),
        ("matlab", &["a MATLAB file", "scipy.io.loadmat"]),
        ("rds", &["R's objects", "from R"]),
        ("safetensors", &["a safetensors file", "the crate `safetensors`"]),
        ("torch", &["a PyTorch file", "torch.load"]),
        ("text", &["text that begins with \"0.000000", "`npz-text`", "np.loadtxt"]),
    ];
    for &(name, words) in kinds {
        let path = dir.path().join(name);
        for errors in [as_npy(&path), as_npz(&path)] {
            check(&path, &errors, words);
        }
    }
    for name in (0..6).flat_map(|protocol| (0..4).map(move |i| format!("pickle_{protocol}_{i}"))) {
        let path = dir.path().join(name);
        for errors in [as_npy(&path), as_npz(&path)] {
            check(&path, &errors, &["a Python pickle", "never read", "np.load(path, allow_pickle=True)"]);
        }
    }
    let path = dir.path().join("npy");
    check(&path, &as_npz(&path), &["expected an .npz archive, found an .npy file", "`npy::load`"]);
    for name in ["npz", "empty_npz"] {
        let path = dir.path().join(name);
        check(&path, &as_npy(&path), &["expected an .npy file, found a zip archive", "`Npz::load`"]);
    }
}
