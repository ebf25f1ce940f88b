//! Enums: what they are in the archive, how they come back, what is said where they don't.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Cursor;
use std::sync::Arc;

use ndarray::{Array1, Array2, array};
use npz_core::extend::{Members, Name};
use npz_core::{Element, ErrorKind, FromMembers, Npz, NpzReader, NpzWriter, ProblemKind, ToMembers};
use tests::{python, temp_dir};

/// The names and the texts of what a value pushes; other members have no text.
fn listing<T: Npz + ToMembers>(value: &T) -> Vec<(String, Option<String>)> {
    let bytes = value.to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    let names: Vec<_> = npz.names().map(str::to_owned).collect();
    names.into_iter().map(|name| (name.clone(), npz.get::<String>(&name).ok())).collect()
}

fn names<T: Npz + ToMembers>(value: &T) -> Vec<String> {
    listing(value).into_iter().map(|(name, _)| name).collect()
}

#[track_caller]
fn comes_back<T: Npz + ToMembers + FromMembers + Debug + PartialEq>(value: &T) {
    assert_eq!(&T::from_bytes(&value.to_bytes().unwrap()).unwrap(), value);
    let mut members = Members::new();
    value.to_members(&mut members, &Name::root()).unwrap();
    assert_eq!(&members.load::<T>().unwrap(), value);
}

fn archive(add: impl FnOnce(&mut NpzWriter<&mut Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut memory = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut memory).unwrap();
    add(&mut writer);
    writer.finish().unwrap();
    memory.into_inner()
}

#[derive(Npz, Debug, PartialEq, Clone, Copy, Default, PartialOrd, Ord, Eq)]
#[npz(rename_all = "snake_case")]
enum Activation {
    #[default]
    Relu,
    #[npz(alias = "leaky", alias = "LeakyReLU")]
    LeakyRelu,
    #[npz(rename = "σ")]
    Sigmoid,
}

#[derive(Npz, Debug, PartialEq, Clone)]
enum Optimizer {
    Sgd {
        momentum: f32,
    },
    #[npz(alias = "adam")]
    Adam {
        m: Vec<Array2<f32>>,
        v: Vec<Array2<f32>>,
        t: u64,
    },
    Pair(f64, Activation),
    Off,
}

