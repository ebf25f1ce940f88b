//! To and from the types of `jiff`.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use super::nanos::{beyond, from_nanos, join, split, to_days, to_nanos};
use super::{DateTime64, Day, TimeDelta64, Unit};
use crate::dtype::DTypeKind;
use crate::error::{Error, Result};

const DAY_SECONDS: i64 = 86_400;
/// Where NumPy counts from.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<Timestamp> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: Timestamp) -> Result<Self> {
        from_nanos(DTypeKind::DateTime, time.as_nanosecond(), U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, or beyond the years -9999 to 9999.
impl<U: Unit> TryFrom<DateTime64<U>> for Timestamp {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::DateTime, time.ticks(), U::UNIT)?;
        Self::from_nanosecond(nanos)
            .map_err(|_| beyond("jiff::Timestamp", DTypeKind::DateTime, time.ticks(), U::UNIT))
    }
}

/// The clock's time, without a zone as in NumPy. Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<DateTime> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: DateTime) -> Result<Self> {
        let since = time.duration_since(EPOCH.to_datetime(jiff::civil::Time::midnight()));
        from_nanos(DTypeKind::DateTime, since.as_nanos(), U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, or beyond the years -9999 to 9999.
impl<U: Unit> TryFrom<DateTime64<U>> for DateTime {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::DateTime, time.ticks(), U::UNIT)?;
        let since = split(nanos).map(|(seconds, nanos)| SignedDuration::new(seconds, nanos as i32));
        let epoch = EPOCH.to_datetime(jiff::civil::Time::midnight());
        let there = since.and_then(|since| epoch.checked_add(since).ok());
        there.ok_or_else(|| beyond("jiff::civil::DateTime", DTypeKind::DateTime, time.ticks(), U::UNIT))
    }
}

/// The day's first moment. Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<Date> for DateTime64<U> {
    type Error = Error;
    fn try_from(date: Date) -> Result<Self> {
        // Midnights of a clock without a zone: whole days.
        let days = date.duration_since(EPOCH).as_secs() / DAY_SECONDS;
        DateTime64::<Day>::new(days).convert()
    }
}

/// Exact, or an error: NaT, a part of a day, or beyond the years -9999 to 9999.
impl<U: Unit> TryFrom<DateTime64<U>> for Date {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let days = to_days(time.ticks(), U::UNIT)?;
        let since = days.checked_mul(DAY_SECONDS).map(SignedDuration::from_secs);
        let date = since.and_then(|since| EPOCH.checked_add(since).ok());
        date.ok_or_else(|| beyond("jiff::civil::Date", DTypeKind::DateTime, time.ticks(), U::UNIT))
    }
}

/// Exact, or an error: a part of a tick, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<SignedDuration> for TimeDelta64<U> {
    type Error = Error;
    fn try_from(length: SignedDuration) -> Result<Self> {
        let nanos = join(length.as_secs(), length.subsec_nanos().into());
        from_nanos(DTypeKind::TimeDelta, nanos, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<TimeDelta64<U>> for SignedDuration {
    type Error = Error;
    fn try_from(length: TimeDelta64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::TimeDelta, length.ticks(), U::UNIT)?;
        let there = split(nanos).map(|(seconds, nanos)| Self::new(seconds, nanos as i32));
        there.ok_or_else(|| beyond("jiff::SignedDuration", DTypeKind::TimeDelta, length.ticks(), U::UNIT))
    }
}
