//! One block of a member into deflate's form: by the plan that was chosen for the member, and never longer than stored.

use super::bits::BitWriter;
use super::choose::{Choice, choose_for_block};
use super::error::{Error, reserve};
use super::literals::{self, Pairs};
use super::parts;
use super::plan::{Plan, period_of};
use super::search::{CHAINS, Cells, Method, Search};
use super::sequences::{Codes, Counts, MAX_MATCH, MIN_MATCH, Prices, Seq};
use super::zlib::Zlib;

/// A stored block holds at most so many bytes.
const MOST_STORED: usize = 0xFFFF;
/// From this length on a table of pairs is worth its making.
const LEAST_FOR_PAIRS: usize = 48 << 10;
/// Of fewer bytes than these a sample is too small: codes made of it take a hundredth more.
const LEAST_FOR_SAMPLE: usize = 64 << 10;
/// Of fewer sequences all literals are counted.
const LEAST_SEQUENCES: usize = 1 << 10;
/// Where no more bytes share a code, the header of the array is among them: behind it are too few for a code of their own.
const MOST_JOINED: usize = 8 << 10;
/// So many literals and matches are written together at least: of fewer the head of a code is felt.
const LEAST_SYMBOLS: usize = 8 << 10;
/// So many literals are counted together where there are no matches.
const LITERAL_UNIT: usize = 8 << 10;
/// Where matches cover less than this part, literals alone are smaller.
const LEAST_COVERED: usize = 50;

/// Encodes blocks, one after another; its tables and its output are made once.
pub struct Encoder {
    out: BitWriter,
    pairs: Option<Pairs>,
    codes: Codes,
    sequences: Vec<Seq>,
    /// The search that was used last, with the width of cells that it is for.
    search: Option<(Method, usize, Box<dyn Search>)>,
    zlib: Option<Zlib>,
}

/// A block of a member.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// What comes before the cells: the header of the array, in the first block.
    pub prefix: &'a [u8],
    /// The cells, or parts of some.
    pub cells: &'a [u8],
    /// What they are.
    pub kind: Cells,
    /// Where the first whole cell begins.
    pub phase: usize,
    /// It ends the stream.
    pub is_last: bool,
}

impl Default for Encoder {
    fn default() -> Self {
        Self {
            out: BitWriter::default(),
            pairs: None,
            codes: Codes::new(),
            sequences: Vec::new(),
            search: None,
            zlib: None,
        }
    }
}

impl Encoder {
    /// What was encoded last.
    pub fn as_slice(&self) -> &[u8] {
        self.out.as_slice()
    }

    /// Encodes one block, by the plan that was made for its member at a level. All but the last end on a byte boundary by an
    /// empty stored block; the last one ends the stream.
    pub fn encode(&mut self, block: Block<'_>, choice: &Choice, level: u32) -> Result<(), Error> {
        let Block { prefix, cells, kind, phase, is_last } = block;
        let len = prefix.len() + cells.len();
        // Of literals whose codes were made of a sample, none has more than 11 bits.
        let room = len + len / 2 + (16 << 10);
        if !self.out.start(room) {
            return Err(Error::NoMemory(room as u64));
        }
        // Of few bytes a code of their own would be most.
        let period = period_of(cells, kind.width).filter(|_| level > 0 && len > MOST_JOINED);
        let own = if level > 0 && period.is_none() {
            let whole_cells = cells.get(phase..).unwrap_or_default();
            choose_for_block(whole_cells, kind, !prefix.is_empty(), level, choice)?
        } else {
            None
        };
        let plan = own.as_ref().unwrap_or(&choice.plan);
        if let (None, Plan::Zlib(level)) = (period, plan) {
            return self.by_zlib(prefix, cells, *level, is_last);
        }
        let joined;
        let block = match plan {
            // One code serves both, as zlib's does: of small arrays the header is much.
            Plan::Search { method: CHAINS, .. } if period.is_none() && len <= MOST_JOINED => {
                let mut bytes = Vec::new();
                reserve(&mut bytes, len)?;
                bytes.extend_from_slice(prefix);
                bytes.extend_from_slice(cells);
                joined = bytes;
                Block { prefix: &[], cells: &joined, ..block }
            }
            _ => block,
        };
        let Block { prefix, cells, .. } = block;
        // Level 0 shrinks nothing, the header neither.
        if level > 0 {
            self.prefix(prefix);
        } else {
            self.stored(prefix);
        }
        match (period, plan) {
            _ if cells.is_empty() => {}
            (Some(period), _) => self.repeat(cells, period),
            (None, Plan::Search { method, prices }) => self.search(block, *method, prices)?,
            (None, Plan::Literals { sampled }) => {
                let width = if phase == 0 { kind.width } else { 1 };
                self.literals(cells, width, *sampled)?;
            }
            (None, Plan::Stored | Plan::Zlib(_)) => self.stored(cells),
        }
        if is_last {
            self.out.finish();
        } else {
            self.stored(&[]);
        }
        Ok(())
    }

