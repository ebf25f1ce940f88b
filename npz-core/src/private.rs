//! What the derive macro may touch. Not part of the API: it leads out through a door in `lib` whose name carries the
//! version, so that a macro of another version can't compile against it.

mod choice;
mod finish;
mod json;
mod load_field;
mod names;
mod record;
mod transparent;
mod validate;
mod version;

use std::fmt::Display;

pub use std::clone::Clone;
pub use std::default::Default;
pub use std::marker::{PhantomData, Send, Sync};
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u8, u32, usize};
pub use std::result::Result::{Err, Ok};
pub use std::string::String;
pub use std::vec::Vec;

pub use self::choice::{
    Choice, plan_choice, plan_choices, plan_variants, push_choice, push_choices, push_tag, refused,
};
pub use self::finish::{failed, finish, finish_or_else, finish_over, finished};
pub use self::json::{Json, from_json, to_json};
pub use self::load_field::LoadField;
pub use self::names::{Names, check_each, check_flat, check_nested};
pub use self::record::*;
pub use self::transparent::{plan_inner, plan_inners, push_inner, push_inners, push_owned_inner};
pub use self::validate::{plan_validated, validate, validate_each, validate_loaded};
pub use self::version::{check_version, migrate, push_version};
pub use crate::element::{TextForm, store_as};
pub use crate::extend::{Loader, Members, Name, Plan};
pub use crate::members::EachPart;
use crate::members::NONE;
pub use crate::members::forms::Forms;
pub use crate::members::settings::{LoadSettings, SaveSettings};
pub use crate::members::shapes::Shapes;
pub use crate::members::spare::Spares;
pub use crate::{Cast, Compression, FromMembers, Npz, Order, Result, ToMembers};
use crate::{Error, RemarkKind};

/// The place whose next part is a field with `each`.
pub fn each(parent: &Name) -> Name {
    parent.before_each()
}

/// Looks for a field: gives the place of the first of its names that is there, else of its own, and whether it is there.
fn look_up<T: FromMembers>(loader: &mut Loader<'_>, parent: &Name, names: &[&str]) -> (Name, bool) {
    fn is_at<T: FromMembers>(loader: &Loader<'_>, place: &Name) -> bool {
        loader.is_at::<T>(place)
    }
    look_up_by(loader, parent, names, T::is_single(), is_at::<T>)
}

// Not generic, as it would be compiled anew for each type of field.
fn look_up_by(
    loader: &mut Loader<'_>,
    parent: &Name,
    names: &[&str],
    is_single: bool,
    is_at: fn(&Loader<'_>, &Name) -> bool,
) -> (Name, bool) {
    let Some((own, aliases)) = names.split_first() else {
        // `flatten`: its place is that of its parent.
        return (parent.shared(), true);
    };
    let own = parent.join(own);
    if loader.is_recording() {
        loader.record_place(&own.join(NONE), true);
        for name in names {
            loader.record_place(&parent.join(name), is_single);
        }
    }
    if loader.is_void(parent) {
        return (own, false);
    }
    if is_at(loader, &own) || loader.contains(&own.join(NONE)) {
        return (own, true);
    }
    let Some(alias) = aliases.iter().map(|alias| parent.join(alias)).find(|alias| is_at(loader, alias))
    else {
        return (own, false);
    };
    let text = format!("taken for {:?}, whose alias it is", own.as_str());
    loader.remark(RemarkKind::Aliased, alias.as_str(), text);
    (alias, true)
}

/// Plans a field that may be absent, as `plan` does at the place that it is found at.
fn plan_if_there<'s, R: FromMembers, P>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    plan: impl FnOnce(&mut Loader<'s>, &Name) -> P,
) -> Option<P> {
    let (place, mut is_there) = look_up::<R>(loader, parent, names);
    let is_flat = names.is_empty();
    if is_flat && !loader.is_recording() {
        // Only the value knows which of the members beside it are its own.
        is_there = R::is_present(loader, &place);
    }
    let is_none = is_there && !is_flat && loader.take_none(&place);
    let planned = loader.optionally(is_there && !is_none, |loader| plan(loader, &place));
    if planned.is_none() && !is_flat {
        let what = if is_none { "Python's `None`" } else { "absent" };
        let text = format!("{what}, its default was taken");
        loader.remark(RemarkKind::Defaulted, place.as_str(), text);
    }
    planned
}

fn plan_at<'s, T: FromMembers + 's>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, T> {
    // A marked value has no members: what plans it finds nothing, which is what was saved.
    if !loader.is_void(place) {
        loader.take_mark(&place.join(NONE));
    }
    loader.note_place(place);
    plan_inside(loader, place, |loader| loader.enter::<T>(|loader| T::plan(loader, place)))
}

/// Plans unless that would go too deep.
fn plan_inside<'s, T>(
    loader: &mut Loader<'s>,
    place: &Name,
    plan: impl FnOnce(&mut Loader<'s>) -> Plan<'s, T>,
) -> Plan<'s, T> {
    if is_too_deep(loader, place) { Plan::refused() } else { plan(loader) }
}

