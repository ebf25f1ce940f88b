//! Which searches could be worth it, from a look at some hundred cells.

use super::mask::is_mask;
use super::words::{equal_high, equal_low, hash, word_at};
use super::{COUNTERS, Method, PAIRS, SHORT_FLOATS, SMOOTH, SMOOTH_NARROW, TOKENS, TWO_CELLS, ZEROS};
use crate::sequences::{Codes, MIN_MATCH, Prices, WINDOW, distance_symbol};

/// What cells are, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Cells {
    /// The width of a number, or of a cell that is none.
    pub width: usize,
    /// Whether they are text in UTF-32.
    pub is_text: bool,
}

/// Cells in a row that a survey looks at.
const SURVEYED: usize = 512;
/// So many bytes are looked up among those of the window before them.
const LOOKED_UP: usize = 8 << 10;
/// Where the survey finds nothing, so many bytes are searched.
const TASTED: usize = 32 << 10;

/// A search that could be worth it beside those for numbers of one kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum General {
    /// One that is made for such cells.
    Of(Method),
    /// Those at every byte.
    Bytes,
    Nothing,
}

/// What could be worth a trial on samples that begin with a cell: searches for numbers, the fastest first, and one for more. Told by so many
/// strips.
pub(crate) fn survey(samples: &[&[u8]], cells: Cells, strips: usize) -> (Vec<Method>, General) {
    let look = Look { samples, strips };
    let numbers = look.shortlist(cells.width);
    if samples.iter().all(|sample| is_mask(sample)) {
        return (numbers, General::Of(Method::Mask));
    }
    if cells.is_text {
        return (numbers, General::Of(Method::Repeated { width: 4, shift: 0 }));
    }
    let (mut hits, mut places) = (0, 0);
    for strip in look.strips(1, 4 * SURVEYED) {
        hits += repeats(strip, 1, 0, 32);
        places += strip.len();
    }
    let repeated = |shift| Method::Repeated { width: cells.width as u8, shift };
    let general = match cells.width {
        // Images repeat three bytes here and there.
        1 if hits * 500 > places => General::Bytes,
        4 | 8 if look.is_promising(repeated(0), cells.width) => {
            General::Of(repeated(look.low_zeros(cells.width)))
        }
        _ if hits * 50 > places => General::Bytes,
        // Rows that come again are far apart.
        width if repeat_afar(samples, width) => General::Bytes,
        _ => General::Nothing,
    };
    (numbers, general)
}

/// Whether a plain search at every byte of a piece in the middle saves a thousandth of what its literals take.
pub(crate) fn tastes_of_matches(sample: &[u8], codes: &mut Codes) -> bool {
    const KEY_BITS: u32 = 13;
    /// Matches are rare at first.
    const RARE: u64 = 4 * 8;
    let len = sample.len().min(TASTED);
    let piece = &sample[(sample.len() - len) / 2..][..len];
    codes.make_for_sequences(piece, &[]);
    let (mut prices, first) = (Prices::default(), Prices::default());
    codes.prices(&mut prices);
    let price =
        |bytes: &[u8]| bytes.iter().map(|byte| u64::from(prices.literal[usize::from(*byte)])).sum::<u64>();
    let mut last = [0u16; 1 << KEY_BITS];
    let (mut at, mut saved) = (0, 0);
    while at + 8 <= len {
        let word = word_at(piece, at);
        let place = usize::from(std::mem::replace(&mut last[hash(word << 40, KEY_BITS)], at as u16));
        let found = if place < at { equal_low(word ^ word_at(piece, place)) } else { 0 };
        if found < MIN_MATCH {
            at += 1;
            continue;
        }
        let distance = first.distance[distance_symbol(at - place)];
        let cost = u64::from(first.length[found]) + u64::from(distance) + RARE;
        let gain = price(&piece[at..at + found]).saturating_sub(cost);
        saved += gain;
        at += if gain > 0 { found } else { 1 };
    }
    // A price is in eighths of a bit.
    saved * 1000 > 8 * codes.cost()
}

/// Whether cells of one of the samples repeat as far back as a match can reach.
pub(crate) fn repeat_afar(samples: &[&[u8]], width: usize) -> bool {
    samples.iter().any(|sample| repeats_afar(sample, width))
}

/// Whether one in fifty cells of a sample begins eight bytes that came before, as far back as a match can reach.
fn repeats_afar(sample: &[u8], width: usize) -> bool {
    const KEY_BITS: u32 = 13;
    // Half of each key is kept: what looks like a repeat by chance is rare enough.
    let mut seen = vec![0u32; 1 << KEY_BITS];
    // In the middle of a block, as large a piece as a window and what is looked up.
    let piece = sample.len().min(WINDOW + LOOKED_UP);
    let start = (sample.len() - piece) / 2 / width * width;
    let piece = sample.get(start..).and_then(|rest| rest.get(..piece)).unwrap_or(sample);
    let looked_up = piece.len() - piece.len().min(LOOKED_UP);
    let (mut hits, mut places) = (0, 0);
    for place in (0..piece.len().saturating_sub(7)).step_by(width) {
        let key = word_at(piece, place);
        let last = std::mem::replace(&mut seen[hash(key, KEY_BITS)], (key >> 32) as u32 ^ key as u32);
        if place >= looked_up {
            places += 1;
            hits += usize::from(key != 0 && last == (key >> 32) as u32 ^ key as u32);
        }
    }
    hits * 50 > places
}

