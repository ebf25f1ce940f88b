//! Every type that a field may have: which members it becomes, and that it comes back, from memory and from a file.
//!
//! The trait decides what a type is, never its spelling: the wrapper `Field<T>` only ever sees `T`.

mod stored_as;
mod structs;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use half::{bf16, f16};
use ndarray::{
    ArcArray2, Array, Array0, Array1, Array2, Array3, ArrayD, ArrayView2, ArrayViewD, CowArray, Ix2, Ix4,
    Ix5, Ix6, IxDyn, ShapeBuilder, arr0, array,
};
use npz_core::extend::{Members, Name};
use npz_core::{ErrorKind, FixedBytes, FixedStr, FromMembers, Npz, NpzReader, Order, ToMembers};
use num_complex::Complex;

/// One field of any type, under the name `f`.
#[derive(Npz, Debug, PartialEq)]
struct Field<T> {
    f: T,
}

/// The members of a value, such as `f.0 <f4 [2, 3]`.
fn listed<T: ToMembers>(value: &T) -> Vec<String> {
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root()).unwrap();
    members.iter().map(|(name, header)| format!("{name} {} {:?}", header.dtype(), header.shape())).collect()
}

/// The same, from an archive.
fn listed_in(bytes: &[u8]) -> Vec<String> {
    let entries = NpzReader::new(bytes).unwrap().entries().unwrap();
    let line = |header: &npz_core::Header| format!("{} {:?}", header.dtype(), header.shape());
    entries.iter().map(|entry| format!("{} {}", &*entry.name, line(entry.header.as_ref().unwrap()))).collect()
}

/// Saves a field into memory and into an archive, compares its members with `expected`, and loads both.
#[track_caller]
fn comes_back<T>(value: T, expected: &[&str])
where
    T: ToMembers + FromMembers + Debug + PartialEq,
{
    let field = Field { f: value };
    assert_eq!(listed(&field), expected);
    let bytes = field.to_bytes().unwrap();
    assert_eq!(listed_in(&bytes), expected);

    let mut members = Members::new();
    field.to_members(&mut members, &Name::root()).unwrap();
    assert_eq!(members.load::<Field<T>>().unwrap(), field, "from memory");
    assert_eq!(Field::<T>::from_bytes(&bytes).unwrap(), field, "from an archive");
}

/// Saves a field of a type that can't be loaded, and loads it as its owned twin.
#[track_caller]
fn becomes<T, U>(value: T, expected: &[&str], owned: U)
where
    T: ToMembers,
    U: ToMembers + FromMembers + Debug + PartialEq,
{
    let borrowed = Field { f: value };
    assert_eq!(listed(&borrowed), expected);
    let bytes = borrowed.to_bytes().unwrap();
    assert_eq!(bytes, Field { f: &owned }.to_bytes().unwrap(), "the owned twin has the same bytes");
    assert_eq!(Field::<U>::from_bytes(&bytes).unwrap(), Field { f: owned });
}

/// What can't be kept may be refused when it is saved, but must not become another value or a file that can't be loaded.
#[track_caller]
fn survives<T: ToMembers + FromMembers + Debug + PartialEq>(value: T) {
    let field = Field { f: value };
    match field.to_bytes() {
        Ok(bytes) => assert_eq!(Field::from_bytes(&bytes).unwrap(), field),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Invalid, "{error}"),
    }
}

/// A struct as a field's type.
#[derive(Npz, Debug, PartialEq, Clone, Default)]
struct Layer {
    weights: Array2<f32>,
    bias: Option<Array1<f32>>,
}

fn layer(bias: bool) -> Layer {
    Layer { weights: array![[1.0, 2.0]], bias: bias.then(|| array![3.0]) }
}

#[test]
fn arrays_of_every_number_of_axes_are_one_member() {
    comes_back(arr0(2.5f64), &["f <f8 []"]);
    comes_back(array![1u16, 2], &["f <u2 [2]"]);
    comes_back(array![[1i8], [2]], &["f |i1 [2, 1]"]);
    comes_back(Array3::<f32>::zeros((2, 0, 3)), &["f <f4 [2, 0, 3]"]);
    comes_back(Array::<u8, Ix4>::ones((1, 2, 1, 2)), &["f |u1 [1, 2, 1, 2]"]);
    comes_back(Array::<i64, Ix5>::ones((1, 2, 1, 2, 1)), &["f <i8 [1, 2, 1, 2, 1]"]);
    comes_back(Array::<bool, Ix6>::default((1, 2, 1, 2, 1, 2)), &["f |b1 [1, 2, 1, 2, 1, 2]"]);
    comes_back(ArrayD::<u32>::ones(IxDyn(&[1, 1, 2, 1, 1, 1, 3])), &["f <u4 [1, 1, 2, 1, 1, 1, 3]"]);
    comes_back(ArrayD::<u32>::ones(IxDyn(&[])), &["f <u4 []"]);
    comes_back(Array0::from_elem((), "text".to_owned()), &["f <U4 []"]);
    let fortran = Array2::from_shape_vec((2, 3).f(), vec![1, 2, 3, 4, 5, 6]).unwrap();
    comes_back(fortran, &["f <i4 [2, 3]"]);
}

