//! Times of `std`, `chrono` and `jiff`.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use chrono::{NaiveDate, NaiveDateTime, TimeZone, Utc};
use npz_core::time::{
    Attosecond, Day, Generic, Microsecond, Millisecond, Minute, Month, Multiple, Nanosecond, Picosecond,
    Second, Unit, Week, Year,
};
use npz_core::{DateTime64, Error, ErrorKind, TimeDelta64};
use proptest::prelude::*;

#[track_caller]
fn refused<T: Debug>(result: Result<T, Error>, part: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains(part), "{error}");
}

fn time(nanos: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
}

#[test]
fn durations_are_kept_or_refused() {
    let length = Duration::new(90, 500_000_000);
    assert_eq!(TimeDelta64::<Nanosecond>::try_from(length).unwrap().ticks(), 90_500_000_000);
    assert_eq!(TimeDelta64::<Multiple<25, Millisecond>>::try_from(length).unwrap().ticks(), 3620);
    assert_eq!(TimeDelta64::<Attosecond>::try_from(Duration::from_nanos(9)).unwrap().ticks(), 9_000_000_000);
    assert_eq!(
        TimeDelta64::<Second>::try_from(Duration::MAX).map(drop).unwrap_err().kind(),
        ErrorKind::Invalid
    );
    refused(TimeDelta64::<Second>::try_from(length), "90500000000 ns are no whole number of s");
    refused(
        TimeDelta64::<Attosecond>::try_from(length),
        "do not fit into TimeDelta64<Attosecond>, which reaches from -9223372036854775807 attoseconds to",
    );
    refused(TimeDelta64::<Month>::try_from(length), "TimeDelta64<Month> can't hold it");
    refused(TimeDelta64::<Generic>::try_from(length), "has no unit");

    assert_eq!(Duration::try_from(TimeDelta64::<Week>::new(1)).unwrap(), Duration::from_secs(604_800));
    assert_eq!(Duration::try_from(TimeDelta64::<Second>::new(i64::MAX)).unwrap().as_secs(), i64::MAX as u64);
    assert_eq!(Duration::try_from(TimeDelta64::<Picosecond>::new(5000)).unwrap(), Duration::from_nanos(5));
    refused(Duration::try_from(TimeDelta64::<Picosecond>::new(5001)), "`floor::<Nanosecond>()`");
    assert_eq!(TimeDelta64::<Picosecond>::new(5001).floor::<Nanosecond>().unwrap().ticks(), 5);
    refused(Duration::try_from(TimeDelta64::<Second>::new(-1)), "found -1 seconds");
    refused(Duration::try_from(TimeDelta64::<Second>::NAT), "NaT");
    refused(Duration::try_from(TimeDelta64::<Year>::new(1)), "no fixed length");
    refused(Duration::try_from(TimeDelta64::<Generic>::new(1)), "has no unit");
    refused(Duration::try_from(TimeDelta64::<Week>::new(i64::MAX)), "beyond what Duration can hold");
}

#[test]
fn system_times_are_kept_or_refused_on_both_sides_of_1970() {
    let before = time(-1);
    let cell = DateTime64::<Nanosecond>::try_from(before).unwrap();
    assert_eq!(cell.to_string(), "1969-12-31T23:59:59.999999999");
    assert_eq!(SystemTime::try_from(cell).unwrap(), before);
    refused(DateTime64::<Second>::try_from(before), "no whole number of s");
    assert_eq!(cell.floor::<Second>().unwrap().ticks(), -1);
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
    refused(DateTime64::<Nanosecond>::try_from(far), "2262-04-11T23:47:16.854775807");
    assert_eq!(DateTime64::<Second>::try_from(far).unwrap().ticks(), 1 << 40);
    let century = DateTime64::<Year>::new(-70);
    assert_eq!(SystemTime::try_from(century).unwrap(), time(-25_567 * 86_400_000_000_000));
    assert_eq!(DateTime64::<Year>::try_from(SystemTime::try_from(century).unwrap()).unwrap(), century);
    refused(DateTime64::<Year>::try_from(time(1)), "no whole number of Y");
    refused(SystemTime::try_from(DateTime64::<Day>::NAT), "NaT");
    refused(SystemTime::try_from(DateTime64::<Generic>::new(1)), "has no unit");
    refused(SystemTime::try_from(DateTime64::<Week>::new(i64::MAX)), "beyond what SystemTime can hold");
    refused(SystemTime::try_from(DateTime64::<Year>::new(i64::MIN + 1)), "beyond what SystemTime can hold");
}

