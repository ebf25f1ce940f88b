//! How many reads each call makes, of a source that counts them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ndarray::{Array1, Array2, ArrayD};
use npz_core::{
    AnyArray, ByteOrder, Cast, ErrorKind, Lazy, LoadOptions, Npz, NpzReader, ReadAt, SaveOptions,
};

/// Says nothing of itself, and writes down what is asked of it.
struct Counting {
    bytes: Vec<u8>,
    reads: Mutex<Vec<Range<u64>>>,
    told: Mutex<Vec<Range<u64>>>,
}

impl ReadAt for Counting {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.reads.lock().unwrap().push(offset..offset + buffer.len() as u64);
        self.bytes.read_at(buffer, offset)
    }
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
    fn will_need(&self, ranges: &[Range<u64>]) {
        assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "sorted, without overlaps");
        self.told.lock().unwrap().extend_from_slice(ranges);
    }
}

impl Counting {
    fn new(bytes: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { bytes, reads: Mutex::default(), told: Mutex::default() })
    }

    /// The reads since the last call.
    fn reads(&self) -> Vec<Range<u64>> {
        std::mem::take(&mut *self.reads.lock().unwrap())
    }
}

fn arrays(count: usize, len: usize) -> BTreeMap<String, Vec<f32>> {
    (0..count).map(|i| (format!("a{i:05}"), vec![i as f32; len])).collect()
}

#[test]
fn an_archive_below_a_mebibyte_takes_one_read_in_all() {
    let state = arrays(100, 1000);
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let source = Counting::new(options.to_bytes(&state).unwrap());
        let npz = NpzReader::new(Arc::clone(&source)).unwrap();
        assert_eq!(npz.entries().unwrap().len(), 100);
        assert_eq!(npz.load::<BTreeMap<String, Vec<f32>>>().unwrap(), state);
        let lazy = npz.load::<BTreeMap<String, Lazy<ArrayD<f32>>>>().unwrap();
        drop(npz);
        assert_eq!(lazy["a00007"].get().unwrap().len(), 1000);
        let all = 0..source.bytes.len() as u64;
        assert_eq!(source.reads(), [all]);
    }
}

#[test]
fn heads_of_a_larger_archive_are_fetched_together_and_once() {
    for (count, len) in [(1000, 1000), (20_000, 1), (4, 300_000)] {
        let state = arrays(count, len);
        let source = Counting::new(state.to_bytes().unwrap());
        let size = source.bytes.len() as u64;
        assert!(size > 1 << 20);
        let npz = NpzReader::new(Arc::clone(&source)).unwrap();
        let opened = source.reads();
        assert!(opened.len() <= 2, "{count} {len}: {opened:?}");

        let entries = npz.entries().unwrap();
        assert_eq!(entries.len(), count);
        assert!(
            entries.iter().all(|entry| entry.header.as_ref().is_some_and(|header| header.shape() == [len]))
        );
        let listed = source.reads();
        let most = if len > 100_000 { 4 } else { size as usize / (4 << 20) + 1 };
        assert!(listed.len() <= most, "{count} {len}: {} reads", listed.len());
        assert!(listed.iter().all(|read| read.end - read.start >= 512), "{listed:?}");
        // What was fetched once is kept.
        npz.entries().unwrap();
        assert_eq!(npz.header("a00003").unwrap().shape(), [len]);
        assert!(npz.check::<BTreeMap<String, Vec<f32>>>().unwrap().is_ok());
        assert_eq!(source.reads(), []);

        assert_eq!(npz.load::<BTreeMap<String, Vec<f32>>>().unwrap(), state);
        let loaded = source.reads();
        assert!(loaded.len() <= most, "{count} {len}: {} reads", loaded.len());
        assert!(loaded.iter().map(|read| read.end - read.start).sum::<u64>() <= size);
        // All of it was told before.
        let told = source.told.lock().unwrap();
        let is_told =
            |read: &Range<u64>| told.iter().any(|told| told.start <= read.start && read.end <= told.end);
        assert!(loaded.iter().all(is_told), "{count} {len}");
    }
}

#[test]
fn a_large_archive_opens_by_two_reads_whatever_its_directory() {
    let state: BTreeMap<String, u8> = (0..100_000).map(|i| (format!("member_{i:06}"), 1)).collect();
    let source = Counting::new(state.to_bytes().unwrap());
    let npz = NpzReader::new(Arc::clone(&source)).unwrap();
    assert_eq!(npz.names().len(), 100_000);
    assert_eq!(source.reads().len(), 2);
    // One member is one read: its header, and the value with it.
    assert_eq!(npz.get::<u8>("member_077777").unwrap(), 1);
    let reads = source.reads();
    assert!(reads.len() == 1 && reads[0].end - reads[0].start <= 4096, "{reads:?}");
}

