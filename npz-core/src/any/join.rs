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
        fn same<T: Any>(arrays: &[AnyArray]) -> Result<Vec<&T>> {
            let (first, same) = (&arrays[0], arrays.iter().map(AnyArray::inside::<T>));
            let others = || arrays.iter().find(|array| array.inside::<T>().is_none()).unwrap_or(first);
            let same: Option<Vec<&T>> = same.collect();
            same.ok_or_else(|| misfit(&first.dtype(), &others().dtype()))
        }
        let Some(first) = arrays.first() else { return Err(none()) };
        if let Some(other) = arrays.iter().find(|array| array.time() != first.time()) {
            return Err(misfit(&first.dtype(), &other.dtype()));
        }
        Ok(with_cells!(first,
            array => array.join(&same(arrays)?, joint)?.into(),
            (kind, unit, ticks) => Self::times(kind, *unit, ticks.join(&same(arrays)?, joint)?),
            _raw => Self::Other(RawArray::join(&same(arrays)?, joint)?)
        ))
    }
}

impl RawArray {
    fn join(arrays: &[&Self], joint: &Joint) -> Result<Self> {
        let Some(first) = arrays.first() else { return Err(none()) };
        let dtype = first.dtype();
        let little = |dtype: &DType| dtype.with_byte_order(ByteOrder::Little);
        let mut parts = Vec::new();
        for array in arrays {
            // Other byte orders are made the first one's.
            let array = match array.dtype() {
                own if own == dtype => Cow::Borrowed(*array),
                own if little(own) == little(dtype) => Cow::Owned(array.as_dtype(dtype)?),
                own => return Err(misfit(dtype, own)),
            };
            parts.push(match array.arranged(None, Some(Order::C))? {
                Cow::Owned(moved) => Cow::Owned(moved),
                Cow::Borrowed(_) => array,
            });
        }
        let bytes = parts.iter().map(|part| (part.as_bytes(), part.shape()));
        let bytes = joint.join(&bytes.collect::<Vec<_>>(), dtype.item_size())?;
        Self::of(dtype.clone(), &joint.shape, Order::C, bytes)
    }
}

impl<A: Clone> TypedArray<A> {
    fn join(&self, arrays: &[&Self], joint: &Joint) -> Result<Self> {
        let mut parts = Vec::new();
        for array in arrays {
            let cells = match array.as_slice() {
                Some(cells) => Cow::Borrowed(cells),
                None => Cow::Owned(memory::copy_cells(&array.array, ARRAY)?),
            };
            parts.push((cells, array.shape()));
        }
        let cells: Vec<_> = parts.iter().map(|(cells, shape)| (&**cells, *shape)).collect();
        let joined = self.with_cells(joint.join(&cells, 1)?, &joint.shape, Order::C)?;
        Ok(arrays.iter().fold(joined, |joined, array| joined.with_room_of(array)))
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

    /// Puts the cells together, each of which is so many items; all are in C order.
    fn join<A: Clone>(&self, parts: &[(&[A], &[usize])], width: usize) -> Result<Vec<A>> {
        let mut joined = memory::with_room(self.shape.iter().product::<usize>() * width, ARRAY)?;
        for outer in 0..self.shape[..self.axis].iter().product::<usize>() {
            for (cells, shape) in parts {
                let each = shape[self.axis..].iter().product::<usize>() * width;
                joined.extend_from_slice(cells.get(outer * each..(outer + 1) * each).unwrap_or_default());
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
