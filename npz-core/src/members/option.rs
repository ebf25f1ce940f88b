//! `Option`: `None` is the absence of members.

use super::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::error::{Error, Result};

impl<T: ToMembers> ToMembers for Option<T> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let Some(value) = self else { return Ok(()) };
        let before = members.len();
        value.to_members(members, name)?;
        if members.len() > before {
            return Ok(());
        }
        // A value without members (an empty map) would come back as `None`: a mark of its own says that it was
        // there. It stands under the value's name, which the value itself has left free.
        if name.is_root() {
            return Err(Error::invalid(
                "a flattened `Some` without members would be loaded as `None`: remove `flatten`, or save `None`",
            ));
        }
        members.push_owned(name, &true)
    }
}

impl<T: FromMembers> FromMembers for Option<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        if T::is_present(loader, name) {
            return T::plan(loader, name).map(Some);
        }
        if !loader.contains(name) {
            return Plan::new(|| Ok(None));
        }
        match loader.read_now::<bool>(name) {
            Some(_) => T::plan(loader, name).map(Some),
            None => Plan::refused(),
        }
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::is_present(loader, name) || loader.contains(name)
    }

    fn is_single() -> bool {
        T::is_single()
    }
}
