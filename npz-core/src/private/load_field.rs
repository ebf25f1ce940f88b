//! Loading one field of a type that can be loaded.
//!
//! A trait, not functions: of a type that can't be loaded, rustc says the same words at each call, and so says them
//! once. For functions it would add which function asks, and the user would read the error once for each. For the
//! same reason `FromMembers` is asked for by the implementation, not by the trait.

use super::{look_up, plan_at, plan_if_there};
use crate::members::shapes::Shapes;
use crate::members::{EachPart, FromMembers, Loader, Name, Plan};

/// What a field's type must implement. Its words are those of `FromMembers`: of two traits that one type lacks, rustc
/// shows the message of the outer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be loaded from members of an archive: the trait `FromMembers` is missing",
    label = "not a type that npz-core can load",
    note = "borrowed types (`&T`, `ArrayView`) can be saved but not loaded: load into the owned type",
    note = "for a struct of your own, add `#[derive(npz_core::Npz)]`",
    note = "for a type of another crate, use `#[npz(with = \"module\")]` on the field, or `#[npz(skip)]`"
)]
pub trait LoadField: Sized {
    /// Plans a field that has to be there.
    fn plan_field<'s>(loader: &mut Loader<'s>, parent: &Name, names: &[&str]) -> Plan<'s, Self>
    where
        Self: 's;

    /// Plans a field that may be absent.
    fn plan_if_present<'s>(loader: &mut Loader<'s>, parent: &Name, names: &[&str]) -> Option<Plan<'s, Self>>
    where
        Self: 's;

    /// Notes the shapes of a field that is loaded over, under each of its names.
    fn note<Used>(&self, parent: &Name, names: &[&str], shapes: &mut Shapes);

    /// Does to a field what `load_into` does to each.
    fn each<S>(parts: &mut impl EachPart<S>, part: impl Fn(&mut S) -> Option<&mut Self>);
}

impl<T: FromMembers> LoadField for T {
    fn plan_field<'s>(loader: &mut Loader<'s>, parent: &Name, names: &[&str]) -> Plan<'s, T>
    where
        T: 's,
    {
        let (place, _) = look_up::<T>(loader, parent, names);
        plan_at(loader, &place)
    }

    fn plan_if_present<'s>(loader: &mut Loader<'s>, parent: &Name, names: &[&str]) -> Option<Plan<'s, T>>
    where
        T: 's,
    {
        plan_if_there::<T, _>(loader, parent, names, |loader, place| plan_at(loader, place))
    }

    fn note<Used>(&self, parent: &Name, names: &[&str], shapes: &mut Shapes) {
        match names {
            [] => self.note_shapes::<Used>(parent, shapes),
            names => names.iter().for_each(|name| self.note_shapes::<Used>(&parent.join(name), shapes)),
        }
    }

    fn each<S>(parts: &mut impl EachPart<S>, part: impl Fn(&mut S) -> Option<&mut T>) {
        parts.part(part);
    }
}
