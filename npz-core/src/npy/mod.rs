//! One array in one `.npy` file: what [`np.save`](https://numpy.org/doc/stable/reference/generated/numpy.save.html) writes and
//! [`np.load`](https://numpy.org/doc/stable/reference/generated/numpy.load.html) reads. The format is that of
//! [`numpy.lib.format`](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
//!
//! ```
//! use ndarray::{Array2, array};
//! use npz_core::npy;
//!
//! let dir = std::env::temp_dir();
//! let path = dir.join("npz-core-doc.npy");
//! npy::save(&path, &array![[1.0, 2.0], [3.0, 4.0]])?; // np.save("…", np.array([[1., 2.], [3., 4.]]))
//! let read: Array2<f64> = npy::load(&path)?; // np.load("…")
//! assert_eq!(read, array![[1.0, 2.0], [3.0, 4.0]]);
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), npz_core::Error>(())
//! ```
//!
//! The bytes are those of `np.save`: an array is written in the order that NumPy would choose (C unless it is
//! purely Fortran-ordered), little-endian. Trailing bytes after the array are ignored, as NumPy does.

mod any;
mod cost;
mod field;
mod read;
mod stream;
mod write;

use std::io::{Read, Write};
use std::path::Path;

use ndarray::{Array, ArrayRef, ArrayView, Dimension, IxDyn, ShapeBuilder};

use crate::atomic::AtomicFile;
use crate::dtype::ByteOrder;
use crate::element::{Cast, Decoder, Element, Place, Rule, object_file_hint};
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::limits::Limits;
use crate::options::LoadOptions;
use crate::report::{Problem, ProblemKind, Report};
use crate::run::Team;
use crate::shape::Order;
use crate::source::open_file;
use crate::stored::Stored;

pub use self::any::{
    IterAny, iter_any, iter_any_with, load_any, load_any_with, read_any, read_any_with, save_any,
    save_any_in, write_any, write_any_in,
};
pub(crate) use self::any::{has_free_cells, ticks};
pub(crate) use self::cost::cost;
pub(crate) use self::field::FieldOf;
pub use self::field::{load_field, load_field_with};
pub(crate) use self::read::{Cells, Feed, cut_off, read_bytes, read_cells};
pub use self::stream::{Iter, iter, iter_with, load_all, load_all_with};
pub(crate) use self::write::{Body, body};

/// Saves an array or view to a file, atomically: [`np.save(path, array)`](https://numpy.org/doc/stable/reference/generated/numpy.save.html).
///
/// Unlike `np.save`, the path is taken as it is; no `.npy` is appended. A contiguous array is not copied, another
/// one is gathered in pieces of 256 KiB. Whatever happens, the path holds the old file or the whole new one.
///
/// # Errors
/// [`ErrorKind::Io`] if the file can't be written (the old one is then untouched, unless the message says that the
/// new one is in place and only its folder could not be synced, which is no error where the folder may not be read);
/// [`ErrorKind::Invalid`] if the path is not a regular file or a text ends with NUL.
///
/// ```
/// use ndarray::{array, s};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-save.npy");
/// let matrix = array![[1u8, 2, 3], [4, 5, 6]];
/// npy::save(&path, &matrix.slice(s![.., 1..]))?; // views as well
/// assert_eq!(npy::load::<u8, ndarray::Ix2>(&path)?, array![[2, 3], [5, 6]]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn save<A: Element, D: Dimension>(path: impl AsRef<Path>, array: &ArrayRef<A, D>) -> Result<()> {
    save_by(path.as_ref(), |file| write(file, array))
}

