//! What is wrong beyond a single word: the conflicts of words, by their table, and the rules that it can't tell: one small
//! function each, the input that it refuses above it.

mod names;

use quote::ToTokens;
use syn::Attribute;

use crate::ast::{Container, Data, Field, Style};
use crate::attr::TABLE;
use crate::bound;
use crate::ctxt::Ctxt;
use crate::words::Here;

/// Notes every broken rule.
pub(crate) fn check(ctxt: &Ctxt, container: &Container<'_>) {
    check_conflicts(ctxt, container);
    check_packed(ctxt, &container.original.attrs, "remove `packed`");
    check_there_are_variants(ctxt, container);
    check_transparent_has_one_field(ctxt, container);
    check_migrate_has_a_version(ctxt, container);
    for field in container.fields() {
        check_flatten_has_an_end(ctxt, container, field);
    }
    names::check(ctxt, container);
}

// The rows of the table.
fn check_conflicts(ctxt: &Ctxt, container: &Container<'_>) {
    let is_transparent = container.attrs.transparent.is_some() && container.kind() == "struct";
    let transparent = is_transparent.then_some("transparent struct");
    let mut known: Vec<_> = transparent.into_iter().chain([container.kind()]).collect();
    let mut variants = &[][..];
    match &container.data {
        Data::Struct(fields) => known.push(match fields.style {
            Style::Named => "named struct",
            Style::Tuple => "tuple struct",
            Style::Unit => "unit struct",
        }),
        Data::Enum(all) => {
            variants = all;
            if !all.is_empty() && container.choices().is_some() {
                known.push("enum without fields");
            }
            if all.iter().all(|variant| variant.fields.style != Style::Named) {
                known.push("enum without named fields");
            }
        }
    }
    TABLE.refuse_conflicts(ctxt, Here::Container, &container.attrs.given, &known);
    for variant in variants {
        let style = match variant.fields.style {
            Style::Named => "named variant",
            Style::Tuple => "tuple variant",
            Style::Unit => "unit variant",
        };
        TABLE.refuse_conflicts(ctxt, Here::Variant, &variant.attrs.given, &[style]);
    }
    for field in container.fields() {
        // A skipped field stands beside the one that the struct is.
        let around = transparent.filter(|_| field.attrs.skip.is_none());
        TABLE.refuse_conflicts(ctxt, Here::Field, &field.attrs.given, around.as_slice());
    }
}

// #[derive(Npz)]
// #[repr(C, packed)]
// struct S { a: u32 }
pub(crate) fn check_packed(ctxt: &Ctxt, attributes: &[Attribute], remedy: &str) {
    for repr in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        if repr.meta.to_token_stream().to_string().contains("packed") {
            let message = format!("packed structs are not supported: saving borrows each field; {remedy}");
            ctxt.error(repr, message);
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

// #[npz(migrate = "path")]
// struct S { a: u32 }
fn check_migrate_has_a_version(ctxt: &Ctxt, container: &Container<'_>) {
    if let (Some(migrate), None) = (&container.attrs.migrate, &container.attrs.version) {
        let message = "`migrate` needs the version that it leads to: add `version = 1`, and count it up with each \
                       change";
        ctxt.error(migrate, message);
    }
}

// struct Node {
//     #[npz(flatten)]
//     next: Option<Box<Node>>,
// }
fn check_flatten_has_an_end(ctxt: &Ctxt, container: &Container<'_>, field: &Field<'_>) {
    if let (Some(flatten), true) = (&field.attrs.flatten, bound::mentions(container, field).itself) {
        let kind = container.kind();
        let message = format!(
            "`flatten` of the {kind} into itself has no end: all levels would share their names; remove it"
        );
        ctxt.error(flatten, message);
    }
}