#[test]
fn conversions_between_units_keep_the_value_or_say_what_would_be_lost() {
    assert_eq!(DateTime64::<Day>::new(31).convert::<Month>().unwrap().ticks(), 1);
    refused(DateTime64::<Day>::new(32).convert::<Month>(), "1970-02-02 is no whole number of M: `floor`");
    assert_eq!(DateTime64::<Day>::new(32).floor::<Month>().unwrap().ticks(), 1);
    assert!(DateTime64::<Day>::NAT.convert::<Month>().unwrap().is_nat());
    assert_eq!(TimeDelta64::<Generic>::new(3).convert::<Day>().unwrap().ticks(), 3);
    refused(
        TimeDelta64::<Day>::new(3).floor::<Month>(),
        "TimeDelta64[D](3 days) never becomes TimeDelta64<Month>",
    );
    refused(TimeDelta64::<Day>::new(3).convert::<Generic>(), "never becomes TimeDelta64<Generic>");
    refused(DateTime64::<Day>::new(200_000).floor::<Nanosecond>(), "2517-08-01 does not fit");
    // NaT's number is never the result of anything else.
    refused(TimeDelta64::<Multiple<2, Second>>::new(-(1 << 62)).floor::<Second>(), "does not fit");
}

#[test]
fn the_ends_of_chrono_and_jiff_are_errors() {
    refused(chrono::DateTime::<Utc>::try_from(DateTime64::<Day>::new(i64::MAX)), "beyond what chrono");
    refused(NaiveDateTime::try_from(DateTime64::<Second>::new(i64::MIN + 1)), "beyond what chrono");
    refused(chrono::TimeDelta::try_from(TimeDelta64::<Week>::new(i64::MAX)), "beyond what chrono::TimeDelta");
    refused(
        chrono::TimeDelta::try_from(TimeDelta64::<Second>::new(i64::MAX)),
        "beyond what chrono::TimeDelta",
    );
    refused(jiff::Timestamp::try_from(DateTime64::<Day>::new(i64::MAX)), "beyond what jiff::Timestamp");
    refused(jiff::Timestamp::try_from(DateTime64::<Year>::new(8030)), "10000 is beyond what jiff::Timestamp");
    refused(jiff::SignedDuration::try_from(TimeDelta64::<Week>::new(i64::MAX)), "beyond what jiff");
    refused(jiff::SignedDuration::try_from(TimeDelta64::<Second>::NAT), "NaT");
    refused(jiff::Timestamp::try_from(DateTime64::<Second>::NAT), "NaT");
    refused(chrono::DateTime::<Utc>::try_from(DateTime64::<Second>::NAT), "NaT");

    let most = DateTime64::<Second>::try_from(jiff::Timestamp::MAX);
    refused(most, "no whole number of s");
    let most = chrono::DateTime::<Utc>::MAX_UTC;
    assert!(DateTime64::<Microsecond>::try_from(most).is_err(), "it has nanoseconds");
    assert!(DateTime64::<Nanosecond>::try_from(most).is_err(), "it is far");
    assert_eq!(
        chrono::TimeDelta::try_from(TimeDelta64::<Millisecond>::try_from(chrono::TimeDelta::MIN).unwrap())
            .unwrap(),
        chrono::TimeDelta::MIN
    );
    let shortest = TimeDelta64::<Second>::try_from(jiff::SignedDuration::from_secs(i64::MIN + 1)).unwrap();
    assert_eq!(shortest.ticks(), i64::MIN + 1);
    refused(TimeDelta64::<Second>::try_from(jiff::SignedDuration::from_secs(i64::MIN)), "do not fit");
    refused(TimeDelta64::<Second>::try_from(jiff::SignedDuration::MIN), "do not fit");
    // 23:59:60 is the second after.
    let leap = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_milli_opt(23, 59, 59, 1_500).unwrap();
    assert_eq!(DateTime64::<Millisecond>::try_from(leap).unwrap().to_string(), "2017-01-01T00:00:00.500");
}