fn adam() -> Optimizer {
    Optimizer::Adam { m: vec![array![[1.0, 2.0]]], v: vec![array![[0.5, 0.25]]], t: 7 }
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Network {
    layers: Vec<Activation>,
    grid: [[Activation; 2]; 1],
    last: Activation,
    shared: Vec<Arc<Activation>>,
    maybe: Option<Activation>,
    absent: Option<Activation>,
    by_name: BTreeMap<String, Activation>,
    optimizer: Optimizer,
    older: Vec<Optimizer>,
    none: Option<Optimizer>,
}

fn network() -> Network {
    use Activation::{LeakyRelu, Relu, Sigmoid};
    Network {
        layers: vec![Relu, LeakyRelu, Sigmoid],
        grid: [[Sigmoid, Relu]],
        last: LeakyRelu,
        shared: vec![Arc::new(Relu)],
        maybe: Some(Sigmoid),
        absent: None,
        by_name: BTreeMap::from([("a".to_owned(), Relu)]),
        optimizer: adam(),
        older: vec![Optimizer::Off, Optimizer::Pair(0.5, Sigmoid)],
        none: None,
    }
}

#[test]
fn an_enum_without_fields_is_one_text_and_many_are_one_array() {
    let bytes = network().to_bytes().unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!(npz.get::<Vec<String>>("layers").unwrap(), ["relu", "leaky_relu", "σ"]);
    assert_eq!(npz.header("grid").unwrap().shape(), [1, 2]);
    assert_eq!(npz.get::<String>("last").unwrap(), "leaky_relu");
    assert_eq!(npz.header("last").unwrap().dtype().to_string(), "<U10");
    assert_eq!(npz.get::<Vec<String>>("shared").unwrap(), ["relu"]);
    assert_eq!(npz.get::<String>("by_name.a").unwrap(), "relu");
    comes_back(&network());
}

#[test]
fn an_enum_with_fields_is_its_tag_and_the_fields() {
    let tagged = |value: &Optimizer| {
        let listing = listing(value);
        assert_eq!(listing[0].0, "tag");
        (listing[0].1.clone().unwrap(), listing[1..].iter().map(|(n, _)| n.clone()).collect::<Vec<_>>())
    };
    assert_eq!(tagged(&adam()), ("Adam".to_owned(), ["m.0", "v.0", "t"].map(str::to_owned).to_vec()));
    let pair = Optimizer::Pair(1.0, Activation::Relu);
    assert_eq!(tagged(&pair), ("Pair".to_owned(), ["0", "1"].map(str::to_owned).to_vec()));
    assert_eq!(tagged(&Optimizer::Off), ("Off".to_owned(), vec![]));
    for value in [adam(), pair, Optimizer::Off, Optimizer::Sgd { momentum: 0.9 }] {
        comes_back(&value);
    }
    let all = names(&network());
    for name in ["optimizer.tag", "optimizer.m.0", "older.0.tag", "older.1.tag", "older.1.0", "older.1.1"] {
        assert!(all.iter().any(|found| found == name), "{name} is not in {all:?}");
    }
}

#[test]
fn words_of_the_enum_and_its_variants() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(tag = "kind", separator = "/", rename_all = "kebab-case", rename_all_fields = "camelCase")]
    enum Shape {
        UnitSphere,
        #[npz(rename_all = "UPPERCASE")]
        RoundBox {
            edge_length: f64,
            #[npz(rename = "r")]
            radius: f64,
        },
        Other {
            all_names: f64,
            #[npz(skip)]
            scratch: f64,
            #[npz(default)]
            extra: f64,
            #[npz(flatten)]
            rest: BTreeMap<String, f64>,
        },
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Scene {
        shape: Shape,
    }
    let found = |shape| names(&Scene { shape });
    assert_eq!(found(Shape::UnitSphere), ["shape/kind"]);
    let round = || Shape::RoundBox { edge_length: 1.0, radius: 0.5 };
    assert_eq!(found(round()), ["shape/kind", "shape/EDGE_LENGTH", "shape/r"]);
    let rest = BTreeMap::from([("x".to_owned(), 1.0)]);
    let other = |rest| Shape::Other { all_names: 1.0, scratch: 0.0, extra: 2.0, rest };
    assert_eq!(found(other(rest.clone())), ["shape/kind", "shape/allNames", "shape/extra", "shape/x"]);
    assert_eq!(listing(&Scene { shape: round() })[0].1.as_deref(), Some("round-box"));
    for shape in [Shape::UnitSphere, round(), other(rest)] {
        comes_back(&Scene { shape });
    }
    let stolen = BTreeMap::from([("kind".to_owned(), 1.0)]);
    let error = Scene { shape: other(stolen) }.to_bytes().unwrap_err();
    assert!(error.to_string().contains("belongs to the field or alias \"kind\""), "{error}");
}

