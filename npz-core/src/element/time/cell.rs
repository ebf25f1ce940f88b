//! The two cell types.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use bytemuck::{Pod, Zeroable};
use ndarray::ArrayViewD;

use super::Unit;
use super::decode::{self, Ticks};
use super::nanos::type_name;
use super::scale::Scale;
use super::text::{NAT, time_text};
use crate::dtype::{DType, DTypeKind};
use crate::element::{Decoder, Element, Refusal, Rule, Sealed, Wanted, encode_pod, first_failing, view_pod};
use crate::error::{Error, Result};

/// A point in time, as ticks of `U` from 1970-01-01: a cell of NumPy's `datetime64`, written as `<M8[..]`.
///
/// `i64::MIN` is NaT, "not a time". Prints as in NumPy: ISO 8601, as exact as the unit is.
///
/// Two NaT are equal here, and NaT is after every time: where NumPy sorts it to. So cells can be compared, sorted and used
/// as keys. (In NumPy every comparison with NaT is false; ask [`is_nat`](Self::is_nat) for that.)
///
/// Converts to and from `std::time::SystemTime`, and types of `chrono` and `jiff` behind features of these names, by
/// `try_from` and `try_into`. A conversion keeps the value or fails; none rounds. To round, call
/// [`floor`](Self::floor) before. All of them take the cell for UTC, which NumPy leaves open.
///
/// ```
/// use npz_core::DateTime64;
/// use npz_core::time::{Day, Nanosecond, Second};
/// use std::time::{Duration, SystemTime};
///
/// let day = DateTime64::<Day>::new(20_000); // np.datetime64(20000, "D")
/// assert_eq!(day.to_string(), "2024-10-04");
/// assert_eq!(day.convert::<Second>()?.to_string(), "2024-10-04T00:00:00");
/// assert_eq!(DateTime64::<Day>::NAT.to_string(), "NaT");
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
/// assert!(DateTime64::<Second>::try_from(time).is_err()); // half a second would be lost
/// let cell = DateTime64::<Nanosecond>::try_from(time)?;
/// assert_eq!(cell.floor::<Second>()?, DateTime64::new(1));
/// assert_eq!(SystemTime::try_from(cell)?, time);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct DateTime64<U>(i64, PhantomData<U>);

/// A length of time, as ticks of `U`: a cell of NumPy's `timedelta64`, written as `<m8[..]`.
///
/// `i64::MIN` is NaT, "not a time". Prints as in NumPy: `25 seconds`.
///
/// Two NaT are equal here, and NaT is after every length: where NumPy sorts it to. So cells can be compared, sorted and
/// used as keys. (In NumPy every comparison with NaT is false; ask [`is_nat`](Self::is_nat) for that.)
///
/// Converts to and from `std::time::Duration`, and types of `chrono` and `jiff` behind features of these names, by
/// `try_from` and `try_into`. A conversion keeps the value or fails; none rounds. To round, call
/// [`floor`](Self::floor) before. Months and years have no fixed length, so only the two become each other.
///
/// ```
/// use npz_core::TimeDelta64;
/// use npz_core::time::{Millisecond, Multiple, Second};
/// use std::time::Duration;
///
/// let steps = TimeDelta64::<Multiple<25, Second>>::new(3); // np.timedelta64(3, "25s")
/// assert_eq!(steps.to_string(), "75 seconds");
/// assert_eq!(Duration::try_from(steps)?, Duration::from_secs(75));
///
/// let length = TimeDelta64::<Millisecond>::try_from(Duration::from_millis(1_500))?;
/// assert!(length.convert::<Second>().is_err()); // half a second would be lost
/// assert_eq!(length.floor::<Second>()?, TimeDelta64::new(1));
/// assert!(Duration::try_from(TimeDelta64::<Second>::new(-1)).is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct TimeDelta64<U>(i64, PhantomData<U>);

