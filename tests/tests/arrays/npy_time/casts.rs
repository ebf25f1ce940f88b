//! Every unit into every other, under every rule, compared with `np.can_cast` and `astype`.
//!
//! Where NumPy wraps beyond 64 bits, the oracle is Python's own integers, with NumPy's calendar for the months.

use std::collections::HashMap;
use std::fs;

use ndarray::{Array1, array};
use npz_core::time::{Day, Generic, Month, Multiple, Nanosecond, Second, Unit, Year};
use npz_core::{Cast, DateTime64, Element, ErrorKind, FromMembers, LoadOptions, NpzReader, TimeDelta64};
use tests::{python, temp_dir};

use crate::npy_time::{Visit, each_unit, script, units};

/// For each pair `from>to` of each kind: `rule`, the narrowest that allows it to us, after it was compared with NumPy's;
/// and members `M.from>to.state` with the ticks that come out exactly (0), rounded (1) or not at all (2), and
/// `M.from>to.state.cast` with what comes out.
const CASTS: &str = "
warnings.simplefilter('ignore')
bases = dict(W=7 * 86400 * 10**18, D=86400 * 10**18, h=3600 * 10**18, m=60 * 10**18, s=10**18, ms=10**15, us=10**12)
bases |= dict(ns=10**9, ps=10**6, fs=10**3)
bases['as'] = 1
order = ['generic', 'Y', 'M', *bases]
def length(unit):
    name, count = np.datetime_data(dtype('m', unit)) if unit != 'generic' else ('generic', 1)
    months = {'Y': 12, 'M': 1}.get(name)
    return name, months and months * count, bases.get(name, 0) * count
def floor(kind, ticks, a, b):
    # The rounded value and whether it is exact, in Python's integers.
    (_, a_months, a_len), (_, b_months, b_len) = length(a), length(b)
    if a == 'generic':
        return ticks, True
    if bool(a_months) == bool(b_months):
        out, rest = divmod(ticks * (a_months or a_len), b_months or b_len)
        return out, rest == 0
    if a_months:
        month = ticks * a_months
        eras, month = divmod(month, 4800)
        day = eras * 146097 + int(np.datetime64(month, 'M').astype('M8[D]').astype('i8'))
        out, rest = divmod(day * 86400 * 10**18, b_len)
        return out, rest == 0
    days, rest = divmod(ticks * a_len, 86400 * 10**18)
    eras, day = divmod(days, 146097)
    start = np.datetime64(day, 'D').astype('M8[M]')
    exact = rest == 0 and start.astype('M8[D]').astype('i8') == day
    out, rest = divmod(eras * 4800 + int(start.astype('i8')), b_months)
    return out, exact and rest == 0
