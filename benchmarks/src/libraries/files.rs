//! Files that are written in place, or whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Outcome;

/// Lets a library write a file through a buffer. `synced` does around it what npz-core's `save` does for its users.
pub(super) fn write(
    path: &Path,
    synced: bool,
    write: impl FnOnce(&mut BufWriter<File>) -> Outcome<()>,
) -> Outcome<()> {
    let target = if synced { beside(path) } else { path.to_owned() };
    let mut file = BufWriter::new(File::create(&target)?);
    write(&mut file)?;
    file.flush()?;
    if synced { commit(file.get_ref(), &target, path) } else { Ok(()) }
}

/// The name that a file has until it is whole.
pub(super) fn beside(path: &Path) -> PathBuf {
    path.with_extension("unfinished")
}

/// Syncs a written file, gives it its name, and syncs the folder that knows the name.
pub(super) fn commit(file: &File, from: &Path, to: &Path) -> Outcome<()> {
    file.sync_all()?;
    fs::rename(from, to)?;
    if let Some(folder) = to.parent().filter(|_| cfg!(unix)) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
