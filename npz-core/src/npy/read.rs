//! From stored bytes to arrays: straight into the final buffer, never on the word of a header alone.

use std::io::{ErrorKind as IoKind, Read};

use ndarray::{ArrayBase, ArrayD, DataOwned, Dimension, IxDyn, ShapeBuilder};

use super::field::Column;
use crate::element::{BadCell, Decoder, Element, InPlace, Step, swap_bytes};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::MAX_FREE;
use crate::memory::{self, copy_cells, zeros};
use crate::run::Team;
use crate::shape::{Order, count};
use crate::stored::{Put, Stored, cells_a_piece};

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
            copy_cells(&in_c, "array")?
        };
        Ok(Self { flat, shape, order })
    }
}

/// Where the bytes of cells come from.
pub(crate) enum Feed<'f> {
    /// An array that gives them whole, by range or piece by piece.
    Stored(&'f dyn Stored),
    /// What follows a header in a stream.
    Stream(Stream<'f>),
    /// One field of records.
    Field(Box<Feed<'f>>, &'f Column),
}

/// The rest of a stream whose header was read.
pub(crate) struct Stream<'f> {
    reader: &'f mut dyn Read,
    header: &'f Header,
    /// How many bytes are proved to follow: more is refused before anything is allocated. `None` where nothing is
    /// known: then memory grows with the data that arrive.
    available: Option<u64>,
    done: u64,
}

impl<'f> Feed<'f> {
    pub(crate) fn stream(reader: &'f mut dyn Read, header: &'f Header, available: Option<u64>) -> Self {
        Self::Stream(Stream { reader, header, available, done: 0 })
    }

    pub(crate) fn header(&self) -> &Header {
        match self {
            Self::Stored(array) => array.header(),
            Self::Stream(stream) => stream.header,
            Self::Field(_, column) => column.header(),
        }
    }

    fn available(&self) -> Option<u64> {
        match self {
            Self::Stored(array) => array.available(),
            Self::Stream(stream) => stream.available,
            Self::Field(records, column) => records.available().map(|bytes| column.available(bytes)),
        }
    }

    /// Refuses what is known to be cut off, and tells whether all is known to be there.
    fn is_proven(&self) -> Result<bool> {
        let (header, available) = (self.header(), self.available());
        match available.filter(|&available| available < header.data_len()) {
            Some(available) => Err(cut_off(header, available)),
            None => Ok(available.is_some()),
        }
    }

    /// Hands out the bytes in pieces of whole cells.
    fn each_piece(&mut self, put: &mut Put<'_>) -> Result<()> {
        match self {
            Self::Stored(array) => array.stream(put),
            Self::Stream(stream) => stream.each_piece(put),
            Self::Field(records, column) => column.stream(|put| records.each_piece(put), put),
        }
    }
}

/// Reads cells. `spare` is memory to fill, if it has as many cells; what they hold does not matter.
pub(crate) fn read_cells<A: Element>(
    mut feed: Feed<'_>,
    decoder: Decoder<A>,
    spare: Vec<A>,
    team: &Team,
) -> Result<Cells<A>> {
    let is_proven = feed.is_proven()?;
    let header = feed.header();
    let (shape, order, len) = (header.shape().to_vec(), header.order(), count(header.shape())?);
    if decoder.item_size == 0 && len > MAX_FREE {
        return Err(Error::limit(format!("expected at most {MAX_FREE} cells of no bytes, found {len}")));
    }
    let flat = match decoder.step {
        Step::InPlace(plan) => {
            let spare = if spare.len() == len { spare } else { Vec::new() };
            match &mut feed {
                _ if decoder.item_size == 0 => grown(spare, len, &plan)?,
                Feed::Stored(array) if is_proven => {
                    let mut cells = grown(spare, len, &plan)?;
                    let swap = |piece: &mut [u8]| swap_bytes(piece, plan.swap_width);
                    array.fill((plan.as_bytes)(&mut cells), team, &swap)?;
                    cells
                }
                Feed::Stream(stream) => stream.read_in_place(spare, len, decoder.item_size, &plan)?,
                _ => collect_in_place(&mut feed, len, decoder.item_size, &plan)?,
            }
        }
        Step::Convert(mut convert) => {
            let mut cells = spare;
            cells.clear();
            let byte_len = header.data_len();
            let is_free = decoder.item_size == 0;
            if is_proven || is_free {
                let room = memory::room_for_cells(cells, len);
                cells = room.ok_or_else(|| Error::no_memory(byte_len, "array"))?;
            }
            feed.each_piece(&mut |bytes| {
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

/// Reads the bytes of cells, as they are.
pub(crate) fn read_bytes(mut feed: Feed<'_>, team: &Team) -> Result<Vec<u8>> {
    let len = feed.header().data_len();
    let short = || Error::no_memory(len, "array");
    if let (true, Feed::Stored(array)) = (feed.is_proven()?, &feed) {
        let mut bytes = zeros(usize::try_from(len).map_err(|_| short())?, "array")?;
        array.fill(&mut bytes, team, &|_| {})?;
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    if let Feed::Stream(stream) = &mut feed {
        stream.append(&mut bytes, usize::try_from(len).map_err(|_| short())?)?;
    } else {
        feed.each_piece(&mut |piece| memory::append(&mut bytes, piece, "array"))?;
    }
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
    feed: &mut Feed<'_>,
    len: usize,
    item_size: usize,
    plan: &InPlace<A>,
) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    let mut filled = 0;
    feed.each_piece(&mut |bytes| {
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

impl Stream<'_> {
    /// Reads cells straight into memory, which grows with them where they are not proved to be there.
    fn read_in_place<A>(
        &mut self,
        mut cells: Vec<A>,
        len: usize,
        item_size: usize,
        plan: &InPlace<A>,
    ) -> Result<Vec<A>> {
        let mut read = 0;
        while read < len {
            let step = if self.available.is_some() { len } else { (FIRST_STEP / item_size).max(2 * read) };
            let next = len.min(step.max(1));
            cells = grown(cells, next, plan)?;
            // Whole cells a piece, so that swapping never splits one.
            for piece in cells[read..next].chunks_mut(cells_a_piece(item_size)) {
                let bytes = (plan.as_bytes)(piece);
                self.fill(bytes)?;
                swap_bytes(bytes, plan.swap_width);
            }
            read = next;
        }
        Ok(cells)
    }

    fn each_piece(&mut self, put: &mut Put<'_>) -> Result<()> {
        let item_size = self.header.dtype().item_size()?;
        let mut left = if item_size == 0 { 0 } else { self.header.data_len() };
        let mut piece = Vec::new();
        while left > 0 {
            let len = left.min((cells_a_piece(item_size) * item_size) as u64);
            piece.clear();
            // A single cell may be huge (`|S1000000000`): memory grows with what arrives.
            self.append(&mut piece, len as usize)?;
            put(&piece)?;
            left -= len;
        }
        Ok(())
    }

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

    fn append(&mut self, bytes: &mut Vec<u8>, len: usize) -> Result<()> {
        while bytes.len() < len {
            let start = bytes.len();
            let step = if self.available.is_some() { len } else { FIRST_STEP.max(2 * start) };
            let next = len.min(step);
            if bytes.try_reserve_exact(next - start).is_err() {
                return Err(Error::no_memory(len as u64, "array"));
            }
            bytes.resize(next, 0);
            self.fill(&mut bytes[start..])?;
        }
        Ok(())
    }
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
