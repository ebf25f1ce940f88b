//! [`TypedArray`]: an array of one cell type, and how it is stored.

use std::fmt;
use std::ops::{Deref, DerefMut};

use ndarray::{Array, ArrayD, Dimension};

use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::element::{Element, Wanted};
use crate::error::{Error, Result};
use crate::memory::copy_array;

/// What is short of memory, for messages.
pub(super) const ARRAY: &str = "array";

/// The array inside of an [`AnyArray`](super::AnyArray), and what a save writes it as: byte order, and width of text.
///
/// Stands for the [`ArrayD`] inside wherever a reference is wanted; `into` moves it out. Made from an array by `into`, it is
/// saved as any other: little-endian, text as wide as its longest. What was loaded is saved as the file had it; text that has
/// grown longer makes the cells wider.
///
/// Two are equal if the arrays are, however they are stored.
///
/// ```
/// use ndarray::{ArrayD, array};
/// use npz_core::{AnyArray, DType, RawArray};
///
/// let file = RawArray::new(DType::parse(">f4")?, &[2], vec![0x3f, 0, 0, 0, 0x40, 0, 0, 0])?;
/// let mut any = AnyArray::from(file);
/// if let AnyArray::Float32(cells) = &mut any {
///     assert_eq!(cells.sum(), 2.5);
///     cells[[0]] = 1.0;
/// }
/// assert_eq!(any.dtype().to_string(), ">f4");
/// let AnyArray::Float32(cells) = any else { panic!("floats stay floats") };
/// assert_eq!(ArrayD::from(cells), array![1.0, 2.0].into_dyn());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone)]
pub struct TypedArray<A> {
    pub(super) array: ArrayD<A>,
    byte_order: ByteOrder,
    /// So many characters or bytes a text has room for, at least.
    width: usize,
}

impl<A> TypedArray<A> {
    /// The same cells, saved as a dtype of their kind.
    pub(crate) fn stored_as(mut self, dtype: &DType) -> Self {
        self.byte_order = dtype.byte_order();
        self.width = match dtype.kind() {
            DTypeKind::Unicode => dtype.item_size() / 4,
            DTypeKind::Bytes => dtype.item_size(),
            _ => self.width,
        };
        self
    }

    /// As `clone`.
    pub(super) fn copied(&self) -> Result<Self>
    where
        A: Clone,
    {
        Ok(Self { array: copy_array(&self.array, ARRAY)?, ..*self })
    }

    /// Another array, saved as this one is.
    pub(super) fn with_array(&self, array: ArrayD<A>) -> Self {
        Self { array, ..*self }
    }

    /// The array changed, saved as it was.
    pub(super) fn map_array(self, change: impl FnOnce(ArrayD<A>) -> Result<ArrayD<A>>) -> Result<Self> {
        Ok(Self { array: change(self.array)?, ..self })
    }

    /// Gives texts at least as much room as those of another array have.
    pub(super) fn with_room_of(self, other: &Self) -> Self {
        Self { width: self.width.max(other.width), ..self }
    }

    /// The dtype of cells whose own one is known, in the byte order of these.
    pub(super) fn ordered(&self, own: &DType) -> DType {
        own.with_byte_order(self.byte_order)
    }

    /// What a save writes; of text the longest is asked for.
    pub(super) fn dtype(&self, longest: impl FnOnce() -> usize) -> DType
    where
        A: Element,
    {
        self.ordered(&match A::wanted() {
            Wanted::Cells(own) => own,
            Wanted::AnyWidth(DTypeKind::Unicode) => DType::unicode(self.width.max(longest())),
            Wanted::AnyWidth(_) | Wanted::Anything => DType::bytes(self.width.max(longest())),
        })
    }
}

/// Moves the array; copies its cells only where the dimension type is fixed and they must be moved.
impl<A, D: Dimension> From<Array<A, D>> for TypedArray<A> {
    fn from(array: Array<A, D>) -> Self {
        // NumPy has no text of no width but in records: an array of empty strings is `<U1` or `|S1`.
        Self { array: array.into_dyn(), byte_order: ByteOrder::Little, width: 1 }
    }
}

/// Moves the array.
impl<A> From<TypedArray<A>> for ArrayD<A> {
    fn from(typed: TypedArray<A>) -> Self {
        typed.array
    }
}

impl<A> Deref for TypedArray<A> {
    type Target = ArrayD<A>;

    fn deref(&self) -> &ArrayD<A> {
        &self.array
    }
}

impl<A> DerefMut for TypedArray<A> {
    fn deref_mut(&mut self) -> &mut ArrayD<A> {
        &mut self.array
    }
}

impl<A: PartialEq> PartialEq for TypedArray<A> {
    fn eq(&self, other: &Self) -> bool {
        self.array == other.array
    }
}

impl<A: fmt::Debug> fmt::Debug for TypedArray<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.array.fmt(f)
    }
}

pub(super) fn unfit(error: ndarray::ShapeError) -> Error {
    Error::damaged("the cells do not fit the shape").with_source(error)
}