edges = [1, 2, 3, 4, 7, 12, 13, 24, 25, 30, 31, 52, 59, 60, 61, 365, 366, 400, 999, 1000, 4800, 86399, 86400, 86401]
edges += [604800, 10**9, 10**12 + 1, 146097, 2**31, 3 * 10**15, 2**53 + 1, 106751, 106752, 9223372036, 9223372037, 2**62, 2**63 - 1]
edges += [1000 * edge for edge in edges] + [10**9 * edge for edge in edges] + [10**18, 7 * 10**18]
edges = sorted({edge for edge in edges if edge < 2**63})
values = [0, *edges, *[-edge for edge in edges]]
members, compared = {}, 0
for kind in 'Mm':
    for a in units:
        for b in units:
            numpys = next((r for r in ['equiv', 'safe', 'same_kind'] if np.can_cast(dtype(kind, a), dtype(kind, b), r)), 'none')
            (a_name, a_months, a_len), (b_name, b_months, b_len) = length(a), length(b)
            is_same_class = bool(a_months) == bool(b_months) and 'generic' not in (a, b)
            rule = numpys
            if is_same_class and a != b and (a_months or a_len) % (b_months or b_len) == 0:
                rule = 'safe'
            if rule != numpys:
                # NumPy looks at the letters only, gives up on factors of 2**56, and has one pair of equals.
                why = [order.index(a_name) > order.index(b_name), a_len // bases[b_name] >= 2**56 if a_len else False]
                assert any(why) or {a, b} == {'s', '1000ms'}, (kind, a, b, numpys)
            print(f'{kind}.{a}>{b} {rule}')
            if rule == 'none':
                continue
            states = [], [], []
            for tick in values:
                out, exact = floor(kind, tick, a, b)
                state = 2 if not -2**63 < out < 2**63 else 0 if exact else 1
                states[state].append((tick, out if state < 2 else 0))
                # NumPy's own, as long as nothing wraps on the way.
                if state < 2 and abs(tick) < 2**20 and abs(out) < 2**40:
                    try:
                        numpys_out = int(times([tick], kind, a).astype(dtype(kind, b)).view('i8')[0])
                    except OverflowError:
                        continue
                    except ValueError:
                        # It knows no calendar for dates without a unit, which it never has but by `view`.
                        assert (kind, a, bool(b_months)) == ('M', 'generic', True), (kind, a, b)
                        continue
                    assert numpys_out == out, (kind, a, b, tick, out, numpys_out)
                    compared += 1
            for state, pairs in enumerate(states):
                ticks, outs = [NAT, *[p[0] for p in pairs]], [NAT, *[p[1] for p in pairs]]
                members[f'{kind}.{a}>{b}.{state}'] = times(ticks, kind, a)
                members[f'{kind}.{a}>{b}.{state}.cast'] = np.array(outs, 'i8')
assert compared > 15000, compared
np.savez('a.npz', **members)
";

struct Casts<'a> {
    readers: Vec<(Cast, NpzReader<&'a [u8]>)>,
    rules: HashMap<String, String>,
    read: usize,
    refused: usize,
}

impl Casts<'_> {
    fn check<A: Element + Copy>(&mut self, kind: &str, to: &str, ticks: fn(A) -> i64) {
        for from in units() {
            let pair = format!("{kind}.{from}>{to}");
            let rule = self.rules[&pair].clone();
            for &(cast, ref npz) in &self.readers {
                let allows = match rule.as_str() {
                    "equiv" => true,
                    "safe" => cast != Cast::Exact,
                    "same_kind" => cast == Cast::SameKind,
                    _ => false,
                };
                if rule == "none" {
                    continue;
                }
                for state in 0..3 {
                    let name = format!("{pair}.{state}");
                    let told = format!("{name} under {cast:?}");
                    let count = npz.header(&name).unwrap().shape()[0];
                    let result = npz.get::<Array1<A>>(&name);
                    if !allows {
                        let error = result.map(drop).expect_err(&told);
                        assert_eq!(error.kind(), ErrorKind::Mismatch, "{told}: {error}");
                        let way = if rule == "safe" { "Cast::Safe" } else { "Cast::SameKind" };
                        assert!(error.to_string().contains(way), "{told}: {error}");
                        self.refused += 1;
                    } else if count > 1 && (state == 2 || state == 1 && cast == Cast::Safe) {
                        let error = result.map(drop).expect_err(&told);
                        assert_eq!(error.kind(), ErrorKind::Invalid, "{told}: {error}");
                        let text = error.to_string();
                        let why = if state == 1 { "no whole number of" } else { "can't hold" };
                        assert!(text.contains("cell 1 holds") && text.contains(why), "{told}: {text}");
                        self.refused += 1;
                    } else {
                        let read = result.unwrap_or_else(|error| panic!("{told}: {error}"));
                        let expected: Array1<i64> = npz.get(&format!("{name}.cast")).unwrap();
                        assert_eq!(read.mapv(ticks), expected, "{told}");
                        self.read += count;
                    }
                }
            }
        }
    }
}

impl Visit for Casts<'_> {
    fn unit<U: Unit>(&mut self) {
        self.check::<DateTime64<U>>("M", &U::UNIT.to_string(), DateTime64::ticks);
        self.check::<TimeDelta64<U>>("m", &U::UNIT.to_string(), TimeDelta64::ticks);
    }
}

#[test]
fn units_become_each_other_by_numpys_rules_to_numpys_values() {
    let dir = temp_dir();
    let said = python(dir.path(), &script(CASTS));
    let rules = said.lines().map(|line| line.split_once(' ').unwrap());
    let rules = rules.map(|(pair, rule)| (pair.to_owned(), rule.to_owned())).collect();
    let archive = fs::read(dir.path().join("a.npz")).unwrap();
    let reader = |cast| LoadOptions::new().cast(cast).reader(&*archive).unwrap();
    let readers = [Cast::Exact, Cast::Safe, Cast::SameKind].map(|cast| (cast, reader(cast))).into();
    let mut casts = Casts { readers, rules, read: 0, refused: 0 };
    each_unit(&mut casts);
    assert!(casts.read > 50_000 && casts.refused > 1_000, "{} {}", casts.read, casts.refused);
}

