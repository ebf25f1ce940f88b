//! What a cell type wants of a file, as data: compared as dtypes, and printed only where there is something to tell.

use std::borrow::Cow;
use std::fmt;

use super::Element;
use crate::dtype::{DType, DTypeKind};

/// The dtypes that cells of a type are, without a cast.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// This one, in either byte order.
    Cells(DType),
    /// Text or bytes of any width.
    AnyWidth(DTypeKind),
    /// Whatever the file holds.
    Anything,
}

impl Wanted {
    /// Whether stored cells are such. Allocates and formats nothing: every member of a load is asked.
    pub(crate) fn is_met_by(&self, stored: &DType) -> bool {
        match self {
            Self::Cells(dtype) => dtype.is_same_but_for_order(stored),
            Self::AnyWidth(kind) => stored.kind() == *kind,
            Self::Anything => true,
        }
    }

    /// As it is written in Python, where a dtype is asked for.
    pub(crate) fn in_python(&self) -> Option<String> {
        match self {
            Self::Cells(dtype) => Some(dtype.descr()),
            Self::AnyWidth(_) => Some(format!("'{self}'")),
            Self::Anything => None,
        }
    }

    /// What one cell is to a type checker of Python.
    pub(crate) fn in_python_types(&self) -> String {
        let (kind, size) = match self {
            Self::Cells(dtype) => (dtype.kind(), dtype.item_size()),
            Self::AnyWidth(kind) => (*kind, 0),
            Self::Anything => return "Any".to_owned(),
        };
        let bits = 8 * size;
        match kind {
            DTypeKind::Bool => "np.bool_".to_owned(),
            DTypeKind::Int => format!("np.int{bits}"),
            DTypeKind::Uint => format!("np.uint{bits}"),
            DTypeKind::Float => format!("np.float{bits}"),
            DTypeKind::Complex => format!("np.complex{bits}"),
            DTypeKind::Unicode => "np.str_".to_owned(),
            DTypeKind::Bytes => "np.bytes_".to_owned(),
            DTypeKind::TimeDelta => "np.timedelta64".to_owned(),
            DTypeKind::DateTime => "np.datetime64".to_owned(),
            DTypeKind::Void | DTypeKind::Object => "np.void".to_owned(),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells(dtype) => dtype.fmt(f),
            Self::AnyWidth(DTypeKind::Unicode) => f.write_str("<U"),
            Self::AnyWidth(_) => f.write_str("|S"),
            Self::Anything => f.write_str("any"),
        }
    }
}

/// What a cell type is to code that needs none of its cells: which is then compiled once for all types.
#[derive(Clone, Copy)]
pub(crate) struct CellType {
    pub(crate) kind: DTypeKind,
    wanted: fn() -> Wanted,
    rust_name: fn() -> Cow<'static, str>,
}

impl CellType {
    pub(crate) const fn of<A: Element>() -> Self {
        Self { kind: A::KIND, wanted: A::wanted, rust_name: A::rust_name }
    }

    pub(crate) fn wanted(self) -> Wanted {
        (self.wanted)()
    }

    pub(crate) fn rust_name(self) -> Cow<'static, str> {
        (self.rust_name)()
    }

    /// What a file should hold, for messages: `<f4 (f32)`.
    pub(crate) fn expected(self) -> String {
        format!("{} ({})", self.wanted(), self.rust_name())
    }
}
