//! What the cells of a row are and where they lie: a dtype, flattened. The one file that looks into a `DType`.

use half::f16;
use npz_core::{ByteOrder, DType, DTypeKind, Error, Result, TimeBase, TimeUnit};
use num_complex::Complex;

use crate::long_double;
use crate::number::{Fault, Number, Style};
use crate::options::counted;
use crate::time;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    Float32,
    Float64,
    LongDouble,
    Complex64,
    Complex128,
    ComplexLongDouble,
    /// Text of so many characters; 0 for any.
    Text(usize),
    /// Bytes of so many; 0 for any.
    Bytes(usize),
    DateTime(TimeUnit),
    TimeDelta(TimeUnit),
}

/// How texts and bytes are kept where they are all that a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// As Rust has them.
    Strings,
    /// So that all pieces have the same dtype.
    AsWideAsTheirDtype,
}

/// One cell of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) kind: Kind,
    offset: usize,
    size: usize,
    is_big: bool,
}

/// The cells of a row, in the order of their bytes.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) dtype: DType,
    pub(crate) cells: Vec<Cell>,
    pub(crate) item_size: usize,
    /// The names of the outermost fields; `None` for a dtype without.
    pub(crate) names: Option<Vec<String>>,
}

impl Layout {
    /// Flattens a dtype of at most so many cells.
    pub(crate) fn of(dtype: &DType, limit: usize) -> Result<Self> {
        let mut cells = Vec::new();
        flatten(dtype, 0, limit, &mut cells)?;
        if cells.is_empty() && dtype.fields().is_none() {
            return Err(without_cells(dtype));
        }
        let names = fields(dtype).map(|fields| fields.into_iter().map(|(name, _)| name).collect());
        Ok(Self { dtype: dtype.clone(), cells, item_size: dtype.item_size(), names })
    }

    /// The same of a row: of an array that is a cell, its items are columns.
    pub(crate) fn of_rows(dtype: &DType, limit: usize) -> Result<Self> {
        let item = item(dtype);
        if dtype.subdtype().is_some() && item.fields().is_some() {
            let message =
                format!("text can't be read as {dtype}: an array of rows has to be a field of a row");
            return Err(Error::custom(message));
        }
        if cells_of(dtype) == 0 {
            return Err(without_cells(dtype));
        }
        Self::of(item, limit)
    }

    /// How many cells each of the outermost fields has.
    pub(crate) fn counts(&self) -> Result<Vec<usize>> {
        let fields = fields(&self.dtype).unwrap_or_default();
        let count = |dtype: &DType| {
            let mut cells = Vec::new();
            flatten(dtype, 0, usize::MAX, &mut cells).map(|()| cells.len())
        };
        fields.iter().map(|(_, dtype)| count(dtype)).collect()
    }

    /// Whether something has to be found in the text first: how wide texts are, where it matters, or the unit of times.
    pub(crate) fn is_open(&self, texts: Texts) -> bool {
        self.cells.iter().any(|cell| match cell.kind {
            Kind::Text(0) | Kind::Bytes(0) => {
                self.names.is_some() || texts == Texts::AsWideAsTheirDtype || !cell.is_native()
            }
            Kind::DateTime(unit) => unit.base() == TimeBase::Generic,
            _ => false,
        })
    }
}

/// What an array is made of that is a cell.
pub(crate) fn item(mut dtype: &DType) -> &DType {
    while let Some((item, _)) = dtype.subdtype() {
        dtype = item;
    }
    dtype
}

/// How many cells an array has that is one.
pub(crate) fn cells_of(dtype: &DType) -> usize {
    dtype.subdtype().map_or(1, |(item, axes)| axes.iter().product::<usize>() * cells_of(item))
}

/// The fields of a dtype with their names, without padding.
pub(crate) fn fields(dtype: &DType) -> Option<Vec<(String, DType)>> {
    let fields = dtype.fields()?.iter().filter(|field| !field.is_padding());
    Some(fields.map(|field| (field.name.clone(), field.dtype.clone())).collect())
}

