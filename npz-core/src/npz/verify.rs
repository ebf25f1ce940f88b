//! `verify`: reads all that a file holds, and tells everything that is wrong with it.

use std::io::Read;
use std::path::Path;

use super::NpzReader;
use super::names::key_of;
use crate::archive::audit;
use crate::archive::decode::{Data, Seen, with_data, with_prefix};
use crate::archive::local::place_of_data;
use crate::archive::shared::Shared;
use crate::error::{Error, ErrorKind, Result};
use crate::header::{Header, is_magic};
use crate::input::{AnyInput, Input, Section};
use crate::limits::{Cost, Limits};
use crate::memory::{self, MEMBERS, zeros};
use crate::options::LoadOptions;
use crate::report::{ProblemKind, Report};
use crate::run::{Meter, Team, Threads};
use crate::source::{ReadAt, open_file};
use crate::stored::PIECE_BYTES;

/// For less nobody is woken.
const LEAST_WORK: u64 = 4 << 20;

impl LoadOptions {
    /// Reads all data of a file, an archive or a `.npy` file, and reports everything that is wrong with it: Python's
    /// `ZipFile.testzip`, and more.
    ///
    /// [`NpzReader::check`] compares headers with a type, and reads no data; this needs no type, and reads all data. Of
    /// an archive each member is read once: its checksum, the length of its data, the header of its array and whether the
    /// cells have the length that the header tells. Besides, the directory is compared with the headers in front of the
    /// members, and names that are there twice, members that share bytes and bytes that belong to nothing are told. A
    /// `.npy` file has no checksum: only lengths can be compared.
    ///
    /// Several members, or several places of one that is deflated, are read at once by the [`threads`](Self::threads) of the options, in
    /// pieces: memory does not grow with their size. [`Limits`] hold, since a small file may hold terabytes of zeros. What can't be looked into, because it
    /// is encrypted or its method's feature is off, is a problem too.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if reading fails; [`ErrorKind::Unsupported`] for another kind of file; [`ErrorKind::Limit`] if there
    /// are more members than allowed; [`ErrorKind::Cancelled`] by the [`progress`](Self::progress) function; [`ErrorKind::Invalid`] for a folder. Damage is not an error here but the report;
    /// [`Report::into_result`] makes one of it.
    ///
    /// ```
    /// use npz_core::{LoadOptions, Npz, ProblemKind};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-verify.npz");
    /// let map = std::collections::BTreeMap::from([("w".to_owned(), vec![0.5; 100])]);
    /// let mut bytes = map.to_bytes()?;
    /// std::fs::write(&path, &bytes)?;
    /// assert!(LoadOptions::new().verify(&path)?.is_ok());
    ///
    /// bytes[500] ^= 1;
    /// std::fs::write(&path, &bytes)?;
    /// let report = LoadOptions::new().verify(&path)?;
    /// assert_eq!((report.problems()[0].kind, &*report.problems()[0].member), (ProblemKind::Damaged, "w"));
    /// println!("{report}\n{}", report.to_json());
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn verify(&self, path: impl AsRef<Path>) -> Result<Report> {
        let path = path.as_ref();
        let verify = || {
            let (file, size) = open_file(path, ".npz")?;
            if size.is_none() {
                return Err(Error::unsupported("expected a file, found a pipe, which can be read but once"));
            }
            let input = Input::new(file, Some(path.to_path_buf()))?;
            let mut start = [0; 8];
            let count = input.read(&mut start, 0)?;
            if is_magic(start.get(..count).unwrap_or_default()) {
                return verify_arrays(&input, self);
            }
            // The whole file, whatever is to be loaded of it.
            match NpzReader::over(input, &self.clone().prefix("").only([""; 0])) {
                Ok(npz) => npz.verify(),
                Err(error) if error.kind() == ErrorKind::Damaged => {
                    let mut report = Report::of_file();
                    report.push_fault("", &error);
                    Ok(report)
                }
                Err(error) => Err(error),
            }
        };
        verify().map_err(|error| error.in_file(path))
    }
}

