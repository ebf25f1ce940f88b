//! Where bytes come from: positioned reads through `&self`, so that members can be read in parallel.
//!
//! Owns the public trait [`ReadAt`], and [`Section`], which lets code that wants a `Read + Seek` read a range
//! of a `ReadAt`. Knows nothing of any format.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Reads bytes at an offset, through a shared reference.
///
/// Everything that loads an archive works over this trait: a [`File`](std::fs::File), bytes in memory, a map
/// or an object store of your own. There is no cursor, so any number of threads can read at once.
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
pub trait ReadAt: Send + Sync {
    /// Reads bytes from `offset` on into `buffer` and tells how many.
    ///
    /// As in [`Read::read`], fewer bytes than asked for are no error, and 0 means that `offset` is at or
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

    /// Gives a handle on the same bytes that outlives this one, without copying them; `None` where there is none.
    ///
    /// A [`Lazy`](crate::Lazy) value keeps it. Wrap a source of your own in an [`Arc`] to have one.
    #[doc(hidden)]
    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(None)
    }
}

#[cfg(unix)]
impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(Some(Arc::new(self.try_clone()?)))
    }
}

/// Moves the cursor of the file (Windows has no read that doesn't), but does not depend on it.
#[cfg(windows)]
impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(Some(Arc::new(self.try_clone()?)))
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
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.as_slice().read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        self.as_slice().size()
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        (**self).share()
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Box<T> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        (**self).share()
    }
}

/// Shared by [`Lazy`](crate::Lazy) values, which may outlive everything else: so it may not borrow.
impl<T: ReadAt + ?Sized + 'static> ReadAt for Arc<T> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        (**self).size()
    }

    fn share(&self) -> io::Result<Option<Arc<dyn ReadAt>>> {
        Ok(Some(Arc::new(Self::clone(self))))
    }
}

/// A `Read + Seek` over the bytes `start..end` of a source. Position 0 is `start`.
///
/// An error of the medium leaves it as an [`Error`] inside of the [`io::Error`]: a decoder that sits between
/// this and the caller passes it on, and what is not ours is then an error of that decoder.
pub(crate) struct Section<'a, R: ?Sized> {
    source: &'a R,
    start: u64,
    end: u64,
    position: u64,
}

impl<'a, R: ReadAt + ?Sized> Section<'a, R> {
    /// The caller has checked that `start <= end`.
    pub(crate) fn new(source: &'a R, start: u64, end: u64) -> Self {
        Self { source, start, end, position: start }
    }
}

impl<R: ReadAt + ?Sized> Read for Section<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let count = read_some_at(self.source, &mut buffer[..most], self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: ReadAt + ?Sized> Seek for Section<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        match position {
            Some(position) if position >= self.start => {
                self.position = position;
                Ok(position - self.start)
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "seek to before the start")),
        }
    }
}

/// Tells whether an error that came through a decoder began in a [`Section`] below it.
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

/// Fills `buffer`, or says how many bytes of `what` are there.
pub(crate) fn read_exact_at<R: ReadAt + ?Sized>(
    source: &R,
    buffer: &mut [u8],
    offset: u64,
    what: &str,
) -> Result<()> {
    let mut filled = 0;
    while filled < buffer.len() {
        let count = read_some_at(source, &mut buffer[filled..], offset.saturating_add(filled as u64))?;
        if count == 0 {
            let expected = buffer.len();
            return Err(Error::damaged(format!(
                "{what} is cut off: expected {expected} bytes, found {filled}"
            ))
            .at(offset));
        }
        filled += count;
    }
    Ok(())
}

/// Opens a file for reading, and gives its length where that is a proof of what it holds: a pipe or device may
/// give more or less. `suffix` is what NumPy would have appended to the path.
pub(crate) fn open_file(path: &Path, suffix: &str) -> Result<(File, Option<u64>)> {
    let file = File::open(path).map_err(|error| {
        let mut with_suffix = path.as_os_str().to_owned();
        with_suffix.push(suffix);
        if error.kind() == io::ErrorKind::NotFound && Path::new(&with_suffix).exists() {
            let found = Path::new(&with_suffix).display();
            return Error::io(
                format!("no such file, but {found} is there: NumPy appends {suffix:?} to paths"),
                error,
            );
        }
        Error::io("can't open the file", error)
    })?;
    let metadata = file.metadata().map_err(|error| Error::io("can't tell the file's size", error))?;
    if metadata.is_dir() {
        return Err(Error::invalid("expected a file, found a folder: append a file name to the path"));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// One byte a read, and a signal before each of them.
    struct Slow(Vec<u8>, AtomicU32);

    impl ReadAt for Slow {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            if self.1.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.0.read_at(&mut buffer[..1], offset)
        }

        fn size(&self) -> io::Result<u64> {
            self.0.size()
        }
    }

    struct Broken;

    impl ReadAt for Broken {
        fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
            Err(io::Error::other("bad sector"))
        }

        fn size(&self) -> io::Result<u64> {
            Ok(10)
        }
    }

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
        }
    }

    #[test]
    fn short_reads_and_signals_are_ridden_out() {
        let source = Slow((0..100).collect(), AtomicU32::new(0));
        let mut buffer = [0; 50];
        read_exact_at(&source, &mut buffer, 20, "the test").unwrap();
        assert!(buffer.iter().copied().eq(20..70));
        let mut all = Vec::new();
        Section::new(&source, 90, 95).read_to_end(&mut all).unwrap();
        assert_eq!(all, [90, 91, 92, 93, 94]);
    }

    #[test]
    fn the_end_is_told_with_offset_expected_and_found() {
        let error = read_exact_at(&vec![0; 10], &mut [0; 8], 6, "the header").unwrap_err();
        assert_eq!(error.to_string(), "the header is cut off: expected 8 bytes, found 4 (at byte 6)");
        assert_eq!(error.kind(), ErrorKind::Damaged);
    }

    #[test]
    fn an_error_of_the_medium_passes_through_a_reader() {
        let error = Section::new(&Broken, 0, 10).read_exact(&mut [0; 4]).unwrap_err();
        assert!(is_ours(&error) && !is_ours(&io::Error::other("bad code")));
        let error = Error::io("can't inflate", error);
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(error.to_string(), "can't read: bad sector (at byte 0)");
    }

    #[test]
    fn seeking_counts_from_the_start_of_the_section() {
        let bytes: Vec<u8> = (0..10).collect();
        let mut section = Section::new(&bytes, 2, 8);
        assert_eq!(section.seek(SeekFrom::End(-1)).unwrap(), 5);
        let mut byte = [0];
        section.read_exact(&mut byte).unwrap();
        assert_eq!(byte, [7]);
        assert_eq!(section.read(&mut byte).unwrap(), 0);
        assert!(section.seek(SeekFrom::Current(-7)).is_err());
        assert_eq!(section.seek(SeekFrom::Start(100)).unwrap(), 100);
        assert_eq!(section.read(&mut byte).unwrap(), 0);
    }
}
