//! The header of an `.npy` file: magic string, version, length, and a Python dict.
//!
//! Mirrors `_write_array_header` and `_read_array_header` of `numpy.lib.format`. What is written is byte for byte
//! what `np.save` writes; what is read is what `np.load` reads. Knows nothing of the data behind the header but
//! their length.

mod input;
mod rows;
mod version;

use std::fmt;
use std::io::Read;

use crate::dtype::{DType, NoDType};
use crate::error::{Error, Result};
use crate::limits::{Limits, MAX_FREE, MAX_HEADER};
use crate::literal::{self, Literal};
use crate::shape::{self, MAX_AXES, Order};
use crate::sniff::HEAD_BYTES;

use input::{Input, wrong_magic};
use version::{ALIGN, Version, padding};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The header has room for the first axis to grow to so many digits without moving the data.
const GROWTH_AXIS_MAX_DIGITS: usize = 21;

/// What the header of an `.npy` file or member says: cells, shape, order, and where the data lie.
///
/// The format is that of [`numpy.lib.format`](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Getters cost nothing.
///
/// ```
/// use npz_core::{DType, Header, Limits, Order};
///
/// let mut file = b"\x93NUMPY\x01\x00\x3b\x00".to_vec();
/// file.extend(b"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }\n");
/// let header = Header::read(&file[..], &Limits::default())?;
///
/// assert_eq!(header.dtype(), &DType::parse("<i4")?);
/// assert_eq!(header.shape(), [2, 3]);
/// assert_eq!(header.order(), Order::C);
/// assert_eq!(header.version(), (1, 0));
/// assert_eq!((header.len(), header.data_len()), (69, 24));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    dtype: DType,
    shape: Vec<usize>,
    order: Order,
    version: Version,
    len: usize,
    data_len: usize,
}

