//! Loads on several threads: the same values, the same errors and no more threads than asked for, in whatever pool.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::rc::Rc;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array1, Array2, ShapeBuilder};
use npz_core::{
    AnyArray, ByteOrder, Cast, DateTime64, ErrorKind, Lazy, LoadOptions, NpyRecord, Npz, NpzReader,
    NpzWriter, ReadAt, SaveOptions, time,
};
use tests::temp_dir;

/// Twelve bytes, read into their place: cells that end on no page.
#[derive(NpyRecord, Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[npy(pod)]
#[repr(C)]
struct Row {
    id: u32,
    place: [f32; 2],
}

#[derive(Npz, Debug, PartialEq)]
struct State {
    weights: Array2<f32>,
    turned: Array2<f64>,
    bytes: Vec<u8>,
    mask: Array2<bool>,
    rows: Vec<Row>,
    times: Vec<DateTime64<time::Second>>,
    texts: Vec<String>,
    any: AnyArray,
    shared: Arc<Array1<i16>>,
    small: BTreeMap<String, Vec<u16>>,
    exact: Vec<f32>,
    layers: BTreeMap<String, Vec<f32>>,
    wide: Vec<String>,
    scalar: f64,
    lazy: Vec<i32>,
}

fn state() -> State {
    let noise = |i: usize| (i as u32).wrapping_mul(2_654_435_761) >> 7;
    State {
        weights: Array2::from_shape_fn((1031, 2053), |(i, j)| noise(i * 2053 + j) as f32),
        turned: Array2::from_shape_fn((700, 1001).f(), |(i, j)| noise(i + 7 * j) as f64),
        bytes: (0..9_000_001).map(|i| noise(i) as u8).collect(),
        mask: Array2::from_shape_fn((1500, 2001), |(i, j)| noise(i * 2001 + j) % 5 == 0),
        rows: (0..500_000).map(|i| Row { id: noise(i), place: [i as f32, 0.5] }).collect(),
        times: (0..600_000).map(|i| DateTime64::new(i64::from(noise(i)))).collect(),
        texts: (0..3000).map(|i| format!("text {i}")).collect(),
        any: AnyArray::from(Array1::from_iter((0..1_200_000).map(|i| noise(i) as i32)).into_dyn()),
        shared: Arc::new(Array1::from_iter((0..3_000_000).map(|i| noise(i) as i16))),
        small: (0..700).map(|i| (format!("k{i}"), vec![i as u16; 300])).collect(),
        // As long as a block; and layers that are shorter and longer.
        exact: (0..65_536).map(|i| noise(i) as f32).collect(),
        layers: (1..9)
            .map(|i| (format!("l{i}"), (0..i * 20_000).map(|j| noise(j) as f32).collect()))
            .collect(),
        // Cells of 280 KB.
        wide: (0..3).map(|i| "wide ".repeat(14_000 + i)).collect(),
        scalar: 2.5,
        lazy: (0..1_500_000).map(|i| noise(i) as i32).collect(),
    }
}

/// Runs with every number of threads, outside of any pool and in some.
fn for_all_numbers(test: impl Fn(usize) + Sync) {
    [0, 1, 2, 16].into_iter().for_each(&test);
    for (size, threads) in [(1, 0), (3, 0), (3, 2)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(size).build().unwrap();
        pool.install(|| test(threads));
    }
}

fn for_all_threads(test: impl Fn(&LoadOptions) + Sync) {
    for_all_numbers(|threads| test(&LoadOptions::new().threads(threads)));
}

/// Neither in memory nor shared.
struct Far<'b> {
    bytes: &'b [u8],
    read_size: usize,
    reads: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl<'b> Far<'b> {
    fn new(bytes: &'b [u8], read_size: usize) -> Self {
        let (reads, now, most) = Default::default();
        Self { bytes, read_size, reads, now, most }
    }
}

impl ReadAt for Far<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.reads.fetch_add(1, Ordering::SeqCst);
        let count = self.bytes.read_at(buffer, offset);
        self.now.fetch_sub(1, Ordering::SeqCst);
        count
    }
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
    fn read_size(&self) -> usize {
        self.read_size
    }
}

#[test]
fn every_number_of_threads_loads_the_same() {
    let (dir, state) = (temp_dir(), state());
    for options in
        [SaveOptions::new(), SaveOptions::compressed(), SaveOptions::new().byte_order(ByteOrder::Big)]
    {
        let path = dir.path().join("state.npz");
        options.save(&state, &path).unwrap();
        let bytes = fs::read(&path).unwrap();
        for_all_threads(|options| {
            let mut loaded = options.load::<State>(&path).unwrap();
            assert!(loaded == state);
            loaded.weights.fill(0.0);
            options.load_into(&mut loaded, &path).unwrap();
            assert!(loaded == state);
            assert!(options.from_bytes::<State>(&bytes).unwrap() == state);
        });
    }
}

