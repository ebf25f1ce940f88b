//! Numbers that are read straight into the result, which has room for as many as its text should have: each piece into a slot that
//! is its own.
//!
//! What is read elsewhere first is copied by one thread, out of the cache of another, and the system clears the pages of the whole
//! result for that one alone. Measured on 8 million cells: 6 to 9 % less time by one thread, 2 to 3 % for texts with 18 places, and the
//! same or more by two.

use std::borrow::Cow;
use std::ops::Range;

use crate::head::count;
use crate::number::Number;
use crate::plan::{BadCell, Plan};
use crate::sink::Sink;

/// Room for the rows of a text of known length, of which the first piece tells how long they are; `None` where memory is short.
///
/// Rows that turn out to be shorter have no room, longer ones leave some: it is never touched, so it costs nothing. The text itself
/// bounds it, as a cell and what ends it take two bytes.
pub(crate) fn room<T: Number>(len: u64, first: &[u8], width: usize) -> Option<Vec<T>> {
    // The last line may have no end.
    let lines = (count(first) as u128 + 1) * u128::from(len) / first.len().max(1) as u128;
    let cells = u64::try_from(lines).ok()?.checked_mul(width as u64)?;
    // Rows may be somewhat shorter than in the first piece.
    let cells = cells.saturating_add(cells / 8).min(len / 2 + 1);
    bytemuck::allocation::try_zeroed_vec(usize::try_from(cells).ok()?).ok()
}

/// The room that no piece has yet, and the number of columns.
pub(crate) struct Room<'r, T> {
    pub(crate) rest: &'r mut [T],
    pub(crate) width: usize,
}

impl<'r, T> Room<'r, T> {
    /// The slot for a piece, long enough as a row takes a line; `None` if there is not so much room.
    pub(crate) fn slot(&mut self, text: &[u8]) -> Option<Slot<'r, T>> {
        // The last line may have no end.
        let rows = count(text) + usize::from(!text.ends_with(b"\n"));
        let (cells, rest) =
            std::mem::take(&mut self.rest).split_at_mut_checked(rows.checked_mul(self.width)?)?;
        self.rest = rest;
        Some(Slot { cells, len: 0 })
    }
}

/// Where the cells of a piece go.
pub(crate) struct Slot<'r, T> {
    cells: &'r mut [T],
    /// How many there are.
    len: usize,
}

impl<T: Number> Sink for Slot<'_, T> {
    fn row(&mut self, plan: &Plan<'_>, fields: &[Cow<'_, str>]) -> Result<(), BadCell> {
        let cells = &mut self.cells[self.len..][..fields.len()];
        for (column, (text, cell)) in fields.iter().zip(cells).enumerate() {
            let number = plan.number_of(column, text);
            *cell = number.map_err(|fault| BadCell { column, text: text.to_string(), fault })?;
        }
        self.len += fields.len();
        Ok(())
    }

    fn plain(&mut self, plan: &Plan<'_>, text: &[u8], most: usize) -> (usize, usize) {
        let Some(fast) = plan.plain else { return (0, 0) };
        let mut cells = self.cells[self.len..].iter_mut();
        let (len, rows) = fast.rows(text, (most, plan.width()), plan.limits.line_bytes, |_, text| {
            let (value, len) = T::plain(text)?;
            *cells.next()? = value;
            Some(len)
        });
        self.len += rows * plan.width();
        (len, rows)
    }
}

/// Which parts of the room were filled, in their order.
#[derive(Default)]
pub(crate) struct Filled {
    parts: Vec<Range<usize>>,
    /// Where the slots end that were taken.
    end: usize,
}

impl Filled {
    /// Takes the next slot.
    pub(crate) fn take<T>(&mut self, slot: &Slot<'_, T>) {
        let part = self.end..self.end + slot.len;
        self.end += slot.cells.len();
        match self.parts.last_mut() {
            Some(last) if last.end == part.start => last.end = part.end,
            _ => self.parts.push(part),
        }
    }

    /// Closes the gaps that lines without data leave, and gives back the room behind.
    pub(crate) fn close<T: Copy>(self, cells: &mut Vec<T>) {
        let mut end = 0;
        for part in self.parts {
            let len = part.len();
            if part.start > end {
                cells.copy_within(part, end);
            }
            end += len;
        }
        cells.truncate(end);
        cells.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(len: u64, first: &str, width: usize) -> Option<usize> {
        room::<f64>(len, first.as_bytes(), width).map(|cells| cells.len())
    }

    #[test]
    fn there_is_room_for_what_the_text_can_hold() {
        let first = "1.25 1.25\n".repeat(100);
        // 10,000 rows, and some.
        let found = cells(100_000, &first, 2).unwrap();
        assert!((20_000..25_000).contains(&found), "{found}");
        // Lines without data do not make it more than one cell for each two bytes, which hold no more.
        let first = "1 ".repeat(500) + &"\n".repeat(10_000);
        assert_eq!(cells(1_000_000, &first, 500), Some(500_001));
        assert_eq!(cells(u64::MAX, &first, usize::MAX), None);
    }
}
