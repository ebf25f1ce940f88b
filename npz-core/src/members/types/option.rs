//! `Option`: `None` is the absence of members, and Python's `None`.

use crate::error::{Error, Result};
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::report::ProblemKind;

impl<T: ToMembers> ToMembers for Option<T> {
    const NAMES: &'static Names = T::NAMES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let Some(value) = self else { return Ok(()) };
        let before = members.len();
        value.to_members(members, name)?;
        if members.len() > before {
            return Ok(());
        }
        if T::may_be_absent() {
            return Err(Error::invalid("`Some(None)` would be loaded as `None`; use one `Option`")
                .in_member(name.as_str()));
        }
        // A value without members (an empty map) would come back as `None`: a mark of its own says that it was
        // there. It stands under the value's name, which the value itself has left free.
        if name.is_root() {
            return Err(Error::invalid(
                "a flattened `Some` without members would be loaded as `None`; remove `flatten`, or save `None`",
            ));
        }
        members.push_sign(&name.of_all(), &true)
    }

    fn inner_separator(inherited: &'static str) -> &'static str {
        T::inner_separator(inherited)
    }

    fn may_be_absent() -> bool {
        true
    }
}

impl<T: FromMembers> FromMembers for Option<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        if loader.take_none(name) {
            return Plan::new(|| Ok(None));
        }
        let is_present = !loader.is_recording() && T::is_present(loader, name);
        if let Some(plan) = loader.optionally(is_present, |loader| T::plan(loader, name)) {
            return plan.map(Some);
        }
        if !loader.contains(name) {
            return Plan::new(|| Ok(None));
        }
        if loader.take_mark(name).is_some() {
            return T::plan(loader, name).map(Some);
        }
        let found = loader.take_misplaced(name).unwrap_or_default();
        let expected = format!("members whose names begin with {:?}, or none", name.prefix());
        loader.note(
            ProblemKind::Shape,
            name,
            expected,
            found,
            "save each part as a member of its own".to_owned(),
        );
        Plan::refused()
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::is_present(loader, name) || loader.contains(name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        if let Some(value) = self {
            value.note_shapes::<Used>(name, shapes);
        }
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        if let Some(value) = self {
            value.give_memory::<Used>(spares);
        }
    }

    fn take_over<Used>(&mut self, loaded: &mut Self) {
        match (self, loaded) {
            (Some(value), Some(loaded)) => value.take_over::<Used>(loaded),
            (value, loaded) => std::mem::swap(value, loaded),
        }
    }

    fn is_single() -> bool {
        T::is_single()
    }

    fn inner_separator(inherited: &'static str) -> &'static str {
        T::inner_separator(inherited)
    }
}
