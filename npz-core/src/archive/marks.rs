//! Looks for the signatures of records in a file, a piece at a time.

use crate::error::Result;
use crate::input::AnyInput;

const PIECE_BYTES: usize = 64 << 10;

/// What the records of an archive begin with, after `PK`: APPNOTE 4.3.
const KINDS: [[u8; 2]; 7] = [[3, 4], [7, 8], [1, 2], [5, 5], [6, 6], [6, 7], [5, 6]];

/// The last piece that was looked at.
pub(super) struct Marks<'a> {
    input: &'a AnyInput<'a>,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Marks<'a> {
    pub(super) fn new(input: &'a AnyInput<'a>) -> Self {
        Self { input, start: 0, bytes: Vec::new() }
    }

    /// The first signature from an offset on, and where it stands.
    pub(super) fn next(&mut self, mut from: u64) -> Result<Option<(u64, [u8; 4])>> {
        loop {
            let there = from.checked_sub(self.start).and_then(|skipped| self.bytes.get(skipped as usize..));
            let there = there.unwrap_or_default();
            let found = there.windows(4).enumerate().find_map(|(i, four)| {
                let is_mark = four.starts_with(b"PK") && KINDS.iter().any(|kind| four.ends_with(kind));
                is_mark.then(|| Some((i as u64, *four.first_chunk()?)))?
            });
            if let Some((skipped, mark)) = found {
                return Ok(Some((from + skipped, mark)));
            }
            // The last three bytes may begin one.
            let next = from + there.len().saturating_sub(3) as u64;
            if next.saturating_add(4) > self.input.size() {
                return Ok(None);
            }
            let bytes = self.input.read_up_to(next, PIECE_BYTES)?;
            if bytes.len() < 4 {
                return Ok(None);
            }
            (self.start, self.bytes, from) = (next, bytes, next);
        }
    }

    /// Whether one stands exactly here.
    pub(super) fn is_at(&self, offset: u64) -> Result<bool> {
        let four = self.input.read_up_to(offset, 4)?;
        Ok(four.starts_with(b"PK") && KINDS.iter().any(|kind| four.get(2..) == Some(kind)))
    }
}
