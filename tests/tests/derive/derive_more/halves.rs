//! `save_only` and `load_only`.

use std::collections::BTreeMap;

use ndarray::{ArrayView1, aview1};
use npz_core::{LoadOptions, Npz, SaveOptions};

use crate::derive_more::archive;

#[test]
fn what_is_borrowed_is_saved() {
    #[derive(Npz)]
    #[npz(save_only)]
    struct Run<'a> {
        name: &'static str,
        samples: ArrayView1<'a, f64>,
        tags: Vec<Tag>,
        part: Part,
    }
    #[derive(Npz)]
    #[npz(save_only)]
    struct Part {
        unit: &'static str,
    }
    #[derive(Npz)]
    #[npz(save_only)]
    enum Tag {
        Named(&'static str),
        Numbered { number: u8 },
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Loaded {
        name: String,
        samples: Vec<f64>,
        tags: Vec<LoadedTag>,
        part: BTreeMap<String, String>,
    }
    #[derive(Npz, Debug, PartialEq)]
    enum LoadedTag {
        Named(String),
        Numbered { number: u8 },
    }
    let run = Run {
        name: "first",
        samples: aview1(&[0.5, 1.5]),
        tags: vec![Tag::Named("x"), Tag::Numbered { number: 7 }],
        part: Part { unit: "m" },
    };
    let expected = Loaded {
        name: "first".to_owned(),
        samples: vec![0.5, 1.5],
        tags: vec![LoadedTag::Named("x".to_owned()), LoadedTag::Numbered { number: 7 }],
        part: BTreeMap::from([("unit".to_owned(), "m".to_owned())]),
    };
    assert_eq!(Loaded::from_bytes(&run.to_bytes().unwrap()).unwrap(), expected);
    assert_eq!(Loaded::from_bytes(&SaveOptions::compressed().to_bytes(&run).unwrap()).unwrap(), expected);
}

#[test]
fn what_is_not_saved_is_loaded() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(load_only)]
    struct Run<T> {
        samples: Vec<T>,
        mode: Mode,
        name: String,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(load_only)]
    enum Mode {
        Fast,
    }
    let bytes = archive(|npz| {
        npz.add("samples", &[1u8, 2]).unwrap();
        npz.add("mode", "Fast").unwrap();
        npz.add("name", "x").unwrap();
    });
    let expected = Run { samples: vec![1u16, 2], mode: Mode::Fast, name: "x".into() };
    assert_eq!(Run::<u16>::from_bytes(&bytes).unwrap(), expected);
    assert_eq!(LoadOptions::new().read::<Run<u16>>(&bytes[..]).unwrap(), expected);
}
