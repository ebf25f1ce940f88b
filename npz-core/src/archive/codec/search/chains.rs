//! Matches at every byte as zlib's level 6 finds them: along chains of places with the same three bytes, and a match gives way to a longer one
//! that begins a byte later.
//!
//! It is what other searches are measured by, so that none is used that takes more than zlib, and what does the work where neither they nor
//! the library's level 6, whose rules are others, come to as little. It is about as fast as zlib.

use std::ops::Range;

use super::Search;
use super::compare::agreement;
use super::window::{Window, boxed};
use crate::archive::codec::sequences::{MAX_MATCH, MIN_MATCH, Prices, Seq, WINDOW};

/// Hashes of three bytes.
const HASH_BITS: u32 = 15;
/// So far back zlib looks at most.
const MOST_DISTANCE: usize = WINDOW - MAX_MATCH - 4;
/// A match of three bytes that is farther away costs more than three literals.
const TOO_FAR: usize = 4096;
/// So many places of a chain are compared; a quarter behind a match that is good already.
const CHAIN: usize = 128;
const GOOD: usize = 8;
/// Behind a match as long as this no longer one is looked for.
const LAZY: usize = 16;
/// A match that is long enough for not looking farther.
const NICE: usize = 128;

/// So many bytes are looked at before the window takes in more.
const STEP: usize = 16 << 10;

/// The matcher, with its tables.
pub(super) struct Chains {
    /// The newest place of each hash, plus 1; 0 if there is none.
    newest: Box<[u32; 1 << HASH_BITS]>,
    /// How far before each place of the window the next of its chain lies; 0 if there is none.
    steps: Box<[u16; WINDOW]>,
    window: Window,
}

#[derive(Clone, Copy, Default)]
struct Match {
    len: usize,
    distance: usize,
}

impl Chains {
    pub(super) fn new() -> Self {
        Self { newest: boxed(0), steps: boxed(0), window: Window::default() }
    }

    /// Enters a place; gives the distance of the one before it in its chain, 0 if there is none.
    #[inline]
    fn enter(&mut self, at: usize) -> usize {
        let key = self.window.word(at as u16) as u32;
        let hash = (key << 8).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS);
        let newest = std::mem::replace(&mut self.newest[hash as usize], at as u32 + 1);
        let distance = if newest == 0 { 0 } else { at + 1 - newest as usize };
        let distance = if distance > MOST_DISTANCE { 0 } else { distance };
        self.steps[at % WINDOW] = distance as u16;
        distance
    }

    /// The longest match along the chain that begins at a distance, if it is longer than `least`.
    #[inline]
    fn longest(&self, block: &[u8], at: usize, to: usize, nearest: usize, least: usize) -> Match {
        let limit = (to - at).min(MAX_MATCH);
        let mut best = Match { len: least.max(MIN_MATCH - 1), distance: 0 };
        let mut distance = nearest;
        let mut tail = self.tail(at, best.len);
        for _ in 0..if least >= GOOD { CHAIN / 4 } else { CHAIN } {
            let place = (at - distance) as u16;
            if (self.window.word(place.wrapping_add(tail.offset)) ^ tail.word) & tail.mask == 0 {
                let len = agreement(block, at, distance, 0, limit);
                if len > best.len {
                    best = Match { len, distance };
                    if len >= NICE.min(limit) {
                        break;
                    }
                    tail = self.tail(at, len);
                }
            }
            let step = usize::from(self.steps[usize::from(place) % WINDOW]);
            distance += step;
            if step == 0 || distance > MOST_DISTANCE {
                break;
            }
        }
        let is_too_far = best.len == MIN_MATCH && best.distance > TOO_FAR;
        if best.distance == 0 || is_too_far { Match::default() } else { best }
    }

    /// What a match has at its end that is longer than so much.
    #[inline]
    fn tail(&self, at: usize, len: usize) -> Tail {
        let offset = len.saturating_sub(7) as u16;
        let mask = u64::MAX >> (56 - 8 * len.min(7));
        Tail { offset, word: self.window.word((at as u16).wrapping_add(offset)), mask }
    }
}

/// The last bytes of a match, up to eight, and where they stand.
struct Tail {
    offset: u16,
    word: u64,
    mask: u64,
}

impl Search for Chains {
    fn reset(&mut self, _phase: usize) {
        self.newest.fill(0);
        self.window.reset();
    }

