//! Cells of bytes that NumPy gives no meaning: `|V`. Unlike text, they keep every NUL.

use std::borrow::Cow;
use std::fmt;

use ndarray::ArrayViewD;

use super::rule::no_cast;
use super::{CELLS, Decoder, Element, Refusal, Rule, Sealed, Step, Wanted};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::Result;
use crate::memory;

/// A cell of exactly `N` bytes, written as <code>&#124;V</code>*N*: keys, hashes, packed structs.
///
/// Unlike [`FixedBytes`](crate::FixedBytes), it keeps NUL at its end. Reads only cells of `N` bytes; an array of a width that
/// only the file knows is a [`RawArray`](crate::RawArray). Prints as NumPy prints it. No allocation.
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

/// As NumPy prints a void: every byte in hexadecimal.
impl<const N: usize> fmt::Display for RawBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("b'")?;
        self.0.iter().try_for_each(|byte| write!(f, "\\x{byte:02X}"))?;
        f.write_str("'")
    }
}

impl<const N: usize> fmt::Debug for RawBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
            "no casting rule allows that: change the type, or save `a.view('V{}')` in Python for the bytes as they \
             are",
            scalar.item_size()
        ))),
        None => Err(Refusal::new("it is a record; read one of its fields in Python and save that")),
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
            return Err(Refusal::widened_by(format!("RawBytes<{width}>"), "make the field a `RawArray`"));
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
