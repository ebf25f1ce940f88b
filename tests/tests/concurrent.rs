//! One reader serves many threads at once.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use ndarray::Array1;
use npz_core::{
    DType, Error, Header, LoadOptions, Members, Npz, NpzEntry, NpzReader, NpzWriter, ReadAt, Report,
    SaveOptions,
};

/// Lets no read of data pass before two are under way.
struct Gate {
    bytes: Vec<u8>,
    barrier: Barrier,
    is_armed: AtomicBool,
}

impl ReadAt for Gate {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.is_armed.load(Ordering::Relaxed) && buffer.len() > 60_000 {
            self.barrier.wait();
        }
        self.bytes.read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
}

#[test]
fn two_members_are_read_at_the_same_time() {
    let array = Array1::from_iter((0..20_000u32).map(|i| i as f32));
    let map =
        std::collections::BTreeMap::from([("a".to_owned(), array.clone()), ("b".to_owned(), array.clone())]);
    let gate =
        Gate { bytes: map.to_bytes().unwrap(), barrier: Barrier::new(2), is_armed: AtomicBool::new(false) };
    let gate = Arc::new(gate);
    let npz = NpzReader::new(Arc::clone(&gate)).unwrap();
    gate.is_armed.store(true, Ordering::Relaxed);
    // Each thread's read of data waits for the other's: one after the other, they would wait for ever.
    thread::scope(|scope| {
        let npz = &npz;
        let read = |name| scope.spawn(move || npz.get::<Array1<f32>>(name).unwrap());
        let (a, b) = (read("a"), read("b"));
        assert_eq!(a.join().unwrap(), array);
        assert_eq!(b.join().unwrap(), array);
    });
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
