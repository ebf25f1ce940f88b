//! Integers of 1, 2 and 4 bits.

use std::fmt;

use crate::error::{Error, Result};

/// An integer of 1, 2 or 4 bits in a byte of its own: a cell by one of the names in [`tiny`](super).
///
/// ```
/// use npz_core::tiny::{Int4, UInt2};
///
/// let cell = Int4::try_from(-3)?;
/// assert_eq!((i8::from(cell), cell.to_bits()), (-3, 0x0d)); // the upper half of the byte is zero, as in ml_dtypes
/// assert_eq!(Int4::from_bits(0x0d), cell);
/// assert_eq!(f32::from(cell), -3.0);
/// assert_eq!([Int4::MIN, Int4::MAX].map(i8::from), [-8, 7]);
/// assert_eq!(u8::from(UInt2::MAX), 3);
/// assert!(Int4::try_from(8).is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TinyInt<const BITS: u32, const SIGNED: bool>(i8);

/// `ml_dtypes.int1`: -1 and 0.
pub type Int1 = TinyInt<1, true>;
/// `ml_dtypes.int2`: -2 to 1.
pub type Int2 = TinyInt<2, true>;
/// `ml_dtypes.int4`: -8 to 7.
pub type Int4 = TinyInt<4, true>;
/// `ml_dtypes.uint1`: 0 and 1.
pub type UInt1 = TinyInt<1, false>;
/// `ml_dtypes.uint2`: 0 to 3.
pub type UInt2 = TinyInt<2, false>;
/// `ml_dtypes.uint4`: 0 to 15.
pub type UInt4 = TinyInt<4, false>;

impl<const BITS: u32, const SIGNED: bool> TinyInt<BITS, SIGNED> {
    /// The least value.
    pub const MIN: Self = Self(if SIGNED { -(1 << (BITS - 1)) } else { 0 });
    /// The largest value.
    pub const MAX: Self = Self((1 << if SIGNED { BITS - 1 } else { BITS }) - 1);

    /// Takes the byte as NumPy stores it. Every byte is taken: only the low bits count, as in `ml_dtypes`.
    pub const fn from_bits(bits: u8) -> Self {
        let unused = const { u8::BITS - BITS };
        let moved = bits << unused;
        Self(if SIGNED { moved as i8 >> unused } else { (moved >> unused) as i8 })
    }

    /// Gives the byte as NumPy stores it: the unused bits are zero, also of a negative number.
    pub const fn to_bits(self) -> u8 {
        self.0 as u8 & (u8::MAX >> (u8::BITS - BITS))
    }

    pub(super) fn name() -> String {
        format!("{}Int{BITS}", if SIGNED { "" } else { "U" })
    }

    pub(super) fn numpy() -> String {
        Self::name().to_lowercase()
    }
}

impl<const BITS: u32, const SIGNED: bool> fmt::Debug for TinyInt<BITS, SIGNED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const BITS: u32, const SIGNED: bool> fmt::Display for TinyInt<BITS, SIGNED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what is not from [`MIN`](TinyInt::MIN) to [`MAX`](TinyInt::MAX).
impl<const BITS: u32, const SIGNED: bool> TryFrom<i8> for TinyInt<BITS, SIGNED> {
    type Error = Error;

    fn try_from(value: i8) -> Result<Self> {
        let (min, max) = (Self::MIN, Self::MAX);
        if (min.0..=max.0).contains(&value) {
            return Ok(Self(value));
        }
        Err(Error::invalid(format!(
            "expected a number from {min} to {max}, found {value}; use a wider integer"
        )))
    }
}

macro_rules! into {
    ($($number:ty),*) => {$(
        impl<const BITS: u32, const SIGNED: bool> From<TinyInt<BITS, SIGNED>> for $number {
            fn from(value: TinyInt<BITS, SIGNED>) -> Self {
                value.0.into()
            }
        }
    )*};
}
into!(i8, i16, i32, i64, f32, f64);

impl<const BITS: u32> From<TinyInt<BITS, false>> for u8 {
    fn from(value: TinyInt<BITS, false>) -> Self {
        value.0 as u8
    }
}
