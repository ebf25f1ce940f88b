//! Text cells: `String`, and the fixed-width [`FixedStr`] and [`FixedBytes`].
//!
//! NumPy keeps text in cells of one width, padded with NUL, and takes trailing NULs off when a cell is read.
//! So a text that *ends* with NUL can't be kept, and saving one is an error rather than a shorter text.

mod fixed;

use std::borrow::Cow;

use ndarray::ArrayViewD;

use super::rule::{IS_RECORD, no_cast};
use super::{
    BadCell, CELLS, Cast, Convert, Decoder, Element, Form, Refusal, Rule, Sealed, Step, TextForm, Wanted,
    place,
};
use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::Order;

/// A text cell of at most `N` characters, written as `<U`*N* (four bytes a character).
///
/// Unlike `String`, the width does not depend on the values, so arrays that are saved again and again keep
/// their dtype. No allocation.
///
/// ```
/// use npz_core::{FixedStr, npy};
/// use ndarray::{Array1, array};
///
/// let words = array![FixedStr::<5>::new("alpha")?, FixedStr::new("Ω")?];
/// let bytes = npy::to_bytes(&words)?; // np.array(["alpha", "Ω"], dtype="<U5")
/// let read: Array1<String> = npy::from_bytes(&bytes)?;
/// assert_eq!(read, array!["alpha", "Ω"]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FixedStr<const N: usize>([char; N]);

/// A cell of at most `N` bytes, written as <code>&#124;S</code>*N*.
///
/// ```
/// use npz_core::{FixedBytes, npy};
/// use ndarray::array;
///
/// let codes = array![FixedBytes::<3>::new(b"abc")?, FixedBytes::new(b"d")?];
/// let bytes = npy::to_bytes(&codes)?; // np.array([b"abc", b"d"], dtype="S3")
/// assert_eq!(npy::from_bytes::<ndarray::Array<FixedBytes<3>, _>>(&bytes)?, codes);
/// assert_eq!(codes[1].as_bytes(), b"d");
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FixedBytes<const N: usize>([u8; N]);

impl<const N: usize> FixedStr<N> {
    /// Makes a cell of a text; copies its characters, allocates nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the text has more than `N` characters or ends with NUL.
    ///
    /// ```
    /// use npz_core::FixedStr;
    ///
    /// assert_eq!(FixedStr::<5>::new("Ω")?.to_string(), "Ω");
    /// assert!(FixedStr::<3>::new("alpha").is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(text: &str) -> Result<Self> {
        refuse_trailing_nul(text.ends_with('\0'))?;
        let mut cell = ['\0'; N];
        let mut characters = text.chars();
        cell.iter_mut().zip(&mut characters).for_each(|(slot, character)| *slot = character);
        match characters.count() {
            0 => Ok(Self(cell)),
            more => Err(too_long(N, N + more, "characters")),
        }
    }

    /// Gives the characters without the padding; copies nothing, and is as cheap for the last as for the first.
    ///
    /// ```
    /// use npz_core::FixedStr;
    ///
    /// let word = FixedStr::<5>::new("aΩb")?;
    /// assert_eq!((word.chars().len(), word.chars().next_back()), (3, Some('b')));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn chars(&self) -> impl DoubleEndedIterator<Item = char> + ExactSizeIterator + Clone {
        self.trimmed().iter().copied()
    }

    fn trimmed(&self) -> &[char] {
        let len = self.0.iter().rposition(|&c| c != '\0').map_or(0, |last| last + 1);
        &self.0[..len]
    }
}

