//! Inflates a stream of any writer, piece by piece: from and into whatever is there of input and output.

use super::Unfit;
use super::bits::peek;
use super::cell::Cell;
use super::copy;
use super::header::{Kind, Lengths, read_kind, read_lengths};
use super::symbols::Symbols;
use super::turns::{self, ROOM, Stretch};

/// A match reaches back so far at most.
pub const WINDOW: usize = 32 << 10;
/// What of a stream is known between two pieces.
pub struct Decoder {
    at: Spot,
    symbols: Box<Symbols>,
    /// The codes that deflate itself fixes stand there: they need not be put there again.
    is_fixed: bool,
}

/// Where in a sub-block a decoder is: what it has to know to go on there. Between two of them by default.
#[derive(Clone, Default)]
pub struct Spot {
    state: State,
    /// The sub-block at hand says that it is the last one.
    is_last: bool,
    /// The codes that are in use, or were last.
    lengths: Box<Lengths>,
}

impl Spot {
    /// Whether the codes that are in use, or were last, are those that deflate itself fixes.
    pub fn has_fixed_codes(&self) -> bool {
        *self.lengths == Lengths::fixed()
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Between two sub-blocks.
    #[default]
    Head,
    /// So many bytes are left of a stored one.
    Stored(usize),
    Codes,
    End,
}

/// Why decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// More input is needed: what is left is less than one symbol or head. Where nothing comes any more, the stream is cut off.
    Input,
    /// The output is as full as it was to be, or has no room for what comes next.
    Output,
    /// Between two sub-blocks, at or behind the bit where it was to stop.
    Boundary,
    /// The stream ends here.
    End,
}

/// Bytes of a stream.
#[derive(Clone, Copy)]
pub struct Packed<'a> {
    /// What is there of it, from some byte on.
    pub bytes: &'a [u8],
    /// The next bit.
    pub at: usize,
    /// Decoding stops at the first start of a sub-block that does not lie before this bit.
    pub stop: usize,
}

/// Where decoded bytes go. The last 32 KiB before `done`, or all, are what matches refer to.
pub struct Plain<'a, C> {
    /// Decoded cells, and room for more.
    pub cells: &'a mut [C],
    /// So many are decoded.
    pub done: usize,
    /// No symbol is decoded that would begin at or behind this cell. Where `cells` go on behind it, it is passed by a match at most.
    pub until: usize,
}

/// Allocates some 25 KiB.
impl Default for Decoder {
    fn default() -> Self {
        Self { at: Spot::default(), symbols: Box::new(Symbols::NONE), is_fixed: false }
    }
}

impl Decoder {
    /// Begins a stream, or goes on between two sub-blocks of one.
    pub fn restart(&mut self) {
        (self.at.state, self.at.is_last) = (State::Head, false);
    }

    /// Where it is now, between two symbols.
    pub fn spot(&self) -> &Spot {
        &self.at
    }

    /// Goes on where another decoder was.
    pub fn enter(&mut self, spot: &Spot) {
        self.at.clone_from(spot);
        self.is_fixed = false;
        if spot.state == State::Codes {
            self.symbols.fill(&spot.lengths);
        }
    }

    /// Decodes until input or output ends, or the stream.
    pub fn decode<C: Decoded>(&mut self, packed: &mut Packed<'_>, plain: &mut Plain<'_, C>) -> Paused {
        C::decode(self, packed, plain)
    }

    fn decode_cells<C: Cell>(&mut self, packed: &mut Packed<'_>, plain: &mut Plain<'_, C>) -> Paused {
        loop {
            if let Some(pause) = self.get_ready(packed, plain)? {
                return Ok(pause);
            }
            (packed.at, plain.done) = turns::one(self.stretch(packed, plain))?;
        }
    }

    /// Does what is slow, until symbols can be decoded fast.
    fn get_ready<C: Cell>(
        &mut self,
        packed: &mut Packed<'_>,
        plain: &mut Plain<'_, C>,
    ) -> Result<Option<Pause>, Unfit> {
        loop {
            let pause = match self.at.state {
                State::Head => self.head(packed)?,
                State::Stored(left) => self.copy_stored(left, packed, plain),
                State::Codes => {
                    if self.can_be_fast(packed, plain) {
                        return Ok(None);
                    }
                    self.step(packed, plain)?
                }
                State::End => Some(Pause::End),
            };
            if pause.is_some() {
                return Ok(pause);
            }
        }
    }

