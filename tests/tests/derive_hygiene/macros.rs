//! Structs that `macro_rules!` makes: pieces arrive in invisible groups, with spans of elsewhere.

use ndarray::Array1;
use npz_core::{Header, Limits, Npz, NpzReader};

macro_rules! make {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<$lifetime:lifetime, $param:ident> {
        $($field:ident: $ty:ty = $renamed:literal),* $(,)?
    }) => {
        #[derive(Npz)]
        $(#[$meta])*
        $vis struct $name<$lifetime, $param> { $(#[npz(rename = $renamed)] $field: $ty),* }
    };
}

make! {
    #[npz(separator = "/")]
    struct Made<'a, T> { a: Vec<T> = "x", b: &'a str = "y", c: Option<(u8,)> = "z", d: T = "w" }
}

macro_rules! plain {
    ($name:ident, $ty:ty, $len:expr, $case:literal, $path:path, $default:literal) => {
        #[derive(Npz, Debug, PartialEq)]
        #[npz(rename_all = $case, default = $default)]
        struct $name {
            the_field: $ty,
            fixed: [$ty; $len],
            inner: Option<$path>,
        }
    };
}

mod parts {
    #[derive(npz_core::Npz, Debug, PartialEq)]
    pub(super) struct Part(pub(super) u8);
}

plain!(Plain, Vec<u32>, 1 + 2, "camelCase", parts::Part, "none");

fn none() -> Plain {
    Plain { the_field: vec![], fixed: [const { vec![] }; 3], inner: None }
}

/// A type that is a macro: the standard library's own derives refuse these beside parameters.
macro_rules! pair {
    ($a:ty) => {
        ($a, $a)
    };
}

#[derive(Npz)]
struct OfMacro<T> {
    pair: pair!(T),
}

#[test]
fn structs_out_of_macros_are_structs() {
    let made = Made { a: vec![1u8], b: "text", c: Some((2,)), d: 3 };
    let bytes = made.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().names().collect::<Vec<_>>(), ["x", "y", "z/0", "w"]);

    let plain = Plain { the_field: vec![1], fixed: [vec![2], vec![], vec![3]], inner: Some(parts::Part(4)) };
    let bytes = plain.to_bytes().unwrap();
    let names = ["theField", "fixed.0", "fixed.1", "fixed.2", "inner.0"];
    assert_eq!(NpzReader::new(&bytes).unwrap().names().collect::<Vec<_>>(), names);
    assert_eq!(Plain::from_bytes(&bytes).unwrap(), plain);

    let of_macro = OfMacro { pair: (1u8, 2u8) };
    assert_eq!(OfMacro::from_bytes(&of_macro.to_bytes().unwrap()).unwrap().pair, of_macro.pair);
}

macro_rules! row {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $ty:ty = $renamed:literal / $title:literal),* $(,)? }) => {
        #[derive(npz_core::NpyRecord, Clone, Debug, PartialEq)]
        $(#[$meta])*
        struct $name { $(#[npy(rename = $renamed, title = $title)] $field: $ty),* }
    };
}

row! {
    #[npy(align)]
    MadeRow { a: [u8; 1 + 2] = "x" / "the first", b: f32 = "y" / "the second" }
}

#[test]
fn macros_may_make_rows() {
    let row = MadeRow { a: [1, 2, 3], b: 0.5 };
    let bytes = npz_core::npy::to_bytes(&ndarray::array![row.clone()]).unwrap();
    let header = Header::read(&bytes[..], &Limits::default()).unwrap();
    let dtype = "[(('the first', 'x'), '|u1', (3,)), ('', '|V1'), (('the second', 'y'), '<f4')]";
    assert_eq!(header.dtype().to_string(), dtype);
    assert_eq!(npz_core::npy::from_bytes::<Array1<MadeRow>>(&bytes).unwrap()[0], row);
}
