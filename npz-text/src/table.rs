//! What was read, as what the caller wants.

use std::any::{Any, TypeId};
use std::io;

use bytemuck::allocation::try_zeroed_vec;
use ndarray::{Array, Array1, Array2, Dimension};
use npz_core::{AnyArray, ByteOrder, Cast, DType, Element, Error, RawArray, Result};
use num_complex::Complex;

use crate::layout::{self, Kind, Layout, item};
use crate::options::counted;
use crate::prepare::Wanted;
use crate::unpack::{any_of, array, stored_as, take_apart, typed, unpacked};

/// The cells of a table, row by row.
pub(crate) enum Cells {
    Bool(Vec<bool>),
    Int8(Vec<i8>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    UInt8(Vec<u8>),
    UInt16(Vec<u16>),
    UInt32(Vec<u32>),
    UInt64(Vec<u64>),
    Float32(Vec<f32>),
    Float64(Vec<f64>),
    Complex64(Vec<Complex<f32>>),
    Complex128(Vec<Complex<f64>>),
    Text(Vec<String>),
    Bytes(Vec<Vec<u8>>),
    /// Rows as bytes of a dtype; or single cells of one.
    Raw(DType, Vec<u8>),
}

impl Cells {
    /// An array of them, of a dtype that was asked for.
    fn into_any(self, dtype: &DType, shape: &[usize]) -> Result<AnyArray> {
        let any: AnyArray = match self {
            Self::Bool(cells) => array(cells, shape)?.into(),
            Self::Int8(cells) => array(cells, shape)?.into(),
            Self::Int16(cells) => array(cells, shape)?.into(),
            Self::Int32(cells) => array(cells, shape)?.into(),
            Self::Int64(cells) => array(cells, shape)?.into(),
            Self::UInt8(cells) => array(cells, shape)?.into(),
            Self::UInt16(cells) => array(cells, shape)?.into(),
            Self::UInt32(cells) => array(cells, shape)?.into(),
            Self::UInt64(cells) => array(cells, shape)?.into(),
            Self::Float32(cells) => array(cells, shape)?.into(),
            Self::Float64(cells) => array(cells, shape)?.into(),
            Self::Complex64(cells) => array(cells, shape)?.into(),
            Self::Complex128(cells) => array(cells, shape)?.into(),
            Self::Text(cells) => return stored_as(array(cells, shape)?.into(), item(dtype)),
            Self::Bytes(cells) => return stored_as(array(cells, shape)?.into(), item(dtype)),
            Self::Raw(dtype, bytes) => return any_of(dtype, shape, bytes),
        };
        Ok(any)
    }
}

/// What was read.
pub struct Table {
    pub(crate) cells: Cells,
    /// What a row, or a cell, is.
    pub(crate) dtype: DType,
    /// Which cells were missing, if that was asked for.
    pub(crate) mask: Vec<bool>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// A row is a cell of several fields.
    pub(crate) is_record: bool,
    /// How many axes there have to be.
    pub(crate) ndmin: usize,
}

impl Table {
    /// The shape as it lies: rows and columns, or the axes of a cell that is an array; or records.
    fn shape(&self) -> Vec<usize> {
        match (self.is_record, self.dtype.subdtype()) {
            (true, _) => vec![self.rows],
            (false, None) => vec![self.rows, self.columns],
            (false, Some((_, axes))) => [&[self.rows], axes].concat(),
        }
    }

    /// The same with all its axes, also where they have a length of 1.
    pub(crate) fn with_all_axes(self) -> Self {
        Self { ndmin: self.ndmin.max(self.shape().len()), ..self }
    }

    /// The shape that NumPy gives it.
    fn squeezed(&self) -> Vec<usize> {
        let mut shape = self.shape();
        if self.rows == 0 && self.columns == 0 {
            return if self.ndmin == 2 { vec![0, 1] } else { vec![0] };
        }
        if shape.len() > self.ndmin {
            shape.retain(|axis| *axis != 1);
        }
        match (shape.len(), self.ndmin) {
            (0, 1) => vec![1],
            (0, 2) => vec![1, 1],
            (1, 2) => vec![shape[0], 1],
            _ => shape,
        }
    }

