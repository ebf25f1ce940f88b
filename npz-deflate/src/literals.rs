//! Bytes as literals alone, which is all that floats of a trained model are worth.
//!
//! Speed comes from three things: counts are taken of a sample, codes have few bits, and a table holds the codes of all *pairs*
//! of bytes, so that three look-ups and one store write six bytes.

use super::bits::BitWriter;
use super::header::END;

/// Codes have at most so many bits where literals stand alone: the reader then decodes several blocks in turn.
pub(super) const LIMIT: u8 = 11;

/// How often each byte occurs.
pub(super) fn count(bytes: &[u8], counts: &mut [u32; 256]) {
    count_pieces::<4>(std::iter::once(bytes), counts);
}

fn count_pieces<'b, const TABLES: usize>(pieces: impl Iterator<Item = &'b [u8]>, counts: &mut [u32; 256]) {
    // Several tables: the same byte again would have to wait for the last time that it was counted.
    let mut tables = [[0u32; 256]; TABLES];
    for piece in pieces {
        let (groups, rest) = piece.as_chunks::<8>();
        for group in groups {
            for (i, byte) in group.iter().enumerate() {
                tables[i % TABLES][usize::from(*byte)] += 1;
            }
        }
        for byte in rest {
            tables[0][usize::from(*byte)] += 1;
        }
    }
    for (symbol, count) in counts.iter_mut().enumerate() {
        *count += tables.iter().map(|table| table[symbol]).sum::<u32>();
    }
}

/// A piece of the sample, and how far apart the pieces are on average.
const PIECE: usize = 32;
const STRIDE: usize = 256;

/// How often each byte occurs in an eighth of them. Codes made of it are within .0004 of the best for floats, and a quarter
/// is gained in time.
///
/// The pieces lie at irregular places: at powers of two they would see the same digits of cells that count.
pub(super) fn count_sample(bytes: &[u8], counts: &mut [u32; 256]) {
    let mut shift = 1u32;
    let pieces = bytes.chunks(STRIDE).map(|region| {
        shift = shift.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let start = (shift >> 16) as usize % (STRIDE - PIECE);
        region.get(start..start + PIECE).unwrap_or(region)
    });
    count_pieces::<2>(pieces, counts);
}

/// Where more bytes than that are not in a sample, all are counted.
const MOST_UNSEEN: usize = 8;

/// Whether a sample leaves too many bytes unseen: each needs a code, and many that do not occur would take a part of the codes away.
pub(super) fn have_too_many_unseen(counts: &[u32]) -> bool {
    counts.iter().filter(|count| **count == 0).count() > MOST_UNSEEN
}

/// Bytes that are looked at together, to see whether they are of the same kind as those before them.
pub(super) const PART: usize = 16 << 10;
/// What is shorter is not worth a code.
pub(super) const LEAST_PART: usize = 4 << 10;
/// Counts of an eighth of them, of one kind, differ by about 256 in the measure of `difference`, by chance. What is above that, times
/// eight, is about how many bits a code of its own saves: its head takes some 600.
const MOST_DIFFERENCE: u32 = 400;

/// Whether the sample of a part is so much like that of what is before it that one code serves both.
pub(super) fn is_alike(before: &[u32; 256], part: &[u32; 256]) -> bool {
    difference(before, part) < MOST_DIFFERENCE
}

/// How much a part differs from what is before it. By the statistic of Pearson; of each symbol a whole number, so that no order
/// of summing changes it.
pub(super) fn difference(before: &[u32], part: &[u32]) -> u32 {
    /// More of a symbol is told as that: it is far too different, and all sums fit.
    const ENOUGH: f32 = 1e6;
    let sum = |counts: &[u32]| counts.iter().sum::<u32>().max(1) as f32;
    // Signed: of these a processor converts several at once, by which f8 of weights are encoded 3 % faster.
    let float = |count: u32| count as i32 as f32;
    let times = sum(before) / sum(part);
    let difference = |(a, b): (&u32, &u32)| {
        let apart = float(*a) - times * float(*b);
        (apart * apart / (float((a + b).max(1)) * times)).min(ENOUGH) as i32
    };
    before.iter().zip(part).map(difference).sum::<i32>() as u32
}

/// So many pairs are written into one window, which is no shorter than their codes of at most 11 bits and a store: a power of two and
/// 8.
const GROUP: usize = 24;
const WINDOW: usize = 128 + 8;
/// Pairs after which numbers of 2, 4 and 8 bytes begin anew, and so do steps of two pairs and of three.
const CYCLE: usize = 12;
/// Of codes that have at most so many bits, three pairs go into one store, where it is two otherwise: a tenth to a quarter of
/// the time.
pub(super) const SHORT: u8 = 9;

/// The codes of bytes and of their pairs: the length in the lowest 8 bits, above it the code.
pub(super) struct Pairs {
    /// 256 KiB, which stay in the second cache.
    pairs: Box<[u32; 1 << 16]>,
    singles: [u32; 256],
}

impl Pairs {
    pub(super) fn new() -> Option<Self> {
        let pairs = bytemuck::allocation::try_zeroed_box().ok()?;
        Some(Self { pairs, singles: [0; 256] })
    }

