//! Nothing is in scope but what is written here.
#![no_implicit_prelude]

fn seven() -> u32 {
    7
}

mod with {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the derive calls it with a reference")]
    pub(super) fn to_npz(x: &u32) -> u64 {
        ::std::convert::From::from(*x)
    }
    pub(super) fn from_npz(x: u64) -> ::std::result::Result<u32, ::std::num::TryFromIntError> {
        ::std::convert::TryFrom::try_from(x)
    }
}

#[derive(::npz_core::Npz)]
#[npz(separator = "/", allow_unknown, rename_all = "camelCase")]
struct Every<'a, T: ::std::clone::Clone, const N: usize> {
    a: [T; N],
    #[npz(rename = "bb", alias = "b")]
    b: ::std::vec::Vec<T>,
    #[npz(default)]
    c: u32,
    #[npz(skip)]
    d: u32,
    e: &'a u32,
    #[npz(default = "seven")]
    f: u32,
    #[npz(flatten)]
    g: ::std::option::Option<Over>,
    #[npz(with = "with", cast = "safe")]
    h: u32,
    #[npz(with = "with", default)]
    i: u32,
    j: ::std::option::Option<::std::boxed::Box<Every<'a, T, N>>>,
}

#[derive(::npz_core::Npz, ::std::default::Default)]
#[npz(default)]
struct Over(u32, #[npz(with = "with", rename = "w")] u32);

#[derive(::npz_core::Npz)]
struct Unit;

#[derive(::npz_core::Npz)]
struct Asking {
    #[npz(store_as = "u1", string = "S", finite, order = "C", compression = 3)]
    over: Over,
}

#[derive(::npz_core::NpyRecord, ::std::clone::Clone)]
#[npy(align, allow_unknown, rename_all = "camelCase")]
struct Row<T, const N: usize> {
    #[npy(rename = "aa", alias = "a", title = "the first", cast = "safe")]
    a: [T; N],
    b: u8,
    #[npy(skip)]
    c: u32,
}

#[test]
fn no_prelude_is_needed_for_rows() {
    let rows = ::ndarray::arr1(&[Row { a: [1u32, 2], b: 3, c: 4 }]);
    let bytes = ::npz_core::npy::to_bytes(&rows).unwrap();
    let back: ::ndarray::Array1<Row<u32, 2>> = ::npz_core::npy::from_bytes(&bytes).unwrap();
    ::std::assert_eq!((back[0].a, back[0].b, back[0].c), ([1, 2], 3, 0));
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the derive calls it with a reference")]
fn is_seven(x: &u32) -> bool {
    *x == 7
}

#[expect(clippy::unnecessary_wraps, reason = "the derive wants a result")]
fn fine<T>(_: &T) -> ::std::result::Result<(), u8> {
    ::std::result::Result::Ok(())
}

#[derive(::npz_core::Npz)]
#[npz(tag = "kind", separator = "/", allow_unknown, rename_all = "camelCase", validate = "fine")]
enum Data<'a, T, const N: usize> {
    Cells([T; N], #[npz(skip_if = "is_seven")] u32),
    Named {
        #[npz(skip_save)]
        a: u32,
        #[npz(skip_load)]
        b: ::std::option::Option<&'a u32>,
        #[npz(skip_load, with = "with")]
        c: u32,
        #[npz(json)]
        d: ::std::option::Option<u32>,
        #[npz(json, default)]
        e: u32,
    },
    Again(::std::boxed::Box<Data<'a, T, N>>),
    Empty,
}

#[derive(::npz_core::Npz)]
enum Choice {
    A,
    B,
}

#[derive(::npz_core::Npz)]
#[npz(transparent, validate = "fine")]
struct Wrapper<T>(T, #[npz(skip)] u32);

#[derive(::npz_core::Npz)]
#[npz(transparent)]
struct Converted(#[npz(with = "with")] u32);

#[derive(::npz_core::Npz)]
#[npz(transparent)]
struct Text(#[npz(json)] u32);

#[test]
fn no_prelude_is_needed_for_enums() {
    use ::npz_core::Npz;
    type Owned = Data<'static, u8, 2>;
    let named =
        Owned::Named { a: 1, b: ::std::option::Option::Some(&2), c: 3, d: ::std::option::Option::None, e: 4 };
    for data in [named, Owned::Again(::std::boxed::Box::new(Data::Cells([1, 2], 7))), Owned::Empty] {
        ::std::assert!(!data.to_bytes().unwrap().is_empty());
    }
    let map: ::std::collections::BTreeMap<_, _> = ::std::convert::From::from([(
        ::std::string::ToString::to_string("a"),
        (Wrapper(Choice::A, 0), ::std::vec![Choice::B], Converted(1), Text(2)),
    )]);
    let bytes = map.to_bytes().unwrap();
    let back: ::std::collections::BTreeMap<
        ::std::string::String,
        (Wrapper<Choice>, ::std::vec::Vec<Choice>, Converted, Text),
    > = Npz::from_bytes(&bytes).unwrap();
    ::std::assert_eq!((back["a"].2.0, back["a"].3.0, back["a"].0.1), (1, 2, 0));
    let loaded = Owned::from_bytes(
        &Owned::Named {
            a: 1,
            b: ::std::option::Option::Some(&2),
            c: 3,
            d: ::std::option::Option::None,
            e: 4,
        }
        .to_bytes()
        .unwrap(),
    );
    ::std::assert!(::std::matches!(loaded, ::std::result::Result::Ok(Owned::Named { a: 0, .. })));
}

#[test]
fn no_prelude_is_needed() {
    use ::npz_core::Npz;
    let every = Every {
        a: [1u8, 2],
        b: ::std::vec![3],
        c: 4,
        d: seven(),
        e: &5,
        f: 6,
        g: ::std::option::Option::Some(Over(1, 2)),
        h: 8,
        i: 9,
        j: ::std::option::Option::None,
    };
    let bytes = every.to_bytes().unwrap();
    let npz = ::npz_core::NpzReader::new(&bytes).unwrap();
    let names: ::std::vec::Vec<&str> = ::std::iter::Iterator::collect(npz.names());
    ::std::assert_eq!(names, ["a", "bb", "c", "e", "f", "0", "w", "h", "i"]);
    ::std::assert_eq!((every.d, every.j.is_none()), (7, true));
    let over = Over::from_bytes(&Over(1, 2).to_bytes().unwrap()).unwrap();
    ::std::assert_eq!((over.0, over.1), (1, 2));
    Unit::from_bytes(&Unit.to_bytes().unwrap()).unwrap();
    let asking = Asking::from_bytes(&Asking { over: Over(1, 2) }.to_bytes().unwrap()).unwrap();
    ::std::assert_eq!((asking.over.0, asking.over.1), (1, 2));
}
