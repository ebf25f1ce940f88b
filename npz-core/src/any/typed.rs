//! Between [`AnyArray`] and arrays whose cell type is known.

use std::any::Any;

use ndarray::{Array, ArrayD, ArrayRef, ArrayViewD, Dimension};

use super::array::ARRAY;
use super::{AnyArray, RawArray, convert, times, with_cells};
use crate::dtype::DTypeKind;
use crate::element::time::{DateTime64, TimeDelta64, Unit};
use crate::element::{Cast, Element};
use crate::error::{Error, ErrorKind, Result};
use crate::memory::copy_array;
use crate::shape::python_tuple;

impl AnyArray {
    /// Copies an array of any cells: rows, `bf16` and such become [`Other`](Self::Other), the bytes that a file would have.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for cells that can't be saved: text that ends with NUL, voids of unequal width.
    ///
    /// ```
    /// use ndarray::{arr1, array};
    /// use npz_core::{AnyArray, NpyRecord};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Particle { id: u16, mass: f32 }
    ///
    /// let particles = AnyArray::from_array(&array![Particle { id: 7, mass: 0.5 }])?;
    /// assert_eq!(particles.dtype().to_string(), "[('id', '<u2'), ('mass', '<f4')]");
    /// assert_eq!(particles.field("mass")?, AnyArray::from(arr1(&[0.5f32])));
    /// assert_eq!(AnyArray::from_array(&array![1usize])?, AnyArray::from(array![1u64]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn from_array<A: Element, D: Dimension>(array: &ArrayRef<A, D>) -> Result<Self> {
        let view = array.view().into_dyn();
        let (dtype, bytes, order) = convert::stored(&view)?;
        Self::from_raw(RawArray::of(dtype, view.shape(), order, bytes.into_owned())?)
    }

    /// Gives the array inside, if its cells are of exactly this type. Copies nothing.
    ///
    /// Times are seen as cells of their own unit, if the ticks lie in C or Fortran order. Records are bytes, and
    /// integers are not `isize` or `usize`: [`to_array`](Self::to_array) copies them into such cells.
    ///
    /// ```
    /// use ndarray::{arr1, array};
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(arr1(&[1.5f32, 2.5]));
    /// assert_eq!(any.view::<f32>(), Some(array![1.5, 2.5].into_dyn().view()));
    /// assert_eq!(any.view::<f64>(), None);
    /// ```
    pub fn view<A: Element>(&self) -> Option<ArrayViewD<'_, A>> {
        match self {
            Self::DateTime64 { unit, ticks } => times::view(DTypeKind::DateTime, *unit, ticks),
            Self::TimeDelta64 { unit, ticks } => times::view(DTypeKind::TimeDelta, *unit, ticks),
            _ => self.cells()?.downcast_ref::<ArrayD<A>>().map(|array| array.view()),
        }
    }

    /// Turns into a typed array of a number of axes; copies nothing but times, records and what is `isize` or `usize`.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] if the cells are of another type ([`to_array`](Self::to_array) casts them) or the number of
    /// axes is another.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1u8, 2]]);
    /// assert_eq!(any.clone().into_array::<u8, ndarray::Ix2>()?, array![[1, 2]]);
    /// assert!(any.into_array::<i64, ndarray::Ix2>().is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn into_array<A: Element, D: Dimension>(self) -> Result<Array<A, D>> {
        let (dtype, shape) = (self.dtype(), self.shape().to_vec());
        let array = if self.cells().is_some_and(<dyn Any>::is::<ArrayD<A>>) {
            *self.into_cells().downcast().map_err(|_| Error::invalid("the cells have another type"))?
        } else {
            self.to_array::<A>(Cast::Exact)?
        };
        array.into_dimensionality().map_err(|_| {
            let axes = D::NDIM.map_or_else(String::new, crate::shape::axes);
            let (expected, shape) = (A::expected(), python_tuple(&shape));
            let message = format!(
                "expected {expected}, {axes}, found {dtype}, shape {shape}; `ArrayD` has any number of axes"
            );
            Error::new(ErrorKind::Mismatch, message)
        })
    }

    /// Copies into an array of another cell type, under a casting rule, with values checked;
    /// `a.astype(dtype, casting=..)`.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] if the rule does not allow it, with the rule that would, or all fields of a row that differ;
    /// [`ErrorKind::Invalid`] for a cell that the type can't hold.
    ///
    /// ```
    /// use ndarray::{arr1, array};
    /// use npz_core::{AnyArray, Cast};
    ///
    /// let any = AnyArray::from(arr1(&[1u8, 2]));
    /// assert_eq!(any.to_array::<f64>(Cast::Safe)?, array![1.0, 2.0].into_dyn());
    /// assert!(any.to_array::<i8>(Cast::Safe).is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn to_array<A: Element>(&self, cast: Cast) -> Result<ArrayD<A>> {
        if let Some(array) = self.view::<A>() {
            return copy_array(&array, ARRAY);
        }
        convert::checked(self, cast)
    }

    /// The `ArrayD` of cells, if Rust has a type for them.
    #[inline]
    fn cells(&self) -> Option<&dyn Any> {
        with_cells!(self, array => Some(&array.array), (_, _, _) => None, _raw => None)
    }

    #[inline]
    fn into_cells(self) -> Box<dyn Any> {
        with_cells!(self, array => Box::new(array.array), (_, _, ticks) => Box::new(ticks), raw => Box::new(raw))
    }
}

/// Copies the cells into an array of their type, if Rust has one for them; else moves the bytes. Nothing is lost.
impl From<RawArray> for AnyArray {
    #[inline]
    fn from(raw: RawArray) -> Self {
        // Where memory is short they stay bytes, as nobody could be told.
        convert::typed(&raw).ok().flatten().unwrap_or(Self::Other(raw))
    }
}

/// Copies the cells: in a file they are `int64`.
impl<D: Dimension> From<Array<isize, D>> for AnyArray {
    fn from(array: Array<isize, D>) -> Self {
        Self::Int64(array.mapv(|cell| cell as i64).into())
    }
}

/// Copies the cells: in a file they are `uint64`.
impl<D: Dimension> From<Array<usize, D>> for AnyArray {
    fn from(array: Array<usize, D>) -> Self {
        Self::UInt64(array.mapv(|cell| cell as u64).into())
    }
}

/// Copies the ticks.
impl<U: Unit, D: Dimension> From<Array<DateTime64<U>, D>> for AnyArray {
    fn from(array: Array<DateTime64<U>, D>) -> Self {
        Self::DateTime64 { unit: U::UNIT, ticks: array.mapv(DateTime64::ticks).into() }
    }
}

/// Copies the ticks.
impl<U: Unit, D: Dimension> From<Array<TimeDelta64<U>, D>> for AnyArray {
    fn from(array: Array<TimeDelta64<U>, D>) -> Self {
        Self::TimeDelta64 { unit: U::UNIT, ticks: array.mapv(TimeDelta64::ticks).into() }
    }
}
