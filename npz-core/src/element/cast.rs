//! One pass from stored numbers of any dtype to cells of another: through `i64`, `u64` or `f64`, which hold
//! every number below 16 bytes exactly.

use super::{BadCell, CELLS, Convert, Element, long_double};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::Result;
use crate::memory;

/// A number that every integer or float of at most 8 bytes can become.
///
/// Each function gives the nearest value and whether that is acceptable: with `exact`, only the same value is;
/// without, a float may be rounded, but a finite number never becomes infinite. The pair keeps the loop free of
/// branches.
pub(crate) trait FromWide: Element + Copy {
    /// Whether stored floats may become it. No casting rule takes them into integers, so no loop for that is compiled.
    const IS_FLOAT: bool = true;
    fn from_i64(value: i64, exact: bool) -> (Self, bool);
    fn from_u64(value: u64, exact: bool) -> (Self, bool);
    fn from_f64(value: f64, exact: bool) -> (Self, bool);
}

/// Stored numbers, widened.
enum Wide {
    Int(Vec<i64>),
    Uint(Vec<u64>),
    Float(Vec<f64>),
}

/// Makes the function that turns stored `scalar`s (bool, integer or float) into `A`s; `None` for other kinds.
pub(crate) fn converter<A: FromWide>(scalar: &DType, exact: bool) -> Option<Convert<A>> {
    // These have more digits than f64.
    if A::IS_FLOAT
        && let Some(convert) = long_double::converter(scalar, exact)
    {
        return Some(convert);
    }
    let (kind, size) = (scalar.kind(), scalar.item_size());
    let mut wide = Wide::of(kind).filter(|wide| A::IS_FLOAT || !matches!(wide, Wide::Float(_)))?;
    let widen = widener(kind, size, scalar.byte_order() == ByteOrder::Big)?;
    Some(Box::new(move |bytes, cells| {
        widen(bytes, &mut wide)?;
        match &wide {
            Wide::Int(values) => append(values, cells, |v| A::from_i64(v, exact)),
            Wide::Uint(values) => append(values, cells, |v| A::from_u64(v, exact)),
            Wide::Float(values) if A::IS_FLOAT => append(values, cells, |v| A::from_f64(v, exact)),
            // Was refused above.
            Wide::Float(_) => Ok(()),
        }
    }))
}

impl Wide {
    fn of(kind: DTypeKind) -> Option<Self> {
        match kind {
            DTypeKind::Int => Some(Self::Int(Vec::new())),
            DTypeKind::Bool | DTypeKind::Uint => Some(Self::Uint(Vec::new())),
            // Of voids only bfloat16 comes here, where the field says that it is one.
            DTypeKind::Float | DTypeKind::Void => Some(Self::Float(Vec::new())),
            _ => None,
        }
    }
}

fn append<W: Copy + std::fmt::Debug, A: Element>(
    values: &[W],
    cells: &mut Vec<A>,
    convert: impl Fn(W) -> (A, bool),
) -> Result<(), BadCell> {
    let mut all_fit = true;
    cells.extend(values.iter().map(|&value| {
        let (cell, fits) = convert(value);
        all_fit &= fits;
        cell
    }));
    if all_fit {
        return Ok(());
    }
    let index = values.iter().position(|&value| !convert(value).1).unwrap_or_default();
    let (target, value) = (A::rust_name(), values[index]);
    let advice = if A::KIND == DTypeKind::Float {
        "load it into a type that can, or allow rounding by `cast = \"same_kind\"` where it is not too large"
    } else {
        "load it into a wider type"
    };
    Err(BadCell::new(index, format!("holds {value:?}, which {target} can't hold; {advice}")))
}

type Widen = fn(&[u8], &mut Wide) -> Result<()>;

/// Reads cells of one dtype: a table of plain loops, which the compiler turns into vector code.
fn widener(kind: DTypeKind, size: usize, is_big: bool) -> Option<Widen> {
    macro_rules! loops {
        ($( $kind:ident $size:literal => $wide:ident $read:expr ),* $(,)?) => {
            match (kind, size, is_big) {
                $(
                    (DTypeKind::$kind, $size, false) => |bytes, wide| {
                        let Wide::$wide(out) = wide else { return Ok(()) };
                        let (cells, read) = (bytes.as_chunks::<$size>().0, $read);
                        out.clear();
                        memory::reserve(out, cells.len(), CELLS)?;
                        out.extend(cells.iter().map(|&cell| read(cell)));
                        Ok(())
                    },
                    (DTypeKind::$kind, $size, true) => |bytes, wide| {
                        let Wide::$wide(out) = wide else { return Ok(()) };
                        let (cells, read) = (bytes.as_chunks::<$size>().0, $read);
                        out.clear();
                        memory::reserve(out, cells.len(), CELLS)?;
                        out.extend(cells.iter().map(|&(mut cell)| {
                            cell.reverse();
                            read(cell)
                        }));
                        Ok(())
                    },
                )*
                _ => return None,
            }
        };
    }
    Some(loops! {
        Bool 1 => Uint |cell: [u8; 1]| u64::from(cell[0] != 0),
        Uint 1 => Uint |cell: [u8; 1]| u64::from(cell[0]),
        Uint 2 => Uint |cell| u64::from(u16::from_le_bytes(cell)),
        Uint 4 => Uint |cell| u64::from(u32::from_le_bytes(cell)),
        Uint 8 => Uint |cell| u64::from_le_bytes(cell),
        Int 1 => Int |cell| i64::from(i8::from_le_bytes(cell)),
        Int 2 => Int |cell| i64::from(i16::from_le_bytes(cell)),
        Int 4 => Int |cell| i64::from(i32::from_le_bytes(cell)),
        Int 8 => Int |cell| i64::from_le_bytes(cell),
        // float8_e5m2 of ml_dtypes: the upper half of an f16.
        Float 1 => Float |cell: [u8; 1]| f16_to_f64(u16::from(cell[0]) << 8),
        Float 2 => Float |cell| f16_to_f64(u16::from_le_bytes(cell)),
        Void 2 => Float |cell| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(cell)) << 16)),
        Float 4 => Float |cell| f64::from(f32::from_le_bytes(cell)),
        Float 8 => Float |cell| f64::from_le_bytes(cell),
    })
}

