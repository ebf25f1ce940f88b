//! What a type expects of an archive, as a table, as JSON and as Python; and what a load remarks on.
#![allow(dead_code, reason = "a schema needs no value")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU8;
use std::rc::Rc;
use std::time::Duration;

use ndarray::{Array1, Array2, ArrayD, array};
use npz_core::extend::{Loader, Name, Plan};
use npz_core::{FixedBytes, FixedStr, FromMembers, LoadOptions, Npz, NpzReader, RemarkKind, ToMembers};
use tests::{python, temp_dir};

#[derive(Npz, Clone)]
struct Layer {
    #[npz(shape = "(_, 128)")]
    weights: Array2<f32>,
    #[npz(default, alias = "b")]
    bias: Vec<f64>,
    activation: Activation,
}

#[derive(Npz, Clone)]
#[npz(rename_all = "snake_case")]
enum Activation {
    Relu,
    LeakyRelu,
}

#[derive(Npz, Clone)]
#[npz(tag = "kind", version = 2)]
enum Optimizer {
    Sgd {
        momentum: f32,
    },
    Adam {
        m: Vec<Array1<f32>>,
        schedule: Option<Schedule>,
    },
    #[npz(rename = "none")]
    Off,
}

#[derive(Npz, Clone)]
enum Schedule {
    Step(u32),
    Nested(Box<Schedule>),
}

#[derive(Npz, Clone)]
#[npz(transparent)]
struct Meters(f32);

#[derive(Npz, Clone)]
struct Config {
    lr: f64,
}

#[derive(Npz, Clone)]
struct Everything {
    epoch: u64,
    layers: Vec<Layer>,
    optimizer: Optimizer,
    lengths: Vec<[Meters; 3]>,
    any: ArrayD<bool>,
    note: Option<String>,
    words: Vec<FixedStr<5>>,
    code: FixedBytes<3>,
    by_name: HashMap<String, Array1<i16>>,
    grids: BTreeMap<u8, Layer>,
    elapsed: Duration,
    state: u128,
    set: BTreeSet<u32>,
    pair: (char, NonZeroU8),
    #[npz(skip)]
    scratch: Vec<u8>,
    #[npz(skip_load)]
    saved_at: u64,
    #[npz(flatten)]
    config: Config,
    #[npz(json)]
    extra: Vec<u8>,
    acts: Vec<Activation>,
    parts: [Layer; 2],
    half: half::bf16,
    shared: Rc<Vec<f32>>,
}

