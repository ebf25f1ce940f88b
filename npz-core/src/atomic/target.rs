//! The place that a path means.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// As many symbolic links as Linux follows.
const MOST_LINKS: usize = 40;

/// Follows symbolic links, dangling ones too, to the place that the name means.
pub(super) fn resolve(path: &Path) -> Result<(PathBuf, Option<Metadata>)> {
    let ends_in_separator = path.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    if path.file_name().is_none() || ends_in_separator {
        return Err(Error::invalid("the path does not name a file; append a file name to it"));
    }
    let mut target = std::path::absolute(path).map_err(|error| Error::io("can't resolve the path", error))?;
    // By following links in one step, which those of /dev/stdout and /proc need: they name no path.
    if let Ok(found) = fs::metadata(&target) {
        refuse_unless_file(&found)?;
    }
    for _ in 0..MOST_LINKS {
        let metadata = match fs::symlink_metadata(&target) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((target, None)),
            Err(error) => return Err(Error::io("can't look at the file that is to be replaced", error)),
        };
        if !metadata.is_symlink() {
            refuse_unless_file(&metadata)?;
            return Ok((target, Some(metadata)));
        }
        let link =
            fs::read_link(&target).map_err(|error| Error::io("can't follow the symbolic link", error))?;
        // `join` keeps an absolute link and puts a relative one beside the link itself.
        target = target.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(Error::invalid(format!("the path leads through more than {MOST_LINKS} symbolic links")))
}

/// A rename would put a file in the place of a device, for every program on the machine.
fn refuse_unless_file(found: &Metadata) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let what = if found.is_dir() { "a folder" } else { "a device, pipe or socket" };
    Err(Error::invalid(format!(
        "expected a file or a free name, found {what}, which a save would replace; \
         name a file, or open it yourself and use a call that takes a writer, such as `write_to`"
    )))
}
