//! [`Counts`]: how often symbols occur, all of them or a sample of the literals.

use super::{LENGTHS, Seq, distance_symbol};
use crate::header::{DISTANCES, LITLEN};
use crate::literals;

/// How often symbols occur.
pub(crate) struct Counts {
    pub(super) litlen: [u32; LITLEN],
    pub(super) distances: [u32; DISTANCES],
    /// How many literals there are, where only some were counted; else 0.
    literals: u32,
}

impl Counts {
    pub(crate) fn new() -> Self {
        Self { litlen: [0; LITLEN], distances: [0; DISTANCES], literals: 0 }
    }

    /// Counts sequences, which cover the first of the bytes; the rest are literals.
    #[inline(never)]
    pub(crate) fn of(bytes: &[u8], sequences: &[Seq]) -> Self {
        Self::by(bytes, sequences, |counts, run, _| counts.add_literals(run))
    }

    /// Counts bytes that are all literals, by several tables.
    pub(crate) fn of_literals(bytes: &[u8]) -> Self {
        let mut counts = Self::new();
        if let Some(literals) = counts.litlen.first_chunk_mut() {
            literals::count(bytes, literals);
        }
        counts
    }

    /// The same, but of the literals only some, at irregular places: they are what takes time. `complete` guesses the others.
    #[inline(never)]
    pub(crate) fn of_sample(bytes: &[u8], sequences: &[Seq]) -> Self {
        // Parts have one length: each has its places elsewhere, as what has that period must not be seen at the same ones.
        let mut places = Places::new(sequences.len() as u32);
        Self::by(bytes, sequences, |counts, run, at| counts.sample(run, at, &mut places))
    }

    /// `count` is given each run of literals, and where it begins.
    #[inline]
    fn by(bytes: &[u8], sequences: &[Seq], mut count: impl FnMut(&mut Self, &[u8], usize)) -> Self {
        let mut counts = Self::new();
        let mut rest = bytes;
        for seq in sequences {
            let (run, after) = rest.split_at(seq.literals as usize);
            count(&mut counts, run, bytes.len() - rest.len());
            counts.litlen[usize::from(LENGTHS[usize::from(seq.len)].0)] += 1;
            counts.distances[distance_symbol(usize::from(seq.distance))] += 1;
            rest = &after[usize::from(seq.len)..];
        }
        count(&mut counts, rest, bytes.len() - rest.len());
        counts
    }

    #[inline]
    fn add_literals(&mut self, run: &[u8]) {
        for byte in run {
            self.litlen[usize::from(*byte)] += 1;
        }
    }

    #[inline]
    fn sample(&mut self, run: &[u8], at: usize, places: &mut Places) {
        self.literals += run.len() as u32;
        if run.len() < Places::LEN {
            if places.has(at) {
                self.add_literals(run);
            }
            return;
        }
        // It may begin in one place and end in another.
        for (number, piece) in run.chunks(Places::LEN / 4).enumerate() {
            if places.has(at + number * (Places::LEN / 4)) {
                self.add_literals(piece);
            }
        }
    }

    /// Makes the counts of a sample those of all; `false` where it tells too little, and all have to be counted.
    pub(crate) fn complete(&mut self) -> bool {
        let all = std::mem::take(&mut self.literals);
        if all == 0 {
            return true;
        }
        let literals = &mut self.litlen[..256];
        let counted: u32 = literals.iter().sum();
        if counted < LEAST_COUNTED || literals::have_too_many_unseen(literals) {
            return false;
        }
        for count in literals {
            *count = (u64::from(*count) * u64::from(all) / u64::from(counted)).max(1) as u32;
        }
        true
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.litlen.iter_mut().zip(&other.litlen).for_each(|(sum, count)| *sum += count);
        self.distances.iter_mut().zip(&other.distances).for_each(|(sum, count)| *sum += count);
        self.literals += other.literals;
    }

    /// How often each literal occurs.
    pub(crate) fn literals(&self) -> [u32; 256] {
        std::array::from_fn(|byte| self.litlen[byte])
    }

    /// How many bits the symbols take with a code of their own and its head, about; without those that follow them.
    pub(crate) fn bits(&self) -> i64 {
        const HEAD: i64 = 70;
        let used = |counts: &[u32]| counts.iter().filter(|count| **count > 0).count() as i64;
        HEAD + (used(&self.litlen) + used(&self.distances)) * 5 / 2
            + entropy(&self.litlen)
            + entropy(&self.distances)
    }

    /// Whether a part differs from these by no more than chance.
    pub(crate) fn is_alike(&self, part: &Self) -> bool {
        let of_symbols = literals::difference(&self.litlen, &part.litlen);
        let of_distances = literals::difference(&self.distances, &part.distances);
        let most = if part.literals > 0 { MOST_SAMPLED_DIFFERENCE } else { MOST_DIFFERENCE };
        of_symbols.saturating_add(of_distances) < most
    }
}

/// How many bits symbols take by their entropy. Each is rounded, so that no order of summing changes it.
fn entropy(counts: &[u32]) -> i64 {
    let times_log = |count: u32| {
        // A cubic for the logarithm of the mantissa.
        let float = count as i32 as f32;
        let bits = float.to_bits();
        let exponent = (bits >> 23) as i32 - 127;
        let mantissa = f32::from_bits(bits & 0x7F_FFFF | 0x3F80_0000);
        let log = ((0.155_445_86 * mantissa - 1.039_258_2) * mantissa + 3.029_478_2) * mantissa - 2.144_940_6;
        (float * (exponent as f32 + log)) as i32
    };
    let all = counts.iter().sum();
    i64::from(times_log(all)) - counts.iter().map(|count| i64::from(times_log(*count))).sum::<i64>()
}

