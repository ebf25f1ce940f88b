//! Lists and maps whose elements are named by a pattern.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, array};
use npz_core::{Lazy, LoadOptions, Npz, NpzReader};
use tests::{python, temp_dir};

#[derive(Npz, Debug, PartialEq, Clone)]
struct Dense {
    kernel: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Npz, Debug, PartialEq, Clone)]
struct Block {
    #[npz(rename = "Dense_0")]
    dense: Dense,
}

#[derive(Npz, Debug, PartialEq)]
struct Encoder {
    #[npz(each = "encoderblock_{}")]
    blocks: Vec<Block>,
    encoderblock_norm: Array1<f32>,
}

/// A vision transformer as `flax` saves it.
#[derive(Npz, Debug, PartialEq)]
#[npz(separator = "/")]
struct Vit {
    #[npz(rename = "Transformer")]
    transformer: Encoder,
    cls: Array1<f32>,
}

/// The same blocks by their numbers.
#[derive(Npz, Debug, PartialEq)]
struct ByNumber {
    #[npz(each = "encoderblock_{}")]
    blocks: BTreeMap<u32, Block>,
    encoderblock_norm: Array1<f32>,
}

fn block(i: usize) -> Block {
    let kernel = Array2::from_shape_fn((2, 3), |(row, column)| (row * 3 + column + i) as f32);
    Block { dense: Dense { kernel, bias: array![1.0 + i as f32, 2.0 + i as f32] } }
}

#[test]
fn a_list_and_a_map_go_by_the_names_of_a_pattern() {
    let dir = temp_dir();
    python(
        dir.path(),
        r#"
w, b = np.arange(6, dtype="f4").reshape(2, 3), np.array([1.0, 2.0], "f4")
members = {}
for i in range(12):
    members[f"Transformer/encoderblock_{i}/Dense_0/kernel"] = w + i
    members[f"Transformer/encoderblock_{i}/Dense_0/bias"] = b + i
members |= {"Transformer/encoderblock_norm": b, "cls": b}
np.savez("vit.npz", **members)
del members["Transformer/encoderblock_3/Dense_0/bias"]
np.savez("hole.npz", **members)
np.savez("sparse.npz", **{f"encoderblock_{i}.Dense_0.{part}": a + i for i in (2, 40) for part, a in (("kernel", w), ("bias", b))}, encoderblock_norm=b)
"#,
    );
    let path = dir.path().join("vit.npz");
    let vit = Vit::load(&path).unwrap();
    assert_eq!(vit.transformer.blocks, (0..12).map(block).collect::<Vec<_>>());
    assert_eq!(vit.transformer.encoderblock_norm, vit.cls);
    assert!(Vit::check(&path).unwrap().remarks().is_empty());
    // And back: the same members, with the same data.
    vit.save(dir.path().join("saved.npz")).unwrap();
    python(
        dir.path(),
        r#"
a, b = np.load("vit.npz"), np.load("saved.npz")
assert sorted(a.files) == sorted(b.files), b.files
assert all(np.array_equal(a[k], b[k]) for k in a.files)
"#,
    );
    let mut again = Vit::load(&path).unwrap();
    again.transformer.blocks.pop();
    again.transformer.blocks[0].dense.bias.fill(7.0);
    LoadOptions::new().allow_resize(true).load_into(&mut again, dir.path().join("saved.npz")).unwrap();
    assert_eq!(again, vit);

    let error = Vit::load(dir.path().join("hole.npz")).unwrap_err();
    assert!(error.to_string().contains("\"Transformer/encoderblock_3/Dense_0/bias\" is missing"), "{error}");

    let path = dir.path().join("sparse.npz");
    let by_number = ByNumber::load(&path).unwrap();
    assert_eq!(by_number.blocks, BTreeMap::from([(2, block(2)), (40, block(40))]));
    let bytes = by_number.to_bytes().unwrap();
    assert_eq!(ByNumber::from_bytes(&bytes).unwrap(), by_number);
    assert!(NpzReader::new(&bytes).unwrap().contains("encoderblock_40.Dense_0.kernel"));
}

#[derive(Npz, Debug, PartialEq, Default)]
struct Forms {
    #[npz(each = "w{}")]
    arrays: Vec<Array1<f32>>,
    #[npz(each = "word_{}")]
    words: BTreeMap<String, f64>,
    #[npz(each = "maybe_{}", default)]
    maybe: Vec<Dense>,
    #[npz(each = "option_{}")]
    option: Option<BTreeMap<u8, f64>>,
    #[npz(each = "lists_{}")]
    lists: [Vec<Vec<Dense>>; 2],
    maybe_not: f64,
    option_value: f64,
}

#[test]
fn whatever_is_in_the_list_comes_back() {
    let dense = block(0).dense;
    let full = Forms {
        arrays: vec![array![1.0], array![2.0, 3.0]],
        words: BTreeMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 2.0)]),
        maybe: vec![dense.clone(), dense.clone()],
        option: Some(BTreeMap::from([(7, 1.5)])),
        lists: [vec![vec![dense.clone()]], vec![vec![], vec![dense]]],
        maybe_not: 1.0,
        option_value: 2.0,
    };
    let bytes = full.to_bytes().unwrap();
    assert_eq!(Forms::from_bytes(&bytes).unwrap(), full);
    let names: Vec<_> = NpzReader::new(&bytes).unwrap().names().map(str::to_owned).collect();
    for name in [
        "w0",
        "w1",
        "word_a",
        "maybe_1.kernel",
        "option_7",
        "lists_0.0.0.bias",
        "lists_1.0.len",
        "lists_1.1.0.bias",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    // No elements, by their count or their absence.
    for option in [None, Some(BTreeMap::new())] {
        let empty = Forms { option, words: full.words.clone(), ..Forms::default() };
        assert_eq!(Forms::from_bytes(&empty.to_bytes().unwrap()).unwrap(), empty);
    }
    // What is not there is missing, by the name that it would have.
    let error =
        Forms::from_bytes(&BTreeMap::from([("maybe_not".to_owned(), 1.0)]).to_bytes().unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("expected elements named \"w0\", \"w1\", ..."), "{text}");
    assert!(!text.contains("\"maybe_\"") && !text.contains("\"option_\""), "{text}");
}