/// Saves an array to a file in a chosen byte order, atomically, for a reader that wants no other:
/// `np.save(path, a.astype(a.dtype.newbyteorder(">")))`.
///
/// # Errors
/// As [`save`].
///
/// ```
/// use npz_core::{ByteOrder, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-save-in.npy");
/// npy::save_in(&path, &ndarray::arr1(&[1u16, 2]), ByteOrder::Big)?;
/// assert!(std::fs::read(&path)?.ends_with(&[0, 1, 0, 2]));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_in<A: Element, D: Dimension>(
    path: impl AsRef<Path>,
    array: &ArrayRef<A, D>,
    order: ByteOrder,
) -> Result<()> {
    save_by(path.as_ref(), |file| write_in(file, array, order))
}

/// Saves what a function writes.
fn save_by(path: &Path, write: impl FnOnce(&mut AtomicFile) -> Result<()>) -> Result<()> {
    let write_file = || {
        let mut file = AtomicFile::create(path)?;
        write(&mut file)?;
        file.commit()
    };
    write_file().map_err(|error| error.in_file(path))
}

/// Loads an array from a file: [`np.load(path)`](https://numpy.org/doc/stable/reference/generated/numpy.load.html).
///
/// The cells and the number of axes are those of the type asked for; cells are cast by [`Cast::Safe`]. Data are
/// read straight into the array. An array in Fortran order comes back with Fortran strides, without a copy. What lies
/// behind the array is ignored, as in NumPy: [`load_all`] reads a file of several arrays.
///
/// # Errors
/// [`ErrorKind::Io`] if the file can't be read; [`ErrorKind::Damaged`] if it is not a whole `.npy` file;
/// [`ErrorKind::Mismatch`] if dtype or number of axes differ; [`ErrorKind::Unsupported`] if it holds a pickle;
/// [`ErrorKind::Invalid`] if a value would be rounded (`i8` into `f64`) or the path is a folder;
/// [`ErrorKind::Limit`] if the header is longer than [`Limits::default`] allows.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-load.npy");
/// npy::save(&path, &array![1i16, 2, 3])?;
/// let wider: Array1<f64> = npy::load(&path)?;
/// assert_eq!(wider, array![1.0, 2.0, 3.0]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load<A: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<Array<A, D>> {
    load_with(path, &LoadOptions::default())
}

/// Loads an array from a file, with a casting rule and limits: `np.load(path, max_header_size=..).astype(..)`.
///
/// Costs what [`load`] does; cells that are cast pass through a buffer of 256 KiB.
///
/// # Errors
/// As [`load`], with your [`Limits`]; [`ErrorKind::Invalid`] if a value does not fit the cell type.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{Cast, LoadOptions, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-with.npy");
/// npy::save(&path, &array![0.1f64, 0.2])?;
/// let rounded: Array1<f32> = npy::load_with(&path, &LoadOptions::new().cast(Cast::SameKind))?;
/// assert_eq!(rounded, array![0.1f32, 0.2]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_with<A: Element, D: Dimension>(
    path: impl AsRef<Path>,
    options: &LoadOptions,
) -> Result<Array<A, D>> {
    let path = path.as_ref();
    let read_file = || {
        let (mut file, size) = open_file(path, ".npy")?;
        read_sized(&mut file, size, options)
    };
    read_file().map_err(|error| error.in_file(path))
}

/// Writes an array to a stream: `np.save(file, array)`.
///
/// The header and each piece of 256 KiB are one `write` call, so no buffering is needed. Several arrays may be
/// written one after another, as `np.save` does with an open file.
///
/// # Errors
/// [`ErrorKind::Io`] if the writer fails; [`ErrorKind::Invalid`] if a text ends with NUL.
///
/// ```
/// use ndarray::arr0;
/// use npz_core::npy;
///
/// let mut out = Vec::new();
/// npy::write(&mut out, &arr0(2.5f32))?; // np.save(out, np.float32(2.5))
/// assert_eq!(out.len(), 128 + 4);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn write<A: Element, D: Dimension>(mut writer: impl Write, array: &ArrayRef<A, D>) -> Result<()> {
    write_array(&mut writer, &body(array)?)
}

