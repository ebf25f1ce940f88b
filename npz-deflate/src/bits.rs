//! Bits into bytes, the least significant first, as RFC 1951 packs them.
#![expect(clippy::inline_always, reason = "a call for each symbol would take half the speed")]

/// A buffer that bits are appended to. Room is made beforehand (`reserve`), so that adding is a shift and a store.
#[derive(Default)]
pub(super) struct BitWriter {
    /// Longer than what is written: the bytes from `len` on are not looked at.
    bytes: Vec<u8>,
    len: usize,
    /// Bits that make no whole byte yet, after `flush` fewer than 8.
    held: u64,
    count: u32,
    /// Where the last sub-block begins.
    head: Option<u64>,
}

/// A place in what was written.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    len: usize,
    held: u64,
    count: u32,
    head: Option<u64>,
}

impl Mark {
    pub(super) fn position(&self) -> u64 {
        self.len as u64 * 8 + u64::from(self.count)
    }
}

impl BitWriter {
    /// Begins anew, with room for so many bytes; `false` where there is no memory for them.
    pub(super) fn start(&mut self, room: usize) -> bool {
        (self.len, self.held, self.count, self.head) = (0, 0, 0, None);
        // A store is 8 bytes wide, wherever the last bit comes to lie.
        let needed = room + 8;
        if self.bytes.len() < needed {
            // The system gives zeros page by page, as they are needed: most blocks take less than there is room for.
            self.bytes = Vec::new();
            match bytemuck::allocation::try_zeroed_vec(needed) {
                Ok(bytes) => self.bytes = bytes,
                Err(()) => return false,
            }
        }
        true
    }

    /// Adds bits: at most 56 between two calls of `flush`. Those above `count` are zero.
    #[inline(always)]
    pub(super) fn add(&mut self, bits: u64, count: u32) {
        debug_assert!(self.count + count < 64 && bits >> count == 0);
        self.held |= bits << self.count;
        self.count += count;
    }

    /// Adds at most 24 bits that stand below their number.
    #[inline(always)]
    pub(super) fn add_packed(&mut self, packed: u32) {
        self.add(u64::from(packed & 0xFF_FFFF), packed >> 24);
    }

    /// Moves the whole bytes to the buffer.
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        if let Some(slot) = self.bytes.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            *slot = self.held.to_le_bytes();
        }
        self.len += (self.count >> 3) as usize;
        self.held >>= self.count & !7;
        self.count &= 7;
    }

    /// Begins a sub-block of one of deflate's three kinds: stored, fixed codes, its own.
    pub(super) fn begin_block(&mut self, kind: u64) {
        self.head = Some(self.position());
        self.add(kind << 1, 3);
    }

    /// Ends the stream: its last sub-block says so; of nothing an empty one is made.
    pub(super) fn finish(&mut self) {
        if self.head.is_none() {
            self.begin_block(1);
            self.add(0, 7);
        }
        self.align();
        if let Some(head) = self.head
            && let Some(byte) = self.bytes.get_mut((head / 8) as usize)
        {
            *byte |= 1 << (head % 8);
        }
    }

    /// Adds zeros up to the next byte.
    pub(super) fn align(&mut self) {
        self.count = self.count.next_multiple_of(8);
        self.flush();
    }

    /// Adds whole bytes, behind `align`.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.count, 0);
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// How many bits were added since the start.
    pub(super) fn position(&self) -> u64 {
        self.len as u64 * 8 + u64::from(self.count)
    }

    /// What was written, behind `align`.
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The place that `back_to` returns to.
    pub(super) fn mark(&self) -> Mark {
        Mark { len: self.len, held: self.held, count: self.count, head: self.head }
    }

    /// Forgets what was written since.
    pub(super) fn back_to(&mut self, mark: Mark) {
        (self.len, self.held, self.count, self.head) = (mark.len, mark.held, mark.count, mark.head);
    }

    /// The state behind `flush` in the hands of a loop, so that it lives in registers.
    #[inline(always)]
    pub(super) fn parts(&mut self) -> (&mut [u8], &mut usize, &mut u64, &mut u32) {
        debug_assert!(self.count < 8);
        (&mut self.bytes, &mut self.len, &mut self.held, &mut self.count)
    }
}
