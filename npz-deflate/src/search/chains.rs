//! Matches at every byte along chains of places with the same bytes, where a match gives way to a better one that begins a byte
//! later.
//!
//! With `KEY` 3 it is zlib's level 6, which other searches are measured by, so that none is used that takes more. With `KEY` 4 it does the work
//! where none of them comes to as little: chains are of four bytes, and of places with the same three only the newest is looked at, as the
//! nearest is the best. And a match longer than the best so far has the bytes at its end in common too: where the
//! places with those are fewer, their chain is followed instead. So cells with many zeros, whose chains are full of places that lead
//! nowhere, take a third of the time (`index_i8`: 13 to 40 MB/s) and come out smaller, as longer matches are found within as many steps.

use std::ops::Range;

use super::Search;
use super::compare::agreement;
use super::window::{Window, boxed};
use crate::sequences::{MAX_MATCH, MIN_MATCH, Prices, Seq, WINDOW};

/// Hashes of three bytes and of four.
const HASH_BITS: u32 = 15;
/// So far back zlib looks at most.
const MOST_DISTANCE: usize = WINDOW - MAX_MATCH - 4;
/// A match of three bytes that is farther away costs more than three literals.
const TOO_FAR: usize = 4096;
/// So many places of a chain are compared; a quarter behind a match that is good already.
const CHAIN: usize = 96;
/// As many as zlib compares.
const ZLIB_CHAIN: usize = 128;
/// From this length on a match is good.
const GOOD: usize = 8;
/// Behind a match as long as this no longer one is looked for.
const LAZY: usize = 16;
/// A match that is long enough for not looking farther.
const NICE: usize = 128;
/// What a literal costs, and what a match costs beside the bits of its distance, about.
const LITERAL_BITS: usize = 6;
const MATCH_BITS: usize = 12;

/// So many bytes are looked at before the window takes in more.
const STEP: usize = 16 << 10;

/// The newest place of each hash, modulo 64 Ki. An entry that is older gives a wrong distance, which the comparison refutes or, where the bytes
/// are the same, makes right.
type Table = Box<[u16; 1 << HASH_BITS]>;

/// The matcher, with its tables: chains are of places with so many bytes the same, three or four.
pub(super) struct Chains<const KEY: usize> {
    /// Where chains are of four bytes.
    threes: Table,
    heads: Table,
    /// How far before each place of the window the next of its chain lies; 0 if there is none.
    steps: Box<[u16; WINDOW]>,
    window: Window,
}

/// A match; its distance is 0 if there is none.
#[derive(Clone, Copy, Default)]
struct Match {
    len: usize,
    distance: usize,
}

impl Match {
    fn distance_bits(self) -> usize {
        self.distance.max(1).ilog2() as usize
    }

    fn bits(self) -> usize {
        MATCH_BITS + self.distance_bits()
    }

    /// Whether it is worth the bits that a longer distance takes.
    fn is_better_than(self, shorter: Self) -> bool {
        let saved = (self.len - shorter.len) * LITERAL_BITS;
        shorter.distance == 0 || self.distance_bits() <= shorter.distance_bits() + saved
    }

    /// Whether a literal and then that match take fewer bits a byte.
    fn gives_way_to(self, later: Self) -> bool {
        later.len > self.len && (LITERAL_BITS + later.bits()) * self.len < self.bits() * (later.len + 1)
    }
}

/// The distances of the newest places with the same three bytes, and on the chain; 0 if there is none.
#[derive(Clone, Copy)]
struct Newest {
    three: usize,
    of_chain: usize,
}

#[inline]
fn hash(word: u64, bytes: usize) -> usize {
    let key = (word as u32) << (32 - 8 * bytes);
    (key.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)) as usize
}

/// Enters a place; gives the distance of the one that was there, 0 if that is too far.
#[inline]
fn exchange(newest: &mut u16, at: usize, most: usize) -> usize {
    let distance = usize::from((at as u16).wrapping_sub(std::mem::replace(newest, at as u16)));
    if distance > most { 0 } else { distance }
}

