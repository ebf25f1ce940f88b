//! Numbers from text, by the rules of `loadtxt` and of `genfromtxt`.

use num_complex::Complex;

use crate::split::strip;

/// Whose rules a cell is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `np.loadtxt`: strict.
    LoadTxt,
    /// `np.genfromtxt`: what Python reads, `1_000` and `2J` too.
    GenFromTxt,
}

/// Why a text is no cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no such thing at all.
    Syntax(String),
    /// It is one, but the type can't hold it.
    Range(String),
}

impl Fault {
    /// What was expected.
    pub(crate) fn expected(&self) -> &str {
        match self {
            Self::Syntax(expected) | Self::Range(expected) => expected,
        }
    }
}

/// A number that a text stands for.
pub(crate) trait Number: bytemuck::Zeroable + Copy + Send + 'static {
    /// NumPy's name of it.
    const NAME: &'static str;
    /// What `genfromtxt` gives for a cell that is missing, if it can.
    const MISSING: Option<Self>;
    /// Whether [`MISSING`](Self::MISSING) says that there was no number, so that it may stand for what is none.
    const HAS_NAN: bool = false;

    /// Reads a cell.
    fn parse(text: &str, style: Style) -> Result<Self, Fault>;

    /// Reads a plain number at the start of a line; gives it and its length. `None` where a closer look is needed.
    fn plain(_text: &[u8]) -> Option<(Self, usize)> {
        None
    }

    /// Writes its bytes, little-endian.
    fn put(self, bytes: &mut [u8]);
}

fn syntax<T: Number>() -> Fault {
    Fault::Syntax(T::NAME.to_owned())
}

/// The text without blanks around it and, in Python's style, without underscores between digits.
fn with_content<R>(text: &str, style: Style, read: impl FnOnce(&str) -> R) -> R {
    let text = strip(text);
    if style == Style::LoadTxt || !text.contains('_') {
        return read(text);
    }
    let bytes = text.as_bytes();
    let is_between = |at: usize| {
        at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    if (0..bytes.len()).any(|at| bytes[at] == b'_' && !is_between(at)) {
        return read(text);
    }
    read(&text.replace('_', ""))
}

/// The float at the start of a text, with its length.
fn float_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let is_negative = text.first() == Some(&b'-');
    let body = &text[sign..];
    let starts =
        |word: &str| body.len() >= word.len() && body[..word.len()].eq_ignore_ascii_case(word.as_bytes());
    let (value, len) = match body {
        [b'0'..=b'9' | b'.', ..] => fast_float2::parse_partial::<f64, _>(body).ok()?,
        _ if starts("infinity") => (f64::INFINITY, 8),
        _ if starts("inf") => (f64::INFINITY, 3),
        _ if starts("nan") => (f64::NAN, 3),
        _ => return None,
    };
    Some((if is_negative { -value } else { value }, sign + len))
}

/// The same, most of which are plain.
#[expect(clippy::inline_always, reason = "a call for each number would take a third of the speed")]
#[inline(always)]
fn float_at(text: &[u8]) -> Option<(f64, usize)> {
    crate::float::float(text).or_else(|| float_prefix(text))
}

/// A float that is the whole text.
pub(crate) fn float(text: &str, style: Style) -> Option<f64> {
    with_content(text, style, |text| {
        float_prefix(text.as_bytes()).filter(|(_, len)| *len == text.len()).map(|(value, _)| value)
    })
}

/// A complex number that is the whole text.
fn complex(text: &str, style: Style) -> Option<Complex<f64>> {
    with_content(text, style, |text| {
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let text = inner.map_or(text, strip);
        let is_unit = |rest: &[u8]| rest == b"j" || (style == Style::GenFromTxt && rest == b"J");
        // Python reads `j` and `-j` as well.
        let imaginary = |text: &[u8]| match text {
            [b'+' | b'-', unit @ ..] if style == Style::GenFromTxt && is_unit(unit) => {
                Some(if text[0] == b'-' { -1.0 } else { 1.0 })
            }
            unit if style == Style::GenFromTxt && is_unit(unit) => Some(1.0),
            _ => float_prefix(text).filter(|(_, len)| is_unit(&text[*len..])).map(|(value, _)| value),
        };
        let bytes = text.as_bytes();
        if let Some(im) = imaginary(bytes) {
            return Some(Complex::new(0.0, im));
        }
        let (re, len) = float_prefix(bytes)?;
        let im = match &bytes[len..] {
            [] => 0.0,
            // Older NumPys wrote `1+-2j`.
            [b'+', rest @ ..] if style == Style::LoadTxt && rest.first() == Some(&b'-') => imaginary(rest)?,
            rest @ [b'+' | b'-', ..] => imaginary(rest)?,
            _ => return None,
        };
        Some(Complex::new(re, im))
    })
}

