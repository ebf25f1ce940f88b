//! Times as fields of derived structs, to and from Python.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ndarray::{Array1, Array2, array};
use npz_core::time::{Day, Generic, Multiple, Nanosecond, Second, Unit};
use npz_core::{DateTime64, ErrorKind, LoadOptions, Npz, RemarkKind, TimeDelta64};
use tests::{python, temp_dir};

#[derive(Npz, Clone, Debug, PartialEq)]
struct Log {
    stamps: Array1<DateTime64<Nanosecond>>,
    grid: Array2<TimeDelta64<Multiple<25, Second>>>,
    day: DateTime64<Day>,
    plain: TimeDelta64<Generic>,
    list: Vec<DateTime64<Second>>,
    pair: [TimeDelta64<Day>; 2],
    maybe: Option<DateTime64<Day>>,
    named: BTreeMap<String, TimeDelta64<Second>>,
    elapsed: Duration,
    laps: Vec<Duration>,
    saved: SystemTime,
    saves: Vec<SystemTime>,
}

fn log() -> Log {
    let epoch = SystemTime::UNIX_EPOCH;
    Log {
        stamps: array![DateTime64::new(1_600_000_000_123_456_789), DateTime64::NAT],
        grid: array![[TimeDelta64::new(1), TimeDelta64::new(-2)]],
        day: DateTime64::new(18_262),
        plain: TimeDelta64::new(3),
        list: vec![DateTime64::new(-1), DateTime64::NAT],
        pair: [TimeDelta64::new(1), TimeDelta64::new(2)],
        maybe: Some(DateTime64::NAT),
        named: BTreeMap::from([("a".to_owned(), TimeDelta64::new(60))]),
        elapsed: Duration::from_millis(1500),
        laps: vec![Duration::ZERO, Duration::from_secs(7)],
        saved: epoch + Duration::from_secs(1_577_836_800),
        saves: vec![epoch, epoch - Duration::from_secs(1)],
    }
}

const LOG: &str = "
f = dict(
    stamps=np.array(['2020-09-13T12:26:40.123456789', 'NaT'], 'M8[ns]'),
    grid=np.array([[1, -2]], 'm8[25s]'),
    day=np.datetime64('2020-01-01'),
    plain=np.timedelta64(3),
    list=np.array(['1969-12-31T23:59:59', 'NaT'], 'M8[s]'),
    pair=np.array([1, 2], 'm8[D]'),
    maybe=np.datetime64('NaT', 'D'),
    elapsed=np.timedelta64(1500 * 10**6, 'ns'),
    laps=np.array([0, 7 * 10**9], 'm8[ns]'),
    saved=np.datetime64('2020-01-01', 'ns'),
    saves=np.array([0, -10**9], 'i8').view('M8[ns]'),
)
f['named.a'] = np.timedelta64(60, 's')
";

#[test]
fn structs_of_times_come_from_python_and_go_back() {
    let dir = temp_dir();
    log().save(dir.path().join("ours.npz")).unwrap();
    let script = format!(
        "{LOG}
np.savez('theirs.npz', **f)
ours = np.load('ours.npz')
assert sorted(ours.files) == sorted(f), ours.files
for name, value in f.items():
    value = np.asarray(value)
    assert ours[name].dtype.str == value.dtype.str and ours[name].shape == value.shape, (name, ours[name].dtype)
    assert ours[name].tobytes() == value.tobytes(), name
"
    );
    python(dir.path(), &script);
    assert_eq!(Log::load(dir.path().join("theirs.npz")).unwrap(), log());
    assert_eq!(Log::from_bytes(&log().to_bytes().unwrap()).unwrap(), log());
    let mut into = log();
    LoadOptions::new().load_into(&mut into, dir.path().join("theirs.npz")).unwrap();
    assert_eq!(into, log());
}

#[derive(Npz, Debug, PartialEq)]
struct Field<T> {
    f: T,
}

