//! Loading one field of a type that can be loaded.
//!
//! A trait, not functions: of a type that can't be loaded, rustc says the same words at each call, and so says them
//! once. For functions it would add which function asks, and the user would read the error once for each. For the
//! same reason `FromMembers` is asked for by the implementation, not by the trait.

use super::{find_place, plan_at, remark_alias, remark_default};
use crate::Cast;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Name, Plan};

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
    fn plan_field<'s>(
        loader: &mut Loader<'s>,
        parent: &Name,
        names: &[&str],
        cast: Option<Cast>,
    ) -> Plan<'s, Self>
    where
        Self: 's;

    /// Plans a field that may be absent.
    fn plan_if_present<'s>(
        loader: &mut Loader<'s>,
        parent: &Name,
        names: &[&str],
        cast: Option<Cast>,
    ) -> Option<Plan<'s, Self>>
    where
        Self: 's;

    /// Tells whether any member of a field is there.
    fn is_field_present(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> bool;

    /// Gives the memory of a field away.
    fn give_field<Used>(&mut self, spares: &mut Spares);

    /// Takes over the value that a field was loaded as.
    fn replace_field<Used>(&mut self, loaded: &mut Self);
}

impl<T: FromMembers> LoadField for T {
    fn plan_field<'s>(
        loader: &mut Loader<'s>,
        parent: &Name,
        names: &[&str],
        cast: Option<Cast>,
    ) -> Plan<'s, T>
    where
        T: 's,
    {
        let (place, _) = find_place::<T>(loader, parent, names);
        remark_alias(loader, parent, names, &place);
        plan_at(loader, &place, cast)
    }

    fn plan_if_present<'s>(
        loader: &mut Loader<'s>,
        parent: &Name,
        names: &[&str],
        cast: Option<Cast>,
    ) -> Option<Plan<'s, T>>
    where
        T: 's,
    {
        let (place, is_present) = find_place::<T>(loader, parent, names);
        remark_alias(loader, parent, names, &place);
        let planned = loader.optionally(is_present, |loader| plan_at(loader, &place, cast));
        // A flattened value has no place of its own.
        if planned.is_none() && !names.is_empty() {
            remark_default(loader, &place);
        }
        planned
    }

    fn is_field_present(loader: &Loader<'_>, parent: &Name, names: &[&str]) -> bool {
        find_place::<T>(loader, parent, names).1
    }

    fn give_field<Used>(&mut self, spares: &mut Spares) {
        self.give_memory::<Used>(spares);
    }

    fn replace_field<Used>(&mut self, loaded: &mut T) {
        self.take_over::<Used>(loaded);
    }
}
