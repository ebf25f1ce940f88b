//! Rows appended to a `.npy` file: the bytes are those that NumPy would have saved at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use half::{bf16, f16};
use ndarray::{Array1, Array2, Array3, ArrayD, ArrayView1, Axis, array, s};
use npz_core::time::{Nanosecond, Second};
use npz_core::tiny::Float8E4M3Fn;
use npz_core::{
    AnyArray, ByteOrder, DateTime64, Element, FixedBytes, FixedStr, LongDouble, NpyAppender, NpyRecord, Npz,
    RawBytes, SaveOptions, TimeDelta64, npy,
};
use num_complex::Complex;
use tests::{python, temp_dir};

#[test]
fn each_flush_leaves_the_bytes_of_np_save() {
    let dir = temp_dir();
    let frames = Array3::from_shape_fn((1200, 2, 3), |(i, j, k)| (i * 6 + j * 3 + k) as f32);
    let path = dir.path().join("frames.npy");
    let mut appender = NpyAppender::open::<f32>(&path, &[2, 3]).unwrap();
    let flushes = [0, 1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1200];
    for count in flushes {
        while appender.rows() < count {
            appender.push(&frames.index_axis(Axis(0), appender.rows())).unwrap();
        }
        appender.flush().unwrap();
        fs::copy(&path, dir.path().join(format!("{count}.npy"))).unwrap();
    }
    appender.finish().unwrap();
    python(
        dir.path(),
        r"
frames = np.arange(1200 * 6, dtype='f4').reshape(1200, 2, 3)
for n in [0, 1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1200]:
    out = io.BytesIO()
    np.save(out, frames[:n])
    assert open(f'{n}.npy', 'rb').read() == out.getvalue(), n
",
    );
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Reading {
    time: u64,
    pos: [f32; 2],
    name: FixedStr<4>,
}

fn reading(i: u64) -> Reading {
    Reading { time: i, pos: [i as f32, 0.5], name: FixedStr::try_from(format!("n{i}").as_str()).unwrap() }
}

/// Appends the second half of some cells to a file of NumPy that holds the first, cell by cell and all at once.
fn halves<A: Element>(dir: &Path, name: &str, cells: &[A]) {
    let half = cells.len() / 2;
    for way in ["pushed", "extended"] {
        let path = dir.join(format!("{name}-{way}.npy"));
        npy::save(&path, &ArrayView1::from(&cells[..half])).unwrap();
        let mut appender = NpyAppender::open::<A>(&path, &[]).unwrap();
        if way == "pushed" {
            for cell in &cells[half..] {
                appender.push(&ndarray::arr0(cell.clone())).unwrap();
            }
        } else {
            appender.extend(&ArrayView1::from(&cells[half..])).unwrap();
        }
        appender.finish().unwrap();
        let whole = dir.join(format!("{name}-whole.npy"));
        npy::save(&whole, &ArrayView1::from(cells)).unwrap();
        assert!(fs::read(&path).unwrap() == fs::read(&whole).unwrap(), "{name} {way}");
    }
}

/// A child has copies of all open files until it closes them, and with them the lock.
#[test]
fn a_file_that_is_finished_is_free_while_other_threads_start_programs() {
    let dir = temp_dir();
    let (rows, archive) = (dir.path().join("a.npy"), dir.path().join("a.npz"));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    Command::new("true").status().unwrap();
                }
            });
        }
        let work = || -> npz_core::Result<()> {
            let options = SaveOptions::new().sync(false);
            let one = 1.5;
            BTreeMap::from([("a".to_owned(), one)]).save(&archive)?;
            for round in 0..200 {
                let mut appender = options.append::<f64>(&rows, &[])?;
                appender.push(&one)?;
                appender.finish()?;
                let mut editor = options.edit(&archive)?;
                editor.add(&format!("m{round}"), &one)?;
                editor.save()?;
                npz_core::map_member_mut::<f64, ndarray::Ix0>(&archive, "a")?.flush()?;
            }
            Ok(())
        };
        let result = work();
        done.store(true, Ordering::Relaxed);
        result.unwrap();
    });
}

