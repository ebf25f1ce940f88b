//! Tuples (`name.0`, `name.1`), and what has no members at all: `PhantomData` and `()`.

use std::marker::PhantomData;

use crate::error::Result;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};

macro_rules! tuples {
    ($( ($($part:ident $index:tt),+) )*) => {$(
        impl<$($part: ToMembers),+> ToMembers for ($($part,)+) {
            const NAMES: &'static Names = &Names::new(&[$(stringify!($index)),+], &[], None);

            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                $( self.$index.to_members(members, &name.join($index))?; )+
                Ok(())
            }
        }

        impl<$($part: FromMembers),+> FromMembers for ($($part,)+) {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
                let plans = ($( $part::plan(loader, &name.join($index)), )+);
                Plan::new(move || Ok(($( plans.$index.finish()?, )+)))
            }
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                $( $part::is_present(loader, &name.join($index)) )||+
            }
            fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
                $( self.$index.note_shapes::<Used>(&name.join($index), shapes); )+
            }
            fn give_memory<Used>(&mut self, spares: &mut Spares) {
                $( self.$index.give_memory::<Used>(spares); )+
            }
            fn take_over<Used>(&mut self, loaded: &mut Self) {
                $( self.$index.take_over::<Used>(&mut loaded.$index); )+
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, E 3)
    (A 0, B 1, C 2, E 3, F 4)
    (A 0, B 1, C 2, E 3, F 4, G 5)
    (A 0, B 1, C 2, E 3, F 4, G 5, H 6)
    (A 0, B 1, C 2, E 3, F 4, G 5, H 6, I 7)
}

macro_rules! nothing {
    ($( ($($generics:tt)*) $unit:ty => $value:expr ),*) => {$(
        impl<$($generics)*> ToMembers for $unit {
            fn to_members<'a>(&'a self, _: &mut Members<'a>, _: &Name) -> Result<()> {
                Ok(())
            }
        }
        impl<$($generics)*> FromMembers for $unit {
            fn plan<'s>(_: &mut Loader<'s>, _: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
                Plan::new(|| Ok($value))
            }
            fn is_present(_: &Loader<'_>, _: &Name) -> bool {
                false
            }
        }
    )*};
}

nothing!(() () => (), (T: ?Sized) PhantomData<T> => PhantomData);