/// Some 300 symbols differ by about as much, in the measure of `literals::difference`, by chance.
const MOST_DIFFERENCE: u32 = 350;
/// Where a quarter of the literals was counted: no one looks again whether a code of its own saves more than its head.
const MOST_SAMPLED_DIFFERENCE: u32 = 450;

/// Codes that are made of fewer literals take a two-hundredth more.
const LEAST_COUNTED: u32 = 8 << 10;

/// Where a sample of the literals lies: a quarter of the bytes, about.
struct Places {
    is_inside: bool,
    /// Where the place ends, or the gap between two.
    end: usize,
    random: u32,
}

impl Places {
    const LEN: usize = 256;

    fn new(seed: u32) -> Self {
        Self { is_inside: true, end: 0, random: seed }
    }

    /// Whether a byte is in one, asked in order.
    #[inline]
    fn has(&mut self, at: usize) -> bool {
        if at >= self.end {
            self.is_inside = !self.is_inside;
            self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let gap = (self.random >> 16) as usize % (6 * Self::LEN);
            self.end = at + if self.is_inside { Self::LEN } else { gap };
        }
        self.is_inside
    }
}

#[cfg(test)]
mod tests {
    use super::super::Codes;
    use super::*;
    use crate::search::{Cells, Method, ZEROS};

    /// What codes cost that were made of some literals, in ten-thousandths of the cost of those that were made of all.
    fn cost_of_sample(method: Method, kind: Cells, bytes: &[u8]) -> u64 {
        let (mut search, prices) = (method.search(kind.width), method.first_prices());
        search.reset(0);
        let (mut all, mut sample, mut count) = (Counts::new(), Counts::new(), 0);
        // In parts, as the encoder does.
        for start in (0..bytes.len()).step_by(literals::PART) {
            let part = start..bytes.len().min(start + literals::PART);
            let mut sequences = Vec::new();
            search.parse(bytes, part.clone(), &prices, &mut sequences);
            all.add(&Counts::of(&bytes[part.clone()], &sequences));
            sample.add(&Counts::of_sample(&bytes[part], &sequences));
            count += sequences.len();
        }
        assert!(count > 1000, "there are matches");
        let mut codes = Codes::new();
        let mut exact = Counts::new();
        exact.add(&all);
        codes.make_for(exact);
        let best = codes.cost();
        let before: u32 = sample.litlen[..256].iter().sum();
        assert!(sample.complete());
        let after: u32 = sample.litlen[..256].iter().sum();
        assert!(before < after / 2, "{before} of {after} literals were counted");
        codes.make_for(sample);
        codes.counts = all;
        codes.cost() * 10_000 / best
    }

    #[test]
    fn codes_of_a_sample_cost_little_more_than_those_of_all() {
        let mut state = 5u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u32
        };
        let mut floats = |count, zeros: u32| -> Vec<u8> {
            let mut cell = |_| {
                let sum: i64 = (0..6).map(|_| i64::from(random() % 2000) - 1000).sum();
                if random() % 100 < zeros { 0.0 } else { sum as f32 / 1e5 }
            };
            (0..count).map(&mut cell).flat_map(f32::to_le_bytes).collect()
        };
        let kind = Cells { width: 4, is_text: false };
        let sparse = floats(32 << 10, 50);
        assert!(cost_of_sample(ZEROS, kind, &sparse) <= 10_025);
        // Matches at the beginning, and literals behind them: what has few matches counts as much.
        let front = [floats(8 << 10, 60), floats(48 << 10, 0)].concat();
        assert!(cost_of_sample(ZEROS, kind, &front) <= 10_025);
        // Some columns are unlike the others, at the same places of each part.
        let unlike: Vec<u8> = (1..=64u32).flat_map(|n| (n as f32 / 8.0).to_le_bytes()).collect();
        let rows: Vec<u8> = (0..24).flat_map(|_| [&unlike[..], &floats(4032, 50)].concat()).collect();
        assert!(cost_of_sample(ZEROS, kind, &rows) <= 10_025);
        // Cells have a period that a sample at regular places would see a part of.
        let striped: Vec<u8> =
            (0..40).flat_map(|n| if n % 2 == 0 { floats(1 << 10, 70) } else { floats(1 << 10, 5) }).collect();
        assert!(cost_of_sample(ZEROS, kind, &striped) <= 10_025);
    }

    impl Counts {
        pub(crate) fn is(&self, other: &Self) -> bool {
            (self.litlen, self.distances) == (other.litlen, other.distances)
        }
    }

    #[test]
    fn bits_are_those_of_the_entropy() {
        let mut counts = Counts::new();
        assert!(counts.bits() < 100, "nothing is there");
        for (symbol, scale) in [(0, 1), (97, 30), (200, 1000), (255, 500_000), (285, 7)] {
            counts.litlen[symbol] = scale;
            counts.distances[symbol / 10] = 3 * scale;
            let exact = |counts: &[u32]| {
                let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
                let bits = |count: &u32| f64::from(*count) * (all / f64::from(*count)).log2();
                counts.iter().filter(|count| **count > 0).map(bits).sum::<f64>()
            };
            let exact = exact(&counts.litlen) + exact(&counts.distances);
            let found = counts.bits() as f64;
            assert!((exact..exact * 1.003 + 110.0).contains(&found), "{found} for {exact}");
        }
    }

    #[test]
    fn a_sample_of_few_kinds_of_bytes_tells_too_little() {
        let bytes: Vec<u8> = (0..100_000u32).map(|at| (at / 7 % 3) as u8).collect();
        let sequences = vec![Seq { literals: 5, len: 3, distance: 1 }; 12_000];
        assert!(!Counts::of_sample(&bytes, &sequences).complete());
        assert!(Counts::of(&bytes, &sequences).complete());
    }
}
