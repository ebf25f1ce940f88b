//! Limits hold for what cells take in memory, not only for what they take in a file.

use std::collections::BTreeMap;
use std::fmt::Debug;

use ndarray::{Array1, ArrayD};
use npz_core::{
    AnyArray, Cast, Element, Error, ErrorKind, Lazy, Limits, LoadOptions, NpyRecord, Npz, NpzReader, npy,
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
    let open = |file: &str| strict().open(dir.join(file)).unwrap();
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
    refused(strict().load::<Words>(dir.join("S.npz")), &told);
    let mut words = Words { a: vec![] };
    refused(strict().allow_resize(true).load_into(&mut words, dir.join("S.npz")), &told);
    let later = strict().load::<Later>(dir.join("S.npz")).unwrap();
    refused(later.a.get().cloned(), &told);
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
        options(bytes).from_bytes::<Array1<A>>(file).unwrap();
        refused(options(bytes - 1).from_bytes::<Array1<A>>(file), &["`Limits::member_bytes`"]);
        refused(options(bytes - 1).read::<Array1<A>>(file), &[]);
        refused(options(bytes - 1).iter::<Array1<A>>(file).next().unwrap(), &[]);
        let total = |bytes| LoadOptions::new().limits(Limits::strict().total_bytes(bytes));
        let twice = [file, file].concat();
        let read = |bytes| total(bytes).iter::<ArrayD<A>>(&twice[..]).collect::<Result<Vec<_>, _>>();
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
    any(680).read::<AnyArray>(&text[..]).unwrap();
    refused(any(679).read::<AnyArray>(&text[..]), &["`Limits::member_bytes`"]);
    refused(any(679).iter::<AnyArray>(&text[..]).next().unwrap(), &[]);
    let dir = temp_dir();
    python(dir.path(), "np.save('rows.npy', np.zeros(100, [('x', 'i1')]))");
    takes::<Row>(&std::fs::read(dir.path().join("rows.npy")).unwrap(), 800);
}

#[test]
fn trusted_limits_refuse_no_number_of_strings() {
    let text = npy::to_bytes(&Array1::from_elem(100_000, String::new())).unwrap();
    for limits in [Limits::default(), Limits::trusted(), Limits::strict()] {
        let options = LoadOptions::new().limits(limits);
        assert_eq!(options.from_bytes::<Array1<String>>(&text).unwrap().len(), 100_000);
    }
}

