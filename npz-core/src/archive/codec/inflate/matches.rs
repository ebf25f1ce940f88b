//! Decodes sub-blocks with matches: fast where the output has room, two in turn on one core, then symbol by symbol.

use super::Unfit;
use super::bits::{peek, word};
use super::copy;
use super::lane::{Lane, Next};
use super::symbols::{Entry, Symbols};

/// Three literals, and a match that a copy in steps may overrun.
const ROOM: usize = 3 + copy::SLACK;

/// Decodes the first lanes, two in turn if there are two, until one of them meets something that is no literal and no match, or
/// has no room for the longest match.
///
/// Two in turn are 65 % faster than one on floats, 20 % on images and sparse data, and as fast where long matches prevail.
pub(super) fn run(lanes: &mut [Lane<'_>]) -> Result<(), Unfit> {
    match lanes {
        [] => Ok(()),
        [lane] => one(lane),
        [first, second, ..] => two(first, second),
    }
}

fn one(lane: &mut Lane<'_>) -> Result<(), Unfit> {
    let mut stream = Stream::new(lane);
    while stream.turn()? {}
    (lane.at, lane.done) = stream.position();
    Ok(())
}

fn two(first: &mut Lane<'_>, second: &mut Lane<'_>) -> Result<(), Unfit> {
    let mut a = Stream::new(first);
    let mut b = Stream::new(second);
    // Both have their turn before either is asked whether it goes on.
    while a.turn()? & b.turn()? {}
    let positions = (a.position(), b.position());
    ((first.at, first.done), (second.at, second.done)) = positions;
    Ok(())
}

/// Decodes symbol by symbol up to the sub-block's end if that is near, and what follows.
pub(super) fn resume(lane: &mut Lane<'_>) -> Result<Next, Unfit> {
    let bits = peek(lane.input, lane.at);
    if lane.is_enough()? {
        return Ok(Next::Complete);
    }
    let has_room = lane.limit.saturating_sub(lane.done) >= ROOM;
    let symbols = lane.symbols.as_deref().unwrap_or(&Symbols::NONE);
    if has_room && !symbols.literals.find(bits).is_other() {
        return Ok(Next::Matches);
    }
    while !step(lane)? {
        if lane.is_enough()? {
            return Ok(Next::Complete);
        }
    }
    // The fast way reads zeros behind the end of the input.
    if lane.at > lane.bits() { Err(Unfit) } else { lane.advance() }
}

/// The bits at hand: at least 56 after a refill. Behind the end of the input come zeros, so a lane's position has to be compared at last.
struct Reader<'a> {
    input: &'a [u8],
    next: usize,
    bits: u64,
    /// So many of the bits are surely the next ones: only its lowest 6 bits say that.
    count: u32,
}

impl<'a> Reader<'a> {
    fn new(input: &'a [u8], at: usize) -> Self {
        Self { input, next: at / 8 + 7, bits: peek(input, at), count: 56 - (at % 8) as u32 }
    }
    /// Reads the word at `next` over what is known of it already: no wait for where the last code ended.
    #[inline]
    fn refill(&mut self) {
        let count = self.count % 64;
        self.bits |= word(self.input, self.next) << count;
        self.next += (63 - count as usize) / 8;
        // Whole bytes were added, so the lowest three bits stay.
        self.count = count | (7 << 3);
    }
    #[inline]
    fn consume(&mut self, entry: Entry) {
        self.bits >>= entry.bits();
        self.count = self.count.wrapping_sub(entry.bits());
    }
    fn at(&self) -> usize {
        self.next * 8 - (self.count & 63) as usize
    }
}

/// What is at hand of a lane while it is decoded fast.
struct Stream<'a> {
    reader: Reader<'a>,
    output: &'a mut [u8],
    done: usize,
    /// The first look at the next bits: it is made early, where others wait.
    entry: Entry,
    symbols: &'a Symbols,
}