impl<R: ReadAt> NpzReader<R> {
    /// Reads all data of the archive and reports everything that is wrong with it: see [`LoadOptions::verify`].
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the source fails.
    ///
    /// ```
    /// # let map = std::collections::BTreeMap::from([("w".to_owned(), vec![0.5; 100])]);
    /// # let bytes = npz_core::Npz::to_bytes(&map)?;
    /// assert!(npz_core::NpzReader::new(&bytes)?.verify()?.is_ok());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn verify(&self) -> Result<Report> {
        self.verify_all().map_err(|error| self.input.locate(error))
    }

    fn verify_all(&self) -> Result<Report> {
        let entries = &self.index.entries;
        let total = entries.iter().map(|entry| entry.size).fold(0, u64::saturating_add);
        let threads = if total < LEAST_WORK { Threads::ONE } else { self.options.threads };
        let team = Team::new(threads).with_progress(self.options.progress.clone());
        team.meter().announce(total);
        let mut spent = 0_u64;
        let mut items = memory::with_room(entries.len(), MEMBERS)?;
        for (member, entry) in entries.iter().enumerate() {
            let allowed = self.options.limits.check_array(Cost::stored(entry.size), spent);
            spent = spent.saturating_add(if allowed.is_ok() { entry.size } else { 0 });
            items.push((member, (member, allowed)));
        }
        items.sort_by_key(|(member, _)| std::cmp::Reverse(entries[*member].size));
        let verify = |(member, allowed)| self.verify_member(member, allowed, &team);
        let verified = team.in_parallel(items, verify)?;
        team.meter().finish()?;

        let mut report = Report::of_file();
        let mut ends = memory::with_room(entries.len(), MEMBERS)?;
        for (entry, Verified { faults, end }) in entries.iter().zip(verified) {
            for fault in &faults {
                report.push_fault(key_of(&entry.name), fault);
            }
            ends.push(end);
        }
        for name in self.duplicates() {
            report.push_doubt(
                key_of(name),
                "another member has this name, and programs differ in which they read",
            );
        }
        self.index.strays(&self.input, &ends)?.iter().for_each(|stray| report.push_doubt("", stray));
        Ok(report)
    }

    /// Reads one member. An error is that of the source, not of the member.
    fn verify_member(&self, member: usize, allowed: Result<()>, team: &Team) -> Result<Verified> {
        let entry = self.entry(member)?;
        let mut verified = Verified { faults: Vec::new(), end: None };
        let extent = match allowed.and_then(|()| place_of_data(&self.input, entry)) {
            Ok(extent) => extent,
            Err(error) => {
                verified.add(error)?;
                return Ok(verified);
            }
        };
        let (wrong, end) = audit::compare(&self.input, entry, &extent)?;
        verified.end = Some(end);
        verified.faults.extend(wrong.into_iter().map(Error::damaged));
        // What the header says is looked at here, and told even if the checksum is wrong.
        let mut misfit = None;
        let limits = &self.options.limits;
        let mut compare = |data: &mut Data<'_>| {
            misfit = misfit_of(&Header::collect(data, limits)?, limits, extent.size);
            Ok(())
        };
        let shared = Shared { input: &self.input, extent: &extent, blocks: entry.blocks.as_deref(), team };
        let read = if shared.stream(extent.size, &mut |_| Ok(()))? == Some(extent.crc32) {
            with_prefix(&self.input, &extent, compare)
        } else {
            with_data(&self.input, &extent, Seen::default(), |data| {
                compare(data)?;
                let mut piece =
                    zeros(PIECE_BYTES.min(usize::try_from(extent.size).unwrap_or(PIECE_BYTES)), "member")?;
                loop {
                    match data.read(&mut piece).map_err(|error| Error::io("can't read the member", error))? {
                        0 => return Ok(()),
                        count => team.meter().done(count as u64)?,
                    }
                }
            })
        };
        for error in read.err().into_iter().chain(misfit) {
            verified.add(error)?;
        }
        Ok(verified)
    }
}

