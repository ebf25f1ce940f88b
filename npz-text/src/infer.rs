//! `dtype=None`: the dtype of each column is the first that all its cells can be read as.

use std::borrow::Cow;

use npz_core::{DType, Result};
use num_complex::Complex;

use crate::number::{Integer, Number, Style, integer};
use crate::plan::{BadCell, Plan};
use crate::sink::{Sink, Store};
use crate::split::strip;

/// The types that are tried, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    #[default]
    Bool,
    Int,
    Float,
    Complex,
    Text,
}

impl Type {
    /// The first from this one on that a text can be read as.
    fn of(self, text: &str) -> Self {
        let content = strip(text);
        if self <= Self::Bool
            && (content.eq_ignore_ascii_case("true") || content.eq_ignore_ascii_case("false"))
        {
            return Self::Bool;
        }
        if self <= Self::Int && is_integer(content) {
            return Self::Int;
        }
        if self <= Self::Float && f64::parse(content, Style::GenFromTxt).is_ok() {
            return Self::Float;
        }
        if self <= Self::Complex && Complex::<f64>::parse(content, Style::GenFromTxt).is_ok() {
            return Self::Complex;
        }
        Self::Text
    }

    /// The dtype, with a width for text.
    pub(crate) fn dtype(self, width: usize) -> Result<DType> {
        match self {
            Self::Bool => DType::parse("bool"),
            Self::Int => DType::parse("int64"),
            Self::Float => DType::parse("float64"),
            Self::Complex => DType::parse("complex128"),
            Self::Text => DType::parse(&format!("<U{}", width.max(1))),
        }
    }

    /// What NumPy puts into an array of this type for a cell of a column that holds nothing at all.
    pub(crate) fn nothing(self) -> &'static str {
        match self {
            Self::Bool | Self::Text => "False",
            Self::Int | Self::Float | Self::Complex => "0",
        }
    }
}

/// Whether a text is an integer of 64 bits, also with underscores as Python has them.
fn is_integer(text: &str) -> bool {
    match integer(text) {
        Integer::Some(..) => i64::parse(text, Style::LoadTxt).is_ok(),
        Integer::Huge => false,
        Integer::None => {
            text.contains('_')
                && !text.contains(['.', 'e', 'E', 'n', 'N'])
                && i64::parse(text, Style::GenFromTxt).is_ok()
        }
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Column {
    pub(crate) is: Type,
    /// The longest text, in characters.
    pub(crate) width: usize,
    /// Some cell was missing.
    has_gap: bool,
    /// A text was missing; only a column of texts takes it as one.
    gap_width: usize,
}

impl Column {
    /// Whether the column says anything about the type of a table. A bool with a gap does not, as in NumPy.
    pub(crate) fn is_telling(&self) -> bool {
        self.is != Type::Bool || !self.has_gap
    }

    /// The characters that a column of texts needs.
    pub(crate) fn text_width(&self) -> usize {
        self.width.max(self.gap_width)
    }

    /// Takes a type that its cells so far can be read as too.
    fn become_of(&mut self, is: Type) {
        // A bool and a number are both only as text.
        let is_mixed = self.is == Type::Bool && is != Type::Bool && self.has_cells();
        self.is = if is_mixed { Type::Text } else { is };
    }

    /// Whether there was a cell that is not missing.
    pub(crate) fn has_cells(&self) -> bool {
        self.width > 0
    }
}

/// What a plain number at the start of a line is, and its length; `None` where a closer look is needed.
#[inline]
fn number(text: &[u8]) -> Option<(Type, usize)> {
    match crate::float::integer(text) {
        Some((_, len)) if !matches!(text.get(len), Some(b'.' | b'e' | b'E')) => Some((Type::Int, len)),
        _ => {
            let (_, len) = crate::float::float(text)?;
            // One of 19 digits may be an integer or not.
            text[..len].contains(&b'.').then_some((Type::Float, len))
        }
    }
}

/// Looks at all cells, and keeps what the columns are.
pub(crate) struct Types(pub(crate) Vec<Column>);

impl Sink for Types {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        self.0.resize(fields.len(), Column::default());
        for (index, (column, text)) in self.0.iter_mut().zip(fields).enumerate() {
            let width = text.chars().count();
            if column.is != Type::Text {
                let is = column.is.of(text);
                // What is missing says nothing, unless it can be read.
                if is != column.is && plan.is_missing(index, text) {
                    column.has_gap = true;
                    column.gap_width = column.gap_width.max(width);
                    continue;
                }
                column.become_of(is);
            }
            column.width = column.width.max(width);
        }
        Ok(())
    }

    fn plain(&mut self, plan: &Plan<'_>, text: &[u8], most: usize) -> (usize, usize) {
        // A number may be one that stands for nothing.
        let Some(fast) = plan.plain.filter(|_| plan.columns.iter().all(|column| column.missing.is_empty()))
        else {
            return (0, 0);
        };
        let mut cells = Vec::new();
        let shape = (most, plan.width());
        let (len, rows) = fast.with_blanks().rows(text, shape, plan.limits.line_bytes, |_, text| {
            let (is, len) = number(text)?;
            cells.push((is, len));
            Some(len)
        });
        self.0.resize(plan.width(), Column::default());
        for row in cells[..rows * plan.width()].chunks_exact(plan.width().max(1)) {
            for (column, (is, width)) in self.0.iter_mut().zip(row) {
                column.become_of(column.is.max(*is));
                column.width = column.width.max(*width);
            }
        }
        (len, rows)
    }
}

impl Store for Types {
    const HAS_ROWS: bool = false;

    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        let other = std::mem::take(&mut other.0);
        if self.0.is_empty() {
            self.0 = other;
            return Ok(());
        }
        for (a, b) in self.0.iter_mut().zip(other) {
            // A bool and a number are both only as text.
            let is_mixed = (a.is == Type::Bool) != (b.is == Type::Bool) && a.has_cells() && b.has_cells();
            a.is = match (a.has_cells(), b.has_cells()) {
                (true, true) if is_mixed => Type::Text,
                (true, true) | (false, false) => a.is.max(b.is),
                (true, false) => a.is,
                (false, true) => b.is,
            };
            a.width = a.width.max(b.width);
            a.gap_width = a.gap_width.max(b.gap_width);
            a.has_gap |= b.has_gap;
        }
        Ok(())
    }

    fn bytes(&self, _: &Plan<'_>, _: usize) -> usize {
        0
    }

    fn split_off(&mut self, _: &Plan<'_>, _: usize) -> Self {
        Self(Vec::new())
    }
}
