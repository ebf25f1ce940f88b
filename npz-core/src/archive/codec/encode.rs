//! One block of a member into deflate's form: by the plan that was chosen for the member, and never longer than stored.

use super::bits::BitWriter;
use super::choose::{Choice, choose_again};
use super::literals::{self, Pairs};
use super::search::{Cells, Method, Search};
use super::sequences::{Codes, MAX_MATCH, MIN_MATCH, Prices, Seq, WINDOW};
use super::zlib::Zlib;
use crate::error::{Error, Result};

/// How the cells of a member are encoded.
#[derive(Clone)]
pub(crate) enum Plan {
    /// Nothing shrinks.
    Stored,
    /// Literals alone; their codes are made of a sample or of all of them.
    Literals { sampled: bool },
    /// By a search, with the prices that each block begins with.
    Search { method: Method, prices: Box<Prices> },
    /// By a library, at a level.
    Zlib(u32),
}

/// A stored block holds at most so many bytes.
const MOST_STORED: usize = 0xFFFF;
/// From this length on a table of pairs is worth its making.
const LEAST_FOR_PAIRS: usize = 48 << 10;
/// Where matches cover less than this part, literals alone are smaller.
const LEAST_COVERED: usize = 50;
/// Cells that repeat are looked for up to this width.
const MOST_PERIOD: usize = 16;

