//! `Compression::Zstd`: what we write the zipfile of Python 3.14 reads, and NumPy through it; what it writes we read.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use ndarray::{Array1, Array2, Array3, ArrayView1, ShapeBuilder};
use npz_core::{AnyArray, Compression, ErrorKind, Lazy, LoadOptions, Npz, NpzReader, NpzWriter, SaveOptions};
use tests::{python, temp_dir};

/// Puts a zipfile that knows Zstandard where NumPy looks for one; `old` is the one that was there.
const ZIPFILE: &str = r"
old = zipfile
if sys.version_info < (3, 14):
    from backports import zstd
    from backports.zstd import zipfile
    sys.modules['zipfile'] = zipfile
else:
    from compression import zstd
";

fn python_with_zstd(dir: &Path, script: &str) -> String {
    python(dir, &format!("{ZIPFILE}{script}"))
}

#[derive(Npz, Clone, Debug, PartialEq)]
struct State {
    weights: Array2<f32>,
    fortran: Array2<f64>,
    large: Vec<u64>,
    noise: Vec<u32>,
    words: Vec<String>,
    nothing: Vec<u8>,
    hollow: Array3<i16>,
    step: u64,
}

fn noise(i: u32) -> u32 {
    i.wrapping_mul(2_654_435_761) ^ (i.wrapping_mul(40_503) >> 7)
}

fn state() -> State {
    State {
        weights: Array2::from_shape_fn((300, 500), |(i, j)| (i * j) as f32 * 0.25),
        fortran: Array2::from_shape_fn((40, 30).f(), |(i, j)| i as f64 - j as f64),
        large: (0..200_000).map(|i| i / 7).collect(),
        noise: (0..100_000).map(noise).collect(),
        words: vec!["größe".to_owned(), "x".to_owned()],
        nothing: vec![],
        hollow: Array3::zeros((4, 0, 3)),
        step: 7,
    }
}

fn zstd(level: u32) -> SaveOptions {
    SaveOptions::new().compression(Compression::Zstd(level))
}

#[test]
fn numpy_reads_what_we_write_at_every_kind_of_level_to_files_and_pipes() {
    let dir = temp_dir();
    let levels = [1, 3, 7, 12, 15, 19, 22];
    for level in levels {
        let path = dir.path().join(format!("file{level}.npz"));
        zstd(level).save(&state(), &path).unwrap();
        assert_eq!(State::load(&path).unwrap(), state());
        assert_eq!(zstd(level).to_bytes(&state()).unwrap(), fs::read(&path).unwrap());
        // `cat` is a pipe; what comes out of it is what went in.
        let piped = File::create(dir.path().join(format!("pipe{level}.npz"))).unwrap();
        let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(piped).spawn().unwrap();
        zstd(level).write_to(&state(), cat.stdin.take().unwrap()).unwrap();
        assert!(cat.wait().unwrap().success());
        assert_eq!(State::load(dir.path().join(format!("pipe{level}.npz"))).unwrap(), state());
    }
    let said = python_with_zstd(
        dir.path(),
        r"
names = sorted(os.listdir('.'))
for name in names:
    raw = open(name, 'rb').read()
    with zipfile.ZipFile(name) as z:
        assert z.testzip() is None
        for info in z.infolist():
            assert info.compress_type == 93 and info.extract_version == info.create_version == 63, info
            assert bool(info.flag_bits & 8) == name.startswith('pipe'), info
            at = info.header_offset
            assert raw[at+4:at+6] == bytes([63, 0])
            start = at + 30 + int.from_bytes(raw[at+26:at+28], 'little') + int.from_bytes(raw[at+28:at+30], 'little')
            data = raw[start:start+info.compress_size]
            # One frame, which tells its length.
            assert zstd.get_frame_size(data) == len(data)
            assert zstd.get_frame_info(data).decompressed_size == info.file_size
            window = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 22})
            assert len(window.decompress(data)) == info.file_size
    f = np.load(name)
    assert np.array_equal(f['weights'], np.outer(np.arange(300), np.arange(500)).astype('f4') * np.float32(.25))
    assert f['fortran'].flags.f_contiguous and f['fortran'][3, 1] == 2
    assert np.array_equal(f['large'], np.arange(200_000, dtype='u8') // 7)
    i = np.arange(100_000, dtype='u4')
    assert np.array_equal(f['noise'], i * np.uint32(2654435761) ^ (i * np.uint32(40503) >> np.uint32(7)))
    assert list(f['words']) == ['größe', 'x'] and f['step'] == 7
    assert f['nothing'].shape == (0,) and f['hollow'].shape == (4, 0, 3)
sizes = [os.path.getsize(f'file{level}.npz') for level in (1, 19)]
assert sizes[1] < sizes[0], sizes
# What the docs say of older ones.
if sys.version_info < (3, 14):
    sys.modules['zipfile'] = old
    try: np.load(names[0])['weights']
    except NotImplementedError: pass
    else: raise AssertionError('an older Python reads it')
print(len(names))
",
    );
    assert_eq!(said.trim(), (2 * levels.len()).to_string());
}

