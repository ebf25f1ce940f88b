//! Descriptors: what one cell of an array is.
//!
//! `scalar` and `time` are the model of a cell without fields, `spelling` its text, `parse` and `print` the way
//! from and to the literal of a header. Mirrors `descr_to_dtype` and `dtype_to_descr` of `numpy.lib.format`.

mod build;
mod compound;
mod locate;
mod parse;
mod print;
mod refusal;
mod scalar;
mod spelling;
mod time;

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::literal::{self, Literal};
use crate::shape;

pub use compound::{Record, Subarray};
pub(crate) use locate::Spot;
pub(crate) use refusal::NoDType;
pub use scalar::{ByteOrder, Kind, Scalar};
pub use time::{TimeBase, TimeUnit};

/// What one cell of an array is, as [`numpy.dtype`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.html) describes it.
///
/// Prints as NumPy writes it into a header: `<f4` for a number, `[('x', '<f4'), ('n', '<i8')]` for a record.
///
/// ```
/// use npz_core::DType;
///
/// let dtype = DType::parse("[('name', 'U5'), ('pos', 'float32', (3,))]")?;
/// assert_eq!(dtype.to_string(), "[('name', '<U5'), ('pos', '<f4', (3,))]");
/// assert_eq!(dtype.item_size()?, 32);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// A number, a string, a time: a cell without fields.
    Scalar(Scalar),
    /// A structured cell: its fields lie one behind the other, padding among them.
    Record(Record),
    /// A small array in each cell, in C order. NumPy allows it for the fields of records only.
    Subarray(Subarray),
}

/// One field of a record.
///
/// ```
/// use npz_core::DType;
///
/// let dtype = DType::parse("[(('a title', 'a'), '|i1'), ('', '|V7'), ('b', '<f8')]")?;
/// let fields = dtype.fields().expect("a record has fields");
/// assert_eq!((fields[0].name(), fields[0].title()), ("a", Some("a title")));
/// assert!(fields[1].is_padding());
/// assert_eq!(fields[2].dtype(), &DType::parse("<f8")?);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    name: String,
    title: Option<String>,
    dtype: DType,
}

impl DType {
    /// Reads a dtype in the spelling of a header (`"<f4"`, or a list of fields), or by one of the codes and names that
    /// `numpy.dtype` has for one cell (`"f4"`, `"d"`, `"float32"`).
    ///
    /// Without a byte order the dtype is little-endian, on every machine. A name of no fixed size (`long`) has
    /// its size on 64-bit Linux. The names of `ml_dtypes` (`"bfloat16"`, `"float8_e4m3fn"`, `"int4"`) are what `np.save`
    /// writes of them: `<V2`, `<V1`, and `<f1` for `float8_e5m2`. Not read, unlike by `numpy.dtype`: lists with commas (`"i4,f4"`), counts before a code
    /// (`"2i4"`), units with a divisor (`"M8[ms/2]"`). A field of no name with a shape is padding, as when NumPy reads it.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("float32")?, DType::parse("<f4")?);
    /// assert_eq!(DType::parse("datetime64[25s]")?.to_string(), "<M8[25s]");
    /// assert!(DType::parse("float33").is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what is no dtype.
    pub fn parse(text: &str) -> Result<Self> {
        let dtype = if text.starts_with(['[', '(']) {
            let literal = literal::parse(text, false)
                .map_err(|fault| Error::invalid(format!("this is no dtype: {}", fault.message)))?;
            parse::any(&literal)
        } else {
            spelling::parse(text).map(Self::Scalar)
        };
        dtype.map_err(|why| Error::invalid(why.to_string()))
    }

    /// The dtype that a header's `descr` describes, or why it is none.
    pub(crate) fn from_literal(descr: &Literal<'_>) -> Result<Self, NoDType> {
        parse::any(descr)
    }

    pub(crate) const fn scalar(kind: Kind, size: usize, order: ByteOrder) -> Self {
        Self::Scalar(Scalar::new(kind, size, order))
    }

    /// A bool, integer, float or complex number of so many bytes, little-endian.
    pub(crate) const fn number(kind: Kind, size: usize) -> Self {
        Self::scalar(kind, size, ByteOrder::Little)
    }

    /// Byte strings of up to `length` bytes.
    pub(crate) const fn bytes(length: usize) -> Self {
        Self::scalar(Kind::Bytes, length, ByteOrder::NotApplicable)
    }

    /// Strings of up to `length` characters.
    pub(crate) const fn unicode(length: usize) -> Self {
        // More characters than NumPy allows in any case; `check` refuses them.
        Self::scalar(Kind::Unicode, length.saturating_mul(4), ByteOrder::Little)
    }

