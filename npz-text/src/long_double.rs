//! `longdouble` of x87 from text, rounded once.

use npz_core::LongDouble;
use num_complex::Complex;

use crate::number::{Fault, Number, Style};
use crate::split::strip;

/// The bits of the mantissa.
const BITS: i64 = 64;
const BIAS: i64 = 16383;

fn fault(name: &str) -> Fault {
    Fault::Syntax(name.to_owned())
}

/// The 16 bytes of the number that a text stands for.
pub(crate) fn parse(text: &str, style: Style) -> Result<[u8; 16], Fault> {
    // What is a number at all is decided as for a double, so that both take the same texts.
    let double = f64::parse(text, style).map_err(|_| fault("longdouble"))?;
    let text: String = strip(text).chars().filter(|c| *c != '_').collect();
    let sign = if double.is_sign_negative() { 0x8000 } else { 0 };
    if double.is_nan() {
        return Ok(pack(sign | 0x7fff, 3 << 62));
    }
    if double.is_infinite() && text.bytes().any(|byte| matches!(byte, b'n' | b'N')) {
        return Ok(pack(sign | 0x7fff, 1 << 63));
    }
    let (digits, exponent) = decimal(&text);
    let (biased, mantissa) = round(&digits, exponent);
    Ok(pack(sign | biased, mantissa))
}

/// The 32 bytes of a complex one: as in NumPy, its parts are those that a `complex128` has.
pub(crate) fn parse_complex(text: &str, style: Style) -> Result<[u8; 32], Fault> {
    let value = Complex::<f64>::parse(text, style).map_err(|_| fault("clongdouble"))?;
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&widened(value.re));
    bytes[16..].copy_from_slice(&widened(value.im));
    Ok(bytes)
}

/// The same number in more bits.
fn widened(value: f64) -> [u8; 16] {
    let bits = value.to_bits();
    let sign = (bits >> 48) as u16 & 0x8000;
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    match (biased, fraction) {
        (0, 0) => pack(sign, 0),
        (0, fraction) => {
            let shift = fraction.leading_zeros();
            pack(sign | (BIAS - 1022 - i64::from(shift) + 11) as u16, fraction << shift)
        }
        (0x7ff, fraction) => pack(sign | 0x7fff, 1 << 63 | fraction << 11),
        (biased, fraction) => pack(sign | (biased - 1023 + BIAS) as u16, 1 << 63 | fraction << 11),
    }
}

fn pack(head: u16, mantissa: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mantissa.to_le_bytes());
    bytes[8..10].copy_from_slice(&head.to_le_bytes());
    bytes
}

/// The sign and the digits of what stands before the point, of a finite number.
pub(crate) fn whole(value: LongDouble) -> (bool, String) {
    const LIMB: u128 = 10u128.pow(18);
    let mut bytes = [0; 16];
    bytes[..10].copy_from_slice(&value.to_le_bytes());
    let bits = u128::from_le_bytes(bytes);
    let (mantissa, head) = (bits as u64, (bits >> 64) as u16);
    let mut power = i64::from(head & 0x7fff) - BIAS - (BITS - 1);
    if power <= 0 {
        let whole = if power > -BITS { mantissa >> -power } else { 0 };
        return (head > 0x7fff && whole > 0, whole.to_string());
    }
    // Digits by 18, the lowest first.
    let mut limbs = vec![mantissa];
    while power > 0 {
        let step = power.min(32);
        let mut carry = 0;
        for limb in &mut limbs {
            carry += u128::from(*limb) << step;
            *limb = (carry % LIMB) as u64;
            carry /= LIMB;
        }
        limbs.extend((carry > 0).then_some(carry as u64));
        power -= step;
    }
    let (last, rest) = limbs.split_last().map_or((0, &[][..]), |(last, rest)| (*last, rest));
    let rest = rest.iter().rev().map(|limb| format!("{limb:018}"));
    (head > 0x7fff, last.to_string() + &rest.collect::<String>())
}

/// The digits of a decimal number without zeros before them, and the exponent of ten of the last.
fn decimal(text: &str) -> (Vec<u8>, i64) {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let value = exponent.trim_start_matches('+').parse::<i64>();
            let huge = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
            (number, value.unwrap_or(huge).clamp(i64::MIN / 4, i64::MAX / 4))
        }
        None => (text, 0),
    };
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64);
    let digits = number.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    let mut digits: Vec<u8> = digits.skip_while(|digit| *digit == 0).collect();
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    digits.truncate(digits.len() - zeros);
    (digits, exponent - fraction + zeros as i64)
}

