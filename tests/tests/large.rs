//! Beyond the limits of plain zip: members and archives over 4 GiB, more than 65,535 members.
//!
//! The big member is zeros, written to and read from a medium that keeps no zeros, so that the test needs little
//! memory and disk.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;
use std::fs;

use ndarray::{ArrayD, ArrayView1, arr0};
use npz_core::{Compression, Lazy, Npz, NpzReader, NpzWriter, SaveOptions};
use tests::{SparseFile, python, temp_dir};

/// 4 GiB and a bit: one row of zeros repeated, a view of 1 MiB with a stride of zero.
const ROWS: usize = (1 << 12) + 1;
const ROW: usize = 1 << 20;

#[test]
fn a_member_over_4_gib_is_read_by_numpy_and_by_us() {
    let dir = temp_dir();
    let path = dir.path().join("big.npz");
    let zeros = vec![0u8; ROW];
    let row = ArrayView1::from(&zeros);
    let big = row.broadcast((ROWS, ROW)).unwrap();
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add_with("big", &big, Compression::Deflate(1)).unwrap();
    writer.add("after", &arr0(7u8)).unwrap();
    writer.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 64 << 20);

    let npz = NpzReader::open(&path).unwrap();
    let entries = npz.entries().unwrap();
    assert_eq!(entries[0].size, 128 + (ROWS * ROW) as u64);
    assert_eq!(npz.header("big").unwrap().shape(), [ROWS, ROW]);
    assert_eq!(npz.get::<u8>("after").unwrap(), 7);
    // As it is, into another archive.
    let big: Lazy<ArrayD<u8>> = npz.get("big").unwrap();
    let mut copy = NpzWriter::create(dir.path().join("copy.npz")).unwrap();
    copy.add("big", &big).unwrap();
    copy.add("after", &arr0(7u8)).unwrap();
    copy.finish().unwrap();

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
assert int(np.load('big.npz')['after']) == 7
# Ours is laid out as the first one was, to the byte.
assert open('big.npz', 'rb').read() == open('copy.npz', 'rb').read()
",
    );
}

#[test]
fn a_stored_member_over_4_gib_puts_the_next_one_behind_4_gib() {
    let dir = temp_dir();
    let path = dir.path().join("stored.npz");
    let mut writer = NpzWriter::new(SparseFile::create(&path)).unwrap();
    let zeros = vec![0u8; ROW];
    let row = ArrayView1::from(&zeros);
    writer.add("big", &row.broadcast((ROWS, ROW)).unwrap()).unwrap();
    writer.add("after", &vec![1.5f64, 2.5]).unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.get::<Vec<f64>>("after").unwrap(), [1.5, 2.5]);
    assert_eq!(npz.entries().unwrap()[0].compressed_size, 128 + (ROWS * ROW) as u64);
    python(
        dir.path(),
        r"
with zipfile.ZipFile('stored.npz') as z:
    info = z.getinfo('after.npy')
    assert info.header_offset > 2**32
    with z.open('big.npy') as m:
        m.seek(2**32 + 128)
        assert m.read(10) == bytes(10)
assert np.load('stored.npz')['after'].tolist() == [1.5, 2.5]
",
    );
}

#[test]
fn more_than_65535_members_are_read_by_numpy_and_by_us() {
    let dir = temp_dir();
    let map: BTreeMap<String, u32> = (0..70_000u32).map(|i| (format!("m{i:05}"), i)).collect();
    map.save(dir.path().join("many.npz")).unwrap();
    assert_eq!(BTreeMap::<String, u32>::load(dir.path().join("many.npz")).unwrap(), map);
    SaveOptions::compressed().save(&map, dir.path().join("small.npz")).unwrap();
    python(
        dir.path(),
        r"
for file in ('many.npz', 'small.npz'):
    with np.load(file) as f:
        assert len(f.files) == 70000
        assert [int(f[k]) for k in ('m00000', 'm65535', 'm65536', 'm69999')] == [0, 65535, 65536, 69999]
np.savez('back.npz', **{f'm{i:05}': np.uint32(i) for i in range(66000)})
",
    );
    let back = BTreeMap::<String, u32>::load(dir.path().join("back.npz")).unwrap();
    assert_eq!(back.len(), 66_000);
    assert!(back.iter().zip(&map).all(|(a, b)| a == b));
}
