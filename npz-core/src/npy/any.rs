//! Single arrays whose cell type is not known beforehand.

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};
use std::iter::FusedIterator;
use std::path::Path;

use ndarray::ArrayD;

use super::cost::any_cost;
use super::field::Column;
use super::read::{Cells, Feed, read_bytes, read_cells};
use super::stream::Stream;
use super::{Body, Budget};
use crate::any::{AnyArray, RawArray, Tick, Visit, as_cells, from_cells, visit, with_cells};
use crate::dtype::{ByteOrder, DType, Kind, TimeUnit};
use crate::element::time::{Generic, TimeDelta64};
use crate::element::{Cast, Decoder, Element, Refusal, Rule, Wanted, object_file_hint};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::{Limits, MAX_FREE};
use crate::options::LoadOptions;
use crate::run::{Team, Threads};
use crate::source::open_file;

/// Loads a file, whatever its cells are: [`np.load(path)`](https://numpy.org/doc/stable/reference/generated/numpy.load.html).
///
/// The data are read once, into the array.
///
/// # Errors
/// As [`load`](super::load), but any dtype is fine; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a pickle.
///
/// ```
/// use npz_core::{AnyArray, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-any.npy");
/// npy::save(&path, &ndarray::arr1(&[1i16, 2]))?;
/// assert_eq!(npy::load_any(&path)?, AnyArray::from(ndarray::arr1(&[1i16, 2])));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_any(path: impl AsRef<Path>) -> Result<AnyArray> {
    load_any_with(path, &LoadOptions::default())
}

/// Loads a file, whatever its cells are, with limits: `np.load(path, max_header_size=..)`. Nothing is cast.
///
/// # Errors
/// As [`load_any`], with your [`Limits`](crate::Limits).
///
/// ```
/// use npz_core::{ErrorKind, Limits, LoadOptions, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-any-with.npy");
/// npy::save(&path, &ndarray::arr1(&[1i16, 2]))?;
/// let strict = LoadOptions::new().limits(Limits::strict().member_bytes(3));
/// assert_eq!(npy::load_any_with(&path, &strict).unwrap_err().kind(), ErrorKind::Limit);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_any_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<AnyArray> {
    let path = path.as_ref();
    let load = || {
        let (file, size) = open_file(path, ".npy")?;
        read_any_sized(file, size, options)
    };
    load().map_err(|error| error.in_file(path))
}

/// Saves an array of any dtype, atomically: `np.save(path, a)`. The path is taken as it is.
///
/// # Errors
/// As [`save`](super::save).
///
/// ```
/// use npz_core::{AnyArray, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-save-any.npy");
/// let any = AnyArray::from(ndarray::arr1(&[1i16, 2]));
/// npy::save_any(&path, &any)?;
/// assert_eq!(npy::load_any(&path)?, any);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn save_any(path: impl AsRef<Path>, array: &AnyArray) -> Result<()> {
    super::save_by(path.as_ref(), |file| write_any(file, array))
}

/// Saves an array of any dtype in a chosen byte order, atomically, for a reader that wants no other.
///
/// # Errors
/// As [`save`](super::save).
///
/// ```
/// use npz_core::{AnyArray, ByteOrder, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-save-any-in.npy");
/// npy::save_any_in(&path, &AnyArray::from(ndarray::arr1(&[1i16, 2])), ByteOrder::Big)?;
/// assert!(std::fs::read(&path)?.ends_with(&[0, 1, 0, 2]));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_any_in(path: impl AsRef<Path>, array: &AnyArray, order: ByteOrder) -> Result<()> {
    super::save_by(path.as_ref(), |file| write_any_in(file, array, order))
}

/// Reads one array of any dtype from a stream, and no byte after it.
///
/// # Errors
/// As [`load_any`].
///
/// ```
/// use npz_core::{AnyArray, npy};
///
/// let bytes = npy::to_bytes(&ndarray::arr0(true))?;
/// assert_eq!(npy::read_any(&bytes[..])?, AnyArray::from(ndarray::arr0(true)));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read_any(reader: impl Read) -> Result<AnyArray> {
    read_any_with(reader, &LoadOptions::default())
}

/// Reads one array of any dtype from a stream, with limits; nothing is cast.
///
/// # Errors
/// As [`load_any_with`].
///
/// ```
/// use npz_core::{AnyArray, Limits, LoadOptions, npy};
///
/// let upload = npy::to_bytes(&ndarray::arr0(true))?;
/// let strict = LoadOptions::new().limits(Limits::strict());
/// assert_eq!(npy::read_any_with(&upload[..], &strict)?, AnyArray::from(ndarray::arr0(true)));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read_any_with(reader: impl Read, options: &LoadOptions) -> Result<AnyArray> {
    read_any_sized(reader, None, options)
}

