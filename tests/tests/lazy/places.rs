//! `Lazy` inside and around other types: the same members as without it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use ndarray::{Array1, Array2, ArrayD, array};

use npz_core::extend::{Members, Name};
use npz_core::{ErrorKind, Lazy, LoadOptions, Npz, NpzReader, ToMembers, npy};

use crate::{Arrays, Layer, layers, raw_members};

/// One field of any type, under the name `f`.
#[derive(Npz, Debug)]
struct Field<T> {
    f: T,
}

/// Saves a value, loads it lazily, saves that untouched, and compares names, bytes and values.
fn behaves_as_without<T>(value: T)
where
    T: npz_core::FromMembers + ToMembers + PartialEq + Debug,
{
    let eager = Field { f: value }.to_bytes().unwrap();
    let lazy = Field::<Lazy<T>>::from_bytes(&eager).unwrap();
    assert!(lazy.to_bytes().unwrap() == eager, "{lazy:?}");
    assert!(!lazy.f.is_loaded());
    assert_eq!(Field::<T>::from_bytes(&eager).unwrap().f, *lazy.f.get().unwrap());
    assert!(lazy.to_bytes().unwrap() == eager, "{lazy:?}");
}

#[derive(Npz, Debug, PartialEq)]
enum Optimizer {
    Sgd { momentum: f32 },
    Adam { m: Vec<Array2<f32>>, t: u64 },
    Off,
}

#[derive(Npz, Debug, PartialEq)]
#[npz(separator = "/")]
struct Slashed {
    a: f64,
    inner: Layer,
}

#[derive(Npz, Debug, PartialEq)]
struct Tree {
    value: Array1<u8>,
    children: Vec<Tree>,
}

