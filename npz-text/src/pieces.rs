//! Rows in pieces: for files that are larger than memory.

use std::marker::PhantomData;
use std::path::PathBuf;

use npz_core::{Error, Result};

use crate::input::Source;
use crate::layout::Texts;
use crate::load::{Keep, Tables, in_file, make};
use crate::settings::Settings;
use crate::table::FromText;

/// Arrays of so many rows each, until the text ends: from [`LoadTxt::pieces`](crate::LoadTxt::pieces) and
/// [`GenFromTxt::pieces`](crate::GenFromTxt::pieces).
///
/// Also of an `AnyArray` or `ArrayD` all have as many axes, two of a table without fields, however many rows the last one has.
///
/// What is wrong with rows is told when the piece is asked for in which they stand: as an error, behind which there is nothing more, or
/// a warning. Of rows with another number of columns `GenFromTxt` lists those of this piece.
///
/// ```
/// use ndarray::Array2;
/// use npz_text::LoadTxt;
///
/// let path = std::env::temp_dir().join("npz-text-doc-pieces.txt");
/// std::fs::write(&path, "1 2\n3 4\n5 6\n")?;
/// let mut sum = 0.0;
/// for piece in LoadTxt::new().pieces::<Array2<f64>>(&path, 2)? {
///     sum += piece?.sum();
/// }
/// assert_eq!(sum, 21.0);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct Pieces<'s, T> {
    tables: Box<dyn Tables + 's>,
    rows: usize,
    path: Option<PathBuf>,
    is_over: bool,
    kind: PhantomData<fn() -> T>,
}

impl<'s, T: FromText> Pieces<'s, T> {
    pub(crate) fn new(settings: &'s Settings<'s>, source: Source<'s>, rows: usize) -> Result<Self> {
        if rows == 0 {
            return Err(Error::custom("expected at least 1 row in a piece, found 0"));
        }
        let keep = Keep { texts: Texts::Strings, has_mask: T::HAS_MASK };
        let path = source.path();
        let tables = T::wanted().and_then(|wanted| make(settings, source, wanted, keep));
        let tables = tables.map_err(|error| in_file(error, path.as_deref()))?;
        Ok(Self { tables, rows, path, is_over: false, kind: PhantomData })
    }
}

impl<T: FromText> Iterator for Pieces<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let table = match self.tables.next(self.rows) {
            Ok(table) => table.with_all_axes(),
            Err(error) => {
                self.is_over = true;
                return Some(Err(in_file(error, self.path.as_deref())));
            }
        };
        self.is_over = table.rows < self.rows;
        if table.rows == 0 {
            return None;
        }
        Some(T::from_table(table).map_err(|error| in_file(error, self.path.as_deref())))
    }
}
