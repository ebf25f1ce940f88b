//! Text of a fixed width, in and out.

use std::fmt;
use std::str::FromStr;

use super::{FixedBytes, FixedStr};
use crate::error::{Error, Result};

impl<const N: usize> fmt::Display for FixedStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.trimmed().iter().collect::<String>())
    }
}

impl<const N: usize> fmt::Debug for FixedStr<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl<const N: usize> fmt::Debug for FixedBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.as_bytes().escape_ascii())
    }
}

impl<const N: usize> Default for FixedStr<N> {
    fn default() -> Self {
        Self(['\0'; N])
    }
}

impl<const N: usize> Default for FixedBytes<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> AsRef<[u8]> for FixedBytes<N> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// As [`FixedStr::new`].
///
/// ```
/// use npz_core::FixedStr;
///
/// let word: FixedStr<5> = "alpha".parse()?;
/// assert_eq!(word, "alpha");
/// assert!("alphabet".parse::<FixedStr<5>>().is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
impl<const N: usize> FromStr for FixedStr<N> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

/// As [`FixedStr::new`].
///
/// ```
/// use npz_core::FixedStr;
///
/// let words = ["alpha", "beta"].map(FixedStr::<5>::try_from);
/// assert!(words.into_iter().all(|word| word.is_ok()));
/// ```
impl<const N: usize> TryFrom<&str> for FixedStr<N> {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

/// Compares the characters without the padding, as NumPy does; a text that ends with NUL is equal to no cell.
impl<const N: usize> PartialEq<str> for FixedStr<N> {
    fn eq(&self, text: &str) -> bool {
        self.chars().eq(text.chars())
    }
}

/// As with `str`.
impl<const N: usize> PartialEq<&str> for FixedStr<N> {
    fn eq(&self, text: &&str) -> bool {
        self == *text
    }
}
