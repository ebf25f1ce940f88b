//! Writes a zip archive: local headers, data, central directory, zip64 records.
//!
//! Ours, and not the zip crate's, because members will be put together from blocks that other threads have
//! compressed, because stored cells are aligned, and because the bytes must be the same for the same input on
//! every platform. The size of each member is known before it is written, so what zip64 needs is decided in
//! the first place (`layout`).
//!
//! Checksum and compressed size are patched into the local header behind which the data were written. Where the output
//! can't go back, a stored member's checksum is computed before it, and a compressed one has a data descriptor.

mod grow;
mod publish;

use std::io::{self, Write};
use std::sync::Arc;

pub(crate) use self::grow::Growing;
pub(crate) use self::publish::Appendix;

use crate::archive::Compression;
use crate::archive::block_index::BlockIndex;
use crate::archive::blocks::{self, Deflated, Encoders};
use crate::archive::content::Content;
use crate::archive::layout::{Part, Place, place};
use crate::archive::patch::{PatchWriter, SeekTo};
use crate::archive::raw;
use crate::archive::records::{Head, MAX_16, MAX_32, STORED, end};
#[cfg(feature = "zstd")]
use crate::archive::zstd_frame;
use crate::bytes::Record;
use crate::error::{Error, Result};
use crate::memory;
use crate::run::{Team, Threads};
use crate::stored::Packed;

/// The largest alignment that the alignment field can hold: its top bit is a flag.
const MAX_ALIGNMENT: u16 = 1 << 14;

/// A member that is to be written.
pub(crate) struct Addition<'a> {
    pub(crate) name: &'a str,
    pub(crate) source: Source<'a>,
}

/// Where a member comes from.
pub(crate) enum Source<'a> {
    Content(Compression, Content<'a>),
    /// As it lies in another archive.
    Packed(Packed<'a>),
}

impl<'a> Addition<'a> {
    fn check(&self) -> Result<()> {
        refuse_name(self.name)?;
        match &self.source {
            Source::Content(compression, _) => compression.check(),
            // What may have to be decoded for that is looked at when its turn comes.
            Source::Packed(_) => Ok(()),
        }
    }

    fn to_deflate(&self) -> Option<blocks::Member<'a>> {
        match self.source {
            Source::Content(Compression::Deflate(level), content) => Some(blocks::Member { content, level }),
            _ => None,
        }
    }
}

/// An archive that is being written.
pub(crate) struct Emitter<W> {
    out: PatchWriter<W>,
    alignment: u64,
    /// The central directory, printed entry by entry.
    directory: Vec<u8>,
    entries: u64,
    /// What stands behind the directory.
    comment: Vec<u8>,
    encoders: Encoders,
    team: Arc<Team>,
    /// A member broke off in the middle: what is in `out` now is no archive.
    broken: bool,
}

impl<W: Write> Emitter<W> {
    /// The archive starts where `out` stands, and offsets are counted from there. What is stored starts on multiples of
    /// `alignment`, a power of two (1 for none). `seek` goes back in `out`, where it can.
    pub(crate) fn new(out: W, seek: Option<SeekTo<W>>, alignment: u16) -> Result<Self> {
        if !alignment.is_power_of_two() || alignment > MAX_ALIGNMENT {
            return Err(Error::invalid(format!(
                "expected an alignment that is a power of two from 1 to {MAX_ALIGNMENT}, found {alignment}"
            )));
        }
        Ok(Self {
            out: PatchWriter::new(out, seek),
            alignment: u64::from(alignment),
            directory: Vec::new(),
            entries: 0,
            comment: Vec::new(),
            encoders: Encoders::default(),
            team: Arc::new(Team::new(Threads::default())),
            broken: false,
        })
    }

    /// Sets who works on it.
    pub(crate) fn with_team(mut self, team: Team) -> Self {
        self.team = Arc::new(team);
        self
    }

    /// Sets the comment of the archive, of at most 65535 bytes.
    pub(crate) fn set_comment(&mut self, comment: Vec<u8>) {
        self.comment = comment;
    }

    /// Says that members of so many bytes come next.
    pub(crate) fn announce(&self, bytes: u64) {
        self.team.meter().announce(bytes);
    }

