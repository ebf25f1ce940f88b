//! To and from the types of `jiff`.

use jiff::{SignedDuration, Timestamp};

use super::nanos::{beyond, from_nanos, join, split, to_nanos};
use super::{DateTime64, TimeDelta64, Unit};
use crate::dtype::Kind;
use crate::error::{Error, Result};

/// Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<Timestamp> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: Timestamp) -> Result<Self> {
        from_nanos(Kind::DateTime, time.as_nanosecond(), U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, or beyond the years -9999 to 9999.
impl<U: Unit> TryFrom<DateTime64<U>> for Timestamp {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let nanos = to_nanos(Kind::DateTime, time.ticks(), U::UNIT)?;
        Self::from_nanosecond(nanos)
            .map_err(|_| beyond("jiff::Timestamp", Kind::DateTime, time.ticks(), U::UNIT))
    }
}

/// Exact, or an error: a part of a tick, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<SignedDuration> for TimeDelta64<U> {
    type Error = Error;
    fn try_from(length: SignedDuration) -> Result<Self> {
        let nanos = join(length.as_secs(), length.subsec_nanos().into());
        from_nanos(Kind::TimeDelta, nanos, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<TimeDelta64<U>> for SignedDuration {
    type Error = Error;
    fn try_from(length: TimeDelta64<U>) -> Result<Self> {
        let nanos = to_nanos(Kind::TimeDelta, length.ticks(), U::UNIT)?;
        let there = split(nanos).map(|(seconds, nanos)| Self::new(seconds, nanos as i32));
        there.ok_or_else(|| beyond("jiff::SignedDuration", Kind::TimeDelta, length.ticks(), U::UNIT))
    }
}
