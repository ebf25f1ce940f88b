//! `#[npy(..)]` from tokens to values.
//!
//! Adding a word: a row in `WORDS`, a field in `RecordAttrs` or `FieldAttrs`, a row in the table of the crate docs.

use syn::{Attribute, LitStr, Path, WherePredicate};

use crate::attr::{Attr, CASTS, Cast, DefaultFrom};
use crate::case::{CASES, Case};
use crate::ctxt::Ctxt;
use crate::item::{Item, set};
use crate::words::{self, Here, Table};

/// What stands above the struct.
#[derive(Default)]
pub(super) struct RecordAttrs {
    pub(super) rename_all: Option<Attr<Case>>,
    pub(super) align: Option<Attr<()>>,
    pub(super) itemsize: Option<Attr<usize>>,
    pub(super) allow_unknown: Option<Attr<()>>,
    pub(super) pod: Option<Attr<()>>,
    pub(super) bound: Option<Attr<Vec<WherePredicate>>>,
    pub(super) krate: Option<Attr<Path>>,
}

/// What stands above a field.
#[derive(Default)]
pub(super) struct FieldAttrs {
    pub(super) rename: Option<Attr<LitStr>>,
    pub(super) aliases: Vec<Attr<LitStr>>,
    pub(super) title: Option<Attr<LitStr>>,
    pub(super) offset: Option<Attr<usize>>,
    pub(super) default: Option<Attr<DefaultFrom>>,
    pub(super) skip: Option<Attr<()>>,
    pub(super) cast: Option<Attr<Cast>>,
}

/// Rows have no variants.
type Word = words::Word<RecordAttrs, (), FieldAttrs>;

const TABLE: Table<RecordAttrs, (), FieldAttrs> = Table { attribute: "npy", words: WORDS };

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
        TABLE.parse(ctxt, attributes, Here::Container, "struct", |word| word.container)
    }
}

impl FieldAttrs {
    pub(super) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        TABLE.parse(ctxt, attributes, Here::Field, "struct", |word| word.field)
    }
}
