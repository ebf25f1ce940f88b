//! Between text and other cells: `a.astype("U8")`, `a.astype("f8")` of texts.

use std::str::FromStr;

use ndarray::{ArrayD, IxDyn};

use super::AnyArray;
use super::array::{self, ARRAY};
use super::print::{Cell, scalar_str};
use super::value::AnyValue;
use crate::dtype::{DType, DTypeKind};
use crate::element::{Cast, place};
use crate::error::{Error, ErrorKind, Result};
use crate::memory;
use crate::shape::Order;

/// What becomes of a text that is longer than the dtype has room for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Long {
    Refused,
    Cut,
}

/// Whether a rule lets cells become text of a kind. NumPy asks for room for every value too; here the values are measured.
pub(super) fn is_allowed(source: &DType, target: DTypeKind, cast: Cast) -> bool {
    match (source.kind(), target) {
        (source, target) if source == target => true,
        (DTypeKind::Bytes, _) => cast != Cast::Exact,
        (DTypeKind::Bool | DTypeKind::Int | DTypeKind::Uint | DTypeKind::Float | DTypeKind::Complex, _) => {
            cast != Cast::Exact
        }
        _ => false,
    }
}

/// The cells as `str` gives them in Python.
#[inline]
pub(super) fn to_text(any: &AnyArray, dtype: &DType, long: Long) -> Result<AnyArray> {
    let texts = texts(any)?;
    let fault = |index: usize, what: String| {
        let place =
            place(index, any.shape(), Order::C).map_or("it".to_owned(), |place| format!("cell {place}"));
        Err(Error::invalid(format!("{place} {what}")))
    };
    let unfit = |index, len: usize, unit: &str, room: usize| {
        fault(index, format!("has {len} {unit}, and {dtype} has room for {room}: `cast_unsafe` cuts it off"))
    };
    if dtype.kind() == DTypeKind::Unicode {
        let room = dtype.item_size() / 4;
        let mut cells = memory::with_room(texts.len(), ARRAY)?;
        for (index, text) in texts.into_iter().enumerate() {
            let Ok(text) = String::from_utf8(text) else {
                return fault(index, "holds bytes that are no UTF-8; load it as bytes".to_owned());
            };
            let len = text.chars().count();
            match long {
                _ if room == 0 || len <= room => cells.push(text),
                // NUL at the end is no part of a text.
                Long::Cut => {
                    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
                    let mut cut = text;
                    cut.truncate(end);
                    cut.truncate(cut.trim_end_matches('\0').len());
                    cells.push(cut);
                }
                Long::Refused => return unfit(index, len, "characters", room),
            }
        }
        return ArrayD::from_shape_vec(IxDyn(any.shape()), cells).map(AnyArray::from).map_err(array::unfit);
    }
    let room = dtype.item_size();
    let is_text = matches!(any, AnyArray::Str(_));
    let mut cells = texts;
    for (index, text) in cells.iter_mut().enumerate() {
        if is_text && !text.is_ascii() {
            return fault(
                index,
                "holds a text that is no ASCII: `String::into_bytes` keeps it as UTF-8".to_owned(),
            );
        }
        match long {
            _ if room == 0 || text.len() <= room => {}
            Long::Cut => {
                text.truncate(room);
                text.truncate(text.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1));
            }
            Long::Refused => return unfit(index, text.len(), "bytes", room),
        }
    }
    ArrayD::from_shape_vec(IxDyn(any.shape()), cells).map(AnyArray::from).map_err(array::unfit)
}

#[inline]
fn texts(any: &AnyArray) -> Result<Vec<Vec<u8>>> {
    let scalar = match any {
        AnyArray::Other(_) => None,
        other => other.cell_scalar(),
    };
    let Some(scalar) = scalar else {
        return Err(Error::unsupported(format!("expected text, numbers or times, found {}", any.dtype())));
    };
    let text = |cell: AnyValue<'_>| match cell {
        AnyValue::Str(text) => memory::copy(text.as_bytes(), ARRAY),
        AnyValue::Bytes(bytes) => memory::copy(bytes, ARRAY),
        number => Ok(scalar_str(&scalar, &Cell::of(&number), false).into_bytes()),
    };
    memory::try_collect(any.iter().map(text), ARRAY)
}

/// The numbers that texts spell, as far as Python reads them and the target has room.
pub(super) fn numbers<A: FromStr>(any: &AnyArray, has_room: impl Fn(&A) -> bool) -> Result<Vec<A>> {
    let parse = |(index, text): (usize, Vec<u8>)| {
        let parsed = std::str::from_utf8(&text).ok().and_then(|text| python_number(text).parse().ok());
        parsed.filter(&has_room).ok_or_else(|| {
            let place =
                place(index, any.shape(), Order::C).map_or("it".to_owned(), |place| format!("cell {place}"));
            let text = String::from_utf8_lossy(&text).into_owned();
            Error::new(
                ErrorKind::Invalid,
                format!(
                    "{place} holds {}, which is no number of that dtype",
                    crate::literal::shortened(&text)
                ),
            )
        })
    };
    memory::try_collect(texts(any)?.into_iter().enumerate().map(parse), ARRAY)
}

/// Without what Python's numbers may have and Rust's may not: spaces around, `_` between digits.
fn python_number(text: &str) -> String {
    let text = text.trim();
    let is_digit =
        |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
    let is_between = |at: usize| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    text.char_indices().filter(|&(at, c)| c != '_' || !is_between(at)).map(|(_, c)| c).collect()
}
