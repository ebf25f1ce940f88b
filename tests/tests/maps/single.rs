//! Single arrays: `.npy` files and files without a header, exchanged with NumPy.

use std::fs;

use ndarray::{Array1, Array2, ArrayD, Ix1, Ix2, Ix3, IxDyn, array};
use npz_core::npy::{self, Advice, MapOptions};
use npz_core::time::Nanosecond;
use npz_core::{ByteOrder, DateTime64, ErrorKind, Order, SaveOptions};
use tests::{python, temp_dir};

use super::numbers;

#[test]
fn numpys_files_are_mapped_and_changed_and_numpy_sees_it() {
    let dir = temp_dir();
    let at = |name: &str| dir.path().join(name);
    python(
        dir.path(),
        "np.save('c.npy', np.arange(6.0).reshape(2, 3)); np.save('f.npy', np.asfortranarray(np.arange(6.0).reshape(2, 3)))",
    );
    let expected = array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]];
    for file in ["c.npy", "f.npy"] {
        let before = fs::read(at(file)).unwrap();
        let mapped = npy::map::<f64, Ix2>(at(file)).unwrap();
        assert!(mapped.is_mapped() && mapped.view() == expected);
        mapped.verify().unwrap();

        let mut copy = npy::map_copy::<f64, IxDyn>(at(file)).unwrap();
        copy[[1, 0]] = -1.0;
        copy.flush().unwrap();
        drop(copy);
        assert!(fs::read(at(file)).unwrap() == before);

        let mut through = npy::map_mut::<f64, Ix2>(at(file)).unwrap();
        through[[1, 0]] = -1.0;
        through.flush().unwrap();
        // Who has the file mapped sees it.
        assert_eq!(mapped[[1, 0]], -1.0);
        assert_eq!(npy::load::<Array2<f64>>(at(file)).unwrap()[[1, 0]], -1.0);
        through[[0, 0]] = -2.0;
    }
    python(
        dir.path(),
        "
for file in ('c.npy', 'f.npy'):
    a = np.load(file)
    assert a.tolist() == [[-2.0, 1.0, 2.0], [-1.0, 4.0, 5.0]]
    assert a.flags.f_contiguous == (file == 'f.npy')
",
    );
}

/// As `open_memmap` makes it: the same bytes.
fn created<A: npz_core::Element + Clone>(dtype: &str, shapes: &[&[usize]]) {
    let dir = temp_dir();
    for (i, shape) in shapes.iter().enumerate() {
        for (order, fortran) in [(Order::C, "False"), (Order::Fortran, "True")] {
            let (ours, theirs) = (dir.path().join("ours.npy"), dir.path().join("theirs.npy"));
            let tuple = format!("tuple({shape:?})");
            python(
                dir.path(),
                &format!(
                    "np.lib.format.open_memmap('theirs.npy', 'w+', '{dtype}', {tuple}, {fortran}).flush()"
                ),
            );
            let array = npy::create::<A>(&ours, *shape, order).unwrap();
            assert_eq!(array.shape(), *shape);
            let (ours, mut theirs) = (fs::read(ours).unwrap(), fs::read(theirs).unwrap());
            if shape.contains(&0) {
                // NumPy adds a byte so that there is something to map.
                theirs.truncate(ours.len());
            }
            assert!(ours == theirs, "{dtype} {i} {order:?}");
        }
    }
}

#[test]
fn new_files_are_those_of_open_memmap() {
    created::<f32>("f4", &[&[], &[5], &[3, 4], &[1, 5], &[2, 3, 4], &[0, 3]]);
    created::<i64>("i8", &[&[7]]);
    created::<u8>("u1", &[&[3, 3]]);
    created::<DateTime64<Nanosecond>>("M8[ns]", &[&[4]]);
    created::<num_complex::Complex<f64>>("c16", &[&[2, 2]]);
    created::<half::f16>("f2", &[&[2, 3]]);
}

