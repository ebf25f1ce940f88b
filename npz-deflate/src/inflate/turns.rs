//! Decodes symbols of a sub-block fast, while input and output have room: the state of one chain, and two of them in turn.

use super::Unfit;
use super::bits::{peek, word};
use super::cell::Cell;
use super::copy;
use super::symbols::{Entry, Symbols};

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
    /// So many of them are surely the next ones: only its lowest 6 bits say that.
    count: u32,
}

impl Bits {
    /// Puts a word that begins at the next byte over what is known of it already, so nothing waits for where the last code ended. Gives how
    /// many of its bytes are whole.
    #[inline]
    fn refill(&mut self, word: u64) -> usize {
        let count = self.count % 64;
        self.bits |= word << count;
        // Whole bytes were added, so the lowest three bits stay.
        self.count = count | (7 << 3);
        (63 - count as usize) / 8
    }
    #[inline]
    fn consume(&mut self, entry: Entry) {
        self.bits = self.bits.wrapping_shr(entry.bits_and_more());
        self.count = self.count.wrapping_sub(entry.bits_and_more());
    }
}

/// A stretch of a sub-block that is decoded fast.
pub(super) struct Turns<'a, C> {
    input: &'a [u8],
    /// The byte behind the bits at hand.
    next: usize,
    bits: Bits,
    output: &'a mut [C],
    done: usize,
    /// The first look at the next bits: it is made early, where others wait.
    entry: Entry,
    symbols: &'a Symbols,
}

/// A turn has at most so many literals, each of one look: then the next look can be made before the refill.
const LITERALS: usize = 4;

impl<'a, C: Cell> Turns<'a, C> {
    /// From bit `at` of the input and cell `done` of the output on; ends where input or output have no room.
    pub(super) fn new(
        input: &'a [u8],
        at: usize,
        output: &'a mut [C],
        done: usize,
        symbols: &'a Symbols,
    ) -> Self {
        let bits = Bits { bits: peek(input, at), count: 56 - (at % 8) as u32 };
        let entry = symbols.literals.look_up(bits.bits);
        Self { input, next: at / 8 + 7, bits, output, done, entry, symbols }
    }

    /// Where the next bit and byte are.
    fn position(&self) -> (usize, usize) {
        (self.next * 8 - (self.bits.count & 63) as usize, self.done)
    }

    /// Up to four literals, or up to three and a match; false if something else comes, or there is no room for that.
    #[expect(clippy::inline_always, reason = "the state of a chain has to stay in registers")]
    #[inline(always)]
    fn turn(&mut self) -> Result<bool, Unfit> {
        let Some(ahead) = self.input.get(self.next..).and_then(|rest| rest.first_chunk::<AHEAD>()) else {
            return Ok(false);
        };
        let Some(place) = self.output.get_mut(self.done..).and_then(|rest| rest.first_chunk_mut::<ROOM>())
        else {
            return Ok(false);
        };
        let taken = self.bits.refill(word(ahead, 0));
        self.next += taken;
        for place in &mut place[..LITERALS] {
            if !self.entry.is_literal() {
                return self.turn_to_match(ahead, taken);
            }
            *place = self.entry.literal().into();
            self.done += 1;
            self.bits.consume(self.entry);
            // The last of them before the refill: the waits for both overlap.
            self.entry = self.symbols.literals.look_up(self.bits.bits);
        }
        Ok(true)
    }

    /// What comes behind up to three literals.
    #[expect(clippy::inline_always, reason = "the state of a chain has to stay in registers")]
    #[inline(always)]
    fn turn_to_match(&mut self, ahead: &[u8; AHEAD], taken: usize) -> Result<bool, Unfit> {
        if self.entry.is_other() {
            self.entry = self.symbols.literals.look_further(self.entry, self.bits.bits);
            if self.entry.is_literal() {
                self.output[self.done] = self.entry.literal().into();
                self.done += 1;
                self.bits.consume(self.entry);
                self.entry = self.symbols.literals.look_up(self.bits.bits);
                return Ok(true);
            }
            if self.entry.is_other() {
                return Ok(false);
            }
        }
        // Three literals of at most 11 bits and a length take at most 53 bits: what is left does not hold every distance.
        let length = self.entry.value(self.bits.bits);
        self.bits.consume(self.entry);
        let mut distance = self.symbols.distances.look_up(self.bits.bits);
        self.next += self.bits.refill(word(ahead, taken));
        if distance.is_other() {
            distance = self.symbols.distances.look_further(distance, self.bits.bits);
            if distance.is_other() {
                return Err(Unfit);
            }
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

/// Decodes one chain as far as it goes fast.
pub(super) fn one<C: Cell>(turns: Turns<'_, C>) -> Position {
    with_fast_shifts!(one_anyhow, one_with_bmi2, turns)
}

/// Decodes two in turn until one of them stops: while one waits for its look-up, the other goes on.
pub(super) fn two<A: Cell, B: Cell>(a: Turns<'_, A>, b: Turns<'_, B>) -> (Position, Position) {
    with_fast_shifts!(two_anyhow, two_with_bmi2, a, b)
}

#[expect(clippy::inline_always, reason = "it is compiled twice, for different processors")]
#[inline(always)]
fn one_anyhow<C: Cell>(mut turns: Turns<'_, C>) -> Position {
    while turns.turn()? {}
    Ok(turns.position())
}

#[expect(clippy::inline_always, reason = "it is compiled twice, for different processors")]
#[inline(always)]
fn two_anyhow<A: Cell, B: Cell>(mut a: Turns<'_, A>, mut b: Turns<'_, B>) -> (Position, Position) {
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
fn one_with_bmi2<C: Cell>(turns: Turns<'_, C>) -> Position {
    one_anyhow(turns)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn two_with_bmi2<A: Cell, B: Cell>(a: Turns<'_, A>, b: Turns<'_, B>) -> (Position, Position) {
    two_anyhow(a, b)
}
