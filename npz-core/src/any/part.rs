//! Parts of arrays of any dtype, and other shapes.

use std::borrow::Cow;

use ndarray::{ArrayD, Axis, IxDyn, ShapeBuilder, SliceInfoElem};

use super::array::{ARRAY, TypedArray, unfit};
use super::{AnyArray, RawArray, with_cells};
use crate::error::{Error, Result};
use crate::memory::copy_cells;
use crate::part::Part;
use crate::shape::{Order, count, python_tuple};

impl AnyArray {
    /// Copies the part that [`ndarray::s`] tells of: `a[1000:1010, ..]`, as [`NpyFile::slice`](crate::NpyFile::slice) does.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what lies outside of the array.
    ///
    /// ```
    /// use ndarray::{array, s};
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(any.slice(s![..2, 1])?, AnyArray::from(array![2, 4])); // a[:2, 1]
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn slice(&self, part: impl AsRef<[SliceInfoElem]>) -> Result<Self> {
        self.part(&Part::slice(self.shape(), part.as_ref())?)
    }

    /// Copies places along one axis, in any order and as often as one likes: `np.take(a, indices, axis)`.
    ///
    /// # Errors
    /// As [`slice`](Self::slice).
    ///
    /// ```
    /// use ndarray::{Axis, array};
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(any.select(Axis(0), &[2, 0, 2])?, AnyArray::from(array![[5, 6], [1, 2], [5, 6]]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn select(&self, axis: Axis, indices: &[usize]) -> Result<Self> {
        self.part(&Part::select(self.shape(), axis.index(), indices)?)
    }

    /// Copies what is at one place of an axis, which goes: `a[:, 1]` with `Axis(1)`.
    ///
    /// # Errors
    /// As [`slice`](Self::slice).
    ///
    /// ```
    /// use ndarray::{Axis, array};
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![[1, 2], [3, 4]]);
    /// assert_eq!(any.index_axis(Axis(1), 0)?, AnyArray::from(array![1, 3]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn index_axis(&self, axis: Axis, index: usize) -> Result<Self> {
        self.part(&Part::index(self.shape(), axis.index(), index)?)
    }

    /// Moves the cells into another shape, row by row: `a.reshape(shape)`. Copies where they lie in Fortran order.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the shape has more or fewer cells.
    ///
    /// ```
    /// use ndarray::array;
    /// use npz_core::AnyArray;
    ///
    /// let any = AnyArray::from(array![1, 2, 3, 4]);
    /// assert_eq!(any.into_shape(&[2, 2])?, AnyArray::from(array![[1, 2], [3, 4]]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn into_shape(self, shape: &[usize]) -> Result<Self> {
        check_count(self.shape(), shape)?;
        Ok(with_cells!(self,
            array => array.into_shape(shape)?.into(),
            (kind, unit, ticks) => Self::times(kind, unit, ticks.into_shape(shape)?),
            raw => Self::Other(raw.into_shape(shape)?)
        ))
    }

    #[inline]
    fn part(&self, part: &Part) -> Result<Self> {
        Ok(with_cells!(self,
            array => array.part(part)?.into(),
            (kind, unit, ticks) => Self::times(kind, *unit, ticks.part(part)?),
            raw => Self::Other(raw.part(part)?)
        ))
    }
}

impl RawArray {
    fn into_shape(self, shape: &[usize]) -> Result<Self> {
        check_count(self.shape(), shape)?;
        let in_c = match self.arranged(None, Some(Order::C))? {
            Cow::Owned(moved) => moved,
            Cow::Borrowed(_) => self,
        };
        let dtype = in_c.dtype().clone();
        Self::of(dtype, shape, Order::C, in_c.into())
    }

    fn part(&self, part: &Part) -> Result<Self> {
        let order = self.order().as_saved(self.shape());
        let bytes = part.gather(self.as_bytes(), self.dtype().item_size(), order, ARRAY)?;
        Self::of(self.dtype().clone(), part.shape(), order, bytes)
    }
}

impl<A: Clone> TypedArray<A> {
    fn part(&self, part: &Part) -> Result<Self> {
        let (cells, order) = self.in_file_order()?;
        let found = part.gather(&cells, 1, order, ARRAY)?;
        self.with_cells(found, part.shape(), order)
    }

    fn into_shape(self, shape: &[usize]) -> Result<Self> {
        if self.is_standard_layout() {
            return self.map_array(|array| array.into_shape_with_order(IxDyn(shape)).map_err(unfit));
        }
        let cells = copy_cells(&self, ARRAY)?;
        self.with_cells(cells, shape, Order::C)
    }

    /// The cells in the order that a save writes them in.
    pub(super) fn in_file_order(&self) -> Result<(Cow<'_, [A]>, Order)> {
        if let Some(cells) = self.as_slice() {
            return Ok((Cow::Borrowed(cells), Order::C));
        }
        match self.array.t().to_slice() {
            Some(cells) => Ok((Cow::Borrowed(cells), Order::Fortran)),
            None => Ok((Cow::Owned(copy_cells(&self.array, ARRAY)?), Order::C)),
        }
    }

    /// Other cells, saved as these are.
    pub(super) fn with_cells(&self, cells: Vec<A>, shape: &[usize], order: Order) -> Result<Self> {
        let shape = IxDyn(shape).set_f(order == Order::Fortran);
        let array = ArrayD::from_shape_vec(shape, cells).map_err(unfit)?;
        Ok(self.with_array(array))
    }
}

fn check_count(from: &[usize], to: &[usize]) -> Result<()> {
    let (expected, found) = (count(from)?, count(to)?);
    if expected == found {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "expected a shape of {expected} cells, as the array of shape {} has, found {}, which has {found}",
        python_tuple(from),
        python_tuple(to)
    )))
}
