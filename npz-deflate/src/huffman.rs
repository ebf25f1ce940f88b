//! Huffman codes of bounded length: how often symbols occur in, their codes out.

/// The most symbols that an alphabet of deflate has.
pub(super) const MOST_SYMBOLS: usize = 288;

/// So small a part of the size may a cut cost. It would be .0026 of bytes in a bell curve.
const MOST_LOST_TO_CUT: u64 = 1000;

/// Finds the lengths of the codes, at most `limit` bits; 0 for what does not occur.
///
/// Huffman's algorithm in place (Moffat and Katajainen 1995) on the sorted counts; lengths over the limit are cut, and what that breaks of
/// Kraft's sum is repaired at the rarest symbols that have room. Where that costs much, as with bytes in a bell curve, the best code is made
/// instead: it takes some thirty microseconds, up to 7 % of the time to encode numbers that repeat.
pub(super) fn lengths(counts: &[u32], limit: u8, lengths: &mut [u8]) {
    lengths.fill(0);
    // Sorted as one number: count above symbol.
    let mut sorted = [0u64; MOST_SYMBOLS];
    let mut used = 0;
    for (symbol, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        sorted[used] = u64::from(count) << 16 | symbol as u64;
        used += 1;
    }
    let sorted = &mut sorted[..used];
    sorted.sort_unstable();
    if used <= 2 {
        // One code alone would be incomplete: some decoders refuse it.
        for entry in &*sorted {
            lengths[(entry & 0xFFFF) as usize] = 1;
        }
        return;
    }
    let mut symbols = [0u16; MOST_SYMBOLS];
    let mut work = [0u32; MOST_SYMBOLS];
    for (i, entry) in sorted.iter().enumerate() {
        (symbols[i], work[i]) = (*entry as u16, (entry >> 16) as u32);
    }
    let depths = &mut work[..used];
    minimum_redundancy(depths);
    let smallest = cost(sorted, depths);
    limit_depths(depths, u32::from(limit));
    if cost(sorted, depths) > smallest + smallest / MOST_LOST_TO_CUT {
        package_merge(sorted, usize::from(limit), depths);
    }
    for (&symbol, &depth) in symbols.iter().zip(&*depths) {
        lengths[symbol as usize] = depth as u8;
    }
}

/// Turns ascending counts into the depths of their leaves, which descend.
fn minimum_redundancy(a: &mut [u32]) {
    let n = a.len();
    // Left to right: counts of inner nodes, then the number of each one's parent.
    a[0] += a[1];
    let (mut root, mut leaf) = (0, 2);
    for next in 1..n - 1 {
        for part in 0..2 {
            let take = if leaf >= n || (root < next && a[root] < a[leaf]) {
                let count = a[root];
                a[root] = next as u32;
                root += 1;
                count
            } else {
                leaf += 1;
                a[leaf - 1]
            };
            a[next] = if part == 0 { take } else { a[next] + take };
        }
    }
    // Right to left: the depths of inner nodes.
    a[n - 2] = 0;
    for next in (0..n - 2).rev() {
        a[next] = a[a[next] as usize] + 1;
    }
    // Right to left: of each depth, what is no inner node is a leaf.
    let (mut available, mut depth) = (1u32, 0);
    let (mut root, mut next) = (n as isize - 2, n as isize - 1);
    while available > 0 {
        let mut inner = 0;
        while root >= 0 && a[root as usize] == depth {
            inner += 1;
            root -= 1;
        }
        while available > inner {
            a[next as usize] = depth;
            next -= 1;
            available -= 1;
        }
        available = 2 * inner;
        depth += 1;
    }
}

/// The bits of all symbols that have these depths; their counts are above 16 bits.
fn cost(sorted: &[u64], depths: &[u32]) -> u64 {
    sorted.iter().zip(depths).map(|(entry, depth)| (entry >> 16) * u64::from(*depth)).sum()
}

