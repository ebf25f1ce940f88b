//! From one cell type to another, by way of stored bytes: the same code that loads a file of another dtype.

use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};

use super::text::{self, Long};
use super::{AnyArray, RawArray, Tick, Visit, visit, with_cells};
use crate::dtype::{DType, Kind, Scalar, TimeUnit};
use crate::element::time::decode::decoder;
use crate::element::time::{Generic, TimeDelta64};
use crate::element::{Cast, Decoder, Element, Place, Refusal, Rule, Step, swap_bytes};
use crate::error::{Error, Result};
use crate::report::Report;
use crate::shape::Order;

/// The cells in C order, little-endian.
pub(super) fn le_bytes<A: Element>(cells: &ArrayViewD<'_, A>) -> Result<Vec<u8>> {
    let dtype = A::dtype_of(cells)?;
    let cells = cells.as_standard_layout();
    Ok(cells.as_slice().map(|cells| A::encode(cells, &dtype).into_owned()).unwrap_or_default())
}

/// Cells of another type, with values checked.
pub(super) fn checked<A: Element>(any: &AnyArray, cast: Cast) -> Result<ArrayD<A>> {
    let cells = by(any, cast, A::decoder, A::expected)?;
    ArrayD::from_shape_vec(IxDyn(any.shape()), cells).map_err(unfit)
}

fn by<A>(
    any: &AnyArray,
    cast: Cast,
    decoder: impl FnOnce(&DType, Rule) -> Result<Decoder<A>, Refusal>,
    expected: impl FnOnce() -> String,
) -> Result<Vec<A>> {
    // Cells of raw arrays keep the order of their bytes, which the decoder knows.
    let (dtype, bytes) = with_cells!(any,
        array => (super::dtype_of(&array.view())?, le_bytes(&array.view())?),
        (kind, unit, ticks) => (DType::time(kind, *unit), le_bytes(&ticks.view())?),
        raw => (raw.dtype().clone(), raw.in_c_order().into_owned())
    );
    let decoder = decoder(&dtype, Rule::array(cast)).map_err(|refusal| {
        let mut report = Report::default();
        for problem in refusal.problems(Place::Array, "", &expected(), &dtype.to_string()) {
            report.push(problem);
        }
        Error::mismatch(report)
    })?;
    decode(&bytes, decoder, any.shape(), Order::C)
}

/// The bytes of cells as cells, if they are of that type.
pub(super) fn typed<A: Element>(raw: &RawArray) -> Option<ArrayD<A>> {
    let decoder = A::decoder(raw.dtype(), Rule::array(Cast::Exact)).ok()?;
    let cells = decode(raw.as_bytes(), decoder, raw.shape(), raw.order()).ok()?;
    ArrayD::from_shape_vec(IxDyn(raw.shape()).set_f(raw.order() == Order::Fortran), cells).ok()
}

/// Bytes as what Rust has for them.
pub(super) fn from_raw(raw: RawArray) -> AnyArray {
    struct FromRaw<'a>(&'a RawArray);
    impl Visit for FromRaw<'_> {
        type Out = Option<AnyArray>;
        fn typed<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Option<AnyArray> {
            typed(self.0).map(wrap)
        }
        fn times(self, kind: Kind, unit: TimeUnit) -> Option<AnyArray> {
            let raw = self.0;
            let decoder = TimeDelta64::<Generic>::as_stored(raw.dtype(), Rule::array(Cast::Exact)).ok()?;
            let ticks = super::from_cells(decode(raw.as_bytes(), decoder, raw.shape(), raw.order()).ok()?);
            let shape = IxDyn(raw.shape()).set_f(raw.order() == Order::Fortran);
            Some(AnyArray::times(kind, unit, ArrayD::from_shape_vec(shape, ticks).ok()?))
        }
        fn long_doubles<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Option<AnyArray> {
            self.typed(wrap)
        }
        fn other(self) -> Option<AnyArray> {
            None
        }
    }
    visit(raw.dtype(), FromRaw(&raw)).unwrap_or(AnyArray::Other(raw))
}

pub(super) fn unfit(error: ndarray::ShapeError) -> Error {
    Error::damaged("the cells do not fit the shape").with_source(error)
}

fn decode<A>(bytes: &[u8], decoder: Decoder<A>, shape: &[usize], order: Order) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    match decoder.step {
        Step::InPlace(plan) => {
            let has_memory = (plan.grow)(&mut cells, shape.iter().product());
            let memory = (plan.as_bytes)(&mut cells);
            if !has_memory || memory.len() != bytes.len() {
                return Err(Error::io("can't allocate the array", std::io::ErrorKind::OutOfMemory.into()));
            }
            memory.copy_from_slice(bytes);
            swap_bytes(memory, plan.swap_width);
        }
        Step::Convert(mut convert) => {
            convert(bytes, &mut cells).map_err(|bad| bad.into_error(0, shape, order))?;
        }
    }
    Ok(cells)
}

pub(super) fn to_dtype(any: &AnyArray, dtype: &DType, cast: Cast) -> Result<AnyArray> {
    if let Some(text) = text_of(dtype)
        && text::is_allowed(&any.dtype(), text.kind(), cast)
    {
        return text::to_text(any, dtype, text, Long::Refused);
    }
    visit(dtype, ToDType { any, dtype, cast })
}

struct ToDType<'a> {
    any: &'a AnyArray,
    dtype: &'a DType,
    cast: Cast,
}

impl Visit for ToDType<'_> {
    type Out = Result<AnyArray>;

    fn typed<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        self.any.to_array::<A>(self.cast).map(wrap)
    }

    fn times(self, kind: Kind, unit: TimeUnit) -> Result<AnyArray> {
        let decoder = |stored: &DType, rule| decoder::<TimeDelta64<Generic>>(kind, unit, stored, rule);
        let cells = by(self.any, self.cast, decoder, || self.dtype.to_string())?;
        let shape = IxDyn(self.any.shape());
        let ticks = ArrayD::from_shape_vec(shape, super::from_cells(cells)).map_err(unfit)?;
        Ok(AnyArray::times(kind, unit, ticks))
    }

    fn long_doubles<A: Element>(self, wrap: fn(ArrayD<A>) -> AnyArray) -> Result<AnyArray> {
        self.typed(wrap)
    }

    fn other(self) -> Result<AnyArray> {
        match self.any {
            AnyArray::Other(raw) if raw.dtype() == self.dtype => Ok(self.any.clone()),
            _ => Err(no_cells(self.dtype)),
        }
    }
}

pub(super) fn no_cells(dtype: &DType) -> Error {
    Error::unsupported(format!(
        "expected a dtype that Rust has cells for, found {dtype}; `to_array` makes rows or raw bytes of it"
    ))
}

/// The dtype of text, as characters or as bytes.
pub(super) fn text_of(dtype: &DType) -> Option<&Scalar> {
    dtype.as_scalar().filter(|scalar| matches!(scalar.kind(), Kind::Unicode | Kind::Bytes))
}
