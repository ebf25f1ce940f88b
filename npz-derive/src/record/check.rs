//! Rules between several words of `#[npy(..)]`, or between a word and what it stands on: one small function each, the
//! input that it refuses above it.

use std::collections::HashSet;

use quote::ToTokens;
use syn::Type;

use super::ast::{Field, Record};
use crate::ast::Style;
use crate::ctxt::Ctxt;

/// Notes every broken rule.
pub(super) fn check(ctxt: &Ctxt, record: &Record<'_>) {
    check_is_struct_with_fields(ctxt, record);
    check_packed(ctxt, record);
    check_owns_its_fields(ctxt, record);
    check_rename_all_has_names(ctxt, record);
    check_layout(ctxt, record);
    for field in &record.fields {
        check_skip_stands_alone(ctxt, record, field);
        check_size_is_fixed(ctxt, field);
    }
    check_names(ctxt, record);
}

// struct S;
//
// struct S { #[npy(skip)] a: u32 }
fn check_is_struct_with_fields(ctxt: &Ctxt, record: &Record<'_>) {
    if matches!(record.original.data, syn::Data::Struct(_)) && record.stored().next().is_none() {
        ctxt.error(&record.original.ident, "a row has at least one field that is stored; add one");
    }
}

// #[repr(C, packed)]
// struct S { a: u32 }
fn check_packed(ctxt: &Ctxt, record: &Record<'_>) {
    for repr in record.original.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        if repr.meta.to_token_stream().to_string().contains("packed") {
            let message = "packed structs are not supported: saving borrows each field; remove `packed`, rows are \
                           packed in the file in any case";
            ctxt.error(repr, message);
        }
    }
}

// struct S<'a> { a: &'a u32 }
fn check_owns_its_fields(ctxt: &Ctxt, record: &Record<'_>) {
    for lifetime in record.original.generics.lifetimes() {
        ctxt.error(
            lifetime,
            "a row owns its fields: a struct that borrows can't be loaded; remove the lifetime",
        );
    }
}

// #[npy(rename_all = "camelCase")]
// struct S(u32);
fn check_rename_all_has_names(ctxt: &Ctxt, record: &Record<'_>) {
    if let (Some(case), Style::Tuple) = (&record.attrs.rename_all, record.style) {
        let message = "`rename_all` does nothing here: the fields of a tuple struct are named `f0`, `f1`, ..; remove \
                       it, or put `rename = \"name\"` on the fields";
        ctxt.error(case, message);
    }
}

// #[npy(align)]
// struct S { #[npy(offset = 8)] a: u32 }
//
// #[npy(align, itemsize = 8)]
// struct S { a: u32 }
//
// #[npy(offset = 8)]
// a: u32,
// #[npy(offset = 4)]
// b: u32,
fn check_layout(ctxt: &Ctxt, record: &Record<'_>) {
    let offsets = || record.stored().filter_map(|field| field.attrs.offset.as_ref());
    if record.attrs.align.is_some() {
        for (word, place) in offsets()
            .map(|offset| ("offset", offset))
            .chain(record.attrs.itemsize.iter().map(|size| ("itemsize", size)))
        {
            ctxt.error(
                place,
                format_args!(
                    "`{word}` contradicts `align`, which finds the places itself; remove one of them"
                ),
            );
        }
    }
    let mut last = 0;
    for offset in offsets() {
        if offset.value < last {
            let message = format!(
                "the fields of a file come one behind the other, and one before this is at byte {last}; give it a place \
                 behind, or move the field up"
            );
            ctxt.error(offset, message);
        }
        last = last.max(offset.value);
    }
    if let Some(size) = record.attrs.itemsize.as_ref().filter(|size| size.value <= last && last > 0) {
        let message = format!("a row has all its fields inside, and one is at byte {last}; make it larger");
        ctxt.error(size, message);
    }
}

// #[npy(skip, title = "a")]
// field: u32,
//
// #[npy(pod)]
// struct S { #[npy(skip)] a: u32, b: u32 }
fn check_skip_stands_alone(ctxt: &Ctxt, record: &Record<'_>, field: &Field<'_>) {
    let attrs = &field.attrs;
    let Some(skip) = &attrs.skip else { return };
    let refuse = |word: &str, tokens: &dyn ToTokens| {
        let message =
            format!("`{word}` contradicts `skip`: the field is not in the record; remove one of them");
        ctxt.error(tokens, message);
    };
    if let Some(rename) = &attrs.rename {
        refuse("rename", rename);
    }
    for alias in &attrs.aliases {
        refuse("alias", alias);
    }
    if let Some(title) = &attrs.title {
        refuse("title", title);
    }
    if let Some(offset) = &attrs.offset {
        refuse("offset", offset);
    }
    if let Some(cast) = &attrs.cast {
        refuse("cast", cast);
    }
    if record.attrs.pod.is_some() {
        let message = "`skip` contradicts `pod`: rows that are copied as a whole have all their fields in the file; \
                       remove one of them";
        ctxt.error(skip, message);
    }
}

// name: String,
//
// values: Vec<f32>,
fn check_size_is_fixed(ctxt: &Ctxt, field: &Field<'_>) {
    if field.attrs.skip.is_some() {
        return;
    }
    let mut ty = field.ty();
    while let Type::Array(array) = ty {
        ty = &array.elem;
    }
    let Type::Path(path) = ty else { return };
    let Some(last) = path.path.segments.last() else { return };
    let instead = match last.ident.to_string().as_str() {
        "String" => "`FixedStr<N>`, a text of up to `N` characters",
        "Vec" => "an array `[T; N]`",
        _ => return,
    };
    let name = &last.ident;
    let message = format!("a `{name}` has no fixed size, and all rows are as wide; write {instead}");
    ctxt.error(field.ty(), message);
}

// #[npy(rename = "b")]
// a: u32,
// b: u32,
//
// #[npy(title = "b")]
// a: u32,
// b: u32,
fn check_names(ctxt: &Ctxt, record: &Record<'_>) {
    let mut seen = HashSet::new();
    for name in record.stored().flat_map(|field| &field.names) {
        if name.value.is_empty() {
            ctxt.error(
                &name.tokens,
                "`rename_all` leaves nothing of this name; give it one by `rename = \"name\"`",
            );
        } else if !seen.insert(name.value.clone()) {
            let message = format!(
                "the field `{}` is named a second time; names and aliases must differ: change one of them",
                name.value
            );
            ctxt.error(&name.tokens, message);
        }
    }
    for title in record.stored().filter_map(|field| field.attrs.title.as_ref()) {
        let value = title.value.value();
        if !seen.insert(value.clone()) {
            let message = format!(
                "the title `{value}` is the name or title of another field, or of this one: NumPy finds fields by \
                 both; change it"
            );
            ctxt.error(title, message);
        }
    }
}
