//! `version` and `migrate`: what a struct of today makes of the members that one of yesterday has written.

use std::fmt::Display;
use std::result::Result as StdResult;

use crate::members::{Loader, Members, Name, OldMembers};
use crate::{Cast, ProblemKind, RemarkKind, Result};

/// The part of a name under which the version stands. No field may be called so.
const VERSION: &str = "__version__";

/// Pushes the version of a struct.
pub fn push_version(members: &mut Members<'_>, parent: &Name, version: u32) -> Result<()> {
    members.push_sign(&parent.join(VERSION), &version)
}

/// Tells whether a version is there.
pub fn is_version_present(loader: &Loader<'_>, parent: &Name) -> bool {
    loader.contains(&parent.join(VERSION))
}

/// Reads the version, and refuses one from the future; `None` if a problem was noted.
///
/// Older members are planned as they are: aliases and defaults are enough for them.
pub fn plan_version(loader: &mut Loader<'_>, parent: &Name, version: u32) -> Option<u32> {
    let place = parent.join(VERSION);
    if loader.record_optional::<u32>(&place) {
        return Some(version);
    }
    if loader.is_current {
        return Some(version);
    }
    if !loader.contains(&place) {
        return Some(0);
    }
    // Python writes an int64.
    let found = loader.with_cast(Cast::Safe, |loader| loader.read_now::<u32>(&place));
    match found {
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
    let found = match plan_version(loader, parent, version) {
        Some(found) if found < version => found,
        found => return found.is_some(),
    };
    let place = parent.join(VERSION);
    if let Err(error) = migrate(&mut OldMembers::new(loader, parent), found) {
        let expected = format!("members of version {found} that become those of version {version}");
        let from = format!("the function for version {found} failed: {error}");
        loader.note(ProblemKind::Migration, &place, expected, from, String::new());
        loader.allow_unknown(parent);
        return false;
    }
    loader.migrations += 1;
    loader.remark(RemarkKind::Migrated, place.as_str(), format!("migrated from {found} to {version}"));
    true
}