#[test]
fn one_array_has_no_elements_to_name() {
    #[derive(Npz)]
    struct Cells {
        #[npz(each = "x{}")]
        x: Vec<f32>,
    }
    let error = Cells { x: vec![1.0] }.to_bytes().unwrap_err().to_string();
    assert!(
        error.contains("`each` names the elements of a list or a map, and this is one array: remove it"),
        "{error}"
    );
}

#[derive(Npz)]
struct LazyEach {
    #[npz(each = "block_{}")]
    blocks: Lazy<Vec<Dense>>,
    block_norm: f64,
}

#[derive(Npz)]
struct LazyPlain {
    blocks: Lazy<Vec<Dense>>,
}

/// What was loaded unread is saved under the names of its new place.
#[test]
fn lazy_lists_move_between_patterns() {
    let blocks = vec![block(0).dense, block(1).dense];
    let each = LazyEach { blocks: blocks.clone().into(), block_norm: 0.5 }.to_bytes().unwrap();
    let plain = LazyPlain { blocks: blocks.clone().into() }.to_bytes().unwrap();
    let names = |bytes: &[u8]| NpzReader::new(bytes).unwrap().names().map(str::to_owned).collect::<Vec<_>>();
    let loaded = LazyEach::from_bytes(&each).unwrap();
    assert_eq!(names(&LazyPlain { blocks: loaded.blocks }.to_bytes().unwrap()), names(&plain));
    let loaded = LazyPlain::from_bytes(&plain).unwrap();
    let moved = LazyEach { blocks: loaded.blocks, block_norm: 0.5 }.to_bytes().unwrap();
    assert_eq!(names(&moved), names(&each));
    let loaded = LazyEach::from_bytes(&moved).unwrap();
    assert_eq!(loaded.blocks.get().unwrap(), &blocks);
    let again = LazyEach::from_bytes(&LazyEach::from_bytes(&each).unwrap().to_bytes().unwrap()).unwrap();
    assert_eq!((again.blocks.get().unwrap(), again.block_norm), (&blocks, 0.5));
}

#[derive(Npz, Debug, PartialEq)]
struct BesideOthers {
    #[npz(each = "layer_{}")]
    layers: Vec<Dense>,
    #[npz(flatten)]
    others: BTreeMap<String, f64>,
}

/// A file that its own type could not load is not written.
#[test]
fn what_stands_beside_a_list_may_not_be_named_as_its_elements() {
    let with = |key: &str| BesideOthers {
        layers: vec![block(0).dense],
        others: BTreeMap::from([(key.to_owned(), 0.5)]),
    };
    let fine = with("layer_norm");
    assert_eq!(BesideOthers::from_bytes(&fine.to_bytes().unwrap()).unwrap(), fine);
    let error = with("layer_7").to_bytes().unwrap_err().to_string();
    assert!(error.contains("\"layer_7\"") && error.contains("\"layer_{}\""), "{error}");
}

/// Kernels alone, in the file as layers.
mod as_layers {
    use super::{Array2, Dense, array};

    pub(super) fn to_npz(kernels: &[Array2<f32>]) -> Vec<Dense> {
        kernels.iter().map(|kernel| Dense { kernel: kernel.clone(), bias: array![0.0] }).collect()
    }

    pub(super) fn from_npz(layers: Vec<Dense>) -> Result<Vec<Array2<f32>>, String> {
        let kernel = |layer: Dense| {
            if layer.bias == array![0.0] { Ok(layer.kernel) } else { Err("a bias".to_owned()) }
        };
        layers.into_iter().map(kernel).collect()
    }
}

#[derive(Npz, Debug, PartialEq)]
enum Model {
    Deep {
        #[npz(each = "layer_{}", with = "as_layers")]
        kernels: Vec<Array2<f32>>,
    },
    Wide(#[npz(each = "head_{}", default)] BTreeMap<i32, Dense>),
}

#[test]
fn patterns_stand_in_variants_and_beside_with_and_in_the_schema() {
    let kernels = vec![block(0).dense.kernel, block(1).dense.kernel];
    let heads = BTreeMap::from([(-1, block(0).dense), (3, block(1).dense)]);
    let names = |model: &Model| {
        let bytes = model.to_bytes().unwrap();
        assert_eq!(&Model::from_bytes(&bytes).unwrap(), model);
        NpzReader::new(&bytes).unwrap().names().map(str::to_owned).collect::<Vec<_>>()
    };
    let deep = ["tag", "layer_0.kernel", "layer_0.bias", "layer_1.kernel", "layer_1.bias"];
    assert_eq!(names(&Model::Deep { kernels }), deep);
    assert_eq!(
        names(&Model::Wide(heads)),
        ["tag", "head_-1.kernel", "head_-1.bias", "head_3.kernel", "head_3.bias"]
    );
    names(&Model::Wide(BTreeMap::new()));

    let schema = Vit::schema();
    let members: Vec<_> = schema.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(
        members,
        [
            "Transformer/encoderblock_*/Dense_0/kernel",
            "Transformer/encoderblock_*/Dense_0/bias",
            "Transformer/encoderblock_norm",
            "cls"
        ]
    );
}
