//! How many bytes and reads a part costs, of a source that counts them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array1, Array2, Axis, s};
use npz_core::{NpyFile, Npz, NpzReader, SaveOptions, npy};

use tests::{python, temp_dir};

use crate::{AS_A_FILE, Counting};

/// 4 KiB a row, 16 MiB in all.
fn table() -> Array2<f32> {
    let mut state = 1u32;
    Array2::from_shape_simple_fn((4096, 1024), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 1e6
    })
}

const ROW: u64 = 4096;

#[test]
fn a_stored_part_costs_the_bytes_that_it_needs() {
    let table = table();
    for (read_size, gap) in [(AS_A_FILE, 4 << 10), (usize::MAX, 256 << 10)] {
        let source = Counting::new(npy::to_bytes(&table).unwrap(), read_size);
        let file = NpyFile::new(Arc::clone(&source)).unwrap();
        source.reads();
        let cost = |expected: &Array2<f32>, part: Array2<f32>| {
            assert!(part == *expected);
            source.reads()
        };
        let rows = table.slice(s![1000..1010, ..]).to_owned();
        assert_eq!(cost(&rows, file.slice(s![1000..1010, ..]).unwrap()), (1, 10 * ROW));
        // Every 200th row: what lies between is too much to be read, even of a source that is far.
        let rows = table.slice(s![..;200, ..]).to_owned();
        assert_eq!(cost(&rows, file.slice(s![..;200, ..]).unwrap()), (21, 21 * ROW));
        // Every other row: a gap of 4 KiB is read.
        let rows = table.slice(s![..50;2, ..]).to_owned();
        assert_eq!(cost(&rows, file.slice(s![..50;2, ..]).unwrap()), (1, 49 * ROW));
        // A gap of 8 KiB: that depends on the source.
        let rows = table.slice(s![..100;3, ..]).to_owned();
        let expected = if gap < 8 << 10 { (34, 34 * ROW) } else { (1, 100 * ROW) };
        assert_eq!(cost(&rows, file.slice(s![..100;3, ..]).unwrap()), expected);
        // Two cells of a row cost two cells.
        let cells = table.slice(s![7..8, 3..5]).to_owned();
        assert_eq!(cost(&cells, file.slice(s![7..8, 3..5]).unwrap()), (1, 8));
        // Rows in any order and twice: joined, each once.
        let indices = [4000, 10, 11, 4000, 12, 2000];
        let rows = table.select(Axis(0), &indices);
        assert_eq!(cost(&rows, file.select(Axis(0), &indices).unwrap()), (3, 5 * ROW));
        // All of it, in reads as large as the source likes.
        let (count, bytes) = cost(&table, file.slice(s![.., ..]).unwrap());
        assert_eq!((bytes, count), (16 << 20, if read_size == AS_A_FILE { 64 } else { 1 }));
    }
}

#[test]
fn a_column_is_read_in_few_passes() {
    let table = table();
    let source = Counting::new(npy::to_bytes(&table).unwrap(), usize::MAX);
    let file = NpyFile::new(Arc::clone(&source)).unwrap();
    source.reads();
    let column: Array1<f32> = file.slice(s![.., 17]).unwrap();
    assert!(column == table.column(17));
    // In pieces of 8 MiB: the gaps of 4 KiB are not worth a read.
    let (count, bytes) = source.reads();
    assert!(count <= 3 && bytes <= 16 << 20, "{count} reads of {bytes} bytes");
}

#[test]
fn only_the_blocks_that_hold_a_part_are_read() {
    let table = table();
    let map = BTreeMap::from([("a".to_owned(), table.clone())]);
    let bytes = SaveOptions::compressed().to_bytes(&map).unwrap();
    let size = bytes.len() as u64;
    for read_size in [AS_A_FILE, usize::MAX] {
        let source = Counting::new(bytes.clone(), read_size);
        let npz = NpzReader::new(Arc::clone(&source)).unwrap();
        let member = npz.member("a").unwrap();
        source.reads();
        let rows: Array2<f32> = member.slice(s![3000..3010, ..]).unwrap();
        assert!(rows == table.slice(s![3000..3010, ..]));
        let (_, bytes) = source.reads();
        assert!(bytes < size / 8, "{bytes} of {size}");
        let rows: Array2<f32> = member.select(Axis(0), &[4095, 0, 1]).unwrap();
        assert!(rows == table.select(Axis(0), &[4095, 0, 1]));
        let (_, some) = source.reads();
        assert!(some < size / 4, "{some} of {size}");
    }
}

/// NumPy writes one stream a member, which has no index.
#[test]
fn a_part_of_numpys_member_is_read_again_from_near_it() {
    let dir = temp_dir();
    let script = "a = np.random.default_rng(1).normal(size=(4096, 1024)).astype('f4'); np.save('a.npy', a); \
                  np.savez_compressed('a.npz', a=a)";
    python(dir.path(), script);
    let expected: Array2<f32> = npy::load(dir.path().join("a.npy")).unwrap();
    let bytes = std::fs::read(dir.path().join("a.npz")).unwrap();
    let whole = bytes.len() as u64;
    let source = Counting::new(bytes, AS_A_FILE);
    let npz = NpzReader::new(Arc::clone(&source)).unwrap();
    let last = || npz.slice::<Array2<f32>>("a", s![4090.., ..]).unwrap();
    assert_eq!(last(), expected.slice(s![4090.., ..]));
    assert!(source.reads().1 > whole * 9 / 10, "nothing tells where its middle begins");
    assert_eq!(last(), expected.slice(s![4090.., ..]));
    let (_, again) = source.reads();
    assert!(again < whole / 2, "{again} of {whole} bytes for the second time");
    let middle = npz.slice::<Array2<f32>>("a", s![2100..2400;7, 3]).unwrap_err();
    assert!(middle.to_string().contains("axes"), "{middle}");
    let middle = npz.slice::<Array1<f32>>("a", s![2100..2400;7, 3]).unwrap();
    assert_eq!(middle, expected.slice(s![2100..2400;7, 3]));
}

#[test]
fn pieces_read_everything_once() {
    let table = table();
    for read_size in [AS_A_FILE, usize::MAX] {
        let source = Counting::new(npy::to_bytes(&table).unwrap(), read_size);
        let file = NpyFile::new(Arc::clone(&source)).unwrap();
        source.reads();
        let count =
            file.chunks::<Array2<f32>>(1 << 20).unwrap().map(|rows| rows.unwrap().nrows()).sum::<usize>();
        assert_eq!((count, source.reads().1), (4096, 16 << 20));
    }
}

#[test]
fn patterns_leave_the_rest_unread() {
    let map: BTreeMap<_, _> = (0..8).map(|i| (format!("layers.{i}"), table())).collect();
    let source = Counting::new(map.to_bytes().unwrap(), AS_A_FILE);
    let options = npz_core::LoadOptions::new().only(["layers.3"]);
    let some: BTreeMap<String, Array2<f32>> = options.reader(Arc::clone(&source)).unwrap().load().unwrap();
    assert!(some.len() == 1 && some["layers.3"] == map["layers.3"]);
    assert!(source.reads().1 < 17 << 20);
}