/// A natural number, its low 32 bits first.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn of(digits: &[u8]) -> Self {
        let mut number = Self(Vec::new());
        for digit in digits {
            number.times_plus(10, u32::from(*digit));
        }
        number
    }

    fn times_plus(&mut self, factor: u32, term: u32) {
        let mut carry = u64::from(term);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |top| self.0.len() as i64 * 32 - i64::from(top.leading_zeros()))
    }

    fn shifted(&self, bits: i64) -> Self {
        let mut limbs = vec![0; (bits / 32) as usize];
        let shift = (bits % 32) as u32;
        let mut carry = 0u64;
        for limb in &self.0 {
            carry |= u64::from(*limb) << shift;
            limbs.push(carry as u32);
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
        Self(limbs)
    }

    fn is_less(&self, other: &Self) -> bool {
        let key = |number: &Self| number.bits();
        if key(self) != key(other) {
            return key(self) < key(other);
        }
        let len = self.0.iter().rposition(|limb| *limb > 0).map_or(0, |at| at + 1);
        self.0[..len].iter().rev().lt(other.0[..len].iter().rev())
    }

    fn minus(&mut self, other: &Self) {
        let mut borrow = 0i64;
        for (at, limb) in self.0.iter_mut().enumerate() {
            let value = i64::from(*limb) - i64::from(other.0.get(at).copied().unwrap_or(0)) + borrow;
            *limb = value as u32;
            borrow = value >> 32;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

/// The biased exponent and the mantissa nearest to `digits * 10^exponent`; half goes to even.
fn round(digits: &[u8], exponent: i64) -> (u16, u64) {
    const INFINITE: (u16, u64) = (0x7fff, 1 << 63);
    // What lies far outside needs no long numbers; nor do digits that can't be told from zeros and a one.
    let magnitude = exponent.saturating_add(digits.len() as i64);
    if digits.is_empty() || magnitude < -4960 {
        return (0, 0);
    }
    if magnitude > 4940 {
        return INFINITE;
    }
    let mut kept = digits.to_vec();
    let mut exponent = exponent;
    if kept.len() > 12_000 {
        exponent += (kept.len() - 12_001) as i64;
        kept.truncate(12_000);
        kept.push(1);
    }
    let (mut over, mut under) = (Natural::of(&kept), Natural(vec![1]));
    let scaled = if exponent >= 0 { &mut over } else { &mut under };
    (0..exponent.abs()).for_each(|_| scaled.times_plus(10, 0));
    // over / under = q * 2^power with 2^63 <= q < 2^64, unless that is too fine.
    let mut power = over.bits() - under.bits() - BITS;
    let smallest = 1 - BIAS - (BITS - 1);
    let shifted = |power: i64| {
        if power >= 0 { (over.clone(), under.shifted(power)) } else { (over.shifted(-power), under.clone()) }
    };
    power = power.max(smallest);
    let (mut rest, mut divisor) = shifted(power);
    if !rest.is_less(&divisor.shifted(BITS)) {
        power += 1;
        (rest, divisor) = shifted(power);
    }
    let mut quotient = 0u64;
    for bit in (0..BITS).rev() {
        let part = divisor.shifted(bit);
        if !rest.is_less(&part) {
            rest.minus(&part);
            quotient |= 1 << bit;
        }
    }
    let twice = rest.shifted(1);
    let is_above = divisor.is_less(&twice) || (!twice.is_less(&divisor) && quotient & 1 == 1);
    if is_above {
        if let Some(next) = quotient.checked_add(1) {
            quotient = next;
        } else {
            quotient = 1 << 63;
            power += 1;
        }
    }
    if quotient >> 63 == 0 {
        return (0, quotient);
    }
    let biased = power + BITS - 1 + BIAS;
    if biased >= 0x7fff { INFINITE } else { (biased as u16, quotient) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (u16, u64) {
        let bytes = parse(text, Style::LoadTxt).unwrap();
        let mantissa = bytes[..8].try_into().map(u64::from_le_bytes).unwrap();
        (u16::from_le_bytes([bytes[8], bytes[9]]), mantissa)
    }

    #[test]
    fn numbers_that_are_known() {
        assert_eq!(read("1"), (16383, 1 << 63));
        assert_eq!(read("-0.5"), (0x8000 | 0x3ffe, 1 << 63));
        assert_eq!(read("0"), (0, 0));
        assert_eq!(read("18446744073709551615"), (16383 + 63, u64::MAX));
        assert_eq!(read("18446744073709551617"), (16383 + 64, 1 << 63));
        assert_eq!(read("0.1"), (16379, 0xcccc_cccc_cccc_cccd));
        assert_eq!(read("1e5000"), (0x7fff, 1 << 63));
        assert_eq!(read("1.18973149535723176502e4932"), (0x7ffe, u64::MAX));
        assert_eq!(read("3.6451995318824746025e-4951"), (0, 1));
        assert_eq!(read("inf"), (0x7fff, 1 << 63));
        for value in [1.0, -0.1, 1e308, 5e-324, 2.5e-310, f64::INFINITY, 0.0] {
            // Enough digits that nothing is rounded.
            assert_eq!(widened(value), parse(&format!("{value:.1100}"), Style::LoadTxt).unwrap(), "{value}");
        }
    }
}
