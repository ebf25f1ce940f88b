//! From stored bytes to arrays: straight into the final buffer, never on the word of a header alone.

use ndarray::{ArrayBase, ArrayD, DataOwned, Dimension, IxDyn, ShapeBuilder};

use crate::element::{BadCell, Decoder, Element, InPlace, Step, swap_bytes};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::MAX_FREE;
use crate::memory::{self, copy_cells, zeros};
use crate::run::Team;
use crate::shape::{Order, count};
use crate::stored::Stored;

/// The cells of an array as they came: in file order, with the shape and order to arrange them by.
pub(crate) struct Cells<A> {
    pub(crate) flat: Vec<A>,
    pub(crate) shape: Vec<usize>,
    pub(crate) order: Order,
}

impl<A: Element> Cells<A> {
    /// Arranges the cells; no copy, Fortran order becomes strides.
    pub(crate) fn into_array<S, D>(self) -> Result<ArrayBase<S, D>>
    where
        S: DataOwned<Elem = A>,
        D: Dimension,
    {
        let unfit = || Error::damaged("the shape does not fit the number of axes");
        let dim = D::from_dimension(&IxDyn(&self.shape)).ok_or_else(unfit)?;
        let shape = dim.set_f(self.order == Order::Fortran);
        ArrayBase::from_shape_vec(shape, self.flat)
            .map_err(|error| Error::damaged("the shape can't be laid out in memory").with_source(error))
    }

    /// Brings the cells into an order; copies them only where they have another.
    pub(crate) fn into_order(self, order: Order) -> Result<Self> {
        if self.order == order || self.shape.len() < 2 {
            return Ok(self);
        }
        let array: ArrayD<A> = self.into_array()?;
        let shape = array.shape().to_vec();
        // In Fortran order the cells lie as those of the reversed axes in C order.
        let in_c = if order == Order::Fortran { array.reversed_axes() } else { array };
        let flat = if in_c.is_standard_layout() {
            in_c.into_raw_vec_and_offset().0
        } else {
            copy_cells(&in_c, "array")?
        };
        Ok(Self { flat, shape, order })
    }
}

/// What is known of an array before its cells are read.
struct Known {
    shape: Vec<usize>,
    order: Order,
    len: usize,
    is_proven: bool,
}

impl Known {
    fn of(array: &dyn Stored, item_size: usize) -> Result<Self> {
        let is_proven = is_proven(array)?;
        let header = array.header();
        let len = count(header.shape())?;
        if item_size == 0 && len > MAX_FREE {
            return Err(Error::limit(format!("expected at most {MAX_FREE} cells of no bytes, found {len}")));
        }
        Ok(Self { shape: header.shape().to_vec(), order: header.order(), len, is_proven })
    }
}

/// Refuses what is known to be cut off, and tells whether all is known to be there.
fn is_proven(array: &dyn Stored) -> Result<bool> {
    let (header, available) = (array.header(), array.available());
    match available.filter(|&available| available < header.data_len()) {
        Some(available) => Err(cut_off(header, available)),
        None => Ok(available.is_some()),
    }
}

