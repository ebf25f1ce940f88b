//! A case out of arbitrary bytes: the first ones say how, the rest is the data.

use crate::plan::Plan;
use crate::search::{ALL, Cells};
use crate::{Block, Choice, Encoder, Samples, choose};

/// Bytes that decisions are taken from; zeros when there are no more.
pub struct Choices<'a>(pub &'a [u8]);

impl<'a> Choices<'a> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn short(&mut self) -> usize {
        usize::from(self.byte()) | usize::from(self.byte()) << 8
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (if end <= 256 { usize::from(self.byte()) } else { self.short() }) % end.max(1)
    }

    /// So many bytes, or what is there.
    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

const WIDTHS: [usize; 16] = [1, 2, 4, 8, 1, 2, 4, 8, 3, 5, 6, 7, 10, 12, 16, 40];
/// A few cases are longer than what they are made of: tables of pairs and second parts come with so many bytes only.
const STRETCHES: [usize; 4] = [2, 5, 17, 300];
const LONGEST: usize = 160 << 10;
/// More blocks tell nothing new.
const MOST_BLOCKS: usize = 8;

/// A member to encode.
pub struct Case {
    choice: Choice,
    level: u32,
    kind: Cells,
    prefix: Vec<u8>,
    cells: Vec<u8>,
    /// The uncompressed length of all blocks but the last one, the prefix included.
    block_len: usize,
}

impl Case {
    /// With blocks of any length.
    pub fn of_any_len(choices: &mut Choices<'_>) -> Self {
        let (least, more) = (choices.below(256), choices.byte());
        // Mostly one block, or some.
        let block_len = if more < 128 { usize::MAX } else { least << (more & 7) };
        Self::new(choices, block_len)
    }

    pub fn new(choices: &mut Choices<'_>, block_len: usize) -> Self {
        let (which, shape, effort) = (choices.byte(), choices.byte(), choices.byte());
        let level = u32::from(effort % 10);
        let kind = Cells { width: WIDTHS[usize::from(shape & 15)], is_text: shape >= 0xF0 };
        let prefix = choices.take(usize::from(shape >> 4 & 7) * usize::from(effort / 10)).to_vec();
        let mut cells = choices.take(usize::MAX).to_vec();
        // By a checksum, so that a fuzzer does not breed the slow ones.
        if effort >= 250 && crc32(&cells).is_multiple_of(16) {
            let times = STRETCHES[usize::from(which & 3)];
            cells = stretch(&cells, times.min(LONGEST / cells.len().max(1)).max(1));
        }
        let choice = chosen(which, &cells, kind, level);
        let block_len = block_len.max(prefix.len()).max(cells.len() / MOST_BLOCKS).max(1);
        Self { choice, level, kind, prefix, cells, block_len }
    }

    /// The same with another prefix, which is no longer than a block.
    pub fn with_prefix(self, prefix: Vec<u8>) -> Self {
        Self { prefix, ..self }
    }

    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// All of it as the blocks have to give it back.
    pub fn plain(&self) -> Vec<u8> {
        [&*self.prefix, &*self.cells].concat()
    }

    /// Each block in deflate's form, and how long it is when inflated.
    pub fn encode(&self) -> (Vec<Vec<u8>>, Vec<usize>) {
        let Self { choice, level, kind, prefix, cells, .. } = self;
        let mut encoder = Encoder::default();
        let (mut packed, mut lens) = (Vec::new(), Vec::new());
        let mut at = 0;
        loop {
            let prefix = if packed.is_empty() { &**prefix } else { &[] };
            let end = at + (self.block_len - prefix.len()).min(cells.len() - at);
            let phase = (kind.width - at % kind.width) % kind.width;
            let is_last = end == cells.len();
            let block = Block { prefix, cells: &cells[at..end], kind: *kind, phase, is_last };
            assert!(encoder.encode(block, choice, *level).is_ok(), "a block is not encoded");
            let len = prefix.len() + end - at;
            let bound = len + len / 512 + prefix.len() + 200;
            assert!(encoder.as_slice().len() <= bound, "{len} bytes grow to {}", encoder.as_slice().len());
            packed.push(encoder.as_slice().to_vec());
            lens.push(len);
            at = end;
            if is_last {
                return (packed, lens);
            }
        }
    }
}

/// The plan that a byte stands for: any of them, whatever it is good for, or what would be chosen.
fn chosen(which: u8, cells: &[u8], kind: Cells, level: u32) -> Choice {
    Choice::of(match usize::from(which >> 2) {
        0 => Plan::Stored,
        1 => Plan::Literals { sampled: true },
        2 => Plan::Literals { sampled: false },
        3..6 => Plan::Zlib(level),
        number => {
            let Some(&method) = ALL.get((number - 6) % 24) else {
                let sample = &cells[..cells.len().min(2048)];
                let samples = Samples { pieces: &[sample], one_block: Some(cells.len()), kind };
                return choose(samples, level).unwrap_or(Choice::of(Plan::Stored));
            };
            Plan::Search { method, prices: Box::new(method.first_prices()) }
        }
    })
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The bytes again and again, a little changed each time.
fn stretch(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut all = bytes.repeat(times);
    for byte in all.iter_mut().skip(bytes.len()) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 26 == 0 {
            *byte ^= (state >> 16) as u8;
        }
    }
    all
}
