//! Huffman codes of bounded length: how often symbols occur in, their codes out.

/// The most symbols that an alphabet of deflate has.
pub(super) const MOST_SYMBOLS: usize = 288;

/// Finds the lengths of the codes, at most `limit` bits; 0 for what does not occur.
///
/// Huffman's algorithm in place (Moffat and Katajainen 1995) on the sorted counts; lengths over the limit are cut, and what
/// that breaks of Kraft's sum is repaired at the rarest symbols that have room. For 256 symbols and 12 bits that costs less
/// than .0001 of the size against the best code (package-merge).
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
    limit_depths(depths, u32::from(limit));
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

    /// The cost of a complete code found by merging, the plain way.
    fn best_cost(counts: &[u32]) -> u64 {
        let mut nodes: Vec<u64> = counts.iter().filter(|c| **c > 0).map(|c| u64::from(*c)).collect();
        let mut cost = 0;
        while nodes.len() > 1 {
            nodes.sort_unstable_by(|a, b| b.cmp(a));
            let sum = nodes.pop().unwrap() + nodes.pop().unwrap();
            cost += sum;
            nodes.push(sum);
        }
        cost
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
        for size in [3, 30, 257, 286] {
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
                let unlimited = best_cost(&counts);
                if used > 1 && limit == 15 && found.iter().all(|length| *length < 15) {
                    assert_eq!(cost(&found), unlimited, "{counts:?}");
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
