//! Dates and times as NumPy writes them: `2012-03-04T05:06:07.89`, as ticks.

use npz_core::{TimeBase, TimeUnit};

use crate::number::{Fault, Integer, integer};
use crate::split::strip;

/// No time.
pub(crate) const NAT: i64 = i64::MIN;

/// A moment, in parts that no unit of NumPy is too fine or too coarse for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// Seconds of the day.
    seconds: i64,
    attoseconds: i64,
    /// The coarsest unit that the text needs: what NumPy finds for `datetime64`.
    pub(crate) base: TimeBase,
}

/// How many ticks of a unit make a second: of those that are shorter.
fn per_second(base: TimeBase) -> Option<i128> {
    Some(match base {
        TimeBase::Second => 1,
        TimeBase::Millisecond => 1_000,
        TimeBase::Microsecond => 1_000_000,
        TimeBase::Nanosecond => 1_000_000_000,
        TimeBase::Picosecond => 1_000_000_000_000,
        TimeBase::Femtosecond => 1_000_000_000_000_000,
        TimeBase::Attosecond => 1_000_000_000_000_000_000,
        _ => return None,
    })
}

/// The days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i128 {
    // A year of 18 digits has more days than 64 bits hold.
    let (year, month, day) = (i128::from(year), i128::from(month), i128::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes a number of so many digits.
fn digits(text: &mut &str, count: usize) -> Option<i64> {
    let head = text.get(..count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *text = &text[count..];
    head.parse().ok()
}

fn skip(text: &mut &str, c: char) -> bool {
    let rest = text.strip_prefix(c);
    *text = rest.unwrap_or(text);
    rest.is_some()
}

/// Reads a date or time of ISO 8601, without a zone. `Some(None)` is NaT.
#[expect(clippy::option_option, reason = "no time is a time, no text of one is none")]
pub(crate) fn moment(text: &str) -> Option<Option<Moment>> {
    let text = strip(text);
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Some(None);
    }
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let width = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=18).contains(&width) {
        return None;
    }
    let year = digits(&mut rest, width)?;
    let mut moment = Moment {
        year: if is_negative { -year } else { year },
        month: 1,
        day: 1,
        seconds: 0,
        attoseconds: 0,
        base: TimeBase::Year,
    };
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, '-') {
        return None;
    }
    moment.month = digits(&mut rest, 2).filter(|month| (1..=12).contains(month))?;
    moment.base = TimeBase::Month;
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, '-') {
        return None;
    }
    moment.day =
        digits(&mut rest, 2).filter(|day| (1..=month_length(moment.year, moment.month)).contains(day))?;
    moment.base = TimeBase::Day;
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, 'T') && !skip(&mut rest, ' ') {
        return None;
    }
    moment.seconds = digits(&mut rest, 2).filter(|hour| *hour < 24)? * 3600;
    moment.base = TimeBase::Hour;
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, ':') {
        return None;
    }
    moment.seconds += digits(&mut rest, 2).filter(|minute| *minute < 60)? * 60;
    moment.base = TimeBase::Minute;
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, ':') {
        return None;
    }
    moment.seconds += digits(&mut rest, 2).filter(|second| *second < 60)?;
    moment.base = TimeBase::Second;
    if rest.is_empty() {
        return Some(Some(moment));
    }
    if !skip(&mut rest, '.') || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    moment.base = match rest.len() {
        0..=3 => TimeBase::Millisecond,
        4..=6 => TimeBase::Microsecond,
        7..=9 => TimeBase::Nanosecond,
        10..=12 => TimeBase::Picosecond,
        13..=15 => TimeBase::Femtosecond,
        16..=18 => TimeBase::Attosecond,
        _ => return None,
    };
    moment.attoseconds = format!("{rest:0<18}").parse().ok()?;
    Some(Some(moment))
}

impl Moment {
    /// The ticks of a unit; `None` if it is too coarse, or there are too many.
    pub(crate) fn ticks(&self, unit: TimeUnit) -> Option<i64> {
        let months = (i128::from(self.year) - 1970) * 12 + i128::from(self.month) - 1;
        let is_day = self.seconds == 0 && self.attoseconds == 0;
        let exact = |value: i128, unit: i128| (value % unit == 0).then(|| value / unit);
        let days = || days(self.year, self.month, self.day);
        let seconds = || days() * 86_400 + i128::from(self.seconds);
        let whole = || (self.attoseconds == 0).then(seconds);
        let ticks = match unit.base() {
            TimeBase::Year if is_day && self.day == 1 => exact(months, 12)?,
            TimeBase::Month if is_day && self.day == 1 => months,
            TimeBase::Week if is_day => exact(days(), 7)?,
            TimeBase::Day if is_day => days(),
            TimeBase::Hour => exact(whole()?, 3600)?,
            TimeBase::Minute => exact(whole()?, 60)?,
            base => {
                let per_second = per_second(base)?;
                let rest = exact(i128::from(self.attoseconds), 1_000_000_000_000_000_000 / per_second)?;
                seconds().checked_mul(per_second)?.checked_add(rest)?
            }
        };
        i64::try_from(exact(ticks, i128::from(unit.count()))?).ok().filter(|ticks| *ticks != NAT)
    }
}

