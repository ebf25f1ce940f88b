//! [`Medium`]: what a load reads from, whatever it is.

use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::limits::Limits;
use crate::run::{Progress, Threads};
use crate::stored::{Extent, Stored};

/// A place that members are loaded from: an archive, or a list in memory.
pub(crate) trait Medium: Send + Sync {
    /// Finds a member by the rules of `NpzFile`: the exact name of the file first, then without `.npy`.
    fn find(&self, key: &str) -> Option<usize>;
    /// The keys that begin with `prefix`, each with its member; in no order.
    /// The one array that is all, where a medium has no names.
    fn root(&self) -> Option<usize> {
        None
    }
    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm>;
    /// Every member that a key leads to, in the order of the archive, by the name that a message should show.
    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_>;
    /// The array that a member is, `None` where it is something else. Its header is read once, and kept.
    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>>;
    /// What the caller lets a load take.
    fn limits(&self) -> Limits;
    /// How it likes to be read, and by how many threads the caller allows.
    fn reading(&self) -> Reading {
        Reading::default()
    }
    /// Who is told how far a load has come.
    fn progress(&self) -> Progress {
        Progress::default()
    }
    /// Is told what will be read next, in no order.
    fn will_need(&self, _extents: Vec<Extent>) {}
    /// The file, for messages.
    fn path(&self) -> Option<&Path> {
        None
    }
}

/// How a medium is read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) threads: Threads,
    /// The most that is read at once where it is not read into its place.
    pub(crate) chunk: usize,
    /// Each read takes its time: it likes few large ones.
    pub(crate) is_far: bool,
}
