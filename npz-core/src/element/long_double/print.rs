//! The shortest decimal that stands for one number alone, as NumPy prints it.

use std::fmt;

use super::{BIAS, INTEGER_BIT, LongDouble};

/// A whole number without an upper end: digits in base 10^9, the least first.
struct Big(Vec<u32>);

const BASE: u64 = 1_000_000_000;

impl Big {
    fn new(mut value: u128) -> Self {
        let mut digits = Vec::new();
        while value > 0 {
            digits.push((value % u128::from(BASE)) as u32);
            value /= u128::from(BASE);
        }
        Self(digits)
    }

    fn times(&mut self, factor: u32) {
        let mut carry = 0;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + carry;
            *digit = (product % BASE) as u32;
            carry = product / BASE;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn times_power(&mut self, base: u32, mut power: u32) {
        // The largest step below the base: 5^12, or 2^29.
        let step = if base == 5 { 12 } else { 29 };
        while power > 0 {
            let now = power.min(step);
            self.times(base.pow(now));
            power -= now;
        }
    }

    fn to_decimal(&self) -> Vec<u8> {
        self.0.iter().rev().flat_map(|digit| format!("{digit:09}").into_bytes()).collect()
    }
}

/// `value * 2^exponent` as decimal digits, and how many of them stand behind the point.
fn decimal(value: u128, exponent: i32) -> (Vec<u8>, usize) {
    let mut big = Big::new(value);
    let behind = if exponent < 0 { exponent.unsigned_abs() } else { 0 };
    // A half is five tenths.
    big.times_power(if exponent < 0 { 5 } else { 2 }, exponent.unsigned_abs());
    (big.to_decimal(), behind as usize)
}

/// Pads with zeros in front; the first digit is one, so that a carry has room.
fn padded(digits: &[u8], len: usize) -> Vec<u8> {
    let mut padded = vec![b'0'; len - digits.len()];
    padded.extend_from_slice(digits);
    padded
}

/// The next larger number with zeros from `end` on.
fn next_up(cut: &[u8], end: usize) -> Vec<u8> {
    let mut up = cut.to_vec();
    for digit in up[..end].iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            break;
        }
        *digit = b'0';
    }
    up
}

/// Cuts digits off from `end` on, downwards or upwards, if the result stands for the same number; of two that do, the
/// nearer.
fn cut(own: &[u8], end: usize, is_own: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let mut down = own.to_vec();
    down[end..].fill(b'0');
    let up = next_up(&down, end);
    match (is_own(&down), is_own(&up)) {
        (false, false) => None,
        (true, false) => Some(down),
        (false, true) => Some(up),
        (true, true) => {
            let is_up = match own[end..].split_first() {
                Some((b'5', rest)) if rest.iter().all(|&digit| digit == b'0') => own[end - 1] % 2 == 1,
                Some((digit, _)) => *digit >= b'5',
                None => false,
            };
            Some(if is_up { up } else { down })
        }
    }
}

/// The digits of a finite number above zero, and the power of ten of the first of them.
fn shortest(value: LongDouble) -> (String, i32) {
    let significand = u128::from(value.significand);
    let exponent = i32::from(value.exponent().max(1)) - BIAS - 63;
    // All in quarters of a last digit. Below a power of two the neighbour is half as far.
    let is_power = value.significand == INTEGER_BIT && value.exponent() > 1;
    let (own, behind) = decimal(4 * significand, exponent - 2);
    let (low, _) = decimal(4 * significand - if is_power { 1 } else { 2 }, exponent - 2);
    let (high, _) = decimal(4 * significand + 2, exponent - 2);
    let len = 1 + high.len().max(own.len());
    let (own, low, high) = (padded(&own, len), padded(&low, len), padded(&high, len));
    let first = own.iter().position(|&digit| digit != b'0').unwrap_or_default();
    // Twenty-one digits tell any two numbers apart.
    // Half way to a neighbour, the even one of both is meant.
    let is_even = value.significand.is_multiple_of(2);
    let is_own = |near: &[u8]| (*low < *near && *near < *high) || is_even && (near == low || near == high);
    let digits = (1..=21).find_map(|count| cut(&own, (first + count).min(len), is_own));
    let digits = digits.unwrap_or(own);
    let first = digits.iter().position(|&digit| digit != b'0').unwrap_or_default();
    let text: String = digits[first..].iter().map(|&digit| char::from(digit)).collect();
    (text.trim_end_matches('0').to_owned(), len as i32 - behind as i32 - first as i32 - 1)
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
