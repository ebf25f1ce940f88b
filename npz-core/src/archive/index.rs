//! Every member of an archive: what its directory says, and whether that can be true.

mod places;

use std::ops::Range;
use std::sync::Arc;

pub(crate) use self::places::{sort_by_place, sort_members};

use self::places::set_ends;
use crate::archive::block_index::BlockIndex;
use crate::archive::directory::{self, Raw};
use crate::archive::names::decode_name;
use crate::archive::own_header::OwnHeader;
use crate::archive::records::{DEFLATED, IN_UPDATE, OF_OTHERS};
use crate::archive::{Method, end, refusal};
use crate::error::{Error, ErrorKind, Result};
use crate::input::AnyInput;
use crate::limits::Limits;
use crate::memory;

/// What both headers take without the member's name, and what pads them to 64 bytes.
const LIKELY_HEAD_BYTES: u64 = 512;
/// Flags of APPNOTE 4.4.4: encrypted, strongly encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6;
/// Flags of APPNOTE 4.4.4 whose meaning depends on the method.
const METHOD_FLAGS: u16 = 0b110;

const UPDATE_FAULT: &str = "the member is being updated in place, or was left so by a crash; wait until the update is flushed, or \
    finish it: open the member by `map_member_mut`, and flush";

/// Every member of an archive, in the order of its directory.
pub(crate) struct Index {
    pub(crate) entries: Vec<Entry>,
    /// How many bytes stand before the first member, or before the directory where there is none.
    pub(super) before: u64,
    /// How many bytes stand behind the end of the archive.
    pub(super) after: u64,
}

/// What the directory says of one member. Sizes and offsets are those that it claims, and lie in the file.
#[derive(Clone)]
pub(crate) struct Entry {
    /// As Python's zipfile decodes it, cut off at a NUL; without the prefix that the caller gave.
    pub(crate) name: String,
    /// The name with what was taken off, which the member's own header repeats.
    pub(super) whole_name: Option<Box<str>>,
    pub(crate) method: Method,
    /// The version of the format that the directory asks for, and all flags: to be compared.
    pub(super) version: u8,
    pub(super) flags: u16,
    /// The flags that belong to the method: whether LZMA data have an end mark, how hard deflate tried.
    pub(super) method_flags: u16,
    /// The length of the data as they lie in the file.
    pub(crate) compressed_size: u64,
    /// The length of the data when they are decompressed.
    pub(crate) size: u64,
    pub(crate) crc32: u32,
    pub(crate) header_offset: u64,
    pub(crate) encrypted: bool,
    /// Where its blocks lie, if it has some that are known.
    pub(crate) blocks: Option<Arc<BlockIndex>>,
    /// Where the next member or the directory begins.
    pub(super) end: u64,
    /// Where its entry in the directory begins.
    #[cfg_attr(not(feature = "mmap"), expect(dead_code, reason = "only an update changes it"))]
    pub(super) at: u64,
    /// Whether it is being changed in place, or was when a process ended: its checksum is not that of its data.
    pub(super) is_in_update: bool,
    /// Why it can't lie where the directory says, or can't be read now.
    pub(crate) fault: Option<Arc<str>>,
}

impl Index {
    /// Reads the directory. Takes time and memory in proportion to the file's size, whatever it claims.
    pub(crate) fn read(input: &AnyInput<'_>, limits: &Limits) -> Result<Self> {
        let index = Self::parse(input, limits);
        // A member that lies at the very start says of itself that it is one.
        match &index {
            Ok(index) if index.entries.iter().any(|entry| entry.header_offset == 0) => {
                index.entries.first().map_or(Ok(()), |first| refusal::refuse_torch(input, &first.name))?;
            }
            _ => refusal::refuse_npy(input)?,
        }
        index
    }