#[test]
fn any_cells_of_a_fixed_width() {
    let dir = temp_dir();
    let dir = dir.path();
    halves(dir, "bool", &[true, false, true, true]);
    halves(dir, "i8", &[-1i8, 2, 3, 4]);
    halves(dir, "u64", &[1u64, 2, 3, u64::MAX]);
    halves(dir, "usize", &[1usize, 2]);
    halves(dir, "f16", &[f16::ONE, f16::NAN, f16::ZERO, f16::ONE]);
    halves(dir, "bf16", &[bf16::ONE, bf16::ZERO]);
    halves(dir, "f64", &[0.5, -0.0, f64::INFINITY, 1e300]);
    halves(dir, "c64", &[Complex::new(1f32, 2.0), Complex::new(3.0, 4.0)]);
    halves(dir, "g", &[LongDouble::from(0.5f64), LongDouble::from(1.5f64)]);
    halves(dir, "U4", &[FixedStr::<4>::try_from("abcd").unwrap(), FixedStr::try_from("é").unwrap()]);
    halves(dir, "S3", &[FixedBytes::<3>::new(b"abc").unwrap(), FixedBytes::new(b"a").unwrap()]);
    halves(dir, "V5", &[RawBytes([1, 2, 3, 4, 0]), RawBytes([0; 5])]);
    halves(dir, "M8", &[DateTime64::<Second>::new(5), DateTime64::new(7)]);
    halves(dir, "m8", &[TimeDelta64::<Nanosecond>::new(5), TimeDelta64::new(-7)]);
    halves(dir, "f8", &[Float8E4M3Fn::from_f32(0.5), Float8E4M3Fn::from_f32(1.0)]);
    halves(dir, "rows", &[reading(1), reading(2), reading(3), reading(4)]);
}

#[derive(NpyRecord, Clone)]
struct Pair {
    n: i32,
    x: f64,
}

#[test]
fn what_numpy_wrote_grows() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
a = np.arange(24, dtype='f8').reshape(2, 3, 4)
np.save('c.npy', a)
np.save('fortran.npy', np.asfortranarray(a))
np.save('big.npy', a.astype('>f8'))
np.save('empty.npy', a[:0])
import ml_dtypes
np.save('bf16.npy', np.array([0.5, 1.5], ml_dtypes.bfloat16))
np.save('void.npy', np.array([b'ab', b'cd'], 'V2'))
np.save('record.npy', np.array([(1, 0.5)], [('n', '>i4'), ('x', '>f8')]))
",
    );
    let at = |name: &str| dir.path().join(name);
    let grow = |name: &str, row_shape: &[usize], rows: &ArrayD<f64>| {
        let mut appender = NpyAppender::open::<f64>(at(name), row_shape).unwrap();
        appender.extend(rows).unwrap();
        appender.finish().unwrap();
    };
    let rows = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (24 + i * 12 + j * 4 + k) as f64);
    grow("c.npy", &[3, 4], &rows.clone().into_dyn());
    grow("big.npy", &[3, 4], &rows.clone().into_dyn());
    grow("empty.npy", &[3, 4], &rows.clone().into_dyn());
    // Rows in another order in memory, and parts of others.
    let mut other = Array3::zeros(ndarray::ShapeBuilder::f((2, 3, 4)));
    other.assign(&rows);
    let mut appender = NpyAppender::open::<f64>(at("c.npy"), &[3, 4]).unwrap();
    appender.extend(&other).unwrap();
    appender.push(&other.slice(s![0, .., ..;-1])).unwrap();
    appender.finish().unwrap();
    // In Fortran order rows lie behind the last axis.
    let mut appender = NpyAppender::open::<f64>(at("fortran.npy"), &[2, 3]).unwrap();
    appender.push(&array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]).unwrap();
    appender.extend(&rows.slice(s![.., .., ..2])).unwrap();
    appender.finish().unwrap();
    for name in ["bf16.npy", "void.npy"] {
        let mut appender = NpyAppender::open::<bf16>(at(name), &[]).unwrap();
        appender.push(&bf16::ONE).unwrap();
        appender.finish().unwrap();
    }
    let mut appender = NpyAppender::open::<Pair>(at("record.npy"), &[]).unwrap();
    appender.push(&Pair { n: 2, x: 1.5 }).unwrap();
    appender.finish().unwrap();
    python(
        dir.path(),
        r"
def same(name, expected):
    out = io.BytesIO()
    np.save(out, expected)
    assert open(name, 'rb').read() == out.getvalue(), (name, np.load(name))
a = np.arange(48, dtype='f8').reshape(4, 3, 4)
same('c.npy', np.concatenate([a, a[2:], a[2:3, :, ::-1]]))
same('big.npy', a.astype('>f8'))
same('empty.npy', a[2:])
f = np.concatenate([a[:2], np.arange(6.).reshape(2, 3, 1), a[2:, :, :2]], axis=2)
same('fortran.npy', np.asfortranarray(f))
import ml_dtypes
same('bf16.npy', np.array([0.5, 1.5, 1.0], ml_dtypes.bfloat16))
assert np.load('void.npy')[2].tobytes() == b'\x80\x3f'
same('record.npy', np.array([(1, 0.5), (2, 1.5)], [('n', '>i4'), ('x', '>f8')]))
",
    );
}

