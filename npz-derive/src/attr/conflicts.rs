//! The table of conflicts: which words can't stand together, or not on what they stand on, and what to do about it.
//!
//! A word is refused once, by its first row. Besides a word of the same place, a row may name what `check` knows of it:
//! the kind of the item, the style of its fields, and of a stored field that the struct around it is transparent.

use crate::words::Conflict;

/// The words that say how members are stored or checked.
const SETTINGS: &[&str] = &["compression", "shape", "finite", "order", "store_as", "string", "one_element"];

pub(super) const CONFLICTS: &[Conflict] = &[
    Conflict::on_container(&["tag"], "struct", "belongs on an enum, not on a struct; remove it"),
    Conflict::on_container(
        &["rename_all_fields"],
        "struct",
        "belongs on an enum, not on a struct; write `rename_all`",
    ),
    Conflict::on_container(&["transparent"], "enum", "belongs on a struct, not on an enum; remove it"),
    Conflict::on_container(
        &["default"],
        "enum",
        "belongs on a struct or a field, not on an enum; put it on the field that holds the enum",
    ),
    Conflict::on_container(
        &["tag", "separator", "allow_unknown", "validate", "version", "migrate"],
        "enum without fields",
        "does nothing here: an enum without fields is one text, the variant's name; remove it",
    ),
    Conflict::on_container(
        &["rename_all_fields"],
        "enum without named fields",
        "does nothing here: no variant has named fields; remove it",
    ),
    Conflict::on_container(
        &["rename_all", "separator", "allow_unknown", "default", "version", "migrate"],
        "transparent struct",
        "contradicts `transparent`: the struct is its one field, without a name of its own; remove one of them",
    ),
    Conflict::on_container(
        &["rename_all"],
        "tuple struct",
        "does nothing here: the members of a tuple struct are named `0`, `1`, ..; remove it, or put \
         `rename = \"name\"` on the fields",
    ),
    Conflict::on_container(
        &["rename_all"],
        "unit struct",
        "does nothing here: a unit struct has no members; remove it",
    ),
    Conflict::on_container(
        &["load_only"],
        "save_only",
        "contradicts `save_only`: nothing would be derived; remove one of them",
    ),
    Conflict::on_container(
        &["default", "allow_unknown", "migrate"],
        "save_only",
        "contradicts `save_only`: nothing is loaded; remove one of them",
    ),
    Conflict::on_variant(
        &["rename_all"],
        "tuple variant",
        "does nothing here: the members of a tuple variant are named `0`, `1`, ..; remove it, or put \
         `rename = \"name\"` on the fields",
    ),
    Conflict::on_variant(
        &["rename_all"],
        "unit variant",
        "does nothing here: a unit variant has no members; remove it",
    ),
    Conflict::on_field(
        &["rename", "alias", "each", "skip_save", "skip_load", "skip_if", "flatten", "with", "json", "cast"],
        "skip",
        "contradicts `skip`: the field has no member; remove one of them",
    ),
    Conflict::on_field(SETTINGS, "skip", "contradicts `skip`: the field has no member; remove one of them"),
    Conflict::on_field(
        &["rename", "alias", "each", "flatten", "default", "skip_save", "skip_load", "skip_if"],
        "transparent struct",
        "contradicts `transparent`: the struct is its one field, without a name of its own; remove one of them",
    ),
    Conflict::on_field(
        SETTINGS,
        "transparent struct",
        "has no field of its own here: put it on the fields that hold this struct",
    ),
    Conflict::on_field(
        &["skip_load"],
        "skip_save",
        "and `skip_save` together are `skip`: write that instead",
    ),
    Conflict::on_field(
        &["skip_if"],
        "skip_save",
        "contradicts `skip_save`: the field is never saved; remove one of them",
    ),
    Conflict::on_field(
        &["rename", "alias"],
        "each",
        "contradicts `each`, which names the elements; remove one of them",
    ),
    Conflict::on_field(
        &["each"],
        "json",
        "contradicts `json`: the field is one text, without elements; remove one of them",
    ),
    Conflict::on_field(
        &["each"],
        "flatten",
        "contradicts `flatten`: the elements would be named by their index alone; remove one of them",
    ),
    Conflict::on_field(
        &["each"],
        "skip_load",
        "contradicts `skip_load`: other members may begin so too; remove one of them",
    ),
    Conflict::on_field(
        &["flatten"],
        "skip_load",
        "contradicts `skip_load`: nobody knows which members are to be passed over; remove one of them",
    ),
    Conflict::on_field(
        &["cast", "one_element"],
        "skip_load",
        "contradicts `skip_load`: the field is never loaded; remove one of them",
    ),
    Conflict::on_field(&["json"], "with", "contradicts `with`: both say what is stored; remove one of them"),
    Conflict::on_field(
        &["flatten"],
        "json",
        "contradicts `json`: the field is one text, with nothing to put beside others; remove one of them",
    ),
    Conflict::on_field(&["cast"], "json", "contradicts `json`: text is not converted; remove one of them"),
    Conflict::on_field(
        &["store_as"],
        "json",
        "contradicts `json`: it speaks of numbers, and the field is one text; write `string`",
    ),
    Conflict::on_field(
        &["rename", "alias"],
        "flatten",
        "contradicts `flatten`: the members stand under the parent's name; remove one of them",
    ),
];
