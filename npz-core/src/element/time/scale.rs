//! From ticks of one unit to ticks of another.
//!
//! Mirrors `can_cast_datetime64_metadata` and `get_datetime_conversion_factor` of NumPy. Where NumPy wraps or gives up
//! on a factor that does not fit, we calculate in `i128` and say whether the result fits.

use crate::dtype::{TimeBase, TimeUnit};
use crate::element::Cast;

/// How ticks are converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Times a whole number.
    Multiply(i64),
    /// Divided by a whole number.
    Divide(i64),
    /// Times a fraction in lowest terms, of which neither half is small.
    Ratio { num: i128, den: i128 },
    /// Dates in months or years into shorter units: `months` a tick, then days times a fraction.
    FromMonths { months: i128, num: i128, den: i128 },
    /// Dates into months or years: a fraction of ticks gives days, `months` make a tick.
    ToMonths { num: i128, den: i128, months: i128 },
}

/// How a value came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scaled {
    /// Rounded towards the past, as NumPy does.
    pub(super) ticks: i128,
    pub(super) is_exact: bool,
}

/// The length of a base unit.
enum Length {
    Months(i128),
    Attoseconds(i128),
    None,
}

const SECOND: i128 = 1_000_000_000_000_000_000;
const DAY: i128 = 86_400 * SECOND;

fn length(unit: TimeUnit) -> Length {
    let attoseconds = match unit.base() {
        TimeBase::Generic => return Length::None,
        TimeBase::Year => return Length::Months(12 * i128::from(unit.count())),
        TimeBase::Month => return Length::Months(i128::from(unit.count())),
        TimeBase::Week => 7 * DAY,
        TimeBase::Day => DAY,
        TimeBase::Hour => 3_600 * SECOND,
        TimeBase::Minute => 60 * SECOND,
        TimeBase::Second => SECOND,
        TimeBase::Millisecond => SECOND / 1_000,
        TimeBase::Microsecond => SECOND / 1_000_000,
        TimeBase::Nanosecond => SECOND / 1_000_000_000,
        TimeBase::Picosecond => 1_000_000,
        TimeBase::Femtosecond => 1_000,
        TimeBase::Attosecond => 1,
    };
    Length::Attoseconds(attoseconds * i128::from(unit.count()))
}

impl Scale {
    /// How ticks of `from` become ticks of `to`; `None` where no number of one is the other: lengths of time in months
    /// and in days, or anything into no unit.
    pub(super) fn new(from: TimeUnit, to: TimeUnit, are_dates: bool) -> Option<Self> {
        use Length::{Attoseconds, Months, None as NoLength};
        if from == to {
            return Some(Self::Multiply(1));
        }
        match (length(from), length(to)) {
            (NoLength, _) => Some(Self::Multiply(1)),
            (_, NoLength) => None,
            (Months(from), Months(to)) | (Attoseconds(from), Attoseconds(to)) => Some(Self::ratio(from, to)),
            _ if !are_dates => None,
            (Months(months), Attoseconds(to)) => {
                let (num, den) = lowest(DAY, to);
                Some(Self::FromMonths { months, num, den })
            }
            (Attoseconds(from), Months(months)) => {
                let (num, den) = lowest(from, DAY);
                Some(Self::ToMonths { num, den, months })
            }
        }
    }

    fn ratio(from: i128, to: i128) -> Self {
        match lowest(from, to) {
            (num, 1) if i64::try_from(num).is_ok() => Self::Multiply(num as i64),
            (1, den) if i64::try_from(den).is_ok() => Self::Divide(den as i64),
            (num, den) => Self::Ratio { num, den },
        }
    }

    /// The narrowest casting rule that allows it. `Safe` where every tick is a whole number of the new ones.
    ///
    /// As in NumPy, years and months become any shorter unit by the safe rule, though not every one is a whole number
    /// of weeks or `7D`: those values are errors then.
    pub(super) fn rule(self) -> Cast {
        match self {
            Self::Multiply(_) | Self::Ratio { den: 1, .. } | Self::FromMonths { .. } => Cast::Safe,
            Self::Divide(_) | Self::Ratio { .. } | Self::ToMonths { .. } => Cast::SameKind,
        }
    }

    /// Converts one value; `None` where the result is beyond all that fits into an `i64`.
    ///
    /// The product overflows only where the quotient is too large as well: of a numerator and a denominator in lowest
    /// terms, one is a mere count of units, at most `i32::MAX`.
    pub(super) fn apply(self, ticks: i128) -> Option<Scaled> {
        match self {
            Self::Multiply(by) => Some(Scaled { ticks: ticks.checked_mul(i128::from(by))?, is_exact: true }),
            Self::Divide(by) => divide(ticks, i128::from(by)),
            Self::Ratio { num, den } => divide(ticks.checked_mul(num)?, den),
            Self::FromMonths { months, num, den } => {
                divide(days_of_month(ticks.checked_mul(months)?).checked_mul(num)?, den)
            }
            Self::ToMonths { num, den, months } => {
                let days = divide(ticks.checked_mul(num)?, den)?;
                let date = Date::of_day(days.ticks);
                let scaled = divide(date.month_since_1970(), months)?;
                Some(Scaled { is_exact: scaled.is_exact && date.day == 1 && days.is_exact, ..scaled })
            }
        }
    }
}

