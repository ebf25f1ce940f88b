//! Times as text: `2024-02-29T12:00`, `5 days`.

use crate::dtype::{TimeBase, TimeUnit};

/// `np.datetime_as_string`: no more than the unit tells.
pub(super) fn date(ticks: i64, unit: TimeUnit) -> String {
    let ticks = i128::from(ticks) * i128::from(unit.count());
    let (seconds, fraction) = match unit.base() {
        TimeBase::Generic => return ticks.to_string(),
        TimeBase::Year => return format!("{:04}", 1970 + ticks),
        TimeBase::Month => {
            return format!("{:04}-{:02}", 1970 + ticks.div_euclid(12), ticks.rem_euclid(12) + 1);
        }
        TimeBase::Week => return day(7 * ticks),
        TimeBase::Day => return day(ticks),
        TimeBase::Hour => (3600 * ticks, None),
        TimeBase::Minute => (60 * ticks, None),
        TimeBase::Second => (ticks, None),
        TimeBase::Millisecond => split(ticks, 3),
        TimeBase::Microsecond => split(ticks, 6),
        TimeBase::Nanosecond => split(ticks, 9),
        TimeBase::Picosecond => split(ticks, 12),
        TimeBase::Femtosecond => split(ticks, 15),
        TimeBase::Attosecond => split(ticks, 18),
    };
    let clock = seconds.rem_euclid(86400);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let day = day(seconds.div_euclid(86400));
    match (unit.base(), fraction) {
        (TimeBase::Hour, _) => format!("{day}T{hour:02}"),
        (TimeBase::Minute, _) => format!("{day}T{hour:02}:{minute:02}"),
        (_, None) => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
        (_, Some((fraction, digits))) => {
            format!("{day}T{hour:02}:{minute:02}:{second:02}.{fraction:0>digits$}")
        }
    }
}

/// Seconds, and what is left over with its number of digits.
fn split(ticks: i128, digits: usize) -> (i128, Option<(i128, usize)>) {
    let parts = 10_i128.pow(digits as u32);
    (ticks.div_euclid(parts), Some((ticks.rem_euclid(parts), digits)))
}

/// A day of the Gregorian calendar, counted from 1970.
fn day(days: i128) -> String {
    // Years begin with March here, so that the odd day comes last; 400 of them have 146097 days.
    let days = days + 719468;
    let (era, day) = (days.div_euclid(146097), days.rem_euclid(146097));
    let year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

/// `str(np.timedelta64(5, "D"))`.
pub(super) fn span(ticks: i64, unit: TimeUnit) -> String {
    let name = match unit.base() {
        TimeBase::Generic => "generic time units",
        TimeBase::Year => "years",
        TimeBase::Month => "months",
        TimeBase::Week => "weeks",
        TimeBase::Day => "days",
        TimeBase::Hour => "hours",
        TimeBase::Minute => "minutes",
        TimeBase::Second => "seconds",
        TimeBase::Millisecond => "milliseconds",
        TimeBase::Microsecond => "microseconds",
        TimeBase::Nanosecond => "nanoseconds",
        TimeBase::Picosecond => "picoseconds",
        TimeBase::Femtosecond => "femtoseconds",
        TimeBase::Attosecond => "attoseconds",
    };
    format!("{} {name}", i128::from(ticks) * i128::from(unit.count()))
}