impl Number for f64 {
    const NAME: &'static str = "float64";
    const MISSING: Option<Self> = Some(Self::NAN);
    const HAS_NAN: bool = true;

    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        float(text, style).ok_or_else(syntax::<Self>)
    }

    #[inline]
    fn plain(text: &[u8]) -> Option<(Self, usize)> {
        float_at(text)
    }

    fn put(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }
}

impl Number for f32 {
    const NAME: &'static str = "float32";
    const MISSING: Option<Self> = Some(Self::NAN);
    const HAS_NAN: bool = true;

    /// As NumPy does it: a float64 that is rounded again.
    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        float(text, style).map(|value| value as Self).ok_or_else(syntax::<Self>)
    }

    #[inline]
    fn plain(text: &[u8]) -> Option<(Self, usize)> {
        float_at(text).map(|(value, len)| (value as Self, len))
    }

    fn put(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }
}

impl Number for half::f16 {
    const NAME: &'static str = "float16";
    const MISSING: Option<Self> = Some(Self::NAN);
    const HAS_NAN: bool = true;

    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        float(text, style).map(Self::from_f64).ok_or_else(syntax::<Self>)
    }

    fn put(self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }
}

impl Number for Complex<f64> {
    const NAME: &'static str = "complex128";
    const MISSING: Option<Self> = Some(Self::new(f64::NAN, 0.0));
    const HAS_NAN: bool = true;

    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        complex(text, style).ok_or_else(syntax::<Self>)
    }

    fn put(self, bytes: &mut [u8]) {
        bytes[..8].copy_from_slice(&self.re.to_le_bytes());
        bytes[8..].copy_from_slice(&self.im.to_le_bytes());
    }
}

impl Number for Complex<f32> {
    const NAME: &'static str = "complex64";
    const MISSING: Option<Self> = Some(Self::new(f32::NAN, 0.0));
    const HAS_NAN: bool = true;

    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        let value = complex(text, style).ok_or_else(syntax::<Self>)?;
        Ok(Self::new(value.re as f32, value.im as f32))
    }

    fn put(self, bytes: &mut [u8]) {
        bytes[..4].copy_from_slice(&self.re.to_le_bytes());
        bytes[4..].copy_from_slice(&self.im.to_le_bytes());
    }
}

/// The digits of an integer, with its sign.
pub(crate) enum Integer {
    /// No integer.
    None,
    /// One of more digits than any type holds.
    Huge,
    /// The sign that was written, and the number.
    Some(bool, u128),
}

/// Reads digits with a sign.
pub(crate) fn integer(text: &str) -> Integer {
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Integer::None;
    }
    let start = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    if digits.len() - start > 38 {
        return Integer::Huge;
    }
    Integer::Some(
        is_negative,
        digits[start..].iter().fold(0, |value, digit| value * 10 + u128::from(digit - b'0')),
    )
}

