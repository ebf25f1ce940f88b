//! Archives: ours read by NumPy, Python's zipfile and `unzip`; NumPy's and zipfile's read by us.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use ndarray::{Array1, Array2, Array3, ArrayD, ShapeBuilder, array};
use npz_core::{Compression, ErrorKind, Npz, NpzReader, NpzWriter, Order, SaveOptions};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq)]
struct State {
    weights: Array2<f32>,
    fortran: Array2<f64>,
    flags: Vec<bool>,
    words: Vec<String>,
    note: String,
    epoch: u64,
    empty: Array3<i16>,
}

fn state() -> State {
    State {
        weights: Array2::from_shape_fn((300, 70), |(i, j)| (i * 70 + j) as f32 * 0.25 - 7.0),
        fortran: Array2::from_shape_vec((2, 3).f(), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap(),
        flags: vec![true, false, true],
        words: vec!["alpha".to_owned(), "Ωmega 🦀".to_owned()],
        note: "a\0b".to_owned(),
        epoch: 42,
        empty: Array3::zeros((2, 0, 3)),
    }
}

fn every_way(dir: &Path) -> Vec<&'static str> {
    let state = state();
    state.save(dir.join("stored.npz")).unwrap();
    state.save_compressed(dir.join("level6.npz")).unwrap();
    for (name, level) in [("level0.npz", 0), ("level1.npz", 1), ("level9.npz", 9)] {
        let options = SaveOptions::new().compression(Compression::Deflate(level));
        options.save(&state, dir.join(name)).unwrap();
    }
    SaveOptions::new().alignment(4096).save(&state, dir.join("paged.npz")).unwrap();
    fs::write(dir.join("bytes.npz"), state.to_bytes().unwrap()).unwrap();
    vec!["stored.npz", "level6.npz", "level0.npz", "level1.npz", "level9.npz", "paged.npz", "bytes.npz"]
}

#[test]
fn numpy_and_zipfile_and_unzip_read_what_we_write() {
    let dir = temp_dir();
    let files = every_way(dir.path());
    python(
        dir.path(),
        &format!(
            r"
for file in {files:?}:
    with np.load(file) as f:
        assert f.files == ['weights', 'fortran', 'flags', 'words', 'note', 'epoch', 'empty'], f.files
        w = f['weights']
        assert w.dtype == '<f4' and w.shape == (300, 70)
        assert (w == (np.arange(21000, dtype='f4') * np.float32(0.25) - 7).reshape(300, 70)).all()
        assert (f['fortran'] == [[1, 3, 5], [2, 4, 6]]).all() and f['fortran'].flags.f_contiguous
        assert f['flags'].dtype == bool and f['flags'].tolist() == [True, False, True]
        assert f['words'].tolist() == ['alpha', 'Ωmega 🦀'] and f['words'].dtype == '<U7'
        assert f['note'].item() == 'a\0b'
        assert f['epoch'].shape == () and int(f['epoch']) == 42 and f['epoch'].dtype == '<u8'
        assert f['empty'].shape == (2, 0, 3) and f['empty'].dtype == '<i2'
    with zipfile.ZipFile(file) as z:
        assert z.testzip() is None
        for info in z.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0), info
            assert info.compress_type == (0 if file in ('stored.npz', 'paged.npz', 'bytes.npz') else 8)
"
        ),
    );
    for file in files {
        let unzip =
            Command::new("unzip").arg("-t").arg(dir.path().join(file)).output().expect("unzip is installed");
        assert!(unzip.status.success(), "{file}: {}", String::from_utf8_lossy(&unzip.stdout));
    }
}

#[test]
fn the_zip_crate_reads_what_we_write() {
    use std::io::Read;
    let bytes = SaveOptions::compressed().to_bytes(&state()).unwrap();
    let ours = NpzReader::new(&bytes).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(archive.len(), 7);
    for i in 0..archive.len() {
        let mut file = archive.by_index(i).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, ours.bytes(&name).unwrap(), "{name}");
    }
}

#[test]
fn stored_array_data_start_on_64_bytes_of_the_file() {
    let dir = temp_dir();
    state().save(dir.path().join("a.npz")).unwrap();
    SaveOptions::new().alignment(4096).save(&state(), dir.path().join("p.npz")).unwrap();
    python(
        dir.path(),
        r"
for file, align in (('a.npz', 64), ('p.npz', 4096)):
    raw = open(file, 'rb').read()
    for info in zipfile.ZipFile(file).infolist():
        at = info.header_offset
        start = at + 30 + int.from_bytes(raw[at+26:at+28], 'little') + int.from_bytes(raw[at+28:at+30], 'little')
        header = 10 + int.from_bytes(raw[start+8:start+10], 'little')
        assert raw[start:start+6] == b'\x93NUMPY'
        # The first cell, so that it can be mapped.
        assert (start + header) % align == 0 and (align > 64 or start % 64 == 0), (info, start)
",
    );
}

