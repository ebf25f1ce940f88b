//! Which way is best for a member, told by samples of it.
//!
//! A survey of some hundred cells leaves a few ways that could be worth it, in microseconds. Those are tried on the samples: the
//! first half of each teaches the prices by which the second is judged, and what was learnt is what blocks begin with.

use std::borrow::Cow;

use super::error::Error;
use super::plan::{Plan, period_of};
use super::samples::Samples;
use super::search::{CHAINS, Cells, General, Method, NEAR, repeat_afar, survey, tastes_of_matches};
use super::sequences::{Codes, WINDOW};
use super::trial::{LEAST_GAIN, LEAST_GAIN_OVER_NUMBERS, LEAST_MEASURED, Trial};

/// What was chosen.
pub struct Choice {
    pub(super) plan: Plan,
    /// What was tried: for blocks like the samples it need not be tried again.
    tried: Vec<Method>,
    /// Whether all cells that were looked at are the same: blocks where they are not are then looked at anew.
    repeats: bool,
    /// In shorter blocks what is lost at the start of each is felt.
    least_block: u64,
}

impl Choice {
    pub(super) fn of(plan: Plan) -> Self {
        let least_block = match &plan {
            // Smaller than ours it is by what it loses at each start.
            Plan::Zlib(_) => ZLIB_BLOCK,
            plan if plan.is_slow() => SLOW_BLOCK,
            _ => 0,
        };
        Self { plan, tried: Vec::new(), repeats: false, least_block }
    }

    /// By the library, for what is not looked at.
    pub fn by_zlib(level: u32) -> Self {
        Self::of(Plan::Zlib(level))
    }

    /// How long blocks should be at least, if there is as much: at the start of each there is nothing to look back to.
    pub fn least_block(&self) -> u64 {
        self.least_block
    }

