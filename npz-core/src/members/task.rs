//! Tasks: what is left to do when all headers fit. Each is independent of the others, so that any thread can take it.

use std::sync::{Arc, Mutex, PoisonError};

use super::settings::LoadSettings;
use super::spare::Spares;
use crate::any::RawArray;
use crate::element::{Decoder, Element};
use crate::error::{Error, Result};
use crate::limits::Cost;
use crate::memory::{self, MEMBERS};
use crate::npy::{Cells, Feed, read_bytes, read_cells};
use crate::stored::{Extent, Stored};

/// One array that is to be read, with the memory that it will fill.
pub(super) trait Task: Send {
    /// The member, for messages.
    fn member(&self) -> &str;
    /// What it takes, in memory and in time.
    fn cost(&self) -> Cost;
    /// Where its bytes lie, if in an archive.
    fn extent(&self) -> Option<Extent>;
    /// Takes memory of another value, if there is some that fits.
    fn take_memory(&mut self, _spares: &mut Spares) {}
    fn run(self: Box<Self>) -> Result<()>;
}

/// Runs tasks one after another, in the order of the file. The error is that of the first task that has one, in the order
/// in which they were planned.
pub(super) fn run_all(tasks: Vec<Box<dyn Task + '_>>) -> Result<()> {
    let mut tasks = memory::collect(tasks.into_iter().enumerate(), MEMBERS)?;
    tasks.sort_unstable_by_key(|(number, task)| (task.extent().map(|extent| extent.start), *number));
    let mut first: Option<(usize, Error)> = None;
    for (number, task) in tasks {
        if first.as_ref().is_some_and(|(failed, _)| *failed < number) {
            continue;
        }
        if let Err(error) = task.run() {
            first = Some((number, error));
        }
    }
    first.map_or(Ok(()), |(_, error)| Err(error))
}

/// Where a task leaves its result for the plan that waits for it.
pub(super) struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn other(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    pub(super) fn fill(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    pub(super) fn take(&self) -> Result<T> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Error::invalid("a plan was finished before its data were read"))
    }
}

/// Reads the cells of one member.
pub(super) struct ReadCells<'s, A> {
    pub(super) member: String,
    pub(super) array: Arc<dyn Stored + 's>,
    pub(super) decoder: Decoder<A>,
    pub(super) settings: LoadSettings,
    pub(super) cost: Cost,
    pub(super) memory: Vec<A>,
    pub(super) slot: Slot<Cells<A>>,
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

    fn run(self: Box<Self>) -> Result<()> {
        let Self { member, array, decoder, settings, memory, slot, .. } = *self;
        let read = read_cells(Feed::Stored(&*array), decoder, memory);
        let cells = read.and_then(|cells| settings.apply(cells)).map_err(|error| error.in_member(&member))?;
        slot.fill(cells);
        Ok(())
    }
}

/// Reads the bytes of one member, whatever its cells are.
pub(super) struct ReadRaw<'s> {
    pub(super) member: String,
    pub(super) array: Arc<dyn Stored + 's>,
    pub(super) settings: LoadSettings,
    pub(super) slot: Slot<RawArray>,
}

impl Task for ReadRaw<'_> {
    fn member(&self) -> &str {
        &self.member
    }

    fn cost(&self) -> Cost {
        Cost::stored(self.array.size())
    }

    fn extent(&self) -> Option<Extent> {
        self.array.extent()
    }

    fn run(self: Box<Self>) -> Result<()> {
        let Self { member, array, settings, slot } = *self;
        let raw = read_bytes(Feed::Stored(&*array))
            .and_then(|bytes| settings.apply_raw(RawArray::from_file(array.header(), bytes)));
        slot.fill(raw.map_err(|error| error.in_member(&member))?);
        Ok(())
    }
}
