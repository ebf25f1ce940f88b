//! Streams of every make, cut into pieces of any size for any number of threads, give what flate2 gives, or no verdict.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, FlushCompress};
use npz_deflate::inflate::find_head;

use super::ahead::LEAST_ROOM;
use super::points::Points;
use super::{Divided, Sizes, Target};
use crate::archive::decode::Seen;
use crate::input::{AnyInput, Input};
use crate::run::{Team, Threads};
use crate::source::ReadAt;
use crate::stored::Extent;

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Floats, sparse floats, few different bytes, text, a counter, noise between zeros.
fn kinds(len: usize) -> Vec<Vec<u8>> {
    let mut random = Random(5);
    let mut float = || ((0..6).map(|_| random.below(1000) as f32).sum::<f32>() - 3000.0) * 1e-5;
    let floats = (0..len / 4).flat_map(|_| float().to_le_bytes()).collect();
    let sparse = (0..len / 4).flat_map(|_| float().max(0.0).to_le_bytes()).collect();
    let few = (0..len).map(|_| (random.below(7) * random.below(7)) as u8).collect();
    let words = ["stone ", "water ", "of ", "the ", "a ", "river\n", "seven "];
    let text = (0..len / 4).flat_map(|_| words[random.below(7)].bytes()).take(len).collect();
    let counter = (0..len as u64 / 8).flat_map(|i| (i * 3).to_le_bytes()).collect();
    let mut gaps = vec![0; len];
    for part in gaps.chunks_mut(40_000).step_by(2) {
        part.fill_with(|| random.below(256) as u8);
    }
    vec![floats, sparse, few, text, counter, gaps]
}

fn deflate(data: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn extent(start: u64, compressed_size: u64, size: u64) -> Extent {
    Extent {
        header_start: 0,
        start,
        compressed_size,
        size,
        crc32: 0,
        method: 8,
        method_flags: 0,
        in_blocks: false,
    }
}

/// Pieces of at most and at least so many bytes; however many are of no use, others are tried.
fn pieces(most: usize, least: usize) -> Sizes {
    Sizes { most, least, failures: usize::MAX }
}

/// What is read of a stream in a file.
fn read(
    stream: &[u8],
    size: u64,
    wanted: Target<'_>,
    threads: usize,
    sizes: Sizes,
    points: Option<&Points>,
) -> Option<u32> {
    let file = [&[0; 11], stream, &[0; 7]].concat();
    let input = Input::new(&file[..], None).unwrap();
    let input: &AnyInput<'_> = &input;
    let extent = extent(11, stream.len() as u64, size);
    let team = Team::new(Threads::at_most(threads));
    let divided = Divided { sizes, ..Divided::new(input, &extent, &team) };
    divided.read(wanted, Seen::default(), points).unwrap()
}

/// All of a stream: into a buffer, and once more piece by piece.
fn read_all(stream: &[u8], size: usize, threads: usize, sizes: Sizes) -> Option<Vec<u8>> {
    let mut output = vec![0xa5; size];
    let crc = read(stream, size as u64, buffers([(0, &mut output)]), threads, sizes, None);
    let mut handed = Vec::new();
    let put = &mut |bytes: &[u8]| {
        handed.extend_from_slice(bytes);
        Ok(())
    };
    let of_pieces = read(stream, size as u64, Target::Pieces(size as u64, put), threads, sizes, None);
    assert_eq!(of_pieces, crc);
    if crc.is_none() {
        // What was handed out before is what a serial reader has.
        let mut serial = Vec::new();
        let _ = DeflateDecoder::new(stream).read_to_end(&mut serial);
        assert!(serial.iter().zip(&handed).all(|(expected, found)| expected == found));
    } else {
        assert!(handed == output);
    }
    assert_eq!(crc?, crc32fast::hash(&output));
    Some(output)
}

fn buffers<const N: usize>(wanted: [(usize, &mut [u8]); N]) -> Target<'_> {
    Target::Buffers(wanted.into_iter().map(|(at, bytes)| (at as u64, bytes)).collect())
}

#[test]
fn any_number_of_threads_gives_the_same() {
    for data in kinds(200_000) {
        for level in [0, 1, 6, 9] {
            let stream = deflate(&data, level);
            for threads in 1..=8 {
                for most in [1 << 10, 9_000, 40_000] {
                    let found = read_all(&stream, data.len(), threads, pieces(most, 1));
                    assert!(
                        found.as_ref() == Some(&data),
                        "{threads} threads, pieces of {most}, level {level}"
                    );
                }
            }
        }
    }
}

