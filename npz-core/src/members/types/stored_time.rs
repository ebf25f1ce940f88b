//! Times of `std`, `chrono` and `jiff`, saved as NumPy's times in nanoseconds; dates as days.

use crate::dtype::DTypeKind;
use crate::element::Cast;
#[cfg(any(feature = "chrono", feature = "jiff"))]
use crate::element::time::Day;
use crate::element::time::{DateTime64, Nanosecond, TimeDelta64};
use crate::error::{Error, Result};
use crate::members::types::stored_as::{StoredAs, restore_in, restore_many, save_many, stored_as};
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory;
use crate::report::RemarkKind;
use std::time::{Duration, SystemTime};

stored_as! {
    () Duration, () SystemTime,
    #[cfg(feature = "chrono")] () chrono::DateTime<chrono::Utc>,
    #[cfg(feature = "chrono")] () chrono::NaiveDateTime,
    #[cfg(feature = "chrono")] () chrono::NaiveDate,
    #[cfg(feature = "chrono")] () chrono::TimeDelta,
    #[cfg(feature = "jiff")] () jiff::Timestamp,
    #[cfg(feature = "jiff")] () jiff::civil::DateTime,
    #[cfg(feature = "jiff")] () jiff::civil::Date,
    #[cfg(feature = "jiff")] () jiff::SignedDuration,
}

/// Up to 292 years.
impl StoredAs for Duration {
    type Stored = TimeDelta64<Nanosecond>;
    fn store(&self) -> Result<Self::Stored> {
        TimeDelta64::try_from(*self).map_err(|_| {
            Error::invalid(format!("expected a duration of at most 292 years, found {} s", self.as_secs()))
        })
    }
    fn restore(stored: Self::Stored) -> Result<Self> {
        stored.try_into()
    }
    fn nat_names(stored: &Self::Stored) -> Option<[&'static str; 2]> {
        stored.is_nat().then_some(["Duration", "TimeDelta64<Nanosecond>"])
    }
}

/// The years 1678 to 2262. Integers are read too, as nanoseconds: that is how others save it.
impl StoredAs for SystemTime {
    type Stored = DateTime64<Nanosecond>;
    fn store(&self) -> Result<Self::Stored> {
        (*self).try_into()
    }
    fn restore(stored: Self::Stored) -> Result<Self> {
        stored.try_into()
    }
    fn nat_names(stored: &Self::Stored) -> Option<[&'static str; 2]> {
        stored.is_nat().then_some(["SystemTime", "DateTime64<Nanosecond>"])
    }
    #[inline]
    fn plan_stored<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self::Stored>
    where
        Self::Stored: 's,
    {
        if takes_integers(loader, name) {
            return i64::plan(loader, name).map(DateTime64::new);
        }
        Self::Stored::plan(loader, name)
    }
    #[inline]
    fn plan_stored_many<'s>(
        loader: &mut Loader<'s>,
        name: &Name,
        dims: &[Option<usize>],
    ) -> Plan<'s, Vec<Self::Stored>>
    where
        Self::Stored: 's,
    {
        if takes_integers(loader, name) {
            let many = i64::plan_many(loader, name, dims);
            return many.and_then(|many| memory::collect(many.into_iter().map(DateTime64::new), "list"));
        }
        Self::Stored::plan_many(loader, name, dims)
    }
}

/// Whether a member holds integers, which NumPy's rules never turn into points in time.
fn takes_integers(loader: &mut Loader<'_>, name: &Name) -> bool {
    if loader.cast == Cast::Exact {
        return false;
    }
    let view = loader.view();
    let array = loader.member_at(name).and_then(|member| view.array(member).ok().flatten());
    let Some(dtype) = array.as_ref().map(|array| array.header().dtype()) else {
        return false;
    };
    let are_integers = matches!(dtype.kind(), DTypeKind::Int | DTypeKind::Uint);
    if are_integers {
        let text = format!("{dtype} was taken for nanoseconds since 1970");
        loader.remark(RemarkKind::Cast, name.as_str(), text);
    }
    are_integers
}

/// Types that convert by themselves, both ways.
macro_rules! by_conversion {
    ($( $feature:literal $ty:ty as $stored:ty ),*) => {$(
        #[cfg(feature = $feature)]
        impl StoredAs for $ty {
            type Stored = $stored;
            fn store(&self) -> Result<Self::Stored> {
                (*self).try_into()
            }
            fn restore(stored: Self::Stored) -> Result<Self> {
                stored.try_into()
            }
            fn nat_names(stored: &Self::Stored) -> Option<[&'static str; 2]> {
                stored.is_nat().then_some([stringify!($ty), stringify!($stored)])
            }
        }
    )*};
}

by_conversion! {
    "chrono" chrono::DateTime<chrono::Utc> as DateTime64<Nanosecond>,
    "chrono" chrono::NaiveDateTime as DateTime64<Nanosecond>,
    "chrono" chrono::NaiveDate as DateTime64<Day>,
    "chrono" chrono::TimeDelta as TimeDelta64<Nanosecond>,
    "jiff" jiff::Timestamp as DateTime64<Nanosecond>,
    "jiff" jiff::civil::DateTime as DateTime64<Nanosecond>,
    "jiff" jiff::civil::Date as DateTime64<Day>,
    "jiff" jiff::SignedDuration as TimeDelta64<Nanosecond>
}
