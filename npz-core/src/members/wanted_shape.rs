//! The shape that a type wants of a member, and what to say of another one.

use std::fmt;

use crate::shape::axes;

/// The shape that a type wants of a member.
#[derive(Clone, Copy)]
pub(crate) enum WantedShape<'d> {
    /// So many axes, or any number.
    Axes(Option<usize>),
    /// These lengths; `None` is any.
    Shape(&'d [Option<usize>]),
}

impl WantedShape<'_> {
    pub(crate) fn is_scalar(self) -> bool {
        matches!(self, Self::Shape([]))
    }

    /// The length of each axis, as far as it is wanted; `None` for any number of axes.
    pub(crate) fn lens(self) -> Option<Vec<Option<usize>>> {
        match self {
            Self::Axes(ndim) => ndim.map(|ndim| vec![None; ndim]),
            Self::Shape(dims) => Some(dims.to_vec()),
        }
    }

    /// Whether an array of so many axes could be wanted.
    pub(crate) fn has_axes(self, count: usize) -> bool {
        match self {
            Self::Axes(ndim) => ndim.is_none_or(|ndim| ndim == count),
            Self::Shape(dims) => dims.len() == count,
        }
    }

    pub(crate) fn allows(self, shape: &[usize]) -> bool {
        match self {
            Self::Axes(ndim) => ndim.is_none_or(|ndim| ndim == shape.len()),
            Self::Shape(dims) => {
                dims.len() == shape.len()
                    && dims.iter().zip(shape).all(|(want, &len)| want.is_none_or(|want| want == len))
            }
        }
    }

    /// What to do about another shape.
    pub(crate) fn hint(self, shape: &[usize]) -> String {
        match (self, shape) {
            (Self::Shape([]), shape) if shape.iter().all(|&len| len == 1) => {
                "`#[npz(one_element)]` on the field, or `LoadOptions::one_element(true)`, takes the one element"
                    .to_owned()
            }
            (Self::Shape([_]) | Self::Axes(Some(1)), []) => {
                "save `np.atleast_1d(a)` in Python, or make it a single value".to_owned()
            }
            (Self::Shape(dims), shape) if dims.len() == shape.len() => {
                "make it a `Vec` or an array to accept any length".to_owned()
            }
            (_, []) => "make it a single value".to_owned(),
            (_, shape) => {
                format!(
                    "make it an array of {}, or `ArrayD` for any number of axes",
                    axes(shape.len())
                )
            }
        }
    }
}

impl fmt::Display for WantedShape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Axes(None) => f.write_str("any shape"),
            Self::Axes(Some(ndim)) => f.write_str(&axes(*ndim)),
            Self::Shape(dims) => {
                let lens: Vec<_> =
                    dims.iter().map(|dim| dim.map_or("_".to_owned(), |len| len.to_string())).collect();
                let comma = if lens.len() == 1 { "," } else { "" };
                write!(f, "shape ({}{comma})", lens.join(", "))
            }
        }
    }
}
