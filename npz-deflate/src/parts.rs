//! Which bytes share a code: those of one kind, as far as a head of its own would cost more than it saves.

use super::literals::LEAST_PART;
use super::sequences::{Counts, Seq};

/// A code of its own takes time to write and to read: it has to save so many bits.
const LEAST_SAVED: i64 = 100;

/// Bytes that share a code, and what was found in them.
pub(super) struct Part {
    pub(super) len: usize,
    /// How many sequences there are.
    pub(super) count: usize,
    pub(super) counts: Box<Counts>,
    /// The literals behind the last sequence.
    open_run: u32,
}

/// Cuts bytes where they change their kind, having counted so many of them together. Literals before a cut are taken from the sequence
/// that they belong to.
pub(super) fn cut(bytes: &[u8], sequences: &mut [Seq], unit: usize, is_sampled: bool) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut at, mut next) = (0, 0);
    while at < bytes.len() {
        let (len, count, open_run) = cut_off(&mut sequences[next..], bytes.len() - at, unit);
        let (own, found) = (&bytes[at..at + len], &sequences[next..next + count]);
        let counts = match found {
            _ if is_sampled => Counts::of_sample(own, found),
            [] => Counts::of_literals(own),
            _ => Counts::of(own, found),
        };
        match parts.last_mut() {
            Some(last) if len < LEAST_PART || last.counts.is_alike(&counts) => {
                last.join(len, count, &counts, open_run, &mut sequences[next..]);
            }
            _ => parts.push(Part { len, count, counts: Box::new(counts), open_run }),
        }
        (at, next) = (at + len, next + count);
    }
    if !is_sampled {
        join_neighbours(&mut parts, sequences);
    }
    parts
}

/// Joins neighbours, those first that save most by sharing a code.
fn join_neighbours(parts: &mut Vec<Part>, sequences: &mut [Seq]) {
    let together = |pair: &[Part]| {
        let mut counts = Counts::new();
        for part in pair {
            counts.add(&part.counts);
        }
        counts.bits()
    };
    if parts.len() < 2 {
        return;
    }
    let mut alone: Vec<i64> = parts.iter().map(|part| part.counts.bits()).collect();
    let mut joined: Vec<i64> = parts.windows(2).map(together).collect();
    while let Some((first, lost)) = (0..joined.len())
        .map(|first| (first, joined[first] - alone[first] - alone[first + 1]))
        .min_by_key(|(_, lost)| *lost)
        && lost < LEAST_SAVED
    {
        let Part { len, count, counts, open_run } = parts.remove(first + 1);
        let next: usize = parts[..=first].iter().map(|part| part.count).sum();
        parts[first].join(len, count, &counts, open_run, &mut sequences[next..]);
        alone[first] = joined.remove(first);
        alone.remove(first + 1);
        for changed in first.saturating_sub(1)..joined.len().min(first + 1) {
            joined[changed] = together(&parts[changed..changed + 2]);
        }
    }
}

impl Part {
    /// Adds what is behind this part; `sequences` begin with those that were found there.
    fn join(&mut self, len: usize, count: usize, counts: &Counts, open_run: u32, sequences: &mut [Seq]) {
        if let Some(seq) = sequences[..count].first_mut() {
            seq.literals += std::mem::take(&mut self.open_run);
        }
        self.open_run += open_run;
        self.counts.add(counts);
        (self.len, self.count) = (self.len + len, self.count + count);
    }
}