#[test]
fn what_python_writes_is_read_and_copied_untouched() {
    let dir = temp_dir();
    python_with_zstd(
        dir.path(),
        r"
x = (np.arange(16 << 20, dtype='u4') * np.uint32(2654435761)) >> np.uint32(9)
assert x.nbytes == 64 << 20
def npy(a):
    out = io.BytesIO(); np.save(out, a); return out.getvalue()
for level in (1, 3, 19):
    with zipfile.ZipFile(f'{level}.npz', 'w', zipfile.ZIP_ZSTANDARD, compresslevel=level) as z:
        z.writestr('large.npy', npy(x if level < 19 else x[:1 << 18]))
        z.writestr('empty.npy', npy(np.zeros((0, 3), 'f4')))
        with z.open('streamed.npy', 'w', force_zip64=True) as m: m.write(npy(np.arange(1000.)))
with Pipe('descriptor.npz') as p, zipfile.ZipFile(p, 'w', zipfile.ZIP_ZSTANDARD) as z:
    z.writestr('large.npy', npy(x))
    z.writestr('empty.npy', npy(np.zeros((0, 3), 'f4')))
    z.writestr('streamed.npy', npy(np.arange(1000.)))
",
    );
    for name in ["1", "3", "19", "descriptor"] {
        let path = dir.path().join(format!("{name}.npz"));
        for threads in [1, 2] {
            let npz = LoadOptions::new().threads(threads).open(&path).unwrap();
            assert!(npz.entries().unwrap().iter().all(|entry| entry.compression == "zstd"));
            let large = npz.get::<Vec<u32>>("large").unwrap();
            assert_eq!(large.len(), if name == "19" { 1 << 18 } else { 16 << 20 });
            let mut cells = (0..).zip(&large);
            assert!(cells.all(|(i, &x)| x == 2_654_435_761_u32.wrapping_mul(i) >> 9));
            assert_eq!(npz.get::<Array2<f32>>("empty").unwrap().shape(), [0, 3]);
            assert_eq!(npz.get::<Array1<f64>>("streamed").unwrap()[999], 999.0);
        }
        // Into another archive as it is, whatever that is compressed with.
        let lazy: Lazy<AnyArray> = NpzReader::open(&path).unwrap().get("streamed").unwrap();
        let mut copy = Vec::new();
        let mut writer = SaveOptions::compressed().writer(&mut copy).unwrap();
        writer.add("streamed", &lazy).unwrap();
        writer.finish().unwrap();
        let copy = NpzReader::new(&copy).unwrap();
        assert_eq!(copy.entries().unwrap()[0].compression, "zstd");
        assert_eq!(copy.get::<Array1<f64>>("streamed").unwrap()[999], 999.0);
    }
}