#[test]
fn dates_are_kept_or_refused() {
    let naive = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let civil = jiff::civil::date(2024, 2, 29);
    let day = DateTime64::<Day>::new(19_782);
    assert_eq!(day.to_string(), naive.to_string());
    assert_eq!(DateTime64::<Day>::try_from(naive).unwrap(), day);
    assert_eq!(DateTime64::<Day>::try_from(civil).unwrap(), day);
    assert_eq!(DateTime64::<Second>::try_from(naive).unwrap().to_string(), "2024-02-29T00:00:00");
    assert_eq!(NaiveDate::try_from(DateTime64::<Attosecond>::new(0)).unwrap(), NaiveDate::default());
    assert_eq!(NaiveDate::try_from(DateTime64::<Month>::new(-1)).unwrap().to_string(), "1969-12-01");
    assert_eq!(jiff::civil::Date::try_from(DateTime64::<Month>::new(-1)).unwrap().to_string(), "1969-12-01");
    refused(DateTime64::<Month>::try_from(naive), "2024-02-29 is no whole number of M");
    refused(DateTime64::<Month>::try_from(civil), "2024-02-29 is no whole number of M");
    refused(DateTime64::<Generic>::try_from(civil), "never becomes DateTime64<Generic>");

    let noon = DateTime64::<Multiple<12, Second>>::new(3600);
    refused(
        NaiveDate::try_from(noon),
        "1970-01-01T12:00:00 is no whole number of D: round it by `floor::<Day>()`",
    );
    refused(jiff::civil::Date::try_from(noon), "round it by `floor::<Day>()`");
    refused(NaiveDate::try_from(DateTime64::<Day>::NAT), "NaT");
    refused(jiff::civil::Date::try_from(DateTime64::<Generic>::new(1)), "has no unit");
    for ticks in [i64::MAX, i64::MIN + 1, 1 << 40] {
        refused(NaiveDate::try_from(DateTime64::<Day>::new(ticks)), "beyond what chrono::NaiveDate can hold");
        refused(
            jiff::civil::Date::try_from(DateTime64::<Day>::new(ticks)),
            "beyond what jiff::civil::Date can hold",
        );
        refused(NaiveDate::try_from(DateTime64::<Year>::new(ticks)), "beyond what");
        refused(jiff::civil::DateTime::try_from(DateTime64::<Year>::new(ticks)), "beyond what jiff::civil");
    }
    // The ends of the other types, which are nearer than those of the cells.
    for end in [NaiveDate::MIN, NaiveDate::MAX] {
        comes_back::<Day, _>(&end);
        comes_back::<Second, _>(&end);
        refused(DateTime64::<Nanosecond>::try_from(end), "does not fit into DateTime64<Nanosecond>");
    }
    for end in [jiff::civil::Date::MIN, jiff::civil::Date::MAX] {
        comes_back::<Day, _>(&end);
        comes_back::<Microsecond, _>(&end);
    }
    comes_back::<Day, _>(&jiff::civil::DateTime::MIN);
    refused(
        DateTime64::<Day>::try_from(jiff::civil::DateTime::MAX),
        "no unit holds all of it, so round it first, to a whole number of us",
    );
    refused(
        jiff::civil::DateTime::try_from(DateTime64::<Year>::new(8030)),
        "10000 is beyond what jiff::civil",
    );
}

#[test]
fn a_refusal_advises_what_can_be_done() {
    // Its part of a second is beyond every unit that could hold its seconds.
    refused(
        TimeDelta64::<Week>::try_from(Duration::MAX),
        "no unit holds all of it, so round it first, to a whole number of m",
    );
    refused(
        TimeDelta64::<Second>::try_from(Duration::MAX),
        "no unit holds all of it, so round it first, to a whole number of m",
    );
    let minutes = Duration::from_secs(u64::MAX / 60 * 60);
    refused(TimeDelta64::<Second>::try_from(minutes), "use a coarser unit, such as TimeDelta64<Minute>");
    refused(TimeDelta64::<Week>::try_from(minutes), "convert into TimeDelta64<Minute> and round by `floor`");
    let floored = TimeDelta64::<Minute>::try_from(minutes).unwrap().floor::<Week>().unwrap();
    assert_eq!(floored.ticks() as u64, u64::MAX / 604_800);
    refused(
        TimeDelta64::<Second>::try_from(Duration::from_millis(1)),
        "convert into TimeDelta64<Nanosecond> and round by `floor`",
    );
}

