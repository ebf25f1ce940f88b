//! `#[npz(..)]` from tokens to values: one table of known words, one of their conflicts, and every mistake that a
//! word can make by them (unknown, misplaced, repeated, wrong value; `item` reads the values). What asks more than
//! which words are there is in `check`.
//!
//! Adding a word: a row in `WORDS`, its rows in `CONFLICTS`, a field in `ContainerAttrs`, `VariantAttrs` or
//! `FieldAttrs`, a row in the table of the crate docs.

mod conflicts;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, ExprPath, LitStr, Path, WherePredicate};

use self::conflicts::CONFLICTS;
use crate::case::{CASES, Case};
use crate::ctxt::Ctxt;
use crate::item::{Item, set};
use crate::words::{self, Given, Here, Table};

/// A parsed word and the tokens that it was written with, so that a later check can underline it.
pub(crate) struct Attr<T> {
    pub(crate) value: T,
    pub(crate) tokens: TokenStream,
}

impl<T> ToTokens for Attr<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

/// What stands above the struct or enum.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) rename_all: Option<Attr<Case>>,
    pub(crate) rename_all_fields: Option<Attr<Case>>,
    pub(crate) tag: Option<Attr<LitStr>>,
    pub(crate) save_only: Option<Attr<()>>,
    pub(crate) load_only: Option<Attr<()>>,
    pub(crate) transparent: Option<Attr<()>>,
    pub(crate) validate: Option<Attr<Box<ExprPath>>>,
    pub(crate) version: Option<Attr<u32>>,
    pub(crate) migrate: Option<Attr<Box<ExprPath>>>,
    pub(crate) separator: Option<Attr<LitStr>>,
    pub(crate) allow_unknown: Option<Attr<()>>,
    pub(crate) default: Option<Attr<DefaultFrom>>,
    pub(crate) bound: Option<Attr<Vec<WherePredicate>>>,
    pub(crate) krate: Option<Attr<Path>>,
    pub(crate) given: Vec<Given>,
}

/// What stands above a variant.
#[derive(Default)]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Option<Attr<LitStr>>,
    pub(crate) aliases: Vec<Attr<LitStr>>,
    /// Names its fields.
    pub(crate) rename_all: Option<Attr<Case>>,
    pub(crate) given: Vec<Given>,
}

/// What stands above a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) rename: Option<Attr<LitStr>>,
    pub(crate) aliases: Vec<Attr<LitStr>>,
    /// What stands before the index.
    pub(crate) each: Option<Attr<LitStr>>,
    pub(crate) skip: Option<Attr<()>>,
    pub(crate) skip_save: Option<Attr<()>>,
    pub(crate) skip_load: Option<Attr<()>>,
    pub(crate) skip_if: Option<Attr<Box<ExprPath>>>,
    pub(crate) default: Option<Attr<DefaultFrom>>,
    pub(crate) flatten: Option<Attr<()>>,
    pub(crate) with: Option<Attr<Path>>,
    pub(crate) json: Option<Attr<()>>,
    pub(crate) cast: Option<Attr<Cast>>,
    pub(crate) compression: Option<Attr<Compression>>,
    pub(crate) shape: Option<Attr<Vec<Option<usize>>>>,
    pub(crate) finite: Option<Attr<()>>,
    pub(crate) one_element: Option<Attr<()>>,
    pub(crate) order: Option<Attr<Order>>,
    pub(crate) store_as: Option<Attr<StoreAs>>,
    pub(crate) string: Option<Attr<TextForm>>,
    pub(crate) given: Vec<Given>,
}

impl FieldAttrs {
    /// Its value never comes from the file.
    pub(crate) fn is_never_loaded(&self) -> bool {
        self.skip.is_some() || self.skip_load.is_some()
    }

    /// Its value never goes to the file.
    pub(crate) fn is_never_saved(&self) -> bool {
        self.skip.is_some() || self.skip_save.is_some()
    }

    /// Its members may be absent from a file that the same type has saved, or by the user's word.
    pub(crate) fn is_optional(&self) -> bool {
        self.default.is_some() || self.skip_save.is_some() || self.skip_if.is_some()
    }
}

/// Where the value of an absent member comes from.
pub(crate) enum DefaultFrom {
    /// `default`: the `Default` trait.
    Trait,
    /// `default = "path"`: a function without arguments.
    Function(Box<ExprPath>),
}

