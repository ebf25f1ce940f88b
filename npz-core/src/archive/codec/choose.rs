//! Which way is best for a member, told by samples of it.
//!
//! A survey of some hundred cells leaves a few ways that could be worth it, in microseconds. Those are tried on the samples: the
//! first half of each teaches the prices by which the second is judged, and what was learnt is what blocks begin with.

use std::ops::Range;

use super::plan::{Plan, period_of};
use super::search::{Cells, General, Method, NEAR, NEAR_BY_THREE, SMOOTH, survey, tastes_of_matches};
use super::sequences::{Codes, Prices, WINDOW};
use super::zlib::Zlib;
use crate::error::Result;

/// From this many bits a byte on, codes of a sample are as good as those of all bytes.
const LEAST_SAMPLED: u64 = 6;

/// What was chosen.
pub(crate) struct Choice {
    pub(crate) plan: Plan,
    /// What was tried: for blocks like the samples it need not be tried again.
    pub(crate) tried: Vec<Method>,
    /// Whether all cells that were looked at are the same: blocks where they are not are then looked at anew.
    pub(crate) repeats: bool,
}

impl Choice {
    pub(crate) fn of(plan: Plan) -> Self {
        Self { plan, tried: Vec::new(), repeats: false }
    }

    fn has_tried(&self, (numbers, general): (Vec<Method>, General)) -> bool {
        let has_general = match general {
            General::Of(method) => self.tried.contains(&method),
            General::Bytes => {
                self.tried.iter().any(|tried| matches!(tried, Method::Near { .. } | Method::Rows { .. }))
            }
            General::Nothing => true,
        };
        has_general && numbers.iter().all(|method| self.tried.contains(method))
    }
}

/// A search for numbers has to save so many thousandths of what literals take: it is a third as fast. One at every byte
/// is ten times as slow again, and has to save as many, or more where a search for numbers is worth it.
const LEAST_GAIN: u64 = 10;
const LEAST_GAIN_OVER_NUMBERS: u64 = 100;
/// Less where that search is slow itself.
const LEAST_GAIN_OVER_SMOOTH: u64 = 25;
/// There is more than one library of that name: their sizes differ by so many thousandths where cells are numbers.
const LIBRARIES_DIFFER: u64 = 60;
/// Where the faster search for images saves so many thousandths over the library, the slower one is not tried: for images libraries of that name
/// differ by as many.
const ENOUGH_OVER_LIBRARY: u64 = 30;
/// Level 6 of some libraries finds matches of three bytes, of ours only level 9 does, at the speed of theirs. Where a search for images saves
/// less over level 6, and where it would be used itself, level 9 is tried and used if it saves so many thousandths: 8 % of a matrix of sines.
const SURE: u64 = 10;
const WORTH_THE_SLOWEST: u64 = 5;
/// What the library makes so many times smaller has long matches.
const MUCH: u64 = 16;
/// Where matches are of a middling length its level 9 looks for longer ones so long that it takes ten times as long as level 6, and those of
/// three bytes count for little. Of plain shapes it finds the longest there are at once.
const MIDDLING: Range<u64> = 4..64;
/// So much of a block is tried: a window, and as much behind it.
const AGAIN_BYTES: usize = 2 * WINDOW;
/// What a header takes that has codes of its own, where the library's are those of the cells.
const HEADER_BITS: u64 = 50 * 8;

/// Pieces of a member that stand for it, each of which begins with a cell.
#[derive(Clone, Copy)]
pub(crate) struct Samples<'s> {
    pub(crate) pieces: &'s [&'s [u8]],
    /// Whether they are all there is.
    pub(crate) is_all: bool,
    pub(crate) kind: Cells,
}