/// Where the fields of a dtype stand in a row, and what they are.
pub(crate) fn places(dtype: &DType) -> Vec<(usize, DType)> {
    let mut at = 0;
    let mut places = Vec::new();
    for field in dtype.fields().unwrap_or_default() {
        if !field.is_padding() {
            places.push((at, field.dtype.clone()));
        }
        at += field.dtype.item_size();
    }
    places
}

/// The same fields under other names; padding goes where names differ.
pub(crate) fn renamed(dtype: &DType, names: &[String]) -> Result<DType> {
    let old = fields(dtype).unwrap_or_default();
    if old.iter().map(|(name, _)| name).eq(names) {
        return Ok(dtype.clone());
    }
    DType::record(names.iter().cloned().zip(old.into_iter().map(|(_, dtype)| dtype)))
}

fn flatten(dtype: &DType, offset: usize, limit: usize, cells: &mut Vec<Cell>) -> Result<()> {
    match (dtype.fields(), dtype.subdtype()) {
        (Some(fields), _) => {
            let mut at = offset;
            for field in fields {
                if !field.is_padding() {
                    flatten(&field.dtype, at, limit, cells)?;
                }
                at += field.dtype.item_size();
            }
        }
        (None, Some((item, shape))) => {
            let size = item.item_size();
            let count = shape.iter().try_fold(1usize, |count, axis| count.checked_mul(*axis));
            let count = count.filter(|count| *count <= limit).ok_or_else(|| too_many(dtype, limit))?;
            for index in 0..count {
                flatten(item, offset + index * size, limit, cells)?;
            }
        }
        (None, None) => {
            let size = dtype.item_size();
            let refused = || {
                Error::custom(format!(
                    "text can't be read as {dtype}: expected numbers, text, bytes or times"
                ))
            };
            let unit = dtype.time_unit();
            let kind = match (dtype.kind(), size) {
                (DTypeKind::Bool, _) => Kind::Bool,
                (DTypeKind::Int, 1) => Kind::Int8,
                (DTypeKind::Int, 2) => Kind::Int16,
                (DTypeKind::Int, 4) => Kind::Int32,
                (DTypeKind::Int, 8) => Kind::Int64,
                (DTypeKind::Uint, 1) => Kind::UInt8,
                (DTypeKind::Uint, 2) => Kind::UInt16,
                (DTypeKind::Uint, 4) => Kind::UInt32,
                (DTypeKind::Uint, 8) => Kind::UInt64,
                (DTypeKind::Float, 2) => Kind::Float16,
                (DTypeKind::Float, 4) => Kind::Float32,
                (DTypeKind::Float, 8) => Kind::Float64,
                (DTypeKind::Float, 16) => Kind::LongDouble,
                (DTypeKind::Complex, 8) => Kind::Complex64,
                (DTypeKind::Complex, 16) => Kind::Complex128,
                (DTypeKind::Complex, 32) => Kind::ComplexLongDouble,
                (DTypeKind::Unicode, size) => Kind::Text(size / 4),
                (DTypeKind::Bytes, size) => Kind::Bytes(size),
                (DTypeKind::DateTime, _) => Kind::DateTime(unit.ok_or_else(refused)?),
                (DTypeKind::TimeDelta, _) => Kind::TimeDelta(unit.ok_or_else(refused)?),
                _ => return Err(refused()),
            };
            cells.push(Cell { kind, offset, size, is_big: dtype.byte_order() == ByteOrder::Big });
        }
    }
    if cells.len() > limit { Err(too_many(dtype, limit)) } else { Ok(()) }
}

fn without_cells(dtype: &DType) -> Error {
    Error::custom(format!("a row of {dtype} has no cells that text could fill"))
}

fn too_many(dtype: &DType, limit: usize) -> Error {
    Error::custom(format!(
        "a row of {dtype} takes more than the {limit} fields allowed: raise `Limits::columns`"
    ))
}

