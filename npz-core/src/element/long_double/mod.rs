//! NumPy's `longdouble` as x86 has it: ten bytes that count, in a cell of 16 (or 12).

mod big;
mod cells;
mod print;

use std::cmp::Ordering;
use std::fmt;

use crate::error::{Error, Result};

pub(super) use cells::converter;

/// A number of [`numpy.longdouble`](https://numpy.org/doc/stable/reference/arrays.scalars.html#numpy.longdouble) as x86
/// has it (x87, 80 bits): 64 digits in base 2, up to 1.2e4932. Written as `<f16`, read from `<f16` and `<f12`.
///
/// Holds the bits (and the six of a cell that mean nothing, so that a file is written again as it was) and does not
/// calculate: [`to_f64`](Self::to_f64) rounds to 53 digits, `From<f64>` is exact. Compares
/// as a number, prints as NumPy does. `Complex<LongDouble>` is `<c32`.
///
/// A file does not say how its long doubles are made up. On x86 (Linux, macOS) NumPy's are these; on other machines `<f16`
/// is something else (64-bit ARM: IEEE quadruple; POWER: two doubles). What can't be x87 is an error: an encoding that x87
/// refuses, and cells that look like one of the others while no cell of the same piece (256 KiB) is a plain x87 number.
/// On Windows and on macOS with Apple silicon a long double is an `f64`, and NumPy writes `<f8`.
///
/// ```
/// use npz_core::{LongDouble, npy};
/// use ndarray::{Array1, array};
///
/// let cells = array![0.1, -2.5].mapv(LongDouble::from);
/// let bytes = npy::to_bytes(&cells)?; // np.array([0.1, -2.5]).astype(np.longdouble)
/// let read: Array1<LongDouble> = npy::from_bytes(&bytes)?;
/// assert_eq!(read.mapv(LongDouble::to_f64), array![0.1, -2.5]);
/// assert_eq!(read[0].to_string(), "0.10000000000000000555"); // what is nearest to 0.1 in an f64
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct LongDouble {
    /// The first digit stands before the point; it is 0 for zero and the numbers below the normal ones.
    significand: u64,
    /// The sign, and 15 bits of exponent.
    head: u16,
    /// What NumPy left in the bytes that x87 does not use: it means nothing, and is written again.
    padding: [u16; 3],
}

/// The exponent of 1.0.
const BIAS: i32 = 16383;
const INTEGER_BIT: u64 = 1 << 63;
const MAX_EXPONENT: u16 = 0x7fff;

/// What is done with digits that an `f64` has no room for.
#[derive(Clone, Copy, PartialEq)]
enum Round {
    /// To the nearest, of two equally near ones to the even one.
    Nearest,
    /// To the neighbour with an odd last digit: rounding that once more, to fewer digits, is as good as rounding once.
    Odd,
}

