//! Which way is best for a member, told by samples of it.
//!
//! A survey of some hundred cells leaves a few ways that could be worth it, in microseconds. Those are tried on the samples: the
//! first half of each teaches the prices by which the second is judged, and what was learnt is what blocks begin with.

use super::bits::BitWriter;
use super::encode::Plan;
use super::search::{Cells, Method, survey};
use super::sequences::{Codes, Prices, WINDOW};
use super::zlib::Zlib;
use crate::error::{Error, Result};

/// From this many bits a byte on, codes of a sample are as good as those of all bytes.
const LEAST_SAMPLED: u64 = 6;

/// What was chosen.
pub(crate) struct Choice {
    pub(crate) plan: Plan,
    /// What was tried: for blocks like the samples it need not be tried again.
    pub(crate) tried: Vec<Method>,
}

impl Choice {
    pub(crate) fn of(plan: Plan) -> Self {
        Self { plan, tried: Vec::new() }
    }
}

/// A search for numbers has to save so many thousandths of what literals take: it is a third as fast. One at every byte
/// is ten times as slow again, and has to save as many, or more where a search for numbers is worth it.
const LEAST_GAIN: u64 = 10;
const LEAST_GAIN_OVER_NUMBERS: u64 = 60;
/// So much of a block is tried: a window, and as much behind it.
const AGAIN_BYTES: usize = 2 * WINDOW;

/// Tells how to encode cells like these samples at a level from 0 to 9. Each sample begins with a cell.
pub(crate) fn choose(samples: &[&[u8]], cells: Cells, level: u32) -> Result<Choice> {
    let judged = judged_bits(samples);
    if level == 0 || judged == 0 {
        return Ok(Choice::of(Plan::Stored));
    }
    let mut codes = Codes::new();
    let plain = literal_bits(samples, &mut codes);
    let mut best = if plain + plain / 200 > judged {
        Plan::Stored
    } else {
        Plan::Literals { sampled: plain > LEAST_SAMPLED * judged / 8 }
    };
    let mut least = plain.min(judged);
    let is_small_enough =
        |bits: u64, least: u64, gain: u64| bits < least - least * if level > 6 { 0 } else { gain } / 1000;
    let (numbers, general) = survey(samples, cells, level);
    let mut gain = LEAST_GAIN;
    for &method in &numbers {
        let (bits, prices) = attempt(method, samples, cells.width, &mut codes);
        if is_small_enough(bits, least, LEAST_GAIN) {
            (least, gain) = (bits, LEAST_GAIN_OVER_NUMBERS);
            best = Plan::Search { method, prices: Box::new(prices) };
        }
    }
    let Some(sample) = samples.last().filter(|_| !numbers.is_empty() || !general.is_empty()) else {
        return Ok(Choice::of(best));
    };
    let sample = &[*sample];
    let mut least = match &best {
        Plan::Search { method, .. } => attempt(*method, sample, cells.width, &mut codes).0,
        _ => literal_bits(sample, &mut codes).min(judged_bits(sample)),
    };
    for &method in &general {
        let (bits, prices) = attempt(method, sample, cells.width, &mut codes);
        if is_small_enough(bits, least, gain) {
            (least, gain) = (bits, LEAST_GAIN);
            best = Plan::Search { method, prices: Box::new(prices) };
        }
    }
    // Where a search for numbers is worth it, the library is too slow for what it may save; not for a small member.
    let may_be_slow = level > 6 || gain == LEAST_GAIN || sample[0].len() < AGAIN_BYTES;
    if may_be_slow && is_small_enough(zlib_bits(sample, level)?, least, LEAST_GAIN) {
        best = Plan::Zlib(level);
    }
    Ok(Choice { plan: best, tried: [numbers, general].concat() })
}

/// The bits of the second halves, by which ways are judged, as they are.
fn judged_bits(samples: &[&[u8]]) -> u64 {
    samples.iter().map(|sample| 8 * (sample.len() - sample.len() / 2) as u64).sum()
}

/// Looks at a block whose member has no matches to speak of; gives a plan of its own where it has some.
pub(super) fn choose_again(block: &[u8], cells: Cells, level: u32, tried: &[Method]) -> Result<Option<Plan>> {
    // Where bytes are all that is known, they are images or text, or were found to be noise.
    let (numbers, general) =
        if cells.width == 1 { Default::default() } else { survey(&[block], cells, level) };
    if numbers.iter().chain(&general).all(|method| tried.contains(method)) {
        return Ok(None);
    }
    let sample = block.len().min(AGAIN_BYTES);
    let start = (block.len() - sample) / 2;
    let choice = choose(&[&block[start - start % cells.width..][..sample]], cells, level)?;
    Ok(Some(choice.plan))
}

fn literal_bits(samples: &[&[u8]], codes: &mut Codes) -> u64 {
    let judged = samples.iter().map(|sample| &sample[sample.len() / 2..]);
    judged
        .map(|half| {
            codes.make_for_sequences(half, &[]);
            codes.cost()
        })
        .sum()
}

/// The bits of the second halves, and the prices learnt.
fn attempt(method: Method, samples: &[&[u8]], width: usize, codes: &mut Codes) -> (u64, Prices) {
    let mut search = method.search(width);
    let mut prices = method.first_prices();
    let (mut sequences, mut bits) = (Vec::new(), 0);
    for sample in samples {
        search.reset(0);
        let middle = sample.len() / 2;
        for part in [0..middle, middle..sample.len()] {
            sequences.clear();
            search.parse(sample, part.clone(), &prices, &mut sequences);
            codes.make_for_sequences(&sample[part.clone()], &sequences);
            codes.prices(&mut prices);
            bits += if part.start == middle { codes.cost() } else { 0 };
        }
    }
    (bits, prices)
}

/// The bits of the second halves by the library.
fn zlib_bits(samples: &[&[u8]], level: u32) -> Result<u64> {
    let mut zlib = Zlib::new(level);
    let mut out = BitWriter::default();
    let mut bits_of = |bytes: &[u8]| -> Result<u64> {
        let room = bytes.len() * 2 + 4096;
        if !out.start(room) {
            return Err(Error::no_memory(room as u64, "compressed data"));
        }
        zlib.encode(&[bytes], true, &mut out)?;
        Ok(out.position())
    };
    let mut bits = 0;
    for sample in samples {
        bits += bits_of(sample)?.saturating_sub(bits_of(&sample[..sample.len() / 2])?);
    }
    Ok(bits)
}