/// Encodes blocks, one after another; its tables and its output are made once.
pub(crate) struct Encoder {
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
pub(crate) struct Block<'a> {
    /// What comes before the cells: the header of the array, in the first block.
    pub(crate) prefix: &'a [u8],
    pub(crate) cells: &'a [u8],
    pub(crate) kind: Cells,
    /// Where the first whole cell begins.
    pub(crate) phase: usize,
    pub(crate) is_last: bool,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            out: BitWriter::default(),
            pairs: None,
            codes: Codes::new(),
            sequences: Vec::new(),
            search: None,
            zlib: None,
        }
    }

    /// What was encoded last.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.out.as_slice()
    }

    /// Encodes one block, by the plan that was made for its member at a level. All but the last end on a byte boundary by an
    /// empty stored block; the last one ends the stream.
    pub(crate) fn encode(&mut self, block: Block<'_>, choice: &Choice, level: u32) -> Result<()> {
        let Block { prefix, cells, kind, phase, is_last } = block;
        let len = prefix.len() + cells.len();
        // Of literals whose codes were made of a sample, none has more than 11 bits.
        let room = len + len / 2 + (16 << 10);
        if !self.out.start(room) {
            return Err(Error::no_memory(room as u64, "compressed data"));
        }
        let period = period_of(cells, kind.width).filter(|_| level > 0);
        let plan = &choice.plan;
        let plan = match plan {
            // Cells may change their kind on the way.
            Plan::Stored | Plan::Literals { .. } if level > 0 && period.is_none() => {
                let again = choose_again(cells.get(phase..).unwrap_or_default(), kind, level, &choice.tried)?;
                &again.unwrap_or_else(|| plan.clone())
            }
            _ => plan,
        };
        if let Plan::Zlib(level) = plan {
            return self.by_zlib(prefix, cells, *level, is_last);
        }
        // Level 0 shrinks nothing, the header neither.
        if level > 0 {
            self.prefix(prefix)
        } else {
            self.stored(prefix)
        }
        match (period, plan) {
            _ if cells.is_empty() => {}
            (Some(period), _) => self.repeat(cells, period),
            (None, Plan::Search { method, prices }) => self.search(block, *method, prices)?,
            (None, Plan::Literals { sampled }) => self.literals(cells, *sampled)?,
            (None, Plan::Stored | Plan::Zlib(_)) => self.stored(cells),
        }
        if is_last {
            // An empty block of fixed codes, which is the last one.
            self.out.add(0b011, 10);
            self.out.align();
        } else {
            self.stored(&[]);
        }
        Ok(())
    }

    fn search(&mut self, block: Block<'_>, method: Method, first_prices: &Prices) -> Result<()> {
        let Block { cells, kind: Cells { width, .. }, phase, .. } = block;
        let mut search = match self.search.take() {
            Some((last, last_width, search)) if (last, last_width) == (method, width) => search,
            _ => method.search(width),
        };
        search.reset(phase);
        let mut prices = first_prices.clone();
        for start in (0..cells.len()).step_by(method.part_len()) {
            let part = start..cells.len().min(start + method.part_len());
            let bytes = &cells[part.clone()];
            self.sequences.clear();
            search.parse(cells, part, &prices, &mut self.sequences);
            let covered: usize = self.sequences.iter().map(|seq| usize::from(seq.len)).sum();
            if covered * LEAST_COVERED < bytes.len() {
                self.literals(bytes, false)?;
                continue;
            }
            self.codes.make_for_sequences(bytes, &self.sequences);
            if self.codes.cost() > stored_bits(bytes.len()) {
                self.stored(bytes);
                continue;
            }
            self.codes.write_head(false, &mut self.out);
            self.codes.write_sequences(bytes, &self.sequences, &mut self.out);
            self.codes.write_end(&mut self.out);
            self.codes.prices(&mut prices);
        }
        self.search = Some((method, width, search));
        Ok(())
    }

    fn by_zlib(&mut self, prefix: &[u8], cells: &[u8], level: u32, is_last: bool) -> Result<()> {
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
            literals += 1;
            let mut left = run.len() - 1;
            while left >= MIN_MATCH {
                let len = left.min(MAX_MATCH);
                self.sequences.push(Seq { literals, len: len as u16, distance: 1 });
                (literals, left) = (0, left - len);
            }
            literals += left as u32;
        }
        self.codes.make_fixed();
        self.codes.write_fixed_head(&mut self.out);
        self.codes.write_sequences(bytes, &self.sequences, &mut self.out);
        self.codes.write_end(&mut self.out);
    }

    /// Cells that are all the same.
    fn repeat(&mut self, bytes: &[u8], period: usize) {
        self.sequences.clear();
        let (mut literals, mut left) = (period as u32, bytes.len() - period);
        while left >= MIN_MATCH {
            let len = left.min(MAX_MATCH);
            self.sequences.push(Seq { literals, len: len as u16, distance: period as u16 });
            (literals, left) = (0, left - len);
        }
        self.codes.make_for_sequences(bytes, &self.sequences);
        self.codes.write_head(false, &mut self.out);
        self.codes.write_sequences(bytes, &self.sequences, &mut self.out);
        self.codes.write_end(&mut self.out);
    }

    fn stored(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(MOST_STORED));
            self.out.add(0, 3);
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

    /// Literals alone, with new codes where the bytes change their kind.
    fn literals(&mut self, bytes: &[u8], sampled: bool) -> Result<()> {
        let count = if sampled { literals::count_sample } else { literals::count };
        let (mut start, mut counts, mut last) = (0, [0; 256], [0; 256]);
        for (number, part) in bytes.chunks(literals::PART).enumerate() {
            let mut next = [0; 256];
            count(part, &mut next);
            // The rest, which is shorter, is not worth a code.
            if number > 0 && part.len() == literals::PART && !literals::is_alike(&last, &next, sampled) {
                let end = number * literals::PART;
                self.write_literals(&bytes[start..end], &mut counts)?;
                (start, counts) = (end, [0; 256]);
            }
            counts.iter_mut().zip(&next).for_each(|(sum, count)| *sum += count);
            last = next;
        }
        self.write_literals(&bytes[start..], &mut counts)
    }

    fn write_literals(&mut self, bytes: &[u8], counts: &mut [u32; 256]) -> Result<()> {
        if counts.iter().map(|count| *count as usize).sum::<usize>() < bytes.len() {
            // Each byte needs a code, seen in the sample or not.
            counts.iter_mut().for_each(|count| *count += 1);
        }
        self.codes.make_for_literals(counts);
        let before = self.out.mark();
        self.codes.write_head(false, &mut self.out);
        let (codes, lengths) = (&self.codes.litlen, &self.codes.litlen_lengths);
        if bytes.len() < LEAST_FOR_PAIRS {
            literals::write_singly(bytes, &mut self.out, codes, lengths);
        } else {
            if self.pairs.is_none() {
                self.pairs = Pairs::new();
            }
            let short = || Error::no_memory(1 << 18, "compressed data");
            let pairs = self.pairs.as_mut().ok_or_else(short)?;
            pairs.fill(codes, lengths);
            pairs.write(bytes, &mut self.out, codes, lengths);
        }
        self.codes.write_end(&mut self.out);
        if self.out.position() - before.position() > stored_bits(bytes.len()) {
            self.out.back_to(before);
            self.stored(bytes);
        }
        Ok(())
    }
}