    /// Points in time or lengths of time.
    pub(crate) const fn time(kind: Kind, unit: TimeUnit) -> Self {
        Self::Scalar(Scalar { unit: Some(unit), ..Scalar::new(kind, 8, ByteOrder::Little) })
    }

    /// What NumPy stores `ml_dtypes.bfloat16` as.
    #[cfg(feature = "half")]
    pub(crate) const fn bfloat16() -> Self {
        Self::scalar(Kind::Void, 2, ByteOrder::Little)
    }

    /// Gives the dtype of a cell without fields, `None` for records and subarrays.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("<f4")?.as_scalar().map(|scalar| scalar.size()), Some(4));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What Rust calls a cell of this dtype, if it has a type for it.
    pub(crate) fn rust_name(&self) -> Option<Cow<'static, str>> {
        let scalar = self.as_scalar()?;
        let time = |cell| scalar.unit().map(|unit| format!("{cell}<{}>", unit.type_name()).into());
        Some(Cow::Borrowed(match (scalar.kind(), scalar.size()) {
            (Kind::Bool, 1) => "bool",
            (Kind::Int, 1) => "i8",
            (Kind::Int, 2) => "i16",
            (Kind::Int, 4) => "i32",
            (Kind::Int, 8) => "i64",
            (Kind::Uint, 1) => "u8",
            (Kind::Uint, 2) => "u16",
            (Kind::Uint, 4) => "u32",
            (Kind::Uint, 8) => "u64",
            (Kind::Float, 1) => "Float8E5M2",
            (Kind::Float, 2) => "f16",
            (Kind::Float, 4) => "f32",
            (Kind::Float, 8) => "f64",
            (Kind::Float, 12 | 16) => "LongDouble",
            (Kind::Complex, 24 | 32) => "Complex<LongDouble>",
            (Kind::Complex, 8) => "Complex<f32>",
            (Kind::Complex, 16) => "Complex<f64>",
            (Kind::Unicode, _) => "text",
            (Kind::Bytes, _) => "bytes",
            (Kind::Object, _) => "a Python pickle",
            (Kind::DateTime, _) => return time("DateTime64"),
            (Kind::TimeDelta, _) => return time("TimeDelta64"),
            _ => return None,
        }))
    }

    /// Lists the fields of a record in the order of their bytes, `None` for other dtypes.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let dtype = DType::parse("[('x', '<f8'), ('y', '<f8')]")?;
    /// let names: Vec<_> = dtype.fields().unwrap_or_default().iter().map(|field| field.name()).collect();
    /// assert_eq!(names, ["x", "y"]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn fields(&self) -> Option<&[Field]> {
        match self {
            Self::Record(record) => Some(record.fields()),
            _ => None,
        }
    }

    /// Finds a field of a record by its name, or by its title: its dtype, and the bytes before it. `dtype.fields[name]`.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let dtype = DType::parse("[('x', '<f8'), ('y', '<f4', (2,))]")?;
    /// let (y, offset) = dtype.field("y").expect("there is one");
    /// assert_eq!((y.to_string().as_str(), offset), ("('<f4', (2,))", 8));
    /// assert!(dtype.field("z").is_none());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn field(&self, name: &str) -> Option<(&DType, usize)> {
        let find = |is_it: &dyn Fn(&Field) -> bool| {
            let mut offset = 0;
            for field in self.fields().unwrap_or_default() {
                if !field.is_padding() && is_it(field) {
                    return Some((&field.dtype, offset));
                }
                offset += field.dtype.item_size().ok()?;
            }
            None
        };
        find(&|field| field.name == name).or_else(|| find(&|field| field.title() == Some(name)))
    }

    /// Gives the bytes of one cell (`dtype.itemsize`). For a Python object those of a pointer, which is not what
    /// it takes in a file.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("<U5")?.item_size()?, 20);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the cell is larger than the 2147483647 bytes that
    /// NumPy allows. No dtype that was read is.
    pub fn item_size(&self) -> Result<usize> {
        let size = match self {
            Self::Scalar(scalar) => scalar.size,
            Self::Record(record) => record.fields().iter().try_fold(0_usize, |sum, field| {
                // Two sizes that passed the check below can't overflow.
                field.dtype.item_size().and_then(|size| checked_size(sum + size))
            })?,
            Self::Subarray(subarray) => shape::byte_count(subarray.shape(), subarray.item().item_size()?)?,
        };
        checked_size(size)
    }

    /// Gives the multiple of bytes that a cell starts at in NumPy's memory (`dtype.alignment`), as on 64-bit Linux.
    ///
    /// That of a record is 1: its padding is written into the file as fields, and the wish for it is not.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("<c16")?.alignment(), 8);
    /// assert_eq!(DType::parse("[('a', '|i1'), ('', '|V7'), ('b', '<f8')]")?.alignment(), 1);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn alignment(&self) -> usize {
        match self {
            Self::Scalar(scalar) => scalar.alignment(),
            Self::Record(_) => 1,
            Self::Subarray(subarray) => subarray.item().alignment(),
        }
    }

    /// Gives the same dtype in another byte order: [`dtype.newbyteorder`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.newbyteorder.html).
    ///
    /// Of a record it holds for all fields. What has no byte order stays as it is: single bytes, byte strings, voids. And
    /// [`ByteOrder::NotApplicable`] leaves all as it is, as NumPy's `"|"` does.
    ///
    /// ```
    /// use npz_core::{ByteOrder, DType};
    ///
    /// let dtype = DType::parse("[('a', '<f4'), ('b', '|S3')]")?;
    /// let big = dtype.with_byte_order(ByteOrder::Big);
    /// assert_eq!(big.to_string(), "[('a', '>f4'), ('b', '|S3')]");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_byte_order(&self, order: ByteOrder) -> Self {
        match self {
            _ if order == ByteOrder::NotApplicable => self.clone(),
            Self::Scalar(scalar) if scalar.kind == Kind::Void => self.clone(),
            Self::Scalar(scalar) => {
                Self::Scalar(Scalar { unit: scalar.unit, ..Scalar::new(scalar.kind, scalar.size, order) })
            }
            Self::Record(record) => Self::Record(record.map(|dtype| dtype.with_byte_order(order))),
            Self::Subarray(subarray) => Self::Subarray(subarray.map(|item| item.with_byte_order(order))),
        }
    }

    /// Whether the cells are the same but for their byte order, at every depth.
    pub(crate) fn is_same_but_for_order(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(own), Self::Scalar(other)) => {
                (own.kind, own.size, own.unit) == (other.kind, other.size, other.unit)
            }
            (Self::Record(own), Self::Record(other)) => {
                own.fields().len() == other.fields().len()
                    && own.fields().iter().zip(other.fields()).all(|(own, other)| {
                        (&own.name, &own.title) == (&other.name, &other.title)
                            && own.dtype.is_same_but_for_order(&other.dtype)
                    })
            }
            (Self::Subarray(own), Self::Subarray(other)) => {
                own.shape() == other.shape() && own.item().is_same_but_for_order(other.item())
            }
            _ => false,
        }
    }

    /// The bytes that it keeps in memory beside its own size.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::Record(record) => {
                let own = size_of_val(record.fields());
                own + record.fields().iter().map(Field::memory).sum::<usize>()
            }
            Self::Subarray(inner) => size_of::<Self>() + inner.item().memory() + size_of_val(inner.shape()),
        }
    }

    /// Tells whether any part of the cell is a Python object, which only a pickle can hold.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert!(DType::parse("[('a', '<i4'), ('b', 'O')]")?.has_object());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn has_object(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.kind == Kind::Object,
            Self::Record(record) => record.fields().iter().any(|field| field.dtype.has_object()),
            Self::Subarray(subarray) => subarray.item().has_object(),
        }
    }
}

