//! Every attribute on the medium in memory: what `Members::load` gives is what a file gives.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use ndarray::{Array2, array};
use npz_core::extend::{Members, Name};
use npz_core::{ErrorKind, FromMembers, Npz, OldMembers, ToMembers};

fn in_memory<T: FromMembers>(value: &(impl Npz + ToMembers)) -> npz_core::Result<T> {
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root())?;
    members.load()
}

/// Loads what `value` saves from both media, which have to agree.
fn both<T: FromMembers + Npz + Debug + PartialEq>(value: &(impl Npz + ToMembers)) -> T {
    let (memory, file) = (in_memory::<T>(value).unwrap(), T::from_bytes(&value.to_bytes().unwrap()).unwrap());
    assert_eq!(memory, file);
    memory
}

fn refused<T: FromMembers + Npz + Debug>(value: &(impl Npz + ToMembers)) -> ErrorKind {
    let memory = in_memory::<T>(value).unwrap_err();
    let file = value.to_bytes().and_then(|bytes| T::from_bytes(&bytes)).unwrap_err();
    assert_eq!((memory.kind(), memory.to_string()), (file.kind(), file.to_string()));
    memory.kind()
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps, reason = "the signature of `with`")]
mod degrees {
    pub(crate) fn to_npz(radians: &f64) -> f64 {
        radians.to_degrees()
    }
    pub(crate) fn from_npz(degrees: f64) -> Result<f64, String> {
        Ok(degrees.to_radians())
    }
}

fn seven() -> u64 {
    7
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(rename_all = "camelCase", separator = "/", allow_unknown)]
struct Fields {
    #[npz(rename = "W", shape = "(_, 2)", finite, order = "F", compression = 9, cast = "same_kind")]
    the_weights: Array2<f32>,
    #[npz(alias = "oldRate", default)]
    new_rate: f64,
    #[npz(skip, default = "seven")]
    skipped: u64,
    #[npz(skip_save)]
    unsaved: u64,
    #[npz(skip_load)]
    unloaded: u64,
    #[npz(skip_if = "Vec::is_empty")]
    maybe: Vec<f64>,
    #[npz(with = "degrees")]
    angle: f64,
    #[npz(json)]
    config: BTreeMap<String, Vec<u8>>,
    #[npz(store_as = "f2")]
    halves: Vec<f32>,
    #[npz(string = "utf8")]
    names: Vec<String>,
    kind: Kind,
    #[npz(flatten)]
    inner: Inner,
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(transparent, validate = "positive")]
struct Meters(f64);

fn positive(meters: &Meters) -> Result<(), String> {
    if meters.0 > 0.0 { Ok(()) } else { Err(format!("expected a length, found {}", meters.0)) }
}

#[derive(Npz, Debug, PartialEq, Clone, Default)]
#[npz(default, bound = "")]
struct Inner {
    length: Option<f32>,
    count: u8,
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(tag = "which", rename_all = "snake_case", rename_all_fields = "UPPERCASE")]
enum Kind {
    #[npz(alias = "old_name", rename_all = "kebab-case")]
    NewName { some_length: Meters },
    #[npz(rename = "other")]
    Second { x: u8 },
}

fn fields(kind: Kind) -> Fields {
    Fields {
        the_weights: array![[1.0, 2.0], [3.0, 4.0]],
        new_rate: 0.5,
        skipped: 1,
        unsaved: 2,
        unloaded: 3,
        maybe: vec![],
        angle: 1.5,
        config: [("a".to_owned(), vec![1])].into(),
        halves: vec![0.1, 2.0],
        names: vec!["größe".to_owned()],
        kind,
        inner: Inner { length: None, count: 3 },
    }
}

#[test]
fn every_attribute_of_a_field_and_a_variant_holds_in_memory_as_in_a_file() {
    for kind in [Kind::NewName { some_length: Meters(2.0) }, Kind::Second { x: 1 }] {
        let value = fields(kind);
        let loaded: Fields = both(&value);
        assert!((loaded.angle - value.angle).abs() < 1e-12);
        assert_eq!(loaded.halves, [0.099_975_586, 2.0], "the float16 next to 0.1");
        let expected = Fields {
            skipped: 7,
            unsaved: 0,
            unloaded: 0,
            angle: loaded.angle,
            halves: loaded.halves.clone(),
            ..value
        };
        assert_eq!(loaded, expected);
    }
    // What refuses a value says the same in both.
    let good = || fields(Kind::Second { x: 1 });
    let nan = Fields { the_weights: array![[f32::NAN, 0.0]], ..good() };
    assert_eq!(refused::<Fields>(&nan), ErrorKind::Invalid);
    assert_eq!(
        refused::<Fields>(&Fields { the_weights: Array2::zeros((1, 3)), ..good() }),
        ErrorKind::Invalid
    );
    assert_eq!(refused::<Fields>(&Fields { halves: vec![1e9], ..good() }), ErrorKind::Invalid);
    assert_eq!(refused::<Fields>(&fields(Kind::NewName { some_length: Meters(-1.0) })), ErrorKind::Invalid);
}

#[test]
fn aliases_defaults_casts_and_versions_hold_in_memory_as_in_a_file() {
    #[derive(Npz)]
    struct Old {
        #[npz(rename = "oldRate")]
        rate: f64,
        #[npz(rename = "W")]
        weights: Array2<f64>,
        w: f64,
        extra: u8,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 2, migrate = "from_older", allow_unknown, rename_all = "camelCase")]
    struct Today {
        #[npz(alias = "oldRate")]
        new_rate: f64,
        #[npz(rename = "W", cast = "same_kind")]
        weights: Array2<f32>,
        bias: f64,
        #[npz(default = "seven")]
        steps: u64,
    }
    fn from_older(old: &mut OldMembers<'_>, version: u32) -> npz_core::Result<()> {
        assert_eq!(version, 0);
        old.rename("w", "bias")
    }
    let old = Old { rate: 0.5, weights: array![[0.1]], w: 2.0, extra: 1 };
    let new: Today = both(&old);
    assert_eq!(new, Today { new_rate: 0.5, weights: array![[0.1]], bias: 2.0, steps: 7 });
    let again: Today = both(&new);
    assert_eq!(again, new);
    assert_eq!(refused::<Fields>(&old), ErrorKind::Mismatch);
}
