//! `#[npy(..)]` from tokens to values.
//!
//! Adding a word: a row in `WORDS`, its rows in `CONFLICTS`, a field in `RecordAttrs` or `FieldAttrs`, a row in the table of
//! the crate docs.

use syn::{Attribute, LitStr, Path, WherePredicate};

use crate::attr::{Attr, CASTS, Cast, DefaultFrom};
use crate::case::{CASES, Case};
use crate::ctxt::Ctxt;
use crate::item::{Item, set};
use crate::words::{self, Conflict, Given, Here, Table};

/// What stands above the struct.
#[derive(Default)]
pub(crate) struct RecordAttrs {
    pub(super) rename_all: Option<Attr<Case>>,
    pub(super) align: Option<Attr<()>>,
    pub(super) itemsize: Option<Attr<usize>>,
    pub(super) allow_unknown: Option<Attr<()>>,
    pub(super) pod: Option<Attr<()>>,
    pub(super) bound: Option<Attr<Vec<WherePredicate>>>,
    pub(super) krate: Option<Attr<Path>>,
    pub(super) given: Vec<Given>,
}

/// What stands above a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(super) rename: Option<Attr<LitStr>>,
    pub(super) aliases: Vec<Attr<LitStr>>,
    pub(super) title: Option<Attr<LitStr>>,
    pub(super) offset: Option<Attr<usize>>,
    pub(super) default: Option<Attr<DefaultFrom>>,
    pub(super) skip: Option<Attr<()>>,
    pub(super) cast: Option<Attr<Cast>>,
    pub(super) given: Vec<Given>,
}

/// Rows have no variants.
type Word = words::Word<RecordAttrs, (), FieldAttrs>;

pub(crate) const TABLE: Table<RecordAttrs, (), FieldAttrs> =
    Table { attribute: "npy", words: WORDS, conflicts: CONFLICTS };

/// Of a field, the words of its struct are known too.
const CONFLICTS: &[Conflict] = &[
    Conflict::on_container(
        &["rename_all"],
        "tuple struct",
        "does nothing here: the fields of a tuple struct are named `f0`, `f1`, ..; remove it, or put \
         `rename = \"name\"` on the fields",
    ),
    Conflict::on_container(&["itemsize"], "align", FINDS_PLACES),
    Conflict::on_field(
        &["rename", "alias", "title", "offset", "cast"],
        "skip",
        "contradicts `skip`: the field is not in the record; remove one of them",
    ),
    Conflict::on_field(
        &["skip"],
        "pod",
        "contradicts `pod`: rows that are copied as a whole have all their fields in the file; remove one of them",
    ),
    Conflict::on_field(&["offset"], "align", FINDS_PLACES),
];

const FINDS_PLACES: &str = "contradicts `align`, which finds the places itself; remove one of them";

const WORDS: &[Word] = &[
    Word::on_field("rename", "rename = \"name\"", |field, ctxt, item| {
        set(&mut field.rename, ctxt, item, Item::name);
    }),
    Word::on_field("alias", "alias = \"name\"", |field, ctxt, item| {
        let mut alias = None;
        set(&mut alias, ctxt, item, Item::name);
        field.aliases.extend(alias);
    }),
    Word::on_field("title", "title = \"text\"", |field, ctxt, item| {
        set(&mut field.title, ctxt, item, Item::name);
    }),
    Word::on_field("offset", "offset = 8", |field, ctxt, item| {
        set(&mut field.offset, ctxt, item, Item::bytes);
    }),
    Word::on_field("default", "default` or `default = \"path\"", |field, ctxt, item| {
        set(&mut field.default, ctxt, item, Item::default_from);
    }),
    Word::on_field("skip", "skip", |field, ctxt, item| set(&mut field.skip, ctxt, item, Item::flag)),
    Word::on_field("cast", "cast = \"safe\"", |field, ctxt, item| {
        set(&mut field.cast, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASTS));
    }),
    Word::on_container("rename_all", "rename_all = \"camelCase\"", |record, ctxt, item| {
        set(&mut record.rename_all, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASES));
    }),
    Word::on_container("align", "align", |record, ctxt, item| {
        set(&mut record.align, ctxt, item, Item::flag);
    }),
    Word::on_container("itemsize", "itemsize = 32", |record, ctxt, item| {
        set(&mut record.itemsize, ctxt, item, Item::bytes);
    }),
    Word::on_container("allow_unknown", "allow_unknown", |record, ctxt, item| {
        set(&mut record.allow_unknown, ctxt, item, Item::flag);
    }),
    Word::on_container("pod", "pod", |record, ctxt, item| set(&mut record.pod, ctxt, item, Item::flag)),
    Word::on_container("bound", "bound = \"T: Trait\"", |record, ctxt, item| {
        set(&mut record.bound, ctxt, item, Item::predicates);
    }),
    Word::on_container("crate", "crate = \"path::to::npz_core\"", |record, ctxt, item| {
        set(&mut record.krate, ctxt, item, Item::path);
    }),
];

impl RecordAttrs {
    pub(super) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let (attrs, given) = TABLE.parse(ctxt, attributes, Here::Container, "struct", |word| word.container);
        Self { given, ..attrs }
    }
}

impl FieldAttrs {
    pub(super) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let (attrs, given) = TABLE.parse(ctxt, attributes, Here::Field, "struct", |word| word.field);
        Self { given, ..attrs }
    }
}
