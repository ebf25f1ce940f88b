//! Every dtype that NumPy and `ml_dtypes` save, and what Rust calls its cells.

use half::{bf16, f16};
use npz_core::time::{
    Attosecond, Day, Femtosecond, Generic, Hour, Microsecond, Millisecond, Minute, Month, Multiple,
    Nanosecond, Picosecond, Second, Unit, Week, Year,
};
use npz_core::tiny::{
    Float4E2M1Fn, Float6E2M3Fn, Float6E3M2Fn, Float8E3M4, Float8E4M3, Float8E4M3B11Fnuz, Float8E4M3Fn,
    Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz, Float8E8M0Fnu, Int1, Int2, Int4, UInt1, UInt2, UInt4,
};
use npz_core::{DateTime64, FixedBytes, FixedStr, LongDouble, RawBytes, TimeDelta64};
use num_complex::Complex;

use crate::npy_matrix::rows;
use crate::npy_matrix::tables::Cell;

/// What is known of the files of a dtype.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Files {
    /// Cells of this type are saved with this very dtype.
    Own,
    /// With this dtype, but as wide as the longest text.
    Fitted,
    /// They are read from it, and saved with another.
    Read,
    /// The same as `Own`, in half of the layouts.
    Few,
}

pub(crate) trait Visit {
    /// `python` is the dtype.
    fn typed<A: Cell>(&mut self, python: &str, files: Files);
    /// A dtype that no type of Rust is saved as: it is read without one.
    fn untyped(&mut self, python: &str);
}

