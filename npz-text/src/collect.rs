//! The rows of pieces, put together in their order.

use npz_core::{Error, Result};

use crate::number::Style;
use crate::options::counted;
use crate::piece::Piece;
use crate::plan::{Plan, Select};
use crate::settings::Settings;
use crate::sink::{Store, append};

/// The rows that were read and not given away.
pub(crate) struct Collected<'s, S> {
    settings: &'s Settings<'s>,
    sink: S,
    /// Which cells were missing, if that is asked for.
    mask: Vec<bool>,
    pub(crate) rows: usize,
    /// How many of them are to be given away next.
    pub(crate) wanted: usize,
    /// The rows that were given away before.
    pub(crate) gone: usize,
    /// The bytes of all rows that were read.
    bytes: u64,
    /// The lines that were read.
    pub(crate) line: usize,
    ragged: Ragged,
    is_warned: bool,
}

/// Rows of another number of columns.
#[derive(Default)]
struct Ragged {
    /// The rows before each, of those that were not given away, its line, from 1, and its number of columns.
    listed: Vec<(usize, usize, usize)>,
    /// How many more there are among the rows that are wanted next.
    more: usize,
}

/// How many ragged rows an error lists.
const LISTED: usize = 20;

impl<'s, S: Store> Collected<'s, S> {
    /// None yet; so many lines were skipped.
    pub(crate) fn new(settings: &'s Settings<'s>, line: usize) -> Self {
        Self {
            settings,
            sink: S::new(),
            mask: Vec::new(),
            rows: 0,
            wanted: usize::MAX,
            gone: 0,
            bytes: 0,
            line,
            ragged: Ragged::default(),
            is_warned: false,
        }
    }

    /// How many rows there may be, those that were not given away among them.
    pub(crate) fn room(&self) -> usize {
        self.settings.max_rows.map_or(usize::MAX, |max| max - self.gone)
    }

    /// Takes what a piece gave, up to the rows that may come at all; gives back its sink, which is empty.
    pub(crate) fn take(&mut self, plan: &Plan<'_>, mut piece: Piece<S>) -> Result<S> {
        let limit = self.room();
        let before = self.rows;
        let is_full = before + piece.rows >= limit;
        if is_full && before + piece.rows > limit {
            piece.sink.split_off(plan, limit - before);
            piece.rows = limit - before;
            piece.mask.truncate(piece.rows * plan.width());
        }
        self.bytes += (piece.sink.bytes(plan, piece.rows) + piece.mask.len()) as u64;
        plan.limits.check_array(self.bytes)?;
        self.sink.append(&mut piece.sink)?;
        append(&mut self.mask, &mut piece.mask)?;
        self.rows += piece.rows;
        for (rows, line, columns) in piece.ragged {
            let before = before + rows;
            if before < limit && (before >= self.wanted || self.ragged.listed.len() < LISTED) {
                self.ragged.listed.push((before, self.line + line + 1, columns));
            } else if before < limit {
                self.ragged.more += 1;
            }
        }
        if let (Some((rows, line)), Some(max)) = (piece.blank, self.settings.max_rows)
            && before + rows < limit
            && !self.is_warned
            && plan.style == Style::LoadTxt
        {
            self.is_warned = true;
            let line = self.line + line + 1;
            self.warn(&format!("line {line} holds no data and is not counted towards max_rows={max}"));
        }
        if is_full {
            return Ok(piece.sink);
        }
        if let Some(fault) = piece.error {
            return Err(fault.behind(self.line));
        }
        self.line += piece.lines;
        Ok(piece.sink)
    }

    /// Takes the cells of rows that were taken without.
    pub(crate) fn put(&mut self, mut cells: S) -> Result<()> {
        self.sink.append(&mut cells)
    }

    /// Gives away the rows that are wanted, with the mask if there is one; or those that there are if these are the last.
    ///
    /// What is wrong with them is told with them.
    pub(crate) fn give(&mut self, plan: &Plan<'_>) -> Result<(S, Vec<bool>, usize)> {
        let wanted = self.wanted;
        let rest = if self.rows > wanted { self.sink.split_off(plan, wanted) } else { S::new() };
        let rows = self.rows.min(wanted);
        let rest_of_mask = self.mask.split_off((rows * plan.width()).min(self.mask.len()));
        let mask = std::mem::replace(&mut self.mask, rest_of_mask);
        self.rows -= rows;
        self.gone += rows;
        let is_last = rows < wanted || self.room() == 0;
        self.tell_ragged(plan, if is_last { usize::MAX } else { rows })?;
        Ok((std::mem::replace(&mut self.sink, rest), mask, rows))
    }

    /// Says which rows before the last of so many had another number of columns: as an error, or a warning if they are to be skipped.
    fn tell_ragged(&mut self, plan: &Plan<'_>, rows: usize) -> Result<()> {
        let Ragged { mut listed, more } = std::mem::take(&mut self.ragged);
        let count = listed.partition_point(|(before, ..)| *before < rows);
        self.ragged.listed =
            listed.split_off(count).into_iter().map(|(at, line, n)| (at - rows, line, n)).collect();
        if count == 0 {
            return Ok(());
        }
        let more = more + count.saturating_sub(LISTED);
        let (expected, few) = match &plan.select {
            Select::All(count) => (counted(*count, "column"), ""),
            Select::Some(_) => ("the columns of `usecols`".to_owned(), "only "),
        };
        let lines =
            listed.iter().take(LISTED).map(|(_, line, count)| format!("\n    line {line} has {few}{count}"));
        let mut message = format!("expected {expected} in each row{}", lines.collect::<String>());
        if more > 0 {
            message.push_str(&["\n    and ", &counted(more, "more line")].concat());
        }
        if self.settings.invalid_raise {
            message += "\n`invalid_raise(false)` skips such lines; `usecols` takes the columns that all have";
            return Err(Error::custom(message));
        }
        self.warn(&format!("lines were skipped: {message}"));
        Ok(())
    }

    /// Warns, but not in a pass that only looks at the rows: the next one warns of the same.
    fn warn(&self, message: &str) {
        if S::HAS_ROWS {
            self.settings.warn(message);
        }
    }
}