impl LongDouble {
    /// Takes the ten bytes that count, the least significant first.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where x87 knows no such number: the digit before the point is
    /// missing.
    ///
    /// ```
    /// use npz_core::LongDouble;
    ///
    /// let one = LongDouble::from_le_bytes([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f])?;
    /// assert_eq!(one, LongDouble::from(1.0));
    /// assert!(LongDouble::from_le_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x3f]).is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn from_le_bytes(bytes: [u8; 10]) -> Result<Self> {
        let mut wide = [0; 16];
        wide[..10].copy_from_slice(&bytes);
        let bits = u128::from_le_bytes(wide);
        Self::new(bits as u64, (bits >> 64) as u16).ok_or_else(|| {
            Error::invalid(
                "expected an x87 number, found an exponent without the digit before the point: x87 knows no such number",
            )
        })
    }

    /// Gives the ten bytes that count, the least significant first.
    ///
    /// ```
    /// use npz_core::LongDouble;
    ///
    /// assert_eq!(LongDouble::from(1.0).to_le_bytes(), [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    /// ```
    pub fn to_le_bytes(self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.significand.to_le_bytes());
        bytes[8..].copy_from_slice(&self.head.to_le_bytes());
        bytes
    }

    /// `None` for what x87 refuses since the 387.
    const fn new(significand: u64, head: u16) -> Option<Self> {
        if head & MAX_EXPONENT != 0 && significand & INTEGER_BIT == 0 {
            return None;
        }
        Some(Self::of(significand, head))
    }

    const fn of(significand: u64, head: u16) -> Self {
        Self { significand, head, padding: [0; 3] }
    }

    const fn exponent(self) -> u16 {
        self.head & MAX_EXPONENT
    }

    /// The sign, also that of zero and NaN; `to_f64` keeps it.
    pub(crate) const fn is_sign_negative(self) -> bool {
        self.head > MAX_EXPONENT
    }

    /// Tells whether this is NaN: `np.isnan(x)`.
    ///
    /// ```
    /// assert!(npz_core::LongDouble::from(f64::NAN).is_nan());
    /// ```
    pub const fn is_nan(self) -> bool {
        self.exponent() == MAX_EXPONENT && self.significand != INTEGER_BIT
    }

    /// Tells whether this is neither infinite nor NaN: `np.isfinite(x)`.
    ///
    /// ```
    /// assert!(npz_core::LongDouble::from(1.5).is_finite() && !npz_core::LongDouble::from(f64::INFINITY).is_finite());
    /// ```
    pub const fn is_finite(self) -> bool {
        self.exponent() != MAX_EXPONENT
    }

    /// Rounds to the nearest `f64`, as `astype("f8")` does: of 64 digits 53 stay. What is larger than an `f64` can be becomes
    /// infinite, what is smaller than its least becomes zero.
    ///
    /// ```
    /// use npz_core::LongDouble;
    ///
    /// let wide = LongDouble::from(u64::MAX); // 2^64 - 1 has 64 digits
    /// assert_eq!(wide.to_f64(), 2f64.powi(64));
    /// ```
    pub fn to_f64(self) -> f64 {
        self.round(Round::Nearest)
    }

    /// The `f64` that becomes the same narrower float as this number, if it is rounded once more.
    pub(crate) fn to_f64_for_narrower(self) -> f64 {
        self.round(Round::Odd)
    }

    fn round(self, round: Round) -> f64 {
        let sign = u64::from(self.is_sign_negative()) << 63;
        f64::from_bits(sign | self.magnitude(round))
    }

    /// The bits of the `f64` without the sign.
    fn magnitude(self, round: Round) -> u64 {
        const INFINITY: u64 = 0x7ff << 52;
        if self.is_nan() {
            // Quiet, with as much of the payload as there is room for.
            return INFINITY | 1 << 51 | (self.significand >> 11 & ((1 << 51) - 1));
        }
        if !self.is_finite() {
            return INFINITY;
        }
        // Numbers below the normal ones have the exponent of the least of these; to an f64 all of them are next to nothing.
        let exponent = i32::from(self.exponent()) - BIAS;
        if exponent > 1023 {
            return if round == Round::Odd { INFINITY - 1 } else { INFINITY };
        }
        // Below the normal numbers of an f64 there are fewer digits.
        let lost = 11 + (-1022 - exponent).clamp(0, 64);
        let digits = u128::from(self.significand);
        let (kept, rest) = ((digits >> lost) as u64, digits & ((1 << lost) - 1));
        let half = 1 << (lost - 1);
        let rounded = match round {
            Round::Odd => kept | u64::from(rest != 0),
            Round::Nearest => kept + u64::from(rest > half || rest == half && kept & 1 == 1),
        };
        // The digit before the point adds one to the exponent, as a carry does.
        rounded + (((exponent + 1022).max(0) as u64) << 52)
    }

    /// A whole number of a sign.
    fn from_integer(magnitude: u64, is_negative: bool) -> Self {
        let sign = u16::from(is_negative) << 15;
        if magnitude == 0 {
            return Self::of(0, sign);
        }
        let shift = magnitude.leading_zeros();
        Self::of(magnitude << shift, sign | (BIAS + 63 - shift as i32) as u16)
    }

    /// Grows with the number; `None` for NaN. Zero is zero, of either sign.
    fn rank(self) -> Option<i128> {
        if self.is_nan() {
            return None;
        }
        // Two ways to write the numbers of the least exponent.
        let exponent = self.exponent().max(u16::from(self.significand >= INTEGER_BIT));
        let rank = i128::from(exponent) << 64 | i128::from(self.significand);
        Some(if self.is_sign_negative() { -rank } else { rank })
    }
}

impl PartialEq for LongDouble {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for LongDouble {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.rank()?.cmp(&other.rank()?))
    }
}

/// Exact; a NaN stays NaN, and becomes quiet.
impl From<f64> for LongDouble {
    fn from(value: f64) -> Self {
        let bits = value.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
        let sign = u16::from(value.is_sign_negative()) << 15;
        let digits = INTEGER_BIT | fraction << 11;
        match exponent {
            0x7ff if fraction == 0 => Self::of(INTEGER_BIT, sign | MAX_EXPONENT),
            0x7ff => Self::of(digits | 1 << 62, sign | MAX_EXPONENT),
            0 if fraction == 0 => Self::of(0, sign),
            // Subnormal in an f64, normal here.
            0 => {
                let shift = fraction.leading_zeros() as i32;
                Self::of(fraction << shift, sign | (BIAS - 1022 + 11 - shift) as u16)
            }
            _ => Self::of(digits, sign | (BIAS - 1023 + exponent) as u16),
        }
    }
}

/// Exact.
impl From<f32> for LongDouble {
    fn from(value: f32) -> Self {
        Self::from(f64::from(value))
    }
}

/// Exact: there is room for 64 digits.
impl From<i64> for LongDouble {
    fn from(value: i64) -> Self {
        Self::from_integer(value.unsigned_abs(), value < 0)
    }
}

/// Exact: there is room for 64 digits.
impl From<u64> for LongDouble {
    fn from(value: u64) -> Self {
        Self::from_integer(value, false)
    }
}

impl fmt::Debug for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
