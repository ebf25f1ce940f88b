//! From a source to a table: the plan is made, the sink chosen, the rows are read.

use std::path::Path;

use npz_core::{DType, Error, Result};
use num_complex::Complex;

use crate::head::Head;
use crate::infer::{Column, Type, Types};
use crate::input::Source;
use crate::layout::{Kind, Layout, Texts, cells_of, closed, item};
use crate::number::Style;
use crate::options::{CellType, Names, counted};
use crate::plan::{Plan, Select};
use crate::prepare::{Columns, Wanted, columns, plan};
use crate::progress::Meter;
use crate::reader::Reader;
use crate::settings::Settings;
use crate::sink::{ByteStrings, Numbers, Rows, Store, Strings, Widths};
use crate::split::strip;
use crate::table::{Cells, FromText, Table};
use crate::twice::Twice;

/// Something that gives tables, one after the other.
pub(crate) trait Tables {
    /// Reads so many rows, or fewer at the end.
    fn next(&mut self, rows: usize) -> Result<Table>;

    /// The bytes that a row takes.
    fn row_size(&self) -> usize;
}

impl<S: Store + IntoCells> Tables for Reader<'_, '_, S> {
    fn next(&mut self, rows: usize) -> Result<Table> {
        if rows == usize::MAX {
            S::fill(self)?;
        }
        let (sink, mask, rows) = self.read(rows)?;
        if rows == 0 && self.is_empty() {
            self.settings().warn("the text holds no data");
        }
        let plan = self.plan();
        let is_record = plan.is_record;
        // Of no rows, NumPy's `genfromtxt` knows no columns, and `loadtxt` guesses one.
        let columns = match (rows, plan.style, &plan.select) {
            (0, Style::GenFromTxt, _) => 0,
            (0, Style::LoadTxt, Select::All(_)) if !is_record => 1,
            _ => plan.width(),
        };
        Ok(Table {
            cells: sink.into_cells(self.dtype()),
            dtype: self.dtype().clone(),
            mask,
            rows,
            columns,
            is_record,
            ndmin: self.settings().ndmin,
        })
    }

    fn row_size(&self) -> usize {
        self.plan().row_size()
    }
}

/// What a sink has collected.
pub(crate) trait IntoCells: Sized {
    /// Reads what can be read straight into the result.
    fn fill(_: &mut Reader<'_, '_, Self>) -> Result<()> {
        Ok(())
    }

    fn into_cells(self, dtype: &DType) -> Cells;
}

macro_rules! numbers {
    ($($variant:ident $type:ty;)*) => {$(
        impl IntoCells for Numbers<$type> {
            fn fill(reader: &mut Reader<'_, '_, Self>) -> Result<()> {
                reader.fill()
            }

            fn into_cells(self, _: &DType) -> Cells {
                Cells::$variant(self.0)
            }
        }
    )*};
}

numbers! {
    Bool bool;
    Int8 i8;
    Int16 i16;
    Int32 i32;
    Int64 i64;
    UInt8 u8;
    UInt16 u16;
    UInt32 u32;
    UInt64 u64;
    Float32 f32;
    Float64 f64;
    Complex64 Complex<f32>;
    Complex128 Complex<f64>;
}

impl IntoCells for Strings {
    fn into_cells(self, _: &DType) -> Cells {
        Cells::Text(self.0)
    }
}

impl IntoCells for ByteStrings {
    fn into_cells(self, _: &DType) -> Cells {
        Cells::Bytes(self.0)
    }
}

impl IntoCells for Rows {
    fn into_cells(self, dtype: &DType) -> Cells {
        Cells::Raw(item(dtype).clone(), self.0)
    }
}

/// Loads all rows of a source.
pub(crate) fn load<T: FromText>(settings: &Settings<'_>, source: Source<'_>) -> Result<T> {
    let path = source.path();
    load_all(settings, source).map_err(|error| in_file(error, path.as_deref()))
}

/// An error with the file that is concerned, if there is one.
pub(crate) fn in_file(error: Error, path: Option<&Path>) -> Error {
    match path {
        Some(path) => error.in_file(path),
        None => error,
    }
}

fn load_all<T: FromText>(settings: &Settings<'_>, source: Source<'_>) -> Result<T> {
    let keep = Keep { texts: Texts::Strings, has_mask: T::HAS_MASK };
    let table = make(settings, source, T::wanted()?, keep)?.next(usize::MAX)?;
    T::from_table(table)
}

/// How cells are kept, and what beside them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    pub(crate) texts: Texts,
    /// Which cells were missing.
    pub(crate) has_mask: bool,
}

