//! The last 64 KiB of a block in a ring, where a position of sixteen bits is an index that needs no check.

/// Words read at the last positions run over the ring's end, into a copy of its start.
const OVERLAP: usize = 8;
const SIZE: usize = 1 << 16;

/// An array on the heap that has never been on the stack, where a table would not fit.
pub(super) fn boxed<T: Copy, const N: usize>(value: T) -> Box<[T; N]> {
    match vec![value; N].into_boxed_slice().try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("the vector was made with the array's length"),
    }
}

/// The ring.
pub(super) struct Window {
    /// Where what it holds ends.
    end: usize,
    bytes: Box<[u8; SIZE + OVERLAP]>,
}

impl Default for Window {
    fn default() -> Self {
        Self { end: 0, bytes: boxed(0) }
    }
}

impl Window {
    /// Starts a block.
    pub(super) fn reset(&mut self) {
        self.end = 0;
    }

    /// Takes in what is missing of `block[..end]` and the few bytes behind that a word at the last position needs: zeros where the block has no
    /// more, so that nothing depends on what the ring held before.
    pub(super) fn load(&mut self, block: &[u8], end: usize) {
        let end = block.len().min(end + OVERLAP);
        if end <= self.end {
            return;
        }
        self.put(self.end, block.get(self.end..end).unwrap_or(&[]));
        self.put(end, &[0; OVERLAP]);
        self.bytes.copy_within(..OVERLAP, SIZE);
        self.end = end;
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        // Of more than the ring holds, only the last matters.
        let passed = bytes.len().saturating_sub(SIZE);
        let (at, bytes) = ((at + passed) % SIZE, &bytes[passed..]);
        let (first, rest) = bytes.split_at(bytes.len().min(SIZE - at));
        self.bytes[at..at + first.len()].copy_from_slice(first);
        self.bytes[..rest.len()].copy_from_slice(rest);
    }

    /// The eight bytes at a position modulo 64 Ki, the first lowest.
    #[inline]
    pub(super) fn word(&self, at: u16) -> u64 {
        let at = usize::from(at);
        match self.bytes[at..at + 8].first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::load8;
    use super::*;

    #[test]
    fn words_are_those_of_the_block() {
        let block: Vec<u8> = (0..200_003u32).map(|i| (i.wrapping_mul(0x9E37_79B1) >> 24) as u8).collect();
        let mut window = Window::default();
        let mut start = 0;
        while start < block.len() {
            let end = block.len().min(start + 3001);
            window.load(&block, end);
            for at in start.saturating_sub(32768)..end {
                assert_eq!(window.word(at as u16), load8(&block, at), "{at}");
            }
            start = end;
        }
    }
}
