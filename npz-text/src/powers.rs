//! Powers of ten, as near as 128 bits are.

/// The powers of ten that are asked for.
const LEAST: i32 = -330;
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

/// All powers of ten from `LEAST` to `MOST`, made by the compiler.
static POWERS: [Power; (MOST - LEAST) as usize + 1] = {
    let one = Power { high: 1 << 63, low: 0, exponent: -127, float: 1.0 };
    let mut powers = [one; (MOST - LEAST) as usize + 1];
    // 256 bits, high ones first: what is lost at their end does not reach the 128 that are kept.
    let (mut below, mut above) = (([1 << 63, 0, 0, 0], -255), ([1 << 63, 0, 0, 0], -255));
    let mut at = -LEAST as usize;
    while at > 0 {
        at -= 1;
        below = tenth(below);
        powers[at] = power(below);
    }
    at = -LEAST as usize + 1;
    while at < powers.len() {
        above = tenfold(above);
        powers[at] = power(above);
        at += 1;
    }
    powers
};

const fn power((limbs, exponent): ([u64; 4], i32)) -> Power {
    /// 2 to the power of a number that a float's exponent holds.
    const fn two(power: i32) -> f64 {
        f64::from_bits(((power + 1023) as u64) << 52)
    }
    // Twice, as one step may be too far for a float.
    let half = i32::midpoint(exponent, 192);
    let float = limbs[0] as f64 * two(half) * two(exponent + 192 - half);
    Power { high: limbs[0], low: limbs[1], exponent: exponent + 128, float }
}

const fn tenth((limbs, exponent): ([u64; 4], i32)) -> ([u64; 4], i32) {
    // Three more bits are kept, so that the highest is set again.
    let (mut rest, mut quotient) = (0, [0; 5]);
    let mut at = 0;
    while at < 5 {
        let part = rest << 64 | if at < 4 { limbs[at] as u128 } else { 0 };
        quotient[at] = (part / 10) as u64;
        rest = part % 10;
        at += 1;
    }
    shifted(quotient, exponent)
}

const fn tenfold((limbs, exponent): ([u64; 4], i32)) -> ([u64; 4], i32) {
    let (mut carry, mut product) = (0, [0; 5]);
    let mut at = 4;
    while at > 0 {
        carry += limbs[at - 1] as u128 * 10;
        product[at] = carry as u64;
        carry >>= 64;
        at -= 1;
    }
    product[0] = carry as u64;
    shifted(product, exponent + 64)
}

/// The 256 highest bits, of which the first is set.
const fn shifted(limbs: [u64; 5], exponent: i32) -> ([u64; 4], i32) {
    let shift = limbs[0].leading_zeros();
    let mut shifted = [0; 4];
    let mut at = 0;
    while at < 4 {
        shifted[at] = limbs[at] << shift | limbs[at + 1] >> (64 - shift);
        at += 1;
    }
    (shifted, exponent - shift as i32)
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
