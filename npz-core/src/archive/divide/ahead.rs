//! Pieces that are decoded before it is known what comes before them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use npz_deflate::inflate::{WINDOW, find_head};

use super::Divided;
use super::piece::{Fetched, PIECES, Piece, decode_pair};
use super::points::Point;
use crate::error::Result;
use crate::memory;

/// So much of a piece is searched for a head; a sub-block of zlib's takes up to 50 KiB.
const SEARCHED: usize = 128 << 10;
/// A sub-block may end so far behind a piece.
pub(super) const BEHIND: usize = 256 << 10;
/// What is decoded at a time takes so much memory at most, in cells of two bytes: all members together.
const MOST_CELLS: usize = 8 << 20;
/// Two windows: shorter pieces would be handed on too often.
pub(super) const LEAST_ROOM: usize = 64 << 10;

/// How a stream is cut, from some byte on.
pub(super) struct Cut {
    pub(super) start: u64,
    /// The compressed bytes of a piece.
    pub(super) size: usize,
    /// How many pieces are decoded in turn on one core: one or two.
    pub(super) in_turn: usize,
    /// So many cells a piece has room for.
    pub(super) room: usize,
    /// So many threads' work is under way at a time, or waits to be taken.
    pub(super) most: usize,
}

impl Cut {
    pub(super) fn new(of: &Divided<'_>, start: u64) -> Self {
        let (threads, in_turn) = (of.team.free(), of.in_turn());
        let cells = MOST_CELLS / of.team.busy();
        // Of one more piece there is something for a thread to begin with while the first is taken.
        let most = if threads == 1 { 1 } else { threads + threads.div_ceil(4).max(2) };
        // Where many members are read at a time each has fewer pieces, not shorter ones.
        let most = most.min(cells / in_turn / of.room(of.sizes.least)).max(1);
        let mut size = of.sizes.most;
        while of.room(size) > cells / (most * in_turn) && size > of.sizes.least {
            size -= size / 8;
        }
        Self { start, size, in_turn, room: of.room(size).max(LEAST_ROOM), most }
    }

    fn begin_of(&self, piece: usize) -> u64 {
        self.start + (piece * self.size) as u64
    }
}

/// The pieces of a stream, and what is known of what comes before them.
pub(super) struct Ahead<'a> {
    of: &'a Divided<'a>,
    cut: Cut,
    /// Where the next one that nobody has begun can begin as it is, if all before it is taken.
    front: Mutex<Option<(usize, Point)>>,
    spare: Mutex<Spare>,
    /// No more is wanted.
    is_over: AtomicBool,
}

/// Memory that is used again: the last first, while it is in the cache.
#[derive(Default)]
struct Spare {
    known: Vec<Piece<u8>>,
    unknown: Vec<Piece<u16>>,
    buffers: Vec<Vec<u8>>,
}

/// What a thread decoded: one piece, or two in turn.
#[derive(Default)]
pub(super) struct Decoded {
    /// What begins at the front.
    pub(super) first: Option<Piece<u8>>,
    /// What begins at heads that were found.
    pub(super) others: Vec<(u64, Piece<u16>)>,
    /// In so many pieces no head was found.
    pub(super) missing: usize,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(of: &'a Divided<'a>, cut: Cut, front: Point) -> Self {
        let front = Mutex::new(Some((0, front)));
        Self { of, cut, front, spare: Mutex::default(), is_over: AtomicBool::new(false) }
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Wants no more.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Says that all before some pieces is taken, and where they begin.
    pub(super) fn set_front(&self, number: usize, point: &Point) {
        *self.front.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, point.clone()));
    }

    fn front(&self, number: usize) -> Option<Point> {
        let mut front = self.front.lock().unwrap_or_else(PoisonError::into_inner);
        front.take_if(|(next, _)| *next == number).map(|(_, point)| point)
    }

    pub(super) fn give_back_known(&self, piece: Piece<u8>) {
        self.spare().known.push(piece);
    }

    pub(super) fn give_back(&self, pieces: impl Iterator<Item = Piece<u16>>) {
        self.spare().unknown.extend(pieces);
    }

    /// Decodes what a thread decodes at a time.
    pub(super) fn decode(&self, number: usize) -> Result<Decoded> {
        let mut decoded = Decoded::default();
        if self.is_over() {
            return Ok(decoded);
        }
        let Cut { size, in_turn, room, .. } = self.cut;
        let (front, pieces) = (self.front(number), number * in_turn..(number + 1) * in_turn);
        let mut buffer = self.spare().buffers.pop().unwrap_or_default();
        let from = front.as_ref().map_or(self.cut.begin_of(pieces.start), |point| point.bit / 8);
        let len = self.cut.begin_of(pieces.end).saturating_sub(from) as usize + BEHIND;
        let bytes = self.of.fetch(&mut buffer, from, len)?;
        for piece in pieces {
            let (begin, stop) = (self.cut.begin_of(piece), 8 * self.cut.begin_of(piece + 1));
            if let Some(point) = front.as_ref().filter(|_| piece == number * in_turn) {
                let spare = self.spare().known.pop();
                let first = decoded.first.insert(spare.unwrap_or_else(Piece::new));
                first.begin_known(point, room, stop)?;
                continue;
            }
            let at = 8 * begin.saturating_sub(from) as usize;
            if let Some(bit) = find_head(bytes.bytes, at, at + 8 * SEARCHED.min(size)) {
                let spare = self.spare().unknown.pop();
                let mut other = spare.unwrap_or_else(Piece::new);
                let head = 8 * from + bit as u64;
                other.begin_unknown(room, head, stop)?;
                memory::reserve(&mut decoded.others, 1, PIECES)?;
                decoded.others.push((head, other));
            } else {
                decoded.missing += 1;
            }
        }
        match (&mut decoded.first, &mut decoded.others[..]) {
            (Some(first), [(_, other)]) => decode_pair(first, other, bytes),
            (None, [(_, one), (_, other)]) => decode_pair(one, other, bytes),
            (first, others) => {
                if let Some(first) = first {
                    first.decode(bytes);
                }
                for (_, other) in others {
                    other.decode(bytes);
                }
            }
        }
        self.spare().buffers.push(buffer);
        Ok(decoded)
    }
}

impl<'a> Divided<'a> {
    /// Some compressed bytes, as they lie in memory or fetched.
    pub(super) fn fetch<'b>(&self, buffer: &'b mut Vec<u8>, start: u64, most: usize) -> Result<Fetched<'b>>
    where
        'a: 'b,
    {
        let left = self.extent.compressed_size.saturating_sub(start);
        let len = left.min(most as u64) as usize;
        let bytes = self.input.bytes(self.extent.start + start, len, buffer, PIECES)?;
        Ok(Fetched { start, bytes, is_all: len as u64 == left })
    }

    /// How many cells a piece of so many bytes has room for: half as many again as on the average.
    fn room(&self, size: usize) -> usize {
        let ratio = self.extent.size as f64 / self.extent.compressed_size.max(1) as f64;
        (size as f64 * ratio * 1.5) as usize + WINDOW
    }
}
