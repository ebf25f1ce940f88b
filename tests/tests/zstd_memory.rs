//! What a save and a load with Zstandard take beside the value, measured as a whole process: alone in its file.
#![cfg(target_os = "linux")]
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::fs;

use ndarray::ArrayView1;
use npz_core::{Compression, NpzReader, NpzWriter};
use tests::temp_dir;

const MIB: usize = 1 << 20;

/// The most memory that this process had, and what it has now.
fn peak_and_now() -> (usize, usize) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    };
    (field("VmHWM:"), field("VmRSS:"))
}

/// Forgets the most so far.
fn reset() -> usize {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    peak_and_now().1
}

#[test]
fn memory_does_not_grow_with_the_member() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let row: Vec<u32> = (0..MIB as u32 / 4).map(|i| i.wrapping_mul(2_654_435_761) >> 12).collect();
    // Several tables' worth at the highest levels, which are slow.
    for (level, mib) in [(1, 512), (3, 512), (12, 64), (15, 32), (17, 32), (19, 24), (22, 24)] {
        let view = ArrayView1::from(&row);
        let cells = view.broadcast((mib, row.len())).unwrap();
        let before = reset();
        let mut writer = NpzWriter::create(&path).unwrap();
        writer.add_with("a", &cells, Compression::Zstd(level)).unwrap();
        writer.finish().unwrap();
        let taken = peak_and_now().0 - before;
        assert!(taken < 64 * MIB, "saving at level {level} took {} KiB", taken >> 10);

        let before = reset();
        let array = NpzReader::open(&path).unwrap().get::<ndarray::Array2<u32>>("a").unwrap();
        let taken = peak_and_now().0.saturating_sub(before + mib * MIB);
        assert!(array.nrows() == mib && array.row(mib - 1) == view);
        assert!(taken < 64 * MIB, "loading level {level} took {} KiB beside the array", taken >> 10);
    }
}