#[test]
fn a_schema_lists_every_member_with_dtype_shape_and_condition() {
    let table = "\
member                       dtype  shape     present
epoch                        <u8    ()
layers.*.weights             <f4    (_, 128)
layers.*.bias                <f8    (_,)      may be absent
layers.*.activation          <U     ()        \"relu\" or \"leaky_relu\"
optimizer.__version__        <u4    ()        may be absent
optimizer.kind               <U     ()        \"Sgd\", \"Adam\" or \"none\"
optimizer.momentum           <f4    ()        if optimizer.kind = \"Sgd\"
optimizer.m.*                <f4    (_,)      if optimizer.kind = \"Adam\"
optimizer.schedule.tag       <U     ()        \"Step\" or \"Nested\"; if optimizer.kind = \"Adam\"; may be absent
optimizer.schedule.0         <u4    ()        if optimizer.kind = \"Adam\" and optimizer.schedule.tag = \"Step\"; may be absent
optimizer.schedule.0.tag     <U     ()        \"Step\" or \"Nested\"; if optimizer.kind = \"Adam\" and optimizer.schedule.tag = \"Nested\"; may be absent
";
    let schema = Everything::schema();
    let printed = schema.to_string();
    let normal = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(normal(&printed)[..normal(table).len()], normal(table), "{printed}");
    let rest: Vec<_> = schema
        .members
        .iter()
        .skip_while(|member| member.name != "lengths")
        .map(|member| {
            let shape = member.shape.clone();
            (&*member.name, &*member.dtype, &*member.rust_type, shape)
        })
        .collect();
    let any = || Some(vec![None]);
    let one = || Some(vec![]);
    let expected = [
        ("lengths", "<f4", "f32", Some(vec![None, Some(3)])),
        ("any", "|b1", "bool", None),
        ("note", "<U", "String", one()),
        ("words", "<U5", "FixedStr<5>", any()),
        ("code", "|S3", "FixedBytes<3>", one()),
        ("by_name.*", "<i2", "i16", any()),
        ("grids.*.weights", "<f4", "f32", Some(vec![None, Some(128)])),
        ("grids.*.bias", "<f8", "f64", any()),
        ("grids.*.activation", "<U", "String", one()),
        ("elapsed", "<m8[ns]", "TimeDelta64<Nanosecond>", one()),
        ("state", "<u8", "u64", Some(vec![Some(2)])),
        ("set", "<u4", "u32", any()),
        ("pair.0", "<U", "String", one()),
        ("pair.1", "|u1", "u8", one()),
        ("extra", "<U", "String", one()),
        ("acts", "<U", "String", any()),
        ("parts.*.weights", "<f4", "f32", Some(vec![None, Some(128)])),
        ("parts.*.bias", "<f8", "f64", any()),
        ("parts.*.activation", "<U", "String", one()),
        ("half", "<V2", "bf16", one()),
        ("shared", "<f4", "f32", any()),
        ("lr", "<f8", "f64", one()),
    ];
    for (found, expected) in rest.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(rest.len(), expected.len());
    assert!(schema.members.iter().find(|m| m.name == "note").unwrap().is_optional);
    assert!(!schema.members.iter().find(|m| m.name == "by_name.*").unwrap().is_optional);
}

#[test]
fn what_a_saved_file_holds_is_what_the_schema_says() {
    let layer = Layer { weights: Array2::zeros((2, 128)), bias: vec![1.0], activation: Activation::Relu };
    let value = Everything {
        epoch: 1,
        layers: vec![layer.clone(), layer.clone()],
        optimizer: Optimizer::Adam {
            m: vec![array![1.0]],
            schedule: Some(Schedule::Nested(Box::new(Schedule::Step(1)))),
        },
        lengths: vec![[Meters(1.0), Meters(2.0), Meters(3.0)]],
        any: ArrayD::from_elem(vec![1, 2, 3], true),
        note: Some("n".into()),
        words: vec![FixedStr::new("five").unwrap()],
        code: FixedBytes::new(b"ab").unwrap(),
        by_name: HashMap::from([("k".into(), array![1i16])]),
        grids: BTreeMap::from([(7, layer.clone())]),
        elapsed: Duration::from_secs(1),
        state: 1,
        set: BTreeSet::from([1]),
        pair: ('x', NonZeroU8::MIN),
        scratch: vec![],
        saved_at: 3,
        config: Config { lr: 0.1 },
        extra: vec![1],
        acts: vec![Activation::LeakyRelu],
        parts: [layer.clone(), layer],
        half: half::bf16::ONE,
        shared: Rc::new(vec![1.0]),
    };
    let bytes = value.to_bytes().unwrap();
    let reader = NpzReader::new(&bytes).unwrap();
    let schema = Everything::schema();
    let matches = |pattern: &str, name: &str| {
        let (pattern, name): (Vec<_>, Vec<_>) = (pattern.split('.').collect(), name.split('.').collect());
        pattern.len() == name.len() && pattern.iter().zip(&name).all(|(p, n)| p == n || *p == "*")
    };
    for name in reader.names().filter(|&name| name != "saved_at") {
        let header = reader.header(name).unwrap();
        let found = header.dtype().to_string();
        let member = schema.members.iter().find(|member| {
            matches(&member.name, name)
                && (found == member.dtype || member.dtype == "<U" && found.starts_with("<U"))
        });
        let member = member.unwrap_or_else(|| panic!("{name}: {found} is not in\n{schema}"));
        if let Some(shape) = &member.shape {
            assert_eq!(shape.len(), header.shape().len(), "{name}");
            assert!(shape.iter().zip(header.shape()).all(|(want, len)| want.is_none_or(|want| want == *len)));
        }
    }
    // Every member that has to be there is there.
    for member in schema.members.iter().filter(|m| !m.is_optional && m.condition.is_empty()) {
        assert!(reader.names().any(|name| matches(&member.name, name)), "{}", &*member.name);
    }
}

