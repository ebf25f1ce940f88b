//! Types that are refused with a word on what to do instead.

use crate::error::{Error, Result};
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

/// What the error of a `Result` would have to be; nothing is, so that this message is given.
///
/// Asked of the error, not of the `Result`: of two bounds on one type rustc shows the message of the outer.
#[diagnostic::on_unimplemented(
    message = "a `Result` can't be saved or loaded: an archive keeps values, not errors such as `{Self}`",
    label = "not a type that npz-core can save or load",
    note = "to keep the value if there is one, make the field an `Option` and give it `result.ok()`",
    note = "to keep both sides, use an enum of your own with `#[derive(npz_core::Npz)]`",
    note = "to leave it out of the file, use `#[npz(skip, default = \"path\")]` on the field"
)]
pub trait ErrorCanBeSaved {}

impl<T, E: ErrorCanBeSaved> ToMembers for std::result::Result<T, E> {
    fn to_members<'a>(&'a self, _: &mut Members<'a>, name: &Name) -> Result<()> {
        Err(refused().in_member(name.as_str()))
    }
}

impl<T, E: ErrorCanBeSaved> FromMembers for std::result::Result<T, E> {
    fn plan<'s>(_: &mut Loader<'s>, _: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        Plan::new(|| Err(refused()))
    }
    fn is_present(_: &Loader<'_>, _: &Name) -> bool {
        false
    }
}

/// Never made, since nobody can call what makes it.
fn refused() -> Error {
    Error::unsupported("a `Result` can't be part of an archive")
}
