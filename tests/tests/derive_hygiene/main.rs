//! What the derive generates compiles wherever a user may put it: without a prelude, among impostors, under another
//! name of the library, out of macros, and with every lint denied. Clippy checks this file as well.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod forbidden;
mod impostors;
mod lints;
mod macros;
mod no_prelude;

/// The library under another name, as with `package = "npz-core"` in a manifest.
extern crate npz_core as renamed;

#[test]
fn the_library_may_have_another_name() {
    use renamed::Npz;
    #[derive(renamed::Npz, Debug, PartialEq)]
    #[npz(crate = "renamed", separator = "/", allow_unknown)]
    struct Renamed {
        #[npz(cast = "same_kind", alias = "b")]
        a: u8,
        #[npz(default)]
        inner: Option<Box<Self>>,
    }
    let value = Renamed { a: 1, inner: Some(Box::new(Renamed { a: 2, inner: None })) };
    assert_eq!(Renamed::from_bytes(&value.to_bytes().unwrap()).unwrap(), value);
}

#[test]
fn one_use_brings_the_derive_and_its_methods() {
    use npz_core::Npz;
    #[derive(Npz)]
    struct State {
        step: u64,
    }
    assert_eq!(State::from_bytes(&State { step: 3 }.to_bytes().unwrap()).unwrap().step, 3);
}

#[test]
fn a_struct_may_be_local_to_a_function_or_a_constant() {
    use npz_core::Npz;
    const STEP: u64 = {
        #[derive(Npz)]
        struct InConst {
            step: u64,
        }
        InConst { step: 3 }.step
    };
    fn generic<T: npz_core::ToMembers>(value: T) -> usize {
        #[derive(Npz)]
        struct Local<T>(T);
        Local(value).to_bytes().unwrap().len()
    }
    assert!(generic(STEP) > 100);
}
