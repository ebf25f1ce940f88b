//! Floats of at most 8 bits: one table of formats, one way from and to each of them.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use super::{FLOAT, ONE_BYTE};
use crate::dtype::DType;

/// A float of 4, 6 or 8 bits in a byte of its own: a cell by one of the names in [`tiny`](super).
///
/// Compares as the number that it is: NaN equals nothing, -0 equals 0.
///
/// ```
/// use npz_core::tiny::{Float4E2M1Fn, Float8E5M2};
///
/// let third = Float8E5M2::from_f32(1.0 / 3.0);
/// assert_eq!((third.to_bits(), f32::from(third)), (0x35, 0.3125));
/// assert_eq!(Float8E5M2::from_bits(0x35), third);
/// assert_eq!(f64::from(Float8E5M2::from_f32(1e9)), f64::INFINITY);
/// assert_eq!(f32::from(Float4E2M1Fn::from_f32(1e9)), 6.0); // has no infinity
/// ```
pub struct TinyFloat<F>(u8, PhantomData<fn() -> F>);

/// What the bits of a [`TinyFloat`] mean: a marker type, of which each alias has its own. Sealed.
#[doc(hidden)]
pub trait TinyFormat: sealed::Sealed + 'static {
    #[doc(hidden)]
    const LAYOUT: Layout;
    /// The value of each code.
    #[doc(hidden)]
    const VALUES: [f32; 256];
}

mod sealed {
    pub trait Sealed {}
}

#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Ours, and that of `ml_dtypes`.
    pub(super) name: &'static str,
    pub(super) numpy: &'static str,
    /// With the sign.
    bits: u32,
    mantissa: u32,
    bias: i32,
    special: Special,
}

/// Which codes are no finite numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Special {
    /// Those of the largest exponent, as IEEE 754 has it: infinity, and NaN behind it.
    Ieee,
    /// The last, which is NaN.
    LastIsNan,
    /// That of -0, which is NaN.
    MinusZeroIsNan,
    /// None.
    AllFinite,
    /// The last, of powers of two that have neither sign nor zero.
    Powers,
}

/// Two to a power that `f64` holds as a normal number.
const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

impl Layout {
    pub(super) fn dtype(&self) -> DType {
        if matches!((self.special, self.bits, self.mantissa), (Special::Ieee, 8, 2)) {
            FLOAT
        } else {
            ONE_BYTE
        }
    }

    /// The codes without the sign.
    const fn magnitudes(&self) -> u32 {
        (1 << (self.bits - 1)) - 1
    }

    /// The first magnitude that is no finite number: infinity, or NaN.
    const fn first_special(&self) -> u32 {
        match self.special {
            Special::Ieee => self.magnitudes() & !((1 << self.mantissa) - 1),
            Special::LastIsNan => self.magnitudes(),
            _ => self.magnitudes() + 1,
        }
    }

    const fn value(&self, code: u8) -> f32 {
        if matches!(self.special, Special::Powers) {
            return if code == 0xff { f32::NAN } else { power_of_two(code as i32 - self.bias) as f32 };
        }
        // Bits above those of the format count as its sign, as in ml_dtypes.
        let is_negative = code as u32 > self.magnitudes();
        let magnitude = code as u32 & self.magnitudes();
        let absolute = if is_negative && magnitude == 0 && matches!(self.special, Special::MinusZeroIsNan) {
            f32::NAN
        } else if magnitude < self.first_special() {
            let (exponent, fraction) = (magnitude >> self.mantissa, magnitude & ((1 << self.mantissa) - 1));
            // Numbers below the first exponent have no hidden digit.
            let (exponent, digits) =
                if exponent == 0 { (1, fraction) } else { (exponent, fraction | 1 << self.mantissa) };
            (digits as f64 * power_of_two(exponent as i32 - self.bias - self.mantissa as i32)) as f32
        } else if magnitude == self.first_special() && matches!(self.special, Special::Ieee) {
            f32::INFINITY
        } else {
            f32::NAN
        };
        if is_negative { -absolute } else { absolute }
    }

    const fn values(&self) -> [f32; 256] {
        let mut values = [0.0; 256];
        let mut code = 0;
        while code < 256 {
            values[code] = self.value(code as u8);
            code += 1;
        }
        values
    }