/// Loads `f` from what Python saves for each expression.
fn load_all<T: npz_core::FromMembers + npz_core::ToMembers + Debug>(
    expressions: &[&str],
) -> Vec<npz_core::Result<T>> {
    let dir = temp_dir();
    let lines = expressions.iter().enumerate().map(|(i, text)| format!("np.savez('{i}.npz', f={text})"));
    python(dir.path(), &lines.collect::<Vec<_>>().join("\n"));
    let load = |i| Field::<T>::load(dir.path().join(format!("{i}.npz"))).map(|field| field.f);
    (0..expressions.len()).map(load).collect()
}

#[test]
fn durations_and_system_times_are_read_in_any_unit_that_python_may_write() {
    let second = Duration::from_secs(1);
    let lengths = [
        "np.timedelta64(25, 's')",
        "np.timedelta64(1, 'D')",
        "np.timedelta64(7)",
        "7",
        "np.uint64(7)",
        "np.int16(7)",
    ];
    let nanos = Duration::from_nanos(7);
    let expected = [second * 25, second * 86_400, nanos, nanos, nanos, nanos];
    for (loaded, expected) in load_all::<Duration>(&lengths).into_iter().zip(expected) {
        assert_eq!(loaded.unwrap(), expected);
    }
    let lists = ["np.array([1, 2], 'm8[s]')", "np.array([10**9, 2 * 10**9])", "np.array([1, 2], '>m8[s]')"];
    for loaded in load_all::<Vec<Duration>>(&lists) {
        assert_eq!(loaded.unwrap(), [second, second * 2]);
    }
    let epoch = SystemTime::UNIX_EPOCH;
    let instants = [
        "np.datetime64('2020-01-01')",
        "np.datetime64('2020')",
        "np.datetime64('2020-01-01T00:00', 'ms')",
        "1577836800 * 10**9",
        "np.uint64(1577836800 * 10**9)",
    ];
    for loaded in load_all::<SystemTime>(&instants) {
        assert_eq!(loaded.unwrap(), epoch + Duration::from_secs(1_577_836_800));
    }
    for loaded in load_all::<Vec<SystemTime>>(&["np.array([0, -10**9])", "np.array([0, -1], 'M8[s]')"]) {
        assert_eq!(loaded.unwrap(), [epoch, epoch - second]);
    }
}