/// What came out of one member.
struct Verified {
    faults: Vec<Error>,
    /// Where the next record has to begin.
    end: Option<u64>,
}

impl Verified {
    /// Adds a fault of the member; one of the source is an error.
    fn add(&mut self, error: Error) -> Result<()> {
        if [ErrorKind::Io, ErrorKind::Cancelled].contains(&error.kind()) {
            return Err(error);
        }
        self.faults.push(error);
        Ok(())
    }
}

/// What is wrong with the array in so many bytes, which begin with these; what is no array has nothing to compare.
fn misfit_of(start: &[u8], limits: &Limits, size: u64) -> Option<Error> {
    if !is_magic(start) {
        return None;
    }
    match Header::parse(start, limits) {
        // Its cells have a length that only the other library knows.
        Err(error) if error.is_foreign_dtype() => None,
        Err(error) => Some(error),
        // What follows is a pickle, which tells its length itself.
        Ok(header) if header.dtype().has_object() => None,
        Ok(header) => {
            let expected = header.data_len();
            let found = size.saturating_sub(header.len() as u64);
            (found != expected).then(|| {
                Error::damaged(format!(
                    "the array's cells have another length: expected {expected} bytes, found {found}"
                ))
            })
        }
    }
}

/// Reads the arrays of a `.npy` file: mostly one, but several may have been saved one behind the other.
fn verify_arrays(input: &AnyInput<'_>, options: &LoadOptions) -> Result<Report> {
    let limits = &options.limits;
    let meter = Meter::new(options.progress.clone());
    meter.announce(input.size());
    let mut report = Report::of_file();
    let (mut at, size) = (0, input.size());
    let mut piece = zeros(PIECE_BYTES.min(usize::try_from(size).unwrap_or(PIECE_BYTES)), "array")?;
    while at < size {
        let start = Header::collect(&mut Section::new(input, at..size), limits);
        let header = match start.and_then(|start| Header::parse(&start, limits)) {
            Ok(header) => header,
            Err(error) if error.kind() == ErrorKind::Io => return Err(error),
            Err(error) if error.is_foreign_dtype() => break,
            Err(error) if at == 0 => {
                report.push_fault("", &error);
                break;
            }
            Err(_) => {
                report.push_doubt("", &format!("{} bytes behind the array belong to nothing", size - at));
                break;
            }
        };
        // What follows is a pickle, which tells its length itself.
        if header.dtype().has_object() {
            break;
        }
        let cells = at.saturating_add(header.len() as u64);
        let end = cells.saturating_add(header.data_len());
        if end > size {
            let found = size.saturating_sub(cells);
            let text =
                format!("the array is cut off: expected {} bytes of cells, found {found}", header.data_len());
            report.push_fault("", &Error::damaged(text));
            break;
        }
        at = cells;
        while at < end {
            let len = (end - at).min(piece.len() as u64) as usize;
            input.read_exact(&mut piece[..len], at, "the cells")?;
            meter.done(len as u64)?;
            at += len as u64;
        }
    }
    meter.finish()?;
    Ok(report)
}

impl Report {
    /// Notes what is wrong with a member, or with the file where it has no name.
    pub(crate) fn push_fault(&mut self, member: &str, error: &Error) {
        let kind =
            if error.kind() == ErrorKind::Damaged { ProblemKind::Damaged } else { ProblemKind::Unreadable };
        self.push_found(kind, member, &error.to_string(), error.kind());
    }

    /// Notes what programs may read in more than one way.
    fn push_doubt(&mut self, member: &str, text: &str) {
        self.push_found(ProblemKind::Ambiguous, member, text, ErrorKind::Damaged);
    }
}
