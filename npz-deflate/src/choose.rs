//! Which way is best for a member, told by samples of it.
//!
//! A survey of some hundred cells leaves a few ways that could be worth it, in microseconds. Those are tried on the samples: the
//! first half of each teaches the prices by which the second is judged, and what was learnt is what blocks begin with.

use std::borrow::Cow;

use super::error::Error;
use super::plan::{Plan, period_of};
use super::search::{
    AS_ZLIB, CHAINS, Cells, General, Method, NEAR, NEAR_BY_THREE, SMOOTH, survey, tastes_of_matches,
};
use super::sequences::{Codes, Prices, WINDOW};
use super::zlib::Zlib;

/// From this many bits a byte on, codes of a sample are as good as those of all bytes.
const LEAST_SAMPLED: u64 = 6;

/// What was chosen.
pub struct Choice {
    pub(super) plan: Plan,
    /// What was tried: for blocks like the samples it need not be tried again.
    tried: Vec<Method>,
    /// Whether all cells that were looked at are the same: blocks where they are not are then looked at anew.
    repeats: bool,
}

impl Choice {
    pub(super) fn of(plan: Plan) -> Self {
        Self { plan, tried: Vec::new(), repeats: false }
    }

    /// By the library, for what is not looked at.
    pub fn by_zlib(level: u32) -> Self {
        Self::of(Plan::Zlib(level))
    }

    /// Whether blocks should be as long as can be: where cells are all the same, and for the library, which loses at each start what makes
    /// it smaller than ours.
    pub fn wants_longest_blocks(&self) -> bool {
        self.repeats || matches!(self.plan, Plan::Zlib(_))
    }

    /// Whether encoding takes so long, and matches reach so far, that blocks should be long.
    pub fn wants_long_blocks(&self) -> bool {
        self.plan.is_slow()
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
/// From this level on zlib's level 6 is the measure. Below it speed counts.
const LEAST_MEASURED: u32 = 6;
/// Samples tell sizes no better than to so many thousandths.
const CLOSE: u64 = 5;
/// Where the faster search for images saves so many thousandths over zlib, the slower one is not tried.
const ENOUGH_OVER_ZLIB: u64 = 30;
/// Where it takes so many thousandths more than zlib, the slower one takes more, too.
const TOO_MUCH_OVER_ZLIB: u64 = 40;
/// zlib takes so many thousandths more than chains at most, about.
const MOST_OVER_CHAINS: u64 = 120;
/// Plain shapes shrink that much. There the library's level 9 finds the longest matches at once: it is as fast as zlib's level 6 and up to
/// 40 % smaller. Elsewhere it takes ten times as long as level 6.
const PLAIN: u64 = 64;
/// Behind what is judged so many bytes are shown to the searches, as in a block.
const BEHIND: usize = 64;
/// So much of a block is tried: a window, and as much behind it.
const AGAIN_BYTES: usize = 2 * WINDOW;
/// What a header takes that has codes of its own, where the library's are those of the cells.
const HEADER_BITS: u64 = 50 * 8;

/// Pieces of a member that stand for it, each of which begins with a cell.
#[derive(Clone, Copy)]
pub struct Samples<'s> {
    /// The pieces, in order.
    pub pieces: &'s [&'s [u8]],
    /// Whether they are all there is.
    pub is_all: bool,
    /// What cells they have.
    pub kind: Cells,
}

/// Tells how to encode cells like these samples at a level from 0 to 9: as fast as can be without being larger than zlib's.
pub fn choose(samples: Samples<'_>, level: u32) -> Result<Choice, Error> {
    let Samples { pieces, kind, .. } = samples;
    let judged = samples.judged_bits();
    let Some(last) = pieces.last().filter(|_| level > 0 && judged > 0) else {
        return Ok(Choice::of(Plan::Stored));
    };
    if pieces.iter().all(|piece| period_of(piece, kind.width).is_some()) {
        // Where a block has other cells after all, they are few among many that are the same.
        let plan = Plan::Zlib(if level >= LEAST_MEASURED { 9 } else { level });
        return Ok(Choice { repeats: true, ..Choice::of(plan) });
    }
    let mut codes = Codes::new();
    // What takes long looks at no more than it has to.
    let some = Samples { pieces: std::slice::from_ref(last), ..samples };
    let literals = samples.literal_bits(&mut codes);
    let (numbers, general) = survey(pieces, kind);
    let mut trial = Trial::of_numbers(samples, some, literals, &numbers, level, &mut codes);
    // A taste does not tell long runs.
    let is_suspect = trial.plans.len() > 1
        || general != General::Nothing
        || literals < judged / 4
        || some.taste_of_matches(&mut codes);
    if !is_suspect {
        return Ok(Choice { tried: numbers, ..Choice::of(trial.plans.swap_remove(trial.best).1) });
    }
    let (plan, general) = trial.measured(some, general, &mut codes)?;
    Ok(Choice { tried: [numbers, general].concat(), ..Choice::of(plan) })
}

