//! The two tables: which values there are, and what is done with them. A row holds both languages' spelling.
#![allow(clippy::unwrap_used, reason = "tests fail by panics")]

use half::{bf16, f16};
use ndarray::{Array, ArrayD, ArrayViewD, IxDyn, ShapeBuilder, s};
use npz_core::time::{Generic, Multiple, Nanosecond, Second, Unit};
use npz_core::tiny::{Float8E4M3Fn, Int4, TinyFloat, TinyFormat, TinyInt};
use npz_core::{DateTime64, Element, FixedBytes, FixedStr, LongDouble, RawBytes, TimeDelta64};
use num_complex::{Complex, Complex32, Complex64};

/// Gives the bytes that count, little-endian, so that NaN, -0.0 and payloads are compared.
pub(crate) trait Bits {
    fn bits(&self) -> Vec<u8>;
}

pub(crate) trait Cell: Element + Bits {}
impl<A: Element + Bits> Cell for A {}

macro_rules! bits {
    ($([$($generic:tt)*] $cell:ty: |$value:ident| $bits:expr),* $(,)?) => {$(
        impl<$($generic)*> Bits for $cell {
            fn bits(&self) -> Vec<u8> {
                let $value = self;
                $bits
            }
        }
    )*};
}
bits! {
    [] bool: |v| vec![u8::from(*v)],
    [] i8: |v| v.to_le_bytes().to_vec(), [] i16: |v| v.to_le_bytes().to_vec(),
    [] i32: |v| v.to_le_bytes().to_vec(), [] i64: |v| v.to_le_bytes().to_vec(), [] isize: |v| v.to_le_bytes().to_vec(),
    [] u8: |v| vec![*v], [] u16: |v| v.to_le_bytes().to_vec(),
    [] u32: |v| v.to_le_bytes().to_vec(), [] u64: |v| v.to_le_bytes().to_vec(), [] usize: |v| v.to_le_bytes().to_vec(),
    [] f16: |v| v.to_le_bytes().to_vec(), [] bf16: |v| v.to_le_bytes().to_vec(),
    [] f32: |v| v.to_le_bytes().to_vec(), [] f64: |v| v.to_le_bytes().to_vec(),
    [T: Bits] Complex<T>: |v| [v.re.bits(), v.im.bits()].concat(),
    [] LongDouble: |v| v.to_le_bytes().to_vec(),
    [F: TinyFormat] TinyFloat<F>: |v| vec![v.to_bits()],
    [const N: u32, const SIGNED: bool] TinyInt<N, SIGNED>: |v| vec![v.to_bits()],
    [U: Unit] DateTime64<U>: |v| v.ticks().bits(),
    [U: Unit] TimeDelta64<U>: |v| v.ticks().bits(),
    [const N: usize] RawBytes<N>: |v| v.0.to_vec(),
    [] String: |v| v.as_bytes().to_vec(), [] Vec<u8>: |v| v.clone(),
    [const N: usize] FixedStr<N>: |v| padded(v.to_string().chars().flat_map(|c| u32::from(c).to_le_bytes()), 4 * N),
    [const N: usize] FixedBytes<N>: |v| padded(v.as_bytes().iter().copied(), N),
    [T: Bits, const N: usize] [T; N]: |v| v.iter().flat_map(Bits::bits).collect(),
}

fn padded(bytes: impl Iterator<Item = u8>, len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = bytes.collect();
    bytes.resize(len, 0);
    bytes
}

/// How a cell type's files come to be.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// We write what `np.save` writes, and read it in both byte orders.
    Both,
    /// The same, but NumPy has no big-endian twin of the dtype.
    LittleOnly,
    /// The same, and the dtype is as wide as the longest text that is in the array.
    Fitted,
    /// Read only: we write these cells as another dtype.
    Read,
    /// The same without a big-endian twin.
    ReadLittleOnly,
}

impl Role {
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Both | Self::LittleOnly | Self::Fitted)
    }

    pub(crate) fn orders(self) -> &'static [char] {
        if matches!(self, Self::LittleOnly | Self::ReadLittleOnly) { &['<'] } else { &['<', '>'] }
    }
}

pub(crate) trait Visit {
    /// `python` makes a 1-d array of the same values.
    fn cell<A: Cell>(&mut self, key: &str, role: Role, python: &str, values: &[A]);
}

