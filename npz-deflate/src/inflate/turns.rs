//! Decodes symbols of a sub-block fast, while input and output have room: the state of one chain, and two of them in turn.

use super::Unfit;
use super::bits::{peek, word};
use super::cell::Cell;
use super::copy;
use super::symbols::{DISTANCE_BITS, Entry, LITERAL_BITS, MOST_EXTRA_BITS, Symbols};

/// What a turn writes at most: literals, and a match that a copy in steps may overrun.
pub const ROOM: usize = LITERALS + copy::SLACK;
/// What a turn reads at most: two words, the second of which begins within the first.
pub(super) const AHEAD: usize = 16;

/// Calls a function as it was compiled for processors whose shifts take any register and leave the flags alone, if this is one:
/// 5 % faster on weights, 15 on sparse data.
macro_rules! with_fast_shifts {
    ($plain:ident, $fast:ident, $($argument:expr),+) => {{
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("bmi2") {
            // SAFETY: the processor has what the function was compiled for.
            #[expect(unsafe_code, reason = "the only way to call such a function")]
            return unsafe { $fast($($argument),+) };
        }
        $plain($($argument),+)
    }};
}

/// Whether a turn can begin at this bit.
pub(super) fn has_input(input: &[u8], at: usize) -> bool {
    input.len().saturating_sub(at / 8) >= 7 + AHEAD
}

/// The bits at hand: at least 56 after a refill.
struct Bits {
    bits: u64,
    /// So many of them are surely the next ones: only its lowest 8 bits say that.
    count: u32,
}

impl Bits {
    /// Puts a word that begins at the next byte over what is known of it already, so nothing waits for where the last code ended. Gives how
    /// many of its bytes are whole.
    #[inline]
    fn refill(&mut self, word: u64) -> usize {
        self.bits |= word.wrapping_shl(self.count);
        let bytes = 7 - (self.count as usize >> 3 & 7);
        // Whole bytes were added, so the lowest three bits stay.
        self.count |= 7 << 3;
        bytes
    }
    #[inline]
    fn consume(&mut self, entry: Entry) {
        self.bits = self.bits.wrapping_shr(entry.bits_and_more());
        self.count = self.count.wrapping_sub(entry.bits_and_more());
    }
    /// As if an entry had not been consumed, before which there were these bits.
    #[inline]
    fn restore(&mut self, before: u64, entry: Entry) {
        self.bits = before;
        self.count = self.count.wrapping_add(entry.bits_and_more());
    }
    /// Whether there may be too few for a distance whose code is found by a first look, and the look behind it.
    #[inline]
    fn are_few(&self) -> bool {
        // A refill gives all 64 bits, one more than `count` ever says.
        u32::from(self.count as u8) + 1 < DISTANCE_BITS + MOST_EXTRA_BITS + LITERAL_BITS
    }
}

/// A stretch of a sub-block that is to be decoded fast: from bit `at` of the input and cell `done` of the output on.
pub(super) struct Stretch<'a, C> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
    pub(super) output: &'a mut [C],
    pub(super) done: usize,
    pub(super) symbols: &'a Symbols,
}

/// The state of a chain of looks.
struct Turns<'a, C> {
    bits: Bits,
    /// What is behind the bits at hand.
    rest: &'a [u8],
    /// The byte of the input at which there is no rest.
    end: usize,
    output: &'a mut [C],
    done: usize,
    /// The first look at the next bits: it is made early, where others wait.
    entry: Entry,
    symbols: &'a Symbols,
}

/// A turn has at most so many literals of one look each: two of them, a length and the look for its distance fit into one refill.
const LITERALS: usize = 3;

impl<'a, C: Cell> Turns<'a, C> {
    /// Made where it is used: what comes as an argument stays in memory, and then all took a tenth more time.
    #[inline]
    fn new(Stretch { input, at, output, done, symbols }: Stretch<'a, C>) -> Self {
        let bits = Bits { bits: peek(input, at), count: 56 - (at % 8) as u32 };
        let entry = symbols.literals.look_up(bits.bits);
        let next = at / 8 + 7;
        let rest = input.get(next..).unwrap_or_default();
        Self { bits, rest, end: next + rest.len(), output, done, entry, symbols }
    }

    /// Where the next bit and byte are.
    fn position(&self) -> (usize, usize) {
        ((self.end - self.rest.len()) * 8 - (self.bits.count & 63) as usize, self.done)
    }