    fn into_any(self, shape: &[usize]) -> Result<AnyArray> {
        self.cells.into_any(&self.dtype, shape)
    }

    /// The cells as bytes, in the shape in which they lie: of two axes, or one of rows with fields.
    pub(crate) fn into_raw(self) -> Result<RawArray> {
        let shape = self.shape();
        if let Cells::Raw(dtype, bytes) = self.cells {
            return RawArray::new(dtype, &shape, bytes);
        }
        let any = self.into_any(&shape)?;
        RawArray::new(any.dtype(), &shape, any.to_le_bytes()?)
    }

    /// Takes the mask as a table of the same shape: of bools, or of rows with a bool for each field.
    fn take_mask(&mut self) -> Result<Self> {
        let mask = std::mem::take(&mut self.mask);
        let cells = match &self.cells {
            Cells::Raw(dtype, _) if self.is_record => {
                Cells::Raw(bools(dtype)?, mask.into_iter().map(u8::from).collect())
            }
            _ => Cells::Bool(mask),
        };
        let Self { rows, columns, is_record, ndmin, .. } = *self;
        let dtype = bools(&self.dtype)?;
        Ok(Self { cells, dtype, mask: Vec::new(), rows, columns, is_record, ndmin })
    }

    /// The cells, if they are of this Rust type.
    fn take<A: Element>(&mut self) -> Option<Vec<A>> {
        let cells: &mut dyn Any = match &mut self.cells {
            Cells::Bool(cells) => cells,
            Cells::Int8(cells) => cells,
            Cells::Int16(cells) => cells,
            Cells::Int32(cells) => cells,
            Cells::Int64(cells) => cells,
            Cells::UInt8(cells) => cells,
            Cells::UInt16(cells) => cells,
            Cells::UInt32(cells) => cells,
            Cells::UInt64(cells) => cells,
            Cells::Float32(cells) => cells,
            Cells::Float64(cells) => cells,
            Cells::Complex64(cells) => cells,
            Cells::Complex128(cells) => cells,
            Cells::Text(cells) => cells,
            Cells::Bytes(cells) => cells,
            Cells::Raw(..) => return None,
        };
        cells.downcast_mut::<Vec<A>>().map(std::mem::take)
    }

    /// An array of as many axes as its type has; without a number of axes, those that NumPy gives it.
    fn into_array<A: Element, D: Dimension>(mut self) -> Result<Array<A, D>> {
        let full = self.shape();
        let squeezed = self.squeezed();
        let has_one_row_or_column = full.iter().filter(|axis| **axis != 1).count() <= 1;
        let shape = match D::NDIM {
            None => squeezed,
            Some(ndim) if ndim == full.len() => full,
            Some(2) if self.is_record => vec![self.rows, 1],
            Some(1) if self.rows == 0 => vec![0],
            Some(1) if has_one_row_or_column => vec![full.iter().product()],
            Some(0) if full.iter().all(|axis| *axis == 1) => vec![],
            Some(ndim) => {
                let (rows, columns) = (counted(self.rows, "row"), counted(self.columns, "column"));
                let axes = if ndim == 1 { "axis" } else { "axes" };
                return Err(Error::custom(format!(
                    "expected an array of {ndim} {axes}, found {rows} of {columns}: load an `Array{}`, or choose by \
                     `usecols` and `max_rows`",
                    full.len()
                )));
            }
        };
        let array = match (self.take::<A>(), self.cells) {
            (Some(cells), _) => array(cells, &shape)?,
            (None, Cells::Raw(dtype, bytes)) if dtype.item_size() > 0 => {
                array(typed(&dtype, bytes)?, &shape)?
            }
            (None, cells) => {
                self.cells = cells;
                self.into_any(&shape)?.to_array::<A>(Cast::Safe)?
            }
        };
        array
            .into_dimensionality()
            .map_err(|error| Error::custom(format!("the shape does not fit the type: {error}")))
    }
}

/// What a text can be loaded as: an array of any number of axes, an [`AnyArray`], or columns one by one.
///
/// | type | is | NumPy |
/// | --- | --- | --- |
/// | `Array2<A>` | rows and columns, whatever their number | `ndmin=2` |
/// | `Array1<A>` | one row or one column, or rows of a struct that derives `NpyRecord` | `ndmin=1` |
/// | `Array0<A>` | one cell | |
/// | `ArrayD<A>`, [`AnyArray`] | axes of length 1 are dropped, unless `ndmin` is set; not of pieces | the default |
/// | `Vec<AnyArray>`, `Vec<Array1<A>>` | the columns, or fields | `unpack=True` |
/// | `(Array<A, D>, Array<bool, D>)`, `(AnyArray, AnyArray)` | the values, and a mask that is true where a cell was missing | `usemask=True` |
///
/// The cell type of an array says how cells are read; of an [`AnyArray`] the option `dtype` does, `f8` unless set.
pub trait FromText: Sized {
    /// Whether it tells which cells were missing.
    #[doc(hidden)]
    const HAS_MASK: bool = false;