/// Makes what reads a source. What the cells are may have to be found in a first pass.
pub(crate) fn make<'t>(
    settings: &'t Settings<'t>,
    source: Source<'t>,
    typed: Option<Wanted>,
    keep: Keep,
) -> Result<Box<dyn Tables + 't>> {
    let wanted = match (&settings.dtype, typed) {
        (Some(CellType(Some(dtype))), _) => Some(Wanted { dtype: dtype.clone(), is_typed: false }),
        (Some(CellType(None)), None) => None,
        (_, Some(typed)) => Some(typed),
        (None, None) => Some(Wanted { dtype: DType::parse("<f8")?, is_typed: false }),
    };
    if let (Style::LoadTxt, Some(Wanted { dtype, is_typed: false })) = (settings.style, &wanted)
        && dtype.subdtype().is_some()
    {
        return Err(Error::custom(format!(
            "`loadtxt` reads no array as a cell: {dtype} has to be a field of a dtype, or its items one cell each"
        )));
    }
    let given = |columns: &Columns| columns.dtype.clone().map_or_else(|| DType::parse("<f8"), Ok);
    let is_open = match &wanted {
        None => true,
        // Names make rows with fields of a dtype without.
        Some(wanted) if !wanted.is_typed && settings.names != Names::None => {
            Layout::of_rows(&wanted.dtype, settings.limits.columns)?.is_open(Texts::AsWideAsTheirDtype)
        }
        Some(wanted) => Layout::of_rows(&wanted.dtype, settings.limits.columns)?.is_open(keep.texts),
    };
    let len = source.path().and_then(|path| Some(path.metadata().ok()?.len()));
    let mut meter = Meter::new(settings.progress.as_ref(), len, if is_open && len.is_some() { 2 } else { 1 });
    if !is_open {
        return once(settings, source, meter, wanted.as_ref(), keep, None, |columns| {
            Ok((given(columns)?, Vec::new()))
        });
    }
    let mut source = Twice::new(source, settings, &mut meter)?;
    if let Some(wanted) = wanted {
        let (Widths(found), size) = scan::<Widths>(settings, source.first()?, &mut meter, Some(&wanted))?;
        once(settings, source.second()?, meter, Some(&wanted), keep, Some(size), |columns| {
            Ok((closed(&given(columns)?, &found)?, Vec::new()))
        })
    } else {
        let (Types(found), size) = scan::<Types>(settings, source.first()?, &mut meter, None)?;
        once(settings, source.second()?, meter, None, keep, Some(size), |columns| {
            inferred(settings, columns, &found, keep.texts)
        })
    }
}

/// How much there is of a table.
#[derive(Clone, Copy)]
struct Size {
    rows: usize,
    text: u64,
}

/// How many times the bytes of its text a table may take because one text is much longer than the others, if that is more than
/// `SMALL` and no other limit is set: all rows are as wide as the widest.
const WIDENED: u64 = 64;
const SMALL: u64 = 256 << 20;

impl Size {
    /// Refuses a table that takes much more memory than its text, which nobody asked for.
    fn check(self, plan: &Plan<'_>) -> Result<()> {
        let all = (self.rows as u64).saturating_mul(plan.row_size() as u64);
        if plan.limits.array_bytes < u64::MAX {
            return plan.limits.check_array(all);
        }
        if all <= self.text.saturating_mul(WIDENED).max(SMALL) {
            return Ok(());
        }
        let widest = plan.cells.iter().enumerate().max_by_key(|(_, cell)| cell.size());
        let (column, size) = widest.map_or((0, 0), |(column, cell)| (column, cell.size()));
        let place = if plan.is_record { format!("column {} has", column + 1) } else { "there is".to_owned() };
        let (rows, text) = (self.rows, self.text);
        Err(Error::custom(format!(
            "{place} a text that takes {size} bytes, so {rows} rows as wide as that take {all}, of a text of {text}: set the dtype, with \
             the width of its texts, as U80, or leave the column out by `usecols`"
        )))
    }
}

/// Reads all rows into a sink that only looks at them.
fn scan<'s, S: Store>(
    settings: &'s Settings<'s>,
    source: Source<'_>,
    meter: &mut Meter<'s>,
    wanted: Option<&Wanted>,
) -> Result<(S, Size)> {
    let splitter = settings.splitter()?;
    let head = Head::read(source, settings, &splitter)?;
    let found = head.first.as_ref().map_or(0, Vec::len);
    let mut columns = columns(&head, settings, wanted)?;
    let dtype = columns.dtype.take().map_or_else(|| DType::parse("U"), Ok)?;
    let layout = Layout::of_rows(&dtype, settings.limits.columns)?;
    let plan = plan(settings, splitter, columns, &layout, found)?;
    let mut reader = Reader::<S>::new(head, plan, settings, dtype, *meter);
    let (sink, _, rows) = reader.read(usize::MAX)?;
    *meter = reader.meter();
    Ok((sink, Size { rows, text: reader.text_bytes() }))
}

