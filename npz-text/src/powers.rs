//! Powers of ten, as near as 128 bits are.

use std::sync::LazyLock;

/// The powers of ten that are asked for.
pub(crate) const LEAST: i32 = -330;
const MOST: i32 = 350;
/// The greatest power of five of 128 bits.
pub(crate) const EXACT: i32 = 55;
/// `mantissa * 2^exponent`, at most one unit of the mantissa below the power; its highest bit is set.
#[derive(Clone, Copy)]
pub(crate) struct Power {
    pub(crate) high: u64,
    pub(crate) low: u64,
    pub(crate) exponent: i32,
    /// The power itself, as near as a float is.
    pub(crate) float: f64,
}

/// All powers of ten from `LEAST` to `MOST`.
pub(crate) static POWERS: LazyLock<Vec<Power>> = LazyLock::new(|| {
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

impl Power {
    /// A power, if it is among those that are kept.
    #[inline]
    pub(crate) fn of_ten(power: i32) -> Option<&'static Self> {
        POWERS.get(usize::try_from(power - LEAST).ok()?)
    }
}

/// The powers of ten of 64 bits.
pub(crate) const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut at = 1;
    while at < 20 {
        tens[at] = tens[at - 1] * 10;
        at += 1;
    }
    tens
};
