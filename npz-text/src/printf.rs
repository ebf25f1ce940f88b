//! Python's `%` formats: read once, then used for each cell.

use std::fmt::Write as _;
use std::io::Write;

use npz_core::AnyValue;

use crate::digits::{fixed, put, significant};

/// How wide a field may be, and how many digits it may have: a format is no way to fill the memory.
const MOST: usize = 10_000;

/// One part of a format.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Cell(Spec),
}

/// `%[flags][width][.precision]conversion`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are the flags of a format")]
pub(crate) struct Spec {
    is_left: bool,
    has_plus: bool,
    has_blank: bool,
    has_zeros: bool,
    is_alternate: bool,
    width: usize,
    precision: Option<usize>,
    conversion: u8,
}

/// Reads a format.
pub(crate) fn parse(format: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        let at = format.len() - rest.len();
        parts.push(Part::Cell(spec(&mut rest, at)?));
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// Reads what follows a `%`.
fn spec(rest: &mut &str, at: usize) -> Result<Spec, String> {
    let mut spec = Spec::default();
    let text = *rest;
    let mut chars = text.chars().peekable();
    while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
        match flag {
            '-' => spec.is_left = true,
            '+' => spec.has_plus = true,
            ' ' => spec.has_blank = true,
            '0' => spec.has_zeros = true,
            _ => spec.is_alternate = true,
        }
    }
    let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, what: &str| {
        let mut value = 0usize;
        while let Some(digit) = chars.next_if(char::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(digit as usize - '0' as usize);
        }
        if value > MOST {
            Err(format!("expected at most {MOST} for the {what}, found more"))
        } else {
            Ok(value)
        }
    };
    spec.width = number(&mut chars, "width")?;
    if chars.next_if_eq(&'.').is_some() {
        spec.precision = Some(number(&mut chars, "precision")?);
    }
    while chars.next_if(|c| "hlL".contains(*c)).is_some() {}
    spec.conversion = match chars.next() {
        Some(c) if "diuoxXeEfFgGcsra".contains(c) => c as u8,
        Some('(') => {
            return Err("names in parentheses are not for arrays: columns are taken in turn".to_owned());
        }
        Some('*') => return Err("a width of `*` is not for arrays: write the number".to_owned()),
        Some(c) => {
            return Err(format!("there is no conversion {c:?} (at byte {at}): d, e, f, g, s and such are"));
        }
        None => return Err("it ends behind a `%`: a `%%` stands for the sign itself".to_owned()),
    };
    *rest = &text[text.len() - chars.map(char::len_utf8).sum::<usize>()..];
    Ok(spec)
}

/// The text of a format with one number.
pub(crate) fn numbered(format: &str, index: usize) -> Result<String, String> {
    let mut out = Vec::new();
    let parts = parse(format)?;
    if parts.iter().filter(|part| matches!(part, Part::Cell(_))).count() != 1 {
        return Err("it has not one conversion".to_owned());
    }
    for part in parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Cell(spec) => {
                spec.write(&mut out, &Value { value: AnyValue::UInt(index as u64), float: 8 })?;
            }
        }
    }
    String::from_utf8(out).map_err(|_| "it is no text".to_owned())
}

/// A cell that is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) value: AnyValue<'a>,
    /// The bytes that a float has: its shortest digits depend on them.
    pub(crate) float: u8,
}

