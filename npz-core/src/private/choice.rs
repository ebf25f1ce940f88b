//! The tags of enums: texts that say which variant a value is.

use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::{Error, ErrorKind, ProblemKind, Result};

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

/// Which variant a tag stands for.
fn position(tags: &[&[&str]], tag: &str) -> Option<usize> {
    tags.iter().position(|names| names.contains(&tag))
}

/// The tag of each variant, without those that are only read.
fn own(tags: &[&[&str]]) -> Vec<String> {
    tags.iter().filter_map(|names| names.first()).map(|&name| name.to_owned()).collect()
}

/// The tags as a message shows them; without aliases, which are the past.
fn expected(tags: &[&[&str]]) -> String {
    let own: Vec<_> = own(tags).iter().map(|name| format!("{name:?}")).collect();
    match own.as_slice() {
        [one] => one.clone(),
        _ => format!("one of {}", own.join(", ")),
    }
}

/// What to do about an unknown tag.
fn hint(tags: &[&[&str]], found: &str) -> String {
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

/// Reads a tag at once, since it decides what else is there; `None` if a problem was noted.
fn read_tag(loader: &mut Loader<'_>, place: &Name, tags: &[&[&str]]) -> Option<usize> {
    if !loader.contains(place) {
        // The hint is added by `settle`, as for any missing member.
        loader.note(ProblemKind::Missing, place, expected(tags), String::new(), String::new());
        return None;
    }
    let found: String = loader.read_now(place)?;
    let index = position(tags, &found);
    if index.is_none() {
        let hint = hint(tags, &found);
        loader.note(ProblemKind::Value, place, expected(tags), format!("{found:?}"), hint);
    }
    index
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
    if loader.is_recording() {
        let place = parent.join(word);
        loader.record_choice(&place, &[], own(tags));
        for (index, tag) in own(tags).iter().enumerate() {
            loader.record_variant(format!("{place} = {tag:?}"), |loader| drop(plan(loader, index)));
        }
        return Plan::refused();
    }
    match plan_tag(loader, parent, word, tags) {
        Some(index) => plan(loader, index),
        None => Plan::refused(),
    }
}

fn plan_tag(loader: &mut Loader<'_>, parent: &Name, word: &str, tags: &[&[&str]]) -> Option<usize> {
    let place = place_of_tag(loader, parent, word);
    let is_there = loader.contains(&place);
    let index = loader.with_part(|loader| read_tag(loader, &place, tags));
    if index.is_none() && is_there {
        // The fields of an unknown variant are one mistake, not one each.
        loader.allow_unknown(parent);
    }
    index
}

/// Tells whether an enum with fields is there.
pub fn is_tag_present(loader: &Loader<'_>, parent: &Name, word: &str) -> bool {
    loader.contains(&place_of_tag(loader, parent, word))
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
    if loader.record_choice(name, &[], own(T::TAGS)) {
        return Plan::refused();
    }
    match read_tag(loader, name, T::TAGS) {
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
    if loader.record_choice(name, dims, own(T::TAGS)) {
        return Plan::refused();
    }
    let member = name.as_str().to_owned();
    String::plan_many(loader, name, dims).and_then(move |found| {
        let value = |(i, tag): (usize, &String)| {
            let Some(index) = position(T::TAGS, tag) else {
                let (expected, hint) = (expected(T::TAGS), hint(T::TAGS, tag));
                let message =
                    format!("element {i} has another value: expected {expected}, found {tag:?}; {hint}");
                return Err(Error::new(ErrorKind::Mismatch, message).in_member(&member));
            };
            value_of(index)
        };
        found.iter().enumerate().map(value).collect()
    })
}

/// Tells whether an enum without fields, or an array of many, is there.
pub fn is_choice_present(loader: &Loader<'_>, name: &Name) -> bool {
    loader.contains(name)
}
