//! How a stream is put together from pieces.

use crc32fast::Hasher;
use npz_deflate::inflate::{Meaning, Pause, Spot, WINDOW};

use super::Divided;
use super::ahead::{Ahead, BEHIND, Cut, Decoded, LEAST_ROOM};
use super::piece::{Fetched, PIECES, Piece, Place};
use super::points::{Point, Points};
use super::target::Target;
use crate::error::Result;
use crate::memory;

/// What is decoded by one thread has room for so many cells at most, and so much input at a time: as little as stays in the cache, and
/// is not asked of the system each time.
const MOST_ROOM: usize = 256 << 10;
const MOST_FETCHED: usize = 256 << 10;

/// How far a stream is decoded.
pub(super) struct Stream<'a, 'w> {
    of: &'a Divided<'a>,
    /// Points that are met are remembered there.
    points: Option<&'a Points>,
    /// Up to here all is decoded.
    point: Point,
    place: Place,
    /// So many bytes were put where they are wanted, or passed over.
    at: u64,
    target: Target<'w>,
    /// Compressed bytes, where they have to be fetched.
    buffer: Vec<u8>,
    /// What begins at the point.
    first: Piece<u8>,
    /// What leads up to the point, and was not put where it is wanted.
    chain: Vec<Piece<u16>>,
    meanings: Vec<Meaning>,
    /// How many pieces were of use, and how many of none.
    used: usize,
    failures: usize,
    is_whole: bool,
    /// The stream makes no sense.
    is_bad: bool,
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
            place: if point.at == 0 { Place::Head } else { Place::Within },
            point,
            target,
            buffer: Vec::new(),
            first: Piece::new(),
            chain: Vec::new(),
            meanings: Vec::new(),
            used: 0,
            failures: 0,
            is_whole: end >= of.extent.size,
            is_bad: false,
            crc,
        }
    }

    /// Decodes what is wanted and gives its checksum, if the stream makes sense and gives no more than the member is said to have.
    pub(super) fn read(mut self) -> Result<Option<u32>> {
        while !self.is_done() && !self.is_bad {
            // Who reads in order from the beginning puts bytes where they are wanted at once.
            let is_new = self.used == 0 && self.is_whole && self.at < self.of.extent.size / 64;
            if is_new && (self.gives_up() || self.has_no_heads()) {
                return Ok(None);
            }
            if self.pays_ahead() {
                self.read_ahead()?;
            } else {
                let sizes = self.of.sizes;
                // Marks stand for a whole window. Sub-blocks may be empty, so not every one of them is looked at.
                let is_for_window = self.can_be_ahead() && self.point.window.len() < WINDOW;
                let size = if is_for_window { sizes.least } else { sizes.most };
                self.go_on(self.point.bit + 8 * size as u64)?;
            }
        }
        let is_good = !self.is_bad && self.at <= self.of.extent.size;
        Ok(is_good.then(|| self.crc.finalize()))
    }

    /// Whether all is there that is wanted. A member that is wanted to its end has to end there.
    fn is_done(&self) -> bool {
        self.left() == 0 && (self.place == Place::End || !self.is_whole)
    }

    /// So many bytes come up to the last one that is wanted.
    fn left(&self) -> u64 {
        self.target.end().saturating_sub(self.at)
    }

    fn can_be_ahead(&self) -> bool {
        !self.is_bad
            && self.place != Place::End
            && self.of.can_be_cut()
            && !self.gives_up()
            && self.left() >= self.of.sizes.most as u64
    }

    /// Whether too many pieces were of no use.
    fn gives_up(&self) -> bool {
        self.failures >= self.of.sizes.failures.saturating_add(self.used / 4)
    }

    /// Whether there seems to be nothing that a search finds: a sub-block whose codes are fixed has no head to speak of.
    fn has_no_heads(&self) -> bool {
        self.first.spot().has_fixed_codes()
    }

    fn pays_ahead(&self) -> bool {
        self.can_be_ahead()
            && !self.has_no_heads()
            && self.point.window.len() == WINDOW
            && (self.of.team.free() > 1 || self.of.in_turn() > 1)
    }

    /// Decodes pieces ahead, by all threads that are free.
    fn read_ahead(&mut self) -> Result<()> {
        let cut = Cut::new(self.of, self.point.bit / 8);
        let (size, most) = (cut.size * cut.in_turn, cut.most);
        // About as many as what is wanted takes, where that is not all.
        let extent = self.of.extent;
        let left = extent.compressed_size.saturating_sub(cut.start);
        let part = self.left() as f64 / extent.size.saturating_sub(self.at).max(1) as f64;
        let count = ((left as f64 * part.min(1.0)) as u64).div_ceil(size as u64).max(1) as usize;
        let ahead = Ahead::new(self.of, cut, self.point.clone());
        let mut taken = 0;
        self.of.team.in_runs(
            usize::MAX,
            count,
            most,
            |number| ahead.decode(number),
            |run| {
                taken += run.len();
                for decoded in run {
                    self.take(&ahead, decoded?)?;
                }
                self.put_chain(&ahead)?;
                if self.can_be_ahead() {
                    ahead.set_front(taken, &self.point);
                } else {
                    ahead.end();
                }
                Ok(())
            },
        )
    }

    /// Takes what leads on from the point.
    fn take(&mut self, ahead: &Ahead<'_>, decoded: Decoded) -> Result<()> {
        if !self.can_be_ahead() {
            return Ok(());
        }
        if let Some(first) = decoded.first {
            self.put_chain(ahead)?;
            ahead.give_back_known(std::mem::replace(&mut self.first, first));
            self.is_bad = self.first.pause.is_err();
            self.put_first()?;
            if self.place == Place::Within {
                // It had too little room, or there was too little input: where there is no more, that is found out here.
                self.failures += 1;
                self.go_on(self.point.bit)?;
            }
        }
        self.failures += decoded.missing;
        for (head, piece) in decoded.others {
            if head > self.point.bit && self.can_be_ahead() {
                self.put_chain(ahead)?;
                self.go_on(head)?;
            }
            let is_next = self.place == Place::Head && self.point.bit == head && self.can_be_ahead();
            let window = self.point.window.as_slice().try_into();
            if let (true, true, Ok(window)) = (is_next, piece.pause.is_ok(), window) {
                self.used += 1;
                self.link(piece, Meaning::new(window))?;
            } else {
                self.failures += 1;
                ahead.give_back([piece].into_iter());
            }
        }
        Ok(())
    }

    /// Adds a piece that begins at the point.
    fn link(&mut self, piece: Piece<u16>, meaning: Meaning) -> Result<()> {
        self.place = piece.ends();
        let spot = if self.place == Place::Within { piece.spot().clone() } else { Spot::default() };
        let at = self.point.at + piece.len() as u64;
        self.point = Point { bit: piece.at, at, window: piece.window(&meaning), spot };
        memory::reserve(&mut self.chain, 1, PIECES)?;
        memory::reserve(&mut self.meanings, 1, PIECES)?;
        self.chain.push(piece);
        self.meanings.push(meaning);
        // Each of them: many may be put at once.
        self.remember()
    }

    /// Puts what was added where it is wanted.
    fn put_chain(&mut self, ahead: &Ahead<'_>) -> Result<()> {
        if self.chain.is_empty() {
            return Ok(());
        }
        let crc = self.target.take(self.of.team, self.at, &[], &mut self.chain, &self.meanings)?;
        self.crc.combine(&crc);
        self.at = self.point.at;
        ahead.give_back(self.chain.drain(..));
        self.meanings.clear();
        Ok(())
    }

    /// Decodes up to the first head that does not lie before a bit, however much that takes and gives, or until nothing more is wanted.
    fn go_on(&mut self, stop: u64) -> Result<()> {
        if self.place == Place::End || self.point.at > self.of.extent.size {
            self.is_bad = true;
            return Ok(());
        }
        let room = usize::try_from(self.left()).unwrap_or(usize::MAX).clamp(LEAST_ROOM, MOST_ROOM);
        self.first.begin_known(&self.point, room, stop)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            let start = self.first.at / 8;
            let len = usize::try_from((stop / 8).saturating_sub(start)).unwrap_or(MOST_FETCHED);
            let bytes = self.of.fetch(&mut buffer, start, len.min(MOST_FETCHED) + BEHIND)?;
            if !self.decode_first(bytes)? {
                break;
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    /// Decodes of some bytes what can be decoded; tells whether more are needed.
    fn decode_first(&mut self, bytes: Fetched<'_>) -> Result<bool> {
        loop {
            self.first.decode(bytes);
            let pause = self.first.pause;
            if pause.is_err() || pause == Ok(Pause::Input) && bytes.is_all {
                self.is_bad = true;
                return Ok(false);
            }
            if pause == Ok(Pause::Input) {
                return Ok(true);
            }
            self.put_first()?;
            // A sub-block may be as long as the whole, and give a thousand times what the member is said to have.
            self.is_bad = self.at > self.of.extent.size;
            if pause != Ok(Pause::Output) || self.is_bad || self.is_done() {
                return Ok(false);
            }
            self.first.slide();
        }
    }

    /// Puts what the first piece has where it is wanted.
    fn put_first(&mut self) -> Result<()> {
        if self.is_bad {
            return Ok(());
        }
        let crc = self.target.take(self.of.team, self.at, self.first.bytes(), &mut [], &[])?;
        self.crc.combine(&crc);
        self.at += self.first.len() as u64;
        self.place = self.first.ends();
        let spot = if self.place == Place::Within { self.first.spot().clone() } else { Spot::default() };
        self.point = Point { bit: self.first.at, at: self.at, window: self.first.window().to_vec(), spot };
        self.remember()
    }

    fn remember(&self) -> Result<()> {
        self.points.map_or(Ok(()), |points| points.remember(&self.point, self.of.extent.size))
    }
}
