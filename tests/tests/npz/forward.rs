//! Archives that are written to what can't go back: a pipe, a socket, any `Write`. Everybody reads them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use ndarray::{Array2, ShapeBuilder};
use npz_core::{Compression, Lazy, LoadOptions, Npz, NpzReader, NpzWriter, SaveOptions, ToMembers};
use tests::{python, temp_dir};

#[derive(Npz, Clone, Debug, PartialEq)]
struct State {
    weights: Array2<f32>,
    fortran: Array2<f64>,
    words: Vec<String>,
    mask: Vec<bool>,
    nothing: Vec<u8>,
    step: u64,
}

fn state() -> State {
    State {
        weights: Array2::from_shape_fn((300, 500), |(i, j)| (i * j) as f32 * 0.25),
        fortran: Array2::from_shape_fn((40, 30).f(), |(i, j)| i as f64 - j as f64),
        words: vec!["größe".to_owned(), "x".to_owned()],
        mask: vec![true, false, true],
        nothing: vec![],
        step: 7,
    }
}

fn all_options() -> [SaveOptions; 4] {
    let page = SaveOptions::new().alignment(4096);
    [SaveOptions::new(), SaveOptions::compressed(), page.clone(), page.compression(Compression::Deflate(0))]
}

/// Takes what it likes, and is interrupted, as a busy pipe is.
#[derive(Default)]
struct Pipe {
    bytes: Vec<u8>,
    calls: usize,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let some = bytes.len().min(if self.calls.is_multiple_of(3) { 1 } else { 10_001 });
        self.bytes.extend_from_slice(&bytes[..some]);
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn piped(state: &(impl Npz + ToMembers), options: &SaveOptions) -> Vec<u8> {
    let mut pipe = Pipe::default();
    options.write_to(&state, &mut pipe).unwrap();
    pipe.bytes
}

#[test]
fn numpy_zipfile_unzip_the_zip_crate_and_we_read_them_back() {
    let dir = temp_dir();
    for (i, options) in all_options().iter().enumerate() {
        let bytes = piped(&state(), options);
        fs::write(dir.path().join(format!("{i}.npz")), &bytes).unwrap();
        assert_eq!(State::from_bytes(&bytes).unwrap(), state());

        let mut zip = zip::ZipArchive::new(io::Cursor::new(&bytes)).unwrap();
        for member in 0..zip.len() {
            io::copy(&mut zip.by_index(member).unwrap(), &mut io::sink()).unwrap();
        }
        // As it comes through a pipe at the other end, too.
        let mut rest = &bytes[..];
        let mut count = 0;
        while let Some(mut file) = zip::read::read_zipfile_from_stream(&mut rest).ok().flatten() {
            io::copy(&mut file, &mut io::sink()).unwrap();
            count += 1;
        }
        assert!(count == 6 || i % 2 == 1, "{count}");
        let tested =
            Command::new("unzip").arg("-t").arg(dir.path().join(format!("{i}.npz"))).output().unwrap();
        assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stdout));
    }
    python(
        dir.path(),
        r"
for i in range(4):
    with zipfile.ZipFile(f'{i}.npz') as z:
        assert z.testzip() is None
        for info in z.infolist():
            # Only what is compressed has its sizes behind it.
            assert bool(info.flag_bits & 8) == (info.compress_type == 8), info
            if info.compress_type == 0:
                raw = open(f'{i}.npz', 'rb').read()
                at = info.header_offset
                start = at + 30 + int.from_bytes(raw[at+26:at+28], 'little') + int.from_bytes(raw[at+28:at+30], 'little')
                header = 10 + int.from_bytes(raw[start+8:start+10], 'little')
                assert (start + header) % (64, 0, 4096)[i] == 0
    f = np.load(f'{i}.npz')
    assert np.array_equal(f['weights'], np.outer(np.arange(300), np.arange(500)).astype('f4') * np.float32(.25))
    assert f['fortran'].flags.f_contiguous and f['fortran'][3, 1] == 2
    assert list(f['words']) == ['größe', 'x'] and list(f['mask']) == [True, False, True]
    assert f['nothing'].shape == (0,) and f['step'] == 7
",
    );
}

