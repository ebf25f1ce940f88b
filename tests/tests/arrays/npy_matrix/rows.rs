//! Rows of structured arrays.

use half::{bf16, f16};
use npz_core::time::{Multiple, Nanosecond, Second};
use npz_core::tiny::{Float8E5M2, Int4};
use npz_core::{DateTime64, FixedBytes, FixedStr, LongDouble, NpyRecord, RawBytes, TimeDelta64};
use num_complex::Complex;

use crate::npy_matrix::tables::Bits;

macro_rules! rows {
    ($( $(#[$of_row:meta])* $row:ident { $( $(#[$of_field:meta])* $field:ident: $cell:ty ),* $(,)? } )*) => {$(
        #[derive(NpyRecord, Clone)]
        $(#[$of_row])*
        pub(crate) struct $row { $( $(#[$of_field])* $field: $cell, )* }

        impl Bits for $row {
            fn bits(&self) -> Vec<u8> {
                [$( self.$field.bits() ),*].concat()
            }
        }
    )*};
}

rows! {
    Plain { x: [i32; 2], y: [[f64; 2]; 2], z: u8 }
    Packed {
        flag: bool, half: f16, at: DateTime64<Nanosecond>, took: TimeDelta64<Multiple<25, Second>>, long: LongDouble,
        pair: Complex<LongDouble>, name: FixedStr<3>, tag: FixedBytes<5>, id: RawBytes<3>, brain: bf16, q: Int4,
        c: Complex<f32>, e5: Float8E5M2,
    }
    #[npy(align)]
    Aligned {
        flag: bool, half: f16, at: DateTime64<Nanosecond>, took: TimeDelta64<Multiple<25, Second>>, long: LongDouble,
        pair: Complex<LongDouble>, name: FixedStr<3>, tag: FixedBytes<5>, id: RawBytes<3>, brain: bf16, q: Int4,
        c: Complex<f32>, e5: Float8E5M2,
    }
    Nested { id: u16, pos: Pos, name: FixedStr<3> }
    Pos { x: f32, tail: [[Tail; 3]; 2] }
    Tail { c: Complex<f64>, s: FixedBytes<2> }
    AroundAligned { c: i8, d: [Inner; 2], e: i16 }
    #[npy(align)]
    Inner { a: i64, b: i8 }
    Titled {
        #[npy(title = "the first")] x: f32,
        #[npy(title = "it's \"the\" second")] f1: i16,
    }
    Latin {
        #[npy(rename = "é")] e: f32,
        #[npy(rename = "it's")] its: i16,
        #[npy(rename = "both ' and \"")] both: u8,
        #[npy(rename = "a\\b")] backslash: u8,
        #[npy(rename = "a\nb\x7f")] control: u16,
    }
    Wide { int: i64, #[npy(rename = "整形")] shape: i64, #[npy(rename = "😀")] face: u8 }
    OfNone { none: [i32; 0], one: u8 }
    #[npy(itemsize = 20)]
    Placed { #[npy(offset = 3)] a: i16, #[npy(offset = 9)] b: f32 }
    Pair { a: i16, b: f32 }
    // 512 fields within fields: a header of more than 65535 bytes.
    Deep { a1: Branch, b1: Branch, c1: Branch, d1: Branch, e1: Branch, f1: Branch, g1: Branch, h1: Branch }
    Branch { a2: Leaf, b2: Leaf, c2: Leaf, d2: Leaf, e2: Leaf, f2: Leaf, g2: Leaf, h2: Leaf }
    Leaf {
        #[npy(rename = "first-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] first: u8,
        #[npy(rename = "second-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] second: u8,
        #[npy(rename = "third-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] third: u8,
        #[npy(rename = "fourth-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] fourth: u8,
        #[npy(rename = "fifth-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] fifth: u8,
        #[npy(rename = "sixth-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] sixth: u8,
        #[npy(rename = "seventh-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] seventh: u8,
        #[npy(rename = "eighth-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0")] eighth: u8,
    }
    Around { #[npy(rename = "整")] inner: Deep }
}

/// `Deep` in Python.
pub(crate) fn deep() -> String {
    let end = "-of-the-names-that-are-so-long-that-a-header-of-no-more-than-512-fields-is-one-of-more-than-65535-bytes-and-has-to-be-version-2.0";
    let names = "['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth']";
    let leaves = format!("[(name + '{end}', 'u1') for name in {names}]");
    [2, 1].iter().fold(leaves, |dtype, level| format!("[(name + '{level}', {dtype}) for name in 'abcdefgh']"))
}