impl Spec {
    /// Writes a cell.
    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>, cell: &Value<'_>) -> Result<(), String> {
        match self.conversion {
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                let value = match cell.value {
                    AnyValue::Float(value) => value,
                    AnyValue::Int(value) => value as f64,
                    AnyValue::UInt(value) => value as f64,
                    AnyValue::Bool(value) => f64::from(u8::from(value)),
                    AnyValue::LongDouble(value) => value.to_f64(),
                    _ => return Err(self.unfit("a number", cell)),
                };
                self.float(out, value);
                Ok(())
            }
            b'd' | b'i' | b'u' => match cell.value {
                AnyValue::Float(value) => self.whole_float(out, value, cell),
                AnyValue::LongDouble(value) => self.whole_float(out, value.to_f64(), cell),
                _ => {
                    let (is_negative, value) = integer(cell).ok_or_else(|| self.unfit("a number", cell))?;
                    if self.width == 0 && self.precision.is_none() && !self.has_plus && !self.has_blank {
                        if is_negative {
                            out.push(b'-');
                        }
                        put(out, value, 1);
                    } else {
                        self.pad_number(out, is_negative, "", value.to_string().as_bytes());
                    }
                    Ok(())
                }
            },
            b'o' | b'x' | b'X' => {
                let (is_negative, value) = index(cell).ok_or_else(|| self.unfit("an integer", cell))?;
                let (prefix, digits) = match self.conversion {
                    b'o' => ("0o", format!("{value:o}")),
                    b'x' => ("0x", format!("{value:x}")),
                    _ => ("0X", format!("{value:X}")),
                };
                self.pad_number(
                    out,
                    is_negative,
                    if self.is_alternate { prefix } else { "" },
                    digits.as_bytes(),
                );
                Ok(())
            }
            b'c' => {
                let found = match cell.value {
                    AnyValue::Str(text) => text.chars().next().filter(|_| text.chars().nth(1).is_none()),
                    _ => index(cell)
                        .filter(|(is_negative, _)| !is_negative)
                        .and_then(|(_, value)| char::from_u32(u32::try_from(value).ok()?)),
                };
                let c = found.ok_or_else(|| self.unfit("a character, or the number of one", cell))?;
                self.pad_text(out, c.encode_utf8(&mut [0; 4]));
                Ok(())
            }
            conversion => {
                let text = match conversion {
                    b's' => str_of(cell),
                    b'r' => repr_of(cell),
                    _ => ascii(&repr_of(cell)),
                };
                match self.precision.and_then(|precision| text.char_indices().nth(precision)) {
                    Some((end, _)) => self.pad_text(out, &text[..end]),
                    None => self.pad_text(out, &text),
                }
                Ok(())
            }
        }
    }

    fn unfit(&self, expected: &str, cell: &Value<'_>) -> String {
        format!("%{} takes {expected}, found {:#}", self.conversion as char, cell.value)
    }

    /// `%d` of a float: what stands before the point.
    fn whole_float(&self, out: &mut Vec<u8>, value: f64, cell: &Value<'_>) -> Result<(), String> {
        if !value.is_finite() {
            return Err(self.unfit("a finite number", cell));
        }
        let whole = value.trunc();
        let digits =
            if whole.abs() < 1e18 { (whole.abs() as u64).to_string() } else { format!("{:.0}", whole.abs()) };
        self.pad_number(out, whole < 0.0, "", digits.as_bytes());
        Ok(())
    }

    fn sign(&self, is_negative: bool) -> &'static [u8] {
        match (is_negative, self.has_plus, self.has_blank) {
            (true, ..) => b"-",
            (_, true, _) => b"+",
            (_, _, true) => b" ",
            _ => b"",
        }
    }

    /// Writes digits with a sign and a prefix, at least as many as the precision says, padded.
    fn pad_number(&self, out: &mut Vec<u8>, is_negative: bool, prefix: &str, digits: &[u8]) {
        let sign = self.sign(is_negative);
        let mut zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let len = sign.len() + prefix.len() + zeros + digits.len();
        let blanks = self.width.saturating_sub(len);
        if self.has_zeros && !self.is_left {
            zeros += blanks;
        } else if !self.is_left {
            out.resize(out.len() + blanks, b' ');
        }
        out.extend_from_slice(sign);
        out.extend_from_slice(prefix.as_bytes());
        out.resize(out.len() + zeros, b'0');
        out.extend_from_slice(digits);
        if self.is_left {
            out.resize(out.len() + blanks, b' ');
        }
    }

    fn pad_text(&self, out: &mut Vec<u8>, text: &str) {
        let blanks = self.width.saturating_sub(if self.width == 0 { 0 } else { text.chars().count() });
        if !self.is_left {
            out.resize(out.len() + blanks, b' ');
        }
        out.extend_from_slice(text.as_bytes());
        if self.is_left {
            out.resize(out.len() + blanks, b' ');
        }
    }

    /// `%e`, `%f`, `%g`
    #[inline]
    fn float(&self, out: &mut Vec<u8>, value: f64) {
        let start = out.len();
        // Python prints a NaN without its sign.
        let is_negative = value.is_sign_negative() && !value.is_nan();
        out.extend_from_slice(self.sign(is_negative));
        let digits = out.len();
        let value = value.abs();
        let precision = self.precision.unwrap_or(6);
        let is_upper = self.conversion.is_ascii_uppercase();
        if value.is_nan() {
            out.extend_from_slice(if is_upper { b"NAN" } else { b"nan" });
        } else if value.is_infinite() {
            out.extend_from_slice(if is_upper { b"INF" } else { b"inf" });
        } else {
            match self.conversion.to_ascii_lowercase() {
                b'e' => {
                    let first = exponential(out, value, precision, self.is_alternate);
                    exponent(out, first, is_upper);
                }
                b'f' => {
                    point(out, value, precision);
                    if precision == 0 && self.is_alternate {
                        out.push(b'.');
                    }
                }
                _ => self.general(out, value, precision.max(1), is_upper),
            }
        }
        let len = out.len() - start;
        if len < self.width {
            let blanks = self.width - len;
            let (at, with) = match (self.is_left, self.has_zeros) {
                (true, _) => (out.len(), b' '),
                (_, true) => (digits, b'0'),
                _ => (start, b' '),
            };
            out.splice(at..at, std::iter::repeat_n(with, blanks));
        }
    }

    /// `%g`: so many digits, without zeros at their end; with an exponent where the number is very small or large.
    fn general(&self, out: &mut Vec<u8>, value: f64, precision: usize, is_upper: bool) {
        let start = out.len();
        let first = exponential(out, value, precision - 1, self.is_alternate);
        let is_exponential = first < -4 || first >= precision as i32;
        if !is_exponential {
            // The same digits, with the point elsewhere.
            let mut digits = [0; 24];
            let long: Vec<u8>;
            let found = out[start..].iter().filter(|byte| **byte != b'.');
            let digits: &[u8] = if precision <= 24 {
                found.zip(&mut digits).for_each(|(byte, digit)| *digit = *byte);
                &digits[..precision]
            } else {
                long = found.copied().collect();
                &long
            };
            out.truncate(start);
            if first < 0 {
                out.extend_from_slice(b"0.");
                out.resize(out.len() + (-first - 1) as usize, b'0');
                out.extend_from_slice(digits);
            } else {
                let (before, behind) = digits.split_at(first as usize + 1);
                out.extend_from_slice(before);
                if !behind.is_empty() || self.is_alternate {
                    out.push(b'.');
                }
                out.extend_from_slice(behind);
            }
        }
        if !self.is_alternate && out[start..].contains(&b'.') {
            let end = out.iter().rposition(|byte| *byte != b'0').map_or(start, |last| last + 1);
            out.truncate(end);
            if out.last() == Some(&b'.') {
                out.pop();
            }
        }
        if is_exponential {
            exponent(out, first, is_upper);
        }
    }
}

