//! One piece of `#[npz(..)]` or `#[npy(..)]`: cutting the attribute into words, and reading what follows a word.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::{Attribute, LitInt, LitStr, Meta, Token, WherePredicate};

use crate::attr::{Attr, COMPRESSIONS, Compression, DTYPES, DefaultFrom, StoreAs};
use crate::ctxt::Ctxt;

/// One comma-separated piece of an attribute: `skip`, `rename = "w"`.
pub(crate) struct Item {
    pub(crate) word: Ident,
    /// What follows the word, the `=` included.
    rest: TokenStream,
    /// How the word is written, for messages.
    usage: &'static str,
    /// What has the names that it gives.
    noun: &'static str,
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
        tokens.extend(self.rest.clone());
    }
}

/// Cuts all attributes of one name into items. A piece that makes no sense costs its own error, not its neighbours.
pub(crate) fn items(
    ctxt: &Ctxt,
    attributes: &[Attribute],
    attribute_name: &str,
    usage: impl Fn(&Ident) -> &'static str,
) -> Vec<Item> {
    let noun = if attribute_name == "npy" { "field" } else { "member" };
    let mut items = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(attribute_name)) {
        let Meta::List(list) = &attribute.meta else {
            let message = format!("expected words in parentheses: `#[{attribute_name}(..)]`");
            ctxt.error(&attribute.meta, message);
            continue;
        };
        let mut tokens = list.tokens.clone().into_iter().peekable();
        while tokens.peek().is_some() {
            let piece = tokens.by_ref().take_while(|token| !is_comma(token));
            let mut piece = piece.flat_map(without_invisible_group);
            match piece.next() {
                Some(TokenTree::Ident(word)) => {
                    let (usage, rest) = (usage(&word), piece.collect());
                    items.push(Item { word, rest, usage, noun });
                }
                Some(other) => {
                    let rest: TokenStream = piece.collect();
                    ctxt.error(quote!(#other #rest), "expected a word such as `rename = \"name\"`");
                }
                None => {
                    let message = format!("expected a word between the commas of `#[{attribute_name}(..)]`");
                    ctxt.error(list, message);
                }
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
pub(crate) fn set<T>(
    slot: &mut Option<Attr<T>>,
    ctxt: &Ctxt,
    item: Item,
    read: impl FnOnce(&Item, &Ctxt) -> Option<T>,
) {
    if slot.is_some() {
        ctxt.error(&item, format_args!("`{}` is given twice; keep one", item.word));
        return;
    }
    *slot = read(&item, ctxt).map(|value| Attr { value, tokens: item.into_token_stream() });
}

impl Item {
    pub(crate) fn flag(&self, ctxt: &Ctxt) -> Option<()> {
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
                ctxt.error(self, format_args!("expected `{}`, found `{found}`", self.usage));
                None
            }
        }
    }

    /// A string that becomes (part of) the name of a member.
    pub(crate) fn name(&self, ctxt: &Ctxt) -> Option<LitStr> {
        let string = self.string(ctxt)?;
        let value = string.value();
        if value.is_empty() || value.contains('\0') {
            let fault = if value.is_empty() { "is empty" } else { "contains NUL" };
            let (word, noun) = (&self.word, self.noun);
            ctxt.error(&string, format_args!("`{word}` {fault}; no {noun} can be named so"));
            return None;
        }
        Some(string)
    }

    /// The name of a list's elements: what stands before the index.
    pub(crate) fn each(&self, ctxt: &Ctxt) -> Option<LitStr> {
        let string = self.name(ctxt)?;
        let value = string.value();
        let prefix =
            value.strip_suffix("{}").filter(|prefix| !prefix.is_empty() && !prefix.contains(['{', '}']));
        if prefix.is_none() {
            let usage = self.usage;
            ctxt.error(
                &string,
                format_args!("expected a name that ends with `{{}}`, where the index stands, as in `{usage}`, found `{value}`"),
            );
        }
        prefix.map(|prefix| LitStr::new(prefix, string.span()))
    }

    /// A string that holds a path.
    pub(crate) fn path<T: Parse>(&self, ctxt: &Ctxt) -> Option<T> {
        let string = self.string(ctxt)?;
        let parsed = string.parse().ok();
        if parsed.is_none() {
            let found = string.value();
            let hint = if found.ends_with("()") { "; leave out the parentheses" } else { "" };
            let message = format!("expected a path, as in `{}`, found `{found}`{hint}", self.usage);
            ctxt.error(string, message);
        }
        parsed
    }

    pub(crate) fn predicates(&self, ctxt: &Ctxt) -> Option<Vec<WherePredicate>> {
        let string = self.string(ctxt)?;
        let parsed = string.parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated).ok();
        if parsed.is_none() {
            let (usage, found) = (self.usage, string.value());
            ctxt.error(string, format_args!("expected bounds, as in `{usage}`, found `{found}`"));
        }
        parsed.map(|predicates| predicates.into_iter().collect())
    }

    pub(crate) fn default_from(&self, ctxt: &Ctxt) -> Option<DefaultFrom> {
        if self.rest.is_empty() {
            return Some(DefaultFrom::Trait);
        }
        self.path(ctxt).map(|path| DefaultFrom::Function(Box::new(path)))
    }

    /// A word, or a level from 0 to 9.
    pub(crate) fn compression(&self, ctxt: &Ctxt) -> Option<Compression> {
        let mut rest = self.rest.clone().into_iter();
        let level = match (rest.next(), rest.next(), rest.next()) {
            (Some(TokenTree::Punct(_)), Some(TokenTree::Literal(literal)), None) => {
                literal.to_string().parse().ok()
            }
            _ => None,
        };
        match level {
            None => self.one_of_or(ctxt, &COMPRESSIONS, COMPRESSIONS_BESIDE),
            Some(level @ 0..=9) => Some(Compression::Deflate(level)),
            Some(level) => {
                ctxt.error(self, format_args!("expected a level from 0 to 9, found {level}"));
                None
            }
        }
    }

    fn number(&self) -> Option<u32> {
        struct Value(LitInt);
        impl Parse for Value {
            fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
                input.parse::<Token![=]>()?;
                input.parse().map(Self)
            }
        }
        syn::parse2::<Value>(self.rest.clone()).ok()?.0.base10_parse().ok()
    }

    /// A number of bytes that NumPy allows for a cell.
    pub(crate) fn bytes(&self, ctxt: &Ctxt) -> Option<usize> {
        let bytes = self.number().and_then(|bytes| i32::try_from(bytes).ok()).map(|bytes| bytes as usize);
        if bytes.is_none() {
            let usage = self.usage;
            ctxt.error(self, format_args!("expected a number of bytes up to 2147483647, as in `{usage}`"));
        }
        bytes
    }

    /// A whole number from 1 on.
    pub(crate) fn version(&self, ctxt: &Ctxt) -> Option<u32> {
        let version = self.number().filter(|&version| version > 0);
        if version.is_none() {
            let message = "expected a whole number from 1 to 4294967295, as in `version = 2`; a file without one has \
                           version 0";
            ctxt.error(self, message);
        }
        version
    }

    /// The lengths of axes as in Python, `_` for any.
    pub(crate) fn shape(&self, ctxt: &Ctxt) -> Option<Vec<Option<usize>>> {
        let string = self.string(ctxt)?;
        let value = string.value();
        let inner = value.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map(str::trim);
        let axes = inner.map(|inner| inner.strip_suffix(',').unwrap_or(inner));
        let length = |text: &str| match text.trim() {
            "_" => Some(None),
            number => number.parse().ok().map(Some),
        };
        let shape = axes.and_then(|axes| {
            if axes.is_empty() { Some(Vec::new()) } else { axes.split(',').map(length).collect() }
        });
        if shape.is_none() {
            let usage = self.usage;
            ctxt.error(
                &string,
                format_args!("expected the lengths of axes, as in `{usage}`, found `{value}`"),
            );
        }
        shape
    }

    /// A dtype of numbers, by its code or its name in NumPy.
    pub(crate) fn store_as(&self, ctxt: &Ctxt) -> Option<StoreAs> {
        let string = self.string(ctxt)?;
        let value = string.value();
        if let Some((code, _)) = DTYPES.iter().find(|(code, name)| value == *code || value == *name) {
            // Underlined where a feature of the library is missing that it needs.
            return Some(StoreAs { ident: Ident::new(&code.to_uppercase(), string.span()) });
        }
        let near = rust_type(&value).or_else(|| nearest(&value, DTYPES.iter().map(|(_, name)| *name)));
        let hint = near.map_or_else(
            || format!("the choices are {}", list(DTYPES.iter().map(|(code, _)| *code))),
            |near| format!("did you mean `{near}`?"),
        );
        ctxt.error(&string, format_args!("unknown value `{value}` of `{}`; {hint}", self.word));
        None
    }

    /// A string out of a short list.
    pub(crate) fn one_of<T: Copy>(&self, ctxt: &Ctxt, choices: &[(&'static str, T)]) -> Option<T> {
        self.one_of_or(ctxt, choices, "")
    }

    /// A string out of a short list that is not all there is to choose from.
    fn one_of_or<T: Copy>(&self, ctxt: &Ctxt, choices: &[(&'static str, T)], others: &str) -> Option<T> {
        let string = self.string(ctxt)?;
        let value = string.value();
        let found = choices.iter().find(|(name, _)| *name == value);
        if found.is_none() {
            let names = || choices.iter().map(|(name, _)| *name);
            let near = nearest(&value, names()).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("the choices are {}{others}", list(names())));
            ctxt.error(&string, format_args!("unknown value `{value}` of `{}`; {hint}", self.word));
        }
        found.map(|(_, value)| *value)
    }
}

/// What `compression` may be beside its words, and where to choose what it may not be.
const COMPRESSIONS_BESIDE: &str = " and the levels 0 to 9 (`compression = 9`); Zstandard is for whole archives, by \
    `SaveOptions::compression`";

/// NumPy's code for a number that was named as in Rust, in bits.
fn rust_type(name: &str) -> Option<&'static str> {
    let bits: usize = name.get(1..)?.parse().ok()?;
    let kind = name.get(..1).filter(|_| bits >= 16 && bits.is_multiple_of(8))?;
    let code = format!("{kind}{}", bits / 8);
    DTYPES.iter().map(|(known, _)| *known).find(|known| *known == code)
}

/// Finds the known word that a slip of the fingers or of the case could have meant.
pub(crate) fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace(['-', '_'], "");
    let found = plain(found);
    known
        .map(|word| (strsim::damerau_levenshtein(&found, &plain(word)), word))
        .filter(|(distance, word)| *distance <= word.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

pub(crate) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
