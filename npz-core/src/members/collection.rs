//! Collections that are saved as the `Vec` of their elements: `VecDeque`, sets, boxed and shared slices.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use super::spare::Spares;
use super::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::error::Result;

impl<T: ToMembers> ToMembers for VecDeque<T> {
    const NAMES: &'static Names = Names::INDICES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        if let (items, []) = self.as_slices() {
            return items.to_members(members, name);
        }
        T::refs_to_members(&self.iter().collect::<Vec<_>>(), &[self.len()], members, name)
    }
}

impl<T: ToMembers> ToMembers for BTreeSet<T> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        T::refs_to_members(&self.iter().collect::<Vec<_>>(), &[self.len()], members, name)
    }
}

/// Sorted, so that the same set gives the same bytes.
impl<T: ToMembers + Ord, S> ToMembers for HashSet<T, S> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let sorted: BTreeSet<&T> = self.iter().collect();
        T::refs_to_members(&sorted.into_iter().collect::<Vec<_>>(), &[self.len()], members, name)
    }
}

macro_rules! load_as_vec {
    ($( ($($generics:tt)*) $collection:ty $(, in place: $own:ident)? );* $(;)?) => {$(
        impl<$($generics)*> FromMembers for $collection {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                // `T: 's` follows from `Self: 's`; the elements are moved, not copied, where the types allow it.
                Vec::<T>::plan(loader, name).map(|items| items.into_iter().collect())
            }
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                Vec::<T>::is_present(loader, name)
            }
            fn is_single() -> bool {
                T::are_single()
            }
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
    (T: FromMembers) VecDeque<T>, in place: loaded;
    (T: FromMembers + Ord) BTreeSet<T>;
    (T: FromMembers + Hash + Eq, S: BuildHasher + Default) HashSet<T, S>;
    (T: FromMembers) Box<[T]>, in place: loaded;
    (T: FromMembers) Rc<[T]>;
    (T: FromMembers) Arc<[T]>;
}
