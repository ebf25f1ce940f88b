//! Prices in the form that the passes over a tile want them, the steps they choose between, and the walk along the steps chosen.

use crate::sequences::{MAX_MATCH, MIN_MATCH, Prices, Seq, distance_symbol};

/// More than any path through a tile costs.
const NEVER: u32 = 1 << 28;

/// A step from a position: in the low 16 bits distance - 1, then 16 bits of length, 1 for a literal; above them a price, so that the cheaper of
/// two is the smaller number.
pub(super) type Step = u64;

/// A literal, without its price.
pub(super) const LITERAL: Step = 1 << 16;

/// A match, with the price of its distance.
#[inline]
pub(super) fn step(distance_price: u16, len: usize, from_min: u16) -> Step {
    u64::from(distance_price) << 32 | (len as u64) << 16 | u64::from(from_min)
}

/// Length of a step.
#[inline]
pub(super) fn step_len(step: Step) -> usize {
    (step >> 16) as usize & 0x1FF
}

/// The prices of a sub-block.
pub(super) struct Tariff {
    /// By the byte.
    pub(super) literal: [u32; 256],
    /// By length; those below three cost more than anything.
    pub(super) length: [u32; 512],
    /// By distance - 1 up to 256, then by (distance - 1) / 128.
    distance: [u16; 512],
}

impl Tariff {
    /// Spreads the prices out.
    pub(super) fn new(prices: &Prices) -> Self {
        let mut length = [NEVER; 512];
        for (to, &from) in length.iter_mut().zip(&prices.length).skip(MIN_MATCH) {
            *to = u32::from(from);
        }
        let mut distance = [0; 512];
        for (index, to) in distance.iter_mut().enumerate() {
            let from_min = if index < 256 { index } else { (index - 256) << 7 };
            *to = prices.distance[distance_symbol(from_min + 1)];
        }
        Self { literal: prices.literal.map(u32::from), length, distance }
    }

    /// Price of a distance, given less one.
    #[inline]
    pub(super) fn distance(&self, from_min: u16) -> u16 {
        let index = if from_min < 256 { from_min } else { 256 + (from_min >> 7) };
        self.distance[usize::from(index) & 511]
    }
}

/// How far the sequences have come.
pub(super) struct Walk {
    at: usize,
    literals: u32,
}

impl Walk {
    /// A walk from a sub-block's start.
    pub(super) fn new(from: usize) -> Self {
        Self { at: from, literals: 0 }
    }

    /// Goes on to a place by literals.
    pub(super) fn pass(&mut self, to: usize) {
        self.literals += to.saturating_sub(self.at) as u32;
        self.at = self.at.max(to);
    }

    /// Follows the steps through a tile of single bytes. Each step writes a sequence, kept only where it was a match, as a branch would be
    /// mispredicted. Gives the number of sequences.
    pub(super) fn bytes<const TILE: usize>(
        &mut self,
        steps: &[u32; TILE],
        seqs: &mut [Seq; TILE],
        start: usize,
        end: usize,
    ) -> usize {
        let mut count = 0;
        while self.at < end {
            let step = steps[(self.at - start) % TILE];
            let len = (step >> 16) as u16;
            seqs[count % TILE] =
                Seq { literals: self.literals, len, distance: (step as u16).wrapping_add(1) };
            let is_match = u32::from(len > 1);
            count += is_match as usize;
            self.literals = (self.literals + 1) & is_match.wrapping_sub(1);
            self.at += usize::from(len);
        }
        count
    }

    /// Where it is.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back over literals that the match which follows has too, so many at most.
    #[inline]
    pub(super) fn back(&mut self, block: &[u8], distance: usize, most: usize) {
        let most = most.min(self.literals as usize).min(self.at.saturating_sub(distance));
        let is_same = |back: &usize| block[self.at - back] == block[self.at - back - distance];
        let same = (1..=most).take_while(is_same).count();
        self.literals -= same as u32;
        self.at -= same;
    }

    /// Goes on by a match.
    #[inline]
    pub(super) fn take(&mut self, len: usize, distance: usize, out: &mut Vec<Seq>) {
        out.push(Seq { literals: self.literals, len: len as u16, distance: distance as u16 });
        self.literals = 0;
        self.at += len;
    }

    /// A match of any length up to `end`, from where the walk has come to, which may be behind it. Gives the place reached.
    pub(super) fn long(&mut self, end: usize, from_min: u16, out: &mut Vec<Seq>) -> usize {
        while end.saturating_sub(self.at) >= MIN_MATCH {
            let rest = end - self.at;
            // No piece of one or two bytes may be left over.
            let len = if rest > MAX_MATCH && rest < MAX_MATCH + MIN_MATCH {
                MAX_MATCH - MIN_MATCH
            } else {
                rest.min(MAX_MATCH)
            };
            self.take(len, usize::from(from_min) + 1, out);
        }
        self.pass(end);
        self.at
    }
}
