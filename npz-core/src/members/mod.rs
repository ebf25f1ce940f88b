//! Between Rust values and the members of an archive: what a value is made of, and how it comes back.
//!
//! Knows arrays and their headers; knows nothing of files and zip.

mod evolve;
mod file;
pub(crate) mod forms;
mod known_names;
pub(crate) mod load;
#[cfg(feature = "mmap")]
mod mapped;
mod name;
pub(crate) mod save;
pub(crate) mod settings;
pub(crate) mod shapes;
pub(crate) mod spare;
mod types;
mod wanted_shape;

pub(crate) use self::evolve::VERSION;
pub use self::evolve::{Lazy, OldMembers};
pub use self::file::NpyFile;
pub use self::known_names::Names;
pub(crate) use self::known_names::is_at;
pub(crate) use self::load::loader::Age;
pub(crate) use self::load::medium::{Medium, Reading};
pub use self::load::{EachPart, FromMembers, Loader, Plan};
pub(crate) use self::load::{OneArray, field_of, schema_of};
#[cfg(feature = "mmap")]
pub use self::mapped::Mapped;
pub(crate) use self::name::NONE;
pub use self::name::Name;
pub(crate) use self::save::{Member, NO_NAME, Rows, Snapshot};
pub use self::save::{Members, ToMembers};
pub use self::types::{MapKey, OwnedMapKey};
pub(crate) use self::types::{plan_cell, plan_cells, push_cells, push_gathered_cells};
