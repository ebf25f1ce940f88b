//! Arrays as NumPy prints them. Mirrors `arrayprint.py` with the options that NumPy starts with.
//!
//! `cell` is what is printed, `format` makes columns of cells, `float` knows its digits, `layout` puts the cells into
//! brackets and lines, `dtype` names what they are.

mod cell;
mod dtype;
mod float;
mod format;
mod layout;
mod value;

use std::fmt;

pub(super) use self::cell::Cell;
use self::format::{Format, Leaf, Style, part, tuple};
use self::layout::{EDGE, Layout};
use super::AnyArray;
use super::value::AnyValue;
use crate::dtype::{DType, DTypeKind, Field};
use crate::element::time::text::time_text;
use crate::shape::python_tuple;

/// More cells than this are not all shown.
const THRESHOLD: usize = 1000;
const LINE_WIDTH: usize = 75;

/// Prints as NumPy does: `str(a)`, and with `{:#}` `repr(a)`, both with the options that NumPy starts with.
///
/// The dtype is that of [`AnyArray::dtype`], with the byte order and the width of text that a save writes.
///
/// Of more than 1000 cells three are shown at each end of an axis; only those are looked at and take memory (`{:#}` also
/// measures all texts, for `<U5`).
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::AnyArray;
///
/// let any = AnyArray::from(array![[1.0f32, 2.5], [-0.125, 4.0]]);
/// assert_eq!(any.to_string(), "[[ 1.     2.5  ]\n [-0.125  4.   ]]");
/// assert_eq!(format!("{any:#}"), "array([[ 1.   ,  2.5  ],\n       [-0.125,  4.   ]], dtype=float32)");
/// assert_eq!(AnyArray::from(Array1::from_iter(0..5000_i64)).to_string(), "[   0    1    2 ... 4997 4998 4999]");
/// ```
impl fmt::Display for AnyArray {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if f.alternate() { repr(self) } else { str(self) })
    }
}

#[inline]
fn str(any: &AnyArray) -> String {
    if any.shape().is_empty() {
        return any.get(&[]).map_or_else(String::new, |cell| alone(any, &cell));
    }
    array2string(any, " ", 0, LINE_WIDTH)
}

#[inline]
fn repr(any: &AnyArray) -> String {
    let prefix = "array(";
    // The bracket at the end has its place on the line.
    let mut out = format!("{prefix}{}", array2string(any, ", ", prefix.len(), LINE_WIDTH - 1));
    let dtype = any.dtype();
    let mut extras = Vec::new();
    if (any.is_empty() && any.shape() != [0]) || any.len() > THRESHOLD {
        extras.push(format!("shape={}", python_tuple(any.shape())));
    }
    if any.is_empty() || !dtype::is_implied(&dtype) {
        extras.push(format!("dtype={}", dtype::short(&dtype)));
    }
    if !extras.is_empty() {
        let extras = extras.join(", ");
        out.push(',');
        let last_line = out.rsplit('\n').next().unwrap_or_default().chars().count();
        let fits = last_line + extras.chars().count() + 2 <= LINE_WIDTH;
        out += if fits { " " } else { "\n      " };
        out += &extras;
    }
    out.push(')');
    out
}

#[inline]
fn array2string(any: &AnyArray, separator: &str, prefix: usize, width: usize) -> String {
    if any.is_empty() {
        return "[]".to_owned();
    }
    let shape = any.shape();
    let is_long = any.len() > THRESHOLD;
    let is_cut: Vec<bool> = shape.iter().map(|&len| is_long && len > 2 * EDGE).collect();
    let shown: Vec<usize> =
        shape.iter().zip(&is_cut).map(|(&len, &cut)| if cut { 2 * EDGE } else { len }).collect();
    let count: usize = shown.iter().product();
    if count > THRESHOLD && matches!(any, AnyArray::Other(raw) if raw.as_bytes().is_empty()) {
        // Cells of no bytes: a file of a few bytes could ask for pages without end.
        return "[...]".to_owned();
    }
    let cells = shown_cells(any, &shown, &is_cut, count);
    let words = words(any, &cells, Style { is_alone: shape.is_empty(), each_float: false });
    Layout { shown: &shown, is_cut: &is_cut, separator }.text(&words, prefix + 1, width)
}

