//! Temporary files that killed saves have left.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::MOST_NAME_BYTES;
use super::system::is_used;

/// Removes temporary files in a folder that killed saves of some targets have left.
pub(crate) fn sweep(folder: &Path, is_target: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (name, path) =
            (entry.as_ref().map(fs::DirEntry::file_name), entry.as_ref().map(fs::DirEntry::path));
        let (Ok(name), Ok(path)) = (name, path) else { continue };
        let is_ours = name.to_str().and_then(target_of).is_some_and(&is_target);
        // Who can't be asked, or is gone by now, is left to the next sweep.
        if is_ours && File::open(&path).is_ok_and(|file| !is_used(&file)) {
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

/// The target of a temporary file, if its name is not too long to tell.
fn target_of(temp: &str) -> Option<&str> {
    let (target, random) = temp.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let is_random = random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_random && target.len() < MOST_NAME_BYTES).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atomic::AtomicFile;

    #[test]
    fn the_target_is_told_by_the_name() {
        assert_eq!(target_of(".run.npz.a1B2c3.tmp"), Some("run.npz"));
        for other in [
            "run.npz",
            ".run.npz.tmp",
            ".run.npz.a1B2c3",
            ".run.npz.a1B2c.tmp",
            ".run.npz.a1B2c_.tmp",
            ".tmp",
        ] {
            assert_eq!(target_of(other), None, "{other}");
        }
        // It may be longer than what is left of it.
        assert_eq!(target_of(&format!(".{}.a1B2c3.tmp", "x".repeat(MOST_NAME_BYTES))), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_written_stays_and_what_is_left_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = AtomicFile::create(folder.path().join("run.npz")).unwrap();
        let (stray, other) =
            (folder.path().join(".run.npz.abcdef.tmp"), folder.path().join(".x.npz.abcdef.tmp"));
        fs::write(&stray, b"half").unwrap();
        fs::write(&other, b"of others").unwrap();
        sweep(folder.path(), |target| target == "run.npz").unwrap();
        assert!(!stray.exists() && other.exists());
        file.commit().unwrap();
        assert!(folder.path().join("run.npz").exists());
    }
}
