//! Nanoseconds, by way of which times of other libraries come and go: all of those count seconds and nanoseconds.

use super::scale::Scale;
use super::text::{NAT, time_text};
use crate::dtype::{DType, DTypeKind, TimeBase, TimeUnit};
use crate::error::{Error, Result};

const NANOSECOND: TimeUnit = TimeUnit::one(TimeBase::Nanosecond);

/// The cell type as a message names it: `DateTime64<Nanosecond>`.
pub(super) fn type_name(kind: DTypeKind, unit: TimeUnit) -> String {
    DType::time(kind, unit).rust_name().unwrap_or_default().into_owned()
}

/// A cell as nanoseconds; an error where that is no whole number, or where there is none.
pub(super) fn to_nanos(kind: DTypeKind, ticks: i64, unit: TimeUnit) -> Result<i128> {
    to_whole(kind, ticks, unit, NANOSECOND)
}

/// A point in time as days; an error where that is no whole number, or where there is none.
#[cfg(any(feature = "chrono", feature = "jiff"))]
pub(super) fn to_days(ticks: i64, unit: TimeUnit) -> Result<i64> {
    let days = to_whole(DTypeKind::DateTime, ticks, unit, TimeUnit::one(TimeBase::Day))?;
    // No date of another library is as far away.
    i64::try_from(days).map_err(|_| beyond("a date", DTypeKind::DateTime, ticks, unit))
}

/// A cell in whole base units of another length.
fn to_whole(kind: DTypeKind, ticks: i64, unit: TimeUnit, target: TimeUnit) -> Result<i128> {
    if ticks == NAT {
        return Err(Error::invalid("expected a time, found NaT; ask `is_nat` first"));
    }
    if unit.base() == TimeBase::Generic {
        return Err(Error::invalid(format!(
            "{} has no unit; convert it to one first, which keeps the number",
            type_name(kind, unit)
        )));
    }
    let scale = Scale::new(unit, target, kind == DTypeKind::DateTime).ok_or_else(|| {
        Error::invalid("months and years have no fixed length; use days, or a point in time".to_owned())
    })?;
    let text = || time_text(kind, ticks, unit);
    let scaled = scale.apply(i128::from(ticks));
    let scaled = scaled.ok_or_else(|| Error::invalid(format!("{} is too far for this type", text())))?;
    if !scaled.is_exact {
        return Err(Error::invalid(format!(
            "{} is no whole number of {target}: round it by `floor::<{}>()` first",
            text(),
            target.type_name()
        )));
    }
    Ok(scaled.ticks)
}

/// Nanoseconds as a cell; an error where that is no whole number of ticks, or too many.
pub(super) fn from_nanos(kind: DTypeKind, nanos: i128, unit: TimeUnit) -> Result<i64> {
    let target = || type_name(kind, unit);
    if unit.base() == TimeBase::Generic {
        return Err(Error::invalid(format!("{} has no unit; convert to another one", target())));
    }
    let scale = Scale::new(NANOSECOND, unit, kind == DTypeKind::DateTime).ok_or_else(|| {
        Error::invalid(format!("{} can't hold it: months and years have no fixed length", target()))
    })?;
    let scaled = scale.apply(nanos);
    match scaled.map(|scaled| (i64::try_from(scaled.ticks), scaled.is_exact)) {
        Some((Ok(ticks), true)) if ticks != NAT => Ok(ticks),
        Some((Ok(ticks), false)) if ticks != NAT => Err(Error::invalid(format!(
            "{nanos} ns are no whole number of {unit}: {}",
            match exact_unit(nanos) {
                Some(exact) => format!("convert into {} and round by `floor`", type_name(kind, exact)),
                None => round_first(nanos),
            }
        ))),
        _ => {
            let [least, most] = [NAT + 1, i64::MAX].map(|ticks| time_text(kind, ticks, unit));
            Err(Error::invalid(format!(
                "{nanos} ns do not fit into {}, which reaches from {least} to {most}: {}",
                target(),
                match exact_unit(nanos) {
                    Some(exact) => format!("use a coarser unit, such as {}", type_name(kind, exact)),
                    None => round_first(nanos),
                }
            )))
        }
    }
}

/// From the finest. All are multiples of a nanosecond.
const COARSER: [TimeBase; 8] = [
    TimeBase::Nanosecond,
    TimeBase::Microsecond,
    TimeBase::Millisecond,
    TimeBase::Second,
    TimeBase::Minute,
    TimeBase::Hour,
    TimeBase::Day,
    TimeBase::Week,
];

/// The finest units of which so many nanoseconds are a number that fits, each with whether that is exact.
fn fitting(nanos: i128) -> impl Iterator<Item = (TimeUnit, bool)> {
    COARSER.into_iter().map(TimeUnit::one).filter_map(move |unit| {
        let scaled = Scale::new(NANOSECOND, unit, false)?.apply(nanos)?;
        i64::try_from(scaled.ticks).ok().filter(|&ticks| ticks != NAT).map(|_| (unit, scaled.is_exact))
    })
}

/// The finest unit that holds so many nanoseconds, and all of them.
fn exact_unit(nanos: i128) -> Option<TimeUnit> {
    fitting(nanos).find(|&(_, is_exact)| is_exact).map(|(unit, _)| unit)
}

/// What to do where no unit holds all of it.
fn round_first(nanos: i128) -> String {
    let unit = fitting(nanos).next().map_or(TimeUnit::one(TimeBase::Week), |(unit, _)| unit);
    format!("no unit holds all of it, so round it first, to a whole number of {unit}")
}

/// Seconds, and the nanoseconds from there: 0 to 999999999.
#[cfg(any(feature = "chrono", feature = "jiff"))]
pub(super) fn split(nanos: i128) -> Option<(i64, u32)> {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    Some((seconds, nanos.rem_euclid(1_000_000_000) as u32))
}

/// The nanoseconds of seconds and a rest.
#[cfg(any(feature = "chrono", feature = "jiff"))]
pub(super) fn join(seconds: i64, nanos: i128) -> i128 {
    i128::from(seconds) * 1_000_000_000 + nanos
}

/// A time that the other type can't hold.
pub(super) fn beyond(type_name: &str, kind: DTypeKind, ticks: i64, unit: TimeUnit) -> Error {
    Error::invalid(format!("{} is beyond what {type_name} can hold", time_text(kind, ticks, unit)))
}
