//! Bytes of a piece whose window is not known while it is decoded: until it is, marks stand for them.

use super::stream::WINDOW;

/// From here on a cell is a mark: for the byte of the window that stands so far from its beginning.
const MARKS: usize = 256;

/// What a piece that begins in the middle of a stream takes for its window: a mark for each byte.
pub fn mark_window(window: &mut [u16]) {
    for (cell, mark) in window.iter_mut().zip(MARKS as u16..) {
        *cell = mark;
    }
}

/// What each cell stands for, once the window is known. There is one for every `u16`, so that none has to be checked.
pub struct Meaning(Box<[u8; 1 << 16]>);

impl Meaning {
    /// Of a window that is whole.
    pub fn new(window: &[u8; WINDOW]) -> Self {
        let mut meaning: Box<[u8; 1 << 16]> = bytemuck::allocation::zeroed_box();
        for (byte, place) in (0..=u8::MAX).zip(&mut meaning[..MARKS]) {
            *place = byte;
        }
        meaning[MARKS..MARKS + WINDOW].copy_from_slice(window);
        Self(meaning)
    }

    /// Puts bytes in place of cells; both are equally many.
    pub fn resolve(&self, cells: &[u16], bytes: &mut [u8]) {
        // Most cells are bytes: many at a time are seen to be.
        let (groups, rest) = cells.as_chunks::<32>();
        let (places, rest_places) = bytes.as_chunks_mut::<32>();
        for (group, places) in groups.iter().zip(places) {
            if group.iter().fold(0, |all, cell| all | cell) < MARKS as u16 {
                for (cell, place) in group.iter().zip(places) {
                    *place = *cell as u8;
                }
            } else {
                self.resolve_each(group, places);
            }
        }
        self.resolve_each(rest, rest_places);
    }

    fn resolve_each(&self, cells: &[u16], bytes: &mut [u8]) {
        for (cell, place) in cells.iter().zip(bytes) {
            *place = self.0[usize::from(*cell)];
        }
    }
}