/// Writes an array to a stream in a chosen byte order: `np.save(file, a.astype(a.dtype.newbyteorder(">")))`.
///
/// Each piece of 256 KiB is copied where the order is not little-endian.
///
/// # Errors
/// As [`write()`].
///
/// ```
/// use npz_core::{ByteOrder, npy};
///
/// let mut out = Vec::new();
/// npy::write_in(&mut out, &ndarray::arr1(&[1u16, 2]), ByteOrder::Big)?;
/// assert!(out.ends_with(&[0, 1, 0, 2]));
/// assert_eq!(npy::read_header(&out[..])?.dtype().to_string(), ">u2");
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn write_in<A: Element, D: Dimension>(
    mut writer: impl Write,
    array: &ArrayRef<A, D>,
    order: ByteOrder,
) -> Result<()> {
    write_array(&mut writer, &body(array)?.in_byte_order(order)?)
}

/// Writes an array in its stored form.
fn write_array(writer: &mut dyn Write, array: &dyn Stored) -> Result<()> {
    writer
        .write_all(&array.header().to_bytes())
        .map_err(|error| Error::io("can't write the header", error))?;
    array.stream(&mut |bytes| {
        writer.write_all(bytes).map_err(|error| Error::io("can't write the array's data", error))
    })?;
    writer.flush().map_err(|error| Error::io("can't flush the writer", error))
}

/// Reads one array from a stream and leaves it right behind the array: `np.load(file)`.
///
/// So several arrays in one stream are read by several calls, or by [`iter`]. Memory grows with the data that arrive, whatever
/// the header claims.
///
/// # Errors
/// As [`load`].
///
/// ```
/// use ndarray::{Array0, Array1, arr0, array};
/// use npz_core::npy;
///
/// let mut stream = npy::to_bytes(&array![1u8, 2])?;
/// npy::write(&mut stream, &arr0(true))?;
/// let mut reader = &stream[..];
/// let first: Array1<u8> = npy::read(&mut reader)?;
/// let second: Array0<bool> = npy::read(&mut reader)?;
/// assert_eq!((first, second.into_scalar()), (array![1, 2], true));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read<A: Element, D: Dimension>(mut reader: impl Read) -> Result<Array<A, D>> {
    read_sized(&mut reader, None, &LoadOptions::default())
}

/// Reads one array from a stream, with a casting rule and limits; costs what [`read`] does.
///
/// # Errors
/// As [`load_with`].
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{ErrorKind, Limits, LoadOptions, npy};
///
/// let stream = npy::to_bytes(&Array1::<f64>::zeros(1000))?;
/// let options = LoadOptions::new().limits(Limits::strict().member_bytes(1000));
/// let refused = npy::read_with::<f64, ndarray::Ix1>(&stream[..], &options);
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::Limit);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read_with<A: Element, D: Dimension>(
    mut reader: impl Read,
    options: &LoadOptions,
) -> Result<Array<A, D>> {
    read_sized(&mut reader, None, options)
}

/// Turns an array into the bytes of a `.npy` file: `np.save(io.BytesIO(), array)`. Copies the cells once.
///
/// # Errors
/// [`ErrorKind::Invalid`] if a text ends with NUL.
///
/// ```
/// let bytes = npz_core::npy::to_bytes(&ndarray::array![1i32, 2])?;
/// assert!(bytes.starts_with(b"\x93NUMPY\x01\x00v\x00{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn to_bytes<A: Element, D: Dimension>(array: &ArrayRef<A, D>) -> Result<Vec<u8>> {
    let body = body(array)?;
    let mut bytes = body.header().to_bytes();
    let len = body.header().data_len();
    if !usize::try_from(len).is_ok_and(|len| bytes.try_reserve_exact(len).is_ok()) {
        return Err(Error::no_memory(len, "bytes of the array"));
    }
    body.stream(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

/// Reads an array from the bytes of a `.npy` file; copies the cells: `np.load(io.BytesIO(bytes))`.
///
/// # Errors
/// As [`load`].
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::npy;
///
/// let numbers: Array1<u16> = npy::from_bytes(&npy::to_bytes(&array![7u16])?)?;
/// assert_eq!(numbers, array![7]);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn from_bytes<A: Element, D: Dimension>(mut bytes: &[u8]) -> Result<Array<A, D>> {
    let len = bytes.len() as u64;
    read_sized(&mut bytes, Some(len), &LoadOptions::default())
}

