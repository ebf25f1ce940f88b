//! From one cell type to another, by way of stored bytes: the same code that loads a file of another dtype.

use std::borrow::Cow;

use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};

use super::array::{ARRAY, unfit};
use super::text::{self, Long};
use super::{AnyArray, RawArray, Tick, TypedArray, Visit, visit, with_cells};
use crate::dtype::{ByteOrder, DType, DTypeKind, TimeUnit};
use crate::element::time::decode::decoder;
use crate::element::time::{Generic, TimeDelta64};
use crate::element::{BadCell, Cast, Decoder, Element, Place, Refusal, Rule, Step, swap_bytes};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_FREE;
use crate::memory;
use crate::report::Report;
use crate::shape::Order;

/// The cells in C order, little-endian, as the dtype that was found for them.
pub(super) fn encoded<A: Element>(cells: &ArrayViewD<'_, A>, dtype: &DType) -> Result<Vec<u8>> {
    let cells = match cells.as_slice() {
        Some(cells) => Cow::Borrowed(cells),
        None => Cow::Owned(memory::copy_cells(cells, ARRAY)?),
    };
    memory::into_owned(A::encode(&cells, dtype)?, ARRAY)
}

/// Cells of another type, with values checked.
pub(super) fn checked<A: Element>(any: &AnyArray, cast: Cast) -> Result<ArrayD<A>> {
    let (cells, order) = by(any, cast, A::decoder, A::expected)?;
    arranged(any.shape(), order, cells)
}

/// Cells as they come, as an array.
fn arranged<A>(shape: &[usize], order: Order, cells: Vec<A>) -> Result<ArrayD<A>> {
    ArrayD::from_shape_vec(IxDyn(shape).set_f(order == Order::Fortran), cells).map_err(unfit)
}

/// The cells as a file would have them, little-endian and in their own order: an array in Fortran order stays one.
pub(super) fn stored<A: Element>(cells: &ArrayViewD<'_, A>) -> Result<(DType, Cow<'static, [u8]>, Order)> {
    let dtype = A::dtype_of(cells)?;
    let turned = cells.view().reversed_axes();
    let is_fortran = !cells.is_standard_layout() && turned.is_standard_layout();
    let (cells, order) = if is_fortran { (&turned, Order::Fortran) } else { (cells, Order::C) };
    let bytes = encoded(cells, &dtype)?;
    Ok((dtype, bytes.into(), order))
}

fn by<A>(
    any: &AnyArray,
    cast: Cast,
    decoder: impl FnOnce(&DType, Rule) -> Result<Decoder<A>, Refusal>,
    expected: impl FnOnce() -> String,
) -> Result<(Vec<A>, Order)> {
    let (dtype, bytes, order) = stored_form(any)?;
    let decoder =
        decoder(&dtype, Rule::array(cast)).map_err(|refusal| refused(&refusal, &expected(), &dtype))?;
    Ok((decode(&bytes, decoder, any.shape(), order)?, order))
}

/// Any array as it is stored; little-endian, but for raw arrays, which keep the order of their bytes.
#[inline]
fn stored_form(any: &AnyArray) -> Result<(DType, Cow<'_, [u8]>, Order)> {
    Ok(with_cells!(any,
        array => stored(&array.view())?,
        (kind, unit, ticks) => {
            let (_, bytes, order) = stored(&ticks.view())?;
            (DType::time(kind, *unit), bytes, order)
        },
        raw => (raw.dtype().clone(), Cow::Borrowed(raw.as_bytes()), raw.order())
    ))
}

