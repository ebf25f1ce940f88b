//! The digits of floats, correctly rounded: up to 18 of them by one multiplication, more by the standard library.

use std::sync::LazyLock;

/// The powers of ten that are asked for.
const LEAST: i32 = -330;
const MOST: i32 = 350;
/// The greatest power of five of 128 bits.
const EXACT: i32 = 55;
/// The digits that one multiplication gives.
const DIGITS: i32 = 18;

/// `mantissa * 2^exponent`, at most one unit of the mantissa below the power; its highest bit is set.
#[derive(Clone, Copy)]
struct Power {
    high: u64,
    low: u64,
    exponent: i32,
    /// The power itself, as near as a float is.
    float: f64,
}

/// All powers of ten from `LEAST` to `MOST`.
static POWERS: LazyLock<Vec<Power>> = LazyLock::new(|| {
    // 256 bits, high ones first: what is lost at their end does not reach the 128 that are kept.
    let one = ([1u64 << 63, 0, 0, 0], -255);
    let power = |(limbs, exponent): ([u64; 4], i32)| {
        // Twice, as one step may be too far for a float.
        let float = limbs[0] as f64
            * 2f64.powi(i32::midpoint(exponent, 192))
            * 2f64.powi(exponent + 192 - i32::midpoint(exponent, 192));
        Power { high: limbs[0], low: limbs[1], exponent: exponent + 128, float }
    };
    let mut below = Vec::new();
    let mut number = one;
    for _ in LEAST..0 {
        number = tenth(number);
        below.push(power(number));
    }
    below.reverse();
    number = one;
    below.push(power(number));
    for _ in 0..MOST {
        number = tenfold(number);
        below.push(power(number));
    }
    below
});

fn tenth((limbs, exponent): ([u64; 4], i32)) -> ([u64; 4], i32) {
    // Three more bits are kept, so that the highest is set again.
    let (mut rest, mut quotient) = (0u128, [0u64; 5]);
    for (at, limb) in limbs.iter().chain(&[0]).enumerate() {
        let part = rest << 64 | u128::from(*limb);
        quotient[at] = (part / 10) as u64;
        rest = part % 10;
    }
    let shift = quotient[0].leading_zeros();
    let shifted = std::array::from_fn(|at| quotient[at] << shift | quotient[at + 1] >> (64 - shift));
    (shifted, exponent - shift as i32)
}

fn tenfold((limbs, exponent): ([u64; 4], i32)) -> ([u64; 4], i32) {
    let (mut carry, mut product) = (0u128, [0u64; 5]);
    for at in (0..4).rev() {
        carry += u128::from(limbs[at]) * 10;
        product[at + 1] = carry as u64;
        carry >>= 64;
    }
    product[0] = carry as u64;
    let shift = product[0].leading_zeros();
    let shifted = std::array::from_fn(|at| product[at] << shift | product[at + 1] >> (64 - shift));
    (shifted, exponent + 64 - shift as i32)
}

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
    let ten = POWERS.get(usize::try_from(power - LEAST).ok()?)?;
    // 192 bits, of which the lowest 64 stand apart.
    let low = u128::from(mantissa) * u128::from(ten.low);
    let high = u128::from(mantissa) * u128::from(ten.high) + (low >> 64);
    let low = low as u64;
    let shift = -(exponent + ten.exponent);
    if !(66..192).contains(&shift) {
        return None;
    }
    let shift = shift - 64;
    let whole = u64::try_from(high >> shift).ok()?;
    let fraction = high & ((1 << shift) - 1);
    let half = 1u128 << (shift - 1);
    let is_exact = (0..=EXACT).contains(&power);
    // The power may be a little more than it is here; below the middle that could be too much.
    if !is_exact && fraction < half && half - fraction <= 1 {
        return None;
    }
    let is_up = match fraction.cmp(&half) {
        std::cmp::Ordering::Equal if is_exact && low == 0 => whole & 1 == 1,
        std::cmp::Ordering::Less => false,
        _ => true,
    };
    Some((whole, whole + u64::from(is_up)))
}

const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut at = 1;
    while at < 20 {
        tens[at] = tens[at - 1] * 10;
        at += 1;
    }
    tens
};

/// The first digits of a float as a number, and the power of ten of the first of them.
///
/// `None` if there are more than fit, or the rounding is too close to tell.
#[inline]
pub(crate) fn significant(value: f64, digits: i32) -> Option<(u64, i32)> {
    if !(1..=DIGITS + 1).contains(&digits) || value <= 0.0 || !value.is_finite() {
        return None;
    }
    let number = parts(value);
    let bits = 63 - number.0.leading_zeros() as i32 + number.1;
    // log10(2) in 20 bits: never too great by more than one.
    let mut first = ((i64::from(bits) * 315_653) >> 20) as i32;
    if value >= POWERS[(first + 1 - LEAST) as usize].float {
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
pub(crate) fn put(out: &mut Vec<u8>, mut number: u64, width: usize) {
    const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
        2021222324252627282930313233343536373839\
        4041424344454647484950515253545556575859\
        6061626364656667686970717273747576777879\
        8081828384858687888990919293949596979899";
    let mut buffer = [b'0'; 20];
    let mut at = 20;
    while number >= 100 {
        let pair = (number % 100) as usize * 2;
        number /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if number >= 10 {
        let pair = number as usize * 2;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        buffer[at] = b'0' + number as u8;
    }
    out.extend_from_slice(&buffer[at.min(20 - width.min(20))..]);
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
