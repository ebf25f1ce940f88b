//! What a cell without fields is, and in which order its bytes are.

/// What the cells of a [`DType`](crate::DType) are: NumPy's [`dtype.kind`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.kind.html).
///
/// ```
/// use npz_core::{DType, DTypeKind};
///
/// assert_eq!(DType::parse("<U5")?.kind(), DTypeKind::Unicode);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DTypeKind {
    /// `b`: one byte, 0 or 1.
    Bool,
    /// `i`: a signed integer.
    Int,
    /// `u`: an unsigned integer.
    Uint,
    /// `f`: a floating-point number.
    Float,
    /// `c`: two floating-point numbers, the real part first.
    Complex,
    /// `S`: bytes, filled up with zeros.
    Bytes,
    /// `U`: characters of four bytes each, filled up with zeros.
    Unicode,
    /// `V`: bytes that NumPy gives no meaning, a record, or a small array. `<V2` is how NumPy stores `bfloat16`.
    Void,
    /// `M`: a point in time, as a count of [`TimeUnit`](crate::TimeUnit)s from 1970 in an `i64`.
    DateTime,
    /// `m`: a length of time, as a count of [`TimeUnit`](crate::TimeUnit)s in an `i64`.
    TimeDelta,
    /// `O`: a Python object. Files hold these as pickles, which are never read.
    Object,
}

/// The order of the bytes in one number: NumPy's [`dtype.byteorder`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.byteorder.html).
///
/// ```
/// use npz_core::{ByteOrder, DType};
///
/// let big = DType::parse("<f8")?.with_byte_order(ByteOrder::Big);
/// assert_eq!((big.byte_order(), big.to_string().as_str()), (ByteOrder::Big, ">f8"));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// `<`: the least significant byte first.
    Little,
    /// `>`: the most significant byte first.
    Big,
    /// `|`: the cell is one byte, or a row of bytes without an order.
    NotApplicable,
}

impl ByteOrder {
    pub(super) fn symbol(self) -> char {
        match self {
            Self::Little => '<',
            Self::Big => '>',
            Self::NotApplicable => '|',
        }
    }
}