/// Cuts off the first of some bytes; literals that belong to them are taken from the sequence behind. Gives their number, that of
/// the sequences, and the literals behind the last of these.
fn cut_off(sequences: &mut [Seq], most: usize, unit: usize) -> (usize, usize, u32) {
    let mut len = 0;
    for (count, seq) in sequences.iter_mut().enumerate() {
        let room = (unit - len) as u32;
        if seq.literals >= room {
            seq.literals -= room;
            return (unit, count, room);
        }
        len += seq.literals as usize + usize::from(seq.len);
        if len >= unit {
            return (len, count + 1, 0);
        }
    }
    let rest = most.min(unit) - len;
    (len + rest, sequences.len(), rest as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::tests::random;
    use crate::search::{ALL, NEAR};

    /// Sequences of matches and literals that cover some bytes; now and then one has many literals.
    fn sequences(mut next: impl FnMut() -> u32, len: usize) -> Vec<Seq> {
        let (mut found, mut covered) = (Vec::new(), 0);
        loop {
            let literals = if next().is_multiple_of(50) { next() % 40_000 } else { next() % 20 };
            let seq = Seq { literals, len: 3 + (next() % 256) as u16, distance: 1 + (next() % 9) as u16 };
            covered += seq.literals as usize + usize::from(seq.len);
            if covered > len {
                return found;
            }
            found.push(seq);
        }
    }

    #[test]
    fn parts_hold_all_bytes_and_sequences_in_order() {
        for (seed, len) in [0, 1, 3, 4095, 4096, 4097, 20_000, 65_536, 300_001].into_iter().enumerate() {
            let mut next = random(seed as u64);
            let bytes: Vec<u8> =
                (0..len).map(|at| (next() % (1 + at as u32 / 9_000 % 5 * 60)) as u8).collect();
            let before = sequences(next, len);
            for (unit, is_sampled) in
                [(4 << 10, false), (8 << 10, false), (16 << 10, false), (16 << 10, true)]
            {
                let mut found = before.clone();
                let parts = cut(&bytes, &mut found, unit, is_sampled);
                assert_eq!(parts.iter().map(|part| part.len).sum::<usize>(), len);
                assert_eq!(parts.iter().map(|part| part.count).sum::<usize>(), before.len());
                // Literals in front of each match, by the places where it begins: cuts move none.
                let (mut start, mut rest, mut places) = (0, &found[..], Vec::new());
                for part in &parts {
                    let (own, others) = rest.split_at(part.count);
                    let mut at = start;
                    for seq in own {
                        at += seq.literals as usize;
                        places.push((at, seq.len, seq.distance));
                        at += usize::from(seq.len);
                    }
                    assert!(at <= start + part.len, "a match crosses a cut");
                    let bytes = &bytes[start..start + part.len];
                    assert!(is_sampled || part.counts.is(&Counts::of(bytes, own)), "{unit}");
                    (start, rest) = (start + part.len, others);
                }
                let mut at = 0;
                let expected: Vec<_> = before
                    .iter()
                    .map(|seq| {
                        let place = at + seq.literals as usize;
                        at = place + usize::from(seq.len);
                        (place, seq.len, seq.distance)
                    })
                    .collect();
                assert!(places == expected, "{unit}");
            }
        }
    }

    #[test]
    fn bytes_are_cut_where_they_change_their_kind_and_nowhere_else() {
        let mut next = random(3);
        let mut noise = |len: usize, from: u8, range: u32| {
            (0..len).map(|_| from + (next() % range) as u8).collect::<Vec<u8>>()
        };
        let unit = NEAR.unit_len();
        let lens =
            |bytes: &[u8]| cut(bytes, &mut [], unit, false).iter().map(|part| part.len).collect::<Vec<_>>();
        for range in [2, 20, 256] {
            assert_eq!(lens(&noise(200_003, 0, range)), [200_003], "{range}");
        }
        let regions = [noise(5 * unit, 0, 16), noise(unit, 0, 256), noise(9 * unit + 5, 100, 30)];
        assert_eq!(lens(&regions.concat()), [5 * unit, unit, 9 * unit + 5]);
        // Each unit differs from the next by more than chance, but by less than a code takes.
        let drifting: Vec<u8> = (0..32).flat_map(|step| noise(unit, 3 * step, 80)).collect();
        let parts = cut(&drifting, &mut [], unit, false);
        assert!((4..21).contains(&parts.len()), "{} parts", parts.len());
        for pair in parts.windows(2) {
            let mut together = Counts::new();
            together.add(&pair[0].counts);
            together.add(&pair[1].counts);
            assert!(together.bits() > pair[0].counts.bits() + pair[1].counts.bits());
        }
        assert!(ALL.iter().all(|method| method.part_len() % method.unit_len() == 0));
    }
}
