//! What can't be kept is refused before the old file is touched.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use ndarray::{Array1, array};
use npz_core::{ErrorKind, Npz, NpzWriter, ToMembers};

use crate::derive_errors::{Layer, assert_has};

/// Saves over an older file, and compares the error; the older file must stand, and nothing else beside it.
#[track_caller]
fn refused<T: Npz + ToMembers>(value: &T, member: Option<&str>, parts: &[&str]) {
    let dir = tests::temp_dir();
    let path = dir.path().join("run.npz");
    fs::write(&path, b"older").unwrap();
    for compressed in [false, true] {
        let saved = if compressed { value.save_compressed(&path) } else { value.save(&path) };
        let error = saved.expect_err("the value can't be kept");
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, member), "{error}");
        assert_eq!(error.file(), Some(&*path));
        assert_has(&error.to_string(), parts);
        assert_eq!(fs::read(&path).unwrap(), b"older");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
    assert_eq!(value.to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
}

#[derive(Npz)]
struct One<T> {
    field: T,
}

fn refused_field<T: ToMembers>(field: T, member: Option<&str>, parts: &[&str]) {
    refused(&One { field }, member, parts);
}

#[test]
fn two_members_of_one_name_are_refused() {
    #[derive(Npz)]
    struct Flat {
        own: u8,
        #[npz(flatten)]
        rest: BTreeMap<String, u8>,
    }
    // The compiler doesn't know what a `with` field stores.
    mod as_is {
        pub(super) fn to_npz(value: &[Vec<u8>; 2]) -> Vec<Vec<u8>> {
            value.to_vec()
        }
        pub(super) fn from_npz(stored: Vec<Vec<u8>>) -> Result<[Vec<u8>; 2], String> {
            stored.try_into().map_err(|stored: Vec<_>| format!("expected 2, found {}", stored.len()))
        }
    }
    #[derive(Npz)]
    struct Dotted {
        #[npz(with = "as_is")]
        layers: [Vec<u8>; 2],
        #[npz(rename = "layers.1")]
        other: u8,
    }
    refused(&Flat { own: 1, rest: [("own".to_owned(), 2)].into() }, Some("own"), &["flattened", "rename"]);
    let parts = ["another member has this name", "rename"];
    refused(&Dotted { layers: [vec![1], vec![2]], other: 3 }, Some("layers.1"), &parts);
    refused(&BTreeMap::from([("x".to_owned(), 1u8), ("x.npy".to_owned(), 2)]), Some("x.npy"), &[".npy"]);
}

#[test]
fn names_that_zip_can_not_keep_are_refused() {
    refused(&BTreeMap::from([("a\0b".to_owned(), 1u8)]), Some("a\0b"), &["NUL"]);
    let long = "n".repeat(65_532);
    refused(&BTreeMap::from([(long.clone(), 1u8)]), Some(&*long), &["65535 bytes"]);
    let longest = BTreeMap::from([("n".repeat(65_531), 1u8)]);
    assert_eq!(BTreeMap::from_bytes(&longest.to_bytes().unwrap()).unwrap(), longest);
}

#[test]
fn text_that_ends_with_nul_is_refused() {
    let parts = ["NUL", "NumPy", "remove it"];
    refused_field("text\0".to_owned(), Some("field"), &parts);
    refused_field("\0", Some("field"), &parts);
    refused_field(vec!["fine", "text\0"], Some("field"), &parts);
    refused_field(array!["fine".to_owned(), "text\0".to_owned()], Some("field"), &parts);
    refused_field(vec![("text\0".to_owned(),)], Some("field.0.0"), &parts);
    // Elsewhere in the text it is kept.
    assert!(One { field: "a\0b" }.to_bytes().is_ok());
}

#[test]
fn map_keys_that_could_not_be_told_apart_are_refused() {
    #[derive(Npz)]
    #[npz(separator = "/")]
    struct Slashed {
        field: BTreeMap<String, (u8,)>,
    }
    let layer = || Layer { weights: array![[1.0]], bias: None };
    let parts = ["map key \"a.b\"", "separator \".\"", "other keys"];
    refused_field(HashMap::from([("a.b".to_owned(), layer())]), Some("field.a.b"), &parts);
    refused_field(BTreeMap::from([("a.b".to_owned(), (1u8, 2u8))]), Some("field.a.b"), &parts);
    refused_field(BTreeMap::from([("a.b".to_owned(), vec![vec![1u8]])]), Some("field.a.b"), &parts);
    let inner = BTreeMap::from([("c".to_owned(), 1u8)]);
    refused_field(BTreeMap::from([("a.b".to_owned(), inner)]), Some("field.a.b"), &parts);
    refused(&BTreeMap::from([("a.b".to_owned(), layer())]), Some("a.b"), &parts);
    // Under another separator the dot is a letter like any other.
    let slashed = Slashed { field: BTreeMap::from([("a.b".to_owned(), (1,))]) };
    assert_eq!(Slashed::from_bytes(&slashed.to_bytes().unwrap()).unwrap().field["a.b"], (1,));
}

#[test]
fn what_would_be_lost_is_refused() {
    #[derive(Npz)]
    struct Flat {
        #[npz(flatten)]
        field: Option<BTreeMap<String, u8>>,
    }
    let lost = ["map key \"k\"", "no members", "remove the key"];
    refused_field(BTreeMap::from([("k".to_owned(), None::<u8>)]), Some("field.k"), &lost);
    refused_field(BTreeMap::from([("k".to_owned(), (None::<u8>, None::<u8>))]), Some("field.k"), &lost);
    refused_field(vec![[0u8; 0]; 3], Some("field"), &["[T; 0]", "length would be lost", "skip"]);
    refused(&Flat { field: Some(BTreeMap::new()) }, None, &["flatten", "`None`"]);
}

#[test]
fn a_scalar_has_no_place_at_the_root() {
    #[derive(Npz)]
    struct Flat {
        #[npz(flatten)]
        field: Array1<u8>,
    }
    refused(&Flat { field: array![1] }, None, &["no name", "make it a field"]);
}

#[test]
fn bad_options_are_refused() {
    let value = One { field: 1u8 };
    let dir = tests::temp_dir();
    let path = dir.path().join("run.npz");
    let level = npz_core::SaveOptions::new().compression(npz_core::Compression::Deflate(10));
    for options in
        [level, npz_core::SaveOptions::new().alignment(3), npz_core::SaveOptions::new().alignment(0)]
    {
        let error = options.save(&value, &path).unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&*path)), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_archive_whose_member_was_refused_can_go_on() {
    let mut memory = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    writer.add("a", &1u8).unwrap();
    assert_eq!(writer.add("a", &2u8).unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(writer.add("b", &"text\0").unwrap_err().member(), Some("b"));
    writer.add("b", &3u8).unwrap();
    writer.finish().unwrap();
    let read: BTreeMap<String, u8> = Npz::from_bytes(memory.get_ref()).unwrap();
    assert_eq!(read, BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 3)]));
}
