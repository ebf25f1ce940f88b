//! A member of an archive as an array.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::whole_cells::WholeCells;
use crate::archive::Method;
use crate::archive::block_index::BlockIndex;
use crate::archive::decode::{Data, MOST_CHUNK, Seen, with_data, with_part, with_prefix};
#[cfg(feature = "inflate")]
use crate::archive::divide::{Divided, Points, Target};
use crate::archive::in_turn::has_own_header;
use crate::archive::parts::fill_in_parts;
use crate::archive::shared::Shared;
use crate::archive::unblock::Blocks;
use crate::cells::cut_off;
use crate::error::{Error, ErrorKind, Result};
use crate::header::{Header, is_magic};
use crate::input::{AnyInput, Input, KeptInput, Wanted};
use crate::limits::Limits;
use crate::memory;
use crate::run::{Team, Threads};
use crate::stored::{Extent, InBlocks, PIECE_BYTES, Packed, Put, Stored, Then, cells_a_piece, places};

/// A member that is no array.
pub(super) fn no_array(expected: &str) -> Error {
    Error::new(ErrorKind::Mismatch, format!("expected {expected}, found other bytes; read it with `bytes`"))
}

/// What is known of an array in an archive once its head was read: the member's own header, and that of the array.
pub(super) struct Head {
    extent: Extent,
    header: Arc<Header>,
    /// The bytes of the array's header, which count in the checksum of the member.
    seen: Seen,
    /// Where its blocks lie, if it has some that are known.
    blocks: Option<Arc<BlockIndex>>,
    /// Where it can be entered, if it has no blocks: known from parts that were read before.
    #[cfg(feature = "inflate")]
    points: Points,
}

/// The header that was read last, as it lies in the file and as it is understood. Most members of an archive with many
/// have the same.
#[derive(Default)]
pub(super) struct LastHeader {
    bytes: Vec<u8>,
    header: Option<Arc<Header>>,
}

impl LastHeader {
    /// Understands a header; gives what it takes in memory, 0 where it is that of the last one.
    fn parse(&mut self, bytes: &[u8], limits: &Limits) -> Result<(Arc<Header>, u64)> {
        if let Some(header) = self.header.as_ref().filter(|_| self.bytes == bytes) {
            return Ok((Arc::clone(header), 0));
        }
        let header = Arc::new(Header::parse(bytes, limits)?);
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.header = Some(Arc::clone(&header));
        let memory = header.memory();
        Ok((header, memory))
    }
}

impl Head {
    /// Reads the header of the array, `None` where the member is none; and tells what it takes in memory.
    pub(super) fn read(
        input: &AnyInput<'_>,
        extent: Extent,
        limits: &Limits,
        last: &mut LastHeader,
    ) -> Result<(Option<Self>, u64)> {
        with_prefix(input, &extent, |data| {
            let bytes = Header::collect(data, limits)?;
            if !is_magic(&bytes) {
                return Ok((None, 0));
            }
            let (header, memory) = last.parse(&bytes, limits)?;
            Ok((Some(Self::new(extent, header, data.seen(), None)), memory))
        })
    }

    fn new(extent: Extent, header: Arc<Header>, seen: Seen, blocks: Option<Arc<BlockIndex>>) -> Self {
        Self {
            extent,
            header,
            seen,
            blocks,
            #[cfg(feature = "inflate")]
            points: Points::default(),
        }
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Where the cells lie in the archive as they are, or why they don't.
    pub(super) fn cells(&self) -> Result<Range<u64>, &'static str> {
        if !self.extent.is_stored() {
            return Err("it is compressed");
        }
        let start = self.extent.start.saturating_add(self.seen.len);
        let end = start.saturating_add(self.header.data_len());
        if end > self.extent.range().end {
            return Err("its data are cut off");
        }
        Ok(start..end)
    }

    pub(super) fn with_blocks(self, blocks: Option<Arc<BlockIndex>>) -> Self {
        Self { blocks, ..self }
    }
}

/// An array in an archive, while its reader is there or beyond.
pub(super) struct ArchiveArray<'s> {
    pub(super) source: Source<'s>,
    pub(super) head: Arc<Head>,
    /// For messages.
    pub(super) name: Cow<'s, str>,
}