/// The values of each cell type. What is in brackets is the source of both languages.
pub(crate) fn each_cell(visit: &mut impl Visit) {
    use Role::{Both, Fitted, LittleOnly, Read, ReadLittleOnly};
    macro_rules! row {
        ($key:literal $role:ident $python:literal, $values:tt, $make:expr) => {
            let make = $make;
            let values: Vec<_> = $values.into_iter().map(make).collect();
            visit.cell($key, $role, &$python.replace("%", stringify!($values)), &values);
        };
    }
    let text = |text: &str| text.to_owned();
    let long_double = |[significand, head]: [u64; 2]| {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&significand.to_le_bytes());
        bytes[8..].copy_from_slice(&head.to_le_bytes()[..2]);
        LongDouble::from_le_bytes(bytes).unwrap()
    };
    let latin =
        |text: &str| FixedBytes::<3>::new(&text.chars().map(|c| c as u8).collect::<Vec<_>>()).unwrap();
    row!("bool" Both "np.array(%)", [true, false, false, true, true], |v| v);
    row!("i8" Both "np.array(%, 'i1')", [0, 1, -1, 127, -128], |v: i8| v);
    row!("i16" Both "np.array(%, 'i2')", [0, 1, -2, 32767, -32768], |v: i16| v);
    row!("i32" Both "np.array(%, 'i4')", [0, 1, -2, 2147483647, -2147483648], |v: i32| v);
    row!("i64" Both "np.array(%, 'i8')", [0, 1, -2, 9223372036854775807, -9223372036854775808], |v: i64| v);
    row!("u8" Both "np.array(%, 'u1')", [0, 1, 2, 127, 255], |v: u8| v);
    row!("u16" Both "np.array(%, 'u2')", [0, 1, 258, 32768, 65535], |v: u16| v);
    row!("u32" Both "np.array(%, 'u4')", [0, 1, 66051, 2147483648, 4294967295], |v: u32| v);
    row!("u64" Both "np.array(%, 'u8')", [0, 1, 283686952306183, 18446744073709551615], |v: u64| v);
    row!("isize" Both "np.array(%, np.intp)", [0, -1, 72623859790382856, -9223372036854775808], |v: isize| v);
    row!("usize" Both "np.array(%, np.uintp)", [0, 1, 72623859790382856, 18446744073709551615], |v: usize| v);
    // 0, -0, 1.5, the largest, the least subnormal, the infinities, NaN, and two with a payload.
    row!("f16" Both "np.array(%, 'u2').view('f2')",
        [0, 0x8000, 0x3e00, 0x7bff, 1, 0x7c00, 0xfc00, 0x7e00, 0xfe2a, 0x7c01], f16::from_bits);
    row!("bf16" LittleOnly "np.array(%, 'u2').view(ml_dtypes.bfloat16)",
        [0, 0x8000, 0x3fc0, 0x7f7f, 1, 0x7f80, 0xff80, 0x7fc0, 0xffea, 0x7f81], bf16::from_bits);
    row!("f32" Both "np.array(%, 'u4').view('f4')",
        [0, 0x80000000, 0x3fc00000, 0x7f7fffff, 1, 0x7f800000, 0xff800000, 0x7fc00000,
            0xffc0002a, 0x7f800001],
        f32::from_bits);
    row!("f64" Both "np.array(%, 'u8').view('f8')",
        [0, 0x8000000000000000, 0x3ff8000000000000, 0x7fefffffffffffff, 1, 0x7ff0000000000000,
            0xfff0000000000000, 0x7ff8000000000000, 0xfff800000000002a, 0x7ff0000000000001],
        f64::from_bits);
    row!("c64" Both "np.array(%, 'u4').view('c8').ravel()",
        [[0, 0x80000000], [0x3fc00000, 1], [0x7fc00000, 0xff800000], [0xffc0002a, 0x3f800000]],
        |v: [u32; 2]| Complex32::new(f32::from_bits(v[0]), f32::from_bits(v[1])));
    row!("c128" Both "np.array(%, 'u8').view('c16').ravel()",
        [[0, 0x8000000000000000], [0x3ff8000000000000, 1], [0x7ff8000000000000, 0xfff0000000000000]],
        |v: [u64; 2]| Complex64::new(f64::from_bits(v[0]), f64::from_bits(v[1])));
    // The part of each cell that counts, and what x87 does not use.
    row!("longdouble" Both "np.array(%, 'u8').view('g').ravel()",
        [[0, 0], [0, 0x8000], [0xc000000000000000, 0x3fff], [0xaaaaaaaaaaaaaaab, 0xbffd], [0x8000000000000000, 0x7fff],
            [0xc000000000000001, 0xffff], [0xffffffffffffffff, 0x7ffe], [1, 0]],
        long_double);
    row!("clongdouble" Both "np.array(%, 'u8').ravel().view('G')",
        [[[0xc000000000000000, 0x3fff], [0, 0x8000]], [[0x8000000000000000, 0x7fff], [0xaaaaaaaaaaaaaaab, 0xbffd]]],
        |[re, im]: [[u64; 2]; 2]| Complex { re: long_double(re), im: long_double(im) });
    row!("float8" LittleOnly "np.array(%, 'u1').view(ml_dtypes.float8_e4m3fn)",
        [0, 0x80, 0x3c, 0x7e, 1, 0x7f, 0xff], Float8E4M3Fn::from_bits);
    row!("int4" LittleOnly "np.array(%, 'i1').astype(ml_dtypes.int4)", [0, 1, -1, 7, -8],
        |v| Int4::try_from(v).unwrap());
    row!("void" LittleOnly "np.array(%, 'u1').view('V3').ravel()", [[0, 0, 0], [1, 0, 0], [0, 255, 97], [97, 0, 98]],
        RawBytes::<3>);
    row!("text" Fitted "np.array(%)", ["", "a", "déjà", "整", "😀𝔘", "a\0b", " pad "], text);
    row!("no_text" Fitted "np.array(%)", ["", ""], text);
    row!("wide" Fitted "np.array(%)", ["", "0123456789", "ab"], text);
    row!("fixed_str" Both "np.array(%, 'U4')", ["", "a", "déjà", "😀𝔘", "a\0b"],
        |v| FixedStr::<4>::new(v).unwrap());
    row!("fixed_bytes" Both "np.char.encode(np.array(%), 'latin-1')", ["", "a", "abc", "ÿþ", "a\0b"], latin);
    row!("datetime" Both "np.array(%).view('M8[ns]')", [0, -1, 72623859790382856, -9223372036854775808],
        DateTime64::<Nanosecond>::new);
    row!("timedelta" Both "np.array(%).view('m8[25s]')", [0, -1, 72623859790382856, -9223372036854775808],
        TimeDelta64::<Multiple<25, Second>>::new);
    row!("plain_timedelta" Both "np.array(%).view('m8')", [0, -1, 72623859790382856, -9223372036854775808],
        TimeDelta64::<Generic>::new);
    row!("coarse_datetime" Read "np.array(%, 'M8[s]')", [0, 1000000000],
        |v: i64| DateTime64::<Nanosecond>::new(v * 1_000_000_000));
    row!("small_as_timedelta" Read "np.array(%, 'i2')", [0, 1, -32768], TimeDelta64::<Generic>::new);
    row!("bytes_as_text" Read "np.char.encode(np.array(%))", ["", "a", "déjà", "整😀", "a\0b"], text);
    row!("bytes_as_fixed_str" Read "np.char.encode(np.array(%))", ["", "abcd", "éé", "整"],
        |v| FixedStr::<4>::new(v).unwrap());
    row!("narrow_str" Read "np.array(%, 'U2')", ["", "a", "é整"], |v| FixedStr::<4>::new(v).unwrap());
    row!("narrow_bytes" Read "np.char.encode(np.array(%), 'latin-1')", ["", "a", "aÿ"], latin);
    row!("void_as_bf16" ReadLittleOnly "np.array(%, 'u2').view('V2')", [1, 0x3fc0, 0x7f81], bf16::from_bits);
    row!("small_as_isize" Read "np.array(%, 'i2')", [0, 1, -32768], |v: isize| v);
    row!("small_as_usize" Read "np.array(%, 'u4')", [0, 1, 4294967295], |v: usize| v);
}

