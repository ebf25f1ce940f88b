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
    let npz = ::npz_core::NpzReader::from_bytes(&bytes).unwrap();
    let names: ::std::vec::Vec<&str> = ::std::iter::Iterator::collect(npz.names());
    ::std::assert_eq!(names, ["a", "bb", "c", "e", "f", "0", "w", "h", "i"]);
    ::std::assert_eq!((every.d, every.j.is_none()), (7, true));
    let over = Over::from_bytes(&Over(1, 2).to_bytes().unwrap()).unwrap();
    ::std::assert_eq!((over.0, over.1), (1, 2));
    Unit::from_bytes(&Unit.to_bytes().unwrap()).unwrap();
}