impl<const N: usize> FixedBytes<N> {
    /// Makes a cell of bytes; copies them, allocates nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if there are more than `N` bytes or the last is NUL.
    ///
    /// ```
    /// use npz_core::FixedBytes;
    ///
    /// assert_eq!(FixedBytes::<3>::new(b"d")?, FixedBytes::new(b"d")?);
    /// assert!(FixedBytes::<3>::new(b"long").is_err());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(bytes: &[u8]) -> Result<Self> {
        refuse_trailing_nul(bytes.ends_with(&[0]))?;
        let mut cell = [0; N];
        let slots = cell.get_mut(..bytes.len()).ok_or_else(|| too_long(N, bytes.len(), "bytes"))?;
        slots.copy_from_slice(bytes);
        Ok(Self(cell))
    }

    /// Gives the bytes without the padding; copies nothing.
    ///
    /// ```
    /// assert_eq!(npz_core::FixedBytes::<3>::new(b"d")?.as_bytes(), b"d");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn as_bytes(&self) -> &[u8] {
        trim_nul(&self.0)
    }
}

fn too_long(width: usize, found: usize, unit: &str) -> Error {
    Error::invalid(format!("expected at most {width} {unit}, found {found}; use a wider cell"))
}

fn refuse_trailing_nul(ends_with_nul: bool) -> Result<()> {
    if ends_with_nul {
        return Err(Error::invalid(
            "the text ends with a NUL character, which NumPy takes for padding and drops; remove it first",
        ));
    }
    Ok(())
}

fn trim_nul(bytes: &[u8]) -> &[u8] {
    let len = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    &bytes[..len]
}

/// Writes characters as `<U` cells of `width` characters.
fn encode_unicode<I: Iterator<Item = char>>(
    texts: impl ExactSizeIterator<Item = I>,
    width: usize,
) -> Result<Vec<u8>> {
    let mut bytes = memory::with_room(texts.len().saturating_mul(width * 4), CELLS)?;
    for (i, text) in texts.enumerate() {
        text.for_each(|character| bytes.extend_from_slice(&u32::from(character).to_le_bytes()));
        bytes.resize((i + 1) * width * 4, 0);
    }
    Ok(bytes)
}

/// Writes bytes as `|S` cells of `width` bytes.
fn encode_bytes(texts: impl ExactSizeIterator<Item: AsRef<[u8]>>, width: usize) -> Result<Vec<u8>> {
    let mut bytes = memory::with_room(texts.len().saturating_mul(width), CELLS)?;
    for (i, text) in texts.enumerate() {
        bytes.extend_from_slice(text.as_ref());
        bytes.resize((i + 1) * width, 0);
    }
    Ok(bytes)
}

fn is_bytes(dtype: &DType) -> bool {
    dtype.kind() == DTypeKind::Bytes
}

/// Refuses a text that a form can't keep.
fn check(text: &str, form: TextForm) -> Result<()> {
    refuse_trailing_nul(text.ends_with('\0'))?;
    if form == TextForm::Ascii { refuse_beyond_ascii(text.chars()) } else { Ok(()) }
}

fn refuse_beyond_ascii(mut text: impl Iterator<Item = char>) -> Result<()> {
    match text.find(|character| !character.is_ascii()) {
        None => Ok(()),
        Some(character) => Err(Error::invalid(format!(
            "the text holds {character:?}, and `string = \"S\"` keeps ASCII only; use `string = \"utf8\"`"
        ))),
    }
}

/// Says which of several texts it is.
fn at_index(error: Error, shape: &[usize], index: usize) -> Error {
    match place(index, shape, Order::C) {
        None => error,
        Some(place) => Error::invalid(format!("text {place} can't be saved: {error}")),
    }
}

/// The text of one `U` cell, or what is wrong with it.
fn unicode_text(cell: &[u8], is_big: bool) -> Result<String, BadCell> {
    let units = cell.as_chunks::<4>().0;
    let len = units.iter().rposition(|unit| *unit != [0; 4]).map_or(0, |last| last + 1);
    let code = |&unit| if is_big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
    let codes = || units[..len].iter().map(code);
    let mut text = String::new();
    let bytes: usize = codes().map(|code| char::from_u32(code).map_or(0, char::len_utf8)).sum();
    text.try_reserve_exact(bytes).map_err(|_| Error::no_memory(bytes as u64, CELLS))?;
    for code in codes() {
        text.push(char::from_u32(code).ok_or_else(|| {
            BadCell::new(
                0,
                format!("holds U+{code:04X}, which is not a Unicode character (a lone surrogate, or damage)"),
            )
        })?);
    }
    Ok(text)
}

