//! `Display` against NumPy's `str`.

use std::fmt::Write;

use npz_core::time::{Day, Generic, Hour, Multiple, Nanosecond, Second, Unit};
use npz_core::{DateTime64, TimeDelta64};
use tests::{python, temp_dir};

use crate::npy_time::{Visit, each_unit, script};

/// Prints `kind unit ticks text`. Where NumPy's 64 bits would wrap, the date is moved by whole eras of 400 years into its
/// range, and the year moved back in the text.
const TEXTS: &str = "
warnings.simplefilter('ignore')
rng = np.random.default_rng(1)
edges = [0, 1, -1, 59, 60, -60, -719528, -719529, 2932896, 2932897, 10**9, -10**9, -62167219200, -62167219201, 253402300800]
edges += [2**63 - 1, -2**63 + 1, 2**62, -2**62, NAT]
random = [int(x) >> int(shift) for x, shift in zip(rng.integers(-2**63, 2**63, 150), rng.integers(0, 60, 150))]
days = dict(W=7, D=1)
ticks_a_day = dict(h=24, m=1440, s=86400, ms=86400 * 10**3, us=86400 * 10**6, ns=86400 * 10**9)
def text(kind, tick, unit):
    name, count = np.datetime_data(dtype('m', unit)) if unit != 'generic' else ('generic', 1)
    total = tick * count
    if tick == NAT or abs(total) * days.get(name, 1) < 2**63 - 10**7:
        return str(times(tick, kind, unit)[()])
    if kind == 'm':
        return str(np.timedelta64(1, name)).replace('1', str(total), 1)
    era = {'Y': 400, 'M': 4800, 'W': 20871, 'D': 146097}.get(name) or 146097 * ticks_a_day.get(name, 2**70)
    if era > 2**62:
        return None
    eras, rest = divmod(total, era)
    year, *others = str(np.datetime64(rest, name)).split('-')
    return '-'.join(['%04d' % (int(year) + 400 * eras), *others])
for kind in 'Mm':
    for unit in units:
        for tick in edges + random:
            if kind == 'M' and unit == 'generic' and tick != NAT:
                continue
            shown = text(kind, tick, unit)
            if shown is not None:
                print(kind, unit, tick, shown)
";

struct Texts {
    said: String,
}

impl Visit for Texts {
    fn unit<U: Unit>(&mut self) {
        for (kind, show) in [
            ("M", (|ticks| DateTime64::<U>::new(ticks).to_string()) as fn(i64) -> String),
            ("m", |ticks| TimeDelta64::<U>::new(ticks).to_string()),
        ] {
            let prefix = format!("{kind} {} ", U::UNIT);
            let lines: Vec<_> = self.said.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
            assert!(lines.len() > 100 || prefix == "M generic ", "{prefix}: {}", lines.len());
            for line in lines {
                let (ticks, text) = line.split_once(' ').unwrap();
                assert_eq!(show(ticks.parse().unwrap()), text, "{prefix}{ticks}");
            }
        }
    }
}

#[test]
fn cells_print_as_in_numpy() {
    let dir = temp_dir();
    each_unit(&mut Texts { said: python(dir.path(), &script(TEXTS)) });
}

#[test]
fn debug_shows_the_unit_and_texts_are_padded() {
    assert_eq!(format!("{:?}", DateTime64::<Hour>::new(5)), "DateTime64[h](1970-01-01T05)");
    assert_eq!(format!("{:?}", TimeDelta64::<Multiple<25, Second>>::NAT), "TimeDelta64[25s](NaT)");
    assert_eq!(
        format!("{:>12}|{:<5}|", DateTime64::<Day>::new(-1), DateTime64::<Day>::NAT),
        "  1969-12-31|NaT  |"
    );
    // NumPy refuses to print these.
    assert_eq!(DateTime64::<Generic>::new(5).to_string(), "5 generic time units");
}

#[test]
fn nat_is_equal_to_itself_and_sorts_last() {
    let mut cells = [3, i64::MIN, -7, i64::MAX, i64::MIN + 1].map(DateTime64::<Nanosecond>::new);
    cells.sort();
    let ticks = cells.map(DateTime64::ticks);
    let dir = temp_dir();
    let sorted = python(
        dir.path(),
        "print(*np.sort(np.array([3, -2**63, -7, 2**63 - 1, -2**63 + 1], 'i8').view('M8[ns]')).view('i8'))",
    );
    let numpys: Vec<i64> = sorted.split_whitespace().map(|tick| tick.parse().unwrap()).collect();
    assert_eq!(ticks, *numpys);
    assert_eq!(TimeDelta64::<Day>::NAT, TimeDelta64::new(i64::MIN));
    assert!(TimeDelta64::<Day>::NAT > TimeDelta64::new(i64::MAX));
    assert_eq!(TimeDelta64::<Day>::default().ticks(), 0);
    let mut text = String::new();
    write!(text, "{}", cells[4]).unwrap();
    assert_eq!(text, "NaT");
}
