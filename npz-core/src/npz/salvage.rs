//! `salvage`: what is whole of a damaged archive.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use super::NpzReader;
use super::names::key_of;
use crate::archive::index::{Entry, Index};
use crate::archive::salvage::{Lose, begins_with_a_member, read_whole, scan};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{AnyInput, Input};
use crate::limits::{Cost, Limits};
use crate::options::LoadOptions;
use crate::report::Report;
use crate::sniff::is_torch_member;
use crate::source::open_file;

impl LoadOptions {
    /// Opens what is whole of a damaged archive, and reports what is not. Python's `zipfile` refuses an archive without its
    /// directory; `zip -FF` repairs some.
    ///
    /// The reader has the members that are whole, each by its checksum, and no others: `load`, `get`, `entries` and all else
    /// work on them as on any archive. Where the directory at the end is missing, as after a save or a copy that was
    /// interrupted, members are found by the headers in front of their data. To repair the file, load a map of lazy arrays and save it.
    /// Of the members that are lost the report tells the name and the reason; it [is ok](Report::is_ok) if nothing is.
    ///
    /// Reads all data once, in pieces; takes time in proportion to the file's size whatever stands in it. [`Limits`] hold.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if no member is found, whole or not; [`ErrorKind::Io`] if reading fails; [`ErrorKind::Unsupported`]
    /// for another kind of file, such as a `.npy` file; [`ErrorKind::Limit`] if there are more members than allowed.
    ///
    /// ```
    /// use npz_core::{AnyArray, Lazy, LoadOptions, Npz, NpzReader};
    /// use std::collections::BTreeMap;
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-salvage.npz");
    /// let bytes = BTreeMap::from([("a".to_owned(), vec![1.0; 100]), ("b".to_owned(), vec![2.0; 100])]).to_bytes()?;
    /// std::fs::write(&path, &bytes[..1500])?; // a download that broke off
    /// assert!(NpzReader::open(&path).is_err());
    ///
    /// let (npz, report) = LoadOptions::new().salvage(&path)?;
    /// assert_eq!(npz.get::<Vec<f64>>("a")?, [1.0; 100]);
    /// assert_eq!(report.problems()[0].to_string(), "member \"b\" is damaged: the member is cut off: expected 928 bytes, found 412 (at byte 992)");
    ///
    /// npz.load::<BTreeMap<String, Lazy<AnyArray>>>()?.save(&path)?; // the file as it should be, without `b`
    /// assert_eq!(NpzReader::open(&path)?.names().collect::<Vec<_>>(), ["a"]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn salvage(&self, path: impl AsRef<Path>) -> Result<(NpzReader<File>, Report)> {
        let path = path.as_ref();
        let salvage = || {
            let (file, _) = open_file(path, ".npz")?;
            let input = Input::new(file, Some(path.to_path_buf()))?;
            let (mut report, mut has_lost) = (Report::of_file(), false);
            let mut lose = |name: &str, error: &Error| {
                has_lost |= !name.is_empty();
                report.push_fault(key_of(name), error);
            };
            let entries = match Index::read(&input, &self.limits) {
                // Otherwise the directory is that of an archive inside of a member that was cut off right behind it, or an earlier one.
                Ok(index) if index.is_of_the_whole_file(&input)? => {
                    by_directory(&input, index, &self.limits, &mut lose)?
                }
                Err(error) if !can_be_damage(&input, &error)? => return Err(error),
                read => {
                    let whole = scan(&input, &self.limits, &mut lose)?;
                    match read {
                        Err(error) if whole.is_empty() && !has_lost => return Err(error),
                        Err(error) if whole.first().is_some_and(is_of_torch) => return Err(error),
                        _ => whole,
                    }
                }
            };
            let mut index = Index::of(entries);
            index.keep_below(&self.prefix)?;
            index.keep_matching(&self.only, key_of)?;
            Ok((NpzReader::of_members(input, index, self)?, report))
        };
        salvage().map_err(|error: Error| error.in_file(path))
    }
}

/// Whether the archive that begins with this member is one of PyTorch.
fn is_of_torch(first: &Entry) -> bool {
    is_torch_member(first.name.as_bytes())
}

/// Whether there can be members although there is no directory.
fn can_be_damage(input: &AnyInput<'_>, error: &Error) -> Result<bool> {
    Ok(match error.kind() {
        ErrorKind::Damaged => true,
        ErrorKind::Unsupported => begins_with_a_member(input)?,
        _ => false,
    })
}

/// The members of the directory that are whole. One that is not, because its entry is wrong, may have been found by its own
/// header.
fn by_directory(
    input: &AnyInput<'_>,
    index: Index,
    limits: &Limits,
    lose: &mut Lose<'_>,
) -> Result<Vec<Entry>> {
    let (mut whole, mut damaged, mut spent) = (Vec::new(), Vec::new(), 0_u64);
    for entry in index.entries {
        let allowed = limits.check_array(Cost::stored(entry.size), spent);
        match allowed.and_then(|()| read_whole(input, &entry)) {
            Ok(()) => {
                spent = spent.saturating_add(entry.size);
                whole.push(entry);
            }
            Err(error) if error.kind() == ErrorKind::Io => return Err(error),
            Err(error) if error.kind() == ErrorKind::Damaged => damaged.push((entry, error)),
            Err(error) => lose(&entry.name, &error),
        }
    }
    if damaged.is_empty() {
        return Ok(whole);
    }
    let found = scan(input, limits, &mut |_, _| {})?;
    let by_name: HashMap<_, _> = found.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let by_offset: HashMap<_, _> = found.iter().map(|entry| (entry.header_offset, entry)).collect();
    let mut used: HashSet<_> = whole.iter().map(|entry| entry.header_offset).collect();
    for (entry, error) in damaged {
        let other = by_offset.get(&entry.header_offset).or_else(|| by_name.get(entry.name.as_str()));
        match other.filter(|other| used.insert(other.header_offset)) {
            Some(&other) => {
                lose(&other.name, &error.with_note("; by its own header it is whole, and is there"));
                whole.push(other.clone());
            }
            None => lose(&entry.name, &error),
        }
    }
    Ok(whole)
}
