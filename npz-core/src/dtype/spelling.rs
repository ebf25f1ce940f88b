//! How NumPy spells the dtype of one cell: `<f4`, `f4`, `float32`, `d`.
//!
//! Mirrors `np.dtype(str)` and `dtype.str` of NumPy 2 on 64-bit Linux, where a name of no fixed size (`long`)
//! is as long as there. What has no byte order of its own is little-endian, on every machine.

use super::MAX_ITEM_SIZE;
use super::refusal::NoDType;
use super::time::TimeUnit;
use super::{ByteOrder, DType, DTypeKind as Kind};
use crate::literal::shortened;

enum Sizes {
    /// The number behind the letter is the number of bytes, one of these.
    Bytes(&'static [usize]),
    /// Any number, of units of so many bytes.
    Any(usize),
}

/// Kinds by the letter that stands before a size.
const KINDS: [(char, Kind, Sizes); 11] = [
    ('b', Kind::Bool, Sizes::Bytes(&[1])),
    ('i', Kind::Int, Sizes::Bytes(&[1, 2, 4, 8])),
    ('u', Kind::Uint, Sizes::Bytes(&[1, 2, 4, 8])),
    // Beyond NumPy on this platform: 1 is float8_e5m2 of ml_dtypes, 12 is the long double of 32-bit x86.
    ('f', Kind::Float, Sizes::Bytes(&[1, 2, 4, 8, 12, 16])),
    ('c', Kind::Complex, Sizes::Bytes(&[8, 16, 24, 32])),
    ('S', Kind::Bytes, Sizes::Any(1)),
    ('U', Kind::Unicode, Sizes::Any(4)),
    ('V', Kind::Void, Sizes::Any(1)),
    ('M', Kind::DateTime, Sizes::Bytes(&[8])),
    ('m', Kind::TimeDelta, Sizes::Bytes(&[8])),
    // Pointers of 32-bit and 64-bit machines, which NumPy both takes for its own; the files hold pickles in any case.
    ('O', Kind::Object, Sizes::Bytes(&[4, 8])),
];

/// Letters that stand alone, C's types first. Some mean another size than before a number.
const LETTERS: &[(char, Kind, usize)] = &[
    ('?', Kind::Bool, 1),
    ('b', Kind::Int, 1),
    ('B', Kind::Uint, 1),
    ('h', Kind::Int, 2),
    ('H', Kind::Uint, 2),
    ('i', Kind::Int, 4),
    ('I', Kind::Uint, 4),
    ('l', Kind::Int, 8),
    ('L', Kind::Uint, 8),
    ('q', Kind::Int, 8),
    ('Q', Kind::Uint, 8),
    ('n', Kind::Int, 8),
    ('N', Kind::Uint, 8),
    ('p', Kind::Int, 8),
    ('P', Kind::Uint, 8),
    ('e', Kind::Float, 2),
    ('f', Kind::Float, 4),
    ('d', Kind::Float, 8),
    ('g', Kind::Float, 16),
    ('F', Kind::Complex, 8),
    ('D', Kind::Complex, 16),
    ('G', Kind::Complex, 32),
    ('c', Kind::Bytes, 1),
    ('S', Kind::Bytes, 0),
    ('U', Kind::Unicode, 0),
    ('V', Kind::Void, 0),
    ('M', Kind::DateTime, 8),
    ('m', Kind::TimeDelta, 8),
    ('O', Kind::Object, 8),
];

/// Names, which take no byte order.
const NAMES: &[(&str, Kind, usize)] = &[
    ("bool", Kind::Bool, 1),
    ("bool_", Kind::Bool, 1),
    ("int8", Kind::Int, 1),
    ("byte", Kind::Int, 1),
    ("int16", Kind::Int, 2),
    ("short", Kind::Int, 2),
    ("int32", Kind::Int, 4),
    ("intc", Kind::Int, 4),
    ("int64", Kind::Int, 8),
    ("int", Kind::Int, 8),
    ("int_", Kind::Int, 8),
    ("intp", Kind::Int, 8),
    ("long", Kind::Int, 8),
    ("longlong", Kind::Int, 8),
    ("uint8", Kind::Uint, 1),
    ("ubyte", Kind::Uint, 1),
    ("uint16", Kind::Uint, 2),
    ("ushort", Kind::Uint, 2),
    ("uint32", Kind::Uint, 4),
    ("uintc", Kind::Uint, 4),
    ("uint64", Kind::Uint, 8),
    ("uint", Kind::Uint, 8),
    ("uintp", Kind::Uint, 8),
    ("ulong", Kind::Uint, 8),
    ("ulonglong", Kind::Uint, 8),
    ("float16", Kind::Float, 2),
    ("half", Kind::Float, 2),
    ("float32", Kind::Float, 4),
    ("single", Kind::Float, 4),
    ("float64", Kind::Float, 8),
    ("float", Kind::Float, 8),
    ("double", Kind::Float, 8),
    ("float128", Kind::Float, 16),
    ("longdouble", Kind::Float, 16),
    ("complex64", Kind::Complex, 8),
    ("csingle", Kind::Complex, 8),
    ("complex128", Kind::Complex, 16),
    ("complex", Kind::Complex, 16),
    ("cdouble", Kind::Complex, 16),
    ("complex256", Kind::Complex, 32),
    ("clongdouble", Kind::Complex, 32),
    // NumPy 1's letter for bytes, which it takes with a byte order only before a number.
    ("a", Kind::Bytes, 0),
    ("bytes", Kind::Bytes, 0),
    ("bytes_", Kind::Bytes, 0),
    ("str", Kind::Unicode, 0),
    ("str_", Kind::Unicode, 0),
    ("unicode", Kind::Unicode, 0),
    ("void", Kind::Void, 0),
    ("datetime64", Kind::DateTime, 8),
    ("timedelta64", Kind::TimeDelta, 8),
    ("object", Kind::Object, 8),
    ("object_", Kind::Object, 8),
];

/// The names that `ml_dtypes` registers, as `np.save` writes them: only one says in the file what it is. The complex ones
/// are not here: they are written as nobody can read them.
const OF_ML_DTYPES: &[(&str, Kind, usize)] = &[
    ("bfloat16", Kind::Void, 2),
    ("float8_e3m4", Kind::Void, 1),
    ("float8_e4m3", Kind::Void, 1),
    ("float8_e4m3b11fnuz", Kind::Void, 1),
    ("float8_e4m3fn", Kind::Void, 1),
    ("float8_e4m3fnuz", Kind::Void, 1),
    ("float8_e5m2", Kind::Float, 1),
    ("float8_e5m2fnuz", Kind::Void, 1),
    ("float8_e8m0fnu", Kind::Void, 1),
    ("float6_e2m3fn", Kind::Void, 1),
    ("float6_e3m2fn", Kind::Void, 1),
    ("float4_e2m1fn", Kind::Void, 1),
    ("int1", Kind::Void, 1),
    ("int2", Kind::Void, 1),
    ("int4", Kind::Void, 1),
    ("uint1", Kind::Void, 1),
    ("uint2", Kind::Void, 1),
    ("uint4", Kind::Void, 1),
];

/// Reads the dtype of one cell.
pub(super) fn parse(text: &str) -> Result<DType, NoDType> {
    // What a file has nearly always, and none of the names is spelled like.
    if let Some(dtype) = sized(text, false) {
        return Ok(dtype);
    }
    if let Some(&(_, kind, size)) = OF_ML_DTYPES.iter().find(|row| row.0 == text) {
        return Ok(DType::scalar(kind, size, ByteOrder::Little));
    }
    let (head, unit) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((head, unit)) => (head, Some(unit)),
        None => (text, None),
    };
    let Some(dtype) = named(head)
        .or_else(|| sized(head, unit.is_some()))
        .or_else(|| unit.map_or_else(|| single(head), |_| None))
    else {
        return Err(unknown(text));
    };
    match unit {
        None => Ok(dtype),
        Some(unit) if dtype.time_unit.is_some() => {
            Ok(DType { time_unit: Some(TimeUnit::parse(unit)?), ..dtype })
        }
        Some(_) => Err(unknown(text)),
    }
}

