//! `check`: the same comparison as a load, without reading any data.

use std::fs;

use ndarray::{Array1, Array2};
use npz_core::{ErrorKind, Npz};

use crate::derive_errors::{archive, assert_has};

#[derive(Npz, Debug)]
struct State {
    weights: Array2<f64>,
    words: Vec<String>,
    step: u64,
}

fn state() -> State {
    // Not compressible, so that the deflated members are as long as the stored ones.
    let noise = |(i, j): (usize, usize)| ((i * 7919 + j * 104_729) as f64).sin();
    let words = (0..2000).map(|i| format!("{:x}", (f64::from(i) * 1.7).sin().to_bits())).collect();
    State { weights: Array2::from_shape_fn((300, 200), noise), words, step: 3 }
}

#[test]
fn check_gives_the_report_of_a_load() {
    #[derive(Npz, Debug)]
    struct Other {
        _missing: Array1<f32>,
        #[npz(rename = "weights")]
        _weights: Array1<f32>,
        #[npz(rename = "step")]
        _step: String,
    }
    let dir = tests::temp_dir();
    let path = dir.path().join("state.npz");
    state().save(&path).unwrap();
    assert!(State::check(&path).unwrap().is_ok());
    State::check(&path).unwrap().into_result().unwrap();

    let report = Other::check(&path).unwrap();
    let listed: Vec<_> = report.problems().iter().map(|one| &*one.member).collect();
    assert_eq!(listed, ["_missing", "weights", "weights", "step", "words"]);
    let error = Other::load(&path).unwrap_err();
    assert_eq!(error.report(), Some(&report));
    assert_eq!(report.into_result().unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn check_reads_no_data() {
    let dir = tests::temp_dir();
    let path = dir.path().join("damaged.npz");
    for compressed in [false, true] {
        if compressed { state().save_compressed(&path) } else { state().save(&path) }.unwrap();
        let whole = fs::read(&path).unwrap();
        // The file ends with the data of the small last member and the directory: take a large one's.
        let mut damaged = whole.clone();
        let third = damaged.len() / 3;
        damaged[third..third + 1000].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        assert!(State::check(&path).unwrap().is_ok(), "compressed: {compressed}");
        let error = State::load(&path).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("weights")), "{error}");
        assert_eq!(error.file(), Some(&*path));
    }
}

#[test]
fn a_load_that_does_not_fit_reads_no_data_either() {
    #[derive(Npz, Debug)]
    #[npz(allow_unknown)]
    struct Other {
        #[npz(rename = "weights")]
        _weights: Array2<f64>,
        _missing: u8,
    }
    let dir = tests::temp_dir();
    let path = dir.path().join("damaged.npz");
    state().save(&path).unwrap();
    let mut damaged = fs::read(&path).unwrap();
    let third = damaged.len() / 3;
    damaged[third] ^= 1;
    fs::write(&path, &damaged).unwrap();
    assert_eq!(State::load(&path).unwrap_err().kind(), ErrorKind::Damaged);
    // With the damage in the way, only a load that stops at the headers can tell what is missing.
    assert_eq!(Other::load(&path).unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn what_can_not_be_opened_is_an_error_of_check() {
    let dir = tests::temp_dir();
    let path = dir.path().join("run.npz");
    let error = State::check(&path).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Io, Some(&*path)));

    fs::write(&path, b"\0 not a zip archive").unwrap();
    let error = State::check(&path).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Damaged, Some(&*path)));
    assert_eq!(error.to_string(), State::load(&path).unwrap_err().to_string());

    // Cut off within the directory.
    let whole = state().to_bytes().unwrap();
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    assert_eq!(State::check(&path).unwrap_err().kind(), ErrorKind::Damaged);
}

#[test]
fn a_broken_header_is_one_line_of_the_report() {
    let mut bytes = archive(|npz| {
        npz.add("weights", &Array2::<f64>::zeros((2, 2))).unwrap();
        npz.add("words", &vec!["a".to_owned()]).unwrap();
        npz.add("step", &1u64).unwrap();
    });
    let descr = bytes.windows(5).position(|window| window == b"descr").unwrap();
    bytes[descr] = b'X';
    let dir = tests::temp_dir();
    let path = dir.path().join("header.npz");
    fs::write(&path, bytes).unwrap();
    let report = State::check(&path).unwrap();
    assert_eq!(report.problems().len(), 1, "{report}");
    assert_eq!(report.problems()[0].member, "weights");
    assert_has(&report.to_string(), &["can't be read", "descr"]);
}
