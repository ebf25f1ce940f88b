//! What is read when, by whom, and what is found out.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use ndarray::{Array1, Array2};
use npz_core::extend::{Members, Name};
use npz_core::{
    Cast, ErrorKind, Lazy, Limits, LoadOptions, Npz, NpzReader, Order, ProblemKind, ReadAt, SaveOptions,
    ToMembers,
};

use crate::{Layer, Model, layers, model, table};

/// Writes down which bytes were asked for.
#[derive(Default)]
struct Counting {
    bytes: Vec<u8>,
    reads: Mutex<Vec<Range<u64>>>,
}

impl Counting {
    fn new(bytes: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { bytes, ..Self::default() })
    }

    /// Opens the archive, and forgets what that took: the search for the directory reads the last 64 KiB.
    fn open<R: ReadAt>(&self, source: R) -> NpzReader<R> {
        let npz = NpzReader::new(source).unwrap();
        self.reads.lock().unwrap().clear();
        npz
    }

    /// How many of the bytes in a range were read, those that were read twice counted twice.
    fn count(&self, range: &Range<u64>) -> u64 {
        let reads = self.reads.lock().unwrap();
        let shared = |read: &Range<u64>| read.end.min(range.end).saturating_sub(read.start.max(range.start));
        reads.iter().map(shared).sum()
    }
}

impl ReadAt for Counting {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.bytes.read_at(buffer, offset)?;
        self.reads.lock().unwrap().push(offset..offset + count as u64);
        Ok(count)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
}

/// It can't be shared: a load would copy the members out of it.
struct Unshared(Arc<Counting>);
impl ReadAt for Unshared {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}

/// Where a member's data lie, by the `zip` crate.
fn data_of(archive: &[u8], name: &str) -> Range<u64> {
    let mut zip = zip::ZipArchive::new(io::Cursor::new(archive)).unwrap();
    let file = zip.by_name(name).unwrap();
    let start = file.data_start().unwrap();
    start..start + file.compressed_size()
}

#[test]
fn a_load_reads_no_data_and_get_reads_them_once_for_eight_threads() {
    for (options, is_stored) in [(SaveOptions::new(), true), (SaveOptions::compressed(), false)] {
        let bytes = options.to_bytes(&model()).unwrap();
        let data = data_of(&bytes, "table.npy");
        // Of compressed data somewhat more is fetched for the header, and inflated again with the rest.
        let header = data.start..data.start + if is_stored { 600 } else { 4096 };
        let rest = header.end..data.end;
        let source = Counting::new(bytes);
        let state: Model = source.open(Arc::clone(&source)).load().unwrap();
        assert_eq!(source.count(&rest), 0);
        assert!(source.count(&header) > 0);
        assert!(!state.table.is_loaded() && !state.layers.is_loaded());

        let start = Barrier::new(8);
        let addresses: Vec<usize> = std::thread::scope(|scope| {
            let get = || {
                start.wait();
                let table = state.table.get().unwrap();
                assert_eq!(table, &crate::table());
                std::ptr::from_ref(table) as usize
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(addresses.iter().all(|address| *address == addresses[0]));
        assert_eq!(source.count(&rest), rest.end - rest.start, "each byte once");
        assert!(source.count(&header) <= 2 * 4096);
        assert!(state.table.is_loaded() && !state.layers.is_loaded());
        assert_eq!(state.layers.get().unwrap(), &layers());
    }
}

#[test]
fn a_check_reads_no_data_either() {
    let bytes = model().to_bytes().unwrap();
    let data = data_of(&bytes, "table.npy");
    let source = Counting::new(bytes);
    let npz = source.open(Unshared(Arc::clone(&source)));
    assert!(npz.check::<Model>().unwrap().is_ok());
    assert!(source.count(&data) <= 512);
}

#[test]
fn the_last_get_lets_the_source_go() {
    let source = Counting::new(model().to_bytes().unwrap());
    let state: Model = NpzReader::new(Arc::clone(&source)).unwrap().load().unwrap();
    assert!(Arc::strong_count(&source) > 1);
    state.table.get().unwrap();
    state.layers.get().unwrap();
    assert_eq!(Arc::strong_count(&source), 1);
}

#[test]
fn bytes_that_are_gone_by_then_were_copied_compressed() {
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let bytes = options.to_bytes(&model()).unwrap();
        let state = Model::from_bytes(&bytes).unwrap();
        let streamed = LoadOptions::new().read::<Model>(&bytes[..]).unwrap();
        drop(bytes);
        for state in [state, streamed] {
            assert!(!state.table.is_loaded());
            assert_eq!(state.table.get().unwrap(), &table());
            assert_eq!(state.layers.into_inner().unwrap(), layers());
        }
    }
}

#[test]
fn differences_are_reported_by_the_load_as_without_lazy() {
    #[derive(Npz, Debug)]
    struct Eager {
        step: u64,
        layers: Vec<Other>,
        table: Array2<f32>,
        more: f64,
    }
    #[derive(Npz, Debug)]
    struct Deferred {
        step: Lazy<u64>,
        layers: Lazy<Vec<Other>>,
        table: Lazy<Array2<f32>>,
        more: Lazy<f64>,
    }
    #[derive(Npz, Debug)]
    struct Other {
        weights: Array1<f32>,
        bias: Vec<i64>,
        missing: bool,
    }
    let bytes = model().to_bytes().unwrap();
    let eager = Eager::from_bytes(&bytes).unwrap_err();
    let lazy = Deferred::from_bytes(&bytes).unwrap_err();
    assert_eq!(lazy.report().unwrap(), eager.report().unwrap());
    let kinds = lazy.report().unwrap().problems().iter().map(|one| one.kind);
    assert_eq!(kinds.filter(|kind| *kind == ProblemKind::Unexpected).count(), 1, "layers.1.name");
    let path = tempfile::tempdir().unwrap();
    let path = path.path().join("a.npz");
    model().save(&path).unwrap();
    assert_eq!(Deferred::check(&path).unwrap(), Eager::check(&path).unwrap());
}

#[test]
fn damaged_data_are_found_by_get_with_file_and_member_and_get_tries_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    model().save(&path).unwrap();
    let at = data_of(&std::fs::read(&path).unwrap(), "table.npy").end - 8;
    let flip = |path: &std::path::Path| {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[at as usize] ^= 1;
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&bytes[at as usize..][..1]).unwrap();
    };
    flip(&path);
    let state = Model::load(&path).unwrap();
    for _ in 0..2 {
        let error = state.table.get().unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("table")));
        assert_eq!(error.file(), Some(path.as_path()));
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("{}: member \"table\": bad CRC-32", path.display())), "{shown}");
        assert!(!state.table.is_loaded());
    }
    flip(&path);
    assert_eq!(state.table.get().unwrap(), &table());
    // In a part of a larger value, the part is named.
    std::fs::write(&path, model().to_bytes().unwrap()).unwrap();
    let state = Model::load(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let end = data_of(&bytes, "layers.1.weights.npy").end as usize - 1;
    let bad = [&bytes[..end], &[bytes[end] ^ 1], &bytes[end + 1..]].concat();
    std::fs::write(&path, bad).unwrap();
    let error = state.layers.get().unwrap_err();
    assert_eq!((error.member(), error.file()), (Some("layers.1.weights"), Some(path.as_path())));
}