/// Reads cells. `spare` is memory to fill, if it has as many cells; what they hold does not matter, unless their bytes have been put there.
pub(crate) fn read_cells<A: Element>(
    array: &dyn Stored,
    decoder: Decoder<A>,
    spare: Vec<A>,
    is_filled: bool,
    team: &Team,
) -> Result<Cells<A>> {
    let Known { shape, order, len, is_proven } = Known::of(array, decoder.item_size)?;
    let flat = match decoder.step {
        Step::InPlace(plan) => {
            let spare = if spare.len() == len { spare } else { Vec::new() };
            if decoder.item_size == 0 {
                grown(spare, len, &plan)?
            } else if is_proven {
                let mut cells = grown(spare, len, &plan)?;
                let swap = |piece: &mut [u8]| swap_bytes(piece, plan.swap_width);
                let bytes = (plan.as_bytes)(&mut cells);
                if is_filled {
                    swap(bytes);
                    team.meter().done(bytes.len() as u64)?;
                } else {
                    array.fill(bytes, team, &swap)?;
                }
                cells
            } else {
                collect_in_place(array, len, decoder.item_size, &plan, team)?
            }
        }
        Step::Convert(mut convert) => {
            if let Some(in_bytes) = A::IN_BYTES.filter(|_| is_proven) {
                let spare = (in_bytes.into)(spare);
                let mut bytes = if spare.len() == len { spare } else { zeros(len, "array")? };
                array.fill(&mut bytes, team, &|_| {})?;
                return Ok(Cells { flat: (in_bytes.from)(bytes), shape, order });
            }
            let mut cells = spare;
            cells.clear();
            let byte_len = array.header().data_len();
            let is_free = decoder.item_size == 0;
            if is_proven || is_free {
                let room = memory::room_for_cells(cells, len);
                cells = room.ok_or_else(|| Error::no_memory(byte_len, "array"))?;
            }
            array.stream(team, &mut |bytes| {
                let before = cells.len();
                let more = bytes.len() / decoder.item_size.max(1);
                if cells.try_reserve(more).is_err() {
                    return Err(Error::no_memory(byte_len, "array"));
                }
                convert(bytes, &mut cells).map_err(|bad: BadCell| bad.into_error(before, &shape, order))
            })?;
            for _ in cells.len()..if is_free { len } else { 0 } {
                // Cells of no bytes: each is what an empty cell becomes.
                convert(&[0], &mut cells).map_err(|bad| bad.into_error(0, &shape, order))?;
            }
            cells
        }
    };
    Ok(Cells { flat, shape, order })
}

/// Where the bytes of cells go that others decode: memory that is taken for all of them. `None` where they can't lie there as they come.
pub(crate) fn place_for<'c, A: Element>(
    array: &dyn Stored,
    decoder: &Decoder<A>,
    cells: &'c mut Vec<A>,
) -> Result<Option<&'c mut [u8]>> {
    let Step::InPlace(plan) = &decoder.step else { return Ok(None) };
    // What is wrong with it is told when it is read.
    let Ok(Known { len, is_proven: true, .. }) = Known::of(array, decoder.item_size) else { return Ok(None) };
    if decoder.item_size == 0 {
        return Ok(None);
    }
    let spare = if cells.len() == len { std::mem::take(cells) } else { Vec::new() };
    *cells = grown(spare, len, plan)?;
    Ok(Some((plan.as_bytes)(cells)))
}

/// Reads the bytes of cells, as they are. `spare` is memory to fill, if it is as long as they are.
pub(crate) fn read_bytes(array: &dyn Stored, spare: Vec<u8>, team: &Team) -> Result<Vec<u8>> {
    if is_proven(array)? {
        let len = array.header().data_len();
        let len = usize::try_from(len).map_err(|_| Error::no_memory(len, "array"))?;
        let mut bytes = if spare.len() == len { spare } else { zeros(len, "array")? };
        array.fill(&mut bytes, team, &|_| {})?;
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    array.stream(team, &mut |piece| memory::append(&mut bytes, piece, "array"))?;
    Ok(bytes)
}

fn grown<A>(mut cells: Vec<A>, len: usize, plan: &InPlace<A>) -> Result<Vec<A>> {
    if cells.len() < len && !(plan.grow)(&mut cells, len) {
        return Err(Error::no_memory((len as u64).saturating_mul(size_of::<A>() as u64), "array"));
    }
    Ok(cells)
}

/// Copies cells as they come, into memory that grows with them.
fn collect_in_place<A>(
    array: &dyn Stored,
    len: usize,
    item_size: usize,
    plan: &InPlace<A>,
    team: &Team,
) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    let mut filled = 0;
    array.stream(team, &mut |bytes| {
        let next = filled + bytes.len() / item_size;
        if cells.len() < next {
            cells = grown(std::mem::take(&mut cells), next.max(2 * filled).min(len), plan)?;
        }
        let slot = cells.get_mut(filled..next).map(|cells| (plan.as_bytes)(cells));
        let slot = slot.ok_or_else(|| Error::damaged("the array has more cells than its shape"))?;
        slot.copy_from_slice(bytes);
        swap_bytes(slot, plan.swap_width);
        filled = next;
        Ok(())
    })?;
    Ok(cells)
}

pub(crate) fn cut_off(header: &Header, found: u64) -> Error {
    Error::damaged(format!(
        "the data are cut off: expected {} bytes for shape {} of dtype {}, found {found}; the file was not fully \
         written or downloaded",
        header.data_len(),
        crate::shape::python_tuple(header.shape()),
        header.dtype(),
    ))
    .at(header.len() as u64 + found)
}
