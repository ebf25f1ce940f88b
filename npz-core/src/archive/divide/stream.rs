//! The rounds in which a stream is decoded.

use crc32fast::Hasher;

use super::Divided;
use super::piece::{Fetched, PIECES, Piece, decode_pair};
use super::points::{Point, Points};
use super::target::Target;
use crate::archive::codec::inflate::{Meaning, Pause, Spot, WINDOW, find_head};
use crate::error::Result;
use crate::memory;

/// So much of a piece is searched for a head; a sub-block of zlib's takes up to 50 KiB.
const SEARCHED: u64 = 128 << 10;
/// A sub-block may end so far behind the last piece.
const BEHIND: usize = 256 << 10;
/// What is decoded at a time takes so much memory at most, in cells of two bytes: all members together.
const MOST_CELLS: usize = 8 << 20;
/// A piece has room for what gives so many times its length.
const ROOM: usize = 4;
/// Where many members are read at a time each has fewer pieces, not shorter ones.
const LEAST_SIZE: usize = 96 << 10;
const LEAST_ROOM: usize = 64 << 10;
/// So many rounds in which pieces were of no use, and the rest is inflated by one thread.
const MOST_FAILURES: usize = 2;

/// How far a stream is decoded, and what is used for the next round.
pub(super) struct Stream<'a, 'w> {
    of: &'a Divided<'a>,
    /// Points that are met are remembered there.
    points: Option<&'a Points>,
    /// Where the round begins.
    point: Point,
    /// So many bytes were put where they are wanted, or passed over.
    at: u64,
    target: Target<'w>,
    /// Compressed bytes, where they have to be fetched.
    buffer: Vec<u8>,
    /// What begins at the point.
    first: Piece<u8>,
    /// What begins at heads that were found.
    others: Vec<Piece<u16>>,
    failures: usize,
    /// The last sub-block was one whose head can be found: so the next ones may be.
    may_find_heads: bool,
    is_whole: bool,
    has_ended: bool,
    /// Of what was put where it is wanted.
    crc: Hasher,
}

impl<'a, 'w> Stream<'a, 'w> {
    pub(super) fn new(
        of: &'a Divided<'a>,
        target: Target<'w>,
        points: Option<&'a Points>,
        crc: Hasher,
    ) -> Self {
        let (start, end) = (target.start(), target.end());
        let point = points.map_or_else(Point::default, |points| points.before(start));
        Self {
            of,
            points,
            at: point.at,
            point,
            target,
            buffer: Vec::new(),
            first: Piece::new(),
            others: Vec::new(),
            failures: 0,
            may_find_heads: true,
            is_whole: end >= of.extent.size,
            has_ended: false,
            crc,
        }
    }

    /// Whether all is there that is wanted. A member that is wanted to its end has to end there.
    pub(super) fn is_done(&self) -> bool {
        self.left() == 0 && (self.has_ended || !self.is_whole)
    }

    /// The checksum, if it gave no more than the member is said to have.
    pub(super) fn finish(self) -> Option<u32> {
        (self.at <= self.of.extent.size).then(|| self.crc.finalize())
    }

    /// Decodes some pieces; false where the stream makes no sense.
    pub(super) fn round(&mut self) -> Result<bool> {
        if self.has_ended || self.point.at > self.of.extent.size {
            return Ok(false);
        }
        let (count, size) = self.plan();
        let mut buffer = std::mem::take(&mut self.buffer);
        let bytes = self.bytes(&mut buffer, self.point.bit / 8, count * size + BEHIND)?;
        let heads = self.heads(bytes, count, size)?;
        // What other members have begun to use meanwhile is given back.
        self.others.truncate(count - 1);
        self.begin(&heads, 8 * (bytes.start + (count * size) as u64), size)?;
        self.decode(bytes, heads.len() - 1)?;
        if !self.finish_first(bytes)? {
            return Ok(false);
        }
        if self.is_done() {
            return Ok(true);
        }
        let used = self.put(&heads)?;
        if used < count || self.others[..used - 1].iter().any(Piece::is_mostly_marks) {
            self.failures += 1;
        }
        self.buffer = buffer;
        Ok(true)
    }

