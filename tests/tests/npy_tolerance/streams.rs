//! Readers that give little at a time, stop early or fail, and several arrays in one stream.

use std::fs::{self, File};
use std::io::{self, Read};

use ndarray::{Array, Array0, Array1, Array2, ArrayD, IxDyn, ShapeBuilder, arr0, array};
use npz_core::{ErrorKind, Header, Limits, npy};
use tests::{python, temp_dir};

/// Gives `step` bytes a call, and a signal's interruption before each.
struct Trickle<'b> {
    bytes: &'b [u8],
    step: usize,
    interrupted: bool,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = self.step.min(buffer.len());
        self.bytes.read(&mut buffer[..len])
    }
}

fn trickle(bytes: &[u8], step: usize) -> Trickle<'_> {
    Trickle { bytes, step, interrupted: false }
}

#[test]
fn a_reader_that_gives_one_byte_at_a_time_is_read_like_any_other() {
    let numbers = Array2::from_shape_fn((70, 9).f(), |(i, j)| (i * 1000 + j) as i32);
    let words: Array1<String> = (0..90).map(|i| format!("wörd {i}")).collect();
    for step in [1, 3, 1000] {
        let bytes = npy::to_bytes(&numbers).unwrap();
        assert_eq!(npy::read::<Array<i32, _>>(trickle(&bytes, step)).unwrap(), numbers);
        assert_eq!(npy::read::<Array<f64, _>>(trickle(&bytes, step)).unwrap(), numbers.mapv(f64::from));
        let bytes = npy::to_bytes(&words).unwrap();
        assert_eq!(npy::read::<Array<String, _>>(trickle(&bytes, step)).unwrap(), words);
    }
}

#[test]
fn several_arrays_in_one_stream_come_back_one_by_one() {
    let dir = temp_dir();
    let path = dir.path().join("several");
    python(
        dir.path(),
        "
with open('several', 'wb') as file:
    np.save(file, np.array([[1, 2], [3, 4]], order='F', dtype='>i2'))
    np.save(file, np.float32(2.5))
    np.save(file, np.zeros((0, 3), bool))
    np.save(file, np.array(['a', 'bé']))
",
    );
    let mut file = File::open(&path).unwrap();
    assert_eq!(npy::read::<Array<i16, _>>(&mut file).unwrap(), array![[1, 2], [3, 4]]);
    assert_eq!(npy::read::<Array<f32, _>>(&mut file).unwrap(), arr0(2.5));
    assert_eq!(npy::read::<Array<bool, _>>(&mut file).unwrap(), Array2::from_elem((0, 3), true));
    assert_eq!(npy::read::<Array<String, _>>(&mut file).unwrap(), array!["a", "bé"]);
    let error = npy::read::<Array1<String>>(&mut file).unwrap_err();
    assert!(error.to_string().contains("no data left"), "{error}");

    let mut ours = Vec::new();
    npy::write(&mut ours, &array![[1i16, 2], [3, 4]].t()).unwrap();
    npy::write(&mut ours, &Array0::from_elem((), "bé".to_owned())).unwrap();
    npy::write(&mut ours, &Array1::<u8>::zeros(0)).unwrap();
    fs::write(&path, &ours).unwrap();
    let script =
        "file = open('several', 'rb')\nprint([np.load(file).tolist() for _ in range(3)], file.read())";
    assert_eq!(python(dir.path(), script).trim(), "[[[1, 3], [2, 4]], 'bé', []] b''");
}

/// Small files of each way of reading: in place, swapped, converted, text, single.
fn small_files() -> Vec<Vec<u8>> {
    let dir = temp_dir();
    let script = "
np.save('0', np.arange(6, dtype='<i4').reshape(2, 3))
np.save('1', np.arange(6, dtype='>f8').reshape(2, 3).T)
np.save('2', np.array(['a', 'bé']))
np.save('3', np.array([True, False]))
np.save('4', np.complex64(1 + 2j))
np.save('5', np.array([b'a', b'bc']))
np.lib.format.write_array(open('6.npy', 'wb'), np.arange(2, dtype='u2'), version=(2, 0))
";
    python(dir.path(), script);
    (0..7).map(|i| fs::read(dir.path().join(format!("{i}.npy"))).unwrap()).collect()
}

/// The error of each call that reads this file as its own cell type.
fn errors(bytes: &[u8], index: usize) -> Vec<(&'static str, npz_core::Error)> {
    fn of<A: npz_core::Element>(bytes: &[u8]) -> Vec<(&'static str, npz_core::Error)> {
        let results: [(_, npz_core::Result<ArrayD<A>>); 4] = [
            ("from_bytes", npy::from_bytes(bytes)),
            ("read", npy::read(bytes)),
            ("trickle", npy::read(trickle(bytes, 1))),
            ("view", npy::view::<A, IxDyn>(bytes).map(|view| view.to_owned())),
        ];
        results.into_iter().map(|(call, result)| (call, result.err().expect(call))).collect()
    }
    match index {
        0 => of::<i32>(bytes),
        1 => of::<f64>(bytes),
        2 => of::<String>(bytes),
        3 => of::<bool>(bytes),
        4 => of::<num_complex::Complex32>(bytes),
        5 => of::<npz_core::FixedBytes<2>>(bytes),
        _ => of::<u16>(bytes),
    }
}

#[test]
fn a_file_cut_off_anywhere_says_where_it_ends() {
    for (index, bytes) in small_files().iter().enumerate() {
        let data_start = Header::read(&bytes[..], &Limits::default()).unwrap().len();
        for len in 0..bytes.len() {
            for (call, error) in errors(&bytes[..len], index) {
                assert_eq!(error.kind(), ErrorKind::Damaged, "file {index} at {len}: {call}: {error}");
                assert_eq!(error.offset(), Some(len as u64), "file {index} at {len}: {call}: {error}");
                if len >= data_start {
                    let (expected, found) = (bytes.len() - data_start, len - data_start);
                    let told = error.to_string();
                    assert!(told.contains(&format!("expected {expected} bytes")), "{call}: {told}");
                    assert!(told.contains(&format!("found {found}")), "{call}: {told}");
                }
            }
        }
    }
}

#[test]
fn a_truncated_file_on_disk_is_named_in_the_error() {
    let dir = temp_dir();
    let path = dir.path().join("half.npy");
    npy::save(&path, &Array1::<f64>::zeros(1000)).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..5000]).unwrap();
    let error = npy::load::<Array1<f64>>(&path).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Damaged, Some(5000)));
    assert_eq!(error.file(), Some(path.as_path()));
    assert!(
        error.to_string().contains("expected 8000 bytes for shape (1000,) of dtype <f8, found 4872"),
        "{error}"
    );
}

#[test]
fn a_reader_that_fails_is_an_io_error_with_its_source() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "the line is dead"))
        }
    }
    let bytes = npy::to_bytes(&Array1::<u8>::zeros(100)).unwrap();
    for len in [0, 5, 9, 100, 128, 150] {
        let error = npy::read::<Array1<u8>>(bytes[..len].chain(Failing)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{len}: {error}");
        assert!(error.to_string().contains("the line is dead"), "{len}: {error}");
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionReset);
    }
}
