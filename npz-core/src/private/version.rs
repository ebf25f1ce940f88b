//! `version` and `migrate`: what a struct of today makes of the members that one of yesterday has written.

use std::fmt::Display;
use std::result::Result as StdResult;

use crate::members::{Age, Loader, Members, Name, OldMembers, VERSION};
use crate::{Cast, ProblemKind, RemarkKind, Result};

/// Pushes the version of a struct.
#[inline]
pub fn push_version(members: &mut Members<'_>, parent: &Name, version: u32) -> Result<()> {
    members.push_sign(&parent.join(VERSION), &version)
}

/// Checks the version of a struct without `migrate`; `false` if a problem was noted.
///
/// Older members are planned as they are: aliases and defaults are enough for them.
#[inline]
pub fn check_version(loader: &mut Loader<'_>, parent: &Name, version: u32) -> bool {
    let found = read_version(loader, parent, version);
    if let Some(found) = found.filter(|&found| found < version) {
        let text = format!(
            "version {found} is loaded as it is; `migrate` on the struct could turn it into {version}"
        );
        loader.remark(RemarkKind::Outdated, parent.join(VERSION).as_str(), text);
    }
    found.is_some()
}

/// Reads the version, and refuses one from the future; `None` if a problem was noted.
#[inline]
fn read_version(loader: &mut Loader<'_>, parent: &Name, version: u32) -> Option<u32> {
    let place = parent.join(VERSION);
    if loader.record_optional::<u32>(&place) {
        return Some(version);
    }
    if !loader.contains(&place) {
        return Some(if loader.age == Age::AsFound { 0 } else { version });
    }
    // Python writes an int64.
    let found = loader.with_cast(Cast::Safe, |loader| loader.read_now::<u32>(&place));
    match found {
        // Migrated before; but the member is taken, so that no map finds it, and a copy keeps it.
        Some(_) if loader.age != Age::AsFound => Some(version),
        Some(found) if found > version => {
            let hint = "a newer program has written the file: update this one".to_owned();
            let expected = format!("at most {version}");
            loader.note(ProblemKind::Value, &place, expected, found.to_string(), hint);
            // What else differs is no news.
            loader.allow_unknown(parent);
            None
        }
        None => {
            loader.allow_unknown(parent);
            None
        }
        found => found,
    }
}

/// Lets the user's function turn older members into those of today; `false` if a problem was noted.
pub fn migrate<E: Display>(
    loader: &mut Loader<'_>,
    parent: &Name,
    version: u32,
    migrate: impl FnOnce(&mut OldMembers<'_>, u32) -> StdResult<(), E>,
) -> bool {
    let found = match read_version(loader, parent, version) {
        Some(found) if found < version => found,
        found => return found.is_some(),
    };
    let place = parent.join(VERSION);
    let mut old = OldMembers::new(loader, parent);
    let migrated = migrate(&mut old, found);
    let (remarks, spent) = old.into_remarks();
    loader.spent = spent;
    for remark in remarks {
        loader.remark(remark.kind, &remark.member, remark.text);
    }
    if let Err(error) = migrated {
        let expected = format!("members of version {found} that become those of version {version}");
        // An error may have a list of its own.
        let error = error.to_string().replace('\n', "\n    ");
        let from = format!("the function for version {found} failed: {error}");
        loader.note(ProblemKind::Migration, &place, expected, from, String::new());
        loader.allow_unknown(parent);
        return false;
    }
    loader.migrations += 1;
    loader.remark(RemarkKind::Migrated, place.as_str(), format!("migrated from {found} to {version}"));
    true
}
