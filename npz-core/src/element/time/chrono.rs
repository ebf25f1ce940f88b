//! To and from the types of `chrono`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::nanos::{beyond, from_nanos, join, split, to_days, to_nanos};
use super::{DateTime64, Day, TimeDelta64, Unit};
use crate::dtype::DTypeKind;
use crate::error::{Error, Result};

/// Exact, or an error: a part of a tick, or too far from 1970. A leap second becomes the second after it.
impl<U: Unit> TryFrom<DateTime<Utc>> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: DateTime<Utc>) -> Result<Self> {
        let nanos = join(time.timestamp(), time.timestamp_subsec_nanos().into());
        from_nanos(DTypeKind::DateTime, nanos, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, or beyond the years of chrono.
impl<U: Unit> TryFrom<DateTime64<U>> for DateTime<Utc> {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::DateTime, time.ticks(), U::UNIT)?;
        let there = split(nanos).and_then(|(seconds, nanos)| Self::from_timestamp(seconds, nanos));
        there.ok_or_else(|| beyond("chrono::DateTime<Utc>", DTypeKind::DateTime, time.ticks(), U::UNIT))
    }
}

/// As of the `DateTime<Utc>` that shows the same.
impl<U: Unit> TryFrom<NaiveDateTime> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: NaiveDateTime) -> Result<Self> {
        time.and_utc().try_into()
    }
}

/// As of the `DateTime<Utc>` that shows the same.
impl<U: Unit> TryFrom<DateTime64<U>> for NaiveDateTime {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        DateTime::<Utc>::try_from(time).map(|time| time.naive_utc())
    }
}

/// The day's first moment. Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<NaiveDate> for DateTime64<U> {
    type Error = Error;
    fn try_from(date: NaiveDate) -> Result<Self> {
        DateTime64::<Day>::new(date.to_epoch_days().into()).convert()
    }
}

/// Exact, or an error: NaT, a part of a day, or beyond the years of chrono.
impl<U: Unit> TryFrom<DateTime64<U>> for NaiveDate {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let days = to_days(time.ticks(), U::UNIT)?;
        let date = i32::try_from(days).ok().and_then(Self::from_epoch_days);
        date.ok_or_else(|| beyond("chrono::NaiveDate", DTypeKind::DateTime, time.ticks(), U::UNIT))
    }
}

/// Exact, or an error: a part of a tick, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<TimeDelta> for TimeDelta64<U> {
    type Error = Error;
    fn try_from(length: TimeDelta) -> Result<Self> {
        let nanos = join(length.num_seconds(), length.subsec_nanos().into());
        from_nanos(DTypeKind::TimeDelta, nanos, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<TimeDelta64<U>> for TimeDelta {
    type Error = Error;
    fn try_from(length: TimeDelta64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::TimeDelta, length.ticks(), U::UNIT)?;
        let there = split(nanos).and_then(|(seconds, nanos)| Self::new(seconds, nanos));
        there.ok_or_else(|| beyond("chrono::TimeDelta", DTypeKind::TimeDelta, length.ticks(), U::UNIT))
    }
}