#[test]
fn a_new_file_is_sparse_and_replaces_an_old_one_that_stays_mapped() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    npy::save(&path, &numbers(1000)).unwrap();
    let old = npy::map::<f64, Ix1>(&path).unwrap();
    // Larger than memory.
    let mut new = npy::create::<f64>(&path, (1 << 20, 1 << 16), Order::C).unwrap();
    new[[1 << 19, 5]] = 1.5;
    new.flush().unwrap();
    assert_eq!(old.view(), numbers(1000));
    assert_eq!(npy::map::<f64, Ix2>(&path).unwrap()[[1 << 19, 5]], 1.5);
    assert_eq!(fs::metadata(&path).unwrap().len(), 128 + (8 << 36));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert!(fs::metadata(&path).unwrap().blocks() < 1 << 11);
    }
    python(
        dir.path(),
        "a = np.load('a.npy', mmap_mode='r'); assert a.shape == (2**20, 2**16) and a[2**19, 5] == 1.5",
    );
    // Any shape.
    assert_eq!(npy::create::<u8>(&path, 5, Order::C).unwrap().shape(), [5]);
    assert_eq!(npy::create::<u8>(&path, [2, 3], Order::C).unwrap().shape(), [2, 3]);
    assert_eq!(npy::create::<u8>(&path, &[2, 3, 4][..], Order::C).unwrap().shape(), [2, 3, 4]);
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn files_without_a_header_are_exchanged_in_both_directions() {
    let dir = temp_dir();
    let path = dir.path().join("raw.bin");
    python(
        dir.path(),
        "
m = np.memmap('raw.bin', 'i4', 'w+', offset=8, shape=(2, 3))
m[:] = np.arange(6).reshape(2, 3)
m.flush()
",
    );
    let options = MapOptions::new().offset(8).shape(&[2, 3]).advice(Advice::Random);
    assert_eq!(options.map::<i32, Ix2>(&path).unwrap().view(), array![[0, 1, 2], [3, 4, 5]]);
    let turned = options.clone().shape(&[3, 2]).order(Order::Fortran).map::<i32, Ix2>(&path).unwrap();
    assert_eq!(turned.view(), array![[0, 3], [1, 4], [2, 5]]);
    assert!(turned.t().is_standard_layout());
    // All that is there, as one axis.
    assert_eq!(MapOptions::new().offset(8).map::<i32, Ix1>(&path).unwrap().len(), 6);
    assert_eq!(MapOptions::new().offset(0).map::<i64, Ix1>(&path).unwrap().len(), 4);
    let mut through = options.map_mut::<i32, Ix2>(&path).unwrap();
    through[[1, 2]] = 50;
    drop(through);
    let mut copy = options.map_copy::<i32, Ix2>(&path).unwrap();
    copy.fill(0);
    drop(copy);
    python(
        dir.path(),
        "
assert np.memmap('raw.bin', 'i4', 'r', offset=8, shape=(2, 3)).tolist() == [[0, 1, 2], [3, 4, 50]]
assert np.fromfile('raw.bin', 'i4', offset=8).tolist() == [0, 1, 2, 3, 4, 50]
",
    );
    // And one that began here: `a.tofile`.
    fs::write(&path, numbers(12).iter().flat_map(|cell| cell.to_ne_bytes()).collect::<Vec<_>>()).unwrap();
    python(
        dir.path(),
        "m = np.memmap('raw.bin', 'f8', 'r+'); assert m.tolist() == list(range(12)); m[3] = -3",
    );
    let mapped = MapOptions::new().shape(&[2, 3, 2]).map::<f64, Ix3>(&path).unwrap();
    assert_eq!(mapped[[0, 1, 1]], -3.0);
}

