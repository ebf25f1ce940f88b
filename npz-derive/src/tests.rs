//! The whole way from a struct to messages or to code. That the code compiles and does what it says is tested
//! in the workspace's `tests` package, with the library.

mod enums;
mod expansions;
mod records;

use syn::{DeriveInput, parse_quote};

use crate::ast::Container;
use crate::check;
use crate::ctxt::Ctxt;

/// The messages that the derive gives, in order.
fn messages(input: &DeriveInput) -> Vec<String> {
    let ctxt = Ctxt::new();
    let container = Container::from_syn(&ctxt, input);
    check::check(&ctxt, &container);
    ctxt.check().err().into_iter().flatten().map(|error| error.to_string()).collect()
}

#[test]
fn the_tables_of_conflicts_name_known_words() {
    crate::attr::TABLE.assert_conflicts_are_known();
    crate::record::TABLE.assert_conflicts_are_known();
}

#[test]
fn a_field_named_like_a_local_is_no_trouble() {
    let input = parse_quote!(
        struct S {
            name: u32,
            __name: u32,
            __plan0: u32,
            loader: u32,
        }
    );
    assert!(messages(&input).is_empty());
}

#[test]
fn words_are_checked_one_by_one_and_all() {
    let input = parse_quote! {
        #[npz(rename_al = "x", rename_all = "camelcas", separator = "", skip, allow_unknown = true, crate)]
        #[npz(bound = "T", allow_unknown, allow_unknown)]
        struct S<T> {
            #[npz(renam = "x", rename = 3, cast = "lossy", allow_unknown, default = "1 +", with = "a b")]
            a: T,
            #[npz(skip, skip, frobnicate)]
            b: u32,
            #[npz(rename = "c" default, 7, , rename = "x\0")]
            c: u32,
            #[npz]
            d: u32,
            #[npz = "x"]
            e: u32,
        }
    };
    let takes = "a field takes `rename`, `alias`, `each`, `skip`, `skip_save`, `skip_load`, `skip_if`, `default`, \
                 `flatten`, `with`, `json`, `cast`, `compression`, `shape`, `finite`, `one_element`, `order`, \
                 `store_as`, `string`";
    assert_eq!(
        messages(&input),
        [
            "unknown word `rename_al` in `#[npz(..)]`; did you mean `rename_all`?",
            "unknown value `camelcas` of `rename_all`; did you mean `camelCase`?",
            "`separator` is empty; no member can be named so",
            "`skip` belongs on a field, not on a struct",
            "expected `allow_unknown` alone, without a value, found `allow_unknown = true`",
            "expected `crate = \"path::to::npz_core\"`, found `crate`",
            "expected bounds, as in `bound = \"T: Trait\"`, found `T`",
            "`allow_unknown` is given twice; keep one",
            "unknown word `renam` in `#[npz(..)]`; did you mean `rename`?",
            "expected `rename = \"name\"`, found `rename = 3`",
            "unknown value `lossy` of `cast`; the choices are `exact`, `safe`, `same_kind`",
            "`allow_unknown` belongs on the struct, not on a field",
            "expected a path, as in `default` or `default = \"path\"`, found `1 +`",
            "expected a path, as in `with = \"module\"`, found `a b`",
            "`skip` is given twice; keep one",
            &format!("unknown word `frobnicate` in `#[npz(..)]`; {takes}"),
            "expected a word such as `rename = \"name\"`",
            "expected a word between the commas of `#[npz(..)]`",
            "expected `rename = \"name\"`, found `rename = \"c\" default`",
            "`rename` contains NUL; no member can be named so",
            "expected words in parentheses: `#[npz(..)]`",
            "expected words in parentheses: `#[npz(..)]`",
        ],
    );
}