fn divide(ticks: i128, by: i128) -> Option<Scaled> {
    if by == 1 {
        return Some(Scaled { ticks, is_exact: true });
    }
    // Division of 128 bits is a call of a function, and slow.
    if let (Ok(ticks), Ok(by)) = (i64::try_from(ticks), i64::try_from(by)) {
        let whole = ticks.checked_div_euclid(by)?;
        return Some(Scaled { ticks: whole.into(), is_exact: ticks.checked_rem_euclid(by)? == 0 });
    }
    Some(Scaled { ticks: ticks.checked_div_euclid(by)?, is_exact: ticks.checked_rem_euclid(by)? == 0 })
}

/// The number of whole periods, and the rest.
fn periods(value: i128, period: i64) -> (i128, i64) {
    match i64::try_from(value) {
        Ok(value) => (value.div_euclid(period).into(), value.rem_euclid(period)),
        Err(_) => (value.div_euclid(period.into()), value.rem_euclid(period.into()) as i64),
    }
}

/// The fraction in lowest terms.
fn lowest(num: i128, den: i128) -> (i128, i128) {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (num / a, den / a)
}

/// A day of the Gregorian calendar, which goes on for ever in both directions; the year 0 is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i128,
    /// 1 to 12
    pub(super) month: i64,
    /// 1 to 31
    pub(super) day: i64,
}

/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// From 0000-03-01, where the eras begin, to 1970-01-01.
const EPOCH: i128 = 719_468;

impl Date {
    /// The date of a day counted from 1970-01-01. After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms":
    /// years begin in March, so that a leap day is the last of its year.
    pub(super) fn of_day(days: i128) -> Self {
        let (era, day_of_era) = periods(days + EPOCH, ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year_of_era = year_of_era + i64::from(month <= 2);
        Self { year: era * 400 + i128::from(year_of_era), month, day }
    }

    fn month_since_1970(self) -> i128 {
        (self.year - 1970) * 12 + i128::from(self.month) - 1
    }
}

/// The first day of a month, both counted from January 1970.
fn days_of_month(months: i128) -> i128 {
    let (years, month) = periods(months, 12);
    let month = month + 1;
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let (era, year_of_era) = periods(1970 + years - i128::from(month <= 2), 400);
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * i128::from(ERA) + i128::from(day_of_era) - EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> TimeUnit {
        let dtype = crate::dtype::DType::parse(&format!("<M8[{text}]")).unwrap();
        dtype.time_unit().unwrap()
    }

    fn scaled(ticks: i128, from: &str, to: &str) -> Option<(i128, bool)> {
        let scaled = Scale::new(unit(from), unit(to), true).unwrap().apply(ticks)?;
        Some((scaled.ticks, scaled.is_exact))
    }

    #[test]
    fn every_day_of_two_eras_has_a_date_and_comes_back_by_its_month() {
        let mut date = Date::of_day(i128::from(-ERA - 1));
        for day in -ERA..=ERA {
            let next = Date::of_day(day.into());
            let is_leap = date.year.rem_euclid(4) == 0
                && (date.year.rem_euclid(100) != 0 || date.year.rem_euclid(400) == 0);
            let len = match date.month {
                2 => 28 + i64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = if date.day < len {
                Date { day: date.day + 1, ..date }
            } else if date.month < 12 {
                Date { month: date.month + 1, day: 1, ..date }
            } else {
                Date { year: date.year + 1, month: 1, day: 1 }
            };
            assert_eq!(next, expected);
            assert_eq!(days_of_month(next.month_since_1970()) + i128::from(next.day) - 1, day.into());
            date = next;
        }
        assert_eq!(Date::of_day(0), Date { year: 1970, month: 1, day: 1 });
    }

    #[test]
    fn what_is_no_whole_number_is_rounded_down_and_said_to_be() {
        assert_eq!(scaled(-1, "s", "m"), Some((-1, false)));
        assert_eq!(scaled(-60, "s", "m"), Some((-1, true)));
        assert_eq!(scaled(31, "D", "M"), Some((1, true)));
        assert_eq!(scaled(32, "D", "M"), Some((1, false)));
        assert_eq!(scaled(31 * 24 + 1, "h", "M"), Some((1, false)));
        assert_eq!(scaled(1, "M", "W"), Some((4, false)));
        assert_eq!(scaled(2, "6s", "4s"), Some((3, true)));
    }

    #[test]
    fn the_largest_factors_overflow_nothing() {
        let most = i128::from(i64::MAX);
        for (from, to) in [
            ("2147483647W", "as"),
            ("as", "2147483647W"),
            ("2147483647W", "2147483629as"),
            ("2147483629as", "2147483647W"),
            ("2147483647Y", "as"),
            ("as", "2147483647Y"),
            ("2147483647Y", "2147483647W"),
            ("2147483647W", "2147483647Y"),
        ] {
            for ticks in [most, -most, 1, -1, 0] {
                let scaled = scaled(ticks, from, to);
                let is_small = ticks.abs() <= 1 || from.contains("as");
                assert!(!is_small || scaled.is_some(), "{ticks} {from} to {to}: {scaled:?}");
            }
        }
        assert_eq!(scaled(most, "2147483647W", "2147483647Y").map(|s| s.1), Some(false));
    }
}
