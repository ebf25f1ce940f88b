//! Pointers are what they point to: `&T`, `Box`, `Rc`, `Arc`, `Cow`.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::Result;
use crate::members::save::refs;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::memory;

macro_rules! save_through {
    ($( ($($generics:tt)*) $pointer:ty => $target:ty ),* $(,)?) => {$(
        impl<$($generics)*> ToMembers for $pointer {
            const NAMES: &'static Names = <$target>::NAMES;

            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                <$target>::to_members(self, members, name)
            }
            fn refs_to_members<'a>(
                items: &[&'a Self],
                shape: &[usize],
                members: &mut Members<'a>,
                name: &Name,
            ) -> Result<()> {
                let targets: Vec<&'a $target> = refs(items.iter().map(|&item| &**item), name)?;
                <$target>::refs_to_members(&targets, shape, members, name)
            }
            fn inner_separator(inherited: &'static str) -> &'static str {
                <$target>::inner_separator(inherited)
            }
            fn may_be_absent() -> bool {
                <$target>::may_be_absent()
            }
        }
    )*};
}

save_through! {
    (T: ToMembers + ?Sized) &T => T,
    (T: ToMembers + ?Sized) &mut T => T,
    (T: ToMembers + ?Sized) Box<T> => T,
    (T: ToMembers + ?Sized) Rc<T> => T,
    (T: ToMembers + ?Sized) Arc<T> => T,
    (T: ToMembers + ToOwned + ?Sized) Cow<'_, T> => T,
}

macro_rules! load_through {
    ($( ($($generics:tt)*) $pointer:ty => $target:ty, $wrap:expr, $owned:expr $(, $own:ident)? );* $(;)?) => {$(
        impl<$($generics)*> FromMembers for $pointer {
            #[inline]
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
                <$target>::plan(loader, name).map($wrap)
            }
            #[inline]
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                <$target>::is_present(loader, name)
            }
            #[inline]
            fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
                let many = <$target>::plan_many(loader, name, dims);
                many.and_then(|targets| memory::collect(targets.into_iter().map($wrap), "list"))
            }
            #[inline]
            fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
                <$target>::are_present(loader, name)
            }
            #[inline]
            fn is_single() -> bool {
                <$target>::is_single()
            }
            #[inline]
            fn are_single() -> bool {
                <$target>::are_single()
            }
            #[inline]
            fn inner_separator(inherited: &'static str) -> &'static str {
                <$target as FromMembers>::inner_separator(inherited)
            }
            #[inline]
            fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
                let owned: fn(&Self) -> Option<&$target> = $owned;
                if let Some(target) = owned(self) {
                    target.note_shapes::<Used>(name, shapes);
                }
            }
            $(
                #[inline]
                fn give_memory<Used>(&mut self, spares: &mut Spares) {
                    <$target>::give_memory::<Used>($own::as_mut(self), spares);
                }
                #[inline]
                fn take_over<Used>(&mut self, loaded: &mut Self) {
                    <$target>::take_over::<Used>($own::as_mut(self), $own::as_mut(loaded));
                }
            )?
        }
    )*};
}
pub(super) use load_through;

load_through! {
    (T: FromMembers) Box<T> => T, Box::new, |own| Some(own), Box;
    (T: FromMembers) Rc<T> => T, Rc::new, |own| Some(own);
    (T: FromMembers) Arc<T> => T, Arc::new, |own| Some(own);
    (T: ToOwned<Owned: FromMembers> + ?Sized) Cow<'_, T> => T::Owned, Cow::Owned, |own| match own {
        Cow::Owned(target) => Some(target),
        // Of another type than what is loaded.
        Cow::Borrowed(_) => None,
    };
}

macro_rules! load_unsized {
    ($( $pointer:ty => $owned:ty ),*) => {$(
        impl FromMembers for $pointer {
            #[inline]
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
                <$owned>::plan(loader, name).map(Into::into)
            }
            #[inline]
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                <$owned>::is_present(loader, name)
            }
            #[inline]
            fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
                let many = <$owned>::plan_many(loader, name, dims);
                many.and_then(|targets| memory::collect(targets.into_iter().map(Into::into), "list"))
            }
            #[inline]
            fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
                <$owned>::are_present(loader, name)
            }
            #[inline]
            fn is_single() -> bool {
                true
            }
            #[inline]
            fn are_single() -> bool {
                true
            }
        }
    )*};
}

load_unsized!(Box<str> => String, Rc<str> => String, Arc<str> => String);
