//! Where the cells of rows go.

use std::borrow::Cow;
use std::io;

use npz_core::{Result, TimeBase};

use crate::layout::{Found, Kind, fit, latin1};
use crate::number::{Fault, Number};
use crate::plan::{BadCell, Plan};
use crate::time;

/// Takes rows, one after the other.
pub(crate) trait Sink: Send {
    /// Makes room for a row; gives a message where memory is short.
    fn reserve(&mut self, _plan: &Plan<'_>) -> Result<(), String> {
        Ok(())
    }

    /// Takes the fields of a row; after an error it may hold a part of them.
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell>;

    /// Takes rows of plain numbers at the start of a text, up to so many; gives their bytes and how many there were.
    fn plain(&mut self, _plan: &Plan<'_>, _text: &[u8], _most: usize) -> (usize, usize) {
        (0, 0)
    }
}

/// Keeps the cells of rows that it took.
pub(crate) trait Store: Sink + Sized {
    /// Whether rows can be told apart later. Where not, no row may be taken that is not wanted.
    const HAS_ROWS: bool = true;

    /// None yet.
    fn new() -> Self;

    /// Takes the cells of another, whose memory serves the next.
    fn append(&mut self, other: &mut Self) -> Result<()>;

    /// The bytes of its rows, of which there are so many.
    fn bytes(&self, plan: &Plan<'_>, rows: usize) -> usize {
        rows.saturating_mul(plan.row_size())
    }

    /// Keeps so many rows and gives the others.
    fn split_off(&mut self, plan: &Plan<'_>, rows: usize) -> Self;
}

/// Appends what may be much.
pub(crate) fn append<T>(values: &mut Vec<T>, other: &mut Vec<T>) -> Result<()> {
    if values.is_empty() {
        std::mem::swap(values, other);
        return Ok(());
    }
    values.try_reserve(other.len()).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    values.append(other);
    Ok(())
}

/// The bytes of a text beside its own: as much as `npz-core` counts.
const ALLOCATION: usize = 32;

fn each<T>(
    values: &mut Vec<T>,
    fields: &[Cow<'_, str>],
    read: impl Fn(usize, &str) -> Result<T, Fault>,
) -> Result<(), BadCell> {
    for (column, text) in fields.iter().enumerate() {
        values.push(read(column, text).map_err(|fault| BadCell { column, text: text.to_string(), fault })?);
    }
    Ok(())
}

/// Numbers of one type.
pub(crate) struct Numbers<T>(pub(crate) Vec<T>);

impl<T: Number> Sink for Numbers<T> {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        each(&mut self.0, fields, |column, text| plan.number_of(column, text))
    }

    fn plain(&mut self, plan: &Plan<'_>, text: &[u8], most: usize) -> (usize, usize) {
        let Some(fast) = plan.plain else { return (0, 0) };
        let (start, values) = (self.0.len(), &mut self.0);
        // Cells of 8 bytes are among the shorter ones.
        values.reserve(text.len() / 8);
        let (len, rows) = fast.rows(text, (most, plan.width()), plan.limits.line_bytes, |_, text| {
            let (value, len) = T::plain(text)?;
            values.push(value);
            Some(len)
        });
        values.truncate(start + rows * plan.width());
        (len, rows)
    }
}

impl<T: Number> Store for Numbers<T> {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        append(&mut self.0, &mut other.0)
    }

    fn split_off(&mut self, plan: &Plan<'_>, rows: usize) -> Self {
        Self(self.0.split_off(rows * plan.width()))
    }
}

/// Texts of any width.
pub(crate) struct Strings(pub(crate) Vec<String>);

impl Sink for Strings {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        each(&mut self.0, fields, |column, text| {
            if let Kind::Text(width @ 1..) = plan.cell(column).kind {
                fit(text.chars().count(), width, "character")?;
            }
            // NumPy's text has no NUL at its end.
            Ok(text.trim_end_matches('\0').to_owned())
        })
    }
}

