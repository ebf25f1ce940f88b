//! Every attribute of the derive, by what it does to the members and to loading. In this file those of fields.

mod structs;

use std::collections::BTreeMap;
use std::fmt::Debug;

use ndarray::array;
use npz_core::{ErrorKind, FromMembers, Npz, NpzReader, NpzWriter, ProblemKind, ToMembers};

/// An archive of float64 scalars with these names and values.
fn archive(members: &[(&str, f64)]) -> Vec<u8> {
    let mut memory = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    for (name, value) in members {
        writer.add(name, value).unwrap();
    }
    writer.finish().unwrap();
    memory.into_inner()
}

fn names(bytes: &[u8]) -> Vec<String> {
    NpzReader::new(bytes).unwrap().names().map(str::to_owned).collect()
}

#[track_caller]
fn comes_back<T: Npz + ToMembers + FromMembers + Debug + PartialEq>(value: &T, expected: &[&str]) {
    let bytes = value.to_bytes().unwrap();
    assert_eq!(names(&bytes), expected);
    assert_eq!(&T::from_bytes(&bytes).unwrap(), value);
}

/// What does not fit, as (member, kind), in order.
#[track_caller]
fn problems<T: Npz + ToMembers + FromMembers>(bytes: &[u8]) -> Vec<(String, ProblemKind)> {
    let error = T::from_bytes(bytes).err().expect("the file does not fit the type");
    let report = error.report().unwrap_or_else(|| panic!("{error}"));
    report.problems().iter().map(|problem| (problem.member.clone(), problem.kind)).collect()
}

#[derive(Npz, Debug, PartialEq, Clone, Default)]
struct Inner {
    a: f64,
    b: f64,
}

const INNER: Inner = Inner { a: 1.0, b: 2.0 };