/// Cuts depths, which descend, to a limit, so that they are those of a complete code.
fn limit_depths(depths: &mut [u32], limit: u32) {
    if depths[0] <= limit {
        return;
    }
    let one = 1u64 << limit;
    let mut sum = 0;
    for depth in &mut *depths {
        *depth = (*depth).min(limit);
        sum += one >> *depth;
    }
    // Too much is claimed: the rarest symbols that have room become longer.
    while sum > one {
        for depth in depths.iter_mut().filter(|depth| **depth < limit) {
            sum -= one >> (*depth + 1);
            *depth += 1;
            if sum <= one {
                break;
            }
        }
    }
    // What is left over goes to the most frequent symbols that it suffices for.
    for depth in depths.iter_mut().rev() {
        while sum + (one >> *depth) <= one {
            sum += one >> *depth;
            *depth -= 1;
        }
    }
}

/// Turns ascending counts, each above 16 bits, into the depths of their leaves in the best tree that is no deeper than a limit.
///
/// For each depth, from the deepest on, the leaves are merged with pairs of what the depth below it has. Of the last list the first items
/// are taken, as many as a tree has nodes below its root; of the one before it what is in their pairs, and so on. The depth of a leaf
/// is how often it was taken.
fn package_merge(sorted: &[u64], limit: usize, depths: &mut [u32]) {
    const MOST_ITEMS: usize = 2 * MOST_SYMBOLS;
    let n = sorted.len();
    let mut is_leaf = [[false; MOST_ITEMS]; 15];
    let (mut below, mut items) = ([0u64; MOST_ITEMS], [0u64; MOST_ITEMS]);
    let mut pairs = 0;
    for is_leaf in &mut is_leaf[..limit] {
        let (mut leaf, mut pair) = (0, 0);
        for (item, is_leaf) in items.iter_mut().zip(is_leaf).take(n + pairs) {
            let count = sorted.get(leaf).map_or(u64::MAX, |entry| entry >> 16);
            let both = if pair < pairs { below[2 * pair] + below[2 * pair + 1] } else { u64::MAX };
            *is_leaf = count <= both;
            *item = count.min(both);
            leaf += usize::from(*is_leaf);
            pair += usize::from(!*is_leaf);
        }
        pairs = n.midpoint(pairs);
        std::mem::swap(&mut below, &mut items);
    }
    depths.fill(0);
    let mut taken = 2 * n - 2;
    for is_leaf in is_leaf[..limit].iter().rev() {
        let leaves = is_leaf[..taken].iter().filter(|is_leaf| **is_leaf).count();
        depths[..leaves].iter_mut().for_each(|depth| *depth += 1);
        taken = 2 * (taken - leaves);
    }
}