/// Makes the function that turns each stored cell into an `A` by itself.
pub(super) fn cell_by_cell<A: Send + 'static>(
    width: usize,
    convert: impl Fn(&[u8]) -> Result<A, BadCell> + Send + 'static,
) -> Convert<A> {
    Box::new(move |bytes, cells| {
        for (index, cell) in bytes.chunks_exact(width.max(1)).enumerate() {
            cells.push(convert(cell).map_err(|bad| BadCell { index, ..bad })?);
        }
        Ok(())
    })
}

fn text_scalar(stored: &DType, kind: DTypeKind) -> Result<&DType, Refusal> {
    match stored.as_scalar() {
        Some(scalar) if matches!(scalar.kind(), DTypeKind::Unicode | DTypeKind::Bytes) => Ok(scalar),
        Some(scalar) => {
            let wanted = if kind == DTypeKind::Bytes { "S" } else { "U" };
            Err(Refusal::new(no_cast(scalar, kind, wanted)))
        }
        None => Err(Refusal::new(IS_RECORD)),
    }
}

/// Text of the other kind is a conversion, which `Cast::Exact` does not allow.
fn refuse_other_kind(scalar: &DType, own: DTypeKind, rule: Rule) -> Result<(), Refusal> {
    let is_asked_for = rule.form.takes_bytes() && scalar.kind() == DTypeKind::Bytes;
    if rule.cast == Cast::Exact && scalar.kind() != own && !is_asked_for {
        return Err(Refusal::allowed_by(Cast::Safe, ""));
    }
    Ok(())
}

fn utf8(cell: &[u8]) -> Result<&str, BadCell> {
    std::str::from_utf8(trim_nul(cell)).map_err(|_| {
        BadCell::new(
            0,
            "holds bytes that are not UTF-8; load it as `FixedBytes`, or decode it in Python with `np.char.decode`",
        )
    })
}

impl Sealed for String {}
impl Element for String {
    const KIND: DTypeKind = DTypeKind::Unicode;
    const HAS_FIXED_SIZE: bool = false;
    const OVERHEAD: usize = super::ALLOCATION;

    fn dtype_of(cells: &ArrayViewD<'_, Self>) -> Result<DType> {
        Self::dtype_as(cells, Form::default())
    }

    fn dtype_as(cells: &ArrayViewD<'_, Self>, form: Form) -> Result<DType> {
        let form = form.string.unwrap_or(TextForm::Unicode);
        let mut width = 0;
        for (index, text) in cells.iter().enumerate() {
            check(text, form).map_err(|error| at_index(error, cells.shape(), index))?;
            width = width.max(if form == TextForm::Unicode { text.chars().count() } else { text.len() });
        }
        // NumPy has no text of no width: an array of empty strings is `<U1` or `|S1`.
        let width = width.max(1);
        Ok(if form == TextForm::Unicode { DType::unicode(width) } else { DType::bytes(width) })
    }

    fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
        let size = dtype.item_size();
        if is_bytes(dtype) {
            return encode_bytes(cells.iter().map(String::as_bytes), size).map(Cow::Owned);
        }
        encode_unicode(cells.iter().map(|text| text.chars()), size / 4).map(Cow::Owned)
    }

    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        let scalar = text_scalar(stored, DTypeKind::Unicode)?;
        refuse_other_kind(scalar, DTypeKind::Unicode, rule)?;
        let (item_size, is_big) = (scalar.item_size(), scalar.byte_order() == ByteOrder::Big);
        let convert = if scalar.kind() == DTypeKind::Unicode {
            cell_by_cell(item_size, move |cell| unicode_text(cell, is_big))
        } else {
            cell_by_cell(item_size, |cell| Ok(memory::copy_text(utf8(cell)?, CELLS)?))
        };
        Ok(Decoder { item_size, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::AnyWidth(DTypeKind::Unicode)
    }

    fn rust_name() -> Cow<'static, str> {
        "String".into()
    }
}

