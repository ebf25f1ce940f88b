//! Saving: a value pushes its members into a list.

mod collect;
mod rows;
mod snapshot;

pub(crate) use self::collect::indexed::LEN;
pub(crate) use self::collect::{Member, NO_NAME, refs};
pub use self::collect::{Members, ToMembers};
pub(crate) use self::rows::Rows;
pub(crate) use self::snapshot::Snapshot;
