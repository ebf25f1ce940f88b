//! Cells without a type of their own in Rust.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::array::ARRAY;
use super::print::Cell;
use crate::dtype::{ByteOrder, DType};
use crate::element::time::text::NAT;
use crate::element::{component_width, swap_bytes};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::memory;
use crate::shape::{Order, byte_count};
use crate::stored::{Stored, copied, copy_range};

/// The bytes of an array whose cells Rust has no type for, with the dtype that says what they are.
///
/// Keeps what a file holds as it is: byte order, axis order, padding. Two are equal if they have the same shape, dtype and
/// bytes, in whatever axis order and byte order they are.
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
#[derive(Clone)]
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
        let expected = byte_count(shape, dtype.item_size())?;
        if bytes.len() != expected {
            return Err(Error::invalid(format!(
                "expected {expected} bytes for this shape of dtype {dtype}, found {}",
                bytes.len()
            )));
        }
        Ok(Self { header: Header::of(dtype, shape, Order::C)?, bytes })
    }

    /// Bytes that were made of cells.
    pub(super) fn of(dtype: DType, shape: &[usize], order: Order, bytes: Vec<u8>) -> Result<Self> {
        Ok(Self { header: Header::of(dtype, shape, order)?, bytes })
    }

    /// The bytes that followed a header; their number is checked by who has read them.
    pub(crate) fn from_file(header: &Header, bytes: Vec<u8>) -> Self {
        Self { header: header.as_saved(), bytes }
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Tells the dtype, with the byte order that the bytes have.
    ///
    /// ```
    /// # use npz_core::{DType, RawArray};
    /// let raw = RawArray::new(DType::parse(">i2")?, &[1], vec![0, 7])?;
    /// assert_eq!(raw.dtype().to_string(), ">i2");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn dtype(&self) -> &DType {
        self.header.dtype()
    }

    /// Gives the length of each axis.
    ///
    /// ```
    /// # use npz_core::{DType, RawArray};
    /// assert_eq!(RawArray::new(DType::parse("V3")?, &[2, 1], vec![0; 6])?.shape(), [2, 1]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn shape(&self) -> &[usize] {
        self.header.shape()
    }

    /// Tells in which order the cells lie.
    ///
    /// ```
    /// # use npz_core::{DType, Order, RawArray};
    /// assert_eq!(RawArray::new(DType::parse("V3")?, &[2, 1], vec![0; 6])?.order(), Order::C);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn order(&self) -> Order {
        self.header.order()
    }

    /// Gives the bytes as they are, cell after cell in [`order`](Self::order); copies nothing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Copies the bytes in C order, each number little-endian.
    ///
    /// ```
    /// # use npz_core::{DType, RawArray};
    /// let raw = RawArray::new(DType::parse(">i2")?, &[1], vec![0, 7])?;
    /// assert_eq!(raw.to_le_bytes(), [7, 0]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        self.put_in_order(Order::C, &mut bytes);
        swap_to(ByteOrder::Little, self.dtype(), &mut bytes);
        bytes
    }

    /// Copies into another byte order: all numbers, times and texts of the cells. What has no byte order stays as it is.
    /// `a.astype(a.dtype.newbyteorder(order))`.
    ///
    /// ```
    /// use npz_core::{ByteOrder, DType, RawArray};
    ///
    /// let rows = RawArray::new(DType::parse("[('id', '<i2'), ('tag', '|S1')]")?, &[1], vec![1, 0, b'a'])?;
    /// let big = rows.with_byte_order(ByteOrder::Big);
    /// assert_eq!((big.dtype().to_string().as_str(), big.as_bytes()), ("[('id', '>i2'), ('tag', '|S1')]", &[0, 1, b'a'][..]));
    /// assert_eq!(big, rows); // the cells are the same
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_byte_order(&self, order: ByteOrder) -> Self {
        let mut swapped = self.clone();
        // The dtype is as valid as it was.
        if let Ok(header) = Header::of(self.dtype().with_byte_order(order), self.shape(), self.order()) {
            swapped.header = header;
            swap_to(order, self.dtype(), &mut swapped.bytes);
        }
        swapped
    }

    /// The same cells as a dtype that differs in byte orders only.
    pub(super) fn as_dtype(&self, dtype: &DType) -> Result<Self> {
        let mut bytes = memory::copy(&self.bytes, ARRAY)?;
        swap_to(ByteOrder::Little, self.dtype(), &mut bytes);
        // Reversing twice is not reversing: the way back is the same.
        swap_to(ByteOrder::Little, dtype, &mut bytes);
        Ok(Self { header: Header::of(dtype.clone(), self.shape(), self.order())?, bytes })
    }

    /// The same cells in a byte order and an order of axes (`None` keeps it), copied if they have another.
    pub(crate) fn arranged(
        &self,
        byte_order: Option<ByteOrder>,
        order: Option<Order>,
    ) -> Result<Cow<'_, Self>> {
        let dtype =
            byte_order.map_or_else(|| self.dtype().clone(), |order| self.dtype().with_byte_order(order));
        let order = order.map_or(self.order(), |order| order.as_saved(self.shape()));
        if dtype == *self.dtype() && order == self.order() {
            return Ok(Cow::Borrowed(self));
        }
        let mut bytes = memory::with_room(self.bytes.len(), ARRAY)?;
        self.put_in_order(order, &mut bytes);
        if let Some(byte_order) = byte_order {
            swap_to(byte_order, self.dtype(), &mut bytes);
        }
        Ok(Cow::Owned(Self { header: Header::of(dtype, self.shape(), order)?, bytes }))
    }

    /// The place of the first number that is NaN or infinite, or time that is NaT, as its cell comes in memory.
    pub(crate) fn first_not_finite(&self) -> Option<usize> {
        let size = self.dtype().item_size().max(1);
        self.bytes.chunks_exact(size).position(|cell| !is_finite(self.dtype(), cell))
    }

    /// As `clone`.
    pub(super) fn copied(&self) -> Result<Self> {
        Ok(Self { header: self.header.clone(), bytes: memory::copy(&self.bytes, ARRAY)? })
    }

    /// As `to_le_bytes`.
    pub(super) fn le_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = memory::with_room(self.bytes.len(), ARRAY)?;
        self.put_in_order(Order::C, &mut bytes);
        swap_to(ByteOrder::Little, self.dtype(), &mut bytes);
        Ok(bytes)
    }

    /// Appends the cells in an order, each as it is, to a vector that has room for them.
    fn put_in_order(&self, order: Order, bytes: &mut Vec<u8>) {
        if order == self.order() {
            return bytes.extend_from_slice(&self.bytes);
        }
        let size = self.dtype().item_size();
        if self.bytes.is_empty() || size == 0 {
            return;
        }
        // In Fortran order the first axis runs fastest: as in C order with the axes reversed.
        let mut shape = self.shape().to_vec();
        if self.order() == Order::C {
            shape.reverse();
        }
        let mut index = vec![0; shape.len()];
        for _ in 0..self.bytes.len() / size {
            let place = index.iter().zip(&shape).rev().fold(0, |place, (i, len)| place * len + i);
            bytes.extend_from_slice(self.bytes.get(place * size..(place + 1) * size).unwrap_or_default());
            for (i, &len) in index.iter_mut().zip(&shape).rev() {
                *i += 1;
                if *i < len {
                    break;
                }
                *i = 0;
            }
        }
    }
}