#[test]
fn a_file_that_was_changed_in_place_is_an_error_and_never_another_value() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    let save = |table: Array1<f64>| Model { table: table.into(), ..model() }.to_bytes().unwrap();
    let good = save(table());
    let others = [
        ("other values", save(table() + 1.0)),
        ("another length", save(table().slice_move(ndarray::s![..50_000]))),
        ("cut off", good[..good.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("no archive", vec![b'x'; good.len()]),
    ];
    for (what, other) in others {
        std::fs::write(&path, &good).unwrap();
        let state = Model::load(&path).unwrap();
        std::fs::write(&path, other).unwrap();
        let error = state.table.get().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{what}: {error}");
        assert_eq!((error.member(), error.file()), (Some("table"), Some(path.as_path())), "{error}");
        let copied = state.to_bytes().unwrap_err();
        assert_eq!((copied.kind(), copied.file()), (ErrorKind::Damaged, Some(path.as_path())), "{what}");
    }
}

#[test]
fn a_file_that_was_replaced_or_deleted_is_still_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    model().save(&path).unwrap();
    let state = Model::load(&path).unwrap();
    Model { table: Lazy::default(), ..model() }.save(&path).unwrap();
    assert_eq!(state.table.get().unwrap(), &table());
    std::fs::remove_file(&path).unwrap();
    assert_eq!(state.layers.get().unwrap(), &layers());
}

#[test]
fn what_the_field_and_the_options_ask_for_holds_for_get() {
    #[derive(Npz, Debug)]
    struct Picky {
        #[npz(cast = "same_kind", order = "F", shape = "(_, 2)")]
        grid: Lazy<Array2<f32>>,
        #[npz(finite)]
        clean: Lazy<Vec<f64>>,
        count: Lazy<i8>,
    }
    #[derive(Npz)]
    struct Plain {
        grid: Array2<f64>,
        clean: Vec<f64>,
        count: i64,
    }
    let bytes = |rows, columns, bad| {
        let grid = Array2::from_shape_fn((rows, columns), |(r, c)| (r * 10 + c) as f64 + 0.1);
        Plain { grid, clean: vec![1.0, bad], count: 300 }.to_bytes().unwrap()
    };
    let options = LoadOptions::new().cast(Cast::SameKind);
    let state: Picky = options.reader(&bytes(3, 2, f64::NAN)[..]).unwrap().load().unwrap();
    let grid = state.grid.get().unwrap();
    assert_eq!((grid[[2, 1]], grid.strides()), (21.1f32, &[1isize, 3][..]));
    let error = state.clean.get().unwrap_err();
    assert!(error.to_string().starts_with("member \"clean\": cell 1 is NaN or infinite"), "{error}");
    let error = state.count.get().unwrap_err();
    assert!(error.to_string().contains("300"), "{error}");
    let error = Picky::from_bytes(&bytes(3, 3, 0.0)).unwrap_err();
    assert!(error.to_string().contains("shape (_, 2)"), "{error}");
    // The order holds for the next save as well, since the value was read.
    let saved = Picky { clean: Lazy::default(), count: Lazy::new(1), ..state }.to_bytes().unwrap();
    let header = NpzReader::new(&saved).unwrap().header("grid").unwrap();
    assert_eq!((header.order(), header.dtype().to_string().as_str()), (Order::Fortran, "<f4"));
}