/// Loads one member of 64 MiB and tells how many reads that took, from the first on.
#[track_caller]
fn reads_of<T: npz_core::FromMembers + PartialEq + Debug>(bytes: Vec<u8>, expected: &T, cast: Cast) -> usize {
    let source = Counting::new(bytes);
    let options = LoadOptions::new().cast(cast);
    let npz = options.reader(Arc::clone(&source)).unwrap();
    assert!(npz.get::<T>("w").unwrap() == *expected);
    source.reads().len()
}

#[test]
fn a_member_of_64_mib_takes_six_reads_at_most() {
    let weights = Array2::from_shape_fn((4096, 4096), |(i, j)| ((i * 7919 + j * 104_729) % 65_536) as f32);
    let state = BTreeMap::from([("w".to_owned(), weights.clone())]);
    let stored = state.to_bytes().unwrap();
    assert!(reads_of(stored.clone(), &weights, Cast::Safe) <= 3);
    assert!(reads_of(stored.clone(), &AnyArray::from(weights.clone().into_dyn()), Cast::Safe) <= 3);
    // Swapped in place; converted by pieces; inflated by pieces.
    let big = SaveOptions::new().byte_order(ByteOrder::Big).to_bytes(&state).unwrap();
    assert!(reads_of(big, &weights, Cast::Safe) <= 3);
    assert!(reads_of(stored, &weights.mapv(f64::from), Cast::Safe) <= 6);
    let noise = weights.mapv(|cell| f32::from_bits((cell as u32).wrapping_mul(2_654_435_761) | 1));
    let noise = noise.mapv(|cell| if cell.is_nan() { 0.5 } else { cell });
    let deflated = BTreeMap::from([("w".to_owned(), noise.clone())]);
    let deflated = SaveOptions::compressed().to_bytes(&deflated).unwrap();
    assert!(reads_of(deflated, &noise, Cast::Safe) <= 6);
}

#[test]
fn a_source_that_likes_small_reads_gets_them() {
    struct Small(Arc<Counting>);
    impl ReadAt for Small {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            self.0.read_at(buffer, offset)
        }
        fn size(&self) -> io::Result<u64> {
            self.0.size()
        }
        fn read_size(&self) -> usize {
            100_000
        }
    }
    let state = BTreeMap::from([(
        "w".to_owned(),
        Array1::from_iter((0..1_000_000u32).map(|i| i.wrapping_mul(2_654_435_761) as f32)),
    )]);
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        let source = Counting::new(options.to_bytes(&state).unwrap());
        let npz = NpzReader::new(Small(Arc::clone(&source))).unwrap();
        assert_eq!(npz.load::<BTreeMap<String, Array1<f32>>>().unwrap(), state);
        let longest = source.reads().iter().map(|read| read.end - read.start).max();
        assert!(longest <= Some(100_000), "{longest:?}, {:?}", source.reads());
    }
}

#[test]
fn members_that_are_read_one_by_one_are_read_ahead() {
    let state = arrays(5000, 100);
    let source = Counting::new(state.to_bytes().unwrap());
    let npz = NpzReader::new(Arc::clone(&source)).unwrap();
    for (name, array) in &state {
        assert_eq!(&npz.get::<Vec<f32>>(name).unwrap(), array);
    }
    let reads = source.reads();
    assert!(reads.len() < 20, "{} reads", reads.len());
}

#[test]
fn no_byte_of_a_file_is_read_twice() {
    for len in [25_000, 66_000, 75_000, 80_000] {
        let state = arrays(40, len);
        let source = Counting::new(state.to_bytes().unwrap());
        let npz = NpzReader::new(Arc::clone(&source)).unwrap();
        npz.entries().unwrap();
        source.reads();
        assert_eq!(npz.load::<BTreeMap<String, Vec<f32>>>().unwrap(), state);
        let sum: u64 = source.reads().iter().map(|read| read.end - read.start).sum();
        assert!(
            sum <= source.bytes.len() as u64 + (128 << 10),
            "{len}: {sum} of {} bytes",
            source.bytes.len()
        );
    }
}

#[test]
fn a_source_that_is_down_is_not_asked_for_each_member() {
    struct Down(Arc<Counting>, AtomicBool);
    impl ReadAt for Down {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            let read = self.0.read_at(buffer, offset);
            if self.1.load(Ordering::Relaxed) { Err(io::Error::other("the line is down")) } else { read }
        }
        fn size(&self) -> io::Result<u64> {
            self.0.size()
        }
    }
    let source = Counting::new(arrays(50, 20_000).to_bytes().unwrap());
    let down = Arc::new(Down(Arc::clone(&source), AtomicBool::new(false)));
    let npz = NpzReader::new(Arc::clone(&down)).unwrap();
    down.1.store(true, Ordering::Relaxed);
    source.reads();
    let told = |error: npz_core::Error| {
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.to_string().contains("the line is down"), "{error}");
        let reads = source.reads().len();
        assert!(reads <= 3, "{reads} reads");
    };
    told(npz.entries().unwrap_err());
    told(npz.load::<BTreeMap<String, Vec<f32>>>().unwrap_err());
    told(npz.check::<BTreeMap<String, Vec<f32>>>().unwrap_err());
    told(npz.get::<Vec<f32>>("a00001").unwrap_err());
}