/// What is done with the values: `b` (in Python) and `base` repeat them over a shape in C order, `f` and
/// `fortran` do and keep them in Fortran order.
pub(crate) fn each_layout<A: Clone>(values: &[A], mut visit: impl FnMut(&str, &str, &ArrayViewD<'_, A>)) {
    let base = |shape: &[usize]| filled(shape, values, false);
    let fortran = |shape: &[usize]| filled(shape, values, true);
    macro_rules! row {
        ($key:literal, $python:literal, $array:expr) => {
            visit($key, $python, &$array.view().into_dyn());
        };
    }
    row!("empty", "b(0)", base(&[0]));
    row!("empty_rows", "b(0, 3)", base(&[0, 3]));
    row!("empty_columns", "b(3, 0)", base(&[3, 0]));
    row!("empty_f", "f(0, 3)", fortran(&[0, 3]));
    row!("scalar", "b()", base(&[]));
    row!("scalar_of_slice", "b(5)[3, ...]", base(&[5]).slice(s![3]));
    row!("one", "b(1)", base(&[1]));
    row!("line", "b(13)", base(&[13]));
    row!("c2", "b(3, 5)", base(&[3, 5]));
    row!("c3", "b(2, 3, 4)", base(&[2, 3, 4]));
    row!("f2", "f(3, 5)", fortran(&[3, 5]));
    row!("f3", "f(2, 3, 4)", fortran(&[2, 3, 4]));
    row!("f_row", "f(1, 5)", fortran(&[1, 5]));
    row!("f_column", "f(5, 1)", fortran(&[5, 1]));
    row!("f_ends_in_one", "f(2, 3, 1)", fortran(&[2, 3, 1]));
    row!("f_starts_with_one", "f(1, 2, 3)", fortran(&[1, 2, 3]));
    row!("transposed", "b(3, 5).T", base(&[3, 5]).t());
    row!("f_transposed", "f(3, 5).T", fortran(&[3, 5]).t());
    row!("permuted", "b(2, 3, 4).transpose(1, 2, 0)", base(&[2, 3, 4]).view().permuted_axes(vec![1, 2, 0]));
    row!("strided", "b(13)[::3]", base(&[13]).slice(s![..;3]));
    row!("strided_to_one", "b(5)[::7]", base(&[5]).slice(s![..;7]));
    row!("reversed", "b(13)[::-1]", base(&[13]).slice(s![..;-1]));
    row!("reversed_steps", "b(13)[::-2]", base(&[13]).slice(s![..;-2]));
    row!("sliced", "b(4, 6)[1:3, ::2]", base(&[4, 6]).slice(s![1..3, ..;2]));
    row!("rows", "b(4, 6)[1:3]", base(&[4, 6]).slice(s![1..3, ..]));
    row!("sliced_away", "b(4, 6)[2:2, ::2]", base(&[4, 6]).slice(s![2..2, ..;2]));
    row!("column", "b(4, 6)[:, 1]", base(&[4, 6]).slice(s![.., 1]));
    row!("thin_column", "b(4, 6)[:, 1:2]", base(&[4, 6]).slice(s![.., 1..2]));
    row!("turned", "b(3, 5)[::-1, ::-1]", base(&[3, 5]).slice(s![..;-1, ..;-1]));
    row!("f_rows", "f(4, 6)[1:3]", fortran(&[4, 6]).slice(s![1..3, ..]));
    row!("f_columns", "f(4, 6)[:, 1:4]", fortran(&[4, 6]).slice(s![.., 1..4]));
    row!("f_one_row", "f(4, 6)[1:2]", fortran(&[4, 6]).slice(s![1..2, ..]));
    row!("f_reversed", "f(4, 6)[::-1]", fortran(&[4, 6]).slice(s![..;-1, ..]));
    row!("repeated", "np.broadcast_to(b(3), (2, 3))", base(&[3]).broadcast(vec![2, 3]).unwrap());
    row!("sixteen", "b(*SIXTEEN)", base(&SIXTEEN));
    row!("sixteen_f", "f(*SIXTEEN)", fortran(&SIXTEEN));
    row!("sixteen_ones", "b(*[1] * 16)", base(&[1; 16]));
}

pub(crate) const SIXTEEN: [usize; 16] = [1, 2, 1, 1, 3, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1];

pub(crate) fn filled<A: Clone>(shape: &[usize], values: &[A], is_fortran: bool) -> ArrayD<A> {
    let cells = values.iter().cycle().take(shape.iter().product()).cloned();
    let array = Array::from_shape_vec(shape, cells.collect()).unwrap();
    let mut laid_out = array.clone();
    if is_fortran {
        laid_out = Array::from_shape_vec(IxDyn(shape).f(), array.t().iter().cloned().collect()).unwrap();
    }
    assert_eq!(laid_out.shape(), shape);
    laid_out
}
