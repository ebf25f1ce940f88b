//! Maps with text or integers as keys: `name.key` for each value; a `true` under `name` itself marks a map without any. At the
//! root of an archive, and among the members of others, the keys are the members' names, and an empty map has no members.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use crate::error::{Error, Result};
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, NONE, Name, Names, Plan, ToMembers};
use crate::memory;
use crate::report::ProblemKind;

/// A key of a map: text, or an integer, which is written in decimal. Sealed: there are no others.
///
/// ```
/// use npz_core::{Npz, NpzReader};
/// use std::collections::BTreeMap;
///
/// let by_id = BTreeMap::from([(7u32, 0.5), (12, 1.5)]);
/// let bytes = by_id.to_bytes()?;
/// assert_eq!(NpzReader::new(&bytes)?.names().collect::<Vec<_>>(), ["7", "12"]);
/// assert_eq!(BTreeMap::<u32, f64>::from_bytes(&bytes)?, by_id);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of a map that is saved",
    note = "keys become parts of members' names: they are texts or integers"
)]
pub trait MapKey: Ord + sealed::Sealed {
    /// The part of a member's name.
    #[doc(hidden)]
    fn to_part(&self) -> String;
    /// The place of the key's value.
    #[doc(hidden)]
    fn place(&self, name: &Name) -> Name {
        name.join(self.to_part())
    }
}

/// A key of a map that is loaded: it owns its text. Sealed: `String` and the integers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of a map that is loaded",
    note = "keys are made of members' names: they are `String` or integers"
)]
pub trait OwnedMapKey: MapKey + Sized {
    /// The key, if the part is one as `to_part` writes it.
    #[doc(hidden)]
    fn from_part(part: &str) -> Option<Self>;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for String {}
impl MapKey for String {
    fn to_part(&self) -> String {
        self.clone()
    }
    fn place(&self, name: &Name) -> Name {
        name.join(self)
    }
}
impl OwnedMapKey for String {
    fn from_part(part: &str) -> Option<Self> {
        Some(part.to_owned())
    }
}

impl sealed::Sealed for str {}
impl MapKey for str {
    fn to_part(&self) -> String {
        self.to_owned()
    }
    fn place(&self, name: &Name) -> Name {
        name.join(self)
    }
}

impl<K: sealed::Sealed + ?Sized> sealed::Sealed for &K {}
impl<K: MapKey + ?Sized> MapKey for &K {
    fn to_part(&self) -> String {
        K::to_part(self)
    }
    fn place(&self, name: &Name) -> Name {
        K::place(self, name)
    }
}

macro_rules! integer_keys {
    ($($int:ty),*) => {$(
        impl sealed::Sealed for $int {}
        impl MapKey for $int {
            #[inline]
            fn to_part(&self) -> String {
                self.to_string()
            }
        }
        impl OwnedMapKey for $int {
            // `07` is the name of something else.
            #[inline]
            fn from_part(part: &str) -> Option<Self> {
                part.parse().ok().filter(|key: &Self| key.to_part() == part)
            }
        }
    )*};
}
integer_keys!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

/// As `collect` of items that nobody has counted.
fn grown<T>(items: impl Iterator<Item = T>) -> Result<Vec<T>> {
    let mut grown = Vec::new();
    for item in items {
        memory::reserve(&mut grown, 1, "map")?;
        grown.push(item);
    }
    Ok(grown)
}

/// Whether what begins with the name is the map's alone, so that an empty one can be told from none.
fn has_own_place(name: &Name) -> bool {
    !name.is_root() && !name.is_shared()
}

/// Where an empty map leaves its mark: its own name, or that of an element which no key leads to.
fn mark_of(name: &Name) -> Name {
    if name.has_each() { name.join(NONE) } else { name.clone() }
}

/// Pushes the entries, sorted by key: the same map gives the same bytes.
fn push_entries<'a, K: MapKey + 'a, T: ToMembers + 'a>(
    entries: impl Iterator<Item = (&'a K, &'a T)>,
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    let sorted = grown(entries).map_err(|error| error.in_member(name.as_str()));
    let mut sorted: Vec<(&K, &T)> = sorted?;
    if sorted.is_empty() && has_own_place(name) {
        return members.push_sign(&mark_of(name), &true);
    }
    // In place; linear where they are sorted already.
    sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let separator = T::inner_separator(name.separator());
    for (key, value) in sorted {
        let key = key.to_part();
        let place = name.join(&key);
        let before = members.len();
        value.to_members(members, &place)?;
        let mut pushed = members.names_since(before).peekable();
        let has_parts = |pushed: &str| pushed != place.as_str();
        let problem = if key == NONE {
            "members of that name mark values without members; choose another key".to_owned()
        } else if pushed.peek().is_none() {
            "its value has no members, so the key would be lost; remove the key".to_owned()
        } else if key.contains(separator) && (pushed.any(has_parts) || members.is_sign_since(before)) {
            format!(
                "it holds the separator {separator:?}, so the members of its value could not be told from those of \
                 another key: choose another `separator`, or other keys"
            )
        } else {
            continue;
        };
        return Err(Error::invalid(format!("the map key {key:?} can't be saved: {problem}"))
            .in_member(place.as_str()));
    }
    Ok(())
}