/// An archive of what these Python expressions give, each under its own text.
fn archive(expressions: &[&str]) -> Vec<u8> {
    let dir = temp_dir();
    let members: Vec<_> = expressions.iter().map(|text| format!("{text:?}: {text}")).collect();
    python(dir.path(), &format!("np.savez('a.npz', **{{{}}})", members.join(", ")));
    fs::read(dir.path().join("a.npz")).unwrap()
}

#[test]
fn integers_become_lengths_of_time_by_numpys_rules_and_nothing_becomes_a_point_in_time() {
    let dtypes =
        ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "S3", "U3", "V3"];
    let dir = temp_dir();
    let body = "
members = {}
for name in DTYPES:
    members[name] = np.zeros(3, name)
    members['>' + name] = np.array([1, 0, 1], name).astype(np.dtype(name).newbyteorder('>')) if name[0] in '?iu' else np.zeros(3, name)
    for rule in ['equiv', 'safe', 'same_kind']:
        print(name, rule, *[int(np.can_cast(name, to, rule)) for to in ('m8[s]', 'm8', 'M8[s]', 'M8')])
        print('>' + name, rule, *[int(np.can_cast(to, name, rule)) for to in ('m8[s]', 'm8', 'M8[s]', 'M8')])
np.savez('a.npz', edge=np.array([-2**63, 2**63 - 1]), large=np.array([5, 2**63], 'u8'), **members)
";
    let said = python(dir.path(), &body.replace("DTYPES", &format!("{dtypes:?}")));
    let archive = fs::read(dir.path().join("a.npz")).unwrap();
    let reader = |cast| LoadOptions::new().cast(cast).reader(&*archive).unwrap();
    let can = |name: &str, rule: &str| {
        let prefix = format!("{name} {rule} ");
        said.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap().to_owned()
    };
    for (cast, rule) in [(Cast::Exact, "equiv"), (Cast::Safe, "safe"), (Cast::SameKind, "same_kind")] {
        let npz = reader(cast);
        for name in dtypes {
            let can_become = can(name, rule);
            assert!(can_become.ends_with("0 0"), "NumPy: {name} {rule} {can_become}");
            let lengths = npz.get::<Array1<TimeDelta64<Second>>>(name);
            let plain = npz.get::<Array1<TimeDelta64<Generic>>>(name);
            assert_eq!(lengths.is_ok(), can_become.starts_with('1'), "{name} under {cast:?}");
            assert_eq!(plain.is_ok(), lengths.is_ok(), "{name} under {cast:?}");
            if lengths.is_ok() {
                let swapped: Array1<TimeDelta64<Second>> = npz.get(&format!(">{name}")).unwrap();
                assert_eq!(swapped.mapv(TimeDelta64::ticks), array![1, 0, 1], "{name}");
            }
            let times = npz.get::<Array1<DateTime64<Second>>>(name).unwrap_err();
            assert_eq!(times.kind(), ErrorKind::Mismatch, "{name}: {times}");
            // And never back.
            assert_eq!(can(&format!(">{name}"), rule), "0 0 0 0", "NumPy: {name}");
        }
    }
    let edge: Array1<TimeDelta64<Day>> = reader(Cast::Safe).get("edge").unwrap();
    assert!(edge[0].is_nat() && edge[1].ticks() == i64::MAX);
    let error = reader(Cast::SameKind).get::<Array1<TimeDelta64<Day>>>("large").unwrap_err();
    assert!(error.to_string().contains("cell 1 holds 9223372036854775808"), "{error}");
}

/// Checks what is said of an array whose dtype no rule, or only a wider one, lets through.
#[track_caller]
fn refused<A: Element>(npz: &NpzReader<&[u8]>, name: &str, expected: &str, found: &str, hint: &str) {
    let error = npz.get::<Array1<A>>(name).map(drop).unwrap_err();
    let problem = &error.report().unwrap().problems()[0];
    let told = format!("{}\n{}\n{}", problem.expected, problem.found, problem.hint);
    assert!(problem.expected.starts_with(expected), "{told}");
    assert!(problem.found.starts_with(found) && problem.hint.contains(hint), "{told}");
}

