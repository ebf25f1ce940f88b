//! Points and lengths of time; the public module `time` tells what they are.

mod cell;
#[cfg(feature = "chrono")]
mod chrono;
pub(crate) mod decode;
#[cfg(feature = "jiff")]
mod jiff;
mod nanos;
mod scale;
mod standard;
pub(crate) mod text;
mod unit;

pub use self::cell::{DateTime64, TimeDelta64};
pub use self::unit::{
    Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
    Nanosecond, Picosecond, Second, Unit, Week, Year,
};