/// Reads a `datetime64` of a unit.
pub(crate) fn datetime(text: &str, unit: TimeUnit) -> Result<i64, Fault> {
    let Some(moment) = moment(text) else {
        return Err(Fault::Syntax(format!(
            "datetime64[{unit}] (such as 2012-03-04T05:06:07, without a zone)"
        )));
    };
    let Some(moment) = moment else { return Ok(NAT) };
    moment.ticks(unit).ok_or_else(|| {
        let base = moment.base;
        Fault::Range(format!("datetime64[{unit}], which can't hold all of it (`datetime64[{base}]` may)"))
    })
}

/// Reads a `timedelta64`: a count of its unit.
pub(crate) fn timedelta(text: &str, unit: TimeUnit) -> Result<i64, Fault> {
    let text = strip(text);
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok(NAT);
    }
    let expected = format!("timedelta64[{unit}] (a whole number)");
    match integer(text) {
        Integer::None => Err(Fault::Syntax(expected)),
        Integer::Some(is_negative, value) => {
            let value = value as i128;
            let value = i64::try_from(if is_negative { -value } else { value }).ok();
            value.filter(|value| *value != NAT).ok_or(Fault::Range(expected))
        }
        Integer::Huge => Err(Fault::Range(expected)),
    }
}

/// The unit of all cells: the finest that one of them needs.
pub(crate) fn finer(a: Option<TimeBase>, b: TimeBase) -> TimeBase {
    a.filter(|a| rank(*a) >= rank(b)).unwrap_or(b)
}

fn rank(base: TimeBase) -> u8 {
    match base {
        TimeBase::Generic => 0,
        TimeBase::Year => 1,
        TimeBase::Month => 2,
        TimeBase::Week => 3,
        TimeBase::Day => 4,
        TimeBase::Hour => 5,
        TimeBase::Minute => 6,
        TimeBase::Second => 7,
        TimeBase::Millisecond => 8,
        TimeBase::Microsecond => 9,
        TimeBase::Nanosecond => 10,
        TimeBase::Picosecond => 11,
        TimeBase::Femtosecond => 12,
        TimeBase::Attosecond => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(base: TimeBase) -> TimeUnit {
        TimeUnit::new(1, base).unwrap()
    }

    #[test]
    fn texts_and_ticks() {
        for (text, base, ticks) in [
            ("2012", TimeBase::Year, 42),
            ("2012-03", TimeBase::Month, 506),
            ("1969-12-31", TimeBase::Day, -1),
            ("2000-02-29T01", TimeBase::Hour, 264_385),
            ("1970-01-01T00:00:00.001", TimeBase::Millisecond, 1),
            ("-0001-01-01", TimeBase::Day, -719_893),
            ("1970-01-01T00:00:01.000000000000000001", TimeBase::Attosecond, 1_000_000_000_000_000_001),
        ] {
            assert_eq!(datetime(text, unit(base)), Ok(ticks), "{text}");
            assert_eq!(moment(text).unwrap().unwrap().base, base, "{text}");
        }
        assert_eq!(datetime(" NaT ", unit(TimeBase::Day)), Ok(NAT));
        for text in ["2012-13", "2013-02-29", "2012-01-01T24", "2012-01-01Z", "2012-3", "now", "20120304T05"]
        {
            assert!(datetime(text, unit(TimeBase::Second)).is_err(), "{text}");
        }
        assert!(datetime("2012-01-02", unit(TimeBase::Month)).is_err());
        // The first day that 64 bits don't hold, and as far out as a text may be.
        assert_eq!(datetime("25252734927768524-07-27", unit(TimeBase::Day)), Ok(i64::MAX));
        for text in ["25252734927768524-07-28", "30000000000000000-01-01", "-999999999999999999-01-01"] {
            assert!(matches!(datetime(text, unit(TimeBase::Day)), Err(Fault::Range(_))), "{text}");
        }
        for text in ["9999999-01-02", "5400000000000-01-01", "999999999999999999-12-31T23:59:59.9"] {
            assert!(matches!(datetime(text, unit(TimeBase::Attosecond)), Err(Fault::Range(_))), "{text}");
        }
    }
}