/// What zlib with all its strategies, Zopfli, libdeflate, ISA-L, zlib-ng and Java made of the same bytes.
#[test]
fn streams_of_all_writers_are_cut_anywhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/streams");
    let mut random = Random(8);
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let stream = std::fs::read(&path).unwrap();
        let mut expected = Vec::new();
        DeflateDecoder::new(&stream[..]).read_to_end(&mut expected).unwrap();
        for threads in 1..=8 {
            for most in [300, 2_000, 7_000, 30_000] {
                let found = read_all(&stream, expected.len(), threads, pieces(most, 1));
                assert!(found.as_ref() == Some(&expected), "{path:?}, {threads} threads, pieces of {most}");
            }
        }
        let points = Points::all();
        for round in 0..200 {
            let from = random.below(expected.len() - 100);
            let mut part = [0xa5; 100];
            let sizes = pieces(300 + random.below(30_000), 1);
            let wanted = buffers([(from, &mut part)]);
            read(&stream, expected.len() as u64, wanted, 1 + round % 3, sizes, Some(&points)).unwrap();
            assert!(part == expected[from..from + 100], "{path:?}, {from}");
        }
        count += 1;
    }
    assert_eq!(count, 13);
}

#[test]
fn parts_are_read_from_points_on() {
    let data = kinds(3 << 20).swap_remove(0);
    let mut random = Random(9);
    // At level 0 nothing has codes, and at level 1 flate2 makes one sub-block of all, in which points have to lie.
    for level in [0, 1, 6] {
        let stream = deflate(&data, level);
        let points = Points::all();
        for round in 0..300 {
            let from = random.below(data.len() - 3000);
            let gap = random.below(2000);
            let (mut first, mut second) = ([0xa5; 500], [0xa5; 100]);
            let second_at = from + 500 + gap;
            let wanted = buffers([(from, &mut first), (second_at, &mut second)]);
            let sizes = pieces(5_000 + random.below(60_000), 1000);
            read(&stream, data.len() as u64, wanted, 1 + round % 3, sizes, Some(&points)).unwrap();
            let are_right = first == data[from..from + 500] && second == data[second_at..second_at + 100];
            assert!(are_right, "level {level}, {round}");
        }
        let mut at = data.len() as u64;
        let mut count = 0;
        while let Some(point) = Some(points.before(at)).filter(|point| point.at > 0) {
            let end = point.at as usize;
            assert!(point.window == data[end - point.window.len()..end]);
            (at, count) = (point.at - 1, count + 1);
        }
        assert!((20..=64).contains(&count), "level {level}: {count} points are remembered");
    }
}

#[test]
fn points_are_few() {
    let data = kinds(14 << 20).swap_remove(0);
    let points = Points::default();
    let mut last = [0; 10];
    let wanted = buffers([(data.len() - 10, &mut last)]);
    let sizes = pieces(100_000, 1000);
    read(&deflate(&data, 6), data.len() as u64, wanted, 2, sizes, Some(&points)).unwrap();
    assert!(last == data[data.len() - 10..]);
    assert!((12 << 20..14 << 20).contains(&points.before(u64::MAX).at));
    assert!((4 << 20..5 << 20).contains(&points.before(7 << 20).at) && points.before(4 << 20).at == 0);
}

#[test]
fn damaged_streams_give_no_verdict_or_what_a_serial_inflate_gives() {
    let mut random = Random(3);
    let streams: Vec<_> = kinds(150_000).iter().map(|data| (deflate(data, 6), data.len())).collect();
    let mut given = 0;
    for _ in 0..400 {
        let (mut stream, size) = streams[random.below(streams.len())].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(stream.len());
            match random.below(3) {
                0 => stream[at] ^= 1 << random.below(8),
                1 => stream.truncate(at.max(1)),
                _ => stream[at] = random.below(256) as u8,
            }
        }
        let sizes = pieces(1000 + random.below(20_000), 1);
        if let Some(found) = read_all(&stream, size, 1 + random.below(4), sizes) {
            let mut serial = Vec::new();
            let is_whole = DeflateDecoder::new(&stream[..]).read_to_end(&mut serial).is_ok();
            assert!(is_whole && serial == found, "a verdict where there is none");
            given += 1;
        }
    }
    assert!(given > 50, "{given}: nearly nothing was compared");
}

/// A stored sub-block holds another stream, with true heads.
#[test]
fn heads_that_are_none_are_found_out() {
    let inner = deflate(&kinds(95_000)[0], 6);
    assert!(inner.len() > 40_000 && u16::try_from(inner.len()).is_ok());
    let outer = &kinds(150_000)[2];
    let (mut stream, mut data) = (Vec::new(), Vec::new());
    for _ in 0..6 {
        let mut encoder = Compress::new(Compression::new(6), false);
        let mut packed = Vec::with_capacity(outer.len());
        encoder.compress_vec(outer, &mut packed, FlushCompress::Full).unwrap();
        let len = (inner.len() as u16).to_le_bytes();
        stream.extend([&packed[..], &[0, len[0], len[1], !len[0], !len[1]], &inner].concat());
        data.extend([outer, &inner[..]].concat());
    }
    stream.extend([3, 0]);
    for threads in 1..=4 {
        for most in [3_000, 20_000, 45_000, 70_000] {
            let found = read_all(&stream, data.len(), threads, pieces(most, 1));
            assert!(found.as_ref() == Some(&data), "{threads} threads, pieces of {most}");
        }
    }
}

