//! One array in one `.npy` file: what [`np.save`](https://numpy.org/doc/stable/reference/generated/numpy.save.html) writes and
//! [`np.load`](https://numpy.org/doc/stable/reference/generated/numpy.load.html) reads. The format is that of
//! [`numpy.lib.format`](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
//!
//! ```
//! use ndarray::{Array2, array};
//! use npz_core::npy;
//!
//! let path = std::env::temp_dir().join("npz-core-doc.npy");
//! npy::save(&path, &array![[1.0, 2.0], [3.0, 4.0]])?; // np.save("…", np.array([[1., 2.], [3., 4.]]))
//! let read: Array2<f64> = npy::load(&path)?; // np.load("…")
//! assert_eq!(read, array![[1.0, 2.0], [3.0, 4.0]]);
//! # std::fs::remove_file(&path).ok();
//! # Ok::<(), npz_core::Error>(())
//! ```
//!
//! An array is whatever may be a member of an archive: an `Array` or a view of any dimension, a `Vec`, a slice or nested
//! ones, a number, a text, rows of a struct with [`NpyRecord`](crate::NpyRecord); and of a dtype that only the file knows
//! [`AnyArray`](crate::AnyArray) and [`RawArray`](crate::RawArray).
//!
//! The bytes are those of `np.save`: an array is written in the order that NumPy would choose (C unless it is
//! purely Fortran-ordered), little-endian. Trailing bytes after the array are ignored, as NumPy does. Another byte order is
//! chosen by [`SaveOptions`](crate::SaveOptions), a casting rule and limits by [`LoadOptions`], which have the same verbs.

mod append;
mod file;
#[cfg(feature = "mmap")]
mod map;
#[cfg(feature = "mmap")]
mod mapped_mut;
mod stream;

use std::fs::File;
use std::io::{Read, Write};
use std::iter::FusedIterator;
use std::path::Path;
use std::sync::Arc;

use ndarray::{ArrayView, Dimension};

pub use self::append::NpyAppender;
use self::file::{InputArray, with_array};
#[cfg(feature = "mmap")]
pub use self::map::{MapOptions, create, map, map_copy, map_mut};
#[cfg(feature = "mmap")]
pub use self::mapped_mut::MappedMut;
#[cfg(feature = "mmap")]
pub(crate) use self::mapped_mut::cant_be_mapped;
pub(crate) use self::stream::Iter;
use self::stream::StreamArray;
use crate::atomic::{AtomicFile, Choices};
use crate::cells::{cut_off, view_of};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::limits::Limits;
#[cfg(feature = "mmap")]
pub use crate::map::Advice;
use crate::members::{FromMembers, Members, Name, OneArray, ToMembers};
use crate::memory;
use crate::options::LoadOptions;
use crate::run::{Team, Threads};
use crate::stored::Stored;

/// Saves an array to a file, atomically: [`np.save(path, array)`](https://numpy.org/doc/stable/reference/generated/numpy.save.html).
///
/// Unlike `np.save`, the path is taken as it is; no `.npy` is appended. A contiguous array is not copied, another
/// one is gathered in pieces of 256 KiB. Whatever happens, the path holds the old file or the whole new one.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file can't be written (the old one is then untouched, unless the message says
/// that the new one is in place and only its folder could not be synced, which is no error where the folder may not be read);
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value is not one array, the path is not a regular file or a text
/// ends with NUL.
///
/// ```
/// use ndarray::{Array2, array, s};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-save.npy");
/// let matrix = array![[1u8, 2, 3], [4, 5, 6]];
/// npy::save(&path, &matrix.slice(s![.., 1..]))?; // views as well
/// assert_eq!(npy::load::<Array2<u8>>(&path)?, array![[2, 3], [5, 6]]);
///
/// npy::save(&path, &[0.5, 0.25][..])?; // and slices
/// assert_eq!(npy::load::<Vec<f64>>(&path)?, [0.5, 0.25]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn save<T: ToMembers + ?Sized>(path: impl AsRef<Path>, array: &T) -> Result<()> {
    save_members(path.as_ref(), &collect(array)?, Choices::default(), false, &alone())
}

