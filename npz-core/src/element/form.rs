//! The form that a field asks for its cells to be stored in: `store_as` for numbers, `string` for text.

use super::{CellType, Wanted};
use crate::dtype::{ByteOrder, DType, DTypeKind};

/// A dtype that numbers are stored as, by its code in NumPy: a value of `store_as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreAs {
    code: &'static str,
    /// What the cells in memory are: for integers of either sign, `Int`.
    cells: DTypeKind,
    /// What the file says.
    kind: DTypeKind,
    size: usize,
}

/// The values of `store_as`. One that no cell could have, for want of a feature, is not there: then the compiler
/// says which feature it is.
#[allow(missing_docs, reason = "the names are the codes")]
pub mod store_as {
    use super::{DTypeKind, StoreAs};

    const fn new(code: &'static str, cells: DTypeKind, kind: DTypeKind, size: usize) -> StoreAs {
        StoreAs { code, cells, kind, size }
    }

    #[cfg(feature = "half")]
    pub const F2: StoreAs = new("f2", DTypeKind::Float, DTypeKind::Float, 2);
    #[cfg(feature = "half")]
    pub const BF16: StoreAs = new("bf16", DTypeKind::Float, DTypeKind::Void, 2);
    pub const F4: StoreAs = new("f4", DTypeKind::Float, DTypeKind::Float, 4);
    pub const F8: StoreAs = new("f8", DTypeKind::Float, DTypeKind::Float, 8);
    pub const I1: StoreAs = new("i1", DTypeKind::Int, DTypeKind::Int, 1);
    pub const I2: StoreAs = new("i2", DTypeKind::Int, DTypeKind::Int, 2);
    pub const I4: StoreAs = new("i4", DTypeKind::Int, DTypeKind::Int, 4);
    pub const I8: StoreAs = new("i8", DTypeKind::Int, DTypeKind::Int, 8);
    pub const U1: StoreAs = new("u1", DTypeKind::Int, DTypeKind::Uint, 1);
    pub const U2: StoreAs = new("u2", DTypeKind::Int, DTypeKind::Uint, 2);
    pub const U4: StoreAs = new("u4", DTypeKind::Int, DTypeKind::Uint, 4);
    pub const U8: StoreAs = new("u8", DTypeKind::Int, DTypeKind::Uint, 8);
    #[cfg(feature = "num-complex")]
    pub const C8: StoreAs = new("c8", DTypeKind::Complex, DTypeKind::Complex, 8);
    #[cfg(feature = "num-complex")]
    pub const C16: StoreAs = new("c16", DTypeKind::Complex, DTypeKind::Complex, 16);
}

/// How text is stored: a value of `string`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// `<U`: four bytes a character.
    Unicode,
    /// `|S` of ASCII.
    Ascii,
    /// `|S` of UTF-8.
    Utf8,
}

/// What a field asks for; `None` is the cells' own form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    pub(crate) store_as: Option<StoreAs>,
    pub(crate) string: Option<TextForm>,
}

impl StoreAs {
    pub(crate) fn dtype(self) -> DType {
        // The order makes a void bfloat16, as `ml_dtypes` writes it.
        DType::scalar(self.kind, self.size, ByteOrder::Little)
    }

    /// Whether it says anything of such cells.
    fn speaks_of(self, cells: DTypeKind) -> bool {
        self.cells == if cells == DTypeKind::Uint { DTypeKind::Int } else { cells }
    }

    /// Whether a file's cells are of this dtype, in either byte order.
    pub(super) fn names(self, stored: &DType) -> bool {
        (self.kind, self.size) == (stored.kind(), stored.item_size())
    }

    /// The attribute as it is written.
    pub(super) fn usage(self) -> String {
        format!("`store_as = {:?}`", self.code)
    }
}

impl TextForm {
    fn usage(self) -> String {
        let word = match self {
            Self::Unicode => "U",
            Self::Ascii => "S",
            Self::Utf8 => "utf8",
        };
        format!("`string = {word:?}`")
    }
}

impl Form {
    /// What is asked of numbers of a kind.
    pub(super) fn store_as(self, cells: DTypeKind) -> Option<StoreAs> {
        self.store_as.filter(|to| to.speaks_of(cells))
    }

    /// Whether text may be bytes, whatever the casting rule.
    pub(crate) fn takes_bytes(self) -> bool {
        matches!(self.string, Some(TextForm::Ascii | TextForm::Utf8))
    }
}

/// The dtype that such cells are stored as, where a word speaks of them; text without its width.
pub(crate) fn asked_dtype(form: Form, cells: CellType) -> Option<Wanted> {
    let number = form.store_as(cells.kind).map(|to| Wanted::Cells(to.dtype()));
    let is_text = cells.kind == DTypeKind::Unicode && form.takes_bytes();
    number.or_else(|| is_text.then_some(Wanted::AnyWidth(DTypeKind::Bytes)))
}

/// Why a word can't stand on a field that is bytes with a dtype of their own.
pub(crate) fn misfit_of_bytes(form: Form) -> Option<String> {
    let usage = form.store_as.map(StoreAs::usage).or_else(|| form.string.map(TextForm::usage))?;
    Some(format!("{usage} can't keep bytes whose dtype is given; remove it"))
}

/// Why a word can't stand on a field that is one member with such cells.
pub(crate) fn misfit(form: Form, cells: CellType) -> Option<String> {
    let refused = |usage: String, advice: &str| {
        Some(format!("{usage} can't keep {} cells; {advice}", cells.rust_name()))
    };
    if let Some(to) = form.store_as.filter(|to| !to.speaks_of(cells.kind)) {
        let codes = match cells.kind {
            DTypeKind::Float if cfg!(feature = "half") => "f2, bf16, f4, f8",
            DTypeKind::Float => "f4, f8",
            DTypeKind::Int | DTypeKind::Uint => "i1, i2, i4, i8, u1, u2, u4, u8",
            DTypeKind::Complex => "c8, c16",
            DTypeKind::Unicode => return refused(to.usage(), "remove it; `string` says how text is stored"),
            _ => return refused(to.usage(), "remove it"),
        };
        return refused(to.usage(), &format!("use one of {codes}"));
    }
    let string = form.string.filter(|_| cells.kind != DTypeKind::Unicode)?;
    refused(string.usage(), "it speaks of text; remove it")
}
