//! Rows in pieces: for files that are larger than memory.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use npz_core::{Error, Result};

use crate::layout::Texts;
use crate::load::{Keep, Tables, make};
use crate::settings::{Settings, Source};
use crate::table::FromText;

/// Arrays of so many rows each, until the file ends: from [`LoadTxt::pieces`](crate::LoadTxt::pieces) and
/// [`GenFromTxt::pieces`](crate::GenFromTxt::pieces).
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
    path: PathBuf,
    is_over: bool,
    kind: PhantomData<fn() -> T>,
}

impl<'s, T: FromText> Pieces<'s, T> {
    pub(crate) fn new(settings: &'s Settings<'s>, path: &Path, rows: usize) -> Result<Self> {
        if rows == 0 {
            return Err(Error::custom("expected at least 1 row in a piece, found 0"));
        }
        let keep = Keep { texts: Texts::AsStrings, has_mask: T::HAS_MASK };
        let tables = T::wanted()
            .and_then(|wanted| make(settings, Source::Path(path.to_path_buf()), wanted, None, keep));
        let tables = tables.map_err(|error| error.in_file(path))?;
        Ok(Self { tables, rows, path: path.to_path_buf(), is_over: false, kind: PhantomData })
    }
}

impl<T: FromText> Iterator for Pieces<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let table = match self.tables.next(self.rows) {
            Ok(table) => table,
            Err(error) => {
                self.is_over = true;
                return Some(Err(error.in_file(&self.path)));
            }
        };
        self.is_over = table.rows < self.rows;
        if table.rows == 0 {
            return None;
        }
        Some(T::from_table(table).map_err(|error| error.in_file(&self.path)))
    }
}