/// Where the bytes of an archive come from.
pub(super) enum Source<'s> {
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

    /// Fills buffers with bytes of the member, by blocks. Where they are all of its bytes, gives their checksum.
    ///
    /// `None` is no verdict: there are no blocks, or something is wrong with them. Who reads the member as one stream is told
    /// what.
    fn read_blocks(&self, wanted: Vec<Wanted<'_>>, team: &Team) -> Result<Option<u32>> {
        let Head { extent, blocks, .. } = &*self.head;
        let Some(index) = blocks.as_deref() else { return Ok(None) };
        let blocks = Blocks::new(self.input(), extent, index, team);
        match blocks.read(wanted) {
            Err(error) if error.is_no_memory() => Err(error),
            read => Ok(read.ok().flatten()),
        }
    }

    /// Fills buffers with bytes of a member that another writer deflated. A part of it is read from the nearest point on that is known.
    ///
    /// `None` is no verdict, as in [`read_blocks`](Self::read_blocks).
    #[cfg(feature = "inflate")]
    fn read_stream(&self, wanted: Vec<Wanted<'_>>, is_whole: bool, team: &Team) -> Result<Option<u32>> {
        let Head { extent, seen, points, .. } = &*self.head;
        if Method::from_number(extent.method) != Method::Deflate {
            return Ok(None);
        }
        let divided = Divided::new(self.input(), extent, team);
        if is_whole && !divided.pays() {
            return Ok(None);
        }
        match divided.read(Target::Buffers(wanted.into()), *seen, (!is_whole).then_some(points)) {
            Err(error) if error.is_no_memory() => Err(error),
            read => Ok(read.ok().flatten()),
        }
    }

    #[cfg(not(feature = "inflate"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it stands for the one above")]
    fn read_stream(&self, _: Vec<Wanted<'_>>, _: bool, _: &Team) -> Result<Option<u32>> {
        Ok(None)
    }

    /// Hands out cells as a team comes by them; all of the member is verified, or what is before them. `false` is no verdict, as in
    /// [`read_blocks`](Self::read_blocks).
    fn stream_shared(&self, is_whole: bool, team: &Team, cells: &mut WholeCells<'_>) -> Result<bool> {
        let Head { extent, blocks, .. } = &*self.head;
        let end = if is_whole { extent.size } else { cells.end().min(extent.size) };
        let shared = Shared { input: self.input(), extent, blocks: blocks.as_deref(), team };
        let found = shared.stream(end, &mut |bytes| cells.take(bytes))?;
        Ok(found.is_some_and(|crc32| !is_whole || crc32 == extent.crc32) && cells.are_complete())
    }

    /// Hands out the cells that were not handed out yet.
    fn stream_rest(&self, data: &mut Data<'_>, mut cells: WholeCells<'_>, team: &Team) -> Result<()> {
        data.skip(cells.next())?;
        // From a source that likes large reads, they are large here too; of what is inflated, the compressed bytes are.
        let most = if self.head.extent.is_stored() { MOST_CHUNK } else { PIECE_BYTES as u64 };
        let most = self.input().chunk(most).max(PIECE_BYTES) as u64;
        let mut piece = Vec::new();
        while !cells.are_complete() {
            let len = most.min(cells.end() - cells.next()) as usize;
            memory::resize(&mut piece, len, "array")?;
            data.fill(&mut piece[..len])?;
            cells.take(&piece[..len])?;
            team.meter().done(len as u64)?;
        }
        Ok(())
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
        let Range { start, end } = self.head.cells().ok()?;
        self.input().memory()?.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// Of a deflated member all cells before those are inflated too, in their block if it has some.
    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let Head { extent, seen, .. } = &*self.head;
        let before = seen.len.saturating_add((cells.start as u64).saturating_mul(self.item_size() as u64));
        if !extent.is_stored() {
            let team = Team::new(Threads::ONE);
            if self.read_blocks(vec![(before, &mut *buffer)], &team)?.is_some()
                || self.read_stream(vec![(before, &mut *buffer)], false, &team)?.is_some()
            {
                return Ok(());
            }
            return with_part(self.input(), extent, |data| {
                data.skip(before)?;
                data.fill(buffer)
            });
        }
        let start = extent.start.saturating_add(before);
        if start.saturating_add(buffer.len() as u64) > extent.range().end {
            return Err(cut_off(self.header(), extent.size.saturating_sub(seen.len)));
        }
        self.input().read_exact(buffer, start, "the cells")
    }

    fn has_ranges(&self) -> bool {
        self.head.extent.is_stored() || self.head.blocks.is_some()
    }

    fn has_points(&self) -> bool {
        let is_stream =
            cfg!(feature = "inflate") && Method::from_number(self.head.extent.method) == Method::Deflate;
        self.has_ranges() || (is_stream && self.input().likes_small_reads())
    }

    fn gap(&self) -> usize {
        if self.head.extent.is_stored() { self.input().gap() } else { 0 }
    }

    fn read_ranges(&self, ranges: &[Range<usize>], buffer: &mut [u8], team: &Team) -> Result<()> {
        let Head { extent, seen, .. } = &*self.head;
        let item_size = self.item_size();
        let before = |cell: usize| seen.len.saturating_add((cell as u64).saturating_mul(item_size as u64));
        let last = ranges.last().map_or(0, |cells| before(cells.end));
        if last > extent.size {
            return Err(cut_off(self.header(), extent.size.saturating_sub(seen.len)));
        }
        // Of a stored member in the file, else in what comes out of it.
        let start = if extent.is_stored() { extent.start } else { 0 };
        let wanted = places(ranges, buffer, item_size, |cell| start.saturating_add(before(cell)))?;
        if extent.is_stored() {
            return self.input().read_all(wanted, team);
        }
        if self.read_blocks(wanted, team)?.is_some() {
            return Ok(());
        }
        let wanted = places(ranges, buffer, item_size, before)?;
        if self.read_stream(wanted, false, team)?.is_some() {
            return Ok(());
        }
        with_part(self.input(), extent, |data| {
            places(ranges, buffer, item_size, before)?.into_iter().try_for_each(|(at, bytes)| {
                data.skip(at)?;
                data.fill(bytes)
            })
        })
    }

    fn stream_to(&self, end: usize, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let len = (end as u64).saturating_mul(self.item_size() as u64).min(self.header().data_len());
        let mut cells = WholeCells::new(self.head.seen.len, len, self.item_size(), put);
        if self.stream_shared(false, team, &mut cells)? {
            return Ok(());
        }
        with_part(self.input(), &self.head.extent, |data| self.stream_rest(data, cells, team))
    }

    fn fill(&self, buffer: &mut [u8], team: &Team, then: &Then<'_>) -> Result<()> {
        let Head { extent, seen, .. } = &*self.head;
        if fill_in_parts(self.input(), extent, *seen, buffer, self.item_size(), team, then) {
            return Ok(());
        }
        let piece = cells_a_piece(self.item_size()) * self.item_size().max(1);
        let is_whole = extent.size.checked_sub(seen.len) == Some(buffer.len() as u64);
        if is_whole
            && (self.read_blocks(vec![(seen.len, &mut *buffer)], team)? == Some(extent.crc32)
                || self.read_stream(vec![(seen.len, &mut *buffer)], true, team)? == Some(extent.crc32))
        {
            buffer.chunks_mut(piece).for_each(then);
            return Ok(());
        }
        self.with_cells(|data| {
            // As much at once as the source likes, whole pieces for what comes then.
            let chunk = self.input().chunk(buffer.len() as u64);
            let most = if chunk < buffer.len() { (chunk / piece).max(1) * piece } else { chunk.max(1) };
            for part in buffer.chunks_mut(most) {
                data.fill(part)?;
                part.chunks_mut(piece).for_each(then);
                team.meter().done(part.len() as u64)?;
            }
            Ok(())
        })
    }

    fn stream(&self, team: &Team, put: &mut Put<'_>) -> Result<()> {
        let len = if self.item_size() == 0 { 0 } else { self.header().data_len() };
        let mut cells = WholeCells::new(self.head.seen.len, len, self.item_size(), put);
        if self.stream_shared(true, team, &mut cells)? {
            return Ok(());
        }
        self.with_cells(|data| self.stream_rest(data, cells, team))
    }

    #[cfg(feature = "mmap")]
    fn lend(&self) -> Result<(Arc<KeptInput>, Range<usize>), String> {
        let cells = self.head.cells()?;
        let within = |at| usize::try_from(at).map_err(|_| "it lies beyond the address space");
        let cells = within(cells.start)?..within(cells.end)?;
        Ok((Arc::clone(self.input().map()?), cells))
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

    fn in_blocks(&self) -> Option<InBlocks<'_>> {
        let Head { extent, seen, blocks, .. } = &*self.head;
        let is_whole = extent.size.checked_sub(seen.len) == Some(self.header().data_len());
        if !is_whole || !extent.is_for_turns() || !self.input().likes_small_reads() {
            return None;
        }
        let lens = |(packed, plain): (Range<u64>, Range<u64>)| {
            Some(((packed.end - packed.start).try_into().ok()?, (plain.end - plain.start).try_into().ok()?))
        };
        let whole = (0..extent.compressed_size, 0..extent.size);
        let blocks: Option<Vec<(usize, usize)>> = match blocks {
            Some(index) => index.ranges(extent.size).map(lens).collect(),
            None => lens(whole).map(|whole| vec![whole]),
        };
        let (prefix, range, crc32) = (seen.len as usize, extent.range(), extent.crc32);
        Some(InBlocks { input: self.input(), range, prefix, crc32, blocks: blocks? }).filter(has_own_header)
    }

    fn packed(&self) -> Option<Packed<'_>> {
        let Head { extent, seen, blocks, .. } = &*self.head;
        let extra = blocks.as_ref().map(|blocks| blocks.field().as_slice().to_vec()).unwrap_or_default();
        Some(Packed { input: self.input(), extent: *extent, prefix: seen.len, extra, name: &self.name })
    }

    fn keep_cost(&self) -> u64 {
        match self.input().keep() {
            Ok(Some(_)) => 0,
            _ => self.head.extent.compressed_size,
        }
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let name = Cow::Owned(self.name.clone().into_owned());
        let (input, head) = if let Some(input) = self.input().keep()? {
            (input, Arc::clone(&self.head))
        } else {
            // Copied, compressed as it is, with the member's own header.
            let Head { extent, seen, header, blocks, .. } = &*self.head;
            let bytes = self.input().copy(extent.header_start..extent.range().end)?;
            let extent = Extent { header_start: 0, start: extent.start - extent.header_start, ..*extent };
            let (header, blocks) = (Arc::clone(header), blocks.clone());
            let head = Arc::new(Head::new(extent, header, *seen, blocks));
            let input: Arc<KeptInput> = Arc::new(Input::new(bytes, self.input().path().cloned())?);
            (input, head)
        };
        Ok(Arc::new(ArchiveArray { source: Source::Kept(input), head, name }))
    }
}
