//! Long doubles in files: as cells of their own, and rounded to other floats.

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::{BIAS, LongDouble, MAX_EXPONENT, Round};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::element::cast::{self, FromWide};
use crate::element::rule::{Target, Verdict, judge, no_cast};
use crate::element::{
    BadCell, CELLS, Convert, Decoder, Element, Refusal, Rule, Sealed, Step, Wanted, first_failing,
};
use crate::error::Result;
use crate::memory;

/// How the cells of one array are read.
struct Reader {
    size: usize,
    is_big: bool,
    /// A cell was seen that other machines' long doubles hardly ever look like.
    is_known: bool,
}

/// What is in a cell.
struct Cell {
    significand: u64,
    head: u16,
    /// The bytes that x87 does not use. NumPy on x86 leaves in them whatever was in memory.
    padding: u64,
}

impl Cell {
    fn exponent(&self) -> u16 {
        self.head & MAX_EXPONENT
    }

    /// A number about as large as those of an `f64`, or nothing where x87 has nothing: only one in 32 cells of the other
    /// machines is like that by chance.
    fn is_plain(&self) -> bool {
        let is_number = self.significand >> 63 == 1 && self.exponent() != 0;
        is_number && (self.padding == 0 || is_common(self.exponent()))
    }

    /// Whether it may be a quadruple, whose exponent is where x87 has nothing, or two doubles, the first of which is where
    /// x87 has the digits.
    fn is_doubtful(&self) -> bool {
        let quadruple = (self.padding >> 32) as u16 & MAX_EXPONENT;
        is_common(quadruple)
            || (quadruple == MAX_EXPONENT && self.significand == 0)
            || (self.exponent() == 0 && self.significand != 0)
    }
}

/// The exponents of the numbers that an `f64` can be.
fn is_common(exponent: u16) -> bool {
    (i32::from(exponent) - BIAS).abs() < 1024
}

const ELSEWHERE: &str = "the file does not say how its long doubles are made up, and on 64-bit ARM, POWER and others they are not \
     those of x86; on the machine that wrote it, save `a.astype(\"f8\")`";

impl Reader {
    /// `scalar` is a float of 12 or 16 bytes.
    fn new(scalar: &DType) -> Result<Self, Refusal> {
        let (size, is_big) = (scalar.item_size(), scalar.byte_order() == ByteOrder::Big);
        if size == 12 && is_big {
            return Err(Refusal::new(
                "big-endian long doubles of 12 bytes differ from machine to machine: on the one that wrote it, save \
                 `a.astype(\"f8\")`",
            ));
        }
        // No other machine has long doubles of 12 bytes that begin with the least.
        Ok(Self { size, is_big, is_known: size == 12 })
    }

    fn cell(&self, bytes: &[u8]) -> Cell {
        let mut cell = [0; 16];
        cell[..self.size].copy_from_slice(bytes);
        if self.is_big {
            cell.reverse();
        }
        let bits = u128::from_le_bytes(cell);
        Cell { significand: bits as u64, head: (bits >> 64) as u16, padding: (bits >> 80) as u64 }
    }

    /// Reads a piece of whole cells.
    fn read(&mut self, bytes: &[u8], cells: &mut Vec<LongDouble>) -> Result<(), BadCell> {
        let stored = || bytes.chunks_exact(self.size).map(|bytes| self.cell(bytes));
        for (index, cell) in stored().enumerate() {
            let number = LongDouble::new(cell.significand, cell.head);
            let number =
                number.ok_or_else(|| BadCell::new(index, format!("is no x87 number: {ELSEWHERE}")))?;
            let padding = [cell.padding, cell.padding >> 16, cell.padding >> 32].map(|word| word as u16);
            cells.push(LongDouble { padding, ..number });
        }
        let is_known = self.is_known || stored().any(|cell| cell.is_plain());
        let doubtful = if is_known { None } else { stored().position(|cell| cell.is_doubtful()) };
        if let Some(index) = doubtful {
            let message = format!("can't be told from a number of another machine: {ELSEWHERE}");
            return Err(BadCell::new(index, message));
        }
        self.is_known = is_known;
        Ok(())
    }
}

/// Makes the function that rounds stored long doubles to `A`s; `None` for other dtypes.
pub(in crate::element) fn converter<A: FromWide>(scalar: &DType, exact: bool) -> Option<Convert<A>> {
    let is_own = scalar.kind() == DTypeKind::Float && matches!(scalar.item_size(), 12 | 16);
    let mut reader = Reader::new(scalar).ok().filter(|_| is_own)?;
    // What is narrower than an f64 is rounded once more.
    let round = if size_of::<A>() < 8 { Round::Odd } else { Round::Nearest };
    let (mut wide, size) = (Vec::new(), scalar.item_size());
    Some(Box::new(move |bytes, cells| {
        wide.clear();
        memory::reserve(&mut wide, bytes.len() / size, CELLS)?;
        reader.read(bytes, &mut wide)?;
        for (index, value) in wide.iter().enumerate() {
            let double = value.round(round);
            let (cell, fits) = A::from_f64(double, exact);
            let is_kept = if exact { LongDouble::from(double) == *value || value.is_nan() } else { true };
            if !(fits && is_kept) || double.is_infinite() && value.is_finite() {
                let target = A::rust_name();
                let message =
                    format!("holds {value}, which {target} can't hold; make the cells `LongDouble`");
                return Err(BadCell::new(index, message));
            }
            cells.push(cell);
        }
        Ok(())
    }))
}

