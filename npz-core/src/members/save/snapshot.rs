//! A copy of what a value pushed, to be written while the value changes.

use std::ops::Range;
use std::sync::Arc;

use crate::archive::Compression;
use crate::error::Result;
use crate::header::Header;
use crate::members::save::collect::{Member, Members};
use crate::memory::{self, MEMBERS};
use crate::run::{Team, Threads};
use crate::stored::{Stored, copied, copy_range};

/// Members, copied in their stored form into memory that the next snapshot uses again.
#[derive(Default)]
pub(crate) struct Snapshot(Vec<Kept>);

struct Kept {
    name: String,
    is_root: bool,
    compression: Option<Compression>,
    array: Copy,
}

enum Copy {
    Cells(Arc<Cells>),
    /// What was loaded unread lies in a file, which does not change.
    Unread(Arc<dyn Stored>),
}

struct Cells {
    header: Header,
    bytes: Vec<u8>,
}

impl Snapshot {
    /// Copies members, each over the one of the same place.
    pub(crate) fn take(self, members: &Members<'_>) -> Result<Self> {
        let mut list = memory::with_room(members.len(), MEMBERS)?;
        let mut old = self.0.into_iter();
        for member in members.as_slice() {
            let old = old.next();
            let array = match &member.array {
                unread if unread.packed().is_some() => Copy::Unread(unread.keep()?),
                array => Copy::Cells(Arc::new(Cells {
                    header: array.header().clone(),
                    bytes: copy(&**array, old.and_then(Kept::into_memory).unwrap_or_default())
                        .map_err(|error| error.in_member(&member.name))?,
                })),
            };
            let (name, is_root, compression) = (member.name.clone(), member.is_root, member.compression);
            list.push(Kept { name, is_root, compression, array });
        }
        Ok(Self(list))
    }

    /// The copies, to be written.
    pub(crate) fn members(&self) -> Result<Members<'static>> {
        let members = self.0.iter().map(|kept| Member {
            name: kept.name.clone(),
            is_root: kept.is_root,
            is_sign: false,
            compression: kept.compression,
            array: match &kept.array {
                Copy::Cells(cells) => Arc::clone(cells) as Arc<dyn Stored>,
                Copy::Unread(array) => Arc::clone(array),
            },
        });
        Ok(Members::of(memory::collect(members, MEMBERS)?))
    }
}

impl Kept {
    fn into_memory(self) -> Option<Vec<u8>> {
        match self.array {
            Copy::Cells(cells) => Arc::into_inner(cells).map(|cells| cells.bytes),
            Copy::Unread(_) => None,
        }
    }
}

/// The bytes of an array, in memory that is there if it is enough.
fn copy(array: &dyn Stored, mut memory: Vec<u8>) -> Result<Vec<u8>> {
    let len = usize::try_from(array.header().data_len()).unwrap_or(usize::MAX);
    if memory.capacity() < len {
        // Not both at a time.
        drop(memory);
        memory = memory::with_room(len, "copy of the array")?;
    }
    if let Some(bytes) = array.region() {
        memory.clear();
        memory.extend_from_slice(bytes);
    } else {
        memory::resize(&mut memory, len, "copy of the array")?;
        array.fill(&mut memory, &Team::new(Threads::ONE), &|_| {})?;
    }
    Ok(memory)
}

impl Stored for Cells {
    fn header(&self) -> &Header {
        &self.header
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        copy_range(&self.bytes, self.item_size(), cells, buffer)
    }

    fn region(&self) -> Option<&[u8]> {
        Some(&self.bytes)
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        Ok(Arc::new(Self { header: self.header.clone(), bytes: copied(self)? }))
    }
}