/// Reads an array from the bytes of a `.npy` file, with a casting rule and limits; copies the cells.
///
/// # Errors
/// As [`load_with`].
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{Cast, LoadOptions, npy};
///
/// let bytes = npy::to_bytes(&array![300i64, 2])?;
/// let options = LoadOptions::new().cast(Cast::SameKind);
/// assert_eq!(npy::from_bytes_with::<i16, ndarray::Ix1>(&bytes, &options)?, array![300, 2]);
/// let error = npy::from_bytes_with::<u8, ndarray::Ix1>(&bytes, &options).unwrap_err();
/// assert!(error.to_string().contains("cell 0 holds 300"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn from_bytes_with<A: Element, D: Dimension>(
    mut bytes: &[u8],
    options: &LoadOptions,
) -> Result<Array<A, D>> {
    let len = bytes.len() as u64;
    read_sized(&mut bytes, Some(len), options)
}

/// Looks at the bytes of a `.npy` file as an array, without a copy: `np.load(path, mmap_mode="r")`, where the bytes are
/// those of a map.
///
/// Works where the file's cells are the machine's own: the same dtype in its byte order, starting at an aligned
/// address. A Fortran-ordered file gives a view with Fortran strides. Where it can't, the error says why, and
/// [`from_bytes`] makes a copy instead.
///
/// # Errors
/// [`ErrorKind::Unsupported`] with the reason if the bytes can't be viewed (other byte order, misaligned, text,
/// a bool byte other than 0 or 1); otherwise as [`load`], with [`Cast::Exact`].
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::npy;
///
/// let bytes = npy::to_bytes(&array![1u8, 2, 3])?;
/// let view = npy::view::<u8, Ix1>(&bytes)?;
/// assert_eq!(view, array![1, 2, 3]);
/// assert_eq!(view.as_ptr(), bytes[128..].as_ptr());
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn view<A: Element, D: Dimension>(bytes: &[u8]) -> Result<ArrayView<'_, A, D>> {
    let mut rest = bytes;
    let header = Header::read(&mut rest, &Limits::default())?;
    fits::<A>(&header, D::NDIM, Rule::array(Cast::Exact))?;
    let found = rest.len();
    let data = usize::try_from(header.data_len()).ok().and_then(|len| rest.get(..len));
    let data = data.ok_or_else(|| cut_off(&header, found as u64))?;
    let cells = A::view(data, header.dtype()).map_err(|reason| {
        Error::unsupported(format!(
            "the array can't be viewed without a copy: {reason}; use `npy::from_bytes`"
        ))
    })?;
    let unfit = || Error::damaged("the shape does not fit the number of axes");
    let dim = D::from_dimension(&IxDyn(header.shape())).ok_or_else(unfit)?;
    ArrayView::from_shape(dim.set_f(header.order() == Order::Fortran), cells)
        .map_err(|error| Error::damaged("the shape can't be laid out in memory").with_source(error))
}

/// Reads the header of a `.npy` file: dtype, shape and order, no data. `read_magic` and `read_array_header_1_0` of
/// [`numpy.lib.format`](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
///
/// Any dtype of NumPy is accepted, also those that can't be read as an array. `reader` is left at the first data
/// byte; it is read in few small calls, so buffer a file.
///
/// # Errors
/// [`ErrorKind::Io`] or [`ErrorKind::Damaged`]; [`ErrorKind::Unsupported`] for a file that is a bare pickle, an unknown version
/// or a dtype of another library; [`ErrorKind::Limit`] if the header is longer than [`Limits::default`] allows.
///
/// ```
/// use npz_core::npy;
///
/// let bytes = npy::to_bytes(&ndarray::Array2::<f32>::zeros((3, 4)))?;
/// let header = npy::read_header(&bytes[..])?;
/// assert_eq!((header.dtype().to_string().as_str(), header.shape()), ("<f4", &[3, 4][..]));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read_header(reader: impl Read) -> Result<Header> {
    read_header_with(reader, &Limits::default())
}