/// `float32`
fn named(text: &str) -> Option<DType> {
    let &(_, kind, size) = NAMES.iter().find(|row| row.0 == text)?;
    Some(DType::scalar(kind, size, ByteOrder::NotApplicable))
}

/// `<f4`; `f04` too, but not before a unit.
fn sized(text: &str, has_unit: bool) -> Option<DType> {
    let (order, letter, digits) = split(text)?;
    if has_unit && digits.starts_with('0') {
        return None;
    }
    // NumPy 1 knew byte strings by this letter too.
    let letter = if letter == 'a' { 'S' } else { letter };
    let (_, kind, sizes) = KINDS.iter().find(|row| row.0 == letter)?;
    // `parse` alone would take a sign.
    let number =
        digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse::<usize>().ok())??;
    let size = match sizes {
        Sizes::Bytes(sizes) => sizes.contains(&number).then_some(number)?,
        Sizes::Any(unit) => number.checked_mul(*unit).filter(|&size| size <= MAX_ITEM_SIZE)?,
    };
    Some(DType::scalar(*kind, size, order))
}

/// `<f`
fn single(text: &str) -> Option<DType> {
    let (order, letter, rest) = split(text)?;
    let &(_, kind, size) = LETTERS.iter().find(|row| row.0 == letter && rest.is_empty())?;
    Some(DType::scalar(kind, size, order))
}