    /// Up to three literals, or up to three and a match; false if something else comes, or there is no room for that.
    ///
    /// The bits of an entry are consumed before it is known what it is: what waits for them is the longest chain.
    #[expect(clippy::inline_always, reason = "the state of a chain has to stay in registers")]
    #[inline(always)]
    fn turn(&mut self) -> Result<bool, Unfit> {
        let Some(ahead) = self.rest.first_chunk::<AHEAD>() else { return Ok(false) };
        let Some(place) = self.output.get_mut(self.done..).and_then(|rest| rest.first_chunk_mut::<ROOM>())
        else {
            return Ok(false);
        };
        let taken = self.bits.refill(word(ahead, 0));
        self.rest = &self.rest[taken..];
        for place in &mut place[..LITERALS] {
            let before = self.bits.bits;
            self.bits.consume(self.entry);
            if !self.entry.is_literal() {
                return self.turn_to_match(before, ahead, taken);
            }
            *place = self.entry.literal().into();
            self.done += 1;
            self.entry = self.symbols.literals.look_up(self.bits.bits);
        }
        Ok(true)
    }

    /// What comes behind up to two literals: the entry at hand, which was consumed of the bits `before` it.
    #[expect(clippy::inline_always, reason = "the state of a chain has to stay in registers")]
    #[inline(always)]
    fn turn_to_match(&mut self, before: u64, ahead: &[u8; AHEAD], taken: usize) -> Result<bool, Unfit> {
        let length = if !self.entry.is_other() {
            self.entry.value(before)
        } else if let Some((literal, length)) = self.entry.both() {
            self.output[self.done] = literal.into();
            self.done += 1;
            length
        } else {
            self.bits.restore(before, self.entry);
            self.entry = self.symbols.literals.look_further(self.entry, before);
            if self.entry.is_other() {
                return Ok(false);
            }
            self.bits.consume(self.entry);
            if self.entry.is_literal() {
                self.output[self.done] = self.entry.literal().into();
                self.done += 1;
                self.entry = self.symbols.literals.look_up(self.bits.bits);
                return Ok(true);
            }
            self.entry.value(before)
        };
        let mut distance = self.symbols.distances.look_up(self.bits.bits);
        if distance.is_other() {
            self.rest = &self.rest[self.bits.refill(word(ahead, taken))..];
            distance = self.symbols.distances.look_further(distance, self.bits.bits);
            if distance.is_other() {
                return Err(Unfit);
            }
        } else if self.bits.are_few() {
            self.rest = &self.rest[self.bits.refill(word(ahead, taken))..];
        }
        let back = distance.value(self.bits.bits);
        self.bits.consume(distance);
        // Before the copy, which does not wait for it.
        self.entry = self.symbols.literals.look_up(self.bits.bits);
        if back > self.done {
            return Err(Unfit);
        }
        C::copy(self.output, self.done, back, length);
        self.done += length;
        Ok(true)
    }
}

/// The next bit and cell where a chain stopped.
type Position = Result<(usize, usize), Unfit>;

/// Decodes one stretch as far as it goes fast; ends where input or output have no room.
pub(super) fn one<C: Cell>(stretch: Stretch<'_, C>) -> Position {
    with_fast_shifts!(one_anyhow, one_with_bmi2, stretch)
}

/// Decodes two in turn until one of them stops: while one waits for its look-up, the other goes on.
pub(super) fn two<A: Cell, B: Cell>(a: Stretch<'_, A>, b: Stretch<'_, B>) -> (Position, Position) {
    with_fast_shifts!(two_anyhow, two_with_bmi2, a, b)
}

#[expect(clippy::inline_always, reason = "it is compiled twice, for different processors")]
#[inline(always)]
fn one_anyhow<C: Cell>(stretch: Stretch<'_, C>) -> Position {
    let mut turns = Turns::new(stretch);
    while turns.turn()? {}
    Ok(turns.position())
}

#[expect(clippy::inline_always, reason = "it is compiled twice, for different processors")]
#[inline(always)]
fn two_anyhow<A: Cell, B: Cell>(a: Stretch<'_, A>, b: Stretch<'_, B>) -> (Position, Position) {
    let (mut a, mut b) = (Turns::new(a), Turns::new(b));
    loop {
        // Both have their turn before either is asked whether it goes on.
        let turns = (a.turn(), b.turn());
        if turns != (Ok(true), Ok(true)) {
            return (turns.0.map(|_| a.position()), turns.1.map(|_| b.position()));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn one_with_bmi2<C: Cell>(stretch: Stretch<'_, C>) -> Position {
    one_anyhow(stretch)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn two_with_bmi2<A: Cell, B: Cell>(a: Stretch<'_, A>, b: Stretch<'_, B>) -> (Position, Position) {
    two_anyhow(a, b)
}
