//! Rules that the table of conflicts can't tell: one small function each, the input that it refuses above it.

use std::collections::HashSet;

use syn::Type;

use super::ast::{Field, Record};
use super::attr::TABLE;
use crate::ast::Style;
use crate::check::check_packed;
use crate::ctxt::Ctxt;
use crate::words::Here;

/// Notes every broken rule.
pub(super) fn check(ctxt: &Ctxt, record: &Record<'_>) {
    check_conflicts(ctxt, record);
    check_is_struct_with_fields(ctxt, record);
    check_packed(ctxt, &record.original.attrs, "remove `packed`, rows are packed in the file in any case");
    check_owns_its_fields(ctxt, record);
    check_layout(ctxt, record);
    for field in &record.fields {
        check_size_is_fixed(ctxt, field);
    }
    check_names(ctxt, record);
}

// The rows of the table.
fn check_conflicts(ctxt: &Ctxt, record: &Record<'_>) {
    let style = if record.style == Style::Tuple { "tuple struct" } else { "struct" };
    TABLE.refuse_conflicts(ctxt, Here::Container, &record.attrs.given, &[style]);
    let pod = record.attrs.pod.as_ref().map(|_| "pod");
    let align = record.attrs.align.as_ref().map(|_| "align");
    let known: Vec<_> = pod.into_iter().chain(align).collect();
    for field in &record.fields {
        TABLE.refuse_conflicts(ctxt, Here::Field, &field.attrs.given, &known);
    }
}

// struct S;
//
// struct S { #[npy(skip)] a: u32 }
fn check_is_struct_with_fields(ctxt: &Ctxt, record: &Record<'_>) {
    if matches!(record.original.data, syn::Data::Struct(_)) && record.stored().next().is_none() {
        ctxt.error(&record.original.ident, "a row has at least one field that is stored; add one");
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

// #[npy(offset = 8)]
// a: u32,
// #[npy(offset = 4)]
// b: u32,
fn check_layout(ctxt: &Ctxt, record: &Record<'_>) {
    let mut last = 0;
    for offset in record.stored().filter_map(|field| field.attrs.offset.as_ref()) {
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
