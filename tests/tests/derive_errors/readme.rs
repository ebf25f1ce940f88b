//! The message that the README shows is the message that a user gets.

use std::path::Path;

use ndarray::Array2;
use npz_core::Npz;

#[test]
fn the_readme_shows_the_error_that_is_printed() {
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

    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).unwrap().replace("\r\n", "\n");
    let errors = readme.split("\n## Errors\n").nth(1).expect("the README has a section on errors");
    let shown = errors.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    assert_eq!(shown.expect("the section shows a message"), printed, "\nprinted:\n{printed}");
}