/// Tells how to encode cells like these samples at a level from 0 to 9: as fast as can be without being larger than the library's.
pub(crate) fn choose(samples: Samples<'_>, level: u32) -> Result<Choice> {
    let Samples { pieces, kind, .. } = samples;
    let judged = samples.judged_bits();
    let Some(last) = pieces.last().filter(|_| level > 0 && judged > 0) else {
        return Ok(Choice::of(Plan::Stored));
    };
    if pieces.iter().all(|piece| period_of(piece, kind.width).is_some()) {
        return Ok(Choice { repeats: true, ..Choice::of(Plan::Literals { sampled: false }) });
    }
    let mut codes = Codes::new();
    // What takes long looks at no more than it has to.
    let some = if judged <= 4 * AGAIN_BYTES as u64 { pieces } else { std::slice::from_ref(last) };
    let some = Samples { pieces: some, ..samples };
    let literals = samples.literal_bits(&mut codes);
    let fastest = if literals + literals / 200 > judged {
        Plan::Stored
    } else {
        Plan::Literals { sampled: literals > LEAST_SAMPLED * judged / 8 }
    };
    let (numbers, general) = survey(pieces, kind);
    let is_small_enough =
        |bits: u64, least: u64, gain: u64| bits < least - least * if level > 6 { 0 } else { gain } / 1000;
    // The fastest first, with what each takes of the last sample.
    let mut plans = vec![(some.literal_bits(&mut codes).min(some.judged_bits()), fastest)];
    let (mut best, mut smallest, mut gain) = (0, literals.min(judged), LEAST_GAIN);
    let some_count = some.pieces.len();
    let plan = |method, attempt: Attempt| {
        (attempt.bits(some_count), Plan::Search { method, prices: Box::new(attempt.prices) })
    };
    for &method in &numbers {
        let attempt = samples.attempt(method, &mut codes);
        let bits = attempt.bits(pieces.len());
        if is_small_enough(bits, smallest, LEAST_GAIN) {
            (best, smallest) = (plans.len(), bits);
            gain = if method == SMOOTH { LEAST_GAIN_OVER_SMOOTH } else { LEAST_GAIN_OVER_NUMBERS };
        }
        plans.push(plan(method, attempt));
    }
    let is_suspect = plans.len() > 1 || general != General::Nothing || some.taste_of_matches(&mut codes);
    if !is_suspect {
        return Ok(Choice { tried: numbers, ..Choice::of(plans.swap_remove(best).1) });
    }
    let by_library = some.zlib_bits(level)?;
    let most: u64 = by_library.iter().sum();
    let shrinks_by = some.judged_bits() / most.max(1);
    let general = beside_numbers(general, kind.width, level, shrinks_by);
    let mut smallest = plans[best].0;
    for &method in &general {
        let (bits, plan) = plan(method, some.attempt(method, &mut codes));
        let is_quick = method == NEAR_BY_THREE && general.len() > 1;
        if is_quick && bits > most - most * ENOUGH_OVER_LIBRARY / 1000 {
            continue;
        }
        if is_small_enough(bits, smallest, gain) {
            (best, smallest, gain) = (plans.len(), bits, LEAST_GAIN);
        }
        plans.push((bits, plan));
        if is_quick && best + 1 == plans.len() {
            break;
        }
    }
    let own = if samples.is_all { HEADER_BITS } else { 0 };
    let fits = |number: usize| {
        let spare = match &plans[number].1 {
            Plan::Search { method: Method::Near { .. } | Method::Rows { .. }, .. } => LEAST_GAIN,
            // What a sample of the others comes to is too little to be that exact.
            Plan::Search { method: Method::Mask, .. } if shrinks_by < MUCH => LEAST_GAIN,
            Plan::Search { .. } if samples.is_all => LEAST_GAIN,
            Plan::Search { .. } => LIBRARIES_DIFFER,
            _ => 0,
        };
        plans[number].0 + own <= most + most * if level > 6 { 0 } else { spare } / 1000
    };
    let mut best =
        Some(best).filter(|best| fits(*best)).or_else(|| (0..plans.len()).find(|number| fits(*number)));
    let is_sure = |number: usize| {
        !matches!(plans[number].1, Plan::Search { method: Method::Near { .. }, .. })
            || plans[number].0 <= most - most * SURE / 1000
    };
    let mut library = level;
    if (6..9).contains(&level)
        && !MIDDLING.contains(&shrinks_by)
        && !best.is_some_and(is_sure)
        && let Some(slowest) = samples.slowest_bits(&by_library)?
    {
        library = 9;
        best = best.filter(|best| plans[*best].0 <= slowest + slowest * WORTH_THE_SLOWEST / 1000);
    }
    let best = best.unwrap_or(plans.len());
    plans.push((most, Plan::Zlib(library)));
    Ok(Choice { tried: [numbers, general].concat(), ..Choice::of(plans.swap_remove(best).1) })
}

/// The searches that are tried beside those for numbers of one kind, the faster first.
///
/// The library is twice as fast as `Rows`, but where long matches prevail: so elsewhere it is tried at levels only that are to be small.
fn beside_numbers(general: General, width: usize, level: u32, shrinks_by: u64) -> Vec<Method> {
    let rows = Method::Rows { words: if level > 8 { 4 } else { 2 } };
    match general {
        General::Of(Method::Mask) => vec![Method::Mask],
        General::Of(method) if level > 6 => vec![method, rows],
        General::Of(method) => vec![method],
        _ if level > 6 => vec![NEAR, rows],
        _ if shrinks_by > MUCH => vec![rows],
        _ if width == 1 => vec![NEAR_BY_THREE, NEAR],
        _ => vec![near_numbers(width)],
    }
}

