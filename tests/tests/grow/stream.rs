//! Members whose number of rows is known at their end: what NumPy reads, and what is refused.

use std::fs;
use std::io::{BufWriter, Cursor, Seek, Write};
use std::process::Command;

use ndarray::{Array1, Array2, Axis, array, s};
use npz_core::{
    Compression, ErrorKind, FixedStr, LoadOptions, MemberStream, NpyRecord, NpzReader, NpzWriter,
    SaveOptions, npy,
};
use tests::{python, temp_dir};

const METHODS: [Compression; 6] = [
    Compression::Stored,
    Compression::Deflate(0),
    Compression::Deflate(1),
    Compression::Deflate(6),
    Compression::Deflate(9),
    Compression::Zstd(3),
];

/// Numbers of several kinds: counted, smooth, noise, all the same.
fn cells(kind: usize, len: usize) -> Vec<f32> {
    let mut state = 7u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    (0..len)
        .map(|i| match kind {
            0 => (i % 1000) as f32,
            1 => (i as f32 / 5000.0).sin(),
            2 => noise() as f32 / 1000.0,
            _ => 1.5,
        })
        .collect()
}

/// Streams rows of ten cells, `batch` of them a call.
fn push_all(stream: &mut MemberStream<'_, impl Write>, cells: &[f32], batch: usize) {
    let rows = Array2::from_shape_vec((cells.len() / 10, 10), cells.to_vec()).unwrap();
    for chunk in rows.axis_chunks_iter(Axis(0), batch) {
        if batch == 1 {
            stream.push(&chunk.index_axis(Axis(0), 0)).unwrap();
        } else {
            stream.extend(&chunk).unwrap();
        }
    }
}