/// Ways that were tried on samples.
struct Trial {
    level: u32,
    /// The fastest first, with what each takes of the last sample.
    plans: Vec<(u64, Plan)>,
    /// The one that saves enough to be worth its time.
    best: usize,
    /// So many thousandths have to be saved over that one by what takes longer.
    gain: u64,
}

impl Trial {
    /// Tries literals alone, and the searches for numbers, by all samples.
    fn of_numbers(
        samples: Samples<'_>,
        some: Samples<'_>,
        literals: u64,
        numbers: &[Method],
        level: u32,
        codes: &mut Codes,
    ) -> Self {
        let judged = samples.judged_bits();
        let fastest = if literals + literals / 200 > judged {
            Plan::Stored
        } else {
            Plan::Literals { sampled: literals > LEAST_SAMPLED * judged / 8 }
        };
        let plans = vec![(some.literal_bits(codes).min(some.judged_bits()), fastest)];
        let mut trial = Self { level, plans, best: 0, gain: LEAST_GAIN };
        let mut smallest = literals.min(judged);
        for &method in numbers {
            let attempt = samples.attempt(method, codes);
            let bits = attempt.bits(samples.pieces.len());
            if trial.saves(bits, smallest, LEAST_GAIN) {
                (trial.best, smallest) = (trial.plans.len(), bits);
                trial.gain = if method == SMOOTH { LEAST_GAIN_OVER_SMOOTH } else { LEAST_GAIN_OVER_NUMBERS };
            }
            trial.plans.push(attempt.into_plan(method));
        }
        trial
    }

    /// Whether a way saves so many thousandths over another. Where size counts, whatever it saves will do.
    fn saves(&self, bits: u64, other: u64, gain: u64) -> bool {
        bits < other - other * if self.level > 6 { 0 } else { gain } / 1000
    }

    /// Tries what finds more, by the last sample, and gives what is to be used; and what was tried.
    ///
    /// The library's rules are others than zlib's, and sizes of the same level differ by up to a half: at the levels that people use
    /// zlib is the measure.
    fn measured(
        mut self,
        some: Samples<'_>,
        general: General,
        codes: &mut Codes,
    ) -> Result<(Plan, Vec<Method>), Error> {
        let (level, width) = (self.level, some.kind.width);
        let is_measured = level >= LEAST_MEASURED;
        let (most, otherwise) = if is_measured {
            some.attempt(CHAINS, codes).into_plan(CHAINS)
        } else {
            (some.zlib_bits(level)?, Plan::Zlib(level))
        };
        let is_plain = is_measured && some.judged_bits() / most.max(1) >= PLAIN;
        let general = if is_plain { Vec::new() } else { beside_numbers(general, width, level) };
        self.try_general(some, &general, most, codes);
        let measure = Measure { some, chains: most, is_plain };
        let may_be_tried = is_measured && !is_plain;
        let mut best = self.fitting(&measure, may_be_tried, codes);
        let near = near_numbers(width);
        if best.is_none() && may_be_tried && !general.contains(&near) {
            self.plans.push(some.attempt(near, codes).into_plan(near));
            best = self.plans.iter().position(|plan| measure.fits(plan, most));
        }
        let (bits, plan) = match best {
            Some(best) => self.plans.swap_remove(best),
            None => (most, otherwise),
        };
        // At level 9 size counts, whatever it takes; but heads of codes are guessed too long.
        let may_be_slow = level > 8 || best.is_none() && is_plain;
        let guessed = if is_plain { 0 } else { HEADER_BITS };
        let is_smallest = may_be_slow && some.zlib_bits(9)? + guessed <= bits;
        Ok((if is_smallest { Plan::Zlib(9) } else { plan }, general))
    }

