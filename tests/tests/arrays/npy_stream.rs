//! Several arrays in one stream, as repeated `np.save` to one open file leaves them, and what stands in their way.

use std::fs::{self, File};
use std::io::{BufReader, Read};

use ndarray::{Array1, Array2, ArrayD, IxDyn, ShapeBuilder, arr0, array};
use npz_core::{ErrorKind, Limits, LoadOptions, npy};
use tests::{python, temp_dir};

const NUMPY_SAVES: &str = r"
arrays = [np.arange(6.).reshape(2, 3), np.float32(2.5), np.zeros((0, 4)), np.arange(5, dtype='>i4'),
          np.asfortranarray(np.arange(12.).reshape(3, 4)), np.array([True, False]), np.arange(200000.)]
with open('many.npy', 'wb') as file:
    for array in arrays: np.save(file, array)
with open('none.npy', 'wb'): pass
print(os.path.getsize('many.npy'))
";

/// Those of `NUMPY_SAVES`.
fn arrays() -> Vec<ArrayD<f64>> {
    let rows = |n: usize, shape: &[usize]| {
        ArrayD::from_shape_vec(IxDyn(shape), (0..n).map(|i| i as f64).collect()).unwrap()
    };
    vec![
        rows(6, &[2, 3]),
        arr0(2.5).into_dyn(),
        rows(0, &[0, 4]),
        rows(5, &[5]),
        rows(12, &[3, 4]),
        array![1.0, 0.0].into_dyn(),
        rows(200_000, &[200_000]),
    ]
}

#[test]
fn what_numpy_saved_one_after_another_is_read_one_after_another() {
    let dir = temp_dir();
    python(dir.path(), NUMPY_SAVES);
    let path = dir.path().join("many.npy");
    let bytes = fs::read(&path).unwrap();
    let file = BufReader::new(File::open(&path).unwrap());
    let from_file: Vec<_> = npy::iter::<ArrayD<f64>>(file).collect::<npz_core::Result<_>>().unwrap();
    assert_eq!(from_file, arrays());
    assert!(from_file[4].t().is_standard_layout(), "Fortran order becomes strides here too");
    assert_eq!(
        npy::iter::<ArrayD<f64>>(File::open(&path).unwrap()).collect::<npz_core::Result<Vec<_>>>().unwrap(),
        arrays()
    );
    let slow = OneByte(&bytes[..bytes.len() - 128 - 1_600_000]);
    let from_slow: Vec<_> = npy::iter::<ArrayD<f64>>(slow).collect::<npz_core::Result<_>>().unwrap();
    assert_eq!(from_slow, arrays()[..6]);
    assert!(
        npy::iter::<ArrayD<f64>>(File::open(dir.path().join("none.npy")).unwrap())
            .collect::<npz_core::Result<Vec<_>>>()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn np_load_reads_ours_one_after_another_and_the_bytes_are_its_own() {
    let dir = temp_dir();
    python(
        dir.path(),
        "
with open('numpys.npy', 'wb') as file:
    for array in [np.arange(6.).reshape(2, 3), np.array('Ω text'), np.asfortranarray([[1, 2], [3, 4]])]: np.save(file, array)",
    );
    let mut file = File::create(dir.path().join("ours.npy")).unwrap();
    npy::write(&mut file, &array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]).unwrap();
    npy::write(&mut file, &arr0("Ω text".to_owned())).unwrap();
    npy::write(&mut file, &Array2::from_shape_vec((2, 2).f(), vec![1i64, 3, 2, 4]).unwrap()).unwrap();
    drop(file);
    python(
        dir.path(),
        r"
with open('ours.npy', 'rb') as file:
    assert (np.load(file) == np.arange(6.).reshape(2, 3)).all()
    assert np.load(file).item() == 'Ω text'
    assert np.load(file).tolist() == [[1, 2], [3, 4]]
    try: np.load(file)
    except EOFError: pass
    else: raise AssertionError('more than three')
assert open('ours.npy', 'rb').read() == open('numpys.npy', 'rb').read()
",
    );
}

#[test]
fn the_reader_stands_right_behind_each_array() {
    let mut bytes = npy::to_bytes(&array![1u8, 2]).unwrap();
    npy::write(&mut bytes, &array![3u8]).unwrap();
    let first = npy::to_bytes(&array![1u8, 2]).unwrap().len();
    let mut reader = &bytes[..];
    let array = npy::iter::<Array1<u8>>(&mut reader).next().unwrap().unwrap();
    assert_eq!((array, reader.len()), (array![1, 2], bytes.len() - first));
    assert_eq!(npy::read::<Array1<u8>>(&mut reader).unwrap(), array![3]);
}

#[test]
fn a_stream_that_is_cut_anywhere_is_an_error_but_between_arrays() {
    let mut bytes = Vec::new();
    let mut ends = vec![0];
    for array in [array![1.5, 2.5], array![], array![3.5]] {
        npy::write(&mut bytes, &array).unwrap();
        ends.push(bytes.len());
    }
    for length in 0..=bytes.len() {
        let whole = ends.iter().filter(|&&end| end <= length).count() - 1;
        let mut arrays = npy::iter::<Array1<f64>>(&bytes[..length]);
        for _ in 0..whole {
            arrays.next().unwrap().unwrap();
        }
        if ends.contains(&length) {
            assert!(arrays.next().is_none(), "cut to {length} bytes");
        } else {
            let error = arrays.next().unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
            let place = format!("array {whole} of the stream, from byte {}: ", ends[whole]);
            assert!(error.to_string().starts_with(&place), "cut to {length} bytes: {error}");
            // At its end, or in its last field.
            let at = error.offset().unwrap() as usize;
            assert!(at <= length && at >= ends[whole], "{error}");
        }
        assert!(arrays.next().is_none(), "cut to {length} bytes: after an error or the end comes nothing");
        assert!(arrays.next().is_none());
    }
}

#[test]
fn what_follows_the_last_array_is_not_passed_over() {
    for garbage in [&b"\0"[..], b"\n", b"\x93NUMPY", b"PK\x03\x04 and more", &[0; 4096]] {
        let mut bytes = npy::to_bytes(&array![1.5]).unwrap();
        let start = bytes.len() as u64;
        bytes.extend(garbage);
        let mut arrays = npy::iter::<Array1<f64>>(&bytes[..]);
        assert_eq!(arrays.next().unwrap().unwrap(), array![1.5]);
        let error = arrays.next().unwrap().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Unsupported), "{error}");
        assert!(error.offset().unwrap() >= start, "{error}");
        assert!(arrays.next().is_none());
        // One array is read as NumPy reads it: what comes behind is not looked at.
        assert_eq!(npy::from_bytes::<Array1<f64>>(&bytes).unwrap(), array![1.5]);
    }
}