/// The same dtype with what was found: widths of texts and bytes, units of times, of each cell in turn.
pub(crate) fn closed(dtype: &DType, found: &[Found]) -> Result<DType> {
    if fields(dtype).is_none() && dtype.subdtype().is_none() {
        return close(dtype, &mut [found.iter().fold(Found::default(), Found::join)].iter());
    }
    close(dtype, &mut found.iter())
}

/// The same with as many as it takes. Of no rows there is nothing.
fn close<'f>(dtype: &DType, found: &mut impl Iterator<Item = &'f Found>) -> Result<DType> {
    if let Some(fields) = fields(dtype) {
        let fields = fields.into_iter().map(|(name, dtype)| Ok((name, close(&dtype, found)?)));
        return DType::record(fields.collect::<Result<Vec<_>>>()?);
    }
    if let Some((item, shape)) = dtype.subdtype() {
        let count = shape.iter().product();
        let mut cells = Vec::new();
        flatten(item, 0, usize::MAX, &mut cells)?;
        let mut joined = vec![Found::default(); cells.len()];
        for cell in (0..count).flat_map(|_| 0..cells.len()) {
            joined[cell] = found.next().map_or(joined[cell], |found| joined[cell].join(found));
        }
        return DType::subarray(close(item, &mut joined.iter())?, shape);
    }
    let found = found.next().copied().unwrap_or_default();
    let unit = dtype.time_unit().map(TimeUnit::base);
    match (dtype.kind(), unit, found.base) {
        (DTypeKind::Unicode, ..) if dtype.item_size() == 0 => {
            let order = if dtype.byte_order() == ByteOrder::Big { '>' } else { '<' };
            DType::parse(&format!("{order}U{}", found.width.max(1)))
        }
        (DTypeKind::Bytes, ..) if dtype.item_size() == 0 => {
            DType::parse(&format!("|S{}", found.width.max(1)))
        }
        (DTypeKind::DateTime, Some(TimeBase::Generic), Some(base)) => DType::parse(&format!("<M8[{base}]")),
        _ => Ok(dtype.clone()),
    }
}

/// What the cells of a column need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    pub(crate) width: usize,
    pub(crate) base: Option<TimeBase>,
}

impl Found {
    pub(crate) fn join(self, other: &Self) -> Self {
        let base = other.base.map_or(self.base, |base| Some(time::finer(self.base, base)));
        Self { width: self.width.max(other.width), base }
    }
}

impl Cell {
    /// Whether an array of such cells has them as Rust has numbers, or texts.
    pub(crate) fn is_native(&self) -> bool {
        use Kind::{ComplexLongDouble, DateTime, Float16, LongDouble, TimeDelta};
        !self.is_big
            && !matches!(self.kind, DateTime(_) | TimeDelta(_) | LongDouble | ComplexLongDouble | Float16)
    }

