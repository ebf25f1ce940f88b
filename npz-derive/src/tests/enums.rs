//! The messages about enums, variants, `transparent`, `json` and the halves of `skip`.

use syn::{DeriveInput, parse_quote};

use super::messages;

#[test]
fn words_on_enums_and_variants() {
    let input = parse_quote! {
        #[npz(transparent, default, tag = "", tagg = "x", rename = "E", rename_all_fields = "camelCase")]
        enum E {
            #[npz(skip, default, renam = "x", rename_all = "camelCase", frobnicate, tag = "t")]
            A(#[npz(separator = "/", rename_all = "camelCase")] u32),
            #[npz(rename_all = "camelCase", alias = "", rename = "b", rename = "c")]
            B,
        }
    };
    assert_eq!(
        messages(&input),
        [
            "`tag` is empty; no member can be named so",
            "unknown word `tagg` in `#[npz(..)]`; did you mean `tag`?",
            "`rename` belongs on a field or a variant, not on an enum",
            "a variant can't be skipped: its values could not be saved; put `skip` on its fields, or remove it",
            "`default` belongs on a field or the enum, not on a variant",
            "unknown word `renam` in `#[npz(..)]`; did you mean `rename`?",
            "unknown word `frobnicate` in `#[npz(..)]`; a variant takes `rename`, `alias`, `rename_all`",
            "`tag` belongs on the enum, not on a variant",
            "`separator` belongs on the enum, not on a field",
            "`rename_all` belongs on a variant or the enum, not on a field",
            "`alias` is empty; no member can be named so",
            "`rename` is given twice; keep one",
            "`transparent` belongs on a struct, not on an enum; remove it",
            "`default` belongs on a struct or a field, not on an enum; put it on the field that holds the enum",
            "`rename_all_fields` does nothing here: no variant has named fields; remove it",
            "`rename_all` does nothing here: the members of a tuple variant are named `0`, `1`, ..; remove it, or \
             put `rename = \"name\"` on the fields",
            "`rename_all` does nothing here: a unit variant has no members; remove it",
        ],
    );
}

#[test]
fn names_in_enums() {
    let input = parse_quote! {
        #[npz(tag = "kind", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
        enum E {
            A { kind: u32, own_kind: u32 },
            #[npz(alias = "A")]
            B(#[npz(rename = "kind")] u32, #[npz(alias = "0")] u32, #[npz(alias = "0")] u32),
            #[npz(rename = "C")]
            D { #[npz(alias = "ownKind")] a: u32, own_kind: u32, #[npz(skip)] kind: u32 },
            C { #[npz(flatten)] e: Box<E> },
        }
    };
    let twice = |what: &str, name: &str| {
        format!(
            "the {what} `{name}` is named a second time; names and aliases must differ: change one of them"
        )
    };
    let is_tag = "the member `kind` holds the variant's name; rename the field, or set another word by `tag = \
                  \"kind\"` on the enum";
    assert_eq!(
        messages(&input),
        [
            "`flatten` of the enum into itself has no end: all levels would share their names; remove it",
            is_tag,
            is_tag,
            &twice("member", "0"),
            &twice("member", "ownKind"),
            &twice("variant", "A"),
            &twice("variant", "C"),
        ],
    );
}

#[test]
fn words_that_do_nothing_on_an_enum_without_fields() {
    let input = parse_quote! {
        #[npz(tag = "t", separator = "/", allow_unknown, validate = "check", rename_all = "lowercase")]
        enum E { A, B() }
    };
    let nothing = |word: &str| {
        format!(
            "`{word}` does nothing here: an enum without fields is one text, the variant's name; remove it"
        )
    };
    assert_eq!(messages(&input), ["tag", "separator", "allow_unknown", "validate"].map(nothing));
    let never: DeriveInput = parse_quote!(
        enum Never {}
    );
    assert_eq!(
        messages(&never),
        ["an enum without variants has no values to save or load; remove the derive"]
    );
}

#[test]
fn words_of_enums_on_a_struct() {
    let input = parse_quote! {
        #[npz(tag = "t", rename_all_fields = "camelCase", validate = "check()")]
        struct S { a: u32 }
    };
    assert_eq!(
        messages(&input),
        [
            "expected a path, as in `validate = \"path\"`, found `check()`; leave out the parentheses",
            "`tag` belongs on an enum, not on a struct; remove it",
            "`rename_all_fields` belongs on an enum, not on a struct; write `rename_all`",
        ],
    );
}

#[test]
fn the_halves_of_skip_and_json() {
    let input = parse_quote! {
        struct S {
            #[npz(skip, skip_save, skip_load, skip_if = "f", json)]
            a: u32,
            #[npz(skip_save, skip_load, skip_if = "f")]
            b: u32,
            #[npz(skip_load, flatten, cast = "safe")]
            c: u32,
            #[npz(json, with = "m", flatten, cast = "safe")]
            d: u32,
            #[npz(skip_save = "x", skip_if)]
            e: u32,
            #[npz(skip_load, skip_if = "f", default, alias = "x", json)]
            fine: u32,
        }
    };
    let skip =
        |word: &str| format!("`{word}` contradicts `skip`: the field has no member; remove one of them");
    assert_eq!(
        messages(&input),
        [
            "expected `skip_save` alone, without a value, found `skip_save = \"x\"`",
            "expected `skip_if = \"path\"`, found `skip_if`",
            &skip("skip_save"),
            &skip("skip_load"),
            &skip("skip_if"),
            &skip("json"),
            "`skip_load` and `skip_save` together are `skip`: write that instead",
            "`skip_if` contradicts `skip_save`: the field is never saved; remove one of them",
            "`flatten` contradicts `skip_load`: nobody knows which members are to be passed over; remove one of \
             them",
            "`cast` contradicts `skip_load`: the field is never loaded; remove one of them",
            "`json` contradicts `with`: both say what is stored; remove one of them",
            "`flatten` contradicts `json`: the field is one text, with nothing to put beside others; remove one of \
             them",
            "`cast` contradicts `json`: text is not converted; remove one of them",
        ],
    );
}

#[test]
fn halves() {
    let input = parse_quote! {
        #[npz(save_only, load_only, default, allow_unknown, version = 1, migrate = "f")]
        struct S {
            a: u32,
        }
    };
    let mut expected =
        vec!["`load_only` contradicts `save_only`: nothing would be derived; remove one of them".to_owned()];
    expected.extend(
        ["default", "allow_unknown", "migrate"]
            .map(|word| format!("`{word}` contradicts `save_only`: nothing is loaded; remove one of them")),
    );
    assert_eq!(messages(&input), expected);
}

#[test]
fn transparent_structs() {
    let input = parse_quote! {
        #[npz(transparent, rename_all = "camelCase", separator = "/", allow_unknown, default)]
        struct S {
            #[npz(rename = "b", alias = "c", flatten, default, skip_if = "f")]
            a: u32,
        }
    };
    let words = [
        "rename_all",
        "separator",
        "allow_unknown",
        "default",
        "rename",
        "alias",
        "flatten",
        "default",
        "skip_if",
    ];
    let refused = words.map(|word| {
        format!(
            "`{word}` contradicts `transparent`: the struct is its one field, without a name of its own; remove one \
             of them"
        )
    });
    // `rename` and `alias` contradict `flatten` as well: each word is refused once.
    assert_eq!(messages(&input), refused);
    let count = |input: DeriveInput| messages(&input);
    let exactly = |found: u32| {
        format!(
            "`transparent` needs exactly one field that is stored, found {found}; remove it, or put `skip` on the \
             other fields"
        )
    };
    assert_eq!(
        count(parse_quote!(
            #[npz(transparent)]
            struct S(u8, u8, #[npz(skip)] u8);
        )),
        [exactly(2)]
    );
    assert_eq!(
        count(parse_quote!(
            #[npz(transparent)]
            struct S;
        )),
        [exactly(0)]
    );
    assert_eq!(
        count(parse_quote!(
            #[npz(transparent)]
            struct S(Option<Box<S>>);
        )),
        ["`transparent` around the struct itself has no end: all levels would share one name; remove it"]
    );
    assert_eq!(
        count(parse_quote!(
            #[npz(transparent)]
            struct S(u8, #[npz(skip)] u8);
        )),
        [""; 0]
    );
}