impl FromWide for LongDouble {
    fn from_i64(value: i64, _exact: bool) -> (Self, bool) {
        (value.into(), true)
    }
    fn from_u64(value: u64, _exact: bool) -> (Self, bool) {
        (value.into(), true)
    }
    fn from_f64(value: f64, _exact: bool) -> (Self, bool) {
        (value.into(), true)
    }
}

/// Sixteen bytes a cell; what x87 does not use is zero, or what was read.
fn bits(cell: &LongDouble) -> [u8; 16] {
    let padding = cell.padding.iter().rev().fold(0, |bits, &word| bits << 16 | u128::from(word));
    (padding << 80 | u128::from(cell.head) << 64 | u128::from(cell.significand)).to_le_bytes()
}

/// Reads cells of any float, or those of one part of a complex number.
#[inline]
fn decode(
    stored: &DType,
    rule: Rule,
    kind: DTypeKind,
    parts: usize,
) -> Result<(usize, DTypeKind, Convert<LongDouble>), Refusal> {
    if let Some(scalar) = stored.as_scalar().filter(|scalar| scalar.kind() == kind) {
        let part = DType::scalar(DTypeKind::Float, scalar.item_size() / parts, scalar.byte_order());
        if matches!(part.item_size(), 12 | 16) {
            let mut reader = Reader::new(&part)?;
            return Ok((scalar.item_size(), kind, Box::new(move |bytes, cells| reader.read(bytes, cells))));
        }
    }
    let (scalar, verdict) = judge(stored, Target { kind, size: 16 * parts, is_index: false }, rule)?;
    let exact = !matches!(verdict, Verdict::Convert { exact: false });
    let is_complex = scalar.kind() == DTypeKind::Complex;
    let size = if is_complex { scalar.item_size() / 2 } else { scalar.item_size() };
    let part_kind = if is_complex { DTypeKind::Float } else { scalar.kind() };
    let part = DType::scalar(part_kind, size, scalar.byte_order());
    let convert = if part.kind() == DTypeKind::Float && matches!(part.item_size(), 12 | 16) {
        // A real long double as a complex one.
        let mut reader = Reader::new(&part)?;
        Some(Box::new(move |bytes: &[u8], cells: &mut Vec<_>| reader.read(bytes, cells)) as Convert<_>)
    } else {
        cast::converter(&part, exact)
    };
    let convert = convert.ok_or_else(|| Refusal::new(no_cast(scalar, kind, "longdouble")))?;
    Ok((scalar.item_size(), scalar.kind(), convert))
}

impl Sealed for LongDouble {}
impl Element for LongDouble {
    /// No attribute speaks of these.
    const KIND: DTypeKind = DTypeKind::Void;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(DType::number(DTypeKind::Float, 16))
    }

    #[inline]
    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        let bytes = memory::collect(cells.iter().map(bits), CELLS)?;
        Ok(Cow::Owned(bytes.into_flattened()))
    }

    #[inline]
    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        let (item_size, _, convert) = decode(stored, rule, DTypeKind::Float, 1)?;
        Ok(Decoder { item_size, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::Cells(DType::number(DTypeKind::Float, 16))
    }

    fn rust_name() -> Cow<'static, str> {
        "LongDouble".into()
    }

    #[inline]
    fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
        first_failing(cells, |cell| cell.is_finite())
    }
}

#[cfg(feature = "num-complex")]
mod complex {
    use num_complex::Complex;

    use super::{
        ArrayViewD, CELLS, Cow, DType, DTypeKind, Decoder, Element, LongDouble, Refusal, Result, Rule,
        Sealed, Step, Wanted, bits, decode, first_failing, memory,
    };
    use crate::element::complex::from_parts;

    impl Sealed for Complex<LongDouble> {}
    impl Element for Complex<LongDouble> {
        const KIND: DTypeKind = DTypeKind::Void;

        fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
            Ok(DType::number(DTypeKind::Complex, 32))
        }

        #[inline]
        fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
            let parts = cells.iter().map(|cell| [bits(&cell.re), bits(&cell.im)]);
            Ok(Cow::Owned(memory::collect(parts, CELLS)?.into_flattened().into_flattened()))
        }

        #[inline]
        fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
            let (item_size, kind, convert) = decode(stored, rule, DTypeKind::Complex, 2)?;
            let step = Step::Convert(from_parts(convert, item_size, kind == DTypeKind::Complex));
            Ok(Decoder { item_size, step })
        }

        fn wanted() -> Wanted {
            Wanted::Cells(DType::number(DTypeKind::Complex, 32))
        }

        fn rust_name() -> Cow<'static, str> {
            "Complex<LongDouble>".into()
        }

        fn first_not_finite(cells: &ArrayViewD<'_, Self>) -> Option<usize> {
            first_failing(cells, |cell| cell.re.is_finite() && cell.im.is_finite())
        }
    }
}
