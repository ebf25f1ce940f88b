//! Real data, kept for the end: no encoder may be tuned on the last kind. The others have been looked at.

use std::path::Path;

use npz_core::Npz;

use crate::Outcome;
use crate::arrays::Arrays;
use crate::numpy::NumPy;

/// A kind of real data that a Python package carries.
pub struct HeldOut {
    /// What it is called, with the cell's type at the end.
    pub name: &'static str,
    /// What it is, and where it is from.
    pub meaning: &'static str,
    /// What the Python side calls it.
    key: &'static str,
    load: fn(&Path) -> npz_core::Result<Arrays>,
}

/// All of them.
pub const HELD_OUT: [HeldOut; 4] = [
    HeldOut {
        name: "trained_f4",
        meaning: "the weights of a trained voice detector (silero-vad), tensor by tensor",
        key: "trained",
        load: |path| Ok(Arrays::F4(Npz::load(path)?)),
    },
    HeldOut {
        name: "photo_u1",
        meaning: "a photograph (china.jpg of scikit-learn), unpacked",
        key: "photo",
        load: |path| Ok(Arrays::U1(Npz::load(path)?)),
    },
    HeldOut {
        name: "digits_f8",
        meaning: "a table of handwritten digits (scikit-learn), whole numbers in f64",
        key: "digits",
        load: |path| Ok(Arrays::F8(Npz::load(path)?)),
    },
    HeldOut {
        name: "tumours_f8",
        meaning: "a table of measurements (breast_cancer of scikit-learn), decimals in f64",
        key: "tumours",
        load: |path| Ok(Arrays::F8(Npz::load(path)?)),
    },
];

impl HeldOut {
    /// Fetches it by way of a file in a folder.
    ///
    /// # Errors
    /// The package has not the file any more.
    pub fn fetch(&self, numpy: &mut NumPy, folder: &Path) -> Outcome<Arrays> {
        let path = folder.join("held_out.npz");
        numpy.held_out(self.key, &path)?;
        let arrays = (self.load)(&path)?;
        std::fs::remove_file(path)?;
        Ok(arrays)
    }
}
