//! Every lint that an opinionated crate could turn on, over every attribute.
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(rust_2018_idioms, unused_qualifications, trivial_casts, trivial_numeric_casts, single_use_lifetimes)]
#![deny(unused_lifetimes, unreachable_pub, unused_results, let_underscore_drop, elided_lifetimes_in_paths)]
#![deny(explicit_outlives_requirements, unit_bindings, redundant_lifetimes)]
#![deny(variant_size_differences, private_bounds, private_interfaces, unused_import_braces)]
#![deny(clippy::absolute_paths, clippy::question_mark_used, clippy::shadow_reuse, clippy::implicit_return)]
#![allow(clippy::redundant_pub_crate, reason = "about where the structs stand, not about what is derived")]
#![allow(
    clippy::absolute_paths,
    clippy::implicit_return,
    clippy::question_mark_used,
    reason = "about this file"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use ndarray::{Array, Array2, ArrayView2, Dimension};
use npz_core::{NpyRecord, Npz};

/// Owned.
#[derive(Npz, Debug, PartialEq, Clone, Default)]
pub(crate) struct Dense {
    /// w
    pub(crate) weights: Array2<f32>,
    /// b
    #[npz(rename = "bias", alias = "b")]
    pub(crate) biases: Vec<f32>,
    /// e
    #[npz(default)]
    pub(crate) epoch: u64,
}

/// A row.
#[derive(NpyRecord, Debug, PartialEq, Clone)]
#[npy(align, allow_unknown, rename_all = "camelCase")]
pub(crate) struct Row<T, const N: usize> {
    /// c
    #[npy(rename = "cells", alias = "c", title = "the cells", cast = "safe")]
    pub(crate) all_cells: [T; N],
    /// i
    #[deprecated]
    pub(crate) inner: InnerRow,
    /// s
    #[npy(skip)]
    pub(crate) skipped: Option<T>,
}

/// A row inside.
#[derive(NpyRecord, Debug, PartialEq, Clone)]
pub(crate) struct InnerRow(pub(crate) f64, pub(crate) bool);

/// Borrowed.
#[derive(Npz, Debug)]
pub(crate) struct Views<'a, 'b> {
    /// x
    pub(crate) x: ArrayView2<'a, f32>,
    /// y
    pub(crate) y: ArrayView2<'b, f32>,
    /// z
    pub(crate) z: ArrayView2<'static, f32>,
    /// c
    pub(crate) c: Cow<'a, str>,
    /// r
    pub(crate) r: &'a &'b u32,
}

/// Generic.
#[derive(Npz, Debug, PartialEq)]
pub(crate) struct Generic<T, D = ndarray::Ix2, const N: usize = 3>
where
    D: Dimension,
{
    /// d
    pub(crate) d: Array<T, D>,
    /// n
    pub(crate) n: [T; N],
    /// p
    pub(crate) p: PhantomData<T>,
    /// s
    #[npz(skip)]
    pub(crate) s: Option<T>,
    /// z
    #[npz(default)]
    pub(crate) z: Vec<T>,
}

mod scale {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the derive calls it with a reference")]
    pub(super) fn to_npz(x: &f64) -> f64 {
        *x * 2.0
    }
    pub(super) fn from_npz(x: f64) -> Result<f64, String> {
        if x < 0.0 { Err("negative".into()) } else { Ok(x / 2.0) }
    }
}

const fn seven() -> u32 {
    7
}

/// Every attribute.
#[derive(Npz, Debug, PartialEq)]
#[npz(rename_all = "camelCase", separator = "/", allow_unknown)]
pub(crate) struct Attributes {
    /// a
    #[npz(with = "scale")]
    pub(crate) my_angle: f64,
    /// b
    #[npz(with = "scale", default, alias = "angle2")]
    pub(crate) other_angle: f64,
    /// c
    #[npz(cast = "same_kind")]
    pub(crate) lossy_thing: f32,
    /// d
    #[npz(default = "seven")]
    pub(crate) count: u32,
    /// e
    #[npz(skip, default = "seven")]
    pub(crate) skipped: u32,
    /// f
    #[npz(flatten)]
    pub(crate) inner: Dense,
    /// g
    #[npz(flatten)]
    pub(crate) rest: BTreeMap<String, u32>,
}

/// Enums.
#[derive(Npz, Debug, PartialEq)]
#[npz(rename_all = "snake_case", validate = "Kinds::check")]
pub(crate) enum Kinds<T> {
    /// a
    First(T, u32),
    /// b
    Second {
        /// x
        #[npz(skip_save)]
        x: u32,
        /// y
        #[npz(skip_load)]
        y: u32,
        /// z
        #[npz(skip_if = "Vec::is_empty")]
        z: Vec<T>,
        /// j
        #[npz(json)]
        j: Option<f64>,
    },
    /// c
    #[deprecated]
    Third,
}

