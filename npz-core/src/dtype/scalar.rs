//! The dtype of one cell without fields.

use super::time::TimeUnit;

/// The dtype of one cell that has no fields: its kind, its size and its byte order.
///
/// Prints as [`dtype.str`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.str.html) of NumPy.
///
/// ```
/// use npz_core::{ByteOrder, DType, Kind};
///
/// let dtype = DType::parse(">U3")?;
/// let scalar = dtype.as_scalar().expect("a string has no fields");
/// assert_eq!(scalar.kind(), Kind::Unicode);
/// assert_eq!(scalar.size(), 12); // bytes: four for each character
/// assert_eq!(scalar.order(), ByteOrder::Big);
/// assert_eq!(scalar.unit(), None); // not a time
/// assert_eq!(scalar.to_string(), ">U3");
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scalar {
    pub(super) kind: Kind,
    pub(super) size: usize,
    pub(super) order: ByteOrder,
    pub(super) unit: Option<TimeUnit>,
}

/// The kinds of cell that have no fields: NumPy's [`dtype.kind`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.kind.html).
///
/// ```
/// use npz_core::{DType, Kind};
///
/// let kind = |text| DType::parse(text).map(|dtype| dtype.as_scalar().map(|scalar| scalar.kind()));
/// assert_eq!(kind("float32")?, Some(Kind::Float));
/// assert_eq!(kind("[('a', '<i4')]")?, None);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
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
    /// `V`: bytes that NumPy gives no meaning. `<V2` is how NumPy stores `bfloat16`.
    Void,
    /// `M`: a point in time, as a count of [`TimeUnit`]s from 1970 in an `i64`.
    DateTime,
    /// `m`: a length of time, as a count of [`TimeUnit`]s in an `i64`.
    TimeDelta,
    /// `O`: a Python object. Files hold these as pickles, which are never read.
    Object,
}

/// The order of the bytes in one number: NumPy's [`dtype.byteorder`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.byteorder.html).
///
/// ```
/// use npz_core::{ByteOrder, DType};
///
/// let order = |text| DType::parse(text).map(|dtype| dtype.as_scalar().map(|scalar| scalar.order()));
/// assert_eq!(order(">f8")?, Some(ByteOrder::Big));
/// assert_eq!(order("f8")?, Some(ByteOrder::Little)); // on every machine
/// assert_eq!(order("<u1")?, Some(ByteOrder::NotApplicable));
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

impl Scalar {
    /// `order` counts only where a cell of that kind and size has one; there `NotApplicable` means little-endian.
    pub(crate) const fn new(kind: Kind, size: usize, order: ByteOrder) -> Self {
        let order = match (kind, size, order) {
            // NumPy ignores the order of void cells when it reads. ml_dtypes writes `<V2`, where NumPy writes
            // `|V2`: keep what tells the two apart.
            (Kind::Void, ..) => order,
            (Kind::Bool | Kind::Bytes | Kind::Object, ..) | (Kind::Int | Kind::Uint, 1, _) => {
                ByteOrder::NotApplicable
            }
            (.., ByteOrder::Big) => ByteOrder::Big,
            _ => ByteOrder::Little,
        };
        // A pointer is 8 bytes to NumPy, whatever the file says of the machine that wrote it.
        let size = if matches!(kind, Kind::Object) { 8 } else { size };
        let unit = match kind {
            Kind::DateTime | Kind::TimeDelta => Some(TimeUnit::GENERIC),
            _ => None,
        };
        Self { kind, size, order, unit }
    }

    /// The dtype of either part of a complex number: the float of half its size.
    #[cfg(any(test, feature = "num-complex"))]
    pub(crate) const fn real_part(&self) -> Self {
        Self { kind: Kind::Float, size: self.size / 2, ..*self }
    }

    /// Tells what the cell is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Gives the bytes of one cell. For a Python object, which has no bytes of its own in a file, those of a
    /// pointer.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The bytes that a cell is aligned to by a C compiler on 64-bit Linux: `dtype.alignment`.
    pub(crate) fn alignment(&self) -> usize {
        match self.kind {
            Kind::Bytes => 1,
            Kind::Unicode => 4,
            // 12 bytes are the long double of 32-bit x86.
            Kind::Float if self.size == 12 => 4,
            Kind::Complex if self.size == 24 => 4,
            Kind::Complex => self.size / 2,
            // `bfloat16` and its kin have an order, and an alignment.
            Kind::Void if self.order == ByteOrder::NotApplicable => 1,
            _ => self.size,
        }
    }

    /// Tells the order of the bytes.
    pub fn order(&self) -> ByteOrder {
        self.order
    }

    /// Gives the unit of a [`Kind::DateTime`] or [`Kind::TimeDelta`], `None` for other kinds.
    pub fn unit(&self) -> Option<TimeUnit> {
        self.unit
    }
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
