//! [`NpyAppender`]: a `.npy` file that grows in place.
//!
//! Rows are written behind the array, and reach the disk, before the header tells of them: at any moment the file is an array of
//! whole rows. NumPy leaves room in a header for the number of rows, so that its length stays.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::atomic::{AtomicFile, Choices, mark_as_used, unlock};
use crate::cells::cut_off;
use crate::dtype::ByteOrder;
use crate::element::Element;
use crate::error::{Error, ErrorKind, Result};
use crate::header::{Header, is_magic};
use crate::limits::Limits;
use crate::members::{Rows, ToMembers};
use crate::memory;
use crate::run::{Team, Threads};
use crate::source::read_some_at;
use crate::stored::Stored;

/// So many bytes wait for more before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// Appends rows to a `.npy` file in place, new or not: the package `npy-append-array`.
///
/// A row is what stands behind an index of the first axis: of an array of shape (1000, 64, 64) a (64, 64) array, of one of
/// shape (1000,) a single cell. An array in Fortran order grows along its last axis.
///
/// **What readers see.** [`push`](Self::push) and [`extend`](Self::extend) collect up to 256 KiB and write it behind the array, where no
/// reader looks; [`flush`](Self::flush) makes it a part of the array. Whoever opens the file meanwhile, with NumPy or with this crate, finds
/// the array as of one flush or the next.
///
/// **What a crash leaves.** Rows are on the disk before the header tells of them: a program that is killed leaves the rows of the
/// last flush, and the next [`open`](Self::open) goes on behind them. Dropping flushes, and hides errors; [`finish`](Self::finish) tells them.
///
/// ```
/// use ndarray::{Array2, Array3, array};
/// use npz_core::{NpyAppender, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-appender.npy");
/// # std::fs::remove_file(&path).ok();
/// let mut frames = NpyAppender::open::<f32>(&path, &[2, 2])?; // a new file, of shape (0, 2, 2)
/// frames.push(&array![[1.0f32, 2.0], [3.0, 4.0]])?;
/// frames.flush()?; // now np.load(path).shape == (1, 2, 2)
/// frames.finish()?;
///
/// let mut frames = NpyAppender::open::<f32>(&path, &[2, 2])?; // another day
/// frames.extend(&Array3::<f32>::zeros((9, 2, 2)))?; // several rows
/// assert_eq!(frames.rows(), 10);
/// frames.finish()?;
/// assert_eq!(npy::load::<Array3<f32>>(&path)?.shape(), [10, 2, 2]);
///
/// let error = NpyAppender::open::<f64>(&path, &[2, 2]).unwrap_err();
/// assert!(error.to_string().contains("expected rows of <f8 (f64), shape (2, 2), found rows of <f4 (f32), shape (2, 2)"));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Debug)]
pub struct NpyAppender {
    file: File,
    path: PathBuf,
    /// As it stands in the file.
    header: Header,
    rows: Rows,
    /// How many rows there are, those among them that the header does not tell of.
    count: usize,
    /// Where the buffer's bytes belong in the file.
    start: u64,
    buffer: Vec<u8>,
    sync: bool,
    /// A sync failed: what the disk holds is not known.
    broken: bool,
}