    /// Reads the head of the next sub-block.
    fn head(&mut self, packed: &mut Packed<'_>) -> Result<Option<Pause>, Unfit> {
        if self.at.is_last {
            self.at.state = State::End;
            return Ok(None);
        }
        if packed.at >= packed.stop {
            return Ok(Some(Pause::Boundary));
        }
        let start = packed.at;
        let read = self.read_head(packed);
        if packed.at > packed.bits() {
            // Zeros were read that stand for what is missing: a code that ends before them is the same whatever comes.
            packed.at = start;
            return Ok(Some(Pause::Input));
        }
        (self.at.state, self.at.is_last) = read?;
        Ok(None)
    }

    /// What comes behind a head, and whether it is the last one.
    fn read_head(&mut self, packed: &mut Packed<'_>) -> Result<(State, bool), Unfit> {
        let (is_last, kind) = read_kind(packed.bytes, &mut packed.at)?;
        let lengths = match kind {
            Kind::Stored => return Ok((State::Stored(packed.stored_length()?), is_last)),
            Kind::Fixed if self.is_fixed => return Ok((State::Codes, is_last)),
            Kind::Fixed => Lengths::fixed(),
            Kind::Dynamic => read_lengths(packed.bytes, &mut packed.at)?,
        };
        self.symbols.fill(&lengths);
        *self.at.lengths = lengths;
        self.is_fixed = matches!(kind, Kind::Fixed);
        Ok((State::Codes, is_last))
    }

    fn copy_stored<C: Cell>(
        &mut self,
        left: usize,
        packed: &mut Packed<'_>,
        plain: &mut Plain<'_, C>,
    ) -> Option<Pause> {
        if left == 0 {
            self.at.state = State::Head;
            return None;
        }
        let bytes = packed.bytes.get(packed.at / 8..).unwrap_or_default();
        let room = plain.until.min(plain.cells.len()).saturating_sub(plain.done);
        let count = left.min(bytes.len()).min(room);
        for (cell, byte) in plain.cells[plain.done..plain.done + count].iter_mut().zip(bytes) {
            *cell = (*byte).into();
        }
        plain.done += count;
        packed.at += 8 * count;
        self.at.state = State::Stored(left - count);
        match count {
            _ if count == left => None,
            _ if count == room => Some(Pause::Output),
            _ => Some(Pause::Input),
        }
    }

    fn can_be_fast<C>(&self, packed: &Packed<'_>, plain: &Plain<'_, C>) -> bool {
        let has_room = plain.done < plain.until && plain.cells.len() - plain.done >= ROOM;
        has_room
            && turns::has_input(packed.bytes, packed.at)
            && !self.symbols.literals.find(peek(packed.bytes, packed.at)).is_other()
    }

    fn stretch<'a, C: Cell>(&'a self, packed: &Packed<'a>, plain: &'a mut Plain<'_, C>) -> Stretch<'a, C> {
        let end = plain.until.saturating_add(ROOM).min(plain.cells.len());
        let output = &mut plain.cells[..end];
        Stretch { input: packed.bytes, at: packed.at, output, done: plain.done, symbols: &self.symbols }
    }

