//! `%g` of few digits, as most tables for people are printed: the digits by one multiplication of 64 by 64 bits, the text in two
//! registers. What that can't tell is left to `printf`, which is right without it.

use crate::digits::{ZEROS, eight, put};
use crate::powers::{Power, TENS};

/// The most digits that fit into the register with all that may stand around them.
const MOST: usize = 7;

/// Where the point stands among digits.
#[derive(Clone, Copy)]
struct Point {
    /// Which bytes of the digits stand before it; none of a fraction.
    before: u64,
    /// The point, and for a fraction what stands before the digits: `0.00`.
    text: u64,
    /// The digits before it.
    whole: usize,
    /// How far the others move, in bits.
    shift: u32,
}

/// The least power of ten that is printed as a fraction.
const LEAST: i32 = -4;

/// The same for each power of ten that the first digit may have, from `LEAST` on: whether a number is a fraction can't be
/// foreseen, and a branch for it would take an eighth of the time.
static POINTS: [Point; MOST + 4] = {
    let mut points = [Point { before: 0, text: 0, whole: 0, shift: 0 }; MOST + 4];
    let mut first = LEAST;
    while first < MOST as i32 {
        points[(first - LEAST) as usize] = if first < 0 {
            let shift = 8 * (1 + first.unsigned_abs());
            Point { before: 0, text: u64::from_le_bytes(*b"0.000000") & ((1 << shift) - 1), whole: 0, shift }
        } else {
            let whole = first as usize + 1;
            Point { before: (1 << (8 * whole)) - 1, text: (b'.' as u64) << (8 * whole), whole, shift: 8 }
        };
        first += 1;
    }
    points
};

/// The first digits of a float, eight of them, and the power of ten of the first; 0 for what is left to others.
#[inline]
pub(crate) fn digits(value: f64, precision: usize) -> (u64, i32) {
    let number = if (1..=MOST).contains(&precision) { rounded(value, precision) } else { None };
    number.map_or((0, 0), |(number, first)| (eight(number * TENS[8 - precision]), first))
}

/// Writes a float of such digits by `%.{precision}g`; false if that is left to others.
#[expect(clippy::inline_always, reason = "a call for each number would take a tenth of the time")]
#[inline(always)]
pub(crate) fn general(
    out: &mut Vec<u8>,
    is_negative: bool,
    (digits, first): (u64, i32),
    precision: usize,
    is_upper: bool,
) -> bool {
    if digits == 0 {
        return false;
    }
    // Zeros at the end are not printed.
    let count = 8 - digits.leading_zeros() as usize / 8;
    let has_exponent = first < LEAST || first >= precision as i32;
    let point = &POINTS[(if has_exponent { 0 } else { first } - LEAST) as usize];
    let digits = digits | ZEROS;
    let (before, behind) = (digits & point.before, digits & !point.before);
    let (low, high) = (before | point.text | behind << point.shift, behind >> (64 - point.shift));
    let len = if count > point.whole { count + point.shift as usize / 8 } else { point.whole };
    // All is written, and what is not wanted cut off: whether a number is negative can't be foreseen, nor its length.
    out.push(b'-');
    out.truncate(out.len() - usize::from(!is_negative));
    out.extend_from_slice(&(u128::from(high) << 64 | u128::from(low)).to_le_bytes());
    out.truncate(out.len() - 16 + len);
    if has_exponent {
        out.push(if is_upper { b'E' } else { b'e' });
        out.push(if first < 0 { b'-' } else { b'+' });
        put(out, u64::from(first.unsigned_abs()), 2);
    }
    true
}

