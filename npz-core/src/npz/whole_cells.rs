//! Bytes of a member as they come, handed on as pieces of whole cells.

use crate::error::Result;
use crate::memory;
use crate::stored::{Put, cells_a_piece};

/// Takes the bytes of a member from the first one on.
pub(super) struct WholeCells<'p> {
    /// How many bytes were taken, and where the cells begin and end that are wanted.
    at: u64,
    start: u64,
    end: u64,
    item_size: usize,
    /// The beginning of a cell whose end has not come yet: memory grows with what arrives, as a single cell may be huge.
    begun: Vec<u8>,
    put: &'p mut Put<'p>,
}

impl<'p> WholeCells<'p> {
    /// Hands on the cells that begin at a place and take so many bytes.
    pub(super) fn new(start: u64, len: u64, item_size: usize, put: &'p mut Put<'p>) -> Self {
        let end = start.saturating_add(len);
        Self { at: 0, start, end, item_size: item_size.max(1), begun: Vec::new(), put }
    }

    /// The byte that it has to take next, where those before the cells are left out.
    pub(super) fn next(&mut self) -> u64 {
        self.at = self.at.max(self.start);
        self.at
    }

    /// Where the cells end.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    pub(super) fn are_complete(&self) -> bool {
        self.at >= self.end
    }

    /// Takes the bytes that come next, which may go on behind the cells.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let next = self.at + bytes.len() as u64;
        let place = |at: u64| at.clamp(self.at, next) - self.at;
        let mut cells = &bytes[place(self.start) as usize..place(self.end).max(place(self.start)) as usize];
        self.at = next;
        if !self.begun.is_empty() {
            let (here, behind) = cells.split_at((self.item_size - self.begun.len()).min(cells.len()));
            memory::append(&mut self.begun, here, "array")?;
            if self.begun.len() < self.item_size {
                return Ok(());
            }
            (self.put)(&self.begun)?;
            self.begun.clear();
            cells = behind;
        }
        let (whole, begun) = cells.split_at(cells.len() / self.item_size * self.item_size);
        whole.chunks(cells_a_piece(self.item_size) * self.item_size).try_for_each(&mut self.put)?;
        memory::append(&mut self.begun, begun, "array")
    }
}
