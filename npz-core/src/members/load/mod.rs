//! Loading: a type plans what it wants of a medium, and tasks read it once all fits.

mod claims;
mod from_members;
mod list;
pub(crate) mod loader;
pub(crate) mod medium;
mod one;
mod plan;
mod python_none;
pub(crate) mod task;
pub(crate) mod view;
mod work;

pub use self::from_members::{EachPart, FromMembers};
pub use self::loader::Loader;
pub(crate) use self::loader::recording::schema_of;
pub(crate) use self::one::{OneArray, field_of};
pub use self::plan::Plan;
