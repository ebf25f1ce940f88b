//! A member's own header: APPNOTE 4.3.7. It lies in front of the data, and repeats most of what the directory says.

use crate::archive::names::is_name;
use crate::archive::records::{DESCRIPTOR, DESCRIPTOR_MARK, MAX_32};
use crate::bytes::{take, take_u16, take_u32, take_u64};
use crate::error::Result;
use crate::input::AnyInput;

/// Its fixed part.
pub(super) const LOCAL_BYTES: u64 = 30;
pub(super) const LOCAL_MARK: [u8; 4] = *b"PK\x03\x04";

/// Its fixed part, without version, time and date.
#[derive(Clone, Copy)]
pub(super) struct OwnHeader {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc32: u32,
    compressed_size: u32,
    size: u32,
    name_bytes: u16,
    extra_bytes: u16,
}

impl OwnHeader {
    /// `None` where the bytes are too few, or begin otherwise.
    pub(super) fn parse(mut bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes;
        take::<4>(rest).filter(|mark| mark == &LOCAL_MARK)?;
        take::<2>(rest)?; // version
        let (flags, method) = (take_u16(rest)?, take_u16(rest)?);
        take::<4>(rest)?; // time and date
        Some(Self {
            flags,
            method,
            crc32: take_u32(rest)?,
            compressed_size: take_u32(rest)?,
            size: take_u32(rest)?,
            name_bytes: take_u16(rest)?,
            extra_bytes: take_u16(rest)?,
        })
    }

    /// The header at a place, if there is one.
    pub(super) fn at(input: &AnyInput<'_>, offset: u64) -> Result<Option<Self>> {
        Ok(Self::parse(&input.read_up_to(offset, LOCAL_BYTES as usize)?))
    }

    /// The length of the whole header.
    pub(super) fn len(&self) -> u64 {
        LOCAL_BYTES + u64::from(self.name_bytes) + u64::from(self.extra_bytes)
    }

    /// Whether sizes have 64 bits, also behind the data.
    pub(super) fn is_wide(&self) -> bool {
        [self.compressed_size, self.size].map(u64::from).contains(&MAX_32)
    }

    pub(super) fn name_len(&self) -> usize {
        usize::from(self.name_bytes)
    }

    /// Whether checksum and sizes stand behind the data.
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & DESCRIPTOR != 0
    }

    pub(super) fn name(&self, input: &AnyInput<'_>, offset: u64) -> Result<Vec<u8>> {
        input.read_up_to(offset.saturating_add(LOCAL_BYTES), usize::from(self.name_bytes))
    }

    /// The compressed size and the size: those of the zip64 field (APPNOTE 4.5.3) where it has them.
    pub(super) fn sizes(&self, input: &AnyInput<'_>, offset: u64) -> Result<(u64, u64)> {
        let (compressed, size) = (u64::from(self.compressed_size), u64::from(self.size));
        if !self.is_wide() {
            return Ok((compressed, size));
        }
        let start = offset.saturating_add(LOCAL_BYTES + u64::from(self.name_bytes));
        let extra = input.read_up_to(start, usize::from(self.extra_bytes))?;
        Ok(wide_sizes(&extra, compressed, size).unwrap_or((compressed, size)))
    }
}

fn wide_sizes(mut extra: &[u8], compressed: u64, size: u64) -> Option<(u64, u64)> {
    loop {
        let (id, length) = (take_u16(&mut extra)?, take_u16(&mut extra)?);
        let (mut field, after) = extra.split_at_checked(usize::from(length))?;
        extra = after;
        if id == 1 {
            let mut wide = |value: u64| if value == MAX_32 { take_u64(&mut field) } else { Some(value) };
            let size = wide(size)?;
            return Some((wide(compressed)?, size));
        }
    }
}

/// Whether a member of this name has its header at a place.
pub(super) fn is_there(input: &AnyInput<'_>, offset: u64, name: &str) -> Result<bool> {
    let Some(header) = OwnHeader::at(input, offset)? else { return Ok(false) };
    Ok(is_name(&header.name(input, offset)?, header.flags, name))
}

/// What stands behind the data where the header does not tell: APPNOTE 4.3.9.
#[derive(Clone, Copy)]
pub(super) struct Descriptor {
    pub(super) crc32: u32,
    pub(super) compressed_size: u64,
    pub(super) size: u64,
    /// Its own length.
    pub(super) len: u64,
}

impl Descriptor {
    /// What stands here as one of 64 or 32 bits, with a signature or without, for data of this length. Mostly it is one: of 64
    /// bits where both would do.
    pub(super) fn parse(bytes: &[u8], compressed_size: u64) -> impl Iterator<Item = Self> {
        let signed = bytes.strip_prefix(&DESCRIPTOR_MARK);
        let forms = [(signed, 4, true), (signed, 4, false), (Some(bytes), 0, true), (Some(bytes), 0, false)];
        forms.into_iter().filter_map(move |(bytes, mark, is_wide)| {
            let mut rest = bytes?;
            let crc32 = take_u32(&mut rest)?;
            let mut next = || if is_wide { take_u64(&mut rest) } else { take_u32(&mut rest).map(u64::from) };
            let (compressed, size) = (next()?, next()?);
            let len = mark + if is_wide { 20 } else { 12 };
            (compressed == compressed_size).then_some(Self { crc32, compressed_size, size, len })
        })
    }
}

/// The longest form of a descriptor.
pub(super) const DESCRIPTOR_BYTES: usize = 24;
