//! Copies a match: bytes that the output has already, from so far back, possibly overlapping what they make.

/// Room that a fast copy needs behind the place it writes to.
pub(super) const SLACK: usize = 258 + 48;

/// Copies in steps of 16 bytes, so writes up to 48 bytes more than the match has: what comes later overwrites them.
///
/// `distance` must be at most `to`, and `SLACK` bytes stand behind `to`; else nothing is copied.
#[inline]
pub(super) fn fast(output: &mut [u8], to: usize, distance: usize, length: usize) {
    let from = to - distance;
    if distance >= 16 {
        // One test for all of the window: its length tells the compiler that the steps stay within.
        let Some(window) = output.get_mut(from..to + SLACK) else { return };
        if window.len() < SLACK + 16 {
            return;
        }
        let to = window.len() - SLACK;
        // Most matches are shorter than 48, and a branch that is guessed wrongly costs more than a copy.
        step::<16>(window, 0, to);
        step::<16>(window, 16, to + 16);
        step::<16>(window, 32, to + 32);
        let mut done = 48;
        while done < length {
            step::<16>(window, done, to + done);
            done += 16;
        }
    } else if distance == 1 {
        let byte = output[from];
        output[to..to + length].fill(byte);
    } else {
        near(output, to, distance, length);
    }
}

/// A distance below 16: the bytes repeat, so what is written is known at once and no step waits for the one before.
#[inline]
fn near(output: &mut [u8], to: usize, distance: usize, length: usize) {
    let Some(window) = output.get_mut(to - distance..to + SLACK) else { return };
    let Some(&first) = window.first_chunk() else { return };
    let mut pattern = u128::from_le_bytes(first) & ((1 << (8 * distance)) - 1);
    let mut known = distance;
    while known < 16 {
        pattern |= pattern << (8 * known);
        known *= 2;
    }
    let pattern = pattern.to_le_bytes();
    // As many whole repeats as 16 bytes hold.
    let advance = 16 - 16 % distance;
    let mut place = &mut window[distance..];
    let mut left = length;
    while let Some(now) = place.first_chunk_mut() {
        *now = pattern;
        if left <= advance {
            break;
        }
        left -= advance;
        place = &mut place[advance..];
    }
}

#[inline]
fn step<const N: usize>(output: &mut [u8], from: usize, to: usize) {
    output.copy_within(from..from + N, to);
}

/// Copies byte by byte and nothing more.
pub(super) fn exact(output: &mut [u8], to: usize, distance: usize, length: usize) {
    for at in to..to + length {
        output[at] = output[at - distance];
    }
}
