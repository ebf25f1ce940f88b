//! The shortest decimal that stands for one number alone, as NumPy prints it.

use std::fmt;

use super::big::Big;
use super::{BIAS, INTEGER_BIT, LongDouble};

/// Twenty-one digits tell any two numbers apart.
const MOST_DIGITS: u32 = 21;

/// A number times a power of ten, cut off behind the point.
struct Scaled {
    whole: u128,
    /// Nothing was cut off.
    is_exact: bool,
}

/// `value * 2^exponent * 10^power`, which must be less than 2^128.
fn scale(value: u128, exponent: i32, fives: &Big, power: i32) -> Scaled {
    let (value, twos) = (Big::new(value), exponent + power);
    let (whole, is_exact) = match (power >= 0, twos >= 0) {
        (true, true) => value.times(fives).times_power_of_two(twos.unsigned_abs()).over_power_of_two(0),
        (true, false) => value.times(fives).over_power_of_two(twos.unsigned_abs()),
        (false, true) => value.times_power_of_two(twos.unsigned_abs()).over(fives),
        (false, false) => value.over(&fives.times_power_of_two(twos.unsigned_abs())),
    };
    Scaled { whole, is_exact }
}

/// The numbers that stand for no other long double, scaled so that each of 21 digits is a whole one.
struct Near {
    low: Scaled,
    own: Scaled,
    high: Scaled,
    /// Half way to a neighbour, the even one of both is meant.
    is_even: bool,
}

impl Near {
    fn contains(&self, number: u128) -> bool {
        let is_at = |end: &Scaled| end.is_exact && number == end.whole;
        let is_above = number > self.low.whole || self.is_even && is_at(&self.low);
        let is_below =
            number < self.high.whole || number == self.high.whole && (self.is_even || !self.high.is_exact);
        is_above && is_below
    }

    /// Cuts off what is less than a unit, downwards or upwards, if the result stands for the same number; of two that do, the
    /// nearer.
    fn cut(&self, unit: u128) -> Option<u128> {
        let rest = self.own.whole % unit;
        let down = self.own.whole - rest;
        let up = down + unit;
        match (self.contains(down), self.contains(up)) {
            (false, false) => None,
            (true, false) => Some(down),
            (false, true) => Some(up),
            (true, true) => {
                let is_half = rest == unit / 2 && self.own.is_exact;
                let is_up = if is_half { down / unit % 2 == 1 } else { rest >= unit / 2 };
                Some(if is_up { up } else { down })
            }
        }
    }
}

/// The digits of a finite number above zero, and the power of ten of the first of them.
///
/// The time grows with the exponent at most: big numbers are multiplied a few times, not for each digit.
fn shortest(value: LongDouble) -> (String, i32) {
    let significand = u128::from(value.significand);
    let exponent = i32::from(value.exponent().max(1)) - BIAS - 63;
    // Right or one too little: a power of two lies that much below the number.
    let twos = 63 - value.significand.leading_zeros() as i32 + exponent;
    let about = (i64::from(twos) * 30103).div_euclid(100_000) as i32;
    let power = MOST_DIGITS as i32 + 2 - about;
    let fives = Big::power_of_five(power.unsigned_abs());
    // All in quarters of a last digit. Below a power of two the neighbour is half as far.
    let is_power = value.significand == INTEGER_BIT && value.exponent() > 1;
    let quarters = |count| scale(count, exponent - 2, &fives, power);
    let near = Near {
        low: quarters(4 * significand - if is_power { 1 } else { 2 }),
        own: quarters(4 * significand),
        high: quarters(4 * significand + 2),
        is_even: value.significand.is_multiple_of(2),
    };
    let len = near.own.whole.checked_ilog10().unwrap_or_default() + 1;
    let cut = (1..=MOST_DIGITS).find_map(|count| near.cut(10_u128.pow(len.saturating_sub(count))));
    let text = cut.unwrap_or(near.own.whole).to_string();
    (text.trim_end_matches('0').to_owned(), text.len() as i32 - 1 - power)
}

/// As NumPy prints a scalar: `0.1`, `100.0`, `1e-05`, `1.5e+16`.
fn layout(digits: &str, power: i32) -> String {
    if !(-4..16).contains(&power) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{first}{point}{rest}e{sign}{:02}", power.abs());
    }
    if power < 0 {
        return format!("0.{}{digits}", "0".repeat(power.unsigned_abs() as usize - 1));
    }
    let before = power as usize + 1;
    match digits.split_at_checked(before) {
        Some((whole, rest)) if !rest.is_empty() => format!("{whole}.{rest}"),
        _ => format!("{digits:0<before$}.0"),
    }
}

impl fmt::Display for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nan() {
            return f.pad("nan");
        }
        let text = if !self.is_finite() {
            "inf".to_owned()
        } else if self.significand == 0 {
            "0.0".to_owned()
        } else {
            let (digits, power) = shortest(*self);
            layout(&digits, power)
        };
        f.pad_integral(!self.is_sign_negative(), "", &text)
    }
}
