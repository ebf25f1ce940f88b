//! Between Rust values and the members of an archive: what a value is made of, and how it comes back.
//!
//! Knows arrays and their headers; knows nothing of files and zip. [`collect`] is the saving half, [`load`] the
//! loading half, and each other file one family of types.

mod any;
mod array;
mod cell;
mod claims;
mod collect;
mod collection;
pub(crate) mod forms;
mod hole;
mod lazy;
mod list;
mod load;
mod loader;
mod map;
mod name;
mod names;
mod old;
mod one;
mod option;
mod origin;
mod pointer;
mod problems;
mod record;
mod refused;
mod sequence;
pub(crate) mod settings;
pub(crate) mod spare;
mod stored_as;
mod stored_time;
mod take;
mod task;
mod tuple;
mod view;
mod want;
mod work;

pub(crate) use self::cell::{
    plan_many as plan_cells, plan_one as plan_cell, push_gathered as push_gathered_cells,
    push_slice as push_cells,
};
pub(crate) use self::collect::Member;
pub use self::collect::{Members, ToMembers};
pub use self::lazy::Lazy;
pub use self::load::{FromMembers, Plan};
pub use self::loader::Loader;
pub(crate) use self::loader::{Age, Medium, Reading};
pub use self::map::MapKey;
pub(crate) use self::name::NONE;
pub use self::name::Name;
pub use self::names::Names;
pub(crate) use self::names::is_at;
pub use self::old::OldMembers;
pub(crate) use self::old::VERSION;
pub(crate) use self::one::{OneArray, field_of};
pub(crate) use self::record::schema_of;
