//! What a save and a load with Zstandard take beside the value, measured as a whole process: alone in its file.
#![cfg(target_os = "linux")]
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use ndarray::ArrayView1;
use npz_core::{Compression, NpzReader, NpzWriter};
use tests::memory::{forget_peak, peak};
use tests::temp_dir;

const MIB: usize = 1 << 20;

#[test]
fn memory_does_not_grow_with_the_member() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let row: Vec<u32> = (0..MIB as u32 / 4).map(|i| i.wrapping_mul(2_654_435_761) >> 12).collect();
    // Several tables' worth at the highest levels, which are slow.
    for (level, mib) in [(1, 512), (3, 512), (12, 64), (15, 32), (17, 32), (19, 24), (22, 24)] {
        let view = ArrayView1::from(&row);
        let cells = view.broadcast((mib, row.len())).unwrap();
        let before = forget_peak();
        let mut writer = NpzWriter::create(&path).unwrap();
        writer.add_with("a", &cells, Compression::Zstd(level)).unwrap();
        writer.finish().unwrap();
        let taken = peak() - before;
        assert!(taken < 64 * MIB, "saving at level {level} took {} KiB", taken >> 10);

        let before = forget_peak();
        let array = NpzReader::open(&path).unwrap().get::<ndarray::Array2<u32>>("a").unwrap();
        let taken = peak().saturating_sub(before + mib * MIB);
        assert!(array.nrows() == mib && array.row(mib - 1) == view);
        assert!(taken < 64 * MIB, "loading level {level} took {} KiB beside the array", taken >> 10);
    }
}
