//! One stream of another writer, inflated by several threads, or from somewhere in its middle.
//!
//! No index tells where such a stream can be entered. But the head of a sub-block is found in its middle, and what follows can be
//! decoded but for the bytes that are copied from before it: marks stand for those until what comes before is known. A piece counts only
//! if the one before it ends exactly where it begins; so a head that was none costs time and nothing else.
//!
//! Every thread decodes pieces, or two in turn where the stream is mostly literals. One takes them in order: it hands the window from piece
//! to piece, and who is free helps to put their bytes where they are wanted.

mod ahead;
mod piece;
mod points;
mod stream;
mod target;
#[cfg(test)]
mod tests;

use crc32fast::Hasher;

pub(crate) use self::points::Points;
use self::stream::Stream;
pub(crate) use self::target::Target;
use crate::archive::decode::Seen;
use crate::error::Result;
use crate::input::AnyInput;
use crate::run::Team;
use crate::stored::Extent;

/// How a stream is cut into pieces.
#[derive(Clone, Copy)]
struct Sizes {
    /// So many compressed bytes are a piece: long beside what is searched for its head, short enough for the cache.
    most: usize,
    /// Shorter ones don't pay.
    least: usize,
    /// So many may be of no use beyond a quarter of all, and the rest is inflated by one thread.
    failures: usize,
}

const SIZES: Sizes = Sizes { most: 512 << 10, least: 128 << 10, failures: 3 };

/// What shrinks more is copied for the most part: the window is needed to its end.
const MOST_RATIO: u64 = 4;
/// A stream that shrinks by less than a seventh is mostly literals: there two pieces in turn are up to 1.4 times as fast as one (1.05 where
/// it shrinks by an eighth), and a tenth slower where it shrinks by a third.
const LITERALS: (u64, u64) = (7, 6);

/// A deflated member that is read by a team.
pub(crate) struct Divided<'a> {
    input: &'a AnyInput<'a>,
    extent: &'a Extent,
    team: &'a Team,
    sizes: Sizes,
}

impl<'a> Divided<'a> {
    pub(crate) fn new(input: &'a AnyInput<'a>, extent: &'a Extent, team: &'a Team) -> Self {
        Self { input, extent, team, sizes: SIZES }
    }

    /// Whether the whole member is had sooner this way than in order.
    pub(crate) fn pays(&self) -> bool {
        let Extent { compressed_size, .. } = *self.extent;
        self.can_be_cut()
            && (self.team.size() > 1 || self.in_turn() > 1)
            && compressed_size >= 4 * self.sizes.least as u64
    }

    /// Whether pieces can be of any use.
    fn can_be_cut(&self) -> bool {
        let Extent { size, compressed_size, .. } = *self.extent;
        // A source that is far is waited for, whoever decodes.
        self.input.likes_small_reads() && size / MOST_RATIO < compressed_size && size > compressed_size
    }

    /// How many pieces a thread decodes in turn.
    fn in_turn(&self) -> usize {
        let Extent { size, compressed_size, .. } = *self.extent;
        let is_literals = size.saturating_mul(LITERALS.1) < compressed_size.saturating_mul(LITERALS.0);
        if is_literals { 2 } else { 1 }
    }

    /// Gives bytes of the member to a target. Begins at a point that was met before, and remembers others.
    ///
    /// Gives the checksum of what was seen and was wanted, which is that of the member where that is all of it. `None` is no
    /// verdict: something is wrong with the stream. Who reads it in order is told what; what was given by then is what that reader is given.
    pub(crate) fn read(
        &self,
        target: Target<'_>,
        seen: Seen,
        points: Option<&Points>,
    ) -> Result<Option<u32>> {
        let crc = Hasher::new_with_initial_len(seen.crc32, seen.len);
        Stream::new(self, target, points, crc).read()
    }
}