#[test]
fn what_is_no_duration_or_system_time_is_refused_and_named() {
    let cases = [
        ("np.timedelta64('NaT', 'ns')", ErrorKind::Invalid, "found NaT"),
        ("np.timedelta64(-5, 's')", ErrorKind::Invalid, "found -5000000000 nanoseconds"),
        ("-1", ErrorKind::Invalid, "found -1 nanoseconds"),
        (
            "np.timedelta64(10**12, 's')",
            ErrorKind::Invalid,
            "1000000000000 seconds, which TimeDelta64<Nanosecond>",
        ),
        ("np.timedelta64(5, 'ps')", ErrorKind::Mismatch, "same_kind"),
        ("np.timedelta64(5, 'M')", ErrorKind::Mismatch, "TimeDelta64<Month>"),
        ("np.datetime64('2020')", ErrorKind::Mismatch, "never become each other"),
        ("1.5", ErrorKind::Mismatch, "expected <m8[ns] (TimeDelta64<Nanosecond>)"),
    ];
    for (loaded, (text, kind, part)) in load_all::<Duration>(&cases.map(|case| case.0)).into_iter().zip(cases)
    {
        let error = loaded.expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    let cases = [
        ("np.datetime64('NaT')", ErrorKind::Invalid, "found NaT"),
        ("np.datetime64('3000')", ErrorKind::Invalid, "holds 3000, which DateTime64<Nanosecond> can't hold"),
        ("np.timedelta64(5, 's')", ErrorKind::Mismatch, "never become each other"),
        ("1.5", ErrorKind::Mismatch, "expected <M8[ns] (DateTime64<Nanosecond>)"),
        ("np.uint64(2**63)", ErrorKind::Invalid, "i64 can't hold"),
    ];
    for (loaded, (text, kind, part)) in
        load_all::<SystemTime>(&cases.map(|case| case.0)).into_iter().zip(cases)
    {
        let error = loaded.expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
}

#[test]
fn integers_for_times_are_remarked_on_and_refused_under_exact() {
    let bytes = Field { f: 7i64 }.to_bytes().unwrap();
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    std::fs::write(&path, &bytes).unwrap();
    for report in [
        LoadOptions::new().open(&path).unwrap().load_with_report::<Field<SystemTime>>().unwrap().1,
        LoadOptions::new().open(&path).unwrap().load_with_report::<Field<Duration>>().unwrap().1,
    ] {
        let remarks = report.remarks();
        assert_eq!(remarks.len(), 1, "{remarks:?}");
        assert_eq!((remarks[0].kind, &*remarks[0].member), (RemarkKind::Cast, "f"));
    }
    let exact = LoadOptions::new().cast(npz_core::Cast::Exact);
    assert_eq!(exact.from_bytes::<Field<SystemTime>>(&bytes).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(exact.from_bytes::<Field<Duration>>(&bytes).unwrap_err().kind(), ErrorKind::Mismatch);
}

#[derive(Npz, Debug)]
struct Whole {
    #[npz(finite)]
    at: Vec<DateTime64<Day>>,
    #[npz(finite)]
    one: TimeDelta64<Day>,
}

#[test]
fn finite_refuses_nat_in_both_directions() {
    let good = Whole { at: vec![DateTime64::new(1)], one: TimeDelta64::new(1) };
    Whole::from_bytes(&good.to_bytes().unwrap()).unwrap();
    let bad = Whole { at: vec![DateTime64::new(1), DateTime64::NAT], ..good };
    let error = bad.to_bytes().unwrap_err();
    assert!(error.to_string().contains("cell 1 is NaT, and the field is marked `finite`"), "{error}");
    let dir = temp_dir();
    python(dir.path(), "np.savez('a.npz', at=np.array([5], 'M8[D]'), one=np.timedelta64('NaT', 'D'))");
    let error = Whole::load(dir.path().join("a.npz")).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("one")), "{error}");
    assert!(error.to_string().contains("it is NaT"), "{error}");
}

#[test]
fn types_of_chrono_and_jiff_are_fields() {
    #[track_caller]
    fn comes_back<T: npz_core::FromMembers + npz_core::ToMembers + PartialEq + Debug>(f: T, dtype: &str) {
        let value = Field { f };
        let bytes = value.to_bytes().unwrap();
        let npz = npz_core::NpzReader::new(&bytes).unwrap();
        assert_eq!(npz.header("f").unwrap().dtype().to_string(), dtype);
        assert_eq!(Field::<T>::from_bytes(&bytes).unwrap(), value);
    }
    let stamp = jiff::Timestamp::from_nanosecond(-1).unwrap();
    let time = DateTime::<Utc>::from_timestamp(1_600_000_000, 5).unwrap();
    comes_back(time, "<M8[ns]");
    comes_back(vec![time, time], "<M8[ns]");
    comes_back::<NaiveDateTime>(time.naive_utc(), "<M8[ns]");
    comes_back(Some(chrono::TimeDelta::seconds(-5)), "<m8[ns]");
    comes_back([stamp], "<M8[ns]");
    comes_back(jiff::SignedDuration::from_secs(-5), "<m8[ns]");
    comes_back(time.date_naive(), "<M8[D]");
    comes_back(vec![NaiveDate::MIN, NaiveDate::MAX], "<M8[D]");
    let noon = jiff::civil::date(1969, 12, 31).at(12, 0, 0, 1);
    comes_back(vec![noon], "<M8[ns]");
    comes_back(Some(noon.date()), "<M8[D]");
    let dates = [
        "np.datetime64('2024-02-29')",
        "np.datetime64('2024-02', 'M')",
        "np.datetime64('2024-02-29T00', 'h')",
        "np.datetime64('NaT', 'D')",
        "7",
    ];
    let [day, month, hour, nat, number] = load_all::<jiff::civil::Date>(&dates).try_into().unwrap();
    assert_eq!(
        (day.unwrap(), month.unwrap()),
        (jiff::civil::date(2024, 2, 29), jiff::civil::date(2024, 2, 1))
    );
    assert_eq!(hour.unwrap_err().kind(), ErrorKind::Mismatch, "hours become days by `same_kind` only");
    let nat = nat.unwrap_err();
    assert_eq!((nat.kind(), nat.member()), (ErrorKind::Invalid, Some("f")), "{nat}");
    assert_eq!(number.unwrap_err().kind(), ErrorKind::Mismatch);
    let error = Field { f: DateTime::<Utc>::MAX_UTC }.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("f")), "{error}");
    for loaded in load_all::<DateTime<Utc>>(&["np.datetime64('2020-09-13T12:26:40')"]) {
        assert_eq!(loaded.unwrap().timestamp(), 1_600_000_000);
    }
}

