//! `transparent` structs: what they do, their one field does.

use super::plan_inside;
use crate::Result;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory;

/// Pushes the field at the struct's place.
pub fn push_inner<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    name: &Name,
    value: &'a T,
) -> Result<()> {
    name.check_depth()?;
    members.note_place(name);
    value.to_members(members, name)
}

/// Pushes what `with::to_npz` made of it.
pub fn push_owned_inner<T: ToMembers>(members: &mut Members<'_>, name: &Name, stored: &T) -> Result<()> {
    members.note_place(name);
    members.push_owned(name, stored)
}

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
    wrap: impl FnOnce(T) -> Result<S> + 's,
) -> Plan<'s, S> {
    plan_inside(loader, name, |loader| loader.enter::<T>(|loader| T::plan(loader, name))).and_then(wrap)
}

/// Plans many.
pub fn plan_inners<'s, T: FromMembers + 's, S: 's>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
    wrap: impl Fn(T) -> Result<S> + 's,
) -> Plan<'s, Vec<S>> {
    plan_inside(loader, name, |loader| T::plan_many(loader, name, dims))
        .and_then(move |inners| memory::try_collect(inners.into_iter().map(wrap), "list"))
}
