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
pub use std::mem::swap;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u8, u32, usize};
pub use std::result::Result::{Err, Ok};
pub use std::string::String;
pub use std::vec::Vec;

pub use self::choice::{
    Choice, is_choice_present, is_tag_present, plan_choice, plan_choices, plan_variants, push_choice,
    push_choices, push_tag, refused,
};
pub use self::finish::{failed, finish, finish_or_else, finish_over, finished};
pub use self::json::{Json, from_json, to_json};
pub use self::load_field::LoadField;
pub use self::names::{Names, check_flat, check_nested};
pub use self::record::*;
pub use self::transparent::{plan_inner, plan_inners, push_inners};
pub use self::validate::{plan_validated, validate, validate_each, validate_loaded};
pub use self::version::{check_version, is_older_present, is_version_present, migrate, push_version};
pub use crate::element::{TextForm, store_as};
pub use crate::extend::{Loader, Members, Name, Plan};
use crate::members::NONE;
pub use crate::members::forms::Forms;
pub use crate::members::settings::{LoadSettings, SaveSettings};
pub use crate::members::spare::Spares;
pub use crate::{Cast, Compression, FromMembers, Npz, Order, Result, ToMembers};
use crate::{Error, RemarkKind};

/// The place of a field: below its parent, or the parent's own for `flatten`.
pub fn place(parent: &Name, part: Option<&str>) -> Name {
    part.map_or_else(|| parent.clone(), |part| parent.join(part))
}

/// Whether a value has members at a place of its own.
///
/// Not asked of the value, whose parts would ask theirs in turn, again at every level: a value with parts is there
/// if any member's name leads on from its place.
fn is_at<T: FromMembers>(loader: &Loader<'_>, place: &Name) -> bool {
    let inner = place.with_separator(T::inner_separator(place.separator()));
    loader.contains(place) || !T::is_single() && (loader.leads_on(place) || loader.leads_on(&inner))
}

/// The place that a field's members are at: that of the first name that is there, else of the field's own.
fn find_place<T: FromMembers>(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> (Name, bool) {
    let Some((own, aliases)) = names.split_first() else {
        // `flatten`: only the value knows which of the members beside it are its own.
        let place = parent.shared();
        let is_present = T::is_present(loader, &place);
        return (place, is_present);
    };
    let own = parent.join(own);
    if loader.is_void(parent) {
        return (own, false);
    }
    if is_at::<T>(loader, &own) || loader.contains(&own.join(NONE)) {
        return (own, true);
    }
    match aliases.iter().map(|alias| parent.join(alias)).find(|alias| is_at::<T>(loader, alias)) {
        Some(alias) => (alias, true),
        None => (own, false),
    }
}

fn plan_at<'s, T: FromMembers + 's>(
    loader: &mut Loader<'s>,
    place: &Name,
    cast: Option<Cast>,
) -> Plan<'s, T> {
    // A marked value has no members: what plans it finds nothing, which is what was saved.
    if !loader.is_void(place) {
        loader.take_mark(&place.join(NONE));
    }
    loader.note_place(place);
    plan_checked(loader, place, cast, |loader| loader.enter::<T>(|loader| T::plan(loader, place)))
}

/// Plans unless that would go too deep, under a field's own casting rule.
fn plan_checked<'s, T>(
    loader: &mut Loader<'s>,
    place: &Name,
    cast: Option<Cast>,
    plan: impl FnOnce(&mut Loader<'s>) -> Plan<'s, T>,
) -> Plan<'s, T> {
    if let Err(error) = place.check_depth() {
        loader.refuse(place, "members".to_owned(), error);
        return Plan::refused();
    }
    match cast {
        Some(cast) => loader.with_cast(cast, plan),
        None => plan(loader),
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
    members.note_place(&place);
    value.to_members(members, &place)
}

/// Pushes one field whose absence would load as something else (`default`): a value without members is marked.
pub fn push_or_mark<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    part: Option<&str>,
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
    part: Option<&str>,
    stored: &T,
) -> Result<()> {
    let before = members.len();
    push_owned(members, parent, part, stored)?;
    mark(members, before, parent, part)
}

