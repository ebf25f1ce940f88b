//! Values that are read later, and values of older structs.

mod lazy;
mod old;
mod origin;

pub use self::lazy::Lazy;
pub use self::old::OldMembers;
pub(crate) use self::old::VERSION;
