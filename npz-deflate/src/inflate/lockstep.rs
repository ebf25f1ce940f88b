//! Decodes literals of several sub-blocks in turn on one core.
//!
//! A literal costs a chain of about seven cycles (look up, shift), in which a core could do six times as much: so several chains
//! that do not wait for each other fill its time.

use super::bits::peek;
use super::lane::Lane;
use super::literals::{Literals, ROUND};

/// So many sub-blocks are decoded in turn. Five are 11 % faster than four; six are no faster, as their state does not fit the registers.
pub const LANES: usize = 5;

/// Decodes literals of all lanes (at most `LANES`) until the first one meets something else or comes near the end of its input or output.
pub(super) fn run(lanes: &mut [Lane<'_>]) {
    match lanes.len() {
        0 => {}
        1 => one(lanes),
        2 => two(lanes),
        3 => three(lanes),
        4 => four(lanes),
        _ => five(lanes),
    }
}

/// One round of one lane: the bits behind it, and the last entry, which is 0 if the round met something that is no literal.
#[expect(clippy::inline_always, reason = "a call for each round would take half the speed")]
#[inline(always)]
fn round(input: &[u8], at: usize, table: &Literals, output: &mut [u8; ROUND]) -> (usize, u16) {
    let mut bits = peek(input, at);
    let mut used = 0_u16;
    let mut entry = 0;
    for byte in output {
        entry = table.look_up(bits);
        bits >>= entry & 63;
        used = used.wrapping_add(entry);
        *byte = (entry >> 8) as u8;
    }
    (at + usize::from(used & 255), entry)
}

/// Makes a function that decodes a fixed number of lanes. Each has its own named variables: as an array, they were kept in memory
/// and took twice the time.
macro_rules! lockstep {
    ($name:ident: $($lane:ident $input:ident $output:ident $at:ident $round:ident),+) => {
        fn $name(lanes: &mut [Lane<'_>]) {
            let [$($lane),+, ..] = lanes else { return };
            let rounds = usize::MAX$(.min($lane.rounds()))+;
            $(
                let $input = $lane.input;
                let ($output, _) = $lane.output[$lane.done..].as_chunks_mut();
                let $output = &mut $output[..rounds];
                let mut $at = $lane.at;
            )+
            let mut done = 0;
            while done < rounds {
                $(let $round = round($input, $at, &$lane.table, &mut $output[done]);)+
                if $($round.1 == 0)||+ {
                    // Nothing of this round counts: it is decoded again, carefully.
                    break;
                }
                $($at = $round.0;)+
                done += 1;
            }
            $(
                $lane.at = $at;
                $lane.done += done * ROUND;
            )+
        }
    };
}

lockstep!(one: a a_in a_out a_at a_round);
lockstep!(two: a a_in a_out a_at a_round, b b_in b_out b_at b_round);
lockstep!(three: a a_in a_out a_at a_round, b b_in b_out b_at b_round, c c_in c_out c_at c_round);
lockstep!(four: a a_in a_out a_at a_round, b b_in b_out b_at b_round, c c_in c_out c_at c_round, d d_in d_out d_at d_round);
lockstep!(
    five: a a_in a_out a_at a_round,
    b b_in b_out b_at b_round,
    c c_in c_out c_at c_round,
    d d_in d_out d_at d_round,
    e e_in e_out e_at e_round
);
