//! Plain numbers at the start of a text, eight digits at a time. What is not plain, or can't be rounded with certainty, is left
//! to those who know more.

use crate::powers::{Power, TENS};

/// The most digits that fit into 64 bits, whatever they are.
const MOST: usize = 19;

/// Reads the digits from a position on; gives how many there are. `None` near the end of the text.
///
/// Beyond 19 digits the number is wrong, though not their count.
#[expect(clippy::inline_always, reason = "a call for each number would take a third of the speed")]
#[inline(always)]
fn digits(text: &[u8], at: usize, number: &mut u64) -> Option<usize> {
    let mut end = at;
    loop {
        let eight = u64::from_le_bytes(*text.get(end..)?.first_chunk()?) ^ 0x3030_3030_3030_3030;
        // The first byte that is above 9.
        let others = (eight.wrapping_add(0x0606_0606_0606_0606) | eight) & 0xf0f0_f0f0_f0f0_f0f0;
        let count = others.trailing_zeros() as usize / 8;
        // Zeros come before the digits, in place of what is behind them.
        let value = joined(eight.unbounded_shl(64 - 8 * count as u32));
        *number = number.wrapping_mul(TENS[count]).wrapping_add(value);
        end += count;
        // Only behind eight digits is there one more. To ask for eight would be a branch that is hard to foresee.
        if !text.get(end)?.is_ascii_digit() {
            return Some(end - at);
        }
    }
}

/// The number of eight digits, the first of them in the lowest byte: pairs are joined, then fours, then all.
#[inline]
fn joined(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let second = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

/// Reads a float with up to 19 digits; gives it and its length.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn float(text: &[u8]) -> Option<(f64, usize)> {
    let is_negative = *text.first()? == b'-';
    let mut at = usize::from(is_negative);
    let (mut mantissa, mut power) = (0, 0);
    let mut count = digits(text, at, &mut mantissa)?;
    at += count;
    if text.get(at) == Some(&b'.') {
        let places = digits(text, at + 1, &mut mantissa)?;
        count += places;
        at += 1 + places;
        power = -i32::try_from(places).ok()?;
    }
    if !(1..=MOST).contains(&count) {
        return None;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = *text.get(at + 1)?;
        at += 1 + usize::from(matches!(sign, b'-' | b'+'));
        let start = at;
        let mut exponent = 0;
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            if at - start == 3 {
                return None;
            }
            exponent = exponent * 10 + i32::from(digit);
            at += 1;
        }
        if at == start {
            return None;
        }
        power += if sign == b'-' { -exponent } else { exponent };
    }
    let value = scaled(mantissa, power)?;
    // As bits: whether a cell is negative can't be foreseen either.
    Some((f64::from_bits(value.to_bits() | u64::from(is_negative) << 63), at))
}

/// The powers of ten that floats hold exactly.
const FLOATS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// `mantissa * 10^power`, rounded, half to even. `None` if that is not certain, or no normal float.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn scaled(mantissa: u64, power: i32) -> Option<f64> {
    // Both are exact as floats, so that one operation rounds once.
    if mantissa < 1 << 53
        && let Some(ten) = FLOATS.get(power.unsigned_abs() as usize)
    {
        let mantissa = mantissa as i64 as f64;
        return Some(if power > 0 { mantissa * ten } else { mantissa / ten });
    }
    multiplied(mantissa, power)
}

/// The same by a multiplication of 64 by 128 bits.
fn multiplied(mantissa: u64, power: i32) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let ten = Power::of_ten(power)?;
    let zeros = mantissa.leading_zeros();
    let mantissa = u128::from(mantissa << zeros);
    // The highest 128 of 192 bits: too small by less than 2, as the power may be by 1.
    let product = mantissa * u128::from(ten.high) + ((mantissa * u128::from(ten.low)) >> 64);
    let (high, low) = ((product >> 64) as u64, product as u64);
    // The highest bit of a product is set, or the next.
    let shift = 10 + (high >> 63) as i32;
    let rest = high & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    if rest == half && low == 0 || rest == half - 1 && low >= u64::MAX - 1 {
        return None;
    }
    let exponent = shift + 128 + ten.exponent - zeros as i32 + 1075;
    if !(1..2046).contains(&exponent) {
        return None;
    }
    // The highest of the 53 bits is not stored: it adds one to the exponent, as does a number that grows by rounding.
    Some(f64::from_bits(((exponent as u64 - 1) << 52) + (high >> shift) + u64::from(rest >= half)))
}

/// Reads an integer of up to 18 digits; gives it and its length.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<(i64, usize)> {
    let is_negative = *text.first()? == b'-';
    let start = usize::from(is_negative);
    let mut number = 0;
    let count = digits(text, start, &mut number)?;
    if !(1..MOST).contains(&count) {
        return None;
    }
    let value = number as i64;
    Some((if is_negative { -value } else { value }, start + count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_those_of_the_standard_library() {
        let mut state = 1u64;
        let mut certain = 0;
        for round in 0..300_000u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = match round % 3 {
                0 => f64::from_bits(state),
                1 => (state as i64 >> 20) as f64 / 1024.0,
                _ => (state as i64 >> 44) as f64 / 1000.0,
            };
            if !value.is_finite() {
                continue;
            }
            let places = (state >> 16) as usize % 19;
            let number = match round % 5 {
                0 => format!("{value}"),
                1 => format!("{value:.places$e}"),
                2 => format!("{value:.18e}"),
                3 => format!("{}.{:05}", state % 1000, state >> 48),
                _ => format!("{}e{}", state >> (state & 63), (state >> 8) as i32 % 400),
            };
            if let Some((found, len)) = float(format!("{number},       ").as_bytes()) {
                certain += 1;
                assert_eq!(
                    (found.to_bits(), len),
                    (number.parse::<f64>().unwrap().to_bits(), number.len()),
                    "{number}"
                );
            }
        }
        assert!(certain > 200_000, "the fast way is taken: {certain}");
    }

    #[test]
    fn what_is_between_two_floats_is_left_to_others() {
        for number in [
            "9007199254740993",
            "9007199254740993e0",
            "4503599627370497.5",
            "1e23",
            "6.5e-323",
            "1e309",
            "1e-400",
        ] {
            if let Some((found, _)) = float(format!("{number},       ").as_bytes()) {
                assert_eq!(found, number.parse::<f64>().unwrap(), "{number}");
            }
        }
        assert_eq!(float(b"4503599627370497.5,       "), None);
    }

    #[test]
    fn what_is_not_plain_is_none() {
        for text in [
            ".,      ",
            "-,       ",
            "e5       ",
            "1e,       ",
            "1e+,      ",
            "12345678901234567890      ",
            "nan      ",
            "+1      ",
            "",
        ] {
            assert_eq!(float(text.as_bytes()), None, "{text}");
        }
        assert_eq!(float(b"-0.5e1_        "), Some((-5.0, 6)));
        assert_eq!(integer(b"-123456789012345678,     "), Some((-123_456_789_012_345_678, 19)));
        for text in ["1234567890123456789      ", "-      ", ",       ", "12"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }
}
