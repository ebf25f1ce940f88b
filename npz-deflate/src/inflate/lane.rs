//! A block that is being decoded: goes from sub-block to sub-block, and stops where symbols can be decoded in turn with other blocks'.

use super::bits::peek;
use super::header::{Kind, Lengths, read_kind, read_lengths};
use super::literals::{LOOK, Literals, SHORT_BITS, TABLE_BITS};
use super::symbols::Symbols;
use super::{Block, Unfit};

/// What a lane needs next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Literals, by the lane's table of them.
    Literals,
    /// Literals and matches, by the lane's tables of symbols.
    Matches,
    /// Nothing: its block is complete.
    Complete,
}

/// The most literals of a round.
const LONGEST_ROUND: usize = LOOK / SHORT_BITS;
/// Of a block whose beginning is wanted, so much more is decoded fast: what is slow is the last of it.
const SLACK: usize = 1024;

/// A block's input and output, and how far each is done.
pub(super) struct Lane<'a> {
    pub(super) input: &'a [u8],
    /// The position of the next bit.
    pub(super) at: usize,
    pub(super) output: &'a mut [u8],
    pub(super) done: usize,
    pub(super) table: Literals,
    /// Made when the first matches come: most blocks of literals never need it.
    pub(super) symbols: Option<Box<Symbols>>,
    /// What comes behind the header, while that is decoded, and how much of it is wanted.
    behind: Option<(&'a mut [u8], usize)>,
    wanted: usize,
    /// As far as it is decoded fast: the end of the output, or little more than is wanted of it.
    pub(super) limit: usize,
    ends_member: bool,
    /// The sub-block at hand says that it is the member's last one.
    is_last: bool,
}

impl<'a> Lane<'a> {
    pub(super) fn new(block: &'a mut Block<'_>) -> Result<Self, Unfit> {
        // Positions are counted in bits: where a `usize` has 32 of them, only half a gibibyte can be counted.
        if block.compressed.len() > usize::MAX / 16 {
            return Err(Unfit);
        }
        let mut lane = Self {
            input: block.compressed,
            at: 0,
            output: block.header,
            done: 0,
            table: Literals::new(),
            symbols: None,
            wanted: usize::MAX,
            behind: Some((block.output, block.wanted)),
            limit: 0,
            ends_member: block.ends_member,
            is_last: false,
        };
        lane.limit = lane.output.len();
        lane.go_behind_header();
        Ok(lane)
    }

    /// Goes on in what comes behind the header, once that is complete.
    fn go_behind_header(&mut self) {
        if self.done == self.output.len()
            && let Some((output, wanted)) = self.behind.take()
        {
            self.limit = output.len().min(wanted.saturating_add(SLACK));
            (self.output, self.done, self.wanted) = (output, 0, wanted);
        }
    }

    /// So many rounds of so many literals surely stay within input and output.
    pub(super) fn rounds(&self, round: usize) -> usize {
        // The last look has to find a whole word.
        let bits = self.bits().saturating_sub(self.at + 64);
        let bytes = self.limit.saturating_sub(self.done);
        (bits / LOOK).min(bytes / round)
    }

    /// All bits of the input.
    pub(super) fn bits(&self) -> usize {
        self.input.len() * 8
    }

    /// Goes to the next sub-block that has codes; does all that comes before it.
    pub(super) fn advance(&mut self) -> Result<Next, Unfit> {
        loop {
            self.go_behind_header();
            if self.is_complete()? {
                return Ok(Next::Complete);
            }
            let (is_last, kind) = read_kind(self.input, &mut self.at)?;
            self.is_last = is_last;
            let lengths = match kind {
                Kind::Stored => {
                    self.copy_stored()?;
                    continue;
                }
                Kind::Fixed => Lengths::fixed(),
                Kind::Dynamic => read_lengths(self.input, &mut self.at)?,
            };
            if self.at > self.bits() {
                return Err(Unfit);
            }
            if self.table.fill(&lengths.literals) {
                return Ok(Next::Literals);
            }
            self.symbols.get_or_insert_with(|| Box::new(Symbols::NONE)).fill(&lengths);
            return Ok(Next::Matches);
        }
    }

    /// Whether the block ends here, between two sub-blocks: exactly where the index says, or where nothing more is wanted.
    fn is_complete(&self) -> Result<bool, Unfit> {
        let is_full = self.done == self.output.len() && self.behind.is_none();
        if self.is_enough()? {
            return Ok(true);
        }
        if !self.is_last {
            return Ok(!self.ends_member && is_full && self.at == self.bits());
        }
        // The bits up to the next byte mean nothing.
        if self.ends_member && is_full && self.at.div_ceil(8) == self.input.len() {
            Ok(true)
        } else {
            Err(Unfit)
        }
    }

    /// Whether all is there that is wanted of a block of which not all is.
    pub(super) fn is_enough(&self) -> Result<bool, Unfit> {
        if self.done < self.wanted || self.wanted == self.output.len() || self.behind.is_some() {
            return Ok(false);
        }
        // Zeros stand for what lies behind the end of the input.
        if self.at > self.bits() { Err(Unfit) } else { Ok(true) }
    }

    fn copy_stored(&mut self) -> Result<(), Unfit> {
        let rest = self.input.get(self.at.div_ceil(8)..).ok_or(Unfit)?;
        let (&[a, b, not_a, not_b], rest) = rest.split_first_chunk().ok_or(Unfit)?;
        if (!a, !b) != (not_a, not_b) {
            return Err(Unfit);
        }
        let bytes = rest.get(..u16::from_le_bytes([a, b]).into()).ok_or(Unfit)?;
        let place = self.output.get_mut(self.done..self.done + bytes.len()).ok_or(Unfit)?;
        place.copy_from_slice(bytes);
        self.done += bytes.len();
        self.at = (self.at.div_ceil(8) + 4 + bytes.len()) * 8;
        Ok(())
    }

    /// Decodes a round of literals symbol by symbol, more if there is no room for another one, and what follows the sub-block if it ends.
    pub(super) fn resume(&mut self) -> Result<Next, Unfit> {
        let mut stepped = 0;
        while stepped < LONGEST_ROUND || self.rounds(LONGEST_ROUND) == 0 {
            if self.is_enough()? {
                return Ok(Next::Complete);
            }
            if self.step()? {
                return self.advance();
            }
            stepped += 1;
        }
        Ok(Next::Literals)
    }

    /// One symbol; true if it was the end of the sub-block.
    fn step(&mut self) -> Result<bool, Unfit> {
        let bits = peek(self.input, self.at);
        let entry = self.table.look_up::<TABLE_BITS>(bits);
        let is_end = entry == 0;
        self.at += if is_end { self.table.end(bits)? } else { usize::from(entry & 15) };
        if self.at > self.bits() {
            return Err(Unfit);
        }
        if !is_end {
            *self.output.get_mut(self.done).ok_or(Unfit)? = (entry >> 8) as u8;
            self.done += 1;
        }
        Ok(is_end)
    }
}