/// Reads the header of a `.npy` file that may be longer, or has to be shorter, than is usual.
///
/// # Errors
/// As [`read_header`].
///
/// ```
/// use npz_core::{ErrorKind, Limits, npy};
///
/// let bytes = npy::to_bytes(&ndarray::arr0(1.0))?;
/// let error = npy::read_header_with(&bytes[..], &Limits::strict().header_bytes(100)).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Limit);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read_header_with(mut reader: impl Read, limits: &Limits) -> Result<Header> {
    Header::read(&mut reader, limits)
}

fn read_sized<A: Element, D: Dimension>(
    reader: &mut impl Read,
    size: Option<u64>,
    options: &LoadOptions,
) -> Result<Array<A, D>> {
    read_from::<A>(reader, Budget { size, spent: 0 }, D::NDIM, options)?.0.into_array()
}

/// What is known of a stream before an array is read from it.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    /// How many bytes are proved to be there.
    size: Option<u64>,
    /// What the arrays take that were read by the same call already, in bytes.
    spent: u64,
}

impl Budget {
    /// How many bytes are proved to follow a header.
    fn available(self, header: &Header) -> Option<u64> {
        self.size.map(|size| size.saturating_sub(header.len() as u64))
    }
}

/// Reads one array, and tells how many bytes it takes.
fn read_from<A: Element>(
    mut reader: &mut dyn Read,
    budget: Budget,
    ndim: Option<usize>,
    options: &LoadOptions,
) -> Result<(Cells<A>, u64)> {
    let header = Header::read(&mut reader, &options.limits)?;
    let available = budget.available(&header);
    read_feed(Feed::stream(reader, &header, available), budget.spent, ndim, options)
}

/// Reads one array whose header is there.
fn read_feed<A: Element>(
    feed: Feed<'_>,
    spent: u64,
    ndim: Option<usize>,
    options: &LoadOptions,
) -> Result<(Cells<A>, u64)> {
    let header = feed.header();
    let decoder = fits::<A>(header, ndim, Rule::array(options.cast))?;
    let cost = cost::<A>(header);
    options.limits.check_array(cost, spent)?;
    Ok((read_cells(feed, decoder, Vec::new(), &Team::new(options.threads))?, cost.bytes()))
}

/// Compares a header with what is wanted, before any data are read.
fn fits<A: Element>(header: &Header, ndim: Option<usize>, rule: Rule) -> Result<Decoder<A>> {
    if header.dtype().has_object() {
        return Err(Error::unsupported(object_file_hint(&A::wanted())));
    }
    let mut report = Report::default();
    let decoder = A::decoder(header.dtype(), rule);
    if let Err(refusal) = &decoder {
        let problems = refusal.problems(Place::File, "", &A::expected(), &header.to_string());
        for problem in problems {
            report.push(problem);
        }
    }
    if let Some(ndim) = ndim.filter(|&ndim| ndim != header.shape().len()) {
        let hint = "ask for an array of that many axes, or for `ArrayD`".to_owned();
        let (kind, expected, found) = (ProblemKind::Shape, crate::shape::axes(ndim), header.to_string());
        let (member, field, cause) = (String::new(), String::new(), ErrorKind::Mismatch);
        report.push(Problem { kind, member, field, expected, found, hint, cause });
    }
    match decoder {
        Ok(decoder) if report.is_ok() => Ok(decoder),
        _ => Err(Error::mismatch(report)),
    }
}