/// A piece runs out of room within a stored sub-block, at the very bit where another stream begins: what is found there leads on from
/// nothing.
#[test]
fn a_head_where_a_piece_runs_out_of_room_is_none() {
    const BEFORE: usize = 65_000;
    let stored = |bytes: &[u8]| {
        let len = (bytes.len() as u16).to_le_bytes();
        [&[0, len[0], len[1], !len[0], !len[1]], bytes].concat()
    };
    let inner = deflate(&kinds(60_000)[0], 6);
    let noise = &kinds(40_000)[5][..];
    // A piece that begins with this has room for so many bytes of what comes behind it.
    let mut before = kinds(400)[3].clone();
    before.resize(BEFORE, 0);
    let behind = [&vec![0; LEAST_ROOM - BEFORE][..], &inner].concat();
    let (mut stream, mut data) = (Vec::new(), Vec::new());
    for unit in 0..12 {
        // Each lies in another place of the pieces.
        let noise = &noise[..3_000 + 137 * unit];
        let mut encoder = Compress::new(Compression::new(6), false);
        let mut packed = Vec::with_capacity(before.len());
        encoder.compress_vec(&before, &mut packed, FlushCompress::Full).unwrap();
        stream.extend([stored(noise), packed, stored(&behind)].concat());
        data.extend([noise, &before, &behind].concat());
    }
    stream.extend([3, 0]);
    // Which pieces are decoded before others are taken is a matter of chance.
    for round in 0..60 {
        let most = 700 + 10 * round;
        let found = read_all(&stream, data.len(), 2 + round % 3, pieces(most, 1));
        assert!(found.as_ref() == Some(&data), "{round}");
    }
}

/// They are so dense that to read each of them would take a hundred times what decoding takes.
#[test]
fn heads_that_are_planted_on_purpose_cost_little() {
    let mut random = Random(11);
    let noise: Vec<u8> = (0..64 << 10).map(|_| random.below(256) as u8).collect();
    let bit = |at: usize| u8::from(1909 >> (at % 13) & 1 == 1) << (at % 8);
    let planted: Vec<u8> = (0..noise.len()).map(|byte| (8 * byte..8 * byte + 8).map(bit).sum()).collect();
    let time = |bytes: &[u8]| {
        let search = || {
            let start = Instant::now();
            assert_eq!(find_head(bytes, 0, 8 * bytes.len()), None);
            start.elapsed()
        };
        (0..5).map(|_| search()).min().unwrap()
    };
    let (noise, planted) = (time(&noise), time(&planted));
    assert!(planted < 20 * noise, "{planted:?}, of noise {noise:?}");
}

/// A source that counts what it gives.
struct Counting(Vec<u8>, AtomicUsize);

impl ReadAt for Counting {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.0.read_at(buffer, offset)?;
        self.1.fetch_add(count, Ordering::Relaxed);
        Ok(count)
    }
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
    fn read_size(&self) -> usize {
        256 << 10
    }
}

/// What is read of a stream from such a source, and how many bytes that takes.
fn read_counted(stream: Vec<u8>, output: &mut [u8]) -> (bool, usize) {
    let extent = extent(0, stream.len() as u64, output.len() as u64);
    let source = Arc::new(Counting(stream, AtomicUsize::new(0)));
    let input = Input::new(Arc::clone(&source), None).unwrap();
    let team = Team::new(Threads::at_most(2));
    let shared: &AnyInput<'_> = &input;
    let divided = Divided::new(shared, &extent, &team);
    assert!(divided.pays());
    let is_read = divided.read(buffers([(0, output)]), Seen::default(), None).unwrap().is_some();
    (is_read, source.1.load(Ordering::Relaxed))
}

/// A round that ends with each of them would read all that comes behind it each time.
#[test]
fn empty_sub_blocks_cost_no_more_than_others() {
    let data = kinds(8 << 20).swap_remove(0);
    let stream = [[0, 0, 0, 0xff, 0xff].repeat(300_000), deflate(&data, 6)].concat();
    let len = stream.len();
    let mut output = vec![0; data.len()];
    let (is_read, bytes) = read_counted(stream, &mut output);
    assert!(is_read && output == data);
    assert!(bytes < 4 * len, "{bytes} bytes of {len}");
}

/// One sub-block of matches of 258 bytes each: a serial reader stops where the member is said to end.
#[test]
fn what_is_longer_than_it_should_be_is_not_decoded_to_its_end() {
    let mut bits = vec![1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    bits.extend([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0].repeat(1_500_000));
    bits.extend([0; 7]);
    let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit);
    let stream: Vec<u8> = bits.chunks(8).map(byte).collect();
    let len = stream.len();
    let (is_read, bytes) = read_counted(stream, &mut vec![0; len + len / 2]);
    assert!(!is_read && bytes < len / 2, "{bytes} bytes of {len}");
}

#[test]
fn a_member_that_is_longer_or_shorter_than_it_should_be_gets_no_verdict() {
    let data = kinds(300_000).swap_remove(0);
    let stream = deflate(&data, 6);
    for size in [299_999, 300_001, 200_000, 100] {
        assert_eq!(read_all(&stream, size, 2, pieces(20_000, 1)), None);
    }
}
