//! Rules between several attributes, or between an attribute and what it stands on: one small function each, the
//! input that it refuses above it.

mod container;
mod names;

use quote::ToTokens;

use crate::ast::{Container, Field};
use crate::bound;
use crate::ctxt::Ctxt;

/// Notes every broken rule.
pub(crate) fn check(ctxt: &Ctxt, container: &Container<'_>) {
    container::check(ctxt, container);
    for field in container.fields() {
        check_skip_stands_alone(ctxt, field);
        check_skip_halves(ctxt, field);
        check_skip_load_has_a_place(ctxt, field);
        check_one_conversion(ctxt, field);
        check_json_is_text(ctxt, field);
        check_flatten_has_no_name(ctxt, field);
        check_flatten_has_an_end(ctxt, container, field);
    }
    names::check(ctxt, container);
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
    if let Some(skip_save) = &attrs.skip_save {
        refuse("skip_save", skip_save);
    }
    if let Some(skip_load) = &attrs.skip_load {
        refuse("skip_load", skip_load);
    }
    if let Some(skip_if) = &attrs.skip_if {
        refuse("skip_if", skip_if);
    }
    if let Some(flatten) = &attrs.flatten {
        refuse("flatten", flatten);
    }
    if let Some(with) = &attrs.with {
        refuse("with", with);
    }
    if let Some(json) = &attrs.json {
        refuse("json", json);
    }
    if let Some(cast) = &attrs.cast {
        refuse("cast", cast);
    }
    for (word, tokens) in settings(field) {
        refuse(word, tokens);
    }
}

/// The words that say how members are stored or checked.
pub(super) fn settings<'f>(field: &'f Field<'_>) -> impl Iterator<Item = (&'static str, &'f dyn ToTokens)> {
    let attrs = &field.attrs;
    let compression = attrs.compression.as_ref().map(|attr| ("compression", attr as &dyn ToTokens));
    let shape = attrs.shape.as_ref().map(|attr| ("shape", attr as &dyn ToTokens));
    let finite = attrs.finite.as_ref().map(|attr| ("finite", attr as &dyn ToTokens));
    let order = attrs.order.as_ref().map(|attr| ("order", attr as &dyn ToTokens));
    let store_as = attrs.store_as.as_ref().map(|attr| ("store_as", attr as &dyn ToTokens));
    let string = attrs.string.as_ref().map(|attr| ("string", attr as &dyn ToTokens));
    [compression, shape, finite, order, store_as, string].into_iter().flatten()
}

// #[npz(skip_save, skip_load)]
// field: u32,
fn check_skip_halves(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    // Together with `skip` they are refused already.
    let (Some(_), None) = (&attrs.skip_save, &attrs.skip) else { return };
    if let Some(skip_load) = &attrs.skip_load {
        ctxt.error(skip_load, "`skip_load` and `skip_save` together are `skip`: write that instead");
    }
    if let Some(skip_if) = &attrs.skip_if {
        ctxt.error(
            skip_if,
            "`skip_if` contradicts `skip_save`: the field is never saved; remove one of them",
        );
    }
}

// #[npz(skip_load, flatten)]
// field: Inner,
//
// #[npz(skip_load, cast = "safe")]
// field: u32,
fn check_skip_load_has_a_place(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    if attrs.skip_load.is_none() || attrs.skip.is_some() {
        return;
    }
    if let Some(flatten) = &attrs.flatten {
        ctxt.error(
            flatten,
            "`flatten` contradicts `skip_load`: nobody knows which members are to be passed over; remove one \
             of them",
        );
    }
    if let Some(cast) = &attrs.cast {
        ctxt.error(cast, "`cast` contradicts `skip_load`: the field is never loaded; remove one of them");
    }
}

// #[npz(with = "module", json)]
// field: Config,
fn check_one_conversion(ctxt: &Ctxt, field: &Field<'_>) {
    if let (Some(_), Some(json), None) = (&field.attrs.with, &field.attrs.json, &field.attrs.skip) {
        ctxt.error(json, "`json` contradicts `with`: both say what is stored; remove one of them");
    }
}

// #[npz(json, flatten)]
// field: Config,
//
// #[npz(json, cast = "safe")]
// field: Config,
//
// #[npz(json, store_as = "f2")]
// field: Config,
fn check_json_is_text(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    if attrs.json.is_none() || attrs.skip.is_some() {
        return;
    }
    if let Some(flatten) = &attrs.flatten {
        ctxt.error(
            flatten,
            "`flatten` contradicts `json`: the field is one text, with nothing to put beside others; remove \
             one of them",
        );
    }
    if let Some(cast) = &attrs.cast {
        ctxt.error(cast, "`cast` contradicts `json`: text is not converted; remove one of them");
    }
    if let Some(store_as) = &attrs.store_as {
        ctxt.error(
            store_as,
            "`store_as` contradicts `json`: it speaks of numbers, and the field is one text; write `string`",
        );
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
        let kind = container.kind();
        let message = format!(
            "`flatten` of the {kind} into itself has no end: all levels would share their names; remove it"
        );
        ctxt.error(flatten, message);
    }
}