#[test]
fn a_file_of_before_still_loads() {
    // A variant's old names; and from when the enum had no fields at all.
    #[derive(Npz, Debug, PartialEq)]
    struct Now {
        optimizer: Optimizer,
        last: Activation,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Evolved {
        #[npz(default)]
        added: Activation,
        #[npz(alias = "optim")]
        optimizer: Option<Optimizer>,
    }
    #[derive(Npz)]
    struct Old {
        optim: Optimizer,
    }
    let bytes = archive(|npz| {
        npz.add("optimizer", "Off").unwrap();
        npz.add("last", "LeakyReLU").unwrap();
    });
    assert_eq!(
        Now::from_bytes(&bytes).unwrap(),
        Now { optimizer: Optimizer::Off, last: Activation::LeakyRelu }
    );
    let bytes = Old { optim: adam() }.to_bytes().unwrap();
    let evolved = Evolved { added: Activation::Relu, optimizer: Some(adam()) };
    assert_eq!(Evolved::from_bytes(&bytes).unwrap(), evolved);
}

#[test]
fn an_unknown_tag_is_one_problem_that_lists_the_known_ones() {
    #[derive(Npz, Debug)]
    struct State {
        optimizer: Optimizer,
        last: Activation,
        epoch: u64,
    }
    let bytes = archive(|npz| {
        npz.add("optimizer.tag", "Adamw").unwrap();
        npz.add("optimizer.decay", &0.5).unwrap();
        npz.add("last", "Swish").unwrap();
    });
    let error = State::from_bytes(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    let report = error.report().unwrap().clone();
    let found: Vec<_> = report.problems().iter().map(|p| (&*p.member, p.kind)).collect();
    assert_eq!(
        found,
        [
            ("optimizer.tag", ProblemKind::Value),
            ("last", ProblemKind::Value),
            ("epoch", ProblemKind::Missing),
        ]
    );
    let [tag, last, _] = report.problems() else { panic!("{report}") };
    assert_eq!(
        tag.to_string(),
        "member \"optimizer.tag\" has another value: expected one of \"Sgd\", \"Adam\", \"Pair\", \"Off\", \
         found \"Adamw\"; did you mean \"Adam\"? `#[npz(alias = \"Adamw\")]` on that variant would take it"
    );
    assert_eq!(
        last.to_string(),
        "member \"last\" has another value: expected one of \"relu\", \"leaky_relu\", \"σ\", found \"Swish\"; if a \
         variant was called so, `#[npz(alias = \"Swish\")]` on it takes the old name"
    );
}

#[test]
fn a_missing_tag_and_a_tag_of_another_kind() {
    #[derive(Npz, Debug)]
    struct State {
        optimizer: Optimizer,
    }
    let problems = |bytes: &[u8]| {
        let error = State::from_bytes(bytes).unwrap_err();
        let report = error.report().unwrap();
        report.problems().iter().map(|p| (p.member.clone(), p.kind)).collect::<Vec<_>>()
    };
    let bytes = archive(|npz| npz.add("optimizer.momentum", &0.5f32).unwrap());
    let missing = |name: &str| (name.to_owned(), ProblemKind::Missing);
    assert_eq!(
        problems(&bytes),
        [missing("optimizer.tag"), ("optimizer.momentum".to_owned(), ProblemKind::Unexpected)]
    );
    let bytes = archive(|npz| npz.add("optimizer.tag", &1u8).unwrap());
    assert_eq!(problems(&bytes), [("optimizer.tag".to_owned(), ProblemKind::DType)]);
    let bytes = archive(|npz| npz.add("optimizer.tag", "Sgd").unwrap());
    assert_eq!(problems(&bytes), [missing("optimizer.momentum")]);
}

#[test]
fn an_unknown_text_in_an_array_says_which() {
    #[derive(Npz, Debug)]
    struct Layers {
        layers: Vec<Activation>,
        grid: [[Activation; 2]; 1],
    }
    let bytes = archive(|npz| {
        npz.add("layers", &vec!["relu".to_owned(), "rélu".to_owned()]).unwrap();
        npz.add("grid", &array![["relu".to_owned(), "relu".to_owned()]]).unwrap();
    });
    let error = Layers::from_bytes(&bytes).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Mismatch, Some("layers")));
    let message = error.to_string();
    assert!(message.contains("element 1 has another value: expected one of \"relu\""), "{message}");
    assert!(message.contains("did you mean \"relu\"?"), "{message}");
}