/// Why an array can't be cast, and what can be done.
fn refused(refusal: &Refusal, expected: &str, dtype: &DType) -> Error {
    let problems = refusal.problems(Place::Array, "", expected, &dtype.to_string());
    let hint = match problems.as_slice() {
        [one] if one.field.is_empty() => one.hint.clone(),
        _ => {
            let mut report = Report::default();
            for problem in problems {
                report.push(problem);
            }
            return Error::mismatch(report);
        }
    };
    let hint = match (hint.as_str(), dtype.kind()) {
        ("", _) if dtype.as_scalar().is_none() => {
            "`field` gives one field of it, `to_array` rows of a type that derives `NpyRecord`"
        }
        ("", DTypeKind::Void) => {
            "`to_array` reads it as the cells that it holds, such as `half::bf16`, those of `tiny` or `RawBytes<N>`, and `mapv` \
             converts those"
        }
        ("", _) => "no casting rule allows that; `cast_unsafe` does what `astype` does",
        (hint, _) => hint,
    };
    let message = format!("the array can't be cast: expected {expected}, found {dtype}; {hint}");
    Error::new(ErrorKind::Mismatch, message)
}

/// Bytes as the cells that Rust has for them, if it has; an error where only memory is missing.
#[inline]
pub(super) fn typed(raw: &RawArray) -> Result<Option<AnyArray>> {
    visit(raw.dtype(), FromRaw(raw))
}

/// Whether they are cells of `bool`, each 0 or 1: any byte but 0 is true, but only these are written again.
pub(super) fn are_bools(raw: &RawArray) -> bool {
    // As many at a time as one instruction can look at, and more.
    let are_bits = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all | byte) <= 1;
    raw.dtype().kind() == DTypeKind::Bool && raw.as_bytes().chunks(4096).all(are_bits)
}

/// Such cells, in the memory in which their bytes are: a copy would take twice as long as all else.
#[inline]
pub(super) fn into_bools(raw: RawArray) -> Result<TypedArray<bool>> {
    let (dtype, shape, order) = (raw.dtype().clone(), raw.shape().to_vec(), raw.order());
    let cells = Vec::from(raw).into_iter().map(|byte| byte == 1).collect();
    Ok(TypedArray::from(arranged(&shape, order, cells)?).stored_as(&dtype))
}

struct FromRaw<'a>(&'a RawArray);

impl FromRaw<'_> {
    fn cells<A>(
        &self,
        decoder: impl FnOnce(&DType, Rule) -> Result<Decoder<A>, Refusal>,
    ) -> Result<Option<Vec<A>>> {
        let raw = self.0;
        let Ok(decoder) = decoder(raw.dtype(), Rule::array(Cast::Exact)) else { return Ok(None) };
        match decode(raw.as_bytes(), decoder, raw.shape(), raw.order()) {
            Ok(cells) => Ok(Some(cells)),
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn array<A>(&self, cells: Vec<A>) -> Result<TypedArray<A>> {
        let raw = self.0;
        Ok(TypedArray::from(arranged(raw.shape(), raw.order(), cells)?).stored_as(raw.dtype()))
    }
}

impl Visit for FromRaw<'_> {
    type Out = Result<Option<AnyArray>>;

    fn typed<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Self::Out {
        let is_odd = self.0.dtype().kind() == DTypeKind::Bool && !are_bools(self.0);
        let cells = if is_odd { None } else { self.cells(A::decoder)? };
        cells.map(|cells| self.array(cells).map(wrap)).transpose()
    }

    #[inline]
    fn times(self, kind: DTypeKind, unit: TimeUnit) -> Self::Out {
        let Some(cells) = self.cells(TimeDelta64::<Generic>::as_stored)? else { return Ok(None) };
        let ticks = self.array(super::from_cells(cells))?;
        Ok(Some(AnyArray::times(kind, unit, ticks)))
    }

    fn checked<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Self::Out {
        self.typed(wrap)
    }

    fn other(self) -> Self::Out {
        Ok(None)
    }
}

