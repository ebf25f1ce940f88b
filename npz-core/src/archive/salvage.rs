//! The members of an archive whose directory is lost: found by their own headers, and whole if their checksum says so.
//!
//! A member is passed over as a whole, so headers inside of its data (an archive in an archive) are not taken for members.
//! Where a length leads to no record, it may be wrong: then the length of a stored array tells where to go on, and in compressed
//! data the next header is looked for. What is looked at twice is bounded by the length of the file.

use crate::archive::decode::{Seen, with_data};
use crate::archive::earlier;
use crate::archive::index::{Entry, Index};
use crate::archive::local::place_of_data;
use crate::archive::marks::Marks;
use crate::archive::own_header::{DESCRIPTOR_BYTES, Descriptor, LOCAL_MARK, OwnHeader};
use crate::archive::records::{DESCRIPTOR_MARK, STORED};
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::input::{AnyInput, Section};
use crate::limits::{Cost, Limits};
use crate::memory;

/// What is read again, in lengths of the file.
const MOST_AGAIN: u64 = 4;
/// How many records that look like the end of one member's data are tried.
const MOST_TRIED: u32 = 4;
/// The length of a record behind the data with sizes of 64 bits, without its signature.
const WIDE_BYTES: u64 = 20;

/// The longest header of an array that is asked for a length.
const MOST_HEADER: u64 = 10_000;

/// Takes what is lost: the name of a member, or none for bytes that belong to no member, and why.
pub(crate) type Lose<'l> = dyn FnMut(&str, &Error) + 'l;

/// Looks for members from the start of the file, and gives those that are whole. An error is that of the source, or too many
/// members.
pub(crate) fn scan(input: &AnyInput<'_>, limits: &Limits, lose: &mut Lose<'_>) -> Result<Vec<Entry>> {
    let again = input.size().saturating_mul(MOST_AGAIN);
    let mut scan = Scan { input, limits, marks: Marks::new(input), again, spent: 0, whole: Vec::new(), lose };
    scan.run()?;
    Ok(scan.whole)
}

/// Whether the file begins as an archive does whose first member has not been taken out.
pub(crate) fn begins_with_a_member(input: &AnyInput<'_>) -> Result<bool> {
    Ok(OwnHeader::at(input, 0)?.is_some())
}

impl Index {
    /// Whether the member that the file begins with, if it does with one, is listed, and none stands behind the archive, as one
    /// does that was about to be appended.
    pub(crate) fn is_of_the_whole_file(&self, input: &AnyInput<'_>) -> Result<bool> {
        let is_listed = self.entries.iter().any(|entry| entry.header_offset == 0);
        let is_first = is_listed || !begins_with_a_member(input)?;
        Ok(is_first && (self.after == 0 || OwnHeader::at(input, input.size() - self.after)?.is_none()))
    }
}

/// Reads all data of a member and compares the checksum.
pub(crate) fn read_whole(input: &AnyInput<'_>, entry: &Entry) -> Result<()> {
    with_data(input, &place_of_data(input, entry)?, Seen::default(), |_| Ok(()))
}

struct Scan<'a, 'l> {
    input: &'a AnyInput<'a>,
    limits: &'a Limits,
    marks: Marks<'a>,
    /// How many bytes may be read that were read before.
    again: u64,
    /// What the members take that are whole.
    spent: u64,
    whole: Vec<Entry>,
    lose: &'a mut Lose<'l>,
}

/// Where to go on behind a member.
struct Next {
    at: u64,
    /// Whether a record has to stand exactly there.
    is_record: bool,
    /// What lies before is told of, or whole.
    told: u64,
}

impl Next {
    fn record(at: u64) -> Self {
        Self { at, is_record: true, told: at }
    }
}

/// A header that was found.
struct Candidate {
    entry: Entry,
    has_descriptor: bool,
    is_wide: bool,
    is_stored: bool,
    /// Where the data begin.
    start: u64,
}

