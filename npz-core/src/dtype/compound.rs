//! Dtypes that are made of other dtypes. What is inside is private, so that each one keeps to NumPy's rules, however it was
//! made: names, sizes, axes, and a depth that everything which walks through a dtype has room for.

use super::{DType, Field, parse};
use crate::shape::MAX_AXES;

/// How deep records and small arrays may lie inside of each other: deeper ones are not read by NumPy, whose headers are
/// Python's, with 200 brackets at most.
pub(super) const MAX_DEPTH: usize = 99;

/// The longest axis of a small array (a C `int`).
const MAX_AXIS: usize = i32::MAX as usize;

/// A structured cell: its fields lie one behind the other, padding among them. Made by [`DType::record`] or by reading.
///
/// ```
/// use npz_core::DType;
///
/// let dtype = DType::parse("[('x', '<f4'), ('', '|V4'), ('n', '<i8')]")?;
/// let DType::Record(record) = &dtype else { panic!("it has fields") };
/// assert_eq!(record.fields().len(), 3);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    fields: Vec<Field>,
}

/// A small array in each cell, in C order, of at least one axis. Made by [`DType::subarray`] or by reading.
///
/// ```
/// use npz_core::DType;
///
/// let dtype = DType::parse("('<f4', (2, 3))")?;
/// let DType::Subarray(subarray) = &dtype else { panic!("it has axes") };
/// assert_eq!((subarray.item().to_string().as_str(), subarray.shape()), ("<f4", &[2, 3][..]));
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subarray {
    item: Box<DType>,
    shape: Vec<usize>,
}

impl Record {
    /// Lists the fields in the order of their bytes.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The same fields, each of another dtype that is as deep and as large.
    pub(super) fn map(&self, dtype: impl Fn(&DType) -> DType) -> Self {
        let field = |field: &Field| Field { dtype: dtype(&field.dtype), ..field.clone() };
        Self { fields: self.fields.iter().map(field).collect() }
    }
}

impl Subarray {
    /// Gives what one cell of the small array is.
    pub fn item(&self) -> &DType {
        &self.item
    }

    /// Gives the shape of the small array.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The same axes around another dtype that is as deep and as large.
    pub(super) fn map(&self, dtype: impl Fn(&DType) -> DType) -> Self {
        Self { item: Box::new(dtype(&self.item)), shape: self.shape.clone() }
    }
}

impl DType {
    /// The dtype of a record, or why NumPy has none of these fields.
    pub(crate) fn of_fields(fields: impl IntoIterator<Item = Field>) -> Result<Self, String> {
        let mut joined: Vec<Field> = Vec::new();
        for field in fields {
            join(&mut joined, field);
        }
        parse::check_names(&joined)?;
        Self::Record(Record { fields: joined }).checked()
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
        Self::Subarray(Subarray { item: Box::new(item), shape }).checked()
    }

    /// What is inside has passed this already, so that a walk through it is short.
    fn checked(self) -> Result<Self, String> {
        let depth = self.depth();
        if depth > MAX_DEPTH {
            return Err(format!(
                "records and small arrays lie {depth} deep inside of each other, and NumPy reads {MAX_DEPTH}"
            ));
        }
        self.item_size().map(|_| self).map_err(|error| error.to_string())
    }

    fn depth(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::Record(record) => {
                1 + record.fields.iter().map(|field| field.dtype.depth()).max().unwrap_or(0)
            }
            Self::Subarray(subarray) => 1 + subarray.item.depth(),
        }
    }
}

/// Appends a field. NumPy knows offsets only, so padding side by side is one, and none where it has no bytes.
fn join(fields: &mut Vec<Field>, field: Field) {
    if field.is_padding() && field.dtype.as_scalar().is_some_and(|scalar| scalar.size == 0) {
        return;
    }
    match fields.last_mut().filter(|last| last.is_padding() && field.is_padding()) {
        Some(last) => {
            let sizes = [&*last, &field].map(|field| field.dtype.item_size().unwrap_or(usize::MAX));
            *last = Field::padding(sizes[0].saturating_add(sizes[1]));
        }
        None => fields.push(field),
    }
}