/// The parts below a place that no field has taken, and that may be keys; with repeats.
fn parts<'l, T: FromMembers>(
    loader: &'l Loader<'_>,
    name: &Name,
) -> impl Iterator<Item = &'l str> + use<'l, T> {
    let separator = T::inner_separator(name.separator());
    let keys = loader.free_keys_under(name);
    keys.map(move |rest| if T::is_single() { rest } else { rest.split(separator).next().unwrap_or(rest) })
}

/// Plans the entries below a place that no field has taken, in the order of their keys.
fn plan_entries<'s, K, T>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Vec<(K, T)>>
where
    K: OwnedMapKey + 's,
    T: FromMembers + 's,
{
    if loader.record_any::<T>(name, 0) {
        return Plan::refused();
    }
    if has_own_place(name) && !has_entries::<K, T>(loader, name) {
        return match loader.take_mark(&mark_of(name)) {
            Some(()) => Plan::new(|| Ok(Vec::new())),
            None => refuse_none(loader, name),
        };
    }
    let found = parts::<T>(loader, name)
        .filter(|part| !loader.is_lenient || !loader.is_ignored(&name.join(part)))
        .filter_map(K::from_part);
    let room = grown(found).and_then(|mut keys| {
        keys.sort_unstable();
        keys.dedup();
        Ok((memory::with_room(keys.len(), "map")?, keys))
    });
    let (mut plans, keys) = match room {
        Ok(room) => room,
        Err(error) => {
            loader.fault.get_or_insert(error.in_member(name.as_str()));
            return Plan::refused();
        }
    };
    for key in keys {
        plans.push((T::plan(loader, &key.place(name)), key));
    }
    Plan::new(move || {
        memory::try_collect(plans.into_iter().map(|(plan, key)| Ok((key, plan.finish()?))), "map")
    })
}

fn has_entries<K: OwnedMapKey, T: FromMembers>(loader: &Loader<'_>, name: &Name) -> bool {
    !loader.is_void(name) && parts::<T>(loader, name).any(|part| part != NONE && K::from_part(part).is_some())
}

/// Notes that there is no map, or something else in its place.
fn refuse_none<'s, T>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, T> {
    let expected = format!("members whose names begin with {:?}", name.prefix());
    let (kind, found, hint) = match loader.take_misplaced(name) {
        Some(found) => {
            (ProblemKind::Shape, found, "save each value of the map as a member of its own".to_owned())
        }
        None => (ProblemKind::Missing, String::new(), String::new()),
    };
    loader.note(kind, name, expected, found, hint);
    Plan::refused()
}

impl<K: MapKey, T: ToMembers, S> ToMembers for HashMap<K, T, S> {
    const NAMES: &'static Names = Names::ANY;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        push_entries(self.iter(), members, name)
    }
}

impl<K: MapKey, T: ToMembers> ToMembers for BTreeMap<K, T> {
    const NAMES: &'static Names = Names::ANY;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        push_entries(self.iter(), members, name)
    }
}

macro_rules! load_entries {
    ($( ($($generics:tt)*) $map:ty, $make:expr );* $(;)?) => {$(
        impl<$($generics)*> FromMembers for $map {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                plan_entries(loader, name).and_then($make)
            }
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                has_entries::<K, T>(loader, name) || has_own_place(name) && loader.contains(&mark_of(name))
            }
            fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
                for (key, value) in self {
                    value.note_shapes::<Used>(&key.place(name), shapes);
                }
            }
            fn give_memory<Used>(&mut self, spares: &mut Spares) {
                for value in self.values_mut() {
                    value.give_memory::<Used>(spares);
                }
            }
            fn take_over<Used>(&mut self, loaded: &mut Self) {
                for (key, value) in loaded.iter_mut() {
                    if let Some(mut own) = self.remove(key) {
                        own.take_over::<Used>(value);
                        *value = own;
                    }
                }
                std::mem::swap(self, loaded);
            }
        }
    )*};
}

load_entries! {
    (K: OwnedMapKey + Hash + Eq, T: FromMembers, S: BuildHasher + Default) HashMap<K, T, S>, hash_map;
    (K: OwnedMapKey, T: FromMembers) BTreeMap<K, T>, |entries| {
        // Not `collect`, which sorts in memory of its own.
        let mut map = BTreeMap::new();
        map.extend(entries);
        Ok(map)
    };
}

fn hash_map<K: Hash + Eq, T, S: BuildHasher + Default>(entries: Vec<(K, T)>) -> Result<HashMap<K, T, S>> {
    let mut map = HashMap::default();
    let bytes = (entries.len() as u64).saturating_mul(size_of::<(K, T)>() as u64);
    map.try_reserve(entries.len()).map_err(|_| Error::no_memory(bytes, "map"))?;
    map.extend(entries);
    Ok(map)
}
