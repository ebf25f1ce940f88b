//! Cells by their formats, as C prints them.

use std::borrow::Cow;
use std::io::Write;

use npz_core::{AnyArray, AnyValue};

use crate::digits::{MOST, first_bytes, fixed, put, significant};
use crate::format::Spec;
use crate::general;
use crate::long_double;
use crate::scalar::{ascii, repr_of, str_of};

/// A cell that is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) value: AnyValue<'a>,
    /// The bytes that a float has: its shortest digits depend on them.
    pub(crate) float: u8,
}

impl Spec {
    /// Writes a cell.
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
                AnyValue::LongDouble(value) if value.is_finite() => {
                    let (is_negative, digits) = long_double::whole(value);
                    self.pad_number(out, is_negative, "", digits.as_bytes());
                    Ok(())
                }
                AnyValue::LongDouble(value) => self.whole_float(out, value.to_f64(), cell),
                _ => {
                    let (is_negative, value) = integer(cell).ok_or_else(|| self.unfit("a number", cell))?;
                    if self.is_bare_whole() {
                        whole(out, is_negative, value);
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
                self.text(out, &text);
                Ok(())
            }
        }
    }

    /// Writes a cell that is an array, which is printed as text alone.
    pub(crate) fn array(&self, out: &mut Vec<u8>, array: &AnyArray) -> Result<(), String> {
        let text = match self.conversion {
            b's' => array.to_string(),
            b'r' => format!("{array:#}"),
            b'a' => ascii(&format!("{array:#}")),
            conversion => {
                return Err(format!(
                    "%{} takes one value, found an array: `%s` prints it",
                    conversion as char
                ));
            }
        };
        self.text(out, &text);
        Ok(())
    }

    /// Writes a text, of which the precision says how much.
    fn text(&self, out: &mut Vec<u8>, text: &str) {
        match self.precision.and_then(|precision| text.char_indices().nth(precision)) {
            Some((end, _)) => self.pad_text(out, &text[..end]),
            None => self.pad_text(out, text),
        }
    }

    fn unfit(&self, expected: &str, cell: &Value<'_>) -> String {
        format!("%{} takes {expected}, found {:#}", self.conversion as char, cell.value)
    }

    /// `%d` of a float: what stands before the point.
    fn whole_float(&self, out: &mut Vec<u8>, value: f64, cell: &Value<'_>) -> Result<(), String> {
        if !value.is_finite() {
            return Err(self.unfit("a finite number", cell) + ": `%.0f` prints it");
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

    /// Whether it is `%e`, `%f` or `%g`.
    #[inline]
    pub(crate) fn is_float(&self) -> bool {
        matches!(self.conversion, b'e' | b'E' | b'f' | b'F' | b'g' | b'G')
    }

    /// Whether it is `%d` and nothing else.
    #[inline]
    pub(crate) fn is_bare_whole(&self) -> bool {
        let is_signed = self.has_plus || self.has_blank;
        matches!(self.conversion, b'd' | b'i' | b'u')
            && self.width == 0
            && self.precision.is_none()
            && !is_signed
    }

    /// Prints a float by `%e`, `%f` or `%g`.
    #[inline]
    pub(crate) fn float(&self, out: &mut Vec<u8>, value: f64) {
        self.float_of(out, value, general::digits(value, self.general_digits));
    }

    /// The same of the digits that `general` finds.
    #[inline]
    fn float_of(&self, out: &mut Vec<u8>, value: f64, digits: (u64, i32)) {
        let is_upper = self.conversion.is_ascii_uppercase();
        if !general::general(out, value.is_sign_negative(), digits, self.general_digits, is_upper) {
            self.any_float(out, value, is_upper);
        }
    }

    /// Prints floats by `%e`, `%f` or `%g`, with what stands between them.
    pub(crate) fn floats(self, out: &mut Vec<u8>, values: &[f64], delimiter: &str) {
        let mut is_first = true;
        let mut found = [(0, 0); 16];
        for values in values.chunks(found.len()) {
            // In a loop of its own: one number is a long chain, of which a processor sees few at a time. That saves an eighth.
            for (found, value) in found.iter_mut().zip(values) {
                *found = general::digits(*value, self.general_digits);
            }
            for (value, digits) in values.iter().zip(found) {
                if !std::mem::take(&mut is_first) {
                    delimiter.bytes().for_each(|byte| out.push(byte));
                }
                self.float_of(out, *value, digits);
            }
        }
    }

    #[inline(never)]
    fn any_float(&self, out: &mut Vec<u8>, value: f64, is_upper: bool) {
        let start = out.len();
        // Python prints a NaN without its sign.
        let is_negative = value.is_sign_negative() && !value.is_nan();
        for byte in self.sign(is_negative) {
            out.push(*byte);
        }
        let digits = out.len();
        let value = value.abs();
        if value.is_finite() {
            self.finite(out, value, self.precision.unwrap_or(6), is_upper);
        } else {
            out.extend_from_slice(match (value.is_nan(), is_upper) {
                (true, false) => b"nan",
                (true, true) => b"NAN",
                (false, false) => b"inf",
                (false, true) => b"INF",
            });
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

    #[inline]
    fn finite(&self, out: &mut Vec<u8>, value: f64, precision: usize, is_upper: bool) {
        match self.conversion {
            b'e' | b'E' => {
                let mut buffer = [b'0'; ROOM];
                let (digits, first) = decimal(value, precision + 1, &mut buffer);
                self.exponential(out, &digits, precision, first, is_upper);
            }
            b'f' | b'F' => {
                point(out, value, precision);
                if precision == 0 && self.is_alternate {
                    out.push(b'.');
                }
            }
            _ => self.any_general(out, value, precision.max(1), is_upper),
        }
    }

    /// `%e`: one digit, a point, so many more, and the power of ten of the first.
    #[inline]
    fn exponential(&self, out: &mut Vec<u8>, digits: &[u8], places: usize, first: i32, is_upper: bool) {
        out.push(digits[0]);
        if places > 0 || self.is_alternate {
            out.push(b'.');
        }
        append(out, &digits[1..], places);
        out.push(if is_upper { b'E' } else { b'e' });
        out.push(if first < 0 { b'-' } else { b'+' });
        put(out, u64::from(first.unsigned_abs()), 2);
    }

    /// `%g`: so many digits, without zeros at their end; with an exponent where the number is very small or large.
    #[inline]
    fn any_general(&self, out: &mut Vec<u8>, value: f64, precision: usize, is_upper: bool) {
        let mut buffer = [b'0'; ROOM];
        let (digits, first) = decimal(value, precision, &mut buffer);
        let mut count = precision;
        while !self.is_alternate && count > 1 && digits[count - 1] == b'0' {
            count -= 1;
        }
        if first < -4 || first >= precision as i32 {
            self.exponential(out, &digits, count - 1, first, is_upper);
        } else if first < 0 {
            out.extend_from_slice(b"0.");
            for _ in first..-1 {
                out.push(b'0');
            }
            append(out, &digits, count);
        } else {
            let whole = first as usize + 1;
            append(out, &digits, whole);
            if count > whole || self.is_alternate {
                out.push(b'.');
            }
            append(out, &digits[whole..], count.saturating_sub(whole));
        }
    }
}

/// The digits of a float, and zeros behind them.
const ROOM: usize = 2 * DIGITS;

/// What is copied at once: more than the digits that are found by one multiplication.
const DIGITS: usize = 24;

/// The first digits of a float, at least so many, and the power of ten of the first of them.
#[inline]
fn decimal(value: f64, count: usize, buffer: &mut [u8; ROOM]) -> (Cow<'_, [u8]>, i32) {
    if count <= MOST as usize {
        if value == 0.0 {
            return (Cow::Borrowed(buffer), 0);
        }
        if let Some((number, first)) = significant(value, count as i32) {
            first_bytes(number, count, buffer);
            return (Cow::Borrowed(buffer), first);
        }
    }
    let text = format!("{value:.*e}", count - 1);
    let (digits, first) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.bytes().filter(|byte| *byte != b'.').collect();
    (Cow::Owned(digits), first.parse().unwrap_or(0))
}

/// Appends so many of the bytes. Most are few, and then copied as if they were many, which takes no call.
#[inline]
fn append(out: &mut Vec<u8>, bytes: &[u8], count: usize) {
    match bytes.first_chunk::<DIGITS>() {
        Some(chunk) if count <= DIGITS => {
            out.extend_from_slice(chunk);
            out.truncate(out.len() - DIGITS + count);
        }
        _ => out.extend_from_slice(&bytes[..count]),
    }
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

/// Writes an integer.
#[inline]
pub(crate) fn whole(out: &mut Vec<u8>, is_negative: bool, value: u64) {
    if is_negative {
        out.push(b'-');
    }
    put(out, value, 1);
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
