//! Structs of every kind as fields and as roots: nested, generic, borrowed, recursive, under other names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use ndarray::{Array, Array1, Array2, ArrayView1, Dimension, Ix1, Ix3, array};
use npz_core::extend::{Members, Name};
use npz_core::{Element, FromMembers, Npz, NpzReader, ToMembers};

/// Saves into memory and into an archive, compares the names of the members, and loads both.
#[track_caller]
fn comes_back<T: Npz + ToMembers + FromMembers + Debug + PartialEq>(value: &T, names: &[&str]) {
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root()).unwrap();
    assert_eq!(members.iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    assert_eq!(&members.load::<T>().unwrap(), value, "from memory");

    let bytes = value.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().names().collect::<Vec<_>>(), names);
    assert_eq!(&T::from_bytes(&bytes).unwrap(), value, "from an archive");
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Dense {
    w: Array2<f32>,
    b: Array1<f32>,
}

fn dense() -> Dense {
    Dense { w: array![[1.0, 2.0]], b: array![3.0] }
}

#[test]
fn fields_are_written_in_the_order_of_the_struct() {
    #[derive(Npz, Debug, PartialEq)]
    struct Model {
        z: u8,
        inner: Dense,
        a: Vec<Dense>,
        r#type: String,
    }
    let model = Model { z: 1, inner: dense(), a: vec![dense()], r#type: "mlp".to_owned() };
    comes_back(&model, &["z", "inner.w", "inner.b", "a.0.w", "a.0.b", "type"]);
}

#[test]
fn tuple_structs_are_numbered_and_unit_structs_are_nothing() {
    #[derive(Npz, Debug, PartialEq)]
    struct Unit;
    #[derive(Npz, Debug, PartialEq)]
    struct Empty();
    #[derive(Npz, Debug, PartialEq)]
    struct Pair(u8, Dense);
    #[derive(Npz, Debug, PartialEq)]
    struct Newtype(Array1<f32>);
    #[derive(Npz, Debug, PartialEq)]
    struct All {
        unit: Unit,
        empty: Empty,
        pair: Pair,
        newtype: Newtype,
        marker: PhantomData<String>,
    }
    comes_back(&Pair(1, dense()), &["0", "1.w", "1.b"]);
    let (pair, newtype) = (Pair(1, dense()), Newtype(array![1.0]));
    let all = All { unit: Unit, empty: Empty(), pair, newtype, marker: PhantomData };
    comes_back(&all, &["pair.0", "pair.1.w", "pair.1.b", "newtype.0"]);
    comes_back(&Unit, &[]);
}

#[test]
fn parameters_of_every_kind_work() {
    #[derive(Npz, Debug, PartialEq)]
    struct Generic<T, D: Dimension, M = Dense, const N: usize = 2>
    where
        T: Clone,
    {
        cells: Array<T, D>,
        fixed: [T; N],
        table: [[f32; N]; 3],
        model: M,
        marker: PhantomData<T>,
        optional: Option<T>,
    }
    let cells = Array::<u16, Ix3>::ones((1, 2, 3));
    let (table, marker) = ([[0.5; 4]; 3], PhantomData);
    let generic: Generic<u16, Ix3, Dense, 4> =
        Generic { cells, fixed: [1, 2, 3, 4], table, model: dense(), marker, optional: Some(7) };
    comes_back(&generic, &["cells", "fixed", "table", "model.w", "model.b", "optional"]);

    // The parameter may as well be text, or a struct.
    let cells = Array::<String, Ix1>::from(vec!["a".to_owned()]);
    let (fixed, table) = (["b".to_owned(), "cd".to_owned()], [[0.5; 2]; 3]);
    let generic: Generic<String, Ix1, (), 2> =
        Generic { cells, fixed, table, model: (), marker: PhantomData, optional: None };
    comes_back(&generic, &["cells", "fixed", "table"]);
}

#[test]
fn a_generic_function_needs_no_more_than_the_traits() {
    #[derive(Npz, Debug, PartialEq)]
    struct Checkpoint<M> {
        model: M,
        epoch: usize,
    }
    fn resume<M: ToMembers + FromMembers>(state: &Checkpoint<M>) -> Checkpoint<M> {
        Checkpoint::from_bytes(&state.to_bytes().unwrap()).unwrap()
    }
    fn cells<A: Element>(cells: Vec<A>) -> Checkpoint<Array1<A>> {
        resume(&Checkpoint { model: cells.into(), epoch: 3 })
    }
    assert_eq!(resume(&Checkpoint { model: dense(), epoch: 7 }), Checkpoint { model: dense(), epoch: 7 });
    assert_eq!(cells(vec![1u8, 2]).model, array![1, 2]);

    // By reference nothing is cloned, and the members are the same.
    let model = dense();
    let borrowed = Checkpoint { model: &model, epoch: 7 };
    let owned = Checkpoint { model: model.clone(), epoch: 7 };
    assert_eq!(borrowed.to_bytes().unwrap(), owned.to_bytes().unwrap());
}

#[test]
fn lifetimes_are_kept_apart() {
    #[derive(Npz)]
    struct Borrowed<'a, 'b, T: Clone> {
        cells: ArrayView1<'a, f32>,
        title: &'b str,
        both: &'a &'b [T],
        cow: Cow<'a, str>,
        other: Cow<'b, str>,
        forever: Cow<'static, str>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Cows<'a, 'b> {
        cow: Cow<'a, str>,
        other: Cow<'b, str>,
        forever: Cow<'static, str>,
    }
    let (cells, text, ints) = (array![1.0f32], "title".to_owned(), vec![1u8, 2]);
    let slice: &[u8] = &ints;
    let borrowed = Borrowed {
        cells: cells.view(),
        title: &text,
        both: &slice,
        cow: Cow::Borrowed(&text),
        other: Cow::Borrowed("b"),
        forever: Cow::Borrowed("c"),
    };
    let bytes = borrowed.to_bytes().unwrap();
    let names = ["cells", "title", "both", "cow", "other", "forever"];
    assert_eq!(NpzReader::new(&bytes).unwrap().names().collect::<Vec<_>>(), names);

    // `Cow` loads, and what is loaded does not borrow from the file.
    let text = "x".to_owned();
    let cows = Cows { cow: Cow::Borrowed(&text), other: "y".into(), forever: "z".into() };
    comes_back(&cows, &["cow", "other", "forever"]);
    let loaded = Cows::from_bytes(&cows.to_bytes().unwrap()).unwrap();
    drop(text);
    assert_eq!((&*loaded.cow, &*loaded.other, &*loaded.forever), ("x", "y", "z"));
}

#[test]
fn recursive_types_save_and_load() {
    #[derive(Npz, Debug, PartialEq)]
    struct List {
        value: u8,
        next: Option<Box<Self>>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Tree<T> {
        value: T,
        children: Vec<Tree<T>>,
        named: BTreeMap<String, Self>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Even(u8, Option<Box<Odd>>);
    #[derive(Npz, Debug, PartialEq)]
    struct Odd(u8, Option<Box<Even>>, Option<Box<(Even, Odd)>>);

    let list = List { value: 1, next: Some(Box::new(List { value: 2, next: None })) };
    comes_back(&list, &["value", "next.value"]);

    let leaf = |value| Tree { value, children: vec![], named: BTreeMap::new() };
    let root = Tree { value: 1u8, children: vec![leaf(2)], named: [("k".to_owned(), leaf(3))].into() };
    let names = [
        "value",
        "children.0.value",
        "children.0.children.len",
        "children.0.named",
        "named.k.value",
        "named.k.children.len",
        "named.k.named",
    ];
    comes_back(&root, &names);

    let odd = Odd(2, Some(Box::new(Even(3, None))), Some(Box::new((Even(4, None), Odd(5, None, None)))));
    comes_back(&Even(1, Some(Box::new(odd))), &["0", "1.0", "1.1.0", "1.2.0.0", "1.2.1.0"]);
}

/// Other names for what a field may be: the derive sees only these.
mod renamed {
    pub(super) use std::option::Option as Maybe;
    pub(super) use std::string::String as Text;
    pub(super) use std::vec::Vec as List;

    pub(super) type Weights = ndarray::Array2<f32>;
    pub(super) type Scalar = u8;
    pub(super) type Table = std::collections::BTreeMap<Text, Weights>;
    pub(super) type Pair<T> = (T, Maybe<T>);
    pub(super) type Nothing = std::marker::PhantomData<Text>;
    pub(super) type Shared<T> = std::sync::Arc<T>;
    pub(super) type Point = [f32; 3];
    pub(super) trait Family {
        type Member;
    }
    pub(super) struct Floats;
    impl Family for Floats {
        type Member = List<Point>;
    }
}

#[test]
fn aliases_and_reexports_are_what_they_stand_for() {
    use renamed::{Family, Floats, List, Maybe, Nothing, Pair, Point, Scalar, Shared, Table, Text, Weights};
    #[derive(Npz, Debug, PartialEq)]
    struct Renamed<F: Family> {
        weights: Weights,
        scalar: Scalar,
        table: Table,
        pair: Pair<Scalar>,
        nothing: Nothing,
        shared: Shared<List<Shared<Text>>>,
        points: List<Point>,
        maybe: Maybe<List<Weights>>,
        family: F::Member,
    }
    let weights = array![[1.0f32]];
    let renamed: Renamed<Floats> = Renamed {
        weights: weights.clone(),
        scalar: 1,
        table: [("k".to_owned(), weights.clone())].into(),
        pair: (1, None),
        nothing: PhantomData,
        shared: Shared::new(vec![Shared::new("a".to_owned())]),
        points: vec![[1.0; 3]],
        maybe: Some(vec![weights]),
        family: vec![[2.0; 3]; 2],
    };
    let bytes = renamed.to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    let names = ["weights", "scalar", "table.k", "pair.0", "shared", "points", "maybe.0", "family"];
    assert_eq!(npz.names().collect::<Vec<_>>(), names);
    assert_eq!(npz.header("family").unwrap().shape(), [2, 3]);
    let loaded = Renamed::<Floats>::from_bytes(&bytes).unwrap();
    assert_eq!(
        (loaded.weights, loaded.maybe, loaded.family),
        (renamed.weights, renamed.maybe, renamed.family)
    );
}

#[test]
fn a_type_that_only_looks_like_another_is_what_its_trait_says() {
    /// Not the standard library's: a list that is saved as one number.
    #[derive(Debug, PartialEq)]
    struct Vec<T>(u8, PhantomData<T>);
    impl<T> ToMembers for Vec<T> {
        fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> npz_core::Result<()> {
            self.0.to_members(members, name)
        }
    }
    impl<T> FromMembers for Vec<T> {
        fn plan<'s>(
            loader: &mut npz_core::extend::Loader<'s>,
            name: &Name,
        ) -> npz_core::extend::Plan<'s, Self>
        where
            Self: 's,
        {
            u8::plan(loader, name).map(|number| Self(number, PhantomData))
        }
        fn is_present(loader: &npz_core::extend::Loader<'_>, name: &Name) -> bool {
            u8::is_present(loader, name)
        }
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Impostor {
        list: Vec<String>,
        option: Option<Vec<f32>>,
    }
    let impostor = Impostor { list: Vec(1, PhantomData), option: Some(Vec(2, PhantomData)) };
    comes_back(&impostor, &["list", "option"]);
}

#[test]
fn maps_stand_at_the_root() {
    let arrays = BTreeMap::from([("a".to_owned(), array![1.0f64]), ("b.c/d".to_owned(), array![])]);
    comes_back(&arrays, &["a", "b.c/d"]);
    let models = BTreeMap::from([("enc".to_owned(), dense()), ("dec".to_owned(), dense())]);
    comes_back(&models, &["dec.w", "dec.b", "enc.w", "enc.b"]);
    comes_back(&std::collections::HashMap::<String, f32>::new(), &[]);
}
