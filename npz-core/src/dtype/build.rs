//! Dtypes that the caller puts together.

use std::str::FromStr;

use super::{DType, Field, Kind};
use crate::error::{Error, Result};

impl DType {
    /// Makes the dtype of a record, packed: its fields lie one behind the other in this order. `np.dtype([(name, dtype), ...])`.
    ///
    /// A [`Kind::Void`] under the name `""` is padding, which is how gaps are written in a list of fields.
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
            let is_void = field.dtype.as_scalar().is_some_and(|scalar| scalar.kind == Kind::Void);
            if field.name.is_empty() && !is_void {
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
