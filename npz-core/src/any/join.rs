//! Several arrays of any dtype made one.

use std::any::Any;
use std::borrow::Cow;

use ndarray::Axis;

use super::array::{ARRAY, TypedArray};
use super::{AnyArray, RawArray, with_cells};
use crate::dtype::{ByteOrder, DType, DTypeKind, TimeUnit};
use crate::error::{Error, ErrorKind, Result};
use crate::memory;
use crate::shape::{Order, count, python_tuple};

impl AnyArray {
    /// Joins arrays along an axis: `np.concatenate(arrays, axis)`.
    ///
    /// All have cells of one kind, and the same shape but for that axis. Text is as wide as the widest; where byte orders differ,
    /// the first one's is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] if cells or shapes differ ([`cast`](Self::cast) makes cells the same);
    /// [`ErrorKind::Invalid`] if there are no arrays, or no such axis.
    ///
    /// ```
    /// use ndarray::{Axis, array};
    /// use npz_core::AnyArray;
    ///
    /// let parts = [AnyArray::from(array![[1, 2]]), AnyArray::from(array![[3, 4], [5, 6]])];
    /// assert_eq!(AnyArray::concatenate(Axis(0), &parts)?, AnyArray::from(array![[1, 2], [3, 4], [5, 6]]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn concatenate(axis: Axis, arrays: &[Self]) -> Result<Self> {
        Self::join(arrays, &Joint::concatenated(axis, arrays.iter().map(Self::shape))?)
    }

    /// Puts arrays of one shape beside each other along a new axis: `np.stack(arrays, axis)`.
    ///
    /// # Errors
    /// As [`concatenate`](Self::concatenate).
    ///
    /// ```
    /// use ndarray::{Axis, array};
    /// use npz_core::AnyArray;
    ///
    /// let rows = [AnyArray::from(array![1, 2]), AnyArray::from(array![3, 4])];
    /// assert_eq!(AnyArray::stack(Axis(0), &rows)?, AnyArray::from(array![[1, 2], [3, 4]]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn stack(axis: Axis, arrays: &[Self]) -> Result<Self> {
        Self::join(arrays, &Joint::stacked(axis, arrays.iter().map(Self::shape))?)
    }

    /// What kind of time the cells are, and of which unit, if they are times.
    fn time(&self) -> Option<(DTypeKind, TimeUnit)> {
        with_cells!(self, _array => None, (kind, unit, _) => Some((kind, *unit)), _raw => None)
    }

    #[inline]
    fn join(arrays: &[Self], joint: &Joint) -> Result<Self> {
        let Some(first) = arrays.first() else { return Err(none()) };
        if let Some(other) = arrays.iter().find(|array| array.time() != first.time()) {
            return Err(misfit(&first.dtype(), &other.dtype()));
        }
        Ok(with_cells!(first,
            array => array.join(arrays, joint)?.into(),
            (kind, unit, ticks) => Self::times(kind, *unit, ticks.join(arrays, joint)?),
            raw => Self::Other(raw.join(arrays, joint)?)
        ))
    }
}

/// The cells of an array that has to be of the same type as the first one.
fn same<'a, T: Any>(array: &'a AnyArray, first: &AnyArray) -> Result<&'a T> {
    array.inside().ok_or_else(|| misfit(&first.dtype(), &array.dtype()))
}

impl RawArray {
    #[inline]
    fn join(&self, arrays: &[AnyArray], joint: &Joint) -> Result<Self> {
        let dtype = self.dtype();
        let little = |dtype: &DType| dtype.with_byte_order(ByteOrder::Little);
        let mut parts = Vec::new();
        for array in arrays {
            let array: &Self = same(array, &arrays[0])?;
            // Other byte orders are made the first one's.
            let array = match array.dtype() {
                own if own == dtype => Cow::Borrowed(array),
                own if little(own) == little(dtype) => Cow::Owned(array.as_dtype(dtype)?),
                own => return Err(misfit(dtype, own)),
            };
            parts.push(match (array.arranged(None, Some(Order::C))?, &array) {
                (Cow::Owned(moved), _) => Cow::Owned(moved.into()),
                (_, Cow::Borrowed(array)) => Cow::Borrowed(array.as_bytes()),
                (_, Cow::Owned(array)) => Cow::Owned(memory::copy(array.as_bytes(), ARRAY)?),
            });
        }
        Self::of(dtype.clone(), &joint.shape, Order::C, joint.join(&parts)?)
    }
}

