//! Archives that NumPy has deflated, and whatever goes through their members instead of reading them into their place: casts, fields,
//! strings, pieces, `verify`. Any number of threads gives what NumPy gives, and the errors of one that reads in order.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::Path;

use ndarray::{Array1, Array2, ArrayD, s};
use npz_core::{
    AnyArray, Cast, ErrorKind, FromMembers, LoadOptions, Npz, NpzReader, ReadAt, Result, SaveOptions,
};
use tests::{python, temp_dir};

/// Members that are cut into pieces: literals, matches, both; and what is made of them.
const ARRAYS: &str = "
rng = np.random.default_rng(3)
n = 600_000
a = dict(
    floats=rng.normal(size=(n, 2)),
    ints=(rng.normal(size=3 * n) * 300).astype('i2'),
    big=(rng.normal(size=n) * 9000).astype('>i4'),
    bools=rng.random(9 * n) < 0.3,
    texts=np.array([f'text {i}' for i in rng.integers(0, 9999, n // 4)]),
    runs=np.repeat(rng.integers(0, 9999, n // 4), 8),
)
rows = np.zeros(n, [('id', '<u4'), ('x', 'f8')])
rows['id'], rows['x'] = rng.integers(0, 1 << 30, n), rng.normal(size=n)
a['rows'] = rows
np.savez_compressed('deflated.npz', **a)
np.savez('cast.npz', floats=a['floats'].astype('f4'), ints=a['ints'].astype('i8'), big=a['big'].astype('f8'), bools=a['bools'],
    texts=a['texts'], runs=a['runs'].astype('i4'), ids=rows['id'], xs=rows['x'].astype('f4'))
";

/// A source that likes large reads: its members are inflated in order.
struct Far(Vec<u8>);

impl ReadAt for Far {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
    fn read_size(&self) -> usize {
        8 << 20
    }
}

/// Options for every number of threads.
fn options() -> impl Iterator<Item = LoadOptions> {
    (1..=8).map(|threads| LoadOptions::new().threads(threads).cast(Cast::SameKind))
}

fn same<T: FromMembers + PartialEq>(npz: &NpzReader<fs::File>, expected: &NpzReader<fs::File>, name: &str) {
    assert!(npz.get::<T>(name).unwrap() == expected.get::<T>(name).unwrap(), "{name}");
}

#[test]
fn what_is_converted_is_what_numpy_converts() {
    let dir = temp_dir();
    python(dir.path(), ARRAYS);
    let expected = NpzReader::open(dir.path().join("cast.npz")).unwrap();
    // Ours in blocks has the same way.
    let all = NpzReader::open(dir.path().join("deflated.npz")).unwrap();
    let mut ours = npz_core::NpzWriter::create(dir.path().join("ours.npz")).unwrap();
    for name in all.names() {
        let array: AnyArray = all.get(name).unwrap();
        ours.add_with(name, &array, npz_core::Compression::Deflate(6)).unwrap();
    }
    ours.finish().unwrap();
    for file in ["deflated.npz", "ours.npz"] {
        for options in options() {
            let npz = options.open(dir.path().join(file)).unwrap();
            same::<ArrayD<f32>>(&npz, &expected, "floats");
            same::<ArrayD<i64>>(&npz, &expected, "ints");
            same::<Vec<f64>>(&npz, &expected, "big");
            same::<Array1<bool>>(&npz, &expected, "bools");
            same::<AnyArray>(&npz, &expected, "bools");
            same::<Vec<String>>(&npz, &expected, "texts");
            same::<Vec<i32>>(&npz, &expected, "runs");
            let rows = npz.member("rows").unwrap();
            assert!(rows.field::<Vec<u32>>("id").unwrap() == expected.get::<Vec<u32>>("ids").unwrap());
            assert!(rows.field::<Vec<f32>>("x").unwrap() == expected.get::<Vec<f32>>("xs").unwrap());
            let floats: Array2<f32> = expected.get("floats").unwrap();
            let part: Array2<f32> = npz.slice("floats", s![1000..599_000, ..]).unwrap();
            assert!(part == floats.slice(s![1000..599_000, ..]));
            let member = npz.member("floats").unwrap();
            let mut at = 0;
            for piece in member.chunks::<Array2<f32>>(3 << 20).unwrap() {
                let piece = piece.unwrap();
                assert!(piece == floats.slice(s![at..at + piece.nrows(), ..]));
                at += piece.nrows();
            }
            assert_eq!(at, floats.nrows());
            assert!(npz.verify().unwrap().is_ok());
        }
    }
}

fn error<T: Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// What is wrong is told as by who reads in order, and the same cell is the first that does not fit.
#[test]
fn what_is_damaged_is_told_as_in_order() {
    let dir = temp_dir();
    python(
        dir.path(),
        "rng = np.random.default_rng(4)
a = rng.normal(size=400_000); b = (rng.normal(size=1_500_000) * 99).astype('i4'); b[1_400_000] = 40000
np.savez_compressed('floats.npz', a=a); np.savez_compressed('ints.npz', a=b)",
    );
    let files = ["floats.npz", "ints.npz"].map(|file| fs::read(dir.path().join(file)).unwrap());
    let ours = SaveOptions::compressed().to_bytes(&std::collections::BTreeMap::from([(
        "a".to_owned(),
        NpzReader::new(&files[1]).unwrap().get::<Vec<i32>>("a").unwrap(),
    )]));
    let [floats, ints] = files;
    let (mut kinds, path) = (Vec::new(), dir.path().join("bad.npz"));
    for (number, good) in [floats, ints, ours.unwrap()].into_iter().enumerate() {
        for share in [0.001, 0.2, 0.5, 0.7, 0.95, 0.999, 2.0] {
            let mut bad = good.clone();
            if let Some(byte) = bad.get_mut((good.len() as f64 * share) as usize) {
                *byte ^= 0x24;
            }
            fs::write(&path, &bad).unwrap();
            let far = LoadOptions::new().threads(1).cast(Cast::SameKind);
            let Ok(far) = far.reader(Far(bad)) else { continue };
            let report = far.verify().unwrap().to_string();
            let load = |npz: &dyn Fn() -> Result<()>| npz().err().map(|error| error.kind());
            let of_floats = load(&|| far.get::<Vec<f32>>("a").map(drop));
            let of_ints = load(&|| far.get::<Vec<i16>>("a").map(drop));
            kinds.extend([of_floats, of_ints]);
            for options in options() {
                let npz = options.open(&path).unwrap();
                assert_eq!(npz.verify().unwrap().to_string(), report, "{share}");
                match number {
                    0 if of_floats.is_some() => {
                        assert_eq!(
                            in_bad(&error(npz.get::<Vec<f32>>("a")), &path),
                            error(far.get::<Vec<f32>>("a"))
                        );
                    }
                    0 => assert!(npz.get::<Vec<f32>>("a").is_ok()),
                    _ => assert_eq!(
                        in_bad(&error(npz.get::<Vec<i16>>("a")), &path),
                        error(far.get::<Vec<i16>>("a"))
                    ),
                }
            }
        }
    }
    for kind in [None, Some(ErrorKind::Damaged), Some(ErrorKind::Invalid)] {
        assert!(kinds.contains(&kind), "{kind:?} is not among {kinds:?}");
    }
}

/// The message without the file, which a source has not.
fn in_bad(message: &str, path: &Path) -> String {
    message.replace(&format!("{}: ", path.display()), "")
}

#[test]
fn who_is_told_how_far_a_conversion_has_come_can_end_it() {
    use std::ops::ControlFlow;
    use std::sync::{Arc, Mutex};

    let dir = temp_dir();
    python(dir.path(), "np.savez_compressed('a.npz', a=np.random.default_rng(5).normal(size=2_000_000))");
    let path = dir.path().join("a.npz");
    for threads in [1, 2, 3] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let options = LoadOptions::new().threads(threads).cast(Cast::SameKind);
        let watched = options.clone().progress(move |done, all| {
            tell.lock().unwrap().push((done, all));
            ControlFlow::Continue(())
        });
        watched.load::<One>(&path).unwrap();
        let told = std::mem::take(&mut *told.lock().unwrap());
        let (first, last) = (told[0], told[told.len() - 1]);
        assert!(last.0 == last.1 && first.0 < first.1 / 3 && told.len() > 3, "{told:?}");
        assert!(told.windows(2).all(|two| two[0].0 < two[1].0));
        let cancelled =
            options.progress(
                |done, all| {
                    if done > all / 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
        assert_eq!(cancelled.load::<One>(&path).unwrap_err().kind(), ErrorKind::Cancelled);
        assert_eq!(cancelled.verify(&path).unwrap_err().kind(), ErrorKind::Cancelled);
    }
}

#[derive(Npz, Debug)]
struct One {
    #[allow(dead_code, reason = "it is loaded and no more")]
    a: Vec<f32>,
}
