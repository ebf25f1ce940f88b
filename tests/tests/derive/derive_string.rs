//! `string`: how text is stored, as `<U`, as ASCII or as UTF-8.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use ndarray::{ArrayD, IxDyn, array};
use npz_core::{ErrorKind, FixedBytes, FixedStr, Npz, NpzReader, ProblemKind};
use serde::{Deserialize, Serialize};
use tests::{python, temp_dir};

/// The dtype that a member has in the file.
fn dtype(bytes: &[u8], name: &str) -> String {
    NpzReader::new(bytes).unwrap().header(name).unwrap().dtype().to_string()
}

#[derive(Npz, Debug, PartialEq, Clone)]
#[npz(rename_all = "snake_case")]
enum Activation {
    Relu,
    Tanh,
}

#[derive(Npz, Debug, PartialEq, Clone)]
enum Schedule {
    #[npz(rename = "wärmup")]
    Warmup { unit: String },
}

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Config {
    name: String,
    layers: Vec<u32>,
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Texts {
    #[npz(string = "S")]
    one: String,
    #[npz(string = "utf8")]
    names: Vec<String>,
    #[npz(string = "utf8")]
    grid: ArrayD<String>,
    #[npz(string = "S")]
    fixed: Vec<FixedStr<5>>,
    #[npz(string = "utf8")]
    fixed_wide: FixedStr<2>,
    #[npz(string = "utf8")]
    letter: char,
    #[npz(string = "S")]
    letters: Vec<char>,
    #[npz(string = "S")]
    activations: Vec<Activation>,
    #[npz(string = "S")]
    activation: Activation,
    #[npz(string = "utf8")]
    schedule: Schedule,
    #[npz(json, string = "utf8")]
    config: Config,
    #[npz(string = "S")]
    shared: Rc<str>,
    #[npz(string = "utf8")]
    cow: Cow<'static, str>,
    #[npz(string = "utf8")]
    map: BTreeMap<String, String>,
    #[npz(string = "U")]
    unicode: Option<String>,
    plain: String,
}

fn texts() -> Texts {
    Texts {
        one: "ascii".to_owned(),
        names: vec!["größe".to_owned(), String::new(), "日本".to_owned(), "a\0b".to_owned()],
        grid: array![["é", "b"], ["", "d"]].mapv(str::to_owned).into_dyn(),
        fixed: vec![FixedStr::new("abc").unwrap(), FixedStr::default()],
        fixed_wide: FixedStr::new("日本").unwrap(),
        letter: 'ß',
        letters: vec!['a', '\0'],
        activations: vec![Activation::Relu, Activation::Tanh],
        activation: Activation::Tanh,
        schedule: Schedule::Warmup { unit: "µs".to_owned() },
        config: Config { name: "größe".to_owned(), layers: vec![1, 2] },
        shared: "r".into(),
        cow: "größe".into(),
        map: BTreeMap::from([("k".to_owned(), "é".to_owned())]),
        unicode: Some("é".to_owned()),
        plain: "é".to_owned(),
    }
}

#[test]
fn python_reads_each_form_by_the_documented_line() {
    let dir = temp_dir();
    texts().save(dir.path().join("t.npz")).unwrap();
    let script = r#"
f = np.load("t.npz")
print({k: f[k].dtype.str for k in f.files})
utf8 = ["names", "grid", "fixed_wide", "letter", "schedule.tag", "schedule.unit", "cow", "map.k"]
print({k: np.char.decode(f[k], "utf-8").tolist() for k in utf8})
print(f["one"].item().decode(), f["fixed"].tolist(), f["letters"].tolist(), f["activations"].tolist())
print(json.loads(f["config"].item()), str(f["unicode"]))
"#;
    let printed = python(dir.path(), script);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines,
        [
            "{'one': '|S5', 'names': '|S7', 'grid': '|S2', 'fixed': '|S5', 'fixed_wide': '|S8', 'letter': '|S2', \
             'letters': '|S1', 'activations': '|S4', 'activation': '|S4', 'schedule.tag': '|S7', \
             'schedule.unit': '|S3', 'config': '|S33', 'shared': '|S1', 'cow': '|S7', 'map.k': '|S2', \
             'unicode': '<U1', 'plain': '<U1'}",
            "{'names': ['größe', '', '日本', 'a\\x00b'], 'grid': [['é', 'b'], ['', 'd']], 'fixed_wide': '日本', \
             'letter': 'ß', 'schedule.tag': 'wärmup', 'schedule.unit': 'µs', 'cow': 'größe', 'map.k': 'é'}",
            "ascii [b'abc', b''] [b'a', b''] [b'relu', b'tanh']",
            "{'name': 'größe', 'layers': [1, 2]} é",
        ]
    );
    assert_eq!(Texts::load(dir.path().join("t.npz")).unwrap(), texts());
    // The same values as NumPy stores them itself: as text, and as bytes.
    python(
        dir.path(),
        r#"
f = dict(np.load("t.npz"))
np.savez("u.npz", **{k: np.char.decode(a, "utf-8") if a.dtype.kind == "S" else a for k, a in f.items()})
np.savez("s.npz", **{k: np.char.encode(a, "utf-8") if a.dtype.kind == "U" else a for k, a in f.items()})
"#,
    );
    assert_eq!(Texts::load(dir.path().join("u.npz")).unwrap(), texts());
    assert_eq!(Texts::load(dir.path().join("s.npz")).unwrap(), texts());
}

