//! `np.savetxt`.

use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use npz_core::{Error, Result};

use crate::cells::{self, Cells, ToText};
use crate::encoding::{Encode, Encoding};
use crate::format::{self, Part, Spec};
use crate::open::Sink;
use crate::options::counted;

/// Formats: one for all columns or for the whole row, `"%.6g"` or `"%d: %.3f"`, or one for each column, `["%d", "%.3f"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formats {
    /// One for each cell; or one for the row, if it has as many conversions as there are columns.
    One(String),
    /// One for each column.
    Each(Vec<String>),
}

impl From<&str> for Formats {
    fn from(format: &str) -> Self {
        Self::One(format.to_owned())
    }
}

impl From<Vec<String>> for Formats {
    fn from(formats: Vec<String>) -> Self {
        Self::Each(formats)
    }
}

impl<const N: usize> From<[&str; N]> for Formats {
    fn from(formats: [&str; N]) -> Self {
        Self::Each(formats.map(str::to_owned).to_vec())
    }
}

/// How many cells, with what stands between them, a thread prints at a time.
const PIECE: usize = 32768;

/// What a caller of a save is told: how many rows are written, of how many.
type Progress<'a> = Box<dyn Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'a>;

/// Saves arrays as text, as [`np.savetxt`](https://numpy.org/doc/stable/reference/generated/numpy.savetxt.html) does: the
/// same bytes.
///
/// Each option has NumPy's name and default.
///
/// ```
/// use ndarray::array;
/// use npz_text::SaveTxt;
///
/// let mut text = Vec::new();
/// SaveTxt::new().delimiter(",").format("%.6g").header("x,y").write(&mut text, &array![[1.0, 0.1], [1e-9, 2e9]])?;
/// assert_eq!(String::from_utf8_lossy(&text), "# x,y\n1,0.1\n1e-09,2e+09\n");
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct SaveTxt<'a> {
    format: Formats,
    delimiter: String,
    newline: String,
    header: String,
    footer: String,
    comments: String,
    encoding: Encoding,
    threads: usize,
    progress: Option<Progress<'a>>,
}

