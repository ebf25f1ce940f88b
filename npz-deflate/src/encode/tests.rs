//! What is encoded, by every plan, is what flate2 gives back.

use super::*;
use crate::search;
use std::io::Read;

impl Plan {
    fn name(&self) -> String {
        match self {
            Self::Stored => "stored".to_owned(),
            Self::Literals { sampled } => format!("literals {sampled}"),
            Self::Search { method, .. } => format!("{method:?}"),
            Self::Zlib(level) => format!("zlib {level}"),
        }
    }
}

pub(crate) fn random(seed: u64) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 32) as u32
    }
}

/// Makes a cell of random numbers and its number.
type Make<'m> = dyn FnMut(&mut dyn FnMut() -> u32, usize) -> Vec<u8> + 'm;

/// Bytes as arrays have them, each with the width of its cells.
fn kinds(len: usize) -> Vec<(&'static str, Vec<u8>, usize)> {
    let mut next = random(len as u64 + 1);
    let mut bytes = |make: &mut Make<'_>| {
        let cells = (0..).flat_map(|i| make(&mut next, i));
        cells.take(len).collect::<Vec<u8>>()
    };
    let normal =
        |next: &mut dyn FnMut() -> u32| (0..12).map(|_| next() as f32 / u32::MAX as f32).sum::<f32>() - 6.0;
    vec![
        ("floats", bytes(&mut |next, _| (normal(next) * 0.02).to_le_bytes().into()), 4),
        ("sparse", bytes(&mut |next, _| (normal(next).max(0.0) as f64).to_le_bytes().into()), 8),
        ("tokens", bytes(&mut |next, _| (1_000_000 / (1 + next() % 50_000)).to_le_bytes().into()), 4),
        ("index", bytes(&mut |_, i| (i as u64).to_le_bytes().into()), 8),
        ("zeros", bytes(&mut |_, _| vec![0]), 4),
        ("full", bytes(&mut |_, _| vec![0, 0, 128, 63]), 4),
        ("odd", bytes(&mut |_, _| vec![1, 2, 3]), 3),
        ("noise", bytes(&mut |next, _| vec![(next() >> 7) as u8]), 1),
        ("mask", bytes(&mut |next, _| vec![u8::from(next() % 10 == 0)]), 1),
        ("one", bytes(&mut |_, i| vec![u8::from(i == 3)]), 1),
        ("text", bytes(&mut |next, _| format!("line {} of a text\n", next() % 97).into_bytes()), 1),
    ]
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut decoder = flate2::bufread::DeflateDecoder::new(bytes);
    decoder.read_to_end(&mut found).unwrap();
    assert_eq!(decoder.total_in(), bytes.len() as u64);
    found
}

fn plans() -> Vec<Plan> {
    let mut plans = vec![
        Plan::Stored,
        Plan::Literals { sampled: true },
        Plan::Literals { sampled: false },
        Plan::Zlib(6),
    ];
    plans.extend(search::ALL.map(|method| Plan::Search { method, prices: Box::new(method.first_prices()) }));
    plans
}

#[test]
fn every_plan_gives_every_kind_of_bytes_back() {
    let mut encoder = Encoder::default();
    let plans: Vec<_> = plans().into_iter().map(Choice::of).collect();
    let header = [&[0x93][..], b"NUMPY the header of an array", &[b' '; 300], b"\n"].concat();
    for len in [0, 1, 2, 3, 7, 8, 255, 4096, 70_001] {
        for (name, bytes, width) in kinds(len) {
            let kind = Cells { width, is_text: false };
            for plan in &plans {
                for prefix in [&header[..], &[]] {
                    // Two blocks of a member.
                    let mut stream = Vec::new();
                    let block = Block { prefix, cells: &bytes, kind, phase: len % width, is_last: false };
                    encoder.encode(block, plan, 6).unwrap();
                    stream.extend_from_slice(encoder.as_slice());
                    assert!(
                        stream.len() <= len + len / 512 + prefix.len() + 200,
                        "{name}, {len}, {}",
                        plan.plan.name()
                    );
                    encoder.encode(Block { prefix: &[], is_last: true, ..block }, plan, 6).unwrap();
                    stream.extend_from_slice(encoder.as_slice());
                    let expected = [prefix, &bytes, &bytes].concat();
                    assert!(inflate(&stream) == expected, "{name}, {len}, {}", plan.plan.name());
                }
            }
        }
    }
}

#[test]
fn cells_that_are_all_the_same_take_a_thousandth() {
    let mut encoder = Encoder::default();
    for (name, bytes, width) in
        kinds(1 << 20).into_iter().filter(|(name, ..)| ["zeros", "full", "odd"].contains(name))
    {
        let kind = Cells { width, is_text: false };
        let block = Block { prefix: &[], cells: &bytes, kind, phase: 0, is_last: true };
        encoder.encode(block, &Choice::of(Plan::Stored), 6).unwrap();
        assert!(encoder.as_slice().len() < 1200, "{name}: {}", encoder.as_slice().len());
    }
}

