//! Reading into memory that is there.

use std::sync::Arc;

use ndarray::ArrayViewMutD;

use super::Place;
use crate::cells::cost;
use crate::element::{BadCell, Decoder, Element, InPlace, Step, swap_bytes};
use crate::error::{Error, ErrorKind, Result};
use crate::members::OneArray;
use crate::run::Team;
use crate::shape::{Order, python_tuple};
use crate::stored::Stored;

/// Reads all cells of an array into a view of the same shape.
pub(super) fn read_into<A: Element>(
    place: &Place,
    array: &Arc<dyn Stored + '_>,
    into: ArrayViewMutD<'_, A>,
) -> Result<()> {
    let Place { name, options, .. } = place;
    let header = array.header();
    if header.shape() != into.shape() {
        return Err(Error::new(
            ErrorKind::Mismatch,
            format!(
                "expected a part of shape {}, as the memory to read into has, found one of shape {}",
                python_tuple(into.shape()),
                python_tuple(header.shape())
            ),
        ));
    }
    let one = OneArray { name, array: Arc::clone(array), options, path: None };
    let decoder = one.decoder::<A>()?;
    options.limits.check_array(cost::<A>(header).with_rest(array.size()), 0)?;
    if into.is_empty() || decoder.item_size == 0 {
        return fill_free(decoder, into);
    }
    let team = Team::new(options.threads).with_progress(options.progress.clone());
    team.meter().announce(header.data_len());
    // In the order of the file, a view of the axes that vary slowest first.
    let mut into =
        if header.order().as_saved(header.shape()) == Order::C { into } else { into.reversed_axes() };
    match (decoder.step, into.as_slice_mut()) {
        (Step::InPlace(plan), Some(cells)) => {
            let swap = |piece: &mut [u8]| swap_bytes(piece, plan.swap_width);
            array.fill((plan.as_bytes)(cells), &team, &swap)?;
        }
        (step, _) => copy_into(step, &**array, into, &team)?,
    }
    team.meter().finish()
}

/// Cells without bytes: each is what an empty one becomes.
fn fill_free<A: Element>(decoder: Decoder<A>, into: ArrayViewMutD<'_, A>) -> Result<()> {
    let Step::Convert(mut convert) = decoder.step else { return Ok(()) };
    let mut cells = Vec::new();
    for cell in into {
        convert(&[0], &mut cells).map_err(|bad| bad.into_error(0, &[], Order::C))?;
        if let Some(new) = cells.pop() {
            *cell = new;
        }
    }
    Ok(())
}

/// Reads cells piece by piece, and moves them to where they belong.
fn copy_into<A: Element>(
    mut step: Step<A>,
    array: &dyn Stored,
    mut into: ArrayViewMutD<'_, A>,
    team: &Team,
) -> Result<()> {
    let header = array.header();
    let mut places = into.iter_mut();
    let (mut cells, mut before) = (Vec::new(), 0);
    array.stream(team, &mut |bytes| {
        match &mut step {
            Step::InPlace(plan) => take_as_they_are(plan, bytes, array.item_size(), &mut cells)?,
            Step::Convert(convert) => convert(bytes, &mut cells)
                .map_err(|bad: BadCell| bad.into_error(before, header.shape(), header.order()))?,
        }
        before += cells.len();
        for cell in cells.drain(..) {
            let place =
                places.next().ok_or_else(|| Error::damaged("the array has more cells than its shape"))?;
            *place = cell;
        }
        Ok(())
    })?;
    match places.next() {
        None => Ok(()),
        Some(_) => Err(Error::damaged("the array has fewer cells than its shape")),
    }
}

fn take_as_they_are<A>(plan: &InPlace<A>, bytes: &[u8], item_size: usize, cells: &mut Vec<A>) -> Result<()> {
    let count = bytes.len() / item_size.max(1);
    if !(plan.grow)(cells, count) {
        return Err(Error::no_memory(bytes.len() as u64, "array"));
    }
    let slot = (plan.as_bytes)(cells);
    slot.copy_from_slice(bytes);
    swap_bytes(slot, plan.swap_width);
    Ok(())
}
