//! A stream of any writer, whole or damaged, gives what another inflate gives, or is refused by both.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::case::{Case, Choices};
use crate::inflate::{Decoder, Packed, Pause, Plain, Unfit};

/// What is compared of what a stream gives.
const MOST: usize = 1 << 13;

thread_local! {
    /// Made once: a fuzzer would do little else.
    static ZLIB: RefCell<Decompress> = RefCell::new(Decompress::new(false));
    static LEVELS: RefCell<Vec<Compress>> =
        RefCell::new((0..10).map(|level| Compress::new(Compression::new(level), false)).collect());
}

/// What became of a stream.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It ended, behind so many of its bytes.
    Ended(usize),
    /// All of its bytes were taken.
    CutOff,
    Refused,
    /// It gives more than is compared.
    Goes,
}

pub fn inflate(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let (make, steps) = (choices.byte(), (1 + choices.short(), 1 + choices.short()));
    let stream = if make < 128 { choices.0.to_vec() } else { damaged(choices, usize::from(make % 10)) };
    let (outcome, expected) = by_zlib(&stream);
    let (found, output) = by_ours(&stream, steps);
    match (outcome, found) {
        // zlib fills the last byte of its room, and looks no further.
        (Outcome::Goes, Outcome::Goes) => {
            assert!(expected.starts_with(&output) && expected.len() < output.len() + 258);
        }
        (Outcome::Goes, Outcome::Refused | Outcome::CutOff) => assert!(expected.starts_with(&output)),
        // Ours does not look at the distance of a match that has no room.
        (Outcome::Refused, Outcome::Goes) => assert!(output == expected && output.len() > MOST - 258),
        // Each may see the fault before the other has to take more.
        (Outcome::Refused, Outcome::CutOff) | (Outcome::CutOff, Outcome::Refused) => {}
        (expected_outcome, outcome) => {
            assert_eq!(outcome, expected_outcome);
            assert!(outcome == Outcome::Refused || output == expected, "other bytes");
        }
    }
}

/// A stream of zlib's, with up to seven bytes changed.
fn damaged(mut choices: Choices<'_>, level: usize) -> Vec<u8> {
    let edits: Vec<_> =
        (0..choices.below(8)).map(|_| (choices.byte(), choices.short(), choices.byte())).collect();
    let plain = Case::of_any_len(&mut choices).plain();
    let mut stream = Vec::with_capacity(plain.len() + plain.len() / 8 + 100);
    LEVELS.with_borrow_mut(|levels| {
        levels[level].reset();
        let status = levels[level].compress_vec(&plain, &mut stream, FlushCompress::Finish);
        assert!(matches!(status, Ok(Status::StreamEnd)), "a stream in memory");
    });
    for (way, at, value) in edits {
        let len = stream.len();
        match way & 7 {
            0 => stream.truncate(at % (len + 1)),
            1 => stream.push(value),
            // Heads are where damage does most.
            2..5 if len > 0 => stream[at % len.min(80)] = value,
            _ if len > 0 => stream[at % len] ^= 1 << (value & 7),
            _ => {}
        }
    }
    stream
}

fn by_zlib(stream: &[u8]) -> (Outcome, Vec<u8>) {
    let mut output = vec![0; MOST];
    let (status, taken, given) = ZLIB.with_borrow_mut(|decoder| {
        decoder.reset(false);
        let status = decoder.decompress(stream, &mut output, FlushDecompress::Finish);
        (status, decoder.total_in() as usize, decoder.total_out() as usize)
    });
    output.truncate(given);
    let outcome = match status {
        Ok(Status::StreamEnd) => Outcome::Ended(taken),
        Ok(_) if output.len() == MOST => Outcome::Goes,
        Ok(_) => Outcome::CutOff,
        Err(_) => Outcome::Refused,
    };
    (outcome, output)
}

/// Decodes with input and output that come in steps of so many bytes.
fn by_ours(stream: &[u8], (input, output): (usize, usize)) -> (Outcome, Vec<u8>) {
    // Not zeros, so that a byte that is not written shows.
    let mut cells = vec![0xa5; MOST];
    let mut decoder = Decoder::default();
    let (mut at, mut done, mut there, mut until) = (0, 0, 0, 0);
    let outcome = loop {
        let mut packed = Packed { bytes: &stream[..there], at, stop: usize::MAX };
        let mut plain = Plain { cells: &mut cells, done, until };
        let pause = decoder.decode(&mut packed, &mut plain);
        (at, done) = (packed.at, plain.done);
        match pause {
            Ok(Pause::Input) if there < stream.len() => there = (there + input).min(stream.len()),
            Ok(Pause::Input) => break Outcome::CutOff,
            Ok(Pause::Output) if until < MOST => until = (until + output).min(MOST),
            Ok(Pause::Output) => break Outcome::Goes,
            Ok(Pause::End) => break Outcome::Ended(at.div_ceil(8)),
            Ok(Pause::Boundary) => unreachable!("it was not to stop"),
            Err(Unfit) => break Outcome::Refused,
        }
    };
    cells.truncate(done);
    (outcome, cells)
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_bytes_and_damaged_streams_are_as_another_inflate_says() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        for round in 0..20_000 {
            // Few values, so that there is something to match.
            let (len, values) = (next() % 600, 1 + next() % 256);
            let mut bytes: Vec<u8> = (0..len).map(|_| (next() % values) as u8).collect();
            if let Some(first) = bytes.first_mut() {
                *first = if round % 2 == 0 { (next() % 128) as u8 } else { 128 + (next() % 128) as u8 };
            }
            super::inflate(&bytes);
        }
    }
}
