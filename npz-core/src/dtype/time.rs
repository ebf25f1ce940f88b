//! Units of `datetime64` and `timedelta64`: NumPy's `[25s]`.

use std::fmt;

use super::refusal::NoDType;
use crate::error::{Error, Result};

/// The length of one tick of a `datetime64` or `timedelta64` cell: `count` times `base`.
/// [`np.datetime_data`](https://numpy.org/doc/stable/reference/generated/numpy.datetime_data.html).
///
/// ```
/// use npz_core::{DType, TimeBase};
///
/// let dtype = DType::parse("<m8[25s]")?;
/// let unit = dtype.time_unit().expect("a time has a unit");
/// assert_eq!((unit.count(), unit.base()), (25, TimeBase::Second));
/// assert_eq!(unit.to_string(), "25s");
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeUnit {
    count: u32,
    base: TimeBase,
}

/// The [units of time](https://numpy.org/doc/stable/reference/arrays.datetime.html#datetime-units) that NumPy knows.
///
/// Prints as NumPy's letters:
///
/// ```
/// assert_eq!(npz_core::TimeBase::Nanosecond.to_string(), "ns");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeBase {
    /// No unit: what `np.timedelta64(3)` and `np.datetime64("NaT")` have.
    Generic,
    /// `Y`
    Year,
    /// `M`
    Month,
    /// `W`
    Week,
    /// `D`
    Day,
    /// `h`
    Hour,
    /// `m`
    Minute,
    /// `s`
    Second,
    /// `ms`
    Millisecond,
    /// `us`
    Microsecond,
    /// `ns`
    Nanosecond,
    /// `ps`
    Picosecond,
    /// `fs`
    Femtosecond,
    /// `as`
    Attosecond,
}

/// NumPy's letters; where a unit has two spellings, the first is the one that is printed.
const BASES: [(&str, TimeBase); 15] = [
    ("generic", TimeBase::Generic),
    ("Y", TimeBase::Year),
    ("M", TimeBase::Month),
    ("W", TimeBase::Week),
    ("D", TimeBase::Day),
    ("h", TimeBase::Hour),
    ("m", TimeBase::Minute),
    ("s", TimeBase::Second),
    ("ms", TimeBase::Millisecond),
    ("us", TimeBase::Microsecond),
    ("μs", TimeBase::Microsecond),
    ("ns", TimeBase::Nanosecond),
    ("ps", TimeBase::Picosecond),
    ("fs", TimeBase::Femtosecond),
    ("as", TimeBase::Attosecond),
];

impl TimeUnit {
    /// Makes a unit of so many base units: `TimeUnit::new(25, TimeBase::Second)` is NumPy's `[25s]`.
    ///
    /// ```
    /// use npz_core::{DType, TimeBase, TimeUnit};
    ///
    /// let unit = TimeUnit::new(25, TimeBase::Second)?;
    /// let dtype = DType::parse(&format!("<M8[{unit}]"))?;
    /// assert_eq!(dtype.time_unit(), Some(unit));
    /// assert!(TimeUnit::new(0, TimeBase::Second).is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a count that NumPy has not (0, or more than 2147483647), and
    /// for a multiple of no unit.
    pub fn new(count: u32, base: TimeBase) -> Result<Self> {
        match count {
            1 => Ok(Self::one(base)),
            _ if base == TimeBase::Generic => {
                Err(Error::invalid(format!("no unit has no multiples: expected a count of 1, found {count}")))
            }
            _ => Self::one(base).times(count).ok_or_else(|| {
                Error::invalid(format!("expected 1 to 2147483647 {base} in one tick, found {count}"))
            }),
        }
    }

    pub(crate) const GENERIC: Self = Self { count: 1, base: TimeBase::Generic };

    /// One base unit.
    pub(crate) const fn one(base: TimeBase) -> Self {
        Self { count: 1, base }
    }

    /// So many of these; `None` for what NumPy has no unit for: none of them, too many, a multiple of no unit.
    pub(crate) const fn times(self, count: u32) -> Option<Self> {
        let count = self.count as u64 * count as u64;
        if count == 0 || count > i32::MAX as u64 || matches!(self.base, TimeBase::Generic) {
            return None;
        }
        Some(Self { count: count as u32, base: self.base })
    }

    /// The marker type of this unit: `Second`, `Multiple<25, Second>`.
    pub(crate) fn type_name(self) -> String {
        match self.count {
            1 => format!("{:?}", self.base),
            count => format!("Multiple<{count}, {:?}>", self.base),
        }
    }

    /// Gives the number of base units in one tick, at least 1.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Gives the base unit.
    pub fn base(self) -> TimeBase {
        self.base
    }

    /// Reads what stands between the brackets.
    ///
    /// NumPy also takes a divisor (`[ms/2]`, which it turns into `[500us]` and never prints), and a count of 0,
    /// with which it then divides. Both are refused.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, NoDType> {
        let told = |why| format!("the unit of time [{text}] {why}");
        let refuse = |why| Err(NoDType::Wrong(told(why)));
        if text.contains('/') {
            let why = "has a divisor; write it as a multiple of a smaller unit, such as [500us] for [ms/2]";
            return Err(NoDType::Unread(told(why)));
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, letters) = text.split_at(digits);
        let Some(&(_, base)) = BASES.iter().find(|(name, _)| *name == letters) else {
            return refuse(
                "is unknown: expected Y, M, W, D, h, m, s, ms, us, ns, ps, fs or as, or a multiple such as 25s",
            );
        };
        let count = if count.is_empty() { Some(1) } else { count.parse::<i32>().ok() };
        match count.and_then(|count| u32::try_from(count).ok()) {
            None | Some(0) => refuse("has no usable multiple: expected 1 to 2147483647"),
            // A multiple of no unit is no unit: NumPy drops it.
            Some(_) if base == TimeBase::Generic => Ok(Self::GENERIC),
            Some(count) => Ok(Self { count, base }),
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count != 1 {
            write!(f, "{}", self.count)?;
        }
        write!(f, "{}", self.base)
    }
}

impl fmt::Display for TimeBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = BASES.iter().find(|(_, base)| base == self).map_or("generic", |(letters, _)| letters);
        f.write_str(letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_print_as_they_were_read() {
        for (letters, _) in BASES.iter().filter(|(letters, _)| *letters != "μs") {
            assert_eq!(TimeUnit::parse(letters).expect(letters).to_string(), *letters);
        }
        for (text, printed) in
            [("25s", "25s"), ("1s", "s"), ("010ns", "10ns"), ("μs", "us"), ("2generic", "generic")]
        {
            assert_eq!(TimeUnit::parse(text).expect(text).to_string(), printed);
        }
        assert_eq!(TimeUnit::parse("2147483647as").expect("NumPy's largest").count(), 2147483647);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "s/0", "ms/2", "0s", "-1s", "+1s", " s", "s ", "S", "µ", "25", "2147483648s", "99999999999s"]
        {
            assert!(TimeUnit::parse(text).is_err(), "{text}");
        }
    }
}