impl Scan<'_, '_> {
    fn run(&mut self) -> Result<()> {
        let size = self.input.size();
        // From where on nothing was found, and whether the record here is the one behind another.
        let (mut at, mut gap, mut is_next) = (0, 0, true);
        while let Some((place, mark)) = self.marks.next(at)? {
            if is_next && place == at && mark != LOCAL_MARK && mark != DESCRIPTOR_MARK {
                // The directory, or what is left of it. Members may have been appended behind it.
                let end = earlier::end_of(self.input, place, size)?;
                let Some(end) = end.filter(|&end| end < size) else {
                    gap = size;
                    break;
                };
                (at, gap) = (end, end);
                continue;
            }
            let candidate = if mark == LOCAL_MARK { self.candidate(place)? } else { None };
            let Some(candidate) = candidate else {
                at = place + 1;
                is_next = false;
                continue;
            };
            let in_order = is_next && place == at;
            let name = &candidate.entry.name;
            let (lost, next) = self.judge(&candidate)?;
            if let Some(error) = lost {
                // What merely looks like a header, somewhere in damaged bytes, is not told.
                if !in_order && name.strip_suffix(".npy").is_none() && self.may_repeat(next.at - place) {
                    (at, is_next) = (place + 1, false);
                    continue;
                }
                (self.lose)(name, &error.at(place));
            }
            self.lose_bytes(gap, place);
            (at, gap, is_next) = (next.at, next.told, next.is_record);
        }
        self.lose_bytes(gap, size);
        Ok(())
    }

    fn lose_bytes(&mut self, from: u64, to: u64) {
        if from < to {
            let text = format!("{} bytes belong to no member that is whole", to - from);
            (self.lose)("", &Error::damaged(text).at(from));
        }
    }

    /// Whether so many bytes may be read again.
    fn may_repeat(&mut self, bytes: u64) -> bool {
        let left = self.again.checked_sub(bytes);
        self.again = left.unwrap_or(self.again);
        left.is_some()
    }

    /// The member whose header stands here, if there is all of one.
    fn candidate(&mut self, offset: u64) -> Result<Option<Candidate>> {
        let Some(own) = OwnHeader::at(self.input, offset)? else { return Ok(None) };
        let start = offset + own.len();
        // Others may stand in what it claims as its name.
        if !self.may_repeat(own.len()) {
            return Ok(None);
        }
        let name = own.name(self.input, offset)?;
        if start > self.input.size() || name.len() < own.name_len() {
            return Ok(None);
        }
        let (compressed_size, size) = own.sizes(self.input, offset)?;
        let Ok(entry) = Entry::salvaged(&own, &name, offset, compressed_size, size) else { return Ok(None) };
        let (has_descriptor, is_stored) = (own.has_descriptor(), own.method == STORED);
        Ok(Some(Candidate { entry, has_descriptor, is_wide: own.is_wide(), is_stored, start }))
    }

    /// Finds out whether a member is whole. Gives why not, and where to go on.
    fn judge(&mut self, candidate: &Candidate) -> Result<(Option<Error>, Next)> {
        let size = self.input.size();
        self.limits.check_members(self.whole.len() as u64 + 1)?;
        if candidate.has_descriptor {
            return self.judge_by_descriptor(candidate);
        }
        let Candidate { entry, start, .. } = candidate;
        let (start, claimed) = (*start, entry.compressed_size);
        let end = start.checked_add(claimed).filter(|&end| end <= size);
        let error = if let Some(end) = end {
            let Some(error) = self.take(Entry { end, ..entry.clone() })? else {
                return Ok((None, Next::record(end)));
            };
            if end == size || self.marks.is_at(end)? {
                return Ok((Some(error), Next::record(end)));
            }
            error
        } else {
            let there = size.saturating_sub(start);
            Error::damaged(format!("the member is cut off: expected {claimed} bytes, found {there}"))
        };
        // The length leads nowhere, so it may be wrong.
        self.judge_by_array(candidate, error, end.unwrap_or(size))
    }