/// The search at every byte for numbers: of those that are not wide there is nothing that only the slower one finds.
fn near_numbers(width: usize) -> Method {
    if matches!(width, 2 | 4) { NEAR_BY_THREE } else { NEAR }
}

/// Looks at the beginning of an array, which is often unlike the rest: where a range begins floats have fewer bits. Gives a plan for the
/// first block if a search at every byte saves much there.
pub(super) fn choose_for_first(block: &[u8], kind: Cells, plan: &Plan) -> Option<Plan> {
    let Plan::Search { method: method @ Method::Keys { backwards: false, .. }, .. } = plan else {
        return None;
    };
    let pieces = &[block.get(..WINDOW)?];
    let samples = Samples { pieces, is_all: false, kind };
    let mut codes = Codes::new();
    let bits = samples.attempt(*method, &mut codes).bits(1);
    let method = near_numbers(kind.width);
    let attempt = samples.attempt(method, &mut codes);
    let saves_much = attempt.bits(1) < bits - bits * LEAST_GAIN_OVER_NUMBERS / 1000;
    saves_much.then(|| Plan::Search { method, prices: Box::new(attempt.prices) })
}

/// Looks at a block whose member has no matches to speak of; gives a plan of its own where it has some.
pub(super) fn choose_again(block: &[u8], kind: Cells, level: u32, choice: &Choice) -> Result<Option<Plan>> {
    // Where bytes are all that is known, they are images or text, or were found to be noise.
    if !choice.repeats && (kind.width == 1 || choice.has_tried(survey(&[block], kind))) {
        return Ok(None);
    }
    let sample = block.len().min(AGAIN_BYTES);
    let start = (block.len() - sample) / 2;
    let pieces = &[&block[start - start % kind.width..][..sample]];
    Ok(Some(choose(Samples { pieces, is_all: false, kind }, level)?.plan))
}

/// What a search made of samples: the bits of each, and the prices learnt.
struct Attempt {
    bits: Vec<u64>,
    prices: Prices,
}

impl Attempt {
    /// The bits of so many samples, the last ones.
    fn bits(&self, count: usize) -> u64 {
        self.bits.iter().rev().take(count).sum()
    }
}

impl Samples<'_> {
    /// Where what is judged begins: what comes before teaches the prices.
    fn judged_from(&self, piece: &[u8]) -> usize {
        if self.is_all { 0 } else { piece.len() / 2 }
    }

    fn judged(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| &piece[self.judged_from(piece)..])
    }

    /// What is judged, as it is.
    fn judged_bits(&self) -> u64 {
        self.judged().map(|piece| 8 * piece.len() as u64).sum()
    }

    fn literal_bits(&self, codes: &mut Codes) -> u64 {
        self.judged()
            .map(|piece| {
                codes.make_for_sequences(piece, &[]);
                codes.cost()
            })
            .sum()
    }

    fn attempt(&self, method: Method, codes: &mut Codes) -> Attempt {
        let mut search = method.search(self.kind.width);
        let mut attempt = Attempt { bits: Vec::new(), prices: method.first_prices() };
        let mut sequences = Vec::new();
        for piece in self.pieces {
            let from = self.judged_from(piece);
            // All there is teaches the prices, and is judged by them.
            for part in [0..if from == 0 { piece.len() } else { from }, from..piece.len()] {
                if part.start == 0 {
                    search.reset(0);
                }
                sequences.clear();
                search.parse(piece, part.clone(), &attempt.prices, &mut sequences);
                codes.make_for_sequences(&piece[part], &sequences);
                codes.prices(&mut attempt.prices);
            }
            attempt.bits.push(codes.cost());
        }
        attempt
    }

    fn taste_of_matches(&self, codes: &mut Codes) -> bool {
        self.pieces.iter().any(|piece| tastes_of_matches(piece, codes))
    }

    /// What the library makes of each.
    fn zlib_bits(&self, level: u32) -> Result<Vec<u64>> {
        let mut zlib = Zlib::new(level);
        let bits = self.pieces.iter().map(|piece| {
            let (first, judged) = piece.split_at(self.judged_from(piece));
            zlib.bits_behind(first, judged)
        });
        bits.collect()
    }

    /// What level 9 of the library makes of all that another one made so much of, if that is worth its time: of the last it is told.
    fn slowest_bits(&self, by_library: &[u64]) -> Result<Option<u64>> {
        let (Some(piece), Some(before)) = (self.pieces.last(), by_library.last()) else { return Ok(None) };
        let last = Samples { pieces: std::slice::from_ref(piece), ..*self };
        let now: u64 = last.zlib_bits(9)?.iter().sum();
        let is_worth_it = now < before - before * WORTH_THE_SLOWEST / 1000;
        Ok(is_worth_it.then(|| by_library.iter().sum::<u64>() * now / before.max(&1)))
    }
}
