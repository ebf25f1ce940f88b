//! Rows whose memory is their stored form: copied as a whole, and looked at in place.
//!
//! Only the user can say that any bytes make a valid row and that a row has no padding: by `bytemuck::Pod`. Where the
//! fields lie is then compared with the file, by name.

use std::borrow::Cow;

use super::super::{Decoder, InPlace, Refusal, Rule, Step};
use super::NpyRecord;
use super::field::plan::decoder;
use crate::dtype::{ByteOrder, DType};
use crate::element::Cast;
use crate::error::Result;

/// Whether records of the file are rows in memory, byte by byte.
fn is_image<R: NpyRecord>(places: &[(usize, bool)], item_size: usize, offsets: &[usize]) -> bool {
    item_size == size_of::<R>()
        && places.len() == offsets.len()
        && places.iter().zip(offsets).all(|(&(at, is_own), &offset)| is_own && at == offset)
}

fn is_stored_as_in_memory<R: NpyRecord>(stored: &DType, offsets: &[usize]) -> bool {
    decoder::<R>(stored, Rule::array(Cast::Exact))
        .is_ok_and(|(decoder, places)| is_image::<R>(&places, decoder.item_size, offsets))
}

/// What the derive asks of rows with `pod`, as one trait for the sake of its words.
#[diagnostic::on_unimplemented(
    message = "`#[npy(pod)]` needs `bytemuck::Pod`, which `{Self}` does not implement",
    note = "derive `bytemuck::Pod` and `bytemuck::Zeroable` (of bytemuck 1, with its feature `derive`) for a `#[repr(C)]` struct, or remove `pod`"
)]
pub trait PodRow: Sized {
    /// How records of a file become rows: straight into the array where the layouts are the same.
    fn decoder_of_pod(stored: &DType, rule: Rule, offsets: &[usize]) -> Result<Decoder<Self>, Refusal>;

    /// The stored bytes of rows: their own memory where the layouts are the same.
    fn encode_pod<'c>(rows: &'c [Self], dtype: &DType, offsets: &[usize]) -> Result<Cow<'c, [u8]>>;

    /// Rows without a copy.
    fn view_pod<'c>(bytes: &'c [u8], stored: &DType, offsets: &[usize]) -> Result<&'c [Self], &'static str>;
}

impl<R: NpyRecord + bytemuck::Pod> PodRow for R {
    fn decoder_of_pod(stored: &DType, rule: Rule, offsets: &[usize]) -> Result<Decoder<R>, Refusal> {
        let (decoder, places) = decoder::<R>(stored, rule)?;
        if !is_image::<R>(&places, decoder.item_size, offsets) {
            return Ok(decoder);
        }
        let step = Step::InPlace(InPlace::new(ByteOrder::NotApplicable, 1));
        Ok(Decoder { item_size: decoder.item_size, step })
    }

    fn encode_pod<'c>(rows: &'c [R], dtype: &DType, offsets: &[usize]) -> Result<Cow<'c, [u8]>> {
        if is_stored_as_in_memory::<R>(dtype, offsets) {
            return Ok(Cow::Borrowed(bytemuck::cast_slice(rows)));
        }
        super::encode(rows, dtype)
    }

    fn view_pod<'c>(bytes: &'c [u8], stored: &DType, offsets: &[usize]) -> Result<&'c [R], &'static str> {
        if !is_stored_as_in_memory::<R>(stored, offsets) {
            return Err(
                "its fields do not lie as those of the struct do in memory (order, offsets, size or byte order)",
            );
        }
        bytemuck::try_cast_slice(bytes)
            .map_err(|_| "its rows do not start on an address aligned for their type")
    }
}