    /// So many bytes come up to the last one that is wanted.
    fn left(&self) -> u64 {
        self.target.end().saturating_sub(self.at)
    }

    /// How many pieces come next, and how many compressed bytes each has.
    fn plan(&self) -> (usize, usize) {
        let sizes = self.of.sizes;
        let cells = MOST_CELLS / self.of.team.busy();
        let most = self.of.pieces(self.of.team.free()).min(cells / ROOM / LEAST_SIZE).max(1);
        if most == 1
            || !self.may_find_heads
            || self.failures >= MOST_FAILURES
            || self.left() < sizes.most as u64
        {
            return (1, sizes.most);
        }
        // Marks stand for a whole window. Sub-blocks may be empty, so a round is as long as others.
        if self.point.window.len() < WINDOW {
            return (1, sizes.least);
        }
        let left = self.of.extent.compressed_size.saturating_sub(self.point.bit / 8);
        let longest = sizes.most.min(cells / ROOM / most).max(1);
        let size =
            usize::try_from(left / most as u64).unwrap_or(longest).clamp(sizes.least.min(longest), longest);
        let count = left.div_ceil(size as u64).clamp(1, most as u64);
        (count as usize, size)
    }

    /// Some compressed bytes, as they lie in memory or fetched.
    fn bytes<'b>(&self, buffer: &'b mut Vec<u8>, start: u64, most: usize) -> Result<Fetched<'b>>
    where
        'a: 'b,
    {
        let Divided { input, extent, .. } = *self.of;
        let left = extent.compressed_size.saturating_sub(start);
        let len = left.min(most as u64) as usize;
        let place = extent.start + start;
        let bytes = if let Some(all) = input.memory() {
            usize::try_from(place).ok().and_then(|at| all.get(at..at + len)).unwrap_or_default()
        } else {
            memory::resize(buffer, len, PIECES)?;
            input.read_exact(buffer, place, "the member")?;
            buffer
        };
        Ok(Fetched { start, bytes, is_all: len as u64 == left })
    }

    /// Where pieces begin: at the point, and at heads that are found.
    fn heads(&self, bytes: Fetched<'_>, count: usize, size: usize) -> Result<Vec<u64>> {
        let searched = SEARCHED.min(size as u64);
        let ranges = (1..count).map(|number| {
            let from = (number * size) as u64;
            (number, 8 * from..8 * (from + searched))
        });
        let found = self.of.team.in_parallel(memory::collect(ranges, PIECES)?, |range| {
            Ok(find_head(bytes.bytes, range.start as usize, range.end as usize))
        })?;
        let mut heads = memory::with_room(count, PIECES)?;
        heads.push(self.point.bit);
        heads.extend(found.into_iter().flatten().map(|bit| 8 * bytes.start + bit as u64));
        Ok(heads)
    }

    fn begin(&mut self, heads: &[u64], end: u64, size: usize) -> Result<()> {
        let mut room = (ROOM * size).max(LEAST_ROOM);
        if heads.len() == 1 {
            // Of a small part no more is decoded than that.
            room = room.min(usize::try_from(self.left()).unwrap_or(room).max(LEAST_ROOM));
        }
        while self.others.len() + 1 < heads.len() {
            memory::reserve(&mut self.others, 1, PIECES)?;
            self.others.push(Piece::new());
        }
        let stops = heads.iter().skip(1).copied().chain([end]);
        for (number, (head, stop)) in heads.iter().zip(stops).enumerate() {
            match number.checked_sub(1) {
                None => self.first.begin_known(&self.point, room, stop)?,
                Some(other) => self.others[other].begin_unknown(room, *head, stop)?,
            }
        }
        Ok(())
    }

    /// Every thread decodes a piece, or two in turn.
    fn decode(&mut self, bytes: Fetched<'_>, others: usize) -> Result<()> {
        let in_turn = 1 + others > self.of.team.size();
        let others = &mut self.others[..others];
        if others.is_empty() {
            self.first.decode(bytes);
            return Ok(());
        }
        let (beside, others) = others.split_at_mut(in_turn.into());
        let mut tasks = memory::with_room(1 + others.len(), PIECES)?;
        tasks.push((0, Task::First(&mut self.first, beside.first_mut())));
        for pair in others.chunks_mut(1 + usize::from(in_turn)) {
            tasks.push((tasks.len(), Task::Other(pair)));
        }
        self.of.team.in_parallel(tasks, |task| {
            match task {
                Task::First(piece, None) => piece.decode(bytes),
                Task::First(piece, Some(other)) => decode_pair(piece, other, bytes),
                Task::Other([piece, other]) => decode_pair(piece, other, bytes),
                Task::Other(pieces) => pieces.iter_mut().for_each(|piece| piece.decode(bytes)),
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Lets the first piece go on until it ends, however much it takes and gives, or until nothing more is wanted.
    fn finish_first(&mut self, round: Fetched<'_>) -> Result<bool> {
        let (mut more, mut bytes) = (Vec::new(), round);
        loop {
            match self.first.pause {
                Ok(Pause::Boundary | Pause::End) => return Ok(true),
                Ok(Pause::Output) => {
                    self.put_first()?;
                    if self.is_done() {
                        return Ok(true);
                    }
                    // A sub-block may be as long as the whole, and give a thousand times what the member is said to have.
                    if self.at > self.of.extent.size {
                        return Ok(false);
                    }
                    self.first.slide();
                }
                Ok(Pause::Input) if !bytes.is_all => {
                    let start = self.first.at / 8;
                    bytes = self.bytes(&mut more, start, BEHIND)?;
                }
                Ok(Pause::Input) | Err(_) => return Ok(false),
            }
            self.first.decode(bytes);
        }
    }

    /// Puts what the first piece has where it is wanted.
    fn put_first(&mut self) -> Result<()> {
        let crc = self.target.take(self.of.team, self.at, &self.first, &mut [], &[])?;
        self.crc.combine(&crc);
        self.at += self.first.len() as u64;
        let Some(points) = self.points else { return Ok(()) };
        let (window, spot) = (self.first.window().to_vec(), self.first.spot().clone());
        points.remember(&Point { bit: self.first.at, at: self.at, window, spot }, self.of.extent.size)
    }

    /// Puts what pieces have where it is wanted, as far as each leads to the next one; tells how many they are.
    fn put(&mut self, heads: &[u64]) -> Result<usize> {
        let (mut window, mut last) = (self.first.window().to_vec(), self.first.end());
        let mut meanings = memory::with_room(heads.len(), PIECES)?;
        for (piece, head) in self.others.iter().zip(&heads[1..]) {
            let known: Result<&[u8; WINDOW], _> = window.as_slice().try_into();
            let Ok(known) = known else { break };
            if !last.leads_to(*head) || !piece.is_complete() {
                break;
            }
            let meaning = Meaning::new(known);
            (window, last) = (piece.window(&meaning), piece.end());
            meanings.push(meaning);
        }
        let others = &mut self.others[..meanings.len()];
        let crc = self.target.take(self.of.team, self.at, &self.first, others, &meanings)?;
        self.crc.combine(&crc);
        self.at += (self.first.len() + others.iter().map(Piece::len).sum::<usize>()) as u64;
        (self.has_ended, self.may_find_heads) = (last.is_last, last.has_own_codes);
        self.point = Point { bit: last.at, at: self.at, window, spot: Spot::default() };
        self.points.map_or(Ok(()), |points| points.remember(&self.point, self.of.extent.size))?;
        Ok(1 + meanings.len())
    }
}

/// What a thread decodes.
enum Task<'p> {
    First(&'p mut Piece<u8>, Option<&'p mut Piece<u16>>),
    Other(&'p mut [Piece<u16>]),
}
