//! Ways that are tried on samples: which is fast, and takes no more than zlib does.

use super::error::Error;
use super::plan::Plan;
use super::samples::Samples;
use super::search::{AS_ZLIB, CHAINS, General, Method, NEAR, NEAR_BY_THREE, SMOOTH};
use super::sequences::Codes;

/// A search for numbers has to save so many thousandths of what literals take: it is a third as fast. One at every byte
/// is ten times as slow again, and has to save as many, or more where a search for numbers is worth it.
pub(super) const LEAST_GAIN: u64 = 10;
pub(super) const LEAST_GAIN_OVER_NUMBERS: u64 = 100;
/// One search for numbers over another.
const LEAST_GAIN_OVER_QUICK: u64 = 5;
/// Less where that search is slow itself.
const LEAST_GAIN_OVER_SMOOTH: u64 = 25;
/// From this level on zlib's level 6 is the measure. Below it speed counts.
pub(super) const LEAST_MEASURED: u32 = 6;
/// What is several times as fast may take so many thousandths more than zlib: samples tell sizes no better.
const CLOSE: u64 = 1;
/// Searches of images have to take so many less: they differ from place to place.
const UNEVEN: u64 = 5;
/// Cells that came before, some more: how many do drifts through an array.
const REPEATED_UNEVEN: u64 = 35;
/// And so many less what is not much faster than chains, where one sample stands for a block.
const UNSURE: u64 = 10;
/// Where the faster search for images saves so many thousandths over zlib, the slower one is not tried.
const ENOUGH_OVER_ZLIB: u64 = 30;
/// Where it takes so many thousandths more than zlib, the slower one takes more, too.
const TOO_MUCH_OVER_ZLIB: u64 = 40;
/// zlib takes so many thousandths more than chains at most, about.
const MOST_OVER_CHAINS: u64 = 120;
/// Plain shapes shrink that much. There the library's level 9 finds the longest matches at once: it is as fast as zlib's level 6 and up to
/// 40 % smaller. Elsewhere it takes ten times as long as level 6.
const PLAIN: u64 = 64;
/// What a header takes that has codes of its own, where the library's are those of the cells.
const HEADER_BITS: u64 = 50 * 8;

/// Ways that were tried on samples.
pub(super) struct Trial {
    level: u32,
    /// The fastest first, with what each takes of the samples.
    pub(super) plans: Vec<(u64, Plan)>,
    /// The one that saves enough to be worth its time.
    pub(super) best: usize,
    /// So many thousandths have to be saved over that one by what takes longer.
    gain: u64,
    /// What zlib's own search takes, once it was tried.
    as_zlib: Option<(u64, Plan)>,
}

impl Trial {
    /// Tries literals alone, and the searches for numbers.
    pub(super) fn of_numbers(
        samples: Samples<'_>,
        literals: u64,
        numbers: &[Method],
        level: u32,
        codes: &mut Codes,
    ) -> Self {
        let judged = samples.judged_bits();
        let plans = vec![(literals.min(judged), Plan::of_literals(literals, judged))];
        let mut trial = Self { level, plans, best: 0, gain: LEAST_GAIN, as_zlib: None };
        let mut smallest = literals.min(judged);
        for &method in numbers {
            let (bits, plan) = samples.attempt(method, codes).into_plan(method);
            let gain = if trial.best == 0 { LEAST_GAIN } else { LEAST_GAIN_OVER_QUICK };
            if trial.saves(bits, smallest, gain) {
                (trial.best, smallest) = (trial.plans.len(), bits);
                trial.gain = if method == SMOOTH { LEAST_GAIN_OVER_SMOOTH } else { LEAST_GAIN_OVER_NUMBERS };
            }
            trial.plans.push((bits, plan));
        }
        trial
    }

    /// Whether a way saves so many thousandths over another. Where size counts, whatever it saves will do.
    fn saves(&self, bits: u64, other: u64, gain: u64) -> bool {
        bits < other - other * if self.level > 6 { 0 } else { gain } / 1000
    }

