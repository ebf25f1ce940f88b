//! `save_only`, `load_only`, `skip_save`, `skip_load`, `skip_if`, `transparent`, `validate` and `json`, by what they do, and
//! presence of what is flattened. In this file the halves of `skip`.
#![allow(clippy::trivially_copy_pass_by_ref, reason = "the derive calls these functions with references")]

mod halves;
mod json;
mod presence;
mod transparent;
mod validate;

use std::fmt::Debug;
use std::io::Cursor;

use ndarray::array;
use npz_core::{FromMembers, Npz, NpzReader, NpzWriter, ToMembers};

fn archive(add: impl FnOnce(&mut NpzWriter<&mut Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    add(&mut writer);
    writer.finish().unwrap();
    memory.into_inner()
}

fn names<T: Npz + ToMembers>(value: &T) -> Vec<String> {
    let bytes = value.to_bytes().unwrap();
    NpzReader::new(&bytes).unwrap().names().map(str::to_owned).collect()
}

#[track_caller]
fn comes_back<T: Npz + ToMembers + FromMembers + Debug + PartialEq>(value: &T, expected: &[&str]) {
    assert_eq!(names(value), expected);
    assert_eq!(&T::from_bytes(&value.to_bytes().unwrap()).unwrap(), value);
}

#[test]
fn skip_save_is_loaded_if_there() {
    fn seven() -> f64 {
        7.0
    }
    // Loading alone is asked of the type.
    #[derive(Npz, Debug, PartialEq)]
    struct Run {
        a: f64,
        #[npz(skip_save)]
        b: f64,
        #[npz(skip_save, default = "seven", alias = "old")]
        c: f64,
    }
    let run = Run { a: 1.0, b: 2.0, c: 3.0 };
    assert_eq!(names(&run), ["a"]);
    let bytes = run.to_bytes().unwrap();
    assert_eq!(Run::from_bytes(&bytes).unwrap(), Run { a: 1.0, b: 0.0, c: 7.0 });
    let bytes = archive(|npz| {
        npz.add("a", &1.0).unwrap();
        npz.add("b", &2.0).unwrap();
        npz.add("old", &3.0).unwrap();
    });
    assert_eq!(Run::from_bytes(&bytes).unwrap(), run);
}

#[derive(Npz, Debug, PartialEq, Default, Clone)]
#[npz(separator = "/")]
struct Inner {
    x: f64,
    list: Vec<f64>,
}

#[test]
fn skip_load_members_are_passed_over() {
    mod doubled {
        pub(super) fn to_npz(value: &f64) -> f64 {
            value * 2.0
        }
    }
    fn seven() -> f64 {
        7.0
    }
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct Run<'a> {
        a: f64,
        #[npz(skip_load, default = "seven", alias = "old")]
        b: f64,
        #[npz(skip_load)]
        inner: Inner,
        #[npz(skip_load)]
        list: Vec<Inner>,
        #[npz(skip_load, with = "doubled")]
        twice: f64,
        // A view can't be loaded, and need not.
        #[npz(skip_load, default = "no_cells")]
        view: ndarray::ArrayView1<'a, f64>,
    }
    fn no_cells<'a>() -> ndarray::ArrayView1<'a, f64> {
        (&[]).into()
    }
    let cells = array![1.0, 2.0];
    let inner = Inner { x: 1.0, list: vec![2.0] };
    let run = Run {
        a: 1.0,
        b: 2.0,
        inner: inner.clone(),
        list: vec![inner.clone(), inner],
        twice: 4.0,
        view: cells.view(),
    };
    let saved = [
        "a",
        "b",
        "inner/x",
        "inner/list",
        "list.0/x",
        "list.0/list",
        "list.1/x",
        "list.1/list",
        "twice",
        "view",
    ];
    assert_eq!(names(&run), saved);
    let bare = |a| Run { a, b: 7.0, inner: Inner::default(), list: vec![], twice: 0.0, view: no_cells() };
    assert_eq!(Run::from_bytes(&run.to_bytes().unwrap()).unwrap(), bare(1.0));
    // Whatever its dtype, under its old name too, or absent.
    let bytes = archive(|npz| {
        npz.add("a", &5.0).unwrap();
        npz.add("old", "text").unwrap();
    });
    assert_eq!(Run::from_bytes(&bytes).unwrap(), bare(5.0));
}

#[test]
fn skip_if_leaves_out_what_need_not_be_saved() {
    fn is_zero(value: &f64) -> bool {
        *value == 0.0
    }
    fn ten() -> f64 {
        10.0
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Run {
        #[npz(skip_if = "Vec::is_empty")]
        list: Vec<Inner>,
        #[npz(skip_if = "is_zero")]
        zero: f64,
        #[npz(skip_if = "is_zero", default = "ten")]
        ten: f64,
        #[npz(skip_if = "Option::is_some", default = "some")]
        option: Option<f64>,
    }
    #[expect(clippy::unnecessary_wraps, reason = "it is the field's value")]
    fn some() -> Option<f64> {
        Some(1.0)
    }
    let inner = Inner { x: 1.0, list: vec![] };
    let full = Run { list: vec![inner], zero: 1.0, ten: 2.0, option: None };
    // A `None` that is saved is told from one that was left out.
    comes_back(&full, &["list.0/x", "list.0/list", "zero", "ten", "option.(none)"]);
    let empty = Run { list: vec![], zero: 0.0, ten: 0.0, option: Some(5.0) };
    assert!(names(&empty).is_empty());
    let loaded = Run::from_bytes(&empty.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded, Run { list: vec![], zero: 0.0, ten: 10.0, option: Some(1.0) });
}

#[test]
fn the_default_of_the_struct_and_the_halves_of_skip() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(default)]
    struct Run {
        #[npz(skip_save)]
        a: f64,
        #[npz(skip_load)]
        b: f64,
        #[npz(skip_if = "is_nan")]
        c: f64,
    }
    fn is_nan(value: &f64) -> bool {
        value.is_nan()
    }
    impl Default for Run {
        fn default() -> Self {
            Self { a: 1.0, b: 2.0, c: 3.0 }
        }
    }
    let run = Run { a: 10.0, b: 20.0, c: f64::NAN };
    assert_eq!(names(&run), ["b"]);
    assert_eq!(Run::from_bytes(&run.to_bytes().unwrap()).unwrap(), Run::default());
}

#[test]
fn a_struct_of_members_that_are_passed_over_is_there() {
    #[derive(Npz, Debug, PartialEq, Default)]
    struct Only {
        #[npz(skip_load)]
        a: f64,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Outer {
        only: Option<Only>,
    }
    let bytes = Outer { only: Some(Only { a: 1.0 }) }.to_bytes().unwrap();
    assert_eq!(Outer::from_bytes(&bytes).unwrap(), Outer { only: Some(Only { a: 0.0 }) });
}