/// Members of a save are encoded together. Added one after another they come out the same.
#[test]
fn every_number_of_threads_saves_what_members_one_by_one_give() {
    let state = state();
    let mut one_by_one = Vec::new();
    let mut writer = SaveOptions::compressed().threads(1).writer(&mut one_by_one).unwrap();
    let add = |name: &str, writer: &mut NpzWriter<_>| match name {
        "weights" => writer.add(name, &state.weights),
        "turned" => writer.add(name, &state.turned),
        "bytes" => writer.add(name, &state.bytes),
        "mask" => writer.add(name, &state.mask),
        "rows" => writer.add(name, &state.rows),
        "times" => writer.add(name, &state.times),
        "texts" => writer.add(name, &state.texts),
        "any" => writer.add(name, &state.any),
        "shared" => writer.add(name, &state.shared),
        "exact" => writer.add(name, &state.exact),
        "wide" => writer.add(name, &state.wide),
        "scalar" => writer.add(name, &state.scalar),
        "lazy" => writer.add(name, &state.lazy),
        _ => match name.split_once('.') {
            Some(("small", key)) => writer.add(name, &state.small[key]),
            Some((_, key)) => writer.add(name, &state.layers[key]),
            None => panic!("{name}"),
        },
    };
    let names = NpzReader::new(SaveOptions::new().to_bytes(&state).unwrap()).unwrap();
    assert!(names.names().len() > 720);
    names.names().for_each(|name| add(name, &mut writer).unwrap());
    writer.finish().unwrap();
    let alone = SaveOptions::compressed().threads(1).to_bytes(&state).unwrap();
    for_all_numbers(|threads| {
        let (options, mut together) = (SaveOptions::compressed().threads(threads), Vec::new());
        options.write_to(&state, &mut together).unwrap();
        assert!(together == one_by_one && options.to_bytes(&state).unwrap() == alone, "{threads}");
    });
}

#[test]
fn every_number_of_threads_gives_the_same_error() {
    #[derive(Npz, Debug)]
    struct Three {
        a: Vec<f32>,
        b: Vec<i64>,
        c: Vec<u8>,
    }
    let three = Three {
        a: (0..2_000_000).map(|i| i as f32).collect(),
        b: (0..1_000_000).collect(),
        c: (0..9_000_000).map(|i| (i % 1009 * 7) as u8).collect(),
    };
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let good = options.to_bytes(&three).unwrap();
        let data = |share: f64| (good.len() as f64 * share) as usize;
        for damaged in [vec![0.9], vec![0.1, 0.9], vec![0.99, 0.5], vec![0.3, 0.6, 0.8]] {
            let mut bad = good.clone();
            for share in damaged {
                bad[data(share)] ^= 0x10;
            }
            let expected = LoadOptions::new().threads(1).from_bytes::<Three>(&bad).unwrap_err().to_string();
            for_all_threads(|options| {
                assert_eq!(options.from_bytes::<Three>(&bad).unwrap_err().to_string(), expected);
                let far = options.reader(Far::new(&bad, 1 << 18)).unwrap();
                assert_eq!(far.load::<Three>().unwrap_err().to_string(), expected);
            });
        }
    }
    // A file that becomes shorter once it is open.
    let dir = temp_dir();
    let path = dir.path().join("short.npz");
    let mut texts = Vec::new();
    for threads in [1, 2, 0] {
        three.save(&path).unwrap();
        let npz = LoadOptions::new().threads(threads).open(&path).unwrap();
        npz.entries().unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_len(9_000_000).unwrap();
        let error = npz.load::<Three>().unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("b")));
        texts.push(error.to_string());
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

/// Arrays of a few blocks are decoded in turn with others: each is as if it were read alone, whatever is wrong with one of them.
#[test]
fn members_that_are_decoded_in_turn_are_told_apart() {
    let noise = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 9) as f32;
    let layers: BTreeMap<String, Vec<f32>> = (0..24)
        .map(|i| (format!("l{i:02}"), (0..3000 + i * 12_000).map(|j| noise(i + j)).collect()))
        .collect();
    let good = SaveOptions::compressed().to_bytes(&layers).unwrap();
    let turned = SaveOptions::compressed().byte_order(ByteOrder::Big).to_bytes(&layers).unwrap();
    for_all_threads(|options| {
        assert!(options.from_bytes::<BTreeMap<String, Vec<f32>>>(&good).unwrap() == layers);
        assert!(options.from_bytes::<BTreeMap<String, Vec<f32>>>(&turned).unwrap() == layers);
    });
    for damaged in [&[3][..], &[20, 11], &[23], &[0, 7, 22]] {
        let mut bad = good.clone();
        for entry in damaged {
            let len = NpzReader::new(&good).unwrap().entries().unwrap()[*entry].compressed_size;
            let name = format!("l{entry:02}.npy");
            let at = bad.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
            bad[at + len as usize / 2] ^= 0x10;
        }
        let alone = NpzReader::new(&bad).unwrap();
        let first = format!("l{:02}", damaged.iter().min().unwrap());
        let expected = alone.get::<Vec<f32>>(&first).err().unwrap().to_string();
        for_all_threads(|options| {
            let error = options.from_bytes::<BTreeMap<String, Vec<f32>>>(&bad).err().unwrap();
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Damaged, expected.clone()));
            let error = options.from_bytes::<BTreeMap<String, AnyArray>>(&bad).err().unwrap();
            assert_eq!(error.to_string(), expected);
        });
        for (entry, (name, layer)) in layers.iter().enumerate() {
            assert_eq!(
                alone.get::<Vec<f32>>(name).is_ok_and(|found| found == *layer),
                !damaged.contains(&entry)
            );
        }
    }
}