    /// What cells are to be read as; `None` leaves it to the options.
    #[doc(hidden)]
    fn wanted() -> Result<Option<Wanted>>;

    /// Makes it of what was read.
    #[doc(hidden)]
    fn from_table(table: Table) -> Result<Self>;
}

fn dtype_of<A: Element>() -> Result<Wanted> {
    // Text of any width has a width of its own in `DType::of`.
    let id = TypeId::of::<A>();
    let dtype = if id == TypeId::of::<String>() {
        DType::parse("U")?
    } else if id == TypeId::of::<Vec<u8>>() {
        DType::parse("S")?
    } else {
        DType::of::<A>()?
    };
    Ok(Wanted { dtype, is_typed: true })
}

impl<A: Element, D: Dimension> FromText for Array<A, D> {
    fn wanted() -> Result<Option<Wanted>> {
        dtype_of::<A>().map(Some)
    }

    fn from_table(table: Table) -> Result<Self> {
        table.into_array()
    }
}

impl FromText for AnyArray {
    fn wanted() -> Result<Option<Wanted>> {
        Ok(None)
    }

    fn from_table(table: Table) -> Result<Self> {
        let shape = table.squeezed();
        table.into_any(&shape)
    }
}

impl FromText for Vec<AnyArray> {
    fn wanted() -> Result<Option<Wanted>> {
        Ok(None)
    }

    fn from_table(table: Table) -> Result<Self> {
        let Table { rows, columns, ref dtype, .. } = table;
        macro_rules! unpack {
            ($($variant:ident)*) => {
                match table.cells {
                    $(Cells::$variant(cells) => {
                        let columns = unpacked(cells, columns)?.into_iter();
                        columns.map(|cells| Cells::$variant(cells).into_any(dtype, &[rows])).collect()
                    })*
                    Cells::Raw(dtype, bytes) => fields_of(&dtype, bytes, columns),
                }
            };
        }
        unpack!(Bool Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64 Complex64 Complex128 Text Bytes)
    }
}

impl<A: Element, D: Dimension> FromText for (Array<A, D>, Array<bool, D>) {
    const HAS_MASK: bool = true;

    fn wanted() -> Result<Option<Wanted>> {
        dtype_of::<A>().map(Some)
    }

    fn from_table(mut table: Table) -> Result<Self> {
        if table.is_record {
            return Err(Error::custom(
                "the mask of rows with fields has fields too: load `(AnyArray, AnyArray)`",
            ));
        }
        let mask = table.take_mask()?;
        Ok((table.into_array()?, mask.into_array()?))
    }
}

impl FromText for (AnyArray, AnyArray) {
    const HAS_MASK: bool = true;

