//! What options are made of: columns, delimiters, names, limits.

use std::ops::RangeFull;

use npz_core::{DType, Error, Result};

/// Which column an option speaks of: `0`, `-1` for the last, `"name"`, or `..` for all.
///
/// ```
/// use npz_text::Column;
///
/// assert_eq!(Column::from(-1), Column::Index(-1));
/// assert_eq!(Column::from("mass"), Column::Name("mass".to_owned()));
/// assert_eq!(Column::from(..), Column::All);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// All columns.
    All,
    /// The column at a place, from 0; below 0 from the end.
    Index(isize),
    /// The column of a name, as names are after they were cleaned.
    Name(String),
}

impl From<RangeFull> for Column {
    fn from(_: RangeFull) -> Self {
        Self::All
    }
}

impl From<i32> for Column {
    fn from(index: i32) -> Self {
        Self::Index(index as isize)
    }
}

impl From<isize> for Column {
    fn from(index: isize) -> Self {
        Self::Index(index)
    }
}

impl From<usize> for Column {
    /// A column past `isize::MAX` is one that no table has.
    fn from(index: usize) -> Self {
        Self::Index(isize::try_from(index).unwrap_or(isize::MAX))
    }
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Column {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

/// What stands between the fields of a line, for `genfromtxt`: a `char` or a text, or the widths of the fields in characters,
/// one for all or one for each.
///
/// ```
/// use npz_text::Delimiter;
///
/// assert_eq!(Delimiter::from(','), Delimiter::Text(",".to_owned()));
/// assert_eq!(Delimiter::from([5, 5, 4]), Delimiter::Widths(vec![5, 5, 4]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// Any run of blanks.
    #[default]
    Whitespace,
    /// A text, `","`; an empty one stands for blanks.
    Text(String),
    /// Each field is so wide; 0 stands for blanks.
    Width(usize),
    /// Each field has its own width.
    Widths(Vec<usize>),
}

impl From<char> for Delimiter {
    fn from(delimiter: char) -> Self {
        Self::Text(delimiter.to_string())
    }
}

impl From<&str> for Delimiter {
    fn from(delimiter: &str) -> Self {
        Self::Text(delimiter.to_owned())
    }
}

impl From<usize> for Delimiter {
    fn from(width: usize) -> Self {
        Self::Width(width)
    }
}

impl From<Vec<usize>> for Delimiter {
    fn from(widths: Vec<usize>) -> Self {
        Self::Widths(widths)
    }
}

impl<const N: usize> From<[usize; N]> for Delimiter {
    fn from(widths: [usize; N]) -> Self {
        Self::Widths(widths.to_vec())
    }
}

/// The names of columns: `true` reads them from the first line, `"a, b"` and `["a", "b"]` give them.
///
/// ```
/// use npz_text::Names;
///
/// assert_eq!(Names::from(true), Names::FirstLine);
/// assert_eq!(Names::from("a, b"), Names::Given(vec!["a".to_owned(), "b".to_owned()]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// Those of the dtype, if it has fields.
    #[default]
    None,
    /// Those of the first line that is not blank, with or without a comment sign before them.
    FirstLine,
    /// These.
    Given(Vec<String>),
}

impl From<bool> for Names {
    fn from(first_line: bool) -> Self {
        if first_line { Self::FirstLine } else { Self::None }
    }
}

impl From<&str> for Names {
    fn from(names: &str) -> Self {
        Self::Given(names.split(',').map(|name| name.trim().to_owned()).collect())
    }
}

impl From<Vec<String>> for Names {
    fn from(names: Vec<String>) -> Self {
        Self::Given(names)
    }
}

impl<const N: usize> From<[&str; N]> for Names {
    fn from(names: [&str; N]) -> Self {
        Self::Given(names.map(str::to_owned).to_vec())
    }
}

/// What becomes of capital letters in names: `true` keeps them, `false` makes all of them capital, as in NumPy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameCase {
    /// Names stay as they are.
    #[default]
    Keep,
    /// All letters become capital.
    Upper,
    /// No letter is capital.
    Lower,
}

impl From<bool> for NameCase {
    fn from(case_sensitive: bool) -> Self {
        if case_sensitive { Self::Keep } else { Self::Upper }
    }
}

/// Stands for NumPy's `dtype=None`: the dtype of each column is found from what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Infer;

/// The dtype of the cells: a [`DType`], or [`Infer`].
#[derive(Clone, Debug)]
pub struct CellType(pub(crate) Option<DType>);

impl From<DType> for CellType {
    fn from(dtype: DType) -> Self {
        Self(Some(dtype))
    }
}

impl From<Infer> for CellType {
    fn from(_: Infer) -> Self {
        Self(None)
    }
}

/// Bounds for files of strangers. What passes one is an error, before memory is taken for it.
///
/// ```
/// use npz_text::{Limits, LoadTxt};
///
/// let careful = LoadTxt::new().limits(Limits::new().line_bytes(80).columns(8));
/// let line = "1 ".repeat(9);
/// assert!(careful.read::<ndarray::Array2<f64>>(line.as_bytes()).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) line_bytes: usize,
    pub(crate) columns: usize,
    pub(crate) total_bytes: u64,
    pub(crate) array_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line_bytes: 16 << 20, columns: 1 << 20, total_bytes: u64::MAX, array_bytes: u64::MAX }
    }
}

impl Limits {
    /// The defaults: lines of 16 MiB, 1,048,576 columns, a text and an array of any length.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long a line may be without its end, in bytes of UTF-8; with quotes, a row.
    pub fn line_bytes(mut self, bytes: usize) -> Self {
        self.line_bytes = bytes;
        self
    }

    /// Sets how many fields a line may have.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// Sets how long the whole text may be, in bytes of UTF-8, after decompression.
    pub fn total_bytes(mut self, bytes: u64) -> Self {
        self.total_bytes = bytes;
        self
    }

    /// Sets how large the array may be that a text becomes, in bytes: its cells and its mask, in memory or, of a conversion, in the file; of
    /// pieces, all together. A `String` or `Vec<u8>` counts with its own size and 32 bytes for its allocation beside the text.
    ///
    /// Unless set, a table whose widths are found in the text may be 64 times as large as that, or 256 MiB.
    pub fn array_bytes(mut self, bytes: u64) -> Self {
        self.array_bytes = bytes;
        self
    }

    /// Refuses an array of so many bytes.
    pub(crate) fn check_array(self, bytes: u64) -> Result<()> {
        let limit = self.array_bytes;
        if bytes <= limit {
            return Ok(());
        }
        Err(Error::custom(format!(
            "the array takes more than {limit} bytes: raise `Limits::array_bytes` if you trust the text"
        )))
    }

    pub(crate) fn long_line(self) -> Error {
        let limit = self.line_bytes;
        Error::custom(format!(
            "a line has more than {limit} bytes: raise `Limits::line_bytes` if you trust it; a quote that is never closed makes one \
             line of all that follows"
        ))
    }

    /// Refuses a row that is too long, without the end of its line, or has too many fields.
    pub(crate) fn check(self, row: &[u8], columns: usize) -> Result<()> {
        if row.len() - usize::from(row.ends_with(b"\n")) > self.line_bytes {
            return Err(self.long_line());
        }
        if columns > self.columns {
            let limit = self.columns;
            let message = format!(
                "the line has more than the {limit} fields allowed: raise `Limits::columns` if you trust it"
            );
            return Err(Error::custom(message));
        }
        Ok(())
    }
}

/// So many of something, as a message says it: `1 column`, `2 columns`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