/// How many bits stored bytes take, about.
fn stored_bits(len: usize) -> u64 {
    (len + 5 * len.div_ceil(MOST_STORED)) as u64 * 8
}

/// The width at which all bytes repeat: that of one byte, or of the cells.
fn period_of(bytes: &[u8], width: usize) -> Option<usize> {
    debug_assert!(MOST_PERIOD <= WINDOW);
    [1, width].into_iter().filter(|width| (1..=MOST_PERIOD).contains(width)).find(|&width| {
        // Most cells differ from the next ones, and the comparison ends there.
        bytes.len() > 2 * width && bytes[width..] == bytes[..bytes.len() - width]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::codec::search;
    use std::io::Read;

    impl Plan {
        fn name(&self) -> String {
            match self {
                Self::Stored => "stored".to_owned(),
                Self::Literals { sampled } => format!("literals {sampled}"),
                Self::Search { method, .. } => format!("{method:?}"),
                Self::Zlib(level) => format!("zlib {level}"),
            }
        }
    }

    pub(super) fn random(seed: u64) -> impl FnMut() -> u32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 32) as u32
        }
    }

    /// Bytes as arrays have them, each with the width of its cells.
    fn kinds(len: usize) -> Vec<(&'static str, Vec<u8>, usize)> {
        let mut next = random(len as u64 + 1);
        let mut bytes = |make: &mut dyn FnMut(&mut dyn FnMut() -> u32, usize) -> Vec<u8>| {
            let cells = (0..).flat_map(|i| make(&mut next, i));
            cells.take(len).collect::<Vec<u8>>()
        };
        let normal = |next: &mut dyn FnMut() -> u32| {
            (0..12).map(|_| next() as f32 / u32::MAX as f32).sum::<f32>() - 6.0
        };
        vec![
            ("floats", bytes(&mut |next, _| (normal(next) * 0.02).to_le_bytes().into()), 4),
            ("sparse", bytes(&mut |next, _| (normal(next).max(0.0) as f64).to_le_bytes().into()), 8),
            ("tokens", bytes(&mut |next, _| (1_000_000 / (1 + next() % 50_000)).to_le_bytes().into()), 4),
            ("index", bytes(&mut |_, i| (i as u64).to_le_bytes().into()), 8),
            ("zeros", bytes(&mut |_, _| vec![0]), 4),
            ("full", bytes(&mut |_, _| vec![0, 0, 128, 63]), 4),
            ("odd", bytes(&mut |_, _| vec![1, 2, 3]), 3),
            ("noise", bytes(&mut |next, _| vec![(next() >> 7) as u8]), 1),
            ("mask", bytes(&mut |next, _| vec![u8::from(next() % 10 == 0)]), 1),
            ("one", bytes(&mut |_, i| vec![u8::from(i == 3)]), 1),
            ("text", bytes(&mut |next, _| format!("line {} of a text\n", next() % 97).into_bytes()), 1),
        ]
    }

    fn inflate(bytes: &[u8]) -> Vec<u8> {
        let mut found = Vec::new();
        let mut decoder = flate2::bufread::DeflateDecoder::new(bytes);
        decoder.read_to_end(&mut found).unwrap();
        assert_eq!(decoder.total_in(), bytes.len() as u64);
        found
    }

    fn plans() -> Vec<Plan> {
        let mut plans = vec![
            Plan::Stored,
            Plan::Literals { sampled: true },
            Plan::Literals { sampled: false },
            Plan::Zlib(6),
        ];
        let methods = [
            search::ZEROS,
            search::COUNTERS,
            search::PAIRS,
            search::TOKENS,
            search::SMOOTH,
            search::TWO_CELLS,
            Method::Near,
            Method::Rows { words: 1 },
            Method::Rows { words: 2 },
            Method::Rows { words: 4 },
            Method::Utf32,
            Method::Mask,
        ];
        plans.extend(methods.map(|method| Plan::Search { method, prices: Box::new(method.first_prices()) }));
        plans
    }

    #[test]
    fn every_plan_gives_every_kind_of_bytes_back() {
        let mut encoder = Encoder::new();
        let plans: Vec<_> = plans().into_iter().map(Choice::of).collect();
        let header = [&[0x93][..], b"NUMPY the header of an array", &[b' '; 300], b"\n"].concat();
        for len in [0, 1, 2, 3, 7, 8, 255, 4096, 70_001] {
            for (name, bytes, width) in kinds(len) {
                let kind = Cells { width, is_text: false };
                for plan in &plans {
                    for prefix in [&header[..], &[]] {
                        // Two blocks of a member.
                        let mut stream = Vec::new();
                        let block = Block { prefix, cells: &bytes, kind, phase: len % width, is_last: false };
                        encoder.encode(block, plan, 6).unwrap();
                        stream.extend_from_slice(encoder.as_slice());
                        assert!(
                            stream.len() <= len + len / 512 + prefix.len() + 200,
                            "{name}, {len}, {}",
                            plan.plan.name()
                        );
                        encoder.encode(Block { prefix: &[], is_last: true, ..block }, plan, 6).unwrap();
                        stream.extend_from_slice(encoder.as_slice());
                        let expected = [prefix, &bytes, &bytes].concat();
                        assert!(inflate(&stream) == expected, "{name}, {len}, {}", plan.plan.name());
                    }
                }
            }
        }
    }

    #[test]
    fn cells_that_are_all_the_same_take_a_thousandth() {
        let mut encoder = Encoder::new();
        for (name, bytes, width) in
            kinds(1 << 20).into_iter().filter(|(name, ..)| ["zeros", "full", "odd"].contains(name))
        {
            let kind = Cells { width, is_text: false };
            let block = Block { prefix: &[], cells: &bytes, kind, phase: 0, is_last: true };
            encoder.encode(block, &Choice::of(Plan::Stored), 6).unwrap();
            assert!(encoder.as_slice().len() < 1200, "{name}: {}", encoder.as_slice().len());
        }
    }

    #[test]
    fn literals_get_new_codes_where_the_bytes_change_their_kind() {
        let mut next = random(5);
        let mut noise = |range: u32| (0..256 << 10).map(|_| (next() % range) as u8).collect::<Vec<_>>();
        let (narrow, wide) = (noise(16), noise(128));
        let mut encoder = Encoder::new();
        let mut len = |cells: &[u8]| {
            let kind = Cells { width: 1, is_text: false };
            let block = Block { prefix: &[], cells, kind, phase: 0, is_last: true };
            encoder.encode(block, &Choice::of(Plan::Literals { sampled: true }), 6).unwrap();
            assert!(inflate(encoder.as_slice()) == cells);
            encoder.as_slice().len()
        };
        let apart = len(&narrow) + len(&wide);
        assert!(len(&[narrow.clone(), wide].concat()) < apart + 500);
        // All of one byte, then of another.
        assert!(len(&[vec![1; 1 << 17], vec![2; 1 << 17], narrow].concat()) < 180_000);
    }

    #[test]
    fn pairs_write_what_single_bytes_do() {
        for (_, bytes, _) in kinds(70_003) {
            let mut counts = [0; 256];
            literals::count(&bytes, &mut counts);
            let plain: Vec<u32> =
                (0..=255).map(|b| bytes.iter().filter(|x| **x == b).count() as u32).collect();
            assert_eq!(counts[..], plain);
            let mut codes = Codes::new();
            codes.make_for_literals(&counts);
            let mut pairs = Pairs::new().unwrap();
            pairs.fill(&codes.litlen, &codes.litlen_lengths);
            let (mut by_pairs, mut singly) = (BitWriter::default(), BitWriter::default());
            assert!(by_pairs.start(2 * bytes.len()) && singly.start(2 * bytes.len()));
            pairs.write(&bytes, &mut by_pairs, &codes.litlen, &codes.litlen_lengths);
            literals::write_singly(&bytes, &mut singly, &codes.litlen, &codes.litlen_lengths);
            by_pairs.align();
            singly.align();
            assert!(by_pairs.as_slice() == singly.as_slice());
        }
    }
}