#[test]
fn an_array_that_does_not_fit_is_named_by_index_and_byte() {
    let dir = temp_dir();
    let path = dir.path().join("mixed.npy");
    let mut bytes = npy::to_bytes(&array![1.5f32]).unwrap();
    npy::write(&mut bytes, &array![[1.5f64]]).unwrap();
    fs::write(&path, &bytes).unwrap();
    let error = npy::iter::<Array1<f32>>(File::open(&path).unwrap())
        .collect::<npz_core::Result<Vec<_>>>()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    assert_eq!(error.offset(), Some(132));
    assert_eq!(error.report().unwrap().problems().len(), 2, "dtype and axes");
    assert!(error.to_string().contains("array 1 of the stream, from byte 132: "), "{error}");
}

#[test]
fn the_budget_is_that_of_the_whole_stream() {
    let mut bytes = Vec::new();
    for _ in 0..10 {
        npy::write(&mut bytes, &Array1::<u8>::zeros(100)).unwrap();
    }
    let count = |limits: Limits| {
        let options = LoadOptions::new().limits(limits);
        let mut arrays = options.iter::<Array1<u8>>(&bytes[..]);
        let read = arrays.by_ref().take_while(Result::is_ok).count();
        assert!(arrays.next().is_none());
        read
    };
    assert_eq!(count(Limits::default().total_bytes(1000)), 10);
    assert_eq!(count(Limits::default().total_bytes(999)), 9);
    let options = LoadOptions::new().limits(Limits::default().total_bytes(999));
    let error = options.iter::<Array1<u8>>(&bytes[..]).last().unwrap().unwrap_err();
    assert!(error.to_string().contains("is 1000, the limit is 999"), "{error}");
    assert_eq!(count(Limits::default().total_bytes(0)), 0);
    assert_eq!(count(Limits::default().member_bytes(100)), 10);
    assert_eq!(count(Limits::default().member_bytes(99)), 0);
}

#[test]
fn a_reader_that_fails_ends_the_stream() {
    struct Failing(bool);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            self.0 = !self.0;
            // A signal, which is no failure, and then a failure.
            Err(if self.0 { std::io::ErrorKind::Interrupted } else { std::io::ErrorKind::BrokenPipe }.into())
        }
    }
    let mut arrays = npy::iter::<Array1<f64>>(Failing(false));
    assert_eq!(arrays.next().unwrap().unwrap_err().kind(), ErrorKind::Io);
    assert!(arrays.next().is_none());
}

/// Gives one byte at a time.
struct OneByte<'b>(&'b [u8]);

impl Read for OneByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}