fn decode<A>(bytes: &[u8], decoder: Decoder<A>, shape: &[usize], order: Order) -> Result<Vec<A>> {
    let mut cells = Vec::new();
    match decoder.step {
        Step::InPlace(plan) => {
            let has_memory = (plan.grow)(&mut cells, shape.iter().product());
            let memory = (plan.as_bytes)(&mut cells);
            if !has_memory || memory.len() != bytes.len() {
                return Err(Error::no_memory(bytes.len() as u64, ARRAY));
            }
            memory.copy_from_slice(bytes);
            swap_bytes(memory, plan.swap_width);
        }
        Step::Convert(mut convert) => {
            let told = |bad: BadCell| bad.into_error(0, shape, order);
            memory::reserve(&mut cells, bytes.len() / decoder.item_size.max(1), ARRAY)?;
            convert(bytes, &mut cells).map_err(told)?;
            // Cells of no bytes: each is what an empty cell becomes. There may be any number of them.
            let free = if decoder.item_size == 0 { shape.iter().product() } else { 0 };
            if free > MAX_FREE {
                let message = format!("expected at most {MAX_FREE} cells without bytes, found {free}");
                return Err(Error::limit(message));
            }
            memory::reserve(&mut cells, free, ARRAY)?;
            (0..free).try_for_each(|_| convert(&[0], &mut cells)).map_err(told)?;
        }
    }
    Ok(cells)
}

#[inline]
pub(super) fn to_dtype(any: &AnyArray, dtype: &DType, cast: Cast) -> Result<AnyArray> {
    if is_text(dtype) && text::is_allowed(&any.dtype(), dtype.kind(), cast) {
        return laid_out(text::to_text(any, dtype, Long::Refused)?, any, dtype);
    }
    Ok(visit(dtype, ToDType { any, dtype, cast })?.stored_as(&with_room(dtype)))
}

/// Cells in C order, brought into the order of the array that they were made of, to be saved as a dtype.
#[inline]
pub(super) fn laid_out(cells: AnyArray, like: &AnyArray, dtype: &DType) -> Result<AnyArray> {
    let cells = if like.is_fortran() { cells.into_fortran()? } else { cells };
    Ok(cells.stored_as(&with_room(dtype)))
}

/// Text of no width is as wide as its longest, at least one character.
fn with_room(dtype: &DType) -> DType {
    match (dtype.kind(), dtype.item_size()) {
        (DTypeKind::Unicode, 0) => DType::unicode(1).with_byte_order(dtype.byte_order()),
        (DTypeKind::Bytes, 0) => DType::bytes(1),
        _ => dtype.clone(),
    }
}

struct ToDType<'a> {
    any: &'a AnyArray,
    dtype: &'a DType,
    cast: Cast,
}

impl Visit for ToDType<'_> {
    type Out = Result<AnyArray>;

    fn typed<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Result<AnyArray> {
        self.any.to_array::<A>(self.cast).map(|array| wrap(array.into()))
    }

    #[inline]
    fn times(self, kind: DTypeKind, unit: TimeUnit) -> Result<AnyArray> {
        let decoder = |stored: &DType, rule| decoder::<TimeDelta64<Generic>>(kind, unit, stored, rule);
        let (cells, order) = by(self.any, self.cast, decoder, || self.dtype.to_string())?;
        arranged(self.any.shape(), order, super::from_cells(cells))
            .map(|ticks| AnyArray::times(kind, unit, ticks))
    }

    fn checked<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Result<AnyArray> {
        self.typed(wrap)
    }

    #[inline]
    fn other(self) -> Result<AnyArray> {
        let little = |dtype: &DType| dtype.with_byte_order(ByteOrder::Little);
        match self.any {
            AnyArray::Other(raw) if raw.dtype() == self.dtype => raw.copied().map(AnyArray::Other),
            AnyArray::Other(raw) if little(raw.dtype()) == little(self.dtype) => {
                Ok(AnyArray::Other(raw.as_dtype(self.dtype)?))
            }
            _ => Err(no_cells(self.dtype)),
        }
    }
}

pub(super) fn no_cells(dtype: &DType) -> Error {
    let what = if dtype.has_object() { "no objects are made" } else { "`to_array` makes rows or raw bytes" };
    Error::unsupported(format!("expected a dtype that Rust has cells for, found {dtype}: {what}"))
}

/// Whether it is the dtype of text, as characters or as bytes.
pub(super) fn is_text(dtype: &DType) -> bool {
    matches!(dtype.kind(), DTypeKind::Unicode | DTypeKind::Bytes)
}