#[test]
fn every_length_and_method_is_what_numpy_saved() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    // Cells of 4 bytes around the lengths of blocks: 4 KiB, 256 KiB, 1, 2 and 8 MiB.
    let lens =
        [0, 10, 500, 1020, 65_500, 65_510, 65_540, 262_100, 262_150, 524_250, 524_290, 2_100_000, 3_000_000];
    for method in METHODS {
        let mut writer = SaveOptions::new().compression(method).create(&path).unwrap();
        for (i, len) in lens.into_iter().enumerate() {
            for kind in if len > 1_000_000 { 0..3 } else { 0..4 } {
                let mut stream = writer.stream::<f32>(&format!("{i}.{kind}"), &[10]).unwrap();
                push_all(&mut stream, &cells(kind, len), 1000);
                stream.finish().unwrap();
            }
        }
        writer.add("after", &7u8).unwrap();
        writer.finish().unwrap();
        let npz = NpzReader::open(&path).unwrap();
        assert_eq!(npz.get::<u8>("after").unwrap(), 7);
        let report = npz.verify().unwrap();
        assert!(report.is_ok(), "{method:?}: {report}");
        for (i, len) in lens.into_iter().enumerate() {
            for kind in if len > 1_000_000 { 0..3 } else { 0..4 } {
                let found: Array2<f32> = npz.get(&format!("{i}.{kind}")).unwrap();
                assert!(found.as_slice().unwrap() == cells(kind, len), "{method:?} {len} {kind}");
                // The bytes of the member are those of np.save.
                if len < 100_000 {
                    let bytes = npz.bytes(&format!("{i}.{kind}")).unwrap();
                    assert!(bytes == npy::to_bytes(&found).unwrap(), "{method:?} {len} {kind}");
                }
            }
        }
        python(
            dir.path(),
            r"
from backports.zstd import zipfile as newer
f = newer.ZipFile('a.npz')
assert f.testzip() is None
for info in f.infolist():
    a = np.lib.format.read_array(io.BytesIO(f.read(info)))
    if info.filename != 'after.npy':
        out = io.BytesIO()
        np.save(out, a)
        assert out.getvalue() == f.read(info), info
        if info.filename.endswith('.0.npy'):
            assert (a.ravel() == np.arange(a.size) % 1000).all()
",
        );
        let unzip = Command::new("unzip").args(["-tqq"]).arg(&path).output().unwrap();
        assert!(unzip.status.success() || matches!(method, Compression::Zstd(_)), "{unzip:?}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_how_rows_come_or_on_threads() {
    let dir = temp_dir();
    let cells = cells(1, 1_500_000);
    for method in METHODS {
        let mut expected = None;
        for (batch, threads) in [(1, 1), (1, 2), (7, 0), (150_000, 3)] {
            let path = dir.path().join(format!("{batch}-{threads}.npz"));
            let mut writer = SaveOptions::new().compression(method).threads(threads).create(&path).unwrap();
            let mut stream = writer.stream::<f32>("a", &[10]).unwrap();
            push_all(&mut stream, &cells, batch);
            stream.finish().unwrap();
            writer.finish().unwrap();
            let found = fs::read(&path).unwrap();
            assert!(*expected.get_or_insert_with(|| found.clone()) == found, "{method:?} {batch} {threads}");
        }
    }
}

#[test]
fn a_streamed_member_is_about_as_small_and_has_an_index_of_its_blocks() {
    let dir = temp_dir();
    for kind in 0..4 {
        let cells = cells(kind, 3_000_000);
        let (streamed, whole) = (dir.path().join("streamed.npz"), dir.path().join("whole.npz"));
        let mut writer = SaveOptions::compressed().create(&streamed).unwrap();
        let mut stream = writer.stream::<f32>("a", &[10]).unwrap();
        push_all(&mut stream, &cells, 100);
        stream.finish().unwrap();
        writer.finish().unwrap();
        let mut writer = SaveOptions::compressed().create(&whole).unwrap();
        writer.add("a", &Array2::from_shape_vec((300_000, 10), cells.clone()).unwrap()).unwrap();
        writer.finish().unwrap();
        let size = |path| fs::metadata(path).unwrap().len();
        assert!(
            size(&streamed) < size(&whole) * 102 / 100 + 500,
            "{kind}: {} {}",
            size(&streamed),
            size(&whole)
        );
        let extra = python(
            dir.path(),
            "print(all(b'np' == zipfile.ZipFile(p).infolist()[0].extra[:2] for p in ['streamed.npz', 'whole.npz']))",
        );
        assert_eq!(extra.trim(), "True");
        for threads in [1, 4] {
            let npz = LoadOptions::new().threads(threads).open(&streamed).unwrap();
            assert!(npz.get::<Array2<f32>>("a").unwrap().as_slice().unwrap() == cells);
        }
    }
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Reading {
    time: u64,
    value: f32,
    name: FixedStr<4>,
}

#[test]
fn records_texts_and_cells_are_rows() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let reading = |time: u64| Reading { time, value: 0.5, name: FixedStr::try_from("ab").unwrap() };
    for method in METHODS {
        let mut writer = SaveOptions::new().compression(method).create(&path).unwrap();
        let mut readings = writer.stream::<Reading>("readings", &[]).unwrap();
        for time in 0..1000 {
            readings.push(&reading(time)).unwrap();
        }
        readings.extend(&vec![reading(7); 3]).unwrap();
        readings.finish().unwrap();
        let mut names = writer.stream::<FixedStr<5>>("names", &[2]).unwrap();
        names.push(&[FixedStr::<5>::try_from("a").unwrap(), FixedStr::try_from("größe").unwrap()]).unwrap();
        names.finish().unwrap();
        writer.finish().unwrap();
        let found: Vec<Reading> = NpzReader::open(&path).unwrap().get("readings").unwrap();
        assert!(found.len() == 1003 && found[999] == reading(999) && found[1002] == reading(7));
    }
    python(
        dir.path(),
        r"
from backports.zstd import zipfile as newer
f = newer.ZipFile('a.npz')
r = np.lib.format.read_array(f.open('readings.npy'))
assert r.dtype == [('time', '<u8'), ('value', '<f4'), ('name', '<U4')] and (r['time'][:1000] == np.arange(1000)).all()
assert np.lib.format.read_array(f.open('names.npy')).tolist() == [['a', 'größe']]
",
    );
}

#[test]
fn what_can_not_be_streamed_is_refused() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add("there", &1u8).unwrap();
    let refused = |error: npz_core::Error, member: &str| {
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(member)), "{error}");
        assert_eq!(error.file(), Some(&*path));
        error.to_string()
    };
    refused(writer.stream::<f32>("there", &[]).err().unwrap(), "there");
    assert!(refused(writer.stream::<String>("text", &[]).err().unwrap(), "text").contains("FixedStr<16>"));
    refused(writer.stream::<f32>("none", &[3, 0]).err().unwrap(), "none");
    refused(writer.stream::<f32>("nul\0", &[]).err().unwrap(), "nul\0");
    let mut stream = writer.stream::<f32>("rows", &[2]).unwrap();
    stream.push(&[1.0f32, 2.0]).unwrap();
    let text = refused(stream.push(&[1.0f64, 2.0]).unwrap_err(), "rows");
    assert!(
        text.contains("expected one row of the array, <f4 (f32), shape (2,), found <f8 (f64), shape (2,)"),
        "{text}"
    );
    refused(stream.push(&[1.0f32]).unwrap_err(), "rows");
    refused(stream.extend(&[1.0f32, 2.0]).unwrap_err(), "rows");
    stream.extend(&array![[3.0f32, 4.0]]).unwrap();
    stream.finish().unwrap();
    // A name that was refused is free.
    writer.add("none", &1u8).unwrap();
    writer.finish().unwrap();
    assert_eq!(
        NpzReader::open(&path).unwrap().get::<Array2<f32>>("rows").unwrap(),
        array![[1.0, 2.0], [3.0, 4.0]]
    );
}