/// Writes one array of any dtype to a stream: `np.save(file, a)`.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io); [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for text that ends with NUL.
///
/// ```
/// use npz_core::{AnyArray, npy};
///
/// let mut bytes = Vec::new();
/// npy::write_any(&mut bytes, &AnyArray::from(ndarray::arr1(&[1u8, 2])))?;
/// assert_eq!(bytes, npy::to_bytes(&ndarray::arr1(&[1u8, 2]))?);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn write_any(mut writer: impl Write, array: &AnyArray) -> Result<()> {
    write_by(&mut writer, array, None)
}

/// Writes one array of any dtype to a stream in a chosen byte order: `np.save(file, a.astype(a.dtype.newbyteorder(">")))`.
///
/// # Errors
/// As [`write_any`].
///
/// ```
/// use npz_core::{AnyArray, ByteOrder, DType, RawArray, npy};
///
/// let rows = RawArray::new(DType::parse("[('id', '<i2'), ('tag', '|S1')]")?, &[1], vec![1, 0, b'a'])?;
/// let mut bytes = Vec::new();
/// npy::write_any_in(&mut bytes, &AnyArray::from(rows), ByteOrder::Big)?;
/// assert_eq!(npy::read_header(&bytes[..])?.dtype().to_string(), "[('id', '>i2'), ('tag', '|S1')]");
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn write_any_in(mut writer: impl Write, array: &AnyArray, order: ByteOrder) -> Result<()> {
    write_by(&mut writer, array, Some(order))
}

/// In no chosen byte order records keep theirs.
fn write_by(writer: &mut dyn Write, array: &AnyArray, order: Option<ByteOrder>) -> Result<()> {
    let other = order.unwrap_or(ByteOrder::Little);
    with_cells!(array, array => super::write_in(writer, array, other), (kind, unit, ticks) => {
        // The bytes are the same for both kinds.
        let cells = as_cells::<TimeDelta64<Generic>>(ticks)?;
        let body = Body::new(cells, DType::time(kind, *unit), None)?.in_byte_order(other)?;
        super::write_array(writer, &body)
    }, raw => {
        let raw = raw.arranged(order, None)?;
        raw.header().check_saved()?;
        super::write_array(writer, &raw)
    })
}

/// Reads array after array of any dtype from a stream, as repeated `np.load(file)` does, until it ends.
///
/// Reads from the stream as the iterator is asked; holds one array at a time. A clean end gives `None`; after an error
/// comes nothing.
///
/// # Errors
/// Each item as [`load_any`]; the message names the array by its index and by the byte at which it begins.
///
/// ```
/// use npz_core::npy;
///
/// let mut file = Vec::new();
/// npy::write(&mut file, &ndarray::arr1(&[1u8, 2]))?;
/// npy::write(&mut file, &ndarray::arr0("text".to_owned()))?;
/// let dtypes: Vec<_> = npy::iter_any(&file[..]).map(|array| Ok(array?.dtype().to_string())).collect::<npz_core::Result<_>>()?;
/// assert_eq!(dtypes, ["|u1", "<U4"]);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn iter_any<R: Read>(reader: R) -> IterAny<R> {
    iter_any_with(reader, &LoadOptions::default())
}

/// Reads array after array of any dtype from a stream, with limits; `Limits::total_bytes` bounds all of them together.
///
/// # Errors
/// Each item as [`load_any_with`].
///
/// ```
/// use npz_core::{Limits, LoadOptions, npy};
///
/// let file = [npy::to_bytes(&ndarray::arr1(&[1u8, 2]))?, npy::to_bytes(&ndarray::arr0(0.5))?].concat();
/// let few = LoadOptions::new().limits(Limits::default().total_bytes(2));
/// let arrays: Vec<_> = npy::iter_any_with(&file[..], &few).collect();
/// assert!(arrays[0].is_ok() && arrays[1].is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn iter_any_with<R: Read>(reader: R, options: &LoadOptions) -> IterAny<R> {
    IterAny { stream: Stream::new(reader, options) }
}

/// The iterator that [`iter_any`] gives: one array after another.
///
/// ```
/// assert!(npz_core::npy::iter_any(std::io::empty()).next().is_none());
/// ```
#[must_use = "an iterator reads nothing until it is asked for an array"]
pub struct IterAny<R> {
    stream: Stream<R>,
}

impl<R: Read> Iterator for IterAny<R> {
    type Item = Result<AnyArray>;

    fn next(&mut self) -> Option<Self::Item> {
        self.stream.next_by(read_any_from)
    }
}