#[test]
fn what_stands_behind_the_cells_counts_as_it_is_inflated() {
    #[derive(Npz, Debug)]
    #[npz(version = 1)]
    struct Versioned {
        x0: f64,
    }
    let dir = temp_dir();
    // 64 scalars, each followed by 16 MiB of zeros that belong to nothing.
    python(
        dir.path(),
        r"
scalar = io.BytesIO(); np.save(scalar, 1.5)
with zipfile.ZipFile('bomb.npz', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(64):
        z.writestr(f'x{i}.npy', scalar.getvalue() + bytes(16 << 20))
    z.writestr('__version__.npy', scalar.getvalue() + bytes(16 << 20))
",
    );
    let path = dir.path().join("bomb.npz");
    let options = LoadOptions::new().limits(Limits::strict().total_bytes(16 << 20));
    let started = std::time::Instant::now();
    let load = options.load::<BTreeMap<String, f64>>(&path);
    // The first in the order of the plan is named.
    refused(load, &["\"__version__\"", "`Limits::total_bytes`"]);
    refused(options.open(&path).unwrap().get::<f64>("x7"), &["`Limits::total_bytes`"]);
    // What is read to plan others counts as well: a version, the number of elements.
    assert!(options.load::<Versioned>(&path).is_err());
    assert!(started.elapsed().as_secs() < 5, "nothing is inflated: {:?}", started.elapsed());
    let wider = LoadOptions::new().limits(Limits::strict().total_bytes(17 << 20));
    assert_eq!(wider.open(&path).unwrap().get::<f64>("x7").unwrap(), 1.5);
    let lazy = options.load::<BTreeMap<String, Lazy<f64>>>(&path).unwrap();
    refused(lazy["x3"].get().copied(), &["`Limits::total_bytes`"]);
}

#[test]
fn a_stream_and_its_bytes_are_read_alike() {
    let state: BTreeMap<String, u8> = (0..1000).map(|i| (format!("m{i}"), 1)).collect();
    let bytes = state.to_bytes().unwrap();
    // The members take a byte each, names and headers far more.
    let options = |total| LoadOptions::new().limits(Limits::strict().total_bytes(total));
    assert_eq!(options(1000).from_bytes::<BTreeMap<_, _>>(&bytes).unwrap(), state);
    assert_eq!(options(1000).read::<BTreeMap<_, _>>(&bytes[..]).unwrap(), state);
    for total in [0, 999] {
        refused(options(total).from_bytes::<BTreeMap<String, u8>>(&bytes), &["`Limits::total_bytes`"]);
        refused(options(total).read::<BTreeMap<String, u8>>(&bytes[..]), &["`Limits::total_bytes`"]);
    }
    // A stream without an end has one here.
    refused(
        options(1 << 20).read::<BTreeMap<String, u8>>(std::io::repeat(b'P')),
        &["the stream's length in bytes", "`Limits::total_bytes`"],
    );
}

#[test]
fn all_limits_that_are_passed_are_told_at_once_with_the_member() {
    let state = BTreeMap::from([("a".to_owned(), vec![0u8; 10]), ("b".to_owned(), vec![0u8; 5000])]);
    let bytes = state.to_bytes().unwrap();
    let load = |limits| LoadOptions::new().limits(limits).from_bytes::<BTreeMap<String, Vec<u8>>>(&bytes);
    let small = Limits::strict().member_bytes(1000).total_bytes(2000);
    let told = ["member \"b\"", "is 5000, the limit is 1000", "is 5010, the limit is 2000"];
    refused(load(small), &told);
    refused(load(small), &["raise `Limits::member_bytes` and `Limits::total_bytes`"]);
    refused(load(small.member_bytes(5000)), &["member \"b\"", "raise `Limits::total_bytes`"]);
    refused(load(small.total_bytes(5010)), &["member \"b\"", "raise `Limits::member_bytes`"]);
    assert_eq!(load(small.member_bytes(5000).total_bytes(5010)).unwrap(), state);
    // Of single arrays, too.
    let file = npy::to_bytes(&Array1::<u8>::zeros(5000)).unwrap();
    let options = LoadOptions::new().limits(small);
    refused(options.from_bytes::<Array1<u8>>(&file), &["`Limits::member_bytes` and `Limits::total_bytes`"]);
}

#[test]
fn headers_that_are_kept_count_as_what_they_take_in_memory() {
    let dir = temp_dir();
    // 2,000 members of no cells, whose headers of 8.4 kB deflate to next to nothing and are all different.
    python(
        dir.path(),
        r#"
def header(i):
    text = "{'descr': [" + ', '.join(f"('a{j}', '<f4')" for j in range(450)) + f", ('i{i}', '<f4')], 'fortran_order': False, 'shape': (0,), }}"
    text += ' ' * (63 - (len(text) + 10) % 64) + '\n'
    return b'\x93NUMPY\x01\0' + len(text).to_bytes(2, 'little') + text.encode()
with zipfile.ZipFile('heads.npz', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(2000):
        z.writestr(f'x{i}.npy', header(i))
"#,
    );
    let path = dir.path().join("heads.npz");
    let options = LoadOptions::new().limits(Limits::strict().total_bytes(1 << 20));
    let started = std::time::Instant::now();
    let npz = options.open(&path).unwrap();
    let entries = npz.entries().unwrap();
    let read = entries.iter().filter(|entry| entry.header.is_some()).count();
    assert!((5..100).contains(&read), "{read} of 2000 headers are kept");
    assert!(
        entries[1999].problem.as_ref().is_some_and(|problem| problem.contains("of the members' headers is"))
    );
    let error = npz.load::<BTreeMap<String, AnyArray>>().unwrap_err();
    assert!(error.to_string().contains("`Limits::total_bytes`"), "{error}");
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    // Many that are the same are kept once.
    let plain: BTreeMap<String, f64> = (0..9000).map(|i| (format!("m{i}"), 1.5)).collect();
    let options = LoadOptions::new().limits(Limits::strict().total_bytes(9000 * 8));
    assert_eq!(options.from_bytes::<BTreeMap<_, _>>(&plain.to_bytes().unwrap()).unwrap(), plain);
}

#[test]
fn lazy_values_of_a_source_that_is_copied_count_too() {
    let state: BTreeMap<String, Vec<f32>> = (0..4).map(|i| (format!("x{i}"), vec![0.5; 100_000])).collect();
    let bytes = state.to_bytes().unwrap();
    let options = |total| LoadOptions::new().limits(Limits::strict().total_bytes(total));
    let load = |total| options(total).from_bytes::<BTreeMap<String, Lazy<Vec<f32>>>>(&bytes);
    refused(load(1_599_000), &["the limit is 1599000", "`Limits::total_bytes`"]);
    assert_eq!(load(1_601_000).unwrap().len(), 4);
    // Bytes that are shared take nothing.
    let npz = options(1000).reader(std::sync::Arc::new(bytes.clone())).unwrap();
    assert_eq!(npz.load::<BTreeMap<String, Lazy<Vec<f32>>>>().unwrap().len(), 4);
}

/// So many members of one name in an archive.
fn same_names(count: u32) -> Vec<u8> {
    let local = [&b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0"[..], &[0; 12], &[1, 0, 0, 0, b'a']].concat();
    let mut bytes = local.repeat(count as usize);
    let start = bytes.len() as u32;
    for i in 0..count {
        bytes.extend(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0");
        bytes.extend(
            [&[0; 12][..], &[1, 0], &[0; 12], &(i * local.len() as u32).to_le_bytes(), b"a"].concat(),
        );
    }
    let length = bytes.len() as u32 - start;
    let count = (count as u16).to_le_bytes();
    let end =
        [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0, 0]];
    bytes.extend(end.concat());
    bytes
}

#[test]
fn an_archive_of_one_name_does_not_hold_its_reader_up() {
    let bytes = same_names(60_000);
    let started = std::time::Instant::now();
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!((npz.names().len(), npz.duplicates().collect::<Vec<_>>()), (60_000, vec!["a"]));
    for _ in 0..1000 {
        assert!(npz.contains("a") && !npz.contains("b"));
    }
    // Compared each with each, they would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