/// A known value of `cast`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    Exact,
    Safe,
    SameKind,
}

pub(crate) const CASTS: [(&str, Cast); 3] =
    [("exact", Cast::Exact), ("safe", Cast::Safe), ("same_kind", Cast::SameKind)];

/// A known value of `compression`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Stored,
    Deflate(u32),
}

pub(crate) const COMPRESSIONS: [(&str, Compression); 2] =
    [("stored", Compression::Stored), ("deflate", Compression::Deflate(6))];

/// A known value of `order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    C,
    Fortran,
    Keep,
}

const ORDERS: [(&str, Order); 3] = [("C", Order::C), ("F", Order::Fortran), ("keep", Order::Keep)];

/// A known value of `store_as`.
#[derive(Clone, Debug)]
pub(crate) struct StoreAs {
    /// The constant that stands for it.
    pub(crate) ident: Ident,
}

/// The codes of NumPy, and its names for the same, which say bits where the codes say bytes.
pub(crate) const DTYPES: [(&str, &str); 14] = [
    ("f2", "float16"),
    ("bf16", "bfloat16"),
    ("f4", "float32"),
    ("f8", "float64"),
    ("i1", "int8"),
    ("i2", "int16"),
    ("i4", "int32"),
    ("i8", "int64"),
    ("u1", "uint8"),
    ("u2", "uint16"),
    ("u4", "uint32"),
    ("u8", "uint64"),
    ("c8", "complex64"),
    ("c16", "complex128"),
];

/// A known value of `string`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextForm {
    Unicode,
    Ascii,
    Utf8,
}

const TEXT_FORMS: [(&str, TextForm); 3] =
    [("U", TextForm::Unicode), ("S", TextForm::Ascii), ("utf8", TextForm::Utf8)];

type Word = words::Word<ContainerAttrs, VariantAttrs, FieldAttrs>;

pub(crate) const TABLE: Table<ContainerAttrs, VariantAttrs, FieldAttrs> =
    Table { attribute: "npz", words: WORDS, conflicts: CONFLICTS };

