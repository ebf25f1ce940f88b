//! The attributes of the struct.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use ndarray::{Array1, array};
use npz_core::{Npz, ProblemKind};

use crate::derive_attributes::{INNER, Inner, archive, comes_back, degrees, problems};

#[test]
fn rename_all_changes_the_case_of_all_names() {
    macro_rules! case {
        ($case:literal, $first:literal, $second:literal) => {{
            #[derive(Npz, Debug, PartialEq)]
            #[npz(rename_all = $case)]
            struct Cased {
                loss_history: f64,
                r#type: Inner,
            }
            comes_back(
                &Cased { loss_history: 1.0, r#type: INNER },
                // The fields of a nested struct are its own business.
                &[$first, concat!($second, ".a"), concat!($second, ".b")],
            );
        }};
    }
    case!("lowercase", "loss_history", "type");
    case!("UPPERCASE", "LOSS_HISTORY", "TYPE");
    case!("PascalCase", "LossHistory", "Type");
    case!("camelCase", "lossHistory", "type");
    case!("snake_case", "loss_history", "type");
    case!("SCREAMING_SNAKE_CASE", "LOSS_HISTORY", "TYPE");
    case!("kebab-case", "loss-history", "type");
    case!("SCREAMING-KEBAB-CASE", "LOSS-HISTORY", "TYPE");
}

#[test]
fn default_on_the_struct_gives_what_is_absent() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(default)]
    struct ByTrait {
        a: f64,
        #[npz(default)]
        b: f64,
        #[npz(skip)]
        c: f64,
        inner: Inner,
    }
    impl Default for ByTrait {
        fn default() -> Self {
            Self { a: 10.0, b: 20.0, c: 30.0, inner: INNER }
        }
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(default = "Self::new")]
    struct ByPath<T: From<u8>> {
        a: T,
        b: f64,
    }
    impl<T: From<u8>> ByPath<T> {
        fn new() -> Self {
            Self { a: 11.into(), b: 12.0 }
        }
    }
    assert_eq!(ByTrait::from_bytes(&archive(&[])).unwrap(), ByTrait { b: 0.0, ..ByTrait::default() });
    let a = ByTrait { a: 5.0, b: 0.0, ..ByTrait::default() };
    assert_eq!(ByTrait::from_bytes(&archive(&[("a", 5.0)])).unwrap(), a);
    assert_eq!(ByPath::<f64>::from_bytes(&archive(&[("b", 1.0)])).unwrap(), ByPath { a: 11.0, b: 1.0 });
    comes_back(&ByPath { a: 1.5, b: 2.5 }, &["a", "b"]);
}

#[test]
fn separator_holds_below_the_struct_until_another_sets_its_own() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(separator = "::")]
    struct Other {
        inner: Inner,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(separator = "/")]
    struct Slashed {
        inner: Inner,
        layers: Vec<Vec<Inner>>,
        map: BTreeMap<String, Inner>,
        pair: (f64, Other),
        empty: Vec<Inner>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Dotted {
        slashed: Slashed,
        inner: Inner,
    }
    let other = Other { inner: INNER };
    let map = BTreeMap::from([("k.l".to_owned(), INNER)]);
    let slashed = Slashed { inner: INNER, layers: vec![vec![INNER]], map, pair: (1.0, other), empty: vec![] };
    let below = ["inner/a", "inner/b", "layers/0/0/a", "layers/0/0/b", "map/k.l/a", "map/k.l/b", "pair/0"];
    let below = [&below[..], &["pair/1::inner::a", "pair/1::inner::b", "empty/len"]].concat();
    comes_back(&slashed, &below);
    let names: Vec<_> = below.iter().map(|name| format!("slashed/{name}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).chain(["inner.a", "inner.b"]).collect();
    comes_back(&Dotted { slashed, inner: INNER }, &names);
}

#[test]
fn allow_unknown_holds_for_the_members_below_the_struct() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(allow_unknown)]
    struct Open {
        a: f64,
        inner: Inner,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Closed {
        open: Open,
        opener: f64,
    }
    let loaded = Open::from_bytes(&archive(&[
        ("a", 1.0),
        ("inner.a", 1.0),
        ("inner.b", 2.0),
        ("z", 0.0),
        ("inner.z", 0.0),
    ]));
    assert_eq!(loaded.unwrap(), Open { a: 1.0, inner: INNER });
    let below = [("open.a", 1.0), ("open.inner.a", 1.0), ("open.inner.b", 2.0), ("opener", 4.0)];
    let closed = Closed { open: Open { a: 1.0, inner: INNER }, opener: 4.0 };
    assert_eq!(Closed::from_bytes(&archive(&[&below[..], &[("open.z", 0.0)]].concat())).unwrap(), closed);
    let elsewhere = archive(&[&below[..], &[("z", 0.0), ("openz", 0.0)]].concat());
    let unexpected = |name: &str| (name.to_owned(), ProblemKind::Unexpected);
    assert_eq!(problems::<Closed>(&elsewhere), [unexpected("z"), unexpected("openz")]);
}

/// Saved as its length. Its parameter has no members, so a bound on it would be in the way.
#[derive(Debug, PartialEq)]
struct Count<T>(f64, PhantomData<T>);

mod count {
    use super::{Count, PhantomData};
    pub(super) fn to_npz<T>(count: &Count<T>) -> f64 {
        count.0
    }
    #[expect(clippy::unnecessary_wraps, reason = "the derive asks for a `Result`")]
    pub(super) fn from_npz<T>(count: f64) -> Result<Count<T>, std::convert::Infallible> {
        Ok(Count(count, PhantomData))
    }
}

#[test]
fn bound_replaces_the_derived_bounds() {
    #[derive(Debug, PartialEq)]
    struct NotACell;
    #[derive(Npz, Debug, PartialEq)]
    #[npz(bound = "")]
    struct Unbounded<T> {
        #[npz(with = "count")]
        count: Count<T>,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(bound = "T: npz_core::Element")]
    struct Cells<T> {
        cells: Array1<T>,
    }
    comes_back(&Unbounded::<NotACell> { count: Count(3.0, PhantomData) }, &["count"]);
    comes_back(&Cells { cells: array![1u8] }, &["cells"]);
}

#[test]
fn crate_says_where_the_library_is() {
    mod reexports {
        pub(super) mod deep {
            pub(crate) use ::npz_core as npz;
        }
    }
    #[derive(reexports::deep::npz::Npz, Debug, PartialEq)]
    #[npz(crate = "reexports::deep::npz")]
    struct Elsewhere {
        #[npz(with = "degrees", cast = "safe", alias = "x")]
        angle: f64,
        #[npz(flatten)]
        inner: Option<Inner>,
    }
    comes_back(&Elsewhere { angle: 0.0, inner: Some(INNER) }, &["angle", "a", "b"]);
}