    /// The plan to be used among those that take no more than they may: the best, else the fastest.
    fn fitting(&self, measure: &Measure<'_>, may_be_tried: bool, codes: &mut Codes) -> Option<usize> {
        let Measure { some, chains, .. } = *measure;
        let fits = |index: &usize, most: u64| measure.fits(&self.plans[*index], most);
        let best = Some(self.best);
        if let Some(best) = best.filter(|best| fits(best, chains)) {
            return Some(best);
        }
        // Those that are quick stand first.
        let quick = self.plans.iter().take_while(|(_, plan)| plan.is_quick()).count();
        let is_close_to_chains = |(bits, _): &(u64, Plan)| *bits < chains + chains * MOST_OVER_CHAINS / 1000;
        let mut found = None;
        if may_be_tried && self.level <= 6 && self.plans[..quick].iter().any(is_close_to_chains) {
            // Chains mostly take less than zlib. What is several times as fast need not.
            let zlib = some.attempt(AS_ZLIB, codes).bits(1);
            let most = zlib + zlib * CLOSE / 1000;
            let best = best.filter(|best| *best < quick && fits(best, most));
            found = best.or_else(|| (0..quick).find(|index| fits(index, most)));
        }
        found.or_else(|| (0..self.plans.len()).find(|index| fits(index, chains)))
    }

    /// Tries searches at every byte, the faster first, where chains take so many bits.
    fn try_general(&mut self, some: Samples<'_>, methods: &[Method], chains: u64, codes: &mut Codes) {
        let mut smallest = self.plans[self.best].0;
        for &method in methods {
            let (bits, plan) = some.attempt(method, codes).into_plan(method);
            let is_quick = method == NEAR_BY_THREE && methods.len() > 1;
            if is_quick && bits > chains + chains * TOO_MUCH_OVER_ZLIB / 1000 {
                break;
            }
            if is_quick && bits > chains - chains * ENOUGH_OVER_ZLIB / 1000 {
                continue;
            }
            if self.saves(bits, smallest, self.gain) {
                (self.best, smallest, self.gain) = (self.plans.len(), bits, LEAST_GAIN);
            }
            self.plans.push((bits, plan));
            if is_quick && self.best + 1 == self.plans.len() {
                break;
            }
        }
    }
}

/// What ways are measured by.
struct Measure<'s> {
    some: Samples<'s>,
    /// The bits that chains take, or the library.
    chains: u64,
    is_plain: bool,
}

impl Measure<'_> {
    /// Whether a way takes no more than so many bits, as far as samples tell.
    fn fits(&self, (bits, plan): &(u64, Plan), most: u64) -> bool {
        let most = match plan {
            // What samples tell of plain shapes is no more than a hint.
            _ if self.is_plain => most * 2 / 3,
            // Images differ from place to place.
            Plan::Search { .. } if self.some.kind.width == 1 => most - most * CLOSE / 1000,
            _ => most,
        };
        let own = if self.some.is_all { HEADER_BITS } else { 0 };
        bits + own <= most
    }
}

/// Tells how to encode a small member, where searches for numbers save little.
pub fn choose_small<'b, E>(
    body: impl FnOnce() -> Result<Cow<'b, [u8]>, E>,
    kind: Cells,
    level: u32,
) -> Result<Choice, E> {
    if level < LEAST_MEASURED {
        return Ok(Choice::of(Plan::Zlib(level)));
    }
    let mut chosen = (CHAINS, CHAINS.first_prices());
    // Bytes may be an image.
    if kind.width == 1 {
        let samples = Samples { pieces: &[&body()?], is_all: true, kind };
        let mut codes = Codes::new();
        let most = samples.attempt(CHAINS, &mut codes).bits(1);
        let near = samples.attempt(NEAR, &mut codes);
        if near.bits(1) < most - most * LEAST_GAIN / 1000 {
            chosen = (NEAR, near.prices);
        }
    }
    let (method, prices) = chosen;
    Ok(Choice::of(Plan::Search { method, prices: Box::new(prices) }))
}