/// The byte order, the letter behind it, and the rest.
fn split(text: &str) -> Option<(ByteOrder, char, &str)> {
    let (order, code) = match text.split_at_checked(1)? {
        ("<", code) => (ByteOrder::Little, code),
        (">", code) => (ByteOrder::Big, code),
        ("|" | "=", code) => (ByteOrder::NotApplicable, code),
        _ => (ByteOrder::NotApplicable, text),
    };
    let mut chars = code.chars();
    let letter = chars.next()?;
    Some((order, letter, chars.as_str()))
}

fn unknown(text: &str) -> NoDType {
    let spelling = shortened(text);
    if text.contains(',') {
        return NoDType::Unread(format!(
            "{spelling} is no dtype of one cell; write a record as a list of fields, such as \
             [('a', '<i4'), ('b', '<f8')]"
        ));
    }
    if is_word(text) {
        return NoDType::Unknown { spelling };
    }
    NoDType::Wrong(NoDType::Unknown { spelling }.to_string())
}

/// Whether a dtype might be spelled like this: a byte order perhaps, then letters and numbers.
fn is_word(text: &str) -> bool {
    // A string is a string, however many characters are claimed.
    let is_string = split(text).is_some_and(|(_, letter, length)| {
        let any = KINDS.iter().any(|row| row.0 == letter && matches!(row.2, Sizes::Any(_)));
        any && length.bytes().all(|digit| digit.is_ascii_digit())
    });
    let word = text.strip_prefix(['<', '>', '|', '=']).unwrap_or(text);
    !is_string
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || b"_[]".contains(&c))
}

impl DType {
    /// The spelling without the byte order of a cell without fields: `f4`, `M8[s]`.
    pub(crate) fn code(&self) -> String {
        let size = self.item_size;
        let (letter, sizes) =
            KINDS.iter().find(|row| row.1 == self.kind).map_or(('V', &Sizes::Any(1)), |row| (row.0, &row.2));
        let number = match sizes {
            Sizes::Bytes(_) if self.kind == Kind::Object => String::new(),
            Sizes::Bytes(_) => size.to_string(),
            Sizes::Any(unit) => (size / unit).to_string(),
        };
        match self.time_unit {
            Some(unit) if unit != TimeUnit::GENERIC => format!("{letter}{number}[{unit}]"),
            _ => format!("{letter}{number}"),
        }
    }
}

#[cfg(test)]
mod tests;