/// The first digits of a float as a number, and the power of ten of the first of them; `None` if the rounding is too close to
/// tell, as half to even always is.
#[inline]
fn rounded(value: f64, digits: usize) -> Option<(u64, i32)> {
    let bits = value.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i32;
    if biased == 0 || biased == 0x7ff {
        return None;
    }
    let exponent = biased - 1023;
    let mantissa = bits << 11 | 1 << 63;
    // log10(2) in 20 bits: too small by one at most, which the power above tells. Were it too great, digits would be missing.
    let guess = ((i64::from(exponent) * 315_653) >> 20) as i32;
    let first = guess + i32::from(value.abs() >= Power::of_ten(guess + 1)?.float);
    let ten = Power::of_ten(digits as i32 - 1 - first)?;
    // The true product is less than 2 above this one, as neither `ten.low` nor the lower half counts.
    let product = ((u128::from(mantissa) * u128::from(ten.high)) >> 64) as u64;
    let shift = -(exponent + 65 + ten.exponent);
    if !(8..64).contains(&shift) {
        return None;
    }
    let (number, rest, half) = (product >> shift, product & ((1 << shift) - 1), 1 << (shift - 1));
    // By one comparison: on which side of the middle a number is can't be foreseen.
    if rest.wrapping_sub(half - 2) <= 2 || !(TENS[digits - 1]..TENS[digits]).contains(&number) {
        return None;
    }
    let number = number + u64::from(rest > half);
    // 9.99 of two digits is 10.
    if number == TENS[digits] { Some((TENS[digits - 1], first + 1)) } else { Some((number, first)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `%.{precision}g` from the digits of the standard library, which are correctly rounded.
    fn expected(value: f64, precision: usize) -> String {
        let text = format!("{value:.*e}", precision - 1);
        let (number, exponent) = text.split_once('e').unwrap();
        let first: i32 = exponent.parse().unwrap();
        let strip = |text: &str| {
            let zeros = if text.contains('.') { text.trim_end_matches('0') } else { text };
            zeros.trim_end_matches('.').to_owned()
        };
        if first < -4 || first >= precision as i32 {
            return format!("{}e{}{:02}", strip(number), if first < 0 { '-' } else { '+' }, first.abs());
        }
        strip(&format!("{value:.*}", (precision as i32 - 1 - first) as usize))
    }

    #[track_caller]
    fn check(value: f64, precision: usize) -> bool {
        let mut out = b"x".to_vec();
        let is_printed =
            general(&mut out, value.is_sign_negative(), digits(value, precision), precision, false);
        let text = String::from_utf8(out).unwrap();
        if is_printed {
            assert_eq!(text, format!("x{}", expected(value, precision)), "{value:e} {precision}");
        } else {
            assert_eq!(text, "x");
        }
        is_printed
    }

    #[test]
    fn texts_are_those_of_the_standard_library() {
        let mut state = 1u64;
        let mut certain = 0;
        for round in 0..400_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = match round % 5 {
                0 => f64::from_bits(state),
                1 => (state as i64 >> 40) as f64 / 1024.0,
                2 => ((state as i64 >> 40) as f64) * 0.5f64.powi((state & 63) as i32),
                3 => (state as i64 >> 44) as f64 / 1000.0,
                _ => (state as i64 >> (state & 63)) as f64,
            };
            certain += u32::from(check(value, 1 + (state >> 8) as usize % MOST));
        }
        assert!(certain > 340_000, "the fast way is taken: {certain}");
    }

    #[test]
    fn what_is_halfway_or_near_it() {
        for whole in (1..100_000u32).step_by(7) {
            let half = f64::from(whole) + 0.5;
            for precision in 1..=MOST {
                for value in [half, half.next_up(), half.next_down(), -half, half * 1e-3, half / 1024.0] {
                    check(value, precision);
                }
            }
        }
        // A tie is for others.
        assert!(!check(2.5, 1) && !check(1234567.5, 7) && check(2.5, 2));
    }

    #[test]
    fn all_powers_of_two_and_ten_and_their_neighbours() {
        let powers = (-1074..1024).map(|power| 2f64.powi(power));
        let tens = (-323..309).map(|power| format!("1e{power}").parse().unwrap());
        for value in powers.chain(tens).flat_map(|value| [value, value.next_up(), value.next_down()]) {
            for precision in 1..=MOST {
                check(value, precision);
                check(-value, precision);
            }
        }
        for value in [0.0, -0.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 9.9999995, 999999.5] {
            check(value, 6);
        }
    }
}
