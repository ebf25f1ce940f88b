//! One cell of an array of any dtype.

use ndarray::IxDyn;

use super::{AnyArray, RawArray, with_cells};
use crate::dtype::{DType, DTypeKind, TimeUnit};
use crate::element::LongDouble;
use crate::element::tiny::Float8E5M2;
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{Order, python_tuple};

/// One cell of an [`AnyArray`], as wide as its kind can be: what `a.item()` gives in Python.
///
/// Prints as Python's `str` does, and with `{:#}` as `repr`: text in quotes. Records print as tuples, times as NumPy has them. A
/// number prints as widened: an `f32` of 0.1 is 0.10000000149011612, which is its value, and what `a.item()` prints.
///
/// ```
/// use ndarray::arr1;
/// use npz_core::{AnyArray, AnyValue};
///
/// let names = AnyArray::from(arr1(&["it's".to_owned()]));
/// let name = names.get(&[0]).expect("there is one");
/// assert_eq!(name, AnyValue::Str("it's"));
/// assert_eq!((format!("{name}"), format!("{name:#}")), ("it's".to_owned(), "\"it's\"".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnyValue<'a> {
    /// A cell of `bool`.
    Bool(bool),
    /// A signed integer of any size.
    Int(i64),
    /// An unsigned integer of any size.
    UInt(u64),
    /// A float of up to 8 bytes, widened: the value is the same.
    Float(f64),
    /// A complex number of up to 16 bytes, widened.
    Complex {
        /// The real part.
        re: f64,
        /// The imaginary part.
        im: f64,
    },
    /// A text.
    Str(&'a str),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A long double of x86.
    LongDouble(LongDouble),
    /// A complex number of two long doubles of x86.
    ComplexLongDouble {
        /// The real part.
        re: LongDouble,
        /// The imaginary part.
        im: LongDouble,
    },
    /// A point in time.
    DateTime64 {
        /// The length of a tick.
        unit: TimeUnit,
        /// So many ticks from 1970-01-01; `i64::MIN` is NaT.
        ticks: i64,
    },
    /// A length of time.
    TimeDelta64 {
        /// The length of a tick.
        unit: TimeUnit,
        /// So many ticks; `i64::MIN` is NaT.
        ticks: i64,
    },
    /// A record, a void, or what Rust has no type for: its bytes, and what they mean.
    Other {
        /// What the bytes are, with their byte order.
        dtype: &'a DType,
        /// The bytes as the file has them.
        bytes: &'a [u8],
    },
}

macro_rules! from_cells {
    ($( $(#[$feature:meta])* $cell:ty: $name:ident => $value:expr; )*) => {
        $(
            $(#[$feature])*
            impl<'a> From<&'a $cell> for AnyValue<'a> {
                fn from($name: &'a $cell) -> Self {
                    $value
                }
            }
        )*
    };
}

from_cells! {
    bool: cell => Self::Bool(*cell);
    i8: cell => Self::Int(i64::from(*cell));
    i16: cell => Self::Int(i64::from(*cell));
    i32: cell => Self::Int(i64::from(*cell));
    i64: cell => Self::Int(*cell);
    u8: cell => Self::UInt(u64::from(*cell));
    u16: cell => Self::UInt(u64::from(*cell));
    u32: cell => Self::UInt(u64::from(*cell));
    u64: cell => Self::UInt(*cell);
    Float8E5M2: cell => Self::Float((*cell).into());
    #[cfg(feature = "half")]
    half::f16: cell => Self::Float(cell.to_f64());
    f32: cell => Self::Float(f64::from(*cell));
    f64: cell => Self::Float(*cell);
    #[cfg(feature = "num-complex")]
    num_complex::Complex<f32>: cell => Self::Complex { re: f64::from(cell.re), im: f64::from(cell.im) };
    #[cfg(feature = "num-complex")]
    num_complex::Complex<f64>: cell => Self::Complex { re: cell.re, im: cell.im };
    LongDouble: cell => Self::LongDouble(*cell);
    #[cfg(feature = "num-complex")]
    num_complex::Complex<LongDouble>: cell => Self::ComplexLongDouble { re: cell.re, im: cell.im };
    String: cell => Self::Str(cell);
    Vec<u8>: cell => Self::Bytes(cell);
}

/// The cell at a place in memory.
fn raw_cell(raw: &RawArray, place: usize) -> Option<AnyValue<'_>> {
    let size = raw.dtype().item_size();
    let bytes = raw.as_bytes().get(place * size..(place + 1) * size)?;
    Some(match raw.dtype().kind() {
        DTypeKind::Bool => AnyValue::Bool(bytes != [0]),
        _ => AnyValue::Other { dtype: raw.dtype(), bytes },
    })
}

/// The cell at an index.
fn raw_get<'r>(raw: &'r RawArray, index: &[usize]) -> Option<AnyValue<'r>> {
    let shape = raw.shape();
    if index.len() != shape.len() || index.iter().zip(shape).any(|(i, len)| i >= len) {
        return None;
    }
    let axes = index.iter().zip(shape);
    let place = match raw.order() {
        Order::C => axes.fold(0, |place, (i, len)| place * len + i),
        Order::Fortran => axes.rev().fold(0, |place, (i, len)| place * len + i),
    };
    raw_cell(raw, place)
}

