//! `#[npz(..)]` from tokens to values: one table of known words, and every mistake that one word alone can
//! make (unknown, misplaced, repeated, wrong value). Rules between words are in `check`.
//!
//! Adding a word: a row in `WORDS`, a field in `ContainerAttrs` or `FieldAttrs`, a row in the table of the
//! crate docs.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, LitStr, Meta, Path, Token, WherePredicate};

use crate::case::{CASES, Case};
use crate::ctxt::Ctxt;

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

/// What stands above the struct.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) rename_all: Option<Attr<Case>>,
    pub(crate) separator: Option<Attr<LitStr>>,
    pub(crate) allow_unknown: Option<Attr<()>>,
    pub(crate) default: Option<Attr<DefaultFrom>>,
    pub(crate) bound: Option<Attr<Vec<WherePredicate>>>,
    pub(crate) krate: Option<Attr<Path>>,
}

/// What stands above a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) rename: Option<Attr<LitStr>>,
    pub(crate) aliases: Vec<Attr<LitStr>>,
    pub(crate) skip: Option<Attr<()>>,
    pub(crate) default: Option<Attr<DefaultFrom>>,
    pub(crate) flatten: Option<Attr<()>>,
    pub(crate) with: Option<Attr<Path>>,
    pub(crate) cast: Option<Attr<Cast>>,
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

const CASTS: [(&str, Cast); 3] =
    [("exact", Cast::Exact), ("safe", Cast::Safe), ("same_kind", Cast::SameKind)];

type Apply<A> = Option<fn(&mut A, &Ctxt, Item)>;

/// One known word. Where it may stand is told by which of the two functions is there.
struct Word {
    name: &'static str,
    /// How it is written, for messages.
    usage: &'static str,
    container: Apply<ContainerAttrs>,
    field: Apply<FieldAttrs>,
}

impl Word {
    const fn on_field(
        name: &'static str,
        usage: &'static str,
        apply: fn(&mut FieldAttrs, &Ctxt, Item),
    ) -> Self {
        Self { name, usage, container: None, field: Some(apply) }
    }

    const fn on_struct(
        name: &'static str,
        usage: &'static str,
        apply: fn(&mut ContainerAttrs, &Ctxt, Item),
    ) -> Self {
        Self { name, usage, container: Some(apply), field: None }
    }
}

const WORDS: [Word; 12] = [
    Word::on_field("rename", "rename = \"name\"", |field, ctxt, item| {
        set(&mut field.rename, ctxt, item, Item::name);
    }),
    Word::on_field("alias", "alias = \"name\"", |field, ctxt, item| {
        let mut alias = None;
        set(&mut alias, ctxt, item, Item::name);
        field.aliases.extend(alias);
    }),
    Word::on_field("skip", "skip", |field, ctxt, item| set(&mut field.skip, ctxt, item, Item::flag)),
    Word {
        name: "default",
        usage: "default` or `default = \"path\"",
        container: Some(|container, ctxt, item| set(&mut container.default, ctxt, item, Item::default_from)),
        field: Some(|field, ctxt, item| set(&mut field.default, ctxt, item, Item::default_from)),
    },
    Word::on_field("flatten", "flatten", |field, ctxt, item| {
        set(&mut field.flatten, ctxt, item, Item::flag);
    }),
    Word::on_field("with", "with = \"module\"", |field, ctxt, item| {
        set(&mut field.with, ctxt, item, Item::path);
    }),
    Word::on_field("cast", "cast = \"safe\"", |field, ctxt, item| {
        set(&mut field.cast, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASTS));
    }),
    Word::on_struct("rename_all", "rename_all = \"camelCase\"", |container, ctxt, item| {
        set(&mut container.rename_all, ctxt, item, |item, ctxt| item.one_of(ctxt, &CASES));
    }),
    Word::on_struct("separator", "separator = \"/\"", |container, ctxt, item| {
        set(&mut container.separator, ctxt, item, Item::name);
    }),
    Word::on_struct("allow_unknown", "allow_unknown", |container, ctxt, item| {
        set(&mut container.allow_unknown, ctxt, item, Item::flag);
    }),
    Word::on_struct("bound", "bound = \"T: Trait\"", |container, ctxt, item| {
        set(&mut container.bound, ctxt, item, Item::predicates);
    }),
    Word::on_struct("crate", "crate = \"path::to::npz_core\"", |container, ctxt, item| {
        set(&mut container.krate, ctxt, item, Item::path);
    }),
];

impl ContainerAttrs {
    pub(crate) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut all = Self::default();
        for item in items(ctxt, attributes) {
            if let Some(apply) = item.apply(ctxt, |word| word.container, "struct") {
                apply(&mut all, ctxt, item);
            }
        }
        all
    }
}

impl FieldAttrs {
    pub(crate) fn parse(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut all = Self::default();
        for item in items(ctxt, attributes) {
            if let Some(apply) = item.apply(ctxt, |word| word.field, "field") {
                apply(&mut all, ctxt, item);
            }
        }
        all
    }
}

/// One comma-separated piece of `#[npz(..)]`: `skip`, `rename = "w"`.
struct Item {
    word: Ident,
    /// What follows the word, the `=` included.
    rest: TokenStream,
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
        tokens.extend(self.rest.clone());
    }
}