fn mark(members: &mut Members<'_>, before: usize, parent: &Name, part: Option<&str>) -> Result<()> {
    match part {
        Some(part) if members.len() == before => members.push_owned(&parent.join(part).join(NONE), &true),
        _ => Ok(()),
    }
}

/// Pushes a flattened field, and refuses members that its siblings would take for their own when loaded.
pub fn push_flat<'a, T: ToMembers + ?Sized>(
    members: &mut Members<'a>,
    parent: &Name,
    siblings: &[&str],
    value: &'a T,
) -> Result<()> {
    let before = members.len();
    push(members, parent, None, value)?;
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
    push_owned(members, parent, None, stored)?;
    refuse_siblings(members, before, parent, siblings)
}

fn refuse_siblings(members: &Members<'_>, before: usize, parent: &Name, siblings: &[&str]) -> Result<()> {
    for sibling in siblings {
        let place = parent.join(sibling);
        let prefix = place.prefix();
        if let Some(name) =
            members.names_since(before).find(|name| *name == place.as_str() || name.starts_with(&prefix))
        {
            let message = format!(
                "a flattened field may not push this name, which belongs to the field or alias {sibling:?} beside it: \
                 rename one of them"
            );
            return Err(Error::invalid(message).in_member(name));
        }
    }
    Ok(())
}

/// Pushes what `with::to_npz` made of a field.
pub fn push_owned<T: ToMembers>(
    members: &mut Members<'_>,
    parent: &Name,
    part: Option<&str>,
    stored: &T,
) -> Result<()> {
    let place = place(parent, part);
    members.note_place(&place);
    members.push_owned(&place, stored)
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

/// Says that a field was found under another name than its own.
fn remark_alias(loader: &mut Loader<'_>, parent: &Name, names: &[&str], place: &Name) {
    let Some(own) = names.first().filter(|_| names.len() > 1).map(|own| parent.join(own)) else { return };
    if own.as_str() != place.as_str() {
        let text = format!("taken for {:?}, whose alias it is", own.as_str());
        loader.remark(RemarkKind::Aliased, place.as_str(), text);
    }
}

/// Says that a default was taken.
fn remark_default(loader: &mut Loader<'_>, place: &Name) {
    loader.remark(RemarkKind::Defaulted, place.as_str(), "absent, its default was taken".to_owned());
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
    remark_alias(loader, parent, names, &place);
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
    remark_alias(loader, parent, names, &place);
    let planned = loader.optionally(is_present, |loader| plan_at(loader, &place, cast));
    if planned.is_none() && !names.is_empty() {
        remark_default(loader, &place);
    }
    planned.map(|plan| convert_plan(plan, place, convert))
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

/// Tells whether any member of a field's stored form is there.
pub fn is_present_with<R: FromMembers, T, E>(
    loader: &Loader<'_>,
    parent: &Name,
    names: &[&str],
    _convert: impl FnOnce(R) -> std::result::Result<T, E>,
) -> bool {
    find_place::<R>(loader, parent, names).1
}

/// Takes the members of a field with `skip_load`, so that they are not unexpected.
pub fn pass_over<T: ToMembers + ?Sized>(loader: &mut Loader<'_>, parent: &Name, names: &[&str]) {
    for name in names {
        let place = parent.join(name);
        loader.take_all(&place.with_separator(T::inner_separator(place.separator())));
        loader.take_all(&place);
    }
}

/// The same for a field whose stored form is another type.
pub fn pass_over_converted(loader: &mut Loader<'_>, parent: &Name, names: &[&str]) {
    for name in names {
        loader.take_all(&parent.join(name));
    }
}

/// Tells whether there is anything that `pass_over` would take.
pub fn is_passed_over(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> bool {
    let mut places = names.iter().map(|name| parent.join(name));
    places.any(|place| loader.contains(&place) || loader.leads_on(&place))
}
