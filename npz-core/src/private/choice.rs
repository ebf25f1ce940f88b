//! The tags of enums: texts that say which variant a value is.

use crate::members::load::loader::tag::{expected_tags, own_tags, position};
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::{Error, ErrorKind, Result};

/// An enum without fields, which is nothing but its tag.
pub trait Choice: Sized {
    /// What stands for each variant: its own tag, then those that are read too.
    const TAGS: &'static [&'static [&'static str]];
    /// Which variant this is.
    fn index(&self) -> usize;
    /// The variant of an index below the number of tags.
    fn from_index(index: usize) -> Option<Self>;
}

fn tag_of<T: Choice>(value: &T) -> &'static str {
    T::TAGS.get(value.index()).and_then(|names| names.first()).copied().unwrap_or_default()
}

fn value_of<T: Choice>(index: usize) -> Result<T> {
    T::from_index(index).ok_or_else(|| Error::invalid("an enum has fewer variants than tags"))
}

/// What to do about an unknown tag; of one that is missing no more is known than of any member.
fn hint(tags: &[&[&str]], found: Option<&str>) -> String {
    let Some(found) = found else { return String::new() };
    let likeness = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &found.to_lowercase());
    let near = tags
        .iter()
        // A variant goes by its own tag, also where an alias is the nearest.
        .filter_map(|names| Some((names.iter().map(|name| likeness(name)).reduce(f64::max)?, names.first()?)))
        .filter(|&(likeness, _)| likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, near)) => {
            format!("did you mean {near:?}? `#[npz(alias = {found:?})]` on that variant would take it")
        }
        None => {
            format!("if a variant was called so, `#[npz(alias = {found:?})]` on it takes the old name")
        }
    }
}

/// Where the tag of an enum with fields is: below the value's place, or at it, from when the enum had no fields.
fn place_of_tag(loader: &Loader<'_>, parent: &Name, word: &str) -> Name {
    let place = parent.join(word);
    if !loader.contains(&place) && loader.contains(parent) { parent.clone() } else { place }
}

/// Pushes the tag of an enum with fields.
pub fn push_tag(members: &mut Members<'_>, parent: &Name, word: &str, tag: &'static str) -> Result<()> {
    let place = parent.join(word);
    place.check_depth()?;
    tag.to_members(members, &place)
}

/// Plans an enum with fields: its tag is read, and decides which variant is planned.
pub fn plan_variants<'s, T>(
    loader: &mut Loader<'s>,
    parent: &Name,
    word: &str,
    tags: &[&[&str]],
    plan: impl Fn(&mut Loader<'s>, usize) -> Plan<'s, T>,
) -> Plan<'s, T> {
    let place = place_of_tag(loader, parent, word);
    loader.plan_one_of(parent, &place, tags, |found| hint(tags, found), plan)
}

/// The plan of a value whose tag was refused.
pub fn refused<'s, T>() -> Plan<'s, T> {
    Plan::refused()
}

/// Pushes an enum without fields.
pub fn push_choice<'a, T: Choice>(value: &'a T, members: &mut Members<'a>, name: &Name) -> Result<()> {
    tag_of(value).to_members(members, name)
}

/// Pushes many as one array.
pub fn push_choices<'a, T: Choice>(
    items: &[&'a T],
    shape: &[usize],
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    let tags: Vec<&'static str> = crate::memory::collect(items.iter().map(|item| tag_of(*item)), "list")?;
    str::refs_to_members(&tags, shape, members, name)
}

/// Plans an enum without fields.
pub fn plan_choice<'s, T: Choice>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, T> {
    if loader.record_choice(name, &[], own_tags(T::TAGS)) {
        return Plan::refused();
    }
    match loader.read_tag(name, T::TAGS, |found| hint(T::TAGS, found)) {
        Some(index) => Plan::new(move || value_of(index)),
        None => Plan::refused(),
    }
}

/// Plans many; their tags are read with the data, so an unknown one is an error of its own.
pub fn plan_choices<'s, T: Choice + 's>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
) -> Plan<'s, Vec<T>> {
    if loader.record_choice(name, dims, own_tags(T::TAGS)) {
        return Plan::refused();
    }
    let member = name.as_str().to_owned();
    String::plan_many(loader, name, dims).and_then(move |found| {
        let value = |(i, tag): (usize, &String)| {
            let Some(index) = position(T::TAGS, tag) else {
                let (expected, hint) = (expected_tags(T::TAGS), hint(T::TAGS, Some(tag)));
                let message =
                    format!("element {i} has another value: expected {expected}, found {tag:?}; {hint}");
                return Err(Error::new(ErrorKind::Mismatch, message).in_member(&member));
            };
            value_of(index)
        };
        found.iter().enumerate().map(value).collect()
    })
}