#[test]
fn rules_between_words() {
    let input = parse_quote! {
        #[npz(rename_all = "PascalCase")]
        struct Node {
            #[npz(skip, rename = "z", alias = "z", flatten, with = "m", cast = "exact")]
            a: u32,
            #[npz(flatten, rename = "q", alias = "r")]
            b: u32,
            #[npz(flatten, default)]
            next: Option<Box<Node>>,
            __: u32,
            #[npz(alias = "c")]
            c: u32,
            #[npz(rename = "C")]
            d: u32,
        }
    };
    assert_eq!(
        messages(&input),
        [
            "`rename` contradicts `skip`: the field has no member; remove one of them",
            "`alias` contradicts `skip`: the field has no member; remove one of them",
            "`flatten` contradicts `skip`: the field has no member; remove one of them",
            "`with` contradicts `skip`: the field has no member; remove one of them",
            "`cast` contradicts `skip`: the field has no member; remove one of them",
            "`rename` contradicts `flatten`: the members stand under the parent's name; remove one of them",
            "`alias` contradicts `flatten`: the members stand under the parent's name; remove one of them",
            "`flatten` of the struct into itself has no end: all levels would share their names; remove it",
            "`rename_all` leaves nothing of this name; give it one by `rename = \"name\"`",
            "the member `C` is named a second time; names and aliases must differ: change one of them",
        ],
    );
}

#[test]
fn what_may_stand_together() {
    let input = parse_quote! {
        #[npz(default = "S::new", separator = "/", allow_unknown, bound = "")]
        struct S {
            #[npz(skip, default = "zero")]
            a: u32,
            #[npz(flatten, with = "m", default, cast = "safe",)]
            b: u32,
            #[npz()]
            c: u32,
        }
    };
    assert_eq!(messages(&input), [""; 0]);
}

#[test]
fn an_unsupported_shape_is_one_error() {
    let count = |input: DeriveInput| messages(&input).len();
    assert_eq!(count(parse_quote!(union U { a: u32 })), 1);
    assert_eq!(
        count(parse_quote!(
            #[repr(C, packed)]
            struct S {
                a: u32,
            }
        )),
        1
    );
    assert_eq!(
        count(parse_quote!(
            #[npz(rename_all = "lowercase")]
            struct S(u32);
        )),
        1
    );
}

