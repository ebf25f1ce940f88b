//! The array of a file or of bytes that lie in memory, read by range.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::stream::StreamArray;
use crate::cells::cut_off;
use crate::error::Result;
use crate::header::Header;
use crate::input::{AnyInput, Input, KeptInput, Section};
use crate::options::LoadOptions;
use crate::source::{ReadAt, open_file};
use crate::stored::Stored;

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
        let input = Input::new(file, Some(path.to_path_buf()))?;
        read(Arc::new(InputArray::new(&input, options)?))
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
    Kept(Arc<KeptInput>),
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
}

impl Stored for InputArray<'_> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn region(&self) -> Option<&[u8]> {
        let cells = self.input().memory()?.get(self.header.len()..)?;
        cells.get(..usize::try_from(self.header.data_len()).ok()?)
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        let before = (cells.start as u64).saturating_mul(self.item_size() as u64);
        let start = self.start().saturating_add(before);
        if start.saturating_add(buffer.len() as u64) > self.input().size() {
            return Err(cut_off(&self.header, self.input().size().saturating_sub(self.start())));
        }
        self.input().read_exact(buffer, start, "the cells")
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
            let bytes = self.input().copy(0..end)?;
            Arc::new(Input::new(bytes, self.input().path().cloned())?)
        };
        Ok(Arc::new(InputArray { input: Source::Kept(input), header }))
    }
}
