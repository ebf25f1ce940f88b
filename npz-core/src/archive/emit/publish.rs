//! An archive that is whole before its last member: its directory is written, and members go on in another output.

use std::io::Write;

use super::{Emitter, cant_write};
use crate::error::Result;

impl<W: Write> Emitter<W> {
    /// Writes the directory of the members so far. Gives the output, and how much of it the archive is; what comes next belongs
    /// before the directory, into another output.
    pub(crate) fn write_directory(&mut self) -> Result<(&mut W, u64)> {
        self.refuse_broken()?;
        self.out.empty().map_err(cant_write)?;
        let end = self.end_record();
        let len = self.out.position() + (self.directory.len() + end.as_slice().len()) as u64;
        self.broken = true;
        let out = self.out.output();
        out.write_all(&self.directory).and_then(|()| out.write_all(end.as_slice())).map_err(cant_write)?;
        Ok((out, len))
    }

    /// Goes on in another output, which has all members and stands behind them; gives the one before.
    pub(crate) fn go_on_in(&mut self, out: W) -> W {
        self.broken = false;
        std::mem::replace(self.out.output(), out)
    }
}
