//! Tasks: what is left to do when all headers fit. Each is independent of the others, so that any thread can take it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::any::RawArray;
use crate::cells::{Cells, place_for, read_bytes, read_cells};
use crate::element::{Decoder, Element, Step};
use crate::error::{Error, Result};
use crate::limits::Cost;
use crate::members::settings::LoadSettings;
use crate::members::spare::Spares;
use crate::memory::zeros;
use crate::run::Team;
use crate::stored::{Extent, InBlocks, Stored};

/// The blocks of a member, and where the bytes of its cells go.
pub(crate) type ToFill<'a> = (InBlocks<'a>, &'a mut [u8]);

/// One array that is to be read, with the memory that it will fill.
pub(crate) trait Task: Send {
    /// The member, for messages.
    fn member(&self) -> &str;
    /// What it takes, in memory and in time.
    fn cost(&self) -> Cost;
    /// Where its bytes lie, if in an archive.
    fn extent(&self) -> Option<Extent>;
    /// Takes memory of another value, if there is some that fits.
    fn take_memory(&mut self, _spares: &mut Spares) {}
    /// Whether the bytes are read into their place, without any other memory.
    fn is_direct(&self) -> bool {
        false
    }
    /// Takes the memory for the bytes, and tells how they are decoded in turn with those of other members, if they are to be.
    fn open(&mut self) -> Result<Option<ToFill<'_>>> {
        Ok(None)
    }
    /// Says that they are in that memory, and verified.
    fn note_filled(&mut self) {}
    /// Does it, by the threads of a team that are free.
    fn run(self: Box<Self>, team: &Team) -> Result<()>;
}

fn is_stored(array: &dyn Stored) -> bool {
    array.extent().is_some_and(|extent| extent.is_stored())
}

/// Where a task leaves its result for the plan that waits for it.
pub(crate) struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn other(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    pub(crate) fn fill(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    pub(crate) fn take(&self) -> Result<T> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Error::invalid("a plan was finished before its data were read"))
    }
}

/// Reads the cells of one member.
pub(crate) struct ReadCells<'s, A> {
    pub(crate) member: String,
    pub(crate) array: Arc<dyn Stored + 's>,
    pub(crate) decoder: Decoder<A>,
    pub(crate) settings: LoadSettings,
    pub(crate) cost: Cost,
    pub(crate) memory: Vec<A>,
    pub(crate) is_filled: bool,
    pub(crate) slot: Slot<Cells<A>>,
}

impl<A: Element> Task for ReadCells<'_, A> {
    fn member(&self) -> &str {
        &self.member
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn extent(&self) -> Option<Extent> {
        self.array.extent()
    }

    fn take_memory(&mut self, spares: &mut Spares) {
        self.memory = spares.take(self.array.header().shape().iter().product());
    }

    fn is_direct(&self) -> bool {
        matches!(self.decoder.step, Step::InPlace(_)) && is_stored(&*self.array)
    }

    fn open(&mut self) -> Result<Option<ToFill<'_>>> {
        let Some(blocks) = self.array.in_blocks() else { return Ok(None) };
        let place = place_for(&*self.array, &self.decoder, &mut self.memory);
        Ok(place.map_err(|error| error.in_member(&self.member))?.map(|place| (blocks, place)))
    }

    fn note_filled(&mut self) {
        self.is_filled = true;
    }

    fn run(self: Box<Self>, team: &Team) -> Result<()> {
        let Self { member, array, decoder, settings, memory, is_filled, slot, .. } = *self;
        let read = read_cells(&*array, decoder, memory, is_filled, team);
        let cells = read.and_then(|cells| settings.apply(cells)).map_err(|error| error.in_member(&member))?;
        slot.fill(cells);
        Ok(())
    }
}

/// Reads the bytes of one member, whatever its cells are.
pub(crate) struct ReadRaw<'s> {
    pub(crate) member: String,
    pub(crate) array: Arc<dyn Stored + 's>,
    pub(crate) settings: LoadSettings,
    pub(crate) cost: Cost,
    /// The bytes, once they were decoded with those of others.
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_filled: bool,
    pub(crate) slot: Slot<RawArray>,
}

impl Task for ReadRaw<'_> {
    fn member(&self) -> &str {
        &self.member
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn extent(&self) -> Option<Extent> {
        self.array.extent()
    }

    fn is_direct(&self) -> bool {
        is_stored(&*self.array)
    }

    fn open(&mut self) -> Result<Option<ToFill<'_>>> {
        let Some(blocks) = self.array.in_blocks() else { return Ok(None) };
        let len = usize::try_from(self.array.header().data_len()).unwrap_or(usize::MAX);
        self.bytes = zeros(len, "array").map_err(|error| error.in_member(&self.member))?;
        Ok(Some((blocks, &mut self.bytes)))
    }

    fn note_filled(&mut self) {
        self.is_filled = true;
    }

    fn run(self: Box<Self>, team: &Team) -> Result<()> {
        let Self { member, array, settings, bytes, is_filled, slot, .. } = *self;
        let read = if is_filled {
            team.meter().done(bytes.len() as u64).map(|()| bytes)
        } else {
            read_bytes(&*array, bytes, team)
        };
        let raw = read.and_then(|bytes| settings.apply_raw(RawArray::from_file(array.header(), bytes)));
        slot.fill(raw.map_err(|error| error.in_member(&member))?);
        Ok(())
    }
}