    /// Tells that by what the first window of a sample takes, where all of what is judged takes so many bits.
    fn with_least_block(mut self, samples: Samples<'_>, bits: u64) -> Self {
        let judged = samples.judged_bits();
        if samples.one_block.is_some() {
            return self;
        }
        if bits * LEAST_SHRUNK < judged {
            self.least_block = u64::MAX;
        } else if let Plan::Search { method, prices } = &self.plan {
            let lost = samples.lost_at_start(*method, prices, bits, &mut Codes::new());
            let felt = lost * MOST_LOST * judged / bits.max(1) / 8;
            self.least_block = self.least_block.max(felt.min(MOST_ENCODED * judged / bits.max(1)));
        }
        self
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

/// What is looked at before anything is tried: of a member, and of each of its blocks again.
const STRIPS: usize = 8;
const STRIPS_AGAIN: usize = 2;
/// So much of a block is tried: a window, and as much behind it.
const AGAIN_BYTES: usize = 2 * WINDOW;

/// From so many times fewer bits on the head of each block is felt.
const LEAST_SHRUNK: u64 = 32;
/// What is lost at the start of a block is to be no more than such a part of it; but no block is to have more bytes than that when it is
/// encoded, as readers hold it.
const MOST_LOST: u64 = 400;
const MOST_ENCODED: u64 = 1 << 20;
/// The library is as small as zlib in such blocks; and a search that takes long, with matches that reach far, loses little in these.
const ZLIB_BLOCK: u64 = 2 << 20;
const SLOW_BLOCK: u64 = 1 << 20;

/// What literals alone shrink by less than this part has few matches to find.
const LEAST_SHRUNK_BY_NOISE: u64 = 7;

/// Tells how to encode cells like these samples at a level from 0 to 9: as fast as can be without being larger than zlib's.
pub fn choose(samples: Samples<'_>, level: u32) -> Result<Choice, Error> {
    let (choice, bits) = choose_way(samples, level)?;
    Ok(choice.with_least_block(samples, bits))
}

/// The same but for the length of blocks; also how many bits what is judged takes by it.
fn choose_way(samples: Samples<'_>, level: u32) -> Result<(Choice, u64), Error> {
    let Samples { pieces, kind, .. } = samples;
    let judged = samples.judged_bits();
    if level == 0 || judged == 0 {
        return Ok((Choice::of(Plan::Stored), judged));
    }
    if pieces.iter().all(|piece| period_of(piece, kind.width).is_some()) {
        // Where a block has other cells after all, they are few among many that are the same.
        let plan = Plan::Zlib(if level >= LEAST_MEASURED { 9 } else { level });
        return Ok((Choice { repeats: true, ..Choice::of(plan) }, 0));
    }
    let mut codes = Codes::new();
    let literals = samples.literal_bits(&mut codes);
    let is_noise = kind.width > 1 && literals > judged - judged / LEAST_SHRUNK_BY_NOISE;
    if is_noise && !samples.taste_of_matches(&mut codes) && !repeat_afar(pieces, kind.width) {
        return Ok((Choice::of(Plan::of_literals(literals, judged)), literals));
    }
    let (numbers, general) = survey(pieces, kind, STRIPS);
    let mut trial = Trial::of_numbers(samples, literals, &numbers, level, &mut codes);
    // A taste does not tell long runs.
    let is_suspect = trial.plans.len() > 1
        || general != General::Nothing
        || literals < judged / 4
        || samples.taste_of_matches(&mut codes);
    if !is_suspect {
        let (bits, plan) = trial.plans.swap_remove(trial.best);
        return Ok((Choice { tried: numbers, ..Choice::of(plan) }, bits));
    }
    let ((bits, plan), general) = trial.measured(samples, general, &mut codes)?;
    Ok((Choice { tried: [numbers, general].concat(), ..Choice::of(plan) }, bits))
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
        let body = body()?;
        let samples = Samples { pieces: &[&body], one_block: Some(body.len()), kind };
        let mut codes = Codes::new();
        let most = samples.attempt(CHAINS, &mut codes).bits;
        let near = samples.attempt(NEAR, &mut codes);
        if near.bits < most - most * LEAST_GAIN / 1000 {
            chosen = (NEAR, near.prices);
        }
    }
    let (method, prices) = chosen;
    Ok(Choice::of(Plan::Search { method, prices: Box::new(prices) }))
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
    let samples = Samples { pieces, one_block: None, kind };
    let mut codes = Codes::new();
    let (bits, least_gain) = match plan {
        Plan::Search { method: method @ Method::Keys { backwards: false, .. }, .. } => {
            (samples.attempt(*method, &mut codes).bits, LEAST_GAIN_OVER_NUMBERS)
        }
        Plan::Literals { .. } if kind.width >= 4 && tastes_of_matches(&block[..WINDOW / 4], &mut codes) => {
            (samples.literal_bits(&mut codes), LEAST_GAIN)
        }
        _ => return None,
    };
    let attempt = samples.attempt(NEAR, &mut codes);
    let saves_much = attempt.bits < bits - bits * least_gain / 1000;
    saves_much.then(|| Plan::Search { method: NEAR, prices: Box::new(attempt.prices) })
}

/// Looks at a block whose member has no matches to speak of; gives a plan of its own where it has some.
fn choose_again(block: &[u8], kind: Cells, level: u32, choice: &Choice) -> Result<Option<Plan>, Error> {
    // Where bytes are all that is known, they are images or text, or were found to be noise.
    if !choice.repeats && (kind.width == 1 || choice.has_tried(survey(&[block], kind, STRIPS_AGAIN))) {
        return Ok(None);
    }
    let sample = block.len().min(AGAIN_BYTES);
    let start = (block.len() - sample) / 2;
    let pieces = &[&block[start - start % kind.width..][..sample]];
    let (choice, _) = choose_way(Samples { pieces, one_block: None, kind }, level)?;
    Ok(Some(choice.plan))
}
