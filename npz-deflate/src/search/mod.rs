//! Searches for matches, each for one kind of cells, and what runs them.

mod anchored;
mod chains;
mod compare;
mod mask;
mod near;
mod repeated;
mod rows;
mod runs;
mod survey;
mod tariff;
#[cfg(test)]
mod testing;
mod window;
mod words;
mod zeros;

use std::ops::Range;

use self::anchored::{Anchor, Anchored};
use self::chains::Chains;
use self::mask::Mask;
use self::near::Near;
use self::repeated::Repeated;
use self::rows::Rows;
use self::runs::Runs;
use self::zeros::Zeros;
use super::sequences::{Prices, Seq};

pub use self::survey::Cells;
pub(super) use self::survey::{General, repeat_afar, survey, tastes_of_matches};

/// A search through a block, part by part.
pub(super) trait Search: Send {
    /// Begins a block whose first whole cell is at `phase`.
    fn reset(&mut self, phase: usize);

    /// Appends the sequences of a part. Parts follow one another without a gap; matches reach back into those before.
    fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>);

    /// Notes a part without a search, for those behind it, if the search learns nothing else from it; tells whether it did.
    fn note(&mut self, _block: &[u8], _part: Range<usize>) -> bool {
        false
    }
}

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Runs of zero cells, with their edges.
    Zeros,
    /// Bytes that equal those of the cell before; with `pairs`, also two cells that came before.
    Runs { pairs: bool },
    /// Keys at places of the cell; `backwards`, also what stands before the key.
    Keys { anchors: &'static [Anchor], backwards: bool },
    /// Short matches at every byte, as in images, by one table or two.
    Near { tables: u8 },
    /// Long matches at every byte, as in texts; four times so many places are compared.
    Rows { words: u8 },
    /// Matches at every byte along chains; or just as zlib's level 6 finds them.
    Chains { as_zlib: bool },
    /// Cells of 4 or 8 bytes that came before, each from some bytes on up to those of the next.
    Repeated { width: u8, shift: u8 },
    /// Bytes that are 0 or 1.
    Mask,
}

const fn anchor(offset: u8, bytes: u8) -> Anchor {
    Anchor { offset, bytes }
}

pub(super) const ZEROS: Method = Method::Zeros;
pub(super) const COUNTERS: Method = Method::Runs { pairs: false };
pub(super) const PAIRS: Method = Method::Runs { pairs: true };
/// Two cells.
pub(super) const TOKENS: Method = Method::Keys { anchors: &[anchor(0, 8)], backwards: true };
/// The cell itself, whose lower half is zero.
pub(super) const SHORT_FLOATS: Method = Method::Keys { anchors: &[anchor(0, 4)], backwards: true };
/// Two short cells.
pub(super) const TWO_CELLS: Method = Method::Keys { anchors: &[anchor(0, 4)], backwards: false };
/// The top three bytes; the top two and what follows.
pub(super) const SMOOTH: Method = Method::Keys { anchors: &[anchor(5, 3), anchor(6, 3)], backwards: false };
/// The top three bytes of a narrow float; of wide whole numbers near one another what tells them apart, and the zeros behind it.
pub(super) const SMOOTH_NARROW: Method =
    Method::Keys { anchors: &[anchor(1, 3), anchor(2, 3)], backwards: false };

/// Three bytes that came before.
pub(super) const NEAR_BY_THREE: Method = Method::Near { tables: 1 };
/// Three bytes or four.
pub(super) const NEAR: Method = Method::Near { tables: 2 };

pub(super) const CHAINS: Method = Method::Chains { as_zlib: false };
pub(super) const AS_ZLIB: Method = Method::Chains { as_zlib: true };

/// Every search there is.
#[cfg(any(test, feature = "fuzzing"))]
pub(super) const ALL: [Method; 17] = [
    ZEROS,
    COUNTERS,
    PAIRS,
    TOKENS,
    SHORT_FLOATS,
    TWO_CELLS,
    SMOOTH,
    SMOOTH_NARROW,
    NEAR_BY_THREE,
    NEAR,
    Method::Rows { words: 2 },
    Method::Rows { words: 4 },
    CHAINS,
    AS_ZLIB,
    Method::Repeated { width: 4, shift: 0 },
    Method::Repeated { width: 8, shift: 6 },
    Method::Mask,
];

impl Method {
    /// The search, with its tables, for cells of a width.
    pub(super) fn search(self, width: usize) -> Box<dyn Search> {
        // Those for numbers know three widths.
        let width = if matches!(width, 2 | 4) { width } else { 8 };
        match self {
            Self::Zeros => Box::new(Zeros::new(width)),
            Self::Runs { pairs } => Box::new(Runs::new(width, pairs)),
            Self::Keys { anchors, backwards } => Box::new(Anchored::new(width, anchors, backwards)),
            Self::Near { tables: 1 } => Box::<Near<1>>::default(),
            Self::Near { .. } => Box::<Near<2>>::default(),
            Self::Rows { words: 2 } => Box::new(Rows::<2>::new()),
            Self::Rows { .. } => Box::new(Rows::<4>::new()),
            Self::Chains { as_zlib: true } => Box::new(Chains::<3>::new()),
            Self::Chains { as_zlib: false } => Box::new(Chains::<4>::new()),
            Self::Repeated { width: 4, shift } => Box::new(Repeated::<4>::new(shift.into())),
            Self::Repeated { shift, .. } => Box::new(Repeated::<8>::new(shift.into())),
            Self::Mask => Box::<Mask>::default(),
        }
    }