    fn note(&mut self, block: &[u8], part: Range<usize>) -> bool {
        let to = part.end.min(block.len());
        for step in (part.start..to).step_by(STEP) {
            self.window.load(block, step + STEP);
            for at in step..to.min(step + STEP) {
                self.enter(at);
            }
        }
        true
    }

    fn parse(&mut self, block: &[u8], part: Range<usize>, _prices: &Prices, out: &mut Vec<Seq>) {
        let to = part.end.min(block.len());
        // Where the literals begin that were not told of, and the match of the byte before.
        let (mut start, mut held) = (part.start, Match::default());
        let (mut at, mut ready) = (part.start, part.start);
        while at < to {
            if at >= ready {
                ready = at + STEP;
                self.window.load(block, ready + MAX_MATCH);
            }
            let nearest = self.enter(at);
            let found = if nearest > 0 && held.len < LAZY {
                self.longest(block, at, to, nearest, held.len)
            } else {
                Match::default()
            };
            if held.len < MIN_MATCH || found.len > held.len {
                held = found;
                at += 1;
                continue;
            }
            let begin = at - 1;
            out.push(Seq {
                literals: (begin - start) as u32,
                len: held.len as u16,
                distance: held.distance as u16,
            });
            start = begin + held.len;
            for place in at + 1..start {
                self.enter(place);
            }
            (at, held) = (start, Match::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{blocks, check, numbers};
    use super::*;

    #[test]
    fn what_was_noted_is_found() {
        let block: Vec<u8> = numbers(7).map(|x| x as u8).take(70_000).collect();
        let block = [&block[..], &block[40_000..]].concat();
        let find = |is_noted: bool| {
            let (mut search, mut found) = (Chains::new(), Vec::new());
            search.reset(0);
            if is_noted {
                assert!(search.note(&block, 0..70_000));
            } else {
                search.parse(&block, 0..70_000, &Prices::default(), &mut found);
                found.clear();
            }
            search.parse(&block, 70_000..100_000, &Prices::default(), &mut found);
            found
        };
        assert_eq!(find(true), find(false));
        assert!(find(true).iter().map(|seq| usize::from(seq.len)).sum::<usize>() > 29_000);
    }

    #[test]
    fn sequences_give_the_block_back() {
        check(Box::new(Chains::new()) as Box<dyn Search>, &blocks(), 0..1);
    }

    /// The rules in plain words: of all places before with the same three bytes the newest ones, and a match waits for a longer one.
    fn plain(block: &[u8]) -> Vec<Seq> {
        let longest = |at: usize, least: usize| {
            let limit = (block.len() - at).min(MAX_MATCH);
            let most = if least >= GOOD { CHAIN / 4 } else { CHAIN };
            let places = (at.saturating_sub(MOST_DISTANCE)..at).rev();
            let same =
                places.filter(|place| at + 3 <= block.len() && block[*place..][..3] == block[at..][..3]);
            let mut best = Match { len: least.max(2), distance: 0 };
            for place in same.take(most) {
                let len = (0..limit).take_while(|more| block[place + more] == block[at + more]).count();
                if len > best.len {
                    best = Match { len, distance: at - place };
                }
                if best.len >= NICE {
                    break;
                }
            }
            if best.len == 3 && best.distance > TOO_FAR || best.distance == 0 {
                Match::default()
            } else {
                best
            }
        };
        let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
        while at < block.len() {
            let mut held = longest(at, 0);
            while held.len >= MIN_MATCH && held.len < LAZY && at + 1 < block.len() {
                let next = longest(at + 1, held.len);
                if next.len <= held.len {
                    break;
                }
                (held, at) = (next, at + 1);
            }
            if held.len < MIN_MATCH {
                at += 1;
                continue;
            }
            let (len, distance) = (held.len as u16, held.distance as u16);
            found.push(Seq { literals: (at - start) as u32, len, distance });
            at += held.len;
            start = at;
        }
        found
    }

    #[test]
    fn matches_are_those_of_a_plain_search() {
        for values in [2, 3, 5] {
            for len in [0, 1, 3, 4, 5, 50, 3000, 40_000] {
                let noise: Vec<u8> = numbers(values).map(|x| (x % values) as u8).take(len).collect();
                let runs: Vec<u8> = noise.iter().flat_map(|byte| [*byte; 9]).take(len).collect();
                for block in [noise, runs] {
                    let mut found = Vec::new();
                    let mut search = Chains::new();
                    search.reset(0);
                    search.parse(&block, 0..block.len(), &Prices::default(), &mut found);
                    assert!(found == plain(&block), "{values} {len}");
                }
            }
        }
    }
}
