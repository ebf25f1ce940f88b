//! The digits of floats, correctly rounded: up to 18 of them by one multiplication, more by the standard library.

use crate::powers::{EXACT, Power, TENS};

/// The digits that one multiplication gives.
const DIGITS: i32 = 18;
/// The most digits that are asked for.
pub(crate) const MOST: i32 = DIGITS + 1;

/// A positive float as `mantissa * 2^exponent`.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    }
}

/// `value * 10^power`: its whole part, and it rounded, half to even. `None` if that is not certain, or of more than 18 digits.
#[inline]
fn scaled((mantissa, exponent): (u64, i32), power: i32) -> Option<(u64, u64)> {
    let ten = Power::of_ten(power)?;
    let zeros = mantissa.leading_zeros();
    let mantissa = u128::from(mantissa << zeros);
    // 192 bits, of which the lowest 64 stand apart.
    let lowest = mantissa * u128::from(ten.low);
    let product = mantissa * u128::from(ten.high) + (lowest >> 64);
    let (high, low) = ((product >> 64) as u64, product as u64);
    let shift =
        u32::try_from(zeros as i32 - exponent - ten.exponent - 128).ok().filter(|shift| *shift < 64)?;
    let (whole, rest, is_more) = match shift {
        0 => (high, low, lowest as u64 > 0),
        _ => (high >> shift, high & ((1 << shift) - 1), low > 0 || lowest as u64 > 0),
    };
    let half = (1u64 << 63).rotate_left(shift);
    let is_exact = (0..=EXACT).contains(&power);
    // The power may be a little more than it is here; below the middle that could be too much.
    if !is_exact && rest == half - 1 && (shift == 0 || low >= u64::MAX - 1) {
        return None;
    }
    let is_middle = is_exact && rest == half && !is_more;
    let is_up = if is_middle { whole & 1 == 1 } else { rest >= half };
    Some((whole, whole.saturating_add(u64::from(is_up))))
}

/// The first digits of a float as a number, and the power of ten of the first of them.
///
/// `None` if there are more than fit, or the rounding is too close to tell.
#[inline]
pub(crate) fn significant(value: f64, digits: i32) -> Option<(u64, i32)> {
    if !(1..=MOST).contains(&digits) || value <= 0.0 || !value.is_finite() {
        return None;
    }
    let number = parts(value);
    let bits = 63 - number.0.leading_zeros() as i32 + number.1;
    // log10(2) in 20 bits: never too great by more than one.
    let mut first = ((i64::from(bits) * 315_653) >> 20) as i32;
    if Power::of_ten(first + 1).is_some_and(|ten| value >= ten.float) {
        first += 1;
    }
    let mut has_grown = false;
    loop {
        let (whole, rounded) = scaled(number, digits - 1 - first)?;
        if whole >= TENS[digits as usize] {
            first += 1;
            has_grown = true;
        } else if has_grown && whole < TENS[digits as usize - 1] {
            // A power of ten: one digit fewer is a hair too small, as the powers below 1 are.
            return Some((TENS[digits as usize - 1], first));
        } else if whole < TENS[digits as usize - 1] {
            first -= 1;
        } else if rounded == TENS[digits as usize] {
            return Some((TENS[digits as usize - 1], first + 1));
        } else {
            return Some((rounded, first));
        }
    }
}

/// A float times a power of ten, as a whole number; `None` if it has too many digits or is too close to tell.
#[inline]
pub(crate) fn fixed(value: f64, places: i32) -> Option<u64> {
    if !(0..=DIGITS).contains(&places) || !(1e-17..1e17).contains(&value) {
        return None;
    }
    scaled(parts(value), places)
        .map(|(_, rounded)| rounded)
        .filter(|rounded| *rounded < TENS[DIGITS as usize])
}

/// Writes a number with zeros before it, as wide as asked for.
#[inline]
pub(crate) fn put(out: &mut Vec<u8>, number: u64, width: usize) {
    if number < 100_000_000 && width <= 8 {
        // All eight digits are written, and moved over the zeros at their start.
        let digits = eight(number);
        let zeros = (digits.trailing_zeros() as usize / 8).min(8 - width.max(1));
        out.extend_from_slice(&((digits | ZEROS) >> (8 * zeros)).to_le_bytes());
        out.truncate(out.len() - zeros);
    } else {
        put(out, number / 100_000_000, width.saturating_sub(8));
        out.extend_from_slice(&(eight(number % 100_000_000) | ZEROS).to_le_bytes());
    }
}

