//! `datetime64` and `timedelta64` against real NumPy: bytes, casts, texts, and the times of other libraries.

mod casts;
mod fields;
mod files;
mod others;
mod texts;

use npz_core::time::{
    Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
    Nanosecond, Picosecond, Second, Unit, Week, Year,
};

/// Something that is done with every unit.
trait Visit {
    fn unit<U: Unit>(&mut self);
}

macro_rules! units {
    ($($unit:ty),* $(,)?) => {
        fn each_unit(visit: &mut impl Visit) {
            $(visit.unit::<$unit>();)*
        }
        /// As NumPy spells them between brackets.
        fn units() -> Vec<String> {
            vec![$(<$unit>::UNIT.to_string()),*]
        }
    };
}
units! {
    Generic, Year, Month, Week, Day, Hour, Minute, Second, Millisecond, Microsecond, Nanosecond, Picosecond,
    Femtosecond, Attosecond,
    Multiple<25, Second>, Multiple<3, Month>, Multiple<12, Month>, Multiple<2, Year>, Multiple<7, Millisecond>,
    Multiple<1000, Millisecond>, Multiple<2, Week>, Multiple<7, Day>, Multiple<12, Hour>, Multiple<15, Minute>,
    Multiple<100, Nanosecond>, Multiple<30, Femtosecond>, Multiple<2147483647, Second>,
}

/// What every script begins with: `dtype('M', 'ns')`, and the ticks of an array and back.
const PRELUDE: &str = "
NAT = -2**63
def dtype(kind, unit):
    return np.dtype(kind + '8' + ('' if unit == 'generic' else f'[{unit}]'))
def times(ticks, kind, unit):
    return np.array(ticks, 'i8').view(dtype(kind, unit))
";

/// A script over all units.
fn script(body: &str) -> String {
    format!("{PRELUDE}\nunits = {:?}\n{body}", units())
}
