//! Samples of a member, and what ways make of them.

use std::ops::Range;

use super::error::Error;
use super::parts;
use super::plan::Plan;
use super::search::{Cells, Method, tastes_of_matches};
use super::sequences::{Codes, Prices, Seq, WINDOW};
use super::zlib::Zlib;

/// Behind what is judged so many bytes are shown to the searches, as in a block.
const BEHIND: usize = 64;

/// Pieces of a member that stand for it, each of which begins with a cell.
#[derive(Clone, Copy)]
pub struct Samples<'s> {
    /// The pieces, in order.
    pub pieces: &'s [&'s [u8]],
    /// The length of the cells if they are one block: there is nothing before its first window, and of so few bytes that is felt.
    pub one_block: Option<usize>,
    /// What cells they have.
    pub kind: Cells,
}

/// A part of a piece that is searched by itself.
struct Part {
    range: Range<usize>,
    /// How many bytes of the member each byte stands for, in sixteenths. What stands for none teaches prices alone.
    weight: u64,
}

/// The weight of what stands for itself.
const ONE: u64 = 16;

impl Part {
    fn weigh(&self, bits: u64) -> u64 {
        bits * self.weight / ONE
    }
}

impl<'s> Samples<'s> {
    /// Whether they are all there is.
    pub(super) fn is_all(&self) -> bool {
        self.one_block == Some(self.pieces.iter().map(|piece| piece.len()).sum())
    }

    /// The beginning of a piece, and what has a window to look back to.
    fn parts(&self, piece: &[u8]) -> [Part; 2] {
        if self.is_all() {
            return [0, ONE].map(|weight| Part { range: 0..piece.len(), weight });
        }
        let to = piece.len().saturating_sub(BEHIND);
        let from = if to > WINDOW * 5 / 4 { WINDOW } else { to / 2 };
        let (first, rest) = match self.one_block {
            Some(len) => (ONE, ONE * len.saturating_sub(from) as u64 / (to - from).max(1) as u64),
            None => (0, ONE),
        };
        [Part { range: 0..from, weight: first }, Part { range: from..to, weight: rest }]
    }

    /// The parts that stand for something, each with its piece.
    fn judged(&self) -> impl Iterator<Item = (&'s [u8], Part)> {
        let parts = |piece| self.parts(piece).into_iter().map(move |part| (piece, part));
        self.pieces.iter().copied().flat_map(parts).filter(|(_, part)| part.weight > 0)
    }

    /// What is judged, as it is.
    pub(super) fn judged_bits(&self) -> u64 {
        self.judged().map(|(_, part)| part.weigh(8 * part.range.len() as u64)).sum()
    }

    pub(super) fn literal_bits(&self, codes: &mut Codes) -> u64 {
        let mut bits = |piece: &[u8]| {
            codes.make_for_sequences(piece, &[]);
            codes.cost()
        };
        self.judged().map(|(piece, part)| part.weigh(bits(&piece[part.range.clone()]))).sum()
    }

    pub(super) fn attempt(&self, method: Method, codes: &mut Codes) -> Attempt {
        self.attempt_by(method, codes, |bytes, sequences, codes| {
            codes.make_for_sequences(bytes, sequences);
            codes.cost()
        })
    }

    /// What a search takes where new codes begin as they do in a block: it takes longer to tell.
    pub(super) fn bits_in_parts(&self, method: Method, codes: &mut Codes) -> u64 {
        let attempt = self.attempt_by(method, codes, |bytes, sequences, codes| {
            let parts = parts::cut(bytes, sequences, method.unit_len(), false).into_iter();
            let cost = |part: parts::Part| {
                codes.make_for(*part.counts);
                codes.cost()
            };
            parts.map(cost).sum()
        });
        attempt.bits
    }

    fn attempt_by(
        &self,
        method: Method,
        codes: &mut Codes,
        mut cost: impl FnMut(&[u8], &mut [Seq], &mut Codes) -> u64,
    ) -> Attempt {
        let mut search = method.search(self.kind.width);
        let mut attempt = Attempt { bits: 0, prices: method.first_prices() };
        let mut sequences = Vec::new();
        for piece in self.pieces {
            for part in self.parts(piece) {
                let range = part.range.clone();
                if range.start == 0 {
                    search.reset(0);
                }
                if part.weight == 0 && search.note(piece, range.clone()) {
                    continue;
                }
                sequences.clear();
                search.parse(piece, range.clone(), &attempt.prices, &mut sequences);
                attempt.bits += part.weigh(cost(&piece[range], &mut sequences, codes));
                codes.prices(&mut attempt.prices);
            }
        }
        attempt
    }

    /// How many bits the first window of a block takes more than others, of which all that is judged takes `bits`.
    pub(super) fn lost_at_start(&self, method: Method, prices: &Prices, bits: u64, codes: &mut Codes) -> u64 {
        let Some(piece) = self.pieces.first() else { return 0 };
        let (start, mut sequences) = (0..piece.len().min(WINDOW), Vec::new());
        let mut search = method.search(self.kind.width);
        search.reset(0);
        search.parse(piece, start.clone(), prices, &mut sequences);
        let others = bits * 8 * start.len() as u64 / self.judged_bits().max(1);
        codes.make_for_sequences(&piece[start], &sequences);
        codes.cost().saturating_sub(others)
    }

    pub(super) fn taste_of_matches(&self, codes: &mut Codes) -> bool {
        self.pieces.iter().any(|piece| tastes_of_matches(piece, codes))
    }

    /// What the library makes of them.
    pub(super) fn zlib_bits(&self, level: u32) -> Result<u64, Error> {
        let mut zlib = Zlib::new(level);
        let bits = self.judged().map(|(piece, part)| {
            zlib.bits_behind(&piece[..part.range.start], &piece[part.range.clone()])
                .map(|bits| part.weigh(bits))
        });
        bits.sum()
    }
}

/// What a search made of samples: the bits, and the prices learnt.
pub(super) struct Attempt {
    pub(super) bits: u64,
    pub(super) prices: Prices,
}

impl Attempt {
    /// What it takes, and what it makes of a block.
    pub(super) fn into_plan(self, method: Method) -> (u64, Plan) {
        (self.bits, Plan::Search { method, prices: Box::new(self.prices) })
    }
}