#[test]
fn recursive_and_hand_written_types_have_a_schema() {
    #[derive(Npz)]
    struct Node {
        value: f32,
        next: Option<Box<Node>>,
        children: Vec<Node>,
    }
    struct ByHand(f32);
    impl ToMembers for ByHand {
        fn to_members<'a>(
            &'a self,
            members: &mut npz_core::extend::Members<'a>,
            name: &Name,
        ) -> npz_core::Result<()> {
            self.0.to_members(members, &name.join("inner"))
        }
    }
    impl FromMembers for ByHand {
        fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
        where
            Self: 's,
        {
            f32::plan(loader, &name.join("inner")).map(ByHand)
        }
        fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
            f32::is_present(loader, &name.join("inner"))
        }
    }
    #[derive(Npz)]
    struct Root {
        tree: Node,
        hand: ByHand,
    }
    let schema = Root::schema();
    let names: Vec<_> = schema.members.iter().map(|one| &*one.name).collect();
    assert!(names.starts_with(&["tree.value", "tree.next.value"]), "{names:?}");
    assert!(names.contains(&"tree.children.*.value") && names.ends_with(&["hand.inner"]), "{names:?}");
    assert!(names.len() < 20, "a recursive type has an end: {names:?}");
    let any = BTreeMap::<String, ArrayD<f64>>::schema();
    assert_eq!(any.members.len(), 1);
    assert_eq!((&*any.members[0].name, &any.members[0].shape), ("*", &None));
}

#[test]
fn a_schema_shows_what_is_stored_not_what_is_in_memory() {
    #[derive(Npz)]
    struct Narrow {
        #[npz(store_as = "bf16")]
        moments: Vec<Array1<f32>>,
        #[npz(store_as = "u1")]
        labels: Vec<i64>,
        #[npz(string = "utf8")]
        names: Vec<String>,
        later: npz_core::Lazy<Array2<f32>>,
    }
    let rows: Vec<_> = Narrow::schema().members.iter().map(|m| (m.name.clone(), m.dtype.clone())).collect();
    let expected = [("moments.*", "<V2"), ("labels", "|u1"), ("names", "|S"), ("later", "<f4")];
    assert_eq!(rows, expected.map(|(name, dtype)| (name.to_owned(), dtype.to_owned())));
}