impl<R: Read> FusedIterator for IterAny<R> {}

impl<R> fmt::Debug for IterAny<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.debug(f, "IterAny")
    }
}

fn read_any_sized(mut reader: impl Read, size: Option<u64>, options: &LoadOptions) -> Result<AnyArray> {
    let budget = Budget { size, spent: 0 };
    read_any_from(&mut reader, budget, options).map(|(array, _)| array)
}

impl AnyArray {
    /// Copies one field of a structured array into an array of its own: `a[field]`.
    ///
    /// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the array.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) with the names that there are, if there is no such field;
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the array is not structured.
    ///
    /// ```
    /// use ndarray::{arr1, array};
    /// use npz_core::{AnyArray, NpyRecord, npy};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Reading { time: u64, value: f32 }
    ///
    /// let bytes = npy::to_bytes(&array![Reading { time: 1, value: 0.5 }, Reading { time: 2, value: 0.25 }])?;
    /// let readings = npy::read_any(&bytes[..])?;
    /// assert_eq!(readings.field("value")?, AnyArray::from(arr1(&[0.5f32, 0.25])));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn field(&self, field: &str) -> Result<Self> {
        let Self::Other(raw) = self else {
            // Says that there are no fields.
            return self.dtype().locate(field).and(Err(Error::invalid("the array is not structured")));
        };
        let column = Column::new(raw.header(), field)?;
        let raw = Cow::Borrowed(raw);
        let feed = Feed::Field(Box::new(Feed::Stored(&raw)), &column);
        read_any_feed(feed, 0, &Limits::trusted())
            .map_err(|error| error.in_field(field))
            .map(|(array, _)| array)
    }
}

/// Reads one array, and tells how many bytes it takes.
fn read_any_from(
    mut reader: &mut dyn Read,
    budget: Budget,
    options: &LoadOptions,
) -> Result<(AnyArray, u64)> {
    let header = Header::read(&mut reader, &options.limits)?;
    let available = budget.available(&header);
    read_any_feed(Feed::stream(reader, &header, available), budget.spent, &options.limits)
}

/// Reads one array whose header is there, as what Rust has for its cells.
fn read_any_feed(feed: Feed<'_>, spent: u64, limits: &Limits) -> Result<(AnyArray, u64)> {
    let header = feed.header();
    if header.dtype().has_object() {
        return Err(Error::unsupported(object_file_hint(&Wanted::Anything)));
    }
    let cost = any_cost(header);
    limits.check_array(cost, spent)?;
    let header = header.clone();
    let cells = ReadCells { feed, header: &header };
    let array = if has_free_cells(&header) { cells.other() } else { visit(header.dtype(), cells) };
    Ok((array?, cost.bytes()))
}

/// Whether there are more cells without bytes than are made from nothing: then they stay the bytes that they are not.
pub(crate) fn has_free_cells(header: &Header) -> bool {
    header.data_len() == 0 && header.shape().iter().product::<usize>() > MAX_FREE
}

struct ReadCells<'f, 'h> {
    feed: Feed<'f>,
    header: &'h Header,
}

impl ReadCells<'_, '_> {
    fn cells<A: Element>(self, decoder: fn(&DType, Rule) -> Result<Decoder<A>, Refusal>) -> Result<Cells<A>> {
        let unfit = |_| Error::unsupported(format!("the dtype {} can't be read", self.header.dtype()));
        let decoder = decoder(self.header.dtype(), Rule::array(Cast::Exact)).map_err(unfit)?;
        read_cells(self.feed, decoder, Vec::new(), &Team::new(Threads::ONE))
    }

    fn raw(self) -> Result<RawArray> {
        Ok(RawArray::from_file(self.header, read_bytes(self.feed, &Team::new(Threads::ONE))?))
    }
}

impl Visit for ReadCells<'_, '_> {
    type Out = Result<AnyArray>;

    fn typed<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        self.cells(A::decoder)?.into_array().map(wrap)
    }

    fn times(self, kind: Kind, unit: TimeUnit) -> Result<AnyArray> {
        let cells = self.cells(TimeDelta64::<Generic>::as_stored)?;
        Ok(AnyArray::times(kind, unit, ticks(cells)?))
    }

    fn long_doubles<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        AnyArray::long_doubles(self.raw()?, wrap)
    }

    fn other(self) -> Result<AnyArray> {
        self.raw().map(AnyArray::Other)
    }
}

/// Turns cells into the ticks that they are; copies nothing.
pub(crate) fn ticks<A: Tick>(cells: Cells<A>) -> Result<ArrayD<i64>> {
    Cells { flat: from_cells(cells.flat), shape: cells.shape, order: cells.order }.into_array()
}
