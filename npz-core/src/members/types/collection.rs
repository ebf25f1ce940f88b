//! Collections that are saved as the `Vec` of their elements: `VecDeque`, sets, boxed and shared slices.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::members::save::refs;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::types::sequence::note_list;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::memory;

impl<T: ToMembers> ToMembers for VecDeque<T> {
    const NAMES: &'static Names = Names::INDICES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        if let (items, []) = self.as_slices() {
            return items.to_members(members, name);
        }
        T::refs_to_members(&refs(self.iter(), name)?, &[self.len()], members, name)
    }
}

impl<T: ToMembers> ToMembers for BTreeSet<T> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        T::refs_to_members(&refs(self.iter(), name)?, &[self.len()], members, name)
    }
}

/// Sorted, so that the same set gives the same bytes.
impl<T: ToMembers + Ord, S> ToMembers for HashSet<T, S> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let mut sorted = refs(self.iter(), name)?;
        sorted.sort_unstable();
        T::refs_to_members(&sorted, &[self.len()], members, name)
    }
}

macro_rules! load_as_vec {
    ($( ($($generics:tt)*) $collection:ty, $make:expr $(, list: $list:ident)? $(, in place: $own:ident)? );* $(;)?) => {$(
        impl<$($generics)*> FromMembers for $collection {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                // `T: 's` follows from `Self: 's`; the elements are moved, not copied, where the types allow it.
                Vec::<T>::plan(loader, name).and_then($make)
            }
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                Vec::<T>::is_present(loader, name)
            }
            fn is_single() -> bool {
                T::are_single()
            }
            $(
                fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
                    let $list = self;
                    note_list::<T, Used>($list.iter(), name, shapes);
                }
            )?
            $(
                fn give_memory<Used>(&mut self, spares: &mut Spares) {
                    for item in self.iter_mut() {
                        item.give_memory::<Used>(spares);
                    }
                }
                fn take_over<Used>(&mut self, $own: &mut Self) {
                    for (item, loaded) in self.iter_mut().zip($own.iter_mut()) {
                        item.take_over::<Used>(loaded);
                        std::mem::swap(item, loaded);
                    }
                    std::mem::swap(self, $own);
                }
            )?
        }
    )*};
}

load_as_vec! {
    (T: FromMembers) VecDeque<T>, |items| Ok(items.into()), list: list, in place: loaded;
    (T: FromMembers + Ord) BTreeSet<T>, |items| Ok(sorted_set(items));
    (T: FromMembers + Hash + Eq, S: BuildHasher + Default) HashSet<T, S>, hashed_set;
    (T: FromMembers) Box<[T]>, |items| memory::boxed(items, "list"), list: list, in place: loaded;
    // Nothing makes these but what ends the process where memory is short.
    (T: FromMembers) Rc<[T]>, |items| Ok(items.into()), list: list;
    (T: FromMembers) Arc<[T]>, |items| Ok(items.into()), list: list;
}

fn sorted_set<T: Ord>(items: Vec<T>) -> BTreeSet<T> {
    // Not `collect`, which sorts in memory of its own.
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

fn hashed_set<T: Hash + Eq, S: BuildHasher + Default>(items: Vec<T>) -> Result<HashSet<T, S>> {
    let mut set = HashSet::default();
    let short = |_| Error::no_memory((items.len() as u64).saturating_mul(size_of::<T>() as u64), "set");
    set.try_reserve(items.len()).map_err(short)?;
    set.extend(items);
    Ok(set)
}
