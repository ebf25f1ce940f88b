//! Limits hold for what cells take in memory, not only for what they take in a file.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use ndarray::{Array1, Ix1, IxDyn};
use npz_core::{
    AnyArray, Cast, Element, Error, ErrorKind, Lazy, Limits, LoadOptions, NpyRecord, Npz, NpzReader, RawVec,
    npy,
};
use tests::{python, temp_dir};

fn strict() -> LoadOptions {
    LoadOptions::new().limits(Limits::strict())
}

#[track_caller]
fn refused<T>(loaded: Result<T, Error>, parts: &[&str]) {
    let error = loaded.err().expect("it is over the limit");
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

#[derive(Npz, Clone, Debug)]
struct Words {
    a: Vec<String>,
}

#[derive(Npz)]
struct Later {
    a: Lazy<Vec<String>>,
}

#[test]
fn a_small_archive_of_twenty_million_strings_does_not_fill_the_memory_under_strict_limits() {
    let dir = temp_dir();
    let dir = dir.path();
    python(
        dir,
        "a = np.full(20_000_000, b'a', 'S1')
np.savez_compressed('S.npz', a=a); np.savez_compressed('V.npz', a=a.view('V1')); np.savez_compressed('u.npz', a=a.view('u1'))
np.savez_compressed('many.npz', **{f'x{i}': a[:5_000_000] for i in range(16)})",
    );
    let open = |file: &str| NpzReader::open_with(dir.join(file), &strict()).unwrap();
    let npz = open("S.npz");
    let told = [
        "\"a\"",
        "the size in memory in bytes of the member's 20000000 cells (56 for each and what is stored) is 1140000000",
        "the limit is 1073741824",
        "`Limits::member_bytes`",
    ];
    refused(npz.get::<Array1<String>>("a"), &told);
    refused(npz.get::<Array1<Vec<u8>>>("a"), &told);
    refused(npz.get::<AnyArray>("a"), &told);
    refused(npz.get::<Vec<String>>("a"), &told);
    refused(npz.load::<BTreeMap<String, AnyArray>>(), &told);
    refused(Words::load_with(dir.join("S.npz"), &strict()), &told);
    let mut words = Words { a: vec![] };
    refused(words.load_into_with(dir.join("S.npz"), &strict()), &told);
    let later = Later::load_with(dir.join("S.npz"), &strict()).unwrap();
    refused(later.a.get().cloned(), &told);
    let raw = "20000000 cells (48 for each and what is stored) is 980000000";
    let options = LoadOptions::new().limits(Limits::strict().member_bytes(900_000_000));
    refused(NpzReader::open_with(dir.join("V.npz"), &options).unwrap().get::<Array1<RawVec>>("a"), &[raw]);
    // None is over the limit of one member.
    let sum = "the sum of the members' sizes in bytes (uncompressed, or in memory if they are larger there) is 4560000000";
    refused(open("many.npz").load::<BTreeMap<String, AnyArray>>(), &[sum, "`Limits::total_bytes`"]);
    refused(open("many.npz").load::<BTreeMap<String, Vec<String>>>(), &[sum]);

    // Where nothing is allocated for a cell, they may be as many as before.
    assert_eq!(open("u.npz").get::<Array1<u8>>("a").unwrap().len(), 20_000_000);
    assert!(matches!(open("V.npz").get::<AnyArray>("a").unwrap(), AnyArray::Other(_)));
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Row {
    x: f64,
}

#[test]
fn cells_that_are_wider_in_memory_count_as_wide_as_there() {
    #[track_caller]
    fn takes<A: Element + Debug>(file: &[u8], bytes: u64) {
        let options =
            |bytes| LoadOptions::new().cast(Cast::Safe).limits(Limits::strict().member_bytes(bytes));
        npy::from_bytes_with::<A, Ix1>(file, &options(bytes)).unwrap();
        refused(npy::from_bytes_with::<A, Ix1>(file, &options(bytes - 1)), &["`Limits::member_bytes`"]);
        refused(npy::read_with::<A, Ix1>(file, &options(bytes - 1)), &[]);
        refused(npy::iter_with::<A, Ix1, _>(file, &options(bytes - 1)).next().unwrap(), &[]);
        let total = |bytes| LoadOptions::new().limits(Limits::strict().total_bytes(bytes));
        let twice = [file, file].concat();
        let read =
            |bytes| npy::iter_with::<A, IxDyn, _>(&twice[..], &total(bytes)).collect::<Result<Vec<_>, _>>();
        assert_eq!(read(2 * bytes).unwrap().len(), 2);
        refused(read(2 * bytes - 1), &["`Limits::total_bytes`"]);
    }
    let bytes = npy::to_bytes(&Array1::<u8>::zeros(1000)).unwrap();
    takes::<u8>(&bytes, 1000);
    takes::<f64>(&bytes, 8000);
    let text = npy::to_bytes(&Array1::from_elem(10, "abc".to_owned())).unwrap();
    takes::<String>(&text, 10 * (12 + 24 + 32));
    // Not knowing the type, it counts as what an `AnyArray` makes of it.
    let any = |bytes| LoadOptions::new().limits(Limits::strict().member_bytes(bytes));
    npy::read_any_with(&text[..], &any(680)).unwrap();
    refused(npy::read_any_with(&text[..], &any(679)), &["`Limits::member_bytes`"]);
    refused(npy::iter_any_with(&text[..], &any(679)).next().unwrap(), &[]);
    let dir = temp_dir();
    python(dir.path(), "np.save('rows.npy', np.zeros(100, [('x', 'i1')]))");
    takes::<Row>(&std::fs::read(dir.path().join("rows.npy")).unwrap(), 800);
}

#[test]
fn trusted_limits_refuse_no_number_of_strings() {
    let text = npy::to_bytes(&Array1::from_elem(100_000, String::new())).unwrap();
    for limits in [Limits::default(), Limits::trusted(), Limits::strict()] {
        let options = LoadOptions::new().limits(limits);
        assert_eq!(npy::from_bytes_with::<String, Ix1>(&text, &options).unwrap().len(), 100_000);
    }
}
