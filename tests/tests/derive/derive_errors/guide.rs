//! The message that the guide shows is the message that a user gets.

use ndarray::Array2;
use npz_core::Npz;
use tests::docs::{blocks, source};

#[test]
fn the_guide_shows_the_error_that_is_printed() {
    #[derive(Npz, Debug)]
    struct Checkpoint {
        #[npz(rename = "weights")]
        _weights: Array2<f32>,
        #[npz(rename = "epoch")]
        _epoch: u64,
    }
    let dir = tests::temp_dir();
    tests::python(dir.path(), "np.savez('run.npz', weights=np.zeros((64, 10)), epochs=3)");
    let error = Checkpoint::load(dir.path().join("run.npz")).unwrap_err();
    let printed =
        error.to_string().replace(&format!("{}{}", dir.path().display(), std::path::MAIN_SEPARATOR), "");

    let shown = blocks(&source("npz-core/src/guide/errors.md"), "text").remove(0);
    assert_eq!(shown.trim_end(), printed, "\nprinted:\n{printed}");
}
