//! Compressed archives: our own deflate, and members of bzip2, LZMA and Zstandard that others wrote.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};

use ndarray::{Array1, Array2};
use npz_core::{Lazy, LoadOptions, Npz, NpzReader, NpzWriter, ReadAt, SaveOptions};
use tests::{python, temp_dir};
use zip::write::SimpleFileOptions;

use crate::allocator::{LARGE, exhaust, exhaust_after};
use crate::cells::MANY;
use crate::{Operation, exhaust_all, operation};

type Arrays = BTreeMap<String, Array1<f64>>;

fn noise() -> Array1<f64> {
    (0..MANY).map(|i| (i as f64).sin()).collect()
}

/// What reading does with an archive, whatever its members are compressed with.
fn reads<'o>(name: &str, bytes: &'o [u8]) -> Vec<Operation<'o>> {
    vec![
        operation(format!("get of {name}"), move || NpzReader::new(bytes)?.get::<Array1<f64>>("a").map(drop)),
        operation(format!("get of {name}, cast"), move || {
            NpzReader::new(bytes)?.get::<Vec<num_complex::Complex<f64>>>("a").map(drop)
        }),
        operation(format!("bytes of {name}"), move || NpzReader::new(bytes)?.bytes("a").map(drop)),
        operation(format!("load of {name}"), move || Arrays::from_bytes(bytes).map(drop)),
        operation(format!("read_from of {name}"), move || LoadOptions::new().read::<Arrays>(bytes).map(drop)),
        operation(format!("load of {name}, from a source that is not memory"), move || {
            NpzReader::new(Far(bytes))?.load::<Arrays>().map(drop)
        }),
        operation(format!("copy of {name}"), move || {
            let kept = NpzReader::new(Far(bytes))?.load::<BTreeMap<String, Lazy<Array1<f64>>>>()?;
            SaveOptions::new().write_to(&kept, io::sink())
        }),
    ]
}

/// Bytes that can't be lent.
struct Far<'b>(&'b [u8]);

impl ReadAt for Far<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}

/// The state of flate2's compressor takes some 300 KiB, in several blocks, and can't be made to fail: it has one size whatever
/// the data are. So allocations of the other sizes are those that fail here; what holds data is larger than it.
const ABOVE_DEFLATE: usize = 400 << 10;

/// bzip2, LZMA and Zstandard decode in memory whose size is that of their window or dictionary, up to 8 MiB, and end the
/// process where they don't get it: it is allocated by their crates, by the word of the stream and not with the data.
/// Members are larger than that.
const ABOVE_DECODERS: usize = 9 << 20;

#[test]
fn deflated_members() {
    let arrays = Arrays::from([("a".to_owned(), noise()), ("b".to_owned(), Array1::zeros(MANY))]);
    let bytes = SaveOptions::compressed().to_bytes(&arrays).unwrap();
    exhaust_all(reads("deflated members", &bytes), 10);

    let mut points = 0;
    let mut write = |name: &str, run: &mut dyn FnMut() -> npz_core::Result<()>| {
        points += exhaust_after(name, ABOVE_DEFLATE, run, || {});
    };
    write("to_bytes of deflated members", &mut || SaveOptions::compressed().to_bytes(&arrays).map(drop));
    write("write_to of deflated members", &mut || SaveOptions::compressed().write_to(&arrays, io::sink()));
    assert!(points >= 2, "only {points} allocations failed");
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    fs::write(&path, &bytes).unwrap();
    let stands = || assert!(fs::read(&path).unwrap() == bytes, "the file of before does not stand");
    exhaust_after("save_compressed", ABOVE_DEFLATE, || arrays.save_compressed(&path), stands);
}

#[test]
fn the_writer() {
    let (array, view) = (noise(), Array2::<f32>::ones((300, 400)));
    let raw = vec![7u8; 300_000];
    let points = exhaust("NpzWriter", || {
        let mut writer = NpzWriter::new(io::sink())?;
        writer.add("a", &array)?;
        writer.add("b", &view.t())?;
        writer.add("c", &view.slice(ndarray::s![.., ..;2]))?;
        writer.add_bytes("c.txt", &raw)?;
        // Many small members fill the buffer, and the directory grows.
        for i in 0..2000 {
            writer.add(&format!("small.{i}"), &[1u8; 50])?;
        }
        writer.finish()
    });
    assert!(points >= 3, "only {points} allocations failed");
}

#[test]
fn members_that_others_compressed() {
    let dir = temp_dir();
    let script = "a = io.BytesIO(); np.save(a, np.arange(2_000_000) % 7.0)
for name, method in ('bzip2', zipfile.ZIP_BZIP2), ('lzma', zipfile.ZIP_LZMA):
    with zipfile.ZipFile(name + '.npz', 'w', method, compresslevel=1) as f:
        f.writestr('a.npy', a.getvalue())
open('a.npy', 'wb').write(a.getvalue())";
    python(dir.path(), script);
    let npy = fs::read(dir.path().join("a.npy")).unwrap();
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Zstd);
    writer.start_file("a.npy", options).unwrap();
    writer.write_all(&npy).unwrap();
    fs::write(dir.path().join("zstd.npz"), writer.finish().unwrap().into_inner()).unwrap();
    let mut points = 0;
    for name in ["bzip2", "lzma", "zstd"] {
        let bytes = fs::read(dir.path().join(format!("{name}.npz"))).unwrap();
        for (operation, run) in reads(&format!("a member of {name}"), &bytes) {
            points += exhaust_after(&operation, ABOVE_DECODERS, run, || {});
        }
    }
    assert!(points >= 15, "only {points} allocations failed");
    assert!(npy.len() > ABOVE_DECODERS && LARGE < ABOVE_DEFLATE);
}