impl<const KEY: usize> Chains<KEY> {
    const IS_ZLIB: bool = KEY == MIN_MATCH;

    pub(super) fn new() -> Self {
        Self { threes: boxed(0), heads: boxed(0), steps: boxed(0), window: Window::default() }
    }

    /// Enters a place, and gives those before it.
    #[inline]
    fn enter(&mut self, at: usize) -> Newest {
        let word = self.window.word(at as u16);
        let three = if Self::IS_ZLIB { 0 } else { exchange(&mut self.threes[hash(word, 3)], at, TOO_FAR) };
        let of_chain = exchange(&mut self.heads[hash(word, KEY)], at, MOST_DISTANCE);
        self.steps[at % WINDOW] = of_chain as u16;
        Newest { three, of_chain }
    }

    /// The distance of the newest place with the four bytes that come so far behind one; 0 if there is none.
    #[inline]
    fn newest_behind(&self, at: usize, lead: usize) -> usize {
        let there = (at + lead) as u16;
        let distance = usize::from(there.wrapping_sub(self.heads[hash(self.window.word(there), KEY)]));
        // Nearer than the lead is what is not entered yet, or an entry of 64 KiB ago.
        if (lead..=MOST_DISTANCE.min(at)).contains(&distance) { distance } else { 0 }
    }

