//! What is done with each row: decided once, by the options and the first row.

use std::borrow::Cow;

use npz_core::{Error, Result};

use crate::layout::{Cell, Kind};
use crate::number::{Fault, Number, Style};
use crate::options::Limits;
use crate::plain::Plain;
use crate::split::{Splitter, strip};

/// A function that makes another text of a cell's, and is told what the cell is.
pub(crate) type Converter<'a> = Box<dyn Fn(&str, Kind) -> Result<String, String> + Send + Sync + 'a>;

/// Which fields of a row are wanted.
pub(crate) enum Select {
    /// All; there have to be so many.
    All(usize),
    /// These; below 0 from the end of each row.
    Some(Vec<isize>),
}

/// What is known of a column.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnPlan {
    /// The texts that stand for nothing, beside an empty one.
    pub(crate) missing: Vec<String>,
    /// What is put where there is nothing.
    pub(crate) fill: Option<String>,
    /// The index of its converter.
    pub(crate) converter: Option<usize>,
}

/// All that a worker needs.
pub(crate) struct Plan<'a> {
    pub(crate) style: Style,
    pub(crate) splitter: Splitter,
    pub(crate) select: Select,
    pub(crate) columns: Vec<ColumnPlan>,
    pub(crate) converters: Vec<Converter<'a>>,
    /// The cells of a row: one for each column, or one for all.
    pub(crate) cells: Vec<Cell>,
    pub(crate) item_size: usize,
    pub(crate) is_record: bool,
    pub(crate) is_loose: bool,
    pub(crate) limits: Limits,
    /// It is asked for which cells were missing.
    pub(crate) has_mask: bool,
    /// How rows of plain numbers look, where there may be any.
    pub(crate) plain: Option<Plain>,
}

/// A cell that is not what it should be.
pub(crate) struct BadCell {
    /// From 0, among the fields that are wanted.
    pub(crate) column: usize,
    pub(crate) text: String,
    pub(crate) fault: Fault,
}

/// What the rows of a piece may take in memory. Only texts of a width take much more than they have in the file.
pub(crate) const PIECE: usize = 2 << 20;

/// What becomes of a cell that is no number.
pub(crate) enum Substitute<'p> {
    /// This text stands for it.
    Text(&'p str),
    /// What the type has for it.
    Missing,
}