/// Reverses the bytes of each number that is in the other byte order than the one asked for; `dtype` says what they are.
pub(crate) fn swap_to(order: ByteOrder, dtype: &DType, cells: &mut [u8]) {
    let size = dtype.item_size();
    match dtype.as_scalar() {
        _ if size == 0 || *dtype == dtype.with_byte_order(order) => {}
        Some(scalar) => swap(order, scalar, cells),
        None => cells.chunks_exact_mut(size).for_each(|cell| swap(order, dtype, cell)),
    }
}

/// Brings the numbers of one cell into a byte order; of a scalar, those of many.
fn swap(order: ByteOrder, dtype: &DType, cell: &mut [u8]) {
    if let Some((item, _)) = dtype.subdtype() {
        let size = item.item_size().max(1);
        cell.chunks_exact_mut(size).for_each(|part| swap(order, item, part));
    } else if dtype.fields().is_some() {
        for (field, place) in dtype.places() {
            if let Some(part) = cell.get_mut(place) {
                swap(order, &field.dtype, part);
            }
        }
    } else if dtype.byte_order() != order {
        swap_bytes(cell, component_width(dtype));
    }
}

/// Tells whether no number of a cell is NaN or infinite, and no time NaT.
fn is_finite(dtype: &DType, cell: &[u8]) -> bool {
    if let Some((item, _)) = dtype.subdtype() {
        return cell.chunks_exact(item.item_size().max(1)).all(|part| is_finite(item, part));
    }
    if dtype.fields().is_some() {
        let part = |place| cell.get(place).unwrap_or_default();
        return dtype.places().all(|(field, place)| is_finite(&field.dtype, part(place)));
    }
    match Cell::decode(dtype, cell) {
        Cell::Float(x) => x.is_finite(),
        Cell::Complex(re, im) => re.is_finite() && im.is_finite(),
        Cell::Long(x) => x.is_finite(),
        Cell::LongComplex(re, im) => re.is_finite() && im.is_finite(),
        Cell::Time(ticks) => ticks != NAT,
        _ => true,
    }
}

/// The bytes as [`as_bytes`](RawArray::as_bytes) gives them; copies nothing.
impl From<RawArray> for Vec<u8> {
    fn from(array: RawArray) -> Self {
        array.bytes
    }
}

impl PartialEq for RawArray {
    fn eq(&self, other: &Self) -> bool {
        let little = |raw: &Self| raw.dtype().with_byte_order(ByteOrder::Little);
        self.shape() == other.shape()
            && little(self) == little(other)
            && (self.header == other.header && self.bytes == other.bytes
                || self.to_le_bytes() == other.to_le_bytes())
    }
}

/// Shows what is there, not the bytes.
impl std::fmt::Debug for RawArray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawArray({})", self.header)
    }
}

/// A member whose bytes are there: what it is in memory is what it is in a file.
impl Stored for Cow<'_, RawArray> {
    fn header(&self) -> &Header {
        self.as_ref().header()
    }

    fn region(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }

    fn read_range(&self, cells: Range<usize>, buffer: &mut [u8]) -> Result<()> {
        copy_range(self.as_bytes(), self.item_size(), cells, buffer)
    }

    fn keep(&self) -> Result<Arc<dyn Stored>> {
        RawArray::copy(self).map(RawArray::into_stored)
    }
}

impl RawArray {
    /// Copies an array that is in memory, in its stored form.
    pub(crate) fn copy(array: &dyn Stored) -> Result<Self> {
        Ok(Self::from_file(array.header(), copied(array)?))
    }

    pub(crate) fn into_stored(self) -> Arc<dyn Stored> {
        Arc::new(Cow::<'static, Self>::Owned(self))
    }
}