    pub(crate) fn alignment(&self) -> u64 {
        self.alignment
    }

    /// How many members are written.
    pub(crate) fn members(&self) -> u64 {
        self.entries
    }

    pub(crate) fn position(&self) -> u64 {
        self.out.position()
    }

    /// What is written to, for what does not change its bytes.
    pub(crate) fn output(&mut self) -> &mut W {
        self.out.output()
    }

    /// Writes a member. The name is taken as it is; that no other member has it is the caller's business.
    pub(crate) fn add(&mut self, name: &str, compression: Compression, content: Content<'_>) -> Result<()> {
        self.add_all(&[Addition { name, source: Source::Content(compression, content) }])
    }

    /// Writes members up to the first error; [`members`](Self::members) tells how many there are then. Those that are deflated, and follow one
    /// another, are encoded together.
    pub(crate) fn add_all(&mut self, additions: &[Addition<'_>]) -> Result<()> {
        self.refuse_broken()?;
        let refused = |(at, member): (usize, &Addition<'_>)| member.check().err().map(|error| (at, error));
        let (good, refused) = match additions.iter().enumerate().find_map(refused) {
            Some((at, error)) => (&additions[..at], Some(error)),
            None => (additions, None),
        };
        for run in good.chunk_by(|a, b| a.to_deflate().is_some() && b.to_deflate().is_some()) {
            match run {
                [Addition { name, source: Source::Packed(member) }] => self.add_packed(name, member)?,
                [member @ Addition { name, source: Source::Content(compression, content) }]
                    if member.to_deflate().is_none() =>
                {
                    self.add_plain(name, *compression, content)?;
                }
                _ => self.deflate(run)?,
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// Writes a member that is not deflated.
    fn add_plain(&mut self, name: &str, compression: Compression, content: &Content<'_>) -> Result<()> {
        let mut head = self.begin_member(name, compression, content)?;
        let told = head.crc32;
        match compression {
            #[cfg(feature = "zstd")]
            Compression::Zstd(level) => {
                let put = &mut |bytes: &[u8]| self.out.write(bytes).map_err(cant_write);
                let frame = zstd_frame::compress(content, level, &self.team, put)?;
                (head.crc32, head.compressed) = (frame.crc32, frame.len);
            }
            _ => {
                head.crc32 = content.each_hashed_piece(&mut |piece| {
                    self.out.write(piece).map_err(cant_write)?;
                    self.team.meter().done(piece.len() as u64)
                })?;
            }
        }
        if !self.out.goes_back() && !head.has_descriptor && head.crc32 != told {
            return Err(Error::invalid("the cells changed while they were written"));
        }
        self.end_member(&head)
    }

    fn deflate(&mut self, additions: &[Addition<'_>]) -> Result<()> {
        let (team, encoders) = (Arc::clone(&self.team), std::mem::take(&mut self.encoders));
        let mut members = memory::with_room(additions.len(), "list of members")?;
        members.extend(additions.iter().filter_map(Addition::to_deflate));
        let out = &mut Deflating { emitter: self, additions, head: None };
        let deflated = blocks::deflate(&members, &encoders, &team, out);
        self.encoders = encoders;
        deflated
    }

    /// Writes the member's own header, as far as it is known.
    fn begin_member<'n>(
        &mut self,
        name: &'n str,
        compression: Compression,
        content: &Content<'_>,
    ) -> Result<Head<'n>> {
        let part = Part::new(name, compression, content.prefix().len() as u64, content.size());
        let mut head = self.head(&part);
        let goes_back = self.out.goes_back();
        head.has_descriptor = !goes_back && head.method != STORED;
        if !goes_back && head.method == STORED {
            head.crc32 = content.crc32()?;
        }
        self.broken = true;
        self.out.write(head.local().as_slice()).map_err(cant_write)?;
        Ok(head)
    }

    /// Tells, before or behind the data that were written, what is known now.
    fn end_member(&mut self, head: &Head<'_>) -> Result<()> {
        // `bound` in `layout` is far above what a method needs, so this does not happen.
        if head.compressed >= MAX_32 && !head.zip64 {
            return Err(Error::invalid("the member grew by compression past what its header can tell"));
        }
        if self.out.goes_back() {
            self.out.patch(head.offset, head.local().as_slice()).map_err(cant_write)?;
        } else if head.has_descriptor {
            self.out.write(head.descriptor().as_slice()).map_err(cant_write)?;
        }
        self.finish_member(head)
    }

    /// Writes a member of another archive as it lies there: nothing is decompressed. Its header is one of ours.
    pub(crate) fn add_packed(&mut self, name: &str, member: &Packed<'_>) -> Result<()> {
        self.refuse_broken()?;
        refuse_name(name)?;
        raw::check(member)?;
        let extent = member.extent;
        let mut head = self.head(&Part::packed(name, member));
        (head.method_flags, head.crc32) = (extent.method_flags, extent.crc32);
        head.extra.bytes(&member.extra);

        self.broken = true;
        self.out.write(head.local().as_slice()).map_err(cant_write)?;
        raw::copy(member, &mut |piece| {
            self.out.write(piece).map_err(cant_write)?;
            self.team.meter().done(piece.len() as u64)
        })?;
        self.finish_member(&head)
    }

    fn finish_member(&mut self, head: &Head<'_>) -> Result<()> {
        memory::append(&mut self.directory, head.central().as_slice(), "directory of the archive")?;
        self.entries += 1;
        self.broken = false;
        Ok(())
    }

    /// Writes the directory and gives the stream back, positioned behind the archive.
    pub(crate) fn finish(mut self) -> Result<W> {
        self.refuse_broken()?;
        let end = self.end_record();
        self.out.write(&self.directory).map_err(cant_write)?;
        self.out.write(end.as_slice()).map_err(cant_write)?;
        self.out.finish().map_err(cant_write)
    }

    /// What follows the directory, if that comes next.
    fn end_record(&self) -> Record {
        end(self.out.position(), self.directory.len() as u64, self.entries, &self.comment)
    }

    fn refuse_broken(&self) -> Result<()> {
        if self.broken {
            return Err(Error::invalid("an earlier member was not written whole; start a new archive"));
        }
        Ok(())
    }

    /// The header of a member that comes next.
    fn head<'a>(&self, part: &Part<'a>) -> Head<'a> {
        let offset = self.out.position();
        let Place { zip64, padding } = place(offset, part, self.alignment);
        Head {
            name: part.name,
            method: part.method,
            method_flags: 0,
            has_descriptor: false,
            crc32: 0,
            compressed: part.packed.unwrap_or(part.size),
            size: part.size,
            offset,
            zip64,
            padding,
            alignment: self.alignment,
            extra: Record::new(),
        }
    }
}

/// Members that are deflated, and the header of the one that is written.
struct Deflating<'e, 'n, W> {
    emitter: &'e mut Emitter<W>,
    additions: &'e [Addition<'n>],
    head: Option<Head<'n>>,
}

impl<W: Write> blocks::Out for Deflating<'_, '_, W> {
    fn begin(&mut self, member: usize) -> Result<()> {
        if let Some(Addition { name, source: Source::Content(compression, content) }) =
            self.additions.get(member)
        {
            self.head = Some(self.emitter.begin_member(name, *compression, content)?);
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.emitter.out.write(bytes).map_err(cant_write)
    }

    fn end(&mut self, deflated: Deflated) -> Result<()> {
        let Some(mut head) = self.head.take() else { return Ok(()) };
        (head.crc32, head.compressed) = (deflated.crc32, deflated.len);
        head.extra = BlockIndex::of(deflated).map(|blocks| blocks.field()).unwrap_or_default();
        self.emitter.end_member(&head)
    }
}

fn refuse_name(name: &str) -> Result<()> {
    if name.len() as u64 > MAX_16 {
        let found = name.len();
        return Err(Error::invalid(format!("a member's name has at most {MAX_16} bytes, found {found}")));
    }
    if name.contains('\0') {
        // Python cuts the name off there.
        return Err(Error::invalid(format!("a member's name holds no NUL, found {name:?}")));
    }
    Ok(())
}

fn cant_write(error: io::Error) -> Error {
    Error::io("can't write the archive", error)
}

#[cfg(test)]
mod tests;