#[derive(Npz, Debug, PartialEq)]
struct Exact {
    #[npz(string = "S", cast = "exact")]
    ascii: Vec<String>,
    #[npz(string = "utf8", cast = "exact")]
    utf8: Vec<FixedStr<3>>,
    #[npz(cast = "exact")]
    own: Vec<String>,
}

#[test]
fn bytes_are_taken_for_text_whatever_the_casting_rule() {
    let dir = temp_dir();
    python(
        dir.path(),
        "s = np.array([b'a', 'é'.encode()])\nnp.savez('s.npz', ascii=s, utf8=s, own=['x'])\n\
         np.savez('x.npz', ascii=s, utf8=s, own=s)\n\
         np.savez('bad.npz', ascii=s, utf8=[b'ok', b'\\xff\\xfe'], own=['x'])\n\
         np.savez('long.npz', ascii=s, utf8=[b'ok', b'12345'], own=['x'])",
    );
    let load = |name: &str| Exact::load(dir.path().join(name));
    let fixed = |text| FixedStr::new(text).unwrap();
    let expected = Exact {
        ascii: vec!["a".to_owned(), "é".to_owned()],
        utf8: vec![fixed("a"), fixed("é")],
        own: vec!["x".to_owned()],
    };
    assert_eq!(load("s.npz").unwrap(), expected);
    let error = load("x.npz").unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!(problems.len(), 1, "{error}");
    assert_eq!((&*problems[0].member, problems[0].kind), ("own", ProblemKind::DType));
    for (name, part) in
        [("bad.npz", "cell 1 holds bytes that are not UTF-8"), ("long.npz", "cell 1 expected at most 3")]
    {
        let error = load(name).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("utf8")));
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn files_of_before_and_after_the_attribute_load() {
    #[derive(Npz)]
    struct Plain {
        names: Vec<String>,
    }
    #[derive(Npz)]
    struct Bytes {
        #[npz(string = "utf8")]
        names: Vec<String>,
    }
    let names = vec!["é".to_owned(), String::new()];
    let plain = Plain { names: names.clone() }.to_bytes().unwrap();
    let bytes = Bytes { names: names.clone() }.to_bytes().unwrap();
    assert_eq!((dtype(&plain, "names"), dtype(&bytes, "names")), ("<U1".to_owned(), "|S2".to_owned()));
    assert_eq!(Bytes::from_bytes(&plain).unwrap().names, names);
    assert_eq!(Plain::from_bytes(&bytes).unwrap().names, names);
}

#[derive(Npz, Debug, Clone)]
struct Strict {
    #[npz(string = "S")]
    names: Vec<String>,
    #[npz(string = "S")]
    one: String,
    #[npz(string = "utf8")]
    utf8: Vec<String>,
    #[npz(string = "S")]
    fixed: Vec<FixedStr<2>>,
    #[npz(string = "S")]
    schedule: Option<Schedule>,
}

/// A member, parts of the message, and what is done to the value.
type Spoilt = (&'static str, &'static str, &'static str, fn(&mut Strict));

#[test]
fn text_that_a_form_can_not_keep_is_refused_and_the_last_good_file_stands() {
    let good = Strict {
        names: vec!["a".to_owned(), "b".to_owned()],
        one: String::new(),
        utf8: vec!["é".to_owned()],
        fixed: vec![FixedStr::default(); 2],
        schedule: None,
    };
    let dir = temp_dir();
    let path = dir.path().join("s.npz");
    good.save(&path).unwrap();
    let file = fs::read(&path).unwrap();
    let spoilt: [Spoilt; 6] = [
        ("names", "text 1 can't be saved: the text holds 'ö'", "use `string = \"utf8\"`", |s| {
            s.names[1] = "größe".to_owned();
        }),
        ("one", "the text holds '\\u{80}'", "nothing is written", |s| s.one = "\u{80}".to_owned()),
        ("names", "text 0 can't be saved: the text ends with a NUL", "remove it first", |s| {
            s.names[0] = "a\0".to_owned();
        }),
        ("utf8", "text 0 can't be saved: the text ends with a NUL", "remove it first", |s| {
            s.utf8[0] = "é\0".to_owned();
        }),
        ("fixed", "text 1 can't be saved: the text holds 'é'", "utf8", |s| {
            s.fixed[1] = FixedStr::new("xé").unwrap();
        }),
        ("schedule.tag", "the text holds 'ä'", "utf8", |s| {
            s.schedule = Some(Schedule::Warmup { unit: String::new() });
        }),
    ];
    for (member, what, advice, spoil) in spoilt {
        let mut bad = good.clone();
        spoil(&mut bad);
        let error = bad.save(&path).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(member)), "{error}");
        assert!(error.to_string().contains(what) && error.to_string().contains(advice), "{error}");
        assert_eq!(fs::read(&path).unwrap(), file);
    }
}