macro_rules! cells {
    ($($cell:ident $kind:ident $numpy:literal $example:literal $other:literal),*) => {$(
        impl<U: Unit> $cell<U> {
            /// "Not a time": a value that is missing.
            #[doc = concat!("`np.", $numpy, "(\"NaT\")`.")]
            ///
            /// ```
            #[doc = concat!("use npz_core::{", stringify!($cell), ", time::Day};")]
            ///
            #[doc = concat!("assert!(", stringify!($cell), "::<Day>::NAT.is_nat());")]
            /// ```
            pub const NAT: Self = Self::new(NAT);

            /// Makes a cell of a count of ticks; `i64::MIN` is NaT.
            #[doc = concat!("`np.", $numpy, "(ticks, unit)`.")]
            ///
            /// ```
            #[doc = concat!("use npz_core::{", stringify!($cell), ", time::Day};")]
            ///
            #[doc = concat!("assert_eq!(", stringify!($cell), "::<Day>::new(3).to_string(), ", $example, ");")]
            /// ```
            pub const fn new(ticks: i64) -> Self {
                Self(ticks, PhantomData)
            }

            /// Gives the count of ticks, `i64::MIN` for NaT. `a.view("i8")`.
            pub const fn ticks(self) -> i64 {
                self.0
            }

            /// Tells whether it is no time. [`np.isnat`](https://numpy.org/doc/stable/reference/generated/numpy.isnat.html).
            pub const fn is_nat(self) -> bool {
                self.0 == NAT
            }

            /// Converts to another unit; keeps the value, or fails. NaT stays NaT.
            ///
            /// A cell without a unit ([`Generic`](super::Generic)) keeps its number, as in NumPy.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the value is no whole number of the new ticks or
            /// does not fit into 64 bits of them, and for units that never become each other.
            ///
            /// ```
            #[doc = concat!("use npz_core::{", stringify!($cell), ", time::{Day, Hour, Nanosecond}};")]
            ///
            #[doc = concat!("let hours = ", stringify!($cell), "::<Day>::new(2).convert::<Hour>()?;")]
            /// assert_eq!(hours.ticks(), 48);
            #[doc = concat!("assert!(", stringify!($cell), "::<Day>::new(200_000).convert::<Nanosecond>().is_err());")]
            /// # Ok::<(), npz_core::Error>(())
            /// ```
            pub fn convert<V: Unit>(self) -> Result<$cell<V>> {
                self.scaled(false)
            }

            /// Converts to another unit, rounding down (before 1970 or below zero away from it), as NumPy does.
            #[doc = concat!("`a.astype(\"", $other, "\")`. NaT stays NaT.")]
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the value does not fit into 64 bits of the new ticks,
            /// where NumPy wraps, and for units that never become each other.
            ///
            /// ```
            #[doc = concat!("use npz_core::{", stringify!($cell), ", time::{Day, Hour}};")]
            ///
            #[doc = concat!("assert_eq!(", stringify!($cell), "::<Hour>::new(-1).floor::<Day>()?.ticks(), -1);")]
            /// # Ok::<(), npz_core::Error>(())
            /// ```
            pub fn floor<V: Unit>(self) -> Result<$cell<V>> {
                self.scaled(true)
            }

            fn scaled<V: Unit>(self, may_round: bool) -> Result<$cell<V>> {
                if self.is_nat() {
                    return Ok($cell::NAT);
                }
                let target = || type_name(DTypeKind::$kind, V::UNIT);
                let scale = Scale::new(U::UNIT, V::UNIT, DTypeKind::$kind == DTypeKind::DateTime);
                let scale = scale.ok_or_else(|| {
                    Error::invalid(format!("{self:?} never becomes {}: the units do not fit each other", target()))
                })?;
                let scaled = scale.apply(i128::from(self.0));
                match scaled.map(|scaled| (i64::try_from(scaled.ticks), scaled.is_exact || may_round)) {
                    Some((Ok(ticks), true)) if ticks != NAT => Ok($cell::new(ticks)),
                    Some((Ok(ticks), false)) if ticks != NAT => Err(Error::invalid(format!(
                        "{self} is no whole number of {}: `floor` rounds it down", V::UNIT
                    ))),
                    _ => Err(Error::invalid(format!("{self} does not fit into {}; use a coarser unit", target()))),
                }
            }
        }

        /// Zero ticks.
        impl<U: Unit> Default for $cell<U> {
            fn default() -> Self {
                Self::new(0)
            }
        }

        /// NaT last, as `np.sort` has it.
        impl<U: Unit> Ord for $cell<U> {
            fn cmp(&self, other: &Self) -> Ordering {
                // One less, around the end: NaT, the least, becomes the greatest.
                self.0.wrapping_sub(1).cmp(&other.0.wrapping_sub(1))
            }
        }

        impl<U: Unit> PartialOrd for $cell<U> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        /// As `str` in NumPy.
        impl<U: Unit> fmt::Display for $cell<U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&time_text(DTypeKind::$kind, self.0, U::UNIT))
            }
        }

        /// The text with the unit, which the text alone may not show.
        impl<U: Unit> fmt::Debug for $cell<U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}[{}]({self})", stringify!($cell), U::UNIT)
            }
        }

        impl<U: Unit> Ticks for $cell<U> {
            fn of(ticks: i64) -> Self {
                Self::new(ticks)
            }
        }

        impl<U: Unit> Sealed for $cell<U> {}
        impl<U: Unit> Element for $cell<U> {
            const KIND: DTypeKind = DTypeKind::$kind;
            fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
                Ok(DType::time(DTypeKind::$kind, U::UNIT))
            }
            fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
                encode_pod(cells, size_of::<i64>())
            }
            fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
                decode::decoder(DTypeKind::$kind, U::UNIT, stored, rule)
            }
            fn wanted() -> Wanted {
                Wanted::Cells(DType::time(DTypeKind::$kind, U::UNIT))
            }
            fn rust_name() -> Cow<'static, str> {
                type_name(DTypeKind::$kind, U::UNIT).into()
            }
            const NOT_FINITE: &'static str = "NaT";
            fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
                first_failing(cells, |cell| !cell.is_nat())
            }
            fn view<'c>(bytes: &'c [u8], stored: &DType) -> Result<&'c [Self], &'static str> {
                view_pod(bytes, stored)
            }
        }
    )*};
}

cells! {
    DateTime64 DateTime "datetime64" "\"1970-01-04\"" "M8[s]",
    TimeDelta64 TimeDelta "timedelta64" "\"3 days\"" "m8[s]"
}