    /// Finds out whether a member is whole that ends where its array does. `error` is why not, if it is not; `end` where it
    /// claims to end.
    fn judge_by_array(
        &mut self,
        candidate: &Candidate,
        error: Error,
        end: u64,
    ) -> Result<(Option<Error>, Next)> {
        let Candidate { entry, start, is_stored, has_descriptor, .. } = candidate;
        let (start, size) = (*start, self.input.size());
        let array_len = if *is_stored { self.array_len(start) } else { None };
        let array_end = array_len.and_then(|len| start.checked_add(len)).filter(|&end| end < size);
        let search = |at| Next { at, is_record: false, told: end };
        let Some(array_end) = array_end else {
            // Stored data that are cut off may hold headers of their own.
            let is_all = *is_stored && end == size;
            let next =
                if is_all || !self.may_repeat(end - start) { Next::record(end) } else { search(start) };
            return Ok((Some(error), next));
        };
        let len = array_end - start;
        if *has_descriptor || !self.may_repeat(len) {
            return Ok((Some(error), search(array_end)));
        }
        let lost = self.take(Entry { compressed_size: len, size: len, end: array_end, ..entry.clone() })?;
        Ok((lost, Next { told: array_end, ..search(array_end) }))
    }

    /// The length of the array that begins here, as its header tells.
    fn array_len(&mut self, start: u64) -> Option<u64> {
        let most = MOST_HEADER.min(self.input.size() - start);
        if !self.may_repeat(most) {
            return None;
        }
        let limits = self.limits.header_bytes(MOST_HEADER);
        let header = Header::read(&mut Section::new(self.input, start..start + most), &limits).ok()?;
        (header.len() as u64).checked_add(header.data_len())
    }

    /// The same where the end of the data is told behind them: at a record that gives their length.
    fn judge_by_descriptor(&mut self, candidate: &Candidate) -> Result<(Option<Error>, Next)> {
        let Candidate { entry, start, is_stored, is_wide, .. } = candidate;
        let (start, is_stored) = (*start, *is_stored);
        let size = self.input.size();
        let (mut first, mut tried) = (None, 0);
        let mut at = start;
        while tried < MOST_TRIED && at <= size {
            let next = self.marks.next(at)?;
            let (place, is_record) =
                next.map_or((size, false), |(place, mark)| (place, mark == DESCRIPTOR_MARK));
            // Whatever stands behind a record that fits will be looked at again.
            if first.is_some() && !self.may_repeat(place - at) {
                break;
            }
            at = place + 1;
            for (told, end) in self.descriptors(start, place, is_record)? {
                if is_stored && told.size != told.compressed_size || *is_wide && told.len < WIDE_BYTES {
                    continue;
                }
                if first.is_some() && !self.may_repeat(told.compressed_size) {
                    break;
                }
                tried += 1;
                let Descriptor { crc32, compressed_size, size, .. } = told;
                let entry =
                    Entry { crc32, compressed_size, size, end: start + compressed_size, ..entry.clone() };
                match self.take(entry)? {
                    None => return Ok((None, Next::record(end))),
                    Some(error) => first = first.or(Some((error, end))),
                }
            }
        }
        if let Some((error, end)) = first {
            return Ok((Some(error), Next::record(end)));
        }
        let error = Error::damaged(
            "the member is cut off: the record behind its data, which tells their length, is not there",
        );
        self.judge_by_array(candidate, error, size)
    }

    /// The records that may end the data here, or right before here where they have no signature; each with where it ends.
    fn descriptors(&self, start: u64, place: u64, is_record: bool) -> Result<Vec<(Descriptor, u64)>> {
        let mut found = Vec::new();
        if is_record {
            let bytes = self.input.read_up_to(place, DESCRIPTOR_BYTES)?;
            found.extend(Descriptor::parse(&bytes, place - start).map(|told| (told, place + told.len)));
            return Ok(found);
        }
        for len in [WIDE_BYTES, 12] {
            let Some(before) = place.checked_sub(len).filter(|&before| before >= start) else { continue };
            let bytes = self.input.read_up_to(before, len as usize)?;
            let whole = Descriptor::parse(&bytes, before - start).filter(|told| told.len == len);
            found.extend(whole.map(|told| (told, place)));
        }
        Ok(found)
    }

    /// Takes a member if it is whole; otherwise gives what is wrong with it.
    fn take(&mut self, entry: Entry) -> Result<Option<Error>> {
        let allowed = self.limits.check_array(Cost::stored(entry.size), self.spent);
        match allowed.and_then(|()| read_whole(self.input, &entry)) {
            Ok(()) => {
                self.spent = self.spent.saturating_add(entry.size);
                memory::reserve(&mut self.whole, 1, "list of members")?;
                self.whole.push(entry);
                Ok(None)
            }
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            Err(error) => Ok(Some(error)),
        }
    }
}