#[test]
fn text_of_no_length_is_as_wide_as_numpy_makes_it() {
    #[derive(Npz)]
    struct Empty {
        #[npz(string = "S")]
        text: String,
        #[npz(string = "utf8")]
        none: Vec<String>,
        #[npz(string = "utf8")]
        grid: ArrayD<String>,
    }
    let empty = Empty { text: String::new(), none: vec![], grid: ArrayD::default(IxDyn(&[0, 3])) };
    let dir = temp_dir();
    empty.save(dir.path().join("e.npz")).unwrap();
    let script = "f = np.load('e.npz')\nprint([(f[k].dtype.str, f[k].shape) for k in f.files])\n\
                  np.savez('n.npz', text=np.array(b''), none=np.array([], 'S'), grid=np.zeros((0, 3), 'S'))\n\
                  f = np.load('n.npz')\nprint([(f[k].dtype.str, f[k].shape) for k in f.files])";
    let printed = python(dir.path(), script);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "[('|S1', ()), ('|S1', (0,)), ('|S1', (0, 3))]");
    assert_eq!(lines[1], lines[0]);
    let loaded = Empty::load(dir.path().join("n.npz")).unwrap();
    assert_eq!((loaded.text.as_str(), loaded.none.len(), loaded.grid.shape()), ("", 0, &[0, 3][..]));
}

#[test]
fn a_form_holds_below_the_field_for_text_and_is_refused_where_there_is_none() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct Row {
        name: String,
        #[npz(string = "U")]
        title: String,
        code: FixedBytes<2>,
        count: u32,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Table {
        #[npz(string = "utf8", store_as = "u1")]
        rows: Vec<Row>,
    }
    let row =
        Row { name: "é".to_owned(), title: "é".to_owned(), code: FixedBytes::new(b"x").unwrap(), count: 3 };
    let table = Table { rows: vec![row] };
    let bytes = table.to_bytes().unwrap();
    let dtypes = ["name", "title", "code", "count"].map(|field| dtype(&bytes, &format!("rows.0.{field}")));
    assert_eq!(dtypes, ["|S2", "<U1", "|S2", "|u1"]);
    assert_eq!(Table::from_bytes(&bytes).unwrap(), table);

    macro_rules! mistaken {
        ($ty:ty, $value:expr, $message:expr) => {{
            #[derive(Npz, Debug)]
            struct Mistaken {
                #[npz(string = "S")]
                field: $ty,
            }
            #[derive(Npz)]
            struct Plain {
                field: $ty,
            }
            let error = Mistaken { field: $value }.to_bytes().unwrap_err();
            assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("field")), "{error}");
            assert!(error.to_string().contains($message), "{error}");
            let error = Mistaken::from_bytes(&Plain { field: $value }.to_bytes().unwrap()).unwrap_err();
            assert_eq!(error.report().unwrap().problems()[0].kind, ProblemKind::DType, "{error}");
            assert!(error.to_string().contains($message), "{error}");
        }};
    }
    mistaken!(Vec<f64>, vec![], "`string = \"S\"` can't keep f64 cells; it speaks of text; remove it");
    mistaken!(bool, true, "can't keep bool cells");
    mistaken!(FixedBytes<2>, FixedBytes::default(), "can't keep FixedBytes<2> cells");
}

#[test]
fn the_tag_at_the_place_of_an_enum_that_got_fields_is_no_mistake() {
    #[derive(Npz)]
    struct Old {
        optimizer: String,
    }
    #[derive(Npz, Debug, PartialEq)]
    enum Optimizer {
        Sgd,
        #[allow(dead_code, reason = "only its having fields counts")]
        Adam {
            m: Vec<f32>,
        },
    }
    #[derive(Npz, Debug, PartialEq)]
    struct New {
        #[npz(store_as = "f2")]
        optimizer: Optimizer,
    }
    let old = Old { optimizer: "Sgd".to_owned() }.to_bytes().unwrap();
    assert_eq!(New::from_bytes(&old).unwrap(), New { optimizer: Optimizer::Sgd });
}