/// The dtype of a table whose columns were looked at, and the texts that stand for a column which tells nothing.
fn inferred(
    settings: &Settings<'_>,
    columns: &Columns,
    types: &[Column],
    texts: Texts,
) -> Result<(DType, Vec<(usize, Type)>)> {
    let mut telling = types.iter().filter(|column| column.is_telling()).map(|column| column.is);
    let first = telling.next();
    if let (Some(first), None) = (first, &columns.names)
        && telling.all(|other| other == first)
    {
        let width = types.iter().map(Column::text_width).max().unwrap_or(0);
        let silent = types.iter().enumerate().filter(|(_, column)| !column.is_telling());
        let silent: Vec<_> = silent.map(|(index, _)| (index, first)).collect();
        let dtype = match first {
            Type::Text if texts != Texts::AsWideAsTheirDtype => DType::parse("U")?,
            Type::Text if !silent.is_empty() => first.dtype(width.max(first.nothing().len()))?,
            _ => first.dtype(width)?,
        };
        return Ok((dtype, silent));
    }
    if types.is_empty() {
        return Ok((Type::Float.dtype(0)?, Vec::new()));
    }
    let names = match &columns.names {
        Some(names) => names.clone(),
        None => settings.cleaner.all_numbered(types.len())?,
    };
    if names.len() != types.len() {
        let (names, found) = (names.len(), types.len());
        let columns = counted(found, "column");
        return Err(Error::custom(format!("expected a name for each of {columns}, found {names}")));
    }
    let fields =
        types.iter().map(|column| column.is.dtype(column.text_width())).collect::<Result<Vec<_>>>()?;
    Ok((DType::record(names.into_iter().zip(fields))?, Vec::new()))
}

/// Makes what reads a source once.
fn once<'t>(
    settings: &'t Settings<'t>,
    source: Source<'t>,
    meter: Meter<'t>,
    wanted: Option<&Wanted>,
    keep: Keep,
    size: Option<Size>,
    dtype: impl FnOnce(&Columns) -> Result<(DType, Vec<(usize, Type)>)>,
) -> Result<Box<dyn Tables + 't>> {
    let splitter = settings.splitter()?;
    let head = Head::read(source, settings, &splitter)?;
    let found = head.first.as_ref().map_or(0, Vec::len);
    let columns = columns(&head, settings, wanted)?;
    let (dtype, silent) = dtype(&columns)?;
    let layout = Layout::of_rows(&dtype, settings.limits.columns)?;
    let mut plan = plan(settings, splitter, columns, &layout, found)?;
    size.map_or(Ok(()), |size| size.check(&plan))?;
    let (columns, cells) = (plan.width(), cells_of(&dtype));
    if dtype.subdtype().is_some() && ![0, cells].contains(&columns) {
        let message = format!(
            "a cell of {dtype} takes {}, found {columns}: choose as many by `usecols`",
            counted(cells, "column")
        );
        return Err(Error::custom(message));
    }
    plan.has_mask = keep.has_mask;
    if plan.has_mask && plan.columns.iter().any(|column| !column.missing.is_empty()) {
        // A number may be one that stands for nothing.
        plan.plain = None;
    }
    for (column, is) in silent {
        let fill = plan.columns[column].fill.clone();
        let yes = if matches!(is, Type::Bool | Type::Text) { "True" } else { "1" };
        plan.columns[column].converter = Some(plan.converters.len());
        plan.plain = None;
        plan.converters.push(Box::new(move |text, _| {
            // What is no such word is missing, though it may be a number.
            Ok(match strip(text) {
                word if word.eq_ignore_ascii_case("true") => yes.to_owned(),
                word if word.eq_ignore_ascii_case("false") => is.nothing().to_owned(),
                _ => fill.clone().unwrap_or_else(|| is.nothing().to_owned()),
            })
        }));
    }
    macro_rules! read {
        ($sink:ty) => {
            Box::new(Reader::<$sink>::new(head, plan, settings, dtype, meter))
        };
    }
    let uniform = layout.cells.first().filter(|cell| layout.names.is_none() && cell.is_native());
    Ok(match uniform.map(|cell| cell.kind) {
        Some(Kind::Bool) => read!(Numbers<bool>),
        Some(Kind::Int8) => read!(Numbers<i8>),
        Some(Kind::Int16) => read!(Numbers<i16>),
        Some(Kind::Int32) => read!(Numbers<i32>),
        Some(Kind::Int64) => read!(Numbers<i64>),
        Some(Kind::UInt8) => read!(Numbers<u8>),
        Some(Kind::UInt16) => read!(Numbers<u16>),
        Some(Kind::UInt32) => read!(Numbers<u32>),
        Some(Kind::UInt64) => read!(Numbers<u64>),
        Some(Kind::Float32) => read!(Numbers<f32>),
        Some(Kind::Float64) => read!(Numbers<f64>),
        Some(Kind::Complex64) => read!(Numbers<Complex<f32>>),
        Some(Kind::Complex128) => read!(Numbers<Complex<f64>>),
        Some(Kind::Text(width)) if width == 0 || keep.texts == Texts::Strings => read!(Strings),
        Some(Kind::Bytes(width)) if width == 0 || keep.texts == Texts::Strings => read!(ByteStrings),
        _ => read!(Rows),
    })
}
