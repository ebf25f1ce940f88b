//! An archive as a [`Medium`], and its members when they outlive the reader.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::names::key_of;
use super::reader::NpzReader;
use crate::archive::decode::{Data, with_data, with_prefix};
use crate::archive::index::Entry;
use crate::archive::raw::{Home, RawMember};
use crate::error::{Error, Result};
use crate::header::{Header, is_magic};
use crate::limits::Limits;
use crate::members::{Detached, Medium, ReadMember};
use crate::source::ReadAt;

impl<R: ReadAt> Medium for NpzReader<R> {
    fn find(&self, key: &str) -> Option<usize> {
        self.keys.find(key)
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        Box::new(
            self.keys
                .under(prefix)
                .filter(|&(_, m)| !self.index.entries.get(m).is_some_and(|e| e.name.ends_with('/'))),
        )
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        let entries = self.index.entries.iter().enumerate();
        // A folder's entry holds nothing that a type could want.
        let wanted = entries.filter(|(i, e)| !e.name.ends_with('/') && self.keys.is_reachable(*i, &e.name));
        Box::new(wanted.map(|(i, entry)| (i, key_of(&entry.name))))
    }

    fn header(&self, member: usize) -> Result<Option<Header>> {
        with_prefix(&self.source, self.entry(member)?, |data| {
            let mut start = Vec::new();
            let peeked = data.take(6).read_to_end(&mut start);
            peeked.map_err(|error| Error::io("can't read the member", error))?;
            if !is_magic(&start) {
                return Ok(None);
            }
            Header::read(&mut start.chain(data), &self.options.limits).map(Some)
        })
    }

    fn read(&self, member: usize, read: &mut ReadMember<'_>) -> Result<()> {
        let entry = self.entry(member)?;
        read_entry(entry, &self.options.limits, read, |read| with_data(&self.source, entry, read))
    }

    fn limits(&self) -> Limits {
        self.options.limits
    }

    fn detach(&self, member: usize) -> Result<Arc<dyn Detached>> {
        let entry = self.entry(member)?;
        let member = match self.shared()? {
            Some(home) => RawMember::new(home, entry.clone()),
            None => RawMember::copied(&self.source, entry)?,
        };
        Ok(Arc::new(DetachedMember { member, limits: self.options.limits }))
    }
}

impl<R: ReadAt> NpzReader<R> {
    /// The source for members that outlive this reader: one handle for all of them.
    fn shared(&self) -> Result<Option<Arc<Home>>> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared.clone());
        }
        let source = self.source.share();
        let source =
            source.map_err(|error| Error::io("can't keep the file open for a `Lazy` value", error))?;
        let home = source.map(|source| Arc::new(Home { source, path: self.path.clone() }));
        Ok(self.shared.get_or_init(|| home).clone())
    }
}

struct DetachedMember {
    member: RawMember,
    limits: Limits,
}

impl Detached for DetachedMember {
    fn read(&self, read: &mut ReadMember<'_>) -> Result<()> {
        read_entry(self.member.entry(), &self.limits, read, |read| self.member.with_data(read))
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn path(&self) -> Option<&Path> {
        self.member.path()
    }

    fn raw(&self) -> Option<&RawMember> {
        Some(&self.member)
    }
}

/// Reads a member within limits, with the number of bytes that it is proved to have.
fn read_entry(
    entry: &Entry,
    limits: &Limits,
    read: &mut ReadMember<'_>,
    with_data: impl FnOnce(&mut dyn FnMut(&mut Data<'_>) -> Result<()>) -> Result<()>,
) -> Result<()> {
    limits.check_member(entry.size)?;
    let proven = entry.proven_size()?;
    with_data(&mut |data| read(data, proven))
}