/// Checks what is said of an array with a value that does not fit.
#[track_caller]
fn does_not_fit<T: FromMembers>(npz: &NpzReader<&[u8]>, name: &str, message: &str) {
    let error = npz.get::<T>(name).map(drop).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(name)), "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn what_never_fits_is_refused_with_a_way_out() {
    let month = "np.array([1, 2], 'm8[M]')";
    let day = "np.array([1, 2], 'm8[D]')";
    let date = "np.array([1, 2], 'M8[D]')";
    let steps = "np.array([1, 2], 'm8[25s]')";
    let plain = "np.array([1, 2], 'm8')";
    let float = "np.array([1.0, 2.0])";
    let record = "np.zeros(2, 'i4,i4')";
    let bytes = archive(&[month, day, date, steps, plain, float, record]);
    let npz = LoadOptions::new().cast(Cast::SameKind).reader(&*bytes).unwrap();
    refused::<TimeDelta64<Day>>(
        &npz,
        month,
        "<m8[D] (TimeDelta64<Day>), 1 axis",
        "<m8[M] (TimeDelta64<Month>), shape (2,)",
        "make the cell type `TimeDelta64<Month>`",
    );
    refused::<TimeDelta64<Year>>(&npz, day, "<m8[Y] (TimeDelta64<Year>)", "<m8[D]", "`TimeDelta64<Day>`");
    refused::<TimeDelta64<Generic>>(
        &npz,
        steps,
        "<m8 (TimeDelta64<Generic>)",
        "<m8[25s] (TimeDelta64<Multiple<25, Second>>)",
        "`TimeDelta64<Multiple<25, Second>>`",
    );
    refused::<TimeDelta64<Day>>(&npz, date, "<m8[D]", "<M8[D] (DateTime64<Day>)", "`DateTime64<Day>`");
    refused::<DateTime64<Multiple<25, Second>>>(
        &npz,
        day,
        "<M8[25s] (DateTime64<Multiple<25, Second>>)",
        "<m8[D] (TimeDelta64<Day>)",
        "never become each other; make the cell type `TimeDelta64<Day>`",
    );
    refused::<DateTime64<Nanosecond>>(&npz, float, "<M8[ns]", "<f8", "`a.astype(\"M8[ns]\")` in Python");
    refused::<TimeDelta64<Nanosecond>>(&npz, float, "<m8[ns]", "<f8", "`a.astype(\"m8[ns]\")` in Python");
    refused::<TimeDelta64<Nanosecond>>(&npz, record, "<m8[ns]", "[(", "it is a record");
    refused::<i64>(&npz, date, "<i8 (i64)", "<M8[D] (DateTime64<Day>)", "`a.astype(\"int64\")` in Python");
    // The advice of the first refusals is right.
    assert_eq!(npz.get::<Array1<TimeDelta64<Month>>>(month).unwrap()[1].ticks(), 2);
    assert_eq!(npz.get::<Array1<TimeDelta64<Multiple<25, Second>>>>(steps).unwrap()[1].ticks(), 2);
    assert_eq!(npz.get::<Array1<TimeDelta64<Day>>>(plain).unwrap()[1].ticks(), 2);
    // The narrowest rule that helps is named.
    let safe = NpzReader::new(&*bytes).unwrap();
    refused::<TimeDelta64<Multiple<7, Day>>>(
        &safe,
        day,
        "<m8[7D]",
        "<m8[D]",
        "Cast::SameKind)` accepts it and rounds down",
    );
    let error = safe.get::<Array1<DateTime64<Month>>>(date).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
}

#[test]
fn a_value_that_does_not_fit_is_shown_with_its_place_as_numpy_prints_it() {
    let far = "np.array(['2000-01-01', 'NaT', '2262-04-12'], 'M8[D]')";
    let long = "np.array([[1, 2], [3, 2**62]], 'm8[s]')";
    let month = "np.array(['1970-01', '1970-02'], 'M8[M]')";
    let one = "np.array('3000', 'M8[Y]')";
    let nat = "np.array([-2**62], 'i8').view('m8[2s]')";
    let bytes = archive(&[far, long, month, one, nat]);
    let npz = NpzReader::new(&*bytes).unwrap();
    does_not_fit::<Array1<DateTime64<Nanosecond>>>(
        &npz,
        far,
        "cell 2 holds 2262-04-12, which DateTime64<Nanosecond> can't hold; load it into a coarser unit",
    );
    does_not_fit::<ndarray::Array2<TimeDelta64<Nanosecond>>>(
        &npz,
        long,
        "cell (1, 1) holds 4611686018427387904 seconds, which",
    );
    does_not_fit::<Array1<DateTime64<Multiple<7, Day>>>>(
        &npz,
        month,
        "cell 1 holds 1970-02, which is no whole number of 7D: `cast = \"same_kind\"` rounds it down",
    );
    does_not_fit::<DateTime64<Nanosecond>>(
        &npz,
        one,
        "it holds 3000, which DateTime64<Nanosecond> can't hold",
    );
    // Exactly the number that means NaT: not a time by accident.
    does_not_fit::<Array1<TimeDelta64<Second>>>(&npz, nat, "cell 0 holds -9223372036854775808 seconds");
}