#[test]
fn the_python_stub_is_python_and_names_what_np_load_gives() {
    #[derive(Npz)]
    struct State {
        weights: Array2<f32>,
        epoch: u64,
        note: Option<String>,
        mode: Activation,
        optimizer: Optimizer,
        names: Vec<FixedBytes<4>>,
        mask: Vec<bool>,
        spectrum: Array1<num_complex::Complex<f32>>,
        half: Vec<half::bf16>,
        #[npz(rename = "with \"quotes\" and \\")]
        odd: i8,
        layers: Vec<Layer>,
    }
    let dir = temp_dir();
    let state = State {
        weights: array![[1.0]],
        epoch: 1,
        note: None,
        mode: Activation::Relu,
        optimizer: Optimizer::Sgd { momentum: 0.5 },
        names: vec![FixedBytes::new(b"a").unwrap()],
        mask: vec![true],
        spectrum: array![num_complex::Complex::new(1.0, 2.0)],
        half: vec![half::bf16::ONE],
        odd: -1,
        layers: vec![],
    };
    state.save(dir.path().join("state.npz")).unwrap();
    let schema = State::schema();
    std::fs::write(dir.path().join("state.py"), schema.to_python("State")).unwrap();
    std::fs::write(dir.path().join("state.json"), schema.to_json()).unwrap();
    let printed = python(
        dir.path(),
        "sys.path.insert(0, '.')\n\
         import typing, state\n\
         f = dict(np.load('state.npz'))\n\
         hints = typing.get_type_hints(state.State)\n\
         required = state.State.__required_keys__\n\
         assert required <= set(f), required - set(f)\n\
         extra = {k for k in f if k not in hints}\n\
         assert extra == {'layers.len'}, extra\n\
         for key in hints:\n\
         \x20   if key in f:\n\
         \x20       scalar = typing.get_args(typing.get_args(hints[key])[1])[0]\n\
         \x20       assert issubclass(f[key].dtype.type, scalar), (key, f[key].dtype, scalar)\n\
         rows = json.load(open('state.json'))\n\
         by_name = {row['name']: row for row in rows}\n\
         for name, row in by_name.items():\n\
         \x20   if name in f:\n\
         \x20       assert row['shape'] is None or len(row['shape']) == f[name].ndim\n\
         \x20       assert f[name].dtype.str[1:].startswith(row['dtype'][1:].rstrip('0123456789')), row\n\
         print(sorted(required))\n\
         print(sorted(state.State.__optional_keys__))\n\
         print(by_name['mode']['values'], by_name['optimizer.momentum']['condition'])\n",
    );
    let expected = "\
['epoch', 'half', 'mask', 'mode', 'names', 'optimizer.kind', 'spectrum', 'weights', 'with \"quotes\" and \\\\']
['note', 'optimizer.__version__', 'optimizer.momentum', 'optimizer.schedule.0', 'optimizer.schedule.0.0', 'optimizer.schedule.0.tag', 'optimizer.schedule.tag']
['relu', 'leaky_relu'] optimizer.kind = \"Sgd\"
";
    assert_eq!(printed, expected);
}