impl<'a> Stream<'a> {
    fn new(lane: &'a mut Lane<'_>) -> Self {
        let reader = Reader::new(lane.input, lane.at);
        let symbols = lane.symbols.as_deref().unwrap_or(&Symbols::NONE);
        let entry = symbols.literals.look_up(reader.bits);
        let output = &mut lane.output[..lane.limit.max(lane.done)];
        Self { reader, output, done: lane.done, entry, symbols }
    }

    /// Where the next bit and byte are.
    fn position(&self) -> (usize, usize) {
        (self.reader.at(), self.done)
    }

    /// Up to three literals, or up to two and a match; false if something else comes, or the output has no room for that.
    #[expect(clippy::inline_always, reason = "the state of a stream has to stay in registers")]
    #[inline(always)]
    fn turn(&mut self) -> Result<bool, Unfit> {
        let Some(place) = self.output.get_mut(self.done..).and_then(|rest| rest.first_chunk_mut::<ROOM>())
        else {
            return Ok(false);
        };
        self.reader.refill();
        if self.entry.is_literal() {
            place[0] = self.entry.literal();
            self.reader.consume(self.entry);
            self.entry = self.symbols.literals.look_up(self.reader.bits);
            self.done += 1;
            if self.entry.is_literal() {
                place[1] = self.entry.literal();
                self.reader.consume(self.entry);
                self.entry = self.symbols.literals.look_up(self.reader.bits);
                self.done += 1;
                if self.entry.is_literal() {
                    place[2] = self.entry.literal();
                    self.reader.consume(self.entry);
                    // Before the refill: the waits for both overlap.
                    self.entry = self.symbols.literals.look_up(self.reader.bits);
                    self.done += 1;
                    return Ok(true);
                }
            }
        }
        if self.entry.is_other() {
            self.entry = self.symbols.literals.look_further(self.entry, self.reader.bits);
            if self.entry.is_literal() {
                self.output[self.done] = self.entry.literal();
                self.reader.consume(self.entry);
                self.entry = self.symbols.literals.look_up(self.reader.bits);
                self.done += 1;
                return Ok(true);
            }
            if self.entry.is_other() {
                return Ok(false);
            }
        }
        // Two literals and a length take at most 42 bits: the 14 left do not hold every distance.
        let length = self.entry.value(self.reader.bits);
        self.reader.consume(self.entry);
        let mut distance = self.symbols.distances.look_up(self.reader.bits);
        self.reader.refill();
        if distance.is_other() {
            distance = self.symbols.distances.look_further(distance, self.reader.bits);
            if distance.is_other() {
                return Err(Unfit);
            }
        }
        let back = distance.value(self.reader.bits);
        self.reader.consume(distance);
        // Before the copy, which does not wait for it.
        self.entry = self.symbols.literals.look_up(self.reader.bits);
        if back > self.done {
            return Err(Unfit);
        }
        copy::fast(self.output, self.done, back, length);
        self.done += length;

        Ok(true)
    }
}

/// One symbol, with every test; true if it was the end.
fn step(lane: &mut Lane<'_>) -> Result<bool, Unfit> {
    let bits = peek(lane.input, lane.at);
    let symbols = lane.symbols.as_deref().unwrap_or(&Symbols::NONE);
    let entry = symbols.literals.find(bits);
    lane.at += entry.bits() as usize;
    if entry.is_end() {
        return Ok(true);
    }
    if entry.is_other() || lane.at > lane.bits() {
        return Err(Unfit);
    }
    if entry.is_literal() {
        *lane.output.get_mut(lane.done).ok_or(Unfit)? = entry.literal();
        lane.done += 1;
        return Ok(false);
    }
    let length = entry.value(bits);
    let bits = bits >> entry.bits();
    let distance = symbols.distances.find(bits);
    lane.at += distance.bits() as usize;
    let back = distance.value(bits);
    if distance.is_other() || back > lane.done || length > lane.output.len() - lane.done {
        return Err(Unfit);
    }
    copy::exact(lane.output, lane.done, back, length);
    lane.done += length;
    Ok(false)
}
