//! Units as types: what one tick of a cell is.

use std::hash::Hash;
use std::marker::PhantomData;

use bytemuck::{Pod, Zeroable};

use crate::dtype::{TimeBase, TimeUnit};

/// The unit of a [`DateTime64`](super::DateTime64) or [`TimeDelta64`](super::TimeDelta64), as a type.
///
/// Sealed: the units are those of NumPy and their [`Multiple`]s.
///
/// ```
/// use npz_core::TimeBase;
/// use npz_core::time::{Multiple, Second, Unit};
///
/// let unit = Multiple::<25, Second>::UNIT;
/// assert_eq!((unit.count(), unit.base()), (25, TimeBase::Second)); // np.datetime_data
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no unit of time",
    note = "the units are in `npz_core::time`: `Nanosecond`, `Day`, `Multiple<25, Second>`, ..."
)]
pub trait Unit: Sealed {
    /// The unit as data.
    const UNIT: TimeUnit;
}

/// What the cells need of a unit to be plain bytes, and no user's business.
pub trait Sealed: Pod + Eq + Hash + Send + Sync {}

macro_rules! units {
    ($( $(#[$doc:meta])+ $unit:ident ),* $(,)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
        #[repr(C)]
        pub struct $unit;
        impl Sealed for $unit {}
        impl Unit for $unit {
            const UNIT: TimeUnit = TimeUnit::one(TimeBase::$unit);
        }
    )*};
}

units! {
    /// No unit: `np.timedelta64(3)`. Any other unit is made of it by keeping the number.
    Generic,
    /// `Y`: years, which have no fixed length.
    Year,
    /// `M`: months, which have no fixed length.
    Month,
    /// `W`: weeks of seven days; as a point in time, from a Thursday.
    Week,
    /// `D`: days of 24 hours.
    Day,
    /// `h`
    Hour,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `ms`
    Millisecond,
    /// `us`
    Microsecond,
    /// `ns`: the unit of pandas and of `std::time`. An `i64` of them reaches 292 years from 1970.
    Nanosecond,
    /// `ps`
    Picosecond,
    /// `fs`
    Femtosecond,
    /// `as`
    Attosecond,
}

/// A multiple of a unit: `Multiple<25, Second>` is NumPy's `25s`.
///
/// Compiles for what NumPy has a unit for: `N` from 1, products up to 2147483647, and no multiple of [`Generic`].
///
/// ```
/// use npz_core::time::{Multiple, Second, Unit};
///
/// assert_eq!(Multiple::<25, Second>::UNIT.to_string(), "25s");
/// ```
///
/// ```compile_fail
/// use npz_core::time::{Multiple, Second, Unit};
///
/// let unit = Multiple::<0, Second>::UNIT;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct Multiple<const N: u32, U>(PhantomData<U>);

impl<const N: u32, U: Unit> Sealed for Multiple<N, U> {}
impl<const N: u32, U: Unit> Unit for Multiple<N, U> {
    const UNIT: TimeUnit = match U::UNIT.times(N) {
        Some(unit) => unit,
        None => panic!("no unit of NumPy: multiples are from 1 to 2147483647, and not of `Generic`"),
    };
}