#[test]
fn a_load_reports_what_was_ignored_cast_and_defaulted() {
    #[derive(Npz)]
    struct Old {
        wide: Vec<i32>,
        text: FixedBytes<3>,
        junk: u8,
        #[npz(rename = "inner.extra")]
        extra: u8,
        #[npz(rename = "inner.x")]
        x: f32,
        saved_at: u64,
        same: Vec<f64>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct New {
        wide: Vec<i64>,
        text: String,
        #[npz(default)]
        absent: f32,
        absent_too: Option<f32>,
        inner: Inner,
        #[npz(skip_load)]
        saved_at: u64,
        same: Vec<f64>,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(allow_unknown)]
    struct Inner {
        x: f32,
    }
    #[derive(Npz)]
    struct Plain {
        a: Vec<f64>,
        b: String,
    }
    let dir = temp_dir();
    let path = dir.path().join("old.npz");
    let text = FixedBytes::new(b"abc").unwrap();
    let old = Old { wide: vec![1], text, junk: 0, extra: 0, x: 1.0, saved_at: 3, same: vec![1.0] };
    old.save(&path).unwrap();
    let (_, report) =
        LoadOptions::new().allow_unknown(true).open(&path).unwrap().load_with_report::<New>().unwrap();
    assert!(report.is_ok());
    let printed = "  - member \"wide\": <i4 was cast to <i8 (i64)\n  \
                   - member \"text\": |S3 was cast to <U (String)\n  \
                   - member \"absent\": absent, its default was taken\n  \
                   - member \"saved_at\": its field is never loaded\n  \
                   - member \"junk\": no field wants it\n  \
                   - member \"inner.extra\": no field wants it";
    assert_eq!(report.to_string(), printed);
    let kinds: Vec<_> = report.remarks().iter().map(|one| one.kind).collect();
    let (cast, ignored) = (RemarkKind::Cast, RemarkKind::Ignored);
    assert_eq!(kinds, [cast, cast, RemarkKind::Defaulted, ignored, ignored, ignored]);
    // A file of the same struct, and one of Python in the other byte order, are nothing to remark on.
    python(dir.path(), "np.savez('big.npz', a=np.arange(3, dtype='>f8'), b=np.array('text'))");
    let (_, report) =
        LoadOptions::new().open(dir.path().join("big.npz")).unwrap().load_with_report::<Plain>().unwrap();
    assert!(report.remarks().is_empty(), "{report}");
}

#[test]
fn the_error_of_a_failed_load_carries_the_same_report_as_check() {
    #[derive(Npz, Debug)]
    struct Want {
        wide: Vec<i8>,
        #[npz(default)]
        absent: f32,
    }
    let bytes = BTreeMap::from([("wide".to_owned(), vec![1i64])]).to_bytes().unwrap();
    let reader = NpzReader::new(&bytes).unwrap();
    let report = reader.check::<Want>().unwrap();
    let error = reader.load::<Want>().unwrap_err();
    assert_eq!(error.report(), Some(&report));
    assert_eq!((report.problems().len(), report.remarks().len()), (1, 1));
    assert!(!error.to_string().contains("default"), "remarks are no part of the message: {error}");
}

#[test]
fn any_class_name_gives_a_stub_that_python_runs() {
    #[derive(Npz)]
    struct State {
        step: u64,
    }
    let dir = temp_dir();
    let names = ["class", "None", "", "1x", "TypedDict", "np", "größe", "a b", "State"];
    for (i, name) in names.iter().enumerate() {
        std::fs::write(dir.path().join(format!("stub{i}.py")), State::schema().to_python(name)).unwrap();
    }
    let count = names.len();
    let printed = python(
        dir.path(),
        &format!(
            "sys.path.insert(0, '.')\nimport importlib, typing\n\
             for i in range({count}):\n\
             \x20   stub = importlib.import_module(f'stub{{i}}')\n\
             \x20   classes = [v for v in vars(stub).values() if getattr(v, '__required_keys__', None)]\n\
             \x20   assert len(classes) == 1, i\n\
             print('ok')"
        ),
    );
    assert_eq!(printed, "ok\n");
}

#[test]
fn what_is_stored_as_the_field_asks_is_nothing_to_remark_on() {
    #[derive(Npz)]
    struct Narrow {
        #[npz(store_as = "f2", string = "utf8")]
        all: (Vec<f32>, String, u64),
    }
    #[derive(Npz)]
    struct Plain {
        all: (Vec<f32>, String, u64),
    }
    let all = || (vec![0.5], "é".to_owned(), 1);
    for bytes in [Narrow { all: all() }.to_bytes().unwrap(), Plain { all: all() }.to_bytes().unwrap()] {
        let (_, report) = NpzReader::new(&bytes).unwrap().load_with_report::<Narrow>().unwrap();
        assert!(report.remarks().is_empty(), "{report}");
    }
}

/// What stands for any index or key is known, not read off the name; and what a cell is, not off the dtype's text.
#[test]
fn the_python_stub_takes_names_and_dtypes_as_they_are() {
    #[derive(Npz)]
    struct State {
        #[npz(rename = "2*3")]
        product: f32,
        raw: Vec<npz_core::RawBytes<3>>,
        list: Vec<Vec<u8>>,
        bytes: Array1<Vec<u8>>,
        wide: Vec<npz_core::LongDouble>,
        any: npz_core::AnyArray,
        map: BTreeMap<String, i16>,
        after: bool,
    }
    let stub = State::schema().to_python("State");
    let lines: Vec<&str> =
        stub.lines().filter(|line| line.starts_with("    ")).map(str::trim_start).collect();
    assert_eq!(
        lines,
        [
            "\"2*3\": npt.NDArray[np.float32],  # shape ()",
            "\"raw\": npt.NDArray[np.void],  # shape (_,)",
            "# \"list.*\": npt.NDArray[np.uint8],  # shape (_,)",
            "\"bytes\": npt.NDArray[np.bytes_],  # shape (_,)",
            "\"wide\": npt.NDArray[np.float128],  # shape (_,)",
            "\"any\": npt.NDArray[Any],  # shape any",
            "# \"map.*\": npt.NDArray[np.int16],  # shape ()",
            "\"after\": npt.NDArray[np.bool_],  # shape ()",
        ]
    );
}
