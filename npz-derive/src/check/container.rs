//! Rules about what stands above the struct or enum, or above a variant.

use quote::ToTokens;

use crate::ast::{Container, Data, Field, Fields, Style};
use crate::bound;
use crate::ctxt::Ctxt;

pub(super) fn check(ctxt: &Ctxt, container: &Container<'_>) {
    check_packed(ctxt, container);
    check_words_of_the_other_kind(ctxt, container);
    check_there_are_variants(ctxt, container);
    check_choice_is_one_member(ctxt, container);
    check_rename_all_has_names(ctxt, container);
    check_transparent_stands_alone(ctxt, container);
    check_transparent_has_one_field(ctxt, container);
    check_transparent_asks_nothing(ctxt, container);
    check_migrate_has_a_version(ctxt, container);
    check_half_is_left(ctxt, container);
}

// #[npz(save_only, load_only)]
// #[npz(save_only, migrate = "path")]
fn check_half_is_left(ctxt: &Ctxt, container: &Container<'_>) {
    let attrs = &container.attrs;
    if let (Some(_), Some(load_only)) = (&attrs.save_only, &attrs.load_only) {
        ctxt.error(
            load_only,
            "`load_only` contradicts `save_only`: nothing would be derived; remove one of them",
        );
    }
    if attrs.save_only.is_none() {
        return;
    }
    let refuse = |word: &str, tokens: &dyn ToTokens| {
        let message = format!("`{word}` contradicts `save_only`: nothing is loaded; remove one of them");
        ctxt.error(tokens, message);
    };
    if let Some(default) = &attrs.default {
        refuse("default", default);
    }
    if let Some(allow_unknown) = &attrs.allow_unknown {
        refuse("allow_unknown", allow_unknown);
    }
    if let Some(migrate) = &attrs.migrate {
        refuse("migrate", migrate);
    }
}

// #[npz(migrate = "path")]
// struct S { a: u32 }
fn check_migrate_has_a_version(ctxt: &Ctxt, container: &Container<'_>) {
    if let (Some(migrate), None) = (&container.attrs.migrate, &container.attrs.version) {
        let message = "`migrate` needs the version that it leads to: add `version = 1`, and count it up with each \
                       change";
        ctxt.error(migrate, message);
    }
}

// #[npz(transparent)]
// struct S(#[npz(finite)] f64)
fn check_transparent_asks_nothing(ctxt: &Ctxt, container: &Container<'_>) {
    let (Some(_), Data::Struct(fields)) = (&container.attrs.transparent, &container.data) else { return };
    // Together with `skip` they are refused already.
    for field in fields.list.iter().filter(|field| field.attrs.skip.is_none()) {
        for (word, tokens) in super::settings(field) {
            let message =
                format!("`{word}` has no field of its own here: put it on the fields that hold this struct");
            ctxt.error(tokens, message);
        }
    }
}

// #[derive(Npz)]
// #[repr(C, packed)]
// struct S { a: u32 }
fn check_packed(ctxt: &Ctxt, container: &Container<'_>) {
    for repr in container.original.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let packed = repr.meta.to_token_stream().to_string().contains("packed");
        if packed {
            ctxt.error(repr, "packed structs are not supported: saving borrows each field; remove `packed`");
        }
    }
}

// #[npz(tag = "kind")]
// struct S { a: u32 }
//
// #[npz(transparent, default)]
// enum E { A, B }
fn check_words_of_the_other_kind(ctxt: &Ctxt, container: &Container<'_>) {
    let attrs = &container.attrs;
    match container.data {
        Data::Struct(_) => {
            let refuse = |word: &str, tokens: &dyn ToTokens| {
                ctxt.error(tokens, format_args!("`{word}` belongs on an enum, not on a struct; remove it"));
            };
            if let Some(tag) = &attrs.tag {
                refuse("tag", tag);
            }
            if let Some(case) = &attrs.rename_all_fields {
                ctxt.error(
                    case,
                    "`rename_all_fields` belongs on an enum, not on a struct; write `rename_all`",
                );
            }
        }
        Data::Enum(_) => {
            if let Some(transparent) = &attrs.transparent {
                ctxt.error(transparent, "`transparent` belongs on a struct, not on an enum; remove it");
            }
            if let Some(default) = &attrs.default {
                ctxt.error(
                    default,
                    "`default` belongs on a struct or a field, not on an enum; put it on the field that holds \
                     the enum",
                );
            }
        }
    }
}

// enum Never {}
fn check_there_are_variants(ctxt: &Ctxt, container: &Container<'_>) {
    if container.choices().is_some_and(<[_]>::is_empty) {
        ctxt.error(
            &container.original.ident,
            "an enum without variants has no values to save or load; remove the derive",
        );
    }
}

