//! Shapes: checked numbers of cells and bytes, and the order in which the cells lie.

use crate::error::{Error, Result};

/// The most axes that NumPy reads.
pub(crate) const MAX_AXES: usize = 64;

/// The order in which the cells of an array lie in a file: `'C'` or `'F'` of
/// [`np.asarray`](https://numpy.org/doc/stable/reference/generated/numpy.asarray.html).
///
/// ```
/// use npz_core::{Header, Limits, Order};
///
/// let mut file = b"\x93NUMPY\x01\x00\x3a\x00".to_vec();
/// file.extend(b"{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n");
/// assert_eq!(Header::read(&file[..], &Limits::default())?.order(), Order::Fortran);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Row by row: the last axis varies fastest. NumPy's default.
    #[default]
    C,
    /// Column by column: the first axis varies fastest.
    Fortran,
}

impl Order {
    /// The order that NumPy notes for an array whose cells lie in `self` order: it asks first whether the
    /// array is contiguous in C order, which holds for both orders with fewer than two axes longer than one.
    pub(crate) fn as_saved(self, shape: &[usize]) -> Self {
        let same_either_way = shape.contains(&0) || shape.iter().filter(|&&axis| axis > 1).count() < 2;
        if same_either_way { Self::C } else { self }
    }
}

/// The number of cells.
///
/// Refused like an array that is too large: a shape whose axes multiply past `isize::MAX` even where another
/// axis is 0. NumPy and ndarray both refuse it.
pub(crate) fn count(shape: &[usize]) -> Result<usize> {
    byte_count(shape, 1)
}

/// The number of bytes of all cells, under the rule of [`count`].
pub(crate) fn byte_count(shape: &[usize], item_size: usize) -> Result<usize> {
    let mut size = item_size;
    // Cells of no bytes don't make room for more cells than can be counted.
    let mut cells = 1_usize;
    for &axis in shape.iter().filter(|&&axis| axis != 0) {
        let next = (size.checked_mul(axis), cells.checked_mul(axis));
        let (Some(next_size), Some(next_cells)) = next else { return Err(too_large(shape, item_size)) };
        (size, cells) = (next_size, next_cells);
    }
    if size.max(cells) > isize::MAX as usize {
        return Err(too_large(shape, item_size));
    }
    Ok(if shape.contains(&0) { 0 } else { size })
}

fn too_large(shape: &[usize], item_size: usize) -> Error {
    Error::invalid(format!(
        "an array of shape {} with {item_size} bytes a cell is larger than this machine can address ({} bytes)",
        python_tuple(shape),
        isize::MAX
    ))
}

/// The shape as Python prints it: `()`, `(3,)`, `(2, 3)`.
pub(crate) fn python_tuple(shape: &[usize]) -> String {
    if let [axis] = shape {
        return format!("({axis},)");
    }
    let axes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({})", axes.join(", "))
}

/// A number of axes, in words.
pub(crate) fn axes(ndim: usize) -> String {
    match ndim {
        0 => "shape ()".to_owned(),
        1 => "1 axis".to_owned(),
        n => format!("{n} axes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUGE: usize = isize::MAX as usize;

    #[test]
    fn cells_are_counted() {
        let cases: &[(&[usize], usize)] =
            &[(&[], 1), (&[3], 3), (&[2, 3], 6), (&[2, 0, 3], 0), (&[HUGE], HUGE)];
        for &(shape, cells) in cases {
            assert_eq!(count(shape).expect("a sound shape"), cells, "{shape:?}");
        }
        assert_eq!(byte_count(&[2, 3], 4).expect("a sound shape"), 24);
        assert_eq!(byte_count(&[], 4).expect("a sound shape"), 4);
        assert_eq!(byte_count(&[HUGE], 0).expect("a sound shape"), 0);
    }

    #[test]
    fn overflow_is_an_error_also_where_an_axis_is_zero() {
        for shape in [&[HUGE, 2][..], &[HUGE + 1], &[0, HUGE, 3], &[HUGE, HUGE, 0]] {
            assert!(count(shape).is_err(), "{shape:?}");
            assert!(byte_count(shape, 0).is_err(), "{shape:?}");
        }
        let error = byte_count(&[HUGE / 4, 1], 8).expect_err("eight bytes a cell are too many");
        assert!(error.to_string().contains(", 1) with 8 bytes a cell"), "{error}");
    }

    #[test]
    fn tuples_are_printed_as_python_does() {
        assert_eq!(python_tuple(&[]), "()");
        assert_eq!(python_tuple(&[3]), "(3,)");
        assert_eq!(python_tuple(&[2, 0, 3]), "(2, 0, 3)");
    }

    #[test]
    fn numpy_calls_what_is_both_c() {
        for shape in [&[][..], &[5], &[1, 5], &[5, 1], &[0, 3]] {
            assert_eq!(Order::Fortran.as_saved(shape), Order::C, "{shape:?}");
        }
        assert_eq!(Order::Fortran.as_saved(&[2, 3, 1]), Order::Fortran);
        assert_eq!(Order::C.as_saved(&[2, 3]), Order::C);
    }
}
