//! Inflates a member serially, into what its reader has.

use std::cell::Cell;
use std::io::{self, Read};

use npz_deflate::inflate::{Decoder, Packed, Pause, Plain, ROOM, Unfit, WINDOW};

use crate::input::Chunks;
use crate::memory;

/// What is decoded beside what is known, for readers that want little at a time.
const FRESH: usize = 64 << 10;
/// Less is not decoded at a time.
const LEAST: usize = 512;
/// So much is decoded to where it is wanted, without a copy.
const DIRECT: usize = 128 << 10;
/// So many bytes are seen at once at most.
const MOST_BYTES: usize = usize::MAX / 16;

thread_local! {
    /// What was used last: some 120 KiB are made once, which is what counts when an archive has 100,000 members.
    static SPARE: Cell<Option<State>> = const { Cell::new(None) };
}

/// The decompressed bytes of a deflate stream.
pub(in crate::archive) struct Inflate<'a> {
    input: Chunks<'a>,
    /// The next bit of the next byte.
    bit: usize,
    /// `None` only while it is given back.
    state: Option<State>,
}

struct State {
    decoder: Decoder,
    /// What came last, to which matches refer, and behind it what was not given out.
    window: Vec<u8>,
    given: usize,
    decoded: usize,
}

impl<'a> Inflate<'a> {
    pub(in crate::archive) fn new(input: Chunks<'a>) -> Self {
        let state = SPARE.take().unwrap_or_else(|| State {
            decoder: Decoder::default(),
            window: Vec::new(),
            given: 0,
            decoded: 0,
        });
        Self { input, bit: 0, state: Some(state) }
    }
}

impl Drop for Inflate<'_> {
    fn drop(&mut self) {
        if let Some(mut state) = self.state.take() {
            state.decoder.restart();
            (state.given, state.decoded) = (0, 0);
            SPARE.set(Some(state));
        }
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(state) = &mut self.state else { return Ok(0) };
        if state.given == state.decoded && !buffer.is_empty() {
            if state.window.is_empty() {
                state.window = memory::zeros(WINDOW + FRESH + ROOM, "window of the member")?;
            }
            state.slide();
            let most = if buffer.len() < DIRECT { buffer.len().clamp(LEAST, FRESH) } else { FRESH };
            let mut plain =
                Plain { until: state.decoded + most, done: state.decoded, cells: &mut state.window };
            decode(&mut state.decoder, &mut self.input, &mut self.bit, &mut plain, true)?;
            state.decoded = plain.done;
        }
        let count = state.give(buffer);
        // All that matches refer to is in the buffer now.
        if count < WINDOW || buffer.len() < DIRECT {
            return Ok(count);
        }
        let mut plain = Plain { until: buffer.len(), done: count, cells: buffer };
        decode(&mut state.decoder, &mut self.input, &mut self.bit, &mut plain, false)?;
        let done = plain.done;
        state.remember(&buffer[done - WINDOW..done]);
        Ok(done)
    }
}

impl State {
    /// Gives out what there is.
    fn give(&mut self, buffer: &mut [u8]) -> usize {
        let ready = &self.window[self.given..self.decoded];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        count
    }

    /// Makes room, where all was given out.
    fn slide(&mut self) {
        if self.decoded > WINDOW {
            self.window.copy_within(self.decoded - WINDOW..self.decoded, 0);
            (self.given, self.decoded) = (WINDOW, WINDOW);
        }
    }

    /// What was decoded elsewhere, as much as matches refer to.
    fn remember(&mut self, bytes: &[u8]) {
        self.window[..bytes.len()].copy_from_slice(bytes);
        (self.given, self.decoded) = (bytes.len(), bytes.len());
    }
}

/// Decodes until there is no room, or the stream ends; or until more would have to be fetched, if something is there and that will do.
fn decode(
    decoder: &mut Decoder,
    input: &mut Chunks<'_>,
    bit: &mut usize,
    plain: &mut Plain<'_, u8>,
    some_will_do: bool,
) -> io::Result<()> {
    let (start, mut least) = (plain.done, 1);
    loop {
        let (bytes, is_all) = input.peek_at_least(least)?;
        // Bits are counted: where a `usize` has 32 of them, not all that lies in memory can be counted at once.
        let (bytes, is_all) = (&bytes[..bytes.len().min(MOST_BYTES)], is_all && bytes.len() <= MOST_BYTES);
        let mut packed = Packed { bytes, at: *bit, stop: usize::MAX };
        let pause = decoder.decode(&mut packed, plain);
        let at = packed.at;
        least = bytes.len() - at / 8 + 1;
        input.take(at / 8);
        *bit = at % 8;
        match pause {
            Ok(Pause::Input) if !(is_all || some_will_do && plain.done > start) => {}
            Ok(_) => return Ok(()),
            Err(Unfit) => {
                let text = "a code, a length or a distance that deflate does not have";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
            }
        }
    }
}
