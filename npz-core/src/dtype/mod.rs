//! Descriptors: what one cell of an array is.
//!
//! `kind` and `time` say what a cell without fields is, `spelling` is its text, `parse` and `print` are the way from and to
//! the literal of a header, `build` checks what is put together. Mirrors `descr_to_dtype` and `dtype_to_descr` of `numpy.lib.format`.

mod build;
mod kind;
mod locate;
mod parse;
mod print;
mod refusal;
mod spelling;
mod time;

use std::borrow::Cow;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::literal::{self, Literal};

pub use kind::{ByteOrder, DTypeKind};
pub(crate) use locate::Spot;
pub(crate) use refusal::NoDType;
pub use time::{TimeBase, TimeUnit};

/// What one cell of an array is, as [`numpy.dtype`](https://numpy.org/doc/stable/reference/generated/numpy.dtype.html) describes it.
///
/// Made by [`parse`](Self::parse), [`of`](Self::of), [`record`](Self::record) or [`subarray`](Self::subarray), or by reading.
///
/// Prints as NumPy writes it into a header: `<f4` for a number, `[('x', '<f4'), ('n', '<i8')]` for a record.
///
/// ```
/// use npz_core::{ByteOrder, DType, DTypeKind};
///
/// let dtype = DType::parse("[('name', '>U5'), ('pos', 'float32', (3,))]")?;
/// assert_eq!(dtype.to_string(), "[('name', '>U5'), ('pos', '<f4', (3,))]");
/// assert_eq!((dtype.kind(), dtype.item_size()), (DTypeKind::Void, 32));
/// let (name, _) = dtype.field("name").expect("there is one");
/// assert_eq!((name.kind(), name.byte_order(), name.item_size()), (DTypeKind::Unicode, ByteOrder::Big, 20));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DType {
    kind: DTypeKind,
    item_size: usize,
    byte_order: ByteOrder,
    time_unit: Option<TimeUnit>,
    parts: Parts,
}

/// What a cell is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Parts {
    /// A number, a string, a time: a cell without fields.
    None,
    /// A record: its fields lie one behind the other, padding among them.
    Fields(Vec<Field>),
    /// A small array, in C order, of at least one axis. NumPy allows it for the fields of records only.
    Items(Box<DType>, Vec<usize>),
}

/// One field of a record.
///
/// ```
/// use npz_core::DType;
///
/// let dtype = DType::parse("[(('a title', 'a'), '|i1'), ('', '|V7'), ('b', '<f8')]")?;
/// let fields = dtype.fields().expect("a record has fields");
/// assert_eq!((&*fields[0].name, fields[0].title.as_deref()), ("a", Some("a title")));
/// assert!(fields[1].is_padding());
/// assert_eq!(&fields[2].dtype, &DType::parse("<f8")?);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Field {
    /// The name; empty for padding without one.
    pub name: String,
    /// The title, a second name.
    pub title: Option<String>,
    /// The dtype of the field.
    pub dtype: DType,
}

