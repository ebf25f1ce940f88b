//! Rows of arrays, cell by cell, for printing.

use std::any::Any;
use std::borrow::Cow;
use std::ops::Range;

use ndarray::{ArrayBase, ArrayD, ArrayRef, ArrayViewD, Axis, Data, Dimension, Slice};
use npz_core::{AnyArray, AnyValue, DType, Element, Error, Result};

use crate::format::Spec;
use crate::printf::{Value, whole};

/// An array that can be printed as rows of cells: of one or two axes, of any cell type, or an [`AnyArray`].
pub trait ToText: Sync {
    /// The length of each axis.
    #[doc(hidden)]
    fn axes(&self) -> &[usize];

    /// The dtype of its cells.
    #[doc(hidden)]
    fn cell_type(&self) -> Result<DType>;

    /// The rows of a range.
    #[doc(hidden)]
    fn rows_of(&self, range: Range<usize>) -> Result<Rows<'_>>;
}

/// Some rows: cells side by side, or a column for each field.
pub struct Rows<'a> {
    columns: Vec<Cow<'a, AnyArray>>,
    /// The row where it begins.
    first: usize,
    count: usize,
}

impl<A: Element, D: Dimension> ToText for ArrayRef<A, D> {
    fn axes(&self) -> &[usize] {
        self.shape()
    }

    fn cell_type(&self) -> Result<DType> {
        // Of text that is as wide as it is, the dtype of a part is good enough.
        AnyArray::from_array(&part(&self.view().into_dyn(), 0..0)).map(|any| any.dtype())
    }

    fn rows_of(&self, range: Range<usize>) -> Result<Rows<'_>> {
        let count = range.len();
        let part = part(&self.view().into_dyn(), range);
        let mut cells: Box<dyn Any> = Box::new(part);
        macro_rules! known {
            ($($cell:ty),*) => {
                $(if let Some(cells) = cells.downcast_mut::<ArrayD<$cell>>() {
                    let cells = std::mem::take(cells);
                    return Ok(Rows { columns: vec![Cow::Owned(cells.into())], first: 0, count });
                })*
            };
        }
        known!(f64, f32, i8, i16, i32, i64, u8, u16, u32, u64, bool, String);
        let part = cells.downcast::<ArrayD<A>>().map_err(|_| Error::custom("the cells have another type"))?;
        let any = AnyArray::from_array(&*part)?;
        Ok(Rows { columns: columns(Cow::Owned(any))?, first: 0, count })
    }
}

impl<A: Element, S: Data<Elem = A> + Sync, D: Dimension> ToText for ArrayBase<S, D> {
    fn axes(&self) -> &[usize] {
        (**self).axes()
    }

    fn cell_type(&self) -> Result<DType> {
        (**self).cell_type()
    }

    fn rows_of(&self, range: Range<usize>) -> Result<Rows<'_>> {
        (**self).rows_of(range)
    }
}

/// Rows as an array of their own, in C order.
fn part<A: Clone>(view: &ArrayViewD<'_, A>, range: Range<usize>) -> ArrayD<A> {
    if view.ndim() == 0 {
        return view.to_owned();
    }
    view.slice_axis(Axis(0), Slice::from(range)).as_standard_layout().into_owned()
}

impl ToText for AnyArray {
    fn axes(&self) -> &[usize] {
        self.shape()
    }

    fn cell_type(&self) -> Result<DType> {
        Ok(self.dtype())
    }

    fn rows_of(&self, range: Range<usize>) -> Result<Rows<'_>> {
        let count = range.len();
        if self.shape().is_empty() || lie_in_order(self) {
            return Ok(Rows { columns: columns(Cow::Borrowed(self))?, first: range.start, count });
        }
        // What can't be printed where it lies is made for these rows alone.
        let all = Slice::from(..).into();
        let mut part = vec![all; self.shape().len()];
        part[0] = Slice::from(range).into();
        Ok(Rows { columns: columns(Cow::Owned(self.slice(part)?))?, first: 0, count })
    }
}

/// Whether cells can be printed as they lie in memory.
fn lie_in_order(any: &AnyArray) -> bool {
    macro_rules! known {
        ($($variant:ident),*) => {
            match any {
                $(AnyArray::$variant(array) => array.is_standard_layout(),)*
                _ => false,
            }
        };
    }
    known!(
        Bool, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float16, Float32, Float64, Complex64,
        Complex128
    )
}

/// The fields of records as arrays; or the array itself.
fn columns(any: Cow<'_, AnyArray>) -> Result<Vec<Cow<'_, AnyArray>>> {
    match crate::layout::fields(&any.dtype()) {
        None => Ok(vec![any]),
        Some(fields) => fields.iter().map(|(name, _)| any.field(name).map(Cow::Owned)).collect(),
    }
}

/// A part of a complex cell.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Real,
    Imaginary,
}

fn complex(re: f64, im: f64, part: Option<Part>) -> AnyValue<'static> {
    match part {
        Some(Part::Real) => AnyValue::Float(re),
        Some(Part::Imaginary) => AnyValue::Float(im),
        None => AnyValue::Complex { re, im },
    }
}