#[test]
fn values_that_do_not_fit_are_told_in_the_order_of_the_plan() {
    let wide: BTreeMap<String, Vec<i64>> =
        (0..6).map(|i| (format!("m{i}"), (0..600_000).map(|j| i * 600_000 + j).collect())).collect();
    let bytes = wide.to_bytes().unwrap();
    for_all_threads(|options| {
        let options = options.clone().cast(Cast::SameKind);
        let error = options.from_bytes::<BTreeMap<String, Vec<i16>>>(&bytes).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("m0")));
        assert!(error.to_string().contains("cell 32768 holds 32768"), "{error}");
    });
}

#[test]
fn no_more_threads_read_than_are_asked_for() {
    let state = state();
    let bytes = state.to_bytes().unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(6).build().unwrap();
    for threads in [1, 2, 3, 6] {
        let far = Arc::new(Far::new(&bytes, 64 << 10));
        let options = LoadOptions::new().threads(threads);
        pool.install(|| {
            // Only what outlives the reader could be read by other threads afterwards.
            let npz = options.reader(&*far).unwrap();
            assert!(npz.load::<State>().unwrap().weights == state.weights);
        });
        let most = far.most.load(Ordering::SeqCst);
        assert!(most <= threads, "{most} of {threads}");
    }
}

#[test]
fn a_source_that_is_far_gets_as_few_requests_from_any_number_of_threads() {
    let mut arrays: BTreeMap<String, Vec<f32>> =
        (0..2000).map(|i| (format!("small{i}"), vec![i as f32; 200])).collect();
    arrays.extend((0..6).map(|i| (format!("large{i}"), vec![i as f32; 1_500_000])));
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let bytes = options.to_bytes(&arrays).unwrap();
        let reads = |options: &LoadOptions| {
            let far = Far::new(&bytes, usize::MAX);
            let npz = options.reader(&far).unwrap();
            assert!(npz.load::<BTreeMap<String, Vec<f32>>>().unwrap() == arrays);
            far.reads.load(Ordering::SeqCst)
        };
        let expected = reads(&LoadOptions::new().threads(1));
        for_all_threads(|options| assert_eq!(reads(options), expected));
    }
}

#[test]
fn a_lazy_value_is_wanted_by_all_threads_of_a_pool_at_once() {
    let state = BTreeMap::from([("w".to_owned(), vec![0.5f64; 3_000_000])]);
    let bytes = state.to_bytes().unwrap();
    let lazy = BTreeMap::<String, Lazy<Vec<f64>>>::from_bytes(&bytes).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|_| assert_eq!(lazy["w"].get().unwrap().len(), 3_000_000));
        }
    });
}

#[test]
fn all_threads_of_a_pool_load_at_once() {
    let state = state();
    let bytes = SaveOptions::compressed().to_bytes(&state).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let weights = &state.weights;
    pool.scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|_| assert!(State::from_bytes(&bytes).unwrap().weights == weights));
        }
    });
}

#[test]
fn what_no_other_thread_may_have_is_made_by_the_calling_one() {
    #[derive(Npz, Debug, PartialEq)]
    struct Shared {
        a: Rc<Vec<f32>>,
        b: Rc<Vec<Rc<Array1<f64>>>>,
    }
    let array = |i: usize| Rc::new(Array1::from_elem(500_000, i as f64));
    let shared = Shared { a: Rc::new(vec![0.5; 3_000_000]), b: Rc::new((0..4).map(array).collect()) };
    let bytes = shared.to_bytes().unwrap();
    assert_eq!(Shared::from_bytes(&bytes).unwrap(), shared);
}

/// The thread that reads ahead has the pool help it, while all threads of the pool wait for what it reads.
#[test]
fn pieces_come_also_where_all_threads_of_the_pool_wait_for_them() {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    let table = Array2::from_shape_fn((200_000, 16), |(row, column)| (row * column % 1000) as f32);
    let sum = table.sum();
    let bytes = SaveOptions::compressed().to_bytes(&BTreeMap::from([("a".to_owned(), table)])).unwrap();
    let (done, ended) = channel();
    std::thread::spawn(move || {
        let npz = NpzReader::new(Arc::new(bytes)).unwrap();
        let member = npz.member("a").unwrap();
        let add_up = || {
            let pieces = member.chunks::<Array2<f32>>(4 << 20).unwrap();
            let found: f32 = pieces.map(|rows| rows.unwrap().sum()).sum();
            assert!((found - sum).abs() < sum * 1e-3, "{found} and not {sum}");
        };
        rayon::scope(|scope| (0..4 * rayon::current_num_threads()).for_each(|_| scope.spawn(|_| add_up())));
        done.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(120)).expect("all wait for each other, or one has failed");
}