impl<'a> AnyValue<'a> {
    /// Gives the bool, if it is one.
    ///
    /// ```
    /// # use npz_core::AnyValue;
    /// assert_eq!((AnyValue::Bool(true).as_bool(), AnyValue::Int(1).as_bool()), (Some(true), None));
    /// ```
    pub fn as_bool(&self) -> Option<bool> {
        match *self {
            Self::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Gives the integer, if it is one that fits.
    ///
    /// ```
    /// use npz_core::AnyValue;
    ///
    /// assert_eq!(AnyValue::UInt(7).as_i64(), Some(7));
    /// assert_eq!((AnyValue::UInt(u64::MAX).as_i64(), AnyValue::Float(7.0).as_i64()), (None, None));
    /// ```
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Int(value) => Some(value),
            Self::UInt(value) => value.try_into().ok(),
            _ => None,
        }
    }

    /// Gives the integer, if it is one that fits.
    ///
    /// ```
    /// # use npz_core::AnyValue;
    /// assert_eq!((AnyValue::Int(7).as_u64(), AnyValue::Int(-1).as_u64()), (Some(7), None));
    /// ```
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::Int(value) => value.try_into().ok(),
            Self::UInt(value) => Some(value),
            _ => None,
        }
    }

    /// Gives the number, if it is a float or an integer: as the nearest `f64`.
    ///
    /// ```
    /// use npz_core::AnyValue;
    ///
    /// assert_eq!((AnyValue::Float(0.5).as_f64(), AnyValue::Int(-2).as_f64()), (Some(0.5), Some(-2.0)));
    /// assert_eq!(AnyValue::Bool(true).as_f64(), None);
    /// ```
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Float(value) => Some(value),
            Self::Int(value) => Some(value as f64),
            Self::UInt(value) => Some(value as f64),
            Self::LongDouble(value) => Some(value.to_f64()),
            _ => None,
        }
    }

    /// Gives the text, if it is one; copies nothing.
    ///
    /// ```
    /// # use npz_core::AnyValue;
    /// assert_eq!((AnyValue::Str("a").as_str(), AnyValue::Bytes(b"a").as_str()), (Some("a"), None));
    /// ```
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl AnyValue<'_> {
    /// So many characters or bytes, of a text.
    pub(super) fn text_len(&self) -> usize {
        match self {
            Self::Str(text) => text.chars().count(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }

    fn time(kind: DTypeKind, unit: TimeUnit, ticks: i64) -> Self {
        match kind {
            DTypeKind::DateTime => Self::DateTime64 { unit, ticks },
            _ => Self::TimeDelta64 { unit, ticks },
        }
    }
}

impl AnyArray {
    /// Gives one cell by its index, `None` outside; `a[i, j]`. Copies nothing.
    ///
    /// ```
    /// use ndarray::array;
    /// use npz_core::{AnyArray, AnyValue};
    ///
    /// let any = AnyArray::from(array![[1u8, 2], [3, 4]]);
    /// assert_eq!(any.get(&[1, 0]), Some(AnyValue::UInt(3)));
    /// assert_eq!(any.get(&[1]), None); // a row is no cell
    /// ```
    #[inline]
    pub fn get(&self, index: &[usize]) -> Option<AnyValue<'_>> {
        let at = IxDyn(index);
        with_cells!(self, array => array.get(at).map(AnyValue::from), (kind, unit, ticks) => {
            ticks.get(at).map(|&ticks| AnyValue::time(kind, *unit, ticks))
        }, raw => raw_get(raw, index))
    }

    /// Goes through the cells in logical order, the last axis fastest, however they lie in memory; `a.flat`. Copies
    /// nothing.
    ///
    /// ```
    /// use ndarray::array;
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1.0f32, 2.5]]);
    /// let cells: Vec<String> = any.iter().map(|cell| cell.to_string()).collect();
    /// assert_eq!(cells, ["1.0", "2.5"]);
    /// for cell in &any {
    ///     println!("{cell}");
    /// }
    /// ```
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = AnyValue<'_>> + '_ {
        let cells: Box<dyn ExactSizeIterator<Item = AnyValue<'_>> + '_> = with_cells!(self,
            array => Box::new(array.iter().map(AnyValue::from)),
            (kind, unit, ticks) => Box::new(ticks.iter().map(move |&ticks| AnyValue::time(kind, *unit, ticks))),
            raw => Box::new((0..self.len()).map(move |index| {
                let place = match raw.order() {
                    Order::C => index,
                    // A step along an axis is as many cells as the axes before it have.
                    Order::Fortran => {
                        let (mut rest, mut step) = (index, self.len());
                        raw.shape().iter().rev().fold(0, |place, &len| {
                            step /= len;
                            let along = rest % len;
                            rest /= len;
                            place + along * step
                        })
                    }
                };
                raw_cell(raw, place).unwrap_or(AnyValue::Other { dtype: raw.dtype(), bytes: &[] })
            }))
        );
        cells
    }

    /// Gives the only cell of an array that has one, whatever its axes; `a.item()`. Copies nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] if there are more cells, or none.
    ///
    /// ```
    /// use ndarray::{arr0, arr1};
    /// use npz_core::{AnyArray, AnyValue};
    ///
    /// assert_eq!(AnyArray::from(arr0(7i16)).item()?, AnyValue::Int(7));
    /// assert!(AnyArray::from(arr1(&[1.0, 2.0])).item().is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn item(&self) -> Result<AnyValue<'_>> {
        let mut cells = self.iter();
        match (cells.next(), cells.next()) {
            (Some(cell), None) => Ok(cell),
            _ => Err(Error::new(
                ErrorKind::Mismatch,
                format!(
                    "expected an array of one cell, found shape {}; `get` gives one of many",
                    python_tuple(self.shape())
                ),
            )),
        }
    }
}

/// Goes through the cells as [`AnyArray::iter`] does.
impl<'a> IntoIterator for &'a AnyArray {
    type Item = AnyValue<'a>;
    type IntoIter = Box<dyn ExactSizeIterator<Item = AnyValue<'a>> + 'a>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
