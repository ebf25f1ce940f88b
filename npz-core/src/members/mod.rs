//! Between Rust values and the members of an archive: what a value is made of, and how it comes back.
//!
//! Knows arrays and their headers; knows nothing of files and zip. [`collect`] is the saving half, [`load`] the
//! loading half, and each other file one family of types.

mod array;
mod cell;
mod claims;
mod collect;
mod collection;
mod load;
mod loader;
mod map;
mod memory;
mod name;
mod names;
mod option;
mod pointer;
mod refused;
mod sequence;
pub(crate) mod settings;
mod stored_as;
mod tuple;
mod want;

pub use self::collect::{Members, ToMembers};
pub use self::load::{FromMembers, Plan};
pub use self::loader::Loader;
pub(crate) use self::loader::{Medium, ReadMember};
pub use self::map::MapKey;
pub(crate) use self::name::NONE;
pub use self::name::Name;
pub use self::names::Names;
pub(crate) use self::names::is_at;
