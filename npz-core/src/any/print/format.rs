//! Cells in columns: each as wide as the widest that is shown. Mirrors the `..Format` classes of `arrayprint.py`.

use std::ops::Range;

use super::THRESHOLD;
use super::cell::Cell;
use super::float::Floats;
use super::layout::EDGE;
use crate::dtype::{DType, DTypeKind, Field, TimeUnit};
use crate::element::time::text::{NAT, time_text};

/// How cells without fields are printed.
#[derive(Debug)]
pub(super) enum Leaf {
    Bool {
        width: usize,
    },
    Int {
        width: usize,
    },
    Floats(Floats),
    /// Floats in a record that stands alone: all digits, no columns.
    EachFloat {
        size: usize,
    },
    Complex(Floats, Floats),
    Dates {
        width: usize,
        unit: TimeUnit,
    },
    Spans {
        width: usize,
    },
    Plain,
}

/// Whether the cells stand in an array, or alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    /// There is one cell and no axis: `True` needs no column.
    pub(super) is_alone: bool,
    /// Floats are shown with all their digits.
    pub(super) each_float: bool,
}

impl Leaf {
    pub(super) fn new(scalar: &DType, cells: &[Cell<'_>], style: Style) -> Self {
        let floats =
            |part: fn(&Cell<'_>) -> Option<f64>| cells.iter().map(part).collect::<Option<Vec<f64>>>();
        let size = scalar.item_size();
        match (scalar.kind(), scalar.time_unit()) {
            (DTypeKind::Bool, _) => Self::Bool { width: if style.is_alone { 0 } else { 5 } },
            (DTypeKind::Int | DTypeKind::Uint, _) => {
                Self::Int { width: widest(cells, |cell| cell.python(8, false)) }
            }
            (DTypeKind::Float, _) => match floats(|cell| cell.parts().map(|(x, _)| x)) {
                Some(_) if style.each_float => Self::EachFloat { size },
                Some(cells) => Self::Floats(Floats::new(cells.iter().copied(), size, false)),
                None => Self::Plain,
            },
            (DTypeKind::Complex, _) => {
                let re = floats(|cell| cell.parts().map(|(re, _)| re));
                let im = floats(|cell| cell.parts().map(|(_, im)| im));
                let (Some(re), Some(im)) = (re, im) else { return Self::Plain };
                Self::Complex(
                    Floats::new(re.iter().copied(), size / 2, false),
                    Floats::new(im.iter().copied(), size / 2, true),
                )
            }
            (DTypeKind::DateTime, Some(unit)) => {
                Self::Dates { width: time_width(cells, |ticks| quoted_date(ticks, unit)), unit }
            }
            (DTypeKind::TimeDelta, _) => Self::Spans { width: time_width(cells, |ticks| ticks.to_string()) },
            _ => Self::Plain,
        }
    }

    pub(super) fn text(&self, cell: &Cell<'_>) -> String {
        match (self, cell) {
            (Self::Bool { width } | Self::Int { width }, cell) => {
                format!("{:>width$}", cell.python(8, true))
            }
            (Self::EachFloat { size }, cell) => cell.python(*size, true),
            (Self::Floats(floats), cell) => floats.text(cell.parts().unwrap_or_default().0),
            (Self::Complex(real, imaginary), cell) => {
                let (re, im) = cell.parts().unwrap_or_default();
                let im = imaginary.text(im);
                let number = im.trim_end_matches(' ');
                let padding = im.get(number.len()..).unwrap_or_default();
                format!("{}{number}j{padding}", real.text(re))
            }
            (Self::Dates { width, .. } | Self::Spans { width }, Cell::Time(NAT)) => {
                format!("{:>width$}", "'NaT'")
            }
            (Self::Dates { width, unit }, Cell::Time(ticks)) => {
                format!("{:>width$}", quoted_date(*ticks, *unit))
            }
            (Self::Spans { width }, Cell::Time(ticks)) => format!("{ticks:>width$}"),
            (_, cell) => cell.python(8, true),
        }
    }
}

fn quoted_date(ticks: i64, unit: TimeUnit) -> String {
    format!("'{}'", time_text(DTypeKind::DateTime, ticks, unit))
}

fn widest(cells: &[Cell<'_>], text: impl Fn(&Cell<'_>) -> String) -> usize {
    cells.iter().map(|cell| text(cell).len()).max().unwrap_or(0)
}

/// As in NumPy, only the first and the last time are measured.
fn time_width(cells: &[Cell<'_>], text: impl Fn(i64) -> String) -> usize {
    let ticks = cells.iter().filter_map(|cell| match cell {
        Cell::Time(ticks) => Some(*ticks).filter(|&ticks| ticks != NAT),
        _ => None,
    });
    let ends = ticks.clone().min().into_iter().chain(ticks.clone().max());
    let width = ends.map(|ticks| text(ticks).len()).max().unwrap_or(0);
    if ticks.count() < cells.len() { width.max("'NaT'".len()) } else { width }
}

/// How cells of any dtype are printed, from their bytes.
#[derive(Debug)]
pub(super) enum Format<'a> {
    Leaf(&'a DType, Leaf),
    /// Each field with the place of its bytes.
    Record(Vec<(Range<usize>, Format<'a>)>),
    Subarray {
        shape: &'a [usize],
        item_size: usize,
        item: Box<Format<'a>>,
    },
}

impl<'a> Format<'a> {
    pub(super) fn new(dtype: &'a DType, cells: &[&[u8]], style: Style) -> Self {
        if let Some((item, shape)) = dtype.subdtype() {
            let item_size = item.item_size();
            // Cells of no bytes are all alike, however many there are.
            let parts: Vec<&[u8]> = if item_size == 0 {
                Vec::new()
            } else {
                cells.iter().flat_map(|cell| cell.chunks_exact(item_size)).collect()
            };
            let style = Style { is_alone: false, ..style };
            return Self::Subarray { shape, item_size, item: Box::new(Self::new(item, &parts, style)) };
        }
        if dtype.fields().is_some() {
            let format = |(field, bytes): (&'a Field, Range<usize>)| {
                let parts: Vec<&[u8]> = cells.iter().map(|cell| part(cell, &bytes)).collect();
                let format = Self::new(&field.dtype, &parts, style);
                (bytes, format)
            };
            return Self::Record(
                dtype.places().filter(|(field, _)| !field.is_padding()).map(format).collect(),
            );
        }
        let cells: Vec<Cell<'_>> = cells.iter().map(|bytes| Cell::decode(dtype, bytes)).collect();
        Self::Leaf(dtype, Leaf::new(dtype, &cells, style))
    }

    pub(super) fn text(&self, bytes: &[u8]) -> String {
        match self {
            Self::Leaf(scalar, leaf) => leaf.text(&Cell::decode(scalar, bytes)),
            Self::Record(fields) => {
                let parts: Vec<String> =
                    fields.iter().map(|(place, format)| format.text(part(bytes, place))).collect();
                tuple(&parts)
            }
            Self::Subarray { shape, item_size, item } => {
                let count: usize = shape.iter().product();
                let is_cut = count > THRESHOLD;
                // A header of a few bytes can ask for pages without end where no bytes have to follow.
                let lines: usize = shape.iter().filter(|&&len| len != 0).product();
                let is_nested = count > 0 && !matches!(**item, Self::Leaf(..));
                if bytes.is_empty() && (lines > THRESHOLD || is_nested) {
                    return "[...]".to_owned();
                }
                subarray(shape, bytes, *item_size, item, is_cut)
            }
        }
    }
}

/// Unlike the axes of the array, those of a cell stand on one line.
fn subarray(shape: &[usize], bytes: &[u8], item_size: usize, item: &Format<'_>, is_cut: bool) -> String {
    let Some((&len, rest)) = shape.split_first() else { return item.text(bytes) };
    let size = rest.iter().product::<usize>() * item_size;
    let at = |i: usize| subarray(rest, part(bytes, &(i * size..(i + 1) * size)), item_size, item, is_cut);
    let parts: Vec<String> = if is_cut && len > 2 * EDGE {
        let last = (len - EDGE..len).map(at);
        (0..EDGE).map(at).chain(["...".to_owned()]).chain(last).collect()
    } else {
        (0..len).map(at).collect()
    };
    format!("[{}]", parts.join(", "))
}

pub(super) fn part<'b>(bytes: &'b [u8], place: &Range<usize>) -> &'b [u8] {
    bytes.get(place.clone()).unwrap_or_default()
}

pub(super) fn tuple(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        many => format!("({})", many.join(", ")),
    }
}