fn comes_back<U, T>(value: &T)
where
    U: Unit,
    T: Clone
        + PartialEq
        + Debug
        + TryInto<DateTime64<U>, Error = Error>
        + TryFrom<DateTime64<U>, Error = Error>,
{
    let cell: DateTime64<U> = value.clone().try_into().unwrap();
    assert_eq!(T::try_from(cell).unwrap(), *value);
}

proptest! {
    #[test]
    fn instants_of_all_libraries_show_the_same_and_come_back(nanos in i64::MIN + 1..=i64::MAX) {
        let cell = DateTime64::<Nanosecond>::new(nanos);
        let zoned = Utc.timestamp_nanos(nanos);
        let stamp = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap();
        prop_assert_eq!(cell.to_string(), zoned.format("%Y-%m-%dT%H:%M:%S%.9f").to_string());
        prop_assert_eq!(DateTime64::<Nanosecond>::try_from(zoned).unwrap(), cell);
        prop_assert_eq!(DateTime64::<Nanosecond>::try_from(stamp).unwrap(), cell);
        prop_assert_eq!(DateTime64::<Nanosecond>::try_from(time(nanos)).unwrap(), cell);
        comes_back::<Nanosecond, _>(&zoned);
        comes_back::<Nanosecond, _>(&zoned.naive_utc());
        comes_back::<Nanosecond, _>(&stamp);
        let civil = stamp.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        prop_assert_eq!(DateTime64::<Nanosecond>::try_from(civil).unwrap(), cell);
        comes_back::<Nanosecond, _>(&civil);
        comes_back::<Day, _>(&civil.date());
        comes_back::<Day, _>(&zoned.date_naive());
        prop_assert_eq!(DateTime64::<Day>::try_from(civil.date()).unwrap(), cell.floor::<Day>().unwrap());
        prop_assert_eq!(DateTime64::<Day>::try_from(zoned.date_naive()).unwrap(), cell.floor::<Day>().unwrap());
        comes_back::<Nanosecond, _>(&time(nanos));
        // A coarser unit shows the beginning of the same text.
        let day = cell.floor::<Day>().unwrap().to_string();
        prop_assert_eq!(day, zoned.format("%Y-%m-%d").to_string());
        prop_assert_eq!(cell.floor::<Month>().unwrap().to_string(), zoned.format("%Y-%m").to_string());
        prop_assert_eq!(cell.floor::<Year>().unwrap().to_string(), zoned.format("%Y").to_string());
    }

    #[test]
    fn lengths_of_all_libraries_come_back(nanos in i64::MIN + 1..=i64::MAX) {
        let cell = TimeDelta64::<Nanosecond>::new(nanos);
        let chronos = chrono::TimeDelta::nanoseconds(nanos);
        let jiffs = jiff::SignedDuration::from_nanos(nanos);
        prop_assert_eq!(TimeDelta64::<Nanosecond>::try_from(chronos).unwrap(), cell);
        prop_assert_eq!(TimeDelta64::<Nanosecond>::try_from(jiffs).unwrap(), cell);
        prop_assert_eq!(chrono::TimeDelta::try_from(cell).unwrap(), chronos);
        prop_assert_eq!(jiff::SignedDuration::try_from(cell).unwrap(), jiffs);
        let duration = Duration::try_from(cell);
        prop_assert_eq!(duration.is_ok(), nanos >= 0);
        if let Ok(duration) = duration {
            prop_assert_eq!(duration.as_nanos(), nanos as u128);
            prop_assert_eq!(TimeDelta64::<Nanosecond>::try_from(duration).unwrap(), cell);
        }
    }
}