impl Field {
    pub(crate) fn new(name: &str, title: Option<&str>, dtype: DType) -> Self {
        Self { name: name.to_owned(), title: title.map(str::to_owned), dtype }
    }

    fn memory(&self) -> usize {
        self.name.capacity() + self.title.as_ref().map_or(0, String::capacity) + self.dtype.memory()
    }

    /// Fills so many bytes.
    pub(crate) fn padding(size: usize) -> Self {
        Self::new("", None, DType::scalar(Kind::Void, size, ByteOrder::NotApplicable))
    }

    /// Gives the name; empty for padding.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives NumPy's second name for the field, which is rarely there.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Gives the dtype of the field.
    pub fn dtype(&self) -> &DType {
        &self.dtype
    }

    /// Tells whether the field only fills space, as NumPy writes it for aligned records.
    pub fn is_padding(&self) -> bool {
        let is_void = self.dtype.as_scalar().is_some_and(|scalar| scalar.kind == Kind::Void);
        is_void && self.name.is_empty() && self.title.is_none()
    }
}

fn checked_size(size: usize) -> Result<usize> {
    if size <= spelling::MAX_ITEM_SIZE {
        return Ok(size);
    }
    Err(Error::invalid(format!(
        "a cell of {size} bytes is larger than NumPy allows ({} bytes): split it into several arrays",
        spelling::MAX_ITEM_SIZE
    )))
}
