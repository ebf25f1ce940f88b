//! What does not fit is told all at once, before any data are read, with what would help.
//!
//! In this file the comparison of headers; in the others values, saving, depth, and what the guide prints.

mod checking;
mod guide;
mod saving;
mod values;

use std::fmt::Debug;
use std::io::Cursor;

use ndarray::{Array1, Array2, Array3, ArrayD, array};
use npz_core::{
    Cast, ErrorKind, FromMembers, Limits, LoadOptions, Npz, NpzWriter, Problem, ProblemKind, Report,
    ToMembers,
};

type Writer<'m> = NpzWriter<&'m mut Cursor<Vec<u8>>>;

/// An archive of whatever `fill` adds.
fn archive(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    fill(&mut writer);
    writer.finish().unwrap();
    memory.into_inner()
}

/// An archive of one member, `field`.
fn field(value: &impl ToMembers) -> Vec<u8> {
    archive(|npz| npz.add("field", value).unwrap())
}

/// The report of a load that fails by it.
#[track_caller]
fn report<T: Npz + ToMembers + FromMembers>(bytes: &[u8]) -> Report {
    let error = T::from_bytes(bytes).err().expect("the file does not fit the type");
    error.report().unwrap_or_else(|| panic!("{error}")).clone()
}

/// The one problem of a struct whose `field` is a `T`, not counting that its members then remain.
#[track_caller]
fn problem<T: FromMembers + ToMembers>(bytes: &[u8]) -> Problem {
    #[derive(Npz)]
    struct One<T> {
        field: T,
    }
    let report = report::<One<T>>(bytes);
    let is_unexpected = |problem: &&Problem| problem.kind == ProblemKind::Unexpected;
    assert_eq!(report.problems().iter().skip_while(|p| !is_unexpected(p)).find(|p| !is_unexpected(p)), None);
    assert_eq!(report.problems().iter().filter(|p| !is_unexpected(p)).count(), 1, "{report}");
    report.problems()[0].clone()
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

#[derive(Npz, Debug, PartialEq)]
struct Layer {
    weights: Array2<f32>,
    bias: Option<Array1<f32>>,
}

#[derive(Npz, Debug)]
struct Model {
    _layers: Vec<Layer>,
    _step: u64,
    _title: String,
    _loss: Vec<f64>,
    _table: Array3<i32>,
    _pickled: ArrayD<f64>,
}

#[test]
fn one_error_lists_every_member_that_does_not_fit_in_the_order_of_the_fields() {
    use ProblemKind::{DType, Missing, Shape, Unexpected, Unreadable};
    let dir = tests::temp_dir();
    tests::python(
        dir.path(),
        r"
np.savez('all.npz', **{
    'zzz': np.arange(3), '_layers.0.weights': np.ones((2, 2)), '_layers.0.bias': np.ones((2, 1), 'f4'),
    '_layers.1.bias': np.ones(2, 'f4'), '_layers.1.wieghts': np.ones((2, 2), 'f4'), '_title': 3,
    '_loss': np.ones((2, 2)), '_table': np.ones((1, 2, 3), 'i4'), '_pickled': np.array([None]), '_steps': 3})
with zipfile.ZipFile('all.npz', 'a') as z:
    z.writestr('notes.txt', b'bytes')
",
    );
    let path = dir.path().join("all.npz");
    let error = Model::load(&path).unwrap_err();
    assert_eq!(error.file(), Some(&*path));
    let report = error.report().expect("a mismatch carries its report");
    let listed: Vec<_> = report.problems().iter().map(|p| (&*p.member, p.kind)).collect();
    let expected = [
        ("_layers.0.weights", DType),
        ("_layers.0.bias", Shape),
        ("_layers.1.weights", Missing),
        ("_step", Missing),
        ("_title", DType),
        ("_loss", Shape),
        ("_pickled", Unreadable),
        ("zzz", Unexpected),
        ("_layers.1.wieghts", Unexpected),
        ("_steps", Unexpected),
        ("notes.txt", Unexpected),
    ];
    assert_eq!(listed, expected);
    let text = error.to_string();
    assert_has(&text, &["all.npz: ", "in 11 places"]);
    assert_eq!(text.lines().count(), 12, "one line for each:\n{text}");
    for (line, problem) in text.lines().skip(1).zip(report.problems()) {
        assert!(line.starts_with(&format!("  - member {:?} ", problem.member)), "{line}");
    }
}

#[test]
fn the_nearest_name_is_an_alias_that_works() {
    #[derive(Npz, Debug)]
    struct Aliased {
        #[npz(alias = "wieghts")]
        _weights: Array2<f32>,
    }
    #[derive(Npz, Debug)]
    struct Outer<L> {
        #[npz(rename = "layers")]
        _layers: Vec<L>,
    }
    #[derive(Npz, Debug)]
    #[npz(separator = "/")]
    struct Slashed<L> {
        #[npz(rename = "of.layers")]
        _layers: Vec<L>,
    }
    let bytes = archive(|npz| npz.add("layers.0.wieghts", &array![[1.0f32]]).unwrap());
    let found = report::<Outer<Layer>>(&bytes);
    assert_has(&found.problems()[0].hint, &["did you mean \"layers.0.wieghts\"?", "alias = \"wieghts\""]);
    // What the hint says, done.
    Outer::<Aliased>::from_bytes(&bytes).unwrap();

    let bytes = archive(|npz| npz.add("of.layers/0/wieghts", &array![[1.0f32]]).unwrap());
    let found = report::<Slashed<Layer>>(&bytes);
    assert_has(&found.problems()[0].hint, &["\"of.layers/0/wieghts\"?", "alias = \"wieghts\""]);
    Slashed::<Aliased>::from_bytes(&bytes).unwrap();
}

#[test]
fn each_problem_says_what_was_expected_and_found_and_what_would_help() {
    let one = problem::<Array2<f32>>(&field(&array![[1.0f64]]));
    assert_eq!(one.kind, ProblemKind::DType);
    assert_has(&one.expected, &["<f4 (f32)", "2 axes"]);
    assert_has(&one.found, &["<f8", "shape (1, 1)"]);
    assert_has(&one.hint, &["#[npz(cast = \"same_kind\")]", "LoadOptions::cast(Cast::SameKind)", "round"]);

    let one = problem::<Array2<f32>>(&field(&array![1.0f32]));
    assert_eq!(one.kind, ProblemKind::Shape);
    assert_has(&one.expected, &["2 axes"]);
    assert_has(&one.found, &["shape (1,)"]);
    assert_has(&one.hint, &["1 axis", "ArrayD"]);

    let one = problem::<f32>(&field(&array![1.0f32]));
    assert_has(&one.expected, &["shape ()"]);
    assert_has(&one.hint, &["`#[npz(one_element)]` on the field", "`LoadOptions::one_element(true)`"]);

    let one = problem::<[f32; 3]>(&field(&[1.0f32; 4]));
    assert_has(&one.expected, &["shape (3,)"]);
    assert_has(&one.found, &["shape (4,)"]);

    let one = problem::<Vec<[f32; 3]>>(&field(&[[1.0f32; 4]; 2]));
    assert_has(&one.expected, &["shape (_, 3)"]);

    let one = problem::<u64>(&field(&1.0f64));
    assert_eq!(one.kind, ProblemKind::DType);
    assert_has(&one.hint, &["no casting rule", "astype", "change the type"]);

    let one = problem::<Vec<f32>>(&field(&vec!["1.0".to_owned()]));
    assert_has(&one.found, &["<U3"]);

    let one = problem::<f64>(&archive(|npz| npz.add("Field", &1.0).unwrap()));
    assert_eq!((one.kind, &*one.found), (ProblemKind::Missing, ""));
    assert_has(&one.hint, &["did you mean \"Field\"?", "alias"]);

    let bytes = archive(|npz| npz.add_bytes("field", b"text").unwrap());
    let one = problem::<f64>(&bytes);
    assert_eq!(one.kind, ProblemKind::Unreadable);
    assert_has(&one.hint, &["not an .npy array", "NpzReader::bytes"]);
}

#[test]
fn what_is_missing_and_like_nothing_there_may_be_made_optional() {
    let one = problem::<f64>(&archive(|_| {}));
    assert_eq!((one.kind, &*one.member), (ProblemKind::Missing, "field"));
    assert_has(&one.hint, &["#[npz(default)]", "Option"]);
}

#[test]
fn lists_of_structs_tell_their_number() {
    let layer = Layer { weights: array![[1.0]], bias: None };
    let three = field(&vec![&layer, &layer, &layer]);
    let one = problem::<[Layer; 2]>(&three);
    assert_eq!((one.kind, &*one.expected, &*one.found), (ProblemKind::Shape, "2 elements", "3 elements"));
    assert_has(&one.hint, &["`Vec`"]);

    let gap = archive(|npz| {
        npz.add("field.0", &layer).unwrap();
        npz.add("field.2", &layer).unwrap();
    });
    let one = problem::<Vec<Layer>>(&gap);
    assert_eq!((one.kind, &*one.member), (ProblemKind::Missing, "field.1"));
    assert_eq!(one.expected, "element 1 of 3");
    assert_has(&one.hint, &["\"field.1.\"", "save every element", "`Option`"]);
}

#[test]
fn a_list_with_an_absurd_index_is_refused_at_once() {
    #[track_caller]
    fn too_many(bytes: &[u8]) {
        let error = Listed::from_bytes(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert_eq!(error.report().unwrap().problems()[0].member, "field");
        assert_has(&error.to_string(), &["65536 elements"]);
    }
    let layer = Layer { weights: array![[1.0]], bias: None };
    for index in ["99999999999", "18446744073709551615"] {
        let bytes = archive(|npz| {
            npz.add("field.0", &layer).unwrap();
            npz.add(&format!("field.{index}"), &layer).unwrap();
        });
        too_many(&bytes);
    }
    too_many(&archive(|npz| npz.add("field.len", &u64::MAX).unwrap()));
}

#[test]
fn gaps_in_many_lists_cost_no_more_than_in_one() {
    #[derive(Npz, Debug)]
    struct Lists {
        #[npz(rename = "field")]
        _lists: Vec<Vec<Layer>>,
    }
    // A short name can claim many elements that nothing in the file pays for.
    let layer = Layer { weights: array![[1.0]], bias: None };
    let bytes = archive(|npz| (0..20).for_each(|i| npz.add(&format!("field.{i}.60000"), &layer).unwrap()));
    // A hole in the first; the others claim more than one file may.
    let report = report::<Lists>(&bytes);
    let kinds: Vec<_> = report.problems().iter().map(|one| one.kind).collect();
    assert_eq!((kinds[0], &kinds[1..]), (ProblemKind::Missing, &[ProblemKind::Unreadable; 19][..]));
}

#[test]
fn long_names_in_a_file_do_not_make_the_report_slow() {
    type Eight = (u8, u8, u8, u8, u8, u8, u8, u8);
    #[derive(Npz, Debug)]
    #[npz(allow_unknown)]
    struct Open {
        _a: Option<u8>,
    }
    #[derive(Npz, Debug)]
    struct Missing {
        _a_field_with_a_name_of_some_length: [Eight; 4],
        _open: Option<Open>,
    }
    let bytes = archive(|npz| {
        (0..4).for_each(|i| npz.add(&format!("_a_field_with_a_name_of_some_length.{i}.x"), &0u8).unwrap());
        npz.add("_open._a", &0u8).unwrap();
        (0..15).for_each(|i| npz.add(&format!("{i}{}", "a_field.".repeat(8_000)), &0u8).unwrap());
    });
    let start = std::time::Instant::now();
    assert_eq!(report::<Missing>(&bytes).problems().len(), 32 + 4 + 15);
    assert!(start.elapsed().as_secs() < 5, "the report took {:?}", start.elapsed());
}

#[derive(Npz, Debug)]
struct Listed {
    #[npz(rename = "field")]
    _layers: Vec<Layer>,
}

#[test]
fn many_problems_are_counted_and_the_first_are_shown() {
    let bytes = archive(|npz| (0..1000).for_each(|i| npz.add(&format!("m{i}"), &i).unwrap()));
    let error = Model::from_bytes(&bytes).unwrap_err();
    let text = error.to_string();
    assert_eq!(error.report().unwrap().problem_count(), 1006);
    assert_has(&text, &["in 1006 places", "and 966 more"]);
    assert!(text.lines().count() < 50, "{text}");
}

#[test]
fn options_relax_what_a_load_asks_for() {
    #[derive(Npz, Debug, PartialEq)]
    struct Small {
        weights: Array1<f32>,
        #[npz(default)]
        step: u64,
        inner: Option<Layer>,
    }
    let bytes = archive(|npz| {
        npz.add("weights", &array![0.1f64]).unwrap();
        npz.add("step", &3i64).unwrap();
        npz.add("inner.weights", &array![[1.0f32]]).unwrap();
        npz.add("inner.other", &1u8).unwrap();
        npz.add("other", &1u8).unwrap();
    });
    let load = |options: &LoadOptions| options.from_bytes::<Small>(&bytes);
    let members = |options: &LoadOptions| {
        let error = load(options).unwrap_err();
        let problems = error.report().unwrap().problems();
        problems.iter().map(|problem| problem.member.clone()).collect::<Vec<_>>()
    };
    let (strict, open) = (LoadOptions::new(), LoadOptions::new().allow_unknown(true));
    assert_eq!(members(&strict), ["weights", "inner.other", "other"]);
    assert_eq!(members(&open), ["weights"]);
    assert_eq!(members(&strict.clone().cast(Cast::SameKind)), ["inner.other", "other"]);
    assert_eq!(members(&open.clone().cast(Cast::Exact)), ["weights", "step"]);
    let loaded = load(&open.cast(Cast::SameKind)).unwrap();
    let inner = Some(Layer { weights: array![[1.0]], bias: None });
    assert_eq!(loaded, Small { weights: array![0.1f32], step: 3, inner });
}

#[test]
fn limits_refuse_before_data_are_read() {
    type Map = std::collections::BTreeMap<String, Vec<u8>>;
    let bytes = archive(|npz| {
        npz.add("a", &vec![0u8; 5000]).unwrap();
        npz.add("b", &vec![0u8; 5000]).unwrap();
    });
    let load = |limits: Limits| LoadOptions::new().limits(limits).from_bytes::<Map>(&bytes);
    assert_eq!(load(Limits::strict()).unwrap().len(), 2);
    for (limits, setting) in [
        (Limits::default().member_bytes(4999), "Limits::member_bytes"),
        (Limits::default().total_bytes(9999), "Limits::total_bytes"),
        (Limits::default().members(1), "Limits::members"),
        (Limits::default().header_bytes(50), "Limits::header_bytes"),
    ] {
        let text = load(limits).unwrap_err().to_string();
        assert_has(&text, &[setting]);
    }
    // As for a file of its own, the header of an array does not count.
    assert_eq!(load(Limits::default().total_bytes(10_000).member_bytes(5000)).unwrap().len(), 2);
}

#[test]
fn a_member_of_another_dtype_and_shape_is_shown_once() {
    #[derive(Npz)]
    struct One {
        field: Array2<f32>,
    }
    let report = report::<One>(&field(&array![1.0f64, 2.0]));
    let kinds: Vec<_> = report.problems().iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ProblemKind::DType, ProblemKind::Shape]);
    let text = report.to_string();
    let (dtype, shape) = text.split_once('\n').unwrap();
    assert_has(
        dtype,
        &["member \"field\" has another dtype: expected <f4 (f32), 2 axes, found <f8 (f64), shape (2,);"],
    );
    assert_eq!(
        shape,
        "  - member \"field\" has another shape too; make it an array of 1 axis, or `ArrayD` for any number of axes"
    );
}

/// Names are quoted whole, whatever stands in them.
#[test]
fn a_single_member_that_is_missing_is_told_the_whole_name_that_is_near() {
    let bytes = archive(|npz| {
        npz.add("is it? yes; \"it\" is", &array![1.0]).unwrap();
        npz.add("x", &array![1.0]).unwrap();
    });
    let npz = npz_core::NpzReader::new(&bytes).unwrap();
    let error = npz.get::<Vec<f64>>("is it? yes; \"it\" iz").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let near = format!("no such member in the archive; did you mean {:?}?", "is it? yes; \"it\" is");
    assert!(error.to_string().ends_with(&near), "{error}");
    let error = npz.get::<Vec<f64>>("quite another?").unwrap_err().to_string();
    assert!(error.contains("no such member in the archive: it has ") && error.contains("\"x\""), "{error}");
}
