//! What generated code could name, taken by the user's own items.
#![expect(dead_code, non_camel_case_types, reason = "only their names matter")]

enum Option {
    Some,
    None,
}
enum Result {
    Ok,
    Err,
}
struct Vec;
struct Box;
struct String;
struct Some;
struct None;
struct Ok;
struct Err;
struct Plan;
struct Name;
struct Loader;
struct Members;
struct PhantomData;
struct __npz;
struct bool;
struct str;
trait Default {}
trait FnOnce {}
trait Sized {}
trait ToMembers {}
trait FromMembers {}
mod std {}
mod core {}
mod alloc {}
mod npz_core {}

fn plan() {}
fn push() {}

#[derive(::npz_core::Npz)]
#[npz(separator = "/", allow_unknown)]
struct Every<'__x, T, Some> {
    name: T,
    members: Some,
    #[npz(default)]
    loader: u32,
    #[npz(skip)]
    __name: u32,
    __loader: u32,
    __plan0: u32,
    __npz: &'__x u32,
    r#loop: u32,
    #[npz(flatten)]
    rest: ::std::option::Option<Inner>,
}

#[derive(::npz_core::Npz)]
enum Data<T> {
    Some(T, u32),
    Ok { __field0: u32, tag_: u32, __name: u32 },
    None,
}

#[derive(::npz_core::Npz)]
enum Choice {
    Some,
    Ok,
    None,
}

#[derive(::npz_core::Npz)]
#[npz(transparent)]
struct usize(Choice);

struct Forms;
struct TextForm;
struct F2;
mod store_as {}

#[derive(::npz_core::Npz)]
struct Asking {
    #[npz(store_as = "f2", string = "utf8")]
    store_as: Inner,
}

#[derive(::npz_core::Npz, ::std::default::Default)]
#[npz(default)]
struct Inner {
    __value: u32,
    r#type: u32,
}

struct Cow;
struct Kind;
struct DType;
struct Layout;
struct Rows;
struct Column;
trait Clone {}
trait Send {}
trait Element {}
trait NpyRecord {}

#[derive(::npz_core::NpyRecord, ::std::clone::Clone)]
struct Line<T> {
    __column0: T,
    __rows: ::std::primitive::u8,
    __row: ::std::primitive::u16,
    __visitor: [::std::primitive::u32; 2],
    r#type: Tuple,
    #[npy(skip)]
    __plan: ::std::primitive::u64,
}

#[derive(::npz_core::NpyRecord, ::std::clone::Clone)]
struct Tuple(::std::primitive::f32);

#[test]
fn impostors_of_rows_are_not_taken_for_the_real_ones() {
    let row = Line { __column0: 1.5, __rows: 2, __row: 3, __visitor: [4, 5], r#type: Tuple(0.5), __plan: 6 };
    let bytes = ::npz_core::npy::to_bytes(&::ndarray::arr0(row)).unwrap();
    let back: ::ndarray::Array0<Line<f64>> = ::npz_core::npy::from_bytes(&bytes).unwrap();
    let back = back.into_scalar();
    assert_eq!((back.__column0, back.__rows, back.__row, back.__plan), (1.5, 2, 3, 0));
    assert_eq!((back.__visitor, back.r#type.0), ([4, 5], 0.5));
}

#[test]
fn impostors_are_not_taken_for_the_real_ones() {
    use ::npz_core::Npz as _;
    let every = Every {
        name: 1u8,
        members: 2u8,
        loader: 3,
        __name: 4,
        __loader: 5,
        __plan0: 6,
        __npz: &7,
        r#loop: 8,
        rest: ::std::option::Option::Some(Inner { __value: 9, r#type: 10 }),
    };
    assert_eq!(every.__name, 4);
    let bytes = every.to_bytes().unwrap();
    let npz = ::npz_core::NpzReader::new(&bytes).unwrap();
    let names: ::std::vec::Vec<_> = npz.names().collect();
    let expected = ["name", "members", "loader", "__loader", "__plan0", "__npz", "loop", "__value", "type"];
    assert_eq!(names, expected);
    let inner = Inner::from_bytes(&Inner { __value: 1, r#type: 2 }.to_bytes().unwrap()).unwrap();
    assert_eq!((inner.__value, inner.r#type), (1, 2));
}