    /// The nearest code, of two equally near ones the even one; what is too large, and NaN, as `ml_dtypes` does it.
    fn code(&self, value: f32) -> u8 {
        if self.special == Special::Powers {
            return power(value);
        }
        let sign = if value.is_sign_negative() { self.magnitudes() + 1 } else { 0 };
        let code = if value.is_nan() {
            match self.special {
                Special::Ieee => sign | self.first_special() | 1 << (self.mantissa - 1),
                Special::LastIsNan => sign | self.magnitudes(),
                // A zero, and of the other sign.
                Special::AllFinite => sign ^ (self.magnitudes() + 1),
                _ => self.magnitudes() + 1,
            }
        } else {
            match (self.magnitude(f64::from(value.abs())), self.special) {
                (Some(0), Special::MinusZeroIsNan) => 0,
                (Some(magnitude), _) => sign | magnitude,
                (None, Special::AllFinite) => sign | self.magnitudes(),
                (None, Special::MinusZeroIsNan) => self.magnitudes() + 1,
                (None, _) => sign | self.first_special(),
            }
        };
        code as u8
    }

    /// The nearest finite magnitude; `None` where that is beyond the largest.
    fn magnitude(&self, value: f64) -> Option<u32> {
        if value.is_infinite() {
            return None;
        }
        let least = 1 - self.bias;
        let exponent = exponent_of(value).max(least);
        // In units of the last digit; exact, as only the exponent changes.
        let digits = (value * power_of_two(self.mantissa as i32 - exponent)).round_ties_even() as u32;
        // The hidden digit and a carry both add one to the exponent.
        let magnitude = digits + (((exponent - least) as u32) << self.mantissa);
        (magnitude < self.first_special()).then_some(magnitude)
    }
}

/// The nearest power of two; a tie goes up: the one digit of a power is odd, so the other neighbour is the even one.
///
/// The code is the exponent of an `f32`. Of those without a hidden digit, below 2^-126, `ml_dtypes` takes the digits as if
/// they had one, and so do we: what is above 2^-127 is rounded up.
fn power(value: f32) -> u8 {
    let is_positive = value > 0.0;
    if !is_positive {
        return 0xff; // NaN
    }
    let (code, rest) = (value.to_bits() >> 23, value.to_bits() & 0x7f_ffff);
    let is_up = rest > 0x40_0000 || rest == 0x40_0000 && code > 0;
    // Infinity has the code of NaN, and so has what is rounded up to it.
    (code + u32::from(is_up)) as u8
}

/// The exponent of a finite positive number, which was an `f32`.
fn exponent_of(value: f64) -> i32 {
    (value.to_bits() >> 52 & 0x7ff) as i32 - 1023
}

macro_rules! formats {
    ($($name:ident $numpy:literal $bits:literal $mantissa:literal $bias:literal $special:ident $note:literal;)*) => {
        /// The formats of [`TinyFloat`]: markers without values, which nobody has to name, for each has an alias.
        #[doc(hidden)]
        pub mod format {
            use super::{Layout, Special, TinyFormat, sealed};
            $(
                #[doc = concat!("The bits of [`", stringify!($name), "`](super::", stringify!($name), ").")]
                #[derive(Clone, Copy, Debug)]
                pub enum $name {}
                impl sealed::Sealed for $name {}
                impl TinyFormat for $name {
                    const LAYOUT: Layout = Layout {
                        name: stringify!($name),
                        numpy: $numpy,
                        bits: $bits,
                        mantissa: $mantissa,
                        bias: $bias,
                        special: Special::$special,
                    };
                    const VALUES: [f32; 256] = Self::LAYOUT.values();
                }
            )*
        }
        $(
            #[doc = concat!("`ml_dtypes.", $numpy, "`: ", $note, ".")]
            pub type $name = TinyFloat<format::$name>;
        )*
    };
}

