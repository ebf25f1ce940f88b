//! A piece of a stream: decoded bytes, or bytes and marks.

use npz_deflate::inflate::{
    Decoded, Decoder, Meaning, Packed, Pause, Plain, ROOM, Spot, Unfit, WINDOW, mark_window,
};

use crate::archive::divide::points::Point;
use crate::error::Result;
use crate::memory;

/// Compressed bytes of a stream.
#[derive(Clone, Copy)]
pub(super) struct Fetched<'p> {
    /// So many come before.
    pub(super) start: u64,
    pub(super) bytes: &'p [u8],
    /// They go to the end of the stream.
    pub(super) is_all: bool,
}

/// What is decoded of a stream from a head on.
pub(super) struct Piece<C> {
    decoder: Decoder,
    /// The window, and what was decoded.
    cells: Vec<C>,
    /// Where the window begins.
    from: usize,
    done: usize,
    /// The next bit of the stream.
    pub(super) at: u64,
    /// It ends at the first head that does not lie before this bit.
    stop: u64,
    pub(super) pause: Result<Pause, Unfit>,
}

impl<C: Decoded> Piece<C> {
    pub(super) fn new() -> Self {
        let pause = Ok(Pause::Output);
        Self { decoder: Decoder::default(), cells: Vec::new(), from: 0, done: WINDOW, at: 0, stop: 0, pause }
    }

    /// Begins with a window that is there, or not all of it.
    fn begin(&mut self, window: usize, at: u64, stop: u64) {
        (self.from, self.done, self.at, self.stop) = (WINDOW - window, WINDOW, at, stop);
    }

    pub(super) fn len(&self) -> usize {
        self.done - WINDOW
    }

    fn ready<'a>(
        &'a mut self,
        Fetched { start, bytes, .. }: Fetched<'a>,
    ) -> (&'a mut Decoder, Packed<'a>, Plain<'a, C>) {
        let bit = |at: u64| usize::try_from(at.saturating_sub(8 * start)).unwrap_or(usize::MAX);
        let packed = Packed { bytes, at: bit(self.at), stop: bit(self.stop) };
        let cells = &mut self.cells[self.from..];
        let plain = Plain { until: cells.len() - ROOM, done: self.done - self.from, cells };
        (&mut self.decoder, packed, plain)
    }

    fn advance(&mut self, start: u64, bit: usize, done: usize, pause: Result<Pause, Unfit>) {
        (self.at, self.done, self.pause) = (8 * start + bit as u64, self.from + done, pause);
    }

    /// Decodes up to where it stops, or as far as there is input and room.
    pub(super) fn decode(&mut self, bytes: Fetched<'_>) {
        let (decoder, mut packed, mut plain) = self.ready(bytes);
        let pause = decoder.decode(&mut packed, &mut plain);
        let (at, done) = (packed.at, plain.done);
        self.advance(bytes.start, at, done, pause);
    }

    /// Where its decoder is.
    pub(super) fn spot(&self) -> &Spot {
        self.decoder.spot()
    }

    /// What stands where it ends.
    pub(super) fn ends(&self) -> Place {
        match self.pause {
            Ok(Pause::Boundary) => Place::Head,
            Ok(Pause::End) => Place::End,
            _ => Place::Within,
        }
    }
}

/// A place in a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between two sub-blocks.
    Head,
    /// Within one.
    Within,
    /// Behind the last one.
    End,
}

impl Piece<u8> {
    /// Begins at a point.
    pub(super) fn begin_known(&mut self, point: &Point, room: usize, stop: u64) -> Result<()> {
        let window = &point.window;
        memory::resize(&mut self.cells, WINDOW + room + ROOM, PIECES)?;
        self.cells[WINDOW - window.len()..WINDOW].copy_from_slice(window);
        self.decoder.enter(&point.spot);
        self.begin(window.len(), point.bit, stop);
        Ok(())
    }

    /// Makes room for more, once all was put where it is wanted.
    pub(super) fn slide(&mut self) {
        self.from = (self.from + WINDOW).saturating_sub(self.done);
        self.cells.copy_within(self.done - WINDOW + self.from..self.done, self.from);
        self.done = WINDOW;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.cells[WINDOW..self.done]
    }

    /// The last bytes, as far as matches may refer to them.
    pub(super) fn window(&self) -> &[u8] {
        &self.cells[self.from.max(self.done - WINDOW)..self.done]
    }
}

impl Piece<u16> {
    /// Begins at a head, with marks for what comes before.
    pub(super) fn begin_unknown(&mut self, room: usize, at: u64, stop: u64) -> Result<()> {
        let len = WINDOW + room + ROOM;
        let more = len.saturating_sub(self.cells.len());
        memory::reserve(&mut self.cells, more, PIECES)?;
        self.cells.resize(len, 0);
        self.cells.shrink_to(2 * len);
        mark_window(&mut self.cells[..WINDOW]);
        self.decoder.restart();
        self.begin(WINDOW, at, stop);
        Ok(())
    }

    /// Bytes, and marks for some.
    pub(super) fn cells(&self) -> &[u16] {
        &self.cells[WINDOW..self.done]
    }

    /// The last bytes, given what the marks mean.
    pub(super) fn window(&self, meaning: &Meaning) -> Vec<u8> {
        let mut window = vec![0; WINDOW];
        meaning.resolve(&self.cells[self.done - WINDOW..self.done], &mut window);
        window
    }

    /// Puts what cells mean in their place: the bytes are at the beginning of the memory then.
    pub(super) fn resolve(&mut self, meaning: &Meaning) {
        let mut some = [0; 4096];
        for start in (0..self.len()).step_by(some.len()) {
            let some = &mut some[..self.len().min(start + 4096) - start];
            some.copy_from_slice(&self.cells()[start..start + some.len()]);
            meaning.resolve(some, &mut bytemuck::cast_slice_mut(&mut self.cells)[start..start + some.len()]);
        }
    }

    /// Its bytes, where it was resolved.
    pub(super) fn resolved(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.cells)[..self.len()]
    }
}

/// Decodes two pieces in turn on one core.
pub(super) fn decode_pair<C: Decoded>(a: &mut Piece<C>, b: &mut Piece<u16>, bytes: Fetched<'_>) {
    let (a_decoder, mut a_packed, mut a_plain) = a.ready(bytes);
    let (b_decoder, mut b_packed, mut b_plain) = b.ready(bytes);
    let (a_pause, b_pause) =
        C::decode_two((a_decoder, &mut a_packed, &mut a_plain), (b_decoder, &mut b_packed, &mut b_plain));
    let (a_at, a_done, b_at, b_done) = (a_packed.at, a_plain.done, b_packed.at, b_plain.done);
    a.advance(bytes.start, a_at, a_done, a_pause);
    b.advance(bytes.start, b_at, b_done, b_pause);
}

/// What is short of memory here.
pub(super) const PIECES: &str = "pieces of the member";