#[test]
fn a_stream_that_is_dropped_leaves_the_old_file() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    npz_core::Npz::save(&std::collections::BTreeMap::from([("old".to_owned(), 1u8)]), &path).unwrap();
    for method in METHODS {
        let mut writer = SaveOptions::new().compression(method).create(&path).unwrap();
        writer.add("before", &1u8).unwrap();
        let mut stream = writer.stream::<f32>("rows", &[]).unwrap();
        stream.push(&1.0f32).unwrap();
        drop(stream);
        assert_eq!(writer.add("after", &1u8).unwrap_err().kind(), ErrorKind::Invalid);
        assert!(writer.stream::<f32>("again", &[]).is_err());
        let error = writer.finish().unwrap_err();
        assert!(
            error.kind() == ErrorKind::Invalid && error.to_string().contains("not written whole"),
            "{error}"
        );
        assert_eq!(NpzReader::open(&path).unwrap().names().collect::<Vec<_>>(), ["old"]);
        assert_eq!(crate::listing(dir.path()), ["a.npz"]);
    }
}

#[test]
fn cells_of_a_stored_stream_are_aligned() {
    let dir = temp_dir();
    for alignment in [1, 8, 64, 4096] {
        let path = dir.path().join(format!("{alignment}.npz"));
        let mut writer = SaveOptions::new().alignment(alignment).create(&path).unwrap();
        for name in ["a", "bc", "a longer name"] {
            let mut stream = writer.stream::<u64>(name, &[]).unwrap();
            stream.extend(&[0x0123_4567_89ab_cdefu64; 3]).unwrap();
            stream.finish().unwrap();
        }
        writer.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        let row = 0x0123_4567_89ab_cdefu64.to_le_bytes();
        let starts: Vec<_> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&row.repeat(3))).collect();
        assert_eq!(starts.len(), 3);
        assert!(starts.iter().all(|start| start % usize::from(alignment) == 0), "{alignment}: {starts:?}");
    }
}

/// Beyond 4 GiB sizes have 64 bits, for which there is room in the member's header.
#[test]
fn a_stream_of_more_than_4_gib() {
    let dir = temp_dir();
    let path = dir.path().join("big.npz");
    let mut writer = SaveOptions::new().compression(Compression::Deflate(1)).create(&path).unwrap();
    let zeros = Array1::<u8>::zeros(1 << 20);
    let mut stream = writer.stream::<u8>("big", &[1 << 20]).unwrap();
    for _ in 0..4097 {
        stream.push(&zeros).unwrap();
    }
    stream.finish().unwrap();
    writer.add("after", &7u8).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.header("big").unwrap().shape(), [4097, 1 << 20]);
    assert_eq!(npz.get::<u8>("after").unwrap(), 7);
    assert_eq!(npz.entries().unwrap()[0].size, 128 + (4097 << 20));
    python(
        dir.path(),
        r"
with zipfile.ZipFile('big.npz') as z:
    assert z.getinfo('big.npy').file_size == 128 + 2**32 + 2**20
    with z.open('big.npy') as m:
        assert np.lib.format.read_magic(m) == (1, 0)
        assert np.lib.format.read_array_header_1_0(m) == ((4097, 2**20), False, np.dtype('u1'))
        total = 0
        while chunk := m.read(1 << 24):
            total += len(chunk)
        assert total == 2**32 + 2**20
",
    );
}

/// Streams a member that is longer than what is buffered, and a short one, into an archive that holds one already.
fn stream_all<W: Write + Seek>(writer: &mut NpzWriter<W>) -> npz_core::Result<()> {
    for (name, len) in [("long", 3_000_000), ("short", 10)] {
        let mut stream = writer.stream::<f32>(name, &[10])?;
        stream.extend(&Array2::from_shape_vec((len / 10, 10), cells(1, len)).unwrap())?;
        stream.finish()?;
    }
    Ok(())
}