#[derive(Npz, Debug, PartialEq)]
struct Defaults {
    #[npz(default = "one")]
    rate: Option<f64>,
    #[npz(default)]
    rest: BTreeMap<String, f64>,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of a field that is an `Option`")]
fn one() -> Option<f64> {
    Some(1.0)
}

#[test]
fn every_kind_of_type_may_be_lazy() {
    behaves_as_without(7u64);
    behaves_as_without("text".to_owned());
    behaves_as_without(array![[1.0f32, 2.0]]);
    behaves_as_without(vec![[1u8, 2], [3, 4]]);
    behaves_as_without(layers());
    behaves_as_without(Vec::<Layer>::new());
    behaves_as_without((1u8, vec![2.5]));
    behaves_as_without(u128::MAX);
    behaves_as_without(Optimizer::Sgd { momentum: 0.5 });
    behaves_as_without(Optimizer::Adam { m: vec![array![[1.0]]], t: 3 });
    behaves_as_without(Optimizer::Off);
    behaves_as_without(vec![Some(1.5), None, None]);
    behaves_as_without(Slashed { a: 0.5, inner: layers().remove(1) });
    behaves_as_without(vec![Slashed { a: 0.5, inner: layers().remove(1) }]);
    behaves_as_without(BTreeMap::from([("k/1".to_owned(), 1.0), ("k.2".to_owned(), 2.0)]));
    behaves_as_without(BTreeMap::from([(3, layers())]));
    behaves_as_without(Tree { value: array![1], children: vec![Tree { value: array![], children: vec![] }] });
    behaves_as_without(Defaults { rate: None, rest: BTreeMap::new() });
    behaves_as_without(Defaults { rate: Some(2.0), rest: [("x".to_owned(), 1.0)].into() });
    behaves_as_without(None::<f64>);
    behaves_as_without(Some(layers()));
    behaves_as_without(Some(BTreeMap::<String, f64>::new()));
}

#[test]
fn an_option_around_knows_without_reading() {
    let none = Field::<Option<Lazy<f64>>>::from_bytes(&Field { f: None::<f64> }.to_bytes().unwrap()).unwrap();
    assert!(none.f.is_none());
    for map in [BTreeMap::new(), BTreeMap::from([("x".to_owned(), 1.5)])] {
        let bytes = Field { f: Some(map.clone()) }.to_bytes().unwrap();
        let lazy = Field::<Option<Lazy<BTreeMap<String, f64>>>>::from_bytes(&bytes).unwrap();
        assert!(lazy.to_bytes().unwrap() == bytes);
        assert_eq!(lazy.f.unwrap().get().unwrap(), &map);
    }
    let twice = Field { f: Some(Lazy::new(None::<f64>)) };
    assert_eq!(twice.to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn each_element_of_a_list_is_lazy_for_itself() {
    let bytes = Field { f: layers() }.to_bytes().unwrap();
    let lazy = Field::<Vec<Lazy<Layer>>>::from_bytes(&bytes).unwrap();
    assert_eq!(lazy.f[1].get().unwrap(), &layers()[1]);
    assert!(!lazy.f[0].is_loaded());
    assert!(lazy.to_bytes().unwrap() == bytes);
    // Cells that are one array without it are a member each.
    let cells = Field { f: vec![Lazy::new(1.0), Lazy::new(2.0)] }.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&cells).unwrap().names().collect::<Vec<_>>(), ["f.0", "f.1"]);
    assert_eq!(Field::<Vec<Lazy<f64>>>::from_bytes(&cells).unwrap().f[1].get().unwrap(), &2.0);
    let error = Field::<Vec<Lazy<f64>>>::from_bytes(&Field { f: vec![1.0] }.to_bytes().unwrap()).unwrap_err();
    assert!(error.to_string().contains("save one for each"), "{error}");
    let separated = Field { f: vec![Slashed { a: 0.5, inner: layers().remove(0) }] }.to_bytes().unwrap();
    let lazy = Field::<Vec<Lazy<Slashed>>>::from_bytes(&separated).unwrap();
    assert!(lazy.to_bytes().unwrap() == separated);
    assert_eq!(lazy.f[0].get().unwrap().a, 0.5);
}

#[test]
fn lazy_in_lazy_reads_only_what_is_asked_for() {
    #[derive(Npz, Debug)]
    struct Inner {
        small: f64,
        large: Lazy<Vec<f64>>,
    }
    let value = Field { f: Lazy::new(Inner { small: 0.5, large: vec![1.0; 1000].into() }) };
    let bytes = value.to_bytes().unwrap();
    let lazy = Field::<Lazy<Inner>>::from_bytes(&bytes).unwrap();
    assert!(lazy.to_bytes().unwrap() == bytes);
    let inner = lazy.f.get().unwrap();
    assert_eq!((inner.small, inner.large.is_loaded()), (0.5, false));
    assert!(lazy.to_bytes().unwrap() == bytes);
    assert!(!inner.large.is_loaded());
    assert_eq!(inner.large.get().unwrap().len(), 1000);
    let twice = Field::<Lazy<Lazy<f64>>>::from_bytes(&Field { f: 2.5 }.to_bytes().unwrap()).unwrap();
    assert_eq!(twice.f.get().unwrap().get().unwrap(), &2.5);
}

#[test]
fn a_map_at_the_root_opens_any_archive_of_arrays() {
    let bytes = BTreeMap::from([
        ("a".to_owned(), ArrayD::from_elem(vec![2, 2], 1.0)),
        ("b.c".to_owned(), ArrayD::from_elem(vec![], 2.0)),
    ])
    .to_bytes()
    .unwrap();
    let mut arrays = HashMap::<String, Lazy<ArrayD<f64>>>::from_bytes(&bytes).unwrap();
    assert!(arrays.to_bytes().unwrap() == bytes);
    assert_eq!(arrays["b.c"].get().unwrap()[[]], 2.0);
    assert!(!arrays["a"].is_loaded());
    arrays.remove("b.c");
    let a = arrays.remove("a").unwrap();
    arrays.insert("z".to_owned(), a);
    let renamed = raw_members(&arrays.to_bytes().unwrap());
    assert_eq!(renamed["z.npy"], raw_members(&bytes)["a.npy"]);
    assert_eq!(renamed.len(), 1);
}

#[test]
fn flattened_values_keep_their_names() {
    #[derive(Npz)]
    struct Flat {
        step: u64,
        #[npz(flatten)]
        layer: Lazy<Layer>,
    }
    #[derive(Npz)]
    struct Rest {
        step: u64,
        #[npz(flatten)]
        rest: Lazy<BTreeMap<String, ArrayD<f64>>>,
    }
    let layer = layers().remove(1);
    let bytes = Flat { step: 7, layer: layer.clone().into() }.to_bytes().unwrap();
    assert!(raw_members(&bytes).contains_key("weights.npy"));
    let flat = Flat::from_bytes(&bytes).unwrap();
    assert!(flat.to_bytes().unwrap() == bytes && !flat.layer.is_loaded());
    // From the root below a field and back.
    let nested = Field { f: flat.layer.clone() }.to_bytes().unwrap();
    assert_eq!(raw_members(&nested)["f.weights.npy"], raw_members(&bytes)["weights.npy"]);
    let back = Field::<Lazy<Layer>>::from_bytes(&nested).unwrap();
    let again = Flat { step: 7, layer: back.f };
    assert!(again.to_bytes().unwrap() == bytes && !again.layer.is_loaded());
    assert_eq!(again.layer.get().unwrap(), &layer);

    let map = BTreeMap::from([("x".to_owned(), ArrayD::zeros(vec![2]))]);
    let bytes = Rest { step: 7, rest: map.clone().into() }.to_bytes().unwrap();
    let rest = Rest::from_bytes(&bytes).unwrap();
    // `step` is taken: the map that is planned again must not see it.
    assert_eq!(rest.rest.get().unwrap(), &map);
    let clash = Rest { step: 1, rest: BTreeMap::from([("step".to_owned(), ArrayD::zeros(vec![]))]).into() };
    assert_eq!(clash.to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn members_that_a_load_ignores_do_not_change_the_value() {
    type Map = Option<BTreeMap<u32, f64>>;
    let bytes = BTreeMap::from([
        ("f.1".to_owned(), 0.5),
        ("f.x".to_owned(), 1.5), // not the key of a map with integer keys
        ("f.name".to_owned(), 2.5),
    ])
    .to_bytes()
    .unwrap();
    let options = LoadOptions::new().allow_unknown(true);
    let npz = options.reader(&bytes[..]).unwrap();
    let eager: Field<Map> = npz.load().unwrap();
    let lazy: Field<Lazy<Map>> = npz.load().unwrap();
    assert_eq!(lazy.f.get().unwrap(), &eager.f);
    assert_eq!(raw_members(&Field::<Lazy<Map>> { ..npz.load().unwrap() }.to_bytes().unwrap()).len(), 1);
    // What has no key of this map is nothing of it.
    let other = BTreeMap::from([("f.x".to_owned(), 1.5)]).to_bytes().unwrap();
    let npz = options.reader(&other[..]).unwrap();
    let lazy: Field<Lazy<Map>> = npz.load().unwrap();
    assert_eq!(lazy.f.get().unwrap(), &npz.load::<Field<Map>>().unwrap().f);
    assert_eq!(lazy.f.get().unwrap(), &None);
}

#[test]
fn an_alias_is_found_again_and_a_default_too() {
    #[derive(Npz)]
    struct New {
        #[npz(alias = "f")]
        layer: Lazy<Layer>,
        #[npz(default)]
        extra: Lazy<Vec<f64>>,
        #[npz(default, cast = "same_kind")]
        more: Option<Lazy<Arc1>>,
    }
    type Arc1 = ndarray::ArcArray1<f32>;
    let new = New::from_bytes(&Field { f: layers().remove(1) }.to_bytes().unwrap()).unwrap();
    assert!(new.extra.is_loaded() && new.extra.get().unwrap().is_empty() && new.more.is_none());
    let bytes = new.to_bytes().unwrap();
    assert!(!new.layer.is_loaded() && raw_members(&bytes).contains_key("layer.weights.npy"));
    assert_eq!(New::from_bytes(&bytes).unwrap().layer.get().unwrap(), &layers()[1]);
}

#[test]
fn validate_and_conversions_run_when_the_value_is_wanted() {
    #[derive(Npz, Debug)]
    #[npz(validate = "few")]
    struct Few {
        items: Vec<u8>,
    }
    fn few(value: &Few) -> Result<(), String> {
        if value.items.len() < 3 { Ok(()) } else { Err("too many".to_owned()) }
    }
    let many = BTreeMap::from([("f.items".to_owned(), vec![1u8, 2, 3])]).to_bytes().unwrap();
    let error = Field::<Lazy<Few>>::from_bytes(&many).unwrap().f.into_inner().unwrap_err();
    assert!(error.to_string().contains("member \"f\": `validate` refuses the value: too many"), "{error}");
}

#[test]
fn an_array_without_a_name_is_one_as_without_lazy() {
    let lazy = Field::<Lazy<f64>>::from_bytes(&Field { f: 1.5 }.to_bytes().unwrap()).unwrap();
    assert_eq!(npy::to_bytes(&lazy.f).unwrap(), npy::to_bytes(&1.5).unwrap());
    assert_eq!(Arrays::default().to_bytes().map(|bytes| bytes.len()).unwrap(), 22);
}

#[test]
fn what_could_not_be_loaded_again_is_not_saved() {
    // Two lists of elements without members, each just small enough.
    #[derive(Npz)]
    struct Two {
        a: Lazy<Vec<Option<f64>>>,
        b: Lazy<Vec<Option<f64>>>,
    }
    let list = || {
        let bytes = Field { f: vec![None::<f64>; 40_000] }.to_bytes().unwrap();
        Field::<Lazy<Vec<Option<f64>>>>::from_bytes(&bytes).unwrap().f
    };
    let error = Two { a: list(), b: list() }.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("b")));

    // A place so deep that the parts would be too deep.
    let bytes = Field { f: layers().remove(0) }.to_bytes().unwrap();
    let layer = Field::<Lazy<Layer>>::from_bytes(&bytes).unwrap().f;
    let place = |depth| (0..depth).fold(Name::root(), |name, _| name.join("x"));
    layer.to_members(&mut Members::new(), &place(127)).unwrap();
    assert!(!layer.is_loaded());
    let error = layer.to_members(&mut Members::new(), &place(128)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}