    fn search(&mut self, block: Block<'_>, method: Method, first_prices: &Prices) -> Result<(), Error> {
        let Block { cells, kind: Cells { width, .. }, phase, .. } = block;
        let mut search = match self.search.take() {
            Some((last, last_width, search)) if (last, last_width) == (method, width) => search,
            _ => method.search(width),
        };
        search.reset(phase);
        let (mut prices, mut found) = (first_prices.clone(), std::mem::take(&mut self.sequences));
        let mut held = Held::default();
        for start in (0..cells.len()).step_by(method.part_len()) {
            let end = cells.len().min(start + method.part_len());
            if held.symbols == 0 {
                found.clear();
                held.start = start;
            }
            let first = found.len();
            search.parse(cells, start..end, &prices, &mut found);
            let more = &mut found[first..];
            let tally = Tally::of(more, end - start);
            let waits = end < cells.len() && held.symbols + tally.symbols < LEAST_SYMBOLS;
            if waits {
                self.codes.make_for_sequences(&cells[start..end], more);
                self.codes.prices(&mut prices);
            }
            held.add(more, tally);
            if waits {
                continue;
            }
            let bytes = &cells[held.start..end];
            if method.finds_what_drifts() {
                self.write_parts(bytes, &mut found, method, &mut prices)?;
            } else {
                self.write_shared(bytes, &found, Counts::of(bytes, &found), &mut prices)?;
            }
            held = Held::default();
        }
        self.sequences = found;
        self.search = Some((method, width, search));
        Ok(())
    }

    /// Writes the sequences that were found in some bytes, with new codes where these change their kind.
    fn write_parts(
        &mut self,
        mut bytes: &[u8],
        mut sequences: &mut [Seq],
        method: Method,
        prices: &mut Prices,
    ) -> Result<(), Error> {
        let is_sampled = method.needs_no_exact_counts() && sequences.len() >= LEAST_SEQUENCES;
        for part in parts::cut(bytes, sequences, method.unit_len(), is_sampled) {
            let (own, behind) = bytes.split_at(part.len);
            let (first, others) = sequences.split_at_mut(part.count);
            self.write_shared(own, first, *part.counts, prices)?;
            (bytes, sequences) = (behind, others);
        }
        Ok(())
    }

    /// Writes what shares a code, of which the prices are told.
    fn write_shared(
        &mut self,
        bytes: &[u8],
        sequences: &[Seq],
        mut counts: Counts,
        prices: &mut Prices,
    ) -> Result<(), Error> {
        let covered: usize = sequences.iter().map(|seq| usize::from(seq.len)).sum();
        let is_small = bytes.len() < literals::PART;
        if covered * LEAST_COVERED < bytes.len() && !is_small {
            let mut all = [0; 256];
            literals::count(bytes, &mut all);
            return self.write_literals(bytes, 1, &mut all);
        }
        if !counts.complete() {
            counts = Counts::of(bytes, sequences);
        }
        self.codes.make_for(counts);
        if self.codes.cost() > stored_bits(bytes.len()) && !is_small {
            self.stored(bytes);
            return Ok(());
        }
        let before = self.out.mark();
        self.codes.write_block(bytes, sequences, &mut self.out);
        self.codes.prices(prices);
        if is_small {
            // The head of a code is felt.
            let taken = self.out.position() - before.position();
            let (fixed, stored) = (self.codes.fixed_cost(), stored_bits(bytes.len()));
            if fixed.min(stored) < taken {
                self.out.back_to(before);
                if fixed < stored {
                    self.codes.write_fixed_block(bytes, sequences, &mut self.out);
                } else {
                    self.stored(bytes);
                }
            }
        }
        Ok(())
    }

    fn by_zlib(&mut self, prefix: &[u8], cells: &[u8], level: u32, is_last: bool) -> Result<(), Error> {
        if self.zlib.as_ref().is_none_or(|zlib| zlib.level() != level) {
            self.zlib = Some(Zlib::new(level));
        }
        match &mut self.zlib {
            Some(zlib) => zlib.encode(&[prefix, cells], is_last, &mut self.out),
            None => Ok(()),
        }
    }

    /// The header of an array: mostly text, filled up with spaces.
    fn prefix(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.sequences.clear();
        let mut literals = 0;
        for run in bytes.chunk_by(|a, b| a == b) {
            literals = push_run(&mut self.sequences, literals + 1, run.len() - 1, 1);
        }
        self.codes.write_fixed_block(bytes, &self.sequences, &mut self.out);
    }

    /// Cells that are all the same.
    fn repeat(&mut self, bytes: &[u8], period: usize) {
        self.sequences.clear();
        push_run(&mut self.sequences, period as u32, bytes.len() - period, period);
        self.codes.make_for_sequences(bytes, &self.sequences);
        self.codes.write_block(bytes, &self.sequences, &mut self.out);
    }