formats! {
    Float8E3M4 "float8_e3m4" 8 4 3 Ieee "4 digits after the point, up to 15.5, infinities";
    Float8E4M3 "float8_e4m3" 8 3 7 Ieee "3 digits after the point, up to 240, infinities";
    Float8E4M3Fn "float8_e4m3fn" 8 3 7 LastIsNan "3 digits after the point, up to 448; what is larger is NaN";
    Float8E4M3Fnuz "float8_e4m3fnuz" 8 3 8 MinusZeroIsNan "3 digits after the point, up to 240; what is larger is NaN";
    Float8E4M3B11Fnuz "float8_e4m3b11fnuz" 8 3 11 MinusZeroIsNan "3 digits after the point, up to 30; what is larger is NaN";
    Float8E5M2 "float8_e5m2" 8 2 15 Ieee "2 digits after the point, up to 57344, infinities: the upper half of an `f16`";
    Float8E5M2Fnuz "float8_e5m2fnuz" 8 2 16 MinusZeroIsNan "2 digits after the point, up to 57344; what is larger is NaN";
    Float8E8M0Fnu "float8_e8m0fnu" 8 0 127 Powers "powers of two, 2^-127 to 2^127; what has a sign, zero and infinity are NaN";
    Float6E2M3Fn "float6_e2m3fn" 6 3 1 AllFinite "3 digits after the point, up to 7.5, which also stands for what is larger; NaN becomes zero";
    Float6E3M2Fn "float6_e3m2fn" 6 2 3 AllFinite "2 digits after the point, up to 28, which also stands for what is larger; NaN becomes zero";
    Float4E2M1Fn "float4_e2m1fn" 4 1 1 AllFinite "0, 0.5, 1, 1.5, 2, 3, 4, 6, which also stands for what is larger; NaN becomes zero";
}

impl<F: TinyFormat> TinyFloat<F> {
    /// Takes the byte as NumPy stores it. Every byte is taken: of a format with fewer bits, the upper ones only make a
    /// sign, as in `ml_dtypes`.
    ///
    /// ```
    /// use npz_core::tiny::Float8E4M3Fn;
    ///
    /// let one = Float8E4M3Fn::from_bits(0b0_0111_000);
    /// assert_eq!((f32::from(one), one.to_bits()), (1.0, 56));
    /// ```
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits, PhantomData)
    }

    /// Gives the byte as NumPy stores it.
    pub const fn to_bits(self) -> u8 {
        self.0
    }

    /// Rounds as `astype` of `ml_dtypes` does: to the nearest, of two equally near ones to the even one. What is too large,
    /// and NaN, become what the format has for them. (To [`Float8E8M0Fnu`], numbers between 2^-127 and 2^-126 go up.) An `f64`
    /// becomes an `f32` first, in `ml_dtypes` too.
    ///
    /// ```
    /// use npz_core::tiny::{Float4E2M1Fn, Float8E4M3Fn};
    ///
    /// assert_eq!(f32::from(Float8E4M3Fn::from_f32(0.1)), 0.1015625);
    /// assert!(f32::from(Float8E4M3Fn::from_f32(1000.0)).is_nan()); // it has no infinity
    /// assert_eq!(f32::from(Float4E2M1Fn::from_f32(1000.0)), 6.0); // nor has this, nor NaN
    /// ```
    pub fn from_f32(value: f32) -> Self {
        Self::from_bits(F::LAYOUT.code(value))
    }

    pub(super) const fn value(self) -> f32 {
        let values = const { &F::VALUES };
        values[self.0 as usize]
    }
}

// Derived, these would ask the same of the format.
impl<F> Clone for TinyFloat<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for TinyFloat<F> {}

impl<F: TinyFormat> PartialEq for TinyFloat<F> {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl<F: TinyFormat> PartialOrd for TinyFloat<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value().partial_cmp(&other.value())
    }
}

/// The number 0; of [`Float8E8M0Fnu`], which has none, the least number.
impl<F> Default for TinyFloat<F> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<F: TinyFormat> fmt::Debug for TinyFloat<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value(), f)
    }
}

impl<F: TinyFormat> fmt::Display for TinyFloat<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

/// Exact.
impl<F: TinyFormat> From<TinyFloat<F>> for f32 {
    fn from(value: TinyFloat<F>) -> Self {
        value.value()
    }
}

/// Exact.
impl<F: TinyFormat> From<TinyFloat<F>> for f64 {
    fn from(value: TinyFloat<F>) -> Self {
        value.value().into()
    }
}