/// The cells that are shown, in C order.
#[inline]
fn shown_cells<'a>(any: &'a AnyArray, shown: &[usize], is_cut: &[bool], count: usize) -> Vec<AnyValue<'a>> {
    let mut index = vec![0; shown.len()];
    let cell = |place: usize| {
        let mut rest = place;
        for (axis, i) in index.iter_mut().enumerate().rev() {
            let len = shown.get(axis).copied().unwrap_or(1);
            *i = rest % len;
            rest /= len;
            if is_cut.get(axis) == Some(&true) && *i >= EDGE {
                *i += any.shape().get(axis).copied().unwrap_or(len) - len;
            }
        }
        any.get(&index)
    };
    (0..count).filter_map(cell).collect()
}

#[inline]
fn words(any: &AnyArray, cells: &[AnyValue<'_>], style: Style) -> Vec<String> {
    if let Some(scalar) = any.cell_scalar() {
        let cells: Vec<Cell<'_>> = cells.iter().map(Cell::of).collect();
        let leaf = Leaf::new(&scalar, &cells, style);
        return cells.iter().map(|cell| leaf.text(cell)).collect();
    }
    let AnyArray::Other(raw) = any else { return Vec::new() };
    let cells: Vec<&[u8]> = cells.iter().map(bytes_of).collect();
    let format = Format::new(raw.dtype(), &cells, style);
    cells.iter().map(|cell| format.text(cell)).collect()
}

fn bytes_of<'a>(cell: &AnyValue<'a>) -> &'a [u8] {
    match cell {
        AnyValue::Other { bytes, .. } => bytes,
        _ => &[],
    }
}

impl AnyArray {
    /// The dtype of cells without fields. Does not look at the cells: a text has any width.
    #[inline]
    pub(super) fn cell_scalar(&self) -> Option<DType> {
        let dtype = match self {
            Self::Str(_) => DType::unicode(1),
            Self::Bytes(_) => DType::bytes(1),
            other => other.dtype(),
        };
        dtype.as_scalar().is_some().then_some(dtype)
    }
}

/// An array without axes prints as the scalar that it holds: all digits, no quotes.
#[inline]
fn alone(any: &AnyArray, cell: &AnyValue<'_>) -> String {
    if let AnyArray::Bytes(_) = any {
        // The only one that NumPy gives its `repr`.
        return format!("np.bytes_({})", Cell::of(cell).python(0, true));
    }
    if let Some(scalar) = any.cell_scalar() {
        return scalar_str(&scalar, &Cell::of(cell), false);
    }
    words(any, &[*cell], Style { is_alone: true, each_float: true }).concat()
}

pub(super) fn scalar_str(scalar: &DType, cell: &Cell<'_>, quoted: bool) -> String {
    match (cell, scalar.kind(), scalar.time_unit()) {
        (Cell::Time(ticks), kind, Some(unit)) => time_text(kind, *ticks, unit),
        _ => cell.python(scalar.item_size(), quoted),
    }
}

/// What `a.item()` prints as: Python's tuples, lists and bytes.
pub(super) fn python_item(dtype: &DType, bytes: &[u8], quoted: bool) -> String {
    if dtype.fields().is_some() {
        let item = |(field, place): (&Field, _)| python_item(&field.dtype, part(bytes, &place), true);
        let fields = dtype.places().filter(|(field, _)| !field.is_padding());
        return tuple(&fields.map(item).collect::<Vec<_>>());
    }
    if dtype.subdtype().is_some() {
        let style = Style { is_alone: true, each_float: true };
        return Format::new(dtype, &[bytes], style).text(bytes);
    }
    match dtype.kind() {
        DTypeKind::Void => cell::repr_bytes(bytes),
        _ => scalar_str(dtype, &Cell::decode(dtype, bytes), quoted),
    }
}