#[test]
fn what_a_field_asks_for_is_checked() {
    let input = parse_quote! {
        struct S {
            #[npz(compression = "zip", shape = "(2; 3)", order = "fortran", finite = true)]
            a: Array2<f32>,
            #[npz(compression = 10, shape = "3")]
            b: Vec<f32>,
            #[npz(skip, finite, order = "F")]
            c: Vec<f32>,
            #[npz(compression = 0, shape = "(_, 3,)", finite, order = "keep")]
            d: Array2<f32>,
        }
    };
    assert_eq!(
        messages(&input),
        [
            "unknown value `zip` of `compression`; the choices are `stored`, `deflate` and the levels 0 to 9 (`compression = 9`); \
             Zstandard is for whole archives, by `SaveOptions::compression`",
            "expected the lengths of axes, as in `shape = \"(_, 128)\"`, found `(2; 3)`",
            "unknown value `fortran` of `order`; the choices are `C`, `F`, `keep`",
            "expected `finite` alone, without a value, found `finite = true`",
            "expected a level from 0 to 9, found 10",
            "expected the lengths of axes, as in `shape = \"(_, 128)\"`, found `3`",
            "`finite` contradicts `skip`: the field has no member; remove one of them",
            "`order` contradicts `skip`: the field has no member; remove one of them",
        ]
    );
    let input = parse_quote! {
        #[npz(transparent)]
        struct S(#[npz(finite)] f64);
    };
    assert_eq!(
        messages(&input),
        ["`finite` has no field of its own here: put it on the fields that hold this struct"]
    );
}

#[test]
fn patterns_of_names_are_checked() {
    let input = parse_quote! {
        struct S {
            #[npz(each = "layer_{}")]
            a: Vec<Layer>,
            #[npz(each = "{}", one_element)]
            b: Vec<Layer>,
            #[npz(each = "{}_w")]
            c: Vec<Layer>,
            #[npz(each = "a{}b{}")]
            d: Vec<Layer>,
            #[npz(each)]
            e: Vec<Layer>,
            #[npz(each = "f{}", rename = "f", alias = "g", json)]
            f: Vec<Layer>,
            #[npz(each = "h{}", flatten)]
            h: Vec<Layer>,
            #[npz(each = "i{}", skip_load, one_element)]
            i: Vec<Layer>,
            #[npz(each = "j{}", skip)]
            j: Vec<Layer>,
            #[npz(each = "layer_{}")]
            k: Vec<Layer>,
        }
    };
    let found = |found: &str| {
        format!(
            "expected a name that ends with `{{}}`, where the index stands, as in `each = \"layer_{{}}\"`, found `{found}`"
        )
    };
    assert_eq!(
        messages(&input),
        [
            &*found("{}"),
            &*found("{}_w"),
            &*found("a{}b{}"),
            "expected `each = \"layer_{}\"`, found `each`",
            "`each` contradicts `json`: the field is one text, without elements; remove one of them",
            "`rename` contradicts `each`, which names the elements; remove one of them",
            "`alias` contradicts `each`, which names the elements; remove one of them",
            "`each` contradicts `flatten`: the elements would be named by their index alone; remove one of them",
            "`each` contradicts `skip_load`: other members may begin so too; remove one of them",
            "`one_element` contradicts `skip_load`: the field is never loaded; remove one of them",
            "`each` contradicts `skip`: the field has no member; remove one of them",
            "the member `layer_` is named a second time; names and aliases must differ: change one of them",
        ]
    );
}

#[test]
fn forms_are_checked() {
    let input = parse_quote! {
        struct S {
            #[npz(store_as = "f16", string = "utf-8")]
            a: Array2<f32>,
            #[npz(store_as = "f32", string = "ascii")]
            b: Vec<f32>,
            #[npz(store_as = "bfloat", string)]
            c: Vec<f32>,
            #[npz(store_as = "half", store_as = 2, string = "U", string = "S")]
            d: Vec<f32>,
            #[npz(skip, store_as = "u8", string = "utf8")]
            e: Vec<f32>,
            #[npz(json, store_as = "uint8", string = "utf8")]
            f: Vec<f32>,
            #[npz(store_as = "complex128", cast = "exact", with = "doubled", string = "S", flatten)]
            g: Vec<f32>,
        }
    };
    assert_eq!(
        messages(&input),
        [
            "unknown value `f16` of `store_as`; did you mean `f2`?",
            "unknown value `utf-8` of `string`; did you mean `utf8`?",
            "unknown value `f32` of `store_as`; did you mean `f4`?",
            "unknown value `ascii` of `string`; the choices are `U`, `S`, `utf8`",
            "unknown value `bfloat` of `store_as`; did you mean `bfloat16`?",
            "expected `string = \"utf8\"`, found `string`",
            "unknown value `half` of `store_as`; the choices are `f2`, `bf16`, `f4`, `f8`, `i1`, `i2`, `i4`, `i8`, \
             `u1`, `u2`, `u4`, `u8`, `c8`, `c16`",
            "expected `store_as = \"f2\"`, found `store_as = 2`",
            "`string` is given twice; keep one",
            "`store_as` contradicts `skip`: the field has no member; remove one of them",
            "`string` contradicts `skip`: the field has no member; remove one of them",
            "`store_as` contradicts `json`: it speaks of numbers, and the field is one text; write `string`",
        ]
    );
    let input = parse_quote! {
        #[npz(transparent)]
        struct S(#[npz(store_as = "f2")] f64);
    };
    assert_eq!(
        messages(&input),
        ["`store_as` has no field of its own here: put it on the fields that hold this struct"]
    );
}