    /// One symbol, with every test.
    fn step<C: Cell>(
        &mut self,
        packed: &mut Packed<'_>,
        plain: &mut Plain<'_, C>,
    ) -> Result<Option<Pause>, Unfit> {
        let bits = peek(packed.bytes, packed.at);
        let entry = self.symbols.literals.find(bits);
        let at = packed.at + entry.bits() as usize;
        if at > packed.bits() {
            return Ok(Some(Pause::Input));
        }
        if entry.is_end() {
            packed.at = at;
            self.at.state = State::Head;
            return Ok(None);
        }
        if entry.is_other() {
            return Err(Unfit);
        }
        if plain.done >= plain.until || plain.done == plain.cells.len() {
            return Ok(Some(Pause::Output));
        }
        if entry.is_literal() {
            plain.cells[plain.done] = entry.literal().into();
            plain.done += 1;
            packed.at = at;
            return Ok(None);
        }
        let length = entry.value(bits);
        let bits = bits >> entry.bits();
        let distance = self.symbols.distances.find(bits);
        let at = at + distance.bits() as usize;
        let back = distance.value(bits);
        if at > packed.bits() {
            return Ok(Some(Pause::Input));
        }
        if distance.is_other() || back > plain.done {
            return Err(Unfit);
        }
        if length > plain.cells.len() - plain.done {
            return Ok(Some(Pause::Output));
        }
        copy::exact(plain.cells, plain.done, back, length);
        plain.done += length;
        packed.at = at;
        Ok(None)
    }
}

/// A decoder at work.
type Chain<'a, 'p, C> = (&'a mut Decoder, &'a mut Packed<'p>, &'a mut Plain<'p, C>);
type Paused = Result<Pause, Unfit>;

/// What is decoded to: bytes, or bytes and marks.
pub trait Decoded: Cell {
    /// As [`Decoder::decode`].
    fn decode(decoder: &mut Decoder, packed: &mut Packed<'_>, plain: &mut Plain<'_, Self>) -> Paused;

    /// Decodes two pieces in turn on one core, each as [`Decoder::decode`] does.
    fn decode_two(a: Chain<'_, '_, Self>, b: Chain<'_, '_, u16>) -> (Paused, Paused);
}

/// The loops are compiled here, once, and not by whoever calls what is generic.
macro_rules! compiled_for {
    ($($cell:ty),+) => {$(
        impl Decoded for $cell {
            fn decode(decoder: &mut Decoder, packed: &mut Packed<'_>, plain: &mut Plain<'_, Self>) -> Paused {
                decoder.decode_cells(packed, plain)
            }

            fn decode_two(a: Chain<'_, '_, Self>, b: Chain<'_, '_, u16>) -> (Paused, Paused) {
                decode_two_cells(a, b)
            }
        }
    )+};
}

compiled_for!(u8, u16);

fn decode_two_cells<A: Cell, B: Cell>(
    (a, a_packed, a_plain): Chain<'_, '_, A>,
    (b, b_packed, b_plain): Chain<'_, '_, B>,
) -> (Paused, Paused) {
    loop {
        let a_pause = a.get_ready(a_packed, a_plain).transpose();
        let b_pause = b.get_ready(b_packed, b_plain).transpose();
        match (a_pause, b_pause) {
            (None, None) => {}
            (None, Some(b_pause)) => return (a.decode_cells(a_packed, a_plain), b_pause),
            (Some(a_pause), None) => return (a_pause, b.decode_cells(b_packed, b_plain)),
            (Some(a_pause), Some(b_pause)) => return (a_pause, b_pause),
        }
        let (a_turns, b_turns) = turns::two(a.stretch(a_packed, a_plain), b.stretch(b_packed, b_plain));
        match (a_turns, b_turns) {
            (Ok(a_turns), Ok(b_turns)) => {
                ((a_packed.at, a_plain.done), (b_packed.at, b_plain.done)) = (a_turns, b_turns);
            }
            (Ok(a_turns), Err(unfit)) => {
                (a_packed.at, a_plain.done) = a_turns;
                return (a.decode_cells(a_packed, a_plain), Err(unfit));
            }
            (Err(unfit), _) => return (Err(unfit), Err(unfit)),
        }
    }
}

impl Packed<'_> {
    fn bits(&self) -> usize {
        self.bytes.len() * 8
    }

    /// The length of a stored sub-block, which stands behind the next byte boundary.
    fn stored_length(&mut self) -> Result<usize, Unfit> {
        let start = self.at.div_ceil(8);
        self.at = (start + 4) * 8;
        let &[a, b, not_a, not_b] =
            self.bytes.get(start..).and_then(|rest| rest.first_chunk()).ok_or(Unfit)?;
        if (!a, !b) == (not_a, not_b) { Ok(u16::from_le_bytes([a, b]).into()) } else { Err(Unfit) }
    }
}