    /// The best match at a place that was entered, if it is longer than `least`.
    #[inline]
    fn longest(&self, block: &[u8], at: usize, to: usize, newest: Newest, least: usize) -> Match {
        let limit = (to - at).min(MAX_MATCH);
        let mut best = Match::default();
        if least < MIN_MATCH && newest.three > 0 && limit >= MIN_MATCH {
            let differing = self.window.word(at as u16) ^ self.window.word((at - newest.three) as u16);
            if differing.trailing_zeros() / 8 >= MIN_MATCH as u32 {
                best = Match { len: MIN_MATCH, distance: newest.three };
            }
        }
        let mut len = least.max(KEY - 1);
        let farthest = MOST_DISTANCE.min(at);
        // Followed is the chain of the four bytes so far behind the place.
        let (mut distance, mut lead) = (newest.of_chain, 0);
        let most = if Self::IS_ZLIB { ZLIB_CHAIN } else { CHAIN };
        let mut left = if least >= GOOD { most / 4 } else { most };
        'longer: while distance > 0 {
            let tail = self.tail(at, len);
            // From so far on, all places are entered that end in the last four bytes of a longer match.
            let ending = if Self::IS_ZLIB { 0 } else { (len + 1).saturating_sub(KEY) };
            let mut check_at = if ending > lead { ending.min(farthest + 1) } else { farthest + 1 };
            loop {
                if distance >= check_at {
                    if distance > farthest {
                        break 'longer;
                    }
                    check_at = farthest + 1;
                    match self.newest_behind(at, ending) {
                        0 => break 'longer,
                        newest if newest > distance => (distance, lead) = (newest, ending),
                        _ => {}
                    }
                }
                let place = (at - distance) as u16;
                let is_like =
                    (self.window.word(place.wrapping_add(tail.offset)) ^ tail.word) & tail.mask == 0;
                let step = usize::from(self.steps[usize::from(place.wrapping_add(lead as u16)) % WINDOW]);
                let found = if is_like { agreement(block, at, distance, 0, limit) } else { 0 };
                left -= 1;
                let is_longer = found > len;
                if is_longer {
                    len = found;
                    let found = Match { len, distance };
                    if Self::IS_ZLIB || found.is_better_than(best) {
                        best = found;
                    }
                }
                if left == 0 || step == 0 || is_longer && len >= NICE.min(limit) {
                    break 'longer;
                }
                distance += step;
                if is_longer {
                    continue 'longer;
                }
            }
        }
        let is_too_far = best.len == MIN_MATCH && best.distance > TOO_FAR;
        if is_too_far { Match::default() } else { best }
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

impl<const KEY: usize> Search for Chains<KEY> {
    fn reset(&mut self, _phase: usize) {
        self.threes.fill(0);
        self.heads.fill(0);
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
            let newest = self.enter(at);
            let found = if held.len < LAZY {
                self.longest(block, at, to, newest, held.len)
            } else {
                Match::default()
            };
            let gives_way = if Self::IS_ZLIB { found.len > held.len } else { held.gives_way_to(found) };
            if held.len < MIN_MATCH || gives_way {
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
            let (mut search, mut found) = (Chains::<4>::new(), Vec::new());
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
        check(Box::new(Chains::<3>::new()) as Box<dyn Search>, &blocks(), 0..1);
        check(Box::new(Chains::<4>::new()) as Box<dyn Search>, &blocks(), 0..1);
    }

    /// The rules in plain words: of all places before, the nearest first. Chains of four are shorter here than what is looked at.
    fn plain<const KEY: usize>(block: &[u8]) -> Vec<Seq> {
        let is_zlib = KEY == 3;
        let word = |at: usize| {
            let bytes = block[at..].iter().take(4).enumerate();
            bytes.fold(0, |word, (i, byte)| word | u64::from(*byte) << (8 * i))
        };
        let longest = |at: usize, least: usize| {
            let limit = (block.len() - at).min(MAX_MATCH);
            let len_at =
                |place| (0..limit).take_while(|more| block[place + more] == block[at + more]).count();
            let mut longest = least.max(KEY - 1);
            let mut best = Match::default();
            let newest = (0..at).rev().find(|place| hash(word(*place), 3) == hash(word(at), 3));
            if let Some(place) = newest.filter(|place| {
                !is_zlib && least < MIN_MATCH && at - place <= TOO_FAR && len_at(*place) >= MIN_MATCH
            }) {
                best = Match { len: MIN_MATCH, distance: at - place };
            }
            let most = match least {
                _ if !is_zlib => usize::MAX,
                ..GOOD => 128,
                _ => 32,
            };
            let is_alike = |place: &usize| at + KEY <= block.len() && len_at(*place) >= KEY;
            let places = (at.saturating_sub(MOST_DISTANCE)..at).rev().filter(is_alike).take(most);
            for place in places {
                let found = Match { len: len_at(place), distance: at - place };
                if found.len > longest {
                    longest = found.len;
                    if is_zlib || found.is_better_than(best) {
                        best = found;
                    }
                    if longest >= NICE.min(limit) {
                        break;
                    }
                }
            }
            if best.len == MIN_MATCH && best.distance > TOO_FAR { Match::default() } else { best }
        };
        let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
        while at < block.len() {
            let mut held = longest(at, 0);
            while held.len >= MIN_MATCH && held.len < LAZY && at + 1 < block.len() {
                let later = longest(at + 1, held.len);
                if !(if is_zlib { later.len > held.len } else { held.gives_way_to(later) }) {
                    break;
                }
                (held, at) = (later, at + 1);
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
        compare_with_plain::<3>();
        compare_with_plain::<4>();
    }

    fn compare_with_plain<const KEY: usize>() {
        let mut search = Chains::<KEY>::new();
        for values in [5, 7, 30] {
            for len in [0, 1, 3, 4, 5, 50, 3000] {
                let noise: Vec<u8> = numbers(values).map(|x| (x % values + 1) as u8).take(len).collect();
                let again = [&noise[..], &noise[len / 3..], &noise[..len / 2]].concat();
                let far = [&noise[..], &vec![99; 5000], &noise].concat();
                for block in [noise, again, far] {
                    let mut found = Vec::new();
                    // The tables are those of the block before.
                    search.reset(0);
                    search.parse(&block, 0..block.len(), &Prices::default(), &mut found);
                    assert!(found == plain::<KEY>(&block), "{values} {len}");
                }
            }
        }
    }

    #[test]
    fn tables_hold_nothing_of_the_block_before() {
        let mut used = Chains::<4>::new();
        for block in blocks() {
            let find = |search: &mut Chains<4>| {
                let mut found = Vec::new();
                search.reset(0);
                search.parse(&block, 0..block.len(), &Prices::default(), &mut found);
                found
            };
            let first = find(&mut used);
            assert!(first == find(&mut used) && first == find(&mut Chains::new()));
        }
    }
}