impl Default for SaveTxt<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> SaveTxt<'a> {
    /// The defaults: `%.18e`, a blank between columns, `\n` behind rows, UTF-8.
    pub fn new() -> Self {
        Self {
            format: "%.18e".into(),
            delimiter: " ".to_owned(),
            newline: "\n".to_owned(),
            header: String::new(),
            footer: String::new(),
            comments: "# ".to_owned(),
            encoding: Encoding::Utf8,
            threads: 0,
            progress: None,
        }
    }

    /// Sets how cells are printed, by Python's `%` formats: flags, width, precision and one of `d i u o x X e E f F g G c s r a`;
    /// NumPy's `fmt`, `%.18e` unless set.
    ///
    /// A complex cell has two parts: one format for all is ` (%+.3e%+.3ej)` with both, formats for each column or row name
    /// both.
    pub fn format(mut self, format: impl Into<Formats>) -> Self {
        self.format = format.into();
        self
    }

    /// Sets what stands between columns; a blank unless set. A format for the whole row has its own.
    pub fn delimiter(mut self, delimiter: &str) -> Self {
        delimiter.clone_into(&mut self.delimiter);
        self
    }

    /// Sets what ends a row; `\n` unless set.
    pub fn newline(mut self, newline: &str) -> Self {
        newline.clone_into(&mut self.newline);
        self
    }

    /// Sets a text before the rows, each line of which becomes a comment; none unless set.
    pub fn header(mut self, header: &str) -> Self {
        header.clone_into(&mut self.header);
        self
    }

    /// Sets a text behind the rows, each line of which becomes a comment; none unless set.
    pub fn footer(mut self, footer: &str) -> Self {
        footer.clone_into(&mut self.footer);
        self
    }

    /// Sets what makes comments of header and footer; `# ` unless set.
    pub fn comments(mut self, comments: &str) -> Self {
        comments.clone_into(&mut self.comments);
        self
    }

    /// Sets the encoding of the file; UTF-8 unless set.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Prints with at most so many threads; 0, the default, stands for all cores.
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = count;
        self
    }

    /// Sets a function that is told how far a save has come: how many rows are written, of how many. Where it gives
    /// `ControlFlow::Break(())`, the save ends with [`ErrorKind::Cancelled`](npz_core::ErrorKind::Cancelled), and the file that was
    /// there stays.
    pub fn progress(mut self, tell: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'a) -> Self {
        self.progress = Some(Box::new(tell));
        self
    }

    /// Saves an array of one or two axes, or one of rows with fields; compressed where the path ends in `.gz`, with the
    /// features `bzip2` and `xz` also `.bz2`, `.xz` and `.lzma`.
    ///
    /// The file is seen under its name when it is whole.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](npz_core::ErrorKind::Io) of the file system; [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) for
    /// a format that does not fit the cells, or their number.
    pub fn save(&self, path: impl AsRef<Path>, array: &(impl ToText + ?Sized)) -> Result<()> {
        let path = path.as_ref();
        let save = || -> Result<()> {
            let mut sink = Sink::create(path)?;
            self.print(&mut sink, array)?;
            sink.commit()
        };
        save().map_err(|error| error.in_file(path))
    }

    /// Writes an array, uncompressed, and flushes the writer.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn write(&self, writer: impl Write, array: &(impl ToText + ?Sized)) -> Result<()> {
        Ok(self.print(writer, array)?.flush()?)
    }

    /// Gives the writer back.
    fn print<W: Write>(&self, writer: W, array: &(impl ToText + ?Sized)) -> Result<W> {
        let row = self.row(array)?;
        let mut writer = Encode::new(writer, self.encoding)?;
        self.comment(&mut writer, &self.header)?;
        let piece = (PIECE / row.parts.len().max(1)).max(1);
        let threads = if row.rows > piece { crate::team::threads(self.threads) } else { 1 };
        let mut starts = (0..row.rows).step_by(piece);
        // Texts that were written: their memory serves the next.
        let spare: Mutex<Vec<Vec<u8>>> = Mutex::default();
        let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
        let mut done = 0;
        crate::team::in_order(
            threads,
            || starts.next(),
            |start| {
                let mut text = spare().pop().unwrap_or_default();
                row.print(array, start..(start + piece).min(row.rows), &mut text)?;
                Ok(text)
            },
            |text: Result<Vec<u8>>| {
                let mut text = text?;
                writer.write(&text)?;
                text.clear();
                spare().push(text);
                done = (done + piece).min(row.rows);
                match &self.progress {
                    Some(tell) if tell(done as u64, row.rows as u64).is_break() => Err(Error::cancelled()),
                    _ => Ok(()),
                }
            },
        )?;
        self.comment(&mut writer, &self.footer)?;
        Ok(writer.into_inner())
    }

    fn comment<W: Write>(&self, writer: &mut Encode<W>, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = text.replace('\n', &format!("\n{}", self.comments));
        writer.write(format!("{}{text}{}", self.comments, self.newline).as_bytes())
    }

    /// How a row is printed.
    fn row(&self, array: &(impl ToText + ?Sized)) -> Result<Row<'_>> {
        let shape = array.axes();
        let dtype = array.cell_type()?;
        let fields = crate::layout::fields(&dtype);
        if !(1..=2).contains(&shape.len()) || (fields.is_some() && shape.len() != 1) {
            let found = shape.len();
            return Err(Error::custom(format!(
                "expected an array of one or two axes, or one axis of rows with fields, found {found}: `index_axis` takes a part"
            )));
        }
        let columns = fields.as_ref().map_or_else(|| shape.get(1).copied().unwrap_or(1), Vec::len);
        let is_complex = fields.is_none() && matches!(dtype.to_string().get(..2), Some("<c" | ">c"));
        let cells = if is_complex { 2 } else { 1 };
        let bad =
            |format: &str, why: &str| Error::custom(format!("the format {format:?} can't be read: {why}"));
        let parse = |format: &str| format::parse(format).map_err(|why| bad(format, &why));
        let count = |parts: &[Part]| parts.iter().filter(|part| matches!(part, Part::Cell(_))).count();
        let delimiter = Part::Text(self.delimiter.clone());
        let mut parts: Vec<Part> = Vec::new();
        let mut float = None;
        match &self.format {
            Formats::Each(formats) => {
                if formats.len() != columns {
                    return Err(Error::custom(format!(
                        "expected a format for each of {}, found {}",
                        counted(columns, "column"),
                        formats.len()
                    )));
                }
                for (index, format) in formats.iter().enumerate() {
                    if index > 0 {
                        parts.push(delimiter.clone());
                    }
                    parts.extend(parse(format)?);
                }
            }
            Formats::One(format) => {
                let one = parse(format)?;
                if let [Part::Cell(spec)] = one[..] {
                    float = Some(spec).filter(Spec::is_float);
                }
                if count(&one) == 1 {
                    for index in 0..columns {
                        if index > 0 {
                            parts.push(delimiter.clone());
                        }
                        if is_complex {
                            parts.push(Part::Text(" (".to_owned()));
                            parts.extend(one.iter().cloned());
                            parts.push(Part::Text("+".to_owned()));
                            parts.extend(one.iter().cloned());
                            parts.push(Part::Text("j)".to_owned()));
                        } else {
                            parts.extend(one.iter().cloned());
                        }
                    }
                } else {
                    parts = one;
                }
            }
        }
        let (expected, found) = (columns * cells, count(&parts));
        if expected != found {
            return Err(Error::custom(format!(
                "the formats have {}, and a row has {}: give one format, or one for each column{}",
                counted(found, "conversion"),
                counted(expected, "number"),
                if is_complex { ", with one conversion for each part of a complex number" } else { "" }
            )));
        }
        parts.push(Part::Text(self.newline.clone()));
        let (delimiter, is_record) = (&self.delimiter, fields.is_some());
        Ok(Row { parts, rows: shape[0], columns, is_complex, is_record, float, delimiter })
    }
}