pub(crate) fn each_dtype(visit: &mut impl Visit) {
    use Files::{Few, Fitted, Own, Read};
    macro_rules! rows {
        ($($python:literal $files:ident $cell:ty),* $(,)?) => {$( visit.typed::<$cell>($python, $files); )*};
    }
    rows! {
        "'?'" Own bool,
        "'i1'" Own i8, "'i2'" Own i16, "'i4'" Own i32, "'i8'" Own i64,
        "'u1'" Own u8, "'u2'" Own u16, "'u4'" Own u32, "'u8'" Own u64,
        "'f2'" Own f16, "'f4'" Own f32, "'f8'" Own f64,
        "'c8'" Own Complex<f32>, "'c16'" Own Complex<f64>,
        "'M8[ns]'" Own DateTime64<Nanosecond>, "'m8[25s]'" Own TimeDelta64<Multiple<25, Second>>,
        "'f16'" Own LongDouble, "'c32'" Own Complex<LongDouble>,
        "'U4'" Fitted String, "'S3'" Fitted Vec<u8>, "'U4'" Own FixedStr<4>, "'S3'" Own FixedBytes<3>,
        "'V3'" Own RawBytes<3>, "'V16'" Own RawBytes<16>, "'V0'" Own RawBytes<0>,
        "ml_dtypes.bfloat16" Own bf16,
        "ml_dtypes.float8_e3m4" Own Float8E3M4, "ml_dtypes.float8_e4m3" Own Float8E4M3,
        "ml_dtypes.float8_e4m3b11fnuz" Own Float8E4M3B11Fnuz, "ml_dtypes.float8_e4m3fn" Own Float8E4M3Fn,
        "ml_dtypes.float8_e4m3fnuz" Own Float8E4M3Fnuz, "ml_dtypes.float8_e5m2" Own Float8E5M2,
        "ml_dtypes.float8_e5m2fnuz" Own Float8E5M2Fnuz, "ml_dtypes.float8_e8m0fnu" Own Float8E8M0Fnu,
        "ml_dtypes.float6_e2m3fn" Own Float6E2M3Fn, "ml_dtypes.float6_e3m2fn" Own Float6E3M2Fn,
        "ml_dtypes.float4_e2m1fn" Own Float4E2M1Fn,
        "ml_dtypes.int1" Own Int1, "ml_dtypes.int2" Own Int2, "ml_dtypes.int4" Own Int4,
        "ml_dtypes.uint1" Own UInt1, "ml_dtypes.uint2" Own UInt2, "ml_dtypes.uint4" Own UInt4,
        // Structured: packed, aligned, nested, subarrays, titles, names beyond ASCII.
        "[('x', 'i4', (2,)), ('y', 'f8', (2, 2)), ('z', 'u1')]" Own rows::Plain,
        "[('flag', '?'), ('half', 'f2'), ('at', 'M8[ns]'), ('took', 'm8[25s]'), ('long', 'f16'), ('pair', 'c32'),
          ('name', 'U3'), ('tag', 'S5'), ('id', 'V3'), ('brain', ml_dtypes.bfloat16), ('q', ml_dtypes.int4),
          ('c', 'c8'), ('e5', ml_dtypes.float8_e5m2)]" Own rows::Packed,
        "np.dtype([('flag', '?'), ('half', 'f2'), ('at', 'M8[ns]'), ('took', 'm8[25s]'), ('long', 'f16'),
          ('pair', 'c32'), ('name', 'U3'), ('tag', 'S5'), ('id', 'V3'), ('brain', ml_dtypes.bfloat16),
          ('q', ml_dtypes.int4), ('c', 'c8'), ('e5', ml_dtypes.float8_e5m2)], align=True)" Own rows::Aligned,
        "[('id', 'u2'), ('pos', [('x', 'f4'), ('tail', [('c', 'c16'), ('s', 'S2')], (2, 3))]), ('name', 'U3')]"
            Own rows::Nested,
        "[('c', 'i1'), ('d', np.dtype([('a', 'i8'), ('b', 'i1')], align=True), (2,)), ('e', 'i2')]"
            Own rows::AroundAligned,
        "[(('the first', 'x'), 'f4'), (('it\\'s \"the\" second', 'f1'), 'i2')]" Own rows::Titled,
        "[('é', 'f4'), ('it\\'s', 'i2'), ('both \\' and \"', 'u1'), ('a\\\\b', 'u1'), ('a\\nb\\x7f', 'u2')]"
            Own rows::Latin,
        "[('int', 'i8'), ('整形', 'i8'), ('\\U0001f600', 'u1')]" Own rows::Wide,
        "[('none', 'i4', (0,)), ('one', 'u1')]" Own rows::OfNone,
        "{'names': ['a', 'b'], 'formats': ['i2', 'f4'], 'offsets': [3, 9], 'itemsize': 20}" Own rows::Placed,
        // Rows that are saved in another layout.
        "{'names': ['a', 'b'], 'formats': ['i2', 'f4'], 'offsets': [3, 9], 'itemsize': 20}" Read rows::Pair,
        "{'names': ['a', 'b'], 'formats': ['i2', 'f4'], 'offsets': [1, 3], 'titles': ['t', 'u']}" Read rows::Pair,
    }
    // Versions 2.0 and 3.0 because of the length.
    visit.typed::<rows::Deep>(&rows::deep(), Few);
    visit.typed::<rows::Around>(&format!("[('整', {})]", rows::deep()), Few);
    macro_rules! times {
        ($($unit:ty),* $(,)?) => {$(
            let unit = <$unit>::UNIT.to_string();
            let unit = if unit == "generic" { String::new() } else { format!("[{unit}]") };
            visit.typed::<DateTime64<$unit>>(&format!("'M8{unit}'"), Few);
            visit.typed::<TimeDelta64<$unit>>(&format!("'m8{unit}'"), Few);
        )*};
    }
    times! {
        Generic, Year, Month, Week, Day, Hour, Minute, Second, Millisecond, Microsecond, Nanosecond, Picosecond,
        Femtosecond, Attosecond,
        Multiple<25, Second>, Multiple<3, Month>, Multiple<2, Year>, Multiple<7, Millisecond>, Multiple<2, Week>,
        Multiple<7, Day>, Multiple<12, Hour>, Multiple<15, Minute>, Multiple<100, Nanosecond>,
        Multiple<30, Femtosecond>, Multiple<10, Attosecond>, Multiple<5, Picosecond>, Multiple<9, Microsecond>,
        Multiple<2147483647, Second>,
    }
    for python in [
        // Both byte orders in one record, and a field that NumPy names.
        "[('a', '>i2'), ('b', [('c', '<f8', (2, 2)), ('d', '>U2')]), ('e', '>M8[ms]'), ('', '<c8')]",
        "[('a', 'S0'), ('b', 'i4'), ('c', 'U0'), ('d', 'V0')]",
        "[('a', 'V4'), ('b', 'V7')]",
        "[]",
        "[('a', []), ('b', 'u1')]",
        // The dtypes of NumPy's `test_load_padded_dtype`, `test_descr_to_dtype` and `test_metadata_dtype`.
        "np.dtype('i1, i4, i1', align=True)",
        "{'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [1, 6]}",
        "{'names': ['c', 'd'], 'formats': ['i4', {'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [1, 6]}]}",
        "{'names': ['a', '', 'b'], 'formats': ['i4'] * 3}",
        "{'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [1, 6], 'titles': ['aa', 'bb']}",
        "{'names': [], 'formats': [], 'itemsize': 8}",
        "np.dtype([('a', 'i1'), ('b', 'i2'), ('c', 'i4')], align=True)",
        "[('x', ({'names': ['a', 'b'], 'formats': ['i1', 'i1'], 'offsets': [0, 4], 'itemsize': 8}, (3,)), (4,))]",
        "[('x', ('<f8', (5,)), (2,))]",
        "[('x', np.dtype((np.dtype(({'names': ['a', 'b'], 'formats': ['i1', 'i1'], 'offsets': [0, 4], 'itemsize': 8}, (3,))), (4,))))]",
        "[('a', np.dtype((np.dtype((np.dtype(([('a', int), ('b', {'names': ['a', 'b'], 'formats': ['i1', 'i1'],
          'offsets': [0, 4], 'itemsize': 8})], (3,))), (4,))), (5,))))]",
        "{'names': ['a', 'b'], 'formats': [float, np.dtype('S3', metadata={'some': 'stuff'})]}",
        "np.dtype('i8', metadata={'some': 'stuff'})",
        "np.dtype([('subarray', (int, (2,)))], metadata={'some': 'stuff'})",
        "{'names': ['a', 'b'], 'formats': [float, {'names': ['c'], 'formats': [np.dtype(int, metadata={1: 1})]}]}",
    ] {
        visit.untyped(python);
    }
}