    /// Keeps the members whose names begin with a prefix, without it; what is called as the prefix is none of them.
    pub(crate) fn keep_below(&mut self, prefix: &str) -> Result<()> {
        if prefix.is_empty() {
            return Ok(());
        }
        let there = |entry: &Entry| entry.name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
        if !self.entries.iter().any(there) {
            let message = format!(
                "no member's name begins with {prefix:?}, the prefix of the options: {}",
                self.first_names()
            );
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        self.entries.retain(there);
        for entry in &mut self.entries {
            let name = entry.name.split_off(prefix.len());
            let whole = std::mem::replace(&mut entry.name, name) + &entry.name;
            entry.whole_name.get_or_insert_with(|| whole.into());
        }
        Ok(())
    }

    fn first_names(&self) -> String {
        const SHOWN: usize = 8;
        let names: Vec<_> =
            self.entries.iter().take(SHOWN).map(|entry| format!("{:?}", entry.name)).collect();
        let first = if names.is_empty() { "" } else { ", the first are " };
        format!("the archive has {} members{first}{}", self.entries.len(), names.join(", "))
    }

    /// Keeps the members whose keys match one of some patterns; all where there is no pattern.
    pub(crate) fn keep_matching(&mut self, patterns: &[String], key: impl Fn(&str) -> &str) -> Result<()> {
        if patterns.is_empty() {
            return Ok(());
        }
        let there = |pattern: &String| self.entries.iter().any(|entry| matches(pattern, key(&entry.name)));
        if let Some(pattern) = patterns.iter().find(|pattern| !there(pattern)) {
            let message = format!(
                "no member's name matches {pattern:?}, of `LoadOptions::only`: {}",
                self.first_names()
            );
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        self.entries.retain(|entry| patterns.iter().any(|pattern| matches(pattern, key(&entry.name))));
        Ok(())
    }

    fn parse(input: &AnyInput<'_>, limits: &Limits) -> Result<Self> {
        let place = end::find(input)?;
        // Not reserved: nothing says how many come.
        let mut entries = Vec::new();
        directory::read(&place, input, |raw| {
            limits.check_members(entries.len() as u64 + 1)?;
            memory::reserve(&mut entries, 1, "archive's directory")?;
            entries.push(Entry::new(&raw)?);
            Ok(())
        })?;
        set_ends(input, &mut entries, place.start)?;
        let placed = entries.iter().filter(|entry| entry.fault.is_none());
        let before = placed.map(|entry| entry.header_offset).min().unwrap_or(place.start);
        for entry in entries.iter_mut().filter(|entry| entry.is_in_update && entry.fault.is_none()) {
            entry.fault = Some(UPDATE_FAULT.into());
        }
        Ok(Self { entries, before, after: place.after })
    }
}

impl Index {
    /// Members that were found without a directory.
    pub(crate) fn of(entries: Vec<Entry>) -> Self {
        Self { entries, before: 0, after: 0 }
    }
}

impl Entry {
    /// A member as its own header tells.
    pub(super) fn salvaged(
        own: &OwnHeader,
        name: &[u8],
        header_offset: u64,
        compressed_size: u64,
        size: u64,
    ) -> Result<Self> {
        let OwnHeader { flags, method, crc32, .. } = *own;
        Self::new(&Raw {
            version: 0,
            flags,
            method,
            crc32,
            compressed_size,
            size,
            header_offset,
            name,
            at: 0,
            internal_attributes: 0,
            blocks: None,
        })
    }

    fn new(raw: &Raw<'_>) -> Result<Self> {
        let mut name = decode_name(raw.name, raw.flags)?;
        let cut = name.find('\0').map(|nul| {
            let whole = name.clone().into();
            name.truncate(nul);
            whole
        });
        Ok(Self {
            name,
            whole_name: cut,
            method: Method::from_number(raw.method),
            version: raw.version,
            flags: raw.flags,
            method_flags: raw.flags & METHOD_FLAGS,
            compressed_size: raw.compressed_size,
            size: raw.size,
            crc32: raw.crc32,
            header_offset: raw.header_offset,
            encrypted: raw.flags & ENCRYPTED != 0,
            blocks: raw
                .blocks
                .filter(|_| raw.method == DEFLATED)
                .and_then(|field| BlockIndex::parse(field, raw.size, raw.compressed_size))
                .map(Arc::new),
            end: 0,
            at: raw.at,
            is_in_update: raw.internal_attributes & !OF_OTHERS == IN_UPDATE,
            fault: None,
        })
    }

    /// Takes a member for readable although it is marked as being updated.
    #[cfg(feature = "mmap")]
    pub(crate) fn allow_update(&mut self) {
        self.fault.take_if(|fault| **fault == *UPDATE_FAULT);
    }

    /// The name that the member's own header has too.
    pub(super) fn whole_name(&self) -> &str {
        self.whole_name.as_deref().unwrap_or(&self.name)
    }

    /// Where the headers of the member lie, its own and that of the array in it, unless they are unusually long.
    pub(crate) fn head_range(&self) -> Range<u64> {
        let likely = LIKELY_HEAD_BYTES + self.whole_name().len() as u64;
        self.header_offset..self.header_offset.saturating_add(likely).min(self.end).max(self.header_offset)
    }

    /// The uncompressed size, where the bytes that are there prove that it can be true: a stored member is as
    /// long as its data, and deflate does not expand more than 1032 times. `None` for other methods: what is
    /// read from them has to be grown step by step.
    ///
    /// An error says that the directory lies; it comes before anything is allocated.
    pub(crate) fn proven_size(&self) -> Result<Option<u64>> {
        let (size, compressed) = (self.size, self.compressed_size);
        let (possible, rule) = match self.method {
            Method::Stored => (size == compressed, "a stored member has both the same"),
            Method::Deflate => (
                size <= compressed.saturating_mul(1032).saturating_add(64),
                "deflate makes at most 1032 of one",
            ),
            _ => return Ok(None),
        };
        if self.encrypted {
            return Ok(None);
        }
        if possible {
            return Ok(Some(size));
        }
        Err(Error::damaged(format!(
            "the directory claims {size} bytes of data out of {compressed} stored ones, but {rule}; \
             the file was damaged after it was written, restore a copy"
        )))
    }
}

/// Whether a name matches a pattern, in which `*` stands for any characters and `?` for one. In time proportional to the product
/// of their lengths at worst.
fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.chars(), name.chars());
    // Behind the last `*`, and where in the name what it stands for ends.
    let mut star = None;
    loop {
        let (mut rest, mut left) = (pattern.clone(), name.clone());
        match (rest.next(), left.next()) {
            (Some('*'), _) => {
                pattern = rest;
                star = Some((pattern.clone(), name.clone()));
                continue;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                (pattern, name) = (rest, left);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        // The star stands for one more.
        let Some((behind, mut end)) = star.take() else { return false };
        if end.next().is_none() {
            return false;
        }
        (pattern, name) = (behind.clone(), end.clone());
        star = Some((behind, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_patterns_as_in_python() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a.b", true),
            ("a", "a", true),
            ("?", "", false),
            ("?", "ä", true),
            ("a*b", "ab", true),
            ("a*b", "acbcb", true),
            ("a*b", "acbc", false),
            ("*a*b*", "xaybz", true),
            ("**", "x", true),
            ("layers.?.w*", "layers.1.weights", true),
            ("layers.?.w*", "layers.12.weights", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
    use crate::archive::Compression;
    use crate::archive::content::Content;
    use crate::archive::emit::Emitter;
    use crate::error::ErrorKind;
    use crate::input::Input;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut emitter = Emitter::new(Vec::new(), None, 64).unwrap();
        for name in names {
            emitter.add(name, Compression::Stored, Content::bytes(b"abc")).unwrap();
        }
        emitter.finish().unwrap()
    }

    fn read(archive: &[u8], limits: &Limits) -> Result<Index> {
        Index::read(&Input::new(archive, None)?, limits)
    }

    fn names(archive: &[u8]) -> Vec<String> {
        let index = read(archive, &Limits::default()).unwrap();
        index.entries.into_iter().map(|entry| entry.name).collect()
    }

    fn refused(archive: &[u8]) -> String {
        let error = read(archive, &Limits::default()).err().expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        error.to_string()
    }

    #[test]
    fn all_members_are_listed_in_order_with_duplicates() {
        let written = ["b.npy", "a.npy", "b.npy", "gewicht/größe.npy", "", "dir/"];
        assert_eq!(names(&archive(&written)), written);
        assert_eq!(names(&archive(&[])), [""; 0]);
        let prefixed = [b"#!/bin/sh\n".as_slice(), &archive(&written)].concat();
        assert_eq!(names(&prefixed), written);
    }

    #[test]
    fn members_that_share_bytes_have_a_fault() {
        let faults = |archive: &[u8]| {
            let index = read(archive, &Limits::default()).unwrap();
            index
                .entries
                .into_iter()
                .map(|entry| entry.fault.map(|fault| fault.to_string()))
                .collect::<Vec<_>>()
        };
        let good = archive(&["a.npy", "b.npy"]);
        let entry = good.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        // The second entry points at the first member, which has another name: 42 is the offset field of APPNOTE 4.3.12.
        let mut bad = good.clone();
        bad[entry + 42..entry + 46].fill(0);
        let [None, Some(fault)] = &faults(&bad)[..] else { panic!("{:?}", faults(&bad)) };
        assert!(fault.contains("begins where it has no header"), "{fault}");
        // So do many, which have its name.
        let end = good.len() - 22;
        let first = good.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let mut bad = [&good[..first], &good[first..entry].repeat(3), &good[end..]].concat();
        let (at, size) = (bad.len() - 22 + 12, 3 * (entry - first) as u32);
        bad[at..at + 4].copy_from_slice(&size.to_le_bytes());
        let [Some(fault), Some(_), None] = &faults(&bad)[..] else { panic!("{:?}", faults(&bad)) };
        assert!(fault.contains("needs 33 bytes"), "{fault}");
        // The first member claims the second one too.
        let mut bad = good;
        let first = bad.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        bad[first + 21] = 1;
        let [Some(fault), None] = &faults(&bad)[..] else { panic!("{:?}", faults(&bad)) };
        assert!(fault.contains("needs 289 bytes"), "{fault}");
    }

    #[test]
    fn every_truncation_is_refused() {
        let good = archive(&["a.npy", "b.npy"]);
        assert!(refused(&good[..good.len() - 30]).contains("cut off"));
        for length in 0..good.len() {
            refused(&good[..length]);
        }
    }

    #[test]
    fn the_length_of_the_directory_counts_and_not_its_count() {
        let mut other = archive(&["a.npy", "b.npy"]);
        let end = other.len() - 22;
        for count in [0, 1, 3, 255] {
            other[end + 8] = count;
            other[end + 10] = count;
            assert_eq!(names(&other), ["a.npy", "b.npy"]);
        }
        // One entry of 51 bytes more or less.
        other[end + 12] -= 51;
        assert_eq!(names(&other), ["b.npy"]);
    }

    #[test]
    fn the_number_of_members_is_limited() {
        let archive = archive(&["a", "b", "c"]);
        assert!(read(&archive, &Limits::default().members(3)).is_ok());
        let error = read(&archive, &Limits::default().members(2)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Limit);
    }

    #[test]
    fn a_part_of_several_is_refused() {
        let mut bad = archive(&["a"]);
        let end = bad.len() - 22;
        bad[end + 4] = 1;
        let error = read(&bad, &Limits::default()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("join them first"), "{error}");
    }
}