#[test]
fn limits_hold_for_each_get() {
    let bytes = Arc::new(model().to_bytes().unwrap());
    let limits = |limits| {
        let options = LoadOptions::new().limits(limits);
        options.reader(Arc::clone(&bytes)).unwrap().load::<Model>().unwrap()
    };
    for state in
        [limits(Limits::default().member_bytes(10_000)), limits(Limits::default().total_bytes(10_000))]
    {
        let error = state.table.get().unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Limit, Some("table")));
        assert_eq!(state.layers.get().unwrap(), &layers());
    }
}

#[test]
fn a_source_that_fails_is_asked_again() {
    struct Flaky {
        bytes: Vec<u8>,
        fails: AtomicBool,
    }
    impl ReadAt for Flaky {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            if self.fails.load(Ordering::Relaxed) {
                return Err(io::Error::other("no network"));
            }
            self.bytes.read_at(buffer, offset)
        }
        fn size(&self) -> io::Result<u64> {
            self.bytes.size()
        }
    }
    let source = Arc::new(Flaky { bytes: model().to_bytes().unwrap(), fails: AtomicBool::new(false) });
    let state: Model = NpzReader::new(Arc::clone(&source)).unwrap().load().unwrap();
    source.fails.store(true, Ordering::Relaxed);
    assert_eq!(state.table.get().unwrap_err().kind(), ErrorKind::Io);
    source.fails.store(false, Ordering::Relaxed);
    assert_eq!(state.table.get().unwrap(), &table());
}

#[test]
fn members_in_memory_are_lazy_too() {
    #[derive(Npz)]
    struct Eager {
        step: u64,
        layers: Vec<Layer>,
        table: Array1<f64>,
    }
    let value = model();
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root()).unwrap();
    let state: Model = members.load().unwrap();
    assert!(!state.table.is_loaded());
    drop(members);
    drop(value);
    // They were in no archive, so they are compressed as the save says.
    let saved = SaveOptions::compressed().to_bytes(&state).unwrap();
    assert_eq!(crate::raw_members(&saved)["table.npy"].method, 8);
    assert!(saved == SaveOptions::compressed().to_bytes(&model()).unwrap());
    assert_eq!(state.table.get().unwrap(), &table());

    // Members that are untouched themselves, read by one that is lazy and one that is not.
    let untouched = Model::from_bytes(&saved).unwrap();
    let mut members = Members::new();
    members.push_owned(&Name::root(), &untouched).unwrap();
    let again: Model = members.load().unwrap();
    let eager: Eager = members.load().unwrap();
    assert_eq!((eager.step, eager.layers, eager.table), (7, layers(), table()));
    assert!(again.to_bytes().unwrap() == untouched.to_bytes().unwrap(), "still compressed");
    assert_eq!(again.layers.get().unwrap(), &layers());
    assert!(!untouched.layers.is_loaded());
}

#[test]
fn lazy_values_are_send_sync_cloned_and_shown() {
    fn threads<T: Send + Sync + Clone>(_: &T) {}
    let state = Model::from_bytes(&model().to_bytes().unwrap()).unwrap();
    threads(&state.table);
    assert_eq!(format!("{:?}", state.table), "Lazy {\"table\": \"<f8 (f64), shape (200000,)\"}");
    assert!(format!("{:?}", state.layers).contains("\"layers.1.name\": \"<U6"));
    assert_eq!(format!("{:?}", Lazy::new(1.5)), "Lazy(1.5)");
    assert!(!state.table.is_loaded(), "to show it reads nothing");

    let mut twin = state.table.clone();
    twin.get_mut().unwrap()[0] = -1.0;
    assert!(!state.table.is_loaded());
    assert_eq!((twin.get().unwrap()[0], state.table.get().unwrap()[0]), (-1.0, 0.0));
    assert_eq!(twin.clone().into_inner().unwrap()[0], -1.0);
}

#[cfg(target_os = "linux")]
#[test]
fn all_values_of_a_load_share_one_handle_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap().join("run.npz");
    model().save(&path).unwrap();
    let handles = || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap();
        open.filter(|entry| entry.as_ref().unwrap().path().read_link().is_ok_and(|to| to == path)).count()
    };
    let state = Model::load(&path).unwrap();
    assert_eq!(handles(), 1);
    state.table.get().unwrap();
    assert_eq!(handles(), 1);
    state.layers.get().unwrap();
    assert_eq!(handles(), 0);
}
