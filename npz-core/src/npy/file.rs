//! The array of a file or of bytes that lie in memory, read by range.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::stream::StreamArray;
use crate::cells::cut_off;
use crate::error::{Error, Result};
use crate::header::Header;
#[cfg(feature = "mmap")]
use crate::input::KeptInput;
use crate::input::{AnyInput, Input, Section};
use crate::members::NpyFile;
use crate::options::LoadOptions;
use crate::run::Team;
use crate::source::{ReadAt, open_file};
use crate::stored::{Stored, places};

/// Opens a file and hands its array on: by range where the file has a size, else (a pipe) as it comes.
pub(super) fn with_array<T>(
    path: &Path,
    options: &LoadOptions,
    read: impl FnOnce(Arc<dyn Stored + '_>) -> Result<T>,
) -> Result<T> {
    let read_file = || {
        let (mut file, size) = open_file(path, ".npy")?;
        if size.is_none() {
            return read(Arc::new(StreamArray::new(&mut file, options)?));
        }
        loop {
            let input = Input::new(&file, Some(path.to_path_buf()))?;
            let array = InputArray::new(&input, options)?;
            let end = array.start().saturating_add(array.header().data_len());
            // One that is appended to may have grown between the looks at its size and at its header.
            if end > input.size() && file.size().is_ok_and(|size| size > input.size()) {
                continue;
            }
            return read(Arc::new(array));
        }
    };
    read_file().map_err(|error| error.in_file(path))
}

/// The array at the start of an input.
pub(super) struct InputArray<'s> {
    input: Source<'s>,
    header: Arc<Header>,
}

enum Source<'s> {
    Lent(&'s AnyInput<'s>),
    Kept(Arc<AnyInput<'s>>),
}

/// The input is kept open as long as the array.
fn open_array<'s, R: ReadAt + 's>(input: Input<R>, options: &LoadOptions) -> Result<NpyFile<'s>> {
    let header = Header::read(&mut Section::new(&input, 0..input.size()), &options.limits)?;
    let path = input.path().cloned();
    let array = Arc::new(InputArray { input: Source::Kept(Arc::new(input)), header: Arc::new(header) });
    Ok(NpyFile::of(array, "", path, options))
}

impl NpyFile<'static> {
    /// Opens a `.npy` file; reads its header.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file can't be read; [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) or
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if it is no `.npy` file, or a pipe.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join("npz-core-doc-npy-file-open.npy");
    /// npz_core::npy::save(&path, &[1.5, 2.5])?;
    /// let last: f64 = npz_core::NpyFile::open(&path)?.slice(ndarray::s![-1])?;
    /// assert_eq!(last, 2.5);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let open = || {
            let (file, size) = open_file(path, ".npy")?;
            if size.is_none() {
                return Err(Error::unsupported(
                    "a pipe can't be read in parts; read it whole by `npy::load`",
                ));
            }
            open_array(Input::new(file, Some(path.to_path_buf()))?, &LoadOptions::default())
        };
        open().map_err(|error| error.in_file(path))
    }
}

impl<'s> NpyFile<'s> {
    /// Opens the `.npy` file that a source holds; reads its header. Bytes in memory and sources of your own, such as an object
    /// store, are [`ReadAt`].
    ///
    /// # Errors
    /// As [`open`](NpyFile::open).
    pub fn new<R: ReadAt + 's>(source: R) -> Result<Self> {
        open_array(Input::new(source, None)?, &LoadOptions::default())
    }
}

impl<'s> InputArray<'s> {
    pub(super) fn new<R: ReadAt>(input: &'s Input<R>, options: &LoadOptions) -> Result<Self> {
        let header = Header::read(&mut Section::new(input, 0..input.size()), &options.limits)?;
        Ok(Self { input: Source::Lent(input), header: Arc::new(header) })
    }
}

impl InputArray<'_> {
    fn input(&self) -> &AnyInput<'_> {
        match &self.input {
            Source::Lent(input) => input,
            Source::Kept(input) => input,
        }
    }

    fn start(&self) -> u64 {
        self.header.len() as u64
    }

    fn place_of(&self, cell: usize) -> u64 {
        self.start().saturating_add((cell as u64).saturating_mul(self.item_size() as u64))
    }
}

impl Stored for InputArray<'_> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn region(&self) -> Option<&[u8]> {
        let cells = self.input().memory()?.get(self.header.len()..)?;
        cells.get(..usize::try_from(self.header.data_len()).ok()?)
    }

    #[cfg(feature = "mmap")]
    fn lend(&self) -> Result<(Arc<KeptInput>, Range<usize>), String> {
        let start = self.header.len();
        let len = usize::try_from(self.header.data_len()).ok();
        let end = len.and_then(|len| start.checked_add(len)).filter(|&end| end as u64 <= self.input().size());
        let end = end.ok_or("its data are cut off")?;
        Ok((Arc::clone(self.input().map()?), start..end))
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let start = self.place_of(cells.start);
        if start.saturating_add(buffer.len() as u64) > self.input().size() {
            return Err(cut_off(&self.header, self.input().size().saturating_sub(self.start())));
        }
        self.input().read_exact(buffer, start, "the cells")
    }

    fn gap(&self) -> usize {
        self.input().gap()
    }

    fn read_ranges(&self, ranges: &[Range<usize>], buffer: &mut [u8], team: &Team) -> Result<()> {
        if ranges.last().is_some_and(|cells| self.place_of(cells.end) > self.input().size()) {
            return Err(cut_off(&self.header, self.input().size().saturating_sub(self.start())));
        }
        let wanted = places(ranges, buffer, self.item_size(), |cell| self.place_of(cell))?;
        self.input().read_all(wanted, team)
    }

    fn available(&self) -> Option<u64> {
        Some(self.input().size().saturating_sub(self.start()))
    }

    fn keep_cost(&self) -> u64 {
        match self.input().keep() {
            Ok(Some(_)) => 0,
            _ => self.header.data_len(),
        }
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        let header = Arc::clone(&self.header);
        let input = if let Some(input) = self.input().keep()? {
            input
        } else {
            let end = self.start().saturating_add(header.data_len());
            let bytes = self.input().copy(0..end.min(self.input().size()))?;
            Arc::new(Input::new(bytes, self.input().path().cloned())?)
        };
        Ok(Arc::new(InputArray { input: Source::Kept(input), header }))
    }
}
