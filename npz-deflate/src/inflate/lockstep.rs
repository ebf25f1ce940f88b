//! Decodes literals of several sub-blocks in turn on one core.
//!
//! A literal costs a chain of about seven cycles (look up, shift), in which a core could do six times as much: so several chains
//! that do not wait for each other fill its time.

use super::bits::peek;
use super::lane::Lane;
use super::literals::{LOOK, SHORT_BITS, TABLE_BITS};

/// So many sub-blocks are decoded in turn. Six take 9 % less time than five, and a fifth less than four; of eight there is no more to
/// be had.
pub const LANES: usize = 6;

/// Decodes literals of all lanes (at most `LANES`) until the first one meets something else or comes near the end of its input or output.
pub(super) fn run(lanes: &mut [Lane<'_>]) {
    // Six literals with a look, where it is five otherwise: a tenth less time.
    if lanes.iter().all(|lane| lane.table.are_short()) {
        run_by::<SHORT_BITS, { LOOK / SHORT_BITS }>(lanes);
    } else {
        run_by::<TABLE_BITS, { LOOK / TABLE_BITS }>(lanes);
    }
}

/// Decodes rounds of so many literals, whose codes have at most `BITS`.
fn run_by<const BITS: usize, const ROUND: usize>(lanes: &mut [Lane<'_>]) {
    match lanes.len() {
        0 => {}
        1 => one::<BITS, ROUND>(lanes),
        2 => two::<BITS, ROUND>(lanes),
        3 => three::<BITS, ROUND>(lanes),
        4 => four::<BITS, ROUND>(lanes),
        5 => five::<BITS, ROUND>(lanes),
        _ => six::<BITS, ROUND>(lanes),
    }
}

/// Stands above the bits of a round: how far it has come down tells how many were consumed, without counting.
const MARK: u64 = 1 << 63;

/// Makes a function that decodes a fixed number of lanes. Each has its own named variables: as an array, they were kept in memory
/// and took twice the time. A literal of each follows that of the one before it: a processor does not look as far ahead as a whole round
/// of each, which took a quarter more time.
macro_rules! lockstep {
    ($name:ident: $($lane:ident $input:ident $output:ident $at:ident $bits:ident $entry:ident),+) => {
        fn $name<const BITS: usize, const ROUND: usize>(lanes: &mut [Lane<'_>]) {
            let [$($lane),+, ..] = lanes else { return };
            let rounds = usize::MAX$(.min($lane.rounds(ROUND)))+;
            $(
                let $input = $lane.input;
                let ($output, _) = $lane.output[$lane.done..].as_chunks_mut::<ROUND>();
                let $output = &mut $output[..rounds];
                let mut $at = $lane.at;
            )+
            let mut done = 0;
            while done < rounds {
                $(
                    let mut $bits = peek($input, $at) | MARK;
                    let mut $entry = 0;
                )+
                for literal in 0..ROUND {
                    $(
                        $entry = $lane.table.look_up::<BITS>($bits);
                        $bits >>= $entry & 63;
                        $output[done][literal] = ($entry >> 8) as u8;
                    )+
                }
                // What is no literal is met again by all looks behind it.
                if $($entry == 0)||+ {
                    // Nothing of this round counts: it is decoded again, carefully.
                    break;
                }
                $($at += $bits.leading_zeros() as usize;)+
                done += 1;
            }
            $(
                $lane.at = $at;
                $lane.done += done * ROUND;
            )+
        }
    };
}

lockstep!(one: a a_in a_out a_at a_bits a_entry);
lockstep!(two: a a_in a_out a_at a_bits a_entry, b b_in b_out b_at b_bits b_entry);
lockstep!(
    three: a a_in a_out a_at a_bits a_entry,
    b b_in b_out b_at b_bits b_entry,
    c c_in c_out c_at c_bits c_entry
);
lockstep!(
    four: a a_in a_out a_at a_bits a_entry,
    b b_in b_out b_at b_bits b_entry,
    c c_in c_out c_at c_bits c_entry,
    d d_in d_out d_at d_bits d_entry
);
lockstep!(
    five: a a_in a_out a_at a_bits a_entry,
    b b_in b_out b_at b_bits b_entry,
    c c_in c_out c_at c_bits c_entry,
    d d_in d_out d_at d_bits d_entry,
    e e_in e_out e_at e_bits e_entry
);
lockstep!(
    six: a a_in a_out a_at a_bits a_entry,
    b b_in b_out b_at b_bits b_entry,
    c c_in c_out c_at c_bits c_entry,
    d d_in d_out d_at d_bits d_entry,
    e e_in e_out e_at e_bits e_entry,
    f f_in f_out f_at f_bits f_entry
);