/// Loads an array from a file: [`np.load(path)`](https://numpy.org/doc/stable/reference/generated/numpy.load.html).
///
/// The cells and the number of axes are those of the type asked for; cells are cast by [`Cast::Safe`](crate::Cast::Safe). Data
/// are read straight into the array. An array in Fortran order comes back with Fortran strides, without a copy. What lies
/// behind the array is ignored, as in NumPy: [`iter`] reads a file of several arrays. A pipe is read as [`read`] does.
///
/// # Errors
/// [`ErrorKind::Io`] if the file can't be read; [`ErrorKind::Damaged`] if it is not a whole `.npy` file;
/// [`ErrorKind::Mismatch`] if dtype or number of axes differ, or the type is not one array; [`ErrorKind::Unsupported`] if it
/// holds a pickle; [`ErrorKind::Invalid`] if a value would be rounded (`i8` into `f64`) or the path is a folder;
/// [`ErrorKind::Limit`] if it is larger than [`Limits::default`](crate::Limits) allows.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{AnyArray, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-load.npy");
/// npy::save(&path, &array![1i16, 2, 3])?;
/// let wider: Array1<f64> = npy::load(&path)?;
/// assert_eq!(wider, array![1.0, 2.0, 3.0]);
///
/// let whatever: AnyArray = npy::load(&path)?; // any dtype, any number of axes
/// assert_eq!(whatever, AnyArray::from(array![1i16, 2, 3]));
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [`ErrorKind::Io`]: crate::ErrorKind::Io
/// [`ErrorKind::Damaged`]: crate::ErrorKind::Damaged
/// [`ErrorKind::Mismatch`]: crate::ErrorKind::Mismatch
/// [`ErrorKind::Unsupported`]: crate::ErrorKind::Unsupported
/// [`ErrorKind::Invalid`]: crate::ErrorKind::Invalid
/// [`ErrorKind::Limit`]: crate::ErrorKind::Limit
pub fn load<T: FromMembers>(path: impl AsRef<Path>) -> Result<T> {
    load_by(path.as_ref(), &LoadOptions::default())
}

/// Writes an array to a stream: `np.save(file, array)`.
///
/// The header and each piece of 256 KiB are one `write` call, so no buffering is needed. Several arrays may be
/// written one after another, as `np.save` does with an open file.
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value
/// is not one array or a text ends with NUL.
///
/// ```
/// let mut out = Vec::new();
/// npz_core::npy::write(&mut out, &2.5f32)?; // np.save(out, np.float32(2.5))
/// assert_eq!(out.len(), 128 + 4);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn write<T: ToMembers + ?Sized>(writer: impl Write, array: &T) -> Result<()> {
    write_members(writer, &collect(array)?, &alone())
}

/// Reads one array from a stream and leaves it right behind the array: `np.load(file)`.
///
/// So several arrays in one stream are read by several calls, or by [`iter`]. Memory grows with the data that arrive, whatever
/// the header claims; cells pass through a buffer of 256 KiB.
///
/// # Errors
/// As [`load`].
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::npy;
///
/// let mut stream = npy::to_bytes(&array![1u8, 2])?;
/// npy::write(&mut stream, &true)?;
/// let mut reader = &stream[..];
/// let first: Array1<u8> = npy::read(&mut reader)?;
/// let second: bool = npy::read(&mut reader)?;
/// assert_eq!((first, second), (array![1, 2], true));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn read<T: FromMembers>(reader: impl Read + Send) -> Result<T> {
    read_by(reader, &LoadOptions::default())
}

/// Turns an array into the bytes of a `.npy` file: `np.save(io.BytesIO(), array)`. Copies the cells once.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value is not one array or a text ends with NUL.
///
/// ```
/// let bytes = npz_core::npy::to_bytes(&[1i32, 2])?;
/// assert!(bytes.starts_with(b"\x93NUMPY\x01\x00v\x00{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn to_bytes<T: ToMembers + ?Sized>(array: &T) -> Result<Vec<u8>> {
    members_to_bytes(&collect(array)?, &alone())
}

