//! Several arrays in one stream, as repeated `np.save` to one open file leaves them.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::path::Path;

use ndarray::{Array, Dimension};

use super::{Budget, read_from};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::options::LoadOptions;
use crate::source::open_file;

/// Reads array after array from a stream, to its end: `np.load(file)` until `EOFError`.
///
/// Arrays may differ in shape, byte order and dtype, as far as each can be cast to `A` and has the axes of `D`. Nothing
/// is read ahead: after each array the reader stands right behind it. Headers are read in few small calls, so buffer
/// a file.
///
/// An error names the array by its index and by the byte at which it begins, and ends the iterator. So do bytes that
/// are no array, such as padding at the end.
///
/// # Errors
/// Each item as [`read`](super::read).
///
/// ```
/// use ndarray::{ArrayD, IxDyn, arr0, array};
/// use npz_core::npy;
///
/// let mut file = Vec::new();
/// npy::write(&mut file, &array![[1.0, 2.0]])?; // np.save(file, ..)
/// npy::write(&mut file, &arr0(3.0))?; // np.save(file, ..)
///
/// let arrays = npy::iter::<f64, IxDyn, _>(&file[..]).collect::<npz_core::Result<Vec<ArrayD<f64>>>>()?;
/// assert_eq!(arrays, [array![[1.0, 2.0]].into_dyn(), arr0(3.0).into_dyn()]);
///
/// file.truncate(file.len() - 1);
/// let error = npy::iter::<f64, IxDyn, _>(&file[..]).last().unwrap().unwrap_err();
/// assert!(error.to_string().starts_with("array 1 of the stream, from byte 144: the data are cut off"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn iter<A: Element, D: Dimension, R: Read>(reader: R) -> Iter<R, A, D> {
    iter_with(reader, &LoadOptions::default())
}

/// Reads array after array from a stream, with a casting rule and limits; [`Limits::total_bytes`] bounds all of them
/// together.
///
/// # Errors
/// Each item as [`read_with`](super::read_with).
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::{Cast, LoadOptions, npy};
///
/// let mut file = npy::to_bytes(&array![1.5f64])?;
/// npy::write(&mut file, &array![2.5f32, 3.5])?;
/// let rounds = LoadOptions::new().cast(Cast::SameKind);
/// let arrays: Vec<_> = npy::iter_with::<f32, Ix1, _>(&file[..], &rounds).collect::<npz_core::Result<_>>()?;
/// assert_eq!(arrays, [array![1.5], array![2.5, 3.5]]);
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [`Limits::total_bytes`]: crate::Limits::total_bytes
pub fn iter_with<A: Element, D: Dimension, R: Read>(reader: R, options: &LoadOptions) -> Iter<R, A, D> {
    Iter { stream: Stream::new(reader, options), array: PhantomData }
}

/// Loads all arrays of a file that repeated `np.save` to one open file wrote.
///
/// Memory holds all of them; [`iter`] gives one at a time.
///
/// # Errors
/// As [`load`](super::load); the message names the array by its index and by the byte at which it begins.
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-all.npy");
/// let mut file = std::fs::File::create(&path)?;
/// npy::write(&mut file, &array![1u8, 2])?; // with open(path, "wb") as file: np.save(file, ..)
/// npy::write(&mut file, &array![3u8])?; // np.save(file, ..)
/// assert_eq!(npy::load_all::<u8, Ix1>(&path)?, [array![1, 2], array![3]]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_all<A: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<Vec<Array<A, D>>> {
    load_all_with(path, &LoadOptions::default())
}