#[test]
fn a_level_that_there_is_not_is_refused_before_anything_is_written() {
    #[derive(Npz)]
    struct Two {
        #[npz(compression = "stored")]
        first: Vec<u8>,
        second: Vec<u8>,
    }
    // More than is buffered: a first member would have been written.
    let two = Two { first: vec![1; 3 << 20], second: vec![2; 10] };
    let dir = temp_dir();
    for level in [0, 23, 100, u32::MAX] {
        let path = dir.path().join("a.npz");
        let error = zstd(level).save(&two, &path).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("second")));
        let text = format!("expected a zstd level from 1 to 22, found {level}");
        assert!(error.to_string().contains(&text), "{error}");
        assert!(!path.exists());
        let mut out = Vec::new();
        assert_eq!(zstd(level).write_to(&two, &mut out).unwrap_err().kind(), ErrorKind::Invalid);
        assert!(out.is_empty(), "{} bytes", out.len());

        // Of a writer, the members before and behind it are whole.
        let mut writer = NpzWriter::new(&mut out).unwrap();
        writer.add("a", &1u8).unwrap();
        let error = writer.add_with("b", &vec![0u8; 1 << 20], Compression::Zstd(level)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        writer.add_with("b", &2u8, Compression::Zstd(22)).unwrap();
        writer.finish().unwrap();
        assert_eq!(NpzReader::new(&out).unwrap().get::<u8>("b").unwrap(), 2);
    }
    // Deflate's are refused as early.
    let mut out = Vec::new();
    let options = SaveOptions::new().compression(Compression::Deflate(10));
    let error = options.write_to(&two, &mut out).unwrap_err();
    assert!(error.to_string().contains("expected a deflate level from 0 to 9, found 10"), "{error}");
    assert!(out.is_empty());
    assert_eq!(two.second.len(), 10);
}

#[test]
fn the_bytes_are_the_same_for_all_threads_and_layouts() {
    #[derive(Npz)]
    struct Turned<'a> {
        cells: ndarray::ArrayView2<'a, f32>,
    }
    let whole = Array2::from_shape_fn((700, 1100), |(i, j)| noise((i * 1100 + j) as u32) as u8 as f32);
    let other = whole.t().as_standard_layout().into_owned();
    for level in [1, 3, 6, 13, 17] {
        let expected = zstd(level).to_bytes(&Turned { cells: whole.view() }).unwrap();
        for threads in [1, 2, 0] {
            let options = zstd(level).threads(threads);
            assert!(options.to_bytes(&Turned { cells: whole.view() }).unwrap() == expected);
        }
        // Gathered from where they lie apart, in other pieces.
        let apart = Array2::from_shape_fn((700, 2200), |(i, j)| whole[(i, j / 2)]);
        let apart = apart.slice(ndarray::s![.., ..;2]);
        assert!(zstd(level).to_bytes(&Turned { cells: apart }).unwrap() == expected);
        // Behind another member they are no others.
        let mut both = Vec::new();
        let mut writer = zstd(level).writer(&mut both).unwrap();
        writer.add("before", &other).unwrap();
        writer.add("cells", &whole).unwrap();
        writer.finish().unwrap();
        let entries = NpzReader::new(&both).unwrap().entries().unwrap();
        let alone = NpzReader::new(&expected).unwrap().entries().unwrap();
        assert_eq!(entries[1].compressed_size, alone[0].compressed_size);
    }
}

#[test]
fn a_member_over_4_gib_goes_through_a_pipe() {
    const ROWS: usize = (1 << 12) + 1;
    let dir = temp_dir();
    let zeros = vec![0u8; 1 << 20];
    let row = ArrayView1::from(&zeros);
    let big = row.broadcast((ROWS, 1 << 20)).unwrap();
    let mut pipe = Vec::new();
    let mut writer = NpzWriter::new(&mut pipe as &mut dyn Write).unwrap();
    writer.add_with("big", &big, Compression::Zstd(1)).unwrap();
    writer.add("after", &7u8).unwrap();
    writer.finish().unwrap();
    assert!(pipe.len() < 1 << 20, "{}", pipe.len());
    let npz = NpzReader::new(&pipe).unwrap();
    assert_eq!(npz.entries().unwrap()[0].size, 128 + (ROWS << 20) as u64);
    assert_eq!(npz.header("big").unwrap().shape(), [ROWS, 1 << 20]);
    assert_eq!(npz.get::<u8>("after").unwrap(), 7);
    fs::write(dir.path().join("big.npz"), pipe).unwrap();
    python_with_zstd(
        dir.path(),
        r"
with zipfile.ZipFile('big.npz') as z:
    info = z.getinfo('big.npy')
    assert info.file_size == 128 + 2**32 + 2**20 and info.flag_bits & 8
    with z.open('big.npy') as m:
        total = 0
        while chunk := m.read(1 << 24): total += len(chunk)
    assert total == info.file_size
assert int(np.load('big.npz')['after']) == 7
",
    );
}