/// Cuts all `#[npz(..)]` into items. A piece that makes no sense costs its own error, not its neighbours.
fn items(ctxt: &Ctxt, attributes: &[Attribute]) -> Vec<Item> {
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("npz")) {
        let Meta::List(list) = &attribute.meta else {
            ctxt.error(&attribute.meta, "expected words in parentheses: `#[npz(..)]`");
            continue;
        };
        let mut tokens = list.tokens.clone().into_iter().peekable();
        while tokens.peek().is_some() {
            let piece = tokens.by_ref().take_while(|token| !is_comma(token));
            let mut piece = piece.flat_map(without_invisible_group);
            match piece.next() {
                Some(TokenTree::Ident(word)) => items.push(Item { word, rest: piece.collect() }),
                Some(other) => {
                    let rest: TokenStream = piece.collect();
                    ctxt.error(quote!(#other #rest), "expected a word such as `rename = \"name\"`");
                }
                None => ctxt.error(list, "expected a word between the commas of `#[npz(..)]`"),
            }
        }
    }
    items
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// A `macro_rules!` fragment (`rename = $name`) arrives in a group without delimiters.
fn without_invisible_group(token: TokenTree) -> TokenStream {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => group.stream(),
        other => other.into(),
    }
}

/// Fills a slot that takes one value.
fn set<T>(slot: &mut Option<Attr<T>>, ctxt: &Ctxt, item: Item, read: impl FnOnce(&Item, &Ctxt) -> Option<T>) {
    if slot.is_some() {
        ctxt.error(&item, format_args!("`{}` is given twice; keep one", item.word));
        return;
    }
    *slot = read(&item, ctxt).map(|value| Attr { value, tokens: item.into_token_stream() });
}

impl Item {
    /// Finds what to do with this word on a `here` ("struct" or "field"), or notes why there is nothing.
    fn apply<A>(&self, ctxt: &Ctxt, apply: impl Fn(&Word) -> Apply<A>, here: &str) -> Apply<A> {
        let name = self.word.to_string();
        if let Some(word) = WORDS.iter().find(|word| word.name == name) {
            let found = apply(word);
            if found.is_none() {
                let there = if here == "struct" { "a field" } else { "the struct" };
                ctxt.error(&self.word, format_args!("`{name}` belongs on {there}, not on a {here}"));
            }
            return found;
        }
        let near = nearest(&name, WORDS.iter().map(|word| word.name));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let known = || list(WORDS.iter().filter(|word| apply(word).is_some()).map(|word| word.name));
        let hint = hint.unwrap_or_else(|| format!("a {here} takes {}", known()));
        let message = format!("unknown word `{name}` in `#[npz(..)]`; {hint}");
        ctxt.error(&self.word, message);
        None
    }

    fn usage(&self) -> &'static str {
        WORDS.iter().find(|word| self.word == word.name).map_or("", |word| word.usage)
    }

    fn flag(&self, ctxt: &Ctxt) -> Option<()> {
        if self.rest.is_empty() {
            return Some(());
        }
        let found = self.to_token_stream();
        ctxt.error(self, format_args!("expected `{}` alone, without a value, found `{found}`", self.word));
        None
    }

    fn string(&self, ctxt: &Ctxt) -> Option<LitStr> {
        struct Value(LitStr);
        impl Parse for Value {
            fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
                input.parse::<Token![=]>()?;
                input.parse().map(Self)
            }
        }
        match syn::parse2::<Value>(self.rest.clone()) {
            Ok(Value(string)) if string.suffix().is_empty() => Some(string),
            _ => {
                let found = self.to_token_stream();
                ctxt.error(self, format_args!("expected `{}`, found `{found}`", self.usage()));
                None
            }
        }
    }

    /// A string that becomes (part of) the name of a member.
    fn name(&self, ctxt: &Ctxt) -> Option<LitStr> {
        let string = self.string(ctxt)?;
        let value = string.value();
        if value.is_empty() || value.contains('\0') {
            let fault = if value.is_empty() { "is empty" } else { "contains NUL" };
            ctxt.error(&string, format_args!("`{}` {fault}; no member can be named so", self.word));
            return None;
        }
        Some(string)
    }

    /// A string that holds a path.
    fn path<T: Parse>(&self, ctxt: &Ctxt) -> Option<T> {
        let string = self.string(ctxt)?;
        let parsed = string.parse().ok();
        if parsed.is_none() {
            let found = string.value();
            let hint = if found.ends_with("()") { "; leave out the parentheses" } else { "" };
            let message = format!("expected a path, as in `{}`, found `{found}`{hint}", self.usage());
            ctxt.error(string, message);
        }
        parsed
    }

    fn predicates(&self, ctxt: &Ctxt) -> Option<Vec<WherePredicate>> {
        let string = self.string(ctxt)?;
        let parsed = string.parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated).ok();
        if parsed.is_none() {
            let (usage, found) = (self.usage(), string.value());
            ctxt.error(string, format_args!("expected bounds, as in `{usage}`, found `{found}`"));
        }
        parsed.map(|predicates| predicates.into_iter().collect())
    }

    fn default_from(&self, ctxt: &Ctxt) -> Option<DefaultFrom> {
        if self.rest.is_empty() {
            return Some(DefaultFrom::Trait);
        }
        self.path(ctxt).map(|path| DefaultFrom::Function(Box::new(path)))
    }

    /// A string out of a short list.
    fn one_of<T: Copy>(&self, ctxt: &Ctxt, choices: &[(&'static str, T)]) -> Option<T> {
        let string = self.string(ctxt)?;
        let value = string.value();
        let found = choices.iter().find(|(name, _)| *name == value);
        if found.is_none() {
            let names = || choices.iter().map(|(name, _)| *name);
            let near = nearest(&value, names()).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("the choices are {}", list(names())));
            ctxt.error(&string, format_args!("unknown value `{value}` of `{}`; {hint}", self.word));
        }
        found.map(|(_, value)| *value)
    }
}

/// Finds the known word that a slip of the fingers or of the case could have meant.
fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace(['-', '_'], "");
    let found = plain(found);
    known
        .map(|word| (strsim::damerau_levenshtein(&found, &plain(word)), word))
        .filter(|(distance, word)| *distance <= word.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