#[test]
fn stored_archives_are_the_same_whatever_they_are_written_to() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    for options in [SaveOptions::new(), SaveOptions::new().alignment(1024)] {
        options.save(&state(), &path).unwrap();
        let saved = fs::read(&path).unwrap();
        assert!(piped(&state(), &options) == saved);
        assert!(options.to_bytes(&state()).unwrap() == saved);
        let mut file = File::create(dir.path().join("other.npz")).unwrap();
        options.write_to(&state(), &mut file).unwrap();
        assert!(fs::read(dir.path().join("other.npz")).unwrap() == saved);
    }
    // Of compressed ones the sizes stand elsewhere, and nothing else differs.
    let compressed = SaveOptions::compressed();
    compressed.save(&state(), &path).unwrap();
    assert!(fs::read(&path).unwrap() == compressed.to_bytes(&state()).unwrap());
    assert_eq!(piped(&state(), &compressed).len() as u64, fs::metadata(&path).unwrap().len() + 6 * 16);
}

#[test]
fn processes_and_sockets_take_archives() {
    let dir = temp_dir();
    let path = dir.path().join("piped.npz");
    let mut cat =
        Command::new("sh").args(["-c", "cat > \"$0\""]).arg(&path).stdin(Stdio::piped()).spawn().unwrap();
    SaveOptions::compressed().write_to(&state(), cat.stdin.take().unwrap()).unwrap();
    assert!(cat.wait().unwrap().success());
    assert_eq!(State::load(&path).unwrap(), state());

    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let sent = std::thread::spawn(move || {
        let mut body: Box<dyn Write> = Box::new(TcpStream::connect(address).unwrap());
        SaveOptions::new().write_to(&state(), &mut body).unwrap();
    });
    let (stream, _) = server.accept().unwrap();
    assert_eq!(LoadOptions::new().read::<State>(stream).unwrap(), state());
    sent.join().unwrap();
}

#[test]
fn a_writer_of_members_goes_forward_too() {
    let saved = SaveOptions::compressed().to_bytes(&state()).unwrap();
    let lazy: BTreeMap<String, Lazy<Array2<f32>>> =
        BTreeMap::from([("w".to_owned(), NpzReader::new(&saved).unwrap().get("weights").unwrap())]);
    let mut pipe = Pipe::default();
    let mut writer = NpzWriter::new(&mut pipe).unwrap();
    writer.add("lazy", &lazy).unwrap();
    writer.add_with("mask", &state().mask, Compression::Deflate(6)).unwrap();
    writer.add_bytes("notes.txt", b"first run").unwrap();
    writer.push(&state().step).unwrap();
    // What is refused leaves the writer, and its name, free.
    let long = "n".repeat(70_000);
    assert!(writer.add_bytes(&long, b"").is_err());
    assert!(writer.add_bytes("notes.txt", b"again").is_err());
    assert!(writer.add_with("late", &1u8, Compression::Deflate(10)).is_err());
    writer.add("late", &1u8).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::new(&pipe.bytes).unwrap();
    assert_eq!(npz.get::<Array2<f32>>("lazy.w").unwrap(), state().weights);
    assert_eq!(npz.get::<Vec<bool>>("mask").unwrap(), state().mask);
    assert_eq!(npz.bytes("notes.txt").unwrap(), b"first run");
    assert_eq!((npz.get::<u64>("arr_0").unwrap(), npz.get::<u8>("late").unwrap()), (7, 1));
}

/// Fails once, when so many bytes were written.
struct Failing {
    left: usize,
    failed: bool,
    bytes: Vec<u8>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left < bytes.len() && !self.failed {
            self.failed = true;
            return Err(io::Error::other("the connection broke"));
        }
        self.left = self.left.saturating_sub(bytes.len());
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failed_add_of_bytes_leaves_its_name_free_and_the_archive_unfinished() {
    let mut out = Failing { left: 100, failed: false, bytes: Vec::new() };
    let mut writer = NpzWriter::new(&mut out).unwrap();
    let large = vec![1; 1 << 20];
    let error = writer.add_bytes("large.bin", &large).unwrap_err();
    assert!(error.to_string().contains("the connection broke"), "{error}");
    // The name is free: it is not what stands in the way now.
    let error = writer.add_bytes("large.bin", &large).unwrap_err();
    assert!(error.to_string().contains("start a new archive"), "{error}");
    assert!(writer.finish().is_err());
}

/// NumPy leaves it there too, and says nothing: the docs do.
#[test]
fn a_file_is_written_from_where_it_stands() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    file.write_all(b"#!/bin/sh\n").unwrap();
    SaveOptions::compressed().write_to(&state(), &mut file).unwrap();
    assert_eq!(State::load(&path).unwrap(), state());
    python(
        dir.path(),
        "z = zipfile.ZipFile('run.npz'); assert z.testzip() is None
assert np.lib.format.read_array(z.open('step.npy')) == 7",
    );
    let mut all = Vec::new();
    File::open(&path).unwrap().read_to_end(&mut all).unwrap();
    assert!(all.starts_with(b"#!/bin/sh\nPK\x03\x04"));
}
