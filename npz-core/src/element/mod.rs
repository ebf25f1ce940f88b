//! Array cells: Rust values to and from stored bytes, always many at a time.
//!
//! For writing, a cell type names its dtype and hands out the bytes of a slice. For reading, it looks at the
//! file's dtype *once* and makes a [`Decoder`], which is then applied to whole pieces. No code in here sees a
//! file, a header or a shape.

#[macro_use]
mod plain;

mod byte_text;
mod cast;
mod complex;
mod float16;
mod form;
mod halves;
mod long_double;
mod narrow;
mod number;
mod raw;
pub(crate) mod record;
mod rule;
mod text;
pub(crate) mod time;
pub mod tiny;
mod wanted;

use std::borrow::Cow;

use ndarray::ArrayViewD;

use crate::dtype::{ByteOrder, DType, DTypeKind};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::{Order, python_tuple};

#[cfg(feature = "half")]
pub(crate) use self::cast::FromWide;
pub(crate) use self::cast::f16_to_f64;
pub(crate) use self::form::{Form, StoreAs, asked_dtype, misfit, misfit_of_bytes};
pub use self::form::{TextForm, store_as};
pub use self::long_double::LongDouble;
pub use self::raw::RawBytes;
pub use self::record::NpyRecord;
pub use self::rule::Cast;
pub(crate) use self::rule::{Place, object_file_hint, object_hint};
pub use self::rule::{Refusal, Rule};
pub use self::text::{FixedBytes, FixedStr};
pub(crate) use self::wanted::CellType;
pub use self::wanted::Wanted;

