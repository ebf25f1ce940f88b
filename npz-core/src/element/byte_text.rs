//! Byte strings of any width: `Vec<u8>` as a cell.

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::rule::no_cast;
use super::text::cell_by_cell;
use super::{CELLS, Decoder, Element, Form, Refusal, Rule, Sealed, Step, Wanted};
use crate::dtype::{DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;

impl Sealed for Vec<u8> {}
impl Element for Vec<u8> {
    const KIND: DTypeKind = DTypeKind::Bytes;
    const HAS_FIXED_SIZE: bool = false;
    const OVERHEAD: usize = super::ALLOCATION;

    fn dtype_of(cells: &ArrayViewD<'_, Self>) -> Result<DType> {
        Self::dtype_as(cells, Form::default())
    }

    fn dtype_as(cells: &ArrayViewD<'_, Self>, _: Form) -> Result<DType> {
        if let Some(index) = cells.iter().position(|cell| cell.last() == Some(&0)) {
            return Err(Error::invalid(format!(
                "byte string {index} can't be saved: it ends with NUL, which NumPy takes for padding and drops; \
                 remove it first"
            )));
        }
        // NumPy has no byte strings of no width: an array of empty ones is `|S1`.
        let width = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        Ok(DType::bytes(width))
    }

    fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
        let width = dtype.item_size();
        let mut bytes = memory::with_room(cells.len().saturating_mul(width), CELLS)?;
        for (i, cell) in cells.iter().enumerate() {
            bytes.extend_from_slice(cell);
            bytes.resize((i + 1) * width, 0);
        }
        Ok(Cow::Owned(bytes))
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        let Some(scalar) = stored.as_scalar() else {
            return Err(Refusal::new("it is a record; read one of its fields in Python and save that"));
        };
        if scalar.kind() != DTypeKind::Bytes {
            return Err(Refusal::new(no_cast(scalar, DTypeKind::Bytes, "S")));
        }
        let width = scalar.item_size();
        let convert = cell_by_cell(width, |cell| {
            let len = cell.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            Ok(memory::copy(&cell[..len], CELLS)?)
        });
        Ok(Decoder { item_size: width, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::AnyWidth(DTypeKind::Bytes)
    }

    fn rust_name() -> Cow<'static, str> {
        "Vec<u8>".into()
    }
}
