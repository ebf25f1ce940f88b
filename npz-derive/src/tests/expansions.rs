//! What the derive writes, compared with the snapshots in `tests/expand`.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_quote};

use crate::derive;

/// Compares an expansion with `tests/expand/{name}.rs`; `NPZ_BLESS=1` writes that file anew.
fn assert_expands(name: &str, input: &DeriveInput) {
    assert_is(name, derive(input));
}

pub(super) fn assert_is(name: &str, expansion: TokenStream) {
    let file = syn::parse2(expansion).expect("the expansion is a list of items");
    // A new version must not touch the snapshots.
    let version = env!("CARGO_PKG_VERSION").replace('.', "_");
    let found = prettyplease::unparse(&file).replace(&format!("__private_{version}"), "__private");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand").join(name).with_extension("rs");
    if env::var_os("NPZ_BLESS").is_some() {
        fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} differs; check it, then run with NPZ_BLESS=1", path.display());
}

#[test]
fn expansion_of_a_plain_struct() {
    let input = parse_quote! {
        struct Dense {
            weights: Array2<f32>,
            #[npz(default)]
            epoch: u64,
            r#type: String,
        }
    };
    assert_expands("plain", &input);
}

#[test]
fn expansion_of_every_field_attribute() {
    let input = parse_quote! {
        #[npz(rename_all = "camelCase", separator = "/", allow_unknown, crate = "crate::npz")]
        struct All {
            #[npz(rename = "w", alias = "weights", alias = "kernel", cast = "same_kind")]
            layer_weights: Array2<f32>,
            #[npz(flatten)]
            other_members: BTreeMap<String, ArrayD<f64>>,
            #[npz(with = "degrees", default = "Angle::zero")]
            turn_angle: Angle,
            #[npz(skip)]
            scratch: Vec<u8>,
            #[npz(skip, default = "Instant::now")]
            #[deprecated]
            started: Instant,
        }
    };
    assert_expands("attributes", &input);
}

#[test]
fn expansion_of_versions() {
    let input = parse_quote! {
        #[npz(version = 3, migrate = "Self::from_older", separator = "/")]
        struct Model {
            weights: Array2<f32>,
        }
    };
    assert_expands("version", &input);
}

#[test]
fn expansion_of_generics() {
    let input = parse_quote! {
        struct Tree<'a, 'b, T: Clone = f32, const N: usize = 3>(
            [T; N],
            Cow<'a, str>,
            Cow<'b, str>,
            Vec<Tree<'a, 'b, T, N>>,
        )
        where
            T: Copy;
    };
    assert_expands("generics", &input);
}

#[test]
fn expansion_over_a_default() {
    let input = parse_quote! {
        #[npz(default)]
        #[allow(clippy::disallowed_types)]
        struct Options<T> {
            rate: T,
            #[npz(default = "ten")]
            steps: u32,
            #[npz(skip)]
            seen: u32,
        }
    };
    assert_expands("default", &input);
}

#[test]
fn expansion_of_an_enum() {
    let input = parse_quote! {
        #[npz(tag = "kind", rename_all = "snake_case", validate = "Optimizer::check")]
        enum Optimizer<T> {
            #[npz(rename = "sgd", alias = "SGD")]
            Sgd { momentum: T, #[npz(skip)] scratch: Vec<f32> },
            Adam(Vec<Array2<T>>, #[npz(default)] u64),
            NoOptimizer,
            #[npz(rename_all = "camelCase")]
            Other { #[npz(flatten)] all_others: BTreeMap<String, ArrayD<T>>, learning_rate: f64 },
        }
    };
    assert_expands("enum", &input);
}

#[test]
fn expansion_of_an_enum_without_fields() {
    let input = parse_quote! {
        #[npz(rename_all = "lowercase")]
        enum Activation {
            Relu,
            #[npz(alias = "Tanh")]
            Tanh,
        }
    };
    assert_expands("choice", &input);
}

#[test]
fn expansion_of_a_transparent_struct() {
    let input = parse_quote! {
        #[npz(transparent, validate = "positive")]
        struct Meters<T>(#[npz(skip)] PhantomData<T>, #[npz(cast = "same_kind")] f32);
    };
    assert_expands("transparent", &input);
}

#[test]
fn expansion_of_the_halves_of_skip_and_of_json() {
    let input = parse_quote! {
        #[npz(validate = "Run::check")]
        struct Run<C> {
            #[npz(skip_save)]
            cache: Vec<f32>,
            #[npz(skip_load, default = "now")]
            saved_at: u64,
            #[npz(skip_load, with = "degrees")]
            angle: Angle,
            #[npz(skip_if = "Vec::is_empty")]
            history: Vec<f64>,
            #[npz(json, default)]
            config: C,
        }
    };
    assert_expands("skips", &input);
}

#[test]
fn expansion_after_an_error() {
    let input = parse_quote! {
        #[npz(renameall = "camelCase")]
        struct Wrong<T: ?Sized>(Box<T>);
    };
    assert_expands("fallback", &input);
}

#[test]
fn expansion_of_what_a_field_asks_for() {
    let input = parse_quote! {
        struct Settings {
            #[npz(compression = 9, shape = "(_, 128)", finite, order = "F", default)]
            weights: Array2<f32>,
            #[npz(store_as = "bfloat16", string = "utf8")]
            layers: Vec<Layer>,
            #[npz(compression = "stored")]
            mask: Vec<bool>,
            #[npz(one_element)]
            rate: f64,
            #[npz(each = "head_{}", finite)]
            heads: Vec<Layer>,
            #[npz(each = "tail_{}", default)]
            tails: BTreeMap<u32, Layer>,
        }
    };
    assert_expands("settings", &input);
}
