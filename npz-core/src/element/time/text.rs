//! Cells as NumPy prints them. Mirrors `make_iso_8601_datetime` and `timedelta_str`.

use super::scale::Date;
use crate::dtype::{DTypeKind, TimeBase, TimeUnit};

/// `NaT`: what NumPy stores for a time that is none.
pub(crate) const NAT: i64 = i64::MIN;

/// The text of one cell of a time dtype: what `str` gives in NumPy.
///
/// Where NumPy wraps beyond 64 bits (`M8[2Y]`, years near the ends), the true number is printed; a point in time
/// without a unit, which NumPy refuses to print, is printed as a length.
pub(crate) fn time_text(kind: DTypeKind, ticks: i64, unit: TimeUnit) -> String {
    if ticks == NAT {
        return "NaT".to_owned();
    }
    let units = i128::from(ticks) * i128::from(unit.count());
    if kind == DTypeKind::DateTime && unit.base() != TimeBase::Generic {
        date(units, unit.base())
    } else {
        format!("{units} {}", plural(unit.base()))
    }
}

fn plural(base: TimeBase) -> String {
    match base {
        TimeBase::Generic => "generic time units".to_owned(),
        base => format!("{base:?}s").to_lowercase(),
    }
}

/// ISO 8601, as exact as the unit is.
fn date(units: i128, base: TimeBase) -> String {
    // A second has 10 to the power of `digits` units.
    let (a_day, digits) = match base {
        TimeBase::Generic | TimeBase::Year => return format!("{:04}", 1970 + units),
        TimeBase::Month => {
            return format!("{:04}-{:02}", 1970 + units.div_euclid(12), units.rem_euclid(12) + 1);
        }
        TimeBase::Week => return day(units * 7),
        TimeBase::Day => return day(units),
        TimeBase::Hour => return format!("{}T{:02}", day(units.div_euclid(24)), units.rem_euclid(24)),
        TimeBase::Minute => {
            let minutes = units.rem_euclid(1_440);
            return format!("{}T{:02}:{:02}", day(units.div_euclid(1_440)), minutes / 60, minutes % 60);
        }
        TimeBase::Second => (86_400, 0),
        TimeBase::Millisecond => (86_400 * 10_i128.pow(3), 3),
        TimeBase::Microsecond => (86_400 * 10_i128.pow(6), 6),
        TimeBase::Nanosecond => (86_400 * 10_i128.pow(9), 9),
        TimeBase::Picosecond => (86_400 * 10_i128.pow(12), 12),
        TimeBase::Femtosecond => (86_400 * 10_i128.pow(15), 15),
        TimeBase::Attosecond => (86_400 * 10_i128.pow(18), 18),
    };
    let (days, rest) = (units.div_euclid(a_day), units.rem_euclid(a_day));
    let (seconds, fraction) = (rest / 10_i128.pow(digits), rest % 10_i128.pow(digits));
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let clock = format!("{}T{hour:02}:{minute:02}:{second:02}", day(days));
    if digits == 0 { clock } else { format!("{clock}.{fraction:0width$}", width = digits as usize) }
}

fn day(days: i128) -> String {
    let Date { year, month, day } = Date::of_day(days);
    format!("{year:04}-{month:02}-{day:02}")
}
