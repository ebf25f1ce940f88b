//! Python's `%` formats: read once, then used for each cell.

use npz_core::AnyValue;

use crate::printf::Value;

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
    pub(crate) is_left: bool,
    pub(crate) has_plus: bool,
    pub(crate) has_blank: bool,
    pub(crate) has_zeros: bool,
    pub(crate) is_alternate: bool,
    pub(crate) width: usize,
    pub(crate) precision: Option<usize>,
    pub(crate) conversion: u8,
    /// The digits of a `%g` that has no more to it; 0 for all else.
    pub(crate) general_digits: usize,
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
    let is_bare = spec.width == 0 && !(spec.has_plus || spec.has_blank || spec.is_alternate);
    if is_bare && matches!(spec.conversion, b'g' | b'G') {
        spec.general_digits = spec.precision.unwrap_or(6);
    }
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