// #[npz(tag = "kind", separator = "/")]
// enum E { A, B }
fn check_choice_is_one_member(ctxt: &Ctxt, container: &Container<'_>) {
    let Some([_, ..]) = container.choices() else { return };
    let refuse = |word: &str, tokens: &dyn ToTokens| {
        let message = format!(
            "`{word}` does nothing here: an enum without fields is one text, the variant's name; remove it"
        );
        ctxt.error(tokens, message);
    };
    let attrs = &container.attrs;
    if let Some(tag) = &attrs.tag {
        refuse("tag", tag);
    }
    if let Some(separator) = &attrs.separator {
        refuse("separator", separator);
    }
    if let Some(allow_unknown) = &attrs.allow_unknown {
        refuse("allow_unknown", allow_unknown);
    }
    if let Some(validate) = &attrs.validate {
        refuse("validate", validate);
    }
    if let Some(version) = &attrs.version {
        refuse("version", version);
    }
    if let Some(migrate) = &attrs.migrate {
        refuse("migrate", migrate);
    }
}

// #[npz(rename_all = "camelCase")]
// struct S(Array1<f32>);
fn check_rename_all_has_names(ctxt: &Ctxt, container: &Container<'_>) {
    let refuse = |fields: &Fields<'_>, tokens: &dyn ToTokens, kind: &str| {
        let why = match fields.style {
            Style::Named => return,
            Style::Tuple => format!(
                "the members of a tuple {kind} are named `0`, `1`, ..; remove it, or put `rename = \"name\"` on \
                 the fields"
            ),
            Style::Unit => format!("a unit {kind} has no members; remove it"),
        };
        ctxt.error(tokens, format_args!("`rename_all` does nothing here: {why}"));
    };
    match &container.data {
        Data::Struct(fields) => {
            // Of a transparent struct it is refused already.
            if let (Some(case), None) = (&container.attrs.rename_all, &container.attrs.transparent) {
                refuse(fields, case, "struct");
            }
        }
        Data::Enum(variants) => {
            for variant in variants {
                if let Some(case) = &variant.attrs.rename_all {
                    refuse(&variant.fields, case, "variant");
                }
            }
            let any_named = variants.iter().any(|variant| variant.fields.style == Style::Named);
            if let (Some(case), false) = (&container.attrs.rename_all_fields, any_named) {
                ctxt.error(
                    case,
                    "`rename_all_fields` does nothing here: no variant has named fields; remove it",
                );
            }
        }
    }
}

// #[npz(transparent, separator = "/")]
// struct S(#[npz(rename = "a")] f32);
fn check_transparent_stands_alone(ctxt: &Ctxt, container: &Container<'_>) {
    let attrs = &container.attrs;
    let (Some(_), Data::Struct(fields)) = (&attrs.transparent, &container.data) else { return };
    let refuse = |word: &str, tokens: &dyn ToTokens| {
        let message = format!(
            "`{word}` contradicts `transparent`: the struct is its one field, without a name of its own; remove \
             one of them"
        );
        ctxt.error(tokens, message);
    };
    if let Some(case) = &attrs.rename_all {
        refuse("rename_all", case);
    }
    if let Some(separator) = &attrs.separator {
        refuse("separator", separator);
    }
    if let Some(allow_unknown) = &attrs.allow_unknown {
        refuse("allow_unknown", allow_unknown);
    }
    if let Some(default) = &attrs.default {
        refuse("default", default);
    }
    if let Some(version) = &attrs.version {
        refuse("version", version);
    }
    if let Some(migrate) = &attrs.migrate {
        refuse("migrate", migrate);
    }
    for field in fields.stored() {
        let attrs = &field.attrs;
        if let Some(rename) = &attrs.rename {
            refuse("rename", rename);
        }
        for alias in &attrs.aliases {
            refuse("alias", alias);
        }
        if let Some(flatten) = &attrs.flatten {
            refuse("flatten", flatten);
        }
        if let Some(default) = &attrs.default {
            refuse("default", default);
        }
        if let Some(skip_save) = &attrs.skip_save {
            refuse("skip_save", skip_save);
        }
        if let Some(skip_load) = &attrs.skip_load {
            refuse("skip_load", skip_load);
        }
        if let Some(skip_if) = &attrs.skip_if {
            refuse("skip_if", skip_if);
        }
    }
}

// #[npz(transparent)]
// struct S(f32, f32);
//
// #[npz(transparent)]
// struct S(Option<Box<S>>);
fn check_transparent_has_one_field(ctxt: &Ctxt, container: &Container<'_>) {
    let (Some(transparent), Data::Struct(fields)) = (&container.attrs.transparent, &container.data) else {
        return;
    };
    let stored: Vec<&Field<'_>> = fields.stored().collect();
    match stored.as_slice() {
        [field] if bound::mentions(container, field).itself => ctxt.error(
            transparent,
            "`transparent` around the struct itself has no end: all levels would share one name; remove it",
        ),
        [_] => {}
        stored => {
            let message = format!(
                "`transparent` needs exactly one field that is stored, found {}; remove it, or put `skip` on the \
                 other fields",
                stored.len()
            );
            ctxt.error(transparent, message);
        }
    }
}
