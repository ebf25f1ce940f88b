//! Types that stand in the file as another: collections as lists, single values as numbers or text.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::num::{NonZero, Wrapping};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use npz_core::{ErrorKind, Npz};

use crate::derive_types::{Field, comes_back, layer};

#[test]
fn collections_are_lists() {
    comes_back(VecDeque::from([1u8, 2]), &["f |u1 [2]"]);
    let mut wrapped_around = VecDeque::from([2u8, 3]);
    wrapped_around.push_front(1);
    comes_back(wrapped_around, &["f |u1 [3]"]);
    comes_back(VecDeque::from([layer(false)]), &["f.0.weights <f4 [1, 2]"]);
    comes_back(BTreeSet::from([3i16, -1]), &["f <i2 [2]"]);
    comes_back(HashSet::from(["b".to_owned(), "ab".to_owned()]), &["f <U2 [2]"]);
    comes_back(BTreeSet::from([(1u8, 2u8)]), &["f.0.0 |u1 []", "f.0.1 |u1 []"]);
    comes_back(BTreeSet::<Vec<u8>>::new(), &["f.len <u8 []"]);
    comes_back(Box::<[f32]>::from([1.0]), &["f <f4 [1]"]);
    comes_back(Rc::<[[u8; 2]]>::from([[1, 2]]), &["f |u1 [1, 2]"]);
    comes_back(Arc::from([layer(true)]) as Arc<[_]>, &["f.0.weights <f4 [1, 2]", "f.0.bias <f4 [1]"]);
}

#[test]
fn sets_are_sorted_so_that_equal_ones_are_equal_bytes() {
    let bytes =
        |words: &[u32]| Field { f: words.iter().copied().collect::<HashSet<u32>>() }.to_bytes().unwrap();
    assert_eq!(bytes(&[5, 1, 9, 7, 3]), bytes(&[9, 7, 5, 3, 1]));
    assert_eq!(Field::<Vec<u32>>::from_bytes(&bytes(&[5, 1, 9])).unwrap().f, [1, 5, 9]);
}

#[test]
fn single_values_are_one_member_alone_and_in_lists() {
    comes_back('Ω', &["f <U1 []"]);
    comes_back('\0', &["f <U1 []"]);
    comes_back(vec!['a', '\0', '🦀'], &["f <U1 [3]"]);
    comes_back(u128::MAX - 1, &["f <u8 [2]"]);
    comes_back(i128::MIN + 1, &["f <u8 [2]"]);
    comes_back(vec![1u128 << 64, 5], &["f <u8 [2, 2]"]);
    comes_back(Duration::from_nanos(1_500_000_001), &["f <m8[ns] []"]);
    comes_back([Duration::ZERO, Duration::from_secs(1)], &["f <m8[ns] [2]"]);
    let time = SystemTime::UNIX_EPOCH;
    comes_back(vec![time + Duration::from_nanos(700), time - Duration::from_secs(7)], &["f <M8[ns] [2]"]);
    comes_back(NonZero::<u8>::MIN, &["f |u1 []"]);
    comes_back(vec![NonZero::new(-3i64).unwrap()], &["f <i8 [1]"]);
    comes_back(Some(NonZero::<usize>::MIN), &["f <u8 []"]);
    comes_back(Wrapping(3u32), &["f <u4 []"]);
    comes_back(vec![Wrapping(1u8), Wrapping(2)], &["f |u1 [2]"]);
}

#[test]
fn what_such_a_type_can_not_hold_is_refused_and_named() {
    #[track_caller]
    fn refused(error: &npz_core::Error, part: &str) {
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("f")), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
    let zero = Field { f: vec![1u8, 0] }.to_bytes().unwrap();
    refused(&Field::<Vec<NonZero<u8>>>::from_bytes(&zero).unwrap_err(), "found 0");
    let word = Field { f: "two" }.to_bytes().unwrap();
    refused(&Field::<char>::from_bytes(&word).unwrap_err(), "\"two\"");
    let negative = Field { f: -1i64 }.to_bytes().unwrap();
    refused(&Field::<Duration>::from_bytes(&negative).unwrap_err(), "-1");
    refused(&Field { f: Duration::MAX }.to_bytes().unwrap_err(), "292 years");
    refused(
        &Field { f: SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40) }.to_bytes().unwrap_err(),
        "2262",
    );
}

#[test]
fn keys_of_maps_may_be_integers() {
    comes_back(BTreeMap::from([(10u32, 1u8), (9, 2)]), &["f.9 |u1 []", "f.10 |u1 []"]);
    comes_back(HashMap::from([(-1i8, vec![1.5f32])]), &["f.-1 <f4 [1]"]);
    comes_back(BTreeMap::from([(7usize, layer(false))]), &["f.7.weights <f4 [1, 2]"]);
    let root = BTreeMap::from([(3u8, 0.5f64), (1, 1.5)]);
    assert_eq!(BTreeMap::from_bytes(&root.to_bytes().unwrap()).unwrap(), root);
    // `07` is the name of something else.
    let text = BTreeMap::from([("07".to_owned(), 1u8), ("7".to_owned(), 2)]);
    let error = BTreeMap::<u8, u8>::from_bytes(&text.to_bytes().unwrap()).unwrap_err();
    assert_eq!(error.report().unwrap().problems()[0].member, "07");
}

#[test]
fn keys_with_dots_are_kept_for_these_too() {
    let keyed = |value| BTreeMap::from([("a.b".to_owned(), value)]);
    comes_back(keyed('x'), &["f.a.b <U1 []"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), 1u128)]), &["f.a.b <u8 [2]"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), VecDeque::from([1u8]))]), &["f.a.b |u1 [1]"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), Box::<[u8]>::from([1]))]), &["f.a.b |u1 [1]"]);
}
