//! Decodes sub-blocks with matches: fast where the output has room, two in turn if literals prevail, then symbol by symbol.

use super::Unfit;
use super::bits::peek;
use super::copy;
use super::lane::{Lane, Next};
use super::symbols::Symbols;
use super::turns::{self, ROOM, Stretch};

/// Decodes the first lane, or the first two in turn, until one of them meets something that is no literal and no match, or has no room for the
/// longest match.
///
/// Two in turn are 8 % faster than one where literals prevail, and as much slower where matches do, which are guessed wrongly more often.
pub(super) fn run(lanes: &mut [Lane<'_>]) -> Result<(), Unfit> {
    match lanes {
        [] => Ok(()),
        [first, second, ..] if has_few_matches(first) && has_few_matches(second) => two(first, second),
        [first, ..] => one(first),
    }
}

fn has_few_matches(lane: &Lane<'_>) -> bool {
    lane.symbols.as_deref().is_some_and(|symbols| symbols.are_mostly_literals)
}

fn one(lane: &mut Lane<'_>) -> Result<(), Unfit> {
    (lane.at, lane.done) = turns::one(stretch_of(lane))?;
    Ok(())
}

fn two(first: &mut Lane<'_>, second: &mut Lane<'_>) -> Result<(), Unfit> {
    let (a, b) = turns::two(stretch_of(first), stretch_of(second));
    ((first.at, first.done), (second.at, second.done)) = (a?, b?);
    Ok(())
}

fn stretch_of<'a>(lane: &'a mut Lane<'_>) -> Stretch<'a, u8> {
    let symbols = lane.symbols.as_deref().unwrap_or(&Symbols::NONE);
    let output = &mut lane.output[..lane.limit.max(lane.done)];
    Stretch { input: lane.input, at: lane.at, output, done: lane.done, symbols }
}

/// Decodes symbol by symbol up to the sub-block's end if that is near, and what follows.
pub(super) fn resume(lane: &mut Lane<'_>) -> Result<Next, Unfit> {
    let bits = peek(lane.input, lane.at);
    if lane.is_enough()? {
        return Ok(Next::Complete);
    }
    let has_room = lane.limit.saturating_sub(lane.done) >= ROOM && turns::has_input(lane.input, lane.at);
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
