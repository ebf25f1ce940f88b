//! `str` and `repr` of NumPy's scalars.

use std::fmt::Write as _;

use npz_core::{AnyValue, TimeBase, TimeUnit};

use crate::printf::Value;

/// `str` of a NumPy scalar.
pub(crate) fn str_of(cell: &Value<'_>) -> String {
    match cell.value {
        AnyValue::Float(value) if cell.float == 4 => narrow(value, 1e6, &shortest(value as f32)),
        AnyValue::Float(value) if cell.float == 2 => {
            let bits = half::f16::from_f64(value).to_bits();
            // The fewest digits that are read as the same number again; of two that are as near the upper one may be, where the even one is not.
            let is_same = |text: &String| {
                text.parse().is_ok_and(|again: f64| half::f16::from_f64(again).to_bits() == bits)
            };
            let both =
                |digits: usize| [value, value * (1.0 + 1e-12)].map(|value| format!("{value:.digits$e}"));
            let shortest = (0..5).flat_map(both).find(is_same);
            narrow(value, 1e3, &shortest.unwrap_or_else(|| format!("{value:e}")))
        }
        AnyValue::Complex { re, im } if cell.float == 4 => {
            let part = |value: f64| {
                let text = str_of(&Value { value: AnyValue::Float(value), float: 4 });
                text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
            };
            let (sign, imaginary) = (if im.is_sign_negative() { "" } else { "+" }, part(im));
            // What is no number has no sign.
            let sign = if im.is_nan() { "+" } else { sign };
            if re == 0.0 && re.is_sign_positive() {
                format!("{imaginary}j")
            } else {
                format!("({}{sign}{imaginary}j)", part(re))
            }
        }
        other => other.to_string(),
    }
}

/// The shortest digits that are read as the same number, with an exponent. Of two that are as near Rust takes the upper, NumPy the
/// even one: `343126.12`.
fn shortest(value: f32) -> String {
    let upper = format!("{value:e}");
    let places =
        upper.find('e').map_or(0, |end| end.saturating_sub(upper.find('.').map_or(end, |at| at + 1)));
    let even = format!("{value:.places$e}");
    if even.parse() == Ok(value) { even } else { upper }
}

/// A float of fewer than 8 bytes as NumPy prints it: with an exponent from a limit on, and below 0.0001. `digits` has the
/// shortest digits, as Rust prints them with an exponent.
fn narrow(value: f64, limit: f64, digits: &str) -> String {
    let Some((digits, power)) = digits.split_once('e') else { return AnyValue::Float(value).to_string() };
    if value != 0.0 && (value.abs() >= limit || value.abs() < 1e-4) {
        let power: i32 = power.parse().unwrap_or(0);
        return format!("{digits}e{power:+03}");
    }
    let shortest: f64 = format!("{digits}e{power}").parse().unwrap_or(value);
    format!("{shortest:?}")
}

/// `repr` of a NumPy scalar: `np.float64(1.5)`.
pub(crate) fn repr_of(cell: &Value<'_>) -> String {
    let text = str_of(cell);
    let unit_of =
        |unit: &TimeUnit| if unit.base() == TimeBase::Generic { String::new() } else { format!(",'{unit}'") };
    let complex = text.trim_matches(['(', ')']);
    match &cell.value {
        AnyValue::Bool(_) => format!("np.{text}_"),
        AnyValue::Int(_) => format!("np.int{}({text})", u32::from(cell.float) * 8),
        AnyValue::UInt(_) => format!("np.uint{}({text})", u32::from(cell.float) * 8),
        AnyValue::Float(_) => format!("np.float{}({text})", u32::from(cell.float) * 8),
        AnyValue::Str(_) => format!("np.str_({:#})", cell.value),
        AnyValue::Bytes(_) => format!("np.bytes_({:#})", cell.value),
        AnyValue::Complex { .. } => format!("np.complex{}({complex})", u32::from(cell.float) * 16),
        AnyValue::LongDouble(_) => format!("np.longdouble('{text}')"),
        AnyValue::ComplexLongDouble { .. } => format!("np.clongdouble('{complex}')"),
        // The text tells the unit, unless there is none.
        AnyValue::DateTime64 { unit, ticks } if *ticks == i64::MIN => {
            format!("np.datetime64('NaT','{unit}')")
        }
        AnyValue::DateTime64 { unit, .. } if unit.count() != 1 => {
            format!("np.datetime64('{text}'{})", unit_of(unit))
        }
        AnyValue::DateTime64 { .. } => format!("np.datetime64('{text}')"),
        AnyValue::TimeDelta64 { unit, ticks } if *ticks == i64::MIN => {
            format!("np.timedelta64('NaT'{})", unit_of(unit))
        }
        AnyValue::TimeDelta64 { unit, ticks } => format!("np.timedelta64({ticks}{})", unit_of(unit)),
        AnyValue::Other { dtype, .. } => {
            let dtype = dtype.to_string().replace("'|b1'", "'?'").replace("'|", "'");
            format!("np.void({text}, dtype={dtype})")
        }
        _ => format!("{:#}", cell.value),
    }
}

/// A text with all but ASCII escaped, as Python's `ascii` does.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // Writing to a string never fails.
        match u32::from(c) {
            0..=0x7f => out.push(c),
            code @ 0x80..=0xff => _ = write!(out, "\\x{code:02x}"),
            code @ 0x100..=0xffff => _ = write!(out, "\\u{code:04x}"),
            code => _ = write!(out, "\\U{code:08x}"),
        }
    }
    out
}