#[test]
fn shared_and_copy_on_write_arrays_are_arrays() {
    let owned = array![[1.0f32, 2.0], [3.0, 4.0]];
    comes_back(ArcArray2::from(owned.clone()), &["f <f4 [2, 2]"]);
    comes_back(CowArray::<'_, f32, Ix2>::from(owned.clone()), &["f <f4 [2, 2]"]);
    becomes(CowArray::from(owned.view()), &["f <f4 [2, 2]"], owned.clone());
}

#[test]
fn views_and_slices_are_saved_without_owning() {
    let owned = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    becomes(owned.view(), &["f <f4 [2, 3]"], owned.clone());
    becomes(owned.view().into_dyn(), &["f <f4 [2, 3]"], owned.clone());
    becomes(owned.t(), &["f <f4 [3, 2]"], owned.t().to_owned());
    becomes(owned.slice(ndarray::s![.., ..;-2]), &["f <f4 [2, 2]"], array![[3.0f32, 1.0], [6.0, 4.0]]);
    let mut mutable = owned.clone();
    becomes(mutable.view_mut(), &["f <f4 [2, 3]"], owned.clone());
    becomes(&owned, &["f <f4 [2, 3]"], owned.clone());
    becomes(&*owned, &["f <f4 [2, 3]"], owned.clone());
    becomes(&[1u8, 2][..], &["f |u1 [2]"], vec![1u8, 2]);
    becomes(&[layer(false)][..], &["f.0.weights <f4 [1, 2]"], vec![layer(false)]);
    becomes("text", &["f <U4 []"], "text".to_owned());
    becomes(vec!["a", "bc"], &["f <U2 [2]"], vec!["a".to_owned(), "bc".to_owned()]);
    becomes([&1u8, &2], &["f |u1 [2]"], [1u8, 2]);
}

#[test]
fn a_struct_of_views_loads_as_its_owned_twin() {
    #[derive(Npz)]
    struct Borrowed<'a, 'b> {
        weights: ArrayView2<'a, f32>,
        rows: Vec<ArrayViewD<'b, f32>>,
        title: &'b str,
        inner: &'a Layer,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Owned {
        weights: Array2<f32>,
        rows: Vec<ArrayD<f32>>,
        title: String,
        inner: Layer,
    }
    let (weights, title, inner) = (array![[1.0f32, 2.0], [3.0, 4.0]], "run".to_owned(), layer(true));
    let rows = vec![weights.view().into_dyn(); 2];
    let bytes = Borrowed { weights: weights.view(), rows, title: &title, inner: &inner }.to_bytes().unwrap();
    let rows = vec![weights.clone().into_dyn(); 2];
    assert_eq!(Owned::from_bytes(&bytes).unwrap(), Owned { weights, rows, title, inner });
}

#[test]
fn scalars_are_arrays_without_axes() {
    comes_back(true, &["f |b1 []"]);
    comes_back(i8::MIN, &["f |i1 []"]);
    comes_back(i16::MIN, &["f <i2 []"]);
    comes_back(i32::MIN, &["f <i4 []"]);
    comes_back(i64::MIN, &["f <i8 []"]);
    comes_back(isize::MIN, &["f <i8 []"]);
    comes_back(u8::MAX, &["f |u1 []"]);
    comes_back(u16::MAX, &["f <u2 []"]);
    comes_back(u32::MAX, &["f <u4 []"]);
    comes_back(u64::MAX, &["f <u8 []"]);
    comes_back(usize::MAX, &["f <u8 []"]);
    comes_back(f16::from_f32(-0.1), &["f <f2 []"]);
    comes_back(bf16::from_f32(-0.1), &["f <V2 []"]);
    comes_back(f32::MIN_POSITIVE, &["f <f4 []"]);
    comes_back(f64::NEG_INFINITY, &["f <f8 []"]);
    comes_back(Complex::new(1.5f32, -2.0), &["f <c8 []"]);
    comes_back(Complex::new(1.5f64, -2.0), &["f <c16 []"]);
    comes_back("Ω 🦀\0.".to_owned(), &["f <U5 []"]);
    comes_back(String::new(), &["f <U1 []"]);
    comes_back(FixedStr::<4>::new("Ω").unwrap(), &["f <U4 []"]);
    comes_back(FixedBytes::<4>::new(b"ab").unwrap(), &["f |S4 []"]);
}

#[test]
fn lists_of_cells_are_one_member() {
    comes_back(vec![1.5f32, 2.5], &["f <f4 [2]"]);
    comes_back(Vec::<f64>::new(), &["f <f8 [0]"]);
    comes_back(vec![true, false], &["f |b1 [2]"]);
    comes_back(vec![usize::MAX, 0], &["f <u8 [2]"]);
    comes_back(vec![bf16::ONE; 3], &["f <V2 [3]"]);
    comes_back(vec!["a".to_owned(), String::new(), "Ωmega".to_owned()], &["f <U5 [3]"]);
    comes_back(Vec::<String>::new(), &["f <U1 [0]"]);
    comes_back(vec![FixedBytes::<2>::new(b"x").unwrap()], &["f |S2 [1]"]);
    comes_back([1u8, 2, 3], &["f |u1 [3]"]);
    comes_back([0.5f32; 0], &["f <f4 [0]"]);
    comes_back(["a".to_owned(), "bc".to_owned()], &["f <U2 [2]"]);
    comes_back(vec![Box::new(1u8), Box::new(2)], &["f |u1 [2]"]);
    comes_back(vec![Rc::<str>::from("ab"), Rc::from("c")], &["f <U2 [2]"]);
    comes_back(vec![Cow::Borrowed("ab"), Cow::Owned("c".to_owned())], &["f <U2 [2]"]);
}

#[test]
fn lists_of_fixed_lists_of_cells_are_one_member_with_more_axes() {
    comes_back(vec![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]], &["f <f4 [2, 3]"]);
    comes_back(Vec::<[f32; 3]>::new(), &["f <f4 [0, 3]"]);
    comes_back([[1.0f32, 2.0, 3.0]; 3], &["f <f4 [3, 3]"]);
    comes_back([[0u8; 3]; 0], &["f |u1 [0, 3]"]);
    comes_back(vec![[[1i16, 2], [3, 4]]; 2], &["f <i2 [2, 2, 2]"]);
    comes_back(vec![["a".to_owned(), "bc".to_owned()]], &["f <U2 [1, 2]"]);
    comes_back(vec![Box::new([1u8, 2]), Box::new([3, 4])], &["f |u1 [2, 2]"]);
    comes_back([Box::new([[1u8], [2]])], &["f |u1 [1, 2, 1]"]);
}

