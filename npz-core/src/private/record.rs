//! Rows of structured arrays as members: what the derive of `NpyRecord` forwards to.

pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::mem::offset_of;

pub use ndarray::ArrayViewD;

pub use crate::element::record::{
    ConvertRows, EachField, Layout, PodRow, RecordField, RecordPlan, RowField, Rows, decoder, encode,
    first_not_finite, wanted,
};
pub use crate::element::{Decoder, NpyRecord, Refusal, Rule, Sealed, Wanted};
use crate::extend::{Loader, Members, Name, Plan};
use crate::members::spare::Spares;
use crate::members::{plan_cell, plan_cells, push_cells, push_gathered_cells};
pub use crate::{DType, DTypeKind, Element};
use crate::{FromMembers, Result};

/// Pushes one row: a 0-d member.
pub fn push_row<'a, R: NpyRecord>(row: &'a R, members: &mut Members<'a>, name: &Name) -> Result<()> {
    push_cells(std::slice::from_ref(row), &[], members, name)
}

/// Pushes many rows: one member.
pub fn push_rows<'a, R: NpyRecord>(
    rows: &'a [R],
    shape: &[usize],
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    push_cells(rows, shape, members, name)
}

/// Pushes rows that do not lie side by side.
pub fn push_row_refs<R: NpyRecord>(
    rows: &[&R],
    shape: &[usize],
    members: &mut Members<'_>,
    name: &Name,
) -> Result<()> {
    push_gathered_cells(rows.iter().map(|&row| Ok(row.clone())), shape, members, name)
}

/// Plans one row.
pub fn plan_row<'s, R: NpyRecord + FromMembers>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, R> {
    plan_cell(loader, name)
}

/// Plans many rows.
pub fn plan_rows<'s, R: NpyRecord + FromMembers>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
) -> Plan<'s, Vec<R>> {
    plan_cells(loader, name, dims)
}

/// Gives the memory of rows away.
pub fn donate_rows<R: NpyRecord>(rows: &mut Vec<R>, spares: &mut Spares) {
    spares.give(std::mem::take(rows));
}

/// Makes rows of the columns that were read.
#[inline]
pub fn extend<R>(out: &mut Vec<R>, rows: Rows<'_>, make: impl FnMut(usize) -> R) {
    out.extend((0..rows.len()).map(make));
}

/// Why rows are not looked at in place.
pub fn cannot_view<R>() -> Result<R, &'static str> {
    Err(
        "rows are put together field by field; `#[npy(pod)]` on a struct that is `bytemuck::Pod` lets them be viewed",
    )
}