/// Tells whether these bytes start an `.npy` file or member.
pub(crate) fn is_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl Header {
    /// The header that `np.save` writes for an array of typed cells, which lie in this order.
    pub(crate) fn new(dtype: DType, shape: &[usize], order: Order) -> Result<Self> {
        let header = Self::of(dtype, shape, order)?;
        header.check_saved()?;
        let cells = || header.shape.iter().product::<usize>();
        if header.data_len == 0 && cells() > MAX_FREE {
            return Err(Error::invalid(format!(
                "expected at most {MAX_FREE} cells without bytes, found {}: no more are loaded",
                cells()
            )));
        }
        Ok(header)
    }

    /// The same for bytes of any dtype, and for what need not be saved: a part of an array that was read.
    pub(crate) fn of(dtype: DType, shape: &[usize], order: Order) -> Result<Self> {
        Self::in_order(dtype, shape, order.as_saved(shape))
    }

    /// In an order that is told even where it makes no difference, as `open_memmap` does.
    pub(crate) fn in_order(dtype: DType, shape: &[usize], order: Order) -> Result<Self> {
        let mut header = Self::checked(dtype, shape.to_vec(), order).map_err(Error::invalid)?;
        let text = header.text();
        if u32::try_from(text.len() + ALIGN).is_err() {
            return Err(Error::invalid("the names of the fields are longer than a header can hold (4 GiB)"));
        }
        header.version = Version::first_for(&text);
        header.len = header.version.file_len(&text);
        Ok(header)
    }

    /// Refuses to save what would not be loaded again by default.
    pub(crate) fn check_saved(&self) -> Result<()> {
        // Only records have long headers.
        if let Some(fields) = self.dtype.fields() {
            let text = self.text();
            let version = Version::first_for(&text);
            let length = (version.file_len(&text) - version.prefix_len()) as u64;
            if length > MAX_HEADER {
                return Err(Error::invalid(format!(
                    "the header would have {length} bytes, the limit is {MAX_HEADER}, which is also what is read by \
                     default: save the {} fields as arrays of their own, or give them shorter names",
                    fields.len()
                )));
            }
        }
        Ok(())
    }

    /// Reads the header at the start of a file's bytes. Looks at nothing behind it, keeps none of `bytes`.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let mut input = Input { bytes, offset: 0 };
        let magic = input.up_to(MAGIC.len());
        if magic != MAGIC {
            return Err(wrong_magic(bytes));
        }
        let version = Version::read(&mut input)?;
        let length = if version == Version::V1 {
            u32::from(u16::from_le_bytes(input.array("length of the header")?))
        } else {
            u32::from_le_bytes(input.array("length of the header")?)
        };
        limits.check_header(u64::from(length)).map_err(|error| error.at(8))?;
        let start = input.offset;
        let text = version
            .decode(input.exactly(length as usize, "header")?)
            .map_err(|at| Error::damaged("the header of format 3.0 is not UTF-8").at((start + at) as u64))?;
        let literal = literal::parse(&text, version != Version::V3).map_err(|fault| {
            let at = start + version.length_of(&text[..fault.offset]);
            Error::damaged(format!("the header is not a Python literal: {}", fault.message)).at(at as u64)
        })?;
        let header = Self::from_literal(&literal).map_err(|error| error.at(start as u64))?;
        Ok(Self { version, len: input.offset, ..header })
    }

    /// Reads the header at the start of a `.npy` file, and leaves the reader at the first byte of the data.
    ///
    /// Any dtype of NumPy is accepted, also those that can't be read as an array. Reads in few small calls, so buffer a file.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the reader fails; [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) for what is no
    /// header; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for another kind of file, an unknown version or a
    /// dtype of another library; [`ErrorKind::Limit`](crate::ErrorKind::Limit) for a header that is longer than the limits allow.
    ///
    /// ```
    /// use npz_core::{ErrorKind, Header, Limits, npy};
    ///
    /// let bytes = npy::to_bytes(&ndarray::Array2::<f32>::zeros((3, 4)))?;
    /// let header = Header::read(&bytes[..], &Limits::default())?;
    /// assert_eq!((header.dtype().to_string().as_str(), header.shape()), ("<f4", &[3, 4][..]));
    ///
    /// let error = Header::read(&bytes[..], &Limits::strict().header_bytes(100)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn read(mut reader: impl Read, limits: &Limits) -> Result<Self> {
        Self::read_from(&mut reader, limits)
    }

    fn read_from(reader: &mut dyn Read, limits: &Limits) -> Result<Self> {
        let mut bytes = Self::collect(reader, limits)?;
        if !is_magic(&bytes) {
            // What else it is shows further on. Without more of it, as much as is there is told.
            let _ = reader.take((HEAD_BYTES - bytes.len()) as u64).read_to_end(&mut bytes);
        }
        Self::parse(&bytes, limits)
    }

    /// Reads the bytes of a header for [`parse`](Self::parse), which finds out what is wrong with them.
    pub(crate) fn collect(reader: &mut dyn Read, limits: &Limits) -> Result<Vec<u8>> {
        // What most headers take. Memory grows with what really arrives.
        let mut bytes = Vec::with_capacity(128);
        let mut append = |bytes: &mut Vec<u8>, length: u32| {
            let read = Read::take(&mut *reader, u64::from(length)).read_to_end(bytes);
            read.map(drop).map_err(|error| Error::io("can't read the .npy header", error))
        };
        append(&mut bytes, MAGIC.len() as u32)?;
        if !is_magic(&bytes) {
            return Ok(bytes);
        }
        append(&mut bytes, 4)?;
        let length = match bytes.get(MAGIC.len()..) {
            Some(&[1, _, low, high]) => u32::from(u16::from_le_bytes([low, high])),
            Some(&[2 | 3, _, low, high]) => {
                append(&mut bytes, 2)?;
                match bytes.get(MAGIC.len() + 4..) {
                    Some(&[third, fourth]) => u32::from_le_bytes([low, high, third, fourth]),
                    _ => 0,
                }
            }
            _ => 0,
        };
        limits.check_header(u64::from(length)).map_err(|error| error.at(8))?;
        append(&mut bytes, length)?;
        Ok(bytes)
    }

    fn from_literal(literal: &Literal<'_>) -> Result<Self> {
        let [descr, order, shape] = entries(literal).map_err(Error::damaged)?;
        let order = match order {
            Literal::Bool(true) => Order::Fortran,
            Literal::Bool(false) => Order::C,
            other => {
                return Err(Error::damaged(format!(
                    "the header's 'fortran_order' must be True or False, found {}",
                    other.what()
                )));
            }
        };
        let shape = axes(shape).map_err(Error::damaged)?;
        let dtype = DType::from_literal(descr).map_err(unread)?;
        Self::checked(dtype, shape, order).map_err(Error::damaged)
    }

    /// The version and the offset are still to be filled in.
    fn checked(dtype: DType, shape: Vec<usize>, order: Order) -> Result<Self, String> {
        if dtype.subdtype().is_some() {
            return Err(format!(
                "an array can't have cells of {dtype}, which NumPy allows for the fields of records only: \
                 add the axes to the array's own shape"
            ));
        }
        if shape.len() > MAX_AXES {
            return Err(format!("the array has {} axes, NumPy allows {MAX_AXES}", shape.len()));
        }
        let dtype = dtype.checked().map_err(|error| error.to_string())?;
        let data_len = shape::byte_count(&shape, dtype.item_size()).map_err(|error| error.to_string())?;
        Ok(Self { dtype, shape, order, version: Version::V1, len: 0, data_len })
    }

    /// The bytes that `np.save` writes in front of the data, of the lowest version that can hold them.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let text = self.text();
        let version = Version::first_for(&text);
        let text = version.encode(&text);
        let len = version.prefix_len() + text.len() + 1;
        print(version, text, len + padding(len))
    }

    /// The dict, and room for the axis that grows when cells are appended. An array without axes can't grow.
    fn text(&self) -> String {
        let (order, growing) = match self.order {
            Order::C => ("False", self.shape.first()),
            Order::Fortran => ("True", self.shape.last()),
        };
        let room = growing.map_or(0, |axis| GROWTH_AXIS_MAX_DIGITS.saturating_sub(axis.to_string().len()));
        let (descr, shape) = (self.dtype.descr(), shape::python_tuple(&self.shape));
        format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}{:room$}", "")
    }

    /// The same as it will be saved: in a file it may have had another version, or be padded to another length.
    pub(crate) fn as_saved(&self) -> Self {
        let text = self.text();
        let version = Version::first_for(&text);
        Self { version, len: version.file_len(&text), ..self.clone() }
    }

    /// About the bytes that it keeps in memory.
    pub(crate) fn memory(&self) -> u64 {
        (size_of::<Self>() + self.shape.capacity() * size_of::<usize>() + self.dtype.memory()) as u64
    }

    /// Tells what one cell is.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// Gives the length of each axis; no axes for a single value.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Tells in which order the cells lie.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Gives the version of the format: (1, 0), (2, 0) or (3, 0).
    pub fn version(&self) -> (u8, u8) {
        self.version.number()
    }

    /// Gives the length of the header in bytes, magic string and all: the data start there.
    #[expect(clippy::len_without_is_empty, reason = "a header is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Gives the length of the data in bytes. Says nothing of a pickle, which follows where
    /// [`DType::has_object`] is true.
    pub fn data_len(&self) -> u64 {
        self.data_len as u64
    }
}

