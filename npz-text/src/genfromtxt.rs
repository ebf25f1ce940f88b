//! `np.genfromtxt`.

use std::fmt::Display;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use npz_core::Result;

use crate::common::{common, converted, text_of};
use crate::encoding::Encoding;
use crate::input::{Input, Source};
use crate::layout::Kind;
use crate::lines::Given;
use crate::number::Style;
use crate::options::{CellType, Column, Delimiter, Limits, NameCase, Names};
use crate::pieces::Pieces;
use crate::settings::Settings;
use crate::table::FromText;

/// Loads tables with gaps, names and mixed columns, as
/// [`np.genfromtxt`](https://numpy.org/doc/stable/reference/generated/numpy.genfromtxt.html) does.
///
/// Each option has NumPy's name and default. A cell that is missing becomes NaN in floats, -1 in signed integers, False and
/// NaT, unless `filling_values` says otherwise: of numbers, bools and timedelta64, as in NumPy. What can't be read becomes NaN in
/// floats, or the filling value that was set; of other types it is an error.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::AnyArray;
/// use npz_text::{GenFromTxt, Infer};
///
/// let text = "station, height (m), open\nBern,540,True\n,NA,False\n";
/// let any: AnyArray = GenFromTxt::new()
///     .delimiter(',')
///     .names(true)
///     .dtype(Infer)
///     .autostrip(true)
///     .missing_values(.., ["NA"])
///     .read(text.as_bytes())?;
/// assert_eq!(any.dtype().to_string(), "[('station', '<U4'), ('height_m', '<i8'), ('open', '|b1')]");
/// let heights: Array1<i64> = any.field("height_m")?.into_array()?;
/// assert_eq!(heights, array![540, -1]);
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// Two arrays, of values and of bools, tell which cells were missing, as `usemask=True` does:
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_text::GenFromTxt;
///
/// let load = GenFromTxt::new().delimiter(',').missing_values(.., ["-999"]);
/// let (values, mask): (Array1<i32>, Array1<bool>) = load.read(&b"1,,-999"[..])?;
/// assert_eq!((values, mask), (array![1, -1, -999], array![false, true, true]));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct GenFromTxt<'a>(Settings<'a>);

impl Default for GenFromTxt<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl GenFromTxt<'_> {
    /// The defaults: white space between fields, comments from `#` on, float64 where the type of the result does not say.
    pub fn new() -> Self {
        Self(Settings::new(Style::GenFromTxt))
    }

    /// Sets what stands between fields: `','`, `"; "`, a width in characters, or the width of each; white space unless set.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use npz_text::GenFromTxt;
    ///
    /// let a: Array2<f64> = GenFromTxt::new().delimiter([2, 3]).read(&b"12345\n67890"[..])?;
    /// assert_eq!(a, array![[12.0, 345.0], [67.0, 890.0]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn delimiter(mut self, delimiter: impl Into<Delimiter>) -> Self {
        self.0.delimiter = delimiter.into();
        self
    }

    /// Sets what begins a comment, to the end of the line: `Some("%")`, or `None` for no comments; `#` unless set.
    pub fn comments<'c>(mut self, comments: impl Into<Option<&'c str>>) -> Self {
        self.0.comments = comments.into().map(str::to_owned).into_iter().collect();
        self
    }

    /// Skips so many lines at the start, comments and blank ones among them.
    pub fn skip_header(mut self, lines: usize) -> Self {
        self.0.skip_lines = lines;
        self
    }

    /// Leaves out so many rows at the end, whatever they hold.
    pub fn skip_footer(mut self, rows: usize) -> Self {
        self.0.skip_footer = rows;
        self
    }

    /// Takes these columns, in this order: places, also from the end of the first row, or names.
    pub fn usecols<C: Into<Column>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.0.usecols = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the dtype of the cells, or of the rows, for results whose Rust type does not say it; `f8` unless set.
    /// [`Infer`](crate::Infer) finds it for each column, as `dtype=None` does, in a pass of its own.
    pub fn dtype(mut self, dtype: impl Into<CellType>) -> Self {
        self.0.dtype = Some(dtype.into());
        self
    }

    /// Sets texts that stand for nothing in a column, or in all (`..`), beside the empty one. A cell that can be read is
    /// read all the same.
    pub fn missing_values<'c>(
        mut self,
        column: impl Into<Column>,
        texts: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        let texts = texts.into_iter().map(str::to_owned).collect();
        self.0.missing.push((column.into(), texts));
        self
    }

    /// Sets what is put where a cell of a column, or of all (`..`), is missing, or can't be read. Columns of text, bytes and
    /// datetime64 take none, as in NumPy: an empty cell is an empty text there, or NaT.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use npz_text::GenFromTxt;
    ///
    /// let a: Array2<i64> = GenFromTxt::new().delimiter(',').filling_values(.., -999).read(&b"1,2\n,4\n"[..])?;
    /// assert_eq!(a, array![[1, 2], [-999, 4]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn filling_values(mut self, column: impl Into<Column>, value: impl Display + 'static) -> Self {
        self.0.filling.push((column.into(), text_of(&value, false)));
        self
    }

    /// Names the columns: `true` by the first line, which may be a comment, or `"a, b"`, or `["a", "b"]`.
    ///
    /// Where the rows are a struct, its fields are looked for by these names.
    pub fn names(mut self, names: impl Into<Names>) -> Self {
        self.0.names = names.into();
        self
    }

    /// Sets names that get a `_` at their end, beside `return`, `file` and `print`.
    pub fn excludelist<'c>(mut self, names: impl IntoIterator<Item = &'c str>) -> Self {
        self.0.cleaner.excluded = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// Sets the characters that no name keeps; ``~!@#$%^&*()-=+~\|]}[{';: /?.>,<`` unless set. A `"` always goes.
    pub fn deletechars(mut self, characters: &str) -> Self {
        characters.clone_into(&mut self.0.cleaner.deleted);
        self
    }

    /// Sets what stands for blanks in names; `_` unless set.
    pub fn replace_space(mut self, text: &str) -> Self {
        text.clone_into(&mut self.0.cleaner.space);
        self
    }

    /// Sets what becomes of capital letters in names: `true`, the default, keeps them; `false`; or a [`NameCase`].
    pub fn case_sensitive(mut self, case: impl Into<NameCase>) -> Self {
        self.0.cleaner.case = case.into();
        self
    }

    /// Sets how columns without a name are called; `"f%i"` unless set.
    pub fn defaultfmt(mut self, format: &str) -> Self {
        format.clone_into(&mut self.0.cleaner.default);
        self
    }

    /// Takes blanks from around each field; `false` unless set. Numbers don't need it.
    pub fn autostrip(mut self, autostrip: bool) -> Self {
        self.0.autostrip = autostrip;
        self
    }

    /// Whether a row of another number of columns is an error, which lists all of them, or is skipped; `true` unless set.
    pub fn invalid_raise(mut self, invalid_raise: bool) -> Self {
        self.0.invalid_raise = invalid_raise;
        self
    }

    /// Whether NaN, or the filling value that was set, stands for what can't be read; `true` unless set.
    pub fn loose(mut self, loose: bool) -> Self {
        self.0.loose = loose;
        self
    }
}

common!(GenFromTxt);
