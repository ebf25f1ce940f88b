//! Members appended to an archive in place, where every reader finds the old archive until the new one is whole.
//!
//! What ends an archive is looked for in the last 64 KiB of the file, by Python's zipfile and by us. So as long as no more than that
//! is written behind the old end record, and nothing in it looks like one, the old archive is what is found, whenever a program is
//! killed; until the new end record, which is written last, in one call. The old directory stays between the members.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::archive::emit::Appendix;
use crate::error::{Error, Result};

/// How much may stand behind the end record that is found: 65,535 bytes of a comment, its own among them.
const MOST_BEHIND: u64 = (1 << 16) - 1;
/// A write within a page is whole or not there.
const PAGE: u64 = 4096;
const END_BYTES: u64 = 22;

/// How much can be appended so to an archive with such a directory; none where rewriting it costs little beside what would be left.
pub(super) fn most(archive: u64, directory: u64) -> u64 {
    if directory == 0 || directory.saturating_mul(64) > archive {
        0
    } else {
        MOST_BEHIND.saturating_sub(directory)
    }
}

/// Whether a kill at any moment would leave the old archive to be found, or the new one.
pub(super) fn is_safe(archive: u64, appendix: &Appendix) -> bool {
    let Appendix { bytes, end } = appendix;
    let at = archive + bytes.len() as u64;
    // The old comment is at most as long as the new one, which is the same.
    let behind = (bytes.len() + 2 * end.len()) as u64;
    behind <= MOST_BEHIND
        && at % PAGE <= PAGE - END_BYTES
        && !bytes.windows(4).any(|four| four == b"PK\x05\x06")
}

/// Opens the file at a path for writing, if it is still this one.
#[cfg(unix)]
pub(super) fn open(path: &Path, own: &File) -> Option<File> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::OpenOptions::new().write(true).open(path).ok()?;
    let (found, own) = (file.metadata().ok()?, own.metadata().ok()?);
    ((found.dev(), found.ino()) == (own.dev(), own.ino())).then_some(file)
}

/// Elsewhere it can't be told.
#[cfg(not(unix))]
pub(super) fn open(_: &Path, _: &File) -> Option<File> {
    None
}

/// Writes behind an archive of such a length.
pub(super) fn append(mut file: File, archive: u64, appendix: &Appendix, sync: bool) -> Result<()> {
    let wait = |file: &File| if sync { file.sync_data() } else { Ok(()) };
    let mut write = || {
        file.seek(SeekFrom::Start(archive))?;
        file.write_all(&appendix.bytes)?;
        wait(&file)?;
        file.write_all(&appendix.end)
    };
    if let Err(error) = write() {
        let _ = file.set_len(archive);
        return Err(Error::io("can't append to the archive; the old one stands", error));
    }
    wait(&file).map_err(|error| {
        Error::io(
            "the new members are in place, but can't be synced: they may not survive a power cut",
            error,
        )
    })
}