/// What is worth a trial in numbers of this width, the likeliest first.
fn methods(width: usize) -> &'static [Method] {
    match width {
        2 => &[TWO_CELLS, ZEROS],
        4 => &[COUNTERS, TOKENS, ZEROS, SHORT_FLOATS, SMOOTH_NARROW],
        8 => &[PAIRS, ZEROS, COUNTERS, SMOOTH, SMOOTH_NARROW],
        _ => &[],
    }
}

/// What a survey looks at.
struct Look<'s, 'a> {
    samples: &'s [&'a [u8]],
    strips: usize,
}

impl<'a> Look<'_, 'a> {
    /// The ways for numbers that a survey does not rule out, at most three.
    fn shortlist(&self, width: usize) -> Vec<Method> {
        let promising = |method: &&Method| self.is_promising(**method, width);
        methods(width).iter().filter(promising).take(3).copied().collect()
    }

    /// Whether a method finds something in as many cells as make it worth a trial.
    fn is_promising(&self, method: Method, width: usize) -> bool {
        let (least, of) = match method {
            Method::Runs { pairs: true } => (1, 4),
            Method::Runs { pairs: false } => (3, 4),
            Method::Zeros => (1, 16),
            _ => (1, 20),
        };
        let (mut hits, mut cells) = (0, 0);
        for strip in self.strips(width, SURVEYED) {
            hits += finds(method, strip, width);
            cells += (strip.len() / width).saturating_sub(2);
        }
        hits * of > cells * least
    }

    /// Low bytes that are zero in nearly all cells, as in floats that hold small numbers: to a match they belong with the upper ones of the cell
    /// before. 0 if there is nothing but zeros.
    fn low_zeros(&self, width: usize) -> u8 {
        let zeros = |cell: &[u8]| cell.iter().take_while(|&&byte| byte == 0).count();
        let cells = || self.strips(width, SURVEYED).flat_map(|strip| strip.chunks_exact(width)).map(zeros);
        let count = cells().count();
        let has = |zeros: &usize| cells().filter(|found| found >= zeros).count() * 16 >= count * 15;
        (1..=width).take_while(has).count() as u8 % width.max(1) as u8
    }

    /// Some cells of each sample, in strips that begin with a cell.
    fn strips(&self, width: usize, cells: usize) -> impl Iterator<Item = &'a [u8]> {
        let each = (self.strips / self.samples.len().max(1)).max(1);
        self.samples.iter().flat_map(move |sample| {
            let step = (sample.len() / each).next_multiple_of(width).max(cells * width);
            sample.chunks(step).map(move |part| part.get(..cells * width).unwrap_or(part))
        })
    }
}

/// In how many cells of a strip a method finds something.
fn finds(method: Method, strip: &[u8], width: usize) -> usize {
    let cells = (strip.len() / width).saturating_sub(2);
    let unused = 64 - 8 * width as u32;
    let cell = |index: usize| word_at(strip, index * width) << unused;
    match method {
        // Zeros among cells whose last byte is no zero: those of small integers are not rare enough to be worth more than a
        // literal.
        Method::Zeros => {
            let mut worth = true;
            let mut is_zero = |index| {
                worth = if cell(index) == 0 { worth } else { cell(index) >> 56 != 0 };
                cell(index) == 0 && worth
            };
            (0..cells).filter(|&index| is_zero(index)).count()
        }
        Method::Runs { pairs: true } => repeats(strip, width, 0, unused),
        // A match takes three bytes: the upper ones of a cell, and the lower ones of the next. Narrow cells have either.
        Method::Runs { pairs: false } => {
            let differs = |index| cell(index) ^ cell(index - 1);
            let upper = |index| equal_high(differs(index));
            let lower = |index| equal_low(differs(index + 1) >> unused);
            let count =
                |equal: &dyn Fn(usize) -> usize| (1..cells).filter(|&at| equal(at) >= 3.min(width)).count();
            if width == 8 {
                count(&|index| upper(index) + lower(index))
            } else {
                count(&upper).max(count(&lower))
            }
        }
        Method::Keys { anchors, .. } => anchors.first().map_or(0, |anchor| {
            repeats(strip, width, anchor.offset as usize, 64 - 8 * u32::from(anchor.bytes))
        }),
        Method::Repeated { .. } => repeats(strip, width, 0, unused),
        Method::Near { .. } | Method::Rows { .. } | Method::Chains { .. } | Method::Mask => 0,
    }
}

/// In how many cells a key is found that came before. Zero keys do not count: zeros repeat in every kind of data.
fn repeats(strip: &[u8], width: usize, offset: usize, unused: u32) -> usize {
    let mut last = [0u64; 1024];
    let places = (offset..strip.len().saturating_sub(7)).step_by(width);
    places
        .filter(|&place| {
            let key = word_at(strip, place) << unused;
            key != 0 && std::mem::replace(&mut last[hash(key, 10)], key) == key
        })
        .count()
}