#[test]
fn same_input_gives_same_bytes() {
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let once = options.to_bytes(&state()).unwrap();
        assert_eq!(once, options.to_bytes(&state()).unwrap());
    }
}

#[test]
fn python_defaults_load_into_the_struct() {
    #[derive(Npz, Debug)]
    struct Python {
        weights: Array2<f64>,
        #[npz(cast = "same_kind")]
        narrow: Array1<f32>,
        indices: Array1<i64>,
        positions: Vec<usize>,
        epoch: usize,
        small: u8,
        rate: f64,
        whole: f64,
        flag: bool,
        title: String,
        bytes: String,
        words: Vec<String>,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        r"
kw = dict(weights=np.ones((2, 3)) / 3, narrow=np.array([0.1, 1e-3]), indices=np.arange(4), positions=np.argsort([3, 1, 2]),
          epoch=7, small=255, rate=1e-3, whole=3, flag=True, title='Ω run', bytes=b'abc', words=np.array(['a', 'bcd']))
np.savez('plain.npz', **kw)
np.savez_compressed('small.npz', **kw)
",
    );
    for file in ["plain.npz", "small.npz"] {
        let state = Python::load(dir.path().join(file)).unwrap();
        assert_eq!(state.weights, Array2::from_elem((2, 3), 1.0 / 3.0));
        assert_eq!(state.narrow, array![0.1f32, 1e-3]);
        assert_eq!(state.indices, array![0, 1, 2, 3]);
        assert_eq!(state.positions, [1, 2, 0]);
        assert_eq!(
            (state.epoch, state.small, state.rate, state.whole, state.flag),
            (7, 255, 1e-3, 3.0, true)
        );
        assert_eq!((state.title.as_str(), state.bytes.as_str()), ("Ω run", "abc"));
        assert_eq!(state.words, ["a", "bcd"]);
    }
}

#[test]
fn keys_are_those_of_npzfile() {
    let dir = temp_dir();
    let listed = python(
        dir.path(),
        r"
warnings.simplefilter('ignore')
def npy(x):
    b = io.BytesIO(); np.save(b, x); return b.getvalue()
with zipfile.ZipFile('keys.npz', 'w') as z:
    z.writestr('a.npy', npy(np.array(1)))
    z.writestr('a', npy(np.array(2)))
    z.writestr('b.npy.npy', npy(np.array(3)))
    z.writestr('c.NPY', npy(np.array(4)))
    z.writestr('d/e.npy', npy(np.array(5)))
    z.writestr('meta.json', b'{}')
    z.writestr('dir/', b'')
    z.writestr('naïve Ω.npy', npy(np.array(6)))
    z.writestr('.npy', npy(np.array(7)))
    z.writestr('a.npy', npy(np.array(8)))
f = np.load('keys.npz')
keys = ['a', 'a.npy', 'b', 'b.npy', 'c.NPY', 'c', 'd/e', 'naïve Ω', '', 'naïve Ω.npy']
print(json.dumps([f.files, [[k, int(f[k]) if k in f else None] for k in keys]]))
",
    );
    let npz = NpzReader::open(dir.path().join("keys.npz")).unwrap();
    let names: Vec<_> = npz.names().collect();
    let mut found = Vec::new();
    for key in ["a", "a.npy", "b", "b.npy", "c.NPY", "c", "d/e", "naïve Ω", "", "naïve Ω.npy"] {
        let value = npz.contains(key).then(|| npz.get::<i64>(key).unwrap());
        found.push(format!("[{key:?}, {}]", value.map_or("null".to_owned(), |v| v.to_string())));
    }
    let ours = format!(
        "[[{}], [{}]]",
        names.iter().map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", "),
        found.join(", ")
    );
    let expected: String = listed.trim().replace("\\u00ef", "ï").replace("\\u03a9", "Ω");
    assert_eq!(ours, expected);
    assert_eq!(npz.duplicates().collect::<Vec<_>>(), ["a.npy"]);
    assert_eq!(npz.bytes("meta.json").unwrap(), b"{}");
    assert_eq!(npz.bytes("dir/").unwrap(), b"");
}

#[test]
fn every_method_and_layout_of_zipfile_is_read() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
x = np.arange(100000, dtype='<i4').reshape(10, -1)
b = io.BytesIO(); np.save(b, x); data = b.getvalue()
methods = dict(stored=0, deflate=8, bzip2=12, lzma=14)
for name, method in methods.items():
    with zipfile.ZipFile(name + '.npz', 'w', method) as z:
        z.writestr('x.npy', data)
    with zipfile.ZipFile(name + '-zip64.npz', 'w', method) as z:
        with z.open('x.npy', 'w', force_zip64=True) as m: m.write(data)
    with Pipe(name + '-descriptor.npz') as p, zipfile.ZipFile(p, 'w', method) as z:
        z.writestr('x.npy', data)
        z.writestr('y.npy', data)
    with zipfile.ZipFile(name + '-comment.npz', 'w', method) as z:
        z.writestr('x.npy', data); z.comment = b'PK\x05\x06 a comment with a signature' * 10
    open(name + '-prefixed.npz', 'wb').write(b'#!/bin/sh\n' * 50 + open(name + '.npz', 'rb').read())