impl NpyAppender {
    /// Opens a file to append rows of a cell type and a shape, or makes one without rows.
    ///
    /// Reads the header only. What a killed program has left behind the rows of its last flush is cut off. For another byte order
    /// of a new file, or to do without syncs, see [`SaveOptions::append`](crate::SaveOptions::append).
    ///
    /// On Linux the file is locked until the appender is dropped: a second one gets an error. Elsewhere see to it that there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] if the file's cells or rows are others; [`ErrorKind::Unsupported`] if its header has no room for more rows, or
    /// something else stands behind the array; [`ErrorKind::Damaged`] if rows are missing or it is no `.npy` file;
    /// [`ErrorKind::Io`] if it can't be opened, or another appender has it;
    /// [`ErrorKind::Invalid`] for cells without a fixed width, such as `String`, and rows without bytes.
    ///
    /// ```
    /// use npz_core::{NpyAppender, NpyRecord, npy};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Reading { time: u64, value: f32 }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-appender-open.npy");
    /// # std::fs::remove_file(&path).ok();
    /// let mut readings = NpyAppender::open::<Reading>(&path, &[])?;
    /// readings.push(&Reading { time: 1, value: 0.5 })?;
    /// assert!(cfg!(not(target_os = "linux")) || NpyAppender::open::<Reading>(&path, &[]).is_err()); // in use
    /// readings.finish()?;
    /// assert_eq!(npy::load::<Vec<Reading>>(&path)?[0].time, 1);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn open<A: Element>(path: impl AsRef<Path>, row_shape: &[usize]) -> Result<Self> {
        Self::open_by::<A>(path.as_ref(), row_shape, ByteOrder::Little, Choices::default())
    }

    pub(crate) fn open_by<A: Element>(
        path: &Path,
        row_shape: &[usize],
        byte_order: ByteOrder,
        choices: Choices,
    ) -> Result<Self> {
        let open = || {
            let rows = Rows::of::<A>(row_shape, byte_order)?;
            let file = open_or_create(path, &rows, choices)?;
            Self::over(file, path, rows, choices.sync)
        };
        open().map_err(|error| error.in_file(path))
    }

    fn over(file: File, path: &Path, rows: Rows, sync: bool) -> Result<Self> {
        if !mark_as_used(&file) {
            let taken = io::ErrorKind::WouldBlock.into();
            return Err(Error::io(
                "another program or appender is writing this file, or has just replaced it",
                taken,
            )
            .with_note("; wait until it has finished, there can be one writer at a time"));
        }
        let header = Header::read(&file, &Limits::default())?;
        let expected = format!("expected rows of {}", row(rows.header())?);
        let Some(rows) = rows.like(&header) else {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("{expected}, found {}", found_rows(&header)?),
            ));
        };
        let most = isize::MAX as usize / rows.row_len() as usize;
        if header.with_rows(most)?.to_bytes_in_place().is_none() {
            return Err(Error::unsupported(format!(
                "the header has no room for more rows: expected room for {most}, as NumPy leaves it, found {} bytes in all; \
                 load the array and save it again, by NumPy or `npy::save`, then there is room",
                header.len()
            )));
        }
        let end = header.len() as u64 + header.data_len();
        let size = file.metadata().map_err(|error| Error::io("can't tell the file's size", error))?.len();
        if size < end {
            return Err(cut_off(&header, size.saturating_sub(header.len() as u64)));
        }
        let mut behind = [0; 6];
        let count = read_some_at(&file, &mut behind, end)?;
        if is_magic(&behind[..count]) {
            return Err(Error::unsupported(
                "another array stands behind the first one, where rows would go: append to a file of one array",
            )
            .at(end));
        }
        if size > end {
            // Rows of an append that did not come to its end.
            file.set_len(end).map_err(|error| Error::io("can't cut off an unfinished append", error))?;
        }
        let count = header.rows().unwrap_or(0);
        let path = path.to_path_buf();
        Ok(Self { file, path, header, rows, count, start: end, buffer: Vec::new(), sync, broken: false })
    }

    /// Tells how many rows there are, those that were not flushed among them.
    pub fn rows(&self) -> usize {
        self.count
    }

    /// Appends one row: an array of a row's shape, or a cell where rows have no axes. `np.append(a, [row], axis=0)`.
    ///
    /// Copies the cells once, into a buffer; takes one to two microseconds, a row of records six. Readers see the row after [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the value is no such row; [`ErrorKind::Io`] if the disk is full. The row is then not appended, the
    /// others stand.
    ///
    /// ```
    /// use npz_core::{NpyAppender, npy};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-appender-push.npy");
    /// # std::fs::remove_file(&path).ok();
    /// let mut losses = NpyAppender::open::<f64>(&path, &[])?;
    /// for step in 0..3 {
    ///     losses.push(&(1.0 / (1.0 + step as f64)))?;
    /// }
    /// assert!(losses.push(&1.5f32).is_err()); // other cells
    /// losses.finish()?;
    /// assert_eq!(npy::load::<Vec<f64>>(&path)?, [1.0, 0.5, 1.0 / 3.0]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn push<T: ToMembers + ?Sized>(&mut self, row: &T) -> Result<()> {
        let Self { rows, file, start, buffer, .. } = self;
        let mut out = Out { file, start, buffer };
        rows.with_row(row, |row| out.append(row)).map_err(|error| error.in_file(&self.path))?;
        self.count += 1;
        Ok(())
    }

    /// Appends several rows, which are one array: `np.append(a, rows, axis=0)`. Copies no more than a buffer of them.
    ///
    /// # Errors
    /// As [`push`](Self::push); none of the rows is then appended.
    ///
    /// ```
    /// use ndarray::array;
    /// use npz_core::{NpyAppender, npy};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-appender-extend.npy");
    /// # std::fs::remove_file(&path).ok();
    /// let mut points = NpyAppender::open::<f64>(&path, &[2])?;
    /// points.extend(&array![[1.0, 2.0], [3.0, 4.0]])?;
    /// points.finish()?;
    /// assert_eq!(npy::load::<ndarray::Array2<f64>>(&path)?, array![[1.0, 2.0], [3.0, 4.0]]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn extend<T: ToMembers + ?Sized>(&mut self, rows: &T) -> Result<()> {
        let Self { rows: kind, file, start, buffer, .. } = self;
        let mut out = Out { file, start, buffer };
        let count = kind.with_rows(rows, |rows| out.append(rows));
        self.count += count.map_err(|error| error.in_file(&self.path))?;
        Ok(())
    }

    /// Makes all rows part of the array, for readers and after a crash: writes the rows, waits for the disk, writes the header, waits again.
    ///
    /// The two waits are milliseconds on most disks; [`SaveOptions::sync`](crate::SaveOptions::sync) turns them off. Does nothing where no
    /// row is new.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; the rows of the last flush stand. After a wait that failed the appender refuses to go on: open the file again.
    pub fn flush(&mut self) -> Result<()> {
        self.write().map_err(|error| error.in_file(&self.path))
    }

    fn write(&mut self) -> Result<()> {
        if self.broken {
            return Err(Error::invalid(
                "an earlier flush failed: open the file again, which tells what it holds",
            ));
        }
        if self.header.rows() == Some(self.count) {
            return Ok(());
        }
        let header = self.header.with_rows(self.count)?;
        let no_room = || Error::invalid("the header has no room for so many rows");
        let bytes = header.to_bytes_in_place().ok_or_else(no_room)?;
        Out { file: &mut self.file, start: &mut self.start, buffer: &mut self.buffer }.empty()?;
        // Behind the rows may be what is left of some that could not be written.
        let cut = self.file.set_len(self.start);
        cut.map_err(|error| Error::io("can't set the file's length", error))?;
        self.wait()?;
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&bytes));
        written.map_err(|error| Error::io("can't write the header", error))?;
        self.header = header;
        self.wait()
    }

    /// Waits until the disk has what was written. Once only: after a sync that failed the next may succeed without having written
    /// anything.
    fn wait(&mut self) -> Result<()> {
        if !self.sync {
            return Ok(());
        }
        let synced = self.file.sync_data();
        self.broken = synced.is_err();
        synced.map_err(|error| Error::io("can't sync the rows to the disk", error))
    }

    /// Flushes, and tells what went wrong, which dropping does not.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn finish(mut self) -> Result<()> {
        let flushed = self.flush();
        // What failed is not tried again.
        self.broken |= flushed.is_err();
        flushed
    }
}