/// One cell of an array: what may stand as `A` in `Array<A, D>`.
///
/// | Rust | written as | also read from (by the default [`Cast::Safe`]) |
/// | --- | --- | --- |
/// | `bool` | <code>&#124;b1</code> | any byte but 0 is `true`, as in NumPy |
/// | `i8` to `i64`, `u8` to `u64` | <code>&#124;i1</code>, `<i2`, ... `<u8` | narrower integers, `bool` |
/// | `isize`, `usize` | `<i8`, `<u8` | any integer whose values fit |
/// | `f32`, `f64` | `<f4`, `<f8` | narrower floats, integers whose values are kept, `bool` |
/// | [`half::f16`](https://docs.rs/half) | `<f2` | 8-bit integers, `bool` |
/// | [`half::bf16`](https://docs.rs/half) | `<V2`, as `ml_dtypes.bfloat16` | <code>&#124;V2</code> |
/// | [`tiny::TinyFloat`], [`tiny::TinyInt`] | `<V1`, as `ml_dtypes`; `<f1` for `float8_e5m2` | <code>&#124;V1</code> |
/// | `Complex<f32>`, `Complex<f64>` | `<c8`, `<c16` | narrower complex, floats and integers |
/// | [`LongDouble`], `Complex<LongDouble>` | `<f16`, `<c32` | `<f12`, `<c24`; narrower floats, integers |
/// | `String` | `<U`*n*, *n* the longest | <code>&#124;S</code>*n* that holds UTF-8 |
/// | [`FixedStr<N>`] | `<U`*N* | narrower text |
/// | `Vec<u8>` | <code>&#124;S</code>*n*, *n* the longest | |
/// | [`FixedBytes<N>`] | <code>&#124;S</code>*N* | narrower bytes |
/// | [`DateTime64<U>`](crate::DateTime64) | `<M8[ns]`, `<M8[25s]` ... | units that are a multiple of `U`, months and years |
/// | [`TimeDelta64<U>`](crate::TimeDelta64) | `<m8[ns]`, `<m8` ... | units that are a multiple of `U`; integers, `bool` |
/// | [`RawBytes<N>`] | <code>&#124;V</code>*N* | |
///
/// A struct with [`#[derive(NpyRecord)]`](NpyRecord) is a cell too: `[('x', '<f4'), ...]`, read by its fields' names in any
/// order and layout.
///
/// Both byte orders are read; little-endian is written, on every platform. The trait is sealed: its methods
/// are not part of the API.
///
/// ```
/// use npz_core::{Element, npy};
/// use ndarray::{Array1, array};
///
/// fn round_trip<A: Element>(cells: &Array1<A>) -> npz_core::Result<Array1<A>> {
///     npy::from_bytes(&npy::to_bytes(cells)?)
/// }
/// assert_eq!(round_trip(&array!["a".to_owned(), "bc".to_owned()])?, array!["a", "bc"]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a cell of a NumPy array",
    note = "cells are bool, integers, floats, text, times, raw bytes and, behind features of npz-core, `half` and `num_complex` types",
    note = "times of std, chrono and jiff are no cells: read `Vec<NaiveDate>`, or an array of cells `DateTime64<Day>`",
    note = "for a row of several fields, add `#[derive(npz_core::NpyRecord, Clone)]` to a struct of your own"
)]
#[cfg_attr(
    not(feature = "half"),
    diagnostic::on_unimplemented(
        note = "`f16` and `bf16` need the feature `half` of npz-core, which is off"
    )
)]
#[cfg_attr(
    not(feature = "num-complex"),
    diagnostic::on_unimplemented(
        note = "`Complex` needs the feature `num-complex` of npz-core, which is off"
    )
)]
pub trait Element: Sealed + Clone + Send + Sync + 'static {
    /// The dtype that these cells are written as. Only text looks at the values: it is as wide as its longest.
    #[doc(hidden)]
    fn dtype_of(cells: &ArrayViewD<'_, Self>) -> Result<DType>;

    /// What the cells are: a form that a field asks for speaks of cells of one kind.
    #[doc(hidden)]
    const KIND: DTypeKind;

    /// Whether all cells are as wide, whatever their values: only such can be fields of rows.
    #[doc(hidden)]
    const HAS_FIXED_SIZE: bool = true;

    /// What an allocation of a cell's own takes beside its content, as limits count it; 0 where there is none.
    #[doc(hidden)]
    const OVERHEAD: usize = 0;

    /// The bytes that a cell is aligned to in a record with `align=True`.
    #[doc(hidden)]
    fn alignment() -> usize {
        DType::of::<Self>().map_or(1, |dtype| dtype.alignment())
    }

    /// The dtype that these cells are written as in a form that a field asks for, as far as it speaks of them. Looks at
    /// the values: a form may not be able to hold them all.
    #[doc(hidden)]
    fn dtype_as(cells: &ArrayViewD<'_, Self>, _form: Form) -> Result<DType> {
        Self::dtype_of(cells)
    }

    /// The stored bytes of a slice, as `dtype_of` or `dtype_as` said; borrowed where memory already holds them.
    #[doc(hidden)]
    fn encode<'c>(cells: &'c [Self], dtype: &DType) -> Result<Cow<'c, [u8]>>;

    /// How cells of `stored` become `Self`, or why they can't.
    #[doc(hidden)]
    fn decoder(stored: &DType, rule: Rule) -> Result<Decoder<Self>, Refusal>;

    /// How all cells are made at once, where each is a byte that not every value is valid for.
    #[doc(hidden)]
    const IN_BYTES: Option<InBytes<Self>> = None;

    /// What a file should hold.
    #[doc(hidden)]
    fn wanted() -> Wanted;

    /// What the cells are called in Rust, for messages.
    #[doc(hidden)]
    fn rust_name() -> Cow<'static, str>;

    /// What a file should hold, for messages: `<f4 (f32)`.
    #[doc(hidden)]
    fn expected() -> String {
        format!("{} ({})", Self::wanted(), Self::rust_name())
    }

    /// What the cells that `first_not_finite` finds are.
    #[doc(hidden)]
    const NOT_FINITE: &'static str = "NaN or infinite";

    /// The first cell that is not finite to `np.isfinite`, counted in logical order.
    #[doc(hidden)]
    fn first_not_finite(_cells: &ArrayViewD<'_, Self>) -> Option<usize> {
        None
    }

    /// The stored bytes as cells without a copy, or why not. `stored` has passed `decoder` under `Cast::Exact`.
    #[doc(hidden)]
    fn view<'c>(_bytes: &'c [u8], _stored: &DType) -> Result<&'c [Self], &'static str> {
        Err("cells of this type have another form in memory than in the file")
    }
}

impl DType {
    /// Gives the dtype that cells of a type are written as: `np.dtype(np.float32)`. Of text and bytes of any width it is the
    /// narrowest.
    ///
    /// ```
    /// use npz_core::time::Day;
    /// use npz_core::{AnyArray, DType, DateTime64, FixedStr};
    ///
    /// let any = AnyArray::from(ndarray::array![0.5f32]);
    /// assert_eq!(any.dtype(), DType::of::<f32>()?); // a.dtype == np.float32
    /// assert_eq!(DType::of::<DateTime64<Day>>()?.to_string(), "<M8[D]");
    /// assert_eq!(DType::of::<FixedStr<5>>()?.to_string(), "<U5");
    /// assert_eq!(DType::of::<String>()?.to_string(), "<U1");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a row whose attributes contradict each other, and for cells larger
    /// than NumPy allows; never for others.
    pub fn of<A: Element>() -> Result<Self> {
        let none = ArrayViewD::from_shape(ndarray::IxDyn(&[0]), &[]).map_err(Error::custom)?;
        A::dtype_of(&none)?.checked()
    }
}

/// What an allocator adds to a few bytes, about: its least block and what it knows of it.
pub(crate) const ALLOCATION: usize = 32;

mod sealed {
    /// Only this crate, and what its derive makes, implements it.
    pub trait Sealed {}
}
pub use sealed::Sealed;