#[test]
fn literals_get_new_codes_where_the_bytes_change_their_kind() {
    let mut next = random(5);
    let mut noise = |range: u32| (0..256 << 10).map(|_| (next() % range) as u8).collect::<Vec<_>>();
    let (narrow, wide) = (noise(16), noise(128));
    let mut encoder = Encoder::default();
    let mut len = |cells: &[u8]| {
        let kind = Cells { width: 1, is_text: false };
        let block = Block { prefix: &[], cells, kind, phase: 0, is_last: true };
        encoder.encode(block, &Choice::of(Plan::Literals { sampled: true }), 6).unwrap();
        assert!(inflate(encoder.as_slice()) == cells);
        encoder.as_slice().len()
    };
    let apart = len(&narrow) + len(&wide);
    assert!(len(&[narrow.clone(), wide].concat()) < apart + 500);
    // All of one byte, then of another.
    assert!(len(&[vec![1; 1 << 17], vec![2; 1 << 17], narrow].concat()) < 180_000);
}

#[test]
fn matches_get_new_codes_where_the_bytes_change_their_kind() {
    let mut next = random(7);
    // Nibbles with words that come again, noise that is one run of literals through several parts, and other nibbles.
    let word: Vec<u8> = (0..40).map(|_| (next() >> 9) as u8).collect();
    let mut region = |parts: usize, base: u8, most: u32| {
        let mut region = Vec::new();
        while region.len() < parts * literals::PART {
            let count = next() % 300;
            region.extend((0..count).map(|_| base + (next() % most) as u8));
            region.extend_from_slice(if most < 256 { &word } else { &[] });
        }
        region.truncate(parts * literals::PART);
        region
    };
    let regions = [region(2, 0, 16), region(3, 0, 256), region(2, 100, 16), region(1, 0, 16)];
    let kind = Cells { width: 1, is_text: false };
    let mut encoder = Encoder::default();
    for method in search::ALL.into_iter().filter(|method| method.finds_what_drifts()) {
        let choice = Choice::of(Plan::Search { method, prices: Box::new(method.first_prices()) });
        let mut encode = |cells: &[u8]| {
            let block = Block { prefix: &[], cells, kind, phase: 0, is_last: true };
            encoder.encode(block, &choice, 6).unwrap();
            assert!(inflate(encoder.as_slice()) == cells, "{method:?}");
            encoder.as_slice().len()
        };
        let apart: usize = regions.iter().map(|region| encode(region)).sum();
        let together = encode(&regions.concat());
        assert!(together < apart + apart / 100, "{method:?}: {together} bytes, {apart} apart");
    }
}

#[test]
fn pairs_write_what_single_bytes_do() {
    let mut next = random(9);
    // Each byte is half as frequent as the one before: codes have up to 11 bits.
    let skewed = (0..70_003).map(|_| (next() | 1 << 14).trailing_zeros() as u8).collect::<Vec<_>>();
    let mut longest = Vec::new();
    for bytes in kinds(70_003).into_iter().map(|(_, bytes, _)| bytes).chain([skewed]) {
        let mut counts = [0; 256];
        literals::count(&bytes, &mut counts);
        let plain: Vec<u32> = (0..=255).map(|b| bytes.iter().map(|x| u32::from(*x == b)).sum()).collect();
        assert_eq!(counts[..], plain);
        let mut codes = Codes::new();
        codes.make_for_literals(&counts);
        longest.extend(codes.litlen_lengths[..256].iter().max());
        let mut pairs = Pairs::new().unwrap();
        pairs.fill(&codes.litlen, &codes.litlen_lengths);
        let mut singly = BitWriter::default();
        assert!(singly.start(2 * bytes.len()));
        literals::write_singly(&bytes, &mut singly, &codes.litlen, &codes.litlen_lengths);
        singly.align();
        for width in [1, 2, 4, 8, 16] {
            let mut by_pairs = BitWriter::default();
            assert!(by_pairs.start(2 * bytes.len()));
            pairs.write(&bytes, width, &mut by_pairs, &codes.litlen, &codes.litlen_lengths);
            by_pairs.align();
            assert!(by_pairs.as_slice() == singly.as_slice(), "{width}");
        }
    }
    assert!(longest.contains(&literals::SHORT) && longest.contains(&literals::LIMIT), "{longest:?}");
}

#[test]
fn codes_of_literals_are_short_where_that_costs_little() {
    let mut codes = Codes::new();
    // Floats: three bytes of any value, and one of few.
    let mut floats = [1000; 256];
    floats[60..64].fill(60_000);
    let mut skewed = [0; 256];
    (0..16).for_each(|i| skewed[i] = 1 << (16 - i));
    for (counts, longest) in [(floats, literals::SHORT), (skewed, literals::LIMIT)] {
        codes.make_for_literals(&counts);
        assert_eq!(codes.litlen_lengths[..256].iter().max(), Some(&longest));
    }
}
