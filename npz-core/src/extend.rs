//! What implementations of [`ToMembers`](crate::ToMembers) and [`FromMembers`](crate::FromMembers) by hand use; both traits have an
//! example. For a struct of your own, `#[derive(Npz)]` writes them.
//!
//! A value pushes its arrays into [`Members`], each under a [`Name`]. It is loaded in two steps: `plan` looks its members up in the
//! [`Loader`] and notes what does not fit; what it returns, a [`Plan`], puts the value together once the data are read.

pub use crate::members::{Loader, MapKey, Members, Name, OwnedMapKey, Plan};
