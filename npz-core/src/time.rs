//! Points and lengths of time: NumPy's [`datetime64` and `timedelta64`](https://numpy.org/doc/stable/reference/arrays.datetime.html).
//!
//! A cell is a count of ticks in an `i64`; the unit of the ticks is a type. The units of NumPy are in this module, and
//! [`Multiple`] makes NumPy's `25s` of them. [`DateTime64`](crate::DateTime64) counts from 1970-01-01, UTC as far as it is converted to
//! types that know time zones; [`TimeDelta64`](crate::TimeDelta64) counts from nothing.
//!
//! ```
//! use ndarray::{Array1, array};
//! use npz_core::time::{Day, Multiple, Nanosecond, Second};
//! use npz_core::{DateTime64, TimeDelta64, npy};
//!
//! let days: Array1<DateTime64<Day>> = array![DateTime64::new(0), DateTime64::new(20_000), DateTime64::NAT];
//! assert_eq!(days[1].to_string(), "2024-10-04");
//! let bytes = npy::to_bytes(&days)?; // np.array([...], dtype="datetime64[D]")
//! let fine: Array1<DateTime64<Nanosecond>> = npy::from_bytes(&bytes)?; // astype("datetime64[ns]")
//! assert_eq!(fine[1].to_string(), "2024-10-04T00:00:00.000000000");
//! assert!(fine[2].is_nat());
//!
//! let step = TimeDelta64::<Multiple<25, Second>>::new(3); // np.timedelta64(3, "25s")
//! assert_eq!(step.to_string(), "75 seconds");
//! # Ok::<(), npz_core::Error>(())
//! ```
//!
//! # Units that differ from the file's
//!
//! Read by NumPy's casting rules ([`Cast`](crate::Cast)), with values checked where NumPy wraps. NaT stays NaT.
//!
//! | from, to | rule |
//! | --- | --- |
//! | ticks that are a whole number of the new ones: `s` to `ns`, `25s` to `s`, `12M` to `Y` | safe |
//! | points in time in years or months to any shorter unit: `Y` to `D` | safe; a month that is no whole number of weeks is an error |
//! | no unit ([`Generic`]) to any: the number is kept | safe |
//! | integers of at most 8 bytes and `bool` to lengths of time: the number is kept | safe; `uint64` arrays same kind |
//! | other units of one kind: `ns` to `s`, `D` to `M` | same kind: rounded down, as NumPy does |
//! | lengths in months or years to those in days and shorter, and back; any unit to none | none |
//! | points in time to lengths of time, integers to points in time, and back | none |
//!
//! Where we allow more than `np.can_cast`: it calls `12M` to `Y` and `D` to `ps` not safe, though every value that fits is
//! kept.
//!
//! # Other libraries
//!
//! A cell becomes a type of `std::time` by `try_into`, and of `chrono` and `jiff` behind the features of these names. Those
//! types may also be fields of a derived struct themselves: they are saved in nanoseconds, as `<M8[ns]` and `<m8[ns]`;
//! dates without a time of day in days, as `<M8[D]`.
//!
//! | feature | points in time | dates | lengths of time |
//! | --- | --- | --- | --- |
//! | none | `std::time::SystemTime` | | `std::time::Duration` |
//! | `chrono` | `DateTime<Utc>`, `NaiveDateTime` | `NaiveDate` | `TimeDelta` |
//! | `jiff` | `Timestamp`, `civil::DateTime` | `civil::Date` | `SignedDuration` |
//!
//! ```
//! use npz_core::{Npz, NpzReader};
//! use std::time::{Duration, SystemTime};
//!
//! #[derive(Npz)]
//! struct Run { started: SystemTime, took: Duration }
//!
//! let run = Run { started: SystemTime::UNIX_EPOCH, took: Duration::from_secs(90) };
//! let bytes = run.to_bytes()?;
//! let npz = NpzReader::new(&bytes)?;
//! assert_eq!(npz.header("started")?.dtype().to_string(), "<M8[ns]");
//! assert_eq!(npz.header("took")?.dtype().to_string(), "<m8[ns]");
//! # Ok::<(), npz_core::Error>(())
//! ```
//!
//! Those types have no NaT: a load into `Vec<SystemTime>` fails at one, and names its cell. Where there may be some, read
//! the cells, and ask [`is_nat`](crate::DateTime64::is_nat):
//!
//! ```
//! use ndarray::{Array1, array};
//! use npz_core::DateTime64;
//! use npz_core::time::Day;
//! use std::time::SystemTime;
//!
//! let days: Array1<DateTime64<Day>> = array![DateTime64::new(1), DateTime64::NAT];
//! let to_time = |day: &DateTime64<Day>| if day.is_nat() { Ok(None) } else { SystemTime::try_from(*day).map(Some) };
//! let times: Vec<Option<SystemTime>> = days.iter().map(to_time).collect::<npz_core::Result<_>>()?;
//! assert!(times[0] > Some(SystemTime::UNIX_EPOCH) && times[1].is_none());
//! # Ok::<(), npz_core::Error>(())
//! ```

pub use crate::element::time::{
    Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
    Nanosecond, Picosecond, Second, Unit, Week, Year,
};