    fn wanted() -> Result<Option<Wanted>> {
        Ok(None)
    }

    fn from_table(mut table: Table) -> Result<Self> {
        let mask = table.take_mask()?;
        Ok((AnyArray::from_table(table)?, AnyArray::from_table(mask)?))
    }
}

/// The same dtype with a bool for each cell.
fn bools(dtype: &DType) -> Result<DType> {
    if let Some(fields) = layout::fields(dtype) {
        let fields: Result<Vec<_>> =
            fields.into_iter().map(|(name, dtype)| Ok((name, bools(&dtype)?))).collect();
        return DType::record(fields?);
    }
    match dtype.subdtype() {
        Some((item, shape)) => DType::subarray(bools(item)?, shape),
        None => DType::parse("bool"),
    }
}

impl<A: Element> FromText for Vec<Array1<A>> {
    fn wanted() -> Result<Option<Wanted>> {
        dtype_of::<A>().map(Some)
    }

    fn from_table(table: Table) -> Result<Self> {
        let all: Array2<A> = table.into_array()?;
        let width = all.ncols();
        let (cells, _) = all.into_raw_vec_and_offset();
        Ok(unpacked(cells, width)?.into_iter().map(Array1::from).collect())
    }
}

/// The fields of rows, or so many cells of each, as arrays of their own.
fn fields_of(dtype: &DType, bytes: Vec<u8>, columns: usize) -> Result<Vec<AnyArray>> {
    let item = dtype.item_size();
    let (places, size) = if dtype.fields().is_some() {
        (layout::places(dtype), item)
    } else {
        ((0..columns).map(|column| (column * item, dtype.clone())).collect(), item * columns)
    };
    let rows = bytes.len() / size.max(1);
    let mut fields = places.iter().map(|(_, dtype)| zeros(dtype, rows)).collect::<Result<Vec<_>>>()?;
    let parts = places.iter().zip(&mut fields);
    let mut parts: Vec<_> =
        parts.map(|((place, dtype), (cells, _))| (*place, dtype.item_size(), cells.bytes())).collect();
    take_apart(bytes, size, &mut parts);
    let fields = places.iter().zip(fields);
    fields.map(|((_, dtype), (cells, shape))| cells.into_any(dtype, &shape)).collect()
}

/// Room for so many cells of a dtype, and its shape: numbers as Rust has them, all else as bytes.
fn zeros(dtype: &DType, rows: usize) -> Result<(Cells, Vec<usize>)> {
    let (mut item, mut shape) = (dtype, vec![rows]);
    while let Some((inner, axes)) = item.subdtype() {
        shape.extend(axes);
        item = inner;
    }
    let cell = if item.fields().is_some() { None } else { Layout::of(item, 1)?.cells.first().copied() };
    let is_native = cfg!(target_endian = "little") && item.byte_order() != ByteOrder::Big;
    macro_rules! zeros {
        ($($variant:ident)*) => {
            match cell.map(|cell| cell.kind).filter(|_| is_native) {
                $(Some(Kind::$variant) => try_zeroed_vec(shape.iter().product()).map(Cells::$variant),)*
                _ => try_zeroed_vec(rows * dtype.item_size()).map(|bytes| Cells::Raw(item.clone(), bytes)),
            }
        };
    }
    let cells = zeros!(Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64);
    Ok((cells.map_err(|()| io::Error::from(io::ErrorKind::OutOfMemory))?, shape))
}

impl Cells {
    /// Their bytes, of numbers and what is bytes.
    fn bytes(&mut self) -> &mut [u8] {
        macro_rules! bytes {
            ($($variant:ident)*) => {
                match self {
                    $(Self::$variant(cells) => bytemuck::cast_slice_mut(cells),)*
                    Self::Raw(_, bytes) => bytes,
                    _ => &mut [],
                }
            };
        }
        bytes!(Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64)
    }
}
