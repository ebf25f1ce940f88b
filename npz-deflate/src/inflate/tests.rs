//! Blocks of every make give what flate2 gives for their concatenation, and damaged ones never give anything else.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Block, Unfit, inflate_blocks};
use crate::choose::Choice;
use crate::encode::{self, Encoder};
use crate::plan::Plan;
use crate::search::{Cells, Method};

/// A small generator with a fixed seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Data as arrays have them: floats, sparse floats, masks, counters, near repeats at each distance, skewed bytes, one byte
/// only, noise, and counts like Fibonacci's, which make the longest codes.
fn kinds(length: usize) -> Vec<Vec<u8>> {
    let mut random = Random(7);
    let float =
        |random: &mut Random| ((0..6).map(|_| random.below(1000) as f32).sum::<f32>() - 3000.0) * 1e-5;
    let floats: Vec<u8> = (0..length / 4).flat_map(|_| float(&mut random).to_le_bytes()).collect();
    let sparse = (0..length / 4).flat_map(|_| float(&mut random).max(0.0).to_le_bytes()).collect();
    let mask = (0..length).map(|_| u8::from(random.below(10) == 0)).collect();
    let counter = (0..length as u64 / 8).flat_map(u64::to_le_bytes).collect();
    let mut near = vec![1, 2, 3];
    while near.len() < length {
        let distance = 1 + random.below(near.len().min(40));
        for _ in 0..random.below(300) {
            near.push(near[near.len() - distance]);
        }
        near.push(random.next() as u8);
    }
    near.truncate(length);
    let skewed = (0..length)
        .map(|_| random.next().leading_zeros() as u8 + random.next().trailing_zeros() as u8)
        .collect();
    let noise = (0..length).map(|_| random.next() as u8).collect();
    let mut fibonacci = Vec::new();
    let (mut a, mut b) = (1, 1);
    for symbol in 0..24 {
        fibonacci.extend(vec![symbol; a]);
        (a, b) = (b, a + b);
    }
    fibonacci.truncate(length);
    vec![floats, sparse, mask, counter, near, skewed, vec![9; length], noise, fibonacci]
}

/// All ways in which a member can be encoded.
fn plans() -> Vec<Plan> {
    let search = |method: Method| Plan::Search { method, prices: Box::new(method.first_prices()) };
    let mut plans = vec![Plan::Stored, Plan::Literals { sampled: false }, Plan::Literals { sampled: true }];
    plans.extend(
        [Method::Near { tables: 2 }, Method::Mask, Method::Zeros, Method::Runs { pairs: true }].map(search),
    );
    plans.extend([1, 6, 9].map(Plan::Zlib));
    plans
}

/// A member in blocks: before its cells stands a header.
fn encode(data: &[u8], size: usize, plan: &Plan) -> (Vec<Vec<u8>>, Vec<usize>) {
    let mut encoder = Encoder::default();
    let count = data.len().div_ceil(size);
    let mut blocks = Vec::new();
    for (i, part) in data.chunks(size).enumerate() {
        let prefix = if i == 0 { part.len().min(130) } else { 0 };
        let (prefix, cells) = part.split_at(prefix);
        let block = encode::Block {
            prefix,
            cells,
            kind: Cells { width: 4, is_text: false },
            phase: 0,
            is_last: i + 1 == count,
        };
        encoder.encode(block, &Choice::of(plan.clone()), 6).unwrap();
        blocks.push(encoder.as_slice().to_vec());
    }
    (blocks, data.chunks(size).map(<[u8]>::len).collect())
}

fn inflate(compressed: &[Vec<u8>], lengths: &[usize]) -> Result<Vec<u8>, Unfit> {
    inflate_some(compressed, lengths, usize::MAX)
}

/// Only the beginning of each block is wanted.
fn inflate_some(compressed: &[Vec<u8>], lengths: &[usize], wanted: usize) -> Result<Vec<u8>, Unfit> {
    // Not zeros, so that a byte that is not written shows.
    let mut output = vec![0xa5; lengths.iter().sum()];
    let mut rest = output.as_mut_slice();
    let mut blocks = Vec::new();
    for (i, (compressed, &length)) in compressed.iter().zip(lengths).enumerate() {
        let (output, behind) = rest.split_at_mut(length);
        rest = behind;
        let wanted = wanted.min(length);
        blocks.push(Block {
            compressed,
            header: &mut [],
            output,
            wanted,
            ends_member: i + 1 == lengths.len(),
        });
    }
    inflate_blocks(&mut blocks)?;
    Ok(output)
}

/// What zlib gives for the whole, if it is a complete stream of that length and no more.
fn oracle(compressed: &[Vec<u8>], length: usize) -> Option<Vec<u8>> {
    let stream = compressed.concat();
    let mut output = vec![0; length + 1];
    let mut zlib = Decompress::new(false);
    let status = zlib.decompress(&stream, &mut output, FlushDecompress::Finish).ok()?;
    output.truncate(length);
    let is_all = zlib.total_out() == length as u64 && zlib.total_in() == stream.len() as u64;
    (status == Status::StreamEnd && is_all).then_some(output)
}

#[test]
fn blocks_give_what_zlib_gives() {
    for data in kinds(60_000) {
        for size in [700, 17_000, 60_000] {
            for plan in plans() {
                let (compressed, lengths) = encode(&data, size, &plan);
                assert_eq!(oracle(&compressed, data.len()).as_ref(), Some(&data));
                assert!(inflate(&compressed, &lengths) == Ok(data.clone()), "{size} {}", data[0]);
            }
        }
    }
}

