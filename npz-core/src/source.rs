//! Where bytes come from: positioned reads through `&self`, so that members can be read in parallel.
//!
//! Owns the public trait [`ReadAt`]. Knows nothing of any format; `input` reads archives over it.

use std::fs::File;
use std::io;
#[cfg(not(any(unix, windows)))]
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
#[cfg(not(any(unix, windows)))]
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// Reads bytes at an offset, through a shared reference.
///
/// Everything that loads an archive works over this trait: a [`File`](std::fs::File), bytes in memory, a map
/// or an object store of your own. There is no cursor, so any number of threads can read at once; a load does so,
/// unless [`LoadOptions::threads`](crate::LoadOptions::threads) says otherwise.
///
/// ```
/// use npz_core::ReadAt;
///
/// let bytes: &[u8] = b"0123456789";
/// let mut buffer = [0; 3];
/// assert_eq!(bytes.read_at(&mut buffer, 4)?, 3);
/// assert_eq!(&buffer, b"456");
/// assert_eq!(bytes.read_at(&mut buffer, 10)?, 0); // at or after the end
/// assert_eq!(bytes.size()?, 10);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # How an archive is read
///
/// Below 1 MiB, whole: one read, and the file is not touched again. Above, the directory at the end takes two reads at
/// most (up to 64 MiB of it), and a load fetches what it wants by few large ones: headers of neighbours together, never less
/// than 512 bytes, each once; small members that lie side by side together; the cells of a large member in one read, or in
/// pieces of [`read_size`](Self::read_size) (24 MiB at most where they are inflated or converted). `NpzReader::get` of one
/// member is one read of its header, 4 KiB, and one of its cells where these did not come with it.
#[doc = include_str!("http.md")]
pub trait ReadAt: Send + Sync {
    /// Reads bytes from `offset` on into `buffer` and tells how many.
    ///
    /// As in [`Read::read`](std::io::Read::read), fewer bytes than asked for are no error, and 0 means that `offset` is at or
    /// after the end, or that `buffer` is empty.
    ///
    /// # Errors
    /// Those of the medium. [`io::ErrorKind::Interrupted`] makes the caller try again.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Tells the number of bytes.
    ///
    /// # Errors
    /// Those of the medium.
    fn size(&self) -> io::Result<u64>;

    /// Tells how many bytes one read should ask for at most. By default as many as are wanted, which is best where each
    /// read takes its time, such as over a network.
    ///
    /// A file says 256 KiB: what was read is still in the processor's cache when its checksum is computed. Of a source that
    /// says 1 MiB or less, a large member may be read in parts by several threads, and each thread reads small ones for itself.
    /// Else the number of reads is the same for any number of threads.
    fn read_size(&self) -> usize {
        usize::MAX
    }

    /// Is told which bytes will be wanted soon, in the order of the file and without overlaps: `posix_fadvise` with
    /// `WILLNEED`, or the start of requests whose answers `read_at` then waits for. By default does nothing.
    ///
    /// Each range is read in one or more calls, perhaps later, perhaps never, and perhaps with others in between.
    fn will_need(&self, _ranges: &[Range<u64>]) {}

    /// Gives the bytes where all of them are in memory, so that nothing is copied; `None` by default.
    fn memory(&self) -> Option<&[u8]> {
        None
    }

    /// Gives a handle on the same bytes that outlives this one, without copying them; `None` where there is none.
    ///
    /// A [`Lazy`](crate::Lazy) value keeps it. Wrap a source of your own in an [`Arc`] to have one.
    #[doc(hidden)]
    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(None)
    }

    /// Gives the file that the bytes are those of, so that it can be mapped; `None` where there is none.
    #[doc(hidden)]
    fn file(&self) -> Option<&File> {
        None
    }
}

/// Reads are at an offset, so they don't depend on the cursor; where the system has none such, they move it.
impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, offset)
    }

    #[cfg(not(any(unix, windows)))]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // One thread at a time: the cursor belongs to all of them.
        static CURSOR: Mutex<()> = Mutex::new(());
        let _mine = CURSOR.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self;
        file.seek(SeekFrom::Start(offset))?;
        file.read(buffer)
    }

    fn size(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }

    fn read_size(&self) -> usize {
        256 << 10
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(Some(Arc::new(self.try_clone()?)))
    }

    fn file(&self) -> Option<&File> {
        Some(self)
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_size(&self) -> usize {
        256 << 10
    }

    fn memory(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// What points to a source reads as the source does.
macro_rules! read_through {
    ($( ($($generics:tt)*) $pointer:ty, $share:expr );* $(;)?) => {$(
        impl<$($generics)*> ReadAt for $pointer {
            fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
                (**self).read_at(buffer, offset)
            }
            fn size(&self) -> io::Result<u64> {
                (**self).size()
            }
            fn read_size(&self) -> usize {
                (**self).read_size()
            }
            fn will_need(&self, ranges: &[Range<u64>]) {
                (**self).will_need(ranges);
            }
            fn memory(&self) -> Option<&[u8]> {
                (**self).memory()
            }
            fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
                let share: fn(&Self) -> io::Result<Option<Arc<dyn ReadAt>>> = $share;
                share(self)
            }
            fn file(&self) -> Option<&File> {
                (**self).file()
            }
        }
    )*};
}