/// The cells of a column where they lie.
pub(crate) enum Cells<'a> {
    /// Each is an array itself: a field of a record may be one.
    Arrays(&'a AnyArray),
    Bool(Cow<'a, [bool]>),
    Int8(Cow<'a, [i8]>),
    Int16(Cow<'a, [i16]>),
    Int32(Cow<'a, [i32]>),
    Int64(Cow<'a, [i64]>),
    UInt8(Cow<'a, [u8]>),
    UInt16(Cow<'a, [u16]>),
    UInt32(Cow<'a, [u32]>),
    UInt64(Cow<'a, [u64]>),
    Float16(Cow<'a, [half::f16]>),
    Float32(Cow<'a, [f32]>),
    Float64(Cow<'a, [f64]>),
    Complex64(Cow<'a, [num_complex::Complex<f32>]>),
    Complex128(Cow<'a, [num_complex::Complex<f64>]>),
    Other(Vec<AnyValue<'a>>),
}

impl Rows<'_> {
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// The columns with their cells, which are the fields of records or stand side by side.
    pub(crate) fn cells(&self, is_record: bool) -> Vec<Cells<'_>> {
        let is_array = |column: &AnyArray| is_record && column.shape().len() > 1;
        let cells = |column| if is_array(column) { Cells::Arrays(column) } else { Cells::of(column) };
        self.columns.iter().map(|column| cells(column)).collect()
    }
}

fn slice<A: Clone>(array: &ArrayD<A>) -> Cow<'_, [A]> {
    match array.as_slice() {
        Some(cells) => Cow::Borrowed(cells),
        None => Cow::Owned(array.iter().cloned().collect()),
    }
}

impl<'a> Cells<'a> {
    fn of(any: &'a AnyArray) -> Self {
        match any {
            AnyArray::Bool(array) => Self::Bool(slice(array)),
            AnyArray::Int8(array) => Self::Int8(slice(array)),
            AnyArray::Int16(array) => Self::Int16(slice(array)),
            AnyArray::Int32(array) => Self::Int32(slice(array)),
            AnyArray::Int64(array) => Self::Int64(slice(array)),
            AnyArray::UInt8(array) => Self::UInt8(slice(array)),
            AnyArray::UInt16(array) => Self::UInt16(slice(array)),
            AnyArray::UInt32(array) => Self::UInt32(slice(array)),
            AnyArray::UInt64(array) => Self::UInt64(slice(array)),
            AnyArray::Float16(array) => Self::Float16(slice(array)),
            AnyArray::Float32(array) => Self::Float32(slice(array)),
            AnyArray::Float64(array) => Self::Float64(slice(array)),
            AnyArray::Complex64(array) => Self::Complex64(slice(array)),
            AnyArray::Complex128(array) => Self::Complex128(slice(array)),
            other => Self::Other(other.iter().collect()),
        }
    }

    /// Writes a cell by a format.
    #[expect(clippy::inline_always, reason = "a call for each cell takes a tenth of the time")]
    #[inline(always)]
    pub(crate) fn write(
        &self,
        index: usize,
        part: Option<Part>,
        spec: &Spec,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        match self {
            // What most tables are made of.
            Self::Float64(cells) if spec.is_float() => spec.float(out, cells[index]),
            Self::Int64(cells) if spec.is_bare_whole() => {
                whole(out, cells[index] < 0, cells[index].unsigned_abs());
            }
            _ => {
                return match self.value(index, part) {
                    Ok(value) => spec.write(out, &value),
                    Err(arrays) => {
                        let array = arrays.index_axis(Axis(0), index).map_err(|error| error.to_string())?;
                        spec.array(out, &array)
                    }
                };
            }
        }
        Ok(())
    }

    /// One cell, or a part of a complex one; where cells are arrays, all of them.
    fn value(&self, index: usize, part: Option<Part>) -> Result<Value<'_>, &AnyArray> {
        let (value, float) = match self {
            Self::Arrays(arrays) => return Err(arrays),
            Self::Bool(cells) => (AnyValue::Bool(cells[index]), 1),
            Self::Int8(cells) => (AnyValue::Int(cells[index].into()), 1),
            Self::Int16(cells) => (AnyValue::Int(cells[index].into()), 2),
            Self::Int32(cells) => (AnyValue::Int(cells[index].into()), 4),
            Self::Int64(cells) => (AnyValue::Int(cells[index]), 8),
            Self::UInt8(cells) => (AnyValue::UInt(cells[index].into()), 1),
            Self::UInt16(cells) => (AnyValue::UInt(cells[index].into()), 2),
            Self::UInt32(cells) => (AnyValue::UInt(cells[index].into()), 4),
            Self::UInt64(cells) => (AnyValue::UInt(cells[index]), 8),
            Self::Float16(cells) => (AnyValue::Float(cells[index].to_f64()), 2),
            Self::Float32(cells) => (AnyValue::Float(cells[index].into()), 4),
            Self::Float64(cells) => (AnyValue::Float(cells[index]), 8),
            Self::Complex64(cells) => {
                let cell = cells[index];
                (complex(cell.re.into(), cell.im.into(), part), 4)
            }
            Self::Complex128(cells) => {
                let cell = cells[index];
                (complex(cell.re, cell.im, part), 8)
            }
            Self::Other(values) => match values[index] {
                AnyValue::ComplexLongDouble { re, im } => match part {
                    Some(Part::Real) => (AnyValue::LongDouble(re), 16),
                    Some(Part::Imaginary) => (AnyValue::LongDouble(im), 16),
                    None => (values[index], 16),
                },
                other => (other, 8),
            },
        };
        Ok(Value { value, float })
    }
}