/// Writes a number of so many digits, at most 19, at the start of bytes that are `0`.
#[inline]
pub(crate) fn first_bytes(number: u64, count: usize, bytes: &mut [u8; 48]) {
    let mut put = |at: usize, number: u64| {
        bytes[at..at + 8].copy_from_slice(&(eight(number) | ZEROS).to_le_bytes());
    };
    if count <= 8 {
        put(0, number * TENS[8 - count]);
        return;
    }
    let rest = TENS[count.saturating_sub(16)];
    let sixteen = number / rest * TENS[16usize.saturating_sub(count)];
    put(0, sixteen / 100_000_000);
    put(8, sixteen % 100_000_000);
    if count > 16 {
        put(16, number % rest * TENS[24 - count]);
    }
}

/// What makes digits of their numbers.
pub(crate) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A number below 10^8 as eight digits, the first of them in the lowest byte: it is halved to fours, to pairs, to ones.
#[inline]
pub(crate) fn eight(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let high = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = high | (fours - 100 * high) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by the standard library.
    fn expected(value: f64, digits: i32) -> (u64, i32) {
        let text = format!("{value:.*e}", digits as usize - 1);
        let (number, exponent) = text.split_once('e').unwrap();
        (number.replace('.', "").parse().unwrap(), exponent.parse().unwrap())
    }

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut state = 1u64;
        let mut certain = 0;
        for round in 0..200_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = match round % 4 {
                0 => f64::from_bits(state >> 1),
                1 => (state >> 11) as f64 / 1024.0,
                2 => ((state >> 40) as f64) * 0.5f64.powi((state & 63) as i32),
                _ => (state >> 44) as f64 / 1000.0,
            };
            let digits = 1 + ((state >> 8) as i32).rem_euclid(19);
            if value.is_finite() && value > 0.0 {
                if let Some(found) = significant(value, digits) {
                    certain += 1;
                    assert_eq!(found, expected(value, digits), "{value:e} {digits}");
                }
                let places = ((state >> 16) as i32).rem_euclid(10);
                if let Some(found) = fixed(value, places) {
                    assert_eq!(
                        found.to_string(),
                        format!("{value:.*}", places as usize)
                            .replace('.', "")
                            .trim_start_matches('0')
                            .parse::<u64>()
                            .unwrap_or(0)
                            .to_string(),
                        "{value:e} {places}"
                    );
                }
            }
        }
        assert!(certain > 190_000, "the fast way is taken: {certain}");
    }

    #[test]
    fn numbers_are_written_with_all_their_digits() {
        let numbers = (0..20).flat_map(|power| {
            let ten = 10u64.pow(power);
            [ten - 1, ten, ten + 1, ten / 7 * 3, ten.wrapping_mul(u64::MAX / 3)]
        });
        for number in numbers.chain([u64::MAX, 12_345_678, 10_000_000_000_000_000]) {
            for width in [0, 1, 2, 7, 8, 9, 16, 17, 19] {
                let mut out = b"x".to_vec();
                put(&mut out, number, width);
                assert_eq!(String::from_utf8(out).unwrap(), format!("x{number:0width$}"));
            }
            let count = number.to_string().len();
            if count <= 19 {
                let mut bytes = [b'0'; 48];
                first_bytes(number, count, &mut bytes);
                assert_eq!(std::str::from_utf8(&bytes).unwrap(), format!("{number:0<48}"));
            }
        }
    }

    #[test]
    fn all_powers_of_two_and_ten() {
        for exponent in -1074..1024 {
            let value = 2f64.powi(exponent);
            for digits in [1, 2, 6, 17, 19] {
                if let Some(found) = significant(value, digits) {
                    assert_eq!(found, expected(value, digits), "2^{exponent} {digits}");
                }
            }
        }
        for exponent in -323..309 {
            let value: f64 = format!("1e{exponent}").parse().unwrap();
            for digits in [1, 6, 17, 19] {
                if let Some(found) = significant(value, digits) {
                    assert_eq!(found, expected(value, digits), "1e{exponent} {digits}");
                }
            }
        }
    }
}