#[derive(Npz, Debug, PartialEq)]
struct Series<U: Unit> {
    at: Array1<DateTime64<U>>,
    step: TimeDelta64<U>,
}

#[test]
fn the_unit_may_be_a_parameter_of_the_struct() {
    fn steps<U: Unit>(bytes: &[u8]) -> Series<U> {
        Series::from_bytes(bytes).unwrap()
    }
    let days = Series::<Day> { at: array![DateTime64::new(1), DateTime64::NAT], step: TimeDelta64::new(2) };
    let seconds: Series<Second> = steps(&days.to_bytes().unwrap());
    assert_eq!(seconds.at, array![DateTime64::new(86_400), DateTime64::NAT]);
    assert_eq!(seconds.step, TimeDelta64::new(172_800));
}

/// Why the only cell that is NaT could not be read.
#[track_caller]
fn nat_refusal<T: npz_core::FromMembers + npz_core::ToMembers + Debug>(expression: &str) -> String {
    let error = load_all::<T>(&[expression]).remove(0).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("f")), "{error}");
    error.to_string()
}

#[test]
fn a_nat_where_the_type_has_none_is_named_by_its_cell_and_with_the_cells_that_can_be_read() {
    let days = "np.array(['2020-01-01', 'NaT'], 'M8[D]')";
    let wanted = "cell 1 is NaT, which a `chrono::NaiveDate` can't be; read `Vec<DateTime64<Day>>`, whose `is_nat` tells";
    let found = nat_refusal::<Vec<NaiveDate>>(days);
    assert!(found.contains(wanted), "{found}");
    let found = nat_refusal::<Vec<jiff::civil::Date>>(days);
    assert!(found.contains("a `jiff::civil::Date` can't be; read `Vec<DateTime64<Day>>`"), "{found}");
    for found in [nat_refusal::<Vec<SystemTime>>(days), nat_refusal::<[SystemTime; 2]>(days)] {
        let wanted = "cell 1 is NaT, which a `SystemTime` can't be; read `Vec<DateTime64<Nanosecond>>`";
        assert!(found.contains(wanted), "{found}");
    }
    let found = nat_refusal::<Vec<[Duration; 2]>>("np.array([[1, 2], ['NaT', 3]], 'm8[s]')");
    let wanted = "cell (1, 0) is NaT, which a `Duration` can't be; read `ArrayD<TimeDelta64<Nanosecond>>`";
    assert!(found.contains(wanted), "{found}");
    let found = nat_refusal::<DateTime<Utc>>("np.datetime64('NaT')");
    let wanted =
        "found NaT, which a `chrono::DateTime<chrono::Utc>` can't be; read a `DateTime64<Nanosecond>`";
    assert!(found.contains(wanted), "{found}");
    // Any other cell that can't be is named too.
    let found = nat_refusal::<Vec<Duration>>("np.array([1, 2, -5], 'm8[s]')");
    assert!(found.contains("cell 2: expected a duration"), "{found}");

    let error = load_all::<Vec<Option<NaiveDate>>>(&[days]).remove(0).unwrap_err();
    assert!(error.to_string().contains("which may be NaT, as `Vec<DateTime64<Day>>`"), "{error}");
}
