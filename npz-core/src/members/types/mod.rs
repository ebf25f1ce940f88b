//! The types that values are made of, one family a file: what they push, and what they plan.

mod any;
mod array;
mod cell;
mod collection;
mod map;
mod option;
mod pointer;
mod refused;
mod sequence;
mod shared;
mod stored_as;
mod stored_time;
mod tuple;

pub(crate) use self::cell::{
    plan_many as plan_cells, plan_one as plan_cell, push_gathered as push_gathered_cells,
    push_slice as push_cells,
};
pub use self::map::{MapKey, OwnedMapKey};
