//! Names that must differ, since they become names of members or tags.

use std::collections::HashSet;

use crate::ast::{Container, Data, Fields, Name};
use crate::ctxt::Ctxt;

pub(super) fn check(ctxt: &Ctxt, container: &Container<'_>) {
    // The one field of a transparent struct has no name of its own.
    if container.attrs.transparent.is_some() {
        return;
    }
    if container.attrs.version.is_some() {
        container
            .fields()
            .flat_map(|field| &field.names)
            .for_each(|name| check_name_is_no_version(ctxt, name));
    }
    match &container.data {
        Data::Struct(fields) => check_fields(ctxt, fields, None),
        Data::Enum(variants) => {
            let tag = container.tag();
            for variant in variants {
                check_fields(ctxt, &variant.fields, Some(&tag));
            }
            check_tags_differ(ctxt, variants.iter().flat_map(|variant| &variant.names));
        }
    }
}

// #[npz(version = 1)]
// struct S { __version__: u32 }
fn check_name_is_no_version(ctxt: &Ctxt, name: &Name) {
    if name.value == "__version__" {
        ctxt.error(&name.tokens, "the member `__version__` holds the struct's `version`; rename the field");
    }
}

fn check_fields(ctxt: &Ctxt, fields: &Fields<'_>, tag: Option<&str>) {
    for name in fields.list.iter().flat_map(|field| &field.names) {
        check_name_is_not_empty(ctxt, name);
    }
    check_names_differ(ctxt, fields, tag);
}

// #[npz(rename_all = "PascalCase")]
// struct S { __: u32 }
fn check_name_is_not_empty(ctxt: &Ctxt, name: &Name) {
    if name.value.is_empty() {
        ctxt.error(
            &name.tokens,
            "`rename_all` leaves nothing of this name; give it one by `rename = \"name\"`",
        );
    }
}

// #[npz(rename = "b")]
// a: u32,
// b: u32,
//
// enum E { A { tag: u32 } }
fn check_names_differ(ctxt: &Ctxt, fields: &Fields<'_>, tag: Option<&str>) {
    let mut seen = HashSet::new();
    for name in fields.stored().flat_map(|field| &field.names) {
        if tag == Some(&name.value) {
            let message = format!(
                "the member `{}` holds the variant's name; rename the field, or set another word by `tag = \
                 \"kind\"` on the enum",
                name.value
            );
            ctxt.error(&name.tokens, message);
        } else if !seen.insert(name.value.strip_suffix(".npy").unwrap_or(&name.value)) {
            // A reader finds the member `x` by either of `x` and `x.npy`.
            let message = format!(
                "the member `{}` is named a second time; names and aliases must differ: change one of them",
                name.value
            );
            ctxt.error(&name.tokens, message);
        }
    }
}

// enum E {
//     #[npz(rename = "B")]
//     A,
//     B,
// }
fn check_tags_differ<'n>(ctxt: &Ctxt, names: impl Iterator<Item = &'n Name>) {
    let mut seen = HashSet::new();
    for name in names {
        if name.value.is_empty() {
            check_name_is_not_empty(ctxt, name);
        } else if !seen.insert(&name.value) {
            let message = format!(
                "the variant `{}` is named a second time; names and aliases must differ: change one of them",
                name.value
            );
            ctxt.error(&name.tokens, message);
        }
    }
}
