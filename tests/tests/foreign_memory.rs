//! What is taken beside the state where members are gone through: measured as a whole process, alone in its file.
#![cfg(target_os = "linux")]
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;

use npz_core::{Cast, LoadOptions};
use tests::memory::{forget_peak, peak};
use tests::{python, temp_dir};

const MIB: usize = 1 << 20;
const MEMBERS: usize = 5;
const MEMBER: usize = 48 * MIB;

#[test]
fn memory_does_not_grow_with_members_nor_with_threads() {
    let dir = temp_dir();
    python(
        dir.path(),
        &format!(
            "rng = np.random.default_rng(1)
a = rng.normal(size=1 << 18).tobytes()
with zipfile.ZipFile('foreign.npz', 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as z:
    for i in range({MEMBERS}):
        with z.open(f'm{{i}}.npy', 'w') as f:
            np.lib.format.write_array_header_1_0(f, dict(descr='<f8', fortran_order=False, shape=({MEMBER} // 8,)))
            for _ in range({MEMBER} // len(a)):
                f.write(a)"
        ),
    );
    let path = dir.path().join("foreign.npz");
    let ours = dir.path().join("ours.npz");
    let all: BTreeMap<String, Vec<f64>> = LoadOptions::new().load(&path).unwrap();
    npz_core::SaveOptions::compressed().save(&all, &ours).unwrap();
    let expected: Vec<f32> = all["m3"].iter().map(|cell| *cell as f32).collect();
    drop(all);
    for threads in [1, 2, 4, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for path in [&path, &ours] {
            pool.install(|| {
                let options = LoadOptions::new().cast(Cast::SameKind);
                let before = forget_peak();
                assert!(options.verify(path).unwrap().is_ok());
                let taken = peak().saturating_sub(before);
                assert!(taken < 64 * MIB, "verify of {path:?} by {threads} threads took {} KiB", taken >> 10);

                let before = forget_peak();
                let narrow: BTreeMap<String, Vec<f32>> = options.load(path).unwrap();
                let taken = peak().saturating_sub(before + MEMBERS * MEMBER / 2);
                assert!(narrow["m3"] == expected);
                assert!(taken < 64 * MIB, "a cast by {threads} threads took {} KiB beside", taken >> 10);
            });
        }
    }
}