#[test]
fn a_new_file_may_be_big_endian_and_arrays_of_any_dtype_are_rows() {
    let dir = temp_dir();
    let path = dir.path().join("big.npy");
    let big = SaveOptions::new().byte_order(ByteOrder::Big).sync(false);
    let mut appender = big.append::<u16>(&path, &[2]).unwrap();
    appender.push(&[1u16, 2]).unwrap();
    appender.push(&AnyArray::from(array![3u16, 4])).unwrap();
    appender.push(&vec![5u16, 6]).unwrap();
    appender.finish().unwrap();
    assert!(fs::read(&path).unwrap().ends_with(&[0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]));
    assert_eq!(npy::load::<Array2<u16>>(&path).unwrap(), array![[1, 2], [3, 4], [5, 6]]);
}

#[test]
fn rows_larger_than_the_buffer_and_many_small_ones() {
    let dir = temp_dir();
    let path = dir.path().join("rows.npy");
    // 1 MB a row, then 300,000 of 4 bytes, then both ways.
    let row = Array1::from_shape_fn(250_000, |i| i as u32);
    let mut appender = NpyAppender::open::<u32>(&path, &[250_000]).unwrap();
    for _ in 0..3 {
        appender.push(&row).unwrap();
    }
    appender.finish().unwrap();
    let found: Array2<u32> = npy::load(&path).unwrap();
    assert!(found.nrows() == 3 && found.outer_iter().all(|found| found == row));

    let path = dir.path().join("cells.npy");
    let mut appender = NpyAppender::open::<u32>(&path, &[]).unwrap();
    for cell in &row {
        appender.push(cell).unwrap();
    }
    appender.extend(&row).unwrap();
    // Dropped: what was pushed is there.
    drop(appender);
    let found: Array1<u32> = npy::load(&path).unwrap();
    assert!(found == ndarray::concatenate![Axis(0), row, row]);
}

#[test]
fn readers_see_whole_rows_while_the_file_grows() {
    let dir = temp_dir();
    let path = dir.path().join("rows.npy");
    let mut appender = SaveOptions::new().sync(false).append::<u64>(&path, &[100]).unwrap();
    let done = AtomicBool::new(false);
    let checked = thread::scope(|scope| {
        let readers = [0, 1].map(|_| {
            scope.spawn(|| {
                let (mut last, mut seen) = (0, 0);
                while !done.load(Ordering::Relaxed) {
                    let rows: Array2<u64> = npy::load(&path).unwrap();
                    assert!(rows.nrows() >= last, "rows are gone");
                    assert!(
                        rows.outer_iter()
                            .enumerate()
                            .all(|(i, row)| row.iter().all(|&cell| cell == i as u64))
                    );
                    seen += usize::from(rows.nrows() > last);
                    last = rows.nrows();
                }
                seen
            })
        });
        let numpy = scope.spawn(|| {
            python(
                dir.path(),
                r"
seen = set()
while len(seen) < 20 or max(seen) < 1500:
    rows = np.load('rows.npy')
    assert (rows == np.arange(len(rows))[:, None]).all()
    mapped = np.load('rows.npy', mmap_mode='r')
    assert (mapped[-1:] == len(mapped) - 1).all()
    seen.add(len(rows))
print(len(seen))
",
            )
        });
        let mut row = 0u64;
        while !numpy.is_finished() {
            appender.push(&vec![row; 100]).unwrap();
            row += 1;
            if !row.is_multiple_of(7) {
                appender.flush().unwrap();
            }
            if row > 1500 {
                thread::sleep(std::time::Duration::from_micros(200));
            }
            assert!(row < 1_000_000, "NumPy does not come to an end");
        }
        done.store(true, Ordering::Relaxed);
        numpy.join().unwrap();
        readers.map(|reader| reader.join().unwrap())
    });
    assert!(checked.iter().all(|&seen| seen > 3), "readers saw it grow: {checked:?}");
}