/// How a row is printed.
struct Row<'s> {
    parts: Vec<Part>,
    rows: usize,
    columns: usize,
    is_complex: bool,
    is_record: bool,
    /// The format of all cells, if it is one of floats and there is nothing else; and what stands between them.
    float: Option<Spec>,
    delimiter: &'s str,
}

impl Row<'_> {
    /// Prints the rows of a range.
    fn print(&self, array: &(impl ToText + ?Sized), range: Range<usize>, out: &mut Vec<u8>) -> Result<()> {
        let start = range.start;
        let rows = array.rows_of(range)?;
        let columns = rows.cells(self.is_record);
        out.reserve(rows.count() * self.parts.len() * 12);
        if let (Some(spec), [Cells::Float64(cells)], Some(Part::Text(newline))) =
            (self.float, &columns[..], self.parts.last())
        {
            for row in rows.first()..rows.first() + rows.count() {
                spec.floats(out, &cells[row * self.columns..][..self.columns], self.delimiter);
                out.extend_from_slice(newline.as_bytes());
            }
            return Ok(());
        }
        for row in 0..rows.count() {
            let line = out.len();
            let at = rows.first() + row;
            let mut cell = 0;
            for part in &self.parts {
                let spec = match part {
                    Part::Text(text) => {
                        for byte in text.bytes() {
                            out.push(byte);
                        }
                        continue;
                    }
                    Part::Cell(spec) => spec,
                };
                let (column, of_cell) = match (self.is_complex, cell % 2) {
                    (false, _) => (cell, None),
                    (true, 0) => (cell / 2, Some(cells::Part::Real)),
                    (true, _) => (cell / 2, Some(cells::Part::Imaginary)),
                };
                cell += 1;
                let (column, index) =
                    if self.is_record { (column, at) } else { (0, at * self.columns + column) };
                columns[column].write(index, of_cell, spec, out).map_err(|why| {
                    // Both from one, as loads count lines and columns.
                    let column = 1 + if self.is_record { column } else { index % self.columns };
                    Error::custom(format!("row {}, column {column}: {why}", start + row + 1))
                })?;
            }
            if self.is_complex {
                // As NumPy has it, where the imaginary part brings its own sign.
                let printed = out.split_off(line);
                let mut rest = &printed[..];
                while let Some(at) = memchr::memmem::find(rest, b"+-") {
                    out.extend_from_slice(&rest[..at]);
                    rest = &rest[at + 1..];
                }
                out.extend_from_slice(rest);
            }
        }
        Ok(())
    }
}
