//! Times in the bytes of a file. That every unit is read and written as NumPy does is in `npy_matrix`.

use ndarray::{Array1, Ix1};
use npz_core::time::{Nanosecond, Second};
use npz_core::{DateTime64, ErrorKind, TimeDelta64, npy};

#[test]
fn times_are_viewed_without_a_copy_in_their_own_unit_only() {
    let cells: Array1<DateTime64<Second>> = (0..5).map(DateTime64::new).collect();
    let mut bytes = npy::to_bytes(&cells).unwrap();
    // The start of the data is aligned wherever the vector begins on a multiple of 8.
    bytes.shrink_to_fit();
    if bytes.as_ptr().align_offset(8) == 0 {
        assert_eq!(npy::view::<DateTime64<Second>, Ix1>(&bytes).unwrap(), cells);
    }
    for error in [
        npy::view::<DateTime64<Nanosecond>, Ix1>(&bytes).map(drop).unwrap_err(),
        npy::view::<TimeDelta64<Second>, Ix1>(&bytes).map(drop).unwrap_err(),
        npy::view::<i64, Ix1>(&bytes).map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
    }
}