impl<const N: usize> Sealed for FixedStr<N> {}
impl<const N: usize> Element for FixedStr<N> {
    const KIND: DTypeKind = DTypeKind::Unicode;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(DType::unicode(N.max(1)))
    }

    /// The width does not depend on the values in any form: UTF-8 has at most four bytes a character.
    fn dtype_as(cells: &ArrayViewD<'_, Self>, form: Form) -> Result<DType> {
        match form.string {
            None | Some(TextForm::Unicode) => Self::dtype_of(cells),
            Some(TextForm::Utf8) => Ok(DType::bytes(N.saturating_mul(4).max(1))),
            Some(TextForm::Ascii) => {
                for (index, cell) in cells.iter().enumerate() {
                    refuse_beyond_ascii(cell.trimmed().iter().copied())
                        .map_err(|error| at_index(error, cells.shape(), index))?;
                }
                Ok(DType::bytes(N.max(1)))
            }
        }
    }

    fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>> {
        if is_bytes(dtype) {
            let size = dtype.item_size();
            return encode_bytes(cells.iter().map(|cell| cell.to_string().into_bytes()), size)
                .map(Cow::Owned);
        }
        encode_unicode(cells.iter().map(|cell| cell.0.iter().copied()), N.max(1)).map(Cow::Owned)
    }

    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal> {
        let scalar = text_scalar(stored, DTypeKind::Unicode)?;
        refuse_other_kind(scalar, DTypeKind::Unicode, rule)?;
        let (item_size, is_big) = (scalar.item_size(), scalar.byte_order() == ByteOrder::Big);
        let is_unicode = scalar.kind() == DTypeKind::Unicode;
        let width = if is_unicode { item_size / 4 } else { item_size };
        // As wide as `string = "utf8"` writes it; whether the characters fit is seen cell by cell.
        let most = if !is_unicode && rule.form.takes_bytes() { N.saturating_mul(4) } else { N };
        if width > most.max(1) {
            return Err(Refusal::widened_by(format!("FixedStr<{width}>"), "to `String`"));
        }
        let convert = cell_by_cell(item_size, move |cell| {
            let text =
                if is_unicode { Cow::Owned(unicode_text(cell, is_big)?) } else { Cow::Borrowed(utf8(cell)?) };
            Self::new(&text).map_err(|error| BadCell::new(0, error.to_string()))
        });
        Ok(Decoder { item_size, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::Cells(DType::unicode(N.max(1)))
    }

    fn rust_name() -> Cow<'static, str> {
        format!("FixedStr<{N}>").into()
    }
}

impl<const N: usize> Sealed for FixedBytes<N> {}
impl<const N: usize> Element for FixedBytes<N> {
    const KIND: DTypeKind = DTypeKind::Bytes;

    fn dtype_of(_: &ArrayViewD<'_, Self>) -> Result<DType> {
        Ok(DType::bytes(N.max(1)))
    }

    fn encode<'c>(cells: &'c [Self], _: &DType) -> Result<Cow<'c, [u8]>> {
        encode_bytes(cells.iter().map(|cell| &cell.0), N.max(1)).map(Cow::Owned)
    }

    fn decoder(stored: &DType, _: Rule) -> Result<Decoder<Self>, Refusal> {
        let scalar = text_scalar(stored, DTypeKind::Bytes)?;
        let item_size = scalar.item_size();
        if scalar.kind() != DTypeKind::Bytes {
            return Err(Refusal::new("change the field's cell type to `String` or `FixedStr`"));
        }
        if item_size > N.max(1) {
            return Err(Refusal::new(format!("change the field's cell type to `FixedBytes<{item_size}>`")));
        }
        let convert = cell_by_cell(item_size, |cell| {
            Self::new(trim_nul(cell)).map_err(|error| BadCell::new(0, error.to_string()))
        });
        Ok(Decoder { item_size, step: Step::Convert(convert) })
    }

    fn wanted() -> Wanted {
        Wanted::Cells(DType::bytes(N.max(1)))
    }

    fn rust_name() -> Cow<'static, str> {
        format!("FixedBytes<{N}>").into()
    }
}
