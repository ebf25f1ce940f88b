//! `transparent` structs: what they do, their one field does.

use super::plan_checked;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory;
use crate::{Cast, Result};

/// Pushes the fields of many structs as many such fields are pushed.
pub fn push_inners<'a, S: ?Sized, T: ToMembers + 'a>(
    items: &[&'a S],
    inner: impl Fn(&'a S) -> &'a T,
    shape: &[usize],
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    name.check_depth()?;
    let inners: Vec<&'a T> = memory::collect(items.iter().map(|item| inner(item)), "list")?;
    T::refs_to_members(&inners, shape, members, name)
}

/// Plans the field at the struct's place.
pub fn plan_inner<'s, T: FromMembers + 's, S: 's>(
    loader: &mut Loader<'s>,
    name: &Name,
    cast: Option<Cast>,
    wrap: impl FnOnce(T) -> Result<S> + 's,
) -> Plan<'s, S> {
    plan_checked(loader, name, cast, |loader| loader.enter::<T>(|loader| T::plan(loader, name)))
        .and_then(wrap)
}

/// Plans many.
pub fn plan_inners<'s, T: FromMembers + 's, S: 's>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
    cast: Option<Cast>,
    wrap: impl Fn(T) -> Result<S> + 's,
) -> Plan<'s, Vec<S>> {
    plan_checked(loader, name, cast, |loader| T::plan_many(loader, name, dims))
        .and_then(move |inners| memory::try_collect(inners.into_iter().map(wrap), "list"))
}
