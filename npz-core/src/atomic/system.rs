//! What each system asks for: room on the disk, owners and modes, folders that are synced, files in use.

use std::fs::{File, Metadata};
use std::io;
#[cfg(unix)]
use std::path::Path;

/// Takes room for some bytes of a file from a position on.
///
/// The size of the file does not change by it: what is written decides that.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn reserve(file: &File, start: u64, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    match fallocate(file, FallocateFlags::KEEP_SIZE, start, bytes).map_err(io::Error::from) {
        Err(error) if is_full(&error) => Err(error),
        // Not every file system has this, and none has to.
        _ => Ok(()),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn reserve(_: &File, _: u64, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn keep_owner_and_mode(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Root that saves over a user's file leaves it the user's. Others may not give files away, which is
        // no reason to fail: the group alone is tried then.
        let _ =
            fchown(file, Some(old.uid()), Some(old.gid())).or_else(|_| fchown(file, None, Some(old.gid())));
    }
    // After the owner, a change of which clears some bits of the mode.
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
pub(super) fn keep_owner_and_mode(_: &File, _: &Metadata) -> io::Result<()> {
    // The one bit that there is, "read-only", would keep the next save from renaming over the file; and a
    // target that has it can't be renamed over now.
    Ok(())
}

#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let opened = match File::open(folder) {
        // It can be written but not read (mode 0333), and only what is open for reading can be synced. The file is
        // synced and in place: an error would tell of a save that failed.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(()),
        opened => opened?,
    };
    match opened.sync_all() {
        // Some network and user-space file systems don't have this for folders: EINVAL, ENOTSUP. There is
        // nothing that the user could do.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        result => result,
    }
}

/// Lets others see that a file is written, until it is closed or its process ends. `false` if another writes it, or somebody
/// has removed or replaced it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn mark_as_used(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    use std::os::unix::fs::MetadataExt;
    // Where a file system has no locks, nobody removes what may be in use.
    let is_taken =
        flock(file, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK);
    !is_taken && file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

/// Takes a file for oneself, until it is closed or the process ends. `false` if somebody else has it; where there are no such
/// locks, nobody has.
#[cfg(all(feature = "mmap", any(target_os = "linux", target_os = "android")))]
pub(crate) fn try_lock(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    flock(file, FlockOperation::NonBlockingLockExclusive) != Err(rustix::io::Errno::WOULDBLOCK)
}

#[cfg(all(feature = "mmap", not(any(target_os = "linux", target_os = "android"))))]
pub(crate) fn try_lock(_: &File) -> bool {
    true
}

/// Gives a lock back. Closing the file would leave it with a child that another thread is starting, until that has closed its copies.
pub(crate) fn unlock(file: &File) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::Unlock);
    let _ = file;
}

/// Whether somebody writes a file, or may do so.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn is_used(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    flock(file, FlockOperation::NonBlockingLockExclusive).is_err()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn mark_as_used(_: &File) -> bool {
    true
}

/// No save takes a day between two writes.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn is_used(file: &File) -> bool {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
    let age = file.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
    !age.is_ok_and(|age| age.is_ok_and(|age| age > DAY))
}

/// Has the next read of a file come from the disk.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn forget_pages(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn forget_pages(_: &File) {}

/// Has the disk begin with some bytes of a file, and does not wait: it is done with most by the time of the sync.
///
/// Who says that pages are not needed has those written that the disk does not have. The kernel gives up the others, of which there are
/// hardly any; those on their way stay in memory. An error of the disk is told by the sync.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn begin_to_sync(file: &File, start: u64, bytes: u64) {
    let _ = rustix::fs::fadvise(file, start, std::num::NonZero::new(bytes), rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn begin_to_sync(_: &File, _: u64, _: u64) {}
