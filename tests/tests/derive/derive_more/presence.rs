//! Whether a flattened value is there: its members stand among those of others, so it is asked what it would look for.

use std::collections::BTreeMap;

use ndarray::{Array1, array};
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{ErrorKind, FromMembers, Npz, Result, ToMembers};

use super::{archive, comes_back};

#[derive(Npz, Debug, PartialEq)]
struct Part {
    #[npz(default, alias = "old")]
    weights: Array1<f64>,
    #[npz(default)]
    inner: Option<Inner>,
    #[npz(skip_load)]
    saved_by: u8,
    #[npz(default)]
    optimizer: BTreeMap<String, u8>,
}

#[derive(Npz, Debug, PartialEq, Default)]
struct Inner {
    a: f64,
}

#[derive(Npz, Debug, PartialEq)]
struct Whole {
    step: u64,
    #[npz(flatten)]
    part: Option<Part>,
}

fn whole(part: Option<Part>) -> Whole {
    Whole { step: 1, part }
}

fn empty() -> Part {
    Part { weights: array![], inner: None, saved_by: 0, optimizer: BTreeMap::new() }
}

#[test]
fn any_member_that_a_flattened_struct_looks_for_says_that_it_is_there() {
    let load = |name: &str, value: f64| {
        let bytes = archive(|npz| {
            npz.add("step", &1u64).unwrap();
            npz.add(name, &array![value]).unwrap();
        });
        Whole::from_bytes(&bytes)
    };
    let nothing = archive(|npz| npz.add("step", &1u64).unwrap());
    assert_eq!(Whole::from_bytes(&nothing).unwrap(), whole(None));

    let one = Part { weights: array![2.0], ..empty() };
    assert_eq!(load("weights", 2.0).unwrap(), whole(Some(one)));
    let by_alias = Part { weights: array![2.0], ..empty() };
    assert_eq!(load("old", 2.0).unwrap(), whole(Some(by_alias)));
    // Passed over, but there.
    assert_eq!(load("saved_by", 2.0).unwrap(), whole(Some(empty())));
    // A field's own mistake is found, rather than that the member is nobody's.
    let error = load("inner.a", 2.0).unwrap_err();
    assert!(error.to_string().contains("\"inner.a\"") && error.to_string().contains("shape ()"), "{error}");
    // What it does not know is nobody's.
    for stranger in ["weights.x", "other"] {
        let error = load(stranger, 2.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains(stranger) && !error.to_string().contains("missing"), "{error}");
    }
}

#[test]
fn a_mark_alone_says_that_it_is_there() {
    // Each field is saved as its absence would not be loaded: `inner` and `optimizer` by marks.
    comes_back(&whole(Some(empty())), &["step", "weights", "inner.(none)", "saved_by", "optimizer"]);
    let bytes = archive(|npz| {
        npz.add("step", &1u64).unwrap();
        npz.add("inner.(none)", &true).unwrap();
    });
    assert_eq!(Whole::from_bytes(&bytes).unwrap(), whole(Some(empty())));
}

#[test]
fn of_an_enum_the_tag_decides() {
    #[derive(Npz, Debug, PartialEq)]
    enum Optimizer {
        Sgd { momentum: f64 },
        Adam { m: f64, v: f64 },
    }
    #[derive(Npz, Debug, PartialEq)]
    struct State {
        step: u64,
        #[npz(flatten)]
        optimizer: Option<Optimizer>,
    }
    comes_back(&State { step: 1, optimizer: None }, &["step"]);
    let adam = Some(Optimizer::Adam { m: 1.0, v: 2.0 });
    comes_back(&State { step: 1, optimizer: adam }, &["step", "tag", "m", "v"]);
    let bytes = archive(|npz| {
        npz.add("step", &1u64).unwrap();
        npz.add("momentum", &0.5).unwrap();
    });
    let error = State::from_bytes(&bytes).unwrap_err().to_string();
    assert!(error.contains("momentum") && !error.contains("missing"), "{error}");
}

#[test]
fn a_hand_written_type_need_not_say_when_it_is_there() {
    #[derive(Debug, PartialEq)]
    struct Two(f64, f64);
    impl ToMembers for Two {
        fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
            self.0.to_members(members, &name.join("first"))?;
            self.1.to_members(members, &name.join("second"))
        }
    }
    impl FromMembers for Two {
        fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
        where
            Self: 's,
        {
            let (first, second) =
                (f64::plan(loader, &name.join("first")), f64::plan(loader, &name.join("second")));
            Plan::new(move || Ok(Two(first.finish()?, second.finish()?)))
        }
    }
    #[derive(Npz, Debug, PartialEq)]
    struct State {
        nested: Option<Two>,
        #[npz(flatten)]
        flat: Option<Two>,
    }
    comes_back(&State { nested: None, flat: None }, &[]);
    comes_back(&State { nested: Some(Two(1.0, 2.0)), flat: None }, &["nested.first", "nested.second"]);
    comes_back(&State { nested: None, flat: Some(Two(1.0, 2.0)) }, &["first", "second"]);
}