    /// Bytes that are searched before they are written. Those that are alike share a code: where there are few bits its head is felt.
    pub(super) fn part_len(self) -> usize {
        match self {
            Self::Runs { .. } => 512 << 10,
            Self::Zeros => 256 << 10,
            _ => 64 << 10,
        }
    }

    /// Bytes that are counted together, to find where they change their kind.
    pub(super) fn unit_len(self) -> usize {
        match self {
            Self::Runs { .. } | Self::Zeros => 16 << 10,
            _ => 4 << 10,
        }
    }

    /// Whether the bytes may change their kind within a part: the exponents of floats that grow, the regions of an image.
    pub(super) fn finds_what_drifts(self) -> bool {
        matches!(
            self,
            Self::Near { .. }
                | Self::Rows { .. }
                | Self::Keys { backwards: false, .. }
                | Self::Repeated { .. }
                | Self::Runs { .. }
                | Self::Zeros
                | Self::Chains { .. }
        )
    }

    /// Whether codes may be made of a sample of the literals: an eighth of the time, for a thousandth of the size.
    pub(super) fn needs_no_exact_counts(self) -> bool {
        matches!(self, Self::Zeros | Self::Runs { pairs: true })
    }

    /// Prices to begin with.
    pub(super) fn first_prices(self) -> Prices {
        let mut prices = Prices::default();
        if self == Self::Zeros {
            // There are two states of rest: once near distances are cheap, far ones are not used and stay dear. The far ones
            // are better.
            for (symbol, price) in prices.distance.iter_mut().enumerate() {
                *price += if symbol < 16 { 48 } else { 0 };
                *price -= if symbol < 16 { 0 } else { 8 };
            }
        }
        prices
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{check, numbers, numeric};
    use super::*;

    impl Search for Box<dyn Search> {
        fn reset(&mut self, phase: usize) {
            (**self).reset(phase);
        }
        fn parse(&mut self, block: &[u8], part: Range<usize>, prices: &Prices, out: &mut Vec<Seq>) {
            (**self).parse(block, part, prices, out);
        }
        fn note(&mut self, block: &[u8], part: Range<usize>) -> bool {
            (**self).note(block, part)
        }
    }

    const NUMERIC: [Method; 8] =
        [ZEROS, COUNTERS, PAIRS, TOKENS, SHORT_FLOATS, TWO_CELLS, SMOOTH, SMOOTH_NARROW];

    #[test]
    fn sequences_give_numbers_back() {
        for width in [2, 4, 8] {
            let mut blocks = numeric(width, 68_003);
            for len in (0..80).step_by(3) {
                blocks.extend(numeric(width, len));
            }
            // Every way on every width: what is chosen badly must still be right.
            for method in NUMERIC {
                check(method.search(width), &blocks, 0..width);
            }
        }
    }

    fn covered(method: Method, width: usize, block: &[u8]) -> usize {
        let (mut search, mut sequences) = (method.search(width), Vec::new());
        search.reset(0);
        search.parse(block, 0..block.len(), &method.first_prices(), &mut sequences);
        sequences.iter().map(|seq| usize::from(seq.len)).sum()
    }

    #[test]
    fn what_is_there_is_found() {
        let index: Vec<u8> = (0..8192u64).flat_map(u64::to_le_bytes).collect();
        assert!(covered(COUNTERS, 8, &index) > 56_000);
        assert!(covered(ZEROS, 4, &vec![0; 65536]) > 65_000);
        let repeated: Vec<u8> = numeric(4, 4096)[0].iter().copied().cycle().take(65536).collect();
        assert!(covered(TOKENS, 4, &repeated) > 60_500);
        assert!(covered(NEAR_BY_THREE, 1, &repeated) > 60_500);
        assert!(covered(Method::Rows { words: 2 }, 1, &repeated) > 60_500);
        let labels: Vec<u8> = numbers(3).take(8192).flat_map(|x| u64::from(x % 10).to_le_bytes()).collect();
        assert!(covered(Method::Repeated { width: 8, shift: 0 }, 8, &labels) > 58_000);
        let floats: Vec<u8> = numbers(3).take(8192).flat_map(|x| f64::from(x % 10).to_le_bytes()).collect();
        assert!(covered(Method::Repeated { width: 8, shift: 6 }, 8, &floats) > 55_000);
        let mask: Vec<u8> = repeated.iter().map(|byte| byte & 1).collect();
        assert!(covered(Method::Mask, 1, &mask) > 60_500);
    }
}
