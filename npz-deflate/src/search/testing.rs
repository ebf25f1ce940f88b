//! Blocks that exercise a matcher, and the check that each of them comes back.

use std::ops::Range;

use super::Search;
use crate::sequences::{Codes, Prices, Seq};

/// Numbers that look random, the same on every run.
pub(super) fn numbers(seed: u32) -> impl Iterator<Item = u32> {
    let mut state = u64::from(seed) << 1 | 1;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u32
    })
}

/// Cells of every kind that a search of numbers is for, and of some that it is not for.
pub(super) fn numeric(width: usize, len: usize) -> Vec<Vec<u8>> {
    let mut random = numbers(88).map(|x| u64::from(x) << 22 ^ u64::from(x));
    let mut next = move || random.next().unwrap();
    let mut cells = |cell: &mut dyn FnMut(&mut dyn FnMut() -> u64) -> u64| {
        let words = std::iter::repeat_with(|| cell(&mut next).to_le_bytes());
        words.flat_map(|word| word.into_iter().take(width)).take(len).collect::<Vec<u8>>()
    };
    let mut value = 1u64 << (8 * width - 10);
    vec![
        cells(&mut |next| next() << 8),
        cells(&mut |next| next() % 7),
        cells(&mut |next| next() & next() & next() & 0x3FF),
        cells(&mut |next| if next() % 2 == 0 { 0 } else { next() }),
        cells(&mut |next| if next() % 100 != 0 { 0 } else { next() }),
        cells(&mut |next| (next() & 0xFFF) << (8 * width - 12)),
        cells(&mut |_| 0),
        cells(&mut |next| {
            value = value.wrapping_add(next() & 0xFFFF);
            value
        }),
        cells(&mut |next| if next() % 300 == 0 { next() } else { 5 }),
    ]
}

/// Blocks of many kinds and awkward lengths.
pub(super) fn blocks() -> Vec<Vec<u8>> {
    let noise =
        |n: usize, values: u32| numbers(values).map(|x| (x % values) as u8).take(n).collect::<Vec<u8>>();
    let mut text = Vec::new();
    for x in numbers(9).take(30_000) {
        text.extend_from_slice(
            [&b"alpha "[..], b"beta", b"{\n    gamma", b"x = 17;\n", b"delta-epsilon"][(x % 5) as usize],
        );
    }
    let wide: Vec<u8> = text[..30_001].iter().flat_map(|&byte| [byte, 0, 0, 0]).collect();
    let mut far = noise(40_000, 256);
    far.extend_from_within(..);
    far.extend_from_within(7_232..40_000);
    let image = numbers(5)
        .take(150_000)
        .enumerate()
        .map(|(i, x)| (100 + i / 700 % 60 + (x % 5) as usize) as u8)
        .collect();
    let mask =
        |n: usize, rare: u32| numbers(rare).map(|x| u8::from(x % rare == 0)).take(n).collect::<Vec<u8>>();
    let mut runs = Vec::new();
    for x in numbers(3).take(300) {
        runs.resize(runs.len() + (x % 900) as usize, (x >> 20 & 1) as u8);
    }
    let mut late = mask(70_000, 10);
    late[65_000] = 3;
    let mut blocks =
        vec![text, wide, far, image, runs, late, mask(140_000, 10), mask(66_000, 100), mask(3_000, 2)];
    blocks.extend([noise(70_000, 10), noise(5_000, 256), vec![0; 200_000], vec![1; 65_537]]);
    blocks.extend((0..20).map(|n| vec![7; n]));
    blocks.extend((0..20).map(|n| noise(n, 2)));
    blocks
}

/// Replays the sequences of a part onto `made`, which holds what came before.
fn replay(block: &[u8], end: usize, sequences: &[Seq], made: &mut Vec<u8>) {
    for seq in sequences {
        let at = made.len();
        made.extend_from_slice(&block[at..at + seq.literals as usize]);
        let (len, distance) = (usize::from(seq.len), usize::from(seq.distance));
        assert!((3..=258).contains(&len) && (1..=32768).contains(&distance) && distance <= made.len());
        for _ in 0..len {
            made.push(made[made.len() - distance]);
        }
        assert!(made.len() <= end, "a match runs past the part");
    }
    made.extend_from_slice(&block[made.len()..end]);
}

/// Searches every block part by part and replays what comes out; a second time after other blocks, as nothing may be left of
/// them.
pub(super) fn check(mut search: impl Search, blocks: &[Vec<u8>], phases: Range<usize>) {
    let mut first_round = Vec::new();
    let turns = (0..blocks.len()).chain((0..blocks.len()).rev());
    for (turn, index) in turns.enumerate() {
        let block = &blocks[index];
        let (mut made, mut all) = (Vec::new(), Vec::new());
        let (mut prices, mut codes) = (Prices::default(), Codes::new());
        search.reset(phases.start + index % phases.len());
        // Now and then of an odd length.
        let step = [65_536, 30_001, 10_007][index % 3];
        for start in (0..block.len()).step_by(step) {
            let part = start..block.len().min(start + step);
            let mut sequences = Vec::new();
            search.parse(block, part.clone(), &prices, &mut sequences);
            replay(block, part.end, &sequences, &mut made);
            codes.make_for_sequences(&block[part], &sequences);
            codes.prices(&mut prices);
            all.push(sequences);
        }
        assert!(made == *block, "block {index}");
        if turn < blocks.len() {
            first_round.push(all);
        } else {
            assert!(first_round[index] == all, "block {index}");
        }
    }
}