/// How the cells of one array are read: made once per array.
pub struct Decoder<A> {
    pub(crate) item_size: usize,
    pub(crate) step: Step<A>,
}

/// Appends the cells of a piece of stored bytes (a whole number of cells) to a vector that has room for them.
pub(crate) type Convert<A> = Box<dyn FnMut(&[u8], &mut Vec<A>) -> Result<(), BadCell> + Send>;

pub(crate) enum Step<A> {
    /// Memory and file agree but for the byte order: bytes are read straight into the final buffer.
    InPlace(InPlace<A>),
    /// Each piece is read into a scratch buffer and converted from there.
    Convert(Convert<A>),
}

/// The functions that need `A: Pod`, which `Element` itself can't ask for.
pub(crate) struct InPlace<A> {
    /// Makes the vector `len` long, the new cells zero; `false` where memory is short.
    pub(crate) grow: fn(&mut Vec<A>, usize) -> bool,
    pub(crate) as_bytes: fn(&mut [A]) -> &mut [u8],
    /// Bytes as cells, where they begin at an address that is aligned for such.
    #[cfg(feature = "mmap")]
    pub(crate) view: fn(&[u8]) -> Option<&[A]>,
    #[cfg(feature = "mmap")]
    pub(crate) view_mut: fn(&mut [u8]) -> Option<&mut [A]>,
    /// Bytes that are reversed together; 1 where the byte order is ours already.
    pub(crate) swap_width: usize,
}

/// Cells that are a byte each, from the stored bytes of all of them and back, in the same memory: these are read by all threads at once,
/// where pieces are converted one after the other. Masks load a third faster on two cores.
pub struct InBytes<A> {
    pub(crate) from: fn(Vec<u8>) -> Vec<A>,
    pub(crate) into: fn(Vec<A>) -> Vec<u8>,
}

/// A cell that can't become the target type.
#[derive(Debug)]
pub struct BadCell {
    /// Counted in the order of the file, within the piece.
    pub(crate) index: usize,
    /// Of a row the field: `pos[1].x` for a field of a row inside of another.
    pub(crate) field: Option<String>,
    /// What is wrong with it: `holds 300`.
    pub(crate) message: String,
    /// There is no memory for the cells, and nothing is wrong with this one.
    pub(crate) no_memory: Option<Error>,
}

impl BadCell {
    pub(crate) fn new(index: usize, message: impl Into<String>) -> Self {
        Self { index, field: None, message: message.into(), no_memory: None }
    }

    /// Names the cell by its index in the array, as Python would.
    pub(crate) fn into_error(self, cells_before: usize, shape: &[usize], order: Order) -> Error {
        let Self { index, field, message, no_memory } = self;
        if let Some(error) = no_memory {
            return error;
        }
        let message = match field {
            None => message,
            Some(field) => format!("has a field {field:?} that {message}"),
        };
        Error::invalid(match place(cells_before + index, shape, order) {
            None => format!("it {message}"),
            Some(place) => format!("cell {place} {message}"),
        })
    }
}

/// What holds cells on their way.
const CELLS: &str = "cells";

impl From<Error> for BadCell {
    fn from(no_memory: Error) -> Self {
        Self { no_memory: Some(no_memory), ..Self::new(0, String::new()) }
    }
}

/// Where the cell of a number stands: `3`, or `(1, 0)` where there are several axes; `None` where there is nothing to
/// count.
pub(crate) fn place(mut number: usize, shape: &[usize], order: Order) -> Option<String> {
    if shape.len() < 2 {
        return (!shape.is_empty()).then(|| number.to_string());
    }
    let mut index = vec![0; shape.len()];
    let mut axes: Vec<usize> = (0..shape.len()).collect();
    // The axis that counts fastest is the last; in Fortran order, the first.
    if order == Order::C {
        axes.reverse();
    }
    for axis in axes {
        let len = shape[axis].max(1);
        (number, index[axis]) = (number / len, number % len);
    }
    Some(python_tuple(&index))
}

/// Whether the cells of a dtype lie in this machine's byte order.
fn is_native(order: ByteOrder) -> bool {
    match order {
        ByteOrder::Little => cfg!(target_endian = "little"),
        ByteOrder::Big => cfg!(target_endian = "big"),
        ByteOrder::NotApplicable => true,
    }
}

/// The bytes of a cell that are reversed together where the byte order is the other one.
pub(crate) fn component_width(scalar: &DType) -> usize {
    match scalar.kind() {
        DTypeKind::Bool | DTypeKind::Bytes | DTypeKind::Void | DTypeKind::Object => 1,
        DTypeKind::Unicode => 4,
        DTypeKind::Complex => scalar.item_size() / 2,
        DTypeKind::Int | DTypeKind::Uint | DTypeKind::Float | DTypeKind::DateTime | DTypeKind::TimeDelta => {
            scalar.item_size()
        }
    }
}

