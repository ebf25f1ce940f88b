//! Types of serde as one text.

use std::collections::BTreeMap;

use ndarray::{Array1, array};
use npz_core::{ErrorKind, Npz};
use serde::{Deserialize, Serialize};
use tests::{python, temp_dir};

use crate::derive_more::transparent::Meters;
use crate::derive_more::{archive, comes_back};

#[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Default)]
struct Config {
    name: String,
    rates: Vec<f64>,
    nested: BTreeMap<String, Option<i64>>,
}

fn config() -> Config {
    Config {
        name: "größe\0 \"x\"".to_owned(),
        rates: vec![0.1, 1e-300, 1.0 / 3.0],
        nested: BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(i64::MIN))]),
    }
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Run<C> {
    #[npz(json)]
    config: C,
    #[npz(json, default, alias = "old")]
    more: Option<C>,
    #[npz(json, skip_if = "Vec::is_empty")]
    list: Vec<(u8, String)>,
    weights: Array1<f32>,
}

fn run() -> Run<Config> {
    Run { config: config(), more: None, list: vec![], weights: array![1.0] }
}

#[test]
fn json_is_one_text() {
    comes_back(&run(), &["config", "more", "weights"]);
    comes_back(
        &Run { more: Some(Config::default()), list: vec![(1, "x".to_owned())], ..run() },
        &["config", "more", "list", "weights"],
    );
    let bytes = archive(|npz| {
        npz.add("config", r#"{"name": "n", "rates": [1], "nested": {}}"#).unwrap();
        npz.add("weights", &array![1.0f32]).unwrap();
    });
    let loaded = Run::<Config>::from_bytes(&bytes).unwrap();
    assert_eq!(loaded.config, Config { name: "n".to_owned(), rates: vec![1.0], nested: BTreeMap::new() });
    let bytes = archive(|npz| {
        npz.add("config", "{}").unwrap();
        npz.add("weights", &array![1.0f32]).unwrap();
    });
    let error = Run::<Config>::from_bytes(&bytes).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("config")));
    assert!(error.to_string().contains("not the JSON of this type: missing field `name`"), "{error}");
}

#[test]
fn json_that_could_not_be_loaded_is_not_saved() {
    let broken = Run { config: Config { rates: vec![f64::NAN], ..config() }, ..run() };
    let error = broken.to_bytes().unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("config")));
    assert!(error.to_string().contains("which has no NaN and no infinity"), "{error}");
    let keys =
        Run { config: BTreeMap::from([(vec![1u8], 1u8)]), more: None, list: vec![], weights: array![] };
    let error = keys.to_bytes().unwrap_err();
    assert!(error.to_string().contains("can't be written as JSON: key must be a string"), "{error}");
}

#[test]
fn json_in_an_enum_and_in_a_transparent_struct() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(transparent)]
    struct Settings(#[npz(json)] Config);
    #[derive(Npz, Debug, PartialEq)]
    enum Source {
        Given(#[npz(json)] Config),
        Kept { settings: Settings },
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Both {
        sources: Vec<Source>,
    }
    let both = Both { sources: vec![Source::Given(config()), Source::Kept { settings: Settings(config()) }] };
    comes_back(&both, &["sources.0.tag", "sources.0.0", "sources.1.tag", "sources.1.settings"]);
}

#[test]
fn python_reads_and_writes_json_and_transparent_structs() {
    #[derive(Npz, Debug, PartialEq)]
    struct Both {
        run: Run<Config>,
        lengths: Vec<Meters>,
    }
    let dir = temp_dir();
    let both = Both { run: run(), lengths: vec![Meters(1.0), Meters(2.5)] };
    both.save(dir.path().join("rust.npz")).unwrap();
    let script = r"
f = np.load('rust.npz', allow_pickle=False)
config = json.loads(str(f['run.config']))
assert config == {'name': 'größe\0 \x22x\x22', 'rates': [0.1, 1e-300, 1/3], 'nested': {'a': None, 'b': -2**63}}, config
assert f['run.config'].shape == () and f['run.config'].dtype.kind == 'U'
assert f['lengths'].dtype == np.float32 and f['lengths'].tolist() == [1.0, 2.5]
members = {name: f[name] for name in f.files}
config['name'] = 'from Python'
members['run.config'] = json.dumps(config)
members['run.list'] = json.dumps([(1, 'x')])
np.savez('python.npz', **members)
";
    python(dir.path(), script);
    let loaded = Both::load(dir.path().join("python.npz")).unwrap();
    assert_eq!(loaded.run.config, Config { name: "from Python".to_owned(), ..config() });
    assert_eq!(loaded.run.list, [(1, "x".to_owned())]);
    assert_eq!(loaded.lengths, both.lengths);
}