/// One line for people: dtype, what Rust calls it, shape, and the order where it is not C.
impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dtype)?;
        // `<u8` is 64 bits wide: the Rust name keeps a reader from taking it for `u8`.
        if let Some(name) = self.dtype.rust_name() {
            write!(f, " ({name})")?;
        }
        write!(f, ", shape {}", shape::python_tuple(&self.shape))?;
        if self.order == Order::Fortran { f.write_str(", Fortran order") } else { Ok(()) }
    }
}

/// A header of so many bytes: what the text leaves is filled with spaces.
fn print(version: Version, text: Vec<u8>, len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[version.number().0, version.number().1]);
    let length = len - version.prefix_len();
    match version {
        Version::V1 => bytes.extend_from_slice(&(length as u16).to_le_bytes()),
        Version::V2 | Version::V3 => bytes.extend_from_slice(&(length as u32).to_le_bytes()),
    }
    bytes.extend(text);
    bytes.resize(len - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// What a file with such cells is: damaged, or sound and not for us.
fn unread(why: NoDType) -> Error {
    match why {
        NoDType::Wrong(why) => Error::damaged(format!("the header's 'descr' is no dtype: {why}")),
        NoDType::Unread(why) => Error::unsupported(format!("the header's 'descr' can't be read: {why}")),
        NoDType::Unknown { spelling } => Error::foreign_dtype(format!(
            "cells of the dtype {spelling}, which is none of NumPy's own, can't be read: in Python, save `a.astype(..)` \
             of a dtype that is, such as 'float32' or 'complex64'"
        )),
    }
}

/// The values of `descr`, `fortran_order` and `shape`, which must be all there is.
fn entries<'l, 't>(literal: &'l Literal<'t>) -> Result<[&'l Literal<'t>; 3], String> {
    const KEYS: [&str; 3] = ["descr", "fortran_order", "shape"];
    let Literal::Dict(entries) = literal else {
        return Err(format!("the header must be a dict, found {}", literal.what()));
    };
    let mut found = [None; 3];
    let mut faults = Vec::new();
    for (key, value) in entries {
        match KEYS.iter().position(|known| matches!(key, Literal::Str(text) if text == known)) {
            None => faults.push(format!("{} is unexpected", key.what())),
            // Python would take the last one, others the first.
            Some(i) if found[i].replace(value).is_some() => {
                faults.push(format!("'{}' is there twice", KEYS[i]));
            }
            Some(_) => {}
        }
    }
    for (key, _) in KEYS.iter().zip(found).filter(|(_, value)| value.is_none()) {
        faults.push(format!("'{key}' is missing"));
    }
    match found {
        [Some(descr), Some(order), Some(shape)] if faults.is_empty() => Ok([descr, order, shape]),
        _ => Err(format!(
            "the header must have the keys 'descr', 'fortran_order' and 'shape': {}",
            faults.join(", ")
        )),
    }
}

fn axes(literal: &Literal<'_>) -> Result<Vec<usize>, String> {
    let Some(axes) = literal.tuple() else {
        return Err(format!(
            "the header's 'shape' must be a tuple of whole numbers such as (2, 3) or (3,), found {}",
            literal.what()
        ));
    };
    let length = |literal: &Literal<'_>| match literal {
        Literal::Int(number) => usize::try_from(*number).ok(),
        _ => None,
    };
    let wrong = |literal: &Literal<'_>| {
        let found = literal.what();
        format!("the header's 'shape' must hold whole numbers from 0 to {}, found {found}", isize::MAX)
    };
    axes.iter().map(|literal| length(literal).ok_or_else(|| wrong(literal))).collect()
}

#[cfg(test)]
mod tests;