macro_rules! integers {
    ($($int:ident $name:literal $missing:expr;)*) => {$(
        impl Number for $int {
            const NAME: &'static str = $name;
            const MISSING: Option<Self> = $missing;

            fn parse(text: &str, style: Style) -> Result<Self, Fault> {
                let range = || Fault::Range(format!("{} ({} to {})", $name, Self::MIN, Self::MAX));
                with_content(text, style, |text| match integer(text) {
                    // NumPy refuses `-0` as unsigned.
                    Integer::Some(true, _) if Self::MIN == 0 => Err(range()),
                    Integer::Some(is_negative, value) => {
                        let value = value as i128;
                        Self::try_from(if is_negative { -value } else { value }).map_err(|_| range())
                    }
                    Integer::Huge => Err(range()),
                    // `genfromtxt` goes by way of a float; what that would cut off is refused here.
                    Integer::None if style == Style::GenFromTxt => match float(text, style) {
                        Some(value) if value.trunc() == value && value.abs() < 9_007_199_254_740_992.0 => {
                            Self::try_from(value as i64).map_err(|_| range())
                        }
                        _ => Err(syntax::<Self>()),
                    },
                    Integer::None => Err(syntax::<Self>()),
                })
            }

            #[inline]
    fn plain(text: &[u8]) -> Option<(Self, usize)> {
                // `-0` is none of them.
                if Self::MIN == 0 && text.first() == Some(&b'-') {
                    return None;
                }
                let (value, len) = crate::float::integer(text)?;
                Some((Self::try_from(value).ok()?, len))
            }

            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

integers! {
    i8 "int8" Some(-1);
    i16 "int16" Some(-1);
    i32 "int32" Some(-1);
    i64 "int64" Some(-1);
    u8 "uint8" None;
    u16 "uint16" None;
    u32 "uint32" None;
    u64 "uint64" None;
}

impl Number for bool {
    const NAME: &'static str = "bool";
    const MISSING: Option<Self> = Some(false);

    /// `loadtxt` knows integers, `genfromtxt` `True` and `False`; here that takes integers too, where NumPy makes them
    /// false.
    fn parse(text: &str, style: Style) -> Result<Self, Fault> {
        if style == Style::GenFromTxt {
            let word = strip(text);
            if word.eq_ignore_ascii_case("true") {
                return Ok(true);
            }
            if word.eq_ignore_ascii_case("false") {
                return Ok(false);
            }
        }
        let expected =
            if style == Style::GenFromTxt { "bool (True, False, 1 or 0)" } else { "bool (1 or 0)" };
        i64::parse(text, style).map(|value| value != 0).map_err(|_| Fault::Syntax(expected.to_owned()))
    }

    fn put(self, bytes: &mut [u8]) {
        bytes[0] = u8::from(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loadtxt_refuses_and_genfromtxt_reads() {
        for text in ["1_000", "2J", "1e1_0"] {
            assert!(Complex::<f64>::parse(text, Style::LoadTxt).is_err(), "{text}");
            assert!(Complex::<f64>::parse(text, Style::GenFromTxt).is_ok(), "{text}");
        }
        for text in ["0x10", "1__0", "_1", "1_", "", "1e", ".", "+-1", "nan(1)", "1 2"] {
            assert!(f64::parse(text, Style::LoadTxt).is_err(), "{text}");
            assert!(f64::parse(text, Style::GenFromTxt).is_err(), "{text}");
        }
        assert!(f64::parse("-nan", Style::LoadTxt).unwrap().is_sign_negative());
        assert_eq!(f64::parse(" \u{a0}-InFinity ", Style::LoadTxt), Ok(f64::NEG_INFINITY));
    }

    #[test]
    fn integers_keep_to_their_range() {
        assert_eq!(i8::parse("-128", Style::LoadTxt), Ok(-128));
        assert_eq!(u64::parse("18446744073709551615", Style::LoadTxt), Ok(u64::MAX));
        assert_eq!(i8::parse("128", Style::LoadTxt), Err(Fault::Range("int8 (-128 to 127)".to_owned())));
        assert!(u8::parse("-0", Style::LoadTxt).is_err());
        assert!(i64::parse(&"9".repeat(100), Style::LoadTxt).is_err());
        assert!(i32::parse("1.0", Style::LoadTxt).is_err());
        assert_eq!(i32::parse("1e3", Style::GenFromTxt), Ok(1000));
        assert!(i32::parse("1.5", Style::GenFromTxt).is_err());
    }

    #[test]
    fn complex_numbers_in_all_their_forms() {
        let read = |text: &str| Complex::<f64>::parse(text, Style::LoadTxt).ok();
        assert_eq!(read("( 4+5j )"), Some(Complex::new(4.0, 5.0)));
        assert_eq!(read("7+-5.0j"), Some(Complex::new(7.0, -5.0)));
        assert_eq!(read("-19e2j"), Some(Complex::new(0.0, -1900.0)));
        for text in ["1 +2j", "1+ 2j", "1+2 j", "1+-+3", "(1j", "(1", "(1+2j", "1+2j)", "j"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Complex::<f64>::parse("-j", Style::GenFromTxt), Ok(Complex::new(0.0, -1.0)));
    }
}