/// Writes one digit, a point, and so many digits; gives the power of ten.
#[inline]
fn exponential(out: &mut Vec<u8>, value: f64, precision: usize, is_alternate: bool) -> i32 {
    let found = if value == 0.0 { None } else { significant(value, precision.min(100) as i32 + 1) };
    if let Some((digits, first)) = found {
        let start = out.len();
        put(out, digits, precision + 1);
        if precision > 0 || is_alternate {
            out.push(b'.');
            // The point goes behind the first digit.
            out[start + 1..].rotate_right(1);
        }
        return first;
    }
    let start = out.len();
    // Writing to memory does not fail.
    let _ = write!(out, "{value:.precision$e}");
    let at = out[start..].iter().rposition(|byte| *byte == b'e').map_or(out.len(), |at| start + at);
    let first = std::str::from_utf8(&out[at..]).ok().and_then(|text| text[1..].parse().ok()).unwrap_or(0);
    out.truncate(at);
    if precision == 0 && is_alternate {
        out.push(b'.');
    }
    first
}

/// Writes a number with so many places behind the point.
fn point(out: &mut Vec<u8>, value: f64, places: usize) {
    match fixed(value, places.min(100) as i32) {
        Some(digits) => {
            put(out, digits, places + 1);
            if places > 0 {
                let at = out.len() - places;
                out.insert(at, b'.');
            }
        }
        None => {
            let _ = write!(out, "{value:.places$}");
        }
    }
}

#[inline]
fn exponent(out: &mut Vec<u8>, exponent: i32, is_upper: bool) {
    out.push(if is_upper { b'E' } else { b'e' });
    out.push(if exponent < 0 { b'-' } else { b'+' });
    put(out, u64::from(exponent.unsigned_abs()), 2);
}

/// An integer's sign and size.
fn integer(cell: &Value<'_>) -> Option<(bool, u64)> {
    match cell.value {
        AnyValue::Int(value) => Some((value < 0, value.unsigned_abs())),
        AnyValue::UInt(value) => Some((false, value)),
        AnyValue::Bool(value) => Some((false, u64::from(value))),
        _ => None,
    }
}

/// The same of what Python takes as an integer; a bool of NumPy's is none.
fn index(cell: &Value<'_>) -> Option<(bool, u64)> {
    if matches!(cell.value, AnyValue::Bool(_)) { None } else { integer(cell) }
}

/// `str` of a NumPy scalar.
pub(crate) fn str_of(cell: &Value<'_>) -> String {
    match cell.value {
        AnyValue::Float(value) if cell.float == 4 => narrow(value, 1e6, &format!("{:e}", value as f32)),
        AnyValue::Float(value) if cell.float == 2 => {
            let bits = half::f16::from_f64(value).to_bits();
            // The fewest digits that are read as the same number again.
            let is_same = |text: &String| {
                text.parse().is_ok_and(|again: f64| half::f16::from_f64(again).to_bits() == bits)
            };
            let shortest = (0..5).map(|digits| format!("{value:.digits$e}")).find(is_same);
            narrow(value, 1e3, &shortest.unwrap_or_else(|| format!("{value:e}")))
        }
        other => other.to_string(),
    }
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
fn repr_of(cell: &Value<'_>) -> String {
    let text = str_of(cell);
    match cell.value {
        AnyValue::Bool(_) => format!("np.{text}_"),
        AnyValue::Int(_) => format!("np.int{}({text})", u32::from(cell.float) * 8),
        AnyValue::UInt(_) => format!("np.uint{}({text})", u32::from(cell.float) * 8),
        AnyValue::Float(_) => format!("np.float{}({text})", u32::from(cell.float) * 8),
        AnyValue::Str(_) => format!("np.str_({:#})", cell.value),
        AnyValue::Bytes(_) => format!("np.bytes_({:#})", cell.value),
        AnyValue::DateTime64 { .. } => format!("np.datetime64('{text}')"),
        _ => format!("{:#}", cell.value),
    }
}

/// A text with all but ASCII escaped, as Python's `ascii` does.
fn ascii(text: &str) -> String {
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
