//! A short name claims thousands of elements: what is not there is one problem of a list, and costs next to nothing.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::alloc::System;
use std::collections::{BTreeMap, VecDeque};
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use npz_core::{
    Error, ErrorKind, FromMembers, Lazy, Limits, LoadOptions, Npz, NpzReader, NpzWriter, Problem,
    ProblemKind, RemarkKind, ToMembers,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Memory is counted for the whole process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

macro_rules! of_twenty {
    ($name:ident, $cell:ty $(, $attribute:meta)?) => {
        #[derive(Npz, Debug, Default, Clone, PartialEq)]
        struct $name {
            $(#[$attribute])? a0: $cell, $(#[$attribute])? a1: $cell, $(#[$attribute])? a2: $cell,
            $(#[$attribute])? a3: $cell, $(#[$attribute])? a4: $cell, $(#[$attribute])? a5: $cell,
            $(#[$attribute])? a6: $cell, $(#[$attribute])? a7: $cell, $(#[$attribute])? a8: $cell,
            $(#[$attribute])? a9: $cell, $(#[$attribute])? b0: $cell, $(#[$attribute])? b1: $cell,
            $(#[$attribute])? b2: $cell, $(#[$attribute])? b3: $cell, $(#[$attribute])? b4: $cell,
            $(#[$attribute])? b5: $cell, $(#[$attribute])? b6: $cell, $(#[$attribute])? b7: $cell,
            $(#[$attribute])? b8: $cell, $(#[$attribute])? b9: $cell,
        }
    };
}
of_twenty!(Required, u64);
of_twenty!(Optional, Option<u64>);
of_twenty!(Defaulted, u64, npz(default));

#[derive(Npz, Debug, Clone, PartialEq)]
enum Choice {
    Number { a0: u64 },
    Pair(u64, u64),
}

#[derive(Npz, Debug, PartialEq)]
struct Root<T> {
    v: T,
}

/// An archive of single numbers under these names.
fn archive<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut file).unwrap();
    for name in names {
        writer.add(name.as_ref(), &7u64).unwrap();
    }
    writer.finish().unwrap();
    file.into_inner()
}

fn load<T: FromMembers + ToMembers>(bytes: &[u8]) -> Result<T, Error> {
    LoadOptions::new().limits(Limits::strict()).from_bytes::<Root<T>>(bytes).map(|root| root.v)
}

/// The one problem of a list that claims more than it holds, found without spending memory on it.
#[track_caller]
fn hole<T: FromMembers + ToMembers>(names: &[&str]) -> Problem {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = archive(names);
    let region = Region::new(ALLOCATOR);
    let error = load::<T>(&bytes).map(drop).unwrap_err();
    let spent = region.change().bytes_allocated;
    assert!(spent < 1 << 20, "{spent} bytes for {names:?}");
    assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
    let report = error.report().unwrap();
    let [problem] = report.problems() else { panic!("{error}") };
    assert_eq!((report.problem_count(), problem.kind), (1, ProblemKind::Missing));
    problem.clone()
}

#[test]
fn the_first_hole_is_the_only_problem() {
    let one = hole::<Vec<Required>>(&["v.65535.a0"]);
    assert_eq!((&*one.member, &*one.expected), ("v.0", "element 0 of 65536"));
    assert!(one.hint.contains("begins with \"v.0.\": save every element, or make them `Option`s"), "{one}");

    assert_eq!(hole::<VecDeque<Required>>(&["v.65535.a0"]).member, "v.0");
    assert_eq!(hole::<Vec<Choice>>(&["v.60000.kind"]).member, "v.0");
    assert_eq!(hole::<Vec<Lazy<Required>>>(&["v.65535.a0"]).member, "v.0");
    assert_eq!(hole::<Vec<[Required; 2]>>(&["v.65535.1.a0"]).member, "v.0");
    assert_eq!(hole::<[Required; 3]>(&["v.2.a0"]).member, "v.0");
    assert_eq!(hole::<Vec<(u64, u64)>>(&["v.65535.1"]).member, "v.0");
    assert_eq!(hole::<Vec<Vec<u64>>>(&["v.65535"]).member, "v.0");
    assert_eq!(hole::<Vec<Vec<Required>>>(&["v.65535.0.a0"]).member, "v.0");
    assert_eq!(hole::<Vec<Vec<Vec<Required>>>>(&["v.0.40000.0.a0"]).member, "v.0.0");
    assert_eq!(hole::<BTreeMap<String, Vec<Required>>>(&["v.key.65535.a0"]).member, "v.key.0");
    assert_eq!(hole::<Option<Vec<Required>>>(&["v.65535.a0"]).member, "v.0");
}

#[test]
fn lists_in_lists_stop_at_a_hole_each() {
    let bytes = archive((0..9).map(|i| format!("v.{i}.7000.a0")));
    let error = load::<Vec<Vec<Required>>>(&bytes).unwrap_err();
    let report = error.report().unwrap();
    let members: Vec<_> = report.problems().iter().map(|one| &*one.member).collect();
    assert_eq!(members, (0..9).map(|i| format!("v.{i}.0")).collect::<Vec<_>>());
}

#[test]
fn elements_before_a_hole_are_told_of_as_ever() {
    let names = (0..20).map(|i| if i < 2 { format!("v.0.a{i}") } else { format!("v.{i}.x") });
    let error = load::<Vec<Required>>(&archive(names)).unwrap_err();
    let report = error.report().unwrap();
    let missing: Vec<_> = report.problems().iter().map(|one| &*one.member).collect();
    // Eighteen fields of the first element, and then the element that is not there.
    assert_eq!((missing.len(), missing[0], missing[18]), (19, "v.0.a2", "v.1"), "{error}");
}

#[derive(Npz, Debug)]
struct Empty {}

#[test]
fn a_report_keeps_a_hundred_problems_and_counts_the_rest() {
    // Elements that are there lack nineteen members each.
    let error = load::<Vec<Required>>(&archive((0..500).map(|i| format!("v.{i}.a0")))).unwrap_err();
    let report = error.report().unwrap();
    assert_eq!((report.problems().len(), report.problem_count()), (100, 500 * 19));
    assert!(!report.is_ok());
    assert!(error.to_string().ends_with("\n  - and 9460 more"), "{error}");
    assert!(error.to_string().contains("in 9500 places"), "{error}");
    // What is only counted still decides what kind of error it is.
    let mut file = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut file).unwrap();
    (0..500).for_each(|i| writer.add(&format!("v.{i}.a0"), &7u64).unwrap());
    writer.add_bytes("v.499.b9.npy", b"\x93NUMPY\x01\x00\x02\x00{}").unwrap();
    writer.finish().unwrap();
    assert_eq!(load::<Vec<Required>>(file.get_ref()).map(drop).unwrap_err().kind(), ErrorKind::Damaged);
    // Members that nobody wants are counted as well.
    let report = NpzReader::new(file.get_ref()).unwrap().check::<Empty>().unwrap();
    assert_eq!((report.problems().len(), report.problem_count()), (100, 501));
}

#[test]
fn hints_belong_to_the_members_that_they_speak_of() {
    #[derive(Npz, Debug)]
    struct Model {
        #[npz(rename = "v")]
        _v: Vec<Required>,
        #[npz(rename = "learning_rate")]
        _rate: u64,
    }
    // The list's hole is a missing member too, with advice of its own.
    let bytes = archive(["v.3.a0", "learning_rat"]);
    let error = Model::from_bytes(&bytes).unwrap_err();
    let hints: Vec<_> = error.report().unwrap().problems().iter().map(|p| (&*p.member, &*p.hint)).collect();
    assert_eq!(hints[0].0, "v.0");
    assert!(hints[0].1.contains("save every element"), "{error}");
    assert_eq!(hints[1].0, "learning_rate");
    assert!(
        hints[1].1.contains("did you mean \"learning_rat\"? `#[npz(alias = \"learning_rat\")]`"),
        "{error}"
    );
}

#[test]
fn what_may_be_absent_may_be_so_many_times() {
    #[track_caller]
    fn comes_back<T: FromMembers + ToMembers + PartialEq + std::fmt::Debug>(value: T) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = Root { v: value };
        let bytes = root.to_bytes().unwrap();
        let start = std::time::Instant::now();
        let loaded = LoadOptions::new().limits(Limits::strict()).from_bytes::<Root<T>>(&bytes).unwrap();
        // Without optimization on a busy machine; 0.3 s otherwise.
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
        assert!(loaded == root);
    }
    comes_back(vec![None::<Required>; 65_536]);
    comes_back(vec![None::<Optional>; 65_536]);
    comes_back(vec![Optional::default(); 65_536]);
    comes_back(vec![None::<Choice>; 65_536]);
    comes_back(VecDeque::from(vec![None::<Required>; 65_536]));
    comes_back(vec![None::<u64>; 65_536]);
    comes_back(BTreeMap::from([("key".to_owned(), vec![None::<Required>; 65_536])]));
    let mut sparse = vec![None; 65_000];
    sparse[64_000] = Some(Required { a3: 3, ..Required::default() });
    sparse[17] = Some(Required { b7: 7, ..Required::default() });
    comes_back(sparse.clone());
    comes_back(vec![vec![None, Some(Required::default())], sparse, vec![None; 500]]);
    comes_back(vec![[None, Some(Optional { a1: Some(1), ..Optional::default() })], [None, None]]);
}

#[test]
fn remarks_on_what_is_not_there_are_bounded() {
    let bytes = archive(["v.30000.a0", "extra"]);
    let options = LoadOptions::new().limits(Limits::strict()).allow_unknown(true);
    let npz = options.reader(&bytes).unwrap();
    let report = npz.check::<Root<Vec<Defaulted>>>().unwrap();
    assert!(report.is_ok());
    let defaulted = report.remarks().iter().filter(|remark| remark.kind == RemarkKind::Defaulted).count();
    assert_eq!(defaulted, 500);
    // A member of the file is remarked on in any case.
    assert_eq!(report.remarks().last().unwrap().member, "extra");
    let more = 30_000 * 20 + 19 + 1 - 40;
    assert!(report.to_string().ends_with(&format!("and {more} more")), "{report}");
}

#[test]
fn long_names_pay_for_the_elements_that_they_claim() {
    let long = "k".repeat(60_000);
    let few = archive([format!("v.{long}.200.a0")]);
    let loaded: BTreeMap<String, Vec<Optional>> = load(&few).unwrap();
    assert_eq!((loaded[&long].len(), loaded[&long][200].a0), (201, Some(7)));
    let many = archive([format!("v.{long}.2000.a0")]);
    assert_eq!(
        load::<BTreeMap<String, Vec<Optional>>>(&many).map(drop).unwrap_err().kind(),
        ErrorKind::Limit
    );
    // The save knows it.
    let map = |len| BTreeMap::from([(long.clone(), vec![None::<u8>; len])]);
    assert_eq!(BTreeMap::from_bytes(&map(200).to_bytes().unwrap()).unwrap(), map(200));
    assert_eq!(map(2000).to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_migration_may_fill_an_element_that_is_not_there() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "fill")]
    struct Filled {
        a0: u64,
        b0: Option<u64>,
    }
    fn fill(old: &mut npz_core::OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        if !old.contains("a0") {
            old.insert("a0", &1u64)?;
            old.insert("b0", &2u64)?;
        }
        Ok(())
    }
    let loaded: Vec<Filled> = load(&archive(["v.2.a0"])).unwrap();
    let cells: Vec<_> = loaded.iter().map(|filled| (filled.a0, filled.b0)).collect();
    assert_eq!(cells, [(1, Some(2)), (1, Some(2)), (7, None)]);
}