/// Gives each symbol its code, its first bit the least significant, as deflate wants it: RFC 1951, 3.2.2.
pub(super) fn codes(lengths: &[u8], codes: &mut [u16]) {
    let mut of_length = [0u16; 16];
    for &length in lengths.iter().filter(|length| **length > 0) {
        of_length[usize::from(length)] += 1;
    }
    let (mut code, mut next) = (0u16, [0u16; 16]);
    for length in 1..16 {
        code = (code + of_length[length - 1]) << 1;
        next[length] = code;
    }
    for (code, &length) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length > 0) {
        let slot = &mut next[usize::from(length)];
        *code = slot.reverse_bits() >> (16 - length);
        *slot = slot.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cost of the best code within a limit: of all numbers of codes of each length that make a complete code, the plain way.
    fn best_cost(counts: &[u32], limit: u32) -> u64 {
        let mut counts: Vec<u64> = counts.iter().filter(|c| **c > 0).map(|c| u64::from(*c)).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let mut before = vec![0];
        for count in &counts {
            before.push(before.last().unwrap() + count);
        }
        // By the symbols that have their code and the codes of this depth that are free: the cost of what is deeper.
        let n = counts.len();
        let mut costs = vec![vec![u64::MAX; n + 1]; n + 1];
        costs[n].fill(0);
        for _ in 0..=limit {
            let deeper = costs.clone();
            for (coded, costs) in costs.iter_mut().enumerate().take(n) {
                for (free, cost) in costs.iter_mut().enumerate() {
                    // All symbols that have no code yet become one bit longer.
                    let ends = (0..=free.min(n - coded)).map(|ending| {
                        let rest = deeper[coded + ending][(2 * (free - ending)).min(n)];
                        rest.saturating_add(before[n] - before[coded + ending])
                    });
                    *cost = ends.min().unwrap();
                }
            }
        }
        // The root is free, and has no bit.
        costs[0][1]
    }

    fn samples() -> Vec<Vec<u32>> {
        let mut state = 7u64;
        let mut random = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as u32
        };
        let mut samples = vec![vec![1; 256], vec![5, 0, 0, 9], vec![0, 3], vec![0; 30], vec![1, 1, 1]];
        // Fibonacci's numbers make the deepest tree.
        let mut fibonacci = vec![1, 1];
        (0..36).for_each(|i| fibonacci.push(fibonacci[i] + fibonacci[i + 1]));
        samples.push(fibonacci);
        for size in [3, 30, 90, 257, 286] {
            for shift in [31, 24, 16, 2] {
                samples.push((0..size).map(|_| random() >> (random() % shift)).map(|c| c >> 8).collect());
            }
        }
        samples
    }

    #[test]
    fn codes_are_complete_within_the_limit_and_as_short_as_can_be() {
        for counts in samples() {
            for limit in [9, 11, 12, 15] {
                let mut found = vec![0; counts.len()];
                lengths(&counts, limit, &mut found);
                let used = counts.iter().filter(|count| **count > 0).count();
                assert!(found.iter().all(|length| *length <= limit));
                assert!(counts.iter().zip(&found).all(|(count, length)| (*count > 0) == (*length > 0)));
                let kraft: u64 = found.iter().filter(|l| **l > 0).map(|l| (1u64 << 15) >> l).sum();
                assert!(used < 2 || kraft == 1 << 15, "{counts:?} {found:?}");
                let cost = |lengths: &[u8]| -> u64 {
                    counts.iter().zip(lengths).map(|(c, l)| u64::from(*c) * u64::from(*l)).sum()
                };
                if (2..=100).contains(&used) {
                    let (best, cost) = (best_cost(&counts, limit.into()), cost(&found));
                    assert!(cost <= best + best / MOST_LOST_TO_CUT, "{limit} bits: {cost} for {best}");
                }
            }
        }
    }

    #[test]
    fn the_best_code_is_made_where_a_cut_costs_much() {
        for counts in samples() {
            let mut sorted: Vec<u64> =
                counts.iter().filter(|c| **c > 0).map(|c| u64::from(*c) << 16).collect();
            sorted.sort_unstable();
            for limit in [7, 9, 11, 12, 15] {
                if (3..=100.min(1 << limit)).contains(&sorted.len()) {
                    let mut depths = vec![0; sorted.len()];
                    package_merge(&sorted, limit, &mut depths);
                    assert_eq!(
                        cost(&sorted, &depths),
                        best_cost(&counts, limit as u32),
                        "{limit} bits: {counts:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_code_begins_another() {
        for counts in samples() {
            let (mut found, mut bits) = (vec![0; counts.len()], vec![0; counts.len()]);
            lengths(&counts, 12, &mut found);
            codes(&found, &mut bits);
            let used: Vec<_> = found.iter().zip(&bits).filter(|(length, _)| **length > 0).collect();
            for (i, (length, code)) in used.iter().enumerate() {
                for (longer, other) in used[i + 1..].iter().chain(&used[..i]).filter(|(l, _)| l >= length) {
                    assert!(*other & ((1 << **length) - 1) != **code, "{length} {code:b} {longer} {other:b}");
                }
            }
        }
    }
}
