//! From stored bytes to arrays: straight into the final buffer, never on the word of a header alone.

use std::io::{ErrorKind as IoKind, Read};

use ndarray::{ArrayBase, ArrayD, DataOwned, Dimension, IxDyn, ShapeBuilder};

use crate::element::{BadCell, Decoder, Element, Step, swap_bytes};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::MAX_FREE;
use crate::shape::{Order, count};

/// Bytes that are read, swapped and converted together: they stay in the cache between those steps.
pub(super) const PIECE: usize = 256 << 10;
/// What is allocated at first where nothing proves that the data are there; doubled as they come.
const FIRST_STEP: usize = 1 << 20;

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
            in_c.iter().cloned().collect()
        };
        Ok(Self { flat, shape, order })
    }
}

/// Reads the cells that follow a header.
///
/// `available` is how many bytes are proved to follow it: more is refused before anything is allocated. `None`
/// where nothing is known (a stream): then memory grows with the data that arrive. `spare` is memory to fill, if it
/// has as many cells; what they hold does not matter.
pub(crate) fn read_cells<A: Element>(
    reader: &mut dyn Read,
    header: &Header,
    decoder: Decoder<A>,
    available: Option<u64>,
    spare: Vec<A>,
) -> Result<Cells<A>> {
    let len = count(header.shape())?;
    let byte_len = header.data_len();
    if let Some(available) = available.filter(|&available| available < byte_len) {
        return Err(cut_off(header, available));
    }
    if decoder.item_size == 0 && len > MAX_FREE {
        return Err(Error::limit(format!("expected at most {MAX_FREE} cells of no bytes, found {len}")));
    }
    let mut input = Input { reader, header, done: 0 };
    let cells = match decoder.step {
        Step::InPlace(plan) => {
            let mut cells = if spare.len() == len { spare } else { Vec::new() };
            let mut read = 0;
            while read < len {
                let step = if available.is_some() {
                    len
                } else {
                    (FIRST_STEP / decoder.item_size.max(1)).max(2 * read)
                };
                let next = len.min(step.max(1));
                if cells.len() < next && !(plan.grow)(&mut cells, next) {
                    return Err(no_memory(byte_len));
                }
                // Whole cells a piece, so that swapping never splits one.
                for piece in cells[read..next].chunks_mut((PIECE / decoder.item_size.max(1)).max(1)) {
                    let bytes = (plan.as_bytes)(piece);
                    input.fill(bytes)?;
                    swap_bytes(bytes, plan.swap_width);
                }
                read = next;
            }
            cells
        }
        Step::Convert(mut convert) => {
            let mut cells = spare;
            cells.clear();
            if available.is_some() && cells.try_reserve_exact(len).is_err() {
                return Err(no_memory(byte_len));
            }
            let cells_a_piece = (PIECE / decoder.item_size.max(1)).clamp(1, len.max(1));
            let mut scratch = Vec::new();
            while cells.len() < len && decoder.item_size > 0 {
                let before = cells.len();
                let bytes = cells_a_piece.min(len - before) * decoder.item_size;
                // A single cell may be huge (`|S1000000000`): grow with what arrives, as above.
                input.append(&mut scratch, bytes, available.is_some())?;
                convert(&scratch, &mut cells)
                    .map_err(|bad: BadCell| bad.into_error(before, header.shape(), header.order()))?;
                scratch.clear();
            }
            for _ in cells.len()..len {
                // Cells of no bytes: each is what an empty cell becomes.
                convert(&[0], &mut cells).map_err(|bad| bad.into_error(0, header.shape(), header.order()))?;
            }
            cells
        }
    };
    Ok(Cells { flat: cells, shape: header.shape().to_vec(), order: header.order() })
}

/// Reads the bytes of the cells that follow a header, as they are.
pub(crate) fn read_bytes(reader: &mut dyn Read, header: &Header, available: Option<u64>) -> Result<Vec<u8>> {
    let byte_len = header.data_len();
    if let Some(available) = available.filter(|&available| available < byte_len) {
        return Err(cut_off(header, available));
    }
    let len = usize::try_from(byte_len).map_err(|_| no_memory(byte_len))?;
    let mut bytes = Vec::new();
    Input { reader, header, done: 0 }.append(&mut bytes, len, available.is_some())?;
    Ok(bytes)
}

struct Input<'r, 'h> {
    reader: &'r mut dyn Read,
    header: &'h Header,
    done: u64,
}

impl Input<'_, '_> {
    fn fill(&mut self, mut buffer: &mut [u8]) -> Result<()> {
        while !buffer.is_empty() {
            match self.reader.read(buffer) {
                Ok(0) => return Err(cut_off(self.header, self.done)),
                Ok(n) => {
                    self.done += n as u64;
                    buffer = buffer.get_mut(n..).unwrap_or_default();
                }
                Err(error) if error.kind() == IoKind::Interrupted => {}
                Err(error) => return Err(Error::io("can't read the array's data", error)),
            }
        }
        Ok(())
    }

    fn append(&mut self, scratch: &mut Vec<u8>, len: usize, is_proven: bool) -> Result<()> {
        while scratch.len() < len {
            let start = scratch.len();
            let step = if is_proven { len } else { FIRST_STEP.max(2 * start) };
            let next = len.min(step);
            if scratch.try_reserve_exact(next - start).is_err() {
                return Err(no_memory(len as u64));
            }
            scratch.resize(next, 0);
            self.fill(&mut scratch[start..])?;
        }
        Ok(())
    }
}

pub(super) fn cut_off(header: &Header, found: u64) -> Error {
    Error::damaged(format!(
        "the data are cut off: expected {} bytes for shape {} of dtype {}, found {found}; the file was not fully \
         written or downloaded",
        header.data_len(),
        crate::shape::python_tuple(header.shape()),
        header.dtype(),
    ))
    .at(header.len() as u64 + found)
}

fn no_memory(bytes: u64) -> Error {
    Error::io(format!("can't allocate {bytes} bytes for the array"), IoKind::OutOfMemory.into())
}