    /// The bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Reads a text into the bytes of a row.
    pub(crate) fn read(&self, text: &str, style: Style, row: &mut [u8]) -> Result<(), Fault> {
        let bytes = &mut row[self.offset..self.offset + self.size];
        match self.kind {
            Kind::Bool => bool::parse(text, style)?.put(bytes),
            Kind::Int8 => i8::parse(text, style)?.put(bytes),
            Kind::Int16 => i16::parse(text, style)?.put(bytes),
            Kind::Int32 => i32::parse(text, style)?.put(bytes),
            Kind::Int64 => i64::parse(text, style)?.put(bytes),
            Kind::UInt8 => u8::parse(text, style)?.put(bytes),
            Kind::UInt16 => u16::parse(text, style)?.put(bytes),
            Kind::UInt32 => u32::parse(text, style)?.put(bytes),
            Kind::UInt64 => u64::parse(text, style)?.put(bytes),
            Kind::Float16 => f16::parse(text, style)?.put(bytes),
            Kind::Float32 => f32::parse(text, style)?.put(bytes),
            Kind::Float64 => f64::parse(text, style)?.put(bytes),
            Kind::Complex64 => Complex::<f32>::parse(text, style)?.put(bytes),
            Kind::Complex128 => Complex::<f64>::parse(text, style)?.put(bytes),
            Kind::LongDouble => bytes.copy_from_slice(&long_double::parse(text, style)?),
            Kind::ComplexLongDouble => bytes.copy_from_slice(&long_double::parse_complex(text, style)?),
            Kind::Text(width) => {
                fit(text.chars().count(), width, "character")?;
                for (cell, c) in bytes.chunks_exact_mut(4).zip(text.chars()) {
                    cell.copy_from_slice(&u32::from(c).to_le_bytes());
                }
            }
            Kind::Bytes(width) => {
                let text = latin1(text)?;
                fit(text.len(), width, "byte")?;
                bytes[..text.len()].copy_from_slice(&text);
            }
            Kind::DateTime(unit) => bytes.copy_from_slice(&time::datetime(text, unit)?.to_le_bytes()),
            Kind::TimeDelta(unit) => bytes.copy_from_slice(&time::timedelta(text, unit)?.to_le_bytes()),
        }
        if self.is_big {
            let width = match self.kind {
                Kind::Text(_) => 4,
                Kind::Complex64 | Kind::Complex128 | Kind::ComplexLongDouble => self.size / 2,
                _ => self.size,
            };
            bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
        }
        Ok(())
    }

    /// Reads a plain number at the start of a line into the bytes of a row; gives its length. `None` where a closer look is
    /// needed.
    #[inline]
    pub(crate) fn plain(&self, text: &[u8], row: &mut [u8]) -> Option<usize> {
        fn put<T: Number>(text: &[u8], bytes: &mut [u8]) -> Option<usize> {
            let (value, len) = T::plain(text)?;
            value.put(bytes);
            Some(len)
        }
        let bytes = &mut row[self.offset..self.offset + self.size];
        let len = match self.kind {
            Kind::Int8 => put::<i8>(text, bytes),
            Kind::Int16 => put::<i16>(text, bytes),
            Kind::Int32 => put::<i32>(text, bytes),
            Kind::Int64 => put::<i64>(text, bytes),
            Kind::UInt8 => put::<u8>(text, bytes),
            Kind::UInt16 => put::<u16>(text, bytes),
            Kind::UInt32 => put::<u32>(text, bytes),
            Kind::UInt64 => put::<u64>(text, bytes),
            Kind::Float32 => put::<f32>(text, bytes),
            Kind::Float64 => put::<f64>(text, bytes),
            _ => None,
        };
        if self.is_big {
            bytes.reverse();
        }
        len
    }

    /// What stands for a cell that is missing, as text, if anything does; and whether it says that there was nothing.
    pub(crate) fn missing(&self) -> (Option<&'static str>, bool) {
        match self.kind {
            Kind::Bool => (Some("False"), false),
            Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => (Some("-1"), false),
            Kind::UInt8 | Kind::UInt16 | Kind::UInt32 | Kind::UInt64 => (None, false),
            Kind::Text(_) | Kind::Bytes(_) => (None, false),
            Kind::DateTime(_) | Kind::TimeDelta(_) => (Some("NaT"), false),
            _ => (Some("nan"), true),
        }
    }
}

/// A text as bytes, each of which is a character.
pub(crate) fn latin1(text: &str) -> Result<Vec<u8>, Fault> {
    if text.is_ascii() {
        return Ok(text.as_bytes().to_vec());
    }
    let bytes = text.chars().map(|c| u8::try_from(c).map_err(|_| c));
    bytes
        .collect::<Result<_, _>>()
        .map_err(|c| Fault::Syntax(format!("bytes, and {c:?} is none (a dtype of text, U, holds it)")))
}

/// Whether a text has room; a width of 0 has room for all.
pub(crate) fn fit(len: usize, width: usize, unit: &str) -> Result<(), Fault> {
    if width == 0 || len <= width {
        return Ok(());
    }
    let most = counted(width, unit);
    Err(Fault::Range(format!("text of at most {most} (it has {len}: widen the dtype)")))
}
