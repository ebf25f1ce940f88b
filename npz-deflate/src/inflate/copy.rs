//! Copies a match: bytes that the output has already, from so far back, possibly overlapping what they make.

/// Room that a fast copy needs behind the place it writes to.
pub(super) const SLACK: usize = 258 + 48;

/// Copies in steps of 16 bytes, so writes up to 48 bytes more than the match has: what comes later overwrites them.
///
/// `distance` must be at most `to`, and `SLACK` bytes stand behind `to`; else nothing is copied.
#[expect(clippy::inline_always, reason = "a call would put what its caller has in registers into memory")]
#[inline(always)]
pub(super) fn fast(output: &mut [u8], to: usize, distance: usize, length: usize) {
    // One test for all of the window: its length tells the compiler that the steps stay within.
    let Some(window) = output.get_mut(to - distance..to + SLACK) else { return };
    if distance < 8 || window.len() < SLACK + 8 {
        return near(window, distance, length);
    }
    let to = window.len() - SLACK;
    // Most matches are shorter than this, and a branch that is guessed wrongly costs more than a copy.
    let mut done = 0;
    if distance < 16 || window.len() < SLACK + 16 {
        step::<8>(window, 0, to);
        while done + 8 < length {
            done += 8;
            step::<8>(window, done, to + done);
        }
    } else {
        step::<16>(window, 0, to);
        step::<16>(window, 16, to + 16);
        step::<16>(window, 32, to + 32);
        done = 32;
        while done + 16 < length {
            done += 16;
            step::<16>(window, done, to + done);
        }
    }
}

/// A distance below 8: the bytes repeat, so what is written is known at once and no step waits for the one before.
#[cold]
#[inline(never)]
fn near(window: &mut [u8], distance: usize, length: usize) {
    if distance == 1 {
        let byte = window[0];
        return window[1..=length].fill(byte);
    }
    let Some(&first) = window.first_chunk() else { return };
    let mut pattern = u128::from(u64::from_le_bytes(first) & ((1 << (8 * distance)) - 1));
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

/// The same for cells of two bytes.
#[inline]
pub(super) fn wide(output: &mut [u16], to: usize, distance: usize, length: usize) {
    let Some(window) = output.get_mut(to - distance..to + SLACK) else { return };
    let to = distance;
    if distance >= 16 && window.len() >= SLACK + 16 {
        let mut done = 0;
        while done < length {
            window.copy_within(done..done + 16, to + done);
            done += 16;
        }
    } else {
        // The bytes repeat: twice as many are known after each copy.
        let (mut known, mut left) = (distance, length);
        while left > 0 {
            let count = known.min(left);
            window.copy_within(..count, known);
            (known, left) = (known + count, left - count);
        }
    }
}

#[inline]
fn step<const N: usize>(output: &mut [u8], from: usize, to: usize) {
    output.copy_within(from..from + N, to);
}

/// Copies byte by byte and nothing more.
pub(super) fn exact<C: Copy>(output: &mut [C], to: usize, distance: usize, length: usize) {
    for at in to..to + length {
        output[at] = output[at - distance];
    }
}
