//! An archive that can be opened before it is finished.

use std::io::Write;
use std::time::Instant;

use super::NpzWriter;
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};
use crate::npz::PublishEvery;

/// What was made visible of an archive.
pub(super) struct Published<W: Write> {
    every: Option<PublishEvery>,
    /// When it was tried last, and how many members there were.
    last: (Instant, u64),
    /// The output that is visible, and how many of its bytes are members.
    visible: Option<(W, u64)>,
    /// Makes the members so far visible, where the output can.
    pub(super) publish: fn(&mut NpzWriter<W>) -> Result<()>,
}

impl<W: Write> Published<W> {
    pub(super) fn new(every: Option<PublishEvery>) -> Self {
        Self { every, last: (Instant::now(), 0), visible: None, publish: |_| Ok(()) }
    }
}

impl<W: Write> NpzWriter<W> {
    /// Makes the members so far visible if they are enough, or have waited long enough.
    pub(super) fn publish_if_due(&mut self) -> Result<()> {
        let (time, members) = self.published.last;
        let is_due = match self.published.every {
            None => false,
            Some(PublishEvery::Members(count)) => self.emitter.members() - members >= count as u64,
            Some(PublishEvery::Time(every)) => time.elapsed() >= every,
        };
        if is_due { (self.published.publish)(self) } else { Ok(()) }
    }
}

impl NpzWriter<AtomicFile> {
    /// Makes the members so far a whole archive under the path, durably, and goes on: what a crash before
    /// [`finish`](Self::finish) leaves. `zipfile` in mode `"a"`, closed after each member.
    ///
    /// Replaces what was at the path, at once. A crash at any point leaves the archive of one `publish` or the next, to NumPy as well.
    /// [`SaveOptions::publish_every`](crate::SaveOptions::publish_every) calls it by the number of members, or by the clock.
    ///
    /// Two files take turns, so that the visible one is never half-written: all bytes are written twice, and take twice the room
    /// until the end. Waits for the disk, unless [`SaveOptions::sync`](crate::SaveOptions::sync) says otherwise. Who has the archive open goes
    /// on reading it; who opens it in the moment of the next `publish` may get an error, and has to open it again.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the disk is full, or the file system has no hard links. What was visible before, or is now,
    /// stands. The writer can go on if the message says so; else no more members can be added.
    ///
    /// ```
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-publish.npz");
    /// let mut writer = NpzWriter::create(&path)?;
    /// for step in 0..25 {
    ///     writer.add(&format!("step{step}"), &vec![0.5; 100])?;
    ///     if step % 10 == 9 {
    ///         writer.publish()?;
    ///     }
    /// }
    /// drop(writer); // a crash
    /// assert_eq!(NpzReader::open(&path)?.names().len(), 20);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn publish(&mut self) -> Result<()> {
        self.in_file(|writer| {
            let members = writer.emitter.position();
            // Before anything is visible that could not be gone on from.
            let (mut next, from) = match writer.published.visible.take() {
                Some(visible) => visible,
                None => (writer.emitter.output().second().map_err(can_go_on)?, 0),
            };
            let shown = writer.emitter.publish(|file, len| {
                file.cut_at(len)?;
                file.publish()
            });
            writer.published.last = (Instant::now(), writer.emitter.members());
            if let Err(error) = shown {
                writer.published.visible = (from > 0).then_some((next, from));
                return Err(can_go_on(error));
            }
            let file = writer.emitter.output();
            // The name has to be on the disk before the file is changed that it led to.
            file.sync_name()?;
            next.copy_from(file, from, members)?;
            let file = writer.emitter.go_on_in(next);
            writer.published.visible = Some((file, members));
            Ok(())
        })
    }
}

fn can_go_on(error: Error) -> Error {
    error.with_note("; the writer can go on, and what was visible under this name stands")
}