impl<A: Clone + 'static> TypedArray<A> {
    fn join(&self, arrays: &[AnyArray], joint: &Joint) -> Result<Self> {
        let mut parts = Vec::new();
        for array in arrays {
            let array: &Self = same(array, &arrays[0])?;
            parts.push(match array.as_slice() {
                Some(cells) => Cow::Borrowed(cells),
                None => Cow::Owned(memory::copy_cells(&array.array, ARRAY)?),
            });
        }
        let joined = self.with_cells(joint.join(&parts)?, &joint.shape, Order::C)?;
        Ok(arrays.iter().filter_map(AnyArray::inside).fold(joined, Self::with_room_of))
    }
}

/// How arrays are put together.
struct Joint {
    /// The shape of all.
    shape: Vec<usize>,
    /// What is taken of each array at a time: these axes and those behind them.
    axis: usize,
}

impl Joint {
    fn concatenated<'a>(axis: Axis, shapes: impl Iterator<Item = &'a [usize]>) -> Result<Self> {
        let (axis, mut shape) = (axis.index(), None::<Vec<usize>>);
        for next in shapes {
            let Some(shape) = &mut shape else {
                if axis >= next.len() {
                    return Err(Error::invalid(format!(
                        "expected one of the {} axes of an array of shape {}, found axis {axis}",
                        next.len(),
                        python_tuple(next)
                    )));
                }
                shape = Some(next.to_vec());
                continue;
            };
            let is_same = |i: usize| i == axis || shape[i] == next[i];
            if next.len() != shape.len() || !(0..next.len()).all(is_same) {
                let but = format!(", but for axis {axis}");
                return Err(other_shape(shape, next, &but));
            }
            shape[axis] = shape[axis].saturating_add(next[axis]);
        }
        let shape = shape.ok_or_else(none)?;
        count(&shape)?;
        Ok(Self { shape, axis })
    }

    fn stacked<'a>(axis: Axis, mut shapes: impl Iterator<Item = &'a [usize]>) -> Result<Self> {
        let (axis, first) = (axis.index(), shapes.next().ok_or_else(none)?);
        if axis > first.len() {
            return Err(Error::invalid(format!(
                "expected one of {} places for a new axis, found {axis}",
                first.len() + 1
            )));
        }
        let mut all = 1;
        for next in shapes {
            if next != first {
                return Err(other_shape(first, next, ""));
            }
            all += 1;
        }
        let mut shape = first.to_vec();
        shape.insert(axis, all);
        count(&shape)?;
        Ok(Self { shape, axis })
    }

    /// Puts cells in C order together.
    fn join<A: Clone>(&self, parts: &[Cow<'_, [A]>]) -> Result<Vec<A>> {
        let outer = self.shape[..self.axis].iter().product::<usize>();
        let mut joined = memory::with_room(parts.iter().map(|cells| cells.len()).sum(), ARRAY)?;
        for row in 0..outer {
            for cells in parts {
                let each = cells.len() / outer;
                joined.extend_from_slice(&cells[row * each..][..each]);
            }
        }
        Ok(joined)
    }
}

fn none() -> Error {
    Error::invalid("expected at least one array, found none")
}

fn misfit(expected: &DType, found: &DType) -> Error {
    let message =
        format!("expected arrays of one dtype, {expected} as the first one, found {found}; cast one of them");
    Error::new(ErrorKind::Mismatch, message)
}

fn other_shape(expected: &[usize], found: &[usize], but: &str) -> Error {
    Error::new(
        ErrorKind::Mismatch,
        format!(
            "expected arrays of one shape{but}: {} as those before, found {}",
            python_tuple(expected),
            python_tuple(found)
        ),
    )
}