/// Loads all arrays of a file, with a casting rule and limits; costs what [`load_all`] does.
///
/// # Errors
/// As [`load_all`], with your [`Limits`](crate::Limits).
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::{ErrorKind, Limits, LoadOptions, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-all-with.npy");
/// npy::save(&path, &array![1u8, 2])?;
/// let few = LoadOptions::new().limits(Limits::default().total_bytes(1));
/// assert_eq!(npy::load_all_with::<u8, Ix1>(&path, &few).unwrap_err().kind(), ErrorKind::Limit);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_all_with<A: Element, D: Dimension>(
    path: impl AsRef<Path>,
    options: &LoadOptions,
) -> Result<Vec<Array<A, D>>> {
    let path = path.as_ref();
    let read_file = || {
        let (file, size) = open_file(path, ".npy")?;
        let mut stream = Stream::new(BufReader::new(file), options);
        stream.size = size;
        Iter { stream, array: PhantomData }.collect::<Result<Vec<_>>>()
    };
    read_file().map_err(|error| error.in_file(path))
}

/// The iterator that [`iter`] gives: one array after another.
///
/// ```
/// let mut none = npz_core::npy::iter::<f64, ndarray::IxDyn, _>(std::io::empty());
/// assert!(none.next().is_none());
/// ```
#[must_use = "an iterator reads nothing until it is asked for an array"]
pub struct Iter<R, A, D> {
    stream: Stream<R>,
    array: PhantomData<fn() -> Array<A, D>>,
}

impl<R: Read, A: Element, D: Dimension> Iterator for Iter<R, A, D> {
    type Item = Result<Array<A, D>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.stream.next_by(|reader, budget, options| {
            let (cells, read) = read_from::<A>(reader, budget, D::NDIM, options)?;
            Ok((cells.into_array()?, read))
        })
    }
}

impl<R: Read, A: Element, D: Dimension> FusedIterator for Iter<R, A, D> {}

impl<R, A, D> fmt::Debug for Iter<R, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.debug(f, "Iter")
    }
}

/// A stream of arrays, whatever each is read as.
pub(crate) struct Stream<R> {
    reader: R,
    options: LoadOptions,
    /// How many bytes the whole stream has, where that is proved.
    size: Option<u64>,
    /// Of the array that comes next.
    index: usize,
    /// Bytes that were read so far.
    offset: u64,
    /// What the arrays that were read took, in bytes.
    spent: u64,
    has_ended: bool,
}

impl<R> Stream<R> {
    /// What can be told of an iterator over it.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        f.debug_struct(name)
            .field("index", &self.index)
            .field("offset", &self.offset)
            .field("has_ended", &self.has_ended)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Stream<R> {
    pub(crate) fn new(reader: R, options: &LoadOptions) -> Self {
        Self { reader, options: options.clone(), size: None, index: 0, offset: 0, spent: 0, has_ended: false }
    }

    /// Reads the next array by a function, which tells how many bytes the array takes; `None` at the end of the
    /// stream and after an error.
    pub(crate) fn next_by<T>(
        &mut self,
        read: impl FnOnce(&mut dyn Read, Budget, &LoadOptions) -> Result<(T, u64)>,
    ) -> Option<Result<T>> {
        if self.has_ended {
            return None;
        }
        let (start, index) = (self.offset, self.index);
        let next = self.read_next(read).map_err(|error| error.in_array(index, start)).transpose();
        self.index += 1;
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }

    fn read_next<T>(
        &mut self,
        read: impl FnOnce(&mut dyn Read, Budget, &LoadOptions) -> Result<(T, u64)>,
    ) -> Result<Option<T>> {
        // The stream may end before an array and nowhere else: whether it does shows the first byte.
        let mut first = [0];
        let failed = |error| Error::io("can't read the header", error);
        if read_some(&mut self.reader, &mut first).map_err(failed)? == 0 {
            return Ok(None);
        }
        let size = self.size.map(|size| size.saturating_sub(self.offset));
        let budget = Budget { size, spent: self.spent };
        let mut counted = Counted { reader: &mut self.reader, count: 0 };
        let (value, taken) = read(&mut first.chain(&mut counted), budget, &self.options)?;
        self.offset += 1 + counted.count;
        self.spent = self.spent.saturating_add(taken);
        Ok(Some(value))
    }
}

/// A read that is tried again where a signal came between.
fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

struct Counted<'r, R> {
    reader: &'r mut R,
    count: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}