/// The value of an IEEE 754 half: needed with or without the `half` feature, as any float may be widened.
pub(crate) fn f16_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    match exponent {
        // A NaN keeps its sign and payload as `f16 as f64` does in hardware: quiet bit set, fraction moved up.
        0x1f if fraction != 0.0 => {
            let payload = u64::from(bits & 0x3ff) << 42 | 0x7ff8 << 48 | u64::from(bits >> 15) << 63;
            f64::from_bits(payload)
        }
        0x1f => sign * f64::INFINITY,
        0 => sign * fraction * 2f64.powi(-24),
        _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl FromWide for $int {
            const IS_FLOAT: bool = false;
            fn from_i64(value: i64, _exact: bool) -> (Self, bool) {
                (value as Self, Self::try_from(value).is_ok())
            }
            fn from_u64(value: u64, _exact: bool) -> (Self, bool) {
                (value as Self, Self::try_from(value).is_ok())
            }
            // No casting rule takes a float into an integer.
            fn from_f64(value: f64, _exact: bool) -> (Self, bool) {
                (value as Self, false)
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64, isize, usize);

impl FromWide for f64 {
    fn from_i64(value: i64, exact: bool) -> (Self, bool) {
        let nearest = value as Self;
        (nearest, !exact || nearest as i128 == i128::from(value))
    }
    fn from_u64(value: u64, exact: bool) -> (Self, bool) {
        let nearest = value as Self;
        (nearest, !exact || nearest as i128 == i128::from(value))
    }
    fn from_f64(value: f64, _exact: bool) -> (Self, bool) {
        (value, true)
    }
}

impl FromWide for f32 {
    fn from_i64(value: i64, exact: bool) -> (Self, bool) {
        let nearest = value as Self;
        (nearest, !exact || nearest as i128 == i128::from(value))
    }
    fn from_u64(value: u64, exact: bool) -> (Self, bool) {
        let nearest = value as Self;
        (nearest, !exact || nearest as i128 == i128::from(value))
    }
    fn from_f64(value: f64, exact: bool) -> (Self, bool) {
        let nearest = value as Self;
        (nearest, fits(value, f64::from(nearest), exact))
    }
}

/// Whether `nearest` may stand for `value`; NaN stays NaN.
pub(crate) fn fits(value: f64, nearest: f64, exact: bool) -> bool {
    if exact { nearest == value || value.is_nan() } else { nearest.is_finite() || !value.is_finite() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_agree_with_their_definition() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f64.powi(-24)),
            (0x7c00, f64::INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(f16_to_f64(bits), value);
        }
        assert!(f16_to_f64(0x7e00).is_nan());
        assert!(f16_to_f64(0x8000).is_sign_negative());
    }

    #[cfg(feature = "half")]
    #[test]
    fn every_half_agrees_with_the_half_crate() {
        for bits in 0..=u16::MAX {
            let ours = f16_to_f64(bits);
            let theirs = half::f16::from_bits(bits).to_f64();
            assert!(ours == theirs || ours.is_nan() && theirs.is_nan(), "{bits:#x}: {ours} {theirs}");
        }
    }

    #[test]
    fn the_ends_of_the_integers_are_not_taken_for_exact() {
        assert!(!f64::from_i64(i64::MAX, true).1);
        assert!(f64::from_i64(i64::MIN, true).1);
        assert!(!f64::from_u64(u64::MAX, true).1);
        assert!(!f32::from_i64(16_777_217, true).1);
        assert!(f32::from_i64(16_777_217, false).1);
        assert!(!u8::from_i64(-1, true).1);
        assert!(!i64::from_u64(u64::MAX, true).1);
        assert!(!f32::from_f64(1e300, false).1, "never silently infinite");
        assert!(f32::from_f64(f64::INFINITY, true).1);
    }
}
