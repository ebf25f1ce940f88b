//! The one save that may be under way while the caller goes on.

use std::thread::{Builder, JoinHandle};

use super::folder::Folder;
use crate::error::{Error, Result};
use crate::members::{Members, Snapshot};

#[derive(Default)]
pub(super) struct Background {
    running: Option<JoinHandle<(Result<()>, Snapshot)>>,
    /// The memory of the last copy.
    spare: Snapshot,
    /// What went wrong, and was not told yet.
    error: Option<Error>,
}

impl Background {
    pub(super) fn save(
        &mut self,
        folder: &Folder,
        step: u64,
        comment: String,
        members: &Members<'_>,
    ) -> Result<()> {
        self.wait()?;
        let snapshot = std::mem::take(&mut self.spare).take(members)?;
        let folder = folder.clone();
        let save = move || {
            let saved = snapshot.members().and_then(|members| folder.save(step, &comment, &members));
            (saved, snapshot)
        };
        let running = Builder::new().name("npz checkpoint".to_owned()).spawn(save);
        self.running = Some(running.map_err(|error| Error::io("can't start a thread that saves", error))?);
        Ok(())
    }

    /// Waits for the save that is under way, and tells what went wrong with it.
    pub(super) fn wait(&mut self) -> Result<()> {
        self.settle();
        self.error.take().map_or(Ok(()), Err)
    }

    /// Waits for the save that is under way.
    pub(super) fn settle(&mut self) {
        match self.running.take().map(JoinHandle::join) {
            None => {}
            Some(Ok((saved, snapshot))) => {
                self.spare = snapshot;
                self.error = saved.err();
            }
            Some(Err(_)) => {
                self.error = Some(Error::custom("the thread that saves a checkpoint has panicked"));
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.settle();
    }
}
