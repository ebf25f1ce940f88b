//! What is read, and in how many reads.

use super::*;
use crate::error::ErrorKind;
use crate::source::is_ours;
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes down what is read, and gives as much as it is told to in one read.
struct Logged {
    bytes: Vec<u8>,
    most: usize,
    read_size: usize,
    log: Mutex<Vec<(u64, usize)>>,
    told: Mutex<Vec<Range<u64>>>,
}

impl Logged {
    fn new(len: usize, read_size: usize) -> Self {
        let bytes = (0..len).map(|i| (i * 7 / 5) as u8).collect();
        let (log, told) = Default::default();
        Self { bytes, most: usize::MAX, read_size, log, told }
    }
}

impl ReadAt for Logged {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.log.lock().unwrap().push((offset, buffer.len()));
        let most = buffer.len().min(self.most);
        self.bytes.read_at(&mut buffer[..most], offset)
    }
    fn size(&self) -> io::Result<u64> {
        self.bytes.size()
    }
    fn read_size(&self) -> usize {
        self.read_size
    }
    fn will_need(&self, ranges: &[Range<u64>]) {
        *self.told.lock().unwrap() = ranges.to_vec();
    }
}

fn reads(input: &Input<Logged>) -> Vec<(u64, usize)> {
    std::mem::take(&mut *input.source.log.lock().unwrap())
}

#[track_caller]
fn expect(input: &Input<Logged>, offset: u64, len: usize) {
    let mut buffer = vec![0; len];
    input.read_exact(&mut buffer, offset, "the test").unwrap();
    assert!(buffer == input.source.bytes[offset as usize..][..len], "{len} bytes at {offset}");
}

#[test]
fn a_small_source_is_read_once_and_whole() {
    let mut source = Logged::new(1000, usize::MAX);
    source.most = 300;
    let input = Input::new(source, None).unwrap();
    assert_eq!(reads(&input), [(0, 1000), (300, 700), (600, 400), (900, 100)]);
    expect(&input, 10, 900);
    assert_eq!(input.read(&mut [0; 4], 998).unwrap(), 2);
    assert_eq!(input.read(&mut [0; 4], u64::MAX).unwrap(), 0);
    assert_eq!(input.keep().unwrap().unwrap().memory(), Some(&input.source.bytes[..]));
    assert_eq!(reads(&input), []);
}

#[test]
fn what_was_told_is_read_together_and_large_ranges_directly() {
    let input = Input::new(Logged::new(3 << 20, usize::MAX), None).unwrap();
    assert_eq!(reads(&input), []);
    input.will_need(vec![100_000..100_512, 0..512, 2_000_000..2_000_100, 300..700]);
    assert_eq!(*input.source.told.lock().unwrap(), [0..100_512, 2_000_000..2_000_100]);
    expect(&input, 0, 30);
    expect(&input, 100_000, 512);
    expect(&input, 2_000_000, 60);
    expect(&input, 2_000_060, 40);
    expect(&input, 1 << 20, 1 << 20);
    assert_eq!(reads(&input), [(0, 100_512), (2_000_000, 100), (1 << 20, 1 << 20)]);
    // One that likes small reads.
    let input = Input::new(Logged::new(3 << 20, 64 << 10), None).unwrap();
    input.will_need(vec![0..512, 700..60_000, 60_100..120_000, 1_000_000..1_000_010]);
    expect(&input, 0, 30);
    expect(&input, 1000, 60_000);
    expect(&input, 64 << 10, 30);
    expect(&input, 1_000_000, 10);
    expect(&input, 0, 100_000);
    assert_eq!(
        reads(&input),
        [(0, 65_536), (65_536, 54_464), (1_000_000, 10), (0, 65_536), (65_536, 54_464)]
    );
    // No byte of what is large is read with its small neighbours.
    let input = Input::new(Logged::new(3 << 20, usize::MAX), None).unwrap();
    input.will_need(vec![0..100, 100..200_000, 200_000..200_100, 200_200..200_300]);
    assert!(input.source.told.lock().unwrap().iter().eq([&(0..200_300)]));
    expect(&input, 0, 100);
    expect(&input, 100, 199_900);
    expect(&input, 200_000, 100);
    expect(&input, 200_200, 100);
    assert_eq!(reads(&input), [(0, 100), (100, 199_900), (200_000, 300)]);
    input.will_need(vec![5..5, 7..7]);
    assert!(input.source.told.lock().unwrap().iter().eq([&(0..200_300)]));
}

#[test]
fn more_is_read_ahead_the_longer_it_goes_on() {
    let input = Input::new(Logged::new(2 << 20, 16 << 10), None).unwrap();
    for i in 0..100 {
        expect(&input, 1000 * i, 900);
    }
    let log = reads(&input);
    assert_eq!(log[..4], [(0, 4096), (4096, 8192), (12_288, 16_384), (28_672, 16_384)]);
    expect(&input, 1 << 20, 10);
    expect(&input, (2 << 20) - 10, 10);
    assert_eq!(reads(&input), [(1 << 20, 4096), ((2 << 20) - 10, 10)]);
}

#[test]
fn the_end_is_told_with_offset_expected_and_found() {
    let input = Input::new(vec![0; 10], None).unwrap();
    let error = input.read_exact(&mut [0; 8], 6, "the header").unwrap_err();
    assert_eq!(error.to_string(), "the header is cut off: expected 8 bytes, found 4 (at byte 6)");
    assert_eq!(error.kind(), ErrorKind::Damaged);
}

/// Says that it is large, and fails each other time.
struct Broken(AtomicU32);

impl ReadAt for Broken {
    fn read_at(&self, buffer: &mut [u8], _: u64) -> io::Result<usize> {
        if self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return Err(io::Error::other("bad sector"));
        }
        buffer.fill(1);
        Ok(buffer.len())
    }
    fn size(&self) -> io::Result<u64> {
        Ok(10 << 20)
    }
}

#[test]
fn an_error_of_the_medium_passes_through_a_reader_and_leaves_no_bytes() {
    let input = Input::new(Broken(AtomicU32::new(0)), None).unwrap();
    let error = Section::new(&input, 0..10).read_exact(&mut [0; 4]).unwrap_err();
    assert!(is_ours(&error) && !is_ours(&io::Error::other("bad code")));
    let error = Error::io("can't inflate", error);
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.to_string(), "can't read: bad sector (at byte 0)");
    let mut all = Vec::new();
    Section::new(&input, 0..10).read_to_end(&mut all).unwrap();
    assert_eq!(all, [1; 10]);
}
