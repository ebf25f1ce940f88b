//! What may be a field of a row: any cell of fixed size, and small arrays of them.

use super::super::Element;

/// A field of a row: cells of one type, in a small array or alone.
///
/// Implemented for each [`Element`] and for `[T; N]` of what it is implemented for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a row",
    note = "fields are bool, integers, floats, `FixedStr`, `FixedBytes`, structs with `#[derive(NpyRecord)]`, and arrays `[T; N]` of them"
)]
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
        self.iter().for_each(|item| item.push_cells(cells));
    }

    #[inline]
    fn from_cells(cells: &[T::Cell]) -> Self {
        std::array::from_fn(|i| T::from_cells(&cells[i * T::COUNT..]))
    }
}

/// Refuses text without a width while the user's crate is compiled.
///
/// # Panics
/// Where a field has no fixed size: called in constants only.
pub const fn has_fixed_size<T: RecordField>() {
    assert!(
        <T::Cell as Element>::HAS_FIXED_SIZE,
        "a `String` has no fixed size, and the rows of an array are all as wide: use `FixedStr<N>`"
    );
}