read_through! {
    (T: ReadAt + ?Sized) &T, |source| (**source).share();
    (T: ReadAt + ?Sized) Box<T>, |source| (**source).share();
    () Vec<u8>, |_| Ok(None);
    // Shared by `Lazy` values, which may outlive everything else: so it may not borrow.
    (T: ReadAt + ?Sized + 'static) Arc<T>, |source| Ok(Some(Arc::new(Self::clone(source))));
}

/// Tells whether an error that came through a decoder began in a source below it.
pub(crate) fn is_ours(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<Error>())
}

/// One read that is tried again while signals interrupt it.
pub(crate) fn read_some_at<R: ReadAt + ?Sized>(source: &R, buffer: &mut [u8], offset: u64) -> Result<usize> {
    if buffer.is_empty() {
        return Ok(0);
    }
    loop {
        match source.read_at(buffer, offset) {
            // A source of the user's that counts wrongly must not make us slice out of bounds.
            Ok(count) => return Ok(count.min(buffer.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("can't read", error).at(offset)),
        }
    }
}

/// Opens a file for reading, and gives its length where that is a proof of what it holds: a pipe or device may
/// give more or less. `suffix` is what NumPy would have appended to the path.
pub(crate) fn open_file(path: &Path, suffix: &str) -> Result<(File, Option<u64>)> {
    let file = File::open(path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return not_found(path, suffix, error);
        }
        Error::io("can't open the file", error)
    })?;
    let metadata = file.metadata().map_err(|error| Error::io("can't tell the file's size", error))?;
    if metadata.is_dir() {
        return Err(Error::invalid("expected a file, found a folder; append a file name to the path"));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

/// Tells of a file that is not there where it may be.
fn not_found(path: &Path, suffix: &str, error: io::Error) -> Error {
    let mut with_suffix = path.as_os_str().to_owned();
    with_suffix.push(suffix);
    let with_suffix = Path::new(&with_suffix);
    if with_suffix.exists() {
        let found = with_suffix.display();
        return Error::io(
            format!("no such file, but {found} is there: NumPy appends {suffix:?} to paths"),
            error,
        );
    }
    let error = Error::io("can't open the file", error);
    match std::env::current_dir() {
        Ok(folder) if path.is_relative() => error
            .with_note(&format!("; a relative path begins at {}, where the program runs", folder.display())),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn slices_end_where_they_end() {
        let bytes: &[u8] = &[1, 2, 3];
        let mut buffer = [0; 4];
        assert_eq!(bytes.read_at(&mut buffer, 1).unwrap(), 2);
        assert_eq!(bytes.read_at(&mut buffer, 3).unwrap(), 0);
        assert_eq!(bytes.read_at(&mut buffer, u64::MAX).unwrap(), 0);
    }

    #[test]
    fn files_and_bytes_read_alike() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"0123456789").unwrap();
        let sources: [Box<dyn ReadAt>; 3] = [
            Box::new(file.reopen().unwrap()),
            Box::new(b"0123456789".to_vec()),
            Box::new(Arc::new(*b"0123456789") as Arc<[u8]>),
        ];
        for source in sources {
            let mut buffer = [0; 4];
            assert_eq!(source.size().unwrap(), 10);
            assert_eq!(source.read_at(&mut buffer, 8).unwrap(), 2);
            assert_eq!(&buffer[..2], b"89");
            assert!(source.memory().is_none_or(|bytes| bytes == b"0123456789"));
        }
    }

    /// One byte a read, and a signal before each of them.
    struct Slow(AtomicU32);

    impl ReadAt for Slow {
        fn read_at(&self, buffer: &mut [u8], _: u64) -> io::Result<usize> {
            if self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            buffer[0] = 7;
            // It counts wrongly, too.
            Ok(1000)
        }

        fn size(&self) -> io::Result<u64> {
            Ok(10)
        }
    }

    #[test]
    fn signals_are_ridden_out() {
        let source = Slow(AtomicU32::new(0));
        let mut buffer = [0; 5];
        assert_eq!(read_some_at(&source, &mut buffer, 2).unwrap(), 5);
        assert_eq!(read_some_at(&source, &mut [], 2).unwrap(), 0);
    }

    #[test]
    fn who_misses_a_file_is_told_where_it_was_looked_for() {
        let folder = std::env::current_dir().unwrap();
        let error = open_file(Path::new("no/such.npz"), ".npz").unwrap_err();
        let advice = format!("; a relative path begins at {}, where the program runs", folder.display());
        assert!(error.to_string().ends_with(&advice), "{error}");
        assert!(!format!("{error:#}").contains("relative"), "{error:#}");
        let error = open_file(&folder.join("no/such.npz"), ".npz").unwrap_err();
        assert!(!error.to_string().contains("relative"), "{error}");
    }
}