/// The searches that are tried beside those for numbers of one kind, the faster first.
///
/// `Rows` takes twice as long as `Chains`: it is tried at levels only that are to be small.
fn beside_numbers(general: General, width: usize, level: u32) -> Vec<Method> {
    let rows = Method::Rows { words: if level > 8 { 4 } else { 2 } };
    match general {
        General::Of(Method::Mask) => vec![Method::Mask],
        General::Of(method) if level > 6 => vec![method, near_numbers(width), rows],
        General::Of(method) => vec![method],
        _ if level > 6 => vec![NEAR, rows],
        _ if width == 1 => vec![NEAR_BY_THREE, NEAR],
        _ => vec![near_numbers(width)],
    }
}

/// The search at every byte for numbers: of those that are not wide there is nothing that only the slower one finds.
fn near_numbers(width: usize) -> Method {
    if matches!(width, 2 | 4) { NEAR_BY_THREE } else { NEAR }
}

/// Gives a block a plan of its own if its cells, which begin with a whole one, are of another kind than those that the plan was made for.
pub(super) fn choose_for_block(
    block: &[u8],
    kind: Cells,
    is_first: bool,
    level: u32,
    choice: &Choice,
) -> Result<Option<Plan>, Error> {
    let first = if is_first { choose_for_first(block, kind, &choice.plan) } else { None };
    let may_change = choice.repeats || matches!(choice.plan, Plan::Stored | Plan::Literals { .. });
    if first.is_some() || !may_change { Ok(first) } else { choose_again(block, kind, level, choice) }
}

/// Looks at the beginning of an array, which is often unlike the rest: where a range begins floats have fewer bits. Gives a plan for the
/// first block if a search at every byte saves much there.
fn choose_for_first(block: &[u8], kind: Cells, plan: &Plan) -> Option<Plan> {
    let pieces = &[block.get(..WINDOW)?];
    let samples = Samples { pieces, is_all: false, kind };
    let mut codes = Codes::new();
    let (bits, least_gain) = match plan {
        Plan::Search { method: method @ Method::Keys { backwards: false, .. }, .. } => {
            (samples.attempt(*method, &mut codes).bits(1), LEAST_GAIN_OVER_NUMBERS)
        }
        Plan::Literals { .. } if kind.width >= 4 && tastes_of_matches(&block[..WINDOW / 4], &mut codes) => {
            (samples.literal_bits(&mut codes), LEAST_GAIN)
        }
        _ => return None,
    };
    let method = near_numbers(kind.width);
    let attempt = samples.attempt(method, &mut codes);
    let saves_much = attempt.bits(1) < bits - bits * least_gain / 1000;
    saves_much.then(|| Plan::Search { method, prices: Box::new(attempt.prices) })
}

/// Looks at a block whose member has no matches to speak of; gives a plan of its own where it has some.
fn choose_again(block: &[u8], kind: Cells, level: u32, choice: &Choice) -> Result<Option<Plan>, Error> {
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

    /// What it takes of the last sample, and what it makes of a block.
    fn into_plan(self, method: Method) -> (u64, Plan) {
        (self.bits(1), Plan::Search { method, prices: Box::new(self.prices) })
    }
}

impl Samples<'_> {
    /// Where what is judged begins: what comes before teaches the prices.
    fn judged_from(&self, piece: &[u8]) -> usize {
        if self.is_all { 0 } else { piece.len().saturating_sub(BEHIND) / 2 }
    }

    /// Where it ends.
    fn judged_to(&self, piece: &[u8]) -> usize {
        piece.len() - if self.is_all { 0 } else { piece.len().min(BEHIND) }
    }

    fn judged(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| &piece[self.judged_from(piece)..self.judged_to(piece)])
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
            let (from, to) = (self.judged_from(piece), self.judged_to(piece));
            // All there is teaches the prices, and is judged by them; zlib asks for none.
            let (all, halves) = ([0..to, 0..to], [0..from, from..to]);
            let parts = match (from, method) {
                (0, Method::Chains { .. }) => &all[..1],
                (0, _) => &all,
                _ => &halves[..],
            };
            for part in parts.iter().cloned() {
                if part.start == 0 {
                    search.reset(0);
                }
                if part.end < to && search.note(piece, part.clone()) {
                    continue;
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

    /// What the library makes of them.
    fn zlib_bits(&self, level: u32) -> Result<u64, Error> {
        let mut zlib = Zlib::new(level);
        let bits = self.pieces.iter().map(|piece| {
            let (first, judged) = piece[..self.judged_to(piece)].split_at(self.judged_from(piece));
            zlib.bits_behind(first, judged)
        });
        bits.sum()
    }
}