impl Plan<'_> {
    /// The number of columns of the result.
    pub(crate) fn width(&self) -> usize {
        match &self.select {
            Select::All(count) => *count,
            Select::Some(columns) => columns.len(),
        }
    }

    pub(crate) fn cell(&self, column: usize) -> Cell {
        self.cells[if self.is_record { column } else { 0 }]
    }

    /// Where the cell of a column stands in a row of bytes.
    pub(crate) fn bytes<'r>(&self, column: usize, row: &'r mut [u8]) -> &'r mut [u8] {
        if self.is_record { row } else { &mut row[column * self.item_size..][..self.item_size] }
    }

    /// The bytes of a row.
    pub(crate) fn row_size(&self) -> usize {
        self.item_size * if self.is_record { 1 } else { self.width() }
    }

    /// How many lines of so many bytes several threads may have in memory at a time, each with the cells of a row.
    ///
    /// `None` if all of them.
    pub(crate) fn most_lines(&self, bytes: usize) -> Option<usize> {
        // A row has a byte for each of its fields at least.
        let least = if let Select::All(count) = &self.select { (*count).max(1) } else { 1 };
        let most = PIECE / self.row_size().max(1);
        (bytes / least > most).then_some(most.max(1))
    }

    /// The number of a column in the file, from 1.
    pub(crate) fn number(&self, column: usize, fields: usize) -> usize {
        match &self.select {
            Select::All(_) => column + 1,
            Select::Some(columns) => place(columns[column], fields).map_or(0, |place| place + 1),
        }
    }

    /// Keeps the fields that are wanted, in their order; gives the first index that the row has not.
    pub(crate) fn choose<'t>(
        &self,
        fields: &mut Vec<Cow<'t, str>>,
        chosen: &mut Vec<Cow<'t, str>>,
    ) -> Result<(), isize> {
        match &self.select {
            Select::All(_) => std::mem::swap(fields, chosen),
            Select::Some(columns) => {
                chosen.clear();
                for &column in columns {
                    let place = place(column, fields.len()).ok_or(column)?;
                    chosen.push(fields[place].clone());
                }
            }
        }
        Ok(())
    }

    /// Runs converters over the fields of a row.
    pub(crate) fn convert(&self, fields: &mut [Cow<'_, str>]) -> Result<(), (usize, String)> {
        if self.converters.is_empty() {
            return Ok(());
        }
        for (index, field) in fields.iter_mut().enumerate() {
            if let Some(converter) = self.columns[index].converter {
                let kind = self.cell(index).kind;
                *field = Cow::Owned(self.converters[converter](field, kind).map_err(|why| (index, why))?);
            }
        }
        Ok(())
    }

    /// Whether a text stands for nothing.
    pub(crate) fn is_missing(&self, column: usize, text: &str) -> bool {
        let text = strip(text);
        text.is_empty() || self.columns[column].missing.iter().any(|missing| missing == text)
    }

    /// Whether a mask covers a cell: for its text or, in rows with fields, for its value, as NumPy has it (`-999.00` for `-999`).
    pub(crate) fn is_masked(&self, column: usize, text: &str) -> bool {
        let missing = &self.columns[column].missing;
        if self.is_missing(column, text) {
            return true;
        }
        if !self.is_record || missing.is_empty() {
            return false;
        }
        let value = |text: &str| {
            let mut row = vec![0; self.item_size];
            self.cell(column).read(text, self.style, &mut row).ok().map(|()| row)
        };
        let found = value(text);
        found.is_some() && missing.iter().any(|missing| value(missing) == found)
    }

    /// The filling value of a column. In NumPy texts, bytes and dates have none: whatever stands there is one of them.
    fn fill(&self, column: usize) -> Option<&str> {
        match self.cell(column).kind {
            Kind::Text(_) | Kind::Bytes(_) | Kind::DateTime(_) => None,
            _ => self.columns[column].fill.as_deref(),
        }
    }

    /// What stands for a cell that could not be read, or the fault if nothing may.
    pub(crate) fn substitute(
        &self,
        column: usize,
        text: &str,
        fault: Fault,
        has_nan: bool,
    ) -> Result<Substitute<'_>, Fault> {
        if self.style == Style::LoadTxt {
            return Err(fault);
        }
        let fill = self.fill(column);
        let is_missing = self.is_missing(column, text);
        let is_spoiled = self.is_loose && matches!(fault, Fault::Syntax(_)) && (has_nan || fill.is_some());
        match fill {
            _ if !is_missing && !is_spoiled => Err(fault),
            Some(fill) => Ok(Substitute::Text(fill)),
            None => Ok(Substitute::Missing),
        }
    }

    /// Whether a text that can be read as a bool is a number that stands for nothing: for NumPy no number is a bool.
    fn is_no_bool(&self, column: usize, text: &str) -> bool {
        !self.columns[column].missing.is_empty()
            && self.cell(column).kind == Kind::Bool
            && self.is_missing(column, text)
            && i64::parse(text, self.style).is_ok()
    }

    /// Reads a number, or what stands for it.
    pub(crate) fn number_of<T: Number>(&self, column: usize, text: &str) -> Result<T, Fault> {
        let fault = match T::parse(text, self.style) {
            Ok(_) if self.is_no_bool(column, text) => Fault::Syntax(T::NAME.to_owned()),
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        match self.substitute(column, text, fault.clone(), T::HAS_NAN)? {
            Substitute::Text(fill) => T::parse(fill, self.style),
            Substitute::Missing => T::MISSING.ok_or(fault),
        }
    }

    /// Reads a cell into the bytes of a row, or what stands for it.
    pub(crate) fn cell_of(&self, column: usize, text: &str, row: &mut [u8]) -> Result<(), Fault> {
        let cell = self.cell(column);
        let bytes = self.bytes(column, row);
        if let (Kind::TimeDelta(_), Some(fill)) = (cell.kind, self.fill(column))
            && strip(text).is_empty()
        {
            // It could be read, as NaT.
            return cell.read(fill, self.style, bytes);
        }
        let fault = match cell.read(text, self.style, bytes) {
            Ok(()) if self.is_no_bool(column, text) => Fault::Syntax(bool::NAME.to_owned()),
            Ok(()) => return Ok(()),
            Err(fault) => fault,
        };
        let (missing, has_nan) = cell.missing();
        match (self.substitute(column, text, fault.clone(), has_nan)?, missing) {
            (Substitute::Text(fill), _) => cell.read(fill, self.style, bytes),
            (Substitute::Missing, Some(text)) => cell.read(text, self.style, bytes),
            (Substitute::Missing, None) => Err(fault),
        }
    }

    /// Says that filling values can't be what their columns hold, before anything is read.
    pub(crate) fn check_fills(&self) -> Result<()> {
        if self.columns.iter().all(|options| options.fill.is_none()) {
            return Ok(());
        }
        let row = bytemuck::allocation::try_zeroed_vec(self.row_size());
        let mut row = row.map_err(|()| std::io::Error::from(std::io::ErrorKind::OutOfMemory))?;
        for column in 0..self.columns.len() {
            if let Some(fill) = self.fill(column)
                && let Err(fault) = self.cell(column).read(fill, self.style, self.bytes(column, &mut row))
            {
                let expected = fault.expected();
                let number = column + 1;
                return Err(Error::custom(format!(
                    "the filling value {fill:?} does not fit column {number}: expected {expected}"
                )));
            }
        }
        Ok(())
    }
}

/// The place of a column among so many fields.
pub(crate) fn place(column: isize, fields: usize) -> Option<usize> {
    let place = if column < 0 { fields.checked_sub(column.unsigned_abs())? } else { column as usize };
    (place < fields).then_some(place)
}