/// Reads an array from the bytes of a `.npy` file; copies the cells: `np.load(io.BytesIO(bytes))`.
///
/// # Errors
/// As [`load`].
///
/// ```
/// use npz_core::npy;
///
/// let numbers: Vec<u16> = npy::from_bytes(&npy::to_bytes(&ndarray::array![7u16])?)?;
/// assert_eq!(numbers, [7]);
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn from_bytes<T: FromMembers>(bytes: &[u8]) -> Result<T> {
    from_bytes_by(bytes, &LoadOptions::default())
}

/// Looks at the bytes of a `.npy` file as an array, without a copy: `np.load(path, mmap_mode="r")`, where the bytes are
/// those of a map.
///
/// Works where the file's cells are the machine's own: the same dtype in its byte order, starting at an aligned
/// address. A Fortran-ordered file gives a view with Fortran strides. Where it can't, the error says why, and
/// [`from_bytes`] makes a copy instead.
///
/// # Errors
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) with the reason if the bytes can't be viewed (other byte order,
/// misaligned, text, a bool byte other than 0 or 1); otherwise as [`load`], with [`Cast::Exact`](crate::Cast::Exact).
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
    let options = LoadOptions::default();
    let input = Input::new(bytes, None)?;
    let array: Arc<dyn Stored + '_> = Arc::new(InputArray::new(&input, &options)?);
    OneArray { name: "", array: Arc::clone(&array), options: &options, path: None }
        .check_cells::<A>(D::NDIM)?;
    let header = array.header();
    let rest = bytes.get(header.len()..).unwrap_or_default();
    let data = usize::try_from(header.data_len()).ok().and_then(|len| rest.get(..len));
    let data = data.ok_or_else(|| cut_off(header, rest.len() as u64))?;
    let cells = A::view(data, header.dtype()).map_err(|reason| {
        Error::unsupported(format!(
            "the array can't be viewed without a copy: {reason}; use `npy::from_bytes`"
        ))
    })?;
    view_of(header, cells)
}

/// Reads array after array from a stream, to its end: `np.load(file)` until `EOFError`.
///
/// Arrays may differ in shape, byte order and dtype, as far as each can become a `T`; an
/// [`AnyArray`](crate::AnyArray) can always. Nothing is read ahead: after each array the reader stands right behind it.
/// Headers are read in few small calls, so buffer a file. [`Limits::total_bytes`](crate::Limits::total_bytes) bounds all arrays
/// together.
///
/// An error names the array by its index and by the byte at which it begins, and ends the iterator. So do bytes that
/// are no array, such as padding at the end.
///
/// # Errors
/// Each item as [`read`].
///
/// ```
/// use ndarray::{ArrayD, arr0, array};
/// use npz_core::{Result, npy};
///
/// let mut file = Vec::new();
/// npy::write(&mut file, &array![[1.0, 2.0]])?; // np.save(file, ..)
/// npy::write(&mut file, &3.0)?; // np.save(file, ..)
///
/// let arrays = npy::iter(&file[..]).collect::<Result<Vec<ArrayD<f64>>>>()?;
/// assert_eq!(arrays, [array![[1.0, 2.0]].into_dyn(), arr0(3.0).into_dyn()]);
///
/// file.truncate(file.len() - 1);
/// let error = npy::iter::<ArrayD<f64>>(&file[..]).last().unwrap().unwrap_err();
/// assert!(error.to_string().starts_with("array 1 of the stream, from byte 144: the data are cut off"));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn iter<T: FromMembers>(reader: impl Read + Send) -> impl FusedIterator<Item = Result<T>> {
    Iter::new(reader, &LoadOptions::default())
}