impl<T> Kinds<T> {
    #[expect(clippy::unnecessary_wraps, reason = "the derive wants a result")]
    const fn check(&self) -> Result<(), &'static str> {
        let _ = self;
        Ok(())
    }
}

/// One text.
#[derive(Npz, Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum Choice {
    /// a
    A,
    /// b
    #[deprecated]
    B,
}

/// As its field.
#[derive(Npz, Debug, PartialEq)]
#[npz(transparent)]
pub(crate) struct Wrapper<T> {
    /// v
    pub(crate) v: T,
    /// s
    #[npz(skip)]
    pub(crate) s: u32,
}

/// Over a default, with a destructor.
#[derive(Npz, Debug, PartialEq)]
#[npz(default = "Defaulted::new")]
pub(crate) struct Defaulted {
    /// a
    pub(crate) a: u32,
    /// b
    #[npz(default)]
    pub(crate) b: u32,
    /// c
    #[npz(skip)]
    pub(crate) c: u32,
}

impl Defaulted {
    const fn new() -> Self {
        Self { a: 1, b: 2, c: 3 }
    }
}

impl Drop for Defaulted {
    fn drop(&mut self) {}
}

/// Old fields and old structs are saved as before.
#[derive(Npz)]
pub(crate) struct Aging {
    /// a
    #[deprecated]
    pub(crate) old: u32,
}

/// Whole.
#[deprecated]
#[derive(Npz)]
pub(crate) struct Old {
    /// x
    pub(crate) x: u32,
}

#[test]
fn no_lint_finds_anything_in_generated_code() {
    let inner = Dense { weights: Array2::zeros((1, 1)), biases: vec![1.0], epoch: 3 };
    let (my_angle, other_angle, rest) = (1.5, 2.5, BTreeMap::from([("k".to_owned(), 4)]));
    let all = Attributes {
        my_angle,
        other_angle,
        lossy_thing: 0.5,
        count: 1,
        skipped: 7,
        inner: inner.clone(),
        rest,
    };
    assert_eq!(Attributes::from_bytes(&all.to_bytes().unwrap()).unwrap(), all);
    let generic: Generic<u8> =
        Generic { d: Array2::zeros((1, 2)), n: [1, 2, 3], p: PhantomData, s: None, z: vec![4] };
    assert_eq!(Generic::from_bytes(&generic.to_bytes().unwrap()).unwrap(), generic);
    let (x, z) = (inner.weights.view(), ArrayView2::from(&[[1.0], [2.0]]));
    let views = Views { x, y: x, z, c: Cow::Borrowed("c"), r: &&1 };
    assert!(!views.to_bytes().unwrap().is_empty());
    assert_eq!(
        Defaulted::from_bytes(&BTreeMap::from([("a".to_owned(), 9u32)]).to_bytes().unwrap()).unwrap().a,
        9
    );
}

#[test]
#[expect(deprecated, reason = "used here, not in generated code")]
fn deprecation_is_not_the_business_of_the_derive() {
    let bytes = Aging { old: 3 }.to_bytes().unwrap();
    assert_eq!(Aging::from_bytes(&bytes).unwrap().old, 3);
    assert_eq!(Old::from_bytes(&Old { x: 3 }.to_bytes().unwrap()).unwrap().x, 3);
}

#[test]
#[expect(deprecated, reason = "old variants are saved as before")]
fn enums_come_back_under_every_lint() {
    let kinds =
        [Kinds::First(1.5f32, 2), Kinds::Second { x: 0, y: 0, z: vec![2.5], j: Some(0.5) }, Kinds::Third];
    for kind in kinds {
        assert_eq!(Kinds::from_bytes(&kind.to_bytes().unwrap()).unwrap(), kind);
    }
    let map = BTreeMap::from([("a".to_owned(), Wrapper { v: [Choice::A, Choice::B], s: 0 })]);
    assert_eq!(BTreeMap::<String, Wrapper<_>>::from_bytes(&map.to_bytes().unwrap()).unwrap(), map);
}

#[test]
fn rows_pass_the_lints() {
    #[expect(deprecated, reason = "the row has a field of old")]
    let row = Row { all_cells: [1u8, 2], inner: InnerRow(0.5, true), skipped: Some(3) };
    let bytes = npz_core::npy::to_bytes(&ndarray::arr0(row.clone())).unwrap();
    let back: ndarray::Array0<Row<u8, 2>> = npz_core::npy::from_bytes(&bytes).unwrap();
    assert_eq!(back.into_scalar(), Row { skipped: None, ..row });
}
