//! The head of a block with its own codes: RFC 1951, 3.2.7.

use super::bits::BitWriter;
use super::huffman;

/// Literals, the end of the block, and lengths of matches.
pub(super) const LITLEN: usize = 286;
pub(super) const DISTANCES: usize = 30;
/// The symbol that ends a block.
pub(super) const END: usize = 256;

/// The symbols that the fixed codes have: two of them never occur.
pub(super) const FIXED: usize = 288;

/// How long the codes are that need no head: RFC 1951, 3.2.6.
pub(super) fn fixed_lengths() -> [u8; FIXED] {
    let mut lengths = [8; FIXED];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    lengths
}

/// In this order the lengths of the code for lengths are written.
pub(super) const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Codes for lengths have at most so many bits.
const LIMIT: u8 = 7;

/// Lengths of codes, put together where they repeat: a symbol, and the value of its extra bits.
struct Runs {
    symbols: [(u8, u8); LITLEN + DISTANCES],
    len: usize,
}

impl Runs {
    fn push(&mut self, symbol: u8, extra: u8) {
        self.symbols[self.len] = (symbol, extra);
        self.len += 1;
    }

    fn of(lengths: &[u8]) -> Self {
        let mut runs = Self { symbols: [(0, 0); LITLEN + DISTANCES], len: 0 };
        for run in lengths.chunk_by(|a, b| a == b) {
            let (value, mut left) = (run[0], run.len());
            if value != 0 {
                runs.push(value, 0);
                left -= 1;
            }
            while left >= 3 {
                let (symbol, least, most) = match (value, left) {
                    (0, 11..) => (18, 11, 138),
                    (0, _) => (17, 3, 10),
                    _ => (16, 3, 6),
                };
                let taken = left.min(most);
                runs.push(symbol, (taken - least) as u8);
                left -= taken;
            }
            (0..left).for_each(|_| runs.push(value, 0));
        }
        runs
    }
}

/// Writes the head of a block that is not the last one: the lengths of its codes.
pub(super) fn write(out: &mut BitWriter, litlen: &[u8; LITLEN], distances: &[u8; DISTANCES]) {
    let used = |lengths: &[u8], least: usize| {
        lengths.iter().rposition(|length| *length > 0).map_or(least, |last| (last + 1).max(least))
    };
    let (litlen_count, distance_count) = (used(litlen, END + 1), used(distances, 1));
    let mut all = [0u8; LITLEN + DISTANCES];
    all[..litlen_count].copy_from_slice(&litlen[..litlen_count]);
    all[litlen_count..litlen_count + distance_count].copy_from_slice(&distances[..distance_count]);
    let runs = Runs::of(&all[..litlen_count + distance_count]);
    let runs = &runs.symbols[..runs.len];

    let mut counts = [0u32; 19];
    for (symbol, _) in runs {
        counts[usize::from(*symbol)] += 1;
    }
    let (mut lengths, mut codes) = ([0u8; 19], [0u16; 19]);
    huffman::lengths(&counts, LIMIT, &mut lengths);
    huffman::codes(&lengths, &mut codes);
    let order_count =
        ORDER.iter().rposition(|symbol| lengths[*symbol] > 0).map_or(4, |last| (last + 1).max(4));

    out.begin_block(2);
    out.add((litlen_count - 257) as u64, 5);
    out.add((distance_count - 1) as u64, 5);
    out.add((order_count - 4) as u64, 4);
    out.flush();
    for symbol in &ORDER[..order_count] {
        out.add(u64::from(lengths[*symbol]), 3);
        out.flush();
    }
    for &(symbol, extra) in runs {
        let symbol = usize::from(symbol);
        out.add(u64::from(codes[symbol]), u32::from(lengths[symbol]));
        out.add(
            u64::from(extra),
            match symbol {
                16 => 2,
                17 => 3,
                18 => 7,
                _ => 0,
            },
        );
        out.flush();
    }
}
