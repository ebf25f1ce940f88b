//! How far a load has come: told to the caller, who may cancel.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use npz_core::{Error, Result};

/// What a caller of a load is told: how many bytes of the source are read, of how many.
pub(crate) type Progress<'a> = Box<dyn Fn(u64, Option<u64>) -> ControlFlow<()> + Send + Sync + 'a>;

/// So many bytes of text are read between two calls.
const STEP: u64 = 1 << 20;

/// How far a pass over a source is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Far {
    /// The bytes of text.
    pub(crate) text: u64,
    /// The bytes of the source, in its encoding and compressed if it is.
    pub(crate) source: u64,
}

/// Tells of all passes over a source as if they were one.
#[derive(Clone, Copy)]
pub(crate) struct Meter<'s> {
    progress: Option<&'s Progress<'s>>,
    /// The bytes of the source, if that is known.
    all: Option<u64>,
    passes: u64,
    /// The bytes that the passes before have read.
    before: u64,
    /// The text of this pass that was read when the caller was told.
    at: u64,
    told: Option<u64>,
}

impl<'s> Meter<'s> {
    pub(crate) fn new(progress: Option<&'s Progress<'s>>, all: Option<u64>, passes: u64) -> Self {
        Self { progress, all, passes, before: 0, at: 0, told: None }
    }

    /// Tells where a pass is, if it is much further.
    pub(crate) fn tell(&mut self, far: Far) -> Result<()> {
        if far.text < self.at + STEP {
            return Ok(());
        }
        self.at = far.text;
        self.say(far.source)
    }

    /// Tells that a pass is over; the rest of the source is nobody's concern.
    pub(crate) fn end(&mut self, far: Far) -> Result<()> {
        self.before += self.all.unwrap_or(far.source);
        self.at = 0;
        self.say(0)
    }

    fn say(&mut self, source: u64) -> Result<()> {
        let done = (self.before + source) / self.passes;
        // The file may have grown since.
        let done = self.all.map_or(done, |all| done.min(all)).max(self.told.unwrap_or(0));
        self.told = Some(done);
        match self.progress {
            Some(progress) if progress(done, self.all).is_break() => Err(Error::cancelled()),
            _ => Ok(()),
        }
    }
}

/// Counts what is read.
pub(crate) struct Counted<R> {
    pub(crate) reader: R,
    pub(crate) count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
