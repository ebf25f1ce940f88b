//! `validate`: the user's own check of a value, before it is saved and after it is loaded.

use std::fmt::Display;
use std::result::Result as StdResult;

use crate::members::{Name, Plan};
use crate::{Error, Result};

/// Checks a value that is about to be saved.
pub fn validate<T: ?Sized, E: Display>(
    place: &Name,
    value: &T,
    check: impl FnOnce(&T) -> StdResult<(), E>,
) -> Result<()> {
    check(value)
        .map_err(|error| refused(place, &format!("{error}; nothing is written, the last file stands")))
}

/// Checks a value that was loaded.
pub fn validate_loaded<T: ?Sized, E: Display>(
    place: &Name,
    value: &T,
    check: impl FnOnce(&T) -> StdResult<(), E>,
) -> Result<()> {
    check(value).map_err(|error| refused(place, &error))
}

fn refused(place: &Name, why: &dyn Display) -> Error {
    let error = Error::invalid(format!("`validate` refuses the value: {why}"));
    if place.is_root() { error } else { error.in_member(place.as_str()) }
}

/// Checks many that are one member.
pub fn validate_each<T: ?Sized, E: Display>(
    place: &Name,
    values: &[&T],
    check: impl Fn(&T) -> StdResult<(), E>,
) -> Result<()> {
    values.iter().try_for_each(|value| validate(place, *value, &check))
}

/// Checks the value that a plan gives.
pub fn plan_validated<'s, T: 's, E: Display>(
    place: &Name,
    plan: Plan<'s, T>,
    check: impl FnOnce(&T) -> StdResult<(), E> + 's,
) -> Plan<'s, T> {
    let place = place.clone();
    plan.and_then(move |value| validate_loaded(&place, &value, check).map(|()| value))
}
