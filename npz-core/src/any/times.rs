//! Times in arrays of any dtype: ticks whose unit is known only when the program runs.
//!
//! What reads and writes them are the cells without a unit of their own; the unit stands in the header.

use bytemuck::Pod;
use ndarray::{ArrayD, ArrayViewD, CowArray, IxDyn, ShapeBuilder};

use super::array::{ARRAY, unfit};
use super::{AnyArray, TypedArray};
use crate::dtype::{DType, DTypeKind, TimeUnit};
use crate::element::time::decode::{Ticks, decoder};
use crate::element::time::{DateTime64, Generic, TimeDelta64, Unit};
use crate::element::{Cast, Decoder, Element, Refusal, Rule};
use crate::error::Result;
use crate::memory::map_cells;

/// A cell that is a count of ticks of no unit.
pub(crate) trait Tick: Element + Pod + Ticks {
    /// How ticks of the unit that a file has are read: as they are.
    fn as_stored(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        let times = stored.time_unit().map(|unit| (stored.kind(), unit));
        let (kind, unit) = times.unwrap_or((Self::KIND, Generic::UNIT));
        decoder(kind, unit, stored, rule)
    }
}
impl Tick for DateTime64<Generic> {}
impl Tick for TimeDelta64<Generic> {}

/// Ticks as cells; copies only what does not lie side by side.
pub(crate) fn as_cells<A: Tick>(ticks: &ArrayD<i64>) -> Result<CowArray<'_, A, IxDyn>> {
    if let Some(view) = view_by(ticks, bytemuck::cast_slice) {
        return Ok(view.into());
    }
    let cells = map_cells(ticks, ARRAY, |&ticks| A::of(ticks))?;
    ArrayD::from_shape_vec(ticks.shape(), cells).map(CowArray::from).map_err(unfit)
}

/// Cells as ticks, where they lie.
pub(crate) fn from_cells<A: Tick>(cells: Vec<A>) -> Vec<i64> {
    bytemuck::allocation::cast_vec(cells)
}

/// The same memory as other cells of the same number.
fn view_by<'t, A>(
    ticks: &'t ArrayD<i64>,
    cells: impl FnOnce(&'t [i64]) -> &'t [A],
) -> Option<ArrayViewD<'t, A>> {
    let is_fortran = !ticks.is_standard_layout();
    let flat = if is_fortran { ticks.view().reversed_axes().to_slice() } else { ticks.as_slice() };
    ArrayViewD::from_shape(IxDyn(ticks.shape()).set_f(is_fortran), cells(flat?)).ok()
}

impl AnyArray {
    pub(crate) fn times(kind: DTypeKind, unit: TimeUnit, ticks: impl Into<TypedArray<i64>>) -> Self {
        let ticks = ticks.into();
        match kind {
            DTypeKind::DateTime => Self::DateTime64 { unit, ticks },
            _ => Self::TimeDelta64 { unit, ticks },
        }
    }
}

/// Times as cells with a unit, if it is theirs.
pub(super) fn view<A: Element>(
    kind: DTypeKind,
    unit: TimeUnit,
    ticks: &ArrayD<i64>,
) -> Option<ArrayViewD<'_, A>> {
    let dtype = DType::time(kind, unit);
    A::decoder(&dtype, Rule::array(Cast::Exact)).ok()?;
    let flat = |ticks| A::view(bytemuck::cast_slice(ticks), &dtype).unwrap_or_default();
    view_by(ticks, flat)
}