/// The most bytes that NumPy allows in a cell (a C `int`).
const MAX_ITEM_SIZE: usize = i32::MAX as usize;

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
            spelling::parse(text)
        };
        dtype.map_err(|why| Error::invalid(why.to_string()))
    }

    /// The dtype that a header's `descr` describes, or why it is none.
    pub(crate) fn from_literal(descr: &Literal<'_>) -> Result<Self, NoDType> {
        parse::any(descr)
    }

    /// A cell without fields. The byte order counts only where a cell of that kind and size has one; there
    /// `NotApplicable` means little-endian.
    pub(crate) const fn scalar(kind: DTypeKind, size: usize, order: ByteOrder) -> Self {
        let byte_order = match (kind, size, order) {
            // NumPy ignores the order of void cells when it reads. ml_dtypes writes `<V2`, where NumPy writes
            // `|V2`: keep what tells the two apart.
            (DTypeKind::Void, ..) => order,
            (DTypeKind::Bool | DTypeKind::Bytes | DTypeKind::Object, ..)
            | (DTypeKind::Int | DTypeKind::Uint, 1, _) => ByteOrder::NotApplicable,
            (.., ByteOrder::Big) => ByteOrder::Big,
            _ => ByteOrder::Little,
        };
        // A pointer is 8 bytes to NumPy, whatever the file says of the machine that wrote it.
        let item_size = if matches!(kind, DTypeKind::Object) { 8 } else { size };
        let time_unit = match kind {
            DTypeKind::DateTime | DTypeKind::TimeDelta => Some(TimeUnit::GENERIC),
            _ => None,
        };
        Self { kind, item_size, byte_order, time_unit, parts: Parts::None }
    }

    /// A bool, integer, float or complex number of so many bytes, little-endian.
    pub(crate) const fn number(kind: DTypeKind, size: usize) -> Self {
        Self::scalar(kind, size, ByteOrder::Little)
    }

    /// Byte strings of up to `length` bytes.
    pub(crate) const fn bytes(length: usize) -> Self {
        Self::scalar(DTypeKind::Bytes, length, ByteOrder::NotApplicable)
    }

    /// Strings of up to `length` characters.
    pub(crate) const fn unicode(length: usize) -> Self {
        // More characters than NumPy allows in any case; `checked` refuses them.
        Self::scalar(DTypeKind::Unicode, length.saturating_mul(4), ByteOrder::Little)
    }

    /// Points in time or lengths of time.
    pub(crate) const fn time(kind: DTypeKind, unit: TimeUnit) -> Self {
        let mut dtype = Self::scalar(kind, 8, ByteOrder::Little);
        dtype.time_unit = Some(unit);
        dtype
    }

    /// What NumPy stores `ml_dtypes.bfloat16` as.
    #[cfg(feature = "half")]
    pub(crate) const fn bfloat16() -> Self {
        Self::scalar(DTypeKind::Void, 2, ByteOrder::Little)
    }

    /// The same dtype, if its cells have neither fields nor axes.
    pub(crate) fn as_scalar(&self) -> Option<&Self> {
        matches!(self.parts, Parts::None).then_some(self)
    }

    /// The dtype of either part of a complex number: the float of half its size.
    #[cfg(any(test, feature = "num-complex"))]
    pub(crate) fn real_part(&self) -> Self {
        Self { kind: DTypeKind::Float, item_size: self.item_size / 2, ..self.clone() }
    }

    /// What Rust calls a cell of this dtype, if it has a type for it.
    pub(crate) fn rust_name(&self) -> Option<Cow<'static, str>> {
        let scalar = self.as_scalar()?;
        let time = |cell| scalar.time_unit.map(|unit| format!("{cell}<{}>", unit.type_name()).into());
        Some(Cow::Borrowed(match (scalar.kind, scalar.item_size) {
            (DTypeKind::Bool, 1) => "bool",
            (DTypeKind::Int, 1) => "i8",
            (DTypeKind::Int, 2) => "i16",
            (DTypeKind::Int, 4) => "i32",
            (DTypeKind::Int, 8) => "i64",
            (DTypeKind::Uint, 1) => "u8",
            (DTypeKind::Uint, 2) => "u16",
            (DTypeKind::Uint, 4) => "u32",
            (DTypeKind::Uint, 8) => "u64",
            (DTypeKind::Float, 1) => "Float8E5M2",
            (DTypeKind::Float, 2) => "f16",
            (DTypeKind::Float, 4) => "f32",
            (DTypeKind::Float, 8) => "f64",
            (DTypeKind::Float, 12 | 16) => "LongDouble",
            (DTypeKind::Complex, 24 | 32) => "Complex<LongDouble>",
            (DTypeKind::Complex, 8) => "Complex<f32>",
            (DTypeKind::Complex, 16) => "Complex<f64>",
            (DTypeKind::Unicode, _) => "text",
            (DTypeKind::Bytes, _) => "bytes",
            (DTypeKind::Object, _) => "a Python pickle",
            (DTypeKind::DateTime, _) => return time("DateTime64"),
            (DTypeKind::TimeDelta, _) => return time("TimeDelta64"),
            _ => return None,
        }))
    }

    /// Tells what the cells are; `dtype.kind`. Records and small arrays are voids, as in NumPy.
    ///
    /// ```
    /// use npz_core::{DType, DTypeKind};
    ///
    /// assert_eq!(DType::parse("float32")?.kind(), DTypeKind::Float);
    /// assert_eq!(DType::parse("[('a', '<i4')]")?.kind(), DTypeKind::Void);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn kind(&self) -> DTypeKind {
        self.kind
    }

    /// Tells the order of the bytes in a number; `dtype.byteorder`. What is made of parts has none of its own.
    ///
    /// ```
    /// use npz_core::{ByteOrder, DType};
    ///
    /// assert_eq!(DType::parse(">f8")?.byte_order(), ByteOrder::Big);
    /// assert_eq!(DType::parse("f8")?.byte_order(), ByteOrder::Little); // on every machine
    /// assert_eq!(DType::parse("<u1")?.byte_order(), ByteOrder::NotApplicable);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn byte_order(&self) -> ByteOrder {
        self.byte_order
    }

    /// Gives the length of a tick of [`DTypeKind::DateTime`] or [`DTypeKind::TimeDelta`], `None` for other kinds;
    /// `np.datetime_data(dtype)`.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("<M8[25s]")?.time_unit().map(|unit| unit.to_string()), Some("25s".to_owned()));
    /// assert_eq!(DType::parse("<i8")?.time_unit(), None);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn time_unit(&self) -> Option<TimeUnit> {
        self.time_unit
    }

    /// Lists the fields of a record in the order of their bytes, `None` for other dtypes.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let dtype = DType::parse("[('x', '<f8'), ('y', '<f8')]")?;
    /// let names: Vec<_> = dtype.fields().unwrap_or_default().iter().map(|field| &*field.name).collect();
    /// assert_eq!(names, ["x", "y"]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn fields(&self) -> Option<&[Field]> {
        match &self.parts {
            Parts::Fields(fields) => Some(fields),
            _ => None,
        }
    }

    /// Gives what one cell of a small array is, and the shape of that array; `None` for other dtypes; `dtype.subdtype`.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let dtype = DType::parse("('<f4', (2, 3))")?;
    /// assert_eq!(dtype.subdtype(), Some((&DType::parse("<f4")?, &[2, 3][..])));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn subdtype(&self) -> Option<(&DType, &[usize])> {
        match &self.parts {
            Parts::Items(item, shape) => Some((item, shape)),
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
            let (field, bytes) = self.places().find(|(field, _)| !field.is_padding() && is_it(field))?;
            Some((&field.dtype, bytes.start))
        };
        find(&|field| field.name == name).or_else(|| find(&|field| field.title.as_deref() == Some(name)))
    }

    /// The fields of a record, padding too, and where their bytes lie.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&Field, Range<usize>)> {
        let mut end = 0;
        self.fields().unwrap_or_default().iter().map(move |field| {
            let start = end;
            end += field.dtype.item_size;
            (field, start..end)
        })
    }

    /// Gives the bytes of one cell (`dtype.itemsize`), at most 2147483647. For a Python object those of a pointer, which is
    /// not what it takes in a file.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// assert_eq!(DType::parse("<U5")?.item_size(), 20); // four for each character
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn item_size(&self) -> usize {
        self.item_size
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
        match (&self.parts, self.kind) {
            (Parts::Fields(_), _) | (_, DTypeKind::Bytes) => 1,
            (Parts::Items(item, _), _) => item.alignment(),
            (_, DTypeKind::Unicode) => 4,
            // 12 bytes are the long double of 32-bit x86.
            (_, DTypeKind::Float) if self.item_size == 12 => 4,
            (_, DTypeKind::Complex) if self.item_size == 24 => 4,
            (_, DTypeKind::Complex) => self.item_size / 2,
            // `bfloat16` and its kin have an order, and an alignment.
            (_, DTypeKind::Void) if self.byte_order == ByteOrder::NotApplicable => 1,
            _ => self.item_size,
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
        if order == ByteOrder::NotApplicable {
            return self.clone();
        }
        let parts = match &self.parts {
            Parts::None if self.kind == DTypeKind::Void => return self.clone(),
            Parts::None => {
                let ordered = Self::scalar(self.kind, self.item_size, order);
                return Self { time_unit: self.time_unit, ..ordered };
            }
            Parts::Fields(fields) => {
                let ordered = |field: &Field| {
                    Field::new(&field.name, field.title.as_deref(), field.dtype.with_byte_order(order))
                };
                Parts::Fields(fields.iter().map(ordered).collect())
            }
            Parts::Items(item, shape) => Parts::Items(Box::new(item.with_byte_order(order)), shape.clone()),
        };
        Self { parts, ..*self }
    }

    /// Whether the cells are the same but for their byte order, at every depth.
    pub(crate) fn is_same_but_for_order(&self, other: &Self) -> bool {
        match (&self.parts, &other.parts) {
            (Parts::None, Parts::None) => {
                (self.kind, self.item_size, self.time_unit) == (other.kind, other.item_size, other.time_unit)
            }
            (Parts::Fields(own), Parts::Fields(other)) => {
                own.len() == other.len()
                    && own.iter().zip(other).all(|(own, other)| {
                        (&own.name, &own.title) == (&other.name, &other.title)
                            && own.dtype.is_same_but_for_order(&other.dtype)
                    })
            }
            (Parts::Items(own, own_shape), Parts::Items(other, shape)) => {
                own_shape == shape && own.is_same_but_for_order(other)
            }
            _ => false,
        }
    }

    /// The bytes that it keeps in memory beside its own size.
    pub(crate) fn memory(&self) -> usize {
        match &self.parts {
            Parts::None => 0,
            Parts::Fields(fields) => size_of_val(&**fields) + fields.iter().map(Field::memory).sum::<usize>(),
            Parts::Items(item, shape) => size_of::<Self>() + item.memory() + size_of_val(&**shape),
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
        match &self.parts {
            Parts::None => self.kind == DTypeKind::Object,
            Parts::Fields(fields) => fields.iter().any(|field| field.dtype.has_object()),
            Parts::Items(item, _) => item.has_object(),
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
        Self::new("", None, DType::scalar(DTypeKind::Void, size, ByteOrder::NotApplicable))
    }

    /// Tells whether the field only fills space, as NumPy writes it for aligned records.
    pub fn is_padding(&self) -> bool {
        let is_void = self.dtype.as_scalar().is_some_and(|scalar| scalar.kind == DTypeKind::Void);
        is_void && self.name.is_empty() && self.title.is_none()
    }
}
