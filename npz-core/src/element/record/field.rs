//! What may be a field of a row: any cell of fixed size, and small arrays of them.

pub(super) mod column;
pub(super) mod encode;
pub(super) mod layout;
pub(super) mod plan;

use self::column::{Column, Rows};
use self::encode::EachField;
use self::layout::Layout;
use self::plan::RecordPlan;
use super::super::{BadCell, Cast, Element};

/// A field of a row: cells of one type, in a small array or alone.
///
/// Implemented for each [`Element`] and for `[T; N]` of what it is implemented for.
pub trait RecordField: Clone + Send + Sync + 'static {
    /// What the cells are.
    type Cell: Element;
    /// How many there are.
    const COUNT: usize;

    /// Appends the lengths of the axes of the small array: none for a cell alone.
    fn push_axes(axes: &mut Vec<usize>);

    /// Appends the cells, in C order.
    fn push_cells(&self, cells: &mut Vec<Self::Cell>);

    /// Takes the value of the first `COUNT` cells, which are there.
    fn from_cells(cells: &[Self::Cell]) -> Self;
}

impl<A: Element> RecordField for A {
    type Cell = A;
    const COUNT: usize = 1;

    fn push_axes(_: &mut Vec<usize>) {}

    #[inline]
    fn push_cells(&self, cells: &mut Vec<A>) {
        cells.push(self.clone());
    }

    #[inline]
    fn from_cells(cells: &[A]) -> Self {
        cells[0].clone()
    }
}

impl<T: RecordField, const N: usize> RecordField for [T; N] {
    type Cell = T::Cell;
    const COUNT: usize = N * T::COUNT;

    fn push_axes(axes: &mut Vec<usize>) {
        axes.push(N);
        T::push_axes(axes);
    }

    #[inline]
    fn push_cells(&self, cells: &mut Vec<T::Cell>) {
        for item in self {
            item.push_cells(cells);
        }
    }

    #[inline]
    fn from_cells(cells: &[T::Cell]) -> Self {
        std::array::from_fn(|i| T::from_cells(&cells[i * T::COUNT..]))
    }
}

/// What the derive asks of a field, as one trait: of a type that can be none, rustc says the same words at each call, and
/// so says them once. Its words are those of [`RecordField`], which is asked for by the implementation for that reason.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a row",
    note = "fields are bool, integers, floats, `Complex`, times (`DateTime64`, `TimeDelta64`), `FixedStr`, `FixedBytes`, `RawBytes`, structs with `#[derive(NpyRecord)]`, and arrays `[T; N]` of them",
    note = "a field that is not to be stored takes `#[npy(skip)]`"
)]
pub trait RowField: Sized {
    /// What reads the field of many rows.
    type Column: Send + 'static;

    /// Refuses text without a width while the user's crate is compiled.
    const CHECK: ();

    /// Adds the field to those that are written.
    fn lay_out(layout: Layout, name: &str, title: Option<&str>) -> Layout;

    /// Shows the values of some rows.
    fn visit<R>(visitor: &mut impl EachField, rows: &[R], get: impl Fn(&R) -> &Self);

    /// Finds the field in a file by the first of these names that is there.
    fn column(
        plan: &mut RecordPlan<'_>,
        names: &[&str],
        cast: Option<Cast>,
        may_be_absent: bool,
    ) -> Self::Column;

    /// Whether the field is not in the file.
    fn is_absent(column: &Self::Column) -> bool;

    /// Reads the field of all rows.
    fn read(column: &mut Self::Column, rows: Rows<'_>) -> Result<(), BadCell>;

    /// The value of one of the rows that were read last.
    fn get(column: &Self::Column, row: usize) -> Self;
}

impl<T: RecordField> RowField for T {
    type Column = Column<T>;

    const CHECK: () = assert!(
        <T::Cell as Element>::HAS_FIXED_SIZE,
        "a `String` or `Vec<u8>` has no fixed size, and the rows of an array are all as wide; use `FixedStr<N>`, \
         `FixedBytes<N>` or `RawBytes<N>`"
    );

    fn lay_out(layout: Layout, name: &str, title: Option<&str>) -> Layout {
        // Where the field's type has parameters, here is where they are known.
        let () = Self::CHECK;
        layout.field::<T>(name, title)
    }

    fn visit<R>(visitor: &mut impl EachField, rows: &[R], get: impl Fn(&R) -> &T) {
        visitor.field(rows, get);
    }

    fn column(
        plan: &mut RecordPlan<'_>,
        names: &[&str],
        cast: Option<Cast>,
        may_be_absent: bool,
    ) -> Column<T> {
        plan.column(names, cast, may_be_absent)
    }

    #[inline]
    fn is_absent(column: &Column<T>) -> bool {
        column.is_absent
    }

    #[inline]
    fn read(column: &mut Column<T>, rows: Rows<'_>) -> Result<(), BadCell> {
        column.read(rows)
    }

    #[inline]
    fn get(column: &Column<T>, row: usize) -> T {
        column.get(row)
    }
}