#[test]
fn what_cant_be_mapped_is_an_error() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let refused = |text: &str, kind: ErrorKind| {
        for error in [
            npy::map::<f64, Ix1>(&path).map(drop).unwrap_err(),
            npy::map_mut::<f64, Ix1>(&path).map(drop).unwrap_err(),
            npy::map_copy::<f64, Ix1>(&path).map(drop).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.file()), (kind, Some(&*path)), "{error}");
            assert!(error.to_string().contains(text), "{error}");
        }
    };
    refused("can't open the file", ErrorKind::Io);
    npy::save(&path, &array![1.0f32]).unwrap();
    refused("has another dtype: expected <f8 (f64)", ErrorKind::Mismatch);
    npy::save(&path, &array![[1.0]]).unwrap();
    refused("has another shape", ErrorKind::Mismatch);
    SaveOptions::new().byte_order(ByteOrder::Big).save(&array![1.0], &path).unwrap();
    refused("can't be mapped: its cells are in the other byte order", ErrorKind::Unsupported);
    fs::write(&path, &npy::to_bytes(&numbers(4)).unwrap()[..150]).unwrap();
    refused("the data are cut off: expected 32 bytes", ErrorKind::Damaged);
    fs::write(&path, b"no array").unwrap();
    assert!(npy::map::<f64, Ix1>(&path).is_err());
    npy::save(&path, &array![true]).unwrap();
    let error = npy::map_mut::<bool, Ix1>(&path).unwrap_err();
    assert!(error.to_string().contains("bool cells are not made of any bytes"), "{error}");
    let error = npy::create::<String>(&path, 3, Order::C).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    // The old file stands.
    assert_eq!(npy::load::<Vec<bool>>(&path).unwrap(), [true]);

    fs::write(&path, [0; 10]).unwrap();
    let raw = |options: MapOptions| options.map::<i32, Ix1>(&path).unwrap_err();
    for (options, text) in [
        (MapOptions::new().offset(11), "the offset to be at most 10"),
        (MapOptions::new().offset(0), "whole cells of 4 bytes, found 10 bytes"),
        (MapOptions::new().shape(&[3]), "too short: expected 12 bytes for shape (3,) of dtype <i4, found 10"),
        (MapOptions::new().shape(&[1, 2]), "expected a shape of 1 axis, found (1, 2)"),
        (MapOptions::new().offset(1).shape(&[2]), "aligned"),
        (MapOptions::new().shape(&[usize::MAX]), "larger than this machine can address"),
    ] {
        let error = raw(options);
        assert!(error.to_string().contains(text), "{error}");
    }
    let empty = dir.path().join("empty");
    fs::write(&empty, []).unwrap();
    assert_eq!(MapOptions::new().offset(0).map::<u8, Ix1>(&empty).unwrap().len(), 0);
    assert_eq!(MapOptions::new().shape(&[0]).map_mut::<u8, Ix1>(&empty).unwrap().len(), 0);
    #[cfg(unix)]
    {
        let error = npy::map::<f64, Ix1>("/dev/null").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        fs::set_permissions(&empty, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    }
}

#[test]
fn empty_and_scalar_arrays_are_mapped() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    for shape in [&[][..], &[0], &[0, 3], &[1]] {
        npy::save(&path, &ArrayD::<f64>::ones(shape)).unwrap();
        assert_eq!(npy::map::<f64, IxDyn>(&path).unwrap().view(), ArrayD::<f64>::ones(shape));
        let mut through = npy::map_mut::<f64, IxDyn>(&path).unwrap();
        through.fill(2.0);
        through.flush().unwrap();
        assert_eq!(npy::load::<ArrayD<f64>>(&path).unwrap(), ArrayD::from_elem(shape, 2.0));
    }
}

#[test]
fn several_threads_read_one_map_and_write_their_own_rows() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    let mut array = npy::create::<f64>(&path, (8, 1000), Order::C).unwrap();
    std::thread::scope(|scope| {
        for (i, mut row) in array.outer_iter_mut().enumerate() {
            scope.spawn(move || row.fill(i as f64));
        }
    });
    array.flush().unwrap();
    let mapped = npy::map::<f64, Ix2>(&path).unwrap();
    let sums: Vec<f64> = std::thread::scope(|scope| {
        let tasks: Vec<_> = mapped.outer_iter().map(|row| scope.spawn(move || row.sum())).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert_eq!(Array1::from(sums), Array1::from_iter((0..8).map(|i| f64::from(i) * 1000.0)));
}