np.savez('numpy.npz', x=x); np.savez_compressed('numpyc.npz', x=x)
open('empty.npz', 'wb').write(b'PK\x05\x06' + bytes(18))
assert np.load('empty.npz').files == []
",
    );
    let expected = Array2::from_shape_fn((10, 10_000), |(i, j)| (i * 10_000 + j) as i32);
    let mut read = 0;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let npz = NpzReader::open(&path).unwrap();
        if path.ends_with("empty.npz") {
            assert!(npz.names().len() == 0);
            continue;
        }
        assert_eq!(npz.header("x").unwrap().shape(), [10, 10_000], "{}", path.display());
        assert_eq!(npz.get::<Array2<i32>>("x").unwrap(), expected, "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 22);
}

/// Made once with Python 3.14, whose zipfile writes Zstandard; ours is 3.11 or newer.
#[test]
fn zstd_members_are_read() {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = zip::ZipWriter::new(&mut memory);
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Zstd);
    writer.start_file("x.npy", options).unwrap();
    let x = Array1::from_iter(0..5000u16);
    std::io::Write::write_all(&mut writer, &npz_core::npy::to_bytes(&x).unwrap()).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::new(memory.get_ref()).unwrap();
    assert_eq!(npz.entries().unwrap()[0].compression, "zstd");
    assert_eq!(npz.get::<Array1<u16>>("x").unwrap(), x);
}

#[test]
fn positional_arrays_and_bytes_are_what_numpy_expects() {
    let dir = temp_dir();
    let path = dir.path().join("p.npz");
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.push(&array![1u8, 2]).unwrap();
    writer.push(&2.5f64).unwrap();
    writer.add_bytes("config.json", br#"{"lr": 0.1}"#).unwrap();
    writer.add_with("zeros", &Array1::<f64>::zeros(10_000), Compression::Deflate(9)).unwrap();
    assert!(!path.exists(), "nothing is visible before finish");
    writer.finish().unwrap();
    python(
        dir.path(),
        r"
f = np.load('p.npz')
assert f.files == ['arr_0', 'arr_1', 'config.json', 'zeros'], f.files
assert f['arr_0'].tolist() == [1, 2] and float(f['arr_1']) == 2.5
assert json.loads(f['config.json']) == {'lr': 0.1}
assert f['zeros'].shape == (10000,) and not f['zeros'].any()
assert os.path.getsize('p.npz') < 2000
",
    );
}

#[test]
fn pickles_are_listed_and_refused_with_the_way_out() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('o.npz', good=np.arange(3), bad=np.array([{'a': 1}, None]), none=None)\nnp.save('o.npy', np.array([{}]))",
    );
    let npz = NpzReader::open(dir.path().join("o.npz")).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["good", "bad", "none"]);
    assert!(npz.header("bad").unwrap().dtype().has_object());
    assert_eq!(npz.header("bad").unwrap().order(), Order::C);
    assert_eq!(npz.get::<Array1<i64>>("good").unwrap(), array![0, 1, 2]);
    let error = npz.get::<ArrayD<f64>>("bad").unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Unsupported, Some("bad")));
    let text = error.to_string();
    for part in ["pickle", "allow_pickle=True", "np.savez"] {
        assert!(text.contains(part), "{text}");
    }
    let error = npz_core::npy::load::<ArrayD<f64>>(dir.path().join("o.npy")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[test]
fn members_of_dtypes_that_come_later_are_listed() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
np.savez('later.npz', t=np.array(['2026-11-21'], dtype='M8[s]'), d=np.zeros(2, 'm8[25s]'), v=np.zeros(2, 'V7'),
         g=np.zeros(3, 'g'), r=np.zeros(2, [('a', '<i4'), ('b', 'S3', (2,))]))
",
    );
    let npz = NpzReader::open(dir.path().join("later.npz")).unwrap();
    let listed: Vec<_> = npz
        .entries()
        .unwrap()
        .iter()
        .map(|e| e.header.as_ref().expect("a header").dtype().to_string())
        .collect();
    assert_eq!(listed, ["<M8[s]", "<m8[25s]", "|V7", "<f16", "[('a', '<i4'), ('b', '|S3', (2,))]"]);
    let error = npz.get::<Array1<f64>>("r").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
}
