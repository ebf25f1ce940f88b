//! Values that lie within each other: deep ones are refused when saving and loading, and never overflow the stack.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Cursor;

use npz_core::{ErrorKind, FromMembers, Npz, NpzWriter, ToMembers};

#[derive(Npz, Debug, PartialEq, Default)]
struct List {
    next: Option<Box<Self>>,
    #[npz(default)]
    value: u8,
}

#[derive(Npz, Debug, PartialEq, Default)]
struct Tree {
    children: Vec<Self>,
    #[npz(default)]
    value: u8,
}

#[derive(Npz, Debug, PartialEq, Default)]
struct Named {
    children: BTreeMap<String, Self>,
    #[npz(default)]
    value: u8,
}

#[derive(Npz, Debug, PartialEq, Default)]
struct Pair {
    #[npz(default, alias = "b")]
    pair: Option<Box<(Self, u8)>>,
    #[npz(default)]
    value: u8,
}

/// An archive of one member.
fn archive(name: &str) -> Vec<u8> {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add(name, &1u8).unwrap();
    writer.finish().unwrap();
    memory.into_inner()
}

#[track_caller]
fn comes_back<T: Npz + ToMembers + FromMembers + Debug + PartialEq>(value: &T) {
    assert!(T::from_bytes(&value.to_bytes().unwrap()).unwrap() == *value);
}

/// The error says how deep is too deep; its kind is that of a limit.
#[track_caller]
fn too_deep_to_save<T: Npz + ToMembers>(value: T) {
    // Left where it is: dropping goes down as deep as the value does, which is not ours to bound.
    let error = Box::leak(Box::new(value)).to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(error.to_string().contains("deeper than 128 levels"), "{error}");
}

/// The report says so among what else does not fit.
#[track_caller]
fn too_deep_to_load<T: Npz + ToMembers + FromMembers>(part: &str, last: &str) {
    for levels in [129, 1_000, 65_000 / part.len()] {
        let name = part.repeat(levels) + last;
        let error = T::from_bytes(&archive(&name)).err().expect("the name is too deep");
        assert!(matches!(error.kind(), ErrorKind::Mismatch | ErrorKind::Limit), "{levels} levels");
        let mut problems = error.report().unwrap().problems().iter();
        assert!(problems.any(|problem| problem.found.contains("deeper than 128 levels")), "{levels} levels");
    }
}

fn list(levels: usize) -> List {
    (0..levels).fold(List::default(), |next, _| List { next: Some(Box::new(next)), value: 1 })
}

#[test]
fn a_hundred_levels_are_fine() {
    comes_back(&list(100));
    comes_back(&(0..50).fold(Tree::default(), |child, _| Tree { children: vec![child], value: 1 }));
    let named = |child, _| Named { children: [("k".to_owned(), child)].into(), value: 1 };
    comes_back(&(0..50).fold(Named::default(), named));
    comes_back(&(0..50).fold(Pair::default(), |pair, _| Pair { pair: Some(Box::new((pair, 2))), value: 1 }));
}

#[test]
fn deeper_values_are_refused_when_saving() {
    for levels in [200, 20_000] {
        too_deep_to_save(list(levels));
        too_deep_to_save(
            (0..levels).fold(Tree::default(), |child, _| Tree { children: vec![child], value: 1 }),
        );
        let named = |child, _| Named { children: [("k".to_owned(), child)].into(), value: 1 };
        too_deep_to_save((0..levels).fold(Named::default(), named));
        let pair = |pair, _| Pair { pair: Some(Box::new((pair, 2))), value: 1 };
        too_deep_to_save((0..levels).fold(Pair::default(), pair));
    }
}

#[test]
fn a_name_that_goes_on_and_on_is_refused_when_loading_a_chain() {
    too_deep_to_load::<List>("next.", "value");
    too_deep_to_load::<List>("next.", "other");
}

#[test]
fn a_name_that_goes_on_and_on_is_refused_when_loading_lists() {
    too_deep_to_load::<Tree>("children.0.", "value");
    too_deep_to_load::<Tree>("children.0.", "children.len");
}

#[test]
fn a_name_that_goes_on_and_on_is_refused_when_loading_maps() {
    too_deep_to_load::<Named>("children.k.", "value");
}

#[test]
fn a_name_that_goes_on_and_on_is_refused_when_loading_tuples() {
    too_deep_to_load::<Pair>("pair.0.", "value");
    too_deep_to_load::<Pair>("b.0.", "value");
}
