//! What the derive macro may touch. Not part of the API: the module's name carries the version, so that a macro
//! of another version can't compile against it.

use std::fmt::Display;

pub use std::default::Default;
pub use std::marker::PhantomData;
pub use std::option::Option::{self, None, Some};
pub use std::result::Result::{Err, Ok};

use crate::Error;
pub use crate::{Cast, FromMembers, Loader, Members, Name, Npz, Plan, Result, ToMembers};

/// The place of a field: below its parent, or the parent's own for `flatten`.
fn place(parent: &Name, part: Option<&str>) -> Name {
    part.map_or_else(|| parent.clone(), |part| parent.join(part))
}

/// The place that a field's members are at: that of the first name that is there, else of the field's own.
fn find_place<T: FromMembers>(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> (Name, bool) {
    // A recursive type asks its parts for theirs: that ends where no member's name goes on.
    let is_there = |place: &Name| loader.leads_on(place) && T::is_present(loader, place);
    let own = place(parent, names.first().copied());
    if is_there(&own) {
        return (own, true);
    }
    let aliases = names.iter().skip(1).map(|alias| parent.join(alias));
    match aliases.into_iter().find(is_there) {
        Some(alias) => (alias, true),
        None => (own, false),
    }
}

fn plan_at<'s, T: FromMembers + 's>(
    loader: &mut Loader<'s>,
    place: &Name,
    cast: Option<Cast>,
) -> Plan<'s, T> {
    if let Err(error) = place.check_depth() {
        loader.refuse(place, "members".to_owned(), &error);
        return Plan::refused();
    }
    match cast {
        Some(cast) => loader.with_cast(cast, |loader| T::plan(loader, place)),
        None => T::plan(loader, place),
    }
}

/// Pushes one field; `part` is `None` for `flatten`.
pub fn push<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    part: Option<&str>,
    value: &'a T,
) -> Result<()> {
    let place = place(parent, part);
    place.check_depth()?;
    value.to_members(members, &place)
}

/// Pushes what `with::to_npz` made of a field.
pub fn push_owned<T: ToMembers>(
    members: &mut Members<'_>,
    parent: &Name,
    part: Option<&str>,
    stored: &T,
) -> Result<()> {
    members.push_owned(&place(parent, part), stored)
}

/// Plans a field that has to be there.
pub fn plan<'s, T: FromMembers + 's>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    cast: Option<Cast>,
) -> Plan<'s, T> {
    let (place, _) = find_place::<T>(loader, parent, names);
    plan_at(loader, &place, cast)
}

/// Plans a field that may be absent.
pub fn plan_if_present<'s, T: FromMembers + 's>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    cast: Option<Cast>,
) -> Option<Plan<'s, T>> {
    let (place, is_present) = find_place::<T>(loader, parent, names);
    is_present.then(|| plan_at(loader, &place, cast))
}

/// Plans a field that `with::from_npz` makes of its stored form.
pub fn plan_with<'s, R: FromMembers + 's, T: 's, E: Display>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    cast: Option<Cast>,
    convert: impl FnOnce(R) -> std::result::Result<T, E> + 's,
) -> Plan<'s, T> {
    let (place, _) = find_place::<R>(loader, parent, names);
    convert_plan(plan_at(loader, &place, cast), place, convert)
}

/// Plans a field with `with` that may be absent.
pub fn plan_with_if_present<'s, R: FromMembers + 's, T: 's, E: Display>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    cast: Option<Cast>,
    convert: impl FnOnce(R) -> std::result::Result<T, E> + 's,
) -> Option<Plan<'s, T>> {
    let (place, is_present) = find_place::<R>(loader, parent, names);
    is_present.then(|| convert_plan(plan_at(loader, &place, cast), place, convert))
}

fn convert_plan<'s, R: 's, T: 's, E: Display>(
    plan: Plan<'s, R>,
    place: Name,
    convert: impl FnOnce(R) -> std::result::Result<T, E> + 's,
) -> Plan<'s, T> {
    plan.and_then(move |stored| {
        convert(stored).map_err(|error| Error::custom(error).in_member(place.as_str()))
    })
}

/// Tells whether any member of a field is there.
pub fn is_present<T: FromMembers>(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> bool {
    find_place::<T>(loader, parent, names).1
}

/// Tells whether any member of a field's stored form is there.
pub fn is_present_with<R: FromMembers, T, E>(
    loader: &Loader<'_>,
    parent: &Name,
    names: &[&str],
    _convert: impl FnOnce(R) -> std::result::Result<T, E>,
) -> bool {
    find_place::<R>(loader, parent, names).1
}
