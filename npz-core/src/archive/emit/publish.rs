//! An archive that is whole before its last member: its directory is written, and members go on in another output, or behind it.

use std::io::Write;

use super::{Emitter, cant_write};
use crate::archive::patch::PatchWriter;
use crate::error::Result;

/// What is to be written behind an archive, to append members to it.
pub(crate) struct Appendix {
    /// Members, and the directory of all.
    pub(crate) bytes: Vec<u8>,
    /// The record that ends it. Until it is there, the one before holds.
    pub(crate) end: Vec<u8>,
}

impl Emitter<Vec<u8>> {
    /// Begins behind an archive of such a length, with so many members in its directory. What is written stays in memory.
    pub(crate) fn behind(len: u64, directory: Vec<u8>, members: u64, alignment: u16) -> Result<Self> {
        let mut emitter =
            Self::new(Vec::new(), Some(|_, _| Err(std::io::ErrorKind::NotSeekable.into())), alignment)?;
        emitter.out = PatchWriter::behind(len, emitter.out);
        (emitter.directory, emitter.entries) = (directory, members);
        Ok(emitter)
    }

    /// Ends it.
    pub(crate) fn into_appendix(self) -> Result<Appendix> {
        self.refuse_broken()?;
        let record = self.end_record();
        let (zip64, end) = record.as_slice().split_at(record.as_slice().len() - 22 - self.comment.len());
        let mut bytes = self.out.finish().map_err(cant_write)?;
        bytes.extend_from_slice(&self.directory);
        bytes.extend_from_slice(zip64);
        Ok(Appendix { bytes, end: end.to_vec() })
    }
}

impl<W: Write> Emitter<W> {
    /// Writes the directory of the members so far, and has `show` make the output visible, given how much of it is the archive.
    ///
    /// What comes next belongs before the directory, into another output. Where something fails, nothing has become visible, and
    /// members go on where they were.
    pub(crate) fn publish(&mut self, show: impl FnOnce(&mut W, u64) -> Result<()>) -> Result<()> {
        self.refuse_broken()?;
        self.out.empty().map_err(cant_write)?;
        let end = self.end_record();
        let len = self.out.position() + (self.directory.len() + end.as_slice().len()) as u64;
        self.broken = true;
        let out = self.out.output();
        let written = out.write_all(&self.directory).and_then(|()| out.write_all(end.as_slice()));
        let shown = written.map_err(cant_write).and_then(|()| show(out, len));
        if shown.is_err() {
            self.out.go_back().map_err(cant_write)?;
            self.broken = false;
        }
        shown
    }

    /// Goes on in another output, which has all members and stands behind them; gives the one before.
    pub(crate) fn go_on_in(&mut self, out: W) -> W {
        self.broken = false;
        std::mem::replace(self.out.output(), out)
    }
}
