//! Samples of a member, and what ways make of them.

use super::error::Error;
use super::plan::Plan;
use super::search::{Cells, Method, tastes_of_matches};
use super::sequences::{Codes, Prices};
use super::zlib::Zlib;

/// Behind what is judged so many bytes are shown to the searches, as in a block.
const BEHIND: usize = 64;

/// Pieces of a member that stand for it, each of which begins with a cell.
#[derive(Clone, Copy)]
pub struct Samples<'s> {
    /// The pieces, in order.
    pub pieces: &'s [&'s [u8]],
    /// Whether they are all there is.
    pub is_all: bool,
    /// What cells they have.
    pub kind: Cells,
}

impl Samples<'_> {
    /// Where what is judged begins: what comes before teaches the prices.
    pub(super) fn judged_from(&self, piece: &[u8]) -> usize {
        if self.is_all { 0 } else { piece.len().saturating_sub(BEHIND) / 2 }
    }

    /// Where it ends.
    pub(super) fn judged_to(&self, piece: &[u8]) -> usize {
        piece.len() - if self.is_all { 0 } else { piece.len().min(BEHIND) }
    }

    pub(super) fn judged(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| &piece[self.judged_from(piece)..self.judged_to(piece)])
    }

    /// What is judged, as it is.
    pub(super) fn judged_bits(&self) -> u64 {
        self.judged().map(|piece| 8 * piece.len() as u64).sum()
    }

    pub(super) fn literal_bits(&self, codes: &mut Codes) -> u64 {
        self.judged()
            .map(|piece| {
                codes.make_for_sequences(piece, &[]);
                codes.cost()
            })
            .sum()
    }

    pub(super) fn attempt(&self, method: Method, codes: &mut Codes) -> Attempt {
        let mut search = method.search(self.kind.width);
        let mut attempt = Attempt { bits: Vec::new(), prices: method.first_prices() };
        let mut sequences = Vec::new();
        for piece in self.pieces {
            let (from, to) = (self.judged_from(piece), self.judged_to(piece));
            // All there is teaches the prices, and is judged by them; zlib asks for none.
            let (all, halves) = ([0..to, 0..to], [0..from, from..to]);
            let parts = match (from, method) {
                (0, Method::Chains { .. }) => &all[..1],
                (0, _) => &all,
                _ => &halves[..],
            };
            for part in parts.iter().cloned() {
                if part.start == 0 {
                    search.reset(0);
                }
                if part.end < to && search.note(piece, part.clone()) {
                    continue;
                }
                sequences.clear();
                search.parse(piece, part.clone(), &attempt.prices, &mut sequences);
                codes.make_for_sequences(&piece[part], &sequences);
                codes.prices(&mut attempt.prices);
            }
            attempt.bits.push(codes.cost());
        }
        attempt
    }

    pub(super) fn taste_of_matches(&self, codes: &mut Codes) -> bool {
        self.pieces.iter().any(|piece| tastes_of_matches(piece, codes))
    }

    /// What the library makes of them.
    pub(super) fn zlib_bits(&self, level: u32) -> Result<u64, Error> {
        let mut zlib = Zlib::new(level);
        let bits = self.pieces.iter().map(|piece| {
            let (first, judged) = piece[..self.judged_to(piece)].split_at(self.judged_from(piece));
            zlib.bits_behind(first, judged)
        });
        bits.sum()
    }
}

/// What a search made of samples: the bits of each, and the prices learnt.
pub(super) struct Attempt {
    bits: Vec<u64>,
    pub(super) prices: Prices,
}

impl Attempt {
    /// The bits of so many samples, the last ones.
    pub(super) fn bits(&self, count: usize) -> u64 {
        self.bits.iter().rev().take(count).sum()
    }

    /// What it takes of the last sample, and what it makes of a block.
    pub(super) fn into_plan(self, method: Method) -> (u64, Plan) {
        (self.bits(1), Plan::Search { method, prices: Box::new(self.prices) })
    }
}