/// Reverses each group of `width` bytes in place.
pub(crate) fn swap_bytes(bytes: &mut [u8], width: usize) {
    fn each<const N: usize>(bytes: &mut [u8]) {
        for group in bytes.as_chunks_mut::<N>().0 {
            group.reverse();
        }
    }
    match width {
        0 | 1 => {}
        2 => each::<2>(bytes),
        4 => each::<4>(bytes),
        8 => each::<8>(bytes),
        _ => bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse),
    }
}

impl<A: bytemuck::Pod> InPlace<A> {
    fn new(order: ByteOrder, component_width: usize) -> Self {
        Self {
            grow: |cells, len| {
                if cells.is_empty() {
                    return memory::zeroed(len).map(|fresh| *cells = fresh).is_some();
                }
                if cells.try_reserve_exact(len.saturating_sub(cells.len())).is_err() {
                    return false;
                }
                cells.resize(len, A::zeroed());
                true
            },
            as_bytes: |cells| bytemuck::cast_slice_mut(cells),
            #[cfg(feature = "mmap")]
            // No cells are aligned wherever they are.
            view: |bytes| {
                if bytes.is_empty() { Some(&[]) } else { bytemuck::try_cast_slice(bytes).ok() }
            },
            #[cfg(feature = "mmap")]
            view_mut: |bytes| {
                if bytes.is_empty() { Some(&mut []) } else { bytemuck::try_cast_slice_mut(bytes).ok() }
            },
            swap_width: if is_native(order) { 1 } else { component_width },
        }
    }
}

/// How cells of a dtype are looked at where they lie, by others who may change them meanwhile: so only such that any bytes
/// make. Else why that can't be.
#[cfg(feature = "mmap")]
pub(crate) fn in_place<A: Element>(stored: &DType) -> Result<InPlace<A>, String> {
    match A::decoder(stored, Rule::array(Cast::Exact)) {
        Ok(Decoder { step: Step::InPlace(plan), .. }) if plan.swap_width == 1 => Ok(plan),
        Ok(Decoder { step: Step::InPlace(_), .. }) => Err("its cells are in the other byte order".to_owned()),
        Ok(_) => Err(format!("{} cells are not made of any bytes as they lie in the file", A::rust_name())),
        Err(_) => Err(format!("its cells are {stored}, not {}", A::expected())),
    }
}

/// Why cells can't be looked at where they lie.
pub(crate) const MISALIGNED: &str = "its cells do not start on an address aligned for their type";

/// Whether the cells of a dtype are, up to byte order, what memory holds.
fn is_own(dtype: &DType, kind: DTypeKind, size: usize) -> bool {
    (dtype.kind(), dtype.item_size()) == (kind, size)
}

/// The first cell of an array that a test does not pass; contiguous cells are tested as they lie.
fn first_failing<A>(cells: &ArrayViewD<'_, A>, passes: impl Fn(&A) -> bool) -> Option<usize> {
    match cells.as_slice() {
        // In pieces without an early end, which the compiler turns into vector code.
        Some(slice) => {
            let failing = slice
                .chunks(4096)
                .position(|piece| !piece.iter().fold(true, |all, cell| all & passes(cell)))?;
            let start = failing * 4096;
            slice[start..].iter().position(|cell| !passes(cell)).map(|index| start + index)
        }
        None => cells.iter().position(|cell| !passes(cell)),
    }
}

/// The stored bytes of a slice of plain numbers: its own memory, or a swapped copy on a big-endian machine.
fn encode_pod<A: bytemuck::Pod>(cells: &[A], component_width: usize) -> Result<Cow<'_, [u8]>> {
    let bytes: &[u8] = bytemuck::cast_slice(cells);
    if is_native(ByteOrder::Little) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut swapped = memory::copy(bytes, CELLS)?;
    swap_bytes(&mut swapped, component_width);
    Ok(Cow::Owned(swapped))
}

/// Plain numbers without a copy: needs our byte order and an aligned start.
fn view_pod<'c, A: bytemuck::Pod>(bytes: &'c [u8], stored: &DType) -> Result<&'c [A], &'static str> {
    if !is_native(stored.byte_order()) {
        return Err("its cells are in the other byte order");
    }
    bytemuck::try_cast_slice(bytes).map_err(|_| MISALIGNED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapping_reverses_each_cell() {
        for width in [1, 2, 4, 8, 16] {
            let bytes: Vec<u8> = (0..32).collect();
            let mut swapped = bytes.clone();
            swap_bytes(&mut swapped, width);
            let plain: Vec<u8> = bytes.chunks(width).flat_map(|cell| cell.iter().rev().copied()).collect();
            assert_eq!(swapped, plain, "width {width}");
        }
    }
}
