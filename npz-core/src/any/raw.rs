//! Cells without a type of their own in Rust.

use std::borrow::Cow;

use crate::dtype::{ByteOrder, DType};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::shape::{Order, byte_count};

/// The bytes of an array whose cells Rust has no type for, with the dtype that says what they are.
///
/// Keeps what a file holds as it is: byte order, axis order, padding.
///
/// ```
/// use npz_core::{DType, RawArray};
///
/// let dtype = DType::parse("[('id', '>i2'), ('tag', '|S1')]")?;
/// let rows = RawArray::new(dtype, &[2], vec![0, 1, b'a', 0, 2, b'b'])?;
/// assert_eq!((rows.shape(), rows.as_bytes().len()), (&[2][..], 6));
/// assert_eq!(rows.to_le_bytes(), [1, 0, b'a', 2, 0, b'b']);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct RawArray {
    header: Header,
    bytes: Vec<u8>,
}

impl RawArray {
    /// Makes an array of bytes in C order; moves them.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if they are not as many as the shape takes, or the cells would be
    /// Python objects.
    pub fn new(dtype: DType, shape: &[usize], bytes: Vec<u8>) -> Result<Self> {
        if dtype.has_object() {
            return Err(Error::invalid(
                "expected cells of bytes, found Python objects, which only a pickle holds",
            ));
        }
        let expected = byte_count(shape, dtype.item_size()?)?;
        if bytes.len() != expected {
            return Err(Error::invalid(format!(
                "expected {expected} bytes for this shape of dtype {dtype}, found {}",
                bytes.len()
            )));
        }
        Ok(Self { header: Header::new(dtype, shape, Order::C)?, bytes })
    }

    /// The bytes that followed a header; their number is checked by who has read them.
    pub(crate) fn from_file(header: Header, bytes: Vec<u8>) -> Self {
        Self { header, bytes }
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Tells the dtype, with the byte order that the bytes have.
    pub fn dtype(&self) -> &DType {
        self.header.dtype()
    }

    /// Gives the length of each axis.
    pub fn shape(&self) -> &[usize] {
        self.header.shape()
    }

    /// Tells in which order the cells lie.
    pub fn order(&self) -> Order {
        self.header.order()
    }

    /// Gives the bytes as they are, cell after cell in [`order`](Self::order); copies nothing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Copies the bytes in C order, each number little-endian.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let mut bytes = self.in_c_order().into_owned();
        swap_big(self.dtype(), &mut bytes);
        bytes
    }

    /// The cells in C order, each as it is.
    pub(crate) fn in_c_order(&self) -> Cow<'_, [u8]> {
        let (shape, size) = (self.shape(), self.dtype().item_size().unwrap_or(0));
        if self.order() == Order::C || shape.len() < 2 || self.bytes.is_empty() || size == 0 {
            return Cow::Borrowed(&self.bytes);
        }
        // In Fortran order the first axis runs fastest.
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut index = vec![0; shape.len()];
        for _ in 0..self.bytes.len() / size {
            let place = index.iter().zip(shape).rev().fold(0, |place, (i, len)| place * len + i);
            bytes.extend_from_slice(self.bytes.get(place * size..(place + 1) * size).unwrap_or_default());
            for (i, &len) in index.iter_mut().zip(shape).rev() {
                *i += 1;
                if *i < len {
                    break;
                }
                *i = 0;
            }
        }
        Cow::Owned(bytes)
    }
}

/// Reverses the bytes of each number that a dtype calls big-endian: from or to little-endian.
pub(crate) fn swap_big(dtype: &DType, cells: &mut [u8]) {
    let size = dtype.item_size().unwrap_or(0);
    match dtype {
        _ if size == 0 || !has_big(dtype) => {}
        DType::Scalar(_) => swap(dtype, cells),
        _ => cells.chunks_exact_mut(size).for_each(|cell| swap(dtype, cell)),
    }
}

fn has_big(dtype: &DType) -> bool {
    match dtype {
        DType::Scalar(scalar) => scalar.order() == ByteOrder::Big,
        DType::Record(fields) => fields.iter().any(|field| has_big(field.dtype())),
        DType::Subarray { item, .. } => has_big(item),
    }
}

/// Brings the numbers of one cell into little-endian order.
fn swap(dtype: &DType, cell: &mut [u8]) {
    match dtype {
        DType::Scalar(scalar) if scalar.order() == ByteOrder::Big => {
            let width = crate::element::component_width(scalar);
            crate::element::swap_bytes(cell, width);
        }
        DType::Scalar(_) => {}
        DType::Record(fields) => {
            let mut rest = cell;
            for field in fields {
                let size = field.dtype().item_size().unwrap_or(0).min(rest.len());
                let (part, behind) = rest.split_at_mut(size);
                swap(field.dtype(), part);
                rest = behind;
            }
        }
        DType::Subarray { item, .. } => {
            let size = item.item_size().unwrap_or(0);
            if size > 0 {
                cell.chunks_exact_mut(size).for_each(|part| swap(item, part));
            }
        }
    }
}

/// Shows what is there, not the bytes.
impl std::fmt::Debug for RawArray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawArray({})", self.header)
    }
}
