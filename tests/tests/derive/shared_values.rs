//! Values behind locks, in cells and atomics, and paths.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use ndarray::{Array2, array};
use npz_core::{ErrorKind, Npz};
use tests::{python, temp_dir};

#[derive(Npz)]
struct Part {
    x: f32,
    y: Vec<u8>,
}

#[derive(Npz)]
struct State {
    locked: Arc<Mutex<Array2<f32>>>,
    shared: RwLock<Part>,
    borrowed: RefCell<Vec<f64>>,
    cell: Cell<i32>,
    maybe: Mutex<Option<u8>>,
    counter: AtomicU64,
    flag: AtomicBool,
    counters: Vec<AtomicI16>,
    path: PathBuf,
    files: Vec<PathBuf>,
    host: OsString,
    workers: Vec<Mutex<f32>>,
    cells: [Cell<u8>; 3],
}

#[derive(Npz)]
#[npz(save_only)]
struct Busy {
    cell: RefCell<f32>,
}

#[derive(Npz)]
struct Locked {
    lock: Arc<Mutex<f64>>,
}

#[cfg(unix)]
#[derive(Npz)]
struct One {
    path: PathBuf,
}

#[cfg(unix)]
#[derive(Npz)]
struct Many {
    path: Vec<OsString>,
}

fn state() -> State {
    State {
        locked: Arc::new(Mutex::new(array![[0.5, 1.5]])),
        shared: RwLock::new(Part { x: 2.5, y: vec![1, 2] }),
        borrowed: RefCell::new(vec![3.5]),
        cell: Cell::new(-4),
        maybe: Mutex::new(None),
        counter: AtomicU64::new(u64::MAX),
        flag: AtomicBool::new(true),
        counters: vec![AtomicI16::new(-1), AtomicI16::new(7)],
        path: "data/größe.csv".into(),
        files: vec!["a".into(), "b/c".into()],
        host: "node-1".into(),
        workers: vec![Mutex::new(1.0), Mutex::new(2.0)],
        cells: [1, 2, 3].map(Cell::new),
    }
}

#[test]
fn they_are_what_they_hold() {
    let dir = temp_dir();
    let path = dir.path().join("run.npz");
    state().save(&path).unwrap();
    let script = "
z = np.load('run.npz')
expected = dict(locked=np.array([[0.5, 1.5]], 'f4'), borrowed=np.array([3.5]), cell=np.int32(-4), counter=np.uint64(2**64 - 1),
                flag=np.bool_(True), counters=np.array([-1, 7], 'i2'), path=np.str_('data/größe.csv'), files=np.array(['a', 'b/c']),
                host=np.str_('node-1'), cells=np.array([1, 2, 3], 'u1'))
expected |= {'shared.x': np.float32(2.5), 'shared.y': np.array([1, 2], 'u1'), 'workers.0': np.float32(1), 'workers.1': np.float32(2)}
assert sorted(z.files) == sorted(expected), z.files
for name, value in expected.items():
    assert z[name].dtype == value.dtype and (z[name] == value).all(), name
np.savez('theirs.npz', **expected)
";
    python(dir.path(), script);
    for file in ["run.npz", "theirs.npz"] {
        let found = State::load(dir.path().join(file)).unwrap();
        assert_eq!(*found.locked.lock().unwrap(), array![[0.5, 1.5]]);
        assert_eq!((found.shared.read().unwrap().x, &*found.shared.read().unwrap().y), (2.5, &[1, 2][..]));
        assert_eq!((found.borrowed.into_inner(), found.cell.get()), (vec![3.5], -4));
        assert_eq!(*found.maybe.lock().unwrap(), None);
        assert_eq!((found.counter.into_inner(), found.flag.into_inner()), (u64::MAX, true));
        assert_eq!(found.counters.iter().map(|c| c.load(Ordering::Relaxed)).collect::<Vec<_>>(), [-1, 7]);
        assert_eq!((found.path, found.host), ("data/größe.csv".into(), "node-1".into()));
        assert_eq!(found.files, [PathBuf::from("a"), "b/c".into()]);
        assert_eq!(found.workers.iter().map(|w| *w.lock().unwrap()).collect::<Vec<_>>(), [1.0, 2.0]);
        assert_eq!(found.cells.map(|cell| cell.get()), [1, 2, 3]);
    }
}

#[test]
fn what_can_not_be_read_now_is_an_error() {
    let busy = Busy { cell: RefCell::new(1.0) };
    let held = busy.cell.borrow_mut();
    let error = busy.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("cell")), "{error}");
    drop(held);
    busy.to_bytes().unwrap();

    // A thread that panicked leaves a value all the same.
    let lock = Arc::new(Mutex::new(1.5));
    let other = Arc::clone(&lock);
    std::thread::spawn(move || {
        let _held = other.lock();
        panic!("while it is locked");
    })
    .join()
    .unwrap_err();
    let bytes = Locked { lock }.to_bytes().unwrap();
    assert_eq!(*Locked::from_bytes(&bytes).unwrap().lock.lock().unwrap(), 1.5);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let bad = OsString::from_vec(b"a\xff".to_vec());
    let refused = |error: npz_core::Error| {
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("path")), "{error}");
    };
    refused(One { path: bad.clone().into() }.to_bytes().unwrap_err());
    refused(Many { path: vec!["a".into(), bad] }.to_bytes().unwrap_err());
}
