//! Between the cells of arrays and their stored bytes: straight into the final buffer, or borrowed where they lie.
//!
//! Knows [`Stored`](crate::stored::Stored) arrays and nothing of where they come from.

mod cost;
mod field;
mod read;
mod slice;
mod view;
mod write;

pub(crate) use self::cost::cost;
pub(crate) use self::field::FieldOf;
pub(crate) use self::read::{Cells, cut_off, place_for, read_bytes, read_cells};
pub(crate) use self::slice::SliceOf;
#[cfg(feature = "mmap")]
pub(crate) use self::view::shape_of;
pub(crate) use self::view::view_of;
pub(crate) use self::write::Body;