    pub(super) fn fill(&mut self, codes: &[u16], lengths: &[u8]) {
        for (single, (code, length)) in self.singles.iter_mut().zip(codes.iter().zip(lengths)) {
            *single = u32::from(*code) << 8 | u32::from(*length);
        }
        // The first byte is the lower half of the index.
        for (row, second) in self.pairs.chunks_exact_mut(256).zip(&self.singles) {
            for (entry, first) in row.iter_mut().zip(&self.singles) {
                *entry =
                    (second & !0xFF) << (first & 0xFF) | (first & !0xFF) | ((first & 0xFF) + (second & 0xFF));
            }
        }
    }

    /// Writes bytes as literals. They begin with a number of this width.
    pub(super) fn write(
        &self,
        bytes: &[u8],
        width: usize,
        out: &mut BitWriter,
        codes: &[u16],
        lengths: &[u8],
    ) {
        let are_short = lengths[..256].iter().all(|length| *length <= SHORT);
        let done = match (are_short, width) {
            (true, 4) => self.write_groups::<3, 2>(bytes, out),
            (true, 8) => self.write_groups::<3, 4>(bytes, out),
            (true, _) => self.write_groups::<3, 1>(bytes, out),
            (false, _) => self.write_groups::<2, 1>(bytes, out),
        };
        write_singly(&bytes[done..], out, codes, lengths);
    }

    /// Writes as many whole groups as there is room for, and gives their bytes. A store takes `PAIRS`, a number has `CELL` of them.
    ///
    /// All pairs of a number but its last are of so many kinds that their entries are not in the first cache. They are looked up
    /// byte by byte, which takes a tenth less time.
    fn write_groups<const PAIRS: usize, const CELL: usize>(
        &self,
        bytes: &[u8],
        out: &mut BitWriter,
    ) -> usize {
        const {
            let most = if PAIRS == 3 { SHORT } else { LIMIT } as usize;
            assert!(
                7 + 2 * PAIRS * most <= 64,
                "a store holds what a flush leaves and the codes of some pairs"
            );
            assert!(
                (2 * GROUP * most).div_ceil(8) + 8 <= WINDOW,
                "a window holds the codes of a group and a store"
            );
            assert!(CYCLE.is_multiple_of(PAIRS) && CYCLE.is_multiple_of(CELL) && GROUP.is_multiple_of(CYCLE));
        }
        let (buffer, len_slot, held_slot, count_slot) = out.parts();
        let (mut len, mut held, mut count) = (*len_slot, *held_slot, *count_slot);
        let Self { pairs: table, singles } = self;
        let mut done = 0;
        for group in bytes.as_chunks::<2>().0.as_chunks::<GROUP>().0 {
            // One test for all stores of a group: their places in a window of known length need none, which gains a fifth.
            let Some(window) = buffer.get_mut(len..).and_then(<[u8]>::first_chunk_mut::<WINDOW>) else {
                break;
            };
            let mut at = 0;
            for cycle in group.as_chunks::<CYCLE>().0 {
                let (steps, _) = cycle.as_chunks::<PAIRS>();
                for (number, step) in steps.iter().enumerate() {
                    // Put together first: what waits for the last store is one shift and one sum. The sum is of the lengths;
                    // what stands above them is cut off where it matters.
                    let (mut together, mut sum) = (0, 0u32);
                    for (i, pair) in step.iter().enumerate() {
                        let (code, entry) = if (number * PAIRS + i) % CELL == CELL - 1 {
                            let entry = table[usize::from(u16::from_le_bytes(*pair))];
                            (entry >> 8, entry)
                        } else {
                            let (first, second) =
                                (singles[usize::from(pair[0])], singles[usize::from(pair[1])]);
                            (first >> 8 | (second >> 8) << (first & 31), first.wrapping_add(second))
                        };
                        together |= u64::from(code) << (sum & 63);
                        sum = sum.wrapping_add(entry);
                    }
                    held |= together << (count & 63);
                    count = count.wrapping_add(sum);
                    window[at & (WINDOW - 9)..][..8].copy_from_slice(&held.to_le_bytes());
                    at += (count >> 3 & 7) as usize;
                    held >>= count & 0x38;
                    count &= 7;
                }
            }
            len += at;
            done += 2 * GROUP;
        }
        (*len_slot, *held_slot, *count_slot) = (len, held, count);
        done
    }
}

/// Writes bytes as literals, one by one: for short runs, and the plain twin of what pairs write.
pub(super) fn write_singly(bytes: &[u8], out: &mut BitWriter, codes: &[u16], lengths: &[u8]) {
    for group in bytes.chunks(4) {
        for byte in group {
            let byte = usize::from(*byte);
            out.add(u64::from(codes[byte]), u32::from(lengths[byte]));
        }
        out.flush();
    }
}

/// Ends a block.
pub(super) fn write_end(out: &mut BitWriter, codes: &[u16], lengths: &[u8]) {
    out.add(u64::from(codes[END]), u32::from(lengths[END]));
    out.flush();
}