const WORDS: &[Word] = &[
    Word::on_field("rename", "rename = \"name\"", |field, ctxt, item| {
        set(&mut field.rename, ctxt, item, Item::name);
    })
    .and_on_variant(|variant, ctxt, item| set(&mut variant.rename, ctxt, item, Item::name)),
    Word::on_field("alias", "alias = \"name\"", |field, ctxt, item| {
        let mut alias = None;
        set(&mut alias, ctxt, item, Item::name);
        field.aliases.extend(alias);
    })
    .and_on_variant(|variant, ctxt, item| {
        let mut alias = None;
        set(&mut alias, ctxt, item, Item::name);
        variant.aliases.extend(alias);
    }),
    Word::on_field("each", "each = \"layer_{}\"", |field, ctxt, item| {
        set(&mut field.each, ctxt, item, Item::each);
    }),
    Word::on_field("skip", "skip", |field, ctxt, item| set(&mut field.skip, ctxt, item, Item::flag)),
    Word::on_field("skip_save", "skip_save", |field, ctxt, item| {
        set(&mut field.skip_save, ctxt, item, Item::flag);
    }),
    Word::on_field("skip_load", "skip_load", |field, ctxt, item| {
        set(&mut field.skip_load, ctxt, item, Item::flag);
    }),
    Word::on_field("skip_if", "skip_if = \"path\"", |field, ctxt, item| {
        set(&mut field.skip_if, ctxt, item, |item, ctxt| item.path(ctxt).map(Box::new));
    }),
    Word {
        name: "default",
        usage: "default` or `default = \"path\"",
        container: Some(|container, ctxt, item| set(&mut container.default, ctxt, item, Item::default_from)),
        variant: None,
        field: Some(|field, ctxt, item| set(&mut field.default, ctxt, item, Item::default_from)),
    },
    Word::on_field("flatten", "flatten", |field, ctxt, item| {
        set(&mut field.flatten, ctxt, item, Item::flag);
    }),
    Word::on_field("with", "with = \"module\"", |field, ctxt, item| {
        set(&mut field.with, ctxt, item, Item::path);
    }),
    Word::on_field("json", "json", |field, ctxt, item| set(&mut field.json, ctxt, item, Item::flag)),
    Word::on_field("cast", "cast = \"safe\"", |field, ctxt, item| {
        set(&mut field.cast, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASTS));
    }),
    Word::on_field("compression", "compression = \"deflate\"` or `compression = 9", |field, ctxt, item| {
        set(&mut field.compression, ctxt, item, Item::compression);
    }),
    Word::on_field("shape", "shape = \"(_, 128)\"", |field, ctxt, item| {
        set(&mut field.shape, ctxt, item, Item::shape);
    }),
    Word::on_field("finite", "finite", |field, ctxt, item| set(&mut field.finite, ctxt, item, Item::flag)),
    Word::on_field("one_element", "one_element", |field, ctxt, item| {
        set(&mut field.one_element, ctxt, item, Item::flag);
    }),
    Word::on_field("order", "order = \"C\"", |field, ctxt, item| {
        set(&mut field.order, ctxt, item, |item, ctxt| item.one_of(ctxt, &ORDERS));
    }),
    Word::on_field("store_as", "store_as = \"f2\"", |field, ctxt, item| {
        set(&mut field.store_as, ctxt, item, Item::store_as);
    }),
    Word::on_field("string", "string = \"utf8\"", |field, ctxt, item| {
        set(&mut field.string, ctxt, item, |item, ctxt| item.one_of(ctxt, &TEXT_FORMS));
    }),
    Word::on_container("rename_all", "rename_all = \"camelCase\"", |container, ctxt, item| {
        set(&mut container.rename_all, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASES));
    })
    .and_on_variant(|variant, ctxt, item| {
        set(&mut variant.rename_all, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASES));
    }),
    Word::on_container("rename_all_fields", "rename_all_fields = \"camelCase\"", |container, ctxt, item| {
        set(&mut container.rename_all_fields, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASES));
    }),
    Word::on_container("tag", "tag = \"kind\"", |container, ctxt, item| {
        set(&mut container.tag, ctxt, item, Item::name);
    }),
    Word::on_container("transparent", "transparent", |container, ctxt, item| {
        set(&mut container.transparent, ctxt, item, Item::flag);
    }),
    Word::on_container("save_only", "save_only", |container, ctxt, item| {
        set(&mut container.save_only, ctxt, item, Item::flag);
    }),
    Word::on_container("load_only", "load_only", |container, ctxt, item| {
        set(&mut container.load_only, ctxt, item, Item::flag);
    }),
    Word::on_container("validate", "validate = \"path\"", |container, ctxt, item| {
        set(&mut container.validate, ctxt, item, |item, ctxt| item.path(ctxt).map(Box::new));
    }),
    Word::on_container("version", "version = 2", |container, ctxt, item| {
        set(&mut container.version, ctxt, item, Item::version);
    }),
    Word::on_container("migrate", "migrate = \"path\"", |container, ctxt, item| {
        set(&mut container.migrate, ctxt, item, |item, ctxt| item.path(ctxt).map(Box::new));
    }),
    Word::on_container("separator", "separator = \"/\"", |container, ctxt, item| {
        set(&mut container.separator, ctxt, item, Item::name);
    }),
    Word::on_container("allow_unknown", "allow_unknown", |container, ctxt, item| {
        set(&mut container.allow_unknown, ctxt, item, Item::flag);
    }),
    Word::on_container("bound", "bound = \"T: Trait\"", |container, ctxt, item| {
        set(&mut container.bound, ctxt, item, Item::predicates);
    }),
    Word::on_container("crate", "crate = \"path::to::npz_core\"", |container, ctxt, item| {
        set(&mut container.krate, ctxt, item, Item::path);
    }),
];

impl ContainerAttrs {
    /// `kind` is what the user derives for: "struct" or "enum".
    pub(crate) fn parse(ctxt: &Ctxt, attributes: &[Attribute], kind: &str) -> Self {
        let (attrs, given) = TABLE.parse(ctxt, attributes, Here::Container, kind, |word| word.container);
        Self { given, ..attrs }
    }
}

impl VariantAttrs {
    pub(crate) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let (attrs, given) = TABLE.parse(ctxt, attributes, Here::Variant, "enum", |word| word.variant);
        Self { given, ..attrs }
    }
}

impl FieldAttrs {
    pub(crate) fn parse(ctxt: &Ctxt, attributes: &[Attribute], kind: &str) -> Self {
        let (attrs, given) = TABLE.parse(ctxt, attributes, Here::Field, kind, |word| word.field);
        Self { given, ..attrs }
    }
}
