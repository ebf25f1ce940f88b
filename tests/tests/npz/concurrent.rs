//! One reader serves many threads at once.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use npz_core::extend::Members;
use npz_core::{
    DType, Error, Header, LoadOptions, Npz, NpzEntry, NpzReader, NpzWriter, ReadAt, Report, SaveOptions,
};

/// Once armed, lets the first two reads of at least so many bytes pass together only.
struct Gate {
    bytes: Vec<u8>,
    least: usize,
    barrier: Barrier,
    waiting: AtomicU32,
}

impl ReadAt for Gate {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let is_one_of_two = |left: u32| if buffer.len() >= self.least { left.checked_sub(1) } else { None };
        if self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_one_of_two).is_ok() {
            self.barrier.wait();
        }
        self.bytes.read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
}

/// Each of two threads waits in its read for the other's: one after the other, they would wait for ever.
fn read_at_the_same_time(state: &BTreeMap<String, Vec<f32>>, names: [&str; 2], least: usize) {
    let bytes = state.to_bytes().unwrap();
    assert!(bytes.len() > 1 << 20, "a smaller one is read whole");
    let gate = Arc::new(Gate { bytes, least, barrier: Barrier::new(2), waiting: AtomicU32::new(0) });
    let npz = NpzReader::new(Arc::clone(&gate)).unwrap();
    gate.waiting.store(2, Ordering::Relaxed);
    thread::scope(|scope| {
        for name in names {
            let npz = &npz;
            scope.spawn(move || assert!(npz.get::<Vec<f32>>(name).unwrap() == state[name]));
        }
    });
    assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
}

#[test]
fn two_members_are_read_at_the_same_time() {
    let array: Vec<f32> = (0..200_000u32).map(|i| i as f32).collect();
    let state = BTreeMap::from([("a".to_owned(), array.clone()), ("b".to_owned(), array)]);
    read_at_the_same_time(&state, ["a", "b"], 100_000);
}

#[test]
fn small_members_are_read_at_the_same_time_too() {
    let state = (0..400).map(|i| (format!("m{i:03}"), vec![i as f32; 1000])).collect();
    read_at_the_same_time(&state, ["m000", "m399"], 0);
}

#[test]
fn what_may_be_shared_between_threads_is() {
    fn is_shared<T: Send + Sync>() {}
    fn is_sent<T: Send>() {}
    is_shared::<NpzReader<std::fs::File>>();
    is_shared::<NpzReader<Vec<u8>>>();
    is_shared::<Members<'_>>();
    is_shared::<(Error, Report, Header, DType, NpzEntry, SaveOptions, LoadOptions)>();
    is_sent::<NpzWriter<std::fs::File>>();
}