impl Store for Strings {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        append(&mut self.0, &mut other.0)
    }

    fn bytes(&self, _: &Plan<'_>, _: usize) -> usize {
        self.0.iter().map(|text| size_of::<String>() + ALLOCATION + text.len()).sum()
    }

    fn split_off(&mut self, plan: &Plan<'_>, rows: usize) -> Self {
        Self(self.0.split_off(rows * plan.width()))
    }
}

/// Bytes of any width.
pub(crate) struct ByteStrings(pub(crate) Vec<Vec<u8>>);

impl Sink for ByteStrings {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        each(&mut self.0, fields, |column, text| {
            let mut bytes = latin1(text)?;
            if let Kind::Bytes(width) = plan.cell(column).kind {
                fit(bytes.len(), width, "byte")?;
            }
            bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            Ok(bytes)
        })
    }
}

impl Store for ByteStrings {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        append(&mut self.0, &mut other.0)
    }

    fn bytes(&self, _: &Plan<'_>, _: usize) -> usize {
        self.0.iter().map(|bytes| size_of::<Vec<u8>>() + ALLOCATION + bytes.len()).sum()
    }

    fn split_off(&mut self, plan: &Plan<'_>, rows: usize) -> Self {
        Self(self.0.split_off(rows * plan.width()))
    }
}

/// Rows as the bytes of their dtype.
pub(crate) struct Rows(pub(crate) Vec<u8>);

impl Sink for Rows {
    fn reserve(&mut self, plan: &Plan<'_>) -> Result<(), String> {
        let size = plan.row_size();
        self.0.try_reserve(size).map_err(|_| {
            format!("there is no memory for one more row of {size} bytes: `pieces` and `convert` have fewer in memory at a time")
        })
    }

    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        let start = self.0.len();
        self.0.resize(start + plan.row_size(), 0);
        for (column, text) in fields.iter().enumerate() {
            plan.cell_of(column, text, &mut self.0[start..]).map_err(|fault| BadCell {
                column,
                text: text.to_string(),
                fault,
            })?;
        }
        Ok(())
    }

    fn plain(&mut self, plan: &Plan<'_>, text: &[u8], most: usize) -> (usize, usize) {
        let Some(fast) = plan.plain else { return (0, 0) };
        let (start, bytes) = (self.0.len(), &mut self.0);
        let mut row = start;
        let (len, rows) = fast.rows(text, (most, plan.width()), plan.limits.line_bytes, |column, text| {
            if column == 0 {
                row = bytes.len();
                bytes.try_reserve(plan.row_size()).ok()?;
                bytes.resize(row + plan.row_size(), 0);
            }
            plan.cell(column).plain(text, plan.bytes(column, &mut bytes[row..]))
        });
        bytes.truncate(start + rows * plan.row_size());
        (len, rows)
    }
}

impl Store for Rows {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        append(&mut self.0, &mut other.0)
    }

    fn split_off(&mut self, plan: &Plan<'_>, rows: usize) -> Self {
        Self(self.0.split_off(rows * plan.row_size()))
    }
}

/// How wide texts are, and how fine times: what dtypes without a size take from the text.
pub(crate) struct Widths(pub(crate) Vec<Found>);

impl Sink for Widths {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        self.0.resize(fields.len(), Found::default());
        for (column, (found, text)) in self.0.iter_mut().zip(fields).enumerate() {
            let base: Option<TimeBase> = match plan.cell(column).kind {
                Kind::DateTime(_) => time::moment(text).flatten().map(|moment| moment.base),
                _ => None,
            };
            *found = found.join(&Found { width: text.chars().count(), base });
        }
        Ok(())
    }
}

impl Store for Widths {
    const HAS_ROWS: bool = false;

    fn new() -> Self {
        Self(Vec::new())
    }

    fn append(&mut self, other: &mut Self) -> Result<()> {
        let other = std::mem::take(&mut other.0);
        if self.0.is_empty() {
            self.0 = other;
        } else {
            self.0 = self.0.iter().zip(&other).map(|(a, b)| a.join(b)).collect();
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
