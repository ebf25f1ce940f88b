//! To and from the types of `std::time`.

use std::time::{Duration, SystemTime};

use super::nanos::{beyond, from_nanos, to_nanos};
use super::{DateTime64, TimeDelta64, Unit};
use crate::dtype::DTypeKind;
use crate::error::{Error, Result};

/// Exact, or an error: a part of a tick, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<Duration> for TimeDelta64<U> {
    type Error = Error;
    fn try_from(length: Duration) -> Result<Self> {
        // At most 2^64 seconds: far within an i128.
        from_nanos(DTypeKind::TimeDelta, length.as_nanos() as i128, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, negative, a part of a nanosecond, too long, or a unit of no fixed length.
impl<U: Unit> TryFrom<TimeDelta64<U>> for Duration {
    type Error = Error;
    fn try_from(length: TimeDelta64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::TimeDelta, length.ticks(), U::UNIT)?;
        if nanos < 0 {
            return Err(Error::invalid(format!(
                "expected a duration, which is not negative, found {length}"
            )));
        }
        let seconds = u64::try_from(nanos / 1_000_000_000);
        let seconds =
            seconds.map_err(|_| beyond("Duration", DTypeKind::TimeDelta, length.ticks(), U::UNIT))?;
        Ok(Self::new(seconds, (nanos % 1_000_000_000) as u32))
    }
}

/// Exact, or an error: a part of a tick, or too far from 1970.
impl<U: Unit> TryFrom<SystemTime> for DateTime64<U> {
    type Error = Error;
    fn try_from(time: SystemTime) -> Result<Self> {
        let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        from_nanos(DTypeKind::DateTime, nanos, U::UNIT).map(Self::new)
    }
}

/// Exact, or an error: NaT, a part of a nanosecond, or a time that this system has not.
///
/// On Windows a `SystemTime` itself counts units of 100 ns, and drops what is finer.
impl<U: Unit> TryFrom<DateTime64<U>> for SystemTime {
    type Error = Error;
    fn try_from(time: DateTime64<U>) -> Result<Self> {
        let nanos = to_nanos(DTypeKind::DateTime, time.ticks(), U::UNIT)?;
        let distance = nanos.unsigned_abs();
        let far = || beyond("SystemTime", DTypeKind::DateTime, time.ticks(), U::UNIT);
        let seconds = u64::try_from(distance / 1_000_000_000).map_err(|_| far())?;
        let distance = Duration::new(seconds, (distance % 1_000_000_000) as u32);
        let epoch = Self::UNIX_EPOCH;
        let there = if nanos < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) };
        there.ok_or_else(far)
    }
}
