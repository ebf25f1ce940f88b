//! The heads of members, each read once and kept.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::NpzReader;
use crate::archive::index::sort_by_place;
use crate::archive::local::place_of_data;
use crate::error::{Error, ErrorKind, Result};
use crate::memory::{self, MEMBERS};
use crate::npz::member::{Head, LastHeader};
use crate::source::ReadAt;

/// So much of each header does not count against the limits.
const FREE_HEAD_BYTES: u64 = 1 << 10;

impl<R: ReadAt> NpzReader<R> {
    /// Reads the head of a member, once.
    pub(in crate::npz) fn head(&self, member: usize) -> Result<Option<Arc<Head>>> {
        let slot = self.heads.get(member).ok_or_else(|| Error::invalid("no such member"))?;
        if let Some(head) = slot.get() {
            return Ok(head.clone());
        }
        let entry = self.entry(member)?;
        let extent = place_of_data(&self.input, entry)?;
        let mut last = self.last_header.try_lock();
        let mut none = LastHeader::default();
        let last = last.as_deref_mut().unwrap_or(&mut none);
        let (head, bytes) = Head::read(&self.input, extent, &self.options.limits, last)?;
        // A plain header is as small as what the directory says of the member, which is not counted either.
        // They are in memory, so that a `usize` counts them; not every machine has larger atomics.
        let bytes = bytes.saturating_sub(FREE_HEAD_BYTES) as usize;
        let before = self.heads_bytes.fetch_add(bytes, Ordering::Relaxed);
        let allowed = self.options.limits.check_heads(before.saturating_add(bytes) as u64);
        let head = head.map(|head| Arc::new(head.with_blocks(entry.blocks.clone())));
        // Another thread may have read the same.
        if allowed.is_err() || slot.set(head.clone()).is_err() {
            self.heads_bytes.fetch_sub(bytes, Ordering::Relaxed);
            *last = LastHeader::default();
        }
        allowed.map(|()| head)
    }

    /// Reads the heads of all members in few reads. What is wrong with one is told by whoever wants it.
    pub(super) fn fetch_heads(&self) {
        if self.input.memory().is_some() {
            return;
        }
        let entries = &self.index.entries;
        // Without memory for it, each is read when it is wanted.
        let Ok(mut missing) = memory::collect(0..entries.len(), MEMBERS) else { return };
        missing.retain(|&i| {
            self.heads.get(i).is_some_and(|head| head.get().is_none()) && entries[i].fault.is_none()
        });
        sort_by_place(&mut missing, entries);
        let Ok(ranges) = memory::collect(missing.iter().map(|&i| entries[i].head_range()), MEMBERS) else {
            return;
        };
        self.input.will_need(ranges);
        for member in missing {
            // Of a source that is down, the next one would not come either.
            if self.head(member).is_err_and(|error| error.kind() == ErrorKind::Io) {
                break;
            }
        }
    }
}
