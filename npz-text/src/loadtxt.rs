//! `np.loadtxt`.

use std::fmt::Display;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use npz_core::{DType, Result};

use crate::common::{common, converted};
use crate::encoding::Encoding;
use crate::input::{Input, Source};
use crate::layout::Kind;
use crate::lines::Given;
use crate::number::Style;
use crate::options::{CellType, Column, Limits};
use crate::pieces::Pieces;
use crate::settings::Settings;
use crate::table::FromText;

/// Loads tables without gaps, as [`np.loadtxt`](https://numpy.org/doc/stable/reference/generated/numpy.loadtxt.html) does:
/// each cell is read, or there is an error that says which can't be.
///
/// Each option has NumPy's name and default.
///
/// ```
/// use ndarray::{Array2, array};
/// use npz_text::LoadTxt;
///
/// let text = "x,y,z\n1,2,3\n# a comment\n4,5,6\n";
/// let a: Array2<f64> = LoadTxt::new().delimiter(',').skip_rows(1).usecols([0, -1]).read(text.as_bytes())?;
/// assert_eq!(a, array![[1.0, 3.0], [4.0, 6.0]]);
///
/// let error = npz_text::LoadTxt::new().delimiter(',').read::<Array2<f64>>(text.as_bytes()).unwrap_err();
/// assert!(error.to_string().starts_with("line 1, column 1: expected float64, found \"x\""), "{error}");
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// Rows of several types are an array of a struct, whose fields are the columns in turn:
///
/// ```
/// use ndarray::Array1;
/// use npz_core::NpyRecord;
/// use npz_text::LoadTxt;
///
/// #[derive(NpyRecord, Clone, Debug, PartialEq)]
/// struct Station {
///     name: npz_core::FixedStr<8>,
///     height: f32,
/// }
///
/// let rows: Array1<Station> = LoadTxt::new().delimiter(',').read(&b"Sankt M,12.5\nBern,540"[..])?;
/// assert_eq!((rows[1].name.to_string().as_str(), rows[1].height), ("Bern", 540.0));
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct LoadTxt<'a>(Settings<'a>);

impl Default for LoadTxt<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl LoadTxt<'_> {
    /// The defaults: white space between fields, comments from `#` on, float64 where the type of the result does not say.
    pub fn new() -> Self {
        Self(Settings::new(Style::LoadTxt))
    }

    /// Sets the character between fields; white space unless set.
    pub fn delimiter(mut self, delimiter: char) -> Self {
        self.0.delimiter = delimiter.into();
        self
    }

    /// Sets what begins a comment, to the end of the line: `["#", "//"]`, or `[]` for none; `#` unless set.
    pub fn comments<'c>(mut self, comments: impl IntoIterator<Item = &'c str>) -> Self {
        self.0.comments = comments.into_iter().map(str::to_owned).collect();
        self
    }

    /// Sets the character around fields that hold delimiters, ends of lines or comment signs. Two of them in such a field
    /// stand for one. None unless set.
    pub fn quotechar(mut self, quote: char) -> Self {
        self.0.quote = Some(quote);
        self
    }

    /// Skips so many lines at the start, comments and blank ones among them; `skiprows`.
    pub fn skip_rows(mut self, lines: usize) -> Self {
        self.0.skip_lines = lines;
        self
    }

    /// Takes these columns, in this order; those below 0 count from the end of each row. Rows may then differ in length.
    pub fn usecols<C: Into<Column>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.0.usecols = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the dtype of the cells, or of the rows, for results whose Rust type does not say it; `f8` unless set.
    ///
    /// Texts and bytes of no width, `U` and `S`, are as wide as they have to be; times of no unit, `M8`, as fine.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.0.dtype = Some(CellType(Some(dtype)));
        self
    }
}

common!(LoadTxt);
