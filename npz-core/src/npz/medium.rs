//! An archive as a [`Medium`], and its members as arrays.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::names::key_of;
use super::reader::NpzReader;
use crate::archive::decode::{Data, Seen, with_data, with_part, with_prefix};
use crate::error::{Error, Result};
use crate::header::{Header, is_magic};
use crate::input::{AnyInput, Input, KeptInput};
use crate::limits::Limits;
use crate::members::Medium;
use crate::memory;
use crate::npy::cut_off;
use crate::source::ReadAt;
use crate::stored::{Extent, PIECE_BYTES, Packed, Stored, cells_a_piece};

/// What is known of an array in an archive once its head was read: the member's own header, and that of the array.
pub(super) struct Head {
    extent: Extent,
    header: Header,
    /// The bytes of the array's header, which count in the checksum of the member.
    seen: Seen,
}

impl Head {
    /// Reads the header of the array, `None` where the member is none.
    pub(super) fn read(input: &AnyInput<'_>, extent: Extent, limits: &Limits) -> Result<Option<Self>> {
        with_prefix(input, &extent, |data| {
            let mut start = [0; 6];
            let there = (extent.size as usize).min(start.len());
            data.fill(&mut start[..there])?;
            if !is_magic(&start) {
                return Ok(None);
            }
            let header = Header::read_behind_magic(data, limits)?;
            Ok(Some(Self { extent, header, seen: data.seen() }))
        })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }
}

/// An array in an archive, while its reader is there or beyond.
struct ArchiveArray<'s> {
    source: Source<'s>,
    head: Arc<Head>,
    /// For messages.
    name: Cow<'s, str>,
}

/// Where the bytes of an archive come from.
enum Source<'s> {
    OfReader(&'s AnyInput<'s>),
    Kept(Arc<KeptInput>),
}

impl ArchiveArray<'_> {
    fn input(&self) -> &AnyInput<'_> {
        match &self.source {
            Source::OfReader(input) => input,
            Source::Kept(input) => input,
        }
    }

    /// Lets `read` have the cells; all of the member is verified.
    fn with_cells<T>(&self, read: impl FnOnce(&mut Data<'_>) -> Result<T>) -> Result<T> {
        let Head { extent, seen, .. } = &*self.head;
        with_data(self.input(), extent, *seen, |data| {
            data.skip(seen.len)?;
            read(data)
        })
    }
}

impl Stored for ArchiveArray<'_> {
    fn header(&self) -> &Header {
        &self.head.header
    }

    fn region(&self) -> Option<&[u8]> {
        let Head { extent, seen, header } = &*self.head;
        let start = usize::try_from(extent.start + seen.len).ok().filter(|_| extent.is_stored())?;
        self.input().memory()?.get(start..)?.get(..usize::try_from(header.data_len()).ok()?)
    }

    /// Of a deflated member all cells before those are inflated too.
    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let Head { extent, seen, .. } = &*self.head;
        let before = seen.len.saturating_add((cells.start as u64).saturating_mul(self.item_size() as u64));
        if extent.is_stored() {
            let start = extent.start.saturating_add(before);
            let end = start.saturating_add(buffer.len() as u64);
            if end > extent.range().end {
                return Err(cut_off(self.header(), extent.size.saturating_sub(seen.len)));
            }
            return self.input().read_exact(buffer, start, "the cells");
        }
        with_part(self.input(), extent, |data| {
            data.skip(before)?;
            data.fill(buffer)
        })
    }

    fn fill(&self, buffer: &mut [u8], then: &mut dyn FnMut(&mut [u8])) -> Result<()> {
        let piece = cells_a_piece(self.item_size()) * self.item_size().max(1);
        self.with_cells(|data| {
            // As much at once as the source likes, whole pieces for what comes then.
            let most = (self.input().chunk(buffer.len() as u64) / piece).max(1) * piece;
            for part in buffer.chunks_mut(most) {
                data.fill(part)?;
                part.chunks_mut(piece).for_each(&mut *then);
            }
            Ok(())
        })
    }

    fn stream(&self, put: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let item_size = self.item_size();
        let mut left = if item_size == 0 { 0 } else { self.header().data_len() };
        // From a source that likes large reads, they are large here too.
        let chunk = self.input().chunk(MOST_STREAMED).max(PIECE_BYTES);
        let most = (chunk / item_size.max(1)).max(1) * item_size;
        let is_proven = self.available().is_some();
        let mut piece = Vec::new();
        self.with_cells(|data| {
            while left > 0 {
                let len = left.min(most as u64) as usize;
                piece.clear();
                while piece.len() < len {
                    // A single cell may be huge: memory grows with what arrives.
                    let start = piece.len();
                    let next = if is_proven { len } else { len.min(PIECE_BYTES.max(2 * start)) };
                    let reserved = piece.try_reserve_exact(next - start);
                    reserved.map_err(|_| Error::no_memory(len as u64, "array"))?;
                    piece.resize(next, 0);
                    data.fill(&mut piece[start..])?;
                }
                put(&piece)?;
                left -= len as u64;
            }
            Ok(())
        })
    }

    fn available(&self) -> Option<u64> {
        let Head { extent, seen, .. } = &*self.head;
        extent.is_proven().then(|| extent.size.saturating_sub(seen.len))
    }

    fn size(&self) -> u64 {
        self.head.extent.size.saturating_sub(self.head.seen.len)
    }

    fn extent(&self) -> Option<Extent> {
        Some(self.head.extent)
    }

    fn packed(&self) -> Option<Packed<'_>> {
        let Head { extent, seen, .. } = &*self.head;
        Some(Packed { input: self.input(), extent: *extent, prefix: seen.len, name: &self.name })
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let name = Cow::Owned(self.name.clone().into_owned());
        let (input, head) = match self.input().keep()? {
            Some(input) => (input, Arc::clone(&self.head)),
            None => {
                // Copied, compressed as it is, with the member's own header.
                let Head { extent, seen, header } = &*self.head;
                let range = extent.header_start..extent.range().end;
                let bytes = self.input().copy(range)?;
                let start = extent.start - extent.header_start;
                let extent = Extent { header_start: 0, start, ..*extent };
                let head = Arc::new(Head { extent, seen: *seen, header: header.clone() });
                let input: Arc<KeptInput> = Arc::new(Input::new(bytes, self.input().path().cloned())?);
                (input, head)
            }
        };
        Ok(Arc::new(ArchiveArray { source: Source::Kept(input), head, name }))
    }
}

/// Pieces that are handed on to be converted are not larger, whatever the source likes.
const MOST_STREAMED: u64 = 16 << 20;

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

    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        let Some(head) = self.head(member)? else { return Ok(None) };
        let name = Cow::Borrowed(key_of(&self.entry(member)?.name));
        Ok(Some(Arc::new(ArchiveArray { source: Source::OfReader(&self.input), head, name })))
    }

    fn limits(&self) -> Limits {
        self.options.limits
    }

    fn will_need(&self, extents: Vec<Extent>) {
        // Only advice: without the memory for it, it is not given.
        if let Ok(ranges) = memory::collect(extents.iter().map(Extent::range), "ranges") {
            self.input.will_need(ranges);
        }
    }

    fn path(&self) -> Option<&Path> {
        self.input.path().map(|path| &**path)
    }
}
