//! Dtypes that the caller puts together.

use std::str::FromStr;

use super::{ByteOrder, DType, DTypeKind, Field, MAX_ITEM_SIZE, Parts, parse};
use crate::error::{Error, Result};
use crate::shape::{self, MAX_AXES};

/// How deep records and small arrays may lie inside of each other: deeper ones are not read by NumPy, whose headers are
/// Python's, with 200 brackets at most.
const MAX_DEPTH: usize = 99;

/// The longest axis of a small array (a C `int`).
const MAX_AXIS: usize = i32::MAX as usize;

impl DType {
    /// Makes the dtype of a record, packed: its fields lie one behind the other in this order. `np.dtype([(name, dtype), ...])`.
    ///
    /// A [`DTypeKind::Void`] under the name `""` is padding, which is how gaps are written in a list of fields.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let int: DType = "<i4".parse()?;
    /// let inner = DType::record([("x", DType::parse("<f4")?), ("y", DType::parse("<f4")?)])?;
    /// let dtype = DType::record([("id", int), ("", DType::parse("V4")?), ("pos", inner)])?;
    /// assert_eq!(dtype.to_string(), "[('id', '<i4'), ('', '|V4'), ('pos', [('x', '<f4'), ('y', '<f4')])]");
    /// assert_eq!(dtype.field("pos").map(|(_, offset)| offset), Some(8));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where two fields have one name, a field has none and is no void,
    /// the record is larger than the 2147483647 bytes that NumPy allows, or records lie in it deeper than NumPy reads.
    pub fn record<N: Into<String>>(fields: impl IntoIterator<Item = (N, Self)>) -> Result<Self> {
        let mut made = Vec::new();
        for (name, dtype) in fields {
            let field = Field { name: name.into(), title: None, dtype };
            if field.name.is_empty() && !field.is_padding() {
                return Err(Error::invalid(format!(
                    "field {} has no name, which only padding may lack: expected a name, or a void such as '|V4', \
                     found {}",
                    made.len(),
                    field.dtype.descr()
                )));
            }
            made.push(field);
        }
        Self::of_fields(made).map_err(Error::invalid)
    }

    /// Makes the dtype of a small array in each cell, as the fields of records may be: `np.dtype((item, shape))`.
    ///
    /// Without axes it is `item` itself, as in NumPy. A small array of small arrays keeps both shapes.
    ///
    /// ```
    /// use npz_core::DType;
    ///
    /// let item = DType::parse("<f4")?;
    /// let pos = DType::subarray(item.clone(), [2, 3])?;
    /// assert_eq!(DType::record([("pos", pos)])?.to_string(), "[('pos', '<f4', (2, 3))]");
    /// assert_eq!(DType::subarray(item.clone(), [])?, item); // np.dtype(("<f4", ()))
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what NumPy has not: more than 64 axes, an axis longer than
    /// 2147483647, a cell of more bytes than that, or small arrays in each other deeper than it reads.
    pub fn subarray(item: Self, shape: impl Into<Vec<usize>>) -> Result<Self> {
        Self::of_axes(item, shape.into()).map_err(Error::invalid)
    }

    /// The dtype of a record, or why NumPy has none of these fields.
    pub(crate) fn of_fields(fields: impl IntoIterator<Item = Field>) -> Result<Self, String> {
        let mut joined: Vec<Field> = Vec::new();
        for field in fields {
            join(&mut joined, field);
        }
        parse::check_names(&joined)?;
        let item_size = joined.iter().map(|field| field.dtype.item_size).fold(0, usize::saturating_add);
        Self::of_parts(item_size, Parts::Fields(joined))
    }

    /// The dtype of a small array; without axes it is its one cell, as in NumPy.
    pub(crate) fn of_axes(item: Self, shape: Vec<usize>) -> Result<Self, String> {
        if shape.is_empty() {
            return Ok(item);
        }
        if shape.len() > MAX_AXES {
            return Err(format!("a field has {} axes, NumPy allows {MAX_AXES}", shape.len()));
        }
        if let Some(axis) = shape.iter().find(|&&axis| axis > MAX_AXIS) {
            return Err(format!("a field has an axis of length {axis}, NumPy allows {MAX_AXIS}"));
        }
        let item_size = shape::byte_count(&shape, item.item_size).map_err(|error| error.to_string())?;
        Self::of_parts(item_size, Parts::Items(Box::new(item), shape))
    }

    /// What is inside has passed this already, so that a walk through it is short.
    fn of_parts(item_size: usize, parts: Parts) -> Result<Self, String> {
        let dtype = Self { parts, ..Self::scalar(DTypeKind::Void, item_size, ByteOrder::NotApplicable) };
        let depth = dtype.depth();
        if depth > MAX_DEPTH {
            return Err(format!(
                "records and small arrays lie {depth} deep inside of each other, and NumPy reads {MAX_DEPTH}"
            ));
        }
        dtype.checked().map_err(|error| error.to_string())
    }

    /// Refuses cells larger than NumPy allows: the types of text and bytes may be of any width.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.item_size <= MAX_ITEM_SIZE {
            return Ok(self);
        }
        Err(Error::invalid(format!(
            "a cell of {} bytes is larger than NumPy allows ({MAX_ITEM_SIZE} bytes); split it into several arrays",
            self.item_size
        )))
    }

    fn depth(&self) -> usize {
        match &self.parts {
            Parts::None => 0,
            Parts::Fields(fields) => 1 + fields.iter().map(|field| field.dtype.depth()).max().unwrap_or(0),
            Parts::Items(item, _) => 1 + item.depth(),
        }
    }
}

/// Appends a field. NumPy knows offsets only, so padding side by side is one, and none where it has no bytes.
fn join(fields: &mut Vec<Field>, field: Field) {
    if field.is_padding() && field.dtype.item_size == 0 {
        return;
    }
    match fields.last_mut().filter(|last| last.is_padding() && field.is_padding()) {
        Some(last) => *last = Field::padding(last.dtype.item_size.saturating_add(field.dtype.item_size)),
        None => fields.push(field),
    }
}

/// As [`DType::parse`].
///
/// ```
/// use npz_core::DType;
///
/// assert_eq!("float32".parse::<DType>()?.to_string(), "<f4");
/// # Ok::<(), npz_core::Error>(())
/// ```
impl FromStr for DType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}
