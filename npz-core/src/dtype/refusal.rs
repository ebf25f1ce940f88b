//! Why a text or a literal is no dtype.

use std::fmt;

/// A sentence without a kind: it is a fault of the file in a header, and the caller's mistake in `DType::parse`.
#[derive(Debug)]
pub(crate) enum NoDType {
    /// Nothing that any program means by a dtype.
    Wrong(String),
    /// Spelled like a dtype, but none of NumPy's: what another library has registered, or a later NumPy.
    Unknown {
        /// In quotes.
        spelling: String,
    },
    /// A dtype of NumPy that is not read here.
    Unread(String),
}

impl From<String> for NoDType {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

impl fmt::Display for NoDType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(why) | Self::Unread(why) => f.write_str(why),
            Self::Unknown { spelling } => write!(
                f,
                "{spelling} is no known dtype: expected the spelling of one cell, such as '<f4', '|b1' or '<U10'"
            ),
        }
    }
}
