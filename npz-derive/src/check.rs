//! Rules between several attributes, or between an attribute and the struct: one small function each, the
//! input that it refuses above it.

use std::collections::HashSet;

use quote::ToTokens;

use crate::ast::{Container, Field, Style};
use crate::bound;
use crate::ctxt::Ctxt;

/// Notes every broken rule.
pub(crate) fn check(ctxt: &Ctxt, container: &Container<'_>) {
    check_packed(ctxt, container);
    check_rename_all_has_names(ctxt, container);
    for field in &container.fields {
        check_skip_stands_alone(ctxt, field);
        check_flatten_has_no_name(ctxt, field);
        check_flatten_has_an_end(ctxt, container, field);
        check_name_is_not_empty(ctxt, field);
    }
    check_names_differ(ctxt, container);
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

// #[npz(rename_all = "camelCase")]
// struct S(Array1<f32>);
fn check_rename_all_has_names(ctxt: &Ctxt, container: &Container<'_>) {
    let Some(rename_all) = &container.attrs.rename_all else { return };
    match container.style {
        Style::Named => {}
        Style::Tuple => ctxt.error(
            rename_all,
            "`rename_all` does nothing here: the members of a tuple struct are named `0`, `1`, ..; remove it, \
             or put `rename = \"name\"` on the fields",
        ),
        Style::Unit => {
            ctxt.error(rename_all, "`rename_all` does nothing here: a unit struct has no members; remove it");
        }
    }
}

// #[npz(skip, rename = "a")]
// field: u32,
fn check_skip_stands_alone(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    if attrs.skip.is_none() {
        return;
    }
    let refuse = |word: &str, tokens: &dyn ToTokens| {
        ctxt.error(
            tokens,
            format_args!("`{word}` contradicts `skip`: the field has no member; remove one of them"),
        );
    };
    if let Some(rename) = &attrs.rename {
        refuse("rename", rename);
    }
    for alias in &attrs.aliases {
        refuse("alias", alias);
    }
    if let Some(flatten) = &attrs.flatten {
        refuse("flatten", flatten);
    }
    if let Some(with) = &attrs.with {
        refuse("with", with);
    }
    if let Some(cast) = &attrs.cast {
        refuse("cast", cast);
    }
}

// #[npz(flatten, rename = "a")]
// field: Inner,
fn check_flatten_has_no_name(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    // Together with `skip` they are refused already.
    if attrs.flatten.is_none() || attrs.skip.is_some() {
        return;
    }
    if let Some(rename) = &attrs.rename {
        ctxt.error(
            rename,
            "`rename` contradicts `flatten`: the members stand under the parent's name; remove one of them",
        );
    }
    for alias in &attrs.aliases {
        ctxt.error(
            alias,
            "`alias` contradicts `flatten`: the members stand under the parent's name; remove one of them",
        );
    }
}

// struct Node {
//     #[npz(flatten)]
//     next: Option<Box<Node>>,
// }
fn check_flatten_has_an_end(ctxt: &Ctxt, container: &Container<'_>, field: &Field<'_>) {
    if let (Some(flatten), true) = (&field.attrs.flatten, bound::mentions(container, field).itself) {
        ctxt.error(
            flatten,
            "`flatten` of the struct into itself has no end: all levels would share their names; remove it",
        );
    }
}

// #[npz(rename_all = "PascalCase")]
// struct S { __: u32 }
fn check_name_is_not_empty(ctxt: &Ctxt, field: &Field<'_>) {
    for name in field.names.iter().filter(|name| name.value.is_empty()) {
        ctxt.error(
            &name.tokens,
            "`rename_all` leaves nothing of this name; give it one by `rename = \"name\"`",
        );
    }
}

// #[npz(rename = "b")]
// a: u32,
// b: u32,
fn check_names_differ(ctxt: &Ctxt, container: &Container<'_>) {
    let mut seen = HashSet::new();
    for name in container.stored().flat_map(|field| &field.names) {
        if !seen.insert(&name.value) {
            let message = format!(
                "the member `{}` is named a second time; names and aliases must differ: change one of them",
                name.value
            );
            ctxt.error(&name.tokens, message);
        }
    }
}
