//! What a field asks for beyond its type: attributes that hold for everything below the field.

use std::borrow::Cow;

use ndarray::{ArrayView1, ArrayViewD, CowArray, IxDyn};

use crate::any::RawArray;
use crate::archive::Compression;
use crate::cells::{Body, Cells};
use crate::dtype::ByteOrder;
use crate::element::{CellType, Element, Form, place};
use crate::error::{Error, Result};
use crate::members::Name;
use crate::members::forms::Forms;
use crate::members::wanted_shape::WantedShape;
use crate::shape::{Order, python_tuple};

/// How the members below a field are saved. `None` is what holds around the field.
#[derive(Clone, Copy, Debug, Default)]
pub struct SaveSettings {
    /// How they are stored.
    pub compression: Option<Compression>,
    /// The length of each axis, `None` for any.
    pub shape: Option<&'static [Option<usize>]>,
    /// `Some(None)` keeps the order that the array has in memory.
    pub order: Option<Option<Order>>,
    /// NaN and infinity are refused.
    pub finite: bool,
    /// What cells are stored as.
    pub forms: Forms,
}

/// What is asked of the members below a field when they are loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadSettings {
    /// The length of each axis, `None` for any.
    pub shape: Option<&'static [Option<usize>]>,
    /// The order that arrays are brought into.
    pub order: Option<Option<Order>>,
    /// NaN and infinity are refused.
    pub finite: bool,
    /// What cells are stored as.
    pub forms: Forms,
    /// A single value may be an array of one element.
    pub one_element: bool,
    /// What is to be mapped is not decoded instead.
    pub require_mapped: bool,
}

impl SaveSettings {
    /// These settings inside of others.
    pub(crate) fn within(self, outer: Self) -> Self {
        Self {
            compression: self.compression.or(outer.compression),
            shape: self.shape.or(outer.shape),
            order: self.order.or(outer.order),
            finite: self.finite || outer.finite,
            forms: self.forms.within(outer.forms),
        }
    }

    /// Refuses the shape of an array: a file that its own type can't load must not replace the last good one.
    pub(crate) fn check_shape(&self, found: &[usize]) -> Result<()> {
        match self.shape.filter(|shape| !WantedShape::Shape(shape).allows(found)) {
            None => Ok(()),
            Some(shape) => Err(Error::invalid(format!(
                "the field's attribute `shape` asks for {}, found {}; nothing is written, the last file stands",
                WantedShape::Shape(shape),
                python_tuple(found)
            ))),
        }
    }

    /// Plans the writing of a member; refuses cells that can't be kept so.
    pub(crate) fn body<'a, A: Element>(
        &self,
        name: &Name,
        cells: CowArray<'a, A, IxDyn>,
        is_array: bool,
    ) -> Result<Body<'a, A>> {
        self.forms.check(name, CellType::of::<A>())?;
        let view = cells.view();
        let refuse = |error| Error::invalid(format!("{error}; nothing is written, the last file stands"));
        // Single values below the field have no shape that it speaks of.
        if is_array || view.ndim() > 0 {
            self.check_shape(view.shape())?;
        }
        if self.finite {
            check_finite(&view, view.shape(), Order::C).map_err(refuse)?;
        }
        let dtype = match self.forms.form() {
            Form { store_as: None, string: None } => A::dtype_of(&view)?,
            form => A::dtype_as(&view, form).map_err(refuse)?,
        };
        Body::new(cells, dtype, self.order.flatten())
    }

    /// Plans the writing of bytes that have their stored form already; refuses what can't be kept so.
    pub(crate) fn raw<'a>(
        &self,
        name: &Name,
        raw: &'a RawArray,
        order: Option<ByteOrder>,
    ) -> Result<Cow<'a, RawArray>> {
        self.forms.misfit_of_bytes(name).map_or(Ok(()), |misfit| Err(Error::invalid(misfit)))?;
        self.check_shape(raw.shape())?;
        if self.finite {
            check_raw(raw).map_err(|error| {
                Error::invalid(format!("{error}; nothing is written, the last file stands"))
            })?;
        }
        let arranged = raw.arranged(order, self.order.flatten())?;
        arranged.header().check_saved()?;
        Ok(arranged)
    }
}

impl LoadSettings {
    /// These settings inside of others.
    pub(crate) fn within(self, outer: Self) -> Self {
        Self {
            shape: self.shape.or(outer.shape),
            order: self.order.or(outer.order),
            finite: self.finite || outer.finite,
            forms: self.forms.within(outer.forms),
            one_element: self.one_element || outer.one_element,
            require_mapped: self.require_mapped || outer.require_mapped,
        }
    }

    /// Checks and arranges cells that were read.
    pub(crate) fn apply<A: Element>(&self, cells: Cells<A>) -> Result<Cells<A>> {
        if self.finite {
            let flat = ArrayView1::from(&cells.flat);
            check_finite(&flat.into_dyn(), &cells.shape, cells.order)?;
        }
        match self.order.flatten() {
            Some(order) => cells.into_order(order),
            None => Ok(cells),
        }
    }

    /// Checks an array that is looked at where it lies.
    #[cfg(feature = "mmap")]
    pub(crate) fn check_lent<A: Element>(&self, cells: &ArrayViewD<'_, A>) -> Result<()> {
        if self.finite { check_finite(cells, cells.shape(), Order::C) } else { Ok(()) }
    }

    /// Checks and arranges bytes that were read.
    pub(crate) fn apply_raw(&self, raw: RawArray) -> Result<RawArray> {
        if self.finite {
            check_raw(&raw)?;
        }
        let other = match raw.arranged(None, self.order.flatten())? {
            Cow::Borrowed(_) => None,
            Cow::Owned(other) => Some(other),
        };
        Ok(other.unwrap_or(raw))
    }
}

/// Refuses NaN, infinity and NaT in cells of any dtype.
fn check_raw(raw: &RawArray) -> Result<()> {
    match raw.first_not_finite() {
        Some(index) => Err(not_finite(index, raw.shape(), raw.order(), "NaN, infinite or NaT")),
        None => Ok(()),
    }
}

/// Refuses NaN, infinity and NaT in cells that are those of a shape, as they come in an order.
fn check_finite<A: Element>(cells: &ArrayViewD<'_, A>, shape: &[usize], order: Order) -> Result<()> {
    let Some(index) = A::first_not_finite(cells) else { return Ok(()) };
    Err(not_finite(index, shape, order, A::NOT_FINITE))
}

fn not_finite(index: usize, shape: &[usize], order: Order, found: &str) -> Error {
    let what = place(index, shape, order).map_or("it".to_owned(), |place| format!("cell {place}"));
    Error::invalid(format!(
        "{what} is {found}, and the field is marked `finite`; find out where it comes from"
    ))
}