    fn stored(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(MOST_STORED));
            self.out.begin_block(0);
            self.out.align();
            let len = piece.len() as u16;
            self.out.bytes(&len.to_le_bytes());
            self.out.bytes(&(!len).to_le_bytes());
            self.out.bytes(piece);
            rest = after;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// Literals alone, with new codes where the bytes change their kind. They begin with a number of this width.
    fn literals(&mut self, bytes: &[u8], width: usize, sampled: bool) -> Result<(), Error> {
        if !sampled {
            let mut rest = bytes;
            for part in parts::cut(bytes, &mut [], LITERAL_UNIT, false) {
                let (own, behind) = rest.split_at(part.len);
                self.write_literals(own, width, &mut part.counts.literals())?;
                rest = behind;
            }
            return Ok(());
        }
        let (mut start, mut counts) = (0, [0; 256]);
        for (number, part) in bytes.chunks(literals::PART).enumerate() {
            let mut next = [0; 256];
            literals::count_sample(part, &mut next);
            let end = number * literals::PART;
            let is_worth_it = end > start && part.len() >= literals::LEAST_PART;
            if is_worth_it && !literals::is_alike(&counts, &next) {
                self.write_literals(&bytes[start..end], width, &mut counts)?;
                (start, counts) = (end, [0; 256]);
            }
            counts.iter_mut().zip(&next).for_each(|(sum, count)| *sum += count);
        }
        self.write_literals(&bytes[start..], width, &mut counts)
    }

    fn write_literals(&mut self, bytes: &[u8], width: usize, counts: &mut [u32; 256]) -> Result<(), Error> {
        if counts.iter().map(|count| *count as usize).sum::<usize>() < bytes.len() {
            // Each byte needs a code, seen in the sample or not. Many that do not occur would take a part of the codes away.
            if bytes.len() < LEAST_FOR_SAMPLE || literals::have_too_many_unseen(counts) {
                *counts = [0; 256];
                literals::count(bytes, counts);
            } else {
                for count in counts.iter_mut() {
                    *count += 1;
                }
            }
        }
        self.codes.make_for_literals(counts);
        let before = self.out.mark();
        self.codes.write_head(&mut self.out);
        let (codes, lengths) = (&self.codes.litlen, &self.codes.litlen_lengths);
        if bytes.len() < LEAST_FOR_PAIRS {
            literals::write_singly(bytes, &mut self.out, codes, lengths);
        } else {
            if self.pairs.is_none() {
                self.pairs = Pairs::new();
            }
            let pairs = self.pairs.as_mut().ok_or(Error::NoMemory(1 << 18))?;
            pairs.fill(codes, lengths);
            pairs.write(bytes, width, &mut self.out, codes, lengths);
        }
        self.codes.write_end(&mut self.out);
        if self.out.position() - before.position() > stored_bits(bytes.len()) {
            self.out.back_to(before);
            self.stored(bytes);
        }
        Ok(())
    }
}

/// What was found and waits for more: a code for few symbols is not worth its head.
#[derive(Default)]
struct Held {
    /// Where its bytes begin.
    start: usize,
    symbols: usize,
    /// The literals behind the last sequence.
    open_run: u32,
}

impl Held {
    fn add(&mut self, sequences: &mut [Seq], tally: Tally) {
        if let Some(first) = sequences.first_mut() {
            first.literals += std::mem::take(&mut self.open_run);
        }
        self.symbols += tally.symbols;
        self.open_run += tally.open_run;
    }
}

/// How many literals and matches some bytes have, and how many literals behind the last match.
#[derive(Clone, Copy)]
struct Tally {
    symbols: usize,
    open_run: u32,
}

impl Tally {
    fn of(sequences: &[Seq], len: usize) -> Self {
        let matched: usize = sequences.iter().map(|seq| usize::from(seq.len)).sum();
        let literals: usize = sequences.iter().map(|seq| seq.literals as usize).sum();
        Self { symbols: len - matched + sequences.len(), open_run: (len - matched - literals) as u32 }
    }
}

/// Matches at one distance, as long as they go, behind some literals. Gives the literals that are left over.
fn push_run(sequences: &mut Vec<Seq>, mut literals: u32, mut len: usize, distance: usize) -> u32 {
    while len >= MIN_MATCH {
        let step = len.min(MAX_MATCH);
        sequences.push(Seq { literals, len: step as u16, distance: distance as u16 });
        (literals, len) = (0, len - step);
    }
    literals + len as u32
}

/// How many bits stored bytes take, about.
fn stored_bits(len: usize) -> u64 {
    (len + 5 * len.div_ceil(MOST_STORED)) as u64 * 8
}

#[cfg(test)]
pub(crate) mod tests;