    /// Tries what finds more, and gives what is to be used, with the bits that it takes; and what was tried.
    ///
    /// The library's rules are others than zlib's, and sizes of the same level differ by up to a half: at the levels that people use
    /// zlib is the measure.
    pub(super) fn measured(
        mut self,
        samples: Samples<'_>,
        general: General,
        codes: &mut Codes,
    ) -> Result<((u64, Plan), Vec<Method>), Error> {
        let level = self.level;
        let is_measured = level >= LEAST_MEASURED;
        // Where there are matches, zlib finds some: codes of literals have to be as good as they can.
        if let (_, Plan::Literals { sampled }) = &mut self.plans[0] {
            *sampled &= !is_measured;
        }
        let (most, otherwise) = if is_measured {
            samples.attempt(CHAINS, codes).into_plan(CHAINS)
        } else {
            (samples.zlib_bits(level)?, Plan::Zlib(level))
        };
        let is_plain = is_measured && samples.judged_bits() / most.max(1) >= PLAIN;
        let general = if is_plain { Vec::new() } else { beside_numbers(general, level) };
        self.try_general(samples, &general, most, codes);
        let measure = Measure { samples, chains: most, is_plain };
        let may_be_tried = is_measured && !is_plain;
        // Of one block there is more to lose by a sample than to win by speed; and to try what zlib does takes as long as chains take for
        // all of it.
        let may_exceed_chains = may_be_tried && level == LEAST_MEASURED && samples.one_block.is_none();
        let mut best = self.fitting(&measure, may_exceed_chains, codes);
        if best.is_none() && may_be_tried && !general.contains(&NEAR) {
            self.plans.push(samples.attempt(NEAR, codes).into_plan(NEAR));
            best = self.plans.iter().position(|plan| measure.fits(plan, most));
        }
        let (bits, plan) = match best {
            Some(best) => self.plans.swap_remove(best),
            // What zlib does takes twice as long.
            None if may_be_tried && samples.one_block.is_none() => {
                let tried = self.as_zlib.take();
                let (bits, plan) =
                    tried.unwrap_or_else(|| samples.attempt(AS_ZLIB, codes).into_plan(AS_ZLIB));
                if bits + bits * CLOSE / 1000 < most { (bits, plan) } else { (most, otherwise) }
            }
            None => (most, otherwise),
        };
        // At level 9 size counts, whatever it takes; but heads of codes are guessed too long.
        let may_be_slow = level > 8 || best.is_none() && is_plain;
        let guessed = if is_plain { 0 } else { HEADER_BITS };
        let is_smallest = may_be_slow && {
            let bits = match &plan {
                Plan::Search { method, .. } if level > 8 && method.finds_what_drifts() => {
                    samples.bits_in_parts(*method, codes)
                }
                _ => bits,
            };
            samples.zlib_bits(9)? + guessed <= bits
        };
        Ok(((bits, if is_smallest { Plan::Zlib(9) } else { plan }), general))
    }

    /// The plan to be used among those that take no more than they may: the best, else the fastest.
    fn fitting(
        &mut self,
        measure: &Measure<'_>,
        may_exceed_chains: bool,
        codes: &mut Codes,
    ) -> Option<usize> {
        let Measure { samples, chains, .. } = *measure;
        let plans = &self.plans;
        let fits = |index: &usize, most: u64| measure.fits(&plans[*index], most);
        let best = Some(self.best);
        if let Some(best) = best.filter(|best| fits(best, chains)) {
            return Some(best);
        }
        // Those that are quick stand first.
        let quick = plans.iter().take_while(|(_, plan)| plan.is_quick()).count();
        let is_close_to_chains = |(bits, _): &(u64, Plan)| *bits < chains + chains * MOST_OVER_CHAINS / 1000;
        let mut found = None;
        if may_exceed_chains && plans[..quick].iter().any(is_close_to_chains) {
            // Chains mostly take less than zlib. What is several times as fast need not.
            let (zlib, _) = *self.as_zlib.insert(samples.attempt(AS_ZLIB, codes).into_plan(AS_ZLIB));
            let most = zlib + zlib * CLOSE / 1000;
            let best = best.filter(|best| *best < quick && fits(best, most));
            found = best.or_else(|| (0..quick).find(|index| fits(index, most)));
        }
        found.or_else(|| (0..plans.len()).find(|index| fits(index, chains)))
    }

    /// Tries searches at every byte, the faster first, where chains take so many bits.
    fn try_general(&mut self, samples: Samples<'_>, methods: &[Method], chains: u64, codes: &mut Codes) {
        let mut smallest = self.plans[self.best].0;
        for &method in methods {
            let (bits, plan) = samples.attempt(method, codes).into_plan(method);
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
    samples: Samples<'s>,
    /// The bits that chains take, or the library.
    chains: u64,
    is_plain: bool,
}

impl Measure<'_> {
    /// Whether a way takes no more than so many bits, as far as samples tell.
    fn fits(&self, (bits, plan): &(u64, Plan), most: u64) -> bool {
        let is_guess = self.samples.one_block.is_some() && !self.samples.is_all();
        let most = match plan {
            // What samples tell of plain shapes is no more than a hint.
            _ if self.is_plain => most * 2 / 3,
            _ if is_guess && !plan.is_quick() => most - most * UNSURE / 1000,
            Plan::Search { method: Method::Repeated { .. }, .. }
                if !self.samples.is_all() && !self.samples.kind.is_text =>
            {
                most - most * REPEATED_UNEVEN / 1000
            }
            Plan::Search { .. } if self.samples.kind.width == 1 => most - most * UNEVEN / 1000,
            _ => most,
        };
        let own = if self.samples.is_all() { HEADER_BITS } else { 0 };
        bits + own <= most
    }
}

/// The searches that are tried beside those for numbers of one kind, the faster first.
///
/// `Rows` takes twice as long as `Chains`: it is tried at levels only that are to be small.
fn beside_numbers(general: General, level: u32) -> Vec<Method> {
    let rows = Method::Rows { words: if level > 8 { 4 } else { 2 } };
    match general {
        General::Of(Method::Mask) => vec![Method::Mask],
        General::Of(method) if level > 6 => vec![method, NEAR, rows],
        General::Of(method) => vec![method],
        _ if level > 6 => vec![NEAR, rows],
        _ => vec![NEAR_BY_THREE, NEAR],
    }
}