/// A member of one block, whose header goes elsewhere.
fn inflate_behind(compressed: &[u8], length: usize, header: usize) -> Result<Vec<u8>, Unfit> {
    let mut bytes = vec![0xa5; length];
    let (header, output) = bytes.split_at_mut(header);
    let wanted = output.len();
    inflate_blocks(&mut [Block { compressed, header, output, wanted, ends_member: true }])?;
    Ok(bytes)
}

#[test]
fn what_comes_first_is_inflated_to_its_own_place() {
    let (mut own, mut separate) = (0, 0);
    for data in kinds(100_000) {
        for plan in plans() {
            let (compressed, _) = encode(&data, data.len(), &plan);
            for header in [0, 1, 129, 130, 131, 5000, data.len() - 1, data.len()] {
                let found = inflate_behind(&compressed[0], data.len(), header);
                assert!(found.is_ok() || header > 0 && header < data.len());
                assert!(found.is_err() || found == Ok(data.clone()), "{header}");
                if header == 130 && !matches!(plan, Plan::Zlib(_)) {
                    own += 1;
                    separate += usize::from(found.is_ok());
                }
            }
        }
    }
    // The library makes one sub-block of both, and blocks are given to it that are like none that it was chosen for.
    assert!(separate + 3 > own, "{separate} of {own}");
}

#[test]
fn as_much_of_each_block_is_right_as_is_wanted() {
    let size = 150_000;
    for data in kinds(2 * size) {
        for plan in plans() {
            let (compressed, lengths) = encode(&data, size, &plan);
            for wanted in [0, 1, 1000, 70_000, size - 1, size] {
                let some = inflate_some(&compressed, &lengths, wanted).unwrap();
                for (found, expected) in some.chunks(size).zip(data.chunks(size)) {
                    let wanted = wanted.min(expected.len());
                    assert!(found[..wanted] == expected[..wanted], "{wanted} of {}", data[0]);
                }
                let rest = some.iter().rev().take_while(|&&byte| byte == 0xa5).count();
                // What is stored comes by 65,535 bytes at once.
                let stops = wanted > 1000 || rest > size / 2 || matches!(plan, Plan::Stored);
                assert!(stops, "decodes on: {rest} bytes were left");
            }
        }
    }
}

#[test]
fn empty_blocks_are_read() {
    assert_eq!(inflate(&[vec![3, 0]], &[0]), Ok(vec![]));
    assert_eq!(inflate(&[vec![0, 0, 0, 0xff, 0xff], vec![], vec![3, 0]], &[0, 0, 0]), Ok(vec![]));
    assert_eq!(inflate(&[], &[]), Ok(vec![]));
    assert_eq!(inflate(&[vec![]], &[0]), Err(Unfit));
}

#[test]
fn wrong_lengths_do_not_fit() {
    let data = kinds(20_000).swap_remove(0);
    for plan in [Plan::Literals { sampled: false }, Plan::Zlib(6)] {
        let (blocks, _) = encode(&data, 20_000, &plan);
        assert!(inflate(&blocks, &[20_000]).is_ok());
        for length in [0, 1, 4096, 19_999, 20_001] {
            assert_eq!(inflate(&blocks, &[length]), Err(Unfit));
        }
        let longer = [blocks[0].as_slice(), &[0]].concat();
        assert_eq!(inflate(&[longer], &[20_000]), Err(Unfit));
        // The last block of a member is not one in its middle, nor the other way round.
        let (halves, lengths) = encode(&data, 10_000, &plan);
        assert_eq!(inflate(&halves[..1], &lengths[..1]), Err(Unfit));
        assert_eq!(inflate(&[halves[1].clone(), halves[0].clone()], &lengths), Err(Unfit));
    }
}

/// Damages blocks in every way that a seed gives; says how many were still accepted.
fn damage(rounds: usize, seed: u64) -> usize {
    let mut random = Random(seed);
    let mut accepted = 0;
    let mut makes = Vec::new();
    for data in &kinds(6000) {
        for size in [900, 2500, 6000] {
            makes.extend(plans().iter().map(|plan| encode(data, size, plan)));
        }
    }
    for _ in 0..rounds {
        let (mut compressed, mut lengths) = makes[random.below(makes.len())].clone();
        for _ in 0..=random.below(3) {
            let which = random.below(compressed.len());
            let block = &mut compressed[which];
            match random.below(8) {
                0 => block.truncate(random.below(block.len() + 1)),
                1 => lengths[which] = random.below(7000),
                2 => block.push(random.next() as u8),
                // Headers are where damage does most.
                3 | 4 if !block.is_empty() => {
                    let at = random.below(block.len().min(80));
                    block[at] ^= 1 << random.below(8);
                }
                5 if !block.is_empty() => {
                    let at = random.below(block.len());
                    block[at] = random.next() as u8;
                }
                _ if !block.is_empty() => {
                    let at = random.below(block.len());
                    block[at] ^= 1 << random.below(8);
                }
                _ => {}
            }
        }
        if let Ok(output) = inflate(&compressed, &lengths) {
            accepted += 1;
            assert!(oracle(&compressed, output.len()) == Some(output), "accepted what zlib does not give");
        }
    }
    accepted
}

#[test]
fn damaged_blocks_are_refused_or_give_what_zlib_gives() {
    let accepted = damage(5_000, 3);
    assert!(accepted > 50, "{accepted}: nearly nothing was accepted, so nothing was compared");
}
