//! Where each member has to end, and which members can't lie where the directory says.
//!
//! As Python's zipfile, a reader gives the other members. One with an impossible place is never read: members that share bytes
//! let a small file claim terabytes.

use std::cmp::Ordering;

use crate::archive::index::Entry;
use crate::archive::own_header::{LOCAL_BYTES, is_there};
use crate::error::Result;
use crate::input::AnyInput;
use crate::memory;

const ADVICE: &str = "the file was damaged or made to mislead; its other members can be read by name";

/// Sorts numbers of members. The order is not known to the compiler, which would build a sort for each.
pub(crate) fn sort_members(members: &mut [usize], order: &dyn Fn(usize, usize) -> Ordering) {
    members.sort_unstable_by(|&a, &b| order(a, b));
}

/// Sorts members by where they are in the archive.
pub(crate) fn sort_by_place(members: &mut [usize], entries: &[Entry]) {
    sort_members(members, &|a, b| (entries[a].header_offset, a).cmp(&(entries[b].header_offset, b)));
}

/// Finds where each member has to end: where the next one begins, or the directory. Notes what is wrong with those that can't
/// end there.
///
/// Reads nothing, but of members that are in the way of others the headers, each once.
pub(super) fn set_ends(input: &AnyInput<'_>, entries: &mut [Entry], directory: u64) -> Result<()> {
    let mut order: Vec<usize> = memory::collect(0..entries.len(), "archive's directory")?;
    // Archives are in this order already, so this is linear in practice.
    sort_by_place(&mut order, entries);
    // Those that lie behind, the nearest last, each with whether it was seen that it lies there.
    let mut behind: Vec<(usize, bool)> = memory::with_room(entries.len(), "archive's directory")?;
    for &i in order.iter().rev() {
        let start = entries[i].header_offset;
        if start.saturating_add(LOCAL_BYTES) > directory {
            let fault = "the directory says that the member begins outside of the part of the file that holds members";
            entries[i].refuse_place(fault);
            continue;
        }
        let need = entries[i].compressed_size.saturating_add(LOCAL_BYTES);
        loop {
            let end = behind.last().map_or(directory, |&(next, _)| entries[next].header_offset);
            entries[i].end = end;
            if start.saturating_add(need) <= end {
                break;
            }
            if let Some((next, is_seen)) = behind.last_mut()
                && !std::mem::replace(is_seen, true)
                && !is_there(input, end, entries[*next].whole_name())?
            {
                let next = *next;
                entries[next]
                    .refuse_place("the directory says that the member begins where it has no header");
                behind.pop();
                continue;
            }
            entries[i].refuse_place(&format!(
                "the member needs {need} bytes in the archive, but the next member or the directory begins {} bytes \
                 after it",
                end - start
            ));
            break;
        }
        behind.push((i, false));
    }
    Ok(())
}

impl Entry {
    fn refuse_place(&mut self, why: &str) {
        self.fault = Some(format!("{why}; {ADVICE}").into());
    }
}
