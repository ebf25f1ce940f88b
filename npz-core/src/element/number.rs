//! `bool`, integers and floats that Rust has itself.

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::cast::{FromWide, converter};
use super::rule::{Target, Verdict, judge, no_cast};
use super::{
    CELLS, Decoder, Element, InBytes, InPlace, Refusal, Rule, Sealed, Step, Wanted, encode_pod, view_pod,
};
use crate::dtype::{DType, DTypeKind};
use crate::error::Result;
use crate::memory;

macro_rules! numbers {
    ($($number:ty => $kind:ident $(, finite: $finite:expr)?;)*) => {plain_cells! {$(
        $number {
            name: stringify!($number),
            kind: DTypeKind::$kind,
            dtype: DType::number(DTypeKind::$kind, size_of::<Self>()),
            encode: |cells| encode_pod(cells, size_of::<Self>()),
            decoder: |stored, rule| decode(DTypeKind::$kind, stored, rule),
            view: view_pod,
            $(finite: $finite,)?
        }
    )*}};
}

numbers! {
    i8 => Int; i16 => Int; i32 => Int; i64 => Int;
    u8 => Uint; u16 => Uint; u32 => Uint; u64 => Uint;
    f32 => Float, finite: |cell| cell.is_finite();
    f64 => Float, finite: |cell| cell.is_finite();
}

fn decode<A: FromWide + bytemuck::Pod>(
    kind: DTypeKind,
    stored: &DType,
    rule: Rule,
) -> Result<Decoder<A>, Refusal> {
    let size = size_of::<A>();
    let (scalar, verdict) = judge(stored, Target { kind, size, is_index: false }, rule)?;
    let step = match verdict {
        Verdict::Same => Step::InPlace(InPlace::new(scalar.byte_order(), size)),
        Verdict::Convert { exact } => match converter(scalar, exact) {
            Some(convert) => Step::Convert(convert),
            None => return Err(Refusal::new(no_cast(scalar, DTypeKind::Float, "f8"))),
        },
    };
    Ok(Decoder { item_size: scalar.item_size(), step })
}

/// `usize` and `isize` are eight bytes in every file, whatever the machine that writes it.
macro_rules! indices {
    ($($index:ty as $wide:ty => $kind:ident),*) => {plain_cells! {$(
        $index {
            name: stringify!($index),
            kind: DTypeKind::$kind,
            dtype: DType::number(DTypeKind::$kind, 8),
            encode: |cells| encode_indices(cells, |&cell| (cell as $wide).to_le_bytes()),
            decoder: |stored, rule| decode_indices(DTypeKind::$kind, stored, rule),
            view: view_indices,
        }
    )*}};
}
indices!(usize as u64 => Uint, isize as i64 => Int);

const ARE_WIDE: bool = size_of::<usize>() == 8;

fn encode_indices<A: bytemuck::Pod>(cells: &[A], widen: impl Fn(&A) -> [u8; 8]) -> Result<Cow<'_, [u8]>> {
    if ARE_WIDE {
        return encode_pod(cells, 8);
    }
    let bytes = memory::collect(cells.iter().map(widen), CELLS)?;
    Ok(Cow::Owned(bytes.into_flattened()))
}

fn decode_indices<A: FromWide + bytemuck::Pod>(
    kind: DTypeKind,
    stored: &DType,
    rule: Rule,
) -> Result<Decoder<A>, Refusal> {
    let (scalar, verdict) = judge(stored, Target { kind, size: 8, is_index: true }, rule)?;
    if matches!(verdict, Verdict::Same) && ARE_WIDE {
        return Ok(Decoder { item_size: 8, step: Step::InPlace(InPlace::new(scalar.byte_order(), 8)) });
    }
    match converter(scalar, true) {
        Some(convert) => Ok(Decoder { item_size: scalar.item_size(), step: Step::Convert(convert) }),
        None => Err(Refusal::new(no_cast(scalar, DTypeKind::Int, "i8"))),
    }
}

fn view_indices<'c, A: bytemuck::Pod>(bytes: &'c [u8], stored: &DType) -> Result<&'c [A], &'static str> {
    if ARE_WIDE {
        view_pod(bytes, stored)
    } else {
        Err("cells of this type have another form in memory than in the file")
    }
}

impl Sealed for bool {}
impl Element for bool {
    const KIND: DTypeKind = DTypeKind::Bool;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(DType::number(DTypeKind::Bool, 1))
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        Ok(Cow::Borrowed(bytemuck::cast_slice(cells)))
    }

    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        judge(stored, Target { kind: DTypeKind::Bool, size: 1, is_index: false }, rule)?;
        // Only 0 and 1 are valid in memory; NumPy takes any other byte for true, and so do we.
        let step = Step::Convert(Box::new(|bytes, cells| {
            cells.extend(bytes.iter().map(|&byte| byte != 0));
            Ok(())
        }));
        Ok(Decoder { item_size: 1, step })
    }

    // The standard library collects into the same memory.
    const IN_BYTES: Option<InBytes<Self>> = Some(InBytes {
        from: |bytes| bytes.into_iter().map(|byte| byte != 0).collect(),
        into: |cells| cells.into_iter().map(u8::from).collect(),
    });

    fn wanted() -> Wanted {
        Wanted::Cells(DType::number(DTypeKind::Bool, 1))
    }

    fn rust_name() -> Cow<'static, str> {
        "bool".into()
    }

    fn view<'c>(bytes: &'c [u8], _: &DType) -> Result<&'c [Self], &'static str> {
        bytemuck::checked::try_cast_slice(bytes)
            .map_err(|_| "a bool of it is stored as another byte than 0 or 1")
    }
}