fn is_too_deep(loader: &mut Loader<'_>, place: &Name) -> bool {
    let Err(error) = place.check_depth() else { return false };
    loader.refuse(place, "members".to_owned(), error);
    true
}

/// Pushes one field.
pub fn push<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    part: &str,
    value: &'a T,
) -> Result<()> {
    push_inner(members, &parent.join(part), value)
}

/// Pushes what `with::to_npz` made of a field.
pub fn push_owned<T: ToMembers>(
    members: &mut Members<'_>,
    parent: &Name,
    part: &str,
    stored: &T,
) -> Result<()> {
    push_owned_inner(members, &parent.join(part), stored)
}

/// Pushes one field whose absence would load as something else (`default`): a value without members is marked.
pub fn push_or_mark<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    part: &str,
    value: &'a T,
) -> Result<()> {
    let before = members.len();
    push(members, parent, part, value)?;
    mark(members, before, parent, part)
}

/// Pushes what `with::to_npz` made of a field whose absence would load as something else.
pub fn push_owned_or_mark<T: ToMembers>(
    members: &mut Members<'_>,
    parent: &Name,
    part: &str,
    stored: &T,
) -> Result<()> {
    let before = members.len();
    push_owned(members, parent, part, stored)?;
    mark(members, before, parent, part)
}

fn mark(members: &mut Members<'_>, before: usize, parent: &Name, part: &str) -> Result<()> {
    if members.len() > before {
        return Ok(());
    }
    members.push_owned(&parent.join(part).join(NONE), &true)
}

/// Pushes a flattened field, and refuses members that its siblings would take for their own when loaded.
pub fn push_flat<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    siblings: &[&str],
    value: &'a T,
) -> Result<()> {
    let before = members.len();
    push_inner(members, &parent.shared(), value)?;
    refuse_siblings(members, before, parent, siblings)
}

/// The same for what `with::to_npz` made of it.
pub fn push_owned_flat<T: ToMembers>(
    members: &mut Members<'_>,
    parent: &Name,
    siblings: &[&str],
    stored: &T,
) -> Result<()> {
    let before = members.len();
    push_owned_inner(members, &parent.shared(), stored)?;
    refuse_siblings(members, before, parent, siblings)
}

fn refuse_siblings(members: &Members<'_>, before: usize, parent: &Name, siblings: &[&str]) -> Result<()> {
    for sibling in siblings {
        let (place, is_pattern) = match sibling.strip_suffix("{}") {
            Some(part) => (parent.before_each().join(part), true),
            None => (parent.join(sibling), false),
        };
        let prefix = place.prefix();
        let is_of_sibling = |name: &&str| match name.strip_prefix(&*prefix) {
            Some(rest) => !is_pattern || rest.starts_with(|next: char| next.is_ascii_digit()),
            None => *name == place.as_str(),
        };
        if let Some(name) = members.names_since(before).find(is_of_sibling) {
            let message = format!(
                "a flattened field may not push this name, which belongs to the field or alias {sibling:?} beside it: \
                 rename one of them"
            );
            return Err(Error::invalid(message).in_member(name));
        }
    }
    Ok(())
}

/// Pushes a field under settings of its own.
pub fn save_under<'a>(
    members: &mut Members<'a>,
    settings: SaveSettings,
    push: impl FnOnce(&mut Members<'a>) -> Result<()>,
) -> Result<()> {
    members.with_settings(settings, push)
}

/// Plans a field under settings of its own.
pub fn load_under<'s, P>(
    loader: &mut Loader<'s>,
    settings: LoadSettings,
    plan: impl FnOnce(&mut Loader<'s>) -> P,
) -> P {
    loader.with_settings(settings, plan)
}

/// Plans a field that `with::from_npz` makes of its stored form.
pub fn plan_with<'s, R: FromMembers + 's, T: 's, E: Display>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    convert: impl FnOnce(R) -> std::result::Result<T, E> + 's,
) -> Plan<'s, T> {
    let (place, _) = look_up::<R>(loader, parent, names);
    convert_plan(plan_at(loader, &place), place, convert)
}

/// Plans a field with `with` that may be absent.
pub fn plan_with_if_present<'s, R: FromMembers + 's, T: 's, E: Display>(
    loader: &mut Loader<'s>,
    parent: &Name,
    names: &[&str],
    convert: impl FnOnce(R) -> std::result::Result<T, E> + 's,
) -> Option<Plan<'s, T>> {
    plan_if_there::<R, _>(loader, parent, names, |loader, place| {
        convert_plan(plan_at(loader, place), place.clone(), convert)
    })
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

/// Takes the members of a field with `skip_load`, so that they are not unexpected.
pub fn pass_over<T: ToMembers + ?Sized>(loader: &mut Loader<'_>, parent: &Name, names: &[&str]) {
    for name in names {
        let place = parent.join(name);
        loader.take_all(&place.with_separator(T::inner_separator(place.separator())));
    }
    pass_over_converted(loader, parent, names);
}

/// The same for a field whose stored form is another type.
pub fn pass_over_converted(loader: &mut Loader<'_>, parent: &Name, names: &[&str]) {
    for name in names {
        let place = parent.join(name);
        loader.record_place(&place, false);
        loader.take_all(&place);
    }
}