impl Drop for NpyAppender {
    fn drop(&mut self) {
        let _ = self.flush();
        unlock(&self.file);
    }
}

/// Where rows go.
struct Out<'a> {
    file: &'a mut File,
    start: &'a mut u64,
    buffer: &'a mut Vec<u8>,
}

impl Out<'_> {
    /// Appends the cells of an array: all of them or, where that fails, none.
    fn append(&mut self, array: &dyn Stored) -> Result<()> {
        let before = *self.start + self.buffer.len() as u64;
        let appended = array.stream(&Team::new(Threads::ONE), &mut |piece| {
            memory::append(self.buffer, piece, "rows")?;
            if self.buffer.len() < BUFFER_BYTES { Ok(()) } else { self.empty() }
        });
        if appended.is_err() {
            // What was written of it is written over, or cut off.
            let kept = before.checked_sub(*self.start);
            self.buffer.truncate(kept.unwrap_or(0) as usize);
            *self.start = before.min(*self.start);
        }
        appended
    }

    fn empty(&mut self) -> Result<()> {
        let written =
            self.file.seek(SeekFrom::Start(*self.start)).and_then(|_| self.file.write_all(self.buffer));
        written.map_err(|error| Error::io("can't write the rows; those of the last flush stand", error))?;
        *self.start += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Opens a file, made first where there is none.
fn open_or_create(path: &Path, rows: &Rows, choices: Choices) -> Result<File> {
    let open = || {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Ok(Err(Error::invalid("expected a file, found a folder, pipe or device; name a file")));
        }
        OpenOptions::new().read(true).write(true).open(path).map(Ok)
    };
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(opened) if !choices.create_new => return opened,
        Err(error) if !choices.create_new => return Err(Error::io("can't open the file", error)),
        _ => {}
    }
    // Whole from the first moment. Of two that make it, one does.
    let mut file = AtomicFile::create_by(path, Choices { create_new: true, ..choices })?;
    file.write_all(&rows.header().to_bytes()).map_err(|error| Error::io("can't write the header", error))?;
    match file.commit() {
        Err(error) if choices.create_new || !path.exists() => return Err(error),
        _ => {}
    }
    open().map_err(|error| Error::io("can't open the file", error))?
}

/// A row of an array.
fn row(header: &Header) -> Result<Header> {
    Header::of(header.dtype().clone(), header.row_shape(), header.order())
}

fn found_rows(header: &Header) -> Result<String> {
    match header.rows() {
        None => Ok(format!("{header}, which has no rows")),
        Some(_) => Ok(format!("rows of {}", row(header)?)),
    }
}
