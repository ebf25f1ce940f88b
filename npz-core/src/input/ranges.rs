//! Several ranges of an input at once, each into its own place, past the windows: exactly the bytes that are wanted.

use super::Input;
use crate::error::Result;
use crate::memory;
use crate::run::Team;
use crate::source::{ReadAt, read_some_at};

/// A large range is read in parts of this size, by several threads.
const PART_BYTES: usize = 2 << 20;
/// A thread takes so many bytes at a time, or ranges: a read costs about as much as a KiB does.
const GROUP_BYTES: usize = 1 << 20;
const READ_COST: usize = 1 << 10;
/// Of a source that does not mind many small reads, and of one that does, such gaps are read.
const SMALL_GAP: usize = 4 << 10;
const LARGE_GAP: usize = 256 << 10;

/// Where some bytes lie, and where they are wanted.
pub(crate) type Wanted<'b> = (u64, &'b mut [u8]);

impl<S: ReadAt + ?Sized> Input<S> {
    /// So many bytes between two ranges are better read than left out.
    pub(crate) fn gap(&self) -> usize {
        match self.memory() {
            Some(_) => 0,
            None if self.likes_small_reads() => SMALL_GAP,
            None => (self.read_size / 256).clamp(SMALL_GAP, LARGE_GAP),
        }
    }

    /// Fills each buffer with the bytes from an offset on. They are known to be there; what is missing nevertheless is an
    /// error. By several threads where that pays.
    pub(crate) fn read_all(&self, wanted: Vec<Wanted<'_>>, team: &Team) -> Result<()> {
        let bytes: usize = wanted.iter().map(|(_, buffer)| buffer.len()).sum();
        let cost = bytes.saturating_add(wanted.len().saturating_mul(READ_COST));
        if self.memory().is_some() || cost < 2 * GROUP_BYTES || team.size() == 1 || !self.likes_small_reads()
        {
            if self.memory().is_none() && !self.likes_small_reads() {
                self.tell(&wanted);
            }
            return wanted.into_iter().try_for_each(|one| self.read_one(one, team));
        }
        let mut groups = Vec::new();
        let (mut group, mut cost) = (Vec::new(), 0);
        for (mut offset, mut rest) in wanted {
            while !rest.is_empty() {
                let (bytes, after) = rest.split_at_mut(rest.len().min(PART_BYTES));
                let len = bytes.len();
                memory::reserve(&mut group, 1, RANGES)?;
                group.push((offset, bytes));
                (offset, rest, cost) = (offset + len as u64, after, cost + len + READ_COST);
                if cost >= GROUP_BYTES {
                    memory::reserve(&mut groups, 1, RANGES)?;
                    groups.push((groups.len(), std::mem::take(&mut group)));
                    cost = 0;
                }
            }
        }
        memory::reserve(&mut groups, 1, RANGES)?;
        groups.push((groups.len(), group));
        let read = |group: Vec<Wanted<'_>>| group.into_iter().try_for_each(|one| self.read_one(one, team));
        team.in_parallel(groups, read).map(drop)
    }

    fn read_one(&self, (offset, buffer): Wanted<'_>, team: &Team) -> Result<()> {
        if self.memory().is_some() {
            self.read_exact(buffer, offset, "the cells")?;
            return team.meter().done(buffer.len() as u64);
        }
        let mut filled = 0;
        while filled < buffer.len() {
            let most = (buffer.len() - filled).min(self.read_size);
            match read_some_at(&self.source, &mut buffer[filled..filled + most], offset + filled as u64)? {
                0 => return Err(super::too_short("the cells", buffer.len(), filled).at(offset)),
                count => filled += count,
            }
        }
        team.meter().done(buffer.len() as u64)
    }

    /// Says what will be read; only advice, so it is not given where there is no memory for it.
    fn tell(&self, wanted: &[Wanted<'_>]) {
        let range = |(offset, buffer): &Wanted<'_>| *offset..offset.saturating_add(buffer.len() as u64);
        if let Ok(ranges) = memory::collect(wanted.iter().map(range), RANGES) {
            self.source.will_need(&ranges);
        }
    }
}

/// What is short of memory here.
const RANGES: &str = "list of ranges";