#[test]
fn recursive_enums_come_back() {
    #[derive(Npz, Debug, PartialEq)]
    enum Expr {
        Number(f64),
        Neg(Box<Expr>),
        Sum(Vec<Expr>),
        Let { value: Option<Box<Expr>>, body: Box<Self> },
    }
    use Expr::{Let, Neg, Number, Sum};
    let value = Let {
        value: Some(Box::new(Neg(Box::new(Number(1.0))))),
        body: Box::new(Sum(vec![Number(2.0), Sum(vec![]), Let { value: None, body: Box::new(Number(3.0)) }])),
    };
    comes_back(&value);
    assert!(names(&value).contains(&"body.0.2.body.0".to_owned()));
}

#[test]
fn generics_lifetimes_and_odd_names() {
    #[derive(Npz, Debug, PartialEq)]
    enum Data<T, const N: usize> {
        Dense(Array1<T>),
        Sparse { indices: Vec<u64>, values: Vec<[T; N]> },
        r#Type { r#fn: T },
    }
    #[derive(Npz)]
    enum View<'a> {
        Cells(ndarray::ArrayView1<'a, f32>),
        Empty {},
    }
    #[derive(Npz, Debug, PartialEq, Clone, Copy)]
    enum Flag<const N: usize> {
        Off,
        On,
    }
    fn generic<T>(one: T)
    where
        [T; 1]: ToMembers + FromMembers,
        T: Element + Copy + PartialEq + Debug + ToMembers + FromMembers,
    {
        comes_back(&Data::<T, 1>::Dense(array![one, one]));
        comes_back(&Data::<T, 1>::r#Type { r#fn: one });
    }
    generic(1.5f32);
    comes_back(&Data::<f32, 2>::Sparse { indices: vec![1], values: vec![[1.0, 2.0]] });
    let cells = array![1.0f32, 2.0];
    assert_eq!(names(&View::Cells(cells.view())), ["tag", "0"]);
    assert_eq!(names(&View::Empty {}), ["tag"]);
    comes_back(&BTreeMap::from([("flag".to_owned(), Flag::<3>::On), ("other".to_owned(), Flag::Off)]));
}

#[test]
fn a_flattened_enum_stands_beside_its_siblings() {
    #[derive(Npz, Debug, PartialEq)]
    struct Run {
        step: u64,
        #[npz(flatten)]
        optimizer: Optimizer,
        #[npz(flatten)]
        rest: BTreeMap<String, f64>,
    }
    let run = Run {
        step: 1,
        optimizer: adam(),
        rest: BTreeMap::from([("x".to_owned(), 1.0), ("y".to_owned(), 2.0)]),
    };
    assert_eq!(names(&run), ["step", "tag", "m.0", "v.0", "t", "x", "y"]);
    comes_back(&run);
}

#[test]
fn python_sees_texts_and_writes_them() {
    let dir = temp_dir();
    network().save(dir.path().join("rust.npz")).unwrap();
    let script = r"
f = np.load('rust.npz', allow_pickle=False)
assert f['layers'].tolist() == ['relu', 'leaky_relu', 'σ'], f['layers']
assert f['grid'].tolist() == [['σ', 'relu']]
assert f['last'].shape == () and str(f['last']) == 'leaky_relu'
assert str(f['optimizer.tag']) == 'Adam' and f['optimizer.m.0'].tolist() == [[1, 2]]
assert int(f['optimizer.t']) == 7
assert 'absent' not in f and not any(name.startswith('none') for name in f.files)
members = {name: f[name] for name in f.files if not name.startswith('optimizer.')}
members['optimizer.tag'] = np.array('Sgd')
members['optimizer.momentum'] = np.float32(0.5)
members['last'] = 'σ'
np.savez('python.npz', **members)
";
    python(dir.path(), script);
    let mut expected = network();
    expected.optimizer = Optimizer::Sgd { momentum: 0.5 };
    expected.last = Activation::Sigmoid;
    assert_eq!(Network::load(dir.path().join("python.npz")).unwrap(), expected);
}
