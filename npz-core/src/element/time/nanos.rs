//! Nanoseconds, by way of which times of other libraries come and go: all of those count seconds and nanoseconds.

use super::scale::Scale;
use super::text::{NAT, time_text};
use crate::dtype::{DType, Kind, TimeBase, TimeUnit};
use crate::error::{Error, Result};

const NANOSECOND: TimeUnit = TimeUnit::one(TimeBase::Nanosecond);

/// The cell type as a message names it: `DateTime64<Nanosecond>`.
pub(super) fn type_name(kind: Kind, unit: TimeUnit) -> String {
    DType::time(kind, unit).rust_name().unwrap_or_default().into_owned()
}

/// A cell as nanoseconds; an error where that is no whole number, or where there is none.
pub(super) fn to_nanos(kind: Kind, ticks: i64, unit: TimeUnit) -> Result<i128> {
    if ticks == NAT {
        return Err(Error::invalid("expected a time, found NaT: ask `is_nat` first"));
    }
    if unit.base() == TimeBase::Generic {
        return Err(Error::invalid(format!(
            "{} has no unit: convert it to one first, which keeps the number",
            type_name(kind, unit)
        )));
    }
    let scale = Scale::new(unit, NANOSECOND, kind == Kind::DateTime).ok_or_else(|| {
        Error::invalid("months and years have no fixed length: use days, or a point in time".to_owned())
    })?;
    let text = || time_text(kind, ticks, unit);
    let scaled = scale.apply(i128::from(ticks));
    let scaled = scaled.ok_or_else(|| Error::invalid(format!("{} is too far for this type", text())))?;
    if !scaled.is_exact {
        return Err(Error::invalid(format!(
            "{} is no whole number of nanoseconds: round it by `floor::<Nanosecond>()` first",
            text()
        )));
    }
    Ok(scaled.ticks)
}

/// Nanoseconds as a cell; an error where that is no whole number of ticks, or too many.
pub(super) fn from_nanos(kind: Kind, nanos: i128, unit: TimeUnit) -> Result<i64> {
    let target = || type_name(kind, unit);
    if unit.base() == TimeBase::Generic {
        return Err(Error::invalid(format!("{} has no unit: convert to another one", target())));
    }
    let scale = Scale::new(NANOSECOND, unit, kind == Kind::DateTime).ok_or_else(|| {
        Error::invalid(format!("{} can't hold it: months and years have no fixed length", target()))
    })?;
    let scaled = scale.apply(nanos);
    match scaled.map(|scaled| (i64::try_from(scaled.ticks), scaled.is_exact)) {
        Some((Ok(ticks), true)) if ticks != NAT => Ok(ticks),
        Some((Ok(ticks), false)) if ticks != NAT => Err(Error::invalid(format!(
            "{nanos} ns are no whole number of {unit}: convert into nanoseconds and round by `floor`"
        ))),
        _ => {
            let [least, most] = [NAT + 1, i64::MAX].map(|ticks| time_text(kind, ticks, unit));
            Err(Error::invalid(format!(
                "{nanos} ns do not fit into {}, which reaches from {least} to {most}: use a coarser unit",
                target()
            )))
        }
    }
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
pub(super) fn beyond(type_name: &str, kind: Kind, ticks: i64, unit: TimeUnit) -> Error {
    Error::invalid(format!("{} is beyond what {type_name} can hold", time_text(kind, ticks, unit)))
}
