//! How far a save or load has come: told to the caller, who may cancel.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// What a caller wants to be told: how many bytes are done, of how many.
type Tell = dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync;

/// The function that the caller gave, if any.
#[derive(Clone, Default)]
pub(crate) struct Progress(Option<Arc<Tell>>);

impl Progress {
    pub(crate) fn new(tell: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Progress" } else { "None" })
    }
}

/// Counts what threads have done of one save or load, and tells it about a thousand times, by one thread at a time.
pub(crate) struct Meter {
    progress: Progress,
    count: Mutex<Count>,
}

#[derive(Default)]
struct Count {
    all: u64,
    done: u64,
    told: u64,
    is_cancelled: bool,
}

impl Meter {
    pub(crate) fn new(progress: Progress) -> Self {
        Self { progress, count: Mutex::default() }
    }

    /// Says that so many bytes more are to be done.
    pub(crate) fn announce(&self, bytes: u64) {
        if self.progress.0.is_some() {
            let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
            count.all = count.all.saturating_add(bytes);
        }
    }

    /// Says that so many bytes more are done.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) once the caller said so.
    pub(crate) fn done(&self, bytes: u64) -> Result<()> {
        let Some(tell) = &self.progress.0 else { return Ok(()) };
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        // What went wrong in parts is done again in order.
        count.done = count.done.saturating_add(bytes).min(count.all);
        let is_due = count.done - count.told > count.all / 1000 || count.done == count.all;
        if is_due && count.told < count.done && !count.is_cancelled {
            count.told = count.done;
            count.is_cancelled = tell(count.done, count.all).is_break();
        }
        if count.is_cancelled {
            return Err(Error::cancelled());
        }
        Ok(())
    }

    /// Says that all is done, where some of it was not counted.
    pub(crate) fn finish(&self) -> Result<()> {
        self.done(u64::MAX)
    }
}