#[test]
fn rename_names_the_member() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(rename_all = "UPPERCASE")]
    struct Renamed {
        #[npz(rename = "any name/Ω")]
        first: f64,
        #[npz(rename = "nest")]
        second: Inner,
        third: f64,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Tuple(#[npz(rename = "x")] f64, f64);
    let renamed = Renamed { first: 1.0, second: INNER, third: 3.0 };
    comes_back(&renamed, &["any name/Ω", "nest.a", "nest.b", "THIRD"]);
    comes_back(&Tuple(1.0, 2.0), &["x", "1"]);
}

#[test]
fn an_alias_is_read_and_never_written_and_the_own_name_wins() {
    #[derive(Npz, Debug, PartialEq)]
    struct Aliased {
        #[npz(alias = "w", alias = "kernel")]
        weights: f64,
        #[npz(alias = "old")]
        inner: Inner,
        #[npz(alias = "opt")]
        optional: Option<f64>,
    }
    let new = Aliased { weights: 1.0, inner: INNER, optional: Some(3.0) };
    comes_back(&new, &["weights", "inner.a", "inner.b", "optional"]);
    for alias in ["w", "kernel"] {
        let old = archive(&[(alias, 1.0), ("old.a", 1.0), ("old.b", 2.0), ("opt", 3.0)]);
        assert_eq!(Aliased::from_bytes(&old).unwrap(), new, "{alias}");
    }
    // The first that is there is taken; the others are nobody's.
    let both = archive(&[("kernel", 5.0), ("w", 6.0), ("weights", 1.0), ("inner.a", 1.0), ("inner.b", 2.0)]);
    let unexpected = |name: &str| (name.to_owned(), ProblemKind::Unexpected);
    assert_eq!(problems::<Aliased>(&both), [unexpected("kernel"), unexpected("w")]);
    // A nested struct that is half there under its own name does not borrow from its alias.
    let half = archive(&[("weights", 1.0), ("inner.a", 1.0), ("old.b", 2.0)]);
    let missing = ("inner.b".to_owned(), ProblemKind::Missing);
    assert_eq!(problems::<Aliased>(&half), [missing, unexpected("old.b")]);
}

#[test]
fn skip_leaves_the_field_out_and_defaults_it() {
    /// Can't be saved.
    #[derive(Debug, PartialEq, Default)]
    struct Foreign(u8);
    fn nine() -> Foreign {
        Foreign(9)
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Skipping {
        #[npz(skip)]
        scratch: Foreign,
        kept: f64,
        #[npz(skip, default = "nine")]
        made: Foreign,
    }
    let bytes = Skipping { scratch: Foreign(1), kept: 2.0, made: Foreign(3) }.to_bytes().unwrap();
    assert_eq!(names(&bytes), ["kept"]);
    let expected = Skipping { scratch: Foreign(0), kept: 2.0, made: Foreign(9) };
    assert_eq!(Skipping::from_bytes(&bytes).unwrap(), expected);
    // A member of that name is as unexpected as any other.
    let bytes = archive(&[("kept", 2.0), ("scratch", 1.0)]);
    assert_eq!(problems::<Skipping>(&bytes), [("scratch".to_owned(), ProblemKind::Unexpected)]);
}

#[test]
fn default_is_for_absent_members_only() {
    fn seven() -> f64 {
        7.0
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Defaulted {
        a: f64,
        #[npz(default)]
        b: f64,
        #[npz(default = "seven")]
        c: f64,
        #[npz(default)]
        inner: Inner,
        #[npz(default = "f64::default")]
        d: f64,
    }
    let there = Defaulted { a: 1.0, b: 2.0, c: 3.0, inner: INNER, d: 4.0 };
    comes_back(&there, &["a", "b", "c", "inner.a", "inner.b", "d"]);
    let absent = Defaulted { a: 1.0, b: 0.0, c: 7.0, inner: Inner::default(), d: 0.0 };
    assert_eq!(Defaulted::from_bytes(&archive(&[("a", 1.0)])).unwrap(), absent);
    // Half a struct is not an absent one.
    let half = archive(&[("a", 1.0), ("inner.a", 1.0)]);
    assert_eq!(problems::<Defaulted>(&half), [("inner.b".to_owned(), ProblemKind::Missing)]);
    // One that is there and does not fit is an error, not a default.
    let mut memory = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add("a", &1.0).unwrap();
    writer.add("b", &array![1.0]).unwrap();
    writer.finish().unwrap();
    assert_eq!(problems::<Defaulted>(memory.get_ref()), [("b".to_owned(), ProblemKind::Shape)]);
}

#[test]
fn what_was_saved_without_members_is_not_defaulted() {
    #[expect(clippy::unnecessary_wraps, reason = "it stands for a field of this type")]
    fn seven() -> Option<f64> {
        Some(7.0)
    }
    fn one() -> BTreeMap<String, f64> {
        [("one".to_owned(), 1.0)].into()
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Defaulted {
        #[npz(default = "seven")]
        rate: Option<f64>,
        #[npz(default = "one")]
        map: BTreeMap<String, f64>,
        #[npz(default)]
        inner: Option<Inner>,
    }
    let empty = Defaulted { rate: None, map: BTreeMap::new(), inner: None };
    let bytes = empty.to_bytes().unwrap();
    assert!(names(&bytes).contains(&"rate.(none)".to_owned()), "{:?}", names(&bytes));
    assert_eq!(Defaulted::from_bytes(&bytes).unwrap(), empty);
    let absent = Defaulted { rate: seven(), map: one(), inner: None };
    assert_eq!(Defaulted::from_bytes(&archive(&[])).unwrap(), absent);
    comes_back(
        &Defaulted { rate: Some(1.0), map: one(), inner: Some(INNER) },
        &["rate", "map.one", "inner.a", "inner.b"],
    );
}

#[test]
fn flatten_puts_members_beside_the_others() {
    #[derive(Npz, Debug, PartialEq)]
    struct Flat {
        #[npz(flatten)]
        inner: Inner,
        #[npz(flatten)]
        rest: BTreeMap<String, f64>,
        own: f64,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Outer {
        flat: Flat,
    }
    // The map takes what no field wants, also of those that come after it.
    let flat = Flat { inner: INNER, rest: [("x.y".to_owned(), 9.0)].into(), own: 3.0 };
    comes_back(&flat, &["a", "b", "x.y", "own"]);
    comes_back(&Outer { flat }, &["flat.a", "flat.b", "flat.x.y", "flat.own"]);
    comes_back(&Flat { inner: INNER, rest: BTreeMap::new(), own: 3.0 }, &["a", "b", "own"]);
    // What it holds must not stand in the way of the others.
    let twice = Flat { inner: INNER, rest: [("own".to_owned(), 9.0)].into(), own: 3.0 };
    let error = twice.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("own")));
}

#[test]
fn a_flattened_option_is_there_if_any_member_is() {
    #[derive(Npz, Debug, PartialEq)]
    struct Flat {
        own: f64,
        #[npz(flatten)]
        inner: Option<Inner>,
    }
    comes_back(&Flat { own: 1.0, inner: None }, &["own"]);
    comes_back(&Flat { own: 1.0, inner: Some(INNER) }, &["own", "a", "b"]);
    let half = archive(&[("own", 1.0), ("b", 2.0)]);
    assert_eq!(problems::<Flat>(&half), [("a".to_owned(), ProblemKind::Missing)]);
}

mod degrees {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the derive calls it with a reference")]
    pub(super) fn to_npz(radians: &f64) -> f64 {
        radians.to_degrees()
    }
    pub(super) fn from_npz(degrees: f64) -> Result<f64, String> {
        if degrees.is_finite() {
            Ok(degrees.to_radians())
        } else {
            Err(format!("the angle must be finite, found {degrees}"))
        }
    }
}

/// Converts through several members.
mod by_parts {
    use super::Inner;
    pub(super) fn to_npz(pair: &(f64, f64)) -> Inner {
        Inner { a: pair.0, b: pair.1 }
    }
    pub(super) fn from_npz(Inner { a, b }: Inner) -> npz_core::Result<(f64, f64)> {
        if a.is_nan() || b.is_nan() { Err(npz_core::Error::custom("NaN in a pair")) } else { Ok((a, b)) }
    }
}

#[derive(Npz, Debug, PartialEq)]
struct Angles {
    #[npz(with = "degrees")]
    angle: f64,
    #[npz(with = "by_parts", alias = "p")]
    pair: (f64, f64),
    #[npz(with = "degrees", default)]
    absent: f64,
    #[npz(with = "self::by_parts", flatten)]
    flat: (f64, f64),
}

#[test]
fn with_converts_both_ways() {
    let angles = Angles { angle: std::f64::consts::PI, pair: (1.0, 2.0), absent: 0.0, flat: (3.0, 4.0) };
    comes_back(&angles, &["angle", "pair.a", "pair.b", "absent", "a", "b"]);
    let npz = angles.to_bytes().unwrap();
    assert_eq!(NpzReader::new(&npz).unwrap().get::<f64>("angle").unwrap(), 180.0);
    let old = archive(&[("angle", 180.0), ("p.a", 1.0), ("p.b", 2.0), ("a", 3.0), ("b", 4.0)]);
    assert_eq!(Angles::from_bytes(&old).unwrap(), angles);
}

#[test]
fn a_conversion_that_fails_names_the_member_and_the_file() {
    #[derive(Npz, Debug)]
    struct Outer {
        _inner: Vec<Angles>,
    }
    let members = [("angle", f64::INFINITY), ("pair.a", 1.0), ("pair.b", 2.0), ("a", 3.0), ("b", 4.0)];
    let members = members.map(|(name, value)| (format!("_inner.0.{name}"), value));
    let bytes = archive(&members.each_ref().map(|(name, value)| (name.as_str(), *value)));
    let dir = tests::temp_dir();
    let path = dir.path().join("angles.npz");
    std::fs::write(&path, bytes).unwrap();
    let error = Outer::load(&path).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("_inner.0.angle")));
    assert_eq!(error.file(), Some(&*path));
    let text = error.to_string();
    assert!(text.ends_with(r#"member "_inner.0.angle": the angle must be finite, found inf"#), "{text}");
}

#[test]
fn cast_rules_one_field_and_what_is_inside_of_it() {
    #[derive(Npz, Debug, PartialEq)]
    struct Narrow {
        a: f32,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Casts {
        #[npz(cast = "same_kind")]
        narrow: f32,
        #[npz(cast = "same_kind")]
        nested: Narrow,
        #[npz(cast = "exact", default)]
        exact: f64,
        #[npz(cast = "safe", default)]
        safe: f64,
        #[npz(default)]
        plain: f32,
    }
    let bytes = archive(&[("narrow", 0.1), ("nested.a", 0.2), ("exact", 1.0)]);
    let loaded = Casts::from_bytes(&bytes).unwrap();
    assert_eq!((loaded.narrow, loaded.nested.a, loaded.exact), (0.1f32, 0.2f32, 1.0));
    let dtype = |name: &str| (name.to_owned(), ProblemKind::DType);
    let bytes = archive(&[("narrow", 0.1), ("nested.a", 0.2), ("plain", 0.1)]);
    assert_eq!(problems::<Casts>(&bytes), [dtype("plain")]);
    let mut memory = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    for name in ["narrow", "nested.a", "exact", "safe"] {
        writer.add(name, &1.0f32).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(problems::<Casts>(memory.get_ref()), [dtype("exact")]);
    // Which rule is asked for per call does not change what a field asks for itself.
    let options = npz_core::LoadOptions::new().cast(npz_core::Cast::SameKind);
    let error = options.from_bytes::<Casts>(memory.get_ref()).unwrap_err();
    assert_eq!(error.report().unwrap().problems()[0].member, "exact");
}
