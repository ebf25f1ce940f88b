//! What is gone through twice: what the cells are is found, then they are read.

use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use npz_core::{Error, Result};
use tempfile::SpooledTempFile;

use crate::head::{count, open};
use crate::input::Source;
use crate::progress::Meter;
use crate::settings::Settings;

/// So much of a text is kept in memory, and what is longer in a file.
const KEPT: usize = 16 << 20;

/// A source that can be opened again.
pub(crate) enum Twice {
    File(PathBuf),
    /// What was read of one that can be read but once, as `Lines` gives it.
    Kept(SpooledTempFile),
}

impl Twice {
    pub(crate) fn new(source: Source<'_>, settings: &Settings<'_>, meter: &mut Meter<'_>) -> Result<Self> {
        let mut kept = SpooledTempFile::new(KEPT);
        match source {
            Source::Path(path) => return Ok(Self::File(path)),
            Source::Given(lines) => {
                let mut lines = lines.take(settings.limits.total_bytes.saturating_add(1));
                let mut buffer = vec![0; 64 << 10];
                loop {
                    let len = lines.read(&mut buffer)?;
                    if len == 0 {
                        break;
                    }
                    kept.write_all(&buffer[..len]).map_err(|error| not_kept(&error))?;
                }
            }
            source => {
                let mut lines = open(source, settings)?;
                let (mut memory, mut before) = (Vec::new(), 0);
                while let Some(batch) = lines.next(memory).map_err(|unread| unread.behind(before))? {
                    before += count(&batch);
                    kept.write_all(&batch).map_err(|error| not_kept(&error))?;
                    memory = batch;
                    meter.tell(lines.far())?;
                }
                meter.end(lines.far())?;
            }
        }
        Ok(Self::Kept(kept))
    }

    /// The first pass.
    pub(crate) fn first(&mut self) -> Result<Source<'_>> {
        match self {
            Self::File(path) => Ok(Source::Path(path.clone())),
            Self::Kept(kept) => {
                kept.rewind().map_err(|error| not_kept(&error))?;
                Ok(Source::Text(Box::new(kept)))
            }
        }
    }

    /// The second one.
    pub(crate) fn second(self) -> Result<Source<'static>> {
        match self {
            Self::File(path) => Ok(Source::Path(path)),
            Self::Kept(mut kept) => {
                kept.rewind().map_err(|error| not_kept(&error))?;
                Ok(Source::Text(Box::new(kept)))
            }
        }
    }
}

fn not_kept(error: &io::Error) -> Error {
    let dir = std::env::temp_dir();
    let message = format!(
        "the text can't be kept in {} while its dtype is found: {error}; set `dtype`, with the width of its texts, as U8, or give \
         the path of a file",
        dir.display()
    );
    io::Error::new(error.kind(), message).into()
}
