//! Cells of bytes that NumPy gives no meaning: `|V`. Unlike text, they keep every NUL.

use std::borrow::Cow;
use std::fmt;

use ndarray::ArrayViewD;

use super::rule::no_cast;
use super::text::cell_by_cell;
use super::{CELLS, Decoder, Element, Refusal, Rule, Sealed, Step, Wanted, place};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::Order;

/// A cell of exactly `N` bytes, written as <code>&#124;V</code>*N*: keys, hashes, packed structs.
///
/// Unlike [`FixedBytes`](crate::FixedBytes), it keeps NUL at its end. Reads only cells of `N` bytes. Prints as NumPy
/// prints it. No allocation.
///
/// ```
/// use npz_core::{RawBytes, npy};
/// use ndarray::array;
///
/// let keys = array![RawBytes(*b"\x01\x00"), RawBytes(*b"az")];
/// let bytes = npy::to_bytes(&keys)?; // np.array([b"\x01\x00", b"az"], dtype="V2")
/// assert_eq!(npy::from_bytes::<ndarray::Array<RawBytes<2>, _>>(&bytes)?, keys);
/// assert_eq!(keys[0].to_string(), r"b'\x01\x00'");
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawBytes<const N: usize>(pub [u8; N]);

/// A cell of bytes, of a width that only the file or the values know: written as <code>&#124;V</code>*n*.
///
/// All cells of an array have one width; an empty array is written as <code>&#124;V0</code>. One allocation a cell:
/// where the width is known, [`RawBytes`] needs none.
///
/// ```
/// use npz_core::{RawVec, npy};
/// use ndarray::{Array1, array};
///
/// let cells = array![RawVec::from(vec![1, 0]), RawVec::from(vec![0, 0])];
/// let bytes = npy::to_bytes(&cells)?;
/// let read: Array1<RawVec> = npy::from_bytes(&bytes)?;
/// assert_eq!(read[0].as_bytes(), [1, 0]);
///
/// let uneven = array![RawVec::from(vec![1, 0]), RawVec::from(vec![1])];
/// assert!(npy::to_bytes(&uneven).is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawVec(Box<[u8]>);

impl<const N: usize> RawBytes<N> {
    /// Gives the bytes, all `N`; copies nothing.
    ///
    /// ```
    /// assert_eq!(npz_core::RawBytes([1, 0]).as_bytes(), &[1, 0]);
    /// ```
    pub const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl RawVec {
    /// Gives the bytes; copies nothing.
    ///
    /// ```
    /// assert_eq!(npz_core::RawVec::from(vec![1, 0]).as_bytes(), [1, 0]);
    /// ```
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// As NumPy prints a void: every byte in hexadecimal.
fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("b'")?;
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02X}"))?;
    f.write_str("'")
}

impl<const N: usize> fmt::Display for RawBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl<const N: usize> fmt::Debug for RawBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Display for RawVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for RawVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl<const N: usize> Default for RawBytes<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> From<[u8; N]> for RawBytes<N> {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

impl<const N: usize> From<RawBytes<N>> for [u8; N] {
    fn from(cell: RawBytes<N>) -> Self {
        cell.0
    }
}

impl<const N: usize> AsRef<[u8]> for RawBytes<N> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for RawVec {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for RawVec {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<RawVec> for Vec<u8> {
    fn from(cell: RawVec) -> Self {
        cell.0.into()
    }
}

impl AsRef<[u8]> for RawVec {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

const fn void(width: usize) -> DType {
    DType::scalar(DTypeKind::Void, width, ByteOrder::NotApplicable)
}

/// The width of stored cells.
fn width_of(stored: &DType) -> Result<usize, Refusal> {
    match stored.as_scalar() {
        Some(scalar) if scalar.kind() == DTypeKind::Void => Ok(scalar.item_size()),
        Some(scalar) if scalar.kind() == DTypeKind::Object => {
            Err(Refusal::new(no_cast(scalar, DTypeKind::Void, "V")))
        }
        Some(scalar) => Err(Refusal::new(format!(
            "no casting rule allows that: change the field's type, or save `a.view('V{}')` in Python for the bytes as they \
             are",
            scalar.item_size()
        ))),
        None => Err(Refusal::new("it is a record: read one of its fields in Python and save that")),
    }
}

impl<const N: usize> Sealed for RawBytes<N> {}
impl<const N: usize> Element for RawBytes<N> {
    const KIND: DTypeKind = DTypeKind::Void;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(void(N))
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        memory::collect(cells.iter().map(|cell| cell.0), CELLS)
            .map(|bytes| Cow::Owned(bytes.into_flattened()))
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        let width = width_of(stored)?;
        if width != N {
            return Err(Refusal::widened_by(format!("RawBytes<{width}>"), "RawVec"));
        }
        let step = if N == 0 {
            Step::Convert(Box::new(|bytes, cells| {
                cells.extend(bytes.iter().map(|_| Self([0; N])));
                Ok(())
            }))
        } else {
            Step::Convert(Box::new(|bytes, cells| {
                cells.extend(bytes.as_chunks::<N>().0.iter().map(|&cell| Self(cell)));
                Ok(())
            }))
        };
        Ok(Decoder { item_size: N, step })
    }

    fn wanted() -> Wanted {
        Wanted::Cells(void(N))
    }

    fn rust_name() -> Cow<'static, str> {
        format!("RawBytes<{N}>").into()
    }
}

impl Sealed for RawVec {}
impl Element for RawVec {
    const KIND: DTypeKind = DTypeKind::Void;
    const HAS_FIXED_SIZE: bool = false;
    const OVERHEAD: usize = super::ALLOCATION;

    fn dtype_of(cells: &ArrayViewD<'_, Self>) -> Result<DType> {
        let width = cells.iter().next().map_or(0, |cell| cell.0.len());
        match cells.iter().position(|cell| cell.0.len() != width) {
            None => Ok(void(width)),
            Some(index) => {
                let found = cells.iter().nth(index).map_or(0, |cell| cell.0.len());
                let index = place(index, cells.shape(), Order::C).unwrap_or_default();
                Err(Error::invalid(format!(
                    "cell {index} has {found} bytes, and the first has {width}: fill all of them up to one width"
                )))
            }
        }
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        let mut bytes = memory::with_room(cells.iter().map(|cell| cell.0.len()).sum(), CELLS)?;
        for cell in cells {
            bytes.extend_from_slice(&cell.0);
        }
        Ok(Cow::Owned(bytes))
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        let width = width_of(stored)?;
        // A cell of no bytes comes as one byte.
        let convert = cell_by_cell(width, move |cell| {
            let bytes = memory::copy(cell.get(..width).unwrap_or_default(), CELLS)?;
            Ok(Self(bytes.into_boxed_slice()))
        });
        Ok(Decoder { item_size: width, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::AnyWidth(DTypeKind::Void)
    }

    fn rust_name() -> Cow<'static, str> {
        "RawVec".into()
    }
}