#[test]
fn fixed_lists_of_a_fortran_ordered_member_come_in_the_order_of_their_indices() {
    let fortran = Array2::from_shape_vec((2, 3).f(), vec![1u8, 4, 2, 5, 3, 6]).unwrap();
    let bytes = Field { f: fortran }.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&bytes).unwrap().header("f").unwrap().order(), Order::Fortran);
    let rows = [[1, 2, 3], [4, 5, 6]];
    assert_eq!(Field::<Vec<[u8; 3]>>::from_bytes(&bytes).unwrap().f, rows);
    assert_eq!(Field::<[[u8; 3]; 2]>::from_bytes(&bytes).unwrap().f, rows);
}

#[test]
fn other_lists_are_numbered() {
    comes_back(vec![array![1.0f32], array![2.0, 3.0]], &["f.0 <f4 [1]", "f.1 <f4 [2]"]);
    comes_back(vec![vec![1u8, 2], vec![]], &["f.0 |u1 [2]", "f.1 |u1 [0]"]);
    comes_back([vec![1u8], vec![2, 3]], &["f.0 |u1 [1]", "f.1 |u1 [2]"]);
    let members = ["f.0.weights <f4 [1, 2]", "f.0.bias <f4 [1]", "f.1.weights <f4 [1, 2]"];
    comes_back(vec![layer(true), layer(false)], &members);
    comes_back([layer(true), layer(false)], &members);
    comes_back(vec![Arc::new(layer(true)), Arc::new(layer(false))], &members);
    comes_back(
        vec![[layer(false)], [layer(false)]],
        &["f.0.0.weights <f4 [1, 2]", "f.1.0.weights <f4 [1, 2]"],
    );
    comes_back([[vec![1u8], vec![]]], &["f.0.0 |u1 [1]", "f.0.1 |u1 [0]"]);
    comes_back(vec![(1u8, "a".to_owned())], &["f.0.0 |u1 []", "f.0.1 <U1 []"]);
    comes_back(vec![vec![vec![1u8]]], &["f.0.0 |u1 [1]"]);
    let eleven: Vec<_> = (0..11u8).map(|i| vec![i]).collect();
    let names: Vec<_> = (0..11).map(|i| format!("f.{i} |u1 [1]")).collect();
    comes_back(eleven, &names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn lists_whose_length_no_member_tells_keep_it() {
    comes_back(Vec::<Layer>::new(), &["f.len <u8 []"]);
    comes_back([(); 0], &["f.len <u8 []"]);
    comes_back(vec![(), ()], &["f.len <u8 []"]);
    comes_back(Vec::<Vec<f32>>::new(), &["f.len <u8 []"]);
    comes_back(vec![Vec::<Layer>::new(), vec![]], &["f.0.len <u8 []", "f.1.len <u8 []"]);
    comes_back(vec![None, Some(1u8), Some(2)], &["f.1 |u1 []", "f.2 |u1 []"]);
    comes_back(vec![Some(1u8), None, Some(2)], &["f.0 |u1 []", "f.2 |u1 []"]);
    comes_back(vec![Some(1u8), None, None], &["f.0 |u1 []", "f.len <u8 []"]);
    comes_back(vec![None::<u8>, None], &["f.len <u8 []"]);
    comes_back([None, Some(array![1u8]), None], &["f.1 |u1 [1]", "f.len <u8 []"]);
    comes_back(vec![Some(layer(false)), None], &["f.0.weights <f4 [1, 2]", "f.len <u8 []"]);
    let maps = vec![BTreeMap::new(), BTreeMap::from([("k".to_owned(), 1u8)]), BTreeMap::new()];
    comes_back(maps, &["f.0 |b1 []", "f.1.k |u1 []", "f.2 |b1 []"]);
}

#[test]
fn an_option_is_its_value_or_absent() {
    comes_back(Some(1u8), &["f |u1 []"]);
    comes_back(None::<u8>, &[]);
    comes_back(Some(array![1.0f32]), &["f <f4 [1]"]);
    comes_back(None::<Layer>, &[]);
    comes_back(Some(layer(false)), &["f.weights <f4 [1, 2]"]);
    comes_back(Some(Vec::<f32>::new()), &["f <f4 [0]"]);
    comes_back(Some(vec![layer(false)]), &["f.0.weights <f4 [1, 2]"]);
    comes_back(Some((Some(1u8), None::<u8>)), &["f.0 |u1 []"]);
}

#[test]
fn an_option_of_something_empty_is_not_none() {
    comes_back(Some(Vec::<Layer>::new()), &["f.len <u8 []"]);
    comes_back(None::<Vec<Layer>>, &[]);
    comes_back(Some(HashMap::<String, f32>::new()), &["f |b1 []"]);
    comes_back(None::<HashMap<String, f32>>, &[]);
    comes_back(Some(()), &["f |b1 []"]);
    comes_back(None::<()>, &[]);
    comes_back(Some((None::<u8>, None::<u8>)), &["f |b1 []"]);
    comes_back(vec![Some(()), None, Some(())], &["f.0 |b1 []", "f.2 |b1 []"]);
}

#[test]
fn some_none_is_refused_or_comes_back() {
    survives(None::<Option<f32>>);
    survives(Some(Some(2.5f32)));
    survives(Some(None::<f32>));
    survives(Some(None::<String>));
    survives(Some(Box::new(None::<bool>)));
    survives(Some(None::<BTreeMap<String, u8>>));
    survives(Some(Some(BTreeMap::<String, u8>::new())));
    survives(vec![Some(None), Some(Some(1u8)), None]);
}

#[test]
fn a_list_of_very_many_absent_elements_is_refused_or_comes_back() {
    survives(vec![None::<u8>; 100_000]);
    survives(vec![(); 100_000]);
    let mut sparse = vec![None; 100_000];
    sparse.push(Some(1u8));
    survives(sparse);
}

#[test]
fn tuples_are_numbered() {
    comes_back((1u8,), &["f.0 |u1 []"]);
    comes_back((array![1.0f32], "a".to_owned()), &["f.0 <f4 [1]", "f.1 <U1 []"]);
    comes_back((1u8, (2u8, vec![3u8])), &["f.0 |u1 []", "f.1.0 |u1 []", "f.1.1 |u1 [1]"]);
    let eight = (1u8, 2u8, 3u8, 4u8, 5u8, 6u8, 7u8, 8u8);
    let names: Vec<_> = (0..8).map(|i| format!("f.{i} |u1 []")).collect();
    comes_back(eight, &names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn pointers_are_what_they_point_to() {
    comes_back(Box::new(layer(true)), &["f.weights <f4 [1, 2]", "f.bias <f4 [1]"]);
    comes_back(Rc::new(array![1u8]), &["f |u1 [1]"]);
    comes_back(Arc::new(vec![1u8]), &["f |u1 [1]"]);
    comes_back(Cow::<'_, Layer>::Owned(layer(false)), &["f.weights <f4 [1, 2]"]);
    comes_back(Cow::Borrowed("text"), &["f <U4 []"]);
    comes_back(Box::<str>::from("text"), &["f <U4 []"]);
    comes_back(Arc::<str>::from("text"), &["f <U4 []"]);
    comes_back(Box::new(Some(Rc::new(Arc::new(1u8)))), &["f |u1 []"]);
    let (layer_by_reference, number) = (&&layer(false), &mut 3u8);
    becomes(layer_by_reference, &["f.weights <f4 [1, 2]"], layer(false));
    becomes(number, &["f |u1 []"], 3u8);
    becomes(Cow::Borrowed(&[1u8, 2][..]), &["f |u1 [2]"], Cow::<'_, [u8]>::Owned(vec![1, 2]));
}

#[test]
fn maps_name_their_values_by_key_and_sort_them() {
    let keys = ["w2", "w10", "Ω", "a b"].map(str::to_owned);
    let members = ["f.a b <f4 [1]", "f.w10 <f4 [1]", "f.w2 <f4 [1]", "f.Ω <f4 [1]"];
    let entries = keys.clone().map(|key| (key, array![1.0f32]));
    comes_back(HashMap::from(entries.clone()), &members);
    comes_back(BTreeMap::from(entries), &members);
    comes_back(BTreeMap::from([("k".to_owned(), 3usize)]), &["f.k <u8 []"]);
    comes_back(HashMap::<String, f32>::new(), &["f |b1 []"]);
    let layers = HashMap::from([("enc".to_owned(), layer(true)), ("dec".to_owned(), layer(false))]);
    comes_back(layers, &["f.dec.weights <f4 [1, 2]", "f.enc.weights <f4 [1, 2]", "f.enc.bias <f4 [1]"]);
    let nested = BTreeMap::from([("a".to_owned(), BTreeMap::from([("b".to_owned(), "text".to_owned())]))]);
    comes_back(nested, &["f.a.b <U4 []"]);
    comes_back(HashMap::from([("k".to_owned(), vec![layer(false)])]), &["f.k.0.weights <f4 [1, 2]"]);
}

#[test]
fn keys_with_dots_are_kept_where_each_value_is_one_member() {
    comes_back(BTreeMap::from([("fc.1.weight".to_owned(), array![1u8])]), &["f.fc.1.weight |u1 [1]"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), 1u8)]), &["f.a.b |u1 []"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), Box::new("t".to_owned()))]), &["f.a.b <U1 []"]);
    comes_back(BTreeMap::from([("a.b".to_owned(), Some(1u8))]), &["f.a.b |u1 []"]);
    comes_back(
        BTreeMap::from([("a.b".to_owned(), vec![1u8]), ("a.c".to_owned(), vec![])]),
        &["f.a.b |u1 [1]", "f.a.c |u1 [0]"],
    );
    comes_back(BTreeMap::from([("a.b".to_owned(), [[1u8]; 2])]), &["f.a.b |u1 [2, 1]"]);
}

#[test]
fn what_has_no_data_has_no_members() {
    #[derive(Npz, Debug, PartialEq)]
    struct Unit;
    #[derive(Npz, Debug, PartialEq)]
    struct Nothing {}
    comes_back((), &[]);
    comes_back(PhantomData::<f32>, &[]);
    comes_back(PhantomData::<Rc<str>>, &[]);
    comes_back(Unit, &[]);
    comes_back(Nothing {}, &[]);
    assert_eq!(Unit::from_bytes(&Unit.to_bytes().unwrap()).unwrap(), Unit);
}