#[test]
fn whatever_goes_back_takes_a_stream() {
    let dir = temp_dir();
    for method in [Compression::Stored, Compression::Deflate(6), Compression::Zstd(3)] {
        let options = SaveOptions::new().compression(method);
        let path = dir.path().join("path.npz");
        let mut writer = options.create(&path).unwrap();
        stream_all(&mut writer).unwrap();
        writer.finish().unwrap();
        // Behind other bytes, which stay.
        let mut memory = Cursor::new(b"before".to_vec());
        memory.set_position(6);
        let mut writer = options.writer(&mut memory).unwrap();
        stream_all(&mut writer).unwrap();
        writer.finish().unwrap();
        assert!(memory.get_ref()[..6] == *b"before", "{method:?}");
        assert!(memory.get_ref()[6..] == fs::read(&path).unwrap(), "{method:?}");
        // Between other members, which are written forward.
        let mut file = BufWriter::new(fs::File::create(dir.path().join("file.npz")).unwrap());
        let mut writer = options.writer(&mut file).unwrap();
        writer.add("before", &vec![1u16; 500_000]).unwrap();
        stream_all(&mut writer).unwrap();
        writer.add("after", &vec![2u16; 500_000]).unwrap();
        writer.finish().unwrap();
        drop(file);
        fs::write(dir.path().join("memory.npz"), memory.into_inner()).unwrap();
        python(
            dir.path(),
            r"
from backports.zstd import zipfile as newer
f, g, m = (newer.ZipFile(n) for n in ['file.npz', 'path.npz', 'memory.npz'])
assert all(z.testzip() is None for z in [f, g, m])
assert f.namelist() == ['before.npy', 'long.npy', 'short.npy', 'after.npy'] and g.namelist() == m.namelist()
assert all(f.read(n) == g.read(n) == m.read(n) for n in g.namelist())
read = lambda n: np.lib.format.read_array(io.BytesIO(f.read(n)))
assert read('long.npy').shape == (300000, 10) and read('short.npy').shape == (1, 10)
assert (read('before.npy') == 1).all() and (read('after.npy') == 2).all()
",
        );
    }
}

#[test]
fn what_can_not_go_back_takes_no_stream() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    for before in [&b""[..], b"before"] {
        fs::write(&path, before).unwrap();
        // What such a file is given goes to its end, wherever it stands.
        let file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        let mut writer = NpzWriter::new(file).unwrap();
        let error = stream_all(&mut writer).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Io, Some("long")));
        assert!(error.to_string().contains("open the file without `append`"), "{error}");
        assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::Invalid);
    }
    #[cfg(unix)]
    {
        let (_reader, writer) = std::io::pipe().unwrap();
        let mut writer = NpzWriter::new(fs::File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
        let error = writer.stream::<f32>("rows", &[]).err().unwrap();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Io, Some("rows")));
        assert!(error.to_string().contains("can't go back"), "{error}");
        writer.add("rows", &1.5f32).unwrap(); // nothing of it was written
        writer.finish().unwrap();
    }
    // Memory that ends in the middle.
    let mut writer = NpzWriter::new(Cursor::new([0; 1000])).unwrap();
    assert_eq!(stream_all(&mut writer).unwrap_err().kind(), ErrorKind::Io);
}

/// What a stream takes beside its rows, as a whole process: so in one test of this name alone.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_bounded() {
    let output =
        Command::new(crate::SAVER).args(["memory", "."]).current_dir(temp_dir().path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let taken: Vec<usize> = text.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert_eq!(taken.len(), 3, "{text}");
    assert!(taken.iter().all(|&mib| mib < 64), "MiB for each method: {taken:?}");
}

#[test]
fn rows_of_other_layouts_are_gathered() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let frames = ndarray::Array3::from_shape_fn((4, 3, 2), |(i, j, k)| (i * 6 + j * 2 + k) as i32);
    let mut writer = NpzWriter::create(&path).unwrap();
    let mut stream = writer.stream::<i32>("a", &[3, 2]).unwrap();
    stream.push(&frames.slice(s![0, .., ..])).unwrap();
    let mut fortran = Array2::zeros(ndarray::ShapeBuilder::f((3, 2)));
    fortran.assign(&frames.index_axis(Axis(0), 1));
    stream.push(&fortran).unwrap();
    stream.extend(&frames.slice(s![2.., .., ..])).unwrap();
    stream.finish().unwrap();
    writer.finish().unwrap();
    assert_eq!(NpzReader::open(&path).unwrap().get::<ndarray::Array3<i32>>("a").unwrap(), frames);
}
