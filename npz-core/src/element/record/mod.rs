//! Rows of structured arrays: Rust structs whose fields are the fields of a NumPy record.
//!
//! A row is a cell like any other, so arrays, `Vec`s and single values of it come by themselves. [`field`] says what may
//! stand in a row, its children what is written (`layout`), which fields of a file are meant (`plan`), and how they are read (`column`): of some rows each field in turn, by the same decoder that whole arrays of such cells have.

mod field;
mod pod;

use ndarray::ArrayViewD;

use super::{Decoder, Element, Refusal, Rule, Wanted};
use crate::dtype::DType;
use crate::error::Result;

pub use self::field::column::Rows;
pub(crate) use self::field::column::gather;
pub use self::field::encode::{EachField, encode};
pub use self::field::layout::Layout;
pub use self::field::plan::{ConvertRows, RecordPlan};
pub use self::field::{RecordField, RowField};
pub use self::pod::PodRow;

/// Bytes of rows that are taken apart or put together at a time, so that all columns of them stay in the cache.
const CHUNK: usize = 16 << 10;

/// One row of a structured array: what `#[derive(NpyRecord)]` makes of a struct.
///
/// A type of rows is an [`Element`]: `Array1<Row>`, `Array2<Row>`, `Vec<Row>`, `[Row; N]` and a single `Row` are saved and
/// loaded as those of numbers are, in `.npy` files and as members of archives. The derive implements this trait; its
/// methods are not part of the API. [`DType::of`] gives the dtype of a row.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{DType, NpyRecord, npy};
///
/// #[derive(NpyRecord, Clone, Debug, PartialEq)]
/// struct Particle { id: u32, pos: [f64; 3] }
///
/// assert_eq!(DType::of::<Particle>()?.to_string(), "[('id', '<u4'), ('pos', '<f8', (3,))]");
/// let rows = array![Particle { id: 7, pos: [0.5, 1.0, 2.0] }];
/// let bytes = npy::to_bytes(&rows)?; // np.array([(7, [.5, 1, 2])], [("id", "<u4"), ("pos", "<f8", 3)])
/// let back: Array1<Particle> = npy::from_bytes(&bytes)?;
/// assert_eq!(back, rows);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of a structured NumPy array: the trait `NpyRecord` is missing",
    note = "for a struct of your own, add `#[derive(npz_core::NpyRecord, Clone)]`"
)]
pub trait NpyRecord: Element {
    /// The dtype that rows are written as, which [`DType::of`] gives.
    #[doc(hidden)]
    fn record_dtype() -> Result<DType> {
        Self::layout().dtype()
    }

    /// The name of the struct, for messages.
    #[doc(hidden)]
    const NAME: &'static str;

    /// The fields as they are written.
    #[doc(hidden)]
    fn layout() -> Layout;

    /// Shows the values of each field of some rows, in the order of `layout`.
    #[doc(hidden)]
    fn each_field(rows: &[Self], visitor: &mut impl EachField);

    /// Asks for a column of each field, and gives the function that reads them and makes rows of them.
    #[doc(hidden)]
    fn plan_rows(plan: &mut RecordPlan<'_>) -> ConvertRows<Self>;
}

/// How records of a file become rows.
pub fn decoder<R: NpyRecord>(stored: &DType, rule: Rule) -> Result<Decoder<R>, Refusal> {
    field::plan::decoder(stored, rule).map(|(decoder, _)| decoder)
}

/// What a file should hold.
pub fn wanted<R: NpyRecord>() -> Wanted {
    R::record_dtype().map_or(Wanted::Anything, Wanted::Cells)
}

/// The first row with a number that is NaN or infinite.
pub fn first_not_finite<R: NpyRecord>(rows: &ArrayViewD<'_, R>) -> Option<usize> {
    struct Search(Option<usize>);
    impl EachField for Search {
        fn field<S, T: RecordField>(&mut self, rows: &[S], get: impl Fn(&S) -> &T) {
            let mut cells = Vec::new();
            for row in rows {
                get(row).push_cells(&mut cells);
            }
            let Ok(view) = ArrayViewD::from_shape(ndarray::IxDyn(&[cells.len()]), &cells) else { return };
            let row = T::Cell::first_not_finite(&view).map(|cell| cell / T::COUNT.max(1));
            self.0 = [self.0, row].into_iter().flatten().min();
        }
    }
    // Some rows at a time, so that their cells take little room.
    let rows_a_chunk = (CHUNK / size_of::<R>().max(1)).max(1);
    let search = |(number, rows): (usize, &[R])| {
        let mut search = Search(None);
        R::each_field(rows, &mut search);
        search.0.map(|row| number * rows_a_chunk + row)
    };
    if let Some(rows) = rows.as_slice() {
        return rows.chunks(rows_a_chunk).enumerate().find_map(search);
    }
    let mut left = rows.iter().cloned();
    let chunks = (0..).map_while(|number| {
        let rows: Vec<R> = left.by_ref().take(rows_a_chunk).collect();
        (!rows.is_empty()).then_some((number, rows))
    });
    chunks.into_iter().find_map(|(number, rows)| search((number, &rows)))
}