fn collect<T: ToMembers + ?Sized>(array: &T) -> Result<Members<'_>> {
    let mut members = Members::new();
    array.to_members(&mut members, &Name::root())?;
    Ok(members)
}

/// The array that a value is, or why it is none.
fn one_array<'m>(members: &'m Members<'_>) -> Result<&'m dyn Stored> {
    let array = members.one_array();
    array.map(|array| array as &dyn Stored).ok_or_else(|| {
        Error::invalid(format!(
            "expected a value that is one array, found one with members of their own, {members:?}; save it as an .npz \
             archive"
        ))
    })
}

/// An array is written by the calling thread.
fn alone() -> Team {
    Team::new(Threads::ONE)
}

pub(crate) fn save_members(
    path: &Path,
    members: &Members<'_>,
    choices: Choices,
    verify: bool,
    team: &Team,
) -> Result<()> {
    let save = || {
        let array = one_array(members)?;
        let mut file = AtomicFile::create_by(path, choices)?;
        write_array(&mut file, array, team)?;
        if verify {
            compare(file.to_read()?, array)?;
        }
        file.commit()
    };
    save().map_err(|error| error.in_file(path))
}

/// Refuses a file that does not hold an array as it was written.
fn compare(file: File, array: &dyn Stored) -> Result<()> {
    let changed = || Error::damaged("the new file does not hold what was written; the old one stands");
    let input = Input::new(file, None)?;
    let found = InputArray::new(&input, &LoadOptions::new().limits(Limits::trusted()))?;
    if found.header().to_bytes() != array.header().to_bytes() {
        return Err(changed());
    }
    let (mut at, mut expected) = (0, Vec::new());
    found.stream(&Team::new(Threads::ONE), &mut |piece| {
        memory::resize(&mut expected, piece.len(), "array")?;
        let next = at + piece.len() / array.item_size().max(1);
        array.read_range(at..next, &mut expected)?;
        at = next;
        if expected == piece { Ok(()) } else { Err(changed()) }
    })
}

pub(crate) fn write_members(mut writer: impl Write, members: &Members<'_>, team: &Team) -> Result<()> {
    write_array(&mut writer, one_array(members)?, team)
}

pub(crate) fn members_to_bytes(members: &Members<'_>, team: &Team) -> Result<Vec<u8>> {
    let array = one_array(members)?;
    let mut bytes = array.header().to_bytes();
    let len = array.header().data_len();
    if !usize::try_from(len).is_ok_and(|len| bytes.try_reserve_exact(len).is_ok()) {
        return Err(Error::no_memory(len, "bytes of the array"));
    }
    team.meter().announce(len);
    array.stream(team, &mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

/// Writes an array in its stored form.
fn write_array(writer: &mut dyn Write, array: &dyn Stored, team: &Team) -> Result<()> {
    team.meter().announce(array.header().data_len());
    writer
        .write_all(&array.header().to_bytes())
        .map_err(|error| Error::io("can't write the header", error))?;
    array.stream(team, &mut |bytes| {
        writer.write_all(bytes).map_err(|error| Error::io("can't write the array's data", error))
    })?;
    writer.flush().map_err(|error| Error::io("can't flush the writer", error))
}

pub(crate) fn load_by<T: FromMembers>(path: &Path, options: &LoadOptions) -> Result<T> {
    with_array(path, options, |array| load_array(array, options))
}

pub(crate) fn read_by<T: FromMembers>(mut reader: impl Read + Send, options: &LoadOptions) -> Result<T> {
    load_array(Arc::new(StreamArray::new(&mut reader, options)?), options)
}

pub(crate) fn from_bytes_by<T: FromMembers>(bytes: &[u8], options: &LoadOptions) -> Result<T> {
    let input = Input::new(bytes, None)?;
    load_array(Arc::new(InputArray::new(&input, options)?), options)
}

fn load_array<T: FromMembers>(array: Arc<dyn Stored + '_>, options: &LoadOptions) -> Result<T> {
    let one = OneArray { name: "", array, options, path: None };
    one.load(0).map(|(value, _)| value)
}
